/*
 * row_sample.h
 *		What a sample of rows looks like before work begins.
 */
#ifndef PLASTICC_PG_PIPELINE_ROW_SAMPLE_H
#define PLASTICC_PG_PIPELINE_ROW_SAMPLE_H

#include "pg/pipeline/row_query.h"

/* A WARNING for what looks like another unit, with the option for it. */
extern void warn_of_units(const RowSource *source);

#endif /* PLASTICC_PG_PIPELINE_ROW_SAMPLE_H */

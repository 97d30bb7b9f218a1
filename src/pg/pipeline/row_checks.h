/*
 * row_checks.h
 *		What is wrong with rows: of those that were rejected how many and why.
 */
#ifndef PLASTICC_PG_PIPELINE_ROW_CHECKS_H
#define PLASTICC_PG_PIPELINE_ROW_CHECKS_H

#include "pg/pipeline/pipeline_run.h"
#include "pg/pipeline/row_query.h"

/* The statements read and explain of a job, which the functions below execute. */
extern char *rejected_rows_query(const RowSource *source);
extern char *bad_texts_query(const RowSource *source);

/* As PipelineKind has them. */
extern void	 check_rejected_rows(PipelineJob *job, Datum ids, ChunkReport *report);
extern char *explain_bad_text(PipelineJob *job, Datum ids);
extern void	 report_rejected_rows(const ChunkReport *total);

#endif /* PLASTICC_PG_PIPELINE_ROW_CHECKS_H */

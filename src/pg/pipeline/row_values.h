/*
 * row_values.h
 *		What a row of observations says, as SQL expressions on a row s: other surveys'
 *		passbands, units and times become those of light curves.
 */
#ifndef PLASTICC_PG_PIPELINE_ROW_VALUES_H
#define PLASTICC_PG_PIPELINE_ROW_VALUES_H

#include "core/curve/surveys.h"
#include "pg/pipeline/object_key.h"
#include "pg/pipeline/pipeline_options.h"

/* Where rows come from. */
typedef struct RowSource
{
	const ExtractOptions *options;
	const char			 *schema; /* the extension's, quoted */
	const ObjectKey		 *key;
	PipelineTable		  observations;
	KeyColumn			  id;
	PipelineTable		  limits; /* without a name where there is none */
	KeyColumn			  limits_id;
	const Survey		 *survey; /* or NULL */
} RowSource;

/* Have the observations magnitudes in place of fluxes? */
extern bool has_magnitudes(const ExtractOptions *options);

/* The passband of a row of one of the tables, a bigint, NULL where it is not mapped; and its text.
 */
extern char *passband_expression(const RowSource *source, const PipelineTable *table);
extern char *passband_text(const RowSource *source, const PipelineTable *table);

/*
 * MJD of the column, of a table, that counts what time says (NULL: as the survey, or
 * MJD); option and time_option are what messages call these.
 */
extern char *time_expression(const RowSource *source, const PipelineTable *table,
							 const char *column, const char *option, const char *time_option,
							 const char *time);

/* FLUXCAL of the observations. */
extern void flux_expressions(const RowSource *source, char **flux, char **flux_err);

/* The standard error of the flux 0 of a non-detection. */
extern char *limit_expression(const RowSource *source, const PipelineTable *table);

/* A boolean, or a bigint that the aggregate refuses if it is not 0 or 1. */
extern char *detected_expression(const RowSource *source);

#endif /* PLASTICC_PG_PIPELINE_ROW_VALUES_H */

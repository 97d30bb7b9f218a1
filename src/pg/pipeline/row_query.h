/*
 * row_query.h
 *		The rows of a survey's observations as a subquery.
 */
#ifndef PLASTICC_PG_PIPELINE_ROW_QUERY_H
#define PLASTICC_PG_PIPELINE_ROW_QUERY_H

#include "pg/pipeline/row_values.h"

/* Which rows. */
typedef enum RowChoice
{
	ALL_ROWS,
	ROWS_IN_RANGE,	 /* of objects from ($1)[1] to ($1)[2] */
	ROWS_OF_OBJECTS, /* of the objects in $1 */
} RowChoice;

/* Checks the options; errors name the one that is wrong. */
extern void check_row_options(RowSource *source);

/* " AND (...)" of the option "where", or nothing. */
extern char *where_condition(const RowSource *source);

/* (object_id), with its own type. */
extern char *object_rows(const RowSource *source, RowChoice choice);

/*
 * (object_id, mjd, passband, flux, flux_err, detected) as the aggregate
 * plasticc_lightcurve takes them, and, if described, (band, time), the columns
 * passband and mjd as texts.
 */
extern char *measurement_rows(const RowSource *source, RowChoice choice, bool described);

#endif /* PLASTICC_PG_PIPELINE_ROW_QUERY_H */

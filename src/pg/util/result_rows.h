/*
 * result_rows.h
 *		Rows as results: one row, a row per call, or all of them at once.
 */
#ifndef PLASTICC_PG_UTIL_RESULT_ROWS_H
#define PLASTICC_PG_UTIL_RESULT_ROWS_H

#include "fmgr.h"
#include "funcapi.h"

/*
 * The result of a function that returns one row.  Its type is looked up once
 * per query and kept in fn_extra, which the function must not use otherwise.
 */
extern Datum single_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

/*
 * The first call of a function that returns one row per call: its context, with
 * the type of the rows in tuple_desc.
 */
extern FuncCallContext *begin_rows(FunctionCallInfo fcinfo);

/*
 * A function that returns all rows at once: prepares its tuplestore, which
 * spills to disk beyond work_mem.
 */
extern ReturnSetInfo *begin_result(FunctionCallInfo fcinfo);
extern void			  add_result_row(ReturnSetInfo *result, Datum *values, bool *nulls);

/* Numbers that are NULL where they are NaN. */
extern Datum double_or_null(double value, bool *is_null);
extern Datum float_or_null(float value, bool *is_null);

/* A text that is NULL where the string is. */
extern Datum text_or_null(const char *string, bool *is_null);

#endif /* PLASTICC_PG_UTIL_RESULT_ROWS_H */

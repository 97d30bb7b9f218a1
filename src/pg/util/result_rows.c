/*
 * result_rows.c
 *		Rows as results: one row, a row per call, or all of them at once.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "access/htup_details.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "pg/util/result_rows.h"

/* The type of the rows that the function returns, in the given context. */
static TupleDesc
row_type(FunctionCallInfo fcinfo, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	TupleDesc	  type;

	if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	type = BlessTupleDesc(type);
	MemoryContextSwitchTo(caller);
	return type;
}

Datum
single_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	FmgrInfo *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
		flinfo->fn_extra = row_type(fcinfo, flinfo->fn_mcxt);
	return HeapTupleGetDatum(heap_form_tuple(flinfo->fn_extra, values, nulls));
}

FuncCallContext *
begin_rows(FunctionCallInfo fcinfo)
{
	FuncCallContext *call = SRF_FIRSTCALL_INIT();

	call->tuple_desc = row_type(fcinfo, call->multi_call_memory_ctx);
	return call;
}

ReturnSetInfo *
begin_result(FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
	return (ReturnSetInfo *) fcinfo->resultinfo;
}

void
add_result_row(ReturnSetInfo *result, Datum *values, bool *nulls)
{
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
double_or_null(double value, bool *is_null)
{
	*is_null = isnan(value);
	return Float8GetDatum(value);
}

Datum
float_or_null(float value, bool *is_null)
{
	*is_null = isnan(value);
	return Float4GetDatum(value);
}

Datum
text_or_null(const char *string, bool *is_null)
{
	*is_null = string == NULL;
	return string == NULL ? (Datum) 0 : CStringGetTextDatum(string);
}

/*
 * model_export.c
 *		plasticc_export_onnx, plasticc_import_onnx: a model in the format of ONNX, and back.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "core/model/onnx_export.h"
#include "core/model/onnx_import.h"
#include "pg/model/model_cache.h"

PG_FUNCTION_INFO_V1(plasticc_export_onnx);
PG_FUNCTION_INFO_V1(plasticc_import_onnx);

static bytea *
as_bytea(const void *bytes, size_t length)
{
	bytea *value = palloc(length + VARHDRSZ);

	SET_VARSIZE(value, length + VARHDRSZ);
	memcpy(VARDATA(value), bytes, length);
	return value;
}

/* plasticc_export_onnx(model) */
Datum
plasticc_export_onnx(PG_FUNCTION_ARGS)
{
	const Model			*model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	Workspace			 workspace = server_workspace(CurrentMemoryContext);
	Datum				 base64 = CStringGetTextDatum("base64");
	Datum				 stored = DirectFunctionCall2(binary_encode, PG_GETARG_DATUM(0), base64);
	size_t				 length;
	const unsigned char *bytes =
		model_to_onnx(model, TextDatumGetCString(stored), &workspace, &length);

	if (length > MaxAllocSize - VARHDRSZ)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("exported model of %zu bytes is too large", length)));
	PG_RETURN_BYTEA_P(as_bytea(bytes, length));
}

/* plasticc_import_onnx(file) */
Datum
plasticc_import_onnx(PG_FUNCTION_ARGS)
{
	bytea	   *file = PG_GETARG_BYTEA_PP(0);
	const char *reason;
	size_t		length;
	const char *stored = onnx_stored_model((const unsigned char *) VARDATA_ANY(file),
										   VARSIZE_ANY_EXHDR(file), &length, &reason);
	Datum		model;

	if (stored == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("file cannot be imported: %s", reason),
						errhint("Only files of plasticc_export_onnx() can, as they are.")));
	model = DirectFunctionCall2(binary_decode, PointerGetDatum(as_bytea(stored, length)),
								CStringGetTextDatum("base64"));
	(void) cached_model(fcinfo->flinfo, model); /* which refuses what is no model */
	PG_RETURN_DATUM(model);
}

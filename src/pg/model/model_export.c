/*
 * model_export.c
 *		plasticc_export_onnx: a model in the format of ONNX.
 */
#include "pg/module/plasticc.h"

#include "core/model/onnx_export.h"
#include "pg/model/model_cache.h"

PG_FUNCTION_INFO_V1(plasticc_export_onnx);

/* plasticc_export_onnx(model) */
Datum
plasticc_export_onnx(PG_FUNCTION_ARGS)
{
	const Model			*model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	Workspace			 workspace = server_workspace(CurrentMemoryContext);
	size_t				 length;
	const unsigned char *bytes;
	bytea				*exported;

	if (model->n_boosters > 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("models with boosted trees cannot be exported"),
						errhint("Train the model with option \"trees\" of 0.")));
	bytes = model_to_onnx(model, &workspace, &length);
	if (length > MaxAllocSize - VARHDRSZ)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("exported model of %zu bytes is too large", length)));
	exported = palloc(length + VARHDRSZ);
	SET_VARSIZE(exported, length + VARHDRSZ);
	memcpy(VARDATA(exported), bytes, length);
	PG_RETURN_BYTEA_P(exported);
}

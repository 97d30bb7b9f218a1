/*
 * features.c
 *		Features in SQL: those of a light curve and those of its host.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/curve/features.h"
#include "pg/curve/lightcurve_type.h"
#include "pg/module/enums.h"
#include "pg/module/scratch.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"

PG_FUNCTION_INFO_V1(plasticc_features);
PG_FUNCTION_INFO_V1(plasticc_features_support);
PG_FUNCTION_INFO_V1(plasticc_host_features);

/* ----------------------------------------------------------------
 * Arguments
 * ----------------------------------------------------------------
 */

FeatureSet
feature_set_argument(FunctionCallInfo fcinfo, int argument)
{
	if (PG_NARGS() <= argument)
		return FEATURES_ALL;
	return (FeatureSet) ENUM_ARGUMENT(fcinfo, argument, feature_set_names, "feature set");
}

const float4 *
feature_array_argument(FunctionCallInfo fcinfo, int argument, int *n)
{
	return real_or_double_elements(PG_GETARG_ARRAYTYPE_P(argument), "features", PG_INT32_MAX, n);
}

FeatureSet
feature_array_set(int n, bool *with_host)
{
	int		   simple = feature_count(FEATURES_SIMPLE), all = feature_count(FEATURES_ALL);
	FeatureSet set;
	bool	   host;

	if (find_feature_set(n, &set, &host) && (with_host != NULL || !host))
	{
		if (with_host != NULL)
			*with_host = host;
		return set;
	}
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("expected %d or %d features%s, not %d", simple, all,
					with_host != NULL ? psprintf(", or %d or %d with those of the host",
												 simple + host_feature_count(FEATURES_SIMPLE),
												 all + host_feature_count(FEATURES_ALL))
									  : "",
					n),
			 errhint("Pass the result of plasticc_features()%s of the installed version.",
					 with_host != NULL ? " or plasticc_host_features()" : "")));
}

/* ----------------------------------------------------------------
 * Light curves
 * ----------------------------------------------------------------
 */

/*
 * plasticc_features(lightcurve [, feature_set]), also the final function of the
 * aggregates, whose state it does not change.  NULL without observations.
 */
Datum
plasticc_features(PG_FUNCTION_ARGS)
{
	LightCurve	*lightcurve = PG_GETARG_LIGHTCURVE(0);
	FeatureSet	 set = feature_set_argument(fcinfo, 1);
	Workspace	 workspace = scratch_workspace();
	Observations observations;
	ArrayType	*array;

	if (lightcurve->n_observations == 0)
		PG_RETURN_NULL();
	observations = lightcurve_observations(canonical_lightcurve(lightcurve));
	array = zero_array(FLOAT4OID, sizeof(float4), feature_count(set));
	compute_features(&observations, set, (float4 *) ARR_DATA_PTR(array), &workspace);
	PG_RETURN_ARRAYTYPE_P(array);
}

/* Cost of the simple features, in the unit of CREATE FUNCTION ... COST, which is that of all. */
#define SIMPLE_FEATURES_COST 16000

/*
 * Planner support for plasticc_features(lightcurve, feature_set).  Of a set given as
 * a text it makes the enum value.  Where the set is the constant 'simple', the
 * declared cost, that of all features, would be a hundred times too high.
 */
Datum
plasticc_features_support(PG_FUNCTION_ARGS)
{
	SupportRequestCost *request = (SupportRequestCost *) PG_GETARG_POINTER(0);
	Const			   *set;

	if (IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(call_with_enum((Node *) ((SupportRequestSimplify *) request)->fcall, 1,
										 "plasticc_feature_set", InvalidOid));
	if (!IsA(request, SupportRequestCost) || request->node == NULL || !IsA(request->node, FuncExpr))
		PG_RETURN_POINTER(NULL);
	set = lsecond(((FuncExpr *) request->node)->args);
	if (!IsA(set, Const) || set->constisnull || set->consttype == TEXTOID ||
		ENUM_INDEX(DatumGetObjectId(set->constvalue), feature_set_names) != FEATURES_SIMPLE)
		PG_RETURN_POINTER(NULL);
	request->startup = 0.0;
	request->per_tuple = SIMPLE_FEATURES_COST * cpu_operator_cost;
	PG_RETURN_POINTER(request);
}

/* ----------------------------------------------------------------
 * Hosts
 * ----------------------------------------------------------------
 */

/* Metadata of a host, NaN where unknown. */
static double
metadata_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double value = number_or_nan(fcinfo, argument);

	if (isinf(value))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("%s must not be infinite", name),
						errhint("Pass NULL or NaN where the value is unknown.")));
	return value;
}

static double
ddf_of_integer(int64 value)
{
	if (value != 0 && value != 1)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("ddf must be 0 or 1, not " INT64_FORMAT, value)));
	return (double) value;
}

static double
ddf_of_text(const text *value)
{
	size_t length = VARSIZE_ANY_EXHDR(value);
	bool   ddf;

	/* the server's parser reads the first character of an empty text, too */
	if (length == 0 || !parse_bool_with_len(VARDATA_ANY(value), length, &ddf))
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						errmsg("invalid value for ddf: \"%s\"", quoted_text(value)),
						errhint("Pass a boolean, or 0 or 1.")));
	return ddf;
}

/* 0 or 1, NaN where unknown, of the types of argument 1 in the forms of the function. */
static double
ddf_argument(FunctionCallInfo fcinfo)
{
	Oid type = get_fn_expr_argtype(fcinfo->flinfo, 1);

	if (PG_ARGISNULL(1))
		return NAN;
	switch (OidIsValid(type) ? getBaseType(type) : BOOLOID)
	{
		case BOOLOID:
			return PG_GETARG_BOOL(1);
		case INT2OID:
			return ddf_of_integer(PG_GETARG_INT16(1));
		case INT4OID:
			return ddf_of_integer(PG_GETARG_INT32(1));
		case INT8OID:
			return ddf_of_integer(PG_GETARG_INT64(1));
		case TEXTOID:
			return ddf_of_text(PG_GETARG_TEXT_PP(1));
	}
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("ddf must be a boolean or an integer, not %s", format_type_be(type))));
}

/*
 * plasticc_host_features(features, ddf, hostgal_photoz, hostgal_photoz_err, distmod,
 *						  mwebv)
 *		-> features, followed by those of the host
 */
Datum
plasticc_host_features(PG_FUNCTION_ARGS)
{
	Workspace	  workspace = server_workspace(CurrentMemoryContext);
	HostMetadata  host;
	const float4 *features;
	float4		 *all;
	ArrayType	 *array;
	FeatureSet	  set;
	int			  n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	features = feature_array_argument(fcinfo, 0, &n);
	set = feature_array_set(n, NULL);
	host = (HostMetadata){
		.ddf = ddf_argument(fcinfo),
		.hostgal_photoz = metadata_argument(fcinfo, 2, "hostgal_photoz"),
		.hostgal_photoz_err = metadata_argument(fcinfo, 3, "hostgal_photoz_err"),
		.distmod = metadata_argument(fcinfo, 4, "distmod"),
		.mwebv = metadata_argument(fcinfo, 5, "mwebv"),
	};
	array = zero_array(FLOAT4OID, sizeof(float4), n + host_feature_count(set));
	all = (float4 *) ARR_DATA_PTR(array);
	memcpy(all, features, n * sizeof(float4));
	compute_host_features(features, set, host, all + n, &workspace);
	PG_RETURN_ARRAYTYPE_P(array);
}

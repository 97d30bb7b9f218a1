/*
 * features.c
 *		Features in SQL: their computation, their catalog, and access by name.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "core/features/catalog.h"
#include "pg/module/enums.h"
#include "pg/curve/lightcurve_type.h"

PG_FUNCTION_INFO_V1(plasticc_features);
PG_FUNCTION_INFO_V1(plasticc_features_support);
PG_FUNCTION_INFO_V1(plasticc_feature_catalog);
PG_FUNCTION_INFO_V1(plasticc_feature_names);
PG_FUNCTION_INFO_V1(plasticc_feature);
PG_FUNCTION_INFO_V1(plasticc_host_features);
PG_FUNCTION_INFO_V1(plasticc_host_feature_catalog);
PG_FUNCTION_INFO_V1(plasticc_host_feature_names);

/* ----------------------------------------------------------------
 * Arrays of features
 * ----------------------------------------------------------------
 */

/* The elements of a one-dimensional real[] without NULLs, and their number. */
static const float4 *
array_features(ArrayType *array, int *n)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("array of features has %d dimensions, not 1", ARR_NDIM(array))));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("array of features contains NULL"),
				 errhint("A feature that cannot be computed is NaN.")));
	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (const float4 *) ARR_DATA_PTR(array);
}

/* The set of a value of the enum plasticc_feature_set. */
static FeatureSet
feature_set(Oid value)
{
	static const char *const labels[] = {[FEATURES_SIMPLE] = "simple", [FEATURES_ALL] = "all"};

	return (FeatureSet) enum_index(value, labels, lengthof(labels));
}

/* An argument of type plasticc_feature_set; all where the function has none. */
static FeatureSet
feature_set_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_NARGS() > argument ? feature_set(PG_GETARG_OID(argument)) : FEATURES_ALL;
}

/*
 * The set that an array of n features is of, with or without those of a host
 * (with_host is set accordingly unless it is NULL, which allows none).
 */
static FeatureSet
array_feature_set(int n, bool *with_host)
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
			 errmsg("array of %d features given, %d or %d expected%s", n, simple, all,
					with_host != NULL ? psprintf(", or with a host %d or %d",
												 simple + host_feature_count(FEATURES_SIMPLE),
												 all + host_feature_count(FEATURES_ALL))
									  : ""),
			 errhint("Pass what plasticc_features()%s returned, of the same version of "
					 "the extension.",
					 with_host != NULL ? " or plasticc_host_features()" : "")));
}

/*
 * The features of a light curve in any order, and of which set: also the final
 * function of the aggregates, whose state it leaves as it is.  NULL of no
 * observations.
 */
Datum
plasticc_features(PG_FUNCTION_ARGS)
{
	LightCurve	*lightcurve = PG_GETARG_LIGHTCURVE(0);
	FeatureSet	 set = feature_set_argument(fcinfo, 1);
	Workspace	 workspace = server_workspace(CurrentMemoryContext);
	Observations observations;
	ArrayType	*array;

	if (lightcurve->n_observations == 0)
		PG_RETURN_NULL();
	observations = lightcurve_observations(canonical_lightcurve(lightcurve));
	array = zero_array(FLOAT4OID, sizeof(float4), feature_count(set));
	compute_features(&observations, set, (float4 *) ARR_DATA_PTR(array), &workspace);
	PG_RETURN_ARRAYTYPE_P(array);
}

/* What the simple features cost, in the unit of CREATE FUNCTION ... COST, which has that of all. */
#define SIMPLE_FEATURES_COST 16000

/*
 * Planner support for plasticc_features(lightcurve, feature_set): where the set
 * is the constant 'simple', the declared cost, that of all features, is a
 * hundred times too high.
 */
Datum
plasticc_features_support(PG_FUNCTION_ARGS)
{
	SupportRequestCost *request = (SupportRequestCost *) PG_GETARG_POINTER(0);
	Const			   *set;

	if (!IsA(request, SupportRequestCost) || request->node == NULL || !IsA(request->node, FuncExpr))
		PG_RETURN_POINTER(NULL);
	set = lsecond(((FuncExpr *) request->node)->args);
	if (!IsA(set, Const) || set->constisnull ||
		feature_set(DatumGetObjectId(set->constvalue)) != FEATURES_SIMPLE)
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

/* (features, ddf, hostgal_photoz, hostgal_photoz_err, distmod, mwebv) -> features, then the host's.
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
	features = array_features(PG_GETARG_ARRAYTYPE_P(0), &n);
	set = array_feature_set(n, NULL);
	host = (HostMetadata){
		.ddf = PG_ARGISNULL(1) ? NAN : PG_GETARG_BOOL(1),
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

/* ----------------------------------------------------------------
 * The catalog
 * ----------------------------------------------------------------
 */

/* Set-returning: the catalog's rows of a set's, then a host's, features first <= i < end. */
static Datum
return_catalog(FunctionCallInfo fcinfo, FeatureSet set, int first, int end)
{
	FuncCallContext	  *call;
	FeatureDescription description;
	Datum			   values[5];
	bool			   nulls[5] = {false};
	int				   ordinal;

	if (SRF_IS_FIRSTCALL())
		begin_rows(fcinfo)->max_calls = end - first;
	call = SRF_PERCALL_SETUP();
	if (call->call_cntr >= call->max_calls)
		SRF_RETURN_DONE(call);

	ordinal = first + (int) call->call_cntr;
	describe_feature(feature_ordinal(set, ordinal), &description);
	values[0] = Int32GetDatum(ordinal + 1);
	values[1] = CStringGetTextDatum(description.name);
	values[2] = CStringGetTextDatum(description.unit);
	values[3] = CStringGetTextDatum(description.group);
	values[4] = CStringGetTextDatum(description.description);
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, values, nulls)));
}

Datum
plasticc_feature_catalog(PG_FUNCTION_ARGS)
{
	FeatureSet set = feature_set_argument(fcinfo, 0);

	return return_catalog(fcinfo, set, 0, feature_count(set));
}

Datum
plasticc_host_feature_catalog(PG_FUNCTION_ARGS)
{
	FeatureSet set = feature_set_argument(fcinfo, 0);

	return return_catalog(fcinfo, set, feature_count(set),
						  feature_count(set) + host_feature_count(set));
}

/* The names of the first n features of a set, then a host, as text[]. */
static Datum
feature_names(FeatureSet set, int n)
{
	Datum *names = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
	{
		FeatureDescription description;

		describe_feature(feature_ordinal(set, i), &description);
		names[i] = CStringGetTextDatum(description.name);
	}
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
plasticc_feature_names(PG_FUNCTION_ARGS)
{
	FeatureSet set = feature_set_argument(fcinfo, 0);

	return feature_names(set, feature_count(set));
}

Datum
plasticc_host_feature_names(PG_FUNCTION_ARGS)
{
	FeatureSet set = feature_set_argument(fcinfo, 0);

	return feature_names(set, feature_count(set) + host_feature_count(set));
}

/* ----------------------------------------------------------------
 * Access by name
 * ----------------------------------------------------------------
 */

/* The name that plasticc_feature() last looked up in a query, most often the only one. */
typedef struct NameCache
{
	int	 ordinal;
	int	 length;
	char name[sizeof(((FeatureDescription *) 0)->name)];
} NameCache;

static int
find_feature_cached(FunctionCallInfo fcinfo, const text *name)
{
	const char *bytes = VARDATA_ANY(name);
	int			length = VARSIZE_ANY_EXHDR(name);
	NameCache  *cache = fcinfo->flinfo->fn_extra;
	int			ordinal;

	if (cache != NULL && cache->length == length && memcmp(cache->name, bytes, length) == 0)
		return cache->ordinal;
	ordinal = find_feature(bytes, length);
	if (ordinal < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("unknown feature \"%s\"", text_to_cstring(name)),
				 errhint("See plasticc_feature_catalog() and plasticc_host_feature_catalog().")));
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(NameCache));
	cache->ordinal = ordinal;
	cache->length = length;
	memcpy(cache->name, bytes, length);
	return ordinal;
}

/* The named feature of an array that plasticc_features() or plasticc_host_features() made. */
Datum
plasticc_feature(PG_FUNCTION_ARGS)
{
	int			  n;
	const float4 *features = array_features(PG_GETARG_ARRAYTYPE_P(0), &n);
	const text	 *name = PG_GETARG_TEXT_PP(1);
	int			  ordinal = find_feature_cached(fcinfo, name);
	bool		  with_host;
	FeatureSet	  set = array_feature_set(n, &with_host);
	bool		  of_host = ordinal >= feature_count(FEATURES_ALL);
	int i = of_host ? ordinal - feature_count(FEATURES_ALL) + feature_count(set) : ordinal;

	if (of_host ? !with_host || i >= n : ordinal >= feature_count(set))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("feature \"%s\" is not among the %d features given",
							   text_to_cstring(name), n),
						of_host && !with_host
							? errhint("It is a feature of the host: see plasticc_host_features().")
							: errhint("It is a feature of the set \"all\": see "
									  "plasticc_features(lightcurve).")));
	PG_RETURN_FLOAT4(features[i]);
}

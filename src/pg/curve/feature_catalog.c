/*
 * feature_catalog.c
 *		The catalog of features in SQL, and access to features by name.
 */
#include "pg/module/plasticc.h"

#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/curve/features.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_feature_catalog);
PG_FUNCTION_INFO_V1(plasticc_feature_names);
PG_FUNCTION_INFO_V1(plasticc_feature);
PG_FUNCTION_INFO_V1(plasticc_host_feature_catalog);
PG_FUNCTION_INFO_V1(plasticc_host_feature_names);

/* ----------------------------------------------------------------
 * Rows and names
 * ----------------------------------------------------------------
 */

/* Set-returning: features first <= i < end of a set, which those of a host follow. */
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

/* The names of the first n features of a set, which those of a host follow, as text[]. */
static Datum
feature_names(FeatureSet set, int n)
{
	const char **names = palloc(n * sizeof(char *));

	for (int i = 0; i < n; i++)
	{
		FeatureDescription description;

		describe_feature(feature_ordinal(set, i), &description);
		names[i] = pstrdup(description.name);
	}
	return PointerGetDatum(text_array(names, n));
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

/* The name that plasticc_feature() looked up last in a query, usually the only one. */
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
				 errmsg("unknown feature \"%s\"", quoted_text(name)),
				 errhint("plasticc_feature_catalog() and plasticc_host_feature_catalog() list the "
						 "features.")));
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
	const float4 *features = feature_array_argument(fcinfo, 0, &n);
	const text	 *name = PG_GETARG_TEXT_PP(1);
	int			  ordinal = find_feature_cached(fcinfo, name);
	bool		  with_host;
	FeatureSet	  set = feature_array_set(n, &with_host);
	bool		  of_host = ordinal >= feature_count(FEATURES_ALL);
	int i = of_host ? ordinal - feature_count(FEATURES_ALL) + feature_count(set) : ordinal;

	if (of_host ? !with_host || i >= n : ordinal >= feature_count(set))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("feature \"%s\" is not among the %d features passed", quoted_text(name), n),
				 of_host && !with_host
					 ? errhint("It is a feature of the host, which plasticc_host_features() "
							   "appends.")
					 : errhint("It belongs to the feature set \"all\".")));
	PG_RETURN_FLOAT4(features[i]);
}

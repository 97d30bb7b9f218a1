/*
 * features.h
 *		Arrays of features, and sets of features, as arguments.
 */
#ifndef PLASTICC_PG_CURVE_FEATURES_H
#define PLASTICC_PG_CURVE_FEATURES_H

#include "fmgr.h"

#include "core/features/catalog.h"

/* An argument of type plasticc_feature_set or a text; the set of all features where the function
 * has none. */
extern FeatureSet feature_set_argument(FunctionCallInfo fcinfo, int argument);

/* The elements of a real[] argument, and their number; NULLs in it are errors. */
extern const float4 *feature_array_argument(FunctionCallInfo fcinfo, int argument, int *n);

/*
 * The set that an array of n features belongs to, with or without those of a
 * host (with_host is set accordingly; NULL accepts none of a host).  An error
 * where n fits no set.
 */
extern FeatureSet feature_array_set(int n, bool *with_host);

#endif /* PLASTICC_PG_CURVE_FEATURES_H */

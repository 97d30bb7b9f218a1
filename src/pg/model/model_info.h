/*
 * model_info.h
 *		What a model is, as JSON.
 */
#ifndef PLASTICC_PG_MODEL_MODEL_INFO_H
#define PLASTICC_PG_MODEL_MODEL_INFO_H

#include "utils/jsonb.h"

#include "pg/model/model_cache.h"

/*
 * An object with classes, class_names (null where the classes are numbers), features,
 * feature_names, normalisation, used_features and missing_flags (features, counted from 1,
 * whose values or missing-value indicators are inputs of a network), tree_features (that trees
 * split on), members, networks, layers, trees, rounds, tree_weight, parameters, temperature,
 * class_multipliers, gate, bytes, options and metrics.
 */
extern Jsonb *model_info(const CachedModel *cached);

#endif /* PLASTICC_PG_MODEL_MODEL_INFO_H */

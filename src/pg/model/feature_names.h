/*
 * feature_names.h
 *		What the elements of a feature array are called.
 */
#ifndef PLASTICC_PG_MODEL_FEATURE_NAMES_H
#define PLASTICC_PG_MODEL_FEATURE_NAMES_H

#include "core/model/model.h"

typedef struct FeatureName
{
	char *name;
	char *group; /* that of the catalog; NULL for a name that it does not have */
	char *unit;	 /* likewise */
} FeatureName;

/* What the catalog says of a name, in the server's encoding. */
extern FeatureName described_name(const char *name);

/*
 * The n elements of an array that plasticc_features() or plasticc_host_features() returns;
 * "feature 1" and so on where those never return as many.
 */
extern FeatureName *catalog_names(int n);

/* Those that a model was trained on: by its own names, or else the catalog's. */
extern FeatureName *model_feature_names(const Model *model);

/*
 * The index of the named feature among n_features, -1 if there is none.  The features have
 * the given names; where n_names is 0, those of the built-in feature set with as many
 * features.
 */
extern int feature_position(int n_features, const char *const *names, int n_names,
							const char *name);

#endif /* PLASTICC_PG_MODEL_FEATURE_NAMES_H */

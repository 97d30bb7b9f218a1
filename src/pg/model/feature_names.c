/*
 * feature_names.c
 *		What the elements of a feature array are called.
 */
#include "pg/module/plasticc.h"

#include "core/features/catalog.h"
#include "pg/model/feature_names.h"
#include "pg/model/model_classes.h"

static FeatureName
catalog_name(int ordinal)
{
	FeatureDescription description;

	describe_feature(ordinal, &description);
	return (FeatureName){pstrdup(description.name), pstrdup(description.group),
						 pstrdup(description.unit)};
}

FeatureName
described_name(const char *name)
{
	int			ordinal = find_feature(name, strlen(name));
	FeatureName described = {NULL, NULL, NULL};

	if (ordinal >= 0)
		return catalog_name(ordinal);
	described.name = pstrdup(name);
	return described;
}

FeatureName *
catalog_names(int n)
{
	FeatureName *names = palloc0(sizeof(FeatureName) * Max(1, n));
	FeatureSet	 set;
	bool		 with_host;
	bool		 known = find_feature_set(n, &set, &with_host);

	for (int i = 0; i < n; i++)
		if (known)
			names[i] = catalog_name(feature_ordinal(set, i));
		else
			names[i].name = psprintf("feature %d", i + 1);
	return names;
}

FeatureName *
model_feature_names(const Model *model)
{
	FeatureName *names;

	if (model->n_feature_names == 0)
		return catalog_names(model->preprocessing.n_features);
	names = palloc(sizeof(FeatureName) * model->n_feature_names);
	for (int i = 0; i < model->n_feature_names; i++)
		names[i] = described_name(server_text(model->feature_names[i]));
	return names;
}

int
feature_position(int n_features, const char *const *names, int n_names, const char *name)
{
	FeatureSet set;
	bool	   with_host;

	if (n_names > 0)
	{
		for (int i = 0; i < Min(n_features, n_names); i++)
			if (strcmp(names[i], name) == 0)
				return i;
	}
	else if (find_feature_set(n_features, &set, &with_host))
	{
		int ordinal = find_feature(name, strlen(name));

		for (int i = 0; i < n_features; i++)
			if (feature_ordinal(set, i) == ordinal)
				return i;
	}
	return -1;
}

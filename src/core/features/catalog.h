/*
 * catalog.h
 *		Features of a light curve, and of a light curve with its host: what they
 *		are, and their computation.
 *
 * A feature is declared once, as a row of a group's table beside the function
 * that computes the group, and expanded over scopes or passband pairs here.
 * Features are numbered from 0 in the order of the groups; those of the host
 * follow those of the light curve.  A feature that cannot be computed, or is
 * not finite as a float, is NaN.
 *
 * A unit defines how a feature scales: multiplying all flux and flux_err by c
 * multiplies a feature of unit "flux" or "flux/day" by c, adds -2.5 log10(c) to
 * one of "mag(flux)", and leaves one of "1", "count", "day" or "mag" unchanged.  No
 * feature changes when all times shift.
 */
#ifndef PLASTICC_CORE_FEATURES_CATALOG_H
#define PLASTICC_CORE_FEATURES_CATALOG_H

#include <stdbool.h>

#include "core/curve/observations.h"

typedef struct FeatureDescription
{
	const char *unit;
	const char *group;
	char		name[64];
	char		description[400];
} FeatureDescription;

/* Which features of a light curve: all, or the first of them, which cost microseconds. */
typedef enum FeatureSet
{
	FEATURES_SIMPLE,
	FEATURES_ALL, /* with those of fits to the light curve */
} FeatureSet;

/* Their names, then NULL. */
extern const char *const feature_set_names[];

/* Features of a light curve, and those that its host adds to a set of them. */
extern int feature_count(FeatureSet set);
extern int host_feature_count(FeatureSet set);

/* The set that an array of n features holds, possibly with a host's after it; false if none. */
extern bool find_feature_set(int n, FeatureSet *set, bool *with_host);

/* The ordinal of element i of an array that has a set's features, then possibly a host's. */
extern int feature_ordinal(FeatureSet set, int i);

/* Feature 0 <= ordinal < feature_count(FEATURES_ALL) + host_feature_count(FEATURES_ALL). */
extern void describe_feature(int ordinal, FeatureDescription *description);

/* The ordinal of a name of `length` bytes, or -1; takes about a microsecond. */
extern int find_feature(const char *name, size_t length);

/* The features[feature_count(set)] of canonical observations, of which there is at least one. */
extern void compute_features(const Observations *observations, FeatureSet set, float *features,
							 Workspace *workspace);

/* Metadata of an object; NaN where unknown. */
typedef struct HostMetadata
{
	double ddf; /* 1 in a deep drilling field, else 0 */
	double hostgal_photoz;
	double hostgal_photoz_err;
	double distmod; /* mag; NaN = from hostgal_photoz */
	double mwebv;	/* mag */
} HostMetadata;

/*
 * The host's features[host_feature_count(set)] of an object whose light curve has
 * the given features, of that set.  A negative photoz, error, distmod or mwebv,
 * by which surveys mark unknown values, counts as NaN.
 */
extern void compute_host_features(const float *lightcurve_features, FeatureSet set,
								  HostMetadata host, float *features, Workspace *workspace);

#endif /* PLASTICC_CORE_FEATURES_CATALOG_H */

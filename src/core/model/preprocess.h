/*
 * preprocess.h
 *		Preprocessing of features: normalisation and missing-value indicators.
 */
#ifndef PLASTICC_CORE_MODEL_PREPROCESS_H
#define PLASTICC_CORE_MODEL_PREPROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"

typedef enum Normalisation
{
	NORMALISATION_ZSCORE,	  /* (x - center) * scale */
	NORMALISATION_RANK_GAUSS, /* normal quantile of the rank among the training values */
	NORMALISATION_DONE,		  /* none, after normalise_features; never in a model */
} Normalisation;

/* The names of normalisations, then NULL. */
extern const char *const normalisation_choices[];

typedef struct PreprocessingOptions
{
	int	   normalisation;
	int	   quantiles;			  /* knots per feature, rank_gauss */
	double clip;				  /* 0 = none */
	double missing_flag_fraction; /* least fraction of missing values for an indicator */
} PreprocessingOptions;

/*
 * The inputs of networks are the features listed in used, limited to the range of their
 * training values, normalised, and clipped to [-clip, clip], 0 where missing (NaN or
 * infinite), followed by a missing-value indicator (1 = missing, otherwise 0) for each
 * feature listed in flagged.
 */
typedef struct Preprocessing
{
	int			  n_features; /* length of feature arrays */
	int			  n_used;
	int32_t		 *used; /* [n_used] ascending feature indexes */
	Normalisation normalisation;
	float		  clip;
	bool		  unbounded;   /* values are not limited; only in models of format 4 */
	float		 *lowest;	   /* [n_used], of the training values, zscore */
	float		 *highest;	   /* [n_used], likewise */
	float		 *center;	   /* [n_used], zscore */
	float		 *scale;	   /* [n_used], zscore; 0 for a constant feature */
	int			  n_quantiles; /* rank_gauss */
	float		 *quantiles;   /* [n_used][n_quantiles], ascending, from the lowest to the highest
								* training value; rank_gauss */
	int		 n_flagged;
	int32_t *flagged; /* [n_flagged] ascending feature indexes */
} Preprocessing;

static inline int
preprocessing_inputs(const Preprocessing *preprocessing)
{
	return preprocessing->n_used + preprocessing->n_flagged;
}

/*
 * Fits the preprocessing to the rows of features [n_rows], each [n_features], that are
 * not marked in skip [n_rows] (NULL for all rows).  Missing values (NaN or infinite) are
 * ignored.
 */
extern void preprocessing_fit(Preprocessing *preprocessing, const PreprocessingOptions *options,
							  int n_rows, int n_features, float *const *features, const bool *skip,
							  Workspace *workspace);

/* Normalises features [n_rows], each [n_features], in place; missing values become NaN. */
extern void normalise_features(const Preprocessing *preprocessing, int n_rows,
							   float *const *features, Workspace *workspace);

/*
 * The preprocessing of features that normalise_features has normalised: gives the same
 * inputs as the original, whose flagged [n_flagged] is given.
 */
extern Preprocessing normalised_preprocessing(int n_features, int n_flagged, int32_t *flagged,
											  Workspace *workspace);

/*
 * Undoes the normalisation of limits [n] of used feature j: each becomes the largest number
 * whose normalised value does not exceed it.  The limits must be normalised values.
 */
extern void denormalise_limits(const Preprocessing *preprocessing, const float *scores, int j,
							   int n, float *limits);

/* The preprocessing restricted to the inputs marked in keep [preprocessing_inputs()]. */
extern Preprocessing preprocessing_subset(const Preprocessing *preprocessing, const bool *keep,
										  Workspace *workspace);

/* Precomputed scores for preprocess(); NULL if the normalisation needs none. */
extern float *preprocessing_scores(const Preprocessing *preprocessing, Workspace *workspace);

/*
 * Computes inputs [n_rows][preprocessing_inputs()] from features [n_rows][n_features];
 * scores from preprocessing_scores.
 */
extern void preprocess(const Preprocessing *preprocessing, const float *scores, int n_rows,
					   const float *features, float *inputs);

#endif /* PLASTICC_CORE_MODEL_PREPROCESS_H */

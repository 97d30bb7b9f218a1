/*
 * preprocess.h
 *		From feature arrays to the inputs of a network.
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
	NORMALISATION_DONE,		  /* none: by normalise_features already; never of a model */
} Normalisation;

/* Their names, then NULL. */
extern const char *const normalisation_choices[];

typedef struct PreprocessingOptions
{
	int	   normalisation;
	int	   quantiles;			  /* knots a feature, rank_gauss */
	double clip;				  /* 0 = none */
	double missing_flag_fraction; /* least share of missing values that makes a flag */
} PreprocessingOptions;

/*
 * From a feature array to the inputs of networks: each feature listed in used
 * normalised and clipped to [-clip, clip], a missing one (NaN or infinite) 0; then
 * one flag (1 = missing) for each feature listed in flagged.
 */
typedef struct Preprocessing
{
	int			  n_features; /* of the array */
	int			  n_used;
	int32_t		 *used; /* [n_used] ascending feature indexes */
	Normalisation normalisation;
	float		  clip;
	float		 *center;	   /* [n_used], zscore */
	float		 *scale;	   /* [n_used], zscore; 0 for a constant feature */
	int			  n_quantiles; /* rank_gauss */
	float		 *quantiles;   /* [n_used][n_quantiles], ascending; rank_gauss */
	int			  n_flagged;
	int32_t		 *flagged; /* [n_flagged] ascending feature indexes */
} Preprocessing;

static inline int
preprocessing_inputs(const Preprocessing *preprocessing)
{
	return preprocessing->n_used + preprocessing->n_flagged;
}

/*
 * Learns the preprocessing from the rows of features [n_rows], each [n_features],
 * that are not marked in skip (which may be NULL).  Missing values (NaN, infinite)
 * take no part.
 */
extern void preprocessing_fit(Preprocessing *preprocessing, const PreprocessingOptions *options,
							  int n_rows, int n_features, float *const *features, const bool *skip,
							  Workspace *workspace);

/* Normalises the features [n_rows], each [n_features], in place; missing ones become NaN. */
extern void normalise_features(const Preprocessing *preprocessing, int n_rows,
							   float *const *features, Workspace *workspace);

/* From features that have been normalised so, by one that has these flags, to the same inputs. */
extern Preprocessing normalised_preprocessing(int n_features, int n_flagged, int32_t *flagged,
											  Workspace *workspace);

/* The same of the inputs marked in keep [preprocessing_inputs()] alone. */
extern Preprocessing preprocessing_subset(const Preprocessing *preprocessing, const bool *keep,
										  Workspace *workspace);

/* Precomputed parts of the transformation; NULL where none are needed. */
extern float *preprocessing_scores(const Preprocessing *preprocessing, Workspace *workspace);

/*
 * inputs [n_rows][preprocessing_inputs()] of features [n_rows][n_features];
 * scores as given by preprocessing_scores.
 */
extern void preprocess(const Preprocessing *preprocessing, const float *scores, int n_rows,
					   const float *features, float *inputs);

#endif /* PLASTICC_CORE_MODEL_PREPROCESS_H */

/*
 * preprocess.h
 *		From feature arrays to the inputs of a network.
 */
#ifndef PLASTICC_CORE_MODEL_PREPROCESS_H
#define PLASTICC_CORE_MODEL_PREPROCESS_H

#include "core/model/model.h"
#include "core/train/options.h"

/*
 * Learns the preprocessing from the rows of features [n_rows][n_features] that
 * are not marked in skip (which may be NULL).  Missing values (NaN, infinite)
 * take no part.
 */
extern void preprocessing_fit(Preprocessing *preprocessing, const TrainingOptions *options,
							  int n_rows, int n_features, const float *features, const bool *skip,
							  Workspace *workspace);

/* The preprocessing_inputs() of what preprocessing_fit would learn, without the work. */
extern int preprocessing_count_inputs(const TrainingOptions *options, int n_rows, int n_features,
									  const float *features, const bool *skip,
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

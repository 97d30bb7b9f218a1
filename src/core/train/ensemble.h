/*
 * ensemble.h
 *		Several networks on one training set: which rows each learns from, and
 *		what they say together of the rows that they have not seen.
 *
 * The networks of an ensemble, and in a cross-validation those of each fold,
 * are jobs that depend on nothing but their number: whoever does them, in
 * whatever order, the results are the same.
 */
#ifndef PLASTICC_CORE_TRAIN_ENSEMBLE_H
#define PLASTICC_CORE_TRAIN_ENSEMBLE_H

#include "core/train/trainer.h"

typedef struct Ensemble
{
	const TrainingSet	  *set; /* validation: rows held out from every member; excluded: NULL */
	const TrainingOptions *options;
	int					   n_folds; /* of a cross-validation, else 1 */
	const int32_t		  *fold; /* [n_rows], 0 to n_folds - 1; NULL without a cross-validation */
	const float *weight; /* [n_folds][n_rows], of rows in place of the set's; NULL for those */
} Ensemble;

/* The weights of the rows [n_rows] for the fold's networks; NULL for all 1. */
static inline const float *
fold_weight(const Ensemble *ensemble, int fold)
{
	return ensemble->weight ? ensemble->weight + (size_t) fold * ensemble->set->n_rows
							: ensemble->set->weight;
}

/* Job j trains member j % members of fold j / members. */
static inline int
ensemble_jobs(const Ensemble *ensemble)
{
	return ensemble->n_folds * ensemble->options->members;
}

/* The folds of a cross-validation, by stratified_folds. */
extern void cross_validation_folds(const TrainingSet *set, const TrainingOptions *options,
								   int32_t *fold, Workspace *workspace);

/*
 * The rows that no member of the fold learns from [n_rows], the fold's own and
 * held-out ones; the preprocessing is not fitted on them either.
 */
extern const bool *fold_skip(const Ensemble *ensemble, int fold, Workspace *workspace);

/* What training_gate makes of the fold's rows to learn from. */
extern Gate fold_gate(const Ensemble *ensemble, int fold, Workspace *workspace);

/* What all members of the fold see, where the set's features are as they were read. */
extern void fold_inputs(const Ensemble *ensemble, int fold, Workspace *workspace, Inputs *inputs);

/*
 * Without a cross-validation all networks have the same preprocessing, so that features
 * are normalised once.  normalise_set fits it, applies it to the set's features in place, and
 * returns it; normalised_inputs is what all members see then, given its flags, the
 * same as fold_inputs to the bit.
 */
extern Preprocessing normalise_set(const Ensemble *ensemble, Workspace *workspace);
extern void			 normalised_inputs(const Ensemble *ensemble, int n_flagged, int32_t *flagged,
									   Workspace *workspace, Inputs *inputs);

/*
 * Inputs in bins, once for the trees of all networks: so many bytes, 0 where networks
 * learn from different rows, from too many, or have no trees.
 */
extern size_t common_bin_bytes(const Ensemble *ensemble, int n_all_inputs);
extern void	  fill_common_bins(const Ensemble *ensemble, const Inputs *inputs, uint8_t *bins,
							   Workspace *workspace);

/* Writes, ascending, the rows [n_rows at most] that the job's network does not learn from. */
extern int job_unseen(const Ensemble *ensemble, int job, Workspace *workspace, int *rows);

/*
 * Does a job, with the inputs of its fold.  Like train_member, and logits
 * [job_unseen()][n_classes] receives what the network says of the unseen rows.
 */
extern Model *train_job(const Ensemble *ensemble, int job, const Inputs *inputs,
						Workspace *workspace, EpochCallback callback, void *argument,
						TrainingResult *result, float *logits);

/*
 * Brings the logits of a fold's jobs (logits[m] is member m's) together: for each
 * row the mean log-probabilities [n_rows][n_classes] of the members that have not
 * seen it, normalised, and their number [n_rows]; without any the row is NaN.
 */
extern void unseen_log_probabilities(const Ensemble *ensemble, int fold, const float *const *logits,
									 Workspace *workspace, float *log_probabilities,
									 int *n_members);

/* A member's inputs, weights and biases in a row: the length in bytes, there, and back. */
extern size_t member_bytes(const TrainingOptions *options, int n_all_inputs, int n_classes);
extern void	  member_save(const Member *member, char *bytes);
extern void	  member_restore(const TrainingOptions *options, int n_all_inputs, int n_classes,
							 const char *bytes, Workspace *workspace, Member *member);

#endif /* PLASTICC_CORE_TRAIN_ENSEMBLE_H */

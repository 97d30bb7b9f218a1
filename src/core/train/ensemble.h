/*
 * ensemble.h
 *		Ensembles of networks and cross-validation: training rows of each network,
 *		and the ensemble's out-of-bag or out-of-fold predictions.
 *
 * Training one network of the ensemble, in a cross-validation of one fold, is a
 * job.  Its result depends only on its number, not on the process that runs it
 * or on the order of jobs.
 */
#ifndef PLASTICC_CORE_TRAIN_ENSEMBLE_H
#define PLASTICC_CORE_TRAIN_ENSEMBLE_H

#include "core/train/trainer.h"

typedef struct Ensemble
{
	const TrainingSet	  *set; /* validation: held out from all members; excluded: NULL */
	const TrainingOptions *options;
	int					   n_folds; /* 1 without a cross-validation */
	const int32_t		  *fold; /* [n_rows], 0 to n_folds - 1; NULL without a cross-validation */
	const float *weight; /* [n_folds][n_rows], replaces the set's weights; NULL to use those */
} Ensemble;

/* Row weights [n_rows] for the fold's networks; NULL for all 1. */
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

/* Assigns fold [n_rows] by stratified_folds, for option folds. */
extern void cross_validation_folds(const TrainingSet *set, const TrainingOptions *options,
								   int32_t *fold, Workspace *workspace);

/*
 * Marks the rows [n_rows] that no member of the fold is trained on: the fold's own and
 * the held-out ones.  They are not used to fit the preprocessing either.
 */
extern const bool *fold_skip(const Ensemble *ensemble, int fold, Workspace *workspace);

/* training_gate of the fold's training rows. */
extern Gate fold_gate(const Ensemble *ensemble, int fold, Workspace *workspace);

/* training_inputs of the fold's training rows, from features that are not normalised yet. */
extern void fold_inputs(const Ensemble *ensemble, int fold, Workspace *workspace, Inputs *inputs);

/*
 * Without a cross-validation all networks share one preprocessing, and features are
 * normalised only once.  normalise_set fits the preprocessing, applies it to the set's
 * features in place, and returns it.  normalised_inputs then gives inputs that are
 * bitwise equal to those of fold_inputs; flagged [n_flagged] is the preprocessing's.
 */
extern Preprocessing normalise_set(const Ensemble *ensemble, Workspace *workspace);
extern void			 normalised_inputs(const Ensemble *ensemble, int n_flagged, int32_t *flagged,
									   Workspace *workspace, Inputs *inputs);

/*
 * Binned inputs for feature selection, shared by all networks.  common_bin_bytes is
 * their size, 0 if networks differ in their training rows, select no features, or have
 * more than TREE_MAX_ROWS training rows.
 */
extern size_t common_bin_bytes(const Ensemble *ensemble, int n_all_inputs);
extern void	  fill_common_bins(const Ensemble *ensemble, const Inputs *inputs, uint8_t *bins,
							   Workspace *workspace);

/*
 * Lists, ascending, the rows that the job's network is not trained on; rows has space for
 * n_rows.  Returns their number.
 */
extern int job_unseen(const Ensemble *ensemble, int job, Workspace *workspace, int *rows);

/*
 * Runs a job with the inputs of its fold.  Like train_member; logits
 * [job_unseen()][n_classes] receives the network's logits of the rows of job_unseen().
 */
extern Model *train_job(const Ensemble *ensemble, int job, const Inputs *inputs,
						Workspace *workspace, EpochCallback callback, void *argument,
						TrainingResult *result, float *logits);

/*
 * Combines the logits of a fold's jobs; logits[m] is member m's.  For each row,
 * log_probabilities [n_rows][n_classes] is the normalised mean over the members that
 * were not trained on it and n_members [n_rows] their number; NaN if it is 0.
 */
extern void unseen_log_probabilities(const Ensemble *ensemble, int fold, const float *const *logits,
									 Workspace *workspace, float *log_probabilities,
									 int *n_members);

/*
 * Copies a member's input indexes, weights and biases to and from contiguous memory of at
 * most member_bytes bytes.
 */
extern size_t member_bytes(const TrainingOptions *options, int n_all_inputs, int n_classes);
extern void	  member_save(const Member *member, char *bytes);
extern void	  member_restore(const TrainingOptions *options, int n_classes, const char *bytes,
							 Workspace *workspace, Member *member);

#endif /* PLASTICC_CORE_TRAIN_ENSEMBLE_H */

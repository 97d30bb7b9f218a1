/*
 * ensemble.h
 *		Ensembles and cross-validation: training rows of each member, and the
 *		ensemble's out-of-bag or out-of-fold predictions.
 *
 * Training one member of the ensemble, in a cross-validation of one fold, is a
 * job.  Its result depends only on its number, not on the process that runs it
 * or on the order of jobs.
 */
#ifndef PLASTICC_CORE_TRAIN_ENSEMBLE_H
#define PLASTICC_CORE_TRAIN_ENSEMBLE_H

#include "core/train/domain_classifier.h"
#include "core/train/member_training.h"

typedef struct Ensemble
{
	const TrainingSet	  *set; /* validation: held out from all members; excluded: NULL */
	const TrainingOptions *options;
	int					   n_folds; /* 1 without a cross-validation */
	const int32_t		  *fold; /* [n_rows], 0 to n_folds - 1; NULL without a cross-validation */
	const float		 *weight; /* [n_folds][n_rows], replaces the set's weights; NULL to use those */
	const Separation *separation; /* [n_folds], by the classifier that gave the weights, or NULL */
} Ensemble;

/* Row weights [n_rows] for the fold's members; NULL for all 1. */
static inline const float *
fold_weight(const Ensemble *ensemble, int fold)
{
	return ensemble->weight ? ensemble->weight + (size_t) fold * ensemble->set->n_rows
							: ensemble->set->weight;
}

/* Job j trains member j % members of fold j / members; members are networks, then boosters. */
static inline int
ensemble_jobs(const Ensemble *ensemble)
{
	return ensemble->n_folds * training_members(ensemble->options);
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
 * Lists, ascending, the rows that the job's member is not trained on; rows has space for
 * n_rows.  Returns their number.
 */
extern int job_unseen(const Ensemble *ensemble, int job, Workspace *workspace, int *rows);

/*
 * Runs a job with the inputs of its fold.  Like train_network or train_booster; logits
 * [job_unseen()][n_classes] receives the member's logits of the rows of job_unseen().
 */
extern Model *train_job(const Ensemble *ensemble, int job, const Inputs *inputs,
						Workspace *workspace, EpochCallback callback, void *argument,
						TrainingResult *result, float *logits);

/*
 * The weight of the trees' log-probabilities in the model's where it is not fitted.  With
 * five networks and XGBoost on held-out objects, 0.4 was best or close to it for every set
 * (bench/README.md, trees).
 */
#define DEFAULT_TREE_WEIGHT 0.4

/* Normalised means over the members of a kind, of rows that they were not trained on. */
typedef struct UnseenKind
{
	int	  *n_members;		  /* [n_rows], their number; NULL for a kind without members */
	float *log_probabilities; /* [n_rows][n_classes], if that is not 0 */
} UnseenKind;

/* Predictions of a fold's members for rows that they were not trained on. */
typedef struct Unseen
{
	int		  *n_members;		  /* [n_rows], of all kinds */
	float	  *log_probabilities; /* [n_rows][n_classes]; NaN if n_members is 0 */
	UnseenKind kinds[2];		  /* networks, boosters */
} Unseen;

/*
 * Combines the logits of a fold's jobs, logits[m] being member m's, with option tree_weight or,
 * if that is left open, DEFAULT_TREE_WEIGHT.  Returns the weight.
 */
extern double unseen_log_probabilities(const Ensemble *ensemble, int fold,
									   const float *const *logits, Workspace *workspace,
									   Unseen *unseen);

/*
 * Sets log_probabilities for another weight of the trees.  Of a row that only members of one
 * kind have not seen, they are that kind's.
 */
extern void weigh_kinds(const Ensemble *ensemble, double tree_weight, Unseen *unseen);

/*
 * Copies the member of a model of train_job, its parameters and what its inputs are, to and
 * from contiguous memory of at most member_bytes bytes.  number is the member's in the
 * ensemble; the model that receives it is of empty_model.
 */
extern size_t member_bytes(const TrainingOptions *options, int number, int n_all_inputs,
						   int n_features, int n_classes);
extern void	  member_save(const Model *model, char *bytes);
extern void	  member_restore(const TrainingOptions *options, int number, const char *bytes,
							 Workspace *workspace, Model *model);

#endif /* PLASTICC_CORE_TRAIN_ENSEMBLE_H */

/*
 * options.h
 *		The options of a training: what they are, their presets, and what they
 *		become for a training set.
 */
#ifndef PLASTICC_CORE_TRAIN_OPTIONS_H
#define PLASTICC_CORE_TRAIN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/model/preprocess.h"
#include "core/nn/network.h"
#include "core/train/option_row.h"
#include "core/trees/boosting.h"
#include "core/train/density_ratio.h"

#define OPTIONS_MAX_MESSAGE 512

/* option_word(0) in place of n_survey_features: all features are compared, by a classifier. */
#define SURVEY_FEATURES_AUTO (-1)

typedef enum Schedule
{
	SCHEDULE_CONSTANT,
	SCHEDULE_ONE_CYCLE,
} Schedule;

typedef enum Loss
{
	LOSS_WEIGHTED, /* an object of class c weighs w_c / N_c */
	LOSS_PLAIN,	   /* every object weighs 1 */
} Loss;

typedef enum CalibrationKind
{
	CALIBRATION_AUTO, /* full with bagging_folds, else none */
	CALIBRATION_NONE,
	CALIBRATION_TEMPERATURE,
	CALIBRATION_FULL, /* temperature and a multiplier for each class */
} CalibrationKind;

typedef struct TrainingOptions
{
	int					 preset;
	NetworkOptions		 network;
	int					 selected_inputs;
	double				 input_dropout;
	double				 input_noise;
	PreprocessingOptions preprocessing;
	int					 gate_feature;
	double				 learning_rate;
	int					 schedule;
	double				 warmup_fraction;
	int					 batch_size;
	int					 epochs;
	int					 patience;
	double				 validation_fraction;
	int					 validation_fold;
	int					 networks;
	int					 trees; /* boosters */
	BoostingOptions		 boosting;
	double				 tree_weight;
	int					 bagging_folds;
	int					 calibration;
	int					 folds;
	int					 loss;
	int					 n_class_weights;
	ClassWeight			 class_weights[MODEL_MAX_CLASSES];
	double				 weight_power;
	double				 label_smoothing;
	const char			*survey_query;							  /* the caller's string, or NULL */
	int					 n_survey_features;						  /* or SURVEY_FEATURES_AUTO */
	int					 survey_features[IMPORTANCE_MAX_COLUMNS]; /* from 1 */
	int64_t				 seed;
	double				 report_interval;
	int					 n_feature_names;
	const char		   **feature_names; /* the caller's strings */
} TrainingOptions;

/* The table, whose struct is TrainingOptions; its defaults are those of the first preset. */
extern const OptionTable training_options;

/* All options by the option "preset": "default" (0) or "reference" (1). */
extern const TrainingOptions *training_preset(int preset);

/* What several options together have wrong, and what to do about it, if that is not obvious. */
typedef struct OptionsConflict
{
	char		message[OPTIONS_MAX_MESSAGE];
	const char *hint; /* a sentence, or NULL */
} OptionsConflict;

/*
 * What only several options together can get wrong; call when all are set.  Returns false and
 * sets conflict if they do.
 */
extern bool training_options_check(const TrainingOptions *options, OptionsConflict *conflict);

/* The members of an ensemble: networks, then boosters. */
static inline int
training_members(const TrainingOptions *options)
{
	return options->networks + options->trees;
}

/* Rounds of a booster after which it is evaluated and reported, as networks are after an epoch. */
#define EPOCH_ROUNDS 10

/* The most epochs of a member. */
static inline int
member_epochs(const TrainingOptions *options, int member)
{
	return member < options->networks
			   ? options->epochs
			   : (options->boosting.rounds + EPOCH_ROUNDS - 1) / EPOCH_ROUNDS;
}

/* Inputs of a network, of all there are. */
extern int member_inputs(const TrainingOptions *options, int n_all);

/*
 * Gives the options that were left to the training set, dropout, input_dropout and weight_decay of
 * -1 and epochs and rounds of 0, their values, which the option table states, for so many features
 * of rows (all > 0; weighted_rows) of objects, of which there are fewer where some rows are copies,
 * of so many classes.
 */
extern void training_options_settle(TrainingOptions *options, int n_rows, int n_objects,
									int n_features, int n_classes);

#endif /* PLASTICC_CORE_TRAIN_OPTIONS_H */

/*
 * options.h
 *		The options of a training: one table that names, checks, documents and
 *		prints them.
 */
#ifndef PLASTICC_CORE_TRAIN_OPTIONS_H
#define PLASTICC_CORE_TRAIN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/limits.h"
#include "core/model/preprocess.h"
#include "core/nn/network.h"
#include "core/train/density_ratio.h"

#define OPTIONS_MAX_MESSAGE 512

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

typedef struct ClassWeight
{
	int32_t class;
	double weight;
} ClassWeight;

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
	int					 members;
	int					 bagging_folds;
	int					 calibration;
	int					 folds;
	int					 loss;
	int					 n_class_weights;
	ClassWeight			 class_weights[MODEL_MAX_CLASSES];
	double				 weight_power;
	double				 label_smoothing;
	const char			*survey_query; /* the caller's string, or NULL */
	int					 n_survey_features;
	int					 survey_features[IMPORTANCE_MAX_COLUMNS]; /* from 1 */
	int64_t				 seed;
	double				 report_interval;
	int					 n_feature_names;
	const char		   **feature_names; /* the caller's strings */
} TrainingOptions;

/* How a value is written in JSON. */
typedef enum OptionType
{
	OPTION_INTEGER, /* number without fraction */
	OPTION_NUMBER,
	OPTION_CHOICE,	 /* one of a few strings */
	OPTION_INTEGERS, /* array of integers */
	OPTION_NUMBERS,	 /* number, or array of numbers */
	OPTION_WEIGHTS,	 /* object: class to weight */
	OPTION_NAMES,	 /* array of strings */
	OPTION_TEXT,	 /* string */
} OptionType;

/* A row of the table, for documentation and for whoever parses the JSON. */
typedef struct OptionRow
{
	const char		  *name;
	OptionType		   type;
	double			   minimum; /* of numbers, and of the numbers of an array */
	double			   maximum;
	const char *const *choices; /* NULL-terminated, for OPTION_CHOICE */
	size_t			   offset;	/* in TrainingOptions */
	const char		  *description;
} OptionRow;

extern const OptionRow *training_option_rows(int *n_rows);
extern const OptionRow *training_option_find(const char *name, size_t length);

/* The "default" preset. */
extern void training_options_default(TrainingOptions *options);

/*
 * Set an option from a JSON value of the matching kind.  On failure return
 * false and say what is accepted in message (OPTIONS_MAX_MESSAGE bytes).
 * Setting "preset" overwrites every other option, so it comes first.
 */
extern bool training_option_set_number(TrainingOptions *options, const OptionRow *row, double value,
									   char *message);
extern bool training_option_set_text(TrainingOptions *options, const OptionRow *row,
									 const char *value, size_t length, char *message);
extern bool training_option_set_numbers(TrainingOptions *options, const OptionRow *row, int n,
										const double *values, char *message);
extern bool training_option_set_weights(TrainingOptions *options, const OptionRow *row, int n,
										const ClassWeight *weights, char *message);
extern bool training_option_set_string(TrainingOptions *options, const OptionRow *row,
									   const char *value, char *message);
extern bool training_option_set_names(TrainingOptions *options, const OptionRow *row, int n,
									  const char **names, char *message);

/* What only several options together can get wrong; call when all are set. */
extern bool training_options_check(const TrainingOptions *options, char *message);

/* Inputs that a network looks at, of all there are. */
extern int member_inputs(const TrainingOptions *options, int n_all);

/*
 * Gives the options that were left to the training set, input_dropout and weight_decay of -1
 * and epochs of 0, their values, as the table says, for so many features of rows (all > 0) of
 * objects, of which there are fewer where some rows are copies.
 */
extern void training_options_settle(TrainingOptions *options, int n_rows, int n_objects,
									int n_features);

/* What the row accepts, in words: "integer, 1 to 100000". */
extern void training_option_range(const OptionRow *row, char *message);

/*
 * The row's value in JSON, "null" for a string that is not given, but for OPTION_NAMES
 * ("feature_names" stands in the model by itself).  Writes at most size bytes with the final NUL
 * and returns the length it would need, like snprintf.
 */
extern int training_option_json(const TrainingOptions *options, const OptionRow *row, char *text,
								size_t size);

#endif /* PLASTICC_CORE_TRAIN_OPTIONS_H */

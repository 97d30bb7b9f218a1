/*
 * options.c
 *		The options of a training.
 */
#include "core/train/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Indexes are those of the enumerations in options.h, preprocess.h and nn/. */
static const char *const preset_choices[] = {"default", "reference", NULL};
static const char *const batch_norm_choices[] = {"none", "before", "after", NULL};
static const char *const initialisation_choices[] = {"auto", "glorot", "he", NULL};
static const char *const optimizer_choices[] = {"adam", "sgd", NULL};
static const char *const schedule_choices[] = {"constant", "one_cycle", NULL};
static const char *const calibration_choices[] = {"auto", "none", "temperature", "full", NULL};
static const char *const loss_choices[] = {"weighted", "plain", NULL};
static const char *const survey_features_words[] = {"auto", NULL}; /* SURVEY_FEATURES_AUTO */

/* With more rows, boosted trees are fitted to a random subset. */
#define TREES_MAX_ROWS (1 << 18)

/* Of both presets; whether trees are members is another option. */
#define BOOSTING_DEFAULTS                                                                          \
	{                                                                                              \
		.max_depth = 4, .most_rows = TREES_MAX_ROWS, .most_tree_rows = TREES_MAX_ROWS, .eta = 0.1, \
		.subsample = 0.8, .colsample = 0.15, .least_inputs = 48, .lambda = 1,                      \
		.min_child_weight = 1,                                                                     \
	}

/* The largest fraction that is dropped of a layer's outputs or of the inputs. */
#define MAX_DROPOUT 0.95

/* The option NAME is the member of that name of TrainingOptions, or of a struct in it. */
#define AT(member) offsetof(TrainingOptions, member)
#define LENGTH(member)                                                                             \
	((int) (sizeof(((TrainingOptions *) 0)->member) / sizeof(((TrainingOptions *) 0)->member[0])))
/* NOLINTBEGIN(bugprone-macro-parentheses): the path of a member cannot stand in parentheses. */
#define INTEGER(name, minimum, maximum, description)                                               \
	{                                                                                              \
#name, OPTION_INTEGER, minimum, maximum, NULL, AT(name), description                       \
	}
#define INTEGER_OF(part, name, minimum, maximum, description)                                      \
	{                                                                                              \
#name, OPTION_INTEGER, minimum, maximum, NULL, AT(part.name), description                  \
	}
#define NUMBER(name, minimum, maximum, description)                                                \
	{                                                                                              \
#name, OPTION_NUMBER, minimum, maximum, NULL, AT(name), description                        \
	}
#define NUMBER_OF(part, name, minimum, maximum, description)                                       \
	{                                                                                              \
#name, OPTION_NUMBER, minimum, maximum, NULL, AT(part.name), description                   \
	}
#define CHOICE(name, description)                                                                  \
	{                                                                                              \
#name, OPTION_CHOICE, 0, 0, name##_choices, AT(name), description                          \
	}
#define CHOICE_OF(part, name, description)                                                         \
	{                                                                                              \
#name, OPTION_CHOICE, 0, 0, name##_choices, AT(part.name), description                     \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

static const OptionRow rows[] = {
	CHOICE(preset, "values of all options that are not given"),
	{"layers", OPTION_INTEGERS, 1, 8192, NULL, AT(network.layers),
	 "widths of the hidden layers; [] is a linear model", AT(network.n_layers),
	 LENGTH(network.layers)},
	CHOICE_OF(network, activation, "activation of the hidden layers"),
	CHOICE_OF(network, batch_norm, "batch normalisation before or after the activation"),
	{"dropout", OPTION_NUMBERS, -1, MAX_DROPOUT, NULL, AT(network.dropout),
	 "fraction of a hidden layer's outputs dropped in training: one for all layers, or one per "
	 "layer; -1 is 0.2, divided like epochs where objects have several rows",
	 AT(network.n_dropout), LENGTH(network.dropout)},
	INTEGER(selected_inputs, 0, MODEL_MAX_FEATURES,
			"number of inputs per network, chosen by gain in boosted trees on its training rows; 0 "
			"for all"),
	NUMBER(input_dropout, -1, MAX_DROPOUT,
		   "fraction of a network's inputs dropped in training; -1 keeps the square root of 45 / "
		   "inputs of them, times the fourth root of rows / 3000, with rows from 200 to 3000; at "
		   "least a twentieth"),
	NUMBER(input_noise, 0, 10,
		   "standard deviation of the Gaussian noise added to the normalised inputs in training"),
	CHOICE_OF(preprocessing, normalisation,
			  "normalisation of each feature: by mean and standard deviation, or by the normal "
			  "quantile of "
			  "its rank"),
	INTEGER_OF(preprocessing, quantiles, 2, MODEL_MAX_QUANTILES,
			   "knots per feature that rank_gauss stores in the model"),
	NUMBER_OF(preprocessing, clip, 0, 1e6,
			  "largest absolute value of a normalised feature; 0 for no limit"),
	NUMBER_OF(preprocessing, missing_flag_fraction, 0, 1,
			  "a feature missing in at least this fraction of the objects gets a missing-value "
			  "indicator"),
	INTEGER(gate_feature, -1, MODEL_MAX_FEATURES,
			"position of a feature, from 1: classes that occur only where it is 0, or only where "
			"it is not, get at most a small probability elsewhere; 0: hostgal_photoz, if present; "
			"-1: none"),
	CHOICE_OF(network, initialisation,
			  "initialisation of the weights; auto is He for relu and elu, else Glorot"),
	CHOICE_OF(network, optimizer, "Adam, or stochastic gradient descent with momentum"),
	NUMBER(learning_rate, 1e-8, 100, "largest learning rate of the schedule"),
	NUMBER_OF(network, momentum, 0, 0.9999, "momentum of sgd"),
	NUMBER_OF(network, beta1, 0, 0.9999, "decay of Adam's first moment"),
	NUMBER_OF(network, beta2, 0, 0.999999, "decay of Adam's second moment"),
	NUMBER_OF(network, epsilon, 1e-12, 1, "added to the square root of Adam's second moment"),
	NUMBER_OF(network, weight_decay, -1, 10,
			  "decoupled: a step subtracts learning_rate * weight_decay * weight; -1 is 1000 / "
			  "objects, between 0.02 and 2"),
	CHOICE(
		schedule,
		"schedule of the learning rate: constant, or a cosine rise from 1/25 and a cosine fall to "
		"1/100000"),
	NUMBER(warmup_fraction, 0, 1, "fraction of the steps in which one_cycle rises"),
	INTEGER(batch_size, 2, 65536, "rows in a mini-batch"),
	INTEGER(epochs, 0, 100000,
			"passes over the training rows; 0 is 80, times the square root of 3000 / objects for "
			"fewer objects and 8000 / objects for more than 8000, at most 240; divided by the rows "
			"per object, by object_id, of which each counts by its weight, the heaviest as 1, but "
			"by no more than 2; at least 10"),
	INTEGER(
		patience, 0, 100000,
		"stop when the validation loss has not improved for this many epochs; 0 runs all epochs"),
	NUMBER(validation_fraction, 0, 0.9,
		   "fraction of each class held out to evaluate each epoch and keep the best"),
	INTEGER(validation_fold, -1, 2147483647,
			"hold out the objects with this value in the query's column fold; -1 for none"),
	INTEGER(networks, 0, MODEL_MAX_MEMBERS,
			"members that are networks, whose mean log-probabilities count; also accepted as "
			"members"),
	INTEGER(trees, 0, MODEL_MAX_MEMBERS,
			"members that are boosted trees, whose mean log-probabilities are added to the "
			"networks'"),
	NUMBER(tree_weight, -1, 1,
		   "weight of the trees' log-probabilities, of 1 in all; -1 is 0.4, or fitted with the "
		   "calibration where there is one"),
	INTEGER_OF(
		boosting, rounds, 0, MODEL_MAX_ROUNDS,
		"trees of a member that is boosted trees, one for all classes in each round; held-out "
		"objects choose the best number of them; 0 is 200 times the square root of objects / 5000, "
		"from "
		"100 to 1000, times the square root of classes / 6; from 50 to 1000"),
	INTEGER_OF(boosting, max_depth, 1, TREE_MAX_DEPTH, "largest depth of a tree"),
	NUMBER_OF(boosting, eta, 1e-4, 1, "factor of the values of a tree's leaves"),
	NUMBER_OF(boosting, subsample, 0.01, 1, "fraction of the objects drawn for each tree"),
	NUMBER_OF(boosting, colsample, 0.001, 1,
			  "fraction of the features drawn for each tree; at least 48 of them"),
	NUMBER_OF(boosting, lambda, 0, 1e6, "L2 regularisation of the values of leaves"),
	NUMBER_OF(boosting, min_child_weight, 0.001, 1e6,
			  "least sum of the Hessian over classes and objects of a node"),
	INTEGER(bagging_folds, 0, 1000,
			"each member leaves out one of this many parts of the objects, in turn, and evaluates "
			"its epochs on it; 0: all members see all objects"),
	CHOICE(calibration,
		   "calibration of the probabilities, fitted on what bagging leaves out: temperature, or "
		   "full, with a multiplier per class; auto is full with bagging_folds, else none"),
	INTEGER(folds, 2, 1000, "folds of plasticc_cross_validate if the query has no column fold"),
	CHOICE(loss, "weighted: an object of class c weighs class_weights[c] divided by the number of "
				 "objects of class c; plain: all weigh the same"),
	{"class_weights", OPTION_WEIGHTS, 0, 1e6, NULL, AT(class_weights),
	 "weights of classes in the weighted loss; those not given weigh 1, but 15, 64 and 99 weigh 2",
	 AT(n_class_weights), LENGTH(class_weights)},
	NUMBER(
		weight_power, 0, 1,
		"power of the class weights that applies to the objects in training; the rest applies to "
		"the model's probabilities"),
	{"survey_query", OPTION_TEXT, 0, 0, NULL, AT(survey_query),
	 "query that returns features of the objects to be classified: training objects get weights "
	 "that match their distribution"},
	{"survey_features", OPTION_INTEGERS, 1, MODEL_MAX_FEATURES, survey_features_words,
	 AT(survey_features),
	 "positions of the features that survey_query compares, from 1; [] is hostgal_photoz and ddf; "
	 "auto compares all features, by boosted trees that tell the objects apart",
	 AT(n_survey_features), LENGTH(survey_features)},
	NUMBER(label_smoothing, 0, 0.9, "fraction of the target probability spread over all classes"),
	NUMBER_OF(network, weight_average, 0, 0.99999,
			  "decay of the moving average of the weights that becomes the model; 0 for the last "
			  "weights"),
	{"seed", OPTION_LARGE_INTEGER, 0, 9007199254740991, NULL, AT(seed),
	 "seed of all random numbers"},
	NUMBER(report_interval, 0, 86400, "seconds between progress messages; 0 reports every epoch"),
	{"feature_names", OPTION_NAMES, 0, 0, NULL, AT(feature_names),
	 "names of the features, stored in the model", AT(n_feature_names)},
};

/*
 * Tuned by cross-validation on 6,277 objects with 173 features of the challenge
 * (bench/published_features.sh) and on 356 to 3,981 light curves with 1,505 features
 * (bench/README.md, recipe).  What matters, in order: dropout of the inputs,
 * the more of it the more there are and the fewer the rows; the choice of inputs by
 * trees; the small weight_power; weight decay where objects are few; one_cycle;
 * rank_gauss.
 */
static const TrainingOptions default_preset = {
	.preset = 0,
	.network.n_layers = 3,
	.network.layers = {256, 128, 64},
	.network.activation = ACTIVATION_ELU,
	.network.batch_norm = BATCH_NORM_AFTER,
	.network.n_dropout = 1,
	.network.dropout = {-1},
	.selected_inputs = 128,
	.input_dropout = -1,
	.preprocessing.normalisation = NORMALISATION_RANK_GAUSS,
	.preprocessing.quantiles = 128,
	.preprocessing.missing_flag_fraction = 0.02,
	.network.optimizer = OPTIMIZER_ADAM,
	.learning_rate = 0.005,
	.network.momentum = 0.9,
	.network.beta1 = 0.9,
	.network.beta2 = 0.999,
	.network.epsilon = 1e-8,
	.network.weight_decay = -1,
	.schedule = SCHEDULE_ONE_CYCLE,
	.warmup_fraction = 0.3,
	.batch_size = 64,
	.epochs = 0,
	.validation_fold = -1,
	.networks = 5,
	.trees = 5,
	.tree_weight = -1,
	.boosting = BOOSTING_DEFAULTS,
	.folds = 5,
	.loss = LOSS_WEIGHTED,
	.weight_power = 0.25,
	.report_interval = 5,
};

/*
 * The network of the course project that this extension grew from: five
 * sigmoid layers, each followed by batch normalisation and dropout 0.4; 150
 * epochs in mini-batches of 20; Adam as Keras has it.
 */
static const TrainingOptions reference_preset = {
	.preset = 1,
	.network.n_layers = 5,
	.network.layers = {512, 512, 256, 256, 128},
	.network.activation = ACTIVATION_SIGMOID,
	.network.batch_norm = BATCH_NORM_AFTER,
	.network.n_dropout = 1,
	.network.dropout = {0.4},
	.preprocessing.normalisation = NORMALISATION_ZSCORE,
	.preprocessing.quantiles = 128,
	.gate_feature = -1,
	.preprocessing.missing_flag_fraction = 1,
	.network.optimizer = OPTIMIZER_ADAM,
	.learning_rate = 0.001,
	.network.momentum = 0.9,
	.network.beta1 = 0.9,
	.network.beta2 = 0.999,
	.network.epsilon = 1e-7,
	.schedule = SCHEDULE_CONSTANT,
	.warmup_fraction = 0.3,
	.batch_size = 20,
	.epochs = 150,
	.validation_fold = -1,
	.networks = 1,
	.tree_weight = -1,
	.boosting = BOOSTING_DEFAULTS,
	.calibration = CALIBRATION_NONE,
	.folds = 5,
	.loss = LOSS_WEIGHTED,
	.weight_power = 1,
	.report_interval = 5,
};

static const TrainingOptions *const presets[] = {&default_preset, &reference_preset};

static const OptionSynonym synonyms[] = {{"members", "networks"}, {NULL, NULL}};

const OptionTable training_options = {rows, sizeof(rows) / sizeof(rows[0]), &default_preset,
									  synonyms};

const TrainingOptions *
training_preset(int preset)
{
	return presets[preset];
}

bool
training_options_check(const TrainingOptions *options, OptionsConflict *conflict)
{
	char *message = conflict->message;

	conflict->hint = NULL;
	if (options->network.n_dropout > 1 && options->network.n_dropout != options->network.n_layers)
	{
		snprintf(message, OPTIONS_MAX_MESSAGE, "\"dropout\" has %d numbers for %d hidden layers",
				 options->network.n_dropout, options->network.n_layers);
		return false;
	}
	for (int i = 0; i < options->network.n_dropout; i++)
		if (options->network.dropout[i] < 0.0 &&
			(options->network.dropout[i] != -1.0 || options->network.n_dropout > 1))
		{
			snprintf(message, OPTIONS_MAX_MESSAGE,
					 "\"dropout\" must be -1, or a number or numbers that are not negative");
			return false;
		}
	if ((options->input_dropout < 0.0 && options->input_dropout != -1.0) ||
		(options->network.weight_decay < 0.0 && options->network.weight_decay != -1.0))
	{
		snprintf(message, OPTIONS_MAX_MESSAGE,
				 "\"input_dropout\" and \"weight_decay\" must be -1 or not negative");
		return false;
	}
	if (training_members(options) == 0)
	{
		snprintf(message, OPTIONS_MAX_MESSAGE, "\"networks\" and \"trees\" are both 0");
		return false;
	}
	if (options->tree_weight < 0.0 && options->tree_weight != -1.0)
	{
		snprintf(message, OPTIONS_MAX_MESSAGE, "\"tree_weight\" must be -1 or not negative");
		return false;
	}
	if (options->bagging_folds == 1)
	{
		snprintf(message, OPTIONS_MAX_MESSAGE,
				 "\"bagging_folds\" is 1, which leaves out all objects");
		return false;
	}
	if (options->n_survey_features != 0 && options->survey_query == NULL)
	{
		snprintf(message, OPTIONS_MAX_MESSAGE,
				 "\"survey_features\" are given without \"survey_query\"");
		conflict->hint =
			"Give the query that returns \"features\" of the objects to be classified.";
		return false;
	}
	if (options->calibration >= CALIBRATION_TEMPERATURE && options->bagging_folds == 0)
	{
		snprintf(message, OPTIONS_MAX_MESSAGE,
				 "\"calibration\" is \"%s\" without \"bagging_folds\", which leave out the objects "
				 "that it is fitted on",
				 calibration_choices[options->calibration]);
		return false;
	}
	return true;
}

int
member_inputs(const TrainingOptions *options, int n_all)
{
	int n = options->selected_inputs;

	return n > 0 && n < n_all ? n : n_all;
}

void
training_options_settle(TrainingOptions *options, int n_rows, int n_objects, int n_features,
						int n_classes)
{
	/* copies take the place of epochs and of dropout, but only of half of them */
	double originals = fmax(0.5, (double) n_objects / n_rows);

	if (options->network.n_dropout == 1 && options->network.dropout[0] < 0.0)
		options->network.dropout[0] = 0.2 * originals;
	if (options->input_dropout < 0.0)
	{
		double few = pow(fmin(3000.0, fmax(200.0, n_rows)) / 3000.0, 0.25);

		options->input_dropout = fmin(
			MAX_DROPOUT, 1.0 - fmin(1.0, few * sqrt(45.0 / member_inputs(options, n_features))));
	}
	if (options->network.weight_decay < 0.0)
		options->network.weight_decay = fmax(0.02, fmin(2.0, 1000.0 / n_objects));
	if (options->boosting.rounds == 0)
	{
		double rounds = fmax(100.0, fmin(1000.0, 200.0 * sqrt(n_objects / 5000.0)));

		/* a round is one tree, whose splits serve all classes */
		options->boosting.rounds =
			(int) rint(fmax(50.0, fmin(1000.0, rounds * sqrt(n_classes / 6.0))));
	}
	if (options->epochs == 0)
	{
		double factor = n_objects < 3000 ? sqrt(3000.0 / n_objects) : fmin(1.0, 8000.0 / n_objects);
		double epochs = fmin(240.0, 80.0 * factor);

		options->epochs = (int) fmax(10.0, rint(epochs * originals));
	}
}

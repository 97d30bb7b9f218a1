/*
 * test_options.c
 *		The table of training options.
 */
#include "unit.h"

#include "core/train/options.h"

static OptionsConflict conflict;

/* The value of an option that is one number; false for others. */
static bool
number_of(const OptionRow *row, const TrainingOptions *options, double *value)
{
	const void *member = (const char *) options + row->offset;

	switch (row->type)
	{
		case OPTION_INTEGER:
			*value = *(const int *) member;
			return true;
		case OPTION_LARGE_INTEGER:
			*value = (double) *(const int64_t *) member;
			return true;
		case OPTION_NUMBER:
			*value = *(const double *) member;
			return true;
		default:
			return false;
	}
}

/* Both presets keep to the ranges that the table gives, and every row describes itself. */
static void
test_table(void)
{
	for (int preset = 0; preset < 2; preset++)
	{
		const TrainingOptions *options = training_preset(preset);

		CHECK(options->preset == preset, "preset %d", options->preset);
		CHECK(training_options_check(options, &conflict), "%s", conflict.message);
		for (int i = 0; i < training_options.n_rows; i++)
		{
			const OptionRow *row = &training_options.rows[i];
			double			 value;

			CHECK(strlen(row->name) >= 3 && strlen(row->description) > 3, "option %d", i);
			for (int k = 0; k < i; k++)
				CHECK(strcmp(row->name, training_options.rows[k].name) != 0, "%s twice", row->name);
			if (number_of(row, options, &value))
				CHECK(value >= row->minimum && value <= row->maximum, "%s = %g", row->name, value);
			if (row->type == OPTION_INTEGERS || row->type == OPTION_NUMBERS ||
				row->type == OPTION_WEIGHTS)
				CHECK(row->capacity > 1 && *(const int *) ((const char *) options +
														   row->count_offset) <= row->capacity,
					  "length of %s", row->name);
			if (row->type == OPTION_CHOICE)
				CHECK(row->choices[*(const int *) ((const char *) options + row->offset)] != NULL,
					  "choice of %s", row->name);
		}
	}
}

/* The reference preset is the network of the presentation. */
static void
test_reference(void)
{
	static const int	   widths[] = {512, 512, 256, 256, 128};
	const TrainingOptions *options = training_preset(1);
	const NetworkOptions  *network = &options->network;

	CHECK(network->n_layers == 5 && memcmp(network->layers, widths, sizeof(widths)) == 0, "widths");
	CHECK(network->activation == ACTIVATION_SIGMOID && network->batch_norm == BATCH_NORM_AFTER &&
			  network->n_dropout == 1 && network->dropout[0] == 0.4,
		  "layers");
	CHECK(options->epochs == 150 && options->batch_size == 20, "epochs");
}

/* The check refuses the options with this message. */
static void
check_refused(const TrainingOptions *options, const char *expected)
{
	conflict.message[0] = '\0';
	CHECK(!training_options_check(options, &conflict), "accepted: %s", expected);
	CHECK(strcmp(conflict.message, expected) == 0, "\"%s\", expected \"%s\"", conflict.message,
		  expected);
}

/* What several options together get wrong, and numbers between a mark and the range. */
static void
test_check(void)
{
	TrainingOptions options = *training_preset(0);

	options.network.n_layers = 3;
	options.network.n_dropout = 2;
	check_refused(&options, "\"dropout\" has 2 numbers for 3 hidden layers");
	options.network.n_dropout = 3;
	check_refused(&options, "\"dropout\" must be -1, or a number or numbers that are not negative");
	options.network.dropout[0] = 0.0;
	CHECK(training_options_check(&options, &conflict), "a number for each layer: %s",
		  conflict.message);
	options = *training_preset(0);
	options.n_survey_features = 1;
	check_refused(&options, "\"survey_features\" are given without \"survey_query\"");
	CHECK(conflict.hint != NULL, "no hint");
	options.n_survey_features = SURVEY_FEATURES_AUTO;
	check_refused(&options, "\"survey_features\" are given without \"survey_query\"");
	options.survey_query = "SELECT 1";
	CHECK(training_options_check(&options, &conflict), "features with a query: %s",
		  conflict.message);

	options = *training_preset(0);
	options.input_dropout = -0.5;
	check_refused(&options, "\"input_dropout\" and \"weight_decay\" must be -1 or not negative");
	options = *training_preset(0);
	options.network.weight_decay = -0.5;
	check_refused(&options, "\"input_dropout\" and \"weight_decay\" must be -1 or not negative");
	options = *training_preset(0);
	options.tree_weight = -0.5;
	check_refused(&options, "\"tree_weight\" must be -1 or not negative");
	options.tree_weight = -1.0;
	CHECK(training_options_check(&options, &conflict), "the mark: %s", conflict.message);
	options.tree_weight = 0.25;
	CHECK(training_options_check(&options, &conflict), "a share: %s", conflict.message);

	options = *training_preset(0);
	options.networks = options.trees = 0;
	check_refused(&options, "\"networks\" and \"trees\" are both 0");
	options = *training_preset(0);
	options.bagging_folds = 1;
	check_refused(&options, "\"bagging_folds\" is 1, which leaves out all objects");
}

/* A calibration needs rows to be fitted on. */
static void
test_calibration(void)
{
	TrainingOptions options;

	options = *training_preset(0);
	options.bagging_folds = 0;
	options.calibration = CALIBRATION_AUTO;
	CHECK(training_options_check(&options, &conflict), "auto: %s", conflict.message);
	options.calibration = CALIBRATION_TEMPERATURE;
	CHECK(!training_options_check(&options, &conflict) && strstr(conflict.message, "bagging_folds"),
		  "temperature");
	options.bagging_folds = 2;
	CHECK(training_options_check(&options, &conflict), "with bagging: %s", conflict.message);
}

/* Options that depend on the training set, and only these. */
static void
test_settle(void)
{
	TrainingOptions options;

	options = *training_preset(0);
	options.selected_inputs = 0;
	training_options_settle(&options, 3000, 3000, 180, 6);
	CHECK(options.input_dropout == 0.5, "input_dropout %g", options.input_dropout);
	options = *training_preset(0);
	training_options_settle(&options, 750, 750, 180, 6);
	CHECK(fabs(options.network.weight_decay - 4.0 / 3.0) < 1e-12, "weight_decay %g",
		  options.network.weight_decay);
	CHECK(options.epochs == 160, "%d epochs", options.epochs);
	CHECK(options.boosting.rounds == 100, "%d rounds of few objects", options.boosting.rounds);

	options = *training_preset(0);
	training_options_settle(&options, 1, 1, 1, 6);
	CHECK(options.input_dropout == 0.0 && options.network.weight_decay == 2.0 &&
			  options.epochs == 240,
		  "the least");
	options = *training_preset(0);
	training_options_settle(&options, 16000, 16000, 45, 6);
	CHECK(options.input_dropout == 0.0 && options.network.weight_decay == 0.0625 &&
			  options.epochs == 40 && options.boosting.rounds == 358,
		  "many objects");
	options = *training_preset(0);
	training_options_settle(&options, 10000000, 10000000, 45, 6);
	CHECK(options.network.weight_decay == 0.02 && options.epochs == 10 &&
			  options.boosting.rounds == 1000,
		  "the most");

	/* a tree serves all classes of a round */
	for (int n_classes = 1; n_classes <= 24; n_classes++)
	{
		options = *training_preset(0);
		training_options_settle(&options, 5000, 5000, 180, n_classes);
		CHECK_CLOSE(options.boosting.rounds, 200.0 * sqrt(n_classes / 6.0), 0.51, "rounds");
	}
	options = *training_preset(0);
	training_options_settle(&options, 300, 300, 180, 1);
	CHECK(options.boosting.rounds == 50, "%d rounds of one class", options.boosting.rounds);

	/* few rows, of many features or few */
	options = *training_preset(0);
	options.selected_inputs = 0;
	training_options_settle(&options, 750, 750, 180, 6);
	CHECK(fabs(options.input_dropout - (1.0 - sqrt(0.125))) < 1e-12, "input_dropout %g of few rows",
		  options.input_dropout);
	options = *training_preset(0);
	training_options_settle(&options, 750, 750, 20, 6);
	CHECK(options.input_dropout == 0.0, "input_dropout %g of few inputs", options.input_dropout);

	/* ten copies of each object */
	options = *training_preset(0);
	training_options_settle(&options, 7500, 750, 340, 6);
	CHECK(fabs(options.network.weight_decay - 4.0 / 3.0) < 1e-12 && options.epochs == 80 &&
			  options.network.dropout[0] == 0.1,
		  "copies");

	/* one of every two objects */
	options = *training_preset(0);
	training_options_settle(&options, 4500, 3000, 340, 6);
	CHECK(options.epochs == 53 && fabs(options.network.dropout[0] - 0.4 / 3.0) < 1e-12,
		  "few copies: %d epochs, dropout %g", options.epochs, options.network.dropout[0]);

	options = *training_preset(0);
	options.input_dropout = 0.0;
	options.network.dropout[0] = 0.3;
	options.network.weight_decay = 0.0;
	options.epochs = 1;
	options.boosting.rounds = 3;
	training_options_settle(&options, 1500, 750, 340, 6);
	CHECK(options.input_dropout == 0.0 && options.network.weight_decay == 0.0 &&
			  options.network.dropout[0] == 0.3 && options.epochs == 1 &&
			  options.boosting.rounds == 3,
		  "what was given");

	/* the number of selected inputs is what counts */
	for (int selected = 90; selected <= 720; selected *= 2)
	{
		options = *training_preset(0);
		options.selected_inputs = selected;
		training_options_settle(&options, 5000, 750, 180, 6);
		CHECK(options.selected_inputs == selected, "%d selected", options.selected_inputs);
		CHECK_CLOSE(options.input_dropout, 1.0 - sqrt(selected == 90 ? 0.5 : 0.25), 1e-12,
					"input_dropout of selected inputs");
	}
}

int
main(void)
{
	test_table();
	test_reference();
	test_check();
	test_calibration();
	test_settle();
	return unit_report();
}

/*
 * test_options.c
 *		The table of training options.
 */
#include "unit.h"

#include "core/train/options.h"

static char message[OPTIONS_MAX_MESSAGE];

static const OptionRow *
find(const char *name)
{
	const OptionRow *row = training_option_find(name, strlen(name));

	CHECK(row != NULL, "no option %s", name);
	return row;
}

static bool
set_text(TrainingOptions *options, const char *name, const char *value)
{
	return training_option_set_text(options, find(name), value, strlen(value), message);
}

static bool
set_number(TrainingOptions *options, const char *name, double value)
{
	return training_option_set_number(options, find(name), value, message);
}

/* Both presets are within the ranges of the table, and every row has a description. */
static void
test_table(void)
{
	static const char *const presets[] = {"default", "reference"};
	int						 n_rows;
	const OptionRow			*rows = training_option_rows(&n_rows);
	TrainingOptions			 options;

	for (int preset = 0; preset < 2; preset++)
	{
		training_options_default(&options);
		CHECK(set_text(&options, "preset", presets[preset]), "preset %s", presets[preset]);
		CHECK(training_options_check(&options, message), "%s", message);
		for (int i = 0; i < n_rows; i++)
		{
			char   json[OPTIONS_MAX_MESSAGE];
			char  *end;
			double value;

			CHECK(training_option_json(&options, &rows[i], json, sizeof(json)) < (int) sizeof(json),
				  "%s is too long", rows[i].name);
			training_option_range(&rows[i], message);
			CHECK(strlen(message) > 3 && strlen(message) < OPTIONS_MAX_MESSAGE - 1 &&
					  strlen(rows[i].description) > 3,
				  "%s: %s", rows[i].name, message);
			value = strtod(json, &end);
			if (rows[i].type == OPTION_INTEGER || rows[i].type == OPTION_NUMBER)
				CHECK(*end == '\0' && value >= rows[i].minimum && value <= rows[i].maximum,
					  "%s = %s", rows[i].name, json);
		}
	}
}

/* The reference preset is the network of the presentation. */
static void
test_reference(void)
{
	static const int widths[] = {512, 512, 256, 256, 128};
	TrainingOptions	 options;

	training_options_default(&options);
	set_text(&options, "preset", "reference");
	CHECK(options.network.n_layers == 5 &&
			  memcmp(options.network.layers, widths, sizeof(widths)) == 0,
		  "widths");
	CHECK(options.network.activation == ACTIVATION_SIGMOID &&
			  options.network.batch_norm == BATCH_NORM_AFTER && options.network.n_dropout == 1 &&
			  options.network.dropout[0] == 0.4,
		  "layers");
	CHECK(options.epochs == 150 && options.batch_size == 20, "epochs");
}

static void
test_set(void)
{
	TrainingOptions options;
	double			widths[40] = {3.0, 4.0};
	ClassWeight		weights[2] = {{90, 2.5}, {42, 0.0}};
	char			json[100];

	training_options_default(&options);
	CHECK(set_number(&options, "epochs", 7) && options.epochs == 7, "epochs");
	CHECK(!set_number(&options, "epochs", -1), "negative epochs");
	CHECK(!set_number(&options, "epochs", 1.5), "half an epoch");
	CHECK(!set_number(&options, "epochs", NAN), "NaN epochs");
	CHECK(!set_text(&options, "epochs", "many") && strstr(message, "integer") != NULL, "%s",
		  message);
	CHECK(set_number(&options, "seed", 9007199254740991.0) && options.seed == 9007199254740991,
		  "seed");
	CHECK(!set_number(&options, "seed", 9007199254740992.0) &&
			  strstr(message, "9007199254740991") != NULL,
		  "%s", message);
	CHECK(set_text(&options, "activation", "relu") && options.network.activation == ACTIVATION_RELU,
		  "activation");
	CHECK(!set_text(&options, "activation", "rel") && strstr(message, "\"relu\"") != NULL, "%s",
		  message);
	CHECK(!set_number(&options, "activation", 1), "activation by number");
	CHECK(training_option_set_numbers(&options, find("layers"), 2, widths, message) &&
			  options.network.n_layers == 2 && options.network.layers[1] == 4,
		  "layers");
	CHECK(!training_option_set_numbers(&options, find("layers"), 40, widths, message), "40 layers");
	CHECK(set_number(&options, "dropout", 0.25) && options.network.dropout[0] == 0.25,
		  "one dropout");
	CHECK(!set_number(&options, "dropout", 1.0), "dropping all");
	widths[0] = widths[1] = widths[2] = 0.1;
	CHECK(training_option_set_numbers(&options, find("dropout"), 3, widths, message), "dropouts");
	CHECK(!training_options_check(&options, message) && strstr(message, "dropout") != NULL, "%s",
		  message);
	CHECK(training_option_set_weights(&options, find("class_weights"), 2, weights, message) &&
			  options.n_class_weights == 2,
		  "class weights");
	training_option_json(&options, find("class_weights"), json, sizeof(json));
	CHECK(strcmp(json, "{\"90\": 2.5, \"42\": 0}") == 0, "%s", json);
	weights[1].weight = -1.0;
	CHECK(!training_option_set_weights(&options, find("class_weights"), 2, weights, message),
		  "negative weight");
	CHECK(training_option_find("epoch", 5) == NULL, "found a prefix");
}

/* survey_query and survey_features: an array of different maximum length, printed as JSON. */
static void
test_survey(void)
{
	TrainingOptions options;
	double			positions[IMPORTANCE_MAX_COLUMNS + 1] = {3, 1, 1, 1, 1, 1, 1, 1, 1};
	char			json[100];

	training_options_default(&options);
	training_option_json(&options, find("survey_query"), json, sizeof(json));
	CHECK(strcmp(json, "null") == 0, "%s", json);
	CHECK(training_option_set_numbers(&options, find("survey_features"), 2, positions, message) &&
			  options.n_survey_features == 2 && options.survey_features[0] == 3 &&
			  options.network.n_layers == 3,
		  "survey_features");
	training_option_json(&options, find("survey_features"), json, sizeof(json));
	CHECK(strcmp(json, "[3, 1]") == 0, "%s", json);
	CHECK(!training_option_set_numbers(&options, find("survey_features"),
									   IMPORTANCE_MAX_COLUMNS + 1, positions, message) &&
			  strstr(message, "at most 8 integers"),
		  "%s", message);
	CHECK(!training_options_check(&options, message) && strstr(message, "survey_query"),
		  "features without a query");
	CHECK(
		training_option_set_string(&options, find("survey_query"), "SELECT \"a\\b\"\n", message) &&
			training_options_check(&options, message),
		"survey_query");
	training_option_json(&options, find("survey_query"), json, sizeof(json));
	CHECK(strcmp(json, "\"SELECT \\\"a\\\\b\\\"\\u000a\"") == 0, "%s", json);
	CHECK(!training_option_set_string(&options, find("loss"), "plain", message), "loss");
	CHECK(!set_text(&options, "survey_query", "x"), "a query is no choice");
}

/* A calibration needs rows to be fitted on. */
static void
test_calibration(void)
{
	TrainingOptions options;

	training_options_default(&options);
	options.bagging_folds = 0;
	CHECK(set_text(&options, "calibration", "auto") && training_options_check(&options, message),
		  "auto: %s", message);
	CHECK(set_text(&options, "calibration", "temperature") &&
			  !training_options_check(&options, message) && strstr(message, "bagging_folds"),
		  "temperature");
	options.bagging_folds = 2;
	CHECK(training_options_check(&options, message), "with bagging: %s", message);
}

/* Options that depend on the training set, and only these. */
static void
test_settle(void)
{
	TrainingOptions options;

	training_options_default(&options);
	options.selected_inputs = 0;
	training_options_settle(&options, 3000, 3000, 180);
	CHECK(options.input_dropout == 0.5, "input_dropout %g", options.input_dropout);
	training_options_default(&options);
	training_options_settle(&options, 750, 750, 180);
	CHECK(fabs(options.network.weight_decay - 4.0 / 3.0) < 1e-12, "weight_decay %g",
		  options.network.weight_decay);
	CHECK(options.epochs == 160, "%d epochs", options.epochs);

	training_options_default(&options);
	training_options_settle(&options, 1, 1, 1);
	CHECK(options.input_dropout == 0.0 && options.network.weight_decay == 2.0 &&
			  options.epochs == 240,
		  "the least");
	training_options_default(&options);
	training_options_settle(&options, 16000, 16000, 45);
	CHECK(options.input_dropout == 0.0 && options.network.weight_decay == 0.0625 &&
			  options.epochs == 40,
		  "many objects");
	training_options_default(&options);
	training_options_settle(&options, 10000000, 10000000, 45);
	CHECK(options.network.weight_decay == 0.02 && options.epochs == 10, "the most");

	/* few rows, of many features or few */
	training_options_default(&options);
	options.selected_inputs = 0;
	training_options_settle(&options, 750, 750, 180);
	CHECK(fabs(options.input_dropout - (1.0 - sqrt(0.125))) < 1e-12, "input_dropout %g of few rows",
		  options.input_dropout);
	training_options_default(&options);
	training_options_settle(&options, 750, 750, 20);
	CHECK(options.input_dropout == 0.0, "input_dropout %g of few inputs", options.input_dropout);

	/* ten copies of each object */
	training_options_default(&options);
	training_options_settle(&options, 7500, 750, 340);
	CHECK(fabs(options.network.weight_decay - 4.0 / 3.0) < 1e-12 && options.epochs == 16, "copies");

	training_options_default(&options);
	options.input_dropout = 0.0;
	options.network.weight_decay = 0.0;
	options.epochs = 1;
	training_options_settle(&options, 750, 750, 340);
	CHECK(options.input_dropout == 0.0 && options.network.weight_decay == 0.0 &&
			  options.epochs == 1,
		  "what was given");

	/* the number of selected inputs is what counts */
	for (int selected = 90; selected <= 720; selected *= 2)
	{
		training_options_default(&options);
		options.selected_inputs = selected;
		training_options_settle(&options, 5000, 750, 180);
		CHECK(options.selected_inputs == selected, "%d selected", options.selected_inputs);
		CHECK_CLOSE(options.input_dropout, 1.0 - sqrt(selected == 90 ? 0.5 : 0.25), 1e-12,
					"input_dropout of selected inputs");
	}
	options.input_dropout = -0.5;
	CHECK(!training_options_check(&options, message) && strstr(message, "input_dropout"),
		  "half of a mark");
}

int
main(void)
{
	test_table();
	test_reference();
	test_set();
	test_survey();
	test_calibration();
	test_settle();
	return unit_report();
}

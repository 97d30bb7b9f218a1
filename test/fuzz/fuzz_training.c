/*
 * fuzz_training.c
 *		Training of a small network or of a few trees on extreme features: it diverges, or the model
 *reads back from its bytes and gives probabilities.
 */
#include "fuzz.h"

#include "core/train/trainer.h"
#include "core/train/tree_trainer.h"

#define MAX_ROWS 24
#define MAX_FEATURES 5

static float
take_feature(FuzzInput *input)
{
	unsigned byte = take_byte(input);

	return byte < 16	? NAN
		   : byte < 24	? INFINITY
		   : byte < 200 ? (float) byte
						: (float) take_number(input);
}

static TrainingOptions
take_options(FuzzInput *input, int n_rows, int n_features)
{
	TrainingOptions options = *training_preset(take_range(input, 0, 1));

	options.network.n_layers = take_range(input, 0, 2);
	options.network.layers[0] = take_range(input, 1, 6);
	options.network.layers[1] = take_range(input, 1, 6);
	options.network.n_dropout = 1;
	options.network.activation = take_range(input, ACTIVATION_SIGMOID, ACTIVATION_ELU);
	options.network.batch_norm = take_range(input, BATCH_NORM_NONE, BATCH_NORM_AFTER);
	options.network.optimizer = take_range(input, OPTIMIZER_ADAM, OPTIMIZER_SGD);
	options.selected_inputs = take_range(input, 0, n_features);
	options.preprocessing.normalisation =
		take_range(input, NORMALISATION_ZSCORE, NORMALISATION_RANK_GAUSS);
	options.preprocessing.quantiles = take_range(input, 2, 9);
	options.preprocessing.clip = fmin(1e6, fabs(take_number(input)));
	options.preprocessing.missing_flag_fraction = take_range(input, 0, 10) / 10.0;
	options.learning_rate = take_range(input, 0, 7) == 0 ? 100.0 : 0.01;
	options.weight_power = take_range(input, 0, 4) / 4.0;
	options.batch_size = take_range(input, 2, 16);
	options.epochs = 2;
	options.boosting.rounds = 4;
	options.boosting.max_depth = take_range(input, 1, 3);
	options.boosting.min_child_weight = take_range(input, 0, 2) == 0 ? 1.0 : 0.001;
	options.boosting.lambda = take_range(input, 0, 1);
	options.seed = take_byte(input);
	training_options_settle(&options, n_rows, n_rows, n_features, 6);
	return options;
}

static void
ignore_report(const EpochReport *report, void *argument)
{
}

static void
require_probabilities(const Model *model, const TrainingSet *set, Workspace *workspace)
{
	ClassifyScratch *scratch = classify_scratch(model, 1, workspace);

	for (int i = 0; i < set->n_rows; i++)
	{
		float  probabilities[2];
		double sum = 0.0;

		model_classify(model, scratch, 1, set->features[i], probabilities);
		for (int c = 0; c < 2; c++)
		{
			REQUIRE(!(probabilities[c] < 0.0f) && !(probabilities[c] > 1.0f));
			sum += probabilities[c];
		}
		REQUIRE(!(fabs(sum - 1.0) > 1e-3));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static float		 features[MAX_ROWS][MAX_FEATURES];
	static int32_t		 target[MAX_ROWS];
	static float		 weight[MAX_ROWS];
	static const int32_t classes[2] = {15, 42};
	Workspace			 workspace = unit_workspace();
	FuzzInput			 input = {data, size};
	int					 n_rows = take_range(&input, 4, MAX_ROWS);
	int					 n_features = take_range(&input, 1, MAX_FEATURES);
	TrainingOptions		 options = take_options(&input, n_rows, n_features);
	float				*rows[MAX_ROWS];
	bool				 weighted = take_range(&input, 0, 1) == 1;
	bool				 trees = take_range(&input, 0, 2) == 0;
	TrainingResult		 result;
	Inputs				 inputs;
	Model				*model;

	for (int i = 0; i < n_rows; i++)
	{
		rows[i] = features[i];
		target[i] = i % 2;
		weight[i] = weighted ? fabsf((float) take_number(&input)) + 1e-30f : 1.0f;
		for (int j = 0; j < n_features; j++)
			features[i][j] = take_feature(&input);
	}
	TrainingSet set = {
		.n_rows = n_rows,
		.n_features = n_features,
		.n_classes = 2,
		.features = rows,
		.classes = classes,
		.target = target,
		.weight = weighted ? weight : NULL,
	};

	training_inputs(&set, &options, NULL, &workspace, &inputs);
	model = (trees ? train_booster : train_network)(&set, &inputs, &options, &workspace,
													ignore_report, NULL, &result);
	if (model)
	{
		size_t		   length;
		unsigned char *bytes;
		const char	  *reason;

		model->options = model->metrics = "{}";
		length = model_size(model);
		bytes = workspace_array(&workspace, unsigned char, length);
		model_write(model, bytes);
		model = model_read(bytes, length, &workspace, &reason);
		REQUIRE(model != NULL);
		require_probabilities(model, &set, &workspace);
	}
	unit_free();
	return 0;
}

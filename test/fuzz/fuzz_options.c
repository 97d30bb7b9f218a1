/*
 * fuzz_options.c
 *		Options of a training: any values that their table allows are refused together
 *		with a message, or settle on values that it allows too.
 */
#include "fuzz.h"

#include "core/train/options.h"

static double
take_allowed(FuzzInput *input, const OptionRow *row)
{
	switch (take_range(input, 0, 3))
	{
		case 0:
			return row->minimum;
		case 1:
			return row->maximum;
		default:
			return fmin(row->maximum, fmax(row->minimum, take_number(input)));
	}
}

static void
take_option(FuzzInput *input, const OptionRow *row, TrainingOptions *options)
{
	char *place = (char *) options + row->offset;
	int	 *count = (int *) ((char *) options + row->count_offset);
	int	  n_choices = 0;

	switch (row->type)
	{
		case OPTION_INTEGER:
			*(int *) place = (int) take_allowed(input, row);
			break;
		case OPTION_NUMBER:
			*(double *) place = take_allowed(input, row);
			break;
		case OPTION_CHOICE:
			while (row->choices[n_choices])
				n_choices++;
			*(int *) place = take_range(input, 0, n_choices - 1);
			break;
		case OPTION_INTEGERS:
			*count = take_range(input, row->choices ? option_word(0) : 0,
								row->capacity < 40 ? row->capacity : 40);
			for (int i = 0; i < *count; i++)
				((int *) place)[i] = (int) take_allowed(input, row);
			break;
		case OPTION_NUMBERS:
			*count = take_range(input, 1, row->capacity);
			for (int i = 0; i < *count; i++)
				((double *) place)[i] = take_allowed(input, row);
			break;
		case OPTION_TEXT:
			*(const char **) place = take_range(input, 0, 1) ? "SELECT 1" : NULL;
			break;
		default:
			break;
	}
}

static void
require_allowed(const OptionRow *row, const TrainingOptions *options)
{
	const char *place = (const char *) options + row->offset;

	if (row->type == OPTION_INTEGER)
		REQUIRE(*(const int *) place >= row->minimum && *(const int *) place <= row->maximum);
	else if (row->type == OPTION_NUMBER)
		REQUIRE(*(const double *) place >= row->minimum && *(const double *) place <= row->maximum);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput		input = {data, size};
	TrainingOptions options = *training_preset(take_range(&input, 0, 1));
	OptionsConflict conflict = {"", NULL};

	while (input.left > 0)
		take_option(&input,
					&training_options.rows[take_range(&input, 0, training_options.n_rows - 1)],
					&options);
	if (training_options_check(&options, &conflict))
	{
		int n_rows = 2 + (int) (size * size * 7 % 10000000);
		int n_objects = 1 + n_rows / (1 + (int) size % 5);
		int n_features = 1 + (int) (size * 977 % MODEL_MAX_FEATURES);

		training_options_settle(&options, n_rows, n_objects, n_features, 6);
		REQUIRE(conflict.message[0] == '\0');
		REQUIRE(member_inputs(&options, n_features) >= 1);
		REQUIRE(member_inputs(&options, n_features) <= n_features);
		REQUIRE(options.epochs >= 1 && options.input_dropout >= 0.0 &&
				options.network.weight_decay >= 0.0);
		for (int i = 0; i < training_options.n_rows; i++)
			require_allowed(&training_options.rows[i], &options);
	}
	else
		REQUIRE(conflict.message[0] != '\0');
	return 0;
}

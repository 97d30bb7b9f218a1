/*
 * fuzz_scores.c
 *		The bytes in which an evaluation travels, and figures of what they hold.
 *
 * An odd first byte makes an evaluation of the bytes after it and then changes single bytes
 * of its form; an even one takes them as what follows the version.
 */
#include "fuzz.h"

#include "core/score/figures.h"
#include "core/score/scores_form.h"

#define MAX_CLASSES 4
#define MAX_OBJECTS 6

static int64_t
take_units(FuzzInput *input)
{
	static const int64_t extremes[] = {0, 1, -1, EVALUATION_MAX_UNITS, INT64_MAX, INT64_MIN};
	unsigned			 byte = take_byte(input);

	return byte < 6 ? extremes[byte] : (int64_t) byte << (byte % 38);
}

static void
take_objects(FuzzInput *input, ScoresForm *form, Workspace *workspace)
{
	char *listed = workspace_array(workspace, char, object_size(form->n) * MAX_OBJECTS);

	form->listed = listed;
	for (int i = 0; i < form->n_listed; i++)
	{
		EvaluatedObject *object = object_at(listed, form->n, i);

		object->weight = take_units(input) & EVALUATION_MAX_UNITS;
		object->target = take_range(input, 0, form->n - 1);
		for (int c = 0; c < form->n; c++)
			object->probabilities[c] = fabsf((float) take_number(input));
		if (object->probabilities[0] == 0.0f)
			object->probabilities[0] = 1e-45f;
	}
}

static void
take_words(FuzzInput *input, ScoresForm *form, Workspace *workspace)
{
	size_t	 length = evaluation_length(form->n);
	int64_t *words = workspace_array(workspace, int64_t, length);

	form->words = words;
	memset(words, 0, sizeof(int64_t) * length);
	for (int i = take_range(input, 0, 24); i > 0; i--)
	{
		size_t index = take_byte(input) + 256 * take_byte(input);

		words[index % length] = take_units(input);
	}
}

static unsigned char *
build_form(FuzzInput *input, size_t *length, Workspace *workspace)
{
	static const char names[] = "AGN\0SN Ia\0\0\xc3\xa9"; /* with the zero of the last */
	ScoresForm		  form = {.n = take_range(input, 1, MAX_CLASSES)};
	int64_t			 *numbers = workspace_array(workspace, int64_t, form.n);
	unsigned char	 *bytes;

	form.numbers = numbers;
	for (int c = 0; c < form.n; c++)
		numbers[c] = (int32_t) take_units(input);
	if (form.n == MAX_CLASSES && take_range(input, 0, 1) == 1)
	{
		form.names = names;
		form.names_size = sizeof(names);
	}
	form.n_listed = take_range(input, -1, MAX_OBJECTS);
	(form.n_listed < 0 ? take_words : take_objects)(input, &form, workspace);
	*length = write_scores_form(&form, NULL);
	bytes = malloc(*length); /* of exactly its size, for the sanitizer */
	REQUIRE(write_scores_form(&form, bytes) == *length);
	REQUIRE(read_scores_form(bytes, *length, workspace, &form));
	while (input->left >= 3)
	{
		size_t offset = take_byte(input) + 256 * take_byte(input);

		bytes[offset % *length] = (unsigned char) take_byte(input);
	}
	return bytes;
}

static unsigned char *
make_bytes(FuzzInput *input, size_t *length, Workspace *workspace)
{
	unsigned char *bytes;

	if (take_byte(input) % 2 == 1)
		return build_form(input, length, workspace);
	*length = 4 + input->left;
	bytes = malloc(*length);
	memcpy(bytes, "\0\0\0\1", 4);
	if (input->left > 0)
		memcpy(bytes + 4, input->at, input->left);
	return bytes;
}

/* Of what was counted, and not made up, they are shares. */
static void
require_figures(const Evaluation *evaluation, Workspace *workspace)
{
	double	 weights[MODEL_MAX_CLASSES];
	Figures *figures = workspace_array(workspace, Figures, evaluation->n);
	Figures	 overall;

	for (int c = 0; c < evaluation->n; c++)
	{
		weights[c] = 1.0;
		figures[c] = class_figures(evaluation, c, workspace);
		if (evaluation->listed == NULL)
			continue;
		REQUIRE(!(figures[c].precision < 0.0) && !(figures[c].precision > 1.0 + 1e-9));
		REQUIRE(!(figures[c].recall < 0.0) && !(figures[c].recall > 1.0 + 1e-9));
		REQUIRE(!(figures[c].roc_auc < 0.0) && !(figures[c].roc_auc > 1.0 + 1e-9));
		REQUIRE(!(figures[c].brier < 0.0) && !(figures[c].brier > 1.0 + 1e-9));
		REQUIRE(!(figures[c].average_precision < 0.0) &&
				!(figures[c].average_precision > 1.0 + 1e-9));
	}
	overall = overall_figures(evaluation, figures, weights);
	REQUIRE(evaluation->listed == NULL || !(overall.accuracy > 1.0 + 1e-9));
}

/* Scores that were read have figures, can be added to others, and be written. */
static void
use_scores(const ScoresForm *form, Workspace *workspace)
{
	size_t			 words_size = sizeof(int64_t) * evaluation_length(form->n);
	int64_t			*words = workspace_array(workspace, int64_t, evaluation_length(form->n));
	Evaluation		 evaluation = evaluation_view(form->n, words);
	size_t			 length = write_scores_form(form, NULL);
	unsigned char	*bytes = workspace_array(workspace, unsigned char, length);
	unsigned char	*again = workspace_array(workspace, unsigned char, length);
	EvaluatedObject *added =
		(EvaluatedObject *) workspace_array(workspace, char, object_size(form->n));
	ScoresForm copy;

	*added = (EvaluatedObject){.weight = EVALUATION_MAX_UNITS};
	for (int c = 0; c < form->n; c++)
		added->probabilities[c] = 1.0f;
	memset(words, 0, words_size);
	if (form->words)
		memcpy(words, form->words, words_size);
	for (int i = 0; i < form->n_listed; i++)
		REQUIRE(evaluation_add(&evaluation, object_at((void *) form->listed, form->n, i)));
	if (form->n_listed >= 0)
	{
		evaluation.listed = (void *) form->listed;
		evaluation.n_listed = form->n_listed;
	}
	require_figures(&evaluation, workspace);
	evaluation.listed = NULL;
	require_figures(&evaluation, workspace);
	(void) evaluation_add(&evaluation, added);
	(void) evaluation_merge(&evaluation, &evaluation);
	write_scores_form(form, bytes);
	REQUIRE(read_scores_form(bytes, length, workspace, &copy));
	REQUIRE(write_scores_form(&copy, again) == length && memcmp(bytes, again, length) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace	   workspace = unit_workspace();
	FuzzInput	   input = {data, size};
	size_t		   length;
	unsigned char *bytes = make_bytes(&input, &length, &workspace);
	ScoresForm	   form;

	if (read_scores_form(bytes, length, &workspace, &form))
		use_scores(&form, &workspace);
	free(bytes);
	unit_free();
	return 0;
}

/*
 * scores_form.c
 *		The bytes in which an evaluation with its classes travels.
 */
#include "core/score/scores_form.h"

#include <math.h>
#include <string.h>

#define SCORES_VERSION 1

/* ----------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------
 */

typedef struct Source
{
	const unsigned char *at;
	const unsigned char *end;
	Workspace			*workspace;
} Source;

static size_t
bytes_left(const Source *source)
{
	return (size_t) (source->end - source->at);
}

/* Takes an integer of that many bytes; false where there are not as many. */
static bool
take(Source *source, size_t width, uint64_t *value)
{
	if (bytes_left(source) < width)
		return false;
	*value = 0;
	for (size_t i = 0; i < width; i++)
		*value = *value << 8 | *source->at++;
	return true;
}

static bool
take_names(Source *source, ScoresForm *form)
{
	const char *name = (const char *) source->at, *end = name + form->names_size;

	if (bytes_left(source) < (size_t) form->names_size)
		return false;
	form->names = name;
	source->at += form->names_size;
	for (int i = 0; i < form->n; i++)
	{
		const char *zero = memchr(name, '\0', (size_t) (end - name));

		if (zero == NULL)
			return false;
		name = zero + 1;
	}
	return name == end;
}

static bool
take_numbers(Source *source, ScoresForm *form)
{
	int64_t *numbers = workspace_array(source->workspace, int64_t, form->n);

	form->numbers = numbers;
	for (int i = 0; i < form->n; i++)
	{
		uint64_t value;

		if (!take(source, 8, &value) || (int64_t) value < INT32_MIN || (int64_t) value > INT32_MAX)
			return false;
		numbers[i] = (int64_t) value;
	}
	return true;
}

static bool
take_object(Source *source, int n, EvaluatedObject *object)
{
	double	 sum = 0.0;
	uint64_t value;

	if (!take(source, 8, &value) || value > EVALUATION_MAX_UNITS)
		return false;
	object->weight = (int64_t) value;
	if (!take(source, 4, &value) || value >= (uint64_t) n)
		return false;
	object->target = (int32_t) value;
	for (int c = 0; c < n; c++)
	{
		uint32_t bits;
		float	 p;

		if (!take(source, 4, &value))
			return false;
		bits = (uint32_t) value;
		memcpy(&p, &bits, sizeof(p));
		if (!(p >= 0.0f) || !isfinite(p))
			return false;
		object->probabilities[c] = p;
		sum += p;
	}
	return sum > 0.0;
}

static bool
take_objects(Source *source, ScoresForm *form)
{
	size_t stored = 8 + 4 + 4 * (size_t) form->n;
	size_t size = object_size(form->n) * (size_t) form->n_listed;
	char  *listed;

	if (bytes_left(source) != stored * (size_t) form->n_listed)
		return false;
	form->listed = listed = workspace_array(source->workspace, char, size);
	memset(listed, 0, size); /* with what is between objects */
	for (int i = 0; i < form->n_listed; i++)
		if (!take_object(source, form->n, object_at(listed, form->n, i)))
			return false;
	return true;
}

static bool
take_words(Source *source, ScoresForm *form)
{
	size_t	 length = evaluation_length(form->n);
	int64_t *words;
	uint64_t n_words, index, value;

	if (!take(source, 4, &n_words) || bytes_left(source) != 12 * n_words)
		return false;
	form->words = words = workspace_array(source->workspace, int64_t, length);
	memset(words, 0, sizeof(int64_t) * length);
	for (uint64_t i = 0; i < n_words; i++)
	{
		if (!take(source, 4, &index) || index >= length || !take(source, 8, &value))
			return false;
		words[index] = (int64_t) value;
	}
	return true;
}

bool
read_scores_form(const void *bytes, size_t length, Workspace *workspace, ScoresForm *form)
{
	Source	 source = {bytes, (const unsigned char *) bytes + length, workspace};
	uint64_t version, n, names_size, n_listed;

	if (!take(&source, 4, &version) || version != SCORES_VERSION || !take(&source, 4, &n) ||
		n < 1 || n > MODEL_MAX_CLASSES || !take(&source, 4, &names_size) ||
		names_size > SCORES_MAX_NAMES_SIZE)
		return false;
	*form = (ScoresForm){.n = (int) n, .names_size = (int) names_size};
	if (!(names_size > 0 ? take_names : take_numbers)(&source, form) ||
		!take(&source, 4, &n_listed))
		return false;
	form->n_listed = (int32_t) n_listed;
	if (form->n_listed < -1 || form->n_listed > SCORES_MAX_LISTED)
		return false;
	return (form->n_listed < 0 ? take_words : take_objects)(&source, form);
}

/* ----------------------------------------------------------------
 * Writing
 * ----------------------------------------------------------------
 */

/* Counts the bytes, and puts them, unless bytes is NULL. */
typedef struct Target
{
	unsigned char *bytes;
	size_t		   length;
} Target;

static void
put(Target *target, size_t width, uint64_t value)
{
	for (size_t i = 0; target->bytes && i < width; i++)
		target->bytes[target->length + i] = (unsigned char) (value >> (8 * (width - 1 - i)));
	target->length += width;
}

static void
put_objects(Target *target, const ScoresForm *form)
{
	for (int i = 0; i < form->n_listed; i++)
	{
		const EvaluatedObject *object = object_at((void *) form->listed, form->n, i);

		put(target, 8, (uint64_t) object->weight);
		put(target, 4, (uint32_t) object->target);
		for (int c = 0; c < form->n; c++)
		{
			uint32_t bits;

			memcpy(&bits, &object->probabilities[c], sizeof(bits));
			put(target, 4, bits);
		}
	}
}

static void
put_words(Target *target, const ScoresForm *form)
{
	size_t	 length = evaluation_length(form->n);
	uint32_t n_words = 0;

	for (size_t i = 0; i < length; i++)
		n_words += form->words[i] != 0;
	put(target, 4, n_words);
	for (size_t i = 0; i < length; i++)
		if (form->words[i] != 0)
		{
			put(target, 4, i);
			put(target, 8, (uint64_t) form->words[i]);
		}
}

size_t
write_scores_form(const ScoresForm *form, void *bytes)
{
	Target target = {.bytes = bytes};

	put(&target, 4, SCORES_VERSION);
	put(&target, 4, (uint64_t) form->n);
	put(&target, 4, (uint64_t) form->names_size);
	for (int i = 0; form->names_size == 0 && i < form->n; i++)
		put(&target, 8, (uint64_t) form->numbers[i]);
	for (int i = 0; i < form->names_size; i++)
		put(&target, 1, (unsigned char) form->names[i]);
	put(&target, 4, (uint32_t) form->n_listed);
	(form->n_listed < 0 ? put_words : put_objects)(&target, form);
	return target.length;
}

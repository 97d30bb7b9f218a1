/*
 * scores_type.c
 *		The values of the type plasticc_scores.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "mb/pg_wchar.h"

#include "core/model/challenge_classes.h"
#include "pg/score/score_state.h"
#include "pg/score/scores_type.h"

#define FIRST_CAPACITY 16

/* ----------------------------------------------------------------
 * Parts
 * ----------------------------------------------------------------
 */

/* Bytes before the objects or words. */
static Size
head_size(int n, int names_size)
{
	return offsetof(Scores, keys) + sizeof(int64) * n + TYPEALIGN(8, names_size);
}

static Size
words_size(int n)
{
	return sizeof(int64) * evaluation_length(n);
}

static char *
scores_names(const Scores *scores)
{
	return (char *) (scores->keys + scores->n);
}

static void *
scores_data(const Scores *scores)
{
	return (char *) scores + head_size(scores->n, scores->names_size);
}

Scores *
datum_scores(Datum datum)
{
	Scores *scores = (Scores *) PG_DETOAST_DATUM(datum);
	Size	size = VARSIZE(scores), head;

	if (size >= offsetof(Scores, keys) && scores->n >= 1 && scores->n <= MODEL_MAX_CLASSES &&
		scores->names_size >= 0 && scores->names_size <= SCORES_MAX_NAMES_SIZE &&
		scores->n_listed >= -1 && scores->n_listed <= SCORES_MAX_LISTED)
	{
		head = head_size(scores->n, scores->names_size);
		if (scores->n_listed < 0 ? size == head + words_size(scores->n)
								 : size >= head + object_size(scores->n) * scores->n_listed)
			return scores;
	}
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("scores are corrupt")));
}

/* Scores of no object, without keys and names, with room for so many objects; with words if that is
 * -1. */
static Scores *
empty_scores(int n, int names_size, int capacity)
{
	Size size = head_size(n, names_size) +
				(capacity < 0 ? words_size(n) : object_size(n) * (Size) capacity);
	Scores *scores = palloc0(size);

	SET_VARSIZE(scores, size);
	scores->n = n;
	scores->names_size = names_size;
	scores->n_listed = capacity < 0 ? -1 : 0;
	return scores;
}

/* Sets the keys that follow from names. */
static void
hash_names(Scores *scores)
{
	const char *name = scores_names(scores);

	for (int i = 0; i < scores->n; i++)
	{
		int length = strlen(name);

		scores->keys[i] = class_name_key(name, length);
		name += length + 1;
	}
}

Scores *
new_scores(int n, const int32 *numbers, const char *const *names)
{
	int		names_size = 0;
	Scores *scores;
	char   *at;

	for (int i = 0; names != NULL && i < n; i++)
		names_size += strlen(names[i]) + 1;
	scores = empty_scores(n, names_size, FIRST_CAPACITY);
	for (int i = 0; names == NULL && i < n; i++)
		scores->keys[i] = numbers[i];
	if (names == NULL)
		return scores;
	at = scores_names(scores);
	for (int i = 0; i < n; i++)
	{
		Size length = strlen(names[i]) + 1;

		memcpy(at, names[i], length);
		at += length;
	}
	hash_names(scores);
	return scores;
}

Scores *
form_scores(const ScoresForm *form)
{
	Scores *scores = empty_scores(form->n, form->names_size, form->n_listed);

	scores->n_listed = form->n_listed;
	if (form->names_size > 0)
	{
		memcpy(scores_names(scores), form->names, form->names_size);
		hash_names(scores);
	}
	else
		memcpy(scores->keys, form->numbers, sizeof(int64) * form->n);
	if (form->n_listed < 0)
		memcpy(scores_data(scores), form->words, words_size(form->n));
	else if (form->n_listed > 0)
		memcpy(scores_data(scores), form->listed, object_size(form->n) * form->n_listed);
	return scores;
}

ScoresForm
scores_form(const Scores *scores)
{
	bool listed = scores->n_listed >= 0;

	return (ScoresForm){
		.n = scores->n,
		.numbers = scores->names_size > 0 ? NULL : scores->keys,
		.names_size = scores->names_size,
		.names = scores_names(scores),
		.n_listed = scores->n_listed,
		.listed = listed ? scores_data(scores) : NULL,
		.words = listed ? NULL : scores_data(scores),
	};
}

/* ----------------------------------------------------------------
 * Objects
 * ----------------------------------------------------------------
 */

pg_noreturn static void
too_many_objects(void)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("weights sum to more than can be counted"),
					errhint("Only their ratios matter: divide all weights by their mean.")));
}

static EvaluatedObject *
listed_object(const Scores *scores, int i)
{
	return object_at(scores_data(scores), scores->n, i);
}

static void
add_listed(const Scores *scores, Evaluation *evaluation)
{
	for (int i = 0; i < scores->n_listed; i++)
		if (!evaluation_add(evaluation, listed_object(scores, i)))
			too_many_objects();
}

Evaluation
scores_evaluation(Scores *scores)
{
	Evaluation evaluation;

	if (scores->n_listed < 0)
		return evaluation_view(scores->n, scores_data(scores));
	evaluation = evaluation_view(scores->n, palloc0(words_size(scores->n)));
	add_listed(scores, &evaluation);
	evaluation.n_listed = scores->n_listed;
	evaluation.listed = scores_data(scores);
	return evaluation;
}

/* A copy with another capacity. */
static Scores *
copy_scores(const Scores *scores, int capacity)
{
	Scores	  *copy = empty_scores(scores->n, scores->names_size, capacity);
	Evaluation evaluation;

	memcpy(copy->keys, scores->keys, (char *) scores_data(scores) - (char *) scores->keys);
	if (capacity < 0)
	{
		evaluation = scores_evaluation(copy);
		add_listed(scores, &evaluation);
		return copy;
	}
	memcpy(scores_data(copy), scores_data(scores), object_size(scores->n) * scores->n_listed);
	copy->n_listed = scores->n_listed;
	return copy;
}

/* Scores that have room for so many objects more. */
static Scores *
with_room(Scores *scores, int added)
{
	Size used = (char *) scores_data(scores) - (char *) scores;
	Size capacity = (VARSIZE(scores) - used) / object_size(scores->n);
	int	 needed = scores->n_listed + added;

	if (scores->n_listed < 0 || needed <= Min(capacity, SCORES_MAX_LISTED))
		return scores;
	if (needed > SCORES_MAX_LISTED)
		return copy_scores(scores, -1);
	return copy_scores(scores, Min(2 * needed, SCORES_MAX_LISTED));
}

Scores *
add_to_scores(Scores *scores, const float4 *probabilities, int target, double weight)
{
	EvaluatedObject *object;
	Evaluation		 evaluation;

	if (!(weight >= 0.0) || weight > EVALUATION_MAX_WEIGHT)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("weight must be between 0 and %.0f, not %g", EVALUATION_MAX_WEIGHT, weight),
				 errhint("Only their ratios matter: divide all weights by their mean.")));
	scores = with_room(scores, 1);
	object = scores->n_listed < 0 ? palloc(object_size(scores->n))
								  : listed_object(scores, scores->n_listed);
	object->weight = (int64) rint(weight / EVALUATION_WEIGHT_UNIT);
	object->target = target;
	memcpy(object->probabilities, probabilities, sizeof(float4) * scores->n);
	if (scores->n_listed >= 0)
	{
		scores->n_listed++;
		return scores;
	}
	evaluation = scores_evaluation(scores);
	if (!evaluation_add(&evaluation, object))
		too_many_objects();
	pfree(object);
	return scores;
}

Scores *
merge_scores(Scores *scores, Scores *added)
{
	Evaluation evaluation, other;

	/* all of its words, or as many objects */
	scores = with_room(scores, added->n_listed < 0 ? SCORES_MAX_LISTED + 1 : added->n_listed);
	if (scores->n_listed >= 0)
	{
		memcpy(listed_object(scores, scores->n_listed), scores_data(added),
			   object_size(scores->n) * added->n_listed);
		scores->n_listed += added->n_listed;
		return scores;
	}
	evaluation = scores_evaluation(scores);
	if (added->n_listed >= 0)
	{
		add_listed(added, &evaluation);
		return scores;
	}
	other = scores_evaluation(added);
	if (!evaluation_merge(&evaluation, &other))
		too_many_objects();
	return scores;
}

/* ----------------------------------------------------------------
 * Classes
 * ----------------------------------------------------------------
 */

int32
scores_class(const Scores *scores, int i)
{
	return scores->names_size > 0 ? i + 1 : (int32) scores->keys[i];
}

/* The UTF-8 name of class i. */
static const char *
class_name(const Scores *scores, int i)
{
	const char *name = scores_names(scores);

	while (i-- > 0)
		name += strlen(name) + 1;
	return name;
}

char *
scores_label(const Scores *scores, int i)
{
	const char *name;

	if (scores->names_size == 0)
		return psprintf("%d", (int32) scores->keys[i]);
	name = class_name(scores, i);
	return pg_any_to_server(name, strlen(name), PG_UTF8);
}

double *
scores_class_weights(const Scores *scores)
{
	double *weights = palloc(sizeof(double) * scores->n);

	for (int i = 0; i < scores->n; i++)
		weights[i] = scores->names_size > 0 ? challenge_label_weight(class_name(scores, i))
											: challenge_weight((int32) scores->keys[i]);
	return weights;
}

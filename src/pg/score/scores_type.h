/*
 * scores_type.h
 *		The type plasticc_scores: an evaluation (core/score/evaluation.h) with its classes.
 *
 * It is the state of the aggregates plasticc_scores, and what functions compute figures and
 * curves of.  Up to SCORES_MAX_LISTED objects are listed in it; of more, only the counts and sums
 *are kept. Which of both it is depends on their number alone, not on the order and partition of
 *rows.
 */
#ifndef PLASTICC_PG_SCORE_SCORES_TYPE_H
#define PLASTICC_PG_SCORE_SCORES_TYPE_H

#include "fmgr.h"

#include "core/score/scores_form.h"

/*
 * After the keys follow the names, padded to a multiple of 8 bytes, then the objects or the
 * words of the evaluation.
 */
typedef struct Scores
{
	int32 vl_len_;
	int32 n;						   /* classes */
	int32 names_size;				   /* bytes; 0 where classes are numbers */
	int32 n_listed;					   /* objects; -1 where there are words */
	int64 keys[FLEXIBLE_ARRAY_MEMBER]; /* [n], of classes: see class_key() */
} Scores;

#define PG_GETARG_SCORES(i) datum_scores(PG_GETARG_DATUM(i))

/* The value of a datum, whose size is checked. */
extern Scores *datum_scores(Datum datum);

/* Scores of no object.  The classes are numbers, or UTF-8 names where those are given. */
extern Scores *new_scores(int n, const int32 *numbers, const char *const *names);

/* The words, made of the objects where these are listed. */
extern Evaluation scores_evaluation(Scores *scores);

/*
 * The scores with an object more, whose probabilities are those of an EvaluatedObject, whose target
 * is the index of its class, and whose weight is checked; or with all objects of others, which have
 * the same classes.  In place, or a copy where that has no room.
 */
extern Scores *add_to_scores(Scores *scores, const float4 *probabilities, int target,
							 double weight);
extern Scores *merge_scores(Scores *scores, Scores *added);

/* The number of class i, counted from 1 where classes are names; its name, or number as a text. */
extern int32 scores_class(const Scores *scores, int i);
extern char *scores_label(const Scores *scores, int i);

/* What each class weighs in the challenge's log loss. */
extern double *scores_class_weights(const Scores *scores);

/* For input and output: the scores that are read, and what is written of them. */
extern Scores	 *form_scores(const ScoresForm *form);
extern ScoresForm scores_form(const Scores *scores);

#endif /* PLASTICC_PG_SCORE_SCORES_TYPE_H */

/*
 * score_state.h
 *		Arguments and states of the aggregates that score class probabilities.
 *
 * Their transition functions are (state, target, probabilities, classes, ...), of types
 * (integer, real[], integer[]), (bigint, double precision[], integer[]) or (text, double
 * precision[], text[]), and their states arrays or of the type plasticc_scores, so that they can
 * be combined wherever the partial results come from.  Sums in them are exact, which makes the
 * result the same to the bit whatever the order and the partition of the rows.
 *
 * The transition functions can be called from SQL, so a state's shape is
 * checked before it is used; its values need no check, for nothing but the
 * result depends on them.
 */
#ifndef PLASTICC_PG_SCORE_SCORE_STATE_H
#define PLASTICC_PG_SCORE_SCORE_STATE_H

#include "utils/array.h"

#include "pg/module/compat.h"

/* The arguments of a row; classes are numbers or names. */
typedef struct ScoredObject
{
	int			  n;
	const int32	 *classes;		 /* NULL where they are names */
	text		**names;		 /* NULL where they are numbers */
	const int64	 *keys;			 /* of names: see class_key() */
	const float4 *probabilities; /* not negative, not all 0 */
	double		  probability_sum;
	int			  target;  /* index into classes */
	const float8 *weights; /* of the classes, by get_class_weights() */
} ScoredObject;

/*
 * What a state keeps of a class, to see that all rows have the same: its number, or of
 * its name a hash (FNV-1a of the UTF-8 bytes, folded to 52 bits, which a double holds).
 */
extern int64 class_name_key(const char *utf8, int length);

static inline int64
class_key(const ScoredObject *object, int i)
{
	return object->classes ? object->classes[i] : object->keys[i];
}

/* What the class weighs in the challenge's log loss. */
extern double class_challenge_weight(const ScoredObject *object, int i);

/* Reads arguments 1 to 3; false for a row that is to be skipped. */
extern bool get_scored_object(FunctionCallInfo fcinfo, ScoredObject *object);

/* Reads argument 4, the weights of the classes, not negative; NULL when the function has none. */
extern void get_class_weights(FunctionCallInfo fcinfo, ScoredObject *object);

/* What a transition function returns for a row that it skips. */
extern Datum state_unchanged(FunctionCallInfo fcinfo);

/*
 * The state to which an object is to be added, in place: argument 0, or a new
 * one that create() makes, if it is NULL.
 */
extern void *state_for_object(FunctionCallInfo fcinfo, const ScoredObject *object,
							  void *(*create)(const ScoredObject *object));

/* An error unless the object has the classes of a state and, where given, its weights. */
extern void check_same_classes(const ScoredObject *object, int n, const float8 *classes,
							   const float8 *weights);

/* Errors: rows of one aggregate have different classes or weights; an invalid state. */
pg_noreturn extern void state_mismatch(const char *what);
pg_noreturn extern void invalid_state(void);

/*
 * The state in argument 0, the aggregate's own and to be changed in place; an
 * error where the function is called outside an aggregate.
 */
extern void *state_argument(FunctionCallInfo fcinfo);

/* The elements of a state, whose type and shape are checked, and their number. */
extern void *state_elements(ArrayType *array, Oid element_type, int *length);

/*
 * Adds to a sum that is kept as a whole part and a fraction, both fractions
 * being below 1.  What enters such a sum is first rounded to a multiple of SUM_UNIT, 2^-48
 * (4e-15): whole parts are then integers and fractions multiples of 2^-48
 * below 1, and additions of either have no rounding error.
 */
#define SUM_UNIT 0x1.0p-48

static inline void
add_exactly(double *whole, double *fraction, double added_whole, double added_fraction)
{
	*whole += added_whole;
	*fraction += added_fraction;
	if (*fraction >= 1.0)
	{
		*fraction -= 1.0;
		*whole += 1.0;
	}
}

#endif /* PLASTICC_PG_SCORE_SCORE_STATE_H */

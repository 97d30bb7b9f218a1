/*
 * evaluation.h
 *		What is known of class probabilities after they were compared with the true
 *		classes: counts and sums of fixed size, from which all figures and curves follow.
 *
 * Weights are counted in units of 2^-24, and quantities that are summed are rounded to
 * multiples of 2^-40.  So all sums are those of integers: exact, and the same to the bit
 * whatever the order and the partition of the objects.
 *
 * Curves over the threshold need the order of the objects by their probability.  It is exact while
 * the objects themselves are at hand, and known by bins otherwise.
 */
#ifndef PLASTICC_CORE_SCORE_EVALUATION_H
#define PLASTICC_CORE_SCORE_EVALUATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/scoring.h"

#define EVALUATION_WEIGHT_UNIT 0x1.0p-24
#define EVALUATION_MAX_WEIGHT 0x1.0p20
#define EVALUATION_MAX_UNITS ((int64_t) 1 << 44)

/*
 * The probability p of a class is kept by its odds p / (1 - p): 32 bins an octave, of equal width
 * within it, from 2^-24 to 2^24; what is beyond is in the first and in the last bin.  So
 * the bins are finest near 0 and 1, and the odds are known to 3 %.
 */
#define SCORE_LOWEST_ODDS 0x1.0p-24
#define SCORE_OCTAVES 48
#define SCORE_BINS (32 * SCORE_OCTAVES)

/* The bin of the probability p of a sum of p + rest, not both of which are 0. */
extern int score_bin(double p, double rest);

/* The least probability of a bin; 0 of the first. */
extern double score_bin_start(int bin);

/* A sum of weight times quantity: high + low / 2^64, in two's complement. */
typedef struct ExactSum
{
	int64_t	 high;
	uint64_t low;
} ExactSum;

static inline double
exact_sum_value(ExactSum sum)
{
	return (double) sum.high + (double) sum.low * 0x1.0p-64;
}

/* Objects whose probability of something is about the same: how often is it true? */
typedef struct ReliabilityBin
{
	int64_t	 objects;
	int64_t	 weight;
	int64_t	 positive;	  /* weight of those of which it is true */
	ExactSum probability; /* sum of weight * probability */
} ReliabilityBin;

/* An object with the probabilities of n classes, not negative, not all 0; see object_size(). */
typedef struct EvaluatedObject
{
	int64_t weight; /* in units, from 0 to EVALUATION_MAX_UNITS */
	int32_t target; /* index of the true class */
	float	probabilities[];
} EvaluatedObject;

/* Bytes from one object to the next. */
static inline size_t
object_size(int n)
{
	return (offsetof(EvaluatedObject, probabilities) + sizeof(float) * n + 7) / 8 * 8;
}

static inline EvaluatedObject *
object_at(void *objects, int n, size_t i)
{
	return (EvaluatedObject *) ((char *) objects + object_size(n) * i);
}

/*
 * A view of the evaluation of n classes that stands in evaluation_length(n) words.  All words
 * 0 is no object.
 */
typedef struct Evaluation
{
	int				n;
	int64_t		   *objects;	   /* [n][n], true class by predicted class */
	int64_t		   *weight;		   /* [n][n], likewise, in units */
	ExactSum	   *log_loss;	   /* [n], of the class's objects: -ln p of the class */
	ExactSum	   *squared_error; /* [n], of all objects: (p - 1)^2 of its own, p^2 of others */
	ReliabilityBin *reliability;   /* [n + 1][CALIBRATION_BINS]: the probability of each class;
									* the largest probability, and whether its class is true */
	int64_t *histogram;			   /* [n][2][SCORE_BINS]: weight of other objects, of its own */
	int		 n_listed;			   /* the objects themselves, if they are all at hand */
	void	*listed;			   /* NULL if not */
} Evaluation;

extern size_t	  evaluation_length(int n);
extern Evaluation evaluation_view(int n, int64_t *words);

/* The histogram of a class over its probability: of its objects or of all others. */
static inline int64_t *
score_histogram(const Evaluation *evaluation, int class, bool own)
{
	return evaluation->histogram + ((size_t) class * 2 + own) * SCORE_BINS;
}

/*
 * Adds an object to the words.  False, and the evaluation is useless, if there are more objects
 * than can be counted (5e11 of weight 1).
 */
extern bool evaluation_add(Evaluation *evaluation, const EvaluatedObject *object);

/* Adds the objects of another evaluation of as many classes; false likewise. */
extern bool evaluation_merge(Evaluation *evaluation, const Evaluation *other);

#endif /* PLASTICC_CORE_SCORE_EVALUATION_H */

/*
 * evaluation.c
 *		Counts and sums of class probabilities compared with the true classes.
 */
#include "core/score/evaluation.h"

#include <math.h>
#include <string.h>

#define QUANTITY_UNIT 0x1.0p-40

/* ----------------------------------------------------------------
 * Bins
 *
 * The highest bits of a positive double, its exponent and the start of its mantissa, grow with
 * it: as an integer they number bins of which 32 are an octave.
 * ----------------------------------------------------------------
 */

#define BIN_SHIFT (52 - 5)
#define FIRST_BIN ((uint64_t) (1023 - 24) << 5)

int
score_bin(double p, double rest)
{
	double	 odds = p / rest;
	uint64_t bits;

	if (!(odds > SCORE_LOWEST_ODDS))
		return 0;
	if (odds >= 1.0 / SCORE_LOWEST_ODDS)
		return SCORE_BINS - 1;
	memcpy(&bits, &odds, sizeof(bits));
	return (int) ((bits >> BIN_SHIFT) - FIRST_BIN);
}

double
score_bin_start(int bin)
{
	uint64_t bits = (FIRST_BIN + (uint64_t) bin) << BIN_SHIFT;
	double	 odds;

	if (bin == 0)
		return 0.0;
	memcpy(&odds, &bits, sizeof(odds));
	return odds / (1.0 + odds);
}

/* ----------------------------------------------------------------
 * Words
 * ----------------------------------------------------------------
 */

#define WORDS(type) (sizeof(type) / sizeof(int64_t))

static size_t
reliability_words(int n)
{
	return (size_t) (n + 1) * CALIBRATION_BINS * WORDS(ReliabilityBin);
}

size_t
evaluation_length(int n)
{
	size_t matrix = (size_t) n * n;

	return 2 * matrix + 2 * n * WORDS(ExactSum) + reliability_words(n) +
		   (size_t) n * 2 * SCORE_BINS;
}

Evaluation
evaluation_view(int n, int64_t *words)
{
	Evaluation view = {.n = n};
	size_t	   matrix = (size_t) n * n;

	view.objects = words;
	view.weight = view.objects + matrix;
	view.log_loss = (ExactSum *) (view.weight + matrix);
	view.squared_error = view.log_loss + n;
	view.reliability = (ReliabilityBin *) (view.squared_error + n);
	view.histogram = (int64_t *) view.reliability + reliability_words(n);
	return view;
}

/* ----------------------------------------------------------------
 * Sums
 * ----------------------------------------------------------------
 */

static bool
add_count(int64_t *count, int64_t added)
{
	return !__builtin_add_overflow(*count, added, count);
}

/* Cannot overflow before the weights do. */
static void
add_sums(ExactSum *sum, ExactSum added)
{
	uint64_t low = sum->low + added.low;

	sum->high = (int64_t) ((uint64_t) sum->high + (uint64_t) added.high + (low < added.low));
	sum->low = low;
}

static void
add_product(ExactSum *sum, int64_t weight, double quantity)
{
	unsigned __int128 product =
		(unsigned __int128) (uint64_t) weight * (uint64_t) rint(quantity / QUANTITY_UNIT);

	add_sums(sum, (ExactSum){.high = (int64_t) (product >> 64), .low = (uint64_t) product});
}

static bool
add_to_bin(ReliabilityBin *bins, double probability, bool positive, int64_t weight)
{
	ReliabilityBin *bin = &bins[confidence_bin(probability)];
	bool			fits = add_count(&bin->objects, 1);

	fits &= add_count(&bin->positive, positive ? weight : 0);
	add_product(&bin->probability, weight, probability);
	return add_count(&bin->weight, weight) && fits;
}

bool
evaluation_add(Evaluation *evaluation, const EvaluatedObject *object)
{
	int			 n = evaluation->n, target = object->target;
	const float *p = object->probabilities;
	int			 predicted = most_probable(p, n);
	double		 sum = 0.0;
	bool		 fits;

	for (int c = 0; c < n; c++)
		sum += p[c];
	fits = add_count(&evaluation->objects[target * n + predicted], 1);
	fits &= add_count(&evaluation->weight[target * n + predicted], object->weight);
	add_product(&evaluation->log_loss[target], object->weight, object_log_loss(p, n, target));
	fits &= add_to_bin(evaluation->reliability + n * CALIBRATION_BINS, p[predicted] / sum,
					   predicted == target, object->weight);
	for (int c = 0; c < n; c++)
	{
		double probability = p[c] / sum;
		bool   own = c == target;
		double error = own ? 1.0 - probability : probability;
		int	   bin = score_bin(p[c], sum - p[c]);

		add_product(&evaluation->squared_error[c], object->weight, error * error);
		fits &= add_to_bin(evaluation->reliability + c * CALIBRATION_BINS, probability, own,
						   object->weight);
		fits &= add_count(&score_histogram(evaluation, c, own)[bin], object->weight);
	}
	return fits;
}

static bool
merge_counts(int64_t *counts, const int64_t *added, size_t length)
{
	bool fits = true;

	for (size_t i = 0; i < length; i++)
		fits &= add_count(&counts[i], added[i]);
	return fits;
}

bool
evaluation_merge(Evaluation *evaluation, const Evaluation *other)
{
	int	   n = evaluation->n;
	size_t matrix = (size_t) n * n;
	bool   fits = merge_counts(evaluation->objects, other->objects, matrix);

	fits &= merge_counts(evaluation->weight, other->weight, matrix);
	fits &= merge_counts(evaluation->histogram, other->histogram, (size_t) n * 2 * SCORE_BINS);
	for (int c = 0; c < n; c++)
	{
		add_sums(&evaluation->log_loss[c], other->log_loss[c]);
		add_sums(&evaluation->squared_error[c], other->squared_error[c]);
	}
	for (int i = 0; i < (n + 1) * CALIBRATION_BINS; i++)
	{
		ReliabilityBin		 *bin = &evaluation->reliability[i];
		const ReliabilityBin *added = &other->reliability[i];

		fits &= add_count(&bin->objects, added->objects);
		fits &= add_count(&bin->weight, added->weight);
		fits &= add_count(&bin->positive, added->positive);
		add_sums(&bin->probability, added->probability);
	}
	return fits;
}

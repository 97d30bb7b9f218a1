/*
 * test_evaluation.c
 *		Evaluations and their figures, against definitions over all objects and pairs of them.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/score/figures.h"

#define N_CLASSES 4
#define N_OBJECTS 900

typedef struct Sample
{
	int	   n;
	float  p[N_OBJECTS][N_CLASSES];
	double sum[N_OBJECTS];
	int	   target[N_OBJECTS];
	double weight[N_OBJECTS];
	char   objects[N_OBJECTS * (16 + 4 * N_CLASSES)]; /* the same as an evaluation lists them */
} Sample;

/* Objects whose probabilities are often those of the true class; none is of the last class. */
static Sample *
make_sample(uint64_t seed, bool weighted)
{
	Sample *sample = calloc(1, sizeof(Sample));
	Random	random;

	random_seed(&random, seed, 0);
	sample->n = N_OBJECTS;
	for (int i = 0; i < sample->n; i++)
	{
		int target = (int) (random_uniform(&random) * (N_CLASSES - 1));

		sample->target[i] = target;
		/* multiples of the unit, so that sums of these are exact too */
		sample->weight[i] = weighted ? rint(random_uniform(&random) * 512.0) / 64.0 : 1.0;
		for (int c = 0; c < N_CLASSES; c++)
		{
			sample->p[i][c] = (float) exp(3.0 * random_normal(&random) + (c == target ? 3.0 : 0.0));
			sample->sum[i] += sample->p[i][c];
		}
		*object_at(sample->objects, N_CLASSES, i) = (EvaluatedObject){
			.weight = (int64_t) (sample->weight[i] / EVALUATION_WEIGHT_UNIT), .target = target};
		memcpy(object_at(sample->objects, N_CLASSES, i)->probabilities, sample->p[i],
			   sizeof(sample->p[i]));
	}
	return sample;
}

static Evaluation
new_evaluation(int n)
{
	return evaluation_view(n, calloc(evaluation_length(n), sizeof(int64_t)));
}

static void
add_objects(Evaluation *evaluation, Sample *sample, int first, int step)
{
	for (int i = first; i < sample->n; i += step)
		CHECK(evaluation_add(evaluation, object_at(sample->objects, N_CLASSES, i)), "object %d", i);
}

/* ----------------------------------------------------------------
 * Definitions
 * ----------------------------------------------------------------
 */

static double
exact_score(const Sample *sample, int i, int class)
{
	return sample->p[i][class] / sample->sum[i];
}

/* The least probability of the score's bin. */
static double
binned_score(const Sample *sample, int i, int class)
{
	return score_bin_start(score_bin(sample->p[i][class], sample->sum[i] - sample->p[i][class]));
}

typedef double (*Score)(const Sample *sample, int i, int class);

/* The probability that an object of the class has a higher score than another one. */
static double
pairs_auc(const Sample *sample, int class, Score score)
{
	double pairs = 0.0, ordered = 0.0;

	for (int i = 0; i < sample->n; i++)
		for (int j = 0; j < sample->n; j++)
			if (sample->target[i] == class && sample->target[j] != class)
			{
				double weight = sample->weight[i] * sample->weight[j];
				double a = score(sample, i, class), b = score(sample, j, class);

				pairs += weight;
				ordered += a > b ? weight : a == b ? weight / 2.0 : 0.0;
			}
	return ordered / pairs;
}

/* What is at or above a score: weight of the class, and of all. */
static void
count_above(const Sample *sample, int class, Score score, double threshold, double *own,
			double *all)
{
	*own = *all = 0.0;
	for (int i = 0; i < sample->n; i++)
		if (score(sample, i, class) >= threshold)
		{
			*all += sample->weight[i];
			*own += sample->target[i] == class ? sample->weight[i] : 0.0;
		}
}

/* The mean over the class's objects of the precision at their score; every object counts. */
static double
mean_precision(const Sample *sample, int class, Score score)
{
	double sum = 0.0, weight = 0.0, own, all;

	for (int i = 0; i < sample->n; i++)
		if (sample->target[i] == class)
		{
			count_above(sample, class, score, score(sample, i, class), &own, &all);
			weight += sample->weight[i];
			sum += all > 0.0 ? sample->weight[i] * own / all : 0.0;
		}
	return sum / weight;
}

static double
largest_f1(const Sample *sample, int class, Score score)
{
	double largest = 0.0, own, all, every, total;

	count_above(sample, class, score, -1.0, &every, &total);
	for (int i = 0; i < sample->n; i++)
	{
		count_above(sample, class, score, score(sample, i, class), &own, &all);
		largest = fmax(largest, 2.0 * own / (every + all));
	}
	return largest;
}

static double
calibration(const Sample *sample, int class)
{
	double difference = 0.0, total = 0.0;

	for (int bin = 0; bin < 15; bin++)
	{
		double gap = 0.0;

		for (int i = 0; i < sample->n; i++)
		{
			int	   best = most_probable(sample->p[i], N_CLASSES);
			int	   of = class < 0 ? best : class;
			double p = exact_score(sample, i, of);

			if (p > bin / 15.0 && p <= (bin + 1) / 15.0)
			{
				gap += sample->weight[i] * ((sample->target[i] == of) - p);
				total += sample->weight[i];
			}
		}
		difference += fabs(gap);
	}
	return difference / total;
}

/* ----------------------------------------------------------------
 * Tests
 * ----------------------------------------------------------------
 */

static void
test_bins(void)
{
	for (int bin = 1; bin < SCORE_BINS; bin++)
	{
		double odds = ldexp(1.0 + (bin % 32) / 32.0, bin / 32 - 24);
		double p = score_bin_start(bin);

		CHECK_CLOSE(p, odds / (1.0 + odds), 0.0, "start");
		CHECK(score_bin(odds * (1.0 + 1e-12), 1.0) == bin, "%d", bin);
		CHECK(score_bin(odds * (1.0 - 1e-12), 1.0) == bin - 1, "below %d", bin);
		CHECK(p > score_bin_start(bin - 1), "%d", bin);
	}
	CHECK(score_bin(0.0, 1.0) == 0 && score_bin(1e-30, 1.0) == 0, "lowest");
	CHECK(score_bin(1.0, 0.0) == SCORE_BINS - 1 && score_bin(1.0, 1e-30) == SCORE_BINS - 1,
		  "highest");
	CHECK(score_bin(1.0, -1e-17) <= SCORE_BINS - 1, "rounded");
	CHECK(score_bin(0.5, 0.5) == SCORE_BINS / 2, "%d", score_bin(0.5, 0.5));
}

static void
test_class(const Sample *sample, const Evaluation *evaluation, int class)
{
	bool	  listed = evaluation->listed != NULL;
	Score	  score = listed ? exact_score : binned_score;
	Workspace workspace = unit_workspace();
	Figures	  figures = class_figures(evaluation, class, &workspace);
	double	  own = 0.0, predicted = 0.0, correct = 0.0, total = 0.0, loss = 0.0, error = 0.0;
	double	  above, all;
	int		  n = 0;

	for (int i = 0; i < sample->n; i++)
	{
		double weight = sample->weight[i], p = exact_score(sample, i, class);
		bool   is_own = sample->target[i] == class;
		bool   is_predicted = most_probable(sample->p[i], N_CLASSES) == class;

		n += is_own;
		own += is_own ? weight : 0.0;
		predicted += is_predicted ? weight : 0.0;
		correct += is_own && is_predicted ? weight : 0.0;
		total += weight;
		loss += is_own ? -weight * log(p) : 0.0;
		error += weight * (p - is_own) * (p - is_own);
	}
	CHECK(figures.support == n, "%lld", (long long) figures.support);
	CHECK_CLOSE(figures.precision, correct / predicted, 1e-14, "precision");
	CHECK_CLOSE(figures.recall, correct / own, 1e-14, "recall");
	CHECK_CLOSE(figures.f1, 2.0 * correct / (own + predicted), 1e-14, "F1");
	CHECK_CLOSE(figures.brier, error / total, 1e-11, "Brier");
	CHECK_CLOSE(figures.log_loss, loss / own, 1e-11, "log loss");
	CHECK_CLOSE(figures.calibration_error, calibration(sample, class), 1e-10, "calibration");
	if (n == 0)
	{
		CHECK(isnan(figures.roc_auc) && isnan(figures.average_precision) &&
				  isnan(figures.best_f1) && isnan(figures.best_threshold),
			  "class without objects");
		return;
	}
	CHECK_CLOSE(figures.roc_auc, pairs_auc(sample, class, score), 1e-12, "AUC");
	CHECK_CLOSE(figures.average_precision, mean_precision(sample, class, exact_score),
				listed ? 1e-12 : 5e-4, "average precision");
	CHECK_CLOSE(figures.best_f1, largest_f1(sample, class, score), 1e-12, "best F1");
	count_above(sample, class, score, figures.best_threshold, &above, &all);
	CHECK_CLOSE(figures.best_f1, 2.0 * above / (own + all), 1e-12, "at its threshold");
	/* what bins cost */
	CHECK_CLOSE(figures.roc_auc, pairs_auc(sample, class, exact_score), 2e-4, "AUC of scores");
	CHECK_CLOSE(figures.best_f1, largest_f1(sample, class, exact_score), 5e-3, "best F1 of scores");
}

static void
test_overall(const Sample *sample, const Evaluation *evaluation)
{
	static const double weights[N_CLASSES] = {1.0, 2.0, 0.5, 1.0};
	Workspace			workspace = unit_workspace();
	Figures				figures, of[N_CLASSES];
	double				total = 0.0, loss = 0.0, correct = 0.0, mean[5] = {0.0}, brier = 0.0;

	for (int i = 0; i < sample->n; i++)
	{
		total += sample->weight[i];
		loss -= sample->weight[i] * log(exact_score(sample, i, sample->target[i]));
		correct +=
			most_probable(sample->p[i], N_CLASSES) == sample->target[i] ? sample->weight[i] : 0.0;
	}
	for (int c = 0; c < N_CLASSES; c++)
		of[c] = class_figures(evaluation, c, &workspace);
	figures = overall_figures(evaluation, of, weights);
	for (int c = 0; c < N_CLASSES; c++)
	{
		brier += of[c].brier;
		if (c == N_CLASSES - 1)
			continue;
		mean[0] += of[c].precision / 3.0;
		mean[1] += of[c].recall / 3.0;
		mean[2] += of[c].f1 / 3.0;
		mean[3] += of[c].roc_auc / 3.0;
		mean[4] += of[c].average_precision / 3.0;
	}
	CHECK(figures.support == sample->n, "%lld", (long long) figures.support);
	CHECK_CLOSE(figures.accuracy, correct / total, 1e-14, "accuracy");
	CHECK_CLOSE(figures.log_loss, loss / total, 1e-11, "log loss");
	CHECK_CLOSE(figures.weighted_log_loss,
				(of[0].log_loss + 2.0 * of[1].log_loss + 0.5 * of[2].log_loss) / 3.5, 1e-14,
				"weighted");
	CHECK_CLOSE(figures.brier, brier, 1e-14, "Brier");
	CHECK_CLOSE(figures.calibration_error, calibration(sample, -1), 1e-10, "calibration");
	CHECK_CLOSE(figures.precision, mean[0], 1e-14, "macro precision");
	CHECK_CLOSE(figures.recall, mean[1], 1e-14, "macro recall");
	CHECK_CLOSE(figures.f1, mean[2], 1e-14, "macro F1");
	CHECK_CLOSE(figures.roc_auc, mean[3], 1e-14, "macro AUC");
	CHECK_CLOSE(figures.average_precision, mean[4], 1e-14, "mean average precision");
}

/* In parts and in any order: the same words. */
static void
test_merge(Sample *sample, const Evaluation *evaluation)
{
	Evaluation whole = new_evaluation(N_CLASSES);

	for (int part = 6; part >= 0; part--)
	{
		Evaluation one = new_evaluation(N_CLASSES);

		add_objects(&one, sample, part, 7);
		CHECK(evaluation_merge(&whole, &one), "part %d", part);
		free(one.objects);
	}
	CHECK(memcmp(whole.objects, evaluation->objects,
				 evaluation_length(N_CLASSES) * sizeof(int64_t)) == 0,
		  "parts differ from the whole");
	free(whole.objects);
}

/* An object of two classes, all of whose probability is that of the first. */
static EvaluatedObject *
certain_object(int target, int64_t weight)
{
	static int64_t	 words[3];
	EvaluatedObject *object = (EvaluatedObject *) words;

	CHECK(object_size(2) == sizeof(words), "%zu", object_size(2));
	object->weight = weight;
	object->target = target;
	object->probabilities[0] = 1.0f;
	object->probabilities[1] = 0.0f;
	return object;
}

static void
test_limits(void)
{
	const int64_t one = (int64_t) (1.0 / EVALUATION_WEIGHT_UNIT);
	Workspace	  workspace = unit_workspace();
	Evaluation	  evaluation = new_evaluation(2), full = new_evaluation(2);
	Figures		  figures;

	figures = class_figures(&evaluation, 0, &workspace);
	CHECK(figures.support == 0 && isnan(figures.precision) && isnan(figures.brier) &&
			  isnan(figures.roc_auc) && isnan(figures.calibration_error),
		  "no object");
	CHECK(evaluation_add(&evaluation, certain_object(0, one)), "certain");
	CHECK(EVALUATION_MAX_UNITS * EVALUATION_WEIGHT_UNIT == EVALUATION_MAX_WEIGHT, "units");
	CHECK(evaluation_add(&evaluation, certain_object(1, EVALUATION_MAX_UNITS)), "wrong");
	figures = class_figures(&evaluation, 1, &workspace);
	CHECK_CLOSE(figures.log_loss, -LOG_SMALLEST_PROBABILITY, 1e-12, "clipped");
	CHECK_CLOSE(figures.recall, 0.0, 0.0, "recall");
	CHECK_CLOSE(figures.roc_auc, 0.5, 0.0, "equal scores");

	/* 2^63 units are too many */
	full.weight[0] = INT64_MAX;
	CHECK(evaluation_add(&full, certain_object(1, one)), "another count");
	CHECK(!evaluation_add(&full, certain_object(0, one)), "too many");
	full.weight[0] = INT64_MAX;
	CHECK(!evaluation_merge(&full, &evaluation), "too many");
	free(evaluation.objects);
	free(full.objects);
}

int
main(void)
{
	test_bins();
	test_limits();
	for (int weighted = 0; weighted <= 1; weighted++)
	{
		Sample	  *sample = make_sample(11 + weighted, weighted);
		Evaluation evaluation = new_evaluation(N_CLASSES);

		add_objects(&evaluation, sample, 0, 1);
		test_merge(sample, &evaluation);
		for (int listed = 0; listed <= 1; listed++)
		{
			evaluation.n_listed = listed ? sample->n : 0;
			evaluation.listed = listed ? sample->objects : NULL;
			for (int c = 0; c < N_CLASSES; c++)
				test_class(sample, &evaluation, c);
			test_overall(sample, &evaluation);
		}
		free(evaluation.objects);
		free(sample);
	}
	return unit_report();
}

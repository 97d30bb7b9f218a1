/*
 * figures.c
 *		Figures and curves of an evaluation.
 */
#include "core/score/figures.h"

#include <math.h>
#include <stdlib.h>

/* ----------------------------------------------------------------
 * Curves
 * ----------------------------------------------------------------
 */

/* A weight in units as a number. */
static double
weight_of(int64_t units)
{
	return (double) units * EVALUATION_WEIGHT_UNIT;
}

/* By descending threshold. */
static int
compare_steps(const void *a, const void *b)
{
	const ScoreStep *x = a, *y = b;

	return (x->threshold < y->threshold) - (x->threshold > y->threshold);
}

/* The steps of the objects themselves; returns their number. */
static int
object_steps(const Evaluation *evaluation, int class, ScoreStep *steps)
{
	int n = evaluation->n, n_objects = 0, n_steps = 0;

	for (int i = 0; i < evaluation->n_listed; i++)
	{
		const EvaluatedObject *object = object_at(evaluation->listed, n, i);
		bool				   own = object->target == class;
		double				   sum = 0.0;

		for (int c = 0; c < n; c++)
			sum += object->probabilities[c];
		if (object->weight == 0)
			continue;
		steps[n_objects++] = (ScoreStep){
			.threshold = object->probabilities[class] / sum,
			.own = own ? object->weight : 0,
			.other = own ? 0 : object->weight,
		};
	}
	qsort(steps, n_objects, sizeof(ScoreStep), compare_steps);
	for (int i = 0; i < n_objects; i++)
		if (n_steps > 0 && steps[n_steps - 1].threshold == steps[i].threshold)
		{
			steps[n_steps - 1].own += steps[i].own;
			steps[n_steps - 1].other += steps[i].other;
		}
		else
			steps[n_steps++] = steps[i];
	return n_steps;
}

/* The steps of bins; returns their number. */
static int
bin_steps(const Evaluation *evaluation, int class, ScoreStep *steps)
{
	const int64_t *own = score_histogram(evaluation, class, true);
	const int64_t *other = score_histogram(evaluation, class, false);
	int			   n_steps = 0;

	for (int bin = SCORE_BINS - 1; bin >= 0; bin--)
		if (own[bin] != 0 || other[bin] != 0)
			steps[n_steps++] = (ScoreStep){score_bin_start(bin), own[bin], other[bin]};
	return n_steps;
}

ScoreCurve
score_curve(const Evaluation *evaluation, int class, Workspace *workspace)
{
	bool	   exact = evaluation->listed != NULL;
	int		   capacity = exact ? evaluation->n_listed : SCORE_BINS;
	ScoreStep *steps = workspace_array(workspace, ScoreStep, capacity + 1);
	ScoreCurve curve = {.threshold = NAN, .next = steps};

	curve.n_left = (exact ? object_steps : bin_steps)(evaluation, class, steps);
	for (int i = 0; i < curve.n_left; i++)
	{
		curve.positives += weight_of(steps[i].own);
		curve.negatives += weight_of(steps[i].other);
	}
	return curve;
}

bool
score_curve_next(ScoreCurve *curve)
{
	if (curve->n_left == 0)
		return false;
	curve->threshold = curve->next->threshold;
	curve->true_positives += weight_of(curve->next->own);
	curve->false_positives += weight_of(curve->next->other);
	curve->next++;
	curve->n_left--;
	return true;
}

/*
 * The mean precision of the class's objects in a step.  Those of one bin are, at the mean over
 * their orders, each behind half of the others.
 */
static double
step_precision(const ScoreCurve *before, const ScoreCurve *after, bool exact, double mean_weight)
{
	double own = after->true_positives - before->true_positives;
	double other = after->false_positives - before->false_positives;
	double true_positives = before->true_positives + fmin(own, (own + mean_weight) / 2.0);

	if (exact)
		return curve_precision(after);
	return true_positives / (true_positives + before->false_positives + other / 2.0);
}

/* The figures that follow from the curve. */
static void
add_curve_figures(ScoreCurve curve, bool exact, double mean_weight, Figures *figures)
{
	double area = 0.0, sum = 0.0;

	figures->best_f1 = figures->best_threshold = NAN;
	for (ScoreCurve before = curve; score_curve_next(&curve); before = curve)
	{
		double gained = curve.true_positives - before.true_positives;
		double f1 = curve_f1(&curve);

		area += (curve.false_positives - before.false_positives) *
				(before.true_positives + gained / 2.0);
		if (gained > 0.0)
			sum += gained * step_precision(&before, &curve, exact, mean_weight);
		if (curve.positives > 0.0 && !(f1 <= figures->best_f1))
		{
			figures->best_f1 = f1;
			figures->best_threshold = curve.threshold;
		}
	}
	figures->roc_auc = area / (curve.positives * curve.negatives);
	figures->average_precision = sum / curve.positives;
}

/* ----------------------------------------------------------------
 * Figures
 * ----------------------------------------------------------------
 */

static double
reliability_error(const ReliabilityBin *bins)
{
	ConfidenceBin confidence[CALIBRATION_BINS];

	for (int i = 0; i < CALIBRATION_BINS; i++)
		confidence[i] = (ConfidenceBin){
			.weight = weight_of(bins[i].weight),
			.correct = weight_of(bins[i].positive),
			.confidence = exact_sum_value(bins[i].probability),
		};
	return calibration_error(confidence);
}

/* The weight of a class's objects, or of those predicted to be of it. */
static double
class_weight(const Evaluation *evaluation, int class, bool predicted)
{
	int	   n = evaluation->n;
	double sum = 0.0;

	for (int i = 0; i < n; i++)
		sum += weight_of(evaluation->weight[predicted ? i * n + class : class * n + i]);
	return sum;
}

static double
total_weight(const Evaluation *evaluation)
{
	double sum = 0.0;

	for (int i = 0; i < evaluation->n * evaluation->n; i++)
		sum += weight_of(evaluation->weight[i]);
	return sum;
}

static int64_t
total_objects(const Evaluation *evaluation)
{
	uint64_t sum = 0;

	for (int i = 0; i < evaluation->n * evaluation->n; i++)
		sum += (uint64_t) evaluation->objects[i];
	return (int64_t) sum;
}

static int64_t
class_support(const Evaluation *evaluation, int class)
{
	uint64_t sum = 0;

	for (int i = 0; i < evaluation->n; i++)
		sum += (uint64_t) evaluation->objects[class * evaluation->n + i];
	return (int64_t) sum;
}

Figures
class_figures(const Evaluation *evaluation, int class, Workspace *workspace)
{
	Workspace inner = workspace_open(workspace);
	double	  correct = weight_of(evaluation->weight[class * (evaluation->n + 1)]);
	double	  own = class_weight(evaluation, class, false);
	double	  predicted = class_weight(evaluation, class, true);
	Figures	  figures = {
		  .support = class_support(evaluation, class),
		  .precision = correct / predicted,
		  .recall = correct / own,
		  .f1 = 2.0 * correct / (own + predicted),
		  .brier = exact_sum_value(evaluation->squared_error[class]) / total_weight(evaluation),
		  .log_loss = exact_sum_value(evaluation->log_loss[class]) / own,
		  .calibration_error = reliability_error(evaluation->reliability + class * CALIBRATION_BINS),
		  .accuracy = NAN,
		  .weighted_log_loss = NAN,
	  };

	add_curve_figures(score_curve(evaluation, class, &inner), evaluation->listed != NULL,
					  total_weight(evaluation) / (double) total_objects(evaluation), &figures);
	workspace_close(&inner);
	return figures;
}

Figures
overall_figures(const Evaluation *evaluation, const Figures *classes, const double *class_weights)
{
	int			 n = evaluation->n, n_present = 0;
	double		 total = total_weight(evaluation), correct = 0.0, losses = 0.0;
	WeightedLoss weighted = {0};
	Figures		 figures = {.best_threshold = NAN};

	for (int c = 0; c < n; c++)
	{
		const Figures *class = &classes[c];
		double own = class_weight(evaluation, c, false);
		double loss = exact_sum_value(evaluation->log_loss[c]);

		figures.support = (int64_t) ((uint64_t) figures.support + (uint64_t) class->support);
		figures.brier += class->brier;
		correct += weight_of(evaluation->weight[c * (n + 1)]);
		losses += loss;
		add_class_loss(&weighted, class_weights[c], loss, own);
		if (!(own > 0.0))
			continue;
		n_present++;
		figures.precision += isnan(class->precision) ? 0.0 : class->precision;
		figures.recall += class->recall;
		figures.f1 += class->f1;
		figures.roc_auc += class->roc_auc;
		figures.average_precision += class->average_precision;
		figures.best_f1 += class->best_f1;
	}
	figures.precision /= n_present;
	figures.recall /= n_present;
	figures.f1 /= n_present;
	figures.roc_auc /= n_present;
	figures.average_precision /= n_present;
	figures.best_f1 /= n_present;
	figures.log_loss = losses / total;
	figures.weighted_log_loss = weighted_log_loss(&weighted);
	figures.accuracy = correct / total;
	figures.calibration_error = reliability_error(evaluation->reliability + n * CALIBRATION_BINS);
	return figures;
}

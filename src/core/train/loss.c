/*
 * loss.c
 *		The training loss: weights of objects and classes, and the gradient.
 */
#include "core/train/loss.h"

#include <math.h>
#include <string.h>

#include "core/base/softmax.h"
#include "core/model/scoring.h"

/* Scales the weights of the n rows to mean 1. */
static void
normalise_weights(float *weight, int n, const int *rows)
{
	double sum = 0.0;

	for (int k = 0; k < n; k++)
		sum += weight[rows[k]];
	for (int k = 0; k < n && sum > 0.0; k++)
		weight[rows[k]] *= (float) (n / sum);
}

/*
 * An object's weight is its own, in the weighted loss times w_c / N_c; N_c is counted
 * separately among the training rows and among the held-out rows.
 *
 * A network trained with class weights w learns probabilities proportional to
 * w_c p_c, so part of the weights can be applied to its probabilities instead:
 * with weight_power q, training uses (w_c / N_c)^q, and the logarithm of
 * (w_c / N_c)^(1 - q) is added to the logits as shift.  This improves rare
 * classes, whose few objects would otherwise dominate the gradients.
 */
LossFunction
create_loss(const TrainingSet *set, const TrainingOptions *options, const Gate *gate,
			int n_training, int n_validation, const int *rows, Workspace *workspace)
{
	LossFunction loss = {
		.set = set,
		.gate = gate,
		.label_smoothing = options->label_smoothing,
		.weight = workspace_array(workspace, float, set->n_rows),
		.shift = workspace_array(workspace, float, set->n_classes),
	};
	int *count = workspace_array(workspace, int, 2 * set->n_classes);
	int	 n = n_training + n_validation;

	memset(count, 0, sizeof(int) * 2 * set->n_classes);
	for (int k = 0; k < n; k++)
		count[(k >= n_training) * set->n_classes + set->target[rows[k]]]++;
	for (int k = 0; k < n; k++)
	{
		bool   held_out = k >= n_training;
		int	   i = rows[k];
		int	   c = set->target[i];
		double weight = class_weight(set, c) / count[held_out * set->n_classes + c];

		loss.weight[i] = set->weight ? set->weight[i] : 1.0f;
		if (options->loss == LOSS_WEIGHTED)
			loss.weight[i] *= (float) (held_out ? weight : pow(weight, options->weight_power));
	}
	normalise_weights(loss.weight, n_training, rows);
	normalise_weights(loss.weight, n_validation, rows + n_training);

	for (int c = 0; c < set->n_classes; c++)
	{
		double weight = class_weight(set, c);

		loss.shift[c] = options->loss == LOSS_WEIGHTED && weight > 0.0 && count[c] > 0
							? (float) ((1.0 - options->weight_power) * log(weight * n / count[c]))
							: 0.0f;
	}
	return loss;
}

/* The gate's probabilities of closed classes for the row; NULL without a gate. */
static const float *
closed_classes(const LossFunction *loss, int row)
{
	const TrainingSet *set = loss->set;

	return set->side ? gate_row(loss->gate, set->n_classes, set->side[row]) : NULL;
}

/* Probabilities are clipped as in the challenge; NaN stays NaN, so that divergence is noticed. */
static double
log_probability(double probability)
{
	return log(probability < SMALLEST_PROBABILITY ? SMALLEST_PROBABILITY : probability);
}

static int
open_classes(const float *closed, int n_classes)
{
	int n = n_classes;

	for (int c = 0; c < n_classes && closed; c++)
		n -= closed[c] > 0.0f;
	return n;
}

double
loss_gradient(const LossFunction *loss, int n_rows, const int *rows, float *logits)
{
	int	   n_classes = loss->set->n_classes;
	float  smoothing = (float) loss->label_smoothing;
	double sum = 0.0;

	for (int i = 0; i < n_rows; i++)
	{
		const float *closed = closed_classes(loss, rows[i]);

		if (closed)
			gate_mask(closed, n_classes, logits + (size_t) i * n_classes);
	}
	softmax_rows(n_rows, n_classes, logits);
	for (int i = 0; i < n_rows; i++, logits += n_classes)
	{
		const float *closed = closed_classes(loss, rows[i]);
		int			 target = loss->set->target[rows[i]];
		float		 scale = loss->weight[rows[i]] / (float) n_rows;
		float		 smooth = smoothing / (float) open_classes(closed, n_classes);

		sum -= row_log_likelihood(loss, rows[i], logits);
		for (int c = 0; c < n_classes; c++)
			logits[c] =
				closed && closed[c] > 0.0f
					? 0.0f
					: scale * (logits[c] - smooth - (c == target ? 1.0f - smoothing : 0.0f));
	}
	return sum;
}

double
row_log_likelihood(const LossFunction *loss, int row, const float *probabilities)
{
	return loss->weight[row] * log_probability(probabilities[loss->set->target[row]]);
}

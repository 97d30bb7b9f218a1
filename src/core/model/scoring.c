/*
 * scoring.c
 *		Scores of class probabilities.
 */
#include "core/model/scoring.h"

#include <math.h>

int
most_probable(const float *probabilities, int n)
{
	int best = 0;

	for (int i = 1; i < n; i++)
		if (probabilities[i] > probabilities[best])
			best = i;
	return best;
}

double
object_log_loss(const float *probabilities, int n, int target)
{
	double sum = 0.0, p;

	for (int i = 0; i < n; i++)
		sum += probabilities[i];
	p = probabilities[target] / sum;
	return -log(fmin(fmax(p, SMALLEST_PROBABILITY), 1.0 - SMALLEST_PROBABILITY));
}

void
add_class_loss(WeightedLoss *sum, double weight, double loss, double n_objects)
{
	if (!(n_objects > 0.0))
		return;
	sum->loss += weight * loss / n_objects;
	sum->weight += weight;
}

double
weighted_log_loss(const WeightedLoss *sum)
{
	return sum->weight > 0.0 ? sum->loss / sum->weight : NAN;
}

int
confidence_bin(double confidence)
{
	int bin = (int) ceil(confidence * CALIBRATION_BINS) - 1;

	return bin < 0 ? 0 : bin < CALIBRATION_BINS ? bin : CALIBRATION_BINS - 1;
}

void
add_to_confidence_bins(ConfidenceBin bins[CALIBRATION_BINS], int n_classes,
					   const float *probabilities, int target, double weight)
{
	int			   best = most_probable(probabilities, n_classes);
	ConfidenceBin *bin = &bins[confidence_bin(probabilities[best])];

	bin->weight += weight;
	bin->correct += best == target ? weight : 0.0;
	bin->confidence += weight * probabilities[best];
}

double
calibration_error(const ConfidenceBin bins[CALIBRATION_BINS])
{
	double weight = 0.0, difference = 0.0;

	for (int i = 0; i < CALIBRATION_BINS; i++)
	{
		weight += bins[i].weight;
		difference += fabs(bins[i].correct - bins[i].confidence);
	}
	return difference / weight;
}

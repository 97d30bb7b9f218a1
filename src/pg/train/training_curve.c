/*
 * training_curve.c
 *		The loss curve of a training: mean training and validation loss by epoch,
 *		which becomes part of the model's metrics.
 *
 * Networks are trained concurrently.  The losses of each are kept apart until the
 * means are taken, so that these do not depend on which network finished first.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "pg/util/json_text.h"
#include "pg/train/training_curve.h"

static int
point_epoch(const TrainingCurve *curve, int point)
{
	return (int) ((int64) (point + 1) * curve->epochs / curve->n_points);
}

static double *
unknown_losses(const TrainingCurve *curve)
{
	Size	n = (Size) curve->n_networks * curve->n_points;
	double *losses = palloc(sizeof(double) * n);

	for (Size i = 0; i < n; i++)
		losses[i] = NAN;
	return losses;
}

TrainingCurve *
create_curve(int epochs, int n_networks)
{
	TrainingCurve *curve = palloc(sizeof(TrainingCurve));

	curve->epochs = epochs;
	curve->n_networks = n_networks;
	curve->n_points = Min(epochs, MAX_CURVE_POINTS);
	curve->training_loss = unknown_losses(curve);
	curve->validation_loss = unknown_losses(curve);
	return curve;
}

void
note_epoch(TrainingCurve *curve, int network, const EpochReport *report)
{
	/* the first point at or after the epoch */
	int point =
		(int) (((int64) report->epoch * curve->n_points + curve->epochs - 1) / curve->epochs) - 1;
	Size i = (Size) network * curve->n_points + point;

	if (point_epoch(curve, point) != report->epoch)
		return;
	curve->training_loss[i] = report->training_loss;
	curve->validation_loss[i] = report->validation_loss;
}

/* Mean over the networks that have a loss at this point; NaN if none has. */
static double
mean_loss(const TrainingCurve *curve, const double *losses, int point)
{
	double sum = 0.0;
	int	   n = 0;

	for (int network = 0; network < curve->n_networks; network++)
	{
		double loss = losses[(Size) network * curve->n_points + point];

		if (isnan(loss))
			continue;
		sum += loss;
		n++;
	}
	return n > 0 ? sum / n : NAN;
}

/* Number of points that at least one network has reached. */
static int
points_reached(const TrainingCurve *curve)
{
	int n = 0;

	while (n < curve->n_points && !isnan(mean_loss(curve, curve->training_loss, n)))
		n++;
	return n;
}

static void
append_losses(StringInfo text, const TrainingCurve *curve, const char *key, const double *losses,
			  int n)
{
	json_key(text, key);
	appendStringInfoChar(text, '[');
	for (int point = 0; point < n; point++)
	{
		appendStringInfoString(text, point > 0 ? ", " : "");
		json_number(text, mean_loss(curve, losses, point));
	}
	appendStringInfoChar(text, ']');
}

void
append_curve(StringInfo text, const TrainingCurve *curve)
{
	int n = points_reached(curve);

	json_key(text, "training_curve");
	appendStringInfoChar(text, '{');
	json_key(text, "epoch");
	for (int point = 0; point < n; point++)
		appendStringInfo(text, "%s%d", point > 0 ? ", " : "[", point_epoch(curve, point));
	appendStringInfoChar(text, ']');
	append_losses(text, curve, "training_loss", curve->training_loss, n);
	append_losses(text, curve, "validation_loss", curve->validation_loss, n);
	appendStringInfoChar(text, '}');
}

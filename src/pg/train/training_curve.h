/*
 * training_curve.h
 *		How the losses of a training went, epoch by epoch, for the model to tell.
 */
#ifndef PLASTICC_PG_TRAIN_TRAINING_CURVE_H
#define PLASTICC_PG_TRAIN_TRAINING_CURVE_H

#include "lib/stringinfo.h"

#include "core/train/trainer.h"

/* Losses after at most so many of the epochs, the last one among them, as evenly as can be. */
#define MAX_CURVE_POINTS 100

typedef struct TrainingCurve
{
	int		epochs; /* at most */
	int		n_networks;
	int		n_points;
	double *training_loss;	 /* [n_networks][n_points], NaN where a network has not come so far */
	double *validation_loss; /* likewise, and NaN without held-out objects */
} TrainingCurve;

extern TrainingCurve *create_curve(int epochs, int n_networks);

/* Notes what the network, from 0, reports of an epoch, in any order. */
extern void note_epoch(TrainingCurve *curve, int network, const EpochReport *report);

/*
 * Appends, as a member of a JSON object, "training_curve": {"epoch": [...], "training_loss": [...],
 * "validation_loss": [...]}, means over the networks that have come so far.
 */
extern void append_curve(StringInfo text, const TrainingCurve *curve);

#endif /* PLASTICC_PG_TRAIN_TRAINING_CURVE_H */

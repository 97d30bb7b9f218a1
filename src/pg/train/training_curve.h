/*
 * training_curve.h
 *		The loss curve of a training: mean training and validation loss by epoch.
 */
#ifndef PLASTICC_PG_TRAIN_TRAINING_CURVE_H
#define PLASTICC_PG_TRAIN_TRAINING_CURVE_H

#include "lib/stringinfo.h"

#include "core/train/trainer.h"

/* A curve has at most this many points: evenly spaced epochs, the last one included. */
#define MAX_CURVE_POINTS 100

typedef struct TrainingCurve
{
	int epochs; /* at most */
	int n_networks;
	int n_points;
	double
		*training_loss; /* [n_networks][n_points], NaN where a network has not reached the epoch */
	double *validation_loss; /* likewise, and NaN without held-out objects */
} TrainingCurve;

extern TrainingCurve *create_curve(int epochs, int n_networks);

/* Adds the losses that a network (numbered from 0) reports after an epoch, in any order. */
extern void note_epoch(TrainingCurve *curve, int network, const EpochReport *report);

/*
 * Appends, as a member of a JSON object, "training_curve": {"epoch": [...], "training_loss": [...],
 * "validation_loss": [...]}, means over the networks that have reached the epoch.
 */
extern void append_curve(StringInfo text, const TrainingCurve *curve);

#endif /* PLASTICC_PG_TRAIN_TRAINING_CURVE_H */

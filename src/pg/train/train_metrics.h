/*
 * train_metrics.h
 *		The metrics of a training as JSON, and the calibration that they report.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_METRICS_H
#define PLASTICC_PG_TRAIN_TRAIN_METRICS_H

#include "lib/stringinfo.h"

#include "core/train/ensemble_calibration.h"
#include "pg/train/training_curve.h"
#include "pg/train/train_input.h"
#include "pg/train/train_workers.h"

/* Predictions of an ensemble for rows that some of its members were not trained on. */
typedef struct Probabilities
{
	float *values;	  /* [n_rows][n_classes]; NaN where every member was trained on the row */
	int	  *n_members; /* [n_rows], members that were not trained on the row */
	CalibrationReport calibration;
} Probabilities;

/*
 * Calibrates a fold's model; its probabilities, and with report the calibration's
 * report, are those of calibrate_ensemble.
 */
extern Probabilities *calibrate_model(const Ensemble *ensemble, int fold, Model *model,
									  const PoolResult *result, bool report);

/* Scores of class probabilities. */
typedef struct Score
{
	int	   *objects; /* [n_classes] */
	int	   *correct; /* [n_classes] */
	double *loss;	 /* [n_classes] sums */
	int		n_objects;
	double	log_loss; /* weighted as in the challenge */
	double	accuracy;
	double	calibration_error; /* expected calibration error */
} Score;

/* Scores the chosen rows (NULL for all) of probabilities [n_rows][n_classes]. */
extern Score score_rows(const TrainingInput *input, const float *probabilities, const bool *chosen);

/*
 * Appends, as members of a JSON object: objects, log_loss, accuracy,
 * calibration_error, recall.
 */
extern void append_score(StringInfo text, const TrainingInput *input, const Score *score);

/*
 * Likewise effective_objects of the fold's training rows, if a target survey weights them, and
 * survey, if a classifier tells it from them.
 */
extern void append_weights(StringInfo text, const Ensemble *ensemble, int fold);

/* Likewise the number of features, and the number of objects by class. */
extern void append_counts(StringInfo text, const TrainingInput *input);

/* Means over n members, of epochs rounded. */
extern TrainingResult mean_result(const TrainingResult *results, int n);

/*
 * The members of the metrics object of a model, without its braces: counts,
 * losses and their curve, and the scores on held-out objects.  They go into the
 * model as well, so they do not include the duration of the training.
 */
extern char *training_metrics(const Ensemble *ensemble, const TrainingInput *input,
							  const PoolResult *result, const TrainingCurve *curve,
							  const Probabilities *unseen);

#endif /* PLASTICC_PG_TRAIN_TRAIN_METRICS_H */

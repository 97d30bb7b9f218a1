/*
 * ensemble_calibration.h
 *		The calibration of an ensemble, fitted on its out-of-bag predictions.
 */
#ifndef PLASTICC_CORE_TRAIN_ENSEMBLE_CALIBRATION_H
#define PLASTICC_CORE_TRAIN_ENSEMBLE_CALIBRATION_H

#include "core/train/ensemble.h"

/* Calibration errors of the rows that a calibration is fitted on: [0] without, [1] with it. */
typedef struct CalibrationReport
{
	int	   n_rows;			  /* 0 if none is fitted */
	double error[2];		  /* expected calibration error, unweighted */
	double weighted_error[2]; /* with the weights in the loss */
} CalibrationReport;

/*
 * Fits the calibration of a fold's model if the options request one, and sets the
 * model's temperature and log_multipliers (otherwise to 1 and 0).  The model's gate and
 * tree_weight must be set; with members of both kinds and option tree_weight left open, the
 * weight is fitted as well.
 *
 * unseen is of unseen_log_probabilities.  The calibration is fitted on out-of-bag
 * predictions, never on rows held out from all members, which serve for evaluation.
 * Rows have their weights in the loss, with N_c counted among these rows; the multiplier
 * of a class without any is 1.
 *
 * Its log_probabilities are replaced by calibrated probabilities.  With a report, those of
 * the rows used for the fit come from cross-fitting in five parts, but for the trees' weight,
 * so that metrics computed from them are out of sample; report may be NULL.
 */
extern void calibrate_ensemble(const Ensemble *ensemble, int fold, Unseen *unseen, Model *model,
							   CalibrationReport *report, Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_ENSEMBLE_CALIBRATION_H */

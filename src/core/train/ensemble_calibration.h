/*
 * ensemble_calibration.h
 *		The calibration of an ensemble, fitted on what its networks say of
 *		objects that they have not seen.
 */
#ifndef PLASTICC_CORE_TRAIN_ENSEMBLE_CALIBRATION_H
#define PLASTICC_CORE_TRAIN_ENSEMBLE_CALIBRATION_H

#include "core/train/ensemble.h"

/* Of the rows that a calibration is fitted on, without and with one. */
typedef struct CalibrationReport
{
	int	   n_rows;			  /* 0 where none is fitted */
	double error[2];		  /* expected calibration error, each row of the same weight */
	double weighted_error[2]; /* with the weights of the loss */
} CalibrationReport;

/*
 * Fits the calibration of a fold's model, whose gate is there already, if the options want one, and
 * sets the model's temperature and log_multipliers (1 and 0 otherwise).
 *
 * values and n_members are those of unseen_log_probabilities.  It is fitted on
 * the rows that bagging has left out from some member, never on rows held out
 * from all of them, which are there to be scored.  A row weighs as it does in the
 * loss, with N_c counted among these rows; classes without any keep the multiplier 1.
 *
 * values become calibrated probabilities.  With a report, those of the rows that
 * the calibration is fitted on come from one that is fitted to four parts of five,
 * without theirs, so that whatever is measured on them is measured on unseen objects.
 */
extern void calibrate_ensemble(const Ensemble *ensemble, int fold, float *values,
							   const int *n_members, Model *model, CalibrationReport *report,
							   Workspace *workspace);

#endif /* PLASTICC_CORE_TRAIN_ENSEMBLE_CALIBRATION_H */

/*
 * ensemble_calibration.c
 *		The calibration of an ensemble.
 */
#include "core/train/ensemble_calibration.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/model/calibration.h"
#include "core/model/scoring.h"
#include "core/train/folds.h"
#include "core/train/loss.h"

/* Parts of the rows in cross-fitting. */
#define PARTS 5

/* Steps of the search for the trees' weight, which make its interval 0.01 wide. */
#define WEIGHT_STEPS 9

/* The rows that calibrations are fitted on. */
typedef struct Fit
{
	const Ensemble *ensemble;
	const float	   *log_probabilities; /* [n_rows][n_classes] */
	float		   *weight;			   /* [n_rows]; 0 for rows that are not used */
	int				n_rows;			   /* number of rows with a weight > 0 */
	Model		   *model;			   /* receives the calibration */
	Workspace	   *workspace;
} Fit;

static bool
calibration_is_fitted(const TrainingOptions *options)
{
	return options->bagging_folds > 0 && options->calibration != CALIBRATION_NONE;
}

/* Sets the weights of out-of-bag rows in the loss, and n_rows; rows held out from all members
 * have weight 0. */
static void
weigh_rows(Fit *fit, int fold, const int *n_members)
{
	const Ensemble	  *ensemble = fit->ensemble;
	const TrainingSet *set = ensemble->set;
	const bool		  *skip = fold_skip(ensemble, fold, fit->workspace);
	const float		  *weight = fold_weight(ensemble, fold);
	int				  *count = workspace_array(fit->workspace, int, set->n_classes);

	memset(count, 0, sizeof(int) * set->n_classes);
	fit->n_rows = 0;
	for (int i = 0; i < set->n_rows; i++)
	{
		fit->weight[i] = n_members[i] > 0 && !skip[i] ? 1.0f : 0.0f;
		if (fit->weight[i] > 0.0f)
			count[set->target[i]]++;
	}
	for (int i = 0; i < set->n_rows; i++)
	{
		int c = set->target[i];

		if (fit->weight[i] == 0.0f)
			continue;
		if (weight)
			fit->weight[i] = weight[i];
		if (ensemble->options->loss == LOSS_WEIGHTED)
			fit->weight[i] *= (float) (class_weight(set, c) / count[c]);
		fit->n_rows += fit->weight[i] > 0.0f;
	}
}

/* index [n_classes]: numbers the classes of the marked rows from 0, -1 for other classes; returns
 * their number. */
static int
index_present(const Fit *fit, const bool *fitted, int *index)
{
	const TrainingSet *set = fit->ensemble->set;
	int				   n = 0;

	for (int c = 0; c < set->n_classes; c++)
		index[c] = -1;
	for (int i = 0; i < set->n_rows; i++)
		if (fitted[i])
			index[set->target[i]] = 0;
	for (int c = 0; c < set->n_classes; c++)
		if (index[c] == 0)
			index[c] = n++;
	return n;
}

/*
 * Fits the model's calibration to the rows outside the given part; part [n_rows] NULL
 * means all rows.  Classes without any such row are left out, because the fit would
 * drive their probabilities to 0.  Returns the mean loss, 0 if there is nothing to fit.
 */
static double
fit_rows(const Fit *fit, const int32_t *part, int left_out)
{
	const TrainingSet *set = fit->ensemble->set;
	Workspace		  *workspace = fit->workspace;
	bool			  *fitted = workspace_array(workspace, bool, set->n_rows);
	int				  *index = workspace_array(workspace, int, set->n_classes);
	float	*values = workspace_array(workspace, float, (size_t) fit->n_rows * set->n_classes);
	int32_t *target = workspace_array(workspace, int32_t, fit->n_rows);
	float	*weight = workspace_array(workspace, float, fit->n_rows);
	CalibrationSet rows = {0, 0, values, target, weight};
	Calibration	   calibration;
	double		   loss;

	fit->model->temperature = 1.0f;
	memset(fit->model->log_multipliers, 0, sizeof(float) * set->n_classes);
	for (int i = 0; i < set->n_rows; i++)
		fitted[i] = fit->weight[i] > 0.0f && !(part && part[i] == left_out);
	rows.n_classes = index_present(fit, fitted, index);
	if (rows.n_classes < 2)
		return 0.0;
	for (int i = 0; i < set->n_rows; i++)
	{
		const float *closed =
			set->side ? gate_row(&fit->model->gate, set->n_classes, set->side[i]) : NULL;

		if (!fitted[i])
			continue;
		for (int c = 0; c < set->n_classes; c++)
			if (index[c] >= 0)
				*values++ = closed && closed[c] > 0.0f
								? -INFINITY
								: fit->log_probabilities[(size_t) i * set->n_classes + c];
		target[rows.n_rows] = index[set->target[i]];
		weight[rows.n_rows++] = fit->weight[i];
	}
	if (fit->ensemble->options->calibration == CALIBRATION_TEMPERATURE)
		loss = fit_temperature(&rows, CALIBRATION_PRIOR_OBJECTS, &calibration, workspace);
	else
		loss = fit_calibration(&rows, CALIBRATION_PRIOR_OBJECTS, &calibration, workspace);
	fit->model->temperature = (float) (1.0 / calibration.inverse_temperature);
	for (int c = 0; c < set->n_classes; c++)
		if (index[c] >= 0)
			fit->model->log_multipliers[c] = (float) calibration.log_multipliers[index[c]];
	return loss;
}

/*
 * Sets the trees' weight to that of the least loss of rows that members of both kinds have not
 * seen, each with the calibration fitted to it, by a golden-section search; the loss is convex in
 * the weights of both kinds.
 */
static void
fit_tree_weight(Fit *fit, int fold, Unseen *unseen)
{
	const double ratio = 0.5 * (sqrt(5.0) - 1.0);
	int			 n_rows = fit->ensemble->set->n_rows;
	int			*n_both = workspace_array(fit->workspace, int, n_rows);
	double		 low = 0.0;
	double		 high = 1.0;
	double		 weight[2] = {1.0 - ratio, ratio};
	double		 loss[2];

	for (int i = 0; i < n_rows; i++)
		n_both[i] = unseen->kinds[0].n_members[i] > 0 ? unseen->kinds[1].n_members[i] : 0;
	weigh_rows(fit, fold, n_both);
	if (fit->n_rows == 0)
		return;
	for (int k = 0; k < 2; k++)
	{
		weigh_kinds(fit->ensemble, weight[k], unseen);
		loss[k] = fit_rows(fit, NULL, 0);
	}
	for (int step = 0; step < WEIGHT_STEPS; step++)
	{
		int worse = loss[0] > loss[1] ? 0 : 1; /* the search goes on beyond it */

		if (worse == 0)
			low = weight[0];
		else
			high = weight[1];
		weight[worse] = weight[1 - worse];
		loss[worse] = loss[1 - worse];
		weight[1 - worse] = worse == 0 ? low + ratio * (high - low) : high - ratio * (high - low);
		weigh_kinds(fit->ensemble, weight[1 - worse], unseen);
		loss[1 - worse] = fit_rows(fit, NULL, 0);
	}
	fit->model->tree_weight = (float) (loss[0] < loss[1] ? weight[0] : weight[1]);
	weigh_kinds(fit->ensemble, fit->model->tree_weight, unseen);
}

/* Computes the calibrated probabilities of the rows used in the given part. */
static void
calibrate_part(const Fit *fit, const int32_t *part, int which, float *probabilities)
{
	const TrainingSet *set = fit->ensemble->set;

	for (int i = 0; i < set->n_rows; i++)
	{
		size_t start = (size_t) i * set->n_classes;

		if (fit->weight[i] == 0.0f || part[i] != which)
			continue;
		memcpy(probabilities + start, fit->log_probabilities + start,
			   sizeof(float) * set->n_classes);
		calibrate_logits(fit->model, 1.0f, 1, set->side ? set->side + i : NULL,
						 probabilities + start);
	}
}

/* Calibration errors of the rows used. */
static void
measure(const Fit *fit, const float *probabilities, double *error, double *weighted_error)
{
	const TrainingSet *set = fit->ensemble->set;
	ConfidenceBin	   bins[2][CALIBRATION_BINS] = {{{0}}};

	for (int i = 0; i < set->n_rows; i++)
	{
		const float *p = probabilities + (size_t) i * set->n_classes;

		if (fit->weight[i] == 0.0f)
			continue;
		add_to_confidence_bins(bins[0], set->n_classes, p, set->target[i], 1.0);
		add_to_confidence_bins(bins[1], set->n_classes, p, set->target[i], fit->weight[i]);
	}
	*error = calibration_error(bins[0]);
	*weighted_error = calibration_error(bins[1]);
}

/*
 * Cross-fitting: computes the probabilities of the rows used.  The rows of a class that
 * would be in only one part have part -1, are never left out, and use the calibration
 * fitted to all rows.
 */
static void
cross_fit(const Fit *fit, float *probabilities, CalibrationReport *report)
{
	const TrainingSet *set = fit->ensemble->set;
	int32_t			  *part = workspace_array(fit->workspace, int32_t, set->n_rows);
	bool			  *skip = workspace_array(fit->workspace, bool, set->n_rows);
	SplitRows		   rows = {set->n_rows, set->n_classes, set->target, set->group, skip};

	for (int i = 0; i < set->n_rows; i++)
		skip[i] = fit->weight[i] == 0.0f;
	stratified_folds(&rows, PARTS, fit->ensemble->options->seed, STREAM_PARTS, part,
					 fit->workspace);
	for (int k = 0; k < PARTS; k++)
	{
		fit_rows(fit, part, k);
		calibrate_part(fit, part, k, probabilities);
	}
	fit_rows(fit, NULL, 0);
	calibrate_part(fit, part, -1, probabilities);
	measure(fit, probabilities, &report->error[1], &report->weighted_error[1]);
}

void
calibrate_ensemble(const Ensemble *ensemble, int fold, Unseen *unseen, Model *model,
				   CalibrationReport *report, Workspace *workspace)
{
	const TrainingSet *set = ensemble->set;
	size_t			   n_values = (size_t) set->n_rows * set->n_classes;
	float			  *values = unseen->log_probabilities;
	Fit				   fit = {
					   .ensemble = ensemble,
					   .log_probabilities = values,
					   .weight = workspace_array(workspace, float, set->n_rows),
					   .model = model,
					   .workspace = workspace,
	   };
	float *crossed = NULL;

	model->temperature = 1.0f;
	memset(model->log_multipliers, 0, sizeof(float) * set->n_classes);
	memset(fit.weight, 0, sizeof(float) * set->n_rows);
	if (calibration_is_fitted(ensemble->options))
	{
		if (unseen->kinds[0].n_members && unseen->kinds[1].n_members &&
			ensemble->options->tree_weight < 0.0)
			fit_tree_weight(&fit, fold, unseen);
		weigh_rows(&fit, fold, unseen->n_members);
	}
	if (report)
	{
		*report = (CalibrationReport){.n_rows = fit.n_rows};
		if (fit.n_rows > 0)
		{
			crossed = workspace_array(workspace, float, n_values);
			memcpy(crossed, values, sizeof(float) * n_values);
			calibrate_logits(model, 1.0f, set->n_rows, set->side, crossed);
			measure(&fit, crossed, &report->error[0], &report->weighted_error[0]);
			cross_fit(&fit, crossed, report);
		}
	}
	if (fit.n_rows > 0 && !report)
		fit_rows(&fit, NULL, 0);
	calibrate_logits(model, 1.0f, set->n_rows, set->side, values);
	for (int i = 0; i < set->n_rows && crossed; i++)
		if (fit.weight[i] > 0.0f)
			memcpy(values + (size_t) i * set->n_classes, crossed + (size_t) i * set->n_classes,
				   sizeof(float) * set->n_classes);
}

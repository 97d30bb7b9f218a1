/*
 * evaluate.c
 *		plasticc_evaluate of scores, and the rows of their plots: plasticc_roc_curve,
 *		plasticc_precision_recall, plasticc_reliability, plasticc_confusion_rows.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/score/figures.h"
#include "pg/score/evaluate.h"

PG_FUNCTION_INFO_V1(plasticc_evaluate);
PG_FUNCTION_INFO_V1(plasticc_roc_curve);
PG_FUNCTION_INFO_V1(plasticc_precision_recall);
PG_FUNCTION_INFO_V1(plasticc_reliability);
PG_FUNCTION_INFO_V1(plasticc_confusion_rows);

#define MAX_COLUMNS 20

/* A row that is filled from left to right. */
typedef struct Row
{
	int	  n;
	Datum values[MAX_COLUMNS];
	bool  nulls[MAX_COLUMNS];
} Row;

static void
put_text(Row *row, const char *value)
{
	row->values[row->n] = text_or_null(value, &row->nulls[row->n]);
	row->n++;
}

static void
put_number(Row *row, double value)
{
	row->values[row->n] = double_or_null(value, &row->nulls[row->n]);
	row->n++;
}

static void
put_integer(Row *row, int32 value)
{
	row->nulls[row->n] = false;
	row->values[row->n++] = Int32GetDatum(value);
}

static void
put_count(Row *row, int64 value)
{
	row->nulls[row->n] = false;
	row->values[row->n++] = Int64GetDatum(value);
}

/* Class i and its label; NULL for -1, all classes. */
static void
put_class(Row *row, const Scores *scores, int i)
{
	put_integer(row, i < 0 ? 0 : scores_class(scores, i));
	row->nulls[row->n - 1] = i < 0;
	put_text(row, i < 0 ? NULL : scores_label(scores, i));
}

/* ----------------------------------------------------------------
 * Figures
 * ----------------------------------------------------------------
 */

static void
add_figures(ReturnSetInfo *result, const Scores *scores, bool grouped, const char *subset, int i,
			const Figures *figures)
{
	Row row = {0};

	if (grouped)
		put_text(&row, subset);
	put_class(&row, scores, i);
	put_count(&row, figures->support);
	put_number(&row, figures->precision);
	put_number(&row, figures->recall);
	put_number(&row, figures->f1);
	put_number(&row, figures->roc_auc);
	put_number(&row, figures->average_precision);
	put_number(&row, figures->brier);
	put_number(&row, figures->log_loss);
	put_number(&row, figures->calibration_error);
	put_number(&row, figures->best_threshold);
	put_number(&row, figures->best_f1);
	put_number(&row, figures->accuracy);
	put_number(&row, figures->weighted_log_loss);
	add_result_row(result, row.values, row.nulls);
}

void
add_figure_rows(ReturnSetInfo *result, Scores *scores, bool grouped, const char *subset)
{
	Workspace  workspace = server_workspace(CurrentMemoryContext);
	Evaluation evaluation = scores_evaluation(scores);
	Figures	  *classes = workspace_array(&workspace, Figures, scores->n);
	Figures	   all;

	for (int i = 0; i < scores->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		classes[i] = class_figures(&evaluation, i, &workspace);
	}
	all = overall_figures(&evaluation, classes, scores_class_weights(scores));
	add_figures(result, scores, grouped, subset, -1, &all);
	for (int i = 0; i < scores->n; i++)
		add_figures(result, scores, grouped, subset, i, &classes[i]);
}

/* plasticc_evaluate(scores) */
Datum
plasticc_evaluate(PG_FUNCTION_ARGS)
{
	add_figure_rows(begin_result(fcinfo), PG_GETARG_SCORES(0), false, NULL);
	return (Datum) 0;
}

/* ----------------------------------------------------------------
 * Plots
 * ----------------------------------------------------------------
 */

/* The point (0, 0), at no threshold, is the first of each curve. */
static void
add_roc_point(ReturnSetInfo *result, const Scores *scores, int i, const ScoreCurve *curve)
{
	Row row = {0};

	put_class(&row, scores, i);
	put_number(&row, curve->threshold);
	put_number(&row, curve->false_positives / curve->negatives);
	put_number(&row, curve->true_positives / curve->positives);
	add_result_row(result, row.values, row.nulls);
}

/* plasticc_roc_curve(scores): class, label, threshold, false_positive_rate, true_positive_rate */
Datum
plasticc_roc_curve(PG_FUNCTION_ARGS)
{
	Workspace	   workspace = server_workspace(CurrentMemoryContext);
	Scores		  *scores = PG_GETARG_SCORES(0);
	Evaluation	   evaluation = scores_evaluation(scores);
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = 0; i < scores->n; i++)
	{
		ScoreCurve curve = score_curve(&evaluation, i, &workspace);

		do
			add_roc_point(result, scores, i, &curve);
		while (score_curve_next(&curve));
	}
	return (Datum) 0;
}

/* plasticc_precision_recall(scores): class, label, threshold, precision, recall, f1 */
Datum
plasticc_precision_recall(PG_FUNCTION_ARGS)
{
	Workspace	   workspace = server_workspace(CurrentMemoryContext);
	Scores		  *scores = PG_GETARG_SCORES(0);
	Evaluation	   evaluation = scores_evaluation(scores);
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = 0; i < scores->n; i++)
		for (ScoreCurve curve = score_curve(&evaluation, i, &workspace); score_curve_next(&curve);)
		{
			Row row = {0};

			put_class(&row, scores, i);
			put_number(&row, curve.threshold);
			put_number(&row, curve_precision(&curve));
			put_number(&row, curve.true_positives / curve.positives);
			put_number(&row, curve.positives > 0.0 ? curve_f1(&curve) : NAN);
			add_result_row(result, row.values, row.nulls);
		}
	return (Datum) 0;
}

/*
 * plasticc_reliability(scores): class, label, bin, lower, upper, objects, mean_probability,
 * frequency; of all classes, the largest probability, first
 */
Datum
plasticc_reliability(PG_FUNCTION_ARGS)
{
	Scores		  *scores = PG_GETARG_SCORES(0);
	Evaluation	   evaluation = scores_evaluation(scores);
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = -1; i < scores->n; i++)
		for (int b = 0; b < CALIBRATION_BINS; b++)
		{
			const ReliabilityBin *bin =
				&evaluation.reliability[(i < 0 ? scores->n : i) * CALIBRATION_BINS + b];
			double weight = (double) bin->weight * EVALUATION_WEIGHT_UNIT;
			Row	   row = {0};

			if (bin->objects == 0)
				continue;
			put_class(&row, scores, i);
			put_integer(&row, b + 1);
			put_number(&row, (double) b / CALIBRATION_BINS);
			put_number(&row, (double) (b + 1) / CALIBRATION_BINS);
			put_count(&row, bin->objects);
			put_number(&row, exact_sum_value(bin->probability) / weight);
			put_number(&row, (double) bin->positive * EVALUATION_WEIGHT_UNIT / weight);
			add_result_row(result, row.values, row.nulls);
		}
	return (Datum) 0;
}

/*
 * plasticc_confusion_rows(scores): true_class, true_label, predicted_class, predicted_label, count,
 * share of the true class's weight
 */
Datum
plasticc_confusion_rows(PG_FUNCTION_ARGS)
{
	Scores		  *scores = PG_GETARG_SCORES(0);
	Evaluation	   evaluation = scores_evaluation(scores);
	ReturnSetInfo *result = begin_result(fcinfo);
	int			   n = scores->n;

	for (int i = 0; i < n; i++)
	{
		double weight = 0.0;

		for (int j = 0; j < n; j++)
			weight += (double) evaluation.weight[i * n + j];
		for (int j = 0; j < n; j++)
		{
			Row row = {0};

			put_class(&row, scores, i);
			put_class(&row, scores, j);
			put_count(&row, evaluation.objects[i * n + j]);
			put_number(&row, (double) evaluation.weight[i * n + j] / weight);
			add_result_row(result, row.values, row.nulls);
		}
	}
	return (Datum) 0;
}

/*
 * known_days.c
 *		How long objects have been known, in training and in classification.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "core/base/statistics.h"
#include "pg/model/feature_names.h"
#include "pg/model/known_days.h"
#include "pg/model/model_classes.h"
#include "pg/util/json_text.h"

#define MEMBER "known_days"
#define EARLY_MEMBER "p05"
#define EARLY_FRACTION 0.05

/* Early objects are many if they are this fraction and, lest chance makes a warning, this many. */
#define WARNING_FRACTION 0.25
#define WARNING_OBJECTS 3

KnownDays
find_known_days(int n_features, const char *const *names, int n_names)
{
	return (KnownDays){
		feature_position(n_features, names, n_names, "detection_span"),
		feature_position(n_features, names, n_names, "time_after_detections"),
	};
}

/* NaN where nothing was detected. */
static double
known_days(const KnownDays *days, const float *features)
{
	return (double) features[days->detection_span] + (double) features[days->time_after_detections];
}

static bool
has_known_days(const KnownDays *days)
{
	return days->detection_span >= 0 && days->time_after_detections >= 0;
}

KnownDaysRange
known_days_range(const KnownDays *days, int n_rows, float *const *features)
{
	Workspace workspace = server_workspace(CurrentMemoryContext);
	double	 *values = workspace_array(&workspace, double, n_rows);
	int		  n = 0;

	for (int i = 0; i < n_rows && has_known_days(days); i++)
	{
		values[n] = known_days(days, features[i]);
		n += isfinite(values[n]);
	}
	sort_values(values, n, workspace_array(&workspace, double, n_rows));
	return (KnownDaysRange){
		quantile(values, n, EARLY_FRACTION),
		quantile(values, n, 0.5),
		quantile(values, n, 1.0 - EARLY_FRACTION),
	};
}

void
append_known_days(StringInfo text, const KnownDaysRange *range)
{
	if (isnan(range->median))
		return;
	json_key(text, MEMBER);
	appendStringInfoChar(text, '{');
	json_number_member(text, EARLY_MEMBER, range->early);
	json_number_member(text, "median", range->median);
	json_number_member(text, "p95", range->late);
	appendStringInfoChar(text, '}');
}

/* The member of a JSON object; NULL if it is none or has no such member. */
static JsonbValue *
json_member(JsonbContainer *object, const char *key)
{
	if (!JsonContainerIsObject(object))
		return NULL;
	return getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
}

/* The days that the model's metrics call early; NaN where they do not. */
static double
early_days(const Model *model)
{
	Datum metrics = DirectFunctionCall1(jsonb_in, CStringGetDatum(server_text(model->metrics)));
	JsonbValue *days = json_member(&DatumGetJsonbP(metrics)->root, MEMBER);

	if (days == NULL || days->type != jbvBinary)
		return NAN;
	days = json_member(days->val.binary.data, EARLY_MEMBER);
	if (days == NULL || days->type != jbvNumeric)
		return NAN;
	return DatumGetFloat8(
		DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(days->val.numeric)));
}

EarlyCounter *
new_early_counter(const Model *model)
{
	EarlyCounter counter = {
		.days = find_known_days(model->preprocessing.n_features,
								(const char *const *) model->feature_names, model->n_feature_names),
	};
	EarlyCounter *copy;

	if (!has_known_days(&counter.days))
		return NULL;
	counter.objects.days = early_days(model);
	if (!isfinite(counter.objects.days))
		return NULL;
	copy = palloc(sizeof(EarlyCounter));
	*copy = counter;
	return copy;
}

void
count_early_objects(EarlyCounter *counter, int n_rows, const float *features, int n_features)
{
	for (int i = 0; i < n_rows; i++)
	{
		double days = known_days(&counter->days, features + (Size) i * n_features);

		counter->objects.n_known += !isnan(days);
		counter->objects.n_early += days < counter->objects.days;
	}
}

void
warn_of_early_objects(const EarlyObjects *objects)
{
	if (objects->n_early < WARNING_OBJECTS ||
		objects->n_early < WARNING_FRACTION * objects->n_known)
		return;
	ereport(WARNING,
			(errmsg(INT64_FORMAT " of " INT64_FORMAT " objects have been known for less time than "
								 "95 %% of the model's training objects",
					objects->n_early, objects->n_known),
			 errdetail("There are less than %.3g days from their first detection to their last "
					   "observation; a model that has not seen such light curves is "
					   "overconfident about them.",
					   objects->days),
			 errhint("Add truncated copies of light curves to the training set: "
					 "plasticc_augment(lightcurve, seed, truncate => true).")));
}

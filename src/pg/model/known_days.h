/*
 * known_days.h
 *		How long objects have been known: the days from the first detection of a light
 *		curve to its last observation.
 *
 * A model is overconfident about objects that have been known for a much shorter time than
 * those that it was trained on.  Its metrics hold quantiles of their days, of which the
 * lowest is compared with the days of the objects that it classifies.
 */
#ifndef PLASTICC_PG_MODEL_KNOWN_DAYS_H
#define PLASTICC_PG_MODEL_KNOWN_DAYS_H

#include "lib/stringinfo.h"

#include "core/model/model.h"

/* Where the days are among the features, -1 if they are not: they are the sum of two. */
typedef struct KnownDays
{
	int detection_span;
	int time_after_detections;
} KnownDays;

/* Names as those of feature_position(). */
extern KnownDays find_known_days(int n_features, const char *const *names, int n_names);

/* Quantiles 0.05, 0.5 and 0.95 of the days of a set of objects; NaN where they are not known. */
typedef struct KnownDaysRange
{
	double early;
	double median;
	double late;
} KnownDaysRange;

extern KnownDaysRange known_days_range(const KnownDays *days, int n_rows, float *const *features);

/* Appends them, if they are known, as a member of a JSON object: "known_days": {"p05", ...}. */
extern void append_known_days(StringInfo text, const KnownDaysRange *range);

/* How many of the objects that a model classifies are early. */
typedef struct EarlyObjects
{
	double days;	/* fewer are early: 5 % of those in training had fewer */
	int64  n_known; /* objects whose days are known */
	int64  n_early; /* of them */
} EarlyObjects;

/* Counts objects that a model classifies. */
typedef struct EarlyCounter
{
	KnownDays	 days;
	EarlyObjects objects;
} EarlyCounter;

/* A new counter in the current memory context; NULL where the model knows of no days. */
extern EarlyCounter *new_early_counter(const Model *model);
extern void			 count_early_objects(EarlyCounter *counter, int n_rows, const float *features,
										 int n_features);

/* A WARNING if there are many more early objects than in training. */
extern void warn_of_early_objects(const EarlyObjects *objects);

#endif /* PLASTICC_PG_MODEL_KNOWN_DAYS_H */

/*
 * observations.c
 *		Observations of one object: layout, checks and canonical order.
 */
#include "core/curve/observations.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/random.h"

Observations
allocate_observations(size_t capacity, Workspace *workspace)
{
	Observations observations = {0};

	map_observations(&observations, workspace_alloc(workspace, capacity * OBSERVATION_SIZE + 1),
					 capacity);
	return observations;
}

ObservationFault
make_observation(double mjd, int64_t passband, double flux, double flux_err, Detection detected,
				 Observation *observation)
{
	if (!isfinite(mjd))
		return MJD_NOT_FINITE;
	if (!isfinite(flux))
		return FLUX_NOT_FINITE;
	if (isinf((float) flux))
		return FLUX_OUT_OF_RANGE;
	if (!isfinite(flux_err))
		return FLUX_ERR_NOT_FINITE;
	if (flux_err <= 0.0)
		return FLUX_ERR_NOT_POSITIVE;
	if (isinf((float) flux_err) || (float) flux_err == 0.0f)
		return FLUX_ERR_OUT_OF_RANGE;
	if (passband < 0 || passband >= N_PASSBANDS)
		return PASSBAND_OUT_OF_RANGE;

	/* Adding zero turns -0.0 into 0.0, so that equal values have equal bits. */
	observation->mjd = mjd + 0.0;
	observation->flux = (float) flux + 0.0f;
	observation->flux_err = (float) flux_err;
	if (detected == DETECTED_UNKNOWN)
		detected = fabs((double) observation->flux) >=
						   DETECTION_SIGNAL_TO_NOISE * (double) observation->flux_err
					   ? DETECTED_YES
					   : DETECTED_NO;
	observation->kind = (uint8_t) (passband | (detected == DETECTED_YES ? KIND_DETECTED : 0));
	return OBSERVATION_VALID;
}

/* As SQL spells it. */
static const char *
special_text(double value)
{
	if (isnan(value))
		return "NaN";
	return value > 0.0 ? "Infinity" : "-Infinity";
}

void
describe_fault(ObservationFault fault, double mjd, int64_t passband, double flux, double flux_err,
			   char *text, size_t size)
{
	switch (fault)
	{
		case OBSERVATION_VALID:
			snprintf(text, size, "valid");
			break;
		case MJD_NOT_FINITE:
			snprintf(text, size, "mjd is not finite: \"%s\"", special_text(mjd));
			break;
		case FLUX_NOT_FINITE:
			snprintf(text, size, "flux is not finite: \"%s\"", special_text(flux));
			break;
		case FLUX_OUT_OF_RANGE:
			snprintf(text, size, "flux is out of range for type real: \"%.15g\"", flux);
			break;
		case FLUX_ERR_NOT_FINITE:
			snprintf(text, size, "flux_err is not finite: \"%s\"", special_text(flux_err));
			break;
		case FLUX_ERR_NOT_POSITIVE:
			snprintf(text, size, "flux_err is not positive: \"%.15g\"", flux_err);
			break;
		case FLUX_ERR_OUT_OF_RANGE:
			snprintf(text, size, "flux_err is out of range for type real: \"%.15g\"", flux_err);
			break;
		case PASSBAND_OUT_OF_RANGE:
			snprintf(text, size, "passband is not between 0 and 5: \"%lld\"", (long long) passband);
			break;
	}
}

/*
 * Compares all but mjd of observations i of a and j of b: negative, zero or
 * positive as the former sorts before, is a duplicate of, or sorts after the latter.
 */
static inline int
compare_but_time(const Observations *a, uint32_t i, const Observations *b, uint32_t j)
{
	int passband_a = a->kind[i] & KIND_PASSBAND;
	int passband_b = b->kind[j] & KIND_PASSBAND;

	if (passband_a != passband_b)
		return passband_a - passband_b;
	if (a->flux[i] != b->flux[j])
		return a->flux[i] < b->flux[j] ? -1 : 1;
	if (a->flux_err[i] != b->flux_err[j])
		return a->flux_err[i] < b->flux_err[j] ? -1 : 1;
	return (int) a->kind[i] - (int) b->kind[j];
}

/* The same within one set; kept out of line, off the sort's hot path. */
static int
compare_at_same_time(const Observations *o, uint32_t a, uint32_t b)
{
	return compare_but_time(o, a, o, b);
}

int
compare_observations(const Observations *a, const Observations *b)
{
	uint32_t both = a->count < b->count ? a->count : b->count;

	for (uint32_t i = 0; i < both; i++)
	{
		int difference;

		if (a->mjd[i] != b->mjd[i])
			return a->mjd[i] < b->mjd[i] ? -1 : 1;
		difference = compare_but_time(a, i, b, i);
		if (difference != 0)
			return difference;
	}
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	if (a->n_rejected != b->n_rejected)
		return a->n_rejected < b->n_rejected ? -1 : 1;
	return 0;
}

bool
observations_are_canonical(const Observations *o)
{
	for (uint32_t i = 1; i < o->count; i++)
	{
		if (o->mjd[i - 1] < o->mjd[i])
			continue;
		if (o->mjd[i - 1] > o->mjd[i] || compare_at_same_time(o, i - 1, i) >= 0)
			return false;
	}
	return true;
}

typedef struct SortEntry
{
	double	 mjd;
	uint32_t index;
} SortEntry;

static inline bool
stands_before(const Observations *o, const SortEntry *a, const SortEntry *b)
{
	if (__builtin_expect(a->mjd == b->mjd, 0))
		return compare_at_same_time(o, a->index, b->index) < 0;
	return a->mjd < b->mjd;
}

/* condition ? a : b without a branch, condition being 0 or 1. */
static inline const SortEntry *
select_entry(size_t condition, const SortEntry *a, const SortEntry *b)
{
	return (const SortEntry *) ((uintptr_t) b ^ (((uintptr_t) a ^ (uintptr_t) b) & -condition));
}

/*
 * Merges the sorted runs [left, middle) and [middle, right) of `from` into
 * `to`, the smallest upwards and the largest downwards at once, as
 * merge_values() in statistics.c does and for the same reasons.
 */
static void
merge_runs(const Observations *o, const SortEntry *from, SortEntry *to, size_t left, size_t middle,
		   size_t right)
{
	const SortEntry *a = from + left;
	const SortEntry *a_end = from + middle;
	const SortEntry *b = from + middle;
	const SortEntry *b_end = from + right;
	SortEntry		*to_end = to + right;
	size_t			 unchecked = middle - left < right - middle ? middle - left : right - middle;

	to += left;
	/* Observations mostly arrive in the order of time. */
	if (b == b_end || !stands_before(o, b, a_end - 1))
	{
		memcpy(to, a, (right - left) * sizeof(SortEntry));
		return;
	}
	for (size_t i = 0; i < unchecked; i++)
	{
		size_t low_is_b = stands_before(o, b, a);
		size_t high_is_a = stands_before(o, b_end - 1, a_end - 1);

		*to++ = *select_entry(low_is_b, b, a);
		*--to_end = *select_entry(high_is_a, a_end - 1, b_end - 1);
		b += low_is_b;
		a += 1 - low_is_b;
		b_end -= 1 - high_is_a;
		a_end -= high_is_a;
	}
	while (a < a_end && b < b_end)
		*to++ = stands_before(o, b, a) ? *b++ : *a++;
	while (a < a_end)
		*to++ = *a++;
	while (b < b_end)
		*to++ = *b++;
}

uint32_t
canonical_order(const Observations *o, uint32_t **order, Workspace *workspace)
{
	size_t	   n = o->count;
	SortEntry *entries = workspace_array(workspace, SortEntry, n + 1);
	SortEntry *scratch = workspace_array(workspace, SortEntry, n + 1);
	uint32_t   unique = 0;

	for (size_t i = 0; i < n; i++)
		entries[i] = (SortEntry){o->mjd[i], (uint32_t) i};

	for (size_t width = 1; width < n; width *= 2)
	{
		SortEntry *sorted = scratch;

		for (size_t left = 0; left < n; left += 2 * width)
		{
			size_t middle = left + width < n ? left + width : n;
			size_t right = middle + width < n ? middle + width : n;

			merge_runs(o, entries, scratch, left, middle, right);
		}
		scratch = entries;
		entries = sorted;
		workspace->check_interrupts();
	}

	*order = workspace_array(workspace, uint32_t, n + 1);
	for (size_t i = 0; i < n; i++)
	{
		if (i == 0 || stands_before(o, &entries[i - 1], &entries[i]))
			(*order)[unique++] = entries[i].index;
	}
	return unique;
}

void
gather_observations(const Observations *from, const uint32_t *order, uint32_t count,
					Observations *to)
{
	for (uint32_t i = 0; i < count; i++)
	{
		uint32_t j = order[i];

		put_observation(
			to, i, (Observation){from->mjd[j], from->flux[j], from->flux_err[j], from->kind[j]});
	}
	to->count = count;
	to->n_rejected = from->n_rejected;
}

void
append_observations(Observations *to, uint32_t at, const Observations *from)
{
	if (from->count == 0)
		return; /* its arrays may be none */
	memcpy(to->mjd + at, from->mjd, from->count * sizeof(double));
	memcpy(to->flux + at, from->flux, from->count * sizeof(float));
	memcpy(to->flux_err + at, from->flux_err, from->count * sizeof(float));
	memcpy(to->kind + at, from->kind, from->count);
}

/* The first index whose mjd is >= time, or > time. */
static uint32_t
find_time(const Observations *o, double time, bool after)
{
	uint32_t low = 0;
	uint32_t high = o->count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (o->mjd[middle] < time || (after && o->mjd[middle] == time))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
find_time_range(const Observations *observations, double from, double to, uint32_t *first,
				uint32_t *last)
{
	*first = find_time(observations, from, false);
	*last = find_time(observations, to, true);
	if (*last < *first)
		*last = *first;
}

Observations
fitted_observations(const Observations *observations, Workspace *workspace)
{
	uint64_t	 n = observations->count;
	uint32_t	*chosen;
	Observations fitted;
	Random		 random;

	if (n <= MAX_FITTED_OBSERVATIONS)
		return *observations;
	random_seed(&random, n, 0);
	chosen = workspace_array(workspace, uint32_t, MAX_FITTED_OBSERVATIONS);
	for (uint64_t i = 0; i < MAX_FITTED_OBSERVATIONS; i++)
	{
		uint64_t first = i * n / MAX_FITTED_OBSERVATIONS;
		uint64_t end = (i + 1) * n / MAX_FITTED_OBSERVATIONS;

		chosen[i] = (uint32_t) (first + random_below(&random, (uint32_t) (end - first)));
	}
	fitted = allocate_observations(MAX_FITTED_OBSERVATIONS, workspace);
	gather_observations(observations, chosen, MAX_FITTED_OBSERVATIONS, &fitted);
	return fitted;
}

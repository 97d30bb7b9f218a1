/*
 * clip.c
 *		Wild points of a light curve.
 */
#include "core/curve/clip.h"

#include <math.h>

#include "core/base/statistics.h"

/* 1 / the median absolute deviation of the unit normal distribution */
#define MAD_TO_SD 1.4826

/* With fewer neighbours there is nothing to compare with. */
#define FEWEST_NEIGHBOURS 3

/* Those on either side that may confirm an observation: of its passband, and in time. */
#define NEAREST_OF_PASSBAND 2
#define NEAREST_IN_TIME 3

/* So many of its own errors are no noise. */
#define SIGNIFICANT 3.0

typedef struct Clip
{
	const Observations *o;
	double				n_sigma;
	uint32_t			start[N_PASSBANDS + 1]; /* of passbands in member */
	uint32_t		   *member;					/* indexes of observations, by passband and time */
	double			   *off;					/* flux minus the median of the neighbours */
	double			   *band_off;				/* flux minus the median of the passband */
	double			   *score;					/* the same in standard deviations */
	bool			   *wild;
	double			   *values;
	double			   *scratch;
} Clip;

static void
list_passbands(Clip *clip)
{
	uint32_t place[N_PASSBANDS] = {0};

	for (uint32_t i = 0; i < clip->o->count; i++)
		place[clip->o->kind[i] & KIND_PASSBAND]++;
	clip->start[0] = 0;
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		clip->start[band + 1] = clip->start[band] + place[band];
		place[band] = clip->start[band];
	}
	for (uint32_t i = 0; i < clip->o->count; i++)
		clip->member[place[clip->o->kind[i] & KIND_PASSBAND]++] = i;
}

/* [first, last], at most so many on either side of k, of n. */
static void
window(uint32_t k, uint32_t n, uint32_t side, uint32_t *first, uint32_t *last)
{
	*first = k < side ? 0 : k - side;
	*last = n - 1 - k < side ? n - 1 : k + side;
}

/* Compares the k-th of a passband's n observations with its neighbours. */
static void
compare_with_neighbours(Clip *clip, const uint32_t *member, uint32_t n, uint32_t k)
{
	uint32_t i = member[k], first, last;
	double	 values[2 * CLIP_NEIGHBOURS], scratch[2 * CLIP_NEIGHBOURS], median, spread;
	double	 err = clip->o->flux_err[i];
	size_t	 count = 0;

	window(k, n, CLIP_NEIGHBOURS, &first, &last);
	for (uint32_t j = first; j <= last; j++)
	{
		if (j != k)
			values[count++] = clip->o->flux[member[j]];
	}
	clip->off[i] = 0.0;
	clip->score[i] = 0.0;
	if (count < FEWEST_NEIGHBOURS)
		return;
	sort_values(values, count, scratch);
	median = quantile(values, count, 0.5);
	spread = MAD_TO_SD * median_absolute_deviation(values, count, median);
	clip->off[i] = (double) clip->o->flux[i] - median;
	clip->score[i] = clip->off[i] / sqrt(err * err + spread * spread);
}

/* ----------------------------------------------------------------
 * What speaks for an observation
 * ----------------------------------------------------------------
 */

/* How many of the nearest of its passband, of whose n it is the k-th, are off like it. */
static int
confirming_in_passband(const Clip *clip, const uint32_t *member, uint32_t n, uint32_t k)
{
	uint32_t i = member[k], first, last;
	double	 median = (double) clip->o->flux[i] - clip->off[i];
	int		 confirming = 0;

	window(k, n, NEAREST_OF_PASSBAND, &first, &last);
	for (uint32_t j = first; j <= last; j++)
	{
		if (j != k && ((double) clip->o->flux[member[j]] - median) / clip->off[i] >= CLIP_SHARE)
			confirming++;
	}
	return confirming;
}

/* How many of the nearest in time are, of other passbands. */
static int
confirming_in_time(const Clip *clip, uint32_t i)
{
	const Observations *o = clip->o;
	uint32_t			first, last;
	int					confirming = 0;

	window(i, o->count, NEAREST_IN_TIME, &first, &last);
	for (uint32_t j = first; j <= last; j++)
	{
		double side = clip->off[i] > 0.0 ? 1.0 : -1.0;
		double off = fmax(side * clip->off[j], side * clip->band_off[j]);

		if (((o->kind[i] ^ o->kind[j]) & KIND_PASSBAND) != 0 &&
			off >= CLIP_SHARE * fabs(clip->off[i]) && off >= SIGNIFICANT * (double) o->flux_err[j])
			confirming++;
	}
	return confirming;
}

static bool
is_at_end(const Observations *o, uint32_t i)
{
	return i == 0 || i == o->count - 1 || o->mjd[i] - o->mjd[i - 1] > CLIP_GAP ||
		   o->mjd[i + 1] - o->mjd[i] > CLIP_GAP;
}

/* other is how far the deepest of the other dips is off. */
static bool
may_be_eclipse(const Clip *clip, uint32_t i, double other)
{
	return clip->off[i] < 0.0 &&
		   ((double) clip->o->flux[i] >= -SIGNIFICANT * (double) clip->o->flux_err[i] ||
			other / clip->off[i] >= CLIP_SHARE);
}

/* How far the deepest two dips are off; 0 where there are none. */
static void
find_dips(const Clip *clip, double *deepest, double *next)
{
	*deepest = 0.0;
	*next = 0.0;
	for (uint32_t i = 0; i < clip->o->count; i++)
	{
		double off = clip->off[i];

		if (clip->score[i] > -0.5 * clip->n_sigma || clip->score[i] < -CLIP_EXTREME)
			continue;
		*next = fmin(*next, fmax(off, *deepest));
		*deepest = fmin(*deepest, off);
	}
}

/* ----------------------------------------------------------------
 * Removing
 * ----------------------------------------------------------------
 */

/* Marks what is wild; returns how many are. */
static uint32_t
mark_wild(Clip *clip)
{
	double	 deepest, next;
	uint32_t n_wild = 0;

	find_dips(clip, &deepest, &next);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		const uint32_t *member = clip->member + clip->start[band];
		uint32_t		n = clip->start[band + 1] - clip->start[band];

		for (uint32_t k = 0; k < n; k++)
		{
			uint32_t i = member[k];
			double	 score = fabs(clip->score[i]);

			if (score <= clip->n_sigma)
				clip->wild[i] = false;
			else if (score > CLIP_EXTREME)
				clip->wild[i] =
					confirming_in_passband(clip, member, n, k) + confirming_in_time(clip, i) < 2;
			else
				clip->wild[i] = confirming_in_passband(clip, member, n, k) == 0 &&
								confirming_in_time(clip, i) == 0 && !is_at_end(clip->o, i) &&
								!may_be_eclipse(clip, i, clip->off[i] == deepest ? next : deepest);
			n_wild += clip->wild[i];
		}
	}
	return n_wild;
}

static void
compare_all(Clip *clip)
{
	list_passbands(clip);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		const uint32_t *member = clip->member + clip->start[band];
		uint32_t		n = clip->start[band + 1] - clip->start[band];
		double			median;

		for (uint32_t k = 0; k < n; k++)
		{
			compare_with_neighbours(clip, member, n, k);
			clip->values[k] = clip->o->flux[member[k]];
		}
		sort_values(clip->values, n, clip->scratch);
		median = quantile(clip->values, n, 0.5);
		for (uint32_t k = 0; k < n; k++)
			clip->band_off[member[k]] = (double) clip->o->flux[member[k]] - median;
	}
}

Observations
clip_observations(const Observations *observations, double n_sigma, Workspace *workspace)
{
	size_t		 n = (size_t) observations->count + 1;
	Observations o = allocate_observations(n, workspace);
	Clip		 clip = {
				.o = &o,
				.n_sigma = n_sigma,
				.member = workspace_array(workspace, uint32_t, n),
				.off = workspace_array(workspace, double, n),
				.band_off = workspace_array(workspace, double, n),
				.values = workspace_array(workspace, double, n),
				.scratch = workspace_array(workspace, double, n),
				.score = workspace_array(workspace, double, n),
				.wild = workspace_array(workspace, bool, n),
	};

	append_observations(&o, 0, observations);
	o.count = observations->count;
	o.n_rejected = observations->n_rejected;
	for (int round = 0; round < CLIP_ROUNDS; round++)
	{
		uint32_t n_wild, kept = 0;

		workspace->check_interrupts();
		compare_all(&clip);
		n_wild = mark_wild(&clip);
		if (n_wild == 0)
			break;
		for (uint32_t i = 0; i < o.count; i++)
		{
			if (!clip.wild[i])
				put_observation(&o, kept++,
								(Observation){o.mjd[i], o.flux[i], o.flux_err[i], o.kind[i]});
		}
		o.count = kept;
		o.n_rejected = add_rejected(o.n_rejected, n_wild);
	}
	return o;
}

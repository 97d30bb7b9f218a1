/*
 * curve.c
 *		A light curve laid out for fits, and where in it a fit may start.
 */
#include "core/fit/curve.h"

#include <math.h>
#include <string.h>

#include "core/fit/shapes.h"
#include "core/base/simd.h"

/* Observations that find_start() keeps the sums of at a time. */
#define BLOCK 256

/* What is much smaller has decayed to nothing; denormal numbers would be slow. */
#define NOTHING 1e-200

/* A shape with less variance than this part of its square does not determine its amplitude. */
#define MINIMUM_VARIANCE 1e-6

/* Weighted sums of the shape, its square, and its product with the values, by passband. */
typedef struct ShapeSums
{
	Lanes shape;
	Lanes square;
	Lanes product;
} ShapeSums;

/* What an observation adds to the lane of its passband. */
static const Lanes unit[N_PASSBANDS] = {
	{1, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0, 0, 0}, {0, 0, 1, 0, 0, 0, 0, 0},
	{0, 0, 0, 1, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 0, 0, 0}, {0, 0, 0, 0, 0, 1, 0, 0},
};

/* Past sums are kept at the start of each block, and at each observation of one block. */
static size_t
count_blocks(const FitCurve *c)
{
	return ((size_t) c->n + BLOCK - 1) / BLOCK;
}

static void
allocate_arrays(FitCurve *c, size_t n, Workspace *workspace)
{
	size_t	padded = c->start[N_PASSBANDS];
	double *arrays = workspace_aligned_array(workspace, double, 7 * padded + 5 * n);

	c->time = arrays;
	c->value = arrays + padded;
	c->weight = arrays + 2 * padded;
	memset(arrays, 0, 3 * padded * sizeof(double));
	c->shape = arrays + 3 * padded;
	for (int i = 0; i < 3; i++)
		c->derivatives[i] = arrays + (4 + i) * padded;
	c->ordered_time = arrays + 7 * padded;
	c->ordered_value = c->ordered_time + n;
	c->ordered_weight = c->ordered_time + 2 * n;
	c->rise_decay = c->ordered_time + 3 * n;
	c->fall_decay = c->ordered_time + 4 * n;
	c->passband = workspace_array(workspace, uint8_t, n);
	c->sums =
		workspace_aligned_array(workspace, ShapeSums, count_blocks(c) + (n < BLOCK ? n : BLOCK));
}

static double
largest_flux(const Observations *o)
{
	double largest = 0.0;

	for (uint32_t i = 0; i < o->count; i++)
		if (fabs(o->flux[i]) > largest)
			largest = fabs(o->flux[i]);
	return largest;
}

/* The weighted mean of each passband, and what it leaves. */
static void
subtract_means(FitCurve *c)
{
	c->constant_chi_square = 0.0;
	for (int band = 0; band < N_LANES; band++)
	{
		uint32_t start = band < N_PASSBANDS ? c->start[band] : 0;
		uint32_t end = band < N_PASSBANDS ? c->end[band] : 0;
		double	 weight = 0.0, sum = 0.0;

		for (uint32_t i = start; i < end; i++)
		{
			weight += c->weight[i];
			sum += c->weight[i] * c->value[i];
		}
		c->total_weight[band] = weight;
		c->ridge[band] = amplitude_ridge(weight);
		c->mean[band] = end > start ? sum / weight : NAN;
		for (uint32_t i = start; i < end; i++)
		{
			c->value[i] -= c->mean[band];
			c->constant_chi_square += c->weight[i] * c->value[i] * c->value[i];
		}
	}
}

FitCurve *
make_fit_curve(const Observations *o, Workspace *workspace)
{
	FitCurve *c = workspace_array(workspace, FitCurve, 1);
	uint32_t  at[N_PASSBANDS] = {0};

	c->workspace = workspace;
	c->n = o->count;
	c->flux_scale = largest_flux(o);
	for (uint32_t i = 0; i < o->count; i++)
		at[o->kind[i] & KIND_PASSBAND]++;
	c->start[0] = 0;
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		c->end[band] = c->start[band] + at[band];
		c->start[band + 1] = (c->end[band] + N_LANES - 1) / N_LANES * N_LANES;
	}
	allocate_arrays(c, c->n, workspace);
	if (c->flux_scale == 0.0)
		return c;

	memcpy(at, c->start, sizeof(at));
	for (uint32_t i = 0; i < o->count; i++)
	{
		uint8_t	 band = o->kind[i] & KIND_PASSBAND;
		uint32_t j = at[band]++;
		double	 signal = c->flux_scale / (double) o->flux_err[i];

		c->time[j] = c->ordered_time[i] = o->mjd[i] - o->mjd[0];
		c->value[j] = (double) o->flux[i] / c->flux_scale;
		c->weight[j] = c->ordered_weight[i] = signal * signal;
		c->passband[i] = band;
	}
	subtract_means(c);
	memcpy(at, c->start, sizeof(at));
	for (uint32_t i = 0; i < o->count; i++)
		c->ordered_value[i] = c->value[at[c->passband[i]]++];
	return c;
}

/* ----------------------------------------------------------------
 * Starts
 * ----------------------------------------------------------------
 */

/* Times `decay`; what is below the last digit of NOTHING becomes 0. */
INLINED void
decay_lanes(Lanes *sums, double decay)
{
	*sums = (*sums * decay + NOTHING) - NOTHING;
}

/* All shapes that are summed times `decay`. */
INLINED void
decay_sums(ShapeSums *sums, double decay)
{
	decay_lanes(&sums->shape, decay);
	decay_lanes(&sums->square, decay * decay);
	decay_lanes(&sums->product, decay);
}

/* Adds an observation at which the shape is 1. */
INLINED void
add_observation(ShapeSums *sums, const FitCurve *c, uint32_t i)
{
	Lanes weight = unit[c->passband[i]] * c->ordered_weight[i];

	sums->shape += weight;
	sums->square += weight;
	sums->product += weight * c->ordered_value[i];
}

/* The sums over the observations before i from those before i - 1. */
INLINED void
advance_past(ShapeSums *past, const FitCurve *c, uint32_t i)
{
	add_observation(past, c, i - 1);
	decay_sums(past, c->rise_decay[i]);
}

INLINED double
explained(const ShapeSums *past, const ShapeSums *future, const FitCurve *c,
		  const double *per_weight)
{
	double gain[N_LANES];

	for (int band = 0; band < N_LANES; band++)
	{
		double shape = past->shape[band] + future->shape[band];
		double square = past->square[band] + future->square[band];
		double product = past->product[band] + future->product[band];
		double variance = square - shape * (shape * per_weight[band]);
		double value = product * (product / (variance + c->ridge[band]));

		gain[band] = product > 0.0 && variance > MINIMUM_VARIANCE * square ? value : 0.0;
	}
	return ((gain[0] + gain[1]) + (gain[2] + gain[3])) + (gain[4] + gain[5]);
}

/* The decays exp(-days / scale) to each observation but the first from the one before it. */
static void
fill_decays(const FitCurve *c, double scale, double *decays)
{
	double per_scale = scale > 0.0 ? 1.0 / scale : 0.0;

	decays[0] = 0.0;
	for (uint32_t i = 1; i < c->n; i++)
		decays[i] = (c->ordered_time[i] - c->ordered_time[i - 1]) * per_scale;
	if (scale > 0.0)
	{
		exponentials(decays, c->n, decays);
		return;
	}
	for (uint32_t i = 1; i < c->n; i++)
		decays[i] = c->ordered_time[i] > c->ordered_time[i - 1] ? 0.0 : 1.0;
}

/*
 * Past sums run forwards and future sums backwards, so that one of them has to
 * be kept; of long curves a state a block is, and the rest is computed again.
 */
DISPATCHED FitStart
find_start(FitCurve *c, double rise, double fall)
{
	FitStart   best = {NAN, rise, fall, 0.0};
	size_t	   n_blocks = count_blocks(c);
	ShapeSums *blocks = c->sums;
	ShapeSums *past = blocks + n_blocks;
	ShapeSums  future = {0}, running = {0};
	double	   per_weight[N_LANES];

	fill_decays(c, rise, c->rise_decay);
	fill_decays(c, fall, c->fall_decay);
	for (int band = 0; band < N_LANES; band++)
		per_weight[band] = c->total_weight[band] > 0.0 ? 1.0 / c->total_weight[band] : 0.0;
	blocks[0] = running;
	for (uint32_t i = 1; i <= (n_blocks - 1) * BLOCK; i++)
	{
		advance_past(&running, c, i);
		if (i % BLOCK == 0)
			blocks[i / BLOCK] = running;
	}
	for (size_t block = n_blocks; block-- > 0;)
	{
		uint32_t first = (uint32_t) block * BLOCK;
		uint32_t end = c->n - first < BLOCK ? c->n : first + BLOCK;

		c->workspace->check_interrupts();
		running = past[0] = blocks[block];
		for (uint32_t i = first + 1; i < end; i++)
		{
			advance_past(&running, c, i);
			past[i - first] = running;
		}
		for (uint32_t i = end; i-- > first;)
		{
			double gain;

			if (i + 1 < c->n)
				decay_sums(&future, c->fall_decay[i + 1]);
			add_observation(&future, c, i);
			gain = explained(&past[i - first], &future, c, per_weight);
			if (gain > best.gain)
			{
				best.gain = gain;
				best.time = c->ordered_time[i];
			}
		}
	}
	return best;
}

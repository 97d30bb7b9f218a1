/*
 * periodogram.c
 *		The multiband periodogram at one frequency, and what all frequencies need.
 */
#include "core/period/periodogram.h"

#include <math.h>

#include "core/period/phase.h"
#include "core/base/simd.h"

#define LANES PERIODOGRAM_LANES
#define MIN_TIMES 4
#define MIN_VARIANCE 1e-9

/* A band's scale is at least this share of the largest rms: no band is trusted without bound. */
#define MIN_SCALE 0.05

static uint32_t
distinct_times(const double *time, uint32_t n)
{
	uint32_t distinct = 1;

	for (uint32_t i = 1; i < n; i++)
		distinct += time[i] > time[i - 1];
	return distinct;
}

/* Weighted mean and rms of a band's fluxes, which become values, and its share as chi^2. */
static bool
normalise_band(PeriodogramInput *input, PeriodogramBand *band)
{
	uint32_t n = band->end - band->start;
	double	*weight = input->weight + band->start;
	double	*value = input->value + band->start;
	double	 sum = 0.0, square = 0.0, squared_weights = 0.0;
	double	 low = value[0], high = value[0];
	double	 largest = 0.0;

	for (uint32_t i = 0; i < n; i++)
	{
		low = fmin(low, value[i]);
		high = fmax(high, value[i]);
		largest = fmax(largest, weight[i]);
	}
	if (low == high || distinct_times(input->time + band->start, n) < MIN_TIMES)
		return false;

	/* Relative to the lowest, before anything rounds, so that a large level costs no digits. */
	band->weight = 0.0;
	for (uint32_t i = 0; i < n; i++)
	{
		band->weight += weight[i] / largest;
		value[i] = (value[i] - low) / input->flux_unit;
		sum += weight[i] / largest * value[i];
	}
	for (uint32_t i = 0; i < n; i++)
	{
		weight[i] /= largest * band->weight;
		value[i] -= sum / band->weight;
		square += weight[i] * value[i] * value[i];
		squared_weights += weight[i] * weight[i];
	}
	if (!(square > 0.0))
		return false;
	band->mean_normal = 0.5 * fmax(MIN_VARIANCE, 1.0 - squared_weights);
	band->rms = sqrt(square);
	for (uint32_t i = 0; i < n; i++)
		value[i] /= band->rms;
	band->weight *= largest;
	band->share = band->weight * square;
	return true;
}

void
set_band_scales(PeriodogramInput *input, const double scales[N_PASSBANDS])
{
	for (int b = 0; b < input->n_bands; b++)
	{
		PeriodogramBand *band = &input->bands[b];
		double			 ratio = scales[b] / band->rms;

		band->scale = scales[b];
		band->shared_normal = band->share * ratio * ratio;
		band->shared_product = band->share * ratio;
	}
}

/*
 * a_b^2 is the band's variance less that of its errors (the mean weighted
 * squared error is (n - 1) / weight), but at least MIN_SCALE of the largest rms.
 */
static void
estimate_scales(PeriodogramInput *input)
{
	double scales[N_PASSBANDS];
	double largest = 0.0;

	for (int b = 0; b < input->n_bands; b++)
		largest = fmax(largest, input->bands[b].rms);
	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];
		double				   noise = (double) (band->end - band->start - 1) / band->weight;
		double				   variance = band->rms * band->rms - noise;

		scales[b] = fmax(MIN_SCALE * largest, sqrt(fmax(0.0, variance)));
	}
	set_band_scales(input, scales);
}

/* Counts the epochs of the passbands whose bits are set; observations are in order of time. */
static uint32_t
count_epochs(const Observations *observations, unsigned passbands)
{
	uint32_t n_epochs = 0;
	double	 start = -INFINITY;

	for (uint32_t i = 0; i < observations->count; i++)
	{
		if (!(passbands >> (observations->kind[i] & KIND_PASSBAND) & 1) ||
			!(observations->mjd[i] - start > EPOCH_LENGTH))
			continue;
		start = observations->mjd[i];
		n_epochs++;
	}
	return n_epochs;
}

PeriodogramInput
periodogram_input(const Observations *observations, Workspace *workspace)
{
	uint32_t		 n = observations->count;
	size_t			 room = (size_t) n + N_PASSBANDS * LANES;
	uint32_t		 start = 0;
	unsigned		 informative = 0;
	PeriodogramInput input = {
		.time = workspace_array(workspace, double, room),
		.weight = workspace_array(workspace, double, room),
		.value = workspace_array(workspace, double, room),
	};

	if (n == 0)
		return input;
	input.flux_unit = INFINITY;
	for (uint32_t i = 0; i < n; i++)
		if (observations->flux_err[i] < input.flux_unit)
			input.flux_unit = observations->flux_err[i];
	input.baseline = observations->mjd[n - 1] - observations->mjd[0];
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		PeriodogramBand *band = &input.bands[input.n_bands];
		uint32_t		 end = start;

		for (uint32_t i = 0; i < n; i++)
		{
			double inverse_err = input.flux_unit / observations->flux_err[i];

			if ((observations->kind[i] & KIND_PASSBAND) != passband)
				continue;
			input.time[end] = observations->mjd[i] - observations->mjd[0];
			input.weight[end] = inverse_err * inverse_err;
			input.value[end++] = observations->flux[i];
		}
		*band = (PeriodogramBand){.passband = passband, .start = start, .end = end};
		if (end == start || !normalise_band(&input, band))
			continue;
		for (; (end - start) % LANES != 0; end++)
			input.time[end] = input.weight[end] = input.value[end] = 0.0;
		band->padded_end = end;
		input.chi2 += band->share;
		input.count += band->end - start;
		input.n_bands++;
		informative |= 1u << passband;
		start = end;
	}
	for (int b = 0; b < input.n_bands; b++)
		input.bands[b].share /= input.chi2;
	input.n_epochs = count_epochs(observations, informative);
	estimate_scales(&input);
	return input;
}

/*
 * The share of a band's chi^2 that cosine and sine explain: r' M^-1 r of the
 * normal equations M = (cc cs; cs ss), r = (yc, ys), all weights 1 and all
 * values of unit variance.
 */
static double
explained_share(double cc, double ss, double cs, double yc, double ys)
{
	double half = 0.5 * (cc + ss);
	double difference = 0.5 * (cc - ss);
	double radius = sqrt(difference * difference + cs * cs); /* both are at most 1/2 */
	double larger = half + radius;
	double smaller = (cc * ss - cs * cs) / larger;
	double x, y, norm;

	if (!(larger > MIN_VARIANCE))
		return 0.0;
	if (smaller > MIN_VARIANCE)
		return (ss * yc * yc + cc * ys * ys - 2.0 * cs * yc * ys) / (larger * smaller);

	/* The eigenvector of the larger eigenvalue, from the row that loses no digits. */
	if (difference >= 0.0)
	{
		x = difference + radius;
		y = cs;
	}
	else
	{
		x = cs;
		y = radius - difference;
	}
	norm = x * x + y * y;
	if (!(norm > 0.0))
	{
		x = norm = 1.0;
		y = 0.0;
	}
	x = x * yc + y * ys;
	return x * x / (norm * larger);
}

/* Sums of w cos, w sin, w y cos, w y sin, w cos^2 and w sin cos of the phase, by lanes. */
typedef struct PhaseSums
{
	VECTOR_ALIGNED double c[LANES];
	double				  s[LANES], yc[LANES], ys[LANES], cc[LANES], sc[LANES];
} PhaseSums;

/* Adds n observations, a multiple of LANES. */
DISPATCHED static void
add_phases(uint32_t n, const double *restrict time, const double *restrict weight,
		   const double *restrict value, double frequency, PhaseSums *restrict sums)
{
	for (uint32_t i = 0; i < n; i += LANES, time += LANES, weight += LANES, value += LANES)
	{
		FOR_LANES(lane, LANES)
		{
			double c, s, wc, ws;

			unit_circle(frequency * time[lane], &c, &s);
			wc = weight[lane] * c;
			ws = weight[lane] * s;
			sums->c[lane] += wc;
			sums->s[lane] += ws;
			sums->yc[lane] += wc * value[lane];
			sums->ys[lane] += ws * value[lane];
			sums->cc[lane] += wc * c;
			sums->sc[lane] += ws * c;
		}
	}
}

double
band_power(const PeriodogramInput *input, const PeriodogramBand *band, double frequency)
{
	PhaseSums sums = {{0}};
	double	  c, s, cc;

	add_phases(band->padded_end - band->start, input->time + band->start,
			   input->weight + band->start, input->value + band->start, frequency, &sums);
	c = sum_periodogram_lanes(sums.c);
	s = sum_periodogram_lanes(sums.s);
	cc = sum_periodogram_lanes(sums.cc);
	return explained_share(cc - c * c, 1.0 - cc - s * s, sum_periodogram_lanes(sums.sc) - c * s,
						   sum_periodogram_lanes(sums.yc), sum_periodogram_lanes(sums.ys));
}

double
multiband_power(const PeriodogramInput *input, double frequency)
{
	double power = 0.0;

	if (input->n_bands == 0)
		return NAN;
	for (int b = 0; b < input->n_bands; b++)
		power += input->bands[b].share * band_power(input, &input->bands[b], frequency);
	return fmin(1.0, power);
}

FrequencyGrid
frequency_grid(double baseline, double oversampling, double minimum, double maximum, uint64_t limit)
{
	/* Quotients that are whole but for a rounding are whole. */
	const double  slack = 1e-9;
	FrequencyGrid grid = {0};
	double		  first, last;

	if (!(baseline > 0.0))
		return grid;
	grid.step = 1.0 / (oversampling * baseline);
	if (!(grid.step > 0.0 && isfinite(grid.step)))
		return grid;
	first = fmax(1.0, ceil(minimum / grid.step * (1.0 - slack)));
	/* Beyond 2^53 neighbouring integers are the same double. */
	last = fmin(0x1.0p53, floor(maximum / grid.step * (1.0 + slack)));
	if (!(last >= first))
		return grid;
	grid.first = (uint64_t) first;
	grid.count = last - first >= (double) limit ? limit : (uint64_t) (last - first) + 1;
	return grid;
}

/*
 * peaks.c
 *		Peaks of a periodogram.
 */
#include "core/period/peaks.h"

#include <math.h>

#include "core/base/simd.h"

/* The vertex of the parabola through a peak and its neighbours is at most so much higher. */
#define VERTEX_OVER_PEAK 1.125f

static void
add_peak(Peaks *peaks, double place, float height)
{
	const float equal = (float) (1.0 + EQUAL_SHARE);
	int			i = peaks->count;

	if (i == peaks->limit && !(height > equal * peaks->height[--i]))
		return;
	if (peaks->count < peaks->limit)
		peaks->count++;
	for (; i > 0 && height > equal * peaks->height[i - 1]; i--)
	{
		peaks->height[i] = peaks->height[i - 1];
		peaks->place[i] = peaks->place[i - 1];
	}
	peaks->height[i] = height;
	peaks->place[i] = place;
}

/* Adds the peak at i. */
static void
add_vertex(Peaks *peaks, const float *values, uint64_t i, uint64_t count)
{
	float before = i > 0 ? values[i - 1] : values[i];
	float after = i + 1 < count ? values[i + 1] : values[i];
	float slope = after - before;
	float curvature = (values[i] - before) + (values[i] - after); /* not rounded to 0 */
	float offset = i > 0 && i + 1 < count ? 0.5f * slope / curvature : 0.0f;

	add_peak(peaks, (double) i + offset, values[i] + 0.25f * slope * offset);
}

/* How many of n values are above a threshold. */
DISPATCHED static int32_t
count_above(const float *values, int32_t n, float threshold)
{
	int32_t above = 0;

	for (int32_t i = 0; i < n; i++)
		above += values[i] > threshold;
	return above;
}

Peaks
highest_peaks(const float *values, uint64_t count, int limit)
{
	enum
	{
		BLOCK = 256
	};
	Peaks peaks = {.limit = limit};
	float threshold = 0.0f;

	for (uint64_t start = 0; start < count; start += BLOCK)
	{
		uint64_t end = start + BLOCK < count ? start + BLOCK : count;

		if (count_above(values + start, (int32_t) (end - start), threshold) == 0)
			continue;
		for (uint64_t i = start; i < end; i++)
		{
			if (!(values[i] > threshold) || !is_peak(values, i, count))
				continue;
			add_vertex(&peaks, values, i, count);
			/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): limit is not 0 */
			if (peaks.count == limit)
				threshold = peaks.height[limit - 1] / VERTEX_OVER_PEAK;
		}
	}
	return peaks;
}

double
climb(const PeriodogramInput *input, double width, int n_rounds, double *frequency)
{
	double best = multiband_power(input, *frequency);

	for (int round = 0; round < n_rounds; round++)
	{
		double centre = *frequency;
		double below = multiband_power(input, centre - width);
		double above = multiband_power(input, centre + width);
		double curvature = below - 2.0 * best + above;
		double vertex;

		if (below > best || above > best)
		{
			*frequency = below > above ? centre - width : centre + width;
			best = fmax(below, above);
			continue;
		}
		width *= 0.25;
		if (!(curvature < 0.0))
			continue;
		centre += 2.0 * width * (below - above) / curvature;
		vertex = multiband_power(input, centre);
		if (vertex > best)
		{
			best = vertex;
			*frequency = centre;
		}
	}
	return best;
}

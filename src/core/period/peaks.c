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

/* Values that are looked at together. */
#define BLOCK 32

/* The start of the first block from `start` on, a block's, that has a value above a threshold;
 * count if none has. */
DISPATCHED static uint64_t
next_above(const float *values, uint64_t start, uint64_t count, float threshold)
{
	for (; start + BLOCK <= count; start += BLOCK)
	{
		int32_t above = 0;

		for (int i = 0; i < BLOCK; i++)
			above += values[start + i] > threshold;
		if (above > 0)
			return start;
	}
	for (uint64_t i = start; i < count; i++)
		if (values[i] > threshold)
			return start;
	return count;
}

Peaks
highest_peaks(const float *values, uint64_t count, int limit)
{
	Peaks peaks = {.limit = limit};
	float threshold = 0.0f;

	for (uint64_t start = next_above(values, 0, count, threshold); start < count;
		 start = next_above(values, start + BLOCK, count, threshold))
	{
		for (uint64_t i = start; i < start + BLOCK && i < count; i++)
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

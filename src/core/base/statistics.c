/*
 * statistics.c
 *		Order statistics and moments of small arrays of finite doubles.
 */
#include "core/base/statistics.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Independent partial sums: they hide the latency of additions, and fit a vector register. */
#define LANES 4

static double
sum_lanes(const double lanes[LANES])
{
	return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

static void
mean_and_range(const double *values, size_t n, Moments *moments)
{
	double sum[LANES] = {0};
	double low[LANES], high[LANES];
	size_t i;

	for (int lane = 0; lane < LANES; lane++)
		low[lane] = high[lane] = values[0];
	for (i = 0; i + LANES <= n; i += LANES)
	{
		for (int lane = 0; lane < LANES; lane++)
		{
			double value = values[i + lane];

			sum[lane] += value;
			low[lane] = value < low[lane] ? value : low[lane];
			high[lane] = value > high[lane] ? value : high[lane];
		}
	}
	for (; i < n; i++)
	{
		sum[0] += values[i];
		low[0] = fmin(low[0], values[i]);
		high[0] = fmax(high[0], values[i]);
	}
	moments->mean = sum_lanes(sum) / (double) n;
	moments->minimum = fmin(fmin(low[0], low[1]), fmin(low[2], low[3]));
	moments->maximum = fmax(fmax(high[0], high[1]), fmax(high[2], high[3]));
}

Moments
compute_moments(const double *values, size_t n)
{
	Moments moments = {NAN, NAN, NAN, NAN, NAN, NAN};
	double	sum2[LANES] = {0}, sum3[LANES] = {0}, sum4[LANES] = {0};
	double	m2;
	size_t	i;

	if (n == 0)
		return moments;
	mean_and_range(values, n, &moments);

	/* The mean of equal values may differ from them by a rounding, and so make a spread of noise.
	 */
	if (moments.minimum == moments.maximum)
	{
		moments.mean = moments.minimum;
		moments.std = 0.0;
		return moments;
	}
	for (i = 0; i + LANES <= n; i += LANES)
	{
		for (int lane = 0; lane < LANES; lane++)
		{
			double d = values[i + lane] - moments.mean;
			double d2 = d * d;

			sum2[lane] += d2;
			sum3[lane] += d2 * d;
			sum4[lane] += d2 * d2;
		}
	}
	for (; i < n; i++)
	{
		double d = values[i] - moments.mean;
		double d2 = d * d;

		sum2[0] += d2;
		sum3[0] += d2 * d;
		sum4[0] += d2 * d2;
	}
	m2 = sum_lanes(sum2) / (double) n;
	moments.std = sqrt(m2);
	moments.skew = sum_lanes(sum3) / (double) n / (m2 * moments.std);
	moments.kurtosis = sum_lanes(sum4) / (double) n / (m2 * m2) - 3.0;
	return moments;
}

/*
 * The smallest of both arrays are merged upwards and the largest downwards in
 * one loop: two chains of dependent steps that the processor overlaps.  As many
 * steps as the shorter array has elements can exhaust neither, so that nothing
 * is checked, and each element is selected without a branch, which random
 * values would mispredict half the time.
 */
void
merge_values(const double *a, size_t n_a, const double *b, size_t n_b, double *to)
{
	const double *a_end = a + n_a;
	const double *b_end = b + n_b;
	double		 *to_end = to + n_a + n_b;
	size_t		  unchecked = n_a < n_b ? n_a : n_b;

	for (size_t i = 0; i < unchecked; i++)
	{
		double	  low_a = *a, low_b = *b;
		double	  high_a = a_end[-1], high_b = b_end[-1];
		ptrdiff_t low_is_b = low_b < low_a;
		ptrdiff_t high_is_b = high_b >= high_a;

		*to++ = low_b < low_a ? low_b : low_a;
		*--to_end = high_b >= high_a ? high_b : high_a;
		b += low_is_b;
		a += 1 - low_is_b;
		b_end -= high_is_b;
		a_end -= 1 - high_is_b;
	}
	while (a < a_end && b < b_end)
		*to++ = *b < *a ? *b++ : *a++;
	while (a < a_end)
		*to++ = *a++;
	while (b < b_end)
		*to++ = *b++;
}

/* Sorts each run of four, by a network of five exchanges. */
static void
sort_fours(double *values, size_t n)
{
#define EXCHANGE(i, j)                                                                             \
	do                                                                                             \
	{                                                                                              \
		double a = v[i], b = v[j];                                                                 \
		v[i] = a < b ? a : b;                                                                      \
		v[j] = a < b ? b : a;                                                                      \
	} while (0)

	size_t i;

	for (i = 0; i + 4 <= n; i += 4)
	{
		double *v = values + i;

		EXCHANGE(0, 1);
		EXCHANGE(2, 3);
		EXCHANGE(0, 2);
		EXCHANGE(1, 3);
		EXCHANGE(1, 2);
	}
	if (n - i >= 2)
	{
		double *v = values + i;

		EXCHANGE(0, 1);
		if (n - i == 3)
		{
			EXCHANGE(1, 2);
			EXCHANGE(0, 1);
		}
	}
#undef EXCHANGE
}

void
sort_values(double *values, size_t n, double *scratch)
{
	double *from = values;
	double *to = scratch;

	sort_fours(values, n);
	for (size_t width = 4; width < n; width *= 2)
	{
		double *swapped = from;

		for (size_t left = 0; left < n; left += 2 * width)
		{
			size_t n_left = left + width < n ? width : n - left;
			size_t n_right = left + 2 * width <= n ? width : n - left - n_left;

			merge_values(from + left, n_left, from + left + n_left, n_right, to + left);
		}
		from = to;
		to = swapped;
	}
	if (from != values)
		memcpy(values, from, n * sizeof(double));
}

/* An unsigned integer that orders as the float does; -0 is equal to 0. */
static inline uint32_t
float_key(float x)
{
	uint32_t bits;

	x += 0.0f; /* -0 becomes 0 */
	memcpy(&bits, &x, sizeof(bits));
	return bits ^ (bits >> 31 ? UINT32_MAX : UINT32_C(1) << 31);
}

/* Least significant digit first, three of 11 bits; a digit that all keys share is left out. */
void
sort_floats(float *values, size_t n, float *scratch)
{
	enum
	{
		DIGITS = 3,
		BITS = 11,
		RADIX = 1 << BITS
	};
	size_t count[DIGITS][RADIX] = {{0}};
	float *from = values;
	float *to = scratch;

	for (size_t i = 0; i < n; i++)
	{
		uint32_t key = float_key(values[i]);

		for (int digit = 0; digit < DIGITS; digit++)
			count[digit][key >> digit * BITS & (RADIX - 1)]++;
	}
	for (int digit = 0; digit < DIGITS && n > 0; digit++)
	{
		size_t *place = count[digit];
		size_t	start = 0;
		float  *swap = from;

		if (place[float_key(values[0]) >> digit * BITS & (RADIX - 1)] == n)
			continue;
		for (int k = 0; k < RADIX; k++)
		{
			size_t here = place[k];

			place[k] = start;
			start += here;
		}
		for (size_t i = 0; i < n; i++)
			to[place[float_key(from[i]) >> digit * BITS & (RADIX - 1)]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != values)
		memcpy(values, from, n * sizeof(float));
}

double
quantile(const double *sorted, size_t n, double p)
{
	double position, fraction;
	size_t below;

	if (n == 0)
		return NAN;
	position = p * (double) (n - 1);
	below = (size_t) position;
	if (below + 1 >= n)
		return sorted[n - 1];
	fraction = position - (double) below;
	return sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
}

float
float_quantile(const float *sorted, size_t n, double p)
{
	double position, fraction;
	size_t below;

	if (n == 0)
		return 0.0f;
	position = p * (double) (n - 1);
	below = (size_t) position;
	if (below + 1 >= n)
		return sorted[n - 1];
	fraction = position - (double) below;
	return (float) ((1.0 - fraction) * sorted[below] + fraction * sorted[below + 1]);
}

int
count_below(const float *sorted, int n, float x)
{
	int low = 0, high = n;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (sorted[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

double
median_absolute_deviation(const double *sorted, size_t n, double centre)
{
	size_t right = 0;
	size_t left;
	double previous = 0.0, current = 0.0;

	if (n == 0)
		return NAN;
	for (size_t high = n; right < high;)
	{
		size_t middle = right + (high - right) / 2;

		if (sorted[middle] < centre)
			right = middle + 1;
		else
			high = middle;
	}

	/* Deviations grow from the centre to either side: take the n / 2 + 1 smallest in order. */
	left = right;
	for (size_t taken = 0; taken <= n / 2; taken++)
	{
		double below = left > 0 ? centre - sorted[left - 1] : INFINITY;
		double above = right < n ? sorted[right] - centre : INFINITY;

		previous = current;
		if (above < below)
		{
			current = above;
			right++;
		}
		else
		{
			current = below;
			left--;
		}
	}
	return n % 2 == 1 ? current : 0.5 * (previous + current);
}

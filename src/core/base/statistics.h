/*
 * statistics.h
 *		Order statistics and moments of small arrays of finite doubles.
 *
 * Results depend on the order of the values as rounding does; callers give
 * them in canonical order.  Of no values, every statistic is NaN.
 */
#ifndef PLASTICC_CORE_BASE_STATISTICS_H
#define PLASTICC_CORE_BASE_STATISTICS_H

#include <stddef.h>

/* Population moments: m_k = mean of (x - mean)^k. */
typedef struct Moments
{
	double mean;
	double std;		 /* sqrt(m2); 0 for one value */
	double skew;	 /* m3 / m2^1.5; NaN where all values are equal */
	double kurtosis; /* m4 / m2^2 - 3; NaN where all values are equal */
	double minimum;
	double maximum;
} Moments;

extern Moments compute_moments(const double *values, size_t n);

/* Sorts values[n] ascending; scratch has room for n. */
extern void sort_values(double *values, size_t n, double *scratch);

/* The same of floats.  Equal ones, as 0 and -0 are, stay in their order. */
extern void sort_floats(float *values, size_t n, float *scratch);

/* Merges two sorted arrays into `to`, which overlaps neither. */
extern void merge_values(const double *a, size_t n_a, const double *b, size_t n_b, double *to);

/* Quantile p in [0, 1] of sorted values, linear between the neighbours of position p (n - 1)
 * (type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996). */
extern double quantile(const double *sorted, size_t n, double p);

/* The same of floats, but 0 of none. */
extern float float_quantile(const float *sorted, size_t n, double p);

/* How many of n sorted floats are below x. */
extern int count_below(const float *sorted, int n, float x);

/* Median of |x - centre| of sorted values. */
extern double median_absolute_deviation(const double *sorted, size_t n, double centre);

#endif /* PLASTICC_CORE_BASE_STATISTICS_H */

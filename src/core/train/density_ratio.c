/*
 * density_ratio.c
 *		The ratio of two samples' densities, estimated by a joint histogram.
 */
#include "core/train/density_ratio.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define MAX_VALUES 8 /* columns with at most this many different values have one bin for each */
#define MIN_QUANTILE_BINS 2
#define MAX_QUANTILE_BINS 16
#define OBJECTS_PER_CELL 30

/* Both samples: 0 is the training sample, 1 the target sample. */
typedef struct Pool
{
	int			  size[2]; /* number of rows */
	int			  n_columns;
	const double *rows[2]; /* [size][n_columns] */
} Pool;

/* A value of a column and the number of its occurrences in each sample. */
typedef struct Value
{
	double value;
	int	   count[2];
} Value;

/*
 * A column's bins: bin i contains values in (ends[i - 1], ends[i]]; two further
 * bins are for 0, if has_zero is set, and for NaN.
 */
typedef struct Bins
{
	int	   n;		 /* number of ends */
	bool   has_zero; /* whether 0 has its own bin */
	double ends[MAX_QUANTILE_BINS];
} Bins;

/* An object and its cell. */
typedef struct Member
{
	uint64_t cell;
	int		 sample;
	int		 row;
} Member;

static int
compare_values(const void *a, const void *b)
{
	double x = ((const Value *) a)->value, y = ((const Value *) b)->value;

	return (x > y) - (x < y);
}

static int
compare_members(const void *a, const void *b)
{
	uint64_t x = ((const Member *) a)->cell, y = ((const Member *) b)->cell;

	return (x > y) - (x < y);
}

/* Lists the different values of a column except NaN, ascending; returns their number. */
static int
distinct_values(const Pool *pool, int column, Value *values)
{
	int n = 0, n_distinct = 0;

	for (int sample = 0; sample < 2; sample++)
		for (int row = 0; row < pool->size[sample]; row++)
		{
			double value = pool->rows[sample][(size_t) row * pool->n_columns + column];

			if (!isnan(value))
				values[n++] = (Value){value, {sample == 0, sample == 1}};
		}
	qsort(values, n, sizeof(Value), compare_values);
	for (int i = 0; i < n; i++)
	{
		if (n_distinct == 0 || values[n_distinct - 1].value != values[i].value)
			values[n_distinct++] = values[i];
		else
			for (int sample = 0; sample < 2; sample++)
				values[n_distinct - 1].count[sample] += values[i].count[sample];
	}
	return n_distinct;
}

/* The fraction of the pooled samples, each sample contributing one half. */
static double
pooled_share(const Pool *pool, const int64_t *count)
{
	return 0.5 * ((double) count[0] / pool->size[0] + (double) count[1] / pool->size[1]);
}

/* Bins delimited by quantiles of all values except 0, which has its own bin. */
static Bins
quantile_bins(const Pool *pool, const Value *values, int n_values, int n_bins)
{
	Bins	bins = {0};
	int64_t total[2] = {0, 0}, count[2] = {0, 0};
	double	next = 1.0;

	for (int i = 0; i < n_values; i++)
	{
		bins.has_zero |= values[i].value == 0.0;
		for (int sample = 0; sample < 2 && values[i].value != 0.0; sample++)
			total[sample] += values[i].count[sample];
	}
	for (int i = 0; i < n_values && next < n_bins; i++)
	{
		double position;

		if (values[i].value == 0.0)
			continue;
		for (int sample = 0; sample < 2; sample++)
			count[sample] += values[i].count[sample];
		position = n_bins * pooled_share(pool, count) / pooled_share(pool, total);
		if (position < next)
			continue;
		bins.ends[bins.n++] = values[i].value;
		next = floor(position) + 1.0;
	}
	bins.ends[bins.n++] = INFINITY;
	return bins;
}

/* One bin for each value. */
static Bins
value_bins(const Value *values, int n_values)
{
	Bins bins = {.n = n_values};

	for (int i = 0; i < n_values; i++)
		bins.ends[i] = values[i].value;
	return bins;
}

static void
make_bins(const Pool *pool, Bins *bins, Workspace *workspace)
{
	Value *values[IMPORTANCE_MAX_COLUMNS];
	int	   n_values[IMPORTANCE_MAX_COLUMNS];
	int	   n_continuous = 0;
	double cells = 1.0, wanted;
	int	   n_bins;

	for (int column = 0; column < pool->n_columns; column++)
	{
		workspace->check_interrupts();
		values[column] = workspace_array(workspace, Value, (size_t) pool->size[0] + pool->size[1]);
		n_values[column] = distinct_values(pool, column, values[column]);
		if (n_values[column] > MAX_VALUES)
			n_continuous++;
		else if (n_values[column] > 1)
			cells *= n_values[column];
	}
	wanted = n_continuous == 0
				 ? 0.0
				 : pow(pool->size[0] / (OBJECTS_PER_CELL * cells), 1.0 / n_continuous);
	n_bins = (int) fmin(fmax(wanted, MIN_QUANTILE_BINS), MAX_QUANTILE_BINS);
	for (int column = 0; column < pool->n_columns; column++)
		bins[column] = n_values[column] > MAX_VALUES
						   ? quantile_bins(pool, values[column], n_values[column], n_bins)
						   : value_bins(values[column], n_values[column]);
}

static int
bin_of(const Bins *bins, double value)
{
	int i = 0;

	if (isnan(value))
		return bins->n + 1;
	if (bins->has_zero && value == 0.0)
		return bins->n;
	while (value > bins->ends[i])
		i++;
	return i;
}

/* The objects of both samples, sorted by cell. */
static Member *
sorted_members(const Pool *pool, const Bins *bins, Workspace *workspace)
{
	Member *members = workspace_array(workspace, Member, (size_t) pool->size[0] + pool->size[1]);
	int		n = 0;

	for (int sample = 0; sample < 2; sample++)
		for (int row = 0; row < pool->size[sample]; row++)
		{
			const double *values = pool->rows[sample] + (size_t) row * pool->n_columns;
			Member		  member = {.sample = sample, .row = row};

			for (int column = 0; column < pool->n_columns; column++)
				member.cell =
					member.cell * (MAX_QUANTILE_BINS + 2) + bin_of(&bins[column], values[column]);
			members[n++] = member;
		}
	workspace->check_interrupts();
	qsort(members, n, sizeof(Member), compare_members);
	return members;
}

/* The index after the last object of the cell that starts at first; count: its objects by sample.
 */
static int
cell_end(const Member *members, int first, int n, int64_t count[2])
{
	int end = first;

	count[0] = count[1] = 0;
	while (end < n && members[end].cell == members[first].cell)
		count[members[end++].sample]++;
	return end;
}

void
importance_weights(int n_training, const double *training, int n_target, const double *target,
				   int n_columns, double *weights, Workspace *workspace)
{
	Pool pool = {
		.size = {n_training, n_target},
		.n_columns = n_columns,
		.rows = {training, target},
	};
	Bins	bins[IMPORTANCE_MAX_COLUMNS];
	Member *members;
	int		n = n_training + n_target;
	int64_t count[2];
	double	n_cells = 0.0, smoothing, sum = 0.0;

	make_bins(&pool, bins, workspace);
	members = sorted_members(&pool, bins, workspace);
	for (int i = 0; i < n; i = cell_end(members, i, n, count))
		n_cells += 1.0;
	smoothing = n_cells / fmin(n_training, n_target);

	for (int first = 0, end; first < n; first = end)
	{
		double r, t, weight;

		end = cell_end(members, first, n, count);
		r = (double) count[0] / n_training;
		t = (double) count[1] / n_target;
		weight = (t + smoothing * 0.5 * (r + t)) / (r + smoothing * 0.5 * (r + t));
		weight = fmin(fmax(weight, 1.0 / IMPORTANCE_MAX_WEIGHT), IMPORTANCE_MAX_WEIGHT);
		sum += weight * count[0];
		for (int i = first; i < end; i++)
			if (members[i].sample == 0)
				weights[members[i].row] = weight;
	}
	for (int row = 0; row < n_training; row++)
		weights[row] *= n_training / sum;
}

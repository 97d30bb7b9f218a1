/*
 * density_ratio.c
 *		The ratio of two samples' densities, by a histogram of their columns.
 */
#include "core/train/density_ratio.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define MAX_VALUES 8 /* of a column whose every value is a bin */
#define MIN_QUANTILE_BINS 2
#define MAX_QUANTILE_BINS 16
#define OBJECTS_PER_CELL 30

/* Both samples, the training sample's rows first. */
typedef struct Pool
{
	int			  size[2]; /* of the training, the target sample */
	int			  n_columns;
	const double *rows[2];
} Pool;

/* A value of a column, and how often either sample has it. */
typedef struct Value
{
	double value;
	int	   count[2];
} Value;

/*
 * A column's bins: bin i holds what exceeds ends[i - 1], but not ends[i]; two
 * more are for 0, when it has one, and for NaN.
 */
typedef struct Bins
{
	int	   n;		 /* of ends */
	bool   has_zero; /* in a bin of its own */
	double ends[MAX_QUANTILE_BINS];
} Bins;

/* An object and the cell it is in. */
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

/* A column's values but NaN, ascending, each once; returns their number. */
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

/* The share of a pool in which either sample is one half. */
static double
pooled_share(const Pool *pool, const int64_t *count)
{
	return 0.5 * ((double) count[0] / pool->size[0] + (double) count[1] / pool->size[1]);
}

/* Ends between quantiles of all values but 0, which gets its own bin. */
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

/* Each value ends a bin. */
static Bins
value_bins(const Value *values, int n_values)
{
	Bins bins = {.n = n_values};

	for (int i = 0; i < n_values; i++)
		bins.ends[i] = values[i].value;
	return bins;
}

/* Bins of all columns. */
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

/* All objects of both samples, those of a cell beside each other. */
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

/* The end of the cell that begins at first; counts its objects of either sample. */
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

/*
 * histogram.c
 *		Binned inputs, gradient histograms, and the best split of a node.
 */
#include "core/trees/histogram.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/simd.h"
#include "core/base/statistics.h"

#define EDGE_ROWS 1024 /* rows from which bin edges are computed */
#define SIDE_BY_SIDE 4 /* candidates whose histograms are filled in one loop */
#define BLOCK_ROWS 64  /* rows whose inputs fit into the cache */

/* edge [BINS - 1]: quantiles of the n values, 0 if there is none; sorts the values. */
static void
find_edges(int n, float *value, float *edge)
{
	float scratch[EDGE_ROWS];

	sort_floats(value, n, scratch);
	for (int k = 0; k < BINS - 1; k++)
		edge[k] = n > 0 ? value[(k + 1) * n / BINS] : 0.0f;
}

/* edges [n_inputs][BINS - 1], from evenly spaced rows of the sample. */
static void
find_all_edges(const TreeSample *sample, float *edges, Workspace *workspace)
{
	Workspace scratch = workspace_open(workspace);
	int		  n = sample->n_rows < EDGE_ROWS ? sample->n_rows : EDGE_ROWS;
	float	 *inputs = workspace_array(&scratch, float, (size_t) n * sample->n_inputs);
	float	  value[EDGE_ROWS];

	for (int i = 0; i < n; i++)
	{
		workspace->check_interrupts();
		sample->read_inputs(sample->source, sample->rows[(int64_t) i * sample->n_rows / n],
							inputs + (size_t) i * sample->n_inputs);
	}
	for (int j = 0; j < sample->n_inputs; j++)
	{
		int n_present = 0;

		workspace->check_interrupts();
		for (int i = 0; i < n; i++)
		{
			value[n_present] = inputs[(size_t) i * sample->n_inputs + j];
			n_present += isfinite(value[n_present]) != 0;
		}
		find_edges(n_present, value, edges + (size_t) j * (BINS - 1));
	}
	workspace_close(&scratch);
}

/* bin[i]: the number of edges below value[i], or MISSING_BIN. */
DISPATCHED static void
count_edges(const float *restrict edge, const float *restrict value, uint8_t *restrict bin)
{
	int32_t count[BLOCK_ROWS] = {0};

	for (int k = 0; k < BINS - 1; k++)
		for (int i = 0; i < BLOCK_ROWS; i++)
			count[i] += edge[k] < value[i];
	for (int i = 0; i < BLOCK_ROWS; i++)
		bin[i] = (uint8_t) (fabsf(value[i]) <= FLT_MAX ? count[i] : MISSING_BIN);
}

void
bin_inputs(const TreeSample *sample, uint8_t *bins, float *edges, Workspace *workspace)
{
	Workspace scratch = workspace_open(workspace);
	size_t	  n_inputs = sample->n_inputs;
	size_t	  n_rows = (size_t) sample->n_rows + sample->n_held_out;
	float	 *inputs = workspace_array(&scratch, float, n_inputs *BLOCK_ROWS);
	float	  value[BLOCK_ROWS] = {0.0f};
	uint8_t	  bin[BLOCK_ROWS];

	find_all_edges(sample, edges, &scratch);
	for (size_t start = 0; start < n_rows; start += BLOCK_ROWS)
	{
		size_t n = n_rows - start < BLOCK_ROWS ? n_rows - start : BLOCK_ROWS;

		workspace->check_interrupts();
		for (size_t i = 0; i < n; i++)
			sample->read_inputs(sample->source, sample->rows[start + i], inputs + i * n_inputs);
		for (size_t j = 0; j < n_inputs; j++)
		{
			for (size_t i = 0; i < n; i++)
				value[i] = inputs[i * n_inputs + j];
			count_edges(edges + j * (BINS - 1), value, bin);
			memcpy(bins + j * n_rows + start, bin, n);
		}
	}
	workspace_close(&scratch);
}

/*
 * Adds the rows to the histograms [SIDE_BY_SIDE][HISTOGRAM_BINS] of several candidates. Consecutive
 * additions to the same bin of one candidate depend on each other; those of different
 * candidates overlap.
 */
static void
add_rows(const BinnedInputs *binned, const int *candidates, int n_rows, const int *rows,
		 const Sums *sketch, Sums *histogram)
{
	const uint8_t *bin[SIDE_BY_SIDE];

	for (int k = 0; k < SIDE_BY_SIDE; k++)
		bin[k] = input_bins(binned, candidates[k]);
	for (int i = 0; i < n_rows; i++)
	{
		Sums sums = sketch[rows[i]];

		for (int k = 0; k < SIDE_BY_SIDE; k++)
			histogram[k * HISTOGRAM_BINS + bin[k][rows[i]]] += sums;
	}
}

static void
add_rows_to_one(const BinnedInputs *binned, int candidate, int n_rows, const int *rows,
				const Sums *sketch, Sums *histogram)
{
	const uint8_t *bin = input_bins(binned, candidate);

	for (int i = 0; i < n_rows; i++)
		histogram[bin[rows[i]]] += sketch[rows[i]];
}

void
fill_histogram(const BinnedInputs *binned, int n_candidates, const int *candidates, int n_rows,
			   const int *rows, const Sums *sketch, Sums *histogram, Workspace *workspace)
{
	int k = 0;

	memset(histogram, 0, sizeof(Sums) * HISTOGRAM_BINS * n_candidates);
	for (; k + SIDE_BY_SIDE <= n_candidates; k += SIDE_BY_SIDE)
	{
		workspace->check_interrupts();
		add_rows(binned, candidates + k, n_rows, rows, sketch,
				 histogram + (size_t) k * HISTOGRAM_BINS);
	}
	for (; k < n_candidates; k++)
		add_rows_to_one(binned, candidates[k], n_rows, rows, sketch,
						histogram + (size_t) k * HISTOGRAM_BINS);
}

void
subtract_histogram(int n_candidates, const Sums *other, Sums *histogram)
{
	for (size_t i = 0; i < (size_t) n_candidates * HISTOGRAM_BINS; i++)
		histogram[i] -= other[i];
}

/* Twice the reduction of the loss by a leaf. */
INLINED float
leaf_score(Sums sums, float lambda)
{
	float square = 0.0f;

	for (int k = 0; k < DIRECTIONS; k++)
		square += sums[k] * sums[k];
	return square / (sums[DIRECTIONS] + lambda);
}

/*
 * scores[b]: twice the reduction of the loss by the two leaves of a split after bin b, 0
 * if one of them is too small.  Returns the same of the node as a single leaf.
 */
DISPATCHED static float
score_splits(const SplitOptions *options, const Sums *restrict histogram, bool missing_right,
			 float *restrict scores)
{
	float sums[DIRECTIONS + 1][BINS];
	Sums  none = {0.0f};
	Sums  left = missing_right ? none : histogram[MISSING_BIN];
	Sums  all;

	for (int b = 0; b < BINS; b++)
	{
		left += histogram[b];
		for (int k = 0; k <= DIRECTIONS; k++)
			sums[k][b] = left[k];
	}
	all = missing_right ? left + histogram[MISSING_BIN] : left;
	for (int b = 0; b < BINS; b++)
	{
		float square = 0.0f;
		float other_square = 0.0f;
		float hessian = sums[DIRECTIONS][b];
		float other_hessian = all[DIRECTIONS] - hessian;
		float score;

		for (int k = 0; k < DIRECTIONS; k++)
		{
			float other = all[k] - sums[k][b];

			square += sums[k][b] * sums[k][b];
			other_square += other * other;
		}
		score =
			square / (hessian + options->lambda) + other_square / (other_hessian + options->lambda);
		scores[b] = fminf(hessian, other_hessian) < options->min_child_weight ? 0.0f : score;
	}
	return leaf_score(all, options->lambda);
}

/* Where the heavier child is: the side for missing values of which training has shown none. */
static bool
right_is_heavier(const Sums *histogram, int bin)
{
	float left = 0.0f;
	float right = 0.0f;

	for (int b = 0; b < BINS; b++)
		*(b <= bin ? &left : &right) += histogram[b][DIRECTIONS];
	return right > left;
}

Split
best_split(const SplitOptions *options, int n_candidates, const int *candidates,
		   const Sums *histogram)
{
	Split best = {.input = -1};
	int	  place = 0;

	for (int k = 0; k < n_candidates; k++)
	{
		const Sums *own = histogram + (size_t) k * HISTOGRAM_BINS;
		int			n_ways = own[MISSING_BIN][DIRECTIONS] > 0.0f ? 2 : 1;
		float		scores[BINS];

		for (int way = 0; way < n_ways; way++)
		{
			float node = score_splits(options, own, way == 0, scores);

			for (int b = 0; b < BINS; b++)
				if (scores[b] - node > best.gain)
				{
					best = (Split){candidates[k], b, way == 0, scores[b] - node};
					place = k;
				}
		}
	}
	if (best.input >= 0)
	{
		const Sums *own = histogram + (size_t) place * HISTOGRAM_BINS;

		if (!(own[MISSING_BIN][DIRECTIONS] > 0.0f))
			best.missing_right = right_is_heavier(own, best.bin);
	}
	return best;
}

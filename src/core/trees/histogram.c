/*
 * histogram.c
 *		Binned inputs, gradient histograms, and the best split of a node.
 */
#include "core/trees/histogram.h"

#include <math.h>
#include <string.h>

#include "core/base/simd.h"
#include "core/base/statistics.h"

#define EDGE_ROWS 1024 /* rows from which bin edges are computed */
#define SIDE_BY_SIDE 4 /* candidates whose histograms are filled in one loop */
#define BLOCK_ROWS 64  /* rows whose inputs fit into the cache */

/* edge [BINS - 1]: quantiles of the n values; sorts the values. */
static void
find_edges(int n, float *value, float *edge)
{
	float scratch[EDGE_ROWS];

	sort_floats(value, n, scratch);
	for (int k = 0; k < BINS - 1; k++)
		edge[k] = value[(k + 1) * n / BINS];
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
		workspace->check_interrupts();
		for (int i = 0; i < n; i++)
			value[i] = inputs[(size_t) i * sample->n_inputs + j];
		find_edges(n, value, edges + (size_t) j * (BINS - 1));
	}
	workspace_close(&scratch);
}

/* bin[i]: the number of edges below value[i]. */
DISPATCHED static void
count_edges(const float *restrict edge, const float *restrict value, uint8_t *restrict bin)
{
	int32_t count[BLOCK_ROWS] = {0};

	for (int k = 0; k < BINS - 1; k++)
		for (int i = 0; i < BLOCK_ROWS; i++)
			count[i] += edge[k] < value[i];
	for (int i = 0; i < BLOCK_ROWS; i++)
		bin[i] = (uint8_t) count[i];
}

void
bin_inputs(const TreeSample *sample, uint8_t *bins, Workspace *workspace)
{
	Workspace scratch = workspace_open(workspace);
	size_t	  n_inputs = sample->n_inputs;
	size_t	  n_rows = sample->n_rows;
	float	 *edges = workspace_array(&scratch, float, n_inputs *(BINS - 1));
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
 * Adds the rows to the histograms [SIDE_BY_SIDE][BINS] of several candidates.  Consecutive
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
			histogram[k * BINS + bin[k][rows[i]]] += sums;
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

	memset(histogram, 0, sizeof(Sums) * BINS * n_candidates);
	for (; k + SIDE_BY_SIDE <= n_candidates; k += SIDE_BY_SIDE)
	{
		workspace->check_interrupts();
		add_rows(binned, candidates + k, n_rows, rows, sketch, histogram + (size_t) k * BINS);
	}
	for (; k < n_candidates; k++)
		add_rows_to_one(binned, candidates[k], n_rows, rows, sketch, histogram + (size_t) k * BINS);
}

void
subtract_histogram(int n_candidates, const Sums *other, Sums *histogram)
{
	for (size_t i = 0; i < (size_t) n_candidates * BINS; i++)
		histogram[i] -= other[i];
}

/*
 * scores[b]: twice the reduction of the loss by the two leaves of a split after bin b, 0
 * if one of them is too small; for the last bin, by the node as a single leaf.
 */
DISPATCHED static void
score_splits(const Sums *restrict histogram, float *restrict scores)
{
	float sums[DIRECTIONS + 1][BINS];
	Sums  left = {0.0f};

	for (int b = 0; b < BINS; b++)
	{
		left += histogram[b];
		for (int k = 0; k <= DIRECTIONS; k++)
			sums[k][b] = left[k];
	}
	for (int b = 0; b < BINS; b++)
	{
		float square = 0.0f;
		float other_square = 0.0f;
		float hessian = sums[DIRECTIONS][b];
		float other_hessian = left[DIRECTIONS] - hessian;
		float score;

		for (int k = 0; k < DIRECTIONS; k++)
		{
			float other = left[k] - sums[k][b];

			square += sums[k][b] * sums[k][b];
			other_square += other * other;
		}
		score =
			square / (hessian + REGULARISATION) + other_square / (other_hessian + REGULARISATION);
		scores[b] = fminf(hessian, other_hessian) < SMALLEST_HESSIAN ? 0.0f : score;
	}
	scores[BINS - 1] = 0.0f;
	for (int k = 0; k < DIRECTIONS; k++)
		scores[BINS - 1] += left[k] * left[k];
	scores[BINS - 1] /= left[DIRECTIONS] + REGULARISATION;
}

Split
best_split(int n_candidates, const int *candidates, const Sums *histogram)
{
	Split best = {.input = -1};

	for (int k = 0; k < n_candidates; k++)
	{
		float scores[BINS];

		score_splits(histogram + (size_t) k * BINS, scores);
		for (int b = 0; b < BINS - 1; b++)
			if (scores[b] - scores[BINS - 1] > best.gain)
				best = (Split){candidates[k], b, scores[b] - scores[BINS - 1]};
	}
	return best;
}

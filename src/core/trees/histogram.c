/*
 * histogram.c
 *		Inputs in bins, sums of the gradient in each bin, and the best split that
 *		they tell of.
 */
#include "core/trees/histogram.h"

#include <math.h>
#include <string.h>

#include "core/base/simd.h"
#include "core/base/statistics.h"

#define EDGE_ROWS 1024 /* rows that tell where bins end */
#define BLOCK_ROWS 64  /* rows of inputs that stay in the cache */

/* edge [BINS - 1] of the n values, which are sorted on return. */
static void
find_edges(int n, float *value, float *edge)
{
	sort_floats(value, n);
	for (int k = 0; k < BINS - 1; k++)
		edge[k] = value[(k + 1) * n / BINS];
}

static int
bin_of(const float *edge, float x)
{
	int below = 0;

	for (int step = BINS / 2; step > 0; step /= 2)
		below += edge[below + step - 1] < x ? step : 0;
	return below;
}

BinnedInputs
bin_inputs(int n_rows, const int *rows, int n_inputs, const float *inputs, Workspace *workspace)
{
	BinnedInputs binned = {.n_rows = n_rows};
	int			 n_edge_rows = n_rows < EDGE_ROWS ? n_rows : EDGE_ROWS;
	float		 value[EDGE_ROWS];
	float		*edges = workspace_array(workspace, float, (size_t) n_inputs *(BINS - 1));

	for (int j = 0; j < n_inputs; j++)
	{
		workspace->check_interrupts();
		for (int i = 0; i < n_edge_rows; i++)
			value[i] = inputs[(size_t) rows[(int64_t) i * n_rows / n_edge_rows] * n_inputs + j];
		find_edges(n_edge_rows, value, edges + (size_t) j * (BINS - 1));
	}
	binned.bin = workspace_array(workspace, uint8_t, (size_t) n_inputs * n_rows);
	for (int start = 0; start < n_rows; start += BLOCK_ROWS)
	{
		int end = start + BLOCK_ROWS < n_rows ? start + BLOCK_ROWS : n_rows;

		workspace->check_interrupts();
		for (int j = 0; j < n_inputs; j++)
			for (int i = start; i < end; i++)
				binned.bin[(size_t) j * n_rows + i] = (uint8_t) bin_of(
					edges + (size_t) j * (BINS - 1), inputs[(size_t) rows[i] * n_inputs + j]);
	}
	return binned;
}

void
fill_histogram(const BinnedInputs *binned, int n_candidates, const int *candidates, int n_rows,
			   const int *rows, const Sums *sketch, Sums *histogram, Workspace *workspace)
{
	memset(histogram, 0, sizeof(Sums) * BINS * n_candidates);
	for (int k = 0; k < n_candidates; k++, histogram += BINS)
	{
		const uint8_t *bin = input_bins(binned, candidates[k]);

		workspace->check_interrupts();
		for (int i = 0; i < n_rows; i++)
			histogram[bin[rows[i]]] += sketch[rows[i]];
	}
}

void
subtract_histogram(int n_candidates, const Sums *other, Sums *histogram)
{
	for (size_t i = 0; i < (size_t) n_candidates * BINS; i++)
		histogram[i] -= other[i];
}

/*
 * scores[b]: of a split after bin b, twice what its two leaves lower the loss, or 0 if one
 * of them is too small; of the last bin, which splits nothing, what the node as a leaf does.
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

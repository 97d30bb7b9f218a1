/*
 * fold.c
 *		Fourier series common to all bands.
 *
 * Products of cosines and sines are sums of those of twice the order at most,
 *
 *		2 cos(j x) cos(k x) = cos((j - k) x) + cos((j + k) x), and so on,
 *
 * so that the normal equations of H harmonics take O(n H) sums, not O(n H^2).
 * Several frequencies go through all of it side by side, each in its lane.
 */
#include "core/period/fold.h"

#include <math.h>
#include <string.h>

#include "core/base/fourier.h"
#include "core/base/simd.h"
#include "core/period/phase.h"

#define LANES FOLD_LANES
#define ORDERS (2 * FOLD_HARMONICS + 1)
#define COEFFICIENTS (2 * FOLD_HARMONICS)
#define MIN_PIVOT 1e-9
#define SCALE_ROUNDS 4

/* Observations whose terms are added up before they go to the sums. */
#define TERMS 2

/*
 * Sums over observations of w cos(k x), w sin(k x), 1 <= k <= 2 H, and of
 * w y cos(k x), w y sin(k x), k <= H; those of k = 0 are not used.
 */
typedef struct LaneSums
{
	VECTOR_ALIGNED double cosine[ORDERS][LANES];
	double				  sine[ORDERS][LANES];
	double				  value_cosine[FOLD_HARMONICS + 1][LANES];
	double				  value_sine[FOLD_HARMONICS + 1][LANES];
} LaneSums;

/*
 * The sums of n observations; arrays have zeros up to a whole number of TERMS.
 * From order to order by cos((k + 1) x) = 2 cos(x) cos(k x) - cos((k - 1) x), the same
 * for sines, whose rounding errors grow with k^2, which is small.
 */
DISPATCHED static void
sum_observations(uint32_t n, const double *restrict time, const double *restrict weight,
				 const double *restrict value, const double frequency[LANES], int n_harmonics,
				 LaneSums *restrict sums)
{
	VECTOR_ALIGNED double twice[TERMS][LANES]; /* 2 cos(x) */
	VECTOR_ALIGNED double c[TERMS][LANES], s[TERMS][LANES];
	VECTOR_ALIGNED double c_before[TERMS][LANES], s_before[TERMS][LANES];

	memset(sums, 0, sizeof(*sums));
	for (uint32_t i = 0; i < n; i += TERMS)
	{
		const double *y = value + i;

		for (int term = 0; term < TERMS; term++)
		{
			FOR_LANES(lane, LANES)
			{
				double cosine, sine;

				unit_circle(frequency[lane] * time[i + term], &cosine, &sine);
				twice[term][lane] = 2.0 * cosine;
				c[term][lane] = weight[i + term] * cosine;
				s[term][lane] = weight[i + term] * sine;
				c_before[term][lane] = weight[i + term];
				s_before[term][lane] = 0.0;
			}
		}
		for (int k = 1; k <= 2 * n_harmonics; k++)
		{
			FOR_LANES(lane, LANES)
			{
				sums->cosine[k][lane] += c[0][lane] + c[1][lane];
				sums->sine[k][lane] += s[0][lane] + s[1][lane];
			}
			if (k <= n_harmonics)
			{
				FOR_LANES(lane, LANES)
				{
					sums->value_cosine[k][lane] += c[0][lane] * y[0] + c[1][lane] * y[1];
					sums->value_sine[k][lane] += s[0][lane] * y[0] + s[1][lane] * y[1];
				}
			}
			for (int term = 0; term < TERMS; term++)
			{
				FOR_LANES(lane, LANES)
				{
					double next_c = twice[term][lane] * c[term][lane] - c_before[term][lane];
					double next_s = twice[term][lane] * s[term][lane] - s_before[term][lane];

					c_before[term][lane] = c[term][lane];
					s_before[term][lane] = s[term][lane];
					c[term][lane] = next_c;
					s[term][lane] = next_s;
				}
			}
		}
	}
}

/* The sums of every band. */
static void
sum_bands(const PeriodogramInput *input, const double frequency[LANES], int n_harmonics,
		  LaneSums sums[N_PASSBANDS])
{
	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];

		sum_observations(band->end - band->start, input->time + band->start,
						 input->weight + band->start, input->value + band->start, frequency,
						 n_harmonics, &sums[b]);
	}
}

/* Adds a band's sums, times its weights in the normal equations, to those of all bands. */
DISPATCHED static void
add_total(const LaneSums *restrict band, double normal, double product, int n_harmonics,
		  LaneSums *restrict total)
{
	for (int k = 1; k <= 2 * n_harmonics; k++)
	{
		FOR_LANES(lane, LANES)
		{
			total->cosine[k][lane] += normal * band->cosine[k][lane];
			total->sine[k][lane] += normal * band->sine[k][lane];
		}
	}
	for (int k = 1; k <= n_harmonics; k++)
	{
		FOR_LANES(lane, LANES)
		{
			total->value_cosine[k][lane] += product * band->value_cosine[k][lane];
			total->value_sine[k][lane] += product * band->value_sine[k][lane];
		}
	}
}

/* Normal equations; unknowns in the order c_1 s_1 c_2 s_2 ...; only the upper triangle counts. */
typedef struct NormalEquations
{
	VECTOR_ALIGNED double matrix[COEFFICIENTS][COEFFICIENTS][LANES];
	double				  right[COEFFICIENTS][LANES];
} NormalEquations;

/*
 * NOLINTBEGIN(clang-analyzer-core.*): clang does not follow that exactly the
 * elements are read that fill_equations() writes.
 */

/* Products of the unknowns' columns, whose weights sum up to `weight`, and with the values. */
DISPATCHED static void
fill_equations(NormalEquations *restrict equations, const LaneSums *restrict sums, double weight,
			   int n_harmonics)
{
	VECTOR_ALIGNED double whole[LANES], nothing[LANES] = {0.0};

	FOR_LANES(lane, LANES)
	whole[lane] = weight;
	for (int j = 1; j <= n_harmonics; j++)
	{
		for (int k = j; k <= n_harmonics; k++)
		{
			const double *c_sum = sums->cosine[k + j], *s_sum = sums->sine[k + j];
			const double *c_difference = k == j ? whole : sums->cosine[k - j];
			const double *s_difference = k == j ? nothing : sums->sine[k - j];
			double(*upper)[LANES] = &equations->matrix[2 * j - 2][2 * k - 2];
			double(*lower)[LANES] = &equations->matrix[2 * j - 1][2 * k - 2];

			FOR_LANES(lane, LANES)
			{
				double c = c_difference[lane], s = s_difference[lane];

				upper[0][lane] = 0.5 * (c + c_sum[lane]);
				upper[1][lane] = 0.5 * (s_sum[lane] + s);
				lower[0][lane] = 0.5 * (s_sum[lane] - s);
				lower[1][lane] = 0.5 * (c - c_sum[lane]);
			}
		}
		memcpy(equations->right[2 * j - 2], sums->value_cosine[j], sizeof(double) * LANES);
		memcpy(equations->right[2 * j - 1], sums->value_sine[j], sizeof(double) * LANES);
	}
}

/* The mean of an unknown's column over a band. */
static inline const double *
column_mean(const LaneSums *band, int j)
{
	return j % 2 == 0 ? band->cosine[j / 2 + 1] : band->sine[j / 2 + 1];
}

/* Takes off what a band's own mean accounts for. */
DISPATCHED static void
subtract_mean(NormalEquations *restrict equations, double weight, const LaneSums *restrict band,
			  int n)
{
	for (int j = 0; j < n; j++)
	{
		const double *mean = column_mean(band, j);

		for (int k = j; k < n; k++)
		{
			const double *other = column_mean(band, k);

			FOR_LANES(lane, LANES)
			equations->matrix[j][k][lane] -= weight * mean[lane] * other[lane];
		}
	}
}

/*
 * Cholesky's factor U, U'U = matrix, in place of the matrix and U'^-1 right in
 * place of the right-hand side, whose squares are what the unknowns explain one
 * by one.  A pivot too small for its column is a row of zeros.
 */
DISPATCHED static void
factorise(NormalEquations *restrict equations, int n)
{
	VECTOR_ALIGNED double diagonal[COEFFICIENTS][LANES];

	for (int j = 0; j < n; j++)
		memcpy(diagonal[j], equations->matrix[j][j], sizeof(double) * LANES);
	for (int j = 0; j < n; j++)
	{
		double(*row)[LANES] = equations->matrix[j];
		VECTOR_ALIGNED double inverse[LANES];

		FOR_LANES(lane, LANES)
		{
			bool   large = row[j][lane] > MIN_PIVOT * diagonal[j][lane];
			double pivot = large ? row[j][lane] : 1.0;

			inverse[lane] = large ? 1.0 / sqrt(pivot) : 0.0;
			equations->right[j][lane] *= inverse[lane];
		}
		for (int i = j; i < n; i++)
			FOR_LANES(lane, LANES)
		row[i][lane] *= inverse[lane];
		for (int i = j + 1; i < n; i++)
		{
			double(*below)[LANES] = equations->matrix[i];

			for (int k = i; k < n; k++)
				FOR_LANES(lane, LANES)
			below[k][lane] -= row[i][lane] * row[k][lane];
			FOR_LANES(lane, LANES)
			equations->right[i][lane] -= equations->right[j][lane] * row[i][lane];
		}
	}
}

/* U^-1 of the right-hand side, in its place. */
DISPATCHED static void
substitute_back(NormalEquations *restrict equations, int n)
{
	for (int j = n - 1; j >= 0; j--)
	{
		double(*row)[LANES] = equations->matrix[j];

		for (int i = j + 1; i < n; i++)
			FOR_LANES(lane, LANES)
		equations->right[j][lane] -= row[i][lane] * equations->right[i][lane];
		FOR_LANES(lane, LANES)
		{
			double pivot = row[j][lane] > 0.0 ? row[j][lane] : 1.0;

			equations->right[j][lane] /= pivot;
		}
	}
}

/* Shares and coefficients of n lanes from the bands' sums, by the input's scales. */
static void
solve_folds(const PeriodogramInput *input, const LaneSums sums[N_PASSBANDS], int n, int n_harmonics,
			Fold *folds)
{
	int				n_unknowns = 2 * n_harmonics;
	double			weight = 0.0;
	NormalEquations equations;
	LaneSums		total;

	memset(&total, 0, sizeof(total));
	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];

		add_total(&sums[b], band->shared_normal, band->shared_product, n_harmonics, &total);
		weight += band->shared_normal;
	}
	fill_equations(&equations, &total, weight, n_harmonics);
	for (int b = 0; b < input->n_bands; b++)
		subtract_mean(&equations, input->bands[b].shared_normal, &sums[b], n_unknowns);
	factorise(&equations, n_unknowns);
	for (int lane = 0; lane < n; lane++)
	{
		double *explained = folds[lane].explained;

		for (int h = 0; h < n_harmonics; h++)
		{
			double c = equations.right[2 * h][lane], s = equations.right[2 * h + 1][lane];
			/* of nearly singular equations, rounding may explain more than all */
			double sum = explained[h] + c * c + s * s;

			explained[h + 1] = sum < 1.0 ? sum : 1.0;
		}
	}
	substitute_back(&equations, n_unknowns);
	for (int lane = 0; lane < n; lane++)
	{
		for (int h = 0; h < n_harmonics; h++)
		{
			folds[lane].cosine[h] = equations.right[2 * h][lane];
			folds[lane].sine[h] = equations.right[2 * h + 1][lane];
		}
	}
}

void
fit_folds(const PeriodogramInput *input, int n, const double *frequencies, int n_harmonics,
		  Fold *folds)
{
	for (int first = 0; first < n; first += LANES)
	{
		int		 n_lanes = n - first < LANES ? n - first : LANES;
		double	 frequency[LANES];
		LaneSums sums[N_PASSBANDS];

		FOR_LANES(lane, LANES)
		frequency[lane] = frequencies[first + (lane < n_lanes ? lane : 0)];
		for (int lane = 0; lane < n_lanes; lane++)
			folds[first + lane] = (Fold){.frequency = frequency[lane], .n_harmonics = n_harmonics};
		sum_bands(input, frequency, n_harmonics, sums);
		solve_folds(input, sums, n_lanes, n_harmonics, folds + first);
	}
}

Fold
fit_fold(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	Fold fold;

	fit_folds(input, 1, &frequency, n_harmonics, &fold);
	return fold;
}

/* The scale that fits a band best to the shape of lane 0; 0 where the shape does not vary. */
static double
fit_scale(const PeriodogramBand *band, const LaneSums *sums, const Fold *fold)
{
	int				n = 2 * fold->n_harmonics;
	double			mean = 0.0, square = 0.0, product = 0.0;
	double			shape[COEFFICIENTS];
	NormalEquations equations;

	fill_equations(&equations, sums, 1.0, fold->n_harmonics);
	for (int j = 0; j < n; j++)
		shape[j] = j % 2 == 0 ? fold->cosine[j / 2] : fold->sine[j / 2];
	for (int j = 0; j < n; j++)
	{
		double sum = 0.5 * equations.matrix[j][j][0] * shape[j];

		for (int k = j + 1; k < n; k++)
			sum += equations.matrix[j][k][0] * shape[k];
		square += 2.0 * shape[j] * sum;
		mean += shape[j] * column_mean(sums, j)[0];
		product += shape[j] * equations.right[j][0];
	}
	if (!(square - mean * mean > MIN_PIVOT * square))
		return 0.0;
	return band->rms * product / (square - mean * mean);
}

/* NOLINTEND(clang-analyzer-core.*) */

Fold
fit_fold_and_scales(PeriodogramInput *input, double frequency, int n_harmonics)
{
	Fold	 fold = {.frequency = frequency, .n_harmonics = n_harmonics};
	double	 lanes[LANES];
	LaneSums sums[N_PASSBANDS];

	FOR_LANES(lane, LANES)
	lanes[lane] = frequency;
	sum_bands(input, lanes, n_harmonics, sums);
	solve_folds(input, sums, 1, n_harmonics, &fold);
	for (int round = 0; round < SCALE_ROUNDS; round++)
	{
		double scales[N_PASSBANDS];

		for (int b = 0; b < input->n_bands; b++)
			scales[b] = fit_scale(&input->bands[b], &sums[b], &fold);
		set_band_scales(input, scales);
		solve_folds(input, sums, 1, n_harmonics, &fold);
	}
	return fold;
}

double
fold_shape(const Fold *fold, double phase)
{
	return fourier_series(fold->cosine, fold->sine, fold->n_harmonics,
						  2.0 * M_PI * (phase - floor(phase)));
}

FoldExtremes
fold_extremes(const Fold *fold)
{
	FoldExtremes extremes = {.minimum = INFINITY, .maximum = -INFINITY};

	for (int i = 0; i < FOLD_PHASES; i++)
	{
		double shape = fold_shape(fold, (double) i / FOLD_PHASES);

		if (shape < extremes.minimum)
		{
			extremes.minimum = shape;
			extremes.minimum_at = i;
		}
		if (shape > extremes.maximum)
		{
			extremes.maximum = shape;
			extremes.maximum_at = i;
		}
	}
	return extremes;
}

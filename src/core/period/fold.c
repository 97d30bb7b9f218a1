/*
 * fold.c
 *		Fourier series common to all bands.
 *
 * Products of cosines and sines are sums of those of twice the order at most,
 *
 *		2 cos(j x) cos(k x) = cos((j - k) x) + cos((j + k) x), and so on,
 *
 * so that the normal equations of H harmonics take O(n H) sums, not O(n H^2).
 */
#include "core/period/fold.h"

#include <math.h>
#include <string.h>

#include "core/base/fourier.h"
#include "core/base/simd.h"
#include "core/period/phase.h"

#define LANES PERIODOGRAM_LANES
#define ORDERS (2 * FOLD_HARMONICS + 1)
#define COEFFICIENTS (2 * FOLD_HARMONICS)
#define MIN_PIVOT 1e-9
#define SCALE_ROUNDS 4

/*
 * Sums over observations of w cos(k x), w sin(k x), 1 <= k <= 2 H, and of
 * w y cos(k x), w y sin(k x), k <= H; those of k = 0 are not used.
 */
typedef struct LaneSums
{
	double cosine[ORDERS][LANES];
	double sine[ORDERS][LANES];
	double value_cosine[FOLD_HARMONICS + 1][LANES];
	double value_sine[FOLD_HARMONICS + 1][LANES];
} LaneSums;

/* Adds n observations, a multiple of LANES; from order to order by rotation. */
DISPATCHED static void
add_observations(uint32_t n, const double *restrict time, const double *restrict weight,
				 const double *restrict value, double frequency, int n_harmonics,
				 LaneSums *restrict sums)
{
	double c1[LANES], s1[LANES], c[LANES], s[LANES];

	for (uint32_t i = 0; i < n; i += LANES)
	{
		const double *w = weight + i, *y = value + i;

		for (int lane = 0; lane < LANES; lane++)
		{
			unit_circle(frequency * time[i + lane], &c1[lane], &s1[lane]);
			c[lane] = w[lane];
			s[lane] = 0.0;
		}
		for (int k = 1; k <= 2 * n_harmonics; k++)
		{
			for (int lane = 0; lane < LANES; lane++)
			{
				double next = c[lane] * c1[lane] - s[lane] * s1[lane];

				s[lane] = s[lane] * c1[lane] + c[lane] * s1[lane];
				c[lane] = next;
				sums->cosine[k][lane] += c[lane];
				sums->sine[k][lane] += s[lane];
			}
			if (k > n_harmonics)
				continue;
			for (int lane = 0; lane < LANES; lane++)
			{
				sums->value_cosine[k][lane] += c[lane] * y[lane];
				sums->value_sine[k][lane] += s[lane] * y[lane];
			}
		}
	}
}

/* Adds a band's lanes, times its weights in the normal equations, to those of all bands. */
DISPATCHED static void
add_total(const LaneSums *restrict band, double normal, double product, int n_harmonics,
		  LaneSums *restrict total)
{
	for (int k = 1; k <= 2 * n_harmonics; k++)
	{
		for (int lane = 0; lane < LANES; lane++)
		{
			total->cosine[k][lane] += normal * band->cosine[k][lane];
			total->sine[k][lane] += normal * band->sine[k][lane];
		}
	}
	for (int k = 1; k <= n_harmonics; k++)
	{
		for (int lane = 0; lane < LANES; lane++)
		{
			total->value_cosine[k][lane] += product * band->value_cosine[k][lane];
			total->value_sine[k][lane] += product * band->value_sine[k][lane];
		}
	}
}

/* Normal equations; unknowns in the order c_1 s_1 c_2 s_2 ...; only the upper triangle counts. */
typedef struct NormalEquations
{
	double matrix[COEFFICIENTS][COEFFICIENTS];
	double right[COEFFICIENTS];
} NormalEquations;

/*
 * NOLINTBEGIN(clang-analyzer-core.*): clang does not follow that exactly the
 * elements are read that fill_equations() writes.
 */

/* Products of the unknowns' columns and with the values, of all bands' sums. */
static void
fill_equations(NormalEquations *equations, const LaneSums *total, double weight, int n_harmonics)
{
	double c[ORDERS], s[ORDERS];

	c[0] = weight;
	s[0] = 0.0;
	for (int k = 1; k <= 2 * n_harmonics; k++)
	{
		c[k] = sum_periodogram_lanes(total->cosine[k]);
		s[k] = sum_periodogram_lanes(total->sine[k]);
	}
	for (int j = 1; j <= n_harmonics; j++)
	{
		double *cosine_row = equations->matrix[2 * j - 2];
		double *sine_row = equations->matrix[2 * j - 1];

		for (int k = j; k <= n_harmonics; k++)
		{
			cosine_row[2 * k - 2] = 0.5 * (c[k - j] + c[k + j]);
			cosine_row[2 * k - 1] = 0.5 * (s[k + j] + s[k - j]);
			sine_row[2 * k - 2] = 0.5 * (s[k + j] - s[k - j]);
			sine_row[2 * k - 1] = 0.5 * (c[k - j] - c[k + j]);
		}
		equations->right[2 * j - 2] = sum_periodogram_lanes(total->value_cosine[j]);
		equations->right[2 * j - 1] = sum_periodogram_lanes(total->value_sine[j]);
	}
}

/* to[i] -= factor * from[i]. */
static inline void
subtract_row(int n, double factor, const double *restrict from, double *restrict to)
{
	for (int i = 0; i < n; i++)
		to[i] -= factor * from[i];
}

/* Takes off what a band's own mean accounts for. */
DISPATCHED static void
subtract_mean(NormalEquations *equations, double weight, const double *mean, int n)
{
	for (int j = 0; j < n; j++)
		subtract_row(n - j, weight * mean[j], mean + j, equations->matrix[j] + j);
}

/*
 * Cholesky's factor U, U'U = matrix, in place of the matrix and U'^-1 right in
 * place of the right-hand side, whose squares are what the unknowns explain one
 * by one.  A pivot too small for its column is a row of zeros.
 */
DISPATCHED static void
factorise(NormalEquations *equations, int n)
{
	double diagonal[COEFFICIENTS];

	for (int j = 0; j < n; j++)
		diagonal[j] = equations->matrix[j][j];
	for (int j = 0; j < n; j++)
	{
		double *row = equations->matrix[j];
		double	inverse;

		if (!(row[j] > MIN_PIVOT * diagonal[j]))
		{
			memset(row + j, 0, (n - j) * sizeof(double));
			equations->right[j] = 0.0;
			continue;
		}
		inverse = 1.0 / sqrt(row[j]);
		for (int i = j; i < n; i++)
			row[i] *= inverse;
		equations->right[j] *= inverse;
		for (int i = j + 1; i < n; i++)
			subtract_row(n - i, row[i], row + i, equations->matrix[i] + i);
		subtract_row(n - j - 1, equations->right[j], row + j + 1, equations->right + j + 1);
	}
}

/* U^-1 of the right-hand side, in its place. */
static void
substitute_back(NormalEquations *equations, int n)
{
	for (int j = n - 1; j >= 0; j--)
	{
		const double *row = equations->matrix[j];

		if (!(row[j] > 0.0))
			continue;
		for (int i = j + 1; i < n; i++)
			equations->right[j] -= row[i] * equations->right[i];
		equations->right[j] /= row[j];
	}
}

Fold
fit_fold(const PeriodogramInput *input, double frequency, int n_harmonics)
{
	Fold			fold = {.frequency = frequency, .n_harmonics = n_harmonics};
	double			means[N_PASSBANDS][COEFFICIENTS];
	double			weight = 0.0;
	NormalEquations equations;
	LaneSums		total;

	memset(&total, 0, sizeof(total));
	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];
		LaneSums			   sums;

		memset(&sums, 0, sizeof(sums));
		add_observations(band->padded_end - band->start, input->time + band->start,
						 input->weight + band->start, input->value + band->start, frequency,
						 n_harmonics, &sums);
		add_total(&sums, band->shared_normal, band->shared_product, n_harmonics, &total);
		weight += band->shared_normal;
		for (int h = 1; h <= n_harmonics; h++)
		{
			means[b][2 * h - 2] = sum_periodogram_lanes(sums.cosine[h]);
			means[b][2 * h - 1] = sum_periodogram_lanes(sums.sine[h]);
		}
	}
	fill_equations(&equations, &total, weight, n_harmonics);
	for (int b = 0; b < input->n_bands; b++)
		subtract_mean(&equations, input->bands[b].shared_normal, means[b], 2 * n_harmonics);
	factorise(&equations, 2 * n_harmonics);
	for (int h = 0; h < n_harmonics; h++)
	{
		const double *right = equations.right + 2 * h;

		/* of nearly singular equations, rounding may explain more than all */
		fold.explained[h + 1] =
			fmin(1.0, fold.explained[h] + right[0] * right[0] + right[1] * right[1]);
	}
	substitute_back(&equations, 2 * n_harmonics);
	for (int h = 0; h < n_harmonics; h++)
	{
		fold.cosine[h] = equations.right[2 * h];
		fold.sine[h] = equations.right[2 * h + 1];
	}
	return fold;
}

/* NOLINTEND(clang-analyzer-core.*) */

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

/* The scale that fits a band best to a shape; 0 where the shape does not vary. */
static double
fit_scale(const PeriodogramInput *input, const PeriodogramBand *band, const Fold *fold)
{
	double mean = 0.0, square = 0.0, product = 0.0;

	for (uint32_t i = band->start; i < band->end; i++)
	{
		double shape = fold_shape(fold, fold->frequency * input->time[i]);

		mean += input->weight[i] * shape;
		square += input->weight[i] * shape * shape;
		product += input->weight[i] * shape * input->value[i];
	}
	if (!(square - mean * mean > MIN_PIVOT * square))
		return 0.0;
	return band->rms * product / (square - mean * mean);
}

Fold
fit_fold_and_scales(PeriodogramInput *input, double frequency, int n_harmonics)
{
	Fold fold = fit_fold(input, frequency, n_harmonics);

	for (int round = 0; round < SCALE_ROUNDS; round++)
	{
		double scales[N_PASSBANDS];

		for (int b = 0; b < input->n_bands; b++)
			scales[b] = fit_scale(input, &input->bands[b], &fold);
		set_band_scales(input, scales);
		fold = fit_fold(input, frequency, n_harmonics);
	}
	return fold;
}

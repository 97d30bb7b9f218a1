/*
 * test_density_ratio.c
 *		Weights between samples whose density ratio is known.
 */
#include "unit.h"

#include "core/train/density_ratio.h"
#include "core/base/random.h"

static double
mean(int n, const double *x)
{
	double sum = 0.0;

	for (int i = 0; i < n; i++)
		sum += x[i];
	return sum / n;
}

/* Redshifts, a tenth of them galactic, a tenth unknown, and a flag. */
static double *
draw_objects(int n, uint64_t seed, Workspace *workspace)
{
	double *rows = workspace_array(workspace, double, 2 * n);
	Random	random;

	random_seed(&random, seed, 0);
	for (int i = 0; i < n; i++)
	{
		double u = random_uniform(&random);

		rows[2 * i] = u < 0.1 ? 0.0 : u < 0.2 ? NAN : 0.01 + random_uniform(&random);
		rows[2 * i + 1] = random_uniform(&random) < 0.3;
	}
	return rows;
}

/* With a sample as its own target, also repeated three times, the weights are exactly 1. */
static void
test_identical(void)
{
	enum
	{
		N = 1000
	};
	Workspace workspace = unit_workspace();
	double	 *rows = draw_objects(N, 1, &workspace);
	double	 *thrice = workspace_array(&workspace, double, 6 * N);
	double	  weights[N];

	for (int copy = 0; copy < 3; copy++)
		memcpy(thrice + 2 * N * copy, rows, sizeof(double) * 2 * N);
	for (int copies = 1; copies <= 3; copies += 2)
	{
		importance_weights(N, rows, copies * N, thrice, 2, weights, &workspace);
		for (int i = 0; i < N; i++)
			CHECK(weights[i] == 1.0, "copies %d, object %d: %.17g", copies, i, weights[i]);
	}
	importance_weights(1, rows, 1, rows, 2, weights, &workspace);
	CHECK(weights[0] == 1.0, "one object: %g", weights[0]);
	unit_free();
}

/* Two samples of the same population have weights near 1. */
static void
test_same_population(void)
{
	enum
	{
		N = 5000
	};
	Workspace	  workspace = unit_workspace();
	static double weights[N];
	double		  square = 0.0;

	importance_weights(N, draw_objects(N, 2, &workspace), 20000, draw_objects(20000, 3, &workspace),
					   2, weights, &workspace);
	for (int i = 0; i < N; i++)
		square += (weights[i] - 1.0) * (weights[i] - 1.0);
	CHECK(sqrt(square / N) < 0.15, "rms deviation %g", sqrt(square / N));
	CHECK_CLOSE(mean(N, weights), 1.0, 1e-12, "mean");
	unit_free();
}

/* The target has more high redshifts, unflagged and galactic objects: the weights show how many. */
static void
test_resampled(void)
{
	enum
	{
		N = 20000,
		M = 60000
	};
	Workspace	  workspace = unit_workspace();
	double		 *training = draw_objects(N, 4, &workspace);
	double		 *population = draw_objects(4 * M, 5, &workspace);
	double		 *target = workspace_array(&workspace, double, 2 * M);
	static double weights[N];
	Random		  random;
	int			  n = 0;
	double		  worst = 0.0, square = 0.0, moment = 0.0, target_moment = 0.0, moment_weight = 0.0,
		   norm = 0.0;
	int target_count = 0;

	random_seed(&random, 6, 0);
	for (int i = 0; n < M && i < 4 * M; i++)
	{
		double z = population[2 * i], ratio = (isnan(z)	  ? 0.5
											   : z == 0.0 ? 1.5
														  : 0.3 + z) *
											  (population[2 * i + 1] ? 0.5 : 1.2);

		if (random_uniform(&random) * 1.8 < ratio)
			memcpy(target + 2 * n++, population + 2 * i, sizeof(double) * 2);
	}
	importance_weights(N, training, n, target, 2, weights, &workspace);
	for (int i = 0; i < N; i++)
	{
		double z = training[2 * i];

		norm += (isnan(z) ? 0.5 : z == 0.0 ? 1.5 : 0.3 + z) * (training[2 * i + 1] ? 0.5 : 1.2) / N;
		if (z > 0.0)
		{
			moment += weights[i] * z;
			moment_weight += weights[i];
		}
	}
	for (int i = 0; i < N; i++)
	{
		double z = training[2 * i], ratio = (isnan(z)	? 0.5
											 : z == 0.0 ? 1.5
														: 0.3 + z) *
											(training[2 * i + 1] ? 0.5 : 1.2) / norm;

		worst = fmax(worst, fabs(weights[i] / ratio - 1.0));
		square += pow(weights[i] / ratio - 1.0, 2) / N;
	}
	CHECK(sqrt(square) < 0.07, "rms of weight / density ratio - 1: %g", sqrt(square));
	CHECK(worst < 0.25, "largest: %g", worst);
	for (int i = 0; i < n; i++)
		if (target[2 * i] > 0.0)
		{
			target_moment += target[2 * i];
			target_count++;
		}
	CHECK(fabs(moment / moment_weight - target_moment / target_count) < 0.01,
		  "mean redshift %g, of the target %g", moment / moment_weight,
		  target_moment / target_count);
	unit_free();
}

/* Objects without counterparts in the target, and the reverse, have bounded weights. */
static void
test_disjoint(void)
{
	enum
	{
		N = 600
	};
	Workspace workspace = unit_workspace();
	double	  training[N], target[N], weights[N], least = INFINITY, largest = 0.0;

	for (int i = 0; i < N; i++)
	{
		training[i] = i;
		target[i] = i + N; /* disjoint samples */
	}
	importance_weights(N, training, N, target, 1, weights, &workspace);
	for (int i = 0; i < N; i++)
		CHECK(fabs(weights[i] - 1.0) < 0.5, "object %d: %g", i, weights[i]);

	/* all of the target in the cell of one training object */
	training[0] = 1000.0;
	importance_weights(N, training, N, target, 1, weights, &workspace);
	for (int i = 0; i < N; i++)
	{
		least = fmin(least, weights[i]);
		largest = fmax(largest, weights[i]);
	}
	CHECK(weights[0] == largest && largest > 5.0 * least, "%g, others from %g", weights[0], least);
	CHECK(largest / least <= IMPORTANCE_MAX_WEIGHT * IMPORTANCE_MAX_WEIGHT * (1.0 + 1e-12),
		  "range %g", largest / least);
	CHECK_CLOSE(mean(N, weights), 1.0, 1e-12, "mean");
	unit_free();
}

/* By hand: a flag that 3 of 4 and 1 of 4 objects have.  s = 2 / 4, q = 1 / 2 in either cell. */
static void
test_closed_form(void)
{
	Workspace			workspace = unit_workspace();
	static const double training[] = {1, 1, 1, 0};
	static const double target[] = {0, 1, 0, 0, 0, 1, 0, 0};
	double weights[4], ones = (0.25 + 0.25) / (0.75 + 0.25), zero = (0.75 + 0.25) / (0.25 + 0.25),
					   average = (3.0 * ones + zero) / 4.0;

	importance_weights(4, training, 8, target, 1, weights, &workspace);
	CHECK_CLOSE(weights[0], ones / average, 1e-14, "flag");
	CHECK_CLOSE(weights[3], zero / average, 1e-14, "no flag");
	unit_free();
}

/* Zero and NaN have bins of their own; infinities, ties and many columns are harmless. */
static void
test_bins(void)
{
	enum
	{
		N = 900
	};
	Workspace	  workspace = unit_workspace();
	static double training[N * IMPORTANCE_MAX_COLUMNS], target[N * IMPORTANCE_MAX_COLUMNS],
		weights[N];
	Random random;

	/* a third each galactic, unknown, and of small redshift; the target has no galactic ones */
	random_seed(&random, 8, 0);
	for (int i = 0; i < N; i++)
	{
		training[i] = i % 3 == 0 ? 0.0 : i % 3 == 1 ? NAN : 1e-6 * random_uniform(&random);
		target[i] = i % 2 == 0 ? NAN : 1e-6 * random_uniform(&random);
	}
	importance_weights(N, training, N, target, 1, weights, &workspace);
	CHECK(weights[0] < 0.2, "galactic: %g", weights[0]);
	CHECK(weights[1] > 1.2 && weights[2] > 1.0, "unknown: %g, others %g", weights[1], weights[2]);

	for (int i = 0; i < N * IMPORTANCE_MAX_COLUMNS; i++)
	{
		training[i] = floor(40.0 * random_normal(&random));
		target[i] = i % 7 == 0	  ? INFINITY
					: i % 11 == 0 ? NAN
								  : 5.0 + floor(40.0 * random_normal(&random));
	}
	importance_weights(N, training, N, target, IMPORTANCE_MAX_COLUMNS, weights, &workspace);
	for (int i = 0; i < N; i++)
		CHECK(weights[i] > 0.0 && weights[i] < 100.0, "object %d: %g", i, weights[i]);
	CHECK_CLOSE(mean(N, weights), 1.0, 1e-12, "mean");
	unit_free();
}

/* Rows in a different order get the same weights, bit for bit. */
static void
test_order(void)
{
	enum
	{
		N = 2000
	};
	Workspace	  workspace = unit_workspace();
	double		 *training = draw_objects(N, 9, &workspace);
	double		 *target = draw_objects(N, 10, &workspace);
	double		 *turned = workspace_array(&workspace, double, 2 * N);
	double		 *turned_target = workspace_array(&workspace, double, 2 * N);
	static double weights[N], turned_weights[N];

	for (int i = 0; i < N; i++)
	{
		target[2 * i] *= 1.3;
		memcpy(turned + 2 * (N - 1 - i), training + 2 * i, sizeof(double) * 2);
		memcpy(turned_target + 2 * (N - 1 - i), target + 2 * i, sizeof(double) * 2);
	}
	importance_weights(N, training, N, target, 2, weights, &workspace);
	importance_weights(N, turned, N, turned_target, 2, turned_weights, &workspace);
	for (int i = 0; i < N; i++)
		CHECK(weights[i] == turned_weights[N - 1 - i], "object %d", i);
	unit_free();
}

int
main(void)
{
	test_identical();
	test_same_population();
	test_resampled();
	test_disjoint();
	test_closed_form();
	test_bins();
	test_order();
	return unit_report();
}

/*
 * test_gp.c
 *		Likelihood and prediction compared with dense matrices, and properties of
 *		the fit.
 */
#include <stdint.h>

#include "unit.h"

#include "core/gp/gp.h"
#include "core/gp/filter.h"
#include "core/base/random.h"
#include "core/curve/passbands.h"

/* ----------------------------------------------------------------
 * Light curves
 * ----------------------------------------------------------------
 */

/* The distribution of times, passbands and errors of a random light curve. */
typedef enum Kind
{
	SCATTERED,
	SAME_TIMES, /* several measurements at most times, also of one passband */
	ONE_PASSBAND,
	MANY_ERRORS, /* errors over eight orders of magnitude */
	N_KINDS
} Kind;

static Observations
random_curve(Random *random, Kind kind, uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);
	Observations canonical = allocate_observations(n, workspace);
	double		 mjd = 59580.0;
	double		 step = 20.0 * random_uniform(random) + 0.1;
	uint32_t	*order;

	o.count = n;
	for (uint32_t i = 0; i < n; i++)
	{
		if (kind != SAME_TIMES || random_uniform(random) < 0.3)
			mjd += step * random_uniform(random) * (i % 17 == 16 ? 20.0 : 1.0);
		o.mjd[i] = mjd;
		o.flux[i] = (float) (100.0 * random_normal(random));
		o.flux_err[i] = kind == MANY_ERRORS
							? (float) exp(9.2 * (2.0 * random_uniform(random) - 1.0))
							: (float) (1.0 + 20.0 * random_uniform(random));
		o.kind[i] = kind == ONE_PASSBAND ? n % N_PASSBANDS
										 : (uint8_t) (random_uniform(random) * N_PASSBANDS);
	}
	n = canonical_order(&o, &order, workspace);
	gather_observations(&o, order, n, &canonical);
	return canonical;
}

static GaussianProcess
random_process(Random *random)
{
	GaussianProcess process = {
		.amplitude = 100.0 * exp(random_normal(random)),
		.length_scale = 0.1 * exp(log(1e4) * random_uniform(random)),
	};

	return process;
}

/* ----------------------------------------------------------------
 * The process as dense matrices
 * ----------------------------------------------------------------
 */

static double
matern(double x)
{
	return (1.0 + sqrt(3.0) * x) * exp(-sqrt(3.0) * x);
}

static const double wavelengths[] = {3671, 4827, 6223, 7546, 8691, 9710};

static double
covariance_at(const GaussianProcess *process, double t, double wavelength, double t2,
			  double wavelength2)
{
	return process->amplitude * process->amplitude * matern(fabs(t - t2) / process->length_scale) *
		   matern(fabs(wavelength - wavelength2) / 6000.0);
}

static double
covariance(const GaussianProcess *process, double t, int passband, double t2, int passband2)
{
	return covariance_at(process, t, wavelengths[passband], t2, wavelengths[passband2]);
}

/* The Cholesky factor of the covariance of the measured fluxes, and the fluxes solved with it. */
typedef struct Dense
{
	const Observations	  *o;
	const GaussianProcess *process;
	uint32_t			   n;
	double				  *factor; /* lower triangle, row by row */
	double				  *whitened;
} Dense;

static void
solve_lower(const Dense *dense, double *x)
{
	for (uint32_t i = 0; i < dense->n; i++)
	{
		for (uint32_t k = 0; k < i; k++)
			x[i] -= dense->factor[i * dense->n + k] * x[k];
		x[i] /= dense->factor[i * dense->n + i];
	}
}

static Dense
make_dense(const Observations *o, const GaussianProcess *process, Workspace *workspace)
{
	uint32_t n = o->count;
	Dense	 dense = {o, process, n, workspace_array(workspace, double, (size_t) n *n),
					  workspace_array(workspace, double, n)};

	for (uint32_t i = 0; i < n; i++)
	{
		for (uint32_t k = 0; k <= i; k++)
		{
			double sum = covariance(process, o->mjd[i], o->kind[i], o->mjd[k], o->kind[k]);

			if (i == k)
				sum += (double) o->flux_err[i] * (double) o->flux_err[i];
			for (uint32_t m = 0; m < k; m++)
				sum -= dense.factor[i * n + m] * dense.factor[k * n + m];
			dense.factor[i * n + k] = i == k ? sqrt(sum) : sum / dense.factor[k * n + k];
		}
		dense.whitened[i] = (double) o->flux[i];
	}
	solve_lower(&dense, dense.whitened);
	return dense;
}

static double
dense_log_likelihood(const Dense *dense)
{
	double sum = -0.5 * dense->n * log(2.0 * M_PI);

	for (uint32_t i = 0; i < dense->n; i++)
		sum -= 0.5 * dense->whitened[i] * dense->whitened[i] + log(dense->factor[i * dense->n + i]);
	return sum;
}

static void
dense_predict(const Dense *dense, double mjd, double wavelength, double *flux, double *flux_sd,
			  Workspace *workspace)
{
	double *column = workspace_array(workspace, double, dense->n);
	double	variance = covariance_at(dense->process, mjd, wavelength, mjd, wavelength);

	for (uint32_t i = 0; i < dense->n; i++)
		column[i] = covariance_at(dense->process, mjd, wavelength, dense->o->mjd[i],
								  wavelengths[dense->o->kind[i]]);
	solve_lower(dense, column);
	*flux = 0.0;
	for (uint32_t i = 0; i < dense->n; i++)
	{
		*flux += column[i] * dense->whitened[i];
		variance -= column[i] * column[i];
	}
	*flux_sd = sqrt(fmax(variance, 0.0));
}

/* ----------------------------------------------------------------
 * Tests
 * ----------------------------------------------------------------
 */

static void
test_elementary(void)
{
	CHECK(gp_exp(0.0) == 1.0 && gp_log(1.0) == 0.0, "exp(0), ln(1)");
	for (int i = -3000; i <= 3000; i++)
	{
		double x = i * 0.0999;

		CHECK(fabs(gp_exp(x) / exp(x) - 1.0) < 1e-15, "exp(%g)", x);
		CHECK(fabs(gp_log(exp(x)) - log(exp(x))) <= 4e-16 * fabs(log(exp(x))), "ln(exp(%g))", x);
	}
}

static void
test_correlation(void)
{
	double b[N_PASSBANDS][N_PASSBANDS];

	gp_passband_correlation(b);
	for (int i = 0; i < N_PASSBANDS; i++)
	{
		for (int k = 0; k < N_PASSBANDS; k++)
		{
			GaussianProcess unit = {.amplitude = 1.0, .length_scale = 1.0};

			CHECK_CLOSE(b[i][k], covariance(&unit, 0.0, i, 0.0, k), 1e-15, "correlation");
			CHECK(b[i][k] == b[k][i], "symmetric");
		}
	}
	CHECK_CLOSE(b[0][5], matern((9710.0 - 3671.0) / 6000.0), 1e-15, "u and y");
}

static void
test_likelihood(void)
{
	Random random;
	double worst = 0.0;

	random_seed(&random, 20180928, 0);
	for (int i = 0; i < 60; i++)
	{
		Workspace	 workspace = unit_workspace();
		uint32_t	 n = i < 10 ? (uint32_t) i + 1 : 1 + (uint32_t) (random_uniform(&random) * 400);
		Observations o = random_curve(&random, (Kind) (i % N_KINDS), n, &workspace);
		GaussianProcess process = random_process(&random);
		Dense			dense = make_dense(&o, &process, &workspace);
		double			expected = dense_log_likelihood(&dense);
		double			actual = gp_log_likelihood(&o, &process, &workspace);
		double			error = fabs(actual - expected) / fmax(1.0, fabs(expected));

		worst = fmax(worst, error);
		CHECK(error < 1e-9, "curve %d of %u: %.15g, expected %.15g", i, o.count, actual, expected);
		unit_free();
	}
	printf("likelihood: largest relative difference from a dense Cholesky %.1e\n", worst);
}

/* The result of a lane does not depend on its position or on the other lanes. */
static void
test_lanes(void)
{
	Workspace	 workspace = unit_workspace();
	Random		 random;
	Observations o;
	GpData		 data;
	GpBatch		 batch, reversed;

	random_seed(&random, 7, 0);
	o = random_curve(&random, MANY_ERRORS, 700, &workspace);
	data = gp_prepare(&o, &workspace);
	for (int lane = 0; lane < GP_LANES; lane++)
	{
		batch.log_variance[lane] = 3.0 * random_normal(&random);
		batch.log_length[lane] = 7.0 * random_uniform(&random);
		reversed.log_variance[GP_LANES - 1 - lane] = batch.log_variance[lane];
		reversed.log_length[GP_LANES - 1 - lane] = batch.log_length[lane];
	}
	gp_evaluate(&data, &batch, &workspace);
	gp_evaluate(&data, &reversed, &workspace);
	for (int lane = 0; lane < GP_LANES; lane++)
		CHECK(batch.log_likelihood[lane] == reversed.log_likelihood[GP_LANES - 1 - lane], "lane %d",
			  lane);
	unit_free();
}

static void
check_point(const Dense *dense, double mjd, double wavelength, double flux, double flux_sd,
			double *worst, Workspace *workspace)
{
	double expected, expected_sd, scale, error;

	dense_predict(dense, mjd, wavelength, &expected, &expected_sd, workspace);
	scale = fmax(dense->process->amplitude, fabs(expected));
	error = fmax(fabs(flux - expected) / scale,
				 fabs(flux_sd * flux_sd - expected_sd * expected_sd) / (scale * scale));
	*worst = fmax(*worst, error);
	CHECK(error < 1e-8, "mjd %.9g wavelength %g: %.12g +- %.12g, expected %.12g +- %.12g", mjd,
		  wavelength, flux, flux_sd, expected, expected_sd);
}

static void
check_prediction(const Observations *o, const GaussianProcess *process, Random *random,
				 double *worst, Workspace *workspace)
{
	Dense  dense = make_dense(o, process, workspace);
	double first = o->mjd[0], span = o->mjd[o->count - 1] - o->mjd[0];
	double mjd[40], wavelength[40 * N_PASSBANDS];
	double flux[40 * N_PASSBANDS], flux_sd[40 * N_PASSBANDS];
	int	   n = 40;

	/* At measurements, far before and after them, and in between; unordered, some repeated. */
	for (int i = 0; i < n; i++)
		mjd[i] = i % 3 == 0 ? o->mjd[(uint32_t) (random_uniform(random) * o->count)]
							: first - 50.0 + (span + 100.0) * random_uniform(random);
	mjd[1] = first - 1e5;
	mjd[2] = first + span + 1e5;
	mjd[5] = mjd[4];
	gp_predict(o, process, mjd, (size_t) n, flux, flux_sd, workspace);
	for (int i = 0; i < n * N_PASSBANDS; i++)
		check_point(&dense, mjd[i / N_PASSBANDS], wavelengths[i % N_PASSBANDS], flux[i], flux_sd[i],
					worst, workspace);

	/* At any wavelength, including those of the passbands. */
	for (int i = 0; i < n * N_PASSBANDS; i++)
		wavelength[i] =
			i % 4 == 0 ? wavelengths[i % N_PASSBANDS] : 1000.0 * exp(3.0 * random_uniform(random));
	wavelength[1] = 1e-3;
	wavelength[2] = 1e9;
	gp_predict_wavelengths(o, process, mjd, (size_t) n, wavelength, N_PASSBANDS, flux, flux_sd,
						   workspace);
	for (int i = 0; i < n * N_PASSBANDS; i++)
		check_point(&dense, mjd[i / N_PASSBANDS], wavelength[i], flux[i], flux_sd[i], worst,
					workspace);
}

static void
test_prediction(void)
{
	Random random;
	double worst = 0.0;

	random_seed(&random, 20181217, 0);
	for (int i = 0; i < 24; i++)
	{
		Workspace	 workspace = unit_workspace();
		uint32_t	 n = i < 8 ? (uint32_t) i + 1 : 1 + (uint32_t) (random_uniform(&random) * 250);
		Observations o = random_curve(&random, (Kind) (i % N_KINDS), n, &workspace);
		GaussianProcess process = random_process(&random);

		check_prediction(&o, &process, &random, &worst, &workspace);
		unit_free();
	}
	printf("prediction: largest relative difference from dense matrices %.1e\n", worst);
}

/* Replaces the measured fluxes by a draw from a process, including noise. */
static void
draw_fluxes(Random *random, Observations *o, const GaussianProcess *process, Workspace *workspace)
{
	Dense	dense = make_dense(o, process, workspace);
	double *normal = workspace_array(workspace, double, o->count);

	for (uint32_t i = 0; i < o->count; i++)
	{
		double flux = 0.0;

		normal[i] = random_normal(random);
		for (uint32_t k = 0; k <= i; k++)
			flux += dense.factor[i * o->count + k] * normal[k];
		o->flux[i] = (float) flux;
	}
}

/* The fit recovers the process, and no point nearby or on a grid is better. */
static void
test_fit(void)
{
	Random random;

	random_seed(&random, 42, 0);
	for (int i = 0; i < 10; i++)
	{
		Workspace		   workspace = unit_workspace();
		Observations	   o = random_curve(&random, SCATTERED, 150, &workspace);
		GaussianProcess	   truth = {.amplitude = 100.0, .length_scale = 5.0 * (1 + i)};
		GaussianProcessFit fit;

		for (uint32_t k = 0; k < o.count; k++)
			o.mjd[k] = o.mjd[0] + 2.0 * k;
		draw_fluxes(&random, &o, &truth, &workspace);
		fit = gp_fit(&o, &workspace);
		CHECK(fit.log_likelihood == gp_log_likelihood(&o, &fit.process, &workspace) ||
				  fabs(fit.log_likelihood - gp_log_likelihood(&o, &fit.process, &workspace)) < 1e-9,
			  "log_likelihood is that of the parameters");
		CHECK(fabs(log(fit.process.amplitude / truth.amplitude)) < 0.7, "amplitude %g",
			  fit.process.amplitude);
		CHECK(fabs(log(fit.process.length_scale / truth.length_scale)) < 0.7,
			  "length scale %g, expected about %g", fit.process.length_scale, truth.length_scale);
		CHECK(fit.evaluations > 0 && fit.evaluations <= GP_MAXIMUM_EVALUATIONS, "%d evaluations",
			  fit.evaluations);
		for (int k = 0; k < 200; k++)
		{
			double			reach = k < 100 ? 0.01 : 3.0;
			GaussianProcess other = fit.process;
			double			length = other.length_scale * exp(reach * random_normal(&random));

			other.amplitude *= exp(reach * random_normal(&random));
			other.length_scale =
				fmin(fmax(length, GP_MINIMUM_LENGTH_SCALE), GP_MAXIMUM_LENGTH_SCALE);
			CHECK(gp_log_likelihood(&o, &other, &workspace) <= fit.log_likelihood + 1e-9,
				  "(%g, %g) is better than (%g, %g)", other.amplitude, other.length_scale,
				  fit.process.amplitude, fit.process.length_scale);
		}
		unit_free();
	}
}

static Observations
scaled_curve(const Observations *o, float factor, Workspace *workspace)
{
	Observations scaled = allocate_observations(o->count, workspace);

	append_observations(&scaled, 0, o);
	scaled.count = o->count;
	for (uint32_t i = 0; i < o->count; i++)
	{
		scaled.flux[i] *= factor;
		scaled.flux_err[i] *= factor;
	}
	return scaled;
}

static void
test_equivariance(void)
{
	Random random;

	random_seed(&random, 11, 0);
	for (int i = 0; i < 12; i++)
	{
		Workspace		   workspace = unit_workspace();
		Observations	   o = random_curve(&random, i % 2 == 0 ? SCATTERED : SAME_TIMES,
											20 + 15 * (uint32_t) i, &workspace);
		GaussianProcess	   truth = {.amplitude = 50.0, .length_scale = 30.0};
		Observations	   scaled;
		GaussianProcessFit fit, other;

		draw_fluxes(&random, &o, &truth, &workspace);
		fit = gp_fit(&o, &workspace);
		scaled = scaled_curve(&o, 0x1p-40f, &workspace);
		other = gp_fit(&scaled, &workspace);
		CHECK(other.process.amplitude == ldexp(fit.process.amplitude, -40), "a power of two");
		CHECK(other.process.length_scale == fit.process.length_scale, "a power of two");
		CHECK_CLOSE(other.log_likelihood, fit.log_likelihood + o.count * 40.0 * log(2.0), 1e-13,
					"a power of two");
		scaled = scaled_curve(&o, 1000.0f, &workspace);
		other = gp_fit(&scaled, &workspace);
		CHECK(fabs(other.process.amplitude / (1000.0 * fit.process.amplitude) - 1.0) < 1e-4 &&
				  fabs(other.process.length_scale / fit.process.length_scale - 1.0) < 1e-4,
			  "times 1000: %.9g %.9g, of (%.9g %.9g)", other.process.amplitude,
			  other.process.length_scale, fit.process.amplitude, fit.process.length_scale);
		for (uint32_t k = 0; k < o.count; k++)
			o.mjd[k] += 4096.0;
		other = gp_fit(&o, &workspace);
		CHECK(fabs(other.process.length_scale / fit.process.length_scale - 1.0) < 1e-4,
			  "shifted times");
		unit_free();
	}
}

/* ----------------------------------------------------------------
 * Difficult input
 * ----------------------------------------------------------------
 */

static void
check_defined(const char *what, const Observations *o, Workspace *workspace)
{
	double			   mjd[3] = {o->mjd[0] - 10.0, o->mjd[0], o->mjd[o->count - 1] + 0.5};
	double			   flux[3 * N_PASSBANDS], flux_sd[3 * N_PASSBANDS];
	GaussianProcessFit fit = gp_fit(o, workspace);
	GaussianProcessFit again = gp_fit(o, workspace);

	CHECK(isfinite(fit.process.amplitude) && fit.process.amplitude > 0.0, "%s: amplitude %g", what,
		  fit.process.amplitude);
	CHECK(fit.process.length_scale >= 0.999999 * GP_MINIMUM_LENGTH_SCALE &&
			  fit.process.length_scale <= 1.000001 * GP_MAXIMUM_LENGTH_SCALE,
		  "%s: length scale %g", what, fit.process.length_scale);
	CHECK(isfinite(fit.log_likelihood), "%s: log-likelihood %g", what, fit.log_likelihood);
	CHECK(fit.evaluations <= GP_MAXIMUM_EVALUATIONS, "%s: %d evaluations", what, fit.evaluations);
	CHECK(memcmp(&fit.process, &again.process, sizeof(fit.process)) == 0, "%s: repeated", what);
	gp_predict(o, &fit.process, mjd, 3, flux, flux_sd, workspace);
	for (int i = 0; i < 3 * N_PASSBANDS; i++)
		CHECK(isfinite(flux[i]) && flux_sd[i] >= 0.0 &&
				  flux_sd[i] <= fit.process.amplitude * (1.0 + 1e-12),
			  "%s: %g +- %g", what, flux[i], flux_sd[i]);
}

static Observations
regular_curve(uint32_t n, double step, double amplitude, double flux_err, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	o.count = n;
	for (uint32_t i = 0; i < n; i++)
	{
		o.mjd[i] = 59580.0 + step * i;
		o.flux[i] = (float) (amplitude * sin(0.1 * i));
		o.flux_err[i] = (float) flux_err;
		o.kind[i] = i % N_PASSBANDS;
	}
	return o;
}

static void
test_hard_input(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = regular_curve(1, 1.0, 1.0, 2.0, &workspace);
	Random		 random;

	random_seed(&random, 5, 0);
	check_defined("one point", &o, &workspace);
	o = random_curve(&random, ONE_PASSBAND, 50, &workspace);
	check_defined("one band", &o, &workspace);
	o = regular_curve(60, 1e-3, 100.0, 1.0, &workspace);
	check_defined("one night", &o, &workspace);
	o = regular_curve(60, 0.0, 100.0, 1.0, &workspace);
	check_defined("identical times", &o, &workspace);
	CHECK_CLOSE(gp_fit(&o, &workspace).process.length_scale, GP_DEFAULT_LENGTH_SCALE, 1e-9,
				"length scale of identical times");
	o = regular_curve(60, 3.0, 0.0, 1.0, &workspace);
	check_defined("no scatter", &o, &workspace);
	o = regular_curve(60, 3.0, 1e30, 1e-30, &workspace);
	check_defined("gigantic signal to noise", &o, &workspace);
	o = regular_curve(60, 0.0, 1e30, 1e-30, &workspace);
	check_defined("gigantic signal to noise at once", &o, &workspace);
	o = regular_curve(60, 3.0, 1e-30, 1e30, &workspace);
	check_defined("no signal", &o, &workspace);
	o = regular_curve(60, 3.0, 3e38, 3e38, &workspace);
	check_defined("largest values", &o, &workspace);
	o = regular_curve(60, 3.0, 1e-45, 1e-45, &workspace);
	check_defined("smallest values", &o, &workspace);
	o = regular_curve(60, 1e300, 10.0, 1.0, &workspace);
	check_defined("endless times", &o, &workspace);
	o = regular_curve(10000, 0.1, 100.0, 5.0, &workspace);
	check_defined("10,000 points", &o, &workspace);
	unit_free();
}

int
main(void)
{
	test_elementary();
	test_correlation();
	test_likelihood();
	test_lanes();
	test_prediction();
	test_fit();
	test_equivariance();
	test_hard_input();
	return unit_report();
}

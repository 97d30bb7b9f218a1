/*
 * test_supernova.c
 *		Peak times of simulated supernovae with passbands that peak at different
 *		times, and what happens where there is none.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/fit/supernova.h"

/* Two-sided Gaussians: passband b peaks at 60000 + shift, with that amplitude. */
static Observations
supernova(Random *random, double shift, double amplitude, double noise, Workspace *workspace)
{
	Observations o = allocate_observations(120, workspace), canonical;
	uint32_t	*order, count;

	for (int i = 0; i < 120; i++)
	{
		int	   band = 1 + i % 3;
		double mjd = 59965.0 + i + random_uniform(random);
		double x = mjd - 60000.0 - (band == 3 ? shift : 0.0);
		double width = x < 0.0 ? 9.0 : 16.0;
		double flux = amplitude * (band == 3 ? 0.5 : 1.0) * exp(-0.5 * x * x / (width * width));
		Observation observation;

		make_observation(mjd, band, flux + noise * random_normal(random), noise, DETECTED_UNKNOWN,
						 &observation);
		put_observation(&o, o.count++, observation);
	}
	count = canonical_order(&o, &order, workspace);
	canonical = allocate_observations(count, workspace);
	gather_observations(&o, order, count, &canonical);
	return canonical;
}

/* The peak is that of the bright passbands, with an error of the size of the deviations. */
static void
test_peaks(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;
	double	  sum = 0.0, squares = 0.0;
	int		  n = 60;

	random_seed(&random, 1, 0);
	for (int i = 0; i < n; i++)
	{
		Observations o = supernova(&random, -4.0, 100.0, 3.0, &workspace);
		SupernovaFit fit;
		double		 deviation;

		CHECK(fit_supernova(&o, &fit, &workspace), "no fit");
		deviation = fit.mjd_peak - 60000.0;
		CHECK(fabs(deviation) < 2.5, "%d: %g +- %g", i, deviation, fit.mjd_peak_err);
		CHECK(fit.mjd_peak_err > 0.1 && fit.mjd_peak_err < 4.0, "%d: error %g", i,
			  fit.mjd_peak_err);
		CHECK(fabs(deviation) < 3.0 * fit.mjd_peak_err, "%d: %g +- %g", i, deviation,
			  fit.mjd_peak_err);
		CHECK(fit.rise > 0.0 && fit.fall > fit.rise && fit.flux_peak[1] > 80.0 &&
				  fit.flux_peak[1] < 120.0 && fit.flux_peak[3] < 0.7 * fit.flux_peak[1] &&
				  isnan(fit.flux_peak[0]) && fit.chi_square > 0.0,
			  "%d: rise %g, fall %g, fluxes %g %g", i, fit.rise, fit.fall, fit.flux_peak[1],
			  fit.flux_peak[3]);
		sum += deviation;
		squares += deviation * deviation;
	}
	printf("peaks of %d supernovae: mean %.2f, root mean square %.2f days\n", n, sum / n,
		   sqrt(squares / n));
	/*
	 * The centroid of the top of an asymmetric peak is later than its maximum: near it, each side
	 * is a parabola that reaches 0.9 at h = width sqrt(2 ln(1 / 0.9)), and the mean of x
	 * weighted by the height above 0.9 is 3/8 (h_fall - h_rise).
	 */
	CHECK(fabs(sum / n - 0.375 * sqrt(2.0 * log(1.0 / 0.9)) * (16.0 - 9.0)) < 0.25, "mean %g",
		  sum / n);
	unit_free();
}

/* A factor on all fluxes changes no time; one on time's origin moves the peak with it. */
static void
test_scales(void)
{
	Workspace	 workspace = unit_workspace();
	Random		 random;
	Observations o;
	SupernovaFit fit, other;

	random_seed(&random, 2, 0);
	o = supernova(&random, 0.0, 100.0, 3.0, &workspace);
	CHECK(fit_supernova(&o, &fit, &workspace), "no fit");
	for (uint32_t i = 0; i < o.count; i++)
	{
		o.flux[i] *= 0x1p40f;
		o.flux_err[i] *= 0x1p40f;
		o.mjd[i] -= 1024.0;
	}
	CHECK(fit_supernova(&o, &other, &workspace), "no fit");
	CHECK_CLOSE(other.mjd_peak, fit.mjd_peak - 1024.0, 1e-3, "time");
	CHECK_CLOSE(other.mjd_peak_err, fit.mjd_peak_err, 1e-6, "error");
	CHECK_CLOSE(other.flux_peak[2] / fit.flux_peak[2], 0x1p40, 0x1p26, "flux");
	unit_free();
}

/* What is negative throughout has a time at which it is farthest from 0, but no peak of its light.
 */
static void
test_negative(void)
{
	Workspace	 workspace = unit_workspace();
	Random		 random;
	Observations o;
	SupernovaFit fit;

	random_seed(&random, 4, 0);
	o = supernova(&random, 0.0, -1000.0, 1.0, &workspace);
	for (uint32_t i = 0; i < o.count; i++)
		o.flux[i] -= 500.0f;
	CHECK(fit_supernova(&o, &fit, &workspace), "no fit");
	CHECK(isfinite(fit.mjd_peak) && isnan(fit.mjd_peak_err), "%g +- %g", fit.mjd_peak,
		  fit.mjd_peak_err);
	unit_free();
}

static void
test_none(void)
{
	Workspace	 workspace = unit_workspace();
	Random		 random;
	SupernovaFit fit;
	Observations o = allocate_observations(0, &workspace);

	random_seed(&random, 3, 0);
	CHECK(!fit_supernova(&o, &fit, &workspace), "without observations");
	o = supernova(&random, 0.0, 100.0, 3.0, &workspace);
	o.count = 4;
	CHECK(!fit_supernova(&o, &fit, &workspace), "four observations");
	o.count = 120;
	for (uint32_t i = 0; i < o.count; i++)
		o.flux[i] = 0.0f;
	CHECK(!fit_supernova(&o, &fit, &workspace), "no flux");
	unit_free();
}

int
main(void)
{
	test_peaks();
	test_scales();
	test_negative();
	test_none();
	return unit_report();
}

/*
 * test_augment.c
 *		Augmented copies of light curves compared with the original, with what is
 *		known of it early, with a source
 *		known at every redshift, and with draws from a Gaussian process.
 */
#include "unit.h"

#include "core/augment/augment.h"
#include "core/curve/cosmology.h"
#include "core/base/random.h"
#include "core/curve/passbands.h"
#include "core/curve/selection.h"

/* No change is requested. */
static const AugmentOptions nothing = {
	.redshift = NAN,
	.new_redshift = NAN,
	.detection_threshold = 5.0,
};

/* ----------------------------------------------------------------
 * Light curves
 * ----------------------------------------------------------------
 */

/* A source at redshift z: a flash and its afterglow, bluer while it is bright. */
static double
source_flux(double z, double t_peak, double mjd, double wavelength)
{
	double t = (mjd - t_peak) / (1.0 + z);
	double blue = exp(-0.5 * pow((wavelength / (1.0 + z) - 4500.0) / 2500.0, 2.0));
	double red = exp(-0.5 * pow((wavelength / (1.0 + z) - 7000.0) / 3000.0, 2.0));
	double shape =
		blue * exp(-0.5 * pow(t / 12.0, 2.0)) + 0.6 * red * exp(-0.5 * pow((t - 25.0) / 20.0, 2.0));

	return 3e19 * pow(10.0, -0.4 * distance_modulus(z)) * shape;
}

/* Three visits in two days: passbands in turn, zero fluxes, given errors. */
static Observations
visits(uint32_t n, double flux_err, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);

	o.count = n;
	for (uint32_t i = 0; i < n; i++)
	{
		o.mjd[i] = 59580.0 + 2.0 / 3.0 * i;
		o.flux[i] = 0.0f;
		o.flux_err[i] = (float) flux_err;
		o.kind[i] = (uint8_t) (i % N_PASSBANDS);
	}
	return o;
}

static void
copy_of(const Observations *o, uint64_t seed, const AugmentOptions *options, Observations *copy,
		Workspace *workspace)
{
	GaussianProcess process = {1.0, 1.0};

	if (o->count > 0)
		process = gp_fit(o, workspace).process;
	CHECK(augment_light_curve(o, seed, options, &process, copy, workspace), "in range");
}

static bool
same_observations(const Observations *a, const Observations *b)
{
	if (a->count != b->count || a->n_rejected != b->n_rejected)
		return false;
	return a->count == 0 || (memcmp(a->mjd, b->mjd, a->count * sizeof(double)) == 0 &&
							 memcmp(a->flux, b->flux, a->count * sizeof(float)) == 0 &&
							 memcmp(a->flux_err, b->flux_err, a->count * sizeof(float)) == 0 &&
							 memcmp(a->kind, b->kind, a->count) == 0);
}

/* A slow wave with noise and occasional detections. */
static Observations
wave(Random *random, uint32_t n, Workspace *workspace)
{
	Observations o = visits(n, 1.0, workspace);

	for (uint32_t i = 0; i < n; i++)
	{
		o.flux_err[i] = (float) (1.0 + random_uniform(random));
		o.flux[i] = (float) (10.0 * sin(o.mjd[i] / 20.0) + o.flux_err[i] * random_normal(random));
		if (i % 7 == 0)
			o.kind[i] |= KIND_DETECTED;
	}
	o.n_rejected = 3;
	return o;
}

/* ----------------------------------------------------------------
 * Simple changes
 * ----------------------------------------------------------------
 */

static void
test_identity(void)
{
	Workspace	   workspace = unit_workspace();
	Random		   random;
	AugmentOptions options = nothing;
	Observations   o, copy, again;

	random_seed(&random, 1, 0);
	o = wave(&random, 200, &workspace);
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(same_observations(&o, &copy), "no change requested");
	options.redshift = options.new_redshift = 0.3;
	CHECK(!augment_moves(&options), "the same redshift");
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(same_observations(&o, &copy), "the same redshift");
	options.redshift = options.new_redshift = 0.0;
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(same_observations(&o, &copy), "galactic, not dimmed");

	/* A tiny change of redshift changes fluxes by no more than the noise that it removes. */
	options.redshift = 0.3;
	options.new_redshift = 0.3 + 1e-9;
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(copy.count >= o.count - 2, "%u of %u", copy.count, o.count);
	for (uint32_t i = 0, k = 0; i < o.count && k < copy.count; i++)
	{
		if (fabs(o.mjd[i] - copy.mjd[k]) > 1e-5)
			continue;
		CHECK(fabs(copy.flux[k] - o.flux[i]) < 1e-3 * o.flux_err[i] &&
				  fabs(copy.flux_err[k] / o.flux_err[i] - 1.0) < 1e-5,
			  "%g +- %g, was %g +- %g", copy.flux[k], copy.flux_err[k], o.flux[i], o.flux_err[i]);
		k++;
	}

	/* All changes together depend only on the seed and the light curve. */
	options = (AugmentOptions){0.3, 0.5, 0.2, 20.0, 0.5, 10.0, 0.0, 0.0, 5.5, 2.0};
	copy_of(&o, 7, &options, &copy, &workspace);
	copy_of(&o, 7, &options, &again, &workspace);
	CHECK(same_observations(&copy, &again), "the same seed");
	copy_of(&o, 8, &options, &again, &workspace);
	CHECK(!same_observations(&copy, &again), "another seed");
	unit_free();
}

static void
test_drops(void)
{
	Workspace	   workspace = unit_workspace();
	Random		   random;
	AugmentOptions options = nothing;
	Observations   o, copy;
	uint32_t	   kept = 0, left_out = 0;
	double		   shifts = 0.0;

	random_seed(&random, 2, 0);
	o = wave(&random, 300, &workspace);
	for (uint64_t seed = 0; seed < 100; seed++)
	{
		options = nothing;
		options.drop_fraction = 0.3;
		copy_of(&o, seed, &options, &copy, &workspace);
		kept += copy.count;

		options = nothing;
		options.drop_block = 50.0;
		copy_of(&o, seed, &options, &copy, &workspace);
		left_out += o.count - copy.count;
		for (uint32_t i = 0, k = 0, gaps = 0; k < copy.count; i++, k++)
		{
			if (copy.mjd[k] == o.mjd[i])
				continue;
			CHECK(gaps++ == 0, "seed %d: one gap", (int) seed);
			CHECK(copy.mjd[k] - o.mjd[i] <= 50.0, "seed %d: gap", (int) seed);
			while (o.mjd[i] < copy.mjd[k])
				i++;
		}

		options = nothing;
		options.time_shift = 30.0;
		copy_of(&o, seed, &options, &copy, &workspace);
		shifts += fabs(copy.mjd[0] - o.mjd[0]);
		CHECK(copy.count == o.count && fabs(copy.mjd[0] - o.mjd[0]) <= 30.0, "shift");
		for (uint32_t i = 0; i < o.count; i++)
			CHECK(fabs(copy.mjd[i] - o.mjd[i] - copy.mjd[0] + o.mjd[0]) < 1e-9 &&
					  copy.flux[i] == o.flux[i] && copy.kind[i] == o.kind[i],
				  "observation %u", i);
	}
	CHECK(fabs(kept / 30000.0 - 0.7) < 0.013, "kept %u of 30,000", kept);
	/* a block of 50 days meets a range of 200 in 250 days of starts: 40 of 200 days on average */
	CHECK(fabs(left_out / 30000.0 - 0.2) < 0.03, "left out %u of 30,000", left_out);
	CHECK(fabs(shifts / 100.0 - 15.0) < 3.5, "mean shift %g", shifts / 100.0);

	options = nothing;
	options.drop_fraction = 1.0;
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(copy.count == 0 && copy.n_rejected == 3, "all dropped");
	unit_free();
}

static void
test_noise(void)
{
	Workspace	   workspace = unit_workspace();
	AugmentOptions options = nothing;
	Observations   o = visits(12000, 2.0, &workspace), copy, other;
	double		   square = 0.0, product = 0.0;
	double		   expected = 0.0, variance = 0.0, detected = 0.0;

	for (uint32_t i = 0; i < o.count; i++)
		o.flux[i] = 0.003f * (float) i;
	options.noise = 0.75;
	options.detection_threshold = 5.5;
	options.detection_width = 2.0;
	copy_of(&o, 3, &options, &copy, &workspace);
	for (uint32_t i = 0; i < o.count; i++)
	{
		double ratio = fabs((double) copy.flux[i]) / (double) copy.flux_err[i];
		double probability = 0.5 * (1.0 + erf((ratio - 5.5) / 2.0));

		square += pow((copy.flux[i] - o.flux[i]) / (0.75 * o.flux_err[i]), 2.0);
		CHECK_CLOSE(copy.flux_err[i], 2.0 * sqrt(1.0 + 0.75 * 0.75), 1e-6, "flux_err");
		detected += (copy.kind[i] & KIND_DETECTED) != 0;
		expected += probability;
		variance += probability * (1.0 - probability);
	}
	CHECK(fabs(square / o.count - 1.0) < 5.0 * sqrt(2.0 / o.count), "chi-square %g of %u", square,
		  o.count);
	CHECK(fabs(detected - expected) < 5.0 * sqrt(variance), "%g detections, expected %g", detected,
		  expected);

	options.detection_threshold = 5.0;
	options.detection_width = 0.0;
	copy_of(&o, 3, &options, &other, &workspace);
	for (uint32_t i = 0; i < o.count; i++)
	{
		double excess = fabs((double) other.flux[i]) / (double) other.flux_err[i] - 5.0;

		CHECK(other.flux[i] == copy.flux[i], "the same noise however it is detected");
		CHECK(fabs(excess) < 1e-6 || ((other.kind[i] & KIND_DETECTED) != 0) == (excess > 0.0),
			  "excess %g", excess);
	}

	/* A different light curve with the same seed gets different noise. */
	o.flux[0] = 1.0f;
	copy_of(&o, 3, &options, &other, &workspace);
	for (uint32_t i = 1; i < o.count; i++)
		product += (copy.flux[i] - o.flux[i]) * (other.flux[i] - o.flux[i]) / (1.5 * 1.5);
	CHECK(fabs(product) < 5.0 * sqrt(o.count), "correlation %g", product / o.count);
	unit_free();
}

/* A copy that is truncated is what was known early of the same copy. */
static void
test_truncation(void)
{
	Workspace	   workspace = unit_workspace();
	Random		   random;
	AugmentOptions options = nothing;
	Observations   o, copy, early, known;
	int			   late = 0;

	random_seed(&random, 8, 0);
	o = wave(&random, 300, &workspace);
	for (uint64_t seed = 0; seed < 1000; seed++)
	{
		uint32_t first = 0;

		options = nothing;
		options.truncate = true;
		options.min_days = 1.0;
		options.max_days = 100.0;
		copy_of(&o, seed, &options, &early, &workspace);
		while (!(o.kind[first] & KIND_DETECTED))
			first++;
		known = truncate_observations(&o, early.mjd[early.count - 1] - o.mjd[first], &workspace);
		CHECK(same_observations(&early, &known), "seed %d: the beginning", (int) seed);
		late += early.mjd[early.count - 1] - o.mjd[first] >= 10.0;
	}
	CHECK(abs(late - 500) < 80, "%d of 1,000 beyond 10 days of 1 to 100", late);

	/* After all other changes, by what is detected then. */
	for (uint64_t seed = 0; seed < 20; seed++)
	{
		options = (AugmentOptions){0.3, 0.5, 0.2, 20.0, 0.5, 10.0, 0.0, 0.0, 5.5, 2.0};
		copy_of(&o, seed, &options, &copy, &workspace);
		options.truncate = true;
		options.min_days = options.max_days = 7.5;
		copy_of(&o, seed, &options, &early, &workspace);
		known = truncate_observations(&copy, 7.5, &workspace);
		CHECK(same_observations(&early, &known) && known.count < copy.count, "seed %d", (int) seed);
	}

	/* Nothing is known of what was never detected. */
	options.redshift = options.new_redshift = NAN;
	options.detection_threshold = 1e3;
	copy_of(&o, 1, &options, &early, &workspace);
	CHECK(early.count == 0 && early.n_rejected == 0, "%u observations", early.count);
	unit_free();
}

/* ----------------------------------------------------------------
 * Fainter and farther
 * ----------------------------------------------------------------
 */

/* A dimmed observation has the sky noise and the photon noise of the fainter source. */
static void
test_dimming(void)
{
	Workspace	   workspace = unit_workspace();
	Random		   random;
	AugmentOptions options = nothing;
	Observations   o = visits(6000, 1.0, &workspace), copy;
	double		   square = 0.0, dimmed = pow(10.0, -0.4), spread = 0.0;

	random_seed(&random, 4, 0);
	for (uint32_t i = 0; i < o.count; i++)
	{
		double flux = i < 60 ? 0.0 : 1000.0 * (1.0 + sin(i / 40.0));
		double flux_err = sqrt(4.0 + flux / passbands[o.kind[i]].electrons);

		o.flux_err[i] = (float) flux_err;
		o.flux[i] = (float) (flux + flux_err * random_normal(&random));
	}
	options.redshift = 0.0;
	options.dimming = 1.0;
	copy_of(&o, 5, &options, &copy, &workspace);
	CHECK(copy.count == o.count, "all observations");
	for (uint32_t i = 0; i < o.count; i++)
	{
		double flux = i < 60 ? 0.0 : 1000.0 * (1.0 + sin(i / 40.0));
		double expected = sqrt(4.0 + dimmed * flux / passbands[o.kind[i]].electrons);

		CHECK(fabs(copy.flux_err[i] / expected - 1.0) < 0.1, "flux_err %g, expected %g",
			  copy.flux_err[i], expected);
		square += pow((copy.flux[i] - dimmed * flux) / expected, 2.0);
	}
	CHECK(fabs(square / o.count - 1.0) < 5.0 * sqrt(2.0 / o.count), "chi-square %g of %u", square,
		  o.count);

	/* A brighter copy is the same light curve on a larger scale. */
	options.dimming = -1.0;
	copy_of(&o, 5, &options, &copy, &workspace);
	for (uint32_t i = 0; i < o.count; i++)
	{
		CHECK_CLOSE(copy.flux[i], o.flux[i] / dimmed, 1e-6, "brighter");
		CHECK_CLOSE(copy.flux_err[i], o.flux_err[i] / dimmed, 1e-6, "brighter");
	}

	/* The brightness differs from copy to copy. */
	o.count = 1;
	o.flux[0] = 1e6f;
	o.flux_err[0] = 1e-6f;
	options.dimming = 0.5;
	options.dimming_sd = 0.25;
	for (uint64_t seed = 0; seed < 400; seed++)
	{
		copy_of(&o, seed, &options, &copy, &workspace);
		spread += pow((-2.5 * log10((double) copy.flux[0] / 1e6) - 0.5) / 0.25, 2.0);
	}
	CHECK(fabs(spread / 400.0 - 1.0) < 0.35, "spread %g", spread / 400.0);
	unit_free();
}

/* A source moved from z to z' equals the same source at z'. */
static void
check_source(double z, double new_z, double flux_err)
{
	AugmentOptions options = nothing;
	Random		   random;
	double		   square = 0.0, worst = 0.0, brightest = 0.0;
	uint32_t	   n = 0;

	options.redshift = z;
	options.new_redshift = new_z;
	for (uint64_t seed = 0; seed < 12; seed++)
	{
		Workspace	 workspace = unit_workspace();
		Observations o = visits(450, flux_err, &workspace), copy;
		double		 peak = 59580.0 + 140.0, greatest = 0.0, anchor = 0.0, new_peak;

		random_seed(&random, seed, 99);
		for (uint32_t i = 0; i < o.count; i++)
		{
			double w = passbands[o.kind[i]].wavelength;

			o.flux[i] =
				(float) (source_flux(z, peak, o.mjd[i], w) + flux_err * random_normal(&random));
			if (o.flux[i] > greatest)
			{
				greatest = o.flux[i];
				anchor = o.mjd[i];
			}
		}
		copy_of(&o, seed, &options, &copy, &workspace);
		new_peak = anchor + (peak - anchor) * (1.0 + new_z) / (1.0 + z);
		CHECK(copy.count > 200, "%u observations", copy.count);
		for (uint32_t i = 0; i < copy.count; i++)
		{
			double w = passbands[copy.kind[i] & KIND_PASSBAND].wavelength;
			double truth = source_flux(new_z, new_peak, copy.mjd[i], w);

			CHECK(copy.mjd[i] >= o.mjd[0] && copy.mjd[i] <= o.mjd[o.count - 1],
				  "within the survey");
			CHECK(copy.flux_err[i] > 0.999 * flux_err || new_z > z, "flux_err %g",
				  copy.flux_err[i]);
			square += pow((copy.flux[i] - truth) / copy.flux_err[i], 2.0);
			worst = fmax(worst, fabs(copy.flux[i] - truth) / copy.flux_err[i]);
			brightest = fmax(brightest, truth);
			n++;
		}
		unit_free();
	}
	printf("source moved from %g to %g: chi-square %.3f of %u, worst %.1f, greatest flux %.0f\n", z,
		   new_z, square / n, n, worst, brightest);
	/* the source is smoother than the fitted process, whose errors are then too large */
	CHECK(square / n > 0.6 && square / n < 1.1, "chi-square %g", square / n);
	CHECK(worst < 7.0, "worst %g", worst);
}

static double
matern(double x)
{
	return (1.0 + sqrt(3.0) * x) * exp(-sqrt(3.0) * x);
}

/*
 * For processes drawn jointly at the original's and the copy's observations, the
 * normalised errors of the copy have variance 1, whether noise is drawn or not.
 */
static void
check_process(double new_z, double flux_err)
{
	enum
	{
		N = 60
	};
	const GaussianProcess process = {.amplitude = 100.0, .length_scale = 25.0};
	AugmentOptions		  options = nothing;
	Random				  random;
	double				  square = 0.0, scale, stretch = (1.0 + new_z) / 1.2;
	uint32_t			  n = 0;

	options.redshift = 0.2;
	options.new_redshift = new_z;
	scale = pow(10.0, -0.4 * (distance_modulus(new_z) - distance_modulus(0.2)));
	random_seed(&random, 6, 0);
	for (uint64_t trial = 0; trial < 300; trial++)
	{
		Workspace	  workspace = unit_workspace();
		Observations  o = visits(N, flux_err, &workspace), copy;
		static double factor[2 * N][2 * N];
		double		  mjd[2 * N], wavelength[2 * N], flux[2 * N], normal[2 * N];
		double		  anchor = NAN, greatest = -INFINITY;

		for (int i = 0; i < 2 * N; i++)
		{
			mjd[i] = o.mjd[i % N] = 59580.0 + 4.0 * (i % N);
			wavelength[i] = passbands[o.kind[i % N]].wavelength / (i < N ? 1.0 : stretch);
			normal[i] = random_normal(&random);
			flux[i] = 0.0;
			for (int k = 0; k <= i; k++)
			{
				double sum = matern(fabs(mjd[i] - mjd[k]) / process.length_scale) *
								 matern(fabs(wavelength[i] - wavelength[k]) / 6000.0) +
							 (i == k ? 1e-10 : 0.0);

				for (int m = 0; m < k; m++)
					sum -= factor[i][m] * factor[k][m];
				factor[i][k] = i == k ? sqrt(sum) : sum / factor[k][k];
				flux[i] += process.amplitude * factor[i][k] * normal[k];
			}
		}
		for (int i = 0; i < N; i++)
		{
			o.flux[i] = (float) (flux[i] + flux_err * random_normal(&random));
			if (o.flux[i] > greatest)
			{
				greatest = o.flux[i];
				anchor = o.mjd[i];
			}
		}
		CHECK(augment_light_curve(&o, trial, &options, &process, &copy, &workspace), "in range");
		for (uint32_t i = 0; i < copy.count; i++)
		{
			int source = (int) lround((anchor + (copy.mjd[i] - anchor) / stretch - 59580.0) / 4.0);

			square += pow((copy.flux[i] - scale * flux[N + source]) / copy.flux_err[i], 2.0);
			n++;
		}
		unit_free();
	}
	printf("process moved to %g, errors of %g: chi-square %.3f of %u\n", new_z, flux_err,
		   square / n, n);
	CHECK(n > 5000 && fabs(square / n - 1.0) < 0.05, "chi-square %g of %u", square / n, n);
}

static void
test_moves(void)
{
	check_source(0.2, 0.4, 10.0);
	check_source(0.2, 0.19, 10.0);
	check_source(0.5, 1.1, 2.0);
	check_process(0.5, 10.0);
	check_process(0.3, 0.1);
	check_process(0.21, 50.0);
	check_process(0.15, 10.0);
}

/* ----------------------------------------------------------------
 * Difficult input
 * ----------------------------------------------------------------
 */

static void
test_hard_input(void)
{
	Workspace		workspace = unit_workspace();
	AugmentOptions	options = {0.2, 0.5, 0.1, 10.0, 0.5, 10.0, 0.5, 0.5, 5.5, 2.0};
	GaussianProcess process = {1e38, 10.0};
	Observations	o = visits(12, 1.0, &workspace), copy;

	o.count = 0;
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(copy.count == 0, "empty");

	options.drop_fraction = options.drop_block = 0.0;
	for (uint32_t n = 1; n <= 12; n++)
	{
		o.count = n;
		copy_of(&o, n, &options, &copy, &workspace);
		CHECK(copy.count >= 1, "%u observations", n);
		for (uint32_t i = 0; i < copy.count; i++)
			CHECK(isfinite(copy.mjd[i]) && isfinite(copy.flux[i]) && copy.flux_err[i] > 0.0f &&
					  isfinite(copy.flux_err[i]),
				  "observation %u", i);
	}
	for (uint32_t i = 0; i < 12; i++)
	{
		o.kind[i] = 2;
		o.flux[i] = 1e30f * (float) i;
		o.flux_err[i] = 1e-30f;
	}
	copy_of(&o, 1, &options, &copy, &workspace);
	for (uint32_t i = 0; i < copy.count; i++)
		CHECK(isfinite(copy.flux[i]) && copy.flux_err[i] > 0.0f, "gigantic signal to noise");
	options.new_redshift = AUGMENT_MAXIMUM_REDSHIFT;
	options.redshift = AUGMENT_MINIMUM_REDSHIFT;
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(copy.count >= 1, "as far as it goes");
	options.new_redshift = AUGMENT_MINIMUM_REDSHIFT;
	options.redshift = AUGMENT_MAXIMUM_REDSHIFT;
	CHECK(!augment_light_curve(&o, 1, &options, &process, &copy, &workspace), "out of range");
	o.mjd[0] = -1e308;
	o.mjd[11] = 1e308;
	options.new_redshift = 2.0 * AUGMENT_MAXIMUM_REDSHIFT;
	copy_of(&o, 1, &options, &copy, &workspace);
	CHECK(copy.count >= 1, "as long as it lasts");
	unit_free();
}

static void
test_host(void)
{
	AugmentedHost host = {.redshift = 0.3, .photoz = 0.35, .photoz_err = 0.05};
	double		  minimum, maximum, uniform = 0.0, square = 0.0;
	AugmentedHost copy, same;

	augment_redshift_bounds(0.3, &minimum, &maximum);
	CHECK_CLOSE(minimum, 0.285, 1e-12, "minimum");
	CHECK_CLOSE(maximum, 0.95, 1e-12, "maximum");
	augment_redshift_bounds(0.02, &minimum, &maximum);
	CHECK_CLOSE(maximum, 0.1, 1e-12, "maximum near by");
	augment_redshift_bounds(0.3, &minimum, &maximum);
	for (uint64_t seed = 0; seed < 2000; seed++)
	{
		copy = augment_host(seed, &host, minimum, maximum, 0.0);
		CHECK(copy.redshift >= minimum && copy.redshift <= maximum, "bounds");
		CHECK_CLOSE((1.0 + copy.photoz) / (1.0 + copy.redshift), 1.35 / 1.3, 1e-12,
					"relative error");
		CHECK_CLOSE(copy.photoz_err / (1.0 + copy.redshift), 0.05 / 1.3, 1e-12, "photoz_err");
		uniform += log(copy.redshift / minimum) / log(maximum / minimum);
		same = augment_host(seed, &host, minimum, maximum, 0.5);
		CHECK(same.redshift == copy.redshift, "the same redshift");
		CHECK_CLOSE(same.photoz_err, copy.photoz_err * sqrt(1.25), 1e-12, "photoz_err with noise");
		square += pow((same.photoz - copy.photoz) / (0.5 * copy.photoz_err), 2.0);
	}
	CHECK(fabs(uniform / 2000.0 - 0.5) < 5.0 / sqrt(12.0 * 2000.0), "log-uniform: %g",
		  uniform / 2000.0);
	CHECK(fabs(square / 2000.0 - 1.0) < 5.0 * sqrt(2.0 / 2000.0), "noise: %g", square / 2000.0);

	host.photoz = 0.0;
	copy = augment_host(1, &host, 0.4, 0.4, 0.5);
	CHECK(copy.photoz == 0.0 && copy.photoz_err == 0.05, "galactic by photoz");
	CHECK_CLOSE(copy.redshift, 0.4, 1e-12, "one redshift");
	host.photoz = host.photoz_err = NAN;
	copy = augment_host(1, &host, 0.4, 0.5, 0.5);
	CHECK(isnan(copy.photoz) && isnan(copy.photoz_err), "unknown");
	host = (AugmentedHost){0.01, 0.01, 5.0};
	for (uint64_t seed = 0; seed < 100; seed++)
		CHECK(augment_host(seed, &host, 0.01, 0.01, 1.0).photoz > 0.0, "stays extragalactic");
}

int
main(void)
{
	test_identity();
	test_drops();
	test_noise();
	test_truncation();
	test_dimming();
	test_moves();
	test_hard_input();
	test_host();
	return unit_report();
}

/*
 * test_periodogram.c
 *		The multiband periodogram compared with least squares by Householder
 *		reflections, periods of known and of simulated light curves, and
 *		pathological input.
 */
#include "unit.h"

#include "core/period/period.h"
#include "core/period/fold.h"
#include "core/period/phase.h"
#include "core/simulate/simulate.h"

#define MAX_COLUMNS 40

/* ----------------------------------------------------------------
 * Light curves
 * ----------------------------------------------------------------
 */

static Observations
canonical(Observations *observations, Workspace *workspace)
{
	Observations result = allocate_observations(observations->count, workspace);
	uint32_t	*order;
	uint32_t	 count = canonical_order(observations, &order, workspace);

	gather_observations(observations, order, count, &result);
	return result;
}

static void
put(Observations *observations, double mjd, int passband, double flux, double flux_err)
{
	Observation observation;

	if (make_observation(mjd, passband, flux, flux_err, DETECTED_UNKNOWN, &observation) !=
		OBSERVATION_VALID)
		abort();
	put_observation(observations, observations->count++, observation);
}

/* Sinusoids of two frequencies, the first one stronger, and noise, over `days`, in n_bands. */
static Observations
two_sinusoids(int seed, int n, int n_bands, double days, double first, double second,
			  Workspace *workspace)
{
	Observations observations = allocate_observations(n, workspace);
	Random		 random;

	random_seed(&random, 1234, seed);
	for (int i = 0; i < n; i++)
	{
		double mjd =
			59580.0 + floor(days * random_uniform(&random)) + 0.3 * random_uniform(&random);
		int	   band = (int) random_below(&random, n_bands);
		double flux_err = 1.0 + 3.0 * random_uniform(&random);
		double flux = 50.0 * band + (20.0 + 4.0 * band) * sin(2.0 * M_PI * first * mjd) +
					  17.0 * cos(2.0 * M_PI * second * mjd) + flux_err * random_normal(&random);

		put(&observations, mjd, band, flux, flux_err);
	}
	return canonical(&observations, workspace);
}

/* An object of the survey; its light curve in canonical order. */
static Observations
simulated(int64_t object_id, SurveyObject *object, Workspace *workspace)
{
	static SurveyObservation rows[SURVEY_MAX_VISITS];
	int						 n = survey_simulate(20260, object_id, SURVEY_UNIFORM, object, rows);
	Observations			 observations = allocate_observations(n, workspace);

	for (int i = 0; i < n; i++)
		put(&observations, rows[i].mjd, rows[i].passband, rows[i].flux, rows[i].flux_err);
	return canonical(&observations, workspace);
}

/* ----------------------------------------------------------------
 * The oracle: least squares by Householder reflections
 * ----------------------------------------------------------------
 */

/* Sum of squared residuals of y[n] fitted by the columns x[n_columns][n]; destroys both. */
static double
residual(int n, int n_columns, double **x, double *y)
{
	double sum = 0.0;
	int	   rank = 0;

	for (int j = 0; j < n_columns && rank < n; j++)
	{
		double norm = 0.0, fitted = 0.0, head;

		for (int i = rank; i < n; i++)
			norm += x[j][i] * x[j][i];
		for (int i = 0; i < rank; i++)
			fitted += x[j][i] * x[j][i];
		norm = sqrt(norm);
		if (norm <= 1e-6 * sqrt(fitted) || norm < 1e-9)
			continue;
		head = x[j][rank] > 0.0 ? -norm : norm;
		x[j][rank] -= head;
		norm = 2.0 * norm * (norm + fabs(x[j][rank] + head));
		for (int k = j + 1; k <= n_columns; k++)
		{
			double *column = k < n_columns ? x[k] : y;
			double	product = 0.0;

			for (int i = rank; i < n; i++)
				product += x[j][i] * column[i];
			for (int i = rank; i < n; i++)
				column[i] -= 2.0 * product / norm * x[j][i];
		}
		rank++;
	}
	for (int i = rank; i < n; i++)
		sum += y[i] * y[i];
	return sum;
}

/*
 * Residual chi^2 of observations of the bands of a mask, fitted by a mean a band
 * and n_harmonics of cosine and sine with amplitudes scales[band].
 */
static double
fitted_chi2(const Observations *observations, int mask, double frequency, int n_harmonics,
			const double *scales)
{
	static double storage[MAX_COLUMNS][20000];
	static double y[20000];
	double		 *x[MAX_COLUMNS];
	int			  n = 0, n_means = 0;
	int			  column_of[N_PASSBANDS];

	for (int band = 0; band < N_PASSBANDS; band++)
		column_of[band] = mask >> band & 1 ? n_means++ : -1;
	for (int j = 0; j < n_means + 2 * n_harmonics; j++)
		x[j] = storage[j];
	for (uint32_t i = 0; i < observations->count; i++)
	{
		int	   band = observations->kind[i] & KIND_PASSBAND;
		double root = 1.0 / observations->flux_err[i];
		double phase = frequency * (observations->mjd[i] - observations->mjd[0]);

		if (column_of[band] < 0)
			continue;
		for (int j = 0; j < n_means; j++)
			x[j][n] = column_of[band] == j ? root : 0.0;
		for (int h = 1; h <= n_harmonics; h++)
		{
			x[n_means + 2 * h - 2][n] = root * scales[band] * cos(2.0 * M_PI * h * phase);
			x[n_means + 2 * h - 1][n] = root * scales[band] * sin(2.0 * M_PI * h * phase);
		}
		y[n++] = root * observations->flux[i];
	}
	return residual(n, n_means + 2 * n_harmonics, x, y);
}

/* P(f) of all bands, each with enough points. */
static double
oracle_power(const Observations *observations, double frequency)
{
	static const double ones[N_PASSBANDS] = {1, 1, 1, 1, 1, 1};
	double				reference = 0.0, explained = 0.0;

	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double chi2 = fitted_chi2(observations, 1 << band, frequency, 0, ones);

		reference += chi2;
		explained += chi2 - fitted_chi2(observations, 1 << band, frequency, 1, ones);
	}
	return explained / reference;
}

/* ----------------------------------------------------------------
 * Power
 * ----------------------------------------------------------------
 */

static void
test_unit_circle(void)
{
	Random random;
	double worst = 0.0;

	random_seed(&random, 1, 1);
	for (int i = -4000; i < 100000; i++)
	{
		double x = i < 4000 ? 0.125 * i : 1e6 * (random_uniform(&random) - 0.5);
		double angle = 2.0 * M_PI * (x - floor(x));
		double c, s;

		unit_circle(x, &c, &s);
		worst = fmax(worst, fmax(fabs(c - cos(angle)), fabs(s - sin(angle))));
	}
	CHECK(worst < 1.5e-15, "cosine and sine are off by %g", worst);
}

/* Compares every `stride`th frequency of the grid, from a minimum, with the oracle. */
static void
check_grid(const Observations *observations, uint64_t stride, double minimum, const char *what)
{
	Workspace		 workspace = unit_workspace();
	PeriodogramInput input = periodogram_input(observations, &workspace);
	FrequencyGrid	 grid = frequency_grid(input.baseline, 5.0, minimum, 20.0, 1000000);
	PeriodogramScan *scan = begin_scan(&input, grid.step, &workspace);
	float			*power = workspace_array(&workspace, float, SCAN_FREQUENCIES);
	double			 worst = 0.0, worst_exact = 0.0;

	for (uint64_t first = 0; first < grid.count; first += SCAN_FREQUENCIES)
	{
		uint64_t n = grid.count - first < SCAN_FREQUENCIES ? grid.count - first : SCAN_FREQUENCIES;

		scan_frequencies(scan, grid.first + first, n, power, NULL);
		for (uint64_t i = (stride - first % stride) % stride; i < n; i += stride)
		{
			double frequency = grid_frequency(&grid, first + i);
			double expected = oracle_power(observations, frequency);

			worst = fmax(worst, fabs(power[i] - expected));
			worst_exact = fmax(worst_exact, fabs(multiband_power(&input, frequency) - expected));
		}
	}
	CHECK(grid.count > 0, "%s: no grid", what);
	CHECK(worst < 1e-3, "%s: power on the grid is off by %g", what, worst);
	CHECK(worst_exact < 1e-8, "%s: power at one frequency is off by %g", what, worst_exact);
	printf("%s: %llu frequencies, power within %.1e on the grid, %.1e in double\n", what,
		   (unsigned long long) grid.count, worst, worst_exact);
}

static void
test_power(void)
{
	Workspace	 workspace = unit_workspace();
	SurveyObject object;
	Observations observations = two_sinusoids(1, 130, 6, 1095.0, 1.7, 0.31, &workspace);

	check_grid(&observations, 1, 0.0, "130 points, whole grid");
	for (int id = 1; id <= 3; id++)
	{
		observations = simulated(id, &object, &workspace);
		check_grid(&observations, 97, 0.0, "an object of the survey");
	}
	observations = two_sinusoids(2, 10000, 6, 1095.0, 1.7, 0.31, &workspace);
	check_grid(&observations, 9973, 0.0, "10,000 points");
	observations = two_sinusoids(3, 30, 1, 200.0, 1.7, 0.31, &workspace);
	check_grid(&observations, 1, 0.0, "one band");
	unit_free();
}

/* Times on a half-day grid: cosine and sine are degenerate at many frequencies. */
static void
test_raster(void)
{
	Workspace	 workspace = unit_workspace();
	Observations observations = allocate_observations(60, &workspace);
	Random		 random;

	random_seed(&random, 5, 5);
	for (int i = 0; i < 60; i++)
	{
		double mjd = 59580.0 + 0.5 * random_below(&random, 200);

		put(&observations, mjd, i % 2, 100.0 * random_normal(&random), 10.0);
	}
	observations = canonical(&observations, &workspace);
	check_grid(&observations, 3, 0.0, "raster of half days");
	unit_free();
}

/* Noise on whole days: at whole frequencies cosine and sine vanish but for rounding. */
static void
test_whole_days(void)
{
	Workspace	 workspace = unit_workspace();
	Observations observations = allocate_observations(300, &workspace);
	Random		 random;

	random_seed(&random, 6, 6);
	for (int i = 0; i < 300; i++)
		put(&observations, 59000.0 + i, 2, 10.0 * random_normal(&random), 1.0);
	observations = canonical(&observations, &workspace);
	check_grid(&observations, 1, 0.0, "noise on whole days");
	unit_free();
}

/* Two nights, within which slow cosines and sines hardly vary: nearly collinear. */
static void
test_two_nights(void)
{
	Workspace	 workspace = unit_workspace();
	Observations observations = allocate_observations(60, &workspace);
	Random		 random;

	random_seed(&random, 3, 3);
	for (int i = 0; i < 60; i++)
	{
		double mjd = 59580.0 + (i < 30 ? 0.0 : 800.0) + 0.1 * random_uniform(&random);

		put(&observations, mjd, i % 2, 100.0 * random_normal(&random), 10.0);
	}
	observations = canonical(&observations, &workspace);
	check_grid(&observations, 7, 0.1, "two nights");
	unit_free();
}

static void
test_frequency_grid(void)
{
	FrequencyGrid grid = frequency_grid(1095.0, 5.0, 1.0 / 1095.0, 20.0, 1000000);

	CHECK(grid.first == 5 && grid.count == 109500 - 4, "first %llu count %llu",
		  (unsigned long long) grid.first, (unsigned long long) grid.count);
	CHECK_CLOSE(grid_frequency(&grid, grid.count - 1), 20.0, 1e-12, "last frequency");
	CHECK(frequency_grid(0.0, 5.0, 0.1, 20.0, 10).count == 0, "no baseline");
	CHECK(frequency_grid(1.0, 5.0, 30.0, 20.0, 10).count == 0, "empty range");
	CHECK(frequency_grid(1e-300, 5.0, 1.0, 20.0, 10).count == 0, "no frequency in range");
	CHECK(frequency_grid(1e6, 5.0, 1.0, 20.0, 10).count == 10, "limited");
	CHECK(frequency_grid(5e-324, 5.0, 1.0, 20.0, 10).count == 0, "a step beyond double");
	CHECK(frequency_grid(1e308, 5.0, 1.0, 20.0, 10).count == 0, "a step of 0");
}

/* ----------------------------------------------------------------
 * Folds
 * ----------------------------------------------------------------
 */

static void
test_fold(void)
{
	Workspace workspace = unit_workspace();

	for (int seed = 0; seed < 10; seed++)
	{
		Observations	 observations = two_sinusoids(seed, 90, 4, 300.0, 1.3, 0.4, &workspace);
		PeriodogramInput input = periodogram_input(&observations, &workspace);
		double			 scales[N_PASSBANDS] = {0};
		double			 frequency = 0.1 + 0.37 * seed;
		Fold			 fold;
		double			 reference;

		for (int b = 0; b < input.n_bands; b++)
			scales[input.bands[b].passband] = input.bands[b].scale;
		fold = fit_fold(&input, frequency, FOLD_HARMONICS);
		reference = fitted_chi2(&observations, 15, frequency, 0, scales);
		for (int h = 1; h <= FOLD_HARMONICS; h++)
			CHECK_CLOSE(fold.explained[h],
						1.0 - fitted_chi2(&observations, 15, frequency, h, scales) / reference,
						1e-9, "explained by harmonics");
	}
	unit_free();
}

/* A noise-free shape of known harmonics is recovered. */
static void
test_known_shape(void)
{
	static const double ratio[] = {1.0, 0.5, 0.25, 0.1};
	static const double phase[] = {0.7, 2.0, 4.0, 1.0};
	static const double amplitude[N_PASSBANDS] = {30.0, 100.0, 80.0, 60.0, 50.0, 40.0};
	Workspace			workspace = unit_workspace();
	Observations		observations = allocate_observations(150, &workspace);
	Random				random;
	Period				period;
	double				low = INFINITY, high = -INFINITY;

	random_seed(&random, 6, 6);
	for (int i = -1000; i < 150; i++)
	{
		double mjd = 59580.0 + 1000.0 * random_uniform(&random);
		double shape = 0.0;

		for (int h = 1; h <= 4; h++)
			shape += ratio[h - 1] * cos(2.0 * M_PI * h * mjd / 0.61 + phase[h - 1]);
		low = fmin(low, shape);
		high = fmax(high, shape);
		if (i >= 0)
			put(&observations, mjd, i % 6, 500.0 + amplitude[i % 6] * shape, 0.5 + i % 3);
	}
	observations = canonical(&observations, &workspace);
	period = find_period(&observations, ANY_PERIOD, &workspace);
	CHECK_CLOSE(period.period, 0.61, 1e-6, "period");
	CHECK(period.explained > 0.9999, "explained %g", period.explained);
	CHECK(period.log10_false_alarm < -20.0, "false alarm %g", period.log10_false_alarm);
	for (int h = 2; h <= 4; h++)
	{
		double expected = phase[h - 1] - h * phase[0];

		CHECK_CLOSE(period.harmonic_ratio[h - 2], ratio[h - 1], 1e-3, "ratio of amplitudes");
		CHECK(cos(period.harmonic_phase[h - 2] - expected) > 1.0 - 1e-4, "phase of harmonic %d", h);
		CHECK(period.harmonic_phase[h - 2] >= 0.0 && period.harmonic_phase[h - 2] < 2.0 * M_PI,
			  "phase within a cycle");
	}
	for (int band = 0; band < N_PASSBANDS; band++)
		CHECK(fabs(period.band_amplitude[band] / (amplitude[band] * (high - low)) - 1.0) < 0.02,
			  "amplitude of band %d: %g", band, period.band_amplitude[band]);
	unit_free();
}

/* ----------------------------------------------------------------
 * Periods
 * ----------------------------------------------------------------
 */

static void
check_same(const Period *a, const Period *b, double tolerance, double flux_factor, const char *what)
{
	CHECK(fabs(a->peak_frequency / b->peak_frequency - 1.0) < tolerance, "%s: peak %.12g %.12g",
		  what, a->peak_frequency, b->peak_frequency);
	CHECK_CLOSE(a->peak_power, b->peak_power, tolerance, what);
	CHECK(fabs(a->period / b->period - 1.0) < tolerance, "%s: period %.12g %.12g", what, a->period,
		  b->period);
	CHECK_CLOSE(a->power, b->power, tolerance, what);
	CHECK_CLOSE(a->log10_false_alarm, b->log10_false_alarm, tolerance, what);
	CHECK_CLOSE(a->alias_power[0], b->alias_power[0], tolerance, what);
	CHECK_CLOSE(a->alias_power[1], b->alias_power[1], tolerance, what);
	CHECK_CLOSE(a->second_frequency, b->second_frequency, tolerance, what);
	CHECK_CLOSE(a->second_power_ratio, b->second_power_ratio, tolerance, what);
	CHECK_CLOSE(a->explained, b->explained, tolerance, what);
	for (int band = 0; band < N_PASSBANDS; band++)
		CHECK_CLOSE(flux_factor * a->band_amplitude[band], b->band_amplitude[band], 10 * tolerance,
					what);
}

/* Neither the unit of flux nor the origin of time matters. */
static void
test_invariance(void)
{
	Workspace workspace = unit_workspace();

	for (int seed = 10; seed < 14; seed++)
	{
		Observations observations = two_sinusoids(seed, 120, 5, 700.0, 2.71, 0.43, &workspace);
		Observations scaled = allocate_observations(observations.count, &workspace);
		Observations shifted = allocate_observations(observations.count, &workspace);
		Period		 period = find_period(&observations, ANY_PERIOD, &workspace);
		Period		 other;

		for (uint32_t i = 0; i < observations.count; i++)
		{
			int band = observations.kind[i] & KIND_PASSBAND;

			put(&scaled, observations.mjd[i], band, 1024.0 * observations.flux[i],
				1024.0 * observations.flux_err[i]);
			put(&shifted, observations.mjd[i] - 41234.5678, band, observations.flux[i],
				observations.flux_err[i]);
		}
		other = find_period(&scaled, ANY_PERIOD, &workspace);
		check_same(&period, &other, 1e-12, 1024.0, "scaled by a power of two");
		other = find_period(&shifted, ANY_PERIOD, &workspace);
		check_same(&period, &other, 1e-6, 1.0, "shifted in time");
	}
	unit_free();
}

/* The refined peak is a maximum, exact in power; the second is the other sinusoid or its alias. */
static void
test_peaks(void)
{
	Workspace workspace = unit_workspace();

	for (int seed = 20; seed < 26; seed++)
	{
		double		 first = 0.9 + 0.37 * (seed - 20), second = 0.5 * first + 0.17;
		Observations observations = two_sinusoids(seed, 200, 3, 500.0, first, second, &workspace);
		Period		 period = find_period(&observations, ANY_PERIOD, &workspace);
		double		 f = period.peak_frequency;

		CHECK(fabs(f - first) < 0.1 / 500.0, "peak at %g, not %g", f, first);
		CHECK(fabs(period.peak_power - oracle_power(&observations, f)) < 1e-8, "power %.10f",
			  period.peak_power);
		CHECK(oracle_power(&observations, f + 2e-6) < period.peak_power &&
				  oracle_power(&observations, f - 2e-6) < period.peak_power,
			  "the peak is a maximum");
		f = period.second_frequency;
		CHECK(fabs(f - second - round(f - second)) < 0.2 / 500.0, "second peak at %g, not %g", f,
			  second);
		CHECK(period.second_power_ratio > 0.0 && period.second_power_ratio < 1.0, "its ratio %g",
			  period.second_power_ratio);
		f = period.peak_frequency;
		CHECK_CLOSE(period.alias_power[0], oracle_power(&observations, fabs(f - 1.0)), 1e-8,
					"alias below");
		CHECK_CLOSE(period.alias_power[1], oracle_power(&observations, f + 1.0), 1e-8,
					"alias above");
	}
	unit_free();
}

/* For noise, a false-alarm probability below a value is about as rare as the value. */
static void
test_false_alarm(void)
{
	Workspace workspace = unit_workspace();
	int		  n = 400, n_rare = 0, n_common = 0;

	for (int i = 0; i < n; i++)
	{
		Observations observations = allocate_observations(60, &workspace);
		Random		 random;
		Period		 period;

		random_seed(&random, 77, i);
		for (int k = 0; k < 60; k++)
		{
			double mjd = 59580.0 + 20.0 * random_uniform(&random);

			put(&observations, mjd, k % 3, 3.0 * random_normal(&random), 3.0);
		}
		observations = canonical(&observations, &workspace);
		period = find_period(&observations, ANY_PERIOD, &workspace);
		n_rare += period.log10_false_alarm < log10(0.1);
		n_common += period.log10_false_alarm < log10(0.5);
		unit_free();
	}
	CHECK(n_rare > 0.05 * n && n_rare < 0.15 * n, "%d of %d below 0.1", n_rare, n);
	CHECK(n_common > 0.35 * n && n_common < 0.6 * n, "%d of %d below 0.5", n_common, n);
}

/* The period, its half or its double, to 0.1 %. */
static bool
is_period(double period, double truth)
{
	return fabs(period / truth - 1.0) < 1e-3 || fabs(2.0 * period / truth - 1.0) < 1e-3 ||
		   fabs(0.5 * period / truth - 1.0) < 1e-3;
}

/*
 * Stars of the survey's wide fields with 60 points and an rms of 5 times the
 * noise.  PLASTICC_PERIOD_OBJECTS=n uses n objects per class.
 */
static void
test_survey(void)
{
	static const struct
	{
		int			target;
		const char *name;
	} classes[] = {{92, "RR Lyrae"}, {16, "eclipsing binaries"}};
	const char *wanted = getenv("PLASTICC_PERIOD_OBJECTS");
	int			n_wanted = wanted != NULL ? atoi(wanted) : 60;

	for (int c = 0; c < 2; c++)
	{
		int n = 0, n_right = 0, n_peak = 0;

		for (int id = 1; n < n_wanted; id++)
		{
			Workspace		 workspace = unit_workspace();
			SurveyObject	 object;
			Observations	 observations = simulated(id, &object, &workspace);
			PeriodogramInput input = periodogram_input(&observations, &workspace);

			if (object.target == classes[c].target && !object.ddf && observations.count >= 60 &&
				input.chi2 / input.count >= 1.0 + 5.0 * 5.0)
			{
				Period period = find_period(&observations, ANY_PERIOD, &workspace);

				n++;
				n_right += is_period(period.period, object.truth.period);
				n_peak += is_period(1.0 / period.peak_frequency, object.truth.period);
			}
			unit_free();
		}
		CHECK(n_right >= 0.95 * n, "%s: %d of %d periods", classes[c].name, n_right, n);
		printf("%s: %d of %d periods are right; of the highest peaks of the periodogram %d\n",
			   classes[c].name, n_right, n, n_peak);
	}
}

/* Eclipses so narrow that most power is in harmonics above the first. */
static void
test_narrow_eclipses(void)
{
	int n = 40, n_right = 0;

	for (int star = 0; star < n; star++)
	{
		Workspace	 workspace = unit_workspace();
		Observations observations = allocate_observations(140, &workspace);
		Random		 random;
		double		 truth;

		random_seed(&random, 12, star);
		truth = 1.0 + 2.0 * random_uniform(&random);
		for (int i = 0; i < 140; i++)
		{
			double mjd = 59580.0 + 1000.0 * random_uniform(&random);
			double cycles = mjd / truth * 2.0;
			bool   eclipsed = fabs(cycles - round(cycles)) < 0.03;

			put(&observations, mjd, i % 6, (eclipsed ? -60.0 : 0.0) + random_normal(&random), 1.0);
		}
		observations = canonical(&observations, &workspace);
		n_right += is_period(find_period(&observations, ANY_PERIOD, &workspace).period, truth);
		unit_free();
	}
	CHECK(n_right >= 0.9 * n, "%d of %d periods", n_right, n);
	printf("narrow eclipses: %d of %d\n", n_right, n);
}

/*
 * Eclipses of nearly the same depth, whose difference hardly pays for as many harmonics more: the
 * period is that of both.
 */
static void
test_equal_eclipses(void)
{
	int n = 40, n_right = 0;

	for (int star = 0; star < n; star++)
	{
		Workspace	 workspace = unit_workspace();
		Observations observations = allocate_observations(150, &workspace);
		Random		 random;
		double		 truth;

		random_seed(&random, 15, star);
		truth = 0.6 + 3.0 * random_uniform(&random);
		for (int i = 0; i < 150; i++)
		{
			double mjd = 59580.0 + 700.0 * random_uniform(&random);
			double phase = mjd / truth - floor(mjd / truth) - 0.5;
			double depth = fabs(phase) < 0.25 ? 50.0 : 48.0;
			double distance = fabs(phase) < 0.25 ? fabs(phase) : 0.5 - fabs(phase);

			put(&observations, mjd, 2,
				200.0 - depth * exp(-150.0 * distance * distance) + random_normal(&random), 1.0);
		}
		observations = canonical(&observations, &workspace);
		n_right +=
			fabs(find_period(&observations, ANY_PERIOD, &workspace).period / truth - 1.0) < 1e-3;
		unit_free();
	}
	CHECK(n_right >= 0.8 * n, "%d of %d periods", n_right, n);
	printf("eclipses of nearly the same depth: %d of %d\n", n_right, n);
}

/*
 * Sinusoids seen at the same time of each day.  Every frequency has an equal alias below 1/2 per
 * day and one or more in every further day: the longest period is the answer.
 */
static void
test_daily_times(void)
{
	for (int star = 0; star < unit_repeats(40); star++)
	{
		Workspace	 workspace = unit_workspace();
		int			 n = star % 2 == 0 ? 100 : 400;
		Observations observations = allocate_observations(n, &workspace);
		Random		 random;
		double		 truth, noise = star % 4 < 2 ? 0.0 : 1.0;
		Period		 period;

		random_seed(&random, 13, star);
		truth = 2.2 * pow(25.0, random_uniform(&random));
		for (int i = 0; i < n; i++)
			put(&observations, 59000.0 + i, 2,
				100.0 + 50.0 * sin(2.0 * M_PI * i / truth + star) + noise * random_normal(&random),
				1.0);
		observations = canonical(&observations, &workspace);
		period = find_period(&observations, ANY_PERIOD, &workspace);
		CHECK(fabs(period.period / truth - 1.0) < 2e-3, "seen daily: %g days, expected %g",
			  period.period, truth);
		CHECK(period.peak_frequency < 0.5, "of equal peaks the lowest frequency: %g a day",
			  period.peak_frequency);
		CHECK(isnan(period.second_frequency) || period.second_frequency < 4.0,
			  "likewise, above the aliases by up to 3 a day, of the second peak: %g a day",
			  period.second_frequency);
		unit_free();
	}
}

/*
 * Pulsating stars seen in five bands within minutes, whose cycles differ: what is common to an
 * epoch must not make a multiple of the period look better.
 */
static void
test_epochs(void)
{
	int n = 60, n_right = 0;

	for (int star = 0; star < n; star++)
	{
		Workspace	 workspace = unit_workspace();
		Observations observations = allocate_observations(60 * 5, &workspace);
		Random		 random;
		double		 truth;

		random_seed(&random, 14, star);
		truth = 0.45 + 0.25 * random_uniform(&random);
		for (int epoch = 0; epoch < 60; epoch++)
		{
			double night = floor(3000.0 * random_uniform(&random));
			double start = 52000.0 + night + 0.3 * random_uniform(&random);
			double deviation = 8.0 * random_normal(&random);

			for (int band = 0; band < 5; band++)
			{
				double mjd = start + 0.0008 * band;
				double phase = mjd / truth - floor(mjd / truth);
				double shape = phase < 0.15 ? phase / 0.15 : (1.0 - phase) / 0.85;

				put(&observations, mjd, band,
					100.0 + 60.0 * shape + deviation + random_normal(&random), 1.0);
			}
		}
		observations = canonical(&observations, &workspace);
		n_right +=
			fabs(find_period(&observations, ANY_PERIOD, &workspace).period / truth - 1.0) < 1e-3;
		unit_free();
	}
	CHECK(n_right >= 0.95 * n, "%d of %d periods", n_right, n);
	printf("five bands an epoch: %d of %d\n", n_right, n);
}

/* Candidates are distinct, the best is the period, and all lie in the range. */
static void
test_candidates(void)
{
	Workspace		workspace = unit_workspace();
	Observations	observations = two_sinusoids(21, 300, 3, 900.0, 1.7, 0.31, &workspace);
	PeriodRange		range = {0.4, 5.0};
	PeriodCandidate candidates[MAX_PERIOD_CANDIDATES];
	int				n = find_period_candidates(&observations, range, 8, candidates, &workspace);

	CHECK(n == 8, "%d candidates", n);
	for (int seed = 21; seed < 21 + unit_repeats(20); seed++)
	{
		observations = two_sinusoids(seed, 300, 3, 900.0, 1.7, 0.31, &workspace);
		find_period_candidates(&observations, range, 8, candidates, &workspace);
		CHECK(candidates[0].period == find_period(&observations, range, &workspace).period,
			  "the first is the period");
	}
	for (int i = 0; i < n; i++)
	{
		CHECK(candidates[i].period > 0.39 && candidates[i].period < 5.1, "candidate %d: %g days", i,
			  candidates[i].period);
		CHECK(candidates[i].log10_false_alarm <= 0.0, "candidate %d: false alarm 10^%g", i,
			  candidates[i].log10_false_alarm);
		for (int j = 0; j < i; j++)
			CHECK(fabs(1.0 / candidates[i].period - 1.0 / candidates[j].period) >
					  1.0 / 4500.0 - 1e-9,
				  "candidates %d and %d are %g and %g days", i, j, candidates[i].period,
				  candidates[j].period);
	}
	CHECK_CLOSE(find_period(&observations, (PeriodRange){3.1, 3.3}, &workspace).period, 1.0 / 0.31,
				1e-3, "the longer period alone");
	CHECK(find_period_candidates(&observations, (PeriodRange){1e3, 1e4}, 8, candidates,
								 &workspace) == 0,
		  "periods longer than the baseline");
	unit_free();
}

/* ----------------------------------------------------------------
 * Invalid and difficult input
 * ----------------------------------------------------------------
 */

static void
check_unknown(const Period *period, const char *what)
{
	CHECK(isnan(period->period) && isnan(period->power) && isnan(period->peak_power) &&
			  isnan(period->peak_frequency) && isnan(period->log10_false_alarm) &&
			  isnan(period->explained) && isnan(period->second_frequency) &&
			  isnan(period->harmonic_ratio[0]) && isnan(period->band_amplitude[2]),
		  "%s: not all is unknown", what);
}

static void
check_defined(const Period *period, const char *what)
{
	CHECK(period->peak_power >= 0.0 && period->peak_power <= 1.0, "%s: power %g", what,
		  period->peak_power);
	CHECK(period->period > 0.0 && isfinite(period->period), "%s: period %g", what, period->period);
	CHECK(period->log10_false_alarm <= 0.0, "%s: false alarm %g", what, period->log10_false_alarm);
	CHECK(isnan(period->explained) || (period->explained >= 0.0 && period->explained <= 1.0 + 1e-9),
		  "%s: explained %g", what, period->explained);
}

/* n points: times at a constant interval, bands in turn, fluxes by a function of the index. */
static Period
period_of(int n, double step, int n_bands, double scatter, double flux_err, Workspace *workspace)
{
	Observations observations = allocate_observations(n, workspace);
	Random		 random;

	random_seed(&random, 8, n);
	for (int i = 0; i < n; i++)
		put(&observations, 59580.0 + step * i, i % n_bands, 10.0 + scatter * random_normal(&random),
			flux_err);
	observations = canonical(&observations, workspace);
	return find_period(&observations, ANY_PERIOD, workspace);
}

static void
test_hard_input(void)
{
	Workspace	 workspace = unit_workspace();
	Observations none = allocate_observations(1, &workspace);
	Period		 period = find_period(&none, ANY_PERIOD, &workspace);

	check_unknown(&period, "no point");
	for (int n = 1; n <= 3; n++)
	{
		period = period_of(n, 1.1, 1, 5.0, 1.0, &workspace);
		check_unknown(&period, "few points");
	}
	period = period_of(18, 1.1, 6, 5.0, 1.0, &workspace);
	check_unknown(&period, "three points in each of six bands");
	period = period_of(4, 1.1, 1, 5.0, 1.0, &workspace);
	check_defined(&period, "four points");
	period = period_of(24, 1.1, 6, 5.0, 1.0, &workspace);
	check_defined(&period, "four points in each of six bands");
	period = period_of(50, 0.0, 2, 5.0, 1.0, &workspace);
	check_unknown(&period, "one time");
	period = period_of(50, 1e-9, 2, 5.0, 1.0, &workspace);
	check_unknown(&period, "a tenth of a millisecond");
	period = period_of(50, 2.0, 2, 0.0, 1.0, &workspace);
	check_unknown(&period, "no scatter");
	period = period_of(50, 1.3, 2, 1e37, 1e-44, &workspace);
	check_defined(&period, "gigantic signal to noise");
	period = period_of(50, 1.3, 2, 1e-37, 1e38, &workspace);
	CHECK(isnan(period.period) || period.period > 0.0, "no signal at all");
	period = period_of(50, 0.006, 3, 5.0, 1.0, &workspace);
	check_defined(&period, "one night");
	period = period_of(30, 1e7, 1, 5.0, 1.0, &workspace);
	check_defined(&period, "a million years");
	period = period_of(30, 1e250, 1, 5.0, 1.0, &workspace);
	CHECK(isnan(period.period) || period.period > 0.0, "enormous times");
	period = period_of(10000, 0.1, 6, 5.0, 1.0, &workspace);
	check_defined(&period, "10,000 points");
	unit_free();
}

static int n_interrupt_checks;

static void
count_interrupt_check(void)
{
	n_interrupt_checks++;
}

/* A search can be cancelled at least once per block of frequencies. */
static void
test_interrupts(void)
{
	Workspace workspace = unit_workspace();

	workspace.check_interrupts = count_interrupt_check;
	period_of(100, 10.0, 6, 5.0, 1.0, &workspace);
	CHECK(n_interrupt_checks > 20 * 5 * 1000 / SCAN_FREQUENCIES, "%d checks", n_interrupt_checks);
	unit_free();
}

/* Two clusters of times, each a second wide, for which hardly any frequency is well determined. */
static void
test_clusters(void)
{
	Workspace	 workspace = unit_workspace();
	Observations observations = allocate_observations(2000, &workspace);
	Period		 period;
	Random		 random;

	random_seed(&random, 9, 9);
	for (int i = 0; i < 2000; i++)
	{
		double mjd = 59580.0 + (i % 2) * 1000.0 + 1e-5 * random_uniform(&random);

		put(&observations, mjd, 3, random_normal(&random), 1.0);
	}
	observations = canonical(&observations, &workspace);
	period = find_period(&observations, ANY_PERIOD, &workspace);
	check_defined(&period, "two clusters");
	unit_free();
}

int
main(void)
{
	test_unit_circle();
	test_frequency_grid();
	test_power();
	test_raster();
	test_whole_days();
	test_two_nights();
	test_fold();
	test_known_shape();
	test_invariance();
	test_peaks();
	test_false_alarm();
	test_survey();
	test_narrow_eclipses();
	test_equal_eclipses();
	test_daily_times();
	test_epochs();
	test_candidates();
	test_hard_input();
	test_interrupts();
	test_clusters();
	return unit_report();
}

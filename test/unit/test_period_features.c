/*
 * test_period_features.c
 *		Period features: for one passband compared with plain least squares, for
 *		simulated stars with their true values, and their properties.
 */
#include "unit.h"

#include "core/features/group.h"
#include "core/period/period.h"
#include "core/base/random.h"

static const FeatureGroup *const groups[] = {&period_features, &period_band_features};

#define N_GROUPS 2
#define MAX_FEATURES 200

static int
compute_all(const Observations *o, double *out, Workspace *workspace)
{
	Measurements *m = measure(o, workspace);
	int			  at = 0;

	for (int i = 0; i < N_GROUPS; i++)
	{
		groups[i]->compute(m, out + at);
		at += table_size(&groups[i]->table);
	}
	CHECK(at <= MAX_FEATURES, "%d features", at);
	return at;
}

/* A feature of one passband, or of all if passband is 0. */
static double
get(const double *features, const char *name, int passband)
{
	int at = 0;

	for (int i = 0; i < N_GROUPS; i++)
	{
		const FeatureTable *table = &groups[i]->table;

		for (int row = 0; row < table->n_rows; row++, at += (int) table->expansion)
		{
			if (strcmp(table->rows[row].name, name) == 0)
				return features[at + passband];
		}
	}
	CHECK(false, "no feature %s", name);
	return NAN;
}

/* ----------------------------------------------------------------
 * Simulated stars
 * ----------------------------------------------------------------
 */

static Observations
canonical(const Observations *observations, Workspace *workspace)
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

/* A function of the phase in cycles. */
typedef double (*Shape)(double phase);

/* Four harmonics with known amplitudes and phases. */
static const double known_ratio[] = {1.0, 0.5, 0.25, 0.1};
static const double known_phase[] = {0.7, 2.0, 4.0, 1.0};

static double
known_shape(double phase)
{
	double sum = 0.0;

	for (int h = 1; h <= 4; h++)
		sum += known_ratio[h - 1] * cos(2.0 * M_PI * h * phase + known_phase[h - 1]);
	return sum;
}

static double
sinusoid(double phase)
{
	return sin(2.0 * M_PI * phase);
}

/* Two eclipses, the second half as deep. */
static double
eclipses(double phase)
{
	phase -= floor(phase);
	if (phase > 0.46 && phase < 0.54)
		return -0.5;
	return phase < 0.04 || phase > 0.96 ? -1.0 : 0.0;
}

static double
no_shape(double phase)
{
	return 0.0;
}

static const double band_level[N_PASSBANDS] = {500.0, -20.0, 0.0, 3000.0, 10.0, 100.0};
static const double band_height[N_PASSBANDS] = {30.0, 100.0, 80.0, 60.0, 50.0, 40.0};

/* n points in n_bands over 1,000 days, with flux_err between once and twice the given one. */
static Observations
star(uint64_t seed, int n, int n_bands, double period, Shape shape, double flux_err,
	 Workspace *workspace)
{
	Observations observations = allocate_observations(n, workspace);
	Random		 random;

	random_seed(&random, 5150, seed);
	for (int i = 0; i < n; i++)
	{
		double mjd = 59580.0 + 1000.0 * random_uniform(&random);
		double error = flux_err * (1.0 + random_uniform(&random));
		int	   band = i % n_bands;

		put(&observations, mjd, band,
			band_level[band] + band_height[band] * shape(mjd / period) +
				error * random_normal(&random),
			error);
	}
	return canonical(&observations, workspace);
}

/* ----------------------------------------------------------------
 * One passband: the fit is linear
 * ----------------------------------------------------------------
 */

#define MAX_UNKNOWNS 17

/* A mean and harmonics of a frequency; unknowns in the order 1, c1, s1, c2, s2 ... */
typedef struct LinearFit
{
	int	   n_unknowns;
	double frequency;
	double unknowns[MAX_UNKNOWNS];
	double chi_square;
} LinearFit;

static double
column(const LinearFit *fit, int k, double time)
{
	double angle = 2.0 * M_PI * ((k + 1) / 2) * fit->frequency * time;

	return k == 0 ? 1.0 : k % 2 == 1 ? cos(angle) : sin(angle);
}

static double
value(const LinearFit *fit, double time)
{
	double sum = 0.0;

	for (int k = 0; k < fit->n_unknowns; k++)
		sum += fit->unknowns[k] * column(fit, k, time);
	return sum;
}

/* By the normal equations and Gauss-Jordan elimination; well conditioned here. */
static LinearFit
linear_fit(const Observations *o, double frequency, int n_harmonics)
{
	LinearFit fit = {.n_unknowns = 1 + 2 * n_harmonics, .frequency = frequency};
	double	  matrix[MAX_UNKNOWNS][MAX_UNKNOWNS + 1] = {{0}};
	int		  n = fit.n_unknowns;

	for (uint32_t i = 0; i < o->count; i++)
	{
		double time = o->mjd[i] - o->mjd[0];
		double weight = 1.0 / ((double) o->flux_err[i] * o->flux_err[i]);

		for (int j = 0; j < n; j++)
		{
			for (int k = 0; k < n; k++)
				matrix[j][k] += weight * column(&fit, j, time) * column(&fit, k, time);
			matrix[j][n] += weight * column(&fit, j, time) * o->flux[i];
		}
	}
	for (int j = 0; j < n; j++)
	{
		for (int i = 0; i < n; i++)
		{
			double factor = matrix[i][j] / matrix[j][j];

			for (int k = j; i != j && k <= n; k++)
				matrix[i][k] -= factor * matrix[j][k];
		}
	}
	for (int j = 0; j < n; j++)
		fit.unknowns[j] = matrix[j][n] / matrix[j][j];
	for (uint32_t i = 0; i < o->count; i++)
		fit.chi_square +=
			pow((o->flux[i] - value(&fit, o->mjd[i] - o->mjd[0])) / o->flux_err[i], 2.0);
	return fit;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(double *values, uint32_t n)
{
	qsort(values, n, sizeof(double), compare_doubles);
	return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

/* Statistics of the points in order of phase, determined by counting the points before each. */
static void
check_folded_points(const Observations *o, const double *features, const LinearFit *fit,
					double mean, Workspace *workspace)
{
	uint32_t n = o->count;
	double	*phase = workspace_array(workspace, double, n);
	double	*ordered = workspace_array(workspace, double, n);
	double	*deviation = workspace_array(workspace, double, n);
	double	*residual = workspace_array(workspace, double, n);
	double	 differences = 0.0, squares = 0.0, gap = 0.0;

	for (uint32_t i = 0; i < n; i++)
		phase[i] = fmod((o->mjd[i] - o->mjd[0]) * fit->frequency, 1.0);
	for (uint32_t i = 0; i < n; i++)
	{
		double	 d = (o->flux[i] - mean) / o->flux_err[i];
		uint32_t place = 0;

		for (uint32_t j = 0; j < n; j++)
			place += phase[j] < phase[i];
		ordered[place] = d;
		squares += d * d;
		deviation[i] = fabs(d);
		residual[i] = fabs((o->flux[i] - value(fit, o->mjd[i] - o->mjd[0])) / o->flux_err[i]);
	}
	for (uint32_t i = 0; i < n; i++)
		differences += pow(ordered[(i + 1) % n] - ordered[i], 2.0);
	qsort(phase, n, sizeof(double), compare_doubles);
	for (uint32_t i = 0; i < n; i++)
		gap = fmax(gap, i + 1 < n ? phase[i + 1] - phase[i] : phase[0] + 1.0 - phase[i]);
	CHECK_CLOSE(get(features, "folded_von_neumann_ratio", 0), differences / squares, 1e-9, "ratio");
	CHECK_CLOSE(get(features, "folded_scatter_ratio", 0),
				median(residual, n) / median(deviation, n), 1e-7, "scatter");
	CHECK_CLOSE(get(features, "folded_phase_gap", 0), gap, 1e-9, "gap");
}

static void
check_shape(const double *features, const LinearFit *fit)
{
	double first = hypot(fit->unknowns[1], fit->unknowns[2]);
	double low = INFINITY, high = -INFINITY;

	for (int i = 0; i < 64; i++)
	{
		double shape = value(fit, i / 64.0 / fit->frequency) - fit->unknowns[0];

		low = fmin(low, shape);
		high = fmax(high, shape);
	}
	CHECK_CLOSE(get(features, "folded_amplitude", 1), high - low, 1e-7, "amplitude");
	CHECK_CLOSE(get(features, "folded_maximum_share", 0), high / (high - low), 1e-7, "maximum");
	for (int h = 2; h <= 4; h++)
	{
		double phase = atan2(-fit->unknowns[2 * h], fit->unknowns[2 * h - 1]) -
					   h * atan2(-fit->unknowns[2], fit->unknowns[1]);
		char name[64];

		snprintf(name, sizeof(name), "folded_harmonic_ratio_%d", h);
		CHECK_CLOSE(get(features, name, 0),
					hypot(fit->unknowns[2 * h - 1], fit->unknowns[2 * h]) / first, 1e-7, name);
		snprintf(name, sizeof(name), "folded_harmonic_cosine_%d", h);
		CHECK_CLOSE(get(features, name, 0), cos(phase), 1e-6, name);
		snprintf(name, sizeof(name), "folded_harmonic_sine_%d", h);
		CHECK_CLOSE(get(features, name, 0), sin(phase), 1e-6, name);
	}
}

/* Epochs, and the criterion of fits by plain least squares with one to four harmonics. */
static void
check_criterion(const Observations *o, const double *features, double chi_square)
{
	double frequency = exp(-get(features, "folded_period_log", 0));
	double n_epochs = 0.0, least = INFINITY;

	for (uint32_t i = 0, first = 0; i < o->count; i++)
	{
		if (i > 0 && o->mjd[i] <= o->mjd[first] + 0.02)
			continue;
		first = i;
		n_epochs++;
	}
	for (int h = 1; h <= 4; h++)
	{
		double ratio = linear_fit(o, frequency, h).chi_square / chi_square;

		least = fmin(least, n_epochs * log(ratio) + 2.0 * h * log(n_epochs));
	}
	CHECK_CLOSE(get(features, "folded_epochs", 0), n_epochs, 0.0, "epochs");
	CHECK_CLOSE(get(features, "folded_criterion", 0), least, 1e-7, "criterion");
}

static void
test_one_band(void)
{
	for (int seed = 0; seed < 6; seed++)
	{
		Workspace	 workspace = unit_workspace();
		Observations o = star(seed, 60 + 40 * seed, 1, 0.37 + 1.7 * seed,
							  seed % 2 == 0 ? known_shape : eclipses, 5.0, &workspace);
		double		 features[MAX_FEATURES];
		LinearFit	 constant, fit, sine, doubled;
		double		 period;

		/* passband g alone */
		for (uint32_t i = 0; i < o.count; i++)
			o.kind[i] = (uint8_t) ((o.kind[i] & ~KIND_PASSBAND) | 1);
		compute_all(&o, features, &workspace);
		period = exp(get(features, "folded_period_log", 0));
		constant = linear_fit(&o, 0.0, 0);
		sine = linear_fit(&o, 1.0 / period, 1);
		fit = linear_fit(&o, 1.0 / period, 4);
		doubled = linear_fit(&o, 0.5 / period, 8);

		CHECK_CLOSE(get(features, "folded_log_cycles", 0),
					log((o.mjd[o.count - 1] - o.mjd[0]) / period), 1e-12, "cycles");
		CHECK_CLOSE(get(features, "folded_power", 0), 1.0 - sine.chi_square / constant.chi_square,
					1e-9, "power");
		CHECK_CLOSE(get(features, "folded_explained", 0),
					1.0 - fit.chi_square / constant.chi_square, 1e-9, "explained");
		CHECK_CLOSE(get(features, "folded_band_explained", 1),
					1.0 - fit.chi_square / constant.chi_square, 1e-9, "explained in the band");
		CHECK_CLOSE(get(features, "folded_chi_square_reduced", 0), fit.chi_square / (o.count - 9.0),
					1e-8, "reduced chi-square");
		CHECK_CLOSE(get(features, "folded_doubled_chi_square", 0),
					doubled.chi_square / fit.chi_square, 1e-7, "doubled");
		CHECK_CLOSE(get(features, "folded_amplitude_share", 1), 1.0, 0.0, "share");
		CHECK(isnan(get(features, "folded_amplitude", 2)), "amplitude of no band");

		check_criterion(&o, features, constant.chi_square);

		sine = linear_fit(&o, exp(-get(features, "periodogram_peak_log", 0)), 1);
		CHECK_CLOSE(get(features, "periodogram_peak_power", 0),
					1.0 - sine.chi_square / constant.chi_square, 1e-9, "power of the peak");
		CHECK_CLOSE(get(features, "folded_over_peak", 0), period * sine.frequency, 1e-9, "ratio");
		for (int side = 0; side < 2; side++)
		{
			LinearFit alias = linear_fit(&o, fabs(sine.frequency + (side ? 1.0 : -1.0)), 1);

			CHECK_CLOSE(
				get(features, side ? "periodogram_alias_above" : "periodogram_alias_below", 0),
				(constant.chi_square - alias.chi_square) / (constant.chi_square - sine.chi_square),
				1e-8, "alias");
		}
		check_shape(features, &fit);
		check_folded_points(&o, features, &fit, constant.unknowns[0], &workspace);
		unit_free();
	}
}

/* ----------------------------------------------------------------
 * Six passbands
 * ----------------------------------------------------------------
 */

static void
test_known_shape(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = star(1, 300, 6, 0.61, known_shape, 0.01, &workspace);
	double		 features[MAX_FEATURES];
	double		 low = INFINITY, high = -INFINITY, lowest = 0.0, highest = 0.0;
	double		 sum = 0.0;

	compute_all(&o, features, &workspace);
	CHECK_CLOSE(get(features, "folded_period_log", 0), log(0.61), 1e-6, "period");
	for (int i = 0; i < 10000; i++)
	{
		double shape = known_shape(i / 10000.0);

		if (shape < low)
			lowest = i / 10000.0;
		if (shape > high)
			highest = i / 10000.0;
		low = fmin(low, shape);
		high = fmax(high, shape);
	}
	for (int band = 0; band < N_PASSBANDS; band++)
		sum += band_height[band];
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		CHECK(fabs(get(features, "folded_amplitude", band) / (band_height[band] * (high - low)) -
				   1.0) < 0.01,
			  "amplitude of band %d", band);
		CHECK_CLOSE(get(features, "folded_amplitude_share", band), band_height[band] / sum, 1e-3,
					"share of the amplitudes");
		CHECK(get(features, "folded_band_explained", band) > 0.9999, "band %d", band);
	}
	for (int h = 2; h <= 4; h++)
	{
		double phase = known_phase[h - 1] - h * known_phase[0];
		char   name[64];

		snprintf(name, sizeof(name), "folded_harmonic_ratio_%d", h);
		CHECK_CLOSE(get(features, name, 0), known_ratio[h - 1], 1e-3, name);
		snprintf(name, sizeof(name), "folded_harmonic_cosine_%d", h);
		CHECK_CLOSE(get(features, name, 0), cos(phase), 1e-2, name);
		snprintf(name, sizeof(name), "folded_harmonic_sine_%d", h);
		CHECK_CLOSE(get(features, name, 0), sin(phase), 1e-2, name);
	}
	CHECK(fabs(get(features, "folded_maximum_share", 0) - high / (high - low)) < 0.01, "maximum");
	CHECK(fabs(get(features, "folded_rise_share", 0) -
			   (highest - lowest - floor(highest - lowest))) < 2.0 / 64.0,
		  "rise %g", get(features, "folded_rise_share", 0));
	CHECK(get(features, "folded_scatter_ratio", 0) < 1e-3, "scatter");
	CHECK(get(features, "folded_von_neumann_ratio", 0) < 0.2, "smoothness %g",
		  get(features, "folded_von_neumann_ratio", 0));
	CHECK(get(features, "periodogram_log_false_alarm", 0) < -50.0, "false alarm");
	unit_free();
}

/* For noise around a true shape the residual is noise; for noise alone the ratio is 2. */
static void
test_noise(void)
{
	double reduced = 0.0, smooth = 0.0, rough = 0.0;
	int	   n = 20;

	for (int seed = 0; seed < n; seed++)
	{
		Workspace	 workspace = unit_workspace();
		Observations o = star(seed, 180, 6, 0.61, known_shape, 10.0, &workspace);
		double		 features[MAX_FEATURES];

		compute_all(&o, features, &workspace);
		CHECK_CLOSE(get(features, "folded_period_log", 0), log(0.61), 1e-4, "period");
		reduced += get(features, "folded_chi_square_reduced", 0) / n;
		smooth += get(features, "folded_von_neumann_ratio", 0) / n;

		/* The best of many periods slightly orders noise. */
		o = star(seed, 180, 6, 0.61, no_shape, 10.0, &workspace);
		compute_all(&o, features, &workspace);
		rough += get(features, "folded_von_neumann_ratio", 0) / n;
		CHECK(get(features, "periodogram_log_false_alarm", 0) > -4.0, "false alarm of noise");
		unit_free();
	}
	CHECK(fabs(reduced - 1.0) < 4.0 * sqrt(2.0 / (161.0 * n)), "reduced chi-square %g", reduced);
	CHECK(smooth < 0.5, "ratio of stars %g", smooth);
	CHECK(rough > 1.3 && rough < 2.0, "ratio of noise %g", rough);
}

/* Two periods in each passband, the second with half the amplitude. */
static void
test_second_period(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = star(3, 240, 6, 1.0 / 2.71, sinusoid, 1.0, &workspace);
	double		 features[MAX_FEATURES];
	double		 second;

	for (uint32_t i = 0; i < o.count; i++)
		o.flux[i] += (float) (0.5 * band_height[o.kind[i] & KIND_PASSBAND] *
							  cos(2.0 * M_PI * 0.43 * o.mjd[i]));
	compute_all(&o, features, &workspace);
	CHECK_CLOSE(get(features, "periodogram_peak_log", 0), -log(2.71), 1e-4, "first period");
	second = exp(-get(features, "periodogram_second_log", 0));
	CHECK(fabs(second - 0.43 - round(second - 0.43)) < 2e-4, "second frequency %g", second);
	CHECK_CLOSE(get(features, "periodogram_second_over_peak", 0), 2.71 / second, 1e-3, "ratio");
	CHECK(get(features, "periodogram_second_power_ratio", 0) > 0.1 &&
			  get(features, "periodogram_second_power_ratio", 0) < 0.5,
		  "power ratio %g", get(features, "periodogram_second_power_ratio", 0));
	unit_free();
}

/* The period, its half or its double; a light curve that is faint for a short time. */
static void
test_eclipses(void)
{
	int n = 20, n_right = 0;

	for (int seed = 0; seed < n; seed++)
	{
		Workspace	 workspace = unit_workspace();
		double		 truth = 1.1 + 0.23 * seed;
		Observations o = star(seed, 240, 6, truth, eclipses, 1.0, &workspace);
		double		 features[MAX_FEATURES];
		double		 cycles, doubled;

		compute_all(&o, features, &workspace);
		cycles = exp(get(features, "folded_period_log", 0)) / truth;
		doubled = get(features, "folded_doubled_chi_square", 0);
		n_right +=
			fabs(cycles - 1.0) < 1e-3 || fabs(cycles - 0.5) < 1e-3 || fabs(cycles - 2.0) < 1e-3;
		CHECK(doubled > 0.0 && doubled <= 1.0, "twice the period: %g", doubled);
		if (fabs(cycles - 0.5) < 1e-3)
			CHECK(doubled < 0.8, "eclipses of two depths folded into one: %g", doubled);
		CHECK(get(features, "folded_maximum_share", 0) < 0.4, "maximum %g",
			  get(features, "folded_maximum_share", 0));
		unit_free();
	}
	CHECK(n_right >= n - 1, "%d of %d periods", n_right, n);
}

/* ----------------------------------------------------------------
 * Properties
 * ----------------------------------------------------------------
 */

/* Powers of two change units and times without rounding; the order of the input is irrelevant. */
static void
test_scale_shift_and_order(void)
{
	static const Shape shapes[] = {known_shape, eclipses, no_shape, sinusoid};

	for (int seed = 0; seed < 8; seed++)
	{
		Workspace	 workspace = unit_workspace();
		Observations o =
			star(seed, 40 + 20 * seed, 1 + seed % 6, 0.6, shapes[seed % 4], 10.0, &workspace);
		Observations other = allocate_observations(o.count, &workspace);
		double		 features[MAX_FEATURES], changed[MAX_FEATURES];
		int			 at = 0;

		for (uint32_t i = 0; i < o.count; i++)
			put(&other, o.mjd[i] + 1024.0, o.kind[i] & KIND_PASSBAND, 8.0f * o.flux[i],
				8.0f * o.flux_err[i]);
		for (uint32_t i = 0; i + 1 < other.count; i += 2)
		{
			Observation a = {other.mjd[i], other.flux[i], other.flux_err[i], other.kind[i]};
			uint32_t	j = other.count - 1 - i / 2;
			Observation b = {other.mjd[j], other.flux[j], other.flux_err[j], other.kind[j]};

			put_observation(&other, i, b);
			put_observation(&other, j, a);
		}
		other = canonical(&other, &workspace);
		/* The shifted times are rounded: give both light curves the same times. */
		for (uint32_t i = 0; i < o.count; i++)
			o.mjd[i] = other.mjd[i] - 1024.0;
		compute_all(&o, features, &workspace);
		compute_all(&other, changed, &workspace);
		for (int group = 0; group < N_GROUPS; group++)
		{
			const FeatureTable *table = &groups[group]->table;

			for (int i = 0; i < table_size(table); i++, at++)
			{
				const FeatureRow *row = &table->rows[i / (int) table->expansion];
				double			  factor = strcmp(row->unit, "flux") == 0 ? 8.0 : 1.0;

				CHECK((isnan(features[at]) && isnan(changed[at])) ||
						  changed[at] == factor * features[at],
					  "%s: %.17g, changed %.17g", row->name, features[at], changed[at]);
			}
		}
		unit_free();
	}
}

/*
 * Aliases of evenly spaced times have equal peaks: the choice among them must not
 * depend on the unit of flux, here tripled without rounding.
 */
static void
test_even_times(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = allocate_observations(120, &workspace);
	Observations tripled = allocate_observations(120, &workspace);
	double		 features[MAX_FEATURES], changed[MAX_FEATURES];
	int			 n_unexpanded = table_size(&period_features.table);
	Random		 random;
	int			 n;

	random_seed(&random, 15, 0);
	for (int i = 0; i < 120; i++)
	{
		double flux = rint(1000.0 * random_normal(&random));
		double flux_err = 10.0 + (double) random_below(&random, 20);

		put(&o, 59580.0 + 5.0 * i, i % 4, flux, flux_err);
		put(&tripled, 59580.0 + 5.0 * i, i % 4, 3.0 * flux, 3.0 * flux_err);
	}
	n = compute_all(&o, features, &workspace);
	compute_all(&tripled, changed, &workspace);
	for (int i = 0; i < n; i++)
	{
		bool is_flux = i >= n_unexpanded && i < n_unexpanded + N_PASSBANDS;

		CHECK_CLOSE(changed[i], is_flux ? 3.0 * features[i] : features[i], 1e-12, "tripled flux");
	}
	unit_free();
}

/* Features of n points at intervals of `step` in n_bands; none may be infinite. */
static void
describe_series(int n, double step, int n_bands, double scatter, double flux_err, double *features)
{
	Workspace	 workspace = unit_workspace();
	Observations o = allocate_observations(n, &workspace);
	Random		 random;
	int			 n_features;

	random_seed(&random, 8, n);
	for (int i = 0; i < n; i++)
		put(&o, 59580.0 + step * i, i % n_bands, 10.0 + scatter * random_normal(&random), flux_err);
	o = canonical(&o, &workspace);
	n_features = compute_all(&o, features, &workspace);
	for (int i = 0; i < n_features; i++)
		CHECK(!isinf(features[i]), "%d points, step %g: feature %d", n, step, i);
	unit_free();
}

static void
check_unknown(const double *features, const char *what)
{
	int n = table_size(&period_features.table) + table_size(&period_band_features.table);

	for (int i = 0; i < n; i++)
		CHECK(isnan(features[i]), "%s: feature %d is %g", what, i, features[i]);
}

static void
test_hard_input(void)
{
	double features[MAX_FEATURES];

	for (int n = 1; n <= 3; n++)
	{
		describe_series(n, 1.1, 1, 5.0, 1.0, features);
		check_unknown(features, "few points");
	}
	describe_series(18, 1.1, 6, 5.0, 1.0, features);
	check_unknown(features, "three points a passband");
	describe_series(50, 0.0, 2, 5.0, 1.0, features);
	check_unknown(features, "one time");
	describe_series(50, 2.0, 2, 0.0, 1.0, features);
	check_unknown(features, "no scatter");

	/* A period without a fit: half of six points cannot determine a harmonic. */
	describe_series(5, 1.1, 1, 5.0, 1.0, features);
	CHECK(isfinite(get(features, "folded_period_log", 0)), "period of five points");
	CHECK(isnan(get(features, "folded_explained", 0)) &&
			  isnan(get(features, "folded_criterion", 0)) &&
			  isnan(get(features, "folded_scatter_ratio", 0)) &&
			  isnan(get(features, "folded_phase_gap", 0)) &&
			  isnan(get(features, "folded_chi_square_reduced", 0)),
		  "fold of five points");

	describe_series(50, 0.006, 3, 5.0, 1.0, features);
	CHECK(isfinite(get(features, "folded_period_log", 0)), "one night");
	CHECK(get(features, "folded_log_cycles", 0) > -1e-9, "cycles in one night");
	describe_series(50, 1.3, 2, 1e37, 1e-44, features);
	describe_series(50, 1.3, 2, 1e-37, 1e38, features);
	describe_series(30, 1e7, 1, 5.0, 1.0, features);
	describe_series(10000, 0.1, 6, 5.0, 1.0, features);
	CHECK(isfinite(get(features, "folded_scatter_ratio", 0)), "10,000 points");
	CHECK(get(features, "folded_phase_gap", 0) < 0.1, "gap between 10,000 points");
}

int
main(void)
{
	test_one_band();
	test_known_shape();
	test_noise();
	test_second_period();
	test_eclipses();
	test_scale_shift_and_order();
	test_even_times();
	test_hard_input();
	return unit_report();
}

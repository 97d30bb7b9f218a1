/*
 * test_models.c
 *		Fits of light curves: their parts compared with plain computations,
 *		recovery of known parameters, properties, and difficult input.
 */
#include <float.h>

#include "unit.h"

#include "core/features/catalog.h"
#include "core/gp/gp.h"
#include "core/fit/models.h"
#include "core/base/random.h"

/* ----------------------------------------------------------------
 * Synthetic light curves
 * ----------------------------------------------------------------
 */

/* A model as in the literature, with parameters as reported by LightCurveFit. */
static double
model_shape(FitModel model, const double *p, double time)
{
	double x = time - p[0], u;

	if (model == FIT_SUPERNOVA)
		return exp(-x / p[SUPERNOVA_FALL]) / (1.0 + exp(-x / p[SUPERNOVA_RISE]));
	if (model == FIT_FLARE)
		return x >= 0.0 ? exp(-x / p[FLARE_DECAY]) : 0.0;
	u = sqrt(p[MICROLENSING_U0] * p[MICROLENSING_U0] +
			 x * x / (p[MICROLENSING_TIME] * p[MICROLENSING_TIME]));
	return (u * u + 2.0) / (u * sqrt(u * u + 4.0)) - 1.0;
}

static double
model_peak_time(FitModel model, const double *p)
{
	double rise = p[SUPERNOVA_RISE], fall = p[SUPERNOVA_FALL];

	return model == FIT_SUPERNOVA ? p[0] + rise * log(fall / rise - 1.0) : p[0];
}

typedef struct Event
{
	FitModel model;
	double	 parameters[N_FIT_PARAMETERS];
	double	 amplitude[N_PASSBANDS]; /* at the peak */
	double	 baseline[N_PASSBANDS];
} Event;

static Event
random_event(Random *random, FitModel model)
{
	Event	event = {.model = model};
	double *p = event.parameters;

	p[0] = 200.0 + 300.0 * random_uniform(random);
	p[1] = 20.0 + 30.0 * random_uniform(random);
	if (model == FIT_SUPERNOVA)
	{
		p[SUPERNOVA_RISE] = 3.0 + 5.0 * random_uniform(random);
		p[SUPERNOVA_FALL] = 20.0 + 40.0 * random_uniform(random);
	}
	else if (model == FIT_MICROLENSING)
		p[MICROLENSING_U0] = 0.1 + 0.5 * random_uniform(random);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		event.amplitude[band] = 100.0 + 900.0 * random_uniform(random);
		event.baseline[band] = 200.0 * random_uniform(random) - 100.0;
	}
	return event;
}

/* n observations over 700 days; the first day of an observation is 0, and a flare's onset is one.
 */
static Observations
observe(Event *event, uint32_t n, double flux_err, double noise, Random *random,
		Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);
	Observations canonical = allocate_observations(n, workspace);
	double		*times = workspace_array(workspace, double, n);
	uint32_t	*order, first_after = 0;
	double		 peak;

	for (uint32_t i = 0; i < n; i++)
		times[i] = i == 0 ? 0.0 : 700.0 * random_uniform(random);
	for (uint32_t i = 0; i < n; i++)
	{
		if (times[i] >= event->parameters[0] &&
			(times[first_after] < event->parameters[0] || times[i] < times[first_after]))
			first_after = i;
	}
	if (event->model == FIT_FLARE)
		event->parameters[FLARE_ONSET] = times[first_after];
	peak = model_shape(event->model, event->parameters,
					   model_peak_time(event->model, event->parameters));
	for (uint32_t i = 0; i < n; i++)
	{
		int	   band = (int) random_below(random, N_PASSBANDS);
		double shape = model_shape(event->model, event->parameters, times[i]) / peak;

		o.mjd[i] = times[i];
		o.flux[i] = (float) (event->amplitude[band] * shape + event->baseline[band] +
							 noise * random_normal(random));
		o.flux_err[i] = (float) flux_err;
		o.kind[i] = (uint8_t) band;
	}
	o.count = n;
	n = canonical_order(&o, &order, workspace);
	gather_observations(&o, order, n, &canonical);
	return canonical;
}

static LightCurveFit
fit(const Observations *o, FitModel model, Workspace *workspace)
{
	LightCurveFit result;

	fit_light_curve(make_fit_curve(o, workspace), model, &result);
	return result;
}

/* ----------------------------------------------------------------
 * Parts
 * ----------------------------------------------------------------
 */

static void
test_exponentials(void)
{
	static double x[100001], y[100001];
	double		  worst = 0.0;

	for (int i = 0; i <= 100000; i++)
		x[i] = i * 0.003;
	exponentials(x, 100001, y);
	for (int i = 0; i <= 100000; i++)
		worst = fmax(worst, fabs(y[i] / exp(-x[i]) - 1.0));
	CHECK(worst < 1e-15, "relative error %g", worst);
	CHECK(y[0] == 1.0, "exp(0) is %.17g", y[0]);
	exponentials((double[]){1e300, INFINITY}, 2, y);
	CHECK(y[0] > 0.0 && y[0] < 1e-120 && y[0] == y[1], "exp(-1e300) is %g", y[0]);
}

/* Values compared with the literature's formula, derivatives with differences. */
static void
test_shapes(void)
{
	double	time[141], shape[141], d0[141], d1[141], d2[141], other[141], none[141];
	double *derivatives[] = {d0, d1, d2}, *unused[] = {none, none, none};
	Random	random;

	random_seed(&random, 41, 0);
	for (int i = 0; i <= 140; i++)
		time[i] = 7.0 * i + 0.5;
	for (int repeat = 0; repeat < 300; repeat++)
	{
		FitModel model = repeat % N_FIT_MODELS;
		double	 p[3] = {1000.0 * random_uniform(&random)}, reported[3], peak;

		for (int i = 1; i < 3; i++)
			p[i] = shape_lower[model][i] +
				   (shape_upper[model][i] - shape_lower[model][i]) * random_uniform(&random);
		reported[0] = p[0];
		reported[1] = exp(p[1]);
		reported[2] = exp(p[2]);
		if (model == FIT_SUPERNOVA)
		{
			reported[SUPERNOVA_FALL] = exp(p[1]);
			reported[SUPERNOVA_RISE] = exp(p[1] + p[2]);
			reported[0] -= reported[1] * log(reported[2] / reported[1] - 1.0);
		}
		peak = model_shape(model, reported, p[0]);
		evaluate_shape(model, p, time, 141, shape, derivatives);
		for (int i = 0; i <= 140; i++)
		{
			double expected = model_shape(model, reported, time[i]) / peak;

			/* The plain formula overflows far from the peak. */
			CHECK(shape[i] >= 0.0 && shape[i] <= 1.0 + 1e-12, "shape %g", shape[i]);
			if (isfinite(expected))
				CHECK_CLOSE(shape[i], expected, 1e-8, "shape");
		}
		for (int k = model == FIT_FLARE; k < (model == FIT_FLARE ? 2 : 3); k++)
		{
			double step = k == 0 ? 1e-5 * exp(p[1] + (model == FIT_FLARE ? 0.0 : p[2])) : 1e-6;
			double before[3] = {p[0], p[1], p[2]}, after[3] = {p[0], p[1], p[2]};

			before[k] -= step;
			after[k] += step;
			evaluate_shape(model, before, time, 141, shape, unused);
			evaluate_shape(model, after, time, 141, other, unused);
			for (int i = 0; i <= 140; i++)
			{
				double slope = (other[i] - shape[i]) / (2.0 * step);
				double limit = 1e-4 * fabs(slope) + 2e-7 + 1e-14 / step;

				CHECK(fabs(derivatives[k][i] - slope) <= limit,
					  "model %d, derivative %d: %.9g, difference %.9g", model, k, derivatives[k][i],
					  slope);
			}
		}
	}
}

/* chi_square of a two-sided exponential around an observation, by plain sums. */
static double
plain_gain(const Observations *o, double centre, double rise, double fall, double scale)
{
	double gain = 0.0;

	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double w = 0.0, ws = 0.0, wss = 0.0, wy = 0.0, wsy = 0.0, variance;

		for (uint32_t i = 0; i < o->count; i++)
		{
			double x = o->mjd[i] - o->mjd[0] - centre;
			double s = x >= 0.0 ? exp(-x / fall) : rise > 0.0 ? exp(x / rise) : 0.0;
			double weight = pow(scale / o->flux_err[i], 2), y = o->flux[i] / scale;

			if ((o->kind[i] & KIND_PASSBAND) != band)
				continue;
			w += weight;
			ws += weight * s;
			wss += weight * s * s;
			wy += weight * y;
			wsy += weight * s * y;
		}
		variance = wss - ws * ws / w;
		if (w > 0.0 && variance > 1e-6 * wss && wsy > ws * wy / w)
			gain += pow(wsy - ws * wy / w, 2) / (variance + 1.0 / 9.0);
	}
	return gain;
}

static void
test_starts(void)
{
	static const double scales[][2] = {{0, 1}, {0, 100}, {3, 20}, {20, 3}, {50, 50}, {0.5, 0.1}};
	Workspace			workspace = unit_workspace();
	Random				random;

	random_seed(&random, 42, 0);
	for (int repeat = 0; repeat < 36; repeat++)
	{
		Event		  event = random_event(&random, repeat % N_FIT_MODELS);
		uint32_t	  n = repeat < 30 ? 3 + 5 * repeat : 700; /* the last: more than one block */
		Observations  o = observe(&event, n, 30.0, 30.0, &random, &workspace);
		FitCurve	 *curve = make_fit_curve(&o, &workspace);
		const double *scale = scales[repeat % 6];
		FitStart	  start = find_start(curve, scale[0], scale[1]);
		double		  best = 0.0;

		for (uint32_t i = 0; i < o.count; i++)
			best = fmax(best,
						plain_gain(&o, o.mjd[i] - o.mjd[0], scale[0], scale[1], curve->flux_scale));
		CHECK_CLOSE(start.gain, best, 1e-7, "gain of the starting point");
		CHECK(best == 0.0 ||
				  fabs(plain_gain(&o, start.time, scale[0], scale[1], curve->flux_scale) / best -
					   1.0) < 1e-7,
			  "place of the start");
		unit_free();
	}
}

/* ----------------------------------------------------------------
 * Recovery of known parameters
 * ----------------------------------------------------------------
 */

static void
test_noise_free(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, 43, 0);
	for (int repeat = 0; repeat < 150; repeat++)
	{
		FitModel model = repeat % N_FIT_MODELS;
		Event	 event = random_event(&random, model);

		/* The only noise is the rounding of fluxes to float. */
		Observations  o = observe(&event, 400, 1e-3, 0.0, &random, &workspace);
		LightCurveFit f = fit(&o, model, &workspace);

		CHECK(f.status == LEAST_SQUARES_CONVERGED, "model %d, status %d", model, f.status);
		for (int i = 0; i < (model == FIT_FLARE ? 2 : 3); i++)
			CHECK(fabs(f.parameters[i] / event.parameters[i] - 1.0) < 1e-6,
				  "model %d, parameter %d: %.9g, expected %.9g", model, i, f.parameters[i],
				  event.parameters[i]);
		CHECK(fabs(f.peak_time - model_peak_time(model, event.parameters)) < 1e-4, "peak");
		for (int band = 0; band < N_PASSBANDS; band++)
		{
			CHECK(fabs(f.amplitude[band] / event.amplitude[band] - 1.0) < 1e-6,
				  "model %d, amplitude: %.9g, expected %.9g", model, f.amplitude[band],
				  event.amplitude[band]);
			CHECK(fabs(f.baseline[band] - event.baseline[band]) < 1e-3,
				  "model %d, baseline: %.9g, expected %.9g", model, f.baseline[band],
				  event.baseline[band]);
		}
		CHECK(f.chi_square < 1e-6 * f.constant_chi_square, "chi-square %g", f.chi_square);
		unit_free();
	}
}

typedef struct Pulls
{
	int	   n;
	double sum, squares;
} Pulls;

static void
add_pull(Pulls *pulls, double value, double truth, double error)
{
	double pull = (value - truth) / error;

	CHECK(isfinite(pull), "value %g, error %g", value, error);
	pulls->n++;
	pulls->sum += pull;
	pulls->squares += pull * pull;
}

static void
check_pulls(const Pulls *pulls, const char *what)
{
	double mean = pulls->sum / pulls->n;
	double std = sqrt(pulls->squares / pulls->n);

	/* Four standard deviations of either. */
	CHECK(fabs(mean) < 4.0 / sqrt(pulls->n) && fabs(std - 1.0) < 4.0 / sqrt(2.0 * pulls->n),
		  "%s: pulls %.3f +- %.3f of %d", what, mean, std, pulls->n);
}

/* The errors are correct: deviations divided by them have a standard deviation of 1. */
static void
test_pulls(void)
{
	static const char *const names[N_FIT_MODELS] = {"supernova", "microlensing", "flare"};
	Workspace				 workspace = unit_workspace();
	Random					 random;

	random_seed(&random, 44, 0);
	for (int model = 0; model < N_FIT_MODELS; model++)
	{
		Pulls pulls[N_FIT_PARAMETERS] = {0}, amplitudes = {0}, chi_squares = {0};

		for (int repeat = 0; repeat < 200; repeat++)
		{
			Event		  event = random_event(&random, model);
			Observations  o = observe(&event, 400, 5.0, 5.0, &random, &workspace);
			LightCurveFit f = fit(&o, model, &workspace);

			for (int i = model == FIT_FLARE; i < (model == FIT_FLARE ? 2 : 3); i++)
				add_pull(&pulls[i], f.parameters[i], event.parameters[i], f.errors[i]);
			for (int band = 0; band < N_PASSBANDS; band++)
				add_pull(&amplitudes, f.amplitude[band], event.amplitude[band],
						 f.amplitude_err[band]);
			CHECK(f.degrees_of_freedom == (int) o.count - 12 - (model == FIT_FLARE ? 2 : 3),
				  "%d degrees of freedom", f.degrees_of_freedom);
			add_pull(&chi_squares, f.chi_square, f.degrees_of_freedom,
					 sqrt(2.0 * f.degrees_of_freedom));
			if (model == FIT_FLARE)
				CHECK(f.parameters[FLARE_ONSET] == event.parameters[FLARE_ONSET], "onset");
			unit_free();
		}
		for (int i = model == FIT_FLARE; i < (model == FIT_FLARE ? 2 : 3); i++)
			check_pulls(&pulls[i], names[model]);
		check_pulls(&amplitudes, names[model]);
		check_pulls(&chi_squares, "chi-square");
	}
}

/* ----------------------------------------------------------------
 * Properties
 * ----------------------------------------------------------------
 */

/* All numbers of a fit, with fluxes divided by `factor`. */
static int
list_numbers(const LightCurveFit *f, double factor, double *to)
{
	int n = 0;

	for (int i = 0; i < N_FIT_PARAMETERS; i++)
	{
		to[n++] = f->parameters[i];
		to[n++] = f->errors[i];
	}
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		to[n++] = f->amplitude[band] / factor;
		to[n++] = f->amplitude_err[band] / factor;
		to[n++] = f->baseline[band] / factor;
	}
	to[n++] = f->peak_time;
	to[n++] = f->chi_square;
	to[n++] = f->constant_chi_square;
	to[n++] = f->degrees_of_freedom;
	to[n++] = f->status;
	return n;
}

static void
test_scale_and_shift(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, 45, 0);
	for (int repeat = 0; repeat < 300; repeat++)
	{
		Event		  event = random_event(&random, repeat / 3 % N_FIT_MODELS);
		uint32_t	  n = 2 + (uint32_t) random_below(&random, 300);
		Observations  o = observe(&event, n, 50.0, 50.0, &random, &workspace);
		FitModel	  model = repeat % N_FIT_MODELS;
		LightCurveFit before, after;
		double		  a[40], b[40];
		int			  n_numbers;

		for (uint32_t i = 0; i < o.count; i++)
			o.mjd[i] = floor(o.mjd[i] * 256.0) / 256.0;
		before = fit(&o, model, &workspace);
		for (uint32_t i = 0; i < o.count; i++)
		{
			o.mjd[i] += 60000.0;
			o.flux[i] *= 1024.0f;
			o.flux_err[i] *= 1024.0f;
		}
		after = fit(&o, model, &workspace);
		n_numbers = list_numbers(&before, 1.0, a);
		list_numbers(&after, 1024.0, b);
		for (int i = 0; i < n_numbers; i++)
			CHECK(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])), "number %d of model %d: %g, %g", i,
				  model, a[i], b[i]);
		unit_free();
	}
}

/* A fit is at least as good as a constant, and its parameters are within their bounds. */
static void
check_sane(const LightCurveFit *f, const char *what)
{
	CHECK(!(f->chi_square > f->constant_chi_square * (1.0 + 1e-9)), "%s: chi-square %g of %g", what,
		  f->chi_square, f->constant_chi_square);
	CHECK(f->status == LEAST_SQUARES_CONVERGED || f->status == LEAST_SQUARES_EXHAUSTED,
		  "%s: status %d", what, f->status);
	for (int band = 0; band < N_PASSBANDS; band++)
		CHECK(!isinf(f->amplitude[band]) && !(f->amplitude[band] < 0.0) &&
				  !isinf(f->baseline[band]),
			  "%s: amplitude %g, baseline %g", what, f->amplitude[band], f->baseline[band]);
	if (f->degrees_of_freedom <= 0)
		CHECK(isnan(f->peak_time) && isnan(f->parameters[0]) && isnan(f->amplitude[2]),
			  "%s: a fit without degrees of freedom", what);
}

static void
check_all_models(const Observations *o, const char *what, Workspace *workspace)
{
	float *features = workspace_array(workspace, float, feature_count(FEATURES_ALL));

	for (int model = 0; model < N_FIT_MODELS; model++)
	{
		LightCurveFit f = fit(o, model, workspace);

		check_sane(&f, what);
	}
	compute_features(o, FEATURES_ALL, features, workspace);
	for (int i = 0; i < feature_count(FEATURES_ALL); i++)
		CHECK(!isinf(features[i]), "%s: feature %d", what, i);
}

static void
test_hard_input(void)
{
	Workspace	 workspace = unit_workspace();
	Random		 random;
	Observations o;
	Event		 event;

	random_seed(&random, 46, 0);
	for (uint32_t n = 1; n < 40; n++)
	{
		event = random_event(&random, n % N_FIT_MODELS);
		o = observe(&event, n, 5.0, 5.0, &random, &workspace);
		check_all_models(&o, "few points", &workspace);
		for (uint32_t i = 0; i < o.count; i++)
			o.kind[i] = 2;
		check_all_models(&o, "one passband", &workspace);
		for (uint32_t i = 0; i < o.count; i++)
			o.flux[i] *= -1.0f;
		check_all_models(&o, "a dip", &workspace);
		for (uint32_t i = 0; i < o.count; i++)
			o.flux_err[i] = i % 2 ? FLT_MAX : 1e-30f;
		check_all_models(&o, "gigantic signal to noise", &workspace);
		for (uint32_t i = 0; i < o.count; i++)
			o.mjd[i] = 60000.0;
		check_all_models(&o, "identical times", &workspace);
		for (uint32_t i = 0; i < o.count; i++)
		{
			o.mjd[i] = i;
			o.flux[i] = 3.0f;
		}
		check_all_models(&o, "zero scatter", &workspace);
		for (uint32_t i = 0; i < o.count; i++)
			o.flux[i] = 0.0f;
		check_all_models(&o, "zero flux", &workspace);
		for (uint32_t i = 0; i < o.count; i++)
			o.flux[i] = i % 3 ? FLT_MAX : -FLT_TRUE_MIN;
		check_all_models(&o, "the largest flux", &workspace);
		unit_free();
	}
	event = random_event(&random, FIT_SUPERNOVA);
	o = observe(&event, 10000, 50.0, 50.0, &random, &workspace);
	check_all_models(&o, "10,000 points", &workspace);
	for (uint32_t i = 0; i < o.count; i++)
		o.mjd[i] = i < 5000 ? -1e300 : 1e300;
	for (int model = 0; model < N_FIT_MODELS; model++)
		(void) fit(&o, model, &workspace);
	unit_free();
}

/* The features equal the parameters of the fits, by the names in the catalog. */
static void
check_feature(const float *features, const char *name, double expected)
{
	int ordinal = find_feature(name, strlen(name));

	CHECK(ordinal >= 0, "no feature %s", name);
	CHECK(ordinal >= 0 &&
			  (isnan(expected) ? isnan(features[ordinal]) : features[ordinal] == (float) expected),
		  "%s: %g, expected %g", name, ordinal < 0 ? NAN : (double) features[ordinal], expected);
}

/* Chi-square and log-likelihood compared with those of the Gaussian process's own functions. */
static void
check_beside_process(const Observations *o, const LightCurveFit *f, const char *model,
					 const float *features, Workspace *workspace)
{
	GaussianProcessFit gp = gp_fit(o, workspace);
	double			  *flux = workspace_array(workspace, double, o->count *N_PASSBANDS);
	double			  *flux_sd = workspace_array(workspace, double, o->count *N_PASSBANDS);
	double			   chi_square = 0.0, log_likelihood = -0.5 * f->chi_square;
	double			   expected[2];
	char			   name[2][64];

	gp_predict(o, &gp.process, o->mjd, o->count, flux, flux_sd, workspace);
	for (uint32_t i = 0; i < o->count; i++)
	{
		double curve = flux[i * N_PASSBANDS + (o->kind[i] & KIND_PASSBAND)];

		chi_square += pow((o->flux[i] - curve) / o->flux_err[i], 2.0);
		log_likelihood -= log(sqrt(2.0 * M_PI) * o->flux_err[i]);
	}
	snprintf(name[0], sizeof(name[0]), "%s_chi_square_beside_gp", model);
	expected[0] = f->chi_square / (f->chi_square + chi_square);
	snprintf(name[1], sizeof(name[1]), "%s_log_likelihood_over_gp", model);
	expected[1] = (log_likelihood - gp.log_likelihood) / o->count;
	for (int i = 0; i < 2; i++)
	{
		int ordinal = find_feature(name[i], strlen(name[i]));

		CHECK(ordinal >= 0 && fabs(features[ordinal] - expected[i]) < 1e-6 * fabs(expected[i]),
			  "%s: %g, expected %g", name[i], ordinal < 0 ? NAN : (double) features[ordinal],
			  expected[i]);
	}
}

static void
test_features(void)
{
	static const char *const names[N_FIT_MODELS][3] = {
		{"supernova_t0", "supernova_rise_time", "supernova_fall_time"},
		{"microlensing_t0", "microlensing_time", "microlensing_u0"},
		{"flare_onset", "flare_decay_time"},
	};
	static const char *const models[N_FIT_MODELS] = {"supernova", "microlensing", "flare"};
	Workspace				 workspace = unit_workspace();
	float		*features = workspace_array(&workspace, float, feature_count(FEATURES_ALL));
	Random		 random;
	Event		 event;
	Observations o;

	random_seed(&random, 47, 0);
	event = random_event(&random, FIT_SUPERNOVA);
	o = observe(&event, 200, 10.0, 10.0, &random, &workspace);
	compute_features(&o, FEATURES_ALL, features, &workspace);
	for (int model = 0; model < N_FIT_MODELS; model++)
	{
		LightCurveFit f = fit(&o, model, &workspace);
		char		  name[64];

		for (int i = 0; i < (model == FIT_FLARE ? 2 : 3); i++)
		{
			check_feature(features, names[model][i], f.parameters[i]);
			snprintf(name, sizeof(name), "%s_err", names[model][i]);
			check_feature(features, name, f.errors[i]);
		}
		snprintf(name, sizeof(name), "%s_chi_square_reduced", models[model]);
		check_feature(features, name, f.chi_square / f.degrees_of_freedom);
		snprintf(name, sizeof(name), "%s_chi_square_ratio", models[model]);
		check_feature(features, name, f.chi_square / f.constant_chi_square);
		snprintf(name, sizeof(name), "%s_chi_square_gain", models[model]);
		check_feature(features, name, f.constant_chi_square - f.chi_square);
		check_beside_process(&o, &f, models[model], features, &workspace);
		snprintf(name, sizeof(name), "%s_amplitude_i", models[model]);
		check_feature(features, name, f.amplitude[3]);
		snprintf(name, sizeof(name), "%s_amplitude_err_g", models[model]);
		check_feature(features, name, f.amplitude_err[1]);
		if (model == FIT_SUPERNOVA)
		{
			check_feature(features, "supernova_peak_time", f.peak_time);
			check_feature(features, "supernova_baseline_y", f.baseline[5]);
		}
	}
	unit_free();
}

int
main(void)
{
	test_exponentials();
	test_shapes();
	test_starts();
	test_noise_free();
	test_pulls();
	test_scale_and_shift();
	test_hard_input();
	test_features();
	return unit_report();
}

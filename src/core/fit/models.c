/*
 * models.c
 *		Fits of a supernova, a microlensing event and a flare to a light curve,
 *		joint over the passbands.
 */
#include "core/fit/models.h"

#include <math.h>
#include <string.h>

#include "core/base/simd.h"

#define P N_SHAPE_PARAMETERS

/* An event may peak this many days before the first or after the last observation. */
#define PEAK_MARGIN 50.0

#define MAX_EVALUATIONS 200

/* A fit starts from the best places of the grid, of different rise and fall. */
#define N_STARTS 3

/* Of two starts as good, the earlier in the grid: rounding is not to choose. */
#define EQUAL_GAINS 1e-5

/* ----------------------------------------------------------------
 * Amplitudes and baselines for given parameters of the shape
 * ----------------------------------------------------------------
 */

/* Means and sums over a passband, with the means of shape and derivatives subtracted. */
typedef struct BandSums
{
	double shape_mean;
	double variance; /* of the shape, with the ridge */
	double amplitude;
	double chi_square;
	double slopes[P];		/* shape with derivative */
	double residuals[P];	/* residual with derivative */
	double products[P * P]; /* derivative with derivative, lower triangle */
} BandSums;

typedef struct Fit
{
	FitCurve *curve;
	FitModel  model;
} Fit;

/* N_LANES numbers of an array from a multiple of as many on. */
#define LANES_AT(array, i) (*(const Lanes *) ((array) + (i)))

/* Sum of lanes, in a fixed order. */
INLINED double
sum_lanes(const Lanes *x)
{
	double lane[N_LANES];

	memcpy(lane, x, sizeof(lane));
	return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
		   ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* The weighted means of the shape and its derivatives over a passband. */
INLINED void
find_means(const FitCurve *c, int band, double *shape_mean, double means[P])
{
	double per_weight = 1.0 / c->total_weight[band];
	Lanes  shape = {0}, derivatives[P] = {{0}};

	for (uint32_t i = c->start[band]; i < c->end[band]; i += N_LANES)
	{
		Lanes w = LANES_AT(c->weight, i);

		shape += w * LANES_AT(c->shape, i);
		for (int k = 0; k < P; k++)
			derivatives[k] += w * LANES_AT(c->derivatives[k], i);
	}
	*shape_mean = sum_lanes(&shape) * per_weight;
	for (int k = 0; k < P; k++)
		means[k] = sum_lanes(&derivatives[k]) * per_weight;
}

INLINED void
sum_band(const FitCurve *c, int band, BandSums *sums)
{
	double means[P], product_sum;
	Lanes  variance = {0}, product = {0}, chi_square = {0};
	Lanes  slopes[P] = {{0}}, residuals[P] = {{0}}, products[P * P] = {{0}};

	find_means(c, band, &sums->shape_mean, means);
	for (uint32_t i = c->start[band]; i < c->end[band]; i += N_LANES)
	{
		Lanes s = LANES_AT(c->shape, i) - sums->shape_mean;
		Lanes ws = LANES_AT(c->weight, i) * s;

		variance += ws * s;
		product += ws * LANES_AT(c->value, i);
	}
	product_sum = sum_lanes(&product);
	sums->variance = sum_lanes(&variance) + c->ridge[band];
	sums->amplitude = product_sum > 0.0 ? product_sum / sums->variance : 0.0;
	for (uint32_t i = c->start[band]; i < c->end[band]; i += N_LANES)
	{
		Lanes w = LANES_AT(c->weight, i);
		Lanes s = LANES_AT(c->shape, i) - sums->shape_mean;
		Lanes r = LANES_AT(c->value, i) - sums->amplitude * s;
		Lanes a[P];

		chi_square += w * r * r;
		for (int k = 0; k < P; k++)
		{
			a[k] = LANES_AT(c->derivatives[k], i) - means[k];
			slopes[k] += w * s * a[k];
			residuals[k] += w * r * a[k];
			for (int j = 0; j <= k; j++)
				products[k * P + j] += w * a[k] * a[j];
		}
	}
	sums->chi_square = sum_lanes(&chi_square);
	for (int k = 0; k < P; k++)
	{
		sums->slopes[k] = sum_lanes(&slopes[k]);
		sums->residuals[k] = sum_lanes(&residuals[k]);
		for (int j = 0; j <= k; j++)
			sums->products[k * P + j] = sum_lanes(&products[k * P + j]);
	}
}

/*
 * With the prior on the amplitude as one more residual.  The Jacobian is that of
 * residuals from which the part along the shape is projected out.
 */
DISPATCHED static double
evaluate_fit(const double *parameters, double *gradient, double *curvature, void *context)
{
	const Fit *fit = context;
	FitCurve  *c = fit->curve;
	double	   chi_square = 0.0;

	evaluate_shape(fit->model, parameters, c->time, c->start[N_PASSBANDS], c->shape,
				   c->derivatives);
	memset(gradient, 0, sizeof(double) * P);
	memset(curvature, 0, sizeof(double) * P * P);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		BandSums sums;
		double	 a;

		if (c->start[band] == c->end[band])
			continue;
		sum_band(c, band, &sums);
		a = sums.amplitude;
		chi_square += sums.chi_square + c->ridge[band] * a * a;
		for (int i = 0; i < P; i++)
		{
			double projected = sums.slopes[i] / sums.variance;

			gradient[i] -= a * sums.residuals[i];
			for (int j = 0; j <= i; j++)
				curvature[i * P + j] +=
					a * (sums.products[i * P + j] - projected * sums.slopes[j]) * a;
		}
	}
	return chi_square;
}

/* ----------------------------------------------------------------
 * Where the search starts
 * ----------------------------------------------------------------
 */

typedef struct Scales
{
	double rise;
	double fall;
} Scales;

#define MAX_GRID 8

/* Rise and fall of the two-sided exponentials that stand for a model's shapes; the first with
 * rise < 0 ends a row. */
static const Scales grid[N_FIT_MODELS][MAX_GRID + 1] = {
	[FIT_SUPERNOVA] = {{8, 25}, {3, 15}, {15, 60}, {3, 60}, {40, 150}, {10, 400}, {1, 5}, {-1, -1}},
	[FIT_MICROLENSING] = {{10, 10}, {3, 3}, {30, 30}, {1, 1}, {100, 100}, {-1, -1}},
	[FIT_FLARE] =
		{{0, 1}, {0, 0.3}, {0, 0.1}, {0, 0.03}, {0, 3}, {0, 10}, {0, 30}, {0, 100}, {-1, -1}},
};

/* The best starts of a model, the best first; returns how many gain anything. */
static int
find_starts(FitCurve *c, FitModel model, FitStart starts[N_STARTS])
{
	int n = 0;

	for (int i = 0; grid[model][i].rise >= 0.0; i++)
	{
		FitStart start = find_start(c, grid[model][i].rise, grid[model][i].fall);
		int		 place = n;

		while (place > 0 && start.gain > starts[place - 1].gain * (1.0 + EQUAL_GAINS))
			place--;
		if (!(start.gain > 0.0) || place == N_STARTS)
			continue;
		n = n < N_STARTS ? n + 1 : N_STARTS;
		memmove(&starts[place + 1], &starts[place], sizeof(FitStart) * (size_t) (n - place - 1));
		starts[place] = start;
	}
	return n;
}

/* The shape's parameters that resemble a start. */
static void
translate_start(FitModel model, const FitStart *start, double *parameters)
{
	parameters[0] = start->time;
	parameters[1] = log(start->fall);
	parameters[2] = 0.0;
	if (model == FIT_SUPERNOVA)
	{
		/* A rise as exp(y (1/rise - 1/fall)) far before the peak. */
		double rise = 1.0 / (1.0 / start->rise + 1.0 / start->fall);

		parameters[2] = log(rise / start->fall);
	}
	else if (model == FIT_MICROLENSING)
	{
		/* Half of the peak, with this separation, at 0.39 tE; there exponentials have ln(2) fall.
		 */
		parameters[1] = log(1.8 * start->fall);
		parameters[2] = log(0.3);
	}
}

/* ----------------------------------------------------------------
 * The search
 * ----------------------------------------------------------------
 */

static void
search_from(Fit *fit, const FitStart *start, LeastSquaresResult *result)
{
	FitCurve		   *c = fit->curve;
	double				lower[P], upper[P], parameters[P];
	LeastSquaresProblem problem = {
		.n_parameters = P,
		.lower = lower,
		.upper = upper,
		.evaluate = evaluate_fit,
		.context = fit,
		.max_evaluations = MAX_EVALUATIONS,
	};

	memcpy(lower, shape_lower[fit->model], sizeof(lower));
	memcpy(upper, shape_upper[fit->model], sizeof(upper));
	lower[0] = -PEAK_MARGIN;
	upper[0] = c->ordered_time[c->n - 1] + PEAK_MARGIN;
	if (fit->model == FIT_FLARE)
		lower[0] = upper[0] = start->time;
	translate_start(fit->model, start, parameters);
	solve_least_squares(&problem, parameters, result, c->workspace);
}

/* The onset of a flare is searched for again with the decay that was found, until it stays. */
static void
search_onset(Fit *fit, LeastSquaresResult *result)
{
	for (int repeat = 0; repeat < 4; repeat++)
	{
		FitStart		   start = find_start(fit->curve, 0.0, exp(result->parameters[1]));
		LeastSquaresResult other;

		if (!(start.gain > 0.0) || start.time == result->parameters[0])
			return;
		search_from(fit, &start, &other);
		if (!(other.chi_square < result->chi_square))
			return;
		*result = other;
	}
}

/* The best of the searches from all starts; false if there is no start. */
static bool
search(Fit *fit, LeastSquaresResult *result)
{
	FitStart starts[N_STARTS];
	int		 n = find_starts(fit->curve, fit->model, starts);

	for (int i = 0; i < n; i++)
	{
		LeastSquaresResult other;

		search_from(fit, &starts[i], &other);
		if (fit->model == FIT_FLARE)
			search_onset(fit, &other);
		if (i == 0 || other.chi_square < result->chi_square * (1.0 - EQUAL_GAINS))
			*result = other;
	}
	return n > 0;
}

/* ----------------------------------------------------------------
 * The report
 * ----------------------------------------------------------------
 */

/* sqrt(g' C g), the error of what has this gradient by the parameters; NaN where C is. */
static double
propagate(const double *covariance, const double *gradient)
{
	double variance = 0.0;

	for (int i = 0; i < P; i++)
	{
		for (int j = 0; j < P; j++)
		{
			if (gradient[i] != 0.0 && gradient[j] != 0.0)
				variance += gradient[i] * covariance[i * P + j] * gradient[j];
		}
	}
	return variance >= 0.0 ? sqrt(variance) : NAN;
}

/* The time from the last observation before an onset to it; NaN if it is the first. */
static double
onset_error(const FitCurve *c, double onset)
{
	double before = NAN;

	for (uint32_t i = 0; i < c->n && c->ordered_time[i] < onset; i++)
		before = c->ordered_time[i];
	return onset - before;
}

static void
report_parameters(const Fit *fit, const LeastSquaresResult *result, LightCurveFit *report)
{
	const double *p = result->parameters;
	double		  first = exp(p[1]), second = exp(p[2]);
	double		  gradients[N_FIT_PARAMETERS][P] = {{1, 0, 0}, {0, first, 0}, {0, 0, second}};

	report->peak_time = p[0];
	report->parameters[0] = p[0];
	report->parameters[1] = first;
	report->parameters[2] = second;
	if (fit->model == FIT_SUPERNOVA)
	{
		double slope;
		double offset = supernova_peak_offset(p, &slope);
		double rise = first * second;

		report->parameters[SUPERNOVA_T0] = p[0] - offset;
		report->parameters[SUPERNOVA_RISE] = rise;
		report->parameters[SUPERNOVA_FALL] = first;
		memcpy(gradients[SUPERNOVA_T0], (double[P]){1, -offset, -slope}, sizeof(gradients[0]));
		memcpy(gradients[SUPERNOVA_RISE], (double[P]){0, rise, rise}, sizeof(gradients[0]));
		memcpy(gradients[SUPERNOVA_FALL], (double[P]){0, first, 0}, sizeof(gradients[0]));
	}
	for (int i = 0; i < N_FIT_PARAMETERS; i++)
		report->errors[i] = propagate(result->covariance, gradients[i]);
	if (fit->model == FIT_FLARE)
	{
		report->errors[FLARE_ONSET] = onset_error(fit->curve, p[0]);
		report->parameters[2] = report->errors[2] = NAN;
	}
}

/*
 * The error of an amplitude is that of all parameters together: its own, with
 * the shape fixed, and what the shape's parameters add; those at a bound add
 * nothing.
 */
static double
amplitude_error(const BandSums *sums, const double *covariance)
{
	double variance = 1.0 / sums->variance;
	double scale = sums->amplitude / sums->variance;

	for (int i = 0; i < P; i++)
	{
		for (int j = 0; j < P; j++)
		{
			if (!isnan(covariance[i * P + j]))
				variance +=
					scale * sums->slopes[i] * covariance[i * P + j] * sums->slopes[j] * scale;
		}
	}
	return sqrt(variance);
}

static void
report_passbands(Fit *fit, const LeastSquaresResult *result, LightCurveFit *report)
{
	FitCurve *c = fit->curve;

	report->chi_square = 0.0;
	evaluate_shape(fit->model, result->parameters, c->time, c->start[N_PASSBANDS], c->shape,
				   c->derivatives);
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		BandSums sums;

		if (c->start[band] == c->end[band])
			continue;
		sum_band(c, band, &sums);
		report->chi_square += sums.chi_square;
		report->baseline[band] = (c->mean[band] - sums.amplitude * sums.shape_mean) * c->flux_scale;
		report->amplitude[band] = sums.amplitude * c->flux_scale;
		report->amplitude_err[band] = amplitude_error(&sums, result->covariance) * c->flux_scale;
	}
}

static void
clear_report(LightCurveFit *report)
{
	report->peak_time = NAN;
	for (int i = 0; i < N_FIT_PARAMETERS; i++)
		report->parameters[i] = report->errors[i] = NAN;
	for (int band = 0; band < N_PASSBANDS; band++)
		report->amplitude[band] = report->amplitude_err[band] = report->baseline[band] = NAN;
}

void
fit_light_curve(FitCurve *c, FitModel model, LightCurveFit *report)
{
	Fit				   fit = {c, model};
	LeastSquaresResult result;
	int				   freedom = model == FIT_FLARE ? -2 : -3;

	for (int band = 0; band < N_PASSBANDS; band++)
	{
		uint32_t n = c->end[band] - c->start[band];

		freedom += n > 2 ? (int) n - 2 : 0;
	}
	clear_report(report);
	report->status = LEAST_SQUARES_CONVERGED;
	report->degrees_of_freedom = freedom;
	report->constant_chi_square = c->flux_scale > 0.0 ? c->constant_chi_square : 0.0;
	report->chi_square = report->constant_chi_square;
	if (c->flux_scale == 0.0 || freedom <= 0 || !search(&fit, &result))
		return;
	report->status = result.status;
	if (result.status == LEAST_SQUARES_NOT_FINITE)
		return;
	report_parameters(&fit, &result, report);
	report_passbands(&fit, &result, report);
}

/*
 * shapes.c
 *		How the fluxes of a supernova, a microlensing event and a flare go with
 *		time.
 */
#include "core/fit/shapes.h"

#include <math.h>

#include "core/base/vector_exp.h"

/* exp(-MAX_EXPONENT) is nothing beside a flux, and its square is no denormal number. */
#define MAX_EXPONENT 300.0

/* The bounds of p[0] follow from the observations. */
const double shape_lower[N_FIT_MODELS][N_SHAPE_PARAMETERS] = {
	[FIT_SUPERNOVA] = {0.0, 0.0, -3.912023005428146},					 /* fall 1, ratio 0.02 */
	[FIT_MICROLENSING] = {0.0, -0.6931471805599453, -4.605170185988091}, /* tE 0.5, u0 0.01 */
	[FIT_FLARE] = {0.0, -4.605170185988091, 0.0},						 /* decay 0.01 */
};

const double shape_upper[N_FIT_MODELS][N_SHAPE_PARAMETERS] = {
	[FIT_SUPERNOVA] = {0.0, 6.907755278982137, -0.2231435513142097},   /* fall 1000, ratio 0.8 */
	[FIT_MICROLENSING] = {0.0, 6.214608098422191, 0.6931471805599453}, /* tE 500, u0 2 */
	[FIT_FLARE] = {0.0, 5.703782474656201, 0.0},					   /* decay 300 */
};

/* exp(-x) for 0 <= x: -x = k ln 2 + r. */
INLINED double
exponential(double x)
{
	double exponent = -(x < MAX_EXPONENT ? x : MAX_EXPONENT);
	double shifted = exponent * 1.4426950408889634 + 0x1.8p52;
	double k = shifted - 0x1.8p52;

	return scaled_exp(shifted, exponent - k * 0x1.62e42fefa0000p-1 - k * 0x1.cf79abc9e3b3ap-40);
}

DISPATCHED void
exponentials(const double *x, uint32_t n, double *to)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = exponential(x[i]);
}

/* peak = fall ratio ln(1 / ratio - 1). */
double
supernova_peak_offset(const double *parameters, double *slope)
{
	double fall = exp(parameters[1]);
	double ratio = exp(parameters[2]);
	double logarithm = log(1.0 / ratio - 1.0);

	*slope = fall * ratio * (logarithm - 1.0 / (1.0 - ratio));
	return fall * ratio * logarithm;
}

/*
 * With z = y / rise and L = 1 / (1 + exp(z)), the logarithm of the shape is
 * -y / fall + ln(1 - L) - ln(peak value); that of its largest value is
 * ratio ln(ratio / (1 - ratio)) + ln(1 - ratio).
 */
DISPATCHED static void
evaluate_supernova(const double *parameters, const double *time, uint32_t n, double *shape,
				   double *restrict by_peak, double *restrict by_fall, double *restrict by_ratio)
{
	double fall = exp(parameters[1]);
	double ratio = exp(parameters[2]);
	double per_fall = 1.0 / fall;
	double per_rise = 1.0 / (fall * ratio);
	double offset_slope;
	double offset = supernova_peak_offset(parameters, &offset_slope);
	double log_odds = log(ratio / (1.0 - ratio));
	double per_peak = 1.0 / exp(ratio * log_odds + log1p(-ratio));
	double origin = parameters[0] - offset;

	for (uint32_t i = 0; i < n; i++)
	{
		double y = time[i] - origin;
		double z = y * per_rise;
		double e = exponential(fabs(z));
		double late = 1.0 / (1.0 + e);
		double logistic = y > 0.0 ? e * late : late; /* L */

		/* Before the origin both exponentials together, neither of which may overflow. */
		double decline = exponential(y > 0.0 ? y * per_fall : y * (per_fall - per_rise));
		double value = per_peak * decline * late;
		double slope = value * (per_rise * logistic - per_fall);

		shape[i] = value;
		by_peak[i] = -slope;
		by_fall[i] = slope * (offset - y);
		by_ratio[i] = slope * offset_slope - value * (logistic * z + ratio * log_odds);
	}
}

/* A - 1 = 4 / ((q + 2 + root) root) with q = u^2 and root = sqrt(q^2 + 4 q), without cancellation;
 * dA/dq = -4 / root^3. */
DISPATCHED static void
evaluate_microlensing(const double *parameters, const double *time, uint32_t n, double *shape,
					  double *restrict by_peak, double *restrict by_time,
					  double *restrict by_impact)
{
	double per_time = exp(-parameters[1]);
	double impact_square = exp(2.0 * parameters[2]);
	double peak_root = sqrt(impact_square * impact_square + 4.0 * impact_square);
	double per_peak = 0.25 * (impact_square + 2.0 + peak_root) * peak_root;
	double peak_slope = -4.0 / (peak_root * peak_root * peak_root) * per_peak;

	for (uint32_t i = 0; i < n; i++)
	{
		double x = (time[i] - parameters[0]) * per_time;
		double q = impact_square + x * x;
		double square = q * q + 4.0 * q;
		double root = sqrt(square);
		double value = per_peak * 4.0 / ((q + 2.0 + root) * root);
		double slope = per_peak * -4.0 / (square * root);

		shape[i] = value;
		by_peak[i] = slope * -2.0 * x * per_time;
		by_time[i] = slope * -2.0 * x * x;
		by_impact[i] = (slope - value * peak_slope) * 2.0 * impact_square;
	}
}

DISPATCHED static void
evaluate_flare(const double *parameters, const double *time, uint32_t n, double *shape,
			   double *restrict by_onset, double *restrict by_decay, double *restrict by_nothing)
{
	double per_decay = exp(-parameters[1]);

	for (uint32_t i = 0; i < n; i++)
	{
		double x = (time[i] - parameters[0]) * per_decay;
		double value = x >= 0.0 ? exponential(fabs(x)) : 0.0;

		shape[i] = value;
		by_onset[i] = 0.0;
		by_decay[i] = value * x;
		by_nothing[i] = 0.0;
	}
}

void
evaluate_shape(FitModel model, const double *parameters, const double *time, uint32_t n,
			   double *shape, double *const derivatives[])
{
	double *a = derivatives[0], *b = derivatives[1], *c = derivatives[2];

	if (model == FIT_SUPERNOVA)
		evaluate_supernova(parameters, time, n, shape, a, b, c);
	else if (model == FIT_MICROLENSING)
		evaluate_microlensing(parameters, time, n, shape, a, b, c);
	else
		evaluate_flare(parameters, time, n, shape, a, b, c);
}

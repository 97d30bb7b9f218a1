/*
 * supernova.c
 *		When a supernova was brightest, and how it brightened and faded.
 */
#include "core/fit/supernova.h"

#include <math.h>
#include <string.h>

#include "core/fit/models.h"
#include "core/gp/gp.h"

/* The peak is looked for at so many times on either side of the parametric fit's, so far apart. */
#define PEAK_STEPS 60
#define PEAK_STEP 0.25 /* days */
#define PEAK_TIMES (2 * PEAK_STEPS + 1)

/* The part of its greatest value above which the curve is the peak. */
#define SHOULDER 0.9

/* A flux and its standard deviation. */
typedef struct Brightness
{
	double flux;
	double flux_sd;
} Brightness;

/*
 * (sum of flux^4)^(1/4) over the observed passbands, of fluxes above 0, and its
 * error to first order.
 */
static Brightness
brightness(const double *flux, const double *flux_sd, const bool *observed)
{
	double	   largest = 0.0, sum = 0.0, variance = 0.0;
	Brightness result = {0.0, 0.0};

	for (int band = 0; band < N_PASSBANDS; band++)
	{
		if (observed[band] && flux[band] > largest)
			largest = flux[band];
	}
	if (largest == 0.0)
		return result;
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		double share = observed[band] && flux[band] > 0.0 ? flux[band] / largest : 0.0;
		double slope = share * share * share * flux_sd[band];

		sum += share * share * share * share;
		variance += slope * slope;
	}
	result.flux = largest * sqrt(sqrt(sum));
	result.flux_sd = sqrt(variance) / pow(sum, 0.75);
	return result;
}

/*
 * The mean of the steps around the peak in which the curve is above SHOULDER of it,
 * weighted by how far above.
 */
static double
peak_centroid(const Brightness *curve, int peak)
{
	double threshold = SHOULDER * curve[peak].flux;
	double weight = curve[peak].flux - threshold;
	double sum = weight, moment = 0.0;

	for (int direction = -1; direction <= 1; direction += 2)
	{
		for (int i = peak + direction; i >= 0 && i < PEAK_TIMES && curve[i].flux > threshold;
			 i += direction)
		{
			sum += curve[i].flux - threshold;
			moment += (curve[i].flux - threshold) * (i - peak);
		}
	}
	return peak + moment / sum;
}

/* Moves fit->mjd_peak from the parametric fit's peak to that of the Gaussian process. */
static void
find_peak(const Observations *o, SupernovaFit *fit, Workspace *workspace)
{
	GaussianProcess process = gp_fit(o, workspace).process;
	double		   *mjd = workspace_array(workspace, double, PEAK_TIMES);
	double		   *flux = workspace_array(workspace, double, PEAK_TIMES *N_PASSBANDS);
	double		   *flux_sd = workspace_array(workspace, double, PEAK_TIMES *N_PASSBANDS);
	bool			observed[N_PASSBANDS] = {false};
	Brightness		curve[PEAK_TIMES];
	int				peak = 0, first = PEAK_TIMES, last = 0;

	for (uint32_t i = 0; i < o->count; i++)
		observed[o->kind[i] & KIND_PASSBAND] = true;
	for (int i = 0; i < PEAK_TIMES; i++)
		mjd[i] = fit->mjd_peak + PEAK_STEP * (i - PEAK_STEPS);
	gp_predict(o, &process, mjd, PEAK_TIMES, flux, flux_sd, workspace);
	for (int i = 0; i < PEAK_TIMES; i++)
	{
		curve[i] = brightness(flux + i * N_PASSBANDS, flux_sd + i * N_PASSBANDS, observed);
		if (curve[i].flux > curve[peak].flux)
			peak = i;
	}
	fit->mjd_peak_err = NAN;
	if (curve[peak].flux == 0.0)
		return;
	for (int i = 0; i < PEAK_TIMES; i++)
	{
		if (curve[i].flux < curve[peak].flux - curve[peak].flux_sd)
			continue;
		if (first > i)
			first = i;
		last = i;
	}
	fit->mjd_peak = mjd[0] + PEAK_STEP * peak_centroid(curve, peak);
	/* and at least what lies between two of the times */
	fit->mjd_peak_err = 0.5 * PEAK_STEP * (last > first ? last - first : 1);
}

bool
fit_supernova(const Observations *observations, SupernovaFit *fit, Workspace *workspace)
{
	Observations  o = fitted_observations(observations, workspace);
	LightCurveFit formula;

	if (o.count == 0)
		return false;
	fit_light_curve(make_fit_curve(&o, workspace), FIT_SUPERNOVA, &formula);
	if (isnan(formula.peak_time))
		return false;
	fit->mjd_peak = o.mjd[0] + formula.peak_time;
	fit->rise = formula.parameters[SUPERNOVA_RISE];
	fit->fall = formula.parameters[SUPERNOVA_FALL];
	memcpy(fit->flux_peak, formula.amplitude, sizeof(fit->flux_peak));
	fit->chi_square = formula.chi_square;
	find_peak(&o, fit, workspace);
	return true;
}

/*
 * fit_features.c
 *		Features from fits of a supernova, a microlensing event and a flare.
 */
#include <math.h>

#include "core/features/group.h"

enum
{
	SUPERNOVA_ROWS = 0,
	MICROLENSING_ROWS = 12,
	FLARE_ROWS = 23,
	N_FIT_ROWS = 32
};

#define NO_FIT "; NaN without degrees of freedom or where no passband brightens so"
#define ERROR_NOTE                                                                                 \
	", one standard deviation; NaN at a bound of the fit or where the fit leaves it open" NO_FIT

/* What follows the parameters and errors of every model. */
#define QUALITY_ROWS(name)                                                                         \
	{name "_chi_square_reduced", "1",                                                              \
	 "chi-square of the " name " fit divided by its degrees of freedom; NaN without these"},       \
		{name "_chi_square_ratio", "1",                                                            \
		 "chi-square of the " name " fit divided by that of a constant in each passband; NaN "     \
		 "without degrees of freedom or where the latter is 0"},                                   \
		{name "_chi_square_gain", "1",                                                             \
		 "chi-square of a constant in each passband less that of the " name                        \
		 " fit; NaN without degrees of freedom"},                                                  \
		{name "_chi_square_beside_gp", "1",                                                        \
		 "chi-square of the " name " fit divided by the sum of it and that of the Gaussian "       \
		 "process's mean curve: 0.5 alike, near 1 where the latter is far better; NaN without "    \
		 "degrees of freedom or where both are 0"},                                                \
	{                                                                                              \
		name "_log_likelihood_over_gp", "1",                                                       \
			"log-likelihood of the " name " fit less that of the Gaussian process, an "            \
			"observation; NaN without degrees of freedom"                                          \
	}

static const FeatureRow fit_rows[N_FIT_ROWS] = {
	[SUPERNOVA_ROWS] =
		{"supernova_peak_time", "day",
		 "time of the peak of a supernova that brightens and fades as exp(-x/fall) / (1 + "
		 "exp(-x/rise)), x = time - t0, amplitude and baseline of each passband free, since the "
		 "first observation" NO_FIT},
	{"supernova_t0", "day", "t0 of the supernova fit since the first observation" NO_FIT},
	[FIT_SUPERNOVA_RISE_TIME] = {"supernova_rise_time", "day", "rise of the supernova fit" NO_FIT},
	[FIT_SUPERNOVA_FALL_TIME] = {"supernova_fall_time", "day", "fall of the supernova fit" NO_FIT},
	{"supernova_t0_err", "day", "error of supernova_t0" ERROR_NOTE},
	{"supernova_rise_time_err", "day", "error of supernova_rise_time" ERROR_NOTE},
	{"supernova_fall_time_err", "day", "error of supernova_fall_time" ERROR_NOTE},
	QUALITY_ROWS("supernova"),
	[MICROLENSING_ROWS] =
		{"microlensing_t0", "day",
		 "time of the peak of a microlensing event, A(u) = (u^2 + 2) / (u sqrt(u^2 + 4)), u^2 = "
		 "u0^2 + ((time - t0) / tE)^2, source and blended flux of each passband free, since the "
		 "first observation" NO_FIT},
	{"microlensing_time", "day", "Einstein time tE of the microlensing fit" NO_FIT},
	{"microlensing_u0", "1", "smallest separation u0 of the microlensing fit" NO_FIT},
	{"microlensing_t0_err", "day", "error of microlensing_t0" ERROR_NOTE},
	{"microlensing_time_err", "day", "error of microlensing_time" ERROR_NOTE},
	{"microlensing_u0_err", "1", "error of microlensing_u0" ERROR_NOTE},
	QUALITY_ROWS("microlensing"),
	[FLARE_ROWS] =
		{"flare_onset", "day",
		 "time of the first observation in a flare that fades as exp(-x/decay), amplitude and "
		 "baseline of each passband free, since the first observation" NO_FIT},
	{"flare_decay_time", "day", "decay of the flare fit" NO_FIT},
	{"flare_onset_err", "day",
	 "time from the observation before flare_onset to it; NaN without that observation" NO_FIT},
	{"flare_decay_time_err", "day", "error of flare_decay_time" ERROR_NOTE},
	QUALITY_ROWS("flare"),
};

/* A value whose error is larger than itself by this factor is undetermined. */
#define LARGEST_RELATIVE_ERROR 10.0

/* Days and separations are positive, and the error of an undetermined one is NaN. */
static double
useful_error(double error, double scale)
{
	return error <= LARGEST_RELATIVE_ERROR * scale ? error : NAN;
}

/*
 * The fit's log-likelihood is at its best parameters, the process's has its curve
 * integrated out: of the two only the latter pays for being flexible.
 */
static void
put_quality(const Measurements *m, const LightCurveFit *fit, double *out)
{
	bool   free = fit->degrees_of_freedom > 0;
	double gain = fit->constant_chi_square - fit->chi_square;

	out[0] = free ? fit->chi_square / fit->degrees_of_freedom : NAN;
	out[1] = free ? fit->chi_square / fit->constant_chi_square : NAN;
	out[2] = free ? gain : NAN;
	out[3] = free ? fit->chi_square / (fit->chi_square + m->gp_chi_square) : NAN;
	out[4] = free ? (0.5 * gain - m->gp_log_likelihood_gain) / m->observations->count : NAN;
}

static void
put_supernova(const Measurements *m, const LightCurveFit *fit, double *out)
{
	double fall = fit->parameters[SUPERNOVA_FALL];

	out[0] = fit->peak_time;
	out[1] = fit->parameters[SUPERNOVA_T0];
	out[2] = fit->parameters[SUPERNOVA_RISE];
	out[3] = fall;
	out[4] = useful_error(fit->errors[SUPERNOVA_T0], fall);
	out[5] = useful_error(fit->errors[SUPERNOVA_RISE], fit->parameters[SUPERNOVA_RISE]);
	out[6] = useful_error(fit->errors[SUPERNOVA_FALL], fall);
	put_quality(m, fit, out + 7);
}

static void
put_microlensing(const Measurements *m, const LightCurveFit *fit, double *out)
{
	double time = fit->parameters[MICROLENSING_TIME];

	out[0] = fit->parameters[MICROLENSING_T0];
	out[1] = time;
	out[2] = fit->parameters[MICROLENSING_U0];
	out[3] = useful_error(fit->errors[MICROLENSING_T0], time);
	out[4] = useful_error(fit->errors[MICROLENSING_TIME], time);
	out[5] = useful_error(fit->errors[MICROLENSING_U0], fit->parameters[MICROLENSING_U0]);
	put_quality(m, fit, out + 6);
}

static void
put_flare(const Measurements *m, const LightCurveFit *fit, double *out)
{
	double decay = fit->parameters[FLARE_DECAY];

	out[0] = fit->parameters[FLARE_ONSET];
	out[1] = decay;
	out[2] = fit->errors[FLARE_ONSET];
	out[3] = useful_error(fit->errors[FLARE_DECAY], decay);
	put_quality(m, fit, out + 4);
}

static void
compute_fits(Measurements *m, double *out)
{
	FitCurve *curve = make_fit_curve(m->observations, m->workspace);

	for (int model = 0; model < N_FIT_MODELS; model++)
		fit_light_curve(curve, model, &m->fits[model]);
	put_supernova(m, &m->fits[FIT_SUPERNOVA], out + SUPERNOVA_ROWS);
	put_microlensing(m, &m->fits[FIT_MICROLENSING], out + MICROLENSING_ROWS);
	put_flare(m, &m->fits[FIT_FLARE], out + FLARE_ROWS);
}

const FeatureGroup fit_features = {
	.table = {"fit", EXPAND_NOT, N_FIT_ROWS, fit_rows},
	.compute = compute_fits,
	.fitted = true,
};

#define AMPLITUDE_ROWS(name, peak)                                                                 \
	{name "_amplitude", "flux",                                                                    \
	 "flux of the " name " fit above its baseline at " peak NO_FIT ", and without observations"},  \
	{                                                                                              \
		name "_amplitude_err", "flux",                                                             \
			"error of " name "_amplitude, one standard deviation" NO_FIT                           \
			", and without observations"                                                           \
	}

/* The baselines of the others hardly differ from these. */
static const FeatureRow amplitude_rows[] = {
	AMPLITUDE_ROWS("supernova", "its peak"),
	AMPLITUDE_ROWS("microlensing", "its peak"),
	AMPLITUDE_ROWS("flare", "its onset"),
	{"supernova_baseline", "flux",
	 "baseline of the supernova fit" NO_FIT ", and without observations"},
};

static void
compute_amplitudes(Measurements *m, double *out)
{
	for (int band = 0; band < N_PASSBANDS; band++)
	{
		for (int model = 0; model < N_FIT_MODELS; model++)
		{
			const LightCurveFit *fit = &m->fits[model];

			out[2 * model * N_PASSBANDS + band] = fit->amplitude[band];
			out[(2 * model + 1) * N_PASSBANDS + band] = fit->amplitude_err[band];
		}
		out[2 * N_FIT_MODELS * N_PASSBANDS + band] = m->fits[FIT_SUPERNOVA].baseline[band];
	}
}

const FeatureGroup fit_amplitude_features = {
	.table = {"fit_amplitude", EXPAND_PASSBANDS, 2 * N_FIT_MODELS + 1, amplitude_rows},
	.compute = compute_amplitudes,
	.fitted = true,
};

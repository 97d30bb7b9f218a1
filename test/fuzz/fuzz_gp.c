/*
 * fuzz_gp.c
 *		The Gaussian process: fit and prediction of extreme light curves.
 */
#include "fuzz.h"

#include "core/gp/gp.h"

#define MAX_TIMES 8

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace		   workspace = unit_workspace();
	FuzzInput		   input = {data, size};
	int				   n = take_range(&input, 1, MAX_TIMES);
	double			   offsets[MAX_TIMES], mjd[MAX_TIMES];
	double			   flux[MAX_TIMES * N_PASSBANDS], flux_sd[MAX_TIMES * N_PASSBANDS];
	Observations	   curve;
	GaussianProcessFit fit;

	for (int i = 0; i < n; i++)
		offsets[i] = take_number(&input);
	curve = take_curve(&input, &workspace);
	fit = gp_fit(&curve, &workspace);
	REQUIRE(isfinite(fit.process.amplitude) && fit.process.amplitude > 0.0);
	REQUIRE(fit.process.length_scale >= GP_MINIMUM_LENGTH_SCALE * 0.999 &&
			fit.process.length_scale <= GP_MAXIMUM_LENGTH_SCALE * 1.001);
	REQUIRE(isfinite(fit.log_likelihood));
	REQUIRE(fit.evaluations >= 0 && fit.evaluations <= GP_MAXIMUM_EVALUATIONS);
	for (int i = 0; i < n; i++)
		mjd[i] = curve.mjd[0] + offsets[i];
	gp_predict(&curve, &fit.process, mjd, n, flux, flux_sd, &workspace);
	for (int i = 0; i < n * N_PASSBANDS; i++)
		REQUIRE(isfinite(flux[i]) && isfinite(flux_sd[i]) && flux_sd[i] >= 0.0);
	unit_free();
	return 0;
}

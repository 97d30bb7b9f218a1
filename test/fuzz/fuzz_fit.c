/*
 * fuzz_fit.c
 *		Fits of all models to extreme light curves.
 */
#include "fuzz.h"

#include "core/fit/models.h"

static void
require_sane(const LightCurveFit *fit)
{
	REQUIRE(!isinf(fit->chi_square) && !(fit->chi_square < 0.0));
	for (int k = 0; k < N_FIT_PARAMETERS; k++)
	{
		REQUIRE(!isinf(fit->parameters[k]));
		REQUIRE(!(fit->errors[k] < 0.0));
	}
	for (int b = 0; b < N_PASSBANDS; b++)
		REQUIRE(!(fit->amplitude[b] < 0.0) && !isinf(fit->amplitude[b]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace	 workspace = unit_workspace();
	FuzzInput	 input = {data, size};
	Observations curve = take_curve(&input, &workspace);
	FitCurve	*laid_out = make_fit_curve(&curve, &workspace);

	for (int model = 0; model < N_FIT_MODELS; model++)
	{
		LightCurveFit fit;

		fit_light_curve(laid_out, (FitModel) model, &fit);
		require_sane(&fit);
	}
	unit_free();
	return 0;
}

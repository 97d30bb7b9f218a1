/*
 * fuzz_simulate.c
 *		Objects of the synthetic survey, of any seed and number.
 */
#include "fuzz.h"

#include "core/simulate/simulate.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static SurveyObservation observations[SURVEY_MAX_VISITS];
	SurveyObject			 object;
	uint64_t				 numbers[2] = {0, 0};
	int						 n, n_detected = 0;

	memcpy(numbers, data, size < sizeof(numbers) ? size : sizeof(numbers));
	n = survey_simulate(numbers[0], (int64_t) numbers[1], (SurveyMix) (size % 3), &object,
						observations);
	REQUIRE(n >= 2 && n <= SURVEY_MAX_VISITS);
	for (int i = 0; i < n; i++)
	{
		REQUIRE(isfinite(observations[i].mjd) && isfinite(observations[i].flux));
		REQUIRE(isfinite(observations[i].flux_err) && observations[i].flux_err > 0.0f);
		REQUIRE(observations[i].passband >= 0 && observations[i].passband < N_PASSBANDS);
		REQUIRE(i == 0 || observations[i].mjd >= observations[i - 1].mjd);
		n_detected += observations[i].detected;
	}
	REQUIRE(n_detected >= 2);
	return 0;
}

/*
 * fuzz_period.c
 *		The periodogram and the search for a period of extreme light curves.
 */
#include "fuzz.h"

#include "core/period/period.h"

/* The search is over up to a million frequencies: of short curves only, for speed. */
#define MAX_BASELINE 20.0

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Workspace		 workspace = unit_workspace();
	FuzzInput		 bytes = {data, size};
	double			 frequency = fabs(take_number(&bytes));
	Observations	 curve = take_curve(&bytes, &workspace);
	PeriodogramInput input = periodogram_input(&curve, &workspace);

	if (input.n_bands > 0)
	{
		double power = multiband_power(&input, frequency);
		Fold   fold = fit_fold(&input, frequency, take_range(&bytes, 1, FOLD_HARMONICS));

		REQUIRE(power >= -1e-6 && power <= 1.0 + 1e-6);
		for (int h = 0; h <= fold.n_harmonics; h++)
			REQUIRE(fold.explained[h] >= -1e-6 && fold.explained[h] <= 1.0 + 1e-6);
	}
	if (input.baseline < MAX_BASELINE)
	{
		Period			period = find_period(&curve, ANY_PERIOD, &workspace);
		PeriodRange		range = {.minimum = 1e-3 * take_range(&bytes, 20, 5000)};
		PeriodCandidate candidates[MAX_PERIOD_CANDIDATES];
		int				limit = take_range(&bytes, 1, MAX_PERIOD_CANDIDATES);
		int				n;

		REQUIRE(isnan(period.period) || (isfinite(period.period) && period.period > 0.0));
		REQUIRE(isnan(period.peak_power) ||
				(period.peak_power >= -1e-6 && period.peak_power <= 1.0 + 1e-6));
		REQUIRE(!(period.log10_false_alarm > 1e-6));
		range.maximum = range.minimum * take_range(&bytes, 1, 50);
		n = find_period_candidates(&curve, range, limit, candidates, &workspace);
		REQUIRE(n >= 0 && n <= limit);
		for (int i = 0; i < n; i++)
		{
			REQUIRE(isfinite(candidates[i].period) && candidates[i].period > 0.0);
			REQUIRE(!(candidates[i].log10_false_alarm > 1e-6));
		}
	}
	unit_free();
	return 0;
}

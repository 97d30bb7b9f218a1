/*
 * test_selection.c
 *		Parts of random light curves compared with a search through all
 *		observations, and means of epochs with their definition.
 */
#include <string.h>

#include "unit.h"

#include "core/base/random.h"
#include "core/curve/selection.h"

/* Exposures of some seconds, each reduced up to three times, in three passbands. */
static Observations
random_curve(Random *random, uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace), canonical;
	uint32_t	*order, count;
	double		 time = 60000.0;

	while (o.count < n)
	{
		Observation observation;

		if (random_below(random, 3) == 0)
			time += (1 + random_below(random, 5)) * 0.5 / 86400.0;
		make_observation(time + 1e-6 * random_below(random, 8), 1 + random_below(random, 3),
						 (int) random_below(random, 200) - 100.0, 1.0 + random_below(random, 40),
						 DETECTED_UNKNOWN, &observation);
		put_observation(&o, o.count++, observation);
	}
	count = canonical_order(&o, &order, workspace);
	canonical = allocate_observations(count, workspace);
	gather_observations(&o, order, count, &canonical);
	canonical.n_rejected = 7;
	return canonical;
}

static void
test_select(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, 1, 0);
	for (int round = 0; round < 200; round++)
	{
		Observations o = random_curve(&random, random_below(&random, 80), &workspace);
		Selection	 s = {.passbands = (uint8_t) random_below(&random, 64),
						  .min_snr = random_below(&random, 4),
						  .mjd_from = 60000.0 + random_below(&random, 20) / 86400.0,
						  .mjd_to = 60000.0 + random_below(&random, 40) / 86400.0};
		Observations selected = select_observations(&o, &s, &workspace);
		uint32_t	 at = 0;

		for (uint32_t i = 0; i < o.count; i++)
		{
			if (o.mjd[i] < s.mjd_from || o.mjd[i] > s.mjd_to ||
				!(s.passbands & 1 << (o.kind[i] & KIND_PASSBAND)) ||
				fabsf(o.flux[i]) / o.flux_err[i] < s.min_snr)
				continue;
			CHECK(at < selected.count && selected.mjd[at] == o.mjd[i] &&
					  selected.flux[at] == o.flux[i] && selected.flux_err[at] == o.flux_err[i] &&
					  selected.kind[at] == o.kind[i],
				  "round %d: observation %u", round, i);
			at++;
		}
		CHECK(at == selected.count && selected.n_rejected == 0, "round %d: %u and %u", round, at,
			  selected.count);
	}
	unit_free();
}

static void
test_coalesce(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, 2, 0);
	for (int round = 0; round < 200; round++)
	{
		Observations o = random_curve(&random, random_below(&random, 80), &workspace);
		double		 seconds = random_below(&random, 5) * 0.5;
		Observations together = coalesce_observations(&o, seconds, &workspace);
		uint32_t	 at = 0;

		for (uint8_t band = 0; band < N_PASSBANDS; band++)
		{
			for (uint32_t i = 0; i < o.count; i++)
			{
				double	 w = 0.0, time = 0.0, flux = 0.0, err = 0.0;
				uint8_t	 detected = 0;
				uint32_t n = 0, last = i;

				if ((o.kind[i] & KIND_PASSBAND) != band)
					continue;
				for (uint32_t j = i; j < o.count; j++)
				{
					double weight = 1.0 / ((double) o.flux_err[j] * (double) o.flux_err[j]);

					if ((o.kind[j] & KIND_PASSBAND) != band ||
						(o.mjd[j] - o.mjd[i]) * 86400.0 > seconds)
						continue;
					w += weight;
					time += weight * (o.mjd[j] - 60000.0);
					flux += weight * (double) o.flux[j];
					err += weight * (double) o.flux_err[j];
					detected |= o.kind[j] & KIND_DETECTED;
					n++;
					last = j;
				}
				CHECK(at < together.count && together.kind[at] == (band | detected), "band");
				CHECK_CLOSE(together.mjd[at], 60000.0 + time / w, 1e-10, "time");
				CHECK_CLOSE(together.flux[at], flux / w, 1e-5, "flux");
				CHECK_CLOSE(together.flux_err[at], err / w, 1e-5, "error");
				CHECK(n > 1 || (together.mjd[at] == o.mjd[i] && together.flux[at] == o.flux[i] &&
								together.flux_err[at] == o.flux_err[i]),
					  "what is alone changed");
				at++;
				i = last;
			}
		}
		CHECK(at == together.count && together.n_rejected == 7, "round %d: %u and %u", round, at,
			  together.count);
	}
	unit_free();
}

/* Values at the limits of float and double neither overflow nor vanish. */
static void
test_extreme_epochs(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = allocate_observations(3, &workspace), together;

	put_observation(&o, 0, (Observation){-1e300, -3e38f, 1e-45f, 1});
	put_observation(&o, 1, (Observation){-1e300, 3e38f, 3e38f, 1});
	put_observation(&o, 2, (Observation){1e300, 3e38f, 3e38f, 1 | KIND_DETECTED});
	o.count = 3;
	together = coalesce_observations(&o, 86400.0, &workspace);
	CHECK(together.count == 2 && together.flux[0] == -3e38f && together.flux_err[0] == 1e-45f &&
			  together.flux[1] == 3e38f,
		  "%u: %g +- %g", together.count, together.flux[0], together.flux_err[0]);
	unit_free();
}

static void
test_truncate(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = allocate_observations(4, &workspace);

	for (int i = 0; i < 4; i++)
		put_observation(&o, i, (Observation){i, 1.0f, 1.0f, i == 1 ? 2 | KIND_DETECTED : 2});
	o.count = 4;
	CHECK(truncate_observations(&o, 0.0, &workspace).count == 2, "the first detection");
	CHECK(truncate_observations(&o, 1.0, &workspace).count == 3, "a day later");
	CHECK(truncate_observations(&o, 50.0, &workspace).count == 4, "all");
	o.kind[1] = 2;
	CHECK(truncate_observations(&o, 50.0, &workspace).count == 0, "without detection");
	unit_free();
}

int
main(void)
{
	test_select();
	test_coalesce();
	test_extreme_epochs();
	test_truncate();
	return unit_report();
}

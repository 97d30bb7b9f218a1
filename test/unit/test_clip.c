/*
 * test_clip.c
 *		Wild points put into light curves go, and nothing that is real does: supernovae
 *		of the synthetic survey, outbursts seen once in a passband, eclipses.
 */
#include "unit.h"

#include "core/base/random.h"
#include "core/curve/clip.h"
#include "core/simulate/simulate.h"

#define SEED 7

static void
put(Observations *o, double mjd, int passband, double flux, double flux_err)
{
	Observation observation;

	make_observation(mjd, passband, flux, flux_err, DETECTED_UNKNOWN, &observation);
	put_observation(o, o->count++, observation);
}

static Observations
canonical(const Observations *o, Workspace *workspace)
{
	uint32_t	*order, count = canonical_order(o, &order, workspace);
	Observations result = allocate_observations(count, workspace);

	gather_observations(o, order, count, &result);
	return result;
}

/* How many of the observations of a are missing in b; -1 where b has one that a has not. */
static int
missing(const Observations *a, const Observations *b)
{
	uint32_t j = 0;

	for (uint32_t i = 0; i < a->count; i++)
	{
		if (j < b->count && a->mjd[i] == b->mjd[j] && a->flux[i] == b->flux[j] &&
			a->flux_err[i] == b->flux_err[j] && a->kind[i] == b->kind[j])
			j++;
	}
	return j == b->count ? (int) (a->count - b->count) : -1;
}

/* In the noise of two passbands everything off by 50 to 10,000 errors goes, and nothing else. */
static void
test_noise(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, SEED, 0);
	for (int round = 0; round < 200; round++)
	{
		Observations o = allocate_observations(100, &workspace), without, clipped;
		int			 n_wild = 0;

		without = allocate_observations(100, &workspace);
		for (int i = 0; i < 100; i++)
		{
			double level = round % 2 ? 1000.0 : 0.0, err = 1.0 + random_uniform(&random);
			double off = err * random_normal(&random);

			/* neither one after the other, nor at an end */
			if (i % 10 == 5 && random_below(&random, 2) == 0)
			{
				off = err * 50.0 * pow(200.0, random_uniform(&random));
				n_wild++;
			}
			else
				put(&without, 60000.0 + i, 1 + i % 2, level + off, err);
			put(&o, 60000.0 + i, 1 + i % 2, level + off, err);
		}
		o.n_rejected = 3;
		clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
		CHECK(missing(&o, &clipped) == n_wild && missing(&without, &clipped) == 0 &&
				  clipped.n_rejected == 3 + (uint32_t) n_wild,
			  "round %d: %d of %d wild points, %u rejected", round, missing(&o, &clipped), n_wild,
			  clipped.n_rejected);
	}
	unit_free();
}

static Observations
simulated(SurveyMix mix, int id, int *target, Workspace *workspace)
{
	static SurveyObservation rows[SURVEY_MAX_VISITS];
	SurveyObject			 object;
	int						 n = survey_simulate(SEED, id, mix, &object, rows);
	Observations			 o = allocate_observations((size_t) n, workspace);

	for (int i = 0; i < n; i++)
		put(&o, rows[i].mjd, rows[i].passband, rows[i].flux, rows[i].flux_err);
	*target = object.target;
	return canonical(&o, workspace);
}

/*
 * Of what the survey observes of supernovae and other slow transients nothing goes, and
 * hardly anything of the rest; a point 1,000 errors off, anywhere but at an end, does.
 */
static void
test_survey(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;
	int		  n = 0, gone = 0, added = 0, found = 0;

	random_seed(&random, SEED, 1);
	for (int id = 1; id <= 1500; id++)
	{
		int			 target, lost;
		Observations o = simulated(SURVEY_TRAINING, id, &target, &workspace);
		Observations clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
		bool slow = target == 42 || target == 52 || target == 62 || target == 67 || target == 90 ||
					target == 95 || target == 15;

		lost = missing(&o, &clipped);
		CHECK(lost >= 0 && (!slow || lost == 0), "object %d of class %d lost %d", id, target, lost);
		n += (int) o.count;
		gone += lost;
		if (slow && o.count > 20)
		{
			uint32_t i = 5 + random_below(&random, o.count - 10);

			o.flux[i] += (random_below(&random, 2) ? 1000.0f : -1000.0f) * o.flux_err[i];
			clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
			added++;
			found += missing(&o, &clipped) == 1;
		}
		unit_free();
	}
	CHECK(gone < n / 1000, "%d of %d observations are gone", gone, n);
	CHECK(found >= added * 97 / 100, "%d of %d wild points are gone", found, added);
}

/* A transient that each passband has seen once, with a day between them. */
static void
test_seen_once(void)
{
	Workspace	 workspace = unit_workspace();
	Observations o = allocate_observations(400, &workspace), clipped;

	for (int i = 0; i < 200; i++)
	{
		double days = (i - 100) * 0.7, passband = i % 6;
		double flux = days < 0 ? 0.0 : 250.0 * exp(-days / 1.5) * (1.0 + 0.2 * passband);

		put(&o, 60000.0 + days, i % 6, flux, 3.0);
	}
	clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
	CHECK(missing(&o, &clipped) == 0, "%d lost", missing(&o, &clipped));

	/* a rise that has just begun, in one passband; but not a point before a quiet one */
	o.count = 0;
	for (int i = 0; i < 40; i++)
		put(&o, 60000.0 + 3 * i, 2, i == 39 ? 60.0 : i % 3 - 1.0, 1.0);
	clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
	CHECK(missing(&o, &clipped) == 0, "%d lost", missing(&o, &clipped));
	put(&o, 60000.0 + 3 * 40, 2, 0.0, 1.0);
	clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
	CHECK(missing(&o, &clipped) == 1, "%d lost", missing(&o, &clipped));
	unit_free();
}

/* Eclipses of 3 % of the period, a tenth to nine tenths deep, as flux and as difference of flux. */
static void
test_eclipses(void)
{
	Workspace workspace = unit_workspace();
	Random	  random;

	random_seed(&random, SEED, 2);
	for (int round = 0; round < 400; round++)
	{
		Observations o = allocate_observations(300, &workspace), clipped;
		double		 flux = 10000.0, err = 40.0 + 100.0 * random_uniform(&random);
		double		 depth = 0.1 + 0.8 * random_uniform(&random);
		double		 period = 1.0 + 3.0 * random_uniform(&random);
		double		 reference = round % 2 ? flux : 0.0;

		for (int i = 0; i < 300; i++)
		{
			double mjd = 60000.0 + 3.0 * i + 0.2 * random_uniform(&random);
			double phase = fmod(mjd, period) / period;
			double dip = phase < 0.03 ? depth : phase > 0.5 && phase < 0.53 ? 0.5 * depth : 0.0;

			put(&o, mjd, 1 + i % 3, flux * (1.0 - dip) - reference + err * random_normal(&random),
				err);
		}
		clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
		CHECK(missing(&o, &clipped) == 0, "round %d, depth %.2f: %d lost", round, depth,
			  missing(&o, &clipped));
	}
	unit_free();
}

static void
test_few(void)
{
	Workspace workspace = unit_workspace();

	for (int n = 0; n <= 4; n++)
	{
		Observations o = allocate_observations(5, &workspace), clipped;

		for (int i = 0; i < n; i++)
			put(&o, i, 1, i == 1 ? 1e6 : 1.0, 1.0);
		clipped = clip_observations(&o, CLIP_SIGMA, &workspace);
		CHECK(missing(&o, &clipped) == (n == 4), "%d of %d lost", missing(&o, &clipped), n);
	}
	unit_free();
}

int
main(void)
{
	test_noise();
	test_survey();
	test_seen_once();
	test_eclipses();
	test_few();
	return unit_report();
}

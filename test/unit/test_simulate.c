/*
 * test_simulate.c
 *		The synthetic survey as a whole: reproducible, with the stated mixes and
 *		the stated noise.  test_simulated_sources.c tests the physics of the
 *		sources.
 */
#include "unit.h"

#include "core/curve/cosmology.h"
#include "core/simulate/simulate.h"
#include "core/curve/passbands.h"

#define SEED 20180928

static const struct
{
	int	   target;
	double training;
	double test;
} expected_shares[] = {
	{6, 151, 1303},	   {15, 495, 13555}, {16, 924, 96572},	{42, 1193, 1000150},
	{52, 183, 63664},  {53, 30, 1453},	 {62, 484, 175094}, {64, 102, 133},
	{65, 981, 93494},  {67, 208, 40193}, {88, 370, 101424}, {90, 2313, 1659831},
	{92, 239, 197155}, {95, 175, 35782}, {99, 0, 13087},
};

#define N_CLASSES ((int) (sizeof(expected_shares) / sizeof(expected_shares[0])))

static SurveyObservation observations[SURVEY_MAX_VISITS];

static bool
is_galactic(int target)
{
	return target == 6 || target == 16 || target == 53 || target == 65 || target == 92;
}

static void
test_coordinates(void)
{
	static const double known[][4] = {
		{266.41684, -29.00781, 359.9442, -0.0462}, /* Sagittarius A* */
		{83.63308, 22.01450, 184.5575, -5.7843},   /* the Crab */
		{349.046051, -61.943836, 320.79653, -51.753706},
	};
	double l, b;

	for (int i = 0; i < 3; i++)
	{
		galactic_coordinates(known[i][0], known[i][1], &l, &b);
		CHECK(fabs(l - known[i][2]) < 2e-3 && fabs(b - known[i][3]) < 2e-3,
			  "place %d: l %.4f b %.4f", i, l, b);
	}
	galactic_coordinates(192.85948, 27.12825, &l, &b);
	CHECK(fabs(b - 90.0) < 1e-5, "north galactic pole at %.6f", b);
}

static void
test_repeatable(void)
{
	SurveyObject	  object, again;
	SurveyObservation first[SURVEY_MAX_VISITS];
	int				  n_first = survey_simulate(SEED, 42, SURVEY_TRAINING, &object, first);
	int				  n_other;

	for (int other = 1; other < 40; other++)
		survey_simulate(SEED, other, SURVEY_TEST, &again, observations);
	n_other = survey_simulate(SEED, 42, SURVEY_TRAINING, &again, observations);
	CHECK(n_first == n_other, "%d and %d rows", n_first, n_other);
	for (int i = 0; i < n_first; i++)
		CHECK(first[i].mjd == observations[i].mjd && first[i].flux == observations[i].flux &&
				  first[i].flux_err == observations[i].flux_err &&
				  first[i].detected == observations[i].detected,
			  "row %d differs", i);
	CHECK(object.target == again.target && object.position.ra == again.position.ra &&
			  object.hostgal_photoz == again.hostgal_photoz,
		  "metadata differ");

	survey_simulate(SEED + 1, 42, SURVEY_TRAINING, &again, observations);
	CHECK(object.position.ra != again.position.ra, "another seed gives another sky");
	survey_simulate(SEED, 43, SURVEY_TRAINING, &again, observations);
	CHECK(object.position.ra != again.position.ra, "another object is elsewhere");
}

/* Checks the properties of every light curve; returns the number of detections. */
static int
check_light_curve(const SurveyObject *object, int n)
{
	int n_detections = 0;
	int n_bad = 0;

	for (int i = 0; i < n; i++)
	{
		const SurveyObservation *row = &observations[i];

		n_bad += !(row->mjd >= SURVEY_START && row->mjd < SURVEY_START + SURVEY_NIGHTS + 1);
		n_bad += i > 0 && row->mjd < row[-1].mjd;
		n_bad += row->passband < 0 || row->passband > 5;
		n_bad += !(isfinite(row->flux) && isfinite(row->flux_err) && row->flux_err > 0.0f);
		n_detections += row->detected;
	}
	CHECK(n_bad == 0, "object %lld: %d bad values", (long long) object->object_id, n_bad);
	CHECK(n_detections >= 2, "object %lld, class %d: %d detections", (long long) object->object_id,
		  object->target, n_detections);
	CHECK(object->truth.attempts < 100, "object %lld, class %d: %d attempts",
		  (long long) object->object_id, object->target, object->truth.attempts);
	return n_detections;
}

static void
check_metadata(const SurveyObject *object)
{
	const SurveyPosition *place = &object->position;
	bool				  galactic = object->truth.redshift == 0.0;

	if (object->target != 99)
		CHECK(galactic == is_galactic(object->target), "class %d at redshift %g", object->target,
			  object->truth.redshift);
	CHECK((object->hostgal_photoz == 0.0f) == galactic, "photoz %g", object->hostgal_photoz);
	CHECK((object->hostgal_photoz_err == 0.0f) == galactic, "its error");
	CHECK(isnan(object->distmod) == galactic, "distmod %g", object->distmod);
	if (!galactic)
		CHECK_CLOSE(object->distmod, distance_modulus(object->hostgal_photoz), 1e-6, "distmod");
	CHECK(isnan(object->hostgal_specz) || object->hostgal_specz == (float) object->truth.redshift,
		  "specz");
	CHECK(place->ra >= 0.0 && place->ra < 360.0 && place->decl > -70.0 && place->decl < 10.0,
		  "at %g %g", place->ra, place->decl);
	CHECK(place->mwebv > 0.0 && place->mwebv <= 2.0, "mwebv %g", place->mwebv);
}

/* Frequencies within five standard deviations of the expected ones, or three for the rarest. */
static void
check_share(const char *what, double count, double n, double share)
{
	double deviation = sqrt(n * share * (1.0 - share));

	CHECK(fabs(count - n * share) <= 5.0 * deviation + 3.0, "%s: %g of %g, expected %g", what,
		  count, n, n * share);
}

typedef struct MixSummary
{
	int	   n_class[100];
	double n_rows;
	int	   n_deep;
	int	   n_specz; /* outside the Galaxy, as the next two */
	int	   n_outside;
	int	   n_good_photoz;
	double sum_log_redshift;
} MixSummary;

static MixSummary
survey_summary(SurveyMix mix, int n)
{
	MixSummary summary = {.n_rows = 0.0};

	for (int i = 1; i <= n; i++)
	{
		SurveyObject object;
		int			 n_rows = survey_simulate(SEED, i, mix, &object, observations);
		double		 redshift;

		check_light_curve(&object, n_rows);
		check_metadata(&object);
		redshift = object.truth.redshift;
		summary.n_class[object.target]++;
		summary.n_rows += n_rows;
		summary.n_deep += object.ddf;
		if (redshift > 0.0)
		{
			summary.n_outside++;
			summary.n_specz += !isnan(object.hostgal_specz);
			summary.n_good_photoz +=
				fabs(object.hostgal_photoz - redshift) < 0.1 * (1.0 + redshift);
			summary.sum_log_redshift += log(redshift);
		}
	}
	return summary;
}

static void
test_mixes(void)
{
	int		   n = 6000;
	MixSummary training = survey_summary(SURVEY_TRAINING, n);
	MixSummary test = survey_summary(SURVEY_TEST, n);
	MixSummary uniform = survey_summary(SURVEY_UNIFORM, n);
	double	   training_total = 0.0;
	double	   test_total = 0.0;

	for (int i = 0; i < N_CLASSES; i++)
	{
		training_total += expected_shares[i].training;
		test_total += expected_shares[i].test;
	}
	for (int i = 0; i < N_CLASSES; i++)
	{
		int target = expected_shares[i].target;

		check_share("training class", training.n_class[target], n,
					expected_shares[i].training / training_total);
		check_share("test class", test.n_class[target], n, expected_shares[i].test / test_total);
		check_share("uniform class", uniform.n_class[target], n, 1.0 / N_CLASSES);
	}
	CHECK(training.n_class[99] == 0, "class 99 in training");
	check_share("training deep", training.n_deep, n, 0.30);
	check_share("test deep", test.n_deep, n, 0.01);

	CHECK(training.n_rows / n > 170 && training.n_rows / n < 200, "%g rows", training.n_rows / n);
	CHECK(test.n_rows / n > 115 && test.n_rows / n < 140, "%g rows", test.n_rows / n);
	CHECK(training.n_specz == training.n_outside, "every training host has a spectrum");
	CHECK(test.n_specz > 0 && test.n_specz < 0.1 * test.n_outside, "%d of %d", test.n_specz,
		  test.n_outside);
	CHECK(training.n_good_photoz > 0.85 * training.n_outside &&
			  training.n_good_photoz < 0.99 * training.n_outside,
		  "training photoz");
	CHECK(test.n_good_photoz > 0.8 * test.n_outside, "test photoz");
	CHECK(test.sum_log_redshift / test.n_outside > training.sum_log_redshift / training.n_outside,
		  "the test mix is farther");
}

/* Every field is unobservable for months of each year; deep fields get sequences in one night. */
static void
test_cadence(void)
{
	double n_rows[2] = {0.0, 0.0};
	double n_close[2] = {0.0, 0.0};
	int	   n_fields = 200;
	int	   n_blue = 0;
	int	   n_red = 0;

	for (int i = 0; i < 2 * n_fields; i++)
	{
		Random		random;
		SurveyVisit visits[SURVEY_MAX_VISITS];
		bool		deep = i % 2;
		int			n, n_gaps = 0, n_bands[N_PASSBANDS] = {0};

		random_seed(&random, SEED, i);
		n = survey_visits(&random, deep, 360.0 * random_uniform(&random), visits);
		n_rows[deep] += n;
		for (int j = 0; j < n; j++)
		{
			double gap = j == 0 ? 0.0 : visits[j].mjd - visits[j - 1].mjd;

			n_bands[visits[j].passband]++;
			n_gaps += gap > 100.0;
			n_close[deep] += j > 0 && gap < 0.1;
		}
		CHECK(n_gaps == 2 || n_gaps == 3, "%d gaps between seasons", n_gaps);
		for (int band = 0; band < N_PASSBANDS; band++)
			CHECK(n_bands[band] > 0, "band %d never seen", band);
		n_blue += deep ? 0 : n_bands[1];
		n_red += deep ? 0 : n_bands[5];
	}
	CHECK(n_red > 2 * n_blue, "in wide fields y, %d, is more frequent than g, %d", n_red, n_blue);
	CHECK(n_rows[0] / n_fields > 118 && n_rows[0] / n_fields < 138, "wide: %g",
		  n_rows[0] / n_fields);
	CHECK(n_rows[1] / n_fields > 290 && n_rows[1] / n_fields < 350, "deep: %g",
		  n_rows[1] / n_fields);
	CHECK(n_close[0] / n_rows[0] < 0.3, "wide visits are mostly alone: %g", n_close[0] / n_rows[0]);
	CHECK(n_close[1] / n_rows[1] > 0.6, "deep visits come in sequences: %g",
		  n_close[1] / n_rows[1]);
}

/* Detection follows (1 + erf((S/N - 5.5) / 2)) / 2, and deep fields are deeper. */
static void
test_measurement(void)
{
	double n_expected = 0.0;
	double variance = 0.0;
	int	   n_detected = 0;
	double sum_error[2] = {0.0, 0.0};
	int	   n_error[2] = {0, 0};

	for (int i = 1; i <= 4000; i++)
	{
		SurveyObject object;
		int			 n = survey_simulate(SEED, i, SURVEY_TRAINING, &object, observations);

		/* the first draw only: a later one is conditional on earlier ones not being detected */
		if (object.truth.attempts > 1 || object.target != 88)
			continue;
		for (int j = 0; j < n; j++)
		{
			double signal = fabs(observations[j].flux) / observations[j].flux_err;
			double chance = 0.5 * (1.0 + erf((signal - 5.5) / 2.0));

			if (signal > 3.0 && signal < 8.0)
			{
				n_detected += observations[j].detected;
				n_expected += chance;
				variance += chance * (1.0 - chance);
			}
			if (observations[j].passband == 4)
			{
				sum_error[object.ddf] += log(observations[j].flux_err);
				n_error[object.ddf]++;
			}
		}
	}
	CHECK(variance > 100.0, "enough faint points: %g", variance);
	CHECK(fabs(n_detected - n_expected) < 5.0 * sqrt(variance), "%d detected, expected %g",
		  n_detected, n_expected);
	CHECK(sum_error[1] / n_error[1] < sum_error[0] / n_error[0] - 1.0, "deep z is deeper");
}

static void
test_mix_names(void)
{
	SurveyMix mix = SURVEY_UNIFORM;

	CHECK(survey_mix_by_name("training", &mix) && mix == SURVEY_TRAINING, "training");
	CHECK(survey_mix_by_name("test", &mix) && mix == SURVEY_TEST, "test");
	CHECK(survey_mix_by_name("uniform", &mix) && mix == SURVEY_UNIFORM, "uniform");
	CHECK(!survey_mix_by_name("", &mix) && !survey_mix_by_name("Training", &mix), "others");
}

int
main(void)
{
	test_coordinates();
	test_repeatable();
	test_mixes();
	test_cadence();
	test_measurement();
	test_mix_names();
	return unit_report();
}

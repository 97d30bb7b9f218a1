/*
 * test_scoring.c
 *		The challenge's log loss and the calibration error, against values by hand.
 */
#include "unit.h"

#include "core/model/challenge_classes.h"
#include "core/model/scoring.h"

static void
test_clip(void)
{
	static const float impossible[] = {0.0f, 1.0f};

	CHECK(LOG_SMALLEST_PROBABILITY == log(SMALLEST_PROBABILITY), "%.17g",
		  log(SMALLEST_PROBABILITY));
	CHECK(object_log_loss(impossible, 2, 0) == -LOG_SMALLEST_PROBABILITY, "%.17g",
		  object_log_loss(impossible, 2, 0));
	CHECK_CLOSE(object_log_loss(impossible, 2, 1), 1e-15, 1e-17, "certain");
}

static void
test_object_log_loss(void)
{
	static const float p[] = {0.5f, 0.25f, 0.25f}, unnormalised[] = {2.0f, 1.0f, 1.0f};

	CHECK_CLOSE(object_log_loss(p, 3, 0), log(2.0), 1e-15, "half");
	CHECK_CLOSE(object_log_loss(p, 3, 2), log(4.0), 1e-15, "quarter");
	CHECK(object_log_loss(unnormalised, 3, 1) == object_log_loss(p, 3, 1), "by the sum");
}

static void
test_most_probable(void)
{
	static const float p[] = {0.1f, 0.4f, 0.4f, 0.1f};

	CHECK(most_probable(p, 4) == 1, "the first of equal ones: %d", most_probable(p, 4));
	CHECK(most_probable(p, 1) == 0, "one class");
}

static void
test_weighted_log_loss(void)
{
	WeightedLoss sum = {0};

	CHECK(isnan(weighted_log_loss(&sum)), "no class");
	add_class_loss(&sum, 2.0, 0.0, 0.0);
	CHECK(isnan(weighted_log_loss(&sum)), "no object");
	add_class_loss(&sum, challenge_weight(15), 3.0, 2.0);
	add_class_loss(&sum, challenge_weight(90), 8.0, 4.0);
	/* (2 * 1.5 + 1 * 2) / (2 + 1) */
	CHECK_CLOSE(weighted_log_loss(&sum), 5.0 / 3.0, 1e-15, "two classes");
	for (int class = 0; class < 100; class ++)
		CHECK(challenge_weight(class) == (class == 15 || class == 64 || class == 99 ? 2.0 : 1.0),
			  "class %d", class);
	CHECK(challenge_label_weight("64") == 2.0 && challenge_label_weight("6") == 1.0 &&
			  challenge_label_weight("064") == 1.0 && challenge_label_weight("TDE") == 1.0,
		  "labels");
	for (int i = 1; i < N_CHALLENGE_CLASSES; i++)
		CHECK(challenge_classes[i].number > challenge_classes[i - 1].number, "not ascending");
}

static void
test_confidence_bins(void)
{
	for (int i = 0; i < CALIBRATION_BINS; i++)
	{
		CHECK(confidence_bin((i + 0.5) / CALIBRATION_BINS) == i, "middle of bin %d", i);
		CHECK(confidence_bin((i + 1 + 1e-6) / CALIBRATION_BINS) ==
				  (i + 1 < CALIBRATION_BINS ? i + 1 : i),
			  "after bin %d", i);
	}
	/* upper ends belong to their bin: 1/5 is the end of bin 2, and 1 that of the last */
	CHECK(confidence_bin(0.2) == 2, "bin %d", confidence_bin(0.2));
	CHECK(confidence_bin(1.0) == CALIBRATION_BINS - 1, "bin %d", confidence_bin(1.0));
}

/* The error of four objects of two classes; weight may be NULL for all 1. */
static double
error_of_four(const double *weight)
{
	/* bins: {0.9 right, 0.92 wrong} and {0.55 right}, {0.5 wrong} */
	static const float p[4][2] = {{0.9f, 0.1f}, {0.08f, 0.92f}, {0.55f, 0.45f}, {0.5f, 0.5f}};
	static const int   target[] = {0, 0, 0, 1};
	ConfidenceBin	   bins[CALIBRATION_BINS] = {{0}};

	for (int i = 0; i < 4; i++)
		add_to_confidence_bins(bins, 2, p[i], target[i], weight == NULL ? 1.0 : weight[i]);
	return calibration_error(bins);
}

static void
test_calibration_error(void)
{
	static const double		   weight[] = {1.0, 3.0, 2.0, 0.5};
	static const ConfidenceBin none[CALIBRATION_BINS];

	CHECK_CLOSE(error_of_four(NULL), (fabs(1.0 - 1.82) + fabs(1.0 - 0.55) + fabs(0.0 - 0.5)) / 4.0,
				1e-7, "by hand");
	CHECK_CLOSE(error_of_four(weight),
				(fabs(1.0 - 0.9 - 3.0 * 0.92) + 2.0 * 0.45 + 0.5 * 0.5) / 6.5, 1e-7, "weighted");
	CHECK(isnan(calibration_error(none)), "nothing");
}

int
main(void)
{
	test_clip();
	test_object_log_loss();
	test_most_probable();
	test_weighted_log_loss();
	test_confidence_bins();
	test_calibration_error();
	return unit_report();
}

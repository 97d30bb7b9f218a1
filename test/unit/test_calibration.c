/*
 * test_calibration.c
 *		Calibration compared with closed forms, known truth and brute force.
 */
#include "unit.h"

#include "core/model/calibration.h"
#include "core/model/scoring.h"
#include "core/base/random.h"

#define MAX_CLASSES 6

typedef struct Sample
{
	CalibrationSet set;
	float		  *log_probabilities;
	int32_t		  *target;
	float		  *weight;
} Sample;

/*
 * Objects whose stated probabilities are q, and whose classes are drawn from p
 * proportional to exp(offset) q^inverse_temperature.
 */
static Sample
draw_sample(int n_rows, int n_classes, double inverse_temperature, const double *offsets,
			uint64_t seed, Workspace *workspace)
{
	Sample sample = {
		.log_probabilities = workspace_array(workspace, float, n_rows *n_classes),
		.target = workspace_array(workspace, int32_t, n_rows),
		.weight = workspace_array(workspace, float, n_rows),
	};
	Random random;

	random_seed(&random, seed, 0);
	for (int i = 0; i < n_rows; i++)
	{
		float *log_q = sample.log_probabilities + i * n_classes;
		double p[MAX_CLASSES], sum_q = 0.0, sum_p = 0.0, u;
		int	   target = 0;

		for (int c = 0; c < n_classes; c++)
		{
			log_q[c] = (float) (2.0 * random_normal(&random));
			sum_q += exp(log_q[c]);
		}
		for (int c = 0; c < n_classes; c++)
		{
			log_q[c] -= (float) log(sum_q);
			sum_p += p[c] = exp(inverse_temperature * log_q[c] + offsets[c]);
		}
		u = random_uniform(&random) * sum_p;
		while (target < n_classes - 1 && u >= p[target])
			u -= p[target++];
		sample.target[i] = target;
		sample.weight[i] = 1.0f;
	}
	sample.set = (CalibrationSet){
		.n_rows = n_rows,
		.n_classes = n_classes,
		.log_probabilities = sample.log_probabilities,
		.target = sample.target,
		.weight = sample.weight,
	};
	return sample;
}

/* The documented objective, implemented independently. */
static double
documented_objective(const CalibrationSet *set, double prior_objects, double inverse_temperature,
					 const double *multipliers)
{
	double loss = 0.0, prior = 0.0, weight = 0.0, squares = 0.0;
	double shares[MAX_CLASSES], effective[MAX_CLASSES], mean = 0.0, all = 0.0;

	for (int i = 0; i < set->n_rows; i++)
	{
		const float *l = set->log_probabilities + i * set->n_classes;
		double		 w = set->weight ? set->weight[i] : 1.0;
		double		 sum = 0.0;

		for (int c = 0; c < set->n_classes; c++)
			sum += exp(inverse_temperature * fmax(l[c], log(1e-15)) + multipliers[c]);
		loss -= w * (inverse_temperature * fmax(l[set->target[i]], log(1e-15)) +
					 multipliers[set->target[i]] - log(sum));
		weight += w;
		squares += w * w;
	}
	prior = squares / (weight * weight) * pow(inverse_temperature - 1.0, 2);
	for (int c = 0; c < set->n_classes; c++)
	{
		double class_weight = 0.0, class_squares = 0.0, share = squares / (weight * weight);

		for (int i = 0; i < set->n_rows; i++)
			if (set->target[i] == c)
			{
				double w = set->weight ? set->weight[i] : 1.0;

				class_weight += w;
				class_squares += w * w;
			}
		if (class_weight > 0.0)
			share = class_squares / class_weight / weight;
		shares[c] = share;
		effective[c] = class_weight > 0.0 ? class_weight * class_weight / class_squares : 0.0;
		mean += effective[c] * multipliers[c];
		all += effective[c];
	}
	for (int c = 0; c < set->n_classes; c++)
		prior += shares[c] * pow(multipliers[c] - mean / all, 2);
	return loss / weight + 0.5 * prior_objects * prior;
}

/* The true calibration is recovered, up to a common offset. */
static void
test_recovery(void)
{
	static const double offsets[] = {0.7, -0.4, 0.0, -1.2, 0.5};
	Workspace			workspace = unit_workspace();
	static const double temperatures[] = {0.5, 1.0, 2.0};

	for (int t = 0; t < 3; t++)
	{
		Sample		sample = draw_sample(40000, 5, 1.0 / temperatures[t], offsets, t, &workspace);
		Calibration calibration;
		double		mean = 0.0;

		fit_calibration(&sample.set, CALIBRATION_PRIOR_OBJECTS, &calibration, &workspace);
		CHECK(fabs(calibration.inverse_temperature * temperatures[t] - 1.0) < 0.03,
			  "temperature %g: inverse %g", temperatures[t], calibration.inverse_temperature);
		for (int c = 0; c < 5; c++)
			mean += (calibration.log_multipliers[c] - offsets[c]) / 5.0;
		for (int c = 0; c < 5; c++)
			CHECK(fabs(calibration.log_multipliers[c] - mean - offsets[c]) < 0.1,
				  "temperature %g, class %d: %g, drawn with %g", temperatures[t], c,
				  calibration.log_multipliers[c] - mean, offsets[c]);
	}
	unit_free();
}

/* Calibrated probabilities are left nearly unchanged, the fewer objects the more so. */
static void
test_identity(void)
{
	static const double none[MAX_CLASSES];
	Workspace			workspace = unit_workspace();

	for (int n_rows = 20; n_rows <= 20000; n_rows *= 10)
	{
		Sample		sample = draw_sample(n_rows, 4, 1.0, none, 7, &workspace);
		double		tolerance = 7.0 / sqrt(n_rows);
		Calibration calibration;

		fit_calibration(&sample.set, CALIBRATION_PRIOR_OBJECTS, &calibration, &workspace);
		CHECK(fabs(calibration.inverse_temperature - 1.0) < tolerance, "%d objects: %g", n_rows,
			  calibration.inverse_temperature);
		for (int c = 0; c < 4; c++)
			CHECK(fabs(calibration.log_multipliers[c]) < tolerance, "%d objects, class %d: %g",
				  n_rows, c, calibration.log_multipliers[c]);
	}
	unit_free();
}

/* No step in any direction, near or far, lowers the documented objective. */
static void
test_minimum(void)
{
	static const double offsets[] = {1.0, -2.0, 0.5, 0.0};
	Workspace			workspace = unit_workspace();
	Random				random;

	random_seed(&random, 3, 0);
	for (int trial = 0; trial < 20; trial++)
	{
		double prior = pow(10.0, -2.0 + trial % 5);
		Sample sample =
			draw_sample(30 + 40 * trial, 4, 0.3 + 0.2 * (trial % 7), offsets, trial, &workspace);
		Calibration calibration;
		double		least, loss;

		for (int i = 0; i < sample.set.n_rows; i++)
			sample.weight[i] = (float) exp(random_normal(&random));
		sample.log_probabilities[1] = -INFINITY;
		loss = fit_calibration(&sample.set, prior, &calibration, &workspace);
		least = documented_objective(&sample.set, prior, calibration.inverse_temperature,
									 calibration.log_multipliers);
		CHECK_CLOSE(loss,
					documented_objective(&sample.set, 0.0, calibration.inverse_temperature,
										 calibration.log_multipliers),
					1e-12, "loss");
		for (int step = 0; step < 200; step++)
		{
			double size = pow(10.0, -4.0 + step % 5);
			double multipliers[4];
			double inverse = fmax(CALIBRATION_MIN_INVERSE_TEMPERATURE,
								  calibration.inverse_temperature + size * random_normal(&random));

			for (int c = 0; c < 4; c++)
				multipliers[c] = calibration.log_multipliers[c] + size * random_normal(&random);
			CHECK(documented_objective(&sample.set, prior, inverse, multipliers) > least - 1e-13,
				  "trial %d: a step of %g leads lower", trial, size);
		}
	}
	unit_free();
}

/* Two classes and uninformative probabilities: p/(1-p) is the ratio of the multipliers. */
static void
test_closed_form(void)
{
	enum
	{
		N = 1000
	};
	Workspace	   workspace = unit_workspace();
	float		   log_probabilities[2 * N];
	int32_t		   target[N];
	CalibrationSet set = {N, 2, log_probabilities, target, NULL};
	Calibration	   calibration;
	float		   p[2];

	for (int i = 0; i < N; i++)
	{
		log_probabilities[2 * i] = log_probabilities[2 * i + 1] = (float) log(0.5);
		target[i] = i % 5 == 0;
	}
	CHECK_CLOSE(fit_calibration(&set, 1e-9, &calibration, &workspace),
				-0.2 * log(0.2) - 0.8 * log(0.8), 1e-12, "entropy");
	CHECK_CLOSE(calibration.inverse_temperature, 1.0, 1e-9, "without data the prior decides");
	CHECK_CLOSE(calibration.log_multipliers[0] - calibration.log_multipliers[1], log(4.0), 1e-9,
				"odds");
	calibrate(&calibration, 1, 2, log_probabilities, p);
	CHECK_CLOSE(p[0], 0.8, 1e-7, "calibrated");
	CHECK_CLOSE(p[1], 0.2, 1e-7, "calibrated");
	/* all weight on the prior */
	fit_calibration(&set, 1e9, &calibration, &workspace);
	CHECK_CLOSE(calibration.log_multipliers[0], 0.0, 1e-6, "prior");
	unit_free();
}

/* Sets that have no finite optimum without a prior, or one out of bounds. */
static void
test_extremes(void)
{
	Workspace workspace = unit_workspace();
	enum
	{
		N = 60
	};
	float		   log_probabilities[3 * N];
	int32_t		   target[N];
	CalibrationSet set = {N, 3, log_probabilities, target, NULL};
	Calibration	   calibration;
	double		   loss;
	float		   p[3 * N];

	/* always right with certainty; class 2 never occurs */
	for (int i = 0; i < N; i++)
	{
		target[i] = i % 2;
		for (int c = 0; c < 3; c++)
			log_probabilities[3 * i + c] = c == target[i] ? 0.0f : -INFINITY;
	}
	loss = fit_calibration(&set, 1.0, &calibration, &workspace);
	CHECK(loss >= 0.0 && loss < 1e-6, "loss %g", loss);
	CHECK(isfinite(calibration.inverse_temperature) && isfinite(calibration.log_multipliers[2]),
		  "finite");

	/* always wrong with certainty: equal probabilities are optimal within the bounds */
	for (int i = 0; i < N; i++)
		target[i] = 1 - target[i];
	loss = fit_calibration(&set, 1.0, &calibration, &workspace);
	CHECK_CLOSE(calibration.inverse_temperature, CALIBRATION_MIN_INVERSE_TEMPERATURE, 0.0, "bound");
	CHECK(loss < 2.5, "loss %g", loss);
	calibrate(&calibration, N, 3, log_probabilities, p);
	for (int i = 0; i < N; i++)
		CHECK_CLOSE((double) p[3 * i] + p[3 * i + 1] + p[3 * i + 2], 1.0, 1e-6, "sum");

	/* one object */
	set.n_rows = 1;
	loss = fit_calibration(&set, CALIBRATION_PRIOR_OBJECTS, &calibration, &workspace);
	CHECK(isfinite(loss), "loss %g", loss);
	unit_free();
}

/* Few objects of a class change its multiplier little, however much they weigh. */
static void
test_rare_class(void)
{
	enum
	{
		N = 2003
	};
	Workspace	   workspace = unit_workspace();
	static float   log_probabilities[2 * N];
	static int32_t target[N];
	static float   weight[N];
	CalibrationSet set = {N, 2, log_probabilities, target, weight};
	Calibration	   calibration;
	double		   low = 0.0, high = 2.0;

	for (int i = 0; i < N; i++)
	{
		log_probabilities[2 * i] = (float) log(0.5);
		log_probabilities[2 * i + 1] = (float) log(0.5);
		target[i] = i < 3;
		/* as much as all others together, three times over */
		weight[i] = i < 3 ? 2000.0f : 1.0f;
	}
	fit_calibration(&set, 1.0, &calibration, &workspace);
	/* where the gradients of loss and prior cancel: share 3/4, and an object's share 1/4 */
	for (int i = 0; i < 60; i++)
	{
		double middle = (low + high) / 2.0;

		if (1.0 / (1.0 + exp(-middle)) - 0.75 + 0.25 * middle < 0.0)
			low = middle;
		else
			high = middle;
	}
	CHECK_CLOSE(calibration.log_multipliers[1] - calibration.log_multipliers[0], low, 0.003,
				"rare class");
	CHECK(low < 0.52, "%g, where ln 3 would fit best", low);
	CHECK_CLOSE(3.0 * calibration.log_multipliers[1] + 2000.0 * calibration.log_multipliers[0], 0.0,
				1e-6, "mean");
	unit_free();
}

/* The expected calibration error of 40,000 objects of 4 classes. */
static double
sample_error(const Sample *sample, const float *probabilities)
{
	ConfidenceBin bins[CALIBRATION_BINS] = {{0}};

	for (int i = 0; i < 40000; i++)
		add_to_confidence_bins(bins, 4, probabilities + 4 * i, sample->target[i], 1.0);
	return calibration_error(bins);
}

static void
test_calibration_error(void)
{
	static const double none[MAX_CLASSES];
	Workspace			workspace = unit_workspace();
	Sample				sample;
	float			   *probabilities;
	double				honest, vain;

	/* zero but for noise if calibrated; overconfidence has an error, which calibration removes */
	sample = draw_sample(40000, 4, 0.5, none, 11, &workspace);
	probabilities = workspace_array(&workspace, float, 4 * 40000);
	for (int i = 0; i < 4 * 40000; i++)
		probabilities[i] = expf(sample.log_probabilities[i]);
	vain = sample_error(&sample, probabilities);
	{
		Calibration calibration;

		fit_calibration(&sample.set, CALIBRATION_PRIOR_OBJECTS, &calibration, &workspace);
		calibrate(&calibration, 40000, 4, sample.log_probabilities, probabilities);
	}
	honest = sample_error(&sample, probabilities);
	CHECK(vain > 0.15, "vain: %g", vain);
	CHECK(honest < 0.015, "calibrated: %g", honest);
	unit_free();
}

int
main(void)
{
	test_recovery();
	test_identity();
	test_minimum();
	test_closed_form();
	test_extremes();
	test_rare_class();
	test_calibration_error();
	return unit_report();
}

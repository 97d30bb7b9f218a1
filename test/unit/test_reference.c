/*
 * test_reference.c
 *		What a model keeps of its training set, and what follows from it: bytes, drift,
 *		prediction sets and contributions, compared with computations by definition.
 */
#include "unit.h"

#include <float.h>

#include "core/base/crc32c.h"
#include "core/base/random.h"
#include "core/model/conformal.h"
#include "core/model/drift.h"
#include "core/model/model.h"
#include "core/model/model_format.h"
#include "core/model/novelty.h"
#include "core/model/shapley.h"

#define FEATURES 5
#define READ 3
#define CLASSES 3

static int32_t read_features[READ] = {0, 2, 3};

/* Rows of features: normal, small integers, and one that is often missing. */
static float *
make_rows(int n, uint64_t seed, double shift, Workspace *workspace)
{
	float *rows = workspace_array(workspace, float, n *FEATURES);
	Random random;

	random_seed(&random, seed, 0);
	for (int i = 0; i < n; i++)
	{
		float *row = rows + i * FEATURES;

		row[0] = (float) (random_normal(&random) + shift);
		row[1] = 1e30f;
		row[2] = (float) floor(4.0 * random_uniform(&random) * random_uniform(&random));
		row[3] = random_uniform(&random) < 0.25 ? NAN : (float) exp(3.0 * random_normal(&random));
		row[4] = INFINITY;
	}
	return rows;
}

static Conformal
no_conformal(Workspace *workspace)
{
	return fit_conformal(0, CLASSES, NULL, NULL, NULL, workspace);
}

/* Probabilities [n][CLASSES] in which now and then a class has nearly all, and some are mixtures of
 * the first two. */
static float *
make_mixtures(int n, uint64_t seed, Workspace *workspace)
{
	float *probabilities = workspace_array(workspace, float, n *CLASSES);
	Random random;

	random_seed(&random, seed, 0);
	for (int i = 0; i < n; i++)
	{
		float *p = probabilities + i * CLASSES;
		int	   c = i % CLASSES;
		double rest = 0.2 * random_uniform(&random) * random_uniform(&random);
		double first = i % 4 == 0 && c < 2 ? 0.5 * random_uniform(&random) : 0.0;

		for (int k = 0; k < CLASSES; k++)
			p[k] = (float) (rest / (CLASSES - 1));
		p[c] = (float) (1.0 - rest - first);
		p[c == 0 ? 1 : 0] += (float) first;
	}
	return probabilities;
}

#define NEIGHBOURS 50

static Reference *
make_reference(int n, const float *rows, Workspace *workspace)
{
	Conformal  conformal = no_conformal(workspace);
	Neighbours neighbours =
		fit_neighbours(NEIGHBOURS, CLASSES, make_mixtures(NEIGHBOURS, 1, workspace), workspace);

	return fit_reference(READ, read_features, n, rows, FEATURES, &conformal, &neighbours,
						 workspace);
}

/* ----------------------------------------------------------------
 * Drift
 * ----------------------------------------------------------------
 */

/* The fraction of rows whose feature is at most x; of those with a value, or of all. */
static double
fraction_upto(int n, const float *rows, int feature, double x, bool of_all)
{
	int present = 0, upto = 0;

	for (int i = 0; i < n; i++)
	{
		float value = rows[i * FEATURES + feature];

		present += isfinite(value) != 0;
		upto += isfinite(value) && value <= x;
	}
	return (double) upto / (of_all ? n : present);
}

static double
fraction_missing(int n, const float *rows, int feature)
{
	return 1.0 - fraction_upto(n, rows, feature, FLT_MAX, true);
}

/* The distance at all values of both. */
static double
smirnov(int n, const float *a, const float *b, int feature)
{
	double largest = 0.0;

	for (int i = 0; i < 2 * n; i++)
	{
		float x = (i < n ? a : b - n * FEATURES)[i * FEATURES + feature];

		if (isfinite(x))
			largest = fmax(largest, fabs(fraction_upto(n, a, feature, x, false) -
										 fraction_upto(n, b, feature, x, false)));
	}
	return largest;
}

static double
term(double p, double q)
{
	p = fmax(p, 1e-4);
	q = fmax(q, 1e-4);
	return (q - p) * log(q / p);
}

/* The index with bins that end at the reference's deciles, all fractions counted in the rows. */
static double
stability(int n, const float *a, const float *b, int feature, const float *knots)
{
	double psi = term(fraction_missing(n, a, feature), fraction_missing(n, b, feature));
	double from = -FLT_MAX;

	for (int decile = 1; decile <= 10; decile++)
	{
		double to = decile < 10 ? knots[6 * decile] : FLT_MAX;

		if (to == from)
			continue;
		psi +=
			term(fraction_upto(n, a, feature, to, true) - fraction_upto(n, a, feature, from, true),
				 fraction_upto(n, b, feature, to, true) - fraction_upto(n, b, feature, from, true));
		from = to;
	}
	return psi;
}

static void
test_drift(void)
{
	enum
	{
		N = 3000
	};
	Workspace	 workspace = unit_workspace();
	const float *a = make_rows(N, 1, 0.0, &workspace);
	Reference	*reference = make_reference(N, a, &workspace);

	for (int shifted = 0; shifted < 2; shifted++)
	{
		float		*b = make_rows(N, 2, shifted ? 0.7 : 0.0, &workspace);
		DriftCounts *counts = workspace_array(&workspace, DriftCounts, READ);
		Drift		 drift[READ];

		memset(counts, 0, sizeof(DriftCounts) * READ);
		for (int i = 0; i < N; i++)
		{
			if (shifted && i % 2 == 0)
				b[i * FEATURES + 3] = NAN;
			count_drift(reference, b + i * FEATURES, counts);
		}
		for (int j = 0; j < READ; j++)
		{
			int feature = read_features[j];

			drift[j] = feature_drift(reference, j, &counts[j]);
			CHECK_CLOSE(drift[j].missing, fraction_missing(N, b, feature), 1e-12, "missing");
			CHECK_CLOSE(reference->missing[j], fraction_missing(N, a, feature), 1e-6, "missing");
			CHECK(fabs(drift[j].ks - smirnov(N, a, b, feature)) < 1.0 / 60.0,
				  "ks %g, by definition %g", drift[j].ks, smirnov(N, a, b, feature));
			/* the reference tells fractions by its knots, a sixtieth apart */
			CHECK(fabs(drift[j].psi -
					   stability(N, a, b, feature, reference->knots + j * REFERENCE_KNOTS)) < 0.02,
				  "feature %d: psi %g, by definition %g", feature, drift[j].psi,
				  stability(N, a, b, feature, reference->knots + j * REFERENCE_KNOTS));
		}
		/* two normal distributions 0.7 apart: KS 2 Phi(0.35) - 1 = 0.274, PSI 0.7^2 = 0.49 */
		CHECK(shifted ? fabs(drift[0].ks - 0.274) < 0.04 && fabs(drift[0].psi - 0.46) < 0.08
					  : drift[0].ks < 0.05 && drift[0].psi < 0.02,
			  "ks %g, psi %g", drift[0].ks, drift[0].psi);
		CHECK(shifted ? drift[2].psi > 0.3 && drift[2].ks < 0.07 : drift[2].psi < 0.02,
			  "missing more often: ks %g, psi %g", drift[2].ks, drift[2].psi);
	}
	unit_free();
}

/* Constant features, and values that are all missing, on either side. */
static void
test_drift_edges(void)
{
	Workspace	workspace = unit_workspace();
	float		constant[] = {5.0f, 0.0f, NAN, 1.0f, 0.0f};
	float		other[] = {6.0f, 0.0f, 1.0f, NAN, 0.0f};
	Reference  *reference = make_reference(1, constant, &workspace);
	DriftCounts counts[READ];
	Drift		drift;

	memset(counts, 0, sizeof(counts));
	count_drift(reference, constant, counts);
	for (int j = 0; j < READ; j++)
	{
		drift = feature_drift(reference, j, &counts[j]);
		CHECK(drift.psi < 0.02 && !(drift.ks > 0.0), "the same: psi %g, ks %g", drift.psi,
			  drift.ks);
	}
	memset(counts, 0, sizeof(counts));
	count_drift(reference, other, counts);
	drift = feature_drift(reference, 0, &counts[0]);
	CHECK(drift.ks == 1.0 && drift.psi > 10.0, "ks %g, psi %g", drift.ks, drift.psi);
	for (int j = 1; j < READ; j++)
	{
		drift = feature_drift(reference, j, &counts[j]);
		CHECK(isnan(drift.ks) && drift.psi > 9.0 && drift.missing == (j == 2), "ks %g, psi %g",
			  drift.ks, drift.psi);
	}
	unit_free();
}

/* ----------------------------------------------------------------
 * Novelty
 * ----------------------------------------------------------------
 */

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a, y = *(const double *) b;

	return (x > y) - (x < y);
}

/* By definition: all distances of p to the n first of the rows, sorted; its square. */
static double
second_square(int n, const float *rows, const float *p, Workspace *workspace)
{
	double *squares = workspace_array(workspace, double, n);

	for (int i = 0; i < n; i++)
	{
		double affinity = 0.0;

		for (int c = 0; c < CLASSES; c++)
			affinity += sqrt((double) p[c] * (double) rows[i * CLASSES + c]);
		squares[i] = 1.0 - affinity;
	}
	qsort(squares, n, sizeof(double), compare_doubles);
	return fmax(0.0, squares[1]);
}

/* The distances are those of the definition; the novelty of objects like the training set is
 * uniform, that of a mixture which it has not is 1. */
static void
test_novelty(void)
{
	enum
	{
		N = 3000
	};
	Workspace	 workspace = unit_workspace();
	const float *a = make_mixtures(N, 1, &workspace);
	const float *b = make_mixtures(N, 2, &workspace);
	Neighbours	 neighbours = fit_neighbours(N, CLASSES, a, &workspace);
	int			 less[11] = {0};
	float		 mixture[CLASSES] = {0.1f, 0.5f, 0.4f}, sure[CLASSES] = {0.98f, 0.01f, 0.01f};

	CHECK(neighbours.n_objects == NOVELTY_OBJECTS, "%d kept", neighbours.n_objects);
	for (int i = 0; i < N; i++)
	{
		const float *p = b + i * CLASSES;
		double		 value = novelty(&neighbours, CLASSES, p);
		double		 distance = neighbour_distance(&neighbours, CLASSES, p);

		CHECK_CLOSE(distance * distance, second_square(NOVELTY_OBJECTS, a, p, &workspace), 1e-6,
					"square of a distance");
		CHECK(value >= 0.0 && value <= 1.0, "novelty %g", value);
		for (int k = 0; k <= 10; k++)
			less[k] += value <= 0.1 * k;
	}
	for (int k = 1; k < 10; k++)
		CHECK(fabs((double) less[k] / N - 0.1 * k) < 0.08, "novelty <= %g: %g", 0.1 * k,
			  (double) less[k] / N);
	CHECK(novelty(&neighbours, CLASSES, mixture) > 0.99, "of a mixture: %g",
		  novelty(&neighbours, CLASSES, mixture));
	CHECK(novelty(&neighbours, CLASSES, sure) < 0.9, "of an object like many: %g",
		  novelty(&neighbours, CLASSES, sure));
	unit_free();
}

/* One object has no second; two equal ones are their own neighbours. */
static void
test_novelty_edges(void)
{
	Workspace  workspace = unit_workspace();
	float	   same[2 * CLASSES] = {1.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f};
	float	   other[CLASSES] = {0.0f, 0.0f, 1.0f};
	Neighbours one = fit_neighbours(1, CLASSES, same, &workspace);
	Neighbours two = fit_neighbours(2, CLASSES, same, &workspace);

	CHECK(neighbour_distance(&one, CLASSES, same) == 1.0 && novelty(&one, CLASSES, same) == 0.0,
		  "of one: %g", neighbour_distance(&one, CLASSES, same));
	CHECK(neighbour_distance(&two, CLASSES, same) == 0.0, "of equal ones: %g",
		  neighbour_distance(&two, CLASSES, same));
	CHECK(neighbour_distance(&two, CLASSES, other) == 1.0, "of another class: %g",
		  neighbour_distance(&two, CLASSES, other));
	unit_free();
}

/* ----------------------------------------------------------------
 * Prediction sets
 * ----------------------------------------------------------------
 */

static int
compare_floats(const void *a, const void *b)
{
	float x = *(const float *) a, y = *(const float *) b;

	return (x > y) - (x < y);
}

/* The k-th smallest probability of a true class, of class c or of all for CLASSES. */
static double
kth_smallest(int n, const float *probabilities, const int32_t *target, int c, int k)
{
	float *values = malloc(sizeof(float) * n);
	int	   m = 0;
	double value;

	for (int i = 0; i < n; i++)
		if (c == CLASSES || target[i] == c)
			values[m++] = probabilities[i * CLASSES + target[i]];
	qsort(values, m, sizeof(float), compare_floats);
	value = values[k - 1];
	free(values);
	return value;
}

/* Probabilities of objects, of which class 2 is rare and the classifier is not sure. */
static void
make_predictions(int n, uint64_t seed, float *probabilities, int32_t *target)
{
	Random random;

	random_seed(&random, seed, 0);
	for (int i = 0; i < n; i++)
	{
		double u = random_uniform(&random), sum = 0.0, p[CLASSES];

		target[i] = u < 0.6 ? 0 : u < 0.95 ? 1 : 2;
		for (int c = 0; c < CLASSES; c++)
			sum += p[c] = exp(1.5 * random_normal(&random) + (c == target[i] ? 1.5 : 0.0));
		for (int c = 0; c < CLASSES; c++)
			probabilities[i * CLASSES + c] = (float) (p[c] / sum);
	}
}

static void
test_conformal(void)
{
	enum
	{
		N = 2000,
		NEW = 20000
	};
	static const double coverages[] = {0.5, 0.8, 0.9, 0.95, 0.99};
	Workspace			workspace = unit_workspace();
	float			   *probabilities = workspace_array(&workspace, float, NEW *CLASSES);
	int32_t			   *target = workspace_array(&workspace, int32_t, NEW);
	bool			   *chosen = workspace_array(&workspace, bool, N);
	Conformal			conformal;

	make_predictions(N, 1, probabilities, target);
	conformal = fit_conformal(N, CLASSES, probabilities, target, NULL, &workspace);
	for (int c = 0; c <= CLASSES; c++)
		for (int i = 0; i < 5; i++)
		{
			int	   n = conformal.n_objects[c];
			int	   k = (int) ((n + 1) * (1.0 - coverages[i]) + 1e-9);
			double threshold = conformal_threshold(&conformal, c, coverages[i]);

			if (k < 1)
				CHECK(threshold == 0.0, "too few objects of class %d", c);
			else
				CHECK(fabs(threshold - kth_smallest(N, probabilities, target, c, k)) < 0.01,
					  "class %d, coverage %g: %g, by definition %g", c, coverages[i], threshold,
					  kth_smallest(N, probabilities, target, c, k));
		}

	/* The least coverage of all is that by the largest probability of the true class. */
	for (int c = 0; c <= CLASSES; c++)
	{
		int	   n = conformal.n_objects[c];
		double largest = kth_smallest(N, probabilities, target, c, n);

		CHECK(conformal_threshold(&conformal, c, 1.0 / (n + 1.0)) == largest &&
				  conformal_threshold(&conformal, c, 0.0) == largest,
			  "class %d: %g, not %g", c, conformal_threshold(&conformal, c, 0.0), largest);
	}

	/* Other objects of the same kind are covered as often as is wanted, and each class by class. */
	make_predictions(NEW, 2, probabilities, target);
	for (int i = 0; i < 5; i++)
		for (int by_class = 0; by_class < 2; by_class++)
		{
			int n[CLASSES + 1] = {0}, covered[CLASSES + 1] = {0};

			for (int k = 0; k < NEW; k++)
			{
				int	 c = target[k];
				bool in = probabilities[k * CLASSES + c] >=
						  conformal_threshold(&conformal, by_class ? c : CLASSES, coverages[i]);

				n[c]++;
				n[CLASSES]++;
				covered[c] += in;
				covered[CLASSES] += in;
			}
			for (int c = by_class ? 0 : CLASSES; c <= CLASSES; c++)
			{
				double spread = sqrt(coverages[i] * (1.0 - coverages[i]) *
									 (1.0 / conformal.n_objects[c] + 1.0 / n[c]));

				CHECK(fabs((double) covered[c] / n[c] - coverages[i]) < 3.5 * spread + 0.01,
					  "class %d: coverage %g, wanted %g", c, (double) covered[c] / n[c],
					  coverages[i]);
			}
		}

	/* Rows that are not chosen do not count, and classes without any are in every set. */
	make_predictions(N, 1, probabilities, target);
	for (int i = 0; i < N; i++)
		chosen[i] = target[i] == 1 && i % 2 == 0;
	conformal = fit_conformal(N, CLASSES, probabilities, target, chosen, &workspace);
	CHECK(conformal.n_objects[0] == 0 && conformal.n_objects[1] == conformal.n_objects[CLASSES],
		  "%d of all", conformal.n_objects[CLASSES]);
	CHECK(conformal_threshold(&conformal, 0, 0.5) == 0.0 &&
			  conformal_threshold(&conformal, 1, 0.5) ==
				  conformal_threshold(&conformal, CLASSES, 0.5),
		  "thresholds");
	unit_free();
}

/* ----------------------------------------------------------------
 * Models
 * ----------------------------------------------------------------
 */

static float *
normal_numbers(int n, Random *random, Workspace *workspace)
{
	float *x = workspace_array(workspace, float, n);

	for (int i = 0; i < n; i++)
		x[i] = (float) random_normal(random);
	return x;
}

static DenseLayer
make_layer(int n_in, int n_out, Activation activation, Random *random, Workspace *workspace)
{
	return (DenseLayer){
		.n_in = n_in,
		.n_out = n_out,
		.activation = activation,
		.weight = normal_numbers(n_in * n_out, random, workspace),
		.bias = normal_numbers(n_out, random, workspace),
	};
}

/* One network of the features that are read, linear or with a hidden layer. */
static Model
make_model(int n_classes, bool linear, Workspace *workspace)
{
	static int32_t inputs[READ] = {0, 1, 2};
	static int32_t classes[] = {6, 15, 42};
	static float   lowest[READ] = {-FLT_MAX, -FLT_MAX, -FLT_MAX},
				 highest[READ] = {FLT_MAX, FLT_MAX, FLT_MAX};
	static float center[READ] = {0.5f, 1.0f, 2.0f}, scale[READ] = {1.0f, 0.5f, 0.001f};
	Random		 random;
	Model		 model = {
			   .preprocessing = {.n_features = FEATURES,
								 .n_used = READ,
								 .used = read_features,
								 .normalisation = NORMALISATION_ZSCORE,
								 .clip = 1e6f,
								 .lowest = lowest,
								 .highest = highest,
								 .center = center,
								 .scale = scale},
			   .n_classes = n_classes,
			   .classes = classes,
			   .n_networks = 1,
			   .networks = workspace_array(workspace, DenseNetwork, 1),
			   .temperature = 1.5f,
			   .log_multipliers = workspace_zeros(workspace, n_classes),
			   .options = "{}",
			   .metrics = "{}",
	   };
	DenseLayer *layers = workspace_array(workspace, DenseLayer, 2);

	random_seed(&random, 3, 0);
	layers[0] = make_layer(READ, linear ? n_classes : 8,
						   linear ? ACTIVATION_LINEAR : ACTIVATION_TANH, &random, workspace);
	layers[1] = make_layer(8, n_classes, ACTIVATION_LINEAR, &random, workspace);
	model.networks[0] = (DenseNetwork){READ, inputs, linear ? 1 : 2, layers};
	model.reference = make_reference(50, make_rows(50, 5, 0.0, workspace), workspace);
	return model;
}

static double
model_log_odds(const Model *model, const float *features, int c, Workspace *workspace)
{
	float  p[CLASSES];
	double rest = 0.0;

	model_classify(model, classify_scratch(model, 1, workspace), 1, features, p);
	for (int i = 0; i < model->n_classes; i++)
		rest += i == c ? 0.0 : p[i];
	return log(p[c] / rest);
}

/* The mean log-odds where the reference's objects have the given features [READ] of x. */
static double
mean_log_odds(const Model *model, const float *x, const bool *replaced, int c, Workspace *workspace)
{
	const Reference *reference = model->reference;
	double			 sum = 0.0;

	for (int i = 0; i < reference->n_objects; i++)
	{
		float row[FEATURES];

		memcpy(row, x, sizeof(row));
		for (int j = 0; j < READ; j++)
			if (!replaced[j])
				row[read_features[j]] = reference->objects[i * READ + j];
		sum += model_log_odds(model, row, c, workspace);
	}
	return sum / reference->n_objects;
}

static void
test_contributions(void)
{
	static const int32_t alone[READ] = {0, 1, 2}, pair[READ] = {1, 0, 1};
	static const bool	 none[READ] = {false}, all[READ] = {true, true, true};
	static const bool	 first[READ] = {true, false, true}, second[READ] = {false, true, false};
	Workspace			 workspace = unit_workspace();
	Model				 model = make_model(2, true, &workspace);
	const float			*x = make_rows(1, 9, 1.0, &workspace);
	double				 values[READ], sum, before, after;
	float				*weight = model.networks[0].layers[0].weight;

	/* Of a linear model of two classes, a weight times the difference from the mean. */
	CHECK(shapley_values(&model, x, 1, READ, alone, values, &workspace), "probabilities");
	for (int j = 0; j < READ; j++)
	{
		const Preprocessing *p = &model.preprocessing;
		double				 mean = 0.0, value = x[read_features[j]];

		for (int i = 0; i < model.reference->n_objects; i++)
		{
			double other = model.reference->objects[i * READ + j];

			mean += isnan(other) ? 0.0 : (other - p->center[j]) * p->scale[j];
		}
		mean /= model.reference->n_objects;
		value = isfinite(value) ? (value - p->center[j]) * p->scale[j] : 0.0;
		CHECK(fabs(values[j] - (weight[2 * j + 1] - weight[2 * j]) * (value - mean) / 1.5) < 2e-4,
			  "feature %d: %g, expected %g", j, values[j],
			  (weight[2 * j + 1] - weight[2 * j]) * (value - mean) / 1.5);
	}

	/* Of any model, their sum is the difference from the mean; two units have two orders. */
	model = make_model(CLASSES, false, &workspace);
	for (int c = 0; c < CLASSES; c++)
	{
		before = mean_log_odds(&model, x, none, c, &workspace);
		after = mean_log_odds(&model, x, all, c, &workspace);
		CHECK(shapley_values(&model, x, c, READ, alone, values, &workspace), "probabilities");
		sum = values[0] + values[1] + values[2];
		CHECK(fabs(sum - (after - before)) < 1e-4, "sum %g, difference %g", sum, after - before);

		CHECK(shapley_values(&model, x, c, 2, pair, values, &workspace), "probabilities");
		CHECK_CLOSE(values[1],
					0.5 * (mean_log_odds(&model, x, first, c, &workspace) - before + after -
						   mean_log_odds(&model, x, second, c, &workspace)),
					1e-4, "both orders");
		CHECK(fabs(values[0] + values[1] - (after - before)) < 1e-4, "sum of two");
	}

	/* An object of the reference's mean has none where nothing differs. */
	for (int i = 0; i < model.reference->n_objects; i++)
		for (int j = 0; j < READ; j++)
			model.reference->objects[i * READ + j] = x[read_features[j]];
	CHECK(shapley_values(&model, x, 0, READ, alone, values, &workspace), "probabilities");
	CHECK(values[0] == 0.0 && values[1] == 0.0 && values[2] == 0.0, "no difference");

	/* Weights that overflow are found out. */
	model.networks[0].layers[1].weight[0] = 3e38f;
	model.networks[0].layers[0].bias[0] = 1e30f;
	model.temperature = 1e-6f;
	CHECK(!shapley_values(&model, x, 0, READ, alone, values, &workspace), "not finite");
	unit_free();
}

/* The bytes of a model with a reference read back; none of them can be left out. */
static void
test_bytes(void)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(CLASSES, false, &workspace);
	float		  *probabilities = workspace_array(&workspace, float, 300 * CLASSES);
	int32_t		  *target = workspace_array(&workspace, int32_t, 300);
	unsigned char *bytes, *again;
	const char	  *reason = NULL;
	size_t		   size, bare;
	Model		  *copy;

	make_predictions(300, 4, probabilities, target);
	model.reference->conformal =
		fit_conformal(300, CLASSES, probabilities, target, NULL, &workspace);
	size = model_size(&model);
	bytes = workspace_array(&workspace, unsigned char, size);
	again = workspace_array(&workspace, unsigned char, size);
	model_write(&model, bytes);
	copy = model_read(bytes, size, &workspace, &reason);
	CHECK(copy != NULL && copy->reference != NULL, "%s", reason);
	if (copy == NULL || copy->reference == NULL)
		return;
	CHECK(model_size(copy) == size, "size");
	model_write(copy, again);
	CHECK(memcmp(bytes, again, size) == 0, "written again");
	for (int i = 0; i < model.reference->n_objects * READ; i++)
		CHECK(isnan(model.reference->objects[i])
				  ? isnan(copy->reference->objects[i])
				  : copy->reference->objects[i] == model.reference->objects[i],
			  "object value %d", i);
	model.reference = NULL;
	bare = model_size(&model);
	model_write(&model, bytes);
	copy = model_read(bytes, bare, &workspace, &reason);
	CHECK(copy != NULL && copy->reference == NULL, "a model without");
	CHECK(size - bare ==
			  4 * (1 + READ + READ + READ * REFERENCE_KNOTS + 1 + CLASSES + 1 +
				   (CLASSES + 1) * CONFORMAL_KNOTS + 1 + NEIGHBOURS * CLASSES + NOVELTY_KNOTS) +
				  5 * REFERENCE_OBJECTS * READ,
		  "%zu bytes", size - bare);
	unit_free();
}

/* The model of these bytes with byte `at` changed, and the checksum made right. */
static Model *
read_changed(unsigned char *bytes, size_t size, size_t at, unsigned char value, const char **reason,
			 Workspace *workspace)
{
	unsigned char kept = bytes[at];
	uint32_t	  checksum;
	Model		 *model;

	bytes[at] = value;
	checksum = crc32c(bytes + PREAMBLE_BYTES, size - PREAMBLE_BYTES);
	for (int i = 0; i < 4; i++)
		bytes[PREAMBLE_BYTES - 4 + i] = (unsigned char) (checksum >> 8 * i);
	*reason = NULL;
	model = model_read(bytes, size, workspace, reason);
	bytes[at] = kept;
	return model;
}

#define NEIGHBOUR_BYTES (4 * (1 + NEIGHBOURS * CLASSES + NOVELTY_KNOTS))

/* There are neighbours, their probabilities are none beyond 1, and their distances ascend. */
static void
test_forged_neighbours(void)
{
	Workspace	   workspace = unit_workspace();
	Model		   model = make_model(CLASSES, false, &workspace);
	size_t		   size = model_size(&model);
	size_t		   first = size - NEIGHBOUR_BYTES;
	unsigned char *bytes = workspace_array(&workspace, unsigned char, size);
	const struct
	{
		size_t		  at;
		unsigned char value;
		const char	 *reason;
	} forged[] = {
		{first, 0, "the number of neighbours is out of range"},
		{first + 1, NOVELTY_OBJECTS >> 8, "the number of neighbours is out of range"},
		{first + 4 + 3, 0xbf, "a neighbour's probability is out of range"},
		{size - 1, 0x7f, "a neighbour's distance is out of range"},
		{size - 1, 0, "quantiles are not in order"},
	};
	const char *reason;

	model_write(&model, bytes);
	CHECK(bytes[first] == NEIGHBOURS, "%d neighbours", bytes[first]);
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		CHECK(read_changed(bytes, size, forged[i].at, forged[i].value, &reason, &workspace) ==
					  NULL &&
				  strcmp(reason, forged[i].reason) == 0,
			  "%zu: %s", i, reason);
	unit_free();
}

/* The flag of a value that is missing is 0 or 1, and the value is then 0. */
static void
test_forged_objects(void)
{
	static const char expected[] = "a reference object is neither known nor missing";
	Workspace		  workspace = unit_workspace();
	Model			  model = make_model(CLASSES, false, &workspace);
	size_t			  size = model_size(&model);
	size_t			  n = (size_t) model.reference->n_objects * READ;
	size_t			  after = 4 * (CLASSES + 1) * (1 + CONFORMAL_KNOTS) + NEIGHBOUR_BYTES;
	unsigned char	 *bytes = workspace_array(&workspace, unsigned char, size);
	size_t			  flags = size - after - 5 * n;
	int				  n_known = 0, n_missing = 0;
	const char		 *reason;

	model_write(&model, bytes);
	for (size_t i = 0; i < n; i++)
	{
		unsigned char flag = bytes[flags + i];
		Model		 *read;

		CHECK(flag == isnan(model.reference->objects[i]), "flag %zu: %d", i, flag);
		n_known += flag == 0 && model.reference->objects[i] != 0.0f;
		n_missing += flag;
		CHECK(read_changed(bytes, size, flags + i, 2, &reason, &workspace) == NULL &&
				  strcmp(reason, expected) == 0,
			  "flag %zu of 2: %s", i, reason);
		read = read_changed(bytes, size, flags + i, !flag, &reason, &workspace);
		if (flag == 0 && model.reference->objects[i] != 0.0f)
			CHECK(read == NULL && strcmp(reason, expected) == 0, "%zu: %s", i, reason);
		else
			CHECK(read != NULL && (flag ? read->reference->objects[i] == 0.0f
										: isnan(read->reference->objects[i])),
				  "%zu: %s", i, reason);
	}
	CHECK(n_known > 0 && n_missing > 0, "%d known, %d missing", n_known, n_missing);
	unit_free();
}

int
main(void)
{
	test_drift();
	test_drift_edges();
	test_novelty();
	test_novelty_edges();
	test_conformal();
	test_contributions();
	test_bytes();
	test_forged_neighbours();
	test_forged_objects();
	return unit_report();
}

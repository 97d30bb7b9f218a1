/*
 * test_preprocess.c
 *		Normalisation of features compared with closed forms.
 */
#include "unit.h"

#include <float.h>

#include "core/model/preprocess.h"
#include "core/base/random.h"

#define ROWS 1001

static float **
feature_rows(int n_rows, int n_features, float *features, Workspace *workspace)
{
	float **rows = workspace_array(workspace, float *, n_rows);

	for (int i = 0; i < n_rows; i++)
		rows[i] = features + (size_t) i * n_features;
	return rows;
}

static Preprocessing
fit(Normalisation normalisation, const float *features, const bool *skip, int n_features,
	double clip, Workspace *workspace)
{
	PreprocessingOptions options = {
		.normalisation = normalisation,
		.quantiles = 101,
		.clip = clip,
		.missing_flag_fraction = 0.1,
	};
	Preprocessing preprocessing;

	preprocessing_fit(&preprocessing, &options, ROWS, n_features,
					  feature_rows(ROWS, n_features, (float *) features, workspace), skip,
					  workspace);
	return preprocessing;
}

static float
transform(const Preprocessing *preprocessing, float value, Workspace *workspace)
{
	float inputs[2];

	preprocess(preprocessing, preprocessing_scores(preprocessing, workspace), 1, &value, inputs);
	return inputs[0];
}

static void
test_zscore(void)
{
	Workspace	  workspace = unit_workspace();
	float		  x[ROWS];
	Preprocessing preprocessing;

	for (int i = 0; i < ROWS; i++)
		x[i] = (float) i;
	preprocessing = fit(NORMALISATION_ZSCORE, x, NULL, 1, 0.0, &workspace);
	CHECK_CLOSE(transform(&preprocessing, 500.0f, &workspace), 0.0, 1e-6, "mean");
	/* a uniform grid of n points has variance (n^2 - 1) / 12 */
	CHECK_CLOSE(transform(&preprocessing, 1000.0f, &workspace),
				500.0 / sqrt(((double) ROWS * ROWS - 1.0) / 12.0), 1e-6, "maximum");
	CHECK_CLOSE(transform(&preprocessing, NAN, &workspace), 0.0, 0.0, "missing");
	CHECK_CLOSE(transform(&preprocessing, INFINITY, &workspace), 0.0, 0.0, "infinite");
	preprocessing = fit(NORMALISATION_ZSCORE, x, NULL, 1, 1.5, &workspace);
	CHECK_CLOSE(transform(&preprocessing, 1e9f, &workspace), 1.5, 0.0, "clipped above");
	CHECK_CLOSE(transform(&preprocessing, -1e9f, &workspace), -1.5, 0.0, "clipped below");
	unit_free();
}

static void
test_constant(void)
{
	Workspace	  workspace = unit_workspace();
	float		  x[ROWS];
	Preprocessing preprocessing;

	for (int i = 0; i < ROWS; i++)
		x[i] = 0.1f;
	preprocessing = fit(NORMALISATION_ZSCORE, x, NULL, 1, 0.0, &workspace);
	CHECK_CLOSE(transform(&preprocessing, 7.0f, &workspace), 0.0, 0.0, "zscore of a constant");
	preprocessing = fit(NORMALISATION_RANK_GAUSS, x, NULL, 1, 0.0, &workspace);
	CHECK_CLOSE(transform(&preprocessing, 0.1f, &workspace), 0.0, 1e-6, "rank of a constant");
	CHECK_CLOSE(transform(&preprocessing, 7.0f, &workspace), 0.0, 1e-6, "rank above a constant");

	/* values so small that the inverse of their standard deviation is none of float */
	for (int i = 0; i < ROWS; i++)
		x[i] = i % 2 == 0 ? 1e-40f : -1e-40f;
	preprocessing = fit(NORMALISATION_ZSCORE, x, NULL, 1, 0.0, &workspace);
	CHECK_CLOSE(transform(&preprocessing, 1e-40f, &workspace), 0.0, 0.0, "zscore of a tiny value");
	CHECK_CLOSE(transform(&preprocessing, 7.0f, &workspace), 0.0, 0.0, "zscore of a large value");
	unit_free();
}

/* The rank-Gauss transform of normal values is the identity, up to sampling noise. */
static void
test_rank_gauss(void)
{
	Workspace	  workspace = unit_workspace();
	Random		  random;
	float		  x[ROWS];
	float		  last = -FLT_MAX;
	Preprocessing preprocessing;

	random_seed(&random, 3, 0);
	for (int i = 0; i < ROWS; i++)
		x[i] = (float) random_normal(&random);
	preprocessing = fit(NORMALISATION_RANK_GAUSS, x, NULL, 1, 0.0, &workspace);
	for (double z = -2.0; z <= 2.0; z += 0.25)
		CHECK(fabs(transform(&preprocessing, (float) z, &workspace) - z) < 0.2, "rank of %g is %g",
			  z, transform(&preprocessing, (float) z, &workspace));
	for (double z = -5.0; z <= 5.0; z += 0.01)
	{
		float y = transform(&preprocessing, (float) z, &workspace);

		CHECK(y >= last, "not monotone at %g", z);
		last = y;
	}
	CHECK_CLOSE(transform(&preprocessing, 1e30f, &workspace), 2.5775, 1e-3,
				"quantile of 100.5/101");
	CHECK_CLOSE(transform(&preprocessing, -1e30f, &workspace), -2.5775, 1e-3,
				"quantile of 0.5/101");

	/* any increasing function of the values gives the same ranks */
	for (int i = 0; i < ROWS; i++)
		x[i] = expf(x[i]);
	preprocessing = fit(NORMALISATION_RANK_GAUSS, x, NULL, 1, 0.0, &workspace);
	CHECK(fabs(transform(&preprocessing, expf(0.7f), &workspace) - 0.7) < 0.2, "rank of exp");
	unit_free();
}

/* A feature with two values: each gets the middle of its range of ranks. */
static void
test_ties(void)
{
	Workspace	  workspace = unit_workspace();
	float		  x[ROWS];
	float		 *scores;
	Preprocessing preprocessing;

	for (int i = 0; i < ROWS; i++)
		x[i] = i < 500 ? 0.0f : 1.0f;
	preprocessing = fit(NORMALISATION_RANK_GAUSS, x, NULL, 1, 0.0, &workspace);
	scores = preprocessing_scores(&preprocessing, &workspace);
	CHECK_CLOSE(transform(&preprocessing, 0.0f, &workspace), 0.5 * (scores[0] + scores[49]), 1e-6,
				"lower value");
	CHECK_CLOSE(transform(&preprocessing, 1.0f, &workspace), 0.5 * (scores[50] + scores[100]), 1e-6,
				"upper value");
	CHECK(transform(&preprocessing, 0.5f, &workspace) > scores[49] &&
			  transform(&preprocessing, 0.5f, &workspace) < scores[50],
		  "between the values");
	unit_free();
}

/* Values beyond those in training count as the nearest of them, also where that has ties. */
static void
test_range(Normalisation normalisation)
{
	Workspace	  workspace = unit_workspace();
	float		  x[ROWS];
	Preprocessing preprocessing;

	for (int i = 0; i < ROWS; i++)
		x[i] = i == 8 ? NAN : i < 500 ? -2.0f : i < 510 ? 1.0f : 3.0f;
	preprocessing = fit(normalisation, x, NULL, 1, 0.0, &workspace);
	CHECK_CLOSE(transform(&preprocessing, 3.5f, &workspace),
				transform(&preprocessing, 3.0f, &workspace), 0.0, "above");
	CHECK_CLOSE(transform(&preprocessing, FLT_MAX, &workspace),
				transform(&preprocessing, 3.0f, &workspace), 0.0, "far above");
	CHECK_CLOSE(transform(&preprocessing, -2.5f, &workspace),
				transform(&preprocessing, -2.0f, &workspace), 0.0, "below");
	CHECK_CLOSE(transform(&preprocessing, -INFINITY, &workspace), 0.0, 0.0, "infinite");
	CHECK(transform(&preprocessing, 2.0f, &workspace) <
				  transform(&preprocessing, 3.0f, &workspace) &&
			  transform(&preprocessing, 2.0f, &workspace) >
				  transform(&preprocessing, 1.0f, &workspace),
		  "between");
	unit_free();
}

static void
test_missing(void)
{
	Workspace	  workspace = unit_workspace();
	float		  x[ROWS][3];
	float		  row[3] = {NAN, NAN, 500.0f};
	float		  inputs[4];
	Preprocessing preprocessing;

	for (int i = 0; i < ROWS; i++)
	{
		x[i][0] = i % 5 == 0 ? NAN : (float) i; /* often missing */
		x[i][1] = i == 7 ? NAN : (float) i;		/* hardly ever */
		x[i][2] = (float) i;
	}
	preprocessing = fit(NORMALISATION_ZSCORE, &x[0][0], NULL, 3, 0.0, &workspace);
	CHECK(preprocessing.n_flagged == 1 && preprocessing.flagged[0] == 0, "flags %d",
		  preprocessing.n_flagged);
	preprocess(&preprocessing, NULL, 1, row, inputs);
	CHECK(inputs[0] == 0.0f && inputs[1] == 0.0f && inputs[3] == 1.0f, "missing inputs");
	row[0] = 3.0f;
	preprocess(&preprocessing, NULL, 1, row, inputs);
	CHECK(inputs[0] != 0.0f && inputs[3] == 0.0f, "present input");
	unit_free();
}

/* Held-out rows have no influence. */
static void
test_skip(void)
{
	Workspace	  workspace = unit_workspace();
	float		  x[ROWS];
	bool		  skip[ROWS];
	Preprocessing preprocessing;

	for (int i = 0; i < ROWS; i++)
	{
		skip[i] = i >= 11;
		x[i] = skip[i] ? 1e6f : (float) i;
	}
	preprocessing = fit(NORMALISATION_ZSCORE, x, skip, 1, 0.0, &workspace);
	CHECK_CLOSE(preprocessing.center[0], 5.0, 1e-6, "mean of what is not held out");
	preprocessing = fit(NORMALISATION_RANK_GAUSS, x, skip, 1, 0.0, &workspace);
	CHECK_CLOSE(preprocessing.quantiles[100], 10.0, 1e-6, "largest of what is not held out");
	CHECK_CLOSE(preprocessing.quantiles[50], 5.0, 1e-6, "median of what is not held out");
	unit_free();
}

/* The definition of rank_gauss, knot by knot in double precision. */
static double
oracle_rank(const float *knots, const float *scores, int n, float value)
{
	int below = 0;
	int equal = 0;

	if (!isfinite(value))
		return 0.0;
	value = fminf(knots[n - 1], fmaxf(knots[0], value));
	for (int k = 0; k < n; k++)
	{
		below += knots[k] < value;
		equal += knots[k] == value;
	}
	if (equal > 0)
		return 0.5 * (scores[below] + (double) scores[below + equal - 1]);
	return scores[below - 1] + ((double) scores[below] - scores[below - 1]) *
								   ((double) value - knots[below - 1]) /
								   ((double) knots[below] - knots[below - 1]);
}

/* Values at knots, at runs of equal knots, in gaps, and beyond the knots. */
static float
awkward_value(Random *random)
{
	switch (random_below(random, 8))
	{
		case 0:
			return NAN;
		case 1:
			return random_below(random, 2) ? INFINITY : -INFINITY;
		case 2:
			return random_below(random, 2) ? FLT_MAX : -FLT_MAX;
		case 3:
			return (float) random_normal(random);
		default:
			return (float) random_below(random, 12);
	}
}

/* Blocks of any size, compared with the definition and, bit for bit, with single rows. */
static void
test_rank_blocks(int n_quantiles, int n_rows)
{
	enum
	{
		FEATURES = 95,
		USED = 71
	};
	Workspace	  workspace = unit_workspace();
	int32_t		  used[USED];
	Preprocessing preprocessing = {.n_features = FEATURES,
								   .n_used = USED,
								   .used = used,
								   .normalisation = NORMALISATION_RANK_GAUSS,
								   .clip = INFINITY,
								   .n_quantiles = n_quantiles,
								   .n_flagged = 2,
								   .flagged = (int32_t[]){3, 5}};
	float		 *knots = workspace_array(&workspace, float, USED *n_quantiles);
	float		 *features = workspace_array(&workspace, float, n_rows *FEATURES);
	float		 *inputs = workspace_array(&workspace, float, n_rows *(USED + 2));
	float		  row[USED + 2];
	float		 *scores;
	Random		  random;
	int			  differing = 0;

	random_seed(&random, n_quantiles, n_rows);
	for (int j = 0, n = 0; j < FEATURES; j++)
		if (j % 4 != 1)
			used[n++] = j;
	for (int j = 0; j < USED; j++)
		for (int k = 0; k < n_quantiles; k++)
			knots[j * n_quantiles + k] = j % 3 == 0 ? (float) (k * 12 / n_quantiles)
													: (float) (k - n_quantiles / 2) /
														  (j % 3 == 1 ? 7.0f : (float) n_quantiles);
	for (int i = 0; i < n_rows * FEATURES; i++)
		features[i] = awkward_value(&random);
	preprocessing.quantiles = knots;
	scores = preprocessing_scores(&preprocessing, &workspace);
	preprocess(&preprocessing, scores, n_rows, features, inputs);
	for (int i = 0; i < n_rows; i++)
	{
		const float *input = inputs + i * (USED + 2);
		double		 worst = 0.0;

		preprocess(&preprocessing, scores, 1, features + i * FEATURES, row);
		differing += memcmp(row, input, sizeof(row)) != 0;
		for (int j = 0; j < USED; j++)
			worst = fmax(worst,
						 fabs(input[j] - oracle_rank(knots + j * n_quantiles, scores, n_quantiles,
													 features[i * FEATURES + used[j]])));
		CHECK(worst < 1e-6, "%d knots, row %d of %d: off by %g", n_quantiles, i, n_rows, worst);
		CHECK(input[USED] == !isfinite(features[i * FEATURES + 3]) &&
				  input[USED + 1] == !isfinite(features[i * FEATURES + 5]),
			  "flags");
	}
	CHECK(differing == 0, "%d knots: %d of %d rows differ", n_quantiles, differing, n_rows);
	unit_free();
}

#define MANY 150

/* Every third feature is often missing, and each has its own location and scale. */
static void
draw_many(float (*features)[MANY], Random *random)
{
	for (int i = 0; i < ROWS; i++)
		for (int j = 0; j < MANY; j++)
			features[i][j] = j % 3 == 0 && random_uniform(random) < 0.4
								 ? NAN
								 : (float) (j + (1.0 + j % 7) * random_normal(random));
}

/* The inputs of the subset equal those of the whole, bit for bit. */
static void
check_subset(const Preprocessing *whole, const bool *keep, int n_rows,
			 const float (*features)[MANY])
{
	Workspace	  workspace = unit_workspace();
	Preprocessing subset = preprocessing_subset(whole, keep, &workspace);
	int			  n_all = preprocessing_inputs(whole);
	int			  n_kept = preprocessing_inputs(&subset);
	float		 *all = workspace_array(&workspace, float, n_rows *n_all);
	float		 *kept = workspace_array(&workspace, float, n_rows *n_kept);
	int			  differing = 0;

	preprocess(whole, preprocessing_scores(whole, &workspace), n_rows, features[0], all);
	preprocess(&subset, preprocessing_scores(&subset, &workspace), n_rows, features[0], kept);
	for (int i = 0; i < n_rows; i++)
	{
		const float *next = kept + i * n_kept;

		for (int j = 0; j < n_all; j++)
			if (keep[j])
				differing += memcmp(next++, &all[i * n_all + j], sizeof(float)) != 0;
		CHECK(next == kept + (i + 1) * n_kept, "%d inputs", n_kept);
	}
	CHECK(differing == 0, "%d rows, %d of %d inputs: %d differ", n_rows, n_kept, n_all, differing);
}

/* Features that are normalised in place make the same inputs, bit for bit, of the whole and of a
 * part. */
static void
test_in_place(Normalisation normalisation)
{
	static float  features[ROWS][MANY];
	Workspace	  workspace = unit_workspace();
	float		 *copy = workspace_array(&workspace, float, ROWS *MANY);
	float		**rows = feature_rows(ROWS, MANY, copy, &workspace);
	bool		  keep[2 * MANY] = {false};
	Random		  random;
	Preprocessing whole;
	Preprocessing rest;

	random_seed(&random, 8, 0);
	draw_many(features, &random);
	features[5][0] = INFINITY;
	memcpy(copy, features, sizeof(features));
	whole = fit(normalisation, features[0], NULL, MANY, 2.5, &workspace);
	normalise_features(&whole, ROWS, rows, &workspace);
	CHECK(isnan(rows[5][0]), "infinite is %g", rows[5][0]);
	rest = normalised_preprocessing(MANY, whole.n_flagged, whole.flagged, &workspace);
	CHECK(whole.n_flagged > 0 && preprocessing_inputs(&rest) == preprocessing_inputs(&whole),
		  "%d flags", whole.n_flagged);
	for (int all = 0; all < 2; all++)
	{
		int			  n_all = preprocessing_inputs(&whole);
		Preprocessing from_raw;
		Preprocessing from_normalised;
		float		 *expected;
		float		 *inputs;
		size_t		  n_inputs;

		for (int j = 0; j < n_all; j++)
			keep[j] = all || j % 3 == 1;
		from_raw = preprocessing_subset(&whole, keep, &workspace);
		from_normalised = preprocessing_subset(&rest, keep, &workspace);
		n_inputs = preprocessing_inputs(&from_raw);
		expected = workspace_array(&workspace, float, ROWS *n_inputs);
		inputs = workspace_array(&workspace, float, ROWS *n_inputs);
		preprocess(&from_raw, preprocessing_scores(&from_raw, &workspace), ROWS, features[0],
				   expected);
		preprocess(&from_normalised, preprocessing_scores(&from_normalised, &workspace), ROWS, copy,
				   inputs);
		CHECK(memcmp(inputs, expected, sizeof(float) * ROWS * n_inputs) == 0, "inputs differ");
	}
	unit_free();
}

/* All, none, only features, only missing-value indicators, or some of both. */
static void
mark_inputs(int way, Random *random, bool *keep)
{
	for (int j = 0; j < 2 * MANY; j++)
		keep[j] = way == 0 || (way == 2 && j < MANY) || (way == 3 && j >= MANY) ||
				  (way > 3 && random_below(random, 2) == 0);
}

/* Subsets, and subsets of subsets, for single rows and for blocks. */
static void
test_subset(Normalisation normalisation)
{
	static const int counts[] = {1, 15, 16, 64, 100};
	static float	 features[ROWS][MANY];
	Workspace		 workspace = unit_workspace();
	Random			 random;
	Preprocessing	 whole;
	Preprocessing	 subset;
	bool			 keep[2 * MANY];

	random_seed(&random, 17, 0);
	draw_many(features, &random);
	whole = fit(normalisation, features[0], NULL, MANY, 2.5, &workspace);
	CHECK(whole.n_used == MANY && whole.n_flagged == MANY / 3, "%d flags", whole.n_flagged);
	for (int way = 0; way < 6; way++)
		for (int k = 0; k < 5; k++)
		{
			mark_inputs(way, &random, keep);
			check_subset(&whole, keep, counts[k], features);
			subset = preprocessing_subset(&whole, keep, &workspace);
			mark_inputs(5, &random, keep);
			check_subset(&subset, keep, counts[k], features);
		}
	unit_free();
}

int
main(void)
{
	test_zscore();
	test_constant();
	test_rank_gauss();
	test_ties();
	test_range(NORMALISATION_ZSCORE);
	test_range(NORMALISATION_RANK_GAUSS);
	test_missing();
	test_skip();
	for (int quantiles = 2; quantiles <= 40; quantiles++)
		test_rank_blocks(quantiles, quantiles);
	test_rank_blocks(128, 200);
	test_rank_blocks(101, 64);
	test_rank_blocks(1000, 65);
	test_subset(NORMALISATION_ZSCORE);
	test_subset(NORMALISATION_RANK_GAUSS);
	test_in_place(NORMALISATION_ZSCORE);
	test_in_place(NORMALISATION_RANK_GAUSS);
	return unit_report();
}

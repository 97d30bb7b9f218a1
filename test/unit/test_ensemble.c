/*
 * test_ensemble.c
 *		Which networks are trained on which rows, and the combined predictions of
 *		an ensemble.
 */
#include "unit.h"

#include "core/train/ensemble.h"
#include "core/base/random.h"
#include "core/train/folds.h"

#define OBJECTS 240
#define COPIES 2
#define ROWS (OBJECTS * COPIES)
#define FEATURES 4
#define CLASSES 4
#define MEMBERS 5
#define HIDDEN 8

typedef struct Problem
{
	float			features[ROWS][FEATURES];
	float		   *rows[ROWS]; /* of features */
	int32_t			target[ROWS];
	int32_t			classes[CLASSES];
	int32_t			group[ROWS];
	int32_t			fold[ROWS];
	bool			validation[ROWS];
	TrainingSet		set;
	TrainingOptions options;
	Ensemble		ensemble;
} Problem;

/* Overlapping clouds; each object twice, in separate places; class 3 is a single object. */
static void
make_problem(Problem *problem)
{
	Random random;

	random_seed(&random, 3, 0);
	memset(problem, 0, sizeof(*problem));
	for (int i = 0; i < ROWS; i++)
	{
		int object = i % OBJECTS;

		problem->target[i] = object == 7 ? 3 : object % 5 == 0 ? 2 : object % 2;
		problem->group[i] = object;
		for (int j = 0; j < FEATURES; j++)
			problem->features[i][j] =
				(float) (random_normal(&random) + (j == problem->target[i] ? 2.0 : 0.0));
	}
	for (int c = 0; c < CLASSES; c++)
		problem->classes[c] = 10 * c + 5;
	for (int i = 0; i < ROWS; i++)
		problem->rows[i] = problem->features[i];
	problem->set = (TrainingSet){
		.n_rows = ROWS,
		.n_features = FEATURES,
		.n_classes = CLASSES,
		.features = problem->rows,
		.classes = problem->classes,
		.target = problem->target,
		.group = problem->group,
	};
	problem->options = *training_preset(0);
	training_options_settle(&problem->options, 5000, 5000, 173, 6);
	problem->options.network.n_layers = 1;
	problem->options.network.layers[0] = HIDDEN;
	problem->options.selected_inputs = 0;
	problem->options.epochs = 3;
	problem->options.batch_size = 32;
	problem->options.networks = MEMBERS;
	problem->options.trees = 0;
	problem->options.seed = 1;
	problem->ensemble = (Ensemble){
		.set = &problem->set,
		.options = &problem->options,
		.n_folds = 1,
	};
}

static void
ignore_report(const EpochReport *report, void *argument)
{
}

static void
mark_unseen(const Problem *problem, int job, bool *unseen)
{
	Workspace workspace = unit_workspace();
	int		  rows[ROWS];
	int		  n = job_unseen(&problem->ensemble, job, &workspace, rows);

	memset(unseen, 0, ROWS);
	for (int k = 0; k < n; k++)
	{
		CHECK(rows[k] >= 0 && rows[k] < ROWS && !unseen[rows[k]] &&
				  (k == 0 || rows[k] > rows[k - 1]),
			  "row %d", rows[k]);
		unseen[rows[k]] = true;
	}
}

/* Folds: stratified, copies together, a class of one object in none, different for each seed. */
static void
test_folds(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	SplitRows	   rows = {ROWS, CLASSES, problem.target, problem.group, problem.validation};
	int32_t		   fold[ROWS];
	int32_t		   other[ROWS];
	int			   count[CLASSES][7] = {{0}};

	make_problem(&problem);
	problem.validation[0] = problem.validation[OBJECTS] = true;
	stratified_folds(&rows, 7, 5, 100, fold, &workspace);
	for (int i = 0; i < ROWS; i++)
	{
		bool none = problem.target[i] == 3 || problem.validation[i];

		CHECK((fold[i] == -1) == none && fold[i] < 7, "row %d is in fold %d", i, fold[i]);
		CHECK(fold[i] == fold[i % OBJECTS], "copies of object %d are separated", i % OBJECTS);
		if (fold[i] >= 0)
			count[problem.target[i]][fold[i]]++;
	}
	for (int c = 0; c < 3; c++)
		for (int f = 1; f < 7; f++)
			CHECK(abs(count[c][f] - count[c][0]) <= COPIES, "class %d: %d and %d in folds", c,
				  count[c][f], count[c][0]);
	stratified_folds(&rows, 7, 5, 101, other, &workspace);
	CHECK(memcmp(fold, other, sizeof(fold)) != 0, "streams give the same folds");
	stratified_folds(&rows, 7, 5, 100, other, &workspace);
	CHECK(memcmp(fold, other, sizeof(fold)) == 0, "the same stream gives other folds");

	stratified_holdout(&rows, 0.3, 5, problem.validation + 0, &workspace);
	for (int i = 0; i < ROWS; i++)
		CHECK(problem.validation[i] == problem.validation[i % OBJECTS], "copies are separated");
	CHECK(!problem.validation[7], "the only object of a class is held out");
	unit_free();
}

/* An object that is the only one of its class is never left out. */
static void
test_mixed_object(void)
{
	Workspace workspace = unit_workspace();
	int32_t	  target[6] = {0, 0, 0, 1, 1, 0};
	int32_t group[6] = {0, 1, 2, 3, 3, 3}; /* class 1 is in one object, which is also of class 0 */
	int32_t fold[6];
	SplitRows rows = {6, 2, target, group, NULL};

	stratified_folds(&rows, 2, 1, 1, fold, &workspace);
	CHECK(fold[3] == -1 && fold[4] == -1 && fold[5] == -1, "folds %d %d %d", fold[3], fold[4],
		  fold[5]);
	CHECK(fold[0] >= 0 && fold[1] >= 0 && fold[2] >= 0, "folds %d %d %d", fold[0], fold[1],
		  fold[2]);
	unit_free();
}

/* Each round of members leaves out every row once, but for a class of one object; rounds differ. */
static void
test_bags(void)
{
	static Problem problem;
	bool		   unseen[4][ROWS];

	make_problem(&problem);
	problem.options.bagging_folds = 2;
	problem.options.networks = 4;
	for (int m = 0; m < 4; m++)
		mark_unseen(&problem, m, unseen[m]);
	for (int i = 0; i < ROWS; i++)
		for (int round = 0; round < 2; round++)
			CHECK(unseen[2 * round][i] + unseen[2 * round + 1][i] == (problem.target[i] != 3),
				  "row %d is left out %d times", i,
				  unseen[2 * round][i] + unseen[2 * round + 1][i]);
	CHECK(memcmp(unseen[0], unseen[2], ROWS) != 0 && memcmp(unseen[0], unseen[3], ROWS) != 0,
		  "the second round is the first");

	/* rows held out from all members are in no bag and unseen by all */
	for (int i = 0; i < ROWS; i++)
		problem.validation[i] = problem.group[i] % 10 == 1;
	problem.set.validation = problem.validation;
	mark_unseen(&problem, 0, unseen[0]);
	mark_unseen(&problem, 1, unseen[1]);
	for (int i = 0; i < ROWS; i++)
		CHECK(unseen[0][i] + unseen[1][i] == (problem.validation[i] ? 2 : problem.target[i] != 3),
			  "row %d is left out %d times", i, unseen[0][i] + unseen[1][i]);

	/* without bagging only those rows are unseen */
	problem.options.bagging_folds = 0;
	mark_unseen(&problem, 1, unseen[1]);
	CHECK(memcmp(unseen[1], problem.validation, ROWS) == 0, "other rows are unseen");
	unit_free();
}

/* In a cross-validation, with held-out rows and bagging within. */
static void
test_cross_validation(void)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	bool		   unseen[3 * 2][ROWS];

	make_problem(&problem);
	for (int i = 0; i < ROWS; i++)
		if (problem.target[i] == 3)
			problem.target[i] = 0;
	problem.options.folds = 3;
	problem.options.networks = 2;
	problem.options.validation_fraction = 0.2;
	problem.options.bagging_folds = 2;
	cross_validation_folds(&problem.set, &problem.options, problem.fold, &workspace);
	problem.ensemble.fold = problem.fold;
	problem.ensemble.n_folds = 3;
	CHECK(ensemble_jobs(&problem.ensemble) == 6, "%d jobs", ensemble_jobs(&problem.ensemble));
	for (int job = 0; job < 6; job++)
		mark_unseen(&problem, job, unseen[job]);
	for (int f = 0; f < 3; f++)
	{
		const bool *skip = fold_skip(&problem.ensemble, f, &workspace);
		int			n_held_out = 0;

		for (int i = 0; i < ROWS; i++)
		{
			CHECK(!(problem.fold[i] == f) || skip[i], "the preprocessing depends on row %d", i);
			CHECK(unseen[2 * f][i] + unseen[2 * f + 1][i] == (skip[i] ? 2 : 1),
				  "row %d is left out %d times", i, unseen[2 * f][i] + unseen[2 * f + 1][i]);
			CHECK(skip[i] == skip[i % OBJECTS], "copies are separated");
			n_held_out += skip[i] && problem.fold[i] != f;
		}
		CHECK(abs(n_held_out - ROWS * 2 / 15) <= 8, "%d rows held out", n_held_out);
	}
	unit_free();
}

typedef struct Jobs
{
	Model *model[MEMBERS];
	float *logits[MEMBERS];
} Jobs;

static void
do_job(const Problem *problem, const Inputs *inputs, int job, Workspace *workspace, Jobs *jobs)
{
	TrainingResult result;
	int			   rows[ROWS];
	int			   n = job_unseen(&problem->ensemble, job, workspace, rows);

	jobs->logits[job] = workspace_array(workspace, float, (size_t) n *CLASSES);
	jobs->model[job] = train_job(&problem->ensemble, job, inputs, workspace, ignore_report, NULL,
								 &result, jobs->logits[job]);
	CHECK(jobs->model[job] != NULL && result.epochs == member_epochs(&problem->options, job),
		  "job %d: %d epochs", job, result.epochs);
}

/* The mean of the logarithms of what the networks, asked one by one, say of rows they have not
 * seen. */
static void
check_unseen(const Problem *problem, const Jobs *jobs)
{
	Workspace workspace = unit_workspace();
	Unseen	  together;
	double	  expected[ROWS][CLASSES] = {{0}};
	int		  n[ROWS] = {0};

	unseen_log_probabilities(&problem->ensemble, 0, (const float *const *) jobs->logits, &workspace,
							 &together);
	for (int m = 0; m < MEMBERS; m++)
	{
		ClassifyScratch *scratch = classify_scratch(jobs->model[m], 1, &workspace);
		bool			 unseen[ROWS];

		mark_unseen(problem, m, unseen);
		for (int i = 0; i < ROWS; i++)
			if (unseen[i])
			{
				float p[CLASSES];

				model_classify(jobs->model[m], scratch, 1, problem->features[i], p);
				for (int c = 0; c < CLASSES; c++)
					expected[i][c] += log(p[c]);
				n[i]++;
			}
	}
	for (int i = 0; i < ROWS; i++)
	{
		double sum = 0.0;

		CHECK(n[i] == together.n_members[i], "%d members, not %d", together.n_members[i], n[i]);
		for (int c = 0; c < CLASSES; c++)
			sum += exp(expected[i][c] / n[i]);
		for (int c = 0; c < CLASSES; c++)
			CHECK_CLOSE(together.log_probabilities[i * CLASSES + c],
						n[i] > 0 ? expected[i][c] / n[i] - log(sum) : NAN, 1e-4, "log-probability");
	}
}

/* The restored network equals the saved one and does not depend on the bytes. */
static void
check_save(const Problem *problem, const Model *model, Workspace *workspace)
{
	const DenseNetwork *saved = &model->networks[0];
	size_t				n = member_bytes(&problem->options, 0, FEATURES, FEATURES, CLASSES);
	char			   *bytes = workspace_array(workspace, char, n + 1);
	char			   *again = workspace_array(workspace, char, n);
	const DenseLayer   *first = &saved->layers[0];
	Model			   *copy = empty_model(&problem->set, &model->preprocessing, 1, 0, workspace);
	const DenseNetwork *restored = &copy->networks[0];

	bytes[n] = 42;
	member_save(model, bytes);
	CHECK(bytes[n] == 42, "saves more than %zu bytes", n);
	member_restore(&problem->options, 0, bytes, workspace, copy);
	memset(bytes, 0, n);
	member_save(copy, again);
	member_save(model, bytes);
	CHECK(memcmp(bytes, again, n) == 0, "not restored");
	CHECK(restored->n_inputs == saved->n_inputs &&
			  memcmp(restored->inputs, saved->inputs, sizeof(int32_t) * saved->n_inputs) == 0,
		  "%d other inputs", restored->n_inputs);
	CHECK(restored->layers[0].n_in == first->n_in && restored->layers[0].n_out == HIDDEN &&
			  memcmp(restored->layers[0].weight, first->weight,
					 sizeof(float) * first->n_in * HIDDEN) == 0,
		  "other weights");
	CHECK(restored->layers[0].activation == first->activation &&
			  restored->layers[1].activation == ACTIVATION_LINEAR,
		  "activations");
}

static bool
same_members(const Problem *problem, const Model *a, const Model *b, Workspace *workspace)
{
	size_t n = member_bytes(&problem->options, 0, preprocessing_inputs(&a->preprocessing), FEATURES,
							CLASSES);
	char  *bytes_a = workspace_array(workspace, char, n);
	char  *bytes_b = workspace_array(workspace, char, n);

	member_save(a, bytes_a);
	member_save(b, bytes_b);
	return memcmp(bytes_a, bytes_b, n) == 0;
}

/*
 * Jobs in any order give the same networks, with the selected number of inputs;
 * members differ; and they can be serialised.
 */
static void
test_jobs(int selected_inputs, int n_inputs)
{
	static Problem problem;
	Workspace	   workspace = unit_workspace();
	Inputs		   inputs;
	Inputs		   again;
	Jobs		   forth = {0};
	Jobs		   back = {0};
	size_t		   n_bytes;

	make_problem(&problem);
	problem.options.bagging_folds = 2;
	problem.options.selected_inputs = selected_inputs;
	fold_inputs(&problem.ensemble, 0, &workspace, &inputs);
	fold_inputs(&problem.ensemble, 0, &workspace, &again);
	for (int m = 0; m < MEMBERS; m++)
	{
		do_job(&problem, &inputs, m, &workspace, &forth);
		do_job(&problem, &again, MEMBERS - 1 - m, &workspace, &back);
	}
	n_bytes = member_bytes(&problem.options, 0, FEATURES, FEATURES, CLASSES);
	CHECK(n_bytes == 4 * (1 + n_inputs + (n_inputs + 1) * HIDDEN + (HIDDEN + 1) * CLASSES),
		  "%zu bytes", n_bytes);
	for (int m = 0; m < MEMBERS; m++)
	{
		CHECK(forth.model[m]->networks[0].n_inputs == n_inputs, "member %d uses %d inputs", m,
			  forth.model[m]->networks[0].n_inputs);
		CHECK(same_members(&problem, forth.model[m], back.model[m], &workspace),
			  "member %d differs", m);
		CHECK(m == 0 || !same_members(&problem, forth.model[m], forth.model[m - 1], &workspace),
			  "members are the same");
		check_save(&problem, forth.model[m], &workspace);
	}
	check_unseen(&problem, &forth);

	/* without bagging, members differ by their seeds */
	problem.options.bagging_folds = 0;
	for (int m = 0; m < 2; m++)
		do_job(&problem, &inputs, m, &workspace, &back);
	CHECK(!same_members(&problem, back.model[0], back.model[1], &workspace), "one seed");
	unit_free();
}

/* Jobs on features that have been normalised in place, with bins in common or inputs that are not
 * kept, are the same. */
static void
test_normalised(int bagging_folds, int selected_inputs)
{
	static Problem problem;
	static Problem in_place;
	Workspace	   workspace = unit_workspace();
	Inputs		   inputs;
	Inputs		   normalised;
	Preprocessing  preprocessing;
	Jobs		   expected = {0};
	size_t		   n_bins;
	uint8_t		  *bins;

	make_problem(&problem);
	make_problem(&in_place);
	for (int i = 0; i < ROWS; i += 3)
		problem.features[i][1] = in_place.features[i][1] = NAN;
	problem.options.bagging_folds = in_place.options.bagging_folds = bagging_folds;
	problem.options.selected_inputs = in_place.options.selected_inputs = selected_inputs;
	for (int i = 0; i < ROWS; i++)
		problem.validation[i] = in_place.validation[i] = i % OBJECTS % 7 == 1;
	problem.set.validation = problem.validation;
	in_place.set.validation = in_place.validation;
	fold_inputs(&problem.ensemble, 0, &workspace, &inputs);
	preprocessing = normalise_set(&in_place.ensemble, &workspace);
	CHECK(preprocessing.n_flagged == 1, "%d flags", preprocessing.n_flagged);
	normalised_inputs(&in_place.ensemble, preprocessing.n_flagged, preprocessing.flagged,
					  &workspace, &normalised);
	n_bins = common_bin_bytes(&in_place.ensemble, FEATURES + 1);
	CHECK((n_bins > 0) == (bagging_folds == 0 && selected_inputs <= FEATURES), "%zu bytes of bins",
		  n_bins);
	bins = workspace_array(&workspace, uint8_t, n_bins);
	if (n_bins > 0)
		fill_common_bins(&in_place.ensemble, &normalised, bins, &workspace);
	for (int m = 0; m < MEMBERS; m++)
		do_job(&problem, &inputs, m, &workspace, &expected);
	for (int way = 0; way < 4; way++)
	{
		normalised.bins = way % 2 && n_bins > 0 ? bins : NULL;
		normalised.kept_bytes = way < 2 ? kept_input_bytes(&in_place.set) : 0;
		for (int m = 0; m < MEMBERS; m++)
		{
			Jobs jobs = {0};
			int	 rows[ROWS];
			int	 n = job_unseen(&problem.ensemble, m, &workspace, rows);

			do_job(&in_place, &normalised, m, &workspace, &jobs);
			CHECK(same_members(&problem, jobs.model[m], expected.model[m], &workspace),
				  "member %d differs", m);
			CHECK(memcmp(jobs.logits[m], expected.logits[m], sizeof(float) * n * CLASSES) == 0,
				  "logits of member %d differ", m);
		}
	}
	unit_free();
}

#define NETWORKS 2

/* log-probabilities [CLASSES] of a row by the members of a kind that have not seen it. */
static int
mean_of_kind(const Problem *problem, const Jobs *jobs, bool (*unseen)[ROWS], int row, int first,
			 int last, Workspace *workspace, double *mean)
{
	int n = 0;

	memset(mean, 0, sizeof(double) * CLASSES);
	for (int m = first; m < last; m++)
	{
		float p[CLASSES];

		if (!unseen[m][row])
			continue;
		model_classify(jobs->model[m], classify_scratch(jobs->model[m], 1, workspace), 1,
					   problem->features[row], p);
		for (int c = 0; c < CLASSES; c++)
			mean[c] += log(p[c]);
		n++;
	}
	for (int c = 0; c < CLASSES; c++)
		mean[c] /= n;
	return n;
}

/*
 * Networks and boosters: each kind leaves out the same bags; predictions for unseen rows weigh
 * the kinds' means, where there are both, and are of one kind otherwise; and the members, restored
 * from bytes, are a model of the same weight.
 */
static void
test_kinds(double option, double weight)
{
	static Problem problem;
	static bool	   seen_not[MEMBERS][ROWS];
	Workspace	   workspace = unit_workspace();
	Inputs		   inputs;
	Jobs		   jobs = {0};
	Unseen		   unseen;
	Model		  *model;

	make_problem(&problem);
	problem.options.networks = NETWORKS;
	problem.options.trees = MEMBERS - NETWORKS;
	problem.options.bagging_folds = 3;
	problem.options.tree_weight = option;
	problem.options.boosting.rounds = 25;
	CHECK(ensemble_jobs(&problem.ensemble) == MEMBERS, "%d jobs", ensemble_jobs(&problem.ensemble));
	fold_inputs(&problem.ensemble, 0, &workspace, &inputs);
	model =
		empty_model(&problem.set, &inputs.preprocessing, NETWORKS, MEMBERS - NETWORKS, &workspace);
	for (int m = 0; m < MEMBERS; m++)
	{
		char *bytes = workspace_array(
			&workspace, char, member_bytes(&problem.options, m, FEATURES, FEATURES, CLASSES));

		mark_unseen(&problem, m, seen_not[m]);
		do_job(&problem, &inputs, m, &workspace, &jobs);
		member_save(jobs.model[m], bytes);
		member_restore(&problem.options, m, bytes, &workspace, model);
	}
	for (int m = 0; m < NETWORKS; m++)
		CHECK(memcmp(seen_not[m], seen_not[NETWORKS + m], sizeof(seen_not[m])) == 0,
			  "network and booster %d leave out other rows", m);
	model->tree_weight = (float) unseen_log_probabilities(
		&problem.ensemble, 0, (const float *const *) jobs.logits, &workspace, &unseen);
	CHECK_CLOSE(model->tree_weight, weight, 1e-6, "weight of the trees");
	for (int i = 0; i < ROWS; i++)
	{
		double networks[CLASSES], trees[CLASSES], all[CLASSES], sum = 0.0;
		int	   n = mean_of_kind(&problem, &jobs, seen_not, i, 0, NETWORKS, &workspace, networks);
		int	   n_trees =
			mean_of_kind(&problem, &jobs, seen_not, i, NETWORKS, MEMBERS, &workspace, trees);
		double share = n == 0 ? 1.0 : n_trees == 0 ? 0.0 : weight;

		CHECK(unseen.n_members[i] == n + n_trees, "row %d: %d members", i, unseen.n_members[i]);
		for (int c = 0; c < CLASSES; c++)
		{
			all[c] = n + n_trees == 0 ? NAN : 0.0;
			if (share < 1.0)
				all[c] += (1.0 - share) * networks[c];
			if (share > 0.0)
				all[c] += share * trees[c];
			sum += exp(all[c]);
		}
		for (int c = 0; c < CLASSES; c++)
			CHECK_CLOSE(unseen.log_probabilities[i * CLASSES + c], all[c] - log(sum), 1e-4,
						"log-probability");
	}
	for (int i = 0; i < ROWS; i += 7)
	{
		double mean[CLASSES] = {0}, sum = 0.0;
		float  p[CLASSES];

		for (int m = 0; m < MEMBERS; m++)
		{
			model_classify(jobs.model[m], classify_scratch(jobs.model[m], 1, &workspace), 1,
						   problem.features[i], p);
			for (int c = 0; c < CLASSES; c++)
				mean[c] += log(p[c]) * (m < NETWORKS ? (1.0 - weight) / NETWORKS
													 : weight / (MEMBERS - NETWORKS));
		}
		model_classify(model, classify_scratch(model, 1, &workspace), 1, problem.features[i], p);
		for (int c = 0; c < CLASSES; c++)
			sum += exp(mean[c]);
		for (int c = 0; c < CLASSES; c++)
			CHECK_CLOSE(p[c], exp(mean[c]) / sum, 1e-5, "probability of the restored model");
	}
	for (int j = 0; j < FEATURES; j++)
	{
		double gain = 0.0;

		for (int m = NETWORKS; m < MEMBERS; m++)
			gain += jobs.model[m]->tree_gains[j];
		CHECK(gain > 0.0, "feature %d gains nothing", j);
		CHECK_CLOSE(model->tree_gains[j], gain, 1e-6, "gain");
	}
	unit_free();
}

int
main(void)
{
	test_folds();
	test_mixed_object();
	test_bags();
	test_cross_validation();
	test_jobs(0, FEATURES);
	test_jobs(1, 1);
	test_jobs(3, 3);
	test_jobs(FEATURES + 1, FEATURES);
	test_normalised(0, 2);
	test_normalised(2, 2);
	test_normalised(0, FEATURES + 1);
	test_kinds(-1.0, 0.4);
	test_kinds(0.75, 0.75);
	return unit_report();
}

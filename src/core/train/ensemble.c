/*
 * ensemble.c
 *		Ensembles and cross-validation.
 */
#include "core/train/ensemble.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/train/folds.h"
#include "core/train/tree_trainer.h"
#include "core/train/trainer.h"
#include "core/trees/histogram.h"
#include "core/trees/input_choice.h"

#define BLOCK_ROWS 256
#define TREE_BLOCK_ROWS 64

/* A member's number among those of its kind. */
static int
number_of_kind(const TrainingOptions *options, int member)
{
	return member < options->networks ? member : member - options->networks;
}

/* The seed of a member of a kind; that of the first is the given one. */
static int64_t
member_seed(int64_t seed, int member)
{
	Random random;

	if (member == 0)
		return seed;
	random_seed(&random, seed, STREAM_MEMBERS + ((uint64_t) member << 32));
	return (int64_t) (random_bits(&random) >> 11);
}

static SplitRows
split_rows(const TrainingSet *set, const bool *skip)
{
	return (SplitRows){
		.n_rows = set->n_rows,
		.n_classes = set->n_classes,
		.target = set->target,
		.group = set->group,
		.skip = skip,
	};
}

void
cross_validation_folds(const TrainingSet *set, const TrainingOptions *options, int32_t *fold,
					   Workspace *workspace)
{
	SplitRows rows = split_rows(set, NULL);

	stratified_folds(&rows, options->folds, options->seed, STREAM_FOLDS, fold, workspace);
}

/* Masks [n_rows]: excluded marks the rows of the fold, held_out those of the other rows that are
 * held out from all its members. */
static void
fold_masks(const Ensemble *ensemble, int fold, bool *excluded, bool *held_out, Workspace *workspace)
{
	const TrainingSet *set = ensemble->set;
	SplitRows		   rows = split_rows(set, excluded);

	for (int i = 0; i < set->n_rows; i++)
	{
		excluded[i] = ensemble->fold && ensemble->fold[i] == fold;
		held_out[i] = set->validation && set->validation[i] && !excluded[i];
	}
	if (ensemble->fold && ensemble->options->validation_fraction > 0.0)
		stratified_holdout(&rows, ensemble->options->validation_fraction, ensemble->options->seed,
						   held_out, workspace);
}

const bool *
fold_skip(const Ensemble *ensemble, int fold, Workspace *workspace)
{
	bool *skip = workspace_array(workspace, bool, ensemble->set->n_rows);
	bool *held_out = workspace_array(workspace, bool, ensemble->set->n_rows);

	fold_masks(ensemble, fold, skip, held_out, workspace);
	for (int i = 0; i < ensemble->set->n_rows; i++)
		skip[i] = skip[i] || held_out[i];
	return skip;
}

/* The training set with the fold's weights. */
static TrainingSet
fold_set(const Ensemble *ensemble, int fold)
{
	TrainingSet set = *ensemble->set;

	set.weight = fold_weight(ensemble, fold);
	return set;
}

Gate
fold_gate(const Ensemble *ensemble, int fold, Workspace *workspace)
{
	TrainingSet set = fold_set(ensemble, fold);

	return training_gate(&set, ensemble->options, fold_skip(ensemble, fold, workspace), workspace);
}

void
fold_inputs(const Ensemble *ensemble, int fold, Workspace *workspace, Inputs *inputs)
{
	TrainingSet set = fold_set(ensemble, fold);

	training_inputs(&set, ensemble->options, fold_skip(ensemble, fold, workspace), workspace,
					inputs);
}

Preprocessing
normalise_set(const Ensemble *ensemble, Workspace *workspace)
{
	const TrainingSet *set = ensemble->set;
	Workspace		   scratch = workspace_open(workspace);
	Preprocessing	   preprocessing;

	preprocessing_fit(&preprocessing, &ensemble->options->preprocessing, set->n_rows,
					  set->n_features, set->features, fold_skip(ensemble, 0, &scratch), workspace);
	normalise_features(&preprocessing, set->n_rows, set->features, &scratch);
	workspace_close(&scratch);
	return preprocessing;
}

void
normalised_inputs(const Ensemble *ensemble, int n_flagged, int32_t *flagged, Workspace *workspace,
				  Inputs *inputs)
{
	*inputs = (Inputs){
		.preprocessing =
			normalised_preprocessing(ensemble->set->n_features, n_flagged, flagged, workspace),
		.gate = fold_gate(ensemble, 0, workspace),
		.kept_bytes = kept_input_bytes(ensemble->set),
	};
}

/* Lists the training rows of all networks without bagging, ascending; returns their number. */
static int
common_rows(const Ensemble *ensemble, Workspace *workspace, int *rows)
{
	const bool *skip = fold_skip(ensemble, 0, workspace);
	int			n = 0;

	for (int i = 0; i < ensemble->set->n_rows; i++)
		if (!skip[i])
			rows[n++] = i;
	return n;
}

size_t
common_bin_bytes(const Ensemble *ensemble, int n_all_inputs)
{
	const TrainingOptions *options = ensemble->options;
	const TrainingSet	  *set = ensemble->set;
	size_t				   n = 0;

	if (ensemble->fold || options->bagging_folds > 0 || options->networks == 0 ||
		member_inputs(options, n_all_inputs) == n_all_inputs)
		return 0;
	for (int i = 0; i < set->n_rows; i++)
		n += !(set->validation && set->validation[i]);
	return n > CHOICE_MAX_ROWS ? 0 : n * n_all_inputs;
}

void
fill_common_bins(const Ensemble *ensemble, const Inputs *inputs, uint8_t *bins,
				 Workspace *workspace)
{
	Workspace	scratch = workspace_open(workspace);
	int		   *rows = workspace_array(&scratch, int, ensemble->set->n_rows);
	InputSource source = input_source(ensemble->set, &inputs->preprocessing, &scratch);

	TreeSample sample = {
		.n_rows = common_rows(ensemble, &scratch, rows),
		.rows = rows,
		.n_inputs = preprocessing_inputs(&inputs->preprocessing),
		.read_inputs = read_inputs,
		.source = &source,
	};

	bin_inputs(&sample, bins,
			   workspace_array(&scratch, float, (size_t) sample.n_inputs *(BINS - 1)), &scratch);
	workspace_close(&scratch);
}

/*
 * The job's training set.  With bagging, the part left out by the member is its
 * validation set, and rows held out from all members are excluded; otherwise the latter
 * are the validation set.
 */
static TrainingSet
job_set(const Ensemble *ensemble, int job, Workspace *workspace)
{
	const TrainingOptions *options = ensemble->options;
	int					   fold = job / training_members(options);
	int					   member = number_of_kind(options, job % training_members(options));
	TrainingSet			   set = fold_set(ensemble, fold);
	bool				  *excluded = workspace_array(workspace, bool, set.n_rows);
	bool				  *validation = workspace_array(workspace, bool, set.n_rows);

	fold_masks(ensemble, fold, excluded, validation, workspace);
	if (options->bagging_folds > 0)
	{
		SplitRows rows = split_rows(&set, excluded);
		int32_t	 *bag = workspace_array(workspace, int32_t, set.n_rows);
		uint64_t  round = member / options->bagging_folds;

		for (int i = 0; i < set.n_rows; i++)
			excluded[i] = excluded[i] || validation[i];
		stratified_folds(&rows, options->bagging_folds, options->seed,
						 STREAM_BAGS + round + ((uint64_t) fold << 32), bag, workspace);
		for (int i = 0; i < set.n_rows; i++)
			validation[i] = bag[i] == member % options->bagging_folds;
	}
	set.excluded = excluded;
	set.validation = validation;
	return set;
}

static int
unseen_rows(const TrainingSet *set, int *rows)
{
	int n = 0;

	for (int i = 0; i < set->n_rows; i++)
		if (set->validation[i] || set->excluded[i])
			rows[n++] = i;
	return n;
}

int
job_unseen(const Ensemble *ensemble, int job, Workspace *workspace, int *rows)
{
	TrainingSet set = job_set(ensemble, job, workspace);

	return unseen_rows(&set, rows);
}

/* logits [n_rows][n_classes] of the given rows by a model with one network. */
static void
network_rows(const TrainingSet *set, const Model *model, int n_rows, const int *rows,
			 Workspace *workspace, float *logits)
{
	DenseNetwork	 network = model->networks[0];
	Model			 reduced = *model;
	ClassifyScratch *scratch;
	const float		*scores;
	size_t			 n_inputs;
	float			*block;

	network.inputs = workspace_array(workspace, int32_t, network.n_inputs);
	memcpy(network.inputs, model->networks[0].inputs, sizeof(int32_t) * network.n_inputs);
	reduced.networks = &network;
	drop_unused_inputs(&reduced, workspace);
	scratch = classify_scratch(&reduced, BLOCK_ROWS, workspace);
	scores = preprocessing_scores(&reduced.preprocessing, workspace);
	n_inputs = preprocessing_inputs(&reduced.preprocessing);
	block = workspace_array(workspace, float, n_inputs *BLOCK_ROWS);

	for (int start = 0; start < n_rows; start += BLOCK_ROWS)
	{
		int n = n_rows - start < BLOCK_ROWS ? n_rows - start : BLOCK_ROWS;

		workspace->check_interrupts();
		for (int k = 0; k < n; k++)
			preprocess(&reduced.preprocessing, scores, 1, set->features[rows[start + k]],
					   block + k * n_inputs);
		network_logits(&reduced, scratch, n, block, logits + (size_t) start * model->n_classes);
	}
}

/* Likewise of a model with one booster. */
static void
booster_rows(const TrainingSet *set, const Model *model, int n_rows, const int *rows,
			 Workspace *workspace, float *logits)
{
	size_t n_features = set->n_features;
	float *block = workspace_array(workspace, float, n_features *TREE_BLOCK_ROWS);
	float *columns = workspace_array(workspace, float, n_features *TREE_BLOCK_ROWS);

	if (n_rows == 0)
		return;
	memset(logits, 0, sizeof(float) * n_rows * model->n_classes);
	for (int start = 0; start < n_rows; start += TREE_BLOCK_ROWS)
	{
		int n = n_rows - start < TREE_BLOCK_ROWS ? n_rows - start : TREE_BLOCK_ROWS;

		workspace->check_interrupts();
		for (int k = 0; k < n; k++)
			memcpy(block + k * n_features, set->features[rows[start + k]],
				   sizeof(float) * n_features);
		fill_tree_columns(model, n, block, n_features, model->tree_inputs, columns);
		add_tree_logits(model, NULL, n, columns, 1.0f, logits + (size_t) start * model->n_classes);
	}
}

Model *
train_job(const Ensemble *ensemble, int job, const Inputs *inputs, Workspace *workspace,
		  EpochCallback callback, void *argument, TrainingResult *result, float *logits)
{
	TrainingSet		 set = job_set(ensemble, job, workspace);
	TrainingOptions *options = workspace_alloc(workspace, sizeof(TrainingOptions));
	int				*rows = workspace_array(workspace, int, set.n_rows);
	int				 n_unseen = unseen_rows(&set, rows);
	int				 member = job % training_members(ensemble->options);
	bool			 is_network = member < ensemble->options->networks;
	Model			*model;

	*options = *ensemble->options;
	options->seed = member_seed(options->seed, number_of_kind(options, member));
	model = (is_network ? train_network : train_booster)(&set, inputs, options, workspace, callback,
														 argument, result);
	if (model)
		(is_network ? network_rows : booster_rows)(&set, model, n_unseen, rows, workspace, logits);
	return model;
}

/* x -= ln(sum(exp(x))) */
static void
normalise_logits(int n, float *x)
{
	double largest = x[0];
	double sum = 0.0;

	for (int c = 1; c < n; c++)
		if (x[c] > largest)
			largest = x[c];
	for (int c = 0; c < n; c++)
		sum += exp(x[c] - largest);
	for (int c = 0; c < n; c++)
		x[c] = (float) (x[c] - largest - log(sum));
}

/* Adds a member's logits of its unseen rows to sum [n_rows][n_classes] and counts them in n. */
static void
add_unseen(const Ensemble *ensemble, int job, const float *logits, Workspace *workspace, float *sum,
		   int *n)
{
	TrainingSet set = job_set(ensemble, job, workspace);
	size_t		n_classes = set.n_classes;

	workspace->check_interrupts();
	for (size_t i = 0; i < (size_t) set.n_rows; i++)
		if (set.validation[i] || set.excluded[i])
		{
			for (size_t c = 0; c < n_classes; c++)
				sum[i * n_classes + c] += logits[c];
			logits += n_classes;
			n[i]++;
		}
}

/* The means over the members from first on. */
static UnseenKind
mean_of_kind(const Ensemble *ensemble, int fold, int first, int n_members,
			 const float *const *logits, Workspace *workspace)
{
	const TrainingSet *set = ensemble->set;
	size_t			   n_classes = set->n_classes;
	UnseenKind		   kind = {
				.n_members = workspace_array(workspace, int, set->n_rows),
				.log_probabilities = workspace_zeros(workspace, set->n_rows * n_classes),
	};

	memset(kind.n_members, 0, sizeof(int) * set->n_rows);
	for (int m = first; m < first + n_members; m++)
		add_unseen(ensemble, fold * training_members(ensemble->options) + m, logits[m], workspace,
				   kind.log_probabilities, kind.n_members);
	for (size_t i = 0; i < (size_t) set->n_rows; i++)
	{
		float *row = kind.log_probabilities + i * n_classes;

		if (kind.n_members[i] == 0)
			continue;
		for (size_t c = 0; c < n_classes; c++)
			row[c] /= (float) kind.n_members[i];
		normalise_logits(set->n_classes, row);
	}
	return kind;
}

/* The log probabilities of row i by a kind; NULL if no member of it predicts that row. */
static const float *
row_of_kind(const UnseenKind *kind, size_t i, size_t n_classes)
{
	if (kind->n_members == NULL || kind->n_members[i] == 0)
		return NULL;
	return kind->log_probabilities + i * n_classes;
}

void
weigh_kinds(const Ensemble *ensemble, double tree_weight, Unseen *unseen)
{
	const TrainingSet *set = ensemble->set;
	size_t			   n_classes = set->n_classes;

	for (size_t i = 0; i < (size_t) set->n_rows; i++)
	{
		const float *networks = row_of_kind(&unseen->kinds[0], i, n_classes);
		const float *trees = row_of_kind(&unseen->kinds[1], i, n_classes);
		double		 weight = trees == NULL ? 0.0 : networks == NULL ? 1.0 : tree_weight;
		float		*row = unseen->log_probabilities + i * n_classes;

		for (size_t c = 0; c < n_classes; c++)
		{
			double sum = networks || trees ? 0.0 : NAN;

			if (networks && weight < 1.0)
				sum += (1.0 - weight) * networks[c];
			if (trees && weight > 0.0)
				sum += weight * trees[c];
			row[c] = (float) sum;
		}
		normalise_logits(set->n_classes, row);
	}
}

double
unseen_log_probabilities(const Ensemble *ensemble, int fold, const float *const *logits,
						 Workspace *workspace, Unseen *unseen)
{
	const TrainingOptions *options = ensemble->options;
	size_t				   n_rows = ensemble->set->n_rows;
	int					   n_of_kind[2] = {options->networks, options->trees};
	double tree_weight = options->tree_weight >= 0.0 ? options->tree_weight : DEFAULT_TREE_WEIGHT;

	if (options->networks == 0 || options->trees == 0)
		tree_weight = options->networks == 0 ? 1.0 : 0.0;
	*unseen = (Unseen){
		.n_members = workspace_array(workspace, int, n_rows),
		.log_probabilities = workspace_array(workspace, float, n_rows * ensemble->set->n_classes),
	};
	memset(unseen->n_members, 0, sizeof(int) * n_rows);
	for (int k = 0; k < 2; k++)
	{
		if (n_of_kind[k] == 0)
			continue;
		unseen->kinds[k] =
			mean_of_kind(ensemble, fold, k * options->networks, n_of_kind[k], logits, workspace);
		for (size_t i = 0; i < n_rows; i++)
			unseen->n_members[i] += unseen->kinds[k].n_members[i];
	}
	weigh_kinds(ensemble, tree_weight, unseen);
	return tree_weight;
}

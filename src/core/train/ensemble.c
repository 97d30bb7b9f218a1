/*
 * ensemble.c
 *		Ensembles of networks and cross-validation.
 */
#include "core/train/ensemble.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"
#include "core/train/folds.h"
#include "core/trees/histogram.h"

#define BLOCK_ROWS 256

/* The seed of a member; that of the first is the given one. */
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

	if (ensemble->fold || options->bagging_folds > 0 ||
		member_inputs(options, n_all_inputs) == n_all_inputs)
		return 0;
	for (int i = 0; i < set->n_rows; i++)
		n += !(set->validation && set->validation[i]);
	return n > TREE_MAX_ROWS ? 0 : n * n_all_inputs;
}

void
fill_common_bins(const Ensemble *ensemble, const Inputs *inputs, uint8_t *bins,
				 Workspace *workspace)
{
	Workspace	scratch = workspace_open(workspace);
	int		   *rows = workspace_array(&scratch, int, ensemble->set->n_rows);
	InputSource source = input_source(ensemble->set, &inputs->preprocessing, &scratch);

	bin_inputs(
		&(TreeSample){
			.n_rows = common_rows(ensemble, &scratch, rows),
			.rows = rows,
			.n_inputs = preprocessing_inputs(&inputs->preprocessing),
			.read_inputs = read_inputs,
			.source = &source,
		},
		bins, &scratch);
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
	int					   fold = job / options->members;
	int					   member = job % options->members;
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

/* logits [n_rows][n_classes] of the given rows by a model with one member. */
static void
classify_rows(const TrainingSet *set, const Model *model, int n_rows, const int *rows,
			  Workspace *workspace, float *logits)
{
	Member			 member = model->members[0];
	Model			 reduced = *model;
	ClassifyScratch *scratch;
	const float		*scores;
	size_t			 n_inputs;
	float			*block;

	member.inputs = workspace_array(workspace, int32_t, member.n_inputs);
	memcpy(member.inputs, model->members[0].inputs, sizeof(int32_t) * member.n_inputs);
	reduced.members = &member;
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
		model_logits(&reduced, scratch, n, block, logits + (size_t) start * model->n_classes);
	}
}

Model *
train_job(const Ensemble *ensemble, int job, const Inputs *inputs, Workspace *workspace,
		  EpochCallback callback, void *argument, TrainingResult *result, float *logits)
{
	TrainingSet		 set = job_set(ensemble, job, workspace);
	TrainingOptions *options = workspace_alloc(workspace, sizeof(TrainingOptions));
	int				*rows = workspace_array(workspace, int, set.n_rows);
	Model			*model;

	*options = *ensemble->options;
	options->seed = member_seed(options->seed, job % options->members);
	model = train_member(&set, inputs, options, workspace, callback, argument, result);
	if (model)
		classify_rows(&set, model, unseen_rows(&set, rows), rows, workspace, logits);
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

void
unseen_log_probabilities(const Ensemble *ensemble, int fold, const float *const *logits,
						 Workspace *workspace, float *log_probabilities, int *n_members)
{
	int n_rows = ensemble->set->n_rows;
	int n_classes = ensemble->set->n_classes;
	int members = ensemble->options->members;

	memset(log_probabilities, 0, sizeof(float) * (size_t) n_rows * n_classes);
	memset(n_members, 0, sizeof(int) * n_rows);
	for (int m = 0; m < members; m++)
	{
		TrainingSet	 set = job_set(ensemble, fold * members + m, workspace);
		const float *x = logits[m];

		workspace->check_interrupts();
		for (int i = 0; i < n_rows; i++)
			if (set.validation[i] || set.excluded[i])
			{
				for (int c = 0; c < n_classes; c++)
					log_probabilities[(size_t) i * n_classes + c] += x[c];
				x += n_classes;
				n_members[i]++;
			}
	}
	for (int i = 0; i < n_rows; i++)
	{
		float *row = log_probabilities + (size_t) i * n_classes;

		for (int c = 0; c < n_classes; c++)
			row[c] /= (float) n_members[i];
		normalise_logits(n_classes, row);
	}
}

size_t
member_bytes(const TrainingOptions *options, int n_all_inputs, int n_classes)
{
	size_t n_in = member_inputs(options, n_all_inputs);
	size_t n = 1 + n_in;

	for (int i = 0; i <= options->network.n_layers; i++)
	{
		size_t n_out = i < options->network.n_layers ? options->network.layers[i] : n_classes;

		n += (n_in + 1) * n_out;
		n_in = n_out;
	}
	return sizeof(float) * n;
}

/* Copies n bytes and returns the end of the copy. */
static char *
append_bytes(char *to, const void *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

void
member_save(const Member *member, char *bytes)
{
	int32_t n_inputs = member->n_inputs;

	bytes = append_bytes(bytes, &n_inputs, sizeof(int32_t));
	bytes = append_bytes(bytes, member->inputs, sizeof(int32_t) * n_inputs);
	for (int i = 0; i < member->n_layers; i++)
	{
		const DenseLayer *layer = &member->layers[i];

		bytes =
			append_bytes(bytes, layer->weight, sizeof(float) * layer->n_in * (size_t) layer->n_out);
		bytes = append_bytes(bytes, layer->bias, sizeof(float) * layer->n_out);
	}
}

/* Copies n bytes and advances *bytes past them. */
static void *
copy_bytes(const char **bytes, size_t n, Workspace *workspace)
{
	void *copy = workspace_alloc(workspace, n);

	memcpy(copy, *bytes, n);
	*bytes += n;
	return copy;
}

void
member_restore(const TrainingOptions *options, int n_classes, const char *bytes,
			   Workspace *workspace, Member *member)
{
	member->n_inputs = *(int32_t *) copy_bytes(&bytes, sizeof(int32_t), workspace);
	member->inputs = copy_bytes(&bytes, sizeof(int32_t) * member->n_inputs, workspace);
	member->n_layers = options->network.n_layers + 1;
	member->layers = workspace_array(workspace, DenseLayer, member->n_layers);
	for (int i = 0; i < member->n_layers; i++)
	{
		DenseLayer *layer = &member->layers[i];
		bool		hidden = i < options->network.n_layers;

		layer->n_in = i == 0 ? member->n_inputs : layer[-1].n_out;
		layer->n_out = hidden ? options->network.layers[i] : n_classes;
		layer->activation = hidden ? (Activation) options->network.activation : ACTIVATION_LINEAR;
		layer->weight =
			copy_bytes(&bytes, sizeof(float) * layer->n_in * (size_t) layer->n_out, workspace);
		layer->bias = copy_bytes(&bytes, sizeof(float) * layer->n_out, workspace);
	}
}

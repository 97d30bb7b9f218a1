/*
 * train_shared.c
 *		Shared memory of a training: the parts of its pool.
 */
#include "pg/module/plasticc.h"

#include "pg/train/train_shared.h"

enum
{
	PART_HEADER,
	PART_BLOCKS,
	PART_FLAGGED,
	PART_BINS,
	PART_CLASSES,
	PART_CLASS_WEIGHT,
	PART_TARGET,
	PART_WEIGHT,
	PART_GROUP,
	PART_SIDE,
	PART_VALIDATION,
	PART_FOLD,
	PART_FOLD_WEIGHT,
	PART_RESULTS,
	PART_LOGIT_START,
	PART_LOGITS,
	PART_MEMBERS,
	N_PARTS
};

/* Sets the pointers to the pool's parts. */
static void
open_training(const Pool *pool, SharedTraining *shared)
{
	TrainingHeader *header = pool_part(pool, PART_HEADER);

	shared->header = header;
	shared->set = (TrainingSet){
		.n_rows = header->n_rows,
		.n_features = header->n_features,
		.n_classes = header->n_classes,
		.classes = pool_part(pool, PART_CLASSES),
		.class_weight = pool_part(pool, PART_CLASS_WEIGHT),
		.target = pool_part(pool, PART_TARGET),
		.weight = pool_part(pool, PART_WEIGHT),
		.group = pool_part(pool, PART_GROUP),
		.side = pool_part(pool, PART_SIDE),
		.gate_feature = header->gate_feature,
		.validation = pool_part(pool, PART_VALIDATION),
	};
	shared->ensemble = (Ensemble){
		.set = &shared->set,
		.options = &header->options,
		.n_folds = header->n_folds,
		.fold = pool_part(pool, PART_FOLD),
		.weight = pool_part(pool, PART_FOLD_WEIGHT),
	};
	shared->flagged = pool_part(pool, PART_FLAGGED);
	shared->bins = pool_part(pool, PART_BINS);
	shared->n_jobs = ensemble_jobs(&shared->ensemble);
	shared->results = pool_part(pool, PART_RESULTS);
	shared->logit_start = pool_part(pool, PART_LOGIT_START);
	shared->logits = pool_part(pool, PART_LOGITS);
	shared->members = pool_part(pool, PART_MEMBERS);
}

static void
fill_header(TrainingHeader *header, const Ensemble *ensemble)
{
	memset(header, 0, sizeof(TrainingHeader));
	header->n_rows = ensemble->set->n_rows;
	header->n_features = ensemble->set->n_features;
	header->n_classes = ensemble->set->n_classes;
	header->n_folds = ensemble->n_folds;
	header->gate_feature = ensemble->set->gate_feature;
	header->options = *ensemble->options;
	header->options.n_feature_names = 0;
	header->options.feature_names = NULL;
	header->options.n_class_weights = 0; /* the set has them */
	header->options.survey_query = NULL;
}

/* start [n_jobs + 1]: cumulative numbers of rows that the jobs do not train on. */
static size_t *
count_unseen(const Ensemble *ensemble)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc unseen rows", ALLOCSET_DEFAULT_SIZES);
	Workspace workspace = server_workspace(context);
	int		  n_jobs = ensemble_jobs(ensemble);
	size_t	 *start = palloc(sizeof(size_t) * (n_jobs + 1));

	start[0] = 0;
	for (int job = 0; job < n_jobs; job++)
	{
		int *rows = workspace_array(&workspace, int, ensemble->set->n_rows);

		start[job + 1] = start[job] + job_unseen(ensemble, job, &workspace, rows);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	return start;
}

void
fill_training_bins(SharedTraining *shared)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc bins", ALLOCSET_DEFAULT_SIZES);
	Workspace workspace = server_workspace(context);
	Inputs	  inputs;

	normalised_inputs(&shared->ensemble, shared->header->n_flagged, shared->flagged, &workspace,
					  &inputs);
	fill_common_bins(&shared->ensemble, &inputs, shared->bins, &workspace);
	MemoryContextDelete(context);
}

/* A part initialised from an array of n elements; empty if the array is NULL. */
static SharedPart
array_part(int key, const void *array, Size element_size, Size n)
{
	return (SharedPart){key, array, array ? mul_size(element_size, n) : 0};
}

Pool *
create_training_pool(const PoolKind *kind, const char *title, void *receiver,
					 const Ensemble *ensemble, const TrainingRows *rows,
					 const Preprocessing *preprocessing, bool keep_members, SharedTraining *shared)
{
	const TrainingSet *set = ensemble->set;
	Size			   n_rows = set->n_rows;
	int				   n_jobs = ensemble_jobs(ensemble);
	size_t			  *logit_start = count_unseen(ensemble);
	int				   n_blocks;
	const RowBlock	  *blocks = shared_row_blocks(rows, &n_blocks);
	TrainingHeader	  *header = palloc(sizeof(TrainingHeader));
	Size			   bin_bytes = 0;
	Pool			  *pool;

	fill_header(header, ensemble);
	header->n_blocks = n_blocks;
	if (preprocessing)
	{
		header->n_flagged = preprocessing->n_flagged;
		bin_bytes = common_bin_bytes(ensemble, preprocessing_inputs(preprocessing));
		for (int m = 0; m < training_members(ensemble->options) && keep_members; m++)
			header->member_bytes =
				Max(header->member_bytes,
					member_bytes(ensemble->options, m, preprocessing_inputs(preprocessing),
								 set->n_features, set->n_classes));
	}
	{
		SharedPart parts[N_PARTS] = {
			{PART_HEADER, header, sizeof(TrainingHeader)},
			array_part(PART_BLOCKS, blocks, sizeof(RowBlock), n_blocks),
			array_part(PART_FLAGGED, preprocessing ? preprocessing->flagged : NULL, sizeof(int32_t),
					   header->n_flagged),
			{PART_BINS, NULL, bin_bytes},
			array_part(PART_CLASSES, set->classes, sizeof(int32_t), set->n_classes),
			array_part(PART_CLASS_WEIGHT, set->class_weight, sizeof(double), set->n_classes),
			array_part(PART_TARGET, set->target, sizeof(int32_t), n_rows),
			array_part(PART_WEIGHT, set->weight, sizeof(float), n_rows),
			array_part(PART_GROUP, set->group, sizeof(int32_t), n_rows),
			array_part(PART_SIDE, set->side, sizeof(uint8_t), n_rows),
			array_part(PART_VALIDATION, set->validation, sizeof(bool), n_rows),
			array_part(PART_FOLD, ensemble->fold, sizeof(int32_t), n_rows),
			array_part(PART_FOLD_WEIGHT, ensemble->weight, sizeof(float) * ensemble->n_folds,
					   n_rows),
			{PART_RESULTS, NULL, sizeof(TrainingResult) * n_jobs},
			array_part(PART_LOGIT_START, logit_start, sizeof(size_t), n_jobs + 1),
			{PART_LOGITS, NULL, mul_size(sizeof(float) * set->n_classes, logit_start[n_jobs])},
			{PART_MEMBERS, NULL, mul_size(header->member_bytes, n_jobs), .unset = true},
		};

		pool = create_pool(kind, title, n_jobs, blocks ? -1 : 0, parts, N_PARTS, receiver);
	}
	open_training(pool, shared);
	shared->set.features = set->features;
	return pool;
}

bool
attach_training(const Pool *pool, SharedTraining *shared)
{
	open_training(pool, shared);
	shared->set.features =
		attach_training_rows(pool_part(pool, PART_BLOCKS), shared->header->n_blocks,
							 shared->set.n_rows, shared->set.n_features);
	return shared->set.features != NULL;
}

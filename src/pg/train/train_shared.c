/*
 * train_shared.c
 *		What the processes of a training share, in a segment of dynamic shared
 *		memory or, where there is but one process, in its own.
 */
#include "pg/module/plasticc.h"

#include "storage/shm_toc.h"

#include "pg/train/train_shared.h"

#define POOL_MAGIC UINT64CONST(0x706c617374696363)

/* The parts of the shared memory. */
enum
{
	PART_HEADER,
	PART_BLOCKS,
	PART_FLAGGED,
	PART_BINS,
	PART_CLASSES,
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
	PART_NETWORKS,
	PART_STATES,
	PART_QUEUES,
	N_PARTS
};

static Size
array_size(Size element_size, Size n)
{
	return mul_size(element_size, n);
}

/* What there is by the given table of contents. */
static void
open_memory(PoolMemory *memory, shm_toc *toc)
{
	Header *header = shm_toc_lookup(toc, PART_HEADER, false);

	memory->header = header;
	memory->set = (TrainingSet){
		.n_rows = header->n_rows,
		.n_features = header->n_features,
		.n_classes = header->n_classes,
		.classes = shm_toc_lookup(toc, PART_CLASSES, false),
		.target = shm_toc_lookup(toc, PART_TARGET, false),
		.weight = shm_toc_lookup(toc, PART_WEIGHT, true),
		.group = shm_toc_lookup(toc, PART_GROUP, true),
		.side = shm_toc_lookup(toc, PART_SIDE, true),
		.gate_feature = header->gate_feature,
		.validation = shm_toc_lookup(toc, PART_VALIDATION, true),
	};
	memory->ensemble = (Ensemble){
		.set = &memory->set,
		.options = &header->options,
		.n_folds = header->n_folds,
		.fold = shm_toc_lookup(toc, PART_FOLD, true),
		.weight = shm_toc_lookup(toc, PART_FOLD_WEIGHT, true),
	};
	memory->flagged = shm_toc_lookup(toc, PART_FLAGGED, true);
	memory->bins = shm_toc_lookup(toc, PART_BINS, true);
	memory->n_jobs = ensemble_jobs(&memory->ensemble);
	memory->results = shm_toc_lookup(toc, PART_RESULTS, false);
	memory->logit_start = shm_toc_lookup(toc, PART_LOGIT_START, false);
	memory->logits = shm_toc_lookup(toc, PART_LOGITS, true);
	memory->networks = shm_toc_lookup(toc, PART_NETWORKS, true);
	memory->states = shm_toc_lookup(toc, PART_STATES, true);
	memory->queues = shm_toc_lookup(toc, PART_QUEUES, true);
}

static void
fill_header(Header *header, const Ensemble *ensemble, size_t network_bytes)
{
	memset(header, 0, sizeof(Header));
	pg_atomic_init_u32(&header->next_job, 1); /* the leader takes the first */
	pg_atomic_init_u32(&header->n_done, 0);
	pg_atomic_init_u32(&header->stop, 0);
	pg_atomic_init_u32(&header->failure, FAILURE_NONE);
	header->n_rows = ensemble->set->n_rows;
	header->n_features = ensemble->set->n_features;
	header->n_classes = ensemble->set->n_classes;
	header->n_folds = ensemble->n_folds;
	header->gate_feature = ensemble->set->gate_feature;
	header->network_bytes = network_bytes;
	header->options = *ensemble->options;
	header->options.n_feature_names = 0;
	header->options.feature_names = NULL;
	header->options.survey_query = NULL;
}

/* How many rows each job does not see, summed up. */
static size_t *
count_unseen(const Ensemble *ensemble)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc split", ALLOCSET_DEFAULT_SIZES);
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

typedef struct Part
{
	const void *source; /* NULL for zeros */
	Size		size;	/* 0 for a part that there is not */
} Part;

/*
 * Writes the parts, with their table of contents, to the segment, or without
 * one to memory of this process.
 */
static shm_toc *
write_parts(dsm_segment *segment, Size size, const Part *parts)
{
	void *address =
		segment ? dsm_segment_address(segment) : MemoryContextAllocHuge(CurrentMemoryContext, size);
	shm_toc *toc = shm_toc_create(POOL_MAGIC, address, size);

	for (int i = 0; i < N_PARTS; i++)
	{
		void *part;

		if (parts[i].size == 0)
			continue;
		part = shm_toc_allocate(toc, parts[i].size);
		if (parts[i].source)
			memcpy(part, parts[i].source, parts[i].size);
		else
			memset(part, 0, parts[i].size);
		shm_toc_insert(toc, i, part);
	}
	return toc;
}

static Size
parts_size(const Part *parts)
{
	shm_toc_estimator estimator;

	shm_toc_initialize_estimator(&estimator);
	for (int i = 0; i < N_PARTS; i++)
		if (parts[i].size > 0)
		{
			shm_toc_estimate_chunk(&estimator, parts[i].size);
			shm_toc_estimate_keys(&estimator, 1);
		}
	return shm_toc_estimate(&estimator);
}

static void
fill_bins(PoolMemory *memory)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc bins", ALLOCSET_DEFAULT_SIZES);
	Workspace workspace = server_workspace(context);
	Inputs	  inputs;

	normalised_inputs(&memory->ensemble, memory->header->n_flagged, memory->flagged, &workspace,
					  &inputs);
	fill_common_bins(&memory->ensemble, &inputs, memory->bins, &workspace);
	MemoryContextDelete(context);
}

void
create_pool_memory(PoolMemory *memory, const Ensemble *ensemble, const TrainingRows *rows,
				   const Preprocessing *preprocessing, bool keep_networks, int n_workers)
{
	const TrainingSet *set = ensemble->set;
	Size			   n_rows = set->n_rows;
	int				   n_jobs = ensemble_jobs(ensemble);
	size_t			  *logit_start = count_unseen(ensemble);
	size_t			   network_bytes = 0;
	int				   n_blocks;
	const RowBlock	  *blocks = shared_row_blocks(rows, &n_blocks);
	Header			  *header = palloc(sizeof(Header));
	Part			   parts[N_PARTS] = {{NULL, 0}};

	if (keep_networks)
		network_bytes =
			member_bytes(ensemble->options, preprocessing_inputs(preprocessing), set->n_classes);
	fill_header(header, ensemble, network_bytes);
	parts[PART_HEADER] = (Part){header, sizeof(Header)};
	if (preprocessing)
	{
		header->n_flagged = preprocessing->n_flagged;
		parts[PART_BINS] =
			(Part){NULL, common_bin_bytes(ensemble, preprocessing_inputs(preprocessing))};
		parts[PART_FLAGGED] =
			(Part){preprocessing->flagged, sizeof(int32_t) * preprocessing->n_flagged};
	}
	parts[PART_CLASSES] = (Part){set->classes, sizeof(int32_t) * set->n_classes};
	parts[PART_TARGET] = (Part){set->target, array_size(sizeof(int32_t), n_rows)};
	parts[PART_WEIGHT] = (Part){set->weight, set->weight ? array_size(sizeof(float), n_rows) : 0};
	parts[PART_GROUP] = (Part){set->group, set->group ? array_size(sizeof(int32_t), n_rows) : 0};
	parts[PART_SIDE] = (Part){set->side, set->side ? n_rows : 0};
	parts[PART_VALIDATION] =
		(Part){set->validation, set->validation ? array_size(sizeof(bool), n_rows) : 0};
	parts[PART_FOLD] =
		(Part){ensemble->fold, ensemble->fold ? array_size(sizeof(int32_t), n_rows) : 0};
	parts[PART_FOLD_WEIGHT] =
		(Part){ensemble->weight,
			   ensemble->weight ? array_size(sizeof(float) * ensemble->n_folds, n_rows) : 0};
	parts[PART_RESULTS] = (Part){NULL, sizeof(TrainingResult) * n_jobs};
	parts[PART_LOGIT_START] = (Part){logit_start, sizeof(size_t) * (n_jobs + 1)};
	parts[PART_LOGITS] =
		(Part){NULL, array_size(sizeof(float) * set->n_classes, logit_start[n_jobs])};
	parts[PART_NETWORKS] = (Part){NULL, array_size(header->network_bytes, n_jobs)};
	if (n_workers > 0 && blocks != NULL)
	{
		header->n_blocks = n_blocks;
		parts[PART_BLOCKS] = (Part){blocks, sizeof(RowBlock) * n_blocks};
		parts[PART_STATES] = (Part){NULL, sizeof(WorkerState) * n_workers};
		parts[PART_QUEUES] = (Part){NULL, array_size(QUEUE_BYTES, n_workers)};
		memory->segment = create_training_segment(parts_size(parts));
	}
	if (memory->segment == NULL)
	{
		parts[PART_STATES].size = parts[PART_QUEUES].size = parts[PART_BLOCKS].size = 0;
	}
	open_memory(memory, write_parts(memory->segment, parts_size(parts), parts));
	memory->set.features = set->features;
	if (memory->bins)
		fill_bins(memory);
	pfree(header);
	pfree(logit_start);
}

bool
attach_pool_memory(PoolMemory *memory, dsm_handle handle)
{
	shm_toc *toc;

	memory->segment = dsm_attach(handle);
	if (memory->segment == NULL)
		return false;
	toc = shm_toc_attach(POOL_MAGIC, dsm_segment_address(memory->segment));
	if (toc == NULL)
		elog(ERROR, "shared memory of a training has no table of contents");
	open_memory(memory, toc);
	memory->set.features =
		attach_training_rows(shm_toc_lookup(toc, PART_BLOCKS, false), memory->header->n_blocks,
							 memory->set.n_rows, memory->set.n_features);
	return memory->set.features != NULL;
}

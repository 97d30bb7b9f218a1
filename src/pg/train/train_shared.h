/*
 * train_shared.h
 *		What the processes of a training share.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_SHARED_H
#define PLASTICC_PG_TRAIN_TRAIN_SHARED_H

#include "port/atomics.h"
#include "storage/dsm.h"

#include "core/train/ensemble.h"
#include "pg/train/training_rows.h"

#define QUEUE_BYTES ((Size) 16384)
#define MAX_ERROR_TEXT 1024

typedef enum Failure
{
	FAILURE_NONE,
	FAILURE_CLAIMED, /* one process is writing */
	FAILURE_DIVERGED,
	FAILURE_ERROR,
} Failure;

typedef struct Header
{
	pg_atomic_uint32 next_job;
	pg_atomic_uint32 n_done;
	pg_atomic_uint32 stop;
	pg_atomic_uint32 failure;
	int				 failed_job;
	int				 sqlerrcode;
	char			 message[MAX_ERROR_TEXT];
	char			 detail[MAX_ERROR_TEXT];
	char			 hint[MAX_ERROR_TEXT];

	int				n_rows;
	int				n_features;
	int				n_classes;
	int				n_folds;
	int				gate_feature;
	int				n_blocks;	   /* of rows */
	int				n_flagged;	   /* of the preprocessing; without a cross-validation */
	size_t			network_bytes; /* as member_save leaves them */
	TrainingOptions options;
} Header;

typedef struct WorkerState
{
	bool started;
	bool finished; /* no job is lost with it */
} WorkerState;

/* The memory as a process sees it. */
typedef struct PoolMemory
{
	dsm_segment	   *segment; /* NULL where it is of one process only */
	Header		   *header;
	TrainingSet		set;
	Ensemble		ensemble;
	int32_t		   *flagged; /* [n_flagged] */
	uint8_t		   *bins;	 /* fill_common_bins, or NULL */
	int				n_jobs;
	TrainingResult *results;	 /* [n_jobs] */
	size_t		   *logit_start; /* [n_jobs + 1], in rows */
	float		   *logits;
	char		   *networks; /* [n_jobs][network_bytes], or NULL */
	WorkerState	   *states;	  /* [workers] */
	char		   *queues;	  /* [workers][QUEUE_BYTES] */
} PoolMemory;

/*
 * Lays out the memory for the ensemble's jobs and n_workers.  Where the rows are
 * not shared, or there is no room for a segment, the memory is of this process.  A
 * segment belongs to no transaction.  preprocessing is what the rows have been
 * normalised by; NULL in a cross-validation.
 */
extern void create_pool_memory(PoolMemory *memory, const Ensemble *ensemble,
							   const TrainingRows *rows, const Preprocessing *preprocessing,
							   bool keep_networks, int n_workers);

/* The same in a worker; false when the leader has gone. */
extern bool attach_pool_memory(PoolMemory *memory, dsm_handle handle);

#endif /* PLASTICC_PG_TRAIN_TRAIN_SHARED_H */

/*
 * train_shared.h
 *		Shared memory of a training: its layout in the pool.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_SHARED_H
#define PLASTICC_PG_TRAIN_TRAIN_SHARED_H

#include "core/train/ensemble.h"
#include "pg/jobs/workers.h"
#include "pg/train/training_rows.h"

typedef struct TrainingHeader
{
	int	   n_rows;
	int	   n_features;
	int	   n_classes;
	int	   n_folds;
	int	   gate_feature;
	int	   n_blocks;	 /* blocks of rows */
	int	   n_flagged;	 /* flagged features; 0 in a cross-validation */
	size_t member_bytes; /* per member, written by member_save; 0 if members are not kept */
	TrainingOptions options;
} TrainingHeader;

/* Pointers into the shared memory, valid in this process. */
typedef struct SharedTraining
{
	TrainingHeader *header;
	TrainingSet		set;
	Ensemble		ensemble;
	int32_t		   *flagged; /* [n_flagged] */
	uint8_t		   *bins;	 /* from fill_common_bins, or NULL */
	int				n_jobs;
	TrainingResult *results;	 /* [n_jobs] */
	size_t		   *logit_start; /* [n_jobs + 1], first row of each job in logits */
	float		   *logits;		 /* [logit_start[n_jobs]][n_classes] */
	char		   *members;	 /* [n_jobs][member_bytes], or NULL */
} SharedTraining;

/*
 * Creates a pool for the ensemble's jobs and fills its shared memory; workers are
 * not started.  If the rows are not shared, the pool has no workers.  preprocessing
 * is the one that the rows have been normalised with; NULL in a cross-validation.
 */
extern Pool *create_training_pool(const PoolKind *kind, const char *title, void *receiver,
								  const Ensemble *ensemble, const TrainingRows *rows,
								  const Preprocessing *preprocessing, bool keep_members,
								  SharedTraining *shared);

/* Fills the part with the bins, which must exist: it takes long, and may be interrupted. */
extern void fill_training_bins(SharedTraining *shared);

/* Attaches the memory in a worker; false if the leader has exited. */
extern bool attach_training(const Pool *pool, SharedTraining *shared);

#endif /* PLASTICC_PG_TRAIN_TRAIN_SHARED_H */

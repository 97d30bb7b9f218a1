/*
 * train_shared.h
 *		What the processes of a training share.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_SHARED_H
#define PLASTICC_PG_TRAIN_TRAIN_SHARED_H

#include "core/train/ensemble.h"
#include "pg/jobs/workers.h"
#include "pg/train/training_rows.h"

typedef struct TrainingHeader
{
	int				n_rows;
	int				n_features;
	int				n_classes;
	int				n_folds;
	int				gate_feature;
	int				n_blocks;	   /* of rows */
	int				n_flagged;	   /* of the preprocessing; without a cross-validation */
	size_t			network_bytes; /* as member_save leaves them */
	TrainingOptions options;
} TrainingHeader;

/* The memory as a process sees it. */
typedef struct SharedTraining
{
	TrainingHeader *header;
	TrainingSet		set;
	Ensemble		ensemble;
	int32_t		   *flagged; /* [n_flagged] */
	uint8_t		   *bins;	 /* fill_common_bins, or NULL */
	int				n_jobs;
	TrainingResult *results;	 /* [n_jobs] */
	size_t		   *logit_start; /* [n_jobs + 1], in rows */
	float		   *logits;
	char		   *networks; /* [n_jobs][network_bytes], or NULL */
} SharedTraining;

/*
 * A pool for the ensemble's jobs, and its memory.  Where the rows are not shared
 * it has no workers.  preprocessing is what the rows have been normalised by;
 * NULL in a cross-validation.  The pool's workers are not started yet.
 */
extern Pool *create_training_pool(const PoolKind *kind, const char *title, void *receiver,
								  const Ensemble *ensemble, const TrainingRows *rows,
								  const Preprocessing *preprocessing, bool keep_networks,
								  SharedTraining *shared);

/* The memory in a worker; false when the leader has gone. */
extern bool attach_training(const Pool *pool, SharedTraining *shared);

#endif /* PLASTICC_PG_TRAIN_TRAIN_SHARED_H */

/*
 * train_workers.h
 *		Trains the members of an ensemble in this backend and in background
 *		workers.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_WORKERS_H
#define PLASTICC_PG_TRAIN_TRAIN_WORKERS_H

#include "core/train/ensemble.h"
#include "pg/train/training_rows.h"

/* An epoch of a job, wherever it is done. */
typedef struct JobEpoch
{
	int			job;
	double		seconds;   /* since the job began, its preparation included */
	int			processes; /* of the pool */
	EpochReport report;
} JobEpoch;

/* Callbacks of the leader. */
typedef struct PoolEvents
{
	void (*epoch)(const JobEpoch *epoch, void *argument);
	void (*failed)(int job, TrainingFailure failure, void *argument); /* does not return */
	void *argument;
} PoolEvents;

/* Arrays are [ensemble_jobs()]. */
typedef struct PoolResult
{
	TrainingResult *results;
	const float	  **logits;		   /* of each job's unseen rows */
	const char	  **members;	   /* as member_save leaves them; NULL unless asked for */
	Preprocessing	preprocessing; /* of all members; not of a cross-validation */
} PoolResult;

/* Workers that may help with so many jobs; rows are read into shared memory if there are any. */
extern int training_workers(int n_jobs);

/*
 * Does the ensemble's jobs, which title calls "model \"x\"", and returns what came out, in
 * context.  As many
 * workers help as there are jobs for, max_parallel_maintenance_workers allows
 * and max_parallel_workers and max_worker_processes leave; the result does not
 * depend on them.  rows are the set's features, and are freed; without a
 * cross-validation they are normalised in place first.
 *
 * An error in a worker is an error here; whatever ends this call, no worker
 * outlives it.  The events may commit.
 */
extern PoolResult *train_jobs(Ensemble *ensemble, const char *title, TrainingRows *rows,
							  bool keep_members, const PoolEvents *events, MemoryContext context);

#endif /* PLASTICC_PG_TRAIN_TRAIN_WORKERS_H */

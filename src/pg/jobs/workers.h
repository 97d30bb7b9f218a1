/*
 * workers.h
 *		A pool: this backend and background workers share a number of jobs.
 *
 * PostgreSQL's parallel mode would not do, for it forbids to write and to commit.
 * So the workers are dynamic ones, of the class that max_parallel_workers bounds.
 * All read the parts of a segment of dynamic shared memory, take jobs from a
 * counter there, leave results there and send messages to the leader through a
 * queue each.
 *
 * An error in a worker, with all its fields, becomes one of the leader.  No worker
 * outlives the leader, and none its pool.
 */
#ifndef PLASTICC_PG_JOBS_WORKERS_H
#define PLASTICC_PG_JOBS_WORKERS_H

#include "pg/jobs/shared_parts.h"

typedef struct Pool Pool;

typedef struct PoolKind
{
	const char *name;	   /* "training worker"; pg_stat_activity has it as backend_type */
	const char *function;  /* of the library, which calls run_pool_worker with this kind */
	bool		connected; /* to the leader's database, as its user and with its settings */

	/* of a worker: does jobs while pool_next_job has some */
	void (*work)(Pool *pool, const void *argument);
	const void *argument;

	/* of the leader: a message that a process has sent */
	void (*receive)(void *receiver, const void *message, Size size);
} PoolKind;

/* Keys of the parts are below this. */
#define POOL_MAX_PARTS 24

/*
 * Creates a pool and its memory.  At most so many workers will help as there are
 * jobs for beside the leader's; requested < 0 stands for
 * max_parallel_maintenance_workers.  Where there is no shared memory, or no
 * worker, the leader does it all, after a WARNING.  Without workers the source of
 * a part is the part.  title is what the jobs are part of: model "x".
 *
 * Call end_pool whatever happens.
 */
extern Pool *create_pool(const PoolKind *kind, const char *title, int n_jobs, int requested,
						 const SharedPart *parts, int n_parts, void *receiver);
extern void	 start_workers(Pool *pool);
extern void	 end_pool(Pool *pool);

/* Workers that were started. */
extern int pool_workers(const Pool *pool);

/* A part; NULL where there is none. */
extern void *pool_part(const Pool *pool, int key);

/* The next job, from 0, for this process; false when all are taken. */
extern bool pool_next_job(Pool *pool, int *job);

/* The job of this process is done. */
extern void pool_job_done(Pool *pool);

/* Sends a message to the leader, which receives it at once if it is the leader's own. */
extern void pool_send(Pool *pool, const void *message, Size size);

/* CHECK_FOR_INTERRUPTS for long loops; also notices the end of the leader and errors of workers. */
extern void pool_check_interrupts(Pool *pool);

/* Of the leader: receives what has been sent, and raises the errors of workers. */
extern void pool_receive(Pool *pool);

/* Of the leader: until all jobs are done. */
extern void pool_wait(Pool *pool);

/* The whole life of a worker. */
extern void run_pool_worker(Datum handle, const PoolKind *kind);

#endif /* PLASTICC_PG_JOBS_WORKERS_H */

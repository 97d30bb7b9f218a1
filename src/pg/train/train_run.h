/*
 * train_run.h
 *		What plasticc_train and plasticc_cross_validate have in common: arguments,
 *		versions, epochs and their reports.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_RUN_H
#define PLASTICC_PG_TRAIN_TRAIN_RUN_H

#include "pg/jobs/procedure.h"
#include "pg/train/training_curve.h"
#include "pg/train/train_input.h"
#include "pg/train/train_workers.h"

typedef struct Run Run;

/* A procedure that trains. */
typedef struct RunKind
{
	LockClass	lock;
	const char *tables[2]; /* with the versions of a name */
	void (*body)(Run *run);
} RunKind;

/* How far a job is. */
typedef struct JobProgress
{
	int	   epochs; /* reported */
	double first;  /* seconds of the job until the first one, preparation included */
	double last;   /* until the last one */
} JobProgress;

struct Run
{
	Procedure		*procedure;
	MemoryContext	 context; /* the procedure's */
	char			*name;
	char			*query;
	char			*tables[2]; /* qualified */
	const char		*owner;		/* of the rows */
	TrainingOptions *options;
	TrainingInput	*input;
	Ensemble		 ensemble;
	int				 version;
	double			 last_commit; /* seconds since the start */
	int64			 epochs_done; /* of all members */
	JobProgress		*jobs;		  /* [ensemble_jobs()] */
	TrainingCurve	*curve;		  /* of a training */
};

/* Runs the body for a call with arguments (name, query, options). */
extern Datum run_training(FunctionCallInfo fcinfo, const RunKind *kind);

/* Reads what the training query returns, where workers for so many jobs can see it. */
extern void run_read_input(Run *run, int n_jobs);

/* Sets version: one more than any of the name in the tables. */
extern void run_next_version(Run *run);

/* Of the rows, as a name. */
extern Datum run_owner(const Run *run);

/* An error unless there are as many feature_names as features, or none. */
extern void check_feature_names(const Run *run);

/* ", validation loss 0.1234", or nothing for NaN. */
extern char *describe_validation(double loss);

/*
 * Does the jobs of the ensemble, with progress and commits.  log is called for
 * every epoch, or NULL.
 */
typedef void (*EpochLog)(Run *run, int member, const EpochReport *report);

extern PoolResult *run_jobs(Run *run, bool keep_members, EpochLog log);

#endif /* PLASTICC_PG_TRAIN_TRAIN_RUN_H */

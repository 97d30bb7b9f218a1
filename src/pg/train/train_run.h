/*
 * train_run.h
 *		What the procedures that train have in common: arguments, privileges,
 *		the lock on the name, commits, versions and progress.
 */
#ifndef PLASTICC_PG_TRAIN_TRAIN_RUN_H
#define PLASTICC_PG_TRAIN_TRAIN_RUN_H

#include "portability/instr_time.h"
#include "storage/lock.h"

#include "pg/train/training_curve.h"
#include "pg/train/train_input.h"
#include "pg/train/train_workers.h"

typedef struct Run Run;

/* A procedure that trains. */
typedef struct RunKind
{
	const char *procedure;
	const char *noun;	   /* for messages: "training" */
	uint16		lock;	   /* last field of an advisory lock's tag; users' have 1 and 2 */
	const char *tables[2]; /* with the versions of a name */
	void (*body)(Run *run);
} RunKind;

struct Run
{
	const RunKind	*kind;
	MemoryContext	 context;
	bool			 commits; /* as it goes */
	bool			 locked;  /* by a lock of the session, to be released */
	LOCKTAG			 lock;
	char			*name;
	char			*query;
	char			*tables[2]; /* qualified */
	TrainingOptions *options;
	TrainingInput	*input;
	Ensemble		 ensemble;
	int				 version;
	instr_time		 start;
	double			 last_report; /* seconds since start */
	double			 last_commit;
	int64			 epochs_done; /* of all networks */
	TrainingCurve	*curve;		  /* of a training */
};

/*
 * Runs the body, connected to SPI, for a call with arguments (name, query,
 * options), and cleans up after it.  All memory is the run's context, which
 * survives commits.
 */
extern Datum run_procedure(FunctionCallInfo fcinfo, const RunKind *kind);

/* Where it is possible. */
extern void run_commit(Run *run);

/* Sets version: one more than any of the name in the tables. */
extern void run_next_version(Run *run);

/* An error unless there are as many feature_names as features, or none. */
extern void check_feature_names(const Run *run);

/* Seconds since the start, and a number of seconds in words. */
extern double run_elapsed(const Run *run);
extern char	 *describe_duration(double seconds);

/* ", validation loss 0.1234", or nothing for NaN. */
extern char *describe_validation(double loss);

/*
 * Does the jobs of the ensemble, with progress and commits.  log is called for
 * every epoch, or NULL.
 */
typedef void (*EpochLog)(Run *run, int member, const EpochReport *report);

extern PoolResult *run_jobs(Run *run, bool keep_networks, EpochLog log);

/* Inserts a row by a statement with parameters of these types. */
extern void run_insert(const char *statement, int n, Oid *types, Datum *values, const char *nulls);

/* The set's classes as integer[]. */
extern Datum classes_datum(const TrainingSet *set);

#endif /* PLASTICC_PG_TRAIN_TRAIN_RUN_H */

/*
 * procedure.h
 *		What the procedures that take long have in common: privileges, locks,
 *		 commits, reports, progress and the clean-up after an error.
 */
#ifndef PLASTICC_PG_JOBS_PROCEDURE_H
#define PLASTICC_PG_JOBS_PROCEDURE_H

#include "fmgr.h"
#include "portability/instr_time.h"
#include "storage/lock.h"

#include "pg/jobs/progress.h"

/*
 * What is locked.  The number is the last field of an advisory lock's
 * tag, in which locks that users take have 1 or 2.
 */
typedef enum LockClass
{
	LOCK_OWNER = 96,	   /* a model's name, while its owner is looked up; by hash */
	LOCK_TARGET_TABLE,	   /* that plasticc_extract and plasticc_predict fill; by OID */
	LOCK_CROSS_VALIDATION, /* a model's name */
	LOCK_TRAINING,		   /* likewise */
} LockClass;

typedef struct Procedure
{
	FunctionCallInfo fcinfo;
	char			*name;	  /* "plasticc_train" */
	MemoryContext	 context; /* survives commits */
	bool			 commits; /* as it goes */
	bool			 locked;  /* by a lock of the session, to be released */
	LOCKTAG			 lock;
	instr_time		 start;
	double			 last_report; /* seconds since start */
	Progress		 progress;
} Procedure;

/*
 * Runs the body of a call, connected to SPI and in the procedure's context, and
 * cleans up after it.  Called outside a transaction block, a procedure commits as
 * it goes; inside a block, a function or a PL/pgSQL block with an exception
 * handler it belongs to the caller's transaction.
 */
typedef void (*ProcedureBody)(Procedure *procedure, const void *argument);

extern Datum run_procedure(FunctionCallInfo fcinfo, ProcedureBody body, const void *argument);

/*
 * The qualified name of one of the extension's tables; an error unless the user
 * may read it and insert into it.
 */
extern char *writable_table(const Procedure *procedure, const char *table);

/*
 * Takes the lock, or raises "another plasticc_train of WHAT is already running".
 * It is held to the end of the call where the call commits, else to the end of
 * the transaction, for only then do others see what it has written.
 */
extern void lock_procedure(Procedure *procedure, LockClass class, uint32 key1, uint32 key2,
						   const char *what, const char *hint);

/* Commits where that is possible, and lets the cumulative statistics know. */
extern void procedure_commit(Procedure *procedure);

/* Seconds since the start. */
extern double procedure_elapsed(const Procedure *procedure);

/* Is it time for another message, interval seconds after the last one?  Then notes it. */
extern bool report_is_due(Procedure *procedure, double interval);

/* Executes a statement with parameters; an error unless it ends with the status. */
extern void execute_statement(const char *statement, int n, Oid *types, Datum *values,
							  const char *nulls, int expected);

#endif /* PLASTICC_PG_JOBS_PROCEDURE_H */

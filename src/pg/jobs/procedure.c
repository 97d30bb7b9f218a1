/*
 * procedure.c
 *		What the procedures that take long have in common.
 */
#include "pg/module/plasticc.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/jobs/procedure.h"

/*
 * A missing privilege shows before minutes of work, not after.  SELECT is needed
 * to find the next version.
 */
char *
writable_table(const Procedure *procedure, const char *table)
{
	Oid	  schema = get_func_namespace(procedure->fcinfo->flinfo->fn_oid);
	Oid	  relation = get_relname_relid(table, schema);
	char *qualified = quote_qualified_identifier(get_namespace_name(schema), table);

	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table %s does not exist", qualified)));
	if (pg_class_aclcheck(relation, GetUserId(), ACL_INSERT) != ACLCHECK_OK ||
		pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s", table),
				 errhint("Its owner can grant it: GRANT SELECT, INSERT ON %s TO %s.", qualified,
						 quote_identifier(GetUserNameFromId(GetUserId(), false)))));
	return qualified;
}

void
lock_procedure(Procedure *procedure, LockClass class, uint32 key1, uint32 key2, const char *what,
			   const char *hint)
{
	SET_LOCKTAG_ADVISORY(procedure->lock, MyDatabaseId, key1, key2, class);
	if (LockAcquire(&procedure->lock, ExclusiveLock, procedure->commits, true) ==
		LOCKACQUIRE_NOT_AVAIL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
						errmsg("another %s of %s is already running", procedure->name, what),
						errhint("%s", hint)));
	procedure->locked = procedure->commits;
}

/*
 * Statistics are otherwise reported when a backend is idle: autovacuum would
 * hear of hours of work at their end.  At this point the new transaction has
 * done nothing.  A server with assertions insists on there being none, which
 * SPI does not offer: there they come at the end.
 */
void
procedure_commit(Procedure *procedure)
{
	if (!procedure->commits)
		return;
	SPI_commit();
	SPI_start_transaction(); /* SPI_commit has done it in later minor releases */
#ifndef USE_ASSERT_CHECKING
	(void) pgstat_report_stat(true);
#endif
}

double
procedure_elapsed(const Procedure *procedure)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, procedure->start);
	return INSTR_TIME_GET_DOUBLE(now);
}

bool
report_is_due(Procedure *procedure, double interval)
{
	double elapsed = procedure_elapsed(procedure);

	if (elapsed - procedure->last_report < interval)
		return false;
	procedure->last_report = elapsed;
	return true;
}

void
execute_statement(const char *statement, int n, Oid *types, Datum *values, const char *nulls,
				  int expected)
{
	int status = SPI_execute_with_args(statement, n, types, values, nulls, false, 0);

	if (status != expected)
		elog(ERROR, "statement failed: %s", SPI_result_code_string(status));
}

/* Commits are possible in a CALL by itself, but not below an exception handler. */
static bool
can_commit(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL && IsA(fcinfo->context, CallContext) &&
		   !castNode(CallContext, fcinfo->context)->atomic && !IsSubTransaction();
}

Datum
run_procedure(FunctionCallInfo fcinfo, ProcedureBody body, const void *argument)
{
	bool		  commits = can_commit(fcinfo);
	MemoryContext context = AllocSetContextCreate(commits ? PortalContext : TopTransactionContext,
												  "plasticc procedure", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Procedure	 *procedure = palloc0(sizeof(Procedure));

	procedure->fcinfo = fcinfo;
	procedure->name = get_func_name(fcinfo->flinfo->fn_oid);
	procedure->context = context;
	procedure->commits = commits;
	INSTR_TIME_SET_CURRENT(procedure->start);
	PG_TRY();
	{
		PreventCommandIfReadOnly(psprintf("CALL %s()", procedure->name));
		SPI_connect_ext(commits ? SPI_OPT_NONATOMIC : 0);
		MemoryContextSwitchTo(context);
		body(procedure, argument);
		SPI_finish();
	}
	PG_FINALLY();
	{
		progress_end(&procedure->progress);
		if (procedure->locked)
			LockRelease(&procedure->lock, ExclusiveLock, true);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
	}
	PG_END_TRY();
	PG_RETURN_VOID();
}

/*
 * store_result.c
 *		Writes what took long to compute, and does not lose it where the server is
 *		short of something for a while.
 */
#include "pg/module/plasticc.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/latch.h"

#include "pg/jobs/store_result.h"
#include "pg/jobs/subtransaction.h"
#include "pg/util/error_data.h"

#define RETRY_SECONDS 2.0

/* What an administrator, or time, cures. */
static bool
can_pass(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_DISK_FULL || sqlerrcode == ERRCODE_OUT_OF_MEMORY ||
		   sqlerrcode == ERRCODE_INSUFFICIENT_RESOURCES || sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
}

static void
report_waiting(const Procedure *procedure, const ErrorData *error)
{
	ereport(
		WARNING,
		(errcode(error->sqlerrcode),
		 errmsg("%s could not store a result: %s", procedure->name, error->message),
		 errdetail("It is kept in memory and tried again every few seconds, for up to %d h.",
				   STORE_HOURS),
		 errhint("Provide what is missing, and the call goes on; if it is cancelled, the result "
				 "is lost.")));
}

/* Messages of workers set the latch too: they are no reason to try earlier. */
static void
wait_to_retry(const Procedure *procedure)
{
	double end = procedure_elapsed(procedure) + RETRY_SECONDS;

	while (procedure_elapsed(procedure) < end)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 200,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

void
store_result(Procedure *procedure, StoreFunction store, const void *argument)
{
	ProgressEntry progress = procedure->progress.entry;
	ErrorData	 *error = try_in_subtransaction(store, argument, can_pass);
	double		  start = procedure_elapsed(procedure);

	if (error == NULL)
		return;
	report_waiting(procedure, error);
	do
	{
		/* again, because the server clears it where an attempt fails */
		progress_phase(&procedure->progress, "waiting for resources", -1);
		if (procedure_elapsed(procedure) - start > STORE_HOURS * 3600.0)
			raise_again(error);
		FreeErrorData(error);
		wait_to_retry(procedure);
		error = try_in_subtransaction(store, argument, can_pass);
	} while (error);
	progress_resume(&procedure->progress, &progress);
}

static void
execute_row(const void *argument)
{
	const StoredRow *row = argument;

	execute_statement(row->statement, row->n, row->types, row->values, row->nulls, SPI_OK_INSERT);
}

void
store_row(Procedure *procedure, const StoredRow *row)
{
	store_result(procedure, execute_row, row);
}

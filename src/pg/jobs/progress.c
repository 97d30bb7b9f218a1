/*
 * progress.c
 *		How far a long call is, for every session of the database to read.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "commands/progress.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "pg/jobs/progress.h"
#include "pg/util/args.h"
#include "pg/util/result_rows.h"

/* None of the server's own commands; the letters "plas". */
#define PROGRESS_COMMAND ((ProgressCommandType) 0x706c6173)

PG_FUNCTION_INFO_V1(plasticc_progress);

/* The entry as the server stores it. */
typedef union ProgressParams
{
	ProgressEntry entry;
	int64		  values[PGSTAT_NUM_PROGRESS_PARAM];
} ProgressParams;

StaticAssertDecl(sizeof(ProgressEntry) == sizeof(int64) * PGSTAT_NUM_PROGRESS_PARAM,
				 "the progress of a call must fill the server's numbers");

/* The call in progress, the innermost one. */
static Progress *current;

/* ------------------------------------------------------------------------
 * Writing
 * ------------------------------------------------------------------------
 */

static void
publish(const Progress *progress)
{
	static const int indexes[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
								  10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
	ProgressParams	 params;

	params.entry = progress->entry;
	if (MyBEEntry == NULL || MyBEEntry->st_progress_command != PROGRESS_COMMAND ||
		MyBEEntry->st_progress_command_target != progress->procedure)
		pgstat_progress_start_command(PROGRESS_COMMAND, progress->procedure);
	pgstat_progress_update_multi_param(lengthof(indexes), indexes, params.values);
}

void
progress_begin(Progress *progress, Oid procedure, const char *name)
{
	progress->procedure = procedure;
	progress->entry.started_at = GetCurrentTimestamp();
	copy_text(progress->entry.name, sizeof(progress->entry.name), name);
	progress->outer = current;
	current = progress;
	progress_phase(progress, "starting", -1);
}

void
progress_end(Progress *progress)
{
	if (current != progress)
		return; /* never begun */
	current = progress->outer;
	if (current)
		publish(current);
	else
		pgstat_progress_end_command();
}

void
progress_phase(Progress *progress, const char *phase, int64 total)
{
	copy_text(progress->entry.phase, sizeof(progress->entry.phase), phase);
	progress->entry.total = total;
	progress_done(progress, 0, -1);
}

void
progress_done(Progress *progress, int64 done, double seconds_left)
{
	progress->entry.done = done;
	progress->entry.microseconds_left =
		seconds_left < 0 ? -1 : (int64) rint(seconds_left * USECS_PER_SEC);
	publish(progress);
}

void
progress_resume(Progress *progress, const ProgressEntry *entry)
{
	progress->entry = *entry;
	publish(progress);
}

char *
describe_duration(double seconds)
{
	if (seconds < 10.0)
		return psprintf("%.1f s", seconds);
	if (seconds < 120.0)
		return psprintf("%.0f s", seconds);
	if (seconds < 7200.0)
		return psprintf("%.0f min", seconds / 60.0);
	return psprintf("%.1f h", seconds / 3600.0);
}

char *
describe_time_left(double seconds)
{
	return seconds < 0 ? "" : psprintf(", about %s left", describe_duration(seconds));
}

/* ------------------------------------------------------------------------
 * Reading
 * ------------------------------------------------------------------------
 */

static PgBackendStatus *
backend_status(int number)
{
	LocalPgBackendStatus *local = pgstat_get_local_beentry_by_index(number);

	return local ? &local->backendStatus : NULL;
}

/*
 * plasticc_progress(): pid, procedure, name, phase, done, total, started_at,
 * seconds_left of the calls that run in this database.
 */
Datum
plasticc_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = 1; i <= pgstat_fetch_stat_numbackends(); i++)
	{
		PgBackendStatus *status = backend_status(i);
		ProgressParams	 params;
		char			*procedure;
		Datum			 values[8];
		bool			 nulls[8] = {false};

		if (status == NULL || status->st_progress_command != PROGRESS_COMMAND ||
			status->st_databaseid != MyDatabaseId)
			continue;
		memcpy(params.values, status->st_progress_param, sizeof(params.values));
		procedure = get_func_name(status->st_progress_command_target);
		if (params.entry.started_at == 0 || procedure == NULL)
			continue; /* only just started; dropped meanwhile */
		values[0] = Int32GetDatum(status->st_procpid);
		values[1] = CStringGetTextDatum(procedure);
		values[2] = CStringGetTextDatum(params.entry.name);
		values[3] = CStringGetTextDatum(params.entry.phase);
		values[4] = Int64GetDatum(params.entry.done);
		values[5] = Int64GetDatum(params.entry.total);
		nulls[5] = params.entry.total < 0;
		values[6] = TimestampTzGetDatum(params.entry.started_at);
		values[7] = Float8GetDatum(params.entry.microseconds_left / (double) USECS_PER_SEC);
		nulls[7] = params.entry.microseconds_left < 0;
		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

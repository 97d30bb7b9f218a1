/*
 * progress.h
 *		How far a long call is, for every session of the database to read:
 *		plasticc_progress().
 *
 * The extension is loaded on demand, so that it has no shared memory of its own,
 * and a table would show nothing of a call that does not commit.  But each
 * backend's entry in the server's activity array has a command and twenty
 * numbers for the progress of the server's own commands (VACUUM, COPY, ...).  A
 * call publishes itself there, under a command number that none of the views
 * pg_stat_progress_... knows: any session can read the entry, a new publication
 * replaces it, and the server clears it when the call fails, when the backend
 * ends and after a crash.  It is there from PostgreSQL 13 to 18, where
 * track_activities is on.
 *
 * A statement with progress of its own that runs inside the call (a trigger that
 * analyzes a table, say) overwrites the entry until the call publishes again.
 */
#ifndef PLASTICC_PG_JOBS_PROGRESS_H
#define PLASTICC_PG_JOBS_PROGRESS_H

#include "datatype/timestamp.h"

/* What one call publishes; exactly the server's twenty numbers. */
typedef struct ProgressEntry
{
	int64		done;
	int64		total; /* -1 while unknown */
	TimestampTz started_at;
	int64		microseconds_left; /* -1 while unknown */
	char		phase[24];
	char		name[104]; /* of the model or the target; what is longer is cut */
} ProgressEntry;

typedef struct Progress
{
	Oid				 procedure;
	ProgressEntry	 entry;
	struct Progress *outer; /* of the call that this one runs in, by a trigger for example */
} Progress;

/*
 * Publishes a call, until progress_end, which must come whatever happens.  The
 * struct must last as long.
 */
extern void progress_begin(Progress *progress, Oid procedure, const char *name);
extern void progress_end(Progress *progress);

/* A part of the call: "training"; total is in units that suit it, -1 for unknown. */
extern void progress_phase(Progress *progress, const char *phase, int64 total);

/* Units done in this phase; seconds_left < 0 for unknown. */
extern void progress_done(Progress *progress, int64 done, double seconds_left);

/* Publishes what the call had published at an earlier time. */
extern void progress_resume(Progress *progress, const ProgressEntry *entry);

/* "85 s", "12 min" or "3.5 h" */
extern char *describe_duration(double seconds);

/* ", about 85 s left", or nothing while unknown (< 0). */
extern char *describe_time_left(double seconds);

#endif /* PLASTICC_PG_JOBS_PROGRESS_H */

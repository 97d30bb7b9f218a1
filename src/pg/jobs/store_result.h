/*
 * store_result.h
 *		Writes what took long to compute, and does not lose it where the server is
 *		short of something for a while.
 */
#ifndef PLASTICC_PG_JOBS_STORE_RESULT_H
#define PLASTICC_PG_JOBS_STORE_RESULT_H

#include "pg/jobs/procedure.h"

/* For so long a result waits for the server to have what it needs. */
#define STORE_HOURS 1

/*
 * Calls store, which writes by SPI, in a subtransaction.  Where the disk is full,
 * memory is short or a table locked for longer than lock_timeout, that is rolled
 * back and store called again every few seconds, for up to STORE_HOURS: after one
 * WARNING, and with the phase "waiting for resources".  Any other error, a cancel
 * and the last failure are raised.
 *
 * store may run several times, each in a memory context that is reset after it.
 */
typedef void (*StoreFunction)(const void *argument);

extern void store_result(Procedure *procedure, StoreFunction store, const void *argument);

/* A statement with its parameters, and as a StoreFunction. */
typedef struct StoredRow
{
	const char *statement;
	int			n;
	Oid		   *types;
	Datum	   *values;
	const char *nulls;
} StoredRow;

extern void store_row(Procedure *procedure, const StoredRow *row);

#endif /* PLASTICC_PG_JOBS_STORE_RESULT_H */

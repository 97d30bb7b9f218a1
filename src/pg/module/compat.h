/*
 * compat.h
 *		Differences between PostgreSQL 13 and 19.
 *
 * Include after postgres.h.
 */
#ifndef PLASTICC_PG_MODULE_COMPAT_H
#define PLASTICC_PG_MODULE_COMPAT_H

#if PG_VERSION_NUM < 130000
#error "plasticc requires PostgreSQL 13 or later"
#endif

/* varlena macros moved out of postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* wait events moved out of pgstat.h in 14 */
#if PG_VERSION_NUM >= 140000
#include "utils/wait_event.h"
#else
#include "pgstat.h"
#endif

/* this backend's entry of pg_stat_activity, hidden before 14 */
#if PG_VERSION_NUM < 140000
#define MyBEEntry ((PgBackendStatus *) NULL)
#endif

/* renamed in 16 */
#if PG_VERSION_NUM < 160000
#define pgstat_get_local_beentry_by_index pgstat_fetch_stat_local_beentry
#endif

/* copyObject() of 19 uses this keyword of C23, if the server's compiler had it; ours is C11 */
#if PG_VERSION_NUM >= 190000 && __STDC_VERSION__ < 202311L && !defined(typeof_unqual)
#define typeof_unqual typeof
#endif

/* renamed in 15, and unknown settings are removed since */
#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved EmitWarningsOnPlaceholders
#endif

/* goes in front of a declaration; new in 18 */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* 15 added the last argument: whether to notify the receiver at once */
#if PG_VERSION_NUM < 150000
#include "storage/shm_mq.h"

#define shm_mq_send(queue, nbytes, data, nowait, force_flush)                                      \
	shm_mq_send(queue, nbytes, data, nowait)
#endif

/*
 * Soft errors of input functions, whose caller finds them in context, came in 16;
 * before, they are ordinary ones.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#else
#define ereturn(context, dummy_value, ...)                                                         \
	do                                                                                             \
	{                                                                                              \
		ereport(ERROR, __VA_ARGS__);                                                               \
		return dummy_value;                                                                        \
	} while (0)
#endif

/*
 * Set-returning functions that fill a tuplestore: 15 brought this function, of
 * whose flags none is used here.
 */
#if PG_VERSION_NUM < 150000
#include "funcapi.h"
#include "miscadmin.h"

static inline void
InitMaterializedSRF(FunctionCallInfo fcinfo, bits32 flags)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext  caller;

	if (result == NULL || !IsA(result, ReturnSetInfo) ||
		(result->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("materialize mode required, but it is not allowed here")));
	caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &result->setDesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0,
											  false, work_mem);
	result->returnMode = SFRM_Materialize;
	MemoryContextSwitchTo(caller);
}
#endif

/* A lexer of JSON text, without values of strings; 17 added the first argument. */
#if PG_VERSION_NUM >= 170000
#define new_json_lexer(text, length, encoding)                                                     \
	makeJsonLexContextCstringLen(NULL, text, length, encoding, false)
#else
#define new_json_lexer(text, length, encoding)                                                     \
	makeJsonLexContextCstringLen(unconstify(char *, text), length, encoding, false)
#endif

#endif /* PLASTICC_PG_MODULE_COMPAT_H */

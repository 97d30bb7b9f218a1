/*
 * compat.h
 *		What differs between PostgreSQL 13 and 18, in one place.
 *
 * Include after postgres.h and before fmgr.h.
 */
#ifndef PLASTICC_COMPAT_H
#define PLASTICC_COMPAT_H

#if PG_VERSION_NUM < 130000
#error "plasticc requires PostgreSQL 13 or later"
#endif

/* varlena macros moved out of postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * The module is compiled with hidden visibility, so that neither src/core nor
 * a statically linked BLAS can clash with another module's symbols; SQL
 * functions, and what fmgr.h declares with PGDLLEXPORT, are the exception.
 * Before 16 that macro was empty outside Windows, and PG_FUNCTION_INFO_V1 did
 * not declare the function itself.
 */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

#define PLASTICC_FUNCTION(name) \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

#endif							/* PLASTICC_COMPAT_H */

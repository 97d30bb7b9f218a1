/*
 * args.h
 *		Arguments of functions that SQL calls, checked.  Name is what error
 *		messages call the argument: its name in SQL.
 */
#ifndef PLASTICC_PG_UTIL_ARGS_H
#define PLASTICC_PG_UTIL_ARGS_H

#include "fmgr.h"

/* An error where the argument is NULL. */
extern void require_argument(FunctionCallInfo fcinfo, int argument, const char *name);

/* A text; an error where it is NULL, empty or blank. */
extern char *text_argument(FunctionCallInfo fcinfo, int argument, const char *name);

/* A regclass or another OID; an error where it is NULL. */
extern Oid oid_argument(FunctionCallInfo fcinfo, int argument, const char *name);

/*
 * What a message quotes of a text from outside, whose length bytes may be a
 * megabyte: at most QUOTED_BYTES, whole characters, with "..." for the rest.
 */
#define QUOTED_BYTES 100

extern char *quoted_bytes(const char *bytes, int length);
extern char *quoted_string(const char *string);
extern char *quoted_text(const text *value);

/* Copies as much as has room in size bytes, whole characters only; zeros follow. */
extern void copy_text(char *place, Size size, const char *text);

/*
 * A number whose default is in the SQL script; an error where it is NULL, NaN
 * or outside [lowest, highest].
 */
extern int32 integer_argument(FunctionCallInfo fcinfo, int argument, const char *name, int32 lowest,
							  int32 highest);
extern double number_argument(FunctionCallInfo fcinfo, int argument, const char *name,
							  double lowest, double highest);

/* A number whose default is not constant and therefore NULL in the SQL script. */
extern double number_argument_or(FunctionCallInfo fcinfo, int argument, const char *name,
								 double by_default, double lowest, double highest);

/* A number that may be unknown: NaN where it is NULL. */
extern double number_or_nan(FunctionCallInfo fcinfo, int argument);

/*
 * The memory context that the state of an aggregate lives in; an error where
 * the function is not called by an aggregate.  Every transition and combine
 * function calls it, because SQL can call them directly.
 */
extern MemoryContext aggregate_context(FunctionCallInfo fcinfo);

#endif /* PLASTICC_PG_UTIL_ARGS_H */

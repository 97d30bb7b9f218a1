/*
 * extension.h
 *		Names of the extension's objects, for statements.
 */
#ifndef PLASTICC_PG_UTIL_EXTENSION_H
#define PLASTICC_PG_UTIL_EXTENSION_H

#include "fmgr.h"

/* The extension's schema, quoted; function is any of its functions. */
extern const char *extension_schema(Oid function);

/* The qualified, quoted name of one of the extension's tables; flinfo is any of its functions. */
extern char *extension_table(FmgrInfo *flinfo, const char *table);

#endif /* PLASTICC_PG_UTIL_EXTENSION_H */

/*
 * plasticc.h
 *		What the files between PostgreSQL and src/core share.
 */
#ifndef PLASTICC_PG_MODULE_PLASTICC_H
#define PLASTICC_PG_MODULE_PLASTICC_H

#include "postgres.h"

#include "pg/module/compat.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/memutils.h"

#include "core/base/workspace.h"

/* A workspace whose memory lives and dies with the given context. */
extern Workspace server_workspace(MemoryContext context);

/*
 * The first call of a function that returns a row a call: its context, with
 * the type of the rows in tuple_desc.
 */
extern FuncCallContext *begin_rows(FunctionCallInfo fcinfo);

#endif /* PLASTICC_PG_MODULE_PLASTICC_H */

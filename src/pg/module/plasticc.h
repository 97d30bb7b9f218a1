/*
 * plasticc.h
 *		What every file of src/pg includes first: PostgreSQL, and the workspace of
 *		core in the server's memory.
 */
#ifndef PLASTICC_PG_MODULE_PLASTICC_H
#define PLASTICC_PG_MODULE_PLASTICC_H

#include "postgres.h"

#include "pg/module/compat.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/memutils.h"

#include "core/base/workspace.h"

/* A workspace whose memory lives and dies with the given context. */
extern Workspace server_workspace(MemoryContext context);

#endif /* PLASTICC_PG_MODULE_PLASTICC_H */

/*
 * scratch.h
 *		Memory that a session keeps for one call after another.
 */
#ifndef PLASTICC_PG_MODULE_SCRATCH_H
#define PLASTICC_PG_MODULE_SCRATCH_H

#include "pg/module/plasticc.h"

/*
 * A workspace for as long as one call of a function, and none within it that asks
 * for another: the arrays of one light curve after the other lie in the same few
 * megabytes, since new memory from the operating system takes longer than much of
 * what is computed in it.  What does not fit goes into the current memory context.
 */
extern Workspace scratch_workspace(void);

#endif /* PLASTICC_PG_MODULE_SCRATCH_H */

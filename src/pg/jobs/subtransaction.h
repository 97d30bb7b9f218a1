/*
 * subtransaction.h
 *		Something that may fail without the transaction failing.
 */
#ifndef PLASTICC_PG_JOBS_SUBTRANSACTION_H
#define PLASTICC_PG_JOBS_SUBTRANSACTION_H

#include "utils/elog.h"

/*
 * Calls the function, connected to SPI as the caller is, in a subtransaction and in a
 * memory context of its own.  Returns NULL, or an error for whose SQLSTATE expected is
 * true, after which nothing is left of the call; any other error is raised.
 */
extern ErrorData *try_in_subtransaction(void (*function)(const void *), const void *argument,
										bool (*expected)(int sqlerrcode));

#endif /* PLASTICC_PG_JOBS_SUBTRANSACTION_H */

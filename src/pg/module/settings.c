/*
 * settings.c
 *		Settings of the extension, plasticc.NAME.  None changes a result.
 */
#include "pg/module/plasticc.h"

#include <limits.h>

#include "utils/guc.h"

#include "pg/module/settings.h"

int model_cache_size;

void
settings_init(void)
{
	DefineCustomIntVariable("plasticc.model_cache_size",
							"Sets the memory that a session uses to keep models ready for use.",
							"A model in use stays in memory, whatever its size.", &model_cache_size,
							128 * 1024, 0, MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB, NULL, NULL,
							NULL);
	MarkGUCPrefixReserved("plasticc");
}

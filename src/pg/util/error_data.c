/*
 * error_data.c
 *		Errors that are raised again.
 */
#include "pg/module/plasticc.h"

#include "utils/memutils.h"

#include "pg/util/error_data.h"

/* A copy that lives until the error has been reported. */
static const char *
kept(const char *text)
{
	return text ? MemoryContextStrdup(ErrorContext, text) : NULL;
}

void
detach_error(ErrorData *error)
{
	if (error->elevel < ERROR)
		return; /* it is reported at once */
	error->filename = kept(error->filename);
	error->funcname = kept(error->funcname);
	error->domain = kept(error->domain);
	error->context_domain = kept(error->context_domain);
	error->message_id = kept(error->message_id);
}

void
raise_again(ErrorData *error)
{
	detach_error(error);
	ReThrowError(error);
}

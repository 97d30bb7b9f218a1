/*
 * error_data.h
 *		Errors that are raised again.
 */
#ifndef PLASTICC_PG_UTIL_ERROR_DATA_H
#define PLASTICC_PG_UTIL_ERROR_DATA_H

#include "utils/elog.h"

/*
 * Makes an error that is raised again independent of the memory that it is in.  ReThrowError()
 * and ThrowErrorData() copy its texts, except for the names of the source file, the function, the
 * text domains and the message, which they take for constants.  In a copy by CopyErrorData() or
 * in an error of another process they are not, and their memory can be freed before the error is
 * reported.
 */
extern void detach_error(ErrorData *error);

/* Raises a copy by CopyErrorData() again; does not return. */
extern void raise_again(ErrorData *error);

#endif /* PLASTICC_PG_UTIL_ERROR_DATA_H */

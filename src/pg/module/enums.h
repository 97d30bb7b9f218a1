/*
 * enums.h
 *		Values of the extension's enum types.
 */
#ifndef PLASTICC_PG_MODULE_ENUMS_H
#define PLASTICC_PG_MODULE_ENUMS_H

#include "fmgr.h"
#include "nodes/nodes.h"

/*
 * The index of the element of a C table that an enum value stands for.  Each
 * element begins with its label, a const char *; a NULL label ends the table,
 * whose order need not be that of the enum.  An error where the table lacks the
 * label, which happens where library and SQL script are of different versions.
 */
#define ENUM_INDEX(value, table) enum_index(value, table, sizeof((table)[0]))

extern int enum_index(Oid value, const void *table, Size element_size);

/*
 * The same for an argument that is an enum value in one form of the function and
 * its label, a text, in the other.  What is for the message: "feature set".
 */
#define ENUM_ARGUMENT(fcinfo, argument, table, what)                                               \
	enum_argument(fcinfo, argument, table, sizeof((table)[0]), what)

extern bool is_label_argument(FunctionCallInfo fcinfo, int argument);
extern int	enum_argument(FunctionCallInfo fcinfo, int argument, const void *table,
						  Size element_size, const char *what);

/*
 * For planner support functions: the call of the form with a label as one of the
 * form with the enum type, whose first argument may have another type, first (else InvalidOid);
 * NULL where it is no call with a constant, known label.
 */
extern Node *call_with_enum(Node *call, int argument, const char *type, Oid first);

#endif /* PLASTICC_PG_MODULE_ENUMS_H */

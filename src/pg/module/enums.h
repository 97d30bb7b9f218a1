/*
 * enums.h
 *		Values of the extension's enum types.
 */
#ifndef PLASTICC_PG_MODULE_ENUMS_H
#define PLASTICC_PG_MODULE_ENUMS_H

/*
 * The index of the element of a C table that an enum value stands for.  Each
 * element begins with its label, a const char *; a NULL label ends the table,
 * whose order need not be that of the enum.  An error where the table lacks the
 * label, which happens where library and SQL script are of different versions.
 */
#define ENUM_INDEX(value, table) enum_index(value, table, sizeof((table)[0]))

extern int enum_index(Oid value, const void *table, Size element_size);

#endif /* PLASTICC_PG_MODULE_ENUMS_H */

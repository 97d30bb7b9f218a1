/*
 * enums.h
 *		Values of the extension's enum types.
 */
#ifndef PLASTICC_PG_MODULE_ENUMS_H
#define PLASTICC_PG_MODULE_ENUMS_H

/*
 * The index of the value's label among n labels of the C code; an error if it
 * is none of them, which happens where library and SQL script are of
 * different versions.
 */
extern int enum_index(Oid value, const char *const *labels, int n);

#endif /* PLASTICC_PG_MODULE_ENUMS_H */

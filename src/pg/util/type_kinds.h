/*
 * type_kinds.h
 *		Types that columns may have.
 */
#ifndef PLASTICC_PG_UTIL_TYPE_KINDS_H
#define PLASTICC_PG_UTIL_TYPE_KINDS_H

extern bool is_integer(Oid type);
extern bool is_number(Oid type);

/* text, varchar, char(n), name and the like */
extern bool is_text(Oid type);

#endif /* PLASTICC_PG_UTIL_TYPE_KINDS_H */

/*
 * compat.h
 *		What differs between PostgreSQL 13 and 18, in one place.
 *
 * Include after postgres.h.
 */
#ifndef PLASTICC_COMPAT_H
#define PLASTICC_COMPAT_H

#if PG_VERSION_NUM < 130000
#error "plasticc requires PostgreSQL 13 or later"
#endif

/* varlena macros moved out of postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#endif							/* PLASTICC_COMPAT_H */

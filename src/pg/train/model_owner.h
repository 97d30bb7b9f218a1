/*
 * model_owner.h
 *		The role that a name belongs to: a model's, or an alias.
 *
 * All rows of a name, in the tables that plasticc_train, plasticc_cross_validate and
 * plasticc_promote write, have the same owner.  The first one makes its owner that of
 * the name, which is free again when none is left.
 */
#ifndef PLASTICC_PG_TRAIN_MODEL_OWNER_H
#define PLASTICC_PG_TRAIN_MODEL_OWNER_H

#include "fmgr.h"

/*
 * The owner of a model's name, or the user where nobody has it; an error unless the user
 * has the privileges of the owner, and if the name is an alias.  function is any of the
 * extension's.
 */
extern const char *model_owner(Oid function, const char *name);

/* The same of an alias, which other transactions do not change until this one ends. */
extern const char *alias_owner(Oid function, const char *alias);

#endif /* PLASTICC_PG_TRAIN_MODEL_OWNER_H */

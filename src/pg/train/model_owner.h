/*
 * model_owner.h
 *		The role that a model's name belongs to.
 *
 * All rows of a name, in the four tables that plasticc_train and
 * plasticc_cross_validate write, have the same owner.  The first one makes its
 * owner that of the name, which is free again when none is left.
 */
#ifndef PLASTICC_PG_TRAIN_MODEL_OWNER_H
#define PLASTICC_PG_TRAIN_MODEL_OWNER_H

#include "fmgr.h"

/*
 * The owner of the name, or the user where nobody has it; an error unless the user
 * has the privileges of the owner.  function is any of the extension's.
 */
extern const char *model_owner(Oid function, const char *name);

#endif /* PLASTICC_PG_TRAIN_MODEL_OWNER_H */

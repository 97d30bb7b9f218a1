/*
 * classify.h
 *		What all have to check that feed features to a model.
 */
#ifndef PLASTICC_PG_MODEL_CLASSIFY_H
#define PLASTICC_PG_MODEL_CLASSIFY_H

#include "utils/array.h"

#include "core/model/model.h"

/*
 * An error unless the array has the model's number of features; whose says in
 * the message which it is, such as " for object 615".
 */
extern void check_feature_count(const Model *model, ArrayType *features, const char *whose);

#endif /* PLASTICC_PG_MODEL_CLASSIFY_H */

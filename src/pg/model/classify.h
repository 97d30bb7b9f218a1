/*
 * classify.h
 *		Features as the input of a model.
 */
#ifndef PLASTICC_PG_MODEL_CLASSIFY_H
#define PLASTICC_PG_MODEL_CLASSIFY_H

#include "utils/array.h"

#include "core/model/model.h"

/*
 * An error unless the array has the model's number of features; row is what
 * messages call the row it stands in, NULL for an argument.
 */
extern void check_feature_count(const Model *model, ArrayType *features, const char *row);

#endif /* PLASTICC_PG_MODEL_CLASSIFY_H */

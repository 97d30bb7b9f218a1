/*
 * model_classes.h
 *		The classes of a model: their numbers, names and weights.
 */
#ifndef PLASTICC_PG_MODEL_MODEL_CLASSES_H
#define PLASTICC_PG_MODEL_MODEL_CLASSES_H

#include "core/model/model.h"

/* The name of a class by its index: its label, or its number as a text. */
extern char *model_class_name(const Model *model, int c);

/* What the class weighs in the challenge's log loss. */
extern double model_class_weight(const Model *model, int c);

/* A model's texts are UTF-8, whatever the database's encoding. */
extern char *server_text(const char *utf8);

#endif /* PLASTICC_PG_MODEL_MODEL_CLASSES_H */

/*
 * class_labels.h
 *		Classes that are labels: their numbers.
 *
 * A model of labels has the classes 1 to n, in the order of the labels' bytes in UTF-8,
 * which is that of their characters' numbers, whatever the database's encoding and
 * collation.  So class_names[class] is the label, in SQL too.
 */
#ifndef PLASTICC_PG_TRAIN_CLASS_LABELS_H
#define PLASTICC_PG_TRAIN_CLASS_LABELS_H

#include "pg/util/query_reader.h"

typedef struct ClassLabels ClassLabels;

extern ClassLabels *create_class_labels(MemoryContext context);

/*
 * The label in a column of the current row, as the number of labels that were met before it
 * was.  NULL, an empty or too long label, and more labels than classes are possible are
 * errors.
 */
extern int32_t read_class_label(ClassLabels *labels, QueryReader *reader, int column);

/* Replaces these numbers [n_rows] by classes; returns the labels in their order. */
extern const char *const *number_classes(const ClassLabels *labels, int32_t *target, int n_rows);

#endif /* PLASTICC_PG_TRAIN_CLASS_LABELS_H */

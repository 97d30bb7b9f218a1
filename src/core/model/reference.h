/*
 * reference.h
 *		What a model keeps of its training set, for comparisons with objects that it
 *		classifies: the distribution of each feature, a few objects, how probable the true
 *		classes of unseen objects were, and the probabilities of some objects.
 */
#ifndef PLASTICC_CORE_MODEL_REFERENCE_H
#define PLASTICC_CORE_MODEL_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/workspace.h"

/* Knots of each feature, of which every sixth is a decile. */
#define REFERENCE_KNOTS 61

/* Objects that are kept; the more, the longer an explanation takes. */
#define REFERENCE_OBJECTS 32

/* Objects whose probabilities are kept, at most, and quantiles of their distances. */
#define NOVELTY_OBJECTS 1024
#define NOVELTY_KNOTS 101

/* Quantiles of the probabilities of true classes. */
#define CONFORMAL_KNOTS 256

/*
 * The probabilities that unseen objects were given of their true classes.  Knot k is the
 * quantile (k / (CONFORMAL_KNOTS - 1))^2, so that most knots are where sets of a high
 * coverage need them.
 */
typedef struct Conformal
{
	int32_t *n_objects; /* [n_classes + 1]: of each class, and of all at the end */
	float	*knots;		/* [n_classes + 1][CONFORMAL_KNOTS], ascending; 0 without objects */
} Conformal;

/* Probabilities of training objects, those of predictions of unseen objects where there are some.
 */
typedef struct Neighbours
{
	int	   n_objects;
	float *roots;	  /* [n_objects][n_classes], square roots of probabilities */
	float *distances; /* [NOVELTY_KNOTS], ascending: see novelty.h */
} Neighbours;

typedef struct Reference
{
	int		   n_features;
	int32_t	  *features; /* [n_features], ascending: those that the model reads */
	float	  *missing;	 /* [n_features], fraction of objects in which it is missing */
	float	  *knots;	 /* [n_features][REFERENCE_KNOTS], equally spaced quantiles of the others */
	int		   n_objects;
	float	  *objects; /* [n_objects][n_features]; NaN = missing */
	Conformal  conformal;
	Neighbours neighbours;
} Reference;

/*
 * The reference of n_rows > 0 training objects in random order, rows [n_rows][n_all]; features
 * [n_features] are those that the model reads; conformal and neighbours are taken as they are.
 */
extern Reference *fit_reference(int n_features, const int32_t *features, int n_rows,
								const float *rows, int n_all, const Conformal *conformal,
								const Neighbours *neighbours, Workspace *workspace);

/*
 * The probabilities [n_rows][n_classes] that the chosen rows, or with chosen NULL all, were given
 * of their true classes, target [n_rows].
 */
extern Conformal fit_conformal(int n_rows, int n_classes, const float *probabilities,
							   const int32_t *target, const bool *chosen, Workspace *workspace);

struct Reader;
struct Writer;

/* As a part of the byte form of a model with n_all features and n_classes classes. */
extern void		  put_reference(struct Writer *writer, const Reference *reference, int n_classes);
extern Reference *take_reference(struct Reader *reader, int n_all, int n_classes);

#endif /* PLASTICC_CORE_MODEL_REFERENCE_H */

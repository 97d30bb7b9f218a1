/*
 * model.h
 *		A trained classifier: what turns a feature array into class
 *		probabilities, and its byte form.
 *
 * A model is immutable.  It holds the preprocessing of the features, one or
 * several networks that share it, the calibration of their mean, and the texts
 * that describe it.
 */
#ifndef PLASTICC_CORE_MODEL_MODEL_H
#define PLASTICC_CORE_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/workspace.h"
#include "core/model/class_gate.h"
#include "core/model/preprocess.h"
#include "core/nn/layer.h"

/*
 * A network: a chain of dense layers, batch normalisation folded into their
 * weights.  The last one is linear and gives the logits, one for each class.
 */
typedef struct Member
{
	int			n_inputs;
	int32_t	   *inputs; /* [n_inputs] ascending, which of the preprocessing's it looks at */
	int			n_layers;
	DenseLayer *layers;
} Member;

/*
 * The probability of class c is proportional to
 * exp(l_c / temperature + log_multipliers[c]), where l is the mean of the
 * members' log-probabilities; the gate then has its say.
 */
typedef struct Model
{
	Preprocessing preprocessing;
	Gate		  gate;
	int			  n_classes;
	int32_t		 *classes; /* [n_classes], ascending */
	int			  n_members;
	Member		 *members;
	float		  temperature;	   /* > 0; 1 = none */
	float		 *log_multipliers; /* [n_classes]; 0 = none */
	int			  n_feature_names; /* n_features, or 0 when they have no names */
	char		**feature_names;
	const char	 *options; /* JSON text of the training options */
	const char	 *metrics; /* JSON text of the training's results */
} Model;

/* inputs[n] = those of all that have the given indexes. */
static inline void
gather_inputs(int n, const int32_t *indexes, const float *all, float *inputs)
{
	for (int j = 0; j < n; j++)
		inputs[j] = all[indexes[j]];
}

/*
 * Takes out of the preprocessing what no member looks at; the gate's feature, whose
 * permutation shows what the gate is worth, stays.  The members' arrays of inputs, of
 * which each has its own, are changed in place.
 */
extern void drop_unused_inputs(Model *model, Workspace *workspace);

/*
 * Bytes of a model in its portable form (little-endian; magic, version, exact
 * length and CRC-32C first); model_write fills exactly model_size bytes.
 */
extern size_t model_size(const Model *model);
extern void	  model_write(const Model *model, unsigned char *bytes);

/*
 * Reads the byte form, of which nothing is trusted.  Returns NULL and a reason
 * (a static text without a full stop) for anything that model_write has not made.
 */
extern Model *model_read(const unsigned char *bytes, size_t length, Workspace *workspace,
						 const char **reason);

/*
 * Scratch for model_classify with blocks of at most max_rows objects.
 */
typedef struct ClassifyScratch ClassifyScratch;

extern ClassifyScratch *classify_scratch(const Model *model, int max_rows, Workspace *workspace);

/*
 * Class probabilities of n_rows <= max_rows objects: features is
 * [n_rows][n_features], probabilities [n_rows][n_classes], each row summing to 1.
 */
extern void model_classify(const Model *model, ClassifyScratch *scratch, int n_rows,
						   const float *features, float *probabilities);

/*
 * The same from inputs [n_rows][preprocessing_inputs()], which are preprocessed already,
 * and the side of the gate on which each is; NULL where all are unknown.
 */
extern void classify_inputs(const Model *model, ClassifyScratch *scratch, int n_rows,
							const float *inputs, const uint8_t *side, float *probabilities);

/*
 * From the same inputs the sum of the members' logits [n_rows][n_classes], which
 * is that of their log-probabilities but for a constant in each row.
 */
extern void model_logits(const Model *model, ClassifyScratch *scratch, int n_rows,
						 const float *inputs, float *logits);

/* The class probabilities of logits [n_rows][n_classes] times scale, in place; side as above. */
extern void calibrate_logits(const Model *model, float scale, int n_rows, const uint8_t *side,
							 float *logits);

#endif /* PLASTICC_CORE_MODEL_MODEL_H */

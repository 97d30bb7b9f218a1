/*
 * model.h
 *		A trained classifier, from feature arrays to class probabilities, and its
 *		byte form.
 *
 * A model is immutable.  It consists of the preprocessing of features, networks that
 * share it, boosted trees that read features as they are, the gate, the calibration of
 * the ensemble, and descriptive texts.
 */
#ifndef PLASTICC_CORE_MODEL_MODEL_H
#define PLASTICC_CORE_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/workspace.h"
#include "core/model/class_gate.h"
#include "core/model/preprocess.h"
#include "core/model/reference.h"
#include "core/nn/layer.h"
#include "core/trees/booster.h"

/*
 * A network: a sequence of dense layers with batch normalisation folded into their
 * weights.  The last layer is linear; its outputs are the logits of the classes.
 */
typedef struct DenseNetwork
{
	int			n_inputs;
	int32_t	   *inputs; /* [n_inputs], ascending indexes into the inputs of the preprocessing */
	int			n_layers;
	DenseLayer *layers;
} DenseNetwork;

/*
 * Members are networks and boosters, at least one.  The probability of class c is
 * proportional to exp(l_c / temperature + log_multipliers[c]), where l is
 * (1 - tree_weight) times the mean of the networks' log-probabilities plus tree_weight times
 * that of the boosters'; then the gate is applied.
 */
typedef struct Model
{
	Preprocessing preprocessing;
	Gate		  gate;
	int			  n_classes;
	int32_t		 *classes; /* [n_classes], ascending */
	int			  n_networks;
	DenseNetwork *networks;
	int			  n_boosters;
	Booster		 *boosters;
	int			  n_tree_inputs; /* of all boosters */
	int32_t		 *tree_inputs;	 /* [n_tree_inputs], ascending feature indexes */
	float		 *tree_gains;	 /* [n_tree_inputs], >= 0: summed over the splits of all boosters */
	float		  tree_weight;	 /* 0 to 1; 0 without boosters, 1 without networks */
	float		  temperature;	 /* > 0; 1 = none */
	float		 *log_multipliers; /* [n_classes]; 0 = none */
	int			  n_feature_names; /* n_features, or 0 without names */
	char		**feature_names;
	char		**class_names; /* [n_classes], ascending by their bytes, each of at least one and at
								* most MODEL_MAX_CLASS_NAME_BYTES; NULL if the classes are numbers */
	const char *options;	   /* JSON text of the training options */
	const char *metrics;	   /* JSON text of the training metrics */
	Reference  *reference;	   /* of its training set; NULL in models that were made without */
} Model;

/* inputs [n] = the elements of all with the given indexes [n]. */
static inline void
gather_inputs(int n, const int32_t *indexes, const float *all, float *inputs)
{
	for (int j = 0; j < n; j++)
		inputs[j] = all[indexes[j]];
}

/*
 * Removes inputs that no member uses from the preprocessing, except the gate's feature,
 * which permutation importance needs, and from tree_inputs.  Changes the members' inputs in
 * place, for which they must not be shared and boosters are not packed any more.
 */
extern void drop_unused_inputs(Model *model, Workspace *workspace);

/*
 * Lists, ascending, the features that the model reads: features has space for n_features.
 * Returns their number.
 */
extern int model_features(const Model *model, int32_t *features, Workspace *workspace);

/*
 * The portable byte form (little-endian; it starts with magic number, version, length
 * and CRC-32C): model_write writes exactly model_size bytes.
 */
extern size_t model_size(const Model *model);
extern void	  model_write(const Model *model, unsigned char *bytes);

/*
 * Reads the byte form from untrusted bytes.  If they are not a valid model, returns NULL
 * and sets *reason to a static text without a full stop.
 */
extern Model *model_read(const unsigned char *bytes, size_t length, Workspace *workspace,
						 const char **reason);

/* Outputs of the layers of any of a model's networks. */
typedef struct LayerBuffers
{
	float *buffer[2]; /* [max_rows][widest layer], alternately input and output of a layer */
	void (*check_interrupts)(void); /* the workspace's */
} LayerBuffers;

/* The most outputs of a layer; 0 without networks. */
extern int widest_layer(const Model *model);

extern LayerBuffers layer_buffers(const Model *model, int max_rows, Workspace *workspace);

/*
 * The logits [n_rows][n_classes] of a network, in one of the buffers, of which the first has the
 * products of the inputs with the weights of the first layer.
 */
extern const float *finish_network(const DenseNetwork *network, const LayerBuffers *buffers,
								   int n_rows);

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
 * Whether each row of probabilities [n_rows][n_classes] sums to 1 and none is negative.  A
 * model can be well-formed and its weights still make the logits overflow.
 */
extern bool probabilities_are_valid(int n_rows, int n_classes, const float *probabilities);

/*
 * The sum of the networks' logits [n_rows][n_classes] for the same preprocessed inputs
 * [n_rows][preprocessing_inputs()]: up to a constant in each row, the sum of their
 * log-probabilities.
 */
extern void network_logits(const Model *model, ClassifyScratch *scratch, int n_rows,
						   const float *inputs, float *logits);

/*
 * columns [n_tree_inputs][n_rows], for add_tree_logits, from rows of features that are stride
 * apart; the j-th input is feature places[j].
 */
extern void fill_tree_columns(const Model *model, int n_rows, const float *features, size_t stride,
							  const int32_t *places, float *columns);

/*
 * Adds scale times the mean of the boosters' logits to logits [n_rows][n_classes]; with reads
 * [n_tree_inputs] only the part of trees that read an input marked there.
 */
extern void add_tree_logits(const Model *model, const bool *reads, int n_rows, const float *columns,
							float scale, float *logits);

/*
 * Scales the sum of the networks' logits by their weight in a model that has boosters, and
 * returns the scale that is left for calibrate_logits.
 */
extern float weigh_network_logits(const Model *model, int n_rows, float *logits);

/* Replaces logits [n_rows][n_classes] by the class probabilities of scale * logits; side [n_rows]
 * are the sides of the gate, NULL means that all are unknown. */
extern void calibrate_logits(const Model *model, float scale, int n_rows, const uint8_t *side,
							 float *logits);

#endif /* PLASTICC_CORE_MODEL_MODEL_H */

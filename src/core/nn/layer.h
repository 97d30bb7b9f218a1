/*
 * layer.h
 *		A dense layer of a trained network.
 */
#ifndef PLASTICC_CORE_NN_LAYER_H
#define PLASTICC_CORE_NN_LAYER_H

typedef enum Activation
{
	ACTIVATION_LINEAR,
	ACTIVATION_SIGMOID,
	ACTIVATION_TANH,
	ACTIVATION_RELU,
	ACTIVATION_ELU,
} Activation;

/* Their names, then NULL. */
extern const char *const activation_choices[];

/* y = activation(x W + b); weight is [n_in][n_out], row-major. */
typedef struct DenseLayer
{
	int		   n_in;
	int		   n_out;
	Activation activation;
	float	  *weight;
	float	  *bias;
} DenseLayer;

#endif /* PLASTICC_CORE_NN_LAYER_H */

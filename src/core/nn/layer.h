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

/* The names of activations, then NULL. */
extern const char *const activation_choices[];

/* y = activation(x W + b), with row-major W. */
typedef struct DenseLayer
{
	int		   n_in;
	int		   n_out;
	Activation activation;
	float	  *weight; /* [n_in][n_out] */
	float	  *bias;   /* [n_out] */
} DenseLayer;

#endif /* PLASTICC_CORE_NN_LAYER_H */

/*
 * network.h
 *		A dense network in training: parameters, gradients, optimizer state, and
 *		the forward and backward pass of a mini-batch.
 */
#ifndef PLASTICC_CORE_NN_NETWORK_H
#define PLASTICC_CORE_NN_NETWORK_H

#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/base/workspace.h"
#include "core/nn/kernels.h"
#include "core/nn/layer.h"

typedef enum BatchNorm
{
	BATCH_NORM_NONE,
	BATCH_NORM_BEFORE, /* activation(batch_norm(x W + b)) */
	BATCH_NORM_AFTER,  /* batch_norm(activation(x W + b)) */
} BatchNorm;

typedef enum Initialisation
{
	INITIALISATION_AUTO, /* He for relu and elu, Glorot for sigmoid and tanh */
	INITIALISATION_GLOROT,
	INITIALISATION_HE,
} Initialisation;

typedef enum Optimizer
{
	OPTIMIZER_ADAM,
	OPTIMIZER_SGD,
} Optimizer;

typedef struct NetworkOptions
{
	int	   n_layers; /* number of hidden layers */
	int	   layers[MODEL_MAX_LAYERS - 1];
	int	   activation;
	int	   batch_norm;
	int	   n_dropout; /* 1: one rate for all hidden layers, otherwise n_layers */
	double dropout[MODEL_MAX_LAYERS - 1];
	int	   initialisation;
	int	   optimizer;
	double momentum;
	double beta1;
	double beta2;
	double epsilon;
	double weight_decay;
	double weight_average; /* decay of the moving average; 0 = none */
} NetworkOptions;

/* A hidden layer or the linear output layer; size_t members are offsets into the parameters. */
typedef struct TrainingLayer
{
	int		   n_in;
	int		   n_out;
	Activation activation;
	BatchNorm  batch_norm;
	Dropout	   dropout;			 /* of the output */
	size_t	   weight;			 /* [n_in][n_out] */
	size_t	   bias;			 /* [n_out] */
	size_t	   gamma;			 /* [n_out], with batch normalisation */
	size_t	   beta;			 /* [n_out], with batch normalisation */
	float	  *running_mean;	 /* [n_out] */
	float	  *running_variance; /* [n_out] */

	/* of the mini-batch */
	float *product;		/* [max_rows][n_out], x W; in place, the input of batch normalisation */
	float *output;		/* [max_rows][n_out], input of the next layer */
	float *mean;		/* [n_out], with batch normalisation */
	float *inverse_std; /* [n_out], with batch normalisation */
} TrainingLayer;

typedef struct Network
{
	int			   n_layers; /* hidden layers and the output layer */
	TrainingLayer *layers;
	size_t		   n_parameters;
	float		  *parameters;
	float		  *gradients;
	float		  *averages;		  /* moving average of the parameters, or NULL */
	float		  *first_moment;	  /* Adam's, or the velocity of sgd */
	float		  *second_moment;	  /* Adam's, or NULL */
	int64_t		   steps;			  /* number of optimizer steps */
	float		  *input_gradient[2]; /* [max_rows][widest layer] */
	float		  *variance;		  /* [widest layer], of a mini-batch */
	RandomLanes	   random;			  /* stream of dropout */
	void (*check_interrupts)(void);	  /* the workspace's */
} Network;

/* For mini-batches of at most max_rows; the seed determines initial weights and dropout. */
extern Network *network_create(const NetworkOptions *options, int64_t seed, int n_inputs,
							   int n_classes, int max_rows, Workspace *workspace);

/*
 * Forward pass in training mode (batch moments, dropout) of x [n_rows][n_inputs];
 * returns the logits [n_rows][n_classes], which the caller replaces by their
 * gradient before it calls network_backward.
 */
extern float *network_forward(Network *network, int n_rows, const float *x);

/* Computes all gradients from the gradient of the logits; x as in the forward pass. */
extern void network_backward(Network *network, int n_rows, const float *x);

/* One step of the optimizer. */
extern void network_update(Network *network, const NetworkOptions *options, double learning_rate);

/* Allocates the layers that network_fold writes. */
extern DenseLayer *network_folded_layers(const Network *network, Workspace *workspace);

/* Writes the network for inference, with batch normalisation folded into the dense layers. */
extern void network_fold(const Network *network, DenseLayer *layers);

#endif /* PLASTICC_CORE_NN_NETWORK_H */

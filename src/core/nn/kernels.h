/*
 * kernels.h
 *		Elementwise and columnwise kernels of network training.  Matrices are
 *		row-major floats; sums over the rows of a mini-batch are floats as well.
 */
#ifndef PLASTICC_CORE_NN_KERNELS_H
#define PLASTICC_CORE_NN_KERNELS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/random.h"
#include "core/nn/layer.h"

/*
 * Matrices are [rows][columns] with consecutive rows `stride` elements apart, so that
 * a wide matrix can be processed in groups of columns with bitwise equal results.
 */

/*
 * Dropout of a matrix: elements whose random number is below the threshold
 * become 0, the others are multiplied by `kept`.
 */
typedef struct Dropout
{
	uint16_t *random;	 /* of the shape of the matrix; NULL for no dropout */
	uint32_t  threshold; /* dropout rate * 65536 */
	float	  kept;		 /* 1 / (1 - dropout rate) */
} Dropout;

/* Dropout with a rate in [0, 1); the caller fills random before each use. */
static inline Dropout
dropout_of(double rate, uint16_t *random)
{
	return (Dropout){
		.random = random,
		.threshold = (uint32_t) lrint(rate * 65536.0),
		.kept = (float) (1.0 / (1.0 - rate)),
	};
}

/* Fills values with random bits. */
extern void random_fill(RandomLanes *lanes, size_t n, uint16_t *values);

/* y = dropout(x), n elements each; x may be y. */
extern void drop(size_t n, const Dropout *dropout, const float *x, float *y);

/*
 * y = dropout(activation(y + bias)), with bias [columns]; exp is accurate to 2
 * units in the last place.  sums [columns] receives the column sums of y;
 * may be NULL.
 */
extern void activate(Activation activation, int rows, int columns, size_t stride, const float *bias,
					 const Dropout *dropout, float *y, float *sums);

/*
 * gradient [rows][columns]: on entry with respect to y, the output of activate(), on
 * return with respect to its input; bias_gradient [columns] receives the gradient of the bias.
 */
extern void activate_backward(Activation activation, int rows, int columns, size_t stride,
							  const Dropout *dropout, const float *y, float *gradient,
							  float *bias_gradient);

/* Batch normalisation of a group of columns; all arrays are [columns]. */
typedef struct BatchNormColumns
{
	const float *gamma;
	const float *beta;
	float		*mean;		  /* of the batch */
	float		*variance;	  /* of the batch, biased (divided by rows) */
	float		*inverse_std; /* 1 / sqrt(variance + epsilon) */
} BatchNormColumns;

/*
 * y = dropout(activation(gamma * standardised + beta)), where standardised is
 * (x - mean) * inverse_std of the batch itself (Ioffe and Szegedy,
 * arXiv:1502.03167).  On entry mean holds the column sums of x.
 */
extern void batch_norm_forward(Activation activation, int rows, int columns, size_t stride,
							   float epsilon, const BatchNormColumns *norm, const float *x,
							   const Dropout *dropout, float *y);

/*
 * gradient [rows][columns]: on entry with respect to y, on return with respect to the
 * input of activation `before`, whose output is x (ACTIVATION_LINEAR: x itself).  The
 * gradients of gamma, of beta and of a bias added before `before` are written [columns].
 */
extern void batch_norm_backward(Activation before, Activation activation, int rows, int columns,
								size_t stride, const BatchNormColumns *norm, const float *x,
								const Dropout *dropout, const float *y, float *gradient,
								float *gamma_gradient, float *beta_gradient, float *bias_gradient);

/* average = decay * average + (1 - decay) * x, n elements. */
extern void running_average(size_t n, float decay, const float *x, float *average);

/*
 * One step of Adam (Kingma and Ba, arXiv:1412.6980) with decoupled weight decay
 * (Loshchilov and Hutter, arXiv:1711.05101).  rate is the learning rate;
 * the corrections are those of the moments' bias at step t, 1 - beta^t.
 */
typedef struct AdamStep
{
	float rate;
	float beta1;
	float beta2;
	float epsilon;
	float correction1;
	float correction2;
	float decay; /* rate * weight_decay */
} AdamStep;

extern void adam_update(size_t n, const AdamStep *step, const float *gradient, float *first,
						float *second, float *parameter);

/* velocity = momentum * velocity + gradient; parameter -= rate * velocity + decay * parameter. */
extern void momentum_update(size_t n, float rate, float momentum, float decay,
							const float *gradient, float *velocity, float *parameter);

#endif /* PLASTICC_CORE_NN_KERNELS_H */

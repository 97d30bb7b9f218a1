/*
 * kernels.h
 *		Elementwise and columnwise loops of the network.  Matrices are row-major
 *		float; sums over the rows of a mini-batch are in float as well.
 */
#ifndef PLASTICC_CORE_NN_KERNELS_H
#define PLASTICC_CORE_NN_KERNELS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/random.h"
#include "core/nn/layer.h"

/*
 * Matrices are [rows][columns] with rows that are `stride` elements apart, so
 * that a wide matrix can be done some columns at a time, to the same bits.
 */

/*
 * Dropout of a matrix: elements whose random number is below the threshold
 * become 0, the others are multiplied by `kept`.
 */
typedef struct Dropout
{
	uint16_t *random;	 /* as the matrix; NULL for no dropout */
	uint32_t  threshold; /* share that is dropped * 65536 */
	float	  kept;		 /* 1 / (1 - share) */
} Dropout;

/* Dropout of a share in [0, 1), by the random numbers that will be in random. */
static inline Dropout
dropout_of(double share, uint16_t *random)
{
	return (Dropout){
		.random = random,
		.threshold = (uint32_t) lrint(share * 65536.0),
		.kept = (float) (1.0 / (1.0 - share)),
	};
}

/* Fills values with random bits. */
extern void random_fill(RandomLanes *lanes, size_t n, uint16_t *values);

/* y = dropout(x), of n elements; x may be y. */
extern void drop(size_t n, const Dropout *dropout, const float *x, float *y);

/*
 * y = dropout(activation(y + bias)), with bias [columns]; exp is accurate to 2
 * units in the last place.  sums [columns] receives the column sums of y;
 * NULL if nobody needs them.
 */
extern void activate(Activation activation, int rows, int columns, size_t stride, const float *bias,
					 const Dropout *dropout, float *y, float *sums);

/*
 * gradient: with respect to y as activate() has made it on entry, to what it
 * was made of on return; bias_gradient [columns] is written.
 */
extern void activate_backward(Activation activation, int rows, int columns, size_t stride,
							  const Dropout *dropout, const float *y, float *gradient,
							  float *bias_gradient);

/* Batch normalisation of some columns; every array is [columns]. */
typedef struct BatchNormColumns
{
	const float *gamma;
	const float *beta;
	float		*mean;		  /* of the batch */
	float		*variance;	  /* of the batch, the population's */
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
 * gradient: with respect to y on entry, on return to what the activation
 * `before` made x of (ACTIVATION_LINEAR: to x).  The gradients of gamma and beta
 * and of a bias that was added before `before`, all [columns], are written.
 */
extern void batch_norm_backward(Activation before, Activation activation, int rows, int columns,
								size_t stride, const BatchNormColumns *norm, const float *x,
								const Dropout *dropout, const float *y, float *gradient,
								float *gamma_gradient, float *beta_gradient, float *bias_gradient);

/* average = decay * average + (1 - decay) * x. */
extern void running_average(size_t n, float decay, const float *x, float *average);

/*
 * One step of Adam (Kingma and Ba, arXiv:1412.6980) with decoupled weight decay
 * (Loshchilov and Hutter, arXiv:1711.05101).  rate is the learning rate, with
 * the bias corrections of step t: 1 - beta^t.
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

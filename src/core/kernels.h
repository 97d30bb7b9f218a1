/*
 * kernels.h
 *		Elementwise and columnwise loops of the network.  Matrices are row-major
 *		float; sums over the rows of a mini-batch are in float as well.
 */
#ifndef PLASTICC_KERNELS_H
#define PLASTICC_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "core/model.h"

/* y = activation(y), elementwise; exp is accurate to 2 units in the last place. */
extern void activate(Activation activation, size_t n, float *y);

/* gradient *= activation'(x), given y = activation(x). */
extern void activate_backward(Activation activation, size_t n, const float *y, float *gradient);

/* Adds bias [columns] to each row of y [rows][columns]. */
extern void add_to_rows(int rows, int columns, const float *bias, float *y);

/* sums [columns] = column sums of x [rows][columns]. */
extern void column_sums(int rows, int columns, const float *x, float *sums);

/* Each row of x [rows][columns] becomes exp(x) / sum(exp(x)). */
extern void softmax_rows(int rows, int columns, float *x);

/*
 * Batch normalisation (Ioffe and Szegedy, arXiv:1502.03167) of x
 * [rows][columns] in place by the batch's own moments (population variance):
 * standardised = (x - mean) * inverse_std, x = gamma * standardised + beta.
 * mean, variance and inverse_std are [columns].  The rows of x and standardised
 * are `stride` apart, so that a matrix can be done some columns at a time.
 */
extern void batch_norm_forward(int rows, int columns, size_t stride, float epsilon,
							   const float *gamma, const float *beta, float *x,
							   float *standardised, float *mean, float *variance,
							   float *inverse_std);

/*
 * gradient: with respect to the output on entry, to the input on return;
 * gamma_gradient and beta_gradient [columns] are written.
 */
extern void batch_norm_backward(int rows, int columns, size_t stride, const float *gamma,
								const float *standardised, const float *inverse_std,
								float *gradient, float *gamma_gradient, float *beta_gradient);

/* y = x * mask, elementwise. */
extern void multiply(size_t n, const float *x, const float *mask, float *y);

/* average = decay * average + (1 - decay) * x. */
extern void running_average(size_t n, float decay, const float *x, float *average);

/*
 * One step of Adam (Kingma and Ba, arXiv:1412.6980) with decoupled weight decay
 * (Loshchilov and Hutter, arXiv:1711.05101).  rate is the learning rate, with
 * the bias corrections of step t: 1 - beta^t.
 */
typedef struct AdamStep
{
	float		rate;
	float		beta1;
	float		beta2;
	float		epsilon;
	float		correction1;
	float		correction2;
	float		decay;			/* rate * weight_decay */
} AdamStep;

extern void adam_update(size_t n, const AdamStep *step, const float *gradient, float *first,
						float *second, float *parameter);

/* velocity = momentum * velocity + gradient; parameter -= rate * velocity + decay * parameter. */
extern void momentum_update(size_t n, float rate, float momentum, float decay,
							const float *gradient, float *velocity, float *parameter);

#endif							/* PLASTICC_KERNELS_H */

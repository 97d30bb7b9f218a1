/*
 * kernels.c
 *		Elementwise and columnwise kernels of network training.
 *
 * Inner loops are written so that the compiler vectorises them, and kernels are
 * fused to make as few passes over a mini-batch as possible.
 */
#include "core/nn/kernels.h"

#include <math.h>
#include <string.h>

#include "core/base/simd.h"
#include "core/base/vector_exp.h"

/* ------------------------------------------------------------------------
 * Random bits and dropout
 * ------------------------------------------------------------------------
 */

typedef uint64_t Lanes __attribute__((vector_size(sizeof(uint64_t) * RANDOM_LANES)));

/* random_bits() in every lane. */
DISPATCHED void
random_fill(RandomLanes *lanes, size_t n, uint16_t *values)
{
	const size_t step = sizeof(Lanes) / sizeof(uint16_t);
	Lanes		 s[4];

	memcpy(s, lanes->state, sizeof(s));
	for (size_t i = 0; i < n; i += step)
	{
		Lanes bits;

		XOSHIRO256PP_NEXT(Lanes, s, bits);
		if (n - i >= step)
			memcpy(values + i, &bits, sizeof(bits));
		else
			memcpy(values + i, &bits, sizeof(uint16_t) * (n - i));
	}
	memcpy(lanes->state, s, sizeof(s));
}

/* x may be y. */
INLINED void
drop_row(size_t n, const uint16_t *random, const Dropout *dropout, const float *x, float *y)
{
	uint32_t threshold = dropout->threshold;
	float	 kept = dropout->kept;

	for (size_t j = 0; j < n; j++)
		y[j] = random[j] < threshold ? 0.0f : kept * x[j];
}

DISPATCHED void
drop(size_t n, const Dropout *dropout, const float *x, float *y)
{
	drop_row(n, dropout->random, dropout, x, y);
}

/* ------------------------------------------------------------------------
 * Activations
 *
 * Kernels process matrices row by row, so that a row stays in the L1 cache during
 * several short loops.
 * ------------------------------------------------------------------------
 */

/* tanh(x) = 1 - 2 / (exp(2x) + 1); near 0 only its absolute error is small, which suffices here. */
INLINED void
activate_row(Activation activation, int n, float *restrict y)
{
	switch (activation)
	{
		case ACTIVATION_LINEAR:
			break;
		case ACTIVATION_SIGMOID:
			for (int j = 0; j < n; j++)
				y[j] = 1.0f / (1.0f + vector_exp(-y[j]));
			break;
		case ACTIVATION_TANH:
			for (int j = 0; j < n; j++)
				y[j] = 1.0f - 2.0f / (vector_exp(2.0f * y[j]) + 1.0f);
			break;
		case ACTIVATION_RELU:
			for (int j = 0; j < n; j++)
				y[j] = y[j] > 0.0f ? y[j] : 0.0f;
			break;
		case ACTIVATION_ELU:
			for (int j = 0; j < n; j++)
			{
				float below = vector_exp(y[j] < 0.0f ? y[j] : 0.0f) - 1.0f;

				y[j] = y[j] > 0.0f ? y[j] : below;
			}
			break;
	}
}

/* gradient *= activation'(x), given y = kept * activation(x). */
INLINED void
activate_backward_row(Activation activation, int n, float kept, const float *restrict y,
					  float *restrict gradient)
{
	float share = 1.0f / kept;

	switch (activation)
	{
		case ACTIVATION_LINEAR:
			break;
		case ACTIVATION_SIGMOID:
			for (int j = 0; j < n; j++)
				gradient[j] *= share * y[j] * (1.0f - share * y[j]);
			break;
		case ACTIVATION_TANH:
			for (int j = 0; j < n; j++)
				gradient[j] *= 1.0f - (share * y[j]) * (share * y[j]);
			break;
		case ACTIVATION_RELU:
			for (int j = 0; j < n; j++)
				gradient[j] = y[j] > 0.0f ? gradient[j] : 0.0f;
			break;
		case ACTIVATION_ELU:
			for (int j = 0; j < n; j++)
				gradient[j] *= y[j] > 0.0f ? 1.0f : share * y[j] + 1.0f;
			break;
	}
}

INLINED void
add_row(int n, const float *restrict x, float *restrict y)
{
	for (int j = 0; j < n; j++)
		y[j] += x[j];
}

DISPATCHED void
activate(Activation activation, int rows, int columns, size_t stride, const float *bias,
		 const Dropout *dropout, float *y, float *sums)
{
	if (sums)
		memset(sums, 0, sizeof(float) * columns);
	for (int i = 0; i < rows; i++, y += stride)
	{
		add_row(columns, bias, y);
		activate_row(activation, columns, y);
		if (dropout->random)
			drop_row(columns, dropout->random + i * stride, dropout, y, y);
		if (sums)
			add_row(columns, y, sums);
	}
}

/* Backpropagation through dropout and activation; the gradient of dropped elements is 0. */
INLINED void
backward_row(Activation activation, int n, const Dropout *dropout, size_t offset, const float *y,
			 float *gradient)
{
	if (dropout->random)
		drop_row(n, dropout->random + offset, dropout, gradient, gradient);
	activate_backward_row(activation, n, dropout->random ? dropout->kept : 1.0f, y + offset,
						  gradient);
}

DISPATCHED void
activate_backward(Activation activation, int rows, int columns, size_t stride,
				  const Dropout *dropout, const float *y, float *gradient, float *bias_gradient)
{
	memset(bias_gradient, 0, sizeof(float) * columns);
	for (int i = 0; i < rows; i++, gradient += stride)
	{
		backward_row(activation, columns, dropout, i * stride, y, gradient);
		add_row(columns, gradient, bias_gradient);
	}
}

/* ------------------------------------------------------------------------
 * Batch normalisation
 * ------------------------------------------------------------------------
 */

INLINED void
add_squares(int n, const float *restrict x, const float *restrict mean, float *restrict squares)
{
	for (int j = 0; j < n; j++)
		squares[j] += (x[j] - mean[j]) * (x[j] - mean[j]);
}

INLINED void
normalise_row(int n, const float *restrict x, const float *restrict mean,
			  const float *restrict inverse_std, const float *restrict gamma,
			  const float *restrict beta, float *restrict y)
{
	for (int j = 0; j < n; j++)
		y[j] = gamma[j] * ((x[j] - mean[j]) * inverse_std[j]) + beta[j];
}

DISPATCHED void
batch_norm_forward(Activation activation, int rows, int columns, size_t stride, float epsilon,
				   const BatchNormColumns *norm, const float *x, const Dropout *dropout, float *y)
{
	float share = 1.0f / (float) rows;

	for (int j = 0; j < columns; j++)
		norm->mean[j] *= share;
	memset(norm->variance, 0, sizeof(float) * columns);
	for (int i = 0; i < rows; i++)
		add_squares(columns, x + i * stride, norm->mean, norm->variance);
	for (int j = 0; j < columns; j++)
	{
		norm->variance[j] *= share;
		norm->inverse_std[j] = 1.0f / sqrtf(norm->variance[j] + epsilon);
	}
	for (int i = 0; i < rows; i++, y += stride)
	{
		normalise_row(columns, x + i * stride, norm->mean, norm->inverse_std, norm->gamma,
					  norm->beta, y);
		activate_row(activation, columns, y);
		if (dropout->random)
			drop_row(columns, dropout->random + i * stride, dropout, y, y);
	}
}

INLINED void
add_norm_gradients(int n, const float *restrict x, const float *restrict mean,
				   const float *restrict gradient, float *restrict gamma_gradient,
				   float *restrict beta_gradient)
{
	for (int j = 0; j < n; j++)
	{
		beta_gradient[j] += gradient[j];
		gamma_gradient[j] += gradient[j] * (x[j] - mean[j]);
	}
}

INLINED void
normalise_backward_row(int n, float share, const float *restrict x, const float *restrict mean,
					   const float *restrict inverse_std, const float *restrict gamma,
					   const float *restrict gamma_gradient, const float *restrict beta_gradient,
					   float *restrict gradient)
{
	for (int j = 0; j < n; j++)
	{
		float standardised = (x[j] - mean[j]) * inverse_std[j];

		gradient[j] = gamma[j] * inverse_std[j] *
					  (gradient[j] - share * (beta_gradient[j] + standardised * gamma_gradient[j]));
	}
}

DISPATCHED void
batch_norm_backward(Activation before, Activation activation, int rows, int columns, size_t stride,
					const BatchNormColumns *norm, const float *x, const Dropout *dropout,
					const float *y, float *gradient, float *gamma_gradient, float *beta_gradient,
					float *bias_gradient)
{
	float share = 1.0f / (float) rows;

	memset(gamma_gradient, 0, sizeof(float) * columns);
	memset(beta_gradient, 0, sizeof(float) * columns);
	memset(bias_gradient, 0, sizeof(float) * columns);
	for (int i = 0; i < rows; i++)
	{
		backward_row(activation, columns, dropout, i * stride, y, gradient + i * stride);
		add_norm_gradients(columns, x + i * stride, norm->mean, gradient + i * stride,
						   gamma_gradient, beta_gradient);
	}
	for (int j = 0; j < columns; j++)
		gamma_gradient[j] *= norm->inverse_std[j];
	for (int i = 0; i < rows; i++, x += stride, gradient += stride)
	{
		normalise_backward_row(columns, share, x, norm->mean, norm->inverse_std, norm->gamma,
							   gamma_gradient, beta_gradient, gradient);
		activate_backward_row(before, columns, 1.0f, x, gradient);
		add_row(columns, gradient, bias_gradient);
	}
}

/* ------------------------------------------------------------------------
 * Optimizers
 * ------------------------------------------------------------------------
 */

DISPATCHED void
running_average(size_t n, float decay, const float *restrict x, float *restrict average)
{
	for (size_t i = 0; i < n; i++)
		average[i] += (1.0f - decay) * (x[i] - average[i]);
}

DISPATCHED void
adam_update(size_t n, const AdamStep *step, const float *restrict gradient, float *restrict first,
			float *restrict second, float *restrict parameter)
{
	float rate = step->rate / step->correction1;
	float root = 1.0f / sqrtf(step->correction2);
	float keep = 1.0f - step->decay;
	float beta1 = step->beta1;
	float beta2 = step->beta2;
	float epsilon = step->epsilon;

	for (size_t i = 0; i < n; i++)
	{
		float g = gradient[i];

		first[i] = beta1 * first[i] + (1.0f - beta1) * g;
		second[i] = beta2 * second[i] + (1.0f - beta2) * (g * g);
		parameter[i] = keep * parameter[i] - rate * first[i] / (sqrtf(second[i]) * root + epsilon);
	}
}

DISPATCHED void
momentum_update(size_t n, float rate, float momentum, float decay, const float *restrict gradient,
				float *restrict velocity, float *restrict parameter)
{
	for (size_t i = 0; i < n; i++)
	{
		velocity[i] = momentum * velocity[i] + gradient[i];
		parameter[i] -= rate * velocity[i] + decay * parameter[i];
	}
}

/*
 * kernels.c
 *		Elementwise and columnwise loops of the network.
 *
 * All of them are bound by memory or by exp(); they are written so that the
 * compiler turns the inner loop into vector instructions.
 */
#include "core/kernels.h"

#include <math.h>
#include <string.h>

#include "core/simd.h"

/*
 * exp(x) for the vector units, which libm's is not: 2^k times a polynomial on
 * |r| <= ln(2)/2.  The polynomial is the Taylor series up to r^7, whose first
 * omitted term is below 5e-9; ln 2 is split in two (Cody and Waite) so that r
 * is exact.  Arguments are clamped to the range of normal numbers; NaN stays NaN.
 */
static inline float
vector_exp(float x)
{
	const float rounding = 0x1.8p23f;	/* adding and subtracting it rounds to an integer */
	float		k;
	float		r;
	float		p;
	float		scale;
	int32_t		bits;

	x = x < -87.0f ? -87.0f : x;
	x = x > 88.0f ? 88.0f : x;
	k = (x * 0x1.715476p+0f + rounding) - rounding;
	r = (x - k * 0x1.62e400p-1f) - k * 0x1.7f7d1cp-20f;
	p = 1.0f / 5040;
	p = p * r + 1.0f / 720;
	p = p * r + 1.0f / 120;
	p = p * r + 1.0f / 24;
	p = p * r + 1.0f / 6;
	p = p * r + 0.5f;
	p = p * r + 1.0f;
	p = p * r + 1.0f;
	bits = ((int32_t) (k > -126.0f ? k : -126.0f) + 127) * (1 << 23);
	memcpy(&scale, &bits, sizeof(scale));
	return p * scale;
}

DISPATCHED static void
sigmoid(size_t n, float *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = 1.0f / (1.0f + vector_exp(-y[i]));
}

/* tanh(x) = 1 - 2 / (exp(2x) + 1), whose error near 0 is absolute: harmless in a network. */
DISPATCHED static void
hyperbolic_tangent(size_t n, float *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = 1.0f - 2.0f / (vector_exp(2.0f * y[i]) + 1.0f);
}

DISPATCHED static void
relu(size_t n, float *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = y[i] > 0.0f ? y[i] : 0.0f;
}

DISPATCHED static void
elu(size_t n, float *y)
{
	for (size_t i = 0; i < n; i++)
	{
		float		below = vector_exp(y[i] < 0.0f ? y[i] : 0.0f) - 1.0f;

		y[i] = y[i] > 0.0f ? y[i] : below;
	}
}

void
activate(Activation activation, size_t n, float *y)
{
	switch (activation)
	{
		case ACTIVATION_LINEAR:
			break;
		case ACTIVATION_SIGMOID:
			sigmoid(n, y);
			break;
		case ACTIVATION_TANH:
			hyperbolic_tangent(n, y);
			break;
		case ACTIVATION_RELU:
			relu(n, y);
			break;
		case ACTIVATION_ELU:
			elu(n, y);
			break;
	}
}

DISPATCHED void
activate_backward(Activation activation, size_t n, const float *restrict y,
				  float *restrict gradient)
{
	switch (activation)
	{
		case ACTIVATION_LINEAR:
			break;
		case ACTIVATION_SIGMOID:
			for (size_t i = 0; i < n; i++)
				gradient[i] *= y[i] * (1.0f - y[i]);
			break;
		case ACTIVATION_TANH:
			for (size_t i = 0; i < n; i++)
				gradient[i] *= 1.0f - y[i] * y[i];
			break;
		case ACTIVATION_RELU:
			for (size_t i = 0; i < n; i++)
				gradient[i] = y[i] > 0.0f ? gradient[i] : 0.0f;
			break;
		case ACTIVATION_ELU:
			for (size_t i = 0; i < n; i++)
				gradient[i] *= y[i] > 0.0f ? 1.0f : y[i] + 1.0f;
			break;
	}
}

DISPATCHED void
add_to_rows(int rows, int columns, const float *restrict bias, float *restrict y)
{
	for (int i = 0; i < rows; i++, y += columns)
		for (int j = 0; j < columns; j++)
			y[j] += bias[j];
}

DISPATCHED void
column_sums(int rows, int columns, const float *restrict x, float *restrict sums)
{
	memset(sums, 0, sizeof(float) * columns);
	for (int i = 0; i < rows; i++, x += columns)
		for (int j = 0; j < columns; j++)
			sums[j] += x[j];
}

DISPATCHED void
softmax_rows(int rows, int columns, float *x)
{
	for (int i = 0; i < rows; i++, x += columns)
	{
		float		largest = x[0];
		float		sum = 0.0f;

		for (int j = 1; j < columns; j++)
			largest = x[j] > largest ? x[j] : largest;
		for (int j = 0; j < columns; j++)
			x[j] = vector_exp(x[j] - largest);
		for (int j = 0; j < columns; j++)
			sum += x[j];
		for (int j = 0; j < columns; j++)
			x[j] /= sum;
	}
}

DISPATCHED void
batch_norm_forward(int rows, int columns, size_t stride, float epsilon,
				   const float *restrict gamma, const float *restrict beta, float *restrict x,
				   float *restrict standardised, float *restrict mean, float *restrict variance,
				   float *restrict inverse_std)
{
	float		share = 1.0f / (float) rows;

	memset(mean, 0, sizeof(float) * columns);
	memset(variance, 0, sizeof(float) * columns);
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
			mean[j] += x[i * stride + j];
	for (int j = 0; j < columns; j++)
		mean[j] *= share;
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
		{
			float		deviation = x[i * stride + j] - mean[j];

			variance[j] += deviation * deviation;
		}
	for (int j = 0; j < columns; j++)
	{
		variance[j] *= share;
		inverse_std[j] = 1.0f / sqrtf(variance[j] + epsilon);
	}
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
		{
			size_t		k = i * stride + j;

			standardised[k] = (x[k] - mean[j]) * inverse_std[j];
			x[k] = gamma[j] * standardised[k] + beta[j];
		}
}

DISPATCHED void
batch_norm_backward(int rows, int columns, size_t stride, const float *restrict gamma,
					const float *restrict standardised, const float *restrict inverse_std,
					float *restrict gradient, float *restrict gamma_gradient,
					float *restrict beta_gradient)
{
	float		share = 1.0f / (float) rows;

	memset(gamma_gradient, 0, sizeof(float) * columns);
	memset(beta_gradient, 0, sizeof(float) * columns);
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
		{
			size_t		k = i * stride + j;

			beta_gradient[j] += gradient[k];
			gamma_gradient[j] += gradient[k] * standardised[k];
		}
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++)
		{
			size_t		k = i * stride + j;

			gradient[k] = gamma[j] * inverse_std[j] *
				(gradient[k] - share * (beta_gradient[j] + standardised[k] * gamma_gradient[j]));
		}
}

DISPATCHED void
multiply(size_t n, const float *x, const float *mask, float *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = x[i] * mask[i];
}

DISPATCHED void
running_average(size_t n, float decay, const float *restrict x, float *restrict average)
{
	for (size_t i = 0; i < n; i++)
		average[i] += (1.0f - decay) * (x[i] - average[i]);
}

DISPATCHED void
adam_update(size_t n, const AdamStep *step, const float *restrict gradient,
			float *restrict first, float *restrict second, float *restrict parameter)
{
	float		rate = step->rate / step->correction1;
	float		root = 1.0f / sqrtf(step->correction2);
	float		keep = 1.0f - step->decay;
	float		beta1 = step->beta1;
	float		beta2 = step->beta2;
	float		epsilon = step->epsilon;

	for (size_t i = 0; i < n; i++)
	{
		float		g = gradient[i];

		first[i] = beta1 * first[i] + (1.0f - beta1) * g;
		second[i] = beta2 * second[i] + (1.0f - beta2) * (g * g);
		parameter[i] = keep * parameter[i] -
			rate * first[i] / (sqrtf(second[i]) * root + epsilon);
	}
}

DISPATCHED void
momentum_update(size_t n, float rate, float momentum, float decay,
				const float *restrict gradient, float *restrict velocity,
				float *restrict parameter)
{
	for (size_t i = 0; i < n; i++)
	{
		velocity[i] = momentum * velocity[i] + gradient[i];
		parameter[i] -= rate * velocity[i] + decay * parameter[i];
	}
}

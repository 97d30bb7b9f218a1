/*
 * softmax.c
 *		Probabilities of logits.
 */
#include "core/base/softmax.h"

#include "core/base/simd.h"
#include "core/base/vector_exp.h"

DISPATCHED void
softmax_rows(int rows, int columns, float *x)
{
	for (int i = 0; i < rows; i++, x += columns)
	{
		float largest = x[0];
		float sum = 0.0f;

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

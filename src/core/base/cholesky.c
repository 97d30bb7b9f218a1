/*
 * cholesky.c
 *		Linear equations of a symmetric positive definite matrix.
 */
#include "core/base/cholesky.h"

#include <math.h>
#include <stddef.h>

bool
cholesky_factor(double *a, int n, double smallest_pivot, void (*check_interrupts)(void))
{
	bool positive = true;

	for (int i = 0; i < n; i++)
	{
		double *row = a + (size_t) i * n;

		if (check_interrupts)
			check_interrupts();
		for (int j = 0; j <= i; j++)
		{
			const double *other = a + (size_t) j * n;
			double		  sum = row[j];

			for (int k = 0; k < j; k++)
				sum -= row[k] * other[k];
			if (j < i)
			{
				row[j] = sum / other[j];
				continue;
			}
			if (!(sum > smallest_pivot))
			{
				sum = smallest_pivot;
				positive = false;
			}
			row[j] = sqrt(sum);
		}
	}
	return positive;
}

void
cholesky_solve_lower(const double *factor, int n, double *b)
{
	for (int i = 0; i < n; i++)
	{
		const double *row = factor + (size_t) i * n;

		for (int k = 0; k < i; k++)
			b[i] -= row[k] * b[k];
		b[i] /= row[i];
	}
}

void
cholesky_solve_upper(const double *factor, int n, double *b)
{
	for (int i = n - 1; i >= 0; i--)
	{
		for (int k = i + 1; k < n; k++)
			b[i] -= factor[(size_t) k * n + i] * b[k];
		b[i] /= factor[(size_t) i * n + i];
	}
}

void
cholesky_solve(const double *factor, int n, double *b)
{
	cholesky_solve_lower(factor, n, b);
	cholesky_solve_upper(factor, n, b);
}

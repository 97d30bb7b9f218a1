/*
 * test_matrix_product.c
 *		Matrix products, whole and in parts, compared with sums in double precision.
 */
#include "unit.h"

#include "core/base/matrix_product.h"

static int n_checks;

static void
count_checks(void)
{
	n_checks++;
}

/* Small integers, so that the sums are exact in float and no tolerance hides an error. */
static float
element(size_t i)
{
	return (float) ((int) (i * 2654435761u >> 13 & 7) - 3);
}

static float *
filled(size_t n)
{
	float *values = malloc(sizeof(float) * n);

	for (size_t i = 0; i < n; i++)
		values[i] = element(i);
	return values;
}

/* Compares one row in 23 and one column in 29, and the last of each. */
static int
count_wrong(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, const float *b,
			const float *c)
{
	int wrong = 0;

	for (int i = 0; i < m; i += i < m - 1 && i + 23 >= m ? m - 1 - i : 23)
		for (int j = 0; j < n; j += j < n - 1 && j + 29 >= n ? n - 1 - j : 29)
		{
			double sum = 0.0;

			for (size_t l = 0; l < k; l++)
				sum += (double) a[transpose_a ? l * m + i : (size_t) i * k + l] *
					   b[transpose_b ? (size_t) j * k + l : l * n + j];
			wrong += c[(size_t) i * n + j] != sum;
		}
	return wrong;
}

static void
test_product(int m, int n, int k, int n_pieces)
{
	float *a = filled((size_t) m * k);
	float *b = filled((size_t) k * n);
	float *c = malloc(sizeof(float) * m * n);

	for (int transpose = 0; transpose < 4; transpose++)
	{
		bool transpose_a = transpose & 1;
		bool transpose_b = transpose & 2;
		int	 wrong;

		memset(c, 0xff, sizeof(float) * m * n);
		n_checks = 0;
		multiply_matrices(transpose_a ? CblasTrans : CblasNoTrans,
						  transpose_b ? CblasTrans : CblasNoTrans, m, n, k, a, b, c, count_checks);
		wrong = count_wrong(transpose_a, transpose_b, m, n, k, a, b, c);
		CHECK(wrong == 0, "%d x %d x %d, transposed %d: %d wrong", m, n, k, transpose, wrong);
		CHECK(n_checks == n_pieces, "%d x %d x %d: %d pieces, expected %d", m, n, k, n_checks,
			  n_pieces);
	}
	free(a);
	free(b);
	free(c);
}

int
main(void)
{
	test_product(1, 1, 1, 1);
	test_product(5, 7, 3, 1);
	test_product(128, 65, 200, 1);
	test_product(70, 4100, 16400, 6);
	test_product(1100, 2048, 2048, 3);
	return unit_report();
}

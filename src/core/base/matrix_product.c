/*
 * matrix_product.c
 *		Matrix products by CBLAS, in pieces.
 */
#include "core/base/matrix_product.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Multiplications in a piece: a twentieth of a second on one core of 2020, and so
 * well within a second on a slow or busy one.  Every mini-batch of common size is one piece.
 */
#define PIECE ((int64_t) 1 << 31)

/* Least rows and columns of a piece, below which packing costs more than multiplying. */
#define NARROWEST 64

/* How many of n rows of the given cost make a piece. */
static int
piece_rows(int n, int64_t cost)
{
	int64_t rows = PIECE / (cost > 0 ? cost : 1);

	if (rows < NARROWEST)
		rows = NARROWEST;
	return rows < n ? (int) rows : n;
}

void
multiply_matrices(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, int m, int n, int k,
				  const float *a, const float *b, float *c, void (*check_interrupts)(void))
{
	int	   lda = transpose_a == CblasNoTrans ? k : m;
	int	   ldb = transpose_b == CblasNoTrans ? n : k;
	size_t a_step = transpose_a == CblasNoTrans ? lda : 1;
	size_t b_step = transpose_b == CblasNoTrans ? 1 : ldb;
	int	   rows = piece_rows(m, (int64_t) n * k);
	int	   columns = piece_rows(n, (int64_t) rows * k);

	for (int i = 0; i < m; i += rows)
		for (int j = 0; j < n; j += columns)
		{
			cblas_sgemm(CblasRowMajor, transpose_a, transpose_b, m - i < rows ? m - i : rows,
						n - j < columns ? n - j : columns, k, 1.0f, a + i * a_step, lda,
						b + j * b_step, ldb, 0.0f, c + (size_t) i * n + j, n);
			check_interrupts();
		}
}

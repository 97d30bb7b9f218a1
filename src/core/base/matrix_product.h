/*
 * matrix_product.h
 *		Products of matrices that a cancel does not have to wait for.
 */
#ifndef PLASTICC_CORE_BASE_MATRIX_PRODUCT_H
#define PLASTICC_CORE_BASE_MATRIX_PRODUCT_H

#include <cblas.h>

/*
 * c [m][n] = op(a) [m][k] op(b) [k][n], all dense and in row-major order: a is
 * [m][k], or with CblasTrans [k][m], and likewise b.
 *
 * A product that takes long is made in pieces of c, and check_interrupts is
 * called after each: it may not return.
 */
extern void multiply_matrices(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, int m,
							  int n, int k, const float *a, const float *b, float *c,
							  void (*check_interrupts)(void));

#endif /* PLASTICC_CORE_BASE_MATRIX_PRODUCT_H */

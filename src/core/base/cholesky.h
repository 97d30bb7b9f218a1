/*
 * cholesky.h
 *		Linear equations of a symmetric positive definite matrix.
 *
 * Matrices are [n][n] in row-major order; only their lower triangles are read
 * and written.
 */
#ifndef PLASTICC_CORE_BASE_CHOLESKY_H
#define PLASTICC_CORE_BASE_CHOLESKY_H

#include <stdbool.h>

/*
 * In place, the lower triangle L of a = L L'.  A pivot, the square of an element
 * of the diagonal, is at least smallest_pivot; false if any was raised to it.
 * check_interrupts, which may be NULL, is called for each row: it may not return.
 */
extern bool cholesky_factor(double *a, int n, double smallest_pivot,
							void (*check_interrupts)(void));

/* b [n] becomes the solution x of L x = b. */
extern void cholesky_solve_lower(const double *factor, int n, double *b);

/* b [n] becomes the solution x of L' x = b. */
extern void cholesky_solve_upper(const double *factor, int n, double *b);

/* b [n] becomes the solution x of L L' x = b. */
extern void cholesky_solve(const double *factor, int n, double *b);

#endif /* PLASTICC_CORE_BASE_CHOLESKY_H */

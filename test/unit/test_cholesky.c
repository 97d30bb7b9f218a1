/*
 * test_cholesky.c
 *		Cholesky factors and solutions against matrices made of known ones.
 */
#include "unit.h"

#include <float.h>

#include "core/base/cholesky.h"

#define N 5

/* Small integers with a positive diagonal, so that products are exact. */
static double
lower_element(int i, int k)
{
	return k > i ? 0.0 : i == k ? 1.0 + i : (double) ((3 * i + 5 * k) % 7) - 3.0;
}

/* L L' in the lower triangle, NaN above it: what is there must not be read. */
static void
fill_matrix(double a[N][N])
{
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
		{
			a[i][j] = j > i ? NAN : 0.0;
			for (int k = 0; k <= j && j <= i; k++)
				a[i][j] += lower_element(i, k) * lower_element(j, k);
		}
}

static void
test_factor_and_solve(void)
{
	double a[N][N], b[N];

	fill_matrix(a);
	CHECK(cholesky_factor(&a[0][0], N, 1e-14, NULL), "positive definite");
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++)
			CHECK(k > i ? isnan(a[i][k]) : a[i][k] == lower_element(i, k), "%d %d: %g", i, k,
				  a[i][k]);

	for (int i = 0; i < N; i++)
	{
		b[i] = 0.0;
		for (int j = 0; j < N; j++)
			for (int k = 0; k < N; k++)
				b[i] += lower_element(i, k) * lower_element(j, k) * (j - 1.5);
	}
	cholesky_solve(&a[0][0], N, b);
	for (int i = 0; i < N; i++)
		CHECK_CLOSE(b[i], i - 1.5, 1e-12, "solution");
}

static int n_checks;

static void
count_check(void)
{
	n_checks++;
}

static void
test_not_positive(void)
{
	double semidefinite[2][2] = {{1.0, NAN}, {1.0, 1.0}};
	double negative[1][1] = {{-1.0}}, unknown[1][1] = {{NAN}};

	CHECK(!cholesky_factor(&semidefinite[0][0], 2, DBL_MIN, count_check), "semidefinite");
	CHECK(n_checks == 2, "checks: %d", n_checks);
	CHECK(semidefinite[1][1] == sqrt(DBL_MIN), "pivot %g", semidefinite[1][1]);
	CHECK(!cholesky_factor(&negative[0][0], 1, 1e-14, NULL), "negative");
	CHECK(!cholesky_factor(&unknown[0][0], 1, 1e-14, NULL), "NaN");
}

int
main(void)
{
	test_factor_and_solve();
	test_not_positive();
	return unit_report();
}

/*
 * test_cosmology.c
 *		The distance modulus compared with a plain integration, and its limits.
 */
#include "unit.h"

#include "core/curve/cosmology.h"

/* Simpson's rule in redshift: the code uses a different variable and rule. */
static double
integrated_modulus(double redshift)
{
	int	   steps = 20000;
	double sum = 0.0;

	for (int i = 0; i <= steps; i++)
	{
		double z = redshift * i / steps;
		double value = 1.0 / sqrt(0.3 * pow(1.0 + z, 3.0) + 0.7);

		sum += value * (i == 0 || i == steps ? 1.0 : (i % 2 ? 4.0 : 2.0));
	}
	sum *= redshift / steps / 3.0;
	return 5.0 * log10((1.0 + redshift) * 299792.458 / 70.0 * sum) + 25.0;
}

static void
test_integral(void)
{
	static const double redshifts[] = {1e-6, 0.001, 0.01, 0.1, 0.3, 0.5, 1.0, 2.0, 3.5, 6.0, 10.0};

	for (int i = 0; i < (int) (sizeof(redshifts) / sizeof(redshifts[0])); i++)
	{
		double expected = integrated_modulus(redshifts[i]);

		CHECK(fabs(distance_modulus(redshifts[i]) - expected) < 1e-7,
			  "redshift %g: %.10f, expected %.10f", redshifts[i], distance_modulus(redshifts[i]),
			  expected);
	}
}

/* Compared with the difference quotient of the other integration. */
static void
test_slope(void)
{
	static const double redshifts[] = {0.01, 0.1, 0.5, 1.0, 3.5};

	for (int i = 0; i < (int) (sizeof(redshifts) / sizeof(redshifts[0])); i++)
	{
		double step = 1e-3 * redshifts[i];
		double expected =
			(integrated_modulus(redshifts[i] + step) - integrated_modulus(redshifts[i] - step)) /
			(2.0 * step);

		CHECK_CLOSE(distance_modulus_slope(redshifts[i]), expected, 1e-5 * expected, "slope");
	}
	CHECK(isnan(distance_modulus_slope(0.0)) && isnan(distance_modulus_slope(-0.1)) &&
			  isnan(distance_modulus_slope(NAN)),
		  "slope where there is no distance");
}

static void
test_limits(void)
{
	CHECK(isnan(distance_modulus(0.0)), "redshift 0");
	CHECK(isnan(distance_modulus(-0.1)), "negative redshift");
	CHECK(isnan(distance_modulus(NAN)), "NaN");
	CHECK(isnan(distance_modulus(INFINITY)), "infinity");
	/* Hubble's law: the distance of a tiny redshift is c z / H0, here 1e-9 * 4282.7494 Mpc */
	CHECK_CLOSE(distance_modulus(1e-9), 5.0 * log10(1e-9 * 299792.458 / 70.0) + 25.0, 1e-9,
				"Hubble's law");
	for (double z = 0.001; z < 8.0; z *= 1.1)
		CHECK(distance_modulus(z * 1.1) > distance_modulus(z), "grows with redshift at %g", z);
}

int
main(void)
{
	test_integral();
	test_slope();
	test_limits();
	return unit_report();
}

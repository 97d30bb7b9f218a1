/*
 * cosmology.c
 *		The distance modulus of a flat universe, by quadrature.
 *
 * With u = 1/sqrt(1 + z) the integral of the comoving distance,
 *
 *		D = c/H0 * int_0^z dz' / sqrt(Om (1 + z')^3 + 1 - Om)
 *		  = c/H0 * int_u^1 2 dv / sqrt(Om + (1 - Om) v^6),
 *
 * has finite bounds and an integrand without a pole near them, so that sixteen
 * points of Gauss-Legendre quadrature serve every redshift.
 */
#include "core/curve/cosmology.h"

#include <math.h>

#define SPEED_OF_LIGHT 299792.458 /* km/s */
#define HUBBLE_CONSTANT 70.0	  /* km/s/Mpc */
#define OMEGA_MATTER 0.3

/* The positive half of the nodes and their weights on [-1, 1]. */
static const struct
{
	double node;
	double weight;
} quadrature[8] = {
	{0.9894009349916499, 0.0271524594117541}, {0.9445750230732326, 0.0622535239386478},
	{0.8656312023878318, 0.0951585116824929}, {0.7554044083550030, 0.1246289712555339},
	{0.6178762444026438, 0.1495959888165768}, {0.4580167776572274, 0.1691565193950026},
	{0.2816035507792589, 0.1826034150449236}, {0.0950125098376374, 0.1894506104550685},
};

static double
distance_integrand(double u)
{
	double cube = u * u * u;

	return 2.0 / sqrt(OMEGA_MATTER + (1.0 - OMEGA_MATTER) * cube * cube);
}

/* Comoving distance over c/H0; NaN unless the redshift is positive and finite. */
static double
comoving_distance(double redshift)
{
	double root, half_width, middle, integral = 0.0;

	if (!(redshift > 0.0) || isinf(redshift))
		return NAN;

	/* 1 - u, written so that a small redshift loses no digits */
	root = sqrt(1.0 + redshift);
	half_width = 0.5 * redshift / (root * (1.0 + root));
	middle = 1.0 - half_width;
	for (int i = 0; i < 8; i++)
	{
		double offset = half_width * quadrature[i].node;

		integral += quadrature[i].weight *
					(distance_integrand(middle - offset) + distance_integrand(middle + offset));
	}
	return integral * half_width;
}

double
distance_modulus(double redshift)
{
	return 5.0 * log10((1.0 + redshift) * (SPEED_OF_LIGHT / HUBBLE_CONSTANT) *
					   comoving_distance(redshift)) +
		   25.0;
}

/* By the logarithm's derivative; that of the comoving distance is its integrand. */
double
distance_modulus_slope(double redshift)
{
	double dilation = 1.0 + redshift;
	double expansion = sqrt(OMEGA_MATTER * dilation * dilation * dilation + 1.0 - OMEGA_MATTER);

	return 5.0 / M_LN10 * (1.0 / dilation + 1.0 / (expansion * comoving_distance(redshift)));
}

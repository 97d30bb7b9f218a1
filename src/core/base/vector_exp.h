/*
 * vector_exp.h
 *		The exponential function in loops that the compiler vectorises.
 */
#ifndef PLASTICC_CORE_BASE_VECTOR_EXP_H
#define PLASTICC_CORE_BASE_VECTOR_EXP_H

#include <stdint.h>
#include <string.h>

#include "core/base/simd.h"

/*
 * exp(x) for the vector units, which libm's is not: 2^k times a polynomial on
 * |r| <= ln(2)/2.  The polynomial is the Taylor series up to r^7, whose first
 * omitted term is below 5e-9; ln 2 is split in two (Cody and Waite) so that r
 * is exact.  Arguments are clamped to the range of normal numbers; NaN stays NaN.
 */
INLINED float
vector_exp(float x)
{
	/* added, it leaves the nearest integer in the last bits; subtracted again, as a number */
	const float rounding = 0x1.8p23f;
	float		shifted;
	float		k;
	float		r;
	float		p;
	float		scale;
	uint32_t	bits;

	x = x < -87.0f ? -87.0f : x;
	x = x > 88.0f ? 88.0f : x;
	shifted = x * 0x1.715476p+0f + rounding;
	k = shifted - rounding;
	r = (x - k * 0x1.62e400p-1f) - k * 0x1.7f7d1cp-20f;
	p = 1.0f / 5040;
	p = p * r + 1.0f / 720;
	p = p * r + 1.0f / 120;
	p = p * r + 1.0f / 24;
	p = p * r + 1.0f / 6;
	p = p * r + 0.5f;
	p = p * r + 1.0f;
	p = p * r + 1.0f;
	memcpy(&bits, &shifted, sizeof(bits));
	bits = (bits + 127) << 23;
	memcpy(&scale, &bits, sizeof(scale));
	return p * scale;
}

/*
 * 2^k exp(r) of |r| <= ln(2)/2 in double precision, by the Taylor series up to
 * r^13, whose first omitted term is below 5e-18.  shifted is 1.5 * 2^52 + k:
 * adding 1.5 * 2^52 to a number leaves the nearest integer k in the last bits.
 */
INLINED double
scaled_exp(double shifted, double r)
{
	double	 p = 1.0 / 6227020800.0;
	double	 scale;
	uint64_t bits;

	p = p * r + 1.0 / 479001600.0;
	p = p * r + 1.0 / 39916800.0;
	p = p * r + 1.0 / 3628800.0;
	p = p * r + 1.0 / 362880.0;
	p = p * r + 1.0 / 40320.0;
	p = p * r + 1.0 / 5040.0;
	p = p * r + 1.0 / 720.0;
	p = p * r + 1.0 / 120.0;
	p = p * r + 1.0 / 24.0;
	p = p * r + 1.0 / 6.0;
	p = p * r + 0.5;
	p = p * r + 1.0;
	p = p * r + 1.0;
	memcpy(&bits, &shifted, sizeof(bits));
	bits = (bits + 1023) << 52;
	memcpy(&scale, &bits, sizeof(scale));
	return p * scale;
}

#endif /* PLASTICC_CORE_BASE_VECTOR_EXP_H */

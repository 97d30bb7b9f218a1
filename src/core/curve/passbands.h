/*
 * passbands.h
 *		The six passbands.
 */
#ifndef PLASTICC_CORE_CURVE_PASSBANDS_H
#define PLASTICC_CORE_CURVE_PASSBANDS_H

#include <stddef.h>

#define N_PASSBANDS 6
#define PASSBAND_LETTERS "ugrizy"

typedef struct Passband
{
	double wavelength; /* effective, Angstrom */
	double extinction; /* magnitudes per E(B-V) of the Milky Way */
	double electrons;  /* photoelectrons per unit of flux in one visit of a wide field */
} Passband;

/* In the order of PASSBAND_LETTERS. */
extern const Passband passbands[N_PASSBANDS];

/* 0-5 for one of the letters u g r i z y (Y is taken for y), else -1. */
extern int find_passband(const char *name, size_t length);

#endif /* PLASTICC_CORE_CURVE_PASSBANDS_H */

/*
 * passbands.c
 *		The numbers and names of the six passbands.
 *
 * Wavelengths are those of the challenge's light curves; extinction is Schlafly
 * and Finkbeiner 2011 (ApJ 737, 103), table 6, LSST bands with R_V = 3.1; the
 * electrons follow from a 30 s visit of a 6.5 m telescope.
 */
#include "core/curve/passbands.h"

#include <string.h>

const Passband passbands[N_PASSBANDS] = {
	{3671.0, 4.145, 20.0}, {4827.0, 3.237, 65.0}, {6223.0, 2.273, 55.0},
	{7546.0, 1.684, 42.0}, {8691.0, 1.323, 29.0}, {9710.0, 1.088, 14.0},
};

int
find_passband(const char *name, size_t length)
{
	const char *found;

	if (length != 1 || *name == '\0')
		return -1;
	if (*name == 'Y')
		return N_PASSBANDS - 1;
	found = strchr(PASSBAND_LETTERS, *name);
	return found == NULL ? -1 : (int) (found - PASSBAND_LETTERS);
}

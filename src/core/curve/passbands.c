/*
 * passbands.c
 *		The numbers of the six passbands.
 *
 * Wavelengths are those of the challenge's light curves; dust is Schlafly and
 * Finkbeiner 2011 (ApJ 737, 103), table 6, LSST bands with R_V = 3.1.  The
 * errors reproduce the medians of the challenge's training set by field and
 * band; the electrons follow from a 30 s visit of a 6.5 m telescope.
 */
#include "core/curve/passbands.h"

const SurveyBand survey_bands[SURVEY_BANDS] = {
	{3671.0, 4.145, 9.6, 1.60, 0.9, 20.0},	{4827.0, 3.237, 2.10, 0.85, 0.6, 65.0},
	{6223.0, 2.273, 3.1, 0.90, 0.35, 55.0}, {7546.0, 1.684, 5.8, 1.40, 0.2, 42.0},
	{8691.0, 1.323, 13.2, 2.10, 0.1, 29.0}, {9710.0, 1.088, 29.0, 5.00, 0.05, 14.0},
};

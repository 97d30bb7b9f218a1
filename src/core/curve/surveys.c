/*
 * surveys.c
 *		What other surveys' files have in them: passbands, fluxes, times.
 *
 * Passbands are those nearest in effective wavelength; the red and the near
 * infrared beyond y and what is far from all six (white light, the ultraviolet,
 * B) are left out.  AB magnitudes minus Vega magnitudes: Blanton and Roweis 2007
 * (AJ 133, 734), table 1, for V and I; Gaia's zero points: Riello et al. 2021
 * (A&A 649, A3), table 5 (G 25.8010 AB, 25.6874 Vega).
 *
 * Extinction is Schlafly and Finkbeiner 2011 (ApJ 737, 103), table 6, with R_V = 3.1,
 * for Pan-STARRS, DES (u: LSST's), SDSS, LSST and Landolt's V and I.  ZTF's, ATLAS's and
 * Gaia's passbands are not in it: theirs is interpolated to the effective wavelength, 4723,
 * 6340 and 7886 Angstrom (Bellm et al. 2019, PASP 131, 018002), 5330 and 6790 (Tonry et
 * al. 2018, PASP 130, 064505), and 5110 (BP), 6218 (G) and 7769 (RP; Riello et al.), between
 * g, V, r, i and z of that table.  Of SNANA's letters the survey is not known: LSST's.
 */
#include "core/curve/surveys.h"

#include <stdbool.h>
#include <string.h>

enum
{
	U,
	G,
	R,
	I,
	Z,
	Y
};

const Survey surveys[] = {
	/*
	 * Difference images: fluxes in counts with a zero point in each row (zpdiff).
	 * Alerts and forced photometry have JD, data releases and catalogs MJD.
	 */
	{"ztf",
	 "ztf",
	 NULL,
	 {[G] = 3.30, [R] = 2.21, [I] = 1.57},
	 {{"1", G, NAN, 0.0},
	  {"2", R, NAN, 0.0},
	  {"3", I, NAN, 0.0},
	  {"g", G, NAN, 0.0},
	  {"r", R, NAN, 0.0},
	  {"i", I, NAN, 0.0},
	  {"G", G, NAN, 0.0},
	  {"R", R, NAN, 0.0},
	  {"I", I, NAN, 0.0},
	  {"zg", G, NAN, 0.0},
	  {"zr", R, NAN, 0.0},
	  {"zi", I, NAN, 0.0}}},
	/* cyan, 5330 Angstrom, and orange, 6790 Angstrom */
	{"atlas",
	 "atlas",
	 &time_scales[TIME_MJD],
	 {[G] = 2.83, [R] = 2.01},
	 {{"c", G, MICROJANSKY_ZERO_POINT, 0.0},
	  {"o", R, MICROJANSKY_ZERO_POINT, 0.0},
	  {"cyan", G, MICROJANSKY_ZERO_POINT, 0.0},
	  {"orange", R, MICROJANSKY_ZERO_POINT, 0.0}}},
	/* numbers: filterID of the archive's tables, whose fluxes are in jansky */
	{"panstarrs",
	 "ps1",
	 &time_scales[TIME_MJD],
	 {[G] = 3.172, [R] = 2.271, [I] = 1.682, [Z] = 1.322, [Y] = 1.087},
	 {{"1", G, JANSKY_ZERO_POINT, 0.0},
	  {"2", R, JANSKY_ZERO_POINT, 0.0},
	  {"3", I, JANSKY_ZERO_POINT, 0.0},
	  {"4", Z, JANSKY_ZERO_POINT, 0.0},
	  {"5", Y, JANSKY_ZERO_POINT, 0.0},
	  {"g", G, JANSKY_ZERO_POINT, 0.0},
	  {"r", R, JANSKY_ZERO_POINT, 0.0},
	  {"i", I, JANSKY_ZERO_POINT, 0.0},
	  {"z", Z, JANSKY_ZERO_POINT, 0.0},
	  {"y", Y, JANSKY_ZERO_POINT, 0.0}}},
	{"des",
	 "des",
	 &time_scales[TIME_MJD],
	 {[U] = 4.145, [G] = 3.237, [R] = 2.176, [I] = 1.595, [Z] = 1.217, [Y] = 1.058},
	 {{"u", U, FLUX_ZERO_POINT, 0.0},
	  {"g", G, FLUX_ZERO_POINT, 0.0},
	  {"r", R, FLUX_ZERO_POINT, 0.0},
	  {"i", I, FLUX_ZERO_POINT, 0.0},
	  {"z", Z, FLUX_ZERO_POINT, 0.0},
	  {"Y", Y, FLUX_ZERO_POINT, 0.0},
	  {"y", Y, FLUX_ZERO_POINT, 0.0}}},
	{"sdss",
	 "sdss",
	 &time_scales[TIME_MJD],
	 {[U] = 4.239, [G] = 3.303, [R] = 2.285, [I] = 1.698, [Z] = 1.263},
	 {{"u", U, NANOMAGGY_ZERO_POINT, 0.0},
	  {"g", G, NANOMAGGY_ZERO_POINT, 0.0},
	  {"r", R, NANOMAGGY_ZERO_POINT, 0.0},
	  {"i", I, NANOMAGGY_ZERO_POINT, 0.0},
	  {"z", Z, NANOMAGGY_ZERO_POINT, 0.0}}},
	/* numbers as in the challenge */
	{"rubin",
	 "lsst",
	 &time_scales[TIME_MJD],
	 {0},
	 {{"0", U, NANOJANSKY_ZERO_POINT, 0.0},
	  {"1", G, NANOJANSKY_ZERO_POINT, 0.0},
	  {"2", R, NANOJANSKY_ZERO_POINT, 0.0},
	  {"3", I, NANOJANSKY_ZERO_POINT, 0.0},
	  {"4", Z, NANOJANSKY_ZERO_POINT, 0.0},
	  {"5", Y, NANOJANSKY_ZERO_POINT, 0.0},
	  {"u", U, NANOJANSKY_ZERO_POINT, 0.0},
	  {"g", G, NANOJANSKY_ZERO_POINT, 0.0},
	  {"r", R, NANOJANSKY_ZERO_POINT, 0.0},
	  {"i", I, NANOJANSKY_ZERO_POINT, 0.0},
	  {"z", Z, NANOJANSKY_ZERO_POINT, 0.0},
	  {"y", Y, NANOJANSKY_ZERO_POINT, 0.0}}},
	/* Vega magnitudes of Johnson's V and Cousins' I */
	{"ogle",
	 "ogle",
	 &time_scales[TIME_JD_2450000],
	 {[G] = 2.742, [I] = 1.505},
	 {{"V", G, NAN, 0.02}, {"I", I, NAN, 0.45}, {"v", G, NAN, 0.02}, {"i", I, NAN, 0.45}}},
	/* fluxes in electrons per second */
	{"gaia",
	 "gaia",
	 &time_scales[TIME_JD_2455197],
	 {[G] = 3.00, [R] = 2.26, [I] = 1.60},
	 {{"G", R, 25.8010, 0.1136},
	  {"BP", G, 25.3540, 0.0155},
	  {"RP", I, 25.1040, 0.3561},
	  {"g", R, 25.8010, 0.1136},
	  {"bp", G, 25.3540, 0.0155},
	  {"rp", I, 25.1040, 0.3561},
	  {"GBP", G, 25.3540, 0.0155},
	  {"GRP", I, 25.1040, 0.3561}}},
	/*
	 * Of the Carnegie Supernova Project's codes, n, m and o (its three V), B, J, j and
	 * H have none; its Y and y are centred at 1.04 micrometres.
	 */
	{"snana",
	 "",
	 &time_scales[TIME_MJD],
	 {0},
	 {{"u", U, FLUX_ZERO_POINT, 0.0},
	  {"g", G, FLUX_ZERO_POINT, 0.0},
	  {"r", R, FLUX_ZERO_POINT, 0.0},
	  {"i", I, FLUX_ZERO_POINT, 0.0},
	  {"z", Z, FLUX_ZERO_POINT, 0.0},
	  {"Y", Y, FLUX_ZERO_POINT, 0.0},
	  {"y", Y, FLUX_ZERO_POINT, 0.0}}},
	{NULL, NULL, NULL, {0}, {{NULL, 0, 0.0, 0.0}}},
};

const Survey *
find_survey(const char *name)
{
	for (const Survey *survey = surveys; survey->name != NULL; survey++)
	{
		if (strcmp(survey->name, name) == 0)
			return survey;
	}
	return NULL;
}

static const SurveyBand *
find_band(const Survey *survey, const char *name, size_t length)
{
	for (const SurveyBand *band = survey->bands; band->name != NULL; band++)
	{
		if (strlen(band->name) == length && memcmp(band->name, name, length) == 0)
			return band;
	}
	return NULL;
}

void
survey_extinction(const Survey *survey, double extinction[N_PASSBANDS])
{
	for (int passband = 0; passband < N_PASSBANDS; passband++)
		extinction[passband] = survey->extinction[passband] > 0.0 ? survey->extinction[passband]
																  : passbands[passband].extinction;
}

static bool
is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Whether the bytes begin with a prefix of small letters and digits, in any case. */
static bool
has_prefix(const char *name, size_t length, const char *prefix)
{
	size_t n = strlen(prefix);

	if (length < n)
		return false;
	for (size_t i = 0; i < n; i++)
	{
		if ((name[i] | 0x20) != prefix[i])
			return false;
	}
	return true;
}

const SurveyBand *
find_survey_band(const Survey *survey, const char *name, size_t length)
{
	const SurveyBand *band = find_band(survey, name, length);
	size_t			  n_prefix = strlen(survey->prefix), skip = 0;

	if (band != NULL)
		return band;
	if (has_prefix(name, length, survey->prefix))
		skip = n_prefix;
	/* not "-1" or "1.0" */
	for (size_t i = skip; i < length && is_letter(name[0]); i++)
	{
		if (name[i] != '\0' && strchr("_-.: ", name[i]) != NULL)
			skip = i + 1;
	}
	if (n_prefix > 0 && skip > 0 && length - skip == n_prefix &&
		has_prefix(name + skip, length - skip, survey->prefix))
		return find_band(survey, name, skip - 1);
	return find_band(survey, name + skip, length - skip);
}

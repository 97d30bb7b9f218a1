/*
 * surveys.c
 *		What other surveys' files have in them: passbands, fluxes, times.
 *
 * Passbands are those nearest in effective wavelength; the red and the near
 * infrared beyond y and what is far from all six (white light, the ultraviolet,
 * B) are left out.  AB magnitudes minus Vega magnitudes: Blanton and Roweis 2007
 * (AJ 133, 734), table 1, for V and I; Gaia's zero points: Riello et al. 2021
 * (A&A 649, A3), table 5 (G 25.8010 AB, 25.6874 Vega).
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
	 {{"c", G, MICROJANSKY_ZERO_POINT, 0.0},
	  {"o", R, MICROJANSKY_ZERO_POINT, 0.0},
	  {"cyan", G, MICROJANSKY_ZERO_POINT, 0.0},
	  {"orange", R, MICROJANSKY_ZERO_POINT, 0.0}}},
	/* numbers: filterID of the archive's tables, whose fluxes are in jansky */
	{"panstarrs",
	 "ps1",
	 &time_scales[TIME_MJD],
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
	 {{"u", U, NANOMAGGY_ZERO_POINT, 0.0},
	  {"g", G, NANOMAGGY_ZERO_POINT, 0.0},
	  {"r", R, NANOMAGGY_ZERO_POINT, 0.0},
	  {"i", I, NANOMAGGY_ZERO_POINT, 0.0},
	  {"z", Z, NANOMAGGY_ZERO_POINT, 0.0}}},
	/* numbers as in the challenge */
	{"rubin",
	 "lsst",
	 &time_scales[TIME_MJD],
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
	{"ogle", "ogle", &time_scales[TIME_JD_2450000], {{"V", G, NAN, 0.02}, {"I", I, NAN, 0.45}}},
	/* fluxes in electrons per second */
	{"gaia",
	 "gaia",
	 &time_scales[TIME_JD_2455197],
	 {{"G", R, 25.8010, 0.1136},
	  {"BP", G, 25.3540, 0.0155},
	  {"RP", I, 25.1040, 0.3561},
	  {"g", R, 25.8010, 0.1136},
	  {"bp", G, 25.3540, 0.0155},
	  {"rp", I, 25.1040, 0.3561}}},
	/*
	 * Of the Carnegie Supernova Project's codes, n, m and o (its three V), B, J, j and
	 * H have none; its Y and y are centred at 1.04 micrometres.
	 */
	{"snana",
	 "",
	 &time_scales[TIME_MJD],
	 {{"u", U, FLUX_ZERO_POINT, 0.0},
	  {"g", G, FLUX_ZERO_POINT, 0.0},
	  {"r", R, FLUX_ZERO_POINT, 0.0},
	  {"i", I, FLUX_ZERO_POINT, 0.0},
	  {"z", Z, FLUX_ZERO_POINT, 0.0},
	  {"Y", Y, FLUX_ZERO_POINT, 0.0},
	  {"y", Y, FLUX_ZERO_POINT, 0.0}}},
	{NULL, NULL, NULL, {{NULL, 0, 0.0, 0.0}}},
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
	size_t			  skip = 0;

	if (band != NULL)
		return band;
	if (has_prefix(name, length, survey->prefix))
		skip = strlen(survey->prefix);
	/* not "-1" or "1.0" */
	for (size_t i = skip; i < length && is_letter(name[0]); i++)
	{
		if (name[i] != '\0' && strchr("_-.:", name[i]) != NULL)
			skip = i + 1;
	}
	return find_band(survey, name + skip, length - skip);
}

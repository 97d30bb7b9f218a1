/*
 * test_units.c
 *		Fluxes, magnitudes and times compared with their definitions and with
 *		values that are known elsewhere; passbands of other surveys.
 */
#include <string.h>

#include "unit.h"

#include "core/curve/surveys.h"
#include "core/curve/units.h"

static void
test_fluxes(void)
{
	CHECK_CLOSE(flux_from_nanojansky(1.0), pow(10.0, (27.5 - 31.4) / 2.5), 1e-15, "nanojansky");
	CHECK_CLOSE(flux_from_microjansky(1.0), 1000.0 * flux_from_nanojansky(1.0), 1e-13,
				"microjansky");
	CHECK_CLOSE(flux_scale(NANOJANSKY_ZERO_POINT), flux_from_nanojansky(1.0), 1e-16, "scale");
	CHECK_CLOSE(flux_scale(MICROJANSKY_ZERO_POINT), flux_from_microjansky(1.0), 1e-13, "scale");
	CHECK_CLOSE(flux_scale(JANSKY_ZERO_POINT), 1e9 * flux_from_nanojansky(1.0), 1e-6, "jansky");
	CHECK(flux_scale(FLUX_ZERO_POINT) == 1.0, "own zero point");
	/* An AB magnitude of 27.5 is one FLUXCAL unit; zero magnitude is 3631 Jy. */
	CHECK_CLOSE(flux_from_nanojansky(3631e9 * pow(10.0, -0.4 * 27.5)), 1.0, 2e-4, "AB magnitude");
	/* 1 nanomaggy is 3.631 microjansky */
	CHECK_CLOSE(flux_scale(NANOMAGGY_ZERO_POINT), flux_from_microjansky(3.631), 0.01, "nanomaggy");
}

static void
test_magnitudes(void)
{
	CHECK(flux_from_magnitude(27.5, 27.5) == 1.0, "zero point");
	CHECK_CLOSE(flux_from_magnitude(20.0, 27.5), 1000.0, 1e-12, "7.5 mag");
	CHECK_CLOSE(flux_from_magnitude(20.0, 25.0), 100.0, 1e-13, "5 mag");
	for (double magnitude = -10.0; magnitude < 45.0; magnitude += 0.37)
	{
		double flux = flux_from_magnitude(magnitude, FLUX_ZERO_POINT);
		double step = 1e-6;

		CHECK_CLOSE(magnitude_of_flux(flux), magnitude, 1e-13, "round trip");
		CHECK_CLOSE(flux_of_magnitude(magnitude) / flux, 1.0, 1e-14, "the other form");
		/* the derivative */
		CHECK_CLOSE(flux_err_from_magnitude(flux, step) / flux,
					flux_from_magnitude(magnitude - step / 2, FLUX_ZERO_POINT) / flux -
						flux_from_magnitude(magnitude + step / 2, FLUX_ZERO_POINT) / flux,
					1e-14, "error of the flux");
		CHECK_CLOSE(magnitude_err_of_flux(flux, flux_err_from_magnitude(flux, 0.1)), 0.1, 1e-15,
					"error there and back");
	}
	for (int i = 0; i < 7; i++)
	{
		const double none[] = {NAN, INFINITY, -INFINITY, 99.0, 50.0, -30.0, -999.0};

		CHECK(isnan(flux_from_magnitude(none[i], 27.5)), "magnitude %g", none[i]);
		CHECK(isnan(flux_from_magnitude(20.0, none[i])) && isnan(flux_scale(none[i])),
			  "zero point %g", none[i]);
	}
	CHECK(isnan(magnitude_of_flux(0.0)) && isnan(magnitude_of_flux(-1.0)), "no magnitude");
	CHECK(isnan(magnitude_err_of_flux(0.0, 1.0)) && isnan(magnitude_err_of_flux(INFINITY, 1.0)) &&
			  isnan(magnitude_err_of_flux(1.0, 0.0)) && isnan(magnitude_err_of_flux(1.0, -9.0)) &&
			  isnan(flux_err_from_magnitude(NAN, 1.0)) &&
			  isnan(flux_err_from_magnitude(1.0, 0.0)) && isnan(flux_err_from_magnitude(1.0, -1.0)),
		  "no error");
}

static void
test_times(void)
{
	CHECK(mjd_of_time(2400000.5, &time_scales[TIME_JD]) == 0.0, "origin");
	CHECK(mjd_of_time(2459250.75, &time_scales[TIME_JD]) == 59250.25, "JD");
	CHECK(mjd_of_time(5262.5, &time_scales[TIME_JD_2450000]) == 55262.0, "HJD - 2450000");
	CHECK(mjd_of_time(1.5, &time_scales[TIME_JD_2455197]) == 55198.5, "BJD - 2455197.5");
	/* 2000-01-01 00:00 is 51544, 946684800 s after 1970 */
	CHECK(mjd_of_time(946684800.0, &time_scales[TIME_UNIX]) == 51544.0, "unix");
	CHECK(mjd_of_time(59250.25, &time_scales[TIME_MJD]) == 59250.25, "MJD");
}

static int
passband_of(const char *survey, const char *name)
{
	const SurveyBand *band = find_survey_band(find_survey(survey), name, strlen(name));

	return band == NULL ? -1 : band->passband;
}

static void
test_surveys(void)
{
	static const struct
	{
		const char *survey;
		const char *name;
		int			passband;
	} known[] = {
		{"ztf", "1", 1},
		{"ztf", "3", 3},
		{"ztf", "zg", 1},
		{"ztf", "ZTF_r", 2},
		{"ztf", "ztfi", 3},
		{"ztf", "R", 2},
		{"ztf", "4", -1},
		{"ztf", "z", -1},
		{"ztf", "", -1},
		{"ztf", "ztf", -1},
		{"ztf", "ZTF_", -1},
		{"atlas", "o", 2},
		{"atlas", "c", 1},
		{"atlas", "atlaso", 2},
		{"atlas", "g", -1},
		{"panstarrs", "5", 5},
		{"panstarrs", "w", -1},
		{"panstarrs", "ps1::g", 1},
		{"des", "Y", 5},
		{"sdss", "u", 0},
		{"rubin", "0", 0},
		{"rubin", "lsstz", 4},
		{"rubin", "6", -1},
		{"rubin", "1.0", -1},
		{"ztf", "-1", -1},
		{"ogle", "I", 3},
		{"ogle", "V", 1},
		{"ogle", "i", 3},
		{"gaia", "G", 2},
		{"gaia", "RP", 3},
		{"ztf", "g-ZTF", 1},
		{"ztf", "ztf-ztf", -1},
		{"ztf", "ZTF g", 1},
		{"ztf", "-ztf", -1},
		{"atlas", "orange-ATLAS", 2},
		{"panstarrs", "z_PS1", 4},
		{"snana", "g-DES", -1},
		{"ogle", "OGLE_V", 1},
		{"gaia", "GBP", 1},
		{"gaia", "G_BP", 1},
		{"snana", "DES-i", 3},
		{"snana", "o", -1},
		{"snana", "Y", 5},
	};

	for (int i = 0; i < (int) (sizeof(known) / sizeof(known[0])); i++)
		CHECK(passband_of(known[i].survey, known[i].name) == known[i].passband, "%s %s is %d",
			  known[i].survey, known[i].name, passband_of(known[i].survey, known[i].name));
	CHECK(find_survey("ZTF") == NULL && find_survey("") == NULL, "unknown survey");
	CHECK(find_survey_band(find_survey("rubin"), "g\0", 2) == NULL &&
			  find_survey_band(find_survey("rubin"), "\0g", 2) == NULL,
		  "NUL in a name");
	for (const Survey *survey = surveys; survey->name != NULL; survey++)
	{
		CHECK(survey->bands[MAX_SURVEY_BANDS - 1].name == NULL, "end of %s", survey->name);
		for (const SurveyBand *band = survey->bands; band->name != NULL; band++)
		{
			CHECK(find_survey_band(survey, band->name, strlen(band->name)) == band,
				  "%s %s stands twice", survey->name, band->name);
			for (const SurveyBand *other = survey->bands; other < band; other++)
				CHECK(other->passband != band->passband ||
						  (memcmp(&other->zero_point, &band->zero_point, sizeof(double)) == 0 &&
						   other->magnitude_offset == band->magnitude_offset),
					  "%s %s and %s differ", survey->name, other->name, band->name);
		}
	}
}

/* The same to the bit for Rubin; elsewhere the longer the wavelength the less. */
static void
test_extinction(void)
{
	double extinction[N_PASSBANDS];

	for (const Survey *survey = surveys; survey->name != NULL; survey++)
	{
		survey_extinction(survey, extinction);
		for (int passband = 0; passband < N_PASSBANDS; passband++)
		{
			if (strcmp(survey->name, "rubin") == 0 || strcmp(survey->name, "snana") == 0)
				CHECK(extinction[passband] == passbands[passband].extinction, "%s %d", survey->name,
					  passband);
			CHECK(fabs(extinction[passband] / passbands[passband].extinction - 1.0) < 0.16,
				  "%s %d has %g", survey->name, passband, extinction[passband]);
			CHECK(passband == 0 || extinction[passband] < extinction[passband - 1],
				  "order of %s %d", survey->name, passband);
		}
	}
	survey_extinction(find_survey("atlas"), extinction);
	CHECK(extinction[2] == 2.01 && extinction[3] == passbands[3].extinction, "ATLAS");
}

int
main(void)
{
	test_fluxes();
	test_magnitudes();
	test_times();
	test_surveys();
	test_extinction();
	return unit_report();
}

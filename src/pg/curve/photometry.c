/*
 * photometry.c
 *		Conversion of other surveys' passbands, fluxes, magnitudes and times.
 *
 * What has no value, such as the magnitude of a negative flux, is NULL.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "pg/curve/photometry.h"
#include "pg/util/args.h"

PG_FUNCTION_INFO_V1(plasticc_passband);
PG_FUNCTION_INFO_V1(plasticc_survey_passband);
PG_FUNCTION_INFO_V1(plasticc_survey_passband_number);
PG_FUNCTION_INFO_V1(plasticc_flux_from_nanojansky);
PG_FUNCTION_INFO_V1(plasticc_flux_from_microjansky);
PG_FUNCTION_INFO_V1(plasticc_flux_from_magnitude);
PG_FUNCTION_INFO_V1(plasticc_flux_err_from_magnitude);
PG_FUNCTION_INFO_V1(plasticc_rescale_flux);
PG_FUNCTION_INFO_V1(plasticc_magnitude);
PG_FUNCTION_INFO_V1(plasticc_magnitude_err);
PG_FUNCTION_INFO_V1(plasticc_mjd_from_jd);
PG_FUNCTION_INFO_V1(plasticc_mjd_from_timestamp);
PG_FUNCTION_INFO_V1(plasticc_timestamp);

/* MJD of timestamp 0, which is 2000-01-01. */
#define TIMESTAMP_ORIGIN_MJD 51544
#define TIMESTAMP_UNITS_PER_DAY 86400e6

/* ----------------------------------------------------------------
 * Passbands
 * ----------------------------------------------------------------
 */

Datum
plasticc_passband(PG_FUNCTION_ARGS)
{
	text *name = PG_GETARG_TEXT_PP(0);
	int	  passband = find_passband(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (passband < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unknown passband \"%s\"", quoted_text(name)),
						errhint("Passbands are \"u\", \"g\", \"r\", \"i\", \"z\" and \"y\".")));
	PG_RETURN_INT16(passband);
}

const Survey *
require_survey(const char *name)
{
	const Survey  *survey = find_survey(name);
	StringInfoData known;

	if (survey != NULL)
		return survey;
	initStringInfo(&known);
	for (survey = surveys; survey->name != NULL; survey++)
		appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "", survey->name);
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unknown survey \"%s\"", quoted_string(name)),
					errhint("Choose one of: %s.", known.data)));
}

static Datum
survey_passband(FunctionCallInfo fcinfo, const char *name, size_t length)
{
	const SurveyBand *band =
		find_survey_band(require_survey(text_to_cstring(PG_GETARG_TEXT_PP(1))), name, length);

	if (band == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT16(band->passband);
}

/* plasticc_passband(name, survey): NULL where none of the six is like it. */
Datum
plasticc_survey_passband(PG_FUNCTION_ARGS)
{
	text *name = PG_GETARG_TEXT_PP(0);

	return survey_passband(fcinfo, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/* plasticc_passband(number, survey), for a column such as ZTF's fid */
Datum
plasticc_survey_passband_number(PG_FUNCTION_ARGS)
{
	char name[32];
	int	 length = snprintf(name, sizeof(name), INT64_FORMAT, PG_GETARG_INT64(0));

	return survey_passband(fcinfo, name, length);
}

/* ----------------------------------------------------------------
 * Fluxes and magnitudes
 * ----------------------------------------------------------------
 */

static Datum
finite_or_null(FunctionCallInfo fcinfo, double value)
{
	if (!isfinite(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

Datum
plasticc_flux_from_nanojansky(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(flux_from_nanojansky(PG_GETARG_FLOAT8(0)));
}

Datum
plasticc_flux_from_microjansky(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(flux_from_microjansky(PG_GETARG_FLOAT8(0)));
}

/* plasticc_flux_from_magnitude(magnitude, zero_point) */
Datum
plasticc_flux_from_magnitude(PG_FUNCTION_ARGS)
{
	return finite_or_null(fcinfo, flux_from_magnitude(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1)));
}

/* plasticc_flux_err_from_magnitude(magnitude, magnitude_err, zero_point) */
Datum
plasticc_flux_err_from_magnitude(PG_FUNCTION_ARGS)
{
	double flux = flux_from_magnitude(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(2));

	return finite_or_null(fcinfo, flux_err_from_magnitude(flux, PG_GETARG_FLOAT8(1)));
}

/* plasticc_rescale_flux(flux, zero_point) */
Datum
plasticc_rescale_flux(PG_FUNCTION_ARGS)
{
	return finite_or_null(fcinfo, PG_GETARG_FLOAT8(0) * flux_scale(PG_GETARG_FLOAT8(1)));
}

Datum
plasticc_magnitude(PG_FUNCTION_ARGS)
{
	return finite_or_null(fcinfo, magnitude_of_flux(PG_GETARG_FLOAT8(0)));
}

/* plasticc_magnitude_err(flux, flux_err) */
Datum
plasticc_magnitude_err(PG_FUNCTION_ARGS)
{
	return finite_or_null(fcinfo, magnitude_err_of_flux(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1)));
}

/* ----------------------------------------------------------------
 * Times
 * ----------------------------------------------------------------
 */

Datum
plasticc_mjd_from_jd(PG_FUNCTION_ARGS)
{
	return finite_or_null(fcinfo, mjd_of_time(PG_GETARG_FLOAT8(0), &time_scales[TIME_JD]));
}

/* Days of 86400 s, as in PostgreSQL: there are no leap seconds. */
Datum
plasticc_mjd_from_timestamp(PG_FUNCTION_ARGS)
{
	TimestampTz time = PG_GETARG_TIMESTAMPTZ(0);

	if (TIMESTAMP_NOT_FINITE(time))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(TIMESTAMP_ORIGIN_MJD + (double) time / TIMESTAMP_UNITS_PER_DAY);
}

Datum
plasticc_timestamp(PG_FUNCTION_ARGS)
{
	double mjd = PG_GETARG_FLOAT8(0);
	double units = rint((mjd - TIMESTAMP_ORIGIN_MJD) * TIMESTAMP_UNITS_PER_DAY);

	if (!isfinite(mjd))
		PG_RETURN_NULL();
	if (units < (double) MIN_TIMESTAMP || units >= (double) END_TIMESTAMP)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("timestamp out of range: \"%g\"", mjd),
						errhint("mjd is a Modified Julian Date, in days.")));
	PG_RETURN_TIMESTAMPTZ((TimestampTz) units);
}

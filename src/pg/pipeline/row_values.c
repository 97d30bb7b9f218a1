/*
 * row_values.c
 *		What a row of observations says, as SQL expressions: other surveys' passbands,
 *		units and times become those of light curves.
 *
 * What is missing or has no value is NULL, which the aggregate counts as rejected.
 * Functions and operators have their schema, and arguments exactly the declared types.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "pg/pipeline/row_values.h"
#include "pg/util/args.h"
#include "pg/util/type_kinds.h"

/* A limit is so many standard errors. */
#define LIMIT_SIGMA 5

/* ------------------------------------------------------------------------
 * Passbands
 * ------------------------------------------------------------------------
 */

static void
add_case(StringInfo cases, const char *value, const char *constant, const char *result)
{
	appendStringInfo(cases, " WHEN %s OPERATOR(pg_catalog.=) %s THEN %s", value, constant, result);
}

static char *
passband_constant(int passband)
{
	return psprintf("%d::pg_catalog.int8", passband);
}

static char *
text_constant(const char *text)
{
	return psprintf("%s::pg_catalog.text", quote_literal_cstr(text));
}

/* A column of texts; letters and numbers of the challenge, where there is no survey. */
static char *
named_passband(const RowSource *source, const char *value)
{
	const ExtractOptions *options = source->options;
	StringInfoData		  cases;

	initStringInfo(&cases);
	for (int i = 0; i < options->n_passbands; i++)
		add_case(&cases, value, text_constant(options->passbands[i].name),
				 passband_constant(options->passbands[i].passband));
	if (source->survey)
		return psprintf("CASE%s ELSE %s.plasticc_passband(%s, %s)::pg_catalog.int8 END",
						cases.len > 0 ? cases.data : " WHEN false THEN NULL", source->schema, value,
						text_constant(source->survey->name));
	for (const char *letter = PASSBAND_LETTERS "Y"; *letter; letter++)
		add_case(&cases, value, text_constant(psprintf("%c", *letter)),
				 passband_constant(find_passband(letter, 1)));
	for (int i = 0; i < N_PASSBANDS; i++)
		add_case(&cases, value, text_constant(psprintf("%d", i)), passband_constant(i));
	return psprintf("CASE%s END", cases.data);
}

/* A column of numbers, of which those with a fraction are none of a passband. */
static char *
numbered_passband(const RowSource *source, const char *column, Oid type)
{
	const ExtractOptions *options = source->options;
	char *value = psprintf("%s::pg_catalog.%s", column, is_integer(type) ? "int8" : "float8");
	StringInfoData cases;

	initStringInfo(&cases);
	for (int i = 0; i < options->n_passbands; i++)
	{
		const char *name = options->passbands[i].name;

		if (name[0] == '\0' || strspn(name, "0123456789") != strlen(name) || strlen(name) > 9)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"passbands\": \"%s\" is not a number", quoted_string(name)),
					 errdetail("The column \"%s\" of %s has type %s.", options->passband,
							   source->observations.name, format_type_be(type))));
		add_case(&cases, value, passband_constant((int) strtol(name, NULL, 10)),
				 passband_constant(options->passbands[i].passband));
	}
	if (source->survey == NULL)
	{
		for (int i = 0; i < N_PASSBANDS && !is_integer(type); i++)
			add_case(&cases, value, passband_constant(i), passband_constant(i));
		return is_integer(type)
				   ? psprintf("CASE%s WHEN %s OPERATOR(pg_catalog.>=) 0::pg_catalog.int8 AND "
							  "%s OPERATOR(pg_catalog.<) %d::pg_catalog.int8 THEN %s END",
							  cases.data, value, value, N_PASSBANDS, value)
				   : psprintf("CASE%s END", cases.data);
	}
	for (const SurveyBand *band = source->survey->bands; band->name; band++)
		if (strspn(band->name, "0123456789") == strlen(band->name))
			add_case(&cases, value, passband_constant((int) strtol(band->name, NULL, 10)),
					 passband_constant(band->passband));
	return cases.len > 0 ? psprintf("CASE%s END", cases.data) : "NULL::pg_catalog.int8";
}

/* The passband of all rows, where a name is given that is no column; else -1. */
static int
only_passband(const RowSource *source, const PipelineTable *table)
{
	const char		 *option = source->options->passband;
	const SurveyBand *band = NULL;

	if (OidIsValid(column_type(table->oid, option)))
		return -1;
	if (source->survey)
		band = find_survey_band(source->survey, option, strlen(option));
	return band ? band->passband : find_passband(option, strlen(option));
}

/* What rows have in the column, as a text. */
char *
passband_text(const RowSource *source, const PipelineTable *table)
{
	const char *option = source->options->passband;

	return only_passband(source, table) < 0 ? text_column(table, "s", option, "passband")
											: text_constant(option);
}

char *
passband_expression(const RowSource *source, const PipelineTable *table)
{
	const char *column = source->options->passband;
	Oid			type;

	if (only_passband(source, table) >= 0)
		return passband_constant(only_passband(source, table));
	type = require_column(table, column, "passband");
	if (is_text(type))
		return named_passband(source,
							  psprintf("pg_catalog.btrim(%s)", passband_text(source, table)));
	if (!is_number(type))
		ereport(
			ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of %s has type %s", column, table->name, format_type_be(type)),
			 errhint("It must be a number, or text with the letters u g r i z y; the options "
					 "\"survey\" and \"passbands\" give other names.")));
	return numbered_passband(source, psprintf("s.%s", quote_identifier(column)), type);
}

/* ------------------------------------------------------------------------
 * Time
 * ------------------------------------------------------------------------
 */

/* "JD - 2450000", "MJD" or "unix"; sets what is to be added to days. */
static void
read_time(const char *option, const char *text, TimeScale *scale)
{
	static const struct
	{
		const char *name;
		int			scale;
	} names[] = {
		{"MJD", TIME_MJD}, {"BMJD", TIME_MJD}, {"JD", TIME_JD}, {"HJD", TIME_JD}, {"BJD", TIME_JD}};
	const char *rest;
	char	   *end;
	double		offset;

	if (pg_strcasecmp(text, "unix") == 0)
	{
		*scale = time_scales[TIME_UNIX];
		return;
	}
	for (int i = 0; i < lengthof(names); i++)
	{
		size_t length = strlen(names[i].name);

		if (pg_strncasecmp(text, names[i].name, length) != 0)
			continue;
		rest = text + length + strspn(text + length, " ");
		*scale = time_scales[names[i].scale];
		if (*rest == '\0')
			return;
		if (*rest != '-')
			continue;
		offset = strtod(rest + 1, &end);
		if (isfinite(offset) && end > rest + 1 && *end == '\0')
		{
			scale->origin += offset;
			return;
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for option \"%s\"", option),
			 errhint("Accepted: \"MJD\", \"JD\", \"HJD\", \"BJD\", these with an offset such as "
					 "\"JD - 2450000\", and \"unix\".")));
}

char *
time_expression(const RowSource *source, const PipelineTable *table, const char *column,
				const char *option, const char *time_option, const char *time)
{
	TimeScale scale = time_scales[TIME_MJD];
	Oid		  type = require_column(table, column, option);
	char	 *value;

	if (type == TIMESTAMPTZOID)
		return psprintf("%s.plasticc_mjd(s.%s::pg_catalog.timestamptz)", source->schema,
						quote_identifier(column));
	if (type == TIMESTAMPOID)
		return psprintf("%s.plasticc_mjd(pg_catalog.timezone('UTC'::pg_catalog.text, "
						"s.%s::pg_catalog.timestamp))",
						source->schema, quote_identifier(column));
	if (time)
		read_time(time_option, time, &scale);
	else if (source->survey && source->survey->time)
		scale = *source->survey->time;
	value = number_column(table, "s", column, option);
	if (scale.per_day != 1)
		value =
			psprintf("(%s OPERATOR(pg_catalog./) %.17g::pg_catalog.float8)", value, scale.per_day);
	if (scale.origin != 0)
		value =
			psprintf("(%s OPERATOR(pg_catalog.+) (%.17g)::pg_catalog.float8)", value, scale.origin);
	return value;
}

/* ------------------------------------------------------------------------
 * Flux
 * ------------------------------------------------------------------------
 */

/* What a survey says of each passband: one constant, or one for each of the six. */
static char *
survey_constant(const RowSource *source, size_t member)
{
	const SurveyBand *bands = source->survey->bands;
	char			 *passband = passband_expression(source, &source->observations);
	const char		 *constants[N_PASSBANDS] = {NULL};
	bool			  same = true;
	StringInfoData	  cases;

	for (const SurveyBand *band = bands; band->name; band++)
	{
		const char *constant = (const char *) band + member;

		same = same && memcmp(constant, (const char *) bands + member, sizeof(double)) == 0;
		constants[band->passband] =
			psprintf("'%.17g'::pg_catalog.float8", *(const double *) constant);
	}
	if (same)
		return pstrdup(constants[bands->passband]);
	initStringInfo(&cases);
	for (int i = 0; i < N_PASSBANDS; i++)
		if (constants[i])
			add_case(&cases, passband, passband_constant(i), constants[i]);
	return psprintf("CASE%s END", cases.data);
}

/* The zero point of the fluxes; NULL for that of light curves. */
static char *
zero_point_expression(const RowSource *source)
{
	static const double of_unit[] = {
		[UNIT_NANOJANSKY] = NANOJANSKY_ZERO_POINT,	 [UNIT_MICROJANSKY] = MICROJANSKY_ZERO_POINT,
		[UNIT_MILLIJANSKY] = MILLIJANSKY_ZERO_POINT, [UNIT_JANSKY] = JANSKY_ZERO_POINT,
		[UNIT_NANOMAGGY] = NANOMAGGY_ZERO_POINT,
	};
	const ExtractOptions *options = source->options;
	char				 *end;
	double				  number;

	if (options->zero_point)
	{
		number = strtod(options->zero_point, &end);
		if (*end != '\0')
			return number_column(&source->observations, "s", options->zero_point, "zero_point");
		if (isnan(flux_scale(number)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid value for option \"%s\"", "zero_point"),
					 errhint("It is a number of magnitudes, %g to %g, or the name of a column.",
							 LOWEST_MAGNITUDE, HIGHEST_MAGNITUDE)));
		return psprintf("(%.17g)::pg_catalog.float8", number);
	}
	if (options->unit == UNIT_FLUXCAL || (options->unit == UNIT_NOT_GIVEN && !source->survey))
		return NULL;
	if (options->unit != UNIT_NOT_GIVEN)
		return psprintf("%.17g::pg_catalog.float8", of_unit[options->unit]);
	if (isnan(source->survey->bands[0].zero_point))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("survey \"%s\" has no unit of flux of its own", source->survey->name),
			 errhint("Name the column with the zero points by the option \"zero_point\", or the "
					 "columns with magnitudes by \"magnitude\" and \"magnitude_err\", or give the "
					 "\"unit\".")));
	return survey_constant(source, offsetof(SurveyBand, zero_point));
}

/* Does the factor differ from row to row? */
static bool
is_constant(const char *zero_point)
{
	return strstr(zero_point, "s.") == NULL;
}

bool
has_magnitudes(const ExtractOptions *options)
{
	return options->magnitude != NULL || options->unit == UNIT_MAGNITUDE;
}

static void
magnitude_expressions(const RowSource *source, char **flux, char **flux_err)
{
	const ExtractOptions *options = source->options;
	const char			 *name = options->magnitude ? options->magnitude : options->flux;
	const char			 *err = options->magnitude_err ? options->magnitude_err : options->flux_err;
	char				 *magnitude =
		number_column(&source->observations, "s", name, options->magnitude ? "magnitude" : "flux");

	if (source->survey)
		magnitude = psprintf("(%s OPERATOR(pg_catalog.+) %s)", magnitude,
							 survey_constant(source, offsetof(SurveyBand, magnitude_offset)));
	*flux = psprintf("%s.plasticc_flux_from_magnitude(%s, %g::pg_catalog.float8)", source->schema,
					 magnitude, FLUX_ZERO_POINT);
	*flux_err =
		psprintf("%s.plasticc_flux_err_from_magnitude(%s, %s, %g::pg_catalog.float8)",
				 source->schema, magnitude,
				 number_column(&source->observations, "s", err, "magnitude_err"), FLUX_ZERO_POINT);
}

static char *
rescaled(const RowSource *source, const char *flux, const char *zero_point)
{
	if (zero_point == NULL)
		return pstrdup(flux);
	if (is_constant(zero_point))
		return psprintf(
			"(%s OPERATOR(pg_catalog.*) %s.plasticc_rescale_flux(1::pg_catalog.float8, %s))", flux,
			source->schema, zero_point);
	return psprintf("%s.plasticc_rescale_flux(%s, %s)", source->schema, flux, zero_point);
}

/* +1 or -1 for a column such as isdiffpos, NULL where it says neither. */
static char *
sign_expression(const RowSource *source)
{
	const char *column = source->options->sign;
	Oid			type = require_column(&source->observations, column, "sign");
	char	   *value;

	if (type == BOOLOID || is_text(type))
	{
		value = text_column(&source->observations, "s", column, "sign");
		return psprintf(
			"CASE WHEN pg_catalog.lower(%s) OPERATOR(pg_catalog.=) ANY "
			"('{t,true,1,+1,+,1.0,y,yes}'::pg_catalog.text[]) THEN 1::pg_catalog.float8 "
			"WHEN pg_catalog.lower(%s) OPERATOR(pg_catalog.=) ANY "
			"('{f,false,0,-1,-,-1.0,n,no}'::pg_catalog.text[]) THEN (-1)::pg_catalog.float8 "
			"END",
			value, value);
	}
	value = number_column(&source->observations, "s", column, "sign");
	return psprintf(
		"CASE WHEN %s OPERATOR(pg_catalog.>) 0::pg_catalog.float8 THEN 1::pg_catalog.float8 "
		"WHEN %s OPERATOR(pg_catalog.<=) 0::pg_catalog.float8 THEN "
		"(-1)::pg_catalog.float8 END",
		value, value);
}

/* The standard error of the flux 0 of a non-detection. */
char *
limit_expression(const RowSource *source, const PipelineTable *table)
{
	return psprintf("(%s.plasticc_flux_from_magnitude(%s, %g::pg_catalog.float8) "
					"OPERATOR(pg_catalog./) %d::pg_catalog.float8)",
					source->schema,
					number_column(table, "s", source->options->limit_magnitude, "limit_magnitude"),
					FLUX_ZERO_POINT, LIMIT_SIGMA);
}

void
flux_expressions(const RowSource *source, char **flux, char **flux_err)
{
	const ExtractOptions *options = source->options;

	if (has_magnitudes(options))
		magnitude_expressions(source, flux, flux_err);
	else
	{
		char *zero_point = zero_point_expression(source);

		*flux = rescaled(source, number_column(&source->observations, "s", options->flux, "flux"),
						 zero_point);
		*flux_err = rescaled(
			source, number_column(&source->observations, "s", options->flux_err, "flux_err"),
			zero_point);
	}
	if (options->sign)
		*flux = psprintf("(%s OPERATOR(pg_catalog.*) %s)", *flux, sign_expression(source));
	if (options->limit_magnitude && options->limits == NULL)
	{
		*flux_err = psprintf("CASE WHEN %s IS NULL THEN %s ELSE %s END", *flux,
							 limit_expression(source, &source->observations), *flux_err);
		*flux = psprintf(
			"CASE WHEN %s IS NULL AND %s IS NOT NULL THEN 0::pg_catalog.float8 ELSE %s END", *flux,
			limit_expression(source, &source->observations), *flux);
	}
}

/* The column's integers are left to the aggregate, which refuses others than 0 and 1. */
char *
detected_expression(const RowSource *source)
{
	const PipelineTable *table = &source->observations;
	const char *column = source->options->detected ? source->options->detected : "detected";
	Oid			type = column_type(table->oid, column);

	if (source->options->detected == NULL && !OidIsValid(type))
		return "NULL::pg_catalog.bool";
	if (is_integer(type) && source->limits.name == NULL)
		return psprintf("s.%s::pg_catalog.int8", quote_identifier(column));
	return boolean_column(table, "s", column, "detected");
}

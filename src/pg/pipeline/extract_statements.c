/*
 * extract_statements.c
 *		The SQL of plasticc_extract.
 */
#include "pg/module/plasticc.h"

#include "core/features/catalog.h"
#include "utils/builtins.h"

#include "pg/pipeline/extract_statements.h"
#include "pg/pipeline/pipeline_tables.h"
#include "pg/pipeline/row_checks.h"
#include "pg/pipeline/row_query.h"
#include "pg/util/args.h"

/* ------------------------------------------------------------------------
 * What is to be done
 * ------------------------------------------------------------------------
 */

/* " AND s.arrived >= '2027-01-01'::timestamptz" */
static char *
arrival_condition(const Extraction *extraction)
{
	const ExtractOptions *options = &extraction->options;
	Oid					  type;

	if (options->arrival == NULL)
		return "";
	type = column_type(extraction->rows.observations.oid, options->arrival);
	if (!OidIsValid(type))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("%s has no column \"%s\"", extraction->rows.observations.name,
							   quoted_string(options->arrival)),
						errhint("The option \"arrival\" names the column that records when rows "
								"arrived.")));
	return psprintf(" AND s.%s OPERATOR(pg_catalog.>=) %s::%s", quote_identifier(options->arrival),
					quote_literal_cstr(options->since),
					format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY));
}

/*
 * The column of stored light curves of a row s.  Like all arguments of the
 * extension's functions it has exactly the type of their parameter, here also
 * where the column is of a domain: otherwise a function of that name that somebody
 * else has created in the extension's schema could be a better match.
 */
static char *
stored_curve(const Extraction *extraction)
{
	return psprintf("s.%s::%s.lightcurve", quote_identifier(extraction->options.lightcurve),
					extraction->schema);
}

/* A value of the enum plasticc_feature_set. */
char *
feature_set_constant(const Extraction *extraction)
{
	return psprintf("%s::%s.plasticc_feature_set",
					quote_literal_cstr(feature_set_names[extraction->options.feature_set]),
					extraction->schema);
}

/* The column of a subquery of rows, which has the collation of the observations. */
static const KeyColumn row_id = {"object_id", "", InvalidOid};

/* (object_id, n_rows) of observations, by range. */
static char *
count_query(const Extraction *extraction, bool range)
{
	const ObjectKey *key = &extraction->key;
	const KeyColumn *id = &extraction->rows.id;
	RowChoice		 choice = range ? ROWS_IN_RANGE : ALL_ROWS;

	if (extraction->stored_curves)
		return psprintf("SELECT %s AS object_id, "
						"%s.plasticc_n_observations(%s)::pg_catalog.int8 AS n_rows FROM %s AS s "
						"WHERE s.%s IS NOT NULL%s%s%s AND s.%s IS NOT NULL",
						key_value(key, "s", id), extraction->schema, stored_curve(extraction),
						extraction->rows.observations.name, id->name,
						key_range(range, key, "s", id), arrival_condition(extraction),
						where_condition(&extraction->rows),
						quote_identifier(extraction->options.lightcurve));
	if (extraction->options.arrival)
		return psprintf("SELECT %s AS object_id, "
						"(SELECT pg_catalog.count(*) FROM (%s) AS a WHERE %s) AS n_rows "
						"FROM (SELECT DISTINCT s.%s AS object_id FROM %s AS s "
						"WHERE s.%s IS NOT NULL%s%s) AS c",
						key_value(key, "c", &row_id), object_rows(&extraction->rows, ALL_ROWS),
						key_equals(key, "a", &row_id, "c.object_id"), id->name,
						extraction->rows.observations.name, id->name,
						key_range(range, key, "s", id), arrival_condition(extraction));
	return psprintf("SELECT %s AS object_id, pg_catalog.count(*) AS n_rows "
					"FROM (%s) AS r GROUP BY r.object_id",
					key_value(key, "r", &row_id), object_rows(&extraction->rows, choice));
}

/*
 * A range of the observations' order is one of the target's if both have the same
 * collation; if not, the target's rows are found by the objects.
 */
char *
todo_query(const Extraction *extraction, bool range)
{
	const KeyColumn *id = &extraction->target_id;
	bool			 same_order = extraction->rows.id.collation == id->collation;

	return psprintf("SELECT o.object_id FROM (%s) AS o LEFT JOIN %s AS t ON %s%s "
					"WHERE t.n_rows IS NULL OR t.n_rows OPERATOR(pg_catalog.<>) o.n_rows "
					"ORDER BY o.object_id",
					count_query(extraction, range), extraction->target.name,
					key_equals(&extraction->key, "t", id, "o.object_id"),
					key_range(range && same_order, &extraction->key, "t", id));
}

/* All objects, whether or not they are to be done: nothing is asked of their rows. */
char *
all_query(const Extraction *extraction, bool range)
{
	RowSource	   rows = extraction->rows;
	ExtractOptions options = extraction->options;

	options.where = NULL;
	rows.options = &options;
	return psprintf("SELECT DISTINCT %s AS object_id FROM (%s) AS r ORDER BY 1",
					key_value(&extraction->key, "r", &row_id),
					object_rows(&rows, range ? ROWS_IN_RANGE : ALL_ROWS));
}

/* ------------------------------------------------------------------------
 * Doing it
 * ------------------------------------------------------------------------
 */

/* A function of a light curve and a number, where the number is not negative. */
static char *
applied(const Extraction *extraction, const char *function, char *curve, double number)
{
	if (number < 0)
		return curve;
	return psprintf("%s.%s(%s, %.17g::pg_catalog.float8)", extraction->schema, function, curve,
					number);
}

/* (object_id, lightcurve, n_rows) of the objects in $1, with or without wild points. */
static char *
curves_query(const Extraction *extraction, bool clipped)
{
	const ObjectKey *key = &extraction->key;
	const RowSource *rows = &extraction->rows;
	char			*curve = extraction->stored_curves
								 ? stored_curve(extraction)
								 : psprintf("%s.plasticc_lightcurve(r.mjd, r.passband, r.flux, r.flux_err, "
													   "r.detected)",
											extraction->schema);

	curve = applied(extraction, "plasticc_coalesce", curve, extraction->options.coalesce);
	if (clipped)
		curve = applied(extraction, "plasticc_clip", curve, extraction->options.clip);

	/* OFFSET 0: the light curve is made once, not wherever it is used */
	if (extraction->stored_curves)
		return psprintf("SELECT %s AS object_id, %s AS lightcurve, "
						"%s.plasticc_n_observations(%s)::pg_catalog.int8 AS n_rows FROM %s AS s "
						"WHERE %s%s OFFSET 0",
						key_value(key, "s", &rows->id), curve, extraction->schema,
						stored_curve(extraction), rows->observations.name,
						key_in(key, "s", &rows->id), where_condition(rows));
	return psprintf("SELECT %s AS object_id, %s AS lightcurve, pg_catalog.count(*) AS n_rows "
					"FROM (%s) AS r GROUP BY r.object_id",
					key_value(key, "r", &row_id), curve,
					measurement_rows(rows, ROWS_OF_OBJECTS, false));
}

/* The first wild point of the objects in $1, as rejected_rows_query has it. */
static char *
wild_points_query(const Extraction *extraction)
{
	char *observations = psprintf("SELECT * FROM %s.plasticc_observations", extraction->schema);

	return psprintf(
		"SELECT c.object_id::pg_catalog.text, o.mjd::pg_catalog.text, NULL::pg_catalog.text, "
		"o.mjd, o.passband::pg_catalog.int8, o.flux::pg_catalog.float8, "
		"o.flux_err::pg_catalog.float8, true "
		"FROM (%s) AS c, LATERAL (%s(c.lightcurve) EXCEPT %s(%s)) AS o "
		"ORDER BY c.object_id, o.mjd, o.passband LIMIT 1",
		curves_query(extraction, false), observations, observations,
		applied(extraction, "plasticc_clip", "c.lightcurve", extraction->options.clip));
}

/* What is to be told of rejected rows; NULL where there can be none. */
char *
rejected_query(const Extraction *extraction)
{
	bool  clip = extraction->options.clip >= 0;
	char *rows = extraction->stored_curves ? NULL : rejected_rows_query(&extraction->rows);

	if (rows && clip)
		return psprintf("(%s) UNION ALL (%s)", rows, wild_points_query(extraction));
	return clip ? wild_points_query(extraction) : rows;
}

/* The features of a row c, with those of the host m where there are metadata. */
static char *
features_expression(const Extraction *extraction)
{
	const ExtractOptions *options = &extraction->options;
	const PipelineTable	 *metadata = &extraction->metadata;
	const char			 *distmod = options->distmod ? options->distmod : "distmod";
	char *features = psprintf("%s.plasticc_features(c.lightcurve, %s)", extraction->schema,
							  feature_set_constant(extraction));

	if (options->metadata == NULL)
		return features;
	return psprintf("%s.plasticc_host_features(%s, %s, %s, %s, %s, %s)", extraction->schema,
					features, boolean_column(metadata, "m", options->ddf, "ddf"),
					number_column(metadata, "m", options->hostgal_photoz, "hostgal_photoz"),
					number_column(metadata, "m", options->hostgal_photoz_err, "hostgal_photoz_err"),
					options->distmod == NULL && !OidIsValid(column_type(metadata->oid, distmod))
						? "NULL::pg_catalog.float8"
						: number_column(metadata, "m", distmod, "distmod"),
					number_column(metadata, "m", options->mwebv, "mwebv"));
}

/* The time is a parameter, for Citus sends no volatile functions to where the target lies. */
char *
write_statement(const Extraction *extraction)
{
	const ExtractOptions *options = &extraction->options;
	bool				  keep = extraction->keep_curves;
	char				 *join = "";

	if (options->metadata)
	{
		const char *name =
			options->metadata_object_id ? options->metadata_object_id : options->object_id;
		KeyColumn id =
			key_column(&extraction->metadata, name, "metadata_object_id", &extraction->key, NULL);

		warn_without_index(&extraction->metadata, name);
		join = psprintf(" LEFT JOIN %s AS m ON %s AND %s", extraction->metadata.name,
						key_equals(&extraction->key, "m", &id, "c.object_id"),
						key_in(&extraction->key, "m", &id));
	}
	return psprintf("INSERT INTO %s AS t (object_id, %sfeatures, n_rows, extracted_at) "
					"SELECT c.object_id, %s%s, c.n_rows, $2 FROM (%s) AS c%s "
					"ORDER BY c.object_id "
					"ON CONFLICT (object_id) DO UPDATE SET %sfeatures = EXCLUDED.features, "
					"n_rows = EXCLUDED.n_rows, extracted_at = EXCLUDED.extracted_at",
					extraction->target.name, keep ? "lightcurve, " : "",
					keep ? "c.lightcurve, " : "", features_expression(extraction),
					curves_query(extraction, true), join,
					keep ? "lightcurve = EXCLUDED.lightcurve, " : "");
}

/* ------------------------------------------------------------------------
 * For people
 * ------------------------------------------------------------------------
 */

char *
undone_query(const Extraction *extraction)
{
	const RowSource *rows = &extraction->rows;

	return psprintf("SELECT %s, count(*) FROM %s AS s WHERE true%s GROUP BY 1 "
					"EXCEPT SELECT object_id, n_rows FROM %s",
					rows->id.name, rows->observations.name, where_condition(rows),
					extraction->target.name);
}

char *
undone_of_all_query(const Extraction *extraction)
{
	return psprintf("SELECT %s FROM %s EXCEPT SELECT object_id FROM %s", extraction->rows.id.name,
					extraction->rows.observations.name, extraction->target.name);
}

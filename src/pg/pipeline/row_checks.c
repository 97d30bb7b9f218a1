/*
 * row_checks.c
 *		What is wrong with rows: of those that were rejected how many and why, and what
 *		a sample looks like before work begins.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "core/base/statistics.h"
#include "pg/jobs/procedure.h"
#include "pg/jobs/subtransaction.h"
#include "pg/pipeline/chunk_run.h"
#include "pg/pipeline/row_checks.h"
#include "pg/util/args.h"
#include "pg/util/type_kinds.h"

/* What a process has told of: the first rejected row, names of passbands. */
#define TOLD_ROW 1
#define TOLD_PASSBANDS 2

/* Rejected rows that are looked at. */
#define MAX_REJECTED_ROWS 1000

static const char *const fault_names[N_ROW_FAULTS] = {
	[MJD_NOT_FINITE] = "mjd is not finite",
	[FLUX_NOT_FINITE] = "flux is not finite",
	[FLUX_OUT_OF_RANGE] = "flux is out of range",
	[FLUX_ERR_NOT_FINITE] = "flux_err is not finite",
	[FLUX_ERR_NOT_POSITIVE] = "flux_err is not positive",
	[FLUX_ERR_OUT_OF_RANGE] = "flux_err is out of range",
	[MJD_MISSING] = "mjd is missing",
	[FLUX_MISSING] = "flux is missing",
	[FLUX_ERR_MISSING] = "flux_err is missing",
	[PASSBAND_MISSING] = "passband is missing or not mapped",
};

static int64
count_rejected(const RowCounts *rows)
{
	int64 n = 0;

	for (int i = 0; i < N_ROW_FAULTS; i++)
		n += rows->rejected[i];
	return n;
}

/* ------------------------------------------------------------------------
 * The first of them
 * ------------------------------------------------------------------------
 */

/* (object_id, time, band, mjd, passband, flux, flux_err), the former three as texts. */
char *
rejected_rows_query(const RowSource *source)
{
	return psprintf("SELECT r.object_id::pg_catalog.text, r.time, r.band, r.mjd, r.passband, "
					"r.flux, r.flux_err "
					"FROM (%s) AS r WHERE "
					"(r.mjd OPERATOR(pg_catalog.>) '-Infinity'::pg_catalog.float8 "
					"AND r.mjd OPERATOR(pg_catalog.<) 'Infinity'::pg_catalog.float8 "
					"AND r.flux OPERATOR(pg_catalog.>) '-3.4e38'::pg_catalog.float8 "
					"AND r.flux OPERATOR(pg_catalog.<) '3.4e38'::pg_catalog.float8 "
					"AND r.flux_err OPERATOR(pg_catalog.>) '1e-44'::pg_catalog.float8 "
					"AND r.flux_err OPERATOR(pg_catalog.<) '3.4e38'::pg_catalog.float8 "
					"AND r.passband IS NOT NULL) IS NOT TRUE "
					"ORDER BY r.object_id, r.mjd, r.band, r.flux, r.flux_err LIMIT %d",
					measurement_rows(source, ROWS_OF_OBJECTS, true), MAX_REJECTED_ROWS);
}

/* What is wrong with a row of that query; NULL if nothing is. */
static char *
describe_row(HeapTuple row, TupleDesc desc, bool *passband_missing)
{
	static const char *const columns[] = {"mjd", "passband", "flux", "flux_err"};
	Datum					 values[4];
	bool					 nulls[4];
	char					 text[120];
	Observation				 observation;
	ObservationFault		 fault;

	for (int i = 0; i < 4; i++)
		values[i] = SPI_getbinval(row, desc, i + 4, &nulls[i]);
	for (int i = 0; i < 4; i++)
		if (nulls[i] && i != 1)
			return psprintf("%s is missing", columns[i]);
	fault = make_observation(DatumGetFloat8(values[0]), nulls[1] ? 0 : DatumGetInt64(values[1]),
							 DatumGetFloat8(values[2]), DatumGetFloat8(values[3]), DETECTED_UNKNOWN,
							 &observation);
	*passband_missing = fault == OBSERVATION_VALID && nulls[1];
	if (*passband_missing)
	{
		char *band = SPI_getvalue(row, desc, 3);

		return band ? psprintf("passband \"%s\" is not mapped", quoted_string(band))
					: pstrdup("passband is missing");
	}
	if (fault == OBSERVATION_VALID)
		return NULL;
	describe_fault(fault, DatumGetFloat8(values[0]), nulls[1] ? 0 : DatumGetInt64(values[1]),
				   DatumGetFloat8(values[2]), DatumGetFloat8(values[3]), text, sizeof(text));
	return pstrdup(text);
}

/* Adds a name to a list of them, unless it is there or there is no room. */
static void
add_band(char *bands, Size size, const char *band)
{
	char *quoted = psprintf("\"%s\"", quoted_string(band));

	if (strstr(bands, quoted) == NULL && strlen(bands) + strlen(quoted) + 3 < size)
	{
		if (*bands)
			strcat(bands, ", ");
		strcat(bands, quoted);
	}
}

typedef struct RejectedRows
{
	PipelineJob *job;
	Datum		 ids;
	ChunkReport *report;
	bool		 passbands;	   /* that is what is looked for */
	bool		 measurements; /* likewise */
} RejectedRows;

static void
find_rejected(const void *argument)
{
	const RejectedRows *rejected = argument;
	ChunkReport		   *report = rejected->report;
	SPITupleTable	   *table;

	execute_statement(rejected->job->read, 1, &rejected->job->ids_type, (Datum *) &rejected->ids,
					  NULL, SPI_OK_SELECT);
	table = SPI_tuptable;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = table->vals[i];
		bool	  passband_missing = false;
		char	 *fault = describe_row(row, table->tupdesc, &passband_missing);
		char	 *band = SPI_getvalue(row, table->tupdesc, 3);
		char	 *time = SPI_getvalue(row, table->tupdesc, 2);

		if (passband_missing && band)
			add_band(report->bands, sizeof(report->bands), band);
		if (fault == NULL || report->rejected[0] != '\0' ||
			!(passband_missing ? rejected->passbands : rejected->measurements))
			continue;
		fault = psprintf("object \"%s\", mjd \"%s\": %s",
						 quoted_string(SPI_getvalue(row, table->tupdesc, 1)),
						 time ? quoted_string(time) : "", fault);
		copy_text(report->rejected, sizeof(report->rejected), fault);
	}
	SPI_freetuptable(table);
}

void
check_rejected_rows(PipelineJob *job, Datum ids, ChunkReport *report)
{
	int64 n_passbands = report->rows.rejected[PASSBAND_MISSING];
	int64 n_measurements = count_rejected(&report->rows) - n_passbands;
	bool  bad_passband = (job->strict & STRICT_PASSBANDS) && n_passbands > 0;
	bool  bad_measurement = (job->strict & STRICT_MEASUREMENTS) && n_measurements > 0;
	bool  strict = bad_passband || bad_measurement;
	int	  to_tell =
		(n_passbands > 0 ? TOLD_ROW | TOLD_PASSBANDS : 0) | (n_measurements > 0 ? TOLD_ROW : 0);
	RejectedRows rejected = {job, ids, report, strict ? bad_passband : true,
							 strict ? bad_measurement : true};
	ErrorData	*error;

	if (!strict && (to_tell & ~job->told) == 0)
		return;
	job->told |= to_tell;
	error = try_in_subtransaction(find_rejected, &rejected, is_fault_of_data);
	if (error)
		FreeErrorData(error);
	if (strict)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s", report->rejected[0] ? report->rejected : "rows are rejected"),
				 errhint("With the option {\"%s\": \"count\"} such rows are counted as rejected.",
						 bad_measurement ? "invalid" : "unmapped")));
}

void
report_rejected_rows(const ChunkReport *total)
{
	StringInfoData reasons;
	int64		   n = count_rejected(&total->rows);

	if (n == 0)
		return;
	initStringInfo(&reasons);
	for (int i = 0; i < N_ROW_FAULTS; i++)
		if (total->rows.rejected[i] > 0)
			appendStringInfo(&reasons, "%s%s: " UINT64_FORMAT, reasons.len > 0 ? ", " : "",
							 fault_names[i], total->rows.rejected[i]);
	ereport(WARNING,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg(INT64_FORMAT " of " UINT64_FORMAT " rows were rejected", n, total->rows.rows),
			 errdetail("%s.  The first is %s.", reasons.data,
					   total->rejected[0] ? total->rejected : "not known"),
			 total->bands[0]
				 ? errhint("Passbands that are not mapped: %s.  The options \"survey\" and "
						   "\"passbands\" map them.",
						   total->bands)
				 : 0));
}

/* ------------------------------------------------------------------------
 * Texts
 * ------------------------------------------------------------------------
 */

/* What numbers and booleans may look like as texts, in lower case. */
#define MISSING_TEXTS "null|none|na|n/a"
#define NUMBERS                                                                                    \
	"^\\s*([-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?|[-+]?inf(inity)?|nan|" MISSING_TEXTS ")?\\s*$"
#define BOOLEANS "^\\s*(t|true|y|yes|on|f|false|n|no|off|[01](\\.0)?|" MISSING_TEXTS ")?\\s*$"

static void
add_text_query(StringInfo query, const RowSource *source, const char *column, const char *fault,
			   const char *pattern)
{
	const PipelineTable *table = &source->observations;
	char				*text = text_column(table, "s", column, NULL);

	appendStringInfo(query,
					 "%sSELECT %s::pg_catalog.text, %s, %s FROM %s AS s WHERE %s AND "
					 "pg_catalog.lower(%s) OPERATOR(pg_catalog.!~) %s::pg_catalog.text%s",
					 query->len > 0 ? " UNION ALL " : "",
					 quote_literal_cstr(psprintf("%s is not %s", column, fault)), text,
					 text_column(table, "s", source->options->mjd, NULL), table->name,
					 key_in(source->key, "s", &source->id), text, quote_literal_cstr(pattern),
					 where_condition(source));
}

static void
add_number_query(StringInfo query, const RowSource *source, const char *column)
{
	Oid type = column ? column_type(source->observations.oid, column) : InvalidOid;

	if (OidIsValid(type) && is_text(type))
		add_text_query(query, source, column, "a number", NUMBERS);
}

/*
 * (fault, value, time) of texts that are no numbers, of objects in $1, and of what
 * "detected" is besides 0 and 1; NULL without such columns.
 */
char *
bad_texts_query(const RowSource *source)
{
	const ExtractOptions *options = source->options;
	const char			 *detected = options->detected ? options->detected : "detected";
	Oid					  type = column_type(source->observations.oid, detected);
	bool				  magnitudes = options->magnitude != NULL;
	StringInfoData		  query;

	initStringInfo(&query);
	add_number_query(&query, source, options->mjd);
	add_number_query(&query, source, magnitudes ? options->magnitude : options->flux);
	add_number_query(&query, source, magnitudes ? options->magnitude_err : options->flux_err);
	add_number_query(&query, source, options->zero_point);
	add_number_query(&query, source, options->limits ? NULL : options->limit_magnitude);
	if (OidIsValid(type) && type != BOOLOID)
		add_text_query(&query, source, detected, "0 or 1", BOOLEANS);
	return query.len > 0 ? psprintf("%s LIMIT 1", query.data) : NULL;
}

char *
explain_bad_text(PipelineJob *job, Datum ids)
{
	MemoryContext context = CurrentMemoryContext;
	char		 *text = NULL;

	if (job->explain == NULL)
		return NULL;
	execute_statement(job->explain, 1, &job->ids_type, &ids, NULL, SPI_OK_SELECT);
	MemoryContextSwitchTo(context);
	if (SPI_processed > 0)
	{
		HeapTuple row = SPI_tuptable->vals[0];
		TupleDesc desc = SPI_tuptable->tupdesc;
		char	 *time = SPI_getvalue(row, desc, 3);

		text = psprintf("mjd \"%s\": %s: \"%s\"", time ? quoted_string(time) : "",
						SPI_getvalue(row, desc, 1), quoted_string(SPI_getvalue(row, desc, 2)));
	}
	SPI_freetuptable(SPI_tuptable);
	return text;
}

/* ------------------------------------------------------------------------
 * A sample
 * ------------------------------------------------------------------------
 */

#define SAMPLE_ROWS 1000
#define FEWEST_SAMPLE_ROWS 20

typedef struct Sample
{
	const RowSource *source;
	int				 n;
	double			 mjd[SAMPLE_ROWS];
	double			 flux[SAMPLE_ROWS];
	double			 flux_err[SAMPLE_ROWS];
	double			 scratch[SAMPLE_ROWS];
} Sample;

/* Sorts the values. */
static double
median_of(Sample *sample, double *values)
{
	sort_values(values, sample->n, sample->scratch);
	return quantile(values, sample->n, 0.5);
}

/* Reads measurements that are finite. */
static void
read_sample(const void *argument)
{
	Sample *sample = unconstify(void *, argument);

	execute_statement(psprintf("SELECT r.mjd, r.flux, r.flux_err FROM (%s) AS r LIMIT %d",
							   measurement_rows(sample->source, ALL_ROWS, false), SAMPLE_ROWS),
					  0, NULL, NULL, NULL, SPI_OK_SELECT);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		double *places[] = {sample->mjd, sample->flux, sample->flux_err};
		bool	missing = false;

		for (int c = 0; c < 3; c++)
		{
			bool  is_null;
			Datum value =
				SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, c + 1, &is_null);

			places[c][sample->n] = is_null ? 0 : DatumGetFloat8(value);
			missing = missing || is_null || !isfinite(places[c][sample->n]);
		}
		sample->n += missing ? 0 : 1;
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
warn_of_unit(const char *looks_like, const char *option)
{
	ereport(WARNING, (errmsg("%s", looks_like), errhint("If so, use the option {%s}.", option)));
}

/* Are fluxes and errors such as magnitudes are? */
static bool
looks_like_magnitudes(Sample *sample)
{
	for (int i = 0; i < sample->n; i++)
		if (!(sample->flux[i] > 3 && sample->flux[i] < 35) && sample->flux[i] != 0 &&
			fabs(sample->flux[i]) < 90)
			return false;
	return sample->n >= FEWEST_SAMPLE_ROWS && median_of(sample, sample->flux) < 35 &&
		   median_of(sample, sample->flux_err) < 0.5;
}

void
warn_of_units(const RowSource *source)
{
	const ExtractOptions *options = source->options;
	Sample				 *sample = palloc0(sizeof(Sample));
	ErrorData			 *error;
	double				  mjd;

	sample->source = source;
	if (column_type(source->observations.oid, options->mjd) == FLOAT4OID)
		ereport(WARNING,
				(errmsg("column \"%s\" of %s has type real, which holds times in steps of five "
						"minutes",
						options->mjd, source->observations.name),
				 errhint("Load it as double precision.")));
	error = try_in_subtransaction(read_sample, sample, is_fault_of_data);
	if (error || sample->n == 0)
		return;
	mjd = median_of(sample, sample->mjd);
	if (mjd > 1e8)
		warn_of_unit(psprintf("times look like seconds: \"%.15g\"", mjd), "\"time\": \"unix\"");
	else if (mjd > 2.3e6)
		warn_of_unit(psprintf("times look like Julian dates: \"%.15g\"", mjd), "\"time\": \"JD\"");
	if (options->unit == UNIT_NOT_GIVEN && !options->zero_point && !source->survey &&
		!options->magnitude && looks_like_magnitudes(sample))
		warn_of_unit("fluxes look like magnitudes", "\"unit\": \"AB magnitude\"");
	pfree(sample);
}

/*
 * row_checks.c
 *		What is wrong with rows: of those that were rejected how many and why.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

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
	[WILD_POINT] = "flux is a wild point",
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

/*
 * (object_id, time, band, mjd, passband, flux, flux_err, whether it is a wild point),
 * the former three as texts.
 */
char *
rejected_rows_query(const RowSource *source)
{
	return psprintf("SELECT r.object_id::pg_catalog.text, r.time, r.band, r.mjd, r.passband, "
					"r.flux, r.flux_err, false "
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
	bool					 is_null;

	for (int i = 0; i < 4; i++)
		values[i] = SPI_getbinval(row, desc, i + 4, &nulls[i]);
	for (int i = 0; i < 4; i++)
		if (nulls[i] && i != 1)
			return psprintf("%s is missing", columns[i]);
	if (DatumGetBool(SPI_getbinval(row, desc, 8, &is_null)))
		return psprintf("flux is a wild point: \"%.15g\"", DatumGetFloat8(values[2]));
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
	Size  used = strlen(bands);

	if (strstr(bands, quoted) == NULL && used + strlen(quoted) + 3 < size)
		snprintf(bands + used, size - used, "%s%s", used > 0 ? ", " : "", quoted);
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
	int64 n_wild = report->rows.rejected[WILD_POINT];
	int64 n_measurements = count_rejected(&report->rows) - n_passbands - n_wild;
	bool  bad_passband = (job->strict & STRICT_PASSBANDS) && n_passbands > 0;
	bool  bad_measurement = (job->strict & STRICT_MEASUREMENTS) && n_measurements > 0;
	bool  strict = bad_passband || bad_measurement;
	int	  to_tell = (n_passbands > 0 ? TOLD_ROW | TOLD_PASSBANDS : 0) |
				  (n_measurements > 0 || n_wild > 0 ? TOLD_ROW : 0);
	RejectedRows rejected = {job, ids, report, strict ? bad_passband : true,
							 strict ? bad_measurement : true};
	ErrorData	*error = NULL;

	if (!strict && (to_tell & ~job->told) == 0)
		return;
	job->told |= to_tell;
	if (job->read)
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
	ereport(
		WARNING,
		(errcode(ERRCODE_DATA_EXCEPTION),
		 total->rows.rows > 0
			 ? errmsg(INT64_FORMAT " of " UINT64_FORMAT " rows were rejected", n, total->rows.rows)
			 : errmsg(INT64_FORMAT " observations of light curves were rejected", n),
		 errdetail("%s.  The first is %s.", reasons.data,
				   total->rejected[0] ? total->rejected : "not known"),
		 total->bands[0] ? errhint("Passbands that are not mapped: %s.  The options \"survey\" and "
								   "\"passbands\" map them.",
								   total->bands)
						 : 0));
}

/* ------------------------------------------------------------------------
 * Texts
 * ------------------------------------------------------------------------
 */

/* What numbers and booleans look like as texts, in lower case. */
#define NUMBERS "^\\s*([-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?|[-+]?inf(inity)?|nan)\\s*$"
#define BOOLEANS "^\\s*(t|true|y|yes|on|f|false|n|no|off|[01](\\.0)?)\\s*$"

static void
add_text_query(StringInfo query, const RowSource *source, const char *column, const char *fault,
			   const char *pattern)
{
	const PipelineTable *table = &source->observations;
	char				*text = text_column(table, "s", column, NULL);

	appendStringInfo(query,
					 "%sSELECT %s::pg_catalog.text, %s, %s FROM %s AS s WHERE %s AND NOT %s AND "
					 "pg_catalog.lower(%s) OPERATOR(pg_catalog.!~) %s::pg_catalog.text%s",
					 query->len > 0 ? " UNION ALL " : "",
					 quote_literal_cstr(psprintf("%s is not %s", column, fault)), text,
					 text_column(table, "s", source->options->mjd, NULL), table->name,
					 key_in(source->key, "s", &source->id), stands_for_missing(text), text,
					 quote_literal_cstr(pattern), where_condition(source));
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

/*
 * row_sample.c
 *		What a sample of rows looks like before work begins.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "core/base/statistics.h"
#include "pg/jobs/procedure.h"
#include "pg/jobs/subtransaction.h"
#include "pg/pipeline/chunk_run.h"
#include "pg/pipeline/row_sample.h"

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

/* Reads times, as MJD, and fluxes as they are in the table, of rows in which they are finite. */
static void
read_sample(const void *argument)
{
	Sample				 *sample = unconstify(void *, argument);
	const RowSource		 *source = sample->source;
	const ExtractOptions *options = source->options;
	const PipelineTable	 *table = &source->observations;
	bool				  fluxes = !has_magnitudes(options);
	const char			 *none = "0::pg_catalog.float8";

	execute_statement(
		psprintf("SELECT %s, %s, %s FROM %s AS s WHERE s.%s IS NOT NULL%s LIMIT %d",
				 time_expression(source, table, options->mjd, "mjd", "time", options->time),
				 fluxes ? number_column(table, "s", options->flux, "flux") : none,
				 fluxes ? number_column(table, "s", options->flux_err, "flux_err") : none,
				 table->name, source->id.name, where_condition(source), SAMPLE_ROWS),
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

static void
warn_of_types(const RowSource *source)
{
	const ExtractOptions *options = source->options;
	const PipelineTable	 *table = &source->observations;
	Oid					  passband = column_type(table->oid, options->passband);

	if (column_type(table->oid, options->mjd) == FLOAT4OID)
		ereport(WARNING,
				(errmsg("column \"%s\" of %s has type real, which holds times in steps of five "
						"minutes",
						options->mjd, table->name),
				 errhint("Load it as double precision.")));
	if (passband == FLOAT4OID || passband == FLOAT8OID)
		ereport(WARNING,
				(errmsg("column \"%s\" of %s has type %s: only whole numbers are passbands",
						options->passband, table->name, format_type_be(passband)),
				 errhint("Load it as smallint or text, and if its numbers are not 0 to 5 for "
						 "ugrizy, use the option {\"passbands\": {\"1\": \"g\", ...}}.")));
}

/* Values of mjd that are not those of the time since 1900 or so. */
static void
warn_of_times(double mjd)
{
	if (mjd > 1e8)
		warn_of_unit(psprintf("times look like seconds: \"%.15g\"", mjd), "\"time\": \"unix\"");
	else if (mjd > 2.3e6)
		warn_of_unit(psprintf("times look like Julian dates: \"%.15g\"", mjd), "\"time\": \"JD\"");
	else if (mjd > 1000 && mjd < 15020)
		warn_of_unit(psprintf("times look like Julian dates minus 2450000: \"%.15g\"", mjd),
					 "\"time\": \"JD - 2450000\"");
	else if (mjd < -1e5)
		warn_of_unit(
			psprintf("times look like MJD, which the options take for others: \"%.15g\"", mjd),
			"\"time\": \"MJD\"");
}

void
warn_of_units(const RowSource *source)
{
	const ExtractOptions *options = source->options;
	Sample				 *sample = palloc0(sizeof(Sample));
	ErrorData			 *error;

	sample->source = source;
	warn_of_types(source);
	error = try_in_subtransaction(read_sample, sample, is_fault_of_data);
	if (error || sample->n == 0)
		return;
	warn_of_times(median_of(sample, sample->mjd));
	if (options->unit == UNIT_NOT_GIVEN && !options->zero_point && !options->magnitude &&
		looks_like_magnitudes(sample))
		warn_of_unit("fluxes look like magnitudes", "\"unit\": \"AB magnitude\"");
	pfree(sample);
}

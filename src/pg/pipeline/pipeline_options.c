/*
 * pipeline_options.c
 *		Options of plasticc_extract, plasticc_predict and plasticc_create_views, and the
 *		catalog of all options.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"

#include "core/curve/clip.h"
#include "core/curve/selection.h"
#include "core/features/catalog.h"
#include "core/train/options.h"
#include "pg/jobs/option_descriptions.h"
#include "pg/pipeline/pipeline_options.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_option_catalog);

/* Rows of a table whose struct is TYPE. */
#define TEXT(type, name, description)                                                              \
	{                                                                                              \
#name, OPTION_TEXT, 0, 0, NULL, offsetof(type, name), description                          \
	}
#define BOOLEAN(type, name, description)                                                           \
	{                                                                                              \
#name, OPTION_BOOLEAN, 0, 0, NULL, offsetof(type, name), description                       \
	}
#define CHUNK_OPTIONS(type)                                                                        \
	{"chunk_objects",                                                                              \
	 OPTION_INTEGER,                                                                               \
	 1,                                                                                            \
	 100000,                                                                                       \
	 NULL,                                                                                         \
	 offsetof(type, chunks) + offsetof(ChunkOptions, chunk_objects),                               \
	 "objects in a transaction"},                                                                  \
		{"workers",                                                                                \
		 OPTION_INTEGER,                                                                           \
		 0,                                                                                        \
		 1024,                                                                                     \
		 NULL,                                                                                     \
		 offsetof(type, chunks) + offsetof(ChunkOptions, workers),                                 \
		 "background workers at most; by default max_parallel_maintenance_workers"},               \
	{                                                                                              \
		"report_interval", OPTION_NUMBER, 0, 86400, NULL,                                          \
			offsetof(type, chunks) + offsetof(ChunkOptions, report_interval),                      \
			"seconds between progress messages; 0 reports every chunk"                             \
	}

/* By FluxUnit and BadRows. */
static const char *const unit_names[] = {
	"default", "FLUXCAL", "nJy", "uJy", "mJy", "Jy", "nanomaggy", "AB magnitude", NULL,
};
static const char *const bad_rows_names[] = {"count", "error", NULL};

static const OptionRow extract_rows[] = {
	TEXT(ExtractOptions, object_id,
		 "column of the observations that identifies objects, of the type of the target's "
		 "object_id"),
	TEXT(ExtractOptions, mjd, "column of the observations: time in days (MJD)"),
	TEXT(ExtractOptions, passband,
		 "column of the observations: passband, a number from 0 to 5, a letter of ugrizy, or what "
		 "the survey calls it; or such a letter or name, for all rows, that is no column"),
	TEXT(ExtractOptions, flux, "column of the observations: flux"),
	TEXT(ExtractOptions, flux_err, "column of the observations: standard error of the flux"),
	TEXT(ExtractOptions, detected,
		 "column of the observations: boolean, or 0 and 1; by default \"detected\" if it exists"),
	TEXT(ExtractOptions, lightcurve,
		 "column of stored light curves, one row per object, in place of the former columns; by "
		 "default \"lightcurve\" if there is no mjd"),
	TEXT(ExtractOptions, arrival,
		 "column that records when rows arrived: only objects with a row since then are examined"),
	{"since", OPTION_SCALAR, 0, 0, NULL, offsetof(ExtractOptions, since),
	 "least value of arrival, of that column's type"},
	TEXT(ExtractOptions, where, "condition on the rows of the observations, in SQL: \"chi_n < 5\""),
	TEXT(ExtractOptions, survey,
		 "whose names of passbands, units and times the rows have: ztf, atlas, panstarrs, des, "
		 "sdss, "
		 "rubin, ogle, gaia or snana"),
	{"passbands", OPTION_PASSBANDS, 0, 5, NULL, offsetof(ExtractOptions, passbands),
	 "further names of passbands, in the column passband", offsetof(ExtractOptions, n_passbands),
	 0},
	{"unmapped", OPTION_CHOICE, 0, 0, bad_rows_names, offsetof(ExtractOptions, unmapped),
	 "whether rows with other passbands are counted as rejected, or an error"},
	{"invalid", OPTION_CHOICE, 0, 0, bad_rows_names, offsetof(ExtractOptions, invalid),
	 "whether rows that are no measurements are counted as rejected, or an error"},
	{"time", OPTION_TEXT, 0, 0, NULL, offsetof(ExtractOptions, time),
	 "what the column mjd counts: \"MJD\", \"JD\", days since another time as \"JD - 2450000\", or "
	 "\"unix\" seconds; by default as the survey, or MJD"},
	{"unit", OPTION_CHOICE, 0, 0, unit_names, offsetof(ExtractOptions, unit),
	 "unit of flux and flux_err, \"AB magnitude\" included; \"default\": as the survey, or "
	 "FLUXCAL"},
	{"zero_point", OPTION_SCALAR, 0, 0, NULL, offsetof(ExtractOptions, zero_point),
	 "AB magnitude of flux 1, in place of a unit: a number, or a column of the observations"},
	TEXT(ExtractOptions, magnitude, "column of the observations, in place of flux: AB magnitude"),
	TEXT(ExtractOptions, magnitude_err,
		 "column of the observations, in place of flux_err: standard error of the magnitude"),
	TEXT(ExtractOptions, sign,
		 "column of the observations: whether the flux is positive, 1 and -1 or a boolean, as of "
		 "difference images"),
	TEXT(ExtractOptions, limit_magnitude,
		 "column with the 5 sigma limit of rows without a flux or a magnitude, which count as flux "
		 "0; of the table limits, if that is given"),
	TEXT(
		ExtractOptions, limits,
		"table of non-detections, with limit_magnitude, and else with columns as the observations"),
	TEXT(ExtractOptions, limits_mjd, "column of the table limits: time; by default as mjd"),
	TEXT(ExtractOptions, limits_time, "what it counts; by default as time"),
	{"coalesce", OPTION_NUMBER, 0, MAX_COALESCED_SECONDS, NULL, offsetof(ExtractOptions, coalesce),
	 "measurements of one passband within so many seconds are brought together, as by "
	 "plasticc_coalesce"},
	{"clip", OPTION_NUMBER, LOWEST_CLIP_SIGMA, HIGHEST_CLIP_SIGMA, NULL,
	 offsetof(ExtractOptions, clip),
	 "wild points are rejected, those so many standard deviations off, as by plasticc_clip; 10 "
	 "spares outbursts and eclipses"},
	TEXT(ExtractOptions, metadata,
		 "table with the hosts' metadata, which go to plasticc_host_features"),
	TEXT(ExtractOptions, metadata_object_id,
		 "column of the metadata that identifies objects; by default as object_id"),
	TEXT(ExtractOptions, ddf, "column of the metadata: in a deep field, boolean or 0 and 1"),
	TEXT(ExtractOptions, hostgal_photoz, "column of the metadata: photometric redshift"),
	TEXT(ExtractOptions, hostgal_photoz_err,
		 "column of the metadata: standard error of the photometric redshift"),
	TEXT(ExtractOptions, distmod,
		 "column of the metadata: distance modulus; by default \"distmod\" if it exists"),
	TEXT(ExtractOptions, mwebv, "column of the metadata: extinction E(B-V) of the Milky Way"),
	{"feature_set", OPTION_CHOICE, 0, 0, feature_set_names, offsetof(ExtractOptions, feature_set),
	 "features to compute"},
	BOOLEAN(ExtractOptions, store_lightcurves,
			"whether light curves are stored; by default if the target has the column"),
	CHUNK_OPTIONS(ExtractOptions),
};

static const ExtractOptions extract_defaults = {
	.object_id = "object_id",
	.mjd = "mjd",
	.passband = "passband",
	.flux = "flux",
	.flux_err = "flux_err",
	.ddf = "ddf",
	.hostgal_photoz = "hostgal_photoz",
	.hostgal_photoz_err = "hostgal_photoz_err",
	.mwebv = "mwebv",
	.coalesce = -1,
	.clip = -1,
	.feature_set = FEATURES_ALL,
	.chunks = {.chunk_objects = 100, .workers = -1, .report_interval = 5},
};

static const OptionRow predict_rows[] = {
	TEXT(PredictOptions, object_id,
		 "column of the features that identifies objects, of the type of the target's object_id"),
	TEXT(PredictOptions, features, "column of the features, real[] or double precision[]"),
	TEXT(PredictOptions, extracted_at,
		 "column of the features, timestamptz, that changes when they do; by default "
		 "\"extracted_at\" if it exists"),
	{"version", OPTION_INTEGER, 1, PG_INT32_MAX, NULL, offsetof(PredictOptions, version),
	 "version of the model; by default the newest"},
	BOOLEAN(PredictOptions, history,
			"whether former predictions are kept, which the target's key must agree with; by "
			"default as the key is"),
	CHUNK_OPTIONS(PredictOptions),
};

static const PredictOptions predict_defaults = {
	.object_id = "object_id",
	.features = "features",
	.chunks = {.chunk_objects = 4096, .workers = -1, .report_interval = 5},
};

static const OptionRow view_rows[] = {
	TEXT(CreateViewsOptions, metadata_object_id, "column of the metadata that identifies objects"),
	TEXT(CreateViewsOptions, target,
		 "column of the metadata: true class, a number or a text; by default \"target\" if it "
		 "exists"),
	TEXT(CreateViewsOptions, field,
		 "column of the metadata: what objects are grouped by; by default deep or wide, by the "
		 "column \"ddf\" if it exists"),
	TEXT(CreateViewsOptions, redshift,
		 "column of the metadata: redshift; by default \"hostgal_photoz\" if it exists"),
	TEXT(CreateViewsOptions, observations_object_id,
		 "column of the observations that identifies objects"),
	TEXT(CreateViewsOptions, mjd, "column of the observations: time in days (MJD)"),
	TEXT(CreateViewsOptions, detected,
		 "column of the observations: boolean, or 0 and 1; by default \"detected\" if it exists"),
	{"redshift_bin", OPTION_NUMBER, 0.001, 10, NULL, offsetof(CreateViewsOptions, redshift_bin),
	 "width of the bins in redshift"},
	{"low_confidence", OPTION_NUMBER, 0, 1, NULL, offsetof(CreateViewsOptions, low_confidence),
	 "probability of the most probable class below which an object is to be looked at"},
	{"feature_columns", OPTION_NAMES, 0, 0, NULL, offsetof(CreateViewsOptions, feature_columns),
	 "names of features that are to be columns of a view",
	 offsetof(CreateViewsOptions, n_feature_columns), 0},
};

static const CreateViewsOptions view_defaults = {
	.metadata_object_id = "object_id",
	.observations_object_id = "object_id",
	.mjd = "mjd",
	.redshift_bin = 0.1,
	.low_confidence = 0.5,
};

const OptionTable extract_options = {extract_rows, lengthof(extract_rows), &extract_defaults};
const OptionTable predict_options = {predict_rows, lengthof(predict_rows), &predict_defaults};
const OptionTable view_options = {view_rows, lengthof(view_rows), &view_defaults};

/*
 * plasticc_option_catalog(): procedure, name, type, default_value (JSON), range,
 * description of every option.
 */
Datum
plasticc_option_catalog(PG_FUNCTION_ARGS)
{
	static const struct
	{
		const char		  *procedure;
		const OptionTable *options;
	} procedures[] = {
		{"plasticc_train", &training_options},	  {"plasticc_cross_validate", &training_options},
		{"plasticc_extract", &extract_options},	  {"plasticc_predict", &predict_options},
		{"plasticc_create_views", &view_options},
	};
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int p = 0; p < lengthof(procedures); p++)
		for (int i = 0; i < procedures[p].options->n_rows; i++)
		{
			const OptionRow *row = &procedures[p].options->rows[i];
			Datum			 values[] = {
						   CStringGetTextDatum(procedures[p].procedure),
						   CStringGetTextDatum(row->name),
						   CStringGetTextDatum(option_type(row)),
						   CStringGetTextDatum(option_json(row, procedures[p].options->defaults)),
						   CStringGetTextDatum(option_range(row)),
						   CStringGetTextDatum(row->description),
			   };
			bool nulls[lengthof(values)] = {false};

			add_result_row(result, values, nulls);
		}
	return (Datum) 0;
}

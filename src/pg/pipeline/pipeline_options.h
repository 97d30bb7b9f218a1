/*
 * pipeline_options.h
 *		Options of plasticc_extract, plasticc_predict and plasticc_create_views.
 */
#ifndef PLASTICC_PG_PIPELINE_PIPELINE_OPTIONS_H
#define PLASTICC_PG_PIPELINE_PIPELINE_OPTIONS_H

#include "core/train/option_row.h"

/* Of both. */
typedef struct ChunkOptions
{
	int	   chunk_objects;
	int	   workers;			/* -1: max_parallel_maintenance_workers */
	double report_interval; /* seconds */
} ChunkOptions;

/* The unit of the columns flux and flux_err. */
typedef enum FluxUnit
{
	UNIT_NOT_GIVEN,
	UNIT_FLUXCAL,
	UNIT_NANOJANSKY,
	UNIT_MICROJANSKY,
	UNIT_MILLIJANSKY,
	UNIT_JANSKY,
	UNIT_NANOMAGGY,
	UNIT_MAGNITUDE,
} FluxUnit;

/* What becomes of rows that are not measurements. */
typedef enum BadRows
{
	BAD_ROWS_COUNTED,
	BAD_ROWS_ARE_ERRORS,
} BadRows;

typedef struct ExtractOptions
{
	/* columns of the observations */
	char *object_id;
	char *mjd;
	char *passband;
	char *flux;
	char *flux_err;
	char *detected;	  /* NULL: "detected" where there is one */
	char *lightcurve; /* of stored light curves; NULL: "lightcurve" without mjd */
	char *arrival;
	char *since;

	/* what the rows mean; row_query.c makes SQL of it */
	char		  *where;
	char		  *survey;
	NamedPassband *passbands;
	int			   n_passbands;
	char		  *time;	   /* NULL: the survey's, or MJD */
	int			   unit;	   /* FluxUnit */
	char		  *zero_point; /* a number or a column */
	char		  *magnitude;
	char		  *magnitude_err;
	char		  *sign;
	char		  *limit_magnitude;
	char		  *limits; /* a table of non-detections */
	char		  *limits_mjd;
	char		  *limits_time;
	double		   coalesce; /* seconds; negative: not */
	double		   clip;	 /* standard deviations; negative: not */
	int			   invalid;	 /* BadRows */
	int			   unmapped; /* BadRows */

	/* what is known of the hosts */
	char *metadata;			  /* a table; NULL: features of the light curve alone */
	char *metadata_object_id; /* NULL: as object_id */
	char *ddf;
	char *hostgal_photoz;
	char *hostgal_photoz_err;
	char *distmod; /* NULL: "distmod" where there is one */
	char *mwebv;

	int			  feature_set;		 /* FeatureSet */
	OptionBoolean store_lightcurves; /* by default if the target has the column */
	ChunkOptions  chunks;
} ExtractOptions;

typedef struct PredictOptions
{
	char		 *object_id;
	char		 *features;
	char		 *extracted_at; /* NULL: "extracted_at" where there is one */
	int			  version;		/* 0: the newest */
	OptionBoolean history;		/* by default as the target's key is */
	ChunkOptions  chunks;
} PredictOptions;

typedef struct CreateViewsOptions
{
	/* columns of the metadata */
	char *metadata_object_id;
	char *target;	/* NULL: "target" where there is one */
	char *field;	/* NULL: deep or wide by "ddf" where there is one */
	char *redshift; /* NULL: "hostgal_photoz" where there is one */

	/* columns of the observations */
	char *observations_object_id;
	char *mjd;
	char *detected; /* NULL: "detected" where there is one */

	double		 redshift_bin;	 /* width */
	double		 low_confidence; /* probability */
	const char **feature_columns;
	int			 n_feature_columns;
} CreateViewsOptions;

extern const OptionTable extract_options;
extern const OptionTable predict_options;
extern const OptionTable view_options;

#endif /* PLASTICC_PG_PIPELINE_PIPELINE_OPTIONS_H */

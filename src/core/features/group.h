/*
 * group.h
 *		Groups of features: their tables of rows and their functions.
 *
 * To add a feature, add a row to its group's table and its value at the same
 * place of the group's function.  To add a group, define a FeatureGroup and
 * name it in catalog.c.
 */
#ifndef PLASTICC_CORE_FEATURES_GROUP_H
#define PLASTICC_CORE_FEATURES_GROUP_H

#include "core/features/catalog.h"
#include "core/features/measurements.h"

/* The features of a row: one, or one per passband, scope or passband pair. */
typedef enum Expansion
{
	EXPAND_NOT = 1,
	EXPAND_PASSBANDS = N_PASSBANDS,
	EXPAND_SCOPES = N_SCOPES,
	EXPAND_PAIRS = N_PAIRS
} Expansion;

typedef struct FeatureRow
{
	const char *name;
	const char *unit;
	const char *description;
} FeatureRow;

/* The rows of a group. */
typedef struct FeatureTable
{
	const char		 *group;
	Expansion		  expansion;
	int				  n_rows;
	const FeatureRow *rows;
} FeatureTable;

static inline int
table_size(const FeatureTable *table)
{
	return table->n_rows * (int) table->expansion;
}

/* A group of a light curve: compute() fills out[row * expansion + i] for each row of the table. */
typedef struct FeatureGroup
{
	FeatureTable table;
	void (*compute)(Measurements *measurements, double *out);
	bool fitted; /* takes most of a millisecond an object: in FEATURES_ALL only */
} FeatureGroup;

/* The rows of flux_features, rolling_flux_features and shrunken_flux_features. */
enum FluxRow
{
	FLUX_MEAN,
	FLUX_MEDIAN,
	FLUX_MINIMUM,
	FLUX_MAXIMUM,
	FLUX_STD,
	FLUX_SKEW,
	FLUX_KURTOSIS,
	FLUX_PERCENTILE_05,
	FLUX_PERCENTILE_10,
	FLUX_PERCENTILE_25,
	FLUX_PERCENTILE_75,
	FLUX_PERCENTILE_90,
	FLUX_PERCENTILE_95,
	FLUX_AMPLITUDE,
	FLUX_MEDIAN_ABSOLUTE_DEVIATION,
	FLUX_WEIGHTED_MEAN,
	FLUX_SLOPE_MAXIMUM,
	FLUX_SLOPE_MINIMUM,
	FLUX_FRACTION_BEYOND_STD,
	N_FLUX_ROWS
};

/* The rows of sampling_features. */
enum SamplingRow
{
	SAMPLING_OBSERVATIONS,
	SAMPLING_DETECTIONS,
	SAMPLING_DETECTED_FRACTION,
	SAMPLING_DETECTION_SPAN,
	N_SAMPLING_ROWS
};

/* The rows of flux_err_features, then of signal_to_noise_features. */
enum NoiseRow
{
	NOISE_MEAN,
	NOISE_MEDIAN,
	NOISE_STD,
	NOISE_SKEW,
	N_FLUX_ERR_ROWS,
	NOISE_MAXIMUM = N_FLUX_ERR_ROWS,
	NOISE_SUM_OF_SQUARES,
	N_SIGNAL_TO_NOISE_ROWS
};

/* The rows of gp_features, gp_curve_features and gp_flux_features that a host's features use. */
enum GpRow
{
	GP_LOG_LENGTH_SCALE = 2
};

enum GpCurveRow
{
	GP_CURVE_MAXIMUM = 0,
	GP_CURVE_MAXIMUM_TO_SD = 3,
	GP_CURVE_WIDTH_POSITIVE = 6,
	GP_CURVE_FALL_80 = 8,
	GP_CURVE_FALL_50,
	GP_CURVE_FALL_20,
	GP_CURVE_RISE_80,
	GP_CURVE_RISE_50,
	GP_CURVE_RISE_20
};

enum GpFluxRow
{
	GP_FLUX_BEFORE_15,
	GP_FLUX_AT_PEAK,
	GP_FLUX_AFTER_20,
	GP_FLUX_AFTER_40,
	GP_FLUX_AFTER_60,
	N_GP_FLUX_ROWS
};

/* Likewise of fit_features and fit_amplitude_features. */
enum FitRow
{
	FIT_SUPERNOVA_RISE_TIME = 2,
	FIT_SUPERNOVA_FALL_TIME = 3
};

enum FitAmplitudeRow
{
	FIT_SUPERNOVA_AMPLITUDE = 0
};

extern const FeatureGroup sampling_features;		/* sampling_features.c */
extern const FeatureGroup rejection_features;		/* sampling_features.c */
extern const FeatureGroup time_features;			/* sampling_features.c */
extern const FeatureGroup passband_features;		/* sampling_features.c */
extern const FeatureGroup flux_features;			/* flux_features.c */
extern const FeatureGroup rolling_flux_features;	/* flux_features.c */
extern const FeatureGroup flux_err_features;		/* noise_features.c */
extern const FeatureGroup signal_to_noise_features; /* noise_features.c */
extern const FeatureGroup pair_features;			/* pairs_features.c, after flux and flux_err */
extern const FeatureGroup fit_features;				/* fit_features.c, after gp */
extern const FeatureGroup fit_amplitude_features;	/* fit_features.c, after fit */
extern const FeatureGroup shrunken_flux_features;	/* flux_features.c, after flux */
extern const FeatureGroup detection_features;		/* timing_features.c */
extern const FeatureGroup timing_features;			/* timing_features.c, after flux */
extern const FeatureGroup peak_delay_features;		/* timing_features.c, after flux */
extern const FeatureGroup peak_window_features;		/* timing_features.c, after flux */
extern const FeatureGroup shape_features;			/* shape_features.c, after flux */
extern const FeatureGroup passband_share_features;	/* shape_features.c */
extern const FeatureGroup gp_features;				/* gp_features.c, after flux_err */
extern const FeatureGroup gp_curve_features;		/* gp_features.c, after gp */
extern const FeatureGroup gp_flux_features;			/* gp_features.c, after gp */
extern const FeatureGroup gp_color_features;		/* gp_features.c, after gp */
extern const FeatureGroup period_features;			/* period_features.c */
extern const FeatureGroup period_band_features;		/* period_features.c, after period */

/*
 * Shrunken flux, values[all]: each flux drawn to the mean of its passband the
 * more, the larger its error is beside the passband's standard deviation s,
 * (flux/flux_err^2 + mean/s^2) / (1/flux_err^2 + 1/s^2).  After flux_features.
 */
extern void shrink_flux(const Measurements *m, double *values);

/* A group of a host; features[] is what compute_features() made of the object's light curve. */
typedef struct HostGroup
{
	FeatureTable table;
	void (*compute)(const HostMetadata *host, const float *features, double *out);
	bool fitted; /* computes from features of fitted groups: in FEATURES_ALL only */
} HostGroup;

extern const HostGroup host_metadata_features;		   /* host_features.c */
extern const HostGroup host_luminosity_features;	   /* host_features.c */
extern const HostGroup host_rest_frame_features;	   /* host_features.c */
extern const HostGroup host_distance_features;		   /* host_rest_frame_features.c */
extern const HostGroup host_peak_luminosity_features;  /* host_rest_frame_features.c */
extern const HostGroup host_dereddened_color_features; /* host_rest_frame_features.c */
extern const HostGroup host_rest_curve_features;	   /* host_rest_frame_features.c */
extern const HostGroup host_rest_fit_features;		   /* host_rest_frame_features.c */
extern const HostGroup host_rest_spectrum_features;	   /* host_rest_frame_features.c */

/* The groups of a light curve in the order of their computation, from 0; NULL after the last. */
extern const FeatureGroup *lightcurve_group(int i);

/* The features of a light-curve group's row, one an expansion, among the features. */
extern const float *feature_row(const float *features, const FeatureGroup *group, int row);

#endif /* PLASTICC_CORE_FEATURES_GROUP_H */

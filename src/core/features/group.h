/*
 * group.h
 *		What the feature groups share: tables of rows, and the measurements that
 *		they compute from.
 *
 * To add a feature, add a row to its group's table and its value at the same
 * place of the group's function.  To add a group, define a FeatureGroup and
 * name it in catalog.c.
 */
#ifndef PLASTICC_CORE_FEATURES_GROUP_H
#define PLASTICC_CORE_FEATURES_GROUP_H

#include "core/features/catalog.h"
#include "core/fit/models.h"
#include "core/base/statistics.h"

/* All bands together, then each passband. */
#define SCOPE_ALL 0
#define N_SCOPES (1 + N_PASSBANDS)

/* Passband pairs in the order ug ur ui uz uy gr gi ... zy. */
#define N_PAIRS (N_PASSBANDS * (N_PASSBANDS - 1) / 2)

/* What a row stands for: one feature, one a passband, one a scope, or one a passband pair. */
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

/* Statistics of a measured quantity in one scope. */
typedef struct ScopeStatistics
{
	Moments moments;
	double	median;
	double	percentile_25;
	double	percentile_75;
} ScopeStatistics;

/*
 * A light curve's measurements, passband by passband and in canonical order
 * within each: scope s is [start[s], end[s]) of every array, so that all bands
 * together are one range as well.
 */
typedef struct Measurements
{
	const Observations *observations; /* the same, in canonical order */
	uint32_t			start[N_SCOPES];
	uint32_t			end[N_SCOPES];
	double			   *time; /* days since the first observation of any band */
	double			   *flux;
	double			   *flux_err;
	uint8_t			   *kind;

	/* Filled by the group that computes them, for groups that follow it. */
	ScopeStatistics		flux_statistics[N_SCOPES];
	double				flux_err_median;
	LightCurveFit		fits[N_FIT_MODELS];
	struct GpCurves	   *gp_curves;				/* gp_features.c */
	double				gp_log_likelihood_gain; /* over a constant flux in each passband */
	double				gp_chi_square;			/* of the fluxes about the process's curve */
	struct FoldedCurve *folded_curve;			/* period_features.c */

	double	  *values;	   /* room for a quantity derived from the measurements */
	double	  *weights;	   /* likewise */
	double	  *sorted;	   /* what sort_scopes() made, passband by passband */
	double	  *sorted_all; /* the same of all bands */
	double	  *scratch;
	double	  *merged;
	Workspace *workspace;
} Measurements;

static inline uint32_t
scope_size(const Measurements *m, int scope)
{
	return m->end[scope] - m->start[scope];
}

/* Sorts a copy of values[all] within each scope; sorted_scope() returns the result. */
extern void sort_scopes(Measurements *m, const double *values);

static inline const double *
sorted_scope(const Measurements *m, int scope)
{
	return scope == SCOPE_ALL ? m->sorted_all : m->sorted + m->start[scope];
}

/* A group as the catalog knows it. */
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

/* The measurements of canonical observations, of which there is at least one. */
extern Measurements *measure(const Observations *observations, Workspace *workspace);

#endif /* PLASTICC_CORE_FEATURES_GROUP_H */

/*
 * augmentation.c
 *		Augmentation of light curves and of their hosts' redshifts in SQL.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "core/augment/augment.h"
#include "core/curve/cosmology.h"
#include "pg/curve/lightcurve_type.h"
#include "pg/util/args.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_augment);
PG_FUNCTION_INFO_V1(plasticc_augment_host);

/* ----------------------------------------------------------------
 * Arguments
 * ----------------------------------------------------------------
 */

/* An observed redshift; NaN where it is NULL, NaN or negative, as catalogs write "unknown". */
static double
observed_redshift(FunctionCallInfo fcinfo, int argument, const char *name)
{
	double redshift = number_or_nan(fcinfo, argument);

	if (!(redshift >= 0.0))
		return NAN;
	if (redshift > 0.0)
		number_argument(fcinfo, argument, name, AUGMENT_MINIMUM_REDSHIFT, AUGMENT_MAXIMUM_REDSHIFT);
	return redshift;
}

/*
 * The redshift to which an object is moved; NaN (for NULL) where it is not moved.
 * A galactic object, of redshift 0, can only stay where it is, and no other object
 * can become galactic.
 */
static double
target_redshift(FunctionCallInfo fcinfo, int argument, double redshift)
{
	double new_redshift;

	if (PG_ARGISNULL(argument))
		return NAN;
	new_redshift = PG_GETARG_FLOAT8(argument);
	if (redshift == 0.0 && new_redshift == 0.0)
		return 0.0;
	if (!(redshift > 0.0))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot move an object of %s redshift to redshift %g",
					redshift == 0.0 ? "zero" : "unknown", new_redshift),
			 errdetail("The new distance is computed relative to that of the observed object."),
			 errhint("Omit new_redshift, or pass NULL, where redshift is NULL, negative or 0.")));
	return number_argument(fcinfo, argument, "new_redshift", AUGMENT_MINIMUM_REDSHIFT,
						   AUGMENT_MAXIMUM_REDSHIFT);
}

/* ----------------------------------------------------------------
 * Light curves
 * ----------------------------------------------------------------
 */

/* The light curve of the previous call and its process: copies of one are made in succession. */
typedef struct FitCache
{
	LightCurve	   *lightcurve;
	GaussianProcess process;
} FitCache;

static const GaussianProcess *
fitted_process(FunctionCallInfo fcinfo, LightCurve *lightcurve, Workspace *workspace)
{
	FitCache	   *cache = fcinfo->flinfo->fn_extra;
	Size			size = VARSIZE(lightcurve);
	Observations	observations = lightcurve_observations(lightcurve);
	GaussianProcess process;

	if (cache != NULL && VARSIZE(cache->lightcurve) == size &&
		memcmp(cache->lightcurve, lightcurve, size) == 0)
		return &cache->process;
	process = gp_fit(&observations, workspace).process;
	if (cache == NULL)
	{
		cache = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(FitCache));
		cache->lightcurve = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, size);
		fcinfo->flinfo->fn_extra = cache;
	}
	else
		cache->lightcurve = repalloc(cache->lightcurve, size);
	memcpy(cache->lightcurve, lightcurve, size);
	cache->process = process;
	return &cache->process;
}

/* The first of the arguments truncate, min_days and max_days, which 0.1.0 does not have. */
#define TRUNCATION 13

/* Reads the range of days; returns whether the copy is to be truncated. */
static bool
truncation_arguments(FunctionCallInfo fcinfo, AugmentOptions *options)
{
	require_argument(fcinfo, TRUNCATION, "truncate");
	options->min_days = number_argument(fcinfo, TRUNCATION + 1, "min_days", 1e-3, 1e6);
	options->max_days = number_argument(fcinfo, TRUNCATION + 2, "max_days", 1e-3, 1e6);
	if (options->min_days > options->max_days)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_days %g exceeds max_days %g", options->min_days, options->max_days)));
	return PG_GETARG_BOOL(TRUNCATION);
}

static AugmentOptions
augment_options(FunctionCallInfo fcinfo)
{
	AugmentOptions options = {0};

	options.redshift = observed_redshift(fcinfo, 2, "redshift");
	options.new_redshift = target_redshift(fcinfo, 3, options.redshift);
	options.drop_fraction = number_argument(fcinfo, 4, "drop_fraction", 0.0, 1.0);
	options.drop_block = number_argument(fcinfo, 5, "drop_block", 0.0, 1e6);
	options.noise = number_argument(fcinfo, 6, "noise", 0.0, 1e3);
	options.time_shift = number_argument(fcinfo, 7, "time_shift", 0.0, 1e6);
	options.dimming = number_argument(fcinfo, 8, "galactic_dimming", -50.0, 50.0);
	options.dimming_sd = number_argument(fcinfo, 9, "galactic_dimming_sd", 0.0, 50.0);
	options.detection_threshold = number_argument(fcinfo, 10, "detection_threshold", 0.0, 1e6);
	options.detection_width = number_argument(fcinfo, 11, "detection_width", 0.0, 1e6);
	options.truncate = PG_NARGS() > TRUNCATION && truncation_arguments(fcinfo, &options);
	return options;
}

/* A canonical value of observations that are ordered by time. */
static LightCurve *
stored_lightcurve(const Observations *observations)
{
	LightCurve *lightcurve =
		new_lightcurve(LIGHTCURVE_HEADER + (Size) observations->count * OBSERVATION_SIZE);
	Observations stored;

	lightcurve->n_observations = observations->count;
	lightcurve->n_rejected = observations->n_rejected;
	stored = lightcurve_observations(lightcurve);
	append_observations(&stored, 0, observations);
	return canonical_lightcurve(lightcurve);
}

static int
count_detections(const Observations *observations)
{
	int n = 0;

	for (uint32 i = 0; i < observations->count; i++)
		n += (observations->kind[i] & KIND_DETECTED) != 0;
	return n;
}

/*
 * plasticc_augment(lightcurve, seed, ..., min_detections, truncate, min_days, max_days):
 * NULL where the survey would not have detected the object
 */
Datum
plasticc_augment(PG_FUNCTION_ARGS)
{
	Workspace			   workspace = server_workspace(CurrentMemoryContext);
	LightCurve			  *lightcurve;
	AugmentOptions		   options;
	Observations		   observations, copy;
	const GaussianProcess *process = NULL;
	int					   min_detections;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	options = augment_options(fcinfo);
	min_detections = integer_argument(fcinfo, 12, "min_detections", 0, PG_INT32_MAX);

	lightcurve = canonical_lightcurve(PG_GETARG_LIGHTCURVE(0));
	observations = lightcurve_observations(lightcurve);
	if (observations.count > 0 && augment_moves(&options))
		process = fitted_process(fcinfo, lightcurve, &workspace);
	if (!augment_light_curve(&observations, (uint64) PG_GETARG_INT64(1), &options, process, &copy,
							 &workspace))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("augmented light curve is out of range for type real"),
						errhint("Check new_redshift, galactic_dimming and noise.")));
	if (count_detections(&copy) < min_detections)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(stored_lightcurve(&copy));
}

/* ----------------------------------------------------------------
 * Hosts
 * ----------------------------------------------------------------
 */

/* A bound of the new redshift: the default, moved into the accepted range, where it is NULL. */
static double
redshift_bound(FunctionCallInfo fcinfo, int argument, const char *name, double by_default)
{
	by_default = fmin(fmax(by_default, AUGMENT_MINIMUM_REDSHIFT), AUGMENT_MAXIMUM_REDSHIFT);
	return number_argument_or(fcinfo, argument, name, by_default, AUGMENT_MINIMUM_REDSHIFT,
							  AUGMENT_MAXIMUM_REDSHIFT);
}

/* Moves a host of positive redshift. */
static AugmentedHost
move_host(FunctionCallInfo fcinfo, const AugmentedHost *host)
{
	double noise = number_argument(fcinfo, 4, "photoz_noise", 0.0, 1e3);
	double minimum, maximum;

	augment_redshift_bounds(host->redshift, &minimum, &maximum);
	minimum = redshift_bound(fcinfo, 5, "min_redshift", minimum);
	maximum = redshift_bound(fcinfo, 6, "max_redshift", maximum);
	if (minimum > maximum)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_redshift %g exceeds max_redshift %g", minimum, maximum),
				 errhint("min_redshift defaults to 0.95 redshift, max_redshift to the lesser of "
						 "5 redshift and 1.5 (1 + redshift) - 1.")));
	return augment_host((uint64) PG_GETARG_INT64(0), host, minimum, maximum, noise);
}

/*
 * plasticc_augment_host(seed, redshift, photoz, photoz_err, photoz_noise,
 *						 min_redshift, max_redshift)
 *		-> (new_redshift, hostgal_photoz, hostgal_photoz_err, distmod)
 */
Datum
plasticc_augment_host(PG_FUNCTION_ARGS)
{
	AugmentedHost host;
	Datum		  values[4];
	bool		  nulls[4];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	host.redshift = observed_redshift(fcinfo, 1, "redshift");
	host.photoz = observed_redshift(fcinfo, 2, "photoz");
	host.photoz_err = number_or_nan(fcinfo, 3);
	if (!(host.photoz_err >= 0.0))
		host.photoz_err = NAN;
	if (host.redshift > 0.0)
		host = move_host(fcinfo, &host);
	values[0] = double_or_null(host.redshift, &nulls[0]);
	values[1] = double_or_null(host.photoz, &nulls[1]);
	values[2] = double_or_null(host.photoz_err, &nulls[2]);
	values[3] = double_or_null(distance_modulus(host.photoz), &nulls[3]);
	return single_row(fcinfo, values, nulls);
}

/*
 * observations.h
 *		Observations of one object: their layout, order, checks and formats.
 *
 * mjd is in days (Modified Julian Date), flux and flux_err in FLUXCAL units
 * (zero point 27.5 mag), passband 0-5 = u g r i z y.
 *
 * The canonical order is the total order (mjd, passband, flux, flux_err,
 * detected), an exact duplicate kept once: a set of observations has one
 * canonical form, to the bit, however it was collected.
 */
#ifndef PLASTICC_CORE_CURVE_OBSERVATIONS_H
#define PLASTICC_CORE_CURVE_OBSERVATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/workspace.h"
#include "core/curve/passbands.h"

/* A set may hold this many observations: a thousand times a rich LSST curve. */
#define MAX_OBSERVATIONS 1000000

/* The byte `kind` of an observation: its passband, and whether it was detected. */
#define KIND_PASSBAND 0x07
#define KIND_DETECTED 0x08

/* Bytes of an observation: double mjd, float flux, float flux_err, uint8 kind. */
#define OBSERVATION_SIZE 17

/* A view of `count` observations as a structure of arrays; it owns nothing. */
typedef struct Observations
{
	uint32_t count;
	uint32_t n_rejected; /* measurements that were missing or unusable, for the record */
	double	*mjd;
	float	*flux;
	float	*flux_err;
	uint8_t *kind;
} Observations;

typedef struct Observation
{
	double	mjd;
	float	flux;
	float	flux_err;
	uint8_t kind;
} Observation;

/* Points a view's arrays into capacity * OBSERVATION_SIZE bytes aligned for double. */
static inline void
map_observations(Observations *observations, void *memory, size_t capacity)
{
	char *base = memory;

	observations->mjd = (double *) base;
	observations->flux = (float *) (base + 8 * capacity);
	observations->flux_err = (float *) (base + 12 * capacity);
	observations->kind = (uint8_t *) (base + 16 * capacity);
}

/* A view with room for `capacity` observations, count and n_rejected zero. */
extern Observations allocate_observations(size_t capacity, Workspace *workspace);

static inline void
put_observation(Observations *observations, uint32_t i, Observation observation)
{
	observations->mjd[i] = observation.mjd;
	observations->flux[i] = observation.flux;
	observations->flux_err[i] = observation.flux_err;
	observations->kind[i] = observation.kind;
}

/* Sum of two counts of rejected measurements; stays at the largest count instead of wrapping. */
static inline uint32_t
add_rejected(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

typedef enum ObservationFault
{
	OBSERVATION_VALID,
	MJD_NOT_FINITE,
	FLUX_NOT_FINITE,
	FLUX_OUT_OF_RANGE,
	FLUX_ERR_NOT_FINITE,
	FLUX_ERR_NOT_POSITIVE,
	FLUX_ERR_OUT_OF_RANGE,
	PASSBAND_OUT_OF_RANGE
} ObservationFault;

/*
 * Whether a measurement is rejected for its fault, that is skipped and counted:
 * surveys write NaN, -9, 0 or 1e20 for what is missing.  A passband that does not
 * exist is a mistake of whoever passes it.
 */
static inline bool
is_rejected(ObservationFault fault)
{
	return fault != OBSERVATION_VALID && fault != PASSBAND_OUT_OF_RANGE;
}

/* Where the survey does not report detections, one is |flux| >= 5 flux_err. */
#define DETECTION_SIGNAL_TO_NOISE 5.0

typedef enum Detection
{
	DETECTED_NO,
	DETECTED_YES,
	DETECTED_UNKNOWN /* derived from DETECTION_SIGNAL_TO_NOISE */
} Detection;

/*
 * Checks a measurement and stores it; -0.0 becomes 0.0.  A flux too small for
 * float is 0; any other value that float or the passbands cannot hold is a fault,
 * the first of those in the order of the enum.
 */
extern ObservationFault make_observation(double mjd, int64_t passband, double flux, double flux_err,
										 Detection detected, Observation *observation);

/* Writes a description of the fault, naming column and value, into text[size]. */
extern void describe_fault(ObservationFault fault, double mjd, int64_t passband, double flux,
						   double flux_err, char *text, size_t size);

/* Whether the observations are in canonical order without duplicates. */
extern bool observations_are_canonical(const Observations *observations);

/*
 * A total order of canonical sets: by the first observation that differs, in the
 * order of observations, where one set goes on and the other ends the latter
 * first, then by n_rejected.  Negative, zero or positive as a comes before, is
 * equal to, or comes after b.
 */
extern int compare_observations(const Observations *a, const Observations *b);

/*
 * The indexes of the observations in canonical order, duplicates left out:
 * returns their number, and the array in *order, allocated in the workspace.
 * O(n) comparisons on sorted input, O(n log n) on any other.
 */
extern uint32_t canonical_order(const Observations *observations, uint32_t **order,
								Workspace *workspace);

/* to[i] = from[order[i]] for i < count; sets to->count and to->n_rejected. */
extern void gather_observations(const Observations *from, const uint32_t *order, uint32_t count,
								Observations *to);

/* Copies all of `from` behind the first `at` observations of `to`; counts are left alone. */
extern void append_observations(Observations *to, uint32_t at, const Observations *from);

/* The half-open range of indexes [*first, *last) with from <= mjd <= to, of canonical observations.
 */
extern void find_time_range(const Observations *observations, double from, double to,
							uint32_t *first, uint32_t *last);

/*
 * Fits, the Gaussian process and the period search use at most so many
 * observations, which bounds their time: an LSST curve has a thousand.
 */
#define MAX_FITTED_OBSERVATIONS 20000

/*
 * Canonical observations themselves where there are no more, else
 * MAX_FITTED_OBSERVATIONS of them: one of each of as many runs of successive ones,
 * at random, lest a cadence alias with the choice, but always the same.
 */
extern Observations fitted_observations(const Observations *observations, Workspace *workspace);

/* Why a text or binary light curve cannot be read. */
typedef struct ParseError
{
	size_t position; /* bytes from the start */
	bool   too_many; /* more than MAX_OBSERVATIONS */
	char   message[160];
} ParseError;

/*
 * Text form: {(mjd,passband,flux,flux_err,t|f),...} and, if any measurement was
 * rejected, " + K rejected" behind it.  White space may stand between tokens.
 * The parsed observations are in the order of the text.
 */
extern bool parse_lightcurve_text(const char *text, Observations *observations,
								  Workspace *workspace, ParseError *error);

/* Digits that read back to the same bits; each returns the number of bytes written (at most 32). */
typedef struct NumberWriter
{
	int (*write_double)(double value, char *to);
	int (*write_float)(float value, char *to);
} NumberWriter;

/* The text form, NUL-terminated, in the workspace. */
extern char *format_lightcurve_text(const Observations *observations, const NumberWriter *writer,
									Workspace *workspace);

/*
 * Binary form, network byte order: uint8 version, uint32 count, uint32
 * n_rejected, then the observations one by one (float64 mjd, float32 flux,
 * float32 flux_err, uint8 kind).  The parsed observations are in the order
 * of the bytes.
 */
#define LIGHTCURVE_BINARY_VERSION 1
#define LIGHTCURVE_BINARY_HEADER 9

extern bool parse_lightcurve_binary(const uint8_t *bytes, size_t size, Observations *observations,
									Workspace *workspace, ParseError *error);

/* Writes LIGHTCURVE_BINARY_HEADER + count * OBSERVATION_SIZE bytes. */
extern void format_lightcurve_binary(const Observations *observations, uint8_t *bytes);

#endif /* PLASTICC_CORE_CURVE_OBSERVATIONS_H */

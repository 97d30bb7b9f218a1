/*
 * selection.h
 *		Parts of a light curve, and epochs that were measured more than once brought
 *		together.
 *
 * All take canonical observations and return new ones in the workspace, whose
 * n_rejected is 0 unless stated: time and passband of rejected measurements are
 * not known.
 */
#ifndef PLASTICC_CORE_CURVE_SELECTION_H
#define PLASTICC_CORE_CURVE_SELECTION_H

#include "core/curve/observations.h"

typedef struct Selection
{
	uint8_t passbands; /* bit b: passband b */
	double	min_snr;   /* of |flux| / flux_err; 0 = any */
	double	mjd_from;  /* both ends included */
	double	mjd_to;
} Selection;

/* The observations that meet all conditions, in canonical order. */
extern Observations select_observations(const Observations *observations,
										const Selection *selection, Workspace *workspace);

/*
 * Brings together observations of a passband that are within so many seconds, a day at most, of
 * the first of them, which are taken for one exposure that was reduced more than
 * once, or whose time was rounded otherwise.  Time and flux become their means
 * with weights w = 1 / flux_err^2; the error becomes sum(w flux_err) / sum(w),
 * that of a mean of measurements that share their noise: those of one exposure
 * do, so that it is not reduced by their number; detected if any of them was.
 * What is alone remains as it is, to the bit.  Keeps n_rejected; in the order of
 * their first times within each passband, passband by passband.
 */
#define MAX_COALESCED_SECONDS 86400

extern Observations coalesce_observations(const Observations *observations, double seconds,
										  Workspace *workspace);

/*
 * What was known so many days after the first detection, the measurements before
 * it included: none where nothing was detected.
 */
extern Observations truncate_observations(const Observations *observations, double days,
										  Workspace *workspace);

#endif /* PLASTICC_CORE_CURVE_SELECTION_H */

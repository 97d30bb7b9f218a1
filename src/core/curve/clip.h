/*
 * clip.h
 *		Wild points of a light curve, such as forced photometry has.
 */
#ifndef PLASTICC_CORE_CURVE_CLIP_H
#define PLASTICC_CORE_CURVE_CLIP_H

#include "core/curve/observations.h"

/*
 * Canonical observations without wild points, whose number is added to n_rejected.
 *
 * An observation is so far from the median of the CLIP_NEIGHBOURS before it and as many
 * after it in its passband, in units of sqrt(flux_err^2 + s^2), s = 1.4826 times the
 * median absolute deviation of these neighbours (Hampel's filter).  One that is more
 * than n_sigma off is wild, unless it may be real:
 *
 * - another is off on the same side, by CLIP_SHARE of it or more: one of the two before
 *   it or the two after it in its passband, or, significantly, one of the three before
 *   and the three after it in time that is of another passband, for a peak may have been
 *   seen once in each;
 * - nothing was observed for CLIP_GAP days before it, or after it: that is how an
 *   outburst begins or ends;
 * - it is a dip, and leaves a flux that is not negative, or the light curve has another
 *   dip of CLIP_SHARE of it or more: those are eclipses.
 *
 * Of those more than CLIP_EXTREME off, two others must be on the same side, and
 * nothing else keeps them: photometry is calibrated to 0.3 % at best, so that not even
 * the whole light of a star makes more of a dip.
 *
 * What is wild goes all at once, and then the rest is looked at again, at most
 * CLIP_ROUNDS times.
 */
#define CLIP_NEIGHBOURS 4
#define CLIP_SHARE 0.2
#define CLIP_GAP 10.0
#define CLIP_EXTREME 300.0
#define CLIP_ROUNDS 10

/*
 * In the challenge's light curves, none of which is wild, this is where nothing goes but
 * flares and eclipses that were seen once.
 */
#define CLIP_SIGMA 10.0
#define LOWEST_CLIP_SIGMA 1
#define HIGHEST_CLIP_SIGMA 1000000

extern Observations clip_observations(const Observations *observations, double n_sigma,
									  Workspace *workspace);

#endif /* PLASTICC_CORE_CURVE_CLIP_H */

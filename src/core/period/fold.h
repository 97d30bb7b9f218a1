/*
 * fold.h
 *		Light curves folded at a period: one Fourier series for all bands.
 *
 * In band b the model is mean_b + a_b g(phase), where the shape
 *
 *		g = sum_h c_h cos(2 pi h f t) + s_h sin(2 pi h f t), h = 1 .. n_harmonics,
 *
 * is common to the bands; least squares with weights 1 / flux_err^2.
 */
#ifndef PLASTICC_CORE_PERIOD_FOLD_H
#define PLASTICC_CORE_PERIOD_FOLD_H

#include "core/period/periodogram.h"

#define FOLD_HARMONICS 8

typedef struct Fold
{
	double frequency;
	int	   n_harmonics;

	/*
	 * Of the fit with h harmonics, h <= n_harmonics: the share of the chi^2
	 * about the bands' means that it explains.  explained[0] is 0.
	 */
	double explained[FOLD_HARMONICS + 1];
	double cosine[FOLD_HARMONICS]; /* c_h and s_h of the fit with all n_harmonics */
	double sine[FOLD_HARMONICS];
} Fold;

/* Frequencies that are worked on side by side, one a lane of the vector units. */
#define FOLD_LANES 8

/*
 * Fits the shape at n frequencies with the scales a_b of the input.  A column of
 * the normal equations that the columns before it determine to within 1e-9 of its
 * square gets the coefficient 0.  Every FOLD_LANES frequencies take as long as
 * one, O(count n_harmonics + n_harmonics^3).
 */
extern void fit_folds(const PeriodogramInput *input, int n, const double *frequencies,
					  int n_harmonics, Fold *folds);
extern Fold fit_fold(const PeriodogramInput *input, double frequency, int n_harmonics);

/*
 * Fits shape and scales by turns, a few times, starting from the input's
 * scales and leaving the fitted ones in it.
 */
extern Fold fit_fold_and_scales(PeriodogramInput *input, double frequency, int n_harmonics);

/* The shape at a phase in cycles. */
extern double fold_shape(const Fold *fold, double phase);

/* The extremes of the shape, whose mean is 0, at the phases i / FOLD_PHASES. */
#define FOLD_PHASES 64

typedef struct FoldExtremes
{
	double minimum;
	double maximum;
	int	   minimum_at; /* i */
	int	   maximum_at;
} FoldExtremes;

extern FoldExtremes fold_extremes(const Fold *fold);

#endif /* PLASTICC_CORE_PERIOD_FOLD_H */

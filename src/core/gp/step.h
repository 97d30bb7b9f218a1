/*
 * step.h
 *		One step of the filter of filter.h, for one or several lanes.
 *
 * Inlined where the number of lanes is a constant, so that the loops over lanes
 * become vector instructions of whatever width the processor has.  Every array
 * is [...][lanes], written as [... * lanes + lane].
 */
#ifndef PLASTICC_CORE_GP_STEP_H
#define PLASTICC_CORE_GP_STEP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/base/vector_exp.h"
#include "core/gp/filter.h"

#define GP_SQRT_3 1.73205080756887729

#define GP_STATES (2 * N_PASSBANDS)

/* Indexes of the covariances of passbands i <= k in a state: of f_i f_k, f_i h_k, f_k h_i, h_i h_k.
 */
enum GpCovariance
{
	GP_FF,
	GP_FH,
	GP_HF,
	GP_HH,
	GP_COVARIANCES
};

/* Doubles of a state, a lane: the means of f and h, then the covariances pair by pair. */
#define GP_STATE_SIZE (GP_STATES + GP_COVARIANCES * GP_PAIRS)

/* The number of the pair i <= k. */
INLINED int
gp_pair(int i, int k)
{
	return i * (2 * N_PASSBANDS - 1 - i) / 2 + k;
}

/* ... and where its covariances stand. */
INLINED int
gp_at(int i, int k, int covariance, int lanes)
{
	return (GP_STATES + GP_COVARIANCES * gp_pair(i, k) + covariance) * lanes;
}

/* ln 2 is split in two (Cody and Waite), so that the remainder r is exact. */
INLINED double
gp_exp_inline(double x)
{
	double shifted = x * 0x1.71547652b82fep+0 + 0x1.8p52;
	double k = shifted - 0x1.8p52;

	return scaled_exp(shifted, (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33);
}

/* How a state goes over a time: rows of a transition, each [lanes]. */
enum GpTransition
{
	GP_U,
	GP_DECAY,		  /* exp(-u) */
	GP_DECAY_SQUARED, /* exp(-2u) */
	GP_NOISE_FF,
	GP_NOISE_FH,
	GP_NOISE_HH,
	GP_TRANSITION_SIZE
};

/* After so long a time nothing is left of a state; longer ones count as this. */
#define GP_LONGEST 300.0

/*
 * Fills one lane; u >= 0.  P(3, w) = exp(-w) (w^3/3! + w^4/4! + ...) for small
 * w, where one minus the rest of the series of exp would cancel; P(2, w) and
 * P(1, w) follow by adding terms.
 */
INLINED void
gp_set_transition(double u, double *transition, int lanes, int lane)
{
	double decay, e, w, p, complement, series;

	u = u < GP_LONGEST ? u : GP_LONGEST;
	decay = gp_exp_inline(-u);
	e = decay * decay;
	w = 2.0 * u;
	p = 1.0 + w * (1.0 / 12.0);
	p = 1.0 + p * w * (1.0 / 11.0);
	p = 1.0 + p * w * (1.0 / 10.0);
	p = 1.0 + p * w * (1.0 / 9.0);
	p = 1.0 + p * w * (1.0 / 8.0);
	p = 1.0 + p * w * (1.0 / 7.0);
	p = 1.0 + p * w * (1.0 / 6.0);
	p = 1.0 + p * w * (1.0 / 5.0);
	p = 1.0 + p * w * (1.0 / 4.0);
	series = e * (w * w * w * (1.0 / 6.0)) * p;
	complement = 1.0 - e * (1.0 + w * (1.0 + 0.5 * w));
	p = w < 0.25 ? series : complement;
	transition[GP_U * lanes + lane] = u;
	transition[GP_DECAY * lanes + lane] = decay;
	transition[GP_DECAY_SQUARED * lanes + lane] = e;
	transition[GP_NOISE_FF * lanes + lane] = p;
	transition[GP_NOISE_FH * lanes + lane] = p + e * (0.5 * w * w);
	transition[GP_NOISE_HH * lanes + lane] = 2.0 * (p + e * (0.5 * w * w) + e * w);
}

/* The stationary state. */
INLINED void
gp_start(double *state, int lanes, const double *correlation)
{
	memset(state, 0, sizeof(double) * GP_STATES * lanes);
	for (int pair = 0; pair < GP_PAIRS; pair++)
	{
		double *c = state + (GP_STATES + GP_COVARIANCES * pair) * lanes;

		FOR_LANES(lane, lanes)
		{
			c[GP_FF * lanes + lane] = correlation[pair];
			c[GP_FH * lanes + lane] = correlation[pair];
			c[GP_HF * lanes + lane] = correlation[pair];
			c[GP_HH * lanes + lane] = 2.0 * correlation[pair];
		}
	}
}

/* The means after a transition. */
INLINED void
gp_propagate_means(double *state, int lanes, const GpPassbands *bands, const double *transition)
{
	for (int a = 0; a < bands->n; a++)
	{
		double *f = state + bands->list[a] * lanes;
		double *h = f + N_PASSBANDS * lanes;

		FOR_LANES(lane, lanes)
		{
			double u = transition[GP_U * lanes + lane];
			double decay = transition[GP_DECAY * lanes + lane];

			f[lane] = decay * (f[lane] + u * h[lane]);
			h[lane] = decay * h[lane];
		}
	}
}

/* The covariances of one pair and lane after a transition. */
typedef struct GpPair
{
	double ff;
	double fh;
	double hf;
	double hh;
} GpPair;

INLINED GpPair
gp_propagate_pair(const double *pair, double correlation, const double *transition, int lanes,
				  int lane)
{
	double u = transition[GP_U * lanes + lane];
	double e = transition[GP_DECAY_SQUARED * lanes + lane];
	double hh = pair[GP_HH * lanes + lane];
	double fh = pair[GP_FH * lanes + lane] + u * hh;
	double hf = pair[GP_HF * lanes + lane];
	double ff = pair[GP_FF * lanes + lane] + u * (fh + hf);

	hf += u * hh;
	return (GpPair){
		.ff = e * ff + correlation * transition[GP_NOISE_FF * lanes + lane],
		.fh = e * fh + correlation * transition[GP_NOISE_FH * lanes + lane],
		.hf = e * hf + correlation * transition[GP_NOISE_FH * lanes + lane],
		.hh = e * hh + correlation * transition[GP_NOISE_HH * lanes + lane],
	};
}

/* A measurement of one passband, and what the filter makes of it; each array [lanes]. */
typedef struct GpMeasurement
{
	int			  passband;
	double		  flux;
	const double *noise;	  /* variance over amplitude^2 */
	double		 *innovation; /* out: flux less its prediction */
	double		 *precision;  /* out: 1 / variance of the innovation */
	double		 *column; /* out: [GP_STATES], covariance of the state with the predicted flux */
} GpMeasurement;

/*
 * The column of the measured passband after a transition.  Rounding may leave
 * the variance itself below zero where the noise is tiny; it then counts as zero.
 */
INLINED void
gp_measured_column(const double *state, int lanes, const GpPassbands *bands,
				   const double *correlation, const double *transition, int measured,
				   double *column)
{
	for (int a = 0; a < bands->n; a++)
	{
		int			  i = bands->list[a];
		int			  first = i < measured ? i : measured;
		int			  second = i < measured ? measured : i;
		const double *pair = state + gp_at(first, second, 0, lanes);
		double		  b = correlation[gp_pair(first, second)];

		FOR_LANES(lane, lanes)
		{
			GpPair after = gp_propagate_pair(pair, b, transition, lanes, lane);

			column[i * lanes + lane] = after.ff;
			column[(N_PASSBANDS + i) * lanes + lane] = i < measured ? after.hf : after.fh;
		}
	}
	FOR_LANES(lane, lanes)
	column[measured * lanes + lane] =
		column[measured * lanes + lane] > 0.0 ? column[measured * lanes + lane] : 0.0;
}

/*
 * Sets the covariances with the measured flux to noise / variance times what they
 * were: the difference that the others take would cancel where the noise is small.
 */
INLINED void
gp_set_measured(double *state, int lanes, const GpPassbands *bands, int measured,
				const double *column, const double *left)
{
	for (int a = 0; a < bands->n; a++)
	{
		int		i = bands->list[a];
		double *pair =
			state + (i < measured ? gp_at(i, measured, 0, lanes) : gp_at(measured, i, 0, lanes));
		const double *column_f = column + i * lanes;
		const double *column_h = column + (N_PASSBANDS + i) * lanes;

		FOR_LANES(lane, lanes)
		{
			pair[GP_FF * lanes + lane] = column_f[lane] * left[lane];
			pair[(i < measured ? GP_HF : GP_FH) * lanes + lane] = column_h[lane] * left[lane];
			if (i == measured)
				pair[GP_HF * lanes + lane] = column_h[lane] * left[lane];
		}
	}
}

/* A transition and a measurement after it, of the states of some passbands. */
INLINED void
gp_step(double *state, int lanes, const GpPassbands *bands, const double *correlation,
		const double *transition, const GpMeasurement *measurement)
{
	int					  measured = measurement->passband;
	double				 *column = measurement->column;
	VECTOR_ALIGNED double gain[GP_STATES * GP_LANES];
	VECTOR_ALIGNED double left[GP_LANES];

	gp_propagate_means(state, lanes, bands, transition);
	gp_measured_column(state, lanes, bands, correlation, transition, measured, column);
	FOR_LANES(lane, lanes)
	{
		double noise = measurement->noise[lane];

		measurement->innovation[lane] = measurement->flux - state[measured * lanes + lane];
		measurement->precision[lane] = 1.0 / (column[measured * lanes + lane] + noise);
		left[lane] = noise * measurement->precision[lane];
	}
	for (int a = 0; a < 2 * bands->n; a++)
	{
		int i = bands->list[a / 2] + a % 2 * N_PASSBANDS;

		FOR_LANES(lane, lanes)
		{
			gain[i * lanes + lane] = column[i * lanes + lane] * measurement->precision[lane];
			state[i * lanes + lane] += gain[i * lanes + lane] * measurement->innovation[lane];
		}
	}
	for (int a = 0; a < bands->n; a++)
	{
		int			  i = bands->list[a];
		const double *gain_f = gain + i * lanes;
		const double *gain_h = gain + (N_PASSBANDS + i) * lanes;

		for (int c = a; c < bands->n; c++)
		{
			int			  k = bands->list[c];
			const double *column_f = column + k * lanes;
			const double *column_h = column + (N_PASSBANDS + k) * lanes;
			double		 *pair = state + gp_at(i, k, 0, lanes);
			double		  b = correlation[gp_pair(i, k)];

			FOR_LANES(lane, lanes)
			{
				GpPair after = gp_propagate_pair(pair, b, transition, lanes, lane);

				pair[GP_FF * lanes + lane] = after.ff - gain_f[lane] * column_f[lane];
				pair[GP_FH * lanes + lane] = after.fh - gain_f[lane] * column_h[lane];
				pair[GP_HF * lanes + lane] = after.hf - gain_h[lane] * column_f[lane];
				pair[GP_HH * lanes + lane] = after.hh - gain_h[lane] * column_h[lane];
			}
		}
	}
	gp_set_measured(state, lanes, bands, measured, column, left);
}

#endif /* PLASTICC_CORE_GP_STEP_H */

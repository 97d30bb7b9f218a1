/*
 * predict_lanes.h
 *		Predictions of a Gaussian process at several times side by side, one a lane.
 */
#ifndef PLASTICC_CORE_GP_PREDICT_LANES_H
#define PLASTICC_CORE_GP_PREDICT_LANES_H

#include "core/gp/step.h"

/* All are predicted, whichever are observed. */
static const GpPassbands all_passbands = {N_PASSBANDS, {0, 1, 2, 3, 4, 5}};

/* Predictions that are made side by side, of filtered states and adjoints each. */
typedef struct PredictionLanes
{
	int	   n;
	size_t place[GP_LANES];
	VECTOR_ALIGNED double
		   since[GP_LANES]; /* the measurement before, in units of length_scale / sqrt(3) */
	double until[GP_LANES]; /* the one after */
	double forward[GP_TRANSITION_SIZE * GP_LANES]; /* from the measurement before */
	double back[GP_TRANSITION_SIZE * GP_LANES];	   /* from the one after */
	double state[GP_STATE_SIZE * GP_LANES];
	double r[GP_STATES * GP_LANES];
	double n_matrix[GP_STATES * GP_STATES * GP_LANES];
	double column[N_PASSBANDS][GP_STATES * GP_LANES]; /* covariances with the passbands' fluxes */
	double mean[N_PASSBANDS][GP_LANES];
} PredictionLanes;

/* Takes adjoints back over a transition: r <- A' r, N <- A' N A. */
INLINED void
transport(double *restrict r, double *restrict n, int lanes, const double *restrict transition)
{
	const double *u = transition + GP_U * lanes;
	const double *decay = transition + GP_DECAY * lanes;
	const double *e = transition + GP_DECAY_SQUARED * lanes;

	for (int i = 0; i < N_PASSBANDS; i++)
	{
		double *r_f = r + i * lanes;
		double *r_h = r + (N_PASSBANDS + i) * lanes;

		FOR_LANES(lane, lanes)
		{
			r_h[lane] = decay[lane] * (r_h[lane] + u[lane] * r_f[lane]);
			r_f[lane] = decay[lane] * r_f[lane];
		}
		for (int k = 0; k < N_PASSBANDS; k++)
		{
			double *ff = n + (i * GP_STATES + k) * lanes;
			double *fh = ff + N_PASSBANDS * lanes;
			double *hf = ff + N_PASSBANDS * GP_STATES * lanes;
			double *hh = hf + N_PASSBANDS * lanes;

			FOR_LANES(lane, lanes)
			{
				double mixed = fh[lane] + u[lane] * ff[lane];

				hh[lane] = e[lane] * (hh[lane] + u[lane] * (hf[lane] + mixed));
				fh[lane] = e[lane] * mixed;
				hf[lane] = e[lane] * (hf[lane] + u[lane] * ff[lane]);
				ff[lane] = e[lane] * ff[lane];
			}
		}
	}
}

/*
 * Sets the fluxes of the passbands, and their covariances: the filtered states go
 * forward by one transition, and the adjoints back by another.
 */
extern void move_lanes(const double *correlation, PredictionLanes *lanes);

/* Mean and variance of one weighted sum of the passbands; variance[] holds its remainder. */
extern void project_lanes(const PredictionLanes *lanes, const double weight[N_PASSBANDS][GP_LANES],
						  double mean[GP_LANES], double variance[GP_LANES]);

#endif /* PLASTICC_CORE_GP_PREDICT_LANES_H */

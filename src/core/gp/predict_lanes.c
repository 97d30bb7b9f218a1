/*
 * predict_lanes.c
 *		Predictions of a Gaussian process at several times side by side.
 */
#include "core/gp/predict_lanes.h"

#include <math.h>
#include <string.h>

#include "core/base/simd.h"

DISPATCHED void
move_lanes(const double *correlation, PredictionLanes *restrict lanes)
{
	FOR_LANES(lane, GP_LANES)
	{
		gp_set_transition(lanes->since[lane], lanes->forward, GP_LANES, lane);
		gp_set_transition(lanes->until[lane], lanes->back, GP_LANES, lane);
	}
	transport(lanes->r, lanes->n_matrix, GP_LANES, lanes->back);
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		gp_measured_column(lanes->state, GP_LANES, &all_passbands, correlation, lanes->forward,
						   passband, lanes->column[passband]);
		FOR_LANES(lane, GP_LANES)
		lanes->mean[passband][lane] =
			lanes->forward[GP_DECAY * GP_LANES + lane] *
			(lanes->state[passband * GP_LANES + lane] +
			 lanes->forward[GP_U * GP_LANES + lane] *
				 lanes->state[(N_PASSBANDS + passband) * GP_LANES + lane]);
	}
}

/* All lanes of a number; of any address. */
typedef double Lanes
	__attribute__((vector_size(GP_LANES * sizeof(double)), aligned(sizeof(double)), may_alias));

/* square[] = x' N x, four elements of N x at a time, which do not wait for each other. */
INLINED void
multiply_lanes(const double *n, const double *x, double *square)
{
	Lanes sum = {0};

	for (int k = 0; k < GP_STATES; k += 4)
	{
		const Lanes *row = (const Lanes *) n + k, *element = (const Lanes *) x;
		Lanes		 p0 = {0}, p1 = {0}, p2 = {0}, p3 = {0};

		for (int i = 0; i < GP_STATES; i++, row += GP_STATES)
		{
			p0 += row[0] * element[i];
			p1 += row[1] * element[i];
			p2 += row[2] * element[i];
			p3 += row[3] * element[i];
		}
		sum += p0 * element[k];
		sum += p1 * element[k + 1];
		sum += p2 * element[k + 2];
		sum += p3 * element[k + 3];
	}
	memcpy(square, &sum, sizeof(sum));
}

DISPATCHED void
project_lanes(const PredictionLanes *lanes, const double weight[N_PASSBANDS][GP_LANES],
			  double mean[GP_LANES], double variance[GP_LANES])
{
	VECTOR_ALIGNED double column[GP_STATES * GP_LANES] = {0.0};
	VECTOR_ALIGNED double square[GP_LANES];

	memset(mean, 0, sizeof(double) * GP_LANES);
	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		double used = 0.0;

		for (int lane = 0; lane < GP_LANES; lane++)
			used += fabs(weight[passband][lane]);
		if (used == 0.0)
			continue;
		FOR_LANES(lane, GP_LANES)
		mean[lane] += weight[passband][lane] * lanes->mean[passband][lane];
		for (int k = 0; k < GP_STATES; k++)
			FOR_LANES(lane, GP_LANES)
		column[k * GP_LANES + lane] +=
			weight[passband][lane] * lanes->column[passband][k * GP_LANES + lane];
	}
	multiply_lanes(lanes->n_matrix, column, square);
	for (int k = 0; k < GP_STATES; k++)
		FOR_LANES(lane, GP_LANES)
	mean[lane] += column[k * GP_LANES + lane] * lanes->r[k * GP_LANES + lane];
	for (int passband = 0; passband < N_PASSBANDS; passband++)
		FOR_LANES(lane, GP_LANES)
	variance[lane] += weight[passband][lane] * column[passband * GP_LANES + lane];
	FOR_LANES(lane, GP_LANES)
	variance[lane] -= square[lane];
}

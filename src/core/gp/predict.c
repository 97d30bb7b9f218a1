/*
 * predict.c
 *		Mean and standard deviation of a Gaussian process at any time, by a
 *		filter forward in time and a smoother back.
 *
 * With mean m and covariance P of the state given the measurements up to a time,
 * those given all are m + P r and P - P N P, where r and N gather backwards what
 * the later measurements say (de Jong, "Smoothing and interpolation with the
 * state-space model", JASA 84, 1989; for one measurement after another Durbin and
 * Koopman, "Time Series Analysis by State Space Methods", 2012, section 6.4).
 * Nothing is inverted, and a time without a measurement costs nothing to the
 * others.
 *
 * A wavelength between the passbands takes no state of its own: the covariance is
 * a product of one of times and one of wavelengths, so that its flux is a sum of
 * the six at that time, weighted as in the regression on them, and a remainder
 * that is independent of all measurements.
 *
 * Filter states are kept only at the starts of blocks, and those within a block
 * computed again when the smoother comes to it: memory stays small for any curve.
 */
#include "core/gp/gp.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cholesky.h"
#include "core/base/simd.h"
#include "core/gp/predict_lanes.h"
#include "core/curve/passbands.h"

#define BLOCK 64

/*
 * r and N: what later measurements contribute about a state, means of f and h first;
 * of several lanes as in step.h.
 */
typedef struct Adjoint
{
	double r[GP_STATES];
	double n[GP_STATES * GP_STATES];
} Adjoint;

/* A measurement as the filter saw it, and the state after it. */
typedef struct FilterStep
{
	double state[GP_STATE_SIZE];
	double column[GP_STATES];
	double innovation;
	double precision;
} FilterStep;

/* The flux at a wavelength: a weighted sum of the passbands', and what is left of the variance. */
typedef struct Projection
{
	double weight[N_PASSBANDS];
	double remainder;
} Projection;

/* A time of the prediction, in the caller's order at `place`. */
typedef struct GridTime
{
	double mjd;
	size_t place;
} GridTime;

typedef struct Smoother
{
	const GpData	 *data;
	const double	 *mjd;
	double			  unit;		 /* of the data's fluxes */
	double			  amplitude; /* in that unit */
	double			  inverse_length;
	double			  inverse_variance;
	double			 *checkpoints;	/* the state before each block's first measurement */
	FilterStep		  steps[BLOCK]; /* of the block at hand */
	double			  start[GP_STATE_SIZE];
	Adjoint			  adjoint;
	PredictionLanes	  lanes;
	const GridTime	 *grid;
	size_t			  n_left; /* grid times not predicted yet: the earliest */
	const Projection *projections;
	int				  n_projections; /* of each time */
	int				  stride;		 /* to those of the next place; 0 if all have the same */
	double			 *flux;
	double			 *flux_sd;
	Workspace		 *workspace;
} Smoother;

static int
compare_grid_times(const void *a, const void *b)
{
	const GridTime *x = a;
	const GridTime *y = b;

	if (x->mjd != y->mjd)
		return x->mjd < y->mjd ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* N x, and its product with x. */
INLINED double
multiply(const Adjoint *adjoint, const double x[GP_STATES], double product[GP_STATES])
{
	double square = 0.0;

	memset(product, 0, sizeof(double) * GP_STATES);
	for (int i = 0; i < GP_STATES; i++)
		for (int k = 0; k < GP_STATES; k++)
			product[k] += adjoint->n[i * GP_STATES + k] * x[i];
	for (int i = 0; i < GP_STATES; i++)
		square += product[i] * x[i];
	return square;
}

/* Adds a measurement to what the later ones say. */
DISPATCHED static void
absorb(Adjoint *adjoint, const FilterStep *step, int passband)
{
	double gain[GP_STATES], product[GP_STATES], square, sum = 0.0;

	for (int i = 0; i < GP_STATES; i++)
	{
		gain[i] = step->column[i] * step->precision;
		sum += gain[i] * adjoint->r[i];
	}
	square = multiply(adjoint, gain, product);
	adjoint->r[passband] += step->innovation * step->precision - sum;
	for (int i = 0; i < GP_STATES; i++)
	{
		adjoint->n[i * GP_STATES + passband] -= product[i];
		adjoint->n[passband * GP_STATES + i] -= product[i];
	}
	adjoint->n[passband * GP_STATES + passband] += step->precision + square;
}

/* Takes the adjoint back over a transition. */
DISPATCHED static void
go_back(Adjoint *adjoint, const double *transition)
{
	transport(adjoint->r, adjoint->n, 1, transition);
}

static inline void
set_lane(const double *values, int n, double *lanes, int lane)
{
	for (int i = 0; i < n; i++)
		lanes[i * GP_LANES + lane] = values[i];
}

/* All projections at the lanes' times, which are taken off. */
static void
predict(Smoother *s)
{
	PredictionLanes *lanes = &s->lanes;

	for (int lane = lanes->n; lane > 0 && lane < GP_LANES; lane++)
		lanes->since[lane] = lanes->until[lane] = 0.0;
	move_lanes(s->data->correlation, lanes);
	for (int i = 0; i < s->n_projections; i++)
	{
		VECTOR_ALIGNED double weight[N_PASSBANDS][GP_LANES] = {{0.0}};
		VECTOR_ALIGNED double mean[GP_LANES], variance[GP_LANES] = {0.0};

		for (int lane = 0; lane < lanes->n; lane++)
		{
			const Projection *projection = &s->projections[lanes->place[lane] * s->stride + i];

			for (int passband = 0; passband < N_PASSBANDS; passband++)
				weight[passband][lane] = projection->weight[passband];
			variance[lane] = projection->remainder;
		}
		project_lanes(lanes, weight, mean, variance);
		for (int lane = 0; lane < lanes->n; lane++)
		{
			size_t at = lanes->place[lane] * s->n_projections + i;

			s->flux[at] = mean[lane] * s->unit;
			s->flux_sd[at] =
				s->amplitude * sqrt(variance[lane] > 0.0 ? variance[lane] : 0.0) * s->unit;
		}
	}
	lanes->n = 0;
	s->workspace->check_interrupts();
}

/*
 * The grid times not before measurement `after` - 1, whose filtered state is
 * given, and before `after`, to which the adjoint belongs.
 */
static void
predict_between(Smoother *s, const double *state, size_t after)
{
	PredictionLanes *lanes = &s->lanes;

	while (s->n_left > 0 && (after == 0 || s->grid[s->n_left - 1].mjd >= s->mjd[after - 1]))
	{
		const GridTime *time = &s->grid[--s->n_left];
		double			since = after > 0 ? time->mjd - s->mjd[after - 1] : 0.0;
		double			until = after < s->data->n ? s->mjd[after] - time->mjd : 0.0;

		lanes->place[lanes->n] = time->place;
		lanes->since[lanes->n] = since * s->inverse_length;
		lanes->until[lanes->n] = until * s->inverse_length;
		set_lane(state, GP_STATE_SIZE, lanes->state, lanes->n);
		set_lane(s->adjoint.r, GP_STATES, lanes->r, lanes->n);
		set_lane(s->adjoint.n, GP_STATES * GP_STATES, lanes->n_matrix, lanes->n);
		if (++lanes->n == GP_LANES)
			predict(s);
	}
}

/* Filters measurement i. */
static void
filter(const Smoother *s, size_t i, double *state, FilterStep *step)
{
	double		  transition[GP_TRANSITION_SIZE];
	double		  noise = s->data->variance[i] * s->inverse_variance;
	GpMeasurement measurement = {
		.passband = s->data->passband[i],
		.flux = s->data->flux[i],
		.noise = &noise,
		.innovation = &step->innovation,
		.precision = &step->precision,
		.column = step->column,
	};

	gp_set_transition(s->data->gap[i] * s->inverse_length, transition, 1, 0);
	gp_step(state, 1, &all_passbands, s->data->correlation, transition, &measurement);
}

/* Filters the measurements before the last block and keeps the states before each block. */
static void
filter_forward(Smoother *s)
{
	double	   state[GP_STATE_SIZE];
	FilterStep step;

	memcpy(state, s->start, sizeof(state));
	for (size_t i = 0; i < s->data->n; i++)
	{
		if (i % BLOCK == 0)
		{
			memcpy(s->checkpoints + i / BLOCK * GP_STATE_SIZE, state, sizeof(state));
			s->workspace->check_interrupts();
			if (i + BLOCK >= s->data->n)
				break;
		}
		filter(s, i, state, &step);
	}
}

/* Takes the adjoint back through the block of measurements [first, end). */
static void
smooth_block(Smoother *s, size_t first, size_t end)
{
	double state[GP_STATE_SIZE];

	memcpy(state, s->checkpoints + first / BLOCK * GP_STATE_SIZE, sizeof(state));
	for (size_t i = first; i < end; i++)
	{
		filter(s, i, state, &s->steps[i - first]);
		memcpy(s->steps[i - first].state, state, sizeof(state));
	}
	for (size_t i = end; i-- > first;)
	{
		double transition[GP_TRANSITION_SIZE];

		predict_between(s, s->steps[i - first].state, i + 1);
		if (i + 1 < s->data->n)
		{
			gp_set_transition(s->data->gap[i + 1] * s->inverse_length, transition, 1, 0);
			go_back(&s->adjoint, transition);
		}
		absorb(&s->adjoint, &s->steps[i - first], s->data->passband[i]);
	}
}

/* Predicts at n times, in any order, what the smoother's projections say. */
static void
run_smoother(Smoother *s, const Observations *observations, const GaussianProcess *process,
			 const double *mjd, size_t n, Workspace *workspace)
{
	GridTime *grid = workspace_array(workspace, GridTime, n);
	GpData	  data = gp_prepare(observations, workspace);
	size_t	  n_blocks = (data.n + BLOCK - 1) / BLOCK;

	for (size_t i = 0; i < n; i++)
		grid[i] = (GridTime){.mjd = mjd[i], .place = i};
	qsort(grid, n, sizeof(GridTime), compare_grid_times);
	/* cppcheck-suppress autoVariables ; read within this function only */
	s->data = &data;
	s->mjd = observations->mjd;
	s->unit = ldexp(1.0, data.exponent);
	s->amplitude = process->amplitude / s->unit;
	s->inverse_length = GP_SQRT_3 / process->length_scale;
	s->inverse_variance = 1.0 / (s->amplitude * s->amplitude);
	s->checkpoints = workspace_array(workspace, double, n_blocks *GP_STATE_SIZE);
	memset(&s->adjoint, 0, sizeof(Adjoint));
	memset(&s->lanes, 0, sizeof(PredictionLanes));
	s->grid = grid;
	s->n_left = n;
	s->workspace = workspace;
	gp_start(s->start, 1, data.correlation);

	filter_forward(s);
	for (size_t block = n_blocks; block-- > 0;)
	{
		size_t end = (block + 1) * BLOCK;

		smooth_block(s, block * BLOCK, end < data.n ? end : data.n);
	}
	predict_between(s, s->start, 0);
	if (s->lanes.n > 0)
		predict(s);
}

static Smoother *
new_smoother(const Projection *projections, int n_projections, int stride, double *flux,
			 double *flux_sd, Workspace *workspace)
{
	Smoother *s = workspace_aligned_array(workspace, Smoother, 1);

	s->projections = projections;
	s->n_projections = n_projections;
	s->stride = stride;
	s->flux = flux;
	s->flux_sd = flux_sd;
	return s;
}

void
gp_predict(const Observations *observations, const GaussianProcess *process, const double *mjd,
		   size_t n, double *flux, double *flux_sd, Workspace *workspace)
{
	Projection projections[N_PASSBANDS] = {0};
	Smoother  *s = new_smoother(projections, N_PASSBANDS, 0, flux, flux_sd, workspace);

	for (int i = 0; i < N_PASSBANDS; i++)
		projections[i].weight[i] = 1.0;
	run_smoother(s, observations, process, mjd, n, workspace);
}

/*
 * The regression of the flux at a wavelength on those of the passbands at the
 * same time: with their correlation B = L L' and b that with the wavelength, weights
 * B^-1 b and remainder 1 - b' B^-1 b.
 */
static Projection
project(double wavelength, const double *factor)
{
	Projection projection = {.remainder = 1.0};
	double	  *weight = projection.weight;

	for (int i = 0; i < N_PASSBANDS; i++)
		weight[i] = gp_wavelength_correlation(fabs(wavelength - passbands[i].wavelength));
	cholesky_solve_lower(factor, N_PASSBANDS, weight);
	for (int i = 0; i < N_PASSBANDS; i++)
		projection.remainder -= weight[i] * weight[i];
	projection.remainder = fmax(projection.remainder, 0.0);
	cholesky_solve_upper(factor, N_PASSBANDS, weight);
	return projection;
}

void
gp_predict_wavelengths(const Observations *observations, const GaussianProcess *process,
					   const double *mjd, size_t n, const double *wavelength, int n_wavelengths,
					   double *flux, double *flux_sd, Workspace *workspace)
{
	Projection *projections = workspace_array(workspace, Projection, n * n_wavelengths);
	Smoother *s = new_smoother(projections, n_wavelengths, n_wavelengths, flux, flux_sd, workspace);
	double	  factor[N_PASSBANDS][N_PASSBANDS];

	gp_passband_correlation(factor);
	(void) cholesky_factor(&factor[0][0], N_PASSBANDS, DBL_MIN, NULL);
	for (size_t i = 0; i < n * n_wavelengths; i++)
	{
		if (i % BLOCK == 0)
			workspace->check_interrupts();
		projections[i] = project(wavelength[i], &factor[0][0]);
	}
	run_smoother(s, observations, process, mjd, n, workspace);
}

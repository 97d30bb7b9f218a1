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
 * computed again when the smoother comes to it: memory stays small however long
 * the curve.
 */
#include "core/gp/gp.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cholesky.h"
#include "core/gp/step.h"
#include "core/curve/passbands.h"

#define BLOCK 64

/* r and N: what later measurements contribute about a state, means of f and h first. */
typedef struct Adjoint
{
	double r[GP_STATES];
	double n[GP_STATES][GP_STATES];
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

/* A time of the prediction and its place in the caller's order. */
typedef struct GridTime
{
	double mjd;
	size_t place;
} GridTime;

typedef struct Smoother
{
	const GpData	 *data;
	const double	 *mjd;
	double			  amplitude; /* in the data's unit */
	double			  inverse_length;
	double			  inverse_variance;
	double			 *checkpoints;	/* the state before each block's first measurement */
	FilterStep		  steps[BLOCK]; /* of the block at hand */
	double			  start[GP_STATE_SIZE];
	Adjoint			  adjoint;
	const GridTime	 *grid;
	size_t			  n_left;		 /* grid times not predicted yet: the earliest */
	int				  n_projections; /* of each time */
	int				  stride;		 /* to those of the next place; 0 if all have the same */
	const Projection *projections;
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

/* ----------------------------------------------------------------
 * The adjoint
 * ----------------------------------------------------------------
 */

/* Takes the adjoint back over a transition: r <- A' r, N <- A' N A. */
static void
transport(Adjoint *adjoint, const double *transition)
{
	double u = transition[GP_U];
	double decay = transition[GP_DECAY];
	double e = transition[GP_DECAY_SQUARED];

	for (int i = 0; i < N_PASSBANDS; i++)
	{
		double *f = adjoint->n[i];
		double *h = adjoint->n[N_PASSBANDS + i];

		adjoint->r[N_PASSBANDS + i] = decay * (adjoint->r[N_PASSBANDS + i] + u * adjoint->r[i]);
		adjoint->r[i] = decay * adjoint->r[i];
		for (int k = 0; k < N_PASSBANDS; k++)
		{
			double ff = f[k];
			double fh = f[N_PASSBANDS + k] + u * ff;

			h[N_PASSBANDS + k] = e * (h[N_PASSBANDS + k] + u * (h[k] + fh));
			f[N_PASSBANDS + k] = e * fh;
			h[k] = e * (h[k] + u * ff);
			f[k] = e * ff;
		}
	}
}

/* N x, and its product with x. */
static double
multiply(const Adjoint *adjoint, const double x[GP_STATES], double product[GP_STATES])
{
	double square = 0.0;

	memset(product, 0, sizeof(double) * GP_STATES);
	for (int i = 0; i < GP_STATES; i++)
	{
		for (int k = 0; k < GP_STATES; k++)
			product[k] += adjoint->n[i][k] * x[i];
	}
	for (int i = 0; i < GP_STATES; i++)
		square += product[i] * x[i];
	return square;
}

/* Adds a measurement to what the later ones say. */
static void
absorb(Adjoint *adjoint, const FilterStep *step, int passband)
{
	double gain[GP_STATES], product[GP_STATES];
	double square, sum = 0.0;

	for (int i = 0; i < GP_STATES; i++)
	{
		gain[i] = step->column[i] * step->precision;
		sum += gain[i] * adjoint->r[i];
	}
	square = multiply(adjoint, gain, product);
	adjoint->r[passband] += step->innovation * step->precision - sum;
	for (int i = 0; i < GP_STATES; i++)
	{
		adjoint->n[i][passband] -= product[i];
		adjoint->n[passband][i] -= product[i];
	}
	adjoint->n[passband][passband] += step->precision + square;
}

/* ----------------------------------------------------------------
 * Predictions
 * ----------------------------------------------------------------
 */

/*
 * All projections at one time: the filtered state goes forward to it by one
 * transition, and the adjoint back to it by another.
 */
static void
predict(const Smoother *s, const double *state, const double *forward, const Adjoint *adjoint,
		size_t place)
{
	double columns[N_PASSBANDS][GP_STATES];
	double means[N_PASSBANDS];

	for (int passband = 0; passband < N_PASSBANDS; passband++)
	{
		gp_measured_column(state, 1, s->data->correlation, forward, passband, columns[passband]);
		means[passband] =
			forward[GP_DECAY] * (state[passband] + forward[GP_U] * state[N_PASSBANDS + passband]);
	}
	for (int i = 0; i < s->n_projections; i++)
	{
		const Projection *projection = &s->projections[place * s->stride + i];
		double			  column[GP_STATES] = {0.0}, product[GP_STATES];
		double			  mean = 0.0, variance = projection->remainder;

		for (int passband = 0; passband < N_PASSBANDS; passband++)
		{
			if (projection->weight[passband] == 0.0)
				continue;
			mean += projection->weight[passband] * means[passband];
			for (int k = 0; k < GP_STATES; k++)
				column[k] += projection->weight[passband] * columns[passband][k];
		}
		for (int k = 0; k < GP_STATES; k++)
			mean += column[k] * adjoint->r[k];
		for (int passband = 0; passband < N_PASSBANDS; passband++)
			variance += projection->weight[passband] * column[passband];
		variance = fmax(variance - multiply(adjoint, column, product), 0.0);
		s->flux[place * s->n_projections + i] = ldexp(mean, s->data->exponent);
		s->flux_sd[place * s->n_projections + i] =
			ldexp(s->amplitude * sqrt(variance), s->data->exponent);
	}
}

/*
 * The grid times not before measurement `after` - 1, whose filtered state is
 * given, and before `after`, to which the adjoint belongs.
 */
static void
predict_between(Smoother *s, const double *state, size_t after)
{
	while (s->n_left > 0 && (after == 0 || s->grid[s->n_left - 1].mjd >= s->mjd[after - 1]))
	{
		const GridTime *time = &s->grid[--s->n_left];
		double			forward[GP_TRANSITION_SIZE], back[GP_TRANSITION_SIZE];
		double			since = after > 0 ? time->mjd - s->mjd[after - 1] : 0.0;
		double			until = after < s->data->n ? s->mjd[after] - time->mjd : 0.0;
		Adjoint			adjoint = s->adjoint;

		gp_set_transition(since * s->inverse_length, forward, 1, 0);
		gp_set_transition(until * s->inverse_length, back, 1, 0);
		transport(&adjoint, back);
		predict(s, state, forward, &adjoint, time->place);
		if (s->n_left % 256 == 0)
			s->workspace->check_interrupts();
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
	gp_step(state, 1, s->data->correlation, transition, &measurement);
}

/* Filters all measurements and keeps the states before each block. */
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
			transport(&s->adjoint, transition);
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
	s->amplitude = ldexp(process->amplitude, -data.exponent);
	s->inverse_length = GP_SQRT_3 / process->length_scale;
	s->inverse_variance = 1.0 / (s->amplitude * s->amplitude);
	s->checkpoints = workspace_array(workspace, double, n_blocks *GP_STATE_SIZE);
	memset(&s->adjoint, 0, sizeof(Adjoint));
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
}

void
gp_predict(const Observations *observations, const GaussianProcess *process, const double *mjd,
		   size_t n, double *flux, double *flux_sd, Workspace *workspace)
{
	Smoother  *s = workspace_array(workspace, Smoother, 1);
	Projection projections[N_PASSBANDS] = {0};

	for (int i = 0; i < N_PASSBANDS; i++)
		projections[i].weight[i] = 1.0;
	s->n_projections = N_PASSBANDS;
	s->stride = 0;
	s->projections = projections;
	s->flux = flux;
	s->flux_sd = flux_sd;
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
	Smoother   *s = workspace_array(workspace, Smoother, 1);
	Projection *projections = workspace_array(workspace, Projection, n * n_wavelengths);
	double		factor[N_PASSBANDS][N_PASSBANDS];

	gp_passband_correlation(factor);
	(void) cholesky_factor(&factor[0][0], N_PASSBANDS, DBL_MIN, NULL);
	for (size_t i = 0; i < n * n_wavelengths; i++)
		projections[i] = project(wavelength[i], &factor[0][0]);
	s->n_projections = n_wavelengths;
	s->stride = n_wavelengths;
	s->projections = projections;
	s->flux = flux;
	s->flux_sd = flux_sd;
	run_smoother(s, observations, process, mjd, n, workspace);
}

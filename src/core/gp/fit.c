/*
 * fit.c
 *		The maximum-likelihood parameters of a Gaussian process.
 *
 * The likelihood of (ln amplitude^2, ln length_scale) is computed for GP_LANES
 * points at once at little more than the cost of one.  So a coarse scan finds
 * the hill to climb, and each step up evaluates the new point together with
 * the differences that give its gradient and curvature: a Newton method within
 * a region of trust (Nocedal and Wright, "Numerical Optimization", 2006, ch. 4)
 * without derivatives.
 */
#include "core/gp/gp.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/gp/filter.h"

/* Of a curve's parameters: ln amplitude^2 in units of the data, ln length_scale in days. */
enum Parameter
{
	LOG_VARIANCE,
	LOG_LENGTH,
	PARAMETERS
};

/* A quadratic model of the log-likelihood about a point. */
typedef struct Model
{
	double point[PARAMETERS];
	double value;
	double gradient[PARAMETERS];
	double curvature[PARAMETERS][PARAMETERS]; /* of the negative: positive definite */
	double spacing;							  /* of the differences it comes from */
} Model;

typedef struct Box
{
	double lower[PARAMETERS];
	double upper[PARAMETERS];
} Box;

typedef struct Search
{
	const GpData *data;
	Workspace	 *workspace;
	Box			  bounds;
	int			  passes;
} Search;

static void
evaluate(Search *search, GpBatch *batch)
{
	gp_evaluate(search->data, batch, search->workspace);
	search->passes++;
}

/* ----------------------------------------------------------------
 * The scan
 * ----------------------------------------------------------------
 */

/* Hills of the likelihood over the length scale: where a climb starts, and how high that is. */
typedef struct Hills
{
	int	   n;
	double foot[GP_LANES][PARAMETERS];
	double height[GP_LANES];
} Hills;

/* Amplitudes of the scan, as squares relative to the signal's. */
static const double scan_variances[] = {1.0, 0.1, 0.01};

#define SCAN_VARIANCES ((int) (sizeof(scan_variances) / sizeof(scan_variances[0])))

/* Whether all length scales are as likely: all times are the same, or nearly. */
static bool
is_plain(const double height[GP_LANES])
{
	double low = height[0], high = height[0];

	for (int lane = 1; lane < GP_LANES; lane++)
	{
		low = fmin(low, height[lane]);
		high = fmax(high, height[lane]);
	}
	return high - low <= 1e-6 + 1e-12 * fabs(high);
}

/* The hills of a profile: the greatest likelihood of each length scale, and where it is. */
static Hills
find_hills(const double height[GP_LANES], const double log_variance[GP_LANES],
		   const double log_length[GP_LANES])
{
	Hills hills = {.n = 0};

	for (int lane = 0; lane < GP_LANES; lane++)
	{
		if ((lane > 0 && height[lane] <= height[lane - 1]) ||
			(lane < GP_LANES - 1 && height[lane] < height[lane + 1]))
			continue;
		hills.foot[hills.n][LOG_VARIANCE] = log_variance[lane];
		hills.foot[hills.n][LOG_LENGTH] = log_length[lane];
		hills.height[hills.n++] = height[lane];
	}
	return hills;
}

/*
 * Hills of the likelihood on a grid of amplitudes and, evenly spaced, length
 * scales.  Where these make no difference the search is left with the default one,
 * for rounding is not to choose.
 */
static Hills
scan(Search *search)
{
	Box	   *bounds = &search->bounds;
	double	width = bounds->upper[LOG_LENGTH] - bounds->lower[LOG_LENGTH];
	double	centre = 0.5 * (bounds->upper[LOG_VARIANCE] + bounds->lower[LOG_VARIANCE]);
	double	log_variance[GP_LANES];
	double	height[GP_LANES];
	GpBatch batch;

	for (int i = 0; i < SCAN_VARIANCES; i++)
	{
		for (int lane = 0; lane < GP_LANES; lane++)
		{
			batch.log_variance[lane] = centre + gp_log(scan_variances[i]);
			batch.log_length[lane] = bounds->lower[LOG_LENGTH] + width * (lane + 0.5) / GP_LANES;
		}
		evaluate(search, &batch);
		for (int lane = 0; lane < GP_LANES; lane++)
		{
			/* cppcheck-suppress uninitvar ; the first round sets it */
			if (i > 0 && batch.log_likelihood[lane] <= height[lane])
				continue;
			height[lane] = batch.log_likelihood[lane];
			log_variance[lane] = batch.log_variance[lane];
		}
	}
	if (is_plain(height))
	{
		bounds->lower[LOG_LENGTH] = bounds->upper[LOG_LENGTH] = gp_log(GP_DEFAULT_LENGTH_SCALE);
		for (int lane = 0; lane < GP_LANES; lane++)
			batch.log_length[lane] = gp_log(GP_DEFAULT_LENGTH_SCALE);
	}
	return find_hills(height, log_variance, batch.log_length);
}

/* ----------------------------------------------------------------
 * The climb
 * ----------------------------------------------------------------
 */

/* The points whose differences give the derivatives, in units of the spacing. */
enum Stencil
{
	CENTRE,
	EAST,
	WEST,
	NORTH,
	SOUTH,
	NORTH_EAST,
	SOUTH_WEST,
	STENCIL_SIZE
};

static const signed char stencil[STENCIL_SIZE][PARAMETERS] = {
	[CENTRE] = {0, 0}, [EAST] = {1, 0},		  [WEST] = {-1, 0},		   [NORTH] = {0, 1},
	[SOUTH] = {0, -1}, [NORTH_EAST] = {1, 1}, [SOUTH_WEST] = {-1, -1},
};

/*
 * Makes a symmetric matrix positive definite: its eigenvalues become their
 * magnitudes, and not so small that rounding alone could have made them.
 */
static void
make_definite(double m[PARAMETERS][PARAMETERS])
{
	double mean = 0.5 * (m[0][0] + m[1][1]);
	double half = 0.5 * (m[0][0] - m[1][1]);
	double radius = sqrt(half * half + m[0][1] * m[0][1]);
	double least = 1e-9 + 1e-9 * (fabs(mean) + radius);
	double high = fmax(fabs(mean + radius), least);
	double low = fmax(fabs(mean - radius), least);
	double c = radius > 0.0 ? half / radius : 1.0;
	double s = radius > 0.0 ? m[0][1] / radius : 0.0;

	m[0][0] = 0.5 * (high + low) + 0.5 * (high - low) * c;
	m[1][1] = 0.5 * (high + low) - 0.5 * (high - low) * c;
	m[0][1] = m[1][0] = 0.5 * (high - low) * s;
}

static Model
model_at(Search *search, const double point[PARAMETERS], double spacing)
{
	Model		  model = {.spacing = spacing};
	GpBatch		  batch;
	const double *value = batch.log_likelihood;
	double		  h2 = spacing * spacing;

	for (int lane = 0; lane < GP_LANES; lane++)
	{
		const signed char *offset = stencil[lane < STENCIL_SIZE ? lane : CENTRE];

		batch.log_variance[lane] = point[LOG_VARIANCE] + spacing * offset[LOG_VARIANCE];
		batch.log_length[lane] = point[LOG_LENGTH] + spacing * offset[LOG_LENGTH];
	}
	evaluate(search, &batch);

	memcpy(model.point, point, sizeof(model.point));
	model.value = value[CENTRE];
	model.gradient[0] = (value[EAST] - value[WEST]) / (2.0 * spacing);
	model.gradient[1] = (value[NORTH] - value[SOUTH]) / (2.0 * spacing);
	model.curvature[0][0] = (2.0 * value[CENTRE] - value[EAST] - value[WEST]) / h2;
	model.curvature[1][1] = (2.0 * value[CENTRE] - value[NORTH] - value[SOUTH]) / h2;
	model.curvature[0][1] = ((value[EAST] - value[NORTH_EAST]) + (value[NORTH] - value[CENTRE]) +
							 (value[WEST] - value[SOUTH_WEST]) + (value[SOUTH] - value[CENTRE])) /
							(2.0 * h2);
	model.curvature[1][0] = model.curvature[0][1];
	make_definite(model.curvature);
	return model;
}

/* What the model expects to gain by a step. */
static double
expected_gain(const Model *model, const double step[PARAMETERS])
{
	double gain = 0.0;

	for (int i = 0; i < PARAMETERS; i++)
	{
		gain += model->gradient[i] * step[i];
		for (int k = 0; k < PARAMETERS; k++)
			gain -= 0.5 * step[i] * model->curvature[i][k] * step[k];
	}
	return gain;
}

static double
clamp(double x, double lower, double upper)
{
	return x < lower ? lower : x > upper ? upper : x;
}

/*
 * The step within the box that the model expects to gain most by, and that
 * gain: its summit, or the best point of the box's four edges.
 */
static double
best_step(const Model *model, const Box *box, double step[PARAMETERS])
{
	const double *g = model->gradient;
	double		  determinant = model->curvature[0][0] * model->curvature[1][1] -
						 model->curvature[0][1] * model->curvature[0][1];
	double gain = 0.0;

	step[0] = (g[0] * model->curvature[1][1] - g[1] * model->curvature[0][1]) / determinant;
	step[1] = (g[1] * model->curvature[0][0] - g[0] * model->curvature[0][1]) / determinant;
	if (step[0] >= box->lower[0] && step[0] <= box->upper[0] && step[1] >= box->lower[1] &&
		step[1] <= box->upper[1])
		return expected_gain(model, step);

	step[0] = step[1] = 0.0;
	for (int edge = 0; edge < 2 * PARAMETERS; edge++)
	{
		int	   fixed = edge / 2;
		int	   free = 1 - fixed;
		double candidate[PARAMETERS];
		double summit;

		candidate[fixed] = edge % 2 == 0 ? box->lower[fixed] : box->upper[fixed];
		summit =
			(g[free] - model->curvature[0][1] * candidate[fixed]) / model->curvature[free][free];
		candidate[free] = clamp(summit, box->lower[free], box->upper[free]);
		if (expected_gain(model, candidate) > gain)
		{
			gain = expected_gain(model, candidate);
			memcpy(step, candidate, sizeof(candidate));
		}
	}
	return gain;
}

/* Hills are climbed by as many passes at most. */
#define CLIMBS 2
#define CLIMB_PASSES ((GP_MAXIMUM_EVALUATIONS / GP_LANES - SCAN_VARIANCES) / CLIMBS)

/* Spacings of the differences: a tenth of the last step, but no finer than rounding allows. */
#define COARSEST_SPACING 0.1
#define FINEST_SPACING 1e-3

/* Climbs from a point to the top, or as far as a number of passes allows. */
static Model
climb(Search *search, const double start[PARAMETERS])
{
	int	   last_pass = search->passes + CLIMB_PASSES;
	Model  model = model_at(search, start, COARSEST_SPACING);
	double trust = 1.0;

	while (search->passes < last_pass)
	{
		double step[PARAMETERS], point[PARAMETERS];
		double length, gain, spacing;
		Box	   box;
		Model  next;

		for (int i = 0; i < PARAMETERS; i++)
		{
			box.lower[i] = fmax(search->bounds.lower[i] - model.point[i], -trust);
			box.upper[i] = fmin(search->bounds.upper[i] - model.point[i], trust);
		}
		gain = best_step(&model, &box, step);
		length = fmax(fabs(step[0]), fabs(step[1]));
		if (gain <= 1e-10 + 1e-13 * fabs(model.value))
		{
			if (model.spacing <= FINEST_SPACING)
				break;
			length = 0.0;
		}
		spacing = clamp(0.1 * length, FINEST_SPACING, COARSEST_SPACING);
		for (int i = 0; i < PARAMETERS; i++)
			point[i] = length == 0.0 ? model.point[i]
									 : clamp(model.point[i] + step[i], search->bounds.lower[i],
											 search->bounds.upper[i]);
		next = model_at(search, point, spacing);
		if (next.value >= model.value)
		{
			if (next.value - model.value > 0.5 * gain)
				trust = fmax(trust, 2.0 * length);
			model = next;
		}
		else
			trust = 0.25 * length;
	}
	return model;
}

/* The highest top of the hills that look highest from their feet. */
static Model
climb_hills(Search *search, Hills *hills)
{
	/* Set, because compilers compare before they look whether i is 0, and memcheck tells. */
	Model highest = {0};

	for (int i = 0; i < CLIMBS && i < hills->n; i++)
	{
		int	  best = 0;
		Model top;

		for (int k = 1; k < hills->n; k++)
		{
			if (hills->height[k] > hills->height[best])
				best = k;
		}
		top = climb(search, hills->foot[best]);
		hills->height[best] = -INFINITY;
		if (i == 0 || top.value > highest.value)
			highest = top;
	}
	/* cppcheck-suppress uninitvar ; there is at least one hill */
	return highest;
}

GaussianProcessFit
gp_fit(const Observations *observations, Workspace *workspace)
{
	GaussianProcessFit fit;
	Observations	   fitted;
	GpData			   data;
	Search			   search = {.data = &data, .workspace = workspace};
	double			   centre;
	Hills			   hills;
	Model			   top;

	fitted = fitted_observations(observations, workspace);
	data = gp_prepare(&fitted, workspace);
	centre = 2.0 * gp_log(data.signal);
	search.bounds = (Box){
		.lower = {centre - 10.0, gp_log(GP_MINIMUM_LENGTH_SCALE)},
		.upper = {centre + 10.0, gp_log(GP_MAXIMUM_LENGTH_SCALE)},
	};
	hills = scan(&search);
	top = climb_hills(&search, &hills);
	fit.process.amplitude = ldexp(gp_exp(0.5 * top.point[LOG_VARIANCE]), data.exponent);
	fit.process.length_scale = gp_exp(top.point[LOG_LENGTH]);
	fit.log_likelihood = gp_in_flux_units(&data, top.value);
	fit.evaluations = search.passes * GP_LANES;
	return fit;
}

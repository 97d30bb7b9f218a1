/*
 * filter.c
 *		Likelihoods of a Gaussian process by Kalman filters, several at once.
 */
#include "core/gp/filter.h"

#include <math.h>
#include <string.h>

#include "core/gp/step.h"
#include "core/base/simd.h"
#include "core/curve/passbands.h"

#define LN_2 0.693147180559945309
#define LN_2_PI 1.83787706640934548

double
gp_exp(double x)
{
	return gp_exp_inline(x);
}

/* With x = 2^k m, sqrt(1/2) <= m < sqrt(2): k ln 2 + 2 artanh((m - 1) / (m + 1)), by its series. */
double
gp_log(double x)
{
	int	   k;
	double m = frexp(x, &k);
	double z, z2, sum = 0.0;

	if (m < 0.707106781186547524)
	{
		m *= 2.0;
		k--;
	}
	z = (m - 1.0) / (m + 1.0);
	z2 = z * z;
	for (int power = 23; power >= 3; power -= 2)
		sum = (sum + 1.0 / power) * z2;
	return k * LN_2 + 2.0 * (z + z * sum);
}

double
gp_wavelength_correlation(double distance)
{
	double x = GP_SQRT_3 * distance / GP_WAVELENGTH_SCALE;

	/* beyond that it is 0 within the range of gp_exp() */
	return x < 700.0 ? (1.0 + x) * gp_exp(-x) : 0.0;
}

void
gp_passband_correlation(double correlation[N_PASSBANDS][N_PASSBANDS])
{
	for (int i = 0; i < N_PASSBANDS; i++)
	{
		for (int k = 0; k < N_PASSBANDS; k++)
		{
			double distance = fabs(passbands[i].wavelength - passbands[k].wavelength);

			correlation[i][k] = gp_wavelength_correlation(distance);
		}
	}
}

/* The unit of the fluxes, and the signal in it. */
static void
find_unit(GpData *data)
{
	double greatest = -1.0, per_unit;

	data->signal = 1.0;
	for (size_t i = 0; i < data->n; i++)
	{
		double square = data->flux[i] * data->flux[i];
		double ratio = square / data->variance[i];

		if (ratio > greatest)
		{
			greatest = ratio;
			data->signal = sqrt(square + data->variance[i]);
		}
	}
	data->signal = 2.0 * frexp(data->signal, &data->exponent);
	data->exponent--;
	per_unit = ldexp(1.0, -data->exponent);
	for (size_t i = 0; i < data->n; i++)
	{
		data->flux[i] *= per_unit;
		data->variance[i] *= per_unit * per_unit;
	}
}

/* The passbands of n observations. */
static GpPassbands
list_passbands(const uint8_t *passband, size_t n)
{
	GpPassbands observed = {0};
	unsigned	seen = 0;

	for (size_t i = 0; i < n; i++)
		seen |= 1u << passband[i];
	for (int i = 0; i < N_PASSBANDS; i++)
		if (seen >> i & 1)
			observed.list[observed.n++] = i;
	return observed;
}

GpData
gp_prepare(const Observations *observations, Workspace *workspace)
{
	size_t n = observations->count;
	GpData data = {.n = n, .passband = workspace_array(workspace, uint8_t, n)};
	double correlation[N_PASSBANDS][N_PASSBANDS];

	data.gap = workspace_array(workspace, double, 3 * n);
	data.flux = data.gap + n;
	data.variance = data.gap + 2 * n;
	for (size_t i = 0; i < n; i++)
	{
		double flux_err = (double) observations->flux_err[i];

		data.passband[i] = observations->kind[i] & KIND_PASSBAND;
		data.gap[i] = i == 0 ? 0.0 : observations->mjd[i] - observations->mjd[i - 1];
		data.flux[i] = (double) observations->flux[i];
		data.variance[i] = flux_err * flux_err;
	}
	find_unit(&data);
	data.observed = list_passbands(data.passband, n);
	gp_passband_correlation(correlation);
	for (int i = 0; i < N_PASSBANDS; i++)
	{
		for (int k = i; k < N_PASSBANDS; k++)
			data.correlation[gp_pair(i, k)] = correlation[i][k];
	}
	return data;
}

/* What a filter carries from one block of observations to the next. */
typedef struct GpFilter
{
	VECTOR_ALIGNED double state[GP_STATE_SIZE * GP_LANES];
	double				  inverse_length[GP_LANES];	  /* sqrt(3) / length_scale */
	double				  inverse_variance[GP_LANES]; /* 1 / amplitude^2 */
	double				  chi_squared[GP_LANES];	  /* sum of innovation^2 / variance */
	double				  mantissa[GP_LANES]; /* product of the mantissas of the precisions ... */
	double				  power[GP_LANES];	  /* ... and the sum of their powers of two */
} GpFilter;

/* Observations of a block: so few that the product of as many mantissas in [1, 2) cannot overflow.
 */
#define BLOCK 512

/* Runs the filters over a block. */
DISPATCHED static void
filter_block(const GpData *data, size_t first, size_t end, GpFilter *filter)
{
	VECTOR_ALIGNED double transition[GP_TRANSITION_SIZE * GP_LANES];
	VECTOR_ALIGNED double noise[GP_LANES];
	VECTOR_ALIGNED double innovation[GP_LANES];
	VECTOR_ALIGNED double precision[GP_LANES];
	VECTOR_ALIGNED double column[GP_STATES * GP_LANES];

	for (size_t i = first; i < end; i++)
	{
		GpMeasurement measurement = {
			.passband = data->passband[i],
			.flux = data->flux[i],
			.noise = noise,
			.innovation = innovation,
			.precision = precision,
			.column = column,
		};

		FOR_LANES(lane, GP_LANES)
		noise[lane] = data->variance[i] * filter->inverse_variance[lane];
		FOR_LANES(lane, GP_LANES)
		gp_set_transition(data->gap[i] * filter->inverse_length[lane], transition, GP_LANES, lane);
		gp_step(filter->state, GP_LANES, &data->observed, data->correlation, transition,
				&measurement);
		FOR_LANES(lane, GP_LANES)
		{
			uint64_t bits;
			double	 mantissa;

			memcpy(&bits, &precision[lane], sizeof(bits));
			filter->power[lane] += (double) (int32_t) (bits >> 52);
			bits = (bits & UINT64_C(0xFFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
			memcpy(&mantissa, &bits, sizeof(mantissa));
			filter->mantissa[lane] *= mantissa;
			filter->chi_squared[lane] += innovation[lane] * innovation[lane] * precision[lane];
		}
	}
}

void
gp_evaluate(const GpData *data, GpBatch *batch, Workspace *workspace)
{
	GpFilter filter;
	double	 n = (double) data->n;

	gp_start(filter.state, GP_LANES, data->correlation);
	FOR_LANES(lane, GP_LANES)
	{
		filter.inverse_length[lane] = GP_SQRT_3 * gp_exp(-batch->log_length[lane]);
		filter.inverse_variance[lane] = gp_exp(-batch->log_variance[lane]);
		filter.chi_squared[lane] = 0.0;
		filter.mantissa[lane] = 1.0;
		filter.power[lane] = 0.0;
		batch->log_likelihood[lane] = -0.5 * n * (LN_2_PI + batch->log_variance[lane]);
	}
	for (size_t first = 0; first < data->n; first += BLOCK)
	{
		size_t end = first + BLOCK < data->n ? first + BLOCK : data->n;

		filter_block(data, first, end, &filter);
		FOR_LANES(lane, GP_LANES)
		{
			batch->log_likelihood[lane] += 0.5 * gp_log(filter.mantissa[lane]);
			filter.mantissa[lane] = 1.0;
		}
		workspace->check_interrupts();
	}
	FOR_LANES(lane, GP_LANES)
	{
		double power = filter.power[lane] - 1023.0 * n;

		batch->log_likelihood[lane] +=
			0.5 * (power * LN_2 - filter.chi_squared[lane] * filter.inverse_variance[lane]);
	}
}

double
gp_in_flux_units(const GpData *data, double log_likelihood)
{
	return log_likelihood - (double) data->n * data->exponent * LN_2;
}

double
gp_log_likelihood(const Observations *observations, const GaussianProcess *process,
				  Workspace *workspace)
{
	GpData	data = gp_prepare(observations, workspace);
	double	variance = ldexp(process->amplitude, -data.exponent);
	GpBatch batch;

	variance *= variance;
	FOR_LANES(lane, GP_LANES)
	{
		batch.log_variance[lane] = gp_log(variance);
		batch.log_length[lane] = gp_log(process->length_scale);
	}
	gp_evaluate(&data, &batch, workspace);
	return gp_in_flux_units(&data, batch.log_likelihood[0]);
}

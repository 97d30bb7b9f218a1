/*
 * scan.c
 *		The multiband periodogram on a regular grid.
 *
 * Of each band, six sums over the observations are needed at each frequency:
 * of w cos, w sin, w y cos, w y sin of the phase, and of w cos, w sin of twice
 * the phase.  Let the frequencies be a coarse centre F plus or minus a fine
 * offset d, and the phases of an observation A = 2 pi F t and B = 2 pi d t.
 * Then
 *
 *		sum w cos(A +- B) = sum (w cos A) cos B -+ sum (w sin A) sin B,
 *		sum w sin(A +- B) = sum (w sin A) cos B +- sum (w cos A) sin B:
 *
 * the sums on the right, for all centres and offsets, are the product of a
 * matrix of coarse factors with one of cos B and sin B.  A product of rows
 * (w cos A, w sin A, w y cos A, w y sin A) serves the phase and its like with
 * 2A and 2B twice the phase.  Phases are reduced in double; only their cosines
 * and sines, and the products, are single.
 *
 * Centres lie half a step off the grid, so that offsets (k + 1/2) steps to
 * either side make 2 SCAN_FINE successive frequencies.
 */
#include "core/period/periodogram.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/period/phase.h"
#include "core/base/simd.h"

/* Observations of one product: bounds the memory of the tables. */
#define CHUNK 256

/* Columns of the tables: cosines, then sines. */
#define COLUMNS (2 * SCAN_FINE)

/* Below this share of the trace, the smaller eigenvalue is too inexact in single precision. */
#define MIN_SINGLE_VARIANCE 2e-3f

/* Columns of a table that are made at once. */
#define LANES 16

#define PHASE_ROWS 4
#define DOUBLE_ROWS 2

/* cc, ss, cs, yc and ys of the equations of Q, on one side of a centre. */
#define SHARED_ROWS 5
#define SIDE_SUMS (SHARED_ROWS * SCAN_FINE)

/* Fine cosines and sines of an observation's phase, and of twice the phase. */
typedef struct FineTables
{
	float *phase; /* [CHUNK][COLUMNS] */
	float *twice; /* [CHUNK][COLUMNS] */
} FineTables;

struct PeriodogramScan
{
	const PeriodogramInput *input;
	double					step;
	bool					resident;	   /* all tables are kept, else one chunk's at a time */
	FineTables			   *tables;		   /* a chunk each, in the order of the bands */
	float				   *phase_factors; /* [SCAN_COARSE][PHASE_ROWS][CHUNK] */
	float				   *twice_factors; /* [SCAN_COARSE][DOUBLE_ROWS][CHUNK] */
	float				   *phase_sums;	   /* [SCAN_COARSE][PHASE_ROWS][COLUMNS] */
	float				   *twice_sums;	   /* [SCAN_COARSE][DOUBLE_ROWS][COLUMNS] */
	float	  *shared_sums; /* [2 SCAN_COARSE][SHARED_ROWS][SCAN_FINE], see add_side() */
	Workspace *workspace;
};

/* The tables' rows of one observation, a few columns at a time, by rotation. */
DISPATCHED static void
fill_fine(double time, double step, float *restrict phase, float *restrict twice)
{
	double c[LANES], s[LANES];
	double turn_c, turn_s;

	for (int lane = 0; lane < LANES; lane++)
		unit_circle((lane + 0.5) * step * time, &c[lane], &s[lane]);
	unit_circle(LANES * step * time, &turn_c, &turn_s);
	for (int k = 0; k < SCAN_FINE; k += LANES)
	{
		for (int lane = 0; lane < LANES; lane++)
		{
			double next = c[lane] * turn_c - s[lane] * turn_s;

			phase[k + lane] = (float) c[lane];
			phase[SCAN_FINE + k + lane] = (float) s[lane];
			twice[k + lane] = (float) (c[lane] * c[lane] - s[lane] * s[lane]);
			twice[SCAN_FINE + k + lane] = (float) (2.0 * c[lane] * s[lane]);
			s[lane] = s[lane] * turn_c + c[lane] * turn_s;
			c[lane] = next;
		}
	}
}

static void
fill_tables(const PeriodogramScan *scan, uint32_t start, uint32_t n, const FineTables *tables)
{
	for (uint32_t i = 0; i < n; i++)
		fill_fine(scan->input->time[start + i], scan->step, tables->phase + i * COLUMNS,
				  tables->twice + i * COLUMNS);
}

static FineTables
new_tables(uint32_t n, Workspace *workspace)
{
	return (FineTables){
		.phase = workspace_aligned_array(workspace, float, (size_t) n *COLUMNS),
		.twice = workspace_aligned_array(workspace, float, (size_t) n *COLUMNS),
	};
}

/* The tables of every chunk of every band, in order. */
static void
make_resident_tables(PeriodogramScan *scan)
{
	const PeriodogramInput *input = scan->input;
	int						n_chunks = 0;

	scan->tables =
		workspace_array(scan->workspace, FineTables, N_PASSBANDS + SCAN_RESIDENT / CHUNK);
	for (int b = 0; b < input->n_bands; b++)
	{
		uint32_t end = input->bands[b].end;

		for (uint32_t start = input->bands[b].start; start < end; start += CHUNK)
		{
			uint32_t n = end - start < CHUNK ? end - start : CHUNK;

			scan->tables[n_chunks] = new_tables(n, scan->workspace);
			fill_tables(scan, start, n, &scan->tables[n_chunks++]);
		}
	}
}

PeriodogramScan *
begin_scan(const PeriodogramInput *input, double step, Workspace *workspace)
{
	PeriodogramScan *scan = workspace_alloc(workspace, sizeof(PeriodogramScan));

	*scan = (PeriodogramScan){
		.input = input,
		.step = step,
		.resident = input->count <= SCAN_RESIDENT,
		.phase_factors = workspace_aligned_array(workspace, float, SCAN_COARSE *PHASE_ROWS *CHUNK),
		.twice_factors = workspace_aligned_array(workspace, float, SCAN_COARSE *DOUBLE_ROWS *CHUNK),
		.phase_sums = workspace_aligned_array(workspace, float, SCAN_COARSE *PHASE_ROWS *COLUMNS),
		.twice_sums = workspace_aligned_array(workspace, float, SCAN_COARSE *DOUBLE_ROWS *COLUMNS),
		.shared_sums = workspace_aligned_array(workspace, float, 2 * SCAN_COARSE * SIDE_SUMS),
		.workspace = workspace,
	};
	if (scan->resident)
		make_resident_tables(scan);
	else
	{
		scan->tables = workspace_alloc(workspace, sizeof(FineTables));
		scan->tables[0] = new_tables(CHUNK, workspace);
	}
	return scan;
}

/* (c, s) turned by (turn_c, turn_s). */
DISPATCHED static void
rotate(uint32_t n, const double *restrict turn_c, const double *restrict turn_s, double *restrict c,
	   double *restrict s)
{
	for (uint32_t i = 0; i < n; i++)
	{
		double next = c[i] * turn_c[i] - s[i] * turn_s[i];

		s[i] = s[i] * turn_c[i] + c[i] * turn_s[i];
		c[i] = next;
	}
}

/* The rows of coarse factors at one centre. */
DISPATCHED static void
weigh(uint32_t n, const double *restrict c, const double *restrict s, const double *restrict weight,
	  const double *restrict value, float *restrict wc, float *restrict ws, float *restrict wyc,
	  float *restrict wys, float *restrict w2c, float *restrict w2s)
{
	for (uint32_t i = 0; i < n; i++)
	{
		double x = weight[i] * c[i];
		double y = weight[i] * s[i];

		wc[i] = (float) x;
		ws[i] = (float) y;
		wyc[i] = (float) (x * value[i]);
		wys[i] = (float) (y * value[i]);
		w2c[i] = (float) (x * c[i] - y * s[i]);
		w2s[i] = (float) (2.0 * x * s[i]);
	}
}

/*
 * The coarse factors of n <= CHUNK observations from start on, rows of n, for
 * centres that begin at `centre` cycles a day.
 */
static void
fill_factors(PeriodogramScan *scan, uint32_t start, uint32_t n, double centre, int n_coarse)
{
	const double *time = scan->input->time + start;
	double		  c[CHUNK], s[CHUNK], turn_c[CHUNK], turn_s[CHUNK];

	compute_phases(n, time, centre, c, s);
	compute_phases(n, time, 2 * SCAN_FINE * scan->step, turn_c, turn_s);
	for (int coarse = 0; coarse < n_coarse; coarse++)
	{
		float *phase = scan->phase_factors + (size_t) coarse * PHASE_ROWS * n;
		float *twice = scan->twice_factors + (size_t) coarse * DOUBLE_ROWS * n;

		weigh(n, c, s, scan->input->weight + start, scan->input->value + start, phase, phase + n,
			  phase + 2 * n, phase + 3 * n, twice, twice + n);
		rotate(n, turn_c, turn_s, c, s);
	}
}

/* All sums of a band at the centres; *chunk counts the chunks of the bands so far. */
static void
sum_band(PeriodogramScan *scan, const PeriodogramBand *band, double centre, int n_coarse,
		 int *chunk)
{
	for (uint32_t start = band->start; start < band->end; start += CHUNK)
	{
		uint32_t		  n = band->end - start < CHUNK ? band->end - start : CHUNK;
		const FineTables *tables = &scan->tables[scan->resident ? *chunk : 0];
		float			  keep = start == band->start ? 0.0f : 1.0f;

		if (!scan->resident)
			fill_tables(scan, start, n, tables);
		fill_factors(scan, start, n, centre, n_coarse);
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n_coarse * PHASE_ROWS, COLUMNS, n,
					1.0f, scan->phase_factors, n, tables->phase, COLUMNS, keep, scan->phase_sums,
					COLUMNS);
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n_coarse * DOUBLE_ROWS, COLUMNS, n,
					1.0f, scan->twice_factors, n, tables->twice, COLUMNS, keep, scan->twice_sums,
					COLUMNS);
		(*chunk)++;
		scan->workspace->check_interrupts();
	}
}

/*
 * Adds a band to one side of a centre (sign 1 above, -1 below it), in the order
 * of growing offset: power[SCAN_FINE] and sums[SHARED_ROWS][SCAN_FINE].  Where
 * single precision does not do, the power becomes NaN.
 */
DISPATCHED static void
add_side(const float *restrict phase, const float *restrict twice, float sign,
		 const PeriodogramBand *band, float *restrict power, float *restrict sums)
{
	const float share = (float) band->share;
	const float normal = (float) band->shared_normal;
	const float product = (float) band->shared_product;

	for (int k = 0; k < SCAN_FINE; k++)
	{
		float c = phase[k] - sign * phase[COLUMNS + SCAN_FINE + k];
		float s = phase[COLUMNS + k] + sign * phase[SCAN_FINE + k];
		float yc = phase[2 * COLUMNS + k] - sign * phase[3 * COLUMNS + SCAN_FINE + k];
		float ys = phase[3 * COLUMNS + k] + sign * phase[2 * COLUMNS + SCAN_FINE + k];
		float c2 = twice[k] - sign * twice[COLUMNS + SCAN_FINE + k];
		float s2 = twice[COLUMNS + k] + sign * twice[SCAN_FINE + k];
		float cc = 0.5f + 0.5f * c2 - c * c;
		float ss = 0.5f - 0.5f * c2 - s * s;
		float cs = 0.5f * s2 - c * s;
		float determinant = cc * ss - cs * cs;
		float explained = (ss * yc * yc + cc * ys * ys - 2.0f * cs * yc * ys) / determinant;
		bool  poor = !(cc + ss > 0.0f && determinant > MIN_SINGLE_VARIANCE * (cc + ss));

		power[k] += poor ? NAN : share * explained;
		sums[k] += normal * cc;
		sums[SCAN_FINE + k] += normal * ss;
		sums[2 * SCAN_FINE + k] += normal * cs;
		sums[3 * SCAN_FINE + k] += product * yc;
		sums[4 * SCAN_FINE + k] += product * ys;
	}
}

/* Sets shared[k] of one side from its finished sums. */
DISPATCHED static void
solve_shared(const float *restrict sums, float *restrict shared)
{
	for (int k = 0; k < SCAN_FINE; k++)
	{
		float cc = sums[k], ss = sums[SCAN_FINE + k], cs = sums[2 * SCAN_FINE + k];
		float yc = sums[3 * SCAN_FINE + k], ys = sums[4 * SCAN_FINE + k];
		float trace = cc + ss;
		float determinant = cc * ss - cs * cs;
		float explained = (ss * yc * yc + cc * ys * ys - 2.0f * cs * yc * ys) / determinant;

		explained = explained < 1.0f ? explained : 1.0f;
		shared[k] =
			trace > 0.0f && determinant > MIN_SINGLE_VARIANCE * trace * trace ? explained : 0.0f;
	}
}

/* Adds a band whose sums are made; of each centre, the side below it comes first. */
static void
add_band(PeriodogramScan *scan, const PeriodogramBand *band, int n_coarse, float *power)
{
	for (int i = 0; i < 2 * n_coarse; i++)
		add_side(scan->phase_sums + (size_t) (i / 2) * PHASE_ROWS * COLUMNS,
				 scan->twice_sums + (size_t) (i / 2) * DOUBLE_ROWS * COLUMNS,
				 i % 2 == 0 ? -1.0f : 1.0f, band, power + (size_t) i * SCAN_FINE,
				 scan->shared_sums + (size_t) i * SIDE_SUMS);
}

/* To [0, 1], which rounding may have left; returns how many are NaN. */
DISPATCHED static int32_t
clamp_power(uint32_t n, float *power)
{
	int32_t n_unknown = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		float value = power[i];

		n_unknown += value == value ? 0 : 1;
		value = value < 0.0f ? 0.0f : value;
		power[i] = value > 1.0f ? 1.0f : value;
	}
	return n_unknown;
}

/* Fills in what single precision left out. */
static void
complete_power(const PeriodogramScan *scan, uint64_t first, uint32_t count, float *power)
{
	for (uint32_t i = 0; i < count; i++)
	{
		if (!isnan(power[i]))
			continue;
		power[i] = (float) multiband_power(scan->input, (double) (first + i) * scan->step);
		scan->workspace->check_interrupts();
	}
}

static void
reverse(float *values, int n)
{
	for (int i = 0, j = n - 1; i < j; i++, j--)
	{
		float swap = values[i];

		values[i] = values[j];
		values[j] = swap;
	}
}

void
scan_frequencies(PeriodogramScan *scan, uint64_t first, uint32_t count, float *power, float *shared)
{
	const PeriodogramInput *input = scan->input;
	int						n_coarse = (int) ((count + 2 * SCAN_FINE - 1) / (2 * SCAN_FINE));
	uint32_t				computed = (uint32_t) n_coarse * 2 * SCAN_FINE;
	double					centre = ((double) first + SCAN_FINE - 0.5) * scan->step;
	int						chunk = 0;

	memset(power, 0, computed * sizeof(float));
	memset(scan->shared_sums, 0, 2 * n_coarse * SIDE_SUMS * sizeof(float));
	for (int b = 0; b < input->n_bands; b++)
	{
		sum_band(scan, &input->bands[b], centre, n_coarse, &chunk);
		add_band(scan, &input->bands[b], n_coarse, power);
	}
	for (int i = 0; i < 2 * n_coarse; i++)
	{
		size_t at = (size_t) i * SCAN_FINE;

		if (i % 2 == 0)
			reverse(power + at, SCAN_FINE);
		if (shared == NULL)
			continue;
		solve_shared(scan->shared_sums + (size_t) i * SIDE_SUMS, shared + at);
		if (i % 2 == 0)
			reverse(shared + at, SCAN_FINE);
	}
	if (clamp_power(count, power) > 0)
		complete_power(scan, first, count, power);
}

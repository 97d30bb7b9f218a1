/*
 * periodogram_scan.c
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
#include "core/periodogram.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/simd.h"

/* Observations of one product: bounds the memory of the tables. */
#define CHUNK 256

/* Columns of the tables: cosines, then sines. */
#define COLUMNS (2 * SCAN_FINE)

/* Below this share of the trace, the smaller eigenvalue is too inexact in single precision. */
#define MIN_SINGLE_VARIANCE 2e-3f

#define PHASE_ROWS 4
#define DOUBLE_ROWS 2

/* Fine cosines and sines of an observation's phase, and of twice the phase. */
typedef struct FineTables
{
	float *phase;  /* [CHUNK][COLUMNS] */
	float *twice;  /* [CHUNK][COLUMNS] */
} FineTables;

struct PeriodogramScan
{
	const PeriodogramInput *input;
	double step;
	bool resident;       /* all tables are kept, else one chunk's at a time */
	FineTables *tables;  /* a chunk each, in the order of the bands */
	float *phase_factors;  /* [SCAN_COARSE][PHASE_ROWS][CHUNK] */
	float *twice_factors;  /* [SCAN_COARSE][DOUBLE_ROWS][CHUNK] */
	float *phase_sums;     /* [SCAN_COARSE][PHASE_ROWS][COLUMNS] */
	float *twice_sums;     /* [SCAN_COARSE][DOUBLE_ROWS][COLUMNS] */
	float *normal;         /* [3][SCAN_FREQUENCIES]: cc, ss, cs of Q's equations */
	float *product;        /* [2][SCAN_FREQUENCIES]: their right-hand side */
	Workspace *workspace;
};

/* cos and sin of 2 pi x. */
static void
unit_circle(double x, double *cosine, double *sine)
{
	double angle = 2.0 * M_PI * (x - floor(x));

	*cosine = cos(angle);
	*sine = sin(angle);
}

/* The tables' rows of one observation, eight columns at a time, by rotation. */
DISPATCHED static void
fill_fine(double time, double step, float *phase, float *twice)
{
	enum
	{
		LANES = 8
	};
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
		.phase = workspace_array(workspace, float, (size_t) n *COLUMNS),
		.twice = workspace_array(workspace, float, (size_t) n *COLUMNS),
	};
}

/* The tables of every chunk of every band, in order. */
static void
make_resident_tables(PeriodogramScan *scan)
{
	const PeriodogramInput *input = scan->input;
	int n_chunks = 0;

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
		.phase_factors = workspace_array(workspace, float, SCAN_COARSE *PHASE_ROWS *CHUNK),
		.twice_factors = workspace_array(workspace, float, SCAN_COARSE *DOUBLE_ROWS *CHUNK),
		.phase_sums = workspace_array(workspace, float, SCAN_COARSE *PHASE_ROWS *COLUMNS),
		.twice_sums = workspace_array(workspace, float, SCAN_COARSE *DOUBLE_ROWS *COLUMNS),
		.normal = workspace_array(workspace, float, 3 * SCAN_FREQUENCIES),
		.product = workspace_array(workspace, float, 2 * SCAN_FREQUENCIES),
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

/*
 * The coarse factors of n <= CHUNK observations from start on, rows of n, for
 * centres that begin at `centre` cycles a day.
 */
DISPATCHED static void
fill_factors(PeriodogramScan *scan, uint32_t start, uint32_t n, double centre, int n_coarse)
{
	const double *time = scan->input->time + start;
	const double *weight = scan->input->weight + start;
	const double *value = scan->input->value + start;
	double c[CHUNK], s[CHUNK], turn_c[CHUNK], turn_s[CHUNK];

	for (uint32_t i = 0; i < n; i++)
	{
		unit_circle(centre * time[i], &c[i], &s[i]);
		unit_circle(2 * SCAN_FINE * scan->step * time[i], &turn_c[i], &turn_s[i]);
	}
	for (int coarse = 0; coarse < n_coarse; coarse++)
	{
		float *phase = scan->phase_factors + (size_t) coarse * PHASE_ROWS * n;
		float *twice = scan->twice_factors + (size_t) coarse * DOUBLE_ROWS * n;

		for (uint32_t i = 0; i < n; i++)
		{
			double wc = weight[i] * c[i];
			double ws = weight[i] * s[i];
			double next = c[i] * turn_c[i] - s[i] * turn_s[i];

			phase[i] = (float) wc;
			phase[n + i] = (float) ws;
			phase[2 * n + i] = (float) (wc * value[i]);
			phase[3 * n + i] = (float) (ws * value[i]);
			twice[i] = (float) (wc * c[i] - ws * s[i]);
			twice[n + i] = (float) (2.0 * wc * s[i]);
			s[i] = s[i] * turn_c[i] + c[i] * turn_s[i];
			c[i] = next;
		}
	}
}

/* All sums of a band at the centres; *chunk counts the chunks of the bands so far. */
static void
sum_band(PeriodogramScan *scan, const PeriodogramBand *band, double centre, int n_coarse,
		 int *chunk)
{
	for (uint32_t start = band->start; start < band->end; start += CHUNK)
	{
		uint32_t n = band->end - start < CHUNK ? band->end - start : CHUNK;
		const FineTables *tables = &scan->tables[scan->resident ? *chunk : 0];
		float keep = start == band->start ? 0.0f : 1.0f;

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

/* Where one side of a centre accumulates: SCAN_FINE values each. */
typedef struct SideSums
{
	float *power;
	float *cc;
	float *ss;
	float *cs;
	float *yc;
	float *ys;
} SideSums;

/*
 * Adds a band to one side of a centre (sign 1 above, -1 below it), in the order
 * of growing offset.  Where single precision does not do, adds nothing to the
 * power and sets exact[k]; returns whether there is such a k.
 */
DISPATCHED static bool
add_side(const float *phase, const float *twice, float sign, const PeriodogramBand *band,
		 SideSums *sums, uint8_t exact[SCAN_FINE])
{
	const float *wc = phase, *ws = phase + COLUMNS;
	const float *wyc = phase + 2 * COLUMNS, *wys = phase + 3 * COLUMNS;
	const float *w2c = twice, *w2s = twice + COLUMNS;
	float share = (float) band->share;
	float normal = (float) band->shared_normal;
	float product = (float) band->shared_product;
	float *restrict power = sums->power, *restrict sum_cc = sums->cc, *restrict sum_ss = sums->ss;
	float *restrict sum_cs = sums->cs, *restrict sum_yc = sums->yc, *restrict sum_ys = sums->ys;
	int n_exact = 0;

	for (int k = 0; k < SCAN_FINE; k++)
	{
		float c = wc[k] - sign * ws[SCAN_FINE + k];
		float s = ws[k] + sign * wc[SCAN_FINE + k];
		float yc = wyc[k] - sign * wys[SCAN_FINE + k];
		float ys = wys[k] + sign * wyc[SCAN_FINE + k];
		float c2 = w2c[k] - sign * w2s[SCAN_FINE + k];
		float s2 = w2s[k] + sign * w2c[SCAN_FINE + k];
		float cc = 0.5f + 0.5f * c2 - c * c;
		float ss = 0.5f - 0.5f * c2 - s * s;
		float cs = 0.5f * s2 - c * s;
		float determinant = cc * ss - cs * cs;
		bool poor = !(determinant > MIN_SINGLE_VARIANCE * (cc + ss) &&
					  cc + ss > MIN_SINGLE_VARIANCE);
		float explained = (ss * yc * yc + cc * ys * ys - 2.0f * cs * yc * ys) / determinant;

		exact[k] = poor;
		n_exact += poor;
		power[k] += poor ? 0.0f : share * explained;
		sum_cc[k] += normal * cc;
		sum_ss[k] += normal * ss;
		sum_cs[k] += normal * cs;
		sum_yc[k] += product * yc;
		sum_ys[k] += product * ys;
	}
	return n_exact > 0;
}

/* Sets shared[k] of one side from its finished sums. */
DISPATCHED static void
solve_shared(const SideSums *sums, float *restrict shared)
{
	for (int k = 0; k < SCAN_FINE; k++)
	{
		float cc = sums->cc[k], ss = sums->ss[k], cs = sums->cs[k];
		float yc = sums->yc[k], ys = sums->ys[k];
		float determinant = cc * ss - cs * cs;
		float trace = cc + ss;
		float explained = (ss * yc * yc + cc * ys * ys - 2.0f * cs * yc * ys) / determinant;

		shared[k] = determinant > MIN_SINGLE_VARIANCE * trace * trace ? fminf(1.0f, explained) : 0.0f;
	}
}

/* The sums of a side; `side` is 0 below the centre and 1 above it. */
static SideSums
side_sums(const PeriodogramScan *scan, float *power, int coarse, int side)
{
	size_t at = ((size_t) coarse * 2 + side) * SCAN_FINE;

	return (SideSums){
		.power = power + at,
		.cc = scan->normal + at,
		.ss = scan->normal + SCAN_FREQUENCIES + at,
		.cs = scan->normal + 2 * SCAN_FREQUENCIES + at,
		.yc = scan->product + at,
		.ys = scan->product + SCAN_FREQUENCIES + at,
	};
}

static void
add_band(PeriodogramScan *scan, const PeriodogramBand *band, uint64_t first, int n_coarse,
		 float *power)
{
	uint8_t exact[SCAN_FINE];

	for (int coarse = 0; coarse < n_coarse; coarse++)
	{
		const float *phase = scan->phase_sums + (size_t) coarse * PHASE_ROWS * COLUMNS;
		const float *twice = scan->twice_sums + (size_t) coarse * DOUBLE_ROWS * COLUMNS;
		uint64_t middle = first + (uint64_t) (2 * coarse + 1) * SCAN_FINE;

		for (int side = 0; side < 2; side++)
		{
			SideSums sums = side_sums(scan, power, coarse, side);

			if (!add_side(phase, twice, side == 1 ? 1.0f : -1.0f, band, &sums, exact))
				continue;
			for (int k = 0; k < SCAN_FINE; k++)
			{
				uint64_t index = side == 1 ? middle + k : middle - 1 - k;

				if (exact[k])
					sums.power[k] += (float) (band->share *
											  band_power(scan->input, band, index * scan->step));
			}
			scan->workspace->check_interrupts();
		}
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
	int n_coarse = (int) ((count + 2 * SCAN_FINE - 1) / (2 * SCAN_FINE));
	uint32_t computed = (uint32_t) n_coarse * 2 * SCAN_FINE;
	double centre = ((double) first + SCAN_FINE - 0.5) * scan->step;
	int chunk = 0;

	memset(power, 0, computed * sizeof(float));
	memset(scan->normal, 0, 3 * SCAN_FREQUENCIES * sizeof(float));
	memset(scan->product, 0, 2 * SCAN_FREQUENCIES * sizeof(float));
	for (int b = 0; b < input->n_bands; b++)
	{
		sum_band(scan, &input->bands[b], centre, n_coarse, &chunk);
		add_band(scan, &input->bands[b], first, n_coarse, power);
	}
	for (int coarse = 0; coarse < n_coarse; coarse++)
	{
		for (int side = 0; side < 2; side++)
		{
			SideSums sums = side_sums(scan, power, coarse, side);
			ptrdiff_t at = sums.power - power;

			if (shared != NULL)
				solve_shared(&sums, shared + at);
			if (side == 1)
				continue;
			reverse(sums.power, SCAN_FINE);
			if (shared != NULL)
				reverse(shared + at, SCAN_FINE);
		}
	}
	for (uint32_t i = 0; i < count; i++)
		power[i] = input->n_bands == 0 ? NAN : fmaxf(0.0f, fminf(1.0f, power[i]));
}

/*
 * quick_scan.c
 *		An estimate of the multiband periodogram on a regular grid.
 *
 * Of each band two sums over the observations are needed at each frequency, of
 * w y cos and w y sin of the phase.  Let the frequencies be a coarse centre F
 * plus or minus a fine offset d, and the phases of an observation A = 2 pi F t
 * and B = 2 pi d t.  Then
 *
 *		sum w y cos(A +- B) = sum (w y cos A) cos B -+ sum (w y sin A) sin B,
 *		sum w y sin(A +- B) = sum (w y sin A) cos B +- sum (w y cos A) sin B:
 *
 * the four sums on the right serve two frequencies, and their factors many:
 * those of A all offsets, those of B all centres.  Phases are reduced in double;
 * only their cosines and sines, and the sums, are single.
 *
 * Centres lie half a step off the grid, so that offsets (k + 1/2) steps to
 * either side make 2 SCAN_FINE successive frequencies.
 */
#include "core/period/periodogram.h"

#include <math.h>
#include <string.h>

#include "core/period/phase.h"
#include "core/base/simd.h"

/* Observations that are worked on at a time: bounds the memory of the tables. */
#define CHUNK 256

/* Offsets, and centres, of one run over the observations: their sums fit the registers. */
#define LANES 16
#define CENTRES 2
#define BLOCKS (SCAN_FINE / LANES)
#define PAIRS (SCAN_COARSE / CENTRES)

/* Of each offset: cosine and sine of B.  Of each centre: w y cos A and w y sin A. */
#define COLUMNS (2 * SCAN_FINE)
#define FACTORS (2 * CENTRES)

typedef float Lanes __attribute__((vector_size(LANES * sizeof(float))));

/* Sums over observations, by the factors of A and B. */
typedef struct Sums
{
	Lanes cos_cos[CENTRES];
	Lanes cos_sin[CENTRES];
	Lanes sin_cos[CENTRES];
	Lanes sin_sin[CENTRES];
} Sums;

struct QuickScan
{
	const PeriodogramInput *input;
	double					step;
	bool					resident;	   /* the tables of all observations are kept */
	Lanes				   *tables;		   /* a chunk's: [BLOCKS][observations][2] */
	float				   *factors;	   /* a chunk's: [PAIRS][observations][FACTORS] */
	Sums				   *sums;		   /* [PAIRS][BLOCKS] */
	float				   *shared_cosine; /* sums of all bands: [SCAN_FREQUENCIES] */
	float				   *shared_sine;
	double					per_normal; /* 1 / variance of cosine and sine, all bands together */
	Workspace			   *workspace;
};

/* One observation's cosines and sines of the offsets, a block `stride` after the other. */
DISPATCHED static void
fill_row(double time, double step, size_t stride, Lanes *row)
{
	double c[LANES], s[LANES];
	double turn_c, turn_s;

	for (int lane = 0; lane < LANES; lane++)
		unit_circle((lane + 0.5) * step * time, &c[lane], &s[lane]);
	unit_circle(LANES * step * time, &turn_c, &turn_s);
	for (int block = 0; block < BLOCKS; block++, row += stride)
	{
		float *cosine = (float *) &row[0], *sine = (float *) &row[1];

		for (int lane = 0; lane < LANES; lane++)
		{
			double next = c[lane] * turn_c - s[lane] * turn_s;

			cosine[lane] = (float) c[lane];
			sine[lane] = (float) s[lane];
			s[lane] = s[lane] * turn_c + c[lane] * turn_s;
			c[lane] = next;
		}
	}
}

/* The tables of n observations from start on. */
static void
fill_tables(const QuickScan *scan, uint32_t start, uint32_t n, Lanes *tables)
{
	for (uint32_t i = 0; i < n; i++)
		fill_row(scan->input->time[start + i], scan->step, 2 * (size_t) n, tables + 2 * i);
}

/* The next chunk of a band at *start, of n observations; false after the last. */
static bool
next_chunk(const PeriodogramBand *band, uint32_t *start, uint32_t *n)
{
	*start += *n;
	*n = band->end - *start < CHUNK ? band->end - *start : CHUNK;
	return *n > 0;
}

/* Where the tables of the observations from start on are, if they are kept. */
static Lanes *
chunk_tables(const QuickScan *scan, uint32_t start)
{
	return scan->tables + (scan->resident ? (size_t) start * 2 * BLOCKS : 0);
}

QuickScan *
begin_quick_scan(const PeriodogramInput *input, double step, Workspace *workspace)
{
	QuickScan *scan = workspace_alloc(workspace, sizeof(QuickScan));
	uint32_t   last = input->bands[input->n_bands - 1].end;
	double	   normal = 0.0;

	*scan = (QuickScan){
		.input = input,
		.step = step,
		.resident = input->count <= SCAN_RESIDENT,
		.factors = workspace_array(workspace, float, PAIRS *CHUNK *FACTORS),
		.sums = workspace_aligned_array(workspace, Sums, PAIRS * BLOCKS),
		.shared_cosine = workspace_array(workspace, float, SCAN_FREQUENCIES),
		.shared_sine = workspace_array(workspace, float, SCAN_FREQUENCIES),
		.workspace = workspace,
	};
	scan->tables =
		workspace_aligned_array(workspace, Lanes, (scan->resident ? last : CHUNK) * 2 * BLOCKS);
	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];
		uint32_t			   start = band->start, n = 0;

		normal += band->shared_normal * band->mean_normal;
		while (scan->resident && next_chunk(band, &start, &n))
			fill_tables(scan, start, n, chunk_tables(scan, start));
	}
	scan->per_normal = 1.0 / normal;
	return scan;
}

/* A centre's factors, FACTORS floats apart, and (c, s) turned to the next centre. */
DISPATCHED static void
weigh_and_turn(uint32_t n, const double *restrict turn_c, const double *restrict turn_s,
			   const double *restrict weight, const double *restrict value, double *restrict c,
			   double *restrict s, float *restrict factors)
{
	for (uint32_t i = 0; i < n; i++)
	{
		double next = c[i] * turn_c[i] - s[i] * turn_s[i];

		factors[i * FACTORS] = (float) (weight[i] * value[i] * c[i]);
		factors[i * FACTORS + 1] = (float) (weight[i] * value[i] * s[i]);
		s[i] = s[i] * turn_c[i] + c[i] * turn_s[i];
		c[i] = next;
	}
}

/* The factors of n observations from start on for the centres from `centre` cycles a day on. */
static void
fill_factors(QuickScan *scan, uint32_t start, uint32_t n, double centre)
{
	const PeriodogramInput *input = scan->input;
	double					c[CHUNK], s[CHUNK], turn_c[CHUNK], turn_s[CHUNK];

	compute_phases(n, input->time + start, centre, c, s);
	compute_phases(n, input->time + start, 2 * SCAN_FINE * scan->step, turn_c, turn_s);
	for (int coarse = 0; coarse < SCAN_COARSE; coarse++)
		weigh_and_turn(n, turn_c, turn_s, input->weight + start, input->value + start, c, s,
					   scan->factors + (size_t) (coarse / CENTRES) * n * FACTORS +
						   2 * (coarse % CENTRES));
}

/* Adds n observations to the sums of CENTRES centres and LANES offsets. */
DISPATCHED static void
add_products(uint32_t n, const float *restrict factors, const Lanes *restrict table, Sums *sums)
{
	Lanes cc0 = sums->cos_cos[0], cs0 = sums->cos_sin[0];
	Lanes sc0 = sums->sin_cos[0], ss0 = sums->sin_sin[0];
	Lanes cc1 = sums->cos_cos[1], cs1 = sums->cos_sin[1];
	Lanes sc1 = sums->sin_cos[1], ss1 = sums->sin_sin[1];

	for (uint32_t i = 0; i < n; i++, factors += FACTORS, table += 2)
	{
		Lanes cosine = table[0], sine = table[1];

		cc0 += factors[0] * cosine;
		cs0 += factors[0] * sine;
		sc0 += factors[1] * cosine;
		ss0 += factors[1] * sine;
		cc1 += factors[2] * cosine;
		cs1 += factors[2] * sine;
		sc1 += factors[3] * cosine;
		ss1 += factors[3] * sine;
	}
	*sums = (Sums){{cc0, cc1}, {cs0, cs1}, {sc0, sc1}, {ss0, ss1}};
}

/* All sums of a band. */
static void
sum_band(QuickScan *scan, const PeriodogramBand *band, double centre)
{
	uint32_t start = band->start, n = 0;

	memset(scan->sums, 0, PAIRS * BLOCKS * sizeof(Sums));
	while (next_chunk(band, &start, &n))
	{
		Lanes *tables = chunk_tables(scan, start);

		if (!scan->resident)
			fill_tables(scan, start, n, tables);
		fill_factors(scan, start, n, centre);
		for (int pair = 0; pair < PAIRS; pair++)
			for (int block = 0; block < BLOCKS; block++)
				add_products(n, scan->factors + (size_t) pair * n * FACTORS,
							 tables + (size_t) block * 2 * n, &scan->sums[pair * BLOCKS + block]);
		scan->workspace->check_interrupts();
	}
}

/*
 * Adds a band's LANES frequencies on one side of a centre (sign 1 above, -1 below
 * it), in the order of growing offset.
 */
INLINED void
add_lanes(const float *cc, const float *cs, const float *sc, const float *ss, float sign,
		  const PeriodogramBand *band, float *restrict power, float *restrict shared_cosine,
		  float *restrict shared_sine)
{
	const float per_normal = (float) (1.0 / band->mean_normal);
	const float share = (float) band->share;
	const float product = (float) band->shared_product;

	for (int k = 0; k < LANES; k++)
	{
		float cosine = cc[k] - sign * ss[k];
		float sine = sc[k] + sign * cs[k];
		float explained = per_normal * (cosine * cosine + sine * sine);

		power[k] += share * (explained < 1.0f ? explained : 1.0f);
		shared_cosine[k] += product * cosine;
		shared_sine[k] += product * sine;
	}
}

/* Adds a band whose sums are made; of each centre, the side below it comes first. */
DISPATCHED static void
add_band(const Sums *sums, const PeriodogramBand *band, float *power, float *shared_cosine,
		 float *shared_sine)
{
	for (int coarse = 0; coarse < SCAN_COARSE; coarse++)
	{
		for (int block = 0; block < BLOCKS; block++)
		{
			const Sums *s = &sums[coarse / CENTRES * BLOCKS + block];
			int			centre = coarse % CENTRES;

			for (int side = 0; side < 2; side++)
			{
				size_t at = (size_t) (2 * coarse + side) * SCAN_FINE + block * LANES;

				add_lanes((const float *) &s->cos_cos[centre], (const float *) &s->cos_sin[centre],
						  (const float *) &s->sin_cos[centre], (const float *) &s->sin_sin[centre],
						  side == 0 ? -1.0f : 1.0f, band, power + at, shared_cosine + at,
						  shared_sine + at);
			}
		}
	}
}

DISPATCHED static void
solve_shared(const float *restrict cosine, const float *restrict sine, float per_normal,
			 float *restrict shared)
{
	for (int i = 0; i < SCAN_FREQUENCIES; i++)
	{
		float explained = per_normal * (cosine[i] * cosine[i] + sine[i] * sine[i]);

		shared[i] = explained < 1.0f ? explained : 1.0f;
	}
}

/* The side below each centre in the order of growing frequency. */
static void
reverse_sides(float *values)
{
	for (int coarse = 0; coarse < SCAN_COARSE; coarse++, values += 2 * SCAN_FINE)
	{
		for (int i = 0, j = SCAN_FINE - 1; i < j; i++, j--)
		{
			float swap = values[i];

			values[i] = values[j];
			values[j] = swap;
		}
	}
}

void
quick_scan_frequencies(QuickScan *scan, uint64_t first, float *power, float *shared)
{
	const PeriodogramInput *input = scan->input;
	double					centre = ((double) first + SCAN_FINE - 0.5) * scan->step;

	memset(power, 0, SCAN_FREQUENCIES * sizeof(float));
	memset(scan->shared_cosine, 0, SCAN_FREQUENCIES * sizeof(float));
	memset(scan->shared_sine, 0, SCAN_FREQUENCIES * sizeof(float));
	for (int b = 0; b < input->n_bands; b++)
	{
		sum_band(scan, &input->bands[b], centre);
		add_band(scan->sums, &input->bands[b], power, scan->shared_cosine, scan->shared_sine);
	}
	solve_shared(scan->shared_cosine, scan->shared_sine, (float) scan->per_normal, shared);
	reverse_sides(power);
	reverse_sides(shared);
}

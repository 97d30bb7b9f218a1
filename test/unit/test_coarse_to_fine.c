/*
 * test_coarse_to_fine.c
 *		The search from a coarse scan to fine frequencies, compared with the exact
 *		periodogram on the whole fine grid; and the parts that make it.
 */
#include "unit.h"

#include "core/period/period.h"
#include "core/period/peaks.h"
#include "core/period/phase.h"
#include "core/base/random.h"

/* n observations of a sinusoid in noise, by night, in n_bands of different amplitude and error. */
static Observations
noisy_sinusoid(int seed, int n, int n_bands, double days, double frequency, double amplitude,
			   Workspace *workspace)
{
	Observations observations = allocate_observations(n, workspace);
	Observations canonical = allocate_observations(n, workspace);
	uint32_t	*order, count;
	Random		 random;

	random_seed(&random, 4711, seed);
	for (int i = 0; i < n; i++)
	{
		double mjd =
			59580.0 + floor(days * random_uniform(&random)) + 0.35 * random_uniform(&random);
		int			band = (int) random_below(&random, n_bands);
		double		flux_err = 2.0 + 4.0 * random_uniform(&random);
		double		phase = 2.0 * M_PI * frequency * (mjd - 59580.0) + 0.2 * band;
		double		signal = amplitude * (1.0 + 0.3 * band) * (sin(phase) + 0.3 * sin(2.0 * phase));
		Observation observation;

		make_observation(mjd, band, 100.0 + signal + flux_err * random_normal(&random), flux_err,
						 DETECTED_YES, &observation);
		put_observation(&observations, observations.count++, observation);
	}
	count = canonical_order(&observations, &order, workspace);
	gather_observations(&observations, order, count, &canonical);
	return canonical;
}

/* The highest peak of P on the whole fine grid, climbed from every contender. */
static double
full_search(const PeriodogramInput *input, double *frequency, Workspace *workspace)
{
	FrequencyGrid grid =
		frequency_grid(input->baseline, OVERSAMPLING, 1.0 / input->baseline, 20.0, 1000000);
	PeriodogramScan *scan = begin_scan(input, grid.step, workspace);
	float			*power = workspace_array(workspace, float, grid.count + SCAN_FREQUENCIES);
	float			 highest = 0.0f;
	double			 best = 0.0;

	for (uint64_t i = 0; i < grid.count; i += SCAN_FREQUENCIES)
	{
		uint64_t n = grid.count - i < SCAN_FREQUENCIES ? grid.count - i : SCAN_FREQUENCIES;

		scan_frequencies(scan, grid.first + i, (uint32_t) n, power + i, NULL);
	}
	for (uint64_t i = 0; i < grid.count; i++)
		highest = power[i] > highest ? power[i] : highest;
	for (uint64_t i = 0; i < grid.count; i++)
	{
		double at = grid_frequency(&grid, i);
		double top;

		if (power[i] < 0.85f * highest || !is_peak(power, i, grid.count))
			continue;
		top = climb(input, 0.25 * grid.step, 8, &at);
		if (top > best)
		{
			best = top;
			*frequency = at;
		}
	}
	return best;
}

/* Where there is a signal, the search finds the maximum that the whole periodogram has. */
static void
test_same_maximum(void)
{
	int n_curves = 0, n_same = 0, n_clear = 0;

	for (int seed = 0; seed < 160; seed++)
	{
		static const int sizes[] = {30, 60, 120, 250};
		Workspace		 workspace = unit_workspace();
		int				 n_bands = 1 + seed % 6;
		double			 days = seed % 3 == 0 ? 60.0 : seed % 3 == 1 ? 300.0 : 900.0;
		double			 frequency = 0.02 * pow(400.0, (seed * 0.61803) - floor(seed * 0.61803));
		double			 amplitude = seed % 2 == 0 ? 6.0 : 20.0;
		Observations	 observations = noisy_sinusoid(seed, sizes[seed / 7 % 4], n_bands, days,
													   frequency, amplitude, &workspace);
		PeriodogramInput input = periodogram_input(&observations, &workspace);
		double			 full = NAN, power = full_search(&input, &full, &workspace);
		Period			 period = find_period(&observations, ANY_PERIOD, &workspace);
		bool			 same = period.peak_power > (1.0 - 1e-6) * power;

		n_curves++;
		n_same += same;
		CHECK(period.peak_power < (1.0 + 1e-6) * power, "seed %d: %.9f, of all %.9f", seed,
			  period.peak_power, power);
		if (period.log10_false_alarm < -4.0)
		{
			n_clear++;
			CHECK(same, "seed %d: %d points, %d bands: peak of %.6f at %.6f, of all %.6f at %.6f",
				  seed, observations.count, n_bands, period.peak_power, period.peak_frequency,
				  power, full);
		}
		unit_free();
	}
	CHECK(n_clear > 60, "%d curves with a clear signal", n_clear);
	printf("the same maximum: %d of %d, all %d with a clear signal\n", n_same, n_curves, n_clear);
}

/* The estimate of P and Q at a frequency, by plain sums. */
static void
estimate(const PeriodogramInput *input, double frequency, double *power, double *shared)
{
	double cosine = 0.0, sine = 0.0, normal = 0.0;

	*power = 0.0;
	for (int b = 0; b < input->n_bands; b++)
	{
		const PeriodogramBand *band = &input->bands[b];
		double				   yc = 0.0, ys = 0.0, squares = 0.0;

		for (uint32_t i = band->start; i < band->end; i++)
		{
			double angle = 2.0 * M_PI * fmod(frequency * input->time[i], 1.0);

			yc += input->weight[i] * input->value[i] * cos(angle);
			ys += input->weight[i] * input->value[i] * sin(angle);
			squares += input->weight[i] * input->weight[i];
		}
		*power += band->share * fmin(1.0, 2.0 * (yc * yc + ys * ys) / (1.0 - squares));
		cosine += band->share * band->scale / band->rms * yc;
		sine += band->share * band->scale / band->rms * ys;
		normal += 0.5 * band->share * pow(band->scale / band->rms, 2) * (1.0 - squares);
	}
	*shared = fmin(1.0, (cosine * cosine + sine * sine) / normal);
}

static void
check_quick_scan(int n, int n_bands)
{
	Workspace		 workspace = unit_workspace();
	Observations	 observations = noisy_sinusoid(n, n, n_bands, 500.0, 1.7, 10.0, &workspace);
	PeriodogramInput input = periodogram_input(&observations, &workspace);
	double			 step = 1.0 / (2.0 * input.baseline);
	QuickScan		*scan = begin_quick_scan(&input, step, &workspace);
	float			*power = workspace_array(&workspace, float, SCAN_FREQUENCIES);
	float			*shared = workspace_array(&workspace, float, SCAN_FREQUENCIES);
	double			 worst = 0.0;

	for (uint64_t first = 1; first < 20000; first += 7919)
	{
		quick_scan_frequencies(scan, first, power, shared);
		for (int i = 0; i < SCAN_FREQUENCIES; i += 61)
		{
			double expected[2];

			estimate(&input, (double) (first + i) * step, &expected[0], &expected[1]);
			worst = fmax(worst, fabs(power[i] - expected[0]));
			worst = fmax(worst, fabs(shared[i] - expected[1]));
		}
	}
	CHECK(worst < 1e-5, "%d points in %d bands: off by %g", n, n_bands, worst);
	unit_free();
}

static void
test_quick_scan(void)
{
	check_quick_scan(120, 6);
	check_quick_scan(61, 1);
	check_quick_scan(1000, 2);
	check_quick_scan(SCAN_RESIDENT + 1000, 3);
}

/* What a lane computes does not depend on the others. */
static void
test_lanes(void)
{
	Workspace		 workspace = unit_workspace();
	Observations	 observations = noisy_sinusoid(3, 90, 4, 300.0, 1.3, 20.0, &workspace);
	PeriodogramInput input = periodogram_input(&observations, &workspace);
	double			 frequencies[2 * FOLD_LANES + 3];
	Fold			 folds[2 * FOLD_LANES + 3];

	for (int i = 0; i < 2 * FOLD_LANES + 3; i++)
		frequencies[i] = 0.1 + 0.37 * i;
	fit_folds(&input, 2 * FOLD_LANES + 3, frequencies, FOLD_HARMONICS, folds);
	for (int i = 0; i < 2 * FOLD_LANES + 3; i++)
	{
		Fold alone = fit_fold(&input, frequencies[i], FOLD_HARMONICS);

		CHECK(memcmp(alone.explained, folds[i].explained, sizeof(alone.explained)) == 0 &&
				  memcmp(alone.cosine, folds[i].cosine, sizeof(alone.cosine)) == 0 &&
				  memcmp(alone.sine, folds[i].sine, sizeof(alone.sine)) == 0,
			  "lane %d differs alone", i);
	}
	unit_free();
}

/* The highest peaks by their vertices; of equal ones the first. */
static void
test_highest_peaks(void)
{
	float values[] = {0.0f, 0.5f, 0.0f, 0.4f, 0.39f, 0.0f, 0.5f, 0.0f, 0.3f, 0.0f, 0.1f};
	Peaks peaks = highest_peaks(values, sizeof(values) / sizeof(values[0]), 3);

	CHECK(peaks.count == 3, "%d peaks", peaks.count);
	CHECK(peaks.place[0] == 1.0 && peaks.place[1] == 6.0, "equal ones at %g and %g", peaks.place[0],
		  peaks.place[1]);
	CHECK(fabs(peaks.place[2] - 3.475609756) < 1e-6, "vertex at %g", peaks.place[2]);
	CHECK(fabs(peaks.height[2] - 0.4463719512) < 1e-6, "vertex of %g", peaks.height[2]);
	/* a vertex that 2 x 1 - (1 - 2^-24) - 1, rounded to 0, would put anywhere */
	values[0] = 0x0.ffffffp0f;
	values[1] = values[2] = 1.0f;
	peaks = highest_peaks(values, 3, 3);
	CHECK(peaks.count == 1 && fabs(peaks.place[0] - 1.5) < 1e-6, "%d peaks, at %g", peaks.count,
		  peaks.place[0]);
	peaks = highest_peaks(values, 0, 3);
	CHECK(peaks.count == 0, "no values");
}

int
main(void)
{
	test_highest_peaks();
	test_quick_scan();
	test_lanes();
	test_same_maximum();
	return unit_report();
}

/*
 * group_times.c
 *		The time that each feature group takes per object, for light curves of the
 *		synthetic survey in the test set's mix, all groups of each curve in turn;
 *		and how it grows with the number of observations, to a million.
 *
 * A group whose results other groups use, such as the curves of the Gaussian
 * process, bears the whole time of computing them.  The fastest of five rounds counts.
 */
#include <malloc.h>
#include <time.h>

#include "unit.h"

#include "core/features/group.h"
#include "core/simulate/simulate.h"

#define N_OBJECTS 1000
#define N_ROUNDS 5
#define MAX_GROUPS 200

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/* The light curve of an object, in canonical form like a stored one. */
static Observations
simulate(int64_t object_id, Workspace *workspace)
{
	SurveyObservation *made = workspace_array(workspace, SurveyObservation, SURVEY_MAX_VISITS);
	SurveyObject	   object;
	int				   n = survey_simulate(1, object_id, SURVEY_TEST, &object, made);
	Observations	   o = allocate_observations((size_t) n, workspace);
	Observations	   canonical = allocate_observations((size_t) n, workspace);
	uint32_t		  *order, count;

	for (int i = 0; i < n; i++)
	{
		Observation observation;

		make_observation(made[i].mjd, made[i].passband, made[i].flux, made[i].flux_err,
						 made[i].detected ? DETECTED_YES : DETECTED_NO, &observation);
		put_observation(&o, o.count++, observation);
	}
	count = canonical_order(&o, &order, workspace);
	gather_observations(&o, order, count, &canonical);
	return canonical;
}

/* n observations of a pulsating star in six passbands at random times of three years. */
static Observations
observe_star(uint32_t n, Workspace *workspace)
{
	Observations o = allocate_observations(n, workspace);
	double		 gap = 1095.0 / n, mjd = 59580.0;
	Random		 random;

	random_seed(&random, 1, n);
	for (uint32_t i = 0; i < n; i++)
	{
		double		cycles = mjd / 0.61;
		double		flux = 500.0 + 100.0 * sin(2.0 * M_PI * (cycles - floor(cycles)));
		Observation observation;

		make_observation(mjd, (int) (6.0 * random_uniform(&random)),
						 flux + 10.0 * random_normal(&random), 10.0, DETECTED_YES, &observation);
		put_observation(&o, o.count++, observation);
		mjd += 2.0 * gap * random_uniform(&random);
	}
	return o;
}

/* Adds the seconds that each group takes for one object, as compute_features() calls them. */
static void
time_groups(const Observations *o, double *elapsed, Workspace *workspace)
{
	double		 *values = workspace_array(workspace, double, feature_count(FEATURES_ALL));
	double		  start = seconds();
	Measurements *m = measure(o, workspace);

	for (int i = 0; lightcurve_group(i) != NULL; i++)
	{
		double end;

		if (lightcurve_group(i)->fitted && (i == 0 || !lightcurve_group(i - 1)->fitted))
			m = measure_for_fits(m);
		lightcurve_group(i)->compute(m, values);
		values += table_size(&lightcurve_group(i)->table);
		end = seconds();
		elapsed[i] += end - start;
		start = end;
	}
}

/* The same for an object of the survey. */
static void
time_object(int64_t object_id, double *elapsed)
{
	Workspace	 workspace = unit_workspace();
	Observations o = simulate(object_id, &workspace);

	time_groups(&o, elapsed, &workspace);
	unit_free();
}

static double
sum(const double *values, int n)
{
	double total = 0.0;

	for (int i = 0; i < n; i++)
		total += values[i];
	return total;
}

static void
print_row(const char *name, int n_features, double elapsed, double total)
{
	printf("%-17s %8d %10.1f %9.1f %%\n", name, n_features, 1e6 * elapsed / N_OBJECTS,
		   100.0 * elapsed / total);
}

/* The parts of all features, in milliseconds, for curves of more and more observations. */
static void
print_growth(int n_groups)
{
	static const char *const parts[] = {"simple", "gp", "fit", "period", NULL};

	printf("\n%12s", "observations");
	for (int part = 0; parts[part] != NULL; part++)
		printf(" %9s ms", parts[part]);
	printf("\n");
	for (uint32_t n = 1000; n <= 1000000; n *= 10)
	{
		Workspace	 workspace = unit_workspace();
		Observations o = observe_star(n, &workspace);
		double		 elapsed[MAX_GROUPS] = {0};

		time_groups(&o, elapsed, &workspace);
		unit_free();
		printf("%12u", n);
		for (int part = 0; parts[part] != NULL; part++)
		{
			double total = 0.0;

			for (int i = 0; i < n_groups; i++)
			{
				const FeatureGroup *group = lightcurve_group(i);

				if (group->fitted
						? strncmp(group->table.group, parts[part], strlen(parts[part])) == 0
						: part == 0)
					total += elapsed[i];
			}
			printf(" %12.2f", 1e3 * total);
		}
		printf("\n");
	}
}

int
main(void)
{
	double fastest[MAX_GROUPS];
	double simple = 0.0, total;
	int	   n = 0;

	/* as in the server, memory is kept from one object to the next */
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	while (lightcurve_group(n) != NULL)
		n++;
	if (n > MAX_GROUPS)
		return 1;
	for (int round = 0; round < N_ROUNDS; round++)
	{
		double elapsed[MAX_GROUPS] = {0};

		for (int64_t object_id = 1; object_id <= N_OBJECTS; object_id++)
			time_object(object_id, elapsed);
		if (round == 0 || sum(elapsed, n) < sum(fastest, n))
			memcpy(fastest, elapsed, sizeof(fastest));
	}
	total = sum(fastest, n);
	printf("%-17s %8s %10s %11s\n", "group", "features", "us/object", "share");
	for (int i = 0; i < n; i++)
	{
		const FeatureGroup *group = lightcurve_group(i);

		print_row(group->table.group, table_size(&group->table), fastest[i], total);
		simple += group->fitted ? 0.0 : fastest[i];
	}
	print_row("(set simple)", feature_count(FEATURES_SIMPLE), simple, total);
	print_row("(set all)", feature_count(FEATURES_ALL), total, total);
	printf("%.0f objects/s\n", N_OBJECTS / total);
	print_growth(n);
	return 0;
}

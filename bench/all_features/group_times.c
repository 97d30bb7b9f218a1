/*
 * group_times.c
 *		The time that each feature group takes per object, for light curves of the
 *		synthetic survey in the test set's mix; all groups of each curve in turn.
 *
 * A group whose results other groups use, such as the curves of the Gaussian
 * process, bears the whole time of computing them.  The fastest of five rounds counts.
 */
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

/* Adds the seconds that each group takes for one object. */
static void
time_groups(int64_t object_id, double *elapsed)
{
	Workspace	  workspace = unit_workspace();
	Observations  o = simulate(object_id, &workspace);
	double		 *values = workspace_array(&workspace, double, feature_count(FEATURES_ALL));
	double		  start = seconds();
	Measurements *m = measure(&o, &workspace);

	for (int i = 0; lightcurve_group(i) != NULL; i++)
	{
		double end;

		lightcurve_group(i)->compute(m, values);
		values += table_size(&lightcurve_group(i)->table);
		end = seconds();
		elapsed[i] += end - start;
		start = end;
	}
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

int
main(void)
{
	double fastest[MAX_GROUPS];
	double simple = 0.0, total;
	int	   n = 0;

	while (lightcurve_group(n) != NULL)
		n++;
	if (n > MAX_GROUPS)
		return 1;
	for (int round = 0; round < N_ROUNDS; round++)
	{
		double elapsed[MAX_GROUPS] = {0};

		for (int64_t object_id = 1; object_id <= N_OBJECTS; object_id++)
			time_groups(object_id, elapsed);
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
	return 0;
}

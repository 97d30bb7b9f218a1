/*
 * test_published.c
 *		Features of real light curves compared with a published table, and
 *		distances with those of the challenge's metadata.
 *
 * PLASTICC_DATA is the directory whose folder plasticc/ has training_set.csv.gz,
 * training_set_metadata.csv.gz and published_features.csv.gz; without it the test
 * reports that it is skipped, and passes.
 *
 * The difference is relative to the published value, or to one hundredth of
 * the natural scale of the quantity where that is larger: the standard
 * deviation of the passband for fluxes, 1 for skewness.  Values near zero have
 * no better precision than the sums that they are computed from.
 */
#include <stdint.h>

#include "unit.h"

#include "core/curve/cosmology.h"
#include "core/features/catalog.h"

#define MAX_FIELDS 128
#define MAX_LINE 8192
#define TOLERANCE 1e-5
#define SCALE_FRACTION 0.01

typedef struct Object
{
	long		 id;
	Observations observations;
	uint32_t	 capacity;
} Object;

typedef struct Statistic
{
	const char *published; /* the column without _pb0 ... _pb5 */
	const char *feature;   /* the feature without _u ... _y */
	double		largest;
} Statistic;

static Statistic statistics[] = {
	{"amplitude", "flux_amplitude", 0.0},
	{"maximum", "flux_maximum", 0.0},
	{"minimum", "flux_minimum", 0.0},
	{"median", "flux_median", 0.0},
	{"std", "flux_std", 0.0},
	{"median_absolute_deviation", "flux_median_absolute_deviation", 0.0},
	{"skew", "flux_skew", 0.0},
};

#define N_STATISTICS ((int) (sizeof(statistics) / sizeof(statistics[0])))

static FILE *
open_table(const char *directory, const char *name)
{
	char command[1024];

	snprintf(command, sizeof(command), "gzip -dc '%s/plasticc/%s'", directory, name);
	return popen(command, "r");
}

/* Splits a line of the table in place; empty fields are kept. */
static int
read_fields(FILE *table, char *line, char **fields)
{
	int n = 0;

	if (fgets(line, MAX_LINE, table) == NULL)
		return 0;
	line[strcspn(line, "\r\n")] = '\0';
	for (char *field = line; field != NULL && n < MAX_FIELDS; n++)
	{
		fields[n] = field;
		field = strchr(field, ',');
		if (field != NULL)
			*field++ = '\0';
	}
	return n;
}

static int
find_column(char **names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
	{
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

static Object *
find_object(Object *objects, int n, long id)
{
	for (int i = 0; i < n; i++)
	{
		if (objects[i].id == id)
			return &objects[i];
	}
	return NULL;
}

static void
add_observation(Object *object, char **fields, Workspace *workspace)
{
	Observation observation;

	if (object->observations.count == object->capacity)
	{
		Observations grown = allocate_observations(2 * object->capacity + 64, workspace);

		append_observations(&grown, 0, &object->observations);
		grown.count = object->observations.count;
		object->observations = grown;
		object->capacity = 2 * object->capacity + 64;
	}
	CHECK(make_observation(atof(fields[1]), atoi(fields[2]), atof(fields[3]), atof(fields[4]),
						   atoi(fields[5]) ? DETECTED_YES : DETECTED_NO,
						   &observation) == OBSERVATION_VALID,
		  "object %ld", object->id);
	put_observation(&object->observations, object->observations.count++, observation);
}

/* The light curves of training_set.csv.gz: object_id, mjd, passband, flux, flux_err, detected. */
static Object *
read_lightcurves(const char *directory, int *n_objects, Workspace *workspace)
{
	FILE   *table = open_table(directory, "training_set.csv.gz");
	Object *objects = workspace_array(workspace, Object, 10000);
	char	line[MAX_LINE];
	char   *fields[MAX_FIELDS];

	*n_objects = 0;
	if (table == NULL || read_fields(table, line, fields) != 6)
		return NULL;
	while (read_fields(table, line, fields) == 6 && *n_objects < 10000)
	{
		long	id = atol(fields[0]);
		Object *object = *n_objects > 0 && objects[*n_objects - 1].id == id
							 ? &objects[*n_objects - 1]
							 : find_object(objects, *n_objects, id);

		if (object == NULL)
		{
			object = &objects[(*n_objects)++];
			*object = (Object){.id = id};
		}
		add_observation(object, fields, workspace);
	}
	pclose(table);
	return objects;
}

static float *
object_features(Object *object, Workspace *workspace)
{
	float		*features = workspace_array(workspace, float, feature_count(FEATURES_ALL));
	Observations canonical = allocate_observations(object->observations.count, workspace);
	uint32_t	*order;
	uint32_t	 n = canonical_order(&object->observations, &order, workspace);

	gather_observations(&object->observations, order, n, &canonical);
	compute_features(&canonical, FEATURES_ALL, features, workspace);
	return features;
}

static double
named_feature(const float *features, const char *stem, int passband)
{
	char name[64];
	int	 length = snprintf(name, sizeof(name), "%s_%c", stem, PASSBAND_LETTERS[passband]);

	return features[find_feature(name, (size_t) length)];
}

/* Compares one published row; an empty field corresponds to NaN. */
static void
compare_object(const float *features, char **names, char **fields, int n_fields)
{
	for (int i = 0; i < N_STATISTICS; i++)
	{
		for (int passband = 0; passband < N_PASSBANDS; passband++)
		{
			char   name[64];
			double ours = named_feature(features, statistics[i].feature, passband);
			double scale = strcmp(statistics[i].published, "skew") == 0
							   ? 1.0
							   : named_feature(features, "flux_std", passband);
			double published, difference;
			int	   column;

			snprintf(name, sizeof(name), "%s_pb%d", statistics[i].published, passband);
			column = find_column(names, n_fields, name);
			CHECK(column >= 0, "published table has no column %s", name);
			if (column < 0)
				continue;
			published = *fields[column] == '\0' ? NAN : atof(fields[column]);
			if (isnan(published) || isnan(ours))
			{
				CHECK(isnan(published) && isnan(ours), "object %s, %s: %g, published %g", fields[0],
					  name, ours, published);
				continue;
			}
			difference = fabs(ours - published) / fmax(fabs(published), SCALE_FRACTION * scale);
			statistics[i].largest = fmax(statistics[i].largest, difference);
			CHECK(difference <= TOLERANCE, "object %s, %s: %.9g, published %.9g", fields[0], name,
				  ours, published);
		}
	}
}

static void
compare_tables(const char *directory)
{
	Workspace workspace = unit_workspace();
	int		  n_objects, n_names, n_compared = 0;
	Object	 *objects = read_lightcurves(directory, &n_objects, &workspace);
	FILE	 *table = open_table(directory, "published_features.csv.gz");
	char	  header[MAX_LINE], line[MAX_LINE];
	char	 *names[MAX_FIELDS], *fields[MAX_FIELDS];

	CHECK(objects != NULL && table != NULL, "cannot read the tables in %s", directory);
	if (objects == NULL || table == NULL)
		return;
	n_names = read_fields(table, header, names);
	while (read_fields(table, line, fields) == n_names && n_names > 0)
	{
		Object *object = find_object(objects, n_objects, atol(fields[0]));

		if (object == NULL)
			continue;
		n_compared++;
		compare_object(object_features(object, &workspace), names, fields, n_names);
	}
	pclose(table);

	CHECK(n_compared == n_objects && n_compared > 0, "%d of %d objects compared", n_compared,
		  n_objects);
	printf("%d objects compared with published features; largest relative difference:\n",
		   n_compared);
	for (int i = 0; i < N_STATISTICS; i++)
		printf("  %-26s %.2g\n", statistics[i].published, statistics[i].largest);
}

/*
 * The metadata's distmod and photometric redshift have four decimals each: the
 * tolerance is half a unit in the last place of either.
 */
static void
compare_distances(const char *directory)
{
	FILE  *table = open_table(directory, "training_set_metadata.csv.gz");
	char   header[MAX_LINE], line[MAX_LINE];
	char  *names[MAX_FIELDS], *fields[MAX_FIELDS];
	int	   n_names, photoz, distmod, n_compared = 0;
	double largest = 0.0;

	CHECK(table != NULL, "cannot read the metadata in %s", directory);
	if (table == NULL)
		return;
	n_names = read_fields(table, header, names);
	photoz = find_column(names, n_names, "hostgal_photoz");
	distmod = find_column(names, n_names, "distmod");
	CHECK(photoz >= 0 && distmod >= 0, "no hostgal_photoz or distmod in the metadata");
	while (photoz >= 0 && distmod >= 0 && read_fields(table, line, fields) == n_names)
	{
		double z = atof(fields[photoz]);
		double tolerance, difference;

		if (!(z > 0.0) || *fields[distmod] == '\0')
			continue;
		tolerance = 6e-5 + distance_modulus(z + 5e-5) - distance_modulus(z);
		difference = fabs(distance_modulus(z) - atof(fields[distmod]));
		largest = fmax(largest, difference / tolerance);
		n_compared++;
		CHECK(difference <= tolerance, "object %s: distmod %.4f of photoz %g, in the metadata %s",
			  fields[0], distance_modulus(z), z, fields[distmod]);
	}
	pclose(table);
	CHECK(n_compared > 0, "no distances compared");
	printf("%d distance moduli compared; largest difference %.2g of the rounding\n", n_compared,
		   largest);
}

int
main(void)
{
	const char *data = getenv("PLASTICC_DATA");

	if (data == NULL || *data == '\0')
	{
		printf("skipped: PLASTICC_DATA does not name a folder with real data\n");
		return unit_report();
	}
	compare_tables(data);
	compare_distances(data);
	return unit_report();
}

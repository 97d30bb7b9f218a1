/*
 * reference.c
 *		What a model keeps of its training set.
 */
#include "core/model/reference.h"

#include <math.h>
#include <string.h>

#include "core/base/statistics.h"
#include "core/model/byte_reader.h"
#include "core/model/byte_writer.h"

/* Fits feature j to column `column` of the rows; values and scratch have room for n_rows. */
static void
fit_feature(Reference *reference, int j, int n_rows, const float *rows, int n_all, float *values,
			float *scratch)
{
	int n = 0;

	for (int i = 0; i < n_rows; i++)
	{
		values[n] = rows[(size_t) i * n_all + reference->features[j]];
		n += isfinite(values[n]) != 0;
	}
	sort_floats(values, n, scratch);
	reference->missing[j] = (float) (n_rows - n) / (float) n_rows;
	for (int k = 0; k < REFERENCE_KNOTS; k++)
		reference->knots[j * REFERENCE_KNOTS + k] =
			float_quantile(values, n, (double) k / (REFERENCE_KNOTS - 1));
}

Reference *
fit_reference(int n_features, const int32_t *features, int n_rows, const float *rows, int n_all,
			  const Conformal *conformal, const Neighbours *neighbours, Workspace *workspace)
{
	Reference *reference = workspace_alloc(workspace, sizeof(Reference));
	float	  *values = workspace_array(workspace, float, n_rows);
	float	  *scratch = workspace_array(workspace, float, n_rows);

	*reference = (Reference){
		.n_features = n_features,
		.features = workspace_array(workspace, int32_t, n_features),
		.missing = workspace_array(workspace, float, n_features),
		.knots = workspace_array(workspace, float, (size_t) n_features *REFERENCE_KNOTS),
		.n_objects = n_rows < REFERENCE_OBJECTS ? n_rows : REFERENCE_OBJECTS,
		.conformal = *conformal,
		.neighbours = *neighbours,
	};
	memcpy(reference->features, features, sizeof(int32_t) * n_features);
	for (int j = 0; j < n_features; j++)
	{
		workspace->check_interrupts();
		fit_feature(reference, j, n_rows, rows, n_all, values, scratch);
	}
	reference->objects =
		workspace_array(workspace, float, (size_t) reference->n_objects *n_features);
	for (int i = 0; i < reference->n_objects; i++)
		for (int j = 0; j < n_features; j++)
		{
			float value = rows[(size_t) i * n_all + features[j]];

			reference->objects[i * n_features + j] = isfinite(value) ? value : NAN;
		}
	return reference;
}

/* The probabilities of true classes of the chosen rows of class c, or with c = n_classes of all. */
static int
true_probabilities(int n_rows, int n_classes, int c, const float *probabilities,
				   const int32_t *target, const bool *chosen, float *values)
{
	int n = 0;

	for (int i = 0; i < n_rows; i++)
		if ((chosen == NULL || chosen[i]) && (c == n_classes || target[i] == c))
			values[n++] = probabilities[(size_t) i * n_classes + target[i]];
	return n;
}

Conformal
fit_conformal(int n_rows, int n_classes, const float *probabilities, const int32_t *target,
			  const bool *chosen, Workspace *workspace)
{
	float	 *values = workspace_array(workspace, float, n_rows);
	float	 *scratch = workspace_array(workspace, float, n_rows);
	Conformal conformal = {
		.n_objects = workspace_array(workspace, int32_t, n_classes + 1),
		.knots = workspace_array(workspace, float, (size_t) (n_classes + 1) * CONFORMAL_KNOTS),
	};

	for (int c = 0; c <= n_classes; c++)
	{
		int n = true_probabilities(n_rows, n_classes, c, probabilities, target, chosen, values);

		workspace->check_interrupts();
		sort_floats(values, n, scratch);
		conformal.n_objects[c] = n;
		for (int k = 0; k < CONFORMAL_KNOTS; k++)
		{
			double root = (double) k / (CONFORMAL_KNOTS - 1);

			conformal.knots[c * CONFORMAL_KNOTS + k] = float_quantile(values, n, root * root);
		}
	}
	return conformal;
}

/* ----------------------------------------------------------------
 * Bytes
 * ----------------------------------------------------------------
 */

/*
 * n_features, features, missing, knots; n_objects, and of each as many bytes as say which features
 * are missing, then the features, 0 where they are; numbers of objects and knots of the conformal
 * part; n_objects, roots and distances of the neighbours.
 */
void
put_reference(Writer *writer, const Reference *reference, int n_classes)
{
	int n = reference->n_features;

	put_uint32(writer, n);
	put_indexes(writer, reference->features, n);
	put_floats(writer, reference->missing, n);
	put_floats(writer, reference->knots, (size_t) n * REFERENCE_KNOTS);
	put_uint32(writer, reference->n_objects);
	for (int i = 0; i < reference->n_objects * n; i++)
	{
		unsigned char missing = isnan(reference->objects[i]);

		put_bytes(writer, &missing, 1);
	}
	for (int i = 0; i < reference->n_objects * n; i++)
		put_float(writer, isnan(reference->objects[i]) ? 0.0f : reference->objects[i]);
	put_indexes(writer, reference->conformal.n_objects, n_classes + 1);
	put_floats(writer, reference->conformal.knots, (size_t) (n_classes + 1) * CONFORMAL_KNOTS);
	put_uint32(writer, reference->neighbours.n_objects);
	put_floats(writer, reference->neighbours.roots,
			   (size_t) reference->neighbours.n_objects * n_classes);
	put_floats(writer, reference->neighbours.distances, NOVELTY_KNOTS);
}

static void
take_objects(Reader *reader, Reference *reference)
{
	size_t				 n;
	const unsigned char *missing;

	reference->n_objects =
		take_count(reader, 1, REFERENCE_OBJECTS, "the number of reference objects is out of range");
	n = (size_t) reference->n_objects * reference->n_features;
	missing = take_bytes(reader, n);
	reference->objects = take_floats(reader, n);
	for (size_t i = 0; i < n && reader->failure == NULL; i++)
	{
		if (missing[i] > 1 || (missing[i] == 1 && reference->objects[i] != 0.0f))
			reading_failed(reader, "a reference object is neither known nor missing");
		if (missing[i])
			reference->objects[i] = NAN;
	}
}

static void
take_conformal(Reader *reader, Conformal *conformal, int n_classes)
{
	conformal->n_objects = workspace_array(reader->workspace, int32_t, n_classes + 1);
	for (int c = 0; c <= n_classes; c++)
		conformal->n_objects[c] =
			take_count(reader, 0, INT32_MAX, "the number of unseen objects is out of range");
	conformal->knots = take_limited(reader, (size_t) (n_classes + 1) * CONFORMAL_KNOTS, 0.0f, 1.0f,
									"a probability is out of range");
	check_quantiles(reader, n_classes + 1, CONFORMAL_KNOTS, conformal->knots);
}

static void
take_neighbours(Reader *reader, Neighbours *neighbours, int n_classes)
{
	neighbours->n_objects =
		take_count(reader, 1, NOVELTY_OBJECTS, "the number of neighbours is out of range");
	neighbours->roots = take_limited(reader, (size_t) neighbours->n_objects * n_classes, 0.0f, 1.0f,
									 "a neighbour's probability is out of range");
	neighbours->distances =
		take_limited(reader, NOVELTY_KNOTS, 0.0f, 1.0f, "a neighbour's distance is out of range");
	check_quantiles(reader, 1, NOVELTY_KNOTS, neighbours->distances);
}

Reference *
take_reference(Reader *reader, int n_all, int n_classes)
{
	Reference *reference = workspace_alloc(reader->workspace, sizeof(Reference));
	int		   n = take_count(reader, 0, n_all, "the number of reference features is out of range");

	reference->n_features = n;
	reference->features = take_indexes(
		reader, n, n_all, "reference features are not in ascending order or out of range");
	reference->missing =
		take_limited(reader, n, 0.0f, 1.0f, "the fraction of missing values is out of range");
	reference->knots = take_floats(reader, (size_t) n * REFERENCE_KNOTS);
	check_quantiles(reader, n, REFERENCE_KNOTS, reference->knots);
	take_objects(reader, reference);
	take_conformal(reader, &reference->conformal, n_classes);
	take_neighbours(reader, &reference->neighbours, n_classes);
	return reference;
}

/*
 * folds.c
 *		Stratified random splits of a training set, by object.
 */
#include "core/train/folds.h"

#include <math.h>
#include <string.h>

#include "core/base/random.h"

/* The objects sorted by class, within a class by their first rows. */
typedef struct Objects
{
	int *object; /* group, or row without groups */
	int *start;	 /* [n_classes + 1], first index of each class in object */
} Objects;

static int
object_of(const SplitRows *rows, int row)
{
	return rows->group ? rows->group[row] : row;
}

static bool
skipped(const SplitRows *rows, int row)
{
	return rows->skip && rows->skip[row];
}

static Objects
sort_objects(const SplitRows *rows, Workspace *workspace)
{
	Objects objects = {
		.object = workspace_array(workspace, int, rows->n_rows),
		.start = workspace_array(workspace, int, rows->n_classes + 1),
	};
	bool *first = workspace_array(workspace, bool, rows->n_rows);
	bool *seen = workspace_array(workspace, bool, rows->n_rows);
	int	 *next = workspace_array(workspace, int, rows->n_classes);

	memset(seen, 0, sizeof(bool) * rows->n_rows);
	memset(objects.start, 0, sizeof(int) * (rows->n_classes + 1));
	for (int i = 0; i < rows->n_rows; i++)
	{
		first[i] = !skipped(rows, i) && !seen[object_of(rows, i)];
		if (!first[i])
			continue;
		seen[object_of(rows, i)] = true;
		objects.start[rows->target[i] + 1]++;
	}
	for (int c = 0; c < rows->n_classes; c++)
	{
		objects.start[c + 1] += objects.start[c];
		next[c] = objects.start[c];
	}
	for (int i = 0; i < rows->n_rows; i++)
		if (first[i])
			objects.object[next[rows->target[i]]++] = object_of(rows, i);
	workspace->check_interrupts();
	return objects;
}

void
stratified_holdout(const SplitRows *rows, double fraction, uint64_t seed, bool *held_out,
				   Workspace *workspace)
{
	Objects objects = sort_objects(rows, workspace);
	bool   *held = workspace_array(workspace, bool, rows->n_rows);
	Random	random;

	random_seed(&random, seed, STREAM_HOLDOUT);
	memset(held, 0, sizeof(bool) * rows->n_rows);
	for (int c = 0; c < rows->n_classes; c++)
	{
		int *object = objects.object + objects.start[c];
		int	 n = objects.start[c + 1] - objects.start[c];
		int	 n_held = (int) lrint(fraction * n);

		random_shuffle(&random, n, object);
		n_held = n_held >= n ? n - 1 : n_held;
		for (int k = 0; k < n_held; k++)
			held[object[k]] = true;
	}
	for (int i = 0; i < rows->n_rows; i++)
		held_out[i] = !skipped(rows, i) && held[object_of(rows, i)];
}

/* Sets the fold to -1 for the objects of each class that is in only one fold. */
static void
free_lonely_classes(const SplitRows *rows, int32_t *object_fold, Workspace *workspace)
{
	int32_t *only = workspace_array(workspace, int32_t, rows->n_classes);
	bool	*several = workspace_array(workspace, bool, rows->n_classes);

	memset(several, 0, sizeof(bool) * rows->n_classes);
	for (int c = 0; c < rows->n_classes; c++)
		only[c] = -1;
	for (int i = 0; i < rows->n_rows; i++)
		if (!skipped(rows, i))
		{
			int		c = rows->target[i];
			int32_t fold = object_fold[object_of(rows, i)];

			several[c] = several[c] || (only[c] >= 0 && only[c] != fold);
			only[c] = fold;
		}
	for (int i = 0; i < rows->n_rows; i++)
		if (!skipped(rows, i) && !several[rows->target[i]])
			object_fold[object_of(rows, i)] = -1;
}

void
stratified_folds(const SplitRows *rows, int n_folds, uint64_t seed, uint64_t stream, int32_t *fold,
				 Workspace *workspace)
{
	Objects	 objects = sort_objects(rows, workspace);
	int32_t *object_fold = workspace_array(workspace, int32_t, rows->n_rows);
	Random	 random;

	random_seed(&random, seed, stream);
	for (int c = 0; c < rows->n_classes; c++)
		random_shuffle(&random, objects.start[c + 1] - objects.start[c],
					   objects.object + objects.start[c]);

	/* continuing from class to class keeps the sizes of folds equal */
	for (int k = 0; k < objects.start[rows->n_classes]; k++)
		object_fold[objects.object[k]] = k % n_folds;
	free_lonely_classes(rows, object_fold, workspace);
	for (int i = 0; i < rows->n_rows; i++)
		fold[i] = skipped(rows, i) ? -1 : object_fold[object_of(rows, i)];
}

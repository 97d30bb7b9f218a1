/*
 * test_allocation_failure.c
 *		Memory that runs out: the n-th allocation fails, for every n of a small
 *		training and of a feature extraction, as it does in the server, by never
 *		returning.  Afterwards the arena is dropped, which frees all (the leak
 *		sanitizer agrees), and the same call gives the same result.
 */
#include <setjmp.h>

#include "unit.h"

#include "core/base/random.h"
#include "core/features/catalog.h"
#include "core/train/ensemble.h"

#define ROWS 60
#define FEATURES 3
#define CLASSES 2
#define OBSERVATIONS 40

static jmp_buf	  out_of_memory;
static long		  allocations_left;
static UnitBlock *arena;

static void
count_allocation(void)
{
	if (allocations_left-- == 0)
		longjmp(out_of_memory, 1);
}

static void *
failing_alloc(void *place, size_t size)
{
	count_allocation();
	return unit_alloc(place, size);
}

static void *
failing_open(void *place)
{
	count_allocation();
	return unit_open(place);
}

static Workspace
failing_workspace(void)
{
	return (Workspace){
		.alloc = failing_alloc,
		.open = failing_open,
		.close = unit_close,
		.check_interrupts = unit_no_interrupts,
		.arena = &arena,
	};
}

/* What runs out of memory: writes its result to [size] bytes. */
typedef struct Operation
{
	const char *name;
	void (*run)(char *result, Workspace *workspace);
	size_t size;
} Operation;

/* Runs with so many allocations, then drops the arena; false if they did not suffice. */
static bool
run_with(const Operation *operation, long allocations, char *result)
{
	Workspace	  workspace = failing_workspace();
	volatile bool done = false;

	allocations_left = allocations;
	if (setjmp(out_of_memory) == 0)
	{
		operation->run(result, &workspace);
		done = true;
	}
	unit_close(&arena);
	return done;
}

static void
test_every_allocation(const Operation *operation)
{
	char *undisturbed = calloc(1, operation->size);
	char *result = calloc(1, operation->size);
	long  n = 0, used;

	CHECK(run_with(operation, 1000000, undisturbed), "%s", operation->name);
	used = 1000000 - allocations_left;
	while (!run_with(operation, n, result))
		n++;
	CHECK(n == used, "%s: %ld of %ld allocations failed", operation->name, n, used);
	CHECK(n > 10, "%s: %ld allocations", operation->name, n);
	printf("%s: each of %ld allocations failed\n", operation->name, n);
	CHECK(memcmp(result, undisturbed, operation->size) == 0, "%s: another result after failures",
		  operation->name);
	free(undisturbed);
	free(result);
}

/* ----------------------------------------------------------------
 * Operations
 * ----------------------------------------------------------------
 */

static void
extract_features(char *result, Workspace *workspace)
{
	Observations o = allocate_observations(OBSERVATIONS, workspace);
	Observations canonical = allocate_observations(OBSERVATIONS, workspace);
	uint32_t	*order, count;
	Random		 random;

	random_seed(&random, 1, 0);
	for (int i = 0; i < OBSERVATIONS; i++)
		put_observation(&o, o.count++,
						(Observation){60000.0 + 7.0 * random_normal(&random) + i,
									  10.0f * (float) random_normal(&random), 1.0f,
									  (uint8_t) (i % N_PASSBANDS | KIND_DETECTED)});
	count = canonical_order(&o, &order, workspace);
	gather_observations(&o, order, count, &canonical);
	compute_features(&canonical, FEATURES_ALL, (float *) result, workspace);
}

static void
ignore_report(const EpochReport *report, void *argument)
{
}

/* The network of fold 0 of two, with inputs selected by trees. */
static void
train(char *result, Workspace *workspace)
{
	static float	features[ROWS][FEATURES];
	float		   *rows[ROWS];
	int32_t			target[ROWS], fold[ROWS], classes[CLASSES] = {42, 90};
	TrainingOptions options = *training_preset(0);
	TrainingSet		set = {ROWS, FEATURES, CLASSES};
	Ensemble		ensemble = {.set = &set, .options = &options, .n_folds = 2};
	TrainingResult	trained;
	Inputs			inputs;
	Random			random;
	Model		   *model;
	float		   *logits;

	random_seed(&random, 2, 0);
	for (int i = 0; i < ROWS; i++)
	{
		target[i] = i % CLASSES;
		fold[i] = i / CLASSES % 2;
		for (int j = 0; j < FEATURES; j++)
			features[i][j] = (float) random_normal(&random) + (float) (j == target[i]);
		rows[i] = features[i];
	}
	set.features = rows;
	set.classes = classes;
	set.target = target;
	ensemble.fold = fold;
	training_options_settle(&options, ROWS, ROWS, FEATURES, 6);
	options.network.n_layers = 1;
	options.network.layers[0] = 4;
	options.networks = 1;
	options.selected_inputs = 2;
	options.epochs = 2;
	logits = workspace_array(workspace, float, ROWS *CLASSES);
	memset(&inputs, 0, sizeof(inputs));
	fold_inputs(&ensemble, 0, workspace, &inputs);
	model = train_job(&ensemble, 0, &inputs, workspace, ignore_report, NULL, &trained, logits);
	CHECK(model != NULL, "the loss diverges");
	memcpy(result, logits, sizeof(float) * (ROWS / 2) * CLASSES);
}

int
main(void)
{
	Operation operations[] = {
		{"features", extract_features, sizeof(float) * (size_t) feature_count(FEATURES_ALL)},
		{"training", train, sizeof(float) * (ROWS / 2) * CLASSES},
	};

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		test_every_allocation(&operations[i]);
	return unit_report();
}

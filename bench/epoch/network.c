/*
 * network.c
 *		The share of matrix products in the time of an epoch and of classifying
 *		blocks of objects.
 *
 * usage: network PRESET BATCH_SIZE FEATURES ROWS EPOCHS [MEMBERS]
 *
 * Trains on random data.  After each epoch, the bare SGEMM calls of an epoch run
 * with the same shapes, in the same order and with the same library, so that both
 * are timed under the same load.  Then MEMBERS networks (default one) classify
 * blocks of objects, followed by the bare SGEMM calls of these blocks, and one
 * object at a time.  Prints a line "NAME SECONDS" for each: the median per epoch
 * or for all rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/matrix_product.h"
#include "core/base/random.h"
#include "core/train/trainer.h"

#define CLASSES 14
#define BLOCK 256
#define MAX_EPOCHS 1000

static Workspace workspace;

typedef struct Turns
{
	const TrainingOptions *options;
	int					   n_inputs;
	int					   n_rows;
	int					   n_layers;
	int					   widths[MODEL_MAX_LAYERS + 1];   /* inputs, hidden layers, classes */
	float				  *data[MODEL_MAX_LAYERS + 1];	   /* [largest block][width] */
	float				  *gradient[MODEL_MAX_LAYERS + 1]; /* of data */
	float				  *weight[MODEL_MAX_LAYERS];
	float				  *weight_gradient[MODEL_MAX_LAYERS];
	int					   n;
	double				   start;
	double				   epoch[MAX_EPOCHS];
	double				   products[MAX_EPOCHS];
} Turns;

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(int n, double *values)
{
	qsort(values, n, sizeof(double), compare_doubles);
	return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

static void *
allocate(void *arena, size_t size)
{
	void *block = aligned_alloc(64, (size + 63) / 64 * 64);

	if (block == NULL)
		abort();
	return block;
}

/* Nothing is freed. */
static void *
open_arena(void *arena)
{
	return arena;
}

static void
close_arena(void *arena)
{
}

static void
no_interrupts(void)
{
}

static float *
random_floats(size_t n, uint64_t seed)
{
	float *values = workspace_array(&workspace, float, n);
	Random random;

	random_seed(&random, seed, 0);
	for (size_t i = 0; i < n; i++)
		values[i] = (float) random_normal(&random);
	return values;
}

static void
prepare_products(Turns *turns, const TrainingOptions *options, int n_inputs, int n_rows)
{
	size_t largest = options->batch_size > BLOCK ? options->batch_size : BLOCK;

	turns->options = options;
	turns->n_inputs = n_inputs;
	turns->n_rows = n_rows;
	turns->n_layers = options->network.n_layers + 1;
	turns->widths[0] = n_inputs;
	memcpy(turns->widths + 1, options->network.layers, sizeof(int) * options->network.n_layers);
	turns->widths[turns->n_layers] = CLASSES;
	for (int i = 0; i <= turns->n_layers; i++)
	{
		turns->data[i] = random_floats(largest * turns->widths[i], i);
		turns->gradient[i] = random_floats(largest * turns->widths[i], i);
	}
	for (int i = 0; i < turns->n_layers; i++)
	{
		size_t n = (size_t) turns->widths[i] * turns->widths[i + 1];

		turns->weight[i] = random_floats(n, i);
		turns->weight_gradient[i] = random_floats(n, i);
	}
}

static void
forward_products(const Turns *turns, int n_rows)
{
	for (int i = 0; i < turns->n_layers; i++)
		multiply_matrices(CblasNoTrans, CblasNoTrans, n_rows, turns->widths[i + 1],
						  turns->widths[i], turns->data[i], turns->weight[i], turns->data[i + 1],
						  no_interrupts);
}

static void
backward_products(const Turns *turns, int n_rows)
{
	for (int i = turns->n_layers - 1; i >= 0; i--)
	{
		multiply_matrices(CblasTrans, CblasNoTrans, turns->widths[i], turns->widths[i + 1], n_rows,
						  turns->data[i], turns->gradient[i + 1], turns->weight_gradient[i],
						  no_interrupts);
		if (i > 0)
			multiply_matrices(CblasNoTrans, CblasTrans, n_rows, turns->widths[i],
							  turns->widths[i + 1], turns->gradient[i + 1], turns->weight[i],
							  turns->gradient[i], no_interrupts);
	}
}

/* After an epoch: records its time and that of its matrix products. */
static void
finish_epoch(const EpochReport *report, void *argument)
{
	Turns *turns = argument;
	int n_batches = (turns->n_rows + turns->options->batch_size - 1) / turns->options->batch_size;
	double now = seconds();

	turns->epoch[turns->n] = now - turns->start;
	for (int b = 0; b < n_batches; b++)
	{
		int n_rows = (int) ((int64_t) turns->n_rows * (b + 1) / n_batches -
							(int64_t) turns->n_rows * b / n_batches);

		forward_products(turns, n_rows);
		backward_products(turns, n_rows);
	}
	turns->start = seconds();
	turns->products[turns->n++] = turns->start - now;
}

static void
no_report(const EpochReport *report, void *argument)
{
}

static void
print_median(const char *name, int n, double *times)
{
	printf("%s %.6f\n", name, median(n, times));
}

static void
time_inference(const Turns *turns, const Model *model, const float *features, int n_turns)
{
	ClassifyScratch *scratch = classify_scratch(model, BLOCK, &workspace);
	float			*probabilities = workspace_array(&workspace, float, BLOCK *CLASSES);
	double			 times[3][MAX_EPOCHS];

	for (int turn = 0; turn < n_turns; turn++)
	{
		for (int what = 0; what < 3; what++)
		{
			int	   n_rows = what == 2 ? 1 : BLOCK;
			double start = seconds();

			for (int row = 0; row + BLOCK <= turns->n_rows; row += n_rows)
				if (what == 1)
					for (int m = 0; m < model->n_networks; m++)
						forward_products(turns, n_rows);
				else
					model_classify(model, scratch, n_rows,
								   features + (size_t) row * model->preprocessing.n_features,
								   probabilities);
			times[what][turn] = seconds() - start;
		}
	}
	print_median("blocks", n_turns, times[0]);
	print_median("blocks_products", n_turns, times[1]);
	print_median("rows", n_turns, times[2]);
}

int
main(int argc, char **argv)
{
	static Turns	turns;
	TrainingOptions options;
	int32_t			classes[CLASSES];
	int32_t		   *target;
	float		   *features;
	float		  **rows;
	TrainingSet		set = {.n_classes = CLASSES, .classes = classes};
	TrainingResult	result;
	Inputs			inputs;
	Model		   *model;
	int				n_members = argc == 7 ? atoi(argv[6]) : 1;

	workspace = (Workspace){.alloc = allocate,
							.open = open_arena,
							.close = close_arena,
							.check_interrupts = no_interrupts};
	if (argc < 6 || argc > 7 || n_members < 1 ||
		(strcmp(argv[1], "default") != 0 && strcmp(argv[1], "reference") != 0))
	{
		fprintf(stderr,
				"usage: network default|reference BATCH_SIZE FEATURES ROWS EPOCHS [MEMBERS]\n");
		return 2;
	}
	options = *training_preset(strcmp(argv[1], "reference") == 0);
	options.batch_size = atoi(argv[2]);
	options.epochs = atoi(argv[5]) < MAX_EPOCHS ? atoi(argv[5]) : MAX_EPOCHS;
	options.validation_fraction = 0.0;
	set.n_features = atoi(argv[3]);
	set.n_rows = atoi(argv[4]);
	training_options_settle(&options, set.n_rows, set.n_rows, set.n_features);

	for (int c = 0; c < CLASSES; c++)
		classes[c] = c;
	target = workspace_array(&workspace, int32_t, set.n_rows);
	for (int i = 0; i < set.n_rows; i++)
		target[i] = i % CLASSES;
	features = random_floats((size_t) set.n_rows * set.n_features, 1);
	rows = workspace_array(&workspace, float *, set.n_rows);
	for (int i = 0; i < set.n_rows; i++)
		rows[i] = features + (size_t) i * set.n_features;
	set.features = rows;
	set.target = target;
	prepare_products(&turns, &options, member_inputs(&options, set.n_features), set.n_rows);

	training_inputs(&set, &options, NULL, &workspace, &inputs);
	model = empty_model(&set, &inputs.preprocessing, n_members, 0, &workspace);
	turns.start = seconds();
	model->networks[0] =
		train_network(&set, &inputs, &options, &workspace, finish_epoch, &turns, &result)
			->networks[0];
	/* the time of the first epoch includes the preparation */
	print_median("epoch", turns.n - 1, turns.epoch + 1);
	print_median("epoch_products", turns.n - 1, turns.products + 1);
	options.epochs = 1;
	for (int m = 1; m < n_members; m++)
	{
		options.seed = m;
		model->networks[m] =
			train_network(&set, &inputs, &options, &workspace, no_report, NULL, &result)
				->networks[0];
	}
	drop_unused_inputs(model, &workspace);
	time_inference(&turns, model, features, turns.n);
	return 0;
}

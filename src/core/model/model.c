/*
 * model.c
 *		Class probabilities from a trained model.
 */
#include "core/model/model.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "core/base/matrix_product.h"
#include "core/base/softmax.h"
#include "core/nn/kernels.h"

/* Rounding in the sum of probabilities, of MODEL_MAX_CLASSES at most. */
#define SUM_TOLERANCE 1e-3f

struct ClassifyScratch
{
	float	*scores;	/* preprocessing_scores() */
	float	*inputs;	/* [max_rows][preprocessing_inputs()] */
	float	*gathered;	/* [max_rows][most inputs of a member] */
	uint8_t *side;		/* [max_rows]; NULL without a gate */
	float	*buffer[2]; /* [max_rows][widest layer], alternately input and output of a layer */
	void (*check_interrupts)(void); /* the workspace's */
};

ClassifyScratch *
classify_scratch(const Model *model, int max_rows, Workspace *workspace)
{
	ClassifyScratch *scratch = workspace_alloc(workspace, sizeof(ClassifyScratch));
	size_t			 n_inputs = preprocessing_inputs(&model->preprocessing);
	size_t			 widest = 0;
	size_t			 most_inputs = 0;

	scratch->check_interrupts = workspace->check_interrupts;
	for (int m = 0; m < model->n_members; m++)
	{
		const Member *member = &model->members[m];

		if ((size_t) member->n_inputs > most_inputs)
			most_inputs = member->n_inputs;
		for (int i = 0; i < member->n_layers; i++)
			if ((size_t) member->layers[i].n_out > widest)
				widest = member->layers[i].n_out;
	}
	scratch->scores = preprocessing_scores(&model->preprocessing, workspace);
	scratch->inputs = workspace_array(workspace, float, n_inputs *max_rows);
	scratch->gathered = workspace_array(workspace, float, most_inputs *max_rows);
	scratch->side = model->gate.closed ? workspace_array(workspace, uint8_t, max_rows) : NULL;
	for (int i = 0; i < 2; i++)
		scratch->buffer[i] = workspace_array(workspace, float, widest *max_rows);
	return scratch;
}

/* output = activation(input W + b) */
static void
dense_layer(const DenseLayer *layer, int n_rows, const float *input, float *output,
			void (*check_interrupts)(void))
{
	Dropout none = {.random = NULL};

	if (n_rows == 1)
		cblas_sgemv(CblasRowMajor, CblasTrans, layer->n_in, layer->n_out, 1.0f, layer->weight,
					layer->n_out, input, 1, 0.0f, output, 1);
	else
		multiply_matrices(CblasNoTrans, CblasNoTrans, n_rows, layer->n_out, layer->n_in, input,
						  layer->weight, output, check_interrupts);
	activate(layer->activation, n_rows, layer->n_out, layer->n_out, layer->bias, &none, output,
			 NULL);
}

/* Computes the logits of a member, in logits or, if that is NULL, in one of the buffers. */
static const float *
member_logits(const Model *model, const Member *member, ClassifyScratch *scratch, int n_rows,
			  const float *inputs, float *logits)
{
	int n_all = preprocessing_inputs(&model->preprocessing);
	int n = member->n_inputs;

	if (n < n_all)
	{
		for (size_t i = 0; i < n_rows; i++)
			gather_inputs(n, member->inputs, inputs + i * n_all, scratch->gathered + i * n);
		inputs = scratch->gathered;
	}
	for (int i = 0; i < member->n_layers; i++)
	{
		bool   last = i == member->n_layers - 1;
		float *output = last && logits ? logits : scratch->buffer[i % 2];

		dense_layer(&member->layers[i], n_rows, inputs, output, scratch->check_interrupts);
		inputs = output;
	}
	return inputs;
}

void
model_logits(const Model *model, ClassifyScratch *scratch, int n_rows, const float *inputs,
			 float *logits)
{
	size_t n = (size_t) n_rows * model->n_classes;

	member_logits(model, &model->members[0], scratch, n_rows, inputs, logits);
	for (int m = 1; m < model->n_members; m++)
	{
		const float *more = member_logits(model, &model->members[m], scratch, n_rows, inputs, NULL);

		for (size_t k = 0; k < n; k++)
			logits[k] += more[k];
	}
}

void
calibrate_logits(const Model *model, float scale, int n_rows, const uint8_t *side, float *logits)
{
	int n_classes = model->n_classes;

	scale /= model->temperature;
	for (int i = 0; i < n_rows; i++)
	{
		const float *closed = gate_row(&model->gate, n_classes, side ? side[i] : GATE_UNKNOWN);
		float		*row = logits + (size_t) i * n_classes;

		for (int c = 0; c < n_classes; c++)
			row[c] = row[c] * scale + model->log_multipliers[c];
		if (closed)
			gate_mask(closed, n_classes, row);
	}
	softmax_rows(n_rows, n_classes, logits);
	for (int i = 0; i < n_rows && side; i++)
	{
		const float *closed = gate_row(&model->gate, n_classes, side[i]);

		if (closed)
			gate_fill(closed, n_classes, logits + (size_t) i * n_classes);
	}
}

void
classify_inputs(const Model *model, ClassifyScratch *scratch, int n_rows, const float *inputs,
				const uint8_t *side, float *probabilities)
{
	model_logits(model, scratch, n_rows, inputs, probabilities);
	calibrate_logits(model, 1.0f / (float) model->n_members, n_rows, side, probabilities);
}

void
model_classify(const Model *model, ClassifyScratch *scratch, int n_rows, const float *features,
			   float *probabilities)
{
	preprocess(&model->preprocessing, scratch->scores, n_rows, features, scratch->inputs);
	for (int i = 0; i < n_rows && scratch->side; i++)
		scratch->side[i] =
			gate_side(features[(size_t) i * model->preprocessing.n_features + model->gate.feature]);
	classify_inputs(model, scratch, n_rows, scratch->inputs, scratch->side, probabilities);
}

bool
probabilities_are_valid(int n_rows, int n_classes, const float *probabilities)
{
	for (int i = 0; i < n_rows; i++, probabilities += n_classes)
	{
		float sum = 0.0f;
		float least = 0.0f;

		for (int c = 0; c < n_classes; c++)
		{
			sum += probabilities[c];
			least = probabilities[c] < least ? probabilities[c] : least;
		}
		if (!(fabsf(sum - 1.0f) < SUM_TOLERANCE) || least < 0.0f)
			return false;
	}
	return true;
}

/* Marks the inputs used by members, and the gate's feature. */
static void
mark_inputs(const Model *model, bool *marked)
{
	const Preprocessing *preprocessing = &model->preprocessing;

	memset(marked, 0, preprocessing_inputs(preprocessing));
	for (int m = 0; m < model->n_members; m++)
		for (int j = 0; j < model->members[m].n_inputs; j++)
			marked[model->members[m].inputs[j]] = true;
	for (int j = 0; j < preprocessing->n_used && model->gate.closed; j++)
		if (preprocessing->used[j] == model->gate.feature)
			marked[j] = true;
}

void
drop_unused_inputs(Model *model, Workspace *workspace)
{
	int		 n_inputs = preprocessing_inputs(&model->preprocessing);
	bool	*marked = workspace_array(workspace, bool, n_inputs);
	int32_t *place = workspace_array(workspace, int32_t, n_inputs); /* among those marked */
	int		 n_marked = 0;

	mark_inputs(model, marked);
	for (int j = 0; j < n_inputs; j++)
	{
		place[j] = n_marked;
		n_marked += marked[j];
	}
	for (int m = 0; m < model->n_members; m++)
		for (int j = 0; j < model->members[m].n_inputs; j++)
			model->members[m].inputs[j] = place[model->members[m].inputs[j]];
	model->preprocessing = preprocessing_subset(&model->preprocessing, marked, workspace);
}

/*
 * model.c
 *		Class probabilities from a trained model.
 */
#include "core/model.h"

#include <cblas.h>
#include <string.h>

#include "core/kernels.h"
#include "core/matrix.h"
#include "core/preprocess.h"

struct ClassifyScratch
{
	float	   *scores;			/* of the preprocessing */
	float	   *buffer[2];		/* [max_rows][widest layer], in turn input and output of a layer */
	void		(*check_interrupts) (void); /* the workspace's */
};

ClassifyScratch *
classify_scratch(const Model *model, int max_rows, Workspace *workspace)
{
	ClassifyScratch *scratch = workspace_alloc(workspace, sizeof(ClassifyScratch));
	size_t		widest = preprocessing_inputs(&model->preprocessing);

	scratch->check_interrupts = workspace->check_interrupts;
	for (int i = 0; i < model->n_layers; i++)
		if ((size_t) model->layers[i].n_out > widest)
			widest = model->layers[i].n_out;
	scratch->scores = preprocessing_scores(&model->preprocessing, workspace);
	for (int i = 0; i < 2; i++)
		scratch->buffer[i] = workspace_array(workspace, float, widest * max_rows);
	return scratch;
}

/* output = activation(input W + b) */
static void
dense_layer(const DenseLayer *layer, int n_rows, const float *input, float *output,
			void (*check_interrupts) (void))
{
	Dropout		none = {.random = NULL};

	if (n_rows == 1)
		cblas_sgemv(CblasRowMajor, CblasTrans, layer->n_in, layer->n_out, 1.0f,
					layer->weight, layer->n_out, input, 1, 0.0f, output, 1);
	else
		multiply_matrices(CblasNoTrans, CblasNoTrans, n_rows, layer->n_out, layer->n_in, input,
						  layer->weight, output, check_interrupts);
	activate(layer->activation, n_rows, layer->n_out, layer->n_out, layer->bias, &none, output,
			 NULL);
}

void
classify_inputs(const Model *model, ClassifyScratch *scratch, int n_rows, const float *inputs,
				float *probabilities)
{
	for (int i = 0; i < model->n_layers; i++)
	{
		float	   *output = i == model->n_layers - 1 ? probabilities : scratch->buffer[(i + 1) % 2];

		dense_layer(&model->layers[i], n_rows, inputs, output, scratch->check_interrupts);
		inputs = output;
	}
	softmax_rows(n_rows, model->n_classes, probabilities);
}

void
model_classify(const Model *model, ClassifyScratch *scratch, int n_rows, const float *features,
			   float *probabilities)
{
	preprocess(&model->preprocessing, scratch->scores, n_rows, features, scratch->buffer[0]);
	classify_inputs(model, scratch, n_rows, scratch->buffer[0], probabilities);
}

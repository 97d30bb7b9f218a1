/*
 * reference_sample.c
 *		Training objects that a model's reference is made of.
 */
#include "pg/module/plasticc.h"

#include "core/base/random.h"
#include "core/model/novelty.h"
#include "pg/train/reference_sample.h"

/* At most so many, and so many values, but at least as many as a reference keeps. */
#define SAMPLE_ROWS 4096
#define SAMPLE_VALUES (1 << 24)

ReferenceSample *
take_reference_sample(const TrainingInput *input, const TrainingOptions *options,
					  MemoryContext context)
{
	const TrainingSet *set = &input->set;
	Workspace		   workspace = server_workspace(context);
	Workspace		   scratch = workspace_open(&workspace);
	ReferenceSample	  *sample = workspace_alloc(&workspace, sizeof(ReferenceSample));
	int32_t			  *order = workspace_array(&scratch, int32_t, set->n_rows);
	int				   limit = Min(SAMPLE_ROWS, SAMPLE_VALUES / set->n_features);
	int				   n = 0;
	Random			   random;

	for (int i = 0; i < set->n_rows; i++)
		if (!(set->validation && set->validation[i]))
			order[n++] = i;
	random_seed(&random, (uint64_t) options->seed, STREAM_REFERENCE);
	random_shuffle(&random, n, order);
	sample->n_rows = Min(n, Max(limit, REFERENCE_OBJECTS));
	sample->rows = workspace_array(&workspace, float, (Size) sample->n_rows * set->n_features);
	sample->number = workspace_array(&workspace, int32_t, sample->n_rows);
	memcpy(sample->number, order, sizeof(int32_t) * sample->n_rows);
	for (int i = 0; i < sample->n_rows; i++)
		memcpy(sample->rows + (Size) i * set->n_features, set->features[order[i]],
			   sizeof(float) * set->n_features);
	workspace_close(&scratch);
	return sample;
}

/* Of the first objects, by the model unless there are predictions of networks that have not seen
 * them. */
static Neighbours
sample_neighbours(const ReferenceSample *sample, const Model *model, const Probabilities *unseen,
				  Workspace *workspace)
{
	int	   n = Min(sample->n_rows, NOVELTY_OBJECTS);
	int	   n_classes = model->n_classes;
	float *probabilities = workspace_array(workspace, float, (Size) n *n_classes);

	model_classify(model, classify_scratch(model, n, workspace), n, sample->rows, probabilities);
	for (int i = 0; i < n; i++)
		if (unseen->n_members[sample->number[i]] > 0)
			memcpy(probabilities + (Size) i * n_classes,
				   unseen->values + (Size) sample->number[i] * n_classes,
				   sizeof(float) * n_classes);
	return fit_neighbours(n, n_classes, probabilities, workspace);
}

Reference *
make_reference(const ReferenceSample *sample, const TrainingInput *input, const Model *model,
			   const Probabilities *unseen)
{
	Workspace		   workspace = server_workspace(CurrentMemoryContext);
	const TrainingSet *set = &input->set;
	int32_t			  *features = workspace_array(&workspace, int32_t, set->n_features);
	int				   n_features = model_features(model, features, &workspace);
	bool			  *chosen = workspace_array(&workspace, bool, set->n_rows);
	Conformal		   conformal;
	Neighbours		   neighbours;

	for (int i = 0; i < set->n_rows; i++)
		chosen[i] = unseen->n_members[i] > 0;
	conformal =
		fit_conformal(set->n_rows, set->n_classes, unseen->values, set->target, chosen, &workspace);
	neighbours = sample_neighbours(sample, model, unseen, &workspace);
	return fit_reference(n_features, features, sample->n_rows, sample->rows, set->n_features,
						 &conformal, &neighbours, &workspace);
}

/*
 * reference_sample.c
 *		Training objects that a model's reference is made of.
 */
#include "pg/module/plasticc.h"

#include "core/base/random.h"
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
	for (int i = 0; i < sample->n_rows; i++)
		memcpy(sample->rows + (Size) i * set->n_features, set->features[order[i]],
			   sizeof(float) * set->n_features);
	workspace_close(&scratch);
	return sample;
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

	for (int i = 0; i < set->n_rows; i++)
		chosen[i] = unseen->n_members[i] > 0;
	conformal =
		fit_conformal(set->n_rows, set->n_classes, unseen->values, set->target, chosen, &workspace);
	return fit_reference(n_features, features, sample->n_rows, sample->rows, set->n_features,
						 &conformal, &workspace);
}

/*
 * classify_block.c
 *		Objects that a model classifies together.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"

#include "pg/model/classify_block.h"
#include "pg/util/arrays.h"

ClassifyBlock *
new_classify_block(const Model *model, int capacity)
{
	Workspace	   workspace = server_workspace(CurrentMemoryContext);
	ClassifyBlock *block = palloc0(sizeof(ClassifyBlock));

	block->model = model;
	block->capacity = capacity;
	block->scratch = classify_scratch(model, capacity, &workspace);
	block->features =
		workspace_array(&workspace, float, (size_t) capacity * model->preprocessing.n_features);
	block->probabilities = workspace_array(&workspace, float, (size_t) capacity * model->n_classes);
	return block;
}

void
add_to_block(ClassifyBlock *block, ArrayType *features, const char *row)
{
	Assert(block->n < block->capacity);
	check_feature_count(block->model, features, row);
	copy_features(features,
				  block->features + (size_t) block->n * block->model->preprocessing.n_features);
	block->n++;
}

void
classify_block(ClassifyBlock *block)
{
	int n = block->n;

	block->n = 0; /* also after an error */
	if (n == 0)
		return;
	if (block->early)
		count_early_objects(block->early, n, block->features,
							block->model->preprocessing.n_features);
	model_classify(block->model, block->scratch, n, block->features, block->probabilities);
	require_probabilities(block->name, n, block->model->n_classes, block->probabilities);
}

void
require_probabilities(const text *name, int n_rows, int n_classes, const float *probabilities)
{
	if (!probabilities_are_valid(n_rows, n_classes, probabilities))
		report_unusable_model(name);
}

void
report_unusable_model(const text *name)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
					name ? errmsg("model \"%s\" is unusable", text_to_cstring(name))
						 : errmsg("plasticc model is unusable"),
					errdetail("Its probabilities are not finite numbers that sum to 1, because "
							  "the weights of its networks are too large."),
					errhint("Use another version of the model, or train it again.")));
}

void
check_feature_count(const Model *model, ArrayType *features, const char *row)
{
	int expected = model->preprocessing.n_features;
	int n = feature_array_length(features, row);

	if (n != expected)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("expected %d features%s%s, not %d", expected, row ? " for " : "",
						row ? row : "", n),
				 errhint("Pass the features that the model was trained with, in the same "
						 "order; plasticc_model_info(model) describes them. If another "
						 "version of the extension computed those, train the model again.")));
}

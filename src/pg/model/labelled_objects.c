/*
 * labelled_objects.c
 *		The objects that a query returns with their classes, as inputs of a model.
 */
#include "pg/module/plasticc.h"

#include "core/model/preprocess.h"
#include "pg/model/classify_block.h"
#include "pg/model/labelled_objects.h"
#include "pg/model/model_classes.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/query_reader.h"

enum
{
	FEATURES,
	TARGET,
	OBJECT_ID,
	N_COLUMNS
};

char **
target_labels(const Model *model, const QueryColumn *column)
{
	char **labels = palloc(sizeof(char *) * model->n_classes);

	for (int c = 0; c < model->n_classes; c++)
		labels[c] = is_integer_column(column) ? psprintf("%d", model->classes[c])
											  : model_class_name(model, c);
	return labels;
}

int
row_target(const Model *model, char *const *labels, const QueryReader *reader, int column)
{
	const char *target = required_text(reader, column);

	for (int c = 0; c < model->n_classes; c++)
		if (strcmp(target, labels[c]) == 0)
			return c;
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg(is_integer_column(&reader->columns[column])
							   ? "target %s of %s is not a class of the model"
							   : "target \"%s\" of %s is not a class of the model",
						   quoted_string(target), row_name(reader)),
					errhint("Exclude objects of classes that the model does not know.")));
}

static void
grow_arrays(LabelledObjects *objects)
{
	Size capacity = objects->capacity;
	Size n_inputs = preprocessing_inputs(&objects->model->preprocessing);

	objects->inputs = repalloc_huge(objects->inputs, sizeof(float) * n_inputs * capacity);
	objects->tree_inputs = repalloc_huge(objects->tree_inputs,
										 sizeof(float) * objects->model->n_tree_inputs * capacity);
	objects->target = repalloc_huge(objects->target, sizeof(int32_t) * capacity);
	objects->side = repalloc_huge(objects->side, capacity);
}

LabelledObjects *
read_labelled_objects(const Model *model, const char *query)
{
	QueryColumn columns[N_COLUMNS] = {
		[FEATURES] = {.name = "features", .kind = COLUMN_FEATURES, .required = true},
		[TARGET] = {.name = "target", .kind = COLUMN_LABEL, .required = true},
		[OBJECT_ID] = {.name = "object_id", .kind = COLUMN_ANY},
	};
	const Preprocessing *preprocessing = &model->preprocessing;
	int					 n_inputs = preprocessing_inputs(preprocessing);
	Workspace			 workspace = server_workspace(CurrentMemoryContext);
	float				*scores = preprocessing_scores(preprocessing, &workspace);
	float				*values = workspace_array(&workspace, float, preprocessing->n_features);
	LabelledObjects		*objects = palloc(sizeof(LabelledObjects));
	QueryReader			*reader;
	char			   **labels;

	*objects = (LabelledObjects){
		.model = model,
		.inputs = workspace_array(&workspace, float, n_inputs),
		.tree_inputs = workspace_array(&workspace, float, model->n_tree_inputs),
		.target = workspace_array(&workspace, int32_t, 1),
		.side = workspace_array(&workspace, uint8_t, 1),
	};
	reader = begin_query("query", query, columns, N_COLUMNS);
	labels = target_labels(model, &columns[TARGET]);
	while (next_row(reader))
	{
		ArrayType *features = required_features(reader, FEATURES);
		int		   i = objects->n++;

		check_feature_count(model, features, row_name(reader));
		copy_features(features, values);
		if (row_exceeds(reader, &objects->capacity))
			grow_arrays(objects);
		preprocess(preprocessing, scores, 1, values, objects->inputs + (Size) i * n_inputs);
		gather_inputs(model->n_tree_inputs, model->tree_inputs, values,
					  objects->tree_inputs + (Size) i * model->n_tree_inputs);
		objects->side[i] =
			model->gate.closed ? gate_side(values[model->gate.feature]) : GATE_UNKNOWN;
		objects->target[i] = row_target(model, labels, reader, TARGET);
	}
	return objects;
}

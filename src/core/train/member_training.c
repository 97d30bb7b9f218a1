/*
 * member_training.c
 *		What training a member gives, be it a network or boosted trees.
 */
#include "core/train/member_training.h"

#include <string.h>

Model *
empty_model(const TrainingSet *set, const Preprocessing *preprocessing, int n_networks,
			int n_boosters, Workspace *workspace)
{
	Model *model = workspace_alloc(workspace, sizeof(Model));

	memset(model, 0, sizeof(Model));
	model->preprocessing = *preprocessing;
	model->n_classes = set->n_classes;
	model->classes = workspace_array(workspace, int32_t, set->n_classes);
	memcpy(model->classes, set->classes, sizeof(int32_t) * set->n_classes);
	model->n_networks = n_networks;
	model->networks = workspace_array(workspace, DenseNetwork, n_networks);
	model->n_boosters = n_boosters;
	model->boosters = workspace_array(workspace, Booster, n_boosters);
	model->n_tree_inputs = n_boosters > 0 ? set->n_features : 0;
	model->tree_inputs = workspace_array(workspace, int32_t, model->n_tree_inputs);
	model->tree_gains = workspace_zeros(workspace, model->n_tree_inputs);
	for (int j = 0; j < model->n_tree_inputs; j++)
		model->tree_inputs[j] = j;
	model->tree_weight = n_networks > 0 ? 0.0f : 1.0f;
	model->temperature = 1.0f;
	model->log_multipliers = workspace_array(workspace, float, set->n_classes);
	memset(model->log_multipliers, 0, sizeof(float) * set->n_classes);
	model->options = "{}";
	model->metrics = "{}";
	return model;
}

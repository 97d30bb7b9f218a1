/*
 * layer.c
 *		A dense layer of a trained network.
 */
#include "core/nn/layer.h"

#include <stddef.h>

const char *const activation_choices[] = {"linear", "sigmoid", "tanh", "relu", "elu", NULL};

/*
 * limits.h
 *		How large a model may be.
 */
#ifndef PLASTICC_CORE_BASE_LIMITS_H
#define PLASTICC_CORE_BASE_LIMITS_H

#include <stddef.h>

#define MODEL_MAX_FEATURES 65536
#define MODEL_MAX_CLASSES 1024
#define MODEL_MAX_CLASS_NAME_BYTES 255
#define MODEL_MAX_MEMBERS 1000
#define MODEL_MAX_LAYERS 32
#define MODEL_MAX_WIDTH 65536
#define MODEL_MAX_QUANTILES 4096
#define MODEL_MAX_WEIGHT 1e30f	/* absolute value, of weights, biases and leaves */
#define MODEL_MAX_ROUNDS 100000 /* trees of a booster */
#define TREE_MAX_DEPTH 10
#define TREE_MAX_NODES ((2 << TREE_MAX_DEPTH) - 1)
#define MODEL_MAX_LOG_MULTIPLIER 1e4f
#define MODEL_MAX_TEMPERATURE 1e6f			  /* and the least is its reciprocal */
#define MODEL_MAX_BYTES ((size_t) 0x3fff0000) /* what a bytea can hold */

#endif /* PLASTICC_CORE_BASE_LIMITS_H */

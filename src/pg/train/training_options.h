/*
 * training_options.h
 *		Training options between SQL and src/core.
 */
#ifndef PLASTICC_PG_TRAIN_TRAINING_OPTIONS_H
#define PLASTICC_PG_TRAIN_TRAINING_OPTIONS_H

#include "fmgr.h"

#include "core/train/options.h"

/*
 * The default preset, or the one named in the argument, a JSON object, with the
 * object's other members on top; NULL stands for an empty object.  Errors: not an object, an
 * unknown key, a value out of range.  Its strings are in the current memory
 * context, names in the server's encoding.
 */
extern void read_training_options(FunctionCallInfo fcinfo, int argument, TrainingOptions *options);

/*
 * All options as the text of a JSON object, without feature_names, and without
 * survey_query where it is not given.
 */
extern char *training_options_text(const TrainingOptions *options);

#endif /* PLASTICC_PG_TRAIN_TRAINING_OPTIONS_H */

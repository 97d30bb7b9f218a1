/*
 * reference_sample.h
 *		Training objects that a model's reference is made of, kept while the features of all
 *		are normalised and then freed.
 */
#ifndef PLASTICC_PG_TRAIN_REFERENCE_SAMPLE_H
#define PLASTICC_PG_TRAIN_REFERENCE_SAMPLE_H

#include "pg/train/train_input.h"
#include "pg/train/train_metrics.h"

typedef struct ReferenceSample
{
	int		 n_rows;
	float	*rows;	 /* [n_rows][n_features] */
	int32_t *number; /* [n_rows]: which of the training set they are */
} ReferenceSample;

/* A sample, in random order, of rows that are not held out, in context. */
extern ReferenceSample *take_reference_sample(const TrainingInput	*input,
											  const TrainingOptions *options,
											  MemoryContext			 context);

/* The reference of the model, which is complete, with its predictions of unseen rows. */
extern Reference *make_reference(const ReferenceSample *sample, const TrainingInput *input,
								 const Model *model, const Probabilities *unseen);

#endif /* PLASTICC_PG_TRAIN_REFERENCE_SAMPLE_H */

/*
 * softmax.h
 *		Probabilities of logits.
 */
#ifndef PLASTICC_CORE_BASE_SOFTMAX_H
#define PLASTICC_CORE_BASE_SOFTMAX_H

/* Each row of x [rows][columns], dense, becomes exp(x) / sum(exp(x)). */
extern void softmax_rows(int rows, int columns, float *x);

#endif /* PLASTICC_CORE_BASE_SOFTMAX_H */

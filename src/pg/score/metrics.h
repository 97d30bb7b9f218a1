/*
 * metrics.h
 *		The challenge's measure of a classification.
 */
#ifndef PLASTICC_PG_SCORE_METRICS_H
#define PLASTICC_PG_SCORE_METRICS_H

/*
 * -ln of the probability of the true class: the row is divided by its sum,
 * then clipped to [1e-15, 1 - 1e-15].
 */
extern double object_log_loss(const float4 *probabilities, int n, int target);

/* Index of the largest of n probabilities, the first of equal ones. */
extern int most_probable(const float4 *probabilities, int n);

#endif /* PLASTICC_PG_SCORE_METRICS_H */

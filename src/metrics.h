/*
 * metrics.h
 *		The challenge's measure of a classification.
 */
#ifndef PLASTICC_METRICS_H
#define PLASTICC_METRICS_H

/*
 * The weight of a class in the challenge's log loss: 2 for 15 (tidal
 * disruption), 64 (kilonova) and 99 (unknown), otherwise 1.  The organisers
 * did not publish them; participants derived them from the scores of probes.
 */
extern double challenge_weight(int32 class);

/*
 * -ln of the probability of the true class: the row is divided by its sum,
 * then clipped to [1e-15, 1 - 1e-15].
 */
extern double object_log_loss(const float4 *probabilities, int n, int target);

/* Index of the largest of n probabilities, the first of equal ones. */
extern int	most_probable(const float4 *probabilities, int n);

#endif							/* PLASTICC_METRICS_H */

/*
 * scoring.h
 *		What the challenge says of its classes.
 */
#ifndef PLASTICC_CORE_TRAIN_SCORING_H
#define PLASTICC_CORE_TRAIN_SCORING_H

#include <stdint.h>

/*
 * The weight of a class in the challenge's log loss: 2 for 15 (tidal
 * disruption), 64 (kilonova) and 99 (unknown), otherwise 1.  The organisers
 * did not publish them; participants derived them from the scores of probes.
 */
static inline double
challenge_weight(int32_t class)
{
	return class == 15 || class == 64 || class == 99 ? 2.0 : 1.0;
}

#endif /* PLASTICC_CORE_TRAIN_SCORING_H */

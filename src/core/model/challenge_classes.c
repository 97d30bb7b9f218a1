/*
 * challenge_classes.c
 *		The classes of the PLAsTiCC challenge.
 */
#include "core/model/challenge_classes.h"

#include <stdio.h>
#include <string.h>

/*
 * Names and places are those of the organisers' release of the unblinded data (PLAsTiCC
 * Modelers 2018); class 99 there are rare transients beyond the Milky Way and
 * microlensing events in it.  The organisers did not publish the weights: participants
 * inferred them from the scores of probe submissions.
 */
const ChallengeClass challenge_classes[N_CHALLENGE_CLASSES] = {
	{6, "uLens-Single", CLASS_GALACTIC, 1.0},
	{15, "TDE", CLASS_EXTRAGALACTIC, 2.0},
	{16, "EB", CLASS_GALACTIC, 1.0},
	{42, "SNII", CLASS_EXTRAGALACTIC, 1.0},
	{52, "SNIax", CLASS_EXTRAGALACTIC, 1.0},
	{53, "Mira", CLASS_GALACTIC, 1.0},
	{62, "SNIbc", CLASS_EXTRAGALACTIC, 1.0},
	{64, "KN", CLASS_EXTRAGALACTIC, 2.0},
	{65, "M-dwarf", CLASS_GALACTIC, 1.0},
	{67, "SNIa-91bg", CLASS_EXTRAGALACTIC, 1.0},
	{88, "AGN", CLASS_EXTRAGALACTIC, 1.0},
	{90, "SNIa", CLASS_EXTRAGALACTIC, 1.0},
	{92, "RRL", CLASS_GALACTIC, 1.0},
	{95, "SLSN-I", CLASS_EXTRAGALACTIC, 1.0},
	{UNKNOWN_CLASS, "unknown", CLASS_ANYWHERE, 2.0},
};

double
challenge_weight(int32_t class)
{
	for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
		if (challenge_classes[i].number == class)
			return challenge_classes[i].weight;
	return 1.0;
}

double
challenge_label_weight(const char *label)
{
	for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
	{
		char number[12];

		snprintf(number, sizeof(number), "%d", (int) challenge_classes[i].number);
		if (strcmp(label, number) == 0)
			return challenge_classes[i].weight;
	}
	return 1.0;
}

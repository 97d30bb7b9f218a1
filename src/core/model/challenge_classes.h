/*
 * challenge_classes.h
 *		The classes of the PLAsTiCC challenge, and what they weigh in its log loss.
 */
#ifndef PLASTICC_CORE_MODEL_CHALLENGE_CLASSES_H
#define PLASTICC_CORE_MODEL_CHALLENGE_CLASSES_H

#include <stdint.h>

#define UNKNOWN_CLASS 99
#define N_CHALLENGE_CLASSES 15

typedef enum ClassPlace
{
	CLASS_GALACTIC,
	CLASS_EXTRAGALACTIC,
	CLASS_ANYWHERE,
} ClassPlace;

typedef struct ChallengeClass
{
	int32_t		number;
	const char *name; /* as the organisers published it */
	ClassPlace	place;
	double		weight;
} ChallengeClass;

/* Ascending; UNKNOWN_CLASS, which no training object has, is the last. */
extern const ChallengeClass challenge_classes[N_CHALLENGE_CLASSES];

/*
 * The weight of a class in the challenge's log loss, 1 for classes of others.  A class
 * with a label is one of the challenge's if the label is its number.
 */
extern double challenge_weight(int32_t class);
extern double challenge_label_weight(const char *label);

#endif /* PLASTICC_CORE_MODEL_CHALLENGE_CLASSES_H */

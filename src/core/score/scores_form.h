/*
 * scores_form.h
 *		The bytes in which an evaluation with its classes travels.
 *
 * In network byte order: version, n and names_size, as 32 bits; n numbers, as 64 bits, unless there
 * are names; the names, each followed by a zero; n_listed, as 32 bits.  Then, of each object
 * its weight, as 64 bits, its target and probabilities, as 32; or, if they are not listed, how
 * many words are not 0, as 32 bits, and of each of these its index, as 32 bits, and its
 * value, as 64.
 */
#ifndef PLASTICC_CORE_SCORE_SCORES_FORM_H
#define PLASTICC_CORE_SCORE_SCORES_FORM_H

#include "core/base/limits.h"
#include "core/base/workspace.h"
#include "core/score/evaluation.h"

#define SCORES_MAX_LISTED 16384
#define SCORES_MAX_NAMES_SIZE (MODEL_MAX_CLASSES * (MODEL_MAX_CLASS_NAME_BYTES + 1))

typedef struct ScoresForm
{
	int			   n;		   /* classes */
	const int64_t *numbers;	   /* [n], within 32 bits; NULL where they are names */
	int			   names_size; /* bytes of names; 0 where they are numbers */
	const char	  *names;	   /* n of them, each followed by a zero */
	int			   n_listed;   /* objects; -1 where there are words */
	const void	  *listed;	   /* [n_listed], see object_at() */
	const int64_t *words;	   /* [evaluation_length(n)] */
} ScoresForm;

/*
 * Reads length bytes; false if they are no scores.  The names, whose encoding is not looked
 * at, stay where they are in the bytes.  Counts and sums can be any integers.
 */
extern bool read_scores_form(const void *bytes, size_t length, Workspace *workspace,
							 ScoresForm *form);

/* Writes the form to bytes, if these are not NULL; returns how many they are. */
extern size_t write_scores_form(const ScoresForm *form, void *bytes);

#endif /* PLASTICC_CORE_SCORE_SCORES_FORM_H */

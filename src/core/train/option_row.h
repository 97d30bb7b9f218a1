/*
 * option_row.h
 *		Tables that describe options: what names, checks, documents and prints the
 *		members of a struct.
 */
#ifndef PLASTICC_CORE_TRAIN_OPTION_ROW_H
#define PLASTICC_CORE_TRAIN_OPTION_ROW_H

#include <stddef.h>
#include <stdint.h>

/* How a value is written in JSON, and the member that holds it. */
typedef enum OptionType
{
	OPTION_INTEGER,		  /* number without fraction: int; below the minimum while not given */
	OPTION_LARGE_INTEGER, /* the same: int64_t */
	OPTION_NUMBER,		  /* number: double */
	OPTION_BOOLEAN,		  /* true or false: OptionBoolean */
	OPTION_CHOICE,		  /* one of a few strings: int, its index */
	OPTION_TEXT,		  /* string: char *, NULL while not given */
	OPTION_SCALAR,		  /* string or number: char *, likewise */
	OPTION_INTEGERS,	  /* array of integers: int[]; or one of a few strings, see option_word() */
	OPTION_NUMBERS,		  /* number, or array of numbers: double[], at least one */
	OPTION_WEIGHTS,		  /* object, class to number: ClassWeight[] */
	OPTION_NAMES,		  /* array of strings: const char ** */
	OPTION_PASSBANDS,	  /* object, name to letter or number of a passband: NamedPassband * */
} OptionType;

/* A boolean whose default depends on what there is. */
typedef enum OptionBoolean
{
	OPTION_NOT_GIVEN,
	OPTION_FALSE,
	OPTION_TRUE,
} OptionBoolean;

typedef struct ClassWeight
{
	const char *class; /* its number or its label, the caller's string */
	double weight;
} ClassWeight;

/* A survey's name of a passband, 0 to 5. */
typedef struct NamedPassband
{
	const char *name;
	int			passband;
} NamedPassband;

typedef struct OptionRow
{
	const char		  *name;
	OptionType		   type;
	double			   minimum; /* of numbers, and of the numbers of an array */
	double			   maximum;
	const char *const *choices; /* NULL-terminated, for OPTION_CHOICE and OPTION_INTEGERS; NULL for
								 * none */
	size_t		offset;			/* of the member */
	const char *description;

	/* of arrays, objects and names */
	size_t count_offset; /* of the member, an int, with the number of elements */
	int	   capacity;	 /* most elements; no limit for pointers */
} OptionRow;

/* The number of elements that stands for the string of that index in place of an array. */
static inline int
option_word(int choice)
{
	return -1 - choice;
}

/* An older name that is still accepted. */
typedef struct OptionSynonym
{
	const char *synonym;
	const char *name;
} OptionSynonym;

typedef struct OptionTable
{
	const OptionRow		*rows;
	int					 n_rows;
	const void			*defaults; /* a struct with the values of options that are not given */
	const OptionSynonym *synonyms; /* the last one without a name; NULL for none */
} OptionTable;

#endif /* PLASTICC_CORE_TRAIN_OPTION_ROW_H */

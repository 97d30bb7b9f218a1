/*
 * class_labels.c
 *		Classes that are labels: their numbers.
 */
#include "pg/module/plasticc.h"

#include "mb/pg_wchar.h"

#include "core/base/limits.h"
#include "pg/train/class_labels.h"
#include "pg/util/args.h"

typedef struct Label
{
	const char *label;
	const char *utf8;
	int32_t		number; /* of the labels met before it */
} Label;

struct ClassLabels
{
	MemoryContext context;
	int			  n;
	Label		  labels[MODEL_MAX_CLASSES]; /* [n], ascending by utf8 */
};

ClassLabels *
create_class_labels(MemoryContext context)
{
	ClassLabels *labels = MemoryContextAlloc(context, sizeof(ClassLabels));

	labels->context = context;
	labels->n = 0;
	return labels;
}

/* The label's place: that of itself, or of the first after it. */
static int
find_place(const ClassLabels *labels, const char *utf8)
{
	int low = 0, high = labels->n;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (strcmp(labels->labels[middle].utf8, utf8) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
add_label(ClassLabels *labels, int place, const char *label, const char *utf8)
{
	Label *at = &labels->labels[place];

	if (labels->n == MODEL_MAX_CLASSES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("training query returned more than %d classes", MODEL_MAX_CLASSES),
						errhint("Check that column \"target\" is the class.")));
	memmove(at + 1, at, sizeof(Label) * (labels->n - place));
	at->label = MemoryContextStrdup(labels->context, label);
	at->utf8 = MemoryContextStrdup(labels->context, utf8);
	at->number = labels->n++;
}

int32_t
read_class_label(ClassLabels *labels, QueryReader *reader, int column)
{
	const char *label = required_text(reader, column);
	const char *utf8 = pg_server_to_any(label, strlen(label), PG_UTF8);
	int			place;

	if (*label == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION), errmsg("target of %s is empty", row_name(reader)),
				 errhint("Exclude rows whose class is not known.")));
	if (strlen(utf8) > MODEL_MAX_CLASS_NAME_BYTES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("target \"%s\" of %s has %zu bytes", quoted_string(label),
							   row_name(reader), strlen(utf8)),
						errhint("At most %d bytes are allowed; check that column \"target\" is the "
								"class.",
								MODEL_MAX_CLASS_NAME_BYTES)));
	place = find_place(labels, utf8);
	if (place == labels->n || strcmp(labels->labels[place].utf8, utf8) != 0)
		add_label(labels, place, label, utf8);
	return labels->labels[place].number;
}

const char *const *
number_classes(const ClassLabels *labels, int32_t *target, int n_rows)
{
	const char **names = MemoryContextAlloc(labels->context, sizeof(char *) * labels->n);
	int32_t class[MODEL_MAX_CLASSES];

	for (int i = 0; i < labels->n; i++)
	{
		names[i] = labels->labels[i].label;
		class[labels->labels[i].number] = i + 1;
	}
	for (int i = 0; i < n_rows; i++)
		/* cppcheck-suppress uninitvar ; every row has read its label */
		target[i] = class[target[i]];
	return names;
}

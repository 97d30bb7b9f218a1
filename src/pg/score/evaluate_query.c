/*
 * evaluate_query.c
 *		plasticc_evaluate of a model on the objects that a query returns.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"
#include "utils/varlena.h"

#include "pg/model/classify_block.h"
#include "pg/model/labelled_objects.h"
#include "pg/model/model_cache.h"
#include "pg/score/evaluate.h"
#include "pg/util/args.h"
#include "pg/util/query_reader.h"
#include "pg/util/result_rows.h"

#define MAX_SUBSETS 1000

PG_FUNCTION_INFO_V1(plasticc_evaluate_query);
PG_FUNCTION_INFO_V1(plasticc_evaluate_query_name);

/* Columns of the query: these, those of the groups, and weight and object_id. */
enum
{
	FEATURES,
	TARGET,
	FIRST_GROUP
};

/* The objects whose columns of the groups have the same values. */
typedef struct Subset
{
	char   *name; /* those values; NULL for the only one that is NULL */
	Scores *scores;
} Subset;

typedef struct QueryEvaluation
{
	const Model	 *model;
	QueryReader	 *reader;
	int			  n_groups; /* columns */
	char		**labels;	/* of the classes, as the target gives them */
	MemoryContext context;	/* where subsets are */
	int			  n_subsets;
	Subset		  subsets[MAX_SUBSETS];

	/* of the objects in the block */
	ClassifyBlock *block;
	Subset		  *subset[CLASSIFY_BLOCK_ROWS];
	int			   target[CLASSIFY_BLOCK_ROWS];
	double		   weight[CLASSIFY_BLOCK_ROWS];
} QueryEvaluation;

/* ----------------------------------------------------------------
 * Columns
 * ----------------------------------------------------------------
 */

/* The columns that by names, as a list of identifiers. */
static List *
group_columns(const char *by)
{
	static const char *const taken[] = {"features", "target", "weight", "object_id"};
	List					*names = NIL;
	ListCell				*cell;

	if (by != NULL && !SplitIdentifierString(pstrdup(by), ',', &names))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("by is not a list of columns: \"%s\"", quoted_string(by)),
						errhint("Separate the names by commas, and quote those with capitals or "
								"other characters, as in a query.")));
	foreach (cell, names)
	{
		const char *name = lfirst(cell);
		ListCell   *other;

		for (int i = 0; i < lengthof(taken); i++)
			if (strcmp(name, taken[i]) == 0)
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
								errmsg("by must not name the column \"%s\"", name),
								errhint("Return it under another name as well.")));
		foreach (other, names)
		{
			if (other == cell)
				break;
			if (strcmp(name, lfirst(other)) == 0)
				ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
								errmsg("by names the column \"%s\" more than once", name)));
		}
	}
	return names;
}

static QueryReader *
open_objects(const char *query, List *groups)
{
	int			 weight = FIRST_GROUP + list_length(groups), n = FIRST_GROUP;
	QueryColumn *columns = palloc0(sizeof(QueryColumn) * (weight + 2));
	ListCell	*cell;

	columns[FEATURES] =
		(QueryColumn){.name = "features", .kind = COLUMN_FEATURES, .required = true};
	columns[TARGET] = (QueryColumn){.name = "target", .kind = COLUMN_LABEL, .required = true};
	foreach (cell, groups)
		columns[n++] = (QueryColumn){.name = lfirst(cell), .kind = COLUMN_ANY, .required = true};
	columns[n++] = (QueryColumn){.name = "weight", .kind = COLUMN_NUMBER};
	columns[n++] = (QueryColumn){.name = "object_id", .kind = COLUMN_ANY};
	return begin_query("query", query, columns, n);
}

/* ----------------------------------------------------------------
 * Subsets
 * ----------------------------------------------------------------
 */

/* "true, 3" */
static char *
subset_name(const QueryEvaluation *evaluation)
{
	StringInfoData name;

	if (evaluation->n_groups == 0)
		return NULL;
	if (evaluation->n_groups == 1)
		return row_text(evaluation->reader, FIRST_GROUP);
	initStringInfo(&name);
	for (int i = 0; i < evaluation->n_groups; i++)
	{
		const char *value = row_text(evaluation->reader, FIRST_GROUP + i);

		appendStringInfo(&name, "%s%s", i > 0 ? ", " : "", value ? value : "NULL");
	}
	return name.data;
}

static bool
same_name(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The subset of the current row. */
static Subset *
row_subset(QueryEvaluation *evaluation)
{
	const Model *model = evaluation->model;
	char		*name = subset_name(evaluation);
	Subset		*subset = evaluation->subsets;

	while (subset < evaluation->subsets + evaluation->n_subsets && !same_name(subset->name, name))
		subset++;
	if (subset == evaluation->subsets + evaluation->n_subsets)
	{
		MemoryContext caller = MemoryContextSwitchTo(evaluation->context);

		if (evaluation->n_subsets == MAX_SUBSETS)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
							errmsg("by yields more than %d groups", MAX_SUBSETS),
							errhint("Group by fewer values, such as ranges of a number.")));
		evaluation->n_subsets++;
		subset->name = name ? pstrdup(name) : NULL;
		subset->scores =
			new_scores(model->n_classes, model->classes, (const char *const *) model->class_names);
		MemoryContextSwitchTo(caller);
	}
	return subset;
}

/* ----------------------------------------------------------------
 * Objects
 * ----------------------------------------------------------------
 */

static void
add_block(QueryEvaluation *evaluation)
{
	ClassifyBlock *block = evaluation->block;
	int			   n = block->n, n_classes = evaluation->model->n_classes;

	MemoryContext caller = MemoryContextSwitchTo(evaluation->context);

	classify_block(block);
	for (int i = 0; i < n; i++)
	{
		const float *probabilities = block->probabilities + (Size) i * n_classes;
		Subset		*subset = evaluation->subset[i];
		Scores		*scores = add_to_scores(subset->scores, probabilities, evaluation->target[i],
											evaluation->weight[i]);

		if (scores != subset->scores)
			pfree(subset->scores);
		subset->scores = scores;
	}
	MemoryContextSwitchTo(caller);
}

static void
add_row(QueryEvaluation *evaluation)
{
	QueryReader *reader = evaluation->reader;
	int			 weight = FIRST_GROUP + evaluation->n_groups;
	int			 i = evaluation->block->n;

	evaluation->subset[i] = row_subset(evaluation);
	evaluation->target[i] = row_target(evaluation->model, evaluation->labels, reader, TARGET);
	evaluation->weight[i] =
		reader->columns[weight].number > 0 ? required_number(reader, weight) : 1.0;
	add_to_block(evaluation->block, required_features(reader, FEATURES), row_name(reader));
	if (evaluation->block->n == evaluation->block->capacity)
		add_block(evaluation);
}

static Datum
evaluate_query(FunctionCallInfo fcinfo, const Model *model)
{
	char *query = text_argument(fcinfo, 1, "query");
	List *groups = group_columns(PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)));
	ReturnSetInfo	*result = begin_result(fcinfo);
	QueryEvaluation *evaluation = palloc0(sizeof(QueryEvaluation));

	evaluation->model = model;
	evaluation->n_groups = list_length(groups);
	evaluation->context = CurrentMemoryContext;
	evaluation->block = new_classify_block(model, CLASSIFY_BLOCK_ROWS);
	evaluation->reader = open_objects(query, groups);
	evaluation->labels = target_labels(model, &evaluation->reader->columns[TARGET]);
	while (next_row(evaluation->reader))
		add_row(evaluation);
	add_block(evaluation);
	for (int i = 0; i < evaluation->n_subsets; i++)
		add_figure_rows(result, evaluation->subsets[i].scores, true, evaluation->subsets[i].name);
	return (Datum) 0;
}

/* plasticc_evaluate(model bytea, query, by) */
Datum
plasticc_evaluate_query(PG_FUNCTION_ARGS)
{
	require_argument(fcinfo, 0, "model");
	return evaluate_query(fcinfo, cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model);
}

/* plasticc_evaluate(name text, query, by): the newest version of that model */
Datum
plasticc_evaluate_query_name(PG_FUNCTION_ARGS)
{
	require_argument(fcinfo, 0, "name");
	return evaluate_query(fcinfo,
						  cached_model_by_name(fcinfo->flinfo, PG_GETARG_TEXT_PP(0))->model);
}

/*
 * chunk_run.c
 *		Does the objects of a chunk, in whatever process.
 *
 * An object whose data raise an error must not keep others from being done: the
 * chunk is then done again, object by object, each in a subtransaction.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "pg/jobs/procedure.h"
#include "pg/jobs/subtransaction.h"
#include "pg/pipeline/chunk_run.h"
#include "pg/util/args.h"

/*
 * The objects of the chunk that the statement finds, as an array in the context; n is
 * their number.
 */
static Datum
find_objects(const PipelineJob *job, const char *statement, Datum chunk, MemoryContext context,
			 int64 *n)
{
	Oid	  type = job->ids_type;
	Datum ids;
	bool  is_null;

	execute_statement(statement, 1, &type, &chunk, NULL, SPI_OK_SELECT);
	ids = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
	MemoryContextSwitchTo(context);
	if (!is_null)
		ids = PointerGetDatum(DatumGetArrayTypePCopy(ids));
	*n = is_null ? 0 : ArrayGetNItems(1, ARR_DIMS(DatumGetArrayTypeP(ids)));
	SPI_freetuptable(SPI_tuptable);
	return ids;
}

/* ------------------------------------------------------------------------
 * Objects that cannot be done
 * ------------------------------------------------------------------------
 */

typedef struct Attempt
{
	const PipelineKind *kind;
	PipelineJob		   *job;
	Datum				ids;
} Attempt;

static void
do_attempt(const void *argument)
{
	const Attempt *attempt = argument;

	attempt->kind->do_objects(attempt->job, attempt->ids);
}

bool
is_fault_of_data(int sqlerrcode)
{
	return ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_DATA_EXCEPTION ||
		   ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_PROGRAM_LIMIT_EXCEEDED;
}

/* Rows count only where the attempt succeeds. */
static ErrorData *
try_objects(const PipelineKind *kind, PipelineJob *job, Datum ids)
{
	Attempt	   attempt = {kind, job, ids};
	RowCounts  before = row_counts;
	ErrorData *error = try_in_subtransaction(do_attempt, &attempt, is_fault_of_data);

	if (error)
		row_counts = before;
	return error;
}

/* A try to say more of an error than its message, which may fail of the same data. */
typedef struct Explanation
{
	Attempt attempt;
	char	text[sizeof(((ChunkReport *) NULL)->skipped)]; /* empty where there is none */
} Explanation;

static void
explain_attempt(const void *argument)
{
	Explanation *explanation = unconstify(void *, argument);
	char		*text =
		explanation->attempt.kind->explain(explanation->attempt.job, explanation->attempt.ids);

	if (text)
		copy_text(explanation->text, sizeof(explanation->text), text);
}

/* Notes an object that cannot be done. */
static void
skip_object(const PipelineKind *kind, PipelineJob *job, Datum id, Datum ids, ErrorData *error,
			ChunkReport *report)
{
	Explanation explanation = {.attempt = {kind, job, ids}};
	ErrorData  *failure;
	Oid			output;
	bool		is_varlena;
	char	   *text;

	if (report->n_skipped++ > 0)
	{
		FreeErrorData(error);
		return;
	}
	failure = try_in_subtransaction(explain_attempt, &explanation, is_fault_of_data);
	if (failure)
		FreeErrorData(failure);
	getTypeOutputInfo(get_element_type(job->ids_type), &output, &is_varlena);
	text = psprintf("object \"%s\": %s", quoted_string(OidOutputFunctionCall(output, id)),
					explanation.text[0] ? explanation.text : error->message);
	copy_text(report->skipped, sizeof(report->skipped), text);
	FreeErrorData(error);
}

/* An array of objects, taken apart. */
typedef struct Ids
{
	Oid	   type;
	int16  length;
	bool   by_value;
	char   align;
	Datum *elements;
	int	   n;
} Ids;

static Ids
take_apart(const PipelineJob *job, Datum array)
{
	Ids ids = {.type = get_element_type(job->ids_type)};

	get_typlenbyvalalign(ids.type, &ids.length, &ids.by_value, &ids.align);
	deconstruct_array(DatumGetArrayTypeP(array), ids.type, ids.length, ids.by_value, ids.align,
					  &ids.elements, NULL, &ids.n);
	return ids;
}

static Datum
put_together(const Ids *ids, Datum *elements, int n)
{
	return PointerGetDatum(
		construct_array(elements, n, ids->type, ids->length, ids->by_value, ids->align));
}

/* Returns the objects that could be done. */
static Datum
do_one_by_one(const PipelineKind *kind, PipelineJob *job, Datum array, ChunkReport *report)
{
	Ids ids = take_apart(job, array);

	for (int i = 0; i < ids.n; i++)
	{
		Datum	   one = put_together(&ids, &ids.elements[i], 1);
		ErrorData *error;

		CHECK_FOR_INTERRUPTS();
		error = try_objects(kind, job, one);
		if (error)
			skip_object(kind, job, ids.elements[i], one, error, report);
		else
			ids.elements[report->n_done++] = ids.elements[i];
	}
	return put_together(&ids, ids.elements, report->n_done);
}

/* The same of all objects at once, where that is possible. */
static Datum
do_or_skip(const PipelineKind *kind, PipelineJob *job, Datum ids, int64 n, ChunkReport *report)
{
	ErrorData *error = try_objects(kind, job, ids);

	if (error)
	{
		FreeErrorData(error);
		return do_one_by_one(kind, job, ids, report);
	}
	report->n_done = n;
	return ids;
}

/* ------------------------------------------------------------------------
 * Finding what is to be done, where data of an object may make that fail
 * ------------------------------------------------------------------------
 */

typedef struct Search
{
	const PipelineJob *job;
	Datum			   chunk;
	MemoryContext	   context; /* of the result */
	Datum			   ids;
	int64			   n;
} Search;

static void
search(const void *argument)
{
	Search *s = unconstify(void *, argument);

	s->ids = find_objects(s->job, s->job->find, s->chunk, s->context, &s->n);
}

/* As find_objects, but skips the objects for which it fails. */
static Datum
find_or_skip(const PipelineKind *kind, PipelineJob *job, Datum chunk, int64 *n, ChunkReport *report)
{
	Search	   whole = {job, chunk, CurrentMemoryContext};
	ErrorData *error = try_in_subtransaction(search, &whole, is_fault_of_data);
	Ids		   all;
	Datum	   array;

	*n = whole.n;
	if (error == NULL)
		return whole.ids;
	FreeErrorData(error);
	array = find_objects(job, job->all, chunk, CurrentMemoryContext, n);
	if (*n == 0)
		return array;
	all = take_apart(job, array);
	*n = 0;
	for (int i = 0; i < all.n; i++)
	{
		Datum  range[] = {all.elements[i], all.elements[i]};
		Search one = {job, put_together(&all, range, 2), CurrentMemoryContext};

		CHECK_FOR_INTERRUPTS();
		error = try_in_subtransaction(search, &one, is_fault_of_data);
		if (error)
		{
			error->message = psprintf("the condition on rows fails: %s", error->message);
			skip_object(kind, job, all.elements[i], put_together(&all, range, 1), error, report);
		}
		else if (one.n > 0)
			all.elements[(*n)++] = all.elements[i];
	}
	return put_together(&all, all.elements, *n);
}

/* ------------------------------------------------------------------------
 * A chunk
 * ------------------------------------------------------------------------
 */

/*
 * JIT is off, for it would compile the same statements again for each chunk.
 */
void
do_chunk(const PipelineKind *kind, PipelineJob *job, Datum chunk, ChunkReport *report)
{
	int		  nest_level = NewGUCNestLevel();
	RowCounts before;
	int64	  n;
	Datum	  ids;

	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
	job->chunk = chunk;
	ids = job->all ? find_or_skip(kind, job, chunk, &n, report)
				   : find_objects(job, job->find, chunk, CurrentMemoryContext, &n);
	before = row_counts;
	if (n > 0 && kind->check_rows)
	{
		ids = do_or_skip(kind, job, ids, n, report);
		report->rows.rows = row_counts.rows - before.rows;
		for (int i = 0; i < N_ROW_FAULTS; i++)
			report->rows.rejected[i] = row_counts.rejected[i] - before.rejected[i];
		kind->check_rows(job, ids, report);
	}
	else if (n > 0)
	{
		kind->do_objects(job, ids);
		report->n_done = n;
		kind->describe(job, report);
	}
	AtEOXact_GUC(true, nest_level);
}

/* Takes over a text of an earlier chunk than the one that the total has it from. */
static void
keep_first(char *total, int *chunk, const char *text, int from, Size size)
{
	if (*text == '\0' || (*total != '\0' && *chunk < from))
		return;
	strlcpy(total, text, size);
	*chunk = from;
}

void
add_report(RunTotal *total, const ChunkReport *report)
{
	ChunkReport *sum = &total->sum;

	sum->n_done += report->n_done;
	sum->n_skipped += report->n_skipped;
	sum->rows.rows += report->rows.rows;
	for (int i = 0; i < N_ROW_FAULTS; i++)
		sum->rows.rejected[i] += report->rows.rejected[i];
	sum->early.days = Max(sum->early.days, report->early.days);
	sum->early.n_known += report->early.n_known;
	sum->early.n_early += report->early.n_early;
	keep_first(sum->skipped, &total->skipped_from, report->skipped, report->chunk,
			   sizeof(sum->skipped));
	keep_first(sum->rejected, &total->rejected_from, report->rejected, report->chunk,
			   sizeof(sum->rejected));
	keep_first(sum->bands, &total->bands_from, report->bands, report->chunk, sizeof(sum->bands));
}

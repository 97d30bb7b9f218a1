/*
 * rollup.c
 *		plasticc_taxonomy, plasticc_rollup: the probabilities of groups of classes.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/base/limits.h"
#include "core/model/taxonomy.h"
#include "pg/util/args.h"
#include "pg/util/arrays.h"
#include "pg/util/class_arrays.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_taxonomy);
PG_FUNCTION_INFO_V1(plasticc_rollup);

/* plasticc_taxonomy(name): parent, child */
Datum
plasticc_taxonomy(PG_FUNCTION_ARGS)
{
	char		  *name = text_argument(fcinfo, 0, "name");
	ReturnSetInfo *result = begin_result(fcinfo);
	int			   t = 0;

	while (t < N_KNOWN_TAXONOMIES && strcmp(known_taxonomies[t].name, name) != 0)
		t++;
	if (t == N_KNOWN_TAXONOMIES)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unknown taxonomy \"%s\"", quoted_string(name)),
						errhint("Use \"%s\", \"%s\", or a table of your own.",
								known_taxonomies[0].name, known_taxonomies[1].name)));
	for (int i = 0; i < known_taxonomies[t].n_edges; i++)
	{
		const TaxonomyEdge *edge = &known_taxonomies[t].edges[i];
		Datum values[] = {CStringGetTextDatum(edge->parent), CStringGetTextDatum(edge->child)};
		bool  nulls[lengthof(values)] = {false};

		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

/* ----------------------------------------------------------------
 * The taxonomy as jsonb
 * ----------------------------------------------------------------
 */

pg_noreturn static void
invalid_taxonomy(const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid taxonomy"),
					errdetail("%s", detail),
					errhint("Pass (SELECT jsonb_agg(t) FROM taxonomy AS t), where taxonomy is a "
							"table of parent and child.")));
}

/* The text of a member of an edge: a string, or a number as an integer column gives it; NULL where
 * it is null or absent. */
static char *
edge_member(JsonbContainer *edge, const char *name)
{
	JsonbValue	key = {.type = jbvString};
	JsonbValue *value;

	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	value = findJsonbValueFromContainer(edge, JB_FOBJECT, &key);
	if (value == NULL || value->type == jbvNull)
		return NULL;
	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	if (value->type == jbvNumeric)
		return DatumGetCString(
			DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	invalid_taxonomy(psprintf("The %s of an edge must be a string or a number.", name));
}

/* Reads [{"parent": ..., "child": ...}, ...]. */
static TaxonomyEdge *
read_edges(Jsonb *json, int *n)
{
	TaxonomyEdge *edges;

	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		invalid_taxonomy("It must be an array of objects.");
	*n = JB_ROOT_COUNT(json);
	if (*n == 0)
		invalid_taxonomy("It has no edges.");
	edges = palloc(sizeof(TaxonomyEdge) * *n);
	for (int i = 0; i < *n; i++)
	{
		JsonbValue *edge = getIthJsonbValueFromContainer(&json->root, i);

		if (edge->type != jbvBinary || !JsonContainerIsObject(edge->val.binary.data))
			invalid_taxonomy("Its elements must be objects.");
		edges[i].parent = edge_member(edge->val.binary.data, "parent");
		edges[i].child = edge_member(edge->val.binary.data, "child");
		if (edges[i].child == NULL)
			invalid_taxonomy("An edge has no child.");
	}
	return edges;
}

static void
read_taxonomy(Jsonb *json, Taxonomy *taxonomy)
{
	Workspace	  workspace = server_workspace(CurrentMemoryContext);
	const char	 *node;
	int			  n;
	TaxonomyEdge *edges = read_edges(json, &n);

	switch (make_taxonomy(n, edges, taxonomy, &node, &workspace))
	{
		case TAXONOMY_VALID:
			break;
		case TAXONOMY_CYCLE:
			invalid_taxonomy(psprintf("Node \"%s\" is below itself.", quoted_string(node)));
		case TAXONOMY_SEVERAL_PARENTS:
			invalid_taxonomy(
				psprintf("Node \"%s\" has more than one parent.", quoted_string(node)));
	}
}

/* ----------------------------------------------------------------
 * Classes in it
 * ----------------------------------------------------------------
 */

/* The taxonomy and the nodes of the classes of the previous row, which are mostly those of the
 * next. */
typedef struct Rollup
{
	MemoryContext context; /* where all of it is */
	Jsonb		 *json;
	ArrayType	 *classes;
	Taxonomy	  taxonomy;
	int			 *nodes;   /* of the classes */
	bool		 *covered; /* [taxonomy.n]: is a class at it or below? */
} Rollup;

/* Class i of an integer[] or bigint[] as a text. */
static char *
class_text(ArrayType *classes, int i)
{
	char *data = ARR_DATA_PTR(classes);

	if (ARR_ELEMTYPE(classes) == INT4OID)
		return psprintf("%d", ((int32 *) data)[i]);
	return psprintf(INT64_FORMAT, ((int64 *) data)[i]);
}

static int
count_classes(ArrayType *classes)
{
	if (ARR_NDIM(classes) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("classes must be a one-dimensional array")));
	if (array_contains_nulls(classes))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("classes must not contain NULL")));
	return ARR_NDIM(classes) == 0 ? 0 : ARR_DIMS(classes)[0];
}

static void
find_classes(Rollup *rollup)
{
	const Taxonomy *taxonomy = &rollup->taxonomy;
	bool			named = ARR_ELEMTYPE(rollup->classes) == TEXTOID;
	int				n = count_classes(rollup->classes);
	text		  **names = named && n > 0 ? class_name_elements(rollup->classes, n) : NULL;
	bool		   *listed = palloc0(sizeof(bool) * taxonomy->n);

	rollup->nodes = palloc(sizeof(int) * Max(1, n));
	rollup->covered = palloc0(sizeof(bool) * taxonomy->n);
	for (int i = 0; i < n; i++)
	{
		char *class = names ? text_to_cstring(names[i]) : class_text(rollup->classes, i);
		int node = find_node(taxonomy, class);

		if (node < 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("class \"%s\" is not in the taxonomy", quoted_string(class)),
							errhint("Add it as a child of the node that it belongs to.")));
		if (listed[node])
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("class \"%s\" is listed more than once", quoted_string(class))));
		listed[node] = true;
		rollup->nodes[i] = node;
		for (; node >= 0; node = taxonomy->parent[node])
			rollup->covered[node] = true;
	}
}

static bool
same_value(const void *a, const void *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

static void *
copy_value(const void *value)
{
	return memcpy(palloc(VARSIZE(value)), value, VARSIZE(value));
}

/* The rollup of a taxonomy and classes, kept from row to row. */
static const Rollup *
rollup_arguments(FunctionCallInfo fcinfo, Jsonb *json, ArrayType *classes)
{
	Rollup		 *rollup = fcinfo->flinfo->fn_extra;
	MemoryContext context, caller;

	if (rollup != NULL && same_value(rollup->json, json) && same_value(rollup->classes, classes))
		return rollup;
	fcinfo->flinfo->fn_extra = NULL;
	if (rollup != NULL)
		MemoryContextDelete(rollup->context);
	context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc taxonomy", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	rollup = palloc(sizeof(Rollup));
	rollup->context = context;
	rollup->json = copy_value(json);
	rollup->classes = copy_value(classes);
	read_taxonomy(rollup->json, &rollup->taxonomy);
	find_classes(rollup);
	MemoryContextSwitchTo(caller);
	/* only now, so that an error leaves nothing */
	MemoryContextSetParent(context, fcinfo->flinfo->fn_mcxt);
	fcinfo->flinfo->fn_extra = rollup;
	return rollup;
}

/* ----------------------------------------------------------------
 * Probabilities
 * ----------------------------------------------------------------
 */

/* Of each node the sum of the classes at it and below, divided by that of all. */
static double *
node_probabilities(const Rollup *rollup, const float4 *probabilities, int n)
{
	const Taxonomy *taxonomy = &rollup->taxonomy;
	double			sum = probability_sum(probabilities, n);
	double		   *p = palloc0(sizeof(double) * taxonomy->n);

	for (int i = 0; i < n; i++)
		p[rollup->nodes[i]] = probabilities[i] / sum;
	/* from the leaves to the roots */
	for (int i = taxonomy->n - 1; i >= 0; i--)
	{
		int node = taxonomy->order[i];

		if (taxonomy->parent[node] >= 0)
			p[taxonomy->parent[node]] += p[node];
	}
	return p;
}

/*
 * plasticc_rollup(probabilities, classes, taxonomy): node, parent, depth, probability, for nodes
 * that have a class at them or below; each is followed by those below it.
 */
Datum
plasticc_rollup(PG_FUNCTION_ARGS)
{
	int			   n;
	const float4  *probabilities = probability_elements(PG_GETARG_ARRAYTYPE_P(0), &n);
	ArrayType	  *classes = PG_GETARG_ARRAYTYPE_P(1);
	const Rollup  *rollup = rollup_arguments(fcinfo, PG_GETARG_JSONB_P(2), classes);
	ReturnSetInfo *result = begin_result(fcinfo);
	double		  *p;

	if (count_classes(classes) != n)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("expected %d classes for %d probabilities, not %d", n, n,
							   count_classes(classes))));
	p = node_probabilities(rollup, probabilities, n);
	for (int i = 0; i < rollup->taxonomy.n; i++)
	{
		int	  node = rollup->taxonomy.order[i];
		int	  parent = rollup->taxonomy.parent[node];
		Datum values[4];
		bool  nulls[4] = {false};

		if (!rollup->covered[node])
			continue;
		values[0] = CStringGetTextDatum(rollup->taxonomy.names[node]);
		values[1] = text_or_null(parent < 0 ? NULL : rollup->taxonomy.names[parent], &nulls[1]);
		values[2] = Int32GetDatum(rollup->taxonomy.depth[node]);
		values[3] = Float4GetDatum((float4) p[node]);
		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

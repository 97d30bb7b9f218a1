/*
 * model_lookup.c
 *		Stored models by name and version, in C and in SQL.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "pg/model/model_lookup.h"
#include "pg/util/args.h"
#include "pg/util/extension.h"

PG_FUNCTION_INFO_V1(plasticc_model);

SnapshotKey
current_snapshot_key(void)
{
	Snapshot snapshot = GetActiveSnapshot();

	return (SnapshotKey){snapshot->xmin,	snapshot->xmax,	  snapshot->xcnt,
						 snapshot->subxcnt, snapshot->curcid, GetUserId()};
}

bool
same_snapshot(SnapshotKey a, SnapshotKey b)
{
	return a.xmin == b.xmin && a.xmax == b.xmax && a.xcnt == b.xcnt && a.subxcnt == b.subxcnt &&
		   a.curcid == b.curcid && a.user == b.user;
}

bool
same_bytes(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		   memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static void
raise_no_model(FmgrInfo *flinfo, text *name, const int32 *version)
{
	char *name_string = quoted_text(name);
	char *query;
	Oid	  type = TEXTOID;
	Datum argument = PointerGetDatum(name);
	bool  is_null = true;
	int32 newest = 0;

	query = psprintf("SELECT pg_catalog.max(version) FROM %s WHERE name OPERATOR(pg_catalog.=) $1",
					 extension_table(flinfo, "plasticc_models"));
	if (version != NULL &&
		SPI_execute_with_args(query, 1, &type, &argument, NULL, true, 1) == SPI_OK_SELECT)
		newest =
			DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
	if (is_null)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("model \"%s\" does not exist", name_string),
						errhint("Train it with CALL plasticc_train, or choose a model listed in "
								"plasticc_models.")));
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("model \"%s\" has no version %d", name_string, *version),
					errhint("Its newest version is %d.", newest)));
}

/* A plan that the session keeps, for a look-up takes less time than planning it. */
typedef struct KeptPlan
{
	SPIPlanPtr plan;
	char	  *query;
} KeptPlan;

/*
 * The plan of a query with n parameters; another one where the text is new, since it has the
 * schema's name.  The server plans it again for another role, or after a change of policies.
 */
static SPIPlanPtr
kept_plan(KeptPlan *kept, const char *query, int n, Oid *types)
{
	SPIPlanPtr plan;
	char	  *text;

	if (kept->plan != NULL && strcmp(kept->query, query) == 0)
		return kept->plan;
	plan = SPI_prepare_cursor(query, n, types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "preparing \"%s\" failed: %s", query, SPI_result_code_string(SPI_result));
	text = MemoryContextStrdup(TopMemoryContext, query);
	SPI_keepplan(plan);
	if (kept->plan != NULL)
	{
		SPI_freeplan(kept->plan);
		pfree(kept->query);
	}
	*kept = (KeptPlan){plan, text};
	return plan;
}

/* The row (model, name, version) that a query finds; false if there is none. */
static bool
find_row(KeptPlan *kept, const char *query, int n, Oid *types, Datum *arguments)
{
	int status = SPI_execute_plan(kept_plan(kept, query, n, types), arguments, NULL, true, 1);

	if (status != SPI_OK_SELECT)
		elog(ERROR, "reading models failed: %s", SPI_result_code_string(status));
	return SPI_processed > 0;
}

/*
 * An alias is the name of no model, so that it matters only where no model is found; nor
 * are there any for who may not read them.
 */
static bool
find_alias(FmgrInfo *flinfo, Oid *types, Datum *arguments)
{
	static KeptPlan kept;
	Oid table = get_relname_relid("plasticc_aliases", get_func_namespace(flinfo->fn_oid));

	return OidIsValid(table) && pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		   find_row(&kept,
					psprintf("SELECT m.model, a.model, a.version FROM %s AS a LEFT JOIN %s AS m "
							 "ON m.name OPERATOR(pg_catalog.=) a.model "
							 "AND m.version OPERATOR(pg_catalog.=) a.version "
							 "WHERE a.name OPERATOR(pg_catalog.=) $1 "
							 "ORDER BY a.promotion DESC LIMIT 1",
							 extension_table(flinfo, "plasticc_aliases"),
							 extension_table(flinfo, "plasticc_models")),
					1, types, arguments);
}

/* A copy of the row that was found; name is what was asked for. */
static StoredModel
found_model(text *name)
{
	HeapTuple	row = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	StoredModel found;
	bool		is_null;

	found.name = DatumGetTextPCopy(SPI_getbinval(row, desc, 2, &is_null));
	found.version = DatumGetInt32(SPI_getbinval(row, desc, 3, &is_null));
	found.bytes = SPI_getbinval(row, desc, 1, &is_null);
	if (is_null)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("alias \"%s\" stands for version %d of model \"%s\", which does not "
							   "exist",
							   quoted_text(name), found.version, quoted_text(found.name)),
						errhint("Promote another version with plasticc_promote, or return to the "
								"one before with plasticc_roll_back.")));
	found.bytes = datumCopy(found.bytes, false, -1);
	return found;
}

StoredModel
fetch_model(FmgrInfo *flinfo, text *name, const int32 *version)
{
	static KeptPlan newest;
	static KeptPlan given;
	MemoryContext	caller = CurrentMemoryContext;
	Oid				types[2] = {TEXTOID, INT4OID};
	Datum			arguments[2] = {PointerGetDatum(name), Int32GetDatum(version ? *version : 0)};
	StoredModel		found;
	char		   *query;

	SPI_connect();
	query = psprintf("SELECT model, name, version FROM %s WHERE name OPERATOR(pg_catalog.=) $1%s "
					 "ORDER BY version DESC LIMIT 1",
					 extension_table(flinfo, "plasticc_models"),
					 version ? " AND version OPERATOR(pg_catalog.=) $2" : "");
	if (!find_row(version ? &given : &newest, query, version ? 2 : 1, types, arguments) &&
		!(version == NULL && find_alias(flinfo, types, arguments)))
		raise_no_model(flinfo, name, version);
	MemoryContextSwitchTo(caller);
	found = found_model(name);
	SPI_finish();
	return found;
}

/* The model that this call site returned last, kept in fn_extra. */
typedef struct FoundModel
{
	MemoryContext context;
	text		 *name;
	bool		  newest; /* no version was given */
	int32		  version;
	SnapshotKey	  snapshot;
	Datum		  model;
} FoundModel;

static bool
is_found(const FoundModel *found, text *name, const int32 *version)
{
	return found != NULL && found->newest == (version == NULL) &&
		   (version == NULL || found->version == *version) &&
		   same_snapshot(found->snapshot, current_snapshot_key()) && same_bytes(found->name, name);
}

/* Keeps the model in place of the previous one. */
static void
remember_found(FmgrInfo *flinfo, text *name, const int32 *version, Datum model)
{
	MemoryContext context =
		AllocSetContextCreate(flinfo->fn_mcxt, "plasticc_model", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	FoundModel	 *found = palloc(sizeof(FoundModel));

	found->context = context;
	found->name = DatumGetTextPCopy(PointerGetDatum(name));
	found->newest = version == NULL;
	found->version = version == NULL ? 0 : *version;
	found->snapshot = current_snapshot_key();
	found->model = datumCopy(model, false, -1);
	MemoryContextSwitchTo(caller);

	if (flinfo->fn_extra != NULL)
		MemoryContextDelete(((FoundModel *) flinfo->fn_extra)->context);
	flinfo->fn_extra = found;
}

/*
 * plasticc_model(name, version): the newest version where version is NULL
 *
 * A stable function is evaluated for every row, so the last result is kept as
 * long as the snapshot does not change.  A large model is returned as a toast
 * pointer, which plasticc_classify recognises without fetching it.
 */
Datum
plasticc_model(PG_FUNCTION_ARGS)
{
	int32		 given = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	const int32 *version = PG_ARGISNULL(1) ? NULL : &given;
	text		*name;
	Datum		 model;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	name = PG_GETARG_TEXT_P(0);
	if (is_found(fcinfo->flinfo->fn_extra, name, version))
		return datumCopy(((FoundModel *) fcinfo->flinfo->fn_extra)->model, false, -1);

	model = fetch_model(fcinfo->flinfo, name, version).bytes;
	remember_found(fcinfo->flinfo, name, version, model);
	return model;
}

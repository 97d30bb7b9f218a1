/*
 * promotion.c
 *		plasticc_promote and plasticc_roll_back: which version of a model an alias
 *		stands for.
 *
 * A promotion is a row of plasticc_aliases, of which the last one counts; rows are
 * inserted and deleted, never updated, and belong to a role, like those of models.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "pg/jobs/procedure.h"
#include "pg/model/model_lookup.h"
#include "pg/train/model_owner.h"
#include "pg/util/args.h"
#include "pg/util/extension.h"

PG_FUNCTION_INFO_V1(plasticc_promote);
PG_FUNCTION_INFO_V1(plasticc_roll_back);

/* plasticc_promote(name, version, alias): the number of the promotion; version NULL is the newest
 */
Datum
plasticc_promote(PG_FUNCTION_ARGS)
{
	text	   *name = cstring_to_text(text_argument(fcinfo, 0, "name"));
	int32		version = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	const char *alias = text_argument(fcinfo, 2, "alias");
	StoredModel model = fetch_model(fcinfo->flinfo, name, PG_ARGISNULL(1) ? NULL : &version);
	const char *owner = alias_owner(fcinfo->flinfo->fn_oid, alias);
	Oid			types[] = {TEXTOID, TEXTOID, INT4OID, NAMEOID};
	Datum		values[] = {CStringGetTextDatum(alias), PointerGetDatum(model.name),
							Int32GetDatum(model.version),
							DirectFunctionCall1(namein, CStringGetDatum(owner))};
	bool		is_null;
	int32		promotion;

	SPI_connect();
	execute_statement(psprintf("INSERT INTO %s (name, promotion, model, version, owner) "
							   "SELECT $1, COALESCE(pg_catalog.max(promotion), 0) "
							   "OPERATOR(pg_catalog.+) 1, $2, $3, $4 FROM %s "
							   "WHERE name OPERATOR(pg_catalog.=) $1 RETURNING promotion",
							   extension_table(fcinfo->flinfo, "plasticc_aliases"),
							   extension_table(fcinfo->flinfo, "plasticc_aliases")),
					  lengthof(types), types, values, NULL, SPI_OK_INSERT_RETURNING);
	promotion =
		DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
	SPI_finish();
	PG_RETURN_INT32(promotion);
}

/*
 * plasticc_roll_back(alias): removes the last promotion, and returns what the alias
 * stands for then, a row (name, version) of NULLs where nothing is left
 */
Datum
plasticc_roll_back(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	const char	 *alias = text_argument(fcinfo, 0, "alias");
	char		 *table = extension_table(fcinfo->flinfo, "plasticc_aliases");
	Oid			  type = TEXTOID;
	Datum		  value = CStringGetTextDatum(alias);
	Datum		  values[2] = {(Datum) 0};
	bool		  nulls[lengthof(values)] = {true, true};
	TupleDesc	  desc;
	HeapTuple	  row;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	(void) alias_owner(fcinfo->flinfo->fn_oid, alias);
	SPI_connect();
	execute_statement(psprintf("DELETE FROM %s WHERE name OPERATOR(pg_catalog.=) $1 AND "
							   "promotion OPERATOR(pg_catalog.=) (SELECT "
							   "pg_catalog.max(promotion) FROM %s WHERE name "
							   "OPERATOR(pg_catalog.=) $1)",
							   table, table),
					  1, &type, &value, NULL, SPI_OK_DELETE);
	if (SPI_processed == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("alias \"%s\" does not exist", quoted_string(alias)),
						errhint("The column \"name\" of plasticc_aliases lists the aliases.")));
	execute_statement(psprintf("SELECT model, version FROM %s WHERE name "
							   "OPERATOR(pg_catalog.=) $1 ORDER BY promotion DESC LIMIT 1",
							   table),
					  1, &type, &value, NULL, SPI_OK_SELECT);
	for (int i = 0; i < lengthof(values) && SPI_processed > 0; i++)
		values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);
	MemoryContextSwitchTo(caller);
	row = heap_form_tuple(BlessTupleDesc(desc), values, nulls);
	SPI_finish();
	PG_RETURN_DATUM(HeapTupleGetDatum(row));
}

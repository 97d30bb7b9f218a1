/*
 * object_key.c
 *		What identifies objects: a column of any type that has a btree order, and
 *		how statements compare it.
 *
 * Operators are those of the type's default btree operator class, with their schema,
 * as the server itself sorts and groups by, whatever the search_path is.
 */
#include "pg/module/plasticc.h"

#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "pg/pipeline/object_key.h"

/* One type for all that are compared with each other. */
static Oid
common_type(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return INT8OID;
		case VARCHAROID:
		case NAMEOID:
		case TEXTOID:
			return TEXTOID;
		default:
			return type;
	}
}

/* "OPERATOR(pg_catalog.=)" */
static char *
key_operator(const TypeCacheEntry *cache, StrategyNumber strategy)
{
	Oid oid = get_opfamily_member(cache->btree_opf, cache->btree_opintype, cache->btree_opintype,
								  strategy);
	HeapTuple		 tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(oid));
	Form_pg_operator form;
	char			*name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", oid);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	name = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
					NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return name;
}

ObjectKey
key_of_type(Oid type)
{
	ObjectKey		key = {.type = common_type(getBaseType(type))};
	TypeCacheEntry *cache = lookup_type_cache(key.type, TYPECACHE_BTREE_OPFAMILY);

	key.array = get_array_type(key.type);
	if (!OidIsValid(cache->btree_opf) || !OidIsValid(key.array))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("type %s cannot identify objects", format_type_be(type)),
						errdetail("Values must have a btree order, and an array type.")));
	key.type_name =
		format_type_extended(key.type, -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
	key.equal = key_operator(cache, BTEqualStrategyNumber);
	key.greater_or_equal = key_operator(cache, BTGreaterEqualStrategyNumber);
	key.less_or_equal = key_operator(cache, BTLessEqualStrategyNumber);
	return key;
}

static char *
collate_clause(Oid collation)
{
	HeapTuple		  tuple;
	Form_pg_collation form;
	char			 *clause;

	if (!OidIsValid(collation))
		return "";
	tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for collation %u", collation);
	form = (Form_pg_collation) GETSTRUCT(tuple);
	clause =
		psprintf(" COLLATE %s", quote_qualified_identifier(get_namespace_name(form->collnamespace),
														   NameStr(form->collname)));
	ReleaseSysCache(tuple);
	return clause;
}

static KeyColumn
make_key_column(Oid relation, const char *column)
{
	Oid	  type, collation;
	int32 typmod;

	get_atttypetypmodcoll(relation, get_attnum(relation, column), &type, &typmod, &collation);
	return (KeyColumn){quote_identifier(column), collate_clause(collation), collation};
}

ObjectKey
target_key(const PipelineTable *target, KeyColumn *column, const char *hint)
{
	Oid type = column_type(target->oid, "object_id");

	if (!OidIsValid(type))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("target %s has no column \"%s\"", target->name, "object_id"),
						errhint("%s", hint)));
	*column = make_key_column(target->oid, "object_id");
	return key_of_type(type);
}

KeyColumn
key_column(const PipelineTable *table, const char *column, const char *option, const ObjectKey *key,
		   const char *function)
{
	Oid type = require_column(table, column, option);

	if (common_type(type) != key->type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of %s has type %s, object_id of the target %s", column,
						table->name, format_type_be(type), format_type_be(key->type)),
				 function
					 ? errhint("SELECT %s('name', object_id_type => '%s') makes a target for it.",
							   function, format_type_be(type))
					 : 0));
	return make_key_column(table->oid, column);
}

char *
key_value(const ObjectKey *key, const char *alias, const KeyColumn *column)
{
	return psprintf("%s.%s::%s", alias, column->name, key->type_name);
}

char *
key_equals(const ObjectKey *key, const char *alias, const KeyColumn *column, const char *right)
{
	return psprintf("%s.%s %s %s%s", alias, column->name, key->equal, right, column->collate);
}

char *
key_in(const ObjectKey *key, const char *alias, const KeyColumn *column)
{
	return psprintf("%s.%s %s ANY ($1%s)", alias, column->name, key->equal, column->collate);
}

char *
key_range(bool range, const ObjectKey *key, const char *alias, const KeyColumn *column)
{
	if (!range)
		return "";
	return psprintf(" AND %s.%s %s ($1)[1]%s AND %s.%s %s ($1)[2]%s", alias, column->name,
					key->greater_or_equal, column->collate, alias, column->name, key->less_or_equal,
					column->collate);
}

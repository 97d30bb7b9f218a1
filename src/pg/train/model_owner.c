/*
 * model_owner.c
 *		The role that a model's name belongs to: for the policies of the tables,
 *		and up front for the procedures.
 *
 * Policies and not triggers, because the models can be a reference table of
 * Citus, which refuses triggers.  A policy cannot read its own table; these
 * functions do so as the table's owner, whom the policies do not concern.
 */
#include "pg/module/plasticc.h"

#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "pg/jobs/procedure.h"
#include "pg/train/model_owner.h"
#include "pg/util/args.h"

PG_FUNCTION_INFO_V1(plasticc_is_owner);
PG_FUNCTION_INFO_V1(plasticc_check_owner);

/* In the last one names are aliases, in the others they are models. */
static const char *const owned_tables[] = {"plasticc_models", "plasticc_training_log",
										   "plasticc_cross_validations", "plasticc_out_of_fold",
										   "plasticc_aliases"};
#define ALIASES (lengthof(owned_tables) - 1)

static bool
has_privileges_of(const char *role)
{
	Oid oid = get_role_oid(role, true);

	return OidIsValid(oid) && has_privs_of_role(GetUserId(), oid);
}

/*
 * The owner of a row of the name in the table, not counting the rows of one role;
 * NULL if there is none.  The snapshot is the latest one, because that of the
 * transaction may be older than rows that others have committed.
 */
static char *
find_owner(Oid table, const char *name, const char *except)
{
	MemoryContext caller = CurrentMemoryContext;
	char *relation = quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)),
												get_rel_name(table));
	Oid	  types[] = {TEXTOID, NAMEOID};
	Datum values[] = {CStringGetTextDatum(name),
					  DirectFunctionCall1(namein, CStringGetDatum(except))};
	char *owner = NULL;

	SPI_connect();
	if (SPI_execute_snapshot(SPI_prepare(psprintf("SELECT owner FROM %s "
												  "WHERE name OPERATOR(pg_catalog.=) $1 "
												  "AND owner OPERATOR(pg_catalog.<>) $2 LIMIT 1",
												  relation),
										 lengthof(types), types),
							 values, NULL, GetLatestSnapshot(), InvalidSnapshot, true, false,
							 1) != SPI_OK_SELECT)
		elog(ERROR, "reading %s failed: %s", relation, SPI_result_code_string(SPI_result));
	if (SPI_processed > 0)
		owner = MemoryContextStrdup(caller,
									SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return owner;
}

static Oid
table_owner(Oid table)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid		  owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", table);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* The same of some of the extension's tables, read as their owner: the user may not read each. */
static char *
find_owner_in_schema(Oid schema, int first_table, int n_tables, const char *name,
					 const char *except)
{
	char *owner = NULL;
	int	  security;
	Oid	  user;

	GetUserIdAndSecContext(&user, &security);
	for (int i = first_table; i < first_table + n_tables && owner == NULL; i++)
	{
		Oid table = get_relname_relid(owned_tables[i], schema);

		SetUserIdAndSecContext(table_owner(table), security | SECURITY_LOCAL_USERID_CHANGE);
		owner = find_owner(table, name, except);
		SetUserIdAndSecContext(user, security);
	}
	return owner;
}

static void
require_privileges_of(const char *owner, const char *name)
{
	if (!OidIsValid(get_role_oid(owner, true)))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for model \"%s\"", quoted_string(name)),
						errdetail("It belongs to role \"%s\", which does not exist.", owner),
						errhint("A superuser can change the column \"owner\" of its rows.")));
	if (!has_privileges_of(owner))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for model \"%s\"", quoted_string(name)),
						errdetail("It belongs to role \"%s\".", owner),
						errhint("Choose another name, or become a member of that role: GRANT %s "
								"TO %s.",
								quote_identifier(owner),
								quote_identifier(GetUserNameFromId(GetUserId(), false)))));
}

/* An alias cannot be called like a model, nor a model like an alias. */
static void
require_kind(Oid schema, const char *name, bool is_alias)
{
	if (is_alias ? find_owner_in_schema(schema, 0, ALIASES, name, "") == NULL
				 : find_owner_in_schema(schema, ALIASES, 1, name, "") == NULL)
		return;
	if (is_alias)
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("\"%s\" is the name of a model", quoted_string(name)),
						errhint("Choose an alias that no model has as its name.")));
	ereport(ERROR,
			(errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("\"%s\" is an alias", quoted_string(name)),
			 errhint("Choose a name that is no alias; plasticc_promote makes an alias stand "
					 "for another model.")));
}

static const char *
name_owner(Oid schema, const char *name)
{
	const char *owner = find_owner_in_schema(schema, 0, lengthof(owned_tables), name, "");

	if (owner == NULL)
		return GetUserNameFromId(GetUserId(), false);
	require_privileges_of(owner, name);
	return owner;
}

const char *
model_owner(Oid function, const char *name)
{
	Oid			schema = get_func_namespace(function);
	const char *owner = name_owner(schema, name);

	require_kind(schema, name, false);
	return owner;
}

/*
 * plasticc_is_owner(owner): for deleting; false for a role that has been dropped
 */
Datum
plasticc_is_owner(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(has_privileges_of(NameStr(*PG_GETARG_NAME(0))));
}

/* What plasticc_check_owner has found to be right last. */
typedef struct Checked
{
	char *name;
	char *owner;
	Oid	  table;
	Oid	  user;
} Checked;

static Checked checked;

static void
remember_checked(Oid table, const char *name, const char *owner)
{
	Checked now = {MemoryContextStrdup(TopMemoryContext, name),
				   MemoryContextStrdup(TopMemoryContext, owner), table, GetUserId()};

	if (checked.name != NULL)
	{
		pfree(checked.name);
		pfree(checked.owner);
	}
	checked = now;
}

/* Waits for other transactions that give rows to the name.  Was the lock held already? */
static bool
lock_name(Oid schema, const char *name)
{
	uint64	hash = hash_bytes_extended((const unsigned char *) name, strlen(name), schema);
	LOCKTAG lock;

	SET_LOCKTAG_ADVISORY(lock, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, LOCK_OWNER);
	return LockAcquire(&lock, ExclusiveLock, false, false) == LOCKACQUIRE_ALREADY_HELD;
}

/* Are these the arguments checked last? */
static bool
is_checked(Oid table, const char *name, const char *owner)
{
	return checked.name != NULL && strcmp(checked.name, name) == 0 &&
		   strcmp(checked.owner, owner) == 0 && checked.table == table &&
		   checked.user == GetUserId();
}

const char *
alias_owner(Oid function, const char *alias)
{
	Oid			schema = get_func_namespace(function);
	const char *owner;

	(void) lock_name(schema, alias);
	owner = name_owner(schema, alias);
	require_kind(schema, alias, true);
	return owner;
}

/* Elsewhere the extension's tables lie in shards, which cannot read each other. */
static bool
is_owned_table(Oid table, Oid schema)
{
	for (int i = 0; i < lengthof(owned_tables); i++)
		if (table == get_relname_relid(owned_tables[i], schema))
			return true;
	return false;
}

/*
 * plasticc_check_owner(table, name, owner): may the user insert such a row?
 *
 * True, or an error that says why not, which is better than that of a policy.
 */
Datum
plasticc_check_owner(PG_FUNCTION_ARGS)
{
	Oid			table = PG_GETARG_OID(0);
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const char *owner = NameStr(*PG_GETARG_NAME(2));
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	char	   *present;

	/* SQL can call this directly, and who may not insert is to learn nothing. */
	if (pg_class_aclcheck(table, GetUserId(), ACL_INSERT) != ACLCHECK_OK)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for relation %u", table)));

	/* Every row of a statement comes here, and under the lock nothing can have changed. */
	if (lock_name(schema, name) && is_checked(table, name, owner))
		PG_RETURN_BOOL(true);
	present = is_owned_table(table, schema)
				  ? find_owner_in_schema(schema, 0, lengthof(owned_tables), name, owner)
				  : find_owner(table, name, owner);
	if (present != NULL)
	{
		require_privileges_of(present, name);
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("model \"%s\" belongs to role \"%s\", not \"%s\"",
							   quoted_string(name), present, owner),
						errhint("Set the column \"owner\" to '%s'.", present)));
	}
	if (!has_privileges_of(owner))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("must have the privileges of role \"%s\" to make it the owner of "
							   "model \"%s\"",
							   owner, quoted_string(name))));
	if (is_owned_table(table, schema))
		require_kind(schema, name, table == get_relname_relid(owned_tables[ALIASES], schema));
	remember_checked(table, name, owner);
	PG_RETURN_BOOL(true);
}

/*
 * model_cache.c
 *		Parsed models, kept across the rows of a query.
 *
 * Fetching a model from its toast table and parsing it costs as much as
 * classifying about ten objects with it.  A call site (one function call in
 * one query) therefore keeps the last few parsed models in fn_extra.
 *
 * A model that comes from a table is recognised by its toast pointer, without
 * fetching it: a toast value never changes, and its identifier, which comes from
 * a 32-bit counter, is not reused while a snapshot sees the value, nor soon
 * after.  Any other model is recognised by comparing all its bytes, which unlike
 * comparing addresses or digests is safe, and cheaper than computing a digest.
 */
#include "pg/module/plasticc.h"

#include "access/detoast.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "pg/model/model_cache.h"
#include "pg/model/model_lookup.h"
#include "pg/util/json_text.h"

#define MODEL_CACHE_SIZE 4

typedef struct CacheEntry
{
	CachedModel	  cached;  /* first: what callers see */
	MemoryContext context; /* holds the whole entry; NULL where it is free */
	uint64		  last_used;

	/* recognised by its toast pointer, or by its bytes */
	bool				   toasted;
	struct varatt_external toast;
	bytea				  *bytes;

	/* if it was found by its name: name and snapshot */
	text	   *name;
	SnapshotKey snapshot;
} CacheEntry;

typedef struct ModelCache
{
	uint64	   clock;
	CacheEntry entries[MODEL_CACHE_SIZE];
} ModelCache;

static ModelCache *
get_cache(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra == NULL)
		flinfo->fn_extra = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(ModelCache));
	return flinfo->fn_extra;
}

static bool
is_utf8(const char *text)
{
	return pg_verify_mbstr(PG_UTF8, text, strlen(text), true);
}

/* Why the texts of a model are none: a static text, or NULL. */
static const char *
text_failure(const Model *model)
{
	for (int i = 0; i < model->n_feature_names; i++)
		if (!is_utf8(model->feature_names[i]))
			return "the name of a feature is not UTF-8";
	for (int c = 0; c < model->n_classes && model->class_names; c++)
		if (!is_utf8(model->class_names[c]))
			return "the name of a class is not UTF-8";
	if (!is_utf8(model->options) || !is_json(model->options))
		return "the options are not JSON";
	if (!is_utf8(model->metrics) || !is_json(model->metrics))
		return "the metrics are not JSON";
	return NULL;
}

/* Parses the bytes into the entry, in a new child of the current memory context. */
static void
fill_entry(CacheEntry *entry, bytea *bytes)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc model", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	Workspace	  workspace = server_workspace(context);
	const char	 *reason = NULL;
	Model		 *model;

	memset(entry, 0, sizeof(*entry));
	model = model_read((const unsigned char *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes),
					   &workspace, &reason);
	if (model)
		reason = text_failure(model);
	if (reason)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid plasticc model"), errdetail("Reason: %s.", reason),
						errhint("Pass the result of plasticc_model(name), or the column model of "
								"plasticc_models.")));
	entry->context = context;
	entry->cached.model = model;
	caller = MemoryContextSwitchTo(context);
	entry->cached.block = new_classify_block(model, 1);
	MemoryContextSwitchTo(caller);
	entry->cached.size = VARSIZE_ANY_EXHDR(bytes);
}

/* Moves a filled entry to the least recently used place. */
static CacheEntry *
keep_entry(FmgrInfo *flinfo, CacheEntry *filled)
{
	ModelCache *cache = get_cache(flinfo);
	CacheEntry *oldest = &cache->entries[0];

	for (int i = 1; i < MODEL_CACHE_SIZE; i++)
		if (cache->entries[i].last_used < oldest->last_used)
			oldest = &cache->entries[i];
	if (oldest->context != NULL)
		MemoryContextDelete(oldest->context);
	*oldest = *filled;
	MemoryContextSetParent(oldest->context, flinfo->fn_mcxt);
	return oldest;
}

static CacheEntry *
find_toasted(FmgrInfo *flinfo, Datum datum)
{
	ModelCache			  *cache = get_cache(flinfo);
	struct varatt_external toast;
	CacheEntry			   filled;
	bytea				  *bytes;

	VARATT_EXTERNAL_GET_POINTER(toast, DatumGetPointer(datum));
	for (int i = 0; i < MODEL_CACHE_SIZE; i++)
	{
		CacheEntry *entry = &cache->entries[i];

		if (entry->context != NULL && entry->toasted &&
			memcmp(&entry->toast, &toast, sizeof(toast)) == 0)
			return entry;
	}

	bytes = DatumGetByteaPP(datum);
	fill_entry(&filled, bytes);
	pfree(bytes);
	filled.toasted = true;
	filled.toast = toast;
	return keep_entry(flinfo, &filled);
}

static CacheEntry *
find_inline(FmgrInfo *flinfo, Datum datum)
{
	ModelCache *cache = get_cache(flinfo);
	bytea	   *bytes = DatumGetByteaPP(datum);
	CacheEntry	filled;

	for (int i = 0; i < MODEL_CACHE_SIZE; i++)
	{
		CacheEntry *entry = &cache->entries[i];

		if (entry->context != NULL && !entry->toasted && same_bytes(entry->bytes, bytes))
			return entry;
	}

	fill_entry(&filled, bytes);
	filled.bytes = MemoryContextAlloc(filled.context, VARSIZE_ANY(bytes));
	memcpy(filled.bytes, bytes, VARSIZE_ANY(bytes));
	return keep_entry(flinfo, &filled);
}

static CacheEntry *
find_entry(FmgrInfo *flinfo, Datum datum)
{
	CacheEntry *entry = VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum))
							? find_toasted(flinfo, datum)
							: find_inline(flinfo, datum);

	entry->last_used = ++get_cache(flinfo)->clock;
	return entry;
}

CachedModel *
cached_model(FmgrInfo *flinfo, Datum datum)
{
	return &find_entry(flinfo, datum)->cached;
}

/* Names the model in an error of reading it. */
static void
name_in_error(void *name)
{
	errcontext("reading model \"%s\"", text_to_cstring(name));
}

static CacheEntry *
find_named(FmgrInfo *flinfo, text *name)
{
	Datum				 model = fetch_model(flinfo, name, NULL);
	ErrorContextCallback context = {error_context_stack, name_in_error, name};
	CacheEntry			*entry;

	error_context_stack = &context;
	entry = find_entry(flinfo, model);
	error_context_stack = context.previous;
	return entry;
}

CachedModel *
cached_model_by_name(FmgrInfo *flinfo, text *name)
{
	ModelCache *cache = get_cache(flinfo);
	SnapshotKey snapshot = current_snapshot_key();
	CacheEntry *entry;

	for (int i = 0; i < MODEL_CACHE_SIZE; i++)
	{
		entry = &cache->entries[i];
		if (entry->context != NULL && entry->name != NULL &&
			same_snapshot(entry->snapshot, snapshot) && same_bytes(entry->name, name))
		{
			entry->last_used = ++cache->clock;
			return &entry->cached;
		}
	}

	entry = find_named(flinfo, name);
	if (entry->name == NULL || !same_bytes(entry->name, name))
	{
		if (entry->name != NULL)
			pfree(entry->name);
		entry->name = MemoryContextAlloc(entry->context, VARSIZE_ANY(name));
		memcpy(entry->name, name, VARSIZE_ANY(name));
		entry->cached.block->name = entry->name;
	}
	entry->snapshot = snapshot;
	return &entry->cached;
}

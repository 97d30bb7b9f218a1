/*
 * model_cache.c
 *		Parsed models, kept by the session.
 *
 * Fetching a model from its toast table and parsing it takes as long as classifying
 * dozens of objects with it.  A session therefore keeps the models that it used last, up to
 * plasticc.model_cache_size of memory, whoever used them: having a model's bytes, or
 * a pointer to them, is what entitles to it, and the cache is asked by these alone.
 *
 * A model that comes from a table is recognised by its toast pointer, without
 * fetching it.  What a toast pointer stands for never changes while a snapshot sees it.
 * Later, the value can have been deleted, vacuumed away, and its identifier, which comes
 * from a counter of 32 bits, given to another value of the same table.  So under a
 * new snapshot the first bytes, which contain length and checksum, are compared as well.
 * Any other model is found by its first bytes and recognised by comparing all of them:
 * a checksum can be forged, and would give a model to somebody who has only that.
 *
 * A name is looked up once under each snapshot and user, with the rights of the user; what
 * is found is a toast pointer.  So nothing has to be invalidated: the look-up sees new,
 * deleted and rolled-back versions as any statement does.
 *
 * Each call site pins the model that it used last, so that the models of nested calls do
 * not remove each other.  What is pinned counts, but stays whatever its size.
 */
#include "pg/module/plasticc.h"

#include "access/detoast.h"
#include "lib/ilist.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "core/model/model_format.h"
#include "pg/model/model_cache.h"
#include "pg/model/model_lookup.h"
#include "pg/module/settings.h"
#include "pg/util/json_text.h"

/* How a model is found: by its toast pointer, or else by its first bytes.  Zeros follow. */
typedef struct ModelKey
{
	bool toasted;
	char bytes[Max(sizeof(struct varatt_external), PREAMBLE_BYTES)];
} ModelKey;

typedef struct CacheEntry
{
	CachedModel	  cached;  /* first: what callers see */
	MemoryContext context; /* holds all of the entry */
	Size		  memory;
	ModelKey	  key;
	bool		  listed; /* can be found; otherwise it goes with the last pin */
	int			  n_pins;
	dlist_node	  by_use;				 /* where it is listed */
	char		  start[PREAMBLE_BYTES]; /* the first bytes */
	SnapshotKey	  snapshot;				 /* under which the toast pointer stood for them */
	bytea		 *bytes;				 /* all bytes, unless it is toasted */
} CacheEntry;

typedef struct CacheSlot
{
	ModelKey	key;
	CacheEntry *entry;
} CacheSlot;

static MemoryContext cache_context;
static HTAB			*cache_slots;
static dlist_head	 cache_by_use = DLIST_STATIC_INIT(cache_by_use); /* the last used first */
static Size			 cache_memory;									 /* of the listed entries */

/* What a call site keeps in fn_extra. */
typedef struct CallSite
{
	MemoryContextCallback unpin;
	CacheEntry			 *entry; /* pinned; NULL before the first use */

	/* if it was found by its name: name and snapshot */
	text	   *name;
	SnapshotKey snapshot;
} CallSite;

/* ------------------------------------------------------------------------
 * Entries
 * ------------------------------------------------------------------------
 */

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

/* A model of the bytes, in a new child of the current memory context, where an error leaves it. */
static CacheEntry *
read_entry(bytea *bytes, const ModelKey *key)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "plasticc model", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Workspace	  workspace = server_workspace(context);
	CacheEntry	 *entry = palloc0(sizeof(CacheEntry));
	const char	 *reason = NULL;
	Model		 *model;

	model = model_read((const unsigned char *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes),
					   &workspace, &reason);
	if (model)
		reason = text_failure(model);
	if (reason)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid plasticc model"), errdetail("Reason: %s.", reason),
						errhint("Pass the result of plasticc_model(name), or the column model of "
								"plasticc_models.")));
	entry->cached.model = model;
	entry->cached.block = new_classify_block(model, 1);
	entry->cached.size = VARSIZE_ANY_EXHDR(bytes);
	entry->context = context;
	entry->key = *key;
	memcpy(entry->start, VARDATA_ANY(bytes), PREAMBLE_BYTES);
	if (key->toasted)
		entry->snapshot = current_snapshot_key();
	else
	{
		entry->bytes = palloc(VARSIZE_ANY(bytes));
		memcpy(entry->bytes, bytes, VARSIZE_ANY(bytes));
	}
	MemoryContextSwitchTo(caller);
	entry->memory = MemoryContextMemAllocated(context, true);
	return entry;
}

/* Makes an entry one that is not found any more. */
static void
unlist_entry(CacheEntry *entry)
{
	hash_search(cache_slots, &entry->key, HASH_REMOVE, NULL);
	dlist_delete(&entry->by_use);
	cache_memory -= entry->memory;
	entry->listed = false;
	if (entry->n_pins == 0)
		MemoryContextDelete(entry->context);
}

/* Lists a new entry, in place of one with the same key. */
static void
list_entry(CacheEntry *entry)
{
	CacheSlot *slot;
	bool	   found;

	if (cache_slots == NULL)
	{
		HASHCTL control = {.keysize = sizeof(ModelKey), .entrysize = sizeof(CacheSlot)};

		if (cache_context == NULL)
			cache_context =
				AllocSetContextCreate(TopMemoryContext, "plasticc models", ALLOCSET_SMALL_SIZES);
		control.hcxt = cache_context;
		cache_slots =
			hash_create("plasticc models", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	slot = hash_search(cache_slots, &entry->key, HASH_FIND, NULL);
	if (slot != NULL)
		unlist_entry(slot->entry);
	slot = hash_search(cache_slots, &entry->key, HASH_ENTER, &found);
	slot->entry = entry;
	MemoryContextSetParent(entry->context, cache_context);
	dlist_push_head(&cache_by_use, &entry->by_use);
	cache_memory += entry->memory;
	entry->listed = true;
}

/* Removes the entries not used for longest, but for pinned ones, until the rest fits. */
static void
trim_cache(void)
{
	dlist_iter	iter;
	CacheEntry *oldest;

	while (cache_memory > (Size) model_cache_size * 1024)
	{
		oldest = NULL;
		dlist_reverse_foreach(iter, &cache_by_use)
		{
			oldest = dlist_container(CacheEntry, by_use, iter.cur);
			if (oldest->n_pins == 0)
				break;
			oldest = NULL;
		}
		if (oldest == NULL)
			return;
		unlist_entry(oldest);
	}
}

static CacheEntry *
find_entry(const ModelKey *key)
{
	CacheSlot *slot = cache_slots ? hash_search(cache_slots, key, HASH_FIND, NULL) : NULL;

	return slot ? slot->entry : NULL;
}

/* ------------------------------------------------------------------------
 * Recognising models
 * ------------------------------------------------------------------------
 */

/* Does the toast pointer still stand for the same model? */
static bool
is_unchanged(CacheEntry *entry, Datum datum)
{
	SnapshotKey snapshot = current_snapshot_key();
	bytea	   *start;
	bool		same;

	if (same_snapshot(entry->snapshot, snapshot))
		return true;
	start = DatumGetByteaPSlice(datum, 0, PREAMBLE_BYTES);
	same = VARSIZE_ANY_EXHDR(start) == PREAMBLE_BYTES &&
		   memcmp(VARDATA_ANY(start), entry->start, PREAMBLE_BYTES) == 0;
	pfree(start);
	if (same)
		entry->snapshot = snapshot;
	return same;
}

static CacheEntry *
toasted_entry(Datum datum)
{
	ModelKey	key = {.toasted = true};
	CacheEntry *entry;
	bytea	   *bytes;

	memcpy(key.bytes, VARDATA_EXTERNAL(DatumGetPointer(datum)), sizeof(struct varatt_external));
	entry = find_entry(&key);
	if (entry != NULL && is_unchanged(entry, datum))
		return entry;
	bytes = DatumGetByteaPP(datum);
	entry = read_entry(bytes, &key);
	pfree(bytes);
	list_entry(entry);
	return entry;
}

static CacheEntry *
inline_entry(Datum datum)
{
	ModelKey	key = {.toasted = false};
	bytea	   *bytes = DatumGetByteaPP(datum);
	CacheEntry *entry;

	memcpy(key.bytes, VARDATA_ANY(bytes), Min(VARSIZE_ANY_EXHDR(bytes), PREAMBLE_BYTES));
	entry = find_entry(&key);
	if (entry != NULL && same_bytes(entry->bytes, bytes))
		return entry;
	entry = read_entry(bytes, &key);
	list_entry(entry);
	return entry;
}

/* ------------------------------------------------------------------------
 * Call sites
 * ------------------------------------------------------------------------
 */

static void
unpin_entry(CacheEntry *entry)
{
	if (--entry->n_pins == 0 && !entry->listed)
		MemoryContextDelete(entry->context);
}

/* The call site ends, also by an error. */
static void
end_call_site(void *argument)
{
	CallSite *site = argument;

	if (site->entry != NULL)
		unpin_entry(site->entry);
	trim_cache();
}

static CallSite *
get_call_site(FmgrInfo *flinfo)
{
	CallSite *site = flinfo->fn_extra;

	if (site == NULL)
	{
		site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CallSite));
		site->unpin.func = end_call_site;
		site->unpin.arg = site;
		MemoryContextRegisterResetCallback(flinfo->fn_mcxt, &site->unpin);
		flinfo->fn_extra = site;
	}
	return site;
}

/* The call site uses the model of the datum from now on. */
static void
use_model(CallSite *site, Datum datum)
{
	CacheEntry *entry = VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum)) ? toasted_entry(datum)
																		  : inline_entry(datum);

	if (entry == site->entry)
		return;
	entry->n_pins++;
	if (site->entry != NULL)
		unpin_entry(site->entry);
	site->entry = entry;
	dlist_move_head(&cache_by_use, &entry->by_use);
	trim_cache();
}

CachedModel *
cached_model(FmgrInfo *flinfo, Datum datum)
{
	CallSite *site = get_call_site(flinfo);

	use_model(site, datum);
	site->entry->cached.block->name = NULL;
	return &site->entry->cached;
}

/* Names the model in an error of reading it. */
static void
name_in_error(void *name)
{
	errcontext("reading model \"%s\"", text_to_cstring(name));
}

static void
use_named_model(FmgrInfo *flinfo, CallSite *site, text *name)
{
	Datum				 model = fetch_model(flinfo, name, NULL).bytes;
	ErrorContextCallback context = {error_context_stack, name_in_error, name};

	error_context_stack = &context;
	use_model(site, model);
	error_context_stack = context.previous;
}

CachedModel *
cached_model_by_name(FmgrInfo *flinfo, text *name)
{
	CallSite   *site = get_call_site(flinfo);
	SnapshotKey snapshot = current_snapshot_key();

	if (site->name == NULL || !same_snapshot(site->snapshot, snapshot) ||
		!same_bytes(site->name, name))
	{
		if (site->name != NULL)
			pfree(site->name);
		site->name = NULL; /* also after an error */
		use_named_model(flinfo, site, name);
		site->name = MemoryContextAlloc(flinfo->fn_mcxt, VARSIZE_ANY(name));
		memcpy(site->name, name, VARSIZE_ANY(name));
		site->snapshot = snapshot;
	}
	site->entry->cached.block->name = site->name;
	return &site->entry->cached;
}

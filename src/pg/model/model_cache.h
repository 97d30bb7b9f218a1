/*
 * model_cache.h
 *		Parsed models, kept from row to row of a query.
 */
#ifndef PLASTICC_PG_MODEL_MODEL_CACHE_H
#define PLASTICC_PG_MODEL_MODEL_CACHE_H

#include "fmgr.h"

#include "core/model/model.h"

typedef struct CachedModel
{
	Model			*model;
	ClassifyScratch *scratch;		/* for one row */
	float			*features;		/* [n_features], the caller's to fill */
	float			*probabilities; /* [n_classes], likewise */
	size_t			 size;			/* of the byte form */
} CachedModel;

/*
 * The model of a bytea datum, which may be toasted.  Parsed at most once while
 * it comes back among the last few models of this call site; the result is
 * valid until the next call.
 */
extern CachedModel *cached_model(FmgrInfo *flinfo, Datum datum);

/* The newest model of that name, which must exist. */
extern CachedModel *cached_model_by_name(FmgrInfo *flinfo, text *name);

/*
 * The model column of plasticc_models for that name: the newest version, or
 * the one given.  A copy in the current memory context, still toasted; an
 * error when there is none.  flinfo is that of a function of the extension.
 */
extern Datum fetch_model(FmgrInfo *flinfo, text *name, const int32 *version);

/*
 * What the current snapshot sees.  Two of one transaction that are equal see
 * the same rows: any transaction that ends in between changes xmax or xcnt,
 * any change of one's own the command id.
 */
typedef struct SnapshotKey
{
	TransactionId xmin;
	TransactionId xmax;
	uint32		  xcnt;
	CommandId	  curcid;
} SnapshotKey;

extern SnapshotKey current_snapshot_key(void);
extern bool		   same_snapshot(SnapshotKey a, SnapshotKey b);

/* The qualified, quoted name of one of the extension's tables. */
extern char *extension_table(FmgrInfo *flinfo, const char *table);

#endif /* PLASTICC_PG_MODEL_MODEL_CACHE_H */

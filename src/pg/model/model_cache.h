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

#endif /* PLASTICC_PG_MODEL_MODEL_CACHE_H */

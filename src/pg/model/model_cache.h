/*
 * model_cache.h
 *		Parsed models, kept across the rows of a query.
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
 * The model of a bytea datum, which may be toasted.  It is not parsed again while
 * it is among the last few models of this call site.  The result is valid until
 * the next call.
 */
extern CachedModel *cached_model(FmgrInfo *flinfo, Datum datum);

/* The newest model of that name, which must exist. */
extern CachedModel *cached_model_by_name(FmgrInfo *flinfo, text *name);

#endif /* PLASTICC_PG_MODEL_MODEL_CACHE_H */

/*
 * model_cache.h
 *		Parsed models, kept by the session.
 */
#ifndef PLASTICC_PG_MODEL_MODEL_CACHE_H
#define PLASTICC_PG_MODEL_MODEL_CACHE_H

#include "fmgr.h"

#include "pg/model/classify_block.h"

typedef struct CachedModel
{
	Model		  *model;
	ClassifyBlock *block; /* for one object, the caller's to use */
	size_t		   size;  /* of the stored form, bytes */
} CachedModel;

/*
 * The model of a bytea datum, which may be toasted.  The result is valid until this call
 * site (one function call in one query) asks for another model, or ends.
 */
extern CachedModel *cached_model(FmgrInfo *flinfo, Datum datum);

/* The newest model of that name, which must exist; likewise. */
extern CachedModel *cached_model_by_name(FmgrInfo *flinfo, text *name);

#endif /* PLASTICC_PG_MODEL_MODEL_CACHE_H */

/*
 * model_lookup.h
 *		Stored models by name and version.
 */
#ifndef PLASTICC_PG_MODEL_MODEL_LOOKUP_H
#define PLASTICC_PG_MODEL_MODEL_LOOKUP_H

#include "fmgr.h"

/* A row of plasticc_models. */
typedef struct StoredModel
{
	Datum bytes; /* the column model, still toasted */
	text *name;
	int32 version;
} StoredModel;

/*
 * The given version of a model, or with version NULL the newest; or the version that
 * an alias of that name stands for.  Copies in the current memory context; an error where
 * there is none.  flinfo is any function of the extension.
 */
extern StoredModel fetch_model(FmgrInfo *flinfo, text *name, const int32 *version);

/*
 * What the current user sees under the current snapshot.  Two snapshots of a session with
 * equal keys see the same rows: a transaction that ends in between changes xmax or one of
 * the counts (on a standby the second one), a change by the transaction itself changes the
 * command id.
 */
typedef struct SnapshotKey
{
	TransactionId xmin;
	TransactionId xmax;
	uint32		  xcnt;
	int32		  subxcnt;
	CommandId	  curcid;
	Oid			  user;
} SnapshotKey;

extern SnapshotKey current_snapshot_key(void);
extern bool		   same_snapshot(SnapshotKey a, SnapshotKey b);

/* Have two varlenas the same bytes?  Their headers may differ. */
extern bool same_bytes(const struct varlena *a, const struct varlena *b);

#endif /* PLASTICC_PG_MODEL_MODEL_LOOKUP_H */

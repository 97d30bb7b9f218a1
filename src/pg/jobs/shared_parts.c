/*
 * shared_parts.c
 *		Segments of dynamic shared memory, in parts that are found by a key.
 */
#include "pg/module/plasticc.h"

#include "miscadmin.h"
#include "utils/resowner.h"

#include "pg/jobs/shared_parts.h"

static void
release_owner(ResourceOwner owner)
{
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_BEFORE_LOCKS, false, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_LOCKS, false, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_AFTER_LOCKS, false, false);
	ResourceOwnerDelete(owner);
}

/*
 * An owner of its own, so that a failure leaves nothing of the segment to the
 * transaction, and neither does success.
 */
dsm_segment *
create_segment(Size size, const char *what)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner callers_owner = CurrentResourceOwner;
	ResourceOwner owner = ResourceOwnerCreate(callers_owner, "plasticc segment");
	dsm_segment *volatile segment = NULL;

	CurrentResourceOwner = owner;
	PG_TRY();
	{
		segment = dsm_create(size, 0);
		dsm_pin_mapping(segment);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		ereport(WARNING, (errcode(error->sqlerrcode),
						  errmsg("could not start any %s: %s", what, error->message),
						  errhint("The session does all of the work.  Workers need %zu bytes of "
								  "dynamic shared memory.",
								  size)));
		FreeErrorData(error);
	}
	PG_END_TRY();
	CurrentResourceOwner = callers_owner;
	release_owner(owner);
	if (segment == NULL)
		CHECK_FOR_INTERRUPTS(); /* which may have been the reason */
	return segment;
}

Size
parts_size(const SharedPart *parts, int n_parts)
{
	shm_toc_estimator estimator;

	shm_toc_initialize_estimator(&estimator);
	for (int i = 0; i < n_parts; i++)
		if (parts[i].size > 0)
		{
			shm_toc_estimate_chunk(&estimator, parts[i].size);
			shm_toc_estimate_keys(&estimator, 1);
		}
	return shm_toc_estimate(&estimator);
}

shm_toc *
write_parts(dsm_segment *segment, uint64 magic, const SharedPart *parts, int n_parts)
{
	shm_toc *toc = shm_toc_create(magic, dsm_segment_address(segment), parts_size(parts, n_parts));

	for (int i = 0; i < n_parts; i++)
	{
		void *place;

		if (parts[i].size == 0)
			continue;
		place = shm_toc_allocate(toc, parts[i].size);
		if (parts[i].source)
			memcpy(place, parts[i].source, parts[i].size);
		else if (!parts[i].unset)
			memset(place, 0, parts[i].size);
		shm_toc_insert(toc, parts[i].key, place);
	}
	return toc;
}

void *
local_part(const SharedPart *part, MemoryContext context)
{
	if (part->size == 0)
		return NULL;
	if (part->source)
		return unconstify(void *, part->source);
	return MemoryContextAllocExtended(context, part->size,
									  MCXT_ALLOC_HUGE | (part->unset ? 0 : MCXT_ALLOC_ZERO));
}

/*
 * shared_parts.c
 *		Segments of dynamic shared memory, in parts that are found by a key.
 */
#include "pg/module/plasticc.h"

#include "utils/resowner.h"

#include "pg/jobs/shared_parts.h"

dsm_segment *
create_segment(Size size, const char *what)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	dsm_segment *volatile segment = NULL;

	CurrentResourceOwner = NULL;
	PG_TRY();
	{
		segment = dsm_create(size, 0);
	}
	PG_CATCH();
	{
		ErrorData *error;

		CurrentResourceOwner = owner;
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INSUFFICIENT_RESOURCES)
			PG_RE_THROW();
		FlushErrorState();
		ereport(WARNING, (errcode(error->sqlerrcode),
						  errmsg("could not start any %s: %s", what, error->message),
						  errhint("The session does all of the work.  Workers need %zu bytes of "
								  "dynamic shared memory.",
								  size)));
		FreeErrorData(error);
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
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
		else
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
	return MemoryContextAllocExtended(context, part->size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

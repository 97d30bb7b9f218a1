/*
 * subtransaction.c
 *		Something that may fail without the transaction failing.
 */
#include "pg/module/plasticc.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/jobs/subtransaction.h"
#include "pg/util/error_data.h"

ErrorData *
try_in_subtransaction(void (*function)(const void *), const void *argument,
					  bool (*expected)(int sqlerrcode))
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext context =
		AllocSetContextCreate(caller, "plasticc subtransaction", ALLOCSET_DEFAULT_SIZES);
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		function(argument);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	MemoryContextDelete(context);
	if (error && !expected(error->sqlerrcode))
		raise_again(error);
	return error;
}

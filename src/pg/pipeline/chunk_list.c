/*
 * chunk_list.c
 *		The objects of a run in chunks, each as the array {first, last} of its
 *		objects.
 */
#include "pg/module/plasticc.h"

#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "pg/pipeline/chunk_list.h"

#define FIRST_CHUNKS 64
#define FIRST_BYTES 4096

ChunkList *
new_chunk_list(Oid type, int chunk_objects)
{
	ChunkList *list = palloc0(sizeof(ChunkList));

	list->type = type;
	get_typlenbyvalalign(type, &list->length, &list->by_value, &list->align);
	list->chunk_objects = chunk_objects;
	list->max_chunks = FIRST_CHUNKS;
	list->starts = palloc(sizeof(Size) * list->max_chunks);
	list->capacity = FIRST_BYTES;
	list->bytes = palloc0(list->capacity);
	return list;
}

/* Room for another chunk of so many bytes. */
static void
make_room(ChunkList *list, Size size)
{
	if (list->n == list->max_chunks)
	{
		list->max_chunks *= 2;
		list->starts = repalloc_huge(list->starts, sizeof(Size) * list->max_chunks);
	}
	while (list->size + size > list->capacity)
	{
		list->capacity *= 2;
		list->bytes = repalloc_huge(list->bytes, list->capacity);
	}
}

static void
free_bound(const ChunkList *list, Datum bound)
{
	if (!list->by_value)
		pfree(DatumGetPointer(bound));
}

void
end_chunks(ChunkList *list)
{
	ArrayType *array;
	Size	   size;

	if (list->n_objects == 0)
		return;
	array = construct_array(list->bounds, 2, list->type, list->length, list->by_value, list->align);
	size = MAXALIGN(VARSIZE(array));
	make_room(list, size);
	list->starts[list->n++] = list->size;
	memcpy(list->bytes + list->size, array, VARSIZE(array));
	list->size += size;
	pfree(array);
	free_bound(list, list->bounds[0]);
	free_bound(list, list->bounds[1]);
	list->n_objects = 0;
}

void
add_to_chunks(ChunkList *list, Datum object_id)
{
	if (list->n_objects == 0)
		list->bounds[0] = datumCopy(object_id, list->by_value, list->length);
	else
		free_bound(list, list->bounds[1]);
	list->bounds[1] = datumCopy(object_id, list->by_value, list->length);
	if (++list->n_objects == list->chunk_objects)
		end_chunks(list);
}

/*
 * chunk_list.h
 *		The objects of a run in chunks, each as the array {first, last} of its
 *		objects: bytes that processes can share.
 */
#ifndef PLASTICC_PG_PIPELINE_CHUNK_LIST_H
#define PLASTICC_PG_PIPELINE_CHUNK_LIST_H

#include "utils/array.h"

typedef struct ChunkList
{
	int	  n;	  /* chunks */
	Size *starts; /* [n], in bytes, of their arrays */
	char *bytes;
	Size  size; /* of bytes */

	/* private to chunk_list.c */
	Oid	  type;
	int16 length;
	bool  by_value;
	char  align;
	int	  chunk_objects;
	int	  n_objects;  /* of the chunk that is being added to */
	Datum bounds[2];  /* likewise */
	Size  capacity;	  /* of bytes */
	int	  max_chunks; /* of starts */
} ChunkList;

/* Lists objects of the type; what is added is kept in the current memory context. */
extern ChunkList *new_chunk_list(Oid type, int chunk_objects);
extern void		  add_to_chunks(ChunkList *list, Datum object_id);
extern void		  end_chunks(ChunkList *list);

#endif /* PLASTICC_PG_PIPELINE_CHUNK_LIST_H */

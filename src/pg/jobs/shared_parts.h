/*
 * shared_parts.h
 *		Segments of dynamic shared memory, in parts that are found by a key.
 */
#ifndef PLASTICC_PG_JOBS_SHARED_PARTS_H
#define PLASTICC_PG_JOBS_SHARED_PARTS_H

#include "storage/dsm.h"
#include "storage/shm_toc.h"

typedef struct SharedPart
{
	int			key;	/* from 0 */
	const void *source; /* copied; NULL for zeros */
	Size		size;	/* 0 for a part that there is not */
	bool		unset;	/* without a source: not even zeros, but written before it is read */
} SharedPart;

/* Bytes of a segment with these parts. */
extern Size parts_size(const SharedPart *parts, int n_parts);

/*
 * A segment that no transaction owns; NULL, after a warning, where there is none
 * to be had, whatever the reason: containers often have 64 MB of shared memory.
 * what is who needs it: "training worker".
 */
extern dsm_segment *create_segment(Size size, const char *what);

/* Writes the parts to the segment; returns their table of contents. */
extern shm_toc *write_parts(dsm_segment *segment, uint64 magic, const SharedPart *parts,
							int n_parts);

/* A part where there is no segment: its source, or memory of the context; NULL without bytes. */
extern void *local_part(const SharedPart *part, MemoryContext context);

#endif /* PLASTICC_PG_JOBS_SHARED_PARTS_H */

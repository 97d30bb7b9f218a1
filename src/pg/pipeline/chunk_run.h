/*
 * chunk_run.h
 *		Does the objects of a chunk, in whatever process.
 */
#ifndef PLASTICC_PG_PIPELINE_CHUNK_RUN_H
#define PLASTICC_PG_PIPELINE_CHUNK_RUN_H

#include "pg/pipeline/pipeline_run.h"

/* chunk is the array {first, last} of its objects; report is filled but for its number. */
extern void do_chunk(const PipelineKind *kind, PipelineJob *job, Datum chunk, ChunkReport *report);

/* Is an error the fault of data: of a value, or of too many? */
extern bool is_fault_of_data(int sqlerrcode);

/* The reports of a run: sums, and the texts of the first chunks that have some. */
typedef struct RunTotal
{
	ChunkReport sum;
	int			skipped_from; /* number of the chunk */
	int			rejected_from;
	int			bands_from;
} RunTotal;

extern void add_report(RunTotal *total, const ChunkReport *report);

#endif /* PLASTICC_PG_PIPELINE_CHUNK_RUN_H */

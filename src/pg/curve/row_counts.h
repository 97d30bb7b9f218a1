/*
 * row_counts.h
 *		How many rows the light-curve aggregates of this process have taken since it
 *		began, and how many they and plasticc_clip have rejected and why: counters to be
 *		read before and after a statement, like the server's own of buffers.
 */
#ifndef PLASTICC_PG_CURVE_ROW_COUNTS_H
#define PLASTICC_PG_CURVE_ROW_COUNTS_H

#include "core/curve/observations.h"

/* Why a row is rejected: its fault, the column that is NULL, or others. */
enum
{
	MJD_MISSING = PASSBAND_OUT_OF_RANGE + 1,
	FLUX_MISSING,
	FLUX_ERR_MISSING,
	PASSBAND_MISSING,
	WILD_POINT, /* of a light curve that was clipped */
	N_ROW_FAULTS
};

typedef struct RowCounts
{
	uint64 rows;
	uint64 rejected[N_ROW_FAULTS]; /* of them */
} RowCounts;

extern RowCounts row_counts;

#endif /* PLASTICC_PG_CURVE_ROW_COUNTS_H */

/*
 * evaluate.h
 *		The figures of scores as rows.
 */
#ifndef PLASTICC_PG_SCORE_EVALUATE_H
#define PLASTICC_PG_SCORE_EVALUATE_H

#include "pg/score/scores_type.h"
#include "pg/util/result_rows.h"

/*
 * Adds a row of all classes and one of each class, in the columns of plasticc_evaluate; grouped
 * are those of the form that has a subset as first column, which may be NULL.
 */
extern void add_figure_rows(ReturnSetInfo *result, Scores *scores, bool grouped,
							const char *subset);

#endif /* PLASTICC_PG_SCORE_EVALUATE_H */

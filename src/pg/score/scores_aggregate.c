/*
 * scores_aggregate.c
 *		The aggregate plasticc_scores.
 */
#include "pg/module/plasticc.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/base/limits.h"
#include "pg/score/score_state.h"
#include "pg/score/scores_type.h"
#include "pg/util/args.h"

PG_FUNCTION_INFO_V1(plasticc_scores_accum);
PG_FUNCTION_INFO_V1(plasticc_scores_combine);

static void *
scores_of_none(const ScoredObject *object)
{
	const char **names = palloc(sizeof(char *) * object->n);

	if (object->classes != NULL)
		return new_scores(object->n, object->classes, NULL);
	for (int i = 0; i < object->n; i++)
	{
		char *name = text_to_cstring(object->names[i]);

		names[i] = pg_server_to_any(name, strlen(name), PG_UTF8);
		if (strlen(names[i]) > MODEL_MAX_CLASS_NAME_BYTES)
			ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
							errmsg("class \"%s\" is longer than %d bytes",
								   quoted_text(object->names[i]), MODEL_MAX_CLASS_NAME_BYTES)));
	}
	return new_scores(object->n, NULL, names);
}

/*
 * plasticc_scores_accum(state, target, probabilities, classes [, weight])
 */
Datum
plasticc_scores_accum(PG_FUNCTION_ARGS)
{
	bool		 weighted = PG_NARGS() > 4;
	ScoredObject object;
	Scores		*scores;

	if ((weighted && PG_ARGISNULL(4)) || !get_scored_object(fcinfo, &object))
		return state_unchanged(fcinfo);
	scores = state_for_object(fcinfo, &object, scores_of_none);
	if (scores->n != object.n || (scores->names_size > 0) != (object.names != NULL))
		state_mismatch("classes");
	for (int i = 0; i < object.n; i++)
		if (scores->keys[i] != class_key(&object, i))
			state_mismatch("classes");
	PG_RETURN_POINTER(add_to_scores(scores, object.probabilities, object.target,
									weighted ? PG_GETARG_FLOAT8(4) : 1.0));
}

/*
 * plasticc_scores_combine(state, state)
 */
Datum
plasticc_scores_combine(PG_FUNCTION_ARGS)
{
	Scores *scores = datum_scores(PointerGetDatum(state_argument(fcinfo)));
	Scores *added = PG_GETARG_SCORES(1);

	if (scores->n != added->n || scores->names_size != added->names_size ||
		memcmp(scores->keys, added->keys, sizeof(int64) * scores->n) != 0)
		state_mismatch("classes");
	PG_RETURN_POINTER(merge_scores(scores, added));
}

/*
 * model_classes.c
 *		plasticc_classes, plasticc_class_names, plasticc_class_catalog: the classes of a
 *		model and those of the challenge.
 */
#include "pg/module/plasticc.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/model/challenge_classes.h"
#include "pg/model/model_cache.h"
#include "pg/model/model_classes.h"
#include "pg/util/arrays.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_classes);
PG_FUNCTION_INFO_V1(plasticc_class_names);
PG_FUNCTION_INFO_V1(plasticc_class_catalog);

char *
server_text(const char *utf8)
{
	return pg_any_to_server(utf8, strlen(utf8), PG_UTF8);
}

char *
model_class_name(const Model *model, int c)
{
	return model->class_names ? server_text(model->class_names[c])
							  : psprintf("%d", model->classes[c]);
}

double
model_class_weight(const Model *model, int c)
{
	return model->class_names ? challenge_label_weight(model->class_names[c])
							  : challenge_weight(model->classes[c]);
}

/* plasticc_classes(model): in the order of the probabilities */
Datum
plasticc_classes(PG_FUNCTION_ARGS)
{
	const Model *model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;

	PG_RETURN_ARRAYTYPE_P(integer_array(model->classes, model->n_classes));
}

/* plasticc_class_names(model): likewise */
Datum
plasticc_class_names(PG_FUNCTION_ARGS)
{
	const Model *model = cached_model(fcinfo->flinfo, PG_GETARG_DATUM(0))->model;
	const char **names = palloc(sizeof(char *) * model->n_classes);

	for (int c = 0; c < model->n_classes; c++)
		names[c] = model_class_name(model, c);
	PG_RETURN_ARRAYTYPE_P(text_array(names, model->n_classes));
}

/* plasticc_class_catalog(): class, name, galactic (NULL: both kinds), weight */
Datum
plasticc_class_catalog(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = 0; i < N_CHALLENGE_CLASSES; i++)
	{
		const ChallengeClass *class = &challenge_classes[i];
		Datum values[] = {Int32GetDatum(class->number), CStringGetTextDatum(class->name),
						  BoolGetDatum(class->place == CLASS_GALACTIC),
						  Float8GetDatum(class->weight)};
		bool  nulls[] = {false, false, class->place == CLASS_ANYWHERE, false};

		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

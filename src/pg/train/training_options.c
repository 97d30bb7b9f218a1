/*
 * training_options.c
 *		Training options between SQL and src/core.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"

#include "pg/jobs/json_options.h"
#include "pg/jobs/option_descriptions.h"
#include "pg/train/training_options.h"
#include "pg/util/json_text.h"
#include "pg/util/result_rows.h"

PG_FUNCTION_INFO_V1(plasticc_training_options);

/* Read twice: once for the preset, then for what is to stand on top of it. */
void
read_training_options(FunctionCallInfo fcinfo, int argument, TrainingOptions *options)
{
	OptionsConflict conflict;

	*options = *training_preset(0);
	read_options(fcinfo, argument, &training_options, options);
	*options = *training_preset(options->preset);
	read_options(fcinfo, argument, &training_options, options);
	if (!training_options_check(options, &conflict))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("training options contradict each other"),
						errdetail("%s.", conflict.message),
						conflict.hint ? errhint("%s", conflict.hint) : 0));
}

char *
training_options_text(const TrainingOptions *options)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (int i = 0; i < training_options.n_rows; i++)
	{
		const OptionRow *row = &training_options.rows[i];

		if (row->type == OPTION_NAMES ||
			(row->type == OPTION_TEXT && options->survey_query == NULL))
			continue;
		json_key(&text, row->name);
		appendStringInfoString(&text, option_json(row, options));
	}
	appendStringInfoChar(&text, '}');
	return text.data;
}

/*
 * plasticc_training_options(): name, type, range, values of the presets
 * default and reference, and description of every option.
 */
Datum
plasticc_training_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = begin_result(fcinfo);

	for (int i = 0; i < training_options.n_rows; i++)
	{
		const OptionRow *row = &training_options.rows[i];
		Datum			 values[] = {
					   CStringGetTextDatum(row->name),
					   CStringGetTextDatum(option_type(row)),
					   CStringGetTextDatum(option_range(row)),
					   CStringGetTextDatum(option_json(row, training_preset(0))),
					   CStringGetTextDatum(option_json(row, training_preset(1))),
					   CStringGetTextDatum(row->description),
		   };
		bool nulls[lengthof(values)] = {false};

		add_result_row(result, values, nulls);
	}
	return (Datum) 0;
}

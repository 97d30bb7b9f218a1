/*
 * scores_io.c
 *		Input and output of the type plasticc_scores.
 *
 * The binary form is that of core/score/scores_form.h; the text form is the same in hexadecimal
 * digits.
 */
#include "pg/module/plasticc.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/score/scores_form.h"
#include "pg/score/scores_type.h"

PG_FUNCTION_INFO_V1(plasticc_scores_in);
PG_FUNCTION_INFO_V1(plasticc_scores_out);
PG_FUNCTION_INFO_V1(plasticc_scores_recv);
PG_FUNCTION_INFO_V1(plasticc_scores_send);

static bool
names_are_valid(const ScoresForm *form)
{
	const char *name = form->names;

	for (int i = 0; form->names_size > 0 && i < form->n; i++)
	{
		int length = strlen(name);

		if (!pg_verify_mbstr(PG_UTF8, name, length, true))
			return false;
		name += length + 1;
	}
	return true;
}

/* The scores of a binary form; NULL where it is not one. */
static Scores *
read_scores(const char *bytes, int length)
{
	Workspace  workspace = server_workspace(CurrentMemoryContext);
	ScoresForm form;

	if (!read_scores_form(bytes, length, &workspace, &form) || !names_are_valid(&form))
		return NULL;
	return form_scores(&form);
}

/* The binary form, as a bytea. */
static bytea *
write_scores(const Scores *scores)
{
	ScoresForm form = scores_form(scores);
	Size	   length = write_scores_form(&form, NULL);
	bytea	  *bytes = palloc(VARHDRSZ + length);

	SET_VARSIZE(bytes, VARHDRSZ + length);
	write_scores_form(&form, VARDATA(bytes));
	return bytes;
}

static int
hex_digit(char digit)
{
	return digit >= '0' && digit <= '9'	  ? digit - '0'
		   : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
										  : -1;
}

Datum
plasticc_scores_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	int			size = strlen(text) / 2;
	char	   *bytes = palloc(size + 1);
	Scores	   *scores = NULL;
	int			i = 0;

	while (i < size && hex_digit(text[2 * i]) >= 0 && hex_digit(text[2 * i + 1]) >= 0)
	{
		bytes[i] = (char) (hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
		i++;
	}
	if (text[2 * i] == '\0')
		scores = read_scores(bytes, size);
	if (scores == NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "plasticc_scores"),
				 errhint("Values are made by the aggregate plasticc_scores.")));
	PG_RETURN_POINTER(scores);
}

Datum
plasticc_scores_out(PG_FUNCTION_ARGS)
{
	const bytea *bytes = write_scores(PG_GETARG_SCORES(0));
	Size		 size = VARSIZE(bytes) - VARHDRSZ;
	char		*text = palloc(size * 2 + 1);

	hex_encode(VARDATA(bytes), size, text);
	text[size * 2] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
plasticc_scores_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int		   size = message->len - message->cursor;
	Scores	  *scores = read_scores(pq_getmsgbytes(message, size), size);

	if (scores == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("invalid binary value of type %s", "plasticc_scores")));
	PG_RETURN_POINTER(scores);
}

Datum
plasticc_scores_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(write_scores(PG_GETARG_SCORES(0)));
}

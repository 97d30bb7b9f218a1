/*
 * args.c
 *		Arguments of functions that SQL calls, checked.
 */
#include "pg/module/plasticc.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "pg/util/args.h"

void
require_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
}

char *
text_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	char *value;

	require_argument(fcinfo, argument, name);
	value = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	if (value[strspn(value, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be empty", name)));
	return value;
}

char *
quoted_bytes(const char *bytes, int length)
{
	int n = pg_mbcliplen(bytes, length, QUOTED_BYTES);

	return psprintf("%.*s%s", n, bytes, n < length ? "..." : "");
}

char *
quoted_string(const char *string)
{
	return quoted_bytes(string, strlen(string));
}

char *
quoted_text(const text *value)
{
	return quoted_bytes(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

void
copy_text(char *place, Size size, const char *text)
{
	int length = pg_mbcliplen(text, strlen(text), size - 1);

	memset(place, 0, size);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): zeros follow */
	memcpy(place, text, length);
}

Oid
oid_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	require_argument(fcinfo, argument, name);
	return PG_GETARG_OID(argument);
}

/* Such an argument can also be left out, unlike others. */
static void
require_number(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name),
				 errhint("Omit the argument to use its default.")));
}

int32
integer_argument(FunctionCallInfo fcinfo, int argument, const char *name, int32 lowest,
				 int32 highest)
{
	int32 value;

	require_number(fcinfo, argument, name);
	value = PG_GETARG_INT32(argument);
	if (value < 0 && lowest == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s must not be negative", name)));
	if (value < lowest || value > highest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between %d and %d, not %d", name, lowest, highest, value)));
	return value;
}

static double
check_number(double value, const char *name, double lowest, double highest)
{
	if (!(value >= lowest && value <= highest))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between %g and %g, not %g", name, lowest, highest, value)));
	return value;
}

double
number_argument(FunctionCallInfo fcinfo, int argument, const char *name, double lowest,
				double highest)
{
	require_number(fcinfo, argument, name);
	return check_number(PG_GETARG_FLOAT8(argument), name, lowest, highest);
}

double
number_argument_or(FunctionCallInfo fcinfo, int argument, const char *name, double by_default,
				   double lowest, double highest)
{
	return PG_ARGISNULL(argument) ? by_default
								  : check_number(PG_GETARG_FLOAT8(argument), name, lowest, highest);
}

double
number_or_nan(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NAN : PG_GETARG_FLOAT8(argument);
}

MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("aggregate function called in non-aggregate context"),
						errhint("Call the aggregate that this function belongs to.")));
	return context;
}

/*
 * photometry.c
 *		Conversion of other surveys' passbands and fluxes.
 */
#include "pg/module/plasticc.h"

#include "utils/builtins.h"

#include "core/curve/observations.h"
#include "pg/util/args.h"

PG_FUNCTION_INFO_V1(plasticc_passband);
PG_FUNCTION_INFO_V1(plasticc_flux_from_nanojansky);

Datum
plasticc_passband(PG_FUNCTION_ARGS)
{
	text *name = PG_GETARG_TEXT_PP(0);
	int	  passband = find_passband(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (passband < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unknown passband \"%s\"", quoted_text(name)),
						errhint("Passbands are \"u\", \"g\", \"r\", \"i\", \"z\" and \"y\".")));
	PG_RETURN_INT16(passband);
}

Datum
plasticc_flux_from_nanojansky(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(flux_from_nanojansky(PG_GETARG_FLOAT8(0)));
}

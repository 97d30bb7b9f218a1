/*
 * view_call.h
 *		A call of plasticc_create_views: its tables, and what "{name}"s in the
 *		definitions of views stand for.
 */
#ifndef PLASTICC_PG_VIEWS_VIEW_CALL_H
#define PLASTICC_PG_VIEWS_VIEW_CALL_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

#include "pg/pipeline/object_key.h"
#include "pg/pipeline/pipeline_options.h"
#include "pg/pipeline/pipeline_tables.h"

/* What a "{name}" of the definitions stands for. */
typedef struct Substitution
{
	const char *name;
	const char *value; /* SQL, with schemas and quotes */
} Substitution;

typedef struct ViewCall
{
	FmgrInfo		  *flinfo;
	CreateViewsOptions options;
	PipelineTable	   features;
	PipelineTable	   predictions;
	PipelineTable	   metadata;
	PipelineTable	   observations; /* InvalidOid: none */
	ObjectKey		   key;
	bool			   has_target;
	bool			   has_nights;

	Oid			  schema;
	const char	 *prefix;
	Substitution *substitutions;
	int			  n_substitutions;
	List		 *metadata_columns;	  /* of ViewColumn, expressions without "{" to substitute */
	List		 *prediction_columns; /* likewise, of the view of predictions */
} ViewCall;

/* An error unless the table is what plasticc_create_prediction_table makes, or the like. */
extern void check_predictions(const PipelineTable *predictions);

/* Adds what a "{name}" stands for; and all that the tables and options give. */
extern void substitute(ViewCall *call, const char *name, const char *value);
extern void substitute_tables(ViewCall *call);

/* Appends a text of the definitions, with values in place of its "{name}"s. */
extern void append_filled(StringInfo text, const ViewCall *call, const char *template);

#endif /* PLASTICC_PG_VIEWS_VIEW_CALL_H */

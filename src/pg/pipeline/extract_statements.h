/*
 * extract_statements.h
 *		The SQL of plasticc_extract.
 */
#ifndef PLASTICC_PG_PIPELINE_EXTRACT_STATEMENTS_H
#define PLASTICC_PG_PIPELINE_EXTRACT_STATEMENTS_H

#include "pg/pipeline/object_key.h"
#include "pg/pipeline/pipeline_options.h"
#include "pg/pipeline/row_values.h"

/* An extraction while its statements are written. */
typedef struct Extraction
{
	ExtractOptions options;
	const char	  *schema; /* the extension's, quoted */
	RowSource	   rows;
	PipelineTable  target;
	PipelineTable  metadata;
	bool		   stored_curves; /* observations has a light curve a row */
	bool		   keep_curves;
	ObjectKey	   key;
	KeyColumn	   target_id;
} Extraction;

/* A value of the enum plasticc_feature_set. */
extern char *feature_set_constant(const Extraction *extraction);

/* The statements find and all of a job, with range, and list and list_all of a plan, without. */
extern char *todo_query(const Extraction *extraction, bool range);
extern char *all_query(const Extraction *extraction, bool range);

/* The statements read and write. */
extern char *rejected_query(const Extraction *extraction);
extern char *write_statement(const Extraction *extraction);

/* For people: the objects whose rows are not those that were extracted; undone and undone_of_all.
 */
extern char *undone_query(const Extraction *extraction);
extern char *undone_of_all_query(const Extraction *extraction);

#endif /* PLASTICC_PG_PIPELINE_EXTRACT_STATEMENTS_H */

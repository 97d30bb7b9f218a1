/*
 * predict_statements.h
 *		The SQL of plasticc_predict.
 */
#ifndef PLASTICC_PG_PIPELINE_PREDICT_STATEMENTS_H
#define PLASTICC_PG_PIPELINE_PREDICT_STATEMENTS_H

#include "pg/model/known_days.h"
#include "pg/pipeline/object_key.h"
#include "pg/pipeline/pipeline_run.h"

/* A prediction while its statements are written. */
typedef struct Prediction
{
	PredictOptions options;
	const char	  *schema; /* the extension's, quoted */
	PipelineTable  features;
	PipelineTable  target;
	bool		   history;
	const char	  *conflict; /* columns of the target's key */
	ObjectKey	   key;
	KeyColumn	   id;			 /* of the features */
	KeyColumn	   target_id;	 /* of the target */
	const char	  *column;		 /* quoted name of the features */
	bool		   is_double;	 /* they are double precision */
	char		  *extracted_at; /* expression on a row f */
} Prediction;

/* The statement find of a job, with range, and list of a plan, without. */
extern char *unclassified_query(const Prediction *prediction, const PipelineJob *job, bool range);

/* The statements read and write. */
extern char *stored_features_query(const Prediction *prediction);
extern char *insert_statement(const Prediction *prediction);

/* The statements count, NULL for the early counter of a model that has none, and classify. */
extern char *count_query(const Prediction *prediction, const PipelineJob *job,
						 const EarlyCounter *early);
extern char *classify_statement(const Prediction *prediction, const PipelineJob *job);

#endif /* PLASTICC_PG_PIPELINE_PREDICT_STATEMENTS_H */

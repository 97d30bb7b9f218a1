/*
 * view_definitions.h
 *		What plasticc_create_views creates: names, columns and statements.
 */
#ifndef PLASTICC_PG_VIEWS_VIEW_DEFINITIONS_H
#define PLASTICC_PG_VIEWS_VIEW_DEFINITIONS_H

/*
 * Expressions and sources are SQL in which "{name}" stands for a table, a view, a
 * column or an expression that the call decides on (create_views.c has the list), and
 * which names of pg_catalog alone need no schema.
 */
typedef struct ViewColumn
{
	const char *name;
	const char *expression;
	const char *comment;
} ViewColumn;

/* What a view needs; it is left out where the call does not have it. */
typedef enum ViewNeed
{
	NEEDS_NOTHING,
	NEEDS_TARGET,		  /* true classes among the metadata */
	NEEDS_NIGHTS,		  /* observations, or stored light curves */
	NEEDS_FEATURE_COLUMNS /* names of features */
} ViewNeed;

/* The columns that follow those of the table, which depend on the call. */
typedef enum ViewExtras
{
	NO_EXTRAS,
	METADATA_COLUMNS,	/* all of the metadata */
	PREDICTION_COLUMNS, /* all of the view of predictions */
	FEATURE_COLUMNS		/* the features that have been asked for */
} ViewExtras;

typedef struct ViewDefinition
{
	const char		 *name; /* after the prefix; also the substitution for it in later views */
	const char		 *comment;
	const ViewColumn *columns;
	int				  n_columns;
	const char		 *source; /* FROM and what follows */
	ViewNeed		  need;
	ViewExtras		  extras;
} ViewDefinition;

/* In the order in which they can be created. */
extern const ViewDefinition view_definitions[];
extern const int			n_view_definitions;

#endif /* PLASTICC_PG_VIEWS_VIEW_DEFINITIONS_H */

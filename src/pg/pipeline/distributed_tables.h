/*
 * distributed_tables.h
 *		Tables whose rows Citus has distributed over servers.
 */
#ifndef PLASTICC_PG_PIPELINE_DISTRIBUTED_TABLES_H
#define PLASTICC_PG_PIPELINE_DISTRIBUTED_TABLES_H

/*
 * Are both tables distributed by these columns so that an object's rows lie on one server,
 * and has every server a copy of the reference table?  False without Citus.  Connected to SPI.
 */
extern bool objects_lie_together(Oid left, const char *left_column, Oid right,
								 const char *right_column, Oid reference);

#endif /* PLASTICC_PG_PIPELINE_DISTRIBUTED_TABLES_H */

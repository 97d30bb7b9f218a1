/*
 * settings.h
 *		Settings of the extension, plasticc.NAME.
 */
#ifndef PLASTICC_PG_MODULE_SETTINGS_H
#define PLASTICC_PG_MODULE_SETTINGS_H

/* Memory for the models that a session keeps ready for use, kB. */
extern int model_cache_size;

/* Defines the settings; called when the module is loaded. */
extern void settings_init(void);

#endif /* PLASTICC_PG_MODULE_SETTINGS_H */

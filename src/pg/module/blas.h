/*
 * blas.h
 *		Set-up of the BLAS library in a backend.
 */
#ifndef PLASTICC_PG_MODULE_BLAS_H
#define PLASTICC_PG_MODULE_BLAS_H

/* Warns of a BLAS library that does not suit a server process; called when the module is loaded. */
extern void blas_init(void);

#endif /* PLASTICC_PG_MODULE_BLAS_H */

/*
 * blas.h
 *		How the BLAS library is loaded into a backend.
 */
#ifndef PLASTICC_PG_MODULE_BLAS_H
#define PLASTICC_PG_MODULE_BLAS_H

/* Checks, once a backend, that the BLAS library is fit for a server process. */
extern void blas_init(void);

#endif /* PLASTICC_PG_MODULE_BLAS_H */

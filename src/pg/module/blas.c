/*
 * blas.c
 *		How the BLAS library is loaded into a backend.
 *
 * Two things are seen to: that it runs no threads, which a backend cannot have,
 * and that it takes the right kernels.  OpenBLAS picks its kernels as soon as
 * it is loaded, by the processor's model; a processor newer than the library
 * gets the oldest ones, a fifth as fast.  The documented way out is to name a
 * kernel family in the environment, which must be done before the library's
 * own constructor: that works for the static library, which is part of this
 * module, and for no other.
 */
#include "pg/module/plasticc.h"

#include <stdlib.h>

#include "pg/module/blas.h"

#define CORETYPE "OPENBLAS_CORETYPE"

/* OpenBLAS's own interface; absent in other libraries. */
extern int	openblas_get_parallel(void) __attribute__((weak));
extern void openblas_set_num_threads(int num_threads) __attribute__((weak));

static bool coretype_set;

/* Static constructors of the same priority run in link order: ours come first. */
__attribute__((constructor(101))) static void
choose_kernels(void)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (getenv(CORETYPE) != NULL || !__builtin_cpu_supports("avx2") ||
		!__builtin_cpu_supports("fma"))
		return;
	coretype_set =
		setenv(CORETYPE,
			   __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
					   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
				   ? "SkylakeX"
				   : "Haswell",
			   0) == 0;
#endif
}

void
blas_init(void)
{
	/* child processes of the backend shall not inherit the choice */
	if (coretype_set)
		unsetenv(CORETYPE);

	if (openblas_get_parallel && openblas_get_parallel() != 0)
	{
		openblas_set_num_threads(1);
		ereport(WARNING, (errmsg("plasticc is linked with a multithreaded BLAS library"),
						  errdetail("Threads inside a server process are not safe."),
						  errhint("Build plasticc with the serial OpenBLAS, or set BLAS_LIBS to "
								  "another serial library.")));
	}
}

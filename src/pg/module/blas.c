/*
 * blas.c
 *		Set-up of the BLAS library in a backend: no threads, and fast kernels.
 *
 * A backend must not have threads.  Kernels are a matter of time: OpenBLAS
 * selects them by the model of the processor when it is loaded, and for a
 * processor newer than the library it selects the oldest ones, which are five
 * times slower.  The documented remedy is an environment variable that names a
 * kernel family.  It has to be set before the library's constructor runs, which
 * is possible only if the library is linked statically into this module.
 */
#include "pg/module/plasticc.h"

#include <stdlib.h>

#include "pg/module/blas.h"

#define CORETYPE "OPENBLAS_CORETYPE"

/* Functions of OpenBLAS; other libraries do not have them. */
extern int	openblas_get_parallel(void) __attribute__((weak));
extern void openblas_set_num_threads(int num_threads) __attribute__((weak));

static bool coretype_set;

/* Constructors of the same priority run in link order: this one comes first. */
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
	/* child processes must not inherit it */
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

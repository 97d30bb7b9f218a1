/*
 * simd.h
 *		Run-time dispatch of the hot loops.
 *
 * A DISPATCHED function is compiled for several instruction sets, and the
 * dynamic loader binds the best one that the processor has.  The build itself
 * stays portable within its architecture.  Sanitizers cannot run before the
 * loader has resolved such functions, so that their builds do without, and so
 * do builds by clang before 18: it has no such attribute (before 14) or gives
 * the functions a name that other files do not find (LLVM's #71706).
 * scripts/coverage.sh defines PLASTICC_NO_CLONES too: of the clones only one runs.
 */
#ifndef PLASTICC_CORE_BASE_SIMD_H
#define PLASTICC_CORE_BASE_SIMD_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define PLASTICC_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define PLASTICC_SANITIZED
#endif

#if defined(__clang__) && __clang_major__ < 18
#define PLASTICC_NO_CLONES
#endif

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) &&                             \
	!defined(PLASTICC_SANITIZED) && !defined(PLASTICC_NO_CLONES)
#define DISPATCHED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define DISPATCHED
#endif

/*
 * Of an array that is read in whole vectors of the widest units: those that
 * straddle two lines of the cache take twice as long.
 */
#define VECTOR_ALIGNED __attribute__((aligned(64)))

/* A loop that gcc leaves to its vectoriser, instead of unrolling it into scalar code before. */
#if defined(__clang__) || !defined(__GNUC__)
#define FOR_LANES(lane, lanes) for (int lane = 0; lane < (lanes); lane++)
#else
#define FOR_LANES(lane, lanes) _Pragma("GCC unroll 1") for (int lane = 0; lane < (lanes); lane++)
#endif

/* Into each clone of a dispatched function, whose instructions it then has. */
#define INLINED static inline __attribute__((always_inline))

/*
 * A function for processors that fetch a vector from as many addresses (gather).
 * Compilers leave these instructions alone unless they tune for a processor,
 * which target_clones cannot say; so the caller asks has_gather() and has
 * another function for those without.  clang before 12 tunes no single
 * function.
 */
#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__) && __clang_major__ < 12
#define WITH_GATHER __attribute__((target("avx2")))
#else
#define WITH_GATHER __attribute__((target("avx2,tune=haswell")))
#endif
#define has_gather() __builtin_cpu_supports("avx2")
#endif

#endif /* PLASTICC_CORE_BASE_SIMD_H */

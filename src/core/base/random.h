/*
 * random.h
 *		Reproducible random numbers: xoshiro256++ seeded through SplitMix64
 *		(Blackman and Vigna, "Scrambled linear pseudorandom number generators",
 *		ACM TOMS 47, 2021).
 *
 * The same seed and stream give the same sequence on every machine.  Streams
 * are independent sequences of one seed (an object of the survey, a layer of
 * the network), so that work can be split without changing its result.
 */
#ifndef PLASTICC_CORE_BASE_RANDOM_H
#define PLASTICC_CORE_BASE_RANDOM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Random
{
	uint64_t state[4];
	double	 spare_normal;
	bool	 has_spare;
} Random;

/*
 * As many generators side by side, for vector units; kernels.h draws from them.
 * Their sequences depend on the order of bytes in a word of the machine.
 */
#define RANDOM_LANES 8

typedef struct RandomLanes
{
	uint64_t state[4][RANDOM_LANES];
} RandomLanes;

/*
 * The streams of a training's seed.  Their numbers are part of what makes a
 * training reproducible: models trained before would come out otherwise.
 */
enum TrainingStream
{
	STREAM_WEIGHTS = 1,		   /* of a network, before training */
	STREAM_HOLDOUT = 2,		   /* rows held out for validation */
	STREAM_SHUFFLE = 3,		   /* order of rows in an epoch */
	STREAM_INPUT_NOISE = 4,	   /* noise added to inputs */
	STREAM_DROPOUT = 5,		   /* dropout of hidden layers */
	STREAM_INPUT_DROPOUT = 6,  /* dropout of inputs */
	STREAM_TREES = 7,		   /* rows, inputs and directions of boosted trees */
	STREAM_MEMBERS = 8,		   /* seeds of members; the member is added, times 2^32 */
	STREAM_FOLDS = 9,		   /* folds of a cross-validation */
	STREAM_PARTS = 10,		   /* parts of a cross-fitted calibration */
	STREAM_REFERENCE = 11,	   /* training objects that a model's reference is made of */
	STREAM_DOMAINS = 12,	   /* folds of a domain classifier */
	STREAM_TARGET_SAMPLE = 13, /* objects of the target sample that are kept */
	STREAM_BAGS = 16,		   /* and on: bags; the round is added, and the fold times 2^32 */
};

static inline uint64_t
splitmix64(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static inline void
random_seed(Random *random, uint64_t seed, uint64_t stream)
{
	uint64_t mix = seed;
	uint64_t state = splitmix64(&mix) ^ (stream * UINT64_C(0xD1342543DE82EF95));

	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix64(&state);
	random->has_spare = false;
	random->spare_normal = 0.0;
}

/*
 * The next bits of xoshiro256++ from state s[4], whose elements are uint64_t or a vector of it.
 */
#define XOSHIRO256PP_NEXT(type, s, bits)                                                           \
	do                                                                                             \
	{                                                                                              \
		type sum_ = (s)[0] + (s)[3];                                                               \
		type shifted_ = (s)[1] << 17;                                                              \
                                                                                                   \
		(bits) = ((sum_ << 23) | (sum_ >> 41)) + (s)[0];                                           \
		(s)[2] ^= (s)[0];                                                                          \
		(s)[3] ^= (s)[1];                                                                          \
		(s)[1] ^= (s)[2];                                                                          \
		(s)[0] ^= (s)[3];                                                                          \
		(s)[2] ^= shifted_;                                                                        \
		(s)[3] = ((s)[3] << 45) | ((s)[3] >> 19);                                                  \
	} while (0)

static inline uint64_t
random_bits(Random *random)
{
	uint64_t bits;

	XOSHIRO256PP_NEXT(uint64_t, random->state, bits);
	return bits;
}

static inline void
random_lanes_seed(RandomLanes *lanes, uint64_t seed, uint64_t stream)
{
	Random random;

	random_seed(&random, seed, stream);
	for (int i = 0; i < 4; i++)
		for (int lane = 0; lane < RANDOM_LANES; lane++)
			lanes->state[i][lane] = random_bits(&random);
}

/* Uniform in [0, 1), 53 bits. */
static inline double
random_uniform(Random *random)
{
	return (double) (random_bits(random) >> 11) * 0x1.0p-53;
}

/* Uniform integer in [0, bound), bound > 0; the bias is below bound / 2^64. */
static inline uint64_t
random_below(Random *random, uint32_t bound)
{
	uint64_t bits = random_bits(random);

	return ((bits >> 32) * bound + (((bits & UINT32_MAX) * bound) >> 32)) >> 32;
}

/* Shuffles n numbers (Fisher and Yates). */
static inline void
random_shuffle(Random *random, int n, int *numbers)
{
	for (int i = n - 1; i > 0; i--)
	{
		int j = (int) random_below(random, (uint32_t) i + 1);
		int swap = numbers[i];

		numbers[i] = numbers[j];
		numbers[j] = swap;
	}
}

/* Standard normal, by the polar method. */
static inline double
random_normal(Random *random)
{
	double u, v, square;

	if (random->has_spare)
	{
		random->has_spare = false;
		return random->spare_normal;
	}
	do
	{
		u = 2.0 * random_uniform(random) - 1.0;
		v = 2.0 * random_uniform(random) - 1.0;
		square = u * u + v * v;
	} while (square >= 1.0 || square == 0.0);
	square = sqrt(-2.0 * log(square) / square);
	random->spare_normal = v * square;
	random->has_spare = true;
	return u * square;
}

#endif /* PLASTICC_CORE_BASE_RANDOM_H */

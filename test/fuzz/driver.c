/*
 * driver.c
 *		Replacement for libFuzzer where it is not available: runs a fuzz target on
 *		deterministic mutations of its corpus.
 *
 * usage: fuzz_NAME RUNS SECONDS [CORPUS_FILE...]
 *
 * First, each file is used unchanged.  Each run, until one of the limits, then takes one of them
 *(or an empty input) and flips bits, overwrites numbers with extreme ones, inserts, removes,
 *repeats and truncates.  After a crash the input is in the file crash-input of the working
 *directory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/random.h"

#define MAX_INPUT 4096

typedef struct Input
{
	size_t	size;
	uint8_t bytes[MAX_INPUT];
} Input;

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Overwrites 1, 2, 4 or 8 bytes with a value at a boundary of some range. */
static void
put_extreme(Input *input, Random *random)
{
	static const uint64_t extremes[] = {0,
										1,
										UINT64_MAX,
										INT64_MAX,
										INT32_MAX,
										UINT32_MAX,
										UINT64_C(1) << 31,
										UINT64_C(1) << 63,
										UINT64_C(0x7ff8000000000000),
										UINT64_C(0x7ff0000000000000),
										UINT64_C(0x7f800000)};
	uint64_t value = extremes[random_below(random, sizeof(extremes) / sizeof(extremes[0]))];
	size_t	 width = (size_t) 1 << random_below(random, 4);

	if (input->size >= width)
		memcpy(input->bytes + random_below(random, input->size - width + 1), &value, width);
}

/* Inserts a copy of a part of the input at a random position. */
static void
repeat_piece(Input *input, Random *random)
{
	size_t	from = random_below(random, input->size);
	size_t	to = random_below(random, input->size + 1);
	size_t	length = 1 + random_below(random, input->size - from);
	uint8_t piece[MAX_INPUT];

	if (input->size + length > MAX_INPUT)
		length = MAX_INPUT - input->size;
	memcpy(piece, input->bytes + from, length);
	memmove(input->bytes + to + length, input->bytes + to, input->size - to);
	memcpy(input->bytes + to, piece, length);
	input->size += length;
}

static void
remove_piece(Input *input, Random *random)
{
	size_t from = random_below(random, input->size);
	size_t length = 1 + random_below(random, input->size - from);

	memmove(input->bytes + from, input->bytes + from + length, input->size - from - length);
	input->size -= length;
}

static void
mutate(Input *input, Random *random)
{
	if (input->size == 0)
	{
		input->size = random_below(random, 256);
		for (size_t i = 0; i < input->size; i++)
			input->bytes[i] = (uint8_t) random_bits(random);
		return;
	}
	switch (random_below(random, 6))
	{
		case 0:
			input->bytes[random_below(random, input->size)] ^=
				(uint8_t) (1u << random_below(random, 8));
			break;
		case 1:
			input->bytes[random_below(random, input->size)] = (uint8_t) random_bits(random);
			break;
		case 2:
			put_extreme(input, random);
			break;
		case 3:
			repeat_piece(input, random);
			break;
		case 4:
			remove_piece(input, random);
			break;
		default:
			input->size = random_below(random, input->size + 1);
			break;
	}
}

/* Passes a copy of exactly the right size, so that a sanitizer detects reads past its end. */
static void
feed(const Input *input)
{
	uint8_t *copy = malloc(input->size > 0 ? input->size : 1);
	FILE	*file = fopen("crash-input", "wb");

	if (copy == NULL || file == NULL)
		abort();
	memcpy(copy, input->bytes, input->size);
	fwrite(input->bytes, 1, input->size, file);
	fclose(file);
	LLVMFuzzerTestOneInput(copy, input->size);
	free(copy);
}

static Input
read_input(const char *name)
{
	Input input = {0};
	FILE *file = fopen(name, "rb");

	if (file == NULL)
	{
		perror(name);
		exit(2);
	}
	input.size = fread(input.bytes, 1, MAX_INPUT, file);
	fclose(file);
	return input;
}

int
main(int argc, char **argv)
{
	long   runs = argc > 1 ? atol(argv[1]) : 0;
	long   seconds = argc > 2 ? atol(argv[2]) : 0;
	int	   files = argc > 3 ? argc - 3 : 0;
	time_t end = time(NULL) + seconds;
	long   run;
	Random random;

	random_seed(&random, 1, 0);
	for (int i = 0; i < files; i++)
	{
		Input input = read_input(argv[3 + i]);

		feed(&input);
	}
	for (run = 0; run < runs && time(NULL) < end; run++)
	{
		Input input = {0};
		int	  mutations = 1 + (int) random_below(&random, 8);

		if (files > 0)
			input = read_input(argv[3 + random_below(&random, (uint64_t) files)]);
		for (int i = 0; i < mutations; i++)
			mutate(&input, &random);
		feed(&input);
	}
	remove("crash-input");
	printf("%ld runs, %d corpus files\n", run, files);
	return 0;
}

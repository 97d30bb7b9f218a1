# Builds the programs that need no server: unit tests (test/unit/test_*.c), fuzz targets
# (test/fuzz/fuzz_*.c) and measurements (bench/NAME/*.c), each linked with all of src/core.  That is
# a shared library, as in the server, because linking OpenBLAS takes seconds; STATIC=1 does without,
# for emulators that have no dynamic linker.
#
#	make -f test/programs.mk BUILD=dir [SANITIZE=address,undefined] [LIBFUZZER=1 CC=clang] unit fuzz
#	make -f test/programs.mk BUILD=dir OPTFLAGS=-O3 bench
#	make -f test/programs.mk BUILD=dir OPTFLAGS=-O0 COVERAGE=1 unit fuzz
#
# A fuzz target defines LLVMFuzzerTestOneInput.  LIBFUZZER=1 links it with libFuzzer; else
# test/fuzz/driver.c stands in, a fixed number of deterministic mutations.
BUILD ?= build
include blas.mk

# As in the extension, so that the numbers tested are the numbers delivered.
OPTFLAGS ?= -O2
CFLAGS = $(OPTFLAGS) -g -fPIC -std=gnu11 -ffp-contract=off -fno-math-errno -fno-trapping-math \
	-Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers $(CFLAGS_EXTRA)
CPPFLAGS = -Isrc -Itest/unit $(BLAS_CFLAGS)
ifdef SANITIZE
CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifdef COVERAGE
CFLAGS += --coverage -DPLASTICC_NO_CLONES
endif
ifdef LIBFUZZER
# Not fuzzer-no-link, which calls a function at each comparison: numerical code would do little else.
CFLAGS += -fsanitize-coverage=inline-8bit-counters,pc-table
FUZZ_LINK = -fsanitize=fuzzer
else
FUZZ_DRIVER = $(BUILD)/test/fuzz/driver.o
endif

# Tests need no speed, and at -O3 GCC 12 for aarch64 crashes on some of their loops.
$(BUILD)/test/%.o: override OPTFLAGS = -O1

HEADERS = $(wildcard src/core/*/*.h test/unit/*.h test/fuzz/*.h)
CORE = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard src/core/*/*.c)))
UNIT = $(patsubst test/unit/%.c,$(BUILD)/%,$(wildcard test/unit/test_*.c))
FUZZ = $(patsubst test/fuzz/%.c,$(BUILD)/%,$(wildcard test/fuzz/fuzz_*.c))
BENCH = $(patsubst %.c,$(BUILD)/%,$(wildcard bench/*/*.c))

.PHONY: unit fuzz bench
.SECONDARY:
unit: $(UNIT)
fuzz: $(FUZZ)
bench: $(BENCH)

$(BUILD)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

ifdef STATIC
LIBRARY = $(CORE)
LINK = $(CC) $(CFLAGS) -static -o $@ $^ $(BLAS_LIBS) -lm
else
LIBRARY = $(BUILD)/libplasticc_core.so
LINK = $(CC) $(CFLAGS) -o $@ $^ -Wl,-rpath,$(abspath $(BUILD)) -lm
$(LIBRARY): $(CORE)
	$(CC) $(CFLAGS) -shared -o $@ $^ $(BLAS_LIBS) -lm
endif

$(UNIT): $(BUILD)/%: $(BUILD)/test/unit/%.o $(LIBRARY)
	$(LINK)

$(BENCH): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	$(LINK)

$(FUZZ): $(BUILD)/%: $(BUILD)/test/fuzz/%.o $(FUZZ_DRIVER) $(LIBRARY)
	$(LINK) $(FUZZ_LINK)

# plasticc: light curves in, class probabilities out.  `make help` lists the targets.
EXTENSION = plasticc
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" plasticc.control)
MODULE_big = plasticc
PGFILEDESC = "plasticc - classification of light curves"
DATA = $(wildcard sql/plasticc--*.sql)
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/core/*.c)))
HEADER_FILES = $(wildcard src/*.h src/core/*.h)

# Serial OpenBLAS, bound so that no other build can take its place in the server: the threaded
# one starts threads inside the backend as soon as it is loaded.  The static library, where there
# is one, leaves nothing to the dynamic linker; else the run path names the serial build's folder.
# BLAS_LIBS=... (with BLAS_CFLAGS=...) takes any other library with a CBLAS interface.
BLAS_DIR ?= $(firstword $(wildcard /usr/lib/*/openblas-serial /usr/lib64/openblas-serial /usr/lib/openblas-serial))
BLAS_CFLAGS ?= $(addprefix -I,$(firstword $(wildcard /usr/include/*/openblas-serial /usr/include/openblas)))
ifneq ($(wildcard $(BLAS_DIR)/libopenblas.a),)
BLAS_LIBS ?= $(BLAS_DIR)/libopenblas.a
else
BLAS_LIBS ?= -L$(BLAS_DIR) -Wl,-rpath,$(BLAS_DIR) -lopenblas
endif

# -O3 for vectorised kernels; no -march: hot kernels are dispatched at run time.  Contraction is off
# so that a feature has the same bits whatever the processor and the compiler.
OPTFLAGS ?= -O3
WARNINGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
PG_CFLAGS = $(OPTFLAGS) -std=gnu11 -ffp-contract=off -fno-math-errno -fno-trapping-math \
	$(WARNINGS) -Wno-declaration-after-statement $(CFLAGS_EXTRA)
PG_CPPFLAGS = -Isrc $(BLAS_CFLAGS)
SHLIB_LINK = $(BLAS_LIBS) -lm -Wl,--version-script=src/exports.map
# the server's own flags are those of the compiler it was built with
ifneq ($(findstring clang,$(CC)),)
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes
endif

REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --outputdir=. --load-extension=plasticc
TAP_TESTS = 1
PROVE_TESTS = test/t/*.pl

# Bitcode for the server's JIT is not built: it inlines small functions, and these are not.
override with_llvm := no

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(PGXS),)
include $(PGXS)
$(OBJS): $(HEADER_FILES)
endif

# plasticc: light curves in, class probabilities out.  `make help` lists the targets.

# Targets that a script does, from installing what is missing to cleaning up.  They must work
# before there is a pg_config, and PGXS has a "check" of its own: so PGXS never sees them.
SCRIPTED = help deps check check-faults check-asan check-valgrind demo dashboard dashboard-test bench dist fuzz fuzz-server analyze coverage

# Where the sources are: here, or elsewhere in a build out of the tree (VPATH, make -f ../Makefile).
root := $(or $(VPATH),$(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))))

ifneq ($(filter $(SCRIPTED),$(MAKECMDGOALS)),)

.PHONY: $(MAKECMDGOALS)
.NOTPARALLEL:

help:
	@sed -n 's/^## \{0,1\}//p' $(root)/Makefile

deps:
	@$(root)/scripts/install-deps.sh

check: deps
	@$(root)/scripts/check.sh

check-asan: deps
	@$(root)/scripts/check.sh asan

check-valgrind: deps
	@$(root)/scripts/install-deps.sh valgrind
	@$(root)/scripts/check.sh valgrind

check-faults: deps
	@SUITES='unit tap' TAP='01[6-8]*' FAULT_ROUNDS=$(or $(ROUNDS),10) FAULT_SEED=$(or $(SEED),1) $(root)/scripts/check.sh

demo: deps
	@$(root)/scripts/cluster.sh scripts/demo.sh $(if $(DATA),'$(DATA)')

dashboard: deps
	@$(root)/scripts/install-deps.sh npm
	@$(if $(DB),DB='$(DB)' $(root)/examples/dashboard/run.sh $(SETTINGS),$(root)/scripts/cluster.sh examples/dashboard/run.sh)

dashboard-test: deps
	@$(root)/scripts/install-deps.sh npm chromium
	@TEST=yes $(root)/scripts/cluster.sh examples/dashboard/run.sh

bench: deps
	@$(root)/scripts/cluster.sh bench/run.sh $(BENCH)

dist:
	@$(root)/scripts/dist.sh

fuzz-server: deps
	@TIME='$(TIME)' SEED='$(SEED)' $(root)/scripts/cluster.sh scripts/fuzz-server.sh

analyze: deps
	@$(root)/scripts/analyze.sh

coverage: deps
	@$(root)/scripts/install-deps.sh gcovr
	@$(root)/scripts/coverage.sh

fuzz: deps
	@TIME='$(TIME)' FUZZ='$(FUZZ)' MERGE='$(MERGE)' $(root)/scripts/fuzz.sh

# `make clean check`: the others are for a make that does read PGXS.
$(filter-out $(SCRIPTED),$(MAKECMDGOALS)):
	@$(MAKE) --no-print-directory $@

else

EXTENSION = plasticc
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(root)/plasticc.control)
MODULE_big = plasticc
PGFILEDESC = "plasticc - classification of light curves"
DATA = $(patsubst $(root)/%,%,$(wildcard $(root)/sql/plasticc--*.sql))
OBJS = $(patsubst $(root)/%.c,%.o,$(sort $(wildcard $(root)/src/core/*/*.c $(root)/src/pg/*/*.c)))
HEADER_FILES = $(wildcard $(root)/src/core/*/*.h $(root)/src/pg/*/*.h)

include $(root)/blas.mk

# -O3 for vectorised kernels; no -march: hot kernels are dispatched at run time.  Contraction is off
# so that a feature has the same bits whatever the processor and the compiler.
OPTFLAGS ?= -O3
WARNINGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
PG_CFLAGS = $(OPTFLAGS) -std=gnu11 -ffp-contract=off -fno-math-errno -fno-trapping-math \
	$(WARNINGS) -Wno-declaration-after-statement $(CFLAGS_EXTRA)
PG_CPPFLAGS = -I$(root)/src $(BLAS_CFLAGS)
# OpenBLAS's assembly does not say that it needs no executable stack.
SHLIB_LINK = $(BLAS_LIBS) -lm -Wl,--version-script=$(root)/src/pg/module/exports.map -Wl,-z,noexecstack
# the server's own flags are those of the compiler it was built with
ifneq ($(findstring clang,$(CC)),)
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes
endif

REGRESS = $(patsubst $(root)/test/sql/%.sql,%,$(sort $(wildcard $(root)/test/sql/*.sql)))
REGRESS_OPTS = --inputdir=$(root)/test --outputdir=. --load-extension=plasticc

# Bitcode for the server's JIT is not built: it inlines small functions, and these are not.
override with_llvm := no

# The PGXS of a server that was itself built in its tree looks nowhere else unless it is told.
ifneq ($(root),.)
VPATH ?= $(root)
endif

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)
# Absolute paths, or make would find the folders of the sources in their place.
folders = $(addprefix $(CURDIR)/,$(sort $(dir $(OBJS))))
$(OBJS): $(HEADER_FILES) | $(folders)
$(folders):
	@mkdir -p $@
# PostgreSQL's headers need an overflow that wraps and pointers that alias; the core does not, and is faster without.
$(filter src/core/%,$(OBJS)): override CFLAGS += -fno-wrapv -fstrict-aliasing
ifneq ($(root),.)
ifneq ($(wildcard $(root)/plasticc.so),)
$(error The source tree has been built in place: run "make clean" there first)
endif
endif
else
all install installcheck:
	@echo "The headers for PostgreSQL server extensions are missing ($(if $(PGXS),$(PGXS),$(PG_CONFIG)) was not found)." >&2
	@echo "Debian, Ubuntu: apt-get install postgresql-server-dev-NN, or \`make deps\` for all that is needed." >&2
	@echo "A server elsewhere: make PG_CONFIG=/path/to/pg_config" >&2
	@false
endif

endif

## make              build the extension
## make install      install it into the server that PG_CONFIG names (as its owner, often root)
## make installcheck run the regression tests on a running server that has it installed
## make clean        remove what was built
##
## These install what is missing (Debian, Ubuntu) and use a throw-away server:
##
## make check        build, run all tests; SUITES="unit regress ..." runs some of them
## make check-asan   the regression and TAP tests with the extension under the address and
##                   undefined-behaviour sanitizers; some 20 minutes
## make check-valgrind  the same in a server under memcheck; an hour or more
## make check-faults the tests of what may happen to a call, with ROUNDS=10 of kill -9 at
##                   random moments (SEED=1)
## make demo         simulate a survey, train, classify, show the results; DATA=dir takes
##                   a directory with the challenge's training_set.csv and _metadata.csv
## make dashboard    make a page of a synthetic survey and serve it (docs/dashboards.md); DB=name
##                   takes a database with a survey, SETTINGS="--predictions table ..." its tables
## make dashboard-test  make it and try it in a browser; pictures go to docs/images
## make bench        run the measurements in bench/; BENCH="name ..." runs some of them
## make fuzz         run the fuzz targets TIME=seconds each (60); FUZZ="name ..." runs some of them,
##                   MERGE=1 keeps inputs that reach new code in test/fuzz/corpus
## make fuzz-server  random queries in a server for TIME=seconds (120), by sqlsmith and test/calls
## make analyze      static analysis: clang-tidy, cppcheck, gcc -fanalyzer
## make coverage     lines and branches of src that the tests reach, by folder
## make deps         only install what is missing
## make dist         the release as dist/plasticc-VERSION.zip
##
## Variables: PG_CONFIG=/usr/lib/postgresql/NN/bin/pg_config chooses the server, BLAS_LIBS=...
## (BLAS_CFLAGS=...) another CBLAS library, OPTFLAGS and CFLAGS_EXTRA the compiler's options,
## PLASTICC_DATA=dir the real data for the tests (default ../shared/data, where there is one).

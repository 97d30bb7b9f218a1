# Serial OpenBLAS, bound so that no other build can take its place in the server: the threaded
# one starts threads inside the backend as soon as it is loaded.  The static library, where there
# is one, leaves nothing to the dynamic linker; else the run path names the serial build's folder.
# BLAS_LIBS=... (with BLAS_CFLAGS=...) takes any other library with a CBLAS interface.
MULTIARCH := $(or $(shell $(CC) -print-multiarch 2>/dev/null),*)
BLAS_DIR ?= $(firstword $(wildcard /usr/lib/$(MULTIARCH)/openblas-serial /usr/lib64/openblas-serial /usr/lib/openblas-serial))
BLAS_CFLAGS ?= $(addprefix -I,$(firstword $(wildcard /usr/include/$(MULTIARCH)/openblas-serial /usr/include/openblas)))
ifneq ($(wildcard $(BLAS_DIR)/libopenblas.a),)
BLAS_LIBS ?= $(BLAS_DIR)/libopenblas.a
else
BLAS_LIBS ?= -L$(BLAS_DIR) -Wl,-rpath,$(BLAS_DIR) -lopenblas
endif

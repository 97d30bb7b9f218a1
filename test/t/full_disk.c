/*
 * full_disk.c
 *		A library to preload into a server: while the file that FULL_DISK names
 *		exists, files whose path contains its text cannot grow (ENOSPC).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* The text of the file; false where there is none. */
static bool
read_full_path(char *text, size_t size)
{
	const char *name = getenv("FULL_DISK");
	int			file = name ? open(name, O_RDONLY) : -1;
	ssize_t		n;

	if (file < 0)
		return false;
	n = read(file, text, size - 1);
	close(file);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool
is_full(int file)
{
	char	full[256], link[64], path[4096];
	ssize_t n;
	int		saved = errno;
	bool	result = false;

	if (read_full_path(full, sizeof(full)))
	{
		snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
		n = readlink(link, path, sizeof(path) - 1);
		path[n > 0 ? n : 0] = '\0';
		result = strstr(path, full) != NULL;
	}
	errno = saved;
	return result;
}

static bool
cannot_grow(int file, off_t offset, size_t size)
{
	struct stat status;

	if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) ||
		offset + (off_t) size <= status.st_size || !is_full(file))
		return false;
	errno = ENOSPC;
	return true;
}

static size_t
vector_size(const struct iovec *vector, int n)
{
	size_t size = 0;

	for (int i = 0; i < n; i++)
		size += vector[i].iov_len;
	return size;
}

ssize_t
pwrite(int file, const void *data, size_t size, off_t offset)
{
	static ssize_t (*next)(int, const void *, size_t, off_t);

	if (next == NULL)
		next = (ssize_t(*)(int, const void *, size_t, off_t)) dlsym(RTLD_NEXT, "pwrite");
	return cannot_grow(file, offset, size) ? -1 : next(file, data, size, offset);
}

ssize_t
pwritev(int file, const struct iovec *vector, int n, off_t offset)
{
	static ssize_t (*next)(int, const struct iovec *, int, off_t);

	if (next == NULL)
		next = (ssize_t(*)(int, const struct iovec *, int, off_t)) dlsym(RTLD_NEXT, "pwritev");
	return cannot_grow(file, offset, vector_size(vector, n)) ? -1 : next(file, vector, n, offset);
}

int
posix_fallocate(int file, off_t offset, off_t size)
{
	static int (*next)(int, off_t, off_t);

	if (next == NULL)
		next = (int (*)(int, off_t, off_t)) dlsym(RTLD_NEXT, "posix_fallocate");
	return is_full(file) ? ENOSPC : next(file, offset, size);
}

/* 64-bit systems have one kind of file offset; PostgreSQL calls either name. */
ssize_t
pwrite64(int file, const void *data, size_t size, off64_t offset)
{
	return pwrite(file, data, size, offset);
}

ssize_t
pwritev64(int file, const struct iovec *vector, int n, off64_t offset)
{
	return pwritev(file, vector, n, offset);
}

int
posix_fallocate64(int file, off64_t offset, off64_t size)
{
	return posix_fallocate(file, offset, size);
}

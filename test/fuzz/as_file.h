#ifndef ERPSYNC_TEST_FUZZ_AS_FILE_H
#define ERPSYNC_TEST_FUZZ_AS_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

/* Bytes as a file that never touches the disk, and was written long ago. *fd is to be closed. */
static inline void as_file(const uint8_t *data, size_t size, int *fd, char path[64])
{
	const struct timespec then[2] = {{.tv_sec = 1600000000}, {.tv_sec = 1600000000}};

	*fd = memfd_create("fuzz.csv", MFD_CLOEXEC);
	if (*fd < 0 || write(*fd, data, size) != (ssize_t)size || futimens(*fd, then) != 0)
		BUG("memfd");
	snprintf(path, 64, "/proc/self/fd/%d", *fd);
}

#endif

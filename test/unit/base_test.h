#ifndef ERPSYNC_TEST_BASE_TEST_H
#define ERPSYNC_TEST_BASE_TEST_H

/* What the tests of lib/base share: cmocka with its includes, a scratch folder, seeded numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"

#define assert_ok(call, e)                                           \
	do {                                                         \
		enum errk k_ = (call);                               \
		if (k_ != E_OK)                                      \
			fail_msg("%s: %s", errk_name(k_), (e)->msg); \
	} while (0)
#define assert_contains(text, part)                                      \
	do {                                                             \
		if (!strstr((text), (part)))                             \
			fail_msg("'%s' is not in '%s'", (part), (text)); \
	} while (0)

/* Group set-up and tear-down: the working directory becomes an empty folder, removed at the end. */
static inline int enter_scratch(void **state)
{
	char *dir = strdup("/tmp/erpsync-test-XXXXXX");

	if (!dir || !mkdtemp(dir) || chdir(dir) != 0)
		return -1;
	*state = dir;
	return 0;
}

static inline int leave_scratch(void **state)
{
	char command[128];
	int failed;

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	failed = chdir("/") != 0 || system(command) != 0;
	free(*state);
	return failed;
}

static inline void write_bytes(const char *path, const void *data, size_t len, mode_t mode)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static inline void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text), 0600);
}

/* Caller frees. */
static inline char *read_text(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, f) < (1 << 20) - 1);
	fclose(f);
	return text;
}

/* Runs fn in a child whose stderr goes nowhere; returns its wait status. */
static inline int status_of(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(99);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* xorshift64: the same numbers in every run. */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif

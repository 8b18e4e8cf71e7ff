#ifndef ERPSYNC_BASE_CLEANUP_H
#define ERPSYNC_BASE_CLEANUP_H

/*
 * One owner per foreign object: the variable that holds it frees it when its scope ends.
 *
 *	CLEANUP(json) cJSON *doc = cJSON_Parse(text);
 *
 * Each wrapper takes NULL. To hand the object on, copy the pointer and set the variable
 * to NULL (TAKE does both).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <sqlite3.h>

#define CLEANUP(kind) __attribute__((cleanup(cleanup_##kind)))
#define TAKE(var)                               \
	({                                      \
		__typeof__(var) taken_ = (var); \
		(var) = NULL;                   \
		taken_;                         \
	})

static inline void cleanup_json(cJSON **p)
{
	cJSON_Delete(*p);
}

static inline void cleanup_stmt(sqlite3_stmt **p)
{
	sqlite3_finalize(*p);
}

static inline void cleanup_file(FILE **p)
{
	if (*p)
		fclose(*p);
}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif

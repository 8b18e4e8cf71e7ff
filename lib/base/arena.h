#ifndef ERPSYNC_BASE_ARENA_H
#define ERPSYNC_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Memory for one page of work: many small allocations, one reset. An `arena` argument in
 * a signature means that the result lives there. Nothing is freed singly; running out of
 * memory ends the program (die, 70). Under ASan every item is its own malloc, so that an
 * overrun is seen.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* takes NULL */
/*
 * Overwrites all that was handed out with zeros: before arena_free where it held secrets.
 */
void arena_wipe(struct arena *a);
/* Everything handed out is gone; keeps one block for reuse. */
void arena_reset(struct arena *a);

/* Zero-filled, aligned for any type. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size);
/* An overflow of n * size is a BUG. */
void *arena_array(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
size_t arena_used(const struct arena *a); /* bytes handed out since the last reset */

static inline void cleanup_arena(struct arena **p)
{
	arena_free(*p);
}

#endif

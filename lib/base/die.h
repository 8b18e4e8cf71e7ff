#ifndef ERPSYNC_BASE_DIE_H
#define ERPSYNC_BASE_DIE_H

/* Ends that are no error of a caller's. */

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Out of memory, and wrong usage in main only; prints to stderr, exits with status. */
_Noreturn void die(int status, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A broken invariant of ours: prints file and line, exits 70. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug_at(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif

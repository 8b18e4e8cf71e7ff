#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

PRINTF_LIKE(2, 0)
static void complain(const char *what, const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "erpsync: %s", what);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void die(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain("", fmt, args);
	va_end(args);
	exit(status);
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
	char where[256];
	va_list args;

	snprintf(where, sizeof(where), "BUG at %s:%d: ", file, line);
	va_start(args, fmt);
	complain(where, fmt, args);
	va_end(args);
	exit(70);
}

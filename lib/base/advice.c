#include "base/advice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

void advice_add(struct err *e, const char *const *said, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;

	for (; *said; said++)
		if (strstr(e->msg, *said))
			return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_append(e, "%s", text);
}

/* Where the remedy begins that both messages end with: in the first; its end = they have none in common. */
static const char *common_end(const char *one, const char *other)
{
	for (const char *at = one; (at = strstr(at, "; ")); at++)
		if (str_ends(other, at))
			return at;
	return one + strlen(one);
}

void advice_join(struct err *all, const struct err *why)
{
	char was[ERR_MSG_MAX], said[ERR_MSG_MAX], says[ERR_MSG_MAX];
	size_t front, what;

	if (all->kind == E_OK) {
		*all = *why;
		return;
	}
	if (strstr(all->msg, why->msg))
		return;
	memcpy(was, all->msg, sizeof(was));
	front = (size_t)(common_end(was, why->msg) - was);
	what = strlen(why->msg) - (strlen(was) - front);
	snprintf(said, sizeof(said), "%.*s", (int)front, was);
	snprintf(says, sizeof(says), "%.*s", (int)what, why->msg);
	if (strstr(said, says))
		return;
	err_set(all, all->kind, all->code, "%s; and %s", said, why->msg);
}

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secrets.h"
#include "base/str.h"

#include "base/banned.h"

/* A message cut in the middle of a character would be invalid UTF-8 in logs and JSON. */
static void drop_partial_char(char *text)
{
	size_t len = strlen(text), start = len;
	unsigned char lead;
	size_t need;

	while (start > 0 && len - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char)text[--start];
	need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (len - start < need)
		text[start] = '\0';
}

PRINTF_LIKE(3, 0)
static void format(char *out, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(out, size, fmt, args);

	if (n < 0)
		out[0] = '\0';
	else if ((size_t)n >= size)
		drop_partial_char(out);
	secrets_hide(out);
	/*
	 * Servers put line breaks into their messages; a log line or a mail subject
	 * holds one line.
	 */
	str_clean(out, ' ');
}

enum errk err_set(struct err *e, enum errk kind, const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_vset(e, kind, code, fmt, args);
	va_end(args);
	return kind;
}

enum errk err_vset(struct err *e, enum errk kind, const char *code, const char *fmt, va_list args)
{
	char msg[ERR_MSG_MAX]; /* not e->msg: an argument may point there */
	char copy[ERR_CODE_MAX];

	if (!e)
		return kind;
	format(msg, sizeof(msg), fmt, args);
	snprintf(copy, sizeof(copy), "%s", code ? code : "");
	secrets_hide(copy);

	e->kind = kind;
	e->wait_ms = 0;
	memcpy(e->code, copy, sizeof(copy));
	memcpy(e->msg, msg, sizeof(msg));
	return kind;
}

enum errk err_wrap(struct err *e, const char *fmt, ...)
{
	char msg[ERR_MSG_MAX];
	size_t len;
	va_list args;

	if (!e)
		BUG("err_wrap without an error");
	va_start(args, fmt);
	format(msg, sizeof(msg), fmt, args);
	va_end(args);
	len = strlen(msg);
	if (snprintf(msg + len, sizeof(msg) - len, ": %s", e->msg) >= (int)(sizeof(msg) - len))
		drop_partial_char(msg);
	memcpy(e->msg, msg, sizeof(msg));
	return e->kind;
}

enum errk err_append(struct err *e, const char *fmt, ...)
{
	char text[ERR_MSG_MAX]; /* not e->msg: an argument may point there */
	size_t len;
	va_list args;

	if (!e)
		BUG("err_append without an error");
	va_start(args, fmt);
	format(text, sizeof(text), fmt, args);
	va_end(args);
	len = strlen(e->msg);
	if (snprintf(e->msg + len, sizeof(e->msg) - len, "%s", text) >= (int)(sizeof(e->msg) - len))
		drop_partial_char(e->msg);
	return e->kind;
}

const char *errk_name(enum errk kind)
{
	switch (kind) {
	case E_OK:
		return "ok";
	case E_RECORD:
		return "record";
	case E_UNSURE:
		return "unsure";
	case E_BUSY:
		return "busy";
	case E_REFUSED:
		return "refused";
	case E_LOCAL:
		return "local";
	}
	BUG("no such error kind: %d", (int)kind);
}

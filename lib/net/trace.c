#include "net/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/secrets.h"
#include "base/str.h"
#include "net/redact.h"

#include "base/banned.h"

struct trace {
	FILE *file;
	struct arena *scratch; /* masked copies of one block */
	int64_t last_no;
};

enum errk trace_open(const char *path, struct trace **out, struct err *e)
{
	int fd = file_open_append(path);
	CLEANUP(file) FILE *file = fd >= 0 ? fdopen(fd, "a") : NULL;
	struct trace *t;

	/* The file may be an older one that others can read. */
	if (!file || fchmod(fd, 0600) != 0)
		return err_set(e, E_LOCAL, "trace", "%s: the trace can't be written: %s", path,
			       file_reason(errno));
	file_give(fd, path);
	t = calloc(1, sizeof(*t));
	if (!t)
		die(70, "out of memory");
	t->file = TAKE(file);
	t->scratch = arena_new();
	*out = t;
	return E_OK;
}

void trace_close(struct trace *t)
{
	if (!t)
		return;
	fclose(t->file);
	arena_free(t->scratch);
	free(t);
}

/* Without secrets and control characters, wherever the other side put them. */
static const char *hidden(struct trace *t, const char *text)
{
	char *copy = arena_strdup(t->scratch, text);

	secrets_hide(copy);
	str_clean(copy, '?');
	return copy;
}

static const char *header_value(struct trace *t, const struct http_header *f)
{
	if (redact_header_is_secret(f->name))
		return "***";
	if (str_equal_nocase(f->name, "location"))
		return redact_url(f->value, t->scratch);
	return redact_text(f->value, t->scratch);
}

static void write_headers(struct trace *t, char mark, const struct http_header *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(t->file, "%c %s: %s\n", mark, hidden(t, list[i].name),
			hidden(t, header_value(t, &list[i])));
}

static const char *content_type(const struct http_header *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_equal_nocase(list[i].name, "content-type"))
			return list[i].value;
	return NULL;
}

static void end_block(struct trace *t, const char *type, const char *body, size_t len, bool hide)
{
	if (len > 0 && hide)
		fprintf(t->file, "(%zu bytes)\n", len);
	else if (len > 0)
		fprintf(t->file, "%s\n", hidden(t, redact_body(type, body, len, t->scratch)));
	fputc('\n', t->file);
	fflush(t->file);
	arena_reset(t->scratch);
}

int64_t trace_request(struct trace *t, const struct http_request *r, int try_no)
{
	char now[CLOCK_TEXT_MAX];

	if (!t)
		return 0;
	t->last_no++;
	fprintf(t->file, "#%lld %s %s, %s, try %d\n> %s %s\n", (long long)t->last_no,
		clock_text(clock_now(), now), r->label ? r->label : "request",
		r->intent == HTTP_WRITE ? "write" : "read", try_no, r->method,
		hidden(t, redact_url(r->url, t->scratch)));
	write_headers(t, '>', r->headers, r->n_headers);
	end_block(t, content_type(r->headers, r->n_headers), r->body, r->body_len, r->hide_bodies);
	return t->last_no;
}

void trace_answer(struct trace *t, int64_t no, const struct http_answer *a, bool hide_body,
		  int64_t took_ms)
{
	if (!t)
		return;
	fprintf(t->file, "#%lld answer after %lld ms\n< %ld, %zu bytes\n", (long long)no,
		(long long)took_ms, a->status, a->len);
	write_headers(t, '<', a->headers, a->n_headers);
	end_block(t, content_type(a->headers, a->n_headers), a->body, a->len, hide_body);
}

void trace_failure(struct trace *t, int64_t no, const char *why, int64_t took_ms)
{
	if (!t)
		return;
	fprintf(t->file, "#%lld no answer after %lld ms\n< %s\n", (long long)no, (long long)took_ms,
		hidden(t, why));
	end_block(t, NULL, NULL, 0, false);
}

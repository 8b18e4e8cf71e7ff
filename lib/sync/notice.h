#ifndef ERPSYNC_SYNC_NOTICE_H
#define ERPSYNC_SYNC_NOTICE_H

#include "base/arena.h"

struct put_rows;

/* What a person should know of a run, and of no single record; each once, whoever says it how often. */
struct notices {
	struct arena *a;                         /* outlives them */
	void (*on)(void *ctx, const char *text); /* NULL = they only go to the log */
	void *ctx;
	const char **said; /* what they were about */
	size_t n, cap;
	/* What is being put: what articles of it are called, in quotes, is said as it is. NULL = nothing is. */
	const struct put_rows *at_hand;
};

/*
 * Logs and shows a text, without secrets and personal data; about: what it is about, of which nothing more is
 * said then, such as "stock below zero" with the first article in the text; NULL = the text itself. It has
 * the shape of connector_env.notice. notices NULL: nobody is told.
 */
void notice_say(void *notices, const char *about, const char *text);

#endif

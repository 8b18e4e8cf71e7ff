#ifndef ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_AWAY_H
#define ERPSYNC_CONNECTORS_SHOPIFY_ADMIN_AWAY_H

#include "files/outbox.h"

/*
 * When our files for the admin's import were taken away. A person imports a file some time before taking it away,
 * and nobody says when: so an export that was made before that proves nothing about it. .erpsync/imports has which
 * files lie there, and of each that was taken away a time by which it was: the last change of the folder before a
 * run missed it, for a later one is ours or another file's.
 */
struct admin_away;

/* Looks, once a run, before anything is written, and notes what it finds. E_LOCAL; E_BUSY "folder_locked". */
MUST_CHECK enum errk admin_away_read(const struct outbox *x, struct admin_away **out,
				     struct err *e);
void admin_away_free(struct admin_away *s); /* takes NULL */

bool admin_away_lies(const struct admin_away *s, const char *file);
/* May it have been there, and imported, after this time? */
bool admin_away_after(const struct admin_away *s, const char *file, int64_t ns);

/* This file was written: notes it, before any record says that it is in it. As admin_away_read. */
MUST_CHECK enum errk admin_away_wrote(struct admin_away *s, const char *file, struct err *e);

static inline void cleanup_admin_away(struct admin_away **p)
{
	admin_away_free(*p);
}

#endif

#ifndef ERPSYNC_CONNECTORS_CSV_AWAY_H
#define ERPSYNC_CONNECTORS_CSV_AWAY_H

#include "csv_exchange.h"

/*
 * When our files for the admin's import were taken away. A person imports a file some time before taking it away,
 * and nobody says when: so an export that was made before that proves nothing about it. .erpsync/imports has which
 * files lie there, and of each that was taken away a time by which it was: the last change of the folder before a
 * run missed it, for a later one is ours or another file's.
 */
struct csv_away;

/* Looks, once a run, before anything is written, and notes what it finds. E_LOCAL; E_BUSY "folder_locked". */
MUST_CHECK enum errk csv_away_read(const struct csv_exchange *x, struct csv_away **out,
				   struct err *e);
void csv_away_free(struct csv_away *s); /* takes NULL */

bool csv_away_lies(const struct csv_away *s, const char *file);
/* May it have been there, and imported, after this time? */
bool csv_away_after(const struct csv_away *s, const char *file, int64_t ns);

/* This file was written: notes it, before any record says that it is in it. As csv_away_read. */
MUST_CHECK enum errk csv_away_wrote(struct csv_away *s, const char *file, struct err *e);

static inline void cleanup_csv_away(struct csv_away **p)
{
	csv_away_free(*p);
}

#endif

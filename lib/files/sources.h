#ifndef ERPSYNC_FILES_SOURCES_H
#define ERPSYNC_FILES_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"

/* An export file as it was when it was listed. */
struct source_file {
	const char *name, *path;
	const char *stamp; /* "size-mtime in ns": another stamp is another content */
	/*
	 * When it was written, as far as that can be known; of one that is dated in the future, or by a clock that is not set (misdated), when it
	 * came here, for its own date says nothing.
	 */
	int64_t mtime_ns;
	int64_t dated_ns; /* as it is dated */
	int64_t came_ns;  /* by our own clock: when it got this name here, or was last touched */
	int64_t order_ns; /* what is compared within one listing: mtime_ns, or set apart from it by who knows more */
	bool misdated;
};

/*
 * path itself, or the *.csv of that folder, oldest change first (name_order.h where that is the same), those that are misdated before all others. What is
 * called so and can't be used (a folder, a link that leads nowhere) is left out, see source_bad. E_LOCAL
 * "no_file".
 */
MUST_CHECK enum errk source_list(const char *path, struct arena *a, struct source_file **out,
				 size_t *n, struct err *e);
/* "stock.csv is dated in the future (2031-01-01T00:00:00Z)". */
const char *source_misdated_text(const char *name, int64_t dated_ns, struct arena *a);
/* Whatever its case. */
bool source_begins_with(const char *name, const char *prefix);
/* What is wrong with an entry of dir_list_all: "is a folder". */
const char *source_entry_problem(int problem, struct arena *a);
/* What is called as such a file and can't be used. */
struct source_bad_entry {
	const char *name;
	const char *why; /* "is a folder" */
	bool hidden; /* what it stands for may be a file: a link that leads nowhere, no rights */
	bool workbook;
	int64_t dated_ns; /* of a workbook */
};
/*
 * Those of a folder that begin with prefix; none where path is no folder. Its workbooks (*.xlsx) are such where no *.csv
 * of that name is there, or all of them (workbooks): a person, or the ERP, may have saved one for the other.
 */
MUST_CHECK enum errk source_bad(const char *path, const char *prefix, bool workbooks,
				struct arena *a, struct source_bad_entry **out, size_t *n,
				struct err *e);
/* "stock.csv is a folder, stock-2.csv is no file"; NULL = none. */
const char *source_bad_text(const struct source_bad_entry *bad, size_t n, struct arena *a);
/*
 * E_BUSY "file_changing": a file of this age was written a moment ago and may not be finished, whole as it
 * looks between two blocks of a download.
 */
MUST_CHECK enum errk source_is_finished(const char *name, int64_t mtime_ns, struct err *e);
/* The file is another now than when it was listed, or gone. */
bool source_changed(const struct source_file *f);

/* Where reading stands. */
struct source_cursor {
	cJSON *finished;  /* name -> stamp; owned */
	const char *file; /* being read; NULL = none */
	const char *stamp;
	int64_t done; /* orders of it that are through */
	/*
	 * When the newest of those was written that were read and are no longer there: what it said nobody can look up
	 * any more. Seconds; 0 = none.
	 */
	int64_t gone;
};

/* text NULL: the beginning. E_LOCAL "bad_cursor". */
MUST_CHECK enum errk source_cursor_parse(const char *text, struct arena *a,
					 struct source_cursor *out, struct err *e);
/* Each file is to be read once more. */
void source_cursor_restart(struct source_cursor *c);
/* Names of files that are no longer there are left out, and remembered by their date. */
const char *source_cursor_text(struct source_cursor *c, const struct source_file *files, size_t n,
			       struct arena *a);
void source_cursor_finish(struct source_cursor *c, const struct source_file *f);
/* The same of one that says nothing of the records that are read. */
void source_cursor_skip(struct source_cursor *c, const struct source_file *f);
bool source_cursor_finished(const struct source_cursor *c, const struct source_file *f);
/* It has been read, and says something of the records that are. */
bool source_cursor_has_read(const struct source_cursor *c, const struct source_file *f);
/* A newer one was read that is not among these any more: what of f it has said otherwise is not known. */
bool source_cursor_is_late(struct source_cursor *c, const struct source_file *f,
			   const struct source_file *files, size_t n);
/* Stamps by the names of files; NULL = there is none. */
const char *source_stamp_of(const cJSON *stamps, const char *name);
void source_stamp_set(cJSON *stamps, const char *name, const char *stamp);

static inline void cleanup_source_cursor(struct source_cursor *c)
{
	cJSON_Delete(c->finished);
}

#endif

#ifndef ERPSYNC_FILES_FOLDER_H
#define ERPSYNC_FILES_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "connectors/connector.h"

/*
 * The exchange folder and what stands in it. Files for the other side are in the folder itself;
 * what is ours is in .erpsync/ below it, on the same file system so that rename(2) publishes.
 */
#define FOLDER_STAGING ".erpsync"
enum { FOLDER_FILE_MODE = 0640, FOLDER_DIR_MODE = 0750 };

/* "orders-000012.csv", "orders-changed-000012.manifest.json": a name the folder uses. */
struct folder_name {
	const char *key;  /* "orders" */
	const char *base; /* without ending: "orders-000012" */
	const char *ending;
	bool changed;
	int64_t sequence;
};
bool folder_name_parse(const char *name, struct arena *a, struct folder_name *out);
const char *folder_name_make(const char *key, bool changed, int64_t sequence, const char *ending,
			     struct arena *a);

/* The files or the folder of this side, as configured. E_LOCAL "bad_config". */
MUST_CHECK enum errk folder_configured(const struct connector_env *env, const char **out,
				       struct err *e);
/* Without slashes at the end, so that messages and parent folders read well. */
const char *folder_plain(const char *path, struct arena *a);

const char *folder_staged(const char *dir, const char *name, struct arena *a);

/* Something stands there, also what is no file: it is not taken for missing. */
bool folder_own_exists(const char *path);
/*
 * What of ours can't be read or is damaged: an error of reading it, with what to do. cure: what helps where the file
 * itself can't be mended. Returns k.
 */
enum errk folder_own_failed(enum errk k, const char *cure, struct err *e);

/*
 * What would keep a run from using the exchange folder, as E_LOCAL "no_folder" with the remedy. makes: the run creates
 * it, if nothing but itself is missing.
 */
MUST_CHECK enum errk folder_fault(const char *dir, bool makes, struct err *e);
/* Creates a folder for both sides if it is missing; one that is there keeps its rights. E_LOCAL. */
MUST_CHECK enum errk folder_open(const char *dir, struct err *e);
/* The same, and .erpsync/ below it, which is ours alone. */
MUST_CHECK enum errk folder_make(const char *dir, struct arena *a, struct err *e);

/* One writer at a time: waits up to ten seconds. *fd is to be closed. E_BUSY "folder_locked". */
MUST_CHECK enum errk folder_lock(const char *dir, struct arena *a, int *fd, struct err *e);

/* Files of the kind have numbers of their own, and books of their own of who wrote them. */
bool folder_counts_apart(enum record_kind kind);
/* What such a kind has of its own in .erpsync/: "writers", or "writers-refunds". */
const char *folder_book(const char *dir, const char *name, enum record_kind kind, struct arena *a);
/* "orders": what the files of a batch are called by. */
const char *folder_key(enum record_kind kind);
/*
 * As what a file of a batch is called whose main file is called `main`: "customers" beside "orders", "refunds-notes" beside
 * "refunds", for those have numbers of their own. NULL: the name is another kind's.
 */
const char *folder_file_key(const char *main, const char *key, struct arena *a);
/* One that is counted with files of the kind. */
bool folder_name_counts(const struct folder_name *name, enum record_kind kind);

/*
 * The last number used for files of the kind, new records and changed ones counted apart. Where our own count is lost it
 * is the highest in the names in the folder, in its archive/ and of acknowledgements; only names that we give count.
 */
MUST_CHECK enum errk sequence_last(const char *dir, enum record_kind kind, bool changed,
				   struct arena *a, int64_t *out, struct err *e);
/* The number after it, past all names that are counted with the kind's. */
MUST_CHECK enum errk sequence_next(const char *dir, enum record_kind kind, bool changed,
				   struct arena *a, int64_t *out, struct err *e);
MUST_CHECK enum errk sequence_store(const char *dir, enum record_kind kind, bool changed,
				    int64_t used, struct arena *a, struct err *e);
/* The same unless the count is past it already. */
MUST_CHECK enum errk sequence_raise(const char *dir, enum record_kind kind, bool changed,
				    int64_t used, struct arena *a, struct err *e);

#endif

#ifndef ERPSYNC_FILES_BATCH_H
#define ERPSYNC_FILES_BATCH_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "connectors/connector.h"
#include "files/render.h"

/*
 * A batch that was decided: .erpsync/<key>.json. Once this file is there, the batch will be in the
 * exchange folder exactly once, whatever happens; before, it never happened. Its text is also the
 * manifest that the other side sees.
 */
struct file_batch {
	cJSON *doc;                          /* owned */
	const char *key, *target, *manifest; /* in doc */
	int64_t sequence;
	bool changed;
};

const char *file_batch_path(const char *dir, const char *key, struct arena *a);

/* The manifest of what is going to be written: items with a document, and what their targets are beside the id. */
cJSON *file_batch_describe(const struct put_batch *batch, const struct target *as,
			   const struct render_style *style, const struct rendered *r,
			   int64_t sequence, struct arena *a);

/* E_LOCAL "bad_batch"; a file that is gone by now has the code "no_file". */
MUST_CHECK enum errk file_batch_read(const char *path, struct arena *a, struct file_batch *out,
				     struct err *e);
/* Such an error; what: what is wrong with it. */
MUST_CHECK enum errk file_batch_damaged(const char *path, const char *what, struct err *e);
void file_batch_release(struct file_batch *b);

/* All decided batches of a folder, in the order of their numbers, each handed to fn. */
MUST_CHECK enum errk file_batch_each(const char *dir, struct arena *a,
				     enum errk (*fn)(void *ctx, const struct file_batch *b,
						     struct err *e),
				     void *ctx, struct err *e);

/* Moves into the folder what isn't there yet: each file, and the manifest last. */
MUST_CHECK enum errk file_batch_publish(const char *dir, const struct file_batch *b,
					struct arena *a, struct err *e);
/* Its number is counted with those of the kind's files. */
bool file_batch_counts(const struct file_batch *b, enum record_kind kind, struct arena *a);
/* This record as the batch holds it; NULL = it does not. */
const cJSON *file_batch_record(const struct file_batch *b, const char *record);
/* What a record of file_batch_record became: the file, and what else was kept of it. E_LOCAL "bad_target". */
MUST_CHECK enum errk file_batch_target(const struct file_batch *b, const cJSON *record,
				       struct arena *a, struct target *out, struct err *e);

static inline void cleanup_file_batch(struct file_batch *b)
{
	file_batch_release(b);
}

#endif

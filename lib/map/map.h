#ifndef ERPSYNC_MAP_MAP_H
#define ERPSYNC_MAP_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

/*
 * Canonical document in, the target system's document out, by a jq program: data, not code.
 *
 *	<dir>/<system>/<kind>.jq   the program        mappings/csv/order.jq
 *	<dir>/tables/<name>.csv    look-up tables     mappings/tables/skus.csv
 *	<dir>/erpsync.jq           the functions that programs may call: include "erpsync";
 *
 * Programs run in a process of their own (worker.h), made at the first document: a loop without end
 * costs one record, not the run.
 *
 * Each file is taken from the overrides folder if it is there, else from the shipped one.
 */
struct mapper;

/*
 * override_dir may be NULL. Reads nothing yet: programs and tables are loaded at the first
 * map_run, once. E_LOCAL "bad_mapping" when a folder does not exist.
 */
MUST_CHECK enum errk mapper_open(const char *system, const char *override_dir,
				 const char *shipped_dir, struct mapper **out, struct err *e);
void mapper_free(struct mapper *m); /* takes NULL */

/* How long mapping one document may compute; 10 s if nothing is said. */
void mapper_limit(struct mapper *m, int64_t ms_per_document);

/*
 * Verifies the canonical document and runs the program on it. *out: compact JSON text with sorted
 * keys, in the arena (the same document gives the same bytes).
 * E_RECORD: what json_parse and canonical_verify say, "unmapped_<table>" (table, key and remedy in
 * the message), the code of the program's own fail(), "mapping" (its error(), or an error of type),
 * "mapping_limit" (it took more time or memory than a document may); E_BUSY "stopped"; E_LOCAL "bad_mapping": program missing, does not compile (file:line), gives no or several
 * results; "bad_table".
 */
MUST_CHECK enum errk map_run(struct mapper *m, const char *kind, const char *canonical, size_t len,
			     struct arena *a, const char **out, struct err *e);

/*
 * What of a mapped document says whether it is as it was written before: all but its member "also", whose columns stand in the
 * files and are compared with nothing. Lives in the arena, or is doc.
 */
const char *map_compared(const char *doc, struct arena *a);

/* Compiles the program of a kind and loads every table, without running it: for `check`. */
MUST_CHECK enum errk map_check(struct mapper *m, const char *kind, struct err *e);

/*
 * The answers that a column of a table can give, each once, without "*" and empty ones; after
 * map_check. A table or column that isn't there has none. They live in the arena.
 */
void map_answers(const struct mapper *m, const char *table, const char *column, struct arena *a,
		 const char ***out, size_t *n);

/*
 * What a table with one key column answers for this key in this column (NULL: its first one); *out
 * NULL = nothing: a document with it would be parked. The table is read at its first question, so
 * that a whole catalogue can be asked. E_LOCAL "bad_table"; a table or column that isn't there has
 * no answer.
 */
MUST_CHECK enum errk map_answer(struct mapper *m, const char *table, const char *column,
				const char *key, struct arena *a, const char **out, struct err *e);

/* What an order line is looked up by; each may be NULL. */
struct map_line {
	const char *sku, *title, *variant_title, *kind;
};
/*
 * The ERP's article of an order line as the shipped order mappings find it (erp_sku of mappings/erpsync.jq): tables/skus.csv
 * by its SKU or, where it has none, by a row "title:… - …" (with its variant's title), "title:…" or "kind:…" of exactly that text. (Odoo's books tips and gift
 * cards on what is configured for them, which has no stock.) *out NULL = no row answers. Otherwise as map_answer.
 */
MUST_CHECK enum errk map_line_article(struct mapper *m, const struct map_line *line,
				      struct arena *a, const char **out, struct err *e);

/* By which row: "title:… - …", without the blanks that cells of a table can't end with. Its title is not NULL. */
const char *map_line_key(const struct map_line *line, struct arena *a);

/* Has a table with one key column a row of exactly this key, whatever it answers? As map_answer. */
MUST_CHECK enum errk map_has_row(struct mapper *m, const char *table, const char *key, bool *out,
				 struct err *e);

/* Where a message asks for a row whose key was masked, says once how to get the row: by another key nothing is found. */
void map_masked_key(struct err *e);

/* How rows of a table are written: the columns of the file that is in effect, and what stands between them. n 0: there is none. */
struct map_form {
	const char *const *column;
	size_t n;
	char delimiter;
};
/* E_LOCAL "bad_table", "file_error". */
MUST_CHECK enum errk map_table_form(const struct mapper *m, const char *table, struct arena *a,
				    struct map_form *out, struct err *e);

/*
 * SHA-256 over name and content of all files that a mapping of this kind could read, whichever
 * folder they are in; reads them anew. When it changes, what was parked for a mapping reason
 * is tried again.
 */
MUST_CHECK enum errk map_fingerprint(struct mapper *m, const char *kind, char out[HASH_HEX_SIZE],
				     struct err *e);

static inline void cleanup_mapper(struct mapper **p)
{
	mapper_free(*p);
}

#endif

#ifndef ERPSYNC_CONNECTORS_EXCHANGE_INBOX_H
#define ERPSYNC_CONNECTORS_EXCHANGE_INBOX_H

#include "connectors/connector.h"

/*
 * Files of one kind that the ERP puts into the exchange folder: which of them say how things stand,
 * whether they are whole, and where they go afterwards. A list (stock*.csv) is everything that there
 * is; a file of changes (stock-changes*.csv) is what moved. What counts is the newest list and the
 * changes after it. Files in the folder are new; used ones are moved to archive/. Of files of the same time
 * used ones are older than new ones, in the order in which they were used, lists older than changes, and else
 * their names decide (name_order.h).
 */
struct inbox_file {
	const char *name, *path;
	const char *plain; /* the name that it had in the folder */
	int nth;           /* its place among those of the same time, from 1; see inbox_archive */
	bool tied;         /* nothing tells whether it is newer than the one before it */
	const char *stamp; /* "size-mtime": another stamp is another content */
	int64_t mtime_ns;  /* as source_file says */
	int64_t dated_ns, came_ns; /* the same */
	int64_t order_ns;          /* its place among the others */
	bool misdated;             /* as source_file says */
	bool changes;              /* no list */
	bool archived;             /* stands in archive/ */
	bool used;                 /* so it does, or it has been read and is to be moved there */
	void *content;             /* once read, as the kind reads it; owned */
};

struct inbox_set {
	struct inbox_file *file; /* oldest first */
	size_t n;
	bool again;                     /* what was used is said once more */
	const struct pull_request *req; /* while it is loaded: whom to ask; NULL = nobody */
	/* Of a kind that is not complete: what a person has dropped, and when. */
	struct dropped_record *dropped;
	size_t n_dropped;
	/* Older than the newest list, where that makes them useless: never to be used. */
	struct inbox_file *superseded;
	size_t n_superseded;
	/* The last list before the one in file[0]; path NULL = there is none. */
	struct inbox_file before;
	/* With a list in file[0], of a kind that is complete: the used changes between the two. */
	struct inbox_file *since;
	size_t n_since;
	/*
	 * Used files older than the list before, newest first. They are read as far back as that one, and those
	 * before it, have rows that can't be used: what those would have said the older ones may.
	 */
	struct inbox_file *past;
	size_t n_past;
	/* With a list in file[0], of a kind that is complete: used files older than it, oldest first. */
	struct inbox_file *older;
	size_t n_older;
	/* What the target was told of and the set does not list, by id; as inbox_find_gone found it. */
	struct inbox_gone *gone;
	size_t n_gone;
	size_t n_told; /* records that the target was told of, but for those that it was told are gone */
	/* What the target has nothing of, by id, as inbox_find_gone was told; unless n_unknown is 0. */
	const char **unknown;
	size_t n_unknown;
	const struct inbox_file *used; /* the newest in archive/; NULL = none */
	/* What can't be used beside them, in words, and what to do; NULL = nothing. */
	const char *bad;
};

/* What a content says of a record. */
enum inbox_said {
	INBOX_SAYS_NOTHING,
	INBOX_UNREADABLE, /* it is listed, and not how it stands */
	INBOX_LISTS_NONE, /* there is none of it */
	INBOX_LISTS_SOME,
};

/* Whether a content says all that its file was to say. */
enum inbox_wholeness {
	INBOX_WHOLE,
	INBOX_FAULTY, /* what is listed can't all be used */
	INBOX_UNNAMED, /* a row does not tell what it is of: nothing follows from what is not listed */
};

/* The version of what a list no longer has, whatever it had of it; and of what it may have under a name that can't be read. */
#define INBOX_GONE       RECORD_GONE
#define INBOX_GONE_MAYBE "gone?"

/* A record that the target was told of, and the set does not list. */
struct inbox_gone {
	const char *id;
	enum inbox_said said; /* by the newest of the older files that says something */
	void *trace;          /* what they say, as the kind keeps it; NULL = nothing */
	bool traced;          /* nothing older counts */
	bool told; /* the target was told that it is gone, and may have been told otherwise since */
};

/* What a kind of file is. Contents are the kind's own. */
struct inbox_kind {
	enum record_kind kind;
	const char *prefix;  /* "stock" */
	const char *columns; /* "sku, warehouse, on_hand, …": what to tell an ERP's people */
	const char *section; /* whose max_age= holds; NULL = any age is right */
	/*
	 * A list says everything: what it no longer has is gone, and older files are of no use.
	 * Else nothing follows from absence, and each file in the folder is used.
	 */
	bool complete;
	const char *missing; /* what is wrong with a name that no file has */

	/* Reads a file; *cut = it ends in the middle of a row. E_LOCAL. */
	enum errk (*read)(const struct conf *c, const char *path, const char *name, void **content,
			  bool *cut, struct err *e);
	void (*free)(void *content); /* takes NULL */
	/*
	 * Of files that may be called as lists and be none: does its header say that this is one? Where none does, each is
	 * what it is called. NULL = each is.
	 */
	bool (*is_list)(const char *path);
	/* Once all are read: what they say of each other's records. NULL = nothing. */
	enum errk (*join)(struct inbox_set *set, struct err *e);
	/* May the set be believed? NULL = it may. E_LOCAL. */
	enum errk (*judge)(const struct inbox_set *set, struct err *e);
	/* Says of a set that is loaded what only `check` wants to know. NULL = nothing. */
	void (*examine)(const struct inbox_set *set, const struct conf *c,
			const struct check_sink *sink, struct arena *a);
	/* What columns_ignored says of a content. */
	const char *(*ignored)(const void *content);
	/* Records of one content, and the head of the k-th; false if it is a later file's, or has been said. */
	size_t (*count)(const void *content);
	/* One of its records has this id. */
	bool (*has)(const void *content, const char *id);
	/* Content `file`, set->n = the one before. */
	bool (*record)(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
		       struct record *out);
	/* The rest only where a list is complete. */
	enum inbox_said (*says)(const void *content, const char *id);
	/* Adds what a content lists of it to *trace. */
	void (*recall)(const void *content, const char *id, struct arena *a, void **trace);
	enum inbox_wholeness (*wholeness)(const void *content);
	/* Why it may be there all the same, in words; NULL: it is gone. */
	const char *(*hides)(const struct inbox_set *set, const char *id, struct arena *a);
	/*
	 * The head of what is gone: version INBOX_GONE; a problem without trace. Of what may be there: INBOX_GONE_MAYBE,
	 * and a problem.
	 */
	void (*gone)(const struct inbox_set *set, const struct inbox_gone *x, struct arena *a,
		     struct record *out);
	/* Makes the document of a head. */
	void (*finish)(struct record *r, struct arena *a);
	/* As source.merge, of what the set says. NULL = each document says all of its record. */
	const char *(*merge)(const struct inbox_set *set, const char *before, const char *now,
			     struct arena *a);
	/*
	 * Hands on the articles of the k-th record of a file, for a comparison of catalogues, unless a
	 * later file has it too. NULL = files of this kind are no catalogue.
	 */
	enum errk (*articles)(const struct inbox_set *set, size_t file, size_t k, struct arena *a,
			      enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			      void *ctx, struct err *e);
};

/*
 * What is called prefix*.csv in the folder and in its archive/, oldest first. *bad: what is called so and can't be
 * used, and workbooks (prefix*.xlsx) newer than all of those, in words; NULL = nothing. Texts in the arena. E_LOCAL "no_folder"; "bad_entry": nothing is new but such, and
 * it may be what the ERP wrote.
 */
MUST_CHECK enum errk inbox_files(const char *prefix, const char *dir, struct arena *a,
				 struct inbox_file **list, size_t *n, const char **bad,
				 struct err *e);
/*
 * Its place among all that ever were, as record.written_ns has it; 0 = nothing tells it: of one that is dated wrongly only that it
 * comes after what was there when it came.
 */
int64_t inbox_written_ns(const struct inbox_file *f);
/* Says of a record which file says it. */
void inbox_date_record(const struct inbox_file *f, struct record *out);
/* Of a file in a list of them: the first of those that it is tied to, over others in between; itself: none. */
size_t inbox_first_tied(const struct inbox_file *list, size_t i);
/* To be told once a run: files that are dated wrongly, entries that can't be used; NULL = none. */
const char *inbox_doubts(const struct inbox_set *set, const char *dir, struct arena *a);
/* Says of a fault of a whole file, if there are newer ones, that they do not heal it; gives k back. */
enum errk inbox_blocked(const struct inbox_file *f, const struct inbox_file *newest, enum errk k,
			struct err *e);
/*
 * What a reading that ended so (read; cut: in the middle of a row) is worth. E_BUSY "file_changing": the
 * file is another now; E_LOCAL "file_cut"; else read.
 */
MUST_CHECK enum errk inbox_whole(const struct inbox_file *f, enum errk read, bool cut,
				 struct err *e);

/* Lists the set; archived = also when all of it has been used before. As inbox_files. */
MUST_CHECK enum errk inbox_list(const struct inbox_kind *kind, const char *dir, bool archived,
				struct arena *a, struct inbox_set *out, struct err *e);
/*
 * Reads all files of the set; whether it may be believed inbox_find_gone says. E_BUSY "file_changing": one was written a moment ago or changes;
 * E_LOCAL "too_old" (max_age seconds; 0 = any age), "file_cut".
 */
MUST_CHECK enum errk inbox_load(const struct inbox_kind *kind, const struct conf *c,
				struct inbox_set *set, int64_t max_age, struct err *e);
/*
 * Fills set->gone of a set that is loaded, from what req says was delivered, and asks kind->judge, unless the
 * list was used: it was believed then. Without req->knows what waits to be told is not confirmed. What is kept lives in `mem`, what the engine is asked in `pull`. Older files are read one after the
 * other, as long as something is sought.
 */
MUST_CHECK enum errk inbox_find_gone(const struct inbox_kind *kind, const struct conf *c,
				     struct inbox_set *set, const struct pull_request *req,
				     struct arena *pull, struct arena *mem, struct err *e);
/* The same of one record that is not listed: *out, whoever was told of it; false: no older file lists it. */
bool inbox_trace(const struct inbox_kind *kind, const struct conf *c, const struct inbox_set *set,
		 const char *id, struct arena *a, struct inbox_gone *out);
/* Of a set of which all is read: what waits and is about nothing any more, as page.gone and page.unlisted. */
MUST_CHECK enum errk inbox_find_over(const struct inbox_kind *kind, const struct inbox_set *set,
				     const struct pull_request *req, struct arena *a,
				     struct page *page, struct err *e);
/* It is among set->gone. */
bool inbox_is_gone(const struct inbox_set *set, const char *id);
/* It is among set->unknown. */
bool inbox_is_unknown(const struct inbox_set *set, const char *id);
void inbox_unload(const struct inbox_kind *kind, struct inbox_set *set);
/* Moves the files that stand in the folder to archive/, superseded ones too, under names that keep their places. */
MUST_CHECK enum errk inbox_archive(const char *dir, const struct inbox_set *set, struct arena *a,
				   struct err *e);
/*
 * inbox_taken.c. As inbox_archive, but in a dry run, and notes what this state file has put away; and whether
 * archive/ has a newer one, which somebody else has: E_LOCAL FILE_TAKEN. again: it is read again anyway.
 */
MUST_CHECK enum errk inbox_take(const char *prefix, const struct connector_env *env,
				const char *dir, const struct inbox_set *set, struct arena *a,
				struct err *e);
MUST_CHECK enum errk inbox_find_taken(const char *prefix, const struct connector_env *env,
				      const char *dir, const struct inbox_set *set, bool again,
				      struct arena *a, struct err *e);
const struct inbox_file *inbox_last_used(const struct inbox_file *list, size_t n);
/* files: the fingerprint of a set that was read to its end, NULL = none: what of it still stands in the folder is used. */
void inbox_mark_used(struct inbox_set *set, const char *files, struct arena *a);
/* "stock.csv 123-456, …": the same text is the same set with the same content. */
const char *inbox_fingerprint(const struct inbox_set *set, struct arena *a);

/* Where reading stands. */
struct inbox_cursor {
	const char *files; /* fingerprint of the set being read; NULL = none */
	int64_t done;      /* records of it that are through */
	bool read;         /* that is all of them */
};
/* text NULL: the beginning. E_LOCAL "bad_cursor". */
MUST_CHECK enum errk inbox_cursor_parse(const char *text, struct arena *a, struct inbox_cursor *out,
					struct err *e);
const char *inbox_cursor_text(const struct inbox_cursor *c, struct arena *a);

#endif

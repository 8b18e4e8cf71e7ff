#ifndef ERPSYNC_CONNECTORS_CONNECTOR_H
#define ERPSYNC_CONNECTORS_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "model/put.h"
#include "model/record.h"
#include "net/http.h"
#include "net/oauth.h"

/*
 * What every system looks like to the engine, store and ERP alike: it is opened and closed, and has for
 * each kind of record that it can give a source, for each that it can take a sink. A connector speaks
 * canonical documents when it is read from and its own documents (made by mappings/<name>/) when it is
 * written to. It does not know the state file, the mappings or another connector; it does not log; it does
 * not sleep but through lib/net.
 */

/* The two ends. One system may serve at either, and differ there in what it can do. */
enum side { SIDE_STORE, SIDE_ERP, SIDE_COUNT_ };
const char *side_section(enum side s); /* "store", "erp": the configuration section */
const char *side_name(enum side s);    /* "store", "ERP": for people */

/*
 * What the engine keeps for a connector between runs: small texts by key. Those that nobody saved anew
 * for a month go, but for keys that begin with "keep ": so begins what something may wait for, however long; it is
 * dropped when that is over.
 */
struct connector_state {
	/* Durable when it returns: what must be known after a kill is saved before it is done. */
	enum errk (*save)(void *ctx, const char *key, const char *text, struct err *e);
	/* *text NULL: there is none. saved_at in seconds. */
	enum errk (*load)(void *ctx, const char *key, struct arena *a, const char **text,
			  int64_t *saved_at, struct err *e);
	/* All whose key begins with this. */
	enum errk (*drop)(void *ctx, const char *prefix, struct err *e);
	/*
	 * What time it is for what goes by its age, in seconds: a clock that is wrong for one run makes nothing old. 0: it
	 * is not known yet, and nothing goes. NULL as that.
	 */
	int64_t (*age_now)(void *ctx);
	void *ctx;
};

/* Behind the name of a table in a remedy that adds a row: which file that is, and what would go wrong. */
#define OWN_TABLE \
	" (the one in [mappings] path; copy the shipped one there first, with all its rows)"

/* What the engine gives to a connector at open; all of it outlives the connector. */
struct connector_env {
	struct conf *conf;
	const char *section; /* "store" or "erp": where its keys stand */
	/* Overrides [section] path= (--to csv:DIR); NULL = as configured. */
	const char *path;
	struct http *http;
	const struct token_store *tokens;
	const struct connector_state *state;
	/* Put must render and judge everything, and write nothing. */
	bool dry_run;
	/*
	 * What a person should know of the run. about: what the text is about, a constant, of which the run
	 * says nothing more then, however often it is said; NULL = the text itself.
	 */
	void (*notice)(void *ctx, const char *about, const char *text);
	void *notice_ctx;
};

/* First member of each connector's own struct. */
struct connector {
	const struct connector_type *type;
};

/* A record that the target was told of. */
struct delivered_record {
	const char *id;
	const char *version; /* the last that the source said, delivered or not */
	bool waits;          /* it is still to be delivered */
	bool doubt;          /* nothing waits, and what the target has of it is not known */
};

/* A record that a person took out of the queue, at that time (seconds), and has not asked for by name since. */
struct dropped_record {
	const char *id;
	int64_t at;
};

/* A variant of a product that was told before, by its SKU. */
struct known_variant {
	const char *id; /* of the product */
	const char *sku;
};

struct pull_request {
	enum record_kind kind;
	/* Where the last page ended; NULL = from the beginning (or since). */
	const char *cursor;
	/* Seconds; 0 = none: the first moment of interest when there is no cursor. */
	int64_t since;
	int64_t until; /* seconds; 0 = as new as is safe to read */
	/*
	 * With own_days: "2026-11-23" or "today", a day that begins (before which it ends) where each record says that
	 * it was made. NULL: since (until) is an instant.
	 */
	const char *since_day, *until_day;
	/*
	 * Since/until were asked for by a person: read exactly these, ignore overlap and
	 * lag rules.
	 */
	bool window;
	bool full; /* read everything again from since, whatever is known */
	/*
	 * What earlier runs have read may be unknown: the state file is new, or an older one that was put
	 * back. A source that puts away what it has read offers it once more; the engine says so until the
	 * end has been reached once.
	 */
	bool again;
	/*
	 * More is asked for than what the cursor has read: begin again at since, with all that is not known. What
	 * else the cursor says holds. Of the first page only.
	 */
	bool anew;
	bool include_test;
	int64_t max_age; /* seconds; what was read longer ago is of no use; 0 = any age */
	size_t limit;    /* stop near this many records; 0 = no limit */
	/*
	 * Lets the source skip records whose version is already here: head needs id, version
	 * and read_at, no document; its texts live in the arena of the pull.
	 */
	enum errk (*knows)(void *ctx, const struct record *head, bool *known, struct err *e);
	/*
	 * Ids of this flow that begin with head and ":" and are nothing but a problem so far, whichever
	 * run told it: for page.gone. NULL where there is nobody to ask.
	 */
	enum errk (*faults)(void *ctx, const char *head, struct arena *a, const char ***ids,
			    size_t *n, struct err *e);
	/*
	 * What the target was told of, by id, some at a time: those after `after` (NULL = the first); *n 0 =
	 * there are no more. For a source that must know what it no longer lists. NULL where there is nobody
	 * to ask.
	 */
	enum errk (*delivered)(void *ctx, const char *after, struct arena *a,
			       struct delivered_record **list, size_t *n, struct err *e);
	/*
	 * Ids of what waits to be told, and the target has never heard of: for page.unlisted. NULL where there is
	 * nobody to ask.
	 */
	enum errk (*untold)(void *ctx, struct arena *a, const char ***ids, size_t *n,
			    struct err *e);
	/* Ids of what the target has nothing of, as it was found or told, in their order: nothing there is missed with them. NULL likewise. */
	enum errk (*unknown)(void *ctx, struct arena *a, const char ***ids, size_t *n,
			     struct err *e);
	/*
	 * What was dropped, for a source whose documents are merged: what it has said of it until then it does not say again,
	 * alone or together with what is new. NULL where there is nobody to ask.
	 */
	enum errk (*dropped)(void *ctx, struct arena *a, struct dropped_record **list, size_t *n,
			     struct err *e);
	/*
	 * Variants of products by what the source calls them, those first that are to be believed first: a source may say
	 * the SKU alone. NULL likewise.
	 */
	enum errk (*variants)(void *ctx, struct arena *a, struct known_variant **list, size_t *n,
			      struct err *e);
	/*
	 * The target has that record, or it waits to go there: what becomes of it is of interest, however long ago it was made. Of the
	 * kind that is asked for, or of what that belongs to. NULL likewise.
	 */
	enum errk (*there)(void *ctx, enum record_kind kind, const char *id, bool *is,
			   struct err *e);
	void *knows_ctx; /* of all of them */
};

/* A record that is left out by rule: it is known to nobody else, and somebody may look for it. */
struct left_out {
	const char *id, *label;
	const char *why;
};
#define LEFT_OUT_OLD  "older than [orders] since"
#define LEFT_OUT_TEST "a test order; [orders] include_test = yes would send it"

struct page {
	struct record *rec;
	size_t n;
	/*
	 * Ids of which nothing is at fault any more, where there never was more than a problem: what
	 * waits under one of them, or under one that begins with it and ":", goes before rec is stored.
	 */
	const char **gone;
	size_t n_gone;
	/*
	 * Ids of which the source has nothing any more, and the target never had: what waits of them is about
	 * nothing, and goes before rec is stored.
	 */
	const char **unlisted;
	size_t n_unlisted;
	/*
	 * The file that it begins with says all that there is: as record.written_ns and file, for all of its records and for what it
	 * does not list. 0: there is none such.
	 */
	int64_t list_ns;
	const char *list;
	/* Of pull_only: what is not found may be there all the same, in what the source has not said for long. */
	bool partial;
	/* To be stored together with the records; NULL = leave the checkpoint as it is. */
	const char *cursor;
	bool more;                 /* call again with cursor at once */
	size_t known;              /* records seen but left out because knows() said so */
	struct left_out *left_out; /* a LIST; see flow.excluded */
	size_t n_left_out, cap_left_out;
	size_t young; /* so new that the source may not list all of them yet: the next run's */
	/* About how many are still to come, for the progress line; -1 = can't say. */
	int64_t expected;
};

/*
 * What a target proves of earlier writes of a kind, whatever the state file says: numbers that count
 * batches, of new records [0] and of changed ones [1]. The engine compares them with what the state
 * file knows, so that a lost, emptied or restored one does not write everything once more.
 */
struct history {
	enum history_of {
		HISTORY_NONE,      /* nothing was ever written there */
		HISTORY_UNCOUNTED, /* something was, and it is not known by whom */
		HISTORY_OTHERS,    /* by others, never by this writer */
		HISTORY_REPLACED,  /* another has adopted what this writer wrote, and goes on */
		HISTORY_SHARED,    /* by this writer, and by another one since */
		HISTORY_OURS,      /* by this writer: last is of its own batches */
	} of;
	int64_t last[2];
	const char *place; /* "/srv/exchange" */
	const char *said;  /* "orders-000012": how far all that is there has got, for people */
};
struct history_request {
	enum record_kind kind;
	const char *writer; /* the flow of this state file, a random text */
	/* Batches of it that were interrupted: what they wrote is not counted. */
	const char *const *open;
	size_t n_open;
	/* Note there that this writer knows of all that is there now, and that others who wrote it are no more. */
	bool claim;
};

/* A record that the target has of us: in a document that is there, or was. */
struct landed {
	const char *record; /* the source's id; NULL = only its name and our reference are known */
	const char *label;  /* what a person calls it */
	const char *reference; /* with record NULL: as sink.reference makes it */
	struct target target;  /* as put() names it */
	/* What was written, if that is known: version of the source and hash of the document. */
	const char *version, *hash;
	const char *kept; /* as put() would leave it; NULL = none */
	int64_t at;       /* the target has it as it was at that time, seconds */
};
struct landed_request {
	enum record_kind kind;
	const char *const *place; /* where else to look, as a person names it */
	size_t n_places;
	/* Each of them, those that landed first first; what it returns ends the walk. */
	enum errk (*fn)(void *ctx, const struct landed *x, struct err *e);
	void *ctx;
	const char *missing; /* out: what is known to be missing, for people; NULL = nothing is */
};

/*
 * What is said beside answers and is none itself. An order that it names is not covered by an acceptance of the whole
 * document that follows.
 */
enum acknowledgement_doubt {
	DOUBT_NONE,
	DOUBT_REMARK,  /* a remark to the answer about `record`; it matters by what else it names */
	DOUBT_LINE,    /* nobody understands it */
	DOUBT_REFUSAL, /* it says that something was not taken: naming nobody it may mean any */
};
/* A later answer of the target: an acknowledgement file, an asynchronous job's end. */
struct acknowledgement {
	const char *document; /* the id of the target, as put() named it */
	/* One record of it, as the other side names it: see acknowledgement_means; NULL = all. */
	const char *record;
	bool accepted;
	bool changed; /* the document tells changes of records that were there before */
	/* Named behind another in one refusal: a number that no record goes by refuses none. */
	bool further;
	/* accepted: `record` may be this many records, all that the document holds; 0 = it is a name. */
	int64_t count;
	enum acknowledgement_doubt doubt;
	/* No answer: all that were given to the document have been handed over. */
	bool end;
	const char *text; /* what the other side said; no personal data is assumed */
};
/*
 * Is this answer about the record: by its id or the number that ends it, by its label in any case, with or
 * without '#', or about all of its document?
 */
bool acknowledgement_means(const struct acknowledgement *s, const char *record, const char *label);
/*
 * Does it name a record beyond doubt ("#1001", an id)? Else what stands in `record` may be words, unless a record
 * of the document goes by them.
 */
bool acknowledgement_names(const struct acknowledgement *s);
/* Naming no record of the document it may mean any. */
bool acknowledgement_may_mean_any(const struct acknowledgement *s);
/* Does the text name the record anywhere, in one of the ways above? */
bool acknowledgement_mentions(const char *text, const char *record, const char *label);

enum check_result { CHECK_OK, CHECK_WARN, CHECK_BAD };
struct check_sink {
	void (*say)(void *ctx, enum check_result result, const char *what, const char *remedy);
	/*
	 * The one currency of prices of products at this end, where it is known before they are read;
	 * remedy: what to do if the other end's is another. May be NULL.
	 */
	void (*currency)(void *ctx, const char *code, const char *remedy);
	/*
	 * A document that the look has read anyway: the engine maps it, and says what no row of a table
	 * answers. False: no more are wanted. May be NULL.
	 */
	bool (*document)(void *ctx, const struct record *rec, enum record_kind kind);
	/* What a run would be asked of records of that kind, as of pull_only. May be NULL. */
	const struct pull_request *(*asking)(void *ctx, enum record_kind kind);
	void *ctx;
};

/*
 * An article of a system's catalogue, as `skus check` compares them. Traits are what a rule about
 * SKUs must know of it.
 */
enum article_trait {
	ARTICLE_UNTRACKED = 1u << 0, /* no quantity is kept of it */
	ARTICLE_BUNDLE = 1u << 1,    /* made of others: its stock follows from theirs */
	ARTICLE_ARCHIVED = 1u << 2,  /* no longer sold */
	ARTICLE_SERVICE = 1u << 3,   /* no goods: shipping, discount, work */
};
struct article {
	const char *id;              /* how a person finds it there: "stock.csv:12" */
	const char *sku;             /* as it stands there, blanks too; NULL or "" = none */
	const char *barcode, *title; /* either may be NULL */
	const char *variant_title;   /* of one of several of that title; NULL = none */
	unsigned traits;
};

/* A column of a look-up table (tables/<table>.csv) whose answers are names at the other end. */
struct answer_column {
	const char *table, *column;
};

/*
 * A look-up table (tables/<table>.csv) whose keys are names that documents of this kind carry, such as
 * warehouses or carriers.
 */
struct name_table {
	enum record_kind kind;
	const char *table;
	const char *column; /* that answers; NULL = the first one */
	bool optional;      /* a name without a row goes over as it is */
};

/* How records of one kind are read from a system. What is no pointer to one is not read. */
struct source {
	/*
	 * The next page, oldest change first. Page and texts live in the arena. A page is
	 * complete or the call fails: the engine moves the checkpoint after each.
	 */
	enum errk (*pull)(struct connector *c, const struct pull_request *req, struct arena *a,
			  struct page *out, struct err *e);
	/*
	 * Named records, whatever the checkpoint: who is an id, a name ("#1001", "1001"). Of req only the kind
	 * and what can be asked there is set, but for knows: what is named is not to be had as it is known.
	 * What is not there is a record with problem set ("not_found") and id = who.
	 */
	enum errk (*pull_only)(struct connector *c, const struct pull_request *req,
			       const char *const *who, size_t n, struct arena *a, struct page *out,
			       struct err *e);
	/*
	 * Of a source whose documents may say a part of their record: what the target was not told yet and waits, or is being
	 * sent, together with what comes now and says otherwise. Right after the page that it came in. NULL = each document
	 * says all.
	 */
	const char *(*merge)(struct connector *c, const char *before, const char *now,
			     struct arena *a);
	/* What it can't give, one plain sentence each, NULL-terminated; NULL = nothing is missing. */
	const char *const *lacks;
	bool own_days; /* its records say what day it was where they were made: see pull_request.since_day */
	/*
	 * Its records have written_ns: one of which no file is remembered is older than any. Else it is as new as the
	 * target's last write.
	 */
	bool keeps_times;
	bool tells_gone; /* it says of what it no longer has that it is gone, see RECORD_GONE, page.unlisted */
};

/* Files that a person brings further, and takes away when that is done: whether it was done nobody tells. */
struct files_by_hand {
	const char *where; /* their folder */
	int64_t n, since;  /* since: the oldest, seconds; 0 = there is none */
	const char *how;   /* "import each in the admin (Products > Import), …" */
};

/* How records of one kind are written to a system. */
struct sink {
	size_t batch; /* items that one put likes */
	bool looks;   /* put can look at first: where few of many differ */
	/*
	 * put compares with what is there, so that an interrupted one is not repeated where a newer
	 * version of its record waits: only the newest is put.
	 */
	bool compares;
	bool keeps_unconfirmed; /* of orders: it can have one that nobody ships until it is confirmed */
	/*
	 * Writes a batch and fills each item. Never sends twice by itself. Returns E_OK when
	 * every item has its outcome, else what stops the run: E_BUSY (nothing was written),
	 * E_UNSURE (all items may have landed), E_REFUSED, E_LOCAL. What is unsure again when it was put with
	 * `unsure` keeps nothing else waiting, where the target finds or compares.
	 */
	enum errk (*put)(struct connector *c, struct put_batch *batch, struct arena *a,
			 struct err *e);
	/*
	 * The engine has committed the batch's outcome: what was kept for `unsure` may go.
	 * NULL if there is nothing to do.
	 */
	void (*put_committed)(struct connector *c, const struct put_batch *batch);
	/*
	 * What the target proves of earlier writes. NULL where it finds by our reference what is there, so
	 * that nothing can be written twice, or where nothing can be known.
	 */
	enum errk (*history)(struct connector *c, const struct history_request *q, struct arena *a,
			     struct history *out, struct err *e);
	/* What is there, without writing; NULL if it can't be told. E_BUSY, E_REFUSED, E_LOCAL. */
	enum errk (*landed)(struct connector *c, struct landed_request *q, struct arena *a,
			    struct err *e);
	/* Our reference of a record there; NULL where landed always knows the record. */
	const char *(*reference)(struct connector *c, const char *record, struct arena *a);
	/*
	 * Of a target that may be configured to take records less far than they ask for, and keeps in each
	 * one's kept how far it took it ("" = that is not known): would it take this document further now? And
	 * all kept texts of which that may be so, whatever the document, NULL-terminated. Both NULL elsewhere.
	 */
	bool (*further)(struct connector *c, const char *doc, const char *kept);
	const char *const *(*held)(struct connector *c, struct arena *a);
	/*
	 * Later answers since the last call; each is handed to fn, and forgotten once fn
	 * returned E_OK. E_RECORD of fn: this state file wrote no such document, and all that is answered to it stays for
	 * whoever did. NULL if the system has none.
	 */
	enum errk (*acknowledgements)(struct connector *c, struct arena *a,
				      enum errk (*fn)(void *ctx, const struct acknowledgement *s,
						      struct err *e),
				      void *ctx, struct err *e);
	/* Does an answer come to each put? Until then it is not known whether it is there. NULL = no. */
	bool (*answers)(const struct conf *c);
	/*
	 * Of a target that is known by what people lay there: by which catalogue put finds articles now. Another text is another
	 * one, and may have what was missing. NULL = it can't be told, put says why. NULL where put asks the target itself.
	 */
	const char *(*catalogue)(struct connector *c, struct arena *a);
	/*
	 * Of a target that takes files by a person's hand: those that lie there. That is seen in their folder alone, and nothing is
	 * opened. NULL elsewhere.
	 */
	enum errk (*by_hand)(struct conf *conf, struct arena *a, struct files_by_hand *out,
			     struct err *e);
};

/* What only `check` asks. */
struct examination {
	/*
	 * Looks at the other end without writing: reachable, credentials, version, rights for
	 * these kinds (1 << KIND_… each). Says each finding. Returns E_OK when the look itself was
	 * possible, whatever was found.
	 */
	enum errk (*check)(struct connector *c, unsigned pull, unsigned put,
			   const struct check_sink *sink, struct err *e);
	/*
	 * Columns whose answers can be looked up, ended by a row with table NULL, and the looking:
	 * says what is not there. Both NULL if there are none.
	 */
	const struct answer_column *answer_columns;
	enum errk (*check_answer)(struct connector *c, const struct answer_column *column,
				  const char *answer, const struct check_sink *sink, struct err *e);
	/*
	 * Such tables for what this source reads, ended by a row with table NULL, and the names
	 * that it has now: `check` says which of them no row answers. Both NULL if there are none.
	 */
	const struct name_table *name_tables;
	enum errk (*names)(struct connector *c, const struct name_table *table, struct arena *a,
			   const char *const **name, size_t *n, struct err *e);
};

/*
 * Which system it is. What is remembered of one, delivered there or read from there, is not true of another one
 * that answers in its place.
 */
struct identity {
	/* Where it is, as the configuration says it, for people: "database erp at erp.example.com"; NULL = anywhere. */
	const char *place;
	/* What it says of itself, the same as long as it exists; NULL = it was not asked, or says nothing. */
	const char *mark;
	/* The name of the shop in what is written there, and the key that it comes from; NULL = there is none. */
	const char *shop, *shop_key;
};

/* Of "ERP.example.com:8069" what names the machine, "erp.example.com", whatever stands between. */
const char *identity_host(const char *host, struct arena *a);

struct connector_type {
	const char *name;            /* "shopify", "csv": [store] connector=, mappings/<name>/ */
	const char *title;           /* "Shopify": for people */
	const struct conf_key *keys; /* its configuration, ended by a row with section NULL */
	/* What it can do at each end; NULL = it can't. */
	const struct source *source[SIDE_COUNT_][KIND_COUNT_];
	const struct sink *sink[SIDE_COUNT_][KIND_COUNT_];
	struct examination examination;

	/* Reads configuration and secrets, sends nothing yet. E_LOCAL. */
	enum errk (*open)(const struct connector_env *env, struct connector **out, struct err *e);
	void (*close)(struct connector *c); /* takes NULL and half-open */
	/*
	 * ask: it may be asked for its mark, with requests that a put or a pull makes first in any case. Errors as
	 * theirs. NULL = only by its type is it told from another.
	 */
	enum errk (*identify)(struct connector *c, bool ask, struct arena *a, struct identity *out,
			      struct err *e);
	/*
	 * Of a store: the time zone that its days are of, as clock_day takes it. *zone NULL: it does not say. NULL: it
	 * can't be asked. Errors as a pull's.
	 */
	enum errk (*zone)(struct connector *c, struct arena *a, const char **zone, struct err *e);
	/*
	 * For `skus check`: all articles, archived ones too, each handed to fn; its texts live until fn
	 * returns. Complete, or the call fails; the memory it takes does not grow with their number
	 * where the system can be asked page by page. E_BUSY, E_REFUSED, E_LOCAL, and what fn returns.
	 * NULL if the system has no catalogue.
	 */
	enum errk (*catalogue)(struct connector *c,
			       enum errk (*fn)(void *ctx, const struct article *x, struct err *e),
			       void *ctx, struct err *e);
};

/* It can be the one or the other end of something. */
bool connector_serves(const struct connector_type *t, enum side side);

/* All connectors of this build; NULL-terminated. */
extern const struct connector_type *const connector_types[];
/* One name may be two connectors, one for each end. What does not serve there is found all the same; NULL: unknown. */
const struct connector_type *connector_find(const char *name, enum side side);

extern const struct connector_type shopify_connector, shopify_admin_connector, exchange_connector,
	odoo_connector;

#endif

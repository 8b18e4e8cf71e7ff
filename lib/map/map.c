#include "map/map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/cleanup.h"
#include "base/csvfile.h"
#include "base/everybody.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/json.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "map/canonical.h"
#include "map/program.h"
#include "map/table.h"
#include "map/worker.h"
#include "net/redact.h"

#include "base/banned.h"

enum { KINDS_MAX = 16, ASKED_MAX = 16, FILE_MAX = 4 * 1024 * 1024 };
/*
 * A document is mapped in a millisecond, the largest in less than one second; reading tables of some
 * hundred thousand rows takes longer.
 */
enum { LIMIT_MS = 10 * 1000, LOAD_FACTOR = 6 };
static const int64_t MEMORY = (int64_t)1 << 30;

struct loaded {
	char *kind;
	struct program *program;
};

struct mapper {
	struct arena *arena; /* what lives as long as the mapper */
	const char *system;
	const char *dirs[3];   /* overrides if any, shipped, NULL: the first that has a file wins */
	struct table **tables; /* all that there are; NULL before the first use */
	size_t n_tables;
	struct loaded loaded[KINDS_MAX];
	size_t n_loaded;
	struct asked {
		const char *name;
		struct table *table; /* NULL: there is none */
	} asked[ASKED_MAX];          /* tables that map_answer was asked about */
	size_t n_asked;
	struct worker *worker; /* in which programs run; what is loaded is loaded there */
	int64_t limit_ms;      /* for one document */
};

static enum errk answer(void *ctx, const char *question, size_t question_len, struct arena *a,
			const char **out, size_t *len, struct err *e);

static enum errk no_folder(const char *dir, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct stat st;

	if (stat(dir, &st) == 0)
		return err_set(e, E_LOCAL, "bad_mapping",
			       "[mappings] path: %s is a file, and a folder is to be named", dir);
	return err_set(e, E_LOCAL, "bad_mapping",
		       "[mappings] path: the folder %s does not exist; correct the path, or run: "
		       "mkdir -p %s",
		       dir, file_shell_name(path_join(a, dir, "tables"), a));
}

enum errk mapper_open(const char *system, const char *override_dir, const char *shipped_dir,
		      struct mapper **out, struct err *e)
{
	struct mapper *m;
	size_t n = 0;
	enum errk rc;

	if (override_dir && !dir_exists(override_dir))
		return no_folder(override_dir, e);
	if (!dir_exists(shipped_dir))
		return err_set(e, E_LOCAL, "bad_mapping",
			       "the folder of the shipped mappings, %s, does not exist",
			       shipped_dir);
	rc = override_dir ? everybody_writes_below(override_dir, e) : E_OK;
	if (rc == E_OK)
		rc = everybody_writes_below(shipped_dir, e);
	if (rc != E_OK)
		return rc;
	m = calloc(1, sizeof(*m));
	if (!m)
		die(70, "out of memory");
	m->arena = arena_new();
	m->system = arena_strdup(m->arena, system);
	/* Absolute, because jq takes other names as relative to something of its own. */
	if (override_dir)
		m->dirs[n++] = path_absolute(m->arena, override_dir);
	m->dirs[n] = path_absolute(m->arena, shipped_dir);
	m->limit_ms = LIMIT_MS;
	m->worker = worker_new(&(struct worker_job){answer, m, MEMORY});
	*out = m;
	return E_OK;
}

static void drop_tables(struct mapper *m)
{
	for (size_t i = 0; i < m->n_tables; i++)
		table_free(m->tables[i]);
	m->n_tables = 0;
	m->tables = NULL;
}

void mapper_free(struct mapper *m)
{
	if (!m)
		return;
	worker_free(m->worker);
	for (size_t i = 0; i < m->n_asked; i++)
		table_free(m->asked[i].table);
	drop_tables(m);
	arena_free(m->arena);
	free(m);
}

/* The file in effect, or NULL. What is there and can't be read hides none that is shipped. */
static const char *find(const struct mapper *m, const char *name, struct arena *a)
{
	struct stat st;

	for (size_t i = 0; m->dirs[i]; i++) {
		const char *path = path_join(a, m->dirs[i], name);

		if (lstat(path, &st) == 0)
			return path;
	}
	return NULL;
}

/* Names like "tables/skus.csv" of one sub-folder over all folders, sorted, each once. */
struct names {
	const char **name;
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum errk list_files(const struct mapper *m, const char *sub, const char *ending,
			    struct arena *a, struct names *out, struct err *e)
{
	struct file_entry *entries[3] = {NULL};
	size_t n[3] = {0}, total = 0, kept = 0;
	const char **all;

	for (size_t i = 0; m->dirs[i]; i++) {
		const char *dir = *sub ? path_join(a, m->dirs[i], sub) : m->dirs[i];
		enum errk k = E_OK;

		if (dir_exists(dir))
			k = dir_list(dir, a, &entries[i], &n[i], e);
		if (k != E_OK)
			return k;
		total += n[i];
	}
	all = arena_array(a, total, sizeof(*all));
	total = 0;
	for (size_t i = 0; m->dirs[i]; i++)
		for (size_t k = 0; k < n[i]; k++)
			if (str_ends(entries[i][k].name, ending))
				all[total++] = *sub ? path_join(a, sub, entries[i][k].name)
						    : entries[i][k].name;
	qsort(all, total, sizeof(*all), by_name);
	for (size_t i = 0; i < total; i++)
		if (kept == 0 || strcmp(all[kept - 1], all[i]) != 0)
			all[kept++] = all[i];
	*out = (struct names){all, kept};
	return E_OK;
}

/*
 * What a person does before a row can be added, and where: the shipped file is overwritten by updates, and a table
 * of one's own with nothing but the new row would park what the shipped rows answer.
 */
static void add_place(const struct mapper *m, const char *path, const char *file, struct arena *a,
		      struct table *table)
{
	const char *shipped = path_join(a, m->dirs[m->dirs[1] ? 1 : 0], file);
	const char *before = "", *place = "there";

	if (!str_equal(path, shipped))
		place = arena_printf(a, "in %s", path);
	else if (m->dirs[1])
		before = arena_printf(a, "copy %s to %s and ", path,
				      path_join(a, m->dirs[0], file));
	else
		before = arena_printf(a,
				      "set [mappings] path to a folder of your own, copy %s to %s "
				      "in it and ",
				      path, file);
	table_place(table, before, place);
}

static enum errk add_table(struct mapper *m, const char *file, struct arena *a, struct err *e)
{
	const char *path = find(m, file, a), *name = file + strlen("tables/");
	struct table *t;
	enum errk k;

	name = arena_strndup(a, name, strlen(name) - strlen(".csv"));
	k = table_load(path, name, &t, e);
	if (k != E_OK)
		return k;
	add_place(m, path, file, a, t);
	m->tables[m->n_tables++] = t;
	return E_OK;
}

static enum errk load_tables(struct mapper *m, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct names files;
	enum errk k;

	if (m->tables)
		return E_OK;
	k = list_files(m, "tables", ".csv", a, &files, e);
	if (k != E_OK)
		return k;
	m->tables = arena_array(m->arena, files.n + 1, sizeof(struct table *));
	for (size_t i = 0; k == E_OK && i < files.n; i++)
		k = add_table(m, files.name[i], a, e);
	if (k != E_OK)
		drop_tables(m);
	return k;
}

/* What a program asks while it runs. */
static enum errk ask_tables(void *ctx, const cJSON *question, struct arena *a, const char **out,
			    struct err *e)
{
	const struct mapper *m = ctx;

	return table_ask(m->tables, m->n_tables, question, a, out, e);
}

/* In the worker. */
static enum errk compile(struct mapper *m, const char *kind, struct program **out, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *file = arena_printf(a, "%s/%s.jq", m->system, kind);
	CLEANUP(json) cJSON *tables = json_object();
	struct program_source src = {.path = find(m, file, a),
				     .dirs = m->dirs,
				     .tables = tables,
				     .ask = ask_tables,
				     .ctx = m};
	char *text;
	enum errk k;

	if (!src.path && m->dirs[1])
		return err_set(e, E_LOCAL, "bad_mapping", "no mapping %s in %s or %s", file,
			       m->dirs[0], m->dirs[1]);
	if (!src.path)
		return err_set(e, E_LOCAL, "bad_mapping", "no mapping %s in %s", file, m->dirs[0]);
	k = load_tables(m, e);
	if (k == E_OK)
		k = file_read(src.path, FILE_MAX, a, &text, NULL, e);
	if (k != E_OK)
		return k;
	/* jq looks for what a program includes in the working folder first, which is anybody's. */
	if (chdir(m->dirs[0]) != 0)
		return err_set(e, E_LOCAL, "bad_mapping", "the folder %s can't be entered (%s)",
			       m->dirs[0], strerror(errno));
	src.text = text;
	for (size_t i = 0; i < m->n_tables; i++)
		json_add(tables, table_name(m->tables[i]), table_json(m->tables[i]));
	return program_compile(&src, out, e);
}

static enum errk program_of(struct mapper *m, const char *kind, struct program **out, struct err *e)
{
	enum errk k;

	for (size_t i = 0; i < m->n_loaded; i++) {
		if (str_equal(m->loaded[i].kind, kind)) {
			*out = m->loaded[i].program;
			return E_OK;
		}
	}
	if (m->n_loaded == KINDS_MAX)
		BUG("more than %d kinds of document", KINDS_MAX);
	k = compile(m, kind, out, e);
	if (k == E_OK)
		m->loaded[m->n_loaded++] = (struct loaded){arena_strdup(m->arena, kind), *out};
	return k;
}

void mapper_limit(struct mapper *m, int64_t ms_per_document)
{
	m->limit_ms = ms_per_document;
}

/* The worker is asked with a kind alone to compile its program, with "<kind>\0<document>" to run it. */
static enum errk ask(struct mapper *m, const struct worker_question *q, struct arena *a,
		     const char **out, struct err *e)
{
	enum errk k = worker_ask(m->worker, q, a, out, e);
	const char *name = arena_printf(a, "%s/%s.jq", m->system, q->head), *path;

	if (k != E_RECORD || !str_equal(e->code, WORKER_SPENT))
		return k;
	path = find(m, name, a);
	return err_set(e, k, e->code,
		       "mapping %s %s; if it has an endless loop, mend it in %s, else raise "
		       "[mappings] max_time or make the document smaller",
		       name, arena_strdup(a, e->msg), path ? path : name);
}

/* Compiles a program where it is to run. What it costs there is not a record's fault. */
static enum errk load(struct mapper *m, const char *kind, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *nothing;
	const struct worker_question q = {.head = kind,
					  .head_len = strlen(kind),
					  .limit_ms = m->limit_ms * LOAD_FACTOR};
	enum errk k = ask(m, &q, a, &nothing, e);

	if (k == E_RECORD)
		k = err_set(e, E_LOCAL, "bad_mapping", "%s", arena_strdup(a, e->msg));
	return k;
}

enum errk map_check(struct mapper *m, const char *kind, struct err *e)
{
	enum errk k = load(m, kind, e);

	return k == E_OK ? load_tables(m, e) : k;
}

void map_answers(const struct mapper *m, const char *table, const char *column, struct arena *a,
		 const char ***out, size_t *n)
{
	struct table_answers found = {0};

	for (size_t i = 0; i < m->n_tables; i++)
		if (str_equal(table_name(m->tables[i]), table))
			table_answers(m->tables[i], column, &found, a);
	*out = found.at;
	*n = found.n;
}

static enum errk asked_table(struct mapper *m, const char *name, const struct table **out,
			     struct err *e)
{
	struct table *t = NULL;
	const char *path;
	enum errk k = E_OK;

	for (size_t i = 0; i < m->n_asked; i++)
		if (str_equal(m->asked[i].name, name)) {
			*out = m->asked[i].table;
			return E_OK;
		}
	if (m->n_asked == ASKED_MAX)
		BUG("more than %d tables were asked", ASKED_MAX);
	path = find(m, arena_printf(m->arena, "tables/%s.csv", name), m->arena);
	if (path)
		k = table_load(path, name, &t, e);
	if (k != E_OK)
		return k;
	m->asked[m->n_asked++] = (struct asked){arena_strdup(m->arena, name), t};
	*out = t;
	return E_OK;
}

enum errk map_answer(struct mapper *m, const char *table, const char *column, const char *key,
		     struct arena *a, const char **out, struct err *e)
{
	const struct table *t = NULL;
	enum errk k = asked_table(m, table, &t, e);

	if (k == E_OK)
		*out = t ? arena_strdup(a, table_answer(t, column, key)) : NULL;
	return k;
}

enum errk map_has_row(struct mapper *m, const char *table, const char *key, bool *out,
		      struct err *e)
{
	const struct table *t = NULL;
	enum errk k = asked_table(m, table, &t, e);

	*out = k == E_OK && t && table_has_row(t, key);
	return k;
}

static const char *exact(const struct table *t, const char *what, const char *name, struct arena *a)
{
	return name ? table_answer_exact(t, arena_printf(a, "%s:%s", what, name)) : NULL;
}

const char *map_line_key(const struct map_line *line, struct arena *a)
{
	const char *variant = line->variant_title;
	char *key = variant && *variant ? arena_printf(a, "title:%s - %s", line->title, variant)
					: arena_printf(a, "title:%s", line->title);
	size_t len = strlen(key);

	while (len > 0 && strchr(" \t\r\n", key[len - 1]))
		key[--len] = '\0';
	return key;
}

void map_masked_key(struct err *e)
{
	static const char where[] = "erpsync skus check --titles --personal";
	const char *key = strstr(e->msg, "'title:");

	if (key && strstr(key, "***") && !strstr(key, where))
		err_append(e, "; %s lists that row as it is to be", where);
}

enum errk map_table_form(const struct mapper *m, const char *table, struct arena *a,
			 struct map_form *out, struct err *e)
{
	CLEANUP(csv_reader) struct csv_reader *r = NULL;
	const char *path = find(m, arena_printf(a, "tables/%s.csv", table), a), **column;
	enum errk k = path ? csv_reader_open_head(path, &r, e) : E_OK;

	*out = (struct map_form){.delimiter = ','};
	if (k != E_OK || !path)
		return k;
	out->n = csv_reader_header(r)->n;
	out->delimiter = csv_reader_delimiter(r);
	out->column = column = arena_array(a, out->n, sizeof(*column));
	for (size_t i = 0; i < out->n; i++)
		column[i] = arena_strdup(a, csv_reader_header(r)->cell[i]);
	return E_OK;
}

enum errk map_line_article(struct mapper *m, const struct map_line *line, struct arena *a,
			   const char **out, struct err *e)
{
	const struct table *t = NULL;
	const char *found = NULL;
	enum errk k = asked_table(m, "skus", &t, e);

	if (k == E_OK && t && line->sku && *line->sku) {
		found = table_answer(t, NULL, line->sku);
	} else if (k == E_OK && t) {
		if (line->title)
			found = table_answer_exact(t, map_line_key(line, a));
		found = found ? found : exact(t, "title", line->title, a);
		found = found ? found : exact(t, "kind", line->kind, a);
	}
	*out = arena_strdup(a, found);
	return k;
}

/*
 * A sum that is wrong can't be mended here. Where the shop itself told the figures, they are the truth; a
 * file may have been changed on its way, and dropping its order would lose it.
 */
static enum errk verify(const char *kind, const cJSON *doc, struct arena *a, struct err *e)
{
	const char *name = json_str(doc, "name");
	enum errk k = canonical_verify(kind, doc, e);

	if (k != E_RECORD || !str_equal(e->code, "bad_sum") || !name)
		return k;
	if (str_equal(json_str(doc, "source"), "csv"))
		return err_append(e,
				  "; the file was changed after its download, or the order was "
				  "edited and lines that were removed are still listed: use the "
				  "file as it was downloaded, or read the order by the shop's API");
	return err_append(e,
			  "; correct it in the shop; or, where the ERP has it, entered by hand: "
			  "erpsync adopt %ss %s; or leave it out until it changes: erpsync "
			  "queue drop %s",
			  kind, shell_word(name, a), shell_word(name, a));
}

static enum errk run_on(struct mapper *m, const char *kind, const char *canonical, size_t len,
			struct arena *a, const char **out, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	struct program *p = NULL;
	enum errk k = program_of(m, kind, &p, e);

	if (k == E_OK)
		k = json_parse(canonical, len, &doc, e);
	if (k == E_OK)
		k = verify(kind, doc, a, e);
	if (k == E_OK)
		k = program_run(p, doc, a, out, e);
	return k;
}

/* In the worker; see ask(). */
static enum errk answer(void *ctx, const char *question, size_t question_len, struct arena *a,
			const char **out, size_t *len, struct err *e)
{
	struct mapper *m = ctx;
	size_t head = strlen(question);
	struct program *p;
	enum errk k;

	if (head == question_len)
		return program_of(m, question, &p, e);
	head++;
	k = run_on(m, question, question + head, question_len - head, a, out, e);
	if (k == E_OK)
		*len = strlen(*out);
	return k;
}

/* What the document names as an article is none of what may not be said. */
static bool is_sku(const void *ctx, const char *word)
{
	const struct worker_question *q = ctx;
	char member[300];
	int n = snprintf(member, sizeof(member), "\"sku\":\"%s\"", word);

	return n < (int)sizeof(member) && memmem(q->body, q->body_len, member, (size_t)n);
}

enum errk map_run(struct mapper *m, const char *kind, const char *canonical, size_t len,
		  struct arena *a, const char **out, struct err *e)
{
	const struct worker_question q = {kind, canonical, strlen(kind) + 1, len, m->limit_ms};
	enum errk k = worker_is_up(m->worker) ? E_OK : load(m, kind, e);

	if (k == E_OK)
		k = ask(m, &q, a, out, e);
	/* It quotes the document: anybody may write anything into a tax's name or a discount code. */
	if (k == E_RECORD) {
		err_set(e, k, e->code, "%s", redact_text_but(e->msg, is_sku, &q, a));
		map_masked_key(e);
	}
	return k;
}

enum errk map_fingerprint(struct mapper *m, const char *kind, char out[HASH_HEX_SIZE],
			  struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(hash) struct hash *h = hash_new();
	const char *const where[][2] = {{"", ".jq"}, {m->system, ".jq"}, {"tables", ".csv"}};
	char content[HASH_HEX_SIZE];

	/* A program may include any module of its folder: all kinds share one fingerprint. */
	(void)kind;
	for (size_t i = 0; i < sizeof(where) / sizeof(where[0]); i++) {
		struct names files;
		enum errk k = list_files(m, where[i][0], where[i][1], a, &files, e);

		for (size_t f = 0; k == E_OK && f < files.n; f++) {
			k = hash_file(find(m, files.name[f], a), content, e);
			if (k == E_OK) {
				hash_add(h, files.name[f], strlen(files.name[f]) + 1);
				hash_add(h, content, sizeof(content));
			}
		}
		if (k != E_OK)
			return k;
	}
	hash_finish(h, out);
	return E_OK;
}

#include "files/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json.h"
#include "files/cell_text.h"
#include "files/folder.h"

#include "base/banned.h"

enum { FILE_BYTES_MAX = 256 * 1024 * 1024 };

/* A row that stands in a file, found again by its key. Open addressing, at most half full. */
struct seen_row {
	const char *key; /* NULL: a free place */
	uint64_t hash;
	size_t at, len, item; /* where in the file's text, and whose */
};

struct span {
	size_t at, len;
};

struct render_row_set {
	struct seen_row *row;
	size_t cap, n;
	struct span *dead; /* rows that a later item replaced, in no order */
	size_t n_dead, dead_cap;
};

/* One file of one document while it is being judged. */
struct part {
	struct rendered_file *file;
	struct cell_column *column;
	size_t n_columns;
	struct str text;
	int key;     /* the column that tells rows apart; -1 = the whole row does */
	size_t *end; /* where each row ends in text */
	const char **row_key;
	size_t rows;
};

struct job {
	const struct render_style *style;
	const char *main_key;
	struct arena *a;
	struct rendered *out;
};

static void cleanup_parts(struct part (*part)[RENDER_FILES_MAX])
{
	for (size_t i = 0; i < RENDER_FILES_MAX; i++)
		str_release(&(*part)[i].text);
}

void rendered_release(struct rendered *r)
{
	for (size_t i = 0; i < r->n; i++)
		str_release(&r->file[i].text);
	r->n = 0;
}

static uint64_t fnv1a(const char *s, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
	return h;
}

static void set_grow(struct render_row_set *set, struct arena *a)
{
	struct seen_row *larger;
	size_t cap = set->cap ? 2 * set->cap : 256;

	if (2 * (set->n + 1) <= set->cap)
		return;
	larger = arena_array(a, cap, sizeof(*larger));
	for (size_t i = 0; i < set->cap; i++) {
		size_t at = set->row[i].hash & (cap - 1);

		if (!set->row[i].key)
			continue;
		while (larger[at].key)
			at = (at + 1) & (cap - 1);
		larger[at] = set->row[i];
	}
	set->row = larger;
	set->cap = cap;
}

/* The place of a key: taken by it, or free. */
static struct seen_row *set_find(struct render_row_set *set, const char *key, struct arena *a)
{
	uint64_t hash = fnv1a(key, strlen(key));
	size_t at;

	set_grow(set, a);
	for (at = hash & (set->cap - 1); set->row[at].key; at = (at + 1) & (set->cap - 1))
		if (set->row[at].hash == hash && str_equal(set->row[at].key, key))
			break;
	set->row[at].hash = hash;
	return &set->row[at];
}

static void set_kill(struct render_row_set *set, const struct seen_row *row, struct arena *a)
{
	if (set->n_dead == set->dead_cap) {
		struct span *larger;

		set->dead_cap = set->dead_cap ? 2 * set->dead_cap : 32;
		larger = arena_array(a, set->dead_cap, sizeof(*larger));
		if (set->n_dead)
			memcpy(larger, set->dead, set->n_dead * sizeof(*larger));
		set->dead = larger;
	}
	set->dead[set->n_dead++] = (struct span){row->at, row->len};
}

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Takes the replaced rows out of the file. */
static void bury(struct rendered_file *file)
{
	struct render_row_set *set = file->seen;
	size_t to, from;

	if (set->n_dead == 0)
		return;
	qsort(set->dead, set->n_dead, sizeof(*set->dead), by_place);
	to = set->dead[0].at;
	for (size_t i = 0; i < set->n_dead; i++) {
		size_t end = i + 1 < set->n_dead ? set->dead[i + 1].at : file->text.len;

		from = set->dead[i].at + set->dead[i].len;
		memmove(file->text.buf + to, file->text.buf + from, end - from);
		to += end - from;
	}
	file->text.len = to;
	file->text.buf[to] = '\0';
	file->rows -= set->n_dead;
}

/*
 * Whether a row is to be written: not if an earlier item wrote the same. Of two rows with one key
 * the later item's stays, for it is newer. Rows of one item never replace each other.
 */
static bool set_add(struct rendered_file *file, const char *key, const char *row, size_t len,
		    size_t item, struct arena *a)
{
	struct render_row_set *set = file->seen;
	struct seen_row *place;

	key = key && key[0] ? arena_strdup(a, key) : arena_strndup(a, row, len);
	place = set_find(set, key, a);
	if (place->key && place->item == item)
		return true;
	if (place->key && place->len == len && memcmp(file->text.buf + place->at, row, len) == 0)
		return false;
	if (place->key)
		set_kill(set, place, a);
	else
		set->n++;
	*place = (struct seen_row){key, place->hash, file->text.len, len, item};
	return true;
}

static enum errk bad_mapping(struct err *e, const char *what, const char *file)
{
	return err_set(e, E_LOCAL, "bad_mapping", "the mapping's file '%s' %s", file, what);
}

static bool key_is_sound(const char *key)
{
	size_t len = strlen(key);

	return len > 0 && len <= 40 && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static enum errk read_columns(const cJSON *list, const char *key, struct arena *a,
			      struct part *part, struct err *e)
{
	part->column = arena_array(a, json_count(list, ""), sizeof(*part->column));
	JSON_EACH (c, list) {
		struct cell_column *to = &part->column[part->n_columns++];

		to->name = json_str(c, "name");
		if (!to->name || !cell_type_parse(json_str(c, "type"), &to->type))
			return bad_mapping(e,
					   "has a column without a name, or whose type is none of "
					   "text, exact, amount, count, time",
					   key);
	}
	return part->n_columns ? E_OK : bad_mapping(e, "has no columns", key);
}

/* "key" names the column that says which rows are about the same thing; it may be missing. */
static enum errk find_key(const char *name, const char *file, struct part *part, struct err *e)
{
	part->key = -1;
	for (size_t i = 0; name && i < part->n_columns; i++)
		if (str_equal(part->column[i].name, name))
			part->key = (int)i;
	return name && part->key < 0
		       ? bad_mapping(e, "has no column of the name that its key says", file)
		       : E_OK;
}

static enum errk write_header(const struct job *job, struct rendered_file *file,
			      const struct part *part, struct err *e)
{
	const char **names = arena_array(job->a, part->n_columns, sizeof(*names));

	for (size_t i = 0; i < part->n_columns; i++)
		names[i] = part->column[i].name;
	if (csv_write_row(&file->text, &job->style->format, names, part->n_columns, e) == E_OK)
		return E_OK;
	e->kind = E_LOCAL;
	return err_wrap(e, "header of %s", file->key);
}

/* The file of the batch that a document's file goes to; the first document decides the columns. */
static enum errk target_file(const struct job *job, const char *name, const char *columns,
			     struct part *part, struct err *e)
{
	struct rendered *r = job->out;
	struct rendered_file *file;
	enum errk k;

	if (!key_is_sound(name))
		return bad_mapping(e, "must be named in a-z, 0-9 and _", name);
	const char *key = folder_file_key(job->main_key, name, job->a);
	if (!key)
		return bad_mapping(e,
				   "is called as files of another kind are; give it another name",
				   name);
	for (size_t i = 0; i < r->n; i++) {
		if (!str_equal(r->file[i].key, key))
			continue;
		if (!str_equal(r->file[i].columns, columns))
			return bad_mapping(e, "has other columns than in the order before it", key);
		part->file = &r->file[i];
		return E_OK;
	}
	if (r->n == RENDER_FILES_MAX)
		return bad_mapping(e, "is one too many: eight are possible", key);
	file = &r->file[r->n];
	*file = (struct rendered_file){
		.key = arena_strdup(job->a, key),
		.columns = columns,
		.seen = arena_alloc(job->a, sizeof(*file->seen)),
	};
	str_init(&file->text, FILE_BYTES_MAX);
	r->n++;
	if (job->style->format.encoding == CSV_UTF8_BOM)
		str_add(&file->text, "\xef\xbb\xbf");
	k = write_header(job, file, part, e);
	part->file = file;
	return k;
}

static enum errk render_row(const struct job *job, struct part *part, const cJSON *row,
			    struct err *e)
{
	const char **cell = arena_array(job->a, part->n_columns, sizeof(*cell));
	size_t n = 0;
	enum errk k;

	if (json_count(row, "") != part->n_columns)
		return err_set(e, E_RECORD, "bad_mapping",
			       "file '%s': a row has %zu cells instead of %zu", part->file->key,
			       json_count(row, ""), part->n_columns);
	JSON_EACH (value, row) {
		k = cell_text(value, &part->column[n], job->style->decimal_comma, job->a, &cell[n],
			      e);
		if (k != E_OK)
			return k;
		n++;
	}
	k = csv_write_row(&part->text, &job->style->format, cell, n, e);
	if (k == E_RECORD && str_equal(e->code, "bad_encoding"))
		return cell_bad_encoding(&job->style->format, part->column, cell, n, e);
	if (k != E_OK)
		return k;
	part->row_key[part->rows] = part->key >= 0 ? cell[part->key] : NULL;
	part->end[part->rows++] = part->text.len;
	return E_OK;
}

/* Columns that stand behind a file's own, see mappings/csv/README.md. */
static enum errk join_columns(cJSON *file, const cJSON *also, struct err *e)
{
	cJSON *rows = cJSON_GetObjectItemCaseSensitive(file, "rows"),
	      *row = rows ? rows->child : NULL;

	if (!also || !row)
		return E_OK;
	if (json_count(also, "rows") != json_count(rows, ""))
		return err_set(
			e, E_RECORD, "bad_mapping",
			"file '%s': the mapping gives %zu rows, and \"also\" has %zu: each needs "
			"its own",
			file->string, json_count(rows, ""), json_count(also, "rows"));
	JSON_EACH (column, json_at(also, "columns"))
		cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(file, "columns"),
				     cJSON_Duplicate(column, true));
	JSON_EACH (more, json_at(also, "rows")) {
		JSON_EACH (cell, more)
			cJSON_AddItemToArray(row, cJSON_Duplicate(cell, true));
		row = row->next;
	}
	return E_OK;
}

static enum errk render_part(const struct job *job, const cJSON *file, struct part *part,
			     struct err *e)
{
	const cJSON *columns = cJSON_GetObjectItemCaseSensitive(file, "columns");
	const cJSON *rows = cJSON_GetObjectItemCaseSensitive(file, "rows");
	enum errk k;

	if (!cJSON_IsArray(columns) || !cJSON_IsArray(rows))
		return bad_mapping(e, "needs the arrays columns and rows", file->string);
	str_init(&part->text, FILE_BYTES_MAX);
	part->end = arena_array(job->a, json_count(rows, ""), sizeof(*part->end));
	part->row_key = arena_array(job->a, json_count(rows, ""), sizeof(*part->row_key));
	k = read_columns(columns, file->string, job->a, part, e);
	if (k == E_OK)
		k = find_key(json_str(file, "key"), file->string, part, e);
	if (k == E_OK)
		k = target_file(job, file->string, json_text(columns, job->a), part, e);
	JSON_EACH (row, rows) {
		if (k != E_OK)
			break;
		k = render_row(job, part, row, e);
	}
	return k;
}

/* The item is sound: its rows go into the files. */
static void commit_part(const struct job *job, const struct part *part, size_t item)
{
	struct rendered_file *file = part->file;
	size_t start = 0;
	bool all;

	if (!file)
		BUG("a part without a file");
	all = str_equal(file->key, job->main_key);
	for (size_t i = 0; i < part->rows; i++) {
		const char *row = part->text.buf + start;
		size_t len = part->end[i] - start;

		start = part->end[i];
		if (!all && !set_add(file, part->row_key[i], row, len, item, job->a))
			continue;
		str_addn(&file->text, row, len);
		file->rows++;
	}
}

static enum errk render_item(const struct job *job, struct put_item *item, size_t number,
			     struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	__attribute__((cleanup(cleanup_parts))) struct part part[RENDER_FILES_MAX] = {0};
	const cJSON *files;
	size_t n = 0;
	enum errk k = json_parse(item->doc, strlen(item->doc), &doc, e);

	if (k != E_OK)
		return k;
	files = cJSON_GetObjectItemCaseSensitive(doc, "files");
	if (!cJSON_IsObject(files) || !json_at(files, job->main_key))
		return err_set(e, E_LOCAL, "bad_mapping",
			       "the mapping's result has no file '%s' under \"files\"",
			       job->main_key);
	JSON_EACH_MEMBER (file, files) {
		if (n == RENDER_FILES_MAX)
			return bad_mapping(e, "is one too many: eight are possible", file->string);
		k = join_columns((cJSON *)file, json_at(json_at(doc, "also"), file->string), e);
		if (k == E_OK)
			k = render_part(job, file, &part[n++], e);
		if (k != E_OK)
			return k;
	}
	/* It would count as written, and stand nowhere. Rows of a product may stand there with another item. */
	for (size_t i = 0; i < n && str_equal(job->main_key, "orders"); i++)
		if (part[i].file && str_equal(part[i].file->key, job->main_key) &&
		    part[i].rows == 0)
			return err_set(
				e, E_RECORD, "bad_mapping",
				"file '%s': the mapping gives no row for it; one that is to be left "
				"out is refused in the mapping: fail(\"left_out\"; \"why\")",
				job->main_key);
	for (size_t i = 0; i < n; i++)
		commit_part(job, &part[i], number);
	return E_OK;
}

/* A mapping's files come in any order; jq sorts them by name. */
static void main_first(struct rendered *r, const char *main_key)
{
	for (size_t i = 1; i < r->n; i++) {
		if (str_equal(r->file[i].key, main_key)) {
			struct rendered_file first = r->file[0];

			r->file[0] = r->file[i];
			r->file[i] = first;
		}
	}
}

enum errk render_batch(const struct render_style *style, struct put_item *const *item, size_t n,
		       const char *main_key, struct arena *a, struct rendered *out, struct err *e)
{
	struct rendered r = {0};
	struct job job = {style, main_key, a, &r};
	enum errk k = E_OK;

	for (size_t i = 0; i < n; i++) {
		struct err why = {0};

		if (!item[i]->doc)
			continue;
		k = render_item(&job, item[i], i, &why);
		item[i]->err = why;
		item[i]->err.kind = k;
		if (k != E_OK && k != E_RECORD) {
			*e = why;
			rendered_release(&r);
			return err_wrap(e, "%s", item[i]->label);
		}
	}
	for (size_t i = 0; i < r.n; i++) {
		bury(&r.file[i]);
		if (r.file[i].text.overflow) {
			rendered_release(&r);
			return err_set(e, E_LOCAL, "file_too_large",
				       "a batch of %zu orders makes a file of more than 256 MiB",
				       n);
		}
	}
	main_first(&r, main_key);
	*out = r;
	return E_OK;
}

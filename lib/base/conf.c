#include "base/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

#include "base/cleanup.h"
#include "base/conf_priv.h"
#include "base/everybody.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/secret_look.h"
#include "base/secrets.h"
#include "base/str.h"

#include "base/banned.h"

enum { FILE_LIMIT = 1024 * 1024, LINE_LIMIT = 65536 };

/* A line of the file, before it is known which connectors are selected. */
struct entry {
	const char *section, *name, *value;
	int line;
	struct entry *next;
};

struct loading {
	struct conf *c;
	const char *text; /* what inih hasn't seen yet */
	int line;
	struct entry *entries, **last;
	struct err *e;
	enum errk failed;
};

/* True if name is the row's key; for a secret also in one of its other forms. */
static bool row_has(const struct conf_key *row, const char *name, enum secret_form *form)
{
	size_t len = strlen(row->name);

	*form = SECRET_INLINE;
	if (strncmp(row->name, name, len) != 0)
		return false;
	if (name[len] == '\0')
		return true;
	if (row->type != CONF_SECRET)
		return false;
	for (int i = 1; i < N_SECRET_FORMS; i++) {
		if (str_equal(name + len, conf_secret_suffix[i])) {
			*form = (enum secret_form)i;
			return true;
		}
	}
	return false;
}

static bool in_some_table(const struct conf *c, const char *section, const char *name)
{
	enum secret_form form;

	for (size_t i = 0; i < c->n_values; i++)
		if (str_equal(c->values[i].key->section, section) &&
		    row_has(c->values[i].key, name, &form))
			return true;
	return false;
}

/*
 * What stands before the '=', or in the brackets, may be a password that was pasted there: it is quoted where it is made
 * as such names are.
 */
static const char *quoted_name(const struct conf *c, const char *name, const char *near,
			       const char *open, const char *close)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";
	enum { LONGEST = 32 };
	size_t len = strlen(name);

	return near || (len <= LONGEST && strspn(name, letters) == len)
		       ? arena_printf(c->arena, " %s%s%s", open, name, close)
		       : "";
}

static enum errk unknown_section(struct loading *l, const char *section)
{
	const struct conf *c = l->c;
	const char **known = arena_array(c->arena, c->n_values, sizeof(*known)), *near;

	secret_look_hide(section);
	if (!*section)
		return err_set(l->e, E_LOCAL, "bad_config",
			       "%s:%d: a key before the first [section]", c->path, l->line);
	for (size_t i = 0; i < c->n_values; i++)
		known[i] = c->values[i].key->section;
	near = str_nearest(section, known, c->n_values);
	return err_set(l->e, E_LOCAL, "bad_config", "%s:%d: unknown section%s%s%s%s", c->path,
		       l->line, quoted_name(c, section, near, "[", "]"),
		       near ? "; did you mean [" : "", near ? near : "", near ? "]?" : "");
}

/* One without keys is never handed to on_entry. */
static enum errk check_section(struct loading *l, const char *line, size_t len)
{
	const char *end = memchr(line, ']', len);
	const char *section = end ? arena_strndup(l->c->arena, line, (size_t)(end - line)) : NULL;

	for (size_t i = 0; section && i < l->c->n_values; i++)
		if (str_equal(l->c->values[i].key->section, section))
			return E_OK;
	return section ? unknown_section(l, section) : E_OK;
}

static enum errk unknown_key(struct loading *l, const char *section, const char *name)
{
	const struct conf *c = l->c;
	const char **known = arena_array(c->arena, c->n_values * N_SECRET_FORMS, sizeof(*known));
	const char *elsewhere = NULL, *near;
	size_t n = 0;
	bool section_known = false;

	for (size_t i = 0; i < c->n_values; i++) {
		const struct conf_key *row = c->values[i].key;
		int forms = row->type == CONF_SECRET ? N_SECRET_FORMS : 1;

		if (!str_equal(row->section, section)) {
			if (str_equal(row->name, name))
				elsewhere = row->section;
			continue;
		}
		section_known = true;
		for (int f = 0; f < forms; f++)
			known[n++] = arena_printf(c->arena, "%s%s", row->name,
						  conf_secret_suffix[f]);
	}
	if (!section_known)
		return unknown_section(l, section);
	near = str_nearest(name, known, n);
	if (!near && elsewhere)
		return err_set(l->e, E_LOCAL, "bad_config", "%s:%d: key '%s' belongs in [%s]",
			       c->path, l->line, name, elsewhere);
	return err_set(l->e, E_LOCAL, "bad_config", "%s:%d: unknown key%s in [%s]%s%s%s", c->path,
		       l->line, quoted_name(c, name, near, "'", "'"), section,
		       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int on_entry(void *user, const char *section, const char *name, const char *value)
{
	struct loading *l = user;
	struct arena *a = l->c->arena;
	struct entry *entry;

	conf_hide_line(l->c, section, name, value);
	if (!in_some_table(l->c, section, name)) {
		l->failed = unknown_key(l, section, name);
		return 0;
	}
	for (entry = l->entries; entry; entry = entry->next) {
		if (str_equal(entry->section, section) && str_equal(entry->name, name)) {
			l->failed = err_set(l->e, E_LOCAL, "bad_config",
					    "%s:%d: key '%s' is set already on line %d", l->c->path,
					    l->line, name, entry->line);
			return 0;
		}
	}
	entry = arena_alloc(a, sizeof(*entry));
	*entry = (struct entry){
		.section = arena_strdup(a, section),
		.name = arena_strdup(a, name),
		.value = arena_strdup(a, value),
		.line = l->line,
	};
	*l->last = entry;
	l->last = &entry->next;
	return 1;
}

/*
 * fgets() for inih that counts lines, since Debian's handler isn't told, and drops
 * indentation: inih would take an indented line for the continuation of the value above.
 */
static char *next_line(char *buf, int size, void *stream)
{
	struct loading *l = stream;
	const char *line = l->text;
	size_t len = strcspn(line, "\n");

	if (!*line) {
		explicit_bzero(buf, (size_t)size); /* inih's buffer, which may hold a password */
		return NULL;
	}
	l->text += len + (line[len] == '\n');
	l->line++;
	if (len + 2 > (size_t)size) {
		l->failed = err_set(l->e, E_LOCAL, "bad_config", "%s:%d: line longer than %d bytes",
				    l->c->path, l->line, size - 2);
		return NULL;
	}
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	if (*line == '[')
		l->failed = check_section(l, line + 1, len - 1);
	if (l->failed != E_OK)
		return NULL;
	memcpy(buf, line, len);
	memcpy(buf + len, "\n", 2);
	return buf;
}

/* These are Debian's: its libinih makes inih's compile-time options variables. */
static void set_up_inih(void)
{
	ini_allow_inline_comments = false; /* a password may hold " ;" */
	ini_allow_multiline = false;
	ini_allow_no_value = false;
	ini_stop_on_first_error = true;
	ini_use_stack = false; /* on the stack the limit is 200 bytes a line */
	ini_max_line = ini_initial_alloc = LINE_LIMIT;
}

static enum errk parse(struct loading *l)
{
	int status;

	set_up_inih();
	status = ini_parse_stream(next_line, l, on_entry, l);
	if (l->failed != E_OK)
		return l->failed;
	if (status < 0)
		die(70, "out of memory");
	if (status > 0)
		return err_set(l->e, E_LOCAL, "bad_config",
			       "%s:%d: neither [section] nor key = value nor a comment", l->c->path,
			       l->line);
	return E_OK;
}

static enum errk check_bytes(const struct conf *c, const char *text, size_t len, struct err *e)
{
	size_t valid = str_utf8_prefix(text, len), nul = strlen(text);
	size_t bad = nul < valid ? nul : valid;
	int line = 1;

	if (bad == len)
		return E_OK;
	for (size_t i = 0; i < bad; i++)
		line += text[i] == '\n';
	return err_set(e, E_LOCAL, "bad_config", "%s:%d: is not UTF-8 text", c->path, line);
}

static enum errk other_connector(const struct conf *c, const struct entry *entry, struct err *e)
{
	const struct conf_value *chosen = conf_connector(c, entry->section);
	const char *owners = NULL, *set_on = "";
	enum secret_form form;

	for (size_t i = 0; i < c->n_values; i++) {
		const struct conf_key *row = c->values[i].key;

		if (str_equal(row->section, entry->section) && row_has(row, entry->name, &form))
			owners = owners ? arena_printf(c->arena, "%s or %s", owners, row->connector)
					: row->connector;
	}
	if (chosen->line)
		set_on = arena_printf(c->arena, " (line %d)", chosen->line);
	if (!chosen->text)
		return err_set(e, E_LOCAL, "bad_config",
			       "%s:%d: key '%s' belongs to connector=%s, but [%s] has none",
			       c->path, entry->line, entry->name, owners, chosen->key->section);
	return err_set(e, E_LOCAL, "bad_config",
		       "%s:%d: key '%s' belongs to connector=%s, but [%s] connector=%s%s", c->path,
		       entry->line, entry->name, owners, chosen->key->section, chosen->text,
		       set_on);
}

static enum errk apply(struct conf *c, const struct entry *entry, struct err *e)
{
	struct conf_value *v = NULL, read;
	enum secret_form form = SECRET_INLINE;

	for (size_t i = 0; i < c->n_values && !v; i++)
		if (str_equal(c->values[i].key->section, entry->section) &&
		    row_has(c->values[i].key, entry->name, &form) &&
		    conf_is_active(c, c->values[i].key))
			v = &c->values[i];
	if (!v)
		return other_connector(c, entry, e);
	if (v->line)
		return err_set(e, E_LOCAL, "bad_config",
			       "%s:%d: '%s' is given already by '%s%s' on line %d; keep one",
			       c->path, entry->line, entry->name, v->key->name,
			       conf_secret_suffix[v->form], v->line);
	read = *v;
	read.form = form;
	read.line = entry->line;
	read.odd = conf_looks_misplaced(form, entry->value);
	if (conf_value_read(c, entry->value, &read, e) != E_OK)
		return err_wrap(e, "%s:%d: %s", c->path, entry->line, entry->name);
	*v = read;
	/* From now on: an error may quote the value before it is asked for. */
	if (v->key->type == CONF_SECRET && form == SECRET_INLINE)
		secrets_add(v->text);
	return E_OK;
}

/* The connectors first: they decide which of the other keys are valid. */
static enum errk apply_all(struct conf *c, const struct entry *entries, struct err *e)
{
	for (int pass = 0; pass < 2; pass++) {
		for (const struct entry *en = entries; en; en = en->next) {
			enum errk k = E_OK;

			if (str_equal(en->name, "connector") == (pass == 0))
				k = apply(c, en, e);
			if (k != E_OK)
				return k;
		}
	}
	return E_OK;
}

static void add_rows(struct conf *c, const struct conf_key *const *tables, size_t n_tables)
{
	size_t n = 0;

	for (size_t t = 0; t < n_tables; t++)
		for (const struct conf_key *row = tables[t]; row->section; row++)
			n++;
	c->values = arena_array(c->arena, n, sizeof(*c->values));
	for (size_t t = 0; t < n_tables; t++) {
		for (const struct conf_key *row = tables[t]; row->section; row++) {
			struct conf_value *v = &c->values[c->n_values++];
			struct err e;

			v->key = row;
			if (row->fallback && conf_value_read(c, row->fallback, v, &e) != E_OK)
				BUG("default of [%s] %s: %s", row->section, row->name, e.msg);
		}
	}
}

static const char *folder_of(struct arena *a, const char *path)
{
	const char *full = path_absolute(a, path), *slash = strrchr(full, '/');

	return slash > full ? arena_strndup(a, full, (size_t)(slash - full)) : "/";
}

static enum errk unreadable(const char *path, struct err *e)
{
	int fd = file_open(path), error = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	err_set(e, E_LOCAL, "bad_config", "%s", e->msg);
	return file_blame_add(e, path, error,
			      "write it, as README.md shows, or name another one: -c FILE");
}

enum errk conf_load(const char *path, const struct conf_key *const *tables, size_t n_tables,
		    struct conf **out, struct err *e)
{
	CLEANUP(conf) struct conf *c = calloc(1, sizeof(*c));
	struct err ours;
	struct loading l = {.c = c, .e = e ? e : &ours, .last = &l.entries};
	size_t len;
	char *text;
	enum errk k;

	if (!c)
		die(70, "out of memory");
	c->arena = arena_new();
	c->path = arena_strdup(c->arena, path);
	c->dir = folder_of(c->arena, path);
	c->command_limit_ms = 30000;
	add_rows(c, tables, n_tables);

	k = everybody_writes(path, l.e);
	if (k == E_OK) {
		k = file_read(path, FILE_LIMIT, c->arena, &text, &len, l.e);
		if (k != E_OK)
			k = unreadable(path, l.e);
	}
	if (k == E_OK)
		k = check_bytes(c, text, len, l.e);
	if (k == E_OK) {
		l.text = text;
		k = parse(&l);
	}
	if (k == E_OK)
		k = apply_all(c, l.entries, l.e);
	if (k != E_OK)
		return k;
	*out = TAKE(c);
	return E_OK;
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	arena_wipe(c->arena);
	arena_free(c->arena);
	free(c);
}

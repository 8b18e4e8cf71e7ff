#include <string.h>

#include "base/conf_priv.h"
#include "base/str.h"

#include "base/banned.h"

const struct conf_value *conf_connector(const struct conf *c, const char *section)
{
	const struct conf_value *first = NULL;

	for (size_t i = 0; i < c->n_values; i++) {
		const struct conf_value *v = &c->values[i];

		if (v->key->connector || !str_equal(v->key->name, "connector"))
			continue;
		if (str_equal(v->key->section, section))
			return v;
		if (!first)
			first = v;
	}
	return first;
}

bool conf_is_active(const struct conf *c, const struct conf_key *row)
{
	const struct conf_value *chosen = row->connector ? conf_connector(c, row->section) : NULL;

	return !row->connector || (chosen && str_equal(chosen->text, row->connector));
}

struct conf_value *conf_find(const struct conf *c, const char *section, const char *name)
{
	bool known = false;

	for (size_t i = 0; i < c->n_values; i++) {
		struct conf_value *v = &c->values[i];

		if (!str_equal(v->key->section, section) || !str_equal(v->key->name, name))
			continue;
		if (conf_is_active(c, v->key))
			return v;
		known = true;
	}
	if (!known)
		BUG("no table has the key '%s' of [%s]", name, section);
	return NULL;
}

void conf_hash(const struct conf *c, const char *section, struct hash *h)
{
	for (size_t i = 0; i < c->n_values; i++) {
		const struct conf_value *v = &c->values[i];

		if (!str_equal(v->key->section, section) || !v->text ||
		    v->key->type == CONF_SECRET || !conf_is_active(c, v->key))
			continue;
		hash_add(h, v->key->name, strlen(v->key->name) + 1);
		hash_add(h, v->text, strlen(v->text) + 1);
	}
}

const char *conf_path(const struct conf *c)
{
	return c->path;
}

const char *conf_text(const struct conf *c, const char *section, const char *name)
{
	const struct conf_value *v = conf_find(c, section, name);

	if (v && v->key->type == CONF_SECRET)
		BUG("[%s] %s is a secret: conf_secret()", section, name);
	return v ? v->text : NULL;
}

bool conf_bool(const struct conf *c, const char *section, const char *name)
{
	const struct conf_value *v = conf_find(c, section, name);

	if (v && v->key->type != CONF_BOOL)
		BUG("[%s] %s is not CONF_BOOL", section, name);
	return v && v->number;
}

int64_t conf_int(const struct conf *c, const char *section, const char *name)
{
	const struct conf_value *v = conf_find(c, section, name);

	if (v && v->key->type != CONF_INT && v->key->type != CONF_DURATION &&
	    v->key->type != CONF_TIME)
		BUG("[%s] %s is no number", section, name);
	return v ? v->number : 0;
}

bool conf_is_set(const struct conf *c, const char *section, const char *name)
{
	const struct conf_value *v = conf_find(c, section, name);

	return v && v->line > 0;
}

bool conf_has_section(const struct conf *c, const char *section)
{
	for (size_t i = 0; i < c->n_values; i++)
		if (c->values[i].line > 0 && str_equal(c->values[i].key->section, section))
			return true;
	return false;
}

const char *conf_where(const struct conf *c, const char *section, const char *name, struct arena *a)
{
	const struct conf_value *v = conf_find(c, section, name);

	if (v && v->line > 0)
		return arena_printf(a, "%s:%d", c->path, v->line);
	return arena_printf(a, "%s, [%s] %s", c->path, section, name);
}

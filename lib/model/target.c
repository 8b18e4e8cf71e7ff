#include "model/target.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

bool target_is(const struct target *t)
{
	return t->id && *t->id;
}

const char *target_text(const struct target *t, struct arena *a)
{
	const struct target_part *own = NULL;
	if (!target_is(t))
		return "";
	for (size_t i = 0; i < t->n_parts && !own; i++)
		if (strcmp(t->part[i].id, t->id) == 0)
			own = &t->part[i];
	if (!own)
		return t->name ? arena_printf(a, "%s (%s)", t->name, t->id) : t->id;
	const char *text = NULL;
	for (size_t i = 0; i < t->n_parts; i++)
		if (strcmp(t->part[i].kind, own->kind) == 0)
			text = text ? arena_printf(a, "%s %s", text, t->part[i].id) : t->part[i].id;
	return text;
}

const char *target_part(const struct target *t, const char *kind)
{
	for (size_t i = 0; i < t->n_parts; i++)
		if (strcmp(t->part[i].kind, kind) == 0)
			return t->part[i].id;
	return NULL;
}

void target_add_part(struct target *t, const char *kind, const char *id, const char *of,
		     struct arena *a)
{
	struct target_part *larger = arena_array(a, t->n_parts + 1, sizeof(*larger));
	if (t->n_parts)
		memcpy(larger, t->part, t->n_parts * sizeof(*larger));
	larger[t->n_parts++] = (struct target_part){kind, id, of};
	t->part = larger;
}

struct target target_copy(const struct target *t, struct arena *a)
{
	struct target_part *part = arena_array(a, t->n_parts, sizeof(*part));
	for (size_t i = 0; i < t->n_parts; i++)
		part[i] = (struct target_part){arena_strdup(a, t->part[i].kind),
					       arena_strdup(a, t->part[i].id),
					       arena_strdup(a, t->part[i].of)};
	return (struct target){arena_strdup(a, t->id), arena_strdup(a, t->name), part, t->n_parts};
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool target_equal(const struct target *t, const struct target *u)
{
	if (!same_text(t->id, u->id) || !same_text(t->name, u->name) || t->n_parts != u->n_parts)
		return false;
	for (size_t i = 0; i < t->n_parts; i++)
		if (strcmp(t->part[i].kind, u->part[i].kind) != 0 ||
		    strcmp(t->part[i].id, u->part[i].id) != 0 ||
		    !same_text(t->part[i].of, u->part[i].of))
			return false;
	return true;
}

cJSON *target_json(const struct target *t)
{
	cJSON *doc = json_object();
	if (t->id)
		json_add_str(doc, "id", t->id);
	if (t->name)
		json_add_str(doc, "name", t->name);
	cJSON *parts = t->n_parts ? json_add_array(doc, "parts") : NULL;
	for (size_t i = 0; i < t->n_parts; i++) {
		cJSON *part = json_object();
		json_add_str(part, "kind", t->part[i].kind);
		json_add_str(part, "id", t->part[i].id);
		if (t->part[i].of)
			json_add_str(part, "of", t->part[i].of);
		json_push(parts, part);
	}
	return doc;
}

enum errk target_of_json(const cJSON *doc, struct arena *a, struct target *out, struct err *e)
{
	*out = (struct target){arena_strdup(a, json_str(doc, "id")),
			       arena_strdup(a, json_str(doc, "name")), NULL, 0};
	JSON_EACH (part, json_at(doc, "parts")) {
		const char *kind = json_str(part, "kind"), *id = json_str(part, "id");
		if (!kind || !id)
			return err_set(e, E_LOCAL, "bad_target",
				       "the state file has a target with a part without %s; put a "
				       "backup in its place",
				       kind ? "an id" : "a kind");
		target_add_part(out, arena_strdup(a, kind), arena_strdup(a, id),
				arena_strdup(a, json_str(part, "of")), a);
	}
	return E_OK;
}

const char *target_more(const struct target *t, struct arena *a)
{
	struct target more = *t;
	more.id = NULL;
	CLEANUP(json) cJSON *doc = target_json(&more);
	return more.name || more.n_parts ? json_text(doc, a) : NULL;
}

enum errk target_read(const char *id, const char *more, struct arena *a, struct target *out,
		      struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	*out = (struct target){0};
	if (more && json_parse(more, strlen(more), &doc, NULL) != E_OK)
		return err_set(e, E_LOCAL, "bad_target",
			       "the state file has a target that is no JSON; put a backup in its "
			       "place");
	enum errk rc = target_of_json(doc, a, out, e);
	out->id = arena_strdup(a, id);
	return rc;
}

#include "map/canonical_priv.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

static const struct {
	const char *kind;
	const struct canonical_field *fields;
} KINDS[] = {
	{"order", canonical_order},     {"stock", canonical_stock},
	{"product", canonical_product}, {"fulfillment", canonical_fulfillment},
	{"refund", canonical_refund},
};
enum { N_KINDS = sizeof(KINDS) / sizeof(KINDS[0]) };

/* Made at the first use of a kind and kept: a few hundred small items. */
static struct canonical_node *trees[N_KINDS];
static struct arena *arena;

const struct canonical_field *canonical_fields(const char *kind)
{
	for (int i = 0; i < N_KINDS; i++)
		if (str_equal(KINDS[i].kind, kind))
			return KINDS[i].fields;
	return NULL;
}

static uint32_t name_hash(const char *s)
{
	uint32_t h = UINT32_C(2166136261); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT32_C(16777619);
	return h;
}

const struct canonical_node *canonical_child(const struct canonical_node *n, const char *name)
{
	unsigned i;

	if (!n->slots)
		return n->type == CANONICAL_OBJECT ? n->element : NULL;
	for (i = name_hash(name) & n->slot_mask; n->slots[i]; i = (i + 1) & n->slot_mask)
		if (strcmp(n->slots[i]->name, name) == 0)
			return n->slots[i];
	return NULL;
}

static struct canonical_node *new_node(const char *name, enum canonical_type type)
{
	struct canonical_node *n = arena_alloc(arena, sizeof(*n));

	n->name = name;
	n->type = type;
	return n;
}

static struct canonical_node *element_of(struct canonical_node *parent)
{
	if (!parent->element)
		parent->element = new_node(NULL, CANONICAL_OBJECT);
	return parent->element;
}

static struct canonical_node *child_of(struct canonical_node *parent, const char *name)
{
	struct canonical_node **p = &parent->child;

	if (str_equal(name, "*"))
		return element_of(parent);
	while (*p && strcmp((*p)->name, name) != 0)
		p = &(*p)->next;
	if (!*p) {
		*p = new_node(name, CANONICAL_OBJECT);
		(*p)->index = parent->n_children++;
		if (parent->n_children > CANONICAL_FIELDS_MAX)
			BUG("too many fields beside '%s'", name);
	}
	return *p;
}

/* Walks "lines[].taxes[].rate" from the root and makes what isn't there yet. */
static struct canonical_node *node_at(struct canonical_node *n, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, ".[");

		n = child_of(n, arena_strndup(arena, path, len));
		path += len;
		while (str_starts(path, "[]")) {
			n = element_of(n);
			path += 2;
		}
		if (*path == '.')
			path++;
	}
	return n;
}

static void make_slots(struct canonical_node *n)
{
	unsigned size = 4;

	if (n->element)
		make_slots(n->element);
	if (!n->child)
		return;
	while (size < n->n_children * 2)
		size *= 2;
	n->slots = arena_array(arena, size, sizeof(struct canonical_node *));
	n->slot_mask = size - 1;
	for (struct canonical_node *c = n->child; c; c = c->next) {
		unsigned i = name_hash(c->name) & n->slot_mask;

		while (n->slots[i])
			i = (i + 1) & n->slot_mask;
		n->slots[i] = c;
		make_slots(c);
	}
}

static struct canonical_node *make_tree(const struct canonical_field *fields)
{
	struct canonical_node *root = new_node(NULL, CANONICAL_OBJECT);

	for (const struct canonical_field *f = fields; f->path; f++) {
		struct canonical_node *n = node_at(root, f->path);

		if (n->field)
			BUG("canonical field '%s' stands twice", f->path);
		n->field = f;
		n->type = f->type;
		if (f->type == CANONICAL_ARRAY)
			element_of(n);
	}
	make_slots(root);
	return root;
}

const struct canonical_node *canonical_tree(const char *kind)
{
	for (int i = 0; i < N_KINDS; i++) {
		if (!str_equal(KINDS[i].kind, kind))
			continue;
		if (!arena)
			arena = arena_new();
		if (!trees[i])
			trees[i] = make_tree(KINDS[i].fields);
		return trees[i];
	}
	return NULL;
}

#include "connectors/shopify_admin/stock/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/csvfile.h"
#include "base/str.h"
#include "files/guard.h"
#include "files/rows.h"
#include "model/sku_spelling.h"

#include "base/banned.h"

/* Columns beside those that a variant is known by, which have the order of admin_variant_part. */
enum { COL_LOCATION = VARIANT_PARTS_, COL_ON_HAND, COL_COUNT_, NAMES_MAX = 4 };

static const char *const names[COL_COUNT_][NAMES_MAX] = {
	[VARIANT_SKU] = {"sku"},
	[VARIANT_HANDLE] = {"handle"},
	[VARIANT_TITLE] = {"title"},
	[VARIANT_OPTION] = {"option1 name"},
	[VARIANT_OPTION + 1] = {"option1 value"},
	[VARIANT_OPTION + 2] = {"option2 name"},
	[VARIANT_OPTION + 3] = {"option2 value"},
	[VARIANT_OPTION + 4] = {"option3 name"},
	[VARIANT_OPTION + 5] = {"option3 value"},
	[COL_LOCATION] = {"location"},
	[COL_ON_HAND] = {"on hand (current)", "on hand", "on hand (not editable)"},
};

struct reading {
	struct admin_inventory *s;
	const struct csv_reader *csv;
	int at[COL_COUNT_];
	bool asked;         /* a file for the import: what it asks for */
	struct err problem; /* the first row that can't be used */
	struct err misfit;  /* the first one of another width: any cell may be another's */
};

const char *admin_variant_text(const struct admin_variant *v, int part)
{
	const char *text = v->text;

	while (part-- > 0)
		text += strlen(text) + 1;
	return text;
}

/* What the import tells variants apart by: the handle and the values of the options. */
static bool is_key(int part)
{
	return part == VARIANT_HANDLE || (part >= VARIANT_OPTION && (part - VARIANT_OPTION) % 2);
}

static uint32_t fold(uint32_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * UINT32_C(16777619);
	while (*text++);
	return h;
}

static uint32_t key_hash(const char *const *cell)
{
	uint32_t h = UINT32_C(2166136261); /* FNV-1a */

	for (int part = 0; part < VARIANT_PARTS_; part++)
		if (is_key(part))
			h = fold(h, cell[part]);
	return h;
}

static bool same_key(const struct admin_variant *v, const char *const *cell)
{
	const char *text = v->text;

	for (int part = 0; part < VARIANT_PARTS_; part++, text += strlen(text) + 1)
		if (is_key(part) && strcmp(text, cell[part]) != 0)
			return false;
	return true;
}

static uint32_t *key_slot(const struct admin_inventory *s, const char *const *cell)
{
	size_t i = key_hash(cell) & (s->n_slots - 1);

	while (s->by_key[i] && !same_key(&s->variant[s->by_key[i] - 1], cell))
		i = (i + 1) & (s->n_slots - 1);
	return &s->by_key[i];
}

static uint32_t *sku_slot(const struct admin_inventory *s, const char *sku)
{
	size_t i = fold(UINT32_C(2166136261), sku) & (s->n_slots - 1);

	while (s->by_sku[i] && strcmp(s->variant[s->by_sku[i] - 1].text, sku) != 0)
		i = (i + 1) & (s->n_slots - 1);
	return &s->by_sku[i];
}

static uint32_t *slots(size_t n)
{
	uint32_t *list = calloc(n, sizeof(*list));

	if (!list)
		die(70, "out of memory");
	return list;
}

/* Enters a variant by its SKU; a second one with it is the duplicate of the first. */
static void enter_sku(struct admin_inventory *s, size_t i)
{
	struct admin_variant *v = &s->variant[i];
	uint32_t *slot = sku_slot(s, v->text);

	v->duplicate = 0;
	if (!v->text[0])
		return;
	if (*slot) {
		v->duplicate = s->variant[*slot - 1].duplicate;
		s->variant[*slot - 1].duplicate = (uint32_t)i + 1;
	} else {
		*slot = (uint32_t)i + 1;
	}
}

/* The first of this spelling that is another text, else the empty slot behind them. */
static uint32_t *spelling_slot(const struct admin_inventory *s, const char *sku)
{
	const uint64_t hash = sku_spelling_hash(sku);
	size_t i = hash & (s->n_slots - 1);

	for (; s->by_spelling[i]; i = (i + 1) & (s->n_slots - 1)) {
		const char *other = s->variant[s->by_spelling[i] - 1].text;

		if (sku_spelling_hash(other) == hash && strcmp(other, sku) != 0)
			break;
	}
	return &s->by_spelling[i];
}

/* One of each spelling is enough to name it. */
static void index_spelling(struct admin_inventory *s)
{
	s->by_spelling = slots(s->n_slots);
	for (size_t i = 0; i < s->n_variants; i++) {
		const char *sku = s->variant[i].text;

		if (sku_spelling_hash(sku) && *sku_slot(s, sku) == i + 1) {
			uint32_t *slot = spelling_slot(s, sku);

			*slot = *slot ? *slot : (uint32_t)i + 1;
		}
	}
}

static void make_room(struct admin_inventory *s)
{
	if (s->n_slots >= s->n_variants * 2 + 2)
		return;
	free(s->by_sku);
	free(s->by_key);
	s->n_slots = s->n_slots ? s->n_slots * 2 : 1024;
	s->by_sku = slots(s->n_slots);
	s->by_key = slots(s->n_slots);
	for (size_t i = 0; i < s->n_variants; i++) {
		const char *cell[VARIANT_PARTS_];

		for (int part = 0; part < VARIANT_PARTS_; part++)
			cell[part] = admin_variant_text(&s->variant[i], part);
		*key_slot(s, cell) = (uint32_t)i + 1;
		enter_sku(s, i);
	}
}

static const char *packed(struct arena *mem, const char *const *cell)
{
	size_t len[VARIANT_PARTS_], all = 0;
	char *text, *to;

	for (int part = 0; part < VARIANT_PARTS_; part++) {
		len[part] = strlen(cell[part]) + 1;
		all += len[part];
	}
	text = to = arena_alloc(mem, all);
	for (int part = 0; part < VARIANT_PARTS_; part++) {
		memcpy(to, cell[part], len[part]);
		to += len[part];
	}
	return text;
}

static struct admin_variant *variant_of(struct admin_inventory *s, const char *const *cell,
					int64_t line)
{
	uint32_t *slot;

	make_room(s);
	slot = key_slot(s, cell);
	if (*slot)
		return &s->variant[*slot - 1];
	s->variant = rows_grow(s->variant, s->n_variants, &s->cap_variants, sizeof(*s->variant));
	s->variant[s->n_variants] = (struct admin_variant){.text = packed(s->mem, cell),
							   .line = (uint32_t)line};
	*slot = (uint32_t)++s->n_variants;
	enter_sku(s, s->n_variants - 1);
	return &s->variant[s->n_variants - 1];
}

int admin_inventory_location(const struct admin_inventory *s, const char *name)
{
	for (size_t i = 0; i < s->n_locations; i++)
		if (str_equal(s->location[i], name))
			return (int)i;
	return -1;
}

static uint16_t location_of(struct admin_inventory *s, const char *name)
{
	int at = admin_inventory_location(s, name);

	if (at >= 0)
		return (uint16_t)at;
	s->location = rows_grow(s->location, s->n_locations, &s->cap_locations, sizeof(char *));
	s->location[s->n_locations] = arena_strdup(s->mem, name);
	return (uint16_t)s->n_locations++;
}

static bool whole_number(const char *text, int32_t *out)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value > INT32_MAX || value < INT32_MIN)
		return false;
	*out = (int32_t)value;
	return true;
}

static void add_unreadable(void *ctx, const struct err *why)
{
	struct reading *r = ctx;

	if (r->problem.kind == E_OK)
		r->problem = *why;
}

/* A damaged one would be no article's, or another one's. */
static void read_sku(struct reading *r, const struct csv_row *row, const char **sku)
{
	const char *cell = *sku;
	const char *wrong = guard_identifier(cell, r->s->mem, sku);
	struct err why;

	if (!wrong)
		return;
	*sku = cell;
	err_set(&why, E_RECORD, "bad_cell",
		"%s:%lld: column 'SKU': '%.40s' %s; nothing of the file is used", r->s->name,
		(long long)row->line, cell, wrong);
	add_unreadable(r, &why);
}

/* Two exports in one file, or a row that was copied and changed: which one holds is not known. */
static void check_double(struct reading *r, const struct admin_variant *v,
			 const struct admin_level *level)
{
	const struct admin_inventory *s = r->s;
	const struct admin_level *was = admin_inventory_level(s, v, level->location);
	struct err why;

	if (!was || (level->readable && was->readable && level->stocked == was->stocked &&
		     level->on_hand == was->on_hand))
		return;
	err_set(&why, E_RECORD, "double_row",
		"%s:%u: the variant '%.60s' of '%.60s' stands in location '%.60s' on line %u "
		"already, with another quantity; nothing of the file is used: export the inventory "
		"anew",
		s->name, level->line, admin_variant_text(v, VARIANT_SKU),
		admin_variant_text(v, VARIANT_HANDLE), s->location[level->location], was->line);
	add_unreadable(r, &why);
}

static void add_row(void *ctx, const struct csv_row *row)
{
	struct reading *r = ctx;
	struct admin_inventory *s = r->s;
	const char *cell[VARIANT_PARTS_], *on_hand = row_cell(row, r->at[COL_ON_HAND]);
	const uint32_t at = (uint32_t)s->n_levels;
	struct admin_level level = {.stocked = !str_equal_nocase(on_hand, "not stocked"),
				    .line = (uint32_t)row->line};
	struct admin_variant *v;

	if (!row_fits(row, r->csv, s->name, &r->misfit))
		return;
	for (int part = 0; part < VARIANT_PARTS_; part++)
		cell[part] = row_cell(row, r->at[part]);
	if (!cell[VARIANT_HANDLE][0])
		return;
	read_sku(r, row, &cell[VARIANT_SKU]);
	v = variant_of(s, cell, row->line);
	level.readable = !level.stocked || whole_number(on_hand, &level.on_hand);
	level.location = location_of(s, row_cell(row, r->at[COL_LOCATION]));
	check_double(r, v, &level);
	s->level = rows_grow(s->level, s->n_levels, &s->cap_levels, sizeof(*s->level));
	s->level[s->n_levels++] = level;
	if (v->last)
		s->level[v->last].next = at;
	else
		v->first = at;
	v->last = at;
}

static enum errk match(struct reading *r, const struct csv_row *header, struct err *e)
{
	static const char *const asked[] = {"on hand (new)", NULL};
	enum errk k = E_OK;

	/* Of quantities there are several, by what they are worth for us. */
	for (int c = 0; c < COL_ON_HAND && k == E_OK; c++)
		k = guard_column(header, names[c], r->s->name, &r->at[c], e);
	if (k != E_OK)
		return k;
	r->at[COL_ON_HAND] = column_find(header, r->asked ? asked : names[COL_ON_HAND]);
	for (int c = 0; c < COL_COUNT_; c++)
		if (r->at[c] < 0 && (c == VARIANT_SKU || c == VARIANT_HANDLE ||
				     c == VARIANT_OPTION + 1 || c >= COL_LOCATION))
			return err_set(e, E_LOCAL, "not_an_inventory_export",
				       "%s: the column '%s' is missing; export again in the admin "
				       "(Products > Inventory > Export) with all states, not only "
				       "available quantities",
				       r->s->name, names[c][0]);
	return E_OK;
}

/* What is not known of one row is not known of any: none is written upon it. */
static enum errk read_rows(struct reading *r, struct csv_reader *csv, struct err *e)
{
	bool cut;
	enum errk k;

	r->csv = csv;
	k = rows_each(csv, add_row, add_unreadable, r, &cut, e);

	if (k == E_OK && r->problem.kind != E_OK) {
		*e = r->problem;
		return e->kind = E_LOCAL;
	}
	if (k == E_OK && cut)
		k = err_set(e, E_LOCAL, "file_cut",
			    "%s: ends in the middle of a row, or a quote in it is not closed, so "
			    "nothing of it is used; download the export again",
			    r->s->name);
	if (k == E_OK && r->misfit.kind != E_OK) {
		*e = r->misfit;
		k = e->kind;
	}
	return k;
}

static enum errk read_as(const char *path, const char *name, enum csv_encoding declared, bool asked,
			 struct admin_inventory **out, struct err *e)
{
	CLEANUP(admin_inventory) struct admin_inventory *s = calloc(1, sizeof(*s));
	CLEANUP(csv_reader) struct csv_reader *csv = NULL;
	struct reading r = {.s = s, .asked = asked};
	enum errk k;

	if (!s)
		die(70, "out of memory");
	s->mem = arena_new();
	s->name = arena_strdup(s->mem, name);
	s->level = rows_grow(s->level, 0, &s->cap_levels, sizeof(*s->level));
	s->n_levels = 1;
	make_room(s);
	k = guard_open(path, declared, &csv, e);
	if (k == E_OK)
		k = match(&r, csv_reader_header(csv), e);
	if (k == E_OK)
		k = read_rows(&r, csv, e);
	if (k == E_OK) {
		index_spelling(s);
		*out = TAKE(s);
	}
	return k;
}

enum errk admin_inventory_read(const char *path, const char *name, enum csv_encoding declared,
			       struct admin_inventory **out, struct err *e)
{
	return read_as(path, name, declared, false, out, e);
}

enum errk admin_inventory_read_asked(const char *path, const char *name,
				     struct admin_inventory **out, struct err *e)
{
	return read_as(path, name, CSV_UTF8, true, out, e);
}

void admin_inventory_free(struct admin_inventory *s)
{
	if (!s)
		return;
	free(s->location);
	free(s->variant);
	free(s->level);
	free(s->by_sku);
	free(s->by_key);
	free(s->by_spelling);
	arena_free(s->mem);
	free(s);
}

const struct admin_variant *admin_inventory_find(const struct admin_inventory *s, const char *sku)
{
	uint32_t slot = *sku_slot(s, sku);

	return slot ? &s->variant[slot - 1] : NULL;
}

const struct admin_variant *admin_inventory_near(const struct admin_inventory *s, const char *sku)
{
	uint32_t slot = sku_spelling_hash(sku) ? *spelling_slot(s, sku) : 0;

	return slot ? &s->variant[slot - 1] : NULL;
}

const struct admin_level *admin_inventory_level(const struct admin_inventory *s,
						const struct admin_variant *v, int location)
{
	for (uint32_t i = v->first; i; i = s->level[i].next)
		if (s->level[i].location == location)
			return &s->level[i];
	return NULL;
}

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "model/sku_spelling.h"
#include "sync/skus_priv.h"

#include "base/banned.h"

/* Titles are for people only: more than this of each would not fit into memory twice. */
enum { TITLE_CHARACTERS = 60, TITLE_BYTES = 4 * TITLE_CHARACTERS + 8 };

void sku_list_init(struct sku_list *l, enum side side)
{
	*l = (struct sku_list){.side = side, .mem = arena_new()};
}

void sku_list_release(struct sku_list *l)
{
	free(l->entry);
	free(l->sorted);
	free(l->spelling);
	free(l->barcode);
	arena_free(l->mem);
	*l = (struct sku_list){0};
}

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		die(70, "out of memory");
	return p;
}

/* Text after text in one piece. */
static uint32_t put(char *to, uint32_t at, const char *text)
{
	size_t len = strlen(text) + 1;

	memcpy(to + at, text, len);
	return at + (uint32_t)len;
}

void sku_list_add(struct sku_list *l, const struct article *x)
{
	CLEANUP(str) struct str whole = {0};
	char cut[TITLE_BYTES];
	const char *title = cut, *product = "";
	const char *sku = str_blank(x->sku) ? "" : x->sku;
	const char *barcode = str_blank(x->barcode) ? "" : x->barcode;
	struct sku_entry *entry;
	char *text;

	str_ellipsis(cut, sizeof(cut), x->title, TITLE_CHARACTERS);
	/* Without SKU, tables/skus.csv may know it by its title. */
	if (!*sku && x->title)
		title = x->title;
	if (!*sku && x->title && !str_blank(x->variant_title)) {
		str_addf(&whole, "%s - %s", x->title, x->variant_title);
		title = whole.buf;
		product = x->title;
	}
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap + l->cap / 2 : 1024;
		l->entry = reallocarray(l->entry, l->cap, sizeof(*l->entry));
		if (!l->entry)
			die(70, "out of memory");
	}
	text = arena_alloc(l->mem, strlen(sku) + strlen(x->id) + strlen(title) + strlen(barcode) +
					   strlen(product) + 5);
	entry = &l->entry[l->n++];
	*entry = (struct sku_entry){.sku = text, .traits = (uint8_t)x->traits};
	entry->id_at = put(text, 0, sku);
	entry->title_at = put(text, entry->id_at, x->id);
	entry->barcode_at = put(text, entry->title_at, title);
	entry->product_at = put(text, entry->barcode_at, barcode);
	put(text, entry->product_at, product);
}

static int by_sku(const void *a, const void *b)
{
	const struct sku_entry *x = *(struct sku_entry *const *)a,
			       *y = *(struct sku_entry *const *)b;
	int c = strcmp(x->sku, y->sku);
	int archived = (x->traits & ARTICLE_ARCHIVED) - (y->traits & ARTICLE_ARCHIVED);

	return c ? c : archived ? archived : (x > y) - (x < y);
}

static int by_hash(const void *a, const void *b)
{
	const struct sku_key *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

void sku_list_seal(struct sku_list *l)
{
	l->sorted = allocate(l->n, sizeof(struct sku_entry *));
	l->spelling = allocate(l->n, sizeof(*l->spelling));
	l->barcode = allocate(l->n, sizeof(*l->barcode));
	for (size_t i = 0; i < l->n; i++) {
		struct sku_entry *x = &l->entry[i];

		if (*x->sku) {
			l->sorted[l->n_sorted++] = x;
			l->spelling[l->n_spelling++] = (struct sku_key){sku_spelling_hash(x->sku),
									x};
		}
		if (*sku_barcode(x))
			l->barcode[l->n_barcode++] = (struct sku_key){sku_text_hash(sku_barcode(x)),
								      x};
	}
	qsort(l->sorted, l->n_sorted, sizeof(struct sku_entry *), by_sku);
	qsort(l->spelling, l->n_spelling, sizeof(*l->spelling), by_hash);
	qsort(l->barcode, l->n_barcode, sizeof(*l->barcode), by_hash);
}

struct sku_entry *sku_list_find(const struct sku_list *l, const char *sku)
{
	size_t low = 0, high = l->n_sorted;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(l->sorted[mid]->sku, sku) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n_sorted && str_equal(l->sorted[low]->sku, sku) ? l->sorted[low] : NULL;
}

size_t sku_list_group(const struct sku_list *l, size_t at)
{
	size_t n = 1;

	while (at + n < l->n_sorted && str_equal(l->sorted[at + n]->sku, l->sorted[at]->sku))
		n++;
	return n;
}

bool sku_is_due(const struct sku_list *l, const struct sku_entry *x)
{
	unsigned never = ARTICLE_ARCHIVED | ARTICLE_BUNDLE;

	/* Shipping and the like are booked in the ERP and are no article of the store. */
	if (l->side == SIDE_ERP)
		never |= ARTICLE_SERVICE;
	return !(x->traits & never);
}

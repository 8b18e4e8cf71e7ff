#include <string.h>

#include "base/str.h"
#include "model/sku_spelling.h"
#include "sync/skus_priv.h"

#include "base/banned.h"

/* The first key with this hash; n if there is none. */
static size_t first_of(const struct sku_key *key, size_t n, uint64_t hash)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (key[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && key[low].hash == hash ? low : n;
}

/* Of those with the hash: one without partner rather than one that has its own. */
static struct sku_entry *choose(const struct sku_list *l, const struct sku_key *key, size_t n,
				uint64_t hash, const char *sku, bool free_only)
{
	struct sku_entry *taken = NULL;

	for (size_t i = first_of(key, n, hash); i < n && key[i].hash == hash; i++) {
		/* The same SKU without being its partner: the tables do not let it. */
		if (!sku_counts(l, key[i].entry) || str_equal(key[i].entry->sku, sku))
			continue;
		if (!key[i].entry->partner)
			return key[i].entry;
		if (!taken)
			taken = key[i].entry;
	}
	return free_only ? NULL : taken;
}

struct sku_entry *sku_near(const struct sku_list *other, const struct sku_entry *x, struct arena *a,
			   const char **why)
{
	uint64_t spelling = sku_spelling_hash(x->sku);
	struct sku_entry *found = spelling ? choose(other, other->spelling, other->n_spelling,
						    spelling, x->sku, false)
					   : NULL;

	if (found) {
		*why = arena_printf(a, "differs in: %s", sku_difference(x->sku, found->sku, a));
		return found;
	}
	if (*sku_barcode(x))
		found = choose(other, other->barcode, other->n_barcode,
			       sku_text_hash(sku_barcode(x)), x->sku, true);
	if (found) {
		*why = arena_printf(a, "has the same barcode %s", sku_barcode(x));
		return found;
	}
	found = choose(other, other->barcode, other->n_barcode, sku_text_hash(x->sku), x->sku,
		       true);
	if (found)
		*why = "its SKU is the other one's barcode";
	return found;
}

#include "base/key_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#include "base/banned.h"

static uint32_t hash(const char *s)
{
	uint32_t h = UINT32_C(2166136261); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT32_C(16777619);
	return h;
}

uint32_t *key_index_slot(const struct key_index *x, const char *key)
{
	size_t i = hash(key) & (x->n_slots - 1);

	while (x->slot[i] && strcmp(x->key(x->ctx, x->slot[i] - 1), key) != 0)
		i = (i + 1) & (x->n_slots - 1);
	return &x->slot[i];
}

void key_index_room(struct key_index *x, size_t n)
{
	if (x->n_slots >= n * 2 + 2)
		return;
	free(x->slot);
	x->n_slots = x->n_slots ? x->n_slots * 2 : 1024;
	x->slot = calloc(x->n_slots, sizeof(*x->slot));
	if (!x->slot)
		die(70, "out of memory");
	for (size_t i = 0; i < n; i++)
		*key_index_slot(x, x->key(x->ctx, i)) = (uint32_t)i + 1;
}

void key_index_release(struct key_index *x)
{
	free(x->slot);
	x->slot = NULL;
}

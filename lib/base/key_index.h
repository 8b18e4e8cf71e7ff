#ifndef ERPSYNC_BASE_KEY_INDEX_H
#define ERPSYNC_BASE_KEY_INDEX_H

#include <stddef.h>
#include <stdint.h>

/* Entries of an array by their key. */
struct key_index {
	uint32_t *slot; /* entry + 1 */
	size_t n_slots;
	const char *(*key)(const void *ctx, size_t i); /* of an entry */
	const void *ctx;
};
/* Makes room for one more than n entries. */
void key_index_room(struct key_index *x, size_t n);
/* Where the key stands (entry + 1), or where it would (0). */
uint32_t *key_index_slot(const struct key_index *x, const char *key);
void key_index_release(struct key_index *x);

#endif

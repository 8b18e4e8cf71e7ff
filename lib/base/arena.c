#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#if defined(__SANITIZE_ADDRESS__)
#define EACH_ITEM_ALONE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EACH_ITEM_ALONE 1
#endif
#endif
#ifndef EACH_ITEM_ALONE
#define EACH_ITEM_ALONE 0
#endif

enum { FIRST_BLOCK = 64 * 1024, LARGEST_BLOCK = 1024 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

struct arena {
	struct block *head; /* the one being filled; older ones follow */
	size_t used;
	size_t next_size;
};

static struct block *block_new(size_t size)
{
	struct block *b;

	if (size > SIZE_MAX / 2 || !(b = malloc(sizeof(*b) + size)))
		die(70, "out of memory");
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

static void blocks_free(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		die(70, "out of memory");
	a->next_size = FIRST_BLOCK;
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	blocks_free(a->head);
	free(a);
}

void arena_wipe(struct arena *a)
{
	for (struct block *b = a->head; b; b = b->next)
		explicit_bzero(b->data, b->used);
}

void arena_reset(struct arena *a)
{
	struct block *keep = a->head;

	/* A single huge item must not pin its memory for the rest of a long run. */
	if (keep && (EACH_ITEM_ALONE || keep->size > LARGEST_BLOCK))
		keep = NULL;
	blocks_free(keep ? keep->next : a->head);
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	a->head = keep;
	a->used = 0;
	a->next_size = FIRST_BLOCK;
}

/* A block with room for size bytes, at the head of the list. */
static struct block *block_with_room(struct arena *a, size_t size)
{
	struct block *b = a->head;

	if (!EACH_ITEM_ALONE && b && b->size - b->used >= size)
		return b;
	if (EACH_ITEM_ALONE) {
		b = block_new(size);
	} else {
		b = block_new(size > a->next_size ? size : a->next_size);
		if (a->next_size < LARGEST_BLOCK)
			a->next_size *= 2;
	}
	b->next = a->head;
	a->head = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t room = size ? size : 1;
	struct block *b;
	void *p;

	/*
	 * Alone, an item keeps its exact size: the first byte past its end is poisoned.
	 */
	if (!EACH_ITEM_ALONE && room <= SIZE_MAX / 2)
		room = (room + align - 1) / align * align;
	b = block_with_room(a, room);
	p = b->data + b->used;
	b->used += room;
	a->used += size;
	return memset(p, 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		BUG("arena_array: %zu items of %zu bytes", n, size);
	return arena_alloc(a, total);
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(a, fmt, args);
	va_end(args);
	return text;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list args)
{
	char small[256];
	va_list again;
	char *text;
	int n;

	va_copy(again, args);
	n = vsnprintf(small, sizeof(small), fmt, args);
	if (n < 0)
		BUG("arena_printf: bad format '%s'", fmt);
	if ((size_t)n < sizeof(small)) {
		text = arena_strndup(a, small, (size_t)n);
	} else {
		text = arena_alloc(a, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	return text;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

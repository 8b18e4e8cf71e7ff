#ifndef ERPSYNC_BASE_LIST_H
#define ERPSYNC_BASE_LIST_H

#include <stddef.h>

#include "base/arena.h"

/*
 * A list that grows in an arena, for what comes from outside: nobody reckons its size
 * beforehand, so nobody can reckon it wrong.
 *
 *	LIST(struct line) lines = {0};
 *	list_add(&lines, arena)->sku = "TEE-M";
 *	for (size_t i = 0; i < lines.n; i++) … lines.at[i] …
 *
 * list_add gives the address of the new last element, filled with zeros; addresses of
 * elements hold until the next list_add.
 */
#define LIST(type)             \
	struct {               \
		type *at;      \
		size_t n, cap; \
	}
#define list_add(list, arena) LIST_ADD((list)->at, (list)->n, (list)->cap, arena)
/* The same for a list that is three members of a struct. */
#define LIST_ADD(at, n, cap, arena) \
	((at) = list_room((at), (n), &(cap), sizeof(*(at)), (arena)), &(at)[(n)++])

/* at, or a larger copy of it where n has reached *cap. */
void *list_room(void *at, size_t n, size_t *cap, size_t size, struct arena *a);

#endif

#include "base/list.h"

#include <string.h>

#include "base/banned.h"

enum { FIRST_ROOM = 8 };

void *list_room(void *at, size_t n, size_t *cap, size_t size, struct arena *a)
{
	void *larger;

	if (n < *cap)
		return at;
	*cap = *cap ? *cap * 2 : FIRST_ROOM;
	larger = arena_array(a, *cap, size);
	if (n)
		memcpy(larger, at, n * size);
	return larger;
}

#ifndef ERPSYNC_FUZZ_SPOIL_H
#define ERPSYNC_FUZZ_SPOIL_H

/*
 * Real answers (test/fuzz/answers), spoilt as the bytes say: each pair chooses a value of the answer and
 * what becomes of it. So the readers of answers are reached however the bytes fall.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline cJSON *load_answer(const char *path)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "rb");
	cJSON *doc = NULL;
	struct err e;
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	if (!f || fclose(f) != 0 || json_parse(text, n, &doc, &e) != E_OK)
		BUG("'%s' is no answer; run this in the project's folder", path);
	return doc;
}

/* An answer of many nodes as one answer for each: what is spoilt is one thing at a time, so the rest needn't be read. */
static inline size_t load_singles(const char *path, cJSON **into, size_t max)
{
	cJSON *whole = load_answer(path);
	const cJSON *nodes = json_at(whole, "data.nodes");
	size_t n = (size_t)cJSON_GetArraySize(nodes);

	if (!n || n > max)
		BUG("'%s' holds %zu nodes, not 1 to %zu", path, n, max);
	for (size_t i = 0; i < n; i++) {
		cJSON *alone;

		into[i] = cJSON_Duplicate(whole, true);
		nodes = json_at(into[i], "data.nodes");
		alone = cJSON_DetachItemFromArray((cJSON *)nodes, (int)i);
		cJSON_ReplaceItemInObjectCaseSensitive((cJSON *)json_at(into[i], "data"), "nodes",
						       cJSON_CreateArray());
		cJSON_AddItemToArray((cJSON *)json_at(into[i], "data.nodes"), alone);
	}
	cJSON_Delete(whole);
	return n;
}

/* The n-th value below item, counted in the order of the text; *n shrinks by those that were passed. */
static inline cJSON *nth_value(cJSON *item, size_t *n)
{
	for (cJSON *c = item->child; c; c = c->next) {
		cJSON *hit;

		if ((*n)-- == 0)
			return c;
		hit = nth_value(c, n);
		if (hit)
			return hit;
	}
	return NULL;
}

static inline size_t count_values(const cJSON *item)
{
	size_t n = 0;

	for (const cJSON *c = item->child; c; c = c->next)
		n += 1 + count_values(c);
	return n;
}

static inline cJSON *other_value(uint8_t what, const cJSON *was)
{
	switch (what % 14) {
	case 0:
		return cJSON_CreateNull();
	case 1:
		return cJSON_CreateObject();
	case 2:
		return cJSON_CreateArray();
	case 3:
		return cJSON_CreateString("");
	case 4:
		return cJSON_CreateString("7");
	case 5:
		return cJSON_CreateNumber(1e15);
	case 6:
		return cJSON_CreateNumber(-1);
	case 7:
		return cJSON_CreateNumber(0.5);
	case 8:
		return cJSON_CreateTrue();
	case 9:
		return cJSON_CreateFalse();
	case 10:
		return cJSON_CreateString("99999999999999999999.99");
	case 11:
		return cJSON_CreateNumber(2147483647);
	case 12: {
		/* An object with the members of a list, or the other way round. */
		cJSON *copy = cJSON_Duplicate(was, true);
		bool list = cJSON_IsArray(copy);

		copy->type = list ? cJSON_Object : cJSON_IsObject(copy) ? cJSON_Array : copy->type;
		for (cJSON *c = list ? copy->child : NULL; c; c = c->next)
			c->string = c->string ? c->string : strdup("id");
		return copy;
	}
	default: {
		cJSON *copy = cJSON_Duplicate(was, true), *first = copy->child;

		/* One more of what is in it. */
		if (cJSON_IsArray(copy) && first)
			cJSON_AddItemToArray(copy, cJSON_Duplicate(first, true));
		return copy;
	}
	}
}

/*
 * What was put in the place of what, so that an answer is used again: a copy of one took longer than reading it. Only one
 * is spoilt at a time.
 */
enum { SPOILS_MAX = 1024 };
static struct spoil {
	cJSON *at, was;
} spoils[SPOILS_MAX];
static size_t n_spoils;

/* The answer as it was. */
static inline void cleanup_spoilt(cJSON **answer)
{
	(void)answer;
	while (n_spoils > 0) {
		struct spoil *s = &spoils[--n_spoils];

		cJSON_Delete(s->at->child);
		free(s->at->valuestring);
		if (s->at->string != s->was.string)
			free(s->at->string);
		s->was.next = s->at->next;
		s->was.prev = s->at->prev;
		*s->at = s->was;
	}
}

/*
 * The answer itself with up to size / 3 values replaced or taken out, until CLEANUP(spoilt). Texts of before stay where
 * they were.
 */
static inline cJSON *spoilt(cJSON *answer, const uint8_t *data, size_t size)
{
	size_t values = count_values(answer);

	for (; size >= 3 && n_spoils < SPOILS_MAX; data += 3, size -= 3) {
		size_t n = (size_t)(data[0] << 8 | data[1]) % (values + 1);
		cJSON *hit = nth_value(answer, &n), *next;

		if (!hit)
			continue;
		spoils[n_spoils++] = (struct spoil){hit, *hit};
		values -= count_values(hit);
		next = other_value(data[2], hit);
		/* In place: its neighbours and its parent keep their pointers. */
		hit->type = next->type;
		hit->valuestring = next->valuestring;
		hit->valueint = next->valueint;
		hit->valuedouble = next->valuedouble;
		hit->child = next->child;
		free(next->string);
		free(next);
		values += count_values(hit);
		if (data[2] >= 0xf0 && hit->string)
			/* Missing: under a name that nobody asks for. */
			hit->string = strdup("gone");
	}
	return answer;
}

#endif

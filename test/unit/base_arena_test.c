#include "base_test.h"

#include <stdalign.h>

#include "base/arena.h"

static void test_arena__items_are_zeroed_and_aligned(void **state)
{
	struct arena *a = arena_new();
	static const char zeros[5000];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t size = 0; size < sizeof(zeros); size += 37) {
			char *p = arena_alloc(a, size);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			assert_memory_equal(p, zeros, size);
			memset(p, 0xa5, size);
		}
		arena_reset(a);
	}
	arena_free(a);
	arena_free(NULL);
}

static void test_arena__items_do_not_overlap(void **state)
{
	struct arena *a = arena_new();
	unsigned char *items[2000];
	size_t sizes[2000];
	uint64_t seed = 42;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		sizes[i] = next_random(&seed) % (i % 100 == 0 ? 200000 : 300);
		items[i] = arena_alloc(a, sizes[i]);
		memset(items[i], (int)(i % 251), sizes[i]);
	}
	for (size_t i = 0; i < 2000; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(items[i][j], i % 251);
	arena_free(a);
}

static void test_arena__used_counts_since_reset(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_int_equal(arena_used(a), 0);
	arena_alloc(a, 100);
	arena_array(a, 10, 8);
	assert_int_equal(arena_used(a), 180);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	arena_reset(a);
	arena_free(a);
}

static void test_arena__copies_and_formats(void **state)
{
	struct arena *a = arena_new();
	char *big;

	(void)state;
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strdup(a, ""), "");
	assert_string_equal(arena_strdup(a, "abc"), "abc");
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
	assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
	big = arena_printf(a, "%1000d|%s", 5, "end");
	assert_int_equal(strlen(big), 1004);
	assert_string_equal(big + 1000, "|end");
	assert_int_equal(strlen(arena_printf(a, "%256d", 1)), 256);
	assert_int_equal(strlen(arena_printf(a, "%255d", 1)), 255);
	arena_free(a);
}

static void test_arena__wipe_overwrites(void **state)
{
	struct arena *a = arena_new();
	char *secret = arena_strdup(a, "hunter2");

	(void)state;
	arena_wipe(a);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(secret[i], 0);
	arena_free(a);
}

static struct arena *volatile doomed; /* kept, or LeakSanitizer would change the status */

static void overflows(void)
{
	arena_array(doomed, SIZE_MAX / 4, 8);
}

static void asks_too_much(void)
{
	arena_alloc(doomed, SIZE_MAX - 64);
}

static void test_arena__impossible_sizes_end_the_program(void **state)
{
	(void)state;
	doomed = arena_new();
	assert_int_equal(WEXITSTATUS(status_of(overflows)), 70);
	assert_int_equal(WEXITSTATUS(status_of(asks_too_much)), 70);
	arena_free(doomed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena__items_are_zeroed_and_aligned),
		cmocka_unit_test(test_arena__items_do_not_overlap),
		cmocka_unit_test(test_arena__used_counts_since_reset),
		cmocka_unit_test(test_arena__copies_and_formats),
		cmocka_unit_test(test_arena__wipe_overwrites),
		cmocka_unit_test(test_arena__impossible_sizes_end_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

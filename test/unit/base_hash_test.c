#include "base_test.h"

#include "base/hash.h"

static void test_hash__known_values(void **state)
{
	char out[HASH_HEX_SIZE];

	(void)state;
	hash_hex("", 0, out);
	assert_string_equal(out,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_hex("abc", 3, out);
	assert_string_equal(out,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_hash__streaming_equals_whole(void **state)
{
	unsigned char data[5000];
	char whole[HASH_HEX_SIZE], parts[HASH_HEX_SIZE];
	struct hash *h = hash_new();
	uint64_t seed = 3;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)next_random(&seed);
	hash_hex(data, sizeof(data), whole);
	for (int round = 0; round < 20; round++) { /* the same h each time */
		for (size_t at = 0; at < sizeof(data);) {
			size_t n = next_random(&seed) % 700;

			n = n < sizeof(data) - at ? n : sizeof(data) - at;
			hash_add(h, data + at, n);
			at += n;
		}
		hash_finish(h, parts);
		assert_string_equal(parts, whole);
	}
	hash_free(h);
	hash_free(NULL);
}

static void test_hash__file_equals_its_bytes(void **state)
{
	static char data[100000];
	char file[HASH_HEX_SIZE], whole[HASH_HEX_SIZE];
	struct err e;

	(void)state;
	memset(data, 'z', sizeof(data));
	write_bytes("data", data, sizeof(data), 0600);
	assert_ok(hash_file("data", file, &e), &e);
	hash_hex(data, sizeof(data), whole);
	assert_string_equal(file, whole);

	assert_int_equal(hash_file("missing", file, &e), E_LOCAL);
	assert_contains(e.msg, "missing: can't be read (No such file");
	assert_int_equal(hash_file(".", file, &e), E_LOCAL);
	assert_string_equal(file, whole);
}

static void test_hash__random_is_random(void **state)
{
	char a[RANDOM_HEX_SIZE], b[RANDOM_HEX_SIZE];
	unsigned int seen[7] = {0};

	(void)state;
	random_hex(a);
	random_hex(b);
	assert_int_equal(strlen(a), 16);
	assert_int_equal(strspn(a, "0123456789abcdef"), 16);
	assert_string_not_equal(a, b);
	for (int i = 0; i < 7000; i++) {
		uint32_t r = random_below(7);

		assert_true(r < 7);
		seen[r]++;
	}
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 700, 1300);
	assert_int_equal(random_below(1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash__known_values),
		cmocka_unit_test(test_hash__streaming_equals_whole),
		cmocka_unit_test(test_hash__file_equals_its_bytes),
		cmocka_unit_test(test_hash__random_is_random),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

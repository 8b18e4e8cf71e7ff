#include "base_test.h"

#include "base/decimal.h"

static struct decimal dec(const char *text)
{
	struct decimal d = {0, 0};
	struct err e;

	assert_ok(decimal_parse(text, &d, &e), &e);
	return d;
}

static void assert_text(struct decimal d, const char *text)
{
	char out[DECIMAL_TEXT_MAX];

	assert_string_equal(decimal_text(d, out), text);
}

static void test_decimal__parse_and_text_are_inverse(void **state)
{
	static const char *const same[] = {
		"0",
		"1",
		"-1",
		"0.00",
		"12.50",
		"-0.055",
		"999999999999999999",
		"0.000000001",
		"-999999999.999999999",
		"100.10",
	};
	char out[DECIMAL_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_text(dec(same[i]), same[i]);
	assert_text(dec("+7.5"), "7.5");
	assert_text(dec("-0.00"), "0.00");
	assert_text(dec("0000000000000000000000012.5"), "12.5");
	assert_text(dec("1.5000000000000000"), "1.500000000");
	assert_string_equal(decimal_text_short(dec("0.200"), out), "0.2");
	assert_string_equal(decimal_text_short(dec("19.00"), out), "19");
	assert_string_equal(decimal_text_short(dec("-0.055"), out), "-0.055");
	assert_string_equal(decimal_text_short(dec("0.000"), out), "0");
	assert_string_equal(decimal_text_short(dec("100"), out), "100");
}

static void test_decimal__refuses_what_is_no_plain_number(void **state)
{
	static const char *const bad[] = {
		"",
		"-",
		"+",
		".5",
		"5.",
		"1,5",
		"1.5.5",
		" 1",
		"1 ",
		"1e3",
		"0x10",
		"--1",
		"1'000",
		"NaN",
		"inf",
		"1000000000000000000",
		"1.0000000001",
		"9999999999.999999999",
		"١",
	};
	struct decimal d = {77, 3};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(decimal_parse(bad[i], &d, &e), E_RECORD);
		assert_string_equal(e.code, "bad_number");
		assert_contains(e.msg, bad[i]);
		assert_int_equal(d.units, 77);
	}
	assert_int_equal(decimal_parse(NULL, &d, &e), E_RECORD);
	assert_int_equal(decimal_parse("x", &d, NULL), E_RECORD);
}

static void test_decimal__adds_across_scales(void **state)
{
	struct decimal sum;
	struct err e;

	(void)state;
	assert_ok(decimal_add(dec("1.5"), dec("0.255"), &sum, &e), &e);
	assert_text(sum, "1.755");
	assert_ok(decimal_sub(dec("1"), dec("1.000000001"), &sum, &e), &e);
	assert_text(sum, "-0.000000001");
	assert_ok(decimal_mul_int(dec("-12.50"), 3, &sum, &e), &e);
	assert_text(sum, "-37.50");
}

static void test_decimal__overflow_is_an_error_not_a_wrap(void **state)
{
	struct decimal max = dec("999999999999999999"), d = {5, 1};
	struct err e;

	(void)state;
	assert_int_equal(decimal_add(max, dec("1"), &d, &e), E_RECORD);
	assert_int_equal(decimal_sub(decimal_neg(max), dec("1"), &d, &e), E_RECORD);
	assert_int_equal(decimal_mul_int(max, 2, &d, &e), E_RECORD);
	assert_int_equal(decimal_mul_int(max, INT64_MIN, &d, &e), E_RECORD);
	assert_int_equal(decimal_add(max, dec("0.000000001"), &d, &e), E_RECORD);
	assert_int_equal(d.units, 5);
	assert_ok(decimal_add(max, decimal_neg(max), &d, &e), &e);
	assert_true(decimal_is_zero(d));
}

static void test_decimal__compares_exactly(void **state)
{
	(void)state;
	assert_int_equal(decimal_cmp(dec("1.50"), dec("1.5")), 0);
	assert_int_equal(decimal_cmp(dec("1.499999999"), dec("1.5")), -1);
	assert_int_equal(decimal_cmp(dec("999999999999999999"), dec("0.000000001")), 1);
	assert_int_equal(decimal_cmp(dec("-1"), dec("1")), -1);
	assert_int_equal(decimal_cmp(decimal_abs(dec("-2")), dec("2")), 0);
}

static void test_decimal__rounds_half_away_from_zero(void **state)
{
	(void)state;
	assert_text(decimal_round(dec("1.005"), 2), "1.01");
	assert_text(decimal_round(dec("-1.005"), 2), "-1.01");
	assert_text(decimal_round(dec("1.004999999"), 2), "1.00");
	assert_text(decimal_round(dec("0.5"), 0), "1");
	assert_text(decimal_round(dec("-0.4"), 0), "0");
	assert_text(decimal_round(dec("999999999.999999999"), 0), "1000000000");
	assert_text(decimal_round(dec("1"), 3), "1.000");
	assert_text(decimal_round(dec("99999999999999999"), 5), "99999999999999999.0");
}

static void test_decimal__products_are_exact_as_far_as_nine_decimals_go(void **state)
{
	static const struct {
		const char *a, *b, *product;
	} rows[] = {
		{"19.99", "0.85", "16.9915"},
		{"20.00", "0.50", "10.00"},
		{"-3", "0.5", "-1.5"},
		{"0", "123.45", "0.00"},
		{"0.00001", "0.00005", "0.000000001"},
		{"-0.00001", "0.00005", "-0.000000001"},
		{"0.00001", "0.00004", "0.00000"},
		{"33.333333", "0.666667", "22.222233111"},
	};
	struct decimal d;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_ok(decimal_mul(dec(rows[i].a), dec(rows[i].b), &d, &e), &e);
		assert_text(d, rows[i].product);
	}
	assert_int_equal(decimal_mul(dec("999999999999"), dec("1000002"), &d, &e), E_RECORD);
}

static void test_decimal__rounds_to_the_nearest_multiple(void **state)
{
	static const struct {
		const char *a, *step, *text;
	} rows[] = {
		{"17.42", "0.05", "17.40"},   {"17.43", "0.05", "17.45"},
		{"17.425", "0.05", "17.450"}, {"17.42", "10", "20.00"},
		{"14.99", "10", "10.00"},     {"15", "10", "20"},
		{"-15", "10", "-20"},         {"1.3", "0.5", "1.5"},
		{"0.00", "5", "0.00"},        {"7.4", "3", "6.0"},
		{"7.5", "3", "9.0"},
	};
	struct decimal d;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_ok(decimal_round_to(dec(rows[i].a), dec(rows[i].step), &d, &e), &e);
		assert_text(d, rows[i].text);
	}
	assert_int_equal(decimal_round_to(dec("1"), dec("0"), &d, &e), E_RECORD);
	assert_int_equal(decimal_round_to(dec("1"), dec("-1"), &d, &e), E_RECORD);
}

static void test_decimal__random_sums_match_integers(void **state)
{
	uint64_t seed = 7;
	struct err e;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t x = (int64_t)(next_random(&seed) % 2000000000) - 1000000000;
		int64_t y = (int64_t)(next_random(&seed) % 2000000000) - 1000000000;
		struct decimal a = {x, 2}, b = {y, 2}, sum, back, again;
		char text[DECIMAL_TEXT_MAX];

		assert_ok(decimal_add(a, b, &sum, &e), &e);
		assert_int_equal(sum.units, x + y);
		assert_ok(decimal_sub(sum, b, &back, &e), &e);
		assert_int_equal(decimal_cmp(back, a), 0);
		assert_ok(decimal_parse(decimal_text(sum, text), &again, &e), &e);
		assert_int_equal(again.units, sum.units);
		assert_int_equal(decimal_cmp(a, b), (x > y) - (x < y));
	}
}

static void test_decimal__currencies_have_their_exponent(void **state)
{
	(void)state;
	assert_int_equal(currency_exponent("EUR"), 2);
	assert_int_equal(currency_exponent("JPY"), 0);
	assert_int_equal(currency_exponent("KWD"), 3);
	assert_int_equal(currency_exponent("UYW"), 4);
	assert_int_equal(currency_exponent("ZZZ"), 2);
	assert_int_equal(currency_exponent("F C"), 2);
	assert_int_equal(currency_exponent(""), 2);
	assert_int_equal(currency_exponent(NULL), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decimal__parse_and_text_are_inverse),
		cmocka_unit_test(test_decimal__refuses_what_is_no_plain_number),
		cmocka_unit_test(test_decimal__adds_across_scales),
		cmocka_unit_test(test_decimal__overflow_is_an_error_not_a_wrap),
		cmocka_unit_test(test_decimal__compares_exactly),
		cmocka_unit_test(test_decimal__rounds_half_away_from_zero),
		cmocka_unit_test(test_decimal__products_are_exact_as_far_as_nine_decimals_go),
		cmocka_unit_test(test_decimal__rounds_to_the_nearest_multiple),
		cmocka_unit_test(test_decimal__random_sums_match_integers),
		cmocka_unit_test(test_decimal__currencies_have_their_exponent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base_test.h"

#include "base/cleanup.h"
#include "files/guard.h"

static void test_guard__identifiers(void **state)
{
	static const struct {
		const char *cell, *id, *wrong;
	} cells[] = {
		{"TEE-M", "TEE-M", NULL},
		{"'748927000018", "748927000018", NULL},
		{"'TEE", "'TEE", NULL},
		{"'", "'", NULL},
		{"", "", NULL},
		{" \xc2\xa0TEE-M\xc2\xa0 ", "TEE-M", NULL},
		{"\xef\xbb\xbf"
		 "0012",
		 "0012", NULL},
		{"5E3", "5E3", NULL},
		{"1E10", "1E10", NULL},
		{"#1001", "#1001", NULL},
		{"5.27763E+12", "5.27763E+12", "a spreadsheet shortened"},
		{"5,27763E+12", "5,27763E+12", "a spreadsheet shortened"},
		{"4E+12", "4E+12", "a spreadsheet shortened"},
		{"748927000000", "748927000000", "a spreadsheet rounded"},
		{"4006380000000", "4006380000000", "a spreadsheet rounded"},
		{"940011000000000000000", "940011000000000000000", "a spreadsheet rounded"},
		{"3404341610940150000", "3404341610940150000", "a spreadsheet rounded"},
		{"'748927000000", "748927000000", NULL},
		{"748927100000", "748927100000", NULL},
		{"10000000000", "10000000000", NULL},
		{"340434161094015000", "340434161094015000", "a spreadsheet rounded"},
		{"34043416109401500", "34043416109401500", "a spreadsheet rounded"},
		{"3404341610940150", "3404341610940150", NULL},
		{"340434161094015010", "340434161094015010", NULL},
		{"00340434161094015010", "00340434161094015010", NULL},
		{"'340434161094015000", "340434161094015000", NULL},
		{"000000000000", "000000000000", NULL},
		{"A48927000000", "A48927000000", NULL},
		{"=\"0042\"", "0042", NULL},
		{" =\" B-2 \" ", "B-2", NULL},
		{"=\"748927000000\"", "748927000000", NULL},
		{"=\"5.27763E+12\"", "5.27763E+12", "a spreadsheet shortened"},
		{"=\"\"", "", NULL},
		{"=B-2", "=B-2", NULL},
		{"=\"A\"&\"B\"", "=\"A\"&\"B\"", "a spreadsheet's formula"},
		{"=\"A", "=\"A", "a spreadsheet's formula"},
		{"=SUM(A1)", "=SUM(A1)", "a spreadsheet's formula"},
		{"#N/A", "#N/A", "a spreadsheet's error"},
		{" A-1\r\n", "A-1", NULL},
		{"A-1,MAIN,4\nA-2", "A-1,MAIN,4\nA-2", "holds a line break"},
		{"#wert!", "#wert!", "a spreadsheet's error"},
		{"######", "######", "a spreadsheet's error"},
	};
	CLEANUP(arena) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		const char *id, *why = guard_identifier(cells[i].cell, a, &id);

		assert_string_equal(id, cells[i].id);
		if (cells[i].wrong)
			assert_contains(why, cells[i].wrong);
		else
			assert_null(why);
	}
}

static void test_guard__names_of_orders(void **state)
{
	static const char *const cells[][2] = {
		{"#1001", "#1001"}, {" '#1001 ", "#1001"},
		{"'1001", "1001"},  {"'-1001", "-1001"},
		{"'", "'"},         {"\xc2\xa0#1001", "#1001"},
	};
	CLEANUP(arena) struct arena *a = arena_new();
	const char *name;

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		assert_null(guard_order_name(cells[i][0], a, &name));
		assert_string_equal(name, cells[i][1]);
	}
	assert_contains(guard_order_name("#N/A", a, &name), "a spreadsheet's error");
	assert_null(guard_identifier("'#1001", a, &name));
	assert_string_equal(name, "'#1001");
}

static void test_guard__numbers(void **state)
{
	enum { P = CSV_SIGN_POINT, C = CSV_SIGN_COMMA };
	static const struct {
		const char *cell;
		bool comma;
		unsigned signs;
		const char *value, *wrong;
	} cells[] = {
		{"12", false, 0, "12", NULL},
		{"-12.50", false, P, "-12.50", NULL},
		{"12,50", true, C, "12.50", NULL},
		{"12.50", true, P, "12.50", NULL},
		{"12,50", false, 0, NULL, "decimal comma"},
		{"1.299,00", false, 0, NULL, "thousands sign"},
		{"1.299,00", true, C, NULL, "thousands sign"},
		{"1'299.00", false, P, NULL, "thousands sign"},
		{"1 299", false, 0, NULL, "thousands sign"},
		{"1\xe2\x80\xaf"
		 "299",
		 false, 0, NULL, "thousands sign"},
		/* One sign with three digits behind it: what the other cells show decides. */
		{"1.299", false, 0, NULL,
		 "does not show which; write it without the sign, or with one 0 more behind it"},
		{"1.299", false, P, "1.299", NULL},
		{"1.299", true, C, NULL, "has a thousands sign; write"},
		{"1.299", false, P | C, NULL, "does not show which"},
		{"1,299", true, 0, NULL, "does not show which"},
		{"1,299", true, C, "1.299", NULL},
		{"0.125", false, 0, "0.125", NULL},
		{"1299.500", false, 0, "1299.500", NULL},
		{"1.2990", false, 0, "1.2990", NULL},
		{"5E+3", false, 0, NULL, "is no number"},
		{"1.2.3", false, 0, NULL, "is no number"},
		{"04.05.2026", false, 0, NULL, "is no number"},
		{"1,234,567.89", false, 0, NULL, "thousands sign"},
		{"1.234.567", true, 0, NULL, "thousands sign"},
		{"1.234.567.8", true, 0, NULL, "is no number"},
		{"12345.678,90", true, 0, NULL, "is no number"},
		{"18.119999999999997", false, P, NULL, "more digits than can be kept"},
		{"18,119999999999997", true, C, NULL, "more digits than can be kept"},
		{"99999999999999999999", false, P, NULL, "more digits than can be kept"},
		{"ten", false, 0, NULL, "is no number"},
		{"12 pcs", false, 0, NULL, "is no number"},
		{"", false, 0, NULL, "is no number"},
		{"-", false, 0, NULL, "is no number"},
		{"99999999999999999999999999999999999999999999999999", false, 0, NULL,
		 "more digits than can be kept"},
	};
	char text[DECIMAL_TEXT_MAX];
	struct decimal d;

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct guard_numbers how = {.comma = cells[i].comma, .signs = cells[i].signs};
		const char *why = guard_number(cells[i].cell, how, &d);

		if (cells[i].wrong) {
			assert_non_null(why);
			assert_contains(why, cells[i].wrong);
			continue;
		}
		assert_null(why);
		assert_string_equal(decimal_text(d, text), cells[i].value);
	}
}

static void test_guard__amounts_have_the_currencys_decimals(void **state)
{
	const struct guard_numbers how = {.signs = CSV_SIGN_POINT};
	struct decimal d;

	(void)state;
	assert_null(guard_amount("12.50", how, "EUR", &d));
	assert_null(guard_amount("12.5000", how, "EUR", &d));
	assert_contains(guard_amount("12.505", how, "EUR", &d), "more decimals");
	assert_contains(guard_amount("12.505", how, NULL, &d), "more decimals");
	assert_null(guard_amount("12.505", how, "KWD", &d));
	assert_null(guard_amount("1500.00", how, "JPY", &d));
	assert_contains(guard_amount("1500.5", how, "JPY", &d), "more decimals");
	/* Six thousand or six: what other columns show is no help. */
	assert_contains(guard_amount("6.000", how, "CLP", &d),
			"write it without the sign, or without decimals");
	assert_contains(guard_amount("-12.000", how, "JPY", &d),
			"write it without the sign, or without decimals");
	assert_contains(guard_number("2.000", guard_money(how, "JPY"), &d),
			"write it without the sign");
	assert_null(guard_amount("6.0", how, "CLP", &d));
	assert_null(guard_amount("0.000", how, "CLP", &d));
	assert_null(guard_amount("6000.000", how, "CLP", &d));
}

static void test_guard__flags(void **state)
{
	static const char *const yes[] = {"TRUE",      "true", "Yes",    "1",    "WAHR",
					  "ja",        "VRAI", "oui",    "VERO", "SÍ",
					  "VERDADERO", "WAAR", "PRAWDA", "sim"};
	static const char *const no[] = {"FALSE", "no",    "0",      "FALSCH", "Nein", "FAUX",
					 "non",   "FALSO", "ONWAAR", "FAŁSZ",  "não",  "nie"};
	static const char *const unknown[] = {"", "x", "2", "maybe", "truefalse", "on", "#N/A"};
	bool flag;

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		flag = false;
		assert_null(guard_flag(yes[i], &flag));
		assert_true(flag);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		flag = true;
		assert_null(guard_flag(no[i], &flag));
		assert_false(flag);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_non_null(guard_flag(unknown[i], &flag));
}

static void test_guard__files(void **state)
{
	static const char *const sku[] = {"sku", "article", NULL}, *const qty[] = {"on hand", NULL};
	static const char *const none[] = {"price", NULL};
	static const char text[] = "sku;On-hand;Article\nA;1,5;x\n", latin[] = "sku\ncaf\xe9\n";
	CLEANUP(csv_reader) struct csv_reader *r = NULL, *bad = NULL;
	struct guard_numbers how;
	struct err e;
	int at[2];

	(void)state;
	write_bytes("t.csv", text, sizeof(text) - 1, 0600);
	assert_ok(guard_open("t.csv", CSV_UTF8, &r, &e), &e);
	assert_ok(guard_column(csv_reader_header(r), none, "t.csv", &at[0], &e), &e);
	assert_int_equal(at[0], -1);
	assert_ok(guard_column(csv_reader_header(r), qty, "t.csv", &at[1], &e), &e);
	assert_int_equal(at[1], 1);
	how = guard_numbers(r, at, 2);
	assert_true(how.comma);
	assert_int_equal(how.signs, CSV_SIGN_COMMA);
	assert_int_equal(guard_column(csv_reader_header(r), sku, "t.csv", &at[0], &e), E_LOCAL);
	assert_string_equal(e.msg, "t.csv: columns 1 and 3 ('sku' and 'Article') are the same; "
				   "leave one of them");
	write_bytes("t.csv", latin, sizeof(latin) - 1, 0600);
	assert_int_equal(guard_open("t.csv", CSV_UTF8, &bad, &e), E_LOCAL);
	assert_contains(e.msg,
			"t.csv:2: holds text that is not UTF-8; save the file as CSV UTF-8, or, "
			"if it is Windows-1252, set read_encoding = windows-1252");
	assert_ok(guard_open("t.csv", CSV_WINDOWS_1252, &bad, &e), &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guard__identifiers),
		cmocka_unit_test(test_guard__names_of_orders),
		cmocka_unit_test(test_guard__numbers),
		cmocka_unit_test(test_guard__amounts_have_the_currencys_decimals),
		cmocka_unit_test(test_guard__flags),
		cmocka_unit_test(test_guard__files),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

#include "base_test.h"

#include "base/log.h"
#include "base/secrets.h"
#include "base/str.h"

#define KEY "shpat_0aB1/2+c3~d4 e5\"f6\\g7é"

static int forget_all(void **state)
{
	(void)state;
	secrets_forget();
	return 0;
}

static void expect(const char *text, const char *wanted)
{
	char copy[4096];

	snprintf(copy, sizeof(copy), "%s", text);
	secrets_hide(copy);
	assert_string_equal(copy, wanted);
}

static void test_secrets__nothing_is_hidden_without_one(void **state)
{
	(void)state;
	expect("100% of nothing", "100% of nothing");
	secrets_add(NULL);
	secrets_add("");
	secrets_add("abc");
	expect("abc", "abc");
}

static void test_secrets__every_shape(void **state)
{
	/* Made by Node: encodeURIComponent, JSON.stringify, Buffer. */
	static const char *const shapes[] = {
		KEY,
		"SHPAT_0Ab1/2+C3~D4 E5\"F6\\G7É",
		"shpat_0aB1%2F2%2Bc3~d4%20e5%22f6%5Cg7%C3%A9",
		"shpat_0aB1%2f2%2bc3%7ed4+e5%22f6%5cg7%c3%a9",
		"shpat_0aB1%252F2%252Bc3~d4%2520e5%2522f6%255Cg7%25C3%25A9",
		"shpat_0aB1/2+c3~d4 e5\\\"f6\\\\g7\\u00e9",
		"shpat_0aB1\\/2+c3~d4 e5\\\"f6\\\\g7\\u00E9",
		"\\u0073hpat_0aB1/2+c3~d4 e5\"f6\\g7é",
		"\\\\u0073hpat_0aB1/2+c3~d4 e5\\\\\\\"f6\\\\g7\\\\u00e9",
		"shpat_0aB1/2+c3~d4 e5&quot;f6\\g7&#233;",
		"shpat_0aB1&#x2F;2&#43;c3~d4 e5&#34;f6\\g7&#xe9;",
		"73687061745f306142312f322b63337e64342065352266365c6737c3a9",
		"73687061745F306142312F322B63337E64342065352266365C6737C3A9",
	};

	(void)state;
	secrets_add(KEY);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		char text[512];

		snprintf(text, sizeof(text), "token '%s' is wrong", shapes[i]);
		expect(text, "token '***' is wrong");
		expect(shapes[i], "***");
	}
}

static void test_secrets__base64_wherever_it_begins(void **state)
{
	(void)state;
	secrets_add("swordfish?>~~");
	/* "swordfish?>~~", "u:…", "us:…", "use:…", "u:…:x" in base64 and base64url */
	expect("Basic c3dvcmRmaXNoPz5+fg==.", "Basic ***.");
	expect("Basic c3dvcmRmaXNoPz5-fg", "Basic ***");
	expect("Basic dTpzd29yZGZpc2g/Pn5+", "Basic dT***");
	expect("Basic dXM6c3dvcmRmaXNoPz5+fg==", "Basic dXM6***");
	expect("Basic dXNlOnN3b3JkZmlzaD8+fn4=", "Basic dXNlO***");
	expect("Basic dTpzd29yZGZpc2g%2FPn5%2B", "Basic dT***");
	expect("basic dtpzd29yzgzpc2g/pn5+", "basic dt***");
}

static void test_secrets__cut_ones(void **state)
{
	(void)state;
	secrets_add("shpat_0123456789abcdef");
	expect("has shpat_0123456789…", "has ***…");
	expect("has shpat_0123456789", "has ***");
	expect("has 'shpat_0123456789abcde'", "has '***'");
	expect("has shpat_0123", "has shpat_0123");
	expect("shpat_012345 and shpat_0123456789abcdefg", "*** and ***g");
	expect("shpat_0123456789xyz", "shpat_0123456789xyz");
}

static void test_secrets__without_their_front(void **state)
{
	(void)state;
	secrets_add("shpat_0123456789abcdef");
	expect("has …23456789abcdef.", "has …***.");
	expect("has ...456789abcdef", "has ...***");
	expect("has ***6789abcdef", "has ***6789abcdef");
	expect("has xxxxxxxx23456789abcdef", "has xxxxxxxx***");
	expect("has 456789abcdef", "has ***");
	expect("has '456789ABCDEF', 56789abcdef", "has '***', 56789abcdef");
	expect("456789abcdef", "***");
	/* Cut behind, too; broken; encoded. */
	expect("…t_0123456789a…", "…***…");
	expect("…2345 6789 abcd ef", "…***");
	expect("…23456789%61bcdef", "…***");
	expect("…%32%33456789\\u0061bcdef", "…***");
	expect("…333435363738396162636465 66", "…***");
	expect("…zQ1Njc4OWFiY2RlZg==", "…***");
	/* It is another word that only begins or ends so. */
	expect("x456789abcdef 456789abcdefg", "x456789abcdef 456789abcdefg");
	/* A password of words. */
	secrets_add("Correct horse at shop.example");
	expect("see shop.example", "see shop.example");
	expect("see …shop.example", "see …***");
	expect("at the shop.example", "at the shop.example");
	/* One that repeats itself: what is left is its end, though its front would fit there, too. */
	secrets_add("abababababababababab_ababab");
	expect("…ababababababab_ababab", "…***");
}

static void test_secrets__in_groups(void **state)
{
	(void)state;
	secrets_add("shpat_0123456789abcdef");
	expect("has shpa-t_01-2345-6789-abcd-ef.", "has ***.");
	expect("has SHPA T_01 - 2345 6789 ABCD EF", "has ***");
	expect("has shpat_–0123\u00a04567\u20118\r\n9abcdef", "has ***");
	expect("shpat - 01, shpat_-0123", "shpat - 01, shpat_-0123");
	/* A dash of its own, with a line end in front. */
	secrets_add("0a1b-2c3d");
	expect("0a1b\n-2c3d 0a-1b-2c-3d", "*** ***");
	secrets_add("horse–battery");
	expect("horse \n–battery", "***");
}

static void test_secrets__broken_by_line_ends(void **state)
{
	(void)state;
	secrets_add("shpat_0123456789abcdef");
	expect("has shpat_0123=\r\n456789abcdef.", "has ***.");
	expect("has shpat_0123=\n456789=\nabcdef.", "has ***.");
	expect("has shpat_\r\n\t0123456789abcdef", "has ***");
	expect("has shpat_01234 56789abcdef", "has ***");
	expect("has shpat_01234=  56789abcdef", "has ***");
	expect("has \"shpat_01234=\\r\\n56789abcdef\"", "has \"***\"");
	expect("has shpat_01234%3D%0D%0A56789", "has shpat_01234%3D%0D%0A56789");
	expect("has shpat_01234%0D%0A56789abcdef", "has ***");
	/* Wrapped base64, and hex in groups. */
	expect("c2hwYXRfMDEyMzQ1\r\nNjc4OWFiY2RlZg==", "***");
	expect("73687061745f3031 3233343536373839 616263646566", "***");
	/* A cut one still ends where it ends. */
	expect("has shpat_0123=\n456789 and more", "has *** and more");
	expect("has shpat_0123456789 a", "has ***");
	expect("has shpat_0123456789 an", "has *** an");
	secrets_add("admin");
	expect("ad min, adm=\r\nin", "ad min, adm=\r\nin");
}

static void test_secrets__short_ones_as_words(void **state)
{
	(void)state;
	secrets_add("admin");
	expect("password admin refused", "password *** refused");
	expect("'admin' %22admin%22 admin", "'***' %22***%22 ***");
	expect("administrator, superadmin, ADMIN", "administrator, superadmin, ADMIN");
	expect("admin_1 admin2", "admin_1 admin2");
}

static void test_secrets__several_and_longest_first(void **state)
{
	(void)state;
	secrets_add("abcdefgh");
	secrets_add("abcdefghijkl");
	secrets_add("abcdefgh");
	expect("abcdefghijkl|abcdefgh|abcdefghijklabcdefgh", "***|***|******");
	expect("C:\\abcdefgh \\\\abcdefgh", "C:*** \\\\***");
}

static void test_secrets__errors_log_and_cuts(void **state)
{
	static const char secret[] = "0123456789abcdefghij";
	struct err e;
	char shown[40];
	char *log;

	(void)state;
	secrets_add(secret);
	err_set(&e, E_BUSY, secret, "server says %s", secret);
	err_wrap(&e, "with %s", secret);
	err_append(&e, " (%.14s)", secret);
	assert_string_equal(e.msg, "with ***: server says *** (***)");
	assert_string_equal(e.code, "***");
	str_ellipsis(shown, sizeof(shown), "says: 0123456789abcdefghij, and on", 12);
	assert_string_equal(shown, "says: ***, a…");
	assert_ok(log_open("log", LOG_FORMAT_KV, LOG_LEVEL_INFO, &e), &e);
	log_context("flow", secret);
	log_event(LOG_LEVEL_INFO, "x", "text", "0123456789ABCDEFghij", NULL);
	log_close();
	log = read_text("log");
	assert_contains(log, "flow=*** text=***");
	free(log);
}

/* What a hostile server sends to be taken apart; with a walk per character this takes hours. */
static void test_secrets__megabytes_of_escapes(void **state)
{
	static const char *const parts[] = {"\\", "%",    "%25", "&",
					    "&#", "\x80", "+",   "shpat_012345"};
	/* Memory is used alike, however long the text is. */
	const size_t size = getenv("ERPSYNC_UNDER_VALGRIND") ? 64 << 10 : 2 << 20;
	char *text = malloc(size + 1);

	(void)state;
	assert_non_null(text);
	secrets_add("shpat_0123456789abcdef");
	secrets_add("admin");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		size_t n = strlen(parts[i]);

		for (size_t at = 0; at < size; at++)
			text[at] = parts[i][at % n];
		text[size] = '\0';
		secrets_hide(text);
		assert_true(strlen(text) <= size);
	}
	free(text);
}

static void expect_word(const struct hidden *h, const char *text, const char *wanted)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", text);
	hidden_hide(h, copy);
	assert_string_equal(copy, wanted);
}

static void test_hidden__words_of_a_person(void **state)
{
	struct hidden *h = hidden_new();

	(void)state;
	hidden_add(h, "Jürgen");
	hidden_add(h, "May");
	hidden_add(h, "12 Rue de l'Été");
	hidden_add(h, "Li");
	expect_word(h, "JÜRGEN MAY, maybe in May", "*** ***, maybe in ***");
	expect_word(h, "“Jürgen” «may» J\\u00fcrgen \\nMay J%C3%BCrgen %22may%22",
		    "“***” «***» *** \\n*** *** %22***%22");
	expect_word(h, "12 RUE DE L'ÉTÉ, 112 Rue de l'Été", "***, 112 Rue de l'Été");
	expect_word(h, "dismay mayor May_1 Li", "dismay mayor May_1 Li");
	expect_word(h, "Jürgen…", "***…");
	hidden_free(h);
	hidden_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_secrets__nothing_is_hidden_without_one, forget_all),
		cmocka_unit_test_teardown(test_secrets__every_shape, forget_all),
		cmocka_unit_test_teardown(test_secrets__base64_wherever_it_begins, forget_all),
		cmocka_unit_test_teardown(test_secrets__cut_ones, forget_all),
		cmocka_unit_test_teardown(test_secrets__without_their_front, forget_all),
		cmocka_unit_test_teardown(test_secrets__in_groups, forget_all),
		cmocka_unit_test_teardown(test_secrets__broken_by_line_ends, forget_all),
		cmocka_unit_test_teardown(test_secrets__short_ones_as_words, forget_all),
		cmocka_unit_test_teardown(test_secrets__several_and_longest_first, forget_all),
		cmocka_unit_test_teardown(test_secrets__errors_log_and_cuts, forget_all),
		cmocka_unit_test_teardown(test_secrets__megabytes_of_escapes, forget_all),
		cmocka_unit_test(test_hidden__words_of_a_person),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

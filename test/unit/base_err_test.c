#include "base_test.h"

#include "base/advice.h"
#include "base/str.h"

static void test_err__set_fills_and_returns_kind(void **state)
{
	struct err e = {.wait_ms = 99};

	(void)state;
	assert_int_equal(err_set(&e, E_BUSY, "timeout", "after %d s", 30), E_BUSY);
	assert_int_equal(e.kind, E_BUSY);
	assert_int_equal(e.wait_ms, 0);
	assert_string_equal(e.code, "timeout");
	assert_string_equal(e.msg, "after 30 s");
	assert_int_equal(err_set(NULL, E_LOCAL, "x", "y"), E_LOCAL);
}

static void test_err__wrap_keeps_kind_code_and_wait(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, E_BUSY, "throttled", "too many requests");
	e.wait_ms = 1500;
	assert_int_equal(err_wrap(&e, "order %s", "#1001"), E_BUSY);
	assert_int_equal(err_wrap(&e, "shopify"), E_BUSY);
	assert_string_equal(e.msg, "shopify: order #1001: too many requests");
	assert_string_equal(e.code, "throttled");
	assert_int_equal(e.wait_ms, 1500);
}

static void test_err__arguments_may_point_into_the_error(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, E_RECORD, "a_code", "inner");
	err_set(&e, E_LOCAL, e.code, "outer (%s)", e.msg);
	assert_string_equal(e.msg, "outer (inner)");
	assert_string_equal(e.code, "a_code");
	err_wrap(&e, "%s", e.msg);
	assert_string_equal(e.msg, "outer (inner): outer (inner)");
}

static void test_err__cut_falls_between_characters(void **state)
{
	static const char *const chars[] = {"a", "é", "€", "😀"};
	char text[4 * ERR_MSG_MAX + 1];
	struct err e;

	(void)state;
	for (size_t c = 0; c < 4; c++) {
		for (size_t shift = 0; shift < 5; shift++) {
			size_t len = 0;

			memset(text, 'x', shift);
			len = shift;
			while (len + 4 < sizeof(text) - 1) {
				memcpy(text + len, chars[c], strlen(chars[c]));
				len += strlen(chars[c]);
			}
			text[len] = '\0';
			err_set(&e, E_RECORD, "long", "%s", text);
			assert_true(str_utf8_valid(e.msg, strlen(e.msg)));
			assert_true(strlen(e.msg) >= ERR_MSG_MAX - 4);
			assert_memory_equal(e.msg, text, strlen(e.msg));

			err_set(&e, E_RECORD, "long", "%s", text + shift);
			err_wrap(&e, "%.*s", (int)shift, text);
			assert_true(str_utf8_valid(e.msg, strlen(e.msg)));
			err_wrap(&e, "%s", text);
			assert_true(str_utf8_valid(e.msg, strlen(e.msg)));
		}
	}
}

static void test_err__message_is_one_line(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, E_RECORD, "server", "first\nsecond\r\n\tthird");
	assert_string_equal(e.msg, "first second   third");
	err_wrap(&e, "a\nb");
	assert_string_equal(e.msg, "a b: first second   third");
}

static void test_err__text_can_be_added_at_the_end(void **state)
{
	struct err e;
	char text[2 * ERR_MSG_MAX];

	(void)state;
	err_set(&e, E_BUSY, "http_503", "answered 503");
	e.wait_ms = 2000;
	assert_int_equal(err_append(&e, "; given up after %d tries\n", 5), E_BUSY);
	assert_string_equal(e.msg, "answered 503; given up after 5 tries ");
	assert_string_equal(e.code, "http_503");
	assert_int_equal(e.wait_ms, 2000);
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "\xc3\xa9", 2); /* the cut falls into a character at some length */
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 4; i++) {
		err_set(&e, E_RECORD, "long", "%.*s", ERR_MSG_MAX - 4 + i, text + 2);
		err_append(&e, "\xc3\xa9\xc3\xa9");
		assert_true(str_utf8_valid(e.msg, strlen(e.msg)));
	}
}

static void test_err__long_code_is_cut(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, E_RECORD, "0123456789012345678901234567890123456789xyz", "m");
	assert_int_equal(strlen(e.code), ERR_CODE_MAX - 1);
}

static void test_err__kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(errk_name(E_OK), "ok");
	assert_string_equal(errk_name(E_RECORD), "record");
	assert_string_equal(errk_name(E_UNSURE), "unsure");
	assert_string_equal(errk_name(E_BUSY), "busy");
	assert_string_equal(errk_name(E_REFUSED), "refused");
	assert_string_equal(errk_name(E_LOCAL), "local");
}

static void dies(void)
{
	die(64, "usage: %s", "x");
}

static void bugs(void)
{
	BUG("broken %d", 1);
}

static void wraps_nothing(void)
{
	err_wrap(NULL, "x");
}

static void test_err__die_and_bug_exit(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(status_of(dies)), 64);
	assert_int_equal(WEXITSTATUS(status_of(bugs)), 70);
	assert_int_equal(WEXITSTATUS(status_of(wraps_nothing)), 70);
}

static void test_advice__is_said_once(void **state)
{
	static const char *const said[] = {"erpsync queue retry", NULL};
	struct err e, all = {.kind = E_OK}, why;

	(void)state;
	err_set(&e, E_RECORD, "x", "no; mend it, then run: erpsync queue retry 'A'");
	advice_add(&e, said, "; run: erpsync queue retry '%s'", "A");
	assert_string_equal(e.msg, "no; mend it, then run: erpsync queue retry 'A'");
	err_set(&e, E_RECORD, "x", "no");
	advice_add(&e, said, "; run: erpsync queue retry '%s'", "A");
	assert_string_equal(e.msg, "no; run: erpsync queue retry 'A'");
	for (int i = 0; i < 6; i++) {
		err_set(&why, E_RECORD, "y", "no place '%c'; add a row; run it", "ABAABA"[i]);
		advice_join(&all, &why);
	}
	assert_string_equal(all.msg, "no place 'A'; and no place 'B'; add a row; run it");
	err_set(&why, E_RECORD, "z", "too many");
	advice_join(&all, &why);
	assert_string_equal(all.msg,
			    "no place 'A'; and no place 'B'; add a row; run it; and too many");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err__set_fills_and_returns_kind),
		cmocka_unit_test(test_err__wrap_keeps_kind_code_and_wait),
		cmocka_unit_test(test_err__arguments_may_point_into_the_error),
		cmocka_unit_test(test_err__cut_falls_between_characters),
		cmocka_unit_test(test_err__message_is_one_line),
		cmocka_unit_test(test_err__text_can_be_added_at_the_end),
		cmocka_unit_test(test_err__long_code_is_cut),
		cmocka_unit_test(test_err__kinds_have_names),
		cmocka_unit_test(test_advice__is_said_once),
		cmocka_unit_test(test_err__die_and_bug_exit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base_test.h"

#include <fcntl.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/str.h"
#include "files/ack.h"

struct heard {
	size_t n, fail_at;
	char text[8][256];
};

static const char *const doubts[] = {NULL, "remark", "line", "refusal"};

static enum errk hear(void *ctx, const struct acknowledgement *s, struct err *e)
{
	struct heard *h = ctx;

	if (s->end)
		return E_OK;
	if (h->fail_at && h->n + 1 == h->fail_at)
		return err_set(e, E_LOCAL, "no", "not now");
	snprintf(h->text[h->n++], 256, "%s %s %s%s: %.150s", s->document,
		 s->record ? s->record : "all", s->further ? "further " : "",
		 doubts[s->doubt] ? doubts[s->doubt]
		 : s->accepted    ? "yes"
				  : "no",
		 s->text);
	return E_OK;
}

static struct heard settle(const char *ack, const char *text)
{
	struct outbox x = {.dir = "x", .ack = true};
	CLEANUP(arena) struct arena *a = arena_new();
	struct heard h = {0};
	struct err e;
	char path[128];

	mkdir("x", 0700);
	snprintf(path, sizeof(path), "x/%s", ack);
	write_text(path, text);
	assert_ok(ack_read_new(&x, KIND_ORDER, a, hear, &h, &e), &e);
	return h;
}

static void test_files_ack__ok(void **state)
{
	static const char *const same[] = {"ok\n",
					   "OK\r\n",
					   "\xef\xbb\xbfok\n",
					   "\n  ok \n",
					   "accepted:\n",
					   "ok.\n",
					   "OK: all orders imported\n",
					   "done 2026-11-29T10:00:01Z orders-000001.csv\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct heard h = settle("orders-000001.ack", same[i]);

		assert_int_equal(h.n, 1);
		assert_string_equal(h.text[0], "orders-000001.csv all yes: ok");
		assert_false(file_exists("x/orders-000001.ack"));
		assert_true(file_exists("x/.erpsync/acks/orders-000001.ack"));
	}
}

static void test_files_ack__single_refusals_come_last(void **state)
{
	struct heard h = settle("orders-changed-000002.ack",
				"error #1001: customer is blocked\nok\n"
				"Rejected 1002 no such item\n"
				"error gid://shopify/Order/5: wrong: period\n");

	(void)state;
	assert_int_equal(h.n, 4);
	assert_string_equal(h.text[0], "orders-changed-000002.csv all yes: ok");
	assert_string_equal(h.text[1], "orders-changed-000002.csv #1001 no: customer is blocked");
	assert_string_equal(h.text[2], "orders-changed-000002.csv 1002 no: no such item");
	assert_string_equal(h.text[3],
			    "orders-changed-000002.csv gid://shopify/Order/5 no: wrong: period");
	h = settle("orders-000003.ack", "error #7: late\n");
	assert_int_equal(h.n, 1);
}

static void test_files_ack__names_are_written_in_several_ways(void **state)
{
	static const char *const same[] = {
		"error #1001: blocked\n",    "error #1001:blocked\n",
		"error #1001 blocked\n",     "error \"#1001\": blocked\n",
		"error '#1001' blocked\n",   "error;#1001;blocked\n",
		"error,\"#1001\",blocked\n", "REJECTED | #1001 | blocked\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct heard h = settle("orders-000001.ack", same[i]);

		assert_int_equal(h.n, 1);
		assert_string_equal(h.text[0], "orders-000001.csv #1001 no: blocked");
	}
	assert_string_equal(settle("orders-000001.ack", "error gid://x/Order/5:late\n").text[0],
			    "orders-000001.csv gid://x/Order/5 no: late");
	assert_string_equal(settle("orders-000001.ack", "error csv:#1001: late\n").text[0],
			    "orders-000001.csv csv:#1001 no: late");
	assert_string_equal(settle("orders-000001.ack", "error;period is closed\n").text[0],
			    "orders-000001.csv all no: period is closed");
	assert_string_equal(settle("orders-000001.ack", "error \"period\" is closed\n").text[0],
			    "orders-000001.csv all no: \"period\" is closed");
}

static void test_files_ack__an_order_is_accepted_by_name(void **state)
{
	static const char *const same[] = {"ok #1001\n", "OK: #1001 taken\n", "ok;\"#1001\";\n"};
	struct heard h;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		h = settle("orders-000001.ack", same[i]);
		assert_int_equal(h.n, 1);
		assert_string_equal(h.text[0], "orders-000001.csv #1001 yes: ok");
	}
	h = settle("orders-000001.ack", "error #1: no\nok gid://x/Order/5\nok\n");
	assert_int_equal(h.n, 3);
	assert_string_equal(h.text[0], "orders-000001.csv all yes: ok");
	assert_string_equal(h.text[1], "orders-000001.csv gid://x/Order/5 yes: ok");
	assert_string_equal(h.text[2], "orders-000001.csv #1 no: no");
	h = settle("orders-000001.ack", "ok #1\nerror: period is closed\n");
	assert_int_equal(h.n, 1);
	assert_string_equal(h.text[0], "orders-000001.csv all no: period is closed");
}

static void test_files_ack__whole_refusals(void **state)
{
	struct heard h = settle("orders-000004.ack", "error: period is closed\n");

	(void)state;
	assert_int_equal(h.n, 1);
	assert_string_equal(h.text[0], "orders-000004.csv all no: period is closed");
	h = settle("orders-000004.ack", "error period is closed\nok\n");
	assert_string_equal(h.text[0], "orders-000004.csv all no: period is closed");
	h = settle("orders-000004.ack", "rejected\n");
	assert_string_equal(h.text[0], "orders-000004.csv all no: rejected");
}

static void test_files_ack__what_nobody_understands_is_no_yes(void **state)
{
	struct heard h = settle("orders-000005.ack", "<html>\n");

	(void)state;
	assert_int_equal(h.n, 1);
	assert_contains(h.text[0], "orders-000005.csv all no: ");
	assert_contains(h.text[0], "'<html>'");
	h = settle("orders-000005.ack", "okay\n");
	assert_contains(h.text[0], "no: ");
	h = settle("orders-000005.ack", " \n");
	assert_contains(h.text[0], "empty");
}

static void test_files_ack__line_ends(void **state)
{
	static const char *const same[] = {
		"ok #1\nerror #2: blocked\nok #3\n",
		"ok #1\r\nerror #2: blocked\r\nok #3\r\n",
		"ok #1\rerror #2: blocked\rok #3\r",
		"\rok #1\n\rerror #2: blocked \r\r\nok #3\r",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct heard h = settle("orders-000001.ack", same[i]);

		assert_int_equal(h.n, 3);
		assert_string_equal(h.text[0], "orders-000001.csv #1 yes: ok");
		assert_string_equal(h.text[1], "orders-000001.csv #3 yes: ok");
		assert_string_equal(h.text[2], "orders-000001.csv #2 no: blocked");
	}
}

static void test_files_ack__several_names_in_one_refusal(void **state)
{
	static const char *const both[] = {
		"#1, #2: blocked", "#1 #2: blocked",        "#1,#2 blocked", "#1 and #2: blocked",
		"#1 & #2 blocked", "\"#1\";\"#2\";blocked", "#1;#2;blocked", "#1, 2: blocked",
	};
	struct heard h;

	(void)state;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "error %s\n", both[i]);
		h = settle("orders-000001.ack", line);
		assert_int_equal(h.n, 2);
		assert_string_equal(h.text[0], "orders-000001.csv #1 no: blocked");
		assert_contains(h.text[1], "2 further no: blocked");
	}
	h = settle("orders-000001.ack", "error 7 8 9\n");
	assert_int_equal(h.n, 3);
	assert_string_equal(h.text[2], "orders-000001.csv 9 further no: rejected");
	h = settle("orders-000001.ack", "error x://o/7, x://o/8: late\n");
	assert_string_equal(h.text[1], "orders-000001.csv x://o/8 further no: late");
}

static void test_files_ack__what_the_reason_names_is_not_refused(void **state)
{
	static const char *const reason[] = {"#2 is there already", "2 pieces, 3 parts",
					     "E42: customer is blocked", "see #2: late"};

	(void)state;
	for (size_t i = 0; i < sizeof(reason) / sizeof(reason[0]); i++) {
		char line[64], expected[96];
		struct heard h;

		snprintf(line, sizeof(line), "ok\nerror #1 %s\n", reason[i]);
		h = settle("orders-000001.ack", line);
		snprintf(expected, sizeof(expected), "orders-000001.csv #1 remark: %s", reason[i]);
		assert_int_equal(h.n, 3);
		assert_string_equal(h.text[0], expected);
		assert_string_equal(h.text[1], "orders-000001.csv all yes: ok");
		snprintf(expected, sizeof(expected), "orders-000001.csv #1 no: %s", reason[i]);
		assert_string_equal(h.text[2], expected);
	}
}

static void test_files_ack__doubts_come_first(void **state)
{
	static const struct {
		const char *line, *how;
	} same[] = {
		{"imported by hand", "line"},
		{"note: 2 parts", "line"},
		{"#2: error blocked", "refusal"},
		{"not ok #2", "refusal"},
		{"FAILED #2", "refusal"},
		{"errors 3", "refusal"},
		{"done with errors", "refusal"},
		{"ok except #2", "refusal"},
		{"ok #2 not taken", "refusal"},
		{"OK, all but one", "refusal"},
		{"ok, all save #2", "refusal"},
		{"ok without 2", "refusal"},
		{"ok: 2 of 3 imported", "refusal"},
		{"ok, 1 skipped", "refusal"},
		{"ok: none", "refusal"},
		{"ok=false", "refusal"},
		{"ok, #2 later", "refusal"},
		{"ok, teilweise", "refusal"},
		{"ok #1 ; error #2", "refusal"},
		{"accepted: 2 refused", "refusal"},
	};
	struct heard h;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		char text[64], expected[96];

		snprintf(text, sizeof(text), "ok\n%s\n", same[i].line);
		h = settle("orders-000001.ack", text);
		snprintf(expected, sizeof(expected), "orders-000001.csv all %s: %s", same[i].how,
			 same[i].line);
		assert_int_equal(h.n, 2);
		assert_string_equal(h.text[0], expected);
		assert_string_equal(h.text[1], "orders-000001.csv all yes: ok");
	}
	h = settle("orders-000001.ack", "done with errors\n");
	assert_int_equal(h.n, 1);
	assert_string_equal(h.text[0], "orders-000001.csv all refusal: done with errors");
	h = settle("orders-000001.ack", "error: closed\nnot ok #2\n");
	assert_int_equal(h.n, 1);
	assert_string_equal(h.text[0], "orders-000001.csv all no: closed");
}

static void keep(void *ctx, const char *what, const char *remedy)
{
	(void)remedy;
	snprintf(ctx, 256, "%s", what);
}

static void test_files_ack__control_characters_are_no_text(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *sign;
	} same[] = {
		{"ok\n\0error #1: x\n", 15, "U+0000 in line 2"},
		{"o\0k\0\n\0", 6, "U+0000 in line 1"},
		{"ok\r\r\n\x0c"
		 "error #1: x\n",
		 17, "U+000C in line 3"},
		{"ok\xc2\x85"
		 "error #1: x\n",
		 16, "U+0085 in line 1"},
		{"ok\xe2\x80\xa8"
		 "error #1: x\n",
		 17, "U+2028 in line 1"},
		{"ok\xe2\x80\xa9"
		 "error #1: x\n",
		 17, "U+2029 in line 1"},
	};
	const struct timespec then[2] = {{.tv_sec = 1600000000}, {.tv_sec = 1600000000}};
	struct outbox x = {.dir = "z", .ack = true};
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	(void)state;
	assert_int_equal(mkdir("z", 0700), 0);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct heard h = {0};
		char told[256] = "";

		assert_ok(file_write_atomic("z/orders-000001.ack", same[i].text, same[i].len, 0600,
					    &e),
			  &e);
		assert_int_equal(utimensat(AT_FDCWD, "z/orders-000001.ack", then, 0), 0);
		assert_ok(ack_read_new(&x, KIND_ORDER, a, hear, &h, &e), &e);
		assert_int_equal(h.n, 0);
		assert_true(file_exists("z/orders-000001.ack"));
		assert_ok(ack_unreadable(&x, NULL, a, keep, told, &e), &e);
		assert_contains(told, same[i].sign);
	}
}

static void test_files_ack__one_that_is_being_written_waits(void **state)
{
	struct heard h = settle("orders-000006.ack", "error #1: ca");

	(void)state;
	assert_int_equal(h.n, 0);
	assert_true(file_exists("x/orders-000006.ack"));
	assert_int_equal(unlink("x/orders-000006.ack"), 0);
	h = settle("notes.ack", "ok\n"); /* not one of ours */
	assert_int_equal(h.n, 0);
	assert_true(file_exists("x/notes.ack"));
}

static void test_files_ack__comes_again_when_it_was_not_taken(void **state)
{
	struct outbox x = {.dir = "y", .ack = true};
	CLEANUP(arena) struct arena *a = arena_new();
	struct heard h = {.fail_at = 2};
	struct err e;

	(void)state;
	assert_int_equal(mkdir("y", 0700), 0);
	write_text("y/orders-000001.ack", "ok\nerror #1: x\n");
	assert_int_equal(ack_read_new(&x, KIND_ORDER, a, hear, &h, &e), E_LOCAL);
	assert_true(file_exists("y/orders-000001.ack"));
	h = (struct heard){0};
	x.dry_run = true;
	assert_ok(ack_read_new(&x, KIND_ORDER, a, hear, &h, &e), &e);
	assert_int_equal(h.n, 2);
	assert_true(file_exists("y/orders-000001.ack"));
	h = (struct heard){0};
	x.dry_run = false;
	x.ack = false;
	assert_ok(ack_read_new(&x, KIND_ORDER, a, hear, &h, &e), &e);
	assert_int_equal(h.n, 0);
	x.ack = true;
	assert_ok(ack_read_new(&x, KIND_ORDER, a, hear, &h, &e), &e);
	assert_int_equal(h.n, 2);
	assert_ok(ack_read_new(&x, KIND_ORDER, a, hear, &h, &e), &e);
	assert_int_equal(h.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_ack__ok),
		cmocka_unit_test(test_files_ack__single_refusals_come_last),
		cmocka_unit_test(test_files_ack__names_are_written_in_several_ways),
		cmocka_unit_test(test_files_ack__an_order_is_accepted_by_name),
		cmocka_unit_test(test_files_ack__whole_refusals),
		cmocka_unit_test(test_files_ack__what_nobody_understands_is_no_yes),
		cmocka_unit_test(test_files_ack__line_ends),
		cmocka_unit_test(test_files_ack__several_names_in_one_refusal),
		cmocka_unit_test(test_files_ack__what_the_reason_names_is_not_refused),
		cmocka_unit_test(test_files_ack__doubts_come_first),
		cmocka_unit_test(test_files_ack__control_characters_are_no_text),
		cmocka_unit_test(test_files_ack__one_that_is_being_written_waits),
		cmocka_unit_test(test_files_ack__comes_again_when_it_was_not_taken),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

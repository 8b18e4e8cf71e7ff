#include "base_test.h"

#include "base/log.h"
#include "base/str.h"

static void open_log(const char *path, enum log_format format, enum log_level level)
{
	struct err e;

	unlink(path);
	assert_ok(log_open(path, format, level, &e), &e);
}

/* The log without the time stamps at the start of its lines; caller frees. */
static char *logged(const char *path, size_t stamp)
{
	char *text = read_text(path), *out = calloc(1, strlen(text) + 1);
	size_t at = 0;

	for (char *line = text; *line;) {
		char *end = strchr(line, '\n');

		assert_non_null(end);
		assert_true((size_t)(end - line) > stamp);
		memcpy(out + at, line + stamp, (size_t)(end - line) - stamp + 1);
		at += (size_t)(end - line) - stamp + 1;
		line = end + 1;
	}
	free(text);
	return out;
}

enum { KV_STAMP = 24, JSON_STAMP = 29 }; /* "ts=…Z " and {"ts":"…Z", */

static void test_log__kv_quotes_where_needed(void **state)
{
	char *text;

	(void)state;
	open_log("kv", LOG_FORMAT_KV, LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_INFO, "delivered", "record", "#1001", "ms", "12", NULL);
	log_event(LOG_LEVEL_ERROR, "x", "a", "two words", "b", "k=v", "c", "say \"hi\"", "d", "",
		  NULL);
	log_event(LOG_LEVEL_WARN, "y", "n", (const char *)NULL, "c", "1\n2\x01\x7f\t", NULL);
	log_event(LOG_LEVEL_WARN, "z", "u", "é\xff", "p", "C:\\x", NULL);
	log_event(LOG_LEVEL_WARN, "w", "v",
		  "\u202egpj\xc2\x9b"
		  "1",
		  NULL);
	log_event(LOG_LEVEL_DEBUG, "hidden", NULL);
	log_close();
	text = logged("kv", KV_STAMP);
	assert_string_equal(
		text, "level=info event=delivered record=#1001 ms=12\n"
		      "level=error event=x a=\"two words\" b=\"k=v\" c=\"say \\\"hi\\\"\" d=\n"
		      "level=warn event=y n= c=\"1\\n2\\u0001\\u007f\\u0009\"\n"
		      "level=warn event=z u=\"é\xef\xbf\xbd\" p=\"C:\\\\x\"\n"
		      "level=warn event=w v=\"\\u202egpj\\u009b1\"\n");
	free(text);
}

static void test_log__json_escapes(void **state)
{
	char *text;

	(void)state;
	open_log("json", LOG_FORMAT_JSON, LOG_LEVEL_DEBUG);
	log_event(LOG_LEVEL_DEBUG, "e", "a", "\"\\\n\x02", "b", "é\xc3", NULL);
	log_close();
	text = logged("json", JSON_STAMP);
	assert_string_equal(text,
			    "\"level\":\"debug\",\"event\":\"e\",\"a\":\"\\\"\\\\\\n\\u0002\","
			    "\"b\":\"é\xef\xbf\xbd\"}\n");
	free(text);
}

static void test_log__line_begins_with_the_time(void **state)
{
	char *text;

	(void)state;
	open_log("ts", LOG_FORMAT_KV, LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_INFO, "e", NULL);
	log_close();
	text = read_text("ts");
	assert_memory_equal(text, "ts=2", 4);
	assert_memory_equal(text + 22, "Z level=info event=e\n", 22);
	free(text);
}

static void test_log__context_follows_every_line(void **state)
{
	char *text;

	(void)state;
	open_log("ctx", LOG_FORMAT_KV, LOG_LEVEL_INFO);
	log_context("run", "17");
	log_context("flow", "orders export");
	log_event(LOG_LEVEL_INFO, "a", NULL);
	log_context("run", "18");
	log_event(LOG_LEVEL_INFO, "b", "k", "v", NULL);
	log_context("run", NULL);
	log_context("never", NULL);
	log_event(LOG_LEVEL_INFO, "c", NULL);
	log_close();
	text = logged("ctx", KV_STAMP);
	assert_string_equal(text, "level=info event=a run=17 flow=\"orders export\"\n"
				  "level=info event=b run=18 flow=\"orders export\" k=v\n"
				  "level=info event=c flow=\"orders export\"\n");
	free(text);
}

static void test_log__file_is_private_and_appended_to(void **state)
{
	struct stat st;
	char *text;
	struct err e;

	(void)state;
	open_log("app", LOG_FORMAT_KV, LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_INFO, "a", NULL);
	assert_ok(log_open("app", LOG_FORMAT_KV, LOG_LEVEL_INFO, &e), &e);
	log_event(LOG_LEVEL_INFO, "b", NULL);
	log_close();
	assert_int_equal(stat("app", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	text = logged("app", KV_STAMP);
	assert_string_equal(text, "level=info event=a\nlevel=info event=b\n");
	free(text);
}

static void test_log__no_log_is_silent(void **state)
{
	struct err e;

	(void)state;
	log_event(LOG_LEVEL_ERROR, "before open", NULL);
	assert_ok(log_open(NULL, LOG_FORMAT_KV, LOG_LEVEL_DEBUG, &e), &e);
	log_event(LOG_LEVEL_ERROR, "x", NULL);
	assert_ok(log_open("", LOG_FORMAT_KV, LOG_LEVEL_DEBUG, &e), &e);
	log_event(LOG_LEVEL_ERROR, "x", NULL);
	assert_int_equal(log_open("no/dir/log", LOG_FORMAT_KV, LOG_LEVEL_INFO, &e), E_LOCAL);
	assert_contains(e.msg, "no/dir/log: log can't be opened (No such file");
	log_close();
	log_close();
}

static void test_log__syslog_and_full_disk_do_no_harm(void **state)
{
	struct err e;

	(void)state;
	assert_ok(log_open("syslog", LOG_FORMAT_KV, LOG_LEVEL_INFO, &e), &e);
	log_event(LOG_LEVEL_INFO, "test", "from", "base_log_test", NULL);
	assert_ok(log_open("/dev/full", LOG_FORMAT_KV, LOG_LEVEL_INFO, &e), &e);
	log_event(LOG_LEVEL_INFO, "lost", NULL);
	log_close();
}

static void test_log__huge_values_stay_one_valid_line(void **state)
{
	static char big[200001];
	char *text;

	(void)state;
	for (int format = 0; format < 2; format++) {
		open_log("big", (enum log_format)format, LOG_LEVEL_INFO);
		memset(big, '\x01', sizeof(big) - 1);
		log_event(LOG_LEVEL_INFO, "e", "a", big, "b", big, "c", big, "d", "end", NULL);
		log_close();
		text = read_text("big");
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		assert_true(strlen(text) < 160000);
		assert_true(str_utf8_valid(text, strlen(text)));
		assert_true(format == 0 || str_ends(text, "\"}\n"));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log__no_log_is_silent),
		cmocka_unit_test(test_log__kv_quotes_where_needed),
		cmocka_unit_test(test_log__json_escapes),
		cmocka_unit_test(test_log__line_begins_with_the_time),
		cmocka_unit_test(test_log__context_follows_every_line),
		cmocka_unit_test(test_log__file_is_private_and_appended_to),
		cmocka_unit_test(test_log__syslog_and_full_disk_do_no_harm),
		cmocka_unit_test(test_log__huge_values_stay_one_valid_line),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

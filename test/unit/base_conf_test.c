#include "base_test.h"

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/secrets.h"
#include "base/str.h"

static const struct conf_key COMMON[] = {
	{"main", "state", NULL, CONF_PATH, "erpsync.db", NULL, 0, 0, ""},
	{"main", "log", NULL, CONF_PATH, NULL, "syslog", 0, 0, ""},
	{"main", "batch", NULL, CONF_INT, "50", NULL, 1, 500, ""},
	{"main", "offset", NULL, CONF_INT, NULL, NULL, 0, 0, ""},
	{"main", "overlap", NULL, CONF_DURATION, "10m", NULL, 1000, 86400000, ""},
	{"main", "since", NULL, CONF_TIME, NULL, NULL, 0, 0, ""},
	{"main", "dry_run", NULL, CONF_BOOL, "no", NULL, 0, 0, ""},
	{"main", "format", NULL, CONF_CHOICE, "kv", "kv|json", 0, 0, ""},
	{"main", "note", NULL, CONF_TEXT, NULL, NULL, 0, 0, ""},
	{"main", "fields", "shopify", CONF_TEXT, NULL, NULL, 0, 0, ""},
	{0},
};

static const struct conf_key STORE[] = {
	{"store", "connector", NULL, CONF_CHOICE, NULL, "shopify|csv", 0, 0, ""},
	{"store", "shop", "shopify", CONF_TEXT, NULL, NULL, 0, 0, ""},
	{"store", "token", "shopify", CONF_SECRET, NULL, NULL, 0, 0, ""},
	{"store", "url", "shopify", CONF_URL, NULL, NULL, 0, 0, ""},
	{"store", "path", "csv", CONF_PATH, "in", NULL, 0, 0, ""},
	{"store", "timeout", "shopify", CONF_DURATION, "30s", NULL, 0, 0, ""},
	{"store", "timeout", "csv", CONF_DURATION, "1s", NULL, 0, 0, ""},
	{0},
};

static const struct conf_key *const TABLES[] = {COMMON, STORE};

static struct conf *loaded(const char *text)
{
	struct conf *c = NULL;
	struct err e;

	write_text("t.conf", text);
	assert_ok(conf_load("t.conf", TABLES, 2, &c, &e), &e);
	return c;
}

static void assert_refused(const char *text, const char *message)
{
	struct conf *c = NULL;
	struct err e;

	write_text("t.conf", text);
	assert_int_equal(conf_load("t.conf", TABLES, 2, &c, &e), E_LOCAL);
	assert_null(c);
	assert_string_equal(e.code, "bad_config");
	assert_string_equal(e.msg, message);
	assert_int_equal(conf_load("t.conf", TABLES, 2, &c, NULL), E_LOCAL);
}

static void test_conf__values_by_type(void **state)
{
	CLEANUP(conf)
	struct conf *c = loaded("; a comment\n"
				"# another\n"
				"\n"
				"[main]\n"
				"state = data/x.db\r\n"
				"\tbatch = 7\n"
				"  offset=-3\n"
				"overlap : 2h\n"
				"since = 2026-11-23\n"
				"dry_run = Yes\n"
				"format = json\n"
				"log = syslog\n"
				"[store]\n"
				"connector = shopify\n"
				"shop = demo");
	char cwd[200], want[256];

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "%s/data/x.db", cwd);
	assert_string_equal(conf_text(c, "main", "state"), want);
	assert_string_equal(conf_text(c, "main", "log"), "syslog");
	assert_int_equal(conf_int(c, "main", "batch"), 7);
	assert_int_equal(conf_int(c, "main", "offset"), -3);
	assert_int_equal(conf_int(c, "main", "overlap"), 7200000);
	assert_int_equal(conf_int(c, "main", "since"), 1795392000);
	assert_true(conf_bool(c, "main", "dry_run"));
	assert_string_equal(conf_text(c, "main", "format"), "json");
	assert_string_equal(conf_text(c, "store", "shop"), "demo");
	assert_string_equal(conf_path(c), "t.conf");
}

static void test_conf__defaults_hold_when_unset(void **state)
{
	CLEANUP(conf) struct conf *c = loaded("");
	char cwd[200], want[256];

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(want, sizeof(want), "%s/erpsync.db", cwd);
	assert_string_equal(conf_text(c, "main", "state"), want);
	assert_int_equal(conf_int(c, "main", "batch"), 50);
	assert_int_equal(conf_int(c, "main", "overlap"), 600000);
	assert_false(conf_bool(c, "main", "dry_run"));
	assert_null(conf_text(c, "main", "note"));
	assert_null(conf_text(c, "store", "connector"));
	assert_null(conf_text(c, "store", "path"));
	assert_false(conf_is_set(c, "main", "batch"));
}

static void test_conf__connector_selects_its_rows(void **state)
{
	struct arena *a = arena_new();
	CLEANUP(conf) struct conf *c = loaded("[store]\ntimeout = 5s\nconnector = csv\n");

	(void)state;
	assert_int_equal(conf_int(c, "store", "timeout"), 5000);
	assert_true(conf_is_set(c, "store", "timeout"));
	assert_non_null(conf_text(c, "store", "path"));
	assert_null(conf_text(c, "store", "shop"));
	assert_string_equal(conf_where(c, "store", "connector", a), "t.conf:3");
	assert_string_equal(conf_where(c, "store", "path", a), "t.conf, [store] path");
	assert_string_equal(conf_where(c, "store", "shop", a), "t.conf, [store] shop");
	conf_free(c);
	c = loaded("[main]\nfields = a\n[store]\nconnector = shopify\n");
	assert_int_equal(conf_int(c, "store", "timeout"), 30000);
	assert_string_equal(conf_text(c, "main", "fields"), "a");
	arena_free(a);
}

static void test_conf__text_is_taken_verbatim(void **state)
{
	CLEANUP(conf)
	struct conf *c = loaded("[main]\nnote = a ;b #c \"d\" = [e] : é  \nstate = ~/x\nlog =\n");

	(void)state;
	setenv("HOME", "/home/me", 1);
	assert_string_equal(conf_text(c, "main", "note"), "a ;b #c \"d\" = [e] : é");
	assert_string_equal(conf_text(c, "main", "log"), "");
}

static void test_conf__long_lines_are_whole(void **state)
{
	static char text[70100];
	CLEANUP(conf) struct conf *c = NULL;
	struct err e;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "[main]\nnote = ", 14);
	text[60000] = '\0';
	c = loaded(text);
	assert_int_equal(strlen(conf_text(c, "main", "note")), 60000 - 14);
	text[60000] = 'x';
	write_text("long.conf", text);
	assert_int_equal(conf_load("long.conf", TABLES, 2, &c, &e), E_LOCAL);
	assert_contains(e.msg, "long.conf:2: line longer than");
}

static void test_conf__unknown_names_get_a_suggestion(void **state)
{
	(void)state;
	assert_refused("[main]\n\nbacth = 5\n",
		       "t.conf:3: unknown key 'bacth' in [main]; did you mean 'batch'?");
	assert_refused("[main]\nwarehouse = 5\n", "t.conf:2: unknown key 'warehouse' in [main]");
	assert_refused("[main]\nshop = 5\n", "t.conf:2: key 'shop' belongs in [store]");
	assert_refused("[stroe]\nshop = 5\n",
		       "t.conf:1: unknown section [stroe]; did you mean [store]?");
	assert_refused("[accounting]\nshop = 5\n", "t.conf:1: unknown section [accounting]");
	assert_refused("[main]\n[accounting]\n", "t.conf:2: unknown section [accounting]");
	/* Where a name ends that is like one, what stands there may be a password. */
	assert_refused("[main]\nhunter2 = 5\n", "t.conf:2: unknown key in [main]");
	assert_refused("[hunter2]\n", "t.conf:1: unknown section");
	assert_refused("shop = 5\n", "t.conf:1: a key before the first [section]");
	assert_refused("[store]\ntoken_fil = x\n",
		       "t.conf:2: unknown key 'token_fil' in [store]; did you mean 'token_file'?");
	assert_refused("[main]\nnote_file = x\n", "t.conf:2: unknown key 'note_file' in [main]");
}

static void test_conf__keys_of_another_connector_are_named(void **state)
{
	(void)state;
	assert_refused("[store]\npath = x\nconnector = shopify\n",
		       "t.conf:2: key 'path' belongs to connector=csv, but [store] "
		       "connector=shopify (line 3)");
	assert_refused("[store]\ntimeout = 1s\n",
		       "t.conf:2: key 'timeout' belongs to connector=shopify or csv, but [store] "
		       "has none");
	assert_refused("[store]\nshop = x\nconnector = shopfy\n",
		       "t.conf:3: connector: 'shopfy' is not one of shopify, csv");
	assert_refused("[main]\nfields = a\n[store]\nconnector = csv\n",
		       "t.conf:2: key 'fields' belongs to connector=shopify, but [store] "
		       "connector=csv (line 4)");
	assert_refused("[store]\nconnector = csv\ntoken_env = X\n",
		       "t.conf:3: key 'token_env' belongs to connector=shopify, but [store] "
		       "connector=csv (line 2)");
}

static void test_conf__duplicates_name_both_lines(void **state)
{
	(void)state;
	assert_refused("[main]\nbatch = 1\n[store]\n[main]\n batch = 2\n",
		       "t.conf:5: key 'batch' is set already on line 2");
	assert_refused(
		"[store]\nconnector=shopify\ntoken_env = X\ntoken_file = y\n",
		"t.conf:4: 'token_file' is given already by 'token_env' on line 3; keep one");
}

static void test_conf__bad_values_name_line_and_remedy(void **state)
{
	(void)state;
	assert_refused("[main]\nbatch = many\n",
		       "t.conf:2: batch: what stands there is not a whole number");
	assert_refused("[main]\nbatch = 501\n", "t.conf:2: batch: '501' is not between 1 and 500");
	assert_refused("[main]\nbatch =\n", "t.conf:2: batch: is empty; write a whole number");
	assert_refused("[main]\noffset = 9223372036854775808\n",
		       "t.conf:2: offset: '9223372036854775808' is not a whole number");
	assert_refused("[main]\noverlap = 1ms\n",
		       "t.conf:2: overlap: '1ms' is not between 1s and 1d");
	assert_refused(
		"[main]\noverlap = soon\n",
		"t.conf:2: overlap: what stands there is not a duration; write 500ms, 90s, 12m, 2h or 30d");
	assert_refused("[main]\nsince = May\n",
		       "t.conf:2: since: what stands there is not a time; write "
		       "2026-11-23, 2026-11-23T09:45:00Z or -60d");
	assert_refused("[main]\ndry_run = perhaps\n",
		       "t.conf:2: dry_run: what stands there is not yes or no");
	assert_refused("[main]\nformat = xml\n",
		       "t.conf:2: format: what stands there is not one of kv, json");
	assert_refused(
		"[main]\nbatch = 5 ; per page\n",
		"t.conf:2: batch: what stands there is not a whole number (a comment needs a line "
		"of its own)");
}

static void test_conf__extreme_integers_read(void **state)
{
	CLEANUP(conf) struct conf *c = loaded("[main]\noffset = -9223372036854775808\n");

	(void)state;
	assert_true(conf_int(c, "main", "offset") == INT64_MIN);
	conf_free(c);
	c = loaded("[main]\noffset = 9223372036854775807\n");
	assert_true(conf_int(c, "main", "offset") == INT64_MAX);
}

static void test_conf__broken_syntax_names_the_line(void **state)
{
	(void)state;
	assert_refused("[main]\nbatch = 1\n  continued here\n",
		       "t.conf:3: neither [section] nor key = value nor a comment");
	assert_refused("[main\nbatch = 1\n",
		       "t.conf:1: neither [section] nor key = value nor a comment");
	assert_refused("[main]\n\nnote = \xff\n", "t.conf:3: is not UTF-8 text");
}

static void test_conf__nul_and_missing_files_are_refused(void **state)
{
	struct conf *c = NULL;
	struct err e;

	(void)state;
	write_bytes("nul.conf", "[main]\nnote = a\0b\n", 18, 0600);
	assert_int_equal(conf_load("nul.conf", TABLES, 2, &c, &e), E_LOCAL);
	assert_string_equal(e.msg, "nul.conf:2: is not UTF-8 text");
	assert_int_equal(conf_load("none.conf", TABLES, 2, &c, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_config");
	assert_contains(e.msg, "none.conf: can't be opened (No such file");
	conf_free(NULL);
}

static void test_conf__bom_is_allowed(void **state)
{
	CLEANUP(conf) struct conf *c = loaded("\xef\xbb\xbf[main]\nbatch = 9\n");

	(void)state;
	assert_int_equal(conf_int(c, "main", "batch"), 9);
}

static struct conf *asked; /* not local: LeakSanitizer would change the exit status */

static void asks_unknown_key(void)
{
	conf_text(asked, "main", "nonsense");
}

static void asks_wrong_type(void)
{
	if (conf_bool(asked, "main", "batch"))
		_exit(1);
}

static void asks_secret_as_text(void)
{
	conf_text(asked, "store", "token");
}

static void test_conf__asking_wrongly_is_a_bug(void **state)
{
	(void)state;
	asked = loaded("[store]\nconnector = shopify\n");
	assert_int_equal(WEXITSTATUS(status_of(asks_unknown_key)), 70);
	assert_int_equal(WEXITSTATUS(status_of(asks_wrong_type)), 70);
	assert_int_equal(WEXITSTATUS(status_of(asks_secret_as_text)), 70);
	conf_free(asked);
}

/* Behind the wrong key, a mistyped one, in an address: refused or not, and quoted nowhere. */
static void test_conf__a_secret_in_the_wrong_place_is_not_quoted(void **state)
{
#define TOKEN "shpss_7f3a9c1e5b2d4f60"
#define HEX   "9f86d081884c7d659a2feaa0c55ad015"
#define MIXED "q7RkLw2ZpT9xVb4NcY1mUe8Hs"
	static const char *const lines[] = {
		"shop = " TOKEN,
		"connector = " TOKEN,
		"connector = " HEX,
		"timeout = " MIXED,
		"connector = 3f2b8c1d-77aa-4e0f-9d21-5b6c7d8e9f00",
		"tokn = " TOKEN,
		"token " TOKEN " = x",
		"token hunter2 =",
		TOKEN " = x",
		"url = https://anne:hunter2@host.example",
		"url = https://host.example/?token=hunter2",
		"url = https://host.example#" HEX,
		"token_file = " TOKEN,
		"token_env = " TOKEN,
		"timeout = 3 # token " TOKEN,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		CLEANUP(conf) struct conf *c = NULL;
		char text[256];
		struct err e;

		snprintf(text, sizeof(text), "[store]\n%s%s\n",
			 str_starts(lines[i], "connector") ? "" : "connector = shopify\n",
			 lines[i]);
		write_text("t.conf", text);
		assert_int_equal(conf_load("t.conf", TABLES, 2, &c, &e), E_LOCAL);
		assert_contains(e.msg, "t.conf:");
		for (size_t k = 0; k < 5; k++) {
			static const char *const parts[] = {"7f3a9c1e", "hunter2", "884c7d65",
							    "pT9xVb4N", "77aa-4e0f"};

			if (strstr(e.msg, parts[k]))
				fail_msg("'%s' is quoted: %s", lines[i], e.msg);
		}
		secrets_forget();
	}
#undef TOKEN
#undef HEX
#undef MIXED
}

/* A password may be a word: only what is like what belongs there is quoted. */
static void test_conf__passwords_are_not_quoted(void **state)
{
	static const char *const values[] = {"sunflower", "Xmas", "correct horse", "letmein1",
					     "1q2w3e4r"};
	static const char *const keys[] = {"format", "batch", "overlap", "since", "dry_run"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			char text[256];
			struct conf *c = NULL;
			struct err e;

			snprintf(text, sizeof(text), "[main]\n%s = %s\n", keys[k], values[i]);
			write_text("t.conf", text);
			assert_int_equal(conf_load("t.conf", TABLES, 2, &c, &e), E_LOCAL);
			assert_null(strstr(e.msg, values[i]));
			assert_non_null(strstr(e.msg, keys[k]));
		}
	assert_refused("[main]\nformat = jsn\n", "t.conf:2: format: 'jsn' is not one of kv, json");
	assert_refused("[main]\ndry_run = yess\n", "t.conf:2: dry_run: 'yess' is not yes or no");
	assert_refused("[main]\noverlap = 5 minuets\n",
		       "t.conf:2: overlap: '5 minuets' is not a "
		       "duration; write 500ms, 90s, 12m, 2h or 30d");
}

static void test_conf__ordinary_values_are_quoted(void **state)
{
	static const char *const values[] = {"0cf1b2-3d.myshopify.com",
					     "mycompany-main-1234567",
					     "/srv/9f86d081884c7d659a2feaa0c55ad015",
					     "2026-11-23T09:45:00Z",
					     "erpsync@example.com",
					     "https://name.example/"};

	(void)state;
	assert_refused("[store]\nconnector = shopify\nurl = https://h.example # mine\n",
		       "t.conf:3: url: holds more than the address of a server (a comment needs a "
		       "line of its own); write https://HOST alone, without user, '?' or '#'; a "
		       "secret belongs in a file that token_file names");
	secrets_forget();
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[256], message[256];
		struct err e;

		/* Behind a wrong key none of it is quoted; where an error has a reason to, it stands there. */
		snprintf(text, sizeof(text), "[main]\nformat = %s\n", values[i]);
		snprintf(message, sizeof(message),
			 "t.conf:2: format: what stands there is not one of kv, json");
		err_set(&e, E_LOCAL, "any", "%s", values[i]);
		assert_string_equal(e.msg, values[i]);
		assert_refused(text, message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conf__values_by_type),
		cmocka_unit_test(test_conf__defaults_hold_when_unset),
		cmocka_unit_test(test_conf__connector_selects_its_rows),
		cmocka_unit_test(test_conf__text_is_taken_verbatim),
		cmocka_unit_test(test_conf__long_lines_are_whole),
		cmocka_unit_test(test_conf__unknown_names_get_a_suggestion),
		cmocka_unit_test(test_conf__keys_of_another_connector_are_named),
		cmocka_unit_test(test_conf__duplicates_name_both_lines),
		cmocka_unit_test(test_conf__bad_values_name_line_and_remedy),
		cmocka_unit_test(test_conf__extreme_integers_read),
		cmocka_unit_test(test_conf__broken_syntax_names_the_line),
		cmocka_unit_test(test_conf__nul_and_missing_files_are_refused),
		cmocka_unit_test(test_conf__bom_is_allowed),
		cmocka_unit_test(test_conf__asking_wrongly_is_a_bug),
		cmocka_unit_test(test_conf__a_secret_in_the_wrong_place_is_not_quoted),
		cmocka_unit_test(test_conf__passwords_are_not_quoted),
		cmocka_unit_test(test_conf__ordinary_values_are_quoted),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

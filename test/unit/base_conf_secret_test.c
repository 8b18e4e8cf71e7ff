#include "base_test.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/conf_priv.h"
#include "base/secrets.h"
#include "base/stop.h"

static const struct conf_key KEYS[] = {
	{"erp", "password", NULL, CONF_SECRET, NULL, NULL, 0, 0, ""},
	{0},
};
static const struct conf_key *const TABLES[] = {KEYS};

static struct conf *with_line(const char *line, mode_t mode)
{
	struct conf *c = NULL;
	struct err e;
	char text[512];

	snprintf(text, sizeof(text), "[erp]\n%s\n", line);
	write_bytes("s.conf", text, strlen(text), mode);
	assert_ok(conf_load("s.conf", TABLES, 1, &c, &e), &e);
	return c;
}

static void assert_secret(const char *line, const char *want)
{
	CLEANUP(conf) struct conf *c = with_line(line, 0600);
	const char *secret = "untouched", *again;
	struct err e;

	assert_ok(conf_secret(c, "erp", "password", &secret, &e), &e);
	if (!want) {
		assert_null(secret);
		return;
	}
	assert_string_equal(secret, want);
	assert_ok(conf_secret(c, "erp", "password", &again, &e), &e);
	assert_ptr_equal(again, secret);
}

static void assert_no_secret(const char *line, mode_t mode, const char *part)
{
	CLEANUP(conf) struct conf *c = with_line(line, mode);
	const char *secret = "untouched";
	struct err e;

	assert_int_equal(conf_secret(c, "erp", "password", &secret, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_secret");
	assert_contains(e.msg, "s.conf:2: password");
	assert_contains(e.msg, part);
	assert_null(strstr(e.msg, "hunter2"));
	assert_string_equal(secret, "untouched");
	assert_int_equal(conf_secret(c, "erp", "password", &secret, NULL), E_LOCAL);
}

static void test_conf_secret__inline(void **state)
{
	(void)state;
	assert_secret("", NULL);
	assert_secret("password = hunter2", "hunter2");
	assert_secret("password = a ;b#c\"d'e=f  ", "a ;b#c\"d'e=f");
	assert_no_secret("password = hunter2", 0604, "run: chmod 600 s.conf");
}

static void test_conf_secret__group_may_read(void **state)
{
	CLEANUP(conf) struct conf *c = with_line("password = x", 0640);
	const char *secret;
	struct err e;

	(void)state;
	assert_ok(conf_secret(c, "erp", "password", &secret, &e), &e);
}

static void test_conf_secret__file(void **state)
{
	static char big[70000];

	(void)state;
	write_bytes("pw", "hunter2\r\n\n", 10, 0600);
	assert_secret("password_file = pw", "hunter2");
	write_bytes("pem", "-----BEGIN-----\nabc\n-----END-----\n", 34, 0400);
	assert_secret("password_file = ./pem", "-----BEGIN-----\nabc\n-----END-----");
	write_bytes("marked", "\xef\xbb\xbfhunter2\r\n", 12, 0600);
	assert_secret("password_file = marked", "hunter2");
	write_bytes("open", "hunter2\n", 8, 0644);
	assert_no_secret("password_file = open", 0644, "chmod 600 ");
	write_bytes("empty", "\n", 1, 0600);
	assert_no_secret("password_file = empty", 0600, "is empty");
	write_bytes("nul", "hunter2\0x", 9, 0600);
	assert_no_secret("password_file = nul", 0600, "NUL");
	memset(big, 'x', sizeof(big));
	write_bytes("big", big, sizeof(big), 0600);
	assert_no_secret("password_file = big", 0600, "longer than 65536 bytes");
	write_bytes("max", big, 65536, 0600);
	big[65536] = '\0';
	assert_secret("password_file = max", big);
	assert_no_secret("password_file = gone.txt", 0600, "No such file");
	assert_no_secret("password_file = .", 0600, "Is a directory");
	/* Nobody writes to it: who opened it would wait for ever. */
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_no_secret("password_file = fifo", 0600, "it is a pipe, a socket or a device");
	assert_no_secret("password_file = /dev/zero", 0600, "it is a pipe, a socket or a device");
}

/* A manager of passwords that waits for a person must not hold up the end of a run. */
static void test_conf_secret__a_command_is_left_when_the_run_is_to_end(void **state)
{
	CLEANUP(conf) struct conf *c = with_line("password_command = sleep 1000", 0600);
	const char *secret = "untouched";
	struct err e;

	(void)state;
	stop_set_deadline_ms(50);
	assert_int_equal(conf_secret(c, "erp", "password", &secret, &e), E_BUSY);
	assert_string_equal(e.code, "stopped");
	assert_string_equal(secret, "untouched");
	stop_set_deadline_ms(0);
}

static void test_conf_secret__environment(void **state)
{
	(void)state;
	setenv("TEST_PW", "hunter2", 1);
	assert_secret("password_env = TEST_PW", "hunter2");
	setenv("TEST_PW", "", 1);
	assert_no_secret("password_env = TEST_PW", 0600, "is empty");
	unsetenv("TEST_PW");
	assert_no_secret("password_env = TEST_PW", 0600, "no variable TEST_PW");
}

static void test_conf_secret__command_gives_its_first_line(void **state)
{
	(void)state;
	assert_secret("password_command = echo hunter2; echo more ; echo noise >&2", "hunter2");
	assert_secret("password_command = printf 'a;b'", "a;b");
	assert_secret("password_command = if read x; then echo open; else echo closed; fi",
		      "closed");
	assert_no_secret("password_command = echo hunter2; exit 3", 0600, "exited with status 3");
	assert_no_secret("password_command = kill -9 $$", 0600, "signal 9");
	assert_no_secret("password_command = true", 0600, "is empty");
	assert_no_secret("password_command = no-such-program-here", 0600, "status 127");
	assert_no_secret("password_command = head -c 100000 /dev/zero | tr '\\0' x", 0600,
			 "more than 65536 bytes");
}

static void test_conf_secret__command_has_a_time_limit(void **state)
{
	static const char *const slow[] = {"password_command = echo hunter2; sleep 60",
					   "password_command = exec >&-; sleep 60",
					   "password_command = (sleep 60; echo hunter2) & wait"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(conf) struct conf *c = with_line(slow[i], 0600);
		int64_t begin = clock_mono_ms();
		const char *secret;
		struct err e;

		c->command_limit_ms = 200;
		assert_int_equal(conf_secret(c, "erp", "password", &secret, &e), E_LOCAL);
		assert_contains(e.msg, "took longer than 200ms");
		assert_true(clock_mono_ms() - begin < 20000);
	}
}

/* The secret stands where its file or its variable should be named. */
static void test_conf_secret__in_place_of_a_name(void **state)
{
	(void)state;
	assert_no_secret("password_file = hunter2", 0600, "looks like the secret itself");
	assert_no_secret("password_env = hunter2", 0600, "name that file by password_file");
	assert_no_secret("password_env = Tr0ub4dor&3", 0600, "looks like the secret itself");
	secrets_forget();
	/* A name is quoted, and what is there is read, whatever it is called. */
	assert_no_secret("password_file = shop.txt", 0600, "/shop.txt: can't be opened");
	assert_no_secret("password_file = keys/shop1", 0600, "/keys/shop1: can't be opened");
	assert_no_secret("password_file = client-secret", 0600, "/client-secret: can't be opened");
	assert_no_secret("password_env = shop_secret", 0600, "no variable shop_secret");
	/* So do names that only begin as a maker's tokens do. */
	assert_no_secret("password_file = sk_live_customer/secret", 0600,
			 "/sk_live_customer/secret: can't be opened");
	assert_no_secret("password_file = shpat_production.txt", 0600,
			 "/shpat_production.txt: can't be opened");
	write_bytes("shpat_0123456789abcdef0123456789abcdef", "hunter2\n", 8, 0600);
	assert_secret("password_file = shpat_0123456789abcdef0123456789abcdef", "hunter2");
	write_bytes("Pw2026x", "hunter2\n", 8, 0600);
	assert_secret("password_file = Pw2026x", "hunter2");
	setenv("pw2", "hunter2", 1);
	assert_secret("password_env = pw2", "hunter2");
	unsetenv("pw2");
}

static void test_conf_secret__empty_inline_is_refused_at_load(void **state)
{
	struct conf *c = NULL;
	struct err e;

	(void)state;
	write_text("s.conf", "[erp]\npassword =\n");
	assert_int_equal(conf_load("s.conf", TABLES, 1, &c, &e), E_LOCAL);
	assert_string_equal(e.msg, "s.conf:2: password: is empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conf_secret__inline),
		cmocka_unit_test(test_conf_secret__group_may_read),
		cmocka_unit_test(test_conf_secret__file),
		cmocka_unit_test(test_conf_secret__a_command_is_left_when_the_run_is_to_end),
		cmocka_unit_test(test_conf_secret__environment),
		cmocka_unit_test(test_conf_secret__command_gives_its_first_line),
		cmocka_unit_test(test_conf_secret__command_has_a_time_limit),
		cmocka_unit_test(test_conf_secret__in_place_of_a_name),
		cmocka_unit_test(test_conf_secret__empty_inline_is_refused_at_load),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

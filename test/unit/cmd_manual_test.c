/*
 * The tables of commands, options, exit statuses and settings against what is written
 * about them by hand: the manual pages and the bash completion. Each side may name
 * nothing that the other lacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/file.h"
#include "sync/sync.h"

#include "../../cmd/command.c"
#include "../../cmd/commands.c"
#include "../../cmd/completion.c"
#include "../../cmd/help.c"
#include "../../cmd/options.c"

/* The commands themselves are not under test: only their rows are. */
#define STUB(name)                                              \
	enum errk name(struct cmd *c, struct err *e)            \
	{                                                       \
		(void)c;                                        \
		return err_set(e, E_LOCAL, "stub", "not here"); \
	}
STUB(cmd_flow)
STUB(cmd_run)
STUB(cmd_queue_list)
STUB(cmd_queue_show)
STUB(cmd_queue_retry)
STUB(cmd_queue_drop)
STUB(cmd_adopt)
STUB(cmd_status)
STUB(cmd_check)
STUB(cmd_map)
STUB(cmd_explain)
STUB(cmd_skus_check)
STUB(cmd_forget)
STUB(cmd_state_backup)
STUB(cmd_state_check)
STUB(cmd_state_path)
STUB(cmd_state_moved)

enum { PAGE_LIMIT = 1024 * 1024 };

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	command_table(commands_at);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *read_page(const char *path)
{
	char *text = NULL;
	struct err e;

	if (file_read(path, PAGE_LIMIT, arena, &text, NULL, &e) != E_OK)
		fail_msg("%s", e.msg);
	return text;
}

/*
 * What stands between the line `head` and the next line that begins with one of `ends`.
 */
static const char *section(const char *page, const char *head, const char *const *ends)
{
	const char *at = strstr(page, arena_printf(arena, "\n%s\n", head)), *end;

	if (!at)
		fail_msg("no line '%s'", head);
	at += strlen(head) + 2;
	end = at + strlen(at);
	for (; *ends; ends++) {
		const char *p = strstr(at - 1, arena_printf(arena, "\n%s ", *ends));

		if (p && p < end)
			end = p + 1;
	}
	return arena_strndup(arena, at, (size_t)(end - at));
}

static const char *const next_part[] = {".Sh", ".Ss", NULL};
static const char *const next_item[] = {".Sh", ".Ss", ".It", ".El", NULL};

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
		n++;
	return n;
}

/* The line that the manual must have for an option, in the mdoc language. */
static const char *option_line(const struct opt *o)
{
	const char *letter = o->letter ? arena_printf(arena, "%c , Fl ", o->letter) : "";

	if (!o->arg)
		return arena_printf(arena, ".It Fl %s-%s", letter, o->name);
	return arena_printf(arena, ".It Fl %s-%s Ar %s%s", letter, o->name, o->arg,
			    o->type == OPT_LIST ? " ..." : "");
}

/* True if the prose says "Default: X.", with macros such as ".Cm" left out. */
static bool says_default(const char *text, const char *value)
{
	return strstr(text, arena_printf(arena, "\nDefault: %s.\n", value)) != NULL;
}

static void check_options(const char *what, const char *text, const struct opt *table)
{
	size_t n = 0;
	/* section() looks for a line between two line ends. */
	const char *part = arena_printf(arena, "\n%s", text);

	for (const struct opt *o = table; o->name; o++) {
		const char *item;

		if (o->hidden)
			continue;
		n++;
		item = section(part, option_line(o), next_item);
		if (o->fallback && !says_default(item, o->fallback))
			fail_msg("%s --%s: the manual should say 'Default: %s.'", what, o->name,
				 o->fallback);
		if (!o->fallback && strstr(item, "\nDefault:"))
			fail_msg("%s --%s: has no default", what, o->name);
	}
	if (count(part, "\n.It Fl ") != n)
		fail_msg("%s: the manual has %zu options, the table %zu", what,
			 count(part, "\n.It Fl "), n);
}

static void test_manual__has_every_command_and_option(void **state)
{
	const char *page = read_page("cmd/man/erpsync.1");
	const char *const next_section[] = {".Sh", NULL};
	const char *all = section(page, ".Sh COMMANDS", next_section);
	struct command c;
	size_t n = 0;

	(void)state;
	check_options("erpsync", section(page, ".Sh OPTIONS", next_section), global_options);
	for (; command_at(n, &c); n++) {
		const char *name = command_name(&c, arena);

		check_options(name, section(page, arena_printf(arena, ".Ss %s", name), next_part),
			      c.options);
	}
	assert_int_equal(count(arena_printf(arena, "\n%s", all), "\n.Ss "), n);
}

static bool option_exists(const char *name, size_t len)
{
	struct args args = {.tables = {global_options, NULL}};
	struct command c;

	for (size_t i = 0; command_at(i, &c); i++) {
		args.tables[1] = c.options;
		if (find(&args, name, len, 0))
			return true;
	}
	return false;
}

static void test_manual__names_no_unknown_option(void **state)
{
	const char *const pages[] = {"cmd/man/erpsync.1",         "cmd/man/erpsync.conf.5",
				     "cron/erpsync.crontab",      "cron/erpsync-small.crontab",
				     "cron/erpsync-slot.service", "cron/erpsync-nightly.service"};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const char *page = read_page(pages[i]);
		bool mdoc = str_starts(pages[i], "cmd/");

		for (const char *p = page; (p = strstr(p, mdoc ? "Fl -" : " --")) != NULL;) {
			size_t len;

			p += mdoc ? 4 : 3;
			len = strspn(p, "abcdefghijklmnopqrstuvwxyz-");
			if (len && !option_exists(p, len))
				fail_msg("%s: unknown option --%.*s", pages[i], (int)len, p);
		}
	}
}

static void test_manual__has_every_exit_status(void **state)
{
	const char *const next_section[] = {".Sh", NULL};
	const char *part = section(read_page("cmd/man/erpsync.1"), ".Sh EXIT STATUS", next_section);
	size_t n = 0;

	(void)state;
	for (; exit_table[n].name; n++)
		(void)section(arena_printf(arena, "\n%s", part),
			      arena_printf(arena, ".It %d", exit_table[n].status), next_item);
	assert_int_equal(count(part, ".It "), n);
}

static void check_key(const struct conf_key *k, const char *item)
{
	if (k->fallback && !says_default(item, k->fallback))
		fail_msg("[%s] %s: the manual should say 'Default: %s.'", k->section, k->name,
			 k->fallback);
	if (!k->fallback && strstr(item, "\nDefault:"))
		fail_msg("[%s] %s: has no default", k->section, k->name);
	if (k->type == CONF_SECRET && !strstr(item, "\nA secret.\n"))
		fail_msg("[%s] %s: the manual should say 'A secret.'", k->section, k->name);
	for (const char *p = k->choices; p && *p; p += strspn(p, "|")) {
		size_t len = strcspn(p, "|");
		const char *name = arena_strndup(arena, p, len);

		if (!strstr(item, arena_printf(arena, ".Cm %s", name)) &&
		    !strstr(item, arena_printf(arena, "Pq Cm %s", name)))
			fail_msg("[%s] %s: the manual leaves out '%s'", k->section, k->name, name);
		p += len;
	}
}

/* Keys that stand in several tables (one per connector) count once. */
static size_t keys_of(const char *name, const char *part)
{
	size_t n_tables, n = 0;
	const struct conf_key *const *tables = settings_tables(&n_tables);
	struct list seen = list_new(" ");

	for (size_t t = 0; t < n_tables; t++)
		for (const struct conf_key *k = tables[t]; k->section; k++) {
			if (!str_equal(k->section, name))
				continue;
			check_key(k, section(part, arena_printf(arena, ".It Cm %s", k->name),
					     next_item));
			n += !list_has(&seen, k->name);
			list_add(&seen, k->name);
		}
	str_release(&seen.text);
	return n;
}

static void test_manual__has_every_key_with_its_default(void **state)
{
	const char *page = read_page("cmd/man/erpsync.conf.5");
	const char *const next_section[] = {".Sh", NULL};
	const char *all = section(page, ".Sh SECTIONS", next_section);
	size_t n_tables, n = 0;
	const struct conf_key *const *tables = settings_tables(&n_tables);
	struct list seen = list_new(" ");

	(void)state;
	for (size_t t = 0; t < n_tables; t++)
		for (const struct conf_key *k = tables[t]; k->section; k++) {
			const char *part;

			if (list_has(&seen, k->section))
				continue;
			list_add(&seen, k->section);
			n++;
			part = section(page, arena_printf(arena, ".Ss [%s]", k->section),
				       next_part);
			part = arena_printf(arena, "\n%s", part);
			assert_int_equal(count(part, "\n.It Cm "), keys_of(k->section, part));
		}
	assert_int_equal(count(arena_printf(arena, "\n%s", all), "\n.Ss ["), n);
	str_release(&seen.text);
}

static void test_completion__is_what_the_tables_give(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, 0);
	completion_script(&text, arena);
	assert_string_equal(read_page("cmd/erpsync.bash"), text.buf);
	str_release(&text);
}

static void test_help__knows_every_command_and_key(void **state)
{
	struct command c;
	struct str text;

	(void)state;
	str_init(&text, 0);
	help_overview(&text, arena);
	for (size_t i = 0; command_at(i, &c); i++)
		assert_non_null(strstr(text.buf, command_name(&c, arena)));
	str_clear(&text);
	help_config(&text, arena);
	assert_non_null(strstr(text.buf, "[orders]"));
	assert_non_null(strstr(text.buf, "client_secret_file"));
	str_release(&text);
}

static void test_help__lines_fit_a_terminal(void **state)
{
	struct command c;
	struct str text;

	(void)state;
	str_init(&text, 0);
	help_overview(&text, arena);
	for (size_t i = 0; command_at(i, &c); i++)
		help_command(&text, &c, arena);
	for (const char *p = text.buf; *p; p += strspn(p, "\n")) {
		size_t len = strcspn(p, "\n");

		if (len > 110)
			fail_msg("%zu columns: %.*s", len, (int)len, p);
		p += len;
	}
	str_release(&text);
}

static void rejected(const char *noun, const char *verb, const char *says)
{
	struct command c;
	struct err e = {0};

	assert_int_equal(command_find(noun, verb, &c, &e), E_LOCAL);
	assert_true(is_usage_error(&e));
	if (!strstr(e.msg, says))
		fail_msg("'%s' does not say '%s'", e.msg, says);
}

static void test_commands__unknown_names_get_the_nearest(void **state)
{
	struct command c;
	struct err e;

	(void)state;
	assert_int_equal(command_find("orders", "export", &c, &e), E_OK);
	assert_ptr_equal(c.run, cmd_flow);
	assert_ptr_equal(c.flow, &flows[0]);
	assert_int_equal(command_find("status", NULL, &c, &e), E_OK);
	rejected("oders", "export", "did you mean 'orders'?");
	rejected("orders", "exprt", "did you mean 'orders export'?");
	rejected("zzz", NULL, "there is: orders, refunds, fulfillments, products, inventory, ");
	rejected("queue", "zzz", "there is: list, show, retry, drop");
	rejected("queue", NULL, "needs a verb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_manual__has_every_command_and_option, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_manual__names_no_unknown_option, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_manual__has_every_exit_status, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_manual__has_every_key_with_its_default, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_completion__is_what_the_tables_give, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_help__knows_every_command_and_key, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_commands__unknown_names_get_the_nearest,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_help__lines_fit_a_terminal, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

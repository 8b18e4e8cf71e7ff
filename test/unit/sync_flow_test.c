#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/str.h"
#include "map/canonical.h"
#include "sync/flow.h"
#include "sync/session.h"

static struct conf *configured(const char *more)
{
	char path[64], text[512];
	struct conf *c = NULL;
	struct err e;
	size_t n;
	const struct conf_key *const *tables = settings_tables(&n);

	snprintf(path, sizeof(path), "/tmp/erpsync-flow-%d.conf", (int)getpid());
	snprintf(text, sizeof(text),
		 "[store]\nconnector = shopify\n[erp]\nconnector = csv\npath = out\n%s", more);
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, &e), E_OK);
	if (conf_load(path, tables, n, &c, &e) != E_OK)
		fail_msg("%s", e.msg);
	unlink(path);
	return c;
}

static void test_flow__rows_are_complete(void **state)
{
	(void)state;
	for (const struct flow *f = flows; f->noun; f++) {
		char name[64];

		snprintf(name, sizeof(name), "%s %s", f->noun, f->verb);
		assert_string_equal(f->name, name);
		assert_ptr_equal(flow_find(f->noun, f->verb), f);
		assert_int_not_equal(f->from, f->to);
		assert_true(f->section && f->label && f->help);
		assert_int_equal(!f->must_set, !f->must_set_because);
		assert_non_null(canonical_fields(record_kind_name(f->kind)));
		assert_true(str_ends(f->help, "."));
	}
	for (int k = 0; k < KIND_COUNT_; k++) {
		assert_non_null(flow_of_kind((enum record_kind)k));
		assert_non_null(record_kind_plural((enum record_kind)k));
	}
}

static void test_flow__the_other_side_may_be_the_source_of_truth(void **state)
{
	const struct flow *f = flow_find("inventory", "pull");
	CLEANUP(conf)
	struct conf *c = configured("[inventory]\nquantity = on_hand\nmaster = store\n");
	struct err e = {0};

	(void)state;
	assert_int_equal(flow_check_allowed(f, c, &e), E_LOCAL);
	assert_string_equal(e.code, "source_of_truth");
	assert_non_null(strstr(e.msg, ".conf:8: [inventory] master = store: the store is the "));
	assert_int_equal(flow_check_allowed(flow_find("orders", "export"), c, &e), E_OK);
}

static void test_flow__what_must_be_set_is_asked_for(void **state)
{
	const struct flow *f = flow_find("inventory", "pull");
	CLEANUP(conf) struct conf *none = configured("");
	CLEANUP(conf) struct conf *set = configured("[inventory]\nquantity = available\n");
	struct err e = {0};

	(void)state;
	assert_int_equal(flow_check_allowed(f, none, &e), E_LOCAL);
	assert_string_equal(e.code, "bad_config");
	assert_non_null(strstr(e.msg, "[inventory] quantity= is not set"));
	assert_non_null(strstr(e.msg, "oversold"));
	assert_false(flow_is_set_up(f, none));
	assert_int_equal(flow_check_allowed(f, set, &e), E_OK);
	assert_true(flow_is_set_up(flow_find("orders", "export"), none));
}

static void test_flow__what_few_want_is_left_aside_until_it_is_named(void **state)
{
	CLEANUP(conf) struct conf *none = configured("");
	CLEANUP(conf)
	struct conf *set = configured("[products]\nmaster = erp\n"
				      "[fulfillments]\nnotify_customer = no\n"
				      "[refunds]\nwait_for_order = 1d\n");
	size_t n = 0;
	struct err e = {0};

	(void)state;
	for (const struct flow *f = flows; f->noun; f++) {
		if (!f->opt_in)
			continue;
		assert_false(flow_is_set_up(f, none));
		assert_int_equal(flow_check_allowed(f, none, &e), E_OK);
		assert_true(flow_is_set_up(f, set));
		n++;
	}
	assert_int_equal(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow__rows_are_complete),
		cmocka_unit_test(test_flow__the_other_side_may_be_the_source_of_truth),
		cmocka_unit_test(test_flow__what_must_be_set_is_asked_for),
		cmocka_unit_test(test_flow__what_few_want_is_left_aside_until_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

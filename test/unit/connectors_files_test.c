#include "base_test.h"

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/str.h"
#include "connectors/connector.h"

#define SOURCE "test/data/orders_export/current.csv"

/* What the registry's other tables would give: the sections' connector keys. */
static const struct conf_key sections[] = {
	{"store", "connector", NULL, CONF_TEXT, NULL, NULL, 0, 0, "x"},
	{"erp", "connector", NULL, CONF_TEXT, NULL, NULL, 0, 0, "x"},
	{0},
};

static struct conf *configure(const char *text)
{
	const struct conf_key *tables[] = {sections, shopify_admin_connector.keys,
					   exchange_connector.keys};
	char path[] = "/tmp/erpsync-conf-XXXXXX";
	int fd = mkstemp(path);
	struct conf *c = NULL;
	struct err e;

	assert_true(fd >= 0);
	close(fd);
	write_text(path, text);
	assert_ok(conf_load(path, tables, 3, &c, &e), &e);
	unlink(path);
	return c;
}

static const struct source *reads(enum side side, enum record_kind kind)
{
	return connector_find("csv", side)->source[side][kind];
}

static const struct sink *writes(enum side side, enum record_kind kind)
{
	return connector_find("csv", side)->sink[side][kind];
}

static void test_connectors_files__store(void **state)
{
	CLEANUP(conf)
	struct conf *conf = configure("[store]\nconnector = csv\npath = /nowhere\n");
	CLEANUP(arena) struct arena *a = arena_new();
	struct connector_env env = {.conf = conf, .section = "store", .path = SOURCE};
	struct connector *c;
	struct page page;
	struct err e;

	(void)state;
	assert_ok(shopify_admin_connector.open(&env, &c, &e), &e);
	assert_ptr_equal(c->type, &shopify_admin_connector);
	assert_ok(reads(SIDE_STORE, KIND_ORDER)->pull(c, &(struct pull_request){0}, a, &page, &e),
		  &e);
	assert_int_equal(page.n, 15);
	assert_null(writes(SIDE_STORE, KIND_ORDER));
	shopify_admin_connector.close(c);
	env.path = NULL;
	assert_ok(shopify_admin_connector.open(&env, &c, &e), &e);
	assert_int_equal(reads(SIDE_STORE, KIND_ORDER)
				 ->pull(c, &(struct pull_request){0}, a, &page, &e),
			 E_LOCAL);
	assert_contains(e.msg, "/nowhere");
	shopify_admin_connector.close(c);
	shopify_admin_connector.close(NULL);
	assert_non_null(reads(SIDE_STORE, KIND_ORDER)->lacks[0]);
}

static void test_connectors_files__erp(void **state)
{
	CLEANUP(conf)
	struct conf *conf = configure(
		"[erp]\nconnector = csv\npath = /nowhere/\n[csv]\ndelimiter = semicolon\n"
		"decimal = comma\nencoding = windows-1252\nline_end = lf\nack = expected\n");
	CLEANUP(arena) struct arena *a = arena_new();
	char dir[] = "/tmp/erpsync-erp-XXXXXX", command[64], path[64];
	struct put_item item = {
		.record = "1",
		.label = "#1",
		.doc = "{\"files\":{\"orders\":{\"columns\":[{\"name\":\"a\",\"type\":\"text\"},"
		       "{\"name\":\"b\",\"type\":\"amount\"}],\"rows\":[[\"é\",\"1.50\"]]}}}",
	};
	struct put_item *all = &item;
	struct put_batch batch = {.key = "k", .item = &all, .n = 1};
	struct connector_env env = {.conf = conf, .section = "erp"};
	struct connector *c;
	struct err e;
	char *text;

	(void)state;
	assert_non_null(mkdtemp(dir));
	env.path = dir;
	assert_ok(exchange_connector.open(&env, &c, &e), &e);
	assert_ok(writes(SIDE_ERP, KIND_ORDER)->put(c, &batch, a, &e), &e);
	writes(SIDE_ERP, KIND_ORDER)->put_committed(c, &batch);
	snprintf(path, sizeof(path), "%s/%s", dir, item.target.id);
	text = read_text(path);
	assert_string_equal(text, "a;b\n\xe9;1,50\n");
	free(text);
	for (enum record_kind k = 0; k < KIND_COUNT_; k++) {
		bool written = k == KIND_ORDER || k == KIND_REFUND;

		assert_int_equal(writes(SIDE_ERP, k) != NULL, written);
		assert_int_equal(reads(SIDE_ERP, k) != NULL, !written);
	}
	exchange_connector.close(c);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

static void test_connectors_files__path_is_needed(void **state)
{
	CLEANUP(conf) struct conf *conf = configure("[store]\nconnector = csv\n");
	struct connector_env env = {.conf = conf, .section = "store"};
	struct connector *c = NULL;
	struct err e;

	(void)state;
	assert_int_equal(shopify_admin_connector.open(&env, &c, &e), E_LOCAL);
	assert_contains(e.msg, "[store] path=");
	assert_null(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connectors_files__store),
		cmocka_unit_test(test_connectors_files__erp),
		cmocka_unit_test(test_connectors_files__path_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

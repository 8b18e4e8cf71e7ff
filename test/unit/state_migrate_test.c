#include "state_fixture.h"

#include "embedded/state_migrations.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/connector_state.h"
#include "state/queue.h"
#include "state/reported.h"

static const char v2_good[] = "ALTER TABLE checkpoint ADD COLUMN note TEXT;"
			      "UPDATE checkpoint SET note = 'from v1';";
static const char v2_bad[] = "ALTER TABLE checkpoint ADD COLUMN note TEXT;"
			     "INSERT INTO no_such_table VALUES (1);";

/* The real migrations with one more behind them. */
static const struct embedded_file *with(struct fixture *f, const char *sql)
{
	size_t n = (size_t)state_schema_version();
	struct embedded_file *files = arena_array(f->a, n + 2, sizeof(*files));

	memcpy(files, embedded_state_migrations, n * sizeof(*files));
	files[n] = (struct embedded_file){"9999_test.sql", sql, strlen(sql)};
	return files;
}

static const char *before_path(struct fixture *f, int version)
{
	return beside(f, arena_printf(f->a, ".before-v%d", version));
}

static void test_migrate__files_are_numbered_in_order(void **state)
{
	(void)state;
	for (int i = 0; embedded_state_migrations[i].name; i++)
		assert_int_equal(strtol(embedded_state_migrations[i].name, NULL, 10), i + 1);
	assert_true(state_schema_version() >= 1);
}

static void test_migrate__an_older_file_is_kept_as_a_copy(void **state)
{
	struct fixture *f = *state;
	int old = state_schema_version();
	const char *copy = before_path(f, old + 1), *cursor;
	struct fixture back = {.a = f->a};
	int64_t at;

	OK(checkpoint_set(f->s, FLOW, "c1", 100, e));
	OK(db_migrate(f->s, with(f, v2_good), e));
	assert_int_equal(one_int(f, "PRAGMA user_version"), old + 1);
	assert_int_equal(one_int(f, "SELECT note = 'from v1' FROM checkpoint"), 1);
	assert_int_equal(mode_of(copy), 0600);
	assert_false(file_exists(arena_printf(f->a, "%s.tmp", copy)));
	close_state(f);

	snprintf(back.path, sizeof(back.path), "%s", copy);
	reopen(&back);
	assert_int_equal(one_int(&back, "PRAGMA user_version"), old);
	OK(checkpoint_get(back.s, FLOW, f->a, &cursor, &at, e));
	assert_string_equal(cursor, "c1");
	close_state(&back);
}

static void test_migrate__a_failing_one_changes_nothing(void **state)
{
	struct fixture *f = *state;
	int old = state_schema_version();

	OK(checkpoint_set(f->s, FLOW, "c1", 100, e));
	FAILS(db_migrate(f->s, with(f, v2_bad), e), E_LOCAL, "state_corrupt",
	      "migration 9999_test.sql");
	reopen(f);
	assert_int_equal(one_int(f, "PRAGMA user_version"), old);
	assert_int_equal(one_int(f, "SELECT count(*) FROM pragma_table_info('checkpoint')"
				    " WHERE name = 'note'"),
			 0);
	/* The next attempt replaces the copy of the failed one. */
	OK(checkpoint_set(f->s, FLOW, "c2", 100, e));
	OK(db_migrate(f->s, with(f, v2_good), e));
	close_state(f);
	assert_int_equal(rename(before_path(f, old + 1), f->path), 0);
	reopen(f);
	assert_int_equal(one_int(f, "SELECT cursor = 'c2' FROM checkpoint"), 1);
}

static void test_migrate__a_full_file_goes_from_version_0(void **state)
{
	struct fixture *f = *state;

	sql_at(f->path, "CREATE TABLE prototype (x); INSERT INTO prototype VALUES (42);"
			"PRAGMA application_id = 0x45525053");
	assert_int_equal(chmod(f->path, 0600), 0);
	reopen(f);
	assert_int_equal(one_int(f, "PRAGMA user_version"), state_schema_version());
	assert_int_equal(one_int(f, "SELECT x FROM prototype"), 42);
	assert_int_equal(one_int(f, "SELECT count(*) FROM queue"), 0);
	assert_true(file_exists(before_path(f, state_schema_version())));
}

static void test_migrate__an_empty_file_is_new(void **state)
{
	struct fixture *f = *state;

	OK(file_write_atomic(f->path, "", 0, 0600, e));
	reopen(f);
	assert_int_equal(one_int(f, "PRAGMA auto_vacuum"), 2);
	assert_false(file_exists(before_path(f, state_schema_version())));
}

static void test_migrate__a_process_that_was_left_behind_stops(void **state)
{
	struct fixture *f = *state;
	enum queue_put_result result;
	struct state *newer = NULL;

	OK(state_open(f->path, &newer, e));
	OK(db_migrate(newer, with(f, v2_good), e));
	FAILS(state_begin(f->s, e), E_LOCAL, "state_newer", "start it again");
	FAILS(queue_put(f->s, ARRIVED("1", "1", "v1", "{}"), QUEUE_PUT_NEWS, 1, &result, e),
	      E_LOCAL, "state_newer", f->path);
	OK(state_begin(newer, e));
	OK(state_commit(newer, e));
	state_close(newer);
}

static void test_migrate__two_at_once_are_done_once(void **state)
{
	struct fixture *f = *state;
	struct state *other = NULL;

	OK(state_open(f->path, &other, e));
	OK(db_migrate(other, with(f, v2_good), e));
	OK(db_migrate(f->s, with(f, v2_good), e));
	assert_int_equal(f->s->version, state_schema_version() + 1);
	OK(state_begin(f->s, e));
	OK(state_commit(f->s, e));
	state_close(other);
}

/* A state file as an older version of the program made it. */
static void older_file(struct fixture *f, int version)
{
	for (int i = 0; i < version; i++)
		sql_at(f->path, embedded_state_migrations[i].text);
	sql_at(f->path,
	       arena_printf(f->a, "PRAGMA application_id = 0x45525053; PRAGMA user_version = %d",
			    version));
	assert_int_equal(chmod(f->path, 0600), 0);
}

static void test_migrate__targets_that_were_texts(void **state)
{
	static const struct {
		const char *text, *id, *more;
	} links[] = {
		{"", "", NULL},
		{"orders-000012.csv", "orders-000012.csv", NULL},
		{"gid://shopify/Product/8100", "gid://shopify/Product/8100", NULL},
		{"S00012 (12)", "12", "{\"name\":\"S00012\"}"},
		{"SO (EU) 12 (7)", "7", "{\"name\":\"SO (EU) 12\"}"},
		{"a person wrote (this)", "a person wrote (this)", NULL},
		{"gid://s/Fulfillment/1 gid://s/Fulfillment/2", "gid://s/Fulfillment/1",
		 "{\"parts\":[{\"kind\":\"shipment\",\"id\":\"gid://s/Fulfillment/1\"},"
		 "{\"kind\":\"shipment\",\"id\":\"gid://s/Fulfillment/2\"}]}"},
		{"products-000001.csv export:1a2b3c4d rows:5e6f7a8b", "products-000001.csv",
		 "{\"parts\":[{\"kind\":\"export\",\"id\":\"1a2b3c4d\"},"
		 "{\"kind\":\"rows\",\"id\":\"5e6f7a8b\"}]}"},
		{"export:1a2b3c4d", "export:1a2b3c4d",
		 "{\"parts\":[{\"kind\":\"export\",\"id\":\"1a2b3c4d\"}]}"},
	};
	enum { N = sizeof(links) / sizeof(*links) };
	struct fixture *f = *state;

	older_file(f, 10);
	for (int i = 0; i < N; i++)
		sql_at(f->path,
		       arena_printf(f->a,
				    "INSERT INTO link (flow, record, label, target_id, version,"
				    " sent_hash, delivered_at, changed_at)"
				    " VALUES ('" FLOW "', '%d', '#%d', '%s', 'v1', 'h1', 1, 1)",
				    i, i, links[i].text));
	reopen(f);
	for (int i = 0; i < N; i++) {
		struct link got;
		bool found;

		OK(link_get(f->s, FLOW, arena_printf(f->a, "%d", i), f->a, &got, &found, e));
		assert_true(found);
		assert_string_equal(got.target.id, links[i].id);
		if (links[i].more)
			assert_string_equal(target_more(&got.target, f->a), links[i].more);
		else
			assert_null(target_more(&got.target, f->a));
	}
	assert_int_equal(one_int(f, "SELECT count(*) FROM link WHERE n_parts = 2"), 2);
}

/* What connectors keep of files for the import of a shop's admin names the file in the same text. */
static void test_migrate__files_that_products_were_written_as(void **state)
{
	static const char file[] =
		"{\"id\":\"products-000001.csv\",\"parts\":[{\"kind\":\"export\","
		"\"id\":\"1a2b3c4d\"},{\"kind\":\"rows\",\"id\":\"5e6f7a8b\"}]}";
	static const char text[] = "products-000001.csv export:1a2b3c4d rows:5e6f7a8b";
	struct fixture *f = *state;
	const char *body;
	int64_t at;

	older_file(f, 10);
	sql_at(f->path, arena_printf(f->a,
				     "INSERT INTO link (flow, record, label, target_id, version,"
				     " sent_hash, delivered_at, changed_at, memo) VALUES"
				     " ('p', '1', '1', '', 'v', 'h', 1, 1,"
				     " '{\"handle\":\"tee\",\"written_as\":\"%s\"}'),"
				     " ('p', '2', '2', '', 'v', 'h', 1, 1,"
				     " '{\"written_as\":\"export:1a2b3c4d\"}'),"
				     " ('p', '3', '3', '', 'v', 'h', 1, 1, '{\"handle\":\"x\"}'),"
				     " ('p', '4', '4', '', 'v', 'h', 1, 1, 'no json');"
				     "INSERT INTO note VALUES ('products-import tee',"
				     " '{\"written\":\"%s\",\"field\":\"title\"}', 1),"
				     " ('other', '{\"written\":\"%s\"}', 1)",
				     text, text, text));
	reopen(f);
	assert_int_equal(one_int(f, arena_printf(f->a,
						 "SELECT kept = '{\"handle\":\"tee\","
						 "\"written_as\":%s}' FROM link"
						 " WHERE record = '1'",
						 file)),
			 1);
	assert_int_equal(one_int(f, "SELECT kept = '{\"written_as\":{\"id\":\"export:1a2b3c4d\","
				    "\"parts\":[{\"kind\":\"export\",\"id\":\"1a2b3c4d\"}]}}'"
				    " FROM link WHERE record = '2'"),
			 1);
	assert_int_equal(one_int(f, "SELECT kept = '{\"handle\":\"x\"}' FROM link"
				    " WHERE record = '3'"),
			 1);
	assert_int_equal(one_int(f, "SELECT kept = 'no json' FROM link WHERE record = '4'"), 1);
	OK(connector_state_get(f->s, "keep products-import tee ", f->a, &body, &at, e));
	assert_string_equal(body, arena_printf(f->a, "{\"written\":%s,\"field\":\"title\"}", file));
	OK(connector_state_get(f->s, "other", f->a, &body, &at, e));
	assert_string_equal(body, arena_printf(f->a, "{\"written\":\"%s\"}", text));
}

/* What is known of stock and products that were delivered; and what was refused is tried again. */
static void test_migrate__which_article_a_record_is(void **state)
{
	struct fixture *f = *state;

	older_file(f, 12);
	sql_at(f->path,
	       "INSERT INTO link (flow, record, label, target_id, version, sent_hash, delivered_at,"
	       " changed_at, memo, article) VALUES"
	       " ('inventory pull', 'E', 'E', 'gid', 'v', 'h', 1, 1, '{}', 'SKU'),"
	       " ('products push', 'P', 'P', 'gid://p', 'v', 'h', 1, 1,"
	       " '{\"variants\":{\"1\":{\"id\":\"gid://v\"},\"2\":{}}}', NULL),"
	       " ('products push', 'F', 'F', 'x.csv', 'v', 'h', 1, 1,"
	       " '{\"handle\":\"tee\",\"variants\":{\"1\":{\"id\":\"M\"}}}', NULL),"
	       " ('products push', 'N', 'N', 'x.csv', 'v', 'h', 1, 1, 'no json', NULL);"
	       "INSERT INTO queue (flow, record, label, version, state, origin, next_attempt,"
	       " enqueued_at, changed_at, code) VALUES"
	       " ('inventory pull', 'Q', 'Q', 'v', 2, 'pull', 9, 9, 9, 'same_article'),"
	       " ('inventory pull', 'R', 'R', 'v', 2, 'pull', 9, 9, 9, 'unknown_sku')");
	reopen(f);
	assert_int_equal(one_int(f, "SELECT count(*) FROM claim WHERE written AND some"), 3);
	assert_int_equal(one_int(f, "SELECT count(*) FROM claim WHERE (record, article) IN (VALUES"
				    " ('E', 'SKU'), ('P', 'gid://p gid://v'), ('F', 'tee M'))"),
			 3);
	assert_int_equal(one_int(f, "SELECT state = 0 AND next_attempt = 0 AND"
				    " parked_as = 'same_article' FROM queue WHERE record = 'Q'"),
			 1);
	assert_int_equal(one_int(f, "SELECT state FROM queue WHERE record = 'R'"), 2);
}

/* Units stood under an SKU, or under the id of an article that had none when it was sold. */
static void test_migrate__what_was_reported_of_orders(void **state)
{
	static const char lines[] = "[{\"sku\":\"A.1\",\"item\":\"9\",\"units\":2},"
				    "{\"sku\":null,\"item\":\"8\",\"units\":3},"
				    "{\"sku\":\"B\",\"item\":null,\"units\":0}]";
	struct fixture *f = *state;
	struct reported *got;
	size_t n;

	older_file(f, 12);
	sql_at(f->path, "INSERT INTO told (record, told_at, units, items, answered_at) VALUES"
			" ('1', 7, '{\"A.1\":2,\"8\":3,\"B\":0}', '{\"9\":[\"A.1\"],\"8\":[]}', 8),"
			" ('2', 7, '{}', '{}', 0), ('3', 7, '{\"A\":1}', '{}', 0)");
	reopen(f);
	OK(reported_get(f->s, "1", f->a, &got, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(got->answered_at, 8);
	assert_string_equal(got->lines, lines);
	OK(reported_get(f->s, "2", f->a, &got, &n, e));
	assert_string_equal(got->lines, "[]");
	OK(reported_get(f->s, "3", f->a, &got, &n, e));
	assert_string_equal(got->lines, "[{\"sku\":\"A\",\"item\":null,\"units\":1}]");
}

/* The last went in the document that its link leads to, those before in the one that the journal names. */
static void test_migrate__documents_of_what_was_reported(void **state)
{
	struct fixture *f = *state;

	older_file(f, 16);
	sql_at(f->path,
	       "INSERT INTO link (flow, record, label, target_id, version, sent_hash,"
	       " delivered_at, changed_at) VALUES"
	       " ('orders export', '1', '#1', 'orders-changed-1', 'v', 'h', 7, 900),"
	       " ('orders export', '2', '#2', '', 'v', '', 7, 7);"
	       "INSERT INTO reported (record, reported_at, lines, answered_at) VALUES"
	       " ('1', 7, '[]', 0), ('1', 400, '[]', 0), ('1', 900, '[]', 0), ('2', 7, '[]', 8);"
	       "INSERT INTO journal (at, run, flow, record, label, action, outcome, requests,"
	       " detail) VALUES"
	       " (8, 1, 'orders export', '1', '#1', 'delivered', 'created', 1, 'orders-1'),"
	       " (9, 1, 'orders export', '1', '#1', 'delivered', 'parked', 1, 'no reason'),"
	       " (900, 1, 'orders export', '1', '#1', 'delivered', 'updated', 1, 'orders-changed-1')");
	reopen(f);
	assert_int_equal(one_int(f,
				 "SELECT group_concat(document, ' ') ="
				 " 'orders-1  orders-changed-1 ' FROM"
				 " (SELECT document FROM reported ORDER BY record, reported_at)"),
			 1);
}

static void test_backup__copies_a_file_in_use(void **state)
{
	struct fixture *f = *state;
	const char *to = path_join(f->a, f->dir, "copy.db");
	struct fixture back = {.a = f->a};
	enum queue_put_result result;
	const char **findings;
	size_t n;

	for (int i = 0; i < 100; i++) {
		const char *id = arena_printf(f->a, "%d", i);
		OK(queue_put(f->s, ARRIVED(id, id, "v1", "{}"), QUEUE_PUT_NEWS, 1, &result, e));
	}
	OK(state_begin(f->s, e));
	OK(queue_put(f->s, ARRIVED("open", "open", "v1", "{}"), QUEUE_PUT_NEWS, 1, &result, e));
	OK(state_backup(f->s, to, e));
	OK(state_commit(f->s, e));
	assert_int_equal(mode_of(to), 0600);
	snprintf(back.path, sizeof(back.path), "%s", to);
	reopen(&back);
	assert_int_equal(one_int(&back, "SELECT count(*) FROM queue"), 100);
	OK(state_check(back.s, f->a, &findings, &n, e));
	assert_int_equal(n, 0);
	close_state(&back);
}

static void test_backup__refuses_to_replace(void **state)
{
	struct fixture *f = *state;
	const char *to = path_join(f->a, f->dir, "copy.db");
	size_t len;
	char *now;

	OK(file_write_atomic(to, "precious", 8, 0644, e));
	FAILS(state_backup(f->s, to, e), E_LOCAL, "state_io", to);
	OK(file_read(to, 100, f->a, &now, &len, e));
	assert_string_equal(now, "precious");
	FAILS(state_backup(f->s, path_join(f->a, f->dir, "no/copy.db"), e), E_LOCAL, "state_io",
	      "no/copy.db");
}

static void test_backup__replaces_what_a_killed_one_left(void **state)
{
	struct fixture *f = *state;
	const char *to = path_join(f->a, f->dir, "copy.db");

	OK(file_write_atomic(arena_printf(f->a, "%s.tmp", to), "half", 4, 0600, e));
	OK(state_backup(f->s, to, e));
	assert_false(file_exists(arena_printf(f->a, "%s.tmp", to)));
	assert_true(file_exists(to));
}

static void test_backup__refuses_to_copy_what_is_damaged(void **state)
{
	struct fixture *f = *state;
	const char *to = path_join(f->a, f->dir, "copy.db");

	damage(f);
	FAILS(state_backup(f->s, to, e), E_LOCAL, "state_corrupt", "is damaged");
	assert_false(file_exists(to));
	assert_false(file_exists(arena_printf(f->a, "%s.tmp", to)));
}

int main(void)
{
#define EMPTY(test) cmocka_unit_test_setup_teardown(test, setup_empty, teardown)
#define OPEN(test)  cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_migrate__files_are_numbered_in_order),
		OPEN(test_migrate__an_older_file_is_kept_as_a_copy),
		OPEN(test_migrate__a_failing_one_changes_nothing),
		EMPTY(test_migrate__a_full_file_goes_from_version_0),
		EMPTY(test_migrate__an_empty_file_is_new),
		OPEN(test_migrate__a_process_that_was_left_behind_stops),
		OPEN(test_migrate__two_at_once_are_done_once),
		EMPTY(test_migrate__targets_that_were_texts),
		EMPTY(test_migrate__what_was_reported_of_orders),
		EMPTY(test_migrate__documents_of_what_was_reported),
		EMPTY(test_migrate__files_that_products_were_written_as),
		EMPTY(test_migrate__which_article_a_record_is),
		OPEN(test_backup__copies_a_file_in_use),
		OPEN(test_backup__refuses_to_replace),
		OPEN(test_backup__replaces_what_a_killed_one_left),
		OPEN(test_backup__refuses_to_copy_what_is_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

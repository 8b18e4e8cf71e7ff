#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "state/claim.h"
#include "state/link.h"
#include "sync/sync_priv.h"

/* Two records that are one article, and a source that says of what it no longer has nothing until it is asked. */

static char dir[] = "/tmp/erpsync-rivals-XXXXXX";

static struct fake {
	struct connector face;
	const char *gone;
	bool busy;
	int asked;
} fake;

static enum errk fake_pull_only(struct connector *c, const struct pull_request *req,
				const char *const *who, size_t n, struct arena *a, struct page *out,
				struct err *e)
{
	struct fake *f = (struct fake *)c;

	(void)req;
	f->asked++;
	if (f->busy)
		return err_set(e, E_BUSY, "http_503", "busy");
	*out = (struct page){.rec = arena_array(a, n, sizeof(*out->rec)), .n = n};
	for (size_t i = 0; i < n; i++) {
		out->rec[i] = (struct record){.id = who[i], .label = who[i], .version = "v1"};
		if (strcmp(who[i], f->gone) != 0)
			continue;
		struct err *why = arena_alloc(a, sizeof(*why));
		(void)err_set(why, E_RECORD, "not_found", "not there");
		out->rec[i].problem = why;
	}
	return E_OK;
}

static const struct source silent_source = {.pull_only = fake_pull_only};
static const struct connector_type fake_type = {.name = "fake", .title = "Fake"};

struct fixture {
	struct state *s;
	struct sync r;
	struct session session;
	struct sync_summary sum;
};

#define OK(call)                                             \
	do {                                                 \
		struct err fixture_err, *e = &fixture_err;   \
		if ((call) != E_OK)                          \
			fail_msg("%s: %s", e->code, e->msg); \
	} while (0)

static struct fixture *opened(enum record_kind kind, const char *key)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[64];

	snprintf(path, sizeof(path), "%s/db", dir);
	unlink(path);
	OK(state_open(path, &f->s, e));
	fake = (struct fake){.face = {.type = &fake_type}, .gone = ""};
	f->session.arena = arena_new();
	f->r = (struct sync){.session = &f->session,
			     .flow = flow_of_kind(kind),
			     .state = f->s,
			     .key = key,
			     .source = &fake.face,
			     .from = &silent_source,
			     .known = {[SIDE_STORE] = true, [SIDE_ERP] = true},
			     .sum = &f->sum,
			     .page = arena_new(),
			     .notices.a = f->session.arena};
	return f;
}

static int open_stock(void **state)
{
	*state = opened(KIND_STOCK, "inventory pull");
	return 0;
}

static int open_products(void **state)
{
	*state = opened(KIND_PRODUCT, "products push");
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	arena_free(f->r.page);
	arena_free(f->session.arena);
	state_close(f->s);
	free(f);
	return 0;
}

static const char *code_of(const struct fixture *f)
{
	return f->r.flow->kind == KIND_STOCK ? SAME_ARTICLE : SAME_VARIANT;
}

static void claims(struct fixture *f, const char *record, bool some, enum claim_fate fate)
{
	const struct put_claim x = {.article = "X", .sku = "X", .some = some};

	OK(claim_set(f->s, f->r.key, record, &x, 1, fate, e));
}

static void park(struct fixture *f, const char *record)
{
	const struct queue_row row = {.flow = f->r.key,
				      .record = record,
				      .label = record,
				      .version = "v1",
				      .payload = "{}",
				      .origin = "pull"};
	enum queue_put_result result;
	int64_t id;

	OK(queue_put(f->s, &row, QUEUE_PUT_NEWS, 1, &result, e));
	OK(queue_waiting(f->s, f->r.key, record, &id, e));
	OK(queue_mark_parked(f->s, id, code_of(f), "why", 1, e));
	claims(f, record, true, CLAIM_REFUSED);
}

static enum errk show(const struct queue_row *row, void *ctx, struct err *e)
{
	char **text = ctx;
	size_t n = strlen(*text);

	(void)e;
	snprintf(*text + n, 200 - n, "%s %s;", row->record, queue_state_name(row->state));
	return E_OK;
}

/* The queue after a run has begun. */
static const char *begun(struct fixture *f)
{
	const struct queue_filter all = {.flow = f->r.key};
	char *text = arena_alloc(f->session.arena, 200);

	OK(sync_release_rivals(&f->r, e));
	OK(queue_each(f->s, &all, false, show, &text, e));
	return text;
}

static void deliver(struct fixture *f, const char *record)
{
	const struct link l = {.flow = f->r.key,
			       .record = record,
			       .label = record,
			       .target.id = "there",
			       .version = "v1",
			       .sent_hash = "h"};

	OK(link_set(f->s, &l, 1, e));
}

static void test_rivals__of_two_that_were_refused_one_is_gone(void **state)
{
	struct fixture *f = *state;

	park(f, "A");
	park(f, "B");
	assert_string_equal(begun(f), "A parked;B parked;");
	fake.gone = "B";
	assert_string_equal(begun(f), "A ready;");
	/* Set free, and gone before it went over. */
	fake.gone = "A";
	assert_string_equal(begun(f), "");
	assert_string_equal(begun(f), "");
	assert_int_equal(fake.asked, 3);
}

static void test_rivals__what_is_gone_takes_no_place(void **state)
{
	struct fixture *f = *state;

	deliver(f, "A");
	claims(f, "A", true, CLAIM_WRITTEN);
	park(f, "B");
	assert_string_equal(begun(f), "B parked;");
	claims(f, "A", false, CLAIM_WRITTEN);
	fake.busy = true;
	assert_string_equal(begun(f), "B parked;");
	fake.busy = false;
	fake.gone = "B";
	assert_string_equal(begun(f), "");
}

static void test_rivals__what_was_written_is_gone(void **state)
{
	struct fixture *f = *state;
	struct link l;
	bool found;

	deliver(f, "A");
	claims(f, "A", true, CLAIM_WRITTEN);
	park(f, "B");
	fake.gone = "A";
	assert_string_equal(begun(f), "B ready;");
	/* It is compared if it comes back as it was. */
	OK(link_get(f->s, f->r.key, "A", f->r.page, &l, &found, e));
	assert_true(found && l.doubt);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	static const char *const names[] = {"db", "db-wal", "db-shm"};
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
#define EACH(test)                                                           \
	{"stock: " #test, test, open_stock, close_fixture, NULL},            \
	{                                                                    \
		"products: " #test, test, open_products, close_fixture, NULL \
	}
	const struct CMUnitTest tests[] = {
		EACH(test_rivals__of_two_that_were_refused_one_is_gone),
		EACH(test_rivals__what_is_gone_takes_no_place),
		EACH(test_rivals__what_was_written_is_gone),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}

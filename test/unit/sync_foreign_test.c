#include "base_test.h"

#include "base/arena.h"
#include "state/queue.h"
#include "sync/sync_priv.h"

/* What a target says of an order, as an ERP would quote it. */
static const char order[] =
	"{\"kind\":\"order\",\"id\":\"1\",\"customer\":{\"id\":\"7\",\"first_name\":\"Anne-Marie\","
	"\"last_name\":\"Weber\",\"email\":\"anne@example.com\",\"phone\":\"0331420000\"},"
	"\"shipping_address\":{\"address1\":\"1 rue de la Paix\",\"city\":\"Köln\",\"zip\":\"75008\","
	"\"country_code\":\"FR\"},\"note\":\"for my mother\","
	"\"attributes\":[{\"key\":\"gift\",\"value\":\"yes\"}]}";
static const char quoted[] =
	"partner WEBER, Anne-Marie (anne) of 1 Rue de la Paix, 75008 KÖLN, FR: "
	"Anne@Example.com 0331420000 'for my mother' yes";
static const char masked[] = "partner ***, *** (***) of ***, *** ***, FR: *** *** '***' yes";

static struct sync make(struct state **state, struct arena *a, struct batch_row *row)
{
	enum queue_put_result result;
	struct err e;

	assert_ok(state_open("state.db", state, &e), &e);
	assert_ok(queue_put(*state,
			    &(struct queue_row){.flow = "orders export",
						.record = "1",
						.label = "#1001",
						.version = "v1",
						.payload = order,
						.origin = "pull"},
			    QUEUE_PUT_NEWS, 100, &result, &e),
		  &e);
	assert_ok(queue_waiting(*state, "orders export", "1", &row->row.id, &e), &e);
	return (struct sync){.state = *state,
			     .page = a,
			     .key = "orders export",
			     .flow = flow_find("orders", "export")};
}

static void test_foreign__values_of_the_record_at_hand(void **unused)
{
	struct arena *a = arena_new();
	struct state *state = NULL;
	struct batch_row row = {0}, *rows[] = {&row};
	struct sync r = make(&state, a, &row);
	struct put_step silent = {.name = "quotation"}, told = {.next = &silent, .detail = quoted};
	struct err why = {0};

	(void)unused;
	row.put.steps = &told;
	err_set(&row.put.err, E_RECORD, "refused", "%s", quoted);
	err_set(&why, E_REFUSED, "refused", "%s", quoted);
	foreign_outcome(&r, rows, 1, E_REFUSED, &why);
	assert_string_equal(row.put.err.msg, masked);
	assert_int_equal(row.put.err.kind, E_RECORD);
	assert_string_equal(told.detail, masked);
	assert_null(silent.detail);
	assert_string_equal(why.msg, masked);
	state_close(state);
	arena_free(a);
}

static void test_foreign__what_a_pull_returned(void **unused)
{
	struct arena *a = arena_new();
	struct sync r = {.page = a, .flow = flow_find("orders", "export")};
	struct err problem = {0}, e = {0};
	struct record rec = {.id = "1", .doc = order, .problem = &problem};
	struct page page = {.rec = &rec, .n = 1};

	(void)unused;
	err_set(&problem, E_RECORD, "bad", "%s", quoted);
	assert_int_equal(foreign_pulled(&r, E_OK, &page, &e), E_OK);
	assert_string_equal(rec.problem->msg, masked);
	err_set(&e, E_BUSY, "busy", "for anne@example.com");
	assert_int_equal(foreign_pulled(&r, E_BUSY, &page, &e), E_BUSY);
	assert_string_equal(e.msg, "for ***");
	assert_null(foreign_text(NULL, a));
	arena_free(a);
}

static void test_foreign__an_answer_to_what_was_delivered(void **unused)
{
	struct arena *a = arena_new();
	struct state *state = NULL;
	struct batch_row row = {0};
	struct sync r = make(&state, a, &row);
	const struct delivered held[] = {{"2", "#1002"}, {"1", "#1001"}};
	struct acknowledgement said = {.record = "1001", .text = quoted},
			       other = {.record = "1002", .text = quoted};
	struct err e = {0};

	(void)unused;
	assert_ok(queue_mark_sending(state, row.row.id, "b1", false, 100, &e), &e);
	assert_ok(queue_mark_done(state, row.row.id, true, 100, &e), &e);
	assert_ok(foreign_answer(&r, &said, held, 2, &e), &e);
	assert_string_equal(said.text, masked);
	/* Of another order, whose document is not kept. */
	assert_ok(foreign_answer(&r, &other, held, 2, &e), &e);
	assert_contains(other.text, "WEBER");
	state_close(state);
	arena_free(a);
}

/* What an article is called is said, whatever it looks like; what is said besides is not. */
static void test_foreign__names_of_articles(void **unused)
{
	struct arena *a = arena_new();
	struct sync r = {.page = a, .flow = flow_find("inventory", "pull")};
	struct err problem = {0}, e = {0};
	struct record rec = {.id = "7",
			     .label = "+33612345678",
			     .doc = "{\"kind\":\"stock\",\"sku\":\"0748927000018\"}",
			     .problem = &problem};
	struct page page = {.rec = &rec, .n = 1};

	(void)unused;
	err_set(&problem, E_RECORD, "bad",
		"no '00748927000018' of '+33612345678': ask '+33698765432' or +33612345678, "
		"retry '+33612345678'");
	assert_int_equal(foreign_pulled(&r, E_OK, &page, &e), E_OK);
	assert_string_equal(rec.problem->msg,
			    "no '00748927000018' of '+33612345678': ask '***' or ***, "
			    "retry '+33612345678'");
	r.flow = flow_find("orders", "export");
	rec.problem = &problem;
	err_set(&problem, E_RECORD, "bad", "retry '+33612345678'");
	assert_int_equal(foreign_pulled(&r, E_OK, &page, &e), E_OK);
	assert_string_equal(rec.problem->msg, "retry '***'");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign__values_of_the_record_at_hand),
		cmocka_unit_test(test_foreign__what_a_pull_returned),
		cmocka_unit_test(test_foreign__names_of_articles),
		cmocka_unit_test(test_foreign__an_answer_to_what_was_delivered),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

#include "state_fixture.h"

#include "state/delivered.h"
#include "state/journal.h"
#include "state/link.h"

static void line(struct fixture *f, const char *record, const char *action, const char *outcome,
		 const char *detail)
{
	const struct journal_line l = {.at = 100,
				       .flow = FLOW,
				       .record = record,
				       .label = arena_printf(f->a, "#%s", record),
				       .action = action,
				       .outcome = outcome,
				       .detail = detail};

	OK(journal_add(f->s, &l, e));
}

static const char *held(struct fixture *f, const char *document)
{
	const char *text = "";
	struct delivered *list;
	size_t n;

	OK(delivered_as(f->s, FLOW, document, f->a, &list, &n, e));
	for (size_t i = 0; i < n; i++)
		text = arena_printf(f->a, "%s%s ", text, list[i].label);
	return text;
}

static bool first(struct fixture *f, const char *record, const char *document)
{
	bool is = false;

	OK(delivered_first_as(f->s, FLOW, record, document, &is, e));
	return is;
}

static void test_delivered_as__whatever_became_of_it(void **state)
{
	struct fixture *f = *state;
	const struct link now = {.flow = FLOW,
				 .record = "1",
				 .label = "#1",
				 .target.id = "new-1",
				 .version = "v",
				 .sent_hash = "h"};

	OK(link_set(f->s, &now, 100, e));
	line(f, "2", "delivered", "created", "new-1");
	line(f, "3", "adopted", "ok", "new-1");
	line(f, "4", "acknowledged", "rejected", "new-1: no customer");
	line(f, "5", "delivered", "created", "new-11");
	line(f, "6", "acknowledged", "rejected", "new-11: no customer");
	line(f, "7", "delivered", "parked", "new-1 and more");
	line(f, "new-1", "acknowledged", "accepted", "new-1: ok");
	assert_string_equal(held(f, "new-1"), "#1 #2 #3 #4 ");
	assert_string_equal(held(f, "new-11"), "#5 #6 ");
	assert_string_equal(held(f, "new-2"), "");
}

static void test_delivered_first_as__until_it_was_new_again(void **state)
{
	struct fixture *f = *state;

	line(f, "1", "delivered", "created", "new-1");
	line(f, "1", "delivered", "updated", "changed-1");
	assert_true(first(f, "1", "new-1"));
	line(f, "1", "delivered", "created", "new-2");
	assert_false(first(f, "1", "new-1"));
	assert_true(first(f, "1", "new-2"));
	assert_false(first(f, "2", "new-1"));
	line(f, "2", "adopted", "ok", "new-1");
	assert_true(first(f, "2", "new-1"));
}

#define OPEN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPEN(test_delivered_as__whatever_became_of_it),
		OPEN(test_delivered_first_as__until_it_was_new_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "connectors/shopify/shipments/shipments.h"

/* A delivery of order #1: lines are added as a test needs them. */
struct fixture {
	struct fulfillment_put put;
	struct put_item item;
	struct delivery_line line[8];
	struct delivery d;
	struct ship_order order[4];
	struct ship_left left[4][4];
	struct ship_done done[4];
	struct ship_units units[4][4];
	const char *number[4][2], *own[4];
	struct ship_state state;
};

static struct fixture *new_fixture(struct arena *a)
{
	struct fixture *f = arena_alloc(a, sizeof(*f));

	f->put = (struct fulfillment_put){.arena = a};
	f->item = (struct put_item){.record = "D1", .label = "D1"};
	f->state = (struct ship_state){.id = "O",
				       .name = "#1",
				       .found = true,
				       .order = f->order,
				       .done = f->done};
	f->state.intents = cJSON_CreateObject();
	f->d = (struct delivery){.put = &f->item,
				 .line = f->line,
				 .state = &f->state,
				 .own = f->own,
				 .cap_own = 4,
				 .last_step = &f->item.steps};
	return f;
}

static void free_fixture(struct fixture *f)
{
	cJSON_Delete(f->state.intents);
}

static void wants(struct fixture *f, const char *line, const char *sku, int64_t units)
{
	f->line[f->d.n_lines++] =
		(struct delivery_line){.line = line, .sku = sku, .units = units, .need = units};
}

static struct ship_order *order_at(struct fixture *f, const char *location)
{
	size_t i = f->state.n_orders++;

	f->order[i] = (struct ship_order){.id = "FO",
					  .status = "OPEN",
					  .location = location,
					  .location_name = location,
					  .can_ship = true,
					  .can_move = true,
					  .left = f->left[i]};
	return &f->order[i];
}

static void has(struct ship_order *o, const char *line, const char *sku, int64_t left)
{
	o->left[o->n_left++] =
		(struct ship_left){.id = "FL", .line = line, .sku = sku, .left = left};
}

static struct ship_done *done(struct fixture *f, const char *id, const char *line, const char *sku,
			      int64_t units)
{
	size_t i = f->state.n_done++;

	f->units[i][0] = (struct ship_units){line, sku, units};
	f->done[i] = (struct ship_done){.id = id,
					.line = f->units[i],
					.n_lines = 1,
					.number = f->number[i],
					.url = f->number[i]};
	return &f->done[i];
}

/* "3 of L1 from A, 1 of L2 from B", or the code of the refusal. */
static const char *allocated(struct fixture *f)
{
	struct arena *a = f->put.arena;
	struct ship_part *part;
	size_t n;
	struct err why;
	const char *text = "";

	if (!fulfillment_allocate(&f->put, &f->d, &part, &n, &why))
		return arena_strdup(a, why.code);
	for (size_t i = 0; i < n; i++)
		text = arena_printf(a, "%s%s%lld of %s from %s", text, i ? ", " : "",
				    (long long)part[i].units, part[i].left->line,
				    part[i].order->location);
	return text;
}

static void test_fulfillment_allocate__takes_what_is_near_first(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct fixture *f = new_fixture(a);

	(void)state;
	has(order_at(f, "A"), "L1", "X", 2);
	has(order_at(f, "B"), "L1", "X", 2);
	wants(f, NULL, "X", 3);
	assert_string_equal(allocated(f), "2 of L1 from A, 1 of L1 from B");
	f->d.location = "B";
	assert_string_equal(allocated(f), "2 of L1 from B, 1 of L1 from A");
	f->put.other = OTHER_PARK;
	assert_string_equal(allocated(f), "other_location");
	f->put.other = OTHER_MOVE;
	assert_string_equal(allocated(f), "2 of L1 from B, 1 of L1 from A");
	f->order[0].can_move = false;
	assert_string_equal(allocated(f), "other_location");
	f->order[1].can_ship = false;
	f->order[0].can_move = true;
	assert_string_equal(allocated(f), "not_shippable");
	f->line[0].need = 5;
	assert_string_equal(allocated(f), "over_delivery");
	free_fixture(f);
}

static void test_fulfillment_allocate__never_guesses_a_line(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct fixture *f = new_fixture(a);
	struct ship_order *o = order_at(f, "A");

	(void)state;
	has(o, "L1", "X", 1);
	has(o, "L2", "X", 2);
	has(o, "L3", NULL, 2);
	wants(f, NULL, "X", 2);
	assert_string_equal(allocated(f), "ambiguous_sku");
	f->line[0].need = 3;
	assert_string_equal(allocated(f), "1 of L1 from A, 2 of L2 from A");
	/* What is named goes first; of the rest only one line is left. */
	f->d.n_lines = 0;
	wants(f, "L1", "X", 1);
	wants(f, NULL, "X", 1);
	assert_string_equal(allocated(f), "1 of L1 from A, 1 of L2 from A");
	f->d.n_lines = 0;
	wants(f, NULL, "x", 1);
	assert_string_equal(allocated(f), "unknown_line");
	free_fixture(f);
}

static void test_fulfillment_reckon__is_what_is_not_shipped_yet(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct fixture *f = new_fixture(a);
	const char *what = NULL;

	(void)state;
	wants(f, NULL, "X", 3);
	wants(f, "L2", "Y", 1);
	done(f, "F1", "L1", "X", 2);
	done(f, "F2", "L9", "X", 9); /* not ours */
	delivery_add_own(&f->put, &f->d, "F1");
	assert_true(fulfillment_reckon(&f->put, &f->d, &what));
	assert_int_equal(f->line[0].need, 1);
	assert_int_equal(fulfillment_needed(&f->d), 2);
	f->line[0].units = 1;
	assert_false(fulfillment_reckon(&f->put, &f->d, &what));
	assert_string_equal(what, "1 more of 'X'");
	free_fixture(f);
}

static void test_fulfillment_judge__adopts_only_what_is_the_same(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct fixture *f = new_fixture(a);
	struct ship_done *there = done(f, "F1", "L1", "X", 2);

	(void)state;
	has(order_at(f, "A"), "L1", "X", 0);
	wants(f, NULL, "X", 2);
	there->claimed = true; /* set anew from the intents */
	assert_int_equal(fulfillment_judge(&f->put, &f->d).what, NEXT_NOTHING);
	assert_int_equal(f->item.err.kind, E_OK);
	assert_true(delivery_owns(&f->d, "F1"));

	/* The intents says that it is another delivery's. */
	f->d.n_own = 0;
	cJSON_Delete(f->state.intents);
	f->state.intents = cJSON_Parse("{\"D.2\": {\"done\": [\"F1\"]}}");
	fulfillment_judge(&f->put, &f->d);
	assert_string_equal(f->item.err.code, "over_delivery");

	/* More than is needed, fewer, cancelled. */
	f->item.err.kind = E_OK;
	cJSON_Delete(f->state.intents);
	f->state.intents = cJSON_CreateObject();
	f->line[0].units = 1;
	fulfillment_judge(&f->put, &f->d);
	assert_string_equal(f->item.err.code, "over_delivery");
	f->item.err.kind = E_OK;
	f->line[0].units = 2;
	there->cancelled = true;
	fulfillment_judge(&f->put, &f->d);
	assert_string_equal(f->item.err.code, "over_delivery");
	free_fixture(f);
}

static void test_fulfillment_judge__one_call_is_one_place(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct fixture *f = new_fixture(a);

	(void)state;
	has(order_at(f, "A"), "L1", "X", 1);
	has(order_at(f, "B"), "L2", "Y", 1);
	has(order_at(f, "A"), "L3", "Z", 1);
	wants(f, NULL, "X", 1);
	wants(f, NULL, "Y", 1);
	wants(f, NULL, "Z", 1);
	struct next_call call = fulfillment_judge(&f->put, &f->d);
	assert_int_equal(call.what, NEXT_SHIP);
	assert_int_equal(call.n_all, 3);
	assert_int_equal(call.n, 2);
	f->order[2].method = "PICK_UP";
	assert_int_equal(fulfillment_judge(&f->put, &f->d).n, 1);
	f->put.other = OTHER_MOVE;
	f->d.location = "B";
	call = fulfillment_judge(&f->put, &f->d);
	assert_int_equal(call.what, NEXT_MOVE);
	assert_int_equal(call.n, 1);
	assert_ptr_equal(call.part[0].order, &f->order[0]);
	free_fixture(f);
}

static void test_fulfillment_judge__a_status_that_nobody_knows(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct fixture *f = new_fixture(a);

	(void)state;
	f->put.shop = arena_alloc(a, sizeof(*f->put.shop));
	wants(f, NULL, "A", 2);
	has(order_at(f, "Lyon"), "L1", "A", 2);
	assert_int_equal(fulfillment_judge(&f->put, &f->d).what, NEXT_SHIP);
	done(f, "F1", "L1", "A", 2)->strange = "RECALLED";
	assert_int_equal(fulfillment_judge(&f->put, &f->d).what, NEXT_NOTHING);
	assert_string_equal(f->item.err.code, "unknown_status");
	/* Its own, too: neither delivered nor to be made anew. */
	f->item.err = (struct err){.kind = E_OK};
	f->own[f->d.n_own++] = "F1";
	assert_int_equal(fulfillment_judge(&f->put, &f->d).what, NEXT_NOTHING);
	assert_string_equal(f->item.err.code, "unknown_status");
	free_fixture(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fulfillment_judge__a_status_that_nobody_knows),
		cmocka_unit_test(test_fulfillment_allocate__takes_what_is_near_first),
		cmocka_unit_test(test_fulfillment_allocate__never_guesses_a_line),
		cmocka_unit_test(test_fulfillment_reckon__is_what_is_not_shipped_yet),
		cmocka_unit_test(test_fulfillment_judge__adopts_only_what_is_the_same),
		cmocka_unit_test(test_fulfillment_judge__one_call_is_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base_test.h"

#include "base/cleanup.h"
#include "connectors/shopify_admin/orders/money.h"

static struct decimal dec(const char *text)
{
	struct decimal d;
	struct err e;

	assert_ok(decimal_parse(text, &d, &e), &e);
	return d;
}

#define assert_amount(d, text) assert_int_equal(decimal_cmp((d), dec(text)), 0)

static struct admin_money money(const char *subtotal, const char *shipping, const char *taxes,
				const char *total, const char *discount)
{
	return (struct admin_money){
		.currency = "EUR",
		.subtotal = dec(subtotal),
		.shipping = dec(shipping),
		.taxes = dec(taxes),
		.total = dec(total),
		.discount = dec(discount),
		.ships = true,
	};
}

static struct admin_money_line line(int64_t quantity, const char *price, const char *discount)
{
	return (struct admin_money_line){.quantity = quantity,
					 .price = dec(price),
					 .discount = dec(discount)};
}

static void read_it(struct admin_money *m, struct admin_money_line *lines, size_t n)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct err e;

	m->line = lines;
	m->n = n;
	assert_ok(admin_money_read(m, a, &e), &e);
}

static void test_admin_money__tax_in_or_on_top(void **state)
{
	struct admin_money_line l[] = {line(1, "100.00", "0")};
	struct admin_money m = money("100.00", "5.00", "17.50", "105.00", "0");

	(void)state;
	read_it(&m, l, 1);
	assert_true(m.prices_include_tax);
	m = money("100.00", "5.00", "17.50", "122.50", "0");
	read_it(&m, l, 1);
	assert_false(m.prices_include_tax);
	m = money("100.00", "5.00", "0", "105.00", "0");
	read_it(&m, l, 1);
	assert_false(m.prices_include_tax);
	/* Cash rounding leaves a little: the nearer reading is taken. */
	m = money("100.00", "5.03", "17.50", "105.05", "0");
	read_it(&m, l, 1);
	assert_true(m.prices_include_tax);
}

static void test_admin_money__shares_are_exact(void **state)
{
	struct admin_money_line l[] = {line(1, "10.00", "0"), line(1, "10.00", "0"),
				       line(1, "10.00", "0")};
	struct admin_money m = money("20.00", "0", "0", "20.00", "10.00");

	(void)state;
	read_it(&m, l, 3);
	assert_amount(l[0].order_discount, "3.34");
	assert_amount(l[1].order_discount, "3.33");
	assert_amount(l[2].order_discount, "3.33");
}

static void test_admin_money__everything_off(void **state)
{
	struct admin_money_line l[] = {line(3, "0.333", "0"), line(1, "5.00", "1.00")};
	struct admin_money m = money("0.00", "0", "0", "0.00", "5.999");

	(void)state;
	read_it(&m, l, 2);
	assert_amount(l[0].order_discount, "0.999");
	assert_amount(l[1].own_discount, "1.00");
	assert_amount(l[1].order_discount, "4.00");
}

static void test_admin_money__free_lines_get_no_share(void **state)
{
	struct admin_money_line l[] = {line(1, "0.00", "0"), line(2, "10.00", "0")};
	struct admin_money m = money("15.00", "0", "0", "15.00", "5.00");

	(void)state;
	read_it(&m, l, 2);
	assert_amount(l[0].order_discount, "0");
	assert_amount(l[1].order_discount, "5.00");
}

static void test_admin_money__line_discount_alone_and_repeated(void **state)
{
	struct admin_money_line l[] = {line(2, "30.00", "6.00"), line(1, "20.00", "0")};
	struct admin_money m = money("74.00", "0", "0", "74.00", "6.00");

	(void)state;
	read_it(&m, l, 2); /* Discount Amount repeats it */
	assert_amount(l[0].own_discount, "6.00");
	assert_amount(l[1].order_discount, "0");
	m = money("74.00", "0", "0", "74.00", "0");
	read_it(&m, l, 2); /* it doesn't */
	assert_amount(l[0].own_discount, "6.00");
	m = money("68.00", "0", "0", "68.00", "6.00");
	read_it(&m, l, 2); /* it is another one */
	assert_amount(l[0].own_discount, "6.00");
	assert_amount(l[0].order_discount, "4.38");
	assert_amount(l[1].order_discount, "1.62");
}

static void test_admin_money__line_discount_per_piece(void **state)
{
	struct admin_money_line l[] = {line(4, "25.00", "2.50")};
	struct admin_money m = money("90.00", "0", "0", "90.00", "0");

	(void)state;
	read_it(&m, l, 1);
	assert_amount(l[0].own_discount, "10.00");
}

static void test_admin_money__shipping_before_or_after_its_discount(void **state)
{
	struct admin_money_line l[] = {line(1, "40.00", "0")};
	struct admin_money m = money("40.00", "0.00", "0", "40.00", "4.90");

	(void)state;
	read_it(&m, l, 1);
	assert_amount(m.shipping_price, "4.90");
	assert_amount(m.shipping_discount, "4.90");
	m = money("40.00", "4.90", "0", "40.00", "4.90");
	read_it(&m, l, 1);
	assert_amount(m.shipping_price, "4.90");
	assert_amount(m.shipping_discount, "4.90");
	assert_amount(l[0].order_discount, "0");
}

static void test_admin_money__tip_in_or_beside_subtotal(void **state)
{
	struct admin_money_line l[] = {line(1, "12.00", "0"), line(1, "2.00", "0")};
	struct admin_money m = money("12.00", "0", "0", "14.00", "0");

	(void)state;
	l[1].tip = true;
	read_it(&m, l, 2);
	assert_amount(l[0].order_discount, "0");
	m = money("14.00", "0", "2.00", "14.00", "0");
	read_it(&m, l, 2);
	assert_true(m.prices_include_tax);
	m = money("10.00", "0", "0", "12.00", "2.00");
	read_it(&m, l, 2);
	assert_amount(l[0].order_discount, "2.00");
	assert_amount(l[1].order_discount, "0");
}

static void test_admin_money__what_does_not_add_up_stays_wrong(void **state)
{
	struct admin_money_line l[] = {line(1, "40.00", "0"), line(1, "12.00", "0")};
	struct admin_money m = money("40.00", "0", "0", "40.00", "0"); /* the second was removed */

	(void)state;
	read_it(&m, l, 2);
	assert_amount(l[0].order_discount, "0");
	assert_amount(l[1].order_discount, "0");
	m = money("60.00", "0", "0", "60.00", "0"); /* more than the lines make */
	read_it(&m, l, 2);
	assert_amount(l[0].order_discount, "0");
}

static void test_admin_money__too_large_is_refused(void **state)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct admin_money_line l[] = {line(900000000, "99999999.99", "0")};
	struct admin_money m = money("1.00", "0", "0", "1.00", "0");
	struct err e;

	(void)state;
	m.line = l;
	m.n = 1;
	assert_int_equal(admin_money_read(&m, a, &e), E_RECORD);
	l[0] = line(1, "99999999999999999", "0");
	assert_int_equal(admin_money_read(&m, a, &e), E_RECORD);
}

/* Any split of any discount adds up again, to the last unit. */
static void test_admin_money__shares_always_add_up(void **state)
{
	uint64_t seed = 42;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct admin_money_line l[12] = {0};
		size_t n = 1 + next_random(&seed) % 12;
		int64_t gross = 0, off, sum = 0;
		struct admin_money m = {.currency = "EUR"};

		for (size_t i = 0; i < n; i++) {
			l[i].quantity = (int64_t)(next_random(&seed) % 5);
			l[i].price = (struct decimal){(int64_t)(next_random(&seed) % 20000), 2};
			gross += l[i].quantity * l[i].price.units;
		}
		off = gross ? (int64_t)(next_random(&seed) % (uint64_t)(gross + 1)) : 0;
		m.discount = (struct decimal){off, 2};
		m.subtotal = m.total = (struct decimal){gross - off, 2};
		read_it(&m, l, n);
		for (size_t i = 0; i < n; i++) {
			assert_true(l[i].order_discount.units >= 0);
			sum += l[i].order_discount.units;
		}
		assert_int_equal(sum, off);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admin_money__tax_in_or_on_top),
		cmocka_unit_test(test_admin_money__shares_are_exact),
		cmocka_unit_test(test_admin_money__everything_off),
		cmocka_unit_test(test_admin_money__free_lines_get_no_share),
		cmocka_unit_test(test_admin_money__line_discount_alone_and_repeated),
		cmocka_unit_test(test_admin_money__line_discount_per_piece),
		cmocka_unit_test(test_admin_money__shipping_before_or_after_its_discount),
		cmocka_unit_test(test_admin_money__tip_in_or_beside_subtotal),
		cmocka_unit_test(test_admin_money__what_does_not_add_up_stays_wrong),
		cmocka_unit_test(test_admin_money__too_large_is_refused),
		cmocka_unit_test(test_admin_money__shares_always_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

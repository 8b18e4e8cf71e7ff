// What an export owes to an order, checked against what the shop says of it.

import assert from 'node:assert/strict';
import { amount, same, text, total } from './money.mjs';

/** Cells of an order that say the same in each of its rows. */
const ON_LINES = /^(file|line_|bundle_|tax_(code|title|rate|paid_by_channel)$)/;
const LINE_ONLY = new Set([
  'sku',
  'quantity',
  'unit_price',
  'discount',
  'tax',
  'title',
  'variant_title',
  'vendor',
  'shop_sku',
  'barcode',
  'product_id',
  'variant_id',
  'gift_card',
  'requires_shipping',
  'taxable',
  'current_quantity',
  'sold_quantity',
  'removed_quantity',
  'unfulfilled_quantity',
  'fulfilled_quantity',
  'selling_plan',
]);
const PARTS = [
  'shipping_total',
  'fees_total',
  'duties_total',
  'order_tax_total',
  'tip_total',
  'cash_rounding',
  'rounding',
];

/** An ERP that reads only sums, and one that adds up the rows itself, come to the same cent. */
export function addsUp(rows, name = rows[0].order_number) {
  const [first] = rows;
  for (const row of rows) {
    for (const column of Object.keys(first))
      if (!ON_LINES.test(column) && !LINE_ONLY.has(column))
        assert.equal(row[column], first[column], `${name}: ${column} differs between rows`);
    if (row.line_id === '') continue;
    const gross = amount(row.unit_price) * BigInt(row.quantity);
    same(row.line_gross, gross, `${name}: line_gross`);
    same(row.line_net, gross - amount(row.discount), `${name}: line_net`);
    const onTop = first.prices_include_tax === 'false' ? amount(row.tax) : 0n;
    same(row.line_total, gross - amount(row.discount) + onTop, `${name}: line_total`);
  }
  const lines = rows.filter(row => row.line_id !== '');
  assert.deepEqual(
    lines.map(row => row.line_number),
    lines.map((row, i) => String(i + 1)),
    `${name}: line numbers`,
  );
  assert.equal(new Set(lines.map(row => row.line_id)).size, lines.length, `${name}: line ids`);
  same(total(lines.map(row => row.line_net)), first.lines_total, `${name}: lines_total`);
  const parts = total(lines.map(row => row.line_total)) + total(PARTS.map(column => first[column]));
  same(parts, first.order_total, `${name}: sum of the parts`);
}

/** The order's rows say what the shop says; currency: "shop" or "presentment". */
export function asShopSays(rows, order, currency = 'shop') {
  const [first] = rows;
  const [want, sold, code] =
    currency === 'shop'
      ? [order.basketTotal, order.total, order.currency]
      : [order.basketPresentment, order.presentmentTotal, order.presentmentCurrency];
  assert.equal(first.order_number, order.name, order.id);
  assert.equal(first.currency, code, `${order.name}: currency`);
  same(first.order_total, want, `${order.name}: order_total`);
  same(first.sold_total, sold, `${order.name}: sold_total`);
  same(first.shop_total, order.basketTotal, `${order.name}: shop_total`);
  same(first.presentment_total, order.basketPresentment, `${order.name}: presentment_total`);
  assert.equal(first.created_at, order.createdAt, `${order.name}: created_at`);
  addsUp(rows, order.name);
}

/** Amounts of a column in no currency's places but this one's: 0 for yen, 3 for dinar. */
export function places(rows, count, columns) {
  const shape = count === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${count}}$`);
  for (const row of rows)
    for (const column of columns) assert.match(row[column], shape, `${row.order_number}: ${column} ${text(amount(row[column]))}`);
}

/** What a person needs to know about a parked order: a code, and what to do. */
export function tellsRemedy(entry, name) {
  assert.ok(entry, `${name} is not parked`);
  assert.match(entry.code, /^[a-z][a-z0-9_]*$/, `${name}: code`);
  assert.match(
    entry.reason,
    /\berpsync [a-z]|\[[a-z]+\] [a-z_]+ ?=|\b(correct|give|change|export|add|fill) /,
    `${name} is parked without a remedy: ${entry.reason}`,
  );
}

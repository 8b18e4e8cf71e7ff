// An order that exports of the shop's admin have more than once: it is exported once, as it is newest, or parked.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { place } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const COLUMNS = [
  'Name', 'Email', 'Financial Status', 'Paid at', 'Fulfillment Status', 'Currency', 'Subtotal', 'Shipping', 'Taxes', 'Total', 'Discount Code',
  'Discount Amount', 'Created at', 'Lineitem quantity', 'Lineitem name', 'Lineitem price', 'Lineitem sku', 'Lineitem requires shipping',
  'Lineitem taxable', 'Lineitem fulfillment status', 'Lineitem discount', 'Billing Name', 'Cancelled at', 'Refunded Amount', 'Tags', 'Id',
];
const AT = '2026-10-01 10:00:00 +0200';
const line = (sku, price = '0.00', more = {}) => ({
  'Lineitem quantity': '1', 'Lineitem name': sku, 'Lineitem price': price, 'Lineitem sku': sku, 'Lineitem requires shipping': 'true',
  'Lineitem taxable': 'true', 'Lineitem fulfillment status': 'pending', ...more,
});
/** The first row of an order, and a further one, which has its line alone. */
const head = (sku, price = '0.00', more = {}) => ({
  Name: '#9001', Email: 'a@buyer.test', 'Financial Status': 'paid', 'Paid at': AT, 'Fulfillment Status': 'unfulfilled', Currency: 'EUR',
  Subtotal: price, Shipping: '0.00', Taxes: '0.00', Total: price, 'Discount Amount': '0.00', 'Created at': AT, 'Billing Name': 'Anne B',
  'Refunded Amount': '0.00', Id: '7000000000001', ...line(sku, price), ...more,
});
const further = (sku, price = '0.00', more = {}) => ({ Name: '#9001', Email: 'a@buyer.test', 'Created at': AT, ...line(sku, price), ...more });
const other = { ...head('OTHER', '5.00'), Name: '#9002', Id: '7000000000002' };
/** An order that has a further row: a file that has it fills nothing down. */
const long = [{ ...head('L1', '5.00', { Subtotal: '9.00', Total: '9.00' }), Name: '#9003', Id: '7000000000003' }, { ...further('L2', '4.00'), Name: '#9003' }];
const csv = rows => [COLUMNS.join(','), ...rows.map(row => COLUMNS.map(c => row[c] ?? '').join(',')), ''].join('\n');

const open = t => place(t, { sandbox: false, conf: { store: { connector: 'csv', path: 'exports' } }, bin: BIN_PLAIN });
function put(p, name, rows, at = 1790000000) {
  fs.utimesSync(p.write(`exports/${name}`, csv(rows)), at, at);
}
const exports = async (p, status = 0) => ended(await p.run('orders export'), status);
/** What the ERP got of the order: its lines, and how it is paid. */
const got = (p, name = '#9001') => p.exchange().rows('orders').filter(row => row.order_number === name).map(row => [row.line_sku ?? row.sku, row.financial_status]);
const reason = async p => (await p.queue('--parked')).map(entry => [entry.name, entry.code, entry.reason]);
const gift = more => head('GIFT', '10.00', { Subtotal: '0.00', Total: '0.00', 'Discount Amount': '10.00', 'Lineitem discount': '10.00', 'Discount Code': 'G', ...more });

const BEGINS = /^a\.csv:2: the order begins once more at row 3, and its sums do not tell .*; use the file as it was downloaded, or take out the rows/;
const side = [
  // [what, rows, lines that go over; NULL: none, and why]
  ['a free order, of which nobody knows how the file is filled', [head('S'), head('S')], null, BEGINS],
  ['one that is all discount', [gift(), gift()], null, BEGINS],
  ['a free order in a file that fills nothing down', [head('S'), head('S'), ...long], ['S']],
  ['one that is all discount, there too, and three times', [gift(), gift(), gift(), ...long], ['GIFT']],
  ['a paid order: its sums tell', [head('S', '10.00'), head('S', '10.00')], ['S']],
  ['an order of several lines', [head('A'), further('B'), head('A'), further('B')], ['A', 'B']],
  ['the same, sorted by name', [head('A'), head('A'), further('B'), further('B')], ['A', 'B']],
  ['the same with two equal lines', [head('A'), further('A'), head('A'), further('A')], ['A', 'A']],
  ['cells filled down', [head('A', '6.00', { Subtotal: '10.00', Total: '10.00' }), head('B', '4.00', { Subtotal: '10.00', Total: '10.00' })], ['A', 'B']],
  ['cells filled down, two equal lines', [1, 2].map(() => head('A', '5.00', { Subtotal: '10.00', Total: '10.00' })), ['A', 'A']],
  ['cells filled down, with a gift', [head('A', '10.00'), head('B', '0.00', { Subtotal: '10.00', Total: '10.00' })], ['A', 'B']],
  ['cells filled down, of a free order', [head('A'), head('B')], ['A', 'B']],
  ['a line is missing the second time', [head('A', '10.00'), further('B'), head('A', '10.00')], null, /begins once more at row 4/],
  ['another line the second time, for nothing', [head('A'), further('B'), head('C'), ...long], null, /begins once more at row 4/],
  ['cancelled the second time, for nothing', [head('A'), head('A', '0.00', { 'Cancelled at': AT }), ...long], null, BEGINS],
];
for (const [what, rows, lines, why] of side)
  test(`twice below each other: ${what}`, async t => {
    const p = await open(t);
    put(p, 'a.csv', rows);
    await exports(p, lines ? 0 : 1);
    assert.deepEqual(got(p).map(([sku]) => sku), lines ?? []);
    if (lines) silent(ended(await p.run('orders export --full'), 0));
    else {
      const [[name, code, text]] = await reason(p);
      assert.deepEqual([name, code], ['#9001', 'order_twice']);
      assert.match(text, why);
    }
    ended(await p.run('orders export --only #9001'), lines ? 0 : 1);
    assert.deepEqual(got(p).map(([sku]) => sku), lines ?? []);
  });

const differs = columns =>
  new RegExp(
    `^a\\.csv:2 and :4: the order stands there more than once, with different cells \\(${columns}\\), and nothing in them tells which is newer; export the order again`,
  );
const paid = more => head('S', '10.00', more);
const refunded = { 'Financial Status': 'refunded', 'Refunded Amount': '10.00' };
const apart = [
  ['the same', paid(), paid(), 'paid'],
  ['refunded above', paid(refunded), paid(), 'refunded'],
  ['refunded below', paid(), paid(refunded), 'refunded'],
  ['cancelled above', paid({ 'Financial Status': 'voided', 'Cancelled at': AT }), paid(), 'voided'],
  ['paid, or not', paid({ 'Financial Status': 'pending', 'Paid at': '' }), paid(), null, differs('Financial Status, Paid at')],
  ['other tags', paid({ Tags: 'a' }), paid({ Tags: 'b' }), null, differs('Tags')],
  ['cancelled, and refunded', paid({ 'Cancelled at': AT }), paid(refunded), null, differs('Financial Status, Cancelled at, Refunded Amount')],
  ['a line that lost its order', paid(), further('GIFT'), null, /^a\.csv:2 and :4: rows of this order stand apart from each other.*use the file as it was downloaded/],
  ['an order that lost its line', further('GIFT'), paid(), null, /^a\.csv:4 and :2: rows of this order stand apart from each other/],
];
for (const [what, one, two, status, why] of apart)
  test(`twice in one file: ${what}`, async t => {
    const p = await open(t);
    put(p, 'a.csv', [one, other, two]);
    await exports(p, status ? 0 : 1);
    assert.deepEqual(got(p).map(([, is]) => is), status ? [status] : []);
    assert.deepEqual(got(p, '#9002').length, 1);
    if (!status) {
      const all = await reason(p);
      assert.deepEqual(all.map(([name, code]) => [name, code]), [['#9001', 'order_twice']]);
      assert.match(all[0][2], why);
    }
    ended(await p.run('orders export --only #9001'), status ? 0 : 1);
    silent(ended(await p.run('orders export'), 0));
    await t.test('the file is mended', async () => {
      put(p, 'a.csv', [other, paid()], 1790000100);
      await exports(p);
      assert.equal(got(p).length, 1);
      assert.deepEqual(await reason(p), []);
    });
  });

test('two orders of one name, one of which stands there twice', async t => {
  const p = await open(t);
  put(p, 'a.csv', [paid({ Id: '7000000000009' }), other, paid(), other, paid(refunded)]);
  await exports(p, 1);
  assert.deepEqual((await reason(p)).map(([, code]) => code), ['known_under_other_id']);
  ended(await p.run('orders export --only gid://shopify/Order/7000000000001'), 0);
  assert.deepEqual(got(p).map(([, is]) => is).sort(), ['paid', 'refunded']);
});

test('two files of one time', async t => {
  await t.test('their names tell which is newer, whichever comes first', async sub => {
    for (const late of [false, true]) {
      const p = await open(sub);
      put(p, 'orders_export (1).csv', [paid(refunded)]);
      if (late) await exports(p);
      put(p, 'orders_export.csv', [paid(), other]);
      await exports(p);
      await exports(p);
      assert.deepEqual([got(p), got(p, '#9002').length], [[['S', 'refunded']], 1]);
      ended(await p.run('orders export --only #9001'), 0);
      assert.deepEqual(p.exchange().rows('orders-changed'), []);
    }
  });
  const why = /^new\.csv:2 and old\.csv:3: the order stands in both files with different cells, and both are of the same time; .*erpsync queue retry '#9001'/;
  for (const late of [false, true])
    await t.test(`nothing tells it${late ? ', and one comes later' : ''}`, async sub => {
      const p = await open(sub);
      put(p, 'new.csv', [paid(refunded)]);
      if (late) await exports(p);
      put(p, 'old.csv', [other, paid()]);
      await exports(p, 1);
      const all = await reason(p);
      assert.deepEqual(all.map(([name, code]) => [name, code]), [['#9001', 'order_twice']]);
      assert.match(all[0][2], why);
      assert.deepEqual([got(p).length, got(p, '#9002').length], [late ? 1 : 0, 1]);
      ended(await p.run('orders export --only #9001'), 1);
      fs.rmSync(p.path('exports/old.csv'));
      ended(await p.run('queue retry #9001'), 0);
      await exports(p);
      assert.deepEqual(got(p), [['S', 'refunded']]);
      assert.deepEqual(await reason(p), []);
    });
  // [what, the file that says otherwise, the one that has #9001 paid, and a third without it]
  for (const [what, first, second, third] of [
    ['a third file comes between', 'orders_export.csv', 'shop.csv', 'orders_export_1.csv'],
    ['a third file comes before', 'orders_export_1.csv', 'shop.csv', 'orders_export.csv'],
    ['dates with the day in front', 'orders 01.12.2026.csv', 'orders 30.11.2026.csv'],
  ])
    await t.test(`nothing tells it: ${what}`, async sub => {
      const p = await open(sub);
      put(p, first, [paid(refunded)]);
      put(p, second, [paid()]);
      if (third) put(p, third, [other]);
      await exports(p, 1);
      assert.deepEqual((await reason(p)).map(([name, code]) => [name, code]), [['#9001', 'order_twice']]);
      assert.deepEqual([got(p).length, got(p, '#9002').length], [0, third ? 1 : 0]);
    });
  await t.test('dates with the year in front tell it', async sub => {
    const p = await open(sub);
    put(p, 'orders 2026-12-01.csv', [paid(refunded)]);
    put(p, 'orders 2026-11-30.csv', [paid()]);
    await exports(p);
    assert.deepEqual(got(p), [['S', 'refunded']]);
  });
  await t.test('the same in both', async sub => {
    const p = await open(sub);
    put(p, 'a.csv', [paid()]);
    put(p, 'b.csv', [other, paid()]);
    await exports(p);
    assert.equal(got(p).length, 1);
  });
});

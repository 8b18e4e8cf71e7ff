// Orders that break careless exports, one claim per kind. The kinds: test/sandbox/lib/nasty.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutate, paths, record } from '../support/mutations.mjs';
import { addsUp, asShopSays, tellsRemedy } from '../support/orders.mjs';
import { amount, same, text } from '../support/money.mjs';
import { place, truth } from '../support/place.mjs';
import { quotingProxy } from '../support/quoting.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';

const CLAIMS = {
  custom_line_no_sku: 'unmapped_sku',
  deleted_variant_no_sku: 'unmapped_sku',
  unknown_tax: 'unmapped_tax',
  off_by_five: 'bad_sum',

  deleted_variant: ({ rows, view }) => {
    assert.equal(rows[0].sku, view._lines[0].sku);
    assert.ok(rows[0].sku);
    assert.equal(rows[0].variant_id, '');
  },
  tax_exempt: ({ rows }) => {
    assert.equal(rows[0].tax_exempt, 'true');
    same(rows[0].tax_total, 0n, 'no tax is charged');
  },
  lines_500: ({ rows }) => {
    assert.equal(rows.length, 500);
    assert.equal(rows.at(-1).line_number, '500');
  },
  bundle: ({ rows }) => {
    const parts = rows.filter(row => row.bundle_id);
    assert.equal(parts.length, 3);
    assert.equal(new Set(parts.map(row => row.bundle_id)).size, 1);
    for (const row of parts)
      assert.deepEqual([row.bundle_sku, row.bundle_title, row.bundle_quantity], ['BUNDLE-BRK', 'Breakfast set', '1']);
  },
  gift_card_sold: ({ rows }) => {
    const [card] = rows.filter(row => row.gift_card === 'true');
    assert.deepEqual([card?.line_type, card?.sku], ['gift_card', 'GIFT-50']);
    same(card.tax, 0n, 'a voucher is not taxed when it is sold');
  },
  tip: ({ rows }) => {
    const [tip] = rows.filter(row => row.line_type === 'tip');
    assert.equal(tip?.sku, 'TIP');
    same(tip.line_total, '3.33', 'tip');
  },
  duties: ({ rows }) => same(rows[0].duties_total, '2.15', 'duties'),
  additional_fee: ({ rows }) => assert.ok(amount(rows[0].fees_total) >= amount('3.00'), rows[0].fees_total),
  several_shipping: ({ rows, view }) => {
    const kept = view._shippingLines.filter(line => !line.isRemoved);
    assert.ok(kept.length >= 2);
    assert.equal(rows[0].shipping_method, kept.map(line => line.title).join(', '), 'without the removed one');
  },
  currency_usd: ({ rows, order }) => foreign(rows, order, 'USD'),
  currency_jpy: ({ rows, order }) => foreign(rows, order, 'JPY'),
  currency_kwd: ({ rows, order }) => foreign(rows, order, 'KWD'),
  transactions_60: ({ rows, order }) => {
    same(rows[0].paid_amount, order.total, 'paid_amount');
    same(rows[0].outstanding_amount, 0n, 'outstanding_amount');
    assert.equal(rows[0].payment_ids.split(', ').length, 12, 'every payment that succeeded');
  },
  many_refunds: ({ rows, view }) => {
    assert.equal(view._refunds.length, 52);
    same(rows[0].refunded_amount, view.totalRefundedSet.shopMoney.amount, 'refunded_amount');
    assert.equal(rows[0].current_quantity, '3');
  },
  partly_refunded: ({ rows, view }) => {
    assert.equal(rows[0].status, 'partially_refunded');
    const shipped = view._refunds[0]._lines[0].restockType === 'RETURN';
    assert.deepEqual(
      ['sold_quantity', 'removed_quantity', 'quantity', 'current_quantity'].map(column => rows[0][column]),
      ['3', ...(shipped ? ['0', '3'] : ['1', '2']), '2'],
    );
    same(rows[0].refunded_amount, view.totalRefundedSet.shopMoney.amount, 'refunded_amount');
    same(rows[0].current_total, view.currentTotalPriceSet.shopMoney.amount, 'current_total');
  },
  edited: ({ rows, view }) => {
    assert.equal(rows[0].edited, 'true');
    assert.deepEqual(
      rows.map(row => row.current_quantity),
      view._lines.map(line => String(line.currentQuantity)),
    );
    same(rows[0].current_total, view.currentTotalPriceSet.shopMoney.amount, 'current_total');
    // The basket that the buyer gets and pays: nothing was given back, so that is the order as it is now.
    assert.deepEqual(
      rows.map(row => row.quantity),
      view._lines.map(line => String(line.currentQuantity)),
    );
    same(rows[0].order_total, view.currentTotalPriceSet.shopMoney.amount, 'order_total');
  },
  zero_value: ({ rows }) => {
    same(rows[0].order_total, 0n, 'order_total');
    assert.ok(amount(rows[0].line_gross) > 0n);
  },
  negative_discount: ({ rows }) => assert.ok(amount(rows[0].discount) < 0n, rows[0].discount),
  gift_card_used: ({ rows, order }) => {
    assert.match(rows[0].payment_method, /gift_card/);
    assert.equal(rows[0].payment_method.split('+').length, 2);
    same(rows[0].paid_amount, order.total, 'paid_amount');
  },
  cash_rounding: ({ rows, order }) => {
    assert.equal(rows[0].location, 'Shop Paris 8e');
    const paid = amount(rows[0].paid_amount);
    assert.equal(paid % 500n, 0n, `paid in coins of 5 cents: ${text(paid)}`);
    assert.ok(paid - amount(order.total) <= 250n && paid - amount(order.total) >= -250n);
  },
  off_by_one_cent: ({ rows }) => same(rows[0].rounding, '0.01', 'rounding'),
  guest: ({ rows, customers }) => {
    assert.equal(rows[0].customer_id, '');
    assert.ok(!customers.some(row => row.email === rows[0].customer_email), 'a guest is no customer');
  },
  no_address: ({ rows }) => {
    assert.equal(rows[0].shipping_address1 + rows[0].billing_address1 + rows[0].shipping_method, '');
  },
  b2b: ({ rows, view, customers }) => {
    const { company } = view.purchasingEntity;
    assert.equal(rows[0].company, company.name);
    assert.equal(rows[0].company_external_id, company.externalId ?? '');
    assert.equal(rows[0].po_number, view.poNumber);
    assert.equal(rows[0].payment_terms, 'Net 30');
    assert.equal(Date.parse(rows[0].payment_due_at) - Date.parse(rows[0].created_at), 30 * 86400000);
    assert.ok(customers.some(row => row.customer_id === rows[0].customer_id && row.company === company.name));
  },
  wild_text: ({ rows, view }) => {
    assert.equal(rows[0].note, view.note);
    assert.match(rows[0].note, /"quoted".*\n.*🎁 שלום/s);
    assert.equal(rows[0].title, view._lines[0].title);
    assert.equal(rows[0].shipping_company, view.shippingAddress.company);
    assert.equal(rows[0].shipping_address2, view.shippingAddress.address2);
    assert.equal(rows[0].shipping_city, 'ירושלים');
    assert.equal(rows[0].attributes, view.customAttributes.map(a => `${a.key}: ${a.value}`).join('; '));
    assert.equal(rows[0].line_attributes, 'Gravur: a,b;"c"\n');
  },
  formula_text: ({ rows, view }) => {
    for (const row of rows)
      for (const [column, cell] of Object.entries(row))
        assert.doesNotMatch(cell, column.match(/_(total|amount)$|^(discount|rounding)$/) ? /^[=+@]/ : /^\s*[=+\-@]/, column);
    assert.equal(rows[0].note, `'${view.note}`, 'the text itself is all there');
    assert.equal(rows[0].title, "'+1 Bonus");
    assert.equal(rows[0].po_number, "'-2+3");
    assert.equal(rows[0].shipping_address2, "'\t=1+2");
  },
  attributes_300: ({ rows }) => {
    assert.equal(rows[0].attributes.split('; ').length, 300);
    assert.match(rows[0].attributes, /key_299: value 299$/);
  },
  test_order: 'left out',
  cancelled: ({ rows, view }) => {
    assert.equal(rows[0].cancelled_at, view.cancelledAt);
    assert.equal(rows[0].cancel_reason, 'customer');
    same(rows[0].current_total, view.currentTotalPriceSet.shopMoney.amount, 'current_total');
  },
  voided: ({ rows }) => assert.equal(rows[0].status, 'voided'),
  expired: ({ rows }) => assert.equal(rows[0].status, 'expired'),
  duplicate_name: ({ rows, orders }) => {
    const twins = [...orders.values()].filter(([row]) => row.order_number === rows[0].order_number);
    assert.equal(twins.length, 2, 'two orders of one name are two orders');
    assert.notEqual(twins[0][0].order_id, twins[1][0].order_id);
  },
};

/** The buyer paid in another currency: the ERP gets the shop's amounts, and is told the buyer's total. */
function foreign(rows, order, code) {
  assert.equal(rows[0].currency, 'EUR');
  assert.equal(rows[0].presentment_currency, code);
  same(rows[0].presentment_total, order.presentmentTotal, 'presentment_total');
}

test('each nasty kind', async t => {
  const p = await place(t, { sandbox: { orders: 296, seed: 3 } });
  const all = truth(p.sandbox);
  ended(await p.run('orders export'), 1);
  const orders = p.exchange().verify().orders();
  const customers = p.exchange().rows('customers');
  const parked = await p.parked();

  await t.test('no kind is without a claim', () => {
    const kinds = new Set(all.map(order => order.nasty).filter(Boolean));
    assert.deepEqual([...kinds].sort(), Object.keys(CLAIMS).sort());
  });
  for (const [kind, claim] of Object.entries(CLAIMS))
    await t.test(kind, () => {
      for (const order of all.filter(o => o.nasty === kind)) {
        const rows = orders.get(order.id);
        if (claim === 'left out') assert.ok(!rows && !parked.has(order.name));
        else if (typeof claim === 'string') {
          assert.ok(!rows, 'nothing of it is in the files');
          assert.equal(parked.get(order.name)?.code, claim);
          tellsRemedy(parked.get(order.name), order.name);
        } else {
          assert.ok(rows, `${order.name} is missing`);
          asShopSays(rows, order);
          claim({ rows, order, orders, customers, view: p.sandbox.orders.view(order.index) });
        }
      }
    });
});

test('amounts in the buyer’s currency', async t => {
  const kinds = ['currency_usd', 'currency_jpy', 'currency_kwd', 'duties', 'tip', 'cash_rounding'];
  const p = await place(t, {
    sandbox: { orders: 96, seed: 4, nasty: kinds },
    conf: { orders: { currency: 'presentment' } },
    bin: BIN_PLAIN,
  });
  ended(await p.run('orders export'), 0);
  const orders = p.exchange().verify().orders();
  const codes = new Set();
  for (const order of truth(p.sandbox)) {
    const rows = orders.get(order.id);
    codes.add(order.presentmentCurrency);
    asShopSays(rows, order, 'presentment');
    addsUp(rows);
    const view = p.sandbox.orders.view(order.index);
    const digits = { JPY: 0, KWD: 3 }[order.presentmentCurrency] ?? 2;
    for (const [i, row] of rows.entries()) {
      same(row.unit_price, view._lines[i].originalUnitPriceSet.presentmentMoney.amount, `${order.name} unit_price`);
      assert.equal(row.line_total.split('.')[1]?.length ?? 0, digits, `${order.name}: places of ${row.line_total}`);
    }
    same(rows[0].paid_amount, view.totalReceivedSet.presentmentMoney.amount, `${order.name} paid_amount`);
  }
  assert.deepEqual([...codes].sort(), ['EUR', 'JPY', 'KWD', 'USD']);
});

test('a line or order of its own for what has no SKU: the table decides', async t => {
  const p = await place(t, { sandbox: { orders: 16, seed: 5, nasty: ['custom_line_no_sku'] }, bin: BIN_PLAIN });
  p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku,note\nkind:custom,MISC,\n*,*,\n');
  p.configure({ mappings: { path: 'mappings' } });
  ended(await p.run('orders export'), 0);
  const [custom] = p.exchange().rows().filter(row => row.line_type === 'custom');
  assert.deepEqual([custom.sku, custom.shop_sku], ['MISC', '']);
});

test('an amount that is no number, or none that can be reckoned with, is named with its place', async t => {
  const p = await place(t, { bin: BIN_PLAIN, sandbox: { orders: 6, seed: 8, nasty: ['tip', 'cash_rounding'] } });
  const answers = record(p.sandbox);
  await p.json('orders export --dry-run --json');
  const [{ operation, nth, json }] = answers.get('OrdersById');
  const places = new Map();
  for (const [at, value] of paths(json))
    if (/^\d+\.\d+$/.test(value) && !at.includes('presentmentMoney')) places.set(at.filter(key => typeof key === 'string').join('.'), at);
  assert.ok(places.size >= 8, [...places.keys()].join(' '));
  for (const [name, at] of places)
    for (const wrong of ['1e999999', '999999999999999999'])
      await t.test(`${name} is ${wrong}`, async () => {
        const met = mutate(p.sandbox, { operation, nth, at, change: () => wrong, ever: true });
        const { records } = await p.json('orders export --dry-run --json', wrong === '1e999999' ? 1 : undefined).catch(error => (assert.equal(wrong, '999999999999999999', error.message), { records: [] }));
        assert.ok(met());
        const reasons = records.filter(record => record.reason).map(record => record.reason);
        if (wrong === '1e999999') {
          const field = at.at(-1) === 'rate' ? 'taxLines.rate' : `${at.at(-3)}.shopMoney.amount`;
          const what = /lineItems|shippingLines/.test(name) ? /(line|shipping line) \d+ of the order/ : /^the order as Shopify shows it/;
          assert.match(reasons.join(), new RegExp(`'[\\w.]*${field}' says: '1e999999' is not a number`));
          assert.match(reasons.join(), what);
        } else for (const reason of reasons) assert.doesNotMatch(reason, /^the result of a calculation/);
      });
});

test('a buyer of a kind that nobody knows is not taken for none', async t => {
  const p = await place(t, { sandbox: { orders: 24, seed: 3, nasty: ['b2b'] }, bin: BIN_PLAIN });
  const url = await quotingProxy(t, p.sandbox.url, ({ text }) =>
    /OrdersById/.test(text) ? { after: body => body.replaceAll('"PurchasingCompany"', '"PurchasingGuild"') } : null,
  );
  p.configure({ store: { url } });
  ended(await p.run('orders export'), 1);
  const parked = await p.queue('--parked');
  assert.ok(parked.length);
  for (const { code, reason } of parked) {
    assert.equal(code, 'bad_value');
    assert.match(reason, /purchasingEntity.* is neither a customer nor a company/);
  }
});

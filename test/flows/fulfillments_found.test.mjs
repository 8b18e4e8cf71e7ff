// `fulfillments pull` where the shop is not as the ERP thinks: shipped by hand, on hold, cancelled, unknown, changed in
// mid-run. What is there decides, never the text of an answer.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { gql } from '../sandbox/client.mjs';
import { FULFILLMENT_ORDERS, SHIP, SHIP_CANCEL } from '../sandbox/flow-documents.mjs';
import { LYON, PARIS, byName, deliveryFile, left, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const open = (t, options) => shippingPlace(t, { bin: BIN_PLAIN, ...options });
const TWO = [
  ['LONG-5', 3],
  ['LONG-5-RED', 2],
];
const writes = seen => seen().filter(r => /^Shipment/.test(r.operation ?? ''));

/** As a person in the admin: { sku: units } of an order. */
async function byHand(sandbox, id, goods, trackingInfo) {
  const { order } = (await gql(sandbox, FULFILLMENT_ORDERS, { id })).body.data;
  const parts = order.fulfillmentOrders.nodes
    .filter(fo => fo.status !== 'CLOSED')
    .map(fo => ({
      fulfillmentOrderId: fo.id,
      fulfillmentOrderLineItems: fo.lineItems.nodes.filter(l => goods[l.sku]).map(l => ({ id: l.id, quantity: goods[l.sku] })),
    }))
    .filter(part => part.fulfillmentOrderLineItems.length);
  const answer = await gql(sandbox, SHIP, { fulfillment: { lineItemsByFulfillmentOrder: parts, ...(trackingInfo ? { trackingInfo } : {}) } });
  assert.deepEqual(answer.body.data.fulfillmentCreate.userErrors, []);
  return answer.body.data.fulfillmentCreate.fulfillment.id;
}

test('shipped by hand in the shop', async t => {
  const all = { 'LONG-5': 3, 'LONG-5-RED': 2 };
  const rows = (order, tracking) => Object.entries(all).map(([sku, n]) => ({ delivery: 'D1', order, sku, n, tracking }));
  await t.test('the same lines, without tracking: adopted, and tracking added', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    const hand = await byHand(p.sandbox, id, all);
    deliveryFile(p, rows(name, 'T1'));
    const { records } = await pull(p);
    assert.equal(records[0].target, hand);
    assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, numbers: ['T1'], lines: all }]);
    assert.equal(p.sandbox.requests({ operation: 'ShipmentCreate' }).length, 0);
  });
  await t.test('the same lines, and the delivery has no tracking: adopted, nothing written', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    await byHand(p.sandbox, id, all, { number: 'HAND' });
    deliveryFile(p, rows(name, ''));
    const seen = requestsOf(p.sandbox);
    assert.equal((await pull(p)).summary.adopted, 1);
    assert.equal(writes(seen).length, 0);
  });
  await t.test('the same tracking, while enough is left to ship it again: not shipped again', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    await byHand(p.sandbox, id, { 'LONG-5': 1 }, { company: 'GLS', number: 'T1' });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1, tracking: 'T1' }]);
    assert.equal((await pull(p)).summary.adopted, 1);
    assert.deepEqual(left(p.sandbox, name), { 'LONG-5': 2, 'LONG-5-RED': 2 });
  });
  await t.test('half of it by the same number: the rest is shipped', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    await byHand(p.sandbox, id, { 'LONG-5': 3 }, { number: 'T1' });
    deliveryFile(p, rows(name, 'T1'));
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, name).map(f => f.lines), [{ 'LONG-5': 3 }, { 'LONG-5-RED': 2 }]);
  });
  await t.test('in two shipments', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    const hand = [await byHand(p.sandbox, id, { 'LONG-5': 3 }), await byHand(p.sandbox, id, { 'LONG-5-RED': 2 })];
    deliveryFile(p, rows(name, ''));
    assert.equal((await pull(p)).records[0].target, hand.join(' '));
  });
  await t.test('another parcel: parked', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    await byHand(p.sandbox, id, all, { number: 'OTHER' });
    deliveryFile(p, rows(name, 'T1'));
    assert.equal(byName(await pull(p, '', 1)).D1.code, 'over_delivery');
  });
  await t.test('the same number with other lines: parked', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    await byHand(p.sandbox, id, { 'LONG-5': 2 }, { number: 'T1' });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1, tracking: 'T1' }]);
    assert.equal(byName(await pull(p, '', 1)).D1.code, 'tracking_in_use');
    assert.deepEqual(left(p.sandbox, name), { 'LONG-5': 1, 'LONG-5-RED': 2 });
  });
});

test('a shipment that no delivery is known for, while enough is left to ship it again', async t => {
  const lost = p => fs.rmSync(p.path('erpsync.db'));
  /** D1 is shipped with T1, the state file is lost, and what the ERP says of it then. */
  async function again(sub, goods, before, now) {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, goods);
    deliveryFile(p, before.map(row => ({ delivery: 'D1', order: name, tracking: 'T1', ...row })));
    await pull(p);
    const was = shipped(p.sandbox, name);
    lost(p);
    deliveryFile(p, now.map(row => ({ delivery: 'D1', order: name, ...row })), { age: 30 });
    const { D1 } = byName(await pull(p, '', 1));
    assert.equal(D1.code, 'maybe_shipped');
    assert.deepEqual(shipped(p.sandbox, name), was, 'nothing is shipped');
    return { p, id, name, was, D1 };
  }
  const one = [{ sku: 'LONG-5', n: 1 }];
  await t.test('its tracking number has changed: parked, and known by the number once that is there', async sub => {
    const { p, name, was, D1 } = await again(sub, TWO, one, [{ ...one[0], tracking: 'T2' }]);
    assert.match(D1.reason, /a shipment of the same lines .*\(gid:\S+ with T1\); if it is this one, write T2 there/);
    const { id } = p.sandbox.fulfillments(name).fulfillments[0];
    const track = `mutation($id: ID!) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: { number: "T2" }) { userErrors { message } } }`;
    await gql(p.sandbox, track, { id });
    ended(await p.run('queue retry D1'), 0);
    assert.equal((await pull(p)).summary.adopted, 1);
    assert.equal(shipped(p.sandbox, name).length, was.length);
  });
  await t.test('and it is another parcel, shipped by hand', async sub => {
    const { p, id, name } = await again(sub, TWO, one, [{ ...one[0], tracking: 'T2' }]);
    await byHand(p.sandbox, id, { 'LONG-5': 1 }, { number: 'T2' });
    ended(await p.run('queue retry D1'), 0);
    assert.equal((await pull(p)).summary.adopted, 1);
    assert.deepEqual(shipped(p.sandbox, name).map(f => f.numbers), [['T1'], ['T2']]);
  });
  await t.test('the ERP names no number', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, TWO);
    await byHand(p.sandbox, id, { 'LONG-5': 1 }, { number: 'HAND' });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }]);
    const { D1 } = byName(await pull(p, '', 1));
    assert.match(D1.reason, /with HAND\); if it is this one: erpsync queue drop 'D1'/);
    ended(await p.run(['queue', 'drop', 'D1', '--reason', 'is there']), 0);
    assert.equal((await pull(p)).summary.created, 0);
    assert.equal(shipped(p.sandbox, name).length, 1);
  });
  await t.test('it was made as one shipment for each location', async sub => {
    const goods = [['LONG-5', 4, LYON], ['LONG-5-RED', 4, PARIS]];
    const both = [{ sku: 'LONG-5', n: 2 }, { sku: 'LONG-5-RED', n: 1 }];
    const { was, D1 } = await again(sub, goods, both, both.map(row => ({ ...row, tracking: 'T2' })));
    assert.equal(was.length, 2);
    assert.match(D1.reason, /has shipments of the same lines .*with T1, .*with T1\)/);
  });
  await t.test('one of its shipments has its number, the other has none', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, [['LONG-5', 4], ['LONG-5-RED', 4]]);
    await byHand(p.sandbox, id, { 'LONG-5': 2 }, { number: 'T1' });
    await byHand(p.sandbox, id, { 'LONG-5-RED': 1 });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 2, tracking: 'T1' }, { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 1, tracking: 'T1' }]);
    for (let i = 0; i < 2; i++) {
      assert.equal(byName(await pull(p, '', 1)).D1.code, 'maybe_shipped');
      ended(await p.run('queue retry D1'), 0);
    }
    assert.equal(shipped(p.sandbox, name).length, 2);
  });
  await t.test('other lines, or fewer: no reason to wait', async sub => {
    const p = await open(sub);
    const { id, name } = sell(p.sandbox, [['LONG-5', 9]]);
    await byHand(p.sandbox, id, { 'LONG-5': 2 }, { number: 'HAND' });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 3, tracking: 'T1' }]);
    assert.equal((await pull(p)).summary.created, 1);
    assert.deepEqual(left(p.sandbox, name), { 'LONG-5': 4 });
  });
});

test('what one delivery has shipped is no other delivery’s', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, [['LONG-5', 1]]);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }]);
  await pull(p);
  deliveryFile(p, [{ delivery: 'D2', order: name, sku: 'LONG-5', n: 1 }], { age: 30 });
  const { D2 } = byName(await pull(p, '', 1));
  assert.equal(D2.code, 'over_delivery');
  assert.match(D2.reason, /the delivery holds 1 of 'LONG-5', and order #\d+ has 0 left to ship/);
});

test('one parcel for two deliveries: both are shipped, with the same number', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [
    { delivery: 'D1', order: name, sku: 'LONG-5', n: 3, tracking: 'SAME' },
    { delivery: 'D2', order: name, sku: 'LONG-5-RED', n: 2, tracking: 'SAME' },
  ]);
  assert.equal((await pull(p)).summary.created, 2);
  assert.deepEqual(shipped(p.sandbox, name).map(f => f.lines), [{ 'LONG-5': 3 }, { 'LONG-5-RED': 2 }]);
});

test('more than is left', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 4 }, { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 1 }]);
  const { D1 } = byName(await pull(p, '', 1));
  assert.equal(D1.code, 'over_delivery');
  assert.match(D1.reason, /holds 4 of 'LONG-5', and order #\d+ has 3 left/);
  assert.deepEqual(shipped(p.sandbox, name), [], 'nothing of it');
  await t.test('the next file has the right figure', async () => {
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 3 }], { age: 30 });
    await pull(p);
    assert.deepEqual(left(p.sandbox, name), { 'LONG-5-RED': 1 });
  });
});

test('orders that can’t be shipped are reported, never forced', async t => {
  for (const status of ['ON_HOLD', 'SCHEDULED', 'INCOMPLETE'])
    await t.test(status, async sub => {
      const p = await open(sub);
      const { name } = sell(p.sandbox, TWO);
      p.sandbox.changeFulfillmentOrders(status === 'ON_HOLD' ? { order: name, hold: 'AWAITING_PAYMENT' } : { order: name, status });
      deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }]);
      const seen = requestsOf(p.sandbox);
      const { D1 } = byName(await pull(p, '', 1));
      assert.equal(D1.code, 'not_shippable');
      assert.match(D1.reason, new RegExp(`is ${status} there`));
      if (status === 'ON_HOLD') assert.match(D1.reason, /awaiting payment/);
      assert.equal(writes(seen).length, 0);
      p.sandbox.changeFulfillmentOrders(status === 'ON_HOLD' ? { order: name, hold: false } : { order: name, status: 'OPEN' });
      ended(await p.run('queue retry --code not_shippable'), 0);
      await pull(p);
      assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
    });
  await t.test('a cancelled order', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, TWO);
    p.sandbox.orders.edit(name, { cancel: 'CUSTOMER' });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }]);
    assert.equal(byName(await pull(p, '', 1)).D1.code, 'order_cancelled');
  });
  await t.test('a line that was taken off the order', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, TWO);
    p.sandbox.orders.edit(name, { quantity: { line: 0, to: 0 } });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }]);
    assert.equal(byName(await pull(p, '', 1)).D1.code, 'unknown_line');
  });
});

test('a shipment that was cancelled in the shop is not made anew', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  const row = { delivery: 'D1', order: name, sku: 'LONG-5', n: 1 };
  deliveryFile(p, [row]);
  const { records } = await pull(p);
  await gql(p.sandbox, SHIP_CANCEL, { id: records[0].target });
  deliveryFile(p, [{ ...row, tracking: 'T1' }], { age: 30 });
  assert.equal(byName(await pull(p, '', 1)).D1.code, 'shipment_cancelled');
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, cancelled: true, lines: { 'LONG-5': 1 } }]);
});

test('which order, which line', async t => {
  await t.test('by name, name without #, id, number of the id', async sub => {
    const p = await open(sub);
    const four = Array.from({ length: 4 }, () => sell(p.sandbox, [['LONG-5', 1]]));
    const [a, b, c, d] = four;
    const names = [a.name, b.name.slice(1), c.id, d.id.split('/').pop()];
    deliveryFile(p, names.map((order, i) => ({ delivery: `D${i}`, order, sku: 'LONG-5' })));
    assert.equal((await pull(p)).summary.created, 4);
    for (const { name } of four) assert.deepEqual(left(p.sandbox, name), {});
    assert.equal(p.sandbox.requests({ operation: 'OrdersByName' }).length, 1, 'one search');
    assert.equal(p.sandbox.requests({ operation: 'ShippingOrders' }).length, 1, 'one reading');
  });
  await t.test('a name that only begins like another is not found', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, [['LONG-5', 1]]);
    deliveryFile(p, [{ delivery: 'D1', order: name.slice(0, -1), sku: 'LONG-5' }, { delivery: 'D2', order: 'gid://shopify/Order/1', sku: 'LONG-5' }, { delivery: 'D3', order: 'gid://elsewhere/1', sku: 'LONG-5' }]);
    const { D1, D2, D3 } = byName(await pull(p, '', 1));
    assert.deepEqual([D1.code, D2.code, D3.code], ['unknown_order', 'unknown_order', 'unknown_order']);
    assert.match(D1.reason, /the shop has no order '#\d+'; correct/);
  });
  await t.test('without read_all_orders the reason says what may hide it', async sub => {
    const p = await open(sub);
    p.sandbox.setScopes({ remove: ['read_all_orders'] });
    deliveryFile(p, [{ delivery: 'D1', order: '#1', sku: 'LONG-5' }, { delivery: 'D2', order: 'gid://shopify/Order/1', sku: 'LONG-5' }]);
    const { D1, D2 } = byName(await pull(p, '', 1));
    assert.match(D1.reason, /older than 60 days: the app may not see those without the scope read_all_orders/);
    assert.match(D2.reason, /read_all_orders/);
  });
  await t.test('an SKU of two lines: the line decides, or it is all of them', async sub => {
    const p = await open(sub);
    const order = () => {
      const row = sell(p.sandbox, [['LONG-5', 1], ['LONG-5', 2]]);
      return { ...row, lines: p.sandbox.orders.model(p.sandbox.orders.find(row.name)).lines };
    };
    const [a, b, c] = [order(), order(), order()];
    const { order: read } = (await gql(p.sandbox, FULFILLMENT_ORDERS, { id: b.id })).body.data;
    const second = read.fulfillmentOrders.nodes[0].lineItems.nodes[1].lineItem.id;
    deliveryFile(p, [
      { delivery: 'D1', order: a.name, sku: 'LONG-5', n: 1 },
      { delivery: 'D2', order: b.name, line: second.split('/').pop(), n: 1 },
      { delivery: 'D3', order: c.name, sku: 'LONG-5', n: 3 },
    ]);
    const answer = await pull(p, '', 1);
    assert.equal(byName(answer).D1.code, 'ambiguous_sku');
    assert.match(byName(answer).D1.reason, /several lines with the SKU 'LONG-5', 3 units of them left, and the delivery holds 1/);
    assert.deepEqual(p.sandbox.fulfillments(b.name).fulfillments[0].lines.map(l => [l.line, l.quantity]), [[1, 1]]);
    assert.deepEqual(p.sandbox.fulfillments(c.name).fulfillments[0].lines.map(l => l.quantity), [1, 2]);
  });
  await t.test('the shop calls the article otherwise; an unknown article', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, TWO);
    p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nERP-5,LONG-5\n*,*\n');
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'ERP-5' }, { delivery: 'D2', order: name, sku: 'NOBODY' }]);
    const answer = await pull(p, '', 1);
    assert.equal(answer.summary.created, 1);
    assert.equal(byName(answer).D2.code, 'unknown_line');
  });
  await t.test('parts of a unit', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, TWO);
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1.5 }]);
    assert.equal(byName(await pull(p, '', 1)).D1.code, 'bad_quantity');
  });
});

test('the merchant is faster, in mid-run', async t => {
  const row = name => [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 3 }, { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 2 }];
  const cases = {
    'ships all by hand: adopted': [{ fulfill: true }, 0, { adopted: 1 }],
    'cancels the order': [{ cancel: 'CUSTOMER' }, 1, 'order_cancelled'],
    'takes a unit off': [{ quantity: { line: 0, to: 2 } }, 1, 'over_delivery'],
  };
  for (const [what, [change, status, end]] of Object.entries(cases))
    await t.test(what, async sub => {
      const p = await open(sub);
      const { name } = sell(p.sandbox, TWO);
      deliveryFile(p, row(name));
      p.sandbox.addHooks({ after_request: 1, operation: 'ShippingOrders', edit_order: name, change });
      const answer = await pull(p, '', status);
      if (typeof end === 'string') assert.equal(byName(answer).D1.code, end);
      else assert.equal(answer.summary.adopted, 1);
      assert.equal(p.sandbox.requests({ operation: 'ShipmentCreate' }).length, 1, 'asked once');
    });
});

test('scopes', async t => {
  const p = await open(t, { fulfillments: { notify_customer: 'no' } });
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5' }]);
  p.sandbox.setScopes({ remove: ['read_merchant_managed_fulfillment_orders'] });
  assert.match(ended(await p.run('fulfillments pull'), 69).stderr, /lacks the scope read_merchant_managed_fulfillment_orders/);
  assert.match((await p.run('check')).stdout, /scope read_merchant_managed_fulfillment_orders is not granted/);
  p.sandbox.setScopes({ add: ['read_merchant_managed_fulfillment_orders', 'write_merchant_managed_fulfillment_orders'] });
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
});

test('what a fulfillment service ships is not seen, and not shipped for it', async t => {
  const p = await open(t);
  p.sandbox.setScopes({ remove: ['read_third_party_fulfillment_orders'] });
  const { name } = sell(p.sandbox, [['LONG-5', 1, 4], ['LONG-5-RED', 1]]);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5' }]);
  assert.equal(byName(await pull(p, '', 1)).D1.code, 'unknown_line');
});

test('a delivery that never gets an answer keeps no other back, and is told of in the end', async t => {
  const p = await shippingPlace(t, { conf: { queue: { tries: 2, wait: '1s' }, net: { retries: 0 } } });
  const at = seconds => (p.env = { ...p.env, ERPSYNC_CLOCK_SHIFT: String(seconds) });
  const rows = [sell(p.sandbox, [['LONG-5', 5]]), sell(p.sandbox, [['LONG-5', 5]])];
  deliveryFile(p, rows.map(({ name }, i) => ({ delivery: `D${i}`, order: name, sku: 'LONG-5', n: 1 })));
  p.sandbox.addFaults({ fault: 'http', status: 500, operation: 'ShipmentCreate', nth: [1, 3] });
  const first = await pull(p);
  assert.deepEqual([first.summary.later, first.summary.created], [1, 1]);
  at(360);
  const second = await pull(p, '', 1);
  assert.deepEqual([second.summary.parked, byName(second).D0.code], [1, 'no_answer']);
  assert.match(byName(second).D0.reason, /answered 500/);
  assert.deepEqual(rows.map(({ name }) => shipped(p.sandbox, name).length), [0, 1]);
  await t.test('and when it is tried again it is shipped, once', async () => {
    at(720);
    ended(await p.run('queue retry --all'), 0);
    await pull(p);
    assert.deepEqual(rows.map(({ name }) => shipped(p.sandbox, name)), rows.map(() => [{ from: LYON, lines: { 'LONG-5': 1 } }]));
  });
});

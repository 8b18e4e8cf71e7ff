// An id of a delivery that comes again for another order: told as what it is, and never mixed with the first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, PARIS, byName, deliveryFile, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const open = (t, options) => shippingPlace(t, { bin: BIN_PLAIN, ...options });
const GOODS = [
  ['LONG-5', 3],
  ['LONG-5-RED', 2],
];
const two = p => [sell(p.sandbox, GOODS), sell(p.sandbox, GOODS)];

test('after it was sent: both orders, the day and the shipment are named, and the remedies work', async t => {
  const p = await open(t);
  const [a, b] = two(p);
  deliveryFile(p, [{ delivery: '7', order: a.name, sku: 'LONG-5' }], { age: 90 });
  const target = (await pull(p)).records[0].target;
  const before = shipped(p.sandbox, a.name);
  deliveryFile(p, [{ delivery: '7', order: b.name, sku: 'LONG-5', tracking: 'T2' }], { age: 60 });
  const { code, reason } = byName(await pull(p, '', 1))[7];
  assert.equal(code, 'delivery_reused');
  assert.match(
    reason,
    new RegExp(
      `delivery '7' was sent for order ${a.name} on \\d{4}-\\d\\d-\\d\\d \\(shipment ${target}\\), and the ERP now says that it is for order ${b.name}:` +
        `.*an id of its own.*erpsync queue drop '7'`,
    ),
  );
  assert.doesNotMatch(reason, /removed|cancelled in/);
  assert.deepEqual([shipped(p.sandbox, a.name), shipped(p.sandbox, b.name)], [before, []]);
  deliveryFile(p, [{ delivery: '7b', order: b.name, sku: 'LONG-5', tracking: 'T2' }], { age: 30 });
  ended(await p.run(['queue', 'drop', '7']), 0);
  assert.equal((await pull(p)).summary.created, 1);
  assert.deepEqual(shipped(p.sandbox, b.name), [{ from: LYON, numbers: ['T2'], lines: { 'LONG-5': 1 } }]);
  assert.deepEqual(shipped(p.sandbox, a.name), before);
});

test('after half of it was sent', async t => {
  const p = await open(t);
  const a = sell(p.sandbox, [['LONG-5', 2, LYON], ['LONG-5', 1, PARIS]]);
  const b = sell(p.sandbox, GOODS);
  deliveryFile(p, [{ delivery: '7', order: a.name, sku: 'LONG-5', n: 3 }], { age: 90 });
  p.sandbox.addHooks({
    after_request: 1,
    operation: 'ShipmentCreate',
    call: () => {
      const left = p.sandbox.fulfillments(a.name).fulfillmentOrders.find(o => o.status === 'OPEN');
      p.sandbox.changeFulfillmentOrders({ order: a.name, fulfillment_order: left.n, status: 'ON_HOLD' });
    },
  });
  assert.equal(byName(await pull(p, '', 1))[7].code, 'not_shippable');
  deliveryFile(p, [{ delivery: '7', order: b.name, sku: 'LONG-5', n: 3 }], { age: 60 });
  const { code, reason } = byName(await pull(p, '', 1))[7];
  assert.equal(code, 'delivery_reused');
  assert.match(reason, new RegExp(`was sent for order ${a.name} \\(shipment gid://shopify/Fulfillment/\\d+\\)`));
  assert.deepEqual(shipped(p.sandbox, b.name), []);
});

test('what was refused for a wrong order is sent for the right one', async t => {
  const p = await open(t);
  const [, b] = two(p);
  const rows = order => GOODS.map(([sku, n]) => ({ delivery: '7', order, sku, n }));
  deliveryFile(p, rows('#987654'), { age: 90 });
  assert.equal(byName(await pull(p, '', 1))[7].code, 'unknown_order');
  deliveryFile(p, rows(b.name), { age: 60 });
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, b.name), [{ from: LYON, lines: { 'LONG-5': 3, 'LONG-5-RED': 2 } }]);
});

test('what was refused because of its goods is sent for another order, with the tracking of that one alone', async t => {
  const p = await open(t);
  const [a, b] = two(p);
  deliveryFile(p, [{ delivery: '7', order: a.name, sku: 'LONG-5', n: 9, tracking: 'OF-A' }], { age: 90 });
  assert.equal(byName(await pull(p, '', 1))[7].code, 'over_delivery');
  deliveryFile(p, [{ delivery: '7', order: b.name, sku: 'LONG-5', n: 1 }], { age: 60 });
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, b.name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
});

for (const [what, first] of [
  ['goods of the first are left', { sku: 'LONG-5-RED', n: 9 }],
  ['neither was read before', { sku: 'LONG-5', n: 1 }],
])
  test(`before it was sent: ${what}`, async t => {
    const p = await open(t);
    const [a, b] = two(p);
    deliveryFile(p, [{ delivery: '7', order: a.name, ...first }], { age: 90, name: 'fulfillments-1.csv' });
    if (first.n > 1) await pull(p, '', 1);
    deliveryFile(p, [{ delivery: '7', order: b.name.slice(1), sku: 'LONG-5', n: 1 }], { age: 60, name: 'fulfillments-2.csv' });
    const { code, reason } = byName(await pull(p, '', 1))[7];
    assert.equal(code, 'bad_row');
    assert.match(reason, new RegExp(`fulfillments-2[^:]*:2: delivery '7' is for order '${b.name.slice(1)}' here, and was for '${a.name}' in an earlier file`));
    assert.deepEqual([shipped(p.sandbox, a.name), shipped(p.sandbox, b.name)], [[], []]);
    if (first.n > 1) assert.match(reason, /with quantity 0 for what is not of it \(earlier files have 'LONG-5-RED'\)/);
    /* As the message says: ids of their own, and this one whole. */
    deliveryFile(p, [
      { delivery: '7', order: b.name, sku: 'LONG-5', n: 1 },
      ...(first.n > 1 ? [{ delivery: '7', order: b.name, sku: 'LONG-5-RED', n: 0 }] : []),
      { delivery: '8', order: a.name, sku: 'LONG-5-RED', n: 2 },
    ], { age: 30 });
    assert.equal((await pull(p)).summary.created, 2);
    assert.deepEqual(shipped(p.sandbox, b.name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
  });

test('it comes back to its first order: the rows of the other one are not its own, and its own stay', async t => {
  const p = await open(t);
  const [a, b] = two(p);
  deliveryFile(p, GOODS.map(([sku, n]) => ({ delivery: '7', order: a.name, sku, n, tracking: 'T1' })), { age: 90 });
  await pull(p);
  deliveryFile(p, [{ delivery: '7', order: b.name, sku: 'SOLO-1' }, { delivery: '7', order: b.name, sku: 'LONG-5' }], { age: 80 });
  assert.equal(byName(await pull(p, '', 1))[7].code, 'bad_row');
  deliveryFile(p, [
    { delivery: '7', order: a.name, sku: 'LONG-5', n: 3, tracking: 'T9' },
    { delivery: '8', order: b.name, sku: 'LONG-5', n: 1 },
  ], { age: 70 });
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, a.name), [{ from: LYON, numbers: ['T9'], lines: { 'LONG-5': 3, 'LONG-5-RED': 2 } }]);
  assert.deepEqual(shipped(p.sandbox, b.name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
  assert.deepEqual(await p.queue(''), []);
});

test('two orders in one file: none takes the goods of the other, however it is written anew', async t => {
  const p = await open(t);
  const [a, b] = two(p);
  deliveryFile(p, [
    { delivery: '7', order: a.name, sku: 'LONG-5' },
    { delivery: '7', order: b.name, sku: 'LONG-5-RED' },
  ], { age: 90 });
  assert.equal(byName(await pull(p, '', 1))[7].code, 'bad_row');
  deliveryFile(p, [
    { delivery: '7', order: a.name, sku: 'LONG-5' },
    { delivery: '8', order: b.name, sku: 'LONG-5-RED' },
  ], { age: 80 });
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, a.name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
  assert.deepEqual(shipped(p.sandbox, b.name), [{ from: LYON, lines: { 'LONG-5-RED': 1 } }]);
});

test('a corrected file that is refused for something else, or with other words, is told', async t => {
  const p = await open(t);
  const [a, b] = two(p);
  const file = (rows, age) => deliveryFile(p, rows.map(r => ({ delivery: '7', ...r })), { age });
  const told = async (more, status) => byName(await pull(p, more, status))[7].outcome;
  file([{ order: a.name, sku: 'LONG-5', n: 'two' }], 90);
  assert.equal(await told('', 1), 'parked');
  file([{ order: a.name, sku: 'LONG-5', n: 1, at: 'soon' }], 80);
  assert.equal(await told('', 1), 'parked');
  assert.equal(await told('--full', 0), 'still parked');
  file([{ order: a.name, sku: 'LONG-5', n: 8 }], 70);
  assert.equal(await told('', 1), 'parked');
  file([{ order: a.name, sku: 'LONG-5', n: 9 }], 60);
  assert.equal(await told('', 1), 'parked');
  assert.equal(await told('--full', 0), 'still parked');
  assert.deepEqual([shipped(p.sandbox, a.name), shipped(p.sandbox, b.name)], [[], []]);
});

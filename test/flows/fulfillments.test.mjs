// `fulfillments pull`: what the ERP delivered becomes fulfillments of the shop, once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { KOELN, LYON, PARIS, byName, deliveryFile, left, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const open = (t, options) => shippingPlace(t, { bin: BIN_PLAIN, ...options });
const TWO = [
  ['LONG-5', 3],
  ['LONG-5-RED', 2],
];
const writes = seen => seen().filter(r => /^Shipment/.test(r.operation ?? ''));

test('a delivery: whole order, tracking, carrier; the run after it asks nothing', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [
    { delivery: 'D1', order: name, sku: 'LONG-5', n: 3, warehouse: 'MAIN', carrier: 'FEDEX', tracking: 'F1 | F2' },
    { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 2, warehouse: 'MAIN', carrier: 'FEDEX', tracking: 'F2' },
  ]);
  const { summary, records } = await pull(p);
  assert.equal(summary.created, 1);
  assert.match(records[0].target, /^gid:\/\/shopify\/Fulfillment\/\d+$/);
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, numbers: ['F1', 'F2'], lines: { 'LONG-5': 3, 'LONG-5-RED': 2 } }]);
  const [{ variables }] = p.sandbox.requests({ operation: 'ShipmentCreate' });
  assert.equal(variables.fulfillment.notifyCustomer, false, 'no mail unless asked for');
  assert.equal(variables.fulfillment.trackingInfo.company, 'FedEx');
  assert.ok(variables.fulfillment.lineItemsByFulfillmentOrder.every(o => o.fulfillmentOrderLineItems.length > 0));
  const seen = requestsOf(p.sandbox);
  silent(ended(await p.run('fulfillments pull'), 0));
  /* The same delivery in another file, in another spelling. */
  deliveryFile(
    p,
    [
      { delivery: 'D1', order: name, sku: 'LONG-5', n: '3.0', warehouse: 'MAIN', carrier: 'FEDEX', tracking: 'F1|F2' },
      { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 2, warehouse: 'MAIN', carrier: 'FEDEX' },
    ],
    { age: 30 },
  );
  silent(ended(await p.run('fulfillments pull'), 0));
  assert.equal(seen().length, 0, 'an unchanged delivery costs no request');
});

test('parts, a backorder, and two deliveries of one order in one run', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [
    { delivery: 'D1', order: name, sku: 'LONG-5', n: 1, tracking: 'A' },
    { delivery: 'D2', order: name, sku: 'LONG-5', n: 1, tracking: 'B' },
    { delivery: 'D2', order: name, sku: 'LONG-5-RED', n: 1, tracking: 'B' },
  ]);
  const { summary } = await pull(p);
  assert.equal(summary.created, 2);
  assert.deepEqual(shipped(p.sandbox, name), [
    { from: LYON, numbers: ['A'], lines: { 'LONG-5': 1 } },
    { from: LYON, numbers: ['B'], lines: { 'LONG-5': 1, 'LONG-5-RED': 1 } },
  ]);
  deliveryFile(p, [
    { delivery: 'D3', order: name, sku: 'LONG-5' },
    { delivery: 'D3', order: name, sku: 'LONG-5-RED' },
  ], { age: 30 });
  await pull(p);
  assert.deepEqual(left(p.sandbox, name), {});
  assert.equal(shipped(p.sandbox, name).length, 3);
});

test('two locations are two shipments of one delivery', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, [['LONG-5', 1, 0], ['LONG-5-RED', 1, 1]]);
  deliveryFile(p, [
    { delivery: 'D1', order: name, sku: 'LONG-5', warehouse: 'MAIN', tracking: 'A' },
    { delivery: 'D1', order: name, sku: 'LONG-5-RED', warehouse: 'MAIN', tracking: 'A' },
  ]);
  const { records } = await pull(p);
  assert.equal(records[0].target.split(' ').length, 2);
  assert.deepEqual(shipped(p.sandbox, name), [
    { from: LYON, numbers: ['A'], lines: { 'LONG-5': 1 } },
    { from: PARIS, numbers: ['A'], lines: { 'LONG-5-RED': 1 } },
  ]);
  await t.test('and its tracking is corrected in both', async () => {
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', warehouse: 'MAIN', tracking: 'C' }], { age: 30 });
    const { summary } = await pull(p);
    assert.equal(summary.updated, 1);
    assert.deepEqual(shipped(p.sandbox, name).map(f => f.numbers), [['C'], ['C']]);
  });
});

test('another warehouse than the shop had chosen', async t => {
  const goods = [['LONG-5', 2, 0]];
  const row = { delivery: 'D1', sku: 'LONG-5', n: 1, warehouse: 'SHOP' };
  await t.test('accept: shipped from where the shop has it', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, goods);
    deliveryFile(p, [{ ...row, order: name }]);
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
  });
  await t.test('park: a person decides', async sub => {
    const p = await open(sub, { fulfillments: { other_location: 'park' } });
    const { name } = sell(p.sandbox, goods);
    deliveryFile(p, [{ ...row, order: name }]);
    const { D1 } = byName(await pull(p, '', 1));
    assert.equal(D1.code, 'other_location');
    assert.match(D1.reason, /1? ?.*left from Shop Paris 8e, but the shop has them at 'Warehouse Lyon'/);
    assert.deepEqual(shipped(p.sandbox, name), []);
  });
  await t.test('move: moved first, then shipped', async sub => {
    const p = await open(sub, { fulfillments: { other_location: 'move' } });
    const { name } = sell(p.sandbox, goods);
    p.sandbox.changeStock({ variant: 'LONG-5', location: 1, active: true });
    deliveryFile(p, [{ ...row, order: name }]);
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, name), [{ from: PARIS, lines: { 'LONG-5': 1 } }]);
    assert.deepEqual(left(p.sandbox, name), { 'LONG-5': 1 });
    assert.equal(p.sandbox.requests({ operation: 'ShipmentMove' }).length, 1);
  });
  await t.test('move: where the shop does not stock it, with Shopify’s words', async sub => {
    const p = await open(sub, { fulfillments: { other_location: 'move' } });
    const { name } = sell(p.sandbox, goods);
    p.sandbox.changeStock({ variant: 'LONG-5', location: 1, active: false });
    deliveryFile(p, [{ ...row, order: name }]);
    const { D1 } = byName(await pull(p, '', 1));
    assert.equal(D1.code, 'shopify_refuses');
    assert.match(D1.reason, /does not stock the requested inventory item/);
    assert.equal(p.sandbox.requests({ operation: 'ShipmentMove' }).length, 1, 'asked once');
  });
  await t.test('park and move need to know the location', async sub => {
    const p = await open(sub, { fulfillments: { other_location: 'move' } });
    const { name } = sell(p.sandbox, goods);
    deliveryFile(p, [{ ...row, order: name, warehouse: 'MOON' }]);
    assert.equal(byName(await pull(p, '', 1)).D1.code, 'unmapped_location');
  });
});

test('tracking: later, corrected, and with links', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  p.write('mappings/tables/carriers.csv', 'carrier,erp_carrier,store_carrier,store_tracking_url\nHAUS,*,Hausbote,https://haus.example/?n={number}\n*,*,*,\n');
  const row = { delivery: 'D1', order: name, sku: 'LONG-5', n: 1, carrier: 'HAUS' };
  const tracking = () => p.sandbox.fulfillments(name).fulfillments[0].tracking;
  deliveryFile(p, [row]);
  await pull(p);
  assert.deepEqual(tracking(), []);
  deliveryFile(p, [{ ...row, tracking: 'Ä 1|2' , url: '|https://two.example/2'}], { age: 50 });
  assert.equal((await pull(p)).summary.updated, 1);
  assert.deepEqual(tracking(), [
    { company: 'Hausbote', number: 'Ä 1', url: 'https://haus.example/?n=%C3%84%201' },
    { company: 'Hausbote', number: '2', url: 'https://two.example/2' },
  ]);
  deliveryFile(p, [{ ...row, carrier: 'DHL Express', tracking: '2' }], { age: 40 });
  assert.equal((await pull(p)).summary.updated, 1);
  assert.deepEqual(tracking(), [{ company: 'DHL Express', number: '2', url: 'https://two.example/2' }].map(x => ({ ...x, url: null })));
  const seen = requestsOf(p.sandbox);
  deliveryFile(p, [{ ...row, carrier: '', tracking: '' }], { age: 30 });
  await pull(p);
  assert.equal(seen().length, 0, 'what a file leaves out stays');
  assert.equal(shipped(p.sandbox, name).length, 1);
});

test('a link that is none parks the delivery', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', tracking: '1', url: 'track me' }]);
  assert.equal(byName(await pull(p, '', 1)).D1.code, 'bad_tracking_url');
  assert.equal(writes(requestsOf(p.sandbox)).length, 0);
});

test('signs that are not seen: around a text they go, inside of it they park the delivery and go nowhere', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  const goods = { sku: 'LONG-5', n: 1 };
  const bad = {
    D1: [{ tracking: 'JD\n01' }, /column 'tracking number': 'JD 01' holds a line break/],
    D2: [{ tracking: 'JD\u202e01' }, /the tracking number 'JD 01' .*\(U\+202E\)/],
    D3: [{ tracking: 'JD01', url: 'https://x.example/\u0085a' }, /the tracking link .*\(U\+0085\)/],
    D4: [{ tracking: 'JD01', url: 'https://x.example/\na' }, /the tracking link .*\(U\+000A\)/],
    D5: [{ tracking: 'JD01', carrier: 'DH\u200eL' }, /the carrier's name .*\(U\+200E\)/],
    D6: [{ tracking: 'JD01', order: `${name}\u0007x` }, /the order's name .*\(U\+0007\)/],
  };
  deliveryFile(p, Object.entries(bad).map(([delivery, [more]]) => ({ delivery, order: name, ...goods, ...more })));
  const seen = requestsOf(p.sandbox);
  const { records } = await pull(p, '', 1);
  for (const { name: delivery, code, reason } of records) {
    assert.equal(code, delivery === 'D1' ? 'bad_row' : 'bad_character', delivery);
    assert.match(reason, bad[delivery][1]);
  }
  assert.equal(records.length, 6);
  assert.equal(writes(seen).length, 0);
  deliveryFile(p, [{ delivery: 'D7', order: `\u200b${name}`, ...goods, tracking: '\u00a0JD01\u200b', url: '\thttps://x.example/1\u00a0' }], { age: 30 });
  await pull(p);
  const [{ tracking }] = p.sandbox.fulfillments(name).fulfillments;
  assert.deepEqual([tracking[0].number, tracking[0].url], ['JD01', 'https://x.example/1']);
});

test('mails are sent when they are asked for', async t => {
  const p = await open(t, { fulfillments: { notify_customer: 'yes' } });
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', tracking: '1' }]);
  await pull(p);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', tracking: '2' }], { age: 30 });
  await pull(p);
  assert.equal(p.sandbox.requests({ operation: 'ShipmentCreate' })[0].variables.fulfillment.notifyCustomer, true);
  assert.equal(p.sandbox.requests({ operation: 'ShipmentTrack' })[0].variables.notify, true);
});

test('lines that change after delivery are parked, with what differs', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 2 }]);
  await pull(p);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }], { age: 50 });
  const less = byName(await pull(p, '', 1)).D1;
  assert.deepEqual([less.code, /the shop was told 1 more of 'LONG-5'/.test(less.reason)], ['lines_changed', true], less.reason);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 3 }], { age: 40 });
  const more = (await p.run('fulfillments pull'), await p.parked()).get('D1');
  assert.match(more.reason, /the ERP now has 1 more of 'LONG-5'/);
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 2 } }]);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 2, tracking: 'X' }], { age: 30 });
  assert.equal((await pull(p)).summary.updated, 1, 'right again');
});

test('dry run: judges everything, writes nothing', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [
    { delivery: 'D1', order: name, sku: 'LONG-5', n: 2 },
    { delivery: 'D2', order: name, sku: 'LONG-5', n: 2 },
  ]);
  const before = p.sandbox.truth({ orders: [name] });
  assert.match(ended(await p.run('fulfillments pull --dry-run'), 1).stdout, /^would create D1$/m);
  const { summary, records } = await pull(p, '--dry-run', 1);
  assert.deepEqual([summary.created, summary.parked], [1, 1]);
  assert.equal(byName({ records }).D2.code, 'over_delivery');
  assert.deepEqual(p.sandbox.truth({ orders: [name] }), before);
  assert.ok(p.exists('out/fulfillments.csv'));
});

test('a delivery that the ERP had wrong goes over as a new file says it, as the reason tells', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, [['LONG-5', 1]]), other = sell(p.sandbox, [['LONG-5', 1]]).name;
  const remedy = /in the ERP \(one that writes files says the delivery once more, in a new file\), then run: erpsync (queue retry '(D\d)')/;
  deliveryFile(p, [
    { delivery: 'D1', order: name, sku: 'LONG-5', n: 3 },
    { delivery: 'D2', order: `${other}-no`, sku: 'LONG-5', n: 1 },
  ]);
  const { D1, D2 } = byName(await pull(p, '', 1));
  assert.deepEqual([D1.code, D2.code], ['over_delivery', 'unknown_order']);
  deliveryFile(p, [
    { delivery: 'D1', order: name, sku: 'LONG-5', n: 1 },
    { delivery: 'D2', order: other, sku: 'LONG-5', n: 1 },
  ], { name: 'fulfillments-2.csv', age: 30 });
  for (const { reason } of [D1, D2]) {
    assert.match(reason, remedy);
    ended(await p.run(reason.match(remedy)[1].replaceAll("'", '')), 0);
  }
  assert.equal((await pull(p)).summary.created, 2);
  for (const order of [name, other]) assert.deepEqual(p.sandbox.fulfillments(order).fulfillments.flatMap(f => f.lines.map(l => l.quantity)), [1]);
});

test('500 lines in one order, several fulfillment orders', async t => {
  const p = await open(t, { sandbox: { variants: 900 } });
  const seen = new Set();
  const fit = v => v.sku && v.tracked && v.requiresShipping !== false && !v.requiresComponents && !seen.has(v.sku) && seen.add(v.sku);
  const goods = p.sandbox.catalogue.variants.filter(fit).slice(-500).map((v, i) => [v.sku, 2, [0, 0, 0, 0, 1, 2][i % 6]]);
  assert.equal(goods.length, 500);
  const { name } = sell(p.sandbox, goods);
  deliveryFile(p, goods.map(([sku]) => ({ delivery: 'D1', order: name, sku, n: 1, tracking: 'T1' })));
  await pull(p);
  deliveryFile(p, goods.map(([sku]) => ({ delivery: 'D2', order: name, sku, n: 1 })), { age: 30 });
  await pull(p);
  assert.deepEqual(left(p.sandbox, name), {});
  assert.deepEqual(shipped(p.sandbox, name).map(f => f.from), [LYON, PARIS, KOELN, LYON, PARIS, KOELN]);
  await t.test('and its tracking is corrected', async () => {
    deliveryFile(p, goods.map(([sku]) => ({ delivery: 'D1', order: name, sku, n: 1, tracking: 'T2' })), { age: 20 });
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, name).map(f => f.numbers?.[0]), ['T2', 'T2', 'T2', undefined, undefined, undefined]);
  });
});

test('a corrected location is taken by the next run', async t => {
  const p = await open(t, { locations: 'warehouse,store_location\nMAIN,Nowhere\n' });
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1, warehouse: 'MAIN' }]);
  assert.equal(byName(await pull(p, '', 1)).D1.code, 'unknown_location');
  p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\n`);
  ended(await p.run('fulfillments pull'), 0);
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 1 } }]);
});

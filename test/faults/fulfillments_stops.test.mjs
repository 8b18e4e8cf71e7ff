// `fulfillments pull` stopped at any step and run again: every delivery shipped once, and the run after it writes nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gql } from '../sandbox/client.mjs';
import { SHIP } from '../sandbox/flow-documents.mjs';
import { startSandbox } from '../sandbox/index.mjs';
import { SHIPPING } from '../support/flows.mjs';
import { ended } from '../support/run.mjs';
import { deliveryFile, sell, shippingPlace } from '../support/shipping.mjs';
import { covers, killedAt, stopEverywhere, undisturbed } from '../support/stops.mjs';

const STEPS = [
  'csv_inbox_read',
  'page read',
  'batch mapped',
  'before put',
  'shipment noted',
  'shipment sent',
  'shipment known',
  'after put',
  'batch written down',
  'csv_inbox_archive',
  'csv_inbox_archived',
];

/** The same shop each time. More is left of each line than is delivered, so that a second sending would ship again. */
async function shop() {
  const sandbox = await startSandbox({ orders: 0, nasty: 'off', speed: 1000 });
  sandbox.rows = [sell(sandbox, [['LONG-5', 9], ['LONG-5-RED', 9, 1]]), sell(sandbox, [['SOLO-1', 9]])];
  return sandbox;
}

async function base(t, rows, options) {
  const sandbox = await shop();
  t.after(() => sandbox.close());
  const p = await shippingPlace(t, { sandbox, ...options });
  p.orders = sandbox.rows.map(row => row.name);
  p.again = shop;
  deliveryFile(p, rows(p.orders));
  return p;
}

const ROWS = ([a, b]) => [
  /* Two places: two calls. */
  { delivery: 'D1', order: a, sku: 'LONG-5', n: 2 },
  { delivery: 'D1', order: a, sku: 'LONG-5-RED', n: 2 },
  /* Just like D1, and not the same. */
  { delivery: 'D2', order: a, sku: 'LONG-5', n: 2 },
  { delivery: 'D3', order: b, sku: 'SOLO-1', n: 3, tracking: 'T1' },
  { delivery: 'D4', order: b, sku: 'NOBODY', n: 3 },
];

test('a first run', async t => {
  const p = await base(t, ROWS);
  const whole = await stopEverywhere(p, { flow: SHIPPING });
  covers(whole, STEPS);
  assert.equal(whole.names.filter(name => name === 'shipment sent').length, 4);
});

test('stopped twice', async t => {
  const p = await base(t, ROWS);
  /* Around the writes, and once more in the run that mends it. */
  const cases = names =>
    names.flatMap((name, i) => (/^shipment/.test(name) ? [[i + 1, (i % 9) + 8]] : []));
  await stopEverywhere(p, { flow: SHIPPING, cases });
});

test('a move', async t => {
  const p = await base(t, ([, b]) => [{ delivery: 'D1', order: b, sku: 'SOLO-1', n: 3, warehouse: 'SHOP' }], {
    fulfillments: { other_location: 'move' },
  });
  p.again = async () => {
    const sandbox = await shop();
    sandbox.changeStock({ variant: 'SOLO-1', location: 1, active: true });
    return sandbox;
  };
  const cases = names => names.flatMap((name, i) => (/^shipment/.test(name) ? [[i + 1]] : []));
  const whole = await stopEverywhere(p, { flow: SHIPPING, status: 0, cases });
  assert.equal(whole.names.filter(name => name === 'shipment sent').length, 2, 'a move and a shipment');
});

test('tracking that is corrected', async t => {
  const p = await base(t, ROWS);
  ended(await p.run('fulfillments pull'), 1);
  const sent = p.sandbox.requests({ operation: 'ShipmentCreate' }).map(r => r.variables);
  p.again = async () => {
    const sandbox = await shop();
    /* As the first run left it: the same shipments have the same ids. */
    for (const variables of sent) assert.deepEqual((await gql(sandbox, SHIP, variables)).body.data.fulfillmentCreate.userErrors, []);
    return sandbox;
  };
  deliveryFile(p, ROWS(p.orders).slice(0, 4).map(r => ({ ...r, tracking: 'T9' })), { age: 30 });
  const cases = names => names.flatMap((name, i) => (/^(shipment|after put|batch written)/.test(name) ? [[i + 1]] : []));
  const whole = await stopEverywhere(p, { flow: SHIPPING, status: 0, cases });
  assert.ok(whole.files.orders.every(o => o.shipped.every(f => f.numbers[0] === 'T9')));
});

test('what landed before the kill is taken for ours, at once', async t => {
  const p = await base(t, ROWS);
  const { names } = await undisturbed(p, { flow: SHIPPING });
  await killedAt(p, names.indexOf('shipment sent') + 1, SHIPPING);
  const began = Date.now();
  ended(await p.run('fulfillments pull'), 1);
  assert.ok(Date.now() - began < 9000, 'no wait for what is there');
  assert.equal(p.sandbox.requests({ operation: 'ShipmentCreate' }).length, 4);
});

test('the merchant ships the same by hand between a kill before the request and the next run', async t => {
  const p = await base(t, ([, b]) => [{ delivery: 'D1', order: b, sku: 'SOLO-1', n: 9, tracking: 'T1' }]);
  const { names } = await undisturbed(p, { flow: SHIPPING, status: 0 });
  await killedAt(p, names.indexOf('shipment noted') + 1, SHIPPING);
  p.sandbox.orders.edit(p.orders[1], { fulfill: true });
  ended(await p.run('fulfillments pull'), 0);
  assert.deepEqual((await p.queue('')).map(row => row.code), ['no_answer'], 'what was sent may still come');
  /* The sandbox gives such a shipment a number of its own: another parcel, so a person looks. */
  ended(await p.run('fulfillments pull', { env: { ERPSYNC_CLOCK_SHIFT: '360' } }), 1);
  assert.equal(p.sandbox.requests({ operation: 'ShipmentCreate' }).length, 0);
  assert.equal((await p.parked()).get('D1').code, 'over_delivery');
});

// Whose a shipment of the shop is stays known, however long ago it was told: no other delivery takes it for its own.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, PARIS, deliveryFile, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const open = (t, options) => shippingPlace(t, { bin: BIN_PLAIN, ...options });
const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
/** Forty days go by: what was put by is older than anything that is purged, and a run purges. */
async function later(p) {
  sql(p, 'UPDATE connector_state SET saved_at = saved_at - 40 * 86400');
  await p.run('fulfillments pull');
}
const notes = p => Number(sql(p, "SELECT count(*) FROM connector_state WHERE key LIKE 'keep fulfillments%'"));

for (const [what, goods, count] of [
  ['one shipment', [['LONG-5', 3, LYON]], 1],
  ['two shipments, from two places', [['LONG-5', 2, LYON], ['LONG-5', 1, PARIS]], 2],
])
  test(`an over-delivery a month after: ${what}`, async t => {
    const p = await open(t);
    const { name } = sell(p.sandbox, goods);
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 3 }]);
    await pull(p);
    const before = shipped(p.sandbox, name);
    assert.equal(before.length, count);
    assert.equal(notes(p), 0, 'the links know it');
    await later(p);
    for (const delivery of ['D2', 'D3']) {
      deliveryFile(p, [{ delivery, order: name, sku: 'LONG-5', n: delivery === 'D2' ? 3 : 1 }], { age: 30 });
      const { records } = await pull(p, '', 1);
      assert.equal(records.find(r => r.name === delivery).code, 'over_delivery');
    }
    assert.deepEqual(shipped(p.sandbox, name), before);
  });

test('what is put by for an order whose id begins with this one’s stays', async t => {
  const p = await open(t);
  const { id, name } = sell(p.sandbox, [['LONG-5', 2, LYON]]);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }]);
  await pull(p);
  sql(p, `INSERT INTO connector_state VALUES ('keep fulfillments ${id}7 ', '{"X":{"done":[]}}', 1)`);
  deliveryFile(p, [{ delivery: 'D2', order: name, sku: 'LONG-5', n: 1 }], { age: 30 });
  await pull(p);
  assert.equal(shipped(p.sandbox, name).length, 2);
  assert.equal(sql(p, "SELECT key FROM connector_state WHERE key LIKE 'keep fulfillments%'"), `keep fulfillments ${id}7`);
});

test('a delivery that was parked half-way is not begun anew after a month', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, [['LONG-5', 2, LYON], ['LONG-5', 1, PARIS]]);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 3 }]);
  /* After the first of its two calls the rest is put on hold. */
  p.sandbox.addHooks({
    after_request: 1,
    operation: 'ShipmentCreate',
    call: () => {
      const open = p.sandbox.fulfillments(name).fulfillmentOrders.find(o => o.status === 'OPEN');
      p.sandbox.changeFulfillmentOrders({ order: name, fulfillment_order: open.n, status: 'ON_HOLD' });
    },
  });
  const { records } = await pull(p, '', 1);
  assert.equal(records[0].code, 'not_shippable');
  assert.equal(shipped(p.sandbox, name).length, 1);
  await later(p);
  assert.equal(notes(p), 1, 'what it has is not forgotten');
  const held = p.sandbox.fulfillments(name).fulfillmentOrders.find(o => o.status === 'ON_HOLD');
  p.sandbox.changeFulfillmentOrders({ order: name, fulfillment_order: held.n, status: 'OPEN' });
  ended(await p.run('queue retry D1'), 0);
  const seen = requestsOf(p.sandbox);
  await pull(p);
  assert.equal(seen({ operation: 'ShipmentCreate' }).length, 1);
  assert.deepEqual(shipped(p.sandbox, name).map(f => f.lines['LONG-5']).sort(), [1, 2]);
  assert.equal(notes(p), 0);
});

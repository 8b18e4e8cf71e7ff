// [inventory] quantity = on_hand: units that have left are not put back on sale by a figure that has them still.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { deliveryFile } from '../support/shipping.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

async function open(t) {
  const p = await stockPlace(t, {
    bin: BIN_PLAIN,
    sandbox: { nasty: 'off' },
    conf: { orders: { overlap: '1m' }, fulfillments: { notify_customer: 'no' } },
  });
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 10);
  ended(await p.run('orders export'), 0);
  return p;
}
const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
const at = p => p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`];
const says = (p, onHand, age) => stockFile(p, [['SOLO-1', 'MAIN', onHand]], { age });
const sell = p => p.sandbox.sell([{ variant: 'SOLO-1', quantity: 3, location: LYON }]);
const ships = (p, { name }) => p.sandbox.changeOrders({ edit: name, change: { fulfill: true } });
const leaves = (p, order, age) => deliveryFile(p, [{ delivery: 'D1', order: order.name, sku: 'SOLO-1', n: 3, warehouse: 'MAIN' }], { age });
/** An order that the ERP knows. */
async function ordered(p) {
  const order = ago(p, () => sell(p));
  ended(await p.run('orders export'), 0);
  sql(p, 'UPDATE told SET told_at = told_at - 3600; UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3');
  atRest(p.sandbox, ['SOLO-1'], [LYON]);
  return order;
}
/** As if what the shop did just now had been a while ago. */
function ago(p, change) {
  p.sandbox.setClock({ advance_ms: -70000 });
  const made = change();
  p.sandbox.setClock({ advance_ms: 70000 });
  return made;
}

test('shipped in the shop, of an order that the ERP does not know', async t => {
  for (const [what, exports] of [['no run has read it', false], ['the ERP got it a moment ago', true]])
    await t.test(what, async sub => {
      const p = await open(sub);
      ago(p, () => ships(p, sell(p)));
      assert.equal(at(p).on_hand, 7);
      if (exports) ended(await p.run('orders export'), 0);
      says(p, 10, 20);
      await pull(p);
      assert.deepEqual(at(p), { available: 7, on_hand: 7, committed: 0, active: true });
      says(p, 14, 19);
      await pull(p);
      assert.deepEqual(at(p), { available: 11, on_hand: 11, committed: 0, active: true });
      assert.deepEqual((await p.queue('--waiting')).map(row => row.code), ['on_order'], 'until the ERP knows it');
    });
  await t.test('what has not left is on the shelf', async sub => {
    const p = await open(sub);
    ago(p, () => sell(p));
    says(p, 14, 20);
    await pull(p);
    assert.deepEqual(at(p), { available: 11, on_hand: 14, committed: 3, active: true });
    assert.deepEqual(await p.queue('--waiting'), []);
  });
});

test('orders that were read long ago keep no figure from the shop', async t => {
  const p = await open(t);
  ago(p, () => ships(p, sell(p)));
  sql(p, "UPDATE note SET saved_at = saved_at - 2 * 86400 WHERE key LIKE 'keep whole%'");
  says(p, 12, 20);
  const { notices } = await pull(p);
  assert.equal(at(p).on_hand, 9, 'the last ones are looked at all the same');
  assert.match(notices.join(), /orders export has not read the store to its end for a day: .*run it: erpsync orders export/);
});

test('a shipment that the shop is told of after the ERP’s figure, which has it already', async t => {
  const p = await open(t);
  const order = await ordered(p);
  says(p, 7, 60);
  await pull(p);
  assert.deepEqual(at(p), { available: 4, on_hand: 7, committed: 3, active: true });
  leaves(p, order, 40);
  ended(await p.run('fulfillments pull'), 0);
  assert.equal(at(p).on_hand, 4);
  atRest(p.sandbox, ['SOLO-1'], [LYON]);
  says(p, 7, 20);
  await pull(p);
  assert.deepEqual(at(p), { available: 7, on_hand: 7, committed: 0, active: true }, 'the same figure once more');
});

test('a shipment that another process tells the shop of while stock is being written', async t => {
  for (const operation of ['Locations', 'StockLevels', 'OrdersNewest', 'StockSet'])
    await t.test(`after ${operation}`, async sub => {
      const p = await open(sub);
      says(p, 10, 90);
      await pull(p);
      const order = await ordered(p);
      says(p, 7, 30);
      leaves(p, order, 30);
      let told = 0;
      p.sandbox.mutate = async (request, json) => {
        if (request.operation !== operation || told++) return json;
        ended(await p.run('fulfillments pull'), 0);
        return json;
      };
      await p.run('inventory pull');
      p.sandbox.mutate = null;
      assert.ok(told, 'asked for');
      assert.ok(at(p).on_hand <= 7);
      /* The ERP has it still as before: the same figure, in a new file. */
      atRest(p.sandbox, ['SOLO-1'], [LYON]);
      sql(p, 'UPDATE queue SET next_attempt = 0 WHERE state = 0');
      says(p, 7, 12);
      await p.run('inventory pull');
      assert.deepEqual(at(p), { available: 7, on_hand: 7, committed: 0, active: true });
    });
});

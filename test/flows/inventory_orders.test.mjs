// `inventory pull` while orders come in: never a quantity above the truth.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { earlier, requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, PARIS, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

/** A shop with ten of SOLO-1 and LONG-5 in Lyon, and an ERP that has got every order so far. */
async function open(t, { quantity = 'available', sandbox = {}, inventory = {}, places = [LYON] } = {}) {
  const p = await stockPlace(t, {
    bin: BIN_PLAIN,
    sandbox: { nasty: 'off', ...sandbox },
    inventory: { quantity, ...inventory },
    conf: { orders: { overlap: '1m' } },
  });
  plainLevels(p.sandbox, ['SOLO-1', 'LONG-5'], places, 10);
  ended(await p.run('orders export'), 0);
  return p;
}
const at = (p, sku, place = LYON) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${place}`];
const sell = (p, sku, quantity) => p.sandbox.sell([{ variant: sku, quantity, location: LYON }]);
/** What the ERP says: on hand, and what is free as far as it knows. */
const says = (p, sku, free, more = {}) => stockFile(p, [[sku, 'MAIN', free, free, free]], { age: 20, ...more });

test('an order that no run has read yet', async t => {
  for (const quantity of ['available', 'forecast'])
    await t.test(`${quantity}: its units are taken off`, async sub => {
      const p = await open(sub, { quantity });
      sell(p, 'SOLO-1', 2);
      says(p, 'SOLO-1', 10);
      await pull(p);
      assert.deepEqual(at(p, 'SOLO-1'), { available: 8, on_hand: 10, committed: 2, active: true });
    });
  await t.test('on_hand: the shop takes them off itself', async sub => {
    const p = await open(sub, { quantity: 'on_hand' });
    sell(p, 'SOLO-1', 2);
    says(p, 'SOLO-1', 9);
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.deepEqual(at(p, 'SOLO-1'), { available: 7, on_hand: 9, committed: 2, active: true });
    assert.equal(seen({ operation: 'OrdersNewest' }).length, 0);
  });
  await t.test('though the search index of the shop is behind', async sub => {
    const p = await open(sub, { sandbox: { indexLag: 3600000 } });
    sell(p, 'SOLO-1', 3);
    says(p, 'SOLO-1', 10);
    const { records } = await pull(p);
    assert.equal(records[0].code, 'stock_moving');
    assert.equal(at(p, 'SOLO-1').available, 7, 'not raised while an order may be hidden');
  });
  await t.test('with more lines than one page holds', async sub => {
    const p = await open(sub);
    const lines = p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked && v.sku !== 'SOLO-1').slice(0, 60);
    p.sandbox.sell([...lines.map(v => ({ variant: v.sku, quantity: 1 })), { variant: 'SOLO-1', quantity: 4, location: LYON }]);
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 6);
  });
  await t.test('one that was cancelled, and a test order, take nothing', async sub => {
    const p = await open(sub);
    const { name } = sell(p, 'SOLO-1', 2);
    p.sandbox.changeOrders({ edit: name, change: { cancel: 'CUSTOMER' } });
    p.sandbox.sell([{ variant: 'SOLO-1', quantity: 1, location: LYON }], { test: true });
    says(p, 'SOLO-1', 9);
    await pull(p);
    const { available } = at(p, 'SOLO-1');
    assert.ok(available <= 9, `${available}`);
  });
});

test('orders on their way to the ERP', async t => {
  await t.test('parked and waiting ones', async sub => {
    const p = await open(sub);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');
    earlier(p.sandbox, 90, []);
    p.sandbox.setClock({ advance_ms: -90000 });
    sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 1);
    assert.equal((await p.parked()).size, 1);
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  await t.test('one that was delivered after the ERP counted', async sub => {
    const p = await open(sub, { inventory: { order_lag: '5s' } });
    p.sandbox.setClock({ advance_ms: -90000 });
    sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 0);
    says(p, 'SOLO-1', 10, { age: 30 });
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  await t.test('one that the ERP knew when it counted', async sub => {
    const p = await open(sub, { inventory: { order_lag: '0s' } });
    p.sandbox.setClock({ advance_ms: -90000 });
    sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 0);
    await new Promise(done => setTimeout(done, 12500));
    /* The ERP's own figure is less by the order already. */
    says(p, 'SOLO-1', 7, { age: 10.5 });
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  await t.test('a dropped one is a person’s business', async sub => {
    const p = await open(sub);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');
    p.sandbox.setClock({ advance_ms: -90000 });
    const { name } = sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 1);
    ended(await p.run(['queue', 'drop', name, '--reason', 'entered by hand']), 0);
    says(p, 'SOLO-1', 6);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 6);
  });
});

test('an order in the middle of a run', async t => {
  for (const [quantity, after] of [
    ['available', { available: 2, on_hand: 5, committed: 3, active: true }],
    ['on_hand', { available: 2, on_hand: 5, committed: 3, active: true }],
  ])
    for (const operation of ['Locations', 'VariantsBySku', 'StockLevels', 'OrdersNewest'])
      if (quantity === 'available' || operation !== 'OrdersNewest')
        await t.test(`${quantity}, after ${operation}`, async sub => {
          const p = await open(sub, { quantity });
          says(p, 'SOLO-1', 5);
          p.sandbox.addHooks({ after_request: 1, operation, order_of: [{ variant: 'SOLO-1', quantity: 3, location: LYON }] });
          const { summary } = await pull(p);
          /* Free stock: what moved a moment ago is looked at once more, by the next run. */
          assert.deepEqual([summary.created, summary.later], quantity === 'on_hand' ? [1, 0] : [0, 1]);
          assert.deepEqual(at(p, 'SOLO-1'), after);
          if (quantity === 'on_hand') return;
          ended(await p.run('queue retry SOLO-1'), 0);
          const seen = requestsOf(p.sandbox);
          assert.equal((await pull(p)).summary.adopted, 1);
          assert.equal(seen({ operation: 'StockSet' }).length, 0);
        });
  await t.test('at each reading: left to the next run', async sub => {
    const p = await open(sub);
    says(p, 'SOLO-1', 5);
    for (let n = 1; n <= 4; n++)
      p.sandbox.addHooks({ after_request: n, operation: 'OrdersNewest', order_of: [{ variant: 'SOLO-1', quantity: 1, location: LYON }] });
    const { summary, records } = await pull(p);
    assert.deepEqual([summary.later, summary.created, records[0].code], [1, 0, 'stock_moving']);
    assert.equal(at(p, 'SOLO-1').available, 6, 'only the shop’s own');
    ended(await p.run('queue retry SOLO-1'), 0);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 1);
  });
  await t.test('one bad moment costs the others nothing', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 5, 5], ['LONG-5', 'MAIN', 4, 4]]);
    p.sandbox.addHooks({ after_request: 1, operation: 'OrdersNewest', order_of: [{ variant: 'SOLO-1', quantity: 3, location: LYON }] });
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.equal(at(p, 'LONG-5').available, 4);
    assert.equal(at(p, 'SOLO-1').available, 2);
    const sizes = seen({ operation: 'StockSet' }).map(r => r.variables.input.quantities.length);
    assert.deepEqual(sizes, [2, 1, 1], 'refused as a whole, the other at once, the moved one after it was read');
  });
});

test('units are taken off at each location', async t => {
  const p = await open(t, { places: [LYON, PARIS] });
  sell(p, 'SOLO-1', 2);
  stockFile(p, [['SOLO-1', 'MAIN', 10, 10], ['SOLO-1', 'SHOP', 5, 5]]);
  await pull(p);
  assert.deepEqual([at(p, 'SOLO-1').available, at(p, 'SOLO-1', PARIS).available], [8, 3]);
});

test('orders that were last read long ago', async t => {
  const p = await open(t);
  says(p, 'SOLO-1', 5);
  const { execFileSync } = await import('node:child_process');
  execFileSync('sqlite3', [p.path('erpsync.db'), "UPDATE checkpoint SET moved_at = moved_at - 100000 WHERE flow = 'orders export'"]);
  assert.match(ended(await p.run('inventory pull'), 78).stderr, /orders export last read the store 1d .* run it first/);
  assert.equal(at(p, 'SOLO-1').available, 10);
  ended(await p.run('orders export'), 0);
  silent(ended(await p.run('inventory pull'), 0));
  assert.equal(at(p, 'SOLO-1').available, 5);
});

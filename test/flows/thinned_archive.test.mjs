// A person has thinned out archive/ of the ERP's folder: what an older file says, however it comes again, does not undo what a newer one said that is gone.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON as SHIPPED_FROM, deliveryFile, sell, shipped, shippingPlace } from '../support/shipping.mjs';
import * as shipping from '../support/shipping.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKU = 'SOLO-1';
/** Takes used files away; returns what was taken, to be put back: [[path, time]]. */
function thin(p, name = '') {
  const taken = fs
    .readdirSync(p.path('out/archive'))
    .filter(file => file.startsWith(name))
    .map(file => [file, fs.statSync(p.path(`out/archive/${file}`)).mtime]);
  fs.mkdirSync(p.path('taken'), { recursive: true });
  for (const [file] of taken) fs.renameSync(p.path(`out/archive/${file}`), p.path(`taken/${file}`));
  return taken;
}
const putBack = (p, taken, to = 'out/archive') => {
  for (const [file] of taken) fs.renameSync(p.path(`taken/${file}`), p.path(`${to}/${file}`));
};
const parked = async p => (await p.queue('--parked')).map(row => [row.name ?? row.record, row.code]).sort();

async function stock(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' } });
  plainLevels(p.sandbox, [SKU, 'LONG-5'], [LYON], 10);
  p.says = (name, age, rows, more, status) => {
    atRest(p.sandbox, [SKU, 'LONG-5'], [LYON]);
    stockFile(p, rows.map(([sku, n]) => [sku, 'MAIN', n]), { name, age });
    return pull(p, more, status);
  };
  p.has = () => [SKU, 'LONG-5'].map(sku => p.sandbox.truth().stock[`${sku} @ ${LYON}`].on_hand);
  return p;
}

test('stock', async t => {
  await t.test('an older snapshot', async sub => {
    const p = await stock(sub);
    await p.says('stock-2.csv', 100, [[SKU, 3], ['LONG-5', 8]]);
    assert.equal(execFileSync('sqlite3', [p.path('erpsync.db'), 'SELECT count(*) FROM written'], { encoding: 'utf8' }), '1\n', 'of a snapshot once, not of each article');
    thin(p);
    const { records } = await p.says('stock-1.csv', 600, [[SKU, 9], ['LONG-5', 8]], '', 1);
    assert.deepEqual(records.filter(r => r.code).map(r => [r.name, r.code]), [[SKU, 'late_file']]);
    assert.match(records.find(r => r.code).reason, /^comes from stock-1\.csv, which was written at .* and what is known of it is newer \(of .*\) and in no file that is there/);
    assert.deepEqual(p.has(), [3, 8]);
    silent(ended(await p.run('inventory pull'), 0));
    await p.says('stock-3.csv', 50, [[SKU, 3], ['LONG-5', 8]]);
    assert.deepEqual([p.has(), await parked(p)], [[3, 8], []]);
  });
  await t.test('changes that were used, and a snapshot from before them', async sub => {
    const p = await stock(sub);
    await p.says('stock.csv', 900, [[SKU, 9], ['LONG-5', 9]]);
    await p.says('stock-changes.csv', 100, [[SKU, 0]]);
    thin(p, 'stock-changes');
    await p.says('stock-later.csv', 200, [[SKU, 6], ['LONG-5', 5]], '', 1);
    assert.deepEqual(p.has(), [0, 5]);
    assert.deepEqual(await parked(p), [[SKU, 'late_file']]);
  });
  await t.test('what it does not list is not gone, and what waits stays', async sub => {
    const p = await stock(sub);
    await p.says('stock-2.csv', 100, [[SKU, 3], ['LONG-5', 8], ['NEW-1', 4]], '', 1);
    thin(p);
    await p.says('stock-1.csv', 600, [[SKU, 3]], '', 1);
    assert.deepEqual([p.has(), await parked(p)], [[3, 8], [['LONG-5', 'late_file'], ['NEW-1', 'unknown_sku']]]);
  });
  await t.test('of one second', async sub => {
    const p = await stock(sub);
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 100000);
    const says = async (name, n, status) => {
      atRest(p.sandbox, [SKU, 'LONG-5'], [LYON]);
      fs.utimesSync(stockFile(p, [[SKU, 'MAIN', n], ['LONG-5', 'MAIN', 8]], { name }), at, at);
      return pull(p, '', status);
    };
    await says('stock-a.csv', 5);
    await says('stock-b.csv', 3);
    assert.deepEqual(p.has(), [3, 8]);
    thin(p);
    await says('stock-a.csv', 5, 1);
    assert.deepEqual([p.has(), await parked(p)], [[3, 8], [[SKU, 'late_file']]]);
  });
});

test('prices', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  const says = async (name, age, price, status) => {
    productFile(p, [{ product_id: 'P', sku: SKU, price }], { name, age });
    await push(p, '', status);
    return inShop(p.sandbox, SKU).variants[0].price;
  };
  assert.equal(await says('products-1.csv', 600, '9.00'), '9.00');
  assert.equal(await says('products-3.csv', 100, '20.00'), '20.00');
  thin(p, 'products-3');
  assert.equal(await says('products-2.csv', 200, '10.00', 1), '20.00');
  assert.deepEqual((await parked(p)).map(([, code]) => code), ['late_file']);
  assert.equal(await says('products-4.csv', 50, '21.00'), '21.00');
  assert.deepEqual(await parked(p), []);
});

test('deliveries', async t => {
  const numbers = (p, order) => shipped(p.sandbox, order).map(f => f.numbers);
  async function open(sub) {
    const p = await shippingPlace(sub, { bin: BIN_PLAIN });
    const { name: order } = sell(p.sandbox, [['LONG-5', 3]]);
    p.says = (name, age, row, status = 0) => {
      deliveryFile(p, [{ delivery: 'D1', order, sku: 'LONG-5', ...row }], { name, age });
      return shipping.pull(p, '', status);
    };
    return { p, order };
  }
  await t.test('that were told', async sub => {
    const { p, order } = await open(sub);
    await p.says('fulfillments-1.csv', 600, { tracking: 'OLD' });
    await p.says('fulfillments-2.csv', 100, { tracking: 'NEW' });
    assert.deepEqual(numbers(p, order), [['NEW']]);
    const taken = thin(p);
    const { records } = await p.says('fulfillments-1.csv', 600, { tracking: 'OLD' }, 1);
    assert.deepEqual(records.map(r => [r.name, r.code]), [['D1', 'late_file']]);
    assert.deepEqual(numbers(p, order), [['NEW']]);
    await sub.test('the newer one is put back into the folder', async () => {
      putBack(p, taken.slice(1), 'out');
      await shipping.pull(p);
      assert.deepEqual([numbers(p, order), await parked(p)], [[['NEW']], []]);
    });
    await p.says('fulfillments-3.csv', 50, { tracking: 'LAST' });
    assert.deepEqual(numbers(p, order), [['LAST']]);
  });
  await t.test('that wait', async sub => {
    const { p, order: last } = await open(sub);
    const order = `#${Number(last.slice(1)) + 1}`; // that is placed later
    await p.says('fulfillments-2.csv', 100, { order, tracking: 'NEW' }, 1);
    thin(p);
    deliveryFile(p, [{ delivery: 'D1', order, sku: 'LONG-5', n: 2, tracking: 'OLD' }], { name: 'fulfillments-1.csv', age: 600 });
    const { notices } = await shipping.pull(p);
    assert.match(notices[0], /^fulfillments-1\.csv is older than the file that was read last of what waits or is parked, .* \(the first: 'D1'\)/);
    assert.equal(sell(p.sandbox, [['LONG-5', 3]]).name, order);
    ended(await p.run('queue retry D1'), 0);
    await shipping.pull(p);
    assert.deepEqual(shipped(p.sandbox, order), [{ from: SHIPPED_FROM, numbers: ['NEW'], lines: { 'LONG-5': 1 } }]);
  });
  await t.test('of which both files are older than those that are looked up', async sub => {
    const { p, order } = await open(sub);
    await p.says('fulfillments-2.csv', 91 * 86400, { tracking: 'NEW' });
    await p.says('fulfillments-1.csv', 92 * 86400, { tracking: 'OLD' });
    assert.deepEqual([numbers(p, order), await parked(p)], [[['NEW']], []]);
  });
});

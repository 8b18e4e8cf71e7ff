// `queue drop`: what was to be created, whatever it waits for; for good; and what is told where nothing can be dropped.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place, truth } from '../support/place.mjs';
import { productFile } from '../support/products.mjs';
import { BIN, BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, plainLevels, stockFile, stockPlace } from '../support/stock.mjs';

const open = (t, { bin = BIN_PLAIN, orders = 6 } = {}) => place(t, { sandbox: { orders, seed: 8, nasty: 'off' }, bin });
const exported = p => [...p.exchange().orders().values()].map(rows => rows[0].order_number).sort();
const without = (p, ...names) => truth(p.sandbox).map(o => o.name).filter(name => !names.includes(name)).sort();

/** The numbers of a run's steps by name. */
async function stepsOf(t) {
  const p = await open(t, { bin: BIN });
  ended(await p.run('orders export', { env: { ERPSYNC_STEP_LOG: p.path('steps') } }), 0);
  const names = fs.readFileSync(p.path('steps'), 'utf8').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  return name => String(names.indexOf(name) + 1);
}

test('what waits to be created', async t => {
  const p = await open(t);
  ended(await p.run('orders export --limit 2'), 0);
  const [first, second] = (await p.queue('--waiting')).map(e => e.name);
  ended(await p.run(['queue', 'drop', first]), 0);
  assert.match(ended(await p.run(['queue', 'drop', '--for-good', second]), 0).stdout, /no version of .* will come back/);
  ended(await p.run('orders export'), 0);
  assert.deepEqual(exported(p), without(p, first, second));
  await t.test('a newer version comes back, unless it was for good', async () => {
    earlier(p.sandbox, 90, [first, second].map(edit => ({ edit, change: { note: 'changed' } })));
    ended(await p.run('orders export'), 0);
    ended(await p.run('orders export --full'), 0);
    assert.deepEqual(exported(p), without(p, second));
  });
  await t.test('--only brings it back, and from then on it is as others', async () => {
    await p.export(`--only ${second}`);
    assert.deepEqual(exported(p), without(p));
    earlier(p.sandbox, 80, { edit: second, change: { note: 'and again' } });
    ended(await p.run('orders export'), 0);
    assert.equal(p.exchange().order(second, 'orders-changed')[0].note, 'and again');
  });
});

test('for good, of what waits for nothing', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  assert.match(ended(await p.run('queue drop #1001'), 64).stderr, /erpsync queue drop --for-good '#1001'/);
  ended(await p.run(['queue', 'drop', '--for-good', '#1001', '--reason', 'sold twice']), 0);
  const lines = (await p.json('explain #1001 --json')).history.filter(line => line.action === 'dropped');
  assert.deepEqual(lines.map(line => line.detail), ['for good: sold twice']);
  earlier(p.sandbox, 90, { edit: '#1001', change: { note: 'changed' } });
  silent(ended(await p.run('orders export'), 0));
  assert.equal(p.exchange().orders('orders-changed').size, 0);
});

test('of what nothing is known', async t => {
  const p = await open(t);
  const result = ended(await p.run('queue drop #1001'), 64);
  assert.match(result.stderr, /nothing is known of '#1001'.*erpsync adopt orders '#1001'/);
  ended(await p.run(['adopt', 'orders', '#1001']), 0);
  ended(await p.run('orders export'), 0);
  assert.deepEqual(exported(p), without(p, '#1001'));
});

test('what was interrupted on its way', async t => {
  const at = await stepsOf(t);
  for (const [step, landed] of [['csv_stage_file', false], ['csv_publish_manifest', true]])
    await t.test(`stopped at ${step}`, async sub => {
      const p = await open(sub, { bin: BIN });
      await p.run('orders export', { env: { ERPSYNC_STOP_AT: at(step) } });
      assert.equal((await p.plain.queue('--sending')).length, 6);
      const told = ended(await p.plain.run('queue drop #1001 --reason mine'), 0).stdout;
      assert.match(told, /#1001 .*is under way: it is looked for, and not sent again/);
      ended(await p.plain.run('queue drop #1002 --for-good'), 0);
      ended(await p.run('orders export'), 0);
      assert.deepEqual(exported(p), landed ? without(p) : without(p, '#1001', '#1002'));
      assert.equal((await p.plain.queue('--sending')).length + (await p.plain.queue('--parked')).length, 0);
      assert.match(ended(await p.plain.run('explain 1001'), 0).stdout, landed ? /orders-000001/ : /dropped[^\n]*mine/);
      earlier(p.sandbox, 90, ['#1001', '#1002'].map(edit => ({ edit, change: { note: 'changed' } })));
      ended(await p.plain.run('orders export'), 0);
      assert.deepEqual(exported(p), landed ? without(p) : without(p, '#1002'));
      assert.equal(p.exchange().orders('orders-changed').size, landed ? 1 : 0);
      ended(await p.plain.run('state check'), 0);
    });
});

test('for good, of a product: the stock of its SKU is another record', async t => {
  const p = await stockPlace(t, { bin: BIN_PLAIN, conf: { products: { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' }, csv: { currency: 'EUR', prices_include_tax: 'yes' } } });
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 5);
  stockFile(p, [['SOLO-1', 'MAIN', 5]]);
  await p.run('inventory pull');
  productFile(p, [{ product_id: 'SOLO-1', sku: 'SOLO-1', title: 'x'.repeat(300) }]);
  ended(await p.run('products push'), 1);
  ended(await p.run('queue drop --for-good SOLO-1'), 64);
  const told = ended(await p.run(['queue', 'drop', '--for-good', 'SOLO-1', '--flow', 'products push']), 0).stdout;
  assert.match(told, /products push: no version of SOLO-1 will come back; to fetch it all the same: erpsync products push --only 'SOLO-1'/);
  assert.doesNotMatch(told, /inventory pull/);
  stockFile(p, [['SOLO-1', 'MAIN', 0]], { age: 40 });
  ended(await p.run('inventory pull'), 0);
  assert.equal(p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`].on_hand, 0);
});

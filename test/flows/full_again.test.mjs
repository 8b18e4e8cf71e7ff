// What is read once more with --full, is parked or waits, and is as it was leaves no row, no document and no line.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { place } from '../support/place.mjs';
import { productFile, productPlace } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, atRest, stockFile, stockPlace } from '../support/stock.mjs';

const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
const rows = n => Array.from({ length: n }, (_, i) => `NOPE-${i}`);
const state = p =>
  sql(p, 'SELECT (SELECT count(*) FROM journal), (SELECT seq FROM sqlite_sequence WHERE name = \'queue\'), (SELECT count(*) FROM payload), (SELECT count(*) FROM queue)');

/** Nothing is added by two runs with --full, which tell nothing either; what waits or is parked stays so. */
async function unchanged(p, command, { waits = 0, parked = 0 }) {
  const open = async () => (await p.queue()).filter(r => r.state !== 'done').map(r => [r.name, r.state, r.code, r.reason]);
  const [before, was] = [state(p), await open()];
  assert.deepEqual([was.filter(r => r[1] === 'waiting').length, was.filter(r => r[1] === 'parked').length], [waits, parked]);
  for (let i = 0; i < 2; i++) {
    silent(ended(await p.run(`${command} --full`), 0));
    assert.equal(state(p), before);
    assert.deepEqual(await open(), was);
  }
}

test('stock of articles that the shop does not have', async t => {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  stockFile(p, rows(5).map(sku => [sku, 'MAIN', 3]));
  ended(await p.run('inventory pull'), 1);
  await unchanged(p, 'inventory pull', { parked: 5 });
  await t.test('another figure is another version, and parked as before', async () => {
    stockFile(p, [...rows(4), 'SOLO-1'].map((sku, i) => [sku, 'MAIN', i ? 3 : 4]), { age: 50 });
    atRest(p.sandbox, ['SOLO-1'], [LYON]);
    await p.run('inventory pull --full');
    assert.equal(sql(p, "SELECT count(*) FROM journal WHERE record = 'NOPE-0' AND outcome = 'parked'"), '2');
    assert.equal(sql(p, "SELECT count(*) FROM journal WHERE record = 'NOPE-1' AND outcome = 'parked'"), '1');
  });
  await t.test('a person has it tried once more: that is written down', async () => {
    ended(await p.run('queue retry NOPE-1'), 0);
    ended(await p.run('inventory pull'), 1);
    assert.equal(sql(p, "SELECT count(*) FROM journal WHERE record = 'NOPE-1' AND outcome = 'parked'"), '2');
  });
});

test('products without title', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  productFile(p, rows(5).map(sku => ({ sku, price: '3' })));
  ended(await p.run('products push'), 1);
  await unchanged(p, 'products push', { parked: 5 });
});

test('orders that can not be mapped, and orders on hold', async t => {
  const p = await place(t, { bin: BIN_PLAIN, sandbox: { orders: 40, seed: 3 } });
  p.sandbox.setClock({ advance_ms: -400000 });
  for (let i = 0; i < 3; i++) p.sandbox.changeFulfillmentOrders({ order: p.sandbox.sell([{ variant: 'SOLO-1', quantity: 1 }]).name, hold: 'OTHER' });
  p.sandbox.setClock({ advance_ms: 400000 });
  await p.run('orders export');
  const parked = (await p.queue('--parked')).length;
  assert.ok(parked > 0);
  await unchanged(p, 'orders export', { waits: 3, parked });
});

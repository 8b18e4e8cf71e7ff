// Stock of an article that `products push` has just made: it goes over as soon as the shop's search shows it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { productFile, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, pull, stockFile, stockPlace } from '../support/stock.mjs';

const MUG = { product_id: 'P-MUG', title: 'Mug', sku: 'NEW-MUG', price: '12.5', tracked: 'yes' };
const open = t =>
  stockPlace(t, {
    bin: BIN_PLAIN,
    conf: { products: {}, csv: { currency: 'EUR', prices_include_tax: 'yes' } },
  });
const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
const nextSlot = p => sql(p, 'UPDATE queue SET next_attempt = 0 WHERE state = 0');
/** It was made so long ago that the shop must show it. */
const longAgo = p => sql(p, "UPDATE connector_state SET saved_at = saved_at - 3600 WHERE key = 'articles made'");
const state = async p => (await p.queue('--all')).filter(r => r.flow === 'inventory pull').map(r => [r.name, r.state, r.code]).sort();
const there = p => p.sandbox.truth().stock[`NEW-MUG @ ${LYON}`]?.on_hand;

test('stock that was parked because the shop lacked the article', async t => {
  const p = await open(t);
  stockFile(p, [['NEW-MUG', 'MAIN', 4], ['NOBODY', 'MAIN', 1]]);
  await pull(p, '', 1);
  assert.deepEqual(await state(p), [['NEW-MUG', 'parked', 'unknown_sku'], ['NOBODY', 'parked', 'unknown_sku']]);
  productFile(p, [MUG]);
  await push(p);
  silent(ended(await p.run('inventory pull'), 0));
  assert.equal(there(p), 4);
  await t.test('what is still not there is parked again, without a word, and then left alone', async () => {
    assert.deepEqual((await state(p)).filter(r => r[1] !== 'done'), [['NOBODY', 'waiting', 'unknown_sku']]);
    longAgo(p);
    nextSlot(p);
    silent(ended(await p.run('inventory pull'), 0));
    assert.deepEqual((await state(p)).filter(r => r[1] !== 'done'), [['NOBODY', 'parked', 'unknown_sku']]);
    assert.equal((await pull(p)).summary.requests, 0);
  });
  await t.test('a push that makes nothing tries nothing', async () => {
    productFile(p, [{ ...MUG, price: '13' }], { age: 50 });
    assert.equal((await push(p)).summary.updated, 1);
    assert.equal((await pull(p)).summary.requests, 0);
  });
});

test('a place that the shop has made with it, after the ERP has written its files', async t => {
  const p = await open(t);
  productFile(p, [MUG]);
  await push(p);
  p.sandbox.changeStock({ variant: 'NEW-MUG', location: LYON, set: {}, active: true });
  assert.equal(there(p), 0);
  stockFile(p, [['NEW-MUG', 'MAIN', 4]]);
  await pull(p);
  assert.equal(there(p), 4);
});

test('an article that the search does not show yet', async t => {
  const p = await open(t);
  p.sandbox.orders.lag = 60000;
  productFile(p, [MUG]);
  await push(p);
  stockFile(p, [['NEW-MUG', 'MAIN', 4]]);
  const { summary, records } = await pull(p);
  assert.deepEqual([summary.later, summary.parked, records[0].code], [1, 0, 'unknown_sku']);
  await t.test('what has waited for long is parked, and said', async () => {
    stockFile(p, [['NEW-MUG', 'MAIN', 4], ['NOBODY', 'MAIN', 1]], { age: 50 });
    await pull(p);
    sql(p, "UPDATE queue SET enqueued_at = enqueued_at - 3600 WHERE label = 'NOBODY'");
    nextSlot(p);
    assert.match(ended(await p.run('inventory pull'), 1).stderr, /NOBODY: .*queue retry --flow 'inventory pull' 'NOBODY'/);
    assert.deepEqual((await state(p)).filter(r => r[1] === 'parked'), [['NOBODY', 'parked', 'unknown_sku']]);
    silent(ended(await p.run('inventory pull'), 0));
    await p.run('queue drop NOBODY');
  });
  p.sandbox.setClock({ advance_ms: 120000 });
  nextSlot(p);
  await pull(p);
  assert.equal(there(p), 4);
});

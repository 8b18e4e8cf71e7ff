// Two articles of the ERP that are one in the shop would undo each other, also when they never come in one run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admin, adminPlace } from '../support/admin.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const TABLE = 'sku,store_sku\nERP-1,SOLO-1\nERP-2,SOLO-1\n*,*\n';
const OTHERS = ['LONG-5', 'LONG-5-RED', "QUO'TE-1"].map(sku => [sku, 'MAIN', 10]);
async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  plainLevels(p.sandbox, ['SOLO-1', 'LONG-5', 'LONG-5-RED', "QUO'TE-1"], [LYON], 10);
  p.write('mappings/tables/store_skus.csv', TABLE);
  return p;
}
let age = 90;
const list = (p, rows) => stockFile(p, [...rows, ...OTHERS], { age: (age -= 1) });
const changes = (p, rows) => stockFile(p, rows, { name: `stock-changes-${age}.csv`, age: (age -= 1) });
const solo = p => p.sandbox.truth().stock[`SOLO-1 @ ${LYON}`].on_hand;
const parked = async p => (await p.queue('--parked')).map(row => [row.name, row.code]);

test('in different runs: the second is refused, and both are named', async t => {
  const p = await open(t);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 3]]);
  const { records } = await pull(p, '', 1);
  assert.deepEqual(records.map(r => [r.name, r.code]), [['ERP-2', 'same_article']]);
  assert.match(records[0].reason, /same article of the shop \('SOLO-1'\) as 'ERP-1'.*queue drop --for-good 'ERP-1', then: erpsync queue retry 'ERP-2'/);
  assert.equal(solo(p), 7);
  changes(p, [['ERP-1', 'MAIN', 8], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  assert.deepEqual([solo(p), await parked(p)], [8, [['ERP-2', 'same_article']]]);
  await t.test('the other is not to be written any more', async () => {
    ended(await p.run('queue drop --for-good ERP-1'), 0);
    ended(await p.run('queue retry ERP-2'), 0);
    await pull(p);
    assert.equal(solo(p), 4);
    assert.deepEqual(await parked(p), []);
  });
});

test('a table that is corrected frees both', async t => {
  const p = await open(t);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 3]]);
  await pull(p, '', 1);
  p.write('mappings/tables/store_skus.csv', TABLE.replace('ERP-2,SOLO-1', 'ERP-2,LONG-5').replace('*,*', 'LONG-5,-\n*,*'));
  await pull(p, '--full');
  assert.deepEqual([solo(p), p.sandbox.truth().stock[`LONG-5 @ ${LYON}`].on_hand], [7, 3]);
  assert.deepEqual(await parked(p), []);
});

test('an article that gets another number in the ERP takes its place', async t => {
  const p = await open(t);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  atRest(p.sandbox, ['SOLO-1'], [LYON]);
  list(p, [['ERP-2', 'MAIN', 5]]);
  await pull(p);
  assert.equal(solo(p), 5);
  assert.deepEqual(await parked(p), []);
  silent(ended(await p.run('inventory pull --full'), 0));
  list(p, [['ERP-2', 'MAIN', 6]]);
  await pull(p);
  assert.equal(solo(p), 6);
  await t.test('and back', async () => {
    atRest(p.sandbox, ['SOLO-1'], [LYON]);
    list(p, [['ERP-1', 'MAIN', 9], ['ERP-2', 'MAIN', 0]]);
    await pull(p);
    assert.equal(solo(p), 9);
    assert.deepEqual(await parked(p), []);
  });
});

test('files for the admin: the same', async t => {
  const admin = new Admin([{ sku: 'SOLO-1', handle: 'solo', stock: { [LYON]: 10 } }, ...OTHERS.map(([sku], i) => ({ sku, handle: `h${i}`, stock: { [LYON]: 10 } }))]);
  const p = adminPlace(t, admin, { bin: BIN_PLAIN });
  p.write('mappings/tables/store_skus.csv', TABLE);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 3]]);
  assert.deepEqual((await pull(p, '', 1)).records.map(r => [r.name, r.code]), [['ERP-2', 'same_article']]);
  assert.deepEqual(await parked(p), [['ERP-2', 'same_article']]);
});

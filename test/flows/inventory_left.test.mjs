// A table that no longer names an article or a place: what was written there before is not set to 0 and not passed over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admin, adminPlace, exported, imported, imports } from '../support/admin.mjs';
import { csvRows } from '../support/csv.mjs';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, PARIS, atRest, moved, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED', "QUO'TE-1"];
const level = n => ({ available: n, on_hand: n, committed: 0, active: true });

async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  plainLevels(p.sandbox, SKUS, [LYON, PARIS], 10);
  return p;
}
const locations = (p, rows) => p.write('mappings/tables/locations.csv', `warehouse,store_location\n${rows.map(row => row.join(',')).join('\n')}\n`);
const skus = (p, rows) => p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${rows.map(row => row.join(',')).join('\n')}\n*,*\n`);
let age = 90;
const stock = (p, rows) => stockFile(p, rows, { age: (age -= 1) });
const parked = async p => (await p.queue('--parked')).map(row => [row.name, row.code]);

test('a place that is no longer named', async t => {
  const p = await open(t);
  stock(p, SKUS.map(sku => [sku, 'MAIN', 7]));
  await pull(p);
  p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 5 } });
  p.sandbox.changeStock({ variant: "QUO'TE-1", location: LYON, set: { available: 0 } });
  locations(p, [['MAIN', PARIS]]);
  const before = p.sandbox.truth();
  stock(p, SKUS.map(sku => [sku, 'MAIN', 7]));
  const { records } = await pull(p, '', 1);
  assert.deepEqual(moved(before, p.sandbox.truth()), Object.fromEntries(SKUS.map(sku => [`${sku} @ ${PARIS}`, level(7)])));
  assert.deepEqual(Object.fromEntries(records.map(r => [r.name, r.code ?? r.outcome])), {
    'SOLO-1': 'left_there', 'LONG-5': 'left_there', 'LONG-5-RED': 'left_there', "QUO'TE-1": 'updated',
  });
  assert.match(records.find(r => r.name === 'SOLO-1').reason, /'SOLO-1' at 'Warehouse Lyon' \(5, and 7 when it was written there last\).*erpsync queue drop 'SOLO-1'.*erpsync queue retry 'SOLO-1'/);

  await t.test('it is told once, and what is new goes over', async () => {
    stock(p, SKUS.map(sku => [sku, 'MAIN', 6]));
    silent(ended(await p.run('inventory pull'), 0));
    silent(ended(await p.run('inventory pull --full'), 0));
    assert.deepEqual(SKUS.map(sku => p.sandbox.truth().stock[`${sku} @ ${PARIS}`].on_hand), [6, 6, 6, 6]);
    assert.equal((await parked(p)).length, 3);
  });
  await t.test('set to 0 there, and tried again', async () => {
    p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 0 } });
    ended(await p.run('queue retry SOLO-1'), 0);
    await pull(p);
    assert.deepEqual((await parked(p)).map(row => row[0]), ['LONG-5', 'LONG-5-RED']);
  });
  await t.test('dropped: somebody else looks after it there', async () => {
    ended(await p.run('queue drop LONG-5'), 0);
    const was = p.sandbox.truth();
    stock(p, SKUS.map(sku => [sku, 'MAIN', sku === 'LONG-5' ? 3 : 6]));
    await pull(p);
    await pull(p, '--full');
    assert.deepEqual(moved(was, p.sandbox.truth()), { [`LONG-5 @ ${PARIS}`]: level(3) });
    assert.deepEqual(await parked(p), [['LONG-5-RED', 'left_there']]);
  });
  await t.test('named again', async () => {
    locations(p, [['MAIN', PARIS], ['HALL', LYON]]);
    stock(p, SKUS.flatMap(sku => [[sku, 'MAIN', 6], [sku, 'HALL', sku === 'LONG-5-RED' ? 2 : 0]]));
    await pull(p);
    assert.equal(p.sandbox.truth().stock[`LONG-5-RED @ ${LYON}`].on_hand, 2);
    assert.deepEqual(await parked(p), []);
  });
  await t.test('a run without news asks the shop nothing', async () => {
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.equal(seen().length, 0);
  });
});

test('an article that is named otherwise, or not at all', async t => {
  const p = await open(t);
  skus(p, [['ERP-1', 'SOLO-1'], ['ERP-2', 'LONG-5']]);
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  skus(p, [['ERP-1', 'LONG-5-RED'], ['ERP-2', '-']]);
  const before = p.sandbox.truth();
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  const { records } = await pull(p, '', 1);
  assert.deepEqual(moved(before, p.sandbox.truth()), { [`LONG-5-RED @ ${LYON}`]: level(7) });
  assert.match(records.find(r => r.name === 'ERP-1').reason, /'SOLO-1' at 'Warehouse Lyon' \(7, and 7/);
  assert.match(records.find(r => r.name === 'ERP-2').reason, /'LONG-5' at 'Warehouse Lyon' \(4, and 4/);

  await t.test('named as before: nothing is left of the old, and all of the new', async () => {
    skus(p, [['ERP-1', 'SOLO-1'], ['ERP-2', 'LONG-5']]);
    const again = (await pull(p, '', 1)).records;
    assert.deepEqual(again.filter(r => r.outcome === 'parked').map(r => r.name), ['ERP-1']);
    assert.match(again.find(r => r.name === 'ERP-1').reason, /'LONG-5-RED' at 'Warehouse Lyon' \(7, and 7/);
  });
});

test('two articles that change places leave nothing', async t => {
  const p = await open(t);
  skus(p, [['ERP-1', 'SOLO-1'], ['ERP-2', 'LONG-5']]);
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  atRest(p.sandbox, SKUS, [LYON]);
  skus(p, [['ERP-1', 'LONG-5'], ['ERP-2', 'SOLO-1']]);
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  assert.deepEqual(['SOLO-1', 'LONG-5'].map(sku => p.sandbox.truth().stock[`${sku} @ ${LYON}`].on_hand), [4, 7]);
});

test('files for the admin: the same, by what the export says', async t => {
  const admin = new Admin([
    { sku: 'TEE', handle: 'tee', stock: { [LYON]: 10, [PARIS]: 0 } },
    { sku: 'CAP', handle: 'cap', stock: { [LYON]: 3, [PARIS]: 0 } },
  ]);
  const p = adminPlace(t, admin, { bin: BIN_PLAIN });
  stock(p, [['TEE', 'MAIN', 7], ['CAP', 'MAIN', 3]]);
  await pull(p);
  assert.deepEqual(imported(p, admin), []);
  exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
  locations(p, [['MAIN', PARIS]]);
  skus(p, [['CAP', '-']]);
  stockFile(p, [['TEE', 'MAIN', 7], ['CAP', 'MAIN', 3]], { age: 35 });
  const { records } = await pull(p, '', 1);
  assert.deepEqual(records.map(r => [r.name, r.code]).sort(), [['CAP', 'left_there'], ['TEE', 'left_there']]);
  assert.match(records.find(r => r.name === 'TEE').reason, /'TEE' at 'Warehouse Lyon' \(7, and 7 when .* export the inventory anew, then run: erpsync queue retry 'TEE'/);
  assert.deepEqual(csvRows(p.read(`exports/import/${imports(p)[0]}`)).map(r => [r.SKU, r.Location, r['On hand (new)']]), [['TEE', PARIS, '7']]);
  await t.test('set to 0 there, exported and tried again', async () => {
    assert.deepEqual(imported(p, admin), []);
    admin.rows.find(r => r.SKU === 'TEE' && r.Location === LYON)['On hand (current)'] = '0';
    exported(p, admin, { name: 'inventory_export (2).csv', age: 30 });
    ended(await p.run('queue retry TEE'), 0);
    ended(await p.run('queue drop CAP'), 0);
    await pull(p);
    await pull(p, '--full');
    assert.deepEqual(await parked(p), []);
  });
});

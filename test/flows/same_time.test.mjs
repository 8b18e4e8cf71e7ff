// Files that are dated alike, as by clocks and transfers that know whole seconds: which of them is newer.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { inShop, productPlace, productText, push } from '../support/products.mjs';
import { BIN_PLAIN } from '../support/run.mjs';
import { LYON, plainLevels, pull, stockPlace, stockText } from '../support/stock.mjs';

const [SKU, OTHER] = ['SOLO-1', 'LONG-5'];
async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' } });
  plainLevels(p.sandbox, [SKU, OTHER], [LYON], 50);
  return p;
}
const AT = Math.floor(Date.now() / 1000) - 60;
const alike = (p, name, text) => fs.utimesSync(p.write(`out/${name}`, text), AT, AT);
const says = (p, name, n, sku = SKU) => alike(p, name, stockText([[sku, 'MAIN', n]]));
const onHand = (p, sku = SKU) => p.sandbox.truth().stock[`${sku} @ ${LYON}`].on_hand;
const used = p => fs.readdirSync(p.path('out/archive')).map(name => name.replace(/\d{8}T\d{6}Z/, 'T')).sort();

test('a list and changes, numbers by their value', async t => {
  const p = await open(t);
  alike(p, 'stock.csv', stockText([[SKU, 'MAIN', 10], [OTHER, 'MAIN', 3]]));
  for (const [n, left] of [[10, 2], [9, 7], [2, 8]]) says(p, `stock-changes-${n}.csv`, left);
  says(p, 'stock-changes.csv', 9);
  await pull(p);
  assert.deepEqual([onHand(p), onHand(p, OTHER)], [2, 3]);
  assert.deepEqual(used(p), ['stock-changes-10.T-5.csv', 'stock-changes-2.T-3.csv', 'stock-changes-9.T-4.csv', 'stock-changes.T-2.csv', 'stock.T.csv']);
  await pull(p, '--full');
  assert.deepEqual([onHand(p), onHand(p, OTHER)], [2, 3]);
});

test('lists', async t => {
  const p = await open(t);
  for (const [name, n] of [['stock-10.csv', 2], ['stock-9.csv', 10], ['stock.csv', 20]]) says(p, name, n);
  await pull(p);
  assert.equal(onHand(p), 2);
});

test('prices', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  for (const [name, price] of [['products-changes.csv', '9.00'], ['products.csv', '5.00']]) alike(p, name, productText([{ product_id: 'P', sku: SKU, price }]));
  await push(p);
  assert.equal(inShop(p.sandbox, SKU).variants[0].price, '9.00');
});

test('what an earlier run has taken is older, whatever it is called, and stays so in archive/', async t => {
  const p = await open(t);
  alike(p, 'stock-5.csv', stockText([[SKU, 'MAIN', 5], [OTHER, 'MAIN', 5]]));
  for (const [name, n] of [['stock-changes-7.csv', 7], ['stock-changes-6.csv', 6]]) {
    await pull(p);
    says(p, name, n);
  }
  await pull(p);
  assert.equal(onHand(p), 6);
  await pull(p, '--full');
  assert.deepEqual([onHand(p), used(p)], [6, ['stock-5.T.csv', 'stock-changes-6.T-3.csv', 'stock-changes-7.T-2.csv']]);
});

test('where nothing tells it, that is told if they speak of the same', async t => {
  const p = await open(t);
  const notices = async () => (await pull(p)).notices.join('\n');
  alike(p, 'stock.csv', stockText([[SKU, 'MAIN', 10], [OTHER, 'MAIN', 3]]));
  await pull(p);
  says(p, 'stock-changes-a.csv', 8);
  says(p, 'stock-changes-b.csv', 4, OTHER);
  assert.equal(await notices(), '');
  assert.deepEqual([onHand(p), onHand(p, OTHER)], [8, 4]);
  says(p, 'stock-changes-lyon.csv', 6);
  says(p, 'stock-changes-paris.csv', 5);
  assert.match(await notices(), /stock-changes-lyon\.csv and stock-changes-paris\.csv are dated alike, and nothing tells which is newer, and both have 'SOLO-1': what stock-changes-paris\.csv says counts, the last one by its name; have the ERP write one file after the other, or number them/);
  assert.equal(onHand(p), 5);
  says(p, 'stock-lyon.csv', 4);
  alike(p, 'stock-paris.csv', stockText([[SKU, 'MAIN', 3], [OTHER, 'MAIN', 3]]));
  assert.match(await notices(), /stock-lyon\.csv and stock-paris\.csv are dated alike, and nothing tells which is newer: what stock-paris\.csv says counts/);
  assert.equal(onHand(p), 3);
  for (const [first, last] of [['stock-x 011226.csv', 'stock-x 301126.csv'], ['stock-y 2026-11-30 9-15 PM.csv', 'stock-y 2026-11-30 10-15 AM.csv']]) {
    says(p, first, 4);
    alike(p, last, stockText([[SKU, 'MAIN', 3], [OTHER, 'MAIN', 3]]));
    assert.ok((await notices()).includes(`${first} and ${last} are dated alike, and nothing tells which is newer: what ${last} says counts`), last);
  }
});

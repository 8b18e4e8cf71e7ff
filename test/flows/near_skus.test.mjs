// SKUs that differ in case, in the zeros that a spreadsheet cuts, or in what is not seen, from the shop's: neither a second product nor stock of
// another article comes of them. They are parked, and both are named.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

/** [the shop's, the ERP's, what is said of them]. */
const NEAR = [
  ['SOLO-1', 'solo-1', 'case alone'],
  ['0047110815', '47110815', 'leading zeros alone'],
  ['47110815', '0047110815', 'leading zeros alone'],
  ['SOLO-1', 'SOLO\u20111', 'dashes alone'],
  ['SOLO-1', 'SO\u200bLO-1', 'blanks alone'],
  ['SOLO-1', 'so\u00adlo\u20111', 'case, blanks, dashes alone'],
];
/** As a message shows it. */
const seen = text => text.replace('\u200b', ' ');
const rename = (p, sku, from = 'SOLO-1') => p.sandbox.changeVariants({ edit: from, change: { sku } });

for (const [shop, erp, how] of NEAR) {
  test(`stock of '${erp}' is not written to '${shop}'`, async t => {
    const p = await stockPlace(t, { bin: BIN_PLAIN });
    plainLevels(p.sandbox, ['SOLO-1'], [LYON], 3);
    if (shop !== 'SOLO-1') rename(p, shop);
    stockFile(p, [[erp, 'MAIN', 9]]);
    const { records } = await pull(p, '', 1);
    assert.equal(records[0].code, 'near_miss');
    assert.ok([`'${seen(erp)}'`, `'${shop}'`, how].every(text => records[0].reason.includes(text)), records[0].reason);
    assert.match(records[0].reason, /tables\/store_skus\.csv \(the one in \[mappings\] path; copy the shipped one there first, with all its rows\), then run: /);
    assert.equal(p.sandbox.truth({ skus: [shop] }).stock[`${shop} @ ${LYON}`].on_hand, 3);
    await t.test('a row of the table helps by itself', async () => {
      p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${erp},${shop}\n*,*\n`);
      await pull(p);
      assert.equal(p.sandbox.truth({ skus: [shop] }).stock[`${shop} @ ${LYON}`].on_hand, 9);
    });
  });

  test(`a product '${erp}' makes no second one of '${shop}'`, async t => {
    const p = await productPlace(t, { bin: BIN_PLAIN });
    if (shop !== 'SOLO-1') rename(p, shop);
    const count = p.sandbox.catalogue.variants.length;
    productFile(p, [{ product_id: 'P', sku: erp, title: 'One', price: '5' }]);
    const { records } = await push(p, '', 1);
    assert.equal(records[0].code, 'near_miss');
    assert.ok([`'${seen(erp)}'`, `'${shop}'`, how].every(text => records[0].reason.includes(text)), records[0].reason);
    assert.equal(p.sandbox.catalogue.variants.length, count);
    await t.test('another article, which is in the shop by now', async () => {
      const other = p.sandbox.catalogue.variants.find(v => v.sku && v.product.variants.length === 1 && ![shop, erp].includes(v.sku) && v.product.status === 'ACTIVE' && !v.deleted);
      rename(p, erp, other.sku);
      ended(await p.run(['queue', 'retry', 'P']), 0);
      await push(p);
      assert.notEqual(inShop(p.sandbox, shop).title, 'One');
      assert.equal(p.sandbox.catalogue.variants.length, count);
    });
  });
}

test('signs that take no room around an SKU are none of it', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  const count = p.sandbox.catalogue.variants.length;
  productFile(p, [{ product_id: 'P', sku: '\u200eSOLO-1\u200b\u00ad', price: '5' }]);
  const { summary } = await push(p);
  assert.deepEqual([summary.parked, p.sandbox.catalogue.variants.length], [0, count]);
  assert.equal(inShop(p.sandbox, 'SOLO-1').variants.find(v => v.sku === 'SOLO-1').price, '5.00');
});

test('a label that nobody can type', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  productFile(p, [{ sku: 'SO\u200bLO-1', title: 'One', price: '5' }]);
  const { records } = await push(p, '', 1);
  assert.match(records[0].reason, /then run: erpsync queue retry --code near_miss$/);
  assert.match(ended(await p.run('queue retry --code near_miss'), 0).stdout, /1/);
});

test('a new variant that another product has in another spelling', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  const row = (sku, size) => ({ product_id: 'P', sku, title: 'One', price: '5', option1_name: 'Size', option1_value: size });
  productFile(p, [row('NEW-S', 'S')]);
  await push(p);
  productFile(p, [row('NEW-S', 'S'), row('solo-1', 'M'), row('NEW-L', 'L')], { age: 30 });
  const { records } = await push(p, '', 1);
  assert.match(records[0].reason, /the SKU 'solo-1' is that of another variant of the shop \('SOLO-1', which differs in case alone\)/);
  assert.deepEqual(inShop(p.sandbox, 'NEW-S').variants.map(v => v.sku), ['NEW-S', 'NEW-L'], 'the others go over');
});

test('an item that the shop does not answer for by its id', async t => {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 3);
  stockFile(p, [['SOLO-1', 'MAIN', 9]]);
  p.sandbox.mutate = ({ operation }, json) =>
    operation === 'VariantsBySku' ? JSON.parse(JSON.stringify(json).replace(/InventoryItem\/\d+/g, 'InventoryItem/999999999')) : json;
  const { records, summary } = await pull(p);
  assert.deepEqual([summary.later, records[0].code], [1, 'other_item']);
  assert.match(records[0].reason, /has the SKU 'SOLO-1', and asked for it by its id answered for another one or for none/);
  p.sandbox.mutate = null;
  ended(await p.run('queue retry SOLO-1'), 0);
  await pull(p);
  assert.equal(p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`].on_hand, 9);
});

// `products push`: SKUs and option values that pass from one variant of a product to another.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminProducts, productAdminPlace, productsExported, productsImported } from '../support/admin_products.mjs';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const open = (t, products = {}) => productPlace(t, { bin: BIN_PLAIN, products });
let age = 4000;
const file = (p, rows) => productFile(p, rows.map(row => ({ product_id: 'P', title: 'Pants', currency: 'EUR', option1_name: 'Size', ...row })), { age: (age -= 1) });
const S = { variant_id: 'v1', sku: 'PA-S', price: '10.00', option1_value: 'S' };
const M = { variant_id: 'v2', sku: 'PA-M', price: '20.00', option1_value: 'M' };
async function made(t, products) {
  const p = await open(t, products);
  file(p, [S, M]);
  await push(p);
  p.sandbox.setClock({ advance_ms: 120000 });
  return p;
}
/** [SKU, options, price] of each variant, in the order of the shop. */
const has = (p, sku) => inShop(p.sandbox, sku).variants.map(v => [v.sku, v.options, v.price]);
/** Nothing is left to do, now and with everything compared. */
async function rests(p) {
  silent(ended(await p.run('products push'), 0));
  const { summary } = await push(p, '--full');
  assert.deepEqual([summary.adopted, summary.updated, summary.later], [1, 0, 0]);
}
const admin = (p, id, change) => Object.assign(p.sandbox.catalogue.find(id), change);

test('SKUs change places', async t => {
  const cases = {
    'two are swapped in the ERP': [[{ ...S, sku: 'PA-M' }, { ...M, sku: 'PA-S' }], [['PA-M', 'S', '10.00'], ['PA-S', 'M', '20.00']]],
    'one is passed on': [[{ ...S, sku: 'PA-X' }, { ...M, sku: 'PA-S' }], [['PA-X', 'S', '10.00'], ['PA-S', 'M', '20.00']]],
    'to a new variant': [[{ ...S, sku: 'PA-X' }, M, { variant_id: 'v3', sku: 'PA-S', price: '5.00', option1_value: 'L' }], [['PA-X', 'S', '10.00'], ['PA-M', 'M', '20.00'], ['PA-S', 'L', '5.00']]],
  };
  for (const [name, [rows, expected]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await made(sub);
      file(p, rows);
      const { summary } = await push(p);
      assert.deepEqual([summary.updated, summary.later], [1, 0]);
      assert.deepEqual(has(p, 'PA-S'), expected);
      await rests(p);
    });
  await t.test('the merchant has swapped them, and the ERP owns them', async sub => {
    const p = await made(sub);
    p.sandbox.changeVariants([{ edit: 'PA-S', change: { sku: 'TMP' } }, { edit: 'PA-M', change: { sku: 'PA-S' } }, { edit: 'TMP', change: { sku: 'PA-M' } }]);
    p.sandbox.setClock({ advance_ms: 120000 });
    file(p, [{ ...S, price: '11.00' }, M]);
    await push(p);
    assert.deepEqual(has(p, 'PA-S'), [['PA-S', 'S', '11.00'], ['PA-M', 'M', '20.00']]);
  });
  await t.test('either side may change them: the merchant’s stay', async sub => {
    const p = await made(sub, { erp_owns: 'price, cost, barcode', both: 'sku' });
    p.sandbox.changeVariants([{ edit: 'PA-S', change: { sku: 'TMP' } }, { edit: 'PA-M', change: { sku: 'PA-S' } }, { edit: 'TMP', change: { sku: 'PA-M' } }]);
    p.sandbox.setClock({ advance_ms: 120000 });
    file(p, [{ ...S, price: '11.00' }, M]);
    await push(p);
    assert.deepEqual(has(p, 'PA-S'), [['PA-M', 'S', '11.00'], ['PA-S', 'M', '20.00']]);
  });
  await t.test('one that another variant keeps is refused at once, and the rest goes over', async sub => {
    const p = await made(sub);
    file(p, [{ ...S, sku: 'PA-M', price: '12.00' }, { ...M, variant_status: 'archived' }]);
    const { records } = await push(p, '', 1);
    assert.match(records[0].reason, /the SKU 'PA-M' is that of another variant of its product in the shop \(M\), which keeps it already, and would be there twice; correct it on one side; then run: erpsync queue retry 'P'/);
    assert.deepEqual(has(p, 'PA-S'), [['PA-S', 'S', '12.00'], ['PA-M', 'M', '20.00']]);
    p.sandbox.changeVariants({ edit: 'PA-M', change: { sku: 'PA-OLD' } });
    p.sandbox.setClock({ advance_ms: 120000 });
    ended(await p.run('queue retry P'), 0);
    await push(p);
    assert.deepEqual(has(p, 'PA-OLD').map(v => v[0]), ['PA-M', 'PA-OLD']);
  });
});

test('option values', async t => {
  await t.test('one that the ERP corrects', async sub => {
    const p = await made(sub);
    file(p, [S, { ...M, option1_value: 'L' }]);
    await push(p);
    assert.deepEqual(has(p, 'PA-S').map(v => v[1]), ['S', 'L']);
    await rests(p);
  });
  await t.test('one that a new variant takes', async sub => {
    const p = await made(sub);
    file(p, [S, { ...M, option1_value: 'Medium' }, { variant_id: 'v3', sku: 'PA-M2', price: '25.00', option1_value: 'M' }]);
    await push(p);
    assert.deepEqual(has(p, 'PA-S'), [['PA-S', 'S', '10.00'], ['PA-M', 'Medium', '20.00'], ['PA-M2', 'M', '25.00']]);
    await rests(p);
  });
  await t.test('one that is passed on', async sub => {
    const p = await made(sub);
    file(p, [{ ...S, option1_value: 'M' }, { ...M, option1_value: 'L' }, { variant_id: 'v3', sku: 'PA-N', price: '5.00', option1_value: 'S' }]);
    await push(p);
    assert.deepEqual(has(p, 'PA-S').map(v => [v[0], v[1]]), [['PA-S', 'M'], ['PA-M', 'L'], ['PA-N', 'S']]);
    await rests(p);
  });
  await t.test('two that are swapped can’t be written; they are told, and a person does it', async sub => {
    const p = await made(sub);
    file(p, [{ ...S, option1_value: 'M', price: '15.00' }, { ...M, option1_value: 'S' }]);
    const { records } = await push(p, '', 1);
    assert.equal(records[0].code, 'options_differ');
    assert.match(records[0].reason, /variant 'PA-S' is 'M' in the ERP and 'S' in the shop, where another variant has those values and does not leave them first; make the values of its options the same on one side;.*erpsync queue retry 'P'/);
    assert.deepEqual(has(p, 'PA-S'), [['PA-S', 'S', '15.00'], ['PA-M', 'M', '20.00']]);
    const [one, two] = ['PA-S', 'PA-M'].map(sku => p.sandbox.catalogue.find(sku));
    [one.values, two.values] = [two.values, one.values];
    p.sandbox.catalogue.touch(one.product, one, two);
    ended(await p.run('queue retry P'), 0);
    await push(p);
    await rests(p);
  });
  await t.test('what the merchant has called otherwise stays, until both change it', async sub => {
    const p = await made(sub);
    const row = admin(p, 'PA-M', { values: ['Mittel'] });
    p.sandbox.catalogue.touch(row.product, row);
    file(p, [S, { ...M, price: '21.00' }]);
    await push(p);
    assert.deepEqual(has(p, 'PA-S')[1], ['PA-M', 'Mittel', '21.00']);
    file(p, [S, { ...M, option1_value: 'L' }]);
    const { records } = await push(p, '', 1);
    assert.match(records[0].reason, /variant 'PA-M' is 'L' in the ERP and 'Mittel' in the shop, and was changed on both sides/);
  });
});

test('by files of the admin: SKUs go over, option values are told', async t => {
  const admin = new AdminProducts([
    { handle: 'pants', title: 'Pants', options: ['Size'], variants: [{ options: ['S'], sku: 'PA-S', price: '10.00' }, { options: ['M'], sku: 'PA-M', price: '20.00' }] },
  ]);
  const p = productAdminPlace(t, admin, { bin: BIN_PLAIN });
  const goes = async (rows, n, status = 0) => {
    file(p, rows);
    const said = await push(p, '', status);
    productsImported(p, admin);
    productsExported(p, admin, { name: `products_export (${n}).csv`, age: 59 - n * 2 });
    return said;
  };
  const is = () => admin.products[0].variants.map(v => [v.sku, v.values.join(), v.price]);
  await goes([{ ...S, price: '11.00' }, M], 1);
  await goes([{ ...S, price: '11.00', sku: 'PA-M' }, { ...M, sku: 'PA-S' }], 2);
  assert.deepEqual(is(), [['PA-M', 'S', '11.00'], ['PA-S', 'M', '20.00']]);
  const { records } = await goes([{ ...S, price: '12.00', sku: 'PA-M' }, { ...M, sku: 'PA-S', option1_value: 'L' }], 3, 1);
  assert.match(`${records[0].code}: ${records[0].reason}`, /options_differ: went into the file but for this: variant 'PA-S' is 'L' in the ERP and 'M' in the shop, and an import of files would make another variant of it; make the values/);
  assert.deepEqual(is(), [['PA-M', 'S', '12.00'], ['PA-S', 'M', '20.00']]);
});

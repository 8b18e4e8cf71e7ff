// `products push`: the ERP's products in the shop, field by field as owned, and nothing else changes there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { catalogue, inShop, productFile, productPlace, push, touched } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const open = (t, options) => productPlace(t, { bin: BIN_PLAIN, ...options });
const MUG = {
  product_id: 'P-MUG',
  title: 'Mug “Ada”',
  description: '<p>Stoneware, 300 ml</p>',
  vendor: 'Potters & Sons',
  type: 'Kitchen',
  tags: 'new, Gift',
  sku: 'NEW-MUG',
  barcode: '4006381333931',
  price: '12.5',
  compare_at_price: '15.00',
  cost: '4.2000',
  weight_kg: '0.350',
  tracked: 'yes',
  requires_shipping: 'yes',
};
const TEE = (size, more = {}) => ({
  product_id: 'P-TEE',
  title: 'Tee',
  option1_name: 'Size',
  option1_value: size,
  option2_name: 'Color',
  option2_value: 'Red',
  sku: `NEW-TEE-${size}`,
  price: '19.90',
  ...more,
});
const writes = seen => seen().filter(r => /^(Product(Create|Update)|Variants(Create|Update)|OptionsCreate)$/.test(r.operation));

test('creates what is not there: whole, as a draft, under our reference', async t => {
  const p = await open(t);
  const before = catalogue(p.sandbox);
  productFile(p, [MUG, TEE('S'), TEE('M', { cost: '7.45' }), TEE('L', { price: '21' })]);
  const seen = requestsOf(p.sandbox);
  const { records, summary } = await push(p);
  assert.deepEqual([summary.created, summary.parked], [2, 0]);
  assert.equal(writes(seen).length, 2, 'one call for each product');
  assert.deepEqual(inShop(p.sandbox, 'NEW-MUG'), {
    title: 'Mug “Ada”',
    description: '<p>Stoneware, 300 ml</p>',
    vendor: 'Potters & Sons',
    type: 'Kitchen',
    tags: ['Gift', 'new'],
    status: 'DRAFT',
    options: ['Title'],
    reference: 'erpsync.product_id=P-MUG',
    variants: [
      {
        sku: 'NEW-MUG',
        options: 'Default Title',
        barcode: '4006381333931',
        price: '12.50',
        compareAt: '15.00',
        cost: '4.20',
        weight: '0.35 KILOGRAMS',
        tracked: true,
        requiresShipping: true,
      },
    ],
  });
  const tee = inShop(p.sandbox, 'NEW-TEE-M');
  assert.deepEqual([tee.title, tee.options], ['Tee', ['Size', 'Color']]);
  assert.deepEqual(
    tee.variants.map(v => [v.sku, v.options, v.price, v.cost]),
    [
      ['NEW-TEE-S', 'S / Red', '19.90', null],
      ['NEW-TEE-M', 'M / Red', '19.90', '7.45'],
      ['NEW-TEE-L', 'L / Red', '21.00', null],
    ],
  );
  assert.equal(touched(before, catalogue(p.sandbox)).length, 2);
  assert.match(records[0].target, /^gid:\/\/shopify\/Product\/\d+$/);

  await t.test('a run without news asks the shop nothing', async () => {
    const again = requestsOf(p.sandbox);
    silent(ended(await p.run('products push'), 0));
    productFile(p, [MUG, TEE('S'), TEE('M', { cost: '7.45' }), TEE('L', { price: '21' })], { age: 40 });
    const { summary: same } = await push(p);
    assert.deepEqual([same.known, same.requests], [2, 0]);
    assert.equal(again().length, 0);
  });
  await t.test('--full reads, and finds nothing to write', async () => {
    const again = requestsOf(p.sandbox);
    const { summary: full } = await push(p, '--full');
    assert.deepEqual([full.adopted, full.updated], [2, 0]);
    assert.equal(writes(again).length, 0);
    assert.equal(again({ operation: 'ProductsById' }).length, 1, 'both products by one request');
    assert.equal(again({ operation: 'VariantsBySku' }).length, 0);
  });
  await t.test('a price and a new variant', async () => {
    const was = catalogue(p.sandbox);
    productFile(p, [MUG, TEE('S', { price: '18' }), TEE('M', { cost: '7.45' }), TEE('L', { price: '21' }), TEE('XL')], { age: 30 });
    const again = requestsOf(p.sandbox);
    assert.equal((await push(p)).summary.updated, 1);
    const now = inShop(p.sandbox, 'NEW-TEE-XL');
    assert.deepEqual(
      now.variants.map(v => [v.sku, v.price]),
      [
        ['NEW-TEE-S', '18.00'],
        ['NEW-TEE-M', '19.90'],
        ['NEW-TEE-L', '21.00'],
        ['NEW-TEE-XL', '19.90'],
      ],
    );
    const [update] = again({ operation: 'VariantsUpdate' });
    assert.deepEqual(Object.keys(update.variables.variants[0]).sort(), ['id', 'price'], 'only what differs');
    assert.equal(touched(was, catalogue(p.sandbox)).length, 1);
  });
});

test('adopts what is there by its SKU, and writes only what the ERP owns', async t => {
  const p = await open(t);
  const before = catalogue(p.sandbox);
  const was = inShop(p.sandbox, 'SOLO-1');
  productFile(p, [{ ...MUG, product_id: '77', sku: 'SOLO-1', price: '99.00', compare_at_price: '', barcode: '123' }]);
  const dry = await push(p, '--dry-run');
  assert.deepEqual([dry.summary.created, dry.summary.updated], [0, 1]);
  const seen = requestsOf(p.sandbox);
  const { summary } = await push(p);
  assert.deepEqual([summary.created, summary.updated, summary.parked], [0, 1, 0], 'it was there before');
  assert.deepEqual((await p.json('explain 77 --json')).history.filter(line => line.action === 'delivered').map(line => line.outcome), ['updated']);
  assert.deepEqual(writes(seen).map(r => r.operation), ['VariantsUpdate']);
  const is = inShop(p.sandbox, 'SOLO-1');
  assert.deepEqual(is, {
    ...was,
    variants: [{ ...was.variants[0], price: '99.00', barcode: '123', cost: '4.20', weight: '0.35 KILOGRAMS', compareAt: null }],
  });
  assert.equal(touched(before, catalogue(p.sandbox)).length, 1);
});

test('what the index still finds, and is gone, is not taken for there', async t => {
  const p = await open(t);
  productFile(p, [{ ...MUG, product_id: '77', sku: 'SOLO-1' }]);
  p.sandbox.mutate = ({ operation }, json) => (operation === 'ProductsById' ? { ...json, data: { ...json.data, nodes: json.data.nodes.map(() => null) } } : json);
  const { summary } = await push(p);
  assert.deepEqual([summary.created, summary.updated, summary.adopted, summary.later], [0, 0, 0, 1]);
  p.sandbox.mutate = null;
  ended(await p.run('queue retry 77'), 0);
  assert.equal((await push(p)).summary.updated, 1);
  assert.equal(inShop(p.sandbox, 'SOLO-1').variants[0].price, '12.50');
});

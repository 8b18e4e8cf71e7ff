// `products push`: products that are archived, double, grown, refused or not for this shop; dry runs and selections.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { catalogue, inShop, productFile, productPlace, push, touched } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const open = (t, products = {}, more = {}) => productPlace(t, { bin: BIN_PLAIN, products, ...more });
const writes = seen => seen().filter(r => /^(Product(Create|Update)|Variants(Create|Update)|OptionsCreate|RefDefine)$/.test(r.operation));
const TEE = (size, more = {}) => ({
  product_id: 'TEE',
  title: 'Tee',
  option1_name: 'Size',
  option1_value: size,
  sku: `NEW-TEE-${size}`,
  price: '19.90',
  ...more,
});
let age = 4000;
const file = (p, rows, more = {}) => productFile(p, rows, { age: (age -= 1), ...more });
const reasons = ({ records }) => Object.fromEntries(records.map(r => [r.name, `${r.code}: ${r.reason}`]));

test('archived products', async t => {
  const solo = more => [{ product_id: 'S', sku: 'SOLO-1', price: '9', ...more }];
  await t.test('are archived, and come back as they were', async sub => {
    const p = await open(sub);
    file(p, solo({ status: 'active' }));
    await push(p);
    file(p, solo({ status: 'archived', price: '1' }));
    await push(p);
    const gone = inShop(p.sandbox, 'SOLO-1');
    assert.deepEqual([gone.status, gone.variants[0].price], ['ARCHIVED', '9.00'], 'nothing but the status');
    file(p, solo({ status: 'active' }));
    await push(p);
    assert.equal(inShop(p.sandbox, 'SOLO-1').status, 'ACTIVE');
  });
  await t.test('become drafts, or stay', async sub => {
    for (const [archived, status] of [['draft', 'DRAFT'], ['ignore', 'ACTIVE']]) {
      const p = await open(sub, { archived });
      file(p, solo({ status: 'archived' }));
      await push(p);
      assert.equal(inShop(p.sandbox, 'SOLO-1').status, status);
    }
  });
  await t.test('that a person put away stay away, unless the ERP owns the status', async sub => {
    for (const [products, status] of [[{}, 'ARCHIVED'], [{ erp_owns: 'sku, price, cost, barcode, status' }, 'ACTIVE']]) {
      const p = await open(sub, products);
      p.sandbox.changeProducts({ edit: p.sandbox.catalogue.find('SOLO-1').product.handle, change: { status: 'ARCHIVED' } });
      file(p, solo({ status: 'active' }));
      await push(p);
      assert.equal(inShop(p.sandbox, 'SOLO-1').status, status);
    }
  });
  await t.test('are not created, and a draft is not published', async sub => {
    const p = await open(sub, { erp_owns: 'sku, price, cost, barcode, status' });
    const before = catalogue(p.sandbox);
    file(p, [TEE('M', { status: 'archived' })]);
    assert.equal((await push(p)).summary.parked, 0);
    assert.deepEqual(touched(before, catalogue(p.sandbox)), []);
    file(p, [TEE('M', { status: 'active' })]);
    assert.equal((await push(p)).summary.created, 1);
    await push(p, '--full');
    assert.equal(inShop(p.sandbox, 'NEW-TEE-M').status, 'DRAFT');
  });
  await t.test('new ones may be active', async sub => {
    const p = await open(sub, { new_status: 'active' });
    file(p, [TEE('M')]);
    await push(p);
    assert.equal(inShop(p.sandbox, 'NEW-TEE-M').status, 'ACTIVE');
  });
});

test('variants', async t => {
  const p = await open(t);
  file(p, [TEE('S'), TEE('M'), TEE('XXL', { variant_status: 'archived' })]);
  await push(p);
  assert.deepEqual(inShop(p.sandbox, 'NEW-TEE-S').variants.map(v => v.sku), ['NEW-TEE-S', 'NEW-TEE-M'], 'archived ones are not created');

  await t.test('one that is archived, or no longer listed, stays as it is', async () => {
    const before = inShop(p.sandbox, 'NEW-TEE-S');
    file(p, [TEE('S', { price: '1', variant_status: 'archived' })]);
    const { notices } = await push(p);
    assert.deepEqual(inShop(p.sandbox, 'NEW-TEE-S'), before);
    assert.match(notices.join(), /no longer sells some variants .*'NEW-TEE-S'/);
  });
  await t.test('one that the shop alone has stays as it is', async () => {
    const row = p.sandbox.catalogue.find('NEW-TEE-S').product;
    p.sandbox.catalogue.newVariant(row, { values: ['Baby'], sku: 'SHOP-ONLY', price: '3.00' });
    file(p, [TEE('S'), TEE('M', { price: '20' }), TEE('L')]);
    await push(p);
    assert.deepEqual(
      inShop(p.sandbox, 'NEW-TEE-S').variants.map(v => [v.sku, v.price]),
      [['NEW-TEE-S', '19.90'], ['NEW-TEE-M', '20.00'], ['SHOP-ONLY', '3.00'], ['NEW-TEE-L', '19.90']],
    );
  });
  await t.test('another SKU in the ERP is another SKU in the shop', async () => {
    const q = await open(t);
    const rows = sku => [{ ...TEE('S'), variant_id: 'v1' }, { ...TEE('M'), variant_id: 'v2', sku }];
    file(q, rows('NEW-TEE-M'));
    await push(q);
    file(q, rows('RENAMED-M'));
    await push(q);
    assert.deepEqual(inShop(q.sandbox, 'NEW-TEE-S').variants.map(v => v.sku), ['NEW-TEE-S', 'RENAMED-M']);
  });
  await t.test('a single article becomes one of several', async () => {
    const q = await open(t);
    const was = inShop(q.sandbox, 'SOLO-1');
    file(q, [{ ...TEE('S'), sku: 'SOLO-1', price: was.variants[0].price }, TEE('M')]);
    await push(q);
    const is = inShop(q.sandbox, 'SOLO-1');
    assert.deepEqual([is.options, is.variants.map(v => [v.sku, v.options])], [['Size'], [['SOLO-1', 'S'], ['NEW-TEE-M', 'M']]]);
  });
  await t.test('of a product that differs in something else are not added', async () => {
    const q = await open(t);
    const before = inShop(q.sandbox, 'LONG-5-RED');
    file(q, [{ ...TEE('Red'), sku: 'LONG-5-RED', price: '77' }, TEE('M')]);
    const said = reasons(await push(q, '', 1));
    assert.match(said.TEE, /shopify_refuses: .*its new variants can't be added: the ERP's differ in 'Size', the shop's in '.+'; give/);
    const is = inShop(q.sandbox, 'LONG-5-RED');
    assert.equal(is.variants.length, before.variants.length);
    assert.equal(is.variants.find(v => v.sku === 'LONG-5-RED').price, '77.00', 'the rest goes over');
  });
  await t.test('more than one request holds', async () => {
    const q = await open(t);
    const many = n => Array.from({ length: n }, (_, i) => TEE(`${i}`, { product_id: 'BIG' }));
    file(q, many(130));
    assert.equal((await push(q)).summary.created, 1);
    assert.equal(inShop(q.sandbox, 'NEW-TEE-129').variants.length, 130);
    file(q, many(330).map(row => ({ ...row, price: '5' })));
    const seen = requestsOf(q.sandbox);
    assert.equal((await push(q)).summary.updated, 1);
    const is = inShop(q.sandbox, 'NEW-TEE-329').variants;
    assert.deepEqual([is.length, is.every(v => v.price === '5.00')], [330, true]);
    assert.deepEqual(writes(seen).map(r => r.operation), ['VariantsUpdate', 'VariantsCreate']);
  });
});

test('what can’t go over is named, and nothing is written of it', async t => {
  const p = await open(t);
  p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nX-*,-\nERP-SOLO,SOLO-1\n*,*\n');
  const before = catalogue(p.sandbox);
  file(p, [
    { product_id: 'dup', sku: 'DUP-100', price: '1' },
    { product_id: 'two', sku: 'SOLO-1', price: '1', option1_name: 'Size', option1_value: 'S' },
    { product_id: 'two', sku: 'LONG-5', price: '1', option1_name: 'Size', option1_value: 'M' },
    { product_id: 'untitled', sku: 'NEW-9', price: '1' },
    { product_id: 'usd', title: 'T', sku: 'NEW-1', price: '1', currency: 'USD' },
    { product_id: 'net', title: 'T', sku: 'NEW-2', price: '1', prices_include_tax: 'no' },
    { product_id: 'same', title: 'T', sku: 'NEW-3', price: '1', option1_name: 'Size', option1_value: 'S' },
    { product_id: 'same', title: 'T', sku: 'NEW-3', price: '1', option1_name: 'Size', option1_value: 'M' },
    { product_id: 'no options', title: 'T', sku: 'NEW-4', price: '1' },
    { product_id: 'no options', title: 'T', sku: 'NEW-5', price: '1' },
    { product_id: 'one side', title: 'T', sku: 'NEW-6', price: '1', option1_name: 'Size', option1_value: 'S' },
    { product_id: 'one side', title: 'T', sku: 'NEW-7', price: '1', option1_name: 'Size', option1_value: '' },
    { product_id: 'not for the shop', title: 'T', sku: 'X-1', price: '1' },
    { product_id: 'long', title: 'T'.repeat(256), sku: 'NEW-8', price: '1' },
  ]);
  const said = reasons(await push(p, '', 1));
  const expected = {
    dup: /^duplicate_sku: several variants of the shop have the SKU 'DUP-100'/,
    two: /^several_products: its SKUs are those of two products of the shop, gid:\S+ and gid:\S+ \(SKU/,
    untitled: /^no_title: /,
    usd: /^wrong_currency: its prices are in USD and the shop's are in EUR/,
    net: /^tax_mismatch: the ERP's prices are without tax and the shop's are with tax/,
    same: /^duplicate_sku: two of its variants have the SKU 'NEW-3'/,
    'no options': /^bad_options: it has 2 variants and no options/,
    'one side': /^bad_options: variant 'NEW-7' says nothing about 'Size'/,
    long: /^shopify_refuses: Shopify does not create it: title: Title is too long/,
  };
  for (const [name, pattern] of Object.entries(expected)) assert.match(said[name], pattern, name);
  assert.equal((await p.parked()).size, Object.keys(expected).length);
  assert.deepEqual(touched(before, catalogue(p.sandbox)), []);

  await t.test('taxes may end the run', async sub => {
    const q = await open(sub, { tax_mismatch: 'refuse' });
    file(q, [{ product_id: 'net', title: 'T', sku: 'NEW-2', price: '1', prices_include_tax: 'no' }]);
    assert.match(ended(await q.run('products push'), 78).stderr, /prices are without tax and the shop's are with tax/);
  });
  await t.test('two products of the ERP that are one variant in the shop', async sub => {
    const q = await open(sub);
    q.write('mappings/tables/store_skus.csv', 'sku,store_sku\nERP-SOLO,SOLO-1\n*,*\n');
    file(q, [{ product_id: 'a', sku: 'SOLO-1', price: '1' }, { product_id: 'b', sku: 'ERP-SOLO', price: '2' }]);
    const seen = requestsOf(q.sandbox);
    const codes = (await push(q, '', 1)).records.map(r => r.code);
    assert.deepEqual([codes, writes(seen).length], [['same_variant', 'same_variant'], 0]);
  });
  await t.test('an SKU does not come into the shop twice', async sub => {
    const q = await open(sub);
    file(q, [
      { product_id: 'a', title: 'A', sku: 'NEW-1', price: '1' },
      { product_id: 'b', title: 'B', sku: 'NEW-1', price: '1' },
      { ...TEE('S'), sku: 'NEW-S' },
    ]);
    const first = await push(q, '', 1);
    assert.equal(first.records.filter(r => r.code === 'duplicate_sku').length, 1);
    file(q, [{ ...TEE('S'), sku: 'NEW-S' }, { ...TEE('M'), sku: 'LONG-5' }]);
    assert.match(reasons(await push(q, '', 1)).TEE, /the SKU 'LONG-5' is that of another variant of the shop/);
    assert.equal(q.sandbox.catalogue.variants.filter(v => v.sku === 'LONG-5').length, 1);
  });
});

test('a variant that Shopify refuses does not stop the others', async t => {
  const p = await open(t);
  file(p, [TEE('S'), TEE('M')]);
  await push(p);
  const long = '4'.repeat(256);
  file(p, [TEE('S', { price: '5', barcode: '' }), TEE('M', { price: '5', barcode: long }), TEE('L', { price: '5', barcode: long }), TEE('XL')]);
  const said = reasons(await push(p, '', 1));
  assert.match(said.TEE, /variant 'NEW-TEE-M': barcode: is too long \(maximum is 255 characters\) \(TOO_LONG\)/);
  assert.match(said.TEE, /variant 'NEW-TEE-L': barcode: is too long/);
  assert.deepEqual(
    inShop(p.sandbox, 'NEW-TEE-S').variants.map(v => [v.sku, v.price]),
    [['NEW-TEE-S', '5.00'], ['NEW-TEE-M', '19.90'], ['NEW-TEE-XL', '19.90']],
  );
});

test('a field that Shopify refuses does not stop the others', async t => {
  const p = await open(t, { erp_owns: 'sku, price, cost, barcode, title, vendor', store_owns: 'description, images, tags' });
  file(p, [{ product_id: 'S', sku: 'SOLO-1', price: '5', title: 'New title', vendor: 'V'.repeat(256) }]);
  const said = reasons(await push(p, '', 1));
  assert.match(said.S, /^shopify_refuses: went over but for this: vendor: Vendor is too long/);
  const is = inShop(p.sandbox, 'SOLO-1');
  assert.deepEqual([is.title, is.variants[0].price], ['New title', '5.00']);
});

test('what changes in the shop while it is read is read again', async t => {
  const p = await open(t);
  file(p, [TEE('S'), TEE('M')]);
  await push(p);
  /* Somebody adds the same size by hand, deletes another, between the reading and the write. */
  const { catalogue: shop } = p.sandbox;
  p.sandbox.addHooks({
    after_request: 1,
    operation: 'ProductsById',
    call: () => {
      shop.newVariant(shop.find('NEW-TEE-S').product, { values: ['L'], sku: 'NEW-TEE-L', price: '1.00' });
      shop.removeVariant(shop.find('NEW-TEE-M'));
    },
  });
  file(p, [TEE('S', { price: '5' }), TEE('M', { price: '5' }), TEE('L', { price: '5' })]);
  assert.equal((await push(p)).summary.updated, 1);
  assert.deepEqual(
    inShop(p.sandbox, 'NEW-TEE-S').variants.map(v => [v.sku, v.price]).sort(),
    [['NEW-TEE-L', '5.00'], ['NEW-TEE-M', '5.00'], ['NEW-TEE-S', '5.00']],
  );
});

test('many products: reads are shared, and what is the same costs nothing', async t => {
  const p = await open(t);
  const rows = price => Array.from({ length: 130 }, (_, i) => ({ product_id: `P${i}`, title: `Product ${i}`, sku: `MANY-${i}`, price: i % 50 ? '5' : price }));
  file(p, rows('5'));
  assert.equal((await push(p)).summary.created, 130);
  const seen = requestsOf(p.sandbox);
  assert.equal((await push(p, '--full')).summary.adopted, 130);
  assert.equal(seen().length, 2 + Math.ceil(100 / 20) + Math.ceil(30 / 20), 'the shop, our reference, twenty products at a time');
  file(p, rows('6'));
  const again = requestsOf(p.sandbox);
  assert.equal((await push(p)).summary.updated, 3);
  assert.deepEqual(again().map(r => r.operation).sort(), ['ProductsById', 'RefDefinition', 'ShopProbe', ...Array(3).fill('VariantsUpdate')]);
});

test('what is gone in the shop, and what is found again', async t => {
  const p = await open(t);
  const lone = { product_id: 'L', title: 'Lone', sku: 'NEW-L', price: '1' };
  file(p, [lone]);
  const [{ target }] = (await push(p)).records;
  await t.test('by our reference, when the state is lost, at once', async sub => {
    const q = await productPlace(sub, { bin: BIN_PLAIN, sandbox: p.sandbox });
    p.sandbox.orders.lag = 60000;
    file(q, [lone]);
    const { records, summary } = await push(q);
    assert.deepEqual([records[0].target, summary.adopted], [target, 1]);
  });
  await t.test('a reference on something else is not believed', async sub => {
    const q = await productPlace(sub, { bin: BIN_PLAIN, sandbox: p.sandbox });
    file(q, [{ ...lone, sku: 'ANOTHER' }]);
    assert.match(reasons(await push(q, '', 1)).L, /^reference_mismatch: .*; then run: erpsync queue retry 'L'/);
    p.sandbox.changeVariants({ edit: 'NEW-L', change: { sku: 'ANOTHER' } });
    ended(await q.run('queue retry L'), 0);
    assert.equal((await push(q)).records[0].target, target);
    p.sandbox.changeVariants({ edit: 'ANOTHER', change: { sku: 'NEW-L' } });
  });
  await t.test('deleted: created again', async () => {
    p.sandbox.changeProducts({ edit: p.sandbox.catalogue.find('NEW-L').product.handle, change: { delete: true } });
    file(p, [{ ...lone, price: '2' }]);
    const { records } = await push(p);
    assert.notEqual(records[0].target, target);
    assert.equal(inShop(p.sandbox, 'NEW-L').variants[0].price, '2.00');
  });
});

test('dry run, selection, limits', async t => {
  const p = await open(t);
  const rows = [TEE('S'), { product_id: 'S', sku: 'SOLO-1', price: '7' }, { product_id: 'Q', title: 'Q', sku: 'NEW-Q', price: '7' }];
  file(p, rows);
  const before = catalogue(p.sandbox);
  const seen = requestsOf(p.sandbox);
  const { summary } = await push(p, '--dry-run');
  assert.deepEqual([summary.created, summary.updated, writes(seen).length], [2, 1, 0]);
  assert.deepEqual(touched(before, catalogue(p.sandbox)), []);
  assert.ok(p.exists('out/products.csv'));
  await push(p, '--only TEE TEE');
  assert.ok(inShop(p.sandbox, 'NEW-TEE-S'));
  assert.equal(touched(before, catalogue(p.sandbox)).length, 1);
  const missing = (await push(p, '--only NOBODY', 1)).records[0];
  assert.equal(missing.code, 'not_found');
  assert.match(missing.reason, /out\/\S*products\S*\.csv( and \d+ more)?: no product file of the ERP lists a product of this product_id; write it as it stands there, or have the ERP list it in a new file$/);
  assert.equal((await push(p, '--limit 1')).summary.pulled, 1);
  await push(p);
  assert.equal(touched(before, catalogue(p.sandbox)).length, 3);
  await t.test('--full finds what was changed in the shop', async () => {
    p.sandbox.changeVariants({ edit: 'SOLO-1', change: { price: '1.00' } });
    assert.equal((await push(p)).summary.updated, 0);
    assert.deepEqual([(await push(p, '--full')).summary.updated, inShop(p.sandbox, 'SOLO-1').variants[0].price], [1, '7.00']);
  });
});

test('check', async t => {
  const p = await open(t, { master: 'erp' });
  assert.match(ended(await p.run('check'), 78).stdout, /^bad +.*out: the exchange folder is not there; run, as user .*: mkdir -p/m);
  fs.mkdirSync(p.path('out'));
  const said = ended(await p.run('check'), 0).stdout;
  assert.match(said, /^ok +scope write_products is granted/m);
  assert.match(said, /^ok +products: prices in EUR with tax; the metafield erpsync\.product_id will be defined/m);
  assert.match(said, /^warn +.*there is no products file yet/m);
  for (const scope of ['write_products', 'write_inventory'])
    await t.test(`without ${scope}`, async sub => {
      const q = await open(sub, { master: 'erp' });
      q.sandbox.setScopes({ remove: [scope] });
      file(q, [TEE('S')]);
      assert.match(ended(await q.run('products push'), 69).stderr, new RegExp(`lacks the scope ${scope}`));
      assert.match(ended(await q.run('check'), 78).stdout, new RegExp(`scope ${scope} is not granted`));
    });
  await t.test('is not about products where nobody has set them up', async sub => {
    const q = await open(sub);
    assert.doesNotMatch(ended(await q.run('check'), 0).stdout, /write_products|products:|product\.jq|products file/);
  });
});

test('product files', async t => {
  await t.test('are read as ERPs write them, and put away', async sub => {
    const p = await open(sub, {}, { csv: { currency: null } });
    file(p, 'Artikelnummer;List-Price;Currency;Product;Name\nNEW-1;12,50;EUR;A;Tea\n');
    await push(p);
    assert.equal(inShop(p.sandbox, 'NEW-1').variants[0].price, '12.50');
    assert.ok(!p.exists('out/products.csv'));
    file(p, [{ product_id: 'A', sku: 'NEW-1', price: '1' }]);
    assert.match(ended(await p.run('products push'), 78).stderr, /no column 'currency'; add one, or set \[csv\] currency/);
  });
  await t.test('each file in the folder counts; of a product in several, the last', async sub => {
    const p = await open(sub);
    file(p, [{ product_id: 'A', title: 'A', sku: 'NEW-A', price: '1' }, { product_id: 'B', title: 'B', sku: 'NEW-B', price: '1' }], { name: 'products-1.csv' });
    file(p, [{ product_id: 'B', title: 'B', sku: 'NEW-B', price: '2' }], { name: 'products-2.csv' });
    file(p, [{ product_id: 'C', title: 'C', sku: 'NEW-C', price: '3' }], { name: 'products-changes.csv' });
    assert.equal((await push(p)).summary.created, 3);
    assert.deepEqual(['A', 'B', 'C'].map(k => inShop(p.sandbox, `NEW-${k}`).variants[0].price), ['1.00', '2.00', '3.00']);
  });
  await t.test('bad rows are parked by file and line', async sub => {
    const p = await open(sub);
    file(
      p,
      'product_id,title,sku,price,tracked,status,option1_name,option1_value\n' +
        'A,A,NEW-A,x,,,,\nB,B,NEW-B,1,maybe,,,\nC,C,NEW-C,1,,gone,,\nD,D,,1,,,,\nE,E,NEW-E,-1,,,,\nF,F,NEW-F,1,,,Size,S\nF,G,NEW-G,1,,,Size,M\nH,H,NEW-H,1,,,,S\nI,I,NEW-I,1,,\n' +
        'OK,OK,NEW-OK,1,yes,active,,\n',
    );
    const said = reasons(await push(p, '', 1));
    const expected = {
      A: /products\.csv:2: column 'price': 'x' is not a number/,
      B: /products\.csv:3: column 'tracked': 'maybe' is not yes or no/,
      C: /products\.csv:4: column 'status': 'gone' is not active or archived/,
      D: /products\.csv:5: the row has no SKU/,
      E: /products\.csv:6: column 'price': '-1' is not a number/,
      F: /products\.csv:8: 'title' differs from line 7 of the same product/,
      H: /products\.csv:9: 'option1 value' is 'S', and no row of the product names the option/,
      I: /products\.csv:10: the row has 6 cells, the header has 8/,
    };
    for (const [name, pattern] of Object.entries(expected)) assert.match(said[name], pattern, name);
    assert.ok(inShop(p.sandbox, 'NEW-OK'));
    assert.equal(p.sandbox.catalogue.variants.filter(v => /^NEW-/.test(v.sku ?? '')).length, 1);
  });
  await t.test('that are not whole or no product files are refused', async sub => {
    const p = await open(sub);
    file(p, 'product_id,title,sku,price\nA,A,NEW-A,1\nB,B');
    assert.match(ended(await p.run('products push'), 78).stderr, /products\.csv: ends in the middle of a row/);
    file(p, 'product_id,title\nA,A\n');
    assert.match(ended(await p.run('products push'), 78).stderr, /products\.csv: there is no column 'sku'/);
    file(p, [{ product_id: 'A', title: 'A', sku: 'NEW-A', price: '1' }]);
    productFile(p, [{ product_id: 'A', title: 'A', sku: 'NEW-A', price: '1' }], { age: 2 });
    silent(ended(await p.run('products push'), 75));
  });
});

test('a faulty row says what to do, and once dropped it does not come back from archive/', async t => {
  const p = await open(t);
  productFile(p, [{ product_id: 'P', sku: 'SOLO-1', price: 'five' }]);
  const { records } = await push(p, '', 1);
  assert.match(records[0].reason, /^products\.csv:2: .*; have the ERP write it again, in a new file; where the ERP has it no longer: erpsync queue drop --flow 'products push' 'P'$/);
  ended(await p.run('queue drop P'), 0);
  const { summary } = await push(p, '--full');
  assert.deepEqual([summary.parked, summary.still_parked], [0, 0]);
});

test('a file that can’t be used as a whole: it is named, a newer one does not replace it, taking it away heals', async t => {
  for (const [what, text] of [
    ['empty', ''],
    ['one barcode for all', 'product_id,sku,barcode\nA,A,4006381333931\nB,B,4006381333931\nC,C,4006381333931\n'],
  ])
    await t.test(what, async sub => {
      const p = await productPlace(sub, { sandbox: { orders: 0, variants: 20, skus: 'clean' } });
      const { sku } = p.sandbox.catalogue.variants.find(v => v.sku && !v.deleted && v.product.variants.length === 1);
      productFile(p, text, { name: 'products-1.csv', age: 300 });
      assert.doesNotMatch((await p.run('products push')).stderr, /does not replace it/);
      productFile(p, [{ product_id: sku, sku, price: '7.00' }], { name: 'products-2.csv', age: 100 });
      const { stderr } = ended(await p.run('products push'), 78);
      assert.match(stderr, /until 'products-1\.csv' is mended or taken out of the folder: a newer file beside it \('products-2\.csv'\) does not replace it/);
      fs.rmSync(p.path('out/products-1.csv'));
      ended(await p.run('products push'), 0);
      assert.equal(inShop(p.sandbox, sku).variants[0].price, '7.00');
    });
});

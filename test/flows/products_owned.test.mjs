// `products push`: who may change which field, and what becomes of a field that both may change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminProducts, productAdminPlace } from '../support/admin_products.mjs';
import { requestsOf } from '../support/place.mjs';
import { catalogue, inShop, productFile, productPlace, push, touched } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const open = (t, products = {}, more = {}) => productPlace(t, { bin: BIN_PLAIN, products, ...more });
const writes = seen => seen().filter(r => /^(Product(Create|Update)|Variants(Create|Update)|OptionsCreate)$/.test(r.operation));
const SOLO = { product_id: 'S', sku: 'SOLO-1' };
const handle = p => p.sandbox.catalogue.find('SOLO-1').product.handle;
let age = 400;
/** The next file of the ERP about one product. */
const erp = (p, fields) => productFile(p, [{ ...SOLO, ...fields }], { age: (age -= 1) });

test('what the store owns is filled at creation and never again', async t => {
  const p = await open(t);
  const row = { product_id: 'N', title: 'One', description: 'First', tags: 'a,b', vendor: 'V', type: 'T', sku: 'NEW-1', price: '5' };
  productFile(p, [row]);
  await push(p);
  const made = inShop(p.sandbox, 'NEW-1');
  assert.deepEqual([made.title, made.tags, made.vendor, made.type], ['One', ['a', 'b'], 'V', 'T']);
  productFile(p, [{ ...row, title: 'Two', description: 'Second', tags: 'c', vendor: 'W', type: 'U', price: '6' }], { age: 40 });
  await push(p);
  assert.deepEqual(inShop(p.sandbox, 'NEW-1'), { ...made, variants: [{ ...made.variants[0], price: '6.00' }] });
  const seen = requestsOf(p.sandbox);
  await push(p, '--full');
  assert.equal(writes(seen).length, 0);
});

test('the lists of owners', async t => {
  const p = await open(t, { erp_owns: 'title, tags, type, vendor, description, sku, barcode', store_owns: 'price, cost, images' });
  const was = inShop(p.sandbox, 'SOLO-1');
  erp(p, { title: 'Renamed', tags: 'x; Y', type: 'Tools', vendor: 'Me', description: '<b>x</b>', price: '1', cost: '1', barcode: '4' });
  await push(p);
  assert.deepEqual(inShop(p.sandbox, 'SOLO-1'), {
    ...was,
    title: 'Renamed',
    tags: ['Y', 'x'],
    type: 'Tools',
    vendor: 'Me',
    description: '<b>x</b>',
    variants: [{ ...was.variants[0], barcode: '4' }],
  });
  await t.test('empty is empty, and what no column says stays', async () => {
    const before = inShop(p.sandbox, 'SOLO-1');
    erp(p, { title: 'Renamed', tags: '', barcode: '' });
    await push(p);
    assert.deepEqual(inShop(p.sandbox, 'SOLO-1'), { ...before, tags: [], variants: [{ ...before.variants[0], barcode: null }] });
  });
  const wrong = {
    'an unknown name': [{ erp_owns: 'sku, prize' }, /erpsync\.conf:\d+: \[products\] erp_owns: there is no field 'prize'; did you mean 'price'\?/],
    'in two lists': [{ both: 'title' }, /erpsync\.conf:\d+: \[products\] both: 'title' stands in store_owns too/],
    'lost from its list': [{ erp_owns: 'sku, price' }, /erpsync\.conf:\d+: \[products\]: 'barcode' stands in none of erp_owns, store_owns and both/],
    'images cannot be brought': [
      { erp_owns: 'sku, price, cost, barcode, images', store_owns: 'title, description, tags' },
      /images are not brought over; they can only stand in store_owns/,
    ],
    'a status has one owner': [{ both: 'status' }, /the status belongs to one side/],
  };
  for (const [name, [products, said]] of Object.entries(wrong))
    await t.test(`refused: ${name}`, async sub => {
      const q = await open(sub, products);
      const { stderr } = ended(await q.run('products push'), 78);
      assert.match(stderr, said);
    });
  await t.test('against the direction', async sub => {
    const q = await open(sub, { master: 'store' });
    assert.match(ended(await q.run('products push'), 78).stderr, /erpsync\.conf:\d+: \[products\] master = store/);
  });
});

test('both may change a field: the last agreement decides', async t => {
  const both = { both: 'title, price, barcode', erp_owns: 'sku, cost', store_owns: 'description, images, tags' };
  const p = await open(t, both);
  const shop = () => {
    const { title, variants } = inShop(p.sandbox, 'SOLO-1');
    return [title, variants[0].price, variants[0].barcode];
  };
  const [title, price] = shop();
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { barcode: '1' } });
  erp(p, { title, price, barcode: '1' });
  assert.equal((await push(p)).summary.adopted, 1, 'both say the same');

  await t.test('only the ERP changed: written', async () => {
    erp(p, { title: 'ERP title', price: '30', barcode: '1' });
    await push(p);
    assert.deepEqual(shop(), ['ERP title', '30.00', '1']);
  });
  await t.test('only the store changed: kept', async () => {
    p.sandbox.changeProducts({ edit: handle(p), change: { title: 'Shop title' } });
    p.sandbox.changeVariants({ edit: 'SOLO-1', change: { price: '31.00' } });
    await push(p, '--full');
    assert.deepEqual(shop(), ['Shop title', '31.00', '1']);
    erp(p, { title: 'ERP title', price: '30', barcode: '2' });
    await push(p);
    assert.deepEqual(shop(), ['Shop title', '31.00', '2'], 'another field goes over');
  });
  await t.test('both changed: parked by name, the rest goes over', async () => {
    erp(p, { title: 'ERP title 2', price: '30', barcode: '3' });
    const { records } = await push(p, '', 1);
    assert.equal(records[0].code, 'conflict');
    assert.match(
      records[0].reason,
      /changed on both sides: title: 'ERP title 2' in the ERP, 'Shop title' in the shop, 'ERP title' when they last agreed; .* erpsync queue retry 'S'; where the ERP has it no longer: erpsync queue drop --flow 'products push' 'S'$/,
    );
    assert.deepEqual(shop(), ['Shop title', '31.00', '3']);
    const again = requestsOf(p.sandbox);
    ended(await p.run('queue retry S'), 0);
    ended(await p.run('products push'), 1);
    assert.equal(writes(again).length, 0);
  });
  await t.test('made equal: it goes on', async () => {
    p.sandbox.changeProducts({ edit: handle(p), change: { title: 'ERP title 2' } });
    ended(await p.run('queue retry S'), 0);
    await push(p);
    assert.deepEqual((await p.parked()).size, 0);
    erp(p, { title: 'ERP title 3', price: '30', barcode: '3' });
    await push(p);
    assert.deepEqual(shop(), ['ERP title 3', '31.00', '3']);
  });
  await t.test('both changed to the same', async () => {
    p.sandbox.changeProducts({ edit: handle(p), change: { title: 'Same' } });
    erp(p, { title: 'Same', price: '31.00', barcode: '3' });
    assert.equal((await push(p)).summary.parked, 0);
    assert.deepEqual(shop(), ['Same', '31.00', '3']);
  });
});

test('both, and they meet for the first time', async t => {
  const p = await open(t, { both: 'title, barcode', erp_owns: 'sku, cost, price', store_owns: 'description, images, tags' });
  const { title } = inShop(p.sandbox, 'SOLO-1');
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { barcode: null } });
  erp(p, { title: 'Other', barcode: '77', price: '44' });
  const { records } = await push(p, '', 1);
  assert.match(records[0].reason, /title: 'Other' in the ERP, '.+' in the shop, and they never agreed/);
  const is = inShop(p.sandbox, 'SOLO-1');
  assert.deepEqual([is.title, is.variants[0].barcode, is.variants[0].price], [title, '77', '44.00'], 'what the shop lacks is filled');
});

test('the last agreement is kept in the transaction of the outcome', async t => {
  const both = { both: 'title', erp_owns: 'sku, cost, price, barcode', store_owns: 'description, images, tags' };
  const p = await open(t, both);
  const { title } = inShop(p.sandbox, 'SOLO-1');
  erp(p, { title });
  await push(p);
  erp(p, { title: 'From the ERP' });
  /* The write lands, its answer does not come, and neither do further ones. */
  p.configure({ net: { retries: 0 } });
  p.sandbox.addFaults({ fault: 'drop_after', operation: 'ProductUpdate' });
  p.sandbox.addFaults({ fault: 'http', status: 503, operation: 'ProductsById', from: 2 });
  ended(await p.run('products push'), 75);
  assert.equal(inShop(p.sandbox, 'SOLO-1').title, 'From the ERP');
  p.sandbox.faults.clear();
  const before = catalogue(p.sandbox);
  ended(await p.run('queue retry --all'), 0);
  await push(p);
  assert.deepEqual(touched(before, catalogue(p.sandbox)), []);
  /* Agreed on: a change of the store alone is its own from now on. */
  p.sandbox.changeProducts({ edit: handle(p), change: { title: 'From the shop' } });
  await push(p, '--full');
  assert.equal(inShop(p.sandbox, 'SOLO-1').title, 'From the shop');
});

/* Without price, without a word of tracking, and one with both. */
const BARE = [
  { product_id: 'B1', title: 'Bare', sku: 'BARE-1', price: '', currency: 'EUR', tracked: 'yes' },
  { product_id: 'B2', title: 'Bare', sku: 'BARE-2', price: '4.00', currency: 'EUR', tracked: '' },
  { product_id: 'B3', title: 'Bare', sku: 'BARE-3', price: '', currency: 'EUR', tracked: '' },
  { product_id: 'B4', title: 'Whole', sku: 'BARE-4', price: '4.00', currency: 'EUR', tracked: 'yes' },
];
const missing = notices => notices.flatMap(text => /^new variants come into the shop (at the price 0\.00|without tracking).*the first: '([^']+)'/.exec(text)?.slice(1).join(' ') ?? []);
for (const [name, opened] of [
  ['by the API', (t, options) => productPlace(t, { bin: BIN_PLAIN, ...options })],
  ['by import files', (t, options) => productAdminPlace(t, new AdminProducts([{ handle: 'mug', title: 'Mug', variants: [{ sku: 'MUG-1', price: '9.00' }] }]), { bin: BIN_PLAIN, ...options })],
]) {
  test(`what the shop makes up of a new variant is told, once a run: ${name}`, async t => {
    const p = await opened(t);
    productFile(p, BARE);
    for (const more of ['--dry-run', '']) {
      const { summary, notices } = await push(p, more);
      assert.equal(summary.created, 4);
      assert.deepEqual(missing(notices), ['at the price 0.00 BARE-1', 'without tracking BARE-2']);
    }
  });
  test(`and is not, where it is the shop's: ${name}`, async t => {
    const p = await opened(t, { products: { erp_owns: 'sku, cost, barcode', store_owns: 'title, description, images, tags, price, tracked' } });
    productFile(p, BARE);
    const { summary, notices } = await push(p);
    assert.equal(summary.created, 4);
    assert.deepEqual(missing(notices), []);
  });
}

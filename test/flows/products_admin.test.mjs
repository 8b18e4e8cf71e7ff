// `products push` into files for the product import of the shop's admin.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { aged, imports, takenAway } from '../support/admin.mjs';
import { AdminProducts, productAdminPlace, productsExported, productsImported } from '../support/admin_products.mjs';
import { csvRows, parseCsv } from '../support/csv.mjs';
import { productFile, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const TEE = {
  handle: 't-shirt',
  title: 'T-shirt "soft", red',
  description: '<p>Soft,\nlong</p>',
  vendor: 'Acme',
  tags: 'a, b',
  options: ['Size', 'Colour'],
  links: ['product.metafields.shopify.size'],
  images: 2,
  material: 'Cotton',
  seo: 'Soft',
  variants: [
    { options: ['S', 'Red'], sku: 'TEE-S', price: '20.00', cost: '7.00', barcode: '0040', tracker: 'shopify', grams: '180', policy: 'continue', taxable: 'false' },
    { options: ['M', 'Red'], sku: 'TEE-M', price: '20.00', cost: '7.00', tracker: 'shopify', grams: '190' },
    { options: ['L', 'Red'], sku: '007', price: '21.00', tracker: 'shopify', grams: '200', service: 'amazon' },
  ],
};
const MUG = { handle: 'mug', title: 'Mug', variants: [{ sku: 'MUG', price: '9.00', tracker: 'shopify' }] };
const shop = options => new AdminProducts([TEE, MUG, { handle: 'other', title: 'Other', variants: [{ sku: '=BAD', price: '1.00' }] }], options);
const open = (t, { admin = shop(), ...options } = {}) => ({ admin, p: productAdminPlace(t, admin, { bin: BIN_PLAIN, ...options }) });
const before = admin => structuredClone(admin.products);
let age = 4000;
const erp = (p, rows) => productFile(p, rows, { age: (age -= 1) });
const tee = (sku, more = {}) => ({ product_id: 'P-TEE', title: 'ERP tee', option1_name: 'Size', option2_name: 'Colour', option1_value: sku === '007' ? 'L' : sku.slice(-1), option2_value: 'Red', sku, ...more });
const newest = (p, admin, n, how = {}) => productsExported(p, admin, { name: `products_export (${n}).csv`, age: 59 - n * 2, ...how });
const reasons = ({ records }) => Object.fromEntries(records.map(r => [r.name, `${r.code}: ${r.reason}`]));

for (const columns of ['today’s columns', 'the columns of before']) {
  const how = { before: columns !== 'today’s columns' };
  test(`one variant of many, a new product, what is the same: ${columns}`, async t => {
    const { admin, p } = open(t, how);
    const was = before(admin);
    erp(p, [
      tee('TEE-S', { price: '20' }),
      tee('TEE-M', { price: '22.5' }),
      { product_id: 'P-MUG', title: 'Mug of the ERP', sku: 'MUG', price: '9' },
    ]);
    /* What has no column there is not told. */
    const NEW = [
      { product_id: '42', title: 'Café crème', description: '<b>x</b>', vendor: 'V', type: 'T', tags: 'z, y', sku: '0815', barcode: '0040063', price: '3', cost: '1.5', weight_kg: '0.25', tracked: 'yes' },
    ];
    productFile(p, NEW, { name: 'products-changes.csv', age: (age -= 1) });
    const { summary, records } = await push(p);
    assert.deepEqual([summary.created, summary.updated, summary.adopted, summary.parked], [1, 1, 1, 0]);
    assert.deepEqual(imports(p), ['products-000001.csv', 'products-changed-000001.csv']);
    const [head, ...rows] = parseCsv(p.read('exports/import/products-changed-000001.csv'));
    const names = how.before ? ['Handle', 'Title', 'Option1 Name', 'Option1 Value', 'Option1 Linked To', 'Option2 Name'] : ['URL handle', 'Title', 'Option1 name', 'Option1 value', 'Option1 Linked To', 'Option2 name'];
    assert.deepEqual(head.slice(0, 6), names);
    assert.deepEqual([head.at(-1), rows.map(r => r.at(-1))], [how.before ? 'Variant Price' : 'Price', ['20.00', '22.50', '21.00']], 'what does not change is repeated');
    assert.ok(!head.some(name => /Body|Description|Tags|Status|Vendor|SKU|Barcode/.test(name)), 'nothing else is in the file');
    assert.equal(records.find(r => r.name === 'P-TEE').target, 'products-changed-000001.csv');
    assert.deepEqual(productsImported(p, admin), []);
    const expected = structuredClone(was);
    expected[0].variants[1].price = '22.50';
    assert.deepEqual(admin.products.slice(0, 3), expected, 'the shop has what it had, but for the price');
    const made = admin.find('cafe-creme-42');
    assert.deepEqual([made.title, made.description, made.vendor, made.type, made.tags, made.status, made.options], ['Café crème', '<b>x</b>', 'V', 'T', 'y, z', 'draft', ['Title']]);
    assert.deepEqual(made.variants, [{ sku: '0815', barcode: '0040063', price: '3.00', compareAt: '', cost: '1.50', taxable: 'true', tracker: 'shopify', policy: 'deny', grams: '250', shipping: 'true', service: 'manual', values: ['Default Title'] }]);
    await t.test('again: nothing, with a newer export too', async () => {
      silent(ended(await p.run('products push'), 0));
      newest(p, admin, 1, how);
      silent(ended(await p.run('products push'), 0));
      const { summary: full } = await push(p, '--full');
      assert.deepEqual([full.adopted, full.created + full.updated + full.parked + full.later], [3, 0]);
      assert.deepEqual(imports(p), []);
    });
    await t.test('a later price of the one that was created', async () => {
      erp(p, [{ product_id: '42', title: 'Another', sku: '0815', price: '4' }]);
      await push(p);
      assert.deepEqual(imports(p), ['products-changed-000002.csv']);
      productsImported(p, admin);
      assert.deepEqual([made.title, admin.variant('0815').price, made.description], ['Café crème', '4.00', '<b>x</b>']);
    });
  });
}

/** The file that lies there, and then the one that what waited for it makes. */
async function importBoth(p, admin) {
  productsImported(p, admin);
  newest(p, admin, 2);
  ended(await p.run('queue retry --all'), 0);
  await push(p);
  assert.deepEqual(imports(p), ['products-changed-000002.csv']);
  productsImported(p, admin);
}

test('owners: the store’s is repeated or left out, the ERP’s cleared and replaced', async t => {
  const { admin, p } = open(t, { products: { erp_owns: 'title, tags, price, sku, compare_at_price', store_owns: 'cost, barcode, description, images', both: 'vendor' } });
  const was = before(admin);
  erp(p, [tee('TEE-S', { title: 'Tee "new"\nline 🎉', tags: '', price: '1', cost: '99', barcode: '99', description: 'no', compare_at_price: '30' })]);
  productFile(p, [{ product_id: 'P-MUG', sku: 'MUG', price: '9' }], { name: 'products-changes.csv', age: (age -= 1) });
  await push(p);
  productsImported(p, admin);
  const expected = structuredClone(was);
  Object.assign(expected[0], { title: 'Tee "new"\nline 🎉', tags: '' });
  Object.assign(expected[0].variants[0], { price: '1.00', compareAt: '30.00' });
  assert.deepEqual(admin.products, expected);
  await t.test('what the file has no column for stays', async () => {
    newest(p, admin, 1);
    erp(p, [{ product_id: 'P-TEE', sku: 'TEE-S', price: '2', compare_at_price: '' }]);
    await push(p);
    productsImported(p, admin);
    Object.assign(expected[0].variants[0], { price: '2.00', compareAt: '' });
    assert.deepEqual(admin.products, expected);
  });
  await t.test('a column that one product needs blanks no other one', async () => {
    newest(p, admin, 2);
    erp(p, [{ product_id: 'P-TEE', sku: 'TEE-S', price: '2', compare_at_price: '', title: 'Tee again', tags: 'n' }]);
    productFile(p, [{ product_id: 'P-MUG', sku: 'MUG', price: '8' }], { name: 'products-changes.csv', age: (age -= 1) });
    await push(p);
    assert.deepEqual(imports(p), ['products-changed-000003.csv']);
    productsImported(p, admin);
    Object.assign(expected[0], { title: 'Tee again', tags: 'n' });
    expected[1].variants[0].price = '8.00';
    assert.deepEqual(admin.products, expected);
  });
});

test('both may change a field: the last agreement that an export showed decides', async t => {
  const { admin, p } = open(t, { products: { both: 'title', store_owns: 'description, images, tags' } });
  const mug = title => erp(p, [{ product_id: 'M', sku: 'MUG', price: '9', title }]);
  mug('Mug');
  assert.equal((await push(p)).summary.adopted, 1, 'both say the same');
  mug('Mug of the ERP');
  await push(p);
  productsImported(p, admin);
  assert.equal(admin.find('mug').title, 'Mug of the ERP');
  newest(p, admin, 1);
  await t.test('only the store changed: kept', async () => {
    admin.find('mug').title = 'Mug of the shop';
    await push(p, '--full');
    newest(p, admin, 2);
    assert.equal((await push(p, '--full')).summary.adopted, 1);
    assert.deepEqual(imports(p), []);
  });
  await t.test('both changed: parked by name, the rest goes over', async () => {
    erp(p, [{ product_id: 'M', sku: 'MUG', price: '10', title: 'Mug 2' }]);
    const said = reasons(await push(p, '', 1));
    assert.match(said.M, /^conflict: changed on both sides: title: 'Mug 2' in the ERP, 'Mug of the shop' in the shop, 'Mug of the ERP' when they last agreed/);
    assert.equal(imports(p).length, 1);
    productsImported(p, admin);
    assert.deepEqual([admin.find('mug').title, admin.variant('MUG').price], ['Mug of the shop', '10.00']);
  });
  await t.test('upon the same export it asks for nothing more', async () => {
    ended(await p.run('queue retry M'), 0);
    ended(await p.run('products push'), 1);
    assert.deepEqual(imports(p), []);
  });
  await t.test('made equal: it goes on', async () => {
    admin.find('mug').title = 'Mug 2';
    newest(p, admin, 3);
    ended(await p.run('queue retry M'), 0);
    assert.equal((await push(p)).summary.parked, 0);
    assert.deepEqual(imports(p), []);
  });
  await t.test('at the first meeting nothing of it is written', async () => {
    erp(p, [{ product_id: 'T', sku: 'TEE-S', price: '1', title: 'Other title' }]);
    assert.match(reasons(await push(p, '', 1)).T, /and they never agreed/);
    assert.deepEqual(imports(p), []);
  });
});

test('archived, and back', async t => {
  const { admin, p } = open(t);
  const mug = more => erp(p, [{ product_id: 'M', sku: 'MUG', price: '1', ...more }]);
  mug({ status: 'archived' });
  await push(p);
  productsImported(p, admin);
  assert.deepEqual([admin.find('mug').status, admin.variant('MUG').price], ['archived', '9.00'], 'nothing but the status');
  newest(p, admin, 1);
  assert.equal((await push(p, '--full')).summary.adopted, 1);
  mug({ status: 'active', price: '9' });
  await push(p);
  productsImported(p, admin);
  assert.equal(admin.find('mug').status, 'active');
  erp(p, [{ product_id: 'N', sku: 'NEVER', title: 'Never', status: 'archived' }]);
  assert.equal((await push(p)).summary.adopted, 1);
  assert.deepEqual(imports(p), []);
  await t.test('ignored', async sub => {
    const { p: q } = open(sub, { products: { archived: 'ignore' } });
    erp(q, [{ product_id: 'M', sku: 'MUG', price: '1', status: 'archived' }]);
    await push(q);
    assert.deepEqual(imports(q), []);
  });
});

test('variants', async t => {
  await t.test('a new one comes with all that the ERP tells; the others stay', async sub => {
    const { admin, p } = open(sub, { products: { erp_owns: 'sku, cost, barcode', store_owns: 'price, title, description, images, tags' } });
    const was = before(admin);
    erp(p, [tee('TEE-S', { price: '1', cost: '7' }), tee('TEE-X', { price: '25', cost: '8' })]);
    await push(p);
    productsImported(p, admin);
    assert.deepEqual(admin.find('t-shirt').variants.slice(0, 3), was[0].variants);
    const { values, sku, price, cost, taxable, policy, shipping, service } = admin.variant('TEE-X');
    assert.deepEqual([values, sku, price, cost, taxable, policy, shipping, service], [['X', 'Red'], 'TEE-X', '25.00', '8.00', 'true', 'deny', 'true', 'manual']);
    newest(p, admin, 1);
    assert.equal((await push(p, '--full')).summary.adopted, 1);
    assert.deepEqual(imports(p), []);
  });
  await t.test('another SKU in the ERP is another SKU in the shop', async sub => {
    const { admin, p } = open(sub);
    const rows = sku => [tee('TEE-S', { variant_id: '1' }), { ...tee('TEE-M', { variant_id: '2' }), sku }];
    erp(p, rows('TEE-M'));
    assert.equal((await push(p)).summary.adopted, 1);
    erp(p, rows('TEE-MM'));
    await push(p);
    productsImported(p, admin);
    assert.deepEqual(admin.find('t-shirt').variants.map(v => v.sku), ['TEE-S', 'TEE-MM', '007'], 'leading zeros too');
    newest(p, admin, 1);
    assert.equal((await push(p, '--full')).summary.adopted, 1);
  });
  await t.test('with other options are not added, nor is a single one made several', async sub => {
    const { admin, p } = open(sub);
    erp(p, [
      { product_id: 'M', sku: 'MUG', price: '9', option1_name: 'Size', option1_value: 'S', title: 'Mug' },
      { product_id: 'M', sku: 'MUG-2', price: '9', option1_name: 'Size', option1_value: 'M', title: 'Mug' },
    ]);
    assert.match(reasons(await push(p, '', 1)).M, /^refused: is put into no file because of this: its new variants can't be added: the ERP's differ in 'Size', the shop's in nothing/);
    assert.deepEqual([imports(p), admin.find('mug').variants.length], [[], 1]);
  });
  await t.test('archived ones stay as they are', async sub => {
    const { p } = open(sub);
    erp(p, [tee('TEE-S', { price: '20' }), tee('TEE-M', { price: '1', variant_status: 'archived' })]);
    const { notices, summary } = await push(p);
    assert.equal(summary.adopted, 1);
    assert.match(notices.join(), /no longer sells some variants .*'TEE-M'/);
  });
});

test('what is not sure is parked, and the rest goes on', async t => {
  const admin = shop();
  admin.products.push(...new AdminProducts([
    { handle: 'dup-1', title: 'D', variants: [{ sku: 'DUP' }] },
    { handle: 'dup-2', title: 'D', variants: [{ sku: 'DUP' }] },
    { handle: 'mug-7', title: 'Not ours', variants: [{ sku: 'X' }] },
  ]).products);
  const { p } = open(t, { admin });
  erp(p, [
    { product_id: 'D', sku: 'DUP', price: '1', title: 'D' },
    tee('TEE-S', { product_id: 'TWO', price: '1' }),
    { product_id: 'TWO', title: 'ERP tee', sku: 'MUG', option1_name: 'Size', option2_name: 'Colour', option1_value: 'Q', option2_value: 'Q', price: '1' },
    { product_id: 'NOTITLE', sku: 'N-1', price: '1' },
    { product_id: 'SAME', sku: 'TEE-M', price: '3' },
    { product_id: 'SAME2', sku: '007', price: '3' },
    { product_id: 'A', sku: 'NEW', title: 'A', price: '3' },
    { product_id: 'B', sku: 'NEW', title: 'B', price: '3' },
    { product_id: '7', sku: 'MUG-7', title: 'Mug', price: '3' },
    { product_id: 'OK', sku: 'MUG2', title: '=cmd|x', price: '3' },
  ]);
  const answer = await push(p, '', 1);
  const said = reasons(answer);
  for (const [name, pattern] of Object.entries({
    D: /^duplicate_sku: several variants of the shop have the SKU 'DUP' \(products_export\.csv:\d+ and products_export\.csv:\d+\)/,
    TWO: /^several_products: its SKUs are those of two products of the shop, 't-shirt' and 'mug'/,
    NOTITLE: /^no_title: /,
    B: /^duplicate_sku: the SKU 'NEW' is that of product 'A' of the ERP already/,
  }))
    assert.match(said[name], pattern, name);
  const made = csvRows(p.read('exports/import/products-000001.csv'));
  assert.deepEqual(productsImported(p, admin), [], 'no handle that is there');
  assert.deepEqual(['TEE-S', 'TEE-M', '007'].map(sku => admin.variant(sku).price), ['20.00', '3.00', '3.00'], 'two products of the ERP change one of the shop');
  assert.deepEqual(made.map(r => r.SKU), ['NEW', 'MUG-7', 'MUG2']);
  assert.match(made[1]['URL handle'], /^mug-[0-9a-f]{12}$/);
  assert.equal(made[2].Title, '=cmd|x', 'as it is: an apostrophe would be part of the title');
  assert.equal(admin.find('mug-7').title, 'Not ours');
});

test('a product waits until the shop was exported anew', async t => {
  const { admin, p } = open(t);
  const mug = price => erp(p, [{ product_id: 'M', sku: 'MUG', price }, { product_id: 'N', sku: 'NEW', title: 'New', price }]);
  mug('10');
  await push(p);
  mug('11');
  const { summary, notices } = await push(p);
  assert.equal(summary.later, 2);
  assert.match(notices.join(), /some products wait: products-\S+\.csv is made from the products export that is there; import it/);
  assert.deepEqual((await p.queue('--waiting')).map(q => q.code), ['export_used', 'export_used']);
  await t.test('exported anew and not imported', async () => {
    newest(p, admin, 1);
    ended(await p.run('queue retry --all'), 0);
    await push(p);
    assert.deepEqual((await p.queue('--waiting')).map(q => q.code), ['import_waits', 'import_waits']);
    assert.deepEqual(imports(p).length, 2);
  });
  await t.test('imported', async () => {
    await importBoth(p, admin);
    assert.deepEqual([admin.variant('MUG').price, admin.variant('NEW').price, admin.products.length], ['11.00', '11.00', 4]);
  });
  await t.test('a file that got lost is written again, the same handle in it', async () => {
    newest(p, admin, 3);
    erp(p, [{ product_id: '9', sku: 'NINE', title: 'Nine', price: '1' }]);
    await push(p);
    const [row] = csvRows(p.read('exports/import/products-000002.csv'));
    takenAway(p);
    newest(p, admin, 4);
    await push(p, '--full');
    assert.deepEqual(csvRows(p.read('exports/import/products-000003.csv')), [row]);
    assert.equal(row['URL handle'], 'nine-9');
  });
  await t.test('--full upon the same export asks for nothing twice', async () => {
    const there = imports(p);
    await push(p, '--full');
    assert.deepEqual(imports(p), there);
  });
});

/* Two of the ERP's products are variants of one of the shop: each of its files repeats what the export says of the other. */
test('a file that is imported weeks later is not undone by the next one', async t => {
  const SIZES = ['S', 'M', 'L'];
  const admin = new AdminProducts([MUG, { handle: 'jersey', title: 'Jersey', options: ['Size'], variants: SIZES.map(size => ({ options: [size], sku: `JER-${size}`, price: '49.00', tracker: 'shopify' })) }]);
  const { p } = open(t, { admin });
  const sql = text => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
  const prices = () => admin.find('jersey').variants.map(v => v.price);
  const erpSays = (S, M) => erp(p, [{ product_id: 'a', sku: 'JER-S', price: S }, { product_id: 'b', sku: 'JER-M', price: M }, { product_id: 'b', sku: 'JER-L', price: '49' }]);
  const notes = () => sql("SELECT count(*) FROM connector_state WHERE key LIKE '%products-import %'");
  erpSays('45', '49');
  await push(p);
  assert.deepEqual(imports(p), ['products-changed-000001.csv']);
  sql('UPDATE connector_state SET saved_at = saved_at - 32 * 86400');
  await push(p);
  newest(p, admin, 1);
  erpSays('45', '46');
  await push(p);
  assert.deepEqual((await p.queue('--waiting')).map(q => [q.name, q.code]), [['b', 'import_waits']]);
  assert.deepEqual(imports(p), ['products-changed-000001.csv']);
  await importBoth(p, admin);
  assert.deepEqual(prices(), ['45.00', '46.00', '49.00']);
  await t.test('what is over is not remembered', async () => {
    assert.equal(notes(), '1');
    newest(p, admin, 3);
    sql("UPDATE connector_state SET key = replace(key, 'jersey', 'mug') WHERE key LIKE '%products-import %'");
    erp(p, [{ product_id: 'M', sku: 'MUG', price: '8' }]);
    await push(p);
    assert.deepEqual(imports(p), ['products-changed-000003.csv']);
    assert.equal(notes(), '0');
  });
});

test('an export that was made before the import files were taken away proves nothing about them', async t => {
  const mug = price => ({ product_id: 'M', sku: 'MUG', price });
  const codes = async p => (await p.queue('--waiting')).map(q => q.code);
  const goesOn = async (p, admin) => {
    newest(p, admin, 20);
    ended(await p.run('queue retry --all'), 0);
    await push(p);
    productsImported(p, admin);
    assert.deepEqual(await codes(p), []);
  };
  await t.test('a change that the ERP takes back', async sub => {
    const { admin, p } = open(sub);
    const was = admin.variant('MUG').price;
    erp(p, [mug('5')]);
    await push(p);
    newest(p, admin, 1);
    productsImported(p, admin, { age: 30 });
    erp(p, [mug(was)]);
    assert.equal((await push(p)).summary.later, 1);
    assert.match((await p.queue('--waiting'))[0].reason, /products-changed-000001\.csv was taken away after the products export that is there was made/);
    await goesOn(p, admin);
    assert.equal(admin.variant('MUG').price, was);
  });
  await t.test('a new product that changes', async sub => {
    const { admin, p } = open(sub);
    const nine = price => ({ product_id: '9', sku: 'NINE', title: 'Nine', price });
    erp(p, [nine('1')]);
    await push(p);
    newest(p, admin, 1);
    productsImported(p, admin, { age: 30 });
    erp(p, [nine('2')]);
    assert.equal((await push(p)).summary.later, 1);
    assert.deepEqual([imports(p), await codes(p)], [[], ['export_used']]);
    await goesOn(p, admin);
    assert.equal(admin.variant('NINE').price, '2.00');
  });
  await t.test('another product of the ERP has a part in it', async sub => {
    const { admin, p } = open(sub);
    const s = { product_id: 'S', sku: 'TEE-S', price: '5' };
    erp(p, [s]);
    await push(p);
    newest(p, admin, 1);
    productsImported(p, admin, { age: 30 });
    erp(p, [s, { product_id: 'T', sku: 'TEE-M', price: '6' }]);
    await push(p);
    await goesOn(p, admin);
    assert.deepEqual(['TEE-S', 'TEE-M'].map(sku => admin.variant(sku).price), ['5.00', '6.00']);
  });
});

test('files that were thrown away: the next round brings what they asked for, though the ERP says the same', async t => {
  const { admin, p } = open(t);
  const said = () => erp(p, [{ product_id: 'M', sku: 'MUG', price: '5' }, { product_id: '9', sku: 'NINE', title: 'Nine', price: '1' }]);
  said();
  await push(p);
  takenAway(p);
  newest(p, admin, 1);
  said();
  assert.equal((await push(p)).summary.later, 0);
  assert.deepEqual(imports(p), ['products-000002.csv', 'products-changed-000002.csv']);
  productsImported(p, admin);
  newest(p, admin, 2);
  said();
  await push(p);
  assert.deepEqual([imports(p), admin.variant('MUG').price, admin.variant('NINE').price], [[], '5.00', '1.00']);
});

test('a part that can’t go over does not keep the rest of a product that was met before', async t => {
  const { admin, p } = open(t);
  erp(p, [tee('TEE-S', { price: '20' })]);
  await push(p);
  erp(p, [tee('TEE-S', { price: '18' }), tee('TEE-Z', { option1_value: 'M', price: '1' })]);
  const said = reasons(await push(p, '', 1));
  assert.match(said['P-TEE'], /^refused: went into the file but for this: variant 'TEE-Z': the shop has it with the SKU 'TEE-M'/);
  productsImported(p, admin);
  assert.deepEqual(admin.find('t-shirt').variants.map(v => [v.sku, v.price]), [['TEE-S', '18.00'], ['TEE-M', '20.00'], ['007', '21.00']]);
});

test('a handle is nobody else’s', async t => {
  await t.test('one that a person gave to another product since', async sub => {
    const { admin, p } = open(sub);
    erp(p, [{ product_id: 'M', sku: 'MUG', price: '9', title: 'Mug' }]);
    await push(p);
    admin.find('mug').handle = 'old-mug';
    admin.find('other').handle = 'mug';
    newest(p, admin, 1);
    erp(p, [{ product_id: 'M', sku: 'MUG', price: '10', title: 'Mug' }]);
    await push(p);
    productsImported(p, admin);
    assert.deepEqual([admin.variant('MUG').price, admin.variant('=BAD').price, admin.products.length], ['10.00', '1.00', 3]);
  });
  await t.test('one that somebody created by hand before the import', async sub => {
    const { admin, p } = open(sub);
    erp(p, [{ product_id: '5', sku: 'FIVE', price: '5', title: 'Five' }]);
    await push(p);
    admin.products.push(...new AdminProducts([{ handle: 'five-5', title: 'By hand', variants: [{ sku: 'HAND', price: '7.00' }] }]).products);
    assert.deepEqual(productsImported(p, admin), ['five-5'], 'skipped by the import');
    newest(p, admin, 1);
    await push(p, '--full');
    assert.deepEqual(productsImported(p, admin), []);
    assert.equal(admin.find('five-5').title, 'By hand');
    assert.match(admin.products.find(x => x.variants[0].sku === 'FIVE').handle, /^five-[0-9a-f]{12}$/);
  });
  await t.test('where both are taken it is parked', async sub => {
    const { admin, p } = open(sub);
    erp(p, [{ product_id: '5', sku: 'FIVE', price: '5', title: 'Five' }]);
    await push(p, '--dry-run');
    const hash = createHash('sha256').update('5').digest('hex').slice(0, 12);
    admin.products.push(...new AdminProducts(['five-5', `five-${hash}`].map(handle => ({ handle, title: 'X', variants: [{ sku: handle }] }))).products);
    newest(p, admin, 1);
    assert.match(reasons(await push(p, '', 1))[5], /^handle_taken: the shop has a product with the handle 'five-[0-9a-f]{12}'/);
    assert.deepEqual(imports(p), []);
  });
  await t.test('a product whose rows begin in the middle', async sub => {
    const { admin, p } = open(sub);
    const text = admin.export();
    aged(p.write('exports/products_export.csv', text.replace(/^"T-shirt[^]*?\n(?=,t-shirt)/m, '')), 60);
    erp(p, [tee('TEE-M', { price: '1' })]);
    assert.match(reasons(await push(p, '', 1))['P-TEE'], /^broken_export: products_export\.csv:2: the rows of 't-shirt' begin without a title/);
  });
});

test('HTML that the shop tidies up is written once', async t => {
  const admin = shop({ tidy: html => html.replaceAll('<b>', '<strong>').replaceAll('</b>', '</strong>') });
  const { p } = open(t, { admin, products: { erp_owns: 'sku, price, cost, barcode, description', store_owns: 'title, images, tags' } });
  const mug = description => erp(p, [{ product_id: 'M', sku: 'MUG', price: '9', description }]);
  mug('<b>x</b>');
  await push(p);
  productsImported(p, admin);
  newest(p, admin, 1);
  assert.equal((await push(p, '--full')).summary.adopted, 1);
  assert.deepEqual(imports(p), []);
  admin.find('mug').description = 'of the shop';
  newest(p, admin, 2);
  await push(p, '--full');
  productsImported(p, admin);
  assert.equal(admin.find('mug').description, '<strong>x</strong>');
});

test('several files: parts of one export, and one that is older', async t => {
  const { admin, p } = open(t, { admin: shop() });
  fs.rmSync(p.path('exports/products_export.csv'));
  productsExported(p, admin, { name: 'products_export_1.csv', only: ['t-shirt'], age: 300 });
  productsExported(p, admin, { name: 'products_export_2.csv', only: ['mug'], before: true, age: 200 });
  productsExported(p, admin, { name: 'old.csv', age: 90000 });
  erp(p, [tee('TEE-S', { price: '1' }), { product_id: 'M', sku: 'MUG', price: '2' }, { product_id: 'O', sku: '=BAD', title: 'Other', price: '3' }]);
  const said = reasons(await push(p, '', 1));
  assert.match(said.O, /^not_in_export: the newest export does not list it, and old\.csv, which is older, does \(as 'other'\): export all products anew/);
  assert.deepEqual(imports(p), ['products-changed-000001.csv']);
  productsImported(p, admin);
  assert.deepEqual([admin.variant('TEE-S').price, admin.variant('MUG').price, admin.variant('=BAD').price], ['1.00', '2.00', '1.00']);
  assert.equal(admin.find('t-shirt').variants.length, 3);
});

test('exports that are missing, cut or of another kind, and what must be set', async t => {
  const whole = shop().export();
  const cases = {
    'no products export': ['orders.csv', 'Name,Financial Status\n#1,paid\n', 60, 78, /exports: there is no products export; make one in the admin \(Products > Export, all products/],
    'written a moment ago': ['products.csv', whole, 2, 75, null],
    'broken off inside a quote': ['products.csv', whole.slice(0, whole.indexOf('long</p>')), 60, 78, /products\.csv/],
    'broken off inside a row': ['products.csv', whole.slice(0, whole.lastIndexOf(',')), 60, 78, /products\.csv: ends in the middle of a row/],
  };
  for (const [name, [file, text, old, status, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = productAdminPlace(sub, null, { bin: BIN_PLAIN });
      aged(p.write(`exports/${file}`, text), old);
      erp(p, [{ product_id: 'M', sku: 'MUG', price: '1' }]);
      const result = ended(await p.run('products push'), status);
      if (said) assert.match(result.stderr, said);
      assert.deepEqual(imports(p), []);
    });
  await t.test('the shop’s currency is not guessed', async sub => {
    const { p } = open(sub, { store: { currency: null } });
    erp(p, [{ product_id: 'M', sku: 'MUG', price: '1' }]);
    assert.match(ended(await p.run('products push'), 78).stderr, /\[store\] currency.*does not say which currency/);
  });
  await t.test('another currency, the other tax', async sub => {
    const { p } = open(sub);
    erp(p, [{ product_id: 'M', sku: 'MUG', price: '1', currency: 'USD' }, { product_id: 'T', sku: 'TEE-S', price: '1', currency: 'EUR', prices_include_tax: 'no' }]);
    const said = reasons(await push(p, '', 1));
    assert.match(said.M, /^wrong_currency: /);
    assert.match(said.T, /^tax_mismatch: |^bad_row/);
    assert.deepEqual(imports(p), []);
  });
  await t.test('an export of last week is worth a word', async sub => {
    const admin = shop();
    const p = productAdminPlace(sub, null, { bin: BIN_PLAIN });
    productsExported(p, admin, { age: 7 * 86400 });
    erp(p, [{ product_id: 'M', sku: 'MUG', price: '1' }]);
    assert.match((await push(p)).notices.join(), /products_export\.csv was made 7d ago; titles, and what else an import must repeat/);
  });
});

test('a dry run says what would be written and writes nothing; check', async t => {
  const { p } = open(t);
  erp(p, [{ product_id: 'M', sku: 'MUG', price: '1' }, { product_id: 'N', sku: 'NEW', title: 'New', price: '1' }]);
  const { summary } = await push(p, '--dry-run');
  assert.deepEqual([summary.created, summary.updated], [1, 1]);
  assert.ok(!p.exists('exports/import'));
  p.configure({ products: { master: 'erp' } });
  const said = ended(await p.run('check'), 0).stdout;
  assert.match(said, /^ok +products_export\.csv: 3 products, prices in EUR$/m);
  assert.match(said, /^ok +mapping csv\/product\.jq compiles/m);
  assert.match(said, /^ok +.*exports\/import: will be created$/m);
  fs.rmSync(p.path('exports/products_export.csv'));
  assert.match(ended(await p.run('check'), 78).stdout, /^bad +.*there is no products export/m);
});

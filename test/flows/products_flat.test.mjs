// `products push` where the ERP keeps articles one by one, and the shop has them as variants of products.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imports } from '../support/admin.mjs';
import { AdminProducts, productAdminPlace, productsExported, productsImported } from '../support/admin_products.mjs';
import { csvRows } from '../support/csv.mjs';
import { catalogue, inShop, productFile, productPlace, push, touched } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const SIZES = ['S', 'M', 'L', 'XL', 'XXL', '3XL'];
const JERSEY = {
  handle: 'jersey',
  title: 'Jersey',
  options: ['Size'],
  variants: SIZES.slice(0, 3).map(size => ({ options: [size], sku: `JER-${size}`, price: '49.00', tracker: 'shopify' })),
};
const MUG = { handle: 'mug', title: 'Mug', variants: [{ sku: 'MUG-1', price: '9.00', tracker: 'shopify' }] };
const PRICES = { 'JER-S': '45.00', 'JER-M': '45.00', 'JER-L': '47.00', 'MUG-1': '8.00' };
const list = Object.entries(PRICES).map(([sku, price]) => ({ sku, price }));
const open = (t, options = {}) => {
  const admin = new AdminProducts([JERSEY, MUG]);
  return { admin, p: productAdminPlace(t, admin, { bin: BIN_PLAIN, ...options }) };
};
let age = 4000;
const erp = (p, rows) => productFile(p, rows, { age: (age -= 1) });
const prices = admin => Object.fromEntries(admin.products.flatMap(x => x.variants.map(v => [v.sku, v.price])));
const newest = (p, admin, n) => productsExported(p, admin, { name: `products_export (${n}).csv`, age: 59 - n * 2 });
const reasons = ({ records }) => Object.fromEntries(records.map(r => [r.name, `${r.code}: ${r.reason}`]));
/** As a real shop's: 321 products, 1,565 variants. */
const REAL = Array.from({ length: 321 }, (_, i) => ({
  handle: `p-${i}`,
  title: `Product ${i}`,
  options: ['Size'],
  variants: SIZES.slice(0, i < 281 ? 5 : 4).map(size => ({ options: [size], sku: `P${i}-${size}`, price: '10.00' })),
}));

for (const [name, family] of [['without product_id', false], ['with product_id', true]])
  test(`a plain list of SKU and price, ${name}`, async t => {
    const { admin, p } = open(t);
    const of = ({ sku, ...row }) => ({ ...(family ? { product_id: sku.split('-')[0] } : {}), sku, ...row });
    erp(p, list.map(of));
    const { summary } = await push(p);
    assert.deepEqual([summary.updated, summary.parked], [family ? 2 : 4, 0]);
    assert.deepEqual(imports(p), ['products-changed-000001.csv']);
    assert.deepEqual(csvRows(p.read('exports/import/products-changed-000001.csv')).map(r => r['URL handle']), ['jersey', 'jersey', 'jersey', 'mug'], 'each row once');
    productsImported(p, admin);
    assert.deepEqual(prices(admin), PRICES);
    await t.test('and again: nothing', async () => {
      newest(p, admin, 1);
      await push(p, '--full');
      assert.deepEqual(imports(p), []);
    });
  });

test('of a shop’s real size all go over', async t => {
  const admin = new AdminProducts(REAL);
  const p = productAdminPlace(t, admin, { bin: BIN_PLAIN });
  const rows = REAL.flatMap(({ variants }) => variants.map(v => ({ sku: v.sku, price: '12' })));
  assert.equal(rows.length, 1565);
  erp(p, rows);
  const { summary } = await push(p);
  assert.deepEqual([summary.updated, summary.parked], [1565, 0]);
  productsImported(p, admin);
  assert.deepEqual(new Set(Object.values(prices(admin))), new Set(['12.00']));
});

test('an article that the shop lacks costs only itself', async t => {
  const { admin, p } = open(t);
  erp(p, [...list, { sku: 'NEW-1', price: '1' }].map(row => ({ product_id: row.sku === 'MUG-1' ? 'mug' : 'all', ...row })));
  assert.match(reasons(await push(p, '', 1)).all, /^refused: went into the file but for this: its new variants can't be added/);
  productsImported(p, admin);
  assert.deepEqual(prices(admin), PRICES);
  await t.test('and is asked for no second time', async () => {
    ended(await p.run('queue retry --all'), 0);
    await push(p, '', 1);
    assert.deepEqual(imports(p), []);
  });
  await t.test('flat, it is parked for what creating needs', async sub => {
    const q = open(sub);
    erp(q.p, [...list, { sku: 'NEW-1', price: '1' }]);
    assert.match(reasons(await push(q.p, '', 1))['NEW-1'], /^no_title: /);
    productsImported(q.p, q.admin);
    assert.deepEqual(prices(q.admin), PRICES);
  });
});

test('a second file upon the same export does not take back what the first one brings', async t => {
  const { admin, p } = open(t);
  erp(p, [{ sku: 'JER-S', price: '45' }]);
  await push(p);
  erp(p, [{ sku: 'JER-M', price: '46' }]);
  const { summary, notices } = await push(p);
  assert.deepEqual([summary.later, imports(p)], [1, ['products-changed-000001.csv']]);
  assert.match(notices.join(), /some products wait: products-changed-000001\.csv is made from the products export that is there/);
  await t.test('exported anew and not imported', async () => {
    newest(p, admin, 1);
    ended(await p.run('queue retry --all'), 0);
    await push(p);
    assert.deepEqual((await p.queue('--waiting')).map(q => q.code), ['import_waits']);
  });
  await t.test('imported, and the file still there', async () => {
    admin.import(p.read('exports/import/products-changed-000001.csv'), { overwrite: true });
    newest(p, admin, 2);
    ended(await p.run('queue retry --all'), 0);
    await push(p);
    assert.deepEqual(imports(p), ['products-changed-000001.csv', 'products-changed-000002.csv']);
    admin.import(p.read('exports/import/products-changed-000002.csv'), { overwrite: true });
    assert.deepEqual([admin.variant('JER-S').price, admin.variant('JER-M').price], ['45.00', '46.00']);
  });
});

test('several speak of one product: none is heard, and it is said once', async t => {
  const products = { erp_owns: 'title, status, sku, price, cost, barcode', store_owns: 'description, images, tags' };
  const { admin, p } = open(t, { products });
  const rows = more => erp(p, list.map(row => ({ ...row, title: `Title of ${row.sku}`, ...more(row.sku) })));
  rows(() => ({}));
  const { notices } = await push(p);
  assert.equal(notices.filter(n => /are variants of one product of the shop \(the first: 'JER-S'\)/.test(n)).length, 1);
  productsImported(p, admin);
  assert.deepEqual([admin.find('jersey').title, admin.find('mug').title, admin.variant('JER-L').price], ['Jersey', 'Title of MUG-1', '47.00']);
  await t.test('nor alone, later', async () => {
    newest(p, admin, 1);
    erp(p, [{ sku: 'JER-M', price: '44', title: 'Jersey M' }]);
    await push(p);
    productsImported(p, admin);
    assert.deepEqual([admin.find('jersey').title, admin.variant('JER-M').price], ['Jersey', '44.00']);
  });
  await t.test('one that is archived takes no others away', async () => {
    newest(p, admin, 2);
    rows(sku => (/JER-S|MUG/.test(sku) ? { status: 'archived' } : {}));
    await push(p);
    productsImported(p, admin);
    assert.deepEqual([admin.find('jersey').status, admin.find('mug').status], ['active', 'archived']);
  });
});

test('SKUs and barcodes of digits keep them, in what is compared, written and repeated', async t => {
  const admin = new AdminProducts([
    { handle: 'whey', title: 'Whey', variants: [{ sku: '748927000018', barcode: '4006381333931', price: '49.00', tracker: 'shopify' }] },
    { handle: 'crea', title: 'Creatine', variants: [{ sku: '0012', barcode: '0040063813339', price: '19.00', tracker: 'shopify' }] },
  ]);
  const p = productAdminPlace(t, admin, { bin: BIN_PLAIN });
  erp(p, [{ sku: '748927000018', title: 'Whey', price: '52', barcode: '4006381333931' }, { sku: '0012', title: 'Creatine', price: '19', barcode: '0040063813339' }]);
  assert.match(ended(await p.run('skus check'), 0).stdout, /2 in the ERP \(CSV files\): 2 aligned/);
  await push(p);
  assert.deepEqual(imports(p), ['products-changed-000001.csv']);
  productsImported(p, admin);
  await t.test('a column of SKUs and barcodes that one product needs', async () => {
    newest(p, admin, 1);
    erp(p, [{ product_id: '0012', variant_id: '0012', sku: '0013', barcode: '0040063813340', price: '20' }, { sku: '748927000018', price: '53', barcode: '4006381333931' }]);
    await push(p);
    productsImported(p, admin);
    assert.deepEqual(admin.products.map(x => [x.variants[0].sku, x.variants[0].barcode, x.variants[0].price]), [['748927000018', '4006381333931', '53.00'], ['0013', '0040063813340', '20.00']]);
  });
});

test('into the shop itself: every variant that is found by its SKU', async t => {
  const sandbox = { orders: 0, variants: 700 };
  const p = await productPlace(t, { sandbox });
  const count = {};
  for (const v of p.sandbox.catalogue.variants) if (!v.deleted && v.sku) count[v.sku] = (count[v.sku] ?? 0) + 1;
  const skus = p.sandbox.catalogue.variants.filter(v => !v.deleted && /^(E|SOLO-|LONG-)\d/.test(v.sku ?? '') && count[v.sku] === 1).map(v => v.sku);
  assert.ok(skus.length > 100, `${skus.length} articles, so that there are two batches`);
  erp(p, skus.map(sku => ({ sku, price: '7.77' })));
  const { summary } = await push(p);
  assert.deepEqual([summary.updated, summary.parked], [skus.length, 0]);
  assert.deepEqual(skus.filter(sku => inShop(p.sandbox, sku).variants.find(v => v.sku === sku).price !== '7.77'), []);
  await t.test('nothing of the products themselves', async sub => {
    const q = await productPlace(sub, { sandbox, products: { erp_owns: 'title, status, sku, price, cost, barcode', store_owns: 'description, images, tags' } });
    const before = catalogue(q.sandbox);
    erp(q, skus.map(sku => ({ sku, title: `Title of ${sku}`, status: sku === skus[1] ? 'archived' : 'active' })));
    const { notices } = await push(q);
    assert.equal(notices.filter(n => /are variants of one product of the shop/.test(n)).length, 1);
    const after = catalogue(q.sandbox), several = Object.keys(before).filter(id => before[id].variants.length > 1);
    assert.deepEqual(touched(before, after).filter(id => several.includes(id)), []);
    silent(ended(await q.run('products push'), 0));
  });
});

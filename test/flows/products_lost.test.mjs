// `products push` where the newest products export has lost something that the shop has: an import deletes what its rows leave out.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { aged, imports } from '../support/admin.mjs';
import { AdminProducts, productAdminPlace, productsExported, productsImported } from '../support/admin_products.mjs';
import { parseCsv } from '../support/csv.mjs';
import { productFile, push } from '../support/products.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';

const SIZES = ['S', 'M', 'L'];
const TEE = { handle: 'tee', title: 'Tee', options: ['Size'], variants: SIZES.map(size => ({ options: [size], sku: `TEE-${size}`, price: '20.00', cost: '5.00' })) };
const MUG = { handle: 'mug', title: 'Mug', variants: [{ sku: 'MUG', price: '9.00' }] };
const open = t => {
  const admin = new AdminProducts([TEE, MUG]);
  return { admin, p: productAdminPlace(t, null, { bin: BIN_PLAIN }) };
};
let age = 4000;
const erp = (p, rows, name) => productFile(p, rows, { age: (age -= 1), name });
const flat = prices => SIZES.map(size => ({ sku: `TEE-${size}`, title: `Tee ${size}`, price: prices[size] ?? '20.00' }));
const family = prices => flat(prices).map((row, i) => ({ ...row, product_id: 'tee', title: 'Tee', option1_name: 'Size', option1_value: SIZES[i] }));
const without = (text, sku) => text.split('\n').filter(line => !line.includes(sku)).join('\n');
/** As the admin made it, but for the row that a filter took. */
const filtered = (p, admin, sku, name = 'e2.csv', old = 60) => aged(p.write(`exports/${name}`, without(admin.export(), sku)), old);
const reasons = ({ records }) => Object.fromEntries(records.map(r => [r.name, `${r.code}: ${r.reason}`]));
const sizes = admin => admin.find('tee').variants.map(v => [v.sku, v.price]);

for (const [name, rows, label] of [['article by article', flat, 'TEE-S'], ['as one product', family, 'tee']])
  for (const [kept, old] of [['an older export', 90000], ['one of the same hour', 600], ['the state file alone', 0]])
    test(`a variant whose row is missing, ${name}: ${kept} knows it`, async t => {
      const { admin, p } = open(t);
      productsExported(p, admin, { name: 'e1.csv', age: old || 600 });
      erp(p, rows({}));
      await push(p);
      assert.deepEqual(imports(p), []);
      if (!old) fs.rmSync(p.path('exports/e1.csv'));
      filtered(p, admin, 'TEE-M');
      const changed = rows({ S: '25.00' }).slice(0, 1);
      erp(p, changed, 'products-changes.csv');
      const why = reasons(await push(p, '', 1))[label];
      assert.match(why, /^variant_missing: e2\.csv lists 'tee' without its variant 'M' \(SKU 'TEE-M'\), which (e1\.csv:3 lists, an older export|an earlier export listed): an import made from it would delete the variant; /);
      assert.deepEqual(imports(p), []);
      await t.test('what does not change is left alone, and what was known is not forgotten', async () => {
        erp(p, rows({ S: '25.00' }));
        await p.run('products push --full');
        assert.deepEqual(imports(p), []);
        erp(p, rows({ S: '25.00', L: '26.00' }));
        await p.run('products push');
        ended(await p.run('queue retry --all'), 0);
        const said = reasons(await push(p, '', 1));
        for (const one of rows === flat ? ['TEE-S', 'TEE-L'] : ['tee']) assert.match(said[one], /^variant_missing/);
        assert.deepEqual(imports(p), []);
      });
      await t.test('exported anew as the reason says: it goes', async () => {
        assert.match(why, new RegExp(`then run: (erpsync queue retry '${label}');`));
        productsExported(p, admin, { name: 'e3.csv', age: 50 });
        ended(await p.run(`queue retry ${label}`), 0);
        await p.run('products push');
        productsImported(p, admin);
        assert.deepEqual(sizes(admin), [['TEE-S', '25.00'], ['TEE-M', '20.00'], ['TEE-L', rows === flat ? '20.00' : '26.00']]);
      });
    });

for (const [name, rows, labels] of [['article by article', flat, ['TEE-S', 'TEE-L']], ['as one product', family, ['tee']]])
  test(`a variant that was deleted in the shop on purpose, ${name}`, async t => {
    const { admin, p } = open(t);
    productsExported(p, admin, { name: 'e1.csv', age: 600 });
    erp(p, rows({}));
    await push(p);
    const tee = admin.find('tee');
    tee.variants = tee.variants.filter(v => v.sku !== 'TEE-M');
    productsExported(p, admin, { name: 'e2.csv', age: 60 });
    erp(p, rows({ S: '25.00', L: '26.00' }).filter(row => row.sku !== 'TEE-M'));
    const said = reasons(await push(p, '', 1));
    for (const label of labels)
      assert.match(said[label], new RegExp(`if the variant was deleted in the shop on purpose, run: erpsync products push --only '${label}'; where the ERP has it no longer: erpsync queue drop --flow 'products push' '${label}'$`));
    await push(p, `--only ${labels.join(' ')}`);
    productsImported(p, admin);
    assert.deepEqual(sizes(admin), [['TEE-S', '25.00'], ['TEE-L', '26.00']]);
    await t.test('and that is known from then on, once the older export is away', async () => {
      fs.rmSync(p.path('exports/e1.csv'));
      productsExported(p, admin, { name: 'e3.csv', age: 50 });
      erp(p, rows({ S: '27.00', L: '27.00' }).filter(row => row.sku !== 'TEE-M'));
      await push(p);
      productsImported(p, admin);
      assert.deepEqual(sizes(admin), [['TEE-S', '27.00'], ['TEE-L', '27.00']]);
    });
  });

test('an article whose row is missing is not made a second time', async t => {
  for (const [kept, away] of [['an older export', false], ['the state file alone', true]])
    await t.test(`${kept} knows it`, async sub => {
      const { admin, p } = open(sub);
      productsExported(p, admin, { name: 'e1.csv', age: 600 });
      erp(p, flat({}));
      await push(p);
      if (away) fs.rmSync(p.path('exports/e1.csv'));
      filtered(p, admin, 'TEE-M');
      erp(p, flat({ M: '25.00' }));
      assert.match(reasons(await push(p, '', 1))['TEE-M'], /^variant_missing: .* written as a product of its own it would be there twice; /);
      assert.deepEqual(imports(p), []);
      productsExported(p, admin, { name: 'e3.csv', age: 50 });
      ended(await p.run('queue retry TEE-M'), 0);
      await push(p);
      productsImported(p, admin);
      assert.deepEqual([admin.products.length, sizes(admin)], [2, [['TEE-S', '20.00'], ['TEE-M', '25.00'], ['TEE-L', '20.00']]]);
    });
});

test('what has another name, another SKU or another place is not missing', async t => {
  for (const [name, change] of Object.entries({
    'another value': admin => { admin.variant('TEE-M').values = ['Medium']; },
    'another SKU': admin => { admin.variant('TEE-M').sku = 'T-M'; },
    'another product': admin => {
      const tee = admin.find('tee'), [m] = tee.variants.splice(1, 1);
      admin.products.push({ ...structuredClone(tee), handle: 'tee-m', variants: [m] });
    },
  }))
    await t.test(name, async sub => {
      const { admin, p } = open(sub);
      productsExported(p, admin, { name: 'e1.csv', age: 600 });
      erp(p, flat({}));
      await push(p);
      change(admin);
      productsExported(p, admin, { name: 'e2.csv', age: 60 });
      const expected = structuredClone(admin.products);
      expected[0].variants[0].price = '25.00';
      erp(p, flat({ S: '25.00' }).slice(0, 1), 'products-changes.csv');
      await push(p);
      productsImported(p, admin);
      assert.deepEqual(admin.products, expected);
    });
});

test('an export whose columns of options are gone, or emptied', async t => {
  const lacking = (p, admin, pattern, keep) => {
    const rows = parseCsv(admin.export(), { lineEnd: '\n' });
    const at = rows[0].flatMap((name, i) => (pattern.test(name) ? [i] : []));
    const cell = (text, i, n) => (at.includes(i) ? (keep && (n === 0 || text === 'Default Title') ? [text] : keep ? [''] : []) : [text]);
    aged(p.write('exports/e1.csv', rows.map((row, n) => row.flatMap((text, i) => cell(text, i, n)).join(',')).join('\n') + '\n'), 60);
  };
  for (const [pattern, name] of [[/^Option/, 'option1 name'], [/^Option1 value/, 'option1 value'], [/^Option3/, 'option3 name']])
    await t.test(`${pattern} deleted`, async sub => {
      const { admin, p } = open(sub);
      lacking(p, admin, pattern, false);
      erp(p, flat({ S: '25.00' }));
      assert.match(ended(await p.run('products push'), 78).stderr, new RegExp(`e1\\.csv: the column '${name}' is missing, without which an import would take options or variants away; export the products anew`));
      assert.deepEqual(imports(p), []);
    });
  await t.test('emptied', async sub => {
    const { admin, p } = open(sub);
    lacking(p, admin, /^Option1 value/, true);
    erp(p, [...flat({ S: '25.00' }), { sku: 'MUG', price: '8.00' }]);
    assert.match(reasons(await push(p, '', 1))['TEE-S'], /^broken_export: e1\.csv:2: the rows of 'tee' have the same options on lines 2 and 3; export the products anew/);
    assert.deepEqual(imports(p), ['products-changed-000001.csv']);
    productsImported(p, admin);
    assert.deepEqual([admin.variant('MUG').price, sizes(admin).length], ['8.00', 3]);
  });
});

/** The state file is gone; a new one begins. */
const lose = p => ['erpsync.db', 'erpsync.db-wal', 'erpsync.db-shm'].forEach(name => fs.rmSync(p.path(name), { force: true }));
const NEW = { product_id: '9', sku: 'NINE', title: 'Nine', price: '1.00' };
for (const [name, rows] of [['article by article', flat], ['as one product', family]])
  test(`the state file is lost while a file waits for its import, ${name}`, async t => {
    const start = async (sub, title = NEW.title) => {
      const { admin, p } = open(sub);
      productsExported(p, admin, { name: 'e1.csv', age: 60 });
      erp(p, [...rows({ L: '21.00' }), NEW]);
      await push(p);
      lose(p);
      fs.rmSync(p.path('out/archive'), { recursive: true });
      erp(p, [...rows({ M: '22.00' }).filter(row => row.sku === 'TEE-M'), { ...NEW, title }]);
      const { summary, notices } = await push(p);
      assert.deepEqual([summary.later, summary.created + summary.updated], [2, 0]);
      assert.match(notices.join(), /some products wait: products-\S+\.csv is newer than the products export that is there and has the same product, and the state file knows nothing of it; import it in the shop and export the products anew, or take it away, and the next run goes on/);
      assert.deepEqual(imports(p), ['products-000001.csv', 'products-changed-000001.csv']);
      return { admin, p };
    };
    await t.test('imported, and exported anew', async sub => {
      const { admin, p } = await start(sub);
      productsImported(p, admin);
      productsExported(p, admin, { name: 'e2.csv', age: 40 });
      ended(await p.run('queue retry --all'), 0);
      await push(p);
      productsImported(p, admin);
      assert.deepEqual([admin.products.length, sizes(admin)], [3, [['TEE-S', '20.00'], ['TEE-M', '22.00'], ['TEE-L', '21.00']]]);
    });
    await t.test('taken away; another title is another handle', async sub => {
      const { admin, p } = await start(sub, 'Ninth');
      for (const file of fs.readdirSync(p.path('exports/import')).filter(x => !x.startsWith('.'))) fs.rmSync(p.path('exports/import', file));
      ended(await p.run('queue retry --all'), 0);
      await push(p);
      productsImported(p, admin);
      assert.deepEqual([admin.find('ninth-9').title, sizes(admin)], ['Ninth', [['TEE-S', '20.00'], ['TEE-M', '22.00'], ['TEE-L', '20.00']]]);
    });
  });

test('an older copy of the state file does not know what waits for its import', async t => {
  const { admin, p } = open(t);
  productsExported(p, admin, { name: 'e1.csv', age: 60 });
  erp(p, family({}));
  await push(p);
  ended(await p.run('state backup backup.db'), 0);
  erp(p, family({ L: '21.00' }));
  await push(p);
  lose(p);
  fs.copyFileSync(p.path('backup.db'), p.path('erpsync.db'));
  erp(p, family({ M: '22.00' }).slice(1, 2), 'products-changes.csv');
  fs.rmSync(p.path('out/archive'), { recursive: true });
  assert.equal((await push(p)).summary.later, 1);
  assert.deepEqual(imports(p), ['products-changed-000001.csv']);
});

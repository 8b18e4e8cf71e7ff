// `skus check`: both catalogues compared, every kind of finding, and nothing written anywhere.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { csvRows } from '../support/csv.mjs';
import { requestsOf, tempDir, Place } from '../support/place.mjs';
import { BIN_PLAIN, answer, ended } from '../support/run.mjs';
import { productFile } from '../support/products.mjs';
import { stockFile, stockPlace } from '../support/stock.mjs';

/** A shop with these articles only: [sku, { title, status, … }]. */
async function shop(t, articles, { skus = [], ...options } = {}) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { skus: 'clean' }, ...options });
  const { catalogue } = p.sandbox;
  for (const row of [...catalogue.variants]) catalogue.editVariant(row.n, { delete: true });
  for (const [sku, more = {}] of articles) add(catalogue, sku, more);
  if (skus.length) erp(p, skus);
  return p;
}
/** The ERP's articles as a stock file. */
const erp = (p, skus) => stockFile(p, [['sku', 'warehouse', 'on_hand'], ...skus.map(sku => [sku, 'MAIN', 1])].map(row => row.map(quoted).join(',')).join('\n') + '\n');
const quoted = text => `"${String(text).replaceAll('"', '""')}"`;

function add(catalogue, sku, { title = `Article ${sku}`, status = 'ACTIVE', ...more }) {
  const product = catalogue.newProduct({ title, status, options: [{ name: 'Title' }] });
  return catalogue.newVariant(product, { sku, values: ['Default Title'], ...more });
}
const found = ({ findings }, name) => findings.filter(f => f.finding === name);
const pairs = list => list.map(f => [f.side, f.sku, f.other_sku]);
const check = (p, status = 0, more = '') => p.json(`skus check --json ${more}`.trim(), status);

test('one to one: 0, and nothing is written anywhere', async t => {
  const p = await shop(t, [['A-1'], ['B-2'], ['C-3']], { skus: ['A-1', 'B-2', 'C-3'] });
  const seen = requestsOf(p.sandbox);
  const before = fs.readdirSync(p.path('out'));
  const { findings, summary } = await check(p);
  assert.deepEqual(findings, []);
  assert.deepEqual([summary.store.articles, summary.erp.articles, summary.aligned, summary.mapped, summary.holds], [3, 3, 3, 0, true]);
  assert.deepEqual([summary.store.system, summary.erp.system], ['Shopify', 'CSV files']);
  assert.deepEqual(seen({ path: '/admin/api/2026-10/graphql.json' }).map(r => r.operation), ['VariantsAll']);
  assert.deepEqual(fs.readdirSync(p.path('out')), before, 'the stock file stays where it is');
  const { stdout } = ended(await p.run('skus check'), 0);
  assert.match(stdout, /^3 articles in the store \(Shopify\), 3 in the ERP \(CSV files\): 3 aligned$/m);
  assert.match(stdout, /^every article has one counterpart$/m);
});

test('missing on either side', async t => {
  const p = await shop(t, [['A-1'], ['ONLY-SHOP', { title: 'Only here' }]], { skus: ['A-1', 'ONLY-ERP'] });
  const said = await check(p, 1);
  assert.deepEqual(pairs(found(said, 'missing_in_erp')), [['store', 'ONLY-SHOP', null]]);
  assert.deepEqual(pairs(found(said, 'missing_in_store')), [['erp', 'ONLY-ERP', null]]);
  assert.equal(said.findings.length, 2);
  assert.match(found(said, 'missing_in_store')[0].id, /^stock\.csv:3$/);
  assert.equal(said.summary.holds, false);
  const { stdout } = ended(await p.run('skus check'), 1);
  assert.match(stdout, /^1 in the store, but not in the ERP\n +store: 'ONLY-SHOP' \(variant \d+, Only here\)\n +→ create the article/m);
  assert.match(stdout, /^not one to one: see above$/m);
});

test('near misses name both spellings, once, and what differs', async t => {
  const near = {
    'TEE-m': ['TEE-M', 'case'],
    'TAIL-7': ['TAIL-7 ', 'blanks'],
    'HARD\u00a0SPACE': ['HARDSPACE', 'blanks'],
    '00123': ['123', 'leading zeros'],
    'LO0P-10': ['LOOP-10', 'the letter O and zero'],
    'ÉTÉ-1': ['été-1', 'case'],
    'DASH\u20111': ['DASH-1', 'dashes'],
    '0a b': ['AB', 'case, blanks, leading zeros'],
    O7: ['7', 'leading zeros, the letter O and zero'],
  };
  const p = await shop(t, Object.entries(near).map(([, [sku]]) => [sku]), { skus: Object.keys(near) });
  const said = await check(p, 1);
  assert.equal(said.findings.length, Object.keys(near).length);
  const by = Object.fromEntries(said.findings.map(f => [f.other_sku, f]));
  for (const [ours, [theirs, why]] of Object.entries(near)) {
    assert.equal(by[ours]?.finding, 'near_miss', `${ours} in ${JSON.stringify(by)}`);
    assert.deepEqual([by[ours].side, by[ours].sku], ['store', theirs]);
    assert.equal(by[ours].detail, `differs in: ${why}`);
  }
  assert.deepEqual([said.summary.aligned, said.summary.found.near_miss], [0, 9]);
});

test('another SKU, but the same barcode', async t => {
  const p = Object.assign(await shop(t, [['NEW-1', { barcode: '4006381333931' }]], { skus: ['4006381333931'] }));
  const said = await check(p, 1);
  assert.deepEqual(said.findings.map(f => [f.finding, f.sku, f.other_sku]), [['missing_in_erp', 'NEW-1', null], ['near_miss', '4006381333931', 'NEW-1']].slice(1));
});

test('a near miss of what is aligned already', async t => {
  const p = await shop(t, [['TEE-M'], ['tee-m']], { skus: ['TEE-M'] });
  const said = await check(p, 1);
  assert.deepEqual(pairs(said.findings), [['store', 'tee-m', 'TEE-M']]);
  assert.equal(said.summary.aligned, 1);
});

test('spellings that people can tell apart are no near miss', async t => {
  const p = await shop(t, [['A-1'], ['LONG-5'], ['B_2']], { skus: ['A-2', 'LONG-5-RED', 'B-2'] });
  const said = await check(p, 1);
  assert.deepEqual([found(said, 'near_miss').length, said.findings.length], [0, 6]);
});

test('duplicates on either side, each article named', async t => {
  const p = await shop(t, [['DUP'], ['DUP', { status: 'ARCHIVED' }], ['TWO']], { skus: ['DUP', 'TWO', 'TWO'] });
  const said = await check(p, 1);
  assert.deepEqual(found(said, 'duplicate').map(f => [f.side, f.sku]).sort(), [['erp', 'TWO'], ['erp', 'TWO'], ['store', 'DUP'], ['store', 'DUP']]);
  assert.equal(new Set(said.findings.map(f => f.id)).size, 4);
  assert.equal(said.findings.length, 4);
});

test('articles without SKU', async t => {
  const p = await shop(t, [[null, { title: 'Nothing' }], ['', { title: 'Empty' }], ['  ', { title: 'Blanks' }], [null, { title: 'Engraving' }]], { skus: ['', 'SERVICE-1'] });
  const said = await check(p, 1);
  assert.equal(found(said, 'blank').length, 5);
  await t.test('a row by the title is a SKU', async () => {
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\ntitle:Engraving,SERVICE-1\n*,*\n');
    const now = await check(p, 1);
    assert.deepEqual(found(now, 'blank').map(f => f.title).sort(), ['', 'Blanks', 'Empty', 'Nothing']);
    assert.deepEqual([now.findings.length, now.summary.aligned, now.summary.mapped], [4, 1, 1]);
  });
});

test('variants without SKU are told apart by their titles', async t => {
  const p = await shop(t, [['A-1']], { skus: ['A-1', 'CHAIR-S', 'CHAIR-L', 'STOOL'] });
  const { catalogue } = p.sandbox;
  for (const [title, sizes] of [['Chair', ['S', 'L']], ['Stool', ['low', 'high']]]) {
    const product = catalogue.newProduct({ title, status: 'ACTIVE', options: [{ name: 'Size' }] });
    for (const size of sizes) catalogue.newVariant(product, { sku: null, values: [size] });
  }
  const blank = said => found(said, 'blank').map(f => f.title).sort();
  assert.deepEqual(blank(await check(p, 1)), ['Chair - L', 'Chair - S', 'Stool - high', 'Stool - low']);
  const rows = ['title:Chair - S,CHAIR-S', 'title:Chair - L,CHAIR-L', 'title:Stool,STOOL', '*,*'];
  p.write('mappings/tables/skus.csv', `shop_sku,erp_sku\n${rows.join('\n')}\n`);
  const now = await check(p);
  assert.deepEqual([blank(now), now.summary.aligned, now.summary.mapped], [[], 5, 4], 'a row by the title alone is for all of its variants');
});

test('untracked articles and bundles are told and break nothing; archived ones are left aside', async t => {
  const p = await shop(
    t,
    [
      ['FREE', { tracked: false }],
      ['SET', { requiresComponents: true }],
      ['OLD', { status: 'ARCHIVED' }],
      ['OLD-FREE', { status: 'ARCHIVED', tracked: false }],
      ['SOON', { status: 'DRAFT' }],
    ],
    { skus: ['FREE', 'SOON'] },
  );
  const said = await check(p, 0);
  assert.deepEqual(said.findings.map(f => [f.finding, f.sku, f.breaks_rule]), [['untracked', 'FREE', false], ['bundle', 'SET', false]]);
  assert.deepEqual([said.summary.aligned, said.summary.store.aside, said.summary.holds], [2, 3, true]);
});

test('the ERP’s articles out of product files', async t => {
  const product = (id, sku, more = {}) => ({ product_id: id, title: `Product ${id}`, sku, barcode: '', status: '', variant_status: '', tracked: '', ...more });
  const list = [
    product('T', 'TEE-S'),
    product('T', 'TEE-M', { variant_status: 'archived' }),
    product('C', 'cap', { barcode: '4006381333931' }),
    product('O', 'OLD', { status: 'archived' }),
    product('F', 'FREE', { tracked: 'no' }),
  ];
  await t.test('with titles and barcodes; archived ones are not offered', async sub => {
    const p = await shop(sub, [['TEE-S'], ['CAP-7', { barcode: '4006381333931' }], ['FREE'], ['HERE']]);
    productFile(p, list.map(row => (row.sku === 'cap' ? { ...row, sku: 'CAP' } : row)));
    const before = fs.readdirSync(p.path('out'));
    const said = await check(p, 1);
    const told = said.findings.map(f => [f.finding, f.side, f.sku, f.other_sku, f.detail]);
    assert.deepEqual(told, [
      ['near_miss', 'store', 'CAP-7', 'CAP', 'has the same barcode 4006381333931'],
      ['missing_in_erp', 'store', 'HERE', null, null],
      ['untracked', 'erp', 'FREE', 'FREE', null],
    ]);
    assert.deepEqual([said.summary.erp.articles, said.summary.erp.aside, said.summary.aligned], [5, 2, 2]);
    assert.deepEqual(fs.readdirSync(p.path('out')), before, 'the files stay where they are');
  });
  await t.test('a change keeps what it does not list, and stock files add what no product file has', async sub => {
    const p = await shop(sub, [['TEE-S'], ['TEE-XL'], ['FREE'], ['STOCK-ONLY'], ['cap']]);
    productFile(p, list, { age: 600 });
    productFile(p, [{ product_id: 'T', variant_id: '', sku: 'TEE-XL', title: 'New tee' }, { product_id: 'F', sku: 'FREE' }], { name: 'products-changes.csv', age: 300 });
    erp(p, ['TEE-S', 'STOCK-ONLY', 'OLD']);
    const said = await check(p, 0);
    assert.deepEqual([said.summary.erp.articles, said.summary.aligned, said.summary.holds], [7, 5, true]);
  });
  await t.test('used ones count, older ones do not', async sub => {
    const p = await shop(sub, [['TEE-S'], ['cap'], ['FREE']]);
    productFile(p, [product('X', 'GONE')], { age: 900, dir: 'out/archive', name: 'products.20260101T000000Z.csv' });
    productFile(p, list, { age: 600, dir: 'out/archive', name: 'products.20260102T000000Z.csv' });
    const said = await check(p, 0);
    assert.equal(said.summary.aligned, 3);
  });
  await t.test('without SKU, twice, and a row that can’t be read', async sub => {
    const p = await shop(sub, [['A']]);
    productFile(p, [product('P', 'A'), product('Q', 'A'), product('R', '')]);
    const said = await check(p, 1);
    assert.deepEqual(said.findings.map(f => [f.finding, f.sku, f.id, f.title]), [
      ['duplicate', 'A', 'products.csv:2', 'Product P'],
      ['duplicate', 'A', 'products.csv:3', 'Product Q'],
      ['blank', '', 'products.csv:4', 'Product R'],
    ]);
    fs.writeFileSync(p.path('out/products.csv'), Buffer.concat([Buffer.from('product_id,sku\nP,A\nQ,'), Buffer.from([0xff]), Buffer.from('\nR,B\n')]));
    fs.utimesSync(p.path('out/products.csv'), new Date(Date.now() - 60000), new Date(Date.now() - 60000));
    assert.match(ended(await p.run('skus check'), 78).stderr, /products\.csv/);
  });
});

test('what the tables say', async t => {
  const tables = (p, skus, storeSkus) => {
    p.write('mappings/tables/skus.csv', `shop_sku,erp_sku\n${skus}*,*\n`);
    p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${storeSkus}*,*\n`);
  };
  await t.test('a mapped pair is aligned', async sub => {
    const p = await shop(sub, [['TEE-M'], ['CAP']], { skus: ['T-100', 'CAP'] });
    tables(p, 'TEE-M,T-100\n', 'T-100,TEE-M\n');
    const { findings, summary } = await check(p);
    assert.deepEqual([findings, summary.aligned, summary.mapped], [[], 2, 1]);
  });
  await t.test('in one direction only: told, where the flows of the other are set up', async sub => {
    const p = await shop(sub, [['TEE-M']], { skus: ['T-100'] });
    tables(p, 'TEE-M,T-100\n', '');
    const said = await check(p);
    assert.deepEqual(said.findings.map(f => [f.finding, f.sku, f.other_sku, f.detail]), [['half_mapped', 'TEE-M', 'T-100', 'tables/store_skus.csv lacks T-100,TEE-M']]);
    tables(p, '', 'T-100,TEE-M\n');
    assert.equal((await check(p)).findings[0].detail, 'tables/skus.csv lacks TEE-M,T-100');
  });
  await t.test('two that become one', async sub => {
    const p = await shop(sub, [['TEE-M'], ['T-100']], { skus: ['T-100'] });
    tables(p, 'TEE-M,T-100\n', 'T-100,TEE-M\n');
    const said = await check(p, 1);
    assert.deepEqual(said.findings.map(f => [f.finding, f.sku, f.other_sku, f.detail]), [['mapped_twice', 'TEE-M', 'T-100', "the ERP's is 'T-100' of the store too"]]);
    assert.equal(said.summary.aligned, 0);
  });
  await t.test('without the row of stars what is not named has no partner', async sub => {
    const p = await shop(sub, [['TEE-M'], ['CAP']], { skus: ['T-100', 'CAP'] });
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nTEE-M,T-100\n');
    p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nT-100,TEE-M\n');
    const said = await check(p, 1);
    assert.deepEqual(pairs(said.findings), [['store', 'CAP', null], ['erp', 'CAP', null]]);
    assert.match(said.findings[0].detail, /it is there, but the tables/);
  });
  await t.test('a table that does not load', async sub => {
    const p = await shop(sub, [['TEE-M']], { skus: ['TEE-M'] });
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nA,1\nA,2\n');
    assert.match(ended(await p.run('skus check'), 78).stderr, /skus\.csv:2 and .*skus\.csv:3 have the same key/);
  });
});

test('--csv: every finding as a row, whole or not at all', async t => {
  const many = Array.from({ length: 300 }, (_, i) => `MANY-${i}`);
  const p = await shop(t, [['=HYPER("x")', { title: '+evil, "quoted"\nline' }], ['@sum'], ['A-1']], { skus: ['A-1', ...many] });
  const result = ended(await p.run('skus check --csv found.csv'), 1);
  assert.match(result.stdout, /^300 in the ERP, but not in the store\n(?: +erp: '.*\n){5} +and 295 more$/m);
  const text = p.read('found.csv');
  assert.ok(text.startsWith('\ufeff'), 'spreadsheets see that it is UTF-8');
  const rows = csvRows(text.slice(1), { name: 'found.csv' });
  assert.equal(rows.length, 302);
  assert.deepEqual([...new Set(rows.map(r => r.finding))].sort(), ['missing_in_erp', 'missing_in_store']);
  const evil = rows.filter(r => r.side === 'store');
  assert.deepEqual(evil.map(r => r.sku).sort(), ["'=HYPER(\"x\")", "'@sum"].sort());
  assert.ok(evil.some(r => r.title.startsWith("'+evil, \"quoted\"")));
  for (const row of rows) assert.ok(row.remedy && row.id && row.breaks_rule === 'yes');
  assert.deepEqual(fs.readdirSync(p.dir).filter(name => name.startsWith('found')), ['found.csv']);
  await t.test('it replaces an older one only when it is whole', async () => {
    p.write('found.csv', 'kept');
    p.configure({ store: { url: 'http://127.0.0.1:9' }, net: { retries: 0 } });
    ended(await p.run('skus check --csv found.csv'), 75);
    assert.equal(p.read('found.csv'), 'kept');
    assert.deepEqual(fs.readdirSync(p.dir).filter(name => name.startsWith('found')), ['found.csv']);
  });
  await t.test('a place that can’t be written to', async () => {
    assert.match(ended(await p.run('skus check --csv nowhere/found.csv'), 78).stderr, /nowhere\/found\.csv: can't be created/);
  });
});

test('lists beyond 25,000 are read to their end', async t => {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { skus: 'clean', variants: 30500 } });
  const skus = p.sandbox.catalogue.variants.filter(v => v.sku).map(v => v.sku);
  erp(p, skus);
  const { summary } = await check(p);
  assert.deepEqual([summary.store.articles, summary.erp.articles, summary.found.missing_in_store], [p.sandbox.catalogue.variants.length, skus.length, 0]);
});

test('a page that is too dear is asked for in halves', async t => {
  const p = await shop(t, [['A-1'], ['B-2']], { skus: ['A-1', 'B-2'] });
  p.sandbox.addFaults([{ fault: 'max_cost', operation: 'VariantsAll', count: 2 }]);
  const { summary } = await check(p);
  assert.equal(summary.aligned, 2);
});

test('ends that refuse or lack something', async t => {
  const p = await shop(t, [['A-1']], { skus: ['A-1'] });
  p.sandbox.setScopes({ remove: ['read_products', 'write_products'] });
  assert.match(ended(await p.run('skus check'), 69).stderr, /lacks the scope read_products/);
  p.sandbox.setScopes({ add: ['read_products'] });
  await t.test('no stock file', async () => {
    fs.rmSync(p.path('out/stock.csv'));
    const result = ended(await p.run('skus check --json'), 78);
    assert.match(result.stderr, /there is no stock file that would tell the ERP's articles/);
    assert.equal(answer(result).error.code, 'no_catalogue');
  });
});

test('an exchange folder of orders only: the store’s articles are looked at alone', async t => {
  const p = await shop(t, [['A-1'], ['B-2']], { inventory: { quantity: null } });
  fs.mkdirSync(p.path('out'), { recursive: true });
  const { findings, summary } = await check(p);
  assert.deepEqual([findings, summary.store.articles, summary.holds], [[], 2, true]);
  assert.match(summary.erp.unread, /out: there is no stock file that would tell the ERP's articles/);
  assert.match(
    ended(await p.run('skus check'), 0).stdout,
    /^nothing is compared with the articles of the ERP, for they are not known: .*have it write stock\.csv there.*$|^each has an SKU of its own; whether the other side has it is not known$/m,
  );
  add(p.sandbox.catalogue, 'A-1', { title: 'Twice' });
  add(p.sandbox.catalogue, '', { title: 'Bare' });
  assert.deepEqual((await check(p, 1)).findings.map(f => [f.finding, f.sku]), [['duplicate', 'A-1'], ['duplicate', 'A-1'], ['blank', '']]);
  assert.match(ended(await p.run('skus check'), 1).stdout, /^not one to one: see above$/m);
});

/** Neither side is a system: an admin's export, and the ERP's stock file. */
function files(t, name, text, age = 60) {
  const p = new Place(tempDir(t), { conf: { store: { connector: 'csv', path: 'exports' }, inventory: { quantity: 'on_hand' } }, bin: BIN_PLAIN });
  const path = p.write(`exports/${name}`, text);
  const at = new Date(Date.now() - age * 1000);
  fs.utimesSync(path, at, at);
  return p;
}
const NEW_EXPORT = `Title,URL handle,Description,Vendor,Status,SKU,Barcode,Option1 name,Option1 value,Price,Inventory tracker,Product image URL
T-shirt,t-shirt,"<p>Soft,
long</p>",Acme,Active,TEE-S,4000001,Size,S,20.00,shopify,https://x/1.jpg
,t-shirt,,,,TEE-M,4000002,,M,20.00,shopify,
,t-shirt,,,,,,,,,,https://x/2.jpg
Gift,gift,,Acme,Active,GIFT,,Title,Default Title,50.00,,
Old,old,,Acme,Archived,OLD-1,,Title,Default Title,5.00,shopify,
Bare,bare,,Acme,Active,,,Title,Default Title,5.00,shopify,
`;
const OLD_EXPORT = `Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Barcode,Image Src,Status
t-shirt,T-shirt,<p>Soft</p>,Acme,Size,S,TEE-S,100,shopify,'4000001,https://x/1.jpg,active
t-shirt,,,,,M,TEE-M,100,shopify,4000002,,
t-shirt,,,,,,,,,,https://x/2.jpg,
gift,Gift,,Acme,Title,Default Title,GIFT,0,,,,active
old,Old,,Acme,Title,Default Title,OLD-1,0,shopify,,,archived
bare,Bare,,Acme,Title,Default Title,,0,shopify,,,active
`;

test('the admin’s products export as the store’s catalogue', async t => {
  for (const [name, text] of Object.entries({ 'today’s columns': NEW_EXPORT, 'the columns of before': OLD_EXPORT }))
    await t.test(name, async sub => {
      const p = files(sub, 'products_export_1.csv', text);
      erp(p, ['TEE-S', 'TEE-M', 'GIFT']);
      const said = await check(p, 1);
      assert.deepEqual(said.findings.map(f => [f.finding, f.sku, f.title]), [['blank', '', 'Bare'], ['untracked', 'GIFT', 'Gift']]);
      assert.deepEqual([said.summary.store.articles, said.summary.aligned, said.summary.store.aside], [5, 3, 1]);
    });
  await t.test('the newest of several, other exports beside it', async sub => {
    const p = files(sub, 'products_export_1.csv', NEW_EXPORT, 600);
    for (const [name, text] of [['b.csv', NEW_EXPORT.replace('TEE-M', 'TEE-XL')], ['orders.csv', 'Name,Financial Status\n#1,paid\n'], ['stock.csv', 'Handle,Title,SKU,COO,Location,On hand\n']]) {
      const path = p.write(`exports/${name}`, text);
      fs.utimesSync(path, new Date(Date.now() - 60000), new Date(Date.now() - 60000));
    }
    erp(p, ['TEE-S', 'TEE-M', 'GIFT']);
    const said = await check(p, 1);
    assert.deepEqual([found(said, 'missing_in_erp')[0].sku, found(said, 'missing_in_store')[0].sku], ['TEE-XL', 'TEE-M']);
  });
  await t.test('none, one that is still being written, one that breaks off', async sub => {
    const p = files(sub, 'orders.csv', 'Name,Financial Status\n#1,paid\n');
    erp(p, ['TEE-S']);
    assert.match(ended(await p.run('skus check'), 78).stderr, /exports: there is no products export; make one in the admin/);
    p.write('exports/products.csv', NEW_EXPORT);
    ended(await p.run('skus check'), 75);
    const cut = p.write('exports/products.csv', NEW_EXPORT.slice(0, NEW_EXPORT.indexOf('long</p>')));
    fs.utimesSync(cut, new Date(Date.now() - 60000), new Date(Date.now() - 60000));
    assert.match(ended(await p.run('skus check'), 78).stderr, /products\.csv/);
  });
});

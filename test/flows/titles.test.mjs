// Lines without SKU are booked by their titles: the key that a message prints, or the list that it names, is the one that is
// looked up, to the letter.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { csvRows } from '../support/csv.mjs';
import { Place, place, tempDir, truth } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { stockPlace } from '../support/stock.mjs';

const CUSTOM = 'Engraving "Anna"'; // as the sandbox sells it
const LONG = `${'é'.repeat(250)} end`;

/** Orders with a line without SKU each, of these titles ([title, title of the variant]) in turn. */
async function titled(t, titles, { conf = {}, table = 'shop_sku,erp_sku,note\n*,*,\n' } = {}) {
  const p = await place(t, { sandbox: { orders: 16 * titles.length, seed: 8, skus: 'clean', nasty: ['custom_line_no_sku'] }, conf: { mappings: { path: 'mappings' }, ...conf }, bin: BIN_PLAIN });
  const turn = new Map();
  const named = (x, email) => {
    if (Array.isArray(x)) return x.map(one => named(one, email));
    if (!x || typeof x !== 'object') return x;
    const of = x.email ?? email;
    if (x.title === CUSTOM && x.id) {
      if (!turn.has(x.id)) turn.set(x.id, titles[turn.size % titles.length]);
      const [title, variantTitle = null] = turn.get(x.id);
      return { ...x, title: title.replace('BUYER', of), variantTitle };
    }
    return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, named(v, of)]));
  };
  p.sandbox.mutate = (told, json) => (JSON.stringify(json).includes('Engraving') ? named(JSON.parse(JSON.stringify(json))) : json);
  p.write('mappings/tables/skus.csv', table);
  return p;
}
const parked = async p => (await p.queue('--parked')).filter(entry => entry.code === 'unmapped_sku');
const cell = text => `"${text.replaceAll('"', '""')}"`;
const add = (p, row) => fs.appendFileSync(p.path('mappings/tables/skus.csv'), row);
const rowsOf = (stdout, delimiter = ',') => csvRows(stdout, { name: 'titles', lineEnd: '\n', delimiter });
const list = (p, more = '', status = 1) => p.run(`skus check --titles ${more}`.trim()).then(result => ended(result, status));

/** Does what the reason of a parked order says: the row that it prints, or the one of the list that it names. */
async function obey(p, { reason, name: order }) {
  const key = reason.match(/add a row for shop_sku '(.*)' in \S+skus\.csv, with what the ERP calls it in the column erp_sku; the next run tries it again$/)?.[1];
  if (key) return add(p, `${cell(key)},SERVICE-1,\n`);
  const [, command] = reason.match(/erpsync (skus check --titles(?: --personal)?) lists/) ?? assert.fail(reason);
  const rows = rowsOf(ended(await p.run(command), 1).stdout).filter(one => one.note.includes(order));
  assert.ok(rows.length, reason);
  for (const row of rows) add(p, `${cell(row.shop_sku)},SERVICE-1,\n`);
}

const TITLES = {
  'of a size': ['Steel Chair 1', 'L'],
  'with what CSV quotes': ['Vase, "blue"; 2 × 5'],
  'with stars': ['*New* chair*'],
  'longer than a message has room for': [LONG, 'M'],
  'of more than eighty letters': [`${'Chair '.repeat(15)}end`],
  'with a blank at its end': ['Gift wrap '],
  'of two lines': ['Two\nlines'],
  'that names its buyer': ['Mug for BUYER'],
};
test('each printed remedy does what it says, and frees this order alone', async t => {
  for (const [what, title] of Object.entries(TITLES))
    await t.test(`a title ${what}`, async sub => {
      const p = await titled(sub, [title, ['Other']]);
      ended(await p.run('orders export'), 1);
      const before = await parked(p);
      const one = before.find(entry => !/'title:Other'/.test(entry.reason));
      assert.ok(one && before.some(entry => /'title:Other'/.test(entry.reason)), before.map(entry => entry.reason).join('\n'));
      await obey(p, one);
      ended(await p.run('orders export'), 1);
      const after = new Set((await parked(p)).map(entry => entry.name));
      assert.ok(!after.has(one.name), one.reason);
      assert.ok(p.exchange().order(one.name).some(row => row.sku === 'SERVICE-1'));
      for (const entry of before.filter(e => /'title:Other'/.test(e.reason))) assert.ok(after.has(entry.name), 'and no other title');
    });
});

test('sizes without SKU are told apart, and a row by the title alone is for all of them', async t => {
  const p = await titled(t, [['Steel Chair 1', 'S'], ['Steel Chair 1', 'L']]);
  ended(await p.run('orders export'), 1);
  const keys = async () => [...new Set((await parked(p)).map(entry => entry.reason.match(/'(title:.*?)'/)[1]))].sort();
  assert.deepEqual(await keys(), ['title:Steel Chair 1 - L', 'title:Steel Chair 1 - S']);
  add(p, 'title:Steel Chair 1 - L,CHAIR-L,\n');
  ended(await p.run('orders export'), 1);
  assert.deepEqual(await keys(), ['title:Steel Chair 1 - S']);
  add(p, 'title:Steel Chair 1,CHAIR,\n');
  ended(await p.run('orders export'), 0);
});

test('--titles: the rows are pasted as they are, and nothing is left to list', async t => {
  for (const table of ['shop_sku,erp_sku,note\n*,*,\n', 'erp_sku;shop_sku\n*;*\n', 'note\tshop_sku\terp_name\terp_sku\n\t*\t*\t*\n'])
    await t.test(JSON.stringify(table), async sub => {
      const titles = Object.values(TITLES).slice(0, 7);
      const p = await titled(sub, titles, { table });
      ended(await p.run('orders export'), 1);
      const { stdout } = await list(p);
      const [head, ...rest] = stdout.split('\n');
      assert.equal(head, table.split('\n')[0]);
      const mark = head.match(/[,;\t]/)[0];
      const rows = rowsOf(stdout, mark);
      assert.deepEqual(rows.map(row => row.shop_sku).sort(), titles.map(([a, b]) => `title:${a}${b ? ` - ${b}` : ''}`.trimEnd()).sort());
      add(p, rest.join('\n'));
      const before = (await parked(p)).length;
      ended(await p.run('orders export'), 1);
      assert.equal((await parked(p)).length, before, 'a row whose answer was not filled in is none');
      for (const { reason } of await parked(p)) assert.match(reason, /now; fill in line \d+ in \S+skus\.csv, with what the ERP calls it in the column erp_/);
      const again = await list(p);
      assert.equal(again.stdout, `${head}\n`, 'nor is it to be written once more');
      assert.match(again.stderr, /7 titles stand in tables\/skus\.csv already, without what the ERP calls it: fill it in/);
      const columns = head.split(mark);
      p.write('mappings/tables/skus.csv', table + rows.map(row => columns.map(c => (c.startsWith('erp_') ? 'SERVICE-1' : cell(row[c]))).join(mark) + '\n').join(''));
      ended(await p.run('orders export'), 0);
      assert.equal((await list(p, '', 0)).stdout, `${head}\n`);
    });
});

test('--titles: how many lines, orders and units, before anything was read and after', async t => {
  const p = await titled(t, [['Engraving'], ['Gift wrap']]);
  const custom = truth(p.sandbox).filter(order => order.nasty === 'custom_line_no_sku');
  const listed = async () => {
    const { titles, summary } = await p.json('skus check --titles --json', 1);
    return [titles.filter(x => x.orders).map(x => [x.key, x.erp_sku, x.lines, x.orders, x.units, x.masked]).sort(), summary.whole];
  };
  const [before, whole] = await listed();
  assert.equal(whole, true);
  assert.equal(before.reduce((sum, x) => sum + x[3], 0), custom.length);
  assert.deepEqual(before.map(x => [x[0], x[1], x[5]]), [['title:Engraving', null, false], ['title:Gift wrap', null, false]]);
  ended(await p.run('orders export'), 1);
  assert.deepEqual((await listed())[0], before, 'what waits and what is read are not counted twice');
  add(p, 'title:Engraving,ENGRAVE,\n');
  assert.deepEqual((await listed())[0].map(x => x.slice(0, 2)), [['title:Engraving', 'ENGRAVE'], ['title:Gift wrap', null]]);
  ended(await p.run('orders export'), 1);
  assert.deepEqual((await listed())[0], before.slice(1), 'what went over is no more');
  await t.test('as a file', async () => {
    const { stdout } = await list(p, '--csv rows.csv');
    assert.match(stdout, /^rows for tables\/skus\.csv are in rows\.csv: 1$/m);
    const [row] = csvRows(p.read('rows.csv').slice(1), { name: 'rows' });
    assert.match(row.note, new RegExp(`^${before[1][2]} lines? in ${before[1][3]} orders?, ${before[1][4]} units, e\\.g\\. #\\d+$`));
  });
  await t.test('where the shop does not answer, it is said', async () => {
    p.configure({ store: { url: 'http://127.0.0.1:9' }, net: { retries: 0 } });
    ended(await p.run('skus check --titles'), 75);
  });
});

test('--titles: what names a buyer is shown with --personal alone', async t => {
  const p = await titled(t, [['Mug for BUYER'], ['Engraving']]);
  ended(await p.run('orders export'), 1);
  const shown = await list(p);
  assert.deepEqual(rowsOf(shown.stdout).map(row => row.shop_sku), ['title:Engraving']);
  assert.match(shown.stderr, /titles? (is|are) left out, for they name a person: erpsync skus check --titles --personal lists them too/);
  const { titles, summary } = await p.json('skus check --titles --json', 1);
  assert.ok(summary.masked > 0 && titles.some(x => x.masked && x.key === 'title:Mug for ***'));
  assert.doesNotMatch(JSON.stringify(titles), /@/);
  assert.match((await list(p, '--personal')).stdout, /title:Mug for \S+@/);
  assert.doesNotMatch(p.read('erpsync.log'), /Mug for \S+@/);
  ended(await p.run('skus check --personal'), 64);
});

test('--titles: articles of the shop without SKU, those of an export of its admin too', async t => {
  await t.test('of Shopify', async sub => {
    const p = await stockPlace(sub, { bin: BIN_PLAIN, sandbox: { skus: 'clean', orders: 0 } });
    const { catalogue } = p.sandbox;
    const product = catalogue.newProduct({ title: 'Chair', status: 'ACTIVE', options: [{ name: 'Size' }] });
    for (const size of ['S', 'L']) catalogue.newVariant(product, { sku: null, values: [size] });
    const { titles } = await p.json('skus check --titles --json', 1);
    assert.deepEqual(titles.map(x => [x.key, x.articles, x.orders]), [['title:Chair - L', 1, 0], ['title:Chair - S', 1, 0]]);
  });
  await t.test('of its admin', async sub => {
    const p = new Place(tempDir(sub), { conf: { store: { connector: 'csv', path: 'exports' }, orders: {} }, bin: BIN_PLAIN });
    const lay = (name, text) => fs.utimesSync(p.write(`exports/${name}`, text), new Date(Date.now() - 60000), new Date(Date.now() - 60000));
    lay('products.csv', 'Title,URL handle,Status,SKU,Option1 name,Option1 value,Option2 name,Option2 value,Price\nChair,chair,Active,,Size,L,Colour,blue,5.00\n,chair,,,,S,,red,5.00\nMug,mug,Active,,Title,Default Title,,,5.00\n');
    const { titles } = await p.json('skus check --titles --json', 1);
    assert.deepEqual(titles.map(x => x.key).sort(), ['title:Chair - L / blue', 'title:Chair - S / red', 'title:Mug']);
  });
});

// A write that went over in part, or whose answer was lost, and a source that then goes back to what it was: what the
// run before had written is not taken for what the shop has.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place } from '../support/place.mjs';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { LOCATIONS, LYON, PARIS, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKU = 'SOLO-1';
/** What waits does so until it is asked for, however long a run takes. */
const SLOW = { queue: { wait: '1h', max_wait: '1h' }, net: { retries: 0 } };
const levels = p => {
  const { stock } = p.sandbox.truth({ skus: [SKU] });
  return [stock[`${SKU} @ ${LYON}`].on_hand, stock[`${SKU} @ ${PARIS}`].on_hand];
};
const price = p => inShop(p.sandbox, SKU).variants[0].price;

async function stock(t, more = {}) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, conf: SLOW, ...more });
  plainLevels(p.sandbox, [SKU], [LYON, PARIS], 0);
  return p;
}
let age = 3000;
const file = (p, ...rows) => stockFile(p, rows.map(([place, n]) => [SKU, place, n]), { age: (age -= 10) });
/** What is written reaches the shop, and from then on no answer comes back. */
function lost(p, operation) {
  p.sandbox.addFaults({ fault: 'drop_after', operation });
  p.sandbox.addHooks({ after_request: 1, operation, faults: { fault: 'http', status: 503 } });
}
/** Whatever waits is due. */
const due = async p => p.run('queue retry --all');
const settled = async (p, run) => {
  p.sandbox.faults.clear();
  p.sandbox.hooks.length = 0;
  for (let i = 0; i < 3; i++) {
    await due(p);
    await run();
  }
};

test('stock: one place written, the other raced, and the file is as before', async t => {
  const p = await stock(t);
  file(p, ['MAIN', 10], ['SHOP', 20]);
  ended(await p.run('inventory pull'), 0);
  assert.deepEqual(levels(p), [10, 20]);
  /* Paris moves under each of the writes; Lyon's figure goes over in the call that is sent without it. */
  for (let i = 1; i <= 40; i++)
    p.sandbox.addHooks({ after_request: i, operation: 'StockLevels', stock: { variant: SKU, location: PARIS, set: { available: 200 + i } } });
  file(p, ['MAIN', 60], ['SHOP', 30]);
  ended(await p.run('inventory pull'), 0);
  assert.notEqual(levels(p)[1], 30);
  assert.equal(levels(p)[0], 60, 'written in part');
  file(p, ['MAIN', 10], ['SHOP', 20]);
  await settled(p, () => p.run('inventory pull'));
  assert.deepEqual(levels(p), [10, 20]);
});

/** Lyon has 0, and then 10 of a write whose answer was lost. */
async function unanswered(t) {
  const p = await stock(t);
  file(p, ['MAIN', 0]);
  ended(await p.run('inventory pull'), 0);
  lost(p, 'StockSet');
  file(p, ['MAIN', 10]);
  ended(await p.run('inventory pull'), 75);
  return p;
}

test('stock: the answer is lost, then the table lacks the warehouse, then all is as before', async t => {
  const p = await unanswered(t);
  assert.equal(levels(p)[0], 10);
  p.sandbox.faults.clear();
  p.write('mappings/tables/locations.csv', `warehouse,store_location\nOTHER,${LYON}\n`);
  ended(await p.run('inventory pull'), 1);
  p.write('mappings/tables/locations.csv', LOCATIONS);
  file(p, ['MAIN', 0]);
  await settled(p, () => p.run('inventory pull'));
  assert.equal(levels(p)[0], 0);
});

test('stock: the answer is lost, and by the next run the figure is too old', async t => {
  const p = await unanswered(t);
  p.sandbox.faults.clear();
  p.configure({ inventory: { max_age: '60s' } });
  await p.run('inventory pull');
  p.configure({ inventory: { max_age: '24h' } });
  file(p, ['MAIN', 0]);
  await settled(p, () => p.run('inventory pull'));
  assert.equal(levels(p)[0], 0);
});

for (const who of ['erp', 'both']) {
  const owners = who === 'erp' ? { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' }
    : { both: 'title, price', erp_owns: 'sku, cost, barcode', store_owns: 'description, images, tags' };
  const row = { product_id: 'S', sku: SKU };
  const open = async t => {
    const p = await productPlace(t, { bin: BIN_PLAIN, products: owners, conf: SLOW });
    const was = inShop(p.sandbox, SKU);
    const first = { ...row, title: was.title, price: was.variants[0].price };
    productFile(p, [first], { age: (age -= 10) });
    ended(await p.run('products push'), 0);
    return [p, first, was.variants[0].price];
  };

  test(`products (${who}): the title is refused, the price goes over, and both are taken back`, async t => {
    const [p, first, was] = await open(t);
    productFile(p, [{ ...first, title: 'x'.repeat(300), price: '25.00' }], { age: (age -= 10) });
    ended(await p.run('products push'), 1);
    assert.equal(price(p), '25.00');
    productFile(p, [first], { age: (age -= 10) });
    await settled(p, () => p.run('products push'));
    assert.equal(price(p), was);
  });

  test(`products (${who}): a price whose answer is lost, parked by a table, both undone`, async t => {
    const [p, first, was] = await open(t);
    lost(p, 'VariantsUpdate');
    productFile(p, [{ ...first, price: '5.00' }], { age: (age -= 10) });
    ended(await p.run('products push'), 75);
    assert.equal(price(p), '5.00');
    p.sandbox.faults.clear();
    p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nOTHER,OTHER\n');
    ended(await p.run('products push'), 1);
    p.write('mappings/tables/store_skus.csv', 'sku,store_sku\n*,*\n');
    productFile(p, [first], { age: (age -= 10) });
    await settled(p, () => p.run('products push'));
    assert.equal(price(p), was);
  });

  test(`products (${who}): the answer is lost, and the price is taken back`, async t => {
    const [p, first, was] = await open(t);
    lost(p, 'VariantsUpdate');
    productFile(p, [{ ...first, price: '5.00' }], { age: (age -= 10) });
    ended(await p.run('products push'), 75);
    productFile(p, [first], { age: (age -= 10) });
    await settled(p, () => p.run('products push'));
    assert.equal(price(p), was);
    assert.equal((await push(p, '--full')).summary.updated, 0);
  });
}

const COPIES = {
  'a backup': p => p.run('state backup backup.db'),
  'a plain copy': p => fs.copyFileSync(p.path('erpsync.db'), p.path('backup.db')),
  'a copy of all that lies beside it': p => {
    fs.copyFileSync(p.path('erpsync.db'), p.path('backup.db'));
    fs.copyFileSync(p.path('erpsync.db.seal'), p.path('backup.db.seal'));
  },
};
for (const [how, copy] of Object.entries(COPIES))
  test(`products: what both sides had agreed on is not known from an older state file, ${how}`, async t => {
    const p = await productPlace(t, { bin: BIN_PLAIN, products: { both: 'title, price', erp_owns: 'sku, cost, barcode', store_owns: 'description, images, tags' }, conf: SLOW });
    const other = p.sandbox.catalogue.variants.find(v => v.sku && v.sku !== SKU && v.product.variants.length === 1).sku;
    const was = inShop(p.sandbox, SKU), its = inShop(p.sandbox, other);
    const row = { product_id: 'S', sku: SKU, title: was.title, price: was.variants[0].price };
    const same = { product_id: 'O', sku: other, title: its.title, price: its.variants[0].price };
    const file = (...rows) => productFile(p, rows, { age: (age -= 10) });
    file(row, same);
    ended(await p.run('products push'), 0);
    await copy(p);
    file({ ...row, price: '5.00' }, same);
    const dry = await push(p, '--dry-run');
    assert.deepEqual([dry.summary.updated, dry.summary.parked], [1, 0], 'a dry run plays on a copy, and knows what is known');
    ended(await p.run('products push'), 0);
    assert.equal(price(p), '5.00');
    for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
    fs.copyFileSync(p.path('backup.db'), p.path('erpsync.db'));
    if (p.exists('backup.db.seal')) fs.copyFileSync(p.path('backup.db.seal'), p.path('erpsync.db.seal'));
    /* The ERP takes it back: to the copy it looks as if the shop had changed it. */
    file(row, same);
    assert.match((await p.run('products push --dry-run --verbose')).stderr, /erpsync\.db (is an older one that )?was put back/);
    const first = await push(p, '', 1);
    assert.match(JSON.stringify(first), /erpsync\.db (is an older one that )?was put back/);
    assert.deepEqual([first.summary.parked, first.summary.unchanged + first.summary.adopted], [1, 1]);
    const [parked] = await p.queue('--parked');
    assert.match(parked.reason, /price of .*'5' in the shop.*older one that was put back: who changed it last is not known/);
    assert.equal(price(p), '5.00');
    assert.doesNotMatch((await p.run('products push --verbose')).stderr, /older one/, 'said once');
    /* It stays so until a person makes them the same. */
    ended(await p.run('queue retry --all'), 0);
    await push(p, '', 1);
    file({ ...row, price: '5.00' }, same);
    await push(p);
    file({ ...row, price: '6.00' }, same);
    ended(await p.run('products push'), 0);
    assert.equal(price(p), '6.00');
  });

const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text]).toString().trim();

test('what did not change leaves nothing', async t => {
  const left = p =>
    ['SELECT count(*) FROM queue', 'SELECT count(*), max(id) FROM journal', 'SELECT sum(length(body)) FROM payload',
      'SELECT * FROM link ORDER BY record', 'SELECT cursor FROM checkpoint ORDER BY flow'].map(text => sql(p, text));
  await t.test('orders', async sub => {
    const p = await place(sub, { bin: BIN_PLAIN, sandbox: { orders: 40, seed: 5, nasty: 'off' } });
    await p.export();
    const before = left(p);
    assert.equal((await p.export('--full')).summary.unchanged, 40);
    assert.deepEqual(left(p), before, '--full leaves row, line, document, link and checkpoint as they were');
    earlier(p.sandbox, 90, { edit: '#1003', change: { note: 'new' } });
    assert.equal((await p.export('--full')).summary.updated, 1);
    assert.equal(left(p)[4], before[4], '--full does not move the checkpoint');
    assert.notDeepEqual(left(p), before);
  });
  await t.test('stock, which the shop is asked for', async sub => {
    const p = await stock(sub);
    file(p, ['MAIN', 1], ['SHOP', 2]);
    ended(await p.run('inventory pull'), 0);
    const before = left(p);
    const of = async () => (await p.json(`explain ${SKU} --json`)).history.length;
    assert.equal(await of(), 1, 'one line for the run that wrote it');
    const [line] = (await p.json(`explain ${SKU} --json`)).history;
    assert.equal(line.detail, `${LYON} 0 → 1; ${PARIS} 0 → 2`);
    assert.equal((await pull(p, '--full')).summary.adopted, 1);
    assert.deepEqual([left(p)[0], left(p)[1]], [before[0], before[1]]);
    assert.equal(await of(), 1);
  });
});

test('the history of a record is kept as long as it is said', async t => {
  const p = await stock(t);
  file(p, ['MAIN', 1]);
  ended(await p.run('inventory pull'), 0);
  sql(p, 'UPDATE journal SET at = at - 3 * 86400');
  file(p, ['MAIN', 2]);
  ended(await p.run('inventory pull'), 0);
  assert.equal(sql(p, 'SELECT count(*) FROM journal'), '2');
  p.configure({ inventory: { keep_journal: '2d' } });
  ended(await p.run('inventory pull'), 0);
  assert.equal(sql(p, 'SELECT count(*) FROM journal'), '1');
});

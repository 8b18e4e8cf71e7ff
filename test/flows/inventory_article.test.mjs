// `inventory pull` with free stock: what an order books on an article of the ERP is taken off that article's stock until the
// ERP's figure knows it, whatever the line was looked up by, and whatever the table says by then.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN, ended } from '../support/run.mjs';
import { LYON, atRest, freePlace, plainLevels, pull, stockFile } from '../support/stock.mjs';

const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
const at = (p, sku) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${LYON}`].available;
const skus = (p, ...rows) => p.write('mappings/tables/skus.csv', `shop_sku,erp_sku\n${rows.join('\n')}\n`);
const ALL = '*,*';
/** In the shop, so long ago that it is sure to list the order. */
function ago(p, change, seconds = 75) {
  p.sandbox.setClock({ advance_ms: -seconds * 1000 });
  try {
    return change();
  } finally {
    p.sandbox.setClock({ advance_ms: seconds * 1000 });
  }
}
const exportOrders = async (p, status = 0) => ended(await p.run('orders export'), status);
/** The ERP got its orders an hour earlier than it did: it has booked them by now. */
const booked = p => sql(p, 'UPDATE reported SET reported_at = reported_at - 3600; UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3');
const nextSlot = p => sql(p, 'UPDATE queue SET next_attempt = 0 WHERE state = 0');
const says = (p, figures, age) => stockFile(p, Object.entries(figures).map(([sku, n]) => [sku, 'MAIN', n, n]), { age });
/** What stands in the shop after a file of the ERP, the articles having moved an hour ago. */
async function stands(p, figures, age) {
  atRest(p.sandbox, Object.keys(figures), [LYON]);
  says(p, figures, age);
  nextSlot(p);
  await pull(p);
  return Object.fromEntries(Object.keys(figures).map(sku => [sku, at(p, sku)]));
}
async function quiet(p) {
  const seen = requestsOf(p.sandbox);
  await pull(p);
  assert.deepEqual(seen(), []);
}

/** SOLO-1, called "One and only", without SKU: the variant's number. */
function unnamed(p) {
  const { n } = p.sandbox.catalogue.variants.find(v => v.sku === 'SOLO-1');
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: null } });
  return n;
}
/** From now on the shop says of such lines that they have no article behind them. */
function custom(p) {
  const without = x =>
    Array.isArray(x) ? x.map(without)
    : x && typeof x === 'object'
      ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, x.title === 'One and only' && ['variant', 'product'].includes(k) ? null : without(v)]))
      : x;
  p.sandbox.mutate = (told, json) => (JSON.stringify(json).includes('lineItems') ? without(JSON.parse(JSON.stringify(json))) : json);
}

/** … and of which variant they are. */
function sized(p) {
  const with_ = x =>
    Array.isArray(x) ? x.map(with_)
    : x && typeof x === 'object'
      ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, x.title === 'One and only' && k === 'variantTitle' ? 'M' : with_(v)]))
      : x;
  p.sandbox.mutate = (told, json) => (JSON.stringify(json).includes('lineItems') ? with_(JSON.parse(JSON.stringify(json))) : json);
}

const BY = {
  'its title and that of its variant': ['title:One and only - M,LONG-5', 'title:One and only - L,NOBODY', 'title:One and only,NOBODY'],
  'its title': ['title:One and only,LONG-5', 'kind:product,NOBODY'],
  'its kind': ['kind:product,LONG-5'],
  'its title, and it is no article': ['title:One and only,LONG-5'],
  'its kind, and it is no article': ['kind:custom,LONG-5'],
};
const WAYS = {
  'no run has read the order': () => {},
  'the order is parked': async (p, row) => {
    skus(p, ALL);
    await exportOrders(p, 1);
    skus(p, ...row, ALL);
  },
  'the ERP got the order a moment ago': p => exportOrders(p),
};
for (const [by, row] of Object.entries(BY))
  for (const [way, then] of Object.entries(WAYS))
    test(`a line without SKU that is looked up by ${by}; ${way}`, async t => {
      const p = await freePlace(t), n = unnamed(p);
      skus(p, ...row, ALL);
      if (by.includes('no article')) custom(p);
      if (by.includes('variant')) sized(p);
      ago(p, () => p.sandbox.sell([{ variant: n, quantity: 3, location: LYON }, { variant: 'LONG-5', quantity: 1, location: LYON }]), 100);
      await then(p, row);
      assert.deepEqual(await stands(p, { 'LONG-5': 10 }, 50), { 'LONG-5': 6 });
      if (!way.startsWith('the ERP')) {
        await p.run('queue retry --all');
        await exportOrders(p);
      }
      booked(p);
      assert.deepEqual(await stands(p, { 'LONG-5': 6 }, 40), { 'LONG-5': 6 }, 'and not once more when the ERP has booked them');
      await quiet(p);
    });

test('a line without SKU: the ERP’s article is looked at when the order is read, and when it is booked', async t => {
  const p = await freePlace(t), n = unnamed(p);
  skus(p, 'title:One and only,LONG-5', ALL);
  assert.deepEqual(await stands(p, { 'LONG-5': 10 }, 60), { 'LONG-5': 10 });
  ago(p, () => p.sandbox.sell([{ variant: n, quantity: 3, location: LYON }]));
  await quiet(p);
  await exportOrders(p);
  await pull(p);
  assert.equal(at(p, 'LONG-5'), 7, 'the file of before');
  booked(p);
  assert.deepEqual(await stands(p, { 'LONG-5': 10 }, 50), { 'LONG-5': 10 }, 'booked, and three came in');
  await quiet(p);
});

test('a line without SKU: changed, returned and dropped', async t => {
  const sold = async (sub, quantity = 3) => {
    const p = await freePlace(sub), n = unnamed(p);
    skus(p, 'title:One and only,LONG-5', ALL);
    const { name } = ago(p, () => p.sandbox.sell([{ variant: n, quantity, location: LYON }]), 100);
    return { p, name, edit: change => ago(p, () => p.sandbox.changeOrders({ edit: name, change })) };
  };
  await t.test('two more after the ERP booked three', async sub => {
    const { p, edit } = await sold(sub);
    await exportOrders(p);
    booked(p);
    edit({ quantity: { line: 0, to: 5 } });
    assert.deepEqual(await stands(p, { 'LONG-5': 7 }, 50), { 'LONG-5': 5 });
    skus(p, ALL);
    await exportOrders(p, 1);
    assert.deepEqual(await stands(p, { 'LONG-5': 7 }, 40), { 'LONG-5': 7 }, 'by no row of the table is it LONG-5 now');
  });
  await t.test('cancelled on its way', async sub => {
    const { p, edit } = await sold(sub);
    edit({ cancel: 'CUSTOMER' });
    assert.deepEqual(await stands(p, { 'LONG-5': 10 }, 50), { 'LONG-5': 10 });
  });
  await t.test('one of three returned on its way', async sub => {
    const { p, edit } = await sold(sub);
    edit({ refund: { lines: [{ line: 0, quantity: 1 }] } });
    assert.deepEqual(await stands(p, { 'LONG-5': 10 }, 50), { 'LONG-5': 7 }, 'what became of them is not read yet: too little, and not too much');
    await exportOrders(p);
    assert.deepEqual(await stands(p, { 'LONG-5': 10 }, 40), { 'LONG-5': 8 });
  });
  await t.test('dropped', async sub => {
    const { p, name } = await sold(sub);
    skus(p, ALL);
    await exportOrders(p, 1);
    skus(p, 'title:One and only,LONG-5', ALL);
    assert.deepEqual(await stands(p, { 'LONG-5': 10 }, 50), { 'LONG-5': 7 });
    ended(await p.run(['queue', 'drop', name, '--reason', 'entered by hand']), 0);
    assert.deepEqual(await stands(p, { 'LONG-5': 7 }, 40), { 'LONG-5': 7 });
  });
});

/* An article of the shop, THIRD in the ERP by no row of its own name, that was OLD there and is NEW there now. */
test('the table says another article than the ERP was told of', async t => {
  const OLD = 'SOLO-1', NEW = 'LONG-5';
  const sold = async (sub, more = {}) => {
    const p = await freePlace(sub, more);
    const third = 'LONG-5-RED';
    plainLevels(p.sandbox, [third], [LYON], 10);
    skus(p, `${third},${OLD}`, ALL);
    const sell = quantity => ago(p, () => p.sandbox.sell([{ variant: third, quantity, location: LYON }]), 100).name;
    const name = sell(2);
    const now = () => skus(p, `${third},${NEW}`, ALL);
    return { p, now, third, sell, edit: change => ago(p, () => p.sandbox.changeOrders({ edit: name, change })) };
  };
  const ten = { [OLD]: 10, [NEW]: 10 };
  for (const kept of ['30d', '0s'])
    await t.test(`delivered, and not in the figures yet; documents are kept ${kept}`, async sub => {
      const { p, now } = await sold(sub, { conf: { state: { keep_payloads: kept } } });
      await exportOrders(p);
      now();
      assert.deepEqual(await stands(p, ten, 50), { [OLD]: 8, [NEW]: 10 }, 'it will be booked where it was told');
      booked(p);
      assert.deepEqual(await stands(p, { [OLD]: 8, [NEW]: 10 }, 40), { [OLD]: 8, [NEW]: 10 }, 'it is booked there');
      await quiet(p);
    });
  await t.test('it waits: by the table of now', async sub => {
    const { p, now, third } = await sold(sub);
    skus(p, `${OLD},${OLD}`, `${NEW},${NEW}`);
    await exportOrders(p, 1);
    skus(p, `${third},${OLD}`, ALL);
    assert.deepEqual(await stands(p, ten, 50), { [OLD]: 8, [NEW]: 10 });
    now();
    /* No newer figure: the file is as it was. */
    atRest(p.sandbox, [OLD, NEW], [LYON]);
    nextSlot(p);
    await pull(p);
    assert.deepEqual([at(p, OLD), at(p, NEW)], [10, 8]);
    await quiet(p);
  });
  await t.test('it is changed after it was booked: the ERP moves all of it', async sub => {
    const { p, now, edit } = await sold(sub);
    await exportOrders(p);
    booked(p);
    now();
    edit({ quantity: { line: 0, to: 3 } });
    assert.deepEqual(await stands(p, { [OLD]: 8, [NEW]: 10 }, 50), { [OLD]: 8, [NEW]: 7 });
    await exportOrders(p);
    assert.deepEqual(await stands(p, { [OLD]: 8, [NEW]: 10 }, 45), { [OLD]: 8, [NEW]: 7 }, 'told, not booked');
    booked(p);
    assert.deepEqual(await stands(p, { [OLD]: 10, [NEW]: 7 }, 40), { [OLD]: 10, [NEW]: 7 });
    await quiet(p);
  });
  await t.test('a new order beside one that is booked', async sub => {
    const { p, now, sell } = await sold(sub);
    await exportOrders(p);
    booked(p);
    now();
    sell(1);
    await exportOrders(p);
    assert.deepEqual(await stands(p, { [OLD]: 8, [NEW]: 10 }, 50), { [OLD]: 8, [NEW]: 9 });
  });
});

/* An order waits, and its article is in the ERP the one or the other of two, as the table says: in turn. */
test('a table that changes, and a run that does not come to look at what that moves', async t => {
  const BOTH = ['SOLO-1', 'LONG-5'], third = 'LONG-5-RED';
  const p = await freePlace(t, { bin: BIN });
  plainLevels(p.sandbox, [third], [LYON], 10);
  skus(p, ...BOTH.map(sku => `${sku},${sku}`));
  ago(p, () => p.sandbox.sell([{ variant: third, quantity: 2, location: LYON }]), 100);
  await exportOrders(p, 1);
  skus(p, `${third},${BOTH[0]}`, ALL);
  assert.deepEqual(await stands(p, { 'SOLO-1': 10, 'LONG-5': 10 }, 50), { 'SOLO-1': 8, 'LONG-5': 10 });
  let turn = 0;
  /** The table says the other one; the figures are as they were. */
  function turned() {
    turn = 1 - turn;
    skus(p, `${third},${BOTH[turn]}`, ALL);
    atRest(p.sandbox, BOTH, [LYON]);
    nextSlot(p);
  }
  async function followed() {
    nextSlot(p);
    await pull(p);
    assert.deepEqual(BOTH.map(sku => at(p, sku)), turn ? [10, 8] : [8, 10]);
  }
  const log = p.path('steps');
  turned();
  ended(await p.run('inventory pull', { env: { ...p.env, ERPSYNC_STEP_LOG: log } }), 0);
  await followed();
  /* What is written from then on other tests look at (test/faults/inventory_stops). */
  const all = fs.readFileSync(log, 'utf8').trim().split('\n'), put = all.findIndex(name => name.endsWith(' before put'));
  const names = all.slice(0, put + 1);
  assert.ok(names.some(name => name.endsWith(' page read')));
  for (const [i, name] of names.entries())
    await t.test(`killed at ${name}`, async () => {
      turned();
      assert.equal((await p.run('inventory pull', { env: { ...p.env, ERPSYNC_STOP_AT: String(i + 1) } })).signal, 'SIGKILL');
      await followed();
    });
  await t.test('a file of the ERP was being written', async () => {
    turned();
    const growing = age => stockFile(p, [[BOTH[1 - turn], 'MAIN', 10, 10]], { name: 'stock-changes.csv', age });
    growing(0);
    ended(await p.run('inventory pull'), 75);
    growing(30);
    await followed();
  });
  await t.test('the orders were behind', async () => {
    const read = by => sql(p, `UPDATE connector_state SET saved_at = saved_at + ${by} WHERE key = 'keep whole orders export;'`);
    turned();
    read(-100000);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /it is not known what was sold since/);
    read(100000);
    await followed();
  });
  await quiet(p);
});

test('a clock that was a year ahead for one run of orders', async t => {
  const p = await freePlace(t, { bin: BIN });
  ago(p, () => p.sandbox.sell([{ variant: 'SOLO-1', quantity: 3, location: LYON }]), 100);
  ended(await p.run('orders export', { env: { ...p.env, ERPSYNC_CLOCK_SHIFT: '31536000' } }), 0);
  await exportOrders(p);
  assert.deepEqual(await stands(p, { 'SOLO-1': 10 }, 50), { 'SOLO-1': 7 });
  booked(p);
  assert.deepEqual(await stands(p, { 'SOLO-1': 7 }, 40), { 'SOLO-1': 7 });
  await quiet(p);
});

test('a target that was written a year ahead, and adopted', async t => {
  const p = await freePlace(t, { bin: BIN });
  ago(p, () => p.sandbox.sell([{ variant: 'SOLO-1', quantity: 3, location: LYON }]), 100);
  ended(await p.run('orders export', { env: { ...p.env, ERPSYNC_CLOCK_SHIFT: '31536000' } }), 0);
  for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
  ended(await p.run('adopt orders'), 0);
  assert.equal(sql(p, 'SELECT count(*) FROM link WHERE adopted_at > unixepoch() + 60'), '0');
  await exportOrders(p);
  assert.equal(sql(p, 'SELECT count(*), max(reported_at) > unixepoch() + 60 FROM reported'), '1|0');
});

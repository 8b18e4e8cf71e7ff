// `inventory pull`: the ERP's stock in the shop, exactly, and nothing else changes there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { KOELN, LYON, PARIS, atRest, moved, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED', "QUO'TE-1", 'ÜML/ÄUT 2', 'A"B\\C-3'];

/** A shop with ten of each of SKUS in Lyon and Paris. */
async function open(t, options) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, ...options });
  plainLevels(p.sandbox, SKUS, [LYON, PARIS], 10);
  return p;
}
const level = (n, committed = 0) => ({ available: n - committed, on_hand: n, committed, active: true });
const writes = seen => seen({ operation: 'StockSet' }).length;

test('what differs is written, and nothing else', async t => {
  const p = await open(t);
  const before = p.sandbox.truth();
  stockFile(p, SKUS.flatMap((sku, i) => [[sku, 'MAIN', 10 + i], [sku, 'SHOP', 10 - i]]));
  const seen = requestsOf(p.sandbox);
  const { records, summary } = await pull(p);
  const expected = {};
  SKUS.slice(1).forEach((sku, i) => {
    expected[`${sku} @ ${LYON}`] = level(11 + i);
    expected[`${sku} @ ${PARIS}`] = level(9 - i);
  });
  assert.deepEqual(moved(before, p.sandbox.truth()), expected);
  assert.equal(writes(seen), 1, 'one call for all of it');
  const [{ variables }] = seen({ operation: 'StockSet' });
  assert.equal(variables.input.quantities.length, 10);
  assert.ok(variables.key && variables.input.reason === 'correction');
  assert.deepEqual([summary.created, summary.adopted, summary.parked], [5, 1, 0]);
  assert.match(records.find(r => r.name === 'LONG-5').target, /^gid:\/\/shopify\/InventoryItem\/\d+$/);

  await t.test('a run without news asks the shop nothing', async () => {
    const again = requestsOf(p.sandbox);
    silent(ended(await p.run('inventory pull'), 0));
    assert.equal(again().length, 0);
    stockFile(p, SKUS.flatMap((sku, i) => [[sku, 'SHOP', `${10 - i}.00`], [sku, 'MAIN', 10 + i]]), { age: 40 });
    const { summary: same } = await pull(p);
    assert.deepEqual([same.known, same.requests], [6, 0], 'the same figures in another form are known');
  });
  await t.test('one that moved costs two requests', async () => {
    stockFile(p, SKUS.flatMap((sku, i) => [[sku, 'MAIN', 10 + i], [sku, 'SHOP', sku === 'SOLO-1' ? 3 : 10 - i]]), { age: 30 });
    const was = p.sandbox.truth();
    const again = requestsOf(p.sandbox);
    assert.equal((await pull(p)).summary.updated, 1);
    assert.deepEqual(moved(was, p.sandbox.truth()), { [`SOLO-1 @ ${PARIS}`]: level(3) });
    assert.equal(again({ operation: 'VariantsBySku' }).length, 0, 'the item is known');
    assert.equal(writes(again), 1);
  });
  await t.test('--full finds what was changed in the shop, and writes only that', async () => {
    p.sandbox.changeStock({ variant: 'LONG-5', location: LYON, set: { available: 99 } });
    const was = p.sandbox.truth();
    assert.equal((await pull(p)).summary.updated, 0, 'not looked at without --full');
    const again = requestsOf(p.sandbox);
    const { summary: full } = await pull(p, '--full');
    assert.deepEqual([full.updated, full.adopted], [1, 5]);
    assert.deepEqual(moved(was, p.sandbox.truth()), { [`LONG-5 @ ${LYON}`]: level(11) });
    assert.equal(again({ operation: 'StockLevels' }).length, 2, 'one reading for each location');
    assert.equal(again({ operation: 'VariantsBySku' }).length, 0);
  });
});

test('many articles: one write for 250 of them', async t => {
  const p = await stockPlace(t, { sandbox: { variants: 1400, skus: 'clean' }, bin: BIN_PLAIN });
  const all = p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked && !v.requiresComponents).map(v => v.sku).slice(0, 1200);
  plainLevels(p.sandbox, all, [LYON], 5);
  stockFile(p, all.map(sku => [sku, 'MAIN', 5]));
  const seen = requestsOf(p.sandbox);
  assert.equal((await pull(p)).summary.adopted, 1200);
  assert.equal(writes(seen), 0);
  const before = p.sandbox.truth({ skus: all });
  const changed = all.filter((_, i) => i % 2 === 0);
  stockFile(p, all.map((sku, i) => [sku, 'MAIN', i % 2 ? 5 : 7]), { age: 30 });
  const again = requestsOf(p.sandbox);
  assert.equal((await pull(p)).summary.updated, 600);
  assert.equal(writes(again), Math.ceil(600 / 250));
  /* Locations, three readings of 250 levels, three writes. */
  assert.ok(again().length <= 7, `${again().length} requests`);
  const after = moved(before, p.sandbox.truth({ skus: all }));
  assert.deepEqual(Object.keys(after).sort(), changed.map(sku => `${sku} @ ${LYON}`).sort());
  assert.ok(Object.values(after).every(l => l.on_hand === 7));
});

test('figures', async t => {
  const p = await open(t, { inventory: { buffer: 2 } });
  p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\nHALL 2,${LYON}\nSHOP,70100000002\nSCRAP,-\n`);
  const before = p.sandbox.truth();
  stockFile(p, [
    ['SOLO-1', 'MAIN', '7.4'],
    ['SOLO-1', 'HALL 2', '0.5'],
    ['SOLO-1', 'SCRAP', 500],
    ['LONG-5', 'MAIN', '-3'],
    ['LONG-5', 'SHOP', '1'],
    ['LONG-5-RED', 'MAIN', '-1.5'],
    ['LONG-5-RED', 'HALL 2', '20.9'],
  ]);
  const { notices } = await pull(p);
  assert.deepEqual(moved(before, p.sandbox.truth()), {
    [`SOLO-1 @ ${LYON}`]: level(5),
    [`LONG-5 @ ${LYON}`]: level(0),
    [`LONG-5 @ ${PARIS}`]: level(0),
    [`LONG-5-RED @ ${LYON}`]: level(17),
  });
  assert.equal(notices.filter(text => /less than nothing.*'LONG-5' at 'Warehouse Lyon'/.test(text)).length, 1);
});

test('an article that is not for the shop is left alone', async t => {
  const p = await open(t);
  p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nX-*,-\n*,*\n');
  const before = p.sandbox.truth();
  stockFile(p, [['X-1', 'MAIN', 4], ['X-2', 'NOWHERE', 4]]);
  assert.equal((await pull(p)).summary.parked, 0);
  assert.deepEqual(moved(before, p.sandbox.truth()), {});
});

test('articles that can’t be written are named', async t => {
  const p = await open(t, { locations: `warehouse,store_location\nMAIN,${LYON}\nLILLE,Old warehouse Lille\nMOON,Moon\n` });
  p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nERP-SOLO,SOLO-1\nERP-SOLO-2,SOLO-1\n*,*\n');
  const before = p.sandbox.truth();
  stockFile(p, [
    ['DUP-100', 'MAIN', 1],
    ['UNTR-1', 'MAIN', 1],
    ['BUNDLE-BRK', 'MAIN', 1],
    ['NOBODY-HAS-THIS', 'MAIN', 1],
    ['long-5', 'MAIN', 1],
    ['TWIN-1a', 'MAIN', 4],
    ['ERP-SOLO', 'MAIN', 1],
    ['ERP-SOLO-2', 'MAIN', 1],
    ["QUO'TE-1", 'WH9', 1],
    ['LONG-5-RED', 'LILLE', 1],
    ['LONG-5', 'MOON', 1],
    ['00123', 'MAIN', ''],
  ]);
  const { records } = await pull(p, '', 1);
  const codes = Object.fromEntries(records.map(r => [r.name, r.code]));
  assert.deepEqual(codes, {
    'DUP-100': 'duplicate_sku',
    'UNTR-1': 'untracked',
    'BUNDLE-BRK': 'bundle',
    'NOBODY-HAS-THIS': 'unknown_sku',
    'long-5': 'near_miss',
    'TWIN-1a': undefined,
    'ERP-SOLO': 'same_article',
    'ERP-SOLO-2': 'same_article',
    "QUO'TE-1": 'unmapped_location',
    'LONG-5-RED': 'unknown_location',
    'LONG-5': 'unknown_location',
    '00123': 'no_figure',
  });
  const changes = moved(before, p.sandbox.truth());
  assert.deepEqual(Object.keys(changes), [`TWIN-1a @ ${LYON}`]);
  assert.equal(changes[`TWIN-1a @ ${LYON}`].on_hand, 4);
  const reason = name => records.find(r => r.name === name).reason;
  assert.match(reason('LONG-5'), /no location 'Moon' \(it has .*'Warehouse Lyon'\); correct tables\/locations\.csv/);
  assert.match(reason('LONG-5-RED'), /deactivated/);
  assert.match(reason("QUO'TE-1"), /WH9.*tables\/locations\.csv; add a row in \/.*\/tables\/locations\.csv, with what the shop calls it in the column store_location/);
  assert.match(reason('NOBODY-HAS-THIS'), /erpsync queue retry 'NOBODY-HAS-THIS'/);

  await t.test('the same trouble again is no news', async () => {
    stockFile(p, [['DUP-100', 'MAIN', 2], ['NOBODY-HAS-THIS', 'MAIN', 2]], { name: 'stock-changes.csv', age: 30 });
    silent(ended(await p.run('inventory pull'), 0));
    const { records: full, summary } = await pull(p, '--full');
    assert.equal(summary.still_parked, 11);
    assert.ok(full.filter(r => r.name !== 'TWIN-1a').every(r => r.outcome === 'still parked'));
  });
  await t.test('a table that is filled in frees what it kept', async () => {
    p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\nWH9,${LYON}\n`);
    await pull(p, '', 1);
    assert.equal(p.sandbox.truth().stock[`QUO'TE-1 @ ${LYON}`].on_hand, 1);
  });
  await t.test('a SKU that appears in the shop goes over when it is tried again', async () => {
    p.sandbox.changeVariants({ edit: 'ÜML/ÄUT 2', change: { sku: 'NOBODY-HAS-THIS' } });
    ended(await p.run('queue retry NOBODY-HAS-THIS'), 0);
    await pull(p);
    assert.equal(p.sandbox.truth().stock[`NOBODY-HAS-THIS @ ${LYON}`].on_hand, 2);
  });
});

test('articles whose item changed in the shop', async t => {
  const p = await open(t);
  stockFile(p, [['SOLO-1', 'MAIN', 10], ['LONG-5', 'MAIN', 10]]);
  await pull(p);
  /* The SKU moved to another variant; the known item must not be written any more. */
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: 'OLD-SOLO' } });
  p.sandbox.changeVariants({ edit: 'LONG-5-RED', change: { sku: 'SOLO-1' } });
  p.sandbox.changeVariants({ edit: 'LONG-5', change: { delete: true } });
  const before = p.sandbox.truth();
  stockFile(p, [['SOLO-1', 'MAIN', 4], ['LONG-5', 'MAIN', 4]], { age: 30 });
  const { records } = await pull(p, '', 1);
  assert.deepEqual(moved(before, p.sandbox.truth()), { [`SOLO-1 @ ${LYON}`]: level(4) });
  assert.equal(records.find(r => r.name === 'LONG-5').code, 'unknown_sku');
});

test('places that do not stock an article', async t => {
  const rows = [
    ['SOLO-1', 'DE', 6],
    ['LONG-5', 'DE', 0],
    ['LONG-5-RED', 'DE', 3],
  ];
  const set = { available: 2, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
  for (const [how, expected] of [['activate', 6], ['skip', null]])
    await t.test(how, async sub => {
      const p = await open(sub, { inventory: { inactive_level: how } });
      p.sandbox.changeStock({ variant: 'SOLO-1', location: KOELN, set, active: false });
      p.sandbox.changeStock({ variant: 'LONG-5', location: KOELN, set, active: false });
      p.sandbox.changeStock({ variant: 'LONG-5-RED', location: KOELN, set, active: true });
      atRest(p.sandbox, ['LONG-5-RED'], [KOELN]);
      const before = p.sandbox.truth();
      stockFile(p, rows);
      const { notices } = await pull(p);
      const changes = moved(before, p.sandbox.truth());
      assert.deepEqual(changes, {
        ...(expected ? { [`SOLO-1 @ ${KOELN}`]: level(expected) } : {}),
        [`LONG-5-RED @ ${KOELN}`]: level(3),
      });
      assert.equal(notices.some(text => /'SOLO-1' at 'Depot Köln'.*inactive_level = skip/.test(text)), !expected);
    });
});

test('selection and dry runs', async t => {
  const p = await open(t);
  const rows = n => SKUS.map(sku => [sku, 'MAIN', n]);
  stockFile(p, rows(4));
  const before = p.sandbox.truth();
  await t.test('--dry-run writes nothing anywhere', async () => {
    const result = ended(await p.run('inventory pull --dry-run'), 0);
    assert.match(result.stdout, /^would create SOLO-1/m);
    assert.match(result.stdout, /6 would be created/);
    assert.deepEqual(moved(before, p.sandbox.truth()), {});
    assert.ok(p.exists('out/stock.csv'), 'the file stays');
    assert.equal((await p.queue()).length, 0);
  });
  await t.test('--only', async () => {
    const { summary } = await pull(p, '--only SOLO-1 --only SOLO-1');
    assert.equal(summary.created, 1);
    assert.deepEqual(Object.keys(moved(before, p.sandbox.truth())), [`SOLO-1 @ ${LYON}`]);
    const missing = await p.run('inventory pull --only NO-SUCH --json');
    ended(missing, 1);
    assert.match(missing.stdout, /out\/stock\.csv: no stock file of the ERP lists this SKU; write it as it stands there, or have the ERP list it in a new file/);
  });
  await t.test('--limit leaves the rest to the next run', async () => {
    assert.equal((await pull(p, '--limit 2')).summary.created, 2);
    assert.equal((await pull(p)).summary.created, 3);
    assert.equal(Object.keys(moved(before, p.sandbox.truth())).length, 6);
    assert.ok(!p.exists('out/stock.csv'), 'put away now');
  });
  await t.test('--only and --full read what was put away', async () => {
    p.sandbox.changeStock({ variant: 'LONG-5', location: LYON, set: { available: 1 } });
    atRest(p.sandbox, ['LONG-5'], [LYON]);
    assert.equal((await pull(p, '--only LONG-5')).summary.updated, 1);
    assert.equal(p.sandbox.truth().stock[`LONG-5 @ ${LYON}`].on_hand, 4);
  });
  await t.test('options of other flows are not taken', async () => {
    ended(await p.run('inventory pull --since -1d'), 64);
    ended(await p.run('inventory pull --to csv:x'), 64);
  });
});

test('configurations that are refused', async t => {
  const cases = {
    'no quantity': [{ inventory: { quantity: null } }, /\[inventory\] quantity= is not set.*on_hand.*oversold/],
    'the store is the master': [{ inventory: { master: 'store' } }, /erpsync\.conf:\d+: \[inventory\] master = store: the store is the source of truth/],
    'an old version': [{ store: { api_version: '2026-01' } }, /api_version = 2026-04 or newer/],
  };
  for (const [name, [conf, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      p.configure(conf);
      stockFile(p, [['SOLO-1', 'MAIN', 1]]);
      const before = p.sandbox.truth();
      assert.match(ended(await p.run('inventory pull'), 78).stderr, said);
      assert.deepEqual(moved(before, p.sandbox.truth()), {});
    });
  await t.test('a warehouse that would be two locations', async sub => {
    const p = await open(sub, { locations: `warehouse,store_location\nMAIN,${LYON}\nMAIN,${PARIS}\n` });
    stockFile(p, [['SOLO-1', 'MAIN', 1]]);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /locations\.csv:2 and .*locations\.csv:3 have the same key/);
  });
  await t.test('a scope that is missing', async sub => {
    const p = await open(sub);
    p.sandbox.setScopes({ remove: ['write_inventory'] });
    stockFile(p, [['SOLO-1', 'MAIN', 1]]);
    assert.match(ended(await p.run('inventory pull'), 69).stderr, /lacks the scope (write|read)_inventory/);
    assert.match((await p.run('check')).stdout, /^bad +scope write_inventory is not granted/m);
  });
  await t.test('check looks at it only when it is set up', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 1]]);
    assert.match(ended(await p.run('check'), 0).stdout, /^ok +mapping shopify\/stock\.jq compiles/m);
    p.configure({ inventory: { quantity: null } });
    assert.doesNotMatch(ended(await p.run('check'), 0).stdout, /inventory|stock/);
  });
});

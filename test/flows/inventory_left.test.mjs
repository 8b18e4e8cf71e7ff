// A table that no longer names an article or a place: what was written there before is not set to 0 and not passed over.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Admin, adminPlace, exported, imported, imports } from '../support/admin.mjs';
import { csvRows } from '../support/csv.mjs';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, PARIS, atRest, moved, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED', "QUO'TE-1"];
const level = n => ({ available: n, on_hand: n, committed: 0, active: true });

async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  plainLevels(p.sandbox, SKUS, [LYON, PARIS], 10);
  return p;
}
const locations = (p, rows) => p.write('mappings/tables/locations.csv', `warehouse,store_location\n${rows.map(row => row.join(',')).join('\n')}\n`);
const skus = (p, rows) => p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${rows.map(row => row.join(',')).join('\n')}\n*,*\n`);
let age = 90;
const stock = (p, rows) => stockFile(p, rows, { age: (age -= 1) });
const parked = async p => (await p.queue('--parked')).map(row => [row.name, row.code]);

test('a place that is no longer named', async t => {
  const p = await open(t);
  stock(p, SKUS.map(sku => [sku, 'MAIN', 7]));
  await pull(p);
  p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 5 } });
  p.sandbox.changeStock({ variant: "QUO'TE-1", location: LYON, set: { available: 0 } });
  locations(p, [['MAIN', PARIS]]);
  const before = p.sandbox.truth();
  stock(p, SKUS.map(sku => [sku, 'MAIN', 7]));
  const { records } = await pull(p, '', 1);
  assert.deepEqual(moved(before, p.sandbox.truth()), Object.fromEntries(SKUS.map(sku => [`${sku} @ ${PARIS}`, level(7)])));
  assert.deepEqual(Object.fromEntries(records.map(r => [r.name, r.code ?? r.outcome])), {
    'SOLO-1': 'left_there', 'LONG-5': 'left_there', 'LONG-5-RED': 'left_there', "QUO'TE-1": 'updated',
  });
  assert.match(records.find(r => r.name === 'SOLO-1').reason, /'SOLO-1' at 'Warehouse Lyon' \(5, and 7 when it was written there last\).*erpsync queue drop 'SOLO-1'.*erpsync queue retry 'SOLO-1'/);

  await t.test('it is told once, and what is new goes over', async () => {
    stock(p, SKUS.map(sku => [sku, 'MAIN', 6]));
    silent(ended(await p.run('inventory pull'), 0));
    silent(ended(await p.run('inventory pull --full'), 0));
    assert.deepEqual(SKUS.map(sku => p.sandbox.truth().stock[`${sku} @ ${PARIS}`].on_hand), [6, 6, 6, 6]);
    assert.equal((await parked(p)).length, 3);
  });
  await t.test('set to 0 there, and tried again', async () => {
    p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 0 } });
    ended(await p.run('queue retry SOLO-1'), 0);
    await pull(p);
    assert.deepEqual((await parked(p)).map(row => row[0]), ['LONG-5', 'LONG-5-RED']);
  });
  await t.test('dropped: somebody else looks after it there', async () => {
    ended(await p.run('queue drop LONG-5'), 0);
    const was = p.sandbox.truth();
    stock(p, SKUS.map(sku => [sku, 'MAIN', sku === 'LONG-5' ? 3 : 6]));
    await pull(p);
    await pull(p, '--full');
    assert.deepEqual(moved(was, p.sandbox.truth()), { [`LONG-5 @ ${PARIS}`]: level(3) });
    assert.deepEqual(await parked(p), [['LONG-5-RED', 'left_there']]);
  });
  await t.test('named again', async () => {
    locations(p, [['MAIN', PARIS], ['HALL', LYON]]);
    stock(p, SKUS.flatMap(sku => [[sku, 'MAIN', 6], [sku, 'HALL', sku === 'LONG-5-RED' ? 2 : 0]]));
    await pull(p);
    assert.equal(p.sandbox.truth().stock[`LONG-5-RED @ ${LYON}`].on_hand, 2);
    assert.deepEqual(await parked(p), []);
  });
  await t.test('a run without news asks the shop nothing', async () => {
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.equal(seen().length, 0);
  });
});

test('a warehouse that left the list while nothing could be delivered', async t => {
  const places = p => [LYON, PARIS].map(place => p.sandbox.truth().stock[`SOLO-1 @ ${place}`].on_hand);
  const rest = ['LONG-5', 'LONG-5-RED'].flatMap(sku => [[sku, 'MAIN', 3], [sku, 'SHOP', 3]]);
  const cases = {
    'the next list': [p => stock(p, [['SOLO-1', 'MAIN', 9], ...rest]), [9, 0]],
    'changes': [p => stockFile(p, [['SOLO-1', 'MAIN', 9]], { age: (age -= 1), name: 'stock-changes.csv' }), [9, 0]],
    'it is back': [p => stock(p, [['SOLO-1', 'MAIN', 9], ['SOLO-1', 'SHOP', 4], ...rest]), [9, 4]],
  };
  for (const [what, [next, levels]] of Object.entries(cases))
    for (const down of [1, 2])
      await t.test(`${what}, after ${down}`, async sub => {
        const p = await stockPlace(sub, { bin: BIN_PLAIN, conf: { queue: { wait: '1ms', max_wait: '1ms' }, net: { retries: 0 } } });
        plainLevels(p.sandbox, SKUS, [LYON, PARIS], 1);
        stock(p, [['SOLO-1', 'MAIN', 10], ['SOLO-1', 'SHOP', 5], ...rest]);
        await pull(p);
        assert.deepEqual(places(p), [10, 5]);
        p.sandbox.addFaults({ fault: 'http', status: 503 });
        for (let i = 0; i < down; i++) {
          stock(p, [['SOLO-1', 'MAIN', 11 + i], ...rest]);
          ended(await p.run('inventory pull'), 75);
        }
        p.sandbox.faults.clear();
        next(p);
        await pull(p);
        assert.deepEqual([places(p), await p.queue('')], [levels, []]);
      });
});

test('an article that is named otherwise, or not at all', async t => {
  const p = await open(t);
  skus(p, [['ERP-1', 'SOLO-1'], ['ERP-2', 'LONG-5']]);
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  skus(p, [['ERP-1', 'LONG-5-RED'], ['ERP-2', '-']]);
  const before = p.sandbox.truth();
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  const { records } = await pull(p, '', 1);
  assert.deepEqual(moved(before, p.sandbox.truth()), { [`LONG-5-RED @ ${LYON}`]: level(7) });
  assert.match(records.find(r => r.name === 'ERP-1').reason, /'SOLO-1' at 'Warehouse Lyon' \(7, and 7/);
  assert.match(records.find(r => r.name === 'ERP-2').reason, /'LONG-5' at 'Warehouse Lyon' \(4, and 4/);

  await t.test('named as before: nothing is left of the old, and all of the new', async () => {
    skus(p, [['ERP-1', 'SOLO-1'], ['ERP-2', 'LONG-5']]);
    const again = (await pull(p, '', 1)).records;
    assert.deepEqual(again.filter(r => r.outcome === 'parked').map(r => r.name), ['ERP-1']);
    assert.match(again.find(r => r.name === 'ERP-1').reason, /'LONG-5-RED' at 'Warehouse Lyon' \(7, and 7/);
  });
});

test('two articles that change places leave nothing', async t => {
  const p = await open(t);
  skus(p, [['ERP-1', 'SOLO-1'], ['ERP-2', 'LONG-5']]);
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  atRest(p.sandbox, SKUS, [LYON]);
  skus(p, [['ERP-1', 'LONG-5'], ['ERP-2', 'SOLO-1']]);
  stock(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  assert.deepEqual(['SOLO-1', 'LONG-5'].map(sku => p.sandbox.truth().stock[`${sku} @ ${LYON}`].on_hand), [4, 7]);
});

test('files for the admin: the same, by what the export says', async t => {
  const admin = new Admin([
    { sku: 'TEE', handle: 'tee', stock: { [LYON]: 10, [PARIS]: 0 } },
    { sku: 'CAP', handle: 'cap', stock: { [LYON]: 3, [PARIS]: 0 } },
  ]);
  const p = adminPlace(t, admin, { bin: BIN_PLAIN });
  stock(p, [['TEE', 'MAIN', 7], ['CAP', 'MAIN', 3]]);
  await pull(p);
  assert.deepEqual(imported(p, admin), []);
  exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
  locations(p, [['MAIN', PARIS]]);
  skus(p, [['CAP', '-']]);
  stockFile(p, [['TEE', 'MAIN', 7], ['CAP', 'MAIN', 3]], { age: 35 });
  const { records } = await pull(p, '', 1);
  assert.deepEqual(records.map(r => [r.name, r.code]).sort(), [['CAP', 'left_there'], ['TEE', 'left_there']]);
  assert.match(records.find(r => r.name === 'TEE').reason, /'TEE' at 'Warehouse Lyon' \(7, and 7 when .* export the inventory anew, then run: erpsync queue retry 'TEE'/);
  assert.deepEqual(csvRows(p.read(`exports/import/${imports(p)[0]}`)).map(r => [r.SKU, r.Location, r['On hand (new)']]), [['TEE', PARIS, '7']]);
  await t.test('set to 0 there, exported and tried again', async () => {
    assert.deepEqual(imported(p, admin), []);
    admin.rows.find(r => r.SKU === 'TEE' && r.Location === LYON)['On hand (current)'] = '0';
    exported(p, admin, { name: 'inventory_export (2).csv', age: 30 });
    ended(await p.run('queue retry TEE'), 0);
    ended(await p.run('queue drop CAP'), 0);
    await pull(p);
    await pull(p, '--full');
    assert.deepEqual(await parked(p), []);
  });
});

/** A shop with 10 of each at both places: `has` is what it holds once all that was written is imported. */
const STORES = {
  'the shop': async t => {
    const p = await open(t);
    const has = (sku, place = LYON) => p.sandbox.truth().stock[`${sku} @ ${place}`].on_hand;
    const set = (sku, place, n) => p.sandbox.changeStock({ variant: sku, location: place, set: { available: n } });
    return { p, has, set, rest: () => atRest(p.sandbox, SKUS, [LYON, PARIS]) };
  },
  'files for the admin': async t => {
    const admin = new Admin(SKUS.map((sku, i) => ({ sku, handle: `h${i}`, stock: { [LYON]: 10, [PARIS]: 10 } })));
    const p = adminPlace(t, admin, { bin: BIN_PLAIN });
    let n = 0;
    const export_ = () => exported(p, admin, { name: `inventory_export (${(n += 1)}).csv`, age: 60 - n });
    const rest = () => {
      if (!imports(p).length) return;
      assert.deepEqual(imported(p, admin), []);
      export_();
    };
    const set = (sku, place, to) => {
      admin.rows.find(r => r.SKU === sku && r.Location === place)['On hand (current)'] = String(to);
      export_();
    };
    const has = (sku, place = LYON) => (rest(), Number(admin.stock[`${sku} @ ${place}`]));
    return { p, has, set, rest };
  },
};
const each = (what, fn) => {
  for (const [store, make] of Object.entries(STORES)) test(`${what}: ${store}`, async t => fn(t, await make(t)));
};
const OTHERS = [['LONG-5', 'MAIN', 10], ['LONG-5-RED', 'MAIN', 10], ["QUO'TE-1", 'MAIN', 10]];
let written = 3000;
const list = (p, rows, more = {}) => stockFile(p, rows, { age: (written -= 10), ...more });
const left = (records, name) => records.find(r => r.name === name && r.code === 'left_there')?.reason;

for (const [how, rows] of Object.entries({
  'has none of it': [['A', 'MAIN', 0], ['A', 'SHOP', 0]],
  'is listed no longer': [],
}))
  each(`an article that ${how} leaves its place to another, which names one of two`, async (t, { p, has, set, rest }) => {
    skus(p, [['A', 'SOLO-1'], ['B', 'SOLO-1']]);
    list(p, [['A', 'MAIN', 7], ['A', 'SHOP', 5], ...OTHERS]);
    await pull(p);
    rest();
    list(p, [...rows, ['B', 'MAIN', 6], ...OTHERS]);
    const { records } = await pull(p, '', 1);
    assert.deepEqual([has('SOLO-1'), has('SOLO-1', PARIS)], [6, 5]);
    assert.match(left(records, 'A'), /'SOLO-1' at 'Shop Paris 8e' \(5, and 5 when it was written there last\).*erpsync queue retry 'A'/);
    silent(ended(await p.run('inventory pull'), 0));
    silent(ended(await p.run('inventory pull --full'), 0));
    assert.deepEqual(await parked(p), [['A', 'left_there']]);
    await t.test('set to 0 there, and tried again', async () => {
      set('SOLO-1', PARIS, 0);
      ended(await p.run('queue retry A'), 0);
      await pull(p);
      assert.deepEqual([has('SOLO-1'), has('SOLO-1', PARIS), await parked(p)], [6, 0, []]);
    });
  });

test('files for the admin: what an article wrote is looked at once it is imported, though it has left its place by then', async t => {
  const { p, has, rest } = await STORES['files for the admin'](t);
  skus(p, [['A', 'SOLO-1'], ['B', 'SOLO-1']]);
  list(p, [['A', 'MAIN', 7], ['A', 'SHOP', 5], ...OTHERS]);
  await pull(p);
  list(p, [['A', 'MAIN', 0], ['A', 'SHOP', 0], ['B', 'MAIN', 6], ...OTHERS]);
  await p.run('inventory pull');
  assert.deepEqual(await parked(p), []);
  rest();
  execFileSync('sqlite3', [p.path('erpsync.db'), 'UPDATE queue SET next_attempt = 0 WHERE state = 0']);
  await p.run('inventory pull');
  assert.deepEqual([has('SOLO-1'), has('SOLO-1', PARIS), await parked(p)], [6, 5, [['A', 'left_there']]]);
});

each('an article whose other takes all of its places leaves nothing', async (t, { p, has, rest }) => {
  skus(p, [['A', 'SOLO-1'], ['B', 'SOLO-1']]);
  list(p, [['A', 'MAIN', 7], ['A', 'SHOP', 5], ...OTHERS]);
  await pull(p);
  rest();
  list(p, [['A', 'MAIN', 0], ['A', 'SHOP', 0], ['B', 'MAIN', 6], ['B', 'SHOP', 2], ...OTHERS]);
  await pull(p);
  rest();
  await pull(p, '--full');
  assert.deepEqual([has('SOLO-1'), has('SOLO-1', PARIS), await parked(p)], [6, 2, []]);
});

each('an article that is another by the table, and leaves that to its like', async (t, { p, has, rest }) => {
  skus(p, [['A', 'SOLO-1'], ['B', 'LONG-5'], ['LONG-5', '-']]);
  list(p, [['A', 'MAIN', 7], ['B', 'MAIN', 3], ...OTHERS]);
  await pull(p);
  rest();
  skus(p, [['A', 'LONG-5'], ['B', 'LONG-5'], ['LONG-5', '-']]);
  list(p, [['A', 'MAIN', 0], ['B', 'MAIN', 3], ...OTHERS]);
  const { records } = await pull(p, '', 1);
  assert.deepEqual([has('SOLO-1'), has('LONG-5')], [7, 3]);
  assert.match(left(records, 'A'), /'SOLO-1' at 'Warehouse Lyon' \(7, and 7/);
  await t.test('and is compared when its like goes, though it is parked', async () => {
    rest();
    ended(await p.run('queue drop --for-good B'), 0);
    await p.run('inventory pull');
    assert.deepEqual([has('SOLO-1'), has('LONG-5'), await parked(p)], [7, 0, [['A', 'left_there']]]);
  });
});

each('a place that another names and can’t be written to is not forgotten', async (t, { p, has, rest }) => {
  skus(p, [['A', 'SOLO-1'], ['B', 'LONG-5'], ['LONG-5', '-']]);
  list(p, [['A', 'MAIN', 7], ['B', 'MAIN', 3], ...OTHERS]);
  await pull(p);
  rest();
  skus(p, [['A', '-'], ['B', 'SOLO-1'], ['LONG-5', '-']]);
  list(p, [['A', 'MAIN', 7], ['B', 'MAIN', 2000000000], ...OTHERS]);
  await pull(p, '', 1);
  assert.deepEqual([has('SOLO-1'), (await parked(p)).map(row => row[0])], [7, ['B']]);
  skus(p, [['A', '-'], ['B', '-'], ['LONG-5', '-']]);
  list(p, [['A', 'MAIN', 7], ['B', 'MAIN', 3], ...OTHERS]);
  const { records } = await pull(p, '', 1);
  assert.match(left(records, 'A'), /'SOLO-1' at 'Warehouse Lyon' \(7, and 7/);
});

each('an article that is listed no longer at one of its places has none there', async (t, { p, has, rest }) => {
  list(p, [['SOLO-1', 'MAIN', 7], ['SOLO-1', 'SHOP', 5], ...OTHERS]);
  await pull(p);
  rest();
  list(p, [['SOLO-1', 'MAIN', 6], ...OTHERS]);
  await pull(p);
  assert.deepEqual([has('SOLO-1'), has('SOLO-1', PARIS), await parked(p)], [6, 0, []]);
});

const NOWHERE = {
  'was not for the shop': [[['A', '-']], [['A', 'MAIN', 3]]],
  'had left its article to another': [[['A', 'LONG-5'], ['B', 'LONG-5']], [['A', 'MAIN', 0], ['B', 'MAIN', 8]]],
};
for (const [how, [before, figures]] of Object.entries(NOWHERE))
  each(`an article that ${how} is compared after a change of the table, though its figure is the same`, async (t, { p, has, rest }) => {
    const others = OTHERS.slice(1);
    skus(p, before);
    list(p, [...figures, ...others]);
    await pull(p);
    rest();
    await pull(p);
    skus(p, [['A', 'SOLO-1'], ...before.slice(1)]);
    list(p, [...figures, ...others]);
    await pull(p);
    assert.equal(has('SOLO-1'), figures[0][2]);
    const seen = p.sandbox ? requestsOf(p.sandbox) : () => [];
    await pull(p);
    assert.deepEqual([seen(), await parked(p)], [[], []]);
  });

test('what is parked with something left is compared after a change of the settings, though its figure is the same', async t => {
  const p = await open(t);
  stock(p, [['SOLO-1', 'MAIN', 7], ['SOLO-1', 'SHOP', 5]]);
  await pull(p);
  locations(p, [['MAIN', LYON], ['SHOP', '-']]);
  stock(p, [['SOLO-1', 'MAIN', 7], ['SOLO-1', 'SHOP', 5]]);
  await pull(p, '', 1);
  p.configure({ inventory: { buffer: 2 } });
  stock(p, [['SOLO-1', 'MAIN', 7], ['SOLO-1', 'SHOP', 5]]);
  await p.run('inventory pull');
  assert.deepEqual([p.sandbox.truth().stock[`SOLO-1 @ ${LYON}`].on_hand, await parked(p)], [5, [['SOLO-1', 'left_there']]]);
});

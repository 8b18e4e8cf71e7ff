// `inventory pull`: what is wrong with an article at one place keeps what the ERP has of it at the others from nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admin, adminPlace, exported, imported } from '../support/admin.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, PARIS, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

async function open(t, options = {}) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, ...options });
  plainLevels(p.sandbox, ['SOLO-1', 'LONG-5'], [LYON, PARIS], 10);
  return p;
}
let age = 900;
const stock = (p, rows) => stockFile(p, rows, { age: (age -= 5) });
const onHand = (p, sku = 'SOLO-1') => [LYON, PARIS].map(place => p.sandbox.truth().stock[`${sku} @ ${place}`].on_hand);
const parked = async p => (await p.queue('--parked')).map(row => [row.name, row.code]);

test('a location that the shop has deactivated', async t => {
  const p = await open(t);
  stock(p, [['SOLO-1', 'MAIN', 11], ['SOLO-1', 'SHOP', 11]]);
  await pull(p);
  p.sandbox.changeLocations({ edit: PARIS, change: { active: false } });
  stock(p, [['SOLO-1', 'MAIN', 12], ['SOLO-1', 'SHOP', 9]]);
  const { records, summary } = await pull(p, '', 1);
  assert.deepEqual([summary.updated, summary.parked, records[0].code], [0, 1, 'unknown_location']);
  assert.match(records[0].reason, /^went over but for some of its places: the shop's location 'Shop Paris 8e' is deactivated; activate it there/);
  assert.deepEqual(onHand(p), [12, 11]);

  await t.test('what is sold out elsewhere is not sold on, and it is told once', async () => {
    stock(p, [['SOLO-1', 'MAIN', 0], ['SOLO-1', 'SHOP', 9]]);
    silent(ended(await p.run('inventory pull'), 0));
    assert.deepEqual(onHand(p), [0, 11]);
    assert.deepEqual(await parked(p), [['SOLO-1', 'unknown_location']]);
  });
  await t.test('the figures of before are no repetition of what went over then', async () => {
    stock(p, [['SOLO-1', 'MAIN', 11], ['SOLO-1', 'SHOP', 11]]);
    await pull(p);
    assert.deepEqual(onHand(p), [11, 11]);
  });
  await t.test('activated, and tried again', async () => {
    stock(p, [['SOLO-1', 'MAIN', 3], ['SOLO-1', 'SHOP', 4]]);
    await pull(p);
    p.sandbox.changeLocations({ edit: PARIS, change: { active: true } });
    ended(await p.run('queue retry --code unknown_location'), 0);
    await pull(p);
    assert.deepEqual([onHand(p), await parked(p)], [[3, 4], []]);
  });
});

test('other trouble of one place', async t => {
  const cases = {
    'a warehouse that no table knows': [['SOLO-1', 'WH9', 5], 'unmapped_location', /'WH9' is in no row of .*tables\/locations\.csv/],
    'a figure that the ERP does not give': [['SOLO-1', 'SHOP', ''], 'no_figure', /the ERP gives no figure 'on_hand' for it at 'Shop Paris 8e', .*; have the ERP give it, or set \[inventory\] quantity/],
    'a quantity that is not understood': [['SOLO-1', 'SHOP', 'n/a'], 'bad_row', /: stock\.csv:3: column 'on_hand': 'n\/a' is no quantity such as 12 or 12\.5; have the ERP write it again, in a new file$/],
    'a warehouse twice': [['SOLO-1', 'SHOP', 4], 'bad_row', /'SOLO-1' in warehouse 'SHOP' stands on line 3 already/],
    'more than the shop can hold': [['SOLO-1', 'SHOP', 2000000000], 'quantity_too_high', /2000000000 at 'Shop Paris 8e'/],
  };
  for (const [name, [row, code, reason]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      stock(p, [['SOLO-1', 'MAIN', 0], row, ['LONG-5', 'MAIN', 2], ...(/twice/.test(name) ? [row] : [])]);
      const { records, summary } = await pull(p, '', 1);
      assert.deepEqual([summary.created, summary.parked], [1, 1]);
      const of = records.find(r => r.name === 'SOLO-1');
      assert.equal(of.code, code);
      assert.match(of.reason, reason);
      assert.deepEqual([onHand(p), onHand(p, 'LONG-5')], [[0, 10], [2, 10]]);
      silent(ended(await p.run('inventory pull --full'), 0));
    });
  for (const unknown of ['', 'n/a'])
    await t.test(`one of two warehouses that are one place: its sum is not known (${unknown})`, async sub => {
      const p = await open(sub, { locations: `warehouse,store_location\nMAIN,${LYON}\nHALL,${LYON}\nSHOP,${PARIS}\n` });
      stock(p, [['SOLO-1', 'MAIN', 3], ['SOLO-1', 'HALL', unknown], ['SOLO-1', 'SHOP', 1]]);
      await pull(p, '', 1);
      assert.deepEqual(onHand(p), [10, 1]);
    });
  for (const figure of ['on_hand', 'available', 'forecast'])
    await t.test(`a quantity that is not understood, where ${figure} is asked for`, async sub => {
      const p = await open(sub, { inventory: { quantity: figure }, locations: `warehouse,store_location\nMAIN,${LYON}\nHALL,${LYON}\nSHOP,${PARIS}\n` });
      const figures = at => ['on_hand', 'available', 'forecast'].map((f, i) => (i === at ? 4 : 'n/a'));
      const asked = ['on_hand', 'available', 'forecast'].indexOf(figure);
      stock(p, [['SOLO-1', 'MAIN', ...figures(asked)], ['SOLO-1', 'HALL', 4, 4, 4], ['SOLO-1', 'SHOP', ...figures((asked + 1) % 3)]]);
      const { records } = await pull(p, '', 1);
      assert.deepEqual(onHand(p), [8, 10], 'columns that nobody asks for keep nothing back');
      assert.match(records[0].reason, new RegExp(`: stock\\.csv:4: column '${figure}': 'n/a' is no quantity`));
    });
  await t.test('no row is left that is understood', async sub => {
    const p = await open(sub);
    stock(p, [['SOLO-1', 'MAIN', 3], ['SOLO-1', 'SHOP', 4], ['LONG-5', 'MAIN', 5]]);
    await pull(p);
    stock(p, [['SOLO-1', 'SHOP', 'n/a'], ['LONG-5', 'MAIN', 6]]);
    const { records } = await pull(p, '', 1);
    assert.deepEqual([onHand(p), onHand(p, 'LONG-5')], [[3, 4], [6, 10]]);
    assert.match(records[0].reason, /'n\/a' is no quantity such as 12 or 12\.5; no other row of it can be used, so the shop keeps what it has of it, in other warehouses too;/);
    stock(p, [['SOLO-1', 'MAIN', 2], ['LONG-5', 'MAIN', 6]]);
    await pull(p);
    assert.deepEqual([onHand(p), await parked(p)], [[2, 0], []], 'where it was before counts still');
  });
  await t.test('a quantity that is not understood, mended by the ERP', async sub => {
    const p = await open(sub);
    stock(p, [['SOLO-1', 'MAIN', 3], ['SOLO-1', 'SHOP', 'n/a']]);
    await pull(p, '', 1);
    stock(p, [['SOLO-1', 'SHOP', 'n/a'], ['SOLO-1', 'MAIN', 3]]);
    silent(ended(await p.run('inventory pull'), 0));
    stock(p, [['SOLO-1', 'MAIN', 3], ['SOLO-1', 'SHOP', 4]]);
    await pull(p);
    assert.deepEqual([onHand(p), await parked(p)], [[3, 4], []]);
  });
  await t.test('a row of which the warehouse is not known may be any', async sub => {
    const p = await open(sub);
    stock(p, [['SOLO-1', 'MAIN', 3], ['SOLO-1', '', 4]]);
    await pull(p, '', 1);
    assert.deepEqual([onHand(p), await parked(p)], [[10, 10], [['SOLO-1', 'bad_row']]]);
  });
  await t.test('a table that is filled in frees it', async sub => {
    const p = await open(sub);
    stock(p, [['SOLO-1', 'MAIN', 3], ['SOLO-1', 'WH9', 4]]);
    await pull(p, '', 1);
    p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\nWH9,${LYON}\n`);
    await pull(p);
    assert.deepEqual([onHand(p), await parked(p)], [[7, 10], []]);
  });
});

test('units of orders on their way: what waits for them is told, and written', async t => {
  const p = await open(t, { inventory: { quantity: 'available' }, conf: { orders: { overlap: '1m' } } });
  p.sandbox.setClock({ advance_ms: -90000 });
  p.sandbox.sell([{ variant: 'SOLO-1', quantity: 2, location: LYON }]);
  p.sandbox.setClock({ advance_ms: 90000 });
  ended(await p.run('orders export'), 0);
  stock(p, [['SOLO-1', 'MAIN', 5, 5], ['SOLO-1', 'WH9', 5, 5]]);
  const { notices } = await pull(p);
  assert.equal(p.sandbox.truth().stock[`SOLO-1 @ ${LYON}`].available, 3);
  assert.ok(notices.some(text => /stock of 'SOLO-1': went over but for some of its places: .*'WH9' is in no row/.test(text)), notices.join());
});

test('by files of the admin', async t => {
  const place = sub => {
    const admin = new Admin([{ sku: 'CAP', handle: 'cap', stock: { [LYON]: 10, [PARIS]: 5 } }]);
    return { admin, p: adminPlace(sub, admin, { bin: BIN_PLAIN }) };
  };
  const cases = {
    'a location that the export does not name': [['CAP', 'DE', 4], 'unknown_location'],
    'a warehouse that no table knows': [['CAP', 'WH9', 4], 'unmapped_location'],
    'a figure that the ERP does not give': [['CAP', 'SHOP', ''], 'no_figure'],
    'a quantity that is not understood': [['CAP', 'SHOP', 'n/a'], 'bad_row'],
  };
  for (const [name, [row, code]] of Object.entries(cases))
    await t.test(name, async sub => {
      const { admin, p } = place(sub);
      stock(p, [['CAP', 'MAIN', 0], row]);
      const { records } = await pull(p, '', 1);
      assert.equal(records[0].code, code);
      assert.match(records[0].reason, /^went over but for some of its places: /);
      imported(p, admin);
      assert.deepEqual([admin.stock[`CAP @ ${LYON}`], admin.stock[`CAP @ ${PARIS}`]], ['0', '5']);
      exported(p, admin, { name: 'inventory_export (1).csv', age: 20 });
      stockFile(p, [['CAP', 'MAIN', 10], row], { age: 15 });
      await pull(p);
      imported(p, admin);
      assert.equal(admin.stock[`CAP @ ${LYON}`], '10', 'as it was once, and is not now');
      assert.deepEqual(await parked(p), [['CAP', code]]);
    });
  await t.test('and all places known', async sub => {
    const { admin, p } = place(sub);
    p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\n`);
    stock(p, [['CAP', 'MAIN', 2], ['CAP', 'SHOP', 1]]);
    await pull(p, '', 1);
    imported(p, admin);
    exported(p, admin, { name: 'inventory_export (1).csv', age: 20 });
    p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\nSHOP,${PARIS}\n`);
    await pull(p);
    imported(p, admin);
    assert.deepEqual([admin.stock[`CAP @ ${LYON}`], admin.stock[`CAP @ ${PARIS}`]], ['2', '1']);
    assert.deepEqual(await parked(p), []);
  });
});

/** StockSet refuses each call that holds what `bad` says, and does not say which entry it means. */
function refuseBlindly(p, bad, code = null) {
  p.sandbox.mutate = (told, json, entry) => {
    const set = json.data?.inventorySetQuantities;
    const list = entry.variables?.input?.quantities;
    if (!set || !bad(list)) return json;
    /* The sandbox has taken it. */
    for (const x of list)
      p.sandbox.changeStock({ variant: p.sandbox.catalogue.find(x.inventoryItemId).sku, location: LYON, set: { available: x.changeFromQuantity } });
    return { ...json, data: { inventorySetQuantities: { inventoryAdjustmentGroup: null, userErrors: [{ field: null, code, message: 'Something is wrong' }] } } };
  };
}

test('a refusal of quantities that names no entry', async t => {
  const skus = ['SOLO-1', 'LONG-5', 'LONG-5-RED', "QUO'TE-1", 'TWIN-1a'];
  const place = async sub => {
    const p = await stockPlace(sub, { bin: BIN_PLAIN });
    plainLevels(p.sandbox, skus, [LYON], 10);
    stock(p, skus.map(sku => [sku, 'MAIN', 4]));
    return p;
  };
  await t.test('the article that is meant is parked, and the others go over', async sub => {
    const p = await place(sub);
    refuseBlindly(p, list => list.some(x => x.quantity === 3));
    stock(p, skus.map(sku => [sku, 'MAIN', sku === 'LONG-5' ? 3 : 4]));
    const { records, summary } = await pull(p, '', 1);
    assert.deepEqual([summary.created, summary.parked], [4, 1]);
    assert.match(`${records.find(r => r.code).code}: ${records.find(r => r.code).reason}`, /^shopify_refuses: 'LONG-5' at 'Warehouse Lyon': Something is wrong; then run: erpsync queue retry 'LONG-5'/);
  });
  await t.test('where no write is taken the run ends', async sub => {
    const p = await place(sub);
    refuseBlindly(p, () => true);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /Shopify refuses the write of quantities: Something is wrong/);
  });
  await t.test('a bundle is out at all of its places', async sub => {
    const p = await place(sub);
    refuseBlindly(p, list => list.some(x => x.quantity === 3), 'NON_MUTABLE_INVENTORY_ITEM');
    stock(p, skus.map(sku => [sku, 'MAIN', sku === 'LONG-5' ? 3 : 4]));
    const { records } = await pull(p, '', 1);
    assert.equal(records.find(r => r.name === 'LONG-5').code, 'bundle');
  });
});

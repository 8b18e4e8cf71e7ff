// Stock of a real Odoo in the sandbox: exactly its numbers, only what moved, and nothing twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { ended } from '../support/run.mjs';
import { LYON, PARIS, atRest, moved, pull } from '../support/stock.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { livePlace } from './place.mjs';
import { odooConf } from './tables.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const WAREHOUSES = { [LYON]: 'warehouse_lyon', [PARIS]: 'warehouse_paris' };
const LOCATIONS = `warehouse,store_location,note\nLYON,${LYON},\nPARIS,${PARIS},\n`;

async function stockPlace(t, odoo, { inventory = {}, locations = LOCATIONS } = {}) {
  const conf = { ...odooConf(odoo), inventory: { quantity: 'available', ...inventory } };
  const p = await livePlace(t, odoo, { sandbox: { orders: 0 }, conf });
  p.write('mappings/tables/locations.csv', locations);
  /* Nothing is set aside for drafts: that would come off. */
  for (const { sku } of p.sandbox.catalogue.variants)
    for (const location of [LYON, PARIS]) if (sku) p.sandbox.changeStock({ variant: sku, location, set: { reserved: 0 } });
  return p;
}

/** { 'SKU @ location': figure } as Odoo has them now; what is below zero is offered as none. */
async function figures(odoo, field) {
  const all = {};
  for (const [location, name] of Object.entries(WAREHOUSES)) {
    const context = { [odoo.names.warehouseContext]: await odoo.id(name) };
    const found = await odoo.admin.read(
      'product.product',
      [['default_code', '!=', false]],
      ['default_code', field, 'type'],
      { context },
    );
    for (const product of found)
      if (product.type !== 'service') all[`${product.default_code} @ ${location}`] = Math.max(0, product[field]);
  }
  return all;
}

const key = (sku, location) => `${sku} @ ${location}`;
const LEFT_OUT = ['TWICE-0001', ' SPACE-0001'];

/** Of the pairs that Odoo has, each level of the sandbox says what Odoo says; the others are as before. */
function exact(before, after, wanted, field) {
  let compared = 0;
  for (const [pair, figure] of Object.entries(wanted)) {
    if (LEFT_OUT.some(sku => pair.startsWith(`${sku} @`))) continue;
    const level = after.stock[pair];
    /* Where the shop has none, and Odoo neither, there is nothing to activate. */
    if (!level?.active) assert.equal(figure, 0, pair);
    else assert.equal(level[field], figure, pair);
    compared++;
  }
  for (const pair of Object.keys(moved(before, after))) assert.ok(pair in wanted, `${pair} is none of Odoo's`);
  return compared;
}

/** A customer's order of another channel, confirmed: reserved in the warehouse. The delivery's id. */
async function reserve(odoo, sku, quantity, warehouse) {
  const [partner] = await odoo.admin.loaded('res.partner', [{ id: 'test.reserver', name: 'Reserver' }]);
  const { id: product } = await odoo.product(sku, ['id']);
  const line = [0, 0, { product_id: product, product_uom_qty: quantity }];
  const vals = { partner_id: partner, warehouse_id: await odoo.id(warehouse), order_line: [line] };
  const [order] = [await odoo.admin.call('sale.order', 'create', { vals_list: [vals] })].flat();
  await odoo.admin.call('sale.order', 'action_confirm', { ids: [order] });
  const [picking] = await odoo.pickings(order);
  assert.equal(picking.state, 'assigned', 'reserved');
  return picking.id;
}

for (const version of VERSIONS) {
  test(`stock: Odoo's numbers, then only what moved (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await stockPlace(t, odoo);
    const truth = () => p.sandbox.truth();
    const run = async (more = '', status = 0) => {
      const before = truth();
      const seen = requestsOf(p.sandbox);
      const answer = await pull(p, more, status);
      return { ...answer, before, moved: moved(before, truth()), asked: seen().length };
    };

    await t.test('the first run brings free stock of each warehouse to its location', async () => {
      const { summary, notices, before, records } = await run('', 1);
      assert.equal(exact(before, truth(), await figures(odoo, 'free_qty'), 'available'), 400);
      assert.deepEqual([summary.created + summary.adopted, summary.parked], [200, 2]);
      assert.equal(notices.filter(text => /^1 storable product of Odoo has no internal reference/.test(text)).length, 1);
      const { code, reason } = records.find(record => record.name === 'TWICE-0001');
      const ids = [await odoo.id('product_twice_a'), await odoo.id('product_twice_b')].join(' and ');
      assert.equal(code, 'duplicate_sku');
      assert.ok(reason.includes(`ids ${ids}`) && reason.includes('archive'), reason);
      assert.ok(!records.some(record => record.name === 'OLD-0001'), 'archived');
    });
    await t.test('the second run asks the shop nothing', async () => {
      const { summary, asked, moved: changed } = await run();
      assert.deepEqual([summary.known, summary.pulled, asked, changed], [202, 0, 0, {}]);
    });

    let picking;
    await t.test('a reservation takes free stock, of that pair alone', async () => {
      picking = await reserve(odoo, 'LINE-0001-M', 3, 'warehouse_lyon');
      const { summary, moved: changed } = await run();
      assert.equal(summary.updated, 1);
      assert.deepEqual(Object.keys(changed), [key('LINE-0001-M', LYON)]);
      assert.equal(changed[key('LINE-0001-M', LYON)].available, 101 - 3);
    });
    await t.test('on hand it is still there, until it is delivered', async () => {
      p.configure({ inventory: { quantity: 'on_hand' } });
      /* Odoo's figures are newer than what the first runs wrote, by more than the second that they are told in. */
      atRest(p.sandbox, ['LINE-0001-M'], [LYON, PARIS]);
      const full = await run('--full');
      exact(full.before, truth(), await figures(odoo, 'qty_available'), 'on_hand');
      assert.equal(truth().stock[key('LINE-0001-M', LYON)].on_hand, 101);
      await odoo.validate(picking);
      const { moved: changed } = await run();
      assert.deepEqual(Object.keys(changed), [key('LINE-0001-M', LYON)]);
      assert.equal(changed[key('LINE-0001-M', LYON)].on_hand, 98);
    });
    await t.test('--only takes what is named, and tells of what is not there', async () => {
      await odoo.setStock('LINE-0002-L', 'warehouse_paris', 40);
      await odoo.setStock('LINE-0003-BLU', 'warehouse_paris', 41);
      const { moved: changed, records } = await run('--only LINE-0003-BLU --only OLD-0001', 1);
      assert.deepEqual(Object.keys(changed), [key('LINE-0003-BLU', PARIS)]);
      assert.equal(changed[key('LINE-0003-BLU', PARIS)].on_hand, 41);
      assert.match(records.find(record => record.name === 'OLD-0001').reason, /archived ones do not count/);
      const { moved: rest } = await run();
      assert.deepEqual(Object.keys(rest), [key('LINE-0002-L', PARIS)]);
    });
    await t.test('a run that ends early goes on where it was, and then takes what is before', async () => {
      await run('--limit 1');
      for (const sku of ['LINE-0000-S', 'SOCK-0199-LAR', 'LINE-0009-LAR'])
        if ((await odoo.count('product.product', [['default_code', '=', sku]])) === 1)
          await odoo.setStock(sku, 'warehouse_lyon', 77);
      const limited = await run('--limit 1');
      assert.deepEqual(Object.keys(limited.moved), [key('LINE-0000-S', LYON)]);
      await odoo.setStock('LINE-0000-S', 'warehouse_lyon', 78);
      const { moved: rest } = await run();
      assert.equal(rest[key('LINE-0000-S', LYON)].on_hand, 78, 'before the place it went on from');
      assert.equal(rest[key('LINE-0009-LAR', LYON)].on_hand, 77, 'after it');
    });
    await t.test('archived meanwhile: nothing is written; a SKU that is single again is taken', async () => {
      const archive = async ids => odoo.admin.call('product.product', 'write', { ids, vals: { active: false } });
      await archive([(await odoo.product('LINE-0004-RED', ['id'])).id, await odoo.id('product_twice_b')]);
      const { moved: changed, records } = await run('', 1);
      assert.deepEqual(changed, {});
      assert.deepEqual(records.map(record => [record.name, record.code]), [['TWICE-0001', 'unknown_sku']]);
    });
  });

  test(`stock: of two articles that are one of the shop Odoo has one no longer (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await stockPlace(t, odoo, { inventory: { quantity: 'on_hand' } });
    const [A, B, NEW] = ['LINE-0000-S', 'LINE-0001-M', 'NEW-NUMBER'];
    const table = rows => p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${rows.map(row => `${row}\n`).join('')}*,*\n`);
    const ids = { A: (await odoo.product(A, ['id'])).id, B: (await odoo.product(B, ['id'])).id };
    const change = (which, vals) => odoo.admin.call('product.product', 'write', { ids: [ids[which]], vals });
    const has = () => p.sandbox.truth().stock[key(A, LYON)].on_hand;
    const parked = async () => (await p.queue('--parked')).filter(row => row.code === 'same_article').map(row => row.name).sort();
    const run = async more => {
      atRest(p.sandbox, [A], [LYON, PARIS]);
      const { status, stderr } = await p.run(`inventory pull ${more ?? ''}`.trim());
      assert.ok(status <= 1, stderr);
      return [has(), await parked()];
    };
    const stock = async (sku, n) => {
      await odoo.setStock(sku, 'warehouse_lyon', n);
      await odoo.setStock(sku, 'warehouse_paris', 0);
    };
    table([`${B},${A}`]);
    await stock(A, 7);
    await stock(B, 0);
    assert.deepEqual(await run(), [7, []]);
    await stock(B, 3);
    assert.deepEqual(await run(), [7, [B]]);
    await t.test('the one that was refused is archived, and the other sells out: nothing is offered', async () => {
      await change('B', { active: false });
      assert.deepEqual(await run(), [7, []]);
      await stock(A, 0);
      for (let i = 0; i < 3; i += 1) assert.deepEqual(await run(), [0, []]);
      assert.match(ended(await p.run(`explain ${B}`), 0).stdout, /resolved .*its source has it no longer/);
    });
    await t.test('it comes back', async () => {
      await change('B', { active: true });
      assert.deepEqual(await run(), [3, []]);
    });
    await t.test('the one that was written is archived: the other goes over; and it comes back as it was', async () => {
      await stock(A, 8);
      assert.deepEqual(await run(), [3, [A]]);
      await change('B', { active: false });
      assert.deepEqual(await run(), [8, []]);
      await change('B', { active: true });
      assert.deepEqual(await run(), [8, [B]]);
    });
    await t.test('one gets another number while both are refused', async () => {
      await change('A', { default_code: NEW });
      table([`${B},-`, `${NEW},${A}`]);
      await run();
      assert.deepEqual(await run(), [8, []]);
    });
  });

  test(`stock: of two articles of the shop's one that were both refused, Odoo has one no longer (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await stockPlace(t, odoo, { inventory: { quantity: 'on_hand' } });
    const [A, B] = ['LINE-0000-S', 'LINE-0001-M'];
    const parked = async () => (await p.queue('--parked')).filter(row => row.code === 'same_article').map(row => row.name).sort();
    p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${B},${A}\n*,*\n`);
    await odoo.setStock(A, 'warehouse_lyon', 7);
    await odoo.setStock(B, 'warehouse_lyon', 3);
    await pull(p, '', 1);
    assert.deepEqual(await parked(), [A, B]);
    await odoo.admin.call('product.product', 'write', { ids: [(await odoo.product(B, ['id'])).id], vals: { active: false } });
    await p.run('inventory pull');
    assert.deepEqual([p.sandbox.truth().stock[key(A, LYON)].on_hand, await parked()], [7, []]);
  });

  test(`stock: what check says (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await stockPlace(t, odoo, { locations: `warehouse,store_location,note\nLYON,${LYON},\n` });
    const text = async status => ended(await p.run('check'), status).stdout;
    const bad = await text(78);
    assert.match(bad, /tables\/locations\.csv has no row for 'PARIS' of Odoo/);
    assert.match(bad, /with - as the answer/);
    assert.match(bad, /tables\/locations\.csv answers 'Warehouse Lyon' for 'LYON' of Odoo/);
    assert.match(bad, /the user may read stock\.quant/);
    p.write('mappings/tables/locations.csv', `warehouse,store_location\nLYON,${LYON}\nPARIS,-\n`);
    assert.doesNotMatch(await text(0), /no row for/);
  });
}

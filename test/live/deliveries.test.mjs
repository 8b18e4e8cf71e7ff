// Deliveries that people make in a real Odoo, as fulfillments of the sandbox: exactly, once, whatever happens on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, PARIS, byName, pull, shipped } from '../support/shipping.mjs';
import { restarting } from './middleman.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { erpConf, livePlace, stepsOf } from './place.mjs';
import { odooConf, odooTables } from './tables.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const SKU = 'LINE-0000-S';
const OTHER = 'LINE-0001-M';
const LOCATIONS = `warehouse,store_location,note\nLYON,${LYON},\nPARIS,${PARIS},\n`;

async function deliveryPlace(t, odoo, { sandbox, bin = BIN_PLAIN, conf = {} }) {
  const { odoo: own, mappings } = odooConf(odoo, { depth: 'confirmed' });
  const p = await livePlace(t, odoo, { sandbox, bin, conf: { odoo: own, mappings, fulfillments: { other_location: 'move' }, ...conf } });
  for (const [name, text] of Object.entries(odooTables())) p.write(`mappings/${name}`, text);
  p.write('mappings/tables/locations.csv', LOCATIONS);
  return p;
}

/** Orders of the shop, each a list of [sku, quantity], placed two minutes ago; their names. */
function sell(sandbox, orders) {
  sandbox.setClock({ advance_ms: -120000 });
  const set = { available: 5000, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0 };
  for (const variant of [SKU, OTHER])
    for (const location of [LYON, PARIS]) sandbox.changeStock({ variant, location, active: true, set });
  const names = orders.map(
    goods => sandbox.sell(goods.map(([variant, quantity]) => ({ variant, quantity, location: 0 }))).name,
  );
  sandbox.setClock({ advance_ms: 120000 });
  return names;
}

const orderOf = (odoo, name) => odoo.admin.one('sale.order', [['origin', '=', name]], ['name']);
async function deliveryOf(odoo, name) {
  const found = await odoo.pickings((await orderOf(odoo, name)).id);
  return found.filter(({ state }) => state !== 'done' && state !== 'cancel')[0];
}

/** By Odoo's own button, all at once. */
async function validateAll(odoo, pickings) {
  const { moveDone } = odoo.names;
  const moves = await odoo.admin.read('stock.move', [['picking_id', 'in', pickings]], ['product_uom_qty']);
  for (const n of new Set(moves.map(move => move.product_uom_qty))) {
    const ids = moves.filter(move => move.product_uom_qty === n).map(move => move.id);
    const vals = { [moveDone]: n, ...(odoo.version !== '14' && { picked: true }) };
    await odoo.admin.call('stock.move', 'write', { ids, vals });
  }
  const context = { skip_backorder: true, skip_sms: true };
  assert.equal(await odoo.admin.call('stock.picking', 'button_validate', { ids: pickings, context }), true);
}

const MANY = 101;

for (const version of VERSIONS) {
  test(`deliveries of people, one by one and by the hundred (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await deliveryPlace(t, odoo, { sandbox: { orders: 0, nasty: 'off' } });
    await odoo.setStock(SKU, 'warehouse_lyon', 5000);
    await odoo.setStock(OTHER, 'warehouse_lyon', 5000);
    const [whole, halved, late, gone, ...many] = sell(p.sandbox, [
      [[SKU, 3], [OTHER, 1]],
      [[SKU, 3], [OTHER, 2]],
      [[OTHER, 1]],
      [[SKU, 2]],
      ...Array.from({ length: MANY }, (_, i) => [[SKU, 1 + (i % 3)]]),
    ]);
    ended(await p.run('orders export', { timeout: 600000 }), 0);
    const done = async (more = '', status = 0) => {
      const seen = requestsOf(p.sandbox);
      const answer = await pull(p, more, status);
      return { ...answer, asked: seen().length };
    };
    const shop = name => shipped(p.sandbox, name);

    await t.test('nothing has left: nothing is told', async () => {
      const { summary } = await done();
      assert.deepEqual([summary.pulled, summary.excluded, summary.writes], [0, 0, 0]);
    });

    await t.test('a whole delivery, with two parcels of a carrier', async () => {
      const { id, name } = await deliveryOf(odoo, whole);
      await odoo.validate(id, { tracking: 'T-1, T-2', carrier: await odoo.id('carrier_dhl') });
      const { summary } = await done();
      assert.deepEqual([summary.created, summary.parked], [1, 0]);
      assert.deepEqual(shop(whole), [{ from: LYON, numbers: ['T-1', 'T-2'], lines: { [SKU]: 3, [OTHER]: 1 } }]);
      const again = await done();
      assert.deepEqual([again.summary.known, again.summary.pulled, again.asked], [1, 0, 0]);
      const named = await done(`--only ${name}`);
      assert.equal(named.summary.unchanged, 1);
    });

    await t.test('a part, then the rest of the backorder', async () => {
      const part = await deliveryOf(odoo, halved);
      await odoo.validate(part.id, { partial: { [SKU]: 2 }, tracking: 'HALF' });
      await done();
      assert.deepEqual(shop(halved), [{ from: LYON, numbers: ['HALF'], lines: { [SKU]: 2 } }]);
      const rest = await deliveryOf(odoo, halved);
      assert.equal(rest.backorder_id[0], part.id);
      await odoo.validate(rest.id);
      await done();
      assert.deepEqual(shop(halved), [
        { from: LYON, numbers: ['HALF'], lines: { [SKU]: 2 } },
        { from: LYON, lines: { [SKU]: 1, [OTHER]: 2 } },
      ]);
    });

    await t.test('a tracking number that is written after the delivery, then corrected', async () => {
      const { id } = await deliveryOf(odoo, late);
      await odoo.validate(id);
      await done();
      assert.deepEqual(shop(late), [{ from: LYON, lines: { [OTHER]: 1 } }]);
      for (const number of ['LATE-1', 'LATE-2']) {
        await odoo.admin.call('stock.picking', 'write', { ids: [id], vals: { carrier_tracking_ref: number } });
        const { summary } = await done();
        assert.equal(summary.updated, 1);
        assert.deepEqual(shop(late), [{ from: LYON, numbers: [number], lines: { [OTHER]: 1 } }]);
      }
    });

    await t.test('what comes back, and what other channels sold, is no delivery', async () => {
      const { id } = await deliveryOf(odoo, gone);
      await odoo.validate(id);
      await done();
      await odoo.giveBack(id);
      const [partner] = await odoo.admin.loaded('res.partner', [{ id: 'test.walk_in', name: 'Walk-in' }]);
      const { id: product } = await odoo.product(SKU, ['id']);
      const line = [0, 0, { product_id: product, product_uom_qty: 1 }];
      const vals = { partner_id: partner, warehouse_id: await odoo.id('warehouse_lyon'), order_line: [line], origin: whole };
      const [order] = [await odoo.admin.call('sale.order', 'create', { vals_list: [vals] })].flat();
      await odoo.admin.call('sale.order', 'action_confirm', { ids: [order] });
      await odoo.validate((await odoo.pickings(order))[0].id);
      const { summary, asked } = await done();
      assert.deepEqual([summary.pulled, summary.parked, asked], [0, 0, 0]);
    });

    await t.test('where goods are picked and shipped in two steps, the second counts', async () => {
      await odoo.admin.call('stock.warehouse', 'write', {
        ids: [await odoo.id('warehouse_paris')],
        vals: { delivery_steps: 'pick_ship' },
      });
      await odoo.setStock(SKU, 'warehouse_paris', 50);
      p.configure({ odoo: { warehouse: 'PARIS' } });
      const [name] = sell(p.sandbox, [[[SKU, 2]]]);
      ended(await p.run('orders export'), 0);
      const { name: origin } = await orderOf(odoo, name);
      const open = [
        ['origin', '=', origin],
        ['state', 'not in', ['done', 'cancel']],
      ];
      const step = async code => {
        const [id] = await odoo.admin.ids('stock.picking', [...open, ['picking_type_code', '=', code]]);
        await odoo.admin.call('stock.picking', 'action_assign', { ids: [id] });
        await odoo.validate(id);
      };
      await step('internal');
      assert.equal((await done()).summary.pulled, 0, 'picked');
      await step('outgoing');
      assert.equal((await done()).summary.created, 1, 'shipped');
      assert.deepEqual(shop(name), [{ from: PARIS, lines: { [SKU]: 2 } }]);
      p.configure({ odoo: { warehouse: 'LYON' } });
    });

    const counted = () => many.map(name => shop(name).length);
    await t.test('two pages; killed on the second one, and as it is stored', async () => {
      const ids = await odoo.admin.ids('stock.picking', [
        ['sale_id.origin', 'in', many],
        ['state', 'not in', ['done', 'cancel']],
      ]);
      assert.equal(ids.length, MANY);
      await validateAll(odoo, ids);
      const steps = await stepsOf(p, 'fulfillments pull --dry-run');
      /* The second page is asked for; then, as the first one of the run after it, it is about to be stored. */
      for (const stop of [steps('odoo deliveries asked')[1], steps('page read')[0]]) {
        const killed = await p.run('fulfillments pull', { bin: BIN, env: { ERPSYNC_STOP_AT: stop } });
        assert.equal(killed.signal, 'SIGKILL');
      }
      /* A call that a kill left without an answer is given five minutes. */
      await p.run('fulfillments pull', { bin: BIN });
      await p.run('fulfillments pull', { bin: BIN, env: { ERPSYNC_CLOCK_SHIFT: '400' } });
      const { summary } = await done();
      assert.equal(summary.parked, 0);
      assert.deepEqual(counted(), Array(MANY).fill(1));
      many.forEach((name, i) => assert.deepEqual(shop(name)[0].lines, { [SKU]: 1 + (i % 3) }, name));
      assert.equal((await done()).summary.writes, 0);
    });

    await t.test('another state file, and Odoo is restarted between the pages: all is found, nothing is made', async () => {
      const server = await odoo.ownServer(t);
      const between = await restarting(t, odoo, server, 'stock.picking/search_read', { at: 2 });
      const net = { retries: 20, max_wait: '2s' };
      const q = await deliveryPlace(t, odoo, { sandbox: p.sandbox, conf: { net, erp: { url: between.url } } });
      const { summary } = await pull(q);
      assert.ok(between.happened(), 'it was restarted');
      await between.back();
      assert.equal(summary.created, 0);
      assert.equal(summary.adopted, MANY + 6);
      assert.deepEqual(counted(), Array(MANY).fill(1));
      assert.equal(shop(halved).length, 2);
    });

    await t.test('a wrong key, rights that are missing: refused, and nobody is parked', async () => {
      p.write('wrong-key', `${'0'.repeat(40)}\n`, 0o600);
      const refused = async (erp, says) => {
        p.configure({ erp: { ...erp, url: odoo.url } });
        const run = ended(await p.run('fulfillments pull --full'), 69);
        assert.match(run.stderr, says);
      };
      await refused({ api_key_file: 'wrong-key' }, /api_key_file/);
      const [first] = await odoo.admin.ids('sale.order', [['origin', '=', late]]);
      await odoo.admin.call('sale.order', 'write', { ids: [first], vals: { user_id: await odoo.id('user_erpsync') } });
      await refused(erpConf(odoo, 'limited'), /hides .* 'Sales: User: All Documents'/);
      await odoo.takeRight('limited', 'sales_team.group_sale_salesman');
      await refused(erpConf(odoo, 'limited'), /may not read stock\.\w+; give it the right 'Inventory: User'/);
      const { stdout } = await p.run('check');
      assert.match(stdout, /may not read stock\.picking\n.*'Inventory: User'/);
      assert.match(stdout, /may not read sale\.order\n.*'Sales: User: All Documents'/);
      assert.equal((await p.parked()).size, 0);
    });
  });

  test(`deliveries: what check says of warehouses and carriers (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await deliveryPlace(t, odoo, { sandbox: { orders: 0 } });
    p.write('mappings/tables/locations.csv', `warehouse,store_location\nLYON,${LYON}\n`);
    p.write('mappings/tables/carriers.csv', 'carrier,erp_carrier,store_carrier\nColissimo,*,La Poste Colissimo\n');
    const { stdout } = ended(await p.run('check'), 78);
    assert.match(stdout, /tables\/locations\.csv has no row for 'PARIS' of Odoo/);
    assert.match(stdout, /^warn +tables\/carriers\.csv has no row for 'DHL Express' of Odoo/m);
    assert.match(stdout, /tables\/carriers\.csv answers 'La Poste Colissimo' for 'Colissimo' of Odoo/);
    assert.match(stdout, /the user may read stock\.picking/);
    assert.match(stdout, /the user may read stock\.move/);
  });
}

// Goods that the shop has shipped itself, in a real Odoo: its deliveries are done for exactly these units, once, and what is
// still to be shipped stays to be delivered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { earlier } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, PARIS, pull, shipped } from '../support/shipping.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { ordersPlace } from './orders.mjs';
import { stepsOf } from './place.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const TEE = 'LINE-0000-S';
const CUP = 'LINE-0001-M';
const STOCK = 500;

/** A shop with orders of three TEE and two CUP each, of which Odoo has enough on its shelf. */
async function open(t, version, { depth = 'confirmed', n = 1, bin = BIN_PLAIN, orders = {}, conf = {} } = {}) {
  const odoo = await freshOdoo(t, version);
  const p = await ordersPlace(t, odoo, { sandbox: { orders: 0, nasty: 'off' }, rules: { depth }, bin });
  p.configure({ orders, fulfillments: { notify_customer: 'no' }, ...conf });
  p.write('mappings/tables/locations.csv', `warehouse,store_location,note\nLYON,${LYON},\nPARIS,${PARIS},\n`);
  for (const sku of [TEE, CUP]) {
    await odoo.setStock(sku, 'warehouse_lyon', STOCK);
    const set = { available: STOCK, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0 };
    for (const location of [LYON, PARIS]) p.sandbox.changeStock({ variant: sku, location, active: true, set });
  }
  p.sandbox.setClock({ advance_ms: -600000 });
  const names = Array.from({ length: n }, () => {
    const goods = [[TEE, 3], [CUP, 2]].map(([variant, quantity]) => ({ variant, quantity, location: 0 }));
    return p.sandbox.sell(goods).name;
  });
  p.sandbox.setClock({ advance_ms: 600000 });
  const order = name => odoo.admin.one('sale.order', [['origin', '=', name]], ['name', 'state', 'invoice_ids']);
  return {
    odoo,
    p,
    names,
    order,
    ship: (name, lines, more = {}) => earlier(p.sandbox, 120, { edit: name, change: { fulfill: lines ? { lines, ...more } : true } }),
    /** So many seconds ago; hold: the reason, or false. */
    hold(name, ago, hold) {
      p.sandbox.setClock({ advance_ms: -ago * 1000 });
      p.sandbox.changeFulfillmentOrders({ order: name, hold });
      p.sandbox.setClock({ advance_ms: ago * 1000 });
    },
    /** "done T-1: 3 2": each transfer of an order with its state, tracking number and units, the oldest first. */
    async transfers(name) {
      const found = await odoo.pickings((await order(name)).id);
      return found
        .filter(({ state }) => state !== 'cancel')
        .sort((a, b) => a.id - b.id)
        .map(({ state, carrier_tracking_ref: number, moves, picking_type_code: code }) => {
          const units = moves
            .filter(move => move.state !== 'cancel')
            .sort((a, b) => a.product_id[0] - b.product_id[0])
            .map(move => (state === 'done' ? move.done : move.product_uom_qty));
          return `${code === 'internal' ? 'pick ' : ''}${state}${number ? ` ${number}` : ''}: ${units.join(' ')}`;
        });
    },
    left: sku => odoo.quantity(sku, 'warehouse_lyon', 'qty_available'),
    async troubles() {
      const receipts = await odoo.count('stock.picking', [['picking_type_code', '=', 'incoming']]);
      return { receipts, activities: await odoo.count('mail.activity', [['res_model', '=', 'stock.picking']]) };
    },
    export: async (status = 0, more = {}) => ended(await p.run('orders export', more), status),
    /** A further run, of all orders, finds nothing to do. */
    async silent() {
      const again = await p.json('orders export --full --json');
      assert.equal(again.writes ?? again.summary?.writes, 0, 'a further run writes nothing');
    },
  };
}
const line = (n, quantity) => ({ line: n, quantity });
const label = (...numbers) => ({ tracking: numbers.map(number => ({ company: 'DHL', number, url: null })) });

for (const version of VERSIONS) {
  test(`Odoo ${version}: shipped before the first export, wholly and in part, and after it`, async t => {
    const shop = await open(t, version, { n: 5 });
    const { odoo, p } = shop;
    const [none, whole, part, twice, later] = shop.names;
    shop.ship(whole, null);
    shop.ship(part, [line(0, 2)], label('P-1'));
    shop.ship(twice, [line(0, 1), line(1, 2)], label('T-1', 'T-2'));
    shop.ship(twice, [line(0, 2)], label('T-3'));
    await shop.export();
    assert.deepEqual(await shop.transfers(none), ['assigned: 3 2']);
    assert.deepEqual((await shop.transfers(whole)).map(text => text.replace(/done .*:/, 'done:')), ['done: 3 2']);
    assert.deepEqual(await shop.transfers(part), ['done P-1: 2', 'assigned: 1 2']);
    assert.deepEqual(await shop.transfers(twice), ['done T-1, T-2: 1 2', 'done T-3: 2']);
    assert.deepEqual([await shop.left(TEE), await shop.left(CUP)], [STOCK - 8, STOCK - 4]);
    const { date_done: at } = (await odoo.pickings((await shop.order(part)).id)).find(({ state }) => state === 'done');
    const told = p.sandbox.fulfillments(part).fulfillments[0].createdAt;
    assert.equal(at, told.replace('T', ' ').replace(/Z$/, ''), 'it left when the shop says');
    await shop.silent();

    // The shop ships the rest by itself; and of an order that the ERP has to deliver.
    shop.ship(part, [line(0, 1), line(1, 2)], label('P-2'));
    shop.ship(later, [line(1, 1)], label('L-1'));
    await shop.export();
    assert.deepEqual(await shop.transfers(part), ['done P-1: 2', 'done P-2: 1 2']);
    assert.deepEqual(await shop.transfers(later), ['done L-1: 1', 'assigned: 3 1']);
    assert.deepEqual(await shop.troubles(), { receipts: 0, activities: 0 });

    // The shop is told nothing that it has done itself, and what the ERP delivers as ever.
    const before = p.sandbox.fulfillments(part).fulfillments.length;
    const { summary } = await pull(p);
    assert.deepEqual([summary.created, summary.parked], [0, 0]);
    assert.equal(p.sandbox.fulfillments(part).fulfillments.length, before);
    const rest = (await odoo.pickings((await shop.order(later)).id)).find(({ state }) => state === 'assigned');
    await odoo.validate(rest.id, { tracking: 'ERP-1' });
    assert.equal((await pull(p)).summary.created, 1);
    assert.deepEqual(shipped(p.sandbox, later).map(({ numbers }) => numbers), [['L-1'], ['ERP-1']]);
    await shop.export();
    assert.deepEqual(await shop.transfers(later), ['done L-1: 1', 'done ERP-1: 3 1'], 'and it is not delivered once more');

    // What came back was shipped all the same.
    await odoo.giveBack((await odoo.pickings((await shop.order(whole)).id))[0].id);
    earlier(p.sandbox, 60, { edit: whole, change: { note: 'came back' } });
    await shop.export();
    assert.equal((await shop.transfers(whole)).filter(text => text.startsWith('done')).length, 2, 'the delivery and its return');
    await shop.silent();
  });

  test(`Odoo ${version}: paid, a quotation, and on hold`, async t => {
    await t.test('paid: invoice, payment and delivery', async t => {
      const shop = await open(t, version, { depth: 'paid' });
      const [name] = shop.names;
      shop.ship(name, [line(0, 3)], label('I-1'));
      await shop.export();
      const { invoice_ids: ids } = await shop.order(name);
      const [invoice] = await shop.odoo.admin.read('account.move', [['id', 'in', ids]], ['state', 'payment_state']);
      assert.deepEqual([invoice.state, invoice.payment_state], ['posted', 'paid']);
      assert.deepEqual(await shop.transfers(name), ['done I-1: 3', 'assigned: 2']);
      await shop.silent();
    });
    await t.test('a quotation has no delivery: it is told', async t => {
      const shop = await open(t, version, { depth: 'quotation' });
      const [name] = shop.names;
      shop.ship(name, null);
      const { stderr } = ended(await shop.p.run('orders export -v'), 0);
      assert.match(stderr, /stays a quotation in Odoo, and the shop has shipped goods of it/);
      assert.deepEqual(await shop.transfers(name), []);
    });
    await t.test('hold: only what is not shipped is confirmed; a person confirms the other', async t => {
      const shop = await open(t, version, { n: 2, orders: { fulfilled: 'hold' } });
      const [open1, name] = shop.names;
      shop.ship(name, [line(0, 1)], label('H-1'));
      await shop.export();
      assert.deepEqual([(await shop.order(open1)).state, (await shop.order(name)).state], ['sale', 'draft']);
      await shop.silent();
      await shop.odoo.admin.call('sale.order', 'action_confirm', { ids: [(await shop.order(name)).id] });
      earlier(shop.p.sandbox, 60, { edit: name, change: { note: 'seen' } });
      await shop.export();
      assert.deepEqual(await shop.transfers(name), ['done H-1: 1', 'assigned: 2 2']);
    });
  });

  test(`Odoo ${version}: picked and shipped in two steps`, async t => {
    const shop = await open(t, version, { n: 2 });
    const { odoo } = shop;
    await odoo.admin.call('stock.warehouse', 'write', { ids: [await odoo.id('warehouse_lyon')], vals: { delivery_steps: 'pick_ship' } });
    const [whole, part] = shop.names;
    shop.ship(whole, null);
    shop.ship(part, [line(0, 2), line(1, 2)], label('S-1'));
    await shop.export();
    const done = (await shop.transfers(whole)).map(text => text.replace(/done .*:/, 'done:'));
    assert.deepEqual(done.sort(), ['done: 3 2', 'pick done: 3 2']);
    const left = await shop.transfers(part);
    assert.ok(left.includes('done S-1: 2 2'), left.join(', '));
    assert.ok(left.includes('pick done: 2 2'), left.join(', '));
    assert.deepEqual([await shop.left(TEE), await shop.left(CUP)], [STOCK - 5, STOCK - 4]);
    assert.equal(left.some(text => /^pick (assigned|confirmed): 1/.test(text)), true, left.join(', '));
    assert.deepEqual(await shop.troubles(), { receipts: 0, activities: 0 });
    await shop.silent();
  });

  test(`Odoo ${version}: what the warehouse is at, has cancelled, or has not`, async t => {
    const shop = await open(t, version, { n: 4 });
    const { odoo, p } = shop;
    const [packed, agreed, cancelled, empty] = shop.names;
    await shop.export();
    const { moveDone } = odoo.names;
    const pack = async (name, sku, n) => {
      const [delivery] = (await odoo.pickings((await shop.order(name)).id)).filter(({ state }) => state === 'assigned');
      const { id: product } = await odoo.product(sku, ['id']);
      const move = delivery.moves.find(({ product_id: [id] }) => id === product);
      await odoo.admin.call('stock.move', 'write', { ids: [move.id], vals: { [moveDone]: n, ...(version !== '14' && { picked: n > 0 }) } });
      return delivery;
    };
    await pack(packed, CUP, 2);
    await pack(agreed, TEE, 2);
    await odoo.admin.call('stock.picking', 'action_cancel', { ids: [(await odoo.pickings((await shop.order(cancelled)).id))[0].id] });
    for (const name of [packed, agreed]) shop.ship(name, [line(0, 2)], label(`W-${name}`));
    shop.ship(cancelled, null);
    await odoo.setStock(CUP, 'warehouse_lyon', 0);
    shop.ship(empty, [line(1, 2)], label('E-1'));
    await shop.export(1);
    const parked = await p.parked();
    assert.deepEqual([...parked.keys()], [packed]);
    assert.equal(parked.get(packed).code, 'goods_differ');
    assert.match(parked.get(packed).reason, /has shipped 2 of '[^']+', and the warehouse is packing '[^']+' in the same transfer/);
    assert.deepEqual(await shop.transfers(packed), ['assigned: 3 2']);
    assert.deepEqual(await shop.transfers(agreed), [`done W-${agreed}: 2`, 'assigned: 1 2'].map(text => text.replace('assigned: 1 2', (version, text))));
    assert.deepEqual(await shop.transfers(cancelled), []);
    assert.equal((await shop.transfers(empty))[0], 'done E-1: 2');

    // A person does what is printed.
    await odoo.setStock(CUP, 'warehouse_lyon', STOCK);
    const delivery = await pack(packed, CUP, 0);
    assert.equal(delivery.state, 'assigned');
    ended(await p.run(['queue', 'retry', packed]), 0);
    await shop.export();
    assert.equal((await shop.transfers(packed))[0], `done W-${packed}: 2`);
    assert.deepEqual(await shop.troubles(), { receipts: 0, activities: 0 });
  });

  test(`Odoo ${version}: killed at each step`, async t => {
    const shop = await open(t, version, { n: 4, bin: BIN });
    const { p } = shop;
    const [first, ...names] = shop.names;
    const partly = name => shop.ship(name, [line(0, 2), line(1, 2)], label(`K-${name}`));
    await shop.export();
    partly(first);
    const steps = await stepsOf(p, 'orders export');
    const at = ['odoo shipped units set', 'odoo tracking numbers written', 'delivered'].flatMap(name => steps(name).slice(0, 1));
    assert.equal(at.length, 3);
    for (const [i, name] of names.entries()) {
      partly(name);
      const killed = await p.run('orders export', { env: { ERPSYNC_STOP_AT: at[i] } });
      assert.equal(killed.signal, 'SIGKILL', `step ${at[i]}`);
      await shop.export();
      assert.deepEqual(await shop.transfers(name), [`done K-${name}: 2 2`, 'assigned: 1'], `step ${at[i]}`);
    }
    await shop.silent();
  });

  test(`Odoo ${version}: a user with the rights of Sales and no others for goods`, async t => {
    const shop = await open(t, version);
    const [name] = shop.names;
    await shop.odoo.takeRight('erpsync', 'stock.group_stock_user');
    shop.ship(name, [line(0, 3)], label('R-1'));
    await shop.export();
    assert.deepEqual(await shop.transfers(name), ['done R-1: 3', 'assigned: 2']);
  });

  test(`Odoo ${version}: held back by the shop`, async t => {
    for (const on_hold of ['wait', 'hold'])
      await t.test(on_hold, async t => {
        const shop = await open(t, version, { orders: { on_hold } });
        const [name] = shop.names;
        shop.hold(name, 300, 'HIGH_RISK_OF_FRAUD');
        await shop.export();
        const there = await shop.odoo.admin.read('sale.order', [['origin', '=', name]], ['state']);
        assert.deepEqual(there.map(o => o.state), on_hold === 'wait' ? [] : ['draft'], 'nothing is there to be shipped');
        assert.equal(await shop.odoo.count('stock.picking', [['origin', '=', name]]), 0);
        await shop.silent();
        shop.hold(name, 120, false);
        ended(await shop.p.run('orders export --full'), 0);
        assert.equal((await shop.order(name)).state, 'sale');
        assert.deepEqual(await shop.transfers(name), ['assigned: 3 2']);
        await shop.silent();
      });
  });
}

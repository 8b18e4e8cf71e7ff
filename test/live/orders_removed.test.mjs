// Units that were taken out of an order before they were shipped, in a real Odoo: line, delivery and total say so. What the
// warehouse is at already is left as it is, and told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { earlier, truth } from '../support/place.mjs';
import { BIN, ended } from '../support/run.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { money, ordersPlace } from './orders.mjs';
import { stepsOf } from './place.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const TEE = 'LINE-0000-S';
const CUP = 'LINE-0001-M';
const EDIT = to => ({ quantity: { line: 0, to } });
const REFUND = quantity => ({ refund: { lines: [{ line: 0, quantity, restock: 'CANCEL' }] } });

/** A shop with orders of three TEE and one CUP each, of which Odoo has enough on its shelf. */
async function open(t, version, { depth = 'confirmed', n = 1, bin } = {}) {
  const odoo = await freshOdoo(t, version);
  const p = await ordersPlace(t, odoo, { sandbox: { orders: 0, nasty: 'off' }, rules: { depth }, ...(bin && { bin }) });
  for (const sku of [TEE, CUP]) await odoo.setStock(sku, 'warehouse_lyon', 5000);
  p.sandbox.setClock({ advance_ms: -600000 });
  const names = Array.from({ length: n }, () => {
    const goods = [[TEE, 3], [CUP, 1]].map(([variant, quantity]) => ({ variant, quantity }));
    return p.sandbox.sell(goods).name;
  });
  p.sandbox.setClock({ advance_ms: 600000 });
  const change = (name, what) => earlier(p.sandbox, 120, { edit: name, change: what });
  const moves = domain =>
    odoo.admin.read('stock.move', [['sale_line_id', '!=', false], ...domain], ['sale_line_id', 'product_uom_qty', 'state']);
  return {
    odoo,
    p,
    names,
    change,
    /** "TEE 1: 1 assigned" for each line of goods of an order: what it says, and what is under way for it. */
    async goods(name) {
      const [order] = await odoo.soldOrders([['origin', '=', name]]);
      const wanted = truth(p.sandbox).find(o => o.name === name);
      const under = await moves([['sale_line_id.order_id', '=', order.id], ['state', '!=', 'cancel']]);
      const lines = order.lines.filter(line => line.product_id && [TEE, CUP].some(sku => line.product_id[1].includes(sku)));
      return {
        lines: lines.map(line => {
          const own = under.filter(move => move.sale_line_id[0] === line.id);
          return `${line.product_uom_qty}: ${own.map(move => `${move.product_uom_qty} ${move.state}`).join(', ')}`;
        }),
        total: [money(order.amount_total), money(wanted.basketTotal)],
      };
    },
    /** Transfers that send something back to the shelf, and what people are asked to see to. */
    async troubles() {
      const receipts = await odoo.count('stock.picking', [['picking_type_code', '=', 'incoming']]);
      return { receipts, activities: await odoo.count('mail.activity', [['res_model', '=', 'stock.picking']]) };
    },
    export: async (status = 0, more = {}) => ended(await p.run('orders export', more), status),
  };
}
const agree = ({ total }) => assert.equal(total[0], total[1], 'total');

for (const version of VERSIONS) {
  test(`Odoo ${version}: taken out before the first export, and after it`, async t => {
    const shop = await open(t, version, { n: 4 });
    const [before, edited, refunded, whole] = shop.names;
    shop.change(before, EDIT(1));
    await shop.export();
    assert.deepEqual((await shop.goods(before)).lines, ['1: 1 assigned', '1: 1 assigned']);
    agree(await shop.goods(before));

    shop.change(edited, EDIT(2));
    shop.change(refunded, REFUND(2));
    shop.change(whole, EDIT(0));
    await shop.export();
    const told = {};
    for (const name of [edited, refunded, whole]) {
      const now = await shop.goods(name);
      agree(now);
      told[name] = now.lines;
    }
    assert.deepEqual(told, {
      [edited]: ['2: 2 assigned', '1: 1 assigned'],
      [refunded]: ['1: 1 assigned', '1: 1 assigned'],
      [whole]: ['0: ', '1: 1 assigned'],
    });
    assert.deepEqual(await shop.troubles(), { receipts: 0, activities: 0 });
    const again = await shop.p.json('orders export --full --json');
    assert.equal(again.writes ?? again.summary?.writes, 0, 'a further run writes nothing');
  });

  test(`Odoo ${version}: a quotation, and one that is invoiced`, async t => {
    await t.test('quotation', async t => {
      const shop = await open(t, version, { depth: 'quotation' });
      const [name] = shop.names;
      await shop.export();
      shop.change(name, EDIT(1));
      await shop.export();
      const now = await shop.goods(name);
      agree(now);
      assert.deepEqual(now.lines, ['1: ', '1: ']);
    });
    await t.test('paid: money that was given back for what was taken out was never paid', async t => {
      const shop = await open(t, version, { depth: 'paid', n: 2 });
      const [before, after] = shop.names;
      shop.change(before, REFUND(2));
      await shop.export();
      const fields = ['state', 'payment_state', 'amount_total', 'amount_residual'];
      const invoice = name => shop.odoo.admin.one('account.move', [['ref', '=', name]], fields);
      const is = await invoice(before);
      assert.equal(money(is.amount_total), money(truth(shop.p.sandbox).find(o => o.name === before).basketTotal));
      assert.deepEqual([is.state, is.payment_state, is.amount_residual], ['posted', 'paid', 0]);

      shop.change(after, REFUND(1));
      await shop.export(1);
      const parked = (await shop.p.parked()).get(after);
      assert.equal(parked.code, 'changed_after_invoice');
      assert.match(parked.reason, /3 x [\d.]+ in Odoo, 2 x [\d.]+ in the shop/);
      assert.deepEqual((await shop.goods(after)).lines, ['3: 3 assigned', '1: 1 assigned']);
    });
  });

  test(`Odoo ${version}: what the warehouse is at`, async t => {
    const shop = await open(t, version, { n: 5 });
    const { odoo, p } = shop;
    const [packed, printed, sent, half, byHand] = shop.names;
    await shop.export();
    const pickings = async name =>
      (await odoo.pickings((await odoo.admin.one('sale.order', [['origin', '=', name]], ['id'])).id)).map(x => x.id);
    const of = async name =>
      odoo.admin.read('stock.move', [['picking_id', 'in', await pickings(name)]], ['id', 'product_uom_qty']);
    const { moveDone } = odoo.names;
    for (const { id, product_uom_qty: n } of await of(packed))
      await odoo.admin.call('stock.move', 'write', { ids: [id], vals: { [moveDone]: n, ...(version !== '14' && { picked: true }) } });
    await odoo.admin.call('stock.picking', 'write', { ids: await pickings(printed), vals: { printed: true } });
    for (const name of [packed, printed]) shop.change(name, EDIT(1));
    await shop.export(1);
    const parked = (await p.parked()).get(packed);
    assert.equal(parked.code, 'goods_differ');
    assert.match(parked.reason, /at 1 now, and the warehouse is packing it/);
    assert.match((await shop.goods(packed)).lines[0], /^3: 3 /, 'nothing of it was changed');
    assert.deepEqual((await shop.goods(printed)).lines, ['1: 1 assigned', '1: 1 assigned']);
    assert.deepEqual(await shop.troubles(), { receipts: 0, activities: 0 });

    // The warehouse puts it back; a person retries.
    for (const { id } of await of(packed))
      await odoo.admin.call('stock.move', 'write', { ids: [id], vals: version === '14' ? { [moveDone]: 0 } : { picked: false } });
    ended(await p.run(['queue', 'retry', packed]), 0);
    await shop.export();
    assert.deepEqual((await shop.goods(packed)).lines, ['1: 1 assigned', '1: 1 assigned']);
    agree(await shop.goods(packed));

    // Of two lines one is packed: nothing of either is written.
    const pack = async (moves, n) => {
      for (const { id } of moves) await odoo.admin.call('stock.move', 'write', { ids: [id], vals: { [moveDone]: n, ...(version !== '14' && { picked: true }) } });
    };
    await pack((await of(half)).filter(move => move.product_uom_qty === 1), 1);
    shop.change(half, { quantity: [{ line: 0, to: 2 }, { line: 1, to: 0 }] });
    await shop.export(1);
    assert.equal((await p.parked()).get(half).code, 'goods_differ');
    assert.match((await shop.goods(half)).lines.join(), /^3: 3 assigned,1: 1 /);
    ended(await p.run(['queue', 'drop', half]), 0);

    // A person does what is printed: transfer and line say 1, and the retry finds nothing to do.
    await pack(await of(byHand), 1);
    shop.change(byHand, EDIT(1));
    await shop.export(1);
    assert.match((await p.parked()).get(byHand).reason, /is packing it: set it to that in its transfer and in S\d+ by hand/);
    const [move] = (await of(byHand)).filter(x => x.product_uom_qty === 3);
    await odoo.admin.call('stock.move', 'write', { ids: [move.id], vals: { product_uom_qty: 1, [moveDone]: 1 } });
    const [own] = await odoo.soldOrders([['origin', '=', byHand]]);
    const line = own.lines.find(x => x.product_uom_qty === 3);
    await odoo.admin.call('sale.order.line', 'write', version === '14' ? { ids: [line.id], values: { product_uom_qty: 1, price_unit: line.price_unit } } : { ids: [line.id], vals: { product_uom_qty: 1, price_unit: line.price_unit } });
    ended(await p.run(['queue', 'retry', byHand]), 0);
    await shop.export();
    agree(await shop.goods(byHand));

    // Delivered in part: it is for people.
    const [first] = await pickings(sent);
    for (const { id } of (await of(sent)).slice(0, 1))
      await odoo.admin.call('stock.move', 'write', { ids: [id], vals: { [moveDone]: 3, ...(version !== '14' && { picked: true }) } });
    await odoo.admin.call('stock.picking', 'button_validate', { ids: [first], context: { skip_backorder: true, skip_sms: true, skip_immediate: true } });
    shop.change(sent, EDIT(1));
    await shop.export(1);
    assert.equal((await p.parked()).get(sent).code, 'changed_after_delivery');
  });

  test(`Odoo ${version}: killed at each step, and the shop says again what it said`, async t => {
    const shop = await open(t, version, { bin: BIN });
    const { p } = shop;
    const [name] = shop.names;
    await shop.export();
    shop.change(name, EDIT(2));
    const steps = await stepsOf(p, 'orders export');
    assert.deepEqual((await shop.goods(name)).lines, ['2: 2 assigned', '1: 1 assigned']);
    const [lowered] = steps('odoo move lowered'),
      [line] = steps('odoo order amended');
    shop.change(name, EDIT(1));
    for (const [step, left] of [
      [lowered, /^2: 1 /],
      [line, /^1: 1 /],
    ]) {
      const killed = await p.run('orders export', { env: { ERPSYNC_STOP_AT: step } });
      assert.equal(killed.signal, 'SIGKILL', `step ${step}`);
      assert.match((await shop.goods(name)).lines[0], left);
    }
    await shop.export();
    assert.deepEqual((await shop.goods(name)).lines, ['1: 1 assigned', '1: 1 assigned']);
    agree(await shop.goods(name));
  });
}

// What tests of `refunds export` into a real Odoo have in common: a shop whose orders are there with their invoices.

import assert from 'node:assert/strict';
import { print } from '../sandbox/lib/money.mjs';
import { totals } from '../sandbox/lib/totals.mjs';
import { earlier, truth } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { freshOdoo } from './odoo.mjs';
import { money, ordersPlace } from './orders.mjs';

export const TEE = 'LINE-0000-S';
export const CUP = 'LINE-0001-M';
export const STOCK = 500;

/** A shop whose orders, of three TEE and two CUP each, are in Odoo with their invoices, and shipped. */
export async function open(t, version, { n = 1, bin = BIN_PLAIN, receives = true, sell = {}, ship = true, rules = {} } = {}) {
  const odoo = await freshOdoo(t, version);
  const call = (model, method, args) => odoo.admin.call(model, method, args);
  await call('product.product', 'create', {
    vals_list: [{ name: 'Refund', default_code: 'REFUND', type: 'service', invoice_policy: 'order', taxes_id: [[5]] }],
  });
  // Odoo 14 lets only administrators of the inventory receive goods.
  if (version === '14' && receives)
    await call('res.users', 'write', {
      ids: [await odoo.id('user_erpsync')],
      vals: { groups_id: [[4, await odoo.id('stock.group_stock_manager')]] },
    });
  const p = await ordersPlace(t, odoo, { sandbox: { orders: 0, nasty: 'off' }, rules: { depth: 'paid', ...rules }, bin });
  p.write('mappings/tables/warehouses.csv', 'shop_location,erp_warehouse\nWarehouse Lyon,LYON\nShop Paris 8e,PARIS\n*,LYON\n');
  for (const sku of [TEE, CUP]) await odoo.setStock(sku, 'warehouse_lyon', STOCK);
  p.sandbox.setClock({ advance_ms: -3600000 });
  const names = Array.from({ length: n }, () => {
    const goods = [[TEE, 3], [CUP, 2]].map(([variant, quantity]) => ({ variant, quantity, location: 0 }));
    return p.sandbox.sell(goods, sell).name;
  });
  p.sandbox.setClock({ advance_ms: 3600000 });
  // One after the other, before the first run and after it.
  let seconds = 3000;
  const change = (name, what) => earlier(p.sandbox, (seconds -= 2), { edit: name, change: what });
  if (ship) for (const name of names) change(name, { fulfill: true });
  ended(await p.run('orders export'), 0);
  seconds = 200;
  const order = async name => (await odoo.soldOrders([['origin', '=', name]]))[0];
  const shop = {
    odoo,
    p,
    names,
    order,
    change,
    refund: (name, what) => change(name, { refund: what }),
    export: async (status = 0, more = {}) => ended(await p.run('refunds export', more), status),
    /** What is parked, and why. */
    parked: () => p.queue('--parked'),
    async books(name) {
      const sold = await order(name);
      const moves = await odoo.admin.read(
        'account.move',
        [['id', 'in', sold.invoice_ids], ['state', '=', 'posted']],
        ['move_type', 'amount_total', 'amount_tax', 'amount_residual', 'payment_state', 'invoice_date', 'ref', 'reversed_entry_id'],
      );
      const [{ invoice_status: status }] = await odoo.admin.read('sale.order', [['id', '=', sold.id]], ['invoice_status']);
      const line = sku => sold.lines.find(l => l.product_id && l.product_id[1].includes(sku) && l.product_uom_qty >= 0);
      const returns = (await odoo.pickings(sold.id)).filter(x => x.picking_type_code === 'incoming');
      const credits = moves.filter(m => m.move_type === 'out_refund').sort((a, b) => a.id - b.id);
      const cents = list => list.reduce((x, m) => x + Math.round(m.amount_total * 100), 0);
      return {
        total: money(sold.amount_total),
        billed: money((cents(moves.filter(m => m.move_type === 'out_invoice')) - cents(credits)) / 100),
        status,
        units: [TEE, CUP].map(sku => `${line(sku).product_uom_qty}/${line(sku).qty_delivered}/${line(sku).qty_invoiced}`).join(' '),
        credits: credits.map(m => `${m.ref} ${money(m.amount_total)} ${money(m.amount_tax)} ${m.payment_state} ${money(m.amount_residual)}`),
        returns: returns.map(x => `${x.state}: ${x.moves.map(m => m.done).join(' ')}`),
      };
    },
    /** The order comes to what its documents come to and to what the shop has it at now, and nothing is left to be invoiced. */
    async agrees(name) {
      const is = await shop.books(name);
      const { index } = truth(p.sandbox).find(o => o.name === name);
      const wanted = totals(p.sandbox.orders.model(index)).nowTotal[0];
      assert.equal(is.total, is.billed, 'order and books');
      assert.equal(is.total, money(print(wanted, 2)), 'order and shop');
      assert.equal(is.status, 'invoiced', 'nothing is left to be invoiced');
      return is;
    },
    onHand: async (warehouse = 'warehouse_lyon') =>
      Promise.all([TEE, CUP].map(sku => odoo.quantity(sku, warehouse, 'qty_available'))),
    payments: async () =>
      (await odoo.admin.read('account.payment', [['payment_type', '=', 'outbound']], ['amount', 'state'])).map(x => money(x.amount)),
    /** Further runs, of all orders and refunds, write nothing. */
    async silent() {
      for (const flow of ['orders export', 'refunds export']) {
        const again = await p.json(`${flow} --full --json`);
        assert.equal(again.writes ?? again.summary?.writes, 0, `a further run of ${flow} writes nothing`);
      }
    },
  };
  return shop;
}

export const back = (line, quantity, more = {}) => ({ line, quantity, restock: 'RETURN', ...more });
export const kept = (line, quantity) => ({ line, quantity, restock: 'NO_RESTOCK' });

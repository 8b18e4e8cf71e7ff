// What the helpers do in the name of people in the ERP really happens, on each version: the tests of the flows build
// on it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE } from '../sandbox/lib/world.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const LYON = 'warehouse_lyon';
const PARIS = 'warehouse_paris';

/** A confirmed order: { SKU: quantity }. */
async function sell(odoo, ref, goods) {
  const api = odoo.erpsync;
  await api.loaded('res.partner', [{ id: `people.${ref}_customer`, name: `Customer ${ref}` }]);
  const taxes = `order_line/${odoo.names.lineTaxes}/.id`;
  const rows = [];
  for (const [sku, quantity] of Object.entries(goods)) {
    const { id } = await odoo.product(sku, ['id']);
    const header = rows.length === 0;
    rows.push({
      id: header ? `people.${ref}` : '',
      'partner_id/id': header ? `people.${ref}_customer` : '',
      client_order_ref: header ? ref : '',
      'warehouse_id/.id': header ? String(await odoo.id(LYON)) : '',
      'order_line/id': `people.${ref}_${rows.length}`,
      'order_line/product_id/.id': String(id),
      'order_line/name': sku,
      'order_line/product_uom_qty': String(quantity),
      'order_line/price_unit': '12',
      'order_line/discount': '0',
      [taxes]: String(await odoo.id('tax_fr_20_incl')),
    });
  }
  const [id] = await api.loaded('sale.order', rows);
  await api.call('sale.order', 'action_confirm', { ids: [id] });
  return id;
}

for (const version of VERSIONS) {
  test(`Odoo ${version}`, async t => {
    const odoo = await freshOdoo(t, version);
    const [first, second, third] = CATALOGUE;

    await t.test('the sandbox’s articles are there, with price, barcode and stock', async () => {
      const found = await odoo.admin.read(
        'product.product',
        [['barcode', '!=', false]],
        ['default_code', 'barcode', 'lst_price', 'active'],
      );
      const bySku = new Map(found.map(product => [product.default_code, product]));
      assert.equal(bySku.size, CATALOGUE.length);
      for (const { sku, barcode, price } of CATALOGUE) {
        assert.equal(bySku.get(sku).barcode, barcode);
        assert.equal(Math.round(bySku.get(sku).lst_price * 100), price, sku);
      }
      const { n, sku } = CATALOGUE[17];
      assert.deepEqual([await odoo.quantity(sku, LYON), await odoo.quantity(sku, PARIS)], [100 + n, n % 10]);
      assert.equal(await odoo.count('product.product', [['default_code', '=', 'TWICE-0001']]), 2);
    });

    await t.test('an order reserves; half a delivery leaves a backorder; the rest follows', async () => {
      const id = await sell(odoo, 'half', { [first.sku]: 3, [second.sku]: 2 });
      assert.deepEqual(
        [await odoo.quantity(first.sku, LYON), await odoo.quantity(first.sku, LYON, 'qty_available')],
        [97, 100],
      );
      const [picking] = await odoo.pickings(id);
      const carrier = await odoo.id('carrier_colissimo');
      await odoo.validate(picking.id, { partial: { [first.sku]: 1 }, tracking: 'TRACK-1', carrier });
      const [sent, rest] = await odoo.pickings(id);
      assert.deepEqual([sent.state, sent.carrier_tracking_ref, sent.carrier_id[0]], ['done', 'TRACK-1', carrier]);
      assert.deepEqual(
        sent.moves.filter(move => move.state === 'done').map(move => move.done),
        [1],
      );
      assert.equal(rest.backorder_id[0], sent.id);
      await odoo.validate(rest.id);
      const [order] = await odoo.soldOrders([['id', '=', id]]);
      assert.equal(order.link, 'people.half');
      assert.deepEqual(
        order.lines.map(line => line.qty_delivered),
        [3, 2],
      );
      assert.equal(await odoo.quantity(first.sku, LYON, 'qty_available'), 97);
    });

    await t.test('a rest can be given up', async () => {
      const id = await sell(odoo, 'rest', { [second.sku]: 5 });
      const [picking] = await odoo.pickings(id);
      await odoo.validate(picking.id, { partial: { [second.sku]: 4 }, backorder: false });
      const states = (await odoo.pickings(id)).map(({ state }) => state);
      assert.deepEqual(states, ['done']);
    });

    await t.test('stock is counted', async () => {
      await odoo.setStock(third.sku, PARIS, 41);
      await odoo.setStock(third.sku, LYON, 0);
      assert.deepEqual([await odoo.quantity(third.sku, PARIS), await odoo.quantity(third.sku, LYON)], [41, 0]);
    });

    await t.test('an order is invoiced; erpsync’s user may register its payment', async () => {
      const id = await sell(odoo, 'invoice', { [first.sku]: 2 });
      const invoice = await odoo.postInvoice(id);
      const [move] = await odoo.admin.read(
        'account.move',
        [['id', '=', invoice]],
        ['state', 'amount_total', 'amount_tax'],
      );
      assert.deepEqual([move.state, move.amount_total, move.amount_tax], ['posted', 24, 4]);
      const [order] = await odoo.soldOrders([['id', '=', id]]);
      assert.deepEqual(
        order.lines.map(line => line.qty_invoiced),
        [2],
      );
      await odoo.pay(invoice, 'journal_shopify_payments', odoo.erpsync);
      const [paid] = await odoo.admin.read(
        'account.move',
        [['id', '=', invoice]],
        ['payment_state', 'amount_residual'],
      );
      assert.equal(paid.amount_residual, 0);
      assert.match(paid.payment_state, /^(paid|in_payment)$/);
      const account = ['account_id.code', '=like', '5119%'];
      assert.equal(
        await odoo.count('account.move.line', [account, ['debit', '=', 24]]),
        1,
        'waits on the outstanding account',
      );
    });

    await t.test('a database under the same name is new again', async () => {
      await odoo.reset();
      assert.deepEqual(await odoo.soldOrders(), []);
      assert.equal(await odoo.quantity(third.sku, PARIS), 2);
    });
  });
}

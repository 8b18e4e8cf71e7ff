// How far orders go in a real Odoo, and what people do there on the way: answers that are lost, a depth that changes, payments
// that are withdrawn, orders that are locked, invoices that are cancelled.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { earlier } from '../support/place.mjs';
import { ended } from '../support/run.mjs';
import { middleman } from './middleman.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { ordersPlace } from './orders.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const invoicesOf = async (odoo, order) =>
  odoo.admin.read('account.move', [['invoice_origin', '=', order.name]], ['state', 'payment_state', 'amount_total', 'invoice_line_ids']);

for (const version of VERSIONS) {
  for (const done of [true, false])
    test(`Odoo ${version}: the answer to the load of invoices is lost, ${done ? 'which was done' : 'which never arrived'}`, async t => {
      const odoo = await freshOdoo(t, version);
      const between = await middleman(t, odoo, async ({ call, n, pass }) => {
        if (call !== 'account.move/load' || n !== 1) return undefined;
        if (done) await pass();
        return 'drop';
      });
      const sandbox = { orders: 4, seed: 10, nasty: 'off' };
      const p = await ordersPlace(t, odoo, { sandbox, rules: { depth: 'paid' }, erp: { url: between.url } });
      ended(await p.run('orders export'), done ? 0 : 75);
      assert.equal(between.calls.get('account.move/load'), 1, 'it is not sent again at once');
      ended(await p.run('orders export'), 0);
      const orders = await odoo.soldOrders([['origin', '!=', false]]);
      assert.equal(orders.length, 4);
      for (const order of orders) {
        const invoices = await invoicesOf(odoo, order);
        assert.deepEqual(invoices.map(i => [i.state, i.payment_state, i.amount_total]), [['posted', 'paid', order.amount_total]], order.origin);
        assert.equal(invoices[0].invoice_line_ids.length, order.lines.filter(line => line.product_id && line.product_uom_qty).length, `${order.origin}: lines`);
      }
    });
}

// How far orders go in a real Odoo, and what people do there on the way: answers that are lost, a depth that changes, payments
// that are withdrawn, orders that are locked, invoices that are cancelled.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { CATALOGUE } from '../sandbox/lib/world.mjs';
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

  test(`Odoo ${version}: adopted quotations go as far as the depth allows, and what got there is not looked at`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 4, seed: 10, nasty: 'off' }, rules: { depth: 'quotation' } });
    const adopt = async () => {
      ['erpsync.db', 'erpsync.db-wal', 'erpsync.db-shm'].forEach(name => fs.rmSync(p.path(name), { force: true }));
      ended(await p.run('adopt orders'), 0);
      return (await p.export()).summary;
    };
    ended(await p.run('orders export'), 0);
    p.configure({ odoo: { depth: 'paid' } });
    assert.equal((await adopt()).updated, 4);
    for (const order of await odoo.soldOrders([['origin', '!=', false]])) {
      assert.equal(order.state, 'sale', order.origin);
      assert.deepEqual((await invoicesOf(odoo, order)).map(i => [i.state, i.payment_state]), [['posted', 'paid']], order.origin);
    }
    const { adopted, updated } = await adopt();
    assert.deepEqual({ adopted, updated }, { adopted: 4, updated: 0 });
  });

  test(`Odoo ${version}: an invoice that was cancelled there is told, and posted again it is paid`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 2, seed: 10, nasty: 'off' }, rules: { depth: 'paid' } });
    ended(await p.run('orders export'), 0);
    const [order] = await odoo.soldOrders([['origin', '=', '#1001']]);
    const ids = await odoo.admin.ids('account.move', [['invoice_origin', '=', order.name]]);
    for (const method of ['button_draft', 'button_cancel']) await odoo.admin.call('account.move', method, { ids });
    earlier(p.sandbox, 120, { edit: '#1001', change: { note: 'hello' } });
    ended(await p.run('orders export'), 1);
    const entry = (await p.parked()).get('#1001');
    assert.equal(entry.code, 'invoice_cancelled');
    assert.match(entry.reason, /set it to draft and post it there.*then run: erpsync queue retry '#1001'/);
    for (const method of ['button_draft', 'action_post']) await odoo.admin.call('account.move', method, { ids });
    ended(await p.run(['queue', 'retry', '#1001']), 0);
    ended(await p.run('orders export'), 0);
    assert.deepEqual((await invoicesOf(odoo, order)).map(i => [i.state, i.payment_state]), [['posted', 'paid']]);
  });

  test(`Odoo ${version}: a payment that is withdrawn after the order was confirmed is told, and cancelled in the shop it is cancelled there`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 2, seed: 133, nasty: 'off' }, rules: { depth: 'confirmed' } });
    const table = authorized => `financial_status,erp_status,erp_odoo_depth\nauthorized,authorized,paid\npaid,paid,${authorized}\n*,other,paid\n`;
    p.write('mappings/tables/payment_statuses.csv', table('paid'));
    ended(await p.run('orders export'), 0);
    /* As if the shop had voided it: its status allows less than it did. */
    p.write('mappings/tables/payment_statuses.csv', table('quotation'));
    earlier(p.sandbox, 120, { edit: '#1001', change: { note: 'hello' } });
    ended(await p.run('orders export'), 1);
    const entry = (await p.parked()).get('#1001');
    assert.equal(entry.code, 'payment_withdrawn');
    assert.match(entry.reason, /is confirmed in Odoo.*cancel the order in the shop/);
    /* Of an order of an earlier version it is not known what its status allowed. */
    execFileSync('sqlite3', [p.path('erpsync.db'), "UPDATE link SET kept = NULL WHERE label = '#1002'"]);
    earlier(p.sandbox, 120, { edit: '#1002', change: { note: 'hello' } });
    const { notices, summary } = JSON.parse(ended(await p.run('orders export --json'), 0).stdout);
    assert.equal(summary.updated, 1);
    assert.ok(notices.some(notice => /#1002: .* is confirmed in Odoo, and .* no more than a quotation; .* is not known/.test(notice)), notices.join('\n'));
    earlier(p.sandbox, 60, { edit: '#1001', change: { cancel: 'CUSTOMER' } });
    ended(await p.run('orders export'), 0);
    const [order] = await odoo.soldOrders([['origin', '=', '#1001']]);
    assert.equal(order.state, 'cancel');
  });

  test(`Odoo ${version}: an order that is locked stays as it is until it is unlocked`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 3, seed: 133, nasty: 'off' }, rules: { depth: 'confirmed' } });
    ended(await p.run('orders export'), 0);
    const [first, second] = await Promise.all(['#1001', '#1002'].map(async name => (await odoo.soldOrders([['origin', '=', name]]))[0]));
    const ids = [first.id, second.id];
    await odoo.admin.call('sale.order', version === '14' ? 'action_done' : 'action_lock', { ids });
    const [was] = await odoo.soldOrders([['id', '=', first.id]]);
    earlier(p.sandbox, 120, { edit: '#1001', change: { add: { article: 9, quantity: 2 } } });
    earlier(p.sandbox, 120, { edit: '#1002', change: { cancel: 'CUSTOMER' } });
    ended(await p.run('orders export'), 1);
    const parked = await p.parked();
    for (const [name, what] of [['#1001', 'changed'], ['#1002', 'cancelled']]) {
      assert.equal(parked.get(name).code, 'locked_in_odoo');
      assert.match(parked.get(name).reason, new RegExp(`the shop ${what} it.*unlock it there, then run: erpsync queue retry '${name}'`));
    }
    assert.deepEqual(await odoo.soldOrders([['id', '=', first.id]]), [was]);

    await odoo.admin.call('sale.order', 'action_unlock', { ids });
    for (const name of ['#1001', '#1002']) ended(await p.run(['queue', 'retry', name]), 0);
    ended(await p.run('orders export'), 0);
    assert.equal((await odoo.soldOrders([['id', '=', first.id]]))[0].lines.length, was.lines.length + 1);
    assert.equal((await odoo.soldOrders([['id', '=', second.id]]))[0].state, 'cancel');
  });

  test(`Odoo ${version}: a change that came after the invoice, made by hand there: its payment is registered at once, and retry ends it`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 2, seed: 10, nasty: 'off' }, rules: { depth: 'paid' } });
    ended(await p.run('orders export'), 0);
    const order = async () => (await odoo.soldOrders([['origin', '=', '#1001']]))[0];
    const before = await order();
    const payments = await odoo.count('account.payment', []);
    const retry = async status => {
      ended(await p.run(['queue', 'retry', '#1001']), 0);
      ended(await p.run('orders export'), status);
    };
    earlier(p.sandbox, 120, { edit: '#1001', change: { add: { article: 3, quantity: 1 }, paid: true } });
    ended(await p.run('orders export'), 1);
    const entry = (await p.parked()).get('#1001');
    assert.equal(entry.code, 'changed_after_invoice');
    assert.match(entry.reason, /change it there by hand, post an invoice of the difference, then run: erpsync queue retry '#1001'/);
    assert.equal(await odoo.count('account.payment', []), payments + 1, 'the second payment is registered');
    assert.equal((await order()).lines.length, before.lines.length);
    await t.test('not made, or made and not invoiced: it stays parked', async () => {
      await retry(1);
      const item = CATALOGUE[3];
      const product = (await odoo.product(item.sku)).id;
      const { taxes } = before.lines[0];
      const line = { order_id: before.id, product_id: product, product_uom_qty: 1, price_unit: item.price / 100, [odoo.names.lineTaxes]: [[6, 0, taxes]] };
      await odoo.admin.call('sale.order.line', 'create', { vals_list: [line] });
      await retry(1);
    });
    await odoo.postInvoice(before.id);
    await retry(0);
    const invoices = await invoicesOf(odoo, before);
    assert.deepEqual(invoices.map(i => [i.state, i.payment_state]), [['posted', 'paid'], ['posted', 'paid']]);
    assert.equal(await odoo.count('account.payment', []), payments + 1, 'once');
    earlier(p.sandbox, 60, { edit: '#1001', change: { note: 'hello' } });
    const { summary } = await p.json('orders export --json', 0);
    assert.equal(summary.parked, 0, 'and the next note is no trouble');
  });
}

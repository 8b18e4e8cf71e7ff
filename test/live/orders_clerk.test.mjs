// What people change of an order in a real Odoo, and the shop changes something of it too: neither is undone by the way.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { earlier } from '../support/place.mjs';
import { ended } from '../support/run.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { ordersPlace } from './orders.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

for (const version of VERSIONS) {
  test(`Odoo ${version}: what people changed of an order stays, and is told where it is money or goods`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 6, seed: 10, nasty: 'off' }, rules: { depth: 'quotation' } });
    ended(await p.run('orders export'), 0);
    const order = async name => (await odoo.soldOrders([['origin', '=', name]]))[0];
    const goods = o => o.lines.filter(line => line.product_id);
    const write = (model, id, vals) => odoo.admin.call(model, 'write', { ids: [id], vals });
    const clerk = async (name, vals) => write('sale.order.line', goods(await order(name))[0].id, vals);
    const ours = { edit: null, change: { add: { article: 9, quantity: 1 } } };
    const shop = (name, change = ours.change) => earlier(p.sandbox, 120, { edit: name, change });
    const before = {};
    for (const name of ['#1001', '#1002', '#1003', '#1004', '#1005', '#1006']) before[name] = await order(name);

    await clerk('#1001', { product_uom_qty: 7 });
    shop('#1001');
    await clerk('#1002', { price_unit: 1.5, discount: 10 });
    shop('#1002', { note: 'please ring' });
    await odoo.admin.call('sale.order.line', 'unlink', { ids: [goods(before['#1003'])[0].id] });
    shop('#1003');
    const [elsewhere] = await odoo.admin.call('res.partner', 'create', { vals_list: [{ name: 'Depot', parent_id: before['#1004'].partner_id[0], type: 'delivery', street: 'Quai 1' }] });
    await write('sale.order', before['#1004'].id, { client_order_ref: 'PO 77', partner_shipping_id: elsewhere });
    await clerk('#1004', { name: 'As agreed by phone' });
    shop('#1004');
    await clerk('#1005', { product_uom_qty: 4 });
    shop('#1005', { add: { article: 9, quantity: 1 }, note: 'both' });
    await clerk('#1005', { product_uom_qty: goods(before['#1005'])[0].product_uom_qty });

    ended(await p.run('orders export'), 1);
    const parked = await p.parked();
    assert.deepEqual([...parked.keys()].sort(), ['#1001', '#1002', '#1003']);
    for (const [, entry] of parked) assert.equal(entry.code, 'changed_in_odoo', entry.reason);
    const said = name => parked.get(name).reason;
    const [first] = goods(before['#1001']);
    assert.match(said('#1001'), new RegExp(`${first.product_uom_qty} x [\\d.]+, .* → 7 x .* in Odoo, ${first.product_uom_qty} x [\\d.]+, .* in the shop`));
    assert.match(said('#1002'), / → \d x 1\.5 less 10 %, .* in Odoo, \d x /);
    assert.match(said('#1003'), / → no such line in Odoo, /);
    const now = await order('#1001');
    assert.equal(goods(now)[0].product_uom_qty, 7);
    assert.equal(goods(now).length, goods(before['#1001']).length + 1, 'what only the shop changed is written');
    assert.deepEqual([goods(await order('#1002'))[0].price_unit, goods(await order('#1002'))[0].discount], [1.5, 10]);
    assert.equal(goods(await order('#1003')).length, goods(before['#1003']).length, 'one gone, one new');
    const moved = await order('#1004');
    assert.deepEqual([moved.client_order_ref, moved.partner_shipping_id[0], goods(moved)[0].name], ['PO 77', elsewhere, 'As agreed by phone']);
    assert.equal(goods(moved).length, goods(before['#1004']).length + 1);

    await t.test('the remedies: set back there and retried; named, the shop’s counts', async () => {
      ended(await p.run(['queue', 'retry', '#1001']), 0);
      ended(await p.run('orders export'), 1);
      assert.equal((await p.parked()).get('#1001').code, 'changed_in_odoo');
      await clerk('#1001', { product_uom_qty: first.product_uom_qty });
      ended(await p.run(['queue', 'retry', '#1001']), 0);
      ended(await p.run('orders export'), 0);
      const { notices } = JSON.parse(ended(await p.run(['orders', 'export', '--json', '--only', '#1003', '--only', '#1002']), 0).stdout);
      assert.ok(notices.some(notice => /#1002: .* is as the shop has it now.*1\.5 less 10 %/.test(notice)), notices.join('\n'));
      assert.equal((await p.parked()).size, 0);
      assert.equal(goods(await order('#1002'))[0].price_unit, goods(before['#1002'])[0].price_unit);
      assert.equal(goods(await order('#1003')).length, goods(before['#1003']).length + 1);
    });

    await t.test('an order of an earlier version that nobody has touched there', async () => {
      const was = goods(await order('#1004')).length;
      execFileSync('sqlite3', [p.path('erpsync.db'), "UPDATE link SET kept = 'quotation of paid' WHERE label = '#1004'"]);
      shop('#1004', { add: { article: 7, quantity: 1 } });
      ended(await p.run('orders export'), 0);
      assert.equal(goods(await order('#1004')).length, was + 1);
    });

    await t.test('an order of which nothing is known any more', async () => {
      await clerk('#1006', { product_uom_qty: 3 });
      shop('#1006');
      execFileSync('sqlite3', [p.path('erpsync.db'), "UPDATE link SET kept = 'quotation of paid' WHERE label = '#1006'"]);
      ended(await p.run('orders export'), 1);
      assert.match((await p.parked()).get('#1006').reason, /what was last written there is not known.* not known → 3 x .* in Odoo, \d x /);
      assert.equal(goods(await order('#1006')).length, goods(before['#1006']).length + 1, 'what is not there the shop has added');
      ended(await p.run(['orders', 'export', '--only', '#1006']), 0);
      assert.equal(goods(await order('#1006'))[0].product_uom_qty, goods(before['#1006'])[0].product_uom_qty);
    });
  });
  test(`Odoo ${version}: what people changed of an invoiced order is not called the shop's change`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 2, seed: 10, nasty: 'off' }, rules: { depth: 'paid' } });
    ended(await p.run('orders export'), 0);
    const [{ lines }] = await odoo.soldOrders([['origin', '=', '#1001']]);
    await odoo.admin.call('sale.order.line', 'write', { ids: [lines.find(line => line.product_id).id], vals: { price_unit: 1 } });
    earlier(p.sandbox, 120, { edit: '#1001', change: { note: 'please ring' } });
    ended(await p.run('orders export'), 1);
    const { code, reason } = (await p.parked()).get('#1001');
    assert.equal(code, 'changed_in_odoo');
    assert.match(reason, /people changed S\d+ in Odoo.* → 1 x 1, .* in Odoo, /);
    assert.doesNotMatch(reason, /the shop changed|--only/);
  });
}

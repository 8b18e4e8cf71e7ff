// Contacts and addresses of orders in a real Odoo: what people changed in them stays, and parcels go where the shop says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buy, mergeContacts } from '../support/odoo_scenarios.mjs';
import { earlier } from '../support/place.mjs';
import { BIN, ended } from '../support/run.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { ordersPlace } from './orders.mjs';
import { stepsOf } from './place.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

/* A seed whose orders all go to France. */
const SHOP = { orders: 0, seed: 1017, nasty: 'off' };
const HOME = customer => `${customer} Rue du Port`;

/** All contacts that came with orders, by id, archived ones too. */
async function contacts(odoo) {
  const fields = ['name', 'street', 'street2', 'zip', 'city', 'email', 'phone', 'type', 'parent_id', 'active'];
  const found = await odoo.admin.read('res.partner', [['zip', '=', '75009']], fields, { context: { active_test: false } });
  return new Map(found.map(contact => [contact.id, contact]));
}
const transfers = (odoo, order) => odoo.admin.read('stock.picking', [['sale_id', '=', order.id]], ['name', 'state', 'partner_id']);
const only = async (odoo, name) => (await odoo.soldOrders([['origin', '=', name]]))[0];

for (const version of VERSIONS) {
  test(`Odoo ${version}: a contact that is there is taken as it is, whatever people made of it`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: SHOP, rules: { depth: 'confirmed' } });
    const buyers = [1, 2, 3, 4].map(n => [n, `buyer${n}@example.com`, n === 4 ? '7 Gift Street' : HOME(n)]);
    buy(3600, ...buyers)(p.sandbox);
    ended(await p.run('orders export'), 0);
    const [one, two, three, four] = await odoo.soldOrders([['origin', '!=', false]]);
    const customer = one.partner_id[0];
    const write = (id, vals) => odoo.admin.call('res.partner', 'write', { ids: [id], vals });
    await mergeContacts(odoo, customer, two.partner_id[0]);
    await write(customer, { email: 'corrected@example.com', street2: 'Door code 12', phone: '+33 1 00 00 00 00' });
    await write(three.partner_id[0], { email: 'gone@example.com' });
    await write(four.partner_shipping_id[0], { street: '7 Gift Street, back yard', street2: 'Ring twice' });
    const before = await contacts(odoo);

    buy(120, [1, 'buyer1@example.com', '9 New Street'], ...buyers.slice(1))(p.sandbox);
    ended(await p.run('orders export'), 0);
    const after = await contacts(odoo);
    for (const [id, contact] of before) assert.deepEqual(after.get(id), contact);
    for (const order of [one, two, three, four])
      for (const { partner_id: to } of await transfers(odoo, order)) assert.ok(before.has(to[0]), order.name);
    const again = (await odoo.soldOrders([['origin', '!=', false]])).slice(4);
    assert.deepEqual(again.map(({ state }) => state), ['sale', 'sale', 'sale', 'sale']);
    assert.deepEqual(again.map(order => order.partner_id[0]), [customer, customer, three.partner_id[0], four.partner_id[0]]);
    assert.deepEqual(
      again.map(order => after.get(order.partner_shipping_id[0]).street),
      ['9 New Street', HOME(2), HOME(3), '7 Gift Street, back yard'],
    );
    assert.equal(again[3].partner_shipping_id[0], four.partner_shipping_id[0]);
  });

  test(`Odoo ${version}: an archived customer is nobody else, and stays archived`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: SHOP, rules: { depth: 'quotation' } });
    buy(3600, [1, 'one@example.com', HOME(1)])(p.sandbox);
    ended(await p.run('orders export'), 0);
    const id = (await only(odoo, '#1001')).partner_id[0];
    const archive = active => odoo.admin.call('res.partner', 'write', { ids: [id], vals: { active } });
    await archive(false);
    const before = await contacts(odoo);
    buy(120, [1, 'another@example.com', HOME(1)])(p.sandbox);
    ended(await p.run('orders export'), version === '14' ? 1 : 0);
    assert.deepEqual(await contacts(odoo), before);
    if (version === '14') {
      assert.equal((await p.parked()).get('#1002').code, 'archived_customer');
      await archive(true);
      ended(await p.run(['queue', 'retry', '#1002']), 0);
      ended(await p.run('orders export'), 0);
    }
    assert.equal((await only(odoo, '#1002')).partner_id[0], id);
  });

  test(`Odoo ${version}: a merged contact whose e-mail the search does not know stops nobody`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: SHOP, rules: { depth: 'quotation' } });
    buy(3600, [1, 'one@example.com', HOME(1)], [2, 'two@example.com', HOME(2)])(p.sandbox);
    ended(await p.run('orders export'), 0);
    const [one, two] = await odoo.soldOrders([['origin', '!=', false]]);
    await mergeContacts(odoo, one.partner_id[0], two.partner_id[0]);
    buy(120, [2, 'two@example.com', HOME(2)], [3, 'three@example.com', HOME(3)])(p.sandbox);
    ended(await p.run('orders export'), 0);
    const [, , again, other] = await odoo.soldOrders([['origin', '!=', false]]);
    assert.equal(again.partner_id[0], one.partner_id[0]);
    assert.ok(other);
  });

  test(`Odoo ${version}: another shipping address reaches the transfers`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: SHOP, rules: { depth: 'confirmed' }, bin: BIN });
    buy(3600, ...[1, 2, 3, 4].map(n => [n, `buyer${n}@example.com`, HOME(n)]))(p.sandbox);
    ended(await p.run('orders export'), 0);
    const orders = (await odoo.soldOrders([['origin', '!=', false]])).map(order => order.origin);
    const move = (name, street) => earlier(p.sandbox, 120, { edit: name, change: { address: { address1: street } } });
    const goesTo = async (name, street) => {
      const order = await only(odoo, name);
      assert.equal((await contacts(odoo)).get(order.partner_shipping_id[0]).street, street);
      const open = await transfers(odoo, order);
      assert.ok(open.length);
      for (const { partner_id: to } of open) assert.equal(to[0], order.partner_shipping_id[0]);
    };

    move(orders[0], '10 New Street');
    const at = (await stepsOf(p, 'orders export'))('odoo transfers rerouted');
    assert.equal(at.length, 1);
    await goesTo(orders[0], '10 New Street');
    assert.equal(await odoo.count('mail.activity', [['res_model', '=', 'stock.picking']]), 0, 'nobody is asked to do it');

    await t.test('killed before the order is told', async () => {
      move(orders[1], '11 New Street');
      const killed = await p.run('orders export', { env: { ERPSYNC_STOP_AT: at[0] } });
      assert.equal(killed.signal, 'SIGKILL');
      assert.equal((await contacts(odoo)).get((await only(odoo, orders[1])).partner_shipping_id[0]).street, HOME(2));
      ended(await p.run('orders export'), 0);
      await goesTo(orders[1], '11 New Street');
    });

    await t.test('one that people sent elsewhere is theirs', async () => {
      const order = await only(odoo, orders[2]);
      const [open] = await transfers(odoo, order);
      const chosen = (await only(odoo, orders[0])).partner_shipping_id[0];
      const send = to => odoo.admin.call('stock.picking', 'write', { ids: [open.id], vals: { partner_id: to } });
      await send(chosen);
      move(orders[2], '12 New Street');
      ended(await p.run('orders export'), 1);
      const { code, reason } = (await p.parked()).get(orders[2]);
      assert.equal(code, 'transfer_elsewhere');
      assert.ok(reason.includes(open.name), reason);
      assert.equal((await transfers(odoo, order))[0].partner_id[0], chosen);
      assert.equal((await only(odoo, orders[2])).partner_shipping_id[0], order.partner_shipping_id[0]);
      /* The remedy: back to the order's, and the shop's is taken. */
      await send(order.partner_shipping_id[0]);
      ended(await p.run(['queue', 'retry', orders[2]]), 0);
      ended(await p.run('orders export'), 0);
      await goesTo(orders[2], '12 New Street');
    });

    await t.test('what is delivered stays, and is told', async () => {
      const order = await only(odoo, orders[3]);
      const [open] = await transfers(odoo, order);
      await odoo.validate(open.id);
      move(orders[3], '13 New Street');
      ended(await p.run('orders export'), 1);
      const { code } = (await p.parked()).get(orders[3]);
      assert.equal(code, 'changed_after_delivery');
      assert.equal((await only(odoo, orders[3])).partner_shipping_id[0], order.partner_shipping_id[0]);
    });
  });
}

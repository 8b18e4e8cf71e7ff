// Orders of the sandbox in a real Odoo: exact to the cent, once each, whatever happens on the way.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { KINDS } from '../sandbox/lib/nasty.mjs';
import { earlier, truth } from '../support/place.mjs';
import { tellsRemedy } from '../support/orders.mjs';
import { ROOT, ended } from '../support/run.mjs';
import { restarting } from './middleman.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { holdings, money, ordersPlace } from './orders.mjs';
import { odooTables } from './tables.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

/** Every order that is not parked is in Odoo once, with the shop's total and tax. */
async function exact(p, odoo) {
  const parked = await p.parked();
  const orders = await odoo.soldOrders([['origin', '!=', false]]);
  const byLink = new Map(orders.map(order => [order.link, order]));
  assert.equal(byLink.size, orders.length, 'external ids differ');
  let found = 0;
  for (const order of truth(p.sandbox)) {
    const { expected } = KINDS[order.nasty] ?? { expected: 'export' };
    const there = [...byLink].find(([link]) => link.endsWith(`_order_${order.id.split('/').pop()}`))?.[1];
    if (expected === 'skip') assert.ok(!there, `${order.name} is a test`);
    else if (expected === 'park') {
      tellsRemedy(
        [...parked.values()].find(entry => entry.record === order.id),
        order.name,
      );
      assert.ok(!there || there.state === 'draft', `${order.name} is not confirmed`);
    } else if (order.nasty === 'many_refunds' && !there) {
      // Fifty refunds, each with a rounding of its own: more than a tax of Odoo's is off by.
      assert.equal(parked.get(order.name)?.code, 'tax_differs');
    } else {
      assert.ok(there, `${order.name} (${order.nasty}) is missing: ${parked.get(order.name)?.reason}`);
      const says = `${order.name} (${order.nasty})`;
      assert.equal(money(there.amount_total), money(order.basketTotal), `${says}: total`);
      assert.equal(money(there.amount_tax), money(order.basketTax), `${says}: tax`);
      found++;
    }
  }
  return found;
}

const lineOf = (order, end) => order.lines.find(line => line.name.includes(end));
const only = async (odoo, origin) => {
  const found = await odoo.soldOrders([['origin', '=', origin]]);
  assert.equal(found.length, 1, `${origin} is there ${found.length} times`);
  return found[0];
};

for (const version of VERSIONS) {
  test(`Odoo ${version}: every nasty kind, to the cent, and a repeated run writes nothing`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 296, seed: 3 }, rules: { depth: 'quotation' } });
    ended(await p.run('orders export', { timeout: 900000 }), 1);
    assert.ok((await exact(p, odoo)) > 240);
    const before = await holdings(odoo);
    // What is parked was told by the first run: the second has no news.
    const again = await p.json('orders export --json --full', 0);
    assert.equal(again.writes ?? again.summary?.writes, 0, 'writes of the second run');
    assert.deepEqual(await holdings(odoo), before);
  });

  test(`Odoo ${version}: confirmed, invoiced, paid; each step is in the history`, async t => {
    const odoo = await freshOdoo(t, version);
    const kinds = ['gift_card_used', 'cash_rounding', 'b2b', 'cancelled', 'voided', 'zero_value', 'transactions_60'];
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 56, seed: 5, nasty: kinds }, rules: { depth: 'paid' } });
    ended(await p.run('orders export', { timeout: 900000 }), 0);
    await exact(p, odoo);
    const orders = new Map((await odoo.soldOrders([['origin', '!=', false]])).map(o => [o.origin, o]));
    const moves = await odoo.admin.read(
      'account.move',
      [['move_type', '=', 'out_invoice']],
      ['ref', 'state', 'payment_state', 'amount_total', 'amount_residual'],
    );
    for (const order of truth(p.sandbox)) {
      const there = orders.get(order.name);
      const view = p.sandbox.orders.view(order.index);
      const invoices = moves.filter(move => move.ref === order.name);
      const state = { cancelled: 'cancel', voided: 'draft' }[order.nasty] ?? 'sale';
      assert.equal(there.state, state, `${order.name} (${order.nasty})`);
      assert.equal(invoices.length, state === 'sale' ? 1 : 0, `${order.name}: invoices`);
      if (state !== 'sale') continue;
      assert.equal(there.date_order, view.processedAt.slice(0, 19).replace('T', ' '), `${order.name}: date`);
      assert.equal(invoices[0].state, 'posted');
      const rest = Number(order.total) - Number(view.totalReceivedSet.shopMoney.amount);
      assert.equal(money(invoices[0].amount_residual), money(Math.max(0, rest)), `${order.name}: open`);
    }
    const paid = truth(p.sandbox).find(o => moves.some(m => m.ref === o.name && m.payment_state === 'paid' && m.amount_total));
    const told = ended(await p.run(['explain', paid.name, '--json']), 0).stdout;
    for (const step of ['confirmed', 'invoiced', 'payment', 'reconciled']) assert.match(told, new RegExp(`"${step}"`));

    // Another state file, as after a loss: everything is found there, nothing is made twice.
    const before = await holdings(odoo);
    fs.rmSync(p.path('erpsync.db'));
    const again = await p.json('orders export --json', 0);
    assert.equal(again.created ?? again.summary?.created, 0);
    assert.deepEqual(await holdings(odoo), before);
  });

  test(`Odoo ${version}: lines are in the product's unit, and our user follows nothing that it makes`, async t => {
    const odoo = await freshOdoo(t, version);
    const { admin } = odoo;
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 4, nasty: [] }, rules: { depth: 'quotation' } });
    ended(await p.run('orders export'), 0);
    const orders = await odoo.soldOrders([['origin', '!=', false]]);
    const ids = orders.map(order => order.id);
    const { lineUnit } = odoo.names;
    const lines = await admin.read('sale.order.line', [['order_id', 'in', ids], ['product_id', '!=', false]], ['product_id', lineUnit]);
    const products = await admin.read('product.product', [['id', 'in', lines.map(line => line.product_id[0])]], ['uom_id']);
    const unit = new Map(products.map(product => [product.id, product.uom_id[0]]));
    assert.ok(lines.length >= 4);
    for (const line of lines) assert.equal(line[lineUnit][0], unit.get(line.product_id[0]));

    const notes = async () => (await admin.read('sale.order', [['id', 'in', ids]], ['message_ids'])).map(o => o.message_ids.length);
    assert.deepEqual([...new Set(await notes())], [0]);
    const user = await admin.one('res.users', [['login', '=', 'erpsync']], ['partner_id']);
    const followed = [['res_model', 'in', ['sale.order', 'res.partner']], ['partner_id', '=', user.partner_id[0]]];
    assert.deepEqual(await admin.ids('mail.followers', followed), []);
    // What happens to it later is noted as ever.
    await admin.call('sale.order', 'action_confirm', { ids });
    for (const count of await notes()) assert.ok(count > 0);
  });

  test(`Odoo ${version}: two runs at once make each order once`, async t => {
    const odoo = await freshOdoo(t, version);
    const sandbox = { orders: 24, seed: 6, nasty: [] };
    const a = await ordersPlace(t, odoo, { sandbox, rules: { depth: 'confirmed', shop: 'twins' } });
    const b = await ordersPlace(t, odoo, { sandbox: a.sandbox, rules: { depth: 'confirmed', shop: 'twins' } });
    const runs = await Promise.all([a, b].map(p => p.run('orders export')));
    for (const p of [a, b]) ended(await p.run('orders export'), 0);
    assert.ok(runs.every(r => [0, 1, 75].includes(r.status)));
    const orders = await odoo.soldOrders([['origin', '!=', false]]);
    assert.equal(orders.length, 24);
    assert.ok(orders.every(order => order.state === 'sale'));
    assert.equal(await odoo.count('stock.picking'), 24);
  });

  test(`Odoo ${version}: restarted after it made the orders, and its answer was lost; then a wrong key`, async t => {
    const odoo = await freshOdoo(t, version);
    const server = await odoo.ownServer(t);
    const between = await restarting(t, odoo, server, 'sale.order/load', { done: true });
    const sandbox = { orders: 120, seed: 12, nasty: [] };
    const p = await ordersPlace(t, odoo, { sandbox, rules: { depth: 'confirmed' }, erp: { url: between.url } });
    p.configure({ net: { retries: 20, max_wait: '2s' } });
    const first = await p.run('orders export', { timeout: 600000 });
    assert.ok(between.happened(), 'it was restarted');
    await between.back();
    assert.ok([0, 75].includes(first.status), first.stderr);
    ended(await p.run('orders export', { timeout: 600000 }), 0);
    assert.equal(await exact(p, odoo), 120);
    assert.equal(await odoo.count('sale.order', [['origin', '!=', false]]), 120, 'each once');
    assert.equal(await odoo.count('stock.picking'), 120);
    const again = await p.json('orders export --json --full', 0);
    assert.equal(again.summary.writes, 0, 'writes of a repeated run');

    p.write('wrong-key', `${'0'.repeat(40)}\n`, 0o600);
    p.configure({ erp: { api_key_file: 'wrong-key' } });
    earlier(p.sandbox, 120, { edit: '#1001', change: { add: { article: 5, quantity: 1 } } });
    assert.match(ended(await p.run('orders export'), 69).stderr, /api_key_file/);
    assert.equal((await p.parked()).size, 0, 'nobody is parked for a wrong key');
  });

  test(`Odoo ${version}: the guilty one of a batch is parked with Odoo's own words`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 20, seed: 9, nasty: [] } });
    const [, , third] = truth(p.sandbox);
    const program = fs.readFileSync(path.join(ROOT, 'mappings/odoo/order.jq'), 'utf8');
    const wrong = `picking_policy: (if .name == "${third.name}" then "nonsense" else "direct" end),\n      origin: .name`;
    p.write('mappings/odoo/order.jq', program.replace('origin: .name', wrong));
    ended(await p.run('orders export'), 1);
    const parked = await p.parked();
    assert.deepEqual([...parked.keys()], [third.name]);
    assert.match(parked.get(third.name).reason, /nonsense/);
    assert.equal((await odoo.soldOrders([['origin', '!=', false]])).length, 19);
  });

  test(`Odoo ${version}: later changes are amended while Odoo allows it`, async t => {
    const odoo = await freshOdoo(t, version);
    const sandbox = { orders: 12, seed: 10, nasty: ['b2b'] };
    const p = await ordersPlace(t, odoo, { sandbox, rules: { depth: 'confirmed' } });
    ended(await p.run('orders export'), 0);
    const toShip = ({ name }) => !p.sandbox.fulfillments(name).fulfillments.length;
    const [edited, moved, cancelled] = truth(p.sandbox).filter(order => !order.nasty && toShip(order));
    const before = await only(odoo, edited.name);

    await t.test('a new line, an address, a cancellation', async () => {
      earlier(p.sandbox, 120, { edit: edited.name, change: { add: { article: 3, quantity: 2 } } });
      earlier(p.sandbox, 120, { edit: moved.name, change: { address: { address1: '99 New Street', city: 'Newtown' } } });
      earlier(p.sandbox, 120, { edit: cancelled.name, change: { cancel: 'CUSTOMER' } });
      ended(await p.run('orders export'), 0);
      const after = await only(odoo, edited.name);
      assert.equal(after.lines.filter(l => l.product_id).length, before.lines.filter(l => l.product_id).length + 1);
      assert.equal(after.id, before.id);
      const to = await only(odoo, moved.name);
      const [address] = await odoo.admin.read('res.partner', [['id', '=', to.partner_shipping_id[0]]], ['street', 'city']);
      assert.deepEqual([address.street, address.city], ['99 New Street', 'Newtown']);
      assert.equal((await only(odoo, cancelled.name)).state, 'cancel');
      await exact(p, odoo);
    });

    await t.test('what is invoiced stays as it is, and the difference is told', async () => {
      await odoo.postInvoice(before.id);
      const was = await only(odoo, edited.name);
      earlier(p.sandbox, 120, { edit: edited.name, change: { add: { article: 5, quantity: 1 } } });
      ended(await p.run('orders export'), 1);
      const entry = (await p.parked()).get(edited.name);
      assert.equal(entry.code, 'changed_after_invoice');
      assert.match(entry.reason, /is new in the shop/);
      assert.deepEqual(await only(odoo, edited.name), was);
    });
  });

  test(`Odoo ${version}: an order that is paid later gets its payment`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 8, seed: 11, nasty: ['b2b'] }, rules: { depth: 'paid' } });
    ended(await p.run('orders export'), 0);
    const pending = truth(p.sandbox).find(o => o.nasty === 'b2b');
    const invoice = () =>
      odoo.admin.one('account.move', [['ref', '=', pending.name]], ['state', 'payment_state', 'amount_residual']);
    assert.equal((await invoice()).payment_state, 'not_paid');
    earlier(p.sandbox, 120, { edit: pending.name, change: { paid: true } });
    ended(await p.run('orders export'), 0);
    assert.equal((await invoice()).payment_state, 'paid');
    ended(await p.run('orders export --full'), 0);
    assert.equal(await odoo.count('account.payment', []), (await holdings(odoo)).payments);
  });

  test(`Odoo ${version}: check finds what is wrong before anything is written`, async t => {
    const odoo = await freshOdoo(t, version);
    const sandbox = { orders: 3, nasty: [] };
    const cases = [
      ['nothing', {}, {}, 0, /ready to run/],
      ['url', { url: 'http://127.0.0.1:9' }, {}, null, /no connection/],
      ['database', { database: 'erp_no_such' }, {}, null, /check \[erp\] database|database is wrong/],
      ['key', { api_key_file: 'wrong-key' }, {}, null, /check \[erp\]|set \[erp\] api_key_file/],
      ['rights', { login: 'limited', api_key_file: odoo.keyFiles.limited }, {}, null, /give it the right/],
      ['shipping product', {}, { shipping_product: 'NO-SUCH' }, null, /'NO-SUCH'.*\n.*Service/],
      ['warehouse', {}, { warehouse: 'NO-SUCH' }, null, /\[odoo\] warehouse = NO-SUCH .*no warehouse of that name/],
      ['price list', {}, { pricelist: 'No such' }, null, /price list/],
    ];
    const p = await ordersPlace(t, odoo, { sandbox });
    p.write('wrong-key', `${'0'.repeat(40)}\n`, 0o600);
    const { erp, odoo: rules } = p.sections;
    for (const [what, more, own, status, says] of cases) {
      p.configure({ erp: { ...erp, ...more }, odoo: { ...rules, shipping_product: 'SHIPPING', ...own } });
      const r = await p.run('check');
      if (status === 0) ended(r, 0, what);
      else assert.notEqual(r.status, 0, what);
      assert.match(r.stdout + r.stderr, says, what);
    }
    await t.test('names in the tables', async () => {
      p.configure({ erp, odoo: { ...rules, shipping_product: 'SHIPPING', depth: 'paid' } });
      p.write('mappings/tables/warehouses.csv', 'shop_location,erp_warehouse\nShop,NOWHERE\n*,*\n');
      p.write('mappings/tables/currencies.csv', 'shop_currency,erp_currency\nEUR,EURO\n*,*\n');
      p.write('mappings/tables/payment_methods.csv', 'gateway,erp_payment_method,erp_odoo_journal\n*,*,No journal\n');
      const head = 'country,title,rate,erp_tax_code,erp_odoo_tax_incl,erp_odoo_tax_excl';
      p.write('mappings/tables/taxes.csv', `${head}\n*,*,*,X,shop.tax_no_such,shop.tax_fr_20_incl\n`);
      const r = await p.run('check');
      assert.notEqual(r.status, 0);
      for (const says of [
        /warehouse 'NOWHERE'/,
        /currency 'EURO'/,
        /payment journal 'No journal'/,
        /'shop.tax_no_such' that is included/,
        /'shop.tax_fr_20_incl' that is added/,
      ])
        assert.match(r.stdout + r.stderr, says);
      fs.rmSync(p.path('mappings/tables'), { recursive: true });
      for (const [name, text] of Object.entries(odooTables())) p.write(`mappings/${name}`, text);
    });
    p.configure({ erp: { ...erp, login: 'limited', api_key_file: odoo.keyFiles.limited }, odoo: rules });
    ended(await p.run('orders export'), 69, 'a run without rights');
    assert.equal((await odoo.soldOrders([['origin', '!=', false]])).length, 0);
    assert.equal((await p.parked()).size, 0, 'nobody is parked for a missing right');
  });

  test(`Odoo ${version}: a line without article is booked on what the printed row says, and on no row that is not filled in`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 24, seed: 8, nasty: ['custom_line_no_sku'] } });
    const table = more => p.write('mappings/tables/skus.csv', `shop_sku,erp_sku,note\n*,*,\n${more}`);
    table('');
    ended(await p.run('orders export'), 1);
    const [one] = [...(await p.parked()).values()].filter(entry => entry.code === 'unmapped_sku');
    const key = one.reason.match(/; add a row for '(title:.*)' to tables\/skus\.csv \(/)?.[1] ?? assert.fail(one.reason);
    const cell = `"${key.replaceAll('"', '""')}"`;
    table(`${cell},,\n`);
    ended(await p.run('orders export'), 1);
    assert.match((await p.parked()).get(one.name).reason, /; fill in line 3 of tables\/skus\.csv \(/);
    table(`${cell},CUSTOM,\n`);
    await p.run('orders export');
    assert.ok(!(await p.parked()).has(one.name));
    assert.equal((await odoo.soldOrders([['origin', '=', one.name]])).length, 1);
  });
}

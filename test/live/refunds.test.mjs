// What the shop gives back of orders, in a real Odoo: credit note, return receipt, money, and an order that comes to what is
// left of it. Once, whatever happens on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended } from '../support/run.mjs';
import { NO_SERVER, VERSIONS } from './odoo.mjs';
import { STOCK, TEE, back, kept, open } from './refunds.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

for (const version of VERSIONS) {
  test(`Odoo ${version}: units that come back, and money alone`, async t => {
    const shop = await open(t, version, { n: 5 });
    const { odoo, p } = shop;
    const [one, twice, lost, fees, paris] = shop.names;
    assert.deepEqual(await shop.onHand(), [STOCK - 15, STOCK - 10]);
    const inParis = await shop.onHand('warehouse_paris');

    shop.refund(one, { lines: [back(0, 1)], shipping: true });
    shop.refund(twice, { lines: [back(0, 2), back(1, 1)] });
    shop.refund(twice, { lines: [back(0, 1)], amount: '7.00' });
    shop.refund(lost, { lines: [kept(0, 1)] });
    shop.change(fees, { return: { lines: [{ line: 0, quantity: 1 }], restocking_fee: 10, refund: true } });
    shop.refund(paris, { lines: [back(0, 2, { location: 1 })], pending: true });
    const before = await odoo.count('account.move', []);
    const dry = await p.run('refunds export --dry-run');
    assert.match(dry.stdout + dry.stderr, /restock_unknown|does not say whether/);
    assert.equal(await odoo.count('account.move', []), before, 'a dry run writes nothing');
    await shop.export(1);

    const is = await shop.agrees(one);
    assert.equal(is.units, '2/2/2 2/2/2');
    assert.deepEqual(is.credits, ['#1001-R1 64.80 10.80 paid 0.00']);
    assert.deepEqual(is.returns, ['done: 1']);
    const two = await shop.agrees(twice);
    assert.equal(two.units, '0/0/0 1/1/1');
    assert.equal(two.credits.length, 2);
    assert.deepEqual(two.returns, ['done: 2 1', 'done: 1']);
    const gone = await shop.agrees(lost);
    assert.equal(gone.units, '3/3/3 2/2/2', 'what the buyer keeps stays delivered');
    assert.deepEqual(gone.returns, []);
    const elsewhere = await shop.agrees(paris);
    assert.deepEqual([elsewhere.units, elsewhere.returns], ['1/1/1 2/2/2', ['done: 2']]);
    assert.match(elsewhere.credits[0], /not_paid/, 'its money is under way');
    assert.deepEqual(await shop.onHand(), [STOCK - 15 + 1 + 3, STOCK - 10 + 1]);
    assert.deepEqual(await shop.onHand('warehouse_paris'), [inParis[0] + 2, inParis[1]]);
    assert.equal((await shop.payments()).length, 5);

    // Of a return the shop does not say whether it is in stock again: Odoo does, where its warehouse has received it.
    const [parked] = await shop.parked();
    assert.equal(parked.code, 'restock_unknown');
    assert.deepEqual((await shop.books(fees)).credits, [], 'nothing of it is written');
    const [delivery] = (await odoo.pickings((await shop.order(fees)).id)).filter(x => x.state === 'done');
    await odoo.giveBack(delivery.id, { [TEE]: 1 });
    ended(await p.run('queue retry --all'), 0);
    await shop.export();
    const ours = await shop.agrees(fees);
    assert.equal(ours.units, '2/2/2 2/2/2');
    assert.deepEqual(ours.returns, ['done: 1']);
    assert.match(ours.credits[0], / paid 0.00$/, 'by the refund that says what was paid back of it');

    // The money arrives, and nothing else is written.
    shop.change(paris, { refund_status: { refund: 0, status: 'SUCCESS' } });
    await shop.export();
    assert.match((await shop.agrees(paris)).credits[0], / paid 0.00$/);
    assert.equal((await shop.payments()).length, 6);
    // The orders' own notes say what is left.
    ended(await p.run('orders export'), 0);
    await shop.silent();
    assert.equal(await odoo.count('mail.activity', [['res_model', 'in', ['sale.order', 'stock.picking']]]), 0);
  });

  test(`Odoo ${version}: an order that is not paid; goodwill; goods that are not delivered`, async t => {
    const shop = await open(t, version, { n: 2, ship: false });
    const { odoo, p } = shop;
    const [name, open1] = shop.names;
    // Its money is back in the shop's till alone: the invoice is open in Odoo.
    for (const { id } of await odoo.admin.read('account.payment', [['payment_type', '=', 'inbound']], ['state']))
      await odoo.admin.call('account.payment', 'action_draft', { ids: [id] });
    shop.refund(name, { lines: [], amount: '12.00' });
    shop.change(open1, { fulfill: { lines: [{ line: 0, quantity: 2 }] } });
    shop.refund(open1, { lines: [back(0, 1)] });
    await shop.export(1);
    const is = await shop.agrees(name);
    assert.deepEqual(is.credits, ['#1001-R1 12.00 0.00 paid 0.00'], 'the open invoice takes it');
    const [parked] = await shop.parked();
    assert.equal(parked.code, 'goods_differ', 'Odoo has not delivered it');
    assert.deepEqual((await shop.books(open1)).credits, []);
    // The orders' export does the deliveries that the shop has made.
    ended(await p.run('orders export'), 0);
    ended(await p.run('queue retry --all'), 0);
    await shop.export();
    const later = await shop.agrees(open1);
    assert.equal(later.units, '2/1/2 2/0/2');
    const open2 = (await odoo.pickings((await shop.order(open1)).id)).filter(x => x.state !== 'done');
    assert.deepEqual(open2.map(x => x.moves.map(m => m.product_uom_qty).sort()), [[1, 2]], 'what is still to be shipped is still to be shipped');
    await shop.silent();
  });

  test(`Odoo ${version}: what people did there is asked about, and nothing is done by halves`, async t => {
    const shop = await open(t, version, { n: 5, receives: false });
    const { odoo, p } = shop;
    const [credited, changed, locked, draft, goods] = shop.names;
    const { invoice_ids: invoices } = await shop.order(credited);
    // A person's own credit note, an order changed, one locked, an invoice set to draft.
    const context = { active_model: 'account.move', active_ids: invoices };
    const vals = { reason: 'by hand', journal_id: (await odoo.admin.read('account.move', [['id', 'in', invoices]], ['journal_id']))[0].journal_id[0] };
    if (version === '14') vals.refund_method = 'refund';
    const [wizard] = [await odoo.admin.call('account.move.reversal', 'create', { vals_list: [vals], context })].flat();
    await odoo.admin.call('account.move.reversal', version === '14' ? 'reverse_moves' : 'refund_moves', { ids: [wizard], context });
    const { lines: sold, id: of } = await shop.order(changed);
    const { product_id: [service] } = sold.find(l => l.product_id && l.product_id[1].includes('SHIPPING'));
    await odoo.admin.call('sale.order.line', 'create', { vals_list: [{ order_id: of, product_id: service, product_uom_qty: 1, price_unit: 5 }] });
    await odoo.admin.call('sale.order', version === '14' ? 'action_done' : 'action_lock', { ids: [(await shop.order(locked)).id] });
    await odoo.admin.call('account.move', 'button_draft', { ids: (await shop.order(draft)).invoice_ids });
    for (const name of [credited, changed, locked, draft]) shop.refund(name, { lines: [kept(0, 1)] });
    shop.refund(goods, { lines: [back(0, 1)] });
    const before = await odoo.count('account.move', []);
    await shop.export(1);
    const codes = Object.fromEntries((await shop.parked()).map(x => [x.name, x.code]));
    assert.deepEqual(codes, {
      [`${credited}-R1`]: 'credited_by_hand',
      [`${changed}-R1`]: 'books_differ',
      [`${locked}-R1`]: 'locked_in_odoo',
      [`${draft}-R1`]: 'not_invoiced',
      ...(version === '14' && { [`${goods}-R1`]: 'access_denied' }),
    });
    assert.equal(await odoo.count('account.move', []), before + (version === '14' ? 0 : 2), 'a credit note and what was paid back of it, or nothing');
  });
}

// Orders that change, big orders, and the control plane.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox, control, iso, updatedBetween, exact, sumOf } from './client.mjs';
import { ORDER, CHANGED, LINES, REFUNDS } from './documents.mjs';
import { KIND_NAMES } from './index.mjs';

test('a changed order leaves the window, shows fresh, and the index follows late', async t => {
  const s = await withSandbox(t, { orders: 100, indexLag: 8000, freeze: '2026-11-20T12:00:00Z', nasty: 'off' });
  const target = s.orders.list({ limit: 1e9 }).at(-1),
    query = updatedBetween(s.clock.now() - 86400000, s.clock.now());
  const now = iso(s.clock.now());
  s.orders.edit(target.name, { note: 'changed' });
  const stale = (
    await gql(s, CHANGED, {
      first: 250,
      query: `updated_at:>='${target.updatedAt}' updated_at:<='${target.updatedAt}'`,
    })
  ).body.data.orders.nodes.find(o => o.id === target.id);
  assert.equal(stale.updatedAt, now, 'found by its old time, shown with the new one');
  const fresh = () =>
    gql(s, CHANGED, { first: 250, query: `updated_at:>='${now}'` }).then(a => a.body.data.orders.nodes.length);
  assert.equal(await fresh(), 0);
  s.clock.advance(8000);
  assert.equal(await fresh(), 1);
  assert.ok(query);
});

test('hooks change orders between pages', async t => {
  const s = await withSandbox(t, { orders: 50, nasty: 'off', freeze: '2026-11-20T12:00:00Z' });
  const all = s.orders.list(),
    query = updatedBetween(0, s.clock.now());
  s.clock.advance(5000);
  await control(s, 'POST', 'hooks', [
    { after_request: 1, operation: 'OrdersChanged', edit_order: all[0].name, change: { note: 'x' } },
    { after_request: 2, add_order: true },
  ]);
  const one = (await gql(s, CHANGED, { first: 25, query })).body.data.orders;
  const two = (await gql(s, CHANGED, { first: 25, after: one.pageInfo.endCursor, query })).body.data.orders;
  assert.equal(s.orders.list({ name: all[0].name })[0].updatedAt, '2026-11-20T12:00:05Z');
  assert.equal(s.orders.total, 51);
  assert.equal(new Set([...one.nodes, ...two.nodes].map(o => o.id)).size, one.nodes.length + two.nodes.length);
});

test('edits have consequences', async t => {
  const s = await withSandbox(t, { orders: 200, nasty: 'off' });
  const row = s.orders.list({ limit: 1e9 }).find(o => o.financialStatus === 'PAID' && o.lines >= 2);
  const read = () => gql(s, ORDER, { id: row.id, lines: 250, presentment: true }).then(a => a.body.data.order);
  const before = await read();
  s.orders.edit(row.id, { quantity: { line: 0, to: 0 } });
  const edited = await read();
  assert.equal(edited.edited, true);
  assert.equal(edited.lineItems.nodes[0].quantity, before.lineItems.nodes[0].quantity);
  assert.equal(edited.lineItems.nodes[0].currentQuantity, 0);
  assert.equal(edited.totalPriceSet.shopMoney.amount, before.totalPriceSet.shopMoney.amount, 'as sold');
  assert.ok(exact(edited.currentTotalPriceSet.shopMoney.amount) < exact(before.currentTotalPriceSet.shopMoney.amount));
  assert.ok(exact(edited.totalOutstandingSet.shopMoney.amount) < 0n, 'the shop owes money');
  assert.ok(edited.updatedAt > before.updatedAt);

  s.orders.edit(row.name, { refund: { lines: [{ line: 1, quantity: 1 }], note: 'broken' } });
  const refunded = (await gql(s, REFUNDS, { id: row.id })).body.data.order;
  assert.equal(refunded.displayFinancialStatus, 'PARTIALLY_REFUNDED');
  assert.equal(refunded.refunds[0].refundLineItems.nodes[0].lineItem.id, before.lineItems.nodes[1].id);
  assert.equal(refunded.refunds[0].transactions.nodes[0].kind, 'REFUND');
  s.orders.edit(row.name, { cancel: 'CUSTOMER' });
  const cancelled = await read();
  assert.equal(cancelled.cancelReason, 'CUSTOMER');
  assert.ok(cancelled.cancelledAt && cancelled.closedAt);
  assert.equal(exact(cancelled.currentTotalPriceSet.shopMoney.amount), 0n);

  const open = s.orders.list({ limit: 1e9 }).find(o => o.financialStatus === 'PENDING');
  assert.equal(s.orders.edit(open.id, { paid: true }).financialStatus, 'PAID');
  s.orders.edit(open.id, { quantity: { line: 0, to: 99 } });
  assert.equal(s.orders.edit(open.id, { fulfill: true }).financialStatus, 'PARTIALLY_PAID');
  assert.throws(() => s.orders.edit(open.id, { explode: true }), /unknown change/);
});

test('truncating lists and paged lines of the big orders', async t => {
  const s = await withSandbox(t, { orders: 20, nasty: 'off' });
  const [many, long, refunds] = s.changeOrders([
    { add: 1, nasty: 'transactions_60' },
    { add: 1, nasty: 'lines_500' },
    { add: 1, nasty: 'many_refunds' },
  ]);
  const received = async n =>
    (
      await gql(
        s,
        `{ order(id: "${many.id}") { transactions(first: ${n}) { kind status amountSet { shopMoney { amount } } } totalReceivedSet { shopMoney { amount } } } }`,
      )
    ).body.data.order;
  const sum = o =>
    sumOf(
      o.transactions.filter(x => x.status === 'SUCCESS'),
      x => exact(x.amountSet.shopMoney.amount),
    );
  const [short, full] = [await received(50), await received(250)];
  assert.equal(short.transactions.length, 50);
  assert.equal(full.transactions.length, 60);
  assert.notEqual(sum(short), exact(full.totalReceivedSet.shopMoney.amount));
  assert.equal(sum(full), exact(full.totalReceivedSet.shopMoney.amount));
  const seen = new Set();
  for (let after = null; ;) {
    const { lineItems } = (await gql(s, LINES, { id: long.id, first: 200, after })).body.data.order;
    for (const l of lineItems.nodes) seen.add(l.id);
    if (!lineItems.pageInfo.hasNextPage) break;
    after = lineItems.pageInfo.endCursor;
  }
  assert.equal(seen.size, 500);
  assert.equal((await gql(s, REFUNDS, { id: refunds.id })).body.data.order.refunds.length, 50, '52 refunds, first 50');
});

test('control plane: lists, adds, edits, clock, scopes, log, reset', async t => {
  const s = await withSandbox(t, { orders: 40 });
  const kinds = (await control(s, 'GET', 'nasty')).body;
  assert.equal(kinds.length, KIND_NAMES.length + 1, 'and one that is only made when it is asked for');
  const added = (await control(s, 'POST', 'orders', { add: 2, nasty: 'unknown_tax' })).body;
  assert.deepEqual([added.length, added[0].nasty, added[0].expected], [2, 'unknown_tax', 'park']);
  assert.equal((await control(s, 'GET', 'orders?expected=park&since=40&nasty=unknown_tax')).body.length, 2);
  const edited = (await control(s, 'POST', 'orders', { edit: added[0].name, change: { note: 'n', tags: ['a'] } })).body;
  assert.equal(edited[0].id, added[0].id);
  assert.equal((await control(s, 'POST', 'orders', { edit: '#1', change: {} })).status, 400);
  const { body: clock } = await control(s, 'POST', 'clock', { now: '2026-11-25T00:00:00Z', freeze: true });
  assert.equal(clock.now, '2026-11-25T00:00:00.000Z');
  const answer = await gql(s, CHANGED, { first: 3, query: '' });
  assert.equal(answer.headers.get('date'), 'Wed, 25 Nov 2026 00:00:00 GMT');
  const log = (await control(s, 'GET', 'requests?operation=OrdersChanged')).body;
  assert.equal(log.length, 1);
  assert.deepEqual(
    [log[0].status, log[0].variables.first, log[0].cost.requested, log[0].path],
    [200, 3, 2 + 2, '/admin/api/2026-10/graphql.json'],
  );
  assert.equal((await control(s, 'GET', 'articles')).body.length, 201);
  assert.equal((await control(s, 'POST', 'tokens/revoke', {})).status, 200);
  assert.equal((await gql(s, CHANGED, { first: 3, query: '' })).status, 401);
  await control(s, 'POST', 'reset');
  assert.equal((await gql(s, CHANGED, { first: 250, query: '' })).body.data.orders.nodes.length, 40);
  assert.equal((await control(s, 'GET', 'nonsense')).status, 404);
});

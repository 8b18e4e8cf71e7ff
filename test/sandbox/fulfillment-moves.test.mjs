// Fulfillment orders that move, split, are held and follow their order; and those that the shop starts with.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox } from './client.mjs';
import { MOVE } from './flow-documents.mjs';
import { KOELN, LILLE, LYON, PARIS, TWO, open, ok, orders, part, read, ship, stock } from './shipping.mjs';

const code = answer => answer.body.errors?.[0].extensions.code;

test('fulfillmentOrderMove: whole, in part, and into one that is there', async t => {
  const { s, id } = await open(t, TWO);
  for (const variant of ['LONG-5', 'LONG-5-RED'])
    s.changeStock({
      variant,
      location: 1,
      active: true,
      set: { available: 8, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0 },
    });
  const move = async (fo, newLocation, lines) =>
    (
      await gql(s, MOVE, {
        id: fo.id,
        newLocation,
        lines: lines?.map(([k, quantity]) => ({ id: fo.lineItems.nodes[k].id, quantity })),
      })
    ).body.data.fulfillmentOrderMove;
  const [fo] = orders(await read(s, id));
  const whole = ok(await move(fo, PARIS));
  assert.deepEqual([whole.movedFulfillmentOrder.id, whole.remainingFulfillmentOrder], [fo.id, null]);
  assert.deepEqual(stock(s, 'LONG-5'), { available: 20, on_hand: 20, committed: 0, active: true });
  assert.deepEqual(stock(s, 'LONG-5', 'Shop Paris 8e'), { available: 5, on_hand: 8, committed: 3, active: true });
  const [there] = orders(await read(s, id));
  const split = ok(await move(there, LYON, [[0, 1]]));
  assert.notEqual(split.movedFulfillmentOrder.id, fo.id);
  assert.equal(split.remainingFulfillmentOrder.id, fo.id);
  const both = orders(await read(s, id));
  assert.deepEqual(
    both.map(o => o.lineItems.nodes.map(l => [l.sku, l.remainingQuantity])),
    [
      [
        ['LONG-5', 2],
        ['LONG-5-RED', 2],
      ],
      [['LONG-5', 1]],
    ],
  );
  const joined = ok(await move(both[0], LYON));
  assert.equal(joined.remainingFulfillmentOrder, null);
  const after = orders(await read(s, id));
  assert.deepEqual(
    after.map(o => o.status),
    ['CLOSED', 'OPEN', 'OPEN'],
    'closed, its lines made anew beside the one there',
  );
  assert.equal(
    after.flatMap(o => o.lineItems.nodes).reduce((n, l) => n + l.remainingQuantity, 0),
    5,
  );
});

test('every refusal of fulfillmentOrderMove, and that nothing moved', async t => {
  const { s, id, name } = await open(t, TWO);
  const [fo] = orders(await read(s, id));
  const nowhere = s.catalogue.find('LONG-5');
  s.stock.edit({ variant: 'LONG-5', location: 2, active: false });
  assert.ok(!s.stock.isActive(nowhere.n, 2));
  s.changeStock({ variant: 'LONG-5', location: 1, active: true });
  s.changeStock({ variant: 'LONG-5-RED', location: 1, active: true });
  const refuse = async (wanted, newLocation, lines) => {
    const before = s.truth({ orders: [name] });
    const { userErrors, movedFulfillmentOrder } = (await gql(s, MOVE, { id: fo.id, newLocation, lines })).body.data
      .fulfillmentOrderMove;
    assert.match(userErrors[0]?.message ?? 'none', wanted);
    assert.equal(movedFulfillmentOrder, null);
    assert.deepEqual(s.truth({ orders: [name] }), before);
  };
  const line = quantity => [{ id: fo.lineItems.nodes[0].id, quantity }];
  await refuse(/does not stock/, KOELN);
  await refuse(/already assigned/, LYON);
  await refuse(/not active/, LILLE);
  await refuse(/Location not found/, 'gid://shopify/Location/1');
  await refuse(/quantity requested/, PARIS, line(4));
  await refuse(/quantity requested/, PARIS, line(0));
  await refuse(/not found/, PARIS, [{ id: 'gid://shopify/FulfillmentOrderLineItem/1', quantity: 1 }]);
  s.changeFulfillmentOrders({ order: name, request: 'SUBMITTED' });
  await refuse(/requested from a fulfillment service/, PARIS);
  s.changeFulfillmentOrders({ order: name, request: 'UNSUBMITTED', progress: true });
  await refuse(/progress reported/, PARIS);
  s.changeFulfillmentOrders({ order: name, progress: false });
  assert.equal(
    code(await gql(s, MOVE, { id: 'gid://shopify/FulfillmentOrder/1', newLocation: PARIS })),
    'RESOURCE_NOT_FOUND',
  );
  ok(await ship(s, [part(fo)]));
  await refuse(/not in a movable state/, PARIS);
});

test('holds and edits of the order reach the fulfillment orders', async t => {
  const { s, id, name } = await open(t, TWO);
  s.changeFulfillmentOrders({ order: name, hold: 'INVENTORY_OUT_OF_STOCK' });
  const held = await read(s, id);
  assert.deepEqual(
    [held.displayFulfillmentStatus, orders(held)[0].fulfillmentHolds[0].reason],
    ['ON_HOLD', 'INVENTORY_OUT_OF_STOCK'],
  );
  assert.ok(!orders(held)[0].supportedActions.some(a => a.action === 'CREATE_FULFILLMENT'));
  s.changeFulfillmentOrders({ order: name, hold: false });
  s.orders.edit(name, { quantity: { line: 0, to: 1 } });
  s.orders.edit(name, { add: { article: 3, quantity: 2 } });
  const edited = orders(await read(s, id));
  assert.deepEqual(
    edited.flatMap(o => o.lineItems.nodes.map(l => l.remainingQuantity)),
    [1, 2, 2],
  );
  s.orders.edit(name, { fulfill: true });
  assert.equal((await read(s, id)).displayFulfillmentStatus, 'FULFILLED');
});

test('seeded orders: every open unit is in a fulfillment order, every shipped one in a fulfillment', async t => {
  const s = await withSandbox(t, { orders: 400 });
  let open = 0,
    several = 0;
  for (let i = 0; i < 400; i++) {
    const m = s.orders.model(i),
      want = m.lines.filter(l => l.requiresShipping).reduce((n, l) => n + l.current, 0);
    const left = m.fulfillmentOrders.flatMap(fo => fo.lines).reduce((n, x) => n + x.remaining, 0);
    const gone = m.fulfillments.flatMap(f => f.lines).reduce((n, [, units]) => n + units, 0);
    assert.equal(left + gone, want, m.header.name);
    assert.equal(m.header.fulfillment === 'FULFILLED', left === 0 && gone > 0, m.header.name);
    if (left) open++;
    if (m.fulfillmentOrders.length > 1) several++;
  }
  assert.ok(open > 50 && several > 5, `${open} open, ${several} with several fulfillment orders`);
});

// Fulfillment orders and fulfillments: what closes, what follows in orders and stock, what is refused.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, raw } from './client.mjs';
import { FULFILLMENT_ORDERS, SHIP, TRACKING, SHIP_CANCEL, MOVE } from './flow-documents.mjs';
import { CHANGED } from './documents.mjs';
import { LYON, PARIS, TWO, open, ok, orders, part, read, ship, stock } from './shipping.mjs';

const code = answer => answer.body.errors?.[0].extensions.code;

test('in two shipments: the rest stays open, then it closes; order and stock follow', async t => {
  const { s, id, name } = await open(t, TWO, { freeze: '2026-11-20T12:00:00Z' });
  const [fo] = orders(await read(s, id));
  assert.deepEqual(
    [
      fo.status,
      fo.requestStatus,
      fo.assignedLocation.location.id,
      fo.lineItems.nodes.map(l => [l.sku, l.totalQuantity, l.remainingQuantity]),
    ],
    [
      'OPEN',
      'UNSUBMITTED',
      LYON,
      [
        ['LONG-5', 3, 3],
        ['LONG-5-RED', 2, 2],
      ],
    ],
  );
  assert.ok(fo.supportedActions.some(a => a.action === 'CREATE_FULFILLMENT'));
  assert.deepEqual(stock(s, 'LONG-5'), { available: 17, on_hand: 20, committed: 3, active: true });
  s.clock.advance(60000);
  const { fulfillment } = ok(
    await ship(s, [part(fo, [[0, 1]])], { trackingInfo: { company: 'DHL Express', numbers: ['JD1', 'JD2'] } }),
  );
  assert.deepEqual([fulfillment.name, fulfillment.status, fulfillment.totalQuantity], [`${name}.1`, 'SUCCESS', 1]);
  assert.deepEqual(
    fulfillment.trackingInfo.map(i => [i.company, i.number]),
    [
      ['DHL Express', 'JD1'],
      ['DHL Express', 'JD2'],
    ],
  );
  const half = await read(s, id);
  assert.equal(half.displayFulfillmentStatus, 'PARTIALLY_FULFILLED');
  assert.deepEqual([orders(half)[0].id, orders(half)[0].status], [fo.id, 'IN_PROGRESS']);
  assert.deepEqual(
    orders(half)[0].lineItems.nodes.map(l => l.remainingQuantity),
    [2, 2],
  );
  assert.deepEqual(stock(s, 'LONG-5'), { available: 17, on_hand: 19, committed: 2, active: true });
  const changed = (await gql(s, CHANGED, { first: 5, query: "updated_at:>='2026-11-20T12:01:00Z'" })).body.data.orders
    .nodes;
  assert.deepEqual(
    changed.map(o => o.id),
    [id],
    'updatedAt moved',
  );
  ok(await ship(s, [part(orders(half)[0])]));
  const done = await read(s, id);
  assert.equal(done.displayFulfillmentStatus, 'FULFILLED');
  assert.deepEqual([orders(done)[0].status, orders(done)[0].supportedActions], ['CLOSED', []]);
  assert.deepEqual(
    done.fulfillments.map(f => [f.totalQuantity, f.location.id]),
    [
      [1, LYON],
      [4, LYON],
    ],
  );
  assert.deepEqual(stock(s, 'LONG-5'), { available: 17, on_hand: 17, committed: 0, active: true });
});

test('two locations are two fulfillment orders and two calls', async t => {
  const { s, id } = await open(t, [
    ['LONG-5', 1, 0],
    ['LONG-5-RED', 1, 1],
  ]);
  const both = orders(await read(s, id));
  assert.deepEqual(
    both.map(fo => fo.assignedLocation.location.id),
    [LYON, PARIS],
  );
  const mixed = await ship(
    s,
    both.map(fo => part(fo)),
  );
  assert.match(mixed.userErrors[0].message, /assigned to a single location/);
  assert.equal((await read(s, id)).fulfillments.length, 0);
  ok(await ship(s, [part(both[0])]));
  ok(await ship(s, [part(both[1])]));
  const done = await read(s, id);
  assert.deepEqual(
    [done.displayFulfillmentStatus, done.fulfillments.map(f => f.location.id)],
    ['FULFILLED', [LYON, PARIS]],
  );
});

test('fulfillmentCreate has no key: sent twice it ships twice, while enough is left', async t => {
  const { s, id } = await open(t, TWO);
  const [fo] = orders(await read(s, id));
  s.addFaults({ fault: 'drop_after', operation: 'FulfillmentCreate', nth: 1 });
  const variables = {
    fulfillment: { lineItemsByFulfillmentOrder: [part(fo, [[0, 1]])], trackingInfo: { number: 'JD9' } },
  };
  const lost = await raw(s, '/admin/api/2026-10/graphql.json', { query: SHIP, variables });
  assert.equal(lost.ended, 'error');
  assert.deepEqual(
    (await read(s, id)).fulfillments.map(f => f.trackingInfo[0].number),
    ['JD9'],
    'it was carried out',
  );
  ok((await gql(s, SHIP, variables)).body.data.fulfillmentCreate);
  assert.equal((await read(s, id)).fulfillments.length, 2);
});

test('every refusal of fulfillmentCreate, and that nothing was shipped', async t => {
  const { s, id, name } = await open(t, TWO);
  const other = s.sell([{ variant: 'LONG-5', quantity: 1 }]);
  const [fo] = orders(await read(s, id)),
    [foreign] = orders(await read(s, other.id));
  const fine = part(fo, [[0, 1]]);
  const refuse = async (wanted, parts, more) => {
    const before = s.truth({ orders: [name, other.name] });
    const { userErrors, fulfillment } = await ship(s, parts, more);
    assert.match(userErrors[0]?.message ?? 'none', wanted);
    assert.equal(fulfillment, null);
    assert.deepEqual(s.truth({ orders: [name, other.name] }), before, String(wanted));
  };
  const quantity = /Invalid fulfillment order line item quantity requested/;
  await refuse(quantity, [part(fo, [[0, 4]])]);
  await refuse(quantity, [part(fo, [[0, 0]])]);
  await refuse(quantity, [part(fo, [[0, -1]])]);
  await refuse(quantity, [
    part(fo, [
      [0, 2],
      [0, 2],
    ]),
  ]);
  await refuse(/does not exist/, [
    { fulfillmentOrderId: fo.id, fulfillmentOrderLineItems: [{ id: foreign.lineItems.nodes[0].id, quantity: 1 }] },
  ]);
  await refuse(/belong to the same order/, [fine, part(foreign)]);
  await refuse(/must be unique/, [fine, fine]);
  await refuse(/At least one/, []);
  await refuse(/Only one of/, [fine], { trackingInfo: { number: '1', numbers: ['2'] } });
  await refuse(/Tracking url is invalid/, [fine], { trackingInfo: { number: '1', url: 'track me' } });
  for (const status of ['ON_HOLD', 'SCHEDULED', 'INCOMPLETE']) {
    s.changeFulfillmentOrders({ order: name, status });
    await refuse(new RegExp(`unfulfillable status= ${status.toLowerCase()}\\.`), [fine]);
  }
  s.changeFulfillmentOrders({ order: name, status: 'OPEN' });
  for (const gone of ['gid://shopify/FulfillmentOrder/1', id]) {
    const answer = await gql(s, SHIP, { fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: gone }] } });
    assert.deepEqual([code(answer), answer.body.data.fulfillmentCreate], ['RESOURCE_NOT_FOUND', null]);
  }
  ok(await ship(s, [part(fo)]));
  await refuse(/has an unfulfillable status= closed\./, [fine]);
  s.orders.edit(other.name, { cancel: 'CUSTOMER' });
  const cancelled = await read(s, other.id);
  assert.ok(cancelled.cancelledAt);
  assert.deepEqual(
    orders(cancelled).flatMap(o => o.supportedActions),
    [],
  );
  await refuse(/unfulfillable status= closed/, [part(foreign)]);
});

test('scopes: what may not be seen is absent, what may not be written is refused', async t => {
  const { s, id, name } = await open(t, [
    ['LONG-5', 2],
    ['LONG-5-RED', 1, 4],
  ]);
  const [mine, theirs] = orders(await read(s, id));
  assert.equal(theirs.assignedLocation.name, 'Speedy Logistics');
  s.setScopes({ remove: ['read_third_party_fulfillment_orders'] });
  const answer = await gql(s, FULFILLMENT_ORDERS, { id });
  assert.equal(answer.body.errors, undefined, 'no error');
  assert.deepEqual(
    orders(answer.body.data.order).map(fo => fo.id),
    [mine.id],
  );
  assert.equal((await gql(s, `{ fulfillmentOrder(id: "${theirs.id}") { id } }`)).body.data.fulfillmentOrder, null);
  s.setScopes({ add: ['read_third_party_fulfillment_orders'] });
  const before = s.truth({ orders: [name] });
  const refused = await ship(s, [part(theirs)]);
  assert.match(refused.userErrors[0].message, /does not have access to the fulfillment order/);
  s.setScopes({ remove: ['read_merchant_managed_fulfillment_orders'] });
  assert.deepEqual(
    orders(await read(s, id)).map(fo => fo.id),
    [theirs.id],
  );
  const denied = await gql(s, SHIP, { fulfillment: { lineItemsByFulfillmentOrder: [part(theirs)] } });
  assert.equal(code(denied), 'ACCESS_DENIED');
  assert.equal(code(await gql(s, MOVE, { id: theirs.id, newLocation: LYON })), 'ACCESS_DENIED');
  assert.deepEqual(s.truth({ orders: [name] }), before);
});

test('tracking later and corrected', async t => {
  const { s, id } = await open(t, TWO);
  const [fo] = orders(await read(s, id));
  const { fulfillment } = ok(await ship(s, [part(fo)]));
  assert.deepEqual(fulfillment.trackingInfo, []);
  const track = async (which, tracking) =>
    (await gql(s, TRACKING, { id: which, tracking, notify: false })).body.data.fulfillmentTrackingInfoUpdate;
  const done = ok(await track(fulfillment.id, { company: 'GLS', number: '1', url: 'https://gls.example/1' }));
  assert.deepEqual(done.fulfillment.trackingInfo, [{ company: 'GLS', number: '1', url: 'https://gls.example/1' }]);
  ok(await track(fulfillment.id, { company: 'DPD', numbers: ['2', '3'] }));
  assert.deepEqual(
    (await read(s, id)).fulfillments[0].trackingInfo.map(x => x.number),
    ['2', '3'],
    'replaced',
  );
  for (const [which, tracking, wanted] of [
    ['gid://shopify/Fulfillment/1', { number: '1' }, /does not exist/],
    [fulfillment.id, { number: '1', urls: ['https://a.example'] }, /Only one of/],
    [fulfillment.id, { number: '1', url: 'ftp:x' }, /url is invalid/],
  ])
    assert.match((await track(which, tracking)).userErrors[0].message, wanted);
  ok((await gql(s, SHIP_CANCEL, { id: fulfillment.id })).body.data.fulfillmentCancel);
  assert.match((await track(fulfillment.id, { number: '1' })).userErrors[0].message, /cancelled/);
});

test('a cancelled fulfillment opens its units again', async t => {
  const { s, id } = await open(t, TWO);
  const [fo] = orders(await read(s, id));
  const first = ok(await ship(s, [part(fo, [[0, 3]])])).fulfillment;
  const second = ok(await ship(s, [part(fo, [[1, 2]])])).fulfillment;
  const cancel = async which => (await gql(s, SHIP_CANCEL, { id: which })).body.data.fulfillmentCancel;
  assert.equal(ok(await cancel(second.id)).fulfillment.status, 'CANCELLED');
  const half = await read(s, id);
  assert.equal(half.displayFulfillmentStatus, 'PARTIALLY_FULFILLED');
  assert.deepEqual(
    orders(half).map(o => o.status),
    ['CLOSED', 'OPEN'],
    'the closed one is followed by a new one',
  );
  assert.deepEqual(
    orders(half)[1].lineItems.nodes.map(l => [l.sku, l.remainingQuantity]),
    [['LONG-5-RED', 2]],
  );
  assert.deepEqual(stock(s, 'LONG-5-RED'), { available: 18, on_hand: 20, committed: 2, active: true });
  assert.match((await cancel(second.id)).userErrors[0].message, /already cancelled/);
  assert.match((await cancel('gid://shopify/Fulfillment/1')).userErrors[0].message, /not found/);
  ok(await cancel(first.id));
  assert.equal((await read(s, id)).displayFulfillmentStatus, 'UNFULFILLED');
});

// The control plane for catalogue, stock and shipping, over HTTP.

import test from 'node:test';
import assert from 'node:assert/strict';
import { withSandbox, control, gql } from './client.mjs';
import { LOCATIONS, SET } from './flow-documents.mjs';

test('lists and edits: variants, products, locations, stock, sales, fulfillment orders, truth', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const ask = async (method, path, body) => {
    const answer = await control(s, method, path, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  assert.equal((await ask('GET', 'variants?nasty=duplicate')).length, 2);
  assert.equal((await ask('GET', 'variants?sku=LONG-5'))[0].sku, 'LONG-5');
  const [edited] = await ask('POST', 'variants', { edit: 'LONG-5', change: { price: '3.00', cost: null } });
  assert.deepEqual([edited.price, edited.cost], ['3.00', null]);
  assert.deepEqual(
    (await ask('GET', 'variants?changed=1')).map(v => v.sku),
    ['LONG-5'],
  );
  assert.equal((await ask('GET', 'products?since=0&limit=1'))[0].variants.length, 10);
  assert.equal(
    (await ask('POST', 'products', { edit: 'linen-shirt', change: { status: 'ARCHIVED' } }))[0].status,
    'ARCHIVED',
  );
  assert.equal((await ask('GET', 'locations')).length, 5);
  await ask('POST', 'locations', { edit: 'Depot Köln', change: { active: false } });
  const { nodes } = (await gql(s, LOCATIONS, { first: 10 })).body.data.locations;
  assert.equal(nodes.find(l => l.name === 'Depot Köln').isActive, false);
  const [level] = await ask('POST', 'stock', {
    variant: 'LONG-5',
    location: 'Warehouse Lyon',
    set: { on_hand: 12, damaged: 2 },
  });
  assert.deepEqual([level.on_hand, level.damaged], [12, 2]);
  assert.equal((await ask('GET', 'stock?variant=LONG-5&location=Warehouse Lyon'))[0].on_hand, 12);
  assert.ok((await ask('GET', 'stock?changed=1')).length >= 1);
  const sale = await ask('POST', 'sales', [{ variant: 'LONG-5', quantity: 2 }]);
  const shipping = await ask('GET', `fulfillments?order=${encodeURIComponent(sale.name)}`);
  assert.deepEqual(
    shipping.fulfillmentOrders[0].lines.map(l => [l.sku, l.remaining]),
    [['LONG-5', 2]],
  );
  const [held] = await ask('POST', 'fulfillment_orders', { order: sale.name, hold: 'OTHER' });
  assert.deepEqual([held.fulfillmentStatus, held.fulfillmentOrders[0].status], ['ON_HOLD', 'ON_HOLD']);
  const truth = await ask('GET', `truth?sku=LONG-5&orders=${encodeURIComponent(sale.name)}`);
  assert.deepEqual(truth.stock['LONG-5 @ Warehouse Lyon'], {
    available: level.available - 2,
    on_hand: 12,
    committed: 2,
    active: true,
  });
  assert.deepEqual(Object.keys(truth.orders), [sale.name]);
  await gql(s, SET, {
    key: 'k',
    input: {
      name: 'available',
      reason: 'correction',
      quantities: [
        { inventoryItemId: level.inventoryItemId, locationId: level.locationId, quantity: 4, changeFromQuantity: null },
      ],
    },
  });
  assert.deepEqual(
    (await ask('GET', 'idempotency')).map(k => [k.key, k.mutation]),
    [['k', 'inventorySetQuantities']],
  );
  assert.deepEqual(await ask('POST', 'idempotency', { replay: 'check', forget: true }), { replay: 'check', keys: 0 });
  for (const [path, body] of [
    ['variants', { edit: 'NOBODY', change: {} }],
    ['variants', { edit: 'LONG-5', change: { colour: 'red' } }],
    ['products', { edit: 'nobody', change: {} }],
    ['locations', { edit: 'Moon', change: {} }],
    ['stock', { variant: 'LONG-5', location: 0, set: { committed: 3 } }],
    ['fulfillment_orders', { order: sale.name, status: 'LOST' }],
    ['fulfillment_orders', { order: sale.name, fulfillment_order: 9 }],
    ['sales', [{ variant: 'NOBODY' }]],
    ['hooks', { after_request: 1 }],
  ])
    assert.equal((await control(s, 'POST', path, body)).status, 400, path);
  await ask('POST', 'reset');
  assert.deepEqual(await ask('GET', 'variants?changed=1'), []);
  assert.equal((await ask('GET', 'variants?sku=LONG-5'))[0].price === '3.00', false);
});

test('hooks: stock and orders change in the middle of a run', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  await control(s, 'POST', 'hooks', [
    { after_request: 1, operation: 'Locations', stock: { variant: 'LONG-5', location: 0, set: { available: 3 } } },
    { after_request: 2, operation: 'Locations', order_of: { variant: 'LONG-5', quantity: 2 } },
  ]);
  const available = () => s.truth({ skus: ['LONG-5'] }).stock['LONG-5 @ Warehouse Lyon'].available;
  await gql(s, LOCATIONS, { first: 1 });
  assert.equal(available(), 3);
  await gql(s, LOCATIONS, { first: 1 });
  assert.equal(available(), 1);
});

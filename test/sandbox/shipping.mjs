// What the tests of fulfillments share: an order with stock, its fulfillment orders, a shipment.

import assert from 'node:assert/strict';
import { gql, withSandbox } from './client.mjs';
import { FULFILLMENT_ORDERS, SHIP } from './flow-documents.mjs';

export const [LYON, PARIS, KOELN, LILLE] = [1, 2, 3, 4].map(n => `gid://shopify/Location/7010000000${n}`);
export const read = async (s, id, options) => (await gql(s, FULFILLMENT_ORDERS, { id }, options)).body.data.order;
export const orders = o => o.fulfillmentOrders.nodes;
/** What to send for these lines of a fulfillment order: [[line, quantity]]; all of it without. */
export const part = (fo, lines = null) => ({
  fulfillmentOrderId: fo.id,
  ...(lines
    ? { fulfillmentOrderLineItems: lines.map(([k, quantity]) => ({ id: fo.lineItems.nodes[k].id, quantity })) }
    : {}),
});
export const ship = async (s, parts, more = {}) =>
  (await gql(s, SHIP, { fulfillment: { lineItemsByFulfillmentOrder: parts, ...more } })).body.data.fulfillmentCreate;
export const ok = payload => (assert.deepEqual(payload.userErrors, []), payload);
export const stock = (s, sku, place = 'Warehouse Lyon') => s.truth({ skus: [sku] }).stock[`${sku} @ ${place}`];

/** A shop with stock, and an order of goods: [[sku, quantity, location]]. */
export async function open(t, goods, options) {
  const s = await withSandbox(t, { nasty: 'off', ...options });
  for (const [variant, , location = 0] of goods)
    s.changeStock({
      variant,
      location,
      set: { available: 20, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0 },
    });
  const row = s.sell(goods.map(([variant, quantity, location = 0]) => ({ variant, quantity, location })));
  return { s, id: row.id, name: row.name };
}
export const TWO = [
  ['LONG-5', 3],
  ['LONG-5-RED', 2],
];

// Fulfillment orders and fulfillments by id, as an app with these scopes sees them.

import { orderOfFulfillmentOrder, orderOfFulfillment, visibleOrders } from './fulfillment-view.mjs';

/** The object behind { type, number } of a global id, or null. */
export function fulfillmentNode({ type, number }, context) {
  const [index, n] = (type === 'FulfillmentOrder' ? orderOfFulfillmentOrder : orderOfFulfillment)(number);
  if (!(index >= 0 && index < context.orders.total)) return null;
  const order = context.orders.view(index);
  if (type === 'FulfillmentOrder') return visibleOrders(order, context).find(v => v._fo.n === n) ?? null;
  return context.auth.has('read_orders') ? (order._fulfillments[n] ?? null) : null;
}

// Fulfillment orders and fulfillments as GraphQL objects, and who may see which.

import { iso } from './clock.mjs';
import { gid } from './errors.mjs';
import { child } from './view-parts.mjs';
import { ID_STRIDE } from './header.mjs';
import { LOCATIONS } from './world.mjs';
import { locationField } from './locations.mjs';
import { itemIdOf } from './catalogue-seed.mjs';
import { articleField } from './people.mjs';
import { isActive } from './fulfillment-orders.mjs';
import { listPage } from './pages.mjs';

const ORDER_IDS = 7600000000000,
  LINE_IDS = 15900000000000;
export const FULFILLMENT_IDS = 6300000000000;
export const fulfillmentOrderId = (m, n) => child(ORDER_IDS, m, n);
export const fulfillmentLineId = (m, n) => child(LINE_IDS, m, n);

/** [index of the order, number within it] of an id of one of the three kinds. */
const split = base => id => [Math.floor((id - base) / ID_STRIDE), (id - base) % ID_STRIDE];
export const orderOfFulfillmentOrder = split(ORDER_IDS);
export const orderOfLine = split(LINE_IDS);
export const orderOfFulfillment = split(FULFILLMENT_IDS);

/** Which scope opens a fulfillment order: by whose location it is assigned to. */
const kindOf = fo => (LOCATIONS[fo.location].service ? 'third_party' : 'merchant_managed');
export const mayRead = (auth, fo) => auth.has(`read_${kindOf(fo)}_fulfillment_orders`);
export const mayWrite = (auth, fo) => auth.scopes.has(`write_${kindOf(fo)}_fulfillment_orders`);
export const ANY_WRITE = [
  'write_merchant_managed_fulfillment_orders',
  'write_assigned_fulfillment_orders',
  'write_third_party_fulfillment_orders',
];

function actionsOf(m, fo) {
  if (m.header.cancelled !== null) return [];
  switch (fo.status) {
    case 'OPEN':
      return ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'MOVE', 'HOLD', 'SPLIT'];
    case 'IN_PROGRESS':
      return ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'MOVE', 'HOLD', 'SPLIT', 'MARK_AS_OPEN'];
    case 'ON_HOLD':
      return ['RELEASE_HOLD', 'MOVE', 'HOLD'];
    case 'SCHEDULED':
      return ['MARK_AS_OPEN', 'MOVE'];
    default:
      return [];
  }
}

export function fulfillmentOrderView(m, fo, order) {
  const id = fulfillmentOrderId(m, fo.n),
    place = LOCATIONS[fo.location];
  return {
    __typename: 'FulfillmentOrder',
    id: gid('FulfillmentOrder', id),
    status: fo.status,
    requestStatus: fo.requestStatus,
    fulfillAt: iso(fo.fulfillAt),
    fulfillBy: null,
    createdAt: iso(fo.created),
    updatedAt: iso(fo.updated),
    orderId: order.id,
    orderName: m.header.name,
    orderProcessedAt: iso(m.header.processed),
    order,
    assignedLocation: {
      __typename: 'FulfillmentOrderAssignedLocation',
      name: (args, context) => context.locations.rows[fo.location].name,
      city: place.city,
      zip: place.zip,
      countryCode: place.country,
      location: locationField(place.id),
    },
    deliveryMethod: { __typename: 'DeliveryMethod', id: gid('DeliveryMethod', id), methodType: fo.method },
    supportedActions: actionsOf(m, fo).map(action => ({ action, externalUrl: null })),
    fulfillmentHolds: fo.holds.map((hold, k) => ({
      __typename: 'FulfillmentHold',
      id: gid('FulfillmentHold', id * 8 + k),
      reason: hold,
      displayReason: hold.toLowerCase().replace(/_/g, ' '),
      reasonNotes: null,
      heldByRequestingApp: false,
    })),
    lineItems: args =>
      listPage(
        fo.lines.filter(x => x.total > 0).map(x => lineView(m, x, order)),
        args,
      ),
    fulfillments: args =>
      listPage(
        order._fulfillments.filter(f => f._orders.includes(fo.n)),
        args,
      ),
    _fo: fo,
  };
}

function lineView(m, x, order) {
  const l = m.lines[x.line],
    known = l.item?.n !== undefined && !l.variantGone;
  return {
    __typename: 'FulfillmentOrderLineItem',
    id: gid('FulfillmentOrderLineItem', fulfillmentLineId(m, x.n)),
    totalQuantity: x.total,
    remainingQuantity: x.remaining,
    requiresShipping: l.requiresShipping,
    sku: l.sku,
    productTitle: l.title,
    variantTitle: l.variantTitle,
    vendor: l.vendor,
    inventoryItemId: known ? gid('InventoryItem', itemIdOf(l.item.n)) : null,
    variant: known ? articleField(l.item) : null,
    lineItem: order._lines[x.line],
  };
}

export function fulfillmentView(m, f, lines, order) {
  const id = child(FULFILLMENT_IDS, m, f.n),
    cancelled = f.status === 'CANCELLED';
  const tracking = f.tracking ?? [{ company: 'DHL', number: `JD${id}`, url: `https://track.example/JD${id}` }];
  return {
    __typename: 'Fulfillment',
    id: gid('Fulfillment', id),
    legacyResourceId: String(id),
    name: `${m.header.name}.${f.n + 1}`,
    status: f.status ?? 'SUCCESS',
    displayStatus: cancelled ? 'CANCELED' : 'FULFILLED',
    createdAt: iso(f.at),
    updatedAt: iso(f.updated ?? f.at),
    totalQuantity: f.lines.reduce((n, [, units]) => n + units, 0),
    location: locationField(f.location ?? LOCATIONS[0].id),
    requiresShipping: true,
    order,
    service: null,
    fulfillmentOrders: (args, context) =>
      listPage(
        visibleOrders(order, context).filter(v => (f.orderLines ?? []).some(([n]) => n === v._fo.n)),
        args,
      ),
    _trackingInfo: tracking,
    _orders: [...new Set((f.orderLines ?? []).map(([n]) => n))],
    _lines: f.lines.map(([n, quantity], i) => ({
      __typename: 'FulfillmentLineItem',
      id: gid('FulfillmentLineItem', id * 100 + i),
      quantity,
      lineItem: lines[n],
      originalTotalSet: lines[n].originalTotalSet,
      discountedTotalSet: lines[n]._discountedTotalSet,
    })),
  };
}

/** Those the app may see: the others are simply absent, without an error. */
export const visibleOrders = (order, context) => order._fulfillmentOrders.filter(v => mayRead(context.auth, v._fo));

/** order.fulfillmentOrders(displayable:, query:) */
export function fulfillmentOrdersField(order, args, context, notImitated) {
  if (args.query) throw notImitated('searching the fulfillment orders of an order');
  const seen = visibleOrders(order, context);
  return listPage(
    args.displayable ? seen.filter(v => isActive(v._fo) || v._fo.lines.some(x => x.total > 0)) : seen,
    args,
  );
}

// For tests and the control plane: orders for goods of one's choice, fulfillment orders in any state, and what the shop
// holds, in a form that can be compared.

import { iso } from './clock.mjs';
import { gid } from './errors.mjs';
import { LOCATIONS } from './world.mjs';
import { productIdOf } from './catalogue-seed.mjs';
import { fulfillmentOrderId, fulfillmentLineId, FULFILLMENT_IDS } from './fulfillment-view.mjs';
import { fulfillmentStatus, isActive } from './fulfillment-orders.mjs';
import { child } from './view-parts.mjs';

/** [{ variant, quantity, location? }] -> what Orders.add wants. */
export function goodsOf({ catalogue, locations }, lines) {
  return lines.map(({ variant, quantity = 1, location = 0 }) => {
    const row = catalogue.find(variant),
      place = locations.find(location);
    if (!row) throw new Error(`no variant ${variant}`);
    if (!place) throw new Error(`no location ${location}`);
    const item = {
      n: row.n,
      sku: row.sku,
      title: row.product.title,
      variantTitle: row.values[0] === 'Default Title' ? null : row.values.join(' / '),
      vendor: row.product.vendor,
      rate: 'standard',
      price: Math.round(Number(row.price) * 100),
    };
    return { item, quantity, location: place.index, requiresShipping: row.requiresShipping };
  });
}

export function fulfillmentSummary(orders, which) {
  const i = orders.find(which);
  if (i < 0) throw new Error(`no order ${which}`);
  const m = orders.model(i);
  return {
    order: m.header.name,
    id: gid('Order', m.id),
    fulfillmentStatus: m.header.fulfillment,
    updatedAt: iso(m.header.updated),
    fulfillmentOrders: m.fulfillmentOrders.map(fo => ({
      n: fo.n,
      id: gid('FulfillmentOrder', fulfillmentOrderId(m, fo.n)),
      status: fo.status,
      requestStatus: fo.requestStatus,
      location: LOCATIONS[fo.location].name,
      lines: fo.lines.map(x => ({
        id: gid('FulfillmentOrderLineItem', fulfillmentLineId(m, x.n)),
        line: x.line,
        sku: m.lines[x.line].sku,
        total: x.total,
        remaining: x.remaining,
      })),
    })),
    fulfillments: m.fulfillments.map(f => ({
      id: gid('Fulfillment', child(FULFILLMENT_IDS, m, f.n)),
      status: f.status ?? 'SUCCESS',
      createdAt: iso(f.at),
      location: LOCATIONS.find(l => l.id === f.location)?.name ?? null,
      tracking: f.tracking ?? null,
      lines: f.lines.map(([line, quantity]) => ({ line, sku: m.lines[line].sku, quantity })),
    })),
  };
}

const STATUSES = ['OPEN', 'IN_PROGRESS', 'ON_HOLD', 'SCHEDULED', 'INCOMPLETE', 'CANCELLED', 'CLOSED'];

export function editFulfillmentOrder(orders, { order, fulfillment_order: n = 0, status, hold, request, progress }) {
  const i = orders.find(order);
  if (i < 0) throw new Error(`no order ${order}`);
  if (status && !STATUSES.includes(status)) throw new Error(`no status ${status} (there are: ${STATUSES.join(', ')})`);
  orders.change(i, (m, at) => {
    const fo = m.fulfillmentOrders.find(o => o.n === n);
    if (!fo) throw new Error(`order ${order} has no fulfillment order ${n}`);
    if (status) fo.status = status;
    if (hold) Object.assign(fo, { status: 'ON_HOLD', holds: [hold === true ? 'OTHER' : hold] });
    if (hold === false) Object.assign(fo, { status: 'OPEN', holds: [] });
    if (request) fo.requestStatus = request;
    if (progress !== undefined) Object.assign(fo, { progress, status: progress ? 'IN_PROGRESS' : 'OPEN' });
    if (!isActive(fo)) for (const x of fo.lines) x.remaining = 0;
    fo.updated = at;
    m.header.fulfillment = fulfillmentStatus(m);
  });
  return fulfillmentSummary(orders, order);
}

/**
 * { stock: {"SKU @ location": {available, on_hand, committed, active}}, variants: {id: {…}}, products, orders }. `filter`:
 * { skus: [...], orders: [...], changed: true } - all variants are in it without one, none of the orders.
 */
export function truth(
  { catalogue, stock, locations, orders },
  { skus = null, orders: names = [], changed = false } = {},
) {
  const wanted = catalogue.variants.filter(
    v => !v.deleted && (!skus || skus.includes(v.sku)) && (!changed || catalogue.changed.has(v.n)),
  );
  const levels = {};
  for (const v of wanted)
    for (const l of locations.rows) {
      const level = stock.summary(v, l.index);
      if (!level) continue;
      const { available, on_hand, committed, active } = level;
      levels[`${v.sku ?? `#${v.n}`} @ ${l.name}`] = { available, on_hand, committed, active };
    }
  const owners = [...new Set(wanted.map(v => v.product))];
  const variants = wanted.map(v => catalogue.summary(v)).map(({ updatedAt, n, ...rest }) => [rest.id, rest]);
  const products = owners.map(p => {
    const { updatedAt, variants: own, id, ...rest } = catalogue.productSummary(p);
    return [gid('Product', productIdOf(p.p)), { ...rest, variants: own.map(v => v.id) }];
  });
  return {
    stock: levels,
    variants: Object.fromEntries(variants),
    products: Object.fromEntries(products),
    orders: Object.fromEntries(names.map(name => [name, fulfillmentSummary(orders, name)])),
  };
}

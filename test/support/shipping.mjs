// Deliveries for `fulfillments pull`: files as an ERP writes them, orders of the shop to be shipped, and what it was told.

import fs from 'node:fs';
import { place } from './place.mjs';
import { LOCATIONS, LYON, PARIS, KOELN } from './stock.mjs';

export { LYON, PARIS, KOELN };
export const COLUMNS = ['delivery_id', 'order', 'line_id', 'sku', 'quantity', 'shipped_at', 'warehouse', 'carrier', 'tracking_number', 'tracking_url'];

const cell = value => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
/** Rows { delivery, order, line, sku, n, warehouse, carrier, tracking, url, at } as the text of a file. */
export const deliveryText = rows =>
  `${COLUMNS.join(',')}\n${rows
    .map(r =>
      [r.delivery, r.order, r.line ?? '', r.sku ?? '', r.n ?? 1, r.at ?? '', r.warehouse ?? '', r.carrier ?? '', r.tracking ?? '', r.url ?? '']
        .map(cell)
        .join(','),
    )
    .join('\n')}\n`;

/** Writes a file that is `age` seconds old: younger ones may still be written. */
export function deliveryFile(p, rows, { name = 'fulfillments.csv', age = 60, dir = 'out' } = {}) {
  const path = p.write(`${dir}/${name}`, typeof rows === 'string' ? rows : deliveryText(rows));
  const at = new Date(Date.now() - age * 1000);
  fs.utimesSync(path, at, at);
  return path;
}

/** A place where the ERP's deliveries come from files and go to the sandbox. */
export async function shippingPlace(t, { sandbox = {}, fulfillments = {}, locations = LOCATIONS, conf = {}, ...more } = {}) {
  const p = await place(t, {
    sandbox: sandbox.close ? sandbox : { orders: 0, nasty: 'off', ...sandbox },
    conf: { fulfillments, mappings: { path: 'mappings' }, ...conf },
    ...more,
  });
  p.write('mappings/tables/locations.csv', locations);
  return p;
}

/** An order of goods with stock: [[sku, quantity, location]]. Placed an hour ago. */
export function sell(sandbox, goods) {
  sandbox.setClock({ advance_ms: -3600000 });
  for (const [variant, , location = 0] of goods)
    sandbox.changeStock({
      variant,
      location,
      active: true,
      set: { available: 1000, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0 },
    });
  const row = sandbox.sell(goods.map(([variant, quantity, location = 0]) => ({ variant, quantity, location })));
  sandbox.setClock({ advance_ms: 3600000 });
  return row;
}

/** Shipments of an order as the shop has them: [{ from, numbers, lines: { sku: units } }], cancelled ones marked. */
export function shipped(sandbox, order) {
  return sandbox.fulfillments(order).fulfillments.map(f => ({
    from: f.location,
    ...(f.tracking?.length ? { numbers: f.tracking.map(t => t.number) } : {}),
    ...(f.status === 'CANCELLED' ? { cancelled: true } : {}),
    lines: f.lines.reduce((all, l) => ({ ...all, [l.sku]: (all[l.sku] ?? 0) + l.quantity }), {}),
  }));
}
/** Units left to ship: { sku: n }. */
export const left = (sandbox, order) =>
  sandbox
    .fulfillments(order)
    .fulfillmentOrders.flatMap(fo => fo.lines)
    .reduce((all, l) => (l.remaining ? { ...all, [l.sku]: (all[l.sku] ?? 0) + l.remaining } : all), {});

/** `fulfillments pull --json`. */
export const pull = (p, more = '', status = 0) => p.json(`fulfillments pull --json ${more}`.trim(), status);
/** Its records by name: { outcome, code, reason, … }. */
export const byName = answer => Object.fromEntries(answer.records.map(r => [r.name, r]));

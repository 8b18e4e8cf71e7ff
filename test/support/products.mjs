// Products for `products push`: files as an ERP writes them, and what the shop must have afterwards.

import fs from 'node:fs';
import { place } from './place.mjs';

const cell = value => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

/** Rows as objects, or a text; the columns are those that any row has. */
export function productText(rows) {
  if (typeof rows === 'string') return rows;
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  return `${[columns, ...rows.map(row => columns.map(c => row[c] ?? ''))].map(r => r.map(cell).join(',')).join('\n')}\n`;
}

/** Writes a file that is `age` seconds old: younger ones may still be written. */
export function productFile(p, rows, { name = 'products.csv', age = 60, dir = 'out' } = {}) {
  const path = p.write(`${dir}/${name}`, productText(rows));
  const at = new Date(Date.now() - age * 1000);
  fs.utimesSync(path, at, at);
  return path;
}

/** A place where the ERP's products come from files and go to the sandbox. */
export async function productPlace(t, { sandbox = {}, products = {}, csv = {}, conf = {}, ...more } = {}) {
  const p = await place(t, {
    sandbox: sandbox.close ? sandbox : { orders: 0, ...sandbox },
    conf: {
      products,
      csv: { currency: 'EUR', prices_include_tax: 'yes', ...csv },
      mappings: { path: 'mappings' },
      ...conf,
    },
    ...more,
  });
  fs.mkdirSync(p.path('mappings'));
  return p;
}

/** `products push --json`. */
export const push = (p, more = '', status = 0) => p.json(`products push --json ${more}`.trim(), status);

/** A product of the shop as plain values, by the SKU of one of its variants; null if there is none. */
export function inShop(sandbox, sku) {
  const row = sandbox.catalogue.variants.find(v => v.sku === sku && !v.deleted);
  return row ? productOf(row.product) : null;
}
const productOf = p => ({
  title: p.title,
  description: p.descriptionHtml,
  vendor: p.vendor,
  type: p.productType,
  tags: p.tags,
  status: p.status,
  options: p.options.map(o => o.name),
  reference: p.metafields.map(m => `${m.namespace}.${m.key}=${m.value}`).join(),
  variants: p.variants.map(v => ({
    sku: v.sku,
    options: v.values.join(' / '),
    barcode: v.barcode,
    price: v.price,
    compareAt: v.compareAt,
    cost: v.cost,
    weight: `${v.weight.value} ${v.weight.unit}`,
    tracked: v.tracked,
    requiresShipping: v.requiresShipping,
  })),
});

/** All products, by number: to see what was touched. */
export const catalogue = sandbox => Object.fromEntries(sandbox.catalogue.products.filter(p => !p.deleted).map(p => [p.p, productOf(p)]));
/** Numbers of the products that differ between two catalogues. */
export const touched = (before, after) =>
  Object.keys({ ...before, ...after }).filter(p => JSON.stringify(before[p]) !== JSON.stringify(after[p]));

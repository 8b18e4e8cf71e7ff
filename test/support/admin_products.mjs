// The shop's admin as a person uses it with product files: its exports, and what its import makes of a file.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { aged, imports, takenAway } from './admin.mjs';
import { csvRows } from './csv.mjs';
import { Place, tempDir } from './place.mjs';

/** Columns: [key, today's name, the one of before]; product fields, then options, then what a variant has. */
const PRODUCT = [
  ['title', 'Title', 'Title'],
  ['handle', 'URL handle', 'Handle'],
  ['description', 'Description', 'Body (HTML)'],
  ['vendor', 'Vendor', 'Vendor'],
  ['type', 'Type', 'Type'],
  ['tags', 'Tags', 'Tags'],
  ['published', 'Published on online store', 'Published'],
  ['status', 'Status', 'Status'],
  ['seo', 'SEO title', 'SEO Title'],
  ['material', 'Material (product.metafields.custom.material)', 'Material (product.metafields.custom.material)'],
];
const OPTIONS = [1, 2, 3].flatMap(n => [
  [`name${n}`, `Option${n} name`, `Option${n} Name`],
  [`value${n}`, `Option${n} value`, `Option${n} Value`],
  [`link${n}`, `Option${n} Linked To`, `Option${n} Linked To`],
]);
const VARIANT = [
  ['sku', 'SKU', 'Variant SKU'],
  ['barcode', 'Barcode', 'Variant Barcode'],
  ['price', 'Price', 'Variant Price'],
  ['compareAt', 'Compare-at price', 'Variant Compare At Price'],
  ['cost', 'Cost per item', 'Cost per item'],
  ['taxable', 'Charge tax', 'Variant Taxable'],
  ['tracker', 'Inventory tracker', 'Variant Inventory Tracker'],
  ['policy', 'Continue selling when out of stock', 'Variant Inventory Policy'],
  ['grams', 'Weight value (grams)', 'Variant Grams'],
  ['shipping', 'Requires shipping', 'Variant Requires Shipping'],
  ['service', 'Fulfillment service', 'Variant Fulfillment Service'],
];
const ALL = [...PRODUCT, ...OPTIONS, ...VARIANT];
const keyOf = name => {
  const found = ALL.find(([, ...names]) => names.some(n => n.toLowerCase() === name.toLowerCase()));
  assert.ok(found, `the import has no column '${name}'`);
  return found[0];
};
const NEW_VARIANT = { sku: '', barcode: '', price: '0.00', compareAt: '', cost: '', taxable: 'true', tracker: '', policy: 'deny', grams: '0', shipping: 'true', service: 'manual' };
const NEW_PRODUCT = { description: '', vendor: 'My Store', type: '', tags: '', published: 'true', status: 'active', seo: '', material: '' };
const quoted = text => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Exports put an apostrophe before each SKU and barcode of digits alone; the import takes it for a part of them. */
const guarded = (key, text) => (/^(sku|barcode)$/.test(key) && /^\d+$/.test(text) ? `'${text}` : text);

/** What the shop makes of a cell. */
function stored(key, text) {
  if (key === 'tags') return text.split(',').map(tag => tag.trim()).filter(Boolean).sort().join(', ');
  if (key === 'status') return text.toLowerCase() || 'active';
  if (/^(taxable|shipping|published)$/.test(key)) return String(text.toLowerCase() === 'true');
  if (key === 'policy') return text.toLowerCase() === 'continue' || text === 'TRUE' ? 'continue' : 'deny';
  if (key === 'price') return Number(text || 0).toFixed(2);
  if (/^(compareAt|cost)$/.test(key)) return text && Number(text).toFixed(2);
  if (key === 'grams') return String(Math.round(Number(text || 0)));
  return text;
}

/** products: [{ handle, title, …, options: ['Size'], variants: [{ options: ['M'], sku, price, … }], images: 1 }]. */
export class AdminProducts {
  constructor(products, { tidy = html => html } = {}) {
    this.tidy = tidy;
    this.products = products.map(({ variants, options = ['Title'], links = [], images = 0, ...product }) => ({
      ...NEW_PRODUCT,
      ...product,
      options,
      links: options.map((_, k) => links[k] ?? ''),
      images,
      variants: variants.map(({ options: values = ['Default Title'], ...v }) => ({ ...NEW_VARIANT, ...v, values })),
    }));
  }
  find(handle) {
    return this.products.find(p => p.handle === handle);
  }
  variant(sku) {
    return this.products.flatMap(p => p.variants).find(v => v.sku === sku);
  }
  /** before: with the columns of before; only: handles. */
  export({ before = false, only = null } = {}) {
    const name = column => column[before ? 2 : 1];
    const columns = [...ALL, ['image', 'Product image URL', 'Image Src']];
    const rows = this.products.filter(p => !only || only.includes(p.handle)).flatMap(p => {
      const variants = p.variants.map((v, i) => ({
        ...v,
        ...(i ? {} : { ...p, status: before ? p.status : p.status[0].toUpperCase() + p.status.slice(1) }),
        handle: p.handle,
        ...Object.fromEntries(p.options.flatMap((o, k) => [[`name${k + 1}`, i ? '' : o], [`value${k + 1}`, v.values[k]], [`link${k + 1}`, i ? '' : (p.links[k] ?? '')]])),
        image: p.images && !i ? 'https://x/1.jpg' : '',
      }));
      const images = Array.from({ length: Math.max(0, p.images - 1) }, (_, i) => ({ handle: p.handle, image: `https://x/${i + 2}.jpg` }));
      return [...variants, ...images];
    });
    return `${[columns.map(name), ...rows.map(row => columns.map(([key]) => guarded(key, row[key] ?? '')))].map(row => row.map(quoted).join(',')).join('\n')}\n`;
  }
  /**
   * Does what the admin's import does, the bad things too: an empty cell clears, variants that a product's rows leave
   * out are gone, variant columns without the options' are blanked. Returns handles that exist and were skipped.
   */
  import(text, { overwrite = false } = {}) {
    const rows = csvRows(text).map(row => Object.fromEntries(Object.entries(row).map(([name, cell]) => [keyOf(name), cell])));
    assert.ok(rows.length > 0, 'a file with rows');
    const groups = new Map();
    for (const row of rows) groups.set(row.handle, [...(groups.get(row.handle) ?? []), row]);
    const skipped = [];
    for (const [handle, group] of groups) {
      assert.match(handle, /\S/, 'a handle');
      assert.match(group[0].title ?? '', /\S/, `${handle}: Title can't be blank`);
      const own = this.find(handle);
      if (own && !overwrite) skipped.push(handle);
      else this.#take(own ?? this.#add(handle), group, !own);
    }
    return skipped;
  }
  #add(handle) {
    const product = { ...NEW_PRODUCT, handle, options: ['Title'], links: [], images: 0, variants: [] };
    this.products.push(product);
    return product;
  }
  #take(product, group, isNew) {
    const [first] = group;
    for (const [key] of PRODUCT)
      if (key in first && key !== 'handle') product[key] = key === 'description' ? this.tidy(first[key]) : stored(key, first[key]);
    const cells = VARIANT.map(([key]) => key).filter(key => key in first);
    if (!('value1' in first)) {
      for (const v of product.variants) for (const key of cells) v[key] = stored(key, '');
      if (isNew) product.variants.push({ ...NEW_VARIANT, values: ['Default Title'] });
      return;
    }
    product.options = [1, 2, 3].map(n => first[`name${n}`] ?? '').filter(Boolean);
    product.links = product.options.map((_, k) => first[`link${k + 1}`] ?? '');
    product.variants = group.map(row => {
      const values = product.options.map((_, k) => row[`value${k + 1}`] ?? '');
      for (const value of values) assert.match(value, /\S/, `${product.handle}: a variant without option value`);
      const was = product.variants.find(v => JSON.stringify(v.values) === JSON.stringify(values));
      return { ...NEW_VARIANT, ...was, values, ...Object.fromEntries(cells.map(key => [key, stored(key, row[key])])) };
    });
    const seen = product.variants.map(v => JSON.stringify(v.values));
    assert.equal(new Set(seen).size, seen.length, `${product.handle}: a variant twice`);
  }
}

/** A place whose store is the admin's product files in exports/, and whose ERP's products come from files. */
export function productAdminPlace(t, admin, { products = {}, store = {}, csv = {}, before = false, ...options } = {}) {
  const p = new Place(tempDir(t), {
    ...options,
    conf: {
      store: { connector: 'csv', path: 'exports', currency: 'EUR', prices_include_tax: 'yes', ...store },
      products,
      csv: { currency: 'EUR', prices_include_tax: 'yes', ...csv },
      mappings: { path: 'mappings' },
    },
  });
  fs.mkdirSync(p.path('mappings'));
  if (admin) productsExported(p, admin, { before });
  return p;
}
/** A person exports the products. */
export const productsExported = (p, admin, { name = 'products_export.csv', age = 60, ...how } = {}) =>
  aged(p.write(`exports/${name}`, admin.export(how)), age);
/** A person imports what is there, changes with "overwrite", and takes it away. Returns the handles that were skipped. */
export function productsImported(p, admin, { age } = {}) {
  const skipped = imports(p).flatMap(name => admin.import(p.read(`exports/import/${name}`), { overwrite: name.includes('-changed-') }));
  takenAway(p, { age });
  return skipped;
}

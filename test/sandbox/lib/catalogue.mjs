// Products and variants of the shop: rows (see catalogue-seed.mjs), changes to them, and finding them by id or SKU.
//
// Whatever changes a row says so with touch(): caches, the search index and the list of changes hang on it.

import { iso } from './clock.mjs';
import { gid, parseGid } from './errors.mjs';
import {
  seedCatalogue,
  productRow,
  variantRow,
  productIdOf,
  variantIdOf,
  itemIdOf,
  productIndex,
  variantIndex,
  itemIndex,
} from './catalogue-seed.mjs';
import { productView, variantView, itemView } from './catalogue-view.mjs';
import { skuTokens } from './catalogue-search.mjs';
import { changeMetafields } from './metafields.mjs';

export class Catalogue {
  /** options: { seed, variants (at least so many), nasty, clock, lag: () => ms of the search index } */
  constructor({ seed, variants, nasty, clock, lag }) {
    const rows = seedCatalogue({ seed, least: variants, nasty });
    Object.assign(this, {
      clock,
      lag,
      ...rows,
      seeded: rows.variants.length,
      views: new Map(),
      version: 0,
      changed: new Set(),
      tokens: null,
    });
    this.bySku = new Map();
    for (const row of this.variants) this.#countSku(row.sku, 1);
    this.handles = new Map(this.products.map(p => [p.handle, p]));
    this.metafieldIds = new Map();
    this.definitions = new Map();
  }

  // ---- finding

  product(id) {
    const row = this.products[productIndex(id)];
    return row && !row.deleted ? row : null;
  }
  variant(id) {
    const row = this.variants[variantIndex(id)];
    return row && !row.deleted ? row : null;
  }
  item(id) {
    const row = this.variants[itemIndex(id)];
    return row && !row.deleted ? row : null;
  }
  /** A variant by gid (of variant or inventory item), number or exact SKU. */
  find(which) {
    if (typeof which === 'number') return which < 1e9 ? (this.variants[which] ?? null) : this.variant(which);
    if (which.startsWith('gid://')) {
      const { type, number } = parseGid(which);
      return type === 'InventoryItem' ? this.item(number) : this.variant(number);
    }
    return this.variants.find(v => v.sku === which && !v.deleted) ?? null;
  }
  /** Product by gid, number or handle. */
  findProduct(which) {
    if (typeof which === 'number') return which < 1e9 ? (this.products[which] ?? null) : this.product(which);
    if (which.startsWith('gid://')) return this.product(parseGid(which).number);
    const row = this.handles.get(which);
    return row && !row.deleted ? row : null;
  }
  /** How many other items have the same SKU. */
  duplicates(row) {
    return row.sku ? (this.bySku.get(row.sku) ?? 1) - 1 : 0;
  }
  /** Rows whose SKU holds this token, or null when the index would not help. */
  withToken(token) {
    if (!this.tokens) {
      this.tokens = new Map();
      for (const row of this.variants) this.#indexSku(row);
    }
    return this.tokens.get(token) ?? [];
  }

  // ---- changing

  newProduct(more) {
    const at = this.clock.seconds();
    const row = productRow(this.products.length, { created: at, updated: at, published: null, ...more });
    row.visibleAt = this.clock.now() + this.lag();
    this.products.push(row);
    this.handles.set(row.handle, row);
    this.touch(row);
    return row;
  }
  newVariant(owner, more) {
    const at = this.clock.seconds();
    const row = variantRow(this.variants.length, owner, { created: at, updated: at, itemUpdated: at, ...more });
    row.visibleAt = this.clock.now() + this.lag();
    this.variants.push(row);
    owner.variants.push(row);
    this.#countSku(row.sku, 1);
    if (this.tokens) this.#indexSku(row);
    this.touch(owner, row);
    return row;
  }
  removeVariant(row) {
    row.deleted = true;
    row.product.variants = row.product.variants.filter(v => v !== row);
    this.#countSku(row.sku, -1);
    this.touch(row.product, row);
  }
  setSku(row, sku) {
    if (row.sku === sku) return;
    this.#countSku(row.sku, -1);
    row.sku = sku;
    this.#countSku(sku, 1);
    if (this.tokens) this.#indexSku(row);
  }
  setHandle(product, handle) {
    this.handles.delete(product.handle);
    product.handle = handle;
    this.handles.set(handle, product);
  }
  /** Marks rows as changed now. A product's updatedAt moves with its variants' and with their stock. */
  touch(product, ...rows) {
    product.updated = this.clock.seconds();
    for (const row of rows) {
      row.updated = product.updated;
      this.changed.add(row.n);
    }
    this.stale(product);
  }
  /** Forgets views and sorted lists in which this product stands. */
  stale(product) {
    this.version++;
    for (const row of product.variants) this.views.delete(row.n);
  }
  #countSku(sku, by) {
    if (sku) this.bySku.set(sku, (this.bySku.get(sku) ?? 0) + by);
  }
  #indexSku(row) {
    for (const token of new Set(skuTokens(row.sku ?? ''))) {
      const list = this.tokens.get(token);
      if (!list) this.tokens.set(token, [row]);
      else if (!list.includes(row)) list.push(row);
    }
  }

  // ---- showing

  view(row) {
    let view = this.views.get(row.n);
    if (!view) {
      if (this.views.size > 2000) this.views.clear();
      this.views.set(row.n, (view = variantView(this, row)));
    }
    return view;
  }
  productView(row) {
    return productView(this, row);
  }
  itemView(row) {
    return itemView(this, row);
  }

  // ---- control plane

  /** change: any of the row's own members that a merchant can edit in the admin. */
  editVariant(which, change) {
    const row = this.find(which);
    if (!row) throw new Error(`no variant ${which}`);
    const known = [
      'sku',
      'barcode',
      'price',
      'compareAt',
      'cost',
      'tracked',
      'requiresShipping',
      'policy',
      'taxable',
      'requiresComponents',
      'metafields',
      'delete',
    ];
    for (const key of Object.keys(change)) if (!known.includes(key)) throw new Error(`unknown variant change "${key}"`);
    const { sku, delete: gone, metafields, ...rest } = change;
    if (metafields) rest.metafields = changeMetafields(row.metafields, metafields);
    if (gone) this.removeVariant(row);
    if (sku !== undefined) this.setSku(row, sku);
    Object.assign(row, rest, { itemUpdated: this.clock.seconds() });
    this.touch(row.product, row);
    return this.summary(row);
  }
  editProduct(which, change) {
    const row = this.findProduct(which);
    if (!row) throw new Error(`no product ${which}`);
    const known = ['title', 'vendor', 'status', 'productType', 'tags', 'descriptionHtml', 'metafields', 'delete'];
    for (const key of Object.keys(change)) if (!known.includes(key)) throw new Error(`unknown product change "${key}"`);
    const { delete: gone, metafields, ...rest } = change;
    if (metafields) rest.metafields = changeMetafields(row.metafields, metafields);
    if (gone) {
      for (const v of [...row.variants]) this.removeVariant(v);
      row.deleted = true;
    }
    Object.assign(row, rest);
    this.touch(row);
    return this.productSummary(row);
  }
  summary(row) {
    return {
      n: row.n,
      id: gid('ProductVariant', variantIdOf(row.n)),
      inventoryItemId: gid('InventoryItem', itemIdOf(row.n)),
      productId: gid('Product', productIdOf(row.product.p)),
      sku: row.sku,
      barcode: row.barcode,
      price: row.price,
      compareAtPrice: row.compareAt,
      cost: row.cost,
      tracked: row.tracked,
      requiresComponents: row.requiresComponents,
      giftCard: row.product.giftCard,
      status: row.product.status,
      title: row.product.title,
      options: row.values,
      nasty: row.nasty,
      deleted: row.deleted,
      updatedAt: iso(row.updated),
    };
  }
  productSummary(row) {
    const { title, handle, vendor, status, productType, tags, descriptionHtml, deleted } = row;
    return {
      id: gid('Product', productIdOf(row.p)),
      title,
      handle,
      vendor,
      status,
      productType,
      tags,
      descriptionHtml,
      deleted,
      options: row.options.map(o => o.name),
      updatedAt: iso(row.updated),
      variants: row.variants.map(v => this.summary(v)),
    };
  }
  /** filter: { sku, nasty: kind|any|none, changed, since (number), limit } */
  list(filter = {}) {
    const rows = [],
      limit = filter.limit ?? 250;
    for (let n = filter.since ?? 0; n < this.variants.length && rows.length < limit; n++) {
      const row = this.variants[n];
      const { nasty } = filter;
      if (filter.sku !== undefined && row.sku !== filter.sku) continue;
      if (nasty && !(nasty === 'any' ? row.nasty : nasty === 'none' ? !row.nasty : row.nasty === nasty)) continue;
      if (filter.changed && !this.changed.has(n)) continue;
      rows.push(this.summary(row));
    }
    return rows;
  }
}

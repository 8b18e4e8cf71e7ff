// What tests that stop or disturb a run must know of its flow: how it is started, what it leaves, how that is compared.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { assertSameExchange, comparable } from './exchange.mjs';
import { Place } from './place.mjs';
import { left, shipped } from './shipping.mjs';
import { catalogue } from './products.mjs';

/** A place that begins as `base` stands now: configuration, state, files. */
export function copyOf(base, name) {
  const dir = path.join(path.dirname(base.dir), `${path.basename(base.dir)}-${name}`);
  fs.cpSync(base.dir, dir, { recursive: true, preserveTimestamps: true });
  unseal(dir);
  /* Of folders it does not: when files were taken away is to be the same in the copy. */
  const [is, from] = [dir, base.dir].map(root => path.join(root, 'exports/import'));
  if (fs.existsSync(from)) fs.utimesSync(is, fs.statSync(from).atime, fs.statSync(from).mtime);
  const copy = Object.create(Place.prototype);
  return Object.assign(copy, base, { dir });
}

/** A copy that is to pass for the place itself: the seal of its state file says so of the file that it was copied from. */
export function unseal(dir) {
  const seal = path.join(dir, 'erpsync.db.seal');
  if (fs.existsSync(seal)) fs.writeFileSync(seal, `${Number.parseInt(fs.readFileSync(seal, 'utf8'), 10)}\n`);
}

export const remove = place => fs.rmSync(place.dir, { recursive: true, force: true });

/** Orders of the shop into files: the shop does not change, so all copies share it. */
export const ORDERS = {
  name: 'orders export',
  copy: copyOf,
  close: remove,
  outcome: place => comparable(place.exchange()),
  same: assertSameExchange,
  /** Nothing of a run that failed is to be seen on the other side. */
  untouched: place => assert.equal(place.exchange().files.size, 0, 'no half work'),
};

/** And refunds of them. */
export const REFUNDS = { ...ORDERS, name: 'refunds export' };

/** A copy that writes to a shop of its own, which `base.again()` makes. */
async function withShop(base, name) {
  const place = copyOf(base, name);
  place.sandbox = await base.again();
  place.configure({ store: { url: place.sandbox.url } });
  return place;
}
async function closeBoth(place) {
  await place.sandbox.close();
  remove(place);
}

/** Stock files into the shop: each copy writes to a shop of its own, which `base.again()` makes. */
export const STOCK = {
  name: 'inventory pull',
  copy: withShop,
  close: closeBoth,
  outcome: place => ({
    stock: place.sandbox.truth(place.filter).stock,
    /* Put away, and nothing left. */
    files: ['out', 'out/archive'].map(dir => filesOf(place, dir, 'stock')),
  }),
  same: (actual, expected, message) => assert.deepEqual(actual, expected, message),
  wrote: request => Boolean(request.variables?.key),
};
const filesOf = (place, dir, prefix) =>
  place.exists(dir) ? fs.readdirSync(place.path(dir)).filter(name => name.startsWith(prefix)) : [];

/** Files of the ERP into files for an import of the shop's admin; which rows share a file is up to how often a run was stopped. */
const toAdmin = (name, written, source) => ({
  name,
  copy: copyOf,
  close: remove,
  outcome: place => ({
    rows: written.flatMap(key => place.exchange('exports/import').rows(key)).map(({ file, ...row }) => JSON.stringify(row)).sort(),
    whole: (place.exchange('exports/import').verify(), true),
    files: ['out', 'out/archive'].map(dir => filesOf(place, dir, source)),
  }),
  same: (actual, expected, message) => assert.deepEqual(actual, expected, message),
  wrote: () => false,
});
export const STOCK_TO_ADMIN = toAdmin('inventory pull', ['inventory'], 'stock');
export const PRODUCTS_TO_ADMIN = toAdmin('products push', ['products', 'products-changed'], 'products');

/** Files of deliveries into the shop: as STOCK; `place.orders` are the orders that are looked at. */
export const sorted = list => list.map(entry => JSON.stringify(entry)).sort().map(text => JSON.parse(text));
export const SHIPPING = {
  ...STOCK,
  name: 'fulfillments pull',
  outcome: place => ({
    /* In whatever order: what waits for an answer lets others pass. */
    orders: place.orders.map(order => ({ shipped: sorted(shipped(place.sandbox, order)), left: left(place.sandbox, order) })),
    files: ['out', 'out/archive'].map(dir => filesOf(place, dir, 'fulfillments')),
  }),
  wrote: request => /^Shipment/.test(request.operation ?? ''),
  /* What may still be at work there is waited for, and what was sent again is looked at for a day. */
  later: [360, 90000],
};

/** Product files into the shop: each copy writes to a shop of its own. */
export const PRODUCTS = {
  name: 'products push',
  copy: withShop,
  close: closeBoth,
  outcome: place => ({
    /* Whatever number each has: they are made several at a time. */
    products: Object.values(catalogue(place.sandbox)).map(p => JSON.stringify(p)).sort(),
    files: ['out', 'out/archive'].map(dir => filesOf(place, dir, 'products')),
  }),
  same: (actual, expected, message) => assert.deepEqual(actual, expected, message),
  wrote: request => PRODUCT_WRITES.test(request.operation ?? ''),
};
const PRODUCT_WRITES = /^(Product(Create|Update)|Variants(Create|Update)|OptionsCreate|RefDefine)$/;

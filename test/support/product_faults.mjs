// `products push` under the faults of the network and the shop, for the tests that take it by phases. A write whose answer
// is lost is looked for before anything is sent again, in this run or the next, so a product is created once.

import assert from 'node:assert/strict';
import { startSandbox } from '../sandbox/index.mjs';
import { NET, meetAll } from './faults.mjs';
import { PRODUCTS } from './flows.mjs';
import { productFile } from './products.mjs';

const SIZES = Array.from({ length: 30 }, (_, i) => `${i}`);
export const OWNED = { erp_owns: 'sku, price, cost, barcode, title', store_owns: 'description, images, tags' };

/** A shop with a large product, and one article that is going to be one of two; our reference is known there, or not. */
export async function productShop({ defined = false } = {}) {
  const sandbox = await startSandbox({ orders: 0, speed: 1000 });
  const { catalogue } = sandbox;
  const big = catalogue.newProduct({ title: 'Big', handle: 'big', options: [{ name: 'Size' }] });
  for (const size of SIZES) catalogue.newVariant(big, { values: [size], sku: `BIG-${size}`, price: '1.00' });
  if (defined)
    catalogue.definitions.set('PRODUCT erpsync.product_id', {
      __typename: 'MetafieldDefinition',
      id: 'gid://shopify/MetafieldDefinition/1',
      type: { __typename: 'MetafieldDefinitionType', name: 'id' },
    });
  /* They were there before: the index knows them. */
  for (const row of [...big.variants, big]) row.visibleAt = 0;
  return sandbox;
}

/** One of each: created, created with options, written, grown, with many variants, parked. */
export const ROWS = [
  { product_id: 'MUG', title: 'Mug', sku: 'NEW-MUG', price: '12.50', cost: '4.2' },
  ...['S', 'M'].map(size => ({ product_id: 'TEE', title: 'Tee', sku: `NEW-TEE-${size}`, price: '19.90', option1_name: 'Size', option1_value: size })),
  { product_id: 'SOLO', title: 'Solo, renamed', sku: 'SOLO-1', price: '3.30', option1_name: 'Size', option1_value: 'S' },
  { product_id: 'SOLO', sku: 'NEW-SOLO-M', price: '3.40', option1_name: 'Size', option1_value: 'M' },
  ...SIZES.map(size => ({ product_id: 'BIG', title: 'Big', sku: `BIG-${size}`, price: '2', option1_name: 'Size', option1_value: size })),
  { product_id: 'UNTITLED', sku: 'NEW-U', price: '1' },
];

const subject = options => ({
  flow: { ...PRODUCTS, outcome: p => PRODUCTS.outcome(p).products },
  shop: () => productShop(options),
  options: { conf: { net: NET, products: OWNED, csv: { currency: 'EUR' } } },
  status: 0,
  resends: 2,
  /* None that is parked: that would be news of its own. */
  prepare: p => productFile(p, ROWS.filter(row => row.product_id !== 'UNTITLED')),
  /** Whatever was sent how often. */
  verify({ sandbox }) {
    const live = sandbox.catalogue.products.filter(row => !row.deleted && row.metafields.length);
    assert.deepEqual(live.map(row => row.metafields[0].value).sort(), ['MUG', 'TEE'], 'created once');
    const skus = sandbox.catalogue.variants.filter(v => !v.deleted && /^NEW-/.test(v.sku ?? '')).map(v => v.sku);
    assert.deepEqual(skus.sort(), ['NEW-MUG', 'NEW-SOLO-M', 'NEW-TEE-M', 'NEW-TEE-S'], 'each SKU once');
    assert.equal(sandbox.catalogue.variants.filter(v => v.deleted).length, 0, 'nothing is deleted');
  },
});

export const productFaults = (phases, rows, options) => meetAll(subject(options), phases, rows);

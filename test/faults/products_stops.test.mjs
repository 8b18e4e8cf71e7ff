// `products push` stopped at any step and run again: the same products in the shop, and the run after it writes nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRODUCTS } from '../support/flows.mjs';
import { OWNED, ROWS, productShop } from '../support/product_faults.mjs';
import { productFile, productPlace } from '../support/products.mjs';
import { ended } from '../support/run.mjs';
import { covers, stopEverywhere } from '../support/stops.mjs';

const STEPS = ['csv_inbox_read', 'page read', 'batch mapped', 'before put', 'product sent', 'after put', 'batch written down', 'csv_inbox_archive'];

async function base(t) {
  const sandbox = await productShop();
  t.after(() => sandbox.close());
  const p = await productPlace(t, { sandbox, products: OWNED });
  p.again = productShop;
  productFile(p, ROWS);
  return p;
}

test('a first run', async t => {
  const p = await base(t);
  const whole = await stopEverywhere(p, { flow: PRODUCTS });
  covers(whole, STEPS);
  assert.equal(whole.names.filter(name => name === 'product sent').length, 5, 'each sort of write');
});

test('stopped twice, around the writes', async t => {
  const p = await base(t);
  const cases = names => {
    const from = names.indexOf('before put'),
      to = names.indexOf('batch written down');
    return Array.from({ length: to - from }, (_, i) => [from + i + 1, ((i * 5) % 16) + 1]);
  };
  await stopEverywhere(p, { flow: PRODUCTS, cases });
});

test('a run with changes on both sides, and a product that is archived', async t => {
  const p = await base(t);
  /* As the first run left it. */
  const filled = async sandbox => {
    const shop = await productPlace(t, { sandbox, products: OWNED });
    productFile(shop, ROWS);
    ended(await shop.run('products push'), 1);
    sandbox.changeProducts({ edit: sandbox.catalogue.find('NEW-TEE-S').product.handle, change: { title: 'Tee of the shop' } });
    return sandbox;
  };
  ended(await p.run('products push'), 1);
  p.configure({ products: { both: 'title', erp_owns: 'sku, price, cost, barcode' } });
  p.again = async () => filled(await productShop());
  const rows = ROWS.filter(row => row.product_id !== 'UNTITLED').map(row => ({ ...row, price: '7' }));
  for (const row of rows) {
    if (row.product_id === 'TEE') row.title = 'Tee of the ERP';
    if (row.product_id === 'MUG') row.status = 'archived';
    if (row.sku === 'SOLO-1') row.title = 'Solo again';
  }
  productFile(p, rows, { age: 30 });
  const cases = names => names.map((_, i) => [i + 1]).filter(([n]) => n % 2 === 0 || /^product /.test(names[n - 1]));
  const whole = await stopEverywhere(p, { flow: PRODUCTS, status: 1, cases });
  assert.ok(whole.files.products.some(text => text.includes('"Tee of the shop"')), 'the conflict is not decided');
  assert.ok(whole.files.products.some(text => text.includes('"Solo again"')));
  assert.ok(whole.files.products.some(text => /"title":"Mug".*"ARCHIVED"/.test(text)));
  assert.equal(whole.memory.reasons.find(r => r.code === 'conflict').records, 1);
});

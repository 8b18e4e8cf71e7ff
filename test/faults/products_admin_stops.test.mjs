// `products push` into import files, stopped at any step and run again: each change in one file, once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminProducts, productAdminPlace, productsExported, productsImported } from '../support/admin_products.mjs';
import { stoppedOnceDecided, takenAtOnce } from '../support/admin_stops.mjs';
import { PRODUCTS_TO_ADMIN } from '../support/flows.mjs';
import { productFile } from '../support/products.mjs';
import { ended } from '../support/run.mjs';
import { covers, stopEverywhere } from '../support/stops.mjs';

const STEPS = ['batch mapped', 'before put', 'csv_stage_file', 'csv_decide', 'csv_decided', 'csv_publish', 'csv_publish_manifest', 'csv_sequence_stored', 'after put', 'csv_forget'];
const tee = (size, price) => ({ product_id: 'T', title: 'Tee', option1_name: 'Size', option1_value: size, sku: `TEE-${size}`, price });
const one = (id, price, more = {}) => ({ product_id: id, title: id, sku: id, price, ...more });

function base(t) {
  const admin = new AdminProducts([
    { handle: 'tee', title: 'Tee', options: ['Size'], variants: ['S', 'M'].map(size => ({ options: [size], sku: `TEE-${size}`, price: '5.00' })) },
    ...['A', 'B'].map(id => ({ handle: id.toLowerCase(), title: id, variants: [{ sku: id, price: '5.00' }] })),
    ...['x', 'y'].map(handle => ({ handle, title: handle, variants: [{ sku: 'TWICE' }] })),
  ]);
  const p = productAdminPlace(t, admin);
  productFile(p, [tee('S', '6'), tee('M', '5'), tee('L', '7'), one('A', '5'), one('B', '9'), one('n1', '1'), one('n2', '2'), one('P', '1', { sku: 'TWICE' })]);
  return { admin, p };
}

test('a first run', async t => {
  const { p } = base(t);
  const whole = await stopEverywhere(p, { flow: PRODUCTS_TO_ADMIN });
  covers(whole, STEPS);
  assert.equal(whole.names.filter(name => name === 'csv_decided').length, 2, 'changes, and new products');
  assert.equal(whole.files.rows.length, 3 + 1 + 2, 'A is as it should be');
});

test('a later run, upon a newer export', async t => {
  const { p, admin } = base(t);
  ended(await p.run('products push'), 1);
  productsImported(p, admin);
  productsExported(p, admin, { name: 'products_export (1).csv', age: 40 });
  productFile(p, [tee('S', '8'), tee('M', '5'), tee('L', '7'), one('A', '4'), one('B', '9'), one('n1', '3'), one('n3', '2')], { age: 30 });
  const cases = names => names.map((_, i) => [i + 1]).filter(([n]) => /^(csv_|after|before|batch)/.test(names[n - 1]));
  const whole = await stopEverywhere(p, { flow: PRODUCTS_TO_ADMIN, status: 0, cases });
  assert.equal(whole.files.rows.length, 3 + 1 + 1 + 1);
});

test('stopped twice', async t => {
  const { p } = base(t);
  const cases = names => {
    const from = names.indexOf('before put'),
      to = names.lastIndexOf('csv_forgotten');
    return Array.from({ length: to - from }, (_, i) => [from + i + 1, ((i * 5) % 25) + 1]);
  };
  await stopEverywhere(p, { flow: PRODUCTS_TO_ADMIN, cases });
});

test('stopped, and the shop is exported anew before the next run: still once', async t => {
  const { p, admin } = base(t);
  await stoppedOnceDecided(p, PRODUCTS_TO_ADMIN, 'exported anew', async place => {
    productsExported(place, admin, { name: 'products_export (1).csv', age: 40 });
    await place.run('products push');
    ended(await place.plain.run('products push'), 0);
    return PRODUCTS_TO_ADMIN.outcome(place).rows;
  });
});

test('a person who takes the files at once takes each change once', async t => {
  await takenAtOnce(base(t).p, PRODUCTS_TO_ADMIN);
});

// Files of the ERP that arrive late: what an older one says does not undo what a newer one has said, though that was used.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN } from '../support/run.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKU = 'SOLO-1';
async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' } });
  plainLevels(p.sandbox, [SKU, 'LONG-5'], [LYON], 10);
  return p;
}
const onHand = (p, sku = SKU) => p.sandbox.truth().stock[`${sku} @ ${LYON}`].on_hand;
async function says(p, name, age, ...rows) {
  atRest(p.sandbox, [SKU, 'LONG-5'], [LYON]);
  stockFile(p, rows.map(([sku, n]) => [sku, 'MAIN', n]), { name, age });
  return pull(p);
}

test('changes out of order', async t => {
  const p = await open(t);
  await says(p, 'stock.csv', 600, [SKU, 9], ['LONG-5', 9]);
  await says(p, 'stock-changes-2.csv', 100, [SKU, 2]);
  await says(p, 'stock-changes-1.csv', 200, [SKU, 6], ['LONG-5', 5]);
  assert.deepEqual([onHand(p), onHand(p, 'LONG-5')], [2, 5], 'only what nothing newer speaks of');
});

test('a list behind changes that were used', async t => {
  const p = await open(t);
  await says(p, 'stock.csv', 600, [SKU, 9], ['LONG-5', 9]);
  await says(p, 'stock-changes.csv', 100, [SKU, 0]);
  await says(p, 'stock-list.csv', 200, [SKU, 6], ['LONG-5', 8]);
  assert.deepEqual([onHand(p), onHand(p, 'LONG-5')], [0, 8]);
});

test('prices', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  const says = async (name, age, price) => {
    productFile(p, [{ product_id: 'P', sku: SKU, price }], { name, age });
    await push(p);
    return inShop(p.sandbox, SKU).variants[0].price;
  };
  assert.equal(await says('products-1.csv', 600, '9.00'), '9.00');
  assert.equal(await says('products-3.csv', 100, '20.00'), '20.00');
  assert.equal(await says('products-2.csv', 200, '10.00'), '20.00');
});

// A stop in the middle of a batch: nothing more is asked for or begun, what was done is kept. And lists that never end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN_PLAIN, answer, ended } from '../support/run.mjs';
import { productFile, productPlace } from '../support/products.mjs';
import { deliveryFile, sell, shipped, shippingPlace } from '../support/shipping.mjs';
import { LYON, freePlace, pull, stockFile } from '../support/stock.mjs';

/** Runs it, and sends a signal with the nth answer to an operation: that one is not sent again, but for what is on its way. */
async function stopAt(p, command, operation, nth, { signal = 'SIGTERM', atOnce = 1 } = {}) {
  let n = 0;
  p.sandbox.mutate = (told, json, entry) => {
    if (entry?.operation === operation && ++n === nth) child.kill(signal);
    return json;
  };
  const child = p.start(`${command} --json`);
  const result = ended(await child.done, 75);
  p.sandbox.mutate = null;
  assert.ok(n < nth + atOnce, `${operation} ${n} times`);
  const { summary } = answer(result);
  assert.equal(summary.stopped, `signal ${signal.slice(3)}`);
  return summary;
}
const retry = async p => ended(await p.run('queue retry --all'), 0);
const says = (p, free) => stockFile(p, [['SOLO-1', 'MAIN', free, free, free]], { age: 20 });

test('SIGTERM while a batch reads: no further page is asked for', async t => {
  const p = await freePlace(t);
  p.sandbox.setClock({ advance_ms: -280000 });
  for (let i = 0; i < 120; i++) p.sandbox.sell([{ variant: i ? 'LONG-5' : 'SOLO-1', quantity: 1, location: LYON }]);
  p.sandbox.setClock({ advance_ms: 280000 });
  says(p, 20);
  await stopAt(p, 'inventory pull', 'OrdersNewest', 2);
  assert.equal(p.sandbox.requests({ operation: 'StockSet' }).length, 0);
  await retry(p);
  await pull(p);
  assert.equal(p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`].available, 19);
});

test('SIGTERM between shipments: no other is begun, each is made once', async t => {
  const p = await shippingPlace(t, { bin: BIN_PLAIN });
  const orders = Array.from({ length: 10 }, () => sell(p.sandbox, [['SOLO-1', 1]]).name);
  deliveryFile(p, orders.map((order, i) => ({ delivery: `D${i}`, order, sku: 'SOLO-1', n: 1 })));
  const { created } = await stopAt(p, 'fulfillments pull', 'ShipmentCreate', 3);
  const made = () => orders.map(order => shipped(p.sandbox, order).length);
  assert.equal(made().reduce((a, b) => a + b), 3);
  assert.equal(created, 3, 'and what was made is known');
  await retry(p);
  ended(await p.run('fulfillments pull'), 0);
  assert.deepEqual(made(), orders.map(() => 1));
});

test('SIGTERM between products: no other is begun, each is made once', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  const rows = Array.from({ length: 60 }, (_, i) => ({ product_id: `N${i}`, title: `New ${i}`, sku: `NEW-${i}`, price: '3.00', currency: 'EUR' }));
  productFile(p, rows);
  await stopAt(p, 'products push', 'ProductCreate', 1, { atOnce: 4 });
  await retry(p);
  ended(await p.run('products push'), 0);
  const skus = p.sandbox.catalogue.variants.filter(v => !v.deleted && /^NEW-/.test(v.sku ?? '')).map(v => v.sku);
  assert.deepEqual(skus.sort(), rows.map(r => r.sku).sort());
});

/** Two cursors that lead to each other, and the first page each time. */
function circle(p, operation) {
  const first = new Map();
  let n = 0;
  p.sandbox.mutate = (told, json, entry) => {
    if (entry?.operation !== operation) return json;
    const { after, ...rest } = entry.variables ?? {};
    const key = JSON.stringify(rest);
    if (!first.has(key) && !Object.values(json.data)[0].nodes.length) return json;
    if (!first.has(key)) first.set(key, JSON.stringify(json));
    const again = JSON.parse(first.get(key));
    const list = Object.values(again.data)[0];
    list.pageInfo = { hasNextPage: true, endCursor: n++ % 2 ? 'A' : 'B' };
    return again;
  };
}

for (const [operation, command] of [
  ['Locations', 'inventory pull'],
  ['VariantsBySku', 'inventory pull'],
  ['OrdersNewest', 'inventory pull'],
  ['OrdersChanged', 'orders export'],
])
  test(`cursors of ${operation} that go in a circle: the run ends`, async t => {
    const p = await freePlace(t);
    p.sandbox.setClock({ advance_ms: -100000 });
    p.sandbox.sell([{ variant: 'SOLO-1', quantity: 1, location: LYON }]);
    p.sandbox.setClock({ advance_ms: 100000 });
    says(p, 5);
    circle(p, operation);
    const { summary } = answer(ended(await p.run(`${command} --json`), 75));
    assert.equal(summary.code, 'bad_answer');
    assert.match(summary.error, /does not move/);
    assert.ok(p.sandbox.requests({ operation }).length <= 8);
  });

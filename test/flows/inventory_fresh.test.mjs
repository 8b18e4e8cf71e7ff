// `inventory pull` of free stock: the list of orders that changed last, while it is read.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { ended } from '../support/run.mjs';
import { LYON, freePlace, pull, stockFile } from '../support/stock.mjs';

const at = (p, sku) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${LYON}`].available;
const sell = (p, variant, quantity) => p.sandbox.sell([{ variant, quantity, location: LYON }]);
/** In the shop, so long ago that it is sure to list the order. */
function ago(p, seconds, change) {
  p.sandbox.setClock({ advance_ms: -seconds * 1000 });
  try {
    return change();
  } finally {
    p.sandbox.setClock({ advance_ms: seconds * 1000 });
  }
}
const says = (p, sku, free) => stockFile(p, [[sku, 'MAIN', free, free, free]], { age: 20 });
const newest = seen => seen({ operation: 'OrdersNewest' }).length;

test('an order that moves up past the page that is being read is not missed', async t => {
  const p = await freePlace(t);
  const { name } = ago(p, 300, () => sell(p, 'SOLO-1', 3));
  for (let i = 0; i < 30; i++) ago(p, 280 - i, () => sell(p, 'LONG-5', 1));
  says(p, 'SOLO-1', 10);
  p.sandbox.addHooks({ after_request: 1, operation: 'OrdersNewest', edit_order: name, change: { touch: true } });
  const seen = requestsOf(p.sandbox);
  await pull(p);
  assert.equal(at(p, 'SOLO-1'), 7);
  assert.equal(newest(seen), 3, 'two pages, and what has changed since');
});

test('one page is all there is: it is not read again', async t => {
  const p = await freePlace(t);
  ago(p, 300, () => sell(p, 'SOLO-1', 3));
  says(p, 'SOLO-1', 10);
  const seen = requestsOf(p.sandbox);
  await pull(p);
  assert.equal(at(p, 'SOLO-1'), 7);
  assert.equal(newest(seen), 1);
});

test('orders that change faster than they can be read: nothing is written, and the next run does it', async t => {
  const p = await freePlace(t);
  const names = [];
  for (let i = 0; i < 30; i++) names.push(ago(p, 280 - i, () => sell(p, i ? 'LONG-5' : 'SOLO-1', 3)).name);
  says(p, 'SOLO-1', 20);
  p.sandbox.mutate = (told, json, { operation } = {}) => {
    if (operation === 'OrdersNewest') for (const edit of names) p.sandbox.changeOrders({ edit, change: { touch: true } });
    return json;
  };
  const before = at(p, 'SOLO-1');
  assert.equal((await pull(p, '', 75)).summary.code, 'orders_moving');
  assert.equal(at(p, 'SOLO-1'), before);
  p.sandbox.mutate = null;
  p.sandbox.setClock({ advance_ms: 120000 });
  ended(await p.run('queue retry --all'), 0);
  await pull(p);
  assert.equal(at(p, 'SOLO-1'), 17);
});

test('what was read of the orders is not read again for each batch of articles', async t => {
  const p = await freePlace(t, { sandbox: { variants: 2500 } });
  const skus = [...new Set(p.sandbox.catalogue.variants.filter(v => v.tracked && !v.deleted && /^[A-Z]/.test(v.sku ?? '')).map(v => v.sku))];
  assert.ok(skus.length > 2000, 'three batches');
  for (let i = 0; i < 100; i++) ago(p, 280, () => sell(p, 'LONG-5', 1));
  stockFile(p, skus.map(sku => [sku, 'MAIN', 77, 77]), { age: 20 });
  const seen = requestsOf(p.sandbox);
  await p.run('inventory pull');
  assert.equal(at(p, 'SOLO-1'), 77);
  assert.ok(newest(seen) <= 5 + 12, `${newest(seen)} requests: all pages once, and the first one for each batch and round`);
});

/* A line keeps the SKU of the day of the sale, here none; its article has got one since, as the parked reason advises. */
const WAYS = {
  'no run has read it': () => {},
  'it is parked': async p => void ended(await p.run('orders export'), 1),
  'the ERP got it by a row of its title, a moment ago': async p => {
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\ntitle:One and only,SOLO-1\n*,*\n');
    ended(await p.run('orders export'), 0);
  },
};
for (const [name, then] of Object.entries(WAYS))
  test(`an order of an article that had no SKU then, and ${name}: its units are taken off`, async t => {
    const p = await freePlace(t);
    const { n } = p.sandbox.catalogue.variants.find(v => v.sku === 'SOLO-1');
    p.sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: null } });
    ago(p, 100, () => p.sandbox.sell([{ variant: n, quantity: 3, location: LYON }]));
    await then(p);
    ago(p, 80, () => p.sandbox.changeVariants({ edit: n, change: { sku: 'SOLO-1' } }));
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1'), 7);
  });

test('an ERP that answers what it gets knows an order from its answer on, however long ago it got it', async t => {
  const p = await freePlace(t, { conf: { csv: { ack: 'expected' } } });
  ago(p, 100, () => sell(p, 'SOLO-1', 3));
  ended(await p.run('orders export'), 0);
  execFileSync('sqlite3', [p.path('erpsync.db'), 'UPDATE reported SET reported_at = reported_at - 360000; UPDATE queue SET changed_at = changed_at - 360000 WHERE state = 3']);
  says(p, 'SOLO-1', 10);
  await pull(p);
  assert.equal(at(p, 'SOLO-1'), 7, 'not answered: not known');
  p.write('out/orders-000001.ack', 'ok\n');
  ended(await p.run('orders export'), 0);
  execFileSync('sqlite3', [p.path('erpsync.db'), 'UPDATE reported SET answered_at = answered_at - 3600 WHERE answered_at']);
  says(p, 'SOLO-1', 9);
  await pull(p);
  assert.equal(at(p, 'SOLO-1'), 9, 'answered: the figure knows it');
});

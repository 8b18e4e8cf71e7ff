// `fulfillments pull` of goods whose SKU is another one than on the day of the sale: the line
// whose article goes by it now is meant, and where that is not certain, what is advised is done, and helps.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { byName, deliveryFile, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

async function open(t, more = {}) {
  const p = await shippingPlace(t, { bin: BIN_PLAIN, conf: { orders: { overlap: '1m' } }, ...more });
  const variant = p.sandbox.catalogue.variants.find(v => v.sku === 'SOLO-1').n;
  return { p, variant, rename: sku => p.sandbox.changeVariants({ edit: variant, change: { sku } }) };
}
const lines = (p, order) => shipped(p.sandbox, order).map(f => f.lines);

for (const [name, sold] of [
  ['it was renamed since', 'SOLO-1'],
  ['it had none', null],
])
  test(`${name}: the line whose article is called so now`, async t => {
    const { p, variant, rename } = await open(t);
    rename(sold);
    const { name: order } = sell(p.sandbox, [[variant, 3], ['LONG-5', 1]]);
    rename('SOLO-NEW');
    deliveryFile(p, [{ delivery: 'D1', order, sku: 'SOLO-NEW', n: 2 }, { delivery: 'D1', order, sku: 'LONG-5' }]);
    await pull(p);
    deliveryFile(p, [{ delivery: 'D2', order, sku: 'SOLO-NEW', n: 1 }], { name: 'fulfillments-2.csv', age: 20 });
    await pull(p);
    assert.deepEqual(lines(p, order), [{ [sold]: 2, 'LONG-5': 1 }, { [sold]: 1 }]);
    deliveryFile(p, [{ delivery: 'D1', order, sku: 'SOLO-NEW', n: 2, tracking: 'T1' }, { delivery: 'D1', order, sku: 'LONG-5', tracking: 'T1' }], { name: 'fulfillments-3.csv', age: 15 });
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, order).map(f => f.numbers?.join()), ['T1', undefined]);
    await t.test('nor is more shipped of it than was sold', async () => {
      deliveryFile(p, [{ delivery: 'D3', order, sku: 'SOLO-NEW', n: 1 }], { name: 'fulfillments-4.csv', age: 12 });
      assert.equal(byName(await pull(p, '', 1)).D3.code, 'over_delivery');
    });
  });

test('what is called so now and what was called so then are two lines: the ERP must say which', async t => {
  const { p, variant, rename } = await open(t);
  const { name: order } = sell(p.sandbox, [[variant, 3], ['LONG-5', 3]]);
  rename('SOLO-NEW');
  deliveryFile(p, [{ delivery: 'D1', order, sku: 'SOLO-1', n: 1 }, { delivery: 'D1', order, sku: 'SOLO-NEW', n: 1 }]);
  const { D1 } = byName(await pull(p, '', 1));
  assert.equal(D1.code, 'ambiguous_sku');
  assert.match(D1.reason, /'SOLO-NEW' is what the shop calls now what order #\d+ sold as 'SOLO-1'.*line_id/);
  assert.deepEqual(lines(p, order), []);
});

const WAYS = {
  'the article is gone': p => p.sandbox.changeVariants({ edit: 'SOLO-NEW', change: { delete: true } }),
  'the app may not see articles': p => {
    p.sandbox.setScopes({ scopes: [...p.sandbox.auth.scopes].filter(scope => !/products/.test(scope)) });
    p.sandbox.auth.revoke({ fixed: true });
    p.sandbox.auth.restore();
  },
};
for (const [name, change] of Object.entries(WAYS))
  test(`${name}: the delivery names the line`, async t => {
    const { p, variant, rename } = await open(t);
    const { name: order } = sell(p.sandbox, [[variant, 3]]);
    ended(await p.run('orders export'), 0);
    rename('SOLO-NEW');
    change(p);
    deliveryFile(p, [{ delivery: 'D1', order, sku: 'SOLO-NEW', n: 3 }]);
    const said = ended(await p.run('fulfillments pull'), 1).stderr;
    assert.match(said, /or the line by its line_id where the article got its SKU/);
    const [header, row] = p.read('out/orders-000001.csv').split('\n').map(line => line.split(','));
    const line = row[header.indexOf('line_id')];
    assert.match(line ?? header.join(), /\d+$/);
    deliveryFile(p, [{ delivery: 'D1', order, sku: 'SOLO-NEW', n: 0 }, { delivery: 'D1', order, line, n: 3 }], { name: 'fulfillments-2.csv', age: 20 });
    ended(await p.run('queue retry D1'), 0);
    ended(await p.run('fulfillments pull'), 0);
    assert.deepEqual(lines(p, order).map(Object.values), [[3]]);
  });

// Two products of the ERP that have one variant of the shop would undo each other, also when they never come in one run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imports } from '../support/admin.mjs';
import { AdminProducts, productAdminPlace, productsExported, productsImported } from '../support/admin_products.mjs';
import { withoutClaims } from '../support/kept.mjs';
import { requestsOf } from '../support/place.mjs';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const TABLE = 'sku,store_sku\nERP-SOLO,SOLO-1\nERP-OTHER,LONG-5\n*,*\n';
let age = 4000;
const erp = (p, rows) => productFile(p, rows, { age: (age -= 1) });
const A = price => ({ product_id: 'a', sku: 'SOLO-1', price });
/** Under its own id it is the same article, whatever its SKU. */
const B = (price, sku = 'ERP-SOLO') => ({ product_id: 'b', variant_id: 'b1', sku, price });
const BOTH = [['a', 'same_variant'], ['b', 'same_variant']];
const parked = async p => (await p.queue('--parked')).map(row => [row.name, row.code]).sort();

/** A shop that sells SOLO-1 for 9: `price` is what it asks for it, or for another SKU, once all that was written is imported. */
const STORES = {
  'the shop': async t => {
    const p = await productPlace(t, { bin: BIN_PLAIN });
    p.write('mappings/tables/store_skus.csv', TABLE);
    p.sandbox.changeVariants({ edit: 'SOLO-1', change: { price: '9.00' } });
    return { p, price: (sku = 'SOLO-1') => Number(inShop(p.sandbox, sku).variants.find(v => v.sku === sku).price) };
  },
  'files for the admin': t => {
    const admin = new AdminProducts([
      { handle: 'solo', title: 'Solo', variants: [{ sku: 'SOLO-1', price: '9.00', tracker: 'shopify' }] },
      { handle: 'long', title: 'Long', variants: [{ sku: 'LONG-5', price: '9.00', tracker: 'shopify' }] },
    ]);
    const p = productAdminPlace(t, admin, { bin: BIN_PLAIN });
    p.write('mappings/tables/store_skus.csv', TABLE);
    let n = 0;
    const price = (sku = 'SOLO-1') => {
      if (imports(p).length) {
        assert.deepEqual(productsImported(p, admin), []);
        productsExported(p, admin, { name: `products_export (${(n += 1)}).csv`, age: 59 - n });
      }
      return Number(admin.variant(sku).price);
    };
    return { p, price };
  },
};
const each = (what, fn) => {
  for (const [store, make] of Object.entries(STORES)) test(`${what}: ${store}`, async t => fn(t, await make(t)));
};
const pairOf = async ({ p, price }) => {
  erp(p, [A('1'), B('2')]);
  await push(p, '', 1);
  assert.deepEqual([price(), await parked(p)], [9, BOTH]);
};

each('both were refused: whatever changes alone, and in whatever run, both stay parked', async (t, { p, price }) => {
  await pairOf({ p, price });
  const stays = async why => assert.deepEqual([price(), await parked(p)], [9, BOTH], why);
  for (const row of [A('3'), B('4'), A('1')]) {
    erp(p, [row]);
    await p.run('products push');
    await stays(`${row.product_id} changes`);
  }
  for (const more of ['', '--full', '--only a', '--only b']) {
    await p.run(`products push ${more}`.trim());
    await stays(more || 'once more');
  }
  for (const who of ['b', 'a']) {
    ended(await p.run(`queue retry ${who}`), 0);
    await push(p, '', 1);
    await stays(`retry ${who}`);
  }
});

const REMEDIES = {
  'dropped for good': async p => ended(await p.run('queue drop --for-good b'), 0),
  'dropped for good, with a retry of the other before it': async p => {
    ended(await p.run('queue retry a'), 0);
    ended(await p.run('queue drop --for-good b'), 0);
  },
  'dropped for good, with a retry of the other after it': async p => {
    ended(await p.run('queue drop --for-good b'), 0);
    ended(await p.run('queue retry a'), 0);
  },
  'given another variant in the ERP': async p => {
    erp(p, [B('2', 'ERP-OTHER')]);
    await push(p);
  },
  'given another variant in the ERP, with a retry of the other': async p => {
    erp(p, [B('2', 'ERP-OTHER')]);
    ended(await p.run('queue retry a'), 0);
  },
  'given another variant by the table': async p => {
    p.write('mappings/tables/store_skus.csv', TABLE.replace('ERP-SOLO,SOLO-1', 'ERP-SOLO,-'));
    erp(p, [B('2')]);
  },
};
for (const [how, remedy] of Object.entries(REMEDIES))
  each(`one of two that were refused is ${how}: the other goes over by itself`, async (t, { p, price }) => {
    await pairOf({ p, price });
    await remedy(p);
    price();
    await push(p);
    assert.deepEqual([price(), await parked(p)], [1, []]);
  });

each('one was written, and the other comes in a later run: it is refused until the first goes', async (t, { p, price }) => {
  erp(p, [A('1')]);
  await push(p);
  assert.equal(price(), 1);
  erp(p, [B('2')]);
  const { records } = await push(p, '', 1);
  assert.match(records[0].reason, /has the shop's variant 'SOLO-1', as 'a' does.*queue drop --for-good 'a', then: erpsync queue retry 'b'/);
  erp(p, [A('3'), B('4')]);
  await push(p);
  assert.deepEqual([price(), await parked(p)], [3, [['b', 'same_variant']]]);
  erp(p, [B('5')]);
  await push(p);
  await p.run('products push --full');
  await p.run('products push --only b');
  assert.deepEqual([price(), await parked(p)], [3, [['b', 'same_variant']]]);
  ended(await p.run('queue drop --for-good a'), 0);
  await push(p);
  assert.deepEqual([price(), await parked(p)], [5, []]);
});

each('one was written, and has another variant by now: the other takes its place in the same run', async (t, { p, price }) => {
  erp(p, [B('2')]);
  await push(p);
  assert.equal(price(), 2);
  erp(p, [A('1')]);
  await push(p, '', 1);
  erp(p, [{ ...B('2'), status: 'archived' }]);
  ended(await p.run('queue retry a'), 0);
  await push(p);
  assert.deepEqual([price(), await parked(p)], [1, []]);
});

for (const first of ['--only a', '--only b', '--limit 1', '--full'])
  each(`both were refused by a version that did not remember as what, and the first run is: products push ${first}`, async (t, { p, price }) => {
    await pairOf({ p, price });
    withoutClaims(p);
    await p.run(`products push ${first}`);
    assert.equal(price(), 9);
    for (let i = 0; i < 2; i += 1) await p.run('products push --limit 1');
    await push(p);
    assert.deepEqual([price(), await parked(p)], [9, BOTH]);
  });

test('two that were refused cost the shop no request in a quiet run', async t => {
  const made = await STORES['the shop'](t);
  await pairOf(made);
  const seen = requestsOf(made.p.sandbox);
  silent(ended(await made.p.run('products push'), 0));
  assert.deepEqual(seen(), []);
});

// Stock whose SKU `products push` gives to another article of the shop: the ERP has the same figures as before, and what
// stands at the shop is that of the article that had the SKU.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { inShop, productFile, push } from '../support/products.mjs';
import { BIN, BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, atRest, pull, stockFile, stockPlace } from '../support/stock.mjs';

const A = 'NEW-A', B = 'NEW-B';
const variant = (variant_id, size) => sku =>
  ({ product_id: 'P', variant_id, title: 'Mug', sku, price: '12.5', tracked: 'yes', option1_name: 'Size', option1_value: size });
const [small, medium] = [variant('v1', 'S'), variant('v2', 'M')];

/** Both articles are in the shop, ten of A and two of B. */
async function open(t, bin = BIN_PLAIN) {
  const p = await stockPlace(t, { bin, conf: { products: {}, csv: { currency: 'EUR', prices_include_tax: 'yes' } } });
  let age = 3000;
  const place = {
    p,
    says: (...skus) => productFile(p, [small(skus[0]), medium(skus[1])], { age: (age -= 10) }),
    figures: (a, b) => stockFile(p, [[A, 'MAIN', a], [B, 'MAIN', b]], { age: (age -= 10) }),
    there: () => {
      const { stock } = p.sandbox.truth({ skus: [A, B] });
      return [A, B].map(sku => stock[`${sku} @ ${LYON}`]?.on_hand);
    },
    /** A run of stock, as if all that moved in the shop had moved before the ERP's file. */
    async pulled(status = 0) {
      atRest(p.sandbox, [A, B].filter(sku => inShop(p.sandbox, sku)), [LYON]);
      await pull(p, '', status);
      return place.there();
    },
  };
  place.says(A, B);
  await push(p);
  place.figures(10, 2);
  assert.deepEqual(await place.pulled(), [10, 2]);
  return place;
}

test('two articles of one product exchange their SKUs, and the figures of the ERP stay', async t => {
  const x = await open(t);
  x.says(B, A);
  assert.equal((await push(x.p)).summary.updated, 1);
  assert.deepEqual(x.there(), [2, 10], 'as the shop sees it, each has what the other had');
  assert.deepEqual(await x.pulled(), [10, 2], 'no new file is needed');
  assert.equal((await pull(x.p)).summary.requests, 0, 'and once');
  await t.test('and back', async () => {
    x.says(A, B);
    await push(x.p);
    x.figures(10, 2);
    assert.deepEqual(await x.pulled(), [10, 2]);
  });
});

test('one SKU goes to an article that had none, and the one that had it gets another', async t => {
  const x = await open(t);
  x.says('OTHER', A);
  await push(x.p);
  assert.deepEqual(await x.pulled(1), [10, undefined]);
  const waits = (await x.p.queue()).filter(r => r.code).map(r => [r.name, r.code]);
  assert.deepEqual(waits.sort(), [[A, 'left_there'], [B, 'unknown_sku']], 'what OTHER has is left to nobody');
});

test('the SKUs are exchanged, and nobody has their figures any more', async t => {
  const x = await open(t);
  fs.rmSync(x.p.path('out/archive'), { recursive: true });
  x.says(B, A);
  await push(x.p);
  await x.pulled(1);
  const parked = (await x.p.queue('--parked')).map(r => [r.name, r.code]);
  assert.deepEqual(parked.sort(), [[A, 'no_figure'], [B, 'no_figure']]);
  assert.equal((await pull(x.p)).summary.parked, 0, 'told once');
  x.figures(10, 2);
  assert.deepEqual(await x.pulled(), [10, 2]);
  assert.equal((await x.p.queue('--parked')).length, 0);
});

test('an article that was deleted in the shop and is made anew', async t => {
  const x = await open(t);
  const { handle } = x.p.sandbox.catalogue.variants.find(v => v.sku === A).product;
  x.p.sandbox.changeProducts({ edit: handle, change: { delete: true } });
  productFile(x.p, [{ ...small(A), price: '13' }, medium(B)], { age: 40 });
  await push(x.p);
  assert.equal(inShop(x.p.sandbox, A).variants.length, 2);
  assert.deepEqual(await x.pulled(), [10, 2]);
});

test('SKUs that people exchanged in the shop, and the ERP changes nothing but a price', async t => {
  const x = await open(t);
  const [a, b] = [A, B].map(sku => x.p.sandbox.catalogue.variants.find(v => v.sku === sku));
  [a.sku, b.sku] = [B, A];
  productFile(x.p, [{ ...small(A), price: '13' }, medium(B)], { age: 40 });
  await push(x.p);
  assert.deepEqual(await x.pulled(), [10, 2]);
});

test('a push that is killed at any step, and stock is pulled before it goes on', async t => {
  let names;
  await t.test('steps', async t => {
    const x = await open(t, BIN);
    x.says(B, A);
    ended(await x.p.run('products push', { env: { ERPSYNC_STEP_LOG: x.p.path('steps') } }), 0);
    names = x.p.read('steps').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
    assert.ok(names.includes('product sent'));
  });
  const [from, to] = [names.lastIndexOf('before put', names.indexOf('product sent')), names.lastIndexOf('batch written down')];
  for (const [i, name] of names.entries())
    for (const back of i < from || i > to ? [] : [false, true])
      await t.test(`killed at ${i + 1}, "${name}"${back ? ', and the ERP takes it back' : ''}`, async t => {
        const x = await open(t, BIN);
        x.says(B, A);
        assert.equal((await x.p.run('products push', { env: { ERPSYNC_STOP_AT: String(i + 1) } })).signal, 'SIGKILL');
        x.figures(10, 3);
        await x.pulled();
        x.says(...(back ? [A, B] : [B, A]));
        ended(await x.p.run('products push'), 0);
        assert.deepEqual(await x.pulled(), [10, 3]);
        const { variants } = inShop(x.p.sandbox, A);
        assert.equal(variants.find(v => v.options === 'S').sku, back ? A : B);
      });
});

for (const [what, takes, gives] of [
  ['the folder is away', p => fs.renameSync(p.path('out'), p.path('away')), p => { fs.rmSync(p.path('out'), { recursive: true, force: true }); fs.renameSync(p.path('away'), p.path('out')); }],
  ['a file is damaged', p => stockFile(p, 'sku,warehouse,on_hand\n"NEW-A,MAIN,', { name: 'stock-changes-9.csv', age: 50 }), p => fs.rmSync(p.path('out/stock-changes-9.csv'))],
])
  test(`the SKUs are exchanged, and ${what} when stock is pulled: the next run has the figures`, async t => {
    const x = await open(t);
    x.says(B, A);
    await push(x.p);
    takes(x.p);
    await x.pulled(78);
    assert.deepEqual(await x.p.queue('--parked'), [], 'nobody has said that there is no figure');
    gives(x.p);
    assert.deepEqual(await x.pulled(), [10, 2]);
  });

test('nobody has the figures of exchanged SKUs, until the list is found again', async t => {
  const x = await open(t);
  fs.renameSync(x.p.path('out/archive'), x.p.path('archive'));
  x.says(B, A);
  await push(x.p);
  await x.pulled(1);
  const lines = () => execFileSync('sqlite3', [x.p.path('erpsync.db'), 'SELECT (SELECT count(*) FROM journal), (SELECT max(id) FROM queue)'], { encoding: 'utf8' });
  const before = lines();
  assert.equal((await pull(x.p)).summary.parked, 0, 'told once');
  assert.equal(lines(), before, 'and written down once');
  await t.test('a person has them asked for once more', async () => {
    ended(await x.p.run('queue retry --all'), 0);
    const { stderr } = ended(await x.p.run('inventory pull'), 1);
    assert.match(stderr, /NEW-A: its SKU was given to another article of the store/);
    assert.doesNotMatch(stderr, /parked as before/);
    assert.deepEqual((await x.p.queue('--parked')).map(r => r.code), ['no_figure', 'no_figure']);
  });
  await t.test('the SKUs move once more: told', async () => {
    x.says(A, B);
    await push(x.p);
    await x.pulled(1);
    assert.equal((await pull(x.p)).summary.parked, 0);
    x.says(B, A);
    await push(x.p);
    await x.pulled(1);
  });
  await t.test('they are back, and the ERP says what it had said: as the reason asks', async sub => {
    const y = await open(sub);
    fs.rmSync(y.p.path('out/archive'), { recursive: true });
    for (const skus of [[B, A], [A, B]]) {
      y.says(...skus);
      await push(y.p);
      await y.pulled(1);
    }
    for (const { reason } of await y.p.queue('--parked')) assert.match(reason, /have the ERP write it once more/);
    y.figures(10, 2);
    assert.deepEqual(await y.pulled(), [10, 2]);
    assert.deepEqual(await y.p.queue('--parked'), []);
  });
  await t.test('the list is there again', async () => {
    fs.rmSync(x.p.path('out/archive'), { recursive: true, force: true });
    fs.renameSync(x.p.path('archive'), x.p.path('out/archive'));
    assert.deepEqual(await x.pulled(), [10, 2]);
    assert.deepEqual(await x.p.queue('--parked'), []);
  });
});

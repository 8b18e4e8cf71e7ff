// Products that one file lists whole, and another one, such as a list of prices, by their SKUs alone: both are about the same articles.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';

const OWNED = { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' };
const open = (t, more = {}) =>
  productPlace(t, { bin: BIN_PLAIN, conf: { queue: { wait: '1ms', max_wait: '1ms' }, net: { retries: 0 } }, products: OWNED, ...more });
let age = 5000;
const hat = (size, price, cost) => ({ product_id: 'P', title: 'Hat', sku: `NEW-${size}`, price, cost, option1_name: 'Size', option1_value: size });
const WHOLE = [hat('S', '10.00', '4.00'), hat('M', '11.00', '5.00'), { product_id: 'Q', title: 'Cup', sku: 'CUP', price: '3.00', cost: '1.00' }];
const whole = (p, rows = WHOLE, name = 'products.csv') => productFile(p, rows, { age: (age -= 10), name });
const PRICES = [{ sku: 'NEW-M', price: '18.00' }, { sku: 'CUP', price: '2.50' }];
const prices = (p, rows = PRICES, name = 'products-prices.csv') => productFile(p, rows, { age: (age -= 10), name });
/** "S 10.00 4.00, M 18.00 5.00": what the shop has of the product. */
const has = (p, sku = 'NEW-S') => inShop(p.sandbox, sku)?.variants.map(v => [v.sku.replace('NEW-', ''), v.price, v.cost].join(' ')).join(', ');
const refuse = (p, yes) => p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${yes ? 'OTHER,OTHER' : '*,*'}\n`);
const isRight = async p => {
  assert.deepEqual([has(p), has(p, 'CUP')], ['S 10.00 4.00, M 18.00 5.00', 'CUP 2.50 1.00']);
  assert.deepEqual((await p.queue()).filter(q => q.state !== 'done'), []);
};

const ORDERS = {
  'both in one run': async p => {
    whole(p);
    prices(p);
  },
  'both in one run, and the list of prices is called as a list': async p => {
    whole(p, WHOLE, 'products-1.csv');
    prices(p, PRICES, 'products-2.csv');
  },
  'the whole list before': async p => {
    whole(p);
    await push(p);
    prices(p);
  },
  'the whole list is parked': async p => {
    whole(p);
    refuse(p, true);
    await push(p, '', 1);
    refuse(p, false);
    prices(p);
  },
  'the list of prices before, and parked, for nobody knows its articles': async p => {
    prices(p);
    await push(p, '', 1);
    whole(p, WHOLE.map(({ price, ...row }) => (/M|CUP/.test(row.sku) ? { ...row, price: row.sku === 'CUP' ? '2.50' : '18.00' } : { ...row, price })));
  },
};
for (const [how, make] of Object.entries(ORDERS))
  test(`what a list of prices says goes over with what the whole list says: ${how}`, async t => {
    const p = await open(t);
    await make(p);
    await push(p);
    await isRight(p);
    await t.test('and stays so, whatever is read again', async () => {
      for (const more of ['', '--full', '--only P', '--only Q', '--full']) {
        await push(p, more);
        await isRight(p);
      }
    });
    await t.test('also with a new state file', async () => {
      for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
      await push(p);
      await isRight(p);
    });
    await t.test('and the next whole list counts', async () => {
      whole(p, WHOLE.map(row => ({ ...row, cost: '9.00' })));
      await push(p);
      assert.deepEqual([has(p), has(p, 'CUP')], ['S 10.00 9.00, M 11.00 9.00', 'CUP 3.00 9.00']);
    });
  });

test('what a list by SKU said while nobody knew its articles goes over once their product is told', async t => {
  const p = await open(t);
  prices(p, [{ sku: 'NEW-M', price: '18.00', vendor: 'Nobody', status: 'active' }]);
  await push(p, '', 1);
  whole(p, [hat('S'), hat('M')].map(({ price, ...row }) => row));
  await p.run('products push');
  assert.match(has(p), /S .*M 18\.00/);
  assert.deepEqual([inShop(p.sandbox, 'NEW-S').title, (await p.queue()).filter(q => q.state !== 'done')], ['Hat', []]);
});

test('it was written by its SKU alone, and then its product is told', async t => {
  const p = await open(t);
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { price: '9.00' } });
  prices(p, [{ sku: 'SOLO-1', price: '8.00' }]);
  await push(p);
  assert.match(has(p, 'SOLO-1'), /^SOLO-1 8\.00/);
  whole(p, [{ product_id: 'solo', title: 'Solo', sku: 'SOLO-1', price: '7.00', cost: '2.00' }]);
  await push(p);
  assert.equal(has(p, 'SOLO-1'), 'SOLO-1 7.00 2.00');
  prices(p, [{ sku: 'SOLO-1', price: '6.00' }]);
  await push(p);
  assert.equal(has(p, 'SOLO-1'), 'SOLO-1 6.00 2.00');
  await push(p, '--full');
  assert.equal(has(p, 'SOLO-1'), 'SOLO-1 6.00 2.00');
  assert.deepEqual((await p.queue()).filter(q => q.state !== 'done'), []);
});

test('an SKU that no other file has is what it was: an article of its own', async t => {
  const p = await open(t);
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { price: '9.00' } });
  whole(p);
  prices(p, [...PRICES, { sku: 'SOLO-1', price: '8.00' }, { sku: 'NOBODY', price: '1.00' }]);
  const { records } = await push(p, '', 1);
  assert.deepEqual(records.filter(r => r.code).map(r => [r.name, r.code]), [['NOBODY', 'no_title']]);
  assert.match(has(p, 'SOLO-1'), /^SOLO-1 8\.00/);
  assert.equal(has(p), 'S 10.00 4.00, M 18.00 5.00');
});

test('what it says of a product as a whole is told and not taken; its status is the variant’s', async t => {
  const p = await open(t);
  whole(p);
  await push(p);
  prices(p, [{ sku: 'NEW-M', title: 'Hat, M', price: '18.00', status: 'archived' }, { sku: 'NEW-S', title: 'Hat, S', price: '12.00', status: 'active' }]);
  const { notices } = await push(p);
  assert.match(notices.join(), /products-prices\.csv:2: 'title' \(and what else is said of a product as a whole\) is not used .*say it with that product_id/);
  assert.match(has(p), /S 12\.00 4\.00/);
  assert.deepEqual([inShop(p.sandbox, 'NEW-S').title, inShop(p.sandbox, 'NEW-S').status], ['Hat', 'DRAFT']);
});

test('a row of it that can’t be used parks the product, and the others go over', async t => {
  const p = await open(t);
  whole(p);
  await push(p);
  prices(p, [{ sku: 'NEW-M', price: 'ten' }, { sku: 'CUP', price: '2.50' }]);
  const { records } = await push(p, '', 1);
  assert.match(records.find(r => r.code).reason, /^products-prices\.csv:2: column 'price': 'ten' is not a number/);
  assert.equal(has(p, 'CUP'), 'CUP 2.50 1.00');
  prices(p);
  await push(p);
  await isRight(p);
});

test('skus check reads both as one', async t => {
  const p = await open(t);
  whole(p);
  const said = async () => (await p.run('skus check')).stdout.replace(/products[-\w]*\.csv:\d/g, 'the file');
  const before = await said();
  prices(p);
  assert.equal(await said(), before);
  assert.match(before, /3 in the ERP/);
});

test('variants that have ids of their own are found by their SKUs', async t => {
  const own = rows => rows.map((row, i) => ({ variant_id: `v${i}`, ...row }));
  for (const apart of [false, true])
    await t.test(apart ? 'in two runs' : 'in one run', async sub => {
      const p = await open(sub);
      whole(p, own(WHOLE));
      if (apart) await push(p);
      prices(p);
      await push(p);
      await isRight(p);
      for (const more of ['', '--full']) {
        await push(p, more);
        await isRight(p);
      }
      whole(p, own(WHOLE.map(row => ({ ...row, price: '7.00' }))));
      await push(p);
      assert.deepEqual([has(p), has(p, 'CUP')], ['S 7.00 4.00, M 7.00 5.00', 'CUP 7.00 1.00']);
    });
});

test('an SKU that stands for another one in the shop is not taken for that', async t => {
  const p = await open(t);
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { price: '9.00' } });
  p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nA,SOLO-1\nSOLO-1,LONG-5\n*,*\n');
  prices(p, [{ sku: 'A', price: '8.00' }]);
  await push(p);
  prices(p, [{ sku: 'SOLO-1', price: '7.00' }]);
  await push(p);
  const price = sku => inShop(p.sandbox, sku).variants.find(v => v.sku === sku).price;
  assert.deepEqual([price('SOLO-1'), price('LONG-5')], ['8.00', '7.00']);
});

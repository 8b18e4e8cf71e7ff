// Products that the ERP says piece by piece: what one file says, and another one of the same product does not, goes over all the same.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN, BIN_PLAIN, ended } from '../support/run.mjs';

const OWNED = { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' };
let age = 5000;
const open = (t, { bin = BIN_PLAIN, ...more } = {}) =>
  productPlace(t, { bin, conf: { queue: { wait: '1ms', max_wait: '1ms' }, net: { retries: 0 } }, products: OWNED, ...more });
let files = 0;
const file = (p, rows, name = `products-changes-${(files += 1)}.csv`, at = (age -= 10)) => productFile(p, rows, { age: at, name });
const mug = (size, price, more = {}) => ({ product_id: 'P', title: 'Mug', sku: `NEW-${size}`, price, option1_name: 'Size', option1_value: size, ...more });
/** "S 10.00, M 18.00": what the shop has of the product, or the fields named. */
const has = (p, fields = ['price'], sku = 'NEW-S') =>
  inShop(p.sandbox, sku)?.variants.map(v => [v.sku.replace('NEW-', ''), ...fields.map(f => v[f] ?? '-')].join(' ')).join(', ');
const refuse = (p, yes) => p.write('mappings/tables/store_skus.csv', `sku,store_sku\n${yes ? 'OTHER,OTHER' : '*,*'}\n`);

/** Stops a run there: where that is, a first run (or one that finds a state file) of one product in another place tells. */
const steps = {};
async function stopped(t, p, step) {
  const first = !p.exists('erpsync.db');
  if (!steps[first]) {
    const q = await open(t, { bin: BIN });
    for (const price of first ? ['1.00'] : ['1.00', '2.00']) {
      file(q, [mug('S', price)]);
      fs.rmSync(q.path('steps'), { force: true });
      ended(await q.run('products push', { env: { ERPSYNC_STEP_LOG: q.path('steps') } }), 0);
    }
    steps[first] = fs.readFileSync(q.path('steps'), 'utf8').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  }
  const at = String(steps[first].indexOf(step) + 1);
  assert.equal((await p.run('products push', { bin: BIN, env: { ERPSYNC_STOP_AT: at } })).signal, 'SIGKILL');
}

/** How what an earlier file says is still to be delivered when the next one comes. */
const WAITS = {
  'both in the folder': async (p, first, second) => {
    await first();
    await second();
  },
  'it waits': async (p, first, second) => {
    await first();
    p.sandbox.addFaults({ fault: 'http', status: 503 });
    ended(await p.run('products push'), 75);
    assert.ok((await p.queue('--waiting')).length);
    p.sandbox.faults.clear();
    await second();
  },
  'it is parked': async (p, first, second) => {
    await first();
    refuse(p, true);
    await push(p, '', 1);
    refuse(p, false);
    await second();
  },
  'it was being sent': async (p, first, second, t) => {
    await first();
    await stopped(t, p, 'before put');
    assert.ok((await p.queue('--sending')).length);
    await second();
  },
};
const each = (name, fn) =>
  test(name, async t => {
    for (const [how, then] of Object.entries(WAITS))
      await t.test(how, async sub => {
        const p = await open(sub);
        await fn(p, (first, second) => then(p, first, second, sub));
      });
  });

each('other variants of the product', async (p, then) => {
  file(p, [mug('S', '10.00'), mug('M', '18.00')]);
  await push(p);
  await then(() => file(p, [mug('S', '10.00'), mug('M', '28.00')], 'products.csv'), () => file(p, [mug('S', '12.00')]));
  await push(p);
  assert.equal(has(p), 'S 12.00, M 28.00');
  for (const run of ['', '--full']) await push(p, run);
  assert.equal(has(p), 'S 12.00, M 28.00');
});

each('other columns, and what is said twice as it was said last', async (p, then) => {
  const row = more => [{ product_id: 'P', sku: 'NEW-S', ...more }];
  file(p, row({ title: 'Mug', price: '10.00', cost: '4.00', barcode: '4006381333931' }));
  await push(p);
  await then(
    () => file(p, row({ title: 'Cup', price: '11.00', cost: '6.00', barcode: '' }), 'products.csv'),
    () => file(p, row({ price: '12.00' })),
  );
  await push(p);
  assert.equal(has(p, ['price', 'cost', 'barcode']), 'S 12.00 6.00 -', 'an empty cell says that there is none, no column says nothing');
  assert.equal(inShop(p.sandbox, 'NEW-S').title, 'Cup');
});

each('back to what the shop has', async (p, then) => {
  const row = more => [{ product_id: 'P', sku: 'NEW-S', ...more }];
  file(p, row({ title: 'Mug', price: '10.00', cost: '4.00' }));
  await push(p);
  await then(() => file(p, row({ price: '11.00', cost: '5.00' })), () => file(p, row({ price: '10.00' })));
  await push(p);
  assert.equal(has(p, ['price', 'cost']), 'S 10.00 5.00');
  file(p, row({ price: '10.00', cost: '4.00' }));
  await push(p);
  assert.equal(has(p, ['price', 'cost']), 'S 10.00 4.00');
});

each('a product that is not there yet', async (p, then) => {
  await then(() => file(p, [mug('S', '10.00')], 'products.csv'), () => file(p, [mug('M', '18.00', { title: '' }), { product_id: 'P', sku: 'NEW-S', price: '11.00' }]));
  await push(p);
  assert.equal(has(p, ['price', 'options']), 'S 11.00 S, M 18.00 M');
});

each('archived, and then only a price', async (p, then) => {
  file(p, [mug('S', '10.00'), mug('M', '18.00')]);
  await push(p);
  await then(() => file(p, [mug('S', '10.00', { status: 'archived' })], 'products.csv'), () => file(p, [{ product_id: 'P', sku: 'NEW-S', price: '11.00' }]));
  await push(p);
  assert.equal(inShop(p.sandbox, 'NEW-S').status, 'ARCHIVED');
  file(p, [{ product_id: 'P', sku: 'NEW-S', price: '11.00', status: '' }]);
  await push(p);
  assert.equal(inShop(p.sandbox, 'NEW-S').status, 'DRAFT', 'an empty cell is active');
});

each('two variants swap their SKUs, and that file says less than the one before', async (p, then) => {
  const says = (s, m, ...more) => [mug('S', ...more), mug('M', ...more)].map((row, i) => ({ ...row, variant_id: `v${i}`, sku: i ? m : s }));
  file(p, says('NEW-S', 'NEW-M', '1.00', { cost: '1.00' }));
  await push(p);
  const [first, second] = says('NEW-S', 'NEW-M', '2.00', { cost: '2.00' });
  await then(() => file(p, [first, { ...second, cost: '4.00' }], 'products.csv'), () => file(p, says('NEW-M', 'NEW-S', '3.00')));
  await push(p);
  assert.equal(has(p, ['options', 'price', 'cost']), 'M S 3.00 2.00, S M 3.00 4.00');
});

test('a variant that is another product’s by now is not written as that of the first', async t => {
  for (const [how, then] of Object.entries(WAITS))
    await t.test(how, async sub => {
      const p = await open(sub);
      file(p, [mug('S', '1.00'), mug('M', '1.00')]);
      await push(p);
      const moved = [mug('M', '3.00'), { product_id: 'Q', title: 'Q', sku: 'NEW-S', price: '3.00' }];
      await then(p, () => file(p, [mug('S', '2.00', { cost: '2.00' }), mug('M', '2.00', { cost: '2.00' })], 'products.csv'), () => file(p, moved), sub);
      await p.run('products push');
      assert.match(has(p, ['price', 'cost']), /S [13]\.00 -, M 3\.00 2\.00/);
    });
});

test('an older file that comes late says only what no newer one says', async t => {
  const p = await open(t);
  file(p, [mug('S', '10.00', { cost: '1.00' }), mug('M', '18.00')], 'products-1.csv', 900);
  await push(p);
  file(p, [mug('S', '30.00')], 'products-3.csv', 100);
  await push(p);
  file(p, [mug('S', '20.00', { cost: '2.00' }), mug('M', '28.00')], 'products-2.csv', 200);
  await push(p);
  assert.equal(has(p, ['price', 'cost']), 'S 30.00 2.00, M 28.00 -');
  const { summary } = await push(p);
  assert.equal(summary.pulled, 0);
});

test('what was dropped does not come back with what comes later', async t => {
  const row = more => [{ product_id: 'P', sku: 'NEW-S', ...more }];
  const dropped = async sub => {
    const p = await open(sub);
    file(p, row({ title: 'Mug', price: '10.00', cost: '4.00' }), 'products.csv');
    await push(p);
    refuse(p, true);
    file(p, row({ price: '11.00', cost: '5.00' }));
    await push(p, '', 1);
    ended(await p.run('queue drop P'), 0);
    refuse(p, false);
    return p;
  };
  await t.test('nor with --full', async sub => {
    const p = await dropped(sub);
    await push(p, '--full');
    assert.equal(has(p, ['price', 'cost']), 'S 10.00 4.00');
    file(p, row({ price: '12.00' }));
    await push(p);
    assert.equal(has(p, ['price', 'cost']), 'S 12.00 4.00');
    await push(p, '--full');
    assert.equal(has(p, ['price', 'cost']), 'S 12.00 4.00');
  });
  await t.test('nor with a file that comes late', async sub => {
    const p = await dropped(sub);
    file(p, row({ barcode: '4006381333931' }), 'products-late.csv', age + 30);
    await push(p);
    assert.equal(has(p, ['price', 'cost', 'barcode']), 'S 10.00 4.00 4006381333931');
  });
  await t.test('but by name, and when a newer file says it', async sub => {
    const p = await dropped(sub);
    file(p, row({ cost: '5.00' }));
    await push(p);
    assert.equal(has(p, ['price', 'cost']), 'S 10.00 5.00');
    await push(p, '--only P');
    assert.equal(has(p, ['price', 'cost']), 'S 11.00 5.00');
  });
  await t.test('nor when the run was stopped before the file was put away', async sub => {
    const p = await open(sub, { bin: BIN });
    file(p, row({ title: 'Mug', price: '10.00', cost: '4.00' }), 'products.csv');
    refuse(p, true);
    await push(p, '', 1);
    refuse(p, false);
    await push(p);
    refuse(p, true);
    await push(p);
    file(p, row({ price: '11.00', cost: '5.00' }));
    await stopped(sub, p, 'csv_inbox_archive');
    assert.equal(fs.readdirSync(p.path('out')).filter(name => name.endsWith('.csv')).length, 1);
    ended(await p.run('queue drop P'), 0);
    refuse(p, false);
    file(p, row({ price: '12.00' }), 'products-changes-2.csv');
    await push(p);
    assert.equal(has(p, ['price', 'cost']), 'S 12.00 4.00');
  });
});

test('a row that can’t be used keeps its product parked until what it was to say is said', async t => {
  const bad = () => [mug('S', 'ten', { cost: '4.00' }), mug('M', '28.00')];
  for (const [how, run, status] of [['in one run', async () => {}, 1], ['in two', p => push(p, '', 1), 0]])
    await t.test(how, async sub => {
      const p = await open(sub);
      file(p, [mug('S', '10.00'), mug('M', '18.00')], 'products.csv');
      await push(p);
      file(p, bad(), 'products-2.csv');
      await run(p);
      file(p, [mug('M', '29.00')]);
      const { records } = await push(p, '', status);
      assert.match(records.find(r => r.code).reason, /^products-2\.csv:2: column 'price': 'ten' is not a number/);
      assert.equal(has(p), 'S 10.00, M 18.00');
      await sub.test('queue retry says the same', async () => {
        ended(await p.run('queue retry P'), 0);
        assert.match((await push(p, '', 1)).records[0].reason, /^products-2\.csv:2: column 'price': 'ten' is not a number/);
      });
      file(p, [{ product_id: 'P', sku: 'NEW-S', price: '11.00' }]);
      await push(p);
      assert.equal(has(p, ['price', 'cost']), 'S 11.00 4.00, M 29.00 -');
      assert.deepEqual(await p.queue('--parked'), []);
    });
  await t.test('of a row that does not tell its variant, all of it', async sub => {
    const p = await open(sub);
    file(p, [mug('S', '10.00'), { ...mug('M', '18.00'), sku: '' }], 'products.csv');
    await push(p, '', 1);
    file(p, [mug('S', '11.00')]);
    const { records } = await push(p);
    assert.match(records[0].reason, /^products\.csv:3: the row has no SKU/);
    file(p, [mug('S', '12.00'), mug('M', '18.00')], 'products.csv');
    await push(p);
    assert.equal(has(p), 'S 12.00, M 18.00');
  });
  await t.test('what was said before and waits is not lost with it', async sub => {
    const p = await open(sub);
    file(p, [mug('S', '10.00'), mug('M', '18.00')], 'products.csv');
    refuse(p, true);
    await push(p, '', 1);
    refuse(p, false);
    file(p, [{ product_id: 'P', sku: 'NEW-S', price: 'ten' }]);
    await push(p, '', 1);
    file(p, [{ product_id: 'P', sku: 'NEW-S', price: '11.00' }]);
    await push(p);
    assert.equal(has(p), 'S 11.00, M 18.00');
  });
});

test('amounts of two currencies, or with and without tax, do not stand beside each other', async t => {
  for (const [what, other] of [['currency', { currency: 'USD' }], ['tax', { prices_include_tax: 'no' }]])
    await t.test(what, async sub => {
      const p = await open(sub);
      file(p, [mug('S', '10.00'), mug('M', '18.00')], 'products.csv');
      file(p, [mug('S', '11.00', other)]);
      const { records } = await push(p, '', 1);
      assert.match(records[0].reason, /amounts of it are in another currency than those .*have the ERP write them all in one file/);
      assert.equal(inShop(p.sandbox, 'NEW-S'), null);
      file(p, [mug('S', '10.00'), mug('M', '18.00')], 'products.csv');
      await push(p);
      assert.equal(has(p), 'S 10.00, M 18.00');
    });
});

test('skus check knows what any of the files says', async t => {
  const p = await open(t);
  file(p, [mug('S', '10.00', { barcode: '4006381333931', tracked: 'no' })], 'products.csv');
  await push(p);
  const said = async () => (await p.run('skus check')).stdout.replace(/products[-\w.]*\.csv:2/g, 'the file');
  const before = await said();
  assert.match(before, /erp: 'NEW-S' \(the file, Mug\) ~ /);
  file(p, [{ product_id: 'P', sku: 'NEW-S', price: '11.00' }]);
  assert.equal(await said(), before);
});

test('a new state file reads what both say', async t => {
  const p = await open(t);
  file(p, [mug('S', '10.00'), mug('M', '18.00')], 'products.csv');
  await push(p);
  refuse(p, true);
  file(p, [mug('S', '11.00'), mug('M', '28.00')], 'products.csv');
  await push(p, '', 1);
  file(p, [mug('S', '12.00')]);
  await push(p);
  for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
  refuse(p, false);
  await p.run('products push');
  assert.equal(has(p), 'S 12.00, M 28.00');
});

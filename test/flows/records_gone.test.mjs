// What is parked and the ERP corrects or lists no longer: it heals by itself, or the reason names the command that ends it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admin, adminPlace } from '../support/admin.mjs';
import { productFile, productPlace } from '../support/products.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { KOELN, LYON, PARIS, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const KEPT = ['SOLO-1', 'LONG-5', 'LONG-5-RED'];
const listed = [...KEPT.map(sku => [sku, 'MAIN', 4]), ...['A', 'B', 'C', 'D'].map(sku => [`OFF-${sku}`, 'NOT-OURS', 1])];
const LOCATIONS = `warehouse,store_location,note\nMAIN,${LYON},\nSHOP,${PARIS},\nDE,${KOELN},\nNOT-OURS,-,\n`;
const stores = {
  'the API': async t => {
    const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, locations: LOCATIONS });
    plainLevels(p.sandbox, KEPT, [LYON], 10);
    return p;
  },
  'the files of the admin': t => {
    const p = adminPlace(t, new Admin(KEPT.map(sku => ({ sku, handle: sku.toLowerCase(), stock: { [LYON]: 10 } }))), { bin: BIN_PLAIN });
    p.write('mappings/tables/locations.csv', LOCATIONS);
    return p;
  },
};
const codes = async p => Object.fromEntries((await p.queue('--parked')).map(entry => [entry.name, entry.code]));

for (const [store, open] of Object.entries(stores))
  test(`stock that the list has no longer: ${store}`, async t => {
    const p = await open(t);
    let age = 300;
    const list = (...more) => stockFile(p, [...listed, ...more], { age: (age -= 10) });
    list(['NO-SUCH', 'MAIN', 4], ['solo-1', 'MAIN', 2], ['FAR', 'NOWHERE', 2], ['WRONG', 'MAIN', 'two'], ['00748927000018', 'MAIN', 'two']);
    ended(await p.run('inventory pull'), 1);
    assert.deepEqual(Object.keys(await codes(p)).sort(), ['00748927000018', 'FAR', 'NO-SUCH', 'WRONG', 'solo-1']);
    await t.test('what is corrected goes over by itself', async () => {
      list(['NO-SUCH', 'MAIN', 4], ['solo-1', 'MAIN', 2], ['FAR', 'NOWHERE', 2], ['WRONG', 'NOT-OURS', 2], ['00748927000018', 'MAIN', 'two']);
      await pull(p);
      assert.deepEqual(Object.keys(await codes(p)).sort(), ['00748927000018', 'FAR', 'NO-SUCH', 'solo-1']);
    });
    await t.test('what a list of changes leaves out stays', async () => {
      stockFile(p, [['LONG-5', 'MAIN', 5]], { name: 'stock-changes.csv', age: age - 5 });
      await pull(p);
      assert.equal(Object.keys(await codes(p)).length, 4);
    });
    await t.test('what is dropped is closed, and told', async () => {
      list(['WRONG', 'NOT-OURS', 2]);
      const notices = (await pull(p)).notices;
      list(['WRONG', 'NOT-OURS', 3]);
      notices.push(...(await pull(p)).notices);
      assert.deepEqual(await codes(p), {});
      assert.match(notices.join(), /1 that waited or was parked, and never went over, the ERP lists no longer: closed \(the first: '00748927000018'\)/);
      assert.match(ended(await p.run('explain NO-SUCH'), 0).stdout, /the store does not have it either/);
      assert.match(ended(await p.run('explain 00748927000018'), 0).stdout, /resolved .*its source has it no longer/);
    });
    await t.test('and comes again when it is listed again', async () => {
      list(['NO-SUCH', 'MAIN', 4], ['FAR', 'NOWHERE', 2]);
      await pull(p, '', 1);
      assert.deepEqual(Object.keys(await codes(p)).sort(), ['FAR', 'NO-SUCH']);
    });
    ended(await p.run('state check'), 0);
  });

test('stock that went over, and is gone at both ends', async t => {
  const p = await stores['the API'](t);
  stockFile(p, listed, { age: 300 });
  await pull(p);
  p.sandbox.changeVariants({ edit: 'LONG-5-RED', change: { delete: true } });
  for (const age of [200, 100]) {
    stockFile(p, listed.filter(([sku]) => sku !== 'LONG-5-RED'), { age });
    assert.equal((await pull(p)).summary.parked, 0);
  }
  assert.deepEqual(await p.queue('--parked'), []);
  await t.test('under another SKU it is left there, and told', async () => {
    stockFile(p, listed.filter(([sku]) => sku !== 'LONG-5-RED'), { age: 90 });
    await pull(p);
    p.sandbox.changeVariants({ edit: 'LONG-5', change: { sku: 'RENAMED' } });
    stockFile(p, listed.filter(([sku]) => !sku.startsWith('LONG-5')), { age: 80 });
    await pull(p, '', 1);
    assert.deepEqual(await codes(p), { 'LONG-5': 'left_there' });
  });
});

for (const [how, was] of [['beside another one', [['SOLO-1', 'MAIN', 4], ['SOLO-1', 'NOWHERE', 3]]], ['alone', [['SOLO-1', 'NOWHERE', 3]]]])
  test(`stock that went over, was moved to a warehouse without a place, ${how}, and is gone: not parked for ever`, async t => {
    const p = await stores['the API'](t);
    const others = listed.filter(([sku]) => sku !== 'SOLO-1');
    stockFile(p, listed, { age: 300 });
    await pull(p);
    stockFile(p, [...others, ...was], { age: 280 });
    await pull(p, '', 1);
    assert.deepEqual(await codes(p), { 'SOLO-1': 'unmapped_location' });
    stockFile(p, others, { age: 260 });
    await pull(p);
    assert.deepEqual(await codes(p), {});
    assert.equal(p.sandbox.truth().stock[`SOLO-1 @ ${LYON}`].on_hand, 0);
    ended(await p.run('state check'), 0);
  });

test('a list with a row that does not tell its article closes nothing', async t => {
  const p = await stores['the API'](t);
  stockFile(p, [...listed, ['FAR', 'NOWHERE', 2]], { age: 300 });
  ended(await p.run('inventory pull'), 1);
  for (const age of [200, 100]) {
    stockFile(p, [...listed, ['', 'MAIN', 2]], { age });
    await p.run('inventory pull');
  }
  assert.ok((await codes(p)).FAR);
});

test('a product: the reason names the command, and the command ends it', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, products: { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' } });
  productFile(p, [{ product_id: 'P-1', sku: 'NEW-1', title: 'One', price: '1.234' }, { product_id: 'P-2', sku: 'NEW-2', title: 'Two', price: '1.234' }, { product_id: 'P-3', sku: 'NEW-3', title: 'x'.repeat(300), price: '3' }], { age: 90 });
  const { stderr } = ended(await p.run('products push'), 1);
  for (const name of ['P-1', 'P-2', 'P-3']) assert.match(stderr, new RegExp(`product ${name}: .*; where the ERP has it no longer: erpsync queue drop --flow 'products push' '${name}'\n`));
  productFile(p, [{ product_id: 'P-2', sku: 'NEW-2', title: 'Two', price: '1.23' }, { product_id: 'P-3', sku: 'NEW-3', title: 'Three', price: '3' }], { age: 60 });
  await p.json('products push --json');
  assert.deepEqual(Object.keys(await codes(p)), ['P-1'], 'what is corrected goes over by itself');
  ended(await p.run(['queue', 'drop', '--flow', 'products push', 'P-1']), 0);
  assert.deepEqual(await codes(p), {});
});

const MISSED = [['SOLO-1', 'MAIN', 4], ['LONG-5', 'MAIN', 'four']];

for (const [store, open] of Object.entries(stores))
  test(`what the store was found not to have is not missed: ${store}`, async t => {
    const p = await open(t);
    stockFile(p, [...MISSED, ['LONG-55', 'MAIN', 1], ['solo-11', 'MAIN', 2]], { age: 100 });
    await pull(p, '', 1);
    stockFile(p, [['SOLO-1', 'MAIN', 5], ['LONG-5', 'MAIN', 4]], { age: 90 });
    ended(await p.run('inventory pull'), 0);
    assert.deepEqual(await codes(p), {});
    for (const how of ['--full', '--only SOLO-1']) ended(await p.run(`inventory pull ${how}`), 0);
    assert.equal((await p.run('check')).stdout.includes('snapshot'), false);
  });

test('what waits for the store, and may be there, is missed', async t => {
  const p = await stores['the API'](t);
  stockFile(p, KEPT.map(sku => [sku, 'NOWHERE', 4]), { age: 100 });
  await pull(p, '', 1);
  stockFile(p, [['SOLO-1', 'MAIN', 4]], { age: 90 });
  assert.match(ended(await p.run('inventory pull'), 78).stderr, /2 of the 3 of the last snapshot/);
});

test('rows that were not understood count as listed', async t => {
  const p = await stores['the API'](t);
  const all = [...listed, ['X-1', 'NOT-OURS', 1], ['X-2', 'NOT-OURS', 1], ['X-3', 'NOT-OURS', 1]];
  stockFile(p, all.map(([sku, warehouse], i) => [sku, warehouse, i < 2 ? 4 : 'n/a']), { age: 100 });
  await pull(p, '', 1);
  stockFile(p, all.slice(0, 3), { age: 90 });
  assert.match(ended(await p.run('inventory pull'), 78).stderr, /lists 3 articles, and 7 of the 10 of the last snapshot/);
});

for (const [store, open] of Object.entries(stores))
  test(`a warehouse without a place that an article has left: ${store}`, async t => {
    const p = await open(t);
    const others = listed.filter(([sku]) => sku !== 'SOLO-1');
    stockFile(p, [...others, ['SOLO-1', 'NOWHERE', 3]], { age: 100 });
    await pull(p, '', 1);
    assert.deepEqual(await codes(p), { 'SOLO-1': 'unmapped_location' });
    stockFile(p, [...others, ['SOLO-1', 'MAIN', 7]], { age: 90 });
    await pull(p);
    assert.deepEqual(await codes(p), {});
  });

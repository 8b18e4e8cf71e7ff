// Names that are not ours in the ERP's files and of them: what is not read is told, and never taken for read.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { aged } from '../support/admin.mjs';
import { productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';
import { deliveryFile, pull as pullDeliveries, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED'];
async function open(t, options) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, ...options });
  plainLevels(p.sandbox, SKUS, [LYON], 10);
  return p;
}
const onHand = (p, sku) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${LYON}`].on_hand;
const price = (p, sku) => p.sandbox.catalogue.variants.find(v => v.sku === sku).price;
const goods = t => productPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, products: { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' } });

test('columns of stock files', async t => {
  const p = await open(t);
  await t.test('German names', async () => {
    stockFile(p, 'Artikelnummer;Bezeichnung;Lager;Bestand\nSOLO-1;Solo;MAIN;4\n', { age: 100 });
    assert.deepEqual((await pull(p)).notices, []);
    assert.equal(onHand(p, 'SOLO-1'), 4);
    stockFile(p, 'Artikelnummer;Lager;Menge\nSOLO-1;MAIN;5\n', { age: 90 });
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 5);
  });
  const ignored = /^stock\.csv: not read, for no column is called so: 'Regal', 'Mindestbestand'; if one is meant, call it by a name that is known: sku, title, warehouse, on hand,/;
  await t.test('what is not known is told by check, and once by the runs', async () => {
    stockFile(p, 'Regal;sku;warehouse;on_hand;Mindestbestand\nA;SOLO-1;MAIN;6;1\n', { age: 80 });
    assert.match((await p.run('check')).stdout, /^warn +stock\.csv: not read, for no column is called so: 'Regal', 'Mindestbestand'/m);
    assert.deepEqual((await pull(p)).notices.filter(text => ignored.test(text)).length, 1);
    assert.equal(onHand(p, 'SOLO-1'), 6);
    for (const how of ['', '--full']) assert.deepEqual((await pull(p, how)).notices.filter(text => ignored.test(text)), []);
  });
  await t.test('no figure: what there is, and all that is known', async () => {
    stockFile(p, 'Artikelnummer;Lager;Stueckzahl\nSOLO-1;MAIN;7\n', { age: 70 });
    assert.match(
      ended(await p.run('inventory pull'), 78).stderr,
      /there is none of the columns 'on_hand', 'available' and 'forecast'; its columns are 'Artikelnummer', 'Lager', 'Stueckzahl'; names that are known: sku \(article, .*on hand \(quantity, qty, stock, physical, bestand, menge\), available \(/,
    );
  });
});

test('columns of product files', async t => {
  const p = await goods(t);
  const was = price(p, 'SOLO-1');
  await t.test('nothing but the key is understood: refused, with all that is known', async () => {
    productFile(p, 'Artikelnummer;Verkaufspreis\nSOLO-1;99\n', { age: 100 });
    const said = /products\.csv: of its columns \('Artikelnummer', 'Verkaufspreis'\) nothing is understood but which product a row is of; names that are known: product id \(.*price \(variant price, sales price, list price, preis\)/;
    assert.match(ended(await p.run('products push'), 78).stderr, said);
    assert.match(ended(await p.run('check'), 78).stdout, said);
    assert.equal(price(p, 'SOLO-1'), was);
  });
  await t.test('German names, and one that is not known', async () => {
    productFile(p, 'Artikelnummer;Bezeichnung;Preis;EAN;Rabattgruppe\nSOLO-1;Solo;99;;7\n', { age: 90 });
    const { notices } = await push(p);
    assert.match(notices.join('\n'), /^products\.csv: not read, for no column is called so: 'Rabattgruppe'; if one is meant/m);
    assert.equal(price(p, 'SOLO-1'), '99.00');
  });
});

test('columns of files of deliveries', async t => {
  const p = await shippingPlace(t, { bin: BIN_PLAIN, fulfillments: { notify_customer: 'no' } });
  const { name } = sell(p.sandbox, [['LONG-5', 3]]);
  deliveryFile(p, `Lieferschein;Bestellung;Artikelnummer;Bezeichnung;Menge;Fahrer\nD1;${name};LONG-5;Long;2;Ann\n`);
  const said = /fulfillments\.csv: not read, for no column is called so: 'Fahrer'/;
  assert.match((await p.run('check')).stdout, said);
  assert.equal((await pullDeliveries(p)).notices.filter(text => said.test(text)).length, 1);
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 2 } }]);
  assert.deepEqual((await pullDeliveries(p, '--full')).notices.filter(text => said.test(text)), []);
});

test('workbooks: one that is newer than what was used last ends each run', async t => {
  const kinds = {
    stock: [open, 'inventory pull', (p, age) => stockFile(p, [['SOLO-1', 'MAIN', age]], { age })],
    products: [goods, 'products push', (p, age) => productFile(p, [{ sku: 'SOLO-1', price: age }], { age })],
    fulfillments: [
      sub => shippingPlace(sub, { bin: BIN_PLAIN, fulfillments: { notify_customer: 'no' } }),
      'fulfillments pull',
      (p, age) => deliveryFile(p, [{ delivery: `D${age}`, order: (p.order ??= sell(p.sandbox, [['LONG-5', 300]]).name), sku: 'LONG-5' }], { age }),
    ],
  };
  for (const [kind, [make, run, write]] of Object.entries(kinds))
    await t.test(kind, async sub => {
      const p = await make(sub);
      const said = new RegExp(`out: ${kind}\\.xlsx is a workbook, which is not read, and there is no other new ${kind} file; save it as CSV \\(UTF-8\\) under the same name, or remove it$`, 'm');
      const workbook = age => aged(p.write(`out/${kind}.xlsx`, 'PK'), age);
      const refused = async () => {
        for (let i = 0; i < 2; i++) assert.match(ended(await p.run(run), 78).stderr, said);
        assert.match(ended(await p.run('check'), 78).stdout, said);
      };
      workbook(200);
      await refused();
      write(p, 150);
      silent(ended(await p.run(run), 0), 'saved as CSV since');
      silent(ended(await p.run(run), 0));
      workbook(100);
      await refused();
      write(p, 120);
      const { notices } = await p.json(`${run} --json`, 0);
      assert.ok(notices.some(text => text.endsWith(`out: ${kind}.xlsx is a workbook, which is not read, and is left out; save it as CSV (UTF-8), or remove it`)), notices.join());
      await refused();
      fs.rmSync(p.path(`out/${kind}.xlsx`));
      silent(ended(await p.run(run), 0));
    });
});

test('files that are called otherwise: told by check', async t => {
  const p = await open(t);
  stockFile(p, [['SOLO-1', 'MAIN', 4]], { age: 100 });
  const none = /for no file is called so/;
  assert.doesNotMatch((await p.run('check')).stdout, none);
  for (const name of ['Lagerbestand.csv', 'Artikel.csv', 'Products-1.csv', 'orders-000001.csv']) stockFile(p, [['SOLO-1', 'MAIN', 4]], { name, age: 90 });
  assert.match((await p.run('check')).stdout, /^warn +\S*out: not read, for no file is called so: (Artikel\.csv, Lagerbestand\.csv|Lagerbestand\.csv, Artikel\.csv)\n.*names that are read: stock\.csv, stock-….csv/m);
  silent(ended(await p.run('inventory pull'), 0));
});

test('a dry run tells what a run would, and why it would do nothing', async t => {
  const p = await open(t);
  stockFile(p, [['SOLO-1', 'MAIN', 4]], { age: 3 });
  silent(ended(await p.run('inventory pull'), 75));
  assert.match(ended(await p.run('inventory pull --dry-run'), 75).stderr, /stock\.csv: was written a moment ago/);
  stockFile(p, 'sku,warehouse,on_hand,Regal\nSOLO-1,MAIN,4,7\n', { age: 60 });
  assert.match(ended(await p.run('inventory pull --dry-run'), 0).stderr, /note: stock\.csv: not read, for no column is called so: 'Regal'/);
  assert.equal(ended(await p.run('inventory pull --dry-run --json'), 0).stderr, '', 'the document has them');
  assert.equal(ended(await p.run('inventory pull'), 0).stderr, '');
});

test('state check says that a state file knows nothing', async t => {
  const p = await open(t);
  const empty = /erpsync\.db is new: it knows of no run and no record; if there were any, bring back the last backup\n/;
  assert.match(ended(await p.run('state check'), 0).stdout, empty);
  stockFile(p, [['SOLO-1', 'MAIN', 4]]);
  await pull(p);
  silent(ended(await p.run('state check'), 0));
  for (const end of ['-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
  fs.truncateSync(p.path('erpsync.db'));
  assert.match(ended(await p.run('state check'), 0).stdout, empty);
});

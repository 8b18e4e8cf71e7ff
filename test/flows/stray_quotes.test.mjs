// A quote that is left out, or not doubled, makes a cell run on over the rows below: no file is used that has one.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { adminPlace, aged, imports } from '../support/admin.mjs';
import { productAdminPlace } from '../support/admin_products.mjs';
import { place } from '../support/place.mjs';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { deliveryFile, sell, shipped, shippingPlace } from '../support/shipping.mjs';
import { LYON, PARIS, moved, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED'];
const onHand = (p, sku, at = LYON) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${at}`].on_hand;
const openStock = async (t, options) => {
  const p = await stockPlace(t, { bin: BIN_PLAIN, ...options });
  plainLevels(p.sandbox, SKUS, [LYON, PARIS], 10);
  return p;
};

const STRAY = /:2: column \d begins with a quote, and a later quote( \(on line 3\))? neither ends the cell nor is doubled.* nothing of the file is used; write each quote inside .* twice, as in "19"" rack", and one at its end/;
const MERGED = /:2: column \d holds, within quotes, what looks like the end of this row and the beginning of another, so nothing of the file is used; write each quote/;
const CUT = /ends in the middle of a row, or a quote in it is not closed|\.csv:2: a quote in this row is not closed; write each quote/;
/** How text cells are damaged; the rows that follow have the right number of cells again. */
const damage = {
  'not doubled': [['"rack 19""', '"x"'], STRAY],
  'left out': [['"rack 18', '"x"'], STRAY],
  'text behind the end': [['"rack" 18', 'x'], STRAY],
  'a pair that fits': [['"rack, 19""', 'plain 19"'], MERGED],
  'left out, and one that fits': [['"rack', 'plain 19"'], MERGED],
  'no other quote': [['"rack 19""', 'x'], CUT],
};

test('stock', async t => {
  for (const [name, [[one, two], said]] of Object.entries(damage))
    await t.test(name, async sub => {
      const p = await openStock(sub);
      stockFile(p, 'sku,title,warehouse,on_hand\nSOLO-1,x,MAIN,9\nLONG-5,x,MAIN,9\n', { age: 90 });
      await pull(p);
      const before = p.sandbox.truth();
      stockFile(p, `sku,title,warehouse,on_hand\nSOLO-1,${one},MAIN,1\nLONG-5,${two},MAIN,7\nLONG-5-RED,y,MAIN,3\n`, { age: 60 });
      assert.match(ended(await p.run('inventory pull'), 78).stderr, said);
      assert.deepEqual(moved(before, p.sandbox.truth()), {});
      stockFile(p, 'sku,title,warehouse,on_hand\nSOLO-1,"rack 19""",MAIN,1\nLONG-5,19" rack,MAIN,7\nLONG-5-RED,"soft,\nlong",MAIN,3\n', { age: 30 });
      await pull(p);
      assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [1, 7, 3], 'mended, it is used; quotes in plain cells, and line breaks, are text');
    });
});

test('an SKU that holds a row holds back what the file no longer lists', async t => {
  const p = await openStock(t);
  const more = Object.keys(p.sandbox.truth().stock).filter(key => key.endsWith(` @ ${LYON}`)).map(key => key.slice(0, -LYON.length - 3)).filter(sku => /^[A-Z0-9-]+$/.test(sku) && !SKUS.includes(sku));
  plainLevels(p.sandbox, more, [LYON], 10);
  const others = more.slice(0, 9).map(sku => `${sku},MAIN,9\n`).join('');
  stockFile(p, `sku,warehouse,on_hand\nSOLO-1,MAIN,9\nLONG-5,MAIN,9\n${others}`, { age: 90 });
  await pull(p);
  stockFile(p, `sku,warehouse,on_hand\n"SOLO-1,MAIN,1\nLONG-5",MAIN,7\n${others}`);
  const { records } = await pull(p, '', 1);
  assert.match(records.find(r => /^SOLO/.test(r.name)).reason, /^stock\.csv:2: column 'sku': 'SOLO-1,MAIN,1 LONG-5' holds a line break; look for a quote that is missing, or one too many/);
  assert.deepEqual([onHand(p, 'SOLO-1'), onHand(p, 'LONG-5')], [9, 9]);
});

test('products', async t => {
  for (const [name, [[one, two], said]] of Object.entries(damage))
    await t.test(name, async sub => {
      const p = await productPlace(sub, { bin: BIN_PLAIN });
      const price = sku => inShop(p.sandbox, sku).variants.find(v => v.sku === sku).price;
      const before = SKUS.map(price);
      productFile(p, `sku,title,price\nSOLO-1,${one},500.00\nLONG-5,${two},7.00\nLONG-5-RED,y,3.00\n`);
      assert.match(ended(await p.run('products push'), 78).stderr, said);
      assert.deepEqual(SKUS.map(price), before);
      productFile(p, 'sku,title,price\nSOLO-1,"rack 19""",500.00\nLONG-5,19" rack,7.00\n', { age: 30 });
      await push(p);
      assert.deepEqual(SKUS.slice(0, 2).map(price), ['500.00', '7.00']);
    });
});

test('deliveries', async t => {
  for (const [name, [[one, two], said]] of Object.entries(damage))
    await t.test(name, async sub => {
      const p = await shippingPlace(sub, { bin: BIN_PLAIN });
      const a = sell(p.sandbox, [['LONG-5', 3]]).name, b = sell(p.sandbox, [['LONG-5-RED', 2]]).name;
      deliveryFile(p, `delivery_id,order,sku,title,quantity\nD1,${a},LONG-5,${one},1\nD2,${b},LONG-5-RED,${two},2\n`);
      assert.match(ended(await p.run('fulfillments pull'), 78).stderr, said);
      assert.deepEqual([a, b].map(n => shipped(p.sandbox, n)), [[], []]);
    });
});

test('tables', async t => {
  for (const [name, [[one, two], said]] of Object.entries(damage))
    await t.test(name, async sub => {
      const p = await openStock(sub, { locations: `warehouse,note,store_location\nMAIN,${one},${LYON}\nSHOP,${two},${PARIS}\n` });
      const before = p.sandbox.truth();
      stockFile(p, 'sku,warehouse,on_hand\nSOLO-1,MAIN,1\n');
      assert.match(ended(await p.run('inventory pull'), 78).stderr, said);
      assert.deepEqual(moved(before, p.sandbox.truth()), {});
      assert.match(ended(await p.run('check'), 78).stdout, /^bad .*locations\.csv:2/m);
    });
});

test('adopt --csv', async t => {
  const p = await place(t, { sandbox: { orders: 5, seed: 8, nasty: 'off' }, bin: BIN_PLAIN });
  for (const [name, [[one, two], said]] of Object.entries(damage)) {
    p.write('ids.csv', `name,note,target\n#1002,${one},A-2\n#1003,${two},A-3\n`);
    assert.match(ended(await p.run('adopt orders --csv ids.csv'), 78, name).stderr, said);
  }
  assert.match(ended(await p.run('status'), 0).stdout, /orders/);
});

test('exports of products and inventory of the shop’s admin', async t => {
  const products = ([one, two]) => `Handle,Title,Variant SKU,Variant Price,Option1 Name,Option1 Value,Status\ncup,${one},CUP,1.00,Title,Default Title,active\nmug,${two},MUG,2.00,Title,Default Title,active\n`;
  const inventory = ([one, two]) =>
    `Handle,Title,Option1 Name,Option1 Value,SKU,Location,On hand (current),On hand (new)\ncup,${one},Title,Default Title,CUP,${LYON},1,\nmug,${two},Title,Default Title,MUG,${LYON},2,\n`;
  for (const [name, [cells, said]] of Object.entries(damage)) {
    await t.test(`products: ${name}`, async sub => {
      const p = productAdminPlace(sub, null, { bin: BIN_PLAIN });
      aged(p.write('exports/products.csv', products(cells)), 60);
      productFile(p, [{ product_id: 'M', sku: 'MUG', price: '3' }]);
      assert.match(ended(await p.run('products push'), 78).stderr, said);
      assert.deepEqual(imports(p), []);
    });
    await t.test(`inventory: ${name}`, async sub => {
      const p = adminPlace(sub, null, { bin: BIN_PLAIN });
      aged(p.write('exports/inventory.csv', inventory(cells)), 60);
      stockFile(p, [['MUG', 'MAIN', 1]]);
      assert.match(ended(await p.run('inventory pull'), 78).stderr, said);
      assert.deepEqual(imports(p), []);
    });
  }
});

test('exports of orders: the file is parked, the others go on', async t => {
  const text = fs.readFileSync('test/data/orders_export/current.csv', 'utf8');
  const [head] = text.split('\n');
  const at = head.split(',').indexOf('Notes');
  const row = (number, note) => {
    const cells = { Name: `#${number}`, 'Financial Status': 'paid', Currency: 'EUR', Subtotal: '5.00', Shipping: '0.00', Taxes: '0.00', Total: '5.00', 'Discount Amount': '0.00', 'Created at': '2026-11-03 10:00:01 +0100', 'Lineitem quantity': '1', 'Lineitem name': 'Pot', 'Lineitem price': '5.00', 'Lineitem sku': 'POT', 'Lineitem requires shipping': 'true', 'Lineitem taxable': 'true', Id: `720000000${number}`, Notes: note };
    return head.split(',').map(column => cells[column] ?? '').join(',');
  };
  assert.ok(at > 0);
  for (const [name, [[one, two], said]] of Object.entries(damage))
    await t.test(name, async sub => {
      const p = await place(sub, { sandbox: false, conf: { store: { connector: 'csv', path: 'exports' } }, bin: BIN_PLAIN });
      aged(p.write('exports/bad.csv', `${head}\n${row(3001, one)}\n${row(3002, two)}\n`), 3600);
      aged(p.write('exports/good.csv', `${head}\n${row(3050, '"for ""home"",\nand more"')}\n`), 1800);
      assert.match(ended(await p.run('orders export'), 1).stderr, new RegExp(said.source.replaceAll('column \\d', 'column \\d+')));
      assert.deepEqual([...p.exchange().orders().values()].map(([first]) => first.order_number), ['#3050']);
      assert.equal((await p.parked()).size, 1);
    });
});

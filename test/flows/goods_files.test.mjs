// Files of stock, products and deliveries as people and spreadsheets leave them: what is believed, what is refused, and how often
// that is said.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Admin, adminPlace, aged, exported, imports } from '../support/admin.mjs';
import { AdminProducts, productAdminPlace, productsExported } from '../support/admin_products.mjs';
import { csvRows } from '../support/csv.mjs';
import { productFile, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const DAY = 86400;
const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED'];
async function open(t, options) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, ...options });
  plainLevels(p.sandbox, SKUS, [LYON], 10);
  return p;
}
const onHand = (p, sku) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${LYON}`].on_hand;
const reasons = ({ records }) => Object.fromEntries(records.map(r => [r.name, `${r.code}: ${r.reason}`]));
const WARE = [
  { handle: 'tee', title: 'Tee', options: ['Size'], variants: ['S', 'M'].map(s => ({ options: [s], sku: `TEE-${s}`, price: '20.00', barcode: '4006381333931' })) },
  { handle: 'mug', title: 'Mug', variants: [{ sku: '748927000018', price: '9.00' }] },
];
const ware = t => {
  const admin = new AdminProducts(structuredClone(WARE));
  return { admin, p: productAdminPlace(t, admin, { bin: BIN_PLAIN }) };
};

test('in the place of a file', async t => {
  const cases = {
    'a folder': [p => fs.mkdirSync(p.path('out/stock.csv'), { recursive: true }), /out: stock\.csv is a folder, and there is no other new stock file; remove it/],
    'a link to itself': [p => fs.symlinkSync('stock.csv', p.path('out/stock.csv')), /out: stock\.csv can't be read \(Too many levels of symbolic links\)/],
    'a link that leads nowhere': [p => fs.symlinkSync('gone', p.path('out/stock.csv')), /out: stock\.csv is a link that leads nowhere/],
  };
  for (const [name, [make, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      fs.mkdirSync(p.path('out'));
      make(p);
      assert.match(ended(await p.run('inventory pull'), 78).stderr, said);
      assert.match((await p.run('check')).stdout, said);
      await sub.test('beside a file it costs itself only, and is told', async () => {
        stockFile(p, [['SOLO-1', 'MAIN', 4]], { name: 'stock-2.csv' });
        const { notices } = await pull(p);
        assert.equal(onHand(p, 'SOLO-1'), 4);
        assert.ok(notices.some(text => /out: stock\.csv .*, and is left out; remove it/.test(text)), notices.join());
      });
    });
  await t.test('a folder costs itself only where others have been used, what may hide a file does not', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 4]]);
    await pull(p);
    fs.mkdirSync(p.path('out/stock-old.csv'));
    const leftOut = /out: stock-old\.csv is a folder, and is left out; remove it/;
    assert.match(ended(await p.run('inventory pull --verbose'), 0).stderr, leftOut);
    ended(await p.run('inventory pull --full'), 0);
    assert.match((await p.run('check')).stdout, leftOut);
    fs.symlinkSync('gone', p.path('out/stock.csv'));
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /out: stock-old\.csv is a folder, stock\.csv is a link that leads nowhere, and there is no other new stock file/);
  });
  await t.test('a file whose name has no room for its time', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 4]], { name: `stock${'é'.repeat(123)}.csv` });
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 4);
    const [name] = fs.readdirSync(p.path('out/archive'));
    assert.match(name, /^stocké{107}\.\d{8}T\d{6}Z\.csv$/);
    silent(ended(await p.run('inventory pull'), 0));
  });
  await t.test('products.csv', async sub => {
    const { p } = ware(sub);
    fs.mkdirSync(p.path('out/products.csv'), { recursive: true });
    assert.match(ended(await p.run('products push'), 78).stderr, /products\.csv is a folder, and there is no other new products file/);
    fs.rmdirSync(p.path('out/products.csv'));
    productFile(p, [{ sku: 'TEE-S', price: '1' }]);
    ended(await p.run('products push'), 0);
    fs.mkdirSync(p.path('out/products-dir.csv'));
    assert.match(ended(await p.run('products push --verbose'), 0).stderr, /products-dir\.csv is a folder, and is left out; remove it/);
  });
  await t.test('the only export of the shop', async sub => {
    const { p } = ware(sub);
    fs.rmSync(p.path('exports/products_export.csv'));
    fs.mkdirSync(p.path('exports/products_export.csv'));
    productFile(p, [{ sku: 'TEE-S', price: '1' }]);
    assert.match(ended(await p.run('products push'), 78).stderr, /exports: there is no products export; make one .*; not used: products_export\.csv is a folder/);
  });
});

test('files that are dated in the future', async t => {
  await t.test('one hides nothing that comes later, used or not', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 1], ['LONG-5', 'MAIN', 1]], { age: 3600 });
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 2], ['LONG-5', 'MAIN', 2]], { age: -400 * DAY });
    const { notices } = await pull(p);
    assert.ok(notices.some(text => /stock\.csv is dated in the future \(20\d\d-.*set the clock of the machine that writes it/.test(text)), notices.join());
    assert.equal(onHand(p, 'SOLO-1'), 2);
    stockFile(p, [['SOLO-1', 'MAIN', 3]], { age: 60 });
    await pull(p);
    assert.deepEqual([onHand(p, 'SOLO-1'), onHand(p, 'LONG-5')], [3, 0], 'what it no longer lists is sold out');
    await pull(p, '--full');
    assert.equal(onHand(p, 'SOLO-1'), 3);
    assert.ok(fs.readdirSync(p.path('out/archive')).every(name => fs.statSync(p.path('out/archive', name)).mtimeMs < Date.now()));
  });
  await t.test('beside a correct one it is not used', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 2]], { name: 'stock-a.csv', age: -3 * DAY });
    stockFile(p, [['SOLO-1', 'MAIN', 3]], { name: 'stock-b.csv', age: 60 });
    const { notices } = await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 3);
    assert.ok(notices.some(text => /1 older stock file was not used: stock-b\.csv is a newer snapshot than stock-a\.csv/.test(text)), notices.join());
  });
  await t.test('1970: the clock is not set, and each file is used as it comes', async sub => {
    const p = await open(sub);
    const unset = (stock, at) => {
      fs.utimesSync(stockFile(p, [['SOLO-1', 'MAIN', at]]), at, at);
    };
    for (const at of [2, 3, 1]) {
      unset(p, at);
      const { notices } = await pull(p);
      assert.ok(notices.some(text => /stock\.csv is dated 1970-01-01T00:00:0\dZ, as by a clock that is not set, so it is taken for older .*set the clock of the machine that writes it/.test(text)), notices.join());
      assert.equal(onHand(p, 'SOLO-1'), at);
    }
    stockFile(p, [['SOLO-1', 'MAIN', 7]], { age: 60 });
    await pull(p);
    unset(p, 4);
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 4);
    await pull(p, '--full');
    assert.equal(onHand(p, 'SOLO-1'), 4);
  });
  await t.test('what arrives and is older than what was used is told', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 3]], { age: 60 });
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 2]], { age: 120 });
    const { notices } = await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 3);
    assert.ok(notices.some(text => /1 older stock file was not used: the one in archive\/ is a newer snapshot than stock\.csv/.test(text)), notices.join());
  });
  await t.test('an export of the shop', async sub => {
    const { admin, p } = ware(sub);
    productsExported(p, admin, { name: 'ahead.csv', age: -3 * DAY });
    admin.variant('TEE-S').price = '21.00';
    productsExported(p, admin, { name: 'now.csv', age: 30 });
    productFile(p, [{ sku: 'TEE-S', price: '20' }]);
    const { notices } = await push(p);
    assert.deepEqual(imports(p), ['products-changed-000001.csv'], 'compared with what the newest says');
    assert.ok(notices.some(text => /ahead\.csv is dated in the future .*, so it is taken for older than the others/.test(text)), notices.join());
  });
});

test('kinds of exports are told apart by what makes them so', async t => {
  const place = sub => {
    const admin = new Admin([{ sku: 'CAP', handle: 'cap', stock: { [LYON]: 3 } }]);
    const p = adminPlace(sub, admin, { bin: BIN_PLAIN });
    stockFile(p, [['CAP', 'MAIN', 2]]);
    return p;
  };
  const CUSTOMS = 'Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO\ncap,Cap,Title,Default Title,CAP,650500,FR\n';
  await t.test('codes for customs beside, and newer than, the inventory', async sub => {
    const p = place(sub);
    aged(p.write('exports/customs.csv', CUSTOMS), 20);
    ended(await p.run('inventory pull'), 0);
    assert.deepEqual(imports(p), ['inventory-000001.csv']);
  });
  await t.test('alone it is no inventory', async sub => {
    const p = place(sub);
    for (const name of fs.readdirSync(p.path('exports'))) fs.rmSync(p.path('exports', name), { recursive: true });
    aged(p.write('exports/customs.csv', CUSTOMS), 20);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /there is no inventory export; make one in the admin .* \(what is there tells customs' codes of products alone\)/);
  });
  await t.test('beside a products export it is none either', async sub => {
    const { admin, p } = ware(sub);
    aged(p.write('exports/customs.csv', CUSTOMS), 20);
    productFile(p, [{ sku: 'TEE-S', price: '1' }]);
    ended(await p.run('products push'), 0);
    assert.deepEqual([imports(p), admin.products.length], [['products-changed-000001.csv'], 2]);
  });
  await t.test('a newer one that can’t be read may be of the kind', async sub => {
    const { p } = ware(sub);
    aged(p.write('exports/new.csv', 'PK\u0003\u0004 a workbook'), 20);
    productFile(p, [{ sku: 'TEE-S', price: '1' }]);
    assert.match(ended(await p.run('products push'), 78).stderr, /new\.csv: is an Excel or OpenDocument workbook, no CSV file; save it as CSV UTF-8/);
    assert.deepEqual(imports(p), []);
  });
});

test('numbers that can be read in two ways, and what a spreadsheet made of SKUs', async t => {
  await t.test('stock', async sub => {
    const p = await open(sub);
    stockFile(p, 'sku,warehouse,on_hand\nSOLO-1,MAIN,1.299\nLONG-5,MAIN,"1,299"\nLONG-5-RED,MAIN,4\n7.48927E+11,MAIN,4\n#N/A,MAIN,4\n748927000000,MAIN,4\n');
    const said = reasons(await pull(p, '', 1));
    assert.match(said['SOLO-1'], /^bad_row: stock\.csv:2: column 'on_hand': '1\.299' has a thousands sign or three decimals/);
    assert.match(said['LONG-5'], /^bad_row: stock\.csv:3: column 'on_hand': '1,299' has a thousands sign/);
    assert.match(said['7.48927E+11'], /stock\.csv:5: column 'sku': '7\.48927E\+11' was a number that a spreadsheet shortened/);
    assert.match(said['748927000000'], /stock\.csv:7: column 'sku': '748927000000' ends in zeros/);
    assert.match(said['#N/A'], /stock\.csv:6: column 'sku': '#N\/A' is a spreadsheet's error/);
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [10, 10, 4]);
  });
  await t.test('prices', async sub => {
    const { admin, p } = ware(sub);
    productFile(p, 'sku,price,barcode,currency\nTEE-S,1.299,,EUR\nTEE-M,12.345,,EUR\n\'748927000018,7,4.00638E+12,EUR\n');
    const said = reasons(await push(p, '', 1));
    assert.match(said['TEE-S'], /products\.csv:2: column 'price': '1\.299' has/);
    assert.match(said['TEE-M'], /products\.csv:3: column 'price': '12\.345' has|products\.csv:3: the price 12\.345 has more decimals than EUR/);
    assert.match(said['748927000018'], /products\.csv:4: column 'barcode': '4\.00638E\+12' was a number/);
    assert.deepEqual([imports(p), admin.products.length], [[], 2]);
  });
  await t.test('an SKU that was saved twice makes no second article', async sub => {
    const { admin, p } = ware(sub);
    admin.variant('748927000018').sku = '748927000000';
    let twice = 400;
    const said = async rows => {
      productFile(p, rows, { age: (twice -= 1) });
      return reasons(await push(p, '', 1));
    };
    assert.match((await said([{ sku: '748927000012', price: '7', title: 'T', barcode: '4006380000000' }]))['748927000012'], /products\.csv:2: column 'barcode': '4006380000000' ends in zeros as/);
    assert.match((await said([{ sku: '748927000000', price: '7', title: 'T' }]))['748927000000'], /products\.csv:2: column 'sku': '748927000000' ends in zeros as a longer number does that a spreadsheet rounded; .*; if it is right, write an apostrophe before it/);
    assert.deepEqual(imports(p), []);
    productsExported(p, admin, { age: 50 });
    productFile(p, [{ sku: "'748927000000", price: '7', title: 'T' }], { age: 300 });
    await push(p);
    const [row] = csvRows(p.read('exports/import/products-changed-000001.csv'));
    assert.deepEqual([row['URL handle'], row.Price], ['mug', '7.00'], 'as the reason says');
  });
  await t.test('finer than the currency', async sub => {
    const { p } = ware(sub);
    productFile(p, [{ sku: 'TEE-S', price: '12.3456', cost: '7.12345' }, { sku: 'TEE-M', price: '12.3400', cost: '7.12345' }]);
    const answer = await push(p, '', 1);
    assert.match(reasons(answer)['TEE-S'], /products\.csv:2: the price 12\.3456 has more decimals than EUR has; have the ERP round it/);
    assert.equal(answer.summary.updated, 1);
  });
  await t.test('an apostrophe of an export, and yes in French', async sub => {
    const { p } = ware(sub);
    productFile(p, "sku,price,currency,tracked\n'748927000018,7,EUR,VRAI\n");
    await push(p);
    const [row] = csvRows(p.read('exports/import/products-changed-000001.csv'));
    assert.deepEqual([row['URL handle'], row.Price, row['Inventory tracker']], ['mug', '7.00', 'shopify']);
  });
});

test('a fault of the file is told once, by the file', async t => {
  await t.test('a column twice', async sub => {
    const p = await open(sub);
    stockFile(p, 'sku,warehouse,on_hand,Qty\nSOLO-1,MAIN,4,5\n');
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /stock\.csv: columns 3 and 4 \('on_hand' and 'Qty'\) are the same; leave one of them/);
    assert.equal(onHand(p, 'SOLO-1'), 10);
  });
  for (const [name, change, said] of [
    ['an SKU', text => text.replace("'748927000018", '7.48927E+11'), /products_export\.csv:4: column 'SKU': '7\.48927E\+11' was a number that a spreadsheet shortened.*; use the export as it was downloaded/],
    ['a price', text => text.replace('20.00', '"20,00"'), /products_export\.csv:2: column 'Price': '20,00' is no number such as 12\.50; use the export as it was downloaded/],
    ['a price to two cells', text => text.replace('20.00', '20,00'), /products_export\.csv:2: the row has (\d+) cells, the header has \d+, so nothing of the file is used/],
    ['the end of a row', text => text.replace(/,20\.00,.*/, ',20.00'), /products_export\.csv:2: the row has (\d+) cells, the header has \d+, so nothing of the file is used/],
    ['a flag', text => text.replace(',true,,deny', ',maybe,,deny'), /products_export\.csv:\d: column '\S.*': 'maybe' is not yes or no/],
  ])
    await t.test(`a products export in which a spreadsheet changed ${name}`, async sub => {
      const { p } = ware(sub);
      const text = p.read('exports/products_export.csv');
      assert.notEqual(change(text), text);
      aged(p.write('exports/products_export.csv', change(text)), 60);
      productFile(p, [{ sku: 'TEE-S', price: '1', title: 'T' }, { sku: '748927000018', price: '1', title: 'T' }]);
      assert.match(ended(await p.run('products push'), 78).stderr, said);
      assert.deepEqual(imports(p), []);
    });
  await t.test('one barcode for all', async sub => {
    const { p } = ware(sub);
    const rows = more => ['TEE-S', 'TEE-M', '748927000018'].map(sku => ({ sku, price: '1', ...more }));
    productFile(p, rows({ barcode: '4006381000000' }));
    assert.match(ended(await p.run('products push'), 78).stderr, /products\.csv:3: column 'barcode': '4006381000000' stands on line 2 for another SKU too, .* or without the column/);
    productFile(p, rows({ barcode: '4006381333931' }));
    assert.match(ended(await p.run('products push'), 78).stderr, /products\.csv: column 'barcode': '4006381333931' stands in every row that has one, for 3 SKUs; nothing of the file is used/);
    assert.deepEqual(imports(p), []);
    productFile(p, rows());
    await push(p);
    assert.equal(csvRows(p.read('exports/import/products-changed-000001.csv')).length, 3);
  });
  await t.test('three decimals of the configured currency', async sub => {
    const { p } = ware(sub);
    p.configure({ store: { currency: 'KWD' }, csv: { currency: 'KWD' } });
    productFile(p, [{ sku: 'TEE-S', price: '1.299' }]);
    await push(p);
    assert.equal(csvRows(p.read('exports/import/products-changed-000001.csv'))[0].Price, '1.299');
  });
  await t.test('an empty cell is of the configured currency, as a missing column is; a wrong one of none', async sub => {
    const { p } = ware(sub);
    p.configure({ store: { currency: 'KWD' }, csv: { currency: 'kwd' } });
    productFile(p, "sku,price,currency\nTEE-S,1.299,\n'748927000018,2.5,KWDD\n");
    ended(await p.run('products push'), 1);
    assert.deepEqual(csvRows(p.read('exports/import/products-changed-000001.csv')).map(row => row.Price).filter(Boolean).slice(0, 1), ['1.299']);
    assert.match((await p.queue('--parked'))[0].reason, /products\.csv:3: column 'currency': 'KWDD' is no ISO 4217 code such as EUR/);
    for (const [section, name] of [['csv', '[csv]'], ['store', '[store]']]) {
      p.configure({ store: { currency: 'KWD' }, csv: { currency: 'KWD' }, [section]: { currency: 'Dinar' } });
      productFile(p, 'sku,price,currency\nTEE-S,1.3,\n');
      const { stderr } = ended(await p.run('products push'), 78);
      assert.ok(stderr.includes(`${name} currency`) && stderr.includes("'Dinar' is no ISO 4217 code such as EUR"), stderr);
    }
  });
  await t.test('TRUE in another language is what it was', async sub => {
    const { p } = ware(sub);
    aged(p.write('exports/products_export.csv', p.read('exports/products_export.csv').replaceAll(',true,', ',WAHR,')), 60);
    productFile(p, [{ sku: 'TEE-S', price: '1', requires_shipping: 'no' }]);
    await push(p);
    assert.deepEqual(csvRows(p.read('exports/import/products-changed-000001.csv')).map(row => row['Requires shipping']), ['FALSE', 'TRUE']);
  });
  await t.test('an inventory export that broke off', async sub => {
    const admin = new Admin([{ sku: 'CAP', handle: 'cap', stock: { [LYON]: 3 } }]);
    const p = adminPlace(sub, admin, { bin: BIN_PLAIN });
    exported(p, admin);
    const [name] = fs.readdirSync(p.path('exports')).filter(file => file.endsWith('.csv'));
    aged(p.write(`exports/${name}`, admin.export().slice(0, -12)), 60);
    stockFile(p, [['CAP', 'MAIN', 5]]);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /ends in the middle of a row, or a quote in it is not closed, so nothing of it is used; download the export again/);
  });
  await t.test('Windows-1252 is read where it is declared', async sub => {
    const p = await open(sub);
    const bytes = Buffer.from('sku,warehouse,title,on_hand\nSOLO-1,MAIN,Caf\xe9,4\n', 'latin1');
    stockFile(p, [['SOLO-1', 'MAIN', 1]]);
    aged((fs.writeFileSync(p.path('out/stock.csv'), bytes), p.path('out/stock.csv')), 60);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /stock\.csv:2: holds text that is not UTF-8; save the file as CSV UTF-8, or, if it is Windows-1252, set read_encoding = windows-1252/);
    p.configure({ erp: { read_encoding: 'windows-1252' } });
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 4);
  });
});

test('what root makes belongs to whom the folder belongs to', { skip: process.getuid() !== 0 && 'root alone can give files away' }, async t => {
  const { p } = ware(t);
  const owner = 1234;
  p.configure({ state: { path: 'var/erpsync.db' }, log: { path: 'var/erpsync.log' } });
  for (const dir of ['var', 'exports', 'out']) {
    fs.mkdirSync(p.path(dir), { recursive: true });
    fs.chownSync(p.path(dir), owner, owner);
  }
  productFile(p, [{ sku: 'TEE-S', price: '1' }]);
  ended(await p.run('products push'), 0);
  const made = ['var', 'exports/import', 'out/archive'].flatMap(dir => [p.path(dir), ...fs.readdirSync(p.path(dir), { recursive: true }).map(name => path.join(p.path(dir), name))]);
  assert.ok(made.length > 8, made.join());
  const file = /products\.\d+T/;
  assert.deepEqual(made.filter(name => !file.test(name) && fs.statSync(name).uid !== owner), [], 'but the ERP’s own file keeps its owner');
  silent(ended(await p.run('products push'), 0));
});

test('a file that ends in the middle of its last cell', async t => {
  const p = await open(t);
  stockFile(p, 'sku,warehouse,on_hand\nSOLO-1,MAIN,12\nLONG-5,MAIN,1');
  assert.match(ended(await p.run('inventory pull'), 78).stderr, /stock\.csv: ends in the middle of a row.*with a line end\s+after its last row/);
  assert.equal(onHand(p, 'LONG-5'), 10, 'whose rest was not there yet');
  stockFile(p, 'sku,warehouse,on_hand\nSOLO-1,MAIN,12\nLONG-5,MAIN,"15"', { age: 50 });
  ended(await p.run('inventory pull'), 0);
  assert.deepEqual([onHand(p, 'SOLO-1'), onHand(p, 'LONG-5')], [12, 15]);
});

test('what a spreadsheet made of other texts', async t => {
  const { admin, p } = ware(t);
  admin.export(p);
  productFile(p, [{ sku: 'NEW-1', title: '#N/A', price: '5' }]);
  const { records } = await push(p, '', 1);
  assert.match(records[0].reason, /'title'.*is a spreadsheet's error/);
});

test('an SKU that lost its leading zeros makes no second product', async t => {
  const admin = new AdminProducts([{ handle: 'tin', title: 'Tin', variants: [{ sku: '012345', price: '9.00' }] }]);
  const p = productAdminPlace(t, admin, { bin: BIN_PLAIN });
  admin.export(p);
  productFile(p, [{ sku: '12345', title: 'Tin', price: '5' }]);
  const { records } = await push(p, '', 1);
  assert.deepEqual([records[0].code, /'012345'/.test(records[0].reason)], ['near_miss', true]);
});

test('an SKU that the export has in another spelling makes no second product', async t => {
  const seen = text => text.replace('\u200b', ' ');
  const spelled = { mug: ['MUG', 'case'], 'TEE\u2011S': ['TEE-S', 'dashes'], 'C\u200bAP': ['CAP', 'blanks'], 'L00P': ['LOOP', 'the letter O and zero'] };
  for (const [sku, [shop, what]] of Object.entries(spelled))
    await t.test(JSON.stringify(sku), async sub => {
      const admin = new AdminProducts([{ handle: 'one', title: 'One', variants: [{ sku: shop, price: '9.00' }] }]);
      const p = productAdminPlace(sub, admin, { bin: BIN_PLAIN });
      productFile(p, [{ product_id: 'P', sku, title: 'One', price: '5' }]);
      const { records } = await push(p, '', 1);
      assert.equal(records[0].code, 'near_miss');
      assert.ok(records[0].reason.includes(`the shop has the SKU '${shop}' (products_export.csv:2), and '${seen(sku)}' differs from it in ${what} alone`), records[0].reason);
      assert.deepEqual(imports(p), []);
      await sub.test('another article, which is in the shop by now', async () => {
        const more = new AdminProducts([{ handle: 'one', title: 'One', variants: [{ sku: shop, price: '9.00' }] }, { handle: 'two', title: 'Two', variants: [{ sku, price: '5.00' }] }]);
        productsExported(p, more, { age: 30 });
        ended(await p.run('queue retry P'), 0);
        await push(p);
        assert.equal((await p.queue('--parked')).length, 0);
      });
    });
  await t.test('signs of no width around it are none of it', async sub => {
    const { p } = ware(sub);
    productFile(p, [{ sku: '\u200eTEE-S\u200b', price: '1' }]);
    await push(p);
    assert.deepEqual(imports(p), ['products-changed-000001.csv']);
  });
});

test('a new variant that another product of the export has in another spelling', async t => {
  const { p } = ware(t);
  const row = (sku, size) => ({ product_id: 'P', sku, title: 'Tee', price: '20.00', option1_name: 'Size', option1_value: size });
  productFile(p, [row('TEE-S', 'S'), row('TEE-M', 'M'), row('tee-l', 'L'), row('0748927000018', 'XL')]);
  const { records } = await push(p, '', 1);
  assert.match(records[0].reason, /'0748927000018' is that of another variant of the shop \('748927000018', products_export\.csv:4, which differs in leading zeros alone\)/);
  const written = imports(p).map(name => p.read(`exports/import/${name}`)).join();
  assert.ok(written.includes('tee-l') && !written.includes('0748927000018'), written);
});

// Rows of a snapshot that do not tell their article: what is not listed is not gone for certain.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, PARIS, moved, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED'];
const onHand = (p, sku, place = LYON) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${place}`].on_hand;
const left = p => SKUS.flatMap(sku => [onHand(p, sku), onHand(p, sku, PARIS)]);
const codes = async p => Object.fromEntries([...(await p.parked())].map(([name, row]) => [name, row.code]));
const HEAD = 'sku,warehouse,on_hand\n';
const SECOND = 'LONG-5,MAIN,6\nLONG-5,SHOP,6\nLONG-5-RED,MAIN,6\nLONG-5-RED,SHOP,6\n';

/** Told of 5 of each in both warehouses. */
async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  plainLevels(p.sandbox, SKUS, [LYON, PARIS], 10);
  stockFile(p, SKUS.flatMap(sku => [[sku, 'MAIN', 5], [sku, 'SHOP', 5]]), { age: 300 });
  await pull(p);
  return p;
}

test('what may be the article of such a row keeps what it has', async t => {
  const cases = {
    'a SKU that a spreadsheet shortened': '5.2E+12,MAIN,6\n5.2E+12,SHOP,6\n',
    'no SKU': ',MAIN,6\n,SHOP,6\n',
    'a formula that found nothing': '#N/A,MAIN,6\n#N/A,SHOP,6\n',
    'a row that can’t be read': 'SOLO-1\0,MAIN,6\nSOLO-1\0,SHOP,6\n',
    'cells that moved': 'SOLO-2,1,MAIN,6\nSOLO-2,1,SHOP,6\n',
    'another case': 'solo-1,MAIN,6\nsolo-1,SHOP,6\n',
  };
  for (const [what, rows] of Object.entries(cases))
    await t.test(what, async sub => {
      const p = await open(sub);
      stockFile(p, HEAD + rows + SECOND, { age: 200 });
      const { records } = await pull(p, '', 1);
      const held = records.find(r => r.name === 'SOLO-1');
      assert.equal(held.code, 'gone');
      assert.match(held.reason, /^stock\.csv does not list 'SOLO-1', (and a row that does not tell its article may be it \(.*stock\.csv:2: .*|but 'solo-1', which differs in case,).* the shop keeps what it has; .* with 0$/);
      assert.deepEqual(left(p), [5, 5, 6, 6, 6, 6]);
      await sub.test('asked for by name', async () => {
        await p.run('inventory pull --only SOLO-1');
        assert.equal((await codes(p))['SOLO-1'], 'gone');
        assert.deepEqual(left(p), [5, 5, 6, 6, 6, 6]);
      });
      await sub.test('written anew', async () => {
        stockFile(p, `${HEAD}SOLO-1,MAIN,5\nSOLO-1,SHOP,5\n${SECOND}`, { age: 100 });
        await pull(p);
        assert.equal((await codes(p))['SOLO-1'], undefined);
        assert.deepEqual(left(p), [5, 5, 6, 6, 6, 6]);
      });
      await sub.test('the same once more, and then a list that can be read and has it no longer', async () => {
        stockFile(p, HEAD + rows + SECOND, { age: 80 });
        await pull(p, '', 1);
        stockFile(p, HEAD + SECOND, { age: 60 });
        await pull(p);
        assert.deepEqual(left(p), [0, 0, 6, 6, 6, 6]);
      });
    });
  await t.test('with 0, as the reason says', async sub => {
    const p = await open(sub);
    stockFile(p, `${HEAD},MAIN,6\n${SECOND}`, { age: 200 });
    await pull(p, '', 1);
    stockFile(p, `${HEAD},MAIN,6\nSOLO-1,MAIN,0\nSOLO-1,SHOP,0\n${SECOND}`, { age: 100 });
    await pull(p);
    assert.deepEqual(left(p), [0, 0, 6, 6, 6, 6]);
  });
  await t.test('two that were listed beside each other are two', async sub => {
    const p = await open(sub);
    stockFile(p, `${HEAD}SOLO-1,MAIN,6\nSOLO-1,SHOP,6\nsolo-1,MAIN,3\n${SECOND}`, { age: 200 });
    await pull(p, '', 1);
    stockFile(p, `${HEAD}solo-1,MAIN,3\n${SECOND}`, { age: 100 });
    await pull(p);
    assert.deepEqual(left(p), [0, 0, 6, 6, 6, 6]);
  });
});

test('a warehouse whose row may be such a one', async t => {
  const cases = {
    'merged cells': 'SOLO-1,MAIN,7\n,SHOP,6\n',
    'a row that can’t be read': 'SOLO-1,MAIN,7\nSOLO-1,SHOP,6\0\n',
  };
  for (const [what, rows] of Object.entries(cases))
    await t.test(what, async sub => {
      const p = await open(sub);
      stockFile(p, HEAD + rows + SECOND, { age: 200 });
      const { records } = await pull(p, '', 1);
      assert.match(records.find(r => r.name === 'SOLO-1').reason, /^'SOLO-1' has no row in warehouse 'SHOP' any more, where it had one, and a row that does not tell its article may be it \(.*stock\.csv:3: .*\); have the ERP write the file anew, or list it there with 0$/);
      assert.deepEqual(left(p), [5, 5, 6, 6, 6, 6]);
      await sub.test('listed there with 0', async s => {
        const q = await open(s);
        stockFile(q, `${HEAD}SOLO-1,MAIN,7\nSOLO-1,SHOP,0\n,SHOP,6\n${SECOND}`, { age: 200 });
        await pull(q, '', 1);
        assert.deepEqual(left(q), [7, 0, 6, 6, 6, 6]);
      });
      await sub.test('a list that can be read and has no such row: nothing is there, whatever the one between said', async () => {
        stockFile(p, `${HEAD}SOLO-1,MAIN,8\n${SECOND}`, { age: 100 });
        await pull(p);
        assert.deepEqual(left(p), [8, 0, 6, 6, 6, 6]);
      });
    });
  await t.test('the article could not be read in between', async sub => {
    const p = await open(sub);
    stockFile(p, `${HEAD}SOLO-1,MAIN,seven\n${SECOND}`, { age: 200 });
    await pull(p, '', 1);
    stockFile(p, `${HEAD}SOLO-1,MAIN,8\n${SECOND}`, { age: 100 });
    await pull(p);
    assert.deepEqual(left(p), [8, 0, 6, 6, 6, 6]);
  });
});

test('a spreadsheet that took many SKUs for numbers: the file is refused', async t => {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  const skus = p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked).slice(0, 60).map(v => v.sku);
  plainLevels(p.sandbox, skus, [LYON], 10);
  stockFile(p, skus.map(sku => [sku, 'MAIN', 5]), { age: 300 });
  await pull(p);
  const before = p.sandbox.truth();
  for (const spoil of [(sku, i) => (i < 25 ? '7.48927E+11' : sku), (sku, i) => (i < 25 ? `0${sku}` : sku)]) {
    stockFile(p, skus.map((sku, i) => [spoil(sku, i), 'MAIN', 6]), { age: 200 });
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /out\/stock\.csv: 25 articles that the shop was told of are missing, and 25 rows tell no article .* its SKUs were changed, .* and it is not used; have the ERP write it anew/);
    assert.deepEqual(moved(before, p.sandbox.truth()), {});
  }
  stockFile(p, skus.map(sku => [sku, 'MAIN', 6]), { age: 100 });
  silent(ended(await p.run('inventory pull'), 0));
  assert.equal(onHand(p, skus[0]), 6);
});

test('="…" is what stands in it', async t => {
  const p = await open(t);
  stockFile(p, `${HEAD}"=""SOLO-1""","=""MAIN""",7\n="SOLO-1",="SHOP",8\n${SECOND}`, { age: 200 });
  await pull(p);
  assert.deepEqual(left(p), [7, 8, 6, 6, 6, 6]);
  await t.test('another formula is refused', async () => {
    stockFile(p, `${HEAD}SOLO-1,MAIN,7\nSOLO-1,SHOP,8\n"=CONCAT(""A"",1)",MAIN,1\n${SECOND}`, { age: 100 });
    const { records } = await pull(p, '', 1);
    assert.match(records[0].reason, /^stock\.csv:4: column 'sku': '=CONCAT\("A",1\)' is a spreadsheet's formula; have its value written/);
  });
});

test('what a row told that named no article goes with the next list that has it no longer', async t => {
  const rows = '7.48E+11,MAIN,6\n,MAIN,6\n#N/A,MAIN,6\nX\0,MAIN,6\n';
  const good = `${HEAD}SOLO-1,MAIN,5\nSOLO-1,SHOP,5\n${SECOND}`;
  const p = await open(t);
  stockFile(p, good + rows, { age: 200 });
  await pull(p, '', 1);
  assert.deepEqual([...(await p.parked()).keys()].sort(), ['#N/A', '7.48E+11', 'stock.csv: unreadable row 7', 'stock.csv:9']);
  await t.test('the same once more, on other lines and from archive/, is no news', async () => {
    stockFile(p, HEAD + rows + good.slice(HEAD.length), { age: 150 });
    silent(ended(await p.run('inventory pull'), 0));
    await p.run('inventory pull --full');
    assert.equal((await p.parked()).size, 4);
  });
  await t.test('one of them mended', async () => {
    stockFile(p, good + rows.replace('7.48E+11,MAIN,6\n', ''), { age: 100 });
    silent(ended(await p.run('inventory pull'), 0));
    assert.equal((await p.parked()).size, 3);
    assert.ok(!(await p.parked()).has('7.48E+11'));
  });
  await t.test('no file of changes mends a list, or what another one said', async () => {
    stockFile(p, `${HEAD}SOLO-1,MAIN,7\nSOLO-1,SHOP,7\n,MAIN,99\n`, { name: 'stock-changes.csv', age: 80 });
    const { records } = await pull(p, '', 1);
    assert.match(records.find(r => r.name === 'stock-changes.csv:4').reason, /the row has no SKU; .* this entry goes with the next whole list, or with: erpsync queue drop 'stock-changes\.csv:4'$/);
    stockFile(p, `${HEAD}SOLO-1,MAIN,8\nSOLO-1,SHOP,8\n`, { name: 'stock-changes.csv', age: 70 });
    await pull(p);
    assert.equal((await p.parked()).size, 4);
    ended(await p.run(['queue', 'drop', 'stock-changes.csv:4']), 0);
  });
  await t.test('all of them, also after they were tried again', async () => {
    ended(await p.run('queue retry --all'), 0);
    await p.run('inventory pull');
    assert.equal((await p.parked()).size, 3);
    stockFile(p, good, { age: 50 });
    silent(ended(await p.run('inventory pull'), 0));
    assert.equal((await p.parked()).size, 0);
  });
});

test('names of files of changes', async t => {
  const changes = `${HEAD}SOLO-1,MAIN,3\nSOLO-1,SHOP,3\nLONG-5,MAIN,3\nLONG-5,SHOP,3\n`;
  for (const name of ['stock changes.csv', 'stock_changes.csv', 'Stock-Changes (1).csv'])
    await t.test(name, async sub => {
      const p = await open(sub);
      stockFile(p, changes, { name, age: 100 });
      await pull(p);
      assert.deepEqual(left(p), [3, 3, 3, 3, 5, 5]);
    });
  for (const name of ['stock-change.csv', 'stock-delta.csv', 'stock 2026 diff.csv', 'stockchanges.csv', 'stock-Änderungen.csv'])
    await t.test(name, async sub => {
      const p = await open(sub);
      stockFile(p, changes, { name, age: 100 });
      assert.match(ended(await p.run('inventory pull'), 78).stderr, /out\/stock.*\.csv: is called as changes are, and would be read as a snapshot, in which what it leaves out is sold out; if it is changes, call it stock-changes\.csv, or stock-changes-….csv, else by another name$/m);
      assert.deepEqual(left(p), [5, 5, 5, 5, 5, 5]);
      ended(await p.run('check'), 78);
    });
  await t.test('stock-exchange.csv is a snapshot', async sub => {
    const p = await open(sub);
    stockFile(p, changes, { name: 'stock-exchange.csv', age: 100 });
    await pull(p);
    assert.deepEqual(left(p), [3, 3, 3, 3, 0, 0]);
  });
});

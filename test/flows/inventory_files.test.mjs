// Stock files of the ERP: which are used, when, how, and what becomes of them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, PARIS, moved, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED'];
async function open(t, options) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, ...options });
  plainLevels(p.sandbox, SKUS, [LYON, PARIS], 10);
  return p;
}
const onHand = (p, sku, place = LYON) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${place}`].on_hand;
const names = (p, dir) => (p.exists(dir) ? fs.readdirSync(p.path(dir)).filter(name => name.startsWith('stock')) : []);

test('a used file is put away under its time', async t => {
  const p = await open(t);
  stockFile(p, [['SOLO-1', 'MAIN', 4]]);
  await pull(p);
  assert.deepEqual(names(p, 'out'), []);
  assert.match(names(p, 'out/archive')[0], /^stock\.\d{8}T\d{6}Z\.csv$/);
  stockFile(p, [['SOLO-1', 'MAIN', 5]], { age: 30 });
  await pull(p);
  assert.equal(names(p, 'out/archive').length, 2);
  assert.equal(onHand(p, 'SOLO-1'), 5);
});

test('no exchange folder, or a file in its place: not "nothing to do"', async t => {
  const p = await open(t);
  const says = async said => {
    assert.match(ended(await p.run('inventory pull'), 78).stderr, said);
    assert.match(ended(await p.run('check'), 78).stdout, said);
  };
  ended(await p.run('inventory pull'), 78);
  assert.match(ended(await p.run('status'), 0).stdout, /^ +last run +failed here \(configuration, a file or the state file\), /m);
  await says(/out: the exchange folder is not there; run, as user [^:]*: mkdir -p \S*\/out; or correct path=/);
  p.write('out', 'a file');
  await says(/out: is a file, and the exchange folder is to be a folder; correct path=/);
});

test('no file, other files: nothing to do', async t => {
  const p = await open(t);
  fs.mkdirSync(p.path('out'));
  silent(ended(await p.run('inventory pull'), 0));
  stockFile(p, [['SOLO-1', 'MAIN', 4]], { name: 'prices.csv' });
  silent(ended(await p.run('inventory pull'), 0));
  assert.equal(onHand(p, 'SOLO-1'), 10);
  assert.ok(p.exists('out/prices.csv'));
});

test('as ERPs write them', async t => {
  const cases = {
    'semicolons and decimal commas': 'Artikelnummer;Lager;Qty\nSOLO-1;MAIN;4,7\n',
    'tabs, a BOM, CRLF': '\ufeffSKU\tWarehouse\tOn hand\r\nSOLO-1\tMAIN\t4.0\r\n',
    'other columns and another order': 'On-Hand,Supplier,internal_reference,Location\n4,Acme,SOLO-1,MAIN\n',
    'quotes and no line end': '"sku","warehouse","on_hand"\n"SOLO-1","MAIN","4"',
  };
  for (const [name, text] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      stockFile(p, text);
      await pull(p);
      assert.equal(onHand(p, 'SOLO-1'), 4);
    });
  await t.test('without warehouses there is one', async sub => {
    const p = await open(sub, { locations: `warehouse,store_location\ndefault,${LYON}\n` });
    stockFile(p, 'sku,quantity\nSOLO-1,4\n');
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 4);
  });
});

test('files that are not ready or not right', async t => {
  const cases = {
    'written a moment ago': [{ age: 3 }, 'sku,warehouse,on_hand\nSOLO-1,MAIN,4\n', 75, null],
    'broken off in a row': [{}, 'sku,warehouse,on_hand\nLONG-5,MAIN,4\nSOLO-1,MA', 78, /out\/stock\.csv: ends in the middle of a row/],
    'broken off in a quote': [{}, 'sku,warehouse,on_hand\nLONG-5,MAIN,4\n"SOLO-1,MAIN,4\n', 78, /ends in the middle of a row/],
    'no column for the SKU': [{}, 'name,warehouse,on_hand\nSOLO-1,MAIN,4\n', 78, /stock\.csv: there is no column 'sku'/],
    'no figure': [{}, 'sku,warehouse,price\nSOLO-1,MAIN,4\n', 78, /none of the columns 'on_hand'/],
    'too old': [{ age: 90000 }, 'sku,warehouse,on_hand\nSOLO-1,MAIN,4\n', 78, /was written 1d 1h ago, longer than \[inventory\] max_age = 1d/],
  };
  for (const [name, [how, text, status, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      stockFile(p, text, how);
      const before = p.sandbox.truth();
      const result = ended(await p.run('inventory pull'), status);
      if (said) assert.match(result.stderr, said);
      else silent(result);
      assert.deepEqual(moved(before, p.sandbox.truth()), {});
      assert.ok(p.exists('out/stock.csv'), 'stays where it is');
    });
});

test('rows that can’t be used park their article, with file and line', async t => {
  const p = await open(t);
  stockFile(p, 'sku,warehouse,on_hand\nSOLO-1,MAIN,4\nLONG-5,MAIN,four\n,MAIN,4\nLONG-5-RED,MAIN,1\nLONG-5-RED,MAIN,2\nX,,1\nY,MAIN,1,2\n');
  const { records } = await pull(p, '', 1);
  const reasons = Object.fromEntries(records.map(r => [r.name, r.reason]));
  assert.match(reasons['LONG-5'], /^stock\.csv:3: column 'on_hand': 'four' is no quantity/);
  assert.match(reasons['stock.csv:4'], /^stock\.csv:4: the row has no SKU/);
  assert.match(reasons['LONG-5-RED'], /^stock\.csv:6: 'LONG-5-RED' in warehouse 'MAIN' stands on line 5 already/);
  assert.match(reasons.X, /^stock\.csv:7: the row has no warehouse/);
  assert.match(reasons.Y, /^stock\.csv:8: the row has 4 cells, the header has 3/);
  assert.equal(onHand(p, 'SOLO-1'), 4);
  await t.test('the same mistakes in the next file are no news', async () => {
    stockFile(p, 'sku,warehouse,on_hand\nSOLO-1,MAIN,3\nLONG-5,MAIN,four\nLONG-5-RED,MAIN,2\n', { age: 30 });
    silent(ended(await p.run('inventory pull'), 0));
    assert.deepEqual([onHand(p, 'SOLO-1'), onHand(p, 'LONG-5-RED')], [3, 2]);
    assert.equal((await p.parked()).get('LONG-5').code, 'bad_row');
  });
});

test('snapshots and changes', async t => {
  await t.test('the newest snapshot and the changes after it count, each article once', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 1], ['LONG-5', 'MAIN', 1]], { name: 'stock-changes-1.csv', age: 300 });
    stockFile(p, [['SOLO-1', 'MAIN', 2]], { name: 'stock-1.csv', age: 200 });
    stockFile(p, [['SOLO-1', 'MAIN', 3], ['LONG-5-RED', 'MAIN', 3]], { name: 'stock-2.csv', age: 100 });
    stockFile(p, [['SOLO-1', 'MAIN', 4]], { name: 'stock-changes-2.csv', age: 50 });
    const seen = requestsOf(p.sandbox);
    const { notices } = await pull(p);
    assert.deepEqual([onHand(p, 'SOLO-1'), onHand(p, 'LONG-5'), onHand(p, 'LONG-5-RED')], [4, 10, 3]);
    assert.equal(seen({ operation: 'StockSet' })[0].variables.input.quantities.length, 2);
    assert.ok(notices.some(text => /2 older stock files were not used: stock-2\.csv is a newer snapshot/.test(text)));
    assert.equal(names(p, 'out').length, 0);
    await sub.test('--full takes the last snapshot and the changes after it', async () => {
      plainLevels(p.sandbox, SKUS, [LYON], 10);
      await pull(p, '--full');
      assert.deepEqual([onHand(p, 'SOLO-1'), onHand(p, 'LONG-5'), onHand(p, 'LONG-5-RED')], [4, 10, 3]);
    });
  });
  await t.test('a warehouse that only changes named, and the next snapshot does not', async sub => {
    const p = await open(sub);
    const list = n => [['SOLO-1', 'MAIN', n], ['LONG-5', 'MAIN', n], ['LONG-5-RED', 'MAIN', n]];
    stockFile(p, list(7), { age: 90 });
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 7], ['SOLO-1', 'SHOP', 3]], { name: 'stock-changes.csv', age: 80 });
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1', PARIS), 3);
    stockFile(p, list(6), { age: 70 });
    await pull(p);
    assert.deepEqual([onHand(p, 'SOLO-1'), onHand(p, 'SOLO-1', PARIS)], [6, 0]);
    await sub.test('of several articles: its rows look lost', async () => {
      stockFile(p, ['SOLO-1', 'LONG-5'].flatMap(sku => [[sku, 'MAIN', 6], [sku, 'SHOP', 3]]), { name: 'stock-changes.csv', age: 60 });
      await pull(p);
      stockFile(p, list(5), { age: 50 });
      assert.match(ended(await p.run('inventory pull'), 78).stderr, /no row in warehouse 'SHOP' for 2 of the 2 articles that changes after the last snapshot \(.*stock-changes.* had there \('SOLO-1', 'LONG-5'\), and is not used/);
      assert.equal(onHand(p, 'LONG-5', PARIS), 3);
    });
  });
  await t.test('what a snapshot no longer lists is sold out', async sub => {
    const p = await open(sub);
    /* Most of each warehouse must stay. */
    const others = p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked && !SKUS.includes(v.sku)).slice(0, 2).map(v => [v.sku, 'SHOP', 5]);
    stockFile(p, [...others, ...SKUS.flatMap(sku => [[sku, 'MAIN', 5], [sku, 'SHOP', 5]])]);
    await pull(p);
    stockFile(p, [...others, ['SOLO-1', 'MAIN', 5], ['LONG-5', 'MAIN', 5], ['LONG-5', 'SHOP', 5]], { age: 30 });
    await pull(p);
    const rest = SKUS.map(sku => [onHand(p, sku), onHand(p, sku, PARIS)]);
    assert.deepEqual(rest, [[5, 0], [5, 5], [0, 0]]);
    /* The same again: nothing is left to do. */
    stockFile(p, [...others, ['SOLO-1', 'MAIN', 5], ['LONG-5', 'MAIN', 5], ['LONG-5', 'SHOP', 5]], { age: 20 });
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.equal(seen({ operation: 'StockSet' }).length, 0);
  });
  await t.test('what changes do not list stays', async sub => {
    const p = await open(sub);
    stockFile(p, SKUS.map(sku => [sku, 'MAIN', 5]));
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 4]], { name: 'stock-changes.csv', age: 30 });
    await pull(p);
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [4, 5, 5]);
  });
  await t.test('a snapshot that lost half its articles is not believed', async sub => {
    const p = await open(sub);
    const many = p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked).slice(0, 40).map(v => v.sku);
    stockFile(p, [...many, ...SKUS].map(sku => [sku, 'MAIN', 5]));
    ended(await p.run('inventory pull'), 0);
    stockFile(p, SKUS.map(sku => [sku, 'MAIN', 5]), { age: 30 });
    const before = p.sandbox.truth();
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /40 of the 43 of the last snapshot .* looks broken off/);
    assert.deepEqual(moved(before, p.sandbox.truth()), {});
  });
  await t.test('articles that the shop never had are not missed, whichever way it is asked', async sub => {
    const p = await open(sub);
    const unknown = ['NO-1', 'NO-2', 'NO-3', 'NO-4'].map(sku => [sku, 'MAIN', 5]);
    stockFile(p, [...unknown, ...SKUS.map(sku => [sku, 'MAIN', 5])], { age: 300 });
    ended(await p.run('inventory pull'), 1);
    stockFile(p, SKUS.map(sku => [sku, 'MAIN', 4]), { age: 200 });
    assert.doesNotMatch((await p.run('check')).stdout, /are missing/);
    ended(await p.run('inventory pull --only SOLO-1'), 0);
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [4, 5, 5]);
    assert.ok(p.exists('out/stock.csv'));
    ended(await p.run('inventory pull'), 0);
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [4, 4, 4]);
    /* Those that it has are, in all ways. */
    stockFile(p, [['SOLO-1', 'MAIN', 3]], { age: 30 });
    for (const line of ['inventory pull --only SOLO-1', 'inventory pull --full', 'inventory pull', 'check'])
      await sub.test(line, async () => {
        const run = ended(await p.run(line), 78);
        assert.match(run.stdout + run.stderr, /2 of the 3 .* are missing \('LONG-5', 'LONG-5-RED'\): /);
        assert.equal(onHand(p, 'SOLO-1'), 4);
      });
  });
  await t.test('one that was used is not refused when it is read once more', async sub => {
    const p = await open(sub);
    const unknown = ['NO-1', 'NO-2', 'NO-3', 'NO-4'].map(sku => [sku, 'MAIN', 5]);
    stockFile(p, [...unknown, ...SKUS.map(sku => [sku, 'MAIN', 5])], { age: 300 });
    ended(await p.run('inventory pull'), 1);
    stockFile(p, SKUS.map(sku => [sku, 'MAIN', 4]), { age: 200 });
    ended(await p.run('inventory pull'), 0);
    ended(await p.run('inventory pull --full'), 0);
    for (const name of fs.readdirSync(p.dir).filter(file => file.includes('.db'))) fs.rmSync(p.path(name));
    ended(await p.run('inventory pull --only SOLO-1'), 0);
    ended(await p.run('inventory pull'), 0);
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [4, 4, 4]);
  });
  await t.test('the group gets at archive/ as at the folder, whatever the umask', async sub => {
    const p = await open(sub);
    fs.mkdirSync(p.path('out'));
    fs.chmodSync(p.path('out'), 0o2750);
    stockFile(p, [['SOLO-1', 'MAIN', 4]]);
    const before = process.umask(0o077);
    try {
      await pull(p);
    } finally {
      process.umask(before);
    }
    assert.equal(fs.statSync(p.path('out/archive')).mode & 0o7777, 0o2750);
  });
  await t.test('however few there are, and what to do when it is right', async sub => {
    const begin = async s => {
      const p = await open(s);
      stockFile(p, SKUS.map(sku => [sku, 'MAIN', 7]), { age: 300 });
      await pull(p);
      stockFile(p, SKUS.map(sku => [sku, 'MAIN', 5]), { age: 200 });
      await pull(p);
      return p;
    };
    const left = p => SKUS.map(sku => onHand(p, sku));
    const cases = {
      'most of them are missing': [['SOLO-1', 'MAIN', 4]],
      'other articles, as many': [['OTHER-1', 'MAIN', 5], ['OTHER-2', 'MAIN', 5], ['OTHER-3', 'MAIN', 5]],
    };
    for (const [what, rows] of Object.entries(cases))
      await sub.test(what, async s => {
        const p = await begin(s);
        stockFile(p, rows, { age: 30 });
        assert.match(ended(await p.run('inventory pull'), 78).stderr, /[23] of the 3 of the last snapshot \(.*archive\/stock\.[0-9TZ]+\.csv\) are missing \(.*'LONG-5', 'LONG-5-RED'\): .* is not used; have the ERP list what is sold out with 0/);
        assert.deepEqual(left(p), [5, 5, 5]);
      });
    await sub.test('one of a single article', async s => {
      const p = await open(s);
      stockFile(p, [['SOLO-1', 'MAIN', 5]], { age: 300 });
      await pull(p);
      stockFile(p, [['LONG-5', 'MAIN', 4]], { age: 30 });
      ended(await p.run('inventory pull'), 78);
      assert.deepEqual(left(p), [5, 10, 10]);
    });
    await sub.test('sold out with 0', async s => {
      const p = await begin(s);
      stockFile(p, SKUS.map((sku, i) => [sku, 'MAIN', i ? 0 : 4]), { age: 30 });
      await pull(p);
      assert.deepEqual(left(p), [4, 0, 0]);
    });
    await sub.test('changes', async s => {
      const p = await begin(s);
      stockFile(p, [['SOLO-1', 'MAIN', 4]], { age: 30 });
      ended(await p.run('inventory pull'), 78);
      fs.renameSync(p.path('out/stock.csv'), p.path('out/stock-changes-1.csv'));
      await pull(p);
      assert.deepEqual(left(p), [4, 5, 5]);
    });
    await sub.test('sold out with 0, and left out from then on', async s => {
      const p = await begin(s);
      stockFile(p, SKUS.map((sku, i) => [sku, 'MAIN', i ? 0 : 4]), { age: 30 });
      await pull(p);
      for (const age of [20, 15]) {
        stockFile(p, [['SOLO-1', 'MAIN', 3]], { age });
        silent(ended(await p.run('inventory pull'), 0));
      }
      assert.deepEqual(left(p), [3, 0, 0]);
    });
    await sub.test('the used ones removed: the rest stays in the shop, and is told', async s => {
      const p = await begin(s);
      stockFile(p, [['SOLO-1', 'MAIN', 4]], { age: 30 });
      ended(await p.run('inventory pull'), 78);
      for (const name of names(p, 'out/archive')) fs.rmSync(p.path('out/archive', name));
      const { records } = await pull(p, '', 1);
      assert.match(records.find(r => r.name === 'LONG-5').reason, /^stock\.csv no longer lists 'LONG-5', and no older stock file in archive\/ says .* so the shop keeps what it has; .* run: erpsync queue drop 'LONG-5'$/);
      ended(await p.run(['queue', 'drop', 'LONG-5']), 0);
      ended(await p.run(['queue', 'drop', 'LONG-5-RED']), 0);
      stockFile(p, [['SOLO-1', 'MAIN', 3]], { age: 20 });
      silent(ended(await p.run('inventory pull'), 0));
      silent(ended(await p.run('inventory pull --full'), 0));
      assert.deepEqual(left(p), [3, 5, 5]);
      assert.equal((await p.parked()).size, 0);
    });
    await sub.test('what a file of changes beside it lists is not missing', async s => {
      const p = await begin(s);
      stockFile(p, [['SOLO-1', 'MAIN', 4]], { age: 40 });
      stockFile(p, [['LONG-5', 'MAIN', 3]], { name: 'stock-changes.csv', age: 30 });
      await pull(p);
      assert.deepEqual(left(p), [4, 3, 0]);
    });
  });
});

test('a warehouse whose rows a snapshot lost is not emptied', async t => {
  const both = (main, shop) => SKUS.flatMap(sku => [[sku, 'MAIN', main], [sku, 'SHOP', shop]]);
  const left = p => SKUS.flatMap(sku => [onHand(p, sku), onHand(p, sku, PARIS)]);
  const p = await open(t);
  stockFile(p, both(5, 6), { age: 300 });
  await pull(p);
  for (const rows of [SKUS.map(sku => [sku, 'SHOP', 5]), [['SOLO-1', 'MAIN', 4], ...SKUS.map(sku => [sku, 'SHOP', 5])]]) {
    stockFile(p, rows, { age: 200 });
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /out\/stock\.csv: has no row in warehouse 'MAIN' for [23] of the 3 articles that the last snapshot \(.*archive\/stock\.[0-9TZ]+\.csv\) had there \('.*\), and is not used: .* list them there with 0, once/);
    assert.deepEqual(left(p), [5, 6, 5, 6, 5, 6]);
  }
  await t.test('listed with 0, once', async () => {
    stockFile(p, both(0, 5), { age: 100 });
    await pull(p);
    for (const age of [60, 30]) {
      stockFile(p, SKUS.map(sku => [sku, 'SHOP', 4]), { age });
      silent(ended(await p.run('inventory pull'), 0));
    }
    assert.deepEqual(left(p), [0, 4, 0, 4, 0, 4]);
  });
  await t.test('with articles that it alone had', async sub => {
    const q = await open(sub);
    const others = q.sandbox.catalogue.variants.filter(v => v.sku && v.tracked && !SKUS.includes(v.sku)).slice(0, 2).map(v => [v.sku, 'MAIN', 5]);
    stockFile(q, [...others, ['SOLO-1', 'MAIN', 5], ['LONG-5', 'SHOP', 5], ['LONG-5-RED', 'SHOP', 5]], { age: 300 });
    await pull(q);
    stockFile(q, [...others, ['SOLO-1', 'MAIN', 5]], { age: 200 });
    assert.match(ended(await q.run('inventory pull'), 78).stderr, /no row in warehouse 'SHOP' for 2 of the 2 articles/);
  });
  await t.test('one article is sold out, if it was the only one there', async sub => {
    const q = await open(sub);
    stockFile(q, [...SKUS.map(sku => [sku, 'MAIN', 5]), ['SOLO-1', 'SHOP', 5]], { age: 300 });
    await pull(q);
    stockFile(q, SKUS.map(sku => [sku, 'MAIN', 5]), { age: 200 });
    await pull(q);
    assert.deepEqual(left(q), [5, 0, 5, 10, 5, 10]);
  });
  await t.test('a minority is sold out', async sub => {
    const q = await open(sub);
    stockFile(q, both(5, 6), { age: 300 });
    await pull(q);
    stockFile(q, both(5, 6).slice(1), { age: 200 });
    await pull(q);
    assert.deepEqual(left(q), [0, 6, 5, 6, 5, 6]);
  });
});

test('a snapshot is compared with all that the shop was told', async t => {
  const rest = (...more) => [['LONG-5', 'MAIN', 1], ['LONG-5-RED', 'MAIN', 1], ...more];
  await t.test('by a file of changes alone', async sub => {
    const p = await open(sub);
    stockFile(p, rest(), { age: 300 });
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 5]], { name: 'stock-changes.csv', age: 200 });
    await pull(p);
    stockFile(p, rest(), { age: 100 });
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 0);
    assert.equal(onHand(p, 'SOLO-1', PARIS), 10, 'where it never was it stays');
  });
  await t.test('with a row between that can’t be used', async sub => {
    const p = await open(sub);
    stockFile(p, rest(['SOLO-1', 'MAIN', 5]), { age: 300 });
    await pull(p);
    stockFile(p, rest(['SOLO-1', 'MAIN', 'x']), { age: 200 });
    await pull(p, '', 1);
    stockFile(p, rest(), { age: 100 });
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 0);
    assert.equal((await p.parked()).size, 0);
  });
  await t.test('and the file before does not list either, because the state file is an older one', async sub => {
    const p = await open(sub);
    p.configure({ net: { retries: 0 }, queue: { wait: '1ms', max_wait: '1ms' } });
    stockFile(p, rest(['SOLO-1', 'MAIN', 5]), { age: 300 });
    await pull(p);
    ended(await p.run(['state', 'backup', p.path('copy.db')]), 0);
    p.sandbox.addFaults({ fault: 'http', status: 503 });
    stockFile(p, rest(), { age: 200 });
    silent(ended(await p.run('inventory pull'), 75));
    p.sandbox.faults.clear();
    for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
    fs.copyFileSync(p.path('copy.db'), p.path('erpsync.db'));
    stockFile(p, rest(), { age: 100 });
    ended(await p.run('inventory pull'), 0);
    assert.equal(onHand(p, 'SOLO-1'), 0);
  });
  await t.test('--full finds them too', async sub => {
    const p = await open(sub);
    stockFile(p, rest(), { age: 300 });
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 5]], { name: 'stock-changes.csv', age: 200 });
    await pull(p);
    /* As an earlier version left it: used, and nothing of SOLO-1 said. */
    stockFile(p, rest(), { dir: 'out/archive', name: 'stock.20300101T000000Z.csv', age: 100 });
    await pull(p, '--full');
    assert.equal(onHand(p, 'SOLO-1'), 0);
    const seen = requestsOf(p.sandbox);
    await pull(p, '--full');
    assert.equal(seen({ operation: 'StockSet' }).length, 0);
  });
  await t.test('more than half of it missing: refused', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 5]], { age: 300 });
    await pull(p);
    stockFile(p, rest(), { name: 'stock-changes.csv', age: 200 });
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 5]], { age: 100 });
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /2 of the 3 that the shop was told of are missing \('LONG-5', 'LONG-5-RED'\): .* list what is sold out with 0/);
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [5, 1, 1]);
    stockFile(p, [['SOLO-1', 'MAIN', 5], ['LONG-5', 'MAIN', 0], ['LONG-5-RED', 'MAIN', 0]], { age: 90 });
    await pull(p);
    stockFile(p, [['SOLO-1', 'MAIN', 5]], { age: 80 });
    silent(ended(await p.run('inventory pull'), 0));
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [5, 0, 0]);
  });
  await t.test('more than a page of it, in several runs', async sub => {
    const p = await open(sub);
    const known = p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked).map(v => v.sku).slice(0, 60);
    plainLevels(p.sandbox, known, [LYON], 3);
    stockFile(p, known.map(sku => [sku, 'MAIN', 2]), { age: 300 });
    await p.run('inventory pull');
    const left = known.filter((sku, i) => i % 2);
    stockFile(p, left.map(sku => [sku, 'MAIN', 2]), { age: 200 });
    for (let i = 0; i < 8; i++) await p.run('inventory pull --limit 7');
    await p.run('inventory pull');
    assert.deepEqual(known.filter(sku => onHand(p, sku) === 2), left.filter(sku => onHand(p, sku) === 2));
    assert.deepEqual(known.filter((sku, i) => !(i % 2) && onHand(p, sku) !== 0), []);
    assert.deepEqual(names(p, 'out'), []);
  });
  await t.test('--only names what is gone', async sub => {
    const p = await open(sub);
    stockFile(p, rest(['SOLO-1', 'MAIN', 5]), { age: 300 });
    await pull(p);
    stockFile(p, rest(), { age: 200 });
    await pull(p);
    stockFile(p, rest(), { age: 100 });
    await pull(p);
    p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 7 } });
    await pull(p, '--only SOLO-1');
    assert.equal(onHand(p, 'SOLO-1'), 0);
  });
});

test('what stood only in a state file that is lost is read again', async t => {
  const three = (solo, age) => [SKUS.map((sku, i) => [sku, 'MAIN', i ? 5 : solo]), { age }];
  /* The shop could not be reached when the second file was read: it stands in the queue alone. */
  const begin = async (sub, options) => {
    const p = await open(sub, { conf: { net: { retries: 0 }, queue: { wait: '1ms', max_wait: '1ms' } }, ...options });
    stockFile(p, ...three(5, 300));
    await pull(p);
    ended(await p.run(['state', 'backup', p.path('copy.db')]), 0);
    p.sandbox.addFaults({ fault: 'http', status: 503 });
    stockFile(p, ...three(2, 200));
    silent(ended(await p.run('inventory pull'), 75));
    p.sandbox.faults.clear();
    for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
    return p;
  };
  const quiet = async p => {
    const seen = requestsOf(p.sandbox);
    silent(ended(await p.run('inventory pull'), 0));
    assert.equal(seen({}).length, 0, 'once');
  };
  await t.test('a copy is put back', async sub => {
    const p = await begin(sub);
    fs.copyFileSync(p.path('copy.db'), p.path('erpsync.db'));
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 2);
    await quiet(p);
  });
  await t.test('a copy is put back without the seal', async sub => {
    const p = await begin(sub);
    fs.copyFileSync(p.path('copy.db'), p.path('erpsync.db'));
    fs.rmSync(p.path('erpsync.db.seal'));
    await pull(p);
    assert.equal(onHand(p, 'SOLO-1'), 2);
    await quiet(p);
  });
  await t.test('it is deleted, and read anew in two runs', async sub => {
    const p = await begin(sub);
    await pull(p, '--limit 1');
    await pull(p);
    assert.deepEqual(SKUS.map(sku => onHand(p, sku)), [2, 5, 5]);
    await quiet(p);
  });
  await t.test('what is too old by then is told', async sub => {
    const p = await begin(sub, { inventory: { max_age: '8m' } });
    const used = names(p, 'out/archive').map(name => p.path('out/archive', name));
    for (const path of used) fs.utimesSync(path, new Date(Date.now() - 600000), new Date(Date.now() - 600000));
    const { notices } = await pull(p);
    assert.ok(notices.some(text => /archive\/stock.* was written 10m.* ago, longer than \[inventory\] max_age = 8m/.test(text)), notices.join('\n'));
    assert.equal(onHand(p, 'SOLO-1'), 5);
    await quiet(p);
  });
});

test('a reading that has waited too long is not passed on', async t => {
  const p = await open(t, { inventory: { max_age: '1m' } });
  stockFile(p, [['SOLO-1', 'MAIN', 4], ['LONG-5', 'MAIN', 4]], { age: 40 });
  p.sandbox.addFaults({ fault: 'http', status: 503, operation: 'StockLevels' });
  p.configure({ net: { retries: 0 } });
  silent(ended(await p.run('inventory pull'), 75));
  p.sandbox.faults.clear();
  await new Promise(done => setTimeout(done, 21000));
  await p.run('queue retry --all');
  const { records } = await pull(p, '', 1);
  assert.ok(records.every(r => r.code === 'too_old'));
  assert.match(records[0].reason, /was last read at .* longer ago than \[inventory\] max_age = 1m/);
  assert.equal(onHand(p, 'SOLO-1'), 10);
  await t.test('the ERP says the same again: it goes over by itself', async () => {
    stockFile(p, [['SOLO-1', 'MAIN', 4], ['LONG-5', 'MAIN', 4]], { age: 15 });
    const { summary } = await pull(p);
    assert.equal(summary.created, 2);
    assert.equal(onHand(p, 'SOLO-1'), 4);
  });
});

test('check says what it finds', async t => {
  const p = await open(t);
  fs.mkdirSync(p.path('out'));
  assert.match((await p.run('check')).stdout, /^warn +.*out: there is no stock file yet/m);
  stockFile(p, [['SOLO-1', 'MAIN', 4]]);
  assert.match((await p.run('check')).stdout, /^ok +.*stock\.csv: 1 articles/m);
  assert.ok(p.exists('out/stock.csv'));
});

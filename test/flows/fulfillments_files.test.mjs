// Files of deliveries: which are used, when, how, and what becomes of them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, byName, deliveryFile, left, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const open = (t, options) => shippingPlace(t, { bin: BIN_PLAIN, ...options });
const TWO = [
  ['LONG-5', 3],
  ['LONG-5-RED', 2],
];
const names = (p, dir) => (p.exists(dir) ? fs.readdirSync(p.path(dir)).filter(name => name.startsWith('fulfillments')) : []);

test('a used file is put away under its time', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5' }]);
  await pull(p);
  assert.deepEqual(names(p, 'out'), []);
  assert.match(names(p, 'out/archive')[0], /^fulfillments\.\d{8}T\d{6}Z\.csv$/);
  deliveryFile(p, [{ delivery: 'D2', order: name, sku: 'LONG-5' }], { age: 60, name: 'Fulfillments-2.csv' });
  await pull(p);
  assert.equal(fs.readdirSync(p.path('out/archive')).length, 2);
});

test('no exchange folder, or a file in its place: not "nothing to do"', async t => {
  const p = await open(t);
  assert.match(ended(await p.run('fulfillments pull'), 78).stderr, /out: the exchange folder is not there; run, as user \S+: mkdir -p \S+; or correct path= in the configuration/);
  p.write('out', 'a file');
  assert.match(ended(await p.run('fulfillments pull'), 78).stderr, /out: is a file, and the exchange folder is to be a folder; correct path= in the configuration/);
});

test('no file, other files: nothing to do', async t => {
  const p = await open(t);
  fs.mkdirSync(p.path('out'));
  silent(ended(await p.run('fulfillments pull'), 0));
  deliveryFile(p, [{ delivery: 'D1', order: '#1', sku: 'LONG-5' }], { name: 'deliveries.csv' });
  silent(ended(await p.run('fulfillments pull'), 0));
  assert.ok(p.exists('out/deliveries.csv'));
});

test('as ERPs write them', async t => {
  const cases = {
    'semicolons and decimal commas': n => `Lieferschein;Bestellung;Artikelnummer;Menge\nD1;${n};LONG-5;2,0\n`,
    'tabs, a BOM, CRLF': n => `\ufeffDelivery\tOrder\tSKU\tQty\r\nD1\t${n}\tLONG-5\t2\r\n`,
    'other columns and another order': n => `Quantity,Clerk,internal_reference,Order-Name,Shipment ID\n2,Ann,LONG-5,${n},D1\n`,
    'two rows of one line (two lots)': n => `delivery_id,order,sku,quantity\nD1,${n},LONG-5,1\nD1,${n},LONG-5,1\n`,
    'times in four forms': n =>
      `delivery_id,order,sku,quantity,shipped_at\nD1,${n},LONG-5,1,2026-11-23\nD1,${n},LONG-5,1,2026-11-23 09:45\nD1,${n},LONG-5,0,2026-11-23 09:45:00\nD1,${n},LONG-5-RED,0,2026-11-23T09:45:00+01:00\n`,
  };
  for (const [what, text] of Object.entries(cases))
    await t.test(what, async sub => {
      const p = await open(sub);
      const { name } = sell(p.sandbox, TWO);
      deliveryFile(p, text(name));
      await pull(p);
      assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 2 } }]);
    });
});

test('files that are not ready or not right', async t => {
  const head = 'delivery_id,order,sku,quantity\n';
  const cases = {
    'written a moment ago': [{ age: 3 }, n => `${head}D1,${n},LONG-5,1\n`, 75, null],
    'broken off in a row': [{}, n => `${head}D1,${n},LONG-5,1\nD1,${n},LON`, 78, /out\/fulfillments\.csv: ends in the middle of a row/],
    'broken off in a quote': [{}, n => `${head}D1,${n},LONG-5,1\n"D1,${n},LON\n`, 78, /ends in the middle of a row/],
    'no order': [{}, () => 'delivery_id,sku,quantity\nD1,LONG-5,1\n', 78, /there is no column 'order'/],
    'neither SKU nor line': [{}, n => `delivery_id,order,quantity\nD1,${n},1\n`, 78, /there is no column 'sku'/],
  };
  for (const [what, [how, text, status, said]] of Object.entries(cases))
    await t.test(what, async sub => {
      const p = await open(sub);
      const { name } = sell(p.sandbox, TWO);
      deliveryFile(p, text(name), how);
      const result = ended(await p.run('fulfillments pull'), status);
      if (said) assert.match(result.stderr, said);
      else silent(result);
      assert.deepEqual(shipped(p.sandbox, name), []);
      assert.ok(p.exists('out/fulfillments.csv'), 'stays where it is');
    });
});

test('a wrong SKU is corrected as the message says', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'long-5', n: 3 }]);
  assert.match((await pull(p, '', 1)).records[0].reason, /in a new file: the wrong SKU with quantity 0, and the right one, .*, then run: erpsync queue retry 'D1'/);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'long-5', n: 0 }, { delivery: 'D1', order: name, sku: 'LONG-5', n: 3 }], { age: 30 });
  ended(await p.run('queue retry D1'), 0);
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 3 } }]);
});

test('rows that can’t be used park their delivery, with file and line', async t => {
  const p = await open(t);
  const { name: n } = sell(p.sandbox, [['LONG-5', 9], ['LONG-5-RED', 9]]);
  const { name: other } = sell(p.sandbox, [['LONG-5', 9]]);
  deliveryFile(
    p,
    `delivery_id,order,sku,quantity,warehouse,shipped_at\nOK,${n},LONG-5,1,MAIN,\nD1,${n},LONG-5,one,MAIN,\n,${other},LONG-5,1,MAIN,\nD2,${n},,1,MAIN,\nD3,${n},LONG-5,1,MAIN,\nD3,${n},LONG-5-RED,1,SHOP,\nD4,,LONG-5,1,MAIN,\nD5,${n},LONG-5,1,MAIN,,,\nD6,${n},LONG-5,-1,MAIN,\nD7,${n},LONG-5,1,MAIN,soon\nD8,${n},LONG-5,0,MAIN,\n`,
  );
  const answer = await pull(p, '', 1);
  const reasons = Object.fromEntries(answer.records.map(r => [r.name, r.reason]));
  assert.equal(answer.summary.created, 1);
  assert.match(reasons.D1, /^fulfillments\.csv:3: column 'quantity': 'one' is no quantity/);
  assert.match(reasons['fulfillments.csv:4'], /^fulfillments\.csv:4: the row has no delivery_id/);
  assert.match(reasons.D2, /^fulfillments\.csv:5: the row has neither an SKU nor a line/);
  assert.match(reasons.D3, /^fulfillments\.csv:7: delivery 'D3' has the warehouse 'SHOP' here and 'MAIN' above/);
  assert.match(reasons.D4, /^fulfillments\.csv:8: delivery 'D4' names no order: the column 'order' is empty/);
  assert.match(reasons.D5, /^fulfillments\.csv:9: the row has 8 cells, the header has 6/);
  assert.match(reasons.D6, /^fulfillments\.csv:10: column 'quantity'/);
  assert.match(reasons.D7, /^fulfillments\.csv:11: column 'shipped_at': 'soon' is no time/);
  assert.match(reasons.D8, /^fulfillments\.csv:12: nothing is left in delivery 'D8'.*, or, if that is so, run: erpsync queue drop 'D8'$/);
  assert.deepEqual(left(p.sandbox, n), { 'LONG-5': 8, 'LONG-5-RED': 9 });
  for (const [name, reason] of Object.entries(reasons)) if (name !== 'OK' && reason) assert.match(reason, /; have the ERP write it again, in a new file(, or|$)/, name);
  await t.test('a row without a name is tried again, and stays dropped, though its file has another name by now', async () => {
    ended(await p.run(['queue', 'retry', 'fulfillments.csv:4']), 0);
    const again = (await pull(p, '', 1)).records;
    assert.deepEqual([again.length, again[0].code], [1, 'bad_row']);
    assert.match(again[0].reason, /:4: the row has no delivery_id/);
    const name = (await p.queue('--parked')).find(e => e.reason.includes('no delivery_id')).name;
    ended(await p.run(['queue', 'drop', name]), 0);
    const { summary } = await pull(p, '--full');
    assert.equal(summary.parked, 0);
    assert.ok((await p.queue('--parked')).every(e => !e.reason.includes('no delivery_id')));
  });
  await t.test('a file with the rows set right frees them', async () => {
    deliveryFile(p, `delivery_id,order,sku,quantity,warehouse\nD1,${n},LONG-5,1,MAIN\nD2,${n},LONG-5,1,MAIN\nD3,${n},LONG-5-RED,1,MAIN\n`, { age: 30 });
    assert.equal((await pull(p)).summary.created, 3);
  });
});

test('what a spreadsheet made of tracking numbers', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', tracking: 'JD01|1.23457E+19' }, { delivery: 'D2', order: name, sku: 'LONG-5-RED', tracking: "'748927000018" }]);
  const { records } = await pull(p, '', 1);
  assert.match(records.find(r => r.name === 'D1').reason, /column 'tracking number': '1\.23457E\+19' was a number/);
  assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, numbers: ['748927000018'], lines: { 'LONG-5-RED': 1 } }]);
  await t.test('saved twice', async () => {
    deliveryFile(p, [
      { delivery: 'D3', order: name, sku: 'LONG-5', tracking: '940011000000000000000' },
      { delivery: '123456000000', order: name, sku: 'LONG-5' },
      { delivery: 'D4', order: '560000000000000', sku: 'LONG-5' },
    ], { age: 40 });
    const { records: said } = await pull(p, '', 1);
    const reason = label => said.find(r => r.name === label).reason;
    assert.match(reason('D3'), /fulfillments\.csv:2: column 'tracking number': '940011000000000000000' ends in zeros/);
    assert.match(reason('123456000000'), /fulfillments\.csv:3: column 'delivery id': '123456000000' ends in zeros/);
    assert.match(reason('D4'), /fulfillments\.csv:4: column 'order': '560000000000000' ends in zeros/);
    assert.equal(shipped(p.sandbox, name).length, 1);
  });
});

test('what a spreadsheet left of a parcel number, and what stands where there is none', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  const numbers = { D1: '340434161094042000', D2: "'340434161094042000", D3: '-', D4: 'n/a|0', D5: '3404341610940420' };
  deliveryFile(p, Object.entries(numbers).map(([delivery, tracking], i) => ({ delivery, order: name, sku: i < 3 ? 'LONG-5' : 'LONG-5-RED', tracking })));
  const { records } = await pull(p, '', 1);
  assert.match(byName({ records }).D1.reason, /column 'tracking number': '340434161094042000' ends in zeros as a longer number does .* if it is right, write an apostrophe before it/);
  assert.deepEqual(shipped(p.sandbox, name).map(f => f.numbers ?? []).sort(), [[], [], ['3404341610940420'], ['340434161094042000']]);
  await t.test('no number takes none away', async () => {
    deliveryFile(p, [{ delivery: 'D2', order: name, sku: 'LONG-5', tracking: 'none' }, { delivery: 'D1', order: name, sku: 'LONG-5', tracking: "'340434161094043000" }], { age: 40 });
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, name).map(f => f.numbers?.[0] ?? '').sort(), ['', '', '3404341610940420', '340434161094042000', '340434161094043000']);
  });
});

test('a row without delivery_id holds the delivery that it may be of', async t => {
  const head = 'delivery_id,order,sku,quantity\n';
  const cases = {
    'merged cells': n => `D1,${n},LONG-5,3\n,,LONG-5-RED,2\n`,
    'the order is there': n => `,${n},LONG-5-RED,2\nD1,${n},LONG-5,3\n`,
    'an id that a spreadsheet shortened': n => `D1,${n},LONG-5,3\n7.48E+11,${n},LONG-5-RED,2\n`,
    'a row below that can’t be read': n => `D1,${n},LONG-5,3\nD1,${n},LONG-5-RED\0,2\n`,
    'a row above that can’t be read': n => `D1,${n},LONG-5-RED\0,2\nD1,${n},LONG-5,3\n`,
  };
  for (const [what, rows] of Object.entries(cases))
    await t.test(what, async sub => {
      const p = await open(sub);
      const { name } = sell(p.sandbox, TWO);
      const other = sell(p.sandbox, TWO);
      deliveryFile(p, `${head}D0,${other.name},LONG-5,1\nD0,${other.name},LONG-5,1\nD9,#0,LONG-5,1\n${rows(name)}`);
      const { records } = await pull(p, '', 1);
      assert.match(byName({ records }).D1.reason, /fulfillments\.csv:[5-7]: .*, and may be of delivery 'D1', which would go without it; have the ERP write it again, in a new file$/);
      assert.deepEqual(shipped(p.sandbox, name), []);
      assert.equal(shipped(p.sandbox, other.name).length, 1, 'others go');
      deliveryFile(p, `${head}D1,${name},LONG-5,3\nD1,${name},LONG-5-RED,2\n`, { age: 30 });
      await pull(p);
      assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 3, 'LONG-5-RED': 2 } }]);
      if (what === 'merged cells') assert.deepEqual([...(await p.parked()).keys()], ['D9']);
    });
});

test('a delivery over several files', async t => {
  await t.test('together in the folder', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, TWO);
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1 }], { name: 'fulfillments-1.csv', age: 90 });
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 2, tracking: 'T1' }], { name: 'fulfillments-2.csv', age: 60 });
    assert.equal((await pull(p)).summary.created, 1);
    assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, numbers: ['T1'], lines: { 'LONG-5': 1, 'LONG-5-RED': 2 } }]);
  });
  await t.test('a later file corrects the tracking, and need not name every line again', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, TWO);
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1, tracking: 'T1' }, { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 1 }], { age: 90 });
    await pull(p);
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 1, tracking: 'T2' }]);
    const { summary } = await pull(p);
    assert.equal(summary.updated, 1);
    assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, numbers: ['T2'], lines: { 'LONG-5': 1, 'LONG-5-RED': 1 } }]);
  });
  await t.test('before it went over: quantities and lines are taken back', async sub => {
    const p = await open(sub);
    const { name } = sell(p.sandbox, TWO);
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 4 }, { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 1 }], { age: 90 });
    await pull(p, '', 1);
    deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5', n: 2 }, { delivery: 'D1', order: name, sku: 'LONG-5-RED', n: 0 }]);
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, name), [{ from: LYON, lines: { 'LONG-5': 2 } }]);
  });
});

test('--only and --full read used files again', async t => {
  const p = await open(t);
  const [a, b] = [sell(p.sandbox, TWO), sell(p.sandbox, TWO)];
  deliveryFile(p, [{ delivery: 'D1', order: a.name, sku: 'LONG-5', n: 9 }, { delivery: 'D2', order: b.name, sku: 'LONG-5', n: 1 }]);
  await pull(p, '', 1);
  const seen = requestsOf(p.sandbox);
  const full = await pull(p, '--full');
  assert.deepEqual([full.summary.unchanged, full.summary.created, full.summary.still_parked], [1, 0, 1]);
  assert.deepEqual(seen().filter(r => /^Shipment/.test(r.operation ?? '')), []);
  assert.equal(byName(await pull(p, `--only ${a.name}`)).D1.code, 'over_delivery');
  assert.equal((await pull(p, `--only D2 --only ${b.name} --only D2`)).summary.unchanged, 1);
  const none = await pull(p, '--only D9', 1);
  assert.match(none.records[0].reason, /no file of deliveries/);
});

test('check says what it finds', async t => {
  const p = await open(t);
  assert.doesNotMatch((await p.run('check')).stdout, /deliveries|fulfillment/, 'who does without it hears nothing of it');
  p.configure({ fulfillments: { notify_customer: 'no' } });
  assert.match((await p.run('check')).stdout, /^bad +.*out: the exchange folder is not there/m);
  fs.mkdirSync(p.path('out'));
  assert.match((await p.run('check')).stdout, /^warn +.*out: there is no file of deliveries yet/m);
  deliveryFile(p, [{ delivery: 'D1', order: '#1', sku: 'LONG-5' }]);
  assert.match((await p.run('check')).stdout, /^ok +.*: 1 deliveries in 1 file/m);
  assert.match((await p.run('check')).stdout, /scope write_merchant_managed_fulfillment_orders is granted/);
});

test('a delivery that stood only in a state file that is lost is read again, and none twice', async t => {
  for (const how of ['a copy is put back', 'it is deleted'])
    await t.test(how, async sub => {
      const p = await open(sub, { conf: { net: { retries: 0 }, queue: { wait: '1ms', max_wait: '1ms' } } });
      const [a, b] = [sell(p.sandbox, TWO), sell(p.sandbox, TWO)];
      deliveryFile(p, [{ delivery: 'D1', order: a.name, sku: 'LONG-5', tracking: 'JD01' }], { age: 300 });
      await pull(p);
      ended(await p.run(['state', 'backup', p.path('copy.db')]), 0);
      p.sandbox.addFaults({ fault: 'http', status: 503 });
      deliveryFile(p, [{ delivery: 'D2', order: b.name, sku: 'LONG-5' }], { age: 200 });
      silent(ended(await p.run('fulfillments pull'), 75));
      p.sandbox.faults.clear();
      for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
      if (how === 'a copy is put back') fs.copyFileSync(p.path('copy.db'), p.path('erpsync.db'));
      const { summary } = await pull(p);
      assert.deepEqual([summary.created, summary.adopted], [1, 1]);
      const seen = requestsOf(p.sandbox);
      silent(ended(await p.run('fulfillments pull'), 0));
      assert.equal(seen({}).length, 0, 'once');
      assert.deepEqual([a, b].map(order => shipped(p.sandbox, order.name).length), [1, 1]);
    });
});

test('a file that can’t be used as a whole is named, and taking it away heals', async t => {
  const p = await open(t);
  const { name } = sell(p.sandbox, TWO);
  deliveryFile(p, 'delivery_id,order\nD1,1\n', { name: 'fulfillments-1.csv', age: 300 });
  deliveryFile(p, [{ delivery: 'D1', order: name, sku: 'LONG-5' }], { name: 'fulfillments-2.csv', age: 200 });
  assert.match(ended(await p.run('fulfillments pull'), 78).stderr, /until 'fulfillments-1\.csv' is mended or taken out of the folder/);
  fs.rmSync(p.path('out/fulfillments-1.csv'));
  assert.equal((await pull(p)).summary.created, 1);
});

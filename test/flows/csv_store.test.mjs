// Orders export files of a shop's admin as the store: no shop, no network.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { csvRows } from '../support/csv.mjs';
import { addsUp } from '../support/orders.mjs';
import { same } from '../support/money.mjs';
import { place, sameSet } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ROOT, ended, silent } from '../support/run.mjs';

const DATA = path.join(ROOT, 'test/data/orders_export');
const HOUR = 3600;

const open = (t, { bin = BIN_PLAIN, ...conf } = {}) =>
  place(t, { sandbox: false, conf: { store: { connector: 'csv', path: 'exports' }, ...conf }, bin });

/** Puts a file into the exports folder, as old as said (seconds). */
function put(p, name, { as = name, age = HOUR, edit = text => text } = {}) {
  const file = p.write(`exports/${as}`, edit(fs.readFileSync(path.join(DATA, name))));
  const at = Date.now() / 1000 - age;
  fs.utimesSync(file, at, at);
}

const lineEndOf = text => (text.includes('\r\n') ? '\r\n' : '\n');

test('each kind of file', async t => {
  for (const [name, more] of [
    ['current.csv', {}],
    ['continuation.csv', {}],
    ['help_center.csv', {}],
    ['shuffled.csv', {}],
    ['old.csv', {}],
    ['demo.csv', {}],
    ['tab.csv', { delimiter: '\t' }],
    ['semicolon.csv', { delimiter: ';', comma: true }],
  ])
    await t.test(name, async sub => {
      const p = await open(sub, { bin: BIN });
      put(p, name);
      const result = await p.run('orders export');
      assert.ok([0, 1].includes(result.status), result.stderr);
      const parked = await p.parked();
      assert.equal(result.status, parked.size ? 1 : 0);
      const text = fs.readFileSync(path.join(DATA, name), 'utf8').replace(/^\ufeff/, '');
      const source = csvRows(text, { lineEnd: lineEndOf(text), name, ...more }).map(row =>
        Object.fromEntries(Object.entries(row).map(([column, cell]) => [column.toLowerCase(), cell])),
      );
      const heads = source.filter(row => row.total !== '' && row.currency !== '');
      const exported = [...p.exchange().verify().orders().values()];
      const wanted = new Map(heads.map(row => [`${row.name} ${row.id ?? ''}`, row]));
      assert.equal(exported.length + parked.size, new Set(wanted.keys()).size, 'every order, once');
      for (const rows of exported) {
        const [first] = rows;
        const row = heads.find(h => h.name === first.order_number && (!h.id || first.order_id.endsWith(`/${h.id}`)));
        assert.ok(row, `${first.order_number} stands in the file`);
        same(first.order_total, more.comma ? row.total.replace(',', '.') : row.total, `${first.order_number}: total`);
        assert.equal(first.currency, row.currency);
        assert.equal(first.source, 'csv');
        addsUp(rows);
      }
    });
});

test('a second run over files that have not changed reads nothing', async t => {
  const p = await open(t);
  put(p, 'current.csv');
  put(p, 'demo.csv');
  ended(await p.run('orders export'), 1);
  const before = p.exchange().files;
  const { summary } = await p.export();
  assert.deepEqual([summary.pulled, summary.known], [0, 0]);
  silent(ended(await p.run('orders export'), 0));
  assert.deepEqual(p.exchange().files, before);
});

test('orders that were left out, when the configuration asks for them', async t => {
  const p = await open(t, { orders: { since: '2999-01-01', include_test: 'yes' } });
  put(p, 'demo.csv');
  await p.export('', 1);
  assert.equal((await p.parked()).size, 1, 'one whose time can’t be read');
  p.configure({ orders: { since: '2001-01-01' } });
  const first = await p.export('--limit 10');
  assert.equal(first.summary.created, 10, 'the rest waits for the next run');
  const second = await p.export('', 1);
  assert.equal(second.summary.created, 35);
  assert.equal(p.exchange().verify().orders().size, 45);
  const third = await p.export();
  assert.deepEqual([third.summary.pulled, third.summary.known], [0, 0], 'once');
});

test('several files', async t => {
  const p = await open(t);
  put(p, 'current.csv', { age: 3 * HOUR });
  put(p, 'demo.csv', { age: 2 * HOUR });
  p.write('exports/readme.txt', 'not a csv file');
  ended(await p.run('orders export'), 1);
  assert.equal(p.exchange().verify().orders().size, 14 + 45);
  await t.test('a later file with a newer version of an order: changed, once', async () => {
    put(p, 'current.csv', {
      as: 'later.csv',
      age: HOUR,
      edit: bytes => bytes.toString().replace('#1005,buyer5@example.com,paid', '#1005,buyer5@example.com,refunded'),
    });
    const { summary } = await p.export('', 0);
    assert.deepEqual([summary.created, summary.updated], [0, 1]);
    assert.equal(p.exchange().order('#1005', 'orders-changed')[0].status, 'refunded');
    silent(ended(await p.run('orders export'), 0));
  });
  await t.test('a file that is replaced is read anew, unchanged orders are not written', async () => {
    const before = p.exchange().files;
    put(p, 'demo.csv', { age: HOUR / 2 });
    await p.run('orders export');
    assert.deepEqual(p.exchange().files, before);
  });
});

test('one file instead of a folder', async t => {
  const p = await open(t, { store: { connector: 'csv', path: path.join(DATA, 'help_center.csv') } });
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().orders().size, 4);
});

test('rows that can’t be read', async t => {
  const p = await open(t);
  put(p, 'bad_rows.csv');
  const result = ended(await p.run('orders export'), 1);
  sameSet([...p.exchange().verify().orders().values()].map(([row]) => row.order_number), ['#4001', '#4013']);
  const parked = await p.parked();
  assert.equal(parked.size, 14);
  for (const [name, line] of [
    ['#4002', 3],
    ['#4003', 4],
    ['#4004', 5],
    ['#4009', 10],
    ['#4011', 12],
    ['bad_rows.csv:14', 14],
    ['bad_rows.csv:15', 15],
    ['bad_rows.csv:16', 16],
  ])
    assert.match(parked.get(name).reason, new RegExp(`^(order ${name}: )?(.*/)?bad_rows\\.csv:${line}: `), 'file and line');
  assert.match(result.stderr, /bad_rows\.csv:4: column 'Lineitem price': '1\.299,00' has a thousands sign/);
  await t.test('a corrected file frees them', async () => {
    put(p, 'bad_rows.csv', {
      age: HOUR / 2,
      edit: bytes => Buffer.from(bytes.toString('latin1').replace('07/10/2026 09:50', '2026-10-07 09:50:26 +0200'), 'latin1'),
    });
    await p.run('orders export');
    assert.ok(!(await p.parked()).has('#4002'));
    assert.equal(p.exchange().order('#4002')[0].order_total, '40.00');
  });
});

test('files that are not ready or not right', async t => {
  await t.test('one that breaks off in a row and is young: tried later', async sub => {
    const p = await open(sub);
    put(p, 'current.csv', { age: 0, edit: bytes => bytes.subarray(0, 3000) });
    silent(ended(await p.run('orders export'), 75));
    assert.equal(p.exchange().files.size, 0);
    put(p, 'current.csv');
    ended(await p.run('orders export'), 1);
    assert.equal(p.exchange().orders().size, 14);
  });
  await t.test('one that is no orders export', async sub => {
    const p = await open(sub);
    put(p, 'not_orders.csv');
    assert.match(ended(await p.run('orders export'), 1).stderr, /not_orders\.csv: column 'Name' is missing/);
    sameSet([...(await p.parked()).keys()], ['not_orders.csv']);
    const named = await open(sub, { store: { connector: 'csv', path: path.join(DATA, 'not_orders.csv') } });
    assert.match(ended(await named.run('orders export'), 78).stderr, /^erpsync: .*not_orders\.csv: column 'Name' is missing.*\n$/);
  });
  await t.test('an empty file, a header without orders, an empty folder', async sub => {
    const p = await open(sub);
    fs.mkdirSync(p.path('exports'));
    silent(ended(await p.run('orders export'), 0));
    put(p, 'current.csv', { edit: bytes => bytes.subarray(0, bytes.indexOf('\n') + 1) });
    silent(ended(await p.run('orders export'), 0));
  });
  await t.test('a folder that is not there', async sub => {
    const p = await open(sub);
    assert.match(ended(await p.run('orders export'), 78).stderr, /exports.*(No such file|can't be read)/);
  });
});

test('selection', async t => {
  await t.test('--only by name and id', async sub => {
    const p = await open(sub);
    put(p, 'current.csv');
    ended(await p.run('orders export --only 1001 #1001 5678901003 1003'.split(' ')), 0);
    sameSet([...p.exchange().orders().values()].map(([row]) => row.order_number), ['#1001', '#1003']);
    ended(await p.run('orders export --only 99999'), 1);
  });
  await t.test('--limit', async sub => {
    const p = await open(sub);
    put(p, 'demo.csv');
    await p.run('orders export --limit 10');
    const first = p.exchange().orders().size;
    assert.ok(first > 0 && first <= 10);
    await p.run('orders export');
    assert.equal(p.exchange().verify().orders().size, 45);
  });
  await t.test('[orders] since', async sub => {
    const p = await open(sub, { orders: { since: '2026-11-10' } });
    put(p, 'demo.csv');
    await p.run('orders export');
    const orders = [...p.exchange().orders().values()];
    assert.ok(orders.length > 0 && orders.length < 45);
    for (const [row] of orders) assert.ok(row.created_at >= '2026-11-10', row.created_at);
    /* Of one that the ERP has got all the same, each change goes over. */
    ended(await p.run('orders export --only #5001'), 0);
    assert.deepEqual(p.exchange().rows('orders-changed'), []);
    put(p, 'demo.csv', { as: 'demo_2.csv', age: HOUR / 2, edit: text => String(text).replace(',Pen,4.50,', ',Fine Pen,4.50,') });
    await p.run('orders export');
    const [row] = p.exchange().rows('orders-changed');
    assert.deepEqual([row?.order_number, row?.title], ['#5001', 'Fine Pen']);
  });
  await t.test('--since and --until', async sub => {
    const p = await open(sub);
    put(p, 'demo.csv');
    await p.run('orders export --since 2026-11-05 --until 2026-11-10');
    for (const [row] of p.exchange().orders().values())
      assert.ok(row.created_at >= '2026-11-05' && row.created_at < '2026-11-10', row.created_at);
    await p.run('orders export');
    assert.equal(p.exchange().verify().orders().size, 45);
  });
});

test('tens of thousands of rows stay in order and in memory', async t => {
  const p = await open(t);
  const text = fs.readFileSync(path.join(DATA, 'help_center.csv'), 'utf8');
  const end = lineEndOf(text);
  const [head, ...rows] = text.split(end).filter(Boolean);
  const one = rows.filter(row => row.startsWith('#2001'));
  const many = Array.from({ length: 5000 }, (_, i) =>
    one.map(row => row.replaceAll('#2001', `#${20001 + i}`).replace(/567890\d{4}/, String(6000000000 + i))).join(end),
  );
  p.write('exports/many.csv', `${[head, ...many].join(end)}${end}`);
  fs.utimesSync(p.path('exports/many.csv'), 1, 1);
  ended(await p.run('orders export'), 0);
  const orders = p.exchange().verify().orders();
  assert.equal(orders.size, 5000);
  for (const rows of orders.values()) assert.equal(rows.length, 2);
  silent(ended(await p.run('orders export'), 0));
});

// Which orders a run takes: since when, in what window, by name, how many, and what changed later.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { earlier, place, requestsOf, sameSet, truth } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const names = orders => orders.map(order => order.name);
const exportedNames = p => [...p.exchange().orders().values()].map(([row]) => row.order_number);
const open = (t, sandbox = {}, conf = {}) =>
  place(t, { sandbox: { orders: 60, seed: 8, nasty: 'off', zone: 'UTC', ...sandbox }, conf, bin: BIN_PLAIN });
const day = (n, from = Date.now()) => new Date(from - n * 86400000).toISOString().slice(0, 10);

test('[orders] since counts from the creation of an order', async t => {
  const p = await open(t, {}, { orders: { since: day(20) } });
  const [old, ...rest] = truth(p.sandbox);
  const young = rest.filter(order => order.createdAt >= `${day(20)}T00:00:00Z`);
  assert.ok(young.length > 10 && young.length < 40);
  earlier(p.sandbox, 90, { edit: old.id, change: { note: 'touched today' } });
  await t.test('the summary of a dry run names one that is left out, its list is of the others, and -v names each', async () => {
    const { stdout } = ended(await p.run('orders export --dry-run'), 0);
    assert.match(stdout, /\d+ left out \(test, older than since, or shipped already: #\d+(?: and others, which -v names)?\)/);
    assert.doesNotMatch(stdout, /^would leave out/m);
    const all = ended(await p.run('orders export --dry-run -v'), 0).stdout;
    assert.match(all, new RegExp(`^would leave out ${old.name}: older than \\[orders\\] since$`, 'm'));
    assert.equal(all.match(/^would leave out/gm).length, Number(/(\d+) left out/.exec(all)[1]));
  });
  const { summary } = await p.export();
  sameSet(exportedNames(p), names(young));
  assert.ok(summary.excluded >= 1, 'the old one that was touched is counted');
  await t.test('and --full begins there too', async () => {
    await p.export('--full');
    sameSet(exportedNames(p), names(young));
  });
  await t.test('but of what the ERP has got all the same, each change goes over', async () => {
    ended(await p.run(['orders', 'export', '--only', old.name]), 0);
    earlier(p.sandbox, 60, { edit: old.id, change: { note: 'touched once more' } });
    ended(await p.run('orders export'), 0);
    const [row] = p.exchange().rows('orders-changed');
    assert.deepEqual([row?.order_number, row?.note], [old.name, 'touched once more']);
  });
});

test('--since and --until', async t => {
  const p = await open(t);
  const [from, to] = [day(30), day(10)];
  const [begins, ends] = [from, to].map(date => `${date}T00:00:00Z`);
  const [atBegin, atEnd] = earlier(p.sandbox, 90, [
    { add: 1, createdAt: begins },
    { add: 1, createdAt: ends },
  ]);
  await p.export(`--since ${from} --until ${to}`);
  const first = exportedNames(p);
  const others = list => list.filter(name => name !== atEnd.name);
  await t.test('take the orders of that time', () => {
    const inside = truth(p.sandbox).filter(o => o.createdAt >= begins && o.createdAt < ends);
    assert.ok(inside.length > 10 && inside.some(o => o.name === atBegin.name));
    sameSet(others(first), names(inside));
  });
  await t.test('without one of the very second where the next window begins', () => {
    assert.ok(!first.includes(atEnd.name), `${atEnd.name} would be in two windows`);
  });
  await t.test('leave the checkpoint alone', async () => assert.equal((await p.status()).checkpoint_at, null));
  await t.test('and a normal run brings the others, nothing twice', async () => {
    await p.export();
    sameSet(exportedNames(p), names(truth(p.sandbox)));
    assert.deepEqual(p.exchange().names(/changed/), []);
  });
  await t.test('a window behind the checkpoint does not set it back', async () => {
    const { checkpoint_at: before } = await p.status();
    await p.export(`--since -40d`);
    assert.equal((await p.status()).checkpoint_at, before);
    const seen = requestsOf(p.sandbox);
    silent(ended(await p.run('orders export'), 0));
    assert.ok(seen().length <= 2);
  });
  await t.test('since that is still to come is a mistake', async () => {
    assert.match(ended(await p.run('orders export --since 2199-01-01'), 64).stderr, /--since is still to come/);
  });
  await t.test('since after until is a mistake', async () => {
    ended(await p.run(`orders export --since ${to} --until ${from}`), 64);
  });
});

test('--limit delivers so many, the next run the others', async t => {
  const p = await open(t);
  const first = await p.export('--limit 7');
  assert.equal(first.summary.created, 7);
  assert.equal(exportedNames(p).length, 7);
  assert.equal(first.summary.waiting, (await p.queue('--waiting')).length);
  await p.export('--limit 7');
  assert.equal(exportedNames(p).length, 14);
  await p.export();
  sameSet(exportedNames(p), names(truth(p.sandbox)));
});

test('--only', async t => {
  const p = await open(t, { nasty: ['duplicate_name', 'unknown_tax'] });
  const all = truth(p.sandbox);
  const by = name => all.find(order => order.name === name);
  for (const [who, name] of [
    ['#1002', '#1002'],
    ['1003', '#1003'],
    [by('#1004').id, '#1004'],
    [by('#1008').id.split('/').at(-1), '#1008'],
  ])
    await t.test(`takes ${who}`, async () => {
      const before = exportedNames(p);
      const result = ended(await p.run(['orders', 'export', '--only', who]), 0);
      silent(result);
      sameSet(exportedNames(p), [...before, name]);
    });
  await t.test('several at once, each its own word', async () => {
    const { records } = await p.export('--only 1009 1010');
    sameSet(records.map(r => r.name), ['#1009', '#1010']);
  });
  await t.test('a name that two orders have means both', async () => {
    const [twin] = all.filter(order => order.nasty === 'duplicate_name');
    const { records } = await p.export(`--only ${twin.name}`);
    assert.equal(records.length, 2);
  });
  await t.test('a delivered one again: unchanged, nothing is written', async () => {
    const before = p.exchange().files;
    const { records } = await p.export('--only 1002');
    assert.deepEqual(records.map(r => r.outcome), ['unchanged']);
    assert.deepEqual(p.exchange().files, before);
  });
  await t.test('one that is parked is tried again', async () => {
    const [levy] = all.filter(order => order.nasty === 'unknown_tax');
    await p.export(`--only ${levy.name}`, 1);
    assert.ok((await p.parked()).has(levy.name));
    p.write('mappings/tables/taxes.csv', 'country,title,rate,erp_tax_code\n*,*,*,T\n');
    p.configure({ mappings: { path: 'mappings' } });
    const { records } = await p.export(`--only ${levy.name}`);
    assert.deepEqual(records.map(r => r.outcome), ['created']);
  });
  await t.test('one order by two of its names is one order', async () => {
    const { id, name } = by('#1012');
    const named = ['--only', name, '--only', name.slice(1), '--only', id, '--only', id.split('/').at(-1)];
    const { records } = await p.export(named.join(' '));
    assert.deepEqual(records.map(r => r.outcome), ['created']);
    const result = ended(await p.run(['orders', 'export', '--json', '--only', '77777', '77777']), 1);
    assert.equal(JSON.parse(result.stdout).records.length, 1);
  });
  await t.test('one that is not there is said and not kept', async () => {
    const result = ended(await p.run('orders export --only 99999 1011'), 1);
    assert.match(result.stderr, /99999.*no such order/);
    assert.ok(exportedNames(p).includes('#1011'), 'the other one goes over');
    assert.ok(!(await p.parked()).has('99999'));
  });
  await t.test('leaves the checkpoint alone', async () => assert.equal((await p.status()).checkpoint_at, null));
});

test('--full reads everything and writes nothing that is the same', async t => {
  const p = await open(t);
  await p.export();
  const before = p.exchange().files;
  const seen = requestsOf(p.sandbox);
  const { summary } = await p.export('--full');
  assert.equal(summary.unchanged, 60);
  assert.ok(seen({ operation: 'OrdersById' }).length > 1);
  assert.deepEqual(p.exchange().files, before);
  await t.test('and finds what the shop failed to report', async () => {
    /* The change is older than any overlap. */
    earlier(p.sandbox, 5 * 86400, { edit: '#1007', change: { note: 'five days ago' } });
    silent(ended(await p.run('orders export'), 0));
    const { records } = await p.export('--full');
    assert.deepEqual(
      records.filter(r => r.outcome !== 'unchanged').map(r => [r.name, r.outcome]),
      [['#1007', 'updated']],
    );
  });
});

test('an order that changes after it was delivered', async t => {
  const p = await open(t);
  await p.export();
  earlier(p.sandbox, 90, { edit: '#1005', change: { note: 'call before delivery' } });
  silent(ended(await p.run('orders export'), 0));
  await t.test('is written once more, into a file of changed orders', () => {
    const changed = p.exchange().verify();
    assert.deepEqual(changed.names(/orders-changed.*csv/), ['orders-changed-000001.csv']);
    assert.equal(changed.order('#1005', 'orders-changed')[0].note, 'call before delivery');
    assert.equal(changed.order('#1005')[0].note, '', 'the first file stays as it was');
    assert.equal(changed.orders('orders-changed').size, 1);
  });
  await t.test('and not again by the next run', async () => {
    const before = p.exchange().files;
    silent(ended(await p.run('orders export'), 0));
    assert.deepEqual(p.exchange().files, before);
  });
  await t.test('only touched by an app: read, but not written', async () => {
    const before = p.exchange().files;
    earlier(p.sandbox, 80, { edit: '#1006', change: { touch: true } });
    const { summary } = await p.export();
    assert.deepEqual([summary.unchanged, summary.updated], [1, 0]);
    assert.deepEqual(p.exchange().files, before);
  });
  await t.test('refunded, then cancelled: one file each', async () => {
    earlier(p.sandbox, 75, { edit: '#1008', change: { refund: { lines: [{ line: 0, quantity: 1 }] } } });
    await p.export();
    earlier(p.sandbox, 65, { edit: '#1008', change: { cancel: 'CUSTOMER' } });
    await p.export();
    const rows = p.exchange().verify().rows('orders-changed').filter(row => row.order_number === '#1008');
    assert.deepEqual([...new Set(rows.map(row => row.file))], ['orders-changed-000002.csv', 'orders-changed-000003.csv']);
    assert.ok(rows.at(-1).cancelled_at);
  });
});

test('test orders', async t => {
  const p = await open(t, { nasty: ['test_order'] });
  const tests = truth(p.sandbox).filter(order => order.test);
  assert.ok(tests.length > 3);
  const { summary } = await p.export();
  assert.equal(summary.excluded, tests.length);
  await t.test('--only names one all the same, or says why not', async () => {
    const result = await p.run(`orders export --only ${tests[0].name}`);
    assert.ok(result.status === 0 || /test/.test(result.stderr), result.stderr);
  });
  await t.test('include_test = yes sends them', async () => {
    p.configure({ orders: { include_test: 'yes' } });
    await p.export('--full');
    sameSet(exportedNames(p), names(truth(p.sandbox)));
  });
});

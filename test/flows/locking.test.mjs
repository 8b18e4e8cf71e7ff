// Two runs at once, several targets, and the files that the ERP answers with.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { earlier, place, requestsOf, sameSet, truth } from '../support/place.mjs';
import { BIN_PLAIN, answer, ended, silent } from '../support/run.mjs';

const open = (t, conf = {}, sandbox = {}) =>
  place(t, { sandbox: { orders: 24, seed: 8, nasty: 'off', ...sandbox }, conf, bin: BIN_PLAIN });

test('two runs at once', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'hang_after', operation: 'OrdersById', nth: 1, ms: 3000 });
  const first = p.start('orders export');
  for (let i = 0; i < 1000 && !p.sandbox.requests({ operation: 'OrdersById' }).length; i++) await sleep(5);
  await t.test('the second one ends at once with 75, without a word', async () => {
    const second = silent(ended(await p.run('orders export'), 75));
    assert.ok(second.ms < 2000);
  });
  await t.test('and names the holder to those who ask', async () => {
    const { summary } = answer(ended(await p.run('orders export --json'), 75));
    assert.equal(summary.code, 'locked');
    assert.match(summary.error, new RegExp(`'orders export' is held by process ${first.pid} on \\S+ since 20`));
    assert.match((await p.run('orders export -v')).stderr, new RegExp(`process ${first.pid}`));
  });
  await t.test('commands that only look work meanwhile', async () => {
    ended(await p.run('status'), 0);
    ended(await p.run('queue list'), 0);
    /* Nothing is known of it yet. */
    assert.match(ended(await p.run('explain 1001'), 1).stdout, /no run has seen it/);
    ended(await p.run('state backup copy.db'), 0);
  });
  await t.test('another target has a lock of its own', async () => {
    ended(await p.run(`orders export --to csv:${p.path('other')}`), 0);
  });
  ended(await first.done, 0);
  assert.equal(p.exchange().verify().orders().size, 24);
  await t.test('a skipped run does not hide the last one', async () => {
    assert.equal((await p.status()).last_run.outcome, 'done');
  });
});

test('many runs at once: each order once', async t => {
  const p = await open(t);
  const all = await Promise.all(Array.from({ length: 5 }, () => p.run('orders export')));
  for (const result of all) assert.ok([0, 75].includes(result.status), result.stderr);
  assert.ok(all.some(result => result.status === 0));
  assert.equal(p.exchange().verify().orders().size, 24);
});

test('a run that was killed leaves no lock', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'hang', operation: 'OrdersById', nth: 1 });
  const first = p.start('orders export');
  for (let i = 0; i < 1000 && !p.sandbox.requests({ operation: 'OrdersById' }).length; i++) await sleep(5);
  first.kill('SIGKILL');
  await first.done;
  assert.ok((await p.status()).unfinished_run, 'status tells of it');
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().orders().size, 24);
  assert.equal((await p.status()).unfinished_run, null);
});

test('--to csv:DIR is a target of its own', async t => {
  const p = await open(t);
  const there = p.path('accountant');
  await p.export('--since -20d', 0);
  const inMain = p.exchange().files;
  ended(await p.run(`orders export --to csv:${there}`), 0);
  await t.test('it gets all orders, whatever went to [erp]', () => {
    sameSet(p.exchange('accountant').verify().orders().keys(), truth(p.sandbox).map(o => o.id));
    assert.deepEqual(p.exchange().files, inMain);
  });
  await t.test('it has its own checkpoint and memory', async () => {
    const seen = requestsOf(p.sandbox);
    silent(ended(await p.run(`orders export --to csv:${there}`), 0));
    assert.ok(seen().length <= 2);
    earlier(p.sandbox, 90, { edit: '#1020', change: { note: 'changed' } });
    ended(await p.run(`orders export --to csv:${there}`), 0);
    assert.equal(p.exchange('accountant').orders('orders-changed').size, 1);
    assert.deepEqual(p.exchange().files, inMain);
  });
  await t.test('a path from the current folder is the same target', async () => {
    const seen = requestsOf(p.sandbox);
    silent(ended(await p.run('orders export --to csv:accountant'), 0));
    assert.ok(seen().length <= 2);
  });
  await t.test('and [erp] goes on as if it were not there', async () => {
    ended(await p.run('orders export'), 0);
    assert.equal(p.exchange().verify().orders().size + p.exchange().orders('orders-changed').size >= 24, true);
    sameSet(p.exchange().orders().keys(), truth(p.sandbox).map(o => o.id));
  });
  await t.test('status lists both', async () => {
    const { flows } = answer(await p.run('status --json'));
    sameSet(flows.map(f => f.flow), ['orders export', `orders export > csv:${there}`]);
  });
});

test('how the files are written', async t => {
  for (const [name, csv, options, claim] of [
    ['semicolon and decimal comma', { delimiter: 'semicolon', decimal: 'comma' }, { delimiter: ';' }, rows => assert.match(rows[0].order_total, /^\d+,\d\d$/)],
    ['tab', { delimiter: 'tab' }, { delimiter: '\t' }, rows => assert.match(rows[0].order_total, /^\d+\.\d\d$/)],
    ['line feeds', { line_end: 'lf' }, { lineEnd: '\n' }, rows => assert.equal(rows.length > 24, true)],
  ])
    await t.test(name, async sub => {
      const p = await open(sub, { csv });
      ended(await p.run('orders export'), 0);
      claim(p.exchange('out', options).rows());
    });
  await t.test('a BOM for spreadsheets', async sub => {
    const p = await open(sub, { csv: { encoding: 'utf-8-bom' } });
    ended(await p.run('orders export'), 0);
    for (const [name, content] of p.exchange().files)
      if (name.endsWith('.csv')) assert.ok(content.toString('latin1').startsWith('\xef\xbb\xbforder_id,') || name.startsWith('customers'));
  });
  await t.test('Windows-1252, and what it does not have is parked', async sub => {
    const p = await open(sub, { csv: { encoding: 'windows-1252' } }, { nasty: ['wild_text'] });
    ended(await p.run('orders export'), 1);
    const parked = await p.queue('--parked');
    assert.equal(parked.length, 3);
    for (const e of parked) {
      assert.equal(e.code, 'bad_encoding');
      assert.match(e.reason, /column '\w+' holds the character U\+[0-9A-F]{4,}.*\[csv\] encoding = utf-8/);
    }
    const text = p.exchange().files.get('orders-000001.csv').toString('latin1');
    assert.match(text, /M\xfcnchen|K\xf6ln|D\xfcsseldorf|Saint-\xc9tienne|L\xe9a/);
    await sub.test('set as the reason says, the next run takes them', async () => {
      p.configure({ csv: { encoding: 'utf-8' } });
      ended(await p.run('orders export'), 0);
      assert.equal((await p.queue('--parked')).length, 0);
    });
  });
});

test('acknowledgements', async t => {
  const p = await open(t, { csv: { ack: 'expected' } });
  ended(await p.run('orders export'), 0);
  await t.test('ok: the target’s answer is known', async () => {
    p.write('out/orders-000001.ack', 'ok\nerror #1003: article is blocked\n');
    const result = ended(await p.run('orders export'), 1, 'a person is needed for the rejected one:');
    assert.match(result.stderr, /#1003.*article is blocked/);
    assert.ok(!p.exists('out/orders-000001.ack') && fs.existsSync(p.path('out/.erpsync/acks/orders-000001.ack')));
    assert.match((await p.run('explain 1001')).stdout, /answer: ok/);
    const parked = await p.parked();
    assert.deepEqual([...parked.keys()], ['#1003']);
    assert.equal(parked.get('#1003').code, 'rejected_by_target');
    assert.match(parked.get('#1003').reason, /queue retry/);
  });
  await t.test('read once, the next run is quiet', async () => {
    silent(ended(await p.run('orders export'), 0));
  });
  await t.test('queue retry sends the rejected one again, as a new order', async () => {
    ended(await p.run('queue retry 1003'), 0);
    ended(await p.run('orders export'), 0);
    const files = p.exchange().names(/^orders-\d+\.csv$/);
    assert.deepEqual(files, ['orders-000001.csv', 'orders-000002.csv']);
    const again = p.exchange().rows().filter(row => row.file === files[1]);
    assert.deepEqual([...new Set(again.map(row => row.order_number))], ['#1003']);
  });
  await t.test('rejected as a whole', async () => {
    p.write('out/orders-000002.ack', 'error: period is closed\n');
    const result = ended(await p.run('orders export'), 1);
    assert.match(result.stderr, /#1003.*period is closed/);
  });
  await t.test('half written: left alone', async () => {
    ended(await p.run('queue retry 1003'), 0);
    ended(await p.run('orders export'), 0);
    p.write('out/orders-000003.ack', 'err');
    silent(ended(await p.run('orders export'), 0));
    assert.ok(p.exists('out/orders-000003.ack'));
  });
  await t.test('with ack = none such files are nobody’s', async () => {
    p.configure({ csv: { ack: 'none' } });
    p.write('out/orders-000003.ack', 'ok\n');
    silent(ended(await p.run('orders export'), 0));
    assert.ok(p.exists('out/orders-000003.ack'));
  });
});

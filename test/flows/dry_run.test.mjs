// A dry run says what would happen and changes nothing, on either side and between.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { earlier, place } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { leftovers } from '../support/stops.mjs';

const open = t => place(t, { sandbox: { orders: 24, seed: 8, nasty: ['unknown_tax'] }, bin: BIN_PLAIN });

/** Everything in the state file but tokens: those are no business data. */
const dump = p =>
  execFileSync('sqlite3', [p.path('erpsync.db'), '.dump'])
    .toString()
    .split('\n')
    .filter(line => !/^INSERT INTO token\b/.test(line))
    .join('\n');

test('before the first run', async t => {
  const p = await open(t);
  await p.run('status');
  const before = dump(p);
  const dry = ended(await p.run('orders export --dry-run'), 1, 'the exit status of the real run');
  await t.test('each order is told, with what would become of it', () => {
    assert.equal(dry.stdout.match(/^would create #\d+$/gm).length, 21);
    assert.equal(dry.stdout.match(/^would park #\d+: .*Galactic Levy/gm).length, 3);
    assert.match(dry.stdout, /21 would be created, 3 would be parked/);
    assert.match(dry.stderr, /^erpsync: note: \d+ of 24 that are new to the ERP were shipped by the store already, wholly or in part: \[orders\] fulfilled = deliver, so they arrive as delivered\n$/);
  });
  await t.test('nothing is written', () => {
    assert.equal(dump(p), before);
    assert.ok(!p.exists('out'));
    assert.deepEqual(leftovers(p), []);
  });
  await t.test('--json and --verbose show the documents', async () => {
    const { records, summary } = await p.export('--dry-run', 1);
    const created = records.filter(r => r.outcome === 'created');
    assert.equal(created.length, 21);
    for (const record of created) assert.ok(record.document.files.orders.rows.length > 0);
    assert.equal(summary.dry_run, true);
    assert.match((await p.run('orders export --dry-run -v')).stdout, /"unit_price"|"files"/);
  });
  await t.test('the real run does just that', async () => {
    const planned = (await p.export('--dry-run', 1)).records.map(r => [r.name, r.outcome]);
    const done = (await p.export('', 1)).records.map(r => [r.name, r.outcome]);
    assert.deepEqual(done, planned);
  });
});

test('between two runs', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 1);
  earlier(p.sandbox, 90, [{ edit: '#1002', change: { note: 'changed' } }, { edit: '#1003', change: { touch: true } }, { add: 1 }]);
  const [before, files] = [dump(p), p.exchange().files];
  const { records } = await p.export('--dry-run');
  assert.deepEqual(records.map(r => [r.name, r.outcome]).sort(), [
    ['#1002', 'updated'],
    ['#1003', 'unchanged'],
    ['#1025', 'created'],
  ]);
  assert.equal(dump(p), before);
  assert.deepEqual(p.exchange().files, files);
  await t.test('a window, --only and --full as well', async () => {
    for (const more of ['--since -60d', '--only 1002', '--full', '--limit 1']) {
      await p.run(`orders export --dry-run ${more}`);
      assert.equal(dump(p), before, more);
      assert.deepEqual(p.exchange().files, files, more);
    }
  });
});

test('with acknowledgements waiting: they stay, and what they change is told', async t => {
  const p = await open(t);
  p.configure({ csv: { ack: 'expected' } });
  await p.run('orders export');
  p.write('out/orders-000001.ack', 'ok\nerror #1002: blocked\nhmm #1003\n');
  const before = dump(p);
  const told = result => {
    const { records, summary } = JSON.parse(result.stdout);
    return [result.status, records.map(r => [r.name, r.outcome, r.code]), summary.acknowledged, summary.rejected, summary.doubted];
  };
  const foretold = told(await p.run('orders export --dry-run --json'));
  assert.deepEqual(foretold[1].filter(([, , code]) => code === 'rejected_by_target').map(([name]) => name), ['#1002']);
  assert.ok(p.exists('out/orders-000001.ack'));
  assert.equal(dump(p), before);
  assert.deepEqual(told(await p.run('orders export --json')), foretold);
  assert.ok(!p.exists('out/orders-000001.ack'));
});

test('killed, it leaves a copy of the state that the next one removes', async t => {
  const p = await open(t);
  await p.run('orders export');
  earlier(p.sandbox, 90, { add: 1 });
  p.sandbox.addFaults({ fault: 'hang', operation: 'OrdersChanged' });
  const child = p.start('orders export --dry-run');
  for (let i = 0; i < 500 && !leftovers(p).length; i++) await sleep(10);
  child.kill('SIGKILL');
  await child.done;
  for (const name of leftovers(p)) assert.equal(fs.statSync(p.path(name)).mode & 0o777, 0o600, name);
  p.sandbox.faults.clear();
  await p.run('orders export --dry-run');
  assert.deepEqual(leftovers(p), []);
});

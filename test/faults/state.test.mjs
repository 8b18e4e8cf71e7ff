// The state file in trouble: nothing goes over until a person has acted, and nothing is made worse.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place } from '../support/place.mjs';
import { ended, silent } from '../support/run.mjs';

const open = t => place(t, { sandbox: { orders: 24, seed: 8, nasty: 'off' } });
const sqlite = (p, sql, name = 'erpsync.db') => execFileSync('sqlite3', [p.path(name), sql]).toString().trim();

/** Every command that needs the state ends with 78 and one line; the run asks the shop for nothing and writes nothing. */
async function unusable(p, said) {
  const [asked, files] = [p.sandbox.log.n, p.exchange().files];
  for (const args of ['orders export', 'queue list', 'status', 'explain 1001', 'state backup copy.db']) {
    const result = ended(await p.run(args), 78, args);
    assert.match(result.stderr, said, args);
    assert.match(result.stderr, /^erpsync: .+\n$/, 'one line');
  }
  assert.equal(p.sandbox.log.n, asked, 'no request');
  assert.deepEqual(p.exchange().files, files);
  assert.ok(!p.exists('copy.db'));
}

test('of a newer erpsync: refused and not touched', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  sqlite(p, 'PRAGMA user_version = 99');
  sqlite(p, 'PRAGMA wal_checkpoint(TRUNCATE)');
  const bytes = fs.readFileSync(p.path('erpsync.db'));
  await unusable(p, /99|newer/);
  assert.ok(bytes.equals(fs.readFileSync(p.path('erpsync.db'))));
});

test('not a state file', async t => {
  for (const [name, make] of [
    ['a text', p => p.write('erpsync.db', 'hello\n'.repeat(1000), 0o600)],
    ['another program’s database', p => (sqlite(p, 'CREATE TABLE t (a); PRAGMA application_id = 4711'), fs.chmodSync(p.path('erpsync.db'), 0o600))],
    ['a folder', p => fs.mkdirSync(p.path('erpsync.db'), { mode: 0o700 })],
  ])
    await t.test(name, async sub => {
      const p = await open(sub);
      make(p);
      await unusable(p, /erpsync\.db/);
    });
});

test('damaged', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  ended(await p.run('state backup good.db'), 0);
  sqlite(p, 'PRAGMA wal_checkpoint(TRUNCATE)');
  const bytes = fs.readFileSync(p.path('erpsync.db'));
  /* All pages but the first: the schema can still be read. */
  for (let at = 4096; at < bytes.length; at += 4096) bytes.fill(0xa5, at + 8, Math.min(at + 512, bytes.length));
  fs.writeFileSync(p.path('erpsync.db'), bytes);
  earlier(p.sandbox, 90, { add: 1 });
  const files = p.exchange().files;
  await t.test('a run ends with 78 and says what to do', async () => {
    const result = ended(await p.run('orders export'), 78);
    assert.match(result.stderr, /^erpsync: .*erpsync\.db.*\n$/);
    assert.match(result.stderr, /backup|damaged|corrupt|malformed/);
    assert.deepEqual(p.exchange().files, files);
  });
  await t.test('state check finds it', async () => {
    ended(await p.run('state check'), 78);
  });
  await t.test('the backup takes its place', async () => {
    for (const name of ['erpsync.db', 'erpsync.db-wal', 'erpsync.db-shm']) fs.rmSync(p.path(name), { force: true });
    fs.copyFileSync(p.path('good.db'), p.path('erpsync.db'));
    ended(await p.run('state check'), 0);
    ended(await p.run('orders export'), 0);
    assert.equal(p.exchange().verify().orders().size, 25, 'each order once');
  });
});

test('its folder is missing', async t => {
  const p = await open(t);
  p.configure({ state: { path: 'var/lib/erpsync.db' } });
  await unusable(p, /var\/lib/);
  assert.ok(!p.exists('var'));
});

test('others may read it', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  fs.chmodSync(p.path('erpsync.db'), 0o644);
  await unusable(p, /chmod (600|go-rwx|0600).*erpsync\.db/);
});

test('another program holds it', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  earlier(p.sandbox, 90, { add: 1 });
  const holder = spawn('sqlite3', [p.path('erpsync.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => holder.kill());
  holder.stdin.write('BEGIN IMMEDIATE;\nSELECT 1;\n');
  await new Promise(resolve => holder.stdout.once('data', resolve));
  silent(ended(await p.run('orders export'), 75, 'later'));
  holder.stdin.end('ROLLBACK;\n');
  await new Promise(resolve => holder.once('close', resolve));
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().verify().orders().size, 25);
});

test('backup', async t => {
  const p = await open(t);
  ended(await p.run('orders export --limit 10'), 0);
  silent(ended(await p.run('state backup copy.db'), 0));
  await t.test('an existing file is not replaced', async () => {
    const bytes = fs.readFileSync(p.path('copy.db'));
    assert.match(ended(await p.run('state backup copy.db'), 78).stderr, /copy\.db/);
    assert.ok(bytes.equals(fs.readFileSync(p.path('copy.db'))));
  });
  await t.test('the copy is a state file that goes on', async () => {
    p.configure({ state: { path: 'copy.db' } });
    ended(await p.run('state check'), 0);
    ended(await p.run('orders export'), 0);
    assert.equal(p.exchange().verify().orders().size, 24);
  });
  await t.test('one into a folder that is not there', async () => {
    ended(await p.run('state backup nowhere/copy.db'), 78);
  });
});

test('state check tells rows that can’t be', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  sqlite(p, "DELETE FROM link WHERE record = (SELECT min(record) FROM link)");
  const result = ended(await p.run('state check'), 78);
  assert.match(result.stdout, /link|delivered/i);
  assert.match(result.stderr, /findings/);
});

// An exchange folder has one state file that writes orders into it, and what is answered there is taken by whom it is for.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { place } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const CONF = { csv: { ack: 'expected' } };
const open = (t, seed, conf = {}) => place(t, { bin: BIN_PLAIN, sandbox: { orders: 3, seed, nasty: 'off' }, conf: { ...CONF, ...conf } });
const exports = async (p, status = 0) => ended(await p.run('orders export'), status);
const parked = async p => (await p.queue('--parked')).map(entry => [entry.name, entry.code]);
const UNKNOWN = /orders-000002\.csv: its acknowledgement is not read, and stays where it is: .*move the acknowledgement into the folder of that one/;
const WHY = 'ok\nerror #1002: customer is blocked\n';
const lose = p => ['', '.seal', '-wal', '-shm'].forEach(end => fs.rmSync(p.path(`erpsync.db${end}`), { force: true }));

/** Both have written into the folder of the first, as they could before a folder was one state file's. */
async function shared(t) {
  const p = await open(t, 8);
  const q = await open(t, 9);
  await exports(p);
  await exports(q);
  const books = JSON.parse(p.read('out/.erpsync/writers'));
  const [[name, line]] = Object.entries(JSON.parse(q.read('out/.erpsync/writers')));
  Object.assign(line.new, { number: 2 });
  p.write('out/.erpsync/writers', JSON.stringify({ ...books, [name]: line }), 0o600);
  p.write('out/.erpsync/sequence', '2\n', 0o600);
  return [p, q];
}

test('a second state file does not write there, and has a folder of its own', async t => {
  const p = await open(t, 8);
  const q = await open(t, 9, { erp: { path: p.path('out') } });
  await exports(p);
  const { files } = p.exchange();
  assert.match((await exports(q, 78)).stderr, /is new or was emptied.*give this one a folder of its own/);
  assert.match((await q.run('check')).stdout, /^bad .*give this one a folder of its own/m);
  assert.deepEqual(p.exchange().files, files);
  q.configure({ erp: { path: 'own' } });
  await exports(q);
  assert.deepEqual(q.exchange('own').names(/^orders-/), ['orders-000001.csv', 'orders-000001.manifest.json']);
  silent(await exports(p));
});

test('an answer to a file of another state file stays for that one', async t => {
  const [p, q] = await shared(t);
  fs.renameSync(q.path('out/orders-000001.manifest.json'), q.path('kept'));
  p.write('out/orders-000002.ack', WHY);
  assert.match((await exports(p, 78)).stderr, /is not the only one that writes to .* another one has got to orders-000002/);
  await t.test('also by one that has the folder to itself now', async () => {
    ended(await p.run('adopt orders --rest-is-new'), 0);
    assert.match((await exports(p, 1)).stderr, UNKNOWN);
    silent(await exports(p));
    assert.equal(p.read('out/orders-000002.ack'), WHY);
    assert.match((await p.run('check')).stdout, /^warn .*orders-000002\.csv: its acknowledgement is not read/m);
    assert.equal(p.exists('out/.erpsync/acks/orders-000002.ack'), false);
    assert.deepEqual(await parked(p), []);
  });
  await t.test('in whose folder it is read', async () => {
    fs.renameSync(p.path('out/orders-000002.ack'), q.path('out/orders-000001.ack'));
    await exports(q, 1);
    assert.deepEqual(await parked(q), [['#1002', 'rejected_by_target']]);
  });
});

test('the state file is lost when a refusal lies there', async t => {
  const p = await open(t, 8);
  await exports(p);
  lose(p);
  p.write('out/orders-000001.ack', WHY);
  await exports(p, 78);
  assert.equal(p.read('out/orders-000001.ack'), WHY);
  ended(await p.run('adopt orders'), 0);
  await exports(p, 1);
  assert.deepEqual(await parked(p), [['#1002', 'rejected_by_target']]);
  silent(await exports(p));
});

test('a backup is put back that does not know of the file that is refused', async t => {
  const p = await open(t, 8);
  ended(await p.run('orders export --limit 1'), 0);
  ended(await p.run('state backup backup.db'), 0);
  await exports(p);
  lose(p);
  fs.copyFileSync(p.path('backup.db'), p.path('erpsync.db'));
  p.write('out/orders-000002.ack', WHY);
  await exports(p, 78);
  assert.equal(p.read('out/orders-000002.ack'), WHY);
  ended(await p.run('adopt orders'), 0);
  await exports(p, 1);
  assert.deepEqual(await parked(p), [['#1002', 'rejected_by_target']]);
});

test('the one that was overtaken goes on in a folder of its own, with the answers that are for it', async t => {
  const [p] = await shared(t);
  await exports(p, 78);
  p.write('out/orders-000001.ack', WHY);
  p.configure({ erp: { path: 'own' } });
  await exports(p, 78);
  ended(await p.run('adopt orders --rest-is-new'), 0);
  silent(await exports(p));
  fs.renameSync(p.path('out/orders-000001.ack'), p.path('own/orders-000001.ack'));
  await exports(p, 1);
  assert.deepEqual(await parked(p), [['#1002', 'rejected_by_target']]);
  assert.deepEqual(p.exchange('own').names(/^orders-/), []);
});

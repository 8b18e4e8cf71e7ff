// Disks that are full, folders that can't be written to: the run ends with 78 and names them, and once there is room the
// next one brings every order, once.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fill, remount, smallDisk } from '../support/disk.mjs';
import { earlier, place, truth } from '../support/place.mjs';
import { ended, silent } from '../support/run.mjs';

const open = (t, orders = 60) => place(t, { sandbox: { orders, seed: 8, nasty: 'off' } });

/** Ends with 78, one line that names what is in the way; no file that isn't whole. */
async function fails(p, said) {
  const result = ended(await p.run('orders export'), 78);
  assert.match(result.stderr, said);
  assert.match(result.stderr, /^erpsync: .+\n$/);
  p.exchange().verify();
}

async function completes(p) {
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().verify().orders().size, truth(p.sandbox).length);
  silent(ended(await p.run('orders export'), 0));
  silent(ended(await p.run('state check'), 0));
}

test('the exchange folder can’t be written to', async t => {
  const p = await open(t);
  const reason = smallDisk(t, p.path('out'), 4096);
  if (reason) return t.skip(reason);
  remount(p.path('out'), 'ro');
  await fails(p, /out/);
  await t.test('the orders wait in the queue, none is parked for it', async () => {
    const status = await p.status();
    assert.deepEqual([status.waiting, status.parked], [60, 0]);
    assert.match((await p.run('check')).stdout, /^bad +.*out.*can't be written to/m);
  });
  remount(p.path('out'), 'rw');
  await completes(p);
});

test('the exchange folder’s disk is full, more or less', async t => {
  for (const leave of [0, 4096, 16384, 65536, 90000])
    await t.test(`${leave} bytes are left`, async sub => {
      const p = await open(sub);
      const reason = smallDisk(sub, p.path('out'), 2048);
      if (reason) return sub.skip(reason);
      const room = fill(p.path('out'), { leave });
      const result = await p.run('orders export');
      assert.ok([0, 78].includes(result.status), `ended with ${result.status}\n${result.stderr}`);
      if (result.status === 78) assert.match(result.stderr, /^erpsync: .*(No space|space|full).*\n$/);
      else assert.ok(leave >= 65536);
      p.exchange().verify();
      await fails78Again(p, result.status);
      room();
      await completes(p);
    });
});

/** Trying again on a disk that is still full changes nothing. */
async function fails78Again(p, status) {
  if (status !== 78) return;
  ended(await p.run('orders export'), 78);
  assert.equal(p.exchange().verify().orders().size, 0);
}

test('the state file’s disk is full', async t => {
  const p = await open(t);
  const reason = smallDisk(t, p.path('var'), 4096);
  if (reason) return t.skip(reason);
  p.configure({ state: { path: 'var/erpsync.db' } });
  ended(await p.run('orders export'), 0);
  const room = fill(p.path('var'));
  earlier(p.sandbox, 90, { add: 40 });
  await fails(p, /erpsync\.db.*(full|space)/);
  room();
  await completes(p);
});

test('a full disk under the log does not stop the run', async t => {
  const p = await open(t);
  const reason = smallDisk(t, p.path('log'), 64);
  if (reason) return t.skip(reason);
  p.configure({ log: { path: 'log/erpsync.log' } });
  fill(p.path('log'));
  await completes(p);
});

test('a log that can’t be opened', async t => {
  const p = await open(t);
  p.configure({ log: { path: 'nowhere/erpsync.log' } });
  await fails(p, /nowhere\/erpsync\.log/);
});

test('what stands where the exchange folder should be', async t => {
  await t.test('a file', async sub => {
    const p = await open(sub);
    p.write('out', 'a file');
    const result = ended(await p.run('orders export'), 78);
    assert.match(result.stderr, /out/);
    fs.rmSync(p.path('out'));
    await completes(p);
  });
  await t.test('a number file that is damaged', async sub => {
    const p = await open(sub);
    ended(await p.run('orders export'), 0);
    p.write('out/.erpsync/sequence', 'many\n');
    earlier(p.sandbox, 90, { add: 1 });
    await fails(p, /sequence: holds no number/);
    fs.rmSync(p.path('out/.erpsync/sequence'));
    await completes(p);
    assert.ok(p.exchange().names().includes('orders-000002.csv'), 'it goes on after the highest number');
  });
  await t.test('files of the other side', async sub => {
    const p = await open(sub);
    for (const name of ['orders-000001.csv.bak', 'orders-000001.CSV', 'notes.txt', 'orders.csv']) p.write(`out/${name}`, 'theirs');
    await completes(p);
    assert.equal(p.read('out/notes.txt'), 'theirs');
  });
});

test('two state files begin in one exchange folder: one of them has it', async t => {
  const p = await open(t);
  const q = await place(t, { sandbox: p.sandbox, conf: { erp: { path: p.path('out') } } });
  const both = await Promise.all([p.run('orders export'), q.run('orders export')]);
  assert.deepEqual(both.map(result => result.status).sort(), [0, 78], both.map(result => result.stderr).join());
  const second = both[0].status ? p : q;
  assert.match(ended(await second.run('orders export'), 78).stderr, /give this one a folder of its own/);
  const manifests = p.exchange().manifests();
  assert.deepEqual(manifests.map(m => [m.name, m.count]), [['orders-000001.manifest.json', 60]]);
});

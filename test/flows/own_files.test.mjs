// What erpsync keeps below .erpsync/ of an exchange folder is damaged: it says which file and what to do, and that helps.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place, sameSet, truth } from '../support/place.mjs';
import { BIN, ended, silent } from '../support/run.mjs';

const open = (t, conf = {}) => place(t, { sandbox: { orders: 6, seed: 8, nasty: 'off' }, conf });
const own = (p, name) => p.path('out/.erpsync', name);
const remove = path => fs.rmSync(path, { recursive: true, force: true });

/** What a disk, a copying program or a person makes of a file. */
const DAMAGES = {
  cut: path => fs.writeFileSync(path, fs.readFileSync(path, 'utf8').slice(0, 1).replace(/\d/, 'x')),
  'of zeros': path => fs.writeFileSync(path, '\0'.repeat(100)),
  'a folder': path => (remove(path), fs.mkdirSync(path)),
  'far too large': path => fs.truncateSync(path, 100 * 1024 * 1024),
};

/** The run is refused with the file's name, and the text of what helps is returned. */
async function refused(p, name, args = 'orders export') {
  const { stderr } = ended(await p.run(args), 78, args);
  assert.ok(stderr.startsWith(`erpsync: ${own(p, name)}: `) || stderr.includes(`.erpsync/${name}: `), stderr);
  return stderr;
}
/** Each order is once in a file of new orders, and a run has nothing to do. */
async function allOnce(p) {
  ended(await p.run('orders export'), 0);
  sameSet(p.exchange().verify().orders().keys(), truth(p.sandbox).map(o => o.id));
  const names = p.exchange().rows().map(row => `${row.file} ${row.order_number} ${row.line_number}`);
  assert.equal(new Set(names.map(row => row.replace(/^\S+ /, ''))).size, names.length, 'nothing is doubled');
  silent(ended(await p.run('orders export --full'), 0));
}

for (const [name, cure] of [['sequence', /remove it to go on after the highest/], ['writers', /remove it[;:] the numbers in the state file/]])
  test(`${name} is damaged`, async t => {
    for (const [how, damage] of Object.entries(DAMAGES))
      await t.test(how, async sub => {
        const p = await open(sub);
        ended(await p.run('orders export'), 0);
        earlier(p.sandbox, 90, { add: 1 });
        damage(own(p, name));
        assert.match(await refused(p, name), cure);
        remove(own(p, name));
        await allOnce(p);
        assert.deepEqual(p.exchange().names(/^orders-\d+\.csv$/), ['orders-000001.csv', 'orders-000002.csv']);
      });
  });

test('the lock is a folder', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  earlier(p.sandbox, 90, { add: 1 });
  remove(own(p, 'lock'));
  fs.mkdirSync(own(p, 'lock'));
  assert.match(await refused(p, 'lock'), /remove it while no run is under way/);
  remove(own(p, 'lock'));
  await allOnce(p);
});

test('an acknowledgement that was read is damaged', async t => {
  for (const how of ['a folder', 'far too large'])
    await t.test(how, async sub => {
      const p = await open(sub, { csv: { ack: 'expected' } });
      ended(await p.run('orders export'), 0);
      const text = 'ok\nerror #1003: blocked\n';
      p.write('out/orders-000001.ack', text);
      ended(await p.run('orders export'), 1);
      DAMAGES[how](own(p, 'acks/orders-000001.ack'));
      for (const end of ['', '-wal', '-shm']) remove(p.path(`erpsync.db${end}`));
      assert.match(await refused(p, 'acks/orders-000001.ack', 'adopt orders'), /write it anew, with what the ERP has answered/);
      remove(own(p, 'acks/orders-000001.ack'));
      fs.writeFileSync(own(p, 'acks/orders-000001.ack'), text);
      assert.equal((await p.json('adopt orders --json')).summary.linked, 5);
    });
});

test('a file stands where acknowledgements are put', async t => {
  const p = await open(t, { csv: { ack: 'expected' } });
  ended(await p.run('orders export'), 0);
  p.write('out/.erpsync/acks', 'x');
  p.write('out/orders-000001.ack', 'ok\n');
  assert.match(await refused(p, 'acks'), /move away what stands under that name/);
  remove(own(p, 'acks'));
  silent(ended(await p.run('orders export'), 0));
});

test('a decision is damaged', async t => {
  const steps = async p => {
    ended(await p.run('orders export', { env: { ERPSYNC_STEP_LOG: p.path('steps') } }), 0);
    return p.read('steps').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  };
  const list = await steps(await open(t));
  const stopped = async (sub, step) => {
    const p = await open(sub);
    await p.run('orders export', { env: { ERPSYNC_STOP_AT: String(list.indexOf(step) + 1) } });
    const [decision] = fs.readdirSync(own(p, '')).filter(name => /^[0-9a-f]+\.json$/.test(name));
    return [p, decision];
  };
  for (const step of ['csv_decided', 'csv_publish_manifest', 'csv_published'])
    for (const [how, damage] of Object.entries(DAMAGES))
      await t.test(`${how}, after ${step}: the manifest is a copy of it`, async sub => {
        const [p, decision] = await stopped(sub, step);
        damage(own(p, decision));
        const [, copy] = (await refused(p, decision)).match(/; (\S+\.manifest\.json) has the same text: copy it over it/);
        if (how === 'a folder') remove(own(p, decision));
        fs.copyFileSync(copy, own(p, decision));
        await allOnce(p);
        assert.deepEqual(p.exchange().names(/^orders-\d+\.csv$/), ['orders-000001.csv']);
      });
  await t.test('the ERP has the files and has thrown the manifest away', async sub => {
    const [p, decision] = await stopped(sub, 'csv_published');
    const taken = [...p.exchange().orders().values()].map(rows => rows[0].order_number);
    for (const name of p.exchange().names()) fs.rmSync(p.path('out', name));
    DAMAGES.cut(own(p, decision));
    assert.match(await refused(p, decision), /says 'batch': '[0-9a-f]+'.*take it away.*queue list --sending.*adopt orders NAME/);
    remove(own(p, decision));
    sameSet((await p.queue('--sending')).map(entry => entry.name), taken);
    ended(await p.run(['adopt', 'orders', ...taken.slice(1)]), 0);
    ended(await p.run('orders export'), 0);
    ended(await p.run('orders export --full'), 0);
    assert.deepEqual([...p.exchange().orders().values()].map(rows => rows[0].order_number), taken.slice(0, 1), 'what was not adopted, once');
    assert.equal((await p.queue('--all')).filter(entry => entry.state !== 'done').length, 0);
  });
});

test('what was decided and can’t be put into the folder is said, until it can', async t => {
  const open = () => place(t, { sandbox: { orders: 3, nasty: 'off' } });
  const [whole, p] = [await open(), await open()];
  ended(await whole.run('orders export', { bin: BIN, env: { ERPSYNC_STEP_LOG: whole.path('steps') } }), 0);
  const step = whole.read('steps').match(/^(\d+) csv_decided$/m)[1];
  assert.equal((await p.run('orders export', { bin: BIN, env: { ERPSYNC_STOP_AT: step } })).signal, 'SIGKILL');
  fs.mkdirSync(p.path('out/orders-000001.csv/x'), { recursive: true });
  for (let run = 0; run < 2; run++) assert.match(ended(await p.run('orders export'), 78).stderr, /orders-000001\.csv/);
  fs.rmSync(p.path('out/orders-000001.csv'), { recursive: true });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(p.exchange().names(/^orders-.*\.csv$/), ['orders-000001.csv']);
  await t.test('a folder under the next name is passed over', async () => {
    fs.mkdirSync(p.path('out/orders-000002.csv'));
    p.sandbox.sell([{ variant: 'SOLO-1', quantity: 1 }]);
    ended(await p.run('orders export --full'), 0);
    assert.ok(p.exists('out/orders-000003.csv'));
  });
});

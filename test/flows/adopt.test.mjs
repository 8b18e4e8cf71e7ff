// A state file that was lost, emptied, restored or mixed up writes nothing twice; `adopt` links what is there.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place, sameSet, truth } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended, silent } from '../support/run.mjs';

const open = (t, { orders = 12, ...more } = {}) => place(t, { sandbox: { orders, seed: 8, nasty: 'off' }, bin: BIN_PLAIN, ...more });
const lose = p => ['erpsync.db', 'erpsync.db-wal', 'erpsync.db-shm'].forEach(name => fs.rmSync(p.path(name), { force: true }));
const sqlite = (p, sql) => execFileSync('sqlite3', [p.path('erpsync.db'), sql]);
const names = p => truth(p.sandbox).map(order => order.name);

/** A run is refused with what to do, and leaves the folder, the shop and the state as they are. */
async function refused(p, said, args = 'orders export') {
  const [files, asked] = [p.exchange().files, p.sandbox.log.n];
  const books = fs.readdirSync(p.path('out/.erpsync')).sort();
  const result = ended(await p.run(args), 78, args);
  assert.match(result.stderr, /^erpsync: .+\n$/, 'one line');
  assert.doesNotMatch(result.stderr, /\.dry-run-/, 'the file that a person has is named');
  assert.match(result.stderr, said);
  assert.match(result.stderr, /erpsync adopt orders.* --dry-run/);
  assert.deepEqual(p.exchange().files, files);
  assert.deepEqual(fs.readdirSync(p.path('out/.erpsync')).sort(), books);
  assert.equal(p.sandbox.log.n, asked, 'the shop is not asked');
}

/** Each order is once in a file of new orders, and a run has nothing to do. */
async function allOnce(p, dir = 'out') {
  sameSet(p.exchange(dir).verify().orders().keys(), truth(p.sandbox).map(o => o.id));
  const files = p.exchange(dir).files;
  silent(ended(await p.run('orders export'), 0));
  assert.deepEqual(p.exchange(dir).files, files);
}

for (const [how, make] of [
  ['deleted', lose],
  ['truncated to zero', p => (lose(p), p.write('erpsync.db', '', 0o600))],
])
  test(`the state file is ${how}`, async t => {
    const p = await open(t);
    ended(await p.run('orders export'), 0);
    earlier(p.sandbox, 90, { edit: '#1003', change: { note: 'changed' } });
    ended(await p.run('orders export'), 0);
    make(p);
    for (const args of ['orders export', 'orders export --dry-run', 'orders export --full', 'orders export --only 1001'])
      await refused(p, /new or was emptied.* orders-000001 and orders-changed-000001/, args);
    assert.match(ended(await p.run('check'), 78).stdout, /new or was emptied/);

    await t.test('adopt --dry-run links nothing', async () => {
      const told = await p.json('adopt orders --dry-run --json');
      assert.deepEqual(told.summary, { dry_run: true, linked: 13, known: 0, not_found: 0, opened: true, refused: null });
      sameSet(new Set(told.records.map(r => r.name)), names(p));
      const text = ended(await p.run('adopt orders --dry-run'), 0).stdout;
      assert.match(text, /would be linked/);
      assert.match(text, /#10\d\d → orders-000001\.csv/);
      await refused(p, /emptied/);
    });
    await t.test('adopt links all of it, and once more is harmless', async () => {
      const files = p.exchange().files;
      assert.equal((await p.json('adopt orders --json')).summary.linked, 13);
      const again = await p.json('adopt orders --json');
      assert.deepEqual([again.summary.linked, again.summary.known], [0, 13]);
      assert.deepEqual(p.exchange().files, files);
      const told = await p.json('explain 1003 --json');
      assert.deepEqual(told.delivered.map(d => d.target), ['orders-changed-000001.csv']);
    });
    await t.test('what is there is not sent again', () => allOnce(p));
    await t.test('new orders are new, changed ones are changes', async () => {
      earlier(p.sandbox, 80, [{ edit: '#1004', change: { note: 'later' } }, { add: 1 }]);
      ended(await p.run('orders export'), 0);
      sameSet(p.exchange().verify().orders().keys(), truth(p.sandbox).map(o => o.id));
      sameSet([...p.exchange().orders('orders-changed').values()].map(rows => rows[0].order_number), ['#1003', '#1004']);
      ended(await p.run('orders export --full'), 0);
      assert.equal(p.exchange().orders('orders-changed').size, 2, 'and --full finds no difference');
      ended(await p.run('state check'), 0);
    });
  });

test('the ERP has taken files and manifests away', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  fs.mkdirSync(p.path('taken'));
  for (const name of p.exchange().names()) fs.renameSync(p.path('out', name), p.path('taken', name));
  lose(p);
  await refused(p, /orders-000001/);
  await t.test('without them adopt does not open the way', async () => {
    const result = ended(await p.run('adopt orders'), 78);
    assert.match(result.stderr, /orders-000001\.manifest\.json.*--from.*--csv.*--rest-is-new/);
    await refused(p, /orders-000001/);
  });
  await t.test('--from names the folder', async () => {
    assert.equal((await p.json('adopt orders --from taken --json')).summary.linked, 12);
    silent(ended(await p.run('orders export'), 0));
    assert.equal(p.exchange().files.size, 0);
    earlier(p.sandbox, 90, { edit: '#1002', change: { note: 'changed' } });
    ended(await p.run('orders export'), 0);
    assert.deepEqual(p.exchange().names(), ['orders-changed-000001.csv', 'orders-changed-000001.manifest.json', 'customers-changed-000001.csv'].sort());
  });
});

test('a manifest is damaged', async t => {
  const begin = async sub => {
    const p = await open(sub);
    ended(await p.run('orders export'), 0);
    earlier(p.sandbox, 90, { add: 2 });
    ended(await p.run('orders export'), 0);
    lose(p);
    return [p, 'out/orders-000001.manifest.json', p.read('out/orders-000001.manifest.json')];
  };
  const cure = /; put a whole copy of it in its place .* take it away and run erpsync adopt orders, then erpsync adopt orders --csv FILE .* erpsync adopt orders --rest-is-new/;
  const cases = {
    'cut': [text => text.slice(0, 200), 'it is no JSON, or not all of it'],
    'empty': [() => '', 'it is no JSON, or not all of it'],
    'without its target': [text => text.replace('"target"', '"aim"'), 'it lacks batch, target, manifest or sequence'],
    'with another time': [text => text.replace(/"created_at": ?"[^"]*"/, '"created_at":"today"'), 'target or created_at is not what was written'],
    'with a record that lost its name': [text => text.replace('"label"', '"table"'), 'a record lacks its id or label'],
  };
  for (const [what, [change, wrong]] of Object.entries(cases))
    await t.test(what, async sub => {
      const [p, name, text] = await begin(sub);
      assert.notEqual(change(text), text);
      p.write(name, change(text));
      const { stderr } = ended(await p.run('adopt orders'), 78);
      assert.ok(stderr.includes(`${name}: is damaged: ${wrong}`), stderr);
      assert.match(stderr, cure);
      p.write(name, text);
      ended(await p.run('adopt orders'), 0);
      silent(ended(await p.run('orders export'), 0));
    });
  await t.test('without a copy', async sub => {
    const [p, name] = await begin(sub);
    p.write(name, '{');
    ended(await p.run('adopt orders'), 78);
    fs.rmSync(p.path(name));
    assert.match(ended(await p.run('adopt orders'), 78).stderr, /not known is orders-000001\.manifest\.json/);
    ended(await p.run('adopt orders --csv out/orders-000001.csv'), 78);
    ended(await p.run('adopt orders --rest-is-new'), 0);
    const files = p.exchange().files;
    ended(await p.run('orders export'), 0);
    ended(await p.run('orders export'), 0);
    assert.deepEqual(p.exchange().files, files, 'nothing is written twice');
  });
});

test('--rest-is-new: nothing of it is there', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  for (const name of p.exchange().names()) fs.rmSync(p.path('out', name));
  lose(p);
  ended(await p.run('adopt orders --rest-is-new'), 0);
  ended(await p.run('orders export'), 0);
  assert.deepEqual(p.exchange().verify().names(/^orders-/), ['orders-000002.csv', 'orders-000002.manifest.json']);
});

test('a backup is restored', async t => {
  const p = await open(t);
  ended(await p.run('orders export --limit 5'), 0);
  ended(await p.run('state backup backup.db'), 0);
  earlier(p.sandbox, 90, { edit: '#1001', change: { note: 'changed' } });
  ended(await p.run('orders export'), 0);
  const before = p.exchange();
  lose(p);
  fs.copyFileSync(p.path('backup.db'), p.path('erpsync.db'));
  await refused(p, /older than what was written with it.*restored backup/);
  const { summary } = await p.json('adopt orders --json');
  assert.ok(summary.linked > 0 && summary.opened);
  await allOnce(p);
  assert.deepEqual(p.exchange().files, before.files);
});

test('a backup of the moment when nothing more was written goes on', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  ended(await p.run('state backup backup.db'), 0);
  lose(p);
  fs.copyFileSync(p.path('backup.db'), p.path('erpsync.db'));
  await allOnce(p);
});

test('a backup made while a batch was under way', async t => {
  const p = await open(t, { bin: undefined });
  const steps = p.path('steps');
  ended(await p.run('orders export', { env: { ERPSYNC_STEP_LOG: steps } }), 0);
  const list = fs.readFileSync(steps, 'utf8').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  for (const [step, files] of [['csv_stage_file', 0], ['csv_published', 3]]) {
    await t.test(`at ${step}`, async sub => {
      const q = await open(sub, { bin: undefined });
      await q.run('orders export', { env: { ERPSYNC_STOP_AT: String(list.indexOf(step) + 1) } });
      assert.equal(q.exchange().files.size, files);
      ended(await q.plain.run('state backup backup.db'), 0);
      ended(await q.plain.run('orders export'), 0, 'goes on by itself');
      const whole = q.exchange().verify().files;
      lose(q);
      fs.copyFileSync(q.path('backup.db'), q.path('erpsync.db'));
      ended(await q.plain.run('orders export'), 78, 'it knows of the batch as not decided');
      ended(await q.plain.run('adopt orders'), 0);
      ended(await q.plain.run('orders export'), 0);
      assert.deepEqual(q.exchange().files, whole);
      assert.equal((await q.plain.queue('--sending')).length, 0);
    });
  }
});

test('the state file of another folder', async t => {
  const [p, other] = [await open(t), await open(t, { orders: 3 })];
  ended(await p.run('orders export'), 0);
  ended(await other.run('orders export'), 0);
  earlier(p.sandbox, 90, { add: 1 });
  p.configure({ erp: { path: other.path('out') } });
  const files = other.exchange().files;
  const result = ended(await p.run('orders export'), 78);
  assert.match(result.stderr, /not the one that wrote to/);
  assert.deepEqual(other.exchange().files, files);
  await t.test('the one that adopts takes the place of the other, until that one does', async () => {
    for (const [writes, is] of [[p, other], [other, p]]) {
      ended(await writes.run('adopt orders --rest-is-new'), 0);
      ended(await writes.run('orders export'), 0);
      const { stderr } = ended(await is.run('orders export'), 78);
      assert.match(stderr, /was replaced: .*A folder is for one state file: .* give this one a folder of its own/);
    }
  });
});

test('a new folder, and one whose books are lost', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  earlier(p.sandbox, 90, { add: 1 });
  fs.rmSync(p.path('out/.erpsync'), { recursive: true });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(p.exchange().verify().names(/^orders-\d+\.csv$/), ['orders-000001.csv', 'orders-000002.csv']);
  earlier(p.sandbox, 80, { add: 1 });
  p.configure({ erp: { path: 'new' } });
  ended(await p.run('orders export'), 78);
  ended(await p.run('adopt orders --rest-is-new'), 0);
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange('new').verify().orders().size, 1);
});

test('written by an erpsync that kept no such books', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  for (const name of p.exchange().names(/manifest\.json$/)) {
    const manifest = JSON.parse(p.read(`out/${name}`));
    for (const record of manifest.records) (delete record.version, delete record.hash);
    manifest.created_at = new Date(Date.now() - 100000).toISOString().replace(/\.\d+/, '');
    p.write(`out/${name}`, JSON.stringify(manifest));
  }
  const legacy = () => fs.rmSync(p.path('out/.erpsync/writers'));
  legacy();
  await t.test('is known to its state file', async () => {
    ended(await p.run('orders export'), 0);
    assert.ok(p.exists('out/.erpsync/writers'));
  });
  await t.test('and adopted by the time of its files', async () => {
    legacy();
    lose(p);
    await refused(p, /emptied/);
    assert.equal((await p.json('adopt orders --json')).summary.linked, 12);
    earlier(p.sandbox, 90, { edit: '#1002', change: { note: 'changed after the file was made' } });
    const { summary } = await p.export();
    assert.deepEqual([summary.created, summary.updated, summary.adopted], [0, 1, 11]);
    assert.equal(p.exchange().order('#1002', 'orders-changed')[0].note, 'changed after the file was made');
    await p.export('--full');
    assert.equal(p.exchange().orders('orders-changed').size, 1);
  });
});

test('orders that were entered by hand', async t => {
  const p = await open(t);
  await t.test('by name, from a file with ids and targets, unknown ones told', async () => {
    ended(await p.run('adopt orders 1001 #1002'), 0);
    const third = truth(p.sandbox).find(o => o.name === '#1003');
    p.write('ids.csv', `record,name,target\n${third.id},,A-3\n,#1004,A-4\n,#77777,A-5\n`);
    const result = ended(await p.run('adopt orders --csv ids.csv --json'), 1);
    const told = JSON.parse(result.stdout);
    assert.deepEqual(told.records.map(r => [r.outcome, r.name, r.target]), [
      ['linked', '#1003', 'A-3'],
      ['linked', '#1004', 'A-4'],
      ['not found', '#77777', 'A-5'],
    ]);
    assert.match(ended(await p.run('adopt orders --csv ids.csv'), 1).stdout, /not found:\s+ids\.csv:4: #77777 \(A-5\): there is no such order in the shop.*; write its name as the shop shows it/);
  });
  await t.test('are not sent as new, and what changed since is', async () => {
    earlier(p.sandbox, 90, { edit: '#1002', change: { note: 'before it was adopted' } });
    sqlite(p, "UPDATE link SET adopted_at = adopted_at - 3600 WHERE label = '#1001'");
    earlier(p.sandbox, 90, { edit: '#1001', change: { note: 'since then' } });
    const { summary } = await p.export();
    assert.deepEqual([summary.created, summary.adopted, summary.updated], [8, 3, 1]);
    sameSet(p.exchange().verify().orders().keys(), truth(p.sandbox).slice(4).map(o => o.id));
    assert.equal(p.exchange().order('#1001', 'orders-changed')[0].note, 'since then');
    earlier(p.sandbox, 80, { edit: '#1003', change: { note: 'a later change' } });
    assert.equal((await p.export()).summary.updated, 1);
  });
  await t.test('a file without such columns, or an empty row', async () => {
    p.write('odd.csv', 'sku\nTEE\n');
    assert.match(ended(await p.run('adopt orders --csv odd.csv'), 78).stderr, /odd\.csv.*'record'.*'name'/);
    p.write('odd.csv', 'name,target\n,X\n');
    assert.match(ended(await p.run('adopt orders --csv odd.csv'), 78).stderr, /odd\.csv:2/);
  });
});

test('an order that a person names while its batch is interrupted', async t => {
  let list;
  await t.test('steps', async sub => {
    const p = await open(sub, { bin: undefined });
    ended(await p.run('orders export', { env: { ERPSYNC_STEP_LOG: p.path('steps') } }), 0);
    list = p.read('steps').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  });
  for (const [step, found] of [['before put', 0], ['after put', 1]])
    await t.test(`at ${step}`, async sub => {
      const p = await open(sub, { bin: undefined });
      const stopped = await p.run('orders export', { env: { ERPSYNC_STOP_AT: String(list.indexOf(step) + 1) } });
      assert.equal(stopped.signal, 'SIGKILL');
      const [first, ...others] = truth(p.sandbox);
      ended(await p.plain.run(['adopt', 'orders', first.name]), 0);
      ended(await p.plain.run('orders export'), 0);
      sameSet(p.exchange().verify().orders().keys(), [...(found ? [first] : []), ...others].map(o => o.id));
      assert.equal(p.exchange().orders('orders-changed').size, 0, 'orders that are new are new');
    });
});

test('an order that is linked stays linked to what it is', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  const links = () => sqlite(p, 'SELECT label, target_id, version, sent_hash FROM link ORDER BY label').toString();
  const before = links();
  const { records, summary } = await p.json('adopt orders #1001 1002 --json');
  assert.deepEqual(records.map(r => [r.outcome, r.name, r.target]), [['known', '#1001', 'orders-000001.csv'], ['known', '#1002', 'orders-000001.csv']]);
  assert.deepEqual([summary.linked, summary.known], [0, 2]);
  assert.match(ended(await p.run('adopt orders #1001'), 0).stdout, /^known before, and left as it is:\n +#1001 → orders-000001\.csv$/m);
  p.write('ids.csv', 'name,target\n#1001,A-1\n#1002,orders-000001.csv\n');
  const { stdout } = ended(await p.run('adopt orders --csv ids.csv'), 0);
  assert.match(stdout, /^note: #1001: is linked to orders-000001\.csv already, not to A-1, and stays so; .*cancel one of them there$/m);
  assert.doesNotMatch(stdout, /#1002: is linked/);
  assert.equal(links(), before);
  silent(ended(await p.run('orders export'), 0));
  await t.test('one that was linked by hand without saying to what may be told', async sub => {
    const p = await open(sub);
    ended(await p.run('adopt orders #1001'), 0);
    p.write('ids.csv', 'name,target\n#1001,A-1\n');
    assert.equal((await p.json('adopt orders --csv ids.csv --json')).records[0].outcome, 'linked');
    assert.equal((await p.json('adopt orders #1001 --json')).records[0].target, 'A-1');
  });
});

test('an adopted order of which another version may have gone over since is sent as it is now', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  lose(p);
  ended(await p.run('adopt orders'), 0);
  /* As when the write of a change got no answer, and the shop took the change back. */
  sqlite(p, "UPDATE link SET doubt = 1 WHERE label = '#1005'");
  const { summary, records } = await p.export();
  assert.deepEqual([summary.created, summary.adopted, summary.updated], [0, 11, 1]);
  assert.equal(records.find(r => r.outcome === 'updated').name, '#1005');
});

test('orders that the ERP refused are not adopted', async t => {
  const p = await open(t, { conf: { csv: { ack: 'expected' } } });
  ended(await p.run('orders export'), 0);
  p.write('out/orders-000001.ack', 'ok\nerror #1003: customer is blocked\n');
  ended(await p.run('orders export'), 1);
  lose(p);
  assert.equal((await p.json('adopt orders --json')).summary.linked, 11);
  ended(await p.run('orders export'), 0);
  assert.deepEqual(p.exchange().rows().filter(row => row.file === 'orders-000002.csv').map(row => row.order_number).filter((n, i, all) => all.indexOf(n) === i), ['#1003']);
  for (const [text, linked] of [['ok\nerror;1003;blocked\n', 11], ['ok\nerror #9003: blocked\n', 0]])
    await t.test(`refused as '${text.trim().split('\n')[1]}'`, async sub => {
      const p = await open(sub, { conf: { csv: { ack: 'expected' } } });
      ended(await p.run('orders export'), 0);
      p.write('out/orders-000001.ack', text);
      ended(await p.run('orders export'), 1);
      lose(p);
      assert.equal((await p.json('adopt orders --json')).summary.linked, linked);
    });
});

test('a change of an order that the ERP refused is no proof of the order', async t => {
  for (const [how, settled] of [['refused before the state file was lost', true], ['the refusal is read later', false]])
    await t.test(how, async sub => {
      const p = await open(sub, { orders: 4, bin: BIN, conf: { csv: { ack: 'expected' } } });
      ended(await p.run('orders export'), 0);
      for (const name of ['#1002', '#1003']) earlier(p.sandbox, 90, { edit: name, change: { note: 'n' } });
      ended(await p.run('orders export'), 0);
      const refuse = () => p.write('out/orders-000001.ack', 'ok\nerror #1003: customer is blocked\n');
      if (settled) (refuse(), ended(await p.run('orders export'), 1));
      lose(p);
      /* Two minutes later: what went in one second has no order. */
      p.env.ERPSYNC_CLOCK_SHIFT = '120';
      assert.equal((await p.json('adopt orders --json')).records.some(r => r.name === '#1003'), !settled);
      if (!settled) refuse();
      ended(await p.run('orders export'), settled ? 0 : 1);
      if (!settled) ended(await p.run('queue retry #1003'), 0);
      ended(await p.run('orders export'), 0);
      ended(await p.run('orders export --full'), 0);
      const sent = (file, key) => [...new Set(p.exchange().rows(key).filter(row => row.file === file).map(row => row.order_number))];
      assert.deepEqual(sent('orders-000002.csv'), ['#1003'], 'it goes as a new order');
      assert.deepEqual(sent('orders-changed-000001.csv', 'orders-changed'), ['#1002', '#1003']);
      assert.equal(p.exchange().names(/^orders-.*\.csv$/).length, 3, 'and nothing else');
      await sub.test('which was taken', async () => {
        lose(p);
        assert.equal((await p.json('adopt orders --json')).records.filter(r => r.name === '#1003').at(-1).target, 'orders-000002.csv');
      });
    });
});

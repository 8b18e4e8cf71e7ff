// Files of the ERP or of the shop's admin that arrive late: what an older one says does not undo what a newer one has said, though that was used.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { aged } from '../support/admin.mjs';
import { place } from '../support/place.mjs';
import { inShop, productFile, productPlace, push } from '../support/products.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKU = 'SOLO-1';
async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' } });
  plainLevels(p.sandbox, [SKU, 'LONG-5'], [LYON], 10);
  return p;
}
const onHand = (p, sku = SKU) => p.sandbox.truth().stock[`${sku} @ ${LYON}`].on_hand;
async function says(p, name, age, ...rows) {
  atRest(p.sandbox, [SKU, 'LONG-5'], [LYON]);
  stockFile(p, rows.map(([sku, n]) => [sku, 'MAIN', n]), { name, age });
  return pull(p);
}

test('changes out of order', async t => {
  const p = await open(t);
  await says(p, 'stock.csv', 600, [SKU, 9], ['LONG-5', 9]);
  await says(p, 'stock-changes-2.csv', 100, [SKU, 2]);
  await says(p, 'stock-changes-1.csv', 200, [SKU, 6], ['LONG-5', 5]);
  assert.deepEqual([onHand(p), onHand(p, 'LONG-5')], [2, 5], 'only what nothing newer speaks of');
});

test('a list behind changes that were used', async t => {
  const p = await open(t);
  await says(p, 'stock.csv', 600, [SKU, 9], ['LONG-5', 9]);
  await says(p, 'stock-changes.csv', 100, [SKU, 0]);
  await says(p, 'stock-list.csv', 200, [SKU, 6], ['LONG-5', 8]);
  assert.deepEqual([onHand(p), onHand(p, 'LONG-5')], [0, 8]);
});

test('prices', async t => {
  const p = await productPlace(t, { bin: BIN_PLAIN });
  const says = async (name, age, price) => {
    productFile(p, [{ product_id: 'P', sku: SKU, price }], { name, age });
    await push(p);
    return inShop(p.sandbox, SKU).variants[0].price;
  };
  assert.equal(await says('products-1.csv', 600, '9.00'), '9.00');
  assert.equal(await says('products-3.csv', 100, '20.00'), '20.00');
  assert.equal(await says('products-2.csv', 200, '10.00'), '20.00');
});

const EXPORT = ['Name', 'Email', 'Financial Status', 'Currency', 'Subtotal', 'Shipping', 'Taxes', 'Total', 'Discount Amount', 'Created at', 'Lineitem quantity', 'Lineitem name', 'Lineitem price', 'Lineitem sku', 'Notes', 'Id'];
async function orders(t, { bin = BIN_PLAIN, conf = {} } = {}) {
  const p = await place(t, { sandbox: false, bin, conf: { store: { connector: 'csv', path: 'exports' }, ...conf } });
  /** An export of orders [number, note], as old as said (seconds). */
  p.exports = (name, age, rows, { ids = true } = {}) => {
    const lines = rows.map(([n, note]) =>
      [`#${n}`, 'a@example.com', 'paid', 'EUR', '10.00', '0.00', '0.00', '10.00', '0.00', '2026-11-01 10:00:00 +0000', 1, 'Tee', '10.00', 'TEE', note, ...(ids ? [`56000000${n}`] : [])].join(','));
    aged(p.write(`exports/${name}`, `${EXPORT.slice(0, ids ? 16 : 15).join(',')}\n${lines.join('\n')}\n`), age);
  };
  p.erp = () => Object.fromEntries([...p.exchange().rows(), ...p.exchange().rows('orders-changed')].map(row => [row.order_number, row.note]));
  return p;
}

test('orders exports out of order', async t => {
  for (const [how, options] of [['with ids', {}], ['the late one without ids', { ids: false }]])
    await t.test(how, async sub => {
      const p = await orders(sub);
      p.exports('a.csv', 600, [[1001, 'first'], [1003, 'first']]);
      await p.export();
      p.exports('c.csv', 100, [[1001, 'third']]);
      await p.export();
      assert.deepEqual(p.erp(), { '#1001': 'third', '#1003': 'first' });
      p.exports('b.csv', 200, [[1001, 'second'], [1002, 'second']], options);
      const { summary } = await p.export();
      assert.deepEqual([summary.pulled, summary.known], [1, 1]);
      assert.deepEqual(p.erp(), { '#1001': 'third', '#1002': 'second', '#1003': 'first' });
      assert.equal((await p.export()).summary.pulled, 0);
    });
  await t.test('in one run they follow each other', async sub => {
    const p = await orders(sub);
    p.exports('z.csv', 600, [[1001, 'first']]);
    p.exports('a.csv', 100, [[1001, 'second']]);
    await p.export();
    assert.deepEqual(p.erp(), { '#1001': 'second' });
  });
});

test('an orders export that is older than one that was taken away is told, and undoes nothing', async t => {
  const p = await orders(t);
  p.exports('new.csv', 100, [[1001, 'new']]);
  await p.export();
  fs.renameSync(p.path('exports/new.csv'), p.path('new.csv'));
  ended(await p.run('orders export'), 0);
  p.exports('old.csv', 200, [[1001, 'old'], [1002, 'old']]);
  const { records } = await p.export('', 1);
  assert.deepEqual(records.map(r => r.code), ['late_file']);
  assert.match(records[0].reason, /^old\.csv: was written at .* export these orders once more, or put the newer file back beside it/);
  assert.deepEqual(p.erp(), { '#1001': 'new' });
  await t.test('told once', async () => silent(ended(await p.run('orders export'), 0)));
  await t.test('the newer file back beside it', async () => {
    fs.renameSync(p.path('new.csv'), p.path('exports/new.csv'));
    await p.export();
    assert.deepEqual(p.erp(), { '#1001': 'new', '#1002': 'old' });
    assert.deepEqual(await p.queue('--parked'), []);
  });
  await t.test('exports of other things come and go', async () => {
    aged(p.write('exports/products.csv', 'Handle,Title,Vendor\ntee,Tee,V\n'), 5);
    ended(await p.run('orders export'), 0);
    fs.rmSync(p.path('exports/products.csv'));
    ended(await p.run('orders export'), 0);
    p.exports('more.csv', 50, [[1004, 'more']]);
    await p.export();
    assert.equal(p.erp()['#1004'], 'more');
  });
});

/** What an ERP was told of orders, in how many files of changes. */
const said = p => [Object.values(p.erp()).reduce((n, note) => ({ ...n, [note]: (n[note] ?? 0) + 1 }), {}), p.exchange().names(/^orders-changed.*\.csv$/).length];
/** Orders that an older export and then a newer one has said, both delivered. */
async function twice(t, { orders: n = 1, away = true, ...options } = {}) {
  const p = await orders(t, options);
  const all = note => Array.from({ length: n }, (_, i) => [1001 + i, note]);
  p.exports('a.csv', 600, all('first'));
  await p.export();
  p.exports('c.csv', 100, all('third'));
  await p.export();
  if (away) fs.renameSync(p.path('exports/c.csv'), p.path('c.csv'));
  p.before = said(p);
  return p;
}

test('what an older export says of an order undoes nothing when it is read once more', async t => {
  const since = { orders: { since: '2026-10-15' } };
  for (const [how, run, anew] of [['--full', '--full'], ['--since', '--since 2026-10-01'], ['from an earlier day', '', true]])
    await t.test(`${how}: the newer one was taken away`, async sub => {
      const p = await twice(sub, { conf: since });
      if (anew) p.configure({ orders: { since: '2026-10-01' } });
      const { records } = await p.export(run, 1);
      assert.deepEqual(records.map(r => r.code), ['late_file']);
      assert.match(records[0].reason, /comes from a\.csv, which was written at .* export it once more, or put the newer file back; if it is to stay so: erpsync queue drop 'gid:/);
      assert.deepEqual(said(p), p.before);
      const { summary } = await p.export('--full');
      assert.deepEqual([summary.parked, summary.known], [0, 1], 'told once');
      await sub.test('it comes back, and later the shop is what it was', async () => {
        fs.renameSync(p.path('c.csv'), p.path('exports/c.csv'));
        await p.export('--full');
        assert.deepEqual([said(p), await p.queue('--parked')], [p.before, []]);
        p.exports('d.csv', 70, [[1001, 'first']]);
        await p.export();
        assert.deepEqual(p.erp(), { '#1001': 'first' });
      });
    });
  await t.test('exported once more as it was before, while it is parked', async sub => {
    const p = await twice(sub);
    await p.export('--full', 1);
    p.exports('d.csv', 70, [[1001, 'first']]);
    await p.export();
    assert.deepEqual([p.erp(), await p.queue('--parked')], [{ '#1001': 'first' }, []]);
  });
  await t.test('a newer one that says the same makes it newer', async sub => {
    const p = await twice(sub, { away: false });
    p.exports('d.csv', 80, [[1001, 'third']]);
    await p.export();
    for (const name of ['c.csv', 'd.csv']) fs.rmSync(p.path(`exports/${name}`));
    p.exports('c2.csv', 90, [[1001, 'second']]);
    await p.export('--full', 1);
    assert.deepEqual(said(p), p.before);
  });
  await t.test('both are there, and more than a batch', async sub => {
    const p = await twice(sub, { orders: 600, away: false });
    for (const run of ['--full', '--full --limit 100', '--since 2026-10-01']) {
      ended(await p.run(`orders export ${run}`), 0);
      assert.deepEqual(said(p), p.before, run);
    }
  });
  await t.test('the newer one was never read: the older one counts', async sub => {
    const p = await orders(sub);
    p.exports('a.csv', 600, [[1001, 'first'], [1002, 'first']]);
    p.exports('c.csv', 100, [[1001, 'third']]);
    await p.export('--limit 1');
    fs.rmSync(p.path('exports/c.csv'));
    await p.export();
    assert.deepEqual(p.erp(), { '#1001': 'first', '#1002': 'first' });
  });
});

test('many orders of one older export are told once, with the file and how many', async t => {
  const p = await twice(t, { orders: 30 });
  const { stderr } = ended(await p.run('orders export --full'), 1);
  assert.match(stderr, /#1001: comes from a\.csv, which was written at .*; and so for 29 more of a\.csv: erpsync queue list --parked$/m);
  assert.equal(stderr.match(/written at/g).length, 1);
  assert.doesNotMatch(stderr, /#1002|and \d+ more:/);
  assert.match(ended(await p.run('explain #1030'), 0).stdout, /comes from a\.csv, which was written at/);
});

test('a state file of before the times of files were kept: what was written last is newer than any older export, however often that is read', async t => {
  const forget = p => execFileSync('sqlite3', [p.path('erpsync.db'), 'DELETE FROM written']);
  const ways = { '--full': ['orders export --full'], 'queue retry': ['queue retry #1001', 'orders export'], '--only': ['orders export --only #1001'] };
  for (const [how, commands] of Object.entries(ways))
    await t.test(how, async sub => {
      const p = await twice(sub);
      forget(p);
      const { records } = await p.export('--full', 1);
      assert.deepEqual(records.map(r => r.code), ['late_file']);
      for (const command of commands) await p.run(command);
      assert.deepEqual(said(p), p.before);
    });
  await t.test('one that says what is known now says nothing of when that was', async sub => {
    const p = await twice(sub, { away: false });
    p.exports('d.csv', 70, [[1001, 'first']]);
    await p.export();
    const before = said(p);
    fs.rmSync(p.path('exports/d.csv'));
    forget(p);
    for (const run of ['--full', '--full --json']) {
      await p.run(`orders export ${run}`);
      assert.deepEqual(said(p), before);
    }
    assert.deepEqual((await p.queue('--parked')).map(entry => entry.code), ['late_file']);
  });
});

test('an order of an older export that a person asks for is not sent', async t => {
  await t.test('--only', async sub => {
    const p = await twice(sub);
    const { records } = await p.export('--only #1001', 1);
    assert.deepEqual(records.map(r => r.code), ['late_file']);
    assert.deepEqual([said(p), await p.queue('--parked')], [p.before, []]);
    fs.renameSync(p.path('c.csv'), p.path('exports/c.csv'));
    await p.export('--only #1001');
    assert.equal(p.erp()['#1001'], 'third');
  });
  await t.test('queue retry, when the document is no longer kept', async sub => {
    const p = await twice(sub, { conf: { state: { keep_payloads: '0s' }, csv: { ack: 'expected' } } });
    p.write('out/orders-changed-000001.ack', 'error #1001 period is closed\n');
    await p.export('', 1);
    ended(await p.run('queue retry #1001'), 0);
    const { records } = await p.export('', 1);
    assert.deepEqual(records.map(r => r.code), ['late_file']);
    assert.deepEqual(said(p), p.before);
  });
});

test('a lost state file: what the files of the ERP say is newer than an older export', async t => {
  for (const away of [true, false])
    await t.test(away ? 'the newer one was taken away' : 'both are there', async sub => {
      const p = await twice(sub, { away });
      for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
      ended(await p.run('adopt orders'), 0);
      const { records } = await p.export('', away ? 1 : 0);
      assert.deepEqual(records.map(r => r.code).filter(code => code), away ? ['late_file'] : []);
      assert.deepEqual(said(p), p.before);
    });
});

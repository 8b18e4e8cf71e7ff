// What a run reads: windows, cursors, clocks and the index of a shop that is behind.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { earlier, place, requestsOf, sameSet, truth } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const MINUTE = 60000;
const idsOf = sandbox => truth(sandbox).map(order => order.id);

/** A shop whose clock is this far behind ours; catchUp() brings it to our time. */
async function shopBehind(t, ms, options) {
  const sandbox = await startSandbox({ speed: 1000, nasty: 'off', freeze: Date.now() - ms, ...options });
  t.after(() => sandbox.close());
  sandbox.setClock({ freeze: false });
  sandbox.catchUp = () => sandbox.setClock({ now: Date.now() });
  return sandbox;
}

/**
 * The bounds of a window, of a page of ids that was asked for: { from, to } in milliseconds; from is NaN where there is none.
 * What lies behind it is asked for to be told.
 */
function bounds({ variables }) {
  const found = /^(?:updated_at:>='([^']+)' )?updated_at:<='([^']+)'$/.exec(variables.query);
  assert.ok(found, variables.query);
  return { from: Date.parse(found[1]), to: Date.parse(found[2]) - 2 * MINUTE };
}

test('an order that was placed just now', async t => {
  const p = await place(t, { sandbox: { orders: 6, nasty: 'off' }, bin: BIN_PLAIN });
  await p.export();
  const since = requestsOf(p.sandbox);
  await p.export();
  const idle = since().length;
  const [order] = p.sandbox.changeOrders({ add: 1 });
  const [trial] = p.sandbox.changeOrders({ add: 1 });
  p.sandbox.changeOrders({ edit: trial.name, change: { test: true } });
  const seen = requestsOf(p.sandbox);
  const { stdout } = ended(await p.run('orders export --verbose'), 0);
  assert.match(stdout, /^orders export to csv: 1 younger than a minute \(the next run takes them\); /m);
  assert.equal(seen().length, idle, 'it costs no request');
  assert.ok(!p.exchange().orders().has(order.id));
  await t.test('one that the ERP has by name is no news', async () => {
    ended(await p.run(['orders', 'export', '--only', order.name]), 0);
    assert.ok(p.exchange().orders().has(order.id));
  });
  await t.test('nothing is told of what is older', async () => {
    const [later] = earlier(p.sandbox, 90, { add: 1 });
    const { summary } = await p.export();
    assert.ok(p.exchange().orders().has(later.id));
    assert.equal(summary.created, 1);
  });
});

test('300 orders touched in one second, more than a page holds', async t => {
  const p = await place(t, { sandbox: { orders: 320, seed: 2, nasty: 'off' }, bin: BIN_PLAIN });
  await p.export();
  const before = p.exchange().files;
  p.sandbox.setClock({ freeze: true });
  earlier(p.sandbox, 90, { edit: Array.from({ length: 300 }, (_, i) => i), change: { touch: true } });
  p.sandbox.setClock({ freeze: false });
  const { summary } = await p.export();
  assert.deepEqual([summary.unchanged, summary.created, summary.updated], [300, 0, 0]);
  assert.deepEqual(p.exchange().files, before, 'what did not change is not written');
});

test('orders that change while their page is read', async t => {
  const sandbox = await shopBehind(t, 10 * MINUTE, { orders: 260, seed: 5 });
  const p = await place(t, { sandbox, bin: BIN_PLAIN });
  const byChange = truth(sandbox).sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1));
  const [onFirst, onSecond] = [byChange[0], byChange.at(-1)];
  sandbox.addHooks([
    { after_request: 1, operation: 'OrdersChanged', edit_order: onFirst.id, change: { note: 'moved' } },
    { after_request: 1, operation: 'OrdersChanged', edit_order: onSecond.id, change: { note: 'left the list' } },
    { after_request: 1, operation: 'OrdersChanged', add_order: true },
  ]);
  ended(await p.run('orders export'), 0);
  sandbox.catchUp();
  ended(await p.run('orders export'), 0);
  const orders = p.exchange().verify().orders();
  sameSet(orders.keys(), idsOf(sandbox), 'each order once, the new one too');
  const last = id => (p.exchange().orders('orders-changed').get(id) ?? orders.get(id))[0].note;
  assert.equal(last(onFirst.id), 'moved');
  assert.equal(last(onSecond.id), 'left the list');
});

test('an order that changes between its parts is read again', async t => {
  const p = await place(t, { sandbox: { orders: 14, seed: 5, nasty: ['lines_500'] }, bin: BIN_PLAIN });
  const [long] = p.sandbox.orders.list({ nasty: 'lines_500' });
  p.sandbox.addHooks({ after_request: 1, operation: 'OrderLines', edit_order: long.id, change: { quantity: { line: 499, to: 0 } } });
  ended(await p.run('orders export'), 0);
  const rows = p.exchange().order(long.name);
  assert.equal(rows.length, 500);
  assert.equal(rows[499].current_quantity, '0', 'the version after the change, as a whole');
  assert.ok(p.sandbox.requests({ operation: 'OrderLines' }).length > 3);
});

test('a second change within the second in which the first was read', async t => {
  const sandbox = await shopBehind(t, 10 * MINUTE, { orders: 12, seed: 6 });
  const p = await place(t, { sandbox, bin: BIN_PLAIN });
  sandbox.setClock({ freeze: true });
  /* Changed after its id was read, and again after each time it may have been read in full. */
  sandbox.addHooks([
    { after_request: 1, operation: 'OrdersChanged', edit_order: '#1003', change: { note: 'change 0' } },
    ...[1, 2, 3, 4, 5, 6].map(n => ({
      after_request: n,
      operation: 'OrdersById',
      edit_order: '#1003',
      change: { note: `change ${n}` },
    })),
  ]);
  await p.export();
  const read = p.exchange().order('#1003')[0].note;
  const { note: now } = sandbox.orders.view(2);
  assert.notEqual(read, now, 'changed after it was read');
  sandbox.setClock({ freeze: false });
  sandbox.catchUp();
  await p.export();
  assert.equal(p.exchange().order('#1003', 'orders-changed')[0].note, now);
});

test('a search index that is five minutes behind', async t => {
  const sandbox = await shopBehind(t, 10 * MINUTE, { orders: 12, seed: 6, indexLag: 5 * MINUTE });
  const p = await place(t, { sandbox, bin: BIN_PLAIN });
  const [added] = sandbox.changeOrders({ add: 1 });
  sandbox.setClock({ advance_ms: 2 * MINUTE });
  ended(await p.run('orders export'), 0);
  assert.ok(!p.exchange().orders().has(added.id), 'the shop does not show it yet');
  sandbox.setClock({ advance_ms: 4 * MINUTE });
  ended(await p.run('orders export'), 0);
  assert.ok(p.exchange().orders().has(added.id), 'the overlap reaches back to it');
});

test('each run reads back as far as [orders] overlap says', async t => {
  const p = await place(t, {
    sandbox: { orders: 6, nasty: 'off' },
    conf: { orders: { overlap: '3m' } },
    bin: BIN_PLAIN,
  });
  await p.export();
  await p.export();
  await p.export();
  const [, second, third] = p.sandbox.requests({ operation: 'OrdersChanged' }).map(bounds);
  assert.ok(Math.abs(second.to - 3 * MINUTE - third.from) <= 1000, `${second.to} ${third.from}`);
});

test('a machine whose clock is ahead of the shop’s', async t => {
  const sandbox = await shopBehind(t, 10 * MINUTE, { orders: 12, seed: 6 });
  const p = await place(t, { sandbox, bin: BIN_PLAIN });
  ended(await p.run('orders export'), 0);
  const { to } = bounds(sandbox.requests({ operation: 'OrdersChanged' }).at(-1));
  assert.ok(to <= sandbox.clock.now() - 50000, 'reads up to a minute ago by the shop’s clock');
  const [added] = sandbox.changeOrders({ add: 1 });
  sandbox.catchUp();
  ended(await p.run('orders export'), 0);
  assert.ok(p.exchange().orders().has(added.id));
});

test('a machine whose clock is behind the shop’s', async t => {
  const sandbox = await shopBehind(t, -10 * MINUTE, { orders: 12, seed: 6 });
  const p = await place(t, { sandbox, bin: BIN_PLAIN });
  ended(await p.run('orders export'), 0);
  sandbox.catchUp();
  earlier(sandbox, 90, { add: 2 });
  ended(await p.run('orders export'), 0);
  sameSet(p.exchange().orders().keys(), idsOf(sandbox));
});

test('a run that fails at its second page', async t => {
  const p = await place(t, { sandbox: { orders: 260, seed: 5, nasty: 'off' }, bin: BIN_PLAIN });
  p.sandbox.addFaults({ fault: 'http', status: 403, operation: 'OrdersChanged', from: 2 });
  ended(await p.run('orders export'), 69);
  assert.equal(p.exchange().orders().size, 250, 'what is in the queue goes over all the same');
  p.sandbox.faults.clear();
  await t.test('goes on at that page', async () => {
    const seen = requestsOf(p.sandbox);
    ended(await p.run('orders export'), 0);
    assert.ok(seen({ operation: 'OrdersChanged' })[0].variables.after);
    assert.ok(seen({ operation: 'OrdersById' }).length < 5, 'the first page is not fetched again');
    sameSet(p.exchange().verify().orders().keys(), idsOf(p.sandbox));
  });
});

test('a page that the shop no longer knows: the window begins again', async t => {
  const p = await place(t, { sandbox: { orders: 260, seed: 5, nasty: 'off' }, bin: BIN_PLAIN });
  p.sandbox.addFaults({ fault: 'http', status: 403, operation: 'OrdersChanged', from: 2 });
  ended(await p.run('orders export'), 69);
  p.sandbox.faults.clear();
  execFileSync('sqlite3', [
    p.path('erpsync.db'),
    `UPDATE checkpoint SET cursor = json_set(cursor, '$.window.after', 'bm9uZQ==') WHERE flow = 'orders export'`,
  ]);
  ended(await p.run('orders export'), 0);
  sameSet(p.exchange().verify().orders().keys(), idsOf(p.sandbox));
  silent(ended(await p.run('orders export'), 0));
});

test('a clock of the shop that falls with every answer', async t => {
  const p = await place(t, { sandbox: { orders: 12, seed: 6, nasty: 'off' }, bin: BIN_PLAIN });
  const real = p.sandbox.clock.now.bind(p.sandbox.clock);
  let answers = 0;
  p.sandbox.clock.now = () => real() - 20000 * answers++;
  ended(await p.run('orders export'), 0);
  assert.ok(p.sandbox.requests().length < 20, 'it does not ask again and again');
  p.sandbox.clock.now = real;
  ended(await p.run('orders export'), 0);
  sameSet(p.exchange().orders().keys(), idsOf(p.sandbox));
});

test('a clock of the shop that is years ahead', async t => {
  const p = await place(t, { sandbox: { orders: 12, seed: 6, nasty: 'off' }, bin: BIN_PLAIN });
  p.sandbox.setClock({ advance_ms: 800 * 86400000 });
  const { summary, notices } = await p.export();
  assert.equal(summary.exit, 0);
  assert.match(notices.join('\n'), /the clock of 127\.0\.0\.1:\d+ is \d+d.* ahead of this machine's; set the one that is wrong/);
  assert.match(ended(await p.run('check'), 0).stdout, /the clock of 127\.0\.0\.1:\d+ is .* ahead of this machine's/);
  p.sandbox.setClock({ advance_ms: -800 * 86400000 });
  const [added] = earlier(p.sandbox, 90, { add: 1 });
  ended(await p.run('orders export'), 0);
  assert.ok(p.exchange().orders().has(added.id), 'nothing was taken as read until then');
});

test('a machine whose clock was two years ahead for one run', async t => {
  const p = await place(t, { sandbox: { orders: 12, seed: 6, nasty: ['unknown_tax'] }, bin: BIN_PLAIN });
  await p.export('', 1);
  const [parked] = [...(await p.parked()).keys()];
  const YEARS = 2 * 365 * 86400;
  execFileSync('sqlite3', [
    p.path('erpsync.db'),
    `UPDATE run SET started = started + ${YEARS}, ended = ended + ${YEARS};
     UPDATE queue SET state = 0, next_attempt = next_attempt + ${YEARS} WHERE state = 2;
     UPDATE checkpoint SET cursor = json_set(cursor, '$.last', '2199-01-01T00:00:00Z', '$.deep', '2199-01-01T00:00:00Z')
      WHERE flow = 'orders export';`,
  ]);
  const [added] = earlier(p.sandbox, 90, { add: 1 });
  const { notices } = await p.export('', 1);
  assert.match(notices.join('\n'), /times that are still to come, by up to 7\d\dd.*they count as now/);
  assert.match(notices.join('\n'), /checkpoint lies in the future \(2199-01-01T00:00:00Z\).*everything since .* is looked at again/);
  assert.ok((await p.parked()).has(parked), 'what waited for then was tried now');
  assert.ok(p.exchange().orders().has(added.id), 'what came meanwhile was found');
  assert.deepEqual((await p.export()).notices, []);
});

/** What the next run asks for: how far back, and how many orders it fetched. */
async function nextRun(p, status = 0) {
  const seen = requestsOf(p.sandbox);
  ended(await p.run('orders export'), status);
  const [first] = seen({ operation: 'OrdersChanged' });
  return { from: bounds(first).from, after: first.variables.after, fetched: seen({ operation: 'OrdersById' }).length };
}

test('orders that were left out, when the configuration asks for them', async t => {
  const DAY = 24 * 60 * MINUTE;
  const isRecent = from => Date.now() - from < 3 * DAY;
  for (const [what, before, after] of [
    ['since is an earlier time', { since: '-10d' }, { since: '-300d' }],
    ['since is gone', { since: '-10d' }, { since: null }],
    ['test orders too', { include_test: 'no' }, { include_test: 'yes' }],
    ['test orders too, and a later since', { since: '-300d', include_test: 'no' }, { since: '-200d', include_test: 'yes' }],
  ])
    await t.test(`${what}: they come, once`, async sub => {
      const p = await place(sub, { sandbox: { orders: 12, seed: 4, nasty: 'off' }, bin: BIN_PLAIN, conf: { orders: before } });
      earlier(p.sandbox, 7200, { edit: ['#1001', '#1002'], change: { test: true } });
      ended(await p.run('orders export'), 0);
      const some = p.exchange().orders().size;
      assert.ok(some < 12);
      p.configure({ orders: { ...after, ...(after.include_test ? {} : { include_test: 'yes' }) } });
      const { summary, notices } = await p.export();
      assert.equal(summary.created, 12 - some);
      assert.equal(summary.updated, 0);
      assert.match(notices.join(), /^\[orders\] asks for more than what was read so far/);
      sameSet(p.exchange().verify().orders().keys(), idsOf(p.sandbox));
      assert.ok(isRecent((await nextRun(p)).from));
    });

  await t.test('a later since, fewer orders, the same again: nothing is read anew', async sub => {
    const p = await place(sub, { sandbox: { orders: 6, nasty: 'off' }, bin: BIN_PLAIN, conf: { orders: { since: '-300d', include_test: 'yes' } } });
    await nextRun(p);
    for (const orders of [{}, { since: '-299d' }, { include_test: 'no' }, { since: '-200d' }, {}]) {
      p.configure({ orders });
      assert.ok(isRecent((await nextRun(p)).from), JSON.stringify(orders));
    }
  });

  await t.test('cut short: the next run goes on, and --full is as good', async sub => {
    const p = await place(sub, { sandbox: { orders: 300, seed: 5, nasty: 'off' }, bin: BIN_PLAIN, conf: { orders: { since: '-1m' } } });
    await nextRun(p);
    p.configure({ orders: { since: '-300d' } });
    p.sandbox.addFaults({ fault: 'http', status: 403, operation: 'OrdersChanged', from: 2 });
    await nextRun(p, 69);
    p.sandbox.faults.clear();
    const second = await nextRun(p);
    assert.ok(second.after && !isRecent(second.from), 'at the page where it was');
    sameSet(p.exchange().verify().orders().keys(), idsOf(p.sandbox));
    p.configure({ orders: { since: '-400d' } });
    ended(await p.run('orders export --limit 1 --since -2d'), 0);
    ended(await p.run('orders export --full'), 0);
    assert.ok(isRecent((await nextRun(p)).from), 'the run that read all has read that');
  });

  await t.test('a state file that does not know: what is asked for now is believed to have been', async sub => {
    const p = await place(sub, { sandbox: { orders: 6, nasty: 'off' }, bin: BIN_PLAIN, conf: { orders: { since: '-10d' } } });
    await nextRun(p);
    execFileSync('sqlite3', [p.path('erpsync.db'), "DELETE FROM connector_state WHERE key LIKE 'keep choice %'"]);
    p.configure({ orders: { since: '-300d' } });
    assert.ok(isRecent((await nextRun(p)).from));
    p.configure({ orders: { since: '-301d' } });
    assert.ok(!isRecent((await nextRun(p)).from), 'from then on it knows');
  });

  await t.test('each target has read for itself', async sub => {
    const p = await place(sub, { sandbox: { orders: 6, nasty: 'off' }, bin: BIN_PLAIN, conf: { orders: { since: '-1m' } } });
    await nextRun(p);
    ended(await p.run(['orders', 'export', '--to', `csv:${p.path('other')}`]), 0);
    p.configure({ orders: { since: '-300d' } });
    await nextRun(p);
    ended(await p.run(['orders', 'export', '--to', `csv:${p.path('other')}`]), 0);
    sameSet(p.exchange('other').orders().keys(), idsOf(p.sandbox));
  });
});

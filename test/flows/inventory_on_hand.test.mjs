// [inventory] quantity = on_hand: units that have left are not put back on sale by a figure that has them still.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { requestsOf } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended } from '../support/run.mjs';
import { deliveryFile } from '../support/shipping.mjs';
import { LYON, PARIS, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

async function open(t, { bin = BIN_PLAIN } = {}) {
  const p = await stockPlace(t, {
    bin,
    sandbox: { nasty: 'off' },
    conf: { orders: { overlap: '1m' }, fulfillments: { notify_customer: 'no' } },
  });
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 10);
  ended(await p.run('orders export'), 0);
  return p;
}
const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
const at = (p, place = LYON) => p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${place}`];
const OLDER = /not raised, because the ERP's figure is older than .*'SOLO-1' at 'Warehouse Lyon'/;
const waiting = async p => (await p.queue('--waiting')).map(row => [row.name, row.code, row.attempts]);
/** Seconds pass, for the shop and for the program: only that with numbered steps lives at another time. */
function later(p, seconds) {
  const shift = Number(p.env.ERPSYNC_CLOCK_SHIFT ?? 0) + seconds;
  p.sandbox.setClock({ advance_ms: seconds * 1000 });
  p.env = { ...p.env, ERPSYNC_CLOCK_SHIFT: String(shift) };
}
const says = (p, onHand, age) => stockFile(p, [['SOLO-1', 'MAIN', onHand]], { age: age - Number(p.env.ERPSYNC_CLOCK_SHIFT ?? 0) });
/** Somebody counts the shelf. */
const counts = (p, onHand) => ago(p, () => p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { on_hand: onHand } }));
const sell = p => p.sandbox.sell([{ variant: 'SOLO-1', quantity: 3, location: LYON }]);
const ships = (p, { name }) => p.sandbox.changeOrders({ edit: name, change: { fulfill: true } });
const leaves = (p, order, age) => deliveryFile(p, [{ delivery: 'D1', order: order.name, sku: 'SOLO-1', n: 3, warehouse: 'MAIN' }], { age });
/** An order that the ERP knows. */
async function ordered(p) {
  const order = ago(p, () => sell(p));
  ended(await p.run('orders export'), 0);
  known(p);
  atRest(p.sandbox, ['SOLO-1'], [LYON]);
  return order;
}
/** As if the ERP had got its orders an hour ago. */
function known(p) {
  sql(p, 'UPDATE reported SET reported_at = reported_at - 3600; UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3');
}
/** As if what the shop did just now had been a while ago. */
function ago(p, change) {
  p.sandbox.setClock({ advance_ms: -70000 });
  const made = change();
  p.sandbox.setClock({ advance_ms: 70000 });
  return made;
}

test('counted before a shipment that the shop is told of', async t => {
  const p = await open(t, { bin: BIN });
  const order = await ordered(p);
  says(p, 12, 120);
  leaves(p, order, 60);
  ended(await p.run('run --all'), 0);
  assert.deepEqual(at(p), { available: 7, on_hand: 7, committed: 0, active: true });
  assert.deepEqual(await waiting(p), [['SOLO-1', 'figure_older', 0]]);
  await t.test('told, and no try of it counts', async () => {
    for (let n = 0; n < 3; n++) {
      ended(await p.run('queue retry SOLO-1'), 0);
      const { notices } = await pull(p);
      assert.match(notices.join(), OLDER);
    }
    assert.deepEqual(await waiting(p), [['SOLO-1', 'figure_older', 0]]);
    assert.equal(at(p).on_hand, 7);
  });
  await t.test('no run asks the shop again before there is a newer figure', async () => {
    later(p, 600);
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.equal(seen({ operation: 'StockLevels' }).length, 0);
  });
  await t.test('it can tell that there is less', async () => {
    says(p, 5, 700);
    await pull(p);
    assert.equal(at(p).on_hand, 5);
  });
  await t.test('which does not make it forget when that was', async () => {
    says(p, 8, 690);
    await pull(p);
    assert.equal(at(p).on_hand, 5);
  });
  await t.test('the next figure that is newer goes over', async () => {
    says(p, 9, 100);
    await pull(p);
    assert.equal(at(p).on_hand, 9);
    assert.deepEqual(await waiting(p), []);
  });
});

test('the waiting figure once more, in a newer file', async t => {
  const p = await open(t, { bin: BIN });
  says(p, 9, 3000);
  await pull(p);
  const order = ago(p, () => sell(p));
  ended(await p.run('orders export'), 0);
  known(p);
  ago(p, () => ships(p, order));
  says(p, 10, 100);
  await pull(p);
  assert.equal(at(p).on_hand, 6, 'of an order that the ERP knows');
  later(p, 600);
  says(p, 10, 100);
  await pull(p);
  assert.equal(at(p).on_hand, 10, 'it holds still');
});

test('counted by hand in the shop', async t => {
  const p = await open(t, { bin: BIN });
  says(p, 9, 3000);
  await pull(p);
  counts(p, 6);
  says(p, 12, 100);
  await pull(p);
  assert.deepEqual([at(p).on_hand, await waiting(p)], [6, [['SOLO-1', 'figure_older', 0]]]);
  counts(p, 7);
  ended(await p.run('queue retry --all'), 0);
  await pull(p);
  assert.equal(at(p).on_hand, 7, 'and once more');
  says(p, 4, 90);
  await pull(p);
  assert.equal(at(p).on_hand, 4);
  later(p, 600);
  says(p, 8, 100);
  await pull(p);
  assert.equal(at(p).on_hand, 8);
});

test('an article that nothing is known of yet', async t => {
  const p = await open(t);
  counts(p, 6);
  says(p, 12, 100);
  await pull(p);
  assert.equal(at(p).on_hand, 6);
  says(p, 11, 40);
  await pull(p);
  assert.equal(at(p).on_hand, 11);
});

test('each place by itself', async t => {
  const p = await open(t);
  plainLevels(p.sandbox, ['SOLO-1'], [PARIS], 10);
  const both = (main, shop, age) => stockFile(p, [['SOLO-1', 'MAIN', main], ['SOLO-1', 'SHOP', shop]], { age });
  both(9, 9, 3000);
  await pull(p);
  counts(p, 6);
  both(12, 13, 100);
  await pull(p);
  assert.deepEqual([at(p).on_hand, at(p, PARIS).on_hand], [6, 13]);
  assert.deepEqual(await waiting(p), [['SOLO-1', 'figure_older', 0]]);
  both(11, 14, 40);
  await pull(p);
  assert.deepEqual([at(p).on_hand, at(p, PARIS).on_hand], [11, 14]);
  assert.deepEqual(await waiting(p), []);
});

test('a place that can’t be written, and what left another one after it was', async t => {
  const p = await open(t);
  const both = (main, age) => stockFile(p, [['SOLO-1', 'MAIN', main], ['SOLO-1', 'NOWHERE', 1]], { age });
  both(14, 200);
  await pull(p, '', 1);
  assert.equal(at(p).on_hand, 14);
  /* As many as were there before. */
  counts(p, 10);
  ended(await p.run('queue retry SOLO-1'), 0);
  const { notices } = await pull(p);
  assert.equal(at(p).on_hand, 10);
  assert.match(notices.join(), OLDER);
  assert.match(notices.join(), /went over but for some of its places.*NOWHERE/);
});

test('in the middle of a run', async t => {
  for (const operation of ['VariantsBySku', 'StockLevels'])
    await t.test(`after ${operation}`, async sub => {
      const p = await open(sub);
      says(p, 14, 200);
      p.sandbox.addHooks({ after_request: 1, operation, call: () => counts(p, 7) });
      await pull(p);
      assert.equal(at(p).on_hand, 7);
    });
});

/** The ERP says 14 of an article that has 10, and the run ends in the middle of its write. */
const CUTS = [
  ['before its request', 'stock noted', 10],
  ['after its request', 'stock sent', 14],
  ['before the state is saved', 'after put', 14],
  ['its answer is lost', null, 14],
];
async function cut(t, step) {
  const p = await open(t, { bin: BIN });
  says(p, 10, 3000);
  await pull(p);
  says(p, 14, 2000);
  if (!step) {
    p.sandbox.addFaults({ fault: 'drop_after', operation: 'StockSet', nth: 1 });
    p.sandbox.addHooks({ after_request: 1, operation: 'StockSet', faults: { fault: 'http', status: 503 } });
    await pull(p, '', 75);
    p.sandbox.faults.clear();
    p.sandbox.hooks.length = 0;
    return p;
  }
  const probe = await open(t, { bin: BIN });
  says(probe, 10, 3000);
  await pull(probe);
  says(probe, 14, 2000);
  ended(await probe.run('inventory pull', { env: { ERPSYNC_STEP_LOG: probe.path('steps') } }), 0);
  const steps = probe.read('steps').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  assert.ok(steps.includes(step), step);
  assert.equal((await p.run('inventory pull', { env: { ERPSYNC_STOP_AT: String(steps.indexOf(step) + 1) } })).signal, 'SIGKILL');
  return p;
}

test('a write of its own that was interrupted is no movement of the shop', async t => {
  for (const [what, step, stands] of CUTS)
    await t.test(what, async sub => {
      const p = await cut(sub, step);
      assert.equal(at(p).on_hand, stands);
      await pull(p);
      assert.equal(at(p).on_hand, 14);
      says(p, 16, 1900);
      await pull(p);
      assert.equal(at(p).on_hand, 16, 'nor later');
      assert.deepEqual(await waiting(p), []);
    });
});

test('an interrupted write, and the ERP says more by then', async t => {
  for (const [what, step] of CUTS)
    await t.test(what, async sub => {
      const p = await cut(sub, step);
      says(p, 17, 1900);
      await pull(p);
      assert.equal(at(p).on_hand, 17);
    });
});

test('what left after a write that was interrupted', async t => {
  for (const [what, step, stands] of CUTS)
    await t.test(what, async sub => {
      const p = await cut(sub, step);
      counts(p, stands - 3);
      await pull(p);
      assert.equal(at(p).on_hand, stands - 3);
      later(p, 600);
      says(p, 15, 100);
      await pull(p);
      assert.equal(at(p).on_hand, 15);
    });
});

test('as much left after a write that was interrupted as it had added', async t => {
  for (const [what, step, stands] of CUTS)
    if (stands === 14)
      await t.test(what, async sub => {
        const p = await cut(sub, step);
        counts(p, 10);
        await pull(p);
        assert.equal(at(p).on_hand, 10, 'what stood there before it was written stands there no more');
        later(p, 600);
        says(p, 15, 100);
        await pull(p);
        assert.equal(at(p).on_hand, 15);
      });
});

test('the ERP says the same again after a write that was interrupted', async t => {
  for (const [what, step, stands] of CUTS)
    for (const [when, left, seconds] of [['and after what left there meanwhile', 3, 600], ['longer after it than max_age', 0, 90000]])
      await t.test(`${what}, ${when}`, async sub => {
        const p = await cut(sub, step);
        if (left) counts(p, stands - left);
        later(p, seconds);
        says(p, 14, 100);
        await pull(p);
        if (left && step === 'stock noted') {
          /* It never arrived, and what sees to it that it never will is a change by the shop's own time. */
          assert.deepEqual(await waiting(p), [['SOLO-1', 'figure_older', 0]]);
          later(p, 600);
          says(p, 14, 100);
          await pull(p);
        }
        assert.equal(at(p).on_hand, 14);
        assert.deepEqual(await p.queue('--parked'), []);
        assert.deepEqual(await waiting(p), []);
      });
});

test('what it wrote itself is no movement of the shop', async t => {
  const p = await open(t);
  says(p, 5, 120);
  await pull(p);
  says(p, 8, 90);
  await pull(p);
  assert.equal(at(p).on_hand, 8, 'a figure from before that write');
  says(p, 0, 80);
  await pull(p);
  says(p, 6, 70);
  await pull(p);
  assert.equal(at(p).on_hand, 6, 'nor is what it took away');
});

test('shipped in the shop, of an order that the ERP does not know', async t => {
  for (const [what, exports] of [['no run has read it', false], ['the ERP got it a moment ago', true]])
    await t.test(what, async sub => {
      const p = await open(sub);
      ago(p, () => ships(p, sell(p)));
      assert.equal(at(p).on_hand, 7);
      if (exports) ended(await p.run('orders export'), 0);
      says(p, 10, 20);
      await pull(p);
      assert.deepEqual(at(p), { available: 7, on_hand: 7, committed: 0, active: true });
      says(p, 14, 19);
      await pull(p);
      assert.deepEqual(at(p), { available: 11, on_hand: 11, committed: 0, active: true });
      assert.deepEqual((await p.queue('--waiting')).map(row => row.code), ['on_order'], 'until the ERP knows it');
    });
  await t.test('what has not left is on the shelf', async sub => {
    const p = await open(sub);
    ago(p, () => sell(p));
    says(p, 14, 20);
    await pull(p);
    assert.deepEqual(at(p), { available: 11, on_hand: 14, committed: 3, active: true });
    assert.deepEqual(await p.queue('--waiting'), []);
  });
});

test('orders that were read long ago keep no figure from the shop', async t => {
  const p = await open(t);
  ago(p, () => ships(p, sell(p)));
  sql(p, "UPDATE connector_state SET saved_at = saved_at - 2 * 86400 WHERE key LIKE 'keep whole%'");
  says(p, 12, 20);
  const { notices } = await pull(p);
  assert.equal(at(p).on_hand, 9, 'the last ones are looked at all the same');
  assert.match(notices.join(), /orders export has not read the store to its end for a day: .*run it: erpsync orders export/);
});

test('a shipment that the shop is told of after the ERP’s figure, which has it already', async t => {
  const p = await open(t);
  const order = await ordered(p);
  says(p, 7, 60);
  await pull(p);
  assert.deepEqual(at(p), { available: 4, on_hand: 7, committed: 3, active: true });
  leaves(p, order, 40);
  ended(await p.run('fulfillments pull'), 0);
  assert.equal(at(p).on_hand, 4);
  atRest(p.sandbox, ['SOLO-1'], [LYON]);
  says(p, 7, 20);
  await pull(p);
  assert.deepEqual(at(p), { available: 7, on_hand: 7, committed: 0, active: true }, 'the same figure once more');
});

test('a shipment that another process tells the shop of while stock is being written', async t => {
  for (const operation of ['Locations', 'StockLevels', 'OrdersNewest', 'StockSet'])
    await t.test(`after ${operation}`, async sub => {
      const p = await open(sub);
      says(p, 10, 90);
      await pull(p);
      const order = await ordered(p);
      says(p, 7, 30);
      leaves(p, order, 30);
      let told = 0;
      p.sandbox.mutate = async (request, json) => {
        if (request.operation !== operation || told++) return json;
        ended(await p.run('fulfillments pull'), 0);
        return json;
      };
      await p.run('inventory pull');
      p.sandbox.mutate = null;
      assert.ok(told, 'asked for');
      assert.ok(at(p).on_hand <= 7);
      /* The ERP has it still as before: the same figure, in a new file. */
      atRest(p.sandbox, ['SOLO-1'], [LYON]);
      sql(p, 'UPDATE queue SET next_attempt = 0 WHERE state = 0');
      says(p, 7, 12);
      await p.run('inventory pull');
      assert.deepEqual(at(p), { available: 7, on_hand: 7, committed: 0, active: true });
    });
});

// A write of stock whose outcome nobody knows, and an ERP that says something else by then: the old intention is not sent
// again, and if it is still on its way it comes to nothing. Whatever happens, the shop ends at the newest figure.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { sample } from '../support/sample.mjs';
import { KOELN, LYON, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';
import { kindOf, pool } from '../support/stops.mjs';

/** A shop with none of SOLO-1 in Lyon, delivered as such; Köln does not stock it. */
async function open(t, options = {}) {
  const sandbox = await startSandbox({ orders: 0, speed: 1000 });
  t.after(() => sandbox.close());
  plainLevels(sandbox, ['SOLO-1'], [LYON], 0);
  const set = { available: 0, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
  sandbox.changeStock({ variant: 'SOLO-1', location: KOELN, set, active: false });
  const p = await stockPlace(t, { sandbox, conf: { net: { retries: 0, timeout: '20s', connect_timeout: '10s' } }, ...options });
  says(p, 0, 3600);
  await pull(p.plain);
  return p;
}
/** The ERP's figure; the newer the file, the smaller its age. */
const says = (p, n, age, place = 'MAIN') => stockFile(p, [['SOLO-1', place, n]], { age });
const level = (p, place = LYON) => p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${place}`];
const has = p => level(p).on_hand;
const stoppedAt = (p, step) => p.run('inventory pull', { env: { ERPSYNC_STOP_AT: String(step) } });
/** The names of the steps of one undisturbed run. */
async function stepsOf(p) {
  ended(await p.run('inventory pull', { env: { ERPSYNC_STEP_LOG: p.path('steps') } }), 0);
  return p.read('steps').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
}
/** The writes that would offer more than this. */
const above = (seen, n) => seen({ operation: 'StockSet' }).filter(r => r.variables.input.quantities.some(q => q.quantity > n));

const names = []; // of the steps of the run that writes: the same in each shop
/** The ERP says 10, and the run is cut off at this step of its write. */
async function interrupted(t, p, name) {
  if (!names.length) {
    const probe = await open(t);
    says(probe, 10, 1800);
    names.push(...(await stepsOf(probe)));
  }
  says(p, 10, 1800);
  assert.ok(names.includes(name), `no step "${name}"`);
  assert.equal((await stoppedAt(p, names.indexOf(name) + 1)).signal, 'SIGKILL');
}

test('the ERP went back before the next run: 0, 10, 0', async t => {
  for (const [name, left] of [['stock noted', 0], ['stock sent', 10], ['after put', 10]])
    await t.test(`cut at "${name}"`, async sub => {
      const p = await open(sub);
      await interrupted(sub, p, name);
      assert.equal(has(p), left);
      says(p, 0, 900);
      const seen = requestsOf(p.sandbox);
      const { summary } = await pull(p);
      assert.equal(has(p), 0);
      assert.deepEqual(above(seen, left), [], 'nothing above what was there is ever sent');
      assert.deepEqual([summary.waiting, summary.parked], [0, 0]);
      const idle = requestsOf(p.sandbox);
      await pull(p);
      assert.equal(idle().length, 0, 'a run without news asks nothing');
    });
});

test('the run that recovers is cut at any of its steps', async t => {
  const probe = await open(t);
  await interrupted(t, probe, 'stock sent');
  says(probe, 0, 900);
  const steps = await stepsOf(probe);
  for (const name of ['stock barred', 'old versions given up', 'stock sent']) assert.ok(steps.includes(name), `no step "${name}"`);
  const cases = sample('the run that recovers', steps.map((_, i) => i + 1), step => kindOf(steps, step));
  await pool(cases, 3, async step => {
    const p = await open(t);
    await interrupted(t, p, 'stock sent');
    says(p, 0, 900);
    assert.equal((await stoppedAt(p, step)).signal, 'SIGKILL', `${step}`);
    ended(await p.run('inventory pull'), 0, `after a stop at ${step} (${steps[step - 1]})`);
    assert.equal(has(p), 0, `stopped at ${step} (${steps[step - 1]})`);
    const seen = requestsOf(p.sandbox);
    ended(await p.plain.run('inventory pull'), 0);
    assert.equal(seen().filter(r => r.variables?.key).length, 0);
    await p.sandbox.close();
  });
});

test('the old write arrives later', async t => {
  await t.test('after the run that knows better: it comes to nothing', async sub => {
    const p = await open(sub, { bin: BIN_PLAIN });
    says(p, 10, 1800);
    p.sandbox.addFaults({ fault: 'late', operation: 'StockSet' });
    ended(await p.run('inventory pull'), 75);
    p.sandbox.faults.clear();
    says(p, 0, 900);
    await pull(p);
    assert.equal(has(p), 0);
    assert.ok(p.sandbox.arrive().length > 0);
    assert.equal(has(p), 0, 'its key is used up');
    says(p, 4, 300);
    await pull(p);
    assert.equal(has(p), 4);
  });
  await t.test('where the ERP says the same still, it is written once', async sub => {
    const p = await open(sub, { bin: BIN_PLAIN });
    says(p, 10, 1800);
    p.sandbox.addFaults({ fault: 'late', operation: 'StockSet' });
    ended(await p.run('inventory pull'), 75);
    p.sandbox.faults.clear();
    await pull(p);
    assert.equal(has(p), 10);
    /* Sold down to where the old write would fit again. */
    p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 0 } });
    p.sandbox.arrive();
    assert.equal(has(p), 0);
  });
  await t.test('in the middle of the run that looks into it', async sub => {
    for (const operation of ['Locations', 'StockLevels', 'StockSet']) {
      const p = await open(sub, { bin: BIN_PLAIN });
      says(p, 10, 1800);
      p.sandbox.addFaults({ fault: 'late', operation: 'StockSet' });
      ended(await p.run('inventory pull'), 75);
      p.sandbox.faults.clear();
      says(p, 0, 900);
      p.sandbox.addHooks({ after_request: 1, operation, call: () => p.sandbox.arrive() });
      await pull(p);
      assert.equal(has(p), 0, operation);
    }
  });
  await t.test('while Shopify is still at it: left to the next run', async sub => {
    const p = await open(sub);
    await interrupted(sub, p, 'stock sent');
    says(p, 0, 900);
    p.sandbox.addFaults({ fault: 'idempotency_concurrent', operation: 'StockSet' });
    ended(await p.run('inventory pull'), 75);
    assert.deepEqual([has(p), (await p.queue('--sending')).length], [10, 1]);
    p.sandbox.faults.clear();
    await pull(p);
    assert.equal(has(p), 0);
  });
});

test('an activation that arrives later, and the ERP has none there any more', async t => {
  const p = await open(t, { bin: BIN_PLAIN });
  says(p, 3, 1800, 'DE');
  p.sandbox.addFaults({ fault: 'late', operation: 'StockActivate' });
  ended(await p.run('inventory pull'), 75);
  p.sandbox.faults.clear();
  says(p, 0, 900, 'DE');
  await pull(p);
  p.sandbox.arrive();
  assert.equal(level(p, KOELN).on_hand, 0);
  says(p, 2, 300, 'DE');
  await pull(p);
  assert.deepEqual([level(p, KOELN).on_hand, level(p, KOELN).active], [2, true]);
});

test('a dry run leaves an interrupted write as it is', async t => {
  const p = await open(t);
  await interrupted(t, p, 'stock noted');
  const seen = requestsOf(p.sandbox);
  ended(await p.run('inventory pull --dry-run'), 0);
  assert.equal(seen({ operation: 'StockSet' }).length, 0);
  ended(await p.run('inventory pull'), 0);
  assert.equal(has(p), 10);
});

// Much that is compared and little that differs: what differs is gathered over batches, and written in as few calls as
// that takes, also when the run is disturbed in between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, pull, stockFile, stockPlace } from '../support/stock.mjs';

const ARTICLES = 2300; // two batches of 1,000, and a rest
const CHANGED = 100; // one in so many

/** An hour ago: before the ERP wrote its file. */
function counted(sandbox, list) {
  sandbox.setClock({ advance_ms: -3600000 });
  for (const [variant, set] of list) sandbox.changeStock({ variant, location: LYON, set, active: true });
  sandbox.setClock({ advance_ms: 3600000 });
}

/** A shop with nothing reserved, and the ERP's snapshot of it, in which one article in a hundred has two more. */
async function open(t, bin) {
  const sandbox = await startSandbox({ orders: 0, speed: 100000, skus: 'clean', variants: ARTICLES + 100 });
  t.after(() => sandbox.close());
  const own = sandbox.catalogue.variants.filter(v => v.sku && v.tracked && !v.requiresComponents).slice(0, ARTICLES);
  const set = { available: 10, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
  counted(sandbox, own.map(({ n }) => [n, set]));
  const p = await stockPlace(t, { sandbox, bin, locations: `warehouse,store_location\nMAIN,${LYON}\n` });
  const wanted = new Map(own.map(({ sku }, i) => [sku, i % CHANGED === 7 ? 12 : 10]));
  stockFile(p, [...wanted].map(([sku, n]) => [sku, 'MAIN', n]));
  const place = sandbox.locations.rows.find(l => l.name === LYON);
  const right = () => {
    for (const v of own) assert.equal(sandbox.stock.summary(v, place.index).on_hand, wanted.get(v.sku), v.sku);
  };
  const writes = () => sandbox.requests({ operation: 'StockSet' }).map(r => r.variables.input.quantities.length);
  return { p, sandbox, right, writes };
}

test('23 changes among 2,300 articles are one write, the first time and with --full', async t => {
  const { p, sandbox, right, writes } = await open(t, BIN_PLAIN);
  const { summary } = await pull(p);
  assert.deepEqual([summary.created, summary.adopted, summary.waiting], [23, 2277, 0]);
  right();
  assert.deepEqual(writes(), [23]);
  const [v] = sandbox.catalogue.variants.filter(row => row.sku && row.tracked);
  counted(sandbox, [[v.n, { available: 3 }]]);
  const full = await pull(p, '--full');
  assert.deepEqual([full.summary.updated, full.summary.adopted], [1, 2299]);
  right();
  assert.deepEqual(writes(), [23, 1]);
});

test('a run that ends before it wrote leaves nothing marked, and the next one goes on', async t => {
  const { p, sandbox, right, writes } = await open(t, BIN_PLAIN);
  p.configure({ net: { retries: 0 } });
  /* The second batch's levels: ten differences of the first are gathered by then. */
  sandbox.addFaults([{ fault: 'http', operation: 'StockLevels', from: 5, count: 8, status: 503 }]);
  ended(await p.run('inventory pull'), 75);
  assert.deepEqual([writes(), (await p.queue('--sending')).length], [[], 0]);
  const waiting = await p.queue('--waiting');
  assert.equal(waiting.length, 2000 - 990, 'of what was read: the second batch, and the ten of the first that differ');
  assert.ok(waiting.every(entry => entry.attempts <= 1));
  sandbox.faults.rules.length = 0;
  await p.run('queue retry --all');
  await pull(p);
  right();
  assert.deepEqual(writes(), [23]);
});

test('killed while gathering, and around the write', async t => {
  const probe = await open(t);
  const steps = probe.p.path('steps');
  ended(await probe.p.run('inventory pull', { env: { ERPSYNC_STEP_LOG: steps } }), 0);
  const names = probe.p.read('steps').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  const at = (name, nth) => names.flatMap((n, i) => (n === name ? [i + 1] : []))[nth];
  const cases = { 'after the first look': at('batch written down', 0), 'before the second': at('before put', 1), 'before the write': at('stock noted', 0), 'after it': at('stock sent', 0) };
  for (const [name, step] of Object.entries(cases))
    await t.test(name, async sub => {
      const { p, sandbox, right, writes } = await open(sub);
      const killed = await p.run('inventory pull', { env: { ERPSYNC_STOP_AT: String(step) } });
      assert.equal(killed.signal, 'SIGKILL');
      /* The sanitised program mends such stops of fewer articles: inventory_recovery.test.mjs. */
      ended(await p.plain.run('inventory pull'), 0);
      right();
      const keys = sandbox.requests({ operation: 'StockSet' }).map(r => r.variables.key);
      assert.ok(new Set(keys).size <= 2, 'what was gathered, and what came after the kill');
      const before = writes().length;
      ended(await p.plain.run('inventory pull'), 0);
      assert.equal(writes().length, before, 'the run after that writes nothing');
    });
});

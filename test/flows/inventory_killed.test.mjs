// An order whose put was killed, and tables/skus.csv books it on another article of the ERP when it is found there: what was
// written counts, whatever the table says by then.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { unseal } from '../support/flows.mjs';
import { BIN, ended } from '../support/run.mjs';
import { LYON, atRest, freePlace, plainLevels, pull, stockFile } from '../support/stock.mjs';

const SOLD = 'LONG-5-RED', BEFORE = 'SOLO-1', NOW = 'LONG-5';
const AFTER_PUT = 'after put', BEFORE_PUT = 'before put';

/** In the shop, so long ago that it is sure to list the order. */
function ago(p, change, seconds) {
  p.sandbox.setClock({ advance_ms: -seconds * 1000 });
  try {
    return change();
  } finally {
    p.sandbox.setClock({ advance_ms: seconds * 1000 });
  }
}

async function open(t) {
  const p = await freePlace(t, { bin: BIN, inventory: { order_lag: '0s' } });
  let age = 3000;
  plainLevels(p.sandbox, [SOLD], [LYON], 10);
  const sql = text => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
  const books = sku => p.write('mappings/tables/skus.csv', `shop_sku,erp_sku\n${SOLD},${sku}\n*,*\n`);
  books(BEFORE);
  const { name } = ago(p, () => p.sandbox.sell([{ variant: SOLD, quantity: 2, location: LYON }]), 100);
  return {
    p,
    name,
    sql,
    books,
    /** A run of orders that is killed at this step. */
    async killed(step, command = 'orders export') {
      const copy = `${p.dir}-copy`;
      fs.cpSync(p.dir, copy, { recursive: true });
      unseal(copy);
      await p.run(command, { env: { ERPSYNC_STEP_LOG: p.path('steps') }, cwd: copy });
      fs.rmSync(copy, { recursive: true });
      const steps = p.read('steps').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
      fs.rmSync(p.path('steps'));
      assert.ok(steps.includes(step), step);
      assert.equal((await p.run(command, { env: { ERPSYNC_STOP_AT: String(steps.indexOf(step) + 1) } })).signal, 'SIGKILL');
    },
    export: async () => ended(await p.run('orders export'), 0),
    /** The ERP got its orders an hour before. */
    booked: () => sql('UPDATE reported SET reported_at = reported_at - 3600; UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3'),
    /** Free stock by the ERP's next file: what the shop offers of the two. */
    async offers(before, now, more = '') {
      atRest(p.sandbox, [BEFORE, NOW], [LYON]);
      stockFile(p, [[BEFORE, 'MAIN', before, before], [NOW, 'MAIN', now, now]], { age: (age -= 10) });
      sql('UPDATE queue SET next_attempt = 0 WHERE state = 0');
      await pull(p, more);
      const { stock } = p.sandbox.truth({ skus: [BEFORE, NOW] });
      return [BEFORE, NOW].map(sku => stock[`${sku} @ ${LYON}`].available);
    },
  };
}

test('what landed before the kill stays booked where it was', async t => {
  const WAYS = {
    async 'the next run finds it'(w) {
      await w.killed(AFTER_PUT);
      w.books(NOW);
      await w.export();
    },
    async 'it was put by name'(w) {
      await w.killed(AFTER_PUT, `orders export --only ${w.name}`);
      w.books(NOW);
      await w.export();
    },
    async 'the run that finds it is killed, too, and more than once'(w) {
      await w.killed(AFTER_PUT);
      w.books(NOW);
      for (const step of [BEFORE_PUT, AFTER_PUT, AFTER_PUT]) await w.killed(step);
      await w.export();
    },
    async 'the table can book it on nothing by then'(w) {
      await w.killed(AFTER_PUT);
      w.p.write('mappings/tables/skus.csv', `shop_sku,erp_sku\n${BEFORE},${BEFORE}\n${NOW},${NOW}\n`);
      await w.export();
      w.books(NOW);
    },
    async 'a person adopts it'(w) {
      await w.killed(AFTER_PUT);
      w.books(NOW);
      ended(await w.p.run(['adopt', 'orders', w.name]), 0);
      await w.export();
    },
  };
  for (const [what, go] of Object.entries(WAYS))
    await t.test(what, async sub => {
      const w = await open(sub);
      await go(w);
      assert.equal(w.sql('SELECT count(*) FROM queue WHERE booked IS NOT NULL'), '0');
      assert.deepEqual(await w.offers(10, 10), [8, 10]);
      w.booked();
      assert.deepEqual(await w.offers(8, 10), [8, 10], 'the ERP has booked it');
      ago(w.p, () => w.p.sandbox.changeOrders({ edit: w.name, change: { quantity: { line: 0, to: 3 } } }), 75);
      assert.deepEqual(await w.offers(8, 10, '--full'), [8, 7], 'what waits will be booked by the table of now');
    });
});

test('what is written later is booked by the table of the run that writes it', async t => {
  await t.test('nothing had landed', async sub => {
    const w = await open(sub);
    await w.killed(BEFORE_PUT);
    w.books(NOW);
    await w.export();
    assert.deepEqual(await w.offers(10, 10), [10, 8]);
  });
  await t.test('what a person names, and it is written anew', async sub => {
    const w = await open(sub);
    await w.killed(AFTER_PUT);
    w.books(NOW);
    ended(await w.p.run(['orders', 'export', '--only', w.name]), 0);
    assert.equal(w.p.exchange().names(/^orders-changed-\d+\.csv$/).length, 1);
    assert.deepEqual(await w.offers(10, 10), [10, 8]);
  });
  await t.test('a version that came meanwhile', async sub => {
    const w = await open(sub);
    await w.killed(AFTER_PUT);
    w.books(NOW);
    ago(w.p, () => w.p.sandbox.changeOrders({ edit: w.name, change: { quantity: { line: 0, to: 3 } } }), 75);
    await w.export();
    assert.deepEqual(await w.offers(10, 10), [10, 7]);
  });
  await t.test('nothing had, the next run is killed, too, and the table is back when it is found', async sub => {
    const w = await open(sub);
    await w.killed(BEFORE_PUT);
    w.books(NOW);
    await w.killed(AFTER_PUT);
    w.books(BEFORE);
    await w.export();
    assert.deepEqual(await w.offers(10, 10), [10, 8]);
  });
});

test('until a run has looked, both articles are short of it', async t => {
  const w = await open(t);
  await w.killed(AFTER_PUT);
  w.books(NOW);
  assert.deepEqual(await w.offers(10, 10), [8, 8]);
  await w.export();
  assert.deepEqual(await w.offers(10, 10), [8, 10]);
});

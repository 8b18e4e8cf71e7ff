// Every fault of the network or the shop, in the phases of a run. Whatever happens: the next run after it is over
// brings the files of an undisturbed run, nothing lost and nothing twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { assertSameExchange } from '../support/exchange.mjs';
import { FAULTS, NET, PHASES, SORTS, meetAll, wholeOf } from '../support/faults.mjs';
import { ORDERS } from '../support/flows.mjs';
import { earlier, place } from '../support/place.mjs';
import { remembered } from '../support/stops.mjs';

const NOW = Date.now();

/** The same shop each time: 24 orders, one to be parked, one with many lines and one with many payments. */
async function shop() {
  const sandbox = await startSandbox({
    orders: 24,
    seed: 7,
    speed: 1000,
    freeze: NOW,
    nasty: ['unknown_tax', 'transactions_60', 'currency_usd'],
  });
  sandbox.setClock({ freeze: false });
  sandbox.setClock({ now: Date.now() });
  for (let i = 0; i < 60; i++) earlier(sandbox, 90, { edit: '#1003', change: { add: { article: i } } });
  return sandbox;
}

const SUBJECT = { flow: ORDERS, shop, options: { conf: { net: NET } }, status: 1, parallel: 6 };

/* All requests of the shop's API go the same way: one of them takes every fault, the others one of each sort. */
const [token, ids, ...others] = Object.keys(PHASES[ORDERS.name]);
meetAll(SUBJECT, [token, ids], FAULTS);
meetAll(SUBJECT, others, SORTS);

test('a shop that fails now and then', async t => {
  const whole = await wholeOf(t, SUBJECT);
  assert.equal(whole.counts.delivered, 23);
  for (const seed of [1, 2, 3])
    await t.test(`seed ${seed}`, async sub => {
      const sandbox = await shop();
      t.after(() => sandbox.close());
      const p = await place(sub, { sandbox, conf: { net: { ...NET, retries: 2 } } });
      for (const fault of ['drop_after', 'truncated', 'internal_error', 'partial_data'])
        sandbox.addFaults({ fault, probability: 0.08, seed, path: '/admin/api' });
      sandbox.addFaults({ fault: 'http', status: 503, probability: 0.08, seed, path: '/admin/api' });
      let runs = 0;
      for (let result; runs === 0 || result.status === 75; ) {
        result = await p.run('orders export');
        assert.ok(++runs <= 40 && [0, 1, 75].includes(result.status), `run ${runs} ended with ${result.status}`);
      }
      assertSameExchange(p.exchange().verify(), whole.left, 'files');
      assert.deepEqual((await remembered(p)).counts, whole.counts);
    });
});

// Runs that are asked to end: by a signal, by two, by --max-runtime. What was read is kept, and the next run goes on.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { place, sameSet, truth } from '../support/place.mjs';
import { BIN_PLAIN, answer, ended, silent } from '../support/run.mjs';

const ORDERS = 600;
const open = t => place(t, { sandbox: { orders: ORDERS, seed: 9, nasty: 'off' }, bin: BIN_PLAIN });

async function until(claim, what) {
  for (const end = Date.now() + 20000; Date.now() < end; await sleep(5)) if (claim()) return;
  assert.fail(`${what} did not come`);
}

/** The next run ends the work; nothing is lost, nothing twice. */
async function goesOn(p, { after = true } = {}) {
  const since = p.sandbox.log.n;
  ended(await p.run('orders export'), 0);
  const [page] = p.sandbox.requests({ since, operation: 'OrdersChanged' });
  if (after) assert.ok(page.variables.after, 'goes on at the page that was next');
  sameSet(p.exchange().verify().orders().keys(), truth(p.sandbox).map(order => order.id));
  silent(ended(await p.run('orders export'), 0));
}

for (const signal of ['SIGTERM', 'SIGINT'])
  test(`${signal} during a run`, async t => {
    const p = await open(t);
    const child = p.start('orders export');
    await until(() => p.sandbox.requests({ operation: 'OrdersChanged' }).length >= 2, 'the second page');
    child.kill(signal);
    const result = await child.done;
    silent(ended(result, 75, 'not finished, and no reason for a mail:'));
    assert.ok(p.sandbox.requests({ operation: 'OrdersChanged' }).length < 4, 'it did not go on to the end');
    const status = await p.status();
    assert.equal(status.last_run.outcome, 'stopped');
    assert.ok(status.delivered + status.waiting >= 250, 'the first page is kept');
    assert.match(p.read('erpsync.log'), new RegExp(`stopped by signal ${signal.slice(3)}`));
    await goesOn(p);
  });

test('SIGTERM while a request hangs', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'hang', operation: 'OrdersChanged', nth: 2 });
  p.configure({ net: { timeout: '1s', retries: 5 } });
  const child = p.start('orders export');
  await until(() => p.sandbox.requests({ operation: 'OrdersChanged' }).length >= 2, 'the request that hangs');
  const began = Date.now();
  child.kill('SIGTERM');
  silent(ended(await child.done, 75));
  assert.ok(Date.now() - began < 4000, 'it waits for this one try, not for more');
  await goesOn(p);
});

test('a second signal ends it at once', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'hang', operation: 'OrdersChanged', nth: 2 });
  const child = p.start('orders export');
  await until(() => p.sandbox.requests({ operation: 'OrdersChanged' }).length >= 2, 'the request that hangs');
  child.kill('SIGTERM');
  await sleep(100);
  const began = Date.now();
  child.kill('SIGTERM');
  ended(await child.done, 143);
  assert.ok(Date.now() - began < 1000);
  await goesOn(p);
});

test('--max-runtime', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'hang', operation: 'OrdersChanged', nth: 2 });
  const began = Date.now();
  const result = ended(await p.run('orders export --json --max-runtime 1500ms'), 75);
  assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`);
  const { summary } = answer(result);
  assert.equal(summary.stopped, 'max-runtime');
  assert.equal(summary.exit, 75);
  assert.equal(result.stderr, '');
  await goesOn(p);
});

test('--max-runtime that is long enough changes nothing', async t => {
  const p = await open(t);
  silent(ended(await p.run('orders export --max-runtime 2m'), 0));
  await goesOn(p, { after: false });
});

test('SIGTERM while a read hangs that may take very long', async t => {
  const p = await open(t);
  p.configure({ net: { timeout: '10m' } });
  p.sandbox.addFaults({ fault: 'hang', operation: 'OrdersChanged', nth: 2, ms: 600000 });
  const child = p.start('orders export');
  await until(() => p.sandbox.requests({ operation: 'OrdersChanged' }).length >= 2, 'the request that hangs');
  const began = Date.now();
  child.kill('SIGTERM');
  silent(ended(await child.done, 75));
  assert.ok(Date.now() - began < 15000, `${Date.now() - began} ms`);
  await goesOn(p);
});

test('what a shop says of its limit decides no endless wait', async t => {
  const wrong = { maximumAvailable: 2000, currentlyAvailable: 0, restoreRate: 50 };
  for (const figures of [
    { restoreRate: 0 },
    { restoreRate: -1 },
    { restoreRate: 0.001 },
    { restoreRate: 1e-30 },
    { currentlyAvailable: -1e12 },
    { currentlyAvailable: 1e300 },
    { maximumAvailable: 1e15 },
    { maximumAvailable: 0 },
    { maximumAvailable: '2000', currentlyAvailable: null, restoreRate: [] },
  ])
    await t.test(JSON.stringify(figures), async sub => {
      const p = await place(sub, { sandbox: { orders: 12, seed: 9, nasty: 'off' }, bin: BIN_PLAIN });
      p.configure({ net: { max_wait: '60s' } });
      p.sandbox.bucket.status = () => ({ ...wrong, currentlyAvailable: 2000, ...figures });
      ended(await p.run('orders export --max-runtime 30s'), 0);
      assert.equal(p.exchange().verify().orders().size, 12);
    });
});

test('a server that asks to come back in a thousand years', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'http', status: 429, retry_after: 99999999999, operation: 'OrdersChanged', count: 1 });
  ended(await p.run('orders export'), 75);
  await goesOn(p, { after: false });
});

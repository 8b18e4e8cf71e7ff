// `orders export` into a real Odoo, killed at each sort of step and run again: the end is that of an undisturbed run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { BIN, ended } from '../support/run.mjs';
import { sampled } from '../support/stops.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { holdings, ordersPlace } from './orders.mjs';
import { stepsOf } from './place.mjs';

async function killedAnywhere(t, version) {
  const odoo = await freshOdoo(t, version);
  const sandbox = await startSandbox({ speed: 1000, orders: 8, seed: 8, nasty: ['gift_card_used', 'cancelled'] });
  t.after(() => sandbox.close());
  const fresh = async () => {
    await odoo.reset();
    return ordersPlace(t, odoo, { sandbox, rules: { depth: 'paid' }, bin: BIN });
  };
  const whole = await fresh();
  const log = whole.path('steps');
  ended(await whole.run('orders export', { env: { ERPSYNC_STEP_LOG: log } }), 0);
  const expected = await holdings(odoo);
  const names = fs
    .readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map(line => line.replace(/^\d+ /, ''));
  const steps = sampled(names, /^odoo|^(confirmed|cancelled|invoiced|payment)$|put$/);
  assert.ok(steps.length >= 8, names.join(', '));
  for (const step of steps) {
    const p = await fresh();
    const killed = await p.run('orders export', { env: { ERPSYNC_STOP_AT: String(step) } });
    assert.equal(killed.signal, 'SIGKILL', `step ${step}`);
    ended(await p.run('orders export'), 0, `after step ${names[step - 1]}`);
    assert.deepEqual(await holdings(odoo), expected, `after step ${names[step - 1]}`);
  }
}

/* Each version's server has work of its own to wait for. */
test('killed at any sort of step and run again, the end is the same', { skip: NO_SERVER, concurrency: true }, async t => {
  await Promise.all(VERSIONS.map(version => t.test(`Odoo ${version}`, sub => killedAnywhere(sub, version))));
});

test('what landed before the kill, and the tables can book no more, is known as it was booked', { skip: NO_SERVER, concurrency: true }, async t => {
  await Promise.all(
    VERSIONS.map(version =>
      t.test(`Odoo ${version}`, async sub => {
        const odoo = await freshOdoo(sub, version);
        const sandbox = await startSandbox({ speed: 1000, orders: 3, seed: 8, nasty: 'off' });
        sub.after(() => sandbox.close());
        const open = () => ordersPlace(sub, odoo, { sandbox, bin: BIN });
        const whole = await open(), p = await open();
        const reported = place => execFileSync('sqlite3', [place.path('erpsync.db'), 'SELECT record, lines FROM reported ORDER BY 1'], { encoding: 'utf8' });
        const [step] = (await stepsOf(whole, 'orders export'))('after put');
        await odoo.reset();
        assert.equal((await p.run('orders export', { env: { ERPSYNC_STOP_AT: step } })).signal, 'SIGKILL');
        p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nANOTHER,ANOTHER\n');
        ended(await p.run('orders export'), 0);
        assert.equal(reported(p), reported(whole));
      }),
    ),
  );
});

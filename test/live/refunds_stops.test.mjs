// `refunds export` into a real Odoo, killed at each sort of step and run again: each refund is there once and wholly.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { BIN, ended } from '../support/run.mjs';
import { sampled } from '../support/stops.mjs';
import { NO_SERVER, VERSIONS } from './odoo.mjs';
import { STOCK, back, open } from './refunds.mjs';

const ORDERS = 32;

async function killedAnywhere(t, version) {
  const shop = await open(t, version, { n: ORDERS, bin: BIN });
  const { p } = shop;
  const names = [...shop.names];
  let done = 0;
  /** The next order's: a unit of each comes back, and the shipping is paid back. */
  const next = () => {
    const name = names.shift();
    shop.refund(name, { lines: [back(0, 1), back(1, 1)], shipping: true });
    return name;
  };
  const agrees = async (name, when) => {
    const is = await shop.agrees(name);
    done += 1;
    assert.deepEqual([is.units, is.credits.length, is.returns], ['2/2/2 1/1/1', 1, ['done: 1 1']], when);
    assert.match(is.credits[0], / paid 0.00$/, when);
    assert.deepEqual(await shop.onHand(), [STOCK - 3 * ORDERS + done, STOCK - 2 * ORDERS + done], when);
    assert.equal((await shop.payments()).length, done, when);
  };
  // The first run asks for what all of them need.
  const first = next();
  ended(await p.run('refunds export'), 0);
  await agrees(first, 'first');
  const log = p.path('steps');
  const whole = next();
  ended(await p.run('refunds export', { env: { ERPSYNC_STEP_LOG: log } }), 0);
  await agrees(whole, 'undisturbed');
  const found = fs.readFileSync(log, 'utf8').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
  const steps = sampled(found, /^odoo|^(credited|paid back|goods returned)$|put$/);
  assert.ok(steps.length >= 10 && steps.length < ORDERS, found.join(', '));
  let kills = 0;
  for (const step of steps) {
    const name = next();
    const killed = await p.run('refunds export', { env: { ERPSYNC_STOP_AT: String(step) } });
    // Orders differ in their roundings: the last steps of one may be more than another has.
    if (killed.signal === 'SIGKILL') kills += 1;
    else ended(killed, 0, `step ${step}`);
    ended(await p.run('refunds export'), 0, `after step ${found[step - 1]}`);
    await agrees(name, `after step ${found[step - 1]}`);
  }
  assert.ok(kills > steps.length - 3, `${kills} of ${steps.length}`);
}

/* Each version's server has work of its own to wait for. */
test('killed at any sort of step and run again, each refund is there once', { skip: NO_SERVER, concurrency: true }, async t => {
  await Promise.all(VERSIONS.map(version => t.test(`Odoo ${version}`, sub => killedAnywhere(sub, version))));
});

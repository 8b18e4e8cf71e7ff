// `inventory pull` stopped at any step and run again: the same stock in the shop, and the run after it writes nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { STOCK } from '../support/flows.mjs';
import { ended } from '../support/run.mjs';
import { KOELN, LYON, PARIS, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';
import { covers, stopEverywhere } from '../support/stops.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED', 'TWIN-1a', '00123'];
const STEPS = [
  'csv_inbox_read',
  'page read',
  'batch mapped',
  'before put',
  'stock noted',
  'stock sent',
  'after put',
  'batch written down',
  'csv_inbox_archive',
  'csv_inbox_archived',
];

/** The same shop each time: five of each article in two places; in the third it is sold none of the 14 that were there once. */
async function shop() {
  const sandbox = await startSandbox({ orders: 0, speed: 1000 });
  plainLevels(sandbox, SKUS, [LYON, PARIS], 5);
  const set = { available: 14, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
  /* Long ago: one that was made just now is known to have been moved by nobody. */
  sandbox.setClock({ advance_ms: -3600000 });
  for (const variant of SKUS) sandbox.changeStock({ variant, location: KOELN, set, active: false });
  sandbox.setClock({ advance_ms: 3600000 });
  return sandbox;
}

async function base(t) {
  const sandbox = await shop();
  t.after(() => sandbox.close());
  const p = await stockPlace(t, { sandbox });
  p.filter = { skus: SKUS };
  p.again = shop;
  stockFile(p, [
    ...SKUS.flatMap((sku, i) => [[sku, 'MAIN', i], [sku, 'SHOP', 5]]),
    ['SOLO-1', 'DE', 3],
    ['NOBODY', 'MAIN', 1],
  ]);
  return p;
}

test('a first run', async t => {
  const p = await base(t);
  const whole = await stopEverywhere(p, { flow: STOCK });
  covers(whole, STEPS);
  assert.equal(whole.names.filter(name => name === 'stock noted').length, 2, 'an activation and a write');
});

test('stopped twice', async t => {
  const p = await base(t);
  /* Around the writes, and once more early in the run that mends it. */
  const cases = names => {
    const from = names.indexOf('before put'),
      to = names.indexOf('batch written down');
    return Array.from({ length: to - from }, (_, i) => [from + i + 1, ((i * 5) % 20) + 1]);
  };
  await stopEverywhere(p, { flow: STOCK, cases });
});

test('a run with changes, a parked article and one that is sold out', async t => {
  const p = await base(t);
  p.again = async () => {
    const sandbox = await shop();
    /* As the first run left it. */
    for (const { variant, location, n } of after) {
      const set = { available: n, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
      sandbox.changeStock({ variant, location, set, active: true });
    }
    return sandbox;
  };
  ended(await p.run('inventory pull'), 1);
  const after = Object.entries(p.sandbox.truth({ skus: SKUS }).stock)
    .filter(([, level]) => level.active)
    .map(([key, level]) => ({ variant: key.split(' @ ')[0], location: key.split(' @ ')[1], n: level.on_hand }));
  stockFile(p, SKUS.slice(0, 4).flatMap((sku, i) => [[sku, 'MAIN', 7 - i], [sku, 'SHOP', 5]]), { age: 30 });
  /* What lies between is the same as in a first run. */
  const cases = names => names.map((_, i) => [i + 1]).filter(([n]) => n % 2 === 0 || /^(csv|stock) /.test(names[n - 1]));
  const whole = await stopEverywhere(p, { flow: STOCK, status: 0, cases });
  assert.equal(whole.files.stock[`00123 @ ${LYON}`].on_hand, 0, 'no longer listed');
  assert.equal(whole.files.stock[`SOLO-1 @ ${KOELN}`].on_hand, 0);
});

test('after 23 hours a key is not used again', async t => {
  const p = await base(t);
  const steps = p.path('steps');
  const probe = await STOCK.copy(p, 'probe');
  ended(await probe.run('inventory pull', { env: { ERPSYNC_STEP_LOG: steps } }), 1);
  await STOCK.close(probe);
  const at = p.read('steps').split('\n').findIndex(line => line.endsWith('stock sent')) + 1;
  const killed = await p.run('inventory pull', { env: { ERPSYNC_STOP_AT: String(at) } });
  assert.equal(killed.signal, 'SIGKILL');
  const [{ variables }] = p.sandbox.requests({ operation: 'StockActivate' });
  const { execFileSync } = await import('node:child_process');
  execFileSync('sqlite3', [p.path('erpsync.db'), 'UPDATE connector_state SET saved_at = saved_at - 83000']);
  await pull(p, '', 1);
  const keys = p.sandbox.requests().map(r => r.variables?.key).filter(Boolean);
  assert.equal(keys.filter(key => key === variables.key).length, 1, 'sent once only');
  assert.equal(new Set(keys).size, keys.length);
});

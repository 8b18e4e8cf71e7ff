// `inventory pull` under the faults of the network and the shop, for the tests that take it by phases. A write whose
// answer is lost is sent again under the same key, in this run or the next, so it happens once.

import assert from 'node:assert/strict';
import { startSandbox } from '../sandbox/index.mjs';
import { NET, meetAll } from './faults.mjs';
import { STOCK } from './flows.mjs';
import { KOELN, LOCATIONS, LYON, PARIS, plainLevels, stockFile } from './stock.mjs';

const SKUS = ['SOLO-1', 'LONG-5', 'LONG-5-RED'];

async function shop() {
  const sandbox = await startSandbox({ orders: 0, speed: 1000 });
  plainLevels(sandbox, SKUS, [LYON, PARIS], 5);
  const set = { available: 0, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
  sandbox.changeStock({ variant: 'SOLO-1', location: KOELN, set, active: false });
  return sandbox;
}

const SUBJECT = {
  flow: { ...STOCK, outcome: p => STOCK.outcome(p).stock },
  shop,
  options: { conf: { net: NET, inventory: { quantity: 'on_hand' }, mappings: { path: 'mappings' } } },
  status: 1,
  resends: 2,
  prepare(p) {
    p.filter = { skus: SKUS };
    p.write('mappings/tables/locations.csv', LOCATIONS);
    stockFile(p, [...SKUS.flatMap((sku, i) => [[sku, 'MAIN', i], [sku, 'SHOP', 5]]), ['SOLO-1', 'DE', 3], ['NOBODY', 'MAIN', 1]]);
  },
  /** Whatever was sent how often: no key with other variables, and no quantity written twice. */
  verify({ sandbox }) {
    const first = new Map();
    for (const { variables } of sandbox.requests().filter(r => r.variables?.key)) {
      const text = JSON.stringify(variables);
      assert.equal(first.get(variables.key) ?? text, text, 'the same key means the same variables');
      first.set(variables.key, text);
    }
    const done = sandbox.idempotency.list().filter(key => !key.refused);
    const count = name => done.filter(key => key.mutation === name).length;
    assert.equal(count('inventoryActivate'), 1, 'activated once');
    assert.equal(count('inventorySetQuantities'), 1, 'written once');
  },
};

/** Each of these rows of FAULTS in each of these phases, once and each time. */
export const stockFaults = (phases, rows) => meetAll(SUBJECT, phases, rows);

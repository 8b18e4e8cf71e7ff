// `inventory pull` under the faults of the network and the shop, for the tests that take it by phases. A write whose
// answer is lost is sent again under the same key in this run; the next one takes the key away from it. So it happens once.

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
  /** Whatever was sent how often: each level is activated once, and changed once. */
  verify({ sandbox }) {
    const done = sandbox.idempotency.list().filter(key => !key.refused);
    const changes = ({ quantities }) => quantities.some(q => q.quantity !== q.changeFromQuantity);
    assert.equal(done.filter(key => key.mutation === 'inventoryActivate').length, 1, 'activated once');
    assert.equal(done.filter(key => key.arguments.input && changes(key.arguments.input)).length, 1, 'written once');
  },
};

/** Each of these rows of FAULTS in each of these phases, once and each time. */
export const stockFaults = (phases, rows) => meetAll(SUBJECT, phases, rows);

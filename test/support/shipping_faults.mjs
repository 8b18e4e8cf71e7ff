// `fulfillments pull` under the faults of the network and the shop, for the tests that take it by phases. There is no key
// that would make a second sending harmless: what landed is recognised by reading the order again, so it happens once.

import assert from 'node:assert/strict';
import { startSandbox } from '../sandbox/index.mjs';
import { NET, meetAll } from './faults.mjs';
import { SHIPPING } from './flows.mjs';
import { ended } from './run.mjs';
import { deliveryFile, sell } from './shipping.mjs';
import { LOCATIONS } from './stock.mjs';

const MANY = 30;

/** Orders with more left than is delivered, so that whatever is sent twice would be shipped twice. */
async function shop() {
  const sandbox = await startSandbox({ orders: 0, nasty: 'off', speed: 1000 });
  const skus = sandbox.catalogue.variants.filter(v => v.sku && v.tracked && v.requiresShipping !== false).map(v => v.sku);
  const some = skus.filter((sku, i) => skus.indexOf(sku) === i).slice(0, MANY);
  sandbox.rows = [
    sell(sandbox, [['LONG-5', 9], ['LONG-5-RED', 9]]),
    sell(sandbox, [['SOLO-1', 9]]),
    sell(sandbox, some.map(sku => [sku, 3])),
  ];
  sandbox.many = some;
  return sandbox;
}

const rowsOf = ({ rows: [a, b, c], many }, tracking) => [
  { delivery: 'D1', order: a.name, sku: 'LONG-5', n: 2, warehouse: 'MAIN' },
  { delivery: 'D2', order: a.name, sku: 'LONG-5', n: 2, warehouse: 'MAIN' },
  { delivery: 'D3', order: b.name, sku: 'SOLO-1', n: 4, warehouse: 'MAIN', tracking },
  ...many.map(sku => ({ delivery: 'D4', order: c.id, sku, n: 1, warehouse: 'MAIN' })),
  { delivery: 'D5', order: '#none', sku: 'SOLO-1', n: 1, warehouse: 'MAIN' },
];

const SUBJECT = {
  flow: { ...SHIPPING, outcome: p => SHIPPING.outcome(p).orders },
  shop,
  options: { conf: { net: NET, mappings: { path: 'mappings' } } },
  status: 1,
  prepare(p) {
    p.orders = p.sandbox.rows.map(row => row.name);
    p.write('mappings/tables/locations.csv', LOCATIONS);
    deliveryFile(p, rowsOf(p.sandbox, 'T1'));
  },
  /** D1 and D2 are alike, and two they stay. */
  verify(p) {
    const done = p.sandbox.fulfillments(p.orders[0]).fulfillments;
    assert.deepEqual(done.map(f => f.lines.map(l => l.quantity)), [[2], [2]]);
  },
};

/** The tracking is corrected in the run that is disturbed. */
export const CORRECTED = {
  ...SUBJECT,
  status: 0,
  async prepare(p) {
    SUBJECT.prepare(p);
    /* Nothing is parked: a retry of everything would tell of it again. */
    deliveryFile(p, rowsOf(p.sandbox, 'T1').filter(r => r.delivery !== 'D5'));
    p.configure({ net: { timeout: '60s' } });
    ended(await p.run('fulfillments pull'), 0);
    p.configure({ net: NET });
    deliveryFile(p, rowsOf(p.sandbox, 'T2').slice(2, 3), { age: 30 });
  },
};

/** One delivery left from another place. */
export const MOVED = {
  ...SUBJECT,
  options: { conf: { ...SUBJECT.options.conf, fulfillments: { other_location: 'move' } } },
  prepare(p) {
    SUBJECT.prepare(p);
    p.sandbox.changeStock({ variant: 'SOLO-1', location: 1, active: true });
    deliveryFile(p, rowsOf(p.sandbox, 'T1').map(r => (r.delivery === 'D3' ? { ...r, warehouse: 'SHOP' } : r)));
  },
};

/** An article got another SKU after it was sold. */
export const RENAMED = {
  ...SUBJECT,
  async shop() {
    const sandbox = await shop();
    sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: 'SOLO-NEW' } });
    return sandbox;
  },
  prepare(p) {
    SUBJECT.prepare(p);
    deliveryFile(p, rowsOf(p.sandbox, 'T1').map(r => (r.delivery === 'D3' ? { ...r, sku: 'SOLO-NEW' } : r)));
  },
};

/** Each of these rows of FAULTS in each of these phases, once and each time. */
export const shippingFaults = (phases, rows, subject = SUBJECT) => meetAll(subject, phases, rows);

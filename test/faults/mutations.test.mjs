// Every answer to every document that the Shopify connector sends, wrong in every way: test/support/mutations.mjs. Here is
// what makes each document be sent. ERPSYNC_MUTATIONS=all runs the whole table, a number so many cases of each document;
// ERPSYNC_MUTATIONS_SEED chooses others, ERPSYNC_MUTATIONS_ONLY those whose name begins so.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { ORDERS, PRODUCTS, REFUNDS, SHIPPING, STOCK } from '../support/flows.mjs';
import { OPERATIONS, chosen, endedWell, mutate, mutationsOf, record } from '../support/mutations.mjs';
import { atEnd } from '../support/cleanup.mjs';
import { earlier, place } from '../support/place.mjs';
import { OWNED, ROWS, productShop } from '../support/product_faults.mjs';
import { productFile } from '../support/products.mjs';
import { ended } from '../support/run.mjs';
import { hash } from '../support/sample.mjs';
import { deliveryFile, sell } from '../support/shipping.mjs';
import { KOELN, LOCATIONS, LYON, PARIS, plainLevels, stockFile } from '../support/stock.mjs';
import { pool } from '../support/stops.mjs';

const seed = Number(process.env.ERPSYNC_MUTATIONS_SEED ?? 1);
const each = process.env.ERPSYNC_MUTATIONS === 'all' ? Infinity : Number(process.env.ERPSYNC_MUTATIONS ?? 5);
const only = process.env.ERPSYNC_MUTATIONS_ONLY ?? '';
const net = { connect_timeout: '20s', timeout: '60s', retries: 1, max_wait: '2s' };
const LOW = { available: 0, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };

/** Orders that are in the folder, or wait with their reason: none may be lost. */
const names = async p => [
  ...new Set([...p.exchange().rows().map(row => row.order_number), ...(await p.plain.queue('--all')).map(entry => entry.name)]),
].sort();

async function orderShop() {
  const sandbox = await startSandbox({ orders: 4, seed: 7, nasty: 'off', speed: 1000 });
  /* One with more lines than the first page, one with longer lists, all of a time that the index knows. */
  for (let i = 0; i < 30; i++) earlier(sandbox, 900, { edit: '#1003', change: { add: { article: i } } });
  for (let i = 0; i < 11; i++) earlier(sandbox, 900, { edit: '#1003', change: { refund: { lines: [{ line: i, quantity: 1 }] } } });
  /* One with more shipments than the first reading shows, and one with a shipment of more lines. */
  before(sandbox, 1800, () => {
    sandbox.sell({ variant: 'SOLO-1', quantity: 12 });
    sandbox.sell(sandbox.catalogue.variants.filter(v => v.sku && v.tracked).slice(0, 30).map(v => ({ variant: v.sku, quantity: 1 })));
  });
  for (let i = 0; i < 11; i++) earlier(sandbox, 900, { edit: '#1005', change: { fulfill: { lines: [{ line: 0, quantity: 1 }] } } });
  earlier(sandbox, 900, { edit: '#1006', change: { fulfill: true } });
  const metafields = { 'custom.first': { type: 'date', value: '2026-12-01' } };
  for (const { name } of sandbox.orders.list()) {
    earlier(sandbox, 890, { edit: name, change: { metafields } });
    sandbox.changeCustomers({ edit: name, change: { tags: ['a', 'b'], metafields } });
  }
  for (const { sku } of sandbox.catalogue.variants.filter(v => v.sku).slice(0, 60)) sandbox.changeVariants({ edit: sku, change: { metafields } });
  return sandbox;
}
const NAMED = Object.fromEntries(['', 'customer_', 'variant_', 'product_'].map(of => [`${of}metafields`, 'custom.first, custom.second']));

/** One of whom units came back, one with a return and its fees, one of which a refund of the kind that the order lacks already. */
async function refundShop() {
  const sandbox = await startSandbox({ orders: 0, nasty: 'off', speed: 1000 });
  sandbox.setScopes({ add: ['read_returns'] });
  before(sandbox, 1800, () => {
    for (let i = 0; i < 3; i++) sandbox.sell([{ variant: 'LONG-5', quantity: 4 }, { variant: 'SOLO-1', quantity: 2 }]);
  });
  const change = (edit, ...changes) => changes.forEach((change, i) => earlier(sandbox, 900 - i, { edit, change }));
  change('#1001', { fulfill: true }, { refund: { lines: [{ line: 0, quantity: 2, restock: 'RETURN' }, { line: 1, quantity: 1, restock: 'NO_RESTOCK' }], shipping: true, note: 'x' } });
  change('#1002', { fulfill: true }, { return: { lines: [{ line: 0, quantity: 1 }], restocking_fee: '1.00', refund: true } }, { refund: { lines: [], amount: '1.00', pending: true } });
  change('#1003', { fulfill: { lines: [{ line: 0, quantity: 2 }] } }, { refund: { lines: [{ line: 0, quantity: 2, restock: 'CANCEL' }, { line: 0, quantity: 1, restock: 'RETURN' }] } });
  return sandbox;
}
/** Refunds that are in the folder, each once, or wait with their reason. */
const refundNames = async p => [
  ...new Set([...p.exchange().rows('refunds').map(row => row.refund_number), ...(await p.plain.queue('--all')).filter(entry => entry.flow === 'refunds export').map(entry => entry.name)]),
].sort();

/** What happened so many seconds ago: levels that moved within the last minute would be left to another run. */
function before(sandbox, seconds, work) {
  sandbox.setClock({ advance_ms: -seconds * 1000 });
  work();
  sandbox.setClock({ advance_ms: seconds * 1000 });
}

async function stockShop() {
  const sandbox = await startSandbox({ orders: 0, nasty: 'off', speed: 1000 });
  plainLevels(sandbox, ['SOLO-1', 'LONG-5'], [LYON, PARIS], 5);
  before(sandbox, 3600, () => sandbox.changeStock({ variant: 'SOLO-1', location: KOELN, set: LOW, active: false }));
  return sandbox;
}

/** Sold after the orders were read: one of more lines than a page holds. */
function sellMany(sandbox) {
  const lines = sandbox.catalogue.variants.filter(v => v.sku && v.tracked && v.sku !== 'SOLO-1').slice(0, 60);
  sandbox.sell([...lines.map(v => ({ variant: v.sku, quantity: 1 })), { variant: 'SOLO-1', quantity: 1, location: LYON }]);
}

async function shippingShop() {
  const sandbox = await startSandbox({ orders: 0, nasty: 'off', speed: 1000 });
  const skus = [...new Set(sandbox.catalogue.variants.filter(v => v.sku && v.tracked && v.requiresShipping !== false).map(v => v.sku))];
  sandbox.many = skus.slice(0, 25);
  sandbox.rows = [sell(sandbox, [['LONG-5', 9], ['LONG-5-RED', 9]]), sell(sandbox, [['SOLO-1', 9]]), sell(sandbox, sandbox.many.map(sku => [sku, 3]))];
  sandbox.changeStock({ variant: 'SOLO-1', location: 1, active: true });
  /* As after many moves: more fulfillment orders than a first page, those behind it closed. */
  sandbox.orders.change(sandbox.orders.find(sandbox.rows[0].name), m => {
    const [first] = m.fulfillmentOrders;
    for (let n = 50; n < 62; n++) m.fulfillmentOrders.push({ ...structuredClone(first), n, status: 'CLOSED', lines: first.lines.map(l => ({ ...l, total: 0, quantity: 0, remaining: 0 })) });
  });
  return sandbox;
}

const deliveries = ({ rows: [a, b, c], many }, tracking) => [
  { delivery: 'D1', order: a.name, sku: 'LONG-5', n: 2, warehouse: 'MAIN' },
  { delivery: 'D2', order: b.name, sku: 'SOLO-1', n: 4, warehouse: 'SHOP', tracking },
  { delivery: 'D3', order: c.id, sku: many[0], n: 1, warehouse: 'MAIN' },
];

/**
 * Each: { flow, args where it is not the flow's own, shop, conf, prepare(place) before the run that is disturbed, outcome:
 * what must be the same in the end, ends: further ways in which it may end }.
 */
const SCENES = {
  'orders export': { flow: ORDERS, shop: orderShop, conf: () => ({ orders: NAMED }), outcome: names },
  'orders export --only': { flow: ORDERS, args: 'orders export --only #1002', shop: orderShop, outcome: names },
  'refunds export': {
    flow: REFUNDS,
    shop: refundShop,
    conf: () => ({ refunds: {} }),
    prepare: async p => ended(await p.plain.run('orders export'), 0),
    outcome: refundNames,
  },
  'refunds export --only': {
    flow: REFUNDS,
    args: 'refunds export --only #1002',
    shop: refundShop,
    conf: () => ({ refunds: {} }),
    prepare: async p => ended(await p.plain.run('orders export'), 0),
    outcome: refundNames,
  },
  'orders check': {
    flow: ORDERS,
    args: 'check',
    shop: orderShop,
    conf: sandbox => ({ store: { client_id: null, client_secret_file: null, access_token: sandbox.accessToken } }),
    ends: [78],
    outcome: async () => null,
  },
  'inventory pull': {
    flow: STOCK,
    shop: stockShop,
    conf: () => ({ inventory: { quantity: 'available' }, orders: { overlap: '1m' } }),
    async prepare(p) {
      /* One whose buyer is hidden waits without its lines. */
      before(p.sandbox, 120, () => p.sandbox.sell({ variant: 'LONG-5', quantity: 1, location: LYON }));
      p.sandbox.setScopes({ personal_data: 'off' });
      ended(await p.plain.run('orders export'), 1);
      p.sandbox.setScopes({ personal_data: 'on' });
      before(p.sandbox, 120, () => sellMany(p.sandbox));
      stockFile(p, [['SOLO-1', 'MAIN', 9, 9, 9], ['LONG-5', 'MAIN', 7, 7, 7], ['SOLO-1', 'SHOP', 2, 2, 2], ['SOLO-1', 'DE', 3, 3, 3]], { age: 20 });
    },
    outcome: async p => p.sandbox.truth({ skus: ['SOLO-1', 'LONG-5'] }).stock,
  },
  'fulfillments pull': {
    flow: SHIPPING,
    shop: shippingShop,
    conf: () => ({ fulfillments: { other_location: 'move' } }),
    prepare(p) {
      p.orders = p.sandbox.rows.map(row => row.name);
      deliveryFile(p, deliveries(p.sandbox, 'T1'));
    },
    outcome: async p => SHIPPING.outcome(p).orders,
  },
  'fulfillments pull, tracking': {
    flow: SHIPPING,
    shop: shippingShop,
    async prepare(p) {
      p.orders = p.sandbox.rows.map(row => row.name);
      deliveryFile(p, deliveries(p.sandbox, 'T1').slice(2).map(row => ({ ...row, tracking: 'T1' })));
      ended(await p.plain.run('fulfillments pull'), 0);
      deliveryFile(p, deliveries(p.sandbox, 'T2').slice(2).map(row => ({ ...row, tracking: 'T2' })), { age: 30 });
    },
    outcome: async p => SHIPPING.outcome(p).orders,
  },
  'fulfillments pull, an article renamed since': {
    flow: SHIPPING,
    shop: shippingShop,
    prepare(p) {
      const [, { name: order }] = p.sandbox.rows;
      p.sandbox.changeVariants({ edit: p.sandbox.catalogue.variants.find(v => v.sku === 'SOLO-1').n, change: { sku: 'SOLO-NEW' } });
      p.orders = [order];
      deliveryFile(p, [{ delivery: 'D2', order, sku: 'SOLO-NEW', n: 4, warehouse: 'MAIN' }]);
    },
    outcome: async p => SHIPPING.outcome(p).orders,
  },
  'products push': {
    flow: PRODUCTS,
    shop: productShop,
    conf: () => ({ products: OWNED, csv: { currency: 'EUR' } }),
    prepare: p => productFile(p, ROWS.filter(row => row.product_id !== 'UNTITLED')),
    outcome: async p => PRODUCTS.outcome(p).products,
  },
  'products push, our reference known': {
    flow: PRODUCTS,
    shop: productShop,
    conf: () => ({ products: OWNED, csv: { currency: 'EUR' } }),
    async prepare(p) {
      productFile(p, [{ product_id: 'FIRST', sku: 'FIRST-1', title: 'First', price: '1.00' }], { age: 400 });
      await p.plain.run('products push');
      productFile(p, ROWS.filter(row => row.product_id !== 'UNTITLED'));
    },
    outcome: async p => PRODUCTS.outcome(p).products,
  },
  'skus check': {
    flow: STOCK,
    args: 'skus check --json',
    shop: stockShop,
    prepare: p => stockFile(p, [['SOLO-1', 'MAIN', 9, 9, 9]]),
    outcome: async p => JSON.parse((await p.plain.run('skus check --json')).stdout).findings.length,
  },
};

async function begin(t, scene) {
  const sandbox = await scene.shop();
  atEnd(t, () => sandbox.close());
  const p = await place(t, { sandbox, conf: { net, mappings: { path: 'mappings' }, ...scene.conf?.(sandbox) } });
  p.write('mappings/tables/locations.csv', LOCATIONS);
  await scene.prepare?.(p);
  return p;
}

/** The undisturbed run: what it was answered, how it ended, what it left. */
async function whole(t, scene) {
  const p = await begin(t, scene);
  const answers = record(p.sandbox);
  const { status } = await p.run(scene.args ?? scene.flow.name);
  p.sandbox.mutate = null;
  const outcome = await scene.outcome(p);
  return { status, outcome, answers };
}

async function disturbed(t, scene, undisturbed, mutation) {
  const args = scene.args ?? scene.flow.name;
  const said = `${mutation.name}${mutation.ever ? ', each time' : ', once'}`;
  const p = await begin(t, scene);
  const met = mutate(p.sandbox, mutation);
  const result = await p.run(args);
  endedWell(result, said, scene.ends);
  assert.ok(met(), `${said}: was not answered`);
  p.sandbox.mutate = null;
  /* What was parked for its answer is looked at by a person. */
  for (let runs = 0, same = false; runs < 4 && !same; runs++) {
    await p.plain.run('queue retry --all');
    endedWell(await p.plain.run(args), `${said}: the run after it`);
    same = JSON.stringify(await scene.outcome(p)) === JSON.stringify(undisturbed.outcome);
  }
  /* A number that may well be so is believed, here as anywhere. */
  if (mutation.plausible) return;
  assert.deepEqual(await scene.outcome(p), undisturbed.outcome, `${said}: ended with ${result.status}\n${result.stderr}`);
}

const met = new Set();
let count = 0;

for (const [name, scene] of Object.entries(SCENES))
  test(`answers of: ${name}`, { concurrency: 8 }, async t => {
    const undisturbed = await whole(t, scene);
    assert.ok([0, 1].includes(undisturbed.status), `undisturbed: ended with ${undisturbed.status}`);
    const all = [...undisturbed.answers.values()].flat().flatMap(mutationsOf).filter(({ name }) => name.startsWith(only));
    const cases = chosen(all, { seed, each }).sort((a, b) => hash(a.name, seed) - hash(b.name, seed));
    for (const { operation } of cases) met.add(operation);
    count += cases.length;
    t.diagnostic(`${cases.length} of ${all.length} cases, seed ${seed}`);
    const failures = [];
    await pool(cases, 8, async mutation => {
      await t.test(mutation.name, sub => disturbed(sub, scene, undisturbed, mutation)).catch(error => failures.push(error));
    });
    assert.deepEqual(failures, []);
  });

test('every document was answered wrongly', { skip: only ? 'only some are tried' : false }, t => {
  t.diagnostic(`${count} cases`);
  assert.deepEqual(OPERATIONS.filter(name => !met.has(name)), [], 'documents that no scene sends');
});

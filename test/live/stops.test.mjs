// Runs that read from a real Odoo, stopped at their steps as a power cut would stop them and started again: the shop ends as
// after an undisturbed run, and the run after that writes nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSandbox } from '../sandbox/index.mjs';
import { PRODUCTS, SHIPPING, STOCK, sorted } from '../support/flows.mjs';
import { catalogue } from '../support/products.mjs';
import { ended } from '../support/run.mjs';
import { LYON, PARIS, sell, shipped } from '../support/shipping.mjs';
import { covers, sampled, stopEverywhere } from '../support/stops.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { livePlace } from './place.mjs';
import { odooConf, odooTables } from './tables.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

/** There is one Odoo for all copies, which only read from it. */
const READS = {
  stock: { ...STOCK, outcome: place => place.sandbox.truth().stock },
  products: { ...PRODUCTS, outcome: place => Object.values(catalogue(place.sandbox)).map(p => JSON.stringify(p)).sort() },
  deliveries: { ...SHIPPING, outcome: place => place.orders.map(order => sorted(shipped(place.sandbox, order))) },
};

const some = names => sampled(names).map(step => [step]);

async function readingPlace(t, odoo, again) {
  const { odoo: own, mappings } = odooConf(odoo, { custom_product: 'CUSTOM', depth: 'confirmed' });
  const products = { erp_owns: 'sku, price, cost, barcode, weight, title', store_owns: 'description, images, tags' };
  const sandbox = await again();
  t.after(() => sandbox.close());
  const conf = { odoo: own, mappings, products, inventory: { quantity: 'on_hand' } };
  const p = await livePlace(t, odoo, { sandbox, conf });
  for (const [name, text] of Object.entries(odooTables())) p.write(`mappings/${name}`, text);
  p.write('mappings/tables/locations.csv', `warehouse,store_location,note\nLYON,${LYON},\nPARIS,${PARIS},\n`);
  return Object.assign(p, { again });
}

/* Its levels are an hour old: Odoo's figures are newer. */
async function empty() {
  const sandbox = await startSandbox({ orders: 0, nasty: 'off', speed: 1000, freeze: new Date(Date.now() - 3600e3).toISOString() });
  sandbox.setClock({ freeze: false, now: new Date().toISOString() });
  return sandbox;
}

for (const version of VERSIONS) {
  test(`stopped while stock and products are read (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await readingPlace(t, odoo, empty);
    await t.test('stock', async () => {
      const whole = await stopEverywhere(p, { flow: READS.stock, cases: some, sampling: false });
      covers(whole, ['odoo stock asked', 'page read', 'stock noted', 'stock sent']);
    });
    await t.test('products', async () => {
      const whole = await stopEverywhere(p, { flow: READS.products, cases: some, sampling: false });
      covers(whole, ['odoo products asked', 'page read', 'product sent']);
    });
  });

  test(`stopped while deliveries are read (Odoo ${version})`, async t => {
    const odoo = await freshOdoo(t, version);
    const orders = [];
    /* The same shop each time; its orders have more than is delivered, so that a second sending would ship again. */
    const again = async () => {
      const sandbox = await empty();
      orders.splice(0, Infinity, ...[0, 1].map(() => sell(sandbox, [['LINE-0000-S', 5], ['LINE-0001-M', 4]]).name));
      return sandbox;
    };
    const p = await readingPlace(t, odoo, again);
    p.orders = orders;
    ended(await p.run('orders export'), 0);
    for (const name of orders) {
      const order = await odoo.admin.one('sale.order', [['origin', '=', name]], ['name']);
      const [picking] = await odoo.pickings(order.id);
      await odoo.validate(picking.id, { partial: { 'LINE-0000-S': 2, 'LINE-0001-M': 2 }, tracking: `T-${name}` });
    }
    const whole = await stopEverywhere(p, { flow: READS.deliveries, status: 0, cases: some, sampling: false });
    covers(whole, ['odoo deliveries asked', 'page read', 'shipment noted', 'shipment sent', 'shipment known']);
    assert.deepEqual(whole.files.map(found => found.length), [1, 1]);
  });
}

// Orders into a real Odoo, against plain clients that put the very same records there: search and create one by one,
// as a simple connector does, and Odoo's own import (load) with nothing around it.

import fs from 'node:fs';
import path from 'node:path';
import { VERSIONS, Odoo } from '../../test/live/odoo.mjs';
import { odooConf, odooTables } from '../../test/live/tables.mjs';
import { startSandbox } from '../../test/sandbox/index.mjs';
import { confText } from '../../test/support/place.mjs';
import { erpsync, median } from './measure.mjs';
import { WORK } from './place.mjs';
import { count, expect, expectMemory, mb, say, table } from './report.mjs';

const BATCH = 50; // orders per call, as erpsync

function place(name, sandbox, odoo, depth) {
  const dir = path.join(WORK, name);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(path.join(dir, 'mappings/tables'), { recursive: true });
  for (const [file, text] of Object.entries(odooTables())) fs.writeFileSync(path.join(dir, 'mappings', file), text);
  fs.writeFileSync(path.join(dir, 'secret'), `${sandbox.clientSecret}\n`, { mode: 0o600 });
  const store = { connector: 'shopify', url: sandbox.url, client_id: sandbox.clientId, client_secret_file: 'secret' };
  const conf = {
    store: { ...store, leave_for_others: 0 },
    state: { path: 'erpsync.db' },
    ...odooConf(odoo, { depth }),
  };
  fs.writeFileSync(path.join(dir, 'erpsync.conf'), confText(conf), { mode: 0o600 });
  return dir;
}

/** What a run left in Odoo, as cells: contacts, and orders with their lines. */
async function recorded(odoo) {
  const api = odoo.admin;
  const taxes = odoo.names.lineTaxes;
  const wanted = ['name', 'type', 'email', 'phone', 'street', 'street2', 'zip', 'city', 'country_id', 'parent_id'];
  const orders = await api.read(
    'sale.order',
    [['origin', '!=', false]],
    ['partner_id', 'partner_invoice_id', 'partner_shipping_id', 'date_order', 'origin', 'client_order_ref', 'pricelist_id', 'warehouse_id'],
  );
  const ids = orders.map(order => order.id);
  const lines = await api.read(
    'sale.order.line',
    [['order_id', 'in', ids]],
    ['order_id', 'sequence', 'product_id', 'name', 'product_uom_qty', 'price_unit', 'discount', taxes, 'display_type'],
  );
  const contacts = new Set(orders.flatMap(o => [o.partner_id[0], o.partner_invoice_id[0], o.partner_shipping_id[0]]));
  const partners = await api.read('res.partner', [['id', 'in', [...contacts]]], wanted);
  partners.sort((a, b) => Boolean(a.parent_id) - Boolean(b.parent_id) || a.id - b.id);
  return { orders, lines, partners };
}

const text = value => (value === false || value === null ? '' : Array.isArray(value) ? String(value[0]) : String(value));
const contactCells = p => ({
  id: `bench.partner_${p.id}`,
  name: text(p.name),
  type: p.type,
  email: text(p.email),
  phone: text(p.phone),
  street: text(p.street),
  street2: text(p.street2),
  zip: text(p.zip),
  city: text(p.city),
  'country_id/.id': text(p.country_id),
  'parent_id/id': p.parent_id ? `bench.partner_${p.parent_id[0]}` : '',
});

function orderRows(order, lines, taxes) {
  const head = {
    id: `bench.order_${order.id}`,
    'partner_id/id': `bench.partner_${order.partner_id[0]}`,
    'partner_invoice_id/id': `bench.partner_${order.partner_invoice_id[0]}`,
    'partner_shipping_id/id': `bench.partner_${order.partner_shipping_id[0]}`,
    date_order: order.date_order,
    origin: order.origin,
    client_order_ref: text(order.client_order_ref),
    'pricelist_id/.id': text(order.pricelist_id),
    'warehouse_id/.id': text(order.warehouse_id),
  };
  const empty = Object.fromEntries(Object.keys(head).map(key => [key, '']));
  return lines.map((line, i) => ({
    ...(i ? empty : head),
    'order_line/id': `bench.line_${line.id}`,
    'order_line/sequence': text(line.sequence),
    'order_line/display_type': text(line.display_type),
    'order_line/product_id/.id': text(line.product_id),
    'order_line/name': line.name,
    'order_line/product_uom_qty': text(line.product_uom_qty),
    'order_line/price_unit': text(line.price_unit),
    'order_line/discount': text(line.discount),
    [`order_line/${taxes}/.id`]: line[taxes].join(','),
  }));
}

const linesOf = (what, order) => what.lines.filter(line => line.order_id[0] === order.id);

/** (b) The same records by load, a call for contacts and one for orders per batch, and confirmed if asked. */
async function rawLoad(odoo, what, confirm) {
  const api = odoo.erpsync;
  const began = performance.now();
  const known = new Set();
  for (let at = 0; at < what.orders.length; at += BATCH) {
    const orders = what.orders.slice(at, at + BATCH);
    const used = new Set(orders.flatMap(o => [o.partner_id[0], o.partner_invoice_id[0], o.partner_shipping_id[0]]));
    const fresh = what.partners.filter(p => used.has(p.id) && !known.has(p.id));
    fresh.forEach(p => known.add(p.id));
    if (fresh.length) await api.loaded('res.partner', fresh.map(contactCells));
    const rows = orders.flatMap(order => orderRows(order, linesOf(what, order), odoo.names.lineTaxes));
    const ids = await api.loaded('sale.order', rows);
    if (confirm) await api.call('sale.order', 'action_confirm', { ids });
  }
  return (performance.now() - began) / 1000;
}

/** (a) As a simple connector does: for each order, look, create what is missing, create the order. */
async function oneByOne(odoo, what, confirm) {
  const api = odoo.erpsync;
  const taxes = odoo.names.lineTaxes;
  const skus = await api.read('product.product', [['default_code', '!=', false]], ['default_code']);
  const skuOf = new Map(skus.map(p => [p.id, p.default_code]));
  const madeBy = new Map();
  const first = list => [list].flat()[0];
  const contact = async id => {
    if (madeBy.has(id)) return madeBy.get(id);
    const p = what.partners.find(x => x.id === id);
    const { name, type, email, phone, street, street2, zip, city } = p;
    const parent = p.parent_id ? await contact(p.parent_id[0]) : false;
    if (email) await api.ids('res.partner', [['email', '=', email]]);
    const vals = { name, type, email, phone, street, street2, zip, city, country_id: p.country_id && p.country_id[0] };
    const made = first(await api.call('res.partner', 'create', { vals_list: [{ ...vals, parent_id: parent }] }));
    madeBy.set(id, made);
    return made;
  };
  const began = performance.now();
  for (const order of what.orders) {
    await api.ids('sale.order', [['origin', '=', order.origin]]);
    const lines = [];
    for (const line of linesOf(what, order)) {
      const { display_type, name, product_uom_qty, price_unit, discount } = line;
      if (display_type) {
        lines.push([0, 0, { display_type, name }]);
        continue;
      }
      const [product] = await api.ids('product.product', [['default_code', '=', skuOf.get(line.product_id[0])]]);
      lines.push([0, 0, { product_id: product, name, product_uom_qty, price_unit, discount, [taxes]: [[6, 0, line[taxes]]] }]);
    }
    const vals = {
      partner_id: await contact(order.partner_id[0]),
      partner_invoice_id: await contact(order.partner_invoice_id[0]),
      partner_shipping_id: await contact(order.partner_shipping_id[0]),
      date_order: order.date_order,
      origin: order.origin,
      client_order_ref: order.client_order_ref,
      pricelist_id: order.pricelist_id[0],
      warehouse_id: order.warehouse_id[0],
      order_line: lines,
    };
    const id = first(await api.call('sale.order', 'create', { vals_list: [vals] }));
    if (confirm) await api.call('sale.order', 'action_confirm', { ids: [id] });
  }
  return (performance.now() - began) / 1000;
}

/** How long it takes to read the orders and to write them into files: what erpsync does besides talking to Odoo. */
async function readOnly(sandbox, odoo) {
  const dir = place('odoo-read', sandbox, odoo, 'quotation');
  const r = await erpsync(dir, ['orders', 'export', '--to', `csv:${path.join(dir, 'out')}`]);
  expect(r.status === 0, `reading ended with status ${r.status}: ${r.err}`);
  return r.wall;
}

async function measure(version, sandbox, depth, orders, rounds) {
  const confirm = depth === 'confirmed';
  const odoo = new Odoo(version, `erp_bench_${process.pid}`);
  const rates = { ours: [], put: [], raw: [], single: [] };
  let peak = 0;
  let requests = 0;
  try {
    for (let i = 0; i < rounds; i++) {
      const read = await readOnly(sandbox, odoo);
      await odoo.reset();
      const dir = place(`odoo-${version}`, sandbox, odoo, depth);
      const r = await erpsync(dir, ['orders', 'export', '--json']);
      const told = JSON.parse(r.out || '{}');
      expect(r.status === 0, `erpsync ended with status ${r.status}: ${r.err}`);
      const what = await recorded(odoo);
      expect(what.orders.length === orders, `${what.orders.length} orders arrived instead of ${orders}`);
      rates.ours.push(orders / r.wall);
      rates.put.push(orders / (r.wall - read));
      peak = Math.max(peak, r.peak);
      requests = told.summary.requests;
      await odoo.reset();
      rates.raw.push(orders / (await rawLoad(odoo, what, confirm)));
      await odoo.reset();
      rates.single.push(orders / (await oneByOne(odoo, what, confirm)));
    }
  } finally {
    await odoo.drop();
  }
  const [ours, put, raw, single] = [rates.ours, rates.put, rates.raw, rates.single].map(median);
  const per = n => n.toFixed(1);
  return {
    row: [
      `Odoo ${version}, ${depth}`,
      per(ours),
      per(put),
      per(raw),
      `${((put / raw) * 100).toFixed(0)} %`,
      per(single),
      `${(ours / single).toFixed(1)}x`,
      count(requests),
      mb(peak),
    ],
    peak,
  };
}

export async function odoo({ orders = 200, rounds }) {
  say();
  if (!VERSIONS.length) {
    say('odoo: SKIPPED, no Odoo runs here: scripts/odoo up 19');
    return;
  }
  say(`odoo: ${count(orders)} orders without difficult ones, orders per second; each time into a fresh database`);
  say('  raw: the same records by load alone, 50 orders a call; single: search and create one by one (both in Node)');
  say("  erpsync: everything, from start to end; put: without what an export of the same orders to files takes (reading the");
  say('  shop, mapping), which raw does not do; put still looks names up and compares every total, raw does neither');
  const sandbox = await startSandbox({ orders, seed: 7, speed: 1000000, nasty: [] });
  const head = ['', 'erpsync', 'put', 'raw', 'put/raw', 'single', 'erpsync/single', 'requests', 'peak'];
  try {
    await readOnly(sandbox, new Odoo(VERSIONS[0], 'erp')); // the stand-in becomes fast only after a while
    for (const version of VERSIONS)
      for (const depth of ['quotation', 'confirmed']) {
        const result = await measure(version, sandbox, depth, orders, rounds);
        table([head, result.row]);
        expectMemory(result.peak, 'the run');
      }
  } finally {
    await sandbox.close();
  }
}

// A real Odoo for a test: a database of its own, a client for each of its users, and what people do in an ERP.
//
//   for (const version of VERSIONS)
//     test(`… (Odoo ${version})`, async t => { const odoo = await freshOdoo(t, version); … });

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ROOT } from '../support/run.mjs';
import { Json2, JsonRpc, post } from './client.mjs';

const SCRIPT = path.join(ROOT, 'scripts/odoo');

/** What the versions call differently, as far as these tests need it. */
const NAMES = {
  14: {
    lineTaxes: 'tax_id',
    lineUnit: 'product_uom',
    moves: 'move_lines',
    moveDone: 'quantity_done',
    warehouseContext: 'warehouse',
    userGroups: 'groups_id',
  },
  19: {
    lineTaxes: 'tax_ids',
    lineUnit: 'product_uom_id',
    moves: 'move_ids',
    moveDone: 'quantity',
    warehouseContext: 'warehouse_id',
    userGroups: 'group_ids',
  },
};

/** The access facts of a server that runs, or null. */
function facts(version) {
  try {
    const told = execFileSync(SCRIPT, ['status', version], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    return Object.fromEntries(
      told
        .trim()
        .split('\n')
        .map(line => line.split(/: (.*)/).slice(0, 2)),
    );
  } catch {
    return null;
  }
}

const SERVERS = new Map(['19', '14'].map(version => [version, facts(version)]).filter(([, found]) => found));

/** The versions that run on this machine now. */
export const VERSIONS = [...SERVERS.keys()];
/** For a test file that has nothing to run on: test(name, { skip: NO_SERVER }, …). */
export const NO_SERVER = VERSIONS.length ? false : 'no Odoo runs here: scripts/odoo up 19';

const script = (...args) => promisify(execFile)(SCRIPT, args);

/** The refusal of a call, as the error it throws. */
export const refusal = promise =>
  promise.then(
    value => assert.fail(`was not refused: ${JSON.stringify(value)}`),
    error => error,
  );

function freePort() {
  return new Promise(resolve => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** One more server on the same databases, for a test that kills and restarts it: the others go on with theirs. */
class OwnServer {
  constructor(version, [port, second], options) {
    const bus = version === '14' ? 'longpolling-port' : 'gevent-port';
    const ports = [`--http-port=${port}`, `--${bus}=${second}`];
    Object.assign(this, { version, options: [...ports, ...options], url: `http://127.0.0.1:${port}` });
  }
  async start() {
    this.child = spawn(SCRIPT, ['run', this.version, ...this.options], { stdio: 'ignore', detached: true });
    this.over = once(this.child, 'exit');
    const version = JSON.stringify({
      jsonrpc: '2.0',
      method: 'call',
      id: 1,
      params: { service: 'common', method: 'version', args: [] },
    });
    for (let i = 0; i < 300; i++) {
      const answer = await post(`${this.url}/jsonrpc`, version).catch(() => null);
      if (answer?.json) return;
      assert.equal(this.child.exitCode, null, 'the server ended');
      await sleep(100);
    }
    assert.fail('the server does not start');
  }
  /** Ends it, with its workers. */
  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    process.kill(-this.child.pid, signal);
    await this.over;
  }
}

let made = 0;

export class Odoo {
  constructor(version, database) {
    const server = SERVERS.get(version);
    Object.assign(this, { version, database, url: server.url, names: NAMES[version] });
    this.keyFiles = Object.fromEntries(['admin', 'erpsync', 'limited'].map(user => [user, server[`${user}_key_file`]]));
    /** A person in the ERP; the user of erpsync with just the rights it needs; one with too few. */
    for (const user of Object.keys(this.keyFiles)) this[user] = this.client(user);
    this.known = new Map();
  }
  /** api: Json2 or JsonRpc; without it, what the version's own users would take. */
  client(
    login,
    { api = this.version === '14' ? JsonRpc : Json2, key = this.key(login), database = this.database } = {},
  ) {
    return new api({ url: this.url, database, login, key });
  }
  key(login) {
    return fs.readFileSync(this.keyFiles[login], 'utf8').trim();
  }
  /** From now on the clients talk to a server of this test's own. Odoo's options, such as --workers=1. */
  async ownServer(t, options = []) {
    const server = new OwnServer(this.version, [await freePort(), await freePort()], options);
    t.after(() => server.stop('SIGKILL'));
    await server.start();
    this.url = server.url;
    for (const user of Object.keys(this.keyFiles)) this[user].url = server.url;
    return server;
  }
  /** The database as it was made. */
  reset() {
    return script('reset', this.version, this.database);
  }
  drop() {
    return script('drop', this.version, this.database);
  }

  /** The id of the master data's record shop.<name>. */
  async id(name) {
    if (!this.known.has(name)) {
      const [module, rest] = name.includes('.') ? name.split(/\.(.*)/) : ['shop', name];
      const { res_id: id } = await this.admin.one(
        'ir.model.data',
        [
          ['module', '=', module],
          ['name', '=', rest],
        ],
        ['res_id'],
      );
      this.known.set(name, id);
    }
    return this.known.get(name);
  }
  /** External ids by id; "" for a record that has none. */
  async links(model, ids) {
    const found = await this.erpsync.call(model, 'get_external_id', { ids });
    return new Map(Object.entries(found).map(([id, name]) => [Number(id), name]));
  }
  count(model, domain = []) {
    return this.admin.ids(model, domain).then(ids => ids.length);
  }
  /** The one active product with this SKU. */
  product(sku, fields = ['id', 'name', 'default_code', 'lst_price', 'barcode']) {
    return this.admin.one('product.product', [['default_code', '=', sku]], fields);
  }

  /** Sale orders of a domain, each with its `lines` and the text of its `link` (external id). */
  async soldOrders(domain = []) {
    const { lineTaxes } = this.names;
    const orders = await this.admin.read('sale.order', domain, [
      'name',
      'state',
      'client_order_ref',
      'origin',
      'date_order',
      'partner_id',
      'partner_invoice_id',
      'partner_shipping_id',
      'pricelist_id',
      'warehouse_id',
      'currency_id',
      'amount_untaxed',
      'amount_tax',
      'amount_total',
      'invoice_ids',
      'picking_ids',
    ]);
    const ids = orders.map(order => order.id);
    const links = ids.length ? await this.links('sale.order', ids) : new Map();
    const fields = [
      'order_id',
      'sequence',
      'product_id',
      'name',
      'product_uom_qty',
      'qty_delivered',
      'qty_invoiced',
      'price_unit',
      'discount',
    ];
    const lines = await this.admin.read(
      'sale.order.line',
      [['order_id', 'in', ids]],
      [...fields, 'price_total', lineTaxes, 'display_type'],
    );
    return orders.map(order => ({
      ...order,
      link: links.get(order.id),
      lines: lines
        .filter(line => line.order_id[0] === order.id)
        .map(({ [lineTaxes]: taxes, ...line }) => ({ ...line, taxes })),
    }));
  }

  /** Deliveries and returns of an order, each with its moves. */
  async pickings(order) {
    const found = await this.admin.read(
      'stock.picking',
      [['sale_id', '=', order]],
      [
        'name',
        'state',
        'picking_type_code',
        'carrier_tracking_ref',
        'carrier_id',
        'backorder_id',
        'location_id',
        'date_done',
      ],
    );
    const { moveDone } = this.names;
    const ids = found.map(picking => picking.id);
    const moves = await this.admin.read(
      'stock.move',
      [['picking_id', 'in', ids]],
      ['picking_id', 'state', 'product_id', 'product_uom_qty', moveDone],
    );
    return found.map(picking => ({
      ...picking,
      moves: moves
        .filter(move => move.picking_id[0] === picking.id)
        .map(({ [moveDone]: done, ...move }) => ({ ...move, done })),
    }));
  }
  /**
   * What the warehouse does with a delivery. partial: { SKU: quantity }, all else is left; then the rest becomes a
   * backorder, or is given up (backorder: false). tracking, carrier: as the parcel service says.
   */
  async validate(picking, { partial = null, backorder = true, tracking = null, carrier = null } = {}) {
    const parcel = { ...(tracking && { carrier_tracking_ref: tracking }), ...(carrier && { carrier_id: carrier }) };
    if (Object.keys(parcel).length) await this.admin.call('stock.picking', 'write', { ids: [picking], vals: parcel });
    const { moveDone } = this.names;
    const moves = await this.admin.read(
      'stock.move',
      [['picking_id', '=', picking]],
      ['product_id', 'product_uom_qty'],
    );
    for (const move of moves) {
      const { default_code: sku } = await this.admin.one(
        'product.product',
        [['id', '=', move.product_id[0]]],
        ['default_code'],
      );
      const done = partial ? (partial[sku] ?? 0) : move.product_uom_qty;
      const vals = { [moveDone]: done, ...(this.version !== '14' && { picked: done > 0 }) };
      await this.admin.call('stock.move', 'write', { ids: [move.id], vals });
    }
    const context = { skip_backorder: true, skip_sms: true, ...(backorder ? {} : { picking_ids_not_to_backorder: [picking] }) };
    assert.equal(await this.admin.call('stock.picking', 'button_validate', { ids: [picking], context }), true);
  }

  /** A done delivery comes back into stock, all of it or { SKU: units }, by Odoo's own wizard; the return's id. */
  async giveBack(picking, part = null) {
    const context = { active_model: 'stock.picking', active_id: picking, active_ids: [picking] };
    const [{ name, location_id: from }] = await this.admin.read('stock.picking', [['id', '=', picking]], ['name', 'location_id']);
    const all = await this.admin.read('stock.move', [['picking_id', '=', picking]], ['product_id', 'product_uom_qty']);
    const units = move => {
      const [, own] = Object.entries(part ?? {}).find(([sku]) => move.product_id[1].includes(sku)) ?? [];
      return part ? (own ?? 0) : move.product_uom_qty;
    };
    const moves = all.filter(units);
    const line = move => ({ product_id: move.product_id[0], quantity: units(move), move_id: move.id });
    const vals = { picking_id: picking };
    if (this.version === '14')
      Object.assign(vals, { location_id: from[0], product_return_moves: moves.map(move => [0, 0, line(move)]) });
    const [wizard] = [await this.admin.call('stock.return.picking', 'create', { vals_list: [vals], context })].flat();
    if (this.version !== '14')
      for (const { id, move_id: move } of await this.admin.read('stock.return.picking.line', [['wizard_id', '=', wizard]], ['move_id'])) {
        const { quantity } = line(all.find(({ id }) => id === move[0]));
        await this.admin.call('stock.return.picking.line', 'write', { ids: [id], vals: { quantity } });
      }
    const make = this.version === '14' ? 'create_returns' : 'action_create_returns';
    await this.admin.call('stock.return.picking', make, { ids: [wizard], context });
    const [id] = await this.admin.ids('stock.picking', [['origin', 'like', `%${name}`]]);
    await this.validate(id);
    return id;
  }

  /** Takes a group (external name) from a user of the master data. */
  async takeRight(login, group) {
    const vals = { [this.names.userGroups]: [[3, await this.id(group)]] };
    await this.admin.call('res.users', 'write', { ids: [await this.id(`user_${login}`)], vals });
  }

  /** On hand, less what is reserved, in a warehouse (external name), or in all. field: qty_available, virtual_available. */
  async quantity(sku, warehouse = null, field = 'free_qty') {
    const context = warehouse ? { [this.names.warehouseContext]: await this.id(warehouse) } : {};
    const { [field]: quantity } = await this.admin.one('product.product', [['default_code', '=', sku]], [field], {
      context,
    });
    return quantity;
  }
  /** Counted: from now on so much lies there. */
  async setStock(sku, warehouse, quantity) {
    const [place] = await this.admin.call('stock.warehouse', 'read', {
      ids: [await this.id(warehouse)],
      fields: ['lot_stock_id'],
    });
    const { id: product } = await this.product(sku, ['id']);
    const counted = { product_id: product, location_id: place.lot_stock_id[0], inventory_quantity: quantity };
    const context = { inventory_mode: true };
    const quants = await this.admin.call('stock.quant', 'create', { vals_list: [counted], context });
    if (this.version !== '14') await this.admin.call('stock.quant', 'action_apply_inventory', { ids: quants });
  }

  /** Invoices what an order still owes, by Odoo's own wizard; the posted invoice's id. */
  async postInvoice(order) {
    const context = { active_model: 'sale.order', active_ids: [order], active_id: order };
    const vals = { advance_payment_method: 'delivered' };
    const [wizard] = [
      await this.admin.call('sale.advance.payment.inv', 'create', { vals_list: [vals], context }),
    ].flat();
    await this.admin.call('sale.advance.payment.inv', 'create_invoices', { ids: [wizard], context });
    const [{ invoice_ids: invoices }] = await this.admin.read('sale.order', [['id', '=', order]], ['invoice_ids']);
    const [draft] = await this.admin.ids('account.move', [
      ['id', 'in', invoices],
      ['state', '=', 'draft'],
    ]);
    await this.admin.call('account.move', 'action_post', { ids: [draft] });
    return draft;
  }
  /** An invoice's money comes in at a journal (external name), by Odoo's own wizard; who: the client that registers it. */
  async pay(invoice, journal, who = this.admin) {
    const context = { active_model: 'account.move', active_ids: [invoice], active_id: invoice };
    const vals = { journal_id: await this.id(journal) };
    const [wizard] = [await who.call('account.payment.register', 'create', { vals_list: [vals], context })].flat();
    await who.call('account.payment.register', 'action_create_payments', { ids: [wizard], context });
  }
}

/** An Odoo for this test: a fresh database, gone when the test is over. */
export async function freshOdoo(t, version) {
  const odoo = new Odoo(version, `erp_test_${process.pid}_${++made}`);
  await odoo.reset();
  t.after(() => odoo.drop());
  return odoo;
}

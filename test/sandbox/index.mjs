// The Shopify Admin API stand-in, in this process. What it imitates and how it is steered: README.md.
//
//   const sandbox = await startSandbox({ orders: 500, seed: 7 });
//   … sandbox.url, sandbox.clientId, sandbox.clientSecret, sandbox.accessToken …
//   await sandbox.close();

import './lib/production.mjs';
import { Clock } from './lib/clock.mjs';
import { Auth, SCOPES } from './lib/auth.mjs';
import { Bucket } from './lib/bucket.mjs';
import { Faults } from './lib/faults.mjs';
import { Orders } from './lib/orders.mjs';
import { Catalogue } from './lib/catalogue.mjs';
import { Stock } from './lib/stock.mjs';
import { Locations } from './lib/locations.mjs';
import { Idempotency } from './lib/idempotency.mjs';
import { RequestLog } from './lib/log.mjs';
import { KIND_NAMES } from './lib/nasty.mjs';
import { goodsOf, fulfillmentSummary, editFulfillmentOrder, truth } from './lib/truth.mjs';
import { listen } from './lib/http.mjs';

export { VERSIONS } from './lib/schema.mjs';
export { KIND_NAMES, SCOPES };

export const DEFAULTS = {
  port: 0,
  orders: 200,
  seed: 1,
  nasty: 'on',
  bucket: 2000,
  restore: 100,
  speed: 1,
  nodesCost: 'once',
  tokenTtl: 86399,
  scopes: SCOPES,
  personalData: 'on',
  zone: 'Europe/Paris',
  indexLag: 0,
  spanDays: 50,
  variants: 0,
  skus: 'nasty',
  replay: 'first',
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-secret',
  accessToken: 'shpat_sandbox_static',
  freeze: null,
  faults: [],
  onProblem: null,
};

/** nasty: "on", "off", or a list of kinds (array or comma-separated). */
const kindsOf = nasty =>
  nasty === 'on' || nasty === true
    ? KIND_NAMES
    : nasty === 'off' || nasty === false
      ? []
      : Array.isArray(nasty)
        ? nasty
        : nasty.split(',');

class Sandbox {
  constructor(options) {
    this.options = options;
    this.timers = new Set();
    this.#start();
  }

  #start() {
    const o = this.options;
    this.clock = new Clock({ freeze: o.freeze === null ? null : Date.parse(o.freeze) || Number(o.freeze) });
    this.auth = new Auth({
      clock: this.clock,
      clientId: o.clientId,
      clientSecret: o.clientSecret,
      accessToken: o.accessToken,
      ttl: o.tokenTtl,
      scopes: typeof o.scopes === 'string' ? o.scopes.split(',') : o.scopes,
    });
    this.bucket = new Bucket({ size: o.bucket * o.speed, restore: o.restore * o.speed });
    this.faults = new Faults(o.faults);
    this.held = [];
    this.hooks = [];
    /* (told, json, log entry) => json: another answer instead of a good one; set by tests in this process. */
    this.mutate = null;
    this.log = new RequestLog(this.clock);
    this.personal = o.personalData;
    this.zone = o.zone;
    this.nodesEach = o.nodesCost === 'each';
    this.orders = new Orders({
      count: o.orders,
      seed: o.seed,
      clock: this.clock,
      nasty: kindsOf(o.nasty),
      lag: o.indexLag,
      spanDays: o.spanDays,
    });
    this.locations = new Locations(this.clock);
    this.catalogue = new Catalogue({
      seed: o.seed,
      variants: o.variants,
      nasty: o.skus !== 'clean',
      clock: this.clock,
      lag: () => this.orders.lag,
    });
    const { orders, catalogue, locations, clock } = this;
    this.stock = new Stock({ seed: o.seed, catalogue, locations, orders, clock });
    this.idempotency = new Idempotency(this.clock, o.replay);
    this.operations = new Map();
  }

  get clientId() {
    return this.auth.clientId;
  }
  get clientSecret() {
    return this.auth.clientSecret;
  }
  get accessToken() {
    return this.auth.accessToken;
  }

  /** Log entries: { n, time, method, path, operation, variables, bytesIn, bytes, cost, status, code, fault, ms }. */
  requests(filter) {
    return this.log.list(filter);
  }
  addFaults(rules) {
    for (const rule of [].concat(rules)) this.faults.add(rule);
  }
  /** Carries out what the fault `late` has held back, in the order in which it was sent -> the answers nobody hears. */
  arrive() {
    return this.held.splice(0).map(carryOut => carryOut());
  }
  /**
   * { after_request: n, operation?, edit_order + change | add_order | order_of | stock | faults }: n counts GraphQL requests
   * from now. order_of is sell()'s argument: an order that takes stock in the middle of a run. call is a function: for
   * what a merchant does by hand meanwhile.
   */
  addHooks(hooks) {
    for (const hook of [].concat(hooks)) {
      const acts = ['edit_order', 'add_order', 'order_of', 'stock', 'faults', 'call'];
      if (!(hook.after_request >= 1) || !acts.some(act => hook[act] !== undefined))
        throw new Error(`a hook needs after_request and one of ${acts.join(', ')}`);
      if (hook.edit_order !== undefined && this.orders.find(hook.edit_order) < 0)
        throw new Error(`no order ${hook.edit_order}`);
      this.hooks.push({ ...hook, seen: 0, done: false });
    }
  }
  runHooks({ operation }) {
    for (const hook of this.hooks) {
      if (hook.done || (hook.operation && hook.operation !== operation) || ++hook.seen < hook.after_request) continue;
      hook.done = true;
      if (hook.edit_order !== undefined) this.orders.edit(hook.edit_order, hook.change ?? { touch: true });
      if (hook.add_order) this.orders.add(hook.add_order === true ? {} : hook.add_order);
      if (hook.order_of) this.sell(hook.order_of);
      if (hook.stock) this.changeStock(hook.stock);
      if (hook.faults) this.addFaults(hook.faults);
      hook.call?.();
    }
  }
  /** A paid order arrives now for these goods: [{ variant, quantity, location? }]. Stock is committed at once. */
  sell(lines, more = {}) {
    return this.orders.add({ ...more, goods: goodsOf(this, [].concat(lines)) });
  }
  /** [{ variant, location, set: {…}, active }] or one of them -> levels as they are after it. */
  changeStock(list) {
    return [].concat(list).map(item => this.stock.edit(item));
  }
  /** [{ edit: variant, change }] or one -> variants. */
  changeVariants(list) {
    return [].concat(list).map(({ edit, change }) => this.catalogue.editVariant(edit, change));
  }
  changeProducts(list) {
    return [].concat(list).map(({ edit, change }) => this.catalogue.editProduct(edit, change));
  }
  changeLocations(list) {
    return [].concat(list).map(({ edit, change }) => this.locations.edit(edit, change));
  }
  /** The fulfillment orders and fulfillments of an order. */
  fulfillments(which) {
    return fulfillmentSummary(this.orders, which);
  }
  /** [{ order, fulfillment_order (number), status, hold, request }] or one -> what fulfillments() says after it. */
  changeFulfillmentOrders(list) {
    return [].concat(list).map(item => editFulfillmentOrder(this.orders, item));
  }
  /** What the shop holds, to compare before and after a run: see lib/truth.mjs. */
  truth(filter) {
    return truth(this, filter);
  }
  /** [{add: n, nasty?, createdAt?} | {edit: which, change}] or one of them -> summaries of the orders touched. */
  changeOrders(list) {
    return [].concat(list).flatMap(item => {
      if (item.edit !== undefined)
        return [].concat(item.edit).map(which => this.orders.edit(which, item.change ?? { touch: true }));
      if (!item.add) throw new Error('needs "add" or "edit"');
      return Array.from({ length: Number(item.add) }, () => this.orders.add(item));
    });
  }
  /** { edit: an order, change: { tags, metafields } of its customer }, or a list. */
  changeCustomers(list) {
    return [].concat(list).map(({ edit, change }) => this.orders.editCustomer(edit, change));
  }
  /** { now: time, advance_ms, freeze: true | time | false } */
  setClock({ now, advance_ms, freeze }) {
    const time = now === undefined ? undefined : typeof now === 'number' ? now : Date.parse(now);
    if (time !== undefined) this.clock.set(time);
    if (freeze === true) this.clock.freeze(time);
    else if (freeze === false) this.clock.unfreeze();
    else if (freeze) this.clock.freeze(Date.parse(freeze));
    if (advance_ms) this.clock.advance(advance_ms);
    return this.clock.describe();
  }
  /** { scopes: [...], add: [...], remove: [...], personal_data: "on" | "off" | "denied" } */
  setScopes({ scopes, add = [], remove = [], personal_data }) {
    if (scopes) this.auth.setScopes(scopes);
    for (const s of add) this.auth.scopes.add(s);
    for (const s of remove) {
      this.auth.scopes.delete(s);
      this.auth.scopes.delete(s.replace(/^read_/, 'write_')); // to write is to read
    }
    if (personal_data) this.personal = personal_data;
    return { scopes: [...this.auth.scopes], personal_data: this.personal };
  }
  /** Back to the state at start: orders, log, faults, hooks, clock, scopes, tokens, bucket. */
  reset() {
    this.#start();
  }

  /** Runs later, unless the sandbox is closed before. */
  later(ms, action) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    timer.unref();
    this.timers.add(timer);
  }
  /** A bug of the sandbox itself. */
  problem(error) {
    if (this.options.onProblem) this.options.onProblem(error);
    else if (!/aborted|ECONNRESET/.test(String(error))) console.error('sandbox:', error);
  }

  async listen() {
    const { server, port } = await listen(this, this.options.port);
    Object.assign(this, { server, port, url: `http://127.0.0.1:${port}` });
    return this;
  }
  /** Ends every connection, hanging ones too. */
  close() {
    for (const timer of this.timers) clearTimeout(timer);
    return new Promise(resolve => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }
}

export async function startSandbox(options = {}) {
  for (const key of Object.keys(options))
    if (!(key in DEFAULTS))
      throw new Error(`unknown sandbox option "${key}" (there are: ${Object.keys(DEFAULTS).join(', ')})`);
  return new Sandbox({ ...DEFAULTS, ...options }).listen();
}

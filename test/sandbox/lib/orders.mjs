// All orders of the shop: seeded, added, edited.
//
// Seeded orders are rebuilt when asked for; what was edited stays in an overlay. Two kinds of truth live here on
// purpose, as at the vendor: the objects are always fresh, the search columns follow after `lag` milliseconds.

import { basketOf } from './agreements.mjs';
import { header, headerOfAdded, idOf, indexOf } from './header.mjs';
import { build } from './model.mjs';
import { orderView } from './view.mjs';
import { applyChange } from './edit.mjs';
import { changeMetafields } from './metafields.mjs';
import { totals, financialStatus } from './totals.mjs';
import { stockEffects } from './fulfillment-orders.mjs';
import { print } from './money.mjs';
import { iso } from './clock.mjs';
import { KINDS, KIND_NAMES } from './nasty.mjs';
import { Sorted } from './sorted.mjs';

const CACHED_VIEWS = 200,
  MAXIMUM_LINES_CACHED = 50;
const HOUR = 3600;
/** Columns by sort key. ID needs none: numbers ascend with ids. */
const SORT_COLUMNS = {
  UPDATED_AT: 'updated',
  CREATED_AT: 'created',
  PROCESSED_AT: 'processed',
  ORDER_NUMBER: 'number',
};

export class Orders {
  /** options: { count, seed, clock, nasty (list of kinds), lag (ms), spanDays, ties } */
  constructor({ count, seed, clock, nasty, lag = 0, spanDays = 50, ties = true }) {
    Object.assign(this, { seed, clock, lag });
    for (const kind of nasty)
      if (!KINDS[kind]) throw new Error(`unknown nasty kind "${kind}" (there are: ${KIND_NAMES.join(', ')})`);
    const end = clock.seconds() - 300;
    this.frame = { seed, count, end, spanDays, kinds: nasty, ties: null };
    // An app that tags 300 orders at once gives them one updatedAt: more ties than a page holds.
    if (ties && nasty.length && count >= 1000)
      this.frame.ties = { from: Math.floor(count * 0.6), to: Math.floor(count * 0.6) + 300, at: end - 3 * HOUR };
    this.seeded = count;
    this.total = count;
    this.added = new Map();
    this.overlay = new Map();
    this.views = new Map();
    this.pending = [];
    this.customers = new Map(); // what was changed of one, by id
    this.onStock = () => {};
    this.#columns(count);
  }

  #columns(count) {
    const room = Math.max(64, count + (count >> 2));
    this.columns = {
      updated: new Float64Array(room),
      created: new Float64Array(room),
      processed: new Float64Array(room),
      number: new Float64Array(room),
    };
    this.states = new Array(count);
    for (let i = 0; i < count; i++) this.#fill(i, header(this.frame, i));
    this.sorted = {};
    for (const [key, column] of Object.entries(SORT_COLUMNS))
      this.sorted[key] = new Sorted(this.columns[column], count);
    const identity = new Float64Array(room);
    for (let i = 0; i < room; i++) identity[i] = i;
    this.columns.id = identity;
    this.sorted.ID = new Sorted(identity, count);
  }

  #fill(i, h) {
    this.columns.updated[i] = h.updated;
    this.columns.created[i] = h.created;
    this.columns.processed[i] = h.processed;
    this.columns.number[i] = h.number;
    this.states[i] = stateOf(h);
  }

  #grow() {
    const room = this.columns.updated.length * 2;
    for (const [name, old] of Object.entries(this.columns)) {
      const bigger = new Float64Array(room);
      bigger.set(old);
      if (name === 'id') for (let i = old.length; i < room; i++) bigger[i] = i;
      this.columns[name] = bigger;
      const key = name === 'id' ? 'ID' : Object.keys(SORT_COLUMNS).find(k => SORT_COLUMNS[k] === name);
      this.sorted[key].values = bigger;
    }
  }

  header(i) {
    return this.added.get(i) ?? header(this.frame, i);
  }
  model(i) {
    return this.overlay.get(i) ?? build(this.seed, structuredClone(this.header(i)));
  }

  /** The order as a GraphQL object, fresh. */
  view(i) {
    const cached = this.views.get(i);
    if (cached) return cached;
    const model = this.model(i);
    const view = orderView(model);
    if (model.lines.length <= MAXIMUM_LINES_CACHED) {
      if (this.views.size >= CACHED_VIEWS) this.views.delete(this.views.keys().next().value);
      this.views.set(i, view);
    }
    return view;
  }
  /** What the header knows, as an order that fetches the rest when a field is asked for that is not in it. */
  stub(i) {
    if (this.views.has(i) || this.overlay.has(i)) return this.view(i);
    const h = this.header(i),
      id = idOf(i),
      orders = this;
    return {
      __typename: 'Order',
      id: `gid://shopify/Order/${id}`,
      legacyResourceId: String(id),
      name: h.name,
      number: h.number,
      createdAt: iso(h.created),
      processedAt: iso(h.processed),
      updatedAt: iso(h.updated),
      cancelledAt: iso(h.cancelled),
      closedAt: iso(h.closed),
      closed: h.closed !== null,
      test: h.test,
      displayFinancialStatus: h.financial,
      displayFulfillmentStatus: h.fulfillment,
      requiresShipping: h.kind !== 'no_address',
      _full() {
        return (this._view ??= orders.view(i));
      },
    };
  }
  byId(id) {
    const i = indexOf(id);
    return i >= 0 && i < this.total ? i : -1;
  }
  /** An index, id, gid or name ("#1042") -> order number, or -1. */
  find(which) {
    if (typeof which === 'number') return which < 1e9 ? (which < this.total ? which : -1) : this.byId(which);
    const gid = /^(?:gid:\/\/shopify\/Order\/)?(\d{6,})$/.exec(which);
    if (gid) return this.byId(Number(gid[1]));
    const number = /^#?(\d+)$/.exec(which);
    if (!number) return -1;
    const i = Number(number[1]) - 1001;
    return i >= 0 && i < this.total ? i : -1;
  }

  // ---- changes

  /** Applies a change (see edit.mjs) now. Returns the summary row. What is refused half way changes nothing. */
  edit(which, change) {
    const i = this.find(which);
    if (i < 0) throw new Error(`no order ${which}`);
    const before = this.overlay.has(i) ? structuredClone(this.overlay.get(i)) : null;
    try {
      this.change(i, (model, at) => applyChange(model, change, at));
    } catch (error) {
      if (before) this.overlay.set(i, before);
      this.views.delete(i);
      throw error;
    }
    return this.summary(i);
  }

  /** The customer of an order; none of his orders is changed by it, nor its updatedAt. */
  editCustomer(which, { tags, metafields, ...more }) {
    const i = this.find(which),
      customer = i < 0 ? null : this.model(i).customer;
    if (!customer) throw new Error(`no order ${which} with a customer`);
    if (Object.keys(more).length) throw new Error(`unknown change of a customer "${Object.keys(more)[0]}"`);
    const row = { tags: [], metafields: {}, ...this.customers.get(customer.id) };
    if (tags) row.tags = tags;
    if (metafields) row.metafields = changeMetafields(row.metafields, metafields);
    this.customers.set(customer.id, row);
    return { id: `gid://shopify/Customer/${customer.id}`, ...row };
  }

  /** Lets `action(model, second)` change order i, with all that follows: updatedAt, views, index, stock. */
  change(i, action) {
    const at = this.clock.seconds(),
      model = this.model(i),
      before = stockEffects(model);
    const result = action(model, at);
    model.header.updated = at;
    model.header.financial = financialStatus(model, totals(model));
    this.overlay.set(i, model);
    this.views.delete(i);
    this.#announce(i, model.header);
    this.onStock(before, stockEffects(model));
    return result;
  }

  /** Adds one new order, created now; kind is a nasty kind or null; `goods` ([{item, quantity, location}]) are its lines. */
  add({ nasty = null, createdAt = null, goods = null } = {}) {
    if (nasty && !KINDS[nasty]) throw new Error(`unknown nasty kind "${nasty}"`);
    const i = this.total;
    const created = createdAt ? Math.floor(Date.parse(createdAt) / 1000) : this.clock.seconds();
    if (Number.isNaN(created)) throw new Error(`createdAt "${createdAt}" is no time`);
    const h = headerOfAdded(this.frame, i, created, nasty);
    if (goods) Object.assign(h, { payment: 'PAID', financial: 'PAID' });
    if (i >= this.columns.updated.length) this.#grow();
    this.added.set(i, h);
    this.total++;
    if (goods) this.overlay.set(i, build(this.seed, structuredClone(h), goods));
    this.states[i] = null; // not in the index yet
    this.#announce(i, h);
    this.onStock(new Map(), stockEffects(this.model(i)));
    return this.summary(i);
  }

  #announce(i, h) {
    this.pending.push({
      i,
      at: this.clock.now() + this.lag,
      updated: h.updated,
      created: h.created,
      processed: h.processed,
      number: h.number,
      state: stateOf(h),
    });
    if (this.lag === 0) this.catchUp();
  }

  /** Brings the search columns up to what the lag allows. Called before every search. */
  catchUp() {
    const now = this.clock.now();
    while (this.pending.length && this.pending[0].at <= now) {
      const p = this.pending.shift(),
        fresh = this.states[p.i] === null;
      this.states[p.i] = p.state;
      for (const [key, column] of Object.entries(SORT_COLUMNS)) {
        if (fresh) {
          this.columns[column][p.i] = p[column];
          this.sorted[key].insert(p.i);
        } else if (this.columns[column][p.i] !== p[column]) this.sorted[key].move(p.i, p[column]);
      }
      if (fresh) this.sorted.ID.insert(p.i);
    }
  }

  // ---- for the control plane

  summary(i) {
    const m = this.model(i),
      h = m.header,
      t = totals(m),
      basket = basketOf(m),
      [shop, buyer] = m.currencies;
    return {
      id: `gid://shopify/Order/${idOf(i)}`,
      index: i,
      name: h.name,
      createdAt: iso(h.created),
      updatedAt: iso(h.updated),
      financialStatus: financialStatus(m, t),
      cancelledAt: iso(h.cancelled),
      test: h.test,
      total: print(t.total[0], shop.exponent),
      currency: shop.code,
      presentmentTotal: print(t.total[1], buyer.exponent),
      basketTotal: print(basket.total[0], shop.exponent),
      basketPresentment: print(basket.total[1], buyer.exponent),
      basketTax: print(basket.tax[0], shop.exponent),
      presentmentCurrency: buyer.code,
      taxesIncluded: m.taxesIncluded,
      lines: m.lines.length,
      nasty: h.kind,
      expected: m.expected,
      why: m.why,
    };
  }
  /** filter: { nasty: 'kind'|'any'|'none', expected, name, since (index), limit } */
  list(filter = {}) {
    const rows = [],
      limit = filter.limit ?? 250;
    for (let i = filter.since ?? 0; i < this.total && rows.length < limit; i++) {
      const { kind, name } = this.header(i);
      if (filter.nasty && !(filter.nasty === 'any' ? kind : filter.nasty === 'none' ? !kind : kind === filter.nasty))
        continue;
      if (filter.expected && (kind ? KINDS[kind].expected : 'export') !== filter.expected) continue;
      if (filter.name && name !== filter.name) continue;
      rows.push(this.summary(i));
    }
    return rows;
  }
}

/** What the index knows besides times. */
function stateOf(h) {
  return {
    name: h.name,
    financial: h.financial,
    fulfillment: h.fulfillment,
    test: h.test,
    cancelled: h.cancelled !== null,
    closed: h.closed !== null,
  };
}

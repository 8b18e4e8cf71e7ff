// Stock: quantities per variant and location.
//
//   on_hand = available + committed + reserved + damaged + safety_stock + quality_control
//
// `committed` is never written: it is what the open fulfillment orders still want. When an order arrives, ships, moves or
// is cancelled, `available` follows; on_hand changes only when goods leave or come back. Seeded levels are computed
// when asked for; those that were changed are kept.

import { iso } from './clock.mjs';
import { apiError, gid, numberOf } from './errors.mjs';
import { itemIdOf, itemIndex } from './catalogue-seed.mjs';
import { seededLevel, emptyLevel, STATES } from './stock-seed.mjs';
import { PLACES, stockEffects } from './fulfillment-orders.mjs';
import { listPage } from './pages.mjs';

const IN_HAND = ['reserved', 'damaged', 'safety_stock', 'quality_control'];
const NAMES = [...STATES, 'committed', 'on_hand'];

export class Stock {
  constructor({ seed, catalogue, locations, orders, clock }) {
    Object.assign(this, { seed, catalogue, locations, orders, clock, edits: new Map(), committed: null });
    orders.onStock = (before, after) => this.#follow(before, after);
  }

  /** The stored level, to look at, or null. */
  level(n, location) {
    const edited = this.edits.get(n * PLACES + location);
    return edited ?? this.#seeded(n, location);
  }
  /** A variant made later is stocked nowhere, until somebody does so. */
  #seeded(n, location) {
    return n < this.catalogue.seeded ? seededLevel(this.seed, n, location) : null;
  }
  /** The level to write to; made when there is none. */
  writable(n, location, active = false) {
    const key = n * PLACES + location;
    let level = this.edits.get(key);
    if (!level) {
      level = this.#seeded(n, location) ?? emptyLevel(active, this.clock.seconds());
      this.edits.set(key, level);
    }
    return level;
  }
  isActive(n, location) {
    return Boolean(this.level(n, location)?.active) && this.locations.rows[location].active;
  }

  // ---- what orders want

  #ensure() {
    if (this.committed) return;
    this.committed = new Map();
    for (let i = 0; i < this.orders.total; i++) {
      const h = this.orders.header(i);
      if (!this.orders.overlay.has(i) && (h.fulfillment === 'FULFILLED' || h.cancelled !== null)) continue;
      for (const [key, { open }] of stockEffects(this.orders.model(i))) this.#commit(key, open);
    }
  }
  #commit(key, units) {
    if (units) this.committed.set(key, (this.committed.get(key) ?? 0) + units);
  }
  /** An order changed: `before` and `after` are its effects, key -> { open, gone }. */
  #follow(before, after) {
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const was = before.get(key) ?? { open: 0, gone: 0 },
        is = after.get(key) ?? { open: 0, gone: 0 };
      const open = is.open - was.open,
        gone = is.gone - was.gone;
      if (!open && !gone) continue;
      if (this.committed) this.#commit(key, open);
      const n = Math.floor(key / PLACES),
        row = this.catalogue.variants[n];
      if (!row.tracked) continue;
      const level = this.writable(n, key % PLACES);
      level.available -= open + gone;
      level.updated = this.clock.seconds();
      this.catalogue.touch(row.product);
    }
  }
  committedAt(row, location) {
    if (!row.tracked || row.requiresComponents) return 0;
    this.#ensure();
    return this.committed.get(row.n * PLACES + location) ?? 0;
  }

  // ---- quantities

  /** All quantities of a level by name. */
  quantities(row, location, level = this.level(row.n, location) ?? emptyLevel(false)) {
    const committed = this.committedAt(row, location);
    const on_hand = IN_HAND.reduce((n, name) => n + level[name], level.available + committed);
    return { ...Object.fromEntries(STATES.map(name => [name, level[name]])), committed, on_hand };
  }
  /** Sets "available" or "on_hand". On a level that is not active the vendor has been seen to add instead: so do we. */
  set(row, location, name, quantity) {
    const level = this.writable(row.n, location);
    const before = this.quantities(row, location, level);
    if (level.active) level.available += quantity - before[name];
    else level.available += quantity;
    this.#touch(row, level);
    return { before, after: this.quantities(row, location, level) };
  }
  activate(row, location, { keep }) {
    const level = this.writable(row.n, location);
    if (!keep && !level.active) Object.assign(level, emptyLevel(true, level.created));
    level.active = true;
    this.#touch(row, level);
  }
  deactivate(row, location) {
    const level = this.writable(row.n, location);
    level.active = false;
    this.#touch(row, level);
  }
  #touch(row, level) {
    level.updated = this.clock.seconds();
    this.catalogue.touch(row.product);
  }

  /** Levels of a variant as [location row, level]. */
  levels(row, { inactive = false } = {}) {
    return this.locations.rows
      .map(l => [l, this.level(row.n, l.index)])
      .filter(([l, level]) => level && (inactive || (level.active && l.active)));
  }
  /** Available over all active levels: the quantity of the variant. */
  total(row) {
    return this.levels(row).reduce((n, [, level]) => n + level.available, 0);
  }

  // ---- GraphQL

  levelView(row, place) {
    const level = this.level(row.n, place.index);
    const itemId = itemIdOf(row.n);
    return {
      __typename: 'InventoryLevel',
      id: `${gid('InventoryLevel', place.id)}?inventory_item_id=${itemId}`,
      isActive: level.active && place.active,
      canDeactivate: true,
      deactivationAlert: null,
      createdAt: iso(level.created),
      updatedAt: iso(level.updated),
      item: () => this.catalogue.itemView(row),
      location: () => this.locations.view(place),
      quantities: ({ names }) => {
        const all = this.quantities(row, place.index);
        return names.map(name => {
          if (!NAMES.includes(name))
            throw apiError(`The name '${name}' is not a valid quantity name.`, 'INVALID_FIELD_ARGUMENTS');
          return {
            __typename: 'InventoryQuantity',
            id: `${gid('InventoryQuantity', place.id)}?inventory_item_id=${itemId}&name=${name}`,
            name,
            quantity: all[name],
            updatedAt: iso(level.updated),
          };
        });
      },
    };
  }
  levelField(row, locationId, includeInactive) {
    const place = this.locations.byId(numberOf(locationId, 'Location'));
    const level = place && this.level(row.n, place.index);
    return level && (includeInactive || (level.active && place.active)) ? this.levelView(row, place) : null;
  }
  levelsField(row, args) {
    const inactive = Boolean(args.includeInactive);
    return listPage(
      this.levels(row, { inactive }).map(([place]) => this.levelView(row, place)),
      args,
    );
  }
  /** The level of gid://shopify/InventoryLevel/<location>?inventory_item_id=<item>, active or not. */
  byId({ number, query }) {
    const place = this.locations.byId(number),
      row = this.catalogue.variants[itemIndex(Number(query.get('inventory_item_id')))];
    return place && row && !row.deleted && this.level(row.n, place.index) ? this.levelView(row, place) : null;
  }

  // ---- control plane

  /** One level: { sku, location, active, quantities by name }; null where there is none. */
  summary(row, location) {
    const level = this.level(row.n, location);
    return (
      level && {
        sku: row.sku,
        inventoryItemId: gid('InventoryItem', itemIdOf(row.n)),
        location: this.locations.rows[location].name,
        locationId: gid('Location', this.locations.rows[location].id),
        active: level.active && this.locations.rows[location].active,
        ...this.quantities(row, location, level),
        updatedAt: iso(level.updated),
      }
    );
  }
  /** filter: { variant, location, changed, since, limit } -> summaries, with every level of the variants. */
  list(filter = {}) {
    const only = filter.location === undefined ? null : this.locations.find(filter.location);
    const rows =
      filter.variant !== undefined ? [this.catalogue.find(filter.variant)].filter(Boolean) : this.catalogue.variants;
    const found = [],
      limit = filter.limit ?? 1000;
    for (let k = filter.since ?? 0; k < rows.length && found.length < limit; k++)
      for (const place of this.locations.rows) {
        if ((only && place !== only) || rows[k].deleted) continue;
        if (filter.changed && !this.edits.has(rows[k].n * PLACES + place.index)) continue;
        const row = this.summary(rows[k], place.index);
        if (row) found.push(row);
      }
    return found;
  }
  /** { variant, location, set: {available: 5, damaged: 1, …} | on_hand, active: true | false | null (no level) } */
  edit({ variant, location, set = {}, active }) {
    const row = this.catalogue.find(variant),
      place = this.locations.find(location);
    if (!row) throw new Error(`no variant ${variant}`);
    if (!place) throw new Error(`no location ${location}`);
    const level = this.writable(row.n, place.index, true);
    if (active !== undefined) level.active = Boolean(active);
    const { on_hand, ...plain } = set;
    for (const [name, quantity] of Object.entries(plain)) {
      if (!STATES.includes(name)) throw new Error(`"${name}" cannot be set (there are: ${STATES.join(', ')}, on_hand)`);
      level[name] = quantity;
    }
    if (on_hand !== undefined) level.available += on_hand - this.quantities(row, place.index, level).on_hand;
    this.#touch(row, level);
    return this.summary(row, place.index);
  }
}

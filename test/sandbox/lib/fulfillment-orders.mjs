// Fulfillment orders: what a location still has to ship of an order.
//
// In the model of an order: { n, location (index), status, requestStatus, fulfillAt, holds, method, created, updated,
// lines: [{ n, line (of the order), total, remaining }] }. They are made with the order, closed by fulfillments, moved and
// split by the merchant, and brought in line with the order's lines after every edit.

import { CATALOGUE, LOCATIONS } from './world.mjs';
import { seededLevel } from './stock-seed.mjs';

/** A stock key is variant × PLACES + location: more than there are locations. */
export const PLACES = 64;
const [LYON, PARIS, KOELN, SPEEDY] = [0, 1, 2, 4];
export const isActive = fo => fo.status !== 'CLOSED' && fo.status !== 'CANCELLED';
const locationIndex = id =>
  Math.max(
    0,
    LOCATIONS.findIndex(l => l.id === id),
  );

/** Units shipped by line, cancelled shipments left out. */
export function shippedUnits(m) {
  const shipped = new Map();
  for (const f of m.fulfillments)
    if (f.status !== 'CANCELLED') for (const [n, units] of f.lines) shipped.set(n, (shipped.get(n) ?? 0) + units);
  return shipped;
}

/** Units of a line that are still to be shipped. One that was refunded and not restocked is, if it was not shipped. */
export const toShip = (l, shipped) =>
  l.requiresShipping ? Math.max(0, l.quantity - l.dropped - Math.max(shipped, l.returned)) : 0;

/** A new fulfillment order of this order, not in the list yet. */
export function fulfillmentOrder(m, location, lines, more = {}) {
  m.fulfillmentCounts ??= { orders: 0, lines: 0 };
  return {
    n: m.fulfillmentCounts.orders++,
    location,
    status: 'OPEN',
    requestStatus: 'UNSUBMITTED',
    fulfillAt: m.header.created,
    holds: [],
    method: m.location ? 'RETAIL' : 'SHIPPING',
    created: m.header.created,
    updated: m.header.updated,
    lines: lines.map(({ line, total, remaining = total }) => ({
      n: m.fulfillmentCounts.lines++,
      line,
      total,
      remaining,
    })),
    ...more,
  };
}

/** Which location an order's line is to come from, by order number: most from Lyon, some split over two. */
function placeOf(m, l, seed) {
  if (m.location) return locationIndex(m.location.id);
  if (m.fulfilledAt) return LYON;
  if (l.place !== undefined) return l.place;
  const { index } = m.header;
  const wanted =
    index % 40 === 39
      ? SPEEDY
      : index % 10 === 6
        ? PARIS
        : index % 5 === 3 && l.n % 2
          ? KOELN
          : index % 20 === 9
            ? KOELN
            : LYON;
  const n = l.item?.n;
  return n !== undefined && n < CATALOGUE.length && seededLevel(seed, n, wanted)?.active ? wanted : LYON;
}

/** The fulfillment orders an order has at first. */
export function assignFulfillmentOrders(m, seed) {
  const shipped = shippedUnits(m),
    places = new Map();
  for (const l of m.lines) {
    const gone = shipped.get(l.n) ?? 0;
    if (!l.requiresShipping || (!l.current && !gone && m.header.cancelled === null)) continue;
    const place = placeOf(m, l, seed);
    if (!places.has(place)) places.set(place, []);
    places.get(place).push({ line: l.n, total: Math.max(l.current, gone), remaining: Math.max(0, l.current - gone) });
  }
  m.fulfillmentOrders = [...places]
    .sort(([a], [b]) => a - b)
    .map(([place, lines]) => {
      const closed = lines.every(l => l.remaining === 0);
      return fulfillmentOrder(m, place, lines, closed ? { status: 'CLOSED', requestStatus: 'CLOSED' } : {});
    });
  for (const f of m.fulfillments) {
    f.location = LOCATIONS[m.fulfillmentOrders[0]?.location ?? LYON].id;
    f.orderLines = m.fulfillmentOrders.flatMap(fo =>
      fo.lines.map(x => [fo.n, x.n, f.lines.find(([n]) => n === x.line)?.[1] ?? 0]).filter(([, , units]) => units),
    );
  }
}

export function close(fo, at) {
  Object.assign(fo, { status: 'CLOSED', requestStatus: 'CLOSED', updated: at });
}

/** After an edit of the order: what is left to ship is what its lines say. More goes to an open one, less comes off the last. */
export function alignFulfillmentOrders(m, at) {
  const shipped = shippedUnits(m),
    extra = [];
  for (const l of m.lines) {
    const wanted = toShip(l, shipped.get(l.n) ?? 0);
    const places = m.fulfillmentOrders
      .filter(isActive)
      .flatMap(fo => fo.lines.filter(x => x.line === l.n).map(x => [fo, x]));
    let open = places.reduce((n, [, x]) => n + x.remaining, 0);
    for (const [fo, x] of places.reverse()) {
      const off = Math.min(x.remaining, Math.max(0, open - wanted));
      if (!off) continue;
      x.remaining -= off;
      x.total -= off;
      open -= off;
      fo.updated = at;
    }
    if (open < wanted) extra.push({ line: l.n, total: wanted - open });
  }
  for (const fo of m.fulfillmentOrders) if (isActive(fo) && fo.lines.every(x => x.remaining === 0)) close(fo, at);
  if (extra.length) {
    const home = m.fulfillmentOrders.find(isActive)?.location ?? m.fulfillmentOrders[0]?.location ?? LYON;
    m.fulfillmentOrders.push(fulfillmentOrder(m, home, extra, { created: at, updated: at, fulfillAt: at }));
  }
  m.header.fulfillment = fulfillmentStatus(m);
}

/** displayFulfillmentStatus. */
export function fulfillmentStatus(m) {
  const active = m.fulfillmentOrders.filter(isActive),
    shipped = [...shippedUnits(m).values()].some(units => units > 0);
  if (shipped) return active.length ? 'PARTIALLY_FULFILLED' : 'FULFILLED';
  for (const status of ['ON_HOLD', 'SCHEDULED', 'IN_PROGRESS'])
    if (active.length && active.every(fo => fo.status === status)) return status;
  return 'UNFULFILLED';
}

/** Ships units of one location: wanted is [[fulfillment order, line, units]]. Everything has been checked. */
export function ship(m, wanted, { at, tracking = [] }) {
  const lines = new Map(),
    [first] = wanted;
  for (const [fo, x, units] of wanted) {
    x.remaining -= units;
    fo.updated = at;
    lines.set(x.line, (lines.get(x.line) ?? 0) + units);
    if (fo.lines.every(l => l.remaining === 0)) close(fo, at);
    else if (fo.status === 'OPEN') fo.status = 'IN_PROGRESS';
  }
  const fulfillment = {
    n: m.fulfillments.length,
    at,
    updated: at,
    status: 'SUCCESS',
    location: LOCATIONS[first[0].location].id,
    tracking,
    lines: [...lines],
    orderLines: wanted.map(([fo, x, units]) => [fo.n, x.n, units]),
  };
  m.fulfillments.push(fulfillment);
  m.header.fulfillment = fulfillmentStatus(m);
  return fulfillment;
}

/** Everything that is left, or these units of lines ([{ line, quantity }]), from anywhere or one location; one shipment per location. */
export function shipAll(m, at, { lines = null, location = null, tracking = null } = {}) {
  const places = new Map(),
    wanted = lines && new Map(lines.map(({ line, quantity }) => [line, quantity]));
  const from = location === null ? null : LOCATIONS.findIndex(l => l.name === location || l.id === location);
  if (from === -1) throw new Error(`no location ${location}`);
  for (const fo of m.fulfillmentOrders.filter(fo => isActive(fo) && (from === null || fo.location === from)))
    for (const x of fo.lines) {
      const units = wanted ? Math.min(x.remaining, wanted.get(x.line) ?? 0) : x.remaining;
      if (units <= 0) continue;
      wanted?.set(x.line, wanted.get(x.line) - units);
      if (!places.has(fo.location)) places.set(fo.location, []);
      places.get(fo.location).push([fo, x, units]);
    }
  for (const [line, units] of wanted ?? [])
    if (units > 0) throw new Error(`line ${line}: ${units} units more than are left to ship`);
  for (const parts of places.values()) ship(m, parts, { at, tracking });
}

/** Undoes a shipment: open ones take the units back, closed ones are followed by a new one at the same place. */
export function cancelShipment(m, f, at) {
  f.status = 'CANCELLED';
  f.updated = at;
  const again = new Map();
  for (const [fon, xn, units] of f.orderLines) {
    const fo = m.fulfillmentOrders.find(o => o.n === fon),
      x = fo.lines.find(l => l.n === xn);
    if (isActive(fo)) x.remaining += units;
    else {
      if (!again.has(fo.location)) again.set(fo.location, []);
      again.get(fo.location).push({ line: x.line, total: units });
    }
  }
  for (const [place, lines] of again)
    m.fulfillmentOrders.push(fulfillmentOrder(m, place, lines, { created: at, updated: at }));
  alignFulfillmentOrders(m, at);
}

/** What an order does to stock: variant and location -> { open (still to ship), gone (shipped and not come back) }. */
export function stockEffects(m) {
  const effects = new Map();
  const at = (line, location) => {
    const item = m.lines[line].item;
    if (item?.n === undefined || m.lines[line].variantGone) return null;
    const key = item.n * PLACES + location;
    if (!effects.has(key)) effects.set(key, { open: 0, gone: 0 });
    return effects.get(key);
  };
  for (const fo of m.fulfillmentOrders.filter(isActive))
    for (const x of fo.lines) {
      const effect = x.remaining ? at(x.line, fo.location) : null;
      if (effect) effect.open += x.remaining;
    }
  const back = new Map(m.lines.map(l => [l.n, l.returned]));
  for (const l of m.lines)
    for (const [location, units] of Object.entries(l.returnedTo)) {
      const effect = at(l.n, Number(location));
      if (effect) effect.gone -= units;
      back.set(l.n, back.get(l.n) - units);
    }
  for (const f of [...m.fulfillments].reverse()) {
    if (f.status === 'CANCELLED') continue;
    for (const [n, units] of f.lines) {
      const returned = Math.min(units, back.get(n) ?? 0);
      back.set(n, (back.get(n) ?? 0) - returned);
      const effect = at(n, locationIndex(f.location ?? LOCATIONS[LYON].id));
      if (effect) effect.gone += units - returned;
    }
  }
  return effects;
}

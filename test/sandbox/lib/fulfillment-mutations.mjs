// fulfillmentCreate, fulfillmentTrackingInfoUpdate, fulfillmentCancel, fulfillmentOrderMove. None of them takes a key: what
// is sent twice ships twice, if enough is left.

import { apiError, gid, numberOf } from './errors.mjs';
import { isActive, ship, cancelShipment, fulfillmentOrder, close, fulfillmentStatus } from './fulfillment-orders.mjs';
import {
  ANY_WRITE,
  mayWrite,
  mayRead,
  fulfillmentOrderId,
  fulfillmentLineId,
  orderOfFulfillmentOrder,
  orderOfLine,
  orderOfFulfillment,
} from './fulfillment-view.mjs';

const plain = (field, message) => ({ field, message });
const unknown = () => apiError('invalid id', 'RESOURCE_NOT_FOUND');

/** { index, m, fo } of a fulfillment order's id. Unknown, or not for this app: refused. */
function findOrder(id, context) {
  const number = numberOf(id, 'FulfillmentOrder');
  if (number === null) throw unknown();
  const [index, n] = orderOfFulfillmentOrder(number);
  if (!(index >= 0 && index < context.orders.total)) throw unknown();
  const m = context.orders.model(index),
    fo = m.fulfillmentOrders.find(o => o.n === n);
  if (!fo || !mayRead(context.auth, fo)) throw unknown();
  return { index, m, fo };
}
const view = (context, index, find) => () => find(context.orders.view(index));

/** Tracking as the object has it, or { error }. */
function trackingOf(input) {
  if (!input) return { tracking: [] };
  const { company = null, number = null, numbers, url = null, urls } = input;
  const one = number !== null || url !== null,
    many = Boolean(numbers?.length || urls?.length);
  if (one && many) return { error: 'Only one of the number and numbers, or url and urls, may be given.' };
  const all = many ? (numbers ?? []) : number === null ? [] : [number],
    links = many ? (urls ?? []) : url === null ? [] : [url];
  for (const link of links) {
    let parsed = null;
    try {
      parsed = new URL(link);
    } catch {
      /* refused below */
    }
    if (!parsed || !/^https?:$/.test(parsed.protocol)) return { error: 'Tracking url is invalid.' };
  }
  const count = Math.max(all.length, links.length, company === null ? 0 : 1);
  return {
    tracking: Array.from({ length: count }, (_, k) => ({ company, number: all[k] ?? null, url: links[k] ?? null })),
  };
}

/** The lines and units that one fulfillment order gives: [[fo, line, units]] or { error }. */
function linesWanted(fo, wanted, index) {
  if (!wanted?.length) return fo.lines.filter(x => x.remaining > 0).map(x => [fo, x, x.remaining]);
  const list = [],
    bad = plain(['fulfillment'], 'Invalid fulfillment order line item quantity requested.');
  for (const { id, quantity } of wanted) {
    const [owner, n] = orderOfLine(numberOf(id, 'FulfillmentOrderLineItem') ?? -1);
    const x = owner === index ? fo.lines.find(l => l.n === n) : null;
    if (!x) return { error: plain(['fulfillment'], 'Fulfillment order line item does not exist.') };
    const before = list.find(([, l]) => l === x);
    if (quantity <= 0 || quantity + (before?.[2] ?? 0) > x.remaining) return { error: bad };
    if (before) before[2] += quantity;
    else list.push([fo, x, quantity]);
  }
  return list;
}

function fulfillmentCreate({ fulfillment: input }, context) {
  const refuse = error => ({ fulfillment: null, userErrors: [error] });
  if (!input.lineItemsByFulfillmentOrder.length)
    return refuse(plain(['fulfillment'], 'At least one fulfillment order is required.'));
  const parts = input.lineItemsByFulfillmentOrder.map(x => ({
    ...findOrder(x.fulfillmentOrderId, context),
    wanted: x.fulfillmentOrderLineItems,
  }));
  const [{ index }] = parts;
  if (parts.some(p => !mayWrite(context.auth, p.fo)))
    return refuse(plain(['fulfillment'], 'The api_client does not have access to the fulfillment order.'));
  if (parts.some(p => p.index !== index))
    return refuse(plain(['fulfillment'], 'All fulfillment orders must belong to the same order.'));
  if (new Set(parts.map(p => p.fo.n)).size !== parts.length)
    return refuse(plain(['fulfillment'], 'Fulfillment orders must be unique.'));
  // One model for all: each lookup may have built its own.
  const { m } = parts[0];
  for (const p of parts) p.fo = m.fulfillmentOrders.find(o => o.n === p.fo.n);
  for (const { fo } of parts)
    if (fo.status !== 'OPEN' && fo.status !== 'IN_PROGRESS')
      return refuse(
        plain(
          ['fulfillment'],
          `Fulfillment order ${fulfillmentOrderId(m, fo.n)} has an unfulfillable status= ${fo.status.toLowerCase()}.`,
        ),
      );
  if (m.header.cancelled !== null)
    return refuse(plain(['fulfillment', 'lineItemsByFulfillmentOrder'], 'cannot_fulfill_cancelled_order'));
  if (new Set(parts.map(p => p.fo.location)).size > 1)
    return refuse(plain(['fulfillment'], 'All fulfillment orders must be assigned to a single location'));
  if (new Set(parts.map(p => p.fo.method)).size > 1)
    return refuse(plain(['fulfillment'], 'All fulfillment orders must have the same delivery method type.'));
  const { tracking, error } = trackingOf(input.trackingInfo);
  if (error) return refuse(plain(['fulfillment', 'trackingInfo'], error));
  const wanted = [];
  for (const p of parts) {
    const list = linesWanted(p.fo, p.wanted, index);
    if (list.error) return refuse(list.error);
    wanted.push(...list);
  }
  if (!wanted.length) return refuse(plain(['fulfillment'], 'There is nothing left to fulfill.'));
  const done = context.orders.change(index, (model, at) => {
    const same = wanted.map(([fo, x, units]) => {
      const own = model.fulfillmentOrders.find(o => o.n === fo.n);
      return [own, own.lines.find(l => l.n === x.n), units];
    });
    return ship(model, same, { at, tracking });
  });
  return { fulfillment: view(context, index, order => order._fulfillments[done.n]), userErrors: [] };
}

/** { index, f } of a fulfillment's id, or null. */
function findFulfillment(id, context) {
  const number = numberOf(id, 'Fulfillment');
  if (number === null) throw unknown();
  const [index, n] = orderOfFulfillment(number);
  if (!(index >= 0 && index < context.orders.total)) return null;
  const m = context.orders.model(index);
  return m.fulfillments[n] ? { index, n, m, f: m.fulfillments[n] } : null;
}
const mayTouch = (context, { m, f }) =>
  m.fulfillmentOrders.filter(fo => f.orderLines?.some(([n]) => n === fo.n)).every(fo => mayWrite(context.auth, fo));

function trackingUpdate({ fulfillmentId, trackingInfoInput }, context) {
  const refuse = (field, message) => ({ fulfillment: null, userErrors: [plain(field, message)] });
  const found = findFulfillment(fulfillmentId, context);
  if (!found) return refuse(['fulfillmentId'], 'Fulfillment does not exist.');
  if (!mayTouch(context, found))
    return refuse(['fulfillmentId'], 'The api_client does not have access to the fulfillment order.');
  if (found.f.status === 'CANCELLED') return refuse(['fulfillmentId'], 'Fulfillment is cancelled.');
  const { tracking, error } = trackingOf(trackingInfoInput);
  if (error) return refuse(['trackingInfoInput'], error);
  const { index, n } = found;
  context.orders.change(index, (model, at) => Object.assign(model.fulfillments[n], { tracking, updated: at }));
  return { fulfillment: view(context, index, order => order._fulfillments[n]), userErrors: [] };
}

function fulfillmentCancel({ id }, context) {
  const refuse = message => ({ fulfillment: null, userErrors: [plain(['id'], message)] });
  const found = findFulfillment(id, context);
  if (!found) return refuse('Fulfillment not found.');
  if (!mayTouch(context, found)) return refuse('The api_client does not have access to the fulfillment order.');
  if (found.f.status === 'CANCELLED') return refuse('Fulfillment is already cancelled.');
  const { index, n } = found;
  context.orders.change(index, (model, at) => cancelShipment(model, model.fulfillments[n], at));
  return { fulfillment: view(context, index, order => order._fulfillments[n]), userErrors: [] };
}

const everything = (m, fo) =>
  fo.lines
    .filter(x => x.remaining)
    .map(x => ({ id: gid('FulfillmentOrderLineItem', fulfillmentLineId(m, x.n)), quantity: x.remaining }));

/** What stops a move, or null; `list` is filled with [line number, units]. */
function moveProblem({ m, fo, index }, place, wanted, context, list) {
  const refuse = (field, message) => ({ code: null, field, message });
  if (!mayWrite(context.auth, fo))
    return refuse(['id'], 'The api_client does not have access to the fulfillment order.');
  if (!isActive(fo)) return refuse(['id'], 'Fulfillment order is not in a movable state.');
  if (fo.requestStatus !== 'UNSUBMITTED')
    return refuse(
      ['id'],
      'Cannot change the location of a fulfillment order that was requested from a fulfillment service.',
    );
  if (fo.progress) return refuse(['id'], 'Cannot move a fulfillment order that has had progress reported.');
  if (!place) return refuse(['newLocationId'], 'Location not found.');
  if (!place.active) return refuse(['newLocationId'], 'Location is not active.');
  if (place.index === fo.location)
    return refuse(['newLocationId'], 'Fulfillment order is already assigned to this location.');
  for (const { id, quantity } of wanted ?? everything(m, fo)) {
    const [owner, n] = orderOfLine(numberOf(id, 'FulfillmentOrderLineItem') ?? -1);
    const x = owner === index ? fo.lines.find(l => l.n === n) : null;
    if (!x) return refuse(['fulfillmentOrderLineItems'], 'Fulfillment order line item not found.');
    if (quantity <= 0 || quantity > x.remaining || list.some(([l]) => l === n))
      return refuse(['fulfillmentOrderLineItems'], 'Invalid fulfillment order line item quantity requested.');
    const item = m.lines[x.line].item;
    if (item?.n !== undefined && !context.stock.isActive(item.n, place.index))
      return refuse(['newLocationId'], 'The location does not stock the requested inventory item.');
    list.push([n, quantity]);
  }
  return null;
}

function fulfillmentOrderMove({ id, newLocationId, fulfillmentOrderLineItems: lines }, context) {
  const found = findOrder(id, context);
  const place = context.locations.byId(numberOf(newLocationId, 'Location'));
  const list = [];
  const error = moveProblem(found, place, lines?.length ? lines : null, context, list);
  const nothing = { movedFulfillmentOrder: null, originalFulfillmentOrder: null, remainingFulfillmentOrder: null };
  if (error) return { ...nothing, userErrors: [error] };
  const { index } = found;
  const { moved, rest } = context.orders.change(index, (m, at) => move(m, found.fo.n, place.index, list, at));
  const seen = n =>
    n === null ? null : view(context, index, order => order._fulfillmentOrders.find(v => v._fo.n === n));
  return {
    movedFulfillmentOrder: seen(moved),
    originalFulfillmentOrder: seen(found.fo.n),
    remainingFulfillmentOrder: seen(rest),
    userErrors: [],
  };
}

/** Everything unshipped moves the fulfillment order itself; a part, or one that has shipped, becomes a new one. */
function move(m, n, location, list, at) {
  const fo = m.fulfillmentOrders.find(o => o.n === n);
  const whole = fo.lines.every(
    x => x.total === x.remaining && list.some(([l, units]) => l === x.n && units === x.remaining),
  );
  const meets = m.fulfillmentOrders.some(o => o !== fo && isActive(o) && o.location === location);
  let moved = n,
    rest = null;
  if (whole && !meets) Object.assign(fo, { location, updated: at });
  else {
    const lines = list.map(([l, units]) => {
      const x = fo.lines.find(y => y.n === l);
      x.remaining -= units;
      x.total -= units;
      return { line: x.line, total: units };
    });
    const made = fulfillmentOrder(m, location, lines, { method: fo.method, created: at, updated: at });
    m.fulfillmentOrders.push(made);
    moved = made.n;
    fo.updated = at;
    if (fo.lines.every(x => x.remaining === 0)) close(fo, at);
    else rest = n;
  }
  m.header.fulfillment = fulfillmentStatus(m);
  return { moved, rest };
}

export const FULFILLMENTS = {
  fulfillmentCreate: { scopes: ANY_WRITE, run: fulfillmentCreate },
  fulfillmentTrackingInfoUpdate: { scopes: ANY_WRITE, run: trackingUpdate },
  fulfillmentCancel: { scopes: ANY_WRITE, run: fulfillmentCancel },
  fulfillmentOrderMove: { scopes: ANY_WRITE, run: fulfillmentOrderMove },
};

// Changes to an order that exists, with their consequences: quantities, payments, refunds, state.
//
// `change` is one JSON object; several verbs may stand in it and are done in this order:
//   note, tags, email, po_number      set the field
//   quantity: {line, to}              order edit: fewer units (to: 0 removes the line) or more (a new line is added)
//   add: {article, quantity}          order edit: a new line of the catalogue's article
//   edit_discount: {line, amount}     order edit: a discount on what is left of a line
//     Each of the three may be a list. What stands in one change is one edit.
//   paid: true                        the whole outstanding sum is received
//   refund: {lines: [{line, quantity, restock, location}], shipping: true, note, amount, pending: true}
//   or  refund: {}  for everything left
//     restock: CANCEL (not shipped yet), RETURN (shipped), NO_RESTOCK; without: CANCEL as far as it goes, then RETURN
//     location: where they are in stock again; without: where they came from
//     amount: what is paid instead of what the lines come to; without lines it is a goodwill
//     pending: the money is under way
//   refund_status: {refund, status}   what became of the money of the order's refund of this number
//   return: {lines: [{line, quantity}], restocking_fee, shipping_fee, exchange: [{article, quantity}], refund: true, pending}
//     a return that was processed: shipped units come back, less fees, other articles go out for them; refund: what is then
//     paid too much goes back, by a refund of its own that has no lines
//   return_status: "IN_PROGRESS"      what the order says of its returns, whatever they are
//   fulfill: true                     every open unit is shipped;  fulfill: {lines: [{line, quantity}], location, tracking}  some are
//   cancel_fulfillment: n             that shipment is undone
//   cancel: "CUSTOMER"                cancelled: everything refunded (or the authorization voided) and closed
//   cancel: {reason, amount}          so much of it
//   touch: true                       nothing but updatedAt
//   metafields: {"a.b": {type, value}} sets them, null takes one away
//   address: {…}                      shipping address fields
// Amounts are decimals in the buyer's currency.

import { ZERO, add, sub, sum, ratioPair, print, isZero } from './money.mjs';
import { CATALOGUE, LOCATIONS } from './world.mjs';
import { line, taxesOn, transaction, moneyOf } from './pieces.mjs';
import { changeMetafields } from './metafields.mjs';
import { totals, taxOf, lineNet, leftOf, shippingNet } from './totals.mjs';
import { alignFulfillmentOrders, cancelShipment, shipAll, shippedUnits, toShip } from './fulfillment-orders.mjs';
import { holdAgreements, addAgreement, lineSales, shippingSale, adjustmentSale, feeSale } from './agreements.mjs';

function lineOf(m, n) {
  if (!m.lines[n]) throw new Error(`order has no line ${n}`);
  return m.lines[n];
}

/** Takes units off a line, each with its part of what is left; returns the sales of that. */
function takeOff(m, l, units) {
  const was = leftOf(l),
    rest = amount => ratioPair(amount, l.current - units, l.current);
  l.left = { discount: rest(was.discount), taxes: was.taxes.map(rest), duties: was.duties.map(rest) };
  l.current -= units;
  return lineSales(m, l, 'RETURN', -units, was);
}

/** How units of a line are restocked: [[restock, units]]. */
function restocks(m, l, units, restock) {
  const shipped = shippedUnits(m).get(l.n) ?? 0,
    open = l.requiresShipping ? Math.min(l.current, toShip(l, shipped)) : l.current,
    back = l.requiresShipping ? Math.max(0, Math.min(l.current, shipped - l.returned)) : 0;
  const most = { CANCEL: open, RETURN: back, NO_RESTOCK: l.current, LEGACY_RESTOCK: l.current };
  if (restock === undefined) {
    const first = Math.min(units, open);
    return [
      ['CANCEL', first],
      ['RETURN', units - first],
    ].filter(([, n]) => n > 0);
  }
  if (most[restock] === undefined)
    throw new Error(`no restock "${restock}" (there are: ${Object.keys(most).join(', ')})`);
  if (units > most[restock]) throw new Error(`line ${l.n}: restock ${restock} is possible for ${most[restock]} units`);
  return [[restock, units]];
}

const INTO = { CANCEL: 'dropped', RETURN: 'returned' };

function placeOf(location) {
  const place = LOCATIONS.findIndex((l, n) => n === location || l.name === location || l.id === location);
  if (place < 0) throw new Error(`no location ${location}`);
  return place;
}

function refundUnits(m, refund, l, restock, quantity, location) {
  const sales = takeOff(m, l, quantity);
  const [{ total, taxes }, ...duties] = sales,
    tax = sub(ZERO, sum(taxes)),
    whole = sub(ZERO, total),
    subtotal = m.taxesIncluded ? whole : sub(whole, tax);
  const place = location === undefined || restock !== 'RETURN' ? undefined : placeOf(location);
  const back = { line: l.n, quantity, price: l.unit, subtotal, tax, restock, location: place };
  refund.lines.push({ n: refund.lines.length, ...back });
  if (place !== undefined) l.returnedTo[place] = (l.returnedTo[place] ?? 0) + quantity;
  for (const d of duties) refund.duties.push({ line: l.n, duty: d.duty, amount: sub(ZERO, d.total) });
  if (INTO[restock]) l[INTO[restock]] += quantity;
  return sales;
}

function refundShipping(m, refund) {
  const sales = [];
  for (const s of m.shipping.filter(x => !x.removed && !x.refundedTax)) {
    s.refunded = shippingNet(s);
    s.refundedTax = taxOf(s);
    refund.shipping.push({ n: refund.shipping.length, line: s.n, amount: s.refunded, tax: s.refundedTax });
    sales.push(shippingSale(m, s, -1));
  }
  return sales;
}

/** What a refund pays: its worth, as far as there is money, or `amount`; the difference is then an adjustment. */
function payBack(m, refund, worth, amount) {
  const t = totals(m),
    held = sub(t.received, add(t.refunded, t.refunding)),
    exact = pair => [held, worth].find(known => known[1] === pair[1]) ?? pair;
  if (amount === null) return held[1] < worth[1] ? held : worth;
  const paid = exact(moneyOf(m, amount));
  if (paid[1] > held[1]) throw new Error(`a refund of ${amount}: ${print(held[1], m.currencies[1].exponent)} is held`);
  const difference = sub(worth, paid);
  if (!isZero(difference)) refund.adjustments.push({ n: 0, amount: difference });
  return paid;
}

/** Refunds units of lines; the money goes back by one REFUND transaction per refund. */
export function refundLines(m, wanted, { at, note = null, shipping = false, amount = null, pending = false }) {
  holdAgreements(m);
  const parts = { lines: [], duties: [], shipping: [], adjustments: [], transactions: [] };
  const refund = { n: m.refunds.length, at, note, of: null, ...parts };
  const sales = [];
  for (const { line: n, quantity, restock, location } of wanted) {
    const l = lineOf(m, n),
      units = Math.min(quantity, l.current);
    if (units <= 0) continue;
    for (const [how, part] of restocks(m, l, units, restock)) sales.push(...refundUnits(m, refund, l, how, part, location));
  }
  if (shipping) sales.push(...refundShipping(m, refund));
  refund.total = payBack(m, refund, sub(ZERO, sum(sales.map(x => x.total))), amount);
  sales.push(...refund.adjustments.map(a => adjustmentSale(m, a.amount)));
  return addRefund(m, refund, sales, pending);
}

function addRefund(m, refund, sales, pending) {
  const { at } = refund;
  m.refunds.push(refund);
  addAgreement(m, 'REFUND', at, sales, refund.n);
  if (!isZero(refund.total)) {
    const source = m.transactions.find(x => x.status === 'SUCCESS' && (x.kind === 'SALE' || x.kind === 'CAPTURE'));
    const from = { parent: source?.n ?? null, gateway: source?.gateway ?? m.gateway };
    const status = pending ? 'PENDING' : 'SUCCESS';
    refund.transactions.push(transaction(m, 'REFUND', refund.total, { at, status, ...from }).n);
  }
  return refund;
}

/** What is paid too much by now goes back: money alone. */
function refundBalance(m, of, at, pending) {
  const { received, refunded, refunding, nowTotal } = totals(m),
    parts = { lines: [], duties: [], shipping: [], adjustments: [], transactions: [] },
    total = sub(received, sum([refunded, refunding, nowTotal]));
  if (total[1] > 0) addRefund(m, { n: m.refunds.length, at, note: null, of, total, ...parts }, [], pending);
}

/** A return that was processed. */
function returnLines(m, { lines, restocking_fee, shipping_fee, exchange = [], refund, pending = false }, at) {
  holdAgreements(m);
  const back = { n: m.returns.length, at, units: 0, fees: [] },
    sales = [];
  for (const { line: n, quantity } of lines) {
    const l = lineOf(m, n);
    restocks(m, l, quantity, 'RETURN');
    sales.push(...takeOff(m, l, quantity));
    l.returned += quantity;
    back.units += quantity;
  }
  const fee = (type, decimal) => {
    const { n, rates } = m.lines[lines[0].line],
      net = moneyOf(m, decimal),
      taxes = m.taxExempt ? rates.map(() => ZERO) : taxesOn(m, net, rates).map(t => t.amount);
    back.fees.push({ type, line: n, net, taxes });
  };
  if (restocking_fee) fee('RestockingFee', restocking_fee);
  if (shipping_fee) fee('ReturnShippingFee', shipping_fee);
  sales.push(...back.fees.map(x => feeSale(m, x)));
  for (const { article = 0, quantity = 1 } of exchange)
    sales.push(...addLine(m, CATALOGUE[article % CATALOGUE.length], quantity));
  m.returns.push(back);
  addAgreement(m, 'RETURN', at, sales, back.n);
  if (refund) refundBalance(m, back.n, at, pending);
}

function changeRefund(m, { refund, status }) {
  const found = m.refunds[refund];
  if (!found) throw new Error(`order has no refund ${refund}`);
  for (const n of found.transactions) m.transactions[n].status = status;
}

/** An order edit. Fewer units leave `quantity` as it was; more units become a line of their own, as in the admin. */
export function editLines(m, changes, at = m.header.updated) {
  holdAgreements(m);
  const sales = [];
  for (const c of changes) {
    if (c.add !== undefined) sales.push(...addLine(m, CATALOGUE[c.add % CATALOGUE.length], c.quantity ?? 1));
    else {
      const l = lineOf(m, c.line);
      if (c.amount !== undefined) sales.push(...discountLine(m, l, c.amount));
      else if (c.to > l.current) sales.push(...addLine(m, l.item ?? CATALOGUE[0], c.to - l.current, l));
      else if (c.to < l.current) sales.push(...removeUnits(m, l, l.current - Math.max(0, c.to)));
    }
  }
  if (sales.length) addAgreement(m, 'ORDER_EDIT', at, sales);
  m.edited = true;
}

/** `like`: the line that it is more of. */
function addLine(m, item, quantity, like = null) {
  const { giftCard, taxable, requiresShipping } = like?.item ? like : line(m, item, quantity);
  const added = line(m, item, quantity, { added: true, giftCard, taxable, requiresShipping });
  added.taxes = taxable ? taxesOn(m, lineNet(added), added.rates) : [];
  if (m.taxExempt) for (const t of added.taxes) t.amount = ZERO;
  m.lines.push(added);
  return lineSales(m, added, 'ORDER', quantity, null);
}

/** Those not shipped first. The vendor would refuse the others; here they have come back. */
function removeUnits(m, l, units) {
  for (const [how, part] of restocks(m, l, units)) l[INTO[how]] += part;
  return takeOff(m, l, units);
}

/** A discount that an edit puts on what is left of a line. */
function discountLine(m, l, decimal) {
  const was = leftOf(l),
    asked = moneyOf(m, decimal),
    amount = asked[1] === was.net[1] ? was.net : asked;
  if (amount[1] > was.net[1]) throw new Error(`line ${l.n}: a discount of ${decimal} is more than what is left of it`);
  const index = m.discounts.length,
    before = l.taxes;
  const application = { type: 'manual', title: 'Discount', description: null, fixed: amount };
  const what = { targetType: 'LINE_ITEM', targetSelection: 'EXPLICIT', allocationMethod: 'EACH' };
  m.discounts.push({ index, ...application, ...what });
  l.allocations.push({ discount: index, amount });
  if (!m.taxExempt && l.taxable && !l.fixedTaxes) l.taxes = taxesOn(m, lineNet(l), l.rates);
  l.left = {
    discount: add(was.discount, amount),
    taxes: was.taxes.map((tax, k) => add(tax, sub(l.taxes[k].amount, before[k].amount))),
    duties: was.duties,
  };
  const sales = lineSales(m, l, 'UPDATE', 0, was);
  if (!l.added) m.updates = add(m.updates, sales[0].total);
  return sales;
}

function cancel(m, { reason, amount = null }, at) {
  const open = m.lines.filter(l => l.current > 0).map(l => ({ line: l.n, quantity: l.current }));
  refundLines(m, open, { at, shipping: true, amount });
  const shipped = shippedUnits(m);
  for (const l of m.lines) l.dropped += toShip(l, shipped.get(l.n) ?? 0);
  if (totals(m).received[1] === 0) {
    const authorization = m.transactions.find(t => t.kind === 'AUTHORIZATION');
    if (authorization) transaction(m, 'VOID', authorization.amount, { at, parent: authorization.n });
    m.header.payment = 'VOIDED';
  }
  m.cancelReason = reason;
  m.header.cancelled = at;
  m.header.closed ??= at;
}

/** Applies one change at the given second. The caller sets updatedAt and tells the index. */
export function applyChange(m, change, at) {
  const known = new Set([
    'note',
    'tags',
    'email',
    'po_number',
    'quantity',
    'add',
    'edit_discount',
    'paid',
    'refund',
    'refund_status',
    'return',
    'return_status',
    'fulfill',
    'cancel_fulfillment',
    'cancel',
    'touch',
    'metafields',
    'address',
    'test',
  ]);
  for (const verb of Object.keys(change)) if (!known.has(verb)) throw new Error(`unknown change "${verb}"`);
  if ('note' in change) m.note = change.note;
  if ('tags' in change) m.tags = change.tags;
  if ('email' in change) m.email = change.email;
  if ('po_number' in change) m.poNumber = change.po_number;
  if ('test' in change) m.header.test = Boolean(change.test);
  if (change.metafields) m.metafields = changeMetafields(m.metafields, change.metafields);
  if (change.address) m.shipTo = { ...m.shipTo, ...change.address };
  const listed = verb => [].concat(change[verb] || []),
    added = listed('add').map(({ article = 0, quantity = 1 }) => ({ add: article, quantity })),
    edits = [...listed('quantity'), ...added, ...listed('edit_discount')];
  if (edits.length) editLines(m, edits, at);
  if (change.paid) {
    const due = totals(m).outstanding;
    for (const t of m.transactions) if (t.status === 'PENDING') t.status = 'FAILURE';
    if (due[1] > 0) transaction(m, 'SALE', due, { at, gateway: 'manual' });
    if (m.header.payment === 'EXPIRED' || m.header.payment === 'VOIDED') m.header.payment = 'PAID';
  }
  if (change.refund) {
    const { lines, amount = null, note = null, pending } = change.refund,
      all = !lines && amount === null,
      left = m.lines.filter(l => l.current > 0).map(l => ({ line: l.n, quantity: l.current }));
    refundLines(m, lines ?? (all ? left : []), {
      at,
      note,
      amount,
      pending,
      shipping: change.refund.shipping ?? all,
    });
  }
  if (change.refund_status) changeRefund(m, change.refund_status);
  if (change.fulfill) {
    alignFulfillmentOrders(m, at);
    shipAll(m, at, change.fulfill === true ? {} : change.fulfill);
  }
  if (change.return) returnLines(m, change.return, at);
  if ('return_status' in change) m.returnStatus = change.return_status;
  if ('cancel_fulfillment' in change) {
    const shipment = m.fulfillments[change.cancel_fulfillment];
    if (!shipment) throw new Error(`order has no shipment ${change.cancel_fulfillment}`);
    cancelShipment(m, shipment, at);
  }
  if (change.cancel)
    cancel(m, change.cancel.reason ? change.cancel : { reason: change.cancel === true ? 'OTHER' : change.cancel }, at);
  alignFulfillmentOrders(m, at);
}

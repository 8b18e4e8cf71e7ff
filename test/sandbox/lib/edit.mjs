// Changes to an order that exists, with their consequences: quantities, payments, refunds, state.
//
// `change` is one JSON object; several verbs may stand in it and are done in this order:
//   note, tags, email, po_number      set the field
//   quantity: {line, to}              order edit: fewer units (to: 0 removes the line) or more (a new line is added)
//   add: {article, quantity}          order edit: a new line of the catalogue's article
//   paid: true                        the whole outstanding sum is received
//   refund: {lines: [{line, quantity}], shipping: true, note}   or  refund: {}  for everything left
//   fulfill: true                     every open unit is shipped
//   cancel: "CUSTOMER"                cancelled: everything refunded (or the authorization voided) and closed
//   touch: true                       nothing but updatedAt (what an app does that sets a metafield)
//   address: {…}                      shipping address fields

import { ZERO, add, sub, sum, ratioPair, isZero } from './money.mjs';
import { CATALOGUE } from './world.mjs';
import { line, taxesOn, transaction } from './pieces.mjs';
import { totals, taxOf, lineNet, shippingNet } from './totals.mjs';
import { alignFulfillmentOrders, shipAll } from './fulfillment-orders.mjs';

/** Refunds units of lines; the money goes back by one REFUND transaction per refund. */
export function refundLines(m, wanted, { at, note = null, shipping = false, restock = 'RETURN' }) {
  const refund = { n: m.refunds.length, at, note, lines: [], shipping: [], adjustments: [], transactions: [] };
  let money = ZERO;
  for (const { line: n, quantity } of wanted) {
    const l = m.lines[n];
    if (!l) throw new Error(`order has no line ${n}`);
    const units = Math.min(quantity, l.current);
    if (units <= 0) continue;
    const subtotal = ratioPair(lineNet(l), units, l.quantity),
      tax = ratioPair(taxOf(l), units, l.quantity);
    refund.lines.push({ n: refund.lines.length, line: n, quantity: units, price: l.unit, subtotal, tax, restock });
    l.current -= units;
    l.refunded += units;
    money = sum([money, subtotal, m.taxesIncluded ? ZERO : tax]);
  }
  if (shipping)
    for (const s of m.shipping.filter(x => !x.removed && isZero(x.refunded))) {
      s.refunded = shippingNet(s);
      s.refundedTax = taxOf(s);
      refund.shipping.push({ n: refund.shipping.length, line: s.n, amount: s.refunded, tax: s.refundedTax });
      money = sum([money, s.refunded, m.taxesIncluded ? ZERO : s.refundedTax]);
    }
  const t = totals(m);
  const held = sub(t.received, t.refunded);
  refund.total = held[1] < money[1] ? held : money;
  m.refunds.push(refund);
  if (!isZero(refund.total)) {
    const source = m.transactions.find(x => x.status === 'SUCCESS' && (x.kind === 'SALE' || x.kind === 'CAPTURE'));
    refund.transactions.push(
      transaction(m, 'REFUND', refund.total, { at, parent: source?.n ?? null, gateway: source?.gateway ?? m.gateway })
        .n,
    );
  }
  return refund;
}

/** An order edit. Fewer units leave `quantity` as it was; more units become a line of their own, as in the admin. */
export function editLines(m, changes) {
  for (const c of changes) {
    if (c.add !== undefined) {
      addLine(m, CATALOGUE[c.add % CATALOGUE.length], c.quantity ?? 1);
      continue;
    }
    const l = m.lines[c.line];
    if (!l) throw new Error(`order has no line ${c.line}`);
    if (c.to > l.current) addLine(m, l.item ?? CATALOGUE[0], c.to - l.current);
    else l.current = Math.max(0, c.to);
  }
  m.edited = true;
}

function addLine(m, item, quantity) {
  const added = line(m, item, quantity, { added: true });
  added.taxes = taxesOn(m, lineNet(added), added.rates);
  m.lines.push(added);
}

function cancel(m, reason, at) {
  const open = m.lines.filter(l => l.current > 0).map(l => ({ line: l.n, quantity: l.current }));
  refundLines(m, open, { at, shipping: true, restock: 'CANCEL' });
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
    'paid',
    'refund',
    'fulfill',
    'cancel',
    'touch',
    'address',
    'test',
  ]);
  for (const verb of Object.keys(change)) if (!known.has(verb)) throw new Error(`unknown change "${verb}"`);
  if ('note' in change) m.note = change.note;
  if ('tags' in change) m.tags = change.tags;
  if ('email' in change) m.email = change.email;
  if ('po_number' in change) m.poNumber = change.po_number;
  if ('test' in change) m.header.test = Boolean(change.test);
  if (change.address) m.shipTo = { ...m.shipTo, ...change.address };
  if (change.quantity) editLines(m, [change.quantity]);
  if (change.add) editLines(m, [{ add: change.add.article ?? 0, quantity: change.add.quantity ?? 1 }]);
  if (change.paid) {
    const due = totals(m).outstanding;
    for (const t of m.transactions) if (t.status === 'PENDING') t.status = 'FAILURE';
    if (due[1] > 0) transaction(m, 'SALE', due, { at, gateway: 'manual' });
    if (m.header.payment === 'EXPIRED' || m.header.payment === 'VOIDED') m.header.payment = 'PAID';
  }
  if (change.refund) {
    const lines =
      change.refund.lines ?? m.lines.filter(l => l.current > 0).map(l => ({ line: l.n, quantity: l.current }));
    refundLines(m, lines, {
      at,
      note: change.refund.note ?? null,
      shipping: change.refund.shipping ?? !change.refund.lines,
    });
  }
  if (change.fulfill) {
    alignFulfillmentOrders(m, at);
    shipAll(m, at);
  }
  if (change.cancel) cancel(m, change.cancel === true ? 'OTHER' : change.cancel, at);
  alignFulfillmentOrders(m, at);
}

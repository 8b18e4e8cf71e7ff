// The sums of an order, in both currencies. One place, so that a change to a line always reaches every total.
//
// `as sold` values keep removed and refunded quantities; `current` ones are what is left of them. What was taken off a line
// stays taken off, to the minor unit: the last unit takes the rest with it.

import { ZERO, add, sub, sum, times } from './money.mjs';

export const shares = x => sum(x.allocations.map(a => a.amount));
export const taxOf = x => sum(x.taxes.map(t => t.amount));
export const lineGross = l => times(l.unit, l.quantity);
export const lineNet = l => sub(lineGross(l), shares(l));
const currentShares = l => l.left?.discount ?? shares(l);
export const lineCurrentNet = l => sub(times(l.unit, l.current), currentShares(l));
export const lineCurrentTax = l => (l.left ? sum(l.left.taxes) : taxOf(l));
/** What is left of a line: `l.left` once it was changed, before that all of it. */
export const leftOf = l => ({
  net: lineCurrentNet(l),
  discount: currentShares(l),
  taxes: l.left?.taxes ?? l.taxes.map(t => t.amount),
  duties: l.left?.duties ?? l.duties.map(d => d.price),
});
export const shippingNet = s => sub(s.price, shares(s));

function moneyIn(m) {
  const success = m.transactions.filter(t => t.status === 'SUCCESS');
  const of = (...kinds) => sum(success.filter(t => kinds.includes(t.kind)).map(t => t.amount));
  return {
    received: sub(of('SALE', 'CAPTURE'), of('CHANGE')),
    refunded: of('REFUND'),
    refunding: sum(m.transactions.filter(t => t.kind === 'REFUND' && t.status === 'PENDING').map(t => t.amount)),
    authorized: of('AUTHORIZATION'),
  };
}

export function totals(m) {
  const goods = m.lines.filter(l => !l.tip),
    tips = m.lines.filter(l => l.tip);
  const shipping = m.shipping.filter(s => !s.removed);
  const duties = m.lines.flatMap(l => l.duties);
  const taxIn = tax => (m.taxesIncluded ? ZERO : tax);

  const subtotal = sum(goods.map(lineNet));
  const tip = sum(tips.map(lineNet));
  const ship = sum(shipping.map(shippingNet));
  const dutyTotal = sum(duties.map(d => d.price));
  const feeTotal = sum(m.fees.map(f => f.price));
  const sideTax = sum([...shipping, ...m.fees].map(taxOf));
  const tax = add(sum(m.lines.map(taxOf)), sideTax);
  const dutiesIn = amount => (m.dutiesIncluded ? ZERO : amount);
  const aside = sum([ship, feeTotal, m.skew]);
  const total = sum([subtotal, tip, aside, dutiesIn(dutyTotal), taxIn(tax)]);

  const addedLater = m.lines.filter(l => l.added);
  const original = sub(total, sum([m.updates, ...addedLater.map(l => add(lineNet(l), taxIn(taxOf(l))))]));

  const nowSubtotal = sum(goods.map(lineCurrentNet));
  const refundedShipping = sum(m.shipping.map(s => s.refunded));
  const refundedShippingTax = sum(m.shipping.map(s => s.refundedTax ?? ZERO));
  const returnFees = m.returns.flatMap(r => r.fees);
  const feeTax = sum(returnFees.flatMap(f => f.taxes));
  const nowTax = sub(sum([...m.lines.map(lineCurrentTax), sideTax, feeTax]), refundedShippingTax);
  const nowDuties = sum(m.lines.flatMap(l => l.left?.duties ?? l.duties.map(d => d.price)));
  const adjustments = sum(m.refunds.flatMap(r => r.adjustments.map(a => a.amount)));
  const kept = [adjustments, ...returnFees.map(f => f.net)];
  const nowParts = [nowSubtotal, sum(tips.map(lineCurrentNet)), aside, dutiesIn(nowDuties), taxIn(nowTax), ...kept];
  const nowTotal = sub(sum(nowParts), refundedShipping);

  const money = moneyIn(m);
  const discounts = sum([...m.lines, ...shipping].map(shares));
  return {
    subtotal,
    tip: add(tip, m.tipTotal),
    shipping: ship,
    duties: dutyTotal,
    fees: feeTotal,
    tax,
    total,
    original,
    discounts,
    nowSubtotal,
    nowTax,
    nowTotal,
    nowDuties,
    nowShipping: sub(ship, refundedShipping),
    refundedShipping,
    nowDiscounts: sum([...m.lines.map(currentShares), ...shipping.map(shares)]),
    ...money,
    outstanding: sub(nowTotal, sub(money.received, money.refunded)),
    hasDuties: duties.length > 0,
    hasFees: m.fees.length > 0,
  };
}

/** displayFinancialStatus from the payments; a status that payments do not explain is kept in the header. */
export function financialStatus(m, t) {
  const [status, paid] = [m.header.payment, t.received[1]];
  if (status === 'VOIDED' || status === 'EXPIRED') return status;
  if (t.refunded[1] > 0) return t.refunded[1] >= paid ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  if (t.total[1] <= 0 || (paid - t.nowTotal[1] >= m.cashRounding[1] && paid > 0)) return 'PAID';
  if (paid > 0) return 'PARTIALLY_PAID';
  return t.authorized[1] > 0 ? 'AUTHORIZED' : 'PENDING';
}

/** Tax lines of the whole order: one per title and rate. `part` gives the amount that counts of one thing's tax. */
export function taxSummary(things, part = (thing, tax) => tax.amount) {
  const found = new Map();
  for (const thing of things)
    for (const [k, tax] of thing.taxes.entries()) {
      const key = `${tax.title}\u0000${tax.rate}`;
      const row = found.get(key);
      if (row) row.amount = add(row.amount, part(thing, tax, k));
      else found.set(key, { ...tax, amount: part(thing, tax, k) });
    }
  return [...found.values()];
}
/** For taxSummary: what is left of a tax. Shipping is refunded whole. */
export const currentPart = (thing, tax, k) => (thing.refundedTax ? ZERO : (thing.left?.taxes[k] ?? tax.amount));

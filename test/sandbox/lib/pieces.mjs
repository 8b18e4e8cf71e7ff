// The pieces an order is put together from: lines, discounts, shipping, taxes, payments, addresses. Each function takes
// the model (see model.mjs) first and works in both of its currencies.

import { ZERO, sum, ratio, ratioPair, allocatePair, isZero } from './money.mjs';
import { RATES, FIRST, LAST, STREETS } from './world.mjs';
import { lineNet } from './totals.mjs';

/** A euro-cent amount in both currencies of the order. */
export function price(m, cents) {
  const buyer = m.currencies[1];
  if (buyer.code === 'EUR') return [cents, cents];
  return [cents, ratio(cents, RATES[buyer.code] * 10 ** buyer.exponent, 100 * 1000000)];
}

/** "12.50" of the buyer's currency in both. */
export function moneyOf(m, decimal) {
  const buyer = m.currencies[1],
    minor = Math.round(Number(decimal) * 10 ** buyer.exponent);
  if (!Number.isSafeInteger(minor) || minor < 0) throw new Error(`"${decimal}" is no amount`);
  if (buyer.code === 'EUR') return [minor, minor];
  return [ratio(minor, 100 * 1000000, RATES[buyer.code] * 10 ** buyer.exponent), minor];
}

export function line(m, item, quantity, more = {}) {
  return {
    n: m.lines.length,
    item,
    sku: item.sku,
    title: item.title,
    variantTitle: item.variantTitle,
    vendor: item.vendor,
    quantity,
    current: quantity,
    unit: price(m, item.price),
    allocations: [],
    rates: m.region[item.rate],
    taxes: [],
    duties: [],
    attributes: [],
    variantGone: false,
    custom: false,
    giftCard: false,
    tip: false,
    taxable: true,
    requiresShipping: true,
    group: null,
    added: false,
    left: null, // { discount, taxes, duties }: see totals.mjs
    dropped: 0, // units that will not be shipped
    returned: 0, // units that were shipped and came back
    returnedTo: {}, // of these, to a location by its number; the others went back where they came from
    ...more,
  };
}

export function taxesOn(m, amount, rates) {
  const whole = rates.reduce((n, t) => n + t.rate, 0);
  return rates.map(t => ({ ...t, amount: ratioPair(amount, t.rate, m.taxesIncluded ? 100000 + whole : 100000) }));
}

/** Adds a discount application and shares its amount out over lines (or shipping lines). */
export function discount(m, application, amount, targets) {
  const index = m.discounts.length;
  m.discounts.push({
    index,
    targetType: 'LINE_ITEM',
    targetSelection: 'ALL',
    allocationMethod: 'ACROSS',
    ...application,
  });
  const weights = targets.map(t => (t.unit ? lineNet(t) : t.price));
  allocatePair(amount, weights).forEach((share, i) => {
    if (!isZero(share)) targets[i].allocations.push({ discount: index, amount: share });
  });
}

export function percentOff(m, application, percent, targets) {
  const base = sum(targets.map(t => (t.unit ? lineNet(t) : t.price)));
  discount(m, { ...application, percentage: percent }, ratioPair(base, percent, 100), targets);
}

export function shippingLine(m, title, cents, more = {}) {
  return {
    n: m.shipping.length,
    title,
    code: title.toLowerCase().replace(/[^a-z]+/g, '-'),
    price: price(m, cents),
    allocations: [],
    rates: m.region.shipping ? m.region.standard : [],
    taxes: [],
    removed: false,
    custom: false,
    refunded: ZERO,
    ...more,
  };
}

export function address(r, region, more = {}) {
  const [city, zip, province = null, provinceCode = null] = r.pick(region.cities);
  return {
    firstName: r.pick(FIRST),
    lastName: r.pick(LAST),
    company: null,
    address1: r.pick(STREETS),
    address2: r.chance(0.2) ? 'Apt 4' : null,
    city,
    zip,
    province,
    provinceCode,
    country: region.country,
    phone: r.chance(0.6) ? `+33612345${String(r.int(0, 999)).padStart(3, '0')}` : null,
    ...more,
  };
}

export function transaction(m, kind, amount, more = {}) {
  const t = {
    n: m.transactions.length,
    kind,
    status: 'SUCCESS',
    gateway: m.gateway,
    amount,
    at: m.header.processed,
    parent: null,
    test: m.header.test,
    ...more,
  };
  m.transactions.push(t);
  return t;
}

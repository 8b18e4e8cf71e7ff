// An order as integers: lines, discounts, taxes, shipping, payments. Built from (seed, index) alone.
//
// The order of the steps is the order money takes in a shop: price, discount, tax, payment. A nasty kind may act
// before the sums are settled (`shape`: the order still adds up) or after (`spoil`: it may not).

import { Random } from './random.mjs';
import { ZERO, isZero, ratioPair } from './money.mjs';
import { CATALOGUE, REGIONS, EUR } from './world.mjs';
import { KINDS } from './nasty.mjs';
import { totals, lineNet, shippingNet } from './totals.mjs';
import { idOf } from './header.mjs';
import { assignFulfillmentOrders } from './fulfillment-orders.mjs';
import { price, line, taxesOn, discount, percentOff, shippingLine, transaction, address } from './pieces.mjs';

function start(h, r) {
  const region = r.weighted(REGIONS.map(g => [g.weight, g]));
  const shipTo = address(r, region);
  const person = r.int(1, 4000);
  return {
    header: h,
    id: idOf(h.index),
    region,
    currencies: [EUR, EUR],
    taxesIncluded: r.chance(region.included),
    taxExempt: false,
    lines: [],
    discounts: [],
    shipping: [],
    fees: [],
    transactions: [],
    refunds: [],
    returns: [],
    returnStatus: null, // null: what the returns say
    fulfillments: [],
    fulfillmentOrders: [],
    edited: false,
    dutiesIncluded: false,
    customer: {
      id: 7400000000000 + person * 4096,
      firstName: shipTo.firstName,
      lastName: shipTo.lastName,
      taxExempt: false,
      exemptions: [],
      email: `customer${person}@example.com`,
      phone: shipTo.phone,
    },
    email: `customer${person}@example.com`,
    phone: null,
    note: r.chance(0.1) ? 'Please ring twice.' : null,
    tags: r.chance(0.15) ? ['vip'] : [],
    metafields: {},
    poNumber: null,
    sourceName: 'web',
    sourceIdentifier: null,
    app: { id: 580111, name: 'Online Store' },
    location: null,
    company: null,
    terms: null,
    attributes: r.chance(0.08)
      ? [
          ['gift', 'yes'],
          ['message', 'Joyeux anniversaire'],
        ]
      : [],
    shipTo,
    billTo: r.chance(0.85) ? { ...shipTo } : address(r, region),
    cashRounding: ZERO,
    tipTotal: ZERO,
    skew: ZERO,
    updates: ZERO, // of lines as sold, by later discounts
    agreements: null,
    fulfilledAt: h.fulfillment === 'FULFILLED' ? h.updated : null,
    confirmed: true,
    locale: region.language,
    cancelReason: null,
    gateway: 'shopify_payments',
    expected: 'export',
    why: null,
    restocked: false,
  };
}

function fill(m, r) {
  const count = r.weighted([
    [45, 1],
    [25, 2],
    [15, 3],
    [10, 4],
    [5, r.int(5, 12)],
  ]);
  const used = new Set();
  while (m.lines.length < count) {
    const item = r.pick(CATALOGUE);
    if (used.has(item.n)) continue;
    used.add(item.n);
    m.lines.push(
      line(
        m,
        item,
        r.weighted([
          [75, 1],
          [18, 2],
          [7, r.int(3, 12)],
        ]),
      ),
    );
  }
  m.shipping.push(
    r.weighted([
      [60, () => shippingLine(m, 'Standard', 490)],
      [25, () => shippingLine(m, 'Express 24 h', 990)],
      [15, () => shippingLine(m, 'Free shipping', 0)],
    ])(),
  );
}

const DISCOUNTS = [
  [62, () => {}],
  [14, (m, r) => percentOff(m, { type: 'code', code: 'WELCOME10' }, r.pick([5, 10, 15, 20]), m.lines)],
  [7, (m, r) => discount(m, { type: 'code', code: 'FIVEOFF', fixed: price(m, 500) }, price(m, 500), m.lines)],
  [
    7,
    (m, r) =>
      percentOff(
        m,
        { type: 'automatic', title: 'Autumn sale', targetSelection: 'ENTITLED', allocationMethod: 'EACH' },
        25,
        [r.pick(m.lines)],
      ),
  ],
  [
    5,
    (m, r) =>
      percentOff(
        m,
        {
          type: 'manual',
          title: 'Goodwill',
          description: 'Scratch on the box',
          targetSelection: 'EXPLICIT',
          allocationMethod: 'EACH',
        },
        30,
        [m.lines[0]],
      ),
  ],
  [
    5,
    m => {
      if (!isZero(m.shipping[0].price))
        percentOff(m, { type: 'code', code: 'FREESHIP', targetType: 'SHIPPING_LINE' }, 100, [m.shipping[0]]);
    },
  ],
];

/** Taxes from what is to be paid, then the payments from the total. */
export function settle(m) {
  for (const l of m.lines)
    l.taxes = l.taxable && !l.fixedTaxes ? taxesOn(m, lineNet(l), l.rates) : (l.fixedTaxes ?? []);
  for (const s of m.shipping) s.taxes = taxesOn(m, shippingNet(s), s.rates);
  for (const f of m.fees) f.taxes = taxesOn(m, f.price, f.rates);
  if (m.transactions.length === 0) pay(m, totals(m).total);
}

function pay(m, total) {
  if (isZero(total)) return;
  const half = ratioPair(total, 1, 2);
  switch (m.header.payment) {
    case 'PAID':
      transaction(m, 'SALE', total);
      break;
    case 'CAPTURED':
      transaction(m, 'CAPTURE', total, { parent: transaction(m, 'AUTHORIZATION', total).n });
      break;
    case 'AUTHORIZED':
    case 'EXPIRED':
      transaction(m, 'AUTHORIZATION', total);
      break;
    case 'VOIDED':
      transaction(m, 'VOID', total, { parent: transaction(m, 'AUTHORIZATION', total).n });
      break;
    case 'PARTIALLY_PAID':
      transaction(m, 'SALE', half);
      break;
    default:
      m.gateway = 'Bank Deposit';
      transaction(m, 'SALE', total, { status: 'PENDING', gateway: 'Bank Deposit' });
  }
}

/** The whole order behind a header. `goods`: [{ item, quantity, location, requiresShipping }] instead of lines by chance. */
export function build(seed, h, goods = null) {
  const r = new Random(seed, h.index, 2);
  const m = start(h, r);
  const kind = h.kind ? KINDS[h.kind] : null;
  if (kind) Object.assign(m, { expected: kind.expected, why: kind.why ?? null });
  kind?.before?.(m, r);
  if (goods) {
    for (const { item, quantity, location, requiresShipping } of goods)
      m.lines.push(line(m, item, quantity, { place: location, requiresShipping }));
    m.shipping.push(shippingLine(m, 'Standard', 490));
  } else fill(m, r);
  if (!kind?.plain && !goods) r.weighted(DISCOUNTS)(m, r);
  kind?.shape?.(m, r);
  settle(m);
  kind?.spoil?.(m, r);
  if (m.fulfilledAt)
    m.fulfillments.push({
      n: 0,
      at: m.fulfilledAt,
      lines: m.lines.filter(l => l.requiresShipping && l.current).map(l => [l.n, l.current]),
    });
  assignFulfillmentOrders(m, seed);
  return m;
}

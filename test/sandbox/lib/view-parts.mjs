// The parts of an order as GraphQL objects: see view.mjs. `tools` holds what all of them need: money(pair) makes a
// MoneyBag, taxLine and allocation make theirs.

import { ZERO, sub, sum, times, ratioPair, print, isZero } from './money.mjs';
import { iso } from './clock.mjs';
import { LOCATIONS } from './world.mjs';
import { lineGross, lineNet, lineCurrentNet, lineCurrentTax, shares, shippingNet } from './totals.mjs';
import { ID_STRIDE } from './header.mjs';
import { gid } from './errors.mjs';
import { toShip } from './fulfillment-orders.mjs';
import { articleField } from './people.mjs';
import { locationField } from './locations.mjs';
import { productIdOf, variantIdOf } from './catalogue-seed.mjs';

const LINE_IDS = 14500000000000,
  SHIPPING_IDS = 4900000000000,
  TRANSACTION_IDS = 6800000000000,
  REFUND_IDS = 930000000000,
  RETURN_IDS = 15100000000,
  PARTS_OF_REFUND = 1024;

export { gid };
export const child = (base, m, n) => base + m.header.index * ID_STRIDE + n;
const GATEWAYS = {
  shopify_payments: 'Shopify Payments',
  gift_card: 'Gift card',
  cash: 'Cash',
  bogus: '(for testing) Bogus Gateway',
  manual: 'Manual',
  'Bank Deposit': 'Bank Deposit',
};
const APPLICATION = {
  code: 'DiscountCodeApplication',
  automatic: 'AutomaticDiscountApplication',
  manual: 'ManualDiscountApplication',
  script: 'ScriptDiscountApplication',
};

export const confirmation = id => ((id * 7919) % 2176782336).toString(36).toUpperCase().padStart(6, '0') + 'XQZ';

export function applicationView(m, d) {
  const value =
    d.percentage !== undefined
      ? { __typename: 'PricingPercentageValue', percentage: d.percentage }
      : {
          __typename: 'MoneyV2',
          amount: print(d.fixed[1], m.currencies[1].exponent),
          currencyCode: m.currencies[1].code,
        };
  return {
    __typename: APPLICATION[d.type],
    index: d.index,
    allocationMethod: d.allocationMethod,
    targetSelection: d.targetSelection,
    targetType: d.targetType,
    value,
    code: d.code,
    title: d.title,
    description: d.description ?? null,
  };
}

export function lineView(m, l, { money, taxLine, allocation, shipped }) {
  const all = shares(l),
    whole = lineGross(l),
    net = lineNet(l),
    now = lineCurrentNet(l);
  const early = pick =>
    sum(
      l.allocations
        .filter(a => m.discounts[a.discount].targetSelection !== 'ALL' && pick(m.discounts[a.discount]))
        .map(a => a.amount),
    );
  const automatic = early(d => d.type !== 'code'),
    withCodes = early(() => true);
  const set = money(l.unit),
    taxLines = l.taxes.map(taxLine),
    goods = l.custom || l.variantGone || !l.item ? null : articleField(l.item);
  return {
    __typename: 'LineItem',
    id: gid('LineItem', child(LINE_IDS, m, l.n)),
    sku: l.sku,
    title: l.title,
    variantTitle: l.variantTitle,
    name: l.variantTitle ? `${l.title} - ${l.variantTitle}` : l.title,
    vendor: l.vendor,
    quantity: l.quantity,
    currentQuantity: l.current,
    refundableQuantity: l.current,
    unfulfilledQuantity: toShip(l, shipped),
    nonFulfillableQuantity: l.requiresShipping ? l.quantity - Math.max(l.current, toShip(l, shipped)) : l.quantity,
    requiresShipping: l.requiresShipping,
    taxable: l.taxable,
    isGiftCard: l.giftCard,
    product: goods && ((args, context) => goods(args, context)?.product() ?? null),
    variant: goods,
    lineItemGroup: l.group && groupView(l.group),
    sellingPlan: null,
    customAttributes: l.attributes.map(([key, value]) => ({ key, value })),
    originalUnitPriceSet: set,
    originalTotalSet: money(whole),
    _discountedTotalSet: money(sub(whole, automatic)),
    _discountedTotalSetWithCodes: money(sub(whole, withCodes)),
    discountedUnitPriceSet: money(ratioPair(sub(whole, automatic), 1, l.quantity)),
    discountedUnitPriceAfterAllDiscountsSet: money(ratioPair(net, 1, l.quantity)),
    totalDiscountSet: money(withCodes),
    priceAfterAllDiscountsBeforeTaxesSet: money(m.taxesIncluded ? sub(now, lineCurrentTax(l)) : now),
    unfulfilledDiscountedTotalSet: money(now),
    unfulfilledOriginalTotalSet: money(times(l.unit, l.current)),
    discountAllocations: l.allocations.map(allocation),
    _taxLines: taxLines,
    canRestock: true,
    restockable: true,
    merchantEditable: true,
    fulfillableQuantity: l.requiresShipping ? toShip(l, shipped) : l.current,
    fulfillmentStatus: shipped ? 'fulfilled' : 'unfulfilled',
    duties: l.duties.map(d => ({
      __typename: 'Duty',
      id: gid('Duty', child(9100000000000, m, l.n)),
      harmonizedSystemCode: d.hs,
      countryCodeOfOrigin: d.origin,
      price: money(d.price),
      taxLines: d.taxes.map(taxLine),
    })),
    weight: null,
  };
}

const groupView = g => ({
  __typename: 'LineItemGroup',
  id: gid('LineItemGroup', g.id),
  title: g.title,
  quantity: g.quantity,
  variantSku: g.sku,
  variantId: gid('ProductVariant', variantIdOf(g.item.n)),
  productId: (args, context) => gid('Product', productIdOf(context.catalogue.variants[g.item.n].product.p)),
  customAttributes: [],
});

export function shippingView(m, s, { money, taxLine, allocation }) {
  const full = money(s.price),
    net = shippingNet(s),
    reduced = money(net),
    left = money(sub(net, s.refunded));
  return {
    __typename: 'ShippingLine',
    id: gid('ShippingLine', child(SHIPPING_IDS, m, s.n)),
    title: s.title,
    code: s.code,
    source: 'shopify',
    carrierIdentifier: null,
    deliveryCategory: 'shipping',
    custom: s.custom,
    isRemoved: s.removed,
    phone: null,
    shippingRateHandle: null,
    originalPriceSet: full,
    discountedPriceSet: reduced,
    currentDiscountedPriceSet: left,
    originalPrice: full.shopMoney,
    discountedPrice: reduced.shopMoney,
    price: full.shopMoney.amount,
    taxLines: s.taxes.map(taxLine),
    discountAllocations: s.allocations.map(allocation),
  };
}

export function transactionView(m, x, money) {
  const id = child(TRANSACTION_IDS, m, x.n),
    set = money(x.amount);
  return {
    __typename: 'OrderTransaction',
    id: gid('OrderTransaction', id),
    kind: x.kind,
    status: x.status,
    gateway: x.gateway,
    formattedGateway: GATEWAYS[x.gateway] ?? x.gateway,
    paymentId: `${confirmation(m.id)}.${x.n + 1}`,
    test: x.test,
    createdAt: iso(x.at),
    processedAt: iso(x.at),
    amountSet: set,
    amountRoundingSet: isZero(m.cashRounding) ? null : money(m.cashRounding),
    amountV2: set.shopMoney,
    amount: set.shopMoney.amount,
    parentTransaction: null,
    fees: [],
    errorCode: x.status === 'FAILURE' ? 'CARD_DECLINED' : null,
    manualPaymentGateway: x.gateway === 'Bank Deposit' || x.gateway === 'manual',
    manuallyCapturable: x.kind === 'AUTHORIZATION',
    multiCapturable: false,
    location: m.location && locationField(m.location.id),
  };
}

export function refundView(m, r, { money, lines, shippingLines, transactions, order }) {
  const id = child(REFUND_IDS, m, r.n),
    total = money(r.total);
  return {
    __typename: 'Refund',
    id: gid('Refund', id),
    legacyResourceId: String(id),
    createdAt: iso(r.at),
    processedAt: iso(r.at),
    updatedAt: iso(r.at),
    note: r.note,
    return: r.of === null ? null : order._returns[r.of],
    staffMember: null,
    totalRefundedSet: total,
    totalRefunded: total.shopMoney,
    duties: r.duties.map(d => ({
      __typename: 'RefundDuty',
      amountSet: money(d.amount),
      originalDuty: lines[d.line].duties[d.duty],
    })),
    order,
    _lines: r.lines.map(x => ({
      __typename: 'RefundLineItem',
      id: gid('RefundLineItem', id * PARTS_OF_REFUND + x.n),
      quantity: x.quantity,
      restockType: x.restock,
      restocked: x.restock !== 'NO_RESTOCK',
      location: x.restock === 'NO_RESTOCK' ? null : locationField(LOCATIONS[x.location ?? 0].id),
      lineItem: lines[x.line],
      priceSet: money(x.price),
      subtotalSet: money(x.subtotal),
      totalTaxSet: money(x.tax),
    })),
    _shippingLines: r.shipping.map(x => ({
      __typename: 'RefundShippingLine',
      id: gid('RefundShippingLine', id * PARTS_OF_REFUND + x.n),
      shippingLine: shippingLines[x.line],
      subtotalAmountSet: money(x.amount),
      taxAmountSet: money(x.tax),
    })),
    _adjustments: r.adjustments.map(a => ({
      __typename: 'OrderAdjustment',
      id: gid('OrderAdjustment', id * PARTS_OF_REFUND + a.n),
      reason: 'REFUND_DISCREPANCY',
      amountSet: money(a.amount),
      taxAmountSet: money(ZERO),
    })),
    _transactions: r.transactions.map(n => transactions[n]),
  };
}

export const returnView = (m, r, order) => ({
  __typename: 'Return',
  id: gid('Return', child(RETURN_IDS, m, r.n)),
  name: `${m.header.name}-R${r.n + 1}`,
  createdAt: iso(r.at),
  closedAt: iso(r.at),
  status: 'CLOSED',
  totalQuantity: r.units,
  order,
});

export function termsView(m, t) {
  const due = m.header.created + m.terms.days * 86400,
    paid = t.outstanding[1] <= 0,
    buyer = m.currencies[1];
  const amount = pair => ({ __typename: 'MoneyV2', amount: print(pair[1], buyer.exponent), currencyCode: buyer.code });
  return {
    __typename: 'PaymentTerms',
    id: gid('PaymentTerms', m.id),
    paymentTermsName: m.terms.name,
    translatedName: m.terms.name,
    paymentTermsType: m.terms.type,
    dueInDays: m.terms.days,
    overdue: false,
    due: false,
    _schedules: [
      {
        __typename: 'PaymentSchedule',
        id: gid('PaymentSchedule', m.id),
        issuedAt: iso(m.header.created),
        dueAt: iso(due),
        completedAt: paid ? iso(m.header.updated) : null,
        due: false,
        balanceDue: amount(t.outstanding),
        totalBalance: amount(t.total),
        amount: amount(t.total),
      },
    ],
  };
}

// From integers to the objects that GraphQL fields read. Property names are the schema's field names; where a field
// takes arguments the property starts with `_` and the resolver for it is in fields.mjs. Built once per order and kept
// in a small cache, so it is written for speed: no getters, shared objects for one-currency orders.

import { ZERO, sub, sum, bag } from './money.mjs';
import { iso } from './clock.mjs';
import { totals, financialStatus, taxSummary, currentPart } from './totals.mjs';
import { customerView, companyView, addressView } from './people.mjs';
import { locationField } from './locations.mjs';
import { shippedUnits } from './fulfillment-orders.mjs';
import { agreementViews } from './agreements.mjs';
import { fulfillmentView, fulfillmentOrderView } from './fulfillment-view.mjs';
import {
  gid,
  child,
  confirmation,
  applicationView,
  lineView,
  shippingView,
  transactionView,
  refundView,
  returnView,
  termsView,
} from './view-parts.mjs';

export function orderView(m) {
  const h = m.header,
    t = totals(m),
    money = pair => bag(pair, m.currencies);
  const taxLine = x => ({
    title: x.title,
    rate: x.rate / 100000,
    ratePercentage: x.rate / 1000,
    source: 'Shopify',
    channelLiable: false,
    priceSet: money(x.amount),
  });
  const applications = m.discounts.map(d => applicationView(m, d));
  const allocation = a => {
    const set = money(a.amount);
    return { allocatedAmountSet: set, allocatedAmount: set.shopMoney, discountApplication: applications[a.discount] };
  };
  const codes = m.discounts.filter(d => d.type === 'code').map(d => d.code);
  const shipped = shippedUnits(m);

  const lines = m.lines.map(l => lineView(m, l, { money, taxLine, allocation, shipped: shipped.get(l.n) ?? 0 }));
  const shippingLines = m.shipping.map(s => shippingView(m, s, { money, taxLine, allocation }));
  const transactions = m.transactions.map(x => transactionView(m, x, money));
  m.transactions.forEach((x, i) => {
    if (x.parent !== null) transactions[i].parentTransaction = transactions[x.parent];
  });
  const refundable = m.lines.some(l => l.current > 0);
  const visibleShipping = m.shipping.filter(s => !s.removed);
  const order = {
    __typename: 'Order',
    id: gid('Order', m.id),
    legacyResourceId: String(m.id),
    name: h.name,
    number: h.number,
    confirmationNumber: confirmation(m.id),
    createdAt: iso(h.created),
    processedAt: iso(h.processed),
    updatedAt: iso(h.updated),
    cancelledAt: iso(h.cancelled),
    closedAt: iso(h.closed),
    closed: h.closed !== null,
    cancelReason: h.cancelled === null ? null : m.cancelReason,
    cancellation: h.cancelled === null ? null : { staffNote: null },
    confirmed: m.confirmed,
    test: h.test,
    edited: m.edited,
    displayFinancialStatus: financialStatus(m, t),
    displayFulfillmentStatus: h.fulfillment,
    returnStatus: m.returnStatus ?? (m.returns.length ? 'RETURNED' : 'NO_RETURN'),
    fullyPaid: (t.outstanding[1] <= 0 && t.received[1] > 0) || t.total[1] === 0,
    unpaid: t.received[1] === 0,
    capturable: t.authorized[1] > 0 && t.received[1] === 0,
    currencyCode: m.currencies[0].code,
    presentmentCurrencyCode: m.currencies[1].code,
    taxesIncluded: m.taxesIncluded,
    taxExempt: m.taxExempt,
    estimatedTaxes: false,
    dutiesIncluded: m.dutiesIncluded,
    email: m.email,
    phone: m.phone,
    note: m.note,
    tags: m.tags,
    _metafields: m.metafields,
    poNumber: m.poNumber,
    customerLocale: m.locale,
    sourceName: m.sourceName,
    sourceIdentifier: m.sourceIdentifier,
    registeredSourceUrl: null,
    app: { __typename: 'OrderApp', id: gid('App', m.app.id), name: m.app.name },
    publication: { __typename: 'Publication', id: gid('Publication', 120100000001), name: 'Online Store' },
    attribution: { displayName: m.app.name, handle: m.sourceName, icon: null },
    cartToken: null,
    checkoutToken: null,
    clientIp: null,
    retailLocation: m.location && locationField(m.location.id),
    paymentGatewayNames: [...new Set(m.transactions.map(x => x.gateway))],
    discountCode: codes[0] ?? null,
    discountCodes: codes,
    customAttributes: m.attributes.map(([key, value]) => ({ key, value })),
    billingAddress: addressView(m.billTo, m.id * 2),
    shippingAddress: addressView(m.shipTo, m.id * 2 + 1),
    displayAddress: addressView(m.shipTo ?? m.billTo, m.id * 2 + 1),
    billingAddressMatchesShippingAddress: JSON.stringify(m.billTo) === JSON.stringify(m.shipTo),
    customer: m.customer && customerView(m.customer),
    purchasingEntity: m.company ? companyView(m) : m.customer && customerView(m.customer),
    paymentTerms: m.terms && termsView(m, t),
    subtotalPriceSet: money(t.subtotal),
    totalDiscountsSet: money(t.discounts),
    totalShippingPriceSet: money(t.shipping),
    totalTaxSet: money(t.tax),
    totalTipReceivedSet: money(t.tip),
    totalPriceSet: money(t.total),
    originalTotalPriceSet: money(t.original),
    currentTotalTaxSet: money(t.nowTax),
    currentTotalPriceSet: money(t.nowTotal),
    currentSubtotalPriceSet: money(t.nowSubtotal),
    currentTotalDiscountsSet: money(t.nowDiscounts),
    currentShippingPriceSet: money(t.nowShipping),
    currentCartDiscountAmountSet: money(ZERO),
    cartDiscountAmountSet: money(cartDiscount(m)),
    originalTotalDutiesSet: t.hasDuties ? money(t.duties) : null,
    currentTotalDutiesSet: t.hasDuties ? money(t.nowDuties) : null,
    originalTotalAdditionalFeesSet: t.hasFees ? money(t.fees) : null,
    currentTotalAdditionalFeesSet: t.hasFees ? money(t.fees) : null,
    totalReceivedSet: money(t.received),
    totalRefundedSet: money(t.refunded),
    totalRefundedShippingSet: money(t.refundedShipping),
    totalOutstandingSet: money(t.outstanding),
    netPaymentSet: money(sub(t.received, t.refunded)),
    totalCapturableSet: money(t.received[1] === 0 ? t.authorized : ZERO),
    refundDiscrepancySet: money(ZERO),
    totalCashRoundingAdjustment: { paymentSet: money(m.cashRounding), refundSet: money(ZERO) },
    taxLines: taxSummary([...m.lines, ...visibleShipping, ...m.fees]).map(taxLine),
    currentTaxLines: taxSummary([...m.lines, ...visibleShipping, ...m.fees], currentPart).map(taxLine),
    additionalFees: m.fees.map(f => ({
      __typename: 'AdditionalFee',
      id: gid('AdditionalFee', child(8200000000000, m, f.n)),
      name: f.name,
      price: money(f.price),
      taxLines: f.taxes.map(taxLine),
    })),
    fulfillable: h.fulfillment === 'UNFULFILLED',
    refundable,
    restockable: refundable,
    requiresShipping: m.lines.some(l => l.requiresShipping),
    canMarkAsPaid: t.outstanding[1] > 0,
    canNotifyCustomer: Boolean(m.email),
    customerAcceptsMarketing: false,
    merchantEditable: h.cancelled === null,
    merchantEditableErrors: [],
    productNetwork: false,
    hasTimelineComment: false,
    alerts: [],
    disputes: [],
    currentSubtotalLineItemsQuantity: m.lines.filter(l => !l.tip).reduce((n, l) => n + l.current, 0),
    subtotalLineItemsQuantity: m.lines.filter(l => !l.tip).reduce((n, l) => n + l.quantity, 0),
    totalWeight: String(m.lines.length * 250),
    currentTotalWeight: String(m.lines.length * 250),
    paymentCollectionDetails: { additionalPaymentCollectionUrl: null, vaultedPaymentMethods: [] },
    transactionsCount: { count: m.transactions.length, precision: 'EXACT' },
    fulfillmentsCount: { count: m.fulfillments.length, precision: 'EXACT' },
    _discountApplications: applications,
    _lines: lines,
    _shippingLines: shippingLines,
    _transactions: transactions,
  };
  order.shippingLine = shippingLines.find(s => !s.isRemoved) ?? null;
  order._returns = m.returns.map(r => returnView(m, r, order));
  order._refunds = m.refunds.map(r => refundView(m, r, { money, lines, shippingLines, transactions, order }));
  order._fulfillments = m.fulfillments.map(f => fulfillmentView(m, f, lines, order));
  order._fulfillmentOrders = m.fulfillmentOrders.map(fo => fulfillmentOrderView(m, fo, order));
  const fees = order.additionalFees;
  let agreements = null; // seldom asked for
  order._agreements = () => (agreements ??= agreementViews(m, { money, lines, shippingLines, fees }, order));
  for (const x of transactions) x.order = order;
  return order;
}

function cartDiscount(m) {
  const cart = new Set(
    m.discounts.filter(d => d.targetSelection === 'ALL' && d.targetType === 'LINE_ITEM').map(d => d.index),
  );
  return sum(m.lines.flatMap(l => l.allocations.filter(a => cart.has(a.discount)).map(a => a.amount)));
}

// What was agreed on with the customer, and when: `Order.agreements`. One agreement for the order itself, one per edit, one
// per refund, one per return that was processed; each with its sales, which are signed: all of them together are what the order is now.
//
// The sales of a change are the difference between what is left of a line (see totals.mjs) before and after it, so nothing is
// rounded twice. The agreement of the order itself is made when it is first asked for, or before the first change.

import { ZERO, add, sub, sum, ratioPair, isZero } from './money.mjs';
import { leftOf, shares, shippingNet } from './totals.mjs';
import { iso } from './clock.mjs';
import { gid } from './errors.mjs';
import { ID_STRIDE } from './header.mjs';

const AGREEMENT_IDS = 5100000000000,
  SALE_IDS = 18800000000000,
  TAXES_OF_SALE = 16;
const LINE_TYPES = {
  ProductSale: 'PRODUCT',
  GiftCardSale: 'GIFT_CARD',
  TipSale: 'TIP',
  ShippingLineSale: 'SHIPPING',
  DutySale: 'DUTY',
  AdditionalFeeSale: 'ADDITIONAL_FEE',
  FeeSale: 'FEE',
  AdjustmentSale: 'ADJUSTMENT',
};
const AGREEMENTS = {
  ORDER: 'OrderAgreement',
  ORDER_EDIT: 'OrderEditAgreement',
  REFUND: 'RefundAgreement',
  RETURN: 'ReturnAgreement',
};

/** The tax on a discount: what the customer would have paid of it, or what is in it. */
function taxOfDiscount(m, taxes, discount) {
  const rate = m.taxExempt ? 0 : taxes.reduce((n, t) => n + t.rate, 0);
  return ratioPair(discount, rate, m.taxesIncluded ? 100000 + rate : 100000);
}

/** A sale: `of` says of which thing it is ({ line } or { shipping } …); net and taxes (amounts) are signed. */
function sale(m, type, action, quantity, of, { net, taxes = [], discount = ZERO, taxed = ZERO }) {
  return {
    type,
    action,
    quantity,
    ...of,
    total: m.taxesIncluded ? net : add(net, sum(taxes)),
    taxes,
    discountAfter: m.taxesIncluded ? discount : add(discount, taxed),
    discountBefore: m.taxesIncluded ? sub(discount, taxed) : discount,
  };
}

/** What became of a line since it was `was` (null: it was not there): its sale, and those of its duties. */
export function lineSales(m, l, action, quantity, was) {
  const now = leftOf(l),
    since = (amount, before) => (was ? sub(amount, before) : amount),
    taxed = x => taxOfDiscount(m, l.taxes, x.discount);
  const type = l.giftCard ? 'GiftCardSale' : l.tip ? 'TipSale' : 'ProductSale';
  const sales = [
    sale(
      m,
      type,
      action,
      quantity,
      { line: l.n },
      {
        net: since(now.net, was?.net),
        taxes: now.taxes.map((tax, k) => since(tax, was?.taxes[k])),
        discount: since(now.discount, was?.discount),
        taxed: was ? sub(taxed(now), taxed(was)) : taxed(now),
      },
    ),
  ];
  if (m.dutiesIncluded) return sales;
  for (const k of l.duties.keys()) {
    const net = since(now.duties[k], was?.duties[k]);
    if (!isZero(net)) sales.push(sale(m, 'DutySale', action, null, { line: l.n, duty: k }, { net }));
  }
  return sales;
}

/** A shipping line is sold, or (sign -1) comes back whole. */
export function shippingSale(m, s, sign = 1) {
  const signed = amount => (sign < 0 ? sub(ZERO, amount) : amount);
  return sale(
    m,
    'ShippingLineSale',
    sign < 0 ? 'RETURN' : 'ORDER',
    null,
    { shipping: s.n },
    {
      net: signed(shippingNet(s)),
      taxes: s.taxes.map(t => signed(t.amount)),
      discount: signed(shares(s)),
      taxed: signed(taxOfDiscount(m, s.taxes, shares(s))),
    },
  );
}

/** What belongs to no line. */
export const adjustmentSale = (m, net) => sale(m, 'AdjustmentSale', net[1] < 0 ? 'RETURN' : 'ORDER', null, {}, { net });

/** A fee on a return, which lowers what is given back: taxed as the line that it names. */
export const feeSale = (m, fee) => sale(m, 'FeeSale', 'ORDER', null, { line: fee.line, returnFee: fee }, fee);

function orderSales(m) {
  const sales = m.lines.flatMap(l => lineSales(m, l, 'ORDER', l.quantity, null));
  for (const s of m.shipping) if (!s.removed) sales.push(shippingSale(m, s));
  for (const f of m.fees)
    sales.push(
      sale(m, 'AdditionalFeeSale', 'ORDER', null, { fee: f.n }, { net: f.price, taxes: f.taxes.map(t => t.amount) }),
    );
  if (!isZero(m.skew)) sales.push(adjustmentSale(m, m.skew)); // a total that its parts do not explain
  return sales;
}

/** `of`: the number of the refund, or of the return. */
function agree(m, list, reason, at, sales, of = null) {
  const before = list.reduce((n, x) => n + x.sales.length, 0);
  list.push({ n: list.length, reason, at, of, sales: sales.map((x, k) => ({ ...x, n: before + k })) });
  return list;
}
const agreementsOf = m => m.agreements ?? agree(m, [], 'ORDER', m.header.created, orderSales(m));

/** Before an order is changed: what it was is held on to. */
export function holdAgreements(m) {
  m.agreements = agreementsOf(m);
}
/** After it: what the change came to. */
export const addAgreement = (m, reason, at, sales, of) => agree(m, m.agreements, reason, at, sales, of);

/** In exchange for what came back. */
const isSoldAnew = x => x.action === 'ORDER' && x.line !== undefined && !x.returnFee;

/**
 * What the order comes to when only what is to be delivered is paid: as sold, with its edits, and without what refunds took
 * out before it was shipped. A cancelled one is as it was before.
 */
export function basketOf(m) {
  const sales = agreementsOf(m).flatMap(x =>
    x.reason === 'ORDER' || x.reason === 'ORDER_EDIT' ? x.sales : x.sales.filter(isSoldAnew),
  );
  const whole = { total: sum(sales.map(x => x.total)), tax: sum(sales.flatMap(x => x.taxes)) };
  const refunds = m.refunds.filter(r => m.header.cancelled === null || r.at < m.header.cancelled - 60);
  const out = refunds.flatMap(r => r.lines.filter(x => x.restock === 'CANCEL'));
  const duties = refunds.flatMap(r => {
    const gone = new Set(r.lines.filter(x => x.restock === 'CANCEL').map(x => x.line));
    return (r.duties ?? []).filter(x => gone.has(x.line)).map(x => x.amount);
  });
  const goods = out.map(x => (m.taxesIncluded ? x.subtotal : add(x.subtotal, x.tax)));
  return {
    total: sub(whole.total, sum([...goods, ...duties])),
    tax: sub(whole.tax, sum(out.map(x => x.tax))),
  };
}

/** -- as GraphQL objects -- */

/** The parts of the order that sales are of, as GraphQL objects. */
function saleView(m, x, { money, lines, shippingLines, fees }) {
  const id = SALE_IDS + m.header.index * ID_STRIDE + x.n,
    line = lines[x.line],
    fee = fees[x.fee];
  const taxLines = line?._taxLines ?? shippingLines[x.shipping]?.taxLines ?? fee?.taxLines;
  return {
    __typename: x.type,
    id: gid(x.type, id),
    actionType: x.action,
    lineType: LINE_TYPES[x.type],
    quantity: x.quantity,
    totalAmount: money(x.total),
    totalTaxAmount: money(sum(x.taxes)),
    totalDiscountAmountAfterTaxes: money(x.discountAfter),
    totalDiscountAmountBeforeTaxes: money(x.discountBefore),
    taxes: x.taxes.map((amount, k) => ({
      __typename: 'SaleTax',
      id: gid('SaleTax', id * TAXES_OF_SALE + k),
      amount: money(amount),
      taxLine: taxLines[k],
    })),
    lineItem: x.returnFee ? undefined : line,
    fee: x.returnFee && {
      __typename: x.returnFee.type,
      id: gid(x.returnFee.type, id),
      amountSet: money(x.returnFee.net),
      percentage: 10,
    },
    duty: line?.duties[x.duty],
    shippingLine: x.action === 'RETURN' ? null : (shippingLines[x.shipping] ?? null),
    additionalFee: fee && {
      ...fee,
      __typename: 'SaleAdditionalFee',
      id: fee.id.replace('AdditionalFee', 'SaleAdditionalFee'),
    },
  };
}

/** The agreements of an order; `tools`: money and the views of the order's parts. */
export function agreementViews(m, tools, order) {
  return agreementsOf(m).map(a => ({
    __typename: AGREEMENTS[a.reason],
    id: gid(AGREEMENTS[a.reason], AGREEMENT_IDS + m.header.index * ID_STRIDE + a.n),
    happenedAt: iso(a.at),
    reason: a.reason,
    app: null,
    user: null,
    order,
    refund: a.reason === 'REFUND' ? order._refunds[a.of] : undefined,
    return: a.reason === 'RETURN' ? order._returns[a.of] : undefined,
    _sales: a.sales.map(x => saleView(m, x, tools)),
  }));
}

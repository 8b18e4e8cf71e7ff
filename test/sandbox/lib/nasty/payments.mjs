// Nasty orders because of money: currencies, payments, refunds, sums that are off. Rows: see ../nasty.mjs.

import { ZERO, ratioPair, sub } from '../money.mjs';
import { CATALOGUE, LOCATIONS, currency } from '../world.mjs';
import { line, price, percentOff, transaction } from '../pieces.mjs';
import { totals } from '../totals.mjs';
import { refundLines, editLines } from '../edit.mjs';
import { paid, unshipped, reshare } from './shared.mjs';

const foreign = code => ({
  expected: 'export',
  before: m => {
    m.currencies = [m.currencies[0], currency(code)];
  },
});

export const PAYMENTS = {
  currency_usd: foreign('USD'),
  currency_jpy: foreign('JPY'),
  currency_kwd: foreign('KWD'),
  transactions_60: {
    expected: 'export',
    why: 'transactions(first: 50) does not see all the money',
    header: paid,
    spoil: m => {
      const whole = totals(m).total;
      m.transactions = [];
      let rest = whole;
      for (let i = 0; i < 60; i++) {
        transaction(m, 'SALE', whole, { status: 'FAILURE', at: m.header.processed - 60 + i });
        if (i >= 48 && i < 59) {
          const part = ratioPair(whole, 1, 20);
          Object.assign(m.transactions.at(-1), { status: 'SUCCESS', amount: part });
          rest = sub(rest, part);
        }
      }
      Object.assign(m.transactions.at(-1), { status: 'SUCCESS', amount: rest });
    },
  },
  many_refunds: {
    expected: 'export',
    plain: true,
    header: h => {
      paid(h);
      h.financial = 'PARTIALLY_REFUNDED';
    },
    shape: m => {
      m.lines[0].quantity = m.lines[0].current = 55;
    },
    spoil: m => {
      for (let i = 0; i < 52; i++) refundLines(m, [{ line: 0, quantity: 1 }], { at: m.header.updated });
    },
  },
  partly_refunded: {
    expected: 'export',
    header: h => {
      paid(h);
      h.financial = 'PARTIALLY_REFUNDED';
    },
    shape: m => {
      m.lines[0].quantity = m.lines[0].current = 3;
      reshare(m);
    },
    spoil: m => refundLines(m, [{ line: 0, quantity: 1 }], { at: m.header.updated, note: 'One was broken' }),
  },
  edited: {
    expected: 'export',
    header: h => {
      paid(h);
      unshipped(h);
    },
    shape: m => {
      m.lines[0].quantity = m.lines[0].current = 3;
      while (m.lines.length < 2) m.lines.push(line(m, CATALOGUE[m.header.index % 200], 1));
      reshare(m);
    },
    spoil: m => {
      editLines(m, [
        { line: 0, to: 2 },
        { line: 1, to: 0 },
      ]);
      editLines(m, [{ add: (m.header.index + 7) % 200, quantity: 1 }]);
      const due = totals(m).outstanding;
      if (due[1] > 0) transaction(m, 'SALE', due, { at: m.header.updated });
    },
  },
  zero_value: {
    expected: 'export',
    why: 'a 100 % discount: nothing to pay',
    plain: true,
    header: paid,
    shape: m => {
      percentOff(m, { type: 'code', code: 'FRIENDS100' }, 100, m.lines);
      m.shipping.forEach(s => {
        s.price = ZERO;
      });
    },
  },
  negative_discount: {
    expected: 'export',
    why: 'an allocation below zero: a surcharge',
    plain: true,
    shape: m => {
      m.discounts.push({
        index: 0,
        type: 'manual',
        title: 'Surcharge',
        description: null,
        targetType: 'LINE_ITEM',
        targetSelection: 'EXPLICIT',
        allocationMethod: 'EACH',
        fixed: price(m, -350),
      });
      m.lines[0].allocations.push({ discount: 0, amount: price(m, -350) });
    },
  },
  gift_card_used: {
    expected: 'export',
    header: paid,
    spoil: m => {
      const t = totals(m).total;
      m.transactions = [];
      const card = ratioPair(t, 1, 3);
      transaction(m, 'SALE', card, { gateway: 'gift_card' });
      transaction(m, 'SALE', sub(t, card));
    },
  },
  cash_rounding: {
    expected: 'export',
    header: paid,
    shape: m => {
      Object.assign(m, {
        location: LOCATIONS[1],
        sourceName: 'pos',
        app: { id: 129785, name: 'Point of Sale' },
        shipTo: null,
        shipping: [],
        gateway: 'cash',
      });
      m.discounts = m.discounts.filter(d => d.targetType === 'LINE_ITEM');
    },
    spoil: m => {
      const due = totals(m).total;
      const cash = due.map(x => Math.round(x / 5) * 5);
      m.cashRounding = sub(cash, due);
      m.transactions = [];
      const given = cash.map(x => Math.ceil(x / 1000) * 1000);
      transaction(m, 'SALE', given);
      const back = sub(given, cash);
      if (back[0]) transaction(m, 'CHANGE', back, { parent: 0 });
    },
  },
  off_by_five: {
    expected: 'park',
    why: 'the parts differ from the total by 5.00',
    shape: m => {
      m.skew = price(m, 500);
    },
  },
  off_by_one_cent: {
    expected: 'export',
    why: 'a rounding difference of one minor unit',
    shape: m => {
      m.skew = [1, 1];
    },
  },
};

// Nasty orders because of who ordered, what they wrote, and the state the order is in. Rows: see ../nasty.mjs.

import { COMPANIES } from '../world.mjs';
import { refundLines } from '../edit.mjs';
import { paid, unshipped } from './shared.mjs';

const TEXT = 'Comma, "quoted"; semi\ttab\nnew line\r\nünïcode — 🎁 שלום';

export const PEOPLE = {
  guest: {
    expected: 'export',
    before: m => {
      m.customer = null;
    },
  },
  no_address: {
    expected: 'export',
    header: h => {
      unshipped(h);
    },
    shape: m => {
      m.shipTo = null;
      m.billTo = null;
      m.shipping = [];
      for (const l of m.lines) l.requiresShipping = false;
      m.discounts = m.discounts.filter(d => d.targetType === 'LINE_ITEM');
    },
  },
  no_buyer: {
    expected: 'export',
    why: 'entered by staff, goods handed over: no customer, address, mail or telephone',
    asked: true,
    header: h => {
      unshipped(h);
    },
    before: m => {
      m.customer = m.shipTo = m.billTo = m.email = m.phone = null;
      m.sourceName = 'shopify_draft_order';
    },
  },
  b2b: {
    expected: 'export',
    header: h => {
      h.payment = 'PENDING';
      h.financial = 'PENDING';
      unshipped(h);
    },
    before: m => {
      m.company = COMPANIES[m.header.index % COMPANIES.length];
      m.poNumber = `PO-${m.header.number}`;
      m.terms = { name: 'Net 30', type: 'NET', days: 30 };
      m.shipTo.company = m.billTo.company = m.company.name;
      m.sourceName = 'shopify_draft_order';
    },
  },
  wild_text: {
    expected: 'export',
    shape: m => {
      m.note = TEXT;
      m.lines[0].title = `Mug, "World's best" 🎉 ${TEXT}`;
      m.attributes = [
        ['Notiz, "x"', TEXT],
        ['emoji 🚚', '👩‍👩‍👧'],
      ];
      Object.assign(m.shipTo, { company: 'Müller, Söhne & "Co."', address2: 'c/o Zoë\nHinterhaus', city: 'ירושלים' });
      m.lines[0].attributes = [['Gravur', 'a,b;"c"\n']];
    },
  },
  formula_text: {
    expected: 'export',
    shape: m => {
      m.note = '=HYPERLINK("http://evil.example","click")';
      m.lines[0].title = '+1 Bonus';
      m.poNumber = '-2+3';
      m.tags = ['@SUM(A1)', '=1+1'];
      m.shipTo.firstName = "=cmd|' /C calc'!A0";
      m.shipTo.company = '@x';
      m.shipTo.address2 = '\t=1+2';
      m.attributes = [['=k', '-v']];
    },
  },
  attributes_300: {
    expected: 'export',
    shape: m => {
      m.attributes = Array.from({ length: 300 }, (_, i) => [`key_${i}`, `value ${i}`]);
    },
  },
  test_order: {
    expected: 'skip',
    why: 'test: true',
    header: h => {
      h.test = true;
    },
    shape: m => {
      m.gateway = 'bogus';
    },
  },
  cancelled: {
    expected: null,
    why: 'cancelled before it was shipped',
    header: h => {
      paid(h);
      unshipped(h);
      h.financial = 'REFUNDED';
      h.cancelled = h.updated;
      h.closed = h.updated;
    },
    spoil: m => {
      m.cancelReason = 'CUSTOMER';
      refundLines(
        m,
        m.lines.map(l => ({ line: l.n, quantity: l.quantity })),
        { at: m.header.updated, shipping: true },
      );
    },
  },
  voided: {
    expected: null,
    why: 'the payment was voided, the order is open',
    header: h => {
      h.payment = h.financial = 'VOIDED';
      unshipped(h);
    },
  },
  expired: {
    expected: null,
    why: 'the authorization expired',
    header: h => {
      h.payment = h.financial = 'EXPIRED';
      unshipped(h);
    },
  },
  duplicate_name: {
    expected: 'export',
    why: 'the order before it has the same name',
    header: h => {
      h.number--;
      h.name = `#${h.number}`;
    },
  },
};

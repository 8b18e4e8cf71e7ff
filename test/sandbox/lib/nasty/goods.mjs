// Nasty orders because of what was sold: lines, taxes, shipping, extras. Rows: see ../nasty.mjs.

import { ZERO } from '../money.mjs';
import { BUNDLE, CATALOGUE, GIFT_CARD } from '../world.mjs';
import { line, price, percentOff, shippingLine, transaction } from '../pieces.mjs';
import { totals } from '../totals.mjs';
import { paid, reshare } from './shared.mjs';

const article = n => ({
  title: `Service ${n}`,
  variantTitle: null,
  vendor: null,
  sku: null,
  rate: 'standard',
  price: 2500,
});
const custom = { custom: true, item: null, sku: null, variantTitle: null, vendor: null };

export const GOODS = {
  custom_line_no_sku: {
    expected: 'park',
    why: 'a custom line without SKU, unless a fallback article is configured',
    shape: m => {
      m.lines.push(line(m, article(1), 1, { ...custom, title: 'Engraving "Anna"' }));
    },
  },
  deleted_variant: {
    expected: 'export',
    why: 'variant and product are gone, the SKU snapshot is still there',
    shape: m => {
      m.lines[0].variantGone = true;
    },
  },
  deleted_variant_no_sku: {
    expected: 'park',
    why: 'variant and product are gone and there is no SKU',
    shape: m => {
      Object.assign(m.lines[0], { variantGone: true, sku: null });
    },
  },
  unknown_tax: {
    expected: 'park',
    why: 'a tax that no table knows',
    shape: m => {
      /* In the United States any name may be that of a local tax, but for Europe's. */
      m.lines[0].rates = [{ title: m.region.country === 'US' ? 'Galactic VAT' : 'Galactic Levy', rate: 42000 }];
    },
  },
  tax_exempt: {
    expected: 'export',
    why: 'exempt: the tax lines are there, with value zero',
    header: paid,
    before: m => {
      m.taxExempt = true;
      m.taxesIncluded = false;
      m.customer.taxExempt = true;
      m.customer.exemptions = ['EU_REVERSE_CHARGE_EXEMPTION_RULE'];
    },
    spoil: m => {
      for (const x of [...m.lines, ...m.shipping]) x.taxes = x.taxes.map(t => ({ ...t, amount: ZERO }));
      m.transactions = [];
      transaction(m, 'SALE', totals(m).total);
    },
  },
  lines_500: {
    expected: 'export',
    plain: true,
    header: paid,
    shape: m => {
      m.lines = [];
      for (let i = 0; i < 500; i++) m.lines.push(line(m, CATALOGUE[i % CATALOGUE.length], 1 + (i % 3)));
      percentOff(m, { type: 'code', code: 'BULK7' }, 7, m.lines);
    },
  },
  bundle: {
    expected: 'export',
    shape: m => {
      const group = {
        id: 3900000000000 + m.header.index,
        title: BUNDLE.title,
        quantity: 1,
        sku: BUNDLE.sku,
        item: BUNDLE,
      };
      for (const n of [10, 60, 110]) m.lines.push(line(m, CATALOGUE[n], 1, { group }));
      reshare(m);
    },
  },
  gift_card_sold: {
    expected: 'export',
    shape: m => {
      m.lines.push(line(m, GIFT_CARD, 1, { giftCard: true, taxable: false, requiresShipping: false }));
    },
  },
  tip: {
    expected: 'export',
    header: paid,
    shape: m => {
      m.lines.push(
        line(m, { ...article(3), title: 'Tip', price: 333 }, 1, {
          ...custom,
          title: 'Tip',
          tip: true,
          taxable: false,
          requiresShipping: false,
        }),
      );
    },
  },
  duties: {
    expected: 'export',
    shape: m => {
      m.lines[0].duties = [{ n: 0, hs: '6302600010', origin: 'FR', price: price(m, 215), taxes: [] }];
    },
  },
  additional_fee: {
    expected: 'export',
    shape: m => {
      m.fees.push({ n: 0, name: 'Import handling', price: price(m, 300), rates: [], taxes: [] });
    },
  },
  several_shipping: {
    expected: 'export',
    shape: m => {
      m.shipping.push(shippingLine(m, 'Bulky goods', 1990), shippingLine(m, 'Old express', 1500, { removed: true }));
    },
  },
};

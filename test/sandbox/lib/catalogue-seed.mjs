// What the shop sells at start: the articles of the orders, a shelf of nasty SKUs, and filler up to the size asked for.
//
// Deterministic by seed and number. Rows are plain objects, because 100,000 of them are made in a fifth of a second.

import { mix } from './random.mjs';
import { CATALOGUE, GIFT_CARD, BUNDLE } from './world.mjs';
import { ID_STRIDE } from './header.mjs';

const PRODUCT_IDS = 8100000000000,
  VARIANT_IDS = 45100000000000,
  ITEM_IDS = 47200000000000;
const CREATED = Date.UTC(2024, 0, 1, 9) / 1000;
const indexBy = base => id => {
  const n = (id - base) / ID_STRIDE;
  return Number.isInteger(n) && n >= 0 ? n : -1;
};
export const productIdOf = p => PRODUCT_IDS + p * ID_STRIDE;
export const variantIdOf = n => VARIANT_IDS + n * ID_STRIDE;
export const itemIdOf = n => ITEM_IDS + n * ID_STRIDE;
export const productIndex = indexBy(PRODUCT_IDS);
export const variantIndex = indexBy(VARIANT_IDS);
export const itemIndex = indexBy(ITEM_IDS);

export const cents = amount => `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
export const handleOf = title =>
  title
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** A product without variants; `p` is its number. */
export function productRow(p, more) {
  return {
    p,
    title: '',
    handle: '',
    vendor: 'Sandbox Store',
    status: 'ACTIVE',
    productType: '',
    tags: [],
    descriptionHtml: '',
    giftCard: false,
    options: [],
    variants: [],
    metafields: [],
    created: CREATED,
    updated: CREATED,
    published: CREATED,
    deleted: false,
    ...more,
  };
}
/** A variant; `values` are its option values in the order of the product's options. */
export function variantRow(n, product, more) {
  return {
    n,
    product,
    sku: null,
    barcode: null,
    price: '0.00',
    compareAt: null,
    cost: null,
    tracked: true,
    requiresShipping: true,
    policy: 'DENY',
    taxable: true,
    values: [],
    weight: { value: 0, unit: 'KILOGRAMS' },
    requiresComponents: false,
    origin: null,
    hsCode: null,
    created: CREATED,
    updated: CREATED,
    itemUpdated: CREATED,
    visibleAt: 0,
    nasty: null,
    deleted: false,
    ...more,
  };
}

/** [kind, SKU, more]: SKUs that a shop has and that an ERP trips over. Rows of one group become one product. */
const SHELF = [
  ['Duplicate one', [['duplicate', 'DUP-100']]],
  ['Duplicate two', [['duplicate', 'DUP-100']]],
  [
    'Without SKU',
    [
      ['blank', null],
      ['blank', ''],
    ],
  ],
  [
    'Case twins',
    [
      ['case_twin', 'TWIN-1a'],
      ['case_twin', 'TWIN-1A'],
    ],
  ],
  [
    'Leading zeros',
    [
      ['leading_zero', '00123'],
      ['leading_zero', '123'],
    ],
  ],
  [
    'Letter O and zero',
    [
      ['near_miss', 'LOOP-10'],
      ['near_miss', 'LO0P-10'],
      ['near_miss', 'LOOP-1O'],
    ],
  ],
  [
    'Blanks',
    [
      ['blank_at_end', 'TAIL-7 '],
      ['blank_at_end', 'TAIL-7'],
      ['blank_at_start', ' LEAD-9'],
    ],
  ],
  [
    'Longer than another',
    [
      ['longer', 'LONG-5'],
      ['longer', 'LONG-5-RED'],
    ],
  ],
  [
    'Signs',
    [
      ['signs', "QUO'TE-1"],
      ['signs', 'ÜML/ÄUT 2'],
      ['signs', 'A"B\\C-3'],
    ],
  ],
  ['Not tracked', [['untracked', 'UNTR-1', { tracked: false }]]],
  ['Still a draft', [['draft', 'DRAFT-1']], { status: 'DRAFT', published: null }],
  ['No longer sold', [['archived', 'ARCH-1']], { status: 'ARCHIVED', published: null }],
  ['Known by link only', [['unlisted', 'UNLI-1']], { status: 'UNLISTED' }],
  ['One and only', [['default_variant', 'SOLO-1']]],
];
const SIZES = ['S', 'M', 'L', 'XL', 'XXL'],
  COLOURS = ['Blue', 'Red'];
const FILLER_VARIANTS = [1, 3, 4, 6, 10];

/** { products, variants } for a shop; `least` is the number of variants wanted, `nasty` puts the shelf in. */
export function seedCatalogue({ seed, least = 0, nasty = true }) {
  const products = [],
    variants = [];
  const product = more => products[products.push(productRow(products.length, more)) - 1];
  const variant = (owner, more) => {
    const row = variantRow(variants.length, owner, more);
    const r = mix(seed, row.n, 31);
    row.cost ??= r % 9 === 0 ? null : cents(Math.floor(Number(row.price.replace('.', '')) * 0.4));
    row.weight = { value: (100 + (r % 40) * 50) / 1000, unit: 'KILOGRAMS' };
    if (r % 13 === 0) row.compareAt = cents(Math.floor(Number(row.price.replace('.', '')) * 1.25));
    owner.variants.push(row);
    variants.push(row);
  };
  const goods = (row, more = {}) => ({ sku: row.sku, barcode: row.barcode, price: cents(row.price), ...more });

  for (const row of CATALOGUE) {
    const owner =
      products.at(-1)?.title === row.title
        ? products.at(-1)
        : product({ title: row.title, handle: handleOf(row.title), vendor: row.vendor, options: [{ name: 'Style' }] });
    variant(owner, goods(row, { values: [row.variantTitle] }));
  }
  variant(
    product({ title: GIFT_CARD.title, handle: 'gift-card', giftCard: true, options: [{ name: 'Denominations' }] }),
    goods(GIFT_CARD, { values: [GIFT_CARD.variantTitle], tracked: false, requiresShipping: false, taxable: false }),
  );
  variant(
    product({ title: BUNDLE.title, handle: 'breakfast-set', options: [{ name: 'Title' }] }),
    goods(BUNDLE, { values: ['Default Title'], requiresComponents: true, nasty: nasty ? 'bundle' : null }),
  );
  if (nasty)
    for (const [title, rows, more] of SHELF) {
      const owner = product({
        title,
        handle: handleOf(title),
        options: [{ name: rows.length > 1 ? 'Kind' : 'Title' }],
        ...more,
      });
      rows.forEach(([kind, sku, extra], i) =>
        variant(owner, {
          sku,
          nasty: kind,
          price: cents(1000 + owner.p * 10 + i),
          values: [rows.length > 1 ? `No. ${i + 1}` : 'Default Title'],
          ...extra,
        }),
      );
    }
  while (variants.length < least) {
    const p = products.length,
      r = mix(seed, p, 32),
      count = Math.min(FILLER_VARIANTS[r % FILLER_VARIANTS.length], least - variants.length);
    const names = count === 1 ? ['Title'] : count > SIZES.length ? ['Size', 'Colour'] : ['Size'];
    const owner = product({
      title: `Article ${p}`,
      handle: `article-${p}`,
      status: r % 20 === 7 ? 'DRAFT' : r % 20 === 8 ? 'ARCHIVED' : 'ACTIVE',
      options: names.map(name => ({ name })),
    });
    for (let i = 0; i < count; i++)
      variant(owner, {
        sku: `E${String(p).padStart(6, '0')}-${i}`,
        barcode: `41${String(20000000000 + variants.length)}`,
        price: cents(500 + (r % 9000) + i * 100),
        tracked: mix(seed, variants.length, 33) % 50 !== 0,
        values:
          count === 1
            ? ['Default Title']
            : [SIZES[i % SIZES.length], COLOURS[Math.floor(i / SIZES.length)]].slice(0, names.length),
      });
  }
  return { products, variants };
}

// The shop behind the sandbox: what it sells, where it ships to, who buys. Data only.

import { EXPONENT } from './money.mjs';

export const EUR = { code: 'EUR', exponent: 2 };
export const currency = code => (code === 'EUR' ? EUR : { code, exponent: EXPONENT[code] });

/** Presentment rates per euro, in millionths. */
export const RATES = { USD: 1083700, JPY: 163210000, KWD: 334200 };

/** rate is in 1/100000; `reduced` is for books and food. `shipping`: does tax apply to it. */
export const REGIONS = [
  {
    weight: 40,
    country: 'FR',
    language: 'fr-FR',
    included: 0.9,
    shipping: true,
    cities: [
      ['Paris', '75008'],
      ['Lyon', '69002'],
      ['Marseille', '13001'],
      ['Saint-Étienne', '42000'],
    ],
    standard: [{ title: 'FR TVA', rate: 20000 }],
    reduced: [{ title: 'FR TVA', rate: 5500 }],
  },
  {
    weight: 28,
    country: 'DE',
    language: 'de-DE',
    included: 0.9,
    shipping: true,
    cities: [
      ['Berlin', '10115'],
      ['München', '80331'],
      ['Köln', '50667'],
      ['Düsseldorf', '40213'],
    ],
    standard: [{ title: 'DE MwSt', rate: 19000 }],
    reduced: [{ title: 'DE MwSt', rate: 7000 }],
  },
  {
    weight: 14,
    country: 'GB',
    language: 'en-GB',
    included: 0.8,
    shipping: true,
    cities: [
      ['London', 'SW1A 1AA'],
      ['Leeds', 'LS1 4DY'],
      ['Belfast', 'BT1 5GS'],
    ],
    standard: [{ title: 'GB VAT', rate: 20000 }],
    reduced: [{ title: 'GB VAT', rate: 0 }],
  },
  {
    weight: 12,
    country: 'US',
    language: 'en-US',
    included: 0,
    shipping: false,
    cities: [
      ['Los Angeles', '90012', 'California', 'CA'],
      ['Pasadena', '91101', 'California', 'CA'],
    ],
    standard: [
      { title: 'California State Tax', rate: 7250 },
      { title: 'Los Angeles County Tax', rate: 2250 },
    ],
    reduced: [],
  },
  {
    weight: 6,
    country: 'CA',
    language: 'en-CA',
    included: 0.1,
    shipping: true,
    cities: [
      ['Vancouver', 'V6B 1A1', 'British Columbia', 'BC'],
      ['Victoria', 'V8W 1P6', 'British Columbia', 'BC'],
    ],
    standard: [
      { title: 'GST', rate: 5000 },
      { title: 'PST', rate: 7000 },
    ],
    reduced: [{ title: 'GST', rate: 5000 }],
  },
];

const THINGS = [
  ['Linen shirt', 5990],
  ['Espresso cup', 1450],
  ['Wool blanket', 8900],
  ['Desk lamp', 7495],
  ['Notebook', 1290],
  ['Cookbook', 2400, 'reduced'],
  ['Olive oil 0.5 l', 1190, 'reduced'],
  ['Rain jacket', 12900],
  ['Ceramic vase', 4550],
  ['Pencil set', 899],
  ['Tea towel', 1695],
  ['Honey 250 g', 749, 'reduced'],
  ['Backpack', 9995],
  ['Cushion', 3333],
  ['Wall clock', 5405],
  ['Candle', 1999],
  ['Novel', 1190, 'reduced'],
  ['Scarf', 3990],
  ['Mug', 1299],
  ['Poster', 2501],
];
const VARIANTS = ['S', 'M', 'L', 'Blue', 'Red', 'Natural', 'Black', 'White', 'Small', 'Large'];

/** 200 articles, always the same, whatever the seed: an ERP under test can be given the list once. */
export const CATALOGUE = THINGS.flatMap(([title, price, rate = 'standard'], t) =>
  VARIANTS.map((variant, v) => {
    const n = t * VARIANTS.length + v;
    return {
      n,
      title,
      variantTitle: variant,
      rate,
      price: price + v * 100,
      vendor: ['Atelier Nord', 'Maison Claire', 'Hafen & Co.'][t % 3],
      sku: `${title
        .replace(/[^A-Za-z]/g, '')
        .slice(0, 4)
        .toUpperCase()}-${String(n).padStart(4, '0')}-${variant.slice(0, 3).toUpperCase()}`,
      barcode: `40${String(12345670000 + n)}`,
    };
  }),
);

/** Sold by the nasty kind gift_card_sold only. */
export const GIFT_CARD = {
  n: CATALOGUE.length,
  title: 'Gift card',
  variantTitle: '50 €',
  rate: 'standard',
  price: 5000,
  vendor: 'Sandbox Store',
  sku: 'GIFT-50',
  barcode: null,
};

/** A bundle's parent: what is sold, committed and shipped are its components. */
export const BUNDLE = {
  n: CATALOGUE.length + 1,
  title: 'Breakfast set',
  variantTitle: 'Default Title',
  rate: 'standard',
  price: 9900,
  vendor: 'Sandbox Store',
  sku: 'BUNDLE-BRK',
  barcode: null,
};

export const FIRST = [
  'Claire',
  'Jean',
  'Zoë',
  'Jürgen',
  'Anna',
  'Sean',
  'Siobhán',
  'François',
  'Mia',
  'Tom',
  'Léa',
  'Øyvind',
  'Emma',
  'Paul',
  'Ines',
  'Max',
];
export const LAST = [
  'Martin',
  'Müller',
  "O'Brien",
  'Dubois',
  'Schmidt',
  'Smith',
  'Lefèvre',
  'Weiß',
  'Garcia',
  'Brown',
  'Núñez',
  'Fischer',
  'Petit',
  'Taylor',
  'von der Heide',
  'Roux',
];
export const STREETS = [
  '12 rue de la Paix',
  'Hauptstraße 5',
  '221B Baker Street',
  '1 Main St',
  '48 avenue Foch',
  'Am Markt 17',
  '77 Sunset Blvd',
  'Gartenweg 3a',
];

/** Places that stock goods. `service`: a fulfillment service's; `active: false`: deactivated by the merchant. */
export const LOCATIONS = [
  { id: 70100000001, name: 'Warehouse Lyon', city: 'Lyon', zip: '69002', country: 'FR', active: true, service: null },
  { id: 70100000002, name: 'Shop Paris 8e', city: 'Paris', zip: '75008', country: 'FR', active: true, service: null },
  { id: 70100000003, name: 'Depot Köln', city: 'Köln', zip: '50667', country: 'DE', active: true, service: null },
  {
    id: 70100000004,
    name: 'Old warehouse Lille',
    city: 'Lille',
    zip: '59000',
    country: 'FR',
    active: false,
    service: null,
  },
  {
    id: 70100000005,
    name: 'Speedy Logistics',
    city: 'Leeds',
    zip: 'LS1 4DY',
    country: 'GB',
    active: true,
    service: { id: 66100000001, handle: 'speedy-logistics', name: 'Speedy Logistics' },
  },
];

export const COMPANIES = [
  {
    id: 5100001,
    externalId: 'D-20017',
    name: 'Brasserie du Port SARL',
    locationId: 5200001,
    locationExternal: 'D-20017-01',
    contactId: 5300001,
    vat: 'FR32123456789',
  },
  {
    id: 5100002,
    externalId: 'D-20042',
    name: 'Möbelhaus Köln GmbH',
    locationId: 5200002,
    locationExternal: 'D-20042-01',
    contactId: 5300002,
    vat: 'DE123456789',
  },
  {
    id: 5100003,
    externalId: null,
    name: 'Smith & Sons Ltd',
    locationId: 5200003,
    locationExternal: null,
    contactId: 5300003,
    vat: null,
  },
];

export const SHOP = {
  id: 'gid://shopify/Shop/60100000001',
  name: 'Sandbox Store',
  myshopifyDomain: 'erpsync-sandbox.myshopify.com',
  currencyCode: 'EUR',
  enabledPresentmentCurrencies: ['EUR', 'USD', 'JPY', 'KWD', 'GBP'],
  ianaTimezone: 'Europe/Paris',
  timezoneOffset: '+0100',
  timezoneOffsetMinutes: 60,
  timezoneAbbreviation: 'CET',
  taxesIncluded: true,
  taxShipping: true,
  weightUnit: 'KILOGRAMS',
  unitSystem: 'METRIC_SYSTEM',
  email: 'owner@sandbox.example',
  contactEmail: 'contact@sandbox.example',
  orderNumberFormatPrefix: '#',
  orderNumberFormatSuffix: '',
  createdAt: '2020-02-02T10:00:00Z',
  updatedAt: '2026-01-02T10:00:00Z',
  url: 'https://erpsync-sandbox.myshopify.com',
  plan: { publicDisplayName: 'Advanced', displayName: 'Advanced', partnerDevelopment: false, shopifyPlus: false },
  resourceLimits: { locationLimit: 1000, maxProductVariants: 2048, maxProductOptions: 3, redirectLimitReached: false },
  entitlements: { markets: { b2b: { enabled: true, catalogs: { enabled: true } } }, b2b: { enabled: true } },
  features: {
    bundles: { eligibleForBundles: true, ineligibilityReason: null, sellsBundles: true },
    giftCards: true,
    storefront: true,
    shopifyPlus: false,
    harmonizedSystemCode: true,
  },
};

// Invented orders as Shopify's admin exports them: a file per 25,000, 1 to 6 lines each, some with a discount, taxes
// in the prices or on top, notes with quotes and line breaks. The same number gives the same files.

import fs from 'node:fs';
import path from 'node:path';
import { csvLine } from './csv.mjs';

const PER_FILE = 25000;
const HEADER = (
  'Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,' +
  'Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,' +
  'Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,' +
  'Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,' +
  'Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,' +
  'Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,' +
  'Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,' +
  'Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,' +
  'Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,' +
  'Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,' +
  'Payment Terms Name,Next Payment Due At,Payment References'
).split(',');

const COUNTRIES = [
  { country: 'DE', city: 'Dresden', zip: "'01067", street: 'Beispielstraße', tax: 'DE MwSt 19%', rate: 1900, phone: '+49351' },
  { country: 'FR', city: 'Lyon', zip: "'69001", street: "rue de l'Exemple", tax: 'FR TVA 20%', rate: 2000, phone: '+3342' },
  { country: 'IT', city: 'Torino', zip: "'10121", street: 'via Esempio', tax: 'IT IVA 22%', rate: 2200, phone: '+39011' },
  { country: 'ES', city: 'Sevilla', zip: "'41001", street: 'calle del Ejemplo', tax: 'ES IVA 21%', rate: 2100, phone: '+34954' },
  { country: 'US', city: 'Springfield', zip: "'62701", street: 'Example Ave', tax: 'Illinois State Tax 6.25%', rate: 625,
    phone: '+1217', province: 'IL', provinceName: 'Illinois', onTop: true },
];
const FIRST = ['Zoé', 'Jürgen', 'Anna', 'Luca', 'María', 'Noah', 'Emma', 'Björn'];
const LAST = ['Example', 'Beispiel', 'Esempio', 'Ejemplo', 'Exemple', 'Sample-Example'];
const ARTICLES = ['Pen', 'Notebook A5', 'Jacket', 'Mug, "large"', 'Scarf', 'Lamp', 'Poster', 'Café crème'];
const NOTES = ['', '', '', '', '', 'Please ring twice', 'Leave it at the "blue" door,\nnot at the shop', 'Geschenk für Oma'];

/** Small and repeatable (mulberry32): integer(n) is 0 … n-1. */
function random(seed) {
  let a = seed;
  return n => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}
const money = cents => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
const time = s => new Date(s * 1000).toISOString().replace('T', ' ').slice(0, 19) + ' +0000';

function makeLines(integer) {
  return Array.from({ length: [1, 1, 1, 2, 2, 2, 3, 3, 4, 6][integer(10)] }, () => {
    const article = integer(400);
    return {
      title: `${ARTICLES[article % ARTICLES.length]} - ${36 + (article % 12)}`,
      sku: `ART-${String(article).padStart(4, '0')}`,
      price: 290 + article * 45,
      quantity: 1 + integer(3),
    };
  });
}

function amountsOf(integer, place, lines) {
  const gross = lines.reduce((sum, l) => sum + l.price * l.quantity, 0);
  const discount = integer(8) === 0 ? Math.floor(gross / 10) : 0;
  const shipping = [0, 390, 590][integer(3)];
  const subtotal = gross - discount;
  const taxed = subtotal + shipping;
  const taxes = Math.round((taxed * place.rate) / (place.onTop ? 10000 : 10000 + place.rate));
  return { subtotal, discount, shipping, taxes, total: taxed + (place.onTop ? taxes : 0) };
}

function orderRows(number, integer) {
  const place = COUNTRIES[integer(COUNTRIES.length)];
  const customer = integer(40000);
  const name = `${FIRST[customer % FIRST.length]} ${LAST[customer % LAST.length]}`;
  const street = `${1 + (customer % 90)} ${place.street}`;
  const lines = makeLines(integer);
  const m = amountsOf(integer, place, lines);
  const created = 1790000000 + number * 37;
  const base = { Name: `#${number}`, Email: `customer${customer}@example.com`, 'Created at': time(created) };
  const address = side => ({
    [`${side} Name`]: name, [`${side} Street`]: street, [`${side} Address1`]: street, [`${side} City`]: place.city,
    [`${side} Zip`]: place.zip, [`${side} Province`]: place.province, [`${side} Country`]: place.country,
    [`${side} Phone`]: `'${place.phone}${String(customer).padStart(6, '0')}`, [`${side} Province Name`]: place.provinceName,
  });
  const head = {
    'Financial Status': 'paid', 'Paid at': time(created + 20), 'Fulfillment Status': 'unfulfilled', 'Accepts Marketing': 'no',
    Currency: place.country === 'US' ? 'USD' : 'EUR', Subtotal: money(m.subtotal), Shipping: money(m.shipping),
    Taxes: money(m.taxes), Total: money(m.total), 'Discount Code': m.discount ? 'WELCOME10' : '',
    'Discount Amount': money(m.discount), 'Shipping Method': 'Standard', ...address('Billing'), ...address('Shipping'),
    Notes: NOTES[integer(NOTES.length)], 'Payment Method': 'Shopify Payments', 'Refunded Amount': '0.00',
    'Outstanding Balance': '0.00', Id: String(6200000000000 + number * 977), Tags: integer(5) ? '' : 'newsletter, vip',
    'Risk Level': 'Low', Source: 'web', 'Tax 1 Name': place.tax, 'Tax 1 Value': money(m.taxes),
    'Payment ID': `rEXAMPLE${number}.1`, 'Payment References': `rEXAMPLE${number}.1`,
  };
  const rows = lines.map((l, i) => ({
    ...base, ...(i === 0 ? head : {}), 'Lineitem quantity': String(l.quantity), 'Lineitem name': l.title,
    'Lineitem price': money(l.price), 'Lineitem sku': l.sku, 'Lineitem requires shipping': 'true',
    'Lineitem taxable': 'true', 'Lineitem fulfillment status': 'pending', Vendor: 'Example Textiles', 'Lineitem discount': '0.00',
  }));
  return { rows, total: m.total };
}

/** Writes the files into an empty folder; { orders, lines, cents (of all totals), bytes, files }. */
export function writeOrders(dir, orders) {
  const integer = random(orders);
  const made = { orders, lines: 0, cents: 0, bytes: 0, files: [] };
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  for (let first = 0; first < orders; first += PER_FILE) {
    const file = path.join(dir, `orders_export_${made.files.length + 1}.csv`);
    const out = fs.openSync(file, 'w');
    let text = csvLine(HEADER);
    for (let n = first; n < Math.min(orders, first + PER_FILE); n++) {
      const { rows, total } = orderRows(1001 + n, integer);
      for (const row of rows) text += csvLine(HEADER.map(column => row[column] ?? ''));
      made.lines += rows.length;
      made.cents += total;
      if (text.length > 1 << 20) {
        fs.writeSync(out, text);
        text = '';
      }
    }
    fs.writeSync(out, text);
    fs.closeSync(out);
    // Older than a minute, so that no program takes them for files that are still being written.
    fs.utimesSync(file, Date.now() / 1000 - 3600 + made.files.length, Date.now() / 1000 - 3600 + made.files.length);
    made.bytes += fs.statSync(file).size;
    made.files.push(file);
  }
  return made;
}

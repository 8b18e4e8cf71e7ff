// What a merchant with the master database would fill in: the tables, and the section [odoo].

import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/run.mjs';
import { erpConf } from './place.mjs';

/** The sandbox's taxes by country and rate, as the master data calls them. */
const TAXES = {
  FR: { 0.2: 'fr_20', 0.1: 'fr_10', 0.055: 'fr_5_5', 0.021: 'fr_2_1' },
  DE: { 0.19: 'de_19', 0.07: 'de_7' },
  GB: { 0.2: 'gb_20' },
  CA: { 'GST*': 'ca_5', 'PST*': 'ca_7' },
};

const JOURNALS = {
  shopify_payments: 'Shopify Payments',
  'Bank Deposit': 'Bank Deposit',
  gift_card: 'Gift card payments',
  cash: 'Cash at the till',
  manual: 'Manual payments',
  bogus: 'Bogus gateway',
};

function taxes() {
  const [head, ...rows] = fs.readFileSync(path.join(ROOT, 'mappings/tables/taxes.csv'), 'utf8').trim().split('\n');
  const filled = rows.map(row => {
    const cells = row.split(',');
    const known = TAXES[cells[0]];
    const name = known?.[cells[2]] ?? known?.[cells[1]];
    if (name) cells.splice(4, 2, `shop.tax_${name}_incl`, `shop.tax_${name}_excl`);
    return cells.join(',');
  });
  return [head, ...filled, 'GB,*,0,GB-0,shop.tax_gb_0_incl,shop.tax_gb_0_excl,zero-rated', ''].join('\n');
}

/** Files of the mappings folder by name. */
export const odooTables = () => ({
  'tables/taxes.csv': taxes(),
  'tables/payment_methods.csv': [
    'gateway,erp_payment_method,erp_odoo_journal',
    ...Object.entries(JOURNALS).map(([gateway, name]) => `${gateway},*,${name}`),
    '*,*,*',
    '',
  ].join('\n'),
});

/** Sections for confText: this Odoo, and how orders are booked in it. */
export const odooConf = (odoo, more = {}) => ({
  erp: erpConf(odoo),
  odoo: { depth: 'quotation', pricelist: 'Shop EUR', warehouse: 'LYON', ...more },
  mappings: { path: 'mappings' },
});

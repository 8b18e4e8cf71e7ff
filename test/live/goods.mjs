// What the tests of products have in common: a place for them, and what people do to products in Odoo.

import { inShop } from '../support/products.mjs';
import { BIN_PLAIN } from '../support/run.mjs';
import { LYON, PARIS } from '../support/stock.mjs';
import { livePlace } from './place.mjs';
import { odooConf, odooTables } from './tables.mjs';

const OWNS = 'sku, price, cost, barcode, weight, title';

/** A place whose shop gets this Odoo's products. rules: of [odoo]. */
export async function productPlace(t, odoo, { sandbox = { orders: 0 }, rules = {}, conf = {} } = {}) {
  const { odoo: own, mappings } = odooConf(odoo, { custom_product: 'CUSTOM', ...rules });
  const products = { erp_owns: OWNS, store_owns: 'description, images, tags' };
  const inventory = { quantity: 'on_hand' };
  const all = { odoo: own, mappings, products, inventory, ...conf };
  const p = await livePlace(t, odoo, { sandbox, bin: BIN_PLAIN, conf: all });
  for (const [name, text] of Object.entries(odooTables())) p.write(`mappings/${name}`, text);
  p.write('mappings/tables/locations.csv', `warehouse,store_location,note\nLYON,${LYON},\nPARIS,${PARIS},\n`);
  return p;
}

/** A variant of the shop by its SKU. */
export const variantOf = (p, sku) => inShop(p.sandbox, sku)?.variants.find(v => v.sku === sku);
export const euros = value => value.toFixed(2);

/** The id of the template of the product with this SKU. */
export const template = async (odoo, sku) => (await odoo.product(sku, ['product_tmpl_id'])).product_tmpl_id[0];
export const create = async (odoo, model, vals) => [await odoo.admin.call(model, 'create', { vals_list: [vals] })].flat()[0];
export const write = (odoo, model, ids, vals, context = {}) => odoo.admin.call(model, 'write', { ids, vals, context });

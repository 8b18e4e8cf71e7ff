// Orders of the sandbox on their way into a real Odoo: where they come from, and what they became.

import { BIN_PLAIN } from '../support/run.mjs';
import { livePlace } from './place.mjs';
import { odooConf, odooTables } from './tables.mjs';

/** A place with the tables filled in; more: keys of [odoo]. */
export async function ordersPlace(t, odoo, { sandbox, rules = {}, bin = BIN_PLAIN, erp = {} }) {
  const { odoo: own, mappings } = odooConf(odoo, rules);
  const p = await livePlace(t, odoo, { sandbox, bin, conf: { erp, odoo: own, mappings } });
  for (const [name, text] of Object.entries(odooTables())) p.write(`mappings/${name}`, text);
  return p;
}

export const money = (value, digits = 2) => Number(value).toFixed(digits);

/** What the ERP holds of all that erpsync made, without ids and numbers. */
export async function holdings(odoo) {
  const orders = await odoo.soldOrders([['origin', '!=', false]]);
  const count = (model, domain) => odoo.count(model, domain);
  const moves = await odoo.admin.read(
    'account.move',
    [['move_type', '=', 'out_invoice']],
    ['ref', 'state', 'payment_state', 'amount_total', 'amount_residual'],
  );
  return {
    orders: orders
      .map(o => [o.origin, o.state, money(o.amount_total), money(o.amount_tax), o.date_order, o.lines.length].join(' '))
      .sort(),
    invoices: moves
      .map(m => [m.ref, m.state, m.payment_state, money(m.amount_total), money(m.amount_residual)].join(' '))
      .sort(),
    payments: await count('account.payment', []),
    contacts: await count('res.partner', []),
    pickings: await count('stock.picking', []),
  };
}

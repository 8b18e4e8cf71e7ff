// What is recorded from a real Odoo (../live/recorder.mjs) and replayed without one (odoo_replay.mjs): places, what
// happens in them, and what erpsync is told to do. The shop is the same each time, so its ids are those that Odoo was told.

import fs from 'node:fs';
import path from 'node:path';
import { odooTables } from '../live/tables.mjs';
import { earlier } from './place.mjs';
import { ROOT, ended } from './run.mjs';
import { LYON, PARIS } from './stock.mjs';

const SKU = 'LINE-0000-S';
const OTHER = 'LINE-0001-M';
const LOCATIONS = `warehouse,store_location,note\nLYON,${LYON},\nPARIS,${PARIS},\n`;
const PRODUCTS = { erp_owns: 'sku, price, cost, barcode, weight, title', store_owns: 'description, images, tags' };
const ODOO = { depth: 'quotation', pricelist: 'Shop EUR', warehouse: 'LYON' };

/** Orders of these goods, as if they had come an hour ago. */
const sell = (...orders) => sandbox => {
  sandbox.setClock({ advance_ms: -3600000 });
  const set = { available: 5000, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0 };
  for (const variant of [SKU, OTHER])
    for (const location of [LYON, PARIS]) sandbox.changeStock({ variant, location, active: true, set });
  for (const goods of orders) sandbox.sell(goods.map(([variant, quantity]) => ({ variant, quantity, location: 0 })));
  sandbox.setClock({ advance_ms: 3600000 });
};

const PARIS_9 = { country: 'FR', province: null, provinceCode: null, city: 'Paris', zip: '75009' };
const HOME = customer => `${customer} Rue du Port`;
const MUNICH = { country: 'DE', province: 'Bayern', provinceCode: 'BY', city: 'München', zip: '80331' };

/**
 * Orders of one article from one customer each, so many seconds ago: [customer, e-mail, the street it goes to]. The bill goes to the
 * customer's own.
 */
export const buy = (ago, ...orders) => sandbox => {
  sandbox.setClock({ advance_ms: -ago * 1000 });
  for (const [customer, email, street] of orders) {
    const name = { firstName: 'Zoe', lastName: `Buyer ${customer}` };
    sandbox.sell([{ variant: SKU, quantity: 1, location: 0 }]);
    sandbox.orders.change(sandbox.orders.total - 1, m => {
      Object.assign(m, { email, customer: { ...m.customer, ...name, id: 7400000900000 + customer, email } });
      const own = { ...m.shipTo, ...name, company: null, phone: null, ...PARIS_9 };
      /* The same moment whenever this is replayed. */
      const { created, processed } = sandbox.orders.model(0).header;
      Object.assign(m.header, { created, processed });
      Object.assign(m, { shipTo: { ...own, address1: street }, billTo: { ...own, address1: HOME(customer) } });
    });
  }
  sandbox.setClock({ advance_ms: ago * 1000 });
};

/** Each shipment left some minutes after its order came: the same moment whenever this is replayed. */
function shippedThen(sandbox, ago) {
  sandbox.setClock({ advance_ms: -ago * 1000 });
  for (let i = 0; i < sandbox.orders.total; i++)
    if (sandbox.orders.model(i).fulfillments.length)
      sandbox.orders.change(i, m => m.fulfillments.forEach(f => Object.assign(f, { at: m.header.created + 60 * (f.n + 1) })));
  sandbox.setClock({ advance_ms: ago * 1000 });
}

/** What people do with contacts, by Odoo's own wizard: the second one becomes part of the first. */
export async function mergeContacts(odoo, first, second) {
  const vals = { dst_partner_id: first, partner_ids: [[6, 0, [first, second]]], state: 'selection' };
  const context = { active_model: 'res.partner', active_ids: [first, second] };
  const ids = [await odoo.admin.call('base.partner.merge.automatic.wizard', 'create', { vals_list: [vals], context })].flat();
  await odoo.admin.call('base.partner.merge.automatic.wizard', 'action_merge', { ids });
}
const setTax = async (odoo, amount) => odoo.admin.call('account.tax', 'write', { ids: [await odoo.id('tax_fr_20_incl')], vals: { amount } });

const named = (field, names) => [field, 'in', names];
const FEW = ['LINE-0000-S', 'LINE-0000-M', 'LINE-0001-S', 'LINE-0001-M', 'TWICE-0001'];
/**
 * Conditions that the recorder adds to questions of these models, by the version of Odoo, so that a recording is as long as what it is of: the
 * whole of Odoo's countries says no more than five.
 */
const NARROW = version => ({
  'res.country': [named('code', ['FR', 'DE', 'GB', 'CA', 'US'])],
  'res.country.state': [named('country_id.code', ['DE'])],
  'res.currency': [named('name', ['EUR', 'USD', 'GBP'])],
  /* Taxes have no country before 15. */
  ...(version !== '14' && { 'account.tax': [named('country_id.code', ['FR', 'DE'])] }),
});
const FEW_PRODUCTS = version => ({ ...NARROW(version), 'product.product': [named('default_code', FEW)] });
const FEW_TEMPLATES = version => ({ ...NARROW(version), 'product.template': [named('product_variant_ids.default_code', FEW)] });

/**
 * A place: sandbox (options), conf. Its steps, in this order, each of before(sandbox): what happens in the shop, prepare(p): in
 * the place, people(odoo): in Odoo, when it is recorded; run: the command, and the status it ends with.
 */
export const SCENARIOS = {
  check: {
    conf: { odoo: { ...ODOO, depth: 'paid', team: 'Online shop', journal: 'INV', salesperson: 'erpsync', product_pricelist: 'Shop EUR' }, inventory: { quantity: 'available' }, fulfillments: { notify_customer: 'no' }, products: PRODUCTS },
    narrow: NARROW,
    steps: [{ run: 'check', status: 0 }],
  },
  orders: {
    sandbox: { orders: 0, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed', tag: 'Online', team: 'Online shop' } },
    narrow: NARROW,
    steps: [
      {
        before: sandbox => {
          sell([[SKU, 2]], [[OTHER, 1], [SKU, 1]], [[OTHER, 3]])(sandbox);
          earlier(sandbox, 3000, { edit: '#1002', change: { address: MUNICH } });
        },
        run: 'orders export',
        status: 0,
      },
      {
        before: sandbox =>
          earlier(sandbox, 120, [
            { edit: '#1001', change: { add: { article: 5, quantity: 1 } } },
            { edit: '#1003', change: { cancel: 'CUSTOMER' } },
          ]),
        run: 'orders export',
        status: 0,
      },
    ],
  },
  paid: {
    sandbox: { orders: 3, seed: 5, nasty: ['b2b', 'gift_card_used', 'cash_rounding'] },
    conf: { odoo: { ...ODOO, depth: 'paid' } },
    narrow: NARROW,
    steps: [{ run: 'orders export', status: 0 }],
  },
  changed: {
    sandbox: { orders: 4, seed: 133, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      {
        before: sandbox =>
          earlier(sandbox, 120, [
            { edit: '#1001', change: { add: { article: 5, quantity: 1 } } },
            { edit: '#1002', change: { address: { address1: '99 New Street', city: 'Newtown' } } },
            { edit: '#1003', change: { refund: {} } },
            { edit: '#1004', change: { cancel: 'CUSTOMER' } },
          ]),
        run: 'orders export',
        status: 0,
      },
      {
        /* Not in the second of the last change, however soon it follows. */
        before: sandbox => earlier(sandbox, 90, { edit: '#1001', change: { add: { article: 6, quantity: 2 } } }),
        people: async odoo => {
          const [order] = await odoo.soldOrders([['client_order_ref', '=', '#1001']]);
          await odoo.postInvoice(order.id);
        },
        run: 'orders export',
        status: 1,
      },
    ],
  },
  raised: {
    sandbox: { orders: 3, seed: 10, nasty: 'off' },
    conf: { odoo: ODOO },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      { prepare: p => p.configure({ odoo: { depth: 'confirmed' } }), run: 'orders export', status: 0 },
      { run: 'orders export --full', status: 0 },
    ],
  },
  /** Sold half an hour after midnight in Paris, before and after the clocks went back: the days of invoices and payments. */
  days: {
    sandbox: { orders: 2, seed: 10, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'paid' } },
    narrow: NARROW,
    steps: [
      {
        before: sandbox => {
          sandbox.setClock({ advance_ms: -3600000 });
          for (const [i, time] of ['2026-10-24T22:30:00Z', '2026-10-31T23:30:00Z'].entries())
            sandbox.orders.change(i, m => {
              const at = Date.parse(time) / 1000;
              Object.assign(m.header, { created: at, processed: at });
              for (const transaction of m.transactions) transaction.at = at;
            });
          sandbox.setClock({ advance_ms: 3600000 });
        },
        run: 'orders export',
        status: 0,
      },
    ],
  },
  // What the shop has shipped itself: before the first export, and after it.
  shipped: {
    sandbox: { orders: 0, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      {
        before: sandbox => {
          sell([[SKU, 3], [OTHER, 2]], [[SKU, 3], [OTHER, 2]], [[OTHER, 1]])(sandbox);
          const some = (line, quantity, more) => ({ edit: '#1001', change: { fulfill: { lines: [{ line, quantity }], ...more } } });
          earlier(sandbox, 600, some(0, 2, { tracking: [{ company: 'DHL', number: 'T-1', url: null }] }));
          earlier(sandbox, 500, some(1, 2));
          shippedThen(sandbox, 300);
        },
        run: 'orders export',
        status: 0,
      },
      {
        before: sandbox => {
          earlier(sandbox, 120, { edit: '#1001', change: { fulfill: true } });
          earlier(sandbox, 110, { edit: '#1002', change: { fulfill: { lines: [{ line: 0, quantity: 1 }] } } });
          shippedThen(sandbox, 100);
        },
        run: 'orders export',
        status: 0,
      },
      { run: 'orders export --full', status: 0 },
    ],
  },
  paid_later: {
    sandbox: { orders: 8, seed: 11, nasty: ['b2b'] },
    conf: { odoo: { ...ODOO, depth: 'paid' } },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      {
        before: sandbox => {
          const due = sandbox.orders.list({ limit: Infinity }).find(({ nasty }) => nasty === 'b2b');
          earlier(sandbox, 120, { edit: due.name, change: { paid: true } });
        },
        run: 'orders export',
        status: 0,
      },
      { run: 'orders export --full', status: 0 },
    ],
  },
  /**
   * Contacts that people have changed since, and whose buyers come again: merged, with another e-mail address, with a corrected
   * address. Each is taken as it is.
   */
  contacts: {
    /* A seed whose orders all go to France. */
    sandbox: { orders: 0, seed: 1017, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      {
        before: buy(3600, [1, 'one@example.com', HOME(1)], [2, 'two@example.com', HOME(2)], [3, 'three@example.com', HOME(3)], [4, 'four@example.com', '7 Gift Street']),
        run: 'orders export',
        status: 0,
      },
      {
        people: async odoo => {
          const orders = await odoo.soldOrders([['origin', '!=', false]]);
          const [one, two, three] = orders.map(order => order.partner_id[0]);
          const write = (id, vals) => odoo.admin.call('res.partner', 'write', { ids: [id], vals });
          await mergeContacts(odoo, one, two);
          await write(one, { email: 'one.corrected@example.com', street2: 'Door code 12' });
          await write(three, { email: 'three.corrected@example.com' });
          await write(orders[3].partner_shipping_id[0], { street: '7 Gift Street, back yard' });
        },
        before: buy(120, [1, 'one@example.com', '9 New Street'], [2, 'two.new@example.com', HOME(2)], [3, 'three@example.com', HOME(3)], [4, 'four@example.com', '7 Gift Street']),
        run: 'orders export',
        status: 0,
      },
    ],
  },
  /** People change a line, an address and a reference, and the shop changes another line; then that order is named. */
  clerk: {
    sandbox: { orders: 3, seed: 10, nasty: 'off' },
    conf: { odoo: ODOO },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      {
        before: sandbox => earlier(sandbox, 120, ['#1001', '#1002'].map(edit => ({ edit, change: { add: { article: 9, quantity: 1 } } }))),
        people: async odoo => {
          const [[first], [second]] = await Promise.all(['#1001', '#1002'].map(name => odoo.soldOrders([['origin', '=', name]])));
          const write = (model, id, vals) => odoo.admin.call(model, 'write', { ids: [id], vals });
          await write('sale.order.line', first.lines.find(line => line.product_id).id, { product_uom_qty: 7 });
          await write('sale.order', second.id, { client_order_ref: 'PO 77' });
        },
        run: 'orders export',
        status: 1,
      },
      { run: 'orders export --only #1001', status: 0 },
    ],
  },
  /** The state file is lost: all that is there is found, and nothing is written. */
  lost: {
    sandbox: { orders: 3, seed: 5, nasty: ['gift_card_used'] },
    conf: { odoo: { ...ODOO, depth: 'paid' } },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      { prepare: p => fs.rmSync(p.path('erpsync.db')), run: 'orders export', status: 0 },
    ],
  },
  /**
   * People have entered orders of the shop, each in a way of their own; one of those is cancelled, and one is an order of another
   * shop. Then one is linked, another one loses its number, the third is another order, and the shop changes the first.
   */
  entered: {
    sandbox: { orders: 5, seed: 10, nasty: 'off' },
    conf: { odoo: ODOO },
    narrow: NARROW,
    steps: [
      {
        people: async odoo => {
          const partner = await odoo.id('base.main_partner');
          const enter = async vals => [await odoo.admin.call('sale.order', 'create', { vals_list: [{ partner_id: partner, ...vals }] })].flat()[0];
          await enter({ client_order_ref: '1001' });
          await enter({ client_order_ref: '# 1002 ' });
          await odoo.admin.call('sale.order', 'action_cancel', { ids: [await enter({ client_order_ref: '#1003' })], context: { disable_cancel_warning: true } });
          await enter({ origin: '#1004' });
          await odoo.admin.call('sale.order', 'load', { fields: ['id', 'partner_id/.id', 'origin', 'client_order_ref'], data: [['erpsync.other_order_77', String(partner), '#1005', '#1005']] });
        },
        run: 'orders export',
        status: 1,
      },
      {
        async prepare(p) {
          ended(await p.run('adopt orders #1001'), 0);
          ended(await p.run('queue retry #1002'), 0);
        },
        people: async odoo => {
          const ids = await odoo.admin.ids('sale.order', [['client_order_ref', 'like', '1002']]);
          await odoo.admin.call('sale.order', 'write', { ids, vals: { client_order_ref: false } });
        },
        run: 'orders export',
        status: 0,
      },
      { run: 'orders export --only #1004', status: 0 },
      { before: sandbox => earlier(sandbox, 60, { edit: '#1001', change: { add: { article: 5, quantity: 1 } } }), run: 'orders export', status: 1 },
    ],
  },
  /** One of them is refused; then its mapping is mended. */
  refused: {
    sandbox: { orders: 3, seed: 9, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      {
        prepare: p => {
          const program = fs.readFileSync(path.join(ROOT, 'mappings/odoo/order.jq'), 'utf8');
          const wrong = 'picking_policy: (if .name == "#1002" then "nonsense" else "direct" end),\n      origin: .name';
          p.write('mappings/odoo/order.jq', program.replace('origin: .name', wrong));
        },
        run: 'orders export',
        status: 1,
      },
      {
        async prepare(p) {
          fs.rmSync(p.path('mappings/odoo/order.jq'));
          await p.run('queue retry --all');
        },
        run: 'orders export',
        status: 0,
      },
    ],
  },
  /** Confirmed orders with a wrong total: tried again as they are, and once what the reasons say is done. */
  compared: {
    sandbox: { orders: 3, seed: 133, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      {
        before: sandbox => earlier(sandbox, 120, ['#1001', '#1002'].map(edit => ({ edit, change: { add: { article: 9, quantity: 1 } } }))),
        people: async odoo => {
          const [order] = await odoo.soldOrders([['client_order_ref', '=', '#1001']]);
          const own = { order_id: order.id, product_id: (await odoo.product(OTHER)).id, product_uom_qty: 1, price_unit: 10 };
          await odoo.admin.call('sale.order.line', 'create', { vals_list: [own] });
          await setTax(odoo, 19);
        },
        run: 'orders export',
        status: 1,
      },
      { prepare: p => p.run('queue retry --all'), run: 'orders export', status: 1 },
      {
        prepare: p => p.run('queue retry --all'),
        people: async odoo => {
          const [order] = await odoo.soldOrders([['client_order_ref', '=', '#1001']]);
          const own = order.lines.filter(({ price_unit: price, product_uom_qty: n }) => price === 10 && n === 1).map(({ id }) => id);
          await odoo.admin.call('sale.order.line', 'write', { ids: own, vals: { product_uom_qty: 0 } });
          await setTax(odoo, 20);
        },
        run: 'orders export',
        status: 0,
      },
    ],
  },
  /** The shop's figures come in another currency than the orders have, and in the old one again. */
  currency: {
    sandbox: { orders: 6, seed: 10, nasty: ['currency_usd'] },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      { prepare: p => p.configure({ orders: { currency: 'presentment' } }), run: 'orders export --full', status: 1 },
      { prepare: p => p.configure({ orders: { currency: null } }), run: 'orders export --only #1006', status: 0 },
    ],
  },
  /** Lines of text: made, changed, and no longer in the shop. */
  texts: {
    sandbox: { orders: 2, seed: 133, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      ...[
        [150, 'Leave it with the neighbour', 1],
        [120, 'Do not leave it with the neighbour', 0],
        [90, null],
      ].map(([ago, note, to]) => ({
        before: sandbox =>
          earlier(sandbox, ago, [
            { edit: '#1001', change: { note } },
            ...(to === undefined ? [] : [{ edit: '#1002', change: { quantity: { line: 0, to } } }]),
          ]),
        run: 'orders export',
        status: 0,
      })),
    ],
  },
  /** The state file is lost, and people have changed both where the order came from and its reference: it is found all the same, and not loaded over. */
  moved: {
    sandbox: { orders: 2, seed: 10, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' } },
    narrow: NARROW,
    steps: [
      { run: 'orders export', status: 0 },
      {
        people: async odoo => {
          const ids = await odoo.admin.ids('sale.order', [['client_order_ref', '=', '#1001']]);
          await odoo.admin.call('sale.order', 'write', { ids, vals: { origin: 'By phone', client_order_ref: 'By phone' } });
        },
        prepare: p => fs.rmSync(p.path('erpsync.db')),
        run: 'orders export',
        status: 0,
      },
    ],
  },
  stock: {
    sandbox: { orders: 0 },
    conf: { odoo: ODOO, inventory: { quantity: 'available' } },
    narrow: FEW_PRODUCTS,
    steps: [
      { run: 'inventory pull', status: 1 },
      { run: `inventory pull --only ${SKU}`, status: 0 },
    ],
  },
  products: {
    sandbox: { orders: 0 },
    conf: {
      odoo: { ...ODOO, custom_product: 'CUSTOM', product_pricelist: 'Recorded' },
      products: PRODUCTS,
    },
    narrow: FEW_TEMPLATES,
    steps: [
      {
        people: async odoo => {
          const made = async (model, vals) => [await odoo.admin.call(model, 'create', { vals_list: [vals] })].flat()[0];
          const list = await made('product.pricelist', { name: 'Recorded', currency_id: await odoo.id('base.EUR'), company_id: await odoo.id('base.main_company') });
          const category = await made('product.category', { name: 'Recorded', parent_id: await made('product.category', { name: 'Above' }) });
          const goods = (await odoo.product(SKU, ['product_tmpl_id'])).product_tmpl_id;
          /* Products have tags since 16. */
          const tags = odoo.version === '14' ? {} : { product_tag_ids: [[6, 0, [await made('product.tag', { name: 'Recorded' })]]] };
          await odoo.admin.call('product.template', 'write', { ids: [goods[0]], vals: { categ_id: category, ...tags } });
          const rule = { pricelist_id: list, compute_price: 'formula', base: 'list_price', price_discount: 10 };
          const base = await odoo.id('pricelist_eur');
          await odoo.admin.call('product.pricelist.item', 'create', {
            vals_list: [
              { ...rule, applied_on: '2_product_category', categ_id: category },
              { ...rule, applied_on: '3_global', base: 'pricelist', base_pricelist_id: base },
            ],
          });
        },
        run: 'products push',
        status: 1,
      },
      { run: `products push --only ${SKU}`, status: 0 },
    ],
  },
  deliveries: {
    sandbox: { orders: 0, nasty: 'off' },
    conf: { odoo: { ...ODOO, depth: 'confirmed' }, fulfillments: { other_location: 'move' } },
    narrow: NARROW,
    steps: [
      { before: sell([[SKU, 2], [OTHER, 1]], [[OTHER, 1]]), run: 'orders export', status: 0 },
      {
        people: async odoo => {
          const [first, second] = (await odoo.soldOrders([['origin', '!=', false]])).map(order => order.id);
          const open = async order => (await odoo.pickings(order)).find(({ state }) => state === 'assigned').id;
          await odoo.validate(await open(first), { partial: { [SKU]: 2 }, tracking: 'T-1,T-2' });
          await odoo.validate(await open(second), { tracking: 'T-3' });
        },
        run: 'fulfillments pull',
        status: 0,
      },
      { run: 'fulfillments pull --only #1001', status: 0 },
    ],
  },
  skus: {
    sandbox: { orders: 0 },
    conf: { odoo: ODOO },
    narrow: FEW_PRODUCTS,
    steps: [{ run: 'skus check', status: 1 }],
  },
};

/** The mappings of such a place. */
export function writeTables(p) {
  for (const [name, text] of Object.entries(odooTables())) p.write(`mappings/${name}`, text);
  p.write('mappings/tables/locations.csv', LOCATIONS);
}

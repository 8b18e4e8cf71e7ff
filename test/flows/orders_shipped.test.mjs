// What the shop has shipped of an order already: each shipment that stands, from where, with which parcels, and the units of
// each line. It is read with the order where it is there, and nothing more is asked where it is not.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place, requestsOf } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { KOELN, LYON } from '../support/stock.mjs';

const TEE = 'LONG-5-RED',
  CUP = 'SOLO-1';

/** The mapping that hands the canonical order over as it is. */
const AS_IT_IS = `{files: {orders: {key: "order_id", columns: [{name: "order_id", type: "text"}, {name: "order", type: "text"}],
  rows: [[.id, tojson]]}}}\n`;
const canonical = p => p.write('own/csv/order.jq', AS_IT_IS);
/** The canonical orders that were written last, by name. */
function orders(p) {
  const rows = ['orders', 'orders-changed'].flatMap(kind => p.exchange().verify().rows(kind));
  return new Map(rows.map(row => JSON.parse(row.order)).map(order => [order.name, order]));
}
const CONF = { mappings: { path: 'own' } };

/** A shop with orders of these lines, [[variant, quantity, location]] each, and what happens to them, a second apart. */
async function shopWith(t, lists, { sandbox, ...options } = {}) {
  const p = await place(t, { conf: CONF, ...options, sandbox: { orders: 0, nasty: 'off', ...sandbox } });
  canonical(p);
  let ago = 400;
  const names = lists.map(lines => {
    p.sandbox.setClock({ advance_ms: -400000 });
    const { name } = p.sandbox.sell(lines.map(([variant, quantity, location]) => ({ variant, quantity, location })));
    p.sandbox.setClock({ advance_ms: 400000 });
    return name;
  });
  const [name] = names;
  return {
    p,
    name,
    names,
    change: (change, which = name) => earlier(p.sandbox, (ago = Math.max(65, ago - 2)), { edit: which, change }),
    export: async (more = '', status = 0) => ended(await p.run(`orders export ${more}`.trim()), status),
    order: (which = name) => orders(p).get(which),
  };
}
const units = order => order.lines.map(line => line.fulfilled_quantity);
/** What each shipment holds, by the number of the line. */
const held = order =>
  order.fulfillments.map(f => Object.fromEntries(f.lines.map(l => [order.lines.findIndex(line => line.id === l.line_id), l.quantity])));
const ship = (lines, more = {}) => ({ fulfill: { lines: lines.map(([line, quantity]) => ({ line, quantity })), ...more } });

test('nothing shipped: an empty list, and no word of shipments in any request', async t => {
  const shop = await shopWith(t, [[[TEE, 2], [CUP, 1]]]);
  const seen = requestsOf(shop.p.sandbox);
  await shop.export();
  assert.deepEqual([shop.order().fulfillments, units(shop.order())], [[], [0, 0]]);
  assert.deepEqual(seen().filter(r => r.operation === 'OrdersById').map(r => r.variables.shipped), [false]);
  assert.deepEqual(seen().filter(r => r.operation === 'OrderShipments'), []);
});

test('shipped wholly: with the order, in one request', async t => {
  const shop = await shopWith(t, [[[TEE, 2], [CUP, 1]]]);
  shop.change(ship([[0, 2], [1, 1]], { tracking: [{ company: 'DHL', number: 'JD1', url: 'https://track.example/JD1' }] }));
  const seen = requestsOf(shop.p.sandbox);
  await shop.export();
  const order = shop.order(),
    [made] = shop.p.sandbox.fulfillments(shop.name).fulfillments;
  assert.deepEqual(units(order), [2, 1]);
  const [{ created_at, location, ...shipment }] = order.fulfillments;
  assert.match(created_at, /^20..-..-..T..:..:..Z$/);
  assert.equal(location.name, made.location);
  assert.match(location.id, /^gid:\/\/shopify\/Location\/\d+$/);
  assert.deepEqual(shipment, {
    id: made.id,
    carrier: 'DHL',
    packages: [{ number: 'JD1', url: 'https://track.example/JD1' }],
    lines: order.lines.map(line => ({ line_id: line.id, quantity: line.quantity })),
  });
  assert.deepEqual(seen().filter(r => /^Order(sById|Shipments)$/.test(r.operation)).map(r => r.operation), ['OrdersById']);
});

test('in part, from two locations, and one that was cancelled', async t => {
  const shop = await shopWith(t, [[[TEE, 3, LYON], [CUP, 2, KOELN]]]);
  shop.change(ship([[0, 1]], { tracking: [{ company: 'Colissimo', number: 'C1', url: null }, { company: 'Colissimo', number: 'C2', url: null }] }));
  shop.change(ship([[0, 1]]));
  shop.change(ship([[1, 2]], { tracking: [] }));
  shop.change({ cancel_fulfillment: 1 });
  await shop.export();
  const order = shop.order(),
    [first, second] = order.fulfillments;
  assert.equal(order.fulfillment_status, 'partially_fulfilled');
  assert.deepEqual([held(order), units(order)], [[{ 0: 1 }, { 1: 2 }], [1, 2]]);
  assert.notEqual(first.location.id, second.location.id);
  assert.deepEqual([first.carrier, first.packages], ['Colissimo', [{ number: 'C1', url: null }, { number: 'C2', url: null }]]);
  assert.deepEqual([second.carrier, second.packages], [null, []]);
});

test('back to unshipped: a shipment that was cancelled is none', async t => {
  const shop = await shopWith(t, [[[TEE, 2]]]);
  shop.change({ fulfill: true });
  shop.change({ cancel_fulfillment: 0 });
  await shop.export();
  assert.deepEqual([shop.order().fulfillments, units(shop.order())], [[], [0]]);
});

test('units that were taken out, shipped, and that came back', async t => {
  const shop = await shopWith(t, [[[TEE, 4], [CUP, 1]]]);
  shop.change({ quantity: { line: 0, to: 3 } });
  shop.change(ship([[0, 2]]));
  shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } });
  const seen = requestsOf(shop.p.sandbox);
  await shop.export();
  const order = shop.order(),
    [line] = order.lines;
  assert.deepEqual([line.sold_quantity, line.removed_quantity, line.quantity, line.fulfilled_quantity, line.unfulfilled_quantity], [4, 1, 3, 2, 1]);
  assert.deepEqual(held(order), [{ 0: 2 }]);
  assert.deepEqual(
    seen().map(r => r.operation).filter(name => /^Order(sById|Shipments|Agreements)$/.test(name)),
    ['OrdersById', 'OrderAgreements'],
    'the shipments are read once',
  );
});

test('more shipments than a first reading shows, and more lines of one than a page', async t => {
  const many = Array.from({ length: 280 }, (_, i) => [i % 2 ? TEE : CUP, 1, LYON]);
  const shop = await shopWith(t, [[[TEE, 30, LYON]], many, many.slice(0, 40)]);
  for (let i = 0; i < 12; i++) shop.change(ship([[0, 2]]));
  shop.change({ fulfill: true }, shop.names[1]);
  shop.change({ fulfill: true }, shop.names[2]);
  const seen = requestsOf(shop.p.sandbox);
  await shop.export();
  assert.deepEqual([units(shop.order()), shop.order().fulfillments.length], [[24], 12]);
  for (const name of shop.names.slice(1)) {
    const order = shop.order(name);
    assert.deepEqual(units(order), order.lines.map(() => 1));
    assert.deepEqual(held(order).map(lines => Object.keys(lines).length), [order.lines.length]);
  }
  const count = operation => seen().filter(r => r.operation === operation).length;
  assert.deepEqual([count('OrderShipments'), count('ShippingLines')], [1, 3]);
});

test('the order changes between the list and its reading, and while its shipments are read', async t => {
  await t.test('shipped after it was listed', async t => {
    const shop = await shopWith(t, [[[TEE, 2]]]);
    shop.p.sandbox.addHooks({ after_request: 1, operation: 'OrdersChanged', edit_order: shop.name, change: { fulfill: true } });
    const seen = requestsOf(shop.p.sandbox);
    await shop.export();
    assert.deepEqual(held(shop.order()), [{ 0: 2 }]);
    assert.equal(seen().filter(r => r.operation === 'OrderShipments').length, 1);
  });
  /* Its first reading shows 10 shipments, and 25 lines of each. */
  for (const [operation, before] of [['OrderShipments', 10], ['ShippingLines', 2]])
    await t.test(`before ${operation}`, async t => {
      const many = Array.from({ length: 30 }, (_, i) => [i % 2 ? TEE : CUP, 1, LYON]);
      const shop = await shopWith(t, [[[TEE, 30, LYON], ...many]]);
      for (let i = 0; i < before; i++) shop.change(ship([[0, 1]]));
      shop.change(ship(many.map((_, i) => [i + 1, 1])));
      shop.p.sandbox.addHooks({ after_request: 1, operation: 'OrderLines', edit_order: shop.name, change: ship([[0, 3]]) });
      const seen = requestsOf(shop.p.sandbox);
      await shop.export();
      const order = shop.order();
      assert.deepEqual([order.lines[0].fulfilled_quantity, order.fulfillments.length], [before + 3, before + 2]);
      assert.deepEqual(seen().map(r => r.operation).filter(name => name === operation || name === 'OrdersById'), ['OrdersById', operation, 'OrdersById', operation]);
    });
});

test('what contradicts itself is parked: more shipped than sold, a line of no order', async t => {
  const spoilt = {
    'more shipped than sold': [list => (list[0].fulfillmentLineItems.nodes[0].quantity = 3), /line 1 .*'fulfillments' hold 3 units of it, and 2 were sold/],
    'a line of another order': [
      list => (list[0].fulfillmentLineItems.nodes[0].lineItem.id = 'gid://shopify/LineItem/1'),
      /shipment 1 .*lineItem\.id' is that of no line of the order/,
    ],
  };
  for (const [name, [spoil, says]] of Object.entries(spoilt))
    await t.test(name, async t => {
      const shop = await shopWith(t, [[[TEE, 2]]]);
      shop.change({ fulfill: true });
      shop.p.sandbox.mutate = ({ operation }, json) => {
        if (operation === 'OrdersById') json.data.nodes.forEach(node => spoil(node.fulfillments));
        return json;
      };
      await shop.export('', 1);
      const parked = (await shop.p.parked()).get(shop.name);
      assert.equal(parked.code, 'bad_value');
      assert.match(parked.reason, says);
      shop.p.sandbox.mutate = null;
      await shop.export(`--only ${shop.name.slice(1)}`);
      assert.deepEqual(units(shop.order()), [2]);
    });
});

test('orders with and without shipments share their requests, and are written as they were listed', async t => {
  const shop = await shopWith(t, Array.from({ length: 9 }, () => [[TEE, 1]]));
  for (const name of shop.names) shop.change(shop.names.indexOf(name) % 3 === 1 ? { fulfill: true } : { note: 'x' }, name);
  const seen = requestsOf(shop.p.sandbox);
  await shop.export();
  assert.deepEqual([...orders(shop.p).keys()], shop.names);
  assert.deepEqual(shop.names.map(name => units(shop.order(name))[0]), [0, 1, 0, 0, 1, 0, 0, 1, 0]);
  assert.deepEqual(seen({ operation: 'OrderShipments' }).length, 0);
});

test('check looks at orders of which it does not know whether they were shipped, in one request', async t => {
  const shop = await shopWith(t, [[[TEE, 1]], [[TEE, 1]]]);
  shop.change({ fulfill: true });
  const seen = requestsOf(shop.p.sandbox);
  ended(await shop.p.run('check'), 0);
  assert.deepEqual(seen().map(r => r.operation).filter(name => /^Order(sById|Shipments)$/.test(name)), ['OrdersById']);
});

test('without read_locations: where it left is not known', async t => {
  const shop = await shopWith(t, [[[TEE, 2]]]);
  shop.change({ fulfill: true });
  shop.p.sandbox.setScopes({ remove: ['read_locations'] });
  await shop.export();
  assert.deepEqual([shop.order().fulfillments[0].location, units(shop.order())], [null, [2]]);
});

test('the files tell it behind their columns, and nothing is written again for it', async t => {
  const shop = await shopWith(t, [[[TEE, 3]]], { conf: {} });
  shop.change(ship([[0, 1]]));
  await shop.export();
  const rows = () => ['orders', 'orders-changed'].flatMap(kind => shop.p.exchange().verify().rows(kind));
  assert.deepEqual(rows().map(row => row.fulfilled_quantity), ['1']);
  assert.equal(Object.keys(rows()[0]).filter(column => column !== 'file').at(-1), 'fulfilled_quantity');
  /* The same units in another shipment: what the other columns say has not changed. */
  shop.change({ cancel_fulfillment: 0 });
  shop.change(ship([[0, 1]], { tracking: [{ company: 'UPS', number: '1Z', url: null }] }));
  await shop.export();
  assert.equal(rows().length, 1);
});

test('the admin’s export: all or nothing of a line, or not known', async t => {
  const HEAD = 'Name,Email,Financial Status,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem fulfillment status,Refunded Amount,Id';
  const at = '2026-11-20 10:00:00 +0100';
  /** [order's word, words of two lines of 2 and 1 units, money given back, fulfilled_quantity of each, shipments' lines]. */
  const cases = {
    wholly: ['fulfilled', ['fulfilled', 'fulfilled'], '0.00', [2, 1], [[2, 1]]],
    'wholly, by the order alone': ['fulfilled', ['', ''], '0.00', [2, 1], [[2, 1]]],
    'one line': ['partial', ['fulfilled', 'pending'], '0.00', [2, 0], [[2]]],
    'a line in part': ['partial', ['partial', 'fulfilled'], '0.00', [null, 1], null],
    nothing: ['unfulfilled', ['pending', 'unfulfilled'], '0.00', [0, 0], []],
    'no word': ['', ['', ''], '0.00', [null, null], undefined],
    'another word': ['partial', ['teilweise', 'pending'], '0.00', [null, 0], null],
    'words that differ': ['unfulfilled', ['fulfilled', 'pending'], '0.00', [null, 0], null],
    restocked: ['restocked', ['pending', 'fulfilled'], '0.00', [null, null], null],
    refunded: ['fulfilled', ['fulfilled', 'pending'], '5.00', [null, 0], null],
  };
  const p = await place(t, { sandbox: false, bin: BIN_PLAIN, conf: { store: { connector: 'csv', path: 'exports' }, ...CONF } });
  canonical(p);
  const names = Object.keys(cases);
  const text = names.map((name, i) => {
    const [status, [first, second], refunded] = cases[name];
    return [
      `#${2000 + i},a@example.com,paid,${status},${status ? at : ''},EUR,30.00,0.00,0.00,30.00,0.00,${at},2,Tee,10.00,TEE,${first},${refunded},${5600000000 + i}`,
      `#${2000 + i},a@example.com,,,,,,,,,,,1,Cup,10.00,CUP,${second},,`,
    ].join('\n');
  });
  const file = p.write('exports/orders.csv', `${HEAD}\n${text.join('\n')}\n`);
  fs.utimesSync(file, Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
  ended(await p.run('orders export'), 0);
  const all = orders(p);
  for (const [i, name] of names.entries()) {
    const order = all.get(`#${2000 + i}`),
      [, , , fulfilled, shipments] = cases[name];
    assert.deepEqual(units(order), fulfilled, name);
    assert.deepEqual(order.fulfillments && order.fulfillments.map(f => f.lines.map(l => l.quantity)), shipments, name);
    for (const f of order.fulfillments ?? []) {
      assert.deepEqual([f.id, f.created_at], [`${order.id}/fulfillment/1`, '2026-11-20T09:00:00Z'], name);
      for (const l of f.lines) assert.ok(order.lines.some(line => line.id === l.line_id), name);
    }
  }
});

/** Three orders that the ERP never had: nothing of the first was shipped, some of the second, all of the third. */
async function backlog(t, fulfilled, options = {}) {
  const goods = [[TEE, 2], [CUP, 1]];
  const shop = await shopWith(t, [goods, goods, goods], options);
  const [none, part, whole] = shop.names;
  shop.change(ship([[0, 1]]), part);
  shop.change({ fulfill: true }, whole);
  if (fulfilled) shop.p.configure({ orders: { fulfilled } });
  const arrived = () => [...orders(shop.p).keys()].sort();
  return { ...shop, none, part, whole, arrived };
}

test('[orders] fulfilled = deliver: all of them go over; the dry run and check tell how many were shipped', async t => {
  const shop = await backlog(t);
  const { stderr, stdout } = await shop.export('--dry-run -v');
  assert.match(stderr + stdout, /2 of 3 that are new to the ERP were shipped by the store already, wholly or in part: \[orders\] fulfilled = deliver, so they arrive as delivered/);
  const check = await shop.p.run('check');
  assert.match(check.stdout, /of 3 orders that were looked at, and are not in the ERP, the store has shipped 2 already, wholly or in part: \[orders\] fulfilled = deliver/);
  const real = await shop.export('-v');
  assert.doesNotMatch(real.stderr, /shipped by the store already/);
  assert.deepEqual(shop.arrived(), shop.names);
  assert.doesNotMatch((await shop.p.run('check')).stdout, /has shipped/);
});

test('[orders] fulfilled = skip: what is shipped wholly stays out, unless a person names it', async t => {
  const shop = await backlog(t, 'skip');
  const { summary, records } = await shop.p.json('orders export --json');
  assert.equal(summary.excluded, 1);
  assert.deepEqual(records.filter(r => r.outcome === 'left out').map(r => [r.name, r.reason]), [[shop.whole, 'the store has shipped all of it ([orders] fulfilled = skip)']]);
  assert.deepEqual(shop.arrived(), [shop.none, shop.part]);
  // What has arrived is told as ever, and what stays out is, each time.
  shop.change({ fulfill: true }, shop.none);
  const again = (await shop.p.json('orders export --full --json')).summary;
  assert.deepEqual([again.excluded, again.parked], [1, 0]);
  assert.deepEqual(units(shop.order(shop.none)), [2, 1]);
  await shop.export(`--only ${shop.whole}`);
  assert.ok(shop.arrived().includes(shop.whole));
});

test('[orders] fulfilled = park: a person says, with what is printed', async t => {
  const shop = await backlog(t, 'park');
  await shop.export('', 1);
  assert.deepEqual(shop.arrived(), [shop.none]);
  const parked = await shop.p.parked();
  assert.deepEqual([...parked.keys()].sort(), [shop.part, shop.whole]);
  for (const [name, goods] of [[shop.part, 'some'], [shop.whole, 'all']]) {
    const { code, reason } = parked.get(name);
    assert.equal(code, 'shipped_already');
    assert.match(reason, new RegExp(`has shipped ${goods} of its goods \\(\\[orders\\] fulfilled = park\\); to send it, with these goods delivered: erpsync orders export --only '${name}'; to leave it out: erpsync queue drop --for-good '${name}'`));
  }
  // A newer version is no arrival of its own.
  shop.change({ note: 'again' }, shop.whole);
  await shop.export('', 1);
  assert.deepEqual(shop.arrived(), [shop.none]);
  ended(await shop.p.run(['orders', 'export', '--only', shop.part]), 0);
  ended(await shop.p.run(['queue', 'drop', '--for-good', shop.whole]), 0);
  await shop.export('--full');
  assert.deepEqual(shop.arrived(), [shop.none, shop.part]);
  assert.deepEqual([...(await shop.p.parked()).keys()], []);
});

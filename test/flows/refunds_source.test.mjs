// What the shop has given back of its orders, read from its books: each refund and return less what the order itself lacks
// already, so that both together are what the order costs now. Whatever becomes of an order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KIND_NAMES } from '../sandbox/index.mjs';
import { Random } from '../sandbox/lib/random.mjs';
import { amount, same } from '../support/money.mjs';
import { place, requestsOf, truth } from '../support/place.mjs';
import { calendar, comesTo, happen, written } from '../support/refunds.mjs';
import { ended } from '../support/run.mjs';

const TEE = 'LONG-5-RED',
  CUP = 'SOLO-1';
const CONF = { orders: { since: '2020-01-01', overlap: '2h' }, refunds: {} };

async function exported(p, more = '', status = 0) {
  const orders = await p.run('orders export');
  assert.ok([0, status].includes(orders.status), orders.stderr);
  return ended(await p.run(`refunds export ${more}`.trim()), status);
}

/** A shop with one order of four TEE and two CUP, shipped unless it says otherwise. */
async function shopWith(t, { shipped = true, sandbox = {}, conf = {}, order = null } = {}) {
  const p = await place(t, { sandbox: { orders: 0, nasty: 'off', ...sandbox }, conf: { ...CONF, ...conf } });
  const at = calendar(p.sandbox);
  const { name } = at(() => (order ? p.sandbox.changeOrders({ add: 1, ...order })[0] : p.sandbox.sell([{ variant: TEE, quantity: 4 }, { variant: CUP, quantity: 2 }])));
  const change = change => at(() => p.sandbox.changeOrders({ edit: name, change }));
  if (shipped) change({ fulfill: true });
  return {
    p,
    name,
    change,
    /** The refunds of the order as they were written last, checked against the shop; each its rows. */
    async refunds(side = 0) {
      await exported(p);
      p.exchange().verify();
      return comesTo(p.exchange(), p.sandbox, name, side);
    },
  };
}
const brief = rows => rows.map(row => [row.line_type, row.shop_sku, row.quantity, row.restock, row.location].join(' ').trim());
const numbers = refunds => refunds.map(rows => rows[0].refund_number.replace(/^.*-/, '')).join(' ');

for (const side of [0, 1])
  test(`an order less what was given back of it is what it costs now, whatever became of it (${side ? 'buyer' : 'shop'}’s currency)`, async t => {
    const skipped = ['lines_500', 'attributes_300', 'transactions_60', 'many_refunds'];
    const p = await place(t, { sandbox: { orders: 0, nasty: 'on' }, conf: { ...CONF, orders: { ...CONF.orders, currency: side ? 'presentment' : 'shop', include_test: true, fulfilled: 'deliver' } } });
    const at = calendar(p.sandbox, 3000),
      r = new Random(5 + side, 1, 7),
      kinds = KIND_NAMES.filter(kind => !skipped.includes(kind));
    const names = [];
    for (let i = 0; i < 70; i++) names.push(at(() => p.sandbox.changeOrders({ add: 1, nasty: i % 2 ? kinds[(i >> 1) % kinds.length] : null })[0].name));
    const done = new Map(names.map(name => [name, []]));
    for (let round = 0; round < 3; round++) {
      for (const name of names) for (let k = r.int(1, 3); k > 0; k--) done.get(name).push(at(() => happen(p.sandbox, r, name)));
      for (const flow of ['orders', 'refunds']) {
        const { status, stderr } = await p.run(`${flow} export`);
        assert.ok([0, 1].includes(status), `${flow}: ${status} ${stderr}`);
      }
    }
    const parked = new Set((await p.queue('--parked')).map(entry => entry.name.replace(/-R\d+$/, '')));
    let refunds = 0,
      compared = 0;
    const exchange = p.exchange().verify();
    for (const name of names) {
      if (parked.has(name)) continue;
      compared++;
      try {
        refunds += comesTo(exchange, p.sandbox, name, side).length;
      } catch (error) {
        error.message += `\n${name}: ${done.get(name).map(x => JSON.stringify(x)).join('\n')}`;
        throw error;
      }
    }
    t.diagnostic(`${compared} orders, ${refunds} refunds, ${parked.size} parked`);
    assert.ok(compared >= 60 && refunds >= 60);
    const before = exchange.names().length;
    for (const flow of ['orders', 'refunds']) await p.run(`${flow} export`);
    assert.equal(p.exchange().names().length, before, 'nothing is new');
  });

test('each kind of what is given back', async t => {
  const kinds = {
    'units that came back, to a place that the shop names': [
      { refund: { lines: [{ line: 0, quantity: 2, restock: 'RETURN', location: 1 }], note: 'Too small' } },
      [`product ${TEE} 2 return Shop Paris 8e`],
    ],
    'units that did not': [{ refund: { lines: [{ line: 1, quantity: 1, restock: 'NO_RESTOCK' }] } }, [`product ${CUP} 1 no_restock`]],
    'of which an old refund does not say what became': [{ refund: { lines: [{ line: 1, quantity: 1, restock: 'LEGACY_RESTOCK' }] } }, [`product ${CUP} 1`]],
    'shipping': [{ refund: { lines: [], shipping: true } }, ['shipping  0']],
    'money alone': [{ refund: { lines: [], amount: '1.25' } }, ['adjustment  0']],
    'less than what came back is worth': [{ refund: { lines: [{ line: 1, quantity: 1, restock: 'RETURN' }], amount: '1.00' } }, [`product ${CUP} 1 return Warehouse Lyon`, 'adjustment  0']],
    'a line of which part came back': [
      { refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }, { line: 0, quantity: 2, restock: 'NO_RESTOCK' }, { line: 0, quantity: 1, restock: 'RETURN', location: 1 }] } },
      [`product ${TEE} 1 return Warehouse Lyon`, `product ${TEE} 2 no_restock`, `product ${TEE} 1 return Shop Paris 8e`],
    ],
  };
  for (const [name, [change, lines]] of Object.entries(kinds))
    await t.test(name, async t => {
      const shop = await shopWith(t);
      shop.change(change);
      const [rows, ...more] = await shop.refunds();
      assert.equal(more.length, 0);
      assert.deepEqual(brief(rows), lines);
      assert.equal(rows[0].refund_number, `${shop.name}-R1`);
      assert.equal(rows[0].reason, 'refund');
      assert.equal(rows[0].note, change.refund.note ?? '');
      same(rows[0].paid_amount, rows[0].refund_total, 'all of it was paid');
      if (rows[0].line_type === 'shipping') assert.equal(rows[0].title, 'Standard');
    });
});

test('a return that was received: goods less fees, what went out for them is the order’s, the money is a refund of its own', async t => {
  for (const scopes of [[], ['read_returns']])
    await t.test(scopes.length ? 'with the scope read_returns' : 'read_orders is enough', async t => {
      const shop = await shopWith(t);
      shop.p.sandbox.setScopes({ add: scopes });
      shop.change({ return: { lines: [{ line: 0, quantity: 2 }], restocking_fee: '2.00', shipping_fee: '3.00', refund: true } });
      const [goods, money, ...more] = await shop.refunds();
      assert.equal(more.length, 0);
      assert.deepEqual(brief(goods), [`product ${TEE} 2`, 'fee  0', 'fee  0']);
      assert.deepEqual(goods.slice(1).map(row => [row.title, row.amount]), [[scopes.length ? 'Restocking fee' : 'Fee', '-2.00'], [scopes.length ? 'Return shipping fee' : 'Fee', '-3.00']]);
      assert.deepEqual([goods[0].reason, goods[0].paid_amount, goods[0].shop_refund_id], ['return', '0.00', '']);
      assert.deepEqual([money[0].reason, money[0].refund_total, money[0].paid_amount], ['refund', '0.00', goods[0].refund_total]);
      assert.equal(money[0].refund_number, `${shop.name}-R2`);
    });
  await t.test('an exchange', async t => {
    const shop = await shopWith(t);
    shop.change({ return: { lines: [{ line: 0, quantity: 4 }], exchange: [{ article: 5, quantity: 1 }], refund: true } });
    const [goods] = await shop.refunds();
    assert.deepEqual(brief(goods), [`product ${TEE} 4`]);
    const order = written(shop.p.exchange(), 'orders', 'order_id').get(goods[0].order_id);
    assert.deepEqual(order.map(row => row.quantity), ['4', '2', '1']);
  });
});

test('what was taken out before it was shipped is no refund, and its number stays its own', async t => {
  const shop = await shopWith(t, { shipped: false });
  shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'CANCEL' }] } });
  assert.deepEqual(await shop.refunds(), []);
  shop.change({ fulfill: true });
  shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } });
  shop.change({ refund: { lines: [{ line: 1, quantity: 1, restock: 'RETURN' }] } });
  assert.equal(numbers(await shop.refunds()), 'R2 R3');
  await t.test('one refund of both', async t => {
    const shop = await shopWith(t, { shipped: false });
    shop.change({ fulfill: { lines: [{ line: 0, quantity: 2 }] } });
    shop.change({ refund: { lines: [{ line: 0, quantity: 2, restock: 'CANCEL' }, { line: 0, quantity: 1, restock: 'RETURN' }], shipping: true } });
    const [rows] = await shop.refunds();
    assert.deepEqual(brief(rows), [`product ${TEE} 1 return Warehouse Lyon`, 'shipping  0']);
    same(rows[0].paid_amount, rows[0].refund_total, 'what was paid beyond what was taken out');
  });
});

test('money that is under way, arrives, or does not', async t => {
  for (const status of ['SUCCESS', 'FAILURE'])
    await t.test(status, async t => {
      const shop = await shopWith(t);
      shop.change({ refund: { lines: [{ line: 1, quantity: 1, restock: 'RETURN' }], pending: true } });
      const [[before]] = await shop.refunds();
      assert.deepEqual([before.paid_amount, before.pending_amount], ['0.00', before.refund_total]);
      shop.change({ refund_status: { refund: 0, status } });
      const [[after]] = await shop.refunds();
      assert.equal(after.refund_number, before.refund_number);
      assert.notEqual(after.file, before.file);
      assert.deepEqual([after.paid_amount, after.pending_amount], [status === 'SUCCESS' ? after.refund_total : '0.00', '0.00']);
    });
});

test('a cancelled order gives back all of it, and what is given back after it', async t => {
  for (const shipped of [true, false])
    await t.test(shipped ? 'shipped' : 'not shipped', async t => {
      const shop = await shopWith(t, { shipped });
      shop.change({ cancel: { reason: 'CUSTOMER', amount: '10.00' } });
      shop.change({ refund: { lines: [], amount: '5.00' } });
      const [all, later] = await shop.refunds();
      assert.equal(all[0].paid_amount, '10.00');
      assert.equal(later[0].paid_amount, '5.00');
      assert.deepEqual(brief(all)[0], shipped ? `product ${TEE} 4 return Warehouse Lyon` : `product ${TEE} 4`, 'what never left does not come back');
    });
});

test('in the currency that the buyer paid in', async t => {
  for (const nasty of ['currency_usd', 'currency_jpy'])
    await t.test(nasty, async t => {
      const shop = await shopWith(t, { order: { nasty }, sandbox: { nasty: 'on' }, conf: { orders: { ...CONF.orders, currency: 'presentment' } } });
      shop.change({ refund: { lines: [{ line: 0, quantity: 1 }], shipping: true } });
      const [[row]] = await shop.refunds(1);
      assert.equal(row.currency, nasty.slice(-3).toUpperCase());
      assert.equal(row.shop_currency, 'EUR');
      assert.notEqual(amount(row.shop_total), amount(row.refund_total));
    });
});

test('a run twice writes nothing; only what may have been given back is read in full, and orders export pays nothing for it', async t => {
  const p = await place(t, { sandbox: { orders: 60, nasty: 'off' }, conf: CONF });
  const at = calendar(p.sandbox);
  for (const name of ['#1003', '#1009']) {
    at(() => p.sandbox.changeOrders({ edit: name, change: { paid: true } }));
    at(() => p.sandbox.changeOrders({ edit: name, change: { refund: { lines: [], amount: '1.00' } } }));
  }
  at(() => p.sandbox.changeOrders({ edit: '#1005', change: { return_status: 'IN_PROGRESS' } }));
  at(() => p.sandbox.changeOrders({ edit: '#1007', change: { quantity: { line: 0, to: 0 }, add: { article: 1 } } }));
  const costs = operation => [...new Set(seen({ operation }).map(q => q.cost.requested))];
  let seen = requestsOf(p.sandbox);
  ended(await p.run('orders export'), 0);
  assert.deepEqual([costs('OrdersChanged'), costs('OrderAgreements')], [[13], [359]]);
  seen = requestsOf(p.sandbox);
  ended(await p.run('refunds export'), 0);
  const read = seen({ operation: 'OrdersById' }).flatMap(q => q.variables.ids);
  assert.deepEqual(read.sort(), ['#1003', '#1005', '#1009'].map(name => truth(p.sandbox).find(x => x.name === name).id).sort());
  assert.deepEqual([costs('OrdersChanged'), costs('OrderAgreements')], [[24], [382]]);
  const files = p.exchange().names();
  for (const more of ['', '--full', '--since 2020-01-01']) {
    ended(await p.run(`refunds export ${more}`.trim()), 0);
    assert.deepEqual(p.exchange().names(), files, `nothing more was written: ${more}`);
  }
});

test('which orders: those of the window, no test orders, none that are too old, but for those that the ERP has', async t => {
  const p = await place(t, { sandbox: { orders: 0, nasty: 'off' }, conf: CONF });
  const at = calendar(p.sandbox);
  const order = (createdAt, change = {}) => {
    const [{ name }] = p.sandbox.changeOrders({ add: 1, createdAt });
    p.sandbox.changeOrders({ edit: name, change: { paid: true, ...change } });
    p.sandbox.changeOrders({ edit: name, change: { refund: { lines: [], amount: '1.00' } } });
    return name;
  };
  const day = days => new Date(p.sandbox.clock.now() - days * 86400_000).toISOString();
  const [old, young, trial] = at(() => [order(day(20)), order(day(5)), order(day(5), { test: true })]);
  p.configure({ orders: { since: day(10) } });
  ended(await p.run('orders export'), 0);
  const answer = await p.json('refunds export --json');
  const got = () => [...written(p.exchange(), 'refunds', 'refund_id').values()].map(rows => rows[0].order_number).sort();
  assert.deepEqual(got(), [young]);
  assert.equal(answer.summary.excluded, 2, 'one too old, one a test');
  for (const kind of ['orders', 'refunds']) ended(await p.run([kind, 'export', '--since', day(30), '--until', day(10)]), 0);
  assert.deepEqual(got(), [old, young].sort());
  at(() => p.sandbox.changeOrders({ edit: old, change: { refund: { lines: [], amount: '1.00' } } }));
  ended(await p.run('refunds export'), 0);
  assert.deepEqual(got(), [old, old, young].sort(), 'the ERP has its order');
  assert.ok(!got().includes(trial));
});

test('named: an order, a refund, its agreement; what is not there says so', async t => {
  const shop = await shopWith(t);
  const { p, name } = shop;
  shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } });
  shop.change({ refund: { lines: [], amount: '1.00' } });
  const other = shop.change({ note: 'x' });
  assert.ok(other);
  ended(await p.run('orders export'), 0);
  const only = async (who, status = 0) => ended(await p.run(['refunds', 'export', '--only', who]), status);
  const got = () => [...written(p.exchange(), 'refunds', 'refund_id').values()].map(rows => rows[0].refund_number).sort();
  await only(`${name.slice(1)}-R2`);
  assert.deepEqual(got(), [`${name}-R2`]);
  await only(name);
  assert.deepEqual(got(), [`${name}-R1`, `${name}-R2`]);
  for (const [who, why] of [
    ['#4711', /no such order/],
    [`${name}-R3`, /nothing of that name that was given back/],
    ['gid://shopify/RefundAgreement/1', /can't be asked for .* by this id; name it by its order and number/],
  ])
    assert.match((await only(who, 1)).stderr, why, who);
  const [plain] = p.sandbox.changeOrders({ add: 1 });
  assert.match((await only(plain.name, 1)).stderr, /has nothing that was given back/);
  /* Known here by its name, it is to be had by its id. */
  const [{ refund_id: id }] = p.exchange().rows('refunds').filter(row => row.refund_number === `${name}-R1`);
  shop.change({ refund: { lines: [], amount: '0.50' } });
  ended(await p.run(['refunds', 'export', '--only', id]), 0);
  assert.deepEqual(got(), [`${name}-R1`, `${name}-R2`], 'nothing else of its order');
});

test('two orders of one name: each refund is found by its id', async t => {
  const { p, name, change } = await shopWith(t);
  change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } });
  const at = calendar(p.sandbox, 500);
  const [other] = at(() => p.sandbox.changeOrders({ add: 1 }));
  for (const one of [{ paid: true }, { refund: { lines: [], amount: '1.00' } }]) at(() => p.sandbox.changeOrders({ edit: other.name, change: one }));
  at(() => p.sandbox.orders.change(p.sandbox.orders.find(other.name), model => (model.header.name = name)));
  ended(await p.run('orders export'), 0);
  const several = ended(await p.run(['adopt', 'refunds', `${name}-R1`]), 1);
  const ids = [...(several.stdout + several.stderr).matchAll(/gid:\/\/shopify\/\w+\/\d+/g)].map(([id]) => id);
  assert.equal(ids.length, 2);
  p.write('entered.csv', `record,name\n${ids[0]},${name}-R1\n`);
  ended(await p.run(['adopt', 'refunds', '--csv', p.path('entered.csv')]), 0);
  ended(await p.run('refunds export'), 0);
  assert.deepEqual([...written(p.exchange(), 'refunds', 'refund_id').keys()], [ids[1]]);
  ended(await p.run(['queue', 'retry', ids[1]]), 0);
  ended(await p.run(['refunds', 'export', '--only', ids[1]]), 0);
  assert.deepEqual([...written(p.exchange(), 'refunds', 'refund_id').keys()], [ids[1]]);
});

test('what is not understood parks that refund, and no other; once it is, it goes over', async t => {
  const shop = await shopWith(t);
  const { p, name } = shop;
  shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } });
  shop.change({ refund: { lines: [], amount: '1.00' } });
  p.sandbox.mutate = ({ operation }, json) => {
    if (operation !== 'OrderAgreements') return json;
    const copy = structuredClone(json);
    for (const agreement of copy.data.order.agreements.nodes) for (const sale of agreement.sales.nodes) if (sale.__typename === 'AdjustmentSale') sale.lineType = 'UNKNOWN';
    return copy;
  };
  await exported(p, '', 1);
  const parked = await p.parked();
  assert.deepEqual([...parked.keys()], [`${name}-R2`]);
  assert.match(parked.get(`${name}-R2`).reason, /lineType.*is of a kind that is not known/);
  p.sandbox.mutate = null;
  ended(await p.run('queue retry --all'), 0);
  ended(await p.run('refunds export'), 0);
  assert.equal((await p.parked()).size, 0);
  comesTo(p.exchange().verify(), p.sandbox, name);
});

test('an order that can’t be read parks what was given back of it under its own name', async t => {
  const shop = await shopWith(t);
  const { p, name } = shop;
  shop.change({ refund: { lines: [], amount: '1.00' } });
  const i = p.sandbox.orders.find(name),
    [sale] = p.sandbox.orders.model(i).agreements[0].sales;
  sale.total = sale.total.map(cents => cents + 500);
  p.sandbox.orders.views.clear();
  await exported(p, '', 1);
  const parked = (await p.parked()).get(`${name}-R1`);
  assert.equal(parked.code, 'agreements_differ');
  assert.match(parked.reason, /book it by hand, then run: erpsync queue drop --for-good '#\d+-R1'/);
  sale.total = sale.total.map(cents => cents - 500);
  p.sandbox.orders.views.clear();
  shop.change({ touch: true });
  comesTo((await exported(p), p.exchange()), p.sandbox, name);
  assert.equal((await p.parked()).size, 0);
});

test('a refund that is not in the books, an event of a kind that nobody knows, an order that can’t be read: all is told by the order', async t => {
  const cases = {
    refund_not_booked: ['OrderAgreements', ({ order }) => order.agreements.nodes.splice(1)],
    bad_value: ['OrderAgreements', ({ order }) => Object.assign(order.agreements.nodes[1], { reason: 'UNKNOWN' })],
    'bad_value again': ['OrdersById', ({ nodes }) => nodes.forEach(node => (node.displayFulfillmentStatus = null))],
  };
  for (const [code, [operation, spoil]] of Object.entries(cases))
    await t.test(code, async t => {
      const shop = await shopWith(t);
      const { p, name } = shop;
      shop.change({ refund: { lines: [], amount: '1.00' } });
      ended(await p.run('orders export'), 0);
      p.sandbox.mutate = (told, json) => {
        if (told.operation !== operation) return json;
        const copy = structuredClone(json);
        spoil(copy.data);
        return copy;
      };
      ended(await p.run('refunds export'), 1);
      const parked = await p.parked();
      assert.deepEqual([...parked].map(([name, entry]) => [name, entry.code]), [[name, code.split(' ')[0]]]);
      p.sandbox.mutate = null;
      ended(await p.run('refunds export'), 0);
      assert.equal((await p.parked()).size, 0, 'it is parked no longer');
      comesTo(p.exchange(), p.sandbox, name);
    });
});

test('a refund that becomes part of the order later is said to give back nothing', async t => {
  const shop = await shopWith(t, { shipped: false });
  shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'NO_RESTOCK' }] } });
  const [[before]] = await shop.refunds();
  assert.equal(before.quantity, '1');
  /* The shop does not mean to ship it any more. */
  shop.p.sandbox.orders.change(shop.p.sandbox.orders.find(shop.name), m => {
    m.lines[0].dropped += 1;
  });
  shop.change({ touch: true });
  const [[after]] = await shop.refunds();
  assert.deepEqual([after.refund_number, after.refund_total, after.paid_amount], [before.refund_number, '0.00', '0.00']);
});

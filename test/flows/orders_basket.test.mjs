// What an order is: what is to be delivered and paid. What was taken out before it was shipped is not in it, whether an edit
// or a refund took it out; what came back afterwards, and money without goods, change nothing of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asShopSays } from '../support/orders.mjs';
import { earlier, place, requestsOf, truth } from '../support/place.mjs';
import { ended } from '../support/run.mjs';

const TEE = 'LONG-5-RED',
  CUP = 'SOLO-1';

/** A shop with one order of these lines, and what may happen to it: longer ago than the shop's search is behind. */
async function shopWith(t, lines, options = {}) {
  const p = await place(t, { ...options, sandbox: { orders: 0, nasty: 'off', ...options.sandbox } });
  // Each change a second after the one before it, at least: versions are whole seconds.
  let ago = 100;
  const at = (change, seconds = (ago = Math.max(65, ago - 2))) => {
    const back = 1000 * seconds;
    p.sandbox.setClock({ advance_ms: -back });
    try {
      return change();
    } finally {
      p.sandbox.setClock({ advance_ms: back });
    }
  };
  const { name } = at(() => p.sandbox.sell(lines.map(([variant, quantity]) => ({ variant, quantity }))));
  return {
    p,
    name,
    change: (change, seconds) => at(() => p.sandbox.changeOrders({ edit: name, change }), seconds),
    export: async (more = '', status = 0) => ended(await p.run(`orders export ${more}`.trim()), status),
    order: () => truth(p.sandbox).find(order => order.name === name),
    /** The rows that were written last, checked against the shop. */
    rows(kind = 'orders') {
      const all = p.exchange().verify().rows(kind).filter(row => row.order_number === name);
      const [file] = all.map(row => row.file).sort().slice(-1);
      const rows = all.filter(row => row.file === file);
      if (rows.length) asShopSays(rows, this.order());
      return rows;
    },
  };
}
const goods = rows => rows.map(row => [row.shop_sku, row.sold_quantity, row.removed_quantity, row.quantity, row.current_quantity].join(' '));

test('an order that was edited before its first export arrives as the basket that the buyer gets and pays', async t => {
  const shop = await shopWith(t, [[TEE, 2]]);
  shop.change({ quantity: { line: 0, to: 1 }, add: { article: 3, quantity: 1 } });
  const seen = requestsOf(shop.p.sandbox);
  await shop.export();
  const asked = seen().map(request => request.operation);
  assert.equal(asked.filter(name => name === 'OrderAgreements').length, 1, 'one request more');
  const rows = shop.rows();
  assert.equal(goods(rows)[0], `${TEE} 2 1 1 1`);
  assert.equal(rows[1].quantity, '1');
  assert.equal(rows.length, 2);
  assert.equal(rows[0].order_total, rows[0].current_total);
});

test('what is taken out after the first export is taken out of the order', async t => {
  const takes = {
    'by an edit': { quantity: { line: 0, to: 1 } },
    'by a refund of what was not shipped': { refund: { lines: [{ line: 0, quantity: 2, restock: 'CANCEL' }] } },
    'by an edit and by a refund': [{ quantity: { line: 0, to: 2 } }, { refund: { lines: [{ line: 0, quantity: 1, restock: 'CANCEL' }] } }],
  };
  for (const [name, changes] of Object.entries(takes))
    await t.test(name, async t => {
      const shop = await shopWith(t, [[TEE, 3], [CUP, 1]]);
      await shop.export();
      assert.deepEqual(goods(shop.rows()), [`${TEE} 3 0 3 3`, `${CUP} 1 0 1 1`]);
      for (const change of [changes].flat()) shop.change(change);
      await shop.export();
      assert.deepEqual(goods(shop.rows('orders-changed')), [`${TEE} 3 2 1 1`, `${CUP} 1 0 1 1`]);
    });
  await t.test('and a line that is gone says so', async t => {
    const shop = await shopWith(t, [[TEE, 3], [CUP, 1]]);
    await shop.export();
    shop.change({ quantity: { line: 0, to: 0 } });
    await shop.export();
    assert.deepEqual(goods(shop.rows('orders-changed')), [`${TEE} 3 3 0 0`, `${CUP} 1 0 1 1`]);
  });
});

test('what was shipped stays in the order, whatever is given back', async t => {
  await t.test('a return, and a goodwill', async t => {
    const shop = await shopWith(t, [[TEE, 3]]);
    shop.change({ fulfill: true });
    await shop.export();
    shop.change({ refund: { lines: [{ line: 0, quantity: 2, restock: 'RETURN' }] } });
    shop.change({ refund: { lines: [], amount: '1.25' } });
    await shop.export();
    const [row] = shop.rows('orders-changed');
    assert.deepEqual(goods([row]), [`${TEE} 3 0 3 1`]);
    assert.notEqual(row.order_total, row.current_total);
    assert.equal(row.order_total, row.sold_total);
  });
  await t.test('of three, one shipped: one back, one taken out', async t => {
    const shop = await shopWith(t, [[TEE, 3]]);
    shop.change({ fulfill: { lines: [{ line: 0, quantity: 1 }] } });
    shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }, { line: 0, quantity: 1, restock: 'CANCEL' }] } });
    await shop.export();
    assert.deepEqual(goods(shop.rows()), [`${TEE} 3 1 2 1`]);
  });
  await t.test('a refund without goods of what is still to be shipped', async t => {
    const shop = await shopWith(t, [[TEE, 2]]);
    shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'NO_RESTOCK' }] } });
    await shop.export();
    assert.deepEqual(goods(shop.rows()), [`${TEE} 2 0 2 1`], 'the shop means to ship it');
  });
  await t.test('shipping that is given back', async t => {
    const shop = await shopWith(t, [[TEE, 2]]);
    shop.change({ quantity: { line: 0, to: 1 } });
    shop.change({ refund: { lines: [], shipping: true } });
    await shop.export();
    assert.deepEqual(goods(shop.rows()), [`${TEE} 2 1 1 1`]);
  });
});

test('a discount that an edit put on a line, before another took units from it', async t => {
  const shop = await shopWith(t, [[TEE, 3], [CUP, 2]]);
  shop.change({ edit_discount: { line: 0, amount: '1.01' } });
  shop.change({ quantity: [{ line: 0, to: 2 }, { line: 1, to: 1 }] });
  await shop.export();
  assert.deepEqual(goods(shop.rows()), [`${TEE} 3 1 2 2`, `${CUP} 2 1 1 1`]);
});

test('a cancelled order is withdrawn as it stood', async t => {
  for (const edited of [false, true])
    await t.test(edited ? 'edited before' : 'as sold', async t => {
      const shop = await shopWith(t, [[TEE, 3]]);
      if (edited) shop.change({ quantity: { line: 0, to: 2 } });
      shop.change({ cancel: 'CUSTOMER' });
      await shop.export();
      const rows = shop.rows();
      assert.deepEqual(goods(rows), [edited ? `${TEE} 3 1 2 0` : `${TEE} 3 0 3 0`]);
      assert.ok(rows[0].cancelled_at);
    });
});

test('a cancelled order from which a refund had taken units out before', async t => {
  const shop = await shopWith(t, [[TEE, 3]]);
  shop.change({ refund: { lines: [{ line: 0, quantity: 2, restock: 'CANCEL' }] } }, 5000);
  shop.change({ cancel: 'CUSTOMER' }, 90);
  await shop.export();
  assert.deepEqual(goods(shop.rows()), [`${TEE} 3 2 1 0`]);
});

test('a refund that pays another sum than what it takes out is worth', async t => {
  for (const amount of ['2.00', '20.00'])
    await t.test(amount, async t => {
      const shop = await shopWith(t, [[TEE, 3]]);
      shop.change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'CANCEL' }], amount } });
      await shop.export();
      assert.deepEqual(goods(shop.rows()), [`${TEE} 3 1 2 2`]);
    });
});

test('back to what it was: the order that the ERP has is the shop’s again', async t => {
  const shop = await shopWith(t, [[TEE, 3]]);
  await shop.export();
  shop.change({ quantity: { line: 0, to: 2 } });
  await shop.export();
  shop.change({ add: { article: 1, quantity: 1 } });
  await shop.export();
  const rows = shop.rows('orders-changed');
  assert.equal(goods(rows)[0], `${TEE} 3 1 2 2`);
  assert.equal(rows.length, 2);
});

test('a life of many changes, and lines beyond a page', async t => {
  const shop = await shopWith(t, [[TEE, 60], [CUP, 5]]);
  for (let i = 0; i < 12; i++) shop.change({ quantity: { line: 0, to: 59 - i } });
  for (let i = 0; i < 12; i++) shop.change({ refund: { lines: [{ line: 0, quantity: 1 }] } });
  const seen = requestsOf(shop.p.sandbox);
  await shop.export();
  assert.ok(seen().filter(request => request.operation === 'OrderAgreements').length >= 3, 'more than a page of agreements');
  assert.deepEqual(goods(shop.rows()), [`${TEE} 60 24 36 36`, `${CUP} 5 0 5 5`]);
});

test('what the shop asks for, and its shares, in the buyer’s currency too', async t => {
  const p = await place(t, { sandbox: { orders: 30, seed: 8, nasty: ['currency_jpy', 'currency_usd', 'b2b', 'duties'] }, conf: { orders: { currency: 'presentment' } } });
  for (const order of truth(p.sandbox)) earlier(p.sandbox, 600, { edit: order.name, change: { quantity: { line: 0, to: 0 }, add: { article: 5, quantity: 2 } } });
  for (const order of truth(p.sandbox)) earlier(p.sandbox, 500, { edit: order.name, change: { refund: { lines: [{ line: order.lines - 1, quantity: 1, restock: 'CANCEL' }] } } });
  await p.run('orders export');
  const exported = p.exchange().verify().orders();
  assert.ok(exported.size >= 20, `${exported.size} orders`);
  for (const order of truth(p.sandbox)) if (exported.has(order.id)) asShopSays(exported.get(order.id), order, 'presentment');
});

test('an order whose books do not come to what it costs is parked; booked by hand, it is dropped', async t => {
  const shop = await shopWith(t, [[TEE, 3]]);
  const { p, name } = shop;
  shop.change({ quantity: { line: 0, to: 2 } });
  const i = p.sandbox.orders.find(name),
    [sale] = p.sandbox.orders.model(i).agreements[0].sales;
  sale.total = sale.total.map(cents => cents + 500);
  await shop.export('', 1);
  const parked = (await p.parked()).get(name);
  assert.equal(parked.code, 'agreements_differ');
  const remedy = parked.reason.match(/run: erpsync (queue drop '#\d+')/)[1];
  ended(await p.run(remedy.replaceAll("'", '')), 0);
  await shop.export();
  assert.equal((await p.parked()).size, 0);
  assert.equal(p.exchange().rows('orders').length, 0, 'nothing was written');
});

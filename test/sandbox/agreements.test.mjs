// Order.agreements: all sales of an order add up to what it is now, whatever happened to it.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox, exact, sumOf } from './client.mjs';
import { AGREEMENTS, ORDER_AGREEMENTS, ORDER, REFUNDS } from './documents.mjs';
import { KIND_NAMES, VERSIONS } from './index.mjs';
import { Random } from './lib/random.mjs';

const PAGE = { agreements: 5, sales: 12, lists: 10, after: null, sales_after: null };
const SIDES = ['shopMoney', 'presentmentMoney'];
const ok = answer => (assert.equal(answer.body.errors, undefined, answer.text.slice(0, 400)), answer.body.data);

/** All agreements of an order, each with all of its sales, page by page. */
async function agreementsOf(s, id, page = { ...PAGE, agreements: 100, sales: 100 }, options = {}) {
  const agreements = [];
  for (let after = null; ;) {
    const order = ok(await gql(s, ORDER_AGREEMENTS, { ...page, id, after }, options)).order;
    for (const a of order.agreements.nodes) {
      const sales = [...a.sales.nodes];
      for (let { hasNextPage, endCursor } = a.sales.pageInfo; hasNextPage;) {
        const more = {
          ...page,
          ids: [id],
          agreements: 1,
          after: agreements.at(-1)?.cursor ?? null,
          sales_after: endCursor,
        };
        const [again] = ok(await gql(s, AGREEMENTS, more, options)).nodes;
        assert.equal(again.agreements.nodes[0].id, a.id);
        sales.push(...again.agreements.nodes[0].sales.nodes);
        ({ hasNextPage, endCursor } = again.agreements.nodes[0].sales.pageInfo);
      }
      agreements.push({ ...a, sales, cursor: order.agreements.pageInfo.endCursor });
    }
    if (!order.agreements.pageInfo.hasNextPage) return agreements;
    after = order.agreements.pageInfo.endCursor;
  }
}

async function orderOf(s, id) {
  const { order } = ok(await gql(s, ORDER, { id, lines: 250, presentment: true }));
  return order;
}
const unitsOf = (agreements, line, reasons = null) =>
  agreements
    .filter(a => !reasons || reasons.includes(a.reason))
    .flatMap(a => a.sales)
    .filter(x => x.lineItem?.id === line)
    .reduce((n, x) => n + x.quantity, 0);

/** Every rule that the sales of an order keep. Returns { agreements, order }. */
async function addsUp(s, id, what) {
  const order = await orderOf(s, id),
    agreements = await agreementsOf(s, id),
    sales = agreements.flatMap(a => a.sales);
  for (const side of SIDES) {
    const money = set => exact(set[side].amount);
    const says = `${order.name} ${what} ${side}`;
    assert.equal(
      sumOf(sales, x => money(x.totalAmount)),
      money(order.currentTotalPriceSet),
      `${says}: current total`,
    );
    assert.equal(
      sumOf(sales, x => money(x.totalTaxAmount)),
      money(order.currentTotalTaxSet),
      `${says}: current tax`,
    );
    for (const x of sales) {
      assert.equal(
        sumOf(x.taxes, t => money(t.amount)),
        money(x.totalTaxAmount),
        `${says}: taxes of ${x.id}`,
      );
      const [after, before] = [x.totalDiscountAmountAfterTaxes, x.totalDiscountAmountBeforeTaxes].map(money);
      assert.ok((after < 0n ? -after : after) >= (before < 0n ? -before : before), `${says}: discount of ${x.id}`);
    }
  }
  assert.equal(new Set(sales.map(x => x.id)).size, sales.length);
  assert.equal(new Set(agreements.map(a => a.id)).size, agreements.length);
  for (const x of sales) {
    if (x.actionType === 'RETURN')
      assert.ok(exact(x.totalAmount.presentmentMoney.amount) <= 0n && (x.quantity ?? -1) < 0);
    if (x.actionType === 'ORDER' && x.quantity !== null) assert.ok(x.quantity > 0);
  }
  if (order.lineItems.pageInfo.hasNextPage) return { agreements, order, sales };
  for (const l of order.lineItems.nodes)
    assert.equal(unitsOf(agreements, l.id), l.currentQuantity, `${order.name} ${what}: units of ${l.sku}`);
  return { agreements, order, sales };
}
/** Of a return only what goes out for what came back. */
const ordered = a => (a.reason === 'RETURN' ? { ...a, sales: a.sales.filter(x => x.actionType === 'ORDER') } : a);
const presentment = set => set.presentmentMoney.amount;

test('the sales of every kind of order add up to its current total', async t => {
  const s = await withSandbox(t, { orders: 600, nodesCost: 'once' });
  const seen = new Set(),
    types = new Set();
  for (const row of s.orders.list({ limit: 1e9 })) {
    if (!row.nasty && row.index % 5) continue;
    const { agreements, sales } = await addsUp(s, row.id, row.nasty);
    seen.add(row.nasty);
    for (const x of sales) types.add(x.__typename);
    assert.deepEqual(
      [agreements[0].__typename, agreements[0].reason, agreements[0].happenedAt],
      ['OrderAgreement', 'ORDER', row.createdAt],
    );
  }
  for (const kind of KIND_NAMES) assert.ok(seen.has(kind), kind);
  assert.deepEqual([...types].sort(), [
    'AdditionalFeeSale',
    'AdjustmentSale',
    'DutySale',
    'GiftCardSale',
    'ProductSale',
    'ShippingLineSale',
    'TipSale',
  ]);
});

const money = (r, most) => (r.int(1, Math.max(1, Math.floor(most * 100))) / 100).toFixed(2);
/** What of a line was shipped and has not come back may do so, and with it what goes out instead. */
function returns(r, line, l) {
  const back = l.requiresShipping ? l.currentQuantity - l.unfulfilledQuantity : 0;
  if (back <= 0) return [];
  const lines = [{ line, quantity: r.int(1, back) }],
    exchange = [{ article: r.int(0, 199), quantity: 2 }];
  return [
    { return: { lines, refund: true } },
    { return: { lines, restocking_fee: '3', shipping_fee: '1', exchange, refund: true, pending: true } },
    { refund: { lines: lines.map(x => ({ ...x, restock: 'RETURN', location: 1 })), pending: true } },
  ];
}
/** What may happen to an order next, as its lines are. */
function chance(r, order, exponent) {
  const lines = order.lineItems.nodes.map((l, line) => ({ line, l })).filter(({ l }) => l.currentQuantity > 0);
  const { line, l } = lines.length ? r.pick(lines) : { line: 0, l: null };
  const some = () => r.int(1, l.currentQuantity);
  const held = Number(presentment(order.totalReceivedSet)) - Number(presentment(order.totalRefundedSet));
  const amount = most => (exponent === 0 ? String(Math.floor(most * r.next())) : money(r, most));
  const changes = [
    { add: { article: r.int(0, 199), quantity: r.int(1, 3) } },
    { paid: true },
    { fulfill: true },
    { note: 'nothing of this' },
    ...(held > 1 ? [{ refund: { lines: [], amount: amount(Math.min(held, 5)) } }] : []),
  ];
  if (l)
    changes.push(
      { quantity: { line, to: l.currentQuantity - some() } },
      { quantity: { line, to: l.currentQuantity + 1 } },
      { refund: { lines: [{ line, quantity: some() }], shipping: r.chance(0.2) } },
      { refund: { lines: [{ line, quantity: some(), restock: 'NO_RESTOCK' }] } },
      { edit_discount: { line, amount: exponent === 0 ? '1' : '0.37' } },
      ...returns(r, line, l),
      ...(l.unfulfilledQuantity ? [{ fulfill: { lines: [{ line, quantity: r.int(1, l.unfulfilledQuantity) }] } }] : []),
      ...(held > 1 ? [{ refund: { lines: [{ line, quantity: some() }], amount: amount(held) } }] : []),
      { quantity: [{ line, to: l.currentQuantity - some() }], add: [{ article: 3 }, { article: 4, quantity: 2 }] },
      ...(r.chance(0.2) ? [{ cancel: 'CUSTOMER' }, { refund: {} }] : []),
    );
  return r.pick(changes);
}

test('and so they do through lives of edits, refunds, shipments and cancellations', async t => {
  const s = await withSandbox(t, { orders: 20, nasty: 'off' });
  const kinds = KIND_NAMES.filter(kind => !['lines_500', 'attributes_300', 'transactions_60'].includes(kind));
  const r = new Random(11, 0, 9);
  for (const kind of [...kinds, null, null, null, null]) {
    const [{ id, presentmentCurrency }] = s.changeOrders({ add: 1, nasty: kind });
    const exponent = presentmentCurrency === 'JPY' ? 0 : 2,
      removed = new Map();
    let before = await addsUp(s, id, kind);
    if (kind === 'edited')
      for (const l of before.order.lineItems.nodes) removed.set(l.id, l.quantity - l.currentQuantity);
    for (let step = 0; step < 8 && !before.order.cancelledAt; step++) {
      const change = chance(r, before.order, exponent);
      try {
        s.orders.edit(id, change);
      } catch (error) {
        assert.match(error.message, /discount of|units more than|is possible for/, JSON.stringify(change));
        continue;
      }
      const what = `${kind} ${JSON.stringify(change)}`,
        now = await addsUp(s, id, what);
      for (const { quantity: q } of [change])
        for (const { line, to } of [].concat(q ?? [])) {
          const l = before.order.lineItems.nodes[line];
          if (to < l.currentQuantity) removed.set(l.id, (removed.get(l.id) ?? 0) + l.currentQuantity - to);
        }
      for (const l of now.order.lineItems.nodes)
        assert.equal(
          unitsOf(now.agreements.map(ordered), l.id, ['ORDER', 'ORDER_EDIT', 'RETURN']),
          l.quantity - (removed.get(l.id) ?? 0),
          `${what}: units ordered of ${l.sku}`,
        );
      assert.deepEqual(
        now.agreements.slice(0, before.agreements.length).map(({ cursor, ...a }) => a),
        before.agreements.map(({ cursor, ...a }) => a),
        `${what}: what was agreed on stays`,
      );
      before = now;
    }
  }
});

/** A paid order of these units, nothing shipped. */
async function sold(t, quantities, options = {}) {
  const s = await withSandbox(t, { nasty: 'off', ...options });
  const { id } = s.sell(quantities.map((quantity, n) => ({ variant: n, quantity })));
  const change = what => s.orders.edit(id, what);
  const last = async () => {
    const { agreements, order } = await addsUp(s, id, 'after it');
    return { agreements, agreement: agreements.at(-1), order };
  };
  return { s, id, change, last };
}
const brief = agreement => agreement.sales.map(x => [x.__typename, x.actionType, x.quantity]);

test('one edit is one agreement, whatever it changes', async t => {
  const { change, last } = await sold(t, [3, 2]);
  change({
    quantity: { line: 0, to: 1 },
    add: [{ article: 5, quantity: 2 }],
    edit_discount: [{ line: 1, amount: '2.50' }],
  });
  const { agreements, agreement, order } = await last();
  assert.deepEqual(
    [agreements.length, agreement.__typename, agreement.reason],
    [2, 'OrderEditAgreement', 'ORDER_EDIT'],
  );
  assert.deepEqual(brief(agreement), [
    ['ProductSale', 'RETURN', -2],
    ['ProductSale', 'ORDER', 2],
    ['ProductSale', 'UPDATE', 0],
  ]);
  const [, , update] = agreement.sales;
  assert.equal(exact(update.totalDiscountAmountAfterTaxes.presentmentMoney.amount), 2500000n);
  assert.equal(update.lineItem.id, order.lineItems.nodes[1].id);
  assert.equal(presentment(order.lineItems.nodes[1].discountAllocations[0].allocatedAmountSet), '2.5');
  assert.equal(order.refunds.length, 0, 'no refund');
  assert.deepEqual(
    order.lineItems.nodes.map(l => [l.quantity, l.currentQuantity, l.unfulfilledQuantity]),
    [
      [3, 1, 1],
      [2, 2, 2],
      [2, 2, 2],
    ],
  );
});

test('a refund of units says how they are restocked: those not shipped are cancelled, the others returned', async t => {
  const { s, id, change, last } = await sold(t, [4, 2]);
  change({ fulfill: { lines: [{ line: 0, quantity: 3 }] } });
  const ask = async () => ok(await gql(s, AGREEMENTS, { ...PAGE, ids: [id] })).nodes[0];
  const part = await ask();
  assert.deepEqual(
    part.fulfillments.map(f => [f.status, f.location.name, f.fulfillmentLineItems.nodes.map(x => x.quantity)]),
    [['SUCCESS', 'Warehouse Lyon', [3]]],
  );
  change({
    refund: {
      lines: [
        { line: 0, quantity: 2 },
        { line: 1, quantity: 1, restock: 'NO_RESTOCK' },
      ],
    },
  });
  const { agreement, order } = await last();
  const [refund] = (await ask()).refunds;
  assert.deepEqual(
    refund.refundLineItems.nodes.map(x => [x.quantity, x.restockType]),
    [
      [1, 'CANCEL'],
      [1, 'RETURN'],
      [1, 'NO_RESTOCK'],
    ],
  );
  assert.deepEqual(
    [agreement.__typename, agreement.refund.id, refund.transactions.nodes.length],
    ['RefundAgreement', refund.id, 1],
  );
  assert.deepEqual(
    order.lineItems.nodes.map(l => [l.currentQuantity, l.unfulfilledQuantity]),
    [
      [2, 0],
      [1, 2],
    ],
    'what was not restocked and not shipped is still to be shipped',
  );
  assert.throws(
    () => change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'CANCEL' }] } }),
    /CANCEL is possible for 0/,
  );
  assert.throws(() => change({ fulfill: { lines: [{ line: 1, quantity: 3 }] } }), /1 units more than are left/);
  change({ fulfill: true });
  assert.equal((await last()).order.lineItems.nodes[1].unfulfilledQuantity, 0);
});

test('a return that was processed is an agreement of its own: goods, fees, what goes out for them; its money a refund', async t => {
  const { s, id, change, last } = await sold(t, [4, 2]);
  assert.equal((await last()).order.returnStatus, 'NO_RETURN');
  change({ fulfill: true });
  change({
    return: { lines: [{ line: 0, quantity: 3 }], restocking_fee: '2.00', shipping_fee: '1.50', refund: true },
  });
  const { agreements, order } = await last(),
    [goods, money] = agreements.slice(-2);
  assert.deepEqual([goods.__typename, goods.reason], ['ReturnAgreement', 'RETURN']);
  assert.deepEqual(brief(goods), [
    ['ProductSale', 'RETURN', -3],
    ['FeeSale', 'ORDER', null],
    ['FeeSale', 'ORDER', null],
  ]);
  assert.deepEqual([money.reason, money.sales], ['REFUND', []]);
  assert.equal(exact(presentment(order.totalOutstandingSet)), 0n, 'what was paid too much went back');
  assert.equal(order.returnStatus, 'RETURNED');
  const FEES = `query($id: ID!) { order(id: $id) { agreements(first: 5) { nodes {
    ... on ReturnAgreement { return { id name } } sales(first: 5) { nodes { ... on FeeSale { fee { __typename } } } } } } } }`;
  assert.match((await gql(s, FEES, { id })).body.errors[0].message, /read_returns/);
  s.setScopes({ add: ['read_returns'] });
  const asked = ok(await gql(s, FEES, { id })).order.agreements.nodes;
  assert.deepEqual(
    asked.flatMap(a => a.sales.nodes.map(x => x.fee?.__typename)).filter(Boolean),
    ['RestockingFee', 'ReturnShippingFee'],
  );
  change({ return: { lines: [{ line: 1, quantity: 2 }], exchange: [{ article: 1, quantity: 1 }] } });
  assert.deepEqual(brief((await last()).agreement), [
    ['ProductSale', 'RETURN', -2],
    ['ProductSale', 'ORDER', 1],
  ]);
  assert.throws(() => change({ return: { lines: [{ line: 0, quantity: 2 }] } }), /RETURN is possible for 1/);
});

test('money that is under way is not back yet', async t => {
  const { s, id, change, last } = await sold(t, [4]);
  change({ refund: { lines: [], amount: '2.00', pending: true } });
  const status = async () => ok(await gql(s, REFUNDS, { id })).order.refunds[0].transactions.nodes[0].status;
  assert.deepEqual([presentment((await last()).order.totalRefundedSet), await status()], ['0.0', 'PENDING']);
  change({ refund_status: { refund: 0, status: 'SUCCESS' } });
  assert.deepEqual([presentment((await last()).order.totalRefundedSet), await status()], ['2.0', 'SUCCESS']);
  change({ refund_status: { refund: 0, status: 'FAILURE' } });
  assert.deepEqual([presentment((await last()).order.totalRefundedSet), await status()], ['0.0', 'FAILURE']);
  assert.throws(() => change({ refund_status: { refund: 1, status: 'SUCCESS' } }), /no refund 1/);
});

test('goods that come back to a place are in stock there', async t => {
  const { s, id, change, last } = await sold(t, [4]);
  const [{ sku }] = (await last()).order.lineItems.nodes;
  const stock = place => s.truth({ skus: [sku] }).stock[`${sku} @ ${place}`]?.on_hand;
  s.changeStock({ variant: sku, location: 1, active: true });
  change({ fulfill: true });
  const before = ['Warehouse Lyon', 'Shop Paris 8e'].map(stock);
  change({ refund: { lines: [{ line: 0, quantity: 3, restock: 'RETURN', location: 'Shop Paris 8e' }] } });
  assert.deepEqual(['Warehouse Lyon', 'Shop Paris 8e'].map(stock), [before[0], before[1] + 3]);
  const [{ refundLineItems }] = ok(await gql(s, REFUNDS, { id })).order.refunds;
  assert.equal(refundLineItems.nodes[0].location.name, 'Shop Paris 8e');
  assert.throws(
    () => change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN', location: 'Nowhere' }] } }),
    /no location Nowhere/,
  );
});

test('goods that come back are in stock again, goods that do not are not, and a cancelled order ships nothing', async t => {
  const { s, change, last } = await sold(t, [4]);
  const [{ sku }] = (await last()).order.lineItems.nodes;
  const stock = () => s.truth({ skus: [sku] }).stock[`${sku} @ Warehouse Lyon`];
  const before = stock();
  change({ fulfill: { lines: [{ line: 0, quantity: 2 }] } });
  change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } });
  change({ refund: { lines: [{ line: 0, quantity: 1, restock: 'NO_RESTOCK' }] } });
  const after = stock();
  assert.deepEqual([after.on_hand - before.on_hand, after.committed - before.committed], [-1, -2]);
  change({ cancel: 'CUSTOMER' });
  const { order, agreement } = await last();
  assert.deepEqual([agreement.reason, order.lineItems.nodes[0].currentQuantity], ['REFUND', 0]);
  assert.equal(order.lineItems.nodes[0].unfulfilledQuantity, 0);
  assert.deepEqual([stock().on_hand, stock().committed], [after.on_hand, before.committed - 4]);
});

test('what the agreements cost to ask for', async t => {
  const { s, id } = await sold(t, [1]);
  const cost = async more =>
    (await gql(s, AGREEMENTS, { ...PAGE, ids: [id], ...more })).body.extensions.cost.requestedQueryCost;
  const [pages, one] = [await cost({}), await cost({ agreements: 1, sales: 100 })];
  assert.deepEqual([pages, one], [152, 137]);
});

test('a refund that pays more or less than its lines has an adjustment', async t => {
  const { s, id, change, last } = await sold(t, [4]);
  const unit = 0.01 * s.orders.model(s.orders.find(id)).lines[0].unit[1];
  change({ refund: { lines: [{ line: 0, quantity: 1 }], amount: (unit - 2).toFixed(2) } });
  const kept = await last();
  assert.deepEqual(brief(kept.agreement).at(-1), ['AdjustmentSale', 'ORDER', null]);
  change({ refund: { lines: [], amount: '1.25' } });
  const goodwill = await last();
  assert.deepEqual(brief(goodwill.agreement), [['AdjustmentSale', 'RETURN', null]]);
  assert.equal(presentment(goodwill.agreement.sales[0].totalAmount), '-1.25');
  assert.equal(presentment(goodwill.order.totalOutstandingSet), '0.0', 'nobody owes anything');
  assert.throws(() => change({ refund: { lines: [{ line: 0, quantity: 1 }], amount: '99999' } }), /is held/);
  const refused = await last();
  assert.equal(refused.order.lineItems.nodes[0].currentQuantity, 3, 'what is refused changes nothing');
  change({ refund: { lines: [], shipping: true } });
  assert.deepEqual(brief((await last()).agreement), [['ShippingLineSale', 'RETURN', null]]);
});

test('a duty goes with its unit', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const [{ id }] = s.changeOrders({ add: 1, nasty: 'duties' });
  s.orders.edit(id, { quantity: { line: 0, to: 0 } });
  const { agreements, order } = await addsUp(s, id, 'without its duty');
  assert.deepEqual(brief(agreements.at(-1)).at(-1), ['DutySale', 'RETURN', null]);
  assert.equal(exact(presentment(order.currentTotalDutiesSet)), 0n);
});

test('pages of agreements and of sales; every version; read_orders is enough', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const [long, many] = s.changeOrders([
    { add: 1, nasty: 'lines_500' },
    { add: 1, nasty: 'many_refunds' },
  ]);
  assert.ok((await agreementsOf(s, long.id, { ...PAGE, agreements: 1, sales: 100 }))[0].sales.length >= 500);
  const all = await agreementsOf(s, many.id);
  assert.equal(all.length, 53);
  for (const version of VERSIONS) {
    const paged = await agreementsOf(s, many.id, PAGE, { version });
    assert.deepEqual(
      paged.map(({ cursor, ...a }) => a),
      all.map(({ cursor, ...a }) => a),
      version,
    );
  }
  const bad = await gql(s, ORDER_AGREEMENTS, { ...PAGE, id: many.id, sales_after: 'nonsense' });
  assert.match(bad.body.errors[0].message, /Invalid cursor/);
  s.setScopes({ scopes: ['read_orders', 'read_locations'] });
  assert.equal((await agreementsOf(s, many.id)).length, 53);
});

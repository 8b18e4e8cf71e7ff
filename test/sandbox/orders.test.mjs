// The invented orders: they add up, and they are the same every time.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox, exact, sumOf } from './client.mjs';
import { ORDER, NODES, CHANGED } from './documents.mjs';
import { KIND_NAMES } from './index.mjs';

/** total - (its parts), in one of the currencies. */
function difference(order, side) {
  const money = set => (set ? exact(set[side].amount) : 0n);
  const shares = x => sumOf(x.discountAllocations, a => money(a.allocatedAmountSet));
  const tax = x => sumOf(x.taxLines, t => money(t.priceSet));
  const lines = order.lineItems.nodes,
    shipping = order.shippingLines.nodes;
  for (const l of lines)
    assert.equal(
      money(l.originalTotalSet),
      money(l.originalUnitPriceSet) * BigInt(l.quantity),
      `${order.name} ${l.sku}`,
    );
  const taxes = sumOf([...lines, ...shipping, ...order.additionalFees], tax);
  assert.equal(taxes, money(order.totalTaxSet), `${order.name}: tax`);
  assert.equal(
    sumOf(order.taxLines, t => money(t.priceSet)),
    taxes,
    `${order.name}: tax summary`,
  );
  const parts =
    sumOf(lines, l => money(l.originalTotalSet) - shares(l)) +
    sumOf(shipping, s => money(s.originalPriceSet) - shares(s)) +
    (order.taxesIncluded ? 0n : taxes) +
    money(order.originalTotalDutiesSet) +
    sumOf(order.additionalFees, f => money(f.price));
  return money(order.totalPriceSet) - parts;
}

async function everyOrder(sandbox, visit) {
  const ids = sandbox.orders.list({ limit: 1e9 }).map(o => o.id);
  for (let i = 0; i < ids.length; i += 25) {
    const { body } = await gql(sandbox, NODES, { ids: ids.slice(i, i + 25), lines: 250, presentment: true });
    assert.equal(body.errors, undefined);
    for (const order of body.data.nodes) await visit(order);
  }
}

test('every order adds up to the cent, in both currencies, except those that must not', async t => {
  const s = await withSandbox(t, { orders: 600, nodesCost: 'once' });
  const kinds = new Map(s.orders.list({ limit: 1e9 }).map(o => [o.id, o]));
  const seen = new Set(),
    countries = new Set();
  let included = 0,
    discounted = 0;
  await everyOrder(s, async order => {
    const { nasty } = kinds.get(order.id);
    seen.add(nasty);
    countries.add(order.shippingAddress?.countryCodeV2);
    if (order.taxesIncluded) included++;
    if (order.discountApplications.nodes.length) discounted++;
    while (order.lineItems.pageInfo.hasNextPage) {
      const query = ORDER.replace('$lines: Int!', '$lines: Int!, $after: String').replace(
        'lineItems(first: $lines)',
        'lineItems(first: $lines, after: $after)',
      );
      const more = (
        await gql(s, query, { id: order.id, lines: 250, after: order.lineItems.pageInfo.endCursor, presentment: true })
      ).body.data.order.lineItems;
      order.lineItems.nodes.push(...more.nodes);
      order.lineItems.pageInfo = more.pageInfo;
    }
    const off = { off_by_five: 5000000n, off_by_one_cent: 10000n }[nasty] ?? 0n;
    for (const side of ['shopMoney', 'presentmentMoney'])
      assert.equal(difference(order, side), off, `${order.name} ${nasty} ${side}`);
  });
  for (const kind of KIND_NAMES) assert.ok(seen.has(kind), kind);
  for (const country of ['FR', 'DE', 'GB', 'US', 'CA']) assert.ok(countries.has(country), country);
  assert.ok(included > 200 && included < 590 && discounted > 100);
});

test('the same seed gives the same orders, another seed others', async t => {
  const freeze = '2026-11-20T12:00:00Z';
  const [a, b, c] = [
    await withSandbox(t, { seed: 5, freeze }),
    await withSandbox(t, { seed: 5, freeze }),
    await withSandbox(t, { seed: 6, freeze }),
  ];
  const rows = s => JSON.stringify(s.orders.list());
  assert.equal(rows(a), rows(b));
  assert.notEqual(rows(a), rows(c));
});

test('the index and the object agree on every seeded order', async t => {
  const s = await withSandbox(t, { orders: 600 });
  const index = new Map();
  for (let after = null; ;) {
    const { orders } = (await gql(s, CHANGED, { first: 250, after, query: '' })).body.data;
    for (const o of orders.nodes) index.set(o.id, o);
    if (!orders.pageInfo.hasNextPage) break;
    after = orders.pageInfo.endCursor;
  }
  await everyOrder(s, order => {
    for (const [field, value] of Object.entries(index.get(order.id)))
      assert.deepEqual(order[field], value, `${order.name} ${field}`);
    assert.ok(Date.parse(order.updatedAt) <= s.clock.now() - 299000 && order.updatedAt >= order.createdAt);
  });
});

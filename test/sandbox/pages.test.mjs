// Paging and searching the orders of the shop.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox, EVER } from './client.mjs';
import { CHANGED } from './documents.mjs';

test('paging sees every order once, through ties larger than a page, on every sort key and both ways', async t => {
  const s = await withSandbox(t, { orders: 1500 });
  for (const sortKey of ['UPDATED_AT', 'CREATED_AT', 'PROCESSED_AT', 'ID', 'ORDER_NUMBER'])
    for (const reverse of [false, true]) {
      const ids = [];
      for (let after = null; ;) {
        const { body } = await gql(
          s,
          `query($after: String) { orders(first: 200, after: $after, sortKey: ${sortKey}, reverse: ${reverse}) { pageInfo { hasNextPage endCursor } nodes { id updatedAt } } }`,
          { after },
        );
        ids.push(...body.data.orders.nodes.map(o => o.id));
        if (!body.data.orders.pageInfo.hasNextPage) break;
        after = body.data.orders.pageInfo.endCursor;
      }
      assert.equal(ids.length, 1500, `${sortKey} ${reverse}`);
      assert.equal(new Set(ids).size, 1500, `${sortKey} ${reverse}`);
    }
  const times = s.orders.list({ limit: 1e9 }).map(o => o.updatedAt);
  const most = Math.max(...Object.values(times.reduce((n, x) => ({ ...n, [x]: (n[x] ?? 0) + 1 }), {})));
  assert.ok(most >= 300, `ties: ${most}`);
});

test('backwards: last and before', async t => {
  const s = await withSandbox(t, { orders: 30 });
  const page = args =>
    gql(
      s,
      `{ orders(${args}, sortKey: ID) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }`,
    ).then(a => a.body.data.orders);
  const all = await page('first: 30'),
    tail = await page('last: 3');
  assert.deepEqual(
    tail.edges.map(e => e.node.id),
    all.edges.slice(-3).map(e => e.node.id),
  );
  const before = await page(`last: 4, before: "${tail.pageInfo.startCursor}"`);
  assert.deepEqual(
    before.edges.map(e => e.cursor),
    all.edges.slice(-7, -3).map(e => e.cursor),
  );
  assert.equal(before.pageInfo.hasPreviousPage, true);
});

test('a paged list ends silently at 25,000 objects', async t => {
  const s = await withSandbox(t, { orders: 26000, nasty: 'off', speed: 1e6 });
  let count = 0;
  for (let after = null; ;) {
    const { orders } = (await gql(s, CHANGED, { first: 250, after, query: EVER })).body.data;
    count += orders.nodes.length;
    if (!orders.pageInfo.hasNextPage) break;
    after = orders.pageInfo.endCursor;
  }
  assert.equal(count, 25000);
  const counts = (
    await gql(s, '{ a: ordersCount { count precision } b: ordersCount(limit: null) { count precision } }')
  ).body.data;
  assert.deepEqual(counts, { a: { count: 10000, precision: 'AT_LEAST' }, b: { count: 25001, precision: 'AT_LEAST' } });
});

test('search: windows, operators, OR, minus, parentheses, unknown fields', async t => {
  const s = await withSandbox(t, { orders: 400 });
  const all = s.orders.list({ limit: 1e9 });
  const names = async query =>
    (await gql(s, CHANGED, { first: 250, query })).body.data.orders.nodes.map(o => o.name).sort();
  const expect = async (query, keep) =>
    assert.deepEqual(
      await names(query),
      all
        .filter(keep)
        .map(o => o.name)
        .sort(),
      query,
    );
  const [x, y] = [all[150].updatedAt, all[170].updatedAt].sort();
  await expect(`updated_at:>='${x}' updated_at:<='${y}'`, o => o.updatedAt >= x && o.updatedAt <= y);
  await expect(`updated_at:>'${x}' AND updated_at:<"${y}"`, o => o.updatedAt >= x && o.updatedAt <= y);
  await expect(
    `updated_at:>='${x.replace('Z', '+00:00')}' updated_at:<='${y}'`,
    o => o.updatedAt >= x && o.updatedAt <= y,
  );
  await expect(`name:${all[3].name} OR name:'${all[4].name}'`, o => o.name === all[3].name || o.name === all[4].name);
  await expect(`(test:true OR financial_status:voided) -name:#1`, o => o.test || o.financialStatus === 'VOIDED');
  await expect(
    `financial_status:pending -status:cancelled created_at:>=2020`,
    o => o.financialStatus === 'PENDING' && !o.cancelledAt,
  );
  await expect(`id:${all[9].id.split('/').at(-1)}`, o => o.id === all[9].id);
  const odd = (await gql(s, CHANGED, { first: 1, query: 'colour:red' })).body;
  assert.equal(odd.extensions.search[0].warnings[0].code, 'invalid_field');
  assert.equal(odd.data.orders.nodes.length, 1);
  const unquoted = (await gql(s, CHANGED, { first: 1, query: `updated_at:>=${x}` })).body;
  assert.ok(unquoted.extensions.search[0].warnings.length > 0, 'an unquoted time is not understood');
});

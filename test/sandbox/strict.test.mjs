// Queries: the sandbox refuses what the vendor refuses.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox } from './client.mjs';
import { ORDER, ORDERS, NODES, CHANGED, REFUNDS, PROBE, LINES } from './documents.mjs';
import { VERSIONS } from './index.mjs';

const code = answer => answer.body.errors[0].extensions.code;

test('documents: every error has the code of its kind', async t => {
  const s = await withSandbox(t);
  for (const [query, wanted] of [
    ['{ shop { nonsense } }', 'undefinedField'],
    ['{ shop }', 'selectionMismatch'],
    ['{ shop { name { x } } }', 'selectionMismatch'],
    ['{ orders(frist: 1) { nodes { id } } }', 'argumentNotAccepted'],
    ['{ order { id } }', 'missingRequiredArguments'],
    ['{ orders(first: "a") { nodes { id } } }', 'argumentLiteralsIncompatible'],
    ['query($a: Int!) { shop { name } }', 'variableNotUsed'],
    ['{ order(id: $x) { id } }', 'variableNotDefined'],
    ['query($x: Int!) { order(id: $x) { id } }', 'variableMismatch'],
    ['{ ...F }', 'useAndDefineFragment'],
    ['{ shop { name }', 'parseError'],
    ['{ orders(first: 1, sortKey: NONSENSE) { nodes { id } } }', 'argumentLiteralsIncompatible'],
    ['query A { shop { name } } query B { shop { name } }', 'operationNotFound'],
  ]) {
    const answer = await gql(s, query);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.data, undefined, query);
    assert.equal(code(answer), wanted, query);
  }
  assert.equal(
    (await gql(s, '{ order(id: "gid://shopify/Order/1") { attribution { handle } } }', {}, { version: '2026-04' })).body
      .errors[0].extensions.code,
    'undefinedField',
    'a field of a later version',
  );
});

test('variables are coerced and ids are global ids', async t => {
  const s = await withSandbox(t);
  const bad = async (query, variables) =>
    assert.equal(code(await gql(s, query, variables)), 'INVALID_VARIABLE', JSON.stringify(variables));
  await bad(CHANGED, { first: null, query: '' });
  await bad(CHANGED, { first: '5', query: '' });
  await bad(CHANGED, { first: 1.5, query: '' });
  await bad(CHANGED, { query: '' });
  await bad(CHANGED, { first: 1, query: 7 });
  await bad(LINES, { id: '5600000000000', first: 1 });
  await bad(LINES, { id: 'gid://shopify/Order/', first: 1 });
  await bad(NODES, { ids: ['gid://shopify/Order/5600000000000', 'x'], lines: 1, presentment: true });
  assert.equal(code(await gql(s, LINES, { id: 'gid://shopify/Product/1', first: 1 })), 'RESOURCE_NOT_FOUND');
  assert.equal((await gql(s, LINES, { id: 'gid://shopify/Order/1', first: 1 })).body.data.order, null);
});

test('page sizes', async t => {
  const s = await withSandbox(t);
  for (const [query, wanted] of [
    ['{ orders { nodes { id } } }', /first or last/],
    ['{ orders(first: 251) { nodes { id } } }', /250/],
    ['{ orders(first: -1) { nodes { id } } }', /non-negative/],
    ['{ orders(first: 1, last: 1) { nodes { id } } }', /both/],
    ['{ orders(first: 1) { nodes { lineItems { nodes { id } } } } }', /first or last/],
    ['{ orders(first: 1) { nodes { lineItems(first: 251) { nodes { id } } } } }', /250/],
    ['{ orders(first: 1) { nodes { transactions(first: 300) { id } } } }', /250/],
  ]) {
    const answer = await gql(s, query);
    assert.equal(code(answer), 'BAD_REQUEST', query);
    assert.match(answer.body.errors[0].message, wanted);
  }
  const ids = Array.from({ length: 251 }, (_, i) => `gid://shopify/Order/${i + 1}`);
  assert.equal(
    code(await gql(s, 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })),
    'MAX_INPUT_SIZE_EXCEEDED',
  );
  assert.equal(
    (await gql(s, 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ids.slice(1) })).body.data.nodes.length,
    250,
  );
});

test('cursors: garbage and cursors of another kind of sort', async t => {
  const s = await withSandbox(t);
  const page = after => gql(s, CHANGED, { first: 2, after, query: '' });
  const { endCursor } = (await page(null)).body.data.orders.pageInfo;
  assert.equal((await page(endCursor)).status, 200);
  const byId = (await gql(s, '{ orders(first: 1, sortKey: ID) { pageInfo { endCursor } } }')).body.data.orders.pageInfo
    .endCursor;
  for (const bad of [
    'garbage',
    'Zm9v',
    endCursor.slice(0, -6),
    byId,
    Buffer.from('{"last_id":1}').toString('base64'),
  ]) {
    const answer = await page(bad);
    assert.equal(answer.body.errors[0].message, 'Invalid cursor for current pagination sort.', bad);
    assert.equal(answer.body.data, null);
  }
});

test('cost: known figures, the limit, the bucket', async t => {
  const s = await withSandbox(t, { speed: 1, bucket: 600, restore: 0.01 });
  const cost = async (query, variables) => (await gql(s, query, variables)).body.extensions.cost;
  s.bucket.size = s.bucket.level = 1e6;
  const id = s.orders.list({ limit: 1 })[0].id;
  assert.equal((await cost(CHANGED, { first: 250, query: '' })).requestedQueryCost, 13);
  assert.equal((await cost(ORDER, { id, lines: 50, presentment: true })).requestedQueryCost, 235);
  assert.equal((await cost(ORDERS, { first: 5, lines: 10, query: '', presentment: true })).requestedQueryCost, 527);
  assert.equal((await cost(PROBE)).requestedQueryCost, 11);
  assert.equal(
    (await cost('query($id: ID!) { order(id: $id) { lineItems(first: 250) { nodes { variant { id } } } } }', { id }))
      .requestedQueryCost,
    1 + 2 + 11 * 2,
  );
  const one = await cost(ORDER, { id, lines: 50, presentment: true });
  assert.ok(one.actualQueryCost > 0 && one.actualQueryCost < one.requestedQueryCost);

  const dear = await gql(s, ORDERS, { first: 100, lines: 50, query: '', presentment: true });
  assert.equal(code(dear), 'MAX_COST_EXCEEDED');
  assert.equal(dear.body.data, undefined);
  assert.equal(dear.body.errors[0].extensions.maxCost, 1000);
  assert.ok(dear.body.errors[0].extensions.cost > 1000);

  s.bucket.size = 600;
  s.bucket.drain(600);
  const before = (await gql(s, ORDER, { id, lines: 50, presentment: true })).body.extensions.cost;
  assert.equal(before.throttleStatus.currentlyAvailable, 600 - before.actualQueryCost, 'the difference came back');
  s.bucket.drain(234);
  const refused = await gql(s, ORDER, { id, lines: 50, presentment: true });
  assert.equal(refused.status, 200);
  assert.equal(code(refused), 'THROTTLED');
  assert.equal(refused.body.errors[0].message, 'Throttled');
  assert.equal(refused.body.data, undefined);
  assert.equal(refused.body.extensions.cost.actualQueryCost, null);
  assert.match(refused.text, /"maximumAvailable":600\.0,"currentlyAvailable":23\d,"restoreRate":0\.01/);
});

test('nodes(ids:) can be charged once or each', async t => {
  const each = await withSandbox(t, { nodesCost: 'each' }),
    once = await withSandbox(t);
  const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id customer { id } } } }';
  const ids = once.orders.list({ limit: 10 }).map(o => o.id);
  assert.equal((await gql(once, query, { ids })).body.extensions.cost.requestedQueryCost, 2);
  assert.equal((await gql(each, query, { ids })).body.extensions.cost.requestedQueryCost, 20);
});

test('what is not imitated says so', async t => {
  const s = await withSandbox(t);
  for (const [query, what] of [
    ['{ collections(first: 1) { nodes { id } } }', 'QueryRoot.collections'],
    ['mutation { orderOpen(input: {id: "gid://shopify/Order/1"}) { userErrors { message } } }', 'Mutation.orderOpen'],
    ['{ orders(first: 1, query: "sku:X") { nodes { id } } }', 'sku'],
    ['{ orders(first: 1, sortKey: DESTINATION) { nodes { id } } }', 'DESTINATION'],
    ['{ node(id: "gid://shopify/Collection/1") { id } }', 'Collection'],
  ]) {
    const answer = await gql(s, query);
    assert.equal(code(answer), 'INTERNAL_SERVER_ERROR', query);
    assert.ok(answer.body.errors[0].message.includes(what), answer.body.errors[0].message);
  }
});

test('the documents of an order export run on every version', async t => {
  const s = await withSandbox(t, { orders: 300 });
  const ids = s.orders.list({ limit: 300 }).map(o => o.id);
  for (const version of VERSIONS) {
    for (let i = 0; i < ids.length; i += 25)
      assert.equal(
        (await gql(s, NODES, { ids: ids.slice(i, i + 25), lines: 50, presentment: true }, { version })).body.errors,
        undefined,
      );
    for (const id of ids.slice(0, 60))
      assert.equal((await gql(s, REFUNDS, { id }, { version })).body.errors, undefined);
    assert.equal((await gql(s, PROBE, {}, { version })).body.errors, undefined);
  }
});

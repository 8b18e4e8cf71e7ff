// @idempotent, and faults around mutations: executed once, or not at all, and the client can find out which.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, raw, withSandbox } from './client.mjs';
import { SET, ACTIVATE, TOGGLE, PRODUCT_UPDATE, SHIP } from './flow-documents.mjs';

const LYON = 'gid://shopify/Location/70100000001';
const code = answer => answer.body.errors?.[0].extensions.code;
const SKU = 'LONG-5';

async function start(t, options) {
  const s = await withSandbox(t, options);
  const { inventoryItemId } = s.catalogue.summary(s.catalogue.find(SKU));
  s.changeStock({ variant: SKU, location: 0, set: { available: 10 } });
  const input = (quantity, changeFromQuantity = null) => ({
    name: 'available',
    reason: 'correction',
    quantities: [{ inventoryItemId, locationId: LYON, quantity, changeFromQuantity }],
  });
  const set = async (key, quantity, from, options) =>
    (await gql(s, SET, { key, input: input(quantity, from) }, options)).body.data.inventorySetQuantities;
  return {
    s,
    id: inventoryItemId,
    input,
    set,
    available: () => s.truth({ skus: [SKU] }).stock[`${SKU} @ Warehouse Lyon`].available,
  };
}
const codes = payload => payload.userErrors.map(e => e.code);

test('the same key and variables: the first result, carried out once', async t => {
  const { s, set, available } = await start(t);
  const first = await set('k', 7, 10);
  s.changeStock({ variant: SKU, location: 0, set: { available: 3 } });
  assert.deepEqual(await set('k', 7, 10), first, 'the same group, though 10 is long gone');
  assert.equal(available(), 3, 'and nothing was written again');
  assert.deepEqual(codes(await set('k2', 7, 10)), ['CHANGE_FROM_QUANTITY_STALE']);
});

test('the same key with other variables, or for another mutation, is refused', async t => {
  const { s, id, set, available } = await start(t);
  await set('k', 7, 10);
  assert.deepEqual(codes(await set('k', 8, 7)), ['IDEMPOTENCY_KEY_PARAMETER_MISMATCH']);
  const other = await gql(s, ACTIVATE, { item: id, location: LYON, key: 'k' });
  assert.match(other.body.data.inventoryActivate.userErrors[0].message, /different parameters/);
  assert.equal(available(), 7);
});

test('a key whose attempt was refused is spent', async t => {
  const { set, available } = await start(t);
  assert.deepEqual(codes(await set('k', 7, 99)), ['CHANGE_FROM_QUANTITY_STALE']);
  assert.deepEqual(codes(await set('k', 7, 99)), ['IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED']);
  assert.deepEqual(codes(await set('k', 7, 10)), ['IDEMPOTENCY_KEY_PARAMETER_MISMATCH']);
  assert.equal(available(), 10);
});

test('keys are kept for 24 hours of the sandbox clock', async t => {
  const { s, set, available } = await start(t, { freeze: '2026-11-20T12:00:00Z' });
  await set('k', 7);
  s.changeStock({ variant: SKU, location: 0, set: { available: 10 } });
  s.clock.advance(24 * 3600000 - 1000);
  await set('k', 7);
  assert.equal(available(), 10);
  s.clock.advance(1000);
  await set('k', 7);
  assert.equal(available(), 7, 'a new request');
});

test('replay "check": a repeated key whose quantity moved on is stale, and still nothing runs twice', async t => {
  const { s, set, available } = await start(t, { replay: 'check' });
  await set('k', 7, 10);
  assert.deepEqual(codes(await set('k', 7, 10)), ['CHANGE_FROM_QUANTITY_STALE']);
  assert.equal(available(), 7);
  s.idempotency.replay = 'first';
  assert.deepEqual(codes(await set('k', 7, 10)), []);
});

test('required from 2026-04, not before; never empty; refused where it is not taken', async t => {
  const { s, id, input, available } = await start(t);
  const without = SET.replace(', $key: String!', '').replace(' @idempotent(key: $key)', '');
  for (const version of ['2026-04', '2026-07', '2026-10']) {
    const answer = await gql(s, without, { input: input(7) }, { version });
    assert.equal(code(answer), 'BAD_REQUEST');
    assert.equal(
      answer.body.errors[0].message,
      'The @idempotent directive is required for this mutation but was not provided.',
    );
    const bare = ACTIVATE.replace(', $key: String!', '').replace(' @idempotent(key: $key)', '');
    assert.equal(code(await gql(s, bare, { item: id, location: LYON }, { version })), 'BAD_REQUEST');
  }
  for (const key of ['', '  ']) assert.equal(code(await gql(s, SET, { key, input: input(7) })), 'BAD_REQUEST');
  assert.equal(available(), 10);
  assert.deepEqual(
    codes((await gql(s, without, { input: input(8) }, { version: '2026-01' })).body.data.inventorySetQuantities),
    [],
  );
  assert.equal(available(), 8);
  const before = s.truth();
  for (const [document, variables] of [
    [
      TOGGLE.replace(
        '(inventoryItemId: $item, inventoryItemUpdates: $updates)',
        '(inventoryItemId: $item, inventoryItemUpdates: $updates) @idempotent(key: "x")',
      ),
      { item: id, updates: [] },
    ],
    [
      PRODUCT_UPDATE.replace('(product: $product) {', '(product: $product) @idempotent(key: "x") {').replace(
        'mutation ProductUpdate($product: ProductUpdateInput!) @idempotent(key: "x")',
        'mutation ProductUpdate($product: ProductUpdateInput!)',
      ),
      { product: { title: 'x' } },
    ],
    [
      SHIP.replace('message: $message) {\n', 'message: $message) @idempotent(key: "x") {\n'),
      { fulfillment: { lineItemsByFulfillmentOrder: [] } },
    ],
  ]) {
    const answer = await gql(s, document, variables);
    assert.equal(code(answer), 'BAD_REQUEST', document);
    assert.match(answer.body.errors[0].message, /not supported/);
  }
  assert.deepEqual(s.truth(), before);
  const onOperation =
    'mutation M($input: InventorySetQuantitiesInput!) @idempotent(key: "k") { inventorySetQuantities(input: $input) { userErrors { code } } }';
  assert.equal(code(await gql(s, onOperation, { input: input(1) })), 'undefinedDirective');
});

test('in progress, or failed: as the plan says', async t => {
  const { s, set, available } = await start(t);
  s.addFaults([
    { fault: 'idempotency_concurrent', operation: 'InventorySet', nth: 1 },
    { fault: 'idempotency_failed', operation: 'InventorySet', nth: 2 },
  ]);
  assert.deepEqual(codes(await set('k', 7)), ['IDEMPOTENCY_CONCURRENT_REQUEST']);
  assert.deepEqual(codes(await set('k', 7)), ['IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED']);
  assert.equal(available(), 10);
});

test('faults: which of them let a mutation run', async t => {
  for (const [fault, runs] of [
    [{ fault: 'drop_before' }, false],
    [{ fault: 'drop_after' }, true],
    [{ fault: 'hang', ms: 300 }, false],
    [{ fault: 'hang_after', ms: 300 }, true],
    [{ fault: 'http', status: 503 }, false],
    [{ fault: 'http_after', status: 503 }, true],
    [{ fault: 'http', status: 429, retry_after: 1 }, false],
    [{ fault: 'throttled' }, false],
    [{ fault: 'internal_error_before' }, false],
    [{ fault: 'internal_error' }, true],
    [{ fault: 'partial_data', field: 'inventoryAdjustmentGroup' }, true],
    [{ fault: 'cut_json' }, true],
    [{ fault: 'truncated' }, true],
    [{ fault: 'empty_body' }, true],
  ]) {
    const { s, set, input, available } = await start(t);
    s.addFaults({ ...fault, operation: 'InventorySet', nth: 1 });
    const body = { query: SET, variables: { key: 'k', input: input(7, 10) } };
    const answer = await raw(s, '/admin/api/2026-10/graphql.json', body);
    const name = JSON.stringify(fault);
    if (fault.status) assert.equal(answer.status, fault.status, name);
    assert.equal(available(), runs ? 7 : 10, name);
    assert.equal(s.requests({ operation: 'InventorySet' })[0].fault, fault.fault);
    assert.deepEqual(codes(await set('k', 7, 10)), [], `${name}: the same key again settles it`);
    assert.equal(available(), 7, name);
  }
});

test('a mutation that arrives late finds its key used up', async t => {
  const { s, set, available } = await start(t);
  s.addFaults({ fault: 'late', operation: 'InventorySet', nth: [1, 2] });
  for (const [key, quantity] of [['k', 7], ['l', 8]]) assert.equal((await set(key, quantity, 10).catch(() => null))?.status ?? 0, 0);
  assert.deepEqual([s.held.length, available()], [2, 10]);
  assert.deepEqual(codes(await set('k', 10, 10)), []);
  assert.equal(s.arrive().length, 2);
  assert.equal(available(), 8, 'the other one is carried out');
});

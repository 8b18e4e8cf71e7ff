// Writing stock: what works, and what is refused. A refused batch has changed nothing.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox, control } from './client.mjs';
import { SET, ACTIVATE, TOGGLE, ITEM_UPDATE, LEVELS } from './flow-documents.mjs';

const [LYON, PARIS, KOELN, LILLE] = [1, 2, 3, 4].map(n => `gid://shopify/Location/7010000000${n}`);
let keys = 0;
const key = () => `key-${++keys}`;
const code = answer => answer.body.errors?.[0].extensions.code;
const set = (s, quantities, { name = 'available', reason = 'correction', version, ...input } = {}) =>
  gql(s, SET, { key: key(), input: { name, reason, quantities, ...input } }, { version });
const result = answer => answer.body.data.inventorySetQuantities;
const codes = answer => result(answer).userErrors.map(e => e.code);
/** Variants that are tracked and stocked in Lyon. */
const items = (s, n) =>
  s.catalogue
    .list({ limit: n + 5 })
    .slice(5)
    .map(v => v.inventoryItemId);
const entry = (inventoryItemId, quantity, changeFromQuantity = null, locationId = LYON) => ({
  inventoryItemId,
  locationId,
  quantity,
  changeFromQuantity,
});
const level = (s, item, location = 0) => s.stock.summary(s.catalogue.find(item), location);

test('available and on_hand; the other follows; nothing else moves', async t => {
  const s = await withSandbox(t);
  const busy = s.stock.list({ limit: 1e6, location: 0 }).find(l => l.committed > 0);
  const before = s.truth();
  const first = await set(s, [entry(busy.inventoryItemId, 7, busy.available)], {
    referenceDocumentUri: 'gid://erpsync/StockRun/1',
  });
  assert.deepEqual(result(first).userErrors, []);
  const group = result(first).inventoryAdjustmentGroup;
  assert.equal(group.referenceDocumentUri, 'gid://erpsync/StockRun/1');
  assert.deepEqual(
    group.changes.map(c => [c.name, c.delta, c.quantityAfterChange]),
    [
      ['available', 7 - busy.available, 7],
      ['on_hand', 7 - busy.available, busy.on_hand + 7 - busy.available],
    ],
  );
  assert.equal(first.body.extensions.cost.actualQueryCost, 10);
  await set(s, [entry(busy.inventoryItemId, 50)], { name: 'on_hand' });
  const after = level(s, busy.inventoryItemId);
  assert.equal(after.on_hand, 50);
  assert.equal(after.available, 50 - busy.committed - (busy.on_hand - busy.available - busy.committed));
  const now = s.truth();
  const place = `${busy.sku} @ Warehouse Lyon`;
  assert.notDeepEqual(now.stock[place], before.stock[place]);
  assert.deepEqual(
    { ...now, stock: { ...now.stock, [place]: 0 } },
    { ...before, stock: { ...before.stock, [place]: 0 } },
  );
});

test('setting what is already there gives no group and no error', async t => {
  const s = await withSandbox(t);
  const [id] = items(s, 1);
  const answer = await set(s, [entry(id, Math.max(0, level(s, id).available))]);
  assert.deepEqual(result(answer), { inventoryAdjustmentGroup: null, userErrors: [] });
});

test('every refusal of inventorySetQuantities, and that nothing of its batch was done', async t => {
  const s = await withSandbox(t);
  const [good, other] = items(s, 2);
  const bundle = s.catalogue.summary(s.catalogue.find('BUNDLE-BRK')).inventoryItemId;
  s.changeStock([
    { variant: good, location: 0, set: { available: 40 } },
    { variant: other, location: 0, set: { available: 9 } },
  ]);
  const before = s.truth();
  const path = (index, field) => ['input', 'quantities', String(index), field];
  for (const [wanted, field, quantities, more] of [
    ['CHANGE_FROM_QUANTITY_STALE', path(1, 'changeFromQuantity'), [entry(good, 1), entry(other, 3, 8)]],
    ['INVALID_INVENTORY_ITEM', path(1, 'inventoryItemId'), [entry(good, 1), entry('gid://shopify/InventoryItem/1', 3)]],
    ['INVALID_LOCATION', path(1, 'locationId'), [entry(good, 1), entry(other, 3, null, 'gid://shopify/Location/1')]],
    ['INVALID_LOCATION', path(0, 'locationId'), [entry(good, 1, null, LILLE)]],
    ['NON_MUTABLE_INVENTORY_ITEM', path(1, 'inventoryItemId'), [entry(good, 1), entry(bundle, 3)]],
    ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', path(1, 'locationId'), [entry(good, 1), entry(good, 2)]],
    ['INVALID_QUANTITY_NEGATIVE', path(1, 'quantity'), [entry(good, 1), entry(other, -1)]],
    ['INVALID_QUANTITY_TOO_HIGH', path(1, 'quantity'), [entry(good, 1), entry(other, 1000000001)]],
    ['INVALID_QUANTITY_TOO_LOW', path(1, 'quantity'), [entry(good, 1), entry(other, -1000000001)]],
    ['INVALID_NAME', ['input', 'name'], [entry(good, 1)], { name: 'committed' }],
    ['INVALID_REASON', ['input', 'reason'], [entry(good, 1)], { reason: 'because' }],
    [
      'INVALID_REFERENCE_DOCUMENT',
      ['input', 'referenceDocumentUri'],
      [entry(good, 1)],
      { referenceDocumentUri: 'run 7' },
    ],
  ]) {
    const answer = await set(s, quantities, more);
    assert.deepEqual(codes(answer), [wanted]);
    assert.deepEqual(result(answer).userErrors[0].field, field);
    assert.equal(result(answer).inventoryAdjustmentGroup, null);
    assert.deepEqual(s.truth(), before, wanted);
  }
  const two = await set(s, [entry(bundle, 1), entry(good, 1), entry(other, -1)]);
  assert.deepEqual(
    result(two).userErrors.map(e => [e.code, e.field[2]]),
    [
      ['NON_MUTABLE_INVENTORY_ITEM', '0'],
      ['INVALID_QUANTITY_NEGATIVE', '2'],
    ],
    'all guilty rows are named',
  );
  assert.deepEqual(s.truth(), before);
});

test('changeFromQuantity must be there, as a number or null', async t => {
  const s = await withSandbox(t);
  const [id] = items(s, 1);
  const { changeFromQuantity, ...without } = entry(id, 5);
  const before = s.truth();
  const answer = await set(s, [without]);
  assert.equal(code(answer), 'INVALID_FIELD_ARGUMENTS');
  assert.match(
    answer.body.errors[0].message,
    /InventoryQuantityInput must include the following argument: changeFromQuantity/,
  );
  assert.equal(answer.body.data.inventorySetQuantities, null);
  assert.deepEqual(s.truth(), before);
});

test('2026-01: compareQuantity or ignoreCompareQuantity, when changeFromQuantity is not given', async t => {
  const s = await withSandbox(t),
    version = '2026-01';
  const [id] = items(s, 1);
  s.changeStock({ variant: id, location: 0, set: { available: 9 } });
  const { changeFromQuantity, ...plain } = entry(id, 5);
  assert.deepEqual(codes(await set(s, [plain], { version })), ['COMPARE_QUANTITY_REQUIRED']);
  assert.deepEqual(codes(await set(s, [{ ...plain, compareQuantity: 8 }], { version })), ['COMPARE_QUANTITY_STALE']);
  assert.equal(level(s, id).available, 9);
  assert.deepEqual(codes(await set(s, [{ ...plain, compareQuantity: 9 }], { version })), []);
  assert.deepEqual(codes(await set(s, [{ ...plain, quantity: 6 }], { version, ignoreCompareQuantity: true })), []);
  assert.deepEqual(codes(await set(s, [{ ...plain, quantity: 7, changeFromQuantity: 6 }], { version })), []);
  assert.equal(level(s, id).available, 7);
  const later = await set(s, [{ ...plain, compareQuantity: 9 }]);
  assert.equal(code(later), 'INVALID_VARIABLE', 'gone from 2026-04 on');
});

test('an empty list of quantities', async t => {
  const s = await withSandbox(t);
  assert.equal(result(await set(s, [])).userErrors[0].field[1], 'quantities');
});

test('at most 250 quantities', async t => {
  const s = await withSandbox(t, { variants: 300 });
  const many = items(s, 251).map(id => entry(id, 3));
  const before = s.truth();
  const answer = await set(s, many);
  assert.equal(code(answer), 'MAX_INPUT_SIZE_EXCEEDED');
  assert.deepEqual(answer.body.errors[0].path, ['inventorySetQuantities', 'input', 'quantities']);
  assert.deepEqual(s.truth(), before);
  const mutable = many.filter(q => !s.catalogue.find(q.inventoryItemId).requiresComponents).slice(0, 250);
  assert.deepEqual(codes(await set(s, mutable)), []);
});

test('a level that is not active: refused before 2026-10, a trap since', async t => {
  const s = await withSandbox(t);
  const cold = s.stock.list({ limit: 1e6, location: 'Depot Köln' }).find(l => !l.active);
  const never = s.catalogue.variants.find(v => v.tracked && !v.requiresComponents && !s.stock.level(v.n, 2));
  const id = s.catalogue.summary(never).inventoryItemId;
  for (const version of ['2026-01', '2026-04', '2026-07'])
    for (const item of [cold.inventoryItemId, id]) {
      const before = s.truth();
      const answer = await set(s, [entry(item, 5, null, KOELN)], { version });
      assert.deepEqual(codes(answer), ['ITEM_NOT_STOCKED_AT_LOCATION'], version);
      assert.deepEqual(s.truth(), before);
    }
  const total = s.stock.total(never);
  assert.deepEqual(codes(await set(s, [entry(id, 5, null, KOELN)])), []);
  assert.deepEqual(codes(await set(s, [entry(id, 6, null, KOELN)])), []);
  assert.deepEqual([level(s, id, 2).active, level(s, id, 2).available], [false, 11], 'stored, adding up');
  assert.equal(s.stock.total(never), total, 'and not for sale');
  const [node] = (await gql(s, LEVELS, { ids: [id], location: KOELN })).body.data.nodes;
  assert.equal(node.inventoryLevel.isActive, false);
});

test('orders take stock when they come, ship, are cancelled and come back', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const sku = 'LONG-5',
    now = () => s.truth({ skus: [sku] }).stock[`${sku} @ Warehouse Lyon`];
  s.changeStock({
    variant: sku,
    location: 0,
    set: { available: 20, damaged: 2, reserved: 0, safety_stock: 0, quality_control: 0 },
  });
  assert.deepEqual(now(), { available: 20, on_hand: 22, committed: 0, active: true });
  const one = s.sell({ variant: sku, quantity: 3 }),
    two = s.sell({ variant: sku, quantity: 2 });
  assert.deepEqual(now(), { available: 15, on_hand: 22, committed: 5, active: true });
  s.orders.edit(one.name, { fulfill: true });
  assert.deepEqual(now(), { available: 15, on_hand: 19, committed: 2, active: true });
  s.orders.edit(two.name, { cancel: 'CUSTOMER' });
  assert.deepEqual(now(), { available: 17, on_hand: 19, committed: 0, active: true });
  s.orders.edit(one.name, { refund: { lines: [{ line: 0, quantity: 1 }] } });
  assert.deepEqual(
    now(),
    { available: 18, on_hand: 20, committed: 0, active: true },
    'the returned one lies on the shelf',
  );
});

test('an order in the middle of a run: the write that did not know of it is stale', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const sku = 'LONG-5',
    { inventoryItemId: id } = s.catalogue.summary(s.catalogue.find(sku));
  s.changeStock({ variant: sku, location: 0, set: { available: 20 } });
  await control(s, 'POST', 'hooks', {
    after_request: 1,
    operation: 'InventoryLevelsByIds',
    order_of: [{ variant: sku, quantity: 4 }],
  });
  const [node] = (await gql(s, LEVELS, { ids: [id], location: LYON })).body.data.nodes;
  const read = node.inventoryLevel.quantities.find(q => q.name === 'available').quantity;
  assert.equal(read, 20);
  assert.deepEqual(codes(await set(s, [entry(id, 25, read)])), ['CHANGE_FROM_QUANTITY_STALE']);
  assert.deepEqual(codes(await set(s, [entry(id, 21, 16)])), []);
});

test('scopes', async t => {
  const s = await withSandbox(t);
  s.setScopes({ remove: ['write_inventory'], add: ['read_inventory'] });
  const [id] = items(s, 1),
    before = s.truth();
  for (const answer of [
    await set(s, [entry(id, 5)]),
    await gql(s, ACTIVATE, { item: id, location: PARIS, key: key() }),
    await gql(s, TOGGLE, { item: id, updates: [] }),
    await gql(s, ITEM_UPDATE, { id, input: { cost: '1' } }),
  ]) {
    assert.equal(code(answer), 'ACCESS_DENIED');
    assert.match(answer.body.errors[0].message, /write_inventory/);
  }
  assert.deepEqual(s.truth(), before);
});

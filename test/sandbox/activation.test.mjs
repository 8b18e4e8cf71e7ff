// Stocking items at locations, and the data of an item: what works and what is refused.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox } from './client.mjs';
import { ACTIVATE, TOGGLE, ITEM_UPDATE } from './flow-documents.mjs';

const [LYON, PARIS, KOELN, LILLE] = [1, 2, 3, 4].map(n => `gid://shopify/Location/7010000000${n}`);
let keys = 0;
const key = () => `activation-${++keys}`;
const items = (s, n) =>
  s.catalogue
    .list({ limit: n + 5 })
    .slice(5)
    .map(v => v.inventoryItemId);
const level = (s, item, location = 0) => s.stock.summary(s.catalogue.find(item), location);

const activate = async (s, item, location, more = {}, version) =>
  (await gql(s, ACTIVATE, { item, location, key: key(), ...more }, { version })).body.data.inventoryActivate;

test('inventoryActivate: new, again, refused', async t => {
  const s = await withSandbox(t);
  const none = s.catalogue.variants.find(v => v.tracked && !s.stock.level(v.n, 2));
  const id = s.catalogue.summary(none).inventoryItemId;
  const made = await activate(s, id, KOELN, { available: 4 });
  assert.deepEqual(made.userErrors, []);
  assert.deepEqual(made.inventoryLevel.quantities, [
    { name: 'available', quantity: 4 },
    { name: 'on_hand', quantity: 4 },
  ]);
  const cold = s.stock.list({ limit: 1e6, location: 'Depot Köln' }).filter(l => !l.active);
  assert.deepEqual((await activate(s, cold[0].inventoryItemId, KOELN)).userErrors, []);
  assert.equal(level(s, cold[0].inventoryItemId, 2).available, cold[0].available, 'old quantities come back');
  await activate(s, cold[1].inventoryItemId, KOELN, {}, '2026-01');
  assert.equal(level(s, cold[1].inventoryItemId, 2).available, 0, 'they did not on 2026-01');
  assert.deepEqual((await activate(s, id, KOELN)).userErrors, [], 'active already: nothing to do');
  const before = s.truth();
  for (const [wanted, item, location, more] of [
    [/Not allowed to set available quantity when the item is already active/, id, KOELN, { available: 9 }],
    [/already active/, id, KOELN, { onHand: 9 }],
    [/greater than or equal to 0/, cold[2].inventoryItemId, KOELN, { available: -1 }],
    [/location is not active/, id, LILLE, {}],
    [/location wasn't found/, id, 'gid://shopify/Location/1', {}],
    [/it wasn't found/, 'gid://shopify/InventoryItem/1', KOELN, {}],
  ]) {
    const { userErrors, inventoryLevel } = await activate(s, item, location, more);
    assert.match(userErrors[0].message, wanted);
    assert.equal(inventoryLevel, null);
    assert.deepEqual(s.truth(), before);
  }
});

test('inventoryBulkToggleActivation: all or nothing, every code', async t => {
  const s = await withSandbox(t);
  const toggle = async (item, updates) =>
    (await gql(s, TOGGLE, { item, updates: updates.map(([locationId, on]) => ({ locationId, activate: on })) })).body
      .data.inventoryBulkToggleActivation;
  const row = s.catalogue.variants.find(
    v =>
      v.tracked &&
      !s.stock.level(v.n, 1) &&
      !s.stock.level(v.n, 2) &&
      s.stock.levels(v).length === 1 &&
      !s.stock.committedAt(v, 0),
  );
  const { inventoryItemId: id, sku } = s.catalogue.summary(row);
  s.changeStock({ variant: sku, location: 0, set: { incoming: 0, reserved: 0 } });
  const on = await toggle(id, [
    [PARIS, true],
    [KOELN, true],
  ]);
  assert.deepEqual([on.userErrors, on.inventoryLevels.length], [[], 2]);
  const blank = s.catalogue.list({ nasty: 'blank' })[0].inventoryItemId;
  const refused = async (wanted, item, updates) => {
    const before = s.truth();
    const { userErrors, inventoryLevels } = await toggle(item, updates);
    assert.deepEqual([userErrors[0]?.code, inventoryLevels], [wanted, null]);
    assert.deepEqual(s.truth(), before, wanted);
  };
  await refused('INVENTORY_ITEM_NOT_FOUND', 'gid://shopify/InventoryItem/1', [[PARIS, true]]);
  await refused('LOCATION_NOT_FOUND', id, [
    [PARIS, false],
    ['gid://shopify/Location/1', true],
  ]);
  await refused('FAILED_TO_STOCK_AT_LOCATION', id, [[LILLE, true]]);
  await refused('MISSING_SKU', blank, [['gid://shopify/Location/70100000005', true]]);
  await refused('CANNOT_DEACTIVATE_FROM_ONLY_LOCATION', id, [
    [LYON, false],
    [PARIS, false],
    [KOELN, false],
  ]);
  s.changeStock({ variant: sku, location: 1, set: { incoming: 3 } });
  await refused('INCOMING_INVENTORY_AT_LOCATION', id, [[PARIS, false]]);
  s.sell({ variant: sku, quantity: 1, location: 1 });
  await refused('COMMITTED_AND_INCOMING_INVENTORY_AT_LOCATION', id, [[PARIS, false]]);
  s.changeStock({ variant: sku, location: 1, set: { incoming: 0 } });
  await refused('COMMITTED_INVENTORY_AT_LOCATION', id, [[PARIS, false]]);
  s.changeStock({ variant: sku, location: 2, set: { reserved: 1 } });
  await refused('RESERVED_INVENTORY_AT_LOCATION', id, [[KOELN, false]]);
  s.changeStock({ variant: sku, location: 2, set: { reserved: 0 } });
  assert.deepEqual((await toggle(id, [[KOELN, false]])).userErrors, []);
  assert.equal(level(s, id, 2).active, false);
});

test('inventoryItemUpdate', async t => {
  const s = await withSandbox(t);
  const [id] = items(s, 1);
  const update = async (item, input) => (await gql(s, ITEM_UPDATE, { id: item, input })).body.data.inventoryItemUpdate;
  const done = await update(id, { cost: '4.20', tracked: false, sku: 'NEW-1' });
  assert.deepEqual(done.userErrors, []);
  assert.deepEqual(
    [done.inventoryItem.sku, done.inventoryItem.tracked, done.inventoryItem.unitCost.amount],
    ['NEW-1', false, '4.2'],
  );
  const before = s.truth();
  for (const [item, input] of [
    [id, { cost: '-1' }],
    [id, { sku: 'x'.repeat(256) }],
    ['gid://shopify/InventoryItem/1', { cost: '1' }],
  ]) {
    assert.equal((await update(item, input)).userErrors.length, 1);
    assert.deepEqual(s.truth(), before);
  }
});

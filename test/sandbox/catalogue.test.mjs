// Reading products, variants, inventory items, levels and locations.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox, control, EVER } from './client.mjs';
import {
  BY_SKU,
  ITEMS,
  LEVELS,
  LEVELS_2026_01,
  LOCATIONS,
  PRODUCTS,
  PRODUCT,
  BY_IDENTIFIER,
} from './flow-documents.mjs';
import { ORDER } from './documents.mjs';

const skus = async (s, query) =>
  (await gql(s, BY_SKU, { query, first: 250 })).body.data.productVariants.nodes.map(v => v.sku);
const code = answer => answer.body.errors[0].extensions.code;

test('a SKU search is not exact and not case-sensitive', async t => {
  const s = await withSandbox(t);
  assert.deepEqual(await skus(s, "sku:'twin-1A'"), ['TWIN-1a', 'TWIN-1A']);
  assert.deepEqual(await skus(s, "sku:'LONG-5'"), ['LONG-5', 'LONG-5-RED']);
  assert.deepEqual(await skus(s, "sku:'LONG-5-RED'"), ['LONG-5-RED']);
  assert.deepEqual(await skus(s, "sku:'TAIL-7'"), ['TAIL-7 ', 'TAIL-7']);
  assert.deepEqual(await skus(s, "sku:'123'"), ['123'], 'leading zeros are another word');
  assert.deepEqual(await skus(s, "sku:'LOOP-10'"), ['LOOP-10'], 'so is a zero for the letter O');
  assert.deepEqual(await skus(s, "sku:'DUP-100'"), ['DUP-100', 'DUP-100']);
  assert.deepEqual(await skus(s, "sku:'QUO\\'TE-1'"), ["QUO'TE-1"]);
  assert.deepEqual(await skus(s, "sku:'NOBODY-HAS-THIS'"), []);
  assert.deepEqual(await skus(s, 'sku:LONG*'), ['LONG-5', 'LONG-5-RED']);
  const articles = (await control(s, 'GET', 'articles')).body.slice(0, 30).map(a => a.sku);
  assert.deepEqual(
    await skus(s, articles.map(sku => `sku:'${sku}'`).join(' OR ')),
    articles,
    '30 at once, in id order',
  );
});

test('the shelf of nasty SKUs is there, or not', async t => {
  const s = await withSandbox(t),
    clean = await withSandbox(t, { skus: 'clean', variants: 300 });
  const kinds = new Set(s.catalogue.list({ nasty: 'any' }).map(v => v.nasty));
  for (const kind of [
    'duplicate',
    'blank',
    'case_twin',
    'leading_zero',
    'near_miss',
    'blank_at_end',
    'untracked',
    'draft',
    'archived',
    'bundle',
  ])
    assert.ok(kinds.has(kind), kind);
  assert.equal(clean.catalogue.list({ nasty: 'any' }).length, 0);
  assert.equal(clean.catalogue.variants.length, 300);
  const [twin] = (await gql(s, BY_SKU, { query: "sku:'DUP-100'", first: 5 })).body.data.productVariants.nodes;
  assert.equal(twin.inventoryItem.duplicateSkuCount, 1);
  const [bundle] = (await gql(s, BY_SKU, { query: "sku:'BUNDLE-BRK'", first: 5 })).body.data.productVariants.nodes;
  assert.equal(bundle.requiresComponents, true);
  const again = await withSandbox(t);
  assert.deepEqual(again.truth(), s.truth(), 'same seed, same shop');
});

test('what orders sold is in the catalogue, and follows it', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const { id } = s.orders.list({ limit: 1 })[0];
  const line = async () =>
    (await gql(s, ORDER, { id, lines: 1, presentment: false })).body.data.order.lineItems.nodes[0];
  const before = await line();
  const row = s.catalogue.find(before.variant.id);
  assert.equal(row.sku, before.sku);
  s.changeVariants({ edit: before.sku, change: { sku: 'RENAMED-1' } });
  const renamed = await line();
  assert.equal(renamed.sku, before.sku, 'the line keeps what was sold');
  assert.equal(renamed.variant.sku, 'RENAMED-1');
  s.changeVariants({ edit: 'RENAMED-1', change: { delete: true } });
  const gone = await line();
  assert.deepEqual([gone.variant, gone.product, gone.sku], [null, null, before.sku]);
  assert.deepEqual(await skus(s, "sku:'RENAMED-1'"), []);
});

test('pages: all variants once, forwards and backwards, with cursors that hold', async t => {
  const s = await withSandbox(t, { variants: 700 });
  const query =
    'query P($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean) { productVariants(first: $first, last: $last, after: $after, before: $before, reverse: $reverse) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id } } }';
  const walk = async extra => {
    const ids = [];
    for (let after = null; ;) {
      const { nodes, pageInfo } = (await gql(s, query, { first: 250, after, ...extra })).body.data.productVariants;
      ids.push(...nodes.map(v => v.id));
      if (!pageInfo.hasNextPage) return ids;
      after = pageInfo.endCursor;
    }
  };
  const up = await walk({}),
    down = await walk({ reverse: true });
  assert.equal(new Set(up).size, 700);
  assert.deepEqual(down, [...up].reverse());
  const last = (await gql(s, query, { last: 10 })).body.data.productVariants;
  assert.deepEqual(
    last.nodes.map(v => v.id),
    up.slice(-10),
  );
  const before = (await gql(s, query, { last: 5, before: last.pageInfo.startCursor })).body.data.productVariants;
  assert.deepEqual(
    before.nodes.map(v => v.id),
    up.slice(-15, -10),
  );
  assert.equal(code(await gql(s, query, { first: 1, after: 'Zm9v' })), 'BAD_REQUEST');
});

test('products by time; the ceiling of 25,000', async t => {
  const s = await withSandbox(t, { variants: 26000, freeze: '2026-11-20T12:00:00Z' });
  const ask = query => gql(s, PRODUCTS, { first: 10, query }).then(a => a.body.data.products.nodes);
  assert.deepEqual(await ask("updated_at:>='2026-11-01T00:00:00Z'"), []);
  s.changeProducts({ edit: 'linen-shirt', change: { title: 'Linen shirt, new' } });
  assert.deepEqual(
    (await ask("updated_at:>='2026-11-01T00:00:00Z'")).map(p => p.title),
    ['Linen shirt, new'],
  );
  assert.equal((await ask('status:draft'))[0].status, 'DRAFT');
  assert.equal((await ask(EVER)).length, 10);
  let seen = 0;
  for (let after = null; ;) {
    const query = `{ productVariants(first: 250${after ? `, after: "${after}"` : ''}) { pageInfo { hasNextPage endCursor } nodes { id } } }`;
    const { nodes, pageInfo } = (await gql(s, query)).body.data.productVariants;
    seen += nodes.length;
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  assert.equal(seen, 25000, 'the list ends there without a word');
  const count = (await gql(s, '{ productVariantsCount { count precision } }')).body.data.productVariantsCount;
  assert.deepEqual(count, { count: 10000, precision: 'AT_LEAST' });
});

test('locations: default, inactive, of fulfillment services', async t => {
  const s = await withSandbox(t);
  const names = async args =>
    (await gql(s, `{ locations(first: 10${args}) { nodes { name } } }`)).body.data.locations.nodes.map(l => l.name);
  assert.deepEqual(await names(''), ['Depot Köln', 'Shop Paris 8e', 'Warehouse Lyon']);
  assert.deepEqual((await names(', includeInactive: true')).length, 4);
  assert.deepEqual((await names(', includeLegacy: true')).length, 4);
  const all = (await gql(s, LOCATIONS, { first: 10 })).body.data.locations.nodes;
  assert.equal(all.find(l => !l.isActive).name, 'Old warehouse Lille');
  assert.equal(all.find(l => l.isFulfillmentService).fulfillmentService.type, 'THIRD_PARTY');
});

test('levels: the equation, inactive and missing ones, by version', async t => {
  const s = await withSandbox(t);
  const all = s.stock.list({ limit: 1e6 });
  for (const l of all)
    assert.equal(
      l.on_hand,
      l.available + l.committed + l.reserved + l.damaged + l.safety_stock + l.quality_control,
      `${l.sku} @ ${l.location}`,
    );
  assert.ok(all.some(l => l.committed > 0) && all.some(l => l.available < 0));
  const cold = all.find(l => !l.active && l.location === 'Depot Köln');
  const read = async (version, document, ids, location) =>
    (await gql(s, document, { ids, location }, { version })).body.data.nodes.map(n => n?.inventoryLevel);
  const [level] = await read('2026-10', LEVELS, [cold.inventoryItemId], cold.locationId);
  assert.equal(level.isActive, false);
  assert.deepEqual(await read('2026-01', LEVELS_2026_01, [cold.inventoryItemId], cold.locationId), [null]);
  const never = s.catalogue.variants.find(v => !s.stock.level(v.n, 2));
  const id = s.catalogue.summary(never).inventoryItemId;
  assert.deepEqual(await read('2026-10', LEVELS, [id], cold.locationId), [null]);
  const byId = (await gql(s, `{ inventoryLevel(id: "${level.id}") { id isActive } }`)).body.data.inventoryLevel;
  assert.deepEqual(byId, { id: level.id, isActive: false });
  const bad = await gql(s, `{ inventoryLevel(id: "${level.id}") { quantities(names: ["sold"]) { name } } }`);
  assert.equal(code(bad), 'INVALID_FIELD_ARGUMENTS');
  const page = (await gql(s, ITEMS, { first: 50 })).body.data.inventoryItems.nodes;
  assert.ok(page.every(i => i.inventoryLevels.nodes.length >= 1));
});

test('lookups, wrong ids, missing scopes', async t => {
  const s = await withSandbox(t);
  const [{ productId, id, inventoryItemId }] = s.catalogue.list({ limit: 1 });
  const query = 'query N($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }';
  const nodes = (await gql(s, query, { ids: [productId, id, inventoryItemId, 'gid://shopify/Product/1'] })).body.data
    .nodes;
  assert.deepEqual(
    nodes.map(n => n?.__typename ?? null),
    ['Product', 'ProductVariant', 'InventoryItem', null],
  );
  assert.equal((await gql(s, PRODUCT, { id: productId })).body.data.product.variants.nodes.length, 10);
  assert.equal((await gql(s, PRODUCT, { id: 'gid://shopify/Product/7' })).body.data.product, null);
  assert.equal(code(await gql(s, PRODUCT, { id })), 'RESOURCE_NOT_FOUND');
  const by = identifier => gql(s, BY_IDENTIFIER, { identifier });
  assert.equal((await by({ handle: 'linen-shirt' })).body.data.productByIdentifier.id, productId);
  assert.equal((await by({ handle: 'nobody' })).body.data.productByIdentifier, null);
  assert.equal(code(await by({ handle: 'linen-shirt', id: productId })), 'INVALID_VARIABLE');
  s.setScopes({ remove: ['read_products', 'read_inventory', 'read_locations'] });
  for (const [text, variables] of [
    [BY_SKU, { query: 'sku:A', first: 1 }],
    [ITEMS, { first: 1 }],
    [LOCATIONS, { first: 1 }],
    [query, { ids: [id] }],
  ])
    assert.equal(code(await gql(s, text, variables)), 'ACCESS_DENIED');
});

test('fields that exist there and not here are errors', async t => {
  const s = await withSandbox(t);
  for (const [text, what] of [
    ['{ productVariants(first: 1, query: "option1:red") { nodes { id } } }', 'option1'],
    ['{ productVariants(first: 1, query: "red") { nodes { id } } }', 'red'],
    ['{ productVariants(first: 1, sortKey: SKU) { nodes { id } } }', 'SKU'],
    ['{ products(first: 1, sortKey: VENDOR) { nodes { id } } }', 'VENDOR'],
    ['{ locations(first: 1, query: "city:Lyon") { nodes { id } } }', 'city'],
  ]) {
    const answer = await gql(s, text);
    assert.equal(code(answer), 'INTERNAL_SERVER_ERROR', text);
    assert.ok(answer.body.errors[0].message.includes(what), answer.body.errors[0].message);
  }
  const ignored = await gql(s, '{ productVariants(first: 1, query: "nonsense:1") { nodes { id } } }');
  assert.equal(ignored.body.extensions.search[0].warnings[0].field, 'nonsense');
});

test('what was created is found late when the index lags', async t => {
  const s = await withSandbox(t, { indexLag: 8000, freeze: '2026-11-20T12:00:00Z' });
  const owner = s.catalogue.newProduct({ title: 'Late', handle: 'late', options: [{ name: 'Title' }] });
  s.catalogue.newVariant(owner, { sku: 'LATE-1', values: ['Default Title'] });
  assert.deepEqual(await skus(s, "sku:'LATE-1'"), []);
  assert.equal(
    (await gql(s, BY_IDENTIFIER, { identifier: { handle: 'late' } })).body.data.productByIdentifier.title,
    'Late',
  );
  s.clock.advance(8001);
  assert.deepEqual(await skus(s, "sku:'LATE-1'"), ['LATE-1']);
});

test('100,000 variants start and answer quickly', async t => {
  const began = process.cpuUsage();
  const s = await withSandbox(t, { variants: 100000, skus: 'clean' });
  const { user } = process.cpuUsage(began);
  const ids = Array.from({ length: 250 }, (_, k) => s.catalogue.summary(s.catalogue.variants[k * 300]).inventoryItemId);
  const { data } = (await gql(s, LEVELS, { ids, location: 'gid://shopify/Location/70100000001' })).body;
  assert.equal(data.nodes.filter(n => n.inventoryLevel).length, 250);
  assert.equal((await skus(s, "sku:'E000300-0' OR sku:'e000301-0'")).length, 2);
  assert.ok(user < 5e6, `${user / 1000} ms of CPU to start`);
});

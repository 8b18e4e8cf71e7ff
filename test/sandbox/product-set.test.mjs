// productSet: full state, with its danger, its identifiers and its refusals.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox } from './client.mjs';
import { PRODUCT, PRODUCT_SET, PRODUCT_OPERATION } from './flow-documents.mjs';
import { ORDER } from './documents.mjs';

const LYON = 'gid://shopify/Location/70100000001';
const set = async (s, input, identifier = null, synchronous = true) =>
  (await gql(s, PRODUCT_SET, { input, identifier, synchronous })).body.data.productSet;
const define = async (s, more = {}) =>
  (
    await gql(
      s,
      'mutation ($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d) { createdDefinition { id type { name } } userErrors { code field } } }',
      { d: { name: 'Item', namespace: 'erp', key: 'item_no', type: 'id', ownerType: 'PRODUCT', ...more } },
    )
  ).body.data.metafieldDefinitionCreate;
const value = name => ({ optionValues: [{ optionName: 'Size', name }] });
const sizes = (...names) => [{ name: 'Size', values: names.map(name => ({ name })) }];
const tee = (more = {}) => ({
  title: 'Crew Tee',
  productOptions: sizes('S', 'M'),
  variants: [
    { ...value('S'), price: '19.90', inventoryItem: { sku: 'TEE-S', tracked: true, cost: '7.10' } },
    {
      ...value('M'),
      price: '19.90',
      inventoryItem: { sku: 'TEE-M', tracked: true },
      inventoryQuantities: [{ locationId: LYON, name: 'available', quantity: 4 }],
    },
  ],
  ...more,
});

test('creates, then updates what it is told and keeps ids', async t => {
  const s = await withSandbox(t);
  const one = await set(s, tee());
  assert.deepEqual(one.userErrors, []);
  assert.equal(s.truth({ skus: ['TEE-M'] }).stock['TEE-M @ Warehouse Lyon'].available, 4);
  const again = await set(s, tee());
  assert.notEqual(again.product.id, one.product.id, 'without an identifier it creates a second one');
  const { id } = one.product;
  const renamed = await set(s, { title: 'Crew Tee II' }, { id });
  assert.deepEqual(renamed.product.variants, one.product.variants, 'lists that are not sent stay');
  const priced = await set(s, tee({ variants: [{ ...value('S'), price: '21' }, value('M')] }), { id });
  assert.deepEqual(
    priced.product.variants.nodes.map(v => [v.id, v.sku, v.price]),
    [
      [one.product.variants.nodes[0].id, 'TEE-S', '21.00'],
      [one.product.variants.nodes[1].id, 'TEE-M', '19.90'],
    ],
  );
});

test('the danger: variants that are not in the list are deleted, for orders too', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const { id: order } = s.orders.list({ limit: 1 })[0];
  const line = async () =>
    (await gql(s, ORDER, { id: order, lines: 1, presentment: false })).body.data.order.lineItems.nodes[0];
  const sold = await line();
  const row = s.catalogue.find(sold.variant.id);
  const keep = row.product.variants.find(v => v !== row);
  const done = await set(
    s,
    {
      productOptions: [{ name: 'Style', values: [{ name: keep.values[0] }] }],
      variants: [{ optionValues: [{ optionName: 'Style', name: keep.values[0] }] }],
    },
    { id: sold.product.id },
  );
  assert.deepEqual([done.userErrors, done.product.variants.nodes.length], [[], 1]);
  assert.equal(row.deleted, true);
  assert.equal((await line()).variant, null);
  const gone = await gql(s, `{ inventoryItem(id: "${s.catalogue.summary(row).inventoryItemId}") { id } }`);
  assert.equal(gone.body.data.inventoryItem, null);
});

test('identifiers: id, handle, custom id', async t => {
  const s = await withSandbox(t);
  const metafields = [{ namespace: 'erp', key: 'item_no', type: 'id', value: 'ITEM-1' }];
  const customId = { namespace: 'erp', key: 'item_no', value: 'ITEM-1' };
  await define(s);
  const one = await set(s, tee({ metafields }), { customId });
  assert.deepEqual(one.userErrors, []);
  const two = await set(s, { title: 'Renamed', metafields }, { customId });
  assert.deepEqual([two.product.id, two.product.title], [one.product.id, 'Renamed'], 'repeated: the same product');
  const found = await gql(
    s,
    'query ($c: UniqueMetafieldValueInput!) { productByIdentifier(identifier: {customId: $c}) { id } }',
    { c: customId },
  );
  assert.equal(found.body.data.productByIdentifier.id, one.product.id);
  const three = await set(s, { title: 'By handle', handle: 'crew-tee' }, { handle: 'crew-tee' });
  assert.equal(three.product.id, one.product.id);
  const four = await set(s, { title: 'New by handle', handle: 'brand-new' }, { handle: 'brand-new' });
  assert.equal(four.product.handle, 'brand-new');
});

test('every refusal, and that nothing was changed', async t => {
  const s = await withSandbox(t);
  const { id } = (await set(s, tee())).product;
  const [other] = s.catalogue.list({ limit: 1 });
  const customId = { namespace: 'erp', key: 'item_no', value: 'ITEM-9' };
  await define(s);
  const before = s.truth();
  for (const [wanted, input, identifier] of [
    ['PRODUCT_DOES_NOT_EXIST', { title: 'x' }, { id: 'gid://shopify/Product/1' }],
    ['PRODUCT_DOES_NOT_EXIST', { id: 'gid://shopify/Product/1', title: 'x' }],
    ['ID_NOT_ALLOWED', { id, title: 'x' }, { id }],
    ['MISSING_FIELD_REQUIRED', { title: 'x' }, { handle: 'crew-tee' }],
    ['MISSING_FIELD_REQUIRED', { title: 'x' }, { customId }],
    ['INPUT_MISMATCH', { title: 'x', handle: 'another' }, { handle: 'crew-tee' }],
    [
      'METAFIELD_MISMATCH',
      { title: 'x', metafields: [{ namespace: 'erp', key: 'item_no', type: 'id', value: 'OTHER' }] },
      { customId },
    ],
    ['HANDLE_NOT_UNIQUE', { handle: 'linen-shirt' }, { id }],
    ['INVALID_PRODUCT', { title: ' ' }, { id }],
    ['INVALID_PRODUCT', {}],
    ['PRODUCT_OPTIONS_INPUT_MISSING', { variants: [value('S')] }, { id }],
    ['VARIANTS_INPUT_MISSING', { productOptions: sizes('S') }, { id }],
    ['DUPLICATED_OPTION_NAME', tee({ productOptions: [...sizes('S'), ...sizes('S')] }), { id }],
    ['DUPLICATED_OPTION_VALUE', tee({ productOptions: sizes('S', 'S', 'M') }), { id }],
    ['OPTION_VALUES_MISSING', tee({ productOptions: [{ name: 'Size', values: [] }] }), { id }],
    [
      'OPTIONS_OVER_LIMIT',
      tee({ productOptions: ['A', 'B', 'C', 'D'].map(name => ({ name, values: [{ name: '1' }] })) }),
      { id },
    ],
    ['OPTION_DOES_NOT_EXIST', tee({ variants: [{ optionValues: [{ optionName: 'Colour', name: 'Red' }] }] }), { id }],
    ['OPTION_VALUE_DOES_NOT_EXIST', tee({ variants: [value('XXL')] }), { id }],
    ['INVALID_VARIANT', tee({ variants: [value('S'), value('S')] }), { id }],
    ['INVALID_VARIANT', tee({ variants: [{ ...value('S'), price: '-1' }] }), { id }],
    [
      'INVALID_VARIANT',
      tee({
        variants: [
          {
            ...value('S'),
            inventoryQuantities: [{ locationId: 'gid://shopify/Location/1', name: 'available', quantity: 1 }],
          },
        ],
      }),
      { id },
    ],
    ['PRODUCT_VARIANT_DOES_NOT_EXIST', tee({ variants: [{ ...value('S'), id: other.id }] }), { id }],
  ]) {
    const { userErrors, product } = await set(s, input, identifier);
    assert.deepEqual([userErrors[0]?.code, product], [wanted, null]);
    assert.deepEqual(s.truth(), before, wanted);
  }
  const both = await gql(s, PRODUCT_SET, {
    input: { title: 'x' },
    identifier: { id, handle: 'crew-tee' },
    synchronous: true,
  });
  assert.equal(both.body.errors[0].extensions.code, 'INVALID_VARIABLE');
  s.setScopes({ remove: ['write_inventory'] });
  const denied = await gql(s, PRODUCT_SET, { input: tee(), identifier: { id }, synchronous: true });
  assert.equal(denied.body.errors[0].extensions.code, 'ACCESS_DENIED');
  assert.deepEqual(s.truth(), before);
});

test('asynchronously: an operation to ask for', async t => {
  const s = await withSandbox(t);
  const started = await set(s, tee(), null, false);
  assert.deepEqual([started.product, started.productSetOperation.status], [null, 'CREATED']);
  const poll = async id => (await gql(s, PRODUCT_OPERATION, { id })).body.data.productOperation;
  const done = await poll(started.productSetOperation.id);
  assert.deepEqual([done.status, done.product.handle, done.userErrors], ['COMPLETE', 'crew-tee', []]);
  const bad = await set(s, { title: '' }, null, false);
  assert.equal((await poll(bad.productSetOperation.id)).userErrors[0].code, 'INVALID_PRODUCT');
  assert.equal(await poll('gid://shopify/ProductSetOperation/1'), null);
  assert.equal((await gql(s, PRODUCT, { id: done.product.id })).body.data.product.variants.nodes.length, 2);
});

test('a custom id needs a definition of its type', async t => {
  const s = await withSandbox(t);
  const customId = { namespace: 'erp', key: 'item_no', value: 'ITEM-1' };
  const look = async () =>
    (await gql(s, 'query ($c: UniqueMetafieldValueInput!) { productByIdentifier(identifier: {customId: $c}) { id } }', { c: customId }))
      .body;
  const known = async () =>
    (
      await gql(
        s,
        '{ metafieldDefinition(identifier: {ownerType: PRODUCT, namespace: "erp", key: "item_no"}) { key type { name } } }',
      )
    ).body.data.metafieldDefinition;
  assert.match((await look()).errors[0].message, /definition of type 'id' is required/);
  const refused = await gql(s, PRODUCT_SET, {
    input: tee({ metafields: [{ ...customId, type: 'id' }] }),
    identifier: { customId },
    synchronous: true,
  });
  assert.equal(refused.body.errors[0].extensions.code, 'NOT_FOUND');
  assert.equal(await known(), null);
  assert.equal((await define(s, { key: 'x' })).userErrors[0].code, 'INVALID');
  assert.equal((await define(s, { type: 'nonsense' })).userErrors[0].code, 'INCLUSION');
  const made = await define(s);
  assert.equal(made.createdDefinition.type.name, 'id');
  assert.deepEqual(await known(), { key: 'item_no', type: { name: 'id' } });
  assert.equal((await define(s)).userErrors[0].code, 'TAKEN');
  assert.equal((await look()).data.productByIdentifier, null);
});

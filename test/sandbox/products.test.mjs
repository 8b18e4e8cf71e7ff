// Writing products and variants: what works, what is refused, and that a refused call has changed nothing.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox } from './client.mjs';
import {
  PRODUCT,
  PRODUCT_CREATE,
  PRODUCT_UPDATE,
  VARIANTS_UPDATE,
  VARIANTS_CREATE,
  TAGS_ADD,
} from './flow-documents.mjs';

const code = answer => answer.body.errors?.[0].extensions.code;
const data = (answer, name) => answer.body.data[name];
const product = async (s, id) => (await gql(s, PRODUCT, { id })).body.data.product;
const update = async (s, productId, variants, partial = false) =>
  data(await gql(s, VARIANTS_UPDATE, { productId, variants, partial }), 'productVariantsBulkUpdate');
const create = async (s, productId, variants, strategy) =>
  data(await gql(s, VARIANTS_CREATE, { productId, variants, strategy }), 'productVariantsBulkCreate');
const size = name => [{ optionName: 'Size', name }];

test('productCreate: one variant, a handle of its own; blank titles are refused', async t => {
  const s = await withSandbox(t);
  const make = async input => data(await gql(s, PRODUCT_CREATE, { product: input }), 'productCreate');
  const plain = await make({ title: 'Crew Tee', status: 'DRAFT', tags: ['b', 'a'] });
  assert.deepEqual(plain.userErrors, []);
  assert.deepEqual([plain.product.handle, plain.product.status], ['crew-tee', 'DRAFT']);
  assert.equal(plain.product.variants.nodes[0].title, 'Default Title');
  assert.equal(plain.product.variants.nodes[0].inventoryItem.tracked, false, 'not tracked until somebody says so');
  const again = await make({
    title: 'Crew Tee',
    productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }],
  });
  assert.equal(again.product.handle, 'crew-tee-1', 'created twice is there twice');
  assert.deepEqual(
    again.product.variants.nodes.map(v => v.title),
    ['S'],
    'of the options only the first combination',
  );
  const row = s.catalogue.find(again.product.variants.nodes[0].id);
  assert.equal(s.stock.levels(row, { inactive: true }).length, 0, 'and stocked nowhere');
  const before = s.truth();
  for (const [input, wanted] of [
    [{ title: ' ' }, /blank/],
    [{ title: 'x'.repeat(256) }, /too long/],
    [{ title: 'A', handle: 'crew-tee' }, /already in use/],
    [
      { title: 'A', productOptions: ['A', 'B', 'C', 'D'].map(name => ({ name, values: [{ name: '1' }] })) },
      /maximum of 3/,
    ],
    [{ title: 'A', productOptions: [{ name: 'A', values: [] }] }, /values are missing/],
    [
      {
        title: 'A',
        productOptions: [
          { name: 'A', values: [{ name: '1' }] },
          { name: 'A', values: [{ name: '1' }] },
        ],
      },
      /unique/,
    ],
  ]) {
    const { userErrors, product: none } = await make(input);
    assert.match(userErrors[0].message, wanted);
    assert.equal(none, null);
    assert.deepEqual(s.truth(), before);
  }
});

test('productUpdate touches no variant; what is left out stays', async t => {
  const s = await withSandbox(t, { freeze: '2026-11-20T12:00:00Z' });
  const { productId: id } = s.catalogue.list({ limit: 1 })[0];
  const old = await product(s, id);
  const change = async input => data(await gql(s, PRODUCT_UPDATE, { product: input }), 'productUpdate');
  const done = await change({ id, title: 'Linen shirt II', status: 'ARCHIVED', tags: ['new'] });
  assert.deepEqual(done.userErrors, []);
  assert.deepEqual(
    [done.product.title, done.product.status, done.product.tags],
    ['Linen shirt II', 'ARCHIVED', ['new']],
  );
  assert.equal(done.product.updatedAt, '2026-11-20T12:00:00Z');
  const now = await product(s, id);
  assert.deepEqual([now.vendor, now.handle, now.variants], [old.vendor, old.handle, old.variants]);
  await gql(s, TAGS_ADD, { id, tags: ['erp', 'NEW'] });
  assert.deepEqual((await product(s, id)).tags.sort(), ['NEW', 'erp']);
  const before = s.truth();
  for (const [input, wanted] of [
    [{ id: 'gid://shopify/Product/1', title: 'x' }, /does not exist/],
    [{ title: 'x' }, /does not exist/],
    [{ id, title: '' }, /blank/],
    [{ id, handle: 'espresso-cup' }, /already in use/],
  ]) {
    assert.match((await change(input)).userErrors[0].message, wanted);
    assert.deepEqual(s.truth(), before);
  }
});

test('productVariantsBulkUpdate: fields of several variants', async t => {
  const s = await withSandbox(t);
  const [one, two] = s.catalogue.list({ limit: 2 });
  const { userErrors, productVariants } = await update(s, one.productId, [
    {
      id: one.id,
      price: '19.9',
      compareAtPrice: '24.90',
      barcode: '4006381333931',
      inventoryItem: {
        sku: 'TEE-S',
        cost: '7.10',
        tracked: true,
        measurement: { weight: { value: 0.2, unit: 'KILOGRAMS' } },
      },
    },
    { id: two.id, compareAtPrice: null },
  ]);
  assert.deepEqual(userErrors, []);
  assert.deepEqual(
    [
      productVariants[0].sku,
      productVariants[0].price,
      productVariants[0].compareAtPrice,
      productVariants[0].inventoryItem.unitCost.amount,
    ],
    ['TEE-S', '19.90', '24.90', '7.1'],
  );
  assert.deepEqual([productVariants[1].price, productVariants[1].compareAtPrice], [two.price, null]);
  assert.deepEqual(
    s.catalogue.list({ changed: true }).map(v => v.id),
    [one.id, two.id],
  );
});

test('productVariantsBulkUpdate: every refusal; all or nothing, or the good rows only', async t => {
  const s = await withSandbox(t);
  const [one, two] = s.catalogue.list({ limit: 2 }),
    [other] = s.catalogue.list({ since: 20, limit: 1 });
  const good = { id: one.id, price: '1.00' };
  const before = s.truth();
  for (const [wanted, bad] of [
    ['PRODUCT_VARIANT_ID_MISSING', { price: '2.00' }],
    ['PRODUCT_VARIANT_DOES_NOT_EXIST', { id: 'gid://shopify/ProductVariant/1', price: '2.00' }],
    ['PRODUCT_VARIANT_DOES_NOT_EXIST', { id: other.id, price: '2.00' }],
    ['GREATER_THAN_OR_EQUAL_TO', { id: two.id, price: '-2.00' }],
    ['GREATER_THAN_OR_EQUAL_TO', { id: two.id, compareAtPrice: '-2.00' }],
    ['GREATER_THAN_OR_EQUAL_TO', { id: two.id, inventoryItem: { cost: '-1' } }],
    ['TOO_LONG', { id: two.id, barcode: '1'.repeat(256) }],
    ['TOO_LONG', { id: two.id, inventoryItem: { sku: '1'.repeat(256) } }],
    ['INVALID_INPUT', { id: one.id, price: '2.00' }],
    [
      'NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE',
      { id: two.id, inventoryQuantities: [{ locationId: 'gid://shopify/Location/70100000001', availableQuantity: 1 }] },
    ],
    ['VARIANT_ALREADY_EXISTS', { id: two.id, optionValues: [{ optionName: 'Style', name: 'S' }] }],
    ['OPTION_DOES_NOT_EXIST', { id: two.id, optionValues: [{ optionName: 'Colour', name: 'S' }] }],
    ['OPTION_VALUE_DOES_NOT_EXIST', { id: two.id, optionValues: [{ optionName: 'Style' }] }],
  ]) {
    const { userErrors, productVariants } = await update(s, one.productId, [good, bad]);
    assert.deepEqual(
      userErrors.map(e => e.code),
      [wanted],
    );
    assert.deepEqual(userErrors[0].field.slice(0, 2), ['variants', '1']);
    assert.equal(productVariants, null);
    assert.deepEqual(s.truth(), before, wanted);
  }
  const none = await update(s, 'gid://shopify/Product/1', [good]);
  assert.deepEqual([none.userErrors[0].code, none.product], ['PRODUCT_DOES_NOT_EXIST', null]);
  assert.equal(
    code(
      await gql(s, VARIANTS_UPDATE, {
        productId: one.productId,
        variants: [{ id: one.id, price: 'cheap' }],
        partial: true,
      }),
    ),
    'INVALID_VARIABLE',
  );
  assert.deepEqual(s.truth(), before);
  const part = await update(s, one.productId, [good, { id: two.id, price: '-1' }], true);
  assert.deepEqual([part.userErrors.length, part.productVariants.map(v => v.id)], [1, [one.id]]);
  assert.equal(s.catalogue.find(one.id).price, '1.00');
  const many = Array.from({ length: 2049 }, () => good);
  assert.equal(
    code(await gql(s, VARIANTS_UPDATE, { productId: one.productId, variants: many, partial: true })),
    'MAX_INPUT_SIZE_EXCEEDED',
  );
});

test('productVariantsBulkCreate: new variants, with stock; the standalone variant goes', async t => {
  const s = await withSandbox(t);
  const made = data(
    await gql(s, PRODUCT_CREATE, {
      product: { title: 'Tee', productOptions: [{ name: 'Size', values: [{ name: 'S' }] }] },
    }),
    'productCreate',
  );
  const { id } = made.product;
  const LYON = 'gid://shopify/Location/70100000001';
  const done = await create(s, id, [
    {
      optionValues: size('M'),
      price: '10',
      inventoryItem: { sku: 'TEE-M', tracked: true },
      inventoryQuantities: [{ locationId: LYON, availableQuantity: 5 }],
    },
  ]);
  assert.deepEqual([done.userErrors, done.product.variantsCount.count], [[], 2]);
  assert.equal(s.truth({ skus: ['TEE-M'] }).stock['TEE-M @ Warehouse Lyon'].available, 5);
  const before = s.truth();
  const ok = { optionValues: size('L') };
  for (const [wanted, bad] of [
    ['NO_KEY_ON_CREATE', { id: done.productVariants[0].id, optionValues: size('XL') }],
    ['NEED_TO_ADD_OPTION_VALUES', { price: '1' }],
    [
      'OPTION_VALUES_FOR_NUMBER_OF_UNKNOWN_OPTIONS',
      { optionValues: [...size('XL'), { optionName: 'Colour', name: 'Red' }] },
    ],
    ['INVALID_INPUT', { optionValues: [{ optionName: 'Colour', name: 'Red' }] }],
    ['VARIANT_ALREADY_EXISTS', { optionValues: size('M') }],
    ['VARIANT_ALREADY_EXISTS', { optionValues: size('L') }],
    ['GREATER_THAN_OR_EQUAL_TO', { optionValues: size('XL'), price: '-1' }],
    [
      'TRACKED_VARIANT_LOCATION_NOT_FOUND',
      {
        optionValues: size('XL'),
        inventoryQuantities: [{ locationId: 'gid://shopify/Location/1', availableQuantity: 5 }],
      },
    ],
  ]) {
    const { userErrors, productVariants } = await create(s, id, [ok, bad]);
    assert.deepEqual([userErrors[0]?.code, userErrors[0]?.field[1], productVariants], [wanted, '1', null]);
    assert.deepEqual(s.truth(), before, wanted);
  }
  assert.equal((await create(s, 'gid://shopify/Product/1', [ok])).userErrors[0].code, 'PRODUCT_DOES_NOT_EXIST');

  const solo = async strategy => {
    const one = data(await gql(s, PRODUCT_CREATE, { product: { title: `Solo ${strategy}` } }), 'productCreate').product
      .id;
    return (await create(s, one, [{ optionValues: [{ optionName: 'Title', name: 'Big' }] }], strategy)).product
      .variantsCount.count;
  };
  assert.deepEqual(
    [await solo('DEFAULT'), await solo('PRESERVE_STANDALONE_VARIANT'), await solo('REMOVE_STANDALONE_VARIANT')],
    [1, 2, 1],
  );
});

test('scopes: products and what is inventory in them', async t => {
  const s = await withSandbox(t);
  const [one] = s.catalogue.list({ limit: 1 });
  s.setScopes({ remove: ['write_inventory'] });
  const before = s.truth();
  const ask = variants =>
    gql(s, VARIANTS_UPDATE, { productId: one.productId, variants: [{ id: one.id, ...variants }], partial: true });
  assert.equal(code(await ask({ inventoryItem: { cost: '1' } })), 'ACCESS_DENIED');
  assert.equal(code(await ask({ inventoryItem: { tracked: false } })), 'ACCESS_DENIED');
  assert.deepEqual(s.truth(), before);
  s.setScopes({ remove: ['write_products'], add: ['read_products'] });
  for (const [document, variables] of [
    [PRODUCT_CREATE, { product: { title: 'x' } }],
    [PRODUCT_UPDATE, { product: { id: one.productId, title: 'x' } }],
    [VARIANTS_UPDATE, { productId: one.productId, variants: [{ id: one.id, price: '1' }], partial: true }],
    [VARIANTS_CREATE, { productId: one.productId, variants: [{}] }],
    [TAGS_ADD, { id: one.productId, tags: ['a'] }],
  ])
    assert.equal(code(await gql(s, document, variables)), 'ACCESS_DENIED');
  assert.deepEqual(s.truth(), before);
});

test('inputs that exist there and not here are errors, not silence', async t => {
  const s = await withSandbox(t);
  const [one] = s.catalogue.list({ limit: 1 }),
    before = s.truth();
  for (const [document, variables] of [
    [PRODUCT_CREATE, { product: { title: 'x', seo: { title: 'y' } } }],
    [PRODUCT_UPDATE, { product: { id: one.productId, templateSuffix: 'y' } }],
    [VARIANTS_UPDATE, { productId: one.productId, variants: [{ id: one.id, taxCode: 'P1' }], partial: true }],
    ['mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', { id: one.productId }],
  ])
    assert.equal(code(await gql(s, document, variables)), 'INTERNAL_SERVER_ERROR', JSON.stringify(variables));
  assert.deepEqual(s.truth(), before);
});

test('options: a product with one variant gets some', async t => {
  const s = await withSandbox(t);
  const solo = s.catalogue.find('SOLO-1').product;
  const add = async options =>
    (
      await gql(
        s,
        `mutation ($id: ID!, $options: [OptionCreateInput!]!) { productOptionsCreate(productId: $id, options: $options, variantStrategy: LEAVE_AS_IS)
         { product { hasOnlyDefaultVariant options { name } variants(first: 5) { nodes { sku selectedOptions { name value } } } } userErrors { code } } }`,
        { id: s.catalogue.productSummary(solo).id, options },
      )
    ).body.data.productOptionsCreate;
  assert.equal((await add([{ name: 'Size' }])).userErrors[0].code, 'OPTION_VALUES_MISSING');
  const { product, userErrors } = await add([{ name: 'Size', values: [{ name: 'M' }] }]);
  assert.deepEqual(userErrors, []);
  assert.deepEqual(product, {
    hasOnlyDefaultVariant: false,
    options: [{ name: 'Size' }],
    variants: { nodes: [{ sku: 'SOLO-1', selectedOptions: [{ name: 'Size', value: 'M' }] }] },
  });
  assert.equal((await add([{ name: 'Size', values: [{ name: 'L' }] }])).userErrors[0].code, 'OPTION_ALREADY_EXISTS');
});

// Metafields and a customer's tags: what the schema has of them, in every version, and what it refuses.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, withSandbox } from './client.mjs';
import { VERSIONS } from './index.mjs';

const FIELDS = 'nodes { namespace key type value jsonValue }';
const DOCUMENT = `query Metafields($id: ID!, $keys: [String!]!, $n: Int!) {
  order(id: $id) {
    metafields(first: $n, keys: $keys) { pageInfo { hasNextPage } ${FIELDS} }
    all: metafields(first: 10) { ${FIELDS} }
    space: metafields(first: 10, namespace: "custom") { ${FIELDS} }
    one: metafield(namespace: "custom", key: "delivery_date") { key value }
    none: metafield(key: "custom.nothing") { key }
    customer { tags metafields(first: 10) { ${FIELDS} } }
    lineItems(first: 1) { nodes {
      variant { metafields(first: 10) { ${FIELDS} } }
      product { metafields(first: 10) { ${FIELDS} } }
    } }
  }
}`;
const text = value => ({ type: 'single_line_text_field', value });

async function shop(t) {
  const s = await withSandbox(t, { orders: 0, nasty: 'off' });
  s.sell([{ variant: 'SOLO-1', quantity: 1 }]);
  const { id } = s.orders.list()[0];
  s.changeOrders({ edit: id, change: { metafields: { 'my_app.erp_number': text('E-1'), 'custom.delivery_date': { type: 'date', value: '2026-12-01' } } } });
  s.changeCustomers({ edit: id, change: { tags: ['VIP', 'b2b'], metafields: { 'custom.points': { type: 'number_integer', value: '12' } } } });
  const [variant] = s.changeVariants({ edit: 'SOLO-1', change: { metafields: { 'custom.bin': text('A-7') } } });
  s.changeProducts({ edit: s.catalogue.find(variant.id).product.handle, change: { metafields: { 'custom.season': text('FS26') } } });
  return { s, id };
}
const values = connection => connection.nodes.map(m => `${m.key}=${m.value}`);

test('they are shown by key, by namespace and all, in every version', async t => {
  const { s, id } = await shop(t);
  for (const version of VERSIONS) {
    const answer = await gql(s, DOCUMENT, { id, keys: ['custom.delivery_date', 'custom.nothing'], n: 2 }, { version });
    assert.equal(answer.body.errors, undefined, version);
    const { order } = answer.body.data;
    assert.deepEqual(order.metafields, {
      pageInfo: { hasNextPage: false },
      nodes: [{ namespace: 'custom', key: 'custom.delivery_date', type: 'date', value: '2026-12-01', jsonValue: '2026-12-01' }],
    });
    assert.deepEqual(values(order.all), ['erp_number=E-1', 'delivery_date=2026-12-01']);
    assert.deepEqual(values(order.space), ['delivery_date=2026-12-01']);
    assert.deepEqual([order.one, order.none], [{ key: 'delivery_date', value: '2026-12-01' }, null]);
    assert.deepEqual(order.customer.tags, ['VIP', 'b2b']);
    assert.equal(order.customer.metafields.nodes[0].jsonValue, 12);
    const [line] = order.lineItems.nodes;
    assert.deepEqual([values(line.variant.metafields), values(line.product.metafields)], [['bin=A-7'], ['season=FS26']]);
  }
});

test('what the schema and the scopes refuse is refused', async t => {
  const { s, id } = await shop(t);
  const refused = async (field, match) => {
    const { body } = await gql(s, `query X($id: ID!) { order(id: $id) { ${field} } }`, { id });
    assert.match(body.errors?.[0]?.message ?? 'nothing', match, field);
  };
  await refused('metafields { nodes { id } }', /first or last/);
  await refused('metafields(first: 251, keys: ["a.b"]) { nodes { id } }', /250/);
  await refused('metafields(first: 1, keys: ["nodot"]) { nodes { id } }', /nodot/);
  await refused('metafields(first: 1, keys: [7]) { nodes { id } }', /String cannot represent/);
  await refused('lineItems(first: 1) { nodes { metafields(first: 1) { nodes { id } } } }', /Cannot query field "metafields" on type "LineItem"/);
  s.setScopes({ remove: ['read_customers'] });
  await refused('customer { tags metafields(first: 1) { nodes { id } } }', /read_customers/);
  s.setScopes({ add: ['read_customers'], remove: ['read_products'] });
  await refused('lineItems(first: 1) { nodes { variant { metafields(first: 1) { nodes { id } } } } }', /read_products/);
});

test('a customer changes without an order of his changing, an order with its metafields', async t => {
  const { s, id } = await shop(t);
  const updated = () => s.orders.list()[0].updatedAt;
  const before = updated();
  s.setClock({ advance_ms: 5000 });
  s.changeCustomers({ edit: id, change: { tags: [], metafields: { 'custom.points': null } } });
  assert.equal(updated(), before);
  s.changeOrders({ edit: id, change: { metafields: { 'my_app.erp_number': null } } });
  assert.notEqual(updated(), before);
  const { order } = (await gql(s, DOCUMENT, { id, keys: [], n: 1 })).body.data;
  assert.deepEqual([order.customer.tags, values(order.customer.metafields), values(order.all)], [[], [], ['delivery_date=2026-12-01']]);
  assert.throws(() => s.changeOrders({ edit: id, change: { metafields: { nodot: text('x') } } }), /no name/);
  assert.throws(() => s.changeCustomers({ edit: id, change: { name: 'x' } }), /unknown change/);
});

// Who may ask, in which form, and what they may see.

import test from 'node:test';
import assert from 'node:assert/strict';
import zlib from 'node:zlib';
import { gql, raw, withSandbox, EVER } from './client.mjs';
import { ORDER, CHANGED, PROBE, LINES } from './documents.mjs';
import { VERSIONS } from './index.mjs';

const code = answer => answer.body.errors[0].extensions.code;
const oauth = (sandbox, form, headers = { Accept: 'application/json' }) =>
  fetch(`${sandbox.url}/admin/oauth/access_token`, { method: 'POST', headers, body: new URLSearchParams(form) });

test('client credentials: token, scope, expiry, refusals', async t => {
  const s = await withSandbox(t, { tokenTtl: 100, freeze: '2026-11-20T12:00:00Z' });
  const good = { grant_type: 'client_credentials', client_id: s.clientId, client_secret: s.clientSecret };
  const answer = await oauth(s, good);
  assert.equal(answer.status, 200);
  const { access_token: token, scope, expires_in } = await answer.json();
  assert.equal(expires_in, 100);
  assert.match(scope, /read_orders/);
  assert.equal((await gql(s, '{ shop { name } }', {}, { token })).status, 200);
  s.clock.advance(99000);
  assert.equal((await gql(s, '{ shop { name } }', {}, { token })).status, 200);
  s.clock.advance(2000);
  assert.equal((await gql(s, '{ shop { name } }', {}, { token })).status, 401, 'expired');

  for (const [change, error] of [
    [{ client_secret: 'x' }, 'invalid_client'],
    [{ client_id: 'x' }, 'application_cannot_be_found'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: '' }, 'invalid_request'],
  ]) {
    const refused = await oauth(s, { ...good, ...change });
    assert.equal(refused.status, 400);
    assert.equal((await refused.json()).error, error);
  }
  const html = await oauth(s, { ...good, client_secret: 'x' }, {});
  assert.match(
    html.headers.get('content-type'),
    /text\/html/,
    'without Accept: application/json the refusal is a page',
  );
  s.auth.notPermitted = true;
  assert.equal((await (await oauth(s, good)).json()).error, 'shop_not_permitted');
});

test('tokens: missing, wrong, revoked', async t => {
  const s = await withSandbox(t);
  for (const token of [null, 'shpat_wrong']) {
    const answer = await gql(s, '{ shop { name } }', {}, { token });
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.body, {
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    });
  }
  s.auth.revoke();
  assert.equal((await gql(s, '{ shop { name } }')).status, 401);
});

test('versions: own schema each, fall forward, not yet', async t => {
  const s = await withSandbox(t);
  for (const version of VERSIONS) {
    const answer = await gql(s, '{ __type(name: "Order") { fields { name } } }', {}, { version });
    assert.equal(answer.headers.get('x-shopify-api-version'), version);
    assert.equal(
      answer.body.data.__type.fields.some(f => f.name === 'attribution'),
      version >= '2026-07',
      version,
    );
  }
  assert.equal(
    (await gql(s, '{ shop { name } }', {}, { version: '2025-07' })).headers.get('x-shopify-api-version'),
    '2026-01',
  );
  for (const version of ['2027-01', '2026-11', 'latest'])
    assert.equal((await gql(s, '{ shop { name } }', {}, { version })).status, 404);
});

test('request form: content type, JSON, query, method', async t => {
  const s = await withSandbox(t),
    path = '/admin/api/2026-10/graphql.json';
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/jsonp'])
    assert.equal(
      (await raw(s, path, { query: '{ shop { name } }' }, { headers: { 'Content-Type': type } })).status,
      400,
    );
  for (const body of ['{"query":', '[]', '{}', '{"query":""}', '{"query":"{ shop { name } }","variables":[1]}'])
    assert.equal((await raw(s, path, body)).status, 400, body);
  assert.equal((await fetch(s.url + path)).status, 404);
  assert.equal((await fetch(`${s.url}/admin/api/2026-10/orders.json`)).status, 404);
});

test('scopes: whole query, single field, the 60-day wall', async t => {
  const s = await withSandbox(t, { orders: 200, spanDays: 100 });
  const id = s.orders.list({ nasty: 'none', limit: 200 }).at(-1).id;
  s.setScopes({ remove: ['read_customers', 'read_products'] });
  const partial = await gql(s, ORDER, { id, lines: 5, presentment: false });
  assert.equal(partial.body.data.order.customer, null);
  assert.equal(partial.body.data.order.lineItems.nodes[0].variant, null);
  assert.equal(partial.body.data.order.id, id, 'the rest is there');
  const customer = partial.body.errors.find(e => e.path.join('.') === 'order.customer');
  assert.equal(customer.extensions.code, 'ACCESS_DENIED');
  assert.equal(customer.message, 'Access denied for customer field. Required access: `read_customers` access scope.');

  s.setScopes({ add: ['read_customers', 'read_products'], remove: ['read_all_orders'] });
  const oldest = s.orders.list({ limit: 1 })[0];
  assert.equal((await gql(s, LINES, { id: oldest.id, first: 1 })).body.data.order, null, 'older than 60 days');
  const names = (await gql(s, CHANGED, { first: 250, query: EVER })).body.data.orders.nodes;
  assert.ok(names.length < 200 && names.length > 100);
  assert.equal((await gql(s, '{ ordersCount { count } }')).body.data.ordersCount.count, names.length);

  s.setScopes({ scopes: [] });
  const none = await gql(s, CHANGED, { first: 1, query: '' });
  assert.equal(none.body.data, null);
  assert.equal(code(none), 'ACCESS_DENIED');
  assert.deepEqual((await gql(s, PROBE)).body.data.currentAppInstallation.accessScopes, []);
  for (const query of [`{ order(id: "${id}") { id } }`, `{ nodes(ids: ["${id}"]) { id } }`])
    assert.equal(code(await gql(s, query)), 'ACCESS_DENIED');
});

test('protected customer data: nulls, or not approved', async t => {
  const s = await withSandbox(t, { nasty: 'off' });
  const id = s.orders.list({ limit: 1 })[0].id;
  s.setScopes({ personal_data: 'off' });
  const { body } = await gql(s, ORDER, { id, lines: 5, presentment: false });
  assert.equal(body.errors, undefined);
  assert.deepEqual(
    [
      body.data.order.shippingAddress,
      body.data.order.billingAddress,
      body.data.order.email,
      body.data.order.customer.firstName,
      body.data.order.customer.defaultEmailAddress,
    ],
    [null, null, null, null, null],
  );
  s.setScopes({ personal_data: 'denied' });
  const denied = await gql(s, ORDER, { id, lines: 5, presentment: false });
  assert.match(denied.body.errors[0].message, /^This app is not approved to access the Customer object/);
  assert.equal(denied.body.data.order.customer, null);
});

test('gzip when asked for, not otherwise', async t => {
  const s = await withSandbox(t),
    path = '/admin/api/2026-10/graphql.json',
    body = { query: CHANGED, variables: { first: 50, query: '' } };
  const packed = await raw(s, path, body, { headers: { 'Accept-Encoding': 'gzip' } }),
    open = await raw(s, path, body);
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.equal(open.headers['content-encoding'], undefined);
  assert.equal(JSON.parse(zlib.gunzipSync(packed.bytes)).data.orders.nodes.length, 50);
  assert.ok(open.headers['x-request-id'] && open.headers.date);
});

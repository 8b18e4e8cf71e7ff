// Each fault does what its name says, when its rule says so, and nothing else.

import test from 'node:test';
import assert from 'node:assert/strict';
import { gql, raw, control, withSandbox } from './client.mjs';
import { CHANGED, NODES } from './documents.mjs';
import { startSandbox } from './index.mjs';

const PATH = '/admin/api/2026-10/graphql.json';
const BODY = { query: CHANGED, variables: { first: 50, query: '' } };
const ask = (s, options) => raw(s, PATH, BODY, options);

/** Sets one rule that hits once, asks, and checks that the next request is fine again. */
async function once(s, rule, check, options) {
  s.faults.clear();
  s.addFaults({ count: 1, ...rule });
  await check(await ask(s, options));
  const next = await ask(s);
  assert.equal(next.ended, 'complete');
  assert.equal(JSON.parse(next.text).data.orders.nodes.length, 50);
}

test('the connection breaks: before, after, hanging, in the middle', async t => {
  const s = await withSandbox(t);
  for (const fault of ['drop_before', 'drop_after']) await once(s, { fault }, a => assert.equal(a.ended, 'error'));
  for (const fault of ['hang', 'hang_after'])
    await once(s, { fault }, a => assert.equal(a.ended, 'timeout'), { timeout: 200 });
  await once(s, { fault: 'hang', ms: 50 }, a => assert.equal(a.ended, 'error'));
  await once(s, { fault: 'truncated' }, a => {
    assert.equal(a.ended, 'aborted');
    assert.ok(a.bytes.length < Number(a.headers['content-length']));
  });
  assert.deepEqual(
    s.requests({ fault: 'drop_before' }).map(e => [e.status, e.cost]),
    [[0, null]],
    'not carried out',
  );
  assert.equal(s.requests({ fault: 'drop_after' })[0].cost.requested, 9, 'carried out');
});

test('the answer is whole but wrong', async t => {
  const s = await withSandbox(t);
  const unreadable = a => {
    assert.equal(a.ended, 'complete');
    assert.equal(a.status, 200);
    assert.throws(() => JSON.parse(a.text));
  };
  for (const fault of ['cut_json', 'malformed_json', 'empty_body']) await once(s, { fault }, unreadable);
  await once(s, { fault: 'empty_body' }, a => assert.equal(a.bytes.length, 0));
  await once(s, { fault: 'wrong_version', version: '2026-01' }, a =>
    assert.equal(a.headers['x-shopify-api-version'], '2026-01'),
  );
  await once(s, { fault: 'slow', bytes_per_second: 1000 }, a => assert.equal(a.ended, 'timeout'), { timeout: 90 });
  await once(s, { fault: 'slow', bytes_per_second: 100000 }, a =>
    assert.equal(JSON.parse(a.text).data.orders.nodes.length, 50),
  );
});

test('HTTP statuses', async t => {
  const s = await withSandbox(t);
  for (const status of [402, 403, 404, 423, 429, 430])
    await once(s, { fault: 'http', status }, a => {
      assert.equal(a.status, status);
      assert.ok(JSON.parse(a.text).errors);
      assert.equal(a.headers['retry-after'], undefined);
    });
  await once(s, { fault: 'http', status: 429, retry_after: 2 }, a => assert.equal(a.headers['retry-after'], '2'));
  for (const status of [500, 502, 503])
    await once(s, { fault: 'http', status }, a => {
      assert.equal(a.status, status);
      assert.match(a.headers['content-type'], /html/);
    });
  await once(s, { fault: 'unauthorized' }, a => assert.equal(a.status, 401));
  await once(s, { fault: 'redirect' }, a => {
    assert.equal(a.status, 301);
    assert.match(a.headers.location, /^https:\/\/elsewhere\.invalid/);
  });
});

test('GraphQL errors', async t => {
  const s = await withSandbox(t);
  const code = a => JSON.parse(a.text).errors[0].extensions.code;
  for (const [fault, wanted] of [
    ['throttled', 'THROTTLED'],
    ['max_cost', 'MAX_COST_EXCEEDED'],
    ['internal_error', 'INTERNAL_SERVER_ERROR'],
  ])
    await once(s, { fault }, a => {
      assert.equal(a.status, 200);
      assert.equal(code(a), wanted);
      assert.equal(JSON.parse(a.text).data, undefined);
    });
  await once(s, { fault: 'access_denied', field: 'cancelledAt' }, a => {
    assert.equal(code(a), 'ACCESS_DENIED');
    assert.deepEqual(JSON.parse(a.text).errors[0].path, ['orders', 'nodes', 0, 'cancelledAt']);
  });
  await once(s, { fault: 'partial_data' }, a => {
    const { data, errors } = JSON.parse(a.text);
    assert.deepEqual(errors[0].path, ['orders', 'nodes', 25]);
    assert.equal(data.orders.nodes[25], null);
  });
});

test('partial data does not stay in the sandbox', async t => {
  const s = await withSandbox(t);
  const ids = s.orders.list({ limit: 5, nasty: 'none' }).map(o => o.id),
    read = () => gql(s, NODES, { ids, lines: 10, presentment: true });
  const good = (await read()).body.data;
  for (const field of ['totalPriceSet', 'shippingAddress', 'nodes', 'amount']) {
    s.addFaults({ fault: 'partial_data', field, count: 1 });
    assert.ok((await read()).body.errors);
  }
  assert.deepEqual((await read()).body.data, good);
});

test('rules: nth, from, every, operation, path, probability', async t => {
  const s = await withSandbox(t);
  const statuses = async n => {
    const list = [];
    for (let i = 0; i < n; i++) list.push((await ask(s)).status);
    return list.join(' ');
  };
  const rule = async (r, wanted) => {
    s.faults.clear();
    s.addFaults({ fault: 'http', status: 503, ...r });
    assert.equal(await statuses(5), wanted, JSON.stringify(r));
  };
  await rule({ nth: 2 }, '200 503 200 200 200');
  await rule({ nth: [1, 5] }, '503 200 200 200 503');
  await rule({ from: 4 }, '200 200 200 503 503');
  await rule({ from: 2, count: 2 }, '200 503 503 200 200');
  await rule({ every: 2 }, '200 503 200 503 200');
  await rule({ operation: 'Other' }, '200 200 200 200 200');
  await rule({ operation: 'OrdersChanged', nth: 1 }, '503 200 200 200 200');
  await rule({ path: '/admin/oauth' }, '200 200 200 200 200');
  s.faults.clear();
  s.addFaults({ fault: 'http', status: 503, probability: 0.5, seed: 3 });
  const first = await statuses(12);
  s.faults.clear();
  s.addFaults({ fault: 'http', status: 503, probability: 0.5, seed: 3 });
  assert.equal(await statuses(12), first);
  assert.match(first, /200/);
  assert.match(first, /503/);
});

test('faults by control plane, and what it refuses', async t => {
  const s = await withSandbox(t);
  assert.equal((await control(s, 'POST', 'faults', [{ fault: 'http', status: 429, nth: 1 }])).status, 200);
  assert.equal((await ask(s)).status, 429);
  assert.equal((await control(s, 'GET', 'faults')).body[0].fired, 1);
  await control(s, 'DELETE', 'faults');
  assert.equal((await ask(s)).status, 200);
  for (const bad of [{ fault: 'earthquake' }, { fault: 'http' }, { fault: 'hang', when: 3 }])
    assert.equal((await control(s, 'POST', 'faults', bad)).status, 400);
  await assert.rejects(startSandbox({ ordres: 1 }), /unknown sandbox option/);
  await assert.rejects(startSandbox({ nasty: 'pretty' }), /unknown nasty kind/);
});

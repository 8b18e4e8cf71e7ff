// What a shop may refuse for good: the run ends at once with 69 and one line that tells what to do; the queue keeps.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place, truth } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const open = (t, sandbox = {}, conf = {}) =>
  place(t, { sandbox: { orders: 20, seed: 8, nasty: 'off', ...sandbox }, conf, bin: BIN_PLAIN });

/** Ends with 69, says so in one line, writes nothing, and goes on as if nothing had been once the shop agrees. */
async function refused(p, said, agree) {
  const result = ended(await p.run('orders export'), 69);
  assert.match(result.stderr, /^erpsync: .+\n$/, 'one line');
  assert.match(result.stderr, said);
  assert.equal(result.stdout, '');
  assert.equal(p.exchange().files.size, 0);
  assert.equal((await p.status()).last_run.outcome, 'refused');
  assert.match(p.read('erpsync.log'), /level=error .*outcome=refused/);
  await agree();
  ended(await p.run('orders export'), 0, 'after the shop agreed');
  assert.equal(p.exchange().orders().size, truth(p.sandbox).length);
}

test('statuses that concern the whole shop', async t => {
  for (const [status, said] of [
    [402, /frozen.*bill/],
    [403, /permissions/],
    [404, /check \[store\] url and api_version/],
    [423, /locked.*support/],
  ])
    await t.test(`HTTP ${status}`, async sub => {
      const p = await open(sub);
      p.sandbox.addFaults({ fault: 'http', status, operation: 'OrdersChanged' });
      await refused(p, said, () => p.sandbox.faults.clear());
    });
  await t.test('HTTP 430: not asked again in this run, and tried later', async sub => {
    const p = await open(sub);
    p.sandbox.addFaults({ fault: 'http', status: 430, operation: 'OrdersChanged' });
    silent(ended(await p.run('orders export'), 75));
    assert.equal(p.sandbox.requests({ operation: 'OrdersChanged' }).length, 1);
    assert.match((await p.status()).last_error.detail ?? JSON.stringify((await p.status()).last_error), /rejected/);
    assert.doesNotMatch((await p.run('status')).stdout, /over since/);
    p.sandbox.faults.clear();
    ended(await p.run('orders export'), 0);
    assert.match((await p.run('status')).stdout, /last error .*, over since \d{4}-\d\d-\d\dT\S*Z: /);
    assert.ok((await p.status()).last_error_over);
  });
});

test('a scope that is missing', async t => {
  for (const scope of ['read_orders', 'read_customers', 'read_products'])
    await t.test(scope, async sub => {
      const p = await open(sub, { scopes: ['read_orders', 'read_customers', 'read_products'].filter(s => s !== scope) });
      const said = new RegExp(`lacks the scope ${scope} .*accept it in the shop`);
      await refused(p, said, () => p.sandbox.setScopes({ add: [scope] }));
    });
  await t.test('scopes that only make poorer are noted', async sub => {
    const p = await open(sub, { scopes: ['read_orders', 'read_customers', 'read_products', 'read_all_orders'] });
    ended(await p.run('orders export'), 0);
    assert.equal(p.exchange().orders().size, 20);
  });
});

test('personal data that is not granted', async t => {
  await t.test('hidden without an error: the run ends before an ERP is filled with nobody’s orders', async sub => {
    const p = await open(sub, { personalData: 'off' });
    await refused(p, /hides names and addresses.*request access/, () => p.sandbox.setScopes({ personal_data: 'on' }));
  });
  await t.test('hidden in the two orders of a day: both are parked', async sub => {
    const p = await open(sub, { orders: 2, personalData: 'off' });
    ended(await p.run('orders export'), 1);
    assert.equal(p.exchange().files.size, 0);
    const parked = await p.parked();
    assert.deepEqual([...parked.values()].map(entry => entry.code), ['personal_data_hidden', 'personal_data_hidden']);
    p.sandbox.setScopes({ personal_data: 'on' });
    const remedy = /run: erpsync (.+) --only '(.+)'$/.exec(parked.get('#1001').reason);
    ended(await p.run([...remedy[1].split(' '), '--only', remedy[2], '#1002']), 0);
    assert.equal(p.exchange().orders().size, 2);
  });
  await t.test('no buyer is not a hidden one: what staff enters goes over, alone and beside others', async sub => {
    for (const orders of [0, 3]) {
      const p = await open(sub, { orders });
      earlier(p.sandbox, 90, { add: 3, nasty: 'no_buyer' });
      ended(await p.run('orders export'), 0);
      assert.equal(p.exchange().orders().size, orders + 3);
      for (const rows of p.exchange().orders().values())
        if (Number(rows[0].order_number.slice(1)) > 1000 + orders)
          assert.deepEqual([rows[0].customer_id, rows[0].customer_email, rows[0].shipping_name], ['', '', '']);
    }
  });
  await t.test('denied', async sub => {
    const p = await open(sub, { personalData: 'denied' });
    await refused(p, /denies access.*request access|hides names/, () => p.sandbox.setScopes({ personal_data: 'on' }));
  });
});

test('versions', async t => {
  await t.test('an expired one that falls forward', async sub => {
    const p = await open(sub, {}, { store: { api_version: '2024-01' } });
    await refused(p, /answered with API version 2026-\d\d instead of 2024-01.*set \[store\] api_version/, () =>
      p.configure({ store: { api_version: '2026-10' } }),
    );
  });
  await t.test('a future one', async sub => {
    const p = await open(sub, {}, { store: { api_version: '2030-01' } });
    await refused(p, /api_version/, () => p.configure({ store: { api_version: '2026-10' } }));
  });
  for (const version of ['2026-01', '2026-04', '2026-07'])
    await t.test(`${version} works too`, async sub => {
      const p = await open(sub, { nasty: 'on', orders: 48 }, { store: { api_version: version } });
      ended(await p.run('orders export'), 1);
      assert.ok(p.exchange().verify().orders().size > 40);
    });
  await t.test('one that is none', async sub => {
    const p = await open(sub, {}, { store: { api_version: 'latest' } });
    assert.match(ended(await p.run('orders export'), 78).stderr, /erpsync\.conf:\d+: what stands there is no API version/);
  });
});

test('a redirect is never followed', async t => {
  const p = await open(t);
  const other = await open(t);
  p.sandbox.addFaults({
    fault: 'redirect',
    operation: 'OrdersChanged',
    location: `${other.sandbox.url}/admin/api/2026-10/graphql.json`,
  });
  await refused(p, /redirect \(301\) to .*never followed/, () => p.sandbox.faults.clear());
  assert.equal(other.sandbox.requests().length, 0, 'no token went elsewhere');
});

test('one folder for both ends is refused', async t => {
  const p = await place(t, { sandbox: false, bin: BIN_PLAIN, conf: { store: { connector: 'csv', path: 'out' } } });
  const says = /erpsync\.conf:\d+: \[store\] path and \[erp\] path are one folder, .* give each a folder of its own/;
  assert.match(ended(await p.run('orders export'), 78).stderr, says);
  assert.match(ended(await p.run('check'), 78).stdout, says);
  fs.mkdirSync(p.path('out'));
  fs.symlinkSync('out', p.path('exports'));
  p.configure({ store: { path: 'exports' } });
  assert.match(ended(await p.run('orders export'), 78).stderr, says);
});

test('a folder with workbooks alone is told', async t => {
  const p = await place(t, { sandbox: false, bin: BIN_PLAIN, conf: { store: { connector: 'csv', path: 'exports' } } });
  p.write('exports/orders_export.xlsx', 'PK');
  const says = /orders_export\.xlsx: is a workbook; save it as CSV/;
  assert.match(ended(await p.run('orders export'), 1).stderr, says);
  assert.match((await p.run('check')).stdout, says);
});

test('no password is quoted that stands where an address, a version or a key belongs', async t => {
  for (const [section, key, value] of [['store', 'url', 'Sunflower!'], ['store', 'url', 'https://user:Sunflower@NAME.myshopify.com'], ['store', 'api_version', 'Sunflower!'], ['store', 'Sunflower1!', 'x'], ['Sunflower1!', 'x', 'x'], ['odoo', 'shop', 'Sunflower!']])
    await t.test(`[${section}] ${key}`, async sub => {
      const p = await place(sub, { bin: BIN_PLAIN, sandbox: { orders: 0 } });
      p.write('key', 'KEY\n', 0o600);
      if (section === 'odoo') p.configure({ erp: { connector: 'odoo', url: 'http://127.0.0.1:9', path: null, api_key_file: 'key' } });
      p.configure({ [section]: { [key]: value } });
      for (const args of ['orders export', 'check']) {
        const { stdout, stderr } = ended(await p.run(args), 78);
        assert.doesNotMatch(stdout + stderr, /Sunflower/);
        assert.match(stdout + stderr, /erpsync\.conf:\d+/);
      }
    });
});

for (const [how, command] of [['orders export', 'orders export'], ['run', 'run orders'], ['with --json', 'orders export --json']])
  test(`${how}: what a page has parked is told, though the shop refuses the next one`, async t => {
    const p = await place(t, { bin: BIN_PLAIN, sandbox: { orders: 256, seed: 3 }, conf: { net: { retries: 0 } } });
    for (let nth = 2; nth < 40; nth++) p.sandbox.addFaults({ fault: 'access_denied', operation: 'OrdersChanged', nth });
    const { stderr } = ended(await p.run(command), 69);
    const parked = (await p.queue('--parked')).map(r => r.name);
    assert.ok(parked.length > 0, 'the first page has some');
    const lines = stderr.trim().split('\n');
    assert.match(lines.shift(), new RegExp(`: .*${parked.length} parked; [^;]*$`));
    assert.match(lines.pop(), /access|scope/);
    for (const name of parked) assert.equal(lines.filter(line => line.startsWith(`erpsync: order ${name}: `)).length, 1, stderr);
    p.sandbox.faults.clear();
    silent(ended(await p.run('orders export'), 0, 'told once'));
  });

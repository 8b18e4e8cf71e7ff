// Orders from the shop into CSV files: every order once, to the cent; a second run finds nothing to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asShopSays, tellsRemedy } from '../support/orders.mjs';
import { place, requestsOf, sameSet, truth } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const ids = orders => orders.map(order => order.id);

/** Everything that holds after a first run over a whole shop. */
async function checkWhole(t, p, first) {
  const all = truth(p.sandbox);
  const exported = p.exchange().verify().orders();
  const wanted = all.filter(order => order.expected === 'export');
  const toPark = all.filter(order => order.expected === 'park');
  const left = all.filter(order => order.test);
  const free = all.filter(order => order.expected === null);
  const parked = await p.parked();
  assert.ok(wanted.length && toPark.length && left.length, 'the shop has all sorts of orders');

  await t.test('each order that should go is in the files once', () => {
    sameSet([...exported.keys()], ids([...wanted, ...free]));
  });
  await t.test('totals are the shop’s to the cent, and the parts add up to them', () => {
    for (const order of all) if (exported.has(order.id)) asShopSays(exported.get(order.id), order);
  });
  await t.test('an order that no ERP could take is parked with code and remedy', () => {
    sameSet(parked.keys(), toPark.map(order => order.name));
    const without = [];
    for (const order of toPark) {
      try {
        tellsRemedy(parked.get(order.name), `${order.name} (${order.nasty})`);
      } catch (error) {
        without.push(error.message);
      }
    }
    assert.deepEqual(without, []);
  });
  await t.test('test orders are left out', () => {
    for (const order of left) assert.ok(!exported.has(order.id) && !parked.has(order.name), order.name);
  });
  await t.test('the summary counts them, and so does the status', async () => {
    ended(first, 1);
    assert.equal(first.stdout, '');
    const [line] = first.stderr.split('\n');
    assert.match(line, new RegExp(`orders export to csv: ${wanted.length + free.length} created, `));
    assert.match(line, new RegExp(`, ${toPark.length} parked, ${left.length} left out`));
    const told = first.stderr.split('\n').filter(text => /^erpsync: order #\d+: /.test(text));
    assert.equal(told.length, Math.min(toPark.length, 20), 'a mail names the first twenty');
    if (toPark.length > 20) assert.match(first.stderr, new RegExp(`and ${toPark.length - 20} more: `));
    const status = await p.status();
    assert.equal(status.delivered, wanted.length + free.length);
    assert.equal(status.parked, toPark.length);
    assert.equal(status.waiting + status.sending, 0);
  });
  await t.test('customers: every one that orders name, once in a file', () => {
    const rows = p.exchange().rows('customers');
    assert.equal(new Set(rows.map(row => `${row.file} ${row.customer_id}`)).size, rows.length);
    const known = new Set(rows.map(row => row.customer_id));
    for (const [order] of exported.values())
      if (order.customer_id) assert.ok(known.has(order.customer_id), `${order.order_number}: ${order.customer_id}`);
  });
}

/** Two more runs: at most two requests each, no word, no write. */
async function checkQuiet(t, p) {
  for (const which of ['second', 'third'])
    await t.test(`the ${which} run has nothing to do and says nothing`, async () => {
      const before = p.exchange().files;
      const seen = requestsOf(p.sandbox);
      silent(ended(await p.run('orders export'), 0));
      assert.ok(seen().length <= 2, `${seen().length} requests`);
      assert.deepEqual(p.exchange().files, before);
    });
}

test('400 orders', async t => {
  const p = await place(t, { sandbox: { orders: 400, seed: 7 } });
  const first = await p.run('orders export');
  await checkWhole(t, p, first);
  await checkQuiet(t, p);
  await t.test('the state file is sound', async () => {
    silent(ended(await p.run('state check'), 0));
  });
});

test('a backlog of thousands of orders', async t => {
  const orders = process.env.ERPSYNC_TEST_BIG ? 20000 : 5000;
  const p = await place(t, { sandbox: { orders, seed: 11 }, bin: BIN_PLAIN });
  const first = await p.run('orders export');
  await checkWhole(t, p, first);
  await checkQuiet(t, p);
});

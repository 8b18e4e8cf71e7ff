// Days are days where the shop is: which orders `since` takes, and how long it stays with that.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { test } from 'node:test';
import { earlier, place, requestsOf, sameSet } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';

const shop = (t, zone, conf = {}, orders = 0) => place(t, { sandbox: { orders, seed: 4, nasty: 'off', zone }, bin: BIN_PLAIN, conf: { orders: conf } });
const exportedNames = p => [...p.exchange().orders().values()].map(([row]) => row.order_number);
/** Orders made at these moments, seen an hour later. */
const sold = (p, ...moments) => earlier(p.sandbox, 3600, moments.map(createdAt => ({ add: 1, createdAt }))).map(order => order.name);
const lastRead = p => JSON.parse(execFileSync('sqlite3', [p.path('erpsync.db'), "SELECT body FROM connector_state WHERE key LIKE 'keep choice %'"]));
const writeRead = (p, kept) => execFileSync('sqlite3', [p.path('erpsync.db'), `UPDATE connector_state SET body = '${JSON.stringify(kept)}' WHERE key LIKE 'keep choice %'`]);

/* Each with the last second before the day, and its first. */
const PLACES = [
  ['UTC', '2026-10-31T23:59:59Z', '2026-11-01T00:00:00Z'],
  ['Europe/Paris', '2026-10-31T22:59:59Z', '2026-10-31T23:00:00Z'],
  ['Australia/Sydney', '2026-10-31T12:59:59Z', '2026-10-31T13:00:00Z'],
  /* The clocks go back on that day. */
  ['America/Los_Angeles', '2026-11-01T06:59:59Z', '2026-11-01T07:00:00Z'],
];

test('[orders] since is a day of the shop', async t => {
  for (const [zone, before, first] of PLACES)
    await t.test(zone, async sub => {
      const p = await shop(sub, zone, { since: '2026-11-01' });
      const [, inside, later] = sold(p, before, first, '2026-11-01T12:00:00Z');
      const { summary } = await p.export();
      sameSet(exportedNames(p), [inside, later]);
      assert.equal(summary.excluded, 0, 'what is older is not asked for');
      await p.export('--full');
      sameSet(exportedNames(p), [inside, later]);
      assert.match((await p.run('check')).stdout, new RegExp(`^ok +\\[orders\\] since = 2026-11-01: orders export has read from ${first} on`, 'm'));
    });

  await t.test('but a moment stays that moment, wherever the shop is', async sub => {
    const p = await shop(sub, 'Australia/Sydney', { since: '2026-11-01T00:00:00+01:00' });
    const [, inside] = sold(p, '2026-10-31T22:59:59Z', '2026-10-31T23:00:00Z');
    const seen = requestsOf(p.sandbox);
    await p.export();
    sameSet(exportedNames(p), [inside]);
    assert.deepEqual(seen({ operation: 'ShopProbe' }), [], 'nobody needs the zone');
  });

  await t.test('the zone is asked for once', async sub => {
    const p = await shop(sub, 'Australia/Sydney', { since: '2026-11-01' });
    sold(p, '2026-11-02T00:00:00Z');
    const seen = requestsOf(p.sandbox);
    for (let i = 0; i < 3; i++) await p.export();
    assert.equal(seen({ operation: 'ShopProbe' }).length, 1);
  });
});

test('--since and --until are days of the shop', async t => {
  for (const [zone, before, first] of PLACES)
    await t.test(zone, async sub => {
      const p = await shop(sub, zone);
      const [out, inside] = sold(p, before, first);
      await p.export('--since 2026-11-01');
      sameSet(exportedNames(p), [inside]);
      await p.export('--until 2026-11-01');
      sameSet(exportedNames(p), [out, inside]);
    });
});

test('the day stays where it was first found to begin', async t => {
  await t.test('the shop moves: what was delivered does not fall out', async sub => {
    const p = await shop(sub, 'Australia/Sydney', { since: '2026-11-01' });
    const [name] = sold(p, '2026-10-31T20:00:00Z');
    await p.export();
    p.sandbox.zone = 'America/Los_Angeles';
    earlier(p.sandbox, 90, { edit: name, change: { note: 'changed' } });
    const { summary } = await p.export();
    assert.deepEqual([summary.updated, summary.excluded], [1, 0]);
  });

  await t.test('an earlier version has read from midnight UTC on', async sub => {
    const p = await shop(sub, 'America/Los_Angeles', { since: '2026-11-01T00:00:00Z' });
    const [name] = sold(p, '2026-11-01T03:00:00Z');
    await p.export();
    writeRead(p, { ...lastRead(p), written: '2026-11-01' });
    p.configure({ orders: { since: '2026-11-01' } });
    earlier(p.sandbox, 90, { edit: name, change: { note: 'changed' } });
    const { summary } = await p.export();
    assert.equal(summary.updated, 1);
    assert.match((await p.run('check')).stdout, /since = 2026-11-01: orders export has read from 2026-11-01T00:00:00Z on/);
  });

  await t.test('another day is another question', async sub => {
    const p = await shop(sub, 'Australia/Sydney', { since: '2026-11-02' });
    const [, first] = sold(p, '2026-10-31T12:59:59Z', '2026-10-31T13:00:00Z');
    await p.export();
    p.configure({ orders: { since: '2026-11-01' } });
    const { notices } = await p.export();
    sameSet(exportedNames(p), [first]);
    assert.match(notices.join(), /the orders since 2026-10-31T13:00:00Z are looked at again/);
  });
});

test('a zone that nobody knows: the day begins where it begins first, and that is said', async t => {
  for (const zone of ['Mars/Olympus', null])
    await t.test(zone ?? 'no answer has it', async sub => {
      const p = await shop(sub, zone ?? 'UTC', { since: '2026-11-01' });
      if (!zone)
        p.sandbox.mutate = (told, json) => {
          if (json.data?.shop) delete json.data.shop.ianaTimezone;
          return json;
        };
      const [, inside] = sold(p, '2026-10-31T09:59:59Z', '2026-10-31T10:00:00Z');
      const { notices } = await p.export();
      sameSet(exportedNames(p), [inside]);
      assert.match(notices.join('\n'), /time zone is not known here, and where 2026-11-01 begins with it: it is taken for 2026-10-31T10:00:00Z, the earliest .*2026-11-01T00:00:00\+01:00/);
    });
  await t.test('no answer: nothing is read, and nothing is lost', async sub => {
    const p = await shop(sub, 'Australia/Sydney', { since: '2026-11-01' });
    const [name] = sold(p, '2026-10-31T13:00:00Z');
    p.sandbox.addFaults({ fault: 'http', status: 500, operation: 'ShopProbe' });
    ended(await p.run('orders export'), 75);
    p.sandbox.faults.clear();
    await p.export();
    sameSet(exportedNames(p), [name]);
  });
});

const HEADER = 'Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Payment Method,Id';
const row = ([n, at]) => `#${n},a@example.com,paid,${at},unfulfilled,EUR,10.00,0.00,0.00,10.00,0.00,${at},1,Article,10.00,SKU-${n},true,true,Shopify Payments,500000000${n}`;
const exported = (...orders) => [HEADER, ...orders.map(row), ''].join('\n');

test('of export files each order says itself what day it was', async t => {
  const open = async (sub, conf, ...orders) => {
    const p = await place(sub, { sandbox: false, conf: { store: { connector: 'csv', path: 'exports' }, ...conf }, bin: BIN_PLAIN });
    const file = p.write('exports/orders_export_1.csv', exported(...orders));
    utimesSync(file, Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);
    return p;
  };
  const orders = [
    [1001, '2026-10-31 23:59:59 +1100'],
    [1002, '2026-11-01 00:00:00 +1100'],
    [1003, '2026-10-31 23:59:59 -0700'],
    [1004, '2026-11-01 00:00:00 -0700'],
  ];
  await t.test('[orders] since, for good', async sub => {
    const p = await open(sub, { orders: { since: '2026-11-01' } }, ...orders);
    await p.run('orders export');
    sameSet(exportedNames(p), ['#1002', '#1004']);
    p.configure({ orders: { since: '2026-10-31' } });
    await p.run('orders export');
    sameSet(exportedNames(p), ['#1001', '#1002', '#1003', '#1004']);
  });
  await t.test('a moment is a moment', async sub => {
    const p = await open(sub, { orders: { since: '2026-11-01T00:00:00+11:00' } }, ...orders);
    await p.run('orders export');
    sameSet(exportedNames(p), ['#1002', '#1003', '#1004']);
  });
  await t.test('--since and --until', async sub => {
    const p = await open(sub, {}, ...orders);
    await p.run('orders export --until 2026-11-01');
    sameSet(exportedNames(p), ['#1001', '#1003']);
    await p.run('orders export --since 2026-11-01 --until 2026-11-02');
    sameSet(exportedNames(p), ['#1001', '#1002', '#1003', '#1004']);
  });
  await t.test('today, wherever that is', async sub => {
    const local = (hours, back = 0) => new Date(Date.now() + (hours * 3600 - back) * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const p = await open(sub, {}, [1001, `${local(13)} +1300`], [1002, `${local(-11)} -1100`], [1003, `${local(13, 86400)} +1300`], [1004, `${local(-11, 86400)} -1100`]);
    await p.run('orders export --since today');
    sameSet(exportedNames(p), ['#1001', '#1002']);
  });
  await t.test('an earlier version took each day for one of UTC: what it has read stays read', async sub => {
    const p = await open(sub, { orders: { since: '2026-11-01T00:00:00Z' } }, ...orders);
    await p.run('orders export');
    sameSet(exportedNames(p), ['#1003', '#1004']);
    writeRead(p, { ...lastRead(p), written: '2026-11-01' });
    p.configure({ orders: { since: '2026-11-01' } });
    const file = p.write('exports/orders_export_2.csv', exported(...orders).replaceAll('a@example.com', 'b@example.com'));
    utimesSync(file, Date.now() / 1000 - 1800, Date.now() / 1000 - 1800);
    await p.run('orders export');
    sameSet(p.exchange().names(/changed/).length ? ['changed'] : [], ['changed']);
    sameSet(exportedNames(p), ['#1003', '#1004']);
  });
});

// Orders on hold whose exports of the shop's admin were taken away meanwhile, as people do once they were read: what is known
// of them is in the queue alone.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { aged } from '../support/admin.mjs';
import { place } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const HEAD = ['Name', 'Email', 'Financial Status', 'Fulfillment Status', 'Currency', 'Subtotal', 'Shipping', 'Taxes', 'Total', 'Discount Amount', 'Created at', 'Lineitem quantity', 'Lineitem name', 'Lineitem price', 'Lineitem sku', 'Id'];
const store = { connector: 'csv', path: 'exports' };
const name = n => `#${n}`;

/** A place with so many orders on hold from 9001 on, which an earlier run has read; their export is gone. */
async function open(t, n) {
  const p = await place(t, { sandbox: false, bin: BIN_PLAIN, conf: { store } });
  const held = Array.from({ length: n }, (_, i) => 9001 + i);
  p.exports = (file, status, numbers, age) => {
    const rows = numbers.map(number => [name(number), 'a@example.com', 'paid', status, 'EUR', '10.00', '0.00', '0.00', '10.00', '0.00', '2026-11-01 10:00:00 +0000', 1, 'Tee', '10.00', 'TEE', `56000000${number}`]);
    return aged(p.write(`exports/${file}`, [HEAD, ...rows].map(row => row.join(',')).join('\n') + '\n'), age);
  };
  p.exports('held.csv', 'on_hold', held, 3000);
  silent(ended(await p.run('orders export'), 0));
  fs.rmSync(p.path('exports/held.csv'));
  p.sent = () => [...p.exchange().verify().orders('orders').values()].map(rows => rows[0].order_number).sort();
  p.waiting = async () => (await p.queue()).filter(row => row.state === 'waiting').map(row => row.name).sort();
  assert.deepEqual(await p.waiting(), held.map(name));
  return { p, held };
}

for (const n of [1, 12])
  test(`${n} on hold, and then nothing is held back: they go with what is known of them`, async t => {
    const { p, held } = await open(t, n);
    p.exports('new.csv', 'unfulfilled', [9900], 1000);
    p.configure({ store, orders: { on_hold: 'export' } });
    const tried = await p.json('orders export --dry-run --json --max-runtime 60s');
    assert.deepEqual([tried.summary.created, tried.summary.stopped], [n + 1, null]);
    silent(ended(await p.run('orders export --max-runtime 60s'), 0));
    assert.deepEqual([p.sent(), await p.waiting()], [[...held, 9900].map(name), []]);
    silent(ended(await p.run('orders export'), 0));
    assert.equal(p.sent().length, n + 1);
  });

for (const [how, who] of [['name', '#9001'], ['number', '560000009001']])
  test(`a person sends one by its ${how}, whose export is gone: with what is known of it`, async t => {
    const { p } = await open(t, 2);
    const only = ['orders', 'export', '--only', who];
    ended(await p.run([...only, '--dry-run']), 0);
    silent(ended(await p.run(only), 0));
    assert.deepEqual([p.sent(), await p.waiting()], [['#9001'], ['#9002']]);
    assert.match(ended(await p.run(only), 1).stderr, /is in none of the files/, 'it waits no more');
  });

test('an older export of it is there, and is not what a person sends', async t => {
  const { p } = await open(t, 1);
  p.exports('older.csv', 'unfulfilled', [9001], 5000);
  ended(await p.run('orders export --only #9001'), 0);
  assert.equal(p.exchange().order('#9001')[0].fulfillment_status, 'on_hold');
});

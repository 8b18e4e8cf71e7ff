// Stopped at any step and run again, a run ends in the same state on both sides, and the run after it does nothing.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { earlier, place, tempDir } from '../support/place.mjs';
import { ROOT, ended } from '../support/run.mjs';
import { covers, killedAt, stopEverywhere, undisturbed } from '../support/stops.mjs';

const SHOP = { orders: 12, seed: 7, nasty: ['unknown_tax'] };

/** Twelve orders, one to be parked, one with so many lines that they are read in several requests. */
async function shop(t, more = {}) {
  const p = await place(t, { sandbox: { ...SHOP, ...more } });
  for (let i = 0; i < 60; i++) earlier(p.sandbox, 90, { edit: '#1003', change: { add: { article: i } } });
  return p;
}

const EXPORT_STEPS = [
  'page read',
  'before commit',
  'after commit',
  'batch mapped',
  'before put',
  'csv_stage_file',
  'csv_decide',
  'csv_decided',
  'csv_publish',
  'csv_publish_manifest',
  'csv_sequence_stored',
  'after put',
  'csv_forget',
];

test('first run from the shop', async t => {
  const p = await shop(t);
  await t.test('stopped at any step', async () => covers(await stopEverywhere(p), EXPORT_STEPS));
  await t.test('stopped at any step, while the ERP takes the files at once', () =>
    stopEverywhere(p, { consumer: true }));
  await t.test('stopped twice', () =>
    stopEverywhere(p, { cases: names => names.map((_, i) => [i + 1, ((i * 7) % 40) + 1]) }));
});

test('a run with new, changed and freed orders', async t => {
  const p = await shop(t);
  ended(await p.run('orders export'), 1);
  earlier(p.sandbox, 80, [
    { edit: '#1004', change: { note: 'leave at the door' } },
    { edit: '#1009', change: { refund: {} } },
    { add: 2 },
    { add: 1, nasty: 'unknown_tax' },
  ]);
  p.write('mappings/tables/taxes.csv', 'country,title,rate,erp_tax_code,note\n*,Galactic Levy,*,GAL,\n*,*,*,T,\n');
  p.configure({ mappings: { path: 'mappings' } });
  const whole = await stopEverywhere(p, { status: 0 });
  assert.ok(
    Object.keys(whole.files).some(name => name.startsWith('orders-changed-000001')),
    'changed orders have a file of their own',
  );
  await t.test('while the ERP takes the files at once', () => stopEverywhere(p, { status: 0, consumer: true }));
});

test('a mapping that changes while a batch is on its way', async t => {
  const p = await place(t, { sandbox: { ...SHOP, nasty: 'off' } });
  const { names } = await undisturbed(p, { status: 0 });
  await killedAt(p, names.indexOf('csv_decided') + 1);
  p.write('mappings/tables/payment_statuses.csv', 'financial_status,erp_status\n*,CHANGED\n');
  p.configure({ mappings: { path: 'mappings' } });
  ended(await p.run('orders export'), 0);
  const first = p.exchange().verify().rows();
  assert.ok(first.length > 0 && first.every(row => row.status !== 'CHANGED'), 'what was decided has landed');
  ended(await p.run('orders export --full'), 0);
  assert.equal(p.exchange().verify().orders('orders-changed').size, SHOP.orders, 'and is not taken for the new form');
  for (const row of p.exchange().rows('orders-changed')) assert.equal(row.status, 'CHANGED');
});

test('a backlog of several pages', async t => {
  const p = await place(t, { sandbox: { orders: 260, seed: 5, nasty: ['unknown_tax'] } });
  /* From the first page's end to the batch: what lies behind is the same as with one page. */
  const cases = names => {
    const from = names.indexOf('page read'),
      to = names.indexOf('csv_stage_file');
    assert.equal(names.filter(name => name === 'page read').length, 2, 'two pages');
    return Array.from({ length: to - from }, (_, i) => [from + i + 1]);
  };
  await stopEverywhere(p, { cases });
});

test('from order files', async t => {
  const exports = tempDir(t);
  const p = await place(t, { sandbox: false, conf: { store: { connector: 'csv', path: exports } } });
  const old = new Date(Date.now() - 3600000);
  for (const name of ['current.csv', 'bad_rows.csv']) {
    fs.copyFileSync(path.join(ROOT, 'test/data/orders_export', name), path.join(exports, name));
    fs.utimesSync(path.join(exports, name), old, old);
  }
  await t.test('stopped at any step', async () => covers(await stopEverywhere(p), EXPORT_STEPS));
  await t.test('while the ERP takes the files at once', () => stopEverywhere(p, { consumer: true }));
});

test('acknowledgements of the ERP', async t => {
  const p = await place(t, { sandbox: { ...SHOP, nasty: 'off' }, conf: { csv: { ack: 'expected' } } });
  ended(await p.run('orders export'), 0);
  p.write('out/orders-000001.ack', 'ok\nerror #1003: article is blocked\nerror #1005: customer is blocked\n');
  const whole = await stopEverywhere(p, { status: 1 });
  covers(whole, ['csv_ack_answer', 'csv_ack_read', 'csv_ack_put_away']);
  assert.deepEqual(whole.memory.reasons, [{ code: 'rejected_by_target', records: 2 }]);
});

// An exchange folder that holds nothing of what was written there: a share that is not mounted looks like an empty folder, and
// what is written below its mount point nobody ever reads.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place } from '../support/place.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';

const open = t => place(t, { bin: BIN_PLAIN, sandbox: { orders: 3, seed: 5, nasty: 'off' } });
const files = p => fs.readdirSync(p.path('out')).filter(name => /^orders.*\.csv$/.test(name)).sort();

test('the share is not mounted: nothing is written, and all goes over when it is there again', async t => {
  const p = await open(t);
  await p.export();
  fs.renameSync(p.path('out'), p.path('mounted elsewhere'));
  fs.mkdirSync(p.path('out'));
  earlier(p.sandbox, 90, { edit: '#1002', change: { note: 'new' } });
  const refused = ended(await p.run('orders export'), 78).stderr;
  assert.match(refused, /out holds nothing of what was written there before.*mounted.*erpsync adopt orders --rest-is-new/);
  assert.match(ended(await p.run('check'), 78).stdout, /^bad +.*out holds nothing of what was written there before/m);
  assert.match(ended(await p.run('adopt orders'), 78).stderr, /still refused.*mounted/);
  assert.deepEqual(fs.readdirSync(p.path('out')), []);
  fs.rmSync(p.path('out'), { recursive: true });
  fs.renameSync(p.path('mounted elsewhere'), p.path('out'));
  ended(await p.run('orders export'), 0);
  assert.deepEqual(files(p), ['orders-000001.csv', 'orders-changed-000001.csv']);
});

test('it was emptied on purpose: said once, and what was delivered before is not sent again', async t => {
  const p = await open(t);
  await p.export();
  fs.rmSync(p.path('out'), { recursive: true });
  fs.mkdirSync(p.path('out'));
  ended(await p.run('orders export'), 78);
  ended(await p.run('adopt orders --rest-is-new'), 0);
  earlier(p.sandbox, 90, { edit: '#1002', change: { note: 'new' } });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(files(p), ['orders-changed-000001.csv']);
});

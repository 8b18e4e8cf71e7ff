// `erpsync run`: several flows in one go, in the order of a slot, each whatever becomes of the others.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { place } from '../support/place.mjs';
import { BIN_PLAIN, ROOT, answer, ended, silent } from '../support/run.mjs';
import { LYON, plainLevels, stockFile, stockPlace } from '../support/stock.mjs';

/** Orders to files, stock from files; ten of SOLO-1 in the shop, and an ERP that has eight. */
async function open(t, { sandbox = {}, conf = {}, ...more } = {}) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { orders: 4, nasty: 'off', ...sandbox }, conf, ...more });
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 10);
  stockFile(p, [['SOLO-1', 'MAIN', 8, 8, 8]]);
  return p;
}
const inLyon = p => p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`].on_hand;
const names = doc => doc.flows.map(flow => flow.flow);

test('all flows that are set up, orders first', async t => {
  const p = await open(t);
  const doc = answer(ended(await p.run('run --all --json'), 0));
  assert.equal(doc.exit, 0);
  assert.deepEqual(names(doc).filter(name => /orders|inventory/.test(name)), ['orders export', 'inventory pull']);
  const [orders, stock] = [doc.flows[0], doc.flows.at(-1)];
  assert.equal(orders.summary.created, 4);
  assert.equal(stock.summary.flow, 'inventory pull');
  assert.equal(stock.records[0].outcome, 'created');
  assert.ok(orders.summary.requests > 0 && stock.summary.requests > 0);
  const all = p.sandbox.requests().length;
  assert.equal(orders.summary.requests + stock.summary.requests, all, 'each counts its own requests');
  assert.equal(inLyon(p), 8);
  silent(ended(await p.run('run --all'), 0), 'under cron');
});

test('named flows alone, in the order of a slot', async t => {
  const p = await open(t);
  assert.deepEqual(names(answer(ended(await p.run('run inventory orders --json'), 0))), ['orders export', 'inventory pull']);
  const q = await open(t);
  assert.deepEqual(names(answer(ended(await q.run('run inventory --json'), 0))), ['inventory pull']);
  assert.equal(q.exchange().files.size, 0);
});

test('one flow’s failure does not keep the next one back', async t => {
  await t.test('records are parked', async sub => {
    const p = await open(sub, { sandbox: { orders: 12, nasty: ['unknown_tax'] } });
    const result = ended(await p.run('run --all'), 1);
    assert.match(result.stderr, /erpsync: orders export to csv: .*1 parked/);
    assert.match(result.stderr, /order #\d+/);
    assert.doesNotMatch(result.stderr, /inventory pull/, 'what went well is no news');
    assert.equal(inLyon(p), 8);
  });
  await t.test('the ERP’s folder can’t be written', async sub => {
    const p = await open(sub);
    p.write('out/.erpsync', 'no folder');
    const result = ended(await p.run('run --all'), 78);
    assert.match(result.stderr, /^erpsync: orders export: .+\n$/, 'one line that names the flow');
    assert.equal(inLyon(p), 8);
  });
  await t.test('a scope is missing', async sub => {
    const p = await open(sub, { sandbox: { scopes: 'read_orders,read_products,read_inventory,read_locations,read_customers' } });
    const result = ended(await p.run('run --all --json'), 69);
    const doc = answer(result);
    assert.equal(doc.flows[0].summary.created, 4);
    assert.equal(doc.exit, 69);
    assert.match(result.stderr, /erpsync: inventory pull: .*write_inventory/);
  });
});

test('what the other side rules, or nobody has decided, is left out', async t => {
  const p = await open(t, { conf: { inventory: { master: 'store' } } });
  assert.deepEqual(names(answer(ended(await p.run('run --all --json'), 0))), ['orders export']);
  assert.equal(inLyon(p), 10);
  const named = ended(await p.run('run inventory'), 78);
  assert.match(named.stderr, /erpsync\.conf:\d+: \[inventory\] master = store/);
});

test('a dry run writes nothing on either side', async t => {
  const p = await open(t);
  const before = JSON.stringify(p.sandbox.truth());
  const result = ended(await p.run('run --all --dry-run'), 0);
  assert.match(result.stdout, /would create #1001/);
  assert.equal(JSON.stringify(p.sandbox.truth()), before);
  assert.equal(p.exchange().files.size, 0);
});

test('time is over before the last flow', async t => {
  const p = await open(t, { sandbox: { orders: 4 } });
  p.sandbox.addFaults({ fault: 'hang', operation: 'OrdersChanged', nth: 1 });
  const doc = answer(ended(await p.run('run --all --max-runtime 1s --json'), 75));
  assert.deepEqual(names(doc), ['orders export']);
  assert.equal(inLyon(p), 10);
  ended(await p.run('run --all'), 0);
  assert.equal(inLyon(p), 8);
});

test('a command line that says nothing', async t => {
  const p = await place(t, { sandbox: false, conf: { store: { connector: 'csv', path: 'exports' } }, bin: BIN_PLAIN });
  for (const [args, said] of [
    ['run', /--all/],
    ['run --all orders', /--all/],
    ['run ordrs', /'ordrs'.*'orders'/],
  ])
    assert.match(ended(await p.run(args), 64).stderr, said);
});

test('no flow is set up', async t => {
  const p = await place(t, { sandbox: false, conf: { erp: { connector: null, path: null } }, bin: BIN_PLAIN });
  assert.match(ended(await p.run('run --all'), 78).stderr, /erpsync\.conf: no flow is set up/);
});

test('what systemd is to run: the same cage for both services', () => {
  const [slot, nightly] = ['slot', 'nightly'].map(name =>
    fs
      .readFileSync(path.join(ROOT, `cron/erpsync-${name}.service`), 'utf8')
      .split('\n')
      .filter(line => !/^(#|Description=|ExecStart=|TimeoutStartSec=)/.test(line)),
  );
  assert.deepEqual(slot, nightly);
  assert.ok(slot.includes('ProtectSystem=strict') && slot.some(line => line.startsWith('OnFailure=')));
});

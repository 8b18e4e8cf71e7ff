// A refund belongs to its order: it goes over after that one, waits for it as long as need be, and a person is told where that
// takes too long.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';

const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();

/** An order of two pieces; shipped, and one came back. */
async function open(t, { refunds = { wait_for_order: '7d' }, conf = {}, ...more } = {}) {
  const p = await place(t, { bin: BIN_PLAIN, conf: { refunds, ...conf }, sandbox: { orders: 0, nasty: 'off' }, ...more });
  p.sandbox.setClock({ advance_ms: -400000 });
  const { name } = p.sandbox.sell([{ variant: 'SOLO-1', quantity: 2 }]);
  p.sandbox.setClock({ advance_ms: 400000 });
  earlier(p.sandbox, 300, { edit: name, change: { fulfill: true } });
  earlier(p.sandbox, 200, { edit: name, change: { refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } } });
  return {
    p,
    name,
    sent: () => [...p.exchange().verify().orders('refunds').values()].map(rows => rows[0].refund_number),
    rows: async () => (await p.queue()).filter(r => r.state !== 'done').map(r => [r.name, r.state, r.code]),
  };
}

test('a refund waits for its order, without a word by each run, and goes over after it', async t => {
  const { p, name, sent, rows } = await open(t);
  const refund = `${name}-R1`;
  const first = await p.json('refunds export --json');
  assert.deepEqual([first.summary.created, first.summary.later], [0, 1]);
  assert.match(first.records[0].reason, /^the order #\d+ is not in the ERP; to send it now: erpsync orders export --only '#\d+'; where/);
  assert.deepEqual([sent(), await rows()], [[], [[refund, 'waiting', 'waits_for_order']]]);
  const lines = sql(p, 'SELECT count(*) FROM journal');
  silent(ended(await p.run('refunds export'), 0));
  ended(await p.run('refunds export --full'), 0);
  assert.equal(sql(p, 'SELECT count(*) FROM journal'), lines, 'that it still waits is no event');
  const named = ended(await p.run(['refunds', 'export', '--only', refund]), 0);
  assert.match(named.stdout, new RegExp(`^later ${refund}: the order #\\d+ is not in the ERP; `), 'who names it is told');
  assert.equal(named.stderr, '');
  assert.match(ended(await p.run(['explain', refund]), 0).stdout, /the order #\d+ is not in the ERP/);

  ended(await p.run('orders export'), 0);
  ended(await p.run('refunds export'), 0);
  assert.deepEqual([sent(), await rows()], [[refund], []]);
  silent(ended(await p.run('refunds export --full'), 0));
  assert.deepEqual(sent(), [refund]);
});

test('it says what keeps its order', async t => {
  const { p, name, sent, rows } = await open(t, { conf: { mappings: { path: 'mappings' } } });
  p.write('mappings/csv/order.jq', 'include "erpsync"; fail("unmapped_day"; "a rule of the merchant")\n');
  ended(await p.run('orders export'), 1);
  const { records } = await p.json('refunds export --json');
  assert.equal(records[0].reason, `the order ${name} is not in the ERP: it is parked (unmapped_day); erpsync explain '${name}' tells why`);
  assert.match(ended(await p.run(['explain', name]), 0).stdout, /a rule of the merchant/);
  fs.rmSync(p.path('mappings/csv/order.jq'));
  ended(await p.run('orders export'), 0);
  ended(await p.run('refunds export'), 0);
  assert.deepEqual([sent(), await rows()], [[`${name}-R1`], []]);
});

test('it is parked once it has waited too long, and goes over all the same when its order does', async t => {
  const { p, name, sent, rows } = await open(t);
  const refund = `${name}-R1`;
  ended(await p.run('refunds export'), 0);
  sql(p, `UPDATE queue SET enqueued_at = enqueued_at - 7 * 86400, next_attempt = 0`);
  const late = ended(await p.run('refunds export'), 1);
  assert.match(late.stderr, new RegExp(`^erpsync: refund ${refund}: the order ${name} is not in the ERP; `, 'm'));
  assert.deepEqual(await rows(), [[refund, 'parked', 'order_missing']]);
  await t.test('the remedy that is printed', async () => {
    const [, typed] = late.stderr.match(/to send it now: erpsync (orders export --only '[^']+')/);
    ended(await p.run(typed.replaceAll("'", '')), 0);
    ended(await p.run('refunds export'), 0);
    assert.deepEqual([sent(), await rows()], [[refund], []]);
  });
});

test('an order that a person says is there is there', async t => {
  const { p, name, sent, rows } = await open(t);
  ended(await p.run('refunds export'), 0);
  ended(await p.run(['adopt', 'orders', name]), 0);
  ended(await p.run('refunds export'), 0);
  assert.deepEqual([sent(), await rows()], [[`${name}-R1`], []]);
});

test('a refund that a person leaves out does not come back', async t => {
  const { p, name, sent, rows } = await open(t);
  const refund = `${name}-R1`;
  ended(await p.run('refunds export'), 0);
  ended(await p.run(['queue', 'drop', '--for-good', refund]), 0);
  ended(await p.run('orders export'), 0);
  ended(await p.run('refunds export --full'), 0);
  assert.deepEqual([sent(), await rows()], [[], []]);
});

test('one that waits is found by its order when a person is to be forgotten', async t => {
  const { p, name } = await open(t);
  ended(await p.run('refunds export'), 0);
  const first = await p.run(['forget', name]);
  assert.notEqual(first.status, 0);
  assert.match(first.stderr, new RegExp(`${name}-R1 .*erpsync queue drop '${name}-R1'`));
  ended(await p.run(['queue', 'drop', `${name}-R1`]), 0);
  ended(await p.run(['forget', name]), 0);
  assert.equal(sql(p, 'SELECT count(*) FROM payload'), '0');
});

test('elsewhere the order must be there too', async t => {
  const { p, sent, rows } = await open(t);
  const to = `--to csv:${p.path('elsewhere')}`;
  ended(await p.run('orders export'), 0);
  const first = await p.json(`refunds export --json ${to}`);
  assert.equal(first.summary.later, 1);
  assert.match(first.records[0].reason, /orders export > csv:.* has not brought it there/);
  ended(await p.run(`orders export ${to}`), 0);
  ended(await p.run(`refunds export ${to}`), 0);
  assert.deepEqual([sent(), await rows()], [[], []]);
  assert.equal((await p.json(`refunds export --json --full ${to}`)).summary.created, 0);
});

test('check tells that nobody has asked for them', async t => {
  const { p } = await open(t, { refunds: {} });
  const said = (await p.run('check')).stdout;
  assert.match(said, /the ERP is not told the refunds of its orders: there is no section \[refunds\]/);
  const { p: asked } = await open(t);
  assert.doesNotMatch((await asked.run('check')).stdout, /there is no section \[refunds\]/);
});

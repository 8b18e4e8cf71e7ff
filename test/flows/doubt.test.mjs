// A record of which no run finds out what became of it: the others go over, and after its tries a person is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedPlace } from '../support/odoo_place.mjs';
import { recording } from '../support/odoo_replay.mjs';
import { earlier } from '../support/place.mjs';
import { ended } from '../support/run.mjs';

test('an order that Odoo never confirms, and never refuses', async t => {
  const { p, prepare, server } = await recordedPlace(t, '19', 'orders');
  p.configure({ queue: { tries: 3, wait: '1ms', max_wait: '1ms' } });
  await prepare(0);
  const [first, second] = recording('19', 'orders').steps;
  /* #1001, which has the id 1 there, stays a quotation. */
  const [, [told1]] = Object.entries(first.answers).find(([shape]) => /^sale\.order\/search_read .*amount_total.*\| id in \| id$/.test(shape));
  const { amount_total, amount_tax } = told1.result.find(({ id }) => id === 1);
  const sums = row => 'amount_total' in row && { amount_total, amount_tax };
  let asked = false;
  const never = (shape, _, said) => {
    if (shape.startsWith('sale.order/action_confirm')) return !(asked = true);
    if (!shape.startsWith('sale.order/search_read') || !Array.isArray(said)) return said;
    return said.map(row => ('state' in row && row.state !== 'cancel' ? { ...row, ...(row.id === 1 && sums(row)), state: row.id === 1 || !asked ? 'draft' : 'sale' } : row));
  };
  const states = { 'sale.order/search_read | name state | id in | id': [{ status: 200, result: [1, 2, 3].map(id => ({ id, name: `S0000${id}`, state: 'draft' })) }] };
  Object.assign(first.answers, states);
  server.use(first, never);
  ended(await p.run('orders export'), 75, 'for the first time it is looked for by the next run');
  const left = async () => (await p.queue()).filter(entry => entry.state !== 'done');
  assert.deepEqual((await left()).map(entry => [entry.name, entry.state]), [['#1001', 'sending']]);
  assert.match(ended(await p.run('queue list --sending'), 0).stdout, /under way, or interrupted: the next run looks/);
  assert.match(ended(await p.run('queue retry #1001'.split(' ')), 0).stdout, /#1001 is under way, or was interrupted/);

  earlier(p.sandbox, 120, { edit: '#1003', change: { cancel: 'CUSTOMER' } });
  server.use({ ...second, answers: { ...first.answers, ...second.answers } }, never);
  const told = JSON.parse((await p.run('orders export --json')).stdout);
  assert.deepEqual(told.records.filter(({ outcome }) => outcome === 'updated').map(({ name }) => name), ['#1003'], JSON.stringify(told));

  let last;
  for (let i = 1; i < 9 && last?.status !== 1; i++) last = await p.run('orders export', { env: { ERPSYNC_CLOCK_SHIFT: p.env.ERPSYNC_CLOCK_SHIFT + 10 * i } });
  ended(last, 1);
  assert.match(last.stderr, /#1001: .* is not known; see there how far it is, then run: erpsync queue retry '#1001'; or, .*: erpsync queue drop '#1001'/);
  assert.deepEqual((await left()).map(entry => [entry.name, entry.state, entry.code]), [['#1001', 'parked', 'not_done']]);
});

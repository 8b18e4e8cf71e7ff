// A write of `fulfillments pull` whose answer was lost, and that the shop carries out later than anybody waits for: no
// wait proves that nothing comes any more, so it is found again by the runs of a day, and told or mended.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gql } from '../sandbox/client.mjs';
import { SHIP_CANCEL } from '../sandbox/flow-documents.mjs';
import { ended, silent } from '../support/run.mjs';
import { LYON, byName, deliveryFile, left, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const MINUTES = 60,
  DAY = 24 * 3600;
const NO_ANSWER = /no answer.*order #\d+ does not show it.*nothing more is sent of it before 5 minutes have passed/;

/** A place whose clock is moved by hand, with an order of ten. */
async function open(t) {
  const p = await shippingPlace(t);
  p.order = sell(p.sandbox, [['LONG-5', 10]]).name;
  let at = 0,
    age = 9000;
  p.pass = seconds => (p.env = { ...p.env, ERPSYNC_CLOCK_SHIFT: String((at += seconds)) });
  p.deliver = (rows = {}) =>
    deliveryFile(p, [rows].flat().map(row => ({ delivery: 'D1', order: p.order, sku: 'LONG-5', n: 2, warehouse: 'MAIN', tracking: 'T1', ...row })), {
      age: (age -= 60),
    });
  p.sent = operation => p.sandbox.requests({ operation }).length;
  return p;
}
const PARCEL = { from: LYON, numbers: ['T1'], lines: { 'LONG-5': 2 } };
const waiting = async p => (await p.queue('')).map(({ name, code }) => [name, code]);
const ids = p => p.sandbox.fulfillments(p.order).fulfillments.map(f => f.id);
async function cancel(p, id) {
  assert.deepEqual((await gql(p.sandbox, SHIP_CANCEL, { id })).body.data.fulfillmentCancel.userErrors, []);
}

/** The first write is held back; it is sent again once the wait is over. */
async function repeated(t, rows) {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'late', operation: 'ShipmentCreate', count: 1 });
  p.deliver(rows);
  const { D1 } = byName(await pull(p));
  assert.deepEqual([D1.outcome, D1.code], ['later', 'no_answer']);
  assert.match(D1.reason, NO_ANSWER);
  p.pass(4 * MINUTES);
  ended(await p.run('queue retry --all'), 0);
  ended(await p.run('fulfillments pull'), 0);
  assert.equal(p.sent('ShipmentCreate'), 1, 'not before the wait is over');
  p.pass(2 * MINUTES);
  assert.equal((await pull(p)).summary.created, 1);
  assert.equal(p.sent('ShipmentCreate'), 2);
  assert.deepEqual(await waiting(p), [['D1', 'sent_again']]);
  return p;
}

/** Both are there now, and a person is told of both. */
async function arrived(p, more) {
  p.sandbox.arrive();
  const [own, other] = ids(p);
  const { D1 } = byName(await pull(p, more, 1));
  assert.equal(D1.code, 'shipped_twice');
  assert.ok(D1.reason.includes(own) && D1.reason.includes(other), D1.reason);
  assert.match(D1.reason, /cancel one of the two in the shop, then run: erpsync queue retry 'D1'/);
  return [own, other];
}

/** The remedy was done: it is as if nothing had been, and after a day nothing waits. */
async function mended(p, id) {
  await cancel(p, id);
  ended(await p.run(['queue', 'retry', 'D1']), 0);
  silent(ended(await p.run('fulfillments pull'), 0));
  p.pass(DAY);
  silent(ended(await p.run('fulfillments pull'), 0));
  assert.deepEqual(await waiting(p), []);
  const before = p.sandbox.requests().length;
  silent(ended(await p.run('fulfillments pull --full'), 0));
  assert.equal(p.sandbox.requests().length, before, 'known again');
  assert.deepEqual([p.sent('ShipmentCreate'), left(p.sandbox, p.order)], [2, { 'LONG-5': 8 }]);
}

test('it arrives while nothing more is sent: found, and shipped once', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'late', operation: 'ShipmentCreate', count: 1 });
  p.deliver();
  ended(await p.run('fulfillments pull'), 0);
  p.sandbox.arrive();
  p.pass(5 * MINUTES);
  assert.equal((await pull(p)).summary.adopted, 1);
  assert.deepEqual([shipped(p.sandbox, p.order), await waiting(p)], [[PARCEL], []]);
});

test('it had arrived unseen, and the ERP has changed the delivery since', async t => {
  /* The answer is lost, and so is the look that follows. */
  const unseen = async sub => {
    const p = await open(sub);
    p.sandbox.addFaults({ fault: 'drop_after', operation: 'ShipmentCreate', count: 1 });
    p.sandbox.addHooks({ after_request: 1, operation: 'ShipmentCreate', faults: { fault: 'http', status: 503 } });
    p.deliver();
    await p.run('fulfillments pull');
    p.sandbox.faults.clear();
    p.pass(10 * MINUTES);
    assert.deepEqual(shipped(p.sandbox, p.order), [PARCEL]);
    return p;
  };
  await t.test('more units and another number: that number for all of it', async sub => {
    const p = await unseen(sub);
    p.deliver({ n: 3, tracking: 'T9' });
    await pull(p);
    assert.deepEqual(shipped(p.sandbox, p.order), [
      { from: LYON, numbers: ['T9'], lines: { 'LONG-5': 2 } },
      { from: LYON, numbers: ['T9'], lines: { 'LONG-5': 1 } },
    ]);
    assert.deepEqual(await waiting(p), []);
  });
  await t.test('fewer units: a person decides', async sub => {
    const p = await unseen(sub);
    p.deliver({ n: 1 });
    assert.equal(byName(await pull(p, '', 1)).D1.code, 'lines_changed');
    assert.deepEqual(shipped(p.sandbox, p.order), [PARCEL]);
  });
});

for (const [what, rows] of [['with a number', {}], ['without a number', { tracking: '' }]])
  test(`it arrives after it was sent again, ${what}`, async t => {
    await t.test('the later one is cancelled', async sub => {
      const p = await repeated(sub, rows);
      p.pass(2 * MINUTES);
      const [, other] = await arrived(p, '');
      await mended(p, other);
    });
    await t.test('ours is cancelled: the other one is ours from then on', async sub => {
      const p = await repeated(sub, rows);
      const [own, other] = await arrived(p, '--full');
      await mended(p, own);
      p.deliver({ tracking: 'T9' });
      assert.equal(byName(await pull(p)).D1.target, other);
      assert.deepEqual(shipped(p.sandbox, p.order)[1].numbers, ['T9']);
    });
  });

test('it arrives while no run looks: the first one after a day tells', async t => {
  const p = await repeated(t);
  p.pass(3 * DAY);
  await arrived(p, '');
});

test('it never arrives: looked at for a day, in silence, and an equal delivery is no second one', async t => {
  const p = await repeated(t, { tracking: '' });
  p.pass(5 * MINUTES);
  p.deliver([{ tracking: '' }, { delivery: 'D2', tracking: '' }]);
  assert.deepEqual((await pull(p)).records.map(r => [r.name, r.outcome]), [['D2', 'created'], ['D1', 'unchanged']]);
  p.pass(2 * MINUTES);
  silent(ended(await p.run('fulfillments pull'), 0));
  assert.deepEqual(await waiting(p), [['D1', 'sent_again']]);
  p.pass(DAY);
  silent(ended(await p.run('fulfillments pull'), 0));
  assert.deepEqual([await waiting(p), p.sent('ShipmentCreate')], [[], 3]);
});

test('both sendings arrive late', async t => {
  const p = await open(t);
  p.sandbox.addFaults({ fault: 'late', operation: 'ShipmentCreate', count: 2 });
  p.deliver();
  ended(await p.run('fulfillments pull'), 0);
  p.pass(6 * MINUTES);
  ended(await p.run('fulfillments pull'), 0);
  assert.equal(p.sent('ShipmentCreate'), 2);
  p.sandbox.arrive();
  p.pass(6 * MINUTES);
  assert.equal(byName(await pull(p, '', 1)).D1.code, 'shipped_twice');
  await mended(p, ids(p)[0]);
});

test('an older tracking number arrives after a newer one, and gives way to it', async t => {
  const p = await open(t);
  const number = () => shipped(p.sandbox, p.order)[0].numbers;
  p.deliver();
  ended(await p.run('fulfillments pull'), 0);
  p.sandbox.addFaults({ fault: 'late', operation: 'ShipmentTrack', count: 1 });
  p.deliver({ tracking: 'T2' });
  ended(await p.run('fulfillments pull'), 0);
  p.deliver({ tracking: 'T3' });
  ended(await p.run('fulfillments pull'), 0);
  assert.deepEqual([p.sent('ShipmentTrack'), number()], [1, ['T1']], 'not before the wait is over');
  p.pass(6 * MINUTES);
  assert.equal((await pull(p)).summary.updated, 1);
  assert.deepEqual(number(), ['T3']);
  p.sandbox.arrive();
  assert.deepEqual(number(), ['T2']);
  ended(await p.run('fulfillments pull --full'), 0);
  assert.deepEqual(number(), ['T3']);
  p.pass(DAY);
  silent(ended(await p.run('fulfillments pull'), 0));
  assert.deepEqual([await waiting(p), p.sent('ShipmentTrack')], [[], 3]);
});

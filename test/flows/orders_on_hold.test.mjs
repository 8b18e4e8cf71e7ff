// Orders that the shop holds back before the ERP got them: they wait, are asked for again by each run, and go over once the
// hold is released.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { earlier, place, requestsOf } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, atRest, freePlace, pull, stockFile } from '../support/stock.mjs';

const CUP = 'SOLO-1';
const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
/** What waits to be tried again is due. */
const due = p => sql(p, 'UPDATE queue SET next_attempt = 0 WHERE state = 0');
const waiting = async p => (await p.queue()).filter(r => r.state === 'waiting').map(r => [r.name, r.code]);

/** Three orders, so long ago that the shop lists them; the second is on hold. */
async function open(t, { orders = {}, ...more } = {}) {
  const p = await place(t, { bin: BIN_PLAIN, conf: { orders }, sandbox: { orders: 0, nasty: 'off' }, ...more });
  p.sandbox.setClock({ advance_ms: -400000 });
  const names = [2, 3, 4].map(quantity => p.sandbox.sell([{ variant: CUP, quantity }]).name);
  p.sandbox.changeFulfillmentOrders({ order: names[1], hold: 'HIGH_RISK_OF_FRAUD' });
  p.sandbox.setClock({ advance_ms: 400000 });
  const place_ = {
    p,
    names,
    held: names[1],
    /** Without a word of it in the order's own time: whether a hold moves that is nowhere said. */
    release: () => p.sandbox.changeFulfillmentOrders({ order: names[1], hold: false }),
    sent: (kind = 'orders') => [...p.exchange().verify().orders(kind).values()].map(rows => rows[0].order_number).sort(),
  };
  return place_;
}

test('an order on hold waits, and goes over once it is released', async t => {
  const { p, names, held, release, sent } = await open(t);
  const others = names.filter(name => name !== held);
  const first = await p.json('orders export --json');
  assert.deepEqual([first.summary.created, first.summary.later], [2, 1]);
  assert.deepEqual(sent(), others);
  assert.deepEqual(await waiting(p), [[held, 'on_hold']]);
  assert.match(ended(await p.run(['explain', held]), 0).stdout, /has it on hold.*it goes over once the hold is released/s);
  assert.match(ended(await p.run('status'), 0).stdout, /^ +waiting +1, of which 0 are due and 1 on hold in the store$/m);
  await t.test('each run asks once, without a word, and writes nothing', async () => {
    due(p);
    const seen = requestsOf(p.sandbox), lines = sql(p, 'SELECT count(*) FROM journal');
    silent(ended(await p.run('orders export'), 0));
    assert.equal(seen().filter(r => r.operation.startsWith('OrdersBy')).length, 1);
    assert.equal(sql(p, 'SELECT count(*) FROM journal'), lines);
    assert.deepEqual([sent(), await waiting(p)], [others, [[held, 'on_hold']]]);
  });
  await t.test('the shop can not be asked: it waits', async () => {
    due(p);
    p.sandbox.addFaults({ fault: 'http', status: 500, operation: 'OrdersByName' });
    p.sandbox.addFaults({ fault: 'http', status: 500, operation: 'OrdersById' });
    await p.run('orders export');
    p.sandbox.faults.clear();
    assert.deepEqual([sent(), (await waiting(p)).map(r => r[0])], [others, [held]]);
  });
  await t.test('released: it is new, and once', async () => {
    release();
    due(p);
    ended(await p.run('orders export'), 0);
    assert.deepEqual([sent(), sent('orders-changed'), await waiting(p)], [names, [], []]);
    due(p);
    silent(ended(await p.run('orders export'), 0));
  });
});

test('what is changed while it is held goes over as it is when it is released', async t => {
  const { p, held, release, sent } = await open(t);
  ended(await p.run('orders export'), 0);
  earlier(p.sandbox, 90, { edit: held, change: { note: 'corrected' } });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(await waiting(p), [[held, 'on_hold']]);
  release();
  due(p);
  ended(await p.run('orders export'), 0);
  assert.equal(sent().length, 3);
  assert.equal(p.exchange().order(held)[0].note, 'corrected');
});

test('cancelled while it is held, it is a cancelled order', async t => {
  const { p, held } = await open(t);
  ended(await p.run('orders export'), 0);
  earlier(p.sandbox, 90, { edit: held, change: { cancel: true } });
  ended(await p.run('orders export'), 0);
  assert.ok(p.exchange().order(held)[0].cancelled_at);
  assert.deepEqual(await waiting(p), []);
});

test('a person sends it all the same', async t => {
  const { p, held, names, sent } = await open(t);
  ended(await p.run('orders export'), 0);
  ended(await p.run(['orders', 'export', '--only', held]), 0);
  assert.deepEqual([sent(), await waiting(p)], [names, []]);
});

test('on_hold = export: it goes over at once', async t => {
  const { p, names, sent } = await open(t, { orders: { on_hold: 'export' } });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(sent(), names);
});

for (const key of ['on_hold', 'fulfilled'])
  test(`${key} = hold is refused where nothing waits to be confirmed`, async t => {
    const { p } = await open(t, { orders: { [key]: 'hold' } });
    const said = new RegExp(`erpsync\\.conf:\\d+: \\[orders\\] ${key} = hold: .* set it to `);
    assert.match(ended(await p.run('orders export'), 78).stderr, said);
    assert.match(ended(await p.run('check'), 78).stdout, said);
    assert.equal(p.exchange().files.size, 0);
  });

test('set to export later, what waits goes over', async t => {
  const { p, names, sent } = await open(t);
  ended(await p.run('orders export'), 0);
  p.configure({ orders: { on_hold: 'export' } });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(sent(), names);
});

test('an order that the ERP has, and is held afterwards, is changed like any other', async t => {
  const { p, names, sent } = await open(t);
  ended(await p.run('orders export'), 0);
  p.sandbox.changeFulfillmentOrders({ order: names[0], hold: 'OTHER' });
  earlier(p.sandbox, 90, { edit: names[0], change: { note: 'later' } });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(sent('orders-changed'), [names[0]]);
});

test('a dry run tells it', async t => {
  const { p, held } = await open(t);
  const { records } = await p.json('orders export --dry-run --json');
  assert.deepEqual(records.filter(r => r.code === 'on_hold').map(r => [r.name, r.outcome]), [[held, 'later']]);
  assert.equal(p.exchange().files.size, 0);
});

test('the units of an order on hold are not offered once more', async t => {
  const p = await freePlace(t, { inventory: { order_lag: '0s' } });
  p.sandbox.setClock({ advance_ms: -100000 });
  const { name } = p.sandbox.sell([{ variant: CUP, quantity: 3, location: LYON }]);
  p.sandbox.changeFulfillmentOrders({ order: name, hold: 'OTHER' });
  p.sandbox.setClock({ advance_ms: 100000 });
  ended(await p.run('orders export'), 0);
  const offers = async () => {
    atRest(p.sandbox, [CUP], [LYON]);
    stockFile(p, [[CUP, 'MAIN', 10, 10]], { age: 30 });
    await pull(p);
    return p.sandbox.truth({ skus: [CUP] }).stock[`${CUP} @ ${LYON}`].available;
  };
  assert.equal(await offers(), 7);
  due(p);
  ended(await p.run('orders export'), 0);
  assert.equal(await offers(), 7);
});

test('what waits takes nothing off --limit', async t => {
  const { p, held, sent } = await open(t);
  ended(await p.run('orders export'), 0);
  p.sandbox.setClock({ advance_ms: -300000 });
  const { name } = p.sandbox.sell([{ variant: CUP, quantity: 1 }]);
  p.sandbox.setClock({ advance_ms: 300000 });
  due(p);
  ended(await p.run('orders export --limit 1'), 0);
  assert.ok(sent().includes(name));
  assert.deepEqual(await waiting(p), [[held, 'on_hold']]);
});

test('the ERP has it, entered by hand: it waits no more', async t => {
  const { p, held, release, sent } = await open(t);
  ended(await p.run('orders export'), 0);
  ended(await p.run(['adopt', 'orders', held]), 0);
  due(p);
  ended(await p.run('orders export'), 0);
  assert.deepEqual(await waiting(p), []);
  release();
  ended(await p.run('orders export --full'), 0);
  assert.equal(sent().includes(held), false);
});

for (const [how, released] of [['and the hold is released', true], ['and it is still held', false]])
  test(`dropped by a person while the shop is asked, ${how}`, async t => {
    const { p, held, release, sent } = await open(t);
    ended(await p.run('orders export'), 0);
    if (released) release();
    due(p);
    p.configure({ net: { timeout: '5s', retries: 3 } });
    for (const operation of ['OrdersByName', 'OrdersById']) p.sandbox.addFaults({ fault: 'hang', operation, nth: 1 });
    const n = p.sandbox.log.n;
    const run = p.start('orders export');
    while (!p.sandbox.requests({ since: n }).some(r => /^Orders(By|Named)/.test(r.operation))) await sleep(10);
    ended(await p.run(['queue', 'drop', '--for-good', held]), 0);
    ended(await run.done, 0);
    ended(await p.run('orders export'), 0);
    assert.equal(sent().includes(held), false);
    assert.deepEqual(await waiting(p), []);
  });

test('many on hold: what is new goes first, and they are asked for by tens', async t => {
  const { p, sent } = await open(t);
  p.sandbox.setClock({ advance_ms: -300000 });
  for (let i = 0; i < 24; i++) {
    const { name } = p.sandbox.sell([{ variant: CUP, quantity: 1 }]);
    p.sandbox.changeFulfillmentOrders({ order: name, hold: 'OTHER' });
  }
  p.sandbox.setClock({ advance_ms: 300000 });
  ended(await p.run('orders export'), 0);
  assert.equal((await waiting(p)).length, 25);
  p.sandbox.setClock({ advance_ms: -100000 });
  const { name } = p.sandbox.sell([{ variant: CUP, quantity: 2 }]);
  p.sandbox.setClock({ advance_ms: 100000 });
  due(p);
  const seen = requestsOf(p.sandbox);
  ended(await p.run('orders export'), 0);
  assert.ok(sent().includes(name));
  const asked = seen().map(r => r.operation);
  assert.equal(asked.filter(operation => operation === 'OrdersNamed').length, 3);
  assert.ok(asked.indexOf('OrdersChanged') < asked.indexOf('OrdersNamed'), asked.join());
  assert.equal((await waiting(p)).length, 25);
});

test('a person sends it, and that run is killed before it is put: the next one sends it', async t => {
  const { p, held, names, sent } = await open(t, { bin: BIN });
  ended(await p.run('orders export'), 0);
  const only = ['orders', 'export', '--only', held];
  ended(await p.run([...only, '--dry-run'], { env: { ERPSYNC_STEP_LOG: p.path('steps') } }), 0);
  const step = p.read('steps').trim().split('\n').findIndex(line => line.endsWith(' batch mapped')) + 1;
  assert.ok(step > 0);
  await p.run(only, { env: { ERPSYNC_STOP_AT: String(step) } });
  assert.equal(sent().includes(held), false);
  ended(await p.run('orders export'), 0);
  assert.deepEqual([sent(), await waiting(p)], [names, []]);
});

// `forget`: a person is erased from the state file, to the last byte, and nothing is delivered twice for it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place } from '../support/place.mjs';
import { quotingProxy } from '../support/quoting.mjs';
import { answer, BIN_PLAIN, ended } from '../support/run.mjs';

const open = (t, options = {}) =>
  place(t, { sandbox: { orders: 12, seed: 3, nasty: 'off', ...options.sandbox }, bin: BIN_PLAIN, ...options });
const stateBytes = p =>
  fs.readdirSync(p.dir).filter(name => /^erpsync\.db(-wal|-shm)?$/.test(name))
    .map(name => fs.readFileSync(p.path(name), 'latin1')).join('');
const latin1 = text => Buffer.from(text).toString('latin1');

const wordsOf = order =>
  [order.email, order.phone, order.customer?.email, order.customer?.phone]
    .concat([order.shippingAddress, order.billingAddress].filter(Boolean).flatMap(a => [a.address1, a.phone, a.lastName]))
    .filter(word => word && word.length > 4);
/** Texts of an order that say who somebody is, and that no other order of the shop has. */
function personOf(p, i) {
  const others = Array.from({ length: 12 }, (_, k) => k).filter(k => k !== i)
    .flatMap(k => wordsOf(p.sandbox.orders.view(k))).join('\n').toLowerCase();
  return [...new Set(wordsOf(p.sandbox.orders.view(i)))].filter(word => !others.includes(word.toLowerCase()));
}
const forget = async (p, who, more = '') => answer(ended(await p.run(['forget', who, '--json', ...more.split(' ').filter(Boolean)]), 0));

for (const [what, whoOf] of Object.entries({
  'mail address': order => order.email.toUpperCase(),
  'telephone number': order => (order.phone ?? order.shippingAddress?.phone ?? order.customer?.phone),
  'name of an order': order => order.name,
  'number of an order': order => order.name.slice(1),
  'id of an order': order => order.id,
  'end of a customer’s id': order => order.customer.id.split('/').at(-1),
}))
  test(`a person by the ${what}`, async t => {
    const p = await open(t);
    ended(await p.run('orders export'), 0);
    const i = Array.from({ length: 12 }, (_, k) => k).find(k => whoOf(p.sandbox.orders.view(k)) && personOf(p, k).length > 1);
    const order = p.sandbox.orders.view(i), words = personOf(p, i);
    for (const word of words) assert.ok(stateBytes(p).includes(latin1(word)), `${word} is there before`);
    const files = p.exchange().orders().size;

    const dry = await forget(p, whoOf(order), '--dry-run');
    assert.ok(dry.records >= 1 && dry.documents >= 1 && dry.dry_run);
    for (const word of words) assert.ok(stateBytes(p).includes(latin1(word)), 'a dry run erases nothing');
    assert.deepEqual(fs.readdirSync(p.dir).filter(name => /dry-run/.test(name)), [], 'and leaves no copy');

    const done = await forget(p, whoOf(order));
    assert.deepEqual([done.records, done.documents], [dry.records, dry.documents]);
    const bytes = stateBytes(p).toLowerCase();
    for (const word of words) assert.ok(!bytes.includes(latin1(word).toLowerCase()), `${word} is gone`);
    ended(await p.run('state check'), 0);

    await t.test('the links stand: nothing is exported again', async () => {
      ended(await p.run('orders export'), 0);
      const summary = (await p.export()).summary;
      assert.deepEqual([summary.created, summary.updated, summary.parked], [0, 0, 0]);
      assert.equal(p.exchange().verify().orders().size, files);
      const told = ended(await p.run(['explain', order.name]), 0).stdout;
      assert.match(told, /orders-0/, 'where it went is known');
    });
    await t.test('others are as they were', async () => {
      const other = p.sandbox.orders.view((i + 1) % 12);
      if (other.email && other.customer?.id !== order.customer?.id) assert.ok(stateBytes(p).includes(other.email));
    });
  });

test('what it names that it can’t reach', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  p.write('erpsync.db.before-v2', 'an old copy', 0o600);
  const { not_reached: left } = await forget(p, 'nobody@example.com');
  const at = name => left.some(entry => entry.where.endsWith(name));
  assert.ok(at('erpsync.db.before-v2') && at('/out') && at('erpsync.log') && at('elsewhere'), JSON.stringify(left));
  assert.match(ended(await p.run('forget nobody@example.com'), 0).stdout, /^nothing is found .* by 'nobody@example\.com' as a mail address, .*; a person's name is not looked for\n/);
});

test('an order that waits is not lost: the printed command first', async t => {
  const p = await open(t, { sandbox: { nasty: ['unknown_tax'], orders: 24 } });
  await p.run('orders export');
  const [name] = (await p.parked()).keys();
  const order = Array.from({ length: 24 }, (_, k) => p.sandbox.orders.view(k)).find(o => o.name === name);
  const before = stateBytes(p);
  const refused = ended(await p.run(['forget', order.email]), 78);
  const [, drop] = refused.stderr.match(/erpsync (queue drop '[^']+')/) ?? assert.fail(refused.stderr);
  assert.ok(before.includes(order.email) && stateBytes(p).includes(order.email), 'nothing was erased');
  /* The customer may have others that wait. */
  for (let again = drop; again; ) {
    const [, what] = again.match(/'(.+)'/);
    ended(await p.run(['queue', 'drop', what]), 0);
    again = (await p.run(['forget', order.email])).stderr.match(/queue drop '[^']+'/)?.[0];
  }
  assert.ok(!stateBytes(p).toLowerCase().includes(order.email.toLowerCase()));
});

test('what was given back of their orders goes with them', async t => {
  const p = await open(t);
  const { name, email } = p.sandbox.orders.view(0);
  earlier(p.sandbox, 100, { edit: name, change: { fulfill: true } });
  ended(await p.run('orders export'), 0);
  earlier(p.sandbox, 90, { edit: name, change: { refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }], note: 'Call Mrs Quillfeather' } } });
  ended(await p.run('orders export'), 0);
  ended(await p.run('refunds export'), 0);
  assert.ok(stateBytes(p).includes('Quillfeather'));
  await forget(p, email);
  assert.ok(!stateBytes(p).includes('Quillfeather'));
  ended(await p.run('refunds export --full'), 0);
  assert.deepEqual(p.exchange().verify().names(/^refunds.*csv$/), ['refunds-000001.csv']);
});

test('a running flow: 75, and nothing erased', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  const { email } = p.sandbox.orders.view(0);
  let release, reached;
  const held = new Promise(resolve => (release = resolve));
  const there = new Promise(resolve => (reached = resolve));
  p.configure({ store: { url: await quotingProxy(t, p.sandbox.url, () => {
    reached();
    return held;
  }) } });
  const running = p.start('orders export --full');
  await there;
  const refused = await p.run(['forget', email]);
  release(null);
  ended(await running.done, 0);
  assert.equal(refused.status, 75, refused.stderr);
  assert.match(refused.stderr, /is held by process \d+ on .*; try again when it has ended$/m);
  assert.ok(stateBytes(p).includes(email));
});

test('stock still counts on what was delivered a moment ago', async t => {
  const p = await open(t, { conf: { inventory: { quantity: 'available', order_lag: '1h' } } });
  ended(await p.run('orders export'), 0);
  const { email } = p.sandbox.orders.view(0);
  assert.match(ended(await p.run(['forget', email, '-v']), 75).stderr, /order_lag.*nothing was erased: try again after \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
  p.configure({ inventory: { order_lag: 0 } });
  ended(await p.run(['forget', email, '-v']), 0);
  assert.ok(!stateBytes(p).includes(email));
});

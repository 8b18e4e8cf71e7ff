// What the ERP says afterwards of the files that it got: no order is lost by a refusal, and none is sent to it twice.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, place } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { LYON, atRest, plainLevels, stockFile, stockPlace } from '../support/stock.mjs';

const SKU = 'SOLO-1';
const CONF = { csv: { ack: 'expected' }, orders: { overlap: '1m' }, mappings: { path: 'mappings' } };
const takes = p => p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\n*,*\n');
const parks = p => p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');

/** Sets the shop's time back for a change: of what moved within the last minute erpsync is wary. */
function ago(p, change, seconds = 90) {
  p.sandbox.setClock({ advance_ms: -seconds * 1000 });
  try {
    return change();
  } finally {
    p.sandbox.setClock({ advance_ms: seconds * 1000 });
  }
}

/** A shop with so many orders, which the ERP got as orders-000001; their names. */
async function open(t, { orders = 1, conf = CONF } = {}) {
  const p = await place(t, { bin: BIN_PLAIN, sandbox: { orders: 0, nasty: 'off' }, conf });
  takes(p);
  const names = Array.from({ length: orders }, () => sell(p));
  await exports(p);
  return { p, names };
}

const sell = (p, quantity = 3) => ago(p, () => p.sandbox.sell([{ variant: SKU, quantity, location: LYON }])).name;
const edit = (p, name, change, seconds = 80) => earlier(p.sandbox, seconds, { edit: name, change });
const exports = async (p, status = 0) => ended(await p.run('orders export'), status);
const acks = (p, batch, text) => p.write(`out/${batch}.ack`, text);
const answered = async (p, batch, text, status = 1) => (acks(p, batch, text), exports(p, status));
const retried = async p => (ended(await p.run('queue retry --all'), 0), exports(p));
const confirmedOf = p =>
  execFileSync('sqlite3', [p.path('erpsync.db'), "SELECT label FROM link WHERE acknowledgement = 'ok' ORDER BY label"], { encoding: 'utf8' }).split('\n').filter(Boolean);
/** { 'orders-000001': ['#1001'] } */
const sent = p =>
  Object.fromEntries(
    p
      .exchange()
      .names(/^orders-.*\.csv$/)
      .map(file => [file.replace('.csv', ''), [...new Set(p.exchange().rows().concat(p.exchange().rows('orders-changed')).filter(row => row.file === file).map(row => row.order_number))]]),
  );
const UNKNOWN = /orders-000077\.csv: its acknowledgement is not read, and stays where it is: no record is known to have gone over in that file; .*remove this one/;
/** What is told of answers that nobody can be sure of. */
const doubtsOf = records => records.filter(r => r.code === 'ack_in_doubt').map(r => r.reason);
const reasons = async p => (await p.queue('--parked')).map(entry => entry.reason);

test('a name that is almost that of an acknowledgement is told', async t => {
  const { p, names } = await open(t);
  for (const name of ['orders-000001.csv.ack', 'orders-000001.ACK', 'orders-000001.ack.txt', 'orders-000001.manifest.json.ack'])
    await t.test(name, async () => {
      const says = new RegExp(`/out/${name.replaceAll('.', '\\.')}: is not called as an acknowledgement is, and not read`);
      p.write(`out/${name}`, 'ok\n');
      const run = ended(await p.run('orders export -v'), 0);
      assert.match(run.stderr, says);
      assert.match(run.stderr, /rename it to orders-000001\.ack$/m);
      assert.match((await p.run('check')).stdout, says);
      assert.deepEqual(confirmedOf(p), []);
      fs.rmSync(p.path('out', name));
    });
  /* Under its name for the moment of writing it is nobody's business; renamed, it counts. */
  p.write('out/orders-000001.ack.part', 'ok\n');
  assert.doesNotMatch(ended(await p.run('orders export -v'), 0).stderr, /acknowledgement/);
  fs.renameSync(p.path('out/orders-000001.ack.part'), p.path('out/orders-000001.ack'));
  await exports(p);
  assert.deepEqual(confirmedOf(p), names);
});

test('a change that is refused leaves the order as one that the ERP has', async t => {
  for (const [how, again] of [
    ['sent again', retried],
    ['the edit is undone', async (p, name) => (edit(p, name, { note: '' }, 70), exports(p))],
  ])
    await t.test(how, async sub => {
      const { p, names: [name] } = await open(sub);
      await answered(p, 'orders-000001', 'ok\n', 0);
      edit(p, name, { note: 'n' });
      await exports(p);
      assert.match((await answered(p, 'orders-changed-000001', `error ${name}: locked\n`)).stderr, /orders-changed-000001\.csv was rejected: locked/);
      await again(p, name);
      assert.deepEqual(sent(p), { 'orders-000001': [name], 'orders-changed-000001': [name], 'orders-changed-000002': [name] });
      await answered(p, 'orders-changed-000002', 'ok\n', 0);
      silent(await exports(p));
    });
  await t.test('a whole file of changes', async sub => {
    const { p, names } = await open(sub, { orders: 2 });
    for (const name of names) edit(p, name, { note: 'n' });
    await exports(p);
    await answered(p, 'orders-changed-000001', 'error: period closed\n');
    assert.equal((await reasons(p)).length, 2);
    await retried(p);
    assert.deepEqual(sent(p), { 'orders-000001': names, 'orders-changed-000001': names, 'orders-changed-000002': names });
  });
  await t.test('a newer one went over since: it makes the refusal good', async sub => {
    const { p, names: [name] } = await open(sub);
    edit(p, name, { note: 'n' });
    await exports(p);
    edit(p, name, { note: 'm' }, 70);
    await exports(p);
    acks(p, 'orders-changed-000001', `error ${name}: locked\n`);
    const { notices } = await p.export();
    assert.match(notices.join(), /orders-changed-000001\.csv was rejected: locked; it has gone over anew since, as orders-changed-000002\.csv/);
    assert.deepEqual(await reasons(p), []);
  });
});

test('an order is refused when a change of it is on its way, or has gone over', async t => {
  await t.test('the change is parked: it goes as a new order, and the refusal is seen', async sub => {
    const { p, names: [name] } = await open(sub);
    parks(p);
    edit(p, name, { note: 'n' });
    await exports(p, 1);
    assert.match((await answered(p, 'orders-000001', `error ${name}: no customer\n`)).stderr, /orders-000001\.csv was rejected: no customer/);
    assert.match((await reasons(p)).join(), /SKU 'SOLO-1' is in no row.*; orders-000001\.csv was rejected: no customer/);
    takes(p);
    await exports(p);
    assert.deepEqual(sent(p), { 'orders-000001': [name], 'orders-000002': [name] });
  });
  for (const [how, text] of [['by name', 'error #1001: no customer\n'], ['with all of its file', 'error: period closed\n']])
    await t.test(`the change has gone over, ${how}`, async sub => {
      const { p, names: [name] } = await open(sub);
      edit(p, name, { note: 'n' });
      await exports(p);
      acks(p, 'orders-changed-000001', `error ${name}: unknown order\n`);
      const { stderr } = await answered(p, 'orders-000001', text);
      assert.match(stderr, /orders-000001\.csv was rejected.*orders-changed-000001\.csv.*new one.*queue retry '#1001'/);
      await retried(p);
      assert.deepEqual(sent(p), { 'orders-000001': [name], 'orders-000002': [name], 'orders-changed-000001': [name] });
      await answered(p, 'orders-000002', 'ok\n', 0);
      assert.deepEqual(await reasons(p), []);
    });
  await t.test('the order was adopted', async sub => {
    const { p, names: [name, other] } = await open(sub, { orders: 2 });
    for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
    ended(await p.run('adopt orders'), 0);
    edit(p, name, { note: 'n' });
    await exports(p);
    await answered(p, 'orders-000001', `ok\nerror ${name}: no customer\n`);
    assert.deepEqual((await p.queue('--parked')).map(entry => entry.name), [name]);
    await retried(p);
    assert.deepEqual(sent(p), { 'orders-000001': [name, other], 'orders-000002': [name], 'orders-changed-000001': [name] });
  });
  await t.test('the same answer once more, when it was sent anew and changed: nothing follows', async sub => {
    const { p, names: [name] } = await open(sub);
    await answered(p, 'orders-000001', `error ${name}: no customer\n`);
    await retried(p);
    edit(p, name, { note: 'n' });
    await exports(p);
    await answered(p, 'orders-000001', `error ${name}: no customer\n`, 0);
    assert.deepEqual(await reasons(p), []);
    assert.deepEqual(sent(p), { 'orders-000001': [name], 'orders-000002': [name], 'orders-changed-000001': [name] });
  });
});

test('an order is named in another way than here', async t => {
  const { p, names: [name, other] } = await open(t, { orders: 2 });
  const id = p.sandbox.orders.list({ limit: 1 })[0].id.split('/').at(-1);
  let n = 0;
  for (const text of ['error 1001: blocked', 'error "#1001": blocked', 'error #1001:blocked', `rejected ${id}: blocked`, 'error;#1001;blocked', 'error #1001 blocked'])
    await t.test(text, async () => {
      const file = `orders-00000${++n}`;
      await answered(p, file, `ok\n${text}\n`);
      assert.match((await reasons(p)).join('\n'), new RegExp(`^${file}\\.csv was rejected: blocked; [^\\n]*'${name}'$`));
      await retried(p);
      assert.deepEqual(sent(p)[`orders-00000${n + 1}`], [name]);
    });
  assert.deepEqual(sent(p)['orders-000001'], [name, other]);
});

test('an order is named that is not in the file: all of the file is looked at', async t => {
  const { p, names } = await open(t, { orders: 2 });
  const { stderr } = await answered(p, 'orders-000001', 'ok\nerror #9001: blocked\n');
  assert.match(stderr, /orders-000001\.csv was rejected: the acknowledgement refuses '#9001', which is no order of that file: blocked/);
  assert.deepEqual((await p.queue('--parked')).map(entry => entry.name), names);
  await t.test('nor is the file one of ours', async () => {
    const { stderr } = await answered(p, 'orders-000077', 'error #1001: blocked\n');
    assert.match(stderr, UNKNOWN);
    silent(await exports(p));
  });
});

test('a refusal of a name that the file does not have takes back no word about an order by its own', async t => {
  const unknown = /^orders-000001\.csv: the acknowledgement refuses ('#99'(?:, '#98')?), which is no order of that file: gone; it refuses none, for each order of the file is answered by its own name$/;
  const cases = [
    ['each order has its own', a => `ok ${a[0]}\nok ${a[1]}\nerror #99: gone\n`, 0, [2, 0], ["'#99'"]],
    ['two names, one of them twice', a => `error #99: gone\nok ${a[0]}, ${a[1]}\nerror #98: left\nerror #99: gone\n`, 0, [2, 0], ["'#99', '#98'"]],
    ['one is refused by its own', a => `error #99: gone\nerror ${a[1]}: blocked\nok ${a[0]}\n`, 1, [1, 1], ["'#99'"]],
    ['one has none', a => `ok ${a[0]}\nerror #99: gone\n`, 1, [1, 1], []],
    ['one has a plain ok alone', a => `ok\nok ${a[0]}\nerror #99: gone\n`, 1, [1, 1], []],
  ];
  for (const [how, text, status, [acknowledged, rejected], told] of cases)
    await t.test(how, async sub => {
      const { p, names } = await open(sub, { orders: 2 });
      acks(p, 'orders-000001', text(names));
      const { summary, notices } = await p.export('', status);
      assert.deepEqual([summary.acknowledged, summary.rejected], [acknowledged, rejected]);
      assert.deepEqual(confirmedOf(p), names.slice(0, acknowledged));
      assert.deepEqual((notices ?? []).map(text => unknown.exec(text)?.[1]).filter(Boolean), told);
      if (status) assert.match((await reasons(p)).join(), told.length ? /was rejected: blocked;/ : /refuses '#99', which is no order of that file: gone/);
      await sub.test('a state file that is lost: what was confirmed is linked', async () => {
        for (const name of fs.readdirSync(p.dir).filter(name => name.startsWith('erpsync.db'))) fs.rmSync(p.path(name));
        const { summary } = await p.json('adopt orders --json');
        assert.equal(summary.linked, acknowledged);
      });
    });
});

test('the folder is emptied, our own books too: the numbers go on', async t => {
  const { p, names: [first] } = await open(t);
  edit(p, first, { note: 'n' });
  await exports(p);
  acks(p, 'orders-000001', 'ok\n');
  await answered(p, 'orders-changed-000001', 'ok\n', 0);
  fs.rmSync(p.path('out'), { recursive: true });
  const second = sell(p);
  edit(p, first, { note: 'm' }, 70);
  ended(await p.run('adopt orders --rest-is-new'), 0);
  await exports(p);
  assert.deepEqual(sent(p), { 'orders-000002': [second], 'orders-changed-000002': [first] });
  await answered(p, 'orders-000002', 'error: period is closed\n');
  assert.deepEqual((await p.queue('--parked')).map(entry => entry.name), [second]);
  await retried(p);
  assert.deepEqual(sent(p), { 'orders-000002': [second], 'orders-000003': [second], 'orders-changed-000002': [first] });
});

test('an acceptance that names an order is of that one alone', async t => {
  const cases = [
    ['one of three', a => `ok ${a[0]}\n`, 0, [1, 0], [0]],
    ['one twice, and by its number', a => `ok ${a[0]}\nOK: ${a[0].slice(1)} taken\n`, 0, [1, 0], [0]],
    ['words, no name', () => 'ok 3 orders imported\n', 0, [3, 0], [0, 1, 2]],
    ['the count twice, a time, the file', () => 'OK: 3 of 3 imported, 2026-11-29 10:00:01 (orders-000001.csv).\n', 0, [3, 0], [0, 1, 2]],
    ['a list', a => `ok ${a[0]}, ${a[2]}\n`, 0, [2, 0], [0, 2]],
    ['another count', () => 'ok 250 orders imported\n', 1, [0, 0], []],
    ['all, and one by name', a => `ok ${a[1]}\nok\n`, 0, [3, 0], [0, 1, 2]],
    ['all but one that is refused, twice', a => `ok\nerror ${a[1]}: blocked\nerror ${a[1]}: blocked\n`, 1, [2, 1], [0, 2]],
    ['one, and one is refused', a => `error ${a[0]}: blocked\nok ${a[2]}\n`, 1, [1, 1], [2]],
    ['the same order both', a => `ok ${a[0]}\nerror ${a[0]}: blocked\n`, 1, [0, 1], []],
    ['no order of the file', () => 'ok #9999\nok #9998\n', 1, [0, 0], []],
    ['an id that is none', () => 'ok gid://shopify/Order/1\n', 1, [0, 0], []],
  ];
  for (const [how, text, status, [confirmed, rejected], which] of cases)
    await t.test(how, async sub => {
      const { p, names } = await open(sub, { orders: 3 });
      acks(p, 'orders-000001', text(names));
      const run = ended(await p.run('orders export --json'), status);
      const { summary, records } = JSON.parse(run.stdout);
      assert.deepEqual([summary.acknowledged, summary.rejected], [confirmed, rejected]);
      assert.deepEqual(confirmedOf(p), which.map(i => names[i]));
      const told = doubtsOf(records).filter(text => /^its acknowledgement says ok to ('[^']*', which is no order of that file|250, and that file holds 3 orders)/.test(text));
      assert.equal(told.length, /no order|none|another/.test(how) ? 1 : 0);
      silent(await exports(p));
    });
});

test('a refusal is never taken for a yes, however it is written', async t => {
  // text, exit status, confirmed, rejected (of three orders, by their place), what is told
  const cases = [
    ['CR alone', a => `ok ${a[0]}\rerror ${a[1]}: blocked\rok ${a[2]}\r`, 1, [0, 2], [1]],
    ['two names', a => `ok\nerror ${a[0]}, ${a[1]}: blocked\n`, 1, [2], [0, 1]],
    ['two numbers', a => `ok\nerror ${a[0].slice(1)} ${a[1].slice(1)}: blocked\n`, 1, [2], [0, 1]],
    ['three names and nothing else', a => `ok\nerror ${a.join(' ')}\n`, 1, [], [0, 1, 2]],
    ['a number that no order has', a => `ok\nerror ${a[0].slice(1)} 12: blocked\n`, 1, [1, 2], [0]],
    ['a name that no order has', a => `ok\nerror ${a[0]}, #9001: blocked\n`, 1, [], [0, 1, 2]],
    ['a name in the reason', a => `ok\nerror ${a[0]}: double of ${a[1]}\n`, 1, [2], [0], /names #1002 in what .*'double of #1002'/],
    ['a number in the reason', a => `ok 3 orders\nerror ${a[0]} double of ${a[1].slice(1)}\n`, 1, [2], [0], /names #1002 in what/],
    ['the name first', a => `ok\n${a[1]}: error blocked\n`, 1, [0, 2], [], /names #1002 in what .*'#1002: error blocked'/],
    ['a date before it', a => `ok\n2026-01-02 ${a[1].slice(1)} blocked\n`, 1, [0, 2], [], /names #1002 in what/],
    ['not ok', a => `ok ${a[0]}\nnot ok ${a[1]}\nfailed ${a[2]}: x\n`, 1, [0], [], /names #1002 [^\n]*\n.*names #1003/],
    ['not ok, and an order that is none', () => 'ok\nnot ok #9001\n', 1, [], [], /may refuse something, .*'not ok #9001'/],
    ['words of refusal', () => 'ok 0\nerrors 3\n', 1, [], [], /may refuse something, .*'errors 3'/],
    ['with errors', () => 'done with errors\n', 1, [], [], /may refuse something, .*'done with errors'/],
    ['all but one', a => `ok except ${a[1]}\n`, 1, [], [], /names #1002 in what .*'ok except #1002'/],
    ['all but one, and all', a => `ok except ${a[1]}\nok\n`, 1, [0, 2], [], /names #1002 in what/],
    ['a yes that is none', a => `ok ${a[1]} not taken\nok\n`, 1, [0, 2], [], /names #1002 in what/],
    ['a yes of its own beside it', a => `ok\nok ${a[1]}\nsee ${a[1]}\n`, 1, [0, 1, 2], [], /names #1002 in what/],
    ['two of three', () => 'OK: 2 of 3 imported\n', 1, [], [], /may refuse something, .*'OK: 2 of 3 imported'/],
    ['two of three, one named', a => `ok, ${a[1]} later\n`, 1, [], [], /names #1002 in what .*'ok, #1002 later'/],
    ['one is left out', () => 'ok, 1 skipped\n', 1, [], [], /may refuse something, .*'ok, 1 skipped'/],
    ['none of them', () => 'ok: none\n', 1, [], [], /may refuse something, .*'ok: none'/],
    ['in another language', () => 'ok, teilweise\n', 1, [], [], /may refuse something, .*'ok, teilweise'/],
    ['up to a number', a => `ok ${a[0].slice(1)}-${a[1].slice(1)}\n`, 1, [], [], /says ok to '1001-1002', which is no order of that file/],
    ['on hold', a => `ok, ${a[2].slice(1)} on hold\n`, 1, [], [], /names #1003 in what/],
    ['both in one line', a => `ok: ${a[0]}, ${a[1]} ; error: ${a[2]}\n`, 1, [], [], /names #1003 in what/],
    ['a line that is only strange', () => 'ok\nread by the night job\n', 1, [0, 1, 2], [], /neither ok nor error: 'read by the night job'/],
  ];
  for (const [how, text, status, confirmed, rejected, said] of cases)
    await t.test(how, async sub => {
      const { p, names } = await open(sub, { orders: 3 });
      acks(p, 'orders-000001', text(names));
      const { summary, records } = JSON.parse(ended(await p.run('orders export --json'), status).stdout);
      assert.deepEqual([summary.acknowledged, summary.rejected], [confirmed.length, rejected.length]);
      assert.deepEqual(confirmedOf(p), confirmed.map(i => names[i]));
      assert.deepEqual((await p.queue('--parked')).map(entry => entry.name), rejected.map(i => names[i]));
      if (said) assert.match(doubtsOf(records).join('\n'), said);
      else assert.deepEqual(doubtsOf(records), []);
      silent(await exports(p));
      if (!said || rejected.length) return;
      assert.match(doubtsOf(records).join('\n'), /write the acknowledgement of orders-000001\.csv once more/);
      await answered(p, 'orders-000001', 'ok\n', 0);
      assert.deepEqual(confirmedOf(p), names);
    });
});

test('an answer of doubt ends the run with 1 and says what to do; a yes after a refusal is told', async t => {
  await t.test('cron’s mail', async sub => {
    const { p } = await open(sub, { orders: 2 });
    const { stderr } = await answered(p, 'orders-000001', 'OK: 1 imported, 1 error (duplicate customer)\n');
    assert.match(stderr, /orders-000001\.csv: its acknowledgement may refuse something.*write the acknowledgement of orders-000001\.csv once more/);
    assert.match((await p.run('check')).stdout, /^warn .*1 batch.* answered so that nobody can be sure.*orders-000001/m);
    await answered(p, 'orders-000001', 'ok\n', 0);
    assert.doesNotMatch((await p.run('check')).stdout, /nobody can be sure/);
  });
  for (const [how, text] of [['by name', name => `ok ${name}\n`], ['all of it', () => 'ok\n']])
    await t.test(`refused first, ${how}`, async sub => {
      const { p, names } = await open(sub, { orders: 2 });
      await answered(p, 'orders-000001', `error ${names[0]}: late\nok ${names[1]}\n`);
      const { stderr } = await answered(p, 'orders-000001', text(names[0]));
      assert.match(stderr, /says ok to #1001, which an earlier one has refused: .*erpsync adopt orders '#1001'/);
      ended(await p.run('adopt orders #1001'), 0);
      silent(await exports(p));
      assert.deepEqual(Object.keys(sent(p)), ['orders-000001']);
    });
  /* What a person took out since is not parked. */
  for (const [how, drop, says] of [
    ['dropped for good', '--for-good', /refused: it was dropped for good, and nothing of it goes over any more; .*cancel it there.*erpsync adopt orders '#1001'/],
    ['dropped', '', /refused: it was dropped, but with its next change it would go over as a new order; .*erpsync adopt orders '#1001'/],
  ])
    await t.test(`refused first, then ${how}`, async sub => {
      const { p, names: [name] } = await open(sub);
      await answered(p, 'orders-000001', `error ${name}: late\n`);
      ended(await p.run(`queue drop ${drop} ${name}`), 0);
      const { stderr } = await answered(p, 'orders-000001', `ok ${name}\n`);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /parked|once more/);
      if (drop) assert.match(ended(await p.run(`adopt orders ${name}`), 0).stdout, /^1 linked/m);
      edit(p, name, { note: 'n' });
      await exports(p);
      assert.deepEqual(Object.keys(sent(p)), drop ? ['orders-000001'] : ['orders-000001', 'orders-000002']);
    });
});

test('a refusal that is read does not go out again in the same run, nor undo what a person has decided', async t => {
  await t.test('named by --only', async sub => {
    const { p, names: [name] } = await open(sub);
    acks(p, 'orders-000001', `error ${name}: exists already\n`);
    ended(await p.run(`orders export --only ${name}`), 1);
    assert.deepEqual(sent(p), { 'orders-000001': [name] });
    assert.match((await reasons(p)).join(), /exists already/);
    ended(await p.run(`orders export --only ${name}`), 0);
    assert.deepEqual(sent(p), { 'orders-000001': [name], 'orders-000002': [name] });
  });
  await t.test('dropped for good', async sub => {
    const { p, names: [name] } = await open(sub);
    ended(await p.run(`queue drop --for-good ${name}`), 0);
    await answered(p, 'orders-000001', `error ${name}: no customer\n`, 0);
    edit(p, name, { note: 'n' });
    await exports(p);
    assert.deepEqual(sent(p), { 'orders-000001': [name] });
    assert.deepEqual(await reasons(p), []);
  });
});

test('an acknowledgement with signs that no text has is told, and confirms nothing until it is written anew', async t => {
  for (const [how, sign] of [['NUL', '\0'], ['a form feed', '\f'], ['NEL', '\x85'], ['a line separator', '\u2028'], ['a paragraph separator', '\u2029']])
    await t.test(how, async sub => {
      const { p, names } = await open(sub, { orders: 2 });
      acks(p, 'orders-000001', `ok\n${sign}error ${names[1]}: blocked\n`);
      const said = /orders-000001\.ack: is no text that can be relied on \(.*U\+[0-9A-F]{4} in line 2\), so that the answer to orders-000001\.csv is not known; put a file in its place/;
      for (let run = 0; run < 2; run++) assert.match((await p.export()).notices.join(), said);
      assert.deepEqual(confirmedOf(p), []);
      assert.match((await p.run('check')).stdout, /^warn .*orders-000001\.ack: is no text/m);
      await answered(p, 'orders-000001', `ok\nerror ${names[1]}: blocked\n`);
      assert.deepEqual(confirmedOf(p), [names[0]]);
    });
});

test('an acknowledgement that is none is told by each run, and costs the others nothing', async t => {
  const make = {
    'a folder': [at => fs.mkdirSync(at), /is a folder/],
    'a pipe': [at => execFileSync('mkfifo', [at]), /is no file/],
    'a link to itself': [at => fs.symlinkSync('orders-000001.ack', at), /can't be read \(Too many levels/],
    'a link to nowhere': [at => fs.symlinkSync('gone.ack', at), /is a link that leads nowhere/],
    'a device that never ends': [at => fs.symlinkSync('/dev/zero', at), /is no file/],
  };
  for (const [how, [put, why]] of Object.entries(make))
    await t.test(how, async sub => {
      const { p, names } = await open(sub);
      names.push(sell(p));
      await exports(p);
      put(p.path('out/orders-000001.ack'));
      acks(p, 'orders-000002', 'ok\n');
      const said = new RegExp(`out/orders-000001\\.ack: ${why.source}.*, so that the answer to orders-000001\\.csv is not known; put a file in its place`);
      assert.match((await p.export()).notices.join(), said);
      assert.deepEqual(confirmedOf(p), [names[1]]);
      assert.match((await p.export()).notices.join(), said);
      assert.match((await p.run('check')).stdout, /^warn .*orders-000001\.ack: .*is not known/m);
      fs.rmSync(p.path('out/orders-000001.ack'), { recursive: true });
      await answered(p, 'orders-000001', 'ok\n', 0);
      assert.deepEqual(confirmedOf(p), names);
    });
});

test('an answer to a file that never was', async t => {
  const { p } = await open(t);
  acks(p, 'orders-000077', 'ok\n');
  assert.match((await exports(p, 1)).stderr, UNKNOWN);
  silent(await exports(p));
  assert.equal(p.read('out/orders-000077.ack'), 'ok\n', 'it stays for whoever wrote that file');
  assert.match((await p.run('check')).stdout, /^warn .*orders-000077\.csv: its acknowledgement is not read/m);
  await t.test('is none to the file that gets that number', async () => {
    acks(p, 'orders-000002', 'error: period is closed\n');
    await exports(p, 1);
    const name = sell(p);
    await exports(p);
    assert.deepEqual(sent(p)['orders-000003'], [name]);
    silent(await exports(p));
    assert.deepEqual(await reasons(p), []);
  });
  await t.test('an old one, of orders that have gone over anew since, says nothing new', async () => {
    edit(p, '#1001', { note: 'n' });
    await exports(p);
    acks(p, 'orders-000001', 'ok\n');
    assert.deepEqual((await p.export()).notices, []);
  });
});

test('answers that were cut short by a kill come again, and are counted as they are', async t => {
  for (const file of ['orders-000001', 'orders-changed-000001']) {
    const world = async sub => {
      const { p, names } = await open(sub, { orders: 3 });
      if (file !== 'orders-000001') {
        for (const name of names) edit(p, name, { note: 'n' });
        await exports(p);
      }
      acks(p, file, `ok\nok ${names[0]}\nerror ${names[1]}: blocked\n`);
      return { p, names };
    };
    const { p: whole } = await world(t);
    ended(await whole.run('orders export', { bin: BIN, env: { ERPSYNC_STEP_LOG: whole.path('steps') } }), 1);
    const steps = [...whole.read('steps').matchAll(/^(\d+) (csv_ack_\S+)$/gm)];
    assert.equal(steps.length, 4);
    for (const [, step, what] of steps)
      await t.test(`${file}, ${what} ${step}`, async sub => {
        const { p, names } = await world(sub);
        assert.equal((await p.run('orders export', { bin: BIN, env: { ERPSYNC_STOP_AT: step } })).signal, 'SIGKILL');
        const { acknowledged } = JSON.parse((await p.run('orders export --json')).stdout).summary;
        assert.equal(acknowledged, what === 'csv_ack_put_away' ? 0 : 2);
        assert.deepEqual(confirmedOf(p), [names[0], names[2]]);
        assert.deepEqual((await p.queue('--parked')).map(entry => entry.name), [names[1]]);
      });
  }
});

test('the ERP answers to a file whose run was killed before it knew that it was there', async t => {
  const first = async () => {
    const p = await place(t, { sandbox: { orders: 0, nasty: 'off' }, conf: CONF });
    takes(p);
    return [p, sell(p)];
  };
  const [whole] = await first(), [p, name] = await first();
  ended(await whole.run('orders export', { bin: BIN, env: { ERPSYNC_STEP_LOG: whole.path('steps') } }), 0);
  const step = whole.read('steps').match(/^(\d+) csv_published$/m)[1];
  assert.equal((await p.run('orders export', { bin: BIN, env: { ERPSYNC_STOP_AT: step } })).signal, 'SIGKILL');
  await answered(p, 'orders-000001', `error ${name}: no customer\n`);
  assert.match((await reasons(p)).join(), /no customer/);
  await retried(p);
  assert.deepEqual(sent(p), { 'orders-000001': [name], 'orders-000002': [name] });
});

test('the ERP does not know the units of an order that it refused', async t => {
  for (const [how, parked] of [['parked', true], ['delivered', false]])
    await t.test(`a change of it is ${how}`, async sub => {
      const p = await stockPlace(sub, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, inventory: { quantity: 'available', order_lag: '0s' }, conf: CONF });
      takes(p);
      plainLevels(p.sandbox, [SKU], [LYON], 10);
      await exports(p);
      const name = sell(p);
      await exports(p);
      if (parked) parks(p);
      edit(p, name, { note: 'n' });
      await exports(p, parked ? 1 : 0);
      execFileSync('sqlite3', [p.path('erpsync.db'), 'UPDATE reported SET reported_at = reported_at - 3600; UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3']);
      const [file] = p.exchange().names(/^orders-\d+\.csv$/).slice(-1);
      await answered(p, file.replace('.csv', ''), `error ${name}: blocked\n`);
      takes(p);
      stockFile(p, [[SKU, 'MAIN', 10, 10]], { age: 20 });
      await p.run('inventory pull');
      assert.equal(p.sandbox.truth({ skus: [SKU] }).stock[`${SKU} @ ${LYON}`].available, 7);
    });
});

test('the ERP knows the units of an order that it took, though it refuses what went after it', async t => {
  for (const early of [true, false])
    for (const dropped of [false, true])
      await t.test(`its ok is read ${early ? 'before' : 'after'} the change went, which ${dropped ? 'is dropped' : 'stays parked'}`, async sub => {
        const p = await stockPlace(sub, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, inventory: { quantity: 'available', order_lag: '0s' }, conf: CONF });
        takes(p);
        plainLevels(p.sandbox, [SKU], [LYON], 10);
        await exports(p);
        const name = sell(p);
        await exports(p);
        execFileSync('sqlite3', [p.path('erpsync.db'), 'UPDATE reported SET reported_at = reported_at - 600']);
        if (early) await answered(p, 'orders-000001', 'ok\n', 0);
        edit(p, name, { note: 'n' });
        await exports(p);
        if (!early) await answered(p, 'orders-000001', 'ok\n', 0);
        await answered(p, 'orders-changed-000001', `error ${name}: note too long\n`);
        if (dropped) ended(await p.run(['queue', 'drop', name, '--reason', 'stays as it is']), 0);
        execFileSync('sqlite3', [p.path('erpsync.db'), `UPDATE reported SET reported_at = reported_at - 3600, answered_at = iif(answered_at, answered_at - 3600, 0);
          UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3`]);
        atRest(p.sandbox, [SKU], [LYON]);
        stockFile(p, [[SKU, 'MAIN', 7, 7]], { age: 20 });
        await p.run('inventory pull');
        assert.equal(p.sandbox.truth({ skus: [SKU] }).stock[`${SKU} @ ${LYON}`].available, 7);
      });
});

test('an order that was refused and then entered by hand is adopted, and not sent again', async t => {
  const cases = {
    'one order of a file': [name => `ok\nerror ${name}: no customer\n`, async () => {}],
    'the whole file': [() => 'error: period closed\n', async () => {}],
    'a change of it': [
      () => 'ok\n',
      async (p, name) => (edit(p, name, { note: 'n' }), await exports(p), answered(p, 'orders-changed-000001', `error ${name}: locked\n`)),
    ],
    'its document is kept no more': [
      name => `error ${name}: no customer\n`,
      async p => execFileSync('sqlite3', [p.path('erpsync.db'), 'DELETE FROM payload']),
    ],
    'the same answer comes once more': [
      name => `error ${name}: no customer\n`,
      async () => {},
      async (p, name) => answered(p, 'orders-000001', `error ${name}: no customer\n`, 0),
    ],
  };
  for (const [how, [ack, before, after]] of Object.entries(cases))
    for (const by of ['its name', 'a file of ids'])
      await t.test(`${how}, by ${by}`, async sub => {
        const { p, names: [name, other] } = await open(sub, { orders: 2 });
        await answered(p, 'orders-000001', ack(name), /^ok\n$/.test(ack(name)) ? 0 : 1);
        await before(p, name);
        const was = sent(p);
        const parked = (await p.queue('--parked')).map(entry => entry.name);
        assert.ok(parked.includes(name));
        for (const entry of await p.queue('--parked')) assert.match(entry.reason, new RegExp(`erpsync adopt orders '${entry.name}'`));
        const id = p.sandbox.orders.list({ limit: 2 }).find(order => order.name === name).id;
        p.write('ids.csv', `record,target\n${id},A-1\n`);
        const adopt = by === 'its name' ? ['adopt', 'orders', name] : ['adopt', 'orders', '--csv', 'ids.csv'];
        assert.match(ended(await p.run([...adopt, '--dry-run']), 0).stdout, /^1 would be linked, 0 known/);
        assert.match(ended(await p.run(adopt), 0).stdout, /^1 linked, 0 known/);
        assert.match(ended(await p.run(adopt), 0).stdout, /^0 linked, 1 known/);
        await exports(p);
        if (after) await after(p, name);
        await retried(p);
        ended(await p.run('orders export --full'), 0);
        assert.deepEqual((await p.queue('--parked')).map(entry => entry.name), []);
        const again = parked.length > 1 ? { 'orders-000002': [other] } : {};
        assert.deepEqual(sent(p), { ...was, ...again });
        edit(p, name, { note: 'later' }, 70);
        await exports(p);
        const { [`orders-changed-00000${how === 'a change of it' ? 2 : 1}`]: changes } = sent(p);
        assert.deepEqual(changes, [name], 'its changes go over');
      });
});

test('an order that is parked before it was ever sent, and was entered by hand', async t => {
  const { p, names: [name] } = await open(t);
  parks(p);
  const other = sell(p);
  await exports(p, 1);
  ended(await p.run(['adopt', 'orders', other]), 0);
  await exports(p);
  assert.deepEqual(await p.queue('--parked'), []);
  takes(p);
  await exports(p);
  assert.deepEqual(sent(p), { 'orders-000001': [name] });
});

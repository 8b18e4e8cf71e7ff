// What the shop gives back of its orders, into the exchange folder: each refund once, its changes as changes, under numbers of
// its own; whatever becomes of the run, the state file or the folder.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { comparable } from '../support/exchange.mjs';
import { REFUNDS } from '../support/flows.mjs';
import { earlier, place } from '../support/place.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { covers, stopEverywhere } from '../support/stops.mjs';

const exports = async (p, status = 0, more = '') => ended(await p.run(`refunds export ${more}`.trim()), status);
/** A second after the change before it, at least: versions are whole seconds. */
const change = (p, name, ...changes) => changes.forEach(one => earlier(p.sandbox, (p.ago -= 2), { edit: name, change: one }));
const back = (line, quantity, more = {}) => ({ refund: { lines: [{ line, quantity, restock: 'RETURN' }], ...more } });
const lose = p => ['', '.seal', '-wal', '-shm'].forEach(end => fs.rmSync(p.path(`erpsync.db${end}`), { force: true }));
const written = p => comparable({ files: new Map([...p.exchange().verify().files].filter(([name]) => /^refunds/.test(name))) });
const parked = async p => (await p.queue('--parked')).map(entry => [entry.name, entry.code]);
const numbers = (p, key = 'refunds') => p.exchange().verify().names(new RegExp(`^${key}-\\d+\\.csv$`));

/** The refunds of a file by name; of each the sum holds. */
function refunds(p, key = 'refunds') {
  const found = new Map();
  for (const row of p.exchange().verify().rows(key)) found.set(row.refund_number, [...(found.get(row.refund_number) ?? []), row]);
  const cents = text => Math.round(100 * Number(text || 0));
  for (const [name, rows] of found) {
    assert.equal(rows.reduce((sum, row) => sum + cents(row.amount), 0), cents(rows[0].refund_total), `${name}: amount`);
    assert.equal(rows.reduce((sum, row) => sum + cents(row.tax), 0), cents(rows[0].tax_total), `${name}: tax`);
  }
  return found;
}

/** A shop with orders that were shipped and exported, and of three of them refunds that were not. */
async function shop(t, { conf = {}, steps = false } = {}) {
  const p = await place(t, { bin: steps ? undefined : BIN_PLAIN, sandbox: { orders: 5, seed: 4, nasty: 'off' }, conf: { refunds: { wait_for_order: '7d' }, ...conf } });
  p.ago = 110;
  for (const name of ['#1001', '#1002', '#1003']) change(p, name, { fulfill: true });
  ended(await p.run('orders export'), 0);
  change(p, '#1001', back(0, 1));
  change(p, '#1002', back(0, 1, { pending: true }));
  change(p, '#1003', { refund: { lines: [], amount: '1.25', note: 'sorry' } });
  return p;
}
const NAMES = ['#1001-R1', '#1002-R1', '#1003-R1'];

test('a refund is written once, and again as a change when its money has arrived', async t => {
  const p = await shop(t);
  await exports(p, 0, '--dry-run');
  assert.deepEqual(numbers(p), []);
  await exports(p);
  assert.deepEqual(numbers(p), ['refunds-000001.csv']);
  const [goods, pending, goodwill] = NAMES.map(name => refunds(p).get(name));
  const [sold] = p.exchange().order('#1001');
  assert.deepEqual([goods[0].order_id, goods[0].line_id, goods[0].sku], [sold.order_id, sold.line_id, sold.sku]);
  assert.deepEqual([goods[0].quantity, goods[0].restock, goods[0].paid_amount], ['1', 'return', goods[0].refund_total]);
  assert.deepEqual([pending[0].paid_amount, pending[0].pending_amount], ['0.00', pending[0].refund_total]);
  assert.deepEqual([goodwill.length, goodwill[0].sku, goodwill[0].quantity, goodwill[0].amount, goodwill[0].note], [1, '', '0', '1.25', 'sorry']);
  const { document } = await p.json('explain #1001-R1 --json');
  assert.equal(document.order.tax_country, sold.shipping_country || sold.billing_country, 'taxes are looked up as those of the order');
  silent(await exports(p));
  change(p, '#1002', { refund_status: { refund: 0, status: 'SUCCESS' } });
  change(p, '#1001', back(2, 1));
  await exports(p);
  assert.deepEqual([...refunds(p, 'refunds-changed').keys()], ['#1002-R1']);
  assert.equal(refunds(p, 'refunds-changed').get('#1002-R1')[0].paid_amount, pending[0].refund_total);
  assert.deepEqual(numbers(p), ['refunds-000001.csv', 'refunds-000002.csv']);
  assert.deepEqual([...refunds(p).keys()], [...NAMES, '#1001-R2']);
  /* The orders go on by numbers of their own. */
  earlier(p.sandbox, (p.ago -= 2), { add: 1 });
  ended(await p.run('orders export'), 0);
  assert.deepEqual(numbers(p, 'orders'), ['orders-000001.csv', 'orders-000002.csv']);
  silent(await exports(p));
});

const STEPS = ['csv_writer_begins', 'csv_stage_file', 'csv_decide', 'csv_decided', 'csv_publish', 'csv_publish_manifest', 'csv_sequence_stored', 'csv_writer_ends', 'csv_forget'];

test('stopped at any step', async t => {
  const p = await shop(t, { steps: true });
  await t.test('of the first run', async () => covers(await stopEverywhere(p, { status: 0, flow: REFUNDS }), STEPS));
  await t.test('while the ERP takes the files at once', () => stopEverywhere(p, { status: 0, flow: REFUNDS, consumer: true }));
  await exports(p);
  change(p, '#1002', { refund_status: { refund: 0, status: 'SUCCESS' } });
  change(p, '#1004', { fulfill: true }, back(0, 1));
  await t.test('of a run with new ones and changes', async () => {
    const { files } = await stopEverywhere(p, { status: 0, flow: REFUNDS });
    assert.ok(files['refunds-000002.csv'] && files['refunds-changed-000001.csv']);
  });
});

test('what a kill has left decided of orders is not old by a clock that is months ahead while refunds go over', async t => {
  const p = await shop(t, { steps: true });
  earlier(p.sandbox, (p.ago -= 2), { add: 1 });
  const decided = () => fs.readdirSync(p.path('out/.erpsync')).filter(name => name.endsWith('.json') && !name.endsWith('.manifest.json'));
  for (let step = 10; !decided().length; step += 2) {
    assert.ok(step < 400);
    await p.run('orders export', { env: { ...p.env, ERPSYNC_STOP_AT: String(step) } });
  }
  const left = decided();
  ended(await p.run('refunds export', { env: { ...p.env, ERPSYNC_CLOCK_SHIFT: String(100 * 86400) } }), 0);
  assert.deepEqual(refunds(p).size, 3);
  assert.deepEqual(decided(), left);
  ended(await p.run('orders export'), 0);
  assert.deepEqual(decided(), []);
  assert.deepEqual(numbers(p, 'orders'), ['orders-000001.csv', 'orders-000002.csv']);
});

test('a state file that was lost does not write them a second time', async t => {
  const p = await shop(t);
  await exports(p);
  const files = written(p);
  lose(p);
  const { stderr } = await exports(p, 78);
  assert.match(stderr, /has got to refunds-000001, so nothing is written: .*erpsync -c \S+ adopt refunds --dry-run|erpsync adopt refunds --dry-run/);
  assert.match((await p.run('check')).stdout, /^bad .*has got to refunds-000001/m);
  ended(await p.run('adopt orders'), 0);
  await exports(p, 78);
  assert.match(ended(await p.run('adopt refunds --dry-run'), 0).stdout, /^3 would be linked/);
  await exports(p, 78);
  assert.equal((await p.json('adopt refunds --json')).summary.linked, 3);
  ended(await p.run('orders export'), 0);
  await exports(p);
  assert.deepEqual(written(p), files);
  await t.test('nor where the ERP has taken the files away', async () => {
    p.exchange().names(/^refunds/).forEach(name => fs.renameSync(p.path('out', name), p.path(name)));
    lose(p);
    ended(await p.run('adopt orders'), 0);
    assert.match(ended(await p.run('adopt refunds'), 78).stderr, /not known is refunds-000001\.manifest\.json\. .*adopt refunds --from FOLDER/);
    assert.equal((await p.json('adopt refunds --csv refunds-000001.csv --json', 78)).summary.linked, 3);
    ended(await p.run('adopt refunds --rest-is-new'), 0);
    ended(await p.run('orders export'), 0);
    await exports(p);
    assert.deepEqual(p.exchange().names(/^refunds/), []);
  });
});

test('an older state file is refused until it has adopted what was written since', async t => {
  const p = await shop(t);
  ended(await p.run('refunds export --limit 1'), 0);
  ended(await p.run('state backup backup.db'), 0);
  await exports(p);
  change(p, '#1002', { refund_status: { refund: 0, status: 'SUCCESS' } });
  await exports(p);
  const files = written(p);
  lose(p);
  fs.copyFileSync(p.path('backup.db'), p.path('erpsync.db'));
  assert.match((await exports(p, 78)).stderr, /is older than what was written with it .*refunds-000002 and refunds-changed-000001.*adopt refunds/);
  /* Of the orders nothing was written since. */
  ended(await p.run('orders export'), 0);
  ended(await p.run('adopt refunds'), 0);
  await exports(p);
  assert.deepEqual(written(p), files);
});

test('a second state file does not write refunds there', async t => {
  const p = await shop(t);
  await exports(p);
  const q = await shop(t, { conf: { erp: { path: 'own' } } });
  const files = written(p);
  q.configure({ erp: { path: p.path('out') } });
  assert.match((await exports(q, 78)).stderr, /has got to refunds-000001.*give this one a folder of its own/);
  assert.deepEqual(written(p), files);
});

test('a folder that holds nothing of it any more', async t => {
  const p = await shop(t);
  await exports(p);
  fs.renameSync(p.path('out'), p.path('away'));
  assert.match((await exports(p, 78)).stderr, /holds nothing of what was written there before.*adopt refunds --rest-is-new/);
  ended(await p.run('adopt refunds --rest-is-new'), 0);
  await exports(p);
});

test('acknowledgements of refunds', async t => {
  const p = await shop(t, { conf: { csv: { ack: 'expected' } } });
  await exports(p);
  p.write('out/orders-000001.ack', 'ok: 5 of 5 orders imported\n');
  p.write('out/refunds-000001.ack', 'ok\nerror #1002-R1: period is closed\n');
  await t.test('are none of the orders', async () => {
    silent(ended(await p.run('orders export'), 0));
    assert.ok(p.exists('out/refunds-000001.ack') && !p.exists('out/orders-000001.ack'));
  });
  await t.test('what was refused waits for a person', async () => {
    const { stderr } = await exports(p, 1);
    assert.match(stderr, /refunds-000001\.csv was rejected: period is closed; .*queue retry .*'#1002-R1'; or, .*adopt refunds '#1002-R1'/);
    assert.deepEqual(await parked(p), [['#1002-R1', 'rejected_by_target']]);
    silent(await exports(p));
  });
  await t.test('and goes as a new one', async () => {
    ended(await p.run('queue retry #1002-R1'), 0);
    await exports(p);
    assert.deepEqual(p.exchange().verify().rows().length > 0 && numbers(p), ['refunds-000001.csv', 'refunds-000002.csv']);
    p.write('out/refunds-000002.ack', 'ok: 1 refund imported\n');
    silent(await exports(p));
    assert.deepEqual(await parked(p), []);
    assert.match(ended(await p.run('explain #1002-R1'), 0).stdout, /refunds-000002\.csv, first delivered[^]*?the target's answer: ok\n/);
  });
  await t.test('also where its document was not kept', async () => {
    change(p, '#1003', back(0, 1));
    await exports(p);
    p.write('out/refunds-000003.ack', 'error #1003-R2: blocked\n');
    await exports(p, 1);
    execFileSync('sqlite3', [p.path('erpsync.db'), 'DELETE FROM payload']);
    ended(await p.run('queue retry #1003-R2'), 0);
    await exports(p);
    assert.deepEqual(p.exchange().rows('refunds').filter(row => row.refund_number === '#1003-R2').map(row => row.file), ['refunds-000003.csv', 'refunds-000004.csv']);
    p.write('out/refunds-000004.ack', 'ok: 1 refund imported\n');
    silent(await exports(p));
    assert.deepEqual(await parked(p), []);
  });
  await t.test('or is adopted where it was entered by hand', async () => {
    change(p, '#1001', back(2, 1));
    await exports(p);
    p.write('out/refunds-000005.ack', 'error #1001-R2: blocked\n');
    await exports(p, 1);
    ended(await p.run('adopt refunds #1001-R2'), 0);
    silent(await exports(p));
    assert.deepEqual(await parked(p), []);
  });
  await t.test('of a name that the file does not have', async () => {
    change(p, '#1002', { refund_status: { refund: 0, status: 'SUCCESS' } });
    await exports(p);
    p.write('out/refunds-changed-000001.ack', 'ok #1002\n');
    assert.match((await exports(p, 1)).stderr, /says ok to '#1002', which is no refund of that file/);
  });
});

test('further files of a mapping have the name of their kind before their own', async t => {
  const p = await shop(t);
  p.configure({ mappings: { path: 'mappings' } });
  const add = (flow, file) => {
    const text = fs.readFileSync(new URL(`../../mappings/csv/${flow}.jq`, import.meta.url), 'utf8').trimEnd();
    p.write(`mappings/csv/${flow}.jq`, `${text} | .files.${file} = {key: "x", columns: [{name: "x", type: "text"}], rows: [["${flow}"]]}\n`);
  };
  add('order', 'notes');
  add('refund', 'notes');
  await exports(p);
  earlier(p.sandbox, (p.ago -= 2), { add: 1 });
  ended(await p.run('orders export'), 0);
  assert.deepEqual([numbers(p, 'refunds-notes'), numbers(p, 'notes'), numbers(p, 'orders')], [['refunds-notes-000001.csv'], ['notes-000002.csv'], ['orders-000001.csv', 'orders-000002.csv']]);
  assert.match(p.read('out/refunds-notes-000001.csv'), /refund/);
  change(p, '#1001', back(2, 1));
  await exports(p);
  assert.deepEqual([numbers(p), numbers(p, 'refunds-notes')].map(names => names.length), [2, 2]);
  add('order', 'refunds');
  earlier(p.sandbox, (p.ago -= 2), { add: 1 });
  assert.match(ended(await p.run('orders export'), 78).stderr, /'refunds' is called as files of another kind are/);
});

test('into a folder that is named', async t => {
  const p = await shop(t);
  await exports(p, 0, '--to csv:other');
  assert.deepEqual(p.exchange('other').names(/./), [], 'their orders are not there');
  ended(await p.run('orders export --to csv:other'), 0);
  await exports(p, 0, '--to csv:other');
  assert.deepEqual(p.exchange('other').names(/^refunds.*csv$/), ['refunds-000001.csv']);
  assert.deepEqual(numbers(p), []);
  lose(p);
  ended(await p.run('adopt orders --to csv:other'), 0);
  assert.match((await exports(p, 78, '--to csv:other')).stderr, /adopt refunds --to '[^']*other' --dry-run/);
  ended(await p.run('adopt refunds --to csv:other'), 0);
  await exports(p, 0, '--to csv:other');
  assert.deepEqual(p.exchange('other').verify().names(/^refunds.*csv$/), ['refunds-000001.csv']);
});

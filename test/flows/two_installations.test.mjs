// A copied installation: two state files that read one exchange folder take each other's files, and that is told.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { copyOf, remove } from '../support/flows.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { deliveryFile } from '../support/shipping.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, conf: { fulfillments: { notify_customer: 'no' } } });
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 10);
  return p;
}
let age = 900;
/** The ERP counts, and nobody has moved anything since. */
function says(p, n) {
  atRest(p.sandbox, ['SOLO-1'], [LYON]);
  return stockFile(p, [['SOLO-1', 'MAIN', n]], { age: (age -= 5) });
}
const onHand = p => p.sandbox.truth().stock[`SOLO-1 @ ${LYON}`].on_hand;
/** Another machine with the same configuration and, unless it begins with none, the same memory. */
function second(t, p, { empty = false } = {}) {
  const other = copyOf(p, 'second');
  t.after(() => remove(other));
  if (empty) for (const end of ['', '.seal', '-wal', '-shm']) fs.rmSync(other.path(`erpsync.db${end}`), { force: true });
  other.configure({ erp: { path: p.path('out') } });
  return other;
}
const TAKEN = /archive\/stock.*\.csv, written at .*, was put there by another state file than this one.*an older copy.*another erpsync/;

for (const empty of [false, true])
  test(`stock, and the second one ${empty ? 'begins with an empty state file' : 'has a copy of the state file'}`, async t => {
    const p = await open(t);
    says(p, 11);
    await pull(p);
    const other = second(t, p, { empty });
    atRest(p.sandbox, ['SOLO-1'], [LYON]);
    await pull(other);
    says(p, 12);
    await pull(other);
    assert.equal(onHand(p), 12);
    const taken = ended(await p.run('inventory pull'), 78);
    assert.match(taken.stderr, TAKEN);
    await t.test('once', async () => silent(ended(await p.run('inventory pull'), 0)));
    await t.test('the other way round, though there is a new file too, which the run after that reads', async () => {
      says(p, 13);
      await pull(p);
      says(p, 14);
      assert.match(ended(await other.run('inventory pull'), 78).stderr, TAKEN);
      await pull(other);
      assert.equal(onHand(p), 14);
    });
    await t.test('what was taken is read with --full', async () => {
      ended(await p.run('inventory pull'), 78);
      says(p, 15);
      await pull(p);
      plainLevels(p.sandbox, ['SOLO-1'], [LYON], 10);
      assert.match(ended(await other.run('inventory pull'), 78).stderr, TAKEN);
      await pull(other, '--full');
      assert.equal(onHand(p), 15);
      silent(ended(await other.run('inventory pull'), 0));
    });
  });

test('a copy of the state file that was put back without a word: all is compared with the archive', async t => {
  const p = await open(t);
  says(p, 11);
  await pull(p);
  const put = copyOf(p, 'copy');
  t.after(() => remove(put));
  says(p, 14);
  await pull(p);
  for (const end of ['', '-wal', '-shm', '.seal']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
  fs.copyFileSync(put.path('erpsync.db'), p.path('erpsync.db'));
  fs.chmodSync(p.path('erpsync.db'), 0o600);
  says(p, 11);
  assert.match(ended(await p.run('inventory pull'), 78).stderr, TAKEN);
  await pull(p);
  assert.equal(onHand(p), 11, 'which the copy takes for unchanged');
});

test('deliveries', async t => {
  const p = await open(t);
  const order = p.sandbox.sell([{ variant: 'SOLO-1', quantity: 3, location: LYON }]);
  const leaves = (delivery, old) => deliveryFile(p, [{ delivery, order: order.name, sku: 'SOLO-1', n: 1, warehouse: 'MAIN' }], { age: old });
  leaves('D1', 100);
  ended(await p.run('fulfillments pull'), 0);
  const other = second(t, p);
  leaves('D2', 50);
  ended(await other.run('fulfillments pull'), 0);
  assert.match(ended(await p.run('fulfillments pull'), 78).stderr, /archive\/fulfillments.*was put there by another state file/);
  const said = ended(await p.run('fulfillments pull'), 1).stderr;
  assert.match(said, /D2: order .* has a shipment of the same lines that no delivery is known for/, 'the other one made it');
});

test('one alone hears nothing of it', async t => {
  const p = await open(t);
  const rest = async () => silent(ended(await p.run('inventory pull'), 0));
  says(p, 11);
  await pull(p);
  await rest();
  await t.test('with --full', async () => {
    says(p, 12);
    await pull(p, '--full');
    await rest();
  });
  await t.test('in a dry run', async () => {
    says(p, 13);
    ended(await p.run('inventory pull --dry-run'), 0);
    await pull(p);
    await rest();
  });
  await t.test('when its state file was restored from a backup', async () => {
    const backup = p.path('backup.db');
    ended(await p.run(`state backup ${backup}`), 0);
    says(p, 14);
    await pull(p);
    for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
    fs.copyFileSync(backup, p.path('erpsync.db'));
    fs.chmodSync(p.path('erpsync.db'), 0o600);
    ended(await p.run('inventory pull'), 0);
    assert.equal(onHand(p), 14);
    await rest();
  });
  await t.test('when a file is dated wrongly', async () => {
    const path = says(p, 15);
    fs.utimesSync(path, new Date('2030-01-01'), new Date('2030-01-01'));
    await pull(p);
    says(p, 16);
    await pull(p);
    await rest();
  });
});

// What was said of a delivery, and did not go over, goes together with what later files say, also where archive/ says it no longer.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { gql } from '../sandbox/client.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, byName, deliveryFile, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const [S, L] = ['SOLO-1', 'LONG-5'];
const DAYS_91 = 91 * 86400;
const sent = (p, name) => shipped(p.sandbox, name).map(f => f.lines);

async function open(t) {
  const p = await shippingPlace(t, { bin: BIN_PLAIN });
  const orders = [0, 1].map(() => sell(p.sandbox, [[S, 5], [L, 5]]));
  let age = 3000;
  let n = 0;
  return {
    p,
    orders,
    n: orders[0].name,
    file: (rows, older = 0) => deliveryFile(p, rows.map(r => ({ delivery: 'D1', order: orders[0].name, ...r })), { age: (age -= 60) + older, name: `fulfillments-${(n += 1)}.csv` }),
    clean: () => fs.rmSync(p.path('out/archive'), { recursive: true, force: true }),
    line: async (sku, order = orders[0]) => {
      const { body } = await gql(p.sandbox, 'query($id: ID!){order(id:$id){lineItems(first:9){nodes{id sku}}}}', { id: order.id });
      return body.data.order.lineItems.nodes.find(x => x.sku === sku).id;
    },
    /** A run that the shop has no answer for: what is read waits. */
    waits: async () => {
      p.sandbox.addFaults({ fault: 'http', status: 503 });
      ended(await p.run('fulfillments pull'), 75);
      p.sandbox.faults.clear();
    },
    retry: async (status = 0) => {
      ended(await p.run('queue retry --all'), 0);
      return pull(p, '', status);
    },
  };
}

for (const [what, older, cleaned] of [['the archive is there', 0, false], ['the archive was cleaned', 0, true], ['its file is of 91 days ago', DAYS_91, false]])
  test(`parked, and corrected as the message says: ${what}`, async t => {
    const { p, n, file, clean } = await open(t);
    file([{ sku: 'WRONG' }, { sku: S, n: 2 }], older);
    assert.match(byName(await pull(p, '', 1)).D1.reason, /in a new file: the wrong SKU with quantity 0, and the right one/);
    if (cleaned) clean();
    file([{ sku: 'WRONG', n: 0 }, { sku: L, n: 1 }]);
    await pull(p);
    assert.deepEqual(sent(p, n), [{ [S]: 2, [L]: 1 }]);
    if (!cleaned) await pull(p, '--full');
    assert.deepEqual(sent(p, n), [{ [S]: 2, [L]: 1 }]);
  });

test('it waits: a line is taken out, another has other units, the parcel has a number; all goes over once', async t => {
  const { p, n, file, clean, waits, retry } = await open(t);
  file([{ sku: S, n: 2, warehouse: 'MAIN', tracking: 'T1' }, { sku: L, n: 1 }]);
  await waits();
  clean();
  file([{ sku: S, n: 0, order: '' }]);
  await waits();
  clean();
  file([{ sku: L, n: 3, order: '' }]);
  await retry();
  assert.deepEqual(shipped(p.sandbox, n), [{ from: LYON, numbers: ['T1'], lines: { [L]: 3 } }]);
});

test('the last line is taken out: it is parked, and what comes then is all of it', async t => {
  const { p, n, file, clean, waits, retry } = await open(t);
  file([{ sku: S, n: 2 }]);
  await waits();
  clean();
  file([{ sku: S, n: 0, tracking: 'T1' }]);
  const { code, reason } = byName(await retry(1)).D1;
  assert.equal(code, 'bad_row');
  assert.match(reason, /nothing is left in delivery 'D1'/);
  assert.equal(byName(await retry(1)).D1.code, 'bad_row');
  clean();
  file([{ sku: L, n: 1 }]);
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, n), [{ from: LYON, numbers: ['T1'], lines: { [L]: 1 } }]);
});

test('a line is named by its id in the one file and by its SKU in the other', async t => {
  const { p, n, file, clean, waits, retry, line } = await open(t);
  const id = await line(S);
  file([{ sku: S, n: 2 }, { sku: L, n: 1 }]);
  await waits();
  clean();
  file([{ line: id, sku: S, n: 2, tracking: 'T1' }]);
  await waits();
  clean();
  file([{ line: `'${id.split('/').pop()}`, sku: S, n: 3 }]);
  await retry();
  assert.deepEqual(shipped(p.sandbox, n), [{ from: LYON, numbers: ['T1'], lines: { [S]: 3, [L]: 1 } }]);
});

test('whether two of them are the same units can’t be told: parked with both, and the remedy works', async t => {
  const { p, n, file, clean, waits, retry, line } = await open(t);
  const id = await line(S);
  file([{ sku: S, n: 2 }, { sku: L, n: 1 }]);
  await waits();
  clean();
  file([{ line: id, sku: S, n: 1 }]);
  const { code, reason } = byName(await retry(1)).D1;
  assert.equal(code, 'bad_row');
  assert.match(reason, /delivery 'D1' has 1 of 'SOLO-1' by line_id here and 2 of 'SOLO-1' without line_id in another file/);
  assert.equal(byName(await retry(1)).D1.code, 'bad_row');
  clean();
  file([{ line: id, sku: S, n: 2 }, { sku: S, n: 0 }]);
  await pull(p);
  assert.deepEqual(sent(p, n), [{ [S]: 2, [L]: 1 }]);
});

test('a row that can’t be used takes nothing with it, and is not forgotten', async t => {
  const { p, n, file, clean, waits, retry } = await open(t);
  file([{ sku: S, n: 2 }]);
  await waits();
  clean();
  file([{ sku: L, n: 'one' }]);
  assert.match(byName(await retry(1)).D1.reason, /column 'quantity': 'one' is no quantity/);
  clean();
  file([{ sku: S, n: 1, tracking: 'T1' }]);
  assert.match(byName(await pull(p, '', 1)).D1.reason, /column 'quantity': 'one' is no quantity/);
  clean();
  file([{ sku: L, n: 3 }]);
  await pull(p);
  assert.deepEqual(shipped(p.sandbox, n), [{ from: LYON, numbers: ['T1'], lines: { [S]: 1, [L]: 3 } }]);
});

test('another order: parked with both, and the remedy works', async t => {
  const { p, orders, file, clean, waits, retry } = await open(t);
  const [a, b] = orders;
  file([{ sku: S, n: 2, tracking: 'T1' }]);
  await waits();
  clean();
  file([{ order: b.name, sku: L, n: 1 }]);
  const said = new RegExp(`delivery 'D1' is for order '${b.name}' here, and was for '${a.name}' in an earlier file;.*with quantity 0 for what is not of it \\(earlier files have '${S}'\\)`);
  assert.match(byName(await retry(1)).D1.reason, said);
  clean();
  file([{ order: b.name, sku: L, n: 2 }]);
  assert.match(byName(await pull(p, '', 1)).D1.reason, said);
  clean();
  file([{ delivery: 'D2', order: b.name, sku: L, n: 2 }, { order: a.name, sku: S, n: 3 }, { order: a.name, sku: L, n: 0 }]);
  await pull(p);
  assert.deepEqual([sent(p, a.name), sent(p, b.name)], [[{ [S]: 3 }], [{ [L]: 2 }]]);
});

test('a wrong order is corrected by all of its rows', async t => {
  const { p, n, file, clean } = await open(t);
  file([{ order: '#999999', sku: S, n: 2 }]);
  await pull(p, '', 1);
  clean();
  file([{ sku: S, n: 2 }]);
  await pull(p);
  assert.deepEqual(sent(p, n), [{ [S]: 2 }]);
});

test('what is asked for by name, or read once more, has what waits as well', async t => {
  for (const how of ['--only D1', '--full'])
    await t.test(how, async sub => {
      const { p, n, file, clean, waits } = await open(sub);
      file([{ sku: S, n: 2 }]);
      await waits();
      clean();
      file([{ sku: L, n: 1 }]);
      await waits();
      await pull(p, how);
      assert.deepEqual(sent(p, n), [{ [S]: 2, [L]: 1 }]);
    });
});

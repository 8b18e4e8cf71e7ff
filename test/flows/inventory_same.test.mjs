// Two articles of the ERP that are one in the shop would undo each other, also when they never come in one run.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Admin, adminPlace, exported, imported, imports } from '../support/admin.mjs';
import { withoutClaims } from '../support/kept.mjs';
import { requestsOf, tempDir } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { sampled } from '../support/stops.mjs';
import { LYON, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const TABLE = 'sku,store_sku\nERP-1,SOLO-1\nERP-2,SOLO-1\n*,*\n';
const OTHERS = ['LONG-5', 'LONG-5-RED', "QUO'TE-1"].map(sku => [sku, 'MAIN', 10]);
async function open(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN });
  plainLevels(p.sandbox, ['SOLO-1', 'LONG-5', 'LONG-5-RED', "QUO'TE-1"], [LYON], 10);
  p.write('mappings/tables/store_skus.csv', TABLE);
  return p;
}
let age = 3000;
const list = (p, rows) => stockFile(p, [...rows, ...OTHERS], { age: (age -= 1) });
const changes = (p, rows) => stockFile(p, rows, { name: `stock-changes-${age}.csv`, age: (age -= 1) });
const solo = p => p.sandbox.truth().stock[`SOLO-1 @ ${LYON}`].on_hand;
const parked = async p => (await p.queue('--parked')).map(row => [row.name, row.code]);

test('in different runs: the second is refused, and both are named', async t => {
  const p = await open(t);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 3]]);
  const { records } = await pull(p, '', 1);
  assert.deepEqual(records.map(r => [r.name, r.code]), [['ERP-2', 'same_article']]);
  assert.match(records[0].reason, /same article of the shop \('SOLO-1'\) as 'ERP-1'.*queue drop --for-good 'ERP-1', then: erpsync queue retry 'ERP-2'/);
  assert.equal(solo(p), 7);
  changes(p, [['ERP-1', 'MAIN', 8], ['ERP-2', 'MAIN', 4]]);
  await pull(p);
  assert.deepEqual([solo(p), await parked(p)], [8, [['ERP-2', 'same_article']]]);
  await t.test('the other is not to be written any more', async () => {
    ended(await p.run('queue drop --for-good ERP-1'), 0);
    ended(await p.run('queue retry ERP-2'), 0);
    await pull(p);
    assert.equal(solo(p), 4);
    assert.deepEqual(await parked(p), []);
  });
});

test('a table that is corrected frees both', async t => {
  const p = await open(t);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 3]]);
  await pull(p, '', 1);
  p.write('mappings/tables/store_skus.csv', TABLE.replace('ERP-2,SOLO-1', 'ERP-2,LONG-5').replace('*,*', 'LONG-5,-\n*,*'));
  await pull(p, '--full');
  assert.deepEqual([solo(p), p.sandbox.truth().stock[`LONG-5 @ ${LYON}`].on_hand], [7, 3]);
  assert.deepEqual(await parked(p), []);
});

test('an article that gets another number in the ERP takes its place', async t => {
  const p = await open(t);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  atRest(p.sandbox, ['SOLO-1'], [LYON]);
  list(p, [['ERP-2', 'MAIN', 5]]);
  await pull(p);
  assert.equal(solo(p), 5);
  assert.deepEqual(await parked(p), []);
  silent(ended(await p.run('inventory pull --full'), 0));
  list(p, [['ERP-2', 'MAIN', 6]]);
  await pull(p);
  assert.equal(solo(p), 6);
  await t.test('and back', async () => {
    atRest(p.sandbox, ['SOLO-1'], [LYON]);
    list(p, [['ERP-1', 'MAIN', 9], ['ERP-2', 'MAIN', 0]]);
    await pull(p);
    assert.equal(solo(p), 9);
    assert.deepEqual(await parked(p), []);
  });
});

test('files for the admin: the same', async t => {
  const admin = new Admin([{ sku: 'SOLO-1', handle: 'solo', stock: { [LYON]: 10 } }, ...OTHERS.map(([sku], i) => ({ sku, handle: `h${i}`, stock: { [LYON]: 10 } }))]);
  const p = adminPlace(t, admin, { bin: BIN_PLAIN });
  p.write('mappings/tables/store_skus.csv', TABLE);
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 3]]);
  assert.deepEqual((await pull(p, '', 1)).records.map(r => [r.name, r.code]), [['ERP-2', 'same_article']]);
  assert.deepEqual(await parked(p), [['ERP-2', 'same_article']]);
});

/** A shop with SOLO-1 and others, 10 of each: `has` is what it holds of SOLO-1 once all that was written is imported. */
const STORES = {
  'the shop': async t => {
    const p = await open(t);
    return { p, has: () => solo(p), rest: () => atRest(p.sandbox, ['SOLO-1'], [LYON]) };
  },
  'files for the admin': t => {
    const admin = new Admin([{ sku: 'SOLO-1', handle: 'solo', stock: { [LYON]: 10 } }, ...OTHERS.map(([sku], i) => ({ sku, handle: `h${i}`, stock: { [LYON]: 10 } }))]);
    const p = adminPlace(t, admin, { bin: BIN_PLAIN });
    p.write('mappings/tables/store_skus.csv', TABLE);
    let n = 0;
    const has = () => {
      if (imports(p).length) {
        assert.deepEqual(imported(p, admin), []);
        exported(p, admin, { name: `inventory_export (${(n += 1)}).csv`, age: 60 - n });
      }
      return Number(admin.stock[`SOLO-1 @ ${LYON}`]);
    };
    return { p, has, rest: () => {} };
  },
};
const BOTH = [['ERP-1', 'same_article'], ['ERP-2', 'same_article']];
const each = (what, fn) => {
  for (const [store, make] of Object.entries(STORES)) test(`${what}: ${store}`, async t => fn(t, await make(t)));
};
const pairOf = async ({ p, has }) => {
  list(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 3]]);
  await pull(p, '', 1);
  assert.deepEqual([has(), await parked(p)], [10, BOTH]);
};

each('both were refused: whatever changes alone, and in whatever run, both stay parked', async (t, { p, has }) => {
  await pairOf({ p, has });
  const stays = async why => assert.deepEqual([has(), (await parked(p)).sort()], [10, BOTH], why);
  for (const [sku, n] of [['ERP-1', 8], ['ERP-2', 4], ['ERP-1', 7]]) {
    changes(p, [[sku, 'MAIN', n]]);
    const { records } = await pull(p);
    assert.deepEqual(records.map(r => [r.name, r.outcome]), [[sku, 'still parked']]);
    await stays(`${sku} changes`);
  }
  for (const more of ['', '--full', '--only ERP-1', '--only ERP-2']) {
    await p.run(`inventory pull ${more}`.trim());
    await stays(more || 'once more');
  }
  for (const sku of ['ERP-2', 'ERP-1']) {
    ended(await p.run(`queue retry ${sku}`), 0);
    await pull(p, '', 1);
    await stays(`retry ${sku}`);
  }
});

each('both were refused, and the ERP has none of one any longer: it is the other’s', async (t, { p, has }) => {
  await pairOf({ p, has });
  changes(p, [['ERP-1', 'MAIN', 0]]);
  await pull(p);
  assert.equal(has(), 10, 'nothing is written for what has none');
  await pull(p);
  assert.deepEqual([has(), await parked(p)], [3, []]);
  changes(p, [['ERP-2', 'MAIN', 2]]);
  await pull(p);
  assert.equal(has(), 2);
});

const REMEDIES = {
  'dropped for good': async p => ended(await p.run('queue drop --for-good ERP-1'), 0),
  'dropped for good after a vain retry of the other': async p => {
    ended(await p.run('queue retry ERP-2'), 0);
    await pull(p, '', 1);
    ended(await p.run('queue drop --for-good ERP-1'), 0);
  },
  'dropped for good, with a retry before it': async p => {
    ended(await p.run('queue retry ERP-2'), 0);
    ended(await p.run('queue drop --for-good ERP-1'), 0);
  },
  'dropped for good, with a retry after it': async p => {
    ended(await p.run('queue drop --for-good ERP-1'), 0);
    ended(await p.run('queue retry ERP-2'), 0);
  },
  'gone at the source': async p => {
    list(p, [['ERP-2', 'MAIN', 3]]);
    await pull(p);
  },
  'another article by the table': async p => {
    p.write('mappings/tables/store_skus.csv', TABLE.replace('ERP-1,SOLO-1', 'ERP-1,-'));
    await pull(p);
  },
};
for (const [how, remedy] of Object.entries(REMEDIES))
  each(`one of two that were refused is ${how}: the other goes over by itself`, async (t, { p, has }) => {
    await pairOf({ p, has });
    await remedy(p);
    await pull(p);
    assert.deepEqual([has(), await parked(p)], [3, []]);
  });

each('one that was written goes, and the other, which was refused, takes its place by itself', async (t, { p, has, rest }) => {
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 3]]);
  await pull(p, '', 1);
  assert.deepEqual([has(), await parked(p)], [7, [['ERP-2', 'same_article']]]);
  changes(p, [['ERP-1', 'MAIN', 0]]);
  await pull(p);
  assert.equal(has(), 0);
  rest();
  await pull(p);
  assert.deepEqual([has(), await parked(p)], [3, []]);
  rest();
  changes(p, [['ERP-1', 'MAIN', 4]]);
  await pull(p, '', 1);
  assert.deepEqual([has(), await parked(p)], [3, [['ERP-1', 'same_article']]]);
  ended(await p.run('queue drop --for-good ERP-2'), 0);
  await pull(p);
  assert.deepEqual([has(), await parked(p)], [4, []]);
});

each('what has none leaves the article to the other in any run, and is told to the shop when that one goes', async (t, { p, has }) => {
  list(p, [['ERP-1', 'MAIN', 7]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 0]]);
  await pull(p);
  await pull(p, '--full');
  await pull(p, '--only ERP-2');
  assert.deepEqual([has(), await parked(p)], [7, []]);
  ended(await p.run('queue drop --for-good ERP-1'), 0);
  await pull(p);
  assert.equal(has(), 0);
  silent(ended(await p.run('inventory pull'), 0));
});

each('the one that was written to the article keeps it, in one batch as in two runs', async (t, { p, has }) => {
  p.write('mappings/tables/store_skus.csv', TABLE.replace('ERP-2,SOLO-1', 'ERP-2,LONG-5').replace('*,*', 'LONG-5,-\n*,*'));
  list(p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 3]]);
  await pull(p);
  assert.deepEqual([has(), await parked(p)], [7, []]);
  p.write('mappings/tables/store_skus.csv', TABLE);
  list(p, [['ERP-1', 'MAIN', 6], ['ERP-2', 'MAIN', 4]]);
  await pull(p, '', 1);
  assert.deepEqual([has(), await parked(p)], [6, [['ERP-2', 'same_article']]]);
  changes(p, [['ERP-1', 'MAIN', 5]]);
  await pull(p);
  changes(p, [['ERP-2', 'MAIN', 2]]);
  await pull(p);
  assert.deepEqual([has(), await parked(p)], [5, [['ERP-2', 'same_article']]]);
});

for (const first of ['--only ERP-1', '--only ERP-2', '--limit 1', '--full', ''])
  each(`both were refused by a version that did not remember as what, and the first run is: inventory pull ${first}`, async (t, { p, has }) => {
    await pairOf({ p, has });
    withoutClaims(p);
    await p.run(`inventory pull ${first}`.trim());
    assert.equal(has(), 10);
    for (let i = 0; i < 2; i += 1) await p.run('inventory pull --limit 1');
    await pull(p);
    assert.deepEqual([has(), (await parked(p)).sort()], [10, BOTH]);
    changes(p, [['ERP-1', 'MAIN', 0]]);
    await pull(p);
    await pull(p);
    assert.deepEqual([has(), await parked(p)], [3, []]);
  });

each('both were refused by a version that did not remember as what, and a person has one of them tried again', async (t, { p, has }) => {
  await pairOf({ p, has });
  withoutClaims(p);
  ended(await p.run('queue retry ERP-2'), 0);
  await p.run('inventory pull --only ERP-1');
  await pull(p, '', 1);
  assert.deepEqual([has(), (await parked(p)).sort()], [10, BOTH]);
});

each('of two that were refused so, one is another article by now: the other is not kept', async (t, { p, has }) => {
  await pairOf({ p, has });
  withoutClaims(p);
  p.write('mappings/tables/store_skus.csv', TABLE.replace('ERP-2,SOLO-1', 'ERP-2,-'));
  await p.run('inventory pull --only ERP-1');
  assert.deepEqual([has(), await parked(p)], [7, []]);
});

test('two that were refused cost the shop no request in a quiet run', async t => {
  const p = await open(t);
  await pairOf({ p, has: () => solo(p) });
  const seen = requestsOf(p.sandbox);
  silent(ended(await p.run('inventory pull'), 0));
  assert.deepEqual(seen(), []);
});

for (const [store, make] of Object.entries(STORES))
  test(`a run that is killed anywhere, and one of two changes alone before the next: both stay parked: ${store}`, async t => {
    const run = async env => {
      const made = await make(t);
      list(made.p, [['ERP-1', 'MAIN', 7], ['ERP-2', 'MAIN', 3]]);
      await made.p.run('inventory pull', { bin: BIN, env });
      return made;
    };
    const log = `${tempDir(t)}/steps`;
    await run({ ERPSYNC_STEP_LOG: log });
    const names = fs.readFileSync(log, 'utf8').trim().split('\n').map(line => line.replace(/^\d+ /, ''));
    assert.ok(names.includes('batch mapped') && names.includes('before put'), names.join());
    for (const step of sampled(names)) {
      const { p, has } = await run({ ERPSYNC_STOP_AT: String(step) });
      changes(p, [['ERP-1', 'MAIN', 8]]);
      await p.run('inventory pull');
      await p.run('inventory pull');
      assert.deepEqual([has(), (await parked(p)).sort()], [10, BOTH], `killed ${names[step - 1]} (${step})`);
    }
  });

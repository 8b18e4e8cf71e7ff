// `inventory pull` into import files, stopped at any step and run again: each change in one file, once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admin, adminPlace, exported, imports } from '../support/admin.mjs';
import { takenAtOnce } from '../support/admin_stops.mjs';
import { STOCK_TO_ADMIN } from '../support/flows.mjs';
import { ended } from '../support/run.mjs';
import { LYON, PARIS, stockFile } from '../support/stock.mjs';
import { covers, stopEverywhere } from '../support/stops.mjs';

const SKUS = ['A-1', 'B-2', 'C-3', 'D-4'];
const STEPS = ['batch mapped', 'before put', 'csv_stage_file', 'csv_decide', 'csv_decided', 'csv_publish', 'csv_publish_manifest', 'csv_sequence_stored', 'after put', 'csv_forget'];

function base(t) {
  const admin = new Admin(SKUS.map((sku, i) => ({ sku, handle: sku.toLowerCase(), stock: { [LYON]: i, [PARIS]: 5 } })));
  const p = adminPlace(t, admin);
  stockFile(p, [...SKUS.flatMap(sku => [[sku, 'MAIN', 2], [sku, 'SHOP', 5]]), ['NOBODY', 'MAIN', 1]]);
  return { admin, p };
}

test('a first run', async t => {
  const { p } = base(t);
  const whole = await stopEverywhere(p, { flow: STOCK_TO_ADMIN });
  covers(whole, STEPS);
  assert.equal(whole.files.rows.length, 3, 'C-3 is as it should be');
});

test('a later run, upon a newer export', async t => {
  const { p, admin } = base(t);
  ended(await p.run('inventory pull'), 1);
  for (const name of imports(p)) admin.import(p.read(`exports/import/${name}`));
  exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
  stockFile(p, SKUS.map((sku, i) => [sku, 'MAIN', 7 - i]).concat(SKUS.map(sku => [sku, 'SHOP', 5])), { age: 30 });
  /* What lies between is the same as in a first run. */
  const cases = names => names.map((_, i) => [i + 1]).filter(([n]) => /^csv_/.test(names[n - 1]));
  const whole = await stopEverywhere(p, { flow: STOCK_TO_ADMIN, status: 0, cases });
  assert.equal(whole.files.rows.length, 3 + 4);
});

test('stopped twice', async t => {
  const { p } = base(t);
  const cases = names => {
    const from = names.indexOf('before put'),
      to = names.indexOf('csv_forgotten');
    return Array.from({ length: to - from }, (_, i) => [from + i + 1, ((i * 5) % 20) + 1]);
  };
  await stopEverywhere(p, { flow: STOCK_TO_ADMIN, cases });
});

test('a person who takes the files at once takes each change once', async t => {
  await takenAtOnce(base(t).p, STOCK_TO_ADMIN);
});

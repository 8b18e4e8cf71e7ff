// `inventory pull` into import files, stopped at any step and run again: each change in one file, once.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Admin, adminPlace, exported, imports } from '../support/admin.mjs';
import { csvRows } from '../support/csv.mjs';
import { STOCK_TO_ADMIN } from '../support/flows.mjs';
import { ended } from '../support/run.mjs';
import { LYON, PARIS, stockFile } from '../support/stock.mjs';
import { killedAt, stopEverywhere, undisturbed } from '../support/stops.mjs';

const SKUS = ['A-1', 'B-2', 'C-3', 'D-4'];
const STEPS = ['batch mapped', 'before put', 'csv_stage_file', 'csv_decide', 'csv_decided', 'csv_publish', 'csv_publish_manifest', 'csv_sequence_stored', 'after put', 'csv_forget'];

function base(t) {
  const admin = new Admin(SKUS.map((sku, i) => ({ sku, handle: sku.toLowerCase(), stock: { [LYON]: i, [PARIS]: 5 } })));
  const p = adminPlace(t, admin);
  stockFile(p, [...SKUS.flatMap(sku => [[sku, 'MAIN', 2], [sku, 'SHOP', 5]]), ['NOBODY', 'MAIN', 1]]);
  return { admin, p };
}
const covers = (whole, names) => {
  for (const name of names) assert.ok(whole.names.includes(name), `no step "${name}": ${whole.names.join(', ')}`);
};

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
  const { p } = base(t);
  const whole = await undisturbed(p, { flow: STOCK_TO_ADMIN });
  const from = whole.names.indexOf('csv_decide');
  for (const step of whole.names.map((_, i) => i + 1).filter(n => n > from)) {
    const place = await STOCK_TO_ADMIN.copy(p, `taken-${step}`);
    const rows = [];
    const take = () => {
      for (const name of imports(place)) {
        rows.push(...csvRows(place.read(`exports/import/${name}`)).map(row => JSON.stringify(row)));
        fs.rmSync(place.path('exports/import', name));
      }
    };
    await killedAt(place, step, STOCK_TO_ADMIN);
    take();
    await place.run('inventory pull');
    take();
    ended(await place.run('inventory pull'), 0);
    take();
    assert.deepEqual(rows.sort(), whole.files.rows, `stopped at ${step} (${whole.names[step - 1]})`);
    await STOCK_TO_ADMIN.close(place);
  }
});

// Runs into files for an import of the shop's admin that are stopped once the files are decided on, and a person who does
// not wait for the next run.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { imports } from './admin.mjs';
import { csvRows } from './csv.mjs';
import { ended } from './run.mjs';
import { sample } from './sample.mjs';
import { killedAt, kindOf, pool, undisturbed } from './stops.mjs';

/** Stopped from the step before files are decided on (at a sample of the steps), what then happens gives the rows of an undisturbed run. */
export async function stoppedOnceDecided(base, flow, what, then) {
  const whole = await undisturbed(base, { flow });
  const from = whole.names.indexOf('csv_decide');
  assert.ok(from > 0, 'files are decided on');
  const steps = whole.names.map((_, i) => i + 1).slice(from);
  await pool(sample(`${flow.name}, ${what}`, steps, step => kindOf(whole.names, step)), 3, async step => {
    const place = await flow.copy(base, `${what.replaceAll(' ', '-')}-${step}`);
    await killedAt(place, step, flow);
    assert.deepEqual(await then(place), whole.files.rows, `stopped at ${step} (${whole.names[step - 1]})`);
    await flow.close(place);
  });
}

/** A person takes each file as soon as it is there: what was taken is in the end what there was to be done, once. */
export const takenAtOnce = (base, flow) =>
  stoppedOnceDecided(base, flow, 'taken at once', async place => {
    const rows = [];
    const take = () => {
      for (const name of imports(place)) {
        rows.push(...csvRows(place.read(`exports/import/${name}`)).map(row => JSON.stringify(row)));
        fs.rmSync(place.path('exports/import', name));
      }
    };
    take();
    await place.run(flow.name);
    take();
    ended(await place.plain.run(flow.name), 0);
    take();
    return rows.sort();
  });

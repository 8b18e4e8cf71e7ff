// State files that an earlier erpsync wrote (../data/kept) are taken over: nothing is sent again, and what comes later is
// known for a change of what is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atEnd } from '../support/cleanup.mjs';
import { KEPT, keptPlace, layKept, standing } from '../support/kept.mjs';
import { tempDir } from '../support/place.mjs';
import { ended, silent } from '../support/run.mjs';

for (const [name, { run }] of Object.entries(KEPT))
  test(`${name}: a state file of before is taken over, and nothing is sent again`, async t => {
    const p = await keptPlace(tempDir(t), name);
    if (p.sandbox) atEnd(t, () => p.sandbox.close());
    if (p.sandbox) ended(await p.run(run), 0, 'the shop comes to where it was then');
    layKept(p, name);
    const before = standing(p);
    silent(ended(await p.run(run), 0));
    assert.deepEqual(standing(p), before);
    const { summary: full } = await p.json(`${run} --full --json`);
    assert.deepEqual([full.created, full.updated, full.parked, full.waiting], [0, 0, 0, 0]);
    assert.deepEqual(standing(p), before);
  });

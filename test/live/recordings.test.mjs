// What stands in ../data/odoo is what a real Odoo is asked, told and answers: some scenarios, recorded once more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recording } from '../support/odoo_replay.mjs';
import { SCENARIOS } from '../support/odoo_scenarios.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { record } from './recorder.mjs';

/** What does not depend on the database: who is asked for what, in which words, and how it ends. */
const outline = ({ steps }) =>
  steps.map(({ run, answers, writes }) => ({
    run,
    questions: Object.entries(answers).map(([shape, list]) => [shape, list.map(({ status }) => status)]).sort(),
    writes: writes.map(([method, { fields, data, ids }]) => ({ method, fields, rows: data?.length, ids: ids?.length })),
  }));

for (const version of VERSIONS)
  for (const name of ['paid', 'changed', 'refused', 'deliveries'])
    test(`Odoo ${version}: ${name} is as it was recorded`, async t => {
      const now = await record(t, await freshOdoo(t, version), SCENARIOS[name]);
      assert.deepEqual(outline(now), outline(recording(version, name)));
    });
test('recordings', { skip: NO_SERVER }, () => {});

// What we believe of the other side, against a model of both: see support/memory_model.mjs. ERPSYNC_MEMORY_SEQUENCES
// says how many sequences, in all (2,000), and ERPSYNC_MEMORY_SEED the first seed (1): a failure names its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLOWS, sequences } from '../support/memory_model.mjs';
import { pool } from '../support/stops.mjs';

const ONLY = process.env.ERPSYNC_MEMORY_FLOW;
const WANTED = Number(process.env.ERPSYNC_MEMORY_SEQUENCES ?? 2000);
/** Runs mostly wait, for what is unsure. */
const AT_ONCE = 6;
const SEED = Number(process.env.ERPSYNC_MEMORY_SEED ?? 1);
/** How much of it each flow gets; orders are stopped at numbered steps, by the slower program. */
const SHARE = { stock: 0.4, products: 0.2, 'products of both': 0.2, fulfillments: 0.15, orders: 0.05 };

for (const name of Object.keys(FLOWS).filter(n => !ONLY || n === ONLY))
  test(`${name}: both sides agree in the end`, { concurrency: AT_ONCE }, async t => {
    const wanted = Math.ceil(WANTED * SHARE[name]);
    const seeds = Array.from({ length: Math.ceil(wanted / FLOWS[name].size) }, (_, i) => SEED + i);
    let done = 0;
    await pool(seeds, AT_ONCE, async seed => {
      let records = 0;
      await t.test(`seed ${seed}`, async sub => {
        records = await sequences(sub, name, seed);
      });
      assert.ok(records, `seed ${seed} failed, the rest is not tried`);
      done += records;
    });
    assert.ok(done >= wanted);
    t.diagnostic(`${done} sequences`);
  });

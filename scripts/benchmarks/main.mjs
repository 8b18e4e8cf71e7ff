// scripts/bench: which benchmarks, how many orders, how often.

import fs from 'node:fs';
import { machine, finish } from './report.mjs';
import { WORK } from './place.mjs';

const [, , what, ...rest] = process.argv;
const options = {};
for (let i = 0; i < rest.length; i += 2) options[rest[i].slice(2)] = Number(rest[i + 1]);

fs.mkdirSync(WORK, { recursive: true });
machine();
for (const name of ['queue', 'shopify', 'orders', 'inventory', 'state', 'odoo']) {
  if (what !== 'all' && what !== name) continue;
  const module = await import(`./${name === 'orders' ? 'stages' : name}.mjs`);
  /* Its runs take minutes each, and what counts of them are requests and memory. */
  await module[name]({ rounds: name === 'inventory' ? 1 : 3, ...options });
}
// At 100,000 orders about 1 GB; left only for looking at what was wrong.
if (finish()) fs.rmSync(WORK, { recursive: true, force: true });

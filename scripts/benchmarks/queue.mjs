// A backlog from export files through pull, queue, mapping and commit into ERP files.

import fs from 'node:fs';
import path from 'node:path';
import { erpsync, median, medians, run } from './measure.mjs';
import { writeOrders } from './orders_files.mjs';
import { WORK, cents, exported, newPlace, stateBytes } from './place.mjs';
import { count, expect, expectMemory, mb, ratio, say, seconds, table } from './report.mjs';

const SCRIPT = new URL('plain_files.mjs', import.meta.url).pathname;

async function check(dir, made, r) {
  expect(r.status === 0, `erpsync ended with status ${r.status}: ${r.out}${r.err}`);
  const found = await exported(dir);
  const sum = [...found.totals.values()].reduce((n, order) => n + cents(order.total), 0);
  expect(found.totals.size === made.orders, `${found.totals.size} orders arrived instead of ${made.orders}`);
  expect(found.doubled === 0, `${found.doubled} orders arrived twice`);
  expect(found.rows === made.lines, `${found.rows} rows arrived instead of ${made.lines}`);
  expect(sum === made.cents, `the totals add up to ${sum} instead of ${made.cents}`);
  return found;
}

async function checkIdle(dir, found) {
  const idle = await erpsync(dir, ['orders', 'export'], { every: 2 });
  expect(idle.status === 0, `a second run ended with status ${idle.status}`);
  expect((await exported(dir)).files === found.files, 'a second run wrote files');
  return idle;
}

export async function queue({ orders = 100000, rounds }) {
  const made = writeOrders(path.join(WORK, 'exports'), orders);
  say();
  const input = `${made.files.length} export files (${mb(made.bytes / 2 ** 20)})`;
  say(`queue: ${count(made.orders)} orders, ${count(made.lines)} lines in ${input}`);
  say('  baseline: a plain Node script that reads the same files, groups the rows of each order, writes as many rows and');
  say('  syncs every 500 orders; no state, no checks, no look-up tables');
  const runs = { ours: [], plain: [] };
  let found;
  let idle;
  for (let i = 0; i < rounds; i++) {
    const dir = newPlace('queue', `connector = csv\npath = ${path.join(WORK, 'exports')}\n`);
    const ours = await erpsync(dir, ['orders', 'export']);
    ours.state = stateBytes(dir);
    runs.ours.push(ours);
    found = await check(dir, made, ours);
    idle = await checkIdle(dir, found);
    const file = path.join(WORK, 'plain.csv');
    const plain = await run('node', [SCRIPT, path.join(WORK, 'exports'), file]);
    runs.plain.push(plain);
    const did = JSON.parse(plain.out || '{}');
    expect(did.orders === made.orders && did.lines === made.lines, 'the baseline read something else');
    fs.rmSync(file, { force: true });
  }
  const [a, b] = [medians(runs.ours), medians(runs.plain)];
  const each = s => `${((s / orders) * 1e6).toFixed(1)} µs`;
  table([
    ['', 'erpsync', 'baseline', 'ratio'],
    ['wall', seconds(a.wall), seconds(b.wall), ratio(a.wall, b.wall)],
    ['CPU', seconds(a.cpu), seconds(b.cpu), ratio(a.cpu, b.cpu)],
    ['  of which user', seconds(a.user), seconds(b.user), ratio(a.user, b.user)],
    ['wall per order', each(a.wall), each(b.wall)],
    ['CPU per order', each(a.cpu), each(b.cpu)],
    ['peak memory', mb(a.peak), mb(b.peak), ratio(a.peak, b.peak)],
    ['a second run, nothing new: wall', seconds(idle.wall)],
    ['  CPU', seconds(idle.cpu)],
  ]);
  const at = fraction => mb(median(runs.ours.map(r => r.rss(fraction))));
  say(`  memory at 10 %, 50 %, 100 % of the run: ${at(0.1)}, ${at(0.5)}, ${at(1)}`);
  say(`  state file: ${count(runs.ours[0].state / orders)} bytes per order; files for the ERP: ${count(found.bytes / orders)}`);
  expectMemory(Math.max(...runs.ours.map(r => r.peak)), 'the run');
}

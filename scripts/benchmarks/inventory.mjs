// Stock out of the ERP's file into the Shopify stand-in, of which one article in a hundred has changed, against plain
// clients that bring the same figures there: one article after the other, and all of them in batches.

import fs from 'node:fs';
import path from 'node:path';
import { startSandbox } from '../../test/sandbox/index.mjs';
import { confText } from '../../test/support/place.mjs';
import { erpsync, medians, median, run } from './measure.mjs';
import { WORK } from './place.mjs';
import { count, expect, expectMemory, mb, ratio, say, seconds, table } from './report.mjs';

const CLIENT = new URL('plain_stock.mjs', import.meta.url).pathname;
const LOCATION = 'Warehouse Lyon';
const BATCH = 250;
const CHANGED = 100; // one in so many
const SAMPLE = 500; // articles that the client that takes one after the other is measured with

/** Articles that stock can be written to, and what the shop has of them. */
function articles(sandbox) {
  const place = sandbox.locations.rows.find(l => l.name === LOCATION);
  return sandbox.catalogue.variants
    .filter(v => v.sku && v.tracked && !v.requiresComponents)
    .map(v => ({ sku: v.sku, n: v.n, level: sandbox.stock.summary(v, place.index) }));
}

/** Every article is sold from one place, so that there is one level of each. */
function level(sandbox) {
  for (const { n, level: was } of articles(sandbox)) {
    const set = { available: 10 + (n % 90), reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
    if (!was?.active || was.on_hand !== set.available) sandbox.changeStock({ variant: n, location: LOCATION, set, active: true });
  }
}

function place(sandbox) {
  const dir = path.join(WORK, 'inventory');
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(path.join(dir, 'mappings/tables'), { recursive: true });
  fs.mkdirSync(path.join(dir, 'out'));
  fs.writeFileSync(path.join(dir, 'mappings/tables/locations.csv'), `warehouse,store_location\nMAIN,${LOCATION}\n`);
  fs.writeFileSync(path.join(dir, 'secret'), `${sandbox.clientSecret}\n`, { mode: 0o600 });
  const store = { connector: 'shopify', url: sandbox.url, client_id: sandbox.clientId, client_secret_file: 'secret' };
  const conf = {
    store: { ...store, leave_for_others: 0 },
    erp: { connector: 'csv', path: 'out' },
    state: { path: 'erpsync.db' },
    mappings: { path: 'mappings' },
    inventory: { quantity: 'on_hand' },
  };
  fs.writeFileSync(path.join(dir, 'erpsync.conf'), confText(conf), { mode: 0o600 });
  return dir;
}

let age = 4000;
/** The ERP's snapshot: what the shop has, but for every CHANGED-th article, which has `by` more. Returns how many. */
function snapshot(file, list, by, offset) {
  const rows = ['sku,warehouse,on_hand'];
  let changed = 0;
  for (const [i, { sku, level: { on_hand } }] of list.entries()) {
    const differs = i % CHANGED === offset;
    changed += differs;
    rows.push(`${sku},MAIN,${on_hand + (differs ? by : 0)}`);
  }
  fs.writeFileSync(file, `${rows.join('\n')}\n`);
  const at = new Date(Date.now() - (age -= 20) * 1000);
  fs.utimesSync(file, at, at);
  return changed;
}

/** What the sandbox saw while `action` ran, added to what that gave. */
async function watched(sandbox, action) {
  const since = sandbox.log.n;
  const r = await action();
  const seen = sandbox.requests({ since });
  const of = name => seen.filter(request => request.operation === name).length;
  const sum = key => seen.reduce((n, request) => n + (request[key] ?? 0), 0);
  const cost = seen.reduce((n, request) => n + (request.cost?.actual ?? request.cost ?? 0), 0);
  return { ...r, requests: seen.length, writes: of('StockSet'), others: of('StockActivate'), bytes: sum('bytes') + sum('bytesIn'), cost };
}

/** One run of erpsync, after which the shop must have what the file says, with as few writes as that takes. */
async function pull(sandbox, dir, name, { by, offset, more = [] }) {
  const changed = snapshot(path.join(dir, 'out/stock.csv'), articles(sandbox), by, offset);
  const wanted = new Map(fs.readFileSync(path.join(dir, 'out/stock.csv'), 'utf8').trim().split('\n').slice(1).map(row => [row.split(',')[0], Number(row.split(',')[2])]));
  const r = await watched(sandbox, () => erpsync(dir, ['inventory', 'pull', ...more]));
  expect(r.status === 0, `${name} ended with status ${r.status}: ${r.err}`);
  const wrong = articles(sandbox).filter(x => x.level.on_hand !== wanted.get(x.sku));
  expect(wrong.length === 0, `${name}: ${wrong.length} articles have another quantity than the ERP says`);
  const least = Math.ceil(changed / BATCH);
  expect(r.writes === least && r.others === 0, `${name} took ${r.writes} writes and ${r.others} activations for ${changed} changes; ${least} are promised`);
  expectMemory(r.peak, name);
  return { ...r, changed };
}

async function client(sandbox, dir, mode, list) {
  const file = path.join(dir, 'plain.csv');
  snapshot(file, list, 1, 0);
  const r = await watched(sandbox, () => run('node', [CLIENT, sandbox.url, sandbox.accessToken, mode, file, LOCATION]));
  expect(r.status === 0, `the client (${mode}) failed: ${r.err}`);
  return r;
}
/** A sample's figures as they would be for all. */
const scaled = (r, factor) => ({ ...r, ...Object.fromEntries(['wall', 'user', 'system', 'cpu', 'requests', 'writes', 'bytes'].map(key => [key, r[key] * factor])) });
const middle = list => ({
  ...medians(list),
  ...Object.fromEntries(['requests', 'writes', 'bytes'].map(key => [key, median(list.map(r => r[key]))])),
});

export async function inventory({ orders: variants = 100000, rounds }) {
  const sandbox = await startSandbox({ orders: 0, nasty: 'off', skus: 'clean', variants, speed: 1000000 });
  try {
    level(sandbox);
    const n = articles(sandbox).length;
    say();
    say(`inventory: ${count(n)} articles at one location, one in ${CHANGED} differs; the stand-in runs in this process and shares its cores`);
    say(`  baseline one by one: a plain Node client (fetch) that finds each article by its SKU and sets it, ${count(Math.min(SAMPLE, n))} of them, figures`);
    say('  scaled to all; baseline in batches: one that reads the whole catalogue and sets everything, 250 in a call');
    const runs = { first: [], changed: [], full: [], idle: [], single: [], batches: [] };
    for (let i = 0; i < rounds; i++) {
      const dir = place(sandbox);
      runs.first.push(await pull(sandbox, dir, 'the first run', { by: 2, offset: 1 }));
      runs.changed.push(await pull(sandbox, dir, 'the next run', { by: -1, offset: 2 }));
      runs.idle.push(await watched(sandbox, () => erpsync(dir, ['inventory', 'pull'])));
      runs.full.push(await pull(sandbox, dir, 'the run with --full', { by: 3, offset: 3, more: ['--full'] }));
      const list = articles(sandbox);
      const sample = list.slice(0, SAMPLE);
      runs.single.push(scaled(await client(sandbox, dir, 'single', sample), list.length / sample.length));
      runs.batches.push(await client(sandbox, dir, 'batches', list));
    }
    const [a, b, c, one, all] = ['changed', 'full', 'first', 'single', 'batches'].map(key => middle(runs[key]));
    const row = (text, key, show) => [text, show(a[key]), show(b[key]), show(c[key]), show(one[key]), ratio(a[key], one[key]), show(all[key]), ratio(a[key], all[key]), ratio(b[key], all[key])];
    table([
      ['', 'erpsync', '--full', 'first run', 'one by one', 'ratio', 'in batches', 'ratio', 'full/ratio'],
      row('wall', 'wall', seconds),
      row('CPU', 'cpu', seconds),
      row('requests', 'requests', count),
      row('  of which writes', 'writes', count),
      row('bytes both ways', 'bytes', bytes => mb(bytes / 2 ** 20)),
      ['peak memory', mb(a.peak), mb(b.peak), mb(c.peak), mb(one.peak), '', mb(all.peak), ratio(a.peak, all.peak), ratio(b.peak, all.peak)],
    ]);
    const { changed } = runs.changed[0];
    say(`  ${count(changed)} changes took ${a.writes} writes: ${BATCH} in each`);
    const [idle] = runs.idle;
    expect(idle.status === 0 && idle.requests === 0, `a run with nothing new took ${idle.requests} requests`);
    say(`  a run with nothing new: ${idle.requests} requests, ${seconds(idle.cpu)} CPU, ${mb(idle.peak)}`);
  } finally {
    await sandbox.close();
  }
}

// Orders from the Shopify stand-in, in a process of its own whose rate limit is out of reach.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { erpsync, median, medians, run } from './measure.mjs';
import { exported, newPlace } from './place.mjs';
import { count, expect, expectMemory, mb, ratio, say, seconds, table } from './report.mjs';

const SERVER = new URL('../../test/sandbox/server.mjs', import.meta.url).pathname;
const CLIENT = new URL('plain_shopify.mjs', import.meta.url).pathname;
const IDLE_REQUESTS = 2; // promised
const IDLE_RUNS = 5;

async function startSandbox(orders) {
  const child = spawn('node', [SERVER, '--orders', String(orders), '--speed', '1000000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  await new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error('the sandbox did not start')));
    child.stdout.on('data', part => {
      text += part;
      if (/^access_token: .*\n/m.test(text)) resolve();
    });
  });
  const value = name => new RegExp(`^${name}: (.*)$`, 'm').exec(text)[1];
  const url = value('sandbox');
  const control = async (method, route) => (await fetch(`${url}/_sandbox/${route}`, { method })).json();
  return {
    url,
    id: value('client_id'),
    secret: value('client_secret'),
    token: value('access_token'),
    control,
    stop: () => child.kill(),
  };
}

/** What the sandbox saw while `action` ran, added to what that gave. */
async function watched(sandbox, action) {
  await sandbox.control('DELETE', 'requests');
  const r = await action();
  const summary = await sandbox.control('GET', 'requests/summary');
  const rows = Object.values(summary.operations);
  return { ...r, requests: summary.total, bytes: rows.reduce((n, row) => n + row.bytes, 0) };
}

const exportOrders = (sandbox, dir, options) =>
  watched(sandbox, () => erpsync(dir, ['orders', 'export'], options));

/** From the log's line on the first run: "orders export to csv: 982 created, 15 parked, 3 left out (…); …". */
function told(dir, what) {
  const lines = fs.readFileSync(path.join(dir, 'erpsync.log'), 'utf8').split('\n');
  const line = lines.find(text => text.includes('"run ended"'));
  return Number(new RegExp(`\\b(\\d+) ${what}`).exec(line)?.[1] ?? 0);
}

function place(sandbox) {
  const { url, id } = sandbox;
  const store = `connector = shopify\nurl = ${url}\nclient_id = ${id}\nclient_secret_file = secret\nleave_for_others = 0\n`;
  const dir = newPlace('shopify', store, '[log]\npath = erpsync.log\n');
  fs.writeFileSync(path.join(dir, 'secret'), `${sandbox.secret}\n`, { mode: 0o600 });
  return dir;
}

/** Every order that a careful export writes is there with its total, every one that it holds back is not. */
async function check(sandbox, dir, orders, r) {
  expect(r.status <= 1, `erpsync ended with status ${r.status}: ${r.err}`);
  const found = await exported(dir);
  const [created, parked, excluded] = ['created', 'parked', 'left out'].map(what => told(dir, what));
  const done = created + parked + excluded;
  expect(done === orders, `${done} orders were dealt with instead of ${orders}`);
  expect(found.doubled === 0, `${found.doubled} orders arrived twice`);
  expect(found.totals.size === created, `${found.totals.size} orders arrived, ${created} were announced`);
  const wrong = [];
  for (const order of await sandbox.control('GET', `orders?limit=${orders}`)) {
    const there = found.totals.get(order.id);
    const held = order.expected === 'park' || order.expected === 'skip';
    if ((order.expected === 'export' && !there) || (held && there))
      wrong.push(`${order.name} (${order.nasty})`);
  }
  expect(wrong.length === 0, `${wrong.length} orders wrongly there or missing: ${wrong.slice(0, 5).join(', ')}`);
  return { found, excluded };
}

async function idle(sandbox, dir, found) {
  const runs = [];
  for (let i = 0; i < IDLE_RUNS; i++) {
    const r = await exportOrders(sandbox, dir, { every: 1 });
    expect(r.status === 0, `a run with nothing new ended with status ${r.status}`);
    expect(r.requests <= IDLE_REQUESTS, `a run with nothing new took ${r.requests} requests, ${IDLE_REQUESTS} are promised`);
    runs.push(r);
  }
  expect((await exported(dir)).files === found.files, 'a run with nothing new wrote files');
  return { ...medians(runs), requests: median(runs.map(r => r.requests)), bytes: median(runs.map(r => r.bytes)) };
}

/** How many orders erpsync asks for at once when it has found out what they cost, and up to when it reads. */
async function learn(sandbox) {
  const [first] = await sandbox.control('GET', 'requests?operation=OrdersChanged');
  const full = await sandbox.control('GET', 'requests?operation=OrdersById');
  return {
    size: Math.max(...full.map(r => r.variables.ids.length)),
    until: /<='([^']*)'/.exec(first.variables.query)[1],
  };
}

export async function shopify({ orders = 5000, rounds }) {
  const sandbox = await startSandbox(orders);
  try {
    say();
    say(`shopify: ${count(orders)} orders, every eighth a difficult one; the stand-in runs on this machine and shares its cores`);
    say('  baseline: a plain Node client (fetch) that reads the same pages with the same documents, parses them and keeps');
    say('  nothing; 4 requests at once as erpsync, and one at a time');
    // Not counted: the stand-in's own code becomes fast only after a while.
    await exportOrders(sandbox, place(sandbox));
    const { size, until } = await learn(sandbox);
    const client = async parallel => {
      const args = [CLIENT, sandbox.url, sandbox.token, String(size), String(parallel), until];
      const r = await watched(sandbox, () => run('node', args));
      expect(r.status === 0, `the baseline failed: ${r.err}`);
      return { ...r, did: JSON.parse(r.out || '{}') };
    };
    const runs = { ours: [], four: [], one: [] };
    let quiet;
    for (let i = 0; i < rounds; i++) {
      const dir = place(sandbox);
      const ours = await exportOrders(sandbox, dir);
      const { found, excluded } = await check(sandbox, dir, orders, ours);
      quiet = await idle(sandbox, dir, found);
      runs.ours.push(ours);
      for (const [name, parallel] of [['four', 4], ['one', 1]]) {
        const r = await client(parallel);
        expect(r.did.orders === orders - excluded, `the baseline read ${r.did.orders} orders`);
        runs[name].push(r);
      }
    }
    const [a, b, c] = [runs.ours, runs.four, runs.one].map(list => {
      const [{ requests, bytes }] = list;
      return { ...medians(list), requests, bytes };
    });
    const row = (text, key, show) => [
      text,
      show(a[key]),
      ...[b, c].flatMap(other => [show(other[key]), ratio(a[key], other[key])]),
    ];
    table([
      ['', 'erpsync', '4 at once', 'ratio', '1 at once', 'ratio'],
      row('wall', 'wall', seconds),
      row('CPU', 'cpu', seconds),
      row('  of which user', 'user', seconds),
      row('peak memory', 'peak', mb),
      row('requests', 'requests', count),
      row('bytes received, unpacked', 'bytes', n => mb(n / 2 ** 20)),
    ]);
    const each = (a.requests / orders).toFixed(3);
    say(`  per order: ${((a.cpu / orders) * 1e6).toFixed(0)} µs CPU, ${count(a.bytes / orders)} bytes, ${each} requests`);
    say(
      `  a run with nothing new: ${quiet.requests} requests (at most ${IDLE_REQUESTS} promised), ${count(quiet.bytes)} bytes, ` +
        `${seconds(quiet.wall)} wall, ${seconds(quiet.cpu)} CPU, ${mb(quiet.peak)}`,
    );
    expectMemory(Math.max(...runs.ours.map(r => r.peak)), 'the run');
  } finally {
    sandbox.stop();
  }
}

// A place to run erpsync in: a folder of its own with configuration, state, exchange folder, log, and the sandbox
// as the shop. All of it is gone when the test is over.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startSandbox } from '../sandbox/index.mjs';
import { atEnd } from './cleanup.mjs';
import { Exchange } from './exchange.mjs';
import { BIN_PLAIN, answer, ended, run, start } from './run.mjs';

/** The text of a configuration: { section: { key: value } }; a key without value (null) is left out. */
export function confText(sections) {
  return Object.entries(sections)
    .map(([name, keys]) => {
      const lines = Object.entries(keys).filter(([, value]) => value !== null && value !== undefined);
      return lines.length ? `[${name}]\n${lines.map(([k, v]) => `${k} = ${v}\n`).join('')}` : '';
    })
    .join('\n');
}

/** Both, key by key; what `more` says wins. */
function merged(sections, more = {}) {
  const all = { ...sections };
  for (const [name, keys] of Object.entries(more)) all[name] = { ...all[name], ...keys };
  return all;
}

/** A folder that is removed after the test. */
export function tempDir(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'erpsync-test-'));
  atEnd(t, () => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export class Place {
  constructor(dir, { sandbox = null, conf = {}, env = {}, bin } = {}) {
    Object.assign(this, { dir, sandbox, env, bin });
    this.sections = merged(
      {
        store: sandbox
          ? {
              connector: 'shopify',
              url: sandbox.url,
              client_id: sandbox.clientId,
              client_secret_file: 'secret',
              leave_for_others: 0,
            }
          : {},
        erp: { connector: 'csv', path: 'out' },
        state: { path: 'erpsync.db' },
        net: { connect_timeout: '2s', timeout: '20s', retries: 2, max_wait: '2s' },
        log: { path: 'erpsync.log', level: 'debug' },
      },
      conf,
    );
    if (sandbox) this.write('secret', `${sandbox.clientSecret}\n`, 0o600);
    this.configure();
  }
  path(...names) {
    return path.join(this.dir, ...names);
  }
  write(name, content, mode = 0o644) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), content, { mode });
    fs.chmodSync(this.path(name), mode);
    return this.path(name);
  }
  read(name) {
    return fs.readFileSync(this.path(name), 'utf8');
  }
  exists(name) {
    return fs.existsSync(this.path(name));
  }
  /** Writes erpsync.conf anew, with these keys changed. */
  configure(more = {}) {
    this.sections = merged(this.sections, more);
    this.write('erpsync.conf', confText(this.sections), 0o600);
  }
  /** The same place, for looking at it: the sanitised program is for what is tested, and takes longer. */
  get plain() {
    return Object.create(this, { bin: { value: BIN_PLAIN } });
  }
  get options() {
    return { cwd: this.dir, env: this.env, bin: this.bin };
  }
  /** Runs a command line to its end. */
  run(args, { env = {}, ...more } = {}) {
    return run(args, { ...this.options, ...more, env: { ...this.env, ...env } });
  }
  /** Starts one and leaves it running; `.done` is its end. */
  start(args, { env = {}, ...more } = {}) {
    return start(args, { ...this.options, ...more, env: { ...this.env, ...env } });
  }
  /** Runs one that must end with this status, and returns its JSON answer. */
  async json(args, status = 0) {
    return answer(ended(await this.run(args), status, String(args)));
  }
  /** `orders export --json`: its answer, after the status was checked. */
  async export(more = '', status = 0) {
    return this.json(`orders export --json ${more}`.trim(), status);
  }
  async queue(more = '--all') {
    return (await this.json(`queue list --json ${more}`)).entries;
  }
  /** Parked entries by order name. */
  async parked() {
    return new Map((await this.queue('--parked')).map(entry => [entry.name, entry]));
  }
  async status(name = 'orders export') {
    const answered = answer(await this.run('status --json'));
    return answered.flows.find(flow => flow.flow === name || flow.name === name);
  }
  /** What stands in the exchange folder now. */
  exchange(dir = 'out', options) {
    return new Exchange(this.path(dir), options);
  }
}

/**
 * A place for this test. options: sandbox (options of startSandbox, or false for none), conf, env, bin.
 * The sandbox's bucket is large unless the test says otherwise: no test is about waiting for points but the one that is.
 */
export async function place(t, { sandbox = {}, ...options } = {}) {
  const dir = tempDir(t);
  const shop = sandbox && (sandbox.close ? sandbox : await startSandbox({ speed: 1000, ...sandbox }));
  if (shop && shop !== sandbox) atEnd(t, () => shop.close());
  return new Place(dir, { ...options, sandbox: shop || null });
}

/** Changes orders as if it had happened so many seconds ago: the search index is trusted up to a minute ago. */
export function earlier(sandbox, seconds, change) {
  sandbox.setClock({ advance_ms: -seconds * 1000 });
  try {
    return sandbox.changeOrders(change);
  } finally {
    sandbox.setClock({ advance_ms: seconds * 1000 });
  }
}

/** All orders of the shop as it knows them. */
export const truth = sandbox => sandbox.orders.list({ limit: Infinity });

/** The requests since a moment, to be counted: `const seen = requestsOf(sandbox); …; seen()`. */
export function requestsOf(sandbox) {
  const since = sandbox.log.n;
  return filter => sandbox.requests({ ...filter, since });
}

export function sameSet(actual, expected, message) {
  assert.deepEqual([...actual].sort(), [...expected].sort(), message);
}

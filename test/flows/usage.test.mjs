// The command line and the configuration as a person mistypes them; help, exit statuses.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { place, tempDir } from '../support/place.mjs';
import { BIN_PLAIN, answer, ended, run } from '../support/run.mjs';

const offline = (t, conf = {}) =>
  place(t, { sandbox: false, conf: { store: { connector: 'csv', path: 'exports' }, ...conf }, bin: BIN_PLAIN });

test('what is not understood: 64, one line, the nearest name', async t => {
  const p = await offline(t);
  for (const [args, said] of [
    ['', /say what to do/],
    ['order export', /unknown command 'order'; did you mean 'orders'/],
    ['orders exprot', /unknown verb 'exprot'; did you mean 'orders export'/],
    ['orders', /'orders' needs a verb/],
    ['orders export --dryrun', /--dryrun.*did you mean '?--dry-run/],
    ['orders export --limit', /--limit/],
    ['orders export --limit many', /many/],
    ['orders export --limit -3', /-3/],
    ['orders export --since yesterdayish', /yesterdayish/],
    ['orders export --max-runtime 12x', /12x/],
    ['orders export --to csv', /SYSTEM:PLACE/],
    ['orders export --to sap:x', /no system is called 'sap'/],
    ['orders export --only 1 --full', /--only/],
    ['orders export extra', /extra/],
    ['queue retry', /name the records/],
    ['queue retry 1 --all', /name the records/],
    ['queue drop', /WHO/],
    ['queue list --flow orders', /orders/],
    ['explain', /WHO/],
    ['status --jsn', /did you mean '?--json/],
    ['map orde -', /'order'/],
    ['map order - --system nope', /nope/],
    ['frobnicate', /unknown command 'frobnicate'/],
  ])
    await t.test(args || '(nothing)', async () => {
      const result = ended(await p.run(args), 64);
      assert.match(result.stderr, said);
      assert.match(result.stderr, /^erpsync: .+\n$/, 'one line');
      assert.equal(result.stdout, '');
      assert.ok(!p.exists('out'), 'nothing was done');
    });
});

test('what stands in the configuration and can’t be: 78, file and line', async t => {
  for (const [name, conf, said] of [
    ['an unknown key', { state: { pth: 'x' } }, /erpsync\.conf:\d+: .*pth.*did you mean '?path/],
    ['an unknown section', { stat: { path: 'x' } }, /erpsync\.conf:\d+: .*stat.*did you mean '?\[?state/],
    ['a choice that is none', { csv: { delimiter: 'pipe' } }, /erpsync\.conf:\d+: delimiter: what stands there is not one of comma/],
    ['a number that is none', { net: { retries: 'often' } }, /erpsync\.conf:\d+: retries: what stands there is not a whole number/],
    ['a number out of range', { net: { retries: 1000 } }, /erpsync\.conf:\d+: .*1000/],
    ['a duration that is none', { net: { timeout: 'long' } }, /erpsync\.conf:\d+: timeout: what stands there is not a duration/],
    ['a time that is none', { orders: { since: 'someday' } }, /erpsync\.conf:\d+: since: what stands there is not a time/],
    ['a key of another connector', { store: { client_id: 'x' } }, /erpsync\.conf:\d+: .*client_id/],
    ['a connector that is none', { store: { connector: 'shopfy' } }, /erpsync\.conf:\d+: .*shopfy.*shopify/],
    ['no path', { erp: { path: null } }, /path/],
  ])
    await t.test(name, async sub => {
      const p = await offline(sub);
      p.write('exports/none.csv', '');
      p.configure(conf);
      const result = ended(await p.run('orders export'), 78);
      assert.match(result.stderr, said);
      assert.match(result.stderr, /^erpsync: .+\n$/, 'one line');
    });
  await t.test('a key twice', async sub => {
    const p = await offline(sub);
    p.write('erpsync.conf', `${p.read('erpsync.conf')}[state]\npath = other.db\n`, 0o600);
    assert.match(ended(await p.run('status'), 78).stderr, /erpsync\.conf:\d+: .*path/);
  });
  await t.test('no configuration at all', async sub => {
    const dir = tempDir(sub);
    const result = ended(await run('status', { cwd: dir, bin: BIN_PLAIN }), 78);
    assert.match(result.stderr, /no configuration found.*-c FILE/);
  });
});

test('where the configuration is found', async t => {
  const p = await offline(t);
  const cwd = tempDir(t);
  const path = async (args, env = {}) => ended(await run(args, { cwd, env, bin: BIN_PLAIN }), 0).stdout.trim();
  assert.equal(await path(['-c', p.path('erpsync.conf'), 'state', 'path']), p.path('erpsync.db'));
  assert.equal(await path(['state', 'path', '--config', p.path('erpsync.conf')]), p.path('erpsync.db'));
  assert.equal(await path(['state', 'path'], { ERPSYNC_CONF: p.path('erpsync.conf') }), p.path('erpsync.db'));
  const home = { HOME: tempDir(t) };
  fs.mkdirSync(`${home.HOME}/.config/erpsync`, { recursive: true });
  fs.copyFileSync(p.path('erpsync.conf'), `${home.HOME}/.config/erpsync/erpsync.conf`);
  assert.equal(await path(['state', 'path'], home), `${home.HOME}/.config/erpsync/erpsync.db`);
  await t.test('one that is no file has no place beside it for the state file', async () => {
    const options = { cwd, bin: BIN_PLAIN, env: { ERPSYNC_CONF: '/dev/null' } };
    assert.match(ended(await run('status', options), 78).stderr, /\/dev\/null is no regular file, .*set \[state\] path/);
    assert.ok(!fs.existsSync('/dev/erpsync.db'));
  });
});

test('help', async t => {
  const p = await offline(t);
  const helped = async args => ended(await p.run(args), 0).stdout;
  const all = await helped('help');
  for (const command of ['orders export', 'queue list', 'status', 'check', 'explain', 'map', 'state backup'])
    assert.match(all, new RegExp(command));
  assert.match(await helped('help orders export'), /--max-runtime/);
  assert.equal(await helped('orders export --help'), await helped('help orders export'));
  assert.match(await helped('--version'), /^erpsync \d+\.\d+/);
  const statuses = await helped('help exit-status');
  for (const status of [0, 1, 64, 69, 70, 75, 78]) assert.match(statuses, new RegExp(`^ *${status}\\b`, 'm'));
  const config = await helped('help config');
  for (const key of ['client_secret', 'keep_payloads', 'delimiter', 'overlap', 'max_wait']) assert.match(config, new RegExp(key));
  assert.ok(!p.exists('erpsync.db'));
});

test('--json answers whatever happens', async t => {
  const p = await place(t, { sandbox: { orders: 8, nasty: 'off' }, bin: BIN_PLAIN });
  await t.test('a refusal', async () => {
    p.sandbox.addFaults({ fault: 'http', status: 403 });
    const { summary, records, notices } = answer(ended(await p.run('orders export --json'), 69));
    assert.deepEqual([summary.outcome, summary.exit, records.length], ['refused', 69, 0]);
    assert.ok(summary.error && summary.code && Array.isArray(notices));
    p.sandbox.faults.clear();
  });
  await t.test('trouble before the run', async () => {
    p.configure({ state: { path: 'nowhere/erpsync.db' } });
    const said = answer(ended(await p.run('orders export --json'), 78));
    assert.equal(said.exit, 78);
    assert.ok(said.error.code && said.error.message && said.error.kind);
    p.configure({ state: { path: 'erpsync.db' } });
  });
  await t.test('a run', async () => {
    const { summary, records } = await p.export();
    assert.equal(records.length, 8);
    for (const record of records) {
      assert.match(record.record, /^gid:\/\/shopify\/Order\/\d+$/);
      assert.match(record.name, /^#\d+$/);
      assert.deepEqual([record.outcome, record.target], ['created', 'orders-000001.csv']);
    }
    assert.deepEqual([summary.created, summary.exit, summary.outcome], [8, 0, 'ok']);
    assert.equal(summary.requests, p.sandbox.requests().length - 1, 'all but the refused run’s');
  });
});

test('a log or a trace is never added to what the configuration is or names', async t => {
  const refused = {
    'erpsync.conf': /the configuration file/,
    './out/../erpsync.conf': /the configuration file/,
    'link.log': /the configuration file/,
    secret: /what \[store\] client_secret_file names/,
    'hard.log': /what \[store\] client_secret_file names/,
    'erpsync.db': /what \[state\] path names/,
    'erpsync.db-wal': /one of the files at \[state\] path/,
    'out/orders-000001.csv': /one of the files at \[erp\] path/,
    'mappings/tables/skus.csv': /one of the files at \[mappings\] path/,
  };
  for (const [path, what] of Object.entries(refused))
    await t.test(path, async sub => {
      const p = await place(sub, { sandbox: { orders: 2, seed: 8, nasty: 'off' }, bin: BIN_PLAIN, conf: { mappings: { path: 'mappings' } } });
      p.write('mappings/tables/skus.csv', fs.readFileSync('mappings/tables/skus.csv'));
      fs.mkdirSync(p.path('out'));
      fs.symlinkSync('erpsync.conf', p.path('link.log'));
      fs.linkSync(p.path('secret'), p.path('hard.log'));
      const look = () => ['erpsync.conf', 'secret', 'mappings/tables/skus.csv'].map(name => p.read(name));
      const before = look();
      const traced = ended(await p.run(['--trace', p.path(path), 'orders', 'export']), 78).stderr;
      assert.match(traced, what);
      assert.match(traced, /^erpsync: \S+: the trace would be written into .*; name a file of its own for it, such as erpsync\.trace/);
      assert.deepEqual(look(), before);
      assert.ok(!p.exists('out/orders-000001.csv'));
      p.configure({ log: { path }, mappings: { path: 'mappings' } });
      const configured = look();
      for (const command of ['orders export', 'status', 'check']) {
        const logged = ended(await p.run(command), 78).stderr;
        assert.match(logged, what);
        assert.match(logged, /^erpsync: \S*erpsync\.conf:\d+: \S+: the log would be written into /);
      }
      assert.deepEqual(look(), configured);
    });
  await t.test('a file of its own, in those folders too', async sub => {
    const p = await place(sub, { sandbox: { orders: 2, seed: 8, nasty: 'off' }, bin: BIN_PLAIN, conf: { log: { path: 'out/run.log' } } });
    fs.mkdirSync(p.path('out'));
    ended(await p.run('orders export --trace trace.txt'), 0);
    assert.ok(p.read('trace.txt').length && p.read('out/run.log').length);
  });
});

// A command that a message prints is whole: typed as it is, in another folder, it does what the message says.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { place } from '../support/place.mjs';
import { productFile } from '../support/products.mjs';
import { BIN_PLAIN, ROOT, ended, run } from '../support/run.mjs';
import { LYON, plainLevels, stockFile, stockPlace } from '../support/stock.mjs';

/** Types it into a shell. */
async function type(command, t) {
  const bin = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'erpsync-typed-'));
  t.after(() => fs.rmSync(bin, { recursive: true, force: true }));
  fs.symlinkSync(BIN_PLAIN, path.join(bin, 'erpsync'));
  return (await promisify(execFile)('sh', ['-c', command], { cwd: bin, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } })).stdout;
}
const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;
const printed = (text, pattern) => text.match(pattern)?.[1] ?? assert.fail(`no ${pattern} in: ${text}`);

/** The configuration under another name, in a folder of another one. */
function moved(p) {
  const conf = p.read('erpsync.conf').replace(/^(path|client_secret_file) = (?=\w)/gm, `$1 = ${p.dir}/`);
  fs.rmSync(p.path('erpsync.conf'));
  return p.write("my shop's/erp.conf", conf, 0o600);
}

test('every command in a message exists, and has the options that it names', async () => {
  const sources = ['lib', 'cmd'].flatMap(dir => fs.readdirSync(path.join(ROOT, dir), { recursive: true }).map(name => path.join(ROOT, dir, name)));
  const told = new Map();
  for (const file of sources.filter(name => name.endsWith('.c')))
    for (const [literal] of fs.readFileSync(file, 'utf8').matchAll(/"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*/g)) {
      const text = literal.replace(/"\s*"/g, '').slice(1, -1);
      for (const [, words] of text.matchAll(/(?<![/\w.-])erpsync ((?:queue|orders|adopt|state|skus) [a-z]+[^;,`]*)/g)) {
        const [noun, verb, ...more] = words.split(' ');
        const options = told.get(`${noun} ${verb}`) ?? new Set();
        for (const word of more) if (/^--[a-z-]+$/.test(word)) options.add(word);
        told.set(`${noun} ${verb}`, options);
      }
    }
  assert.ok(told.size >= 4, [...told.keys()].join());
  for (const [command, options] of told) {
    const { stdout } = ended(await run(`help ${command}`), 0, command);
    for (const option of options) assert.match(stdout, new RegExp(`${option}\\b`), `${command} ${option}`);
  }
});

test('of another configuration and another target', async t => {
  const p = await place(t, { bin: BIN_PLAIN, sandbox: { orders: 12, seed: 8, nasty: 'off' }, conf: { csv: { ack: 'expected' } } });
  const [to, conf] = [`csv:${p.path('the accountant')}`, moved(p)];
  const erpsync = (...args) => p.run(['-c', conf, ...args]);
  ended(await erpsync('orders', 'export', '--to', to), 0);
  ended(await erpsync('orders', 'export'), 0);
  fs.writeFileSync(p.path('the accountant/orders-000001.ack'), 'ok\nerror #1003: no customer\n');
  fs.writeFileSync(p.path('out/orders-000001.ack'), 'ok\nerror #1003: no customer\n');
  const { stderr } = ended(await erpsync('orders', 'export', '--to', to), 1);
  ended(await erpsync('orders', 'export'), 1);
  const here = async () => (await p.json(['-c', conf, 'queue', 'list', '--json'])).entries.map(entry => [entry.flow, entry.state]).sort();

  await t.test('as the queue lists it: of that target alone', async () => {
    const listed = ended(await erpsync('queue', 'list', '--flow', `orders export > ${to}`), 0).stdout;
    assert.match(await type(printed(listed, /then run: (erpsync [^;]*)/), t), /^#1003 will be tried/);
    assert.deepEqual(await here(), [[`orders export > ${to}`, 'waiting'], ['orders export', 'parked']]);
    const told = ended(await erpsync('explain', '#1003'), 0).stdout;
    assert.doesNotMatch(told, /erpsync (queue|adopt)/, 'no command without its configuration');
    assert.ok(told.includes(`erpsync -c ${quoted(conf)} queue retry '#1003'`) && told.includes(`adopt orders --to ${quoted(to)} '#1003'`), told);
  });
  await t.test('as the run prints it: adopted there, and not here', async () => {
    assert.match(await type(printed(stderr, /by now: (erpsync .*)/), t), /^1 linked, /);
    ended(await erpsync('orders', 'export', '--to', to), 0);
    assert.deepEqual(await here(), [['orders export', 'parked']]);
  });
  await t.test('and what is typed with a wrong flow drops nothing', async () => {
    ended(await erpsync('queue', 'drop', '#1003', '--flow', 'orders exports'), 64);
    ended(await erpsync('queue', 'drop', '#1003', '--flow', `orders export > ${to}`), 64);
    ended(await erpsync('queue', 'drop', '#1003', '--flow', 'orders export'), 0);
  });
  await t.test('as a refused run prints it', async () => {
    for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
    const behind = ended(await erpsync('orders', 'export', '--to', to), 78).stderr;
    assert.match(await type(printed(behind, /link what is there: (erpsync .*?), then/), t), /would be linked/);
  });
});

for (const sku of ["TABLE 5' O'HARA", '-5', "--it's"])
  test(`of an article whose number is ${sku}`, async t => {
    const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' } });
    stockFile(p, [[sku, 'MAIN', 4]]);
    const { stderr } = ended(await p.run('inventory pull'), 1);
    const conf = moved(p);
    const { stdout } = ended(await p.run(['-c', conf, 'queue', 'list', '--parked']), 0);
    for (const text of [stderr.replaceAll('erpsync queue', () => `erpsync -c ${quoted(conf)} queue`), stdout])
      assert.ok((await type(printed(text, /(erpsync -c [^\n]* queue retry [^\n;]*)/), t)).includes(`${sku} will be tried by the next run`), text);
    const gone = ended(await p.run(['-c', conf, 'queue', 'drop', '--for-good', '--', sku]), 0).stdout;
    await assert.rejects(type(printed(gone, /all the same: (.*)/), t), error => error.code === 1 && error.stderr.includes(sku), gone);
  });

/** Two articles that are one in the shop, and products that go by the same names. */
async function namesakes(t) {
  const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, conf: { products: { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' }, csv: { currency: 'EUR', prices_include_tax: 'yes' } } });
  p.write('mappings/tables/store_skus.csv', 'sku,store_sku\nERP-1,SOLO-1\nERP-2,SOLO-1\n*,*\n');
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 10);
  productFile(p, ['ERP-1', 'ERP-2'].map(sku => ({ product_id: sku, sku: `${sku}-X`, title: 'x'.repeat(300) })));
  ended(await p.run('products push'), 1);
  stockFile(p, [['ERP-1', 'MAIN', 7]], { age: 80 });
  ended(await p.run('inventory pull'), 0);
  stockFile(p, [['ERP-2', 'MAIN', 3]], { name: 'stock-changes.csv', age: 70 });
  const { stderr } = ended(await p.run('run inventory'), 1);
  return { p, stderr };
}
const typedThere = (p, command, t) => type(`cd ${quoted(p.dir)} && ${command}`, t);

test('of an article: what goes by the same name in another flow is left alone', async t => {
  const { p, stderr } = await namesakes(t);
  const listed = ended(await p.run('queue list --flow'.split(' ').concat('inventory pull')), 0).stdout;
  const told = ended(await p.run('explain ERP-2'), 0).stdout;
  const products = async () => (await p.queue('--parked')).filter(row => row.flow === 'products push').map(row => row.name).sort();
  for (const text of [stderr, listed, told]) {
    assert.match(text, /queue drop --flow 'inventory pull' --for-good 'ERP-1'/);
    assert.match(text, /queue retry --flow 'inventory pull' 'ERP-2'/);
  }
  await typedThere(p, printed(stderr, /run: (erpsync queue drop [^,;\n]*)/), t);
  assert.match(await typedThere(p, printed(stderr, /(erpsync queue retry [^,;\n]*)/), t), /^ERP-2 will be tried/);
  assert.deepEqual(await products(), ['ERP-1', 'ERP-2']);
  ended(await p.run('inventory pull'), 0);
  assert.equal(p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`].on_hand, 3);
});

test('for good, where several flows have a record of that name: nothing without the flow', async t => {
  const { p } = await namesakes(t);
  const before = JSON.stringify(await p.queue('--all'));
  const { stderr } = ended(await p.run('queue drop --for-good ERP-1'), 64);
  assert.match(stderr, /several flows have a record that is called 'ERP-1' \('(inventory pull', 'products push|products push', 'inventory pull)'\)/);
  assert.equal(JSON.stringify(await p.queue('--all')), before);
  await typedThere(p, printed(stderr, /(erpsync queue drop --flow 'products push' --for-good 'ERP-1')/), t);
  assert.deepEqual((await p.queue('--parked')).map(row => [row.flow, row.name]).sort(), [['inventory pull', 'ERP-2'], ['products push', 'ERP-2']]);
  stockFile(p, [['ERP-1', 'MAIN', 6]], { name: 'stock-changes.csv', age: 60 });
  await p.run('inventory pull');
  assert.equal(p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`].on_hand, 6);
});

for (const sku of ['00748927000018', '+33612345678', 'anne@example.com'])
  test(`of an article whose SKU looks like a person's: ${sku}`, async t => {
    const p = await stockPlace(t, { bin: BIN_PLAIN, sandbox: { nasty: 'off' } });
    stockFile(p, [[sku, 'MAIN', 4]]);
    const { stderr } = ended(await p.run('inventory pull'), 1);
    assert.doesNotMatch(stderr, /\*\*\*/);
    const command = printed(ended(await p.run('queue list --parked'), 0).stdout, /(erpsync queue retry [^,;\n]*)/);
    assert.ok((await typedThere(p, command, t)).includes(`${sku} will be tried by the next run`), command);
  });

test('what can not be opened: the printed command mends it', async t => {
  const cases = {
    'the folder of the state file': [{ state: { path: "my state/deep/erpsync.db" } }, 0],
    'the folder of the log': [{ log: { path: 'logs/deep/erpsync.log' } }, 0],
    'the exchange folder, two levels': [{ erp: { path: 'the/exchange' } }, 0],
    'the folder of the mappings': [{ mappings: { path: 'my/mappings' } }, 0],
  };
  for (const [name, [conf, status]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await place(sub, { bin: BIN_PLAIN, sandbox: { orders: 2, seed: 8, nasty: 'off' }, conf });
      const { stderr } = ended(await p.run('orders export'), 78);
      await type(`cd ${quoted(p.dir)} && ${printed(stderr, /(mkdir -p [^;\n]*)/)}`, sub);
      ended(await p.run('orders export'), status);
    });
  await t.test('a folder where a file is to be, a file where a folder', async sub => {
    const p = await place(sub, { bin: BIN_PLAIN, sandbox: { orders: 2, seed: 8, nasty: 'off' } });
    fs.mkdirSync(p.path('folder'));
    for (const conf of [{ state: { path: 'folder' } }, { log: { path: 'folder' } }, { store: { client_secret_file: 'folder/' } }]) {
      const was = structuredClone(p.sections);
      p.configure(conf);
      assert.match(ended(await p.run('orders export'), 78).stderr, /it is a folder, and a file is to be named: correct the path/);
      p.sections = was;
    }
    assert.match(ended(await p.run('-c folder status'), 78).stderr, /it is a folder, and a file is to be named/);
    assert.match(ended(await p.run('-c nothing.conf status'), 78).stderr, /nothing\.conf: can't be opened .*; write it, as README\.md shows, or name another one: -c FILE/);
    p.configure({ store: { client_secret_file: './no-secret' } });
    const { stderr } = ended(await p.run('orders export'), 78);
    await type(`echo ${p.sandbox.clientSecret} | (${printed(stderr, /(umask 077 && cat > \S*)/)})`, sub);
    assert.equal(fs.statSync(p.path('no-secret')).mode & 0o077, 0);
    ended(await p.run('orders export'), 0);
    p.write('a file', '');
    p.configure({ erp: { path: 'a file' } });
    assert.match(ended(await p.run('check'), 78).stdout, /is a file, and the exchange folder is to be a folder; correct path=/);
  });
});

test('an order whose sum is wrong and that was entered by hand is adopted', async t => {
  const p = await place(t, { bin: BIN_PLAIN, sandbox: { orders: 48, seed: 8, nasty: ['off_by_five'] } });
  await p.run('orders export');
  const wrong = (await p.queue('--parked')).filter(entry => entry.code === 'bad_sum');
  assert.ok(wrong.length);
  const listed = ended(await p.run('queue list --code bad_sum'), 0).stdout;
  assert.match(await type(`cd ${quoted(p.dir)} && ${printed(listed, /entered by hand: (erpsync adopt orders [^;\n]*)/)}`, t), /^1 linked, /);
  ended(await p.run('orders export'), 0);
  assert.equal((await p.queue('--parked')).filter(entry => entry.code === 'bad_sum').length, wrong.length - 1);
});

test('names with an apostrophe, also of another record, are words that a shell reads', async t => {
  const p = await stockPlace(t, { bin: BIN_PLAIN, conf: { products: {}, csv: { currency: 'EUR', prices_include_tax: 'yes' } } });
  p.write('mappings/tables/store_skus.csv', "sku,store_sku\nA'1,SOLO-1\n'B'2,SOLO-1\n*,*\n");
  plainLevels(p.sandbox, ['SOLO-1'], [LYON], 10);
  stockFile(p, [["A'1", 'MAIN', 7], ["'B'2", 'MAIN', 3]]);
  const { stderr } = ended(await p.run('inventory pull'), 1);
  const listed = ended(await p.run('queue list'), 0).stdout;
  for (const text of [stderr, listed])
    for (const [own, other] of [["A'1", "'B'2"], ["'B'2", "A'1"]]) {
      assert.ok(text.includes(`--for-good ${quoted(other)}, then: `), text);
      assert.ok(text.includes(`queue retry --flow 'inventory pull' ${quoted(own)}`), text);
    }
  const refused = ended(await p.run(['forget', "A'1"]), 78).stderr;
  assert.match(await typedThere(p, printed(refused, /first: (erpsync queue drop .*)/), t), /A'1/);
  assert.match(await typedThere(p, printed(stderr, /(erpsync queue drop --flow 'inventory pull' --for-good ''[^,]*)/), t), /'B'2/);
});

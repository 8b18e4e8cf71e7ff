// Mappings and tables of one's own: taken file by file, and what they cure is delivered by the next run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { place, truth } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ROOT, answer, ended, silent } from '../support/run.mjs';

const SHIPPED = path.join(ROOT, 'mappings');
const open = (t, conf = {}) =>
  place(t, {
    sandbox: { orders: 48, seed: 8, nasty: ['unknown_tax', 'custom_line_no_sku'] },
    conf: { mappings: { path: 'mappings' }, ...conf },
    bin: BIN_PLAIN,
  });
const shipped = name => fs.readFileSync(path.join(SHIPPED, name), 'utf8');
async function until(claim, what) {
  for (const end = Date.now() + 20000; Date.now() < end; await sleep(5)) if (claim()) return;
  assert.fail(`${what} did not come`);
}
/** The place's own copy of a shipped file, edited. */
const override = (p, name, edit) => p.write(`mappings/${name}`, edit(shipped(name)));

test('a row that is added to a table frees what was parked for it', async t => {
  const p = await open(t);
  override(p, 'tables/taxes.csv', text => text);
  ended(await p.run('orders export'), 1);
  assert.equal((await p.queue('--parked')).length, 6);
  override(p, 'tables/taxes.csv', text => `${text}*,Galactic Levy,*,GAL-42,\n`);
  ended(await p.run('orders export'), 1, 'the others are parked again');
  const levies = truth(p.sandbox).filter(o => o.nasty === 'unknown_tax');
  for (const { name } of levies) assert.match(p.exchange().order(name)[0].tax_code, /GAL-42/);
  assert.deepEqual((await p.queue('--parked')).map(e => e.code), Array(3).fill('unmapped_sku'));
  await t.test('nothing is delivered twice, and the next run is quiet', async () => {
    assert.equal(p.exchange().verify().orders().size, 45);
    silent(ended(await p.run('orders export'), 0));
  });
});

test('what a reason says about a table helps, word for word', async t => {
  const p = await open(t, { mappings: { path: null } });
  const lines = async () => (await p.queue('--parked')).filter(e => e.code === 'unmapped_sku').map(e => e.reason);
  /** Does what the reason says; the row's text comes from the reason too. */
  const heed = reason => {
    const said = reason.match(/copy (\S+) to (\S+) (?:in it )?and add a row for shop_sku '(.*)' there, with what the ERP calls it in the column erp_sku; the next run tries it again$/);
    assert.ok(said, reason);
    const name = said[2].replace(`${p.path('own')}/`, '');
    p.write(`own/${name}`, `${fs.readFileSync(said[1], 'utf8')}"${said[3].replaceAll('"', '""')}",SERVICE-1,\n`);
  };
  ended(await p.run('orders export'), 1);
  const reasons = await lines();
  assert.ok(reasons.length === 3 && reasons.every(r => / set \[mappings\] path to a folder of your own, copy \/.*\/tables\/skus\.csv to tables\/skus\.csv in it and add/.test(r)), reasons.join('\n'));
  await t.test('with a folder of one’s own the copy is named whole', async () => {
    fs.mkdirSync(p.path('own'));
    p.configure({ mappings: { path: 'own' } });
    ended(await p.run('orders export'), 1);
    const [reason] = await lines();
    assert.ok(reason.includes(` to ${p.path('own/tables/skus.csv')} and add a row`), reason);
    const before = p.exchange().verify().orders().size;
    heed(reason);
    ended(await p.run('orders export'), 1, 'the taxes are parked still');
    assert.ok(p.exchange().verify().orders().size > before);
    assert.ok((await p.queue('--parked')).every(e => !/SKU '.*' is in no row/.test(e.reason)), 'and nothing else is parked for want of a row');
  });
  await t.test('with a table of one’s own its path is named', async () => {
    override(p, 'tables/taxes.csv', text => text);
    p.configure({ mappings: { path: 'mappings' } });
    ended(await p.run('orders export'), 1);
    const reason = (await p.queue('--code unmapped_tax'))[0].reason;
    assert.ok(reason.includes(`; add a row in ${p.path('mappings/tables/taxes.csv')}, with what the ERP calls it in the column erp_tax_code`), reason);
  });
});

test('a table that changes what was delivered does not write it again by itself', async t => {
  const p = await open(t);
  override(p, 'tables/payment_statuses.csv', text => text);
  ended(await p.run('orders export'), 1);
  const before = p.exchange().files;
  override(p, 'tables/payment_statuses.csv', text => text.replace(/^paid,paid/m, 'paid,BEZAHLT'));
  ended(await p.run('orders export'), 1);
  assert.deepEqual(p.exchange().files, before);
  await t.test('--full does', async () => {
    await p.run('orders export --full');
    const rows = p.exchange().verify().rows('orders-changed');
    assert.ok(rows.length > 0 && rows.every(row => row.status !== 'paid'));
    assert.ok(rows.some(row => row.status === 'BEZAHLT'));
  });
});

test('what an interrupted run wrote is known to be by the mapping of that time, whichever run finds it', async t => {
  const first = async () => {
    const p = await place(t, { sandbox: { orders: 3, nasty: 'off' }, conf: { mappings: { path: 'mappings' } }, bin: BIN });
    override(p, 'tables/payment_statuses.csv', text => text);
    return p;
  };
  const [whole, p] = [await first(), await first()];
  const killed = async step => assert.equal((await p.run('orders export', { env: { ERPSYNC_STOP_AT: step } })).signal, 'SIGKILL');
  ended(await whole.run('orders export', { env: { ERPSYNC_STEP_LOG: whole.path('steps') } }), 0);
  await killed(whole.read('steps').match(/^(\d+) csv_published$/m)[1]);
  override(p, 'tables/payment_statuses.csv', text => text.replace(/^(?!\*)(\w+),\w+/gm, '$1,OTHERWISE').replace(/^.*/, text.split('\n')[0]));
  /* As after a copy of the state file was put back: what the shop has now is read before anything is put. */
  execFileSync('sqlite3', [p.path('erpsync.db'), 'UPDATE pairing SET pull_first = 1']);
  await killed(whole.read('steps').match(/^(\d+) page read$/m)[1]);
  ended(await p.run('orders export'), 0);
  const statuses = () => p.exchange().rows('orders-changed').map(row => row.status);
  assert.ok(!statuses().includes('OTHERWISE'));
  ended(await p.run('orders export --full'), 0);
  assert.ok(statuses().includes('OTHERWISE'), 'what stands there is not what the mapping of now makes of it');
});

test('tables as spreadsheets save them', async t => {
  for (const [name, edit] of [
    ['semicolons', text => text.replaceAll(',', ';')],
    ['tabs', text => text.replaceAll(',', '\t')],
    ['CRLF and a BOM', text => `\ufeff${text.replaceAll('\n', '\r\n')}`],
    ['blanks around cells', text => text.replaceAll(',', ' , ')],
  ])
    await t.test(name, async sub => {
      const p = await open(sub);
      p.write('mappings/tables/payment_methods.csv', edit('gateway,erp_payment_method\nshopify_payments,CARD\n*,*\n'));
      ended(await p.run('orders export'), 1);
      const methods = new Set(p.exchange().rows().map(row => row.payment_method));
      assert.ok(methods.has('CARD') && !methods.has('shopify_payments'), [...methods].join());
    });
});

test('without the row that passes all others on, what is unknown is parked', async t => {
  const p = await open(t);
  p.write('mappings/tables/payment_methods.csv', 'gateway,erp_payment_method\nshopify_payments,CARD\n');
  ended(await p.run('orders export'), 1);
  const parked = await p.queue('--code unmapped_payment_method*');
  assert.ok(parked.length > 0);
  for (const { reason } of parked) assert.match(reason, /tables\/payment_methods\.csv; add a row in \/.*\/tables\/payment_methods\.csv, /);
});

test('a mapping of one’s own', async t => {
  const p = await open(t);
  override(p, 'csv/order.jq', text =>
    text
      .replace('{name: "source", type: "text"}', '{name: "source", type: "text"},\n  {name: "ours", type: "text"}')
      .replace('  .source\n', '  .source,\n  "made by \\(.name)"\n'),
  );
  ended(await p.run('orders export'), 1);
  assert.equal(p.exchange().order('#1001')[0].ours, 'made by #1001');
});

test('what is wrong with it is found by check, and ends a run before anything is written', async t => {
  const cases = {
    'a program that does not compile': ['csv/order.jq', text => `${text}\n) `, /csv\/order\.jq/],
    'a function that is gone': ['erpsync.jq', text => text.replace('def joined_once', 'def joined_twice'), /joined_once/],
    'a key twice': ['tables/skus.csv', text => `${text}A,1,\nA,2,\n`, /tables\/skus\.csv.*\b5\b.*\b6\b|tables\/skus\.csv/],
    'a table without answers': ['tables/skus.csv', () => 'shop_sku,sku\nA,B\n', /tables\/skus\.csv/],
    'a table that ends in a quote': ['tables/skus.csv', text => `${text}"A,1,\n`, /tables\/skus\.csv/],
  };
  for (const [name, [file, edit, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      override(p, file, edit);
      const result = ended(await p.run('orders export'), 78);
      assert.match(result.stderr, said);
      assert.equal(p.exchange().files.size, 0);
      const checked = ended(await p.run('check'), 78);
      assert.match(checked.stdout, /^bad /m);
      assert.match(checked.stdout, said);
      await sub.test('mended, the next run goes on', async () => {
        fs.rmSync(p.path('mappings', file));
        ended(await p.run('orders export'), 1);
        assert.equal(p.exchange().verify().orders().size, 42);
      });
    });
});

test('what a mapping gives to `debug` and `stderr` reaches nobody', async t => {
  const p = await open(t);
  p.bin = BIN; /* the other build has none to write to */
  override(p, 'csv/order.jq', text => `${text} | debug | stderr`);
  const { email } = p.sandbox.orders.view(0);
  for (const args of ['check', 'orders export -v', ['map', 'order', '#1001']]) {
    const said = await p.run(args);
    assert.ok(!`${said.stdout}${said.stderr}`.includes(email), said.stderr);
  }
  assert.ok(p.exchange().orders().size > 0);
});

test('a program that gives no document is found by check, where the shop’s are files', async t => {
  const p = await place(t, { sandbox: false, bin: BIN_PLAIN, conf: { store: { connector: 'csv', path: 'exports' }, mappings: { path: 'mappings' } } });
  p.write('exports/orders.csv', fs.readFileSync('test/data/orders_export/current.csv'));
  for (const [program, says] of [
    ['empty', /the program gives nothing/],
    ['., .', /more than one result/],
    ['null', /of type null, not object/],
  ]) {
    override(p, 'csv/order.jq', () => `include "erpsync";\n${program}\n`);
    assert.match(ended(await p.run('check'), 78).stdout, new RegExp(`^bad +the mapping of #.*csv/order\\.jq: .*${says.source}`, 'm'));
  }
});

test('a program that fails for a document parks it until it is mended', async t => {
  const p = await open(t);
  override(p, 'csv/order.jq', text => `${text} | if .files.customers.rows == [] then . else .files + 1 end`);
  ended(await p.run('orders export'), 1);
  const failed = (await p.queue('--parked')).filter(e => e.code.startsWith('mapping'));
  assert.ok(failed.length > 30);
  for (const e of failed) assert.match(e.reason, /mappings\/csv\/order\.jq/);
  fs.rmSync(p.path('mappings/csv/order.jq'));
  ended(await p.run('orders export'), 1);
  assert.equal(p.exchange().verify().orders().size, 42);
});

test('an order for which a mapping gives no row is parked until it is mended', async t => {
  const p = await open(t);
  override(p, 'csv/order.jq', text => `${text} | .files.orders.rows = []`);
  ended(await p.run('orders export'), 1);
  const parked = (await p.queue('--parked')).filter(e => e.code === 'bad_mapping');
  assert.ok(parked.length > 30);
  assert.match(parked[0].reason, /^file 'orders': the mapping gives no row for it; one that is to be left out is refused in the mapping: fail\("left_out"; "why"\)$/);
  assert.equal(p.exchange().files.size, 0);
  await t.test('left out, as the reason says', async () => {
    override(p, 'csv/order.jq', text => `${text} | fail("left_out"; "why")`);
    ended(await p.run('orders export'), 1);
    const out = (await p.queue('--parked')).filter(e => e.code === 'left_out');
    assert.equal(out.length, parked.length);
  });
  fs.rmSync(p.path('mappings/csv/order.jq'));
  ended(await p.run('orders export'), 1);
  assert.equal(p.exchange().verify().orders().size, 42);
});

test('map: one document, no run', async t => {
  const p = await place(t, { sandbox: false, bin: BIN_PLAIN });
  const example = path.join(SHIPPED, 'canonical/examples/order-simple.json');
  const simple = JSON.parse(fs.readFileSync(example, 'utf8'));
  const shown = JSON.parse(ended(await p.run(['map', 'order', example, '--personal']), 0).stdout);
  assert.equal(shown.files.orders.rows.length, simple.lines.length);
  await t.test('personal data is masked unless asked for', async () => {
    const masked = ended(await p.run(['map', 'order', example]), 0).stdout;
    assert.ok(simple.email && !masked.includes(simple.email));
  });
  await t.test('from standard input', async () => {
    const again = ended(await p.run('map order - --personal', { input: JSON.stringify(simple) }), 0);
    assert.deepEqual(JSON.parse(again.stdout), shown);
  });
  await t.test('a document that can’t be mapped: 1 and why', async () => {
    simple.lines[0].sku = null;
    const result = ended(await p.run('map order -', { input: JSON.stringify(simple) }), 1);
    assert.match(result.stderr, /^erpsync: standard input: .*has no SKU.*\n$/);
  });
  await t.test('what is no document', async () => {
    for (const input of ['', '{', '[]', '{"a":1}', 'null'])
      assert.match(ended(await p.run('map order -', { input }), 1).stderr, /^erpsync: standard input: .+\n$/, input);
    ended(await p.run('map order nowhere.json'), 78);
  });
  await t.test('every example maps', async () => {
    const dir = path.join(SHIPPED, 'canonical/examples');
    for (const name of fs.readdirSync(dir).filter(file => file.startsWith('order-')))
      ended(await p.run(['map', 'order', path.join(dir, name)]), 0, name);
  });
  assert.ok(!p.exists('out'));
});

test('the reader of --json finds what a person reads', async t => {
  const p = await open(t, { mappings: { path: null } });
  const result = ended(await p.run('orders export --json'), 1);
  const { records, summary } = answer(result);
  const parked = records.filter(r => r.outcome === 'parked');
  assert.equal(parked.length, 6);
  for (const r of parked) assert.ok(r.code && r.reason && r.target === null);
  assert.equal(summary.parked, 6);
  assert.equal(summary.exit, 1);
});

/** The shipped mapping, but for one order, in whose place stands a loop without end. */
const endless = (p, name) =>
  override(p, 'csv/order.jq', text => text.replace(/^\. as \$order$/m, `. as $order\n| if .name == "${name}" then last(repeat(.)) else . end`));

test('a mapping that never ends for one order', async t => {
  const p = await open(t, { mappings: { path: 'mappings', max_time: '500ms' } });
  endless(p, '#1001');
  const result = ended(await p.run('orders export'), 1);
  assert.match(result.stderr, /order #1001: mapping csv\/order\.jq took more than 500ms; .* mend it in .*\/mappings\/csv\/order\.jq, else raise \[mappings\] max_time/);
  assert.equal((await p.parked()).get('#1001').code, 'mapping_limit');
  assert.equal(p.exchange().verify().orders().size, 41, 'all others go over');
  await t.test('goes over when it is mended', async () => {
    override(p, 'csv/order.jq', text => text);
    ended(await p.run('orders export'), 1);
    assert.equal(p.exchange().verify().order('#1001').length > 0, true);
  });
});

test('a mapping that never ends for any order ends the run, and parks none', async t => {
  const p = await open(t, { mappings: { path: 'mappings', max_time: '300ms' } });
  override(p, 'csv/order.jq', text => text.replace(/^\. as \$order$/m, '. as $order\n| last(repeat(.))'));
  const result = ended(await p.run('orders export'), 78);
  assert.match(result.stderr, /3 in a row: mapping csv\/order\.jq took more than 300ms; .* mend it in/);
  assert.equal((await p.queue('--parked')).length, 0);
  override(p, 'csv/order.jq', text => text);
  ended(await p.run('orders export'), 1);
  assert.equal(p.exchange().verify().orders().size, 42);
});

for (const [what, options, ask] of [
  ['a signal', '', child => child.kill('SIGTERM')],
  ['--max-runtime', ' --max-runtime 2s', () => {}],
  ['[run] max_runtime', '', () => {}],
])
  test(`a mapping that never ends does not hold up ${what}`, async t => {
    const p = await open(t, { mappings: { path: 'mappings', max_time: '1h' }, run: { max_runtime: what.startsWith('[') ? '2s' : '1h' } });
    endless(p, '#1001');
    const child = p.start(`orders export${options}`);
    await until(() => p.sandbox.requests({ operation: 'OrdersById' }).length > 0, 'the orders');
    ask(child);
    silent(ended(await child.done, 75));
    assert.equal((await p.status()).last_run.outcome, 'stopped');
    override(p, 'csv/order.jq', text => text);
    ended(await p.run('orders export'), 1);
    assert.equal(p.exchange().verify().orders().size, 42, 'nothing is lost, nothing twice');
  });

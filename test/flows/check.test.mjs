// `check`: what is sound and what is not, without writing anything.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { place, tempDir } from '../support/place.mjs';
import { BIN_PLAIN, answer, ended } from '../support/run.mjs';
import { productFile } from '../support/products.mjs';
import { deliveryFile } from '../support/shipping.mjs';
import { LYON, stockFile } from '../support/stock.mjs';

const open = (t, sandbox = {}, conf = {}) =>
  place(t, { sandbox: { orders: 8, nasty: 'off', ...sandbox }, conf, bin: BIN_PLAIN });

test('everything is fine', async t => {
  const p = await open(t);
  const result = ended(await p.run('check'), 0);
  assert.match(result.stdout, /^ok +shop erpsync-sandbox\.myshopify\.com answers \(EUR, Europe\/Paris, plan Advanced\)$/m);
  assert.match(result.stdout, /^ok +scope read_orders is granted$/m);
  assert.match(result.stdout, /ready to run\n$/);
  assert.doesNotMatch(result.stdout, /^bad/m);
  assert.ok(!p.exists('out'), 'the exchange folder is not made');
  const { findings, bad } = await p.json('check --json');
  assert.equal(bad, 0);
  assert.ok(findings.length > 5);
  for (const f of findings) assert.ok(['ok', 'warn'].includes(f.result) && f.what);
});

test('what is bad: 78, a line each, and a remedy', async t => {
  const unreachable = { store: { url: 'http://127.0.0.1:9' } };
  const cases = {
    'a wrong secret': [p => p.write('secret', 'wrong\n', 0o600), /^bad +.*invalid_client.*check client_id/m],
    'a shop that is away': [p => p.configure(unreachable), /^bad +.*no connection.*\n +→ the shop's address is \[store\] url \(erpsync\.conf:\d+\)/m],
    'an Odoo that is away': [
      p => p.configure({ erp: { connector: 'odoo', url: 'http://127.0.0.1:9', path: null, api_key_file: 'secret' } }),
      /^bad +Odoo does not answer at \[erp\] url \(erpsync\.conf:\d+\): .*no connection.*; see that it runs and can be reached from here, or correct the address/m,
    ],
    'no key for Odoo': [p => p.configure({ erp: { connector: 'odoo', url: 'http://127.0.0.1:9', path: null } }), /^bad +\[erp\]: no API key/m],
    'an app that was removed': [p => (p.sandbox.auth.notPermitted = true), /^bad +.*shop_not_permitted/m],
    'a scope that is missing': [
      p => p.sandbox.setScopes({ remove: ['read_orders'] }),
      /^bad +scope read_orders is not granted.*\n +→ add it/m,
    ],
    'an expired version': [p => p.configure({ store: { api_version: '2024-01' } }), /^bad +.*api_version/m],
    'no store': [p => p.configure({ store: { connector: null, url: null, client_id: null, client_secret_file: null, leave_for_others: null } }), /^bad +\[store\] connector= is not set/m],
    'an exchange folder that can’t be': [p => p.configure({ erp: { path: '/proc/nowhere/out' } }), /^bad +\/proc\/nowhere\/out/m],
  };
  for (const [name, [spoil, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await open(sub);
      spoil(p);
      p.configure({ net: { retries: 0 } });
      const result = ended(await p.run('check'), 78);
      assert.match(result.stdout, said);
      assert.match(result.stdout, /not ready/);
      const { findings, bad } = answer(ended(await p.run('check --json'), 78));
      assert.ok(bad >= 1);
      assert.equal(findings.filter(f => f.result === 'bad').length, bad);
    });
});

test('what is worth a warning', async t => {
  await t.test('buyers that the shop does not show', async sub => {
    for (const orders of [2, 8]) {
      const p = await open(sub, { orders, personalData: 'off' });
      const { stdout } = ended(await p.run('check'), 0);
      assert.match(stdout, /^warn +Shopify shows no name, address, mail or phone of the buyers of (2 of the 2|8 of the 8) orders .*\n +→ request access to protected customer data/m);
      p.sandbox.setScopes({ personal_data: 'on' });
      assert.doesNotMatch(ended(await p.run('check'), 0).stdout, /buyers/);
    }
  });
  await t.test('scopes that only make poorer', async sub => {
    const p = await open(sub, { scopes: ['read_orders', 'read_customers', 'read_products'] });
    const { stdout } = ended(await p.run('check'), 0);
    assert.match(stdout, /^warn +scope read_all_orders is not granted/m);
  });
  await t.test('[orders] since is still to come: told by check and by each run', async sub => {
    const p = await open(sub);
    p.configure({ orders: { since: '2199-01-01' } });
    const says = /erpsync\.conf:\d+: \[orders\] since is still to come \(2199-01-01\), so no order is read until then; if that is not meant, set it to the day/;
    assert.match((await p.run('check')).stdout, new RegExp(`^warn +.*${says.source}`, 'm'));
    assert.match(ended(await p.run('orders export -v'), 0).stderr, says);
  });
  await t.test('no [orders] since', async sub => {
    const p = await open(sub);
    assert.match((await p.run('check')).stdout, /^warn +.*since= is not set/m);
    p.configure({ orders: { since: '2026-01-01' } });
    assert.doesNotMatch((await p.run('check')).stdout, /since= is not set/);
  });
  await t.test('batches that nobody acknowledged', async sub => {
    const p = await open(sub, {}, { csv: { ack: 'expected' } });
    ended(await p.run('orders export'), 0);
    assert.match((await p.run('check')).stdout, /^warn +.*not acknowledged.*orders-000001/m);
  });
});

test('a token that is kept does not vouch for the credentials', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  const file = p.read('secret');
  p.write('secret', 'wrong\n', 0o600);
  assert.match(ended(await p.run('check'), 78).stdout, /^bad +.*invalid_client.*check client_id/m);
  p.write('secret', file, 0o600);
  assert.match(ended(await p.run('check'), 0).stdout, /ready to run\n$/);
});

test('orders that were not read to their end: stock would be refused', async t => {
  const p = await open(t, {}, { orders: { overlap: '1m' }, inventory: { quantity: 'available' }, mappings: { path: 'mappings' } });
  p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\n`);
  stockFile(p, 'sku,warehouse,available\nSOLO-1,MAIN,4\n');
  const behind = /inventory pull would be refused now: .*run it first: erpsync orders export/;
  const first = ended(await p.run('check'), 0).stdout;
  assert.match(first, new RegExp(`^warn +${behind.source}`, 'm'), 'before the first run it is no fault');
  ended(await p.run('orders export'), 0);
  assert.doesNotMatch(ended(await p.run('check'), 0).stdout, behind);
  execFileSync('sqlite3', [p.path('erpsync.db'), "UPDATE connector_state SET saved_at = saved_at - 2 * 86400 WHERE key LIKE 'keep whole%'"]);
  assert.match(ended(await p.run('check'), 78).stdout, new RegExp(`^bad +${behind.source}`, 'm'));
});

test('figures and prices that the files of the ERP do not have as they are asked for', async t => {
  const p = await open(t, {}, { inventory: { quantity: 'available' }, products: { erp_owns: 'title, sku, price, cost, barcode', store_owns: 'description, images, tags' }, mappings: { path: 'mappings' } });
  p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\n`);
  stockFile(p, 'sku,warehouse,on_hand\nSOLO-1,MAIN,4\n');
  productFile(p, [{ product_id: 'P', sku: 'SOLO-1', price: '4', currency: 'USD' }]);
  const { stdout } = ended(await p.run('check'), 78);
  assert.match(stdout, /^bad +.*stock\.csv: there is no column 'available', which \[inventory\] quantity asks for.*\n +→ have the ERP write that column, or set \[inventory\] quantity/m);
  assert.match(stdout, /^bad +prices of products are in EUR at one end and in USD at the other.*\n +→ have the ERP write prices in the shop's currency/m);
  stockFile(p, 'sku,warehouse,available\nSOLO-1,MAIN,4\n');
  productFile(p, [{ product_id: 'P', sku: 'SOLO-1', price: '4', currency: 'EUR' }]);
  assert.doesNotMatch((await p.run('check')).stdout, /^bad/m);
});

test('order files as the store', async t => {
  const exports = tempDir(t);
  const p = await place(t, { sandbox: false, conf: { store: { connector: 'csv', path: exports } }, bin: BIN_PLAIN });
  const look = async status => ended(await p.run('check'), status).stdout;
  assert.match(await look(0), /^warn +.*holds no \*\.csv/m);
  fs.cpSync(new URL('../data/orders_export/current.csv', import.meta.url).pathname, `${exports}/current.csv`);
  assert.match(await look(0), /^ok +current\.csv: \d+ orders/m);
  fs.cpSync(new URL('../data/orders_export/bad_rows.csv', import.meta.url).pathname, `${exports}/bad.csv`);
  assert.match(await look(0), /^warn +bad\.csv: \d+ of \d+ orders can't be read; the first: .*bad\.csv:\d+/m);
  fs.cpSync(new URL('../data/orders_export/not_orders.csv', import.meta.url).pathname, `${exports}/not.csv`);
  assert.match(await look(78), /^bad +.*not\.csv/m);
  p.configure({ store: { path: `${exports}/missing` } });
  assert.match(await look(78), /^bad +.*missing/m);
});

test('what would end a run is bad, what would park is no “ok”', async t => {
  const at = (sub, conf) => open(sub, {}, { mappings: { path: 'mappings' }, orders: { since: '2026-01-01' }, ...conf });
  const stock = { inventory: { quantity: 'on_hand' } };
  const locations = (p, to) => p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${to}\n`);
  const cases = {
    'a list that lost most of its articles': [stock, p => {
      stockFile(p, [['SOLO-1', 'MAIN', 1], ['LONG-5', 'MAIN', 2], ['LONG-5-RED', 'MAIN', 3]], { age: 600 });
      fs.mkdirSync(p.path('out/archive'));
      fs.renameSync(p.path('out/stock.csv'), p.path('out/archive/stock.csv'));
      stockFile(p, [['SOLO-1', 'MAIN', 1]]);
    }, 78, /^bad +.*stock\.csv: lists 1 articles/m],
    'a file of changes without a column sku': [stock, p => stockFile(p, 'thing,on_hand\nX,1\n', { name: 'stock-changes-3.csv' }), 78, /^bad +.*stock-changes-3\.csv/m],
    'a product file without a currency': [{ products: {} }, p => {
      p.write('out/products.csv', 'product_id,sku,title,price\nP,SOLO-1,One,5.00\n');
      fs.utimesSync(p.path('out/products.csv'), 1, 1);
    }, 78, /^bad +.*products\.csv: it has amounts and no column 'currency'/m, '\n[products]\nerp_owns = price\n'],
    'rows that can’t be read': [stock, p => stockFile(p, [['SOLO-1', 'MAIN', 'one'], ['LONG-5', 'MAIN', 2]]), 0, /^warn +.*stock\.csv: 2 articles, of which 1 can't be read; the first: SOLO-1: /m],
    'deliveries that can’t be read': [{}, p => deliveryFile(p, [{ delivery: 'D1', order: '#1001', sku: 'A', n: 'one' }]), 0, /^warn +.*1 deliveries in 1 file, of which 1 can't be read; the first: /m, '\n[fulfillments]\nnotify_customer = no\n'],
    'a location that the shop does not have': [{}, p => locations(p, 'Nowhere'), 78, /^bad +tables\/locations\.csv: the shop has no location 'Nowhere'/m, '\n[fulfillments]\nnotify_customer = no\n'],
    'one that it has': [{}, p => fs.mkdirSync(p.path('out')) || locations(p, LYON), 0, /^ready to run/m, '\n[fulfillments]\nnotify_customer = no\n'],
    'a table at fault': [{}, p => p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nA,1\nA,2\n'), 78, /^bad +.*skus\.csv/m, '\n[fulfillments]\nnotify_customer = no\n'],
  };
  for (const [name, [conf, make, status, said, more = '']] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = await at(sub, conf);
      fs.mkdirSync(p.path('mappings'), { recursive: true });
      locations(p, LYON);
      p.write('erpsync.conf', p.read('erpsync.conf') + more, 0o600);
      make(p);
      const { stdout } = ended(await p.run('check'), status);
      assert.match(stdout, said);
      const lines = stdout.split('\n').filter(line => /^(ok|warn|bad)/.test(line));
      assert.equal(new Set(lines).size, lines.length, 'each finding once');
      if (/can't be read/.test(stdout)) assert.doesNotMatch(stdout, /^ok +.*(articles|deliveries)/m);
    });
});

test('what the first run of an exchange folder would say, and what mends it', async t => {
  const shell = async (p, stdout) => execFileSync('sh', ['-c', stdout.match(/(mkdir -p [^;\n]*)/)[1]], { cwd: p.dir });
  const runs = { 'orders export': {}, 'inventory pull': { inventory: { quantity: 'on_hand' } }, 'fulfillments pull': { fulfillments: { notify_customer: 'no' } } };
  for (const [run, conf] of Object.entries(runs))
    for (const [name, path, status] of [
      ['one level', "the ERP's", run === 'orders export' ? 0 : 78],
      ['two levels', 'not/there', 78],
    ])
      await t.test(`${run}: ${name} missing`, async sub => {
        const p = await open(sub, {}, { erp: { path }, ...conf });
        const check = ended(await p.run('check'), status).stdout, said = ended(await p.run(run), status).stderr;
        if (!status) return;
        assert.match(said, /: the exchange folder is not there; run, as user/);
        assert.ok(check.includes(said.replace(/^erpsync: /, '').trim()), check);
        await shell(p, check);
        ended(await p.run('check'), 0);
        ended(await p.run(run), 0);
      });
});

test('tables of one\u2019s own that nothing reads, and a list of locations without a row', async t => {
  const p = await open(t, {}, { mappings: { path: 'mappings' }, inventory: { quantity: 'on_hand' } });
  stockFile(p, [['SOLO-1', 'MAIN', 4]]);
  const look = async () => ended(await p.run('check'), 0).stdout;
  assert.match(ended(await p.run('check'), 78).stdout, /^bad +\[mappings\] path: the folder \S* does not exist; correct the path, or run: mkdir -p/m);
  p.write('mappings/tables/location.csv', `warehouse,store_location\nMAIN,${LYON}\n`);
  p.write('mappings/tables/README.txt', 'mine');
  p.write('mappings/tables/colours.csv', 'colour,erp_colour\nred,1\n');
  p.write('mappings/csv/mine.jq', 'lookup("colours"; .colour)\n');
  const said = await look();
  assert.match(said, /^warn +tables\/locations\.csv has no row: no stock can be placed/m);
  assert.match(said, /^warn +1 would be parked, the first is SOLO-1: location 'MAIN' is in no row/m);
  assert.match(said, /^warn +\S*\/tables\/location\.csv is ignored: no mapping reads a table of this name\n +\u2192 did you mean tables\/locations\.csv\? Then run: mkdir/m);
  assert.doesNotMatch(said, /colours|README/);
  execFileSync('sh', ['-c', said.match(/Then run: (.*)/)[1]]);
  assert.doesNotMatch(await look(), /is ignored|has no row|would be parked/);
  await t.test('beside the folder, and in another form', async () => {
    fs.renameSync(p.path('mappings/tables/locations.csv'), p.path('mappings/Locations.csv'));
    p.write('mappings/tables/skus.xlsx', '');
    const found = await look();
    assert.match(found, /tables\/skus\.xlsx is ignored: only what ends in \.csv is read/);
    assert.match(found, /mappings\/Locations\.csv is ignored: tables are read in the folder tables\/ alone/);
    execFileSync('sh', ['-c', found.match(/Then run: (.*Locations.*)/)[1]]);
    assert.doesNotMatch(await look(), /Locations\.csv is ignored|has no row/);
  });
});

// Secrets and personal data stay where they belong: in the shop, the state file and the ERP's files.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { place } from '../support/place.mjs';
import { quotingProxy } from '../support/quoting.mjs';
import { BIN_PLAIN } from '../support/run.mjs';

const ORDERS = 96;
const KINDS = ['unknown_tax', 'custom_line_no_sku', 'b2b', 'wild_text', 'off_by_five', 'guest'];

/** Every text of the shop that says who somebody is. */
function people(sandbox) {
  const found = { mails: new Set(), phones: new Set(), names: new Set(), streets: new Set() };
  const add = (set, value) => value && set.add(value);
  for (let i = 0; i < ORDERS; i++) {
    const order = sandbox.orders.view(i);
    add(found.mails, order.email);
    add(found.mails, order.customer?.email);
    add(found.phones, order.phone);
    add(found.phones, order.customer?.phone);
    for (const address of [order.shippingAddress, order.billingAddress].filter(Boolean)) {
      add(found.phones, address.phone);
      add(found.names, `${address.firstName} ${address.lastName}`);
      add(found.streets, address.address1);
    }
  }
  return found;
}

test('log, trace, messages and the process list', async t => {
  const p = await place(t, {
    sandbox: { orders: ORDERS, seed: 12, nasty: KINDS, clientSecret: 'shpss_0c0ffee0secret' },
    conf: { log: { level: 'debug' }, net: { retries: 1 } },
    bin: BIN_PLAIN,
  });
  const words = new Map();
  const keep = (name, text) => words.set(name, `${words.get(name) ?? ''}${text}`);
  const said = async (args, options) => {
    const result = await p.run(args, options);
    keep(`stdout and stderr of ${args}`, result.stdout + result.stderr);
  };

  /* A run with troubles of all sorts, while the process list is watched. */
  p.sandbox.addFaults([
    { fault: 'http', status: 500, operation: 'OrdersById', nth: 2, count: 1 },
    { fault: 'malformed_json', operation: 'OrdersById', nth: 4, count: 1 },
    { fault: 'unauthorized', operation: 'OrdersById', nth: 6, count: 1 },
  ]);
  const child = p.start('orders export --trace trace.txt -v');
  while (child.exitCode === null && child.signalCode === null) {
    for (const file of ['cmdline', 'environ'])
      try {
        if (file === 'cmdline') keep('ps', fs.readFileSync(`/proc/${child.pid}/${file}`, 'latin1'));
      } catch {
        /* it has ended */
      }
    await sleep(20);
  }
  const first = await child.done;
  assert.equal(first.status, 1, first.stderr);
  keep('stdout and stderr of the run', first.stdout + first.stderr);
  await said('orders export --full --trace trace.txt -v');
  await said('queue list --all');
  await said('queue list --all --json');
  await said('status');
  await said('check --trace trace.txt');
  for (const name of (await p.parked()).keys()) {
    await said(['explain', name]);
    await said(['queue', 'show', name]);
    await said(['queue', 'show', name, '--json']);
    await said(['explain', name, '--json']);
  }
  await said('explain 1001');
  keep('log', p.read('erpsync.log'));
  keep('trace', p.read('trace.txt'));

  assert.equal(fs.statSync(p.path('trace.txt')).mode & 0o777, 0o600);
  assert.equal(fs.statSync(p.path('erpsync.log')).mode & 0o777, 0o600);
  assert.ok(words.get('trace').includes('OrdersById') && words.get('log').includes('run started'));

  const absent = (kind, texts) =>
    t.test(`no ${kind}`, () => {
      assert.ok(texts.length > 0, `there is one to look for`);
      for (const [where, text] of words)
        for (const word of texts) {
          const at = text.indexOf(word);
          assert.equal(at, -1, `${where} holds ${word}: …${text.slice(Math.max(0, at - 100), at + 40)}…`);
        }
    });
  const { mails, phones, names, streets } = people(p.sandbox);
  assert.ok(mails.size > 20 && phones.size > 10);
  await absent('client secret', [p.sandbox.clientSecret]);
  await absent('access token', [...p.sandbox.auth.tokens.keys()].concat('shpat_'));
  await absent('mail address of a customer', [...mails]);
  await absent('phone number', [...phones]);
  await absent('name of a person', [...names]);
  await absent('street', [...streets]);
  await t.test('but they can be asked for', async () => {
    const [name] = (await p.parked()).keys();
    const shown = await p.run(['queue', 'show', name, '--personal']);
    assert.ok([...mails].some(mail => shown.stdout.includes(mail)));
  });
});

test('a secret behind the wrong key of the configuration', async t => {
  const p = await place(t, { sandbox: false, bin: BIN_PLAIN, conf: { net: { retries: 0 } } });
  const secret = 'shpss_7f3a9c1e5b2d4f60', part = /7f3a9c1e5b2d|hunter2/;
  const shop = { connector: 'shopify', url: 'http://127.0.0.1:9', client_id: 'abc', client_secret_file: 'secret' };
  const odoo = { connector: 'odoo', path: null, url: 'http://127.0.0.1:9', database: 'erp', login: 'me', api_key_file: 'secret' };
  p.write('secret', 'something else\n', 0o600);
  const wrong = {
    'as a file': [{ store: { client_secret_file: secret } }, /client_secret_file: .*cat > FILE/],
    'as a variable': [{ store: { client_secret_file: null, client_secret_env: secret } }, /name that file by client_secret_file/],
    'as the client id': [{ store: { client_id: secret } }, /client_id: .* client_secret_file or access_token_file/],
    'as the connector': [{ store: { connector: secret } }, /connector: /],
    'in a path': [{ erp: { path: `out/${secret}` } }, /path: holds what looks like a secret, which has no place here/],
    'in the address': [{ store: { url: `http://me:${secret}@127.0.0.1:9` } }, /url: .*https:\/\/HOST alone/],
    'behind the address': [{ store: { url: 'http://127.0.0.1:9/?token=hunter2' } }, /url: .*https:\/\/HOST alone/],
    'in a command that fails': [{ store: { client_secret_file: null, client_secret_command: `echo ${secret}; exit 3` } }, /client_secret_command: .*status 3/],
    'in the address of Odoo': [{ erp: { ...odoo, url: 'https://me:hunter2@127.0.0.1:9' } }, /url: .*api_key_file/],
    'as the database of Odoo': [{ erp: { ...odoo, database: secret } }, /database: .*api_key_file/],
    'a plain word, as the connector': [{ store: { connector: 'hunter2' } }, /connector: what stands there is not one of/],
    'a plain word, as a number': [{ erp: { connector: 'csv', path: 'out', read_encoding: 'hunter2' } }, /read_encoding: what stands there is not one of/],
    'a plain word, as a file': [{ store: { client_secret_file: 'hunterhunter2' } }, /client_secret_file: .*cat > FILE/],
    'as the file of Odoo’s key': [{ erp: { ...odoo, api_key_file: '7f3a9c1e5b2d' } }, /api_key_file: .*cat > FILE/],
  };
  for (const [where, [sections, says]] of Object.entries(wrong))
    await t.test(where, async () => {
      p.sections.store = shop;
      p.sections.erp = { connector: 'csv', path: 'out' };
      p.configure(sections);
      let said = '';
      for (const args of ['check --trace trace.txt', 'orders export -v --trace trace.txt', 'check --json'])
        said += await p.run(args).then(result => result.stdout + result.stderr);
      assert.match(said, says);
      for (const file of ['erpsync.log', 'trace.txt', 'erpsync.db', 'erpsync.db-wal']) if (p.exists(file)) said += p.read(file);
      assert.doesNotMatch(said, part);
    });
});

test('an ERP that quotes the order in its answer', async t => {
  const p = await place(t, { sandbox: { orders: 12, seed: 3, nasty: 'off' }, conf: { csv: { ack: 'expected' } }, bin: BIN_PLAIN });
  await p.run('orders export');
  const [order] = Array.from({ length: 12 }, (_, i) => p.sandbox.orders.view(i)).filter(o => o.shippingAddress && o.email);
  const { firstName, lastName, address1, city } = order.shippingAddress;
  const quoted = `${lastName.toUpperCase()}, ${firstName}; ${address1} (${city}) ${order.email.toUpperCase()}, tel. 0170 1234567`;
  p.write('out/orders-000001.ack', `ok\nerror ${order.name}: debtor of ${quoted} is blocked\n`);
  const said = [];
  for (const args of ['orders export -v', 'orders export -v', 'queue list', 'queue list --json', ['explain', order.name]])
    said.push(await p.run(args).then(result => result.stdout + result.stderr));
  said.push(p.read('erpsync.log'));
  for (const table of ['journal', 'link', 'queue', 'run'])
    said.push(execFileSync('sqlite3', [p.path('erpsync.db'), `SELECT * FROM ${table}`], { encoding: 'utf8' }));
  const all = said.join('\n').toLowerCase();
  assert.match(all, /debtor of \*{3}, \*{3}; \*{3} \(\*{3}\) \*{3}, tel\. \*{3} is blocked/);
  for (const word of [lastName, firstName, address1, city, order.email, '1234567'])
    assert.ok(!new RegExp(`(?<![\\w])${word.toLowerCase().replace(/[.*+?^$()|[\]\\]/g, '\\$&')}(?![\\w])`).test(all), word);
});

test('a mail address in the name of a tax, a telephone number in that of an article', async t => {
  const p = await place(t, { sandbox: { orders: 48, seed: 3, nasty: ['unknown_tax', 'custom_line_no_sku'] }, bin: BIN_PLAIN });
  const url = await quotingProxy(t, p.sandbox.url, ({ text }) =>
    /OrdersById/.test(text)
      ? { after: body => body.replaceAll('Galactic', 'anne@exämple.com 4006381333931').replaceAll('Engraving \\"Anna\\"', 'call 06.12.34.56.78 #4711') }
      : null,
  );
  p.configure({ store: { url } });
  const said = [];
  for (const args of ['check', 'orders export -v', 'queue list', 'queue list --json', 'queue show --parked'])
    said.push(await p.run(args).then(result => result.stdout + result.stderr));
  for (const { name } of await p.queue('--parked')) said.push(await p.run(['explain', name, '--json']).then(result => result.stdout));
  said.push(p.read('erpsync.log'));
  for (const table of ['journal', 'link', 'run']) said.push(execFileSync('sqlite3', [p.path('erpsync.db'), `SELECT * FROM ${table}`], { encoding: 'utf8' }));
  const all = said.join('\n');
  assert.match(all, /title '\*{3} 4006381333931 [A-Z]/, 'what a table is to be asked for stays readable');
  assert.match(all, /'call \*{3} #4711' has no SKU/);
  assert.doesNotMatch(all, /exämple|anne@|06\.12\.34/);
});

test('files of others’ eyes: modes', async t => {
  const p = await place(t, { sandbox: { orders: 10, nasty: 'off' }, bin: BIN_PLAIN });
  await p.run('orders export');
  await p.run('state backup copy.db');
  const mode = name => (fs.statSync(p.path(name)).mode & 0o777).toString(8);
  assert.equal(mode('erpsync.db'), '600');
  assert.equal(mode('copy.db'), '600');
  assert.equal(mode('out'), '750');
  assert.equal(mode('out/.erpsync'), '700');
  assert.equal(mode('out/orders-000001.csv'), '640');
});

test('documents of delivered orders are dropped at once with keep_payloads = 0', async t => {
  const mailOf = p => p.sandbox.orders.view(0).email;
  for (const [keep, found] of [
    ['30d', true],
    ['0', false],
  ])
    await t.test(`keep_payloads = ${keep}`, async sub => {
      const p = await place(sub, {
        sandbox: { orders: 8, seed: 3, nasty: 'off' },
        conf: { state: { keep_payloads: keep } },
        bin: BIN_PLAIN,
      });
      await p.run('orders export');
      const shown = await p.run('queue show 1001 --personal');
      assert.equal(shown.stdout.includes(mailOf(p)), found);
      const told = await p.run('explain 1001');
      assert.match(told.stdout, /orders-000001\.csv/, 'where it went is known all the same');
      await p.run('orders export');
      const bytes = ['erpsync.db', 'erpsync.db-wal'].filter(f => p.exists(f)).map(f => p.read(f)).join('');
      assert.equal(bytes.includes(mailOf(p)), found, 'in the state file itself');
    });
});

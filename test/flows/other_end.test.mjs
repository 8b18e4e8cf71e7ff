// Another store or ERP behind the same state file: what is remembered of one is not believed of another, and what to do is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedPlace } from '../support/odoo_place.mjs';
import { recording } from '../support/odoo_replay.mjs';
import { earlier, place } from '../support/place.mjs';
import { ended } from '../support/run.mjs';
import { stockFile, stockPlace } from '../support/stock.mjs';

const COMPANY = 'res.company/search_read';
/** The answers of an Odoo that was made on another day. */
const madeAnew = (shape, _, said) => (shape.startsWith(COMPANY) ? said.map(row => ({ ...row, create_date: '2026-11-29 08:00:00' })) : said);
/** An Odoo that has no orders. */
const empty = (shape, _, said) => (shape.startsWith('sale.order/search_read') && shape.includes('origin in') ? [] : said);
const orders = async (t, version = '19') => {
  const here = await recordedPlace(t, version, 'orders');
  await here.prepare(0);
  const first = await here.step(0);
  assert.equal(first.status, 0, first.stderr);
  return here;
};
const edit = ({ p }) => earlier(p.sandbox, 120, { edit: '#1001', change: { add: { article: 5, quantity: 1 } } });

for (const version of ['14', '19'])
  test(`another database, or another host (Odoo ${version}): nothing is done, until a person says which it is`, async t => {
    const here = await orders(t, version);
    const { p, server } = here;
    edit(here);
    server.use(recording(version, 'orders').steps[1]);
    const { database, url } = p.sections.erp;
    for (const erp of [{ database: 'trial' }, { url: url.replace('127.0.0.1', 'localhost') }]) {
      p.configure({ erp: { database, url, ...erp } });
      for (const args of ['orders export', 'orders export --full', 'orders export --only #1001', 'orders export --dry-run']) {
        const { stderr } = ended(await p.run(args), 78, args);
        assert.match(stderr, /state file .*erpsync\.db remembers what was delivered to database erp at 127\.0\.0\.1; so nothing is read or written/);
        assert.match(stderr, /a state file of its own \(\[state\] path\).* erpsync adopt orders --dry-run, .* erpsync state moved/);
      }
      assert.match(ended(await p.run('status'), 0).stdout, /database erp at 127\.0\.0\.1/);
    }
    assert.deepEqual(server.state.asked.size, 0, 'another one is told by the configuration, and not asked');

    ended(await p.run('state moved'), 0);
    const moved = await here.step(1);
    assert.equal(moved.status, 0, moved.stderr);
    assert.equal(moved.told.summary.updated, 1, 'as if it had always been there');
    p.configure({ erp: { database, url } });
    ended(await p.run('orders export'), 78, 'and now it is the old address that is another one');
  });

test('an Odoo that was made anew under the same address: told by itself, before anything is written', async t => {
  const here = await orders(t);
  const { p, server } = here;
  server.use(recording('19', 'orders').steps[1], madeAnew);
  assert.equal(ended(await p.run('orders export'), 0).stderr, '', 'nothing to do, nobody is asked');
  assert.equal(server.state.asked.size, 0);
  const made = /is not the one that state file .* remembers: it has company 1 made 2026-11-29 08:00:00, and that one had company 1 made /;
  assert.match(ended(await p.run('orders export --full'), 78).stderr, made);
  edit(here);
  for (let i = 0; i < 2; i++) assert.match(ended(await p.run('orders export'), 78).stderr, made);
  assert.deepEqual(server.state.writes, []);
  assert.deepEqual((await p.queue('--parked')).length, 0, 'no order is blamed for it');
  const { stdout } = await p.run('check');
  assert.match(stdout, made, 'check says it too');
  const back = await here.step(1);
  assert.equal(back.status, 0, back.stderr);
});

test('other files than those of the shop where nothing was delivered yet: no reason to stop', async t => {
  const here = await recordedPlace(t, '19', 'orders');
  await here.prepare(0);
  here.server.use(recording('19', 'orders').steps[0]);
  ended(await here.p.run('orders export --dry-run'), 0);
  here.p.configure({ erp: { database: 'trial' } });
  const first = await here.step(0);
  assert.equal(first.status, 0, first.stderr);
});

test('files, and then Odoo', async t => {
  const p = await place(t, { sandbox: { orders: 3, nasty: 'off' } });
  ended(await p.run('orders export'), 0);
  p.write('key', 'KEY\n', 0o600);
  p.configure({ erp: { connector: 'odoo', path: null, url: 'http://127.0.0.1:9', database: 'erp', login: 'erpsync', api_key_file: 'key' } });
  const { stderr } = ended(await p.run('orders export --full'), 78);
  assert.match(stderr, /\[erp\] is Odoo now, and state file .* remembers what was delivered to CSV/i);
  assert.doesNotMatch(stderr, /state moved/, 'that it is not');
});

test("the shop's name in external ids must not change with its address", async t => {
  const here = await orders(t);
  const { p, server } = here;
  edit(here);
  server.use(recording('19', 'orders').steps[1]);
  p.configure({ store: { url: p.sections.store.url.replace('127.0.0.1', 'localhost') } });
  assert.match(ended(await p.run('orders export'), 78).stderr, /\[store\] is localhost now, .* remembers what was read from 127\.0\.0\.1; .* erpsync state moved/);
  ended(await p.run('state moved'), 0);
  const { stderr } = ended(await p.run('orders export'), 78);
  assert.match(stderr, /has the name '127_0_0_1' of the shop in its external ids, .* by 'localhost' now, .*; set \[odoo\] shop = 127_0_0_1/);
  assert.match((await p.run('check')).stdout, /set \[odoo\] shop = 127_0_0_1/);
  assert.deepEqual(server.state.writes, []);
  p.configure({ odoo: { shop: '127_0_0_1' } });
  const done = await here.step(1);
  assert.equal(done.status, 0, done.stderr);
  assert.equal(done.told.summary.updated, 1);
});

test('another shop as target: stock that was delivered to one is not known of the other', async t => {
  const p = await stockPlace(t, { sandbox: { nasty: 'off' } });
  stockFile(p, [['LINE-0000-S', 'MAIN', 4]]);
  ended(await p.run('inventory pull'), 0);
  p.configure({ store: { url: p.sections.store.url.replace('127.0.0.1', 'localhost') } });
  stockFile(p, [['LINE-0000-S', 'MAIN', 5]]);
  const { stderr } = ended(await p.run('inventory pull'), 78);
  assert.match(stderr, /\[store\] is localhost now, .* remembers what was delivered to 127\.0\.0\.1; .* erpsync state moved/);
  ended(await p.run('state moved'), 0);
  ended(await p.run('inventory pull'), 0);
});

test('an order that Odoo has not any more is written once more by the command that says so', async t => {
  const here = await orders(t);
  const { p, server } = here;
  const made = name => server.state.writes.filter(([method, { data }]) => method === 'sale.order/load' && data.flat().includes(name));
  earlier(p.sandbox, 120, { edit: '#1001', change: { note: 'ring twice' } });
  server.use(recording('19', 'orders').steps[1], empty);
  const { stderr } = ended(await p.run('orders export'), 1);
  const only = /order S\d+ is not in Odoo any more: .* once more: erpsync (orders export --only '#1001'); .*: erpsync queue drop '#1001'/.exec(stderr)?.[1];
  assert.ok(only, stderr);
  assert.deepEqual(made('#1001'), []);
  server.use(recording('19', 'orders').steps[0], empty);
  const again = await p.run(only.replaceAll("'", ''));
  assert.ok(made('#1001').length, `${again.stderr} ${server.state.unknown}`);
  assert.match(ended(await p.run('explain #1001'.split(' ')), 0).stdout, /gone +written anew/);
  await p.run('orders export --only #1002');
  assert.ok(made('#1002').length, 'one that has not changed, too');
});

for (const [what, xid, said] of [
  ['with the shop under another name', id => `erpsync.old-name_order_${id}`, /external id erpsync\.old-name_order_\d+ in Odoo, .* set \[odoo\] shop = old-name, which must never change, then run: erpsync queue retry '#1001'/],
  ['without an external id', () => '', /S\d+ is there in Odoo, without an external id, .* give it that one .* erpsync queue retry '#1001'/],
])
  test(`an order that is there ${what} was not deleted`, async t => {
    const here = await orders(t);
    const { p, server } = here;
    edit(here);
    const other = (shape, _, said) =>
      shape === 'sale.order/get_external_id' ? Object.fromEntries(Object.entries(said).map(([id, is]) => [id, xid(/\d+$/.exec(is)[0])])) : said;
    server.use(recording('19', 'orders').steps[1], other);
    for (const args of ['orders export', 'orders export --only #1001']) assert.match(ended(await p.run(args), 1).stderr, said);
    assert.deepEqual(server.state.writes, []);
  });

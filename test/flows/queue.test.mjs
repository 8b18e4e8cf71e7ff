// The queue in the hands of a person: list, show, retry, drop; explain and status.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { earlier, place, sameSet, truth } from '../support/place.mjs';
import { BIN_PLAIN, answer, ended, silent } from '../support/run.mjs';

const KINDS = ['unknown_tax', 'custom_line_no_sku', 'off_by_five'];
const open = (t, conf = {}) => place(t, { sandbox: { orders: 48, seed: 8, nasty: KINDS }, conf, bin: BIN_PLAIN });
const namesOf = (p, kind) => truth(p.sandbox).filter(o => o.nasty === kind).map(o => o.name);

test('what is parked', async t => {
  const p = await open(t);
  const first = ended(await p.run('orders export'), 1);
  const parked = KINDS.flatMap(kind => namesOf(p, kind));

  await t.test('makes one mail, not one each quarter of an hour', async () => {
    assert.match(first.stderr, /6 parked/);
    silent(ended(await p.run('orders export'), 0));
  });
  await t.test('is listed, all or by state, code, flow and number', async () => {
    const entries = await p.queue('--parked');
    sameSet(entries.map(e => e.name), parked);
    for (const e of entries) {
      assert.deepEqual([e.flow, e.state, e.origin], ['orders export', 'parked', 'pull']);
      assert.match(e.record, /^gid:/);
      assert.match(e.queued_at, /^20\d\d-.*Z$/);
    }
    sameSet((await p.queue('--code unmapped_tax')).map(e => e.name), namesOf(p, 'unknown_tax'));
    assert.equal((await p.queue('--code unmapped_*')).length, 4);
    assert.equal((await p.queue('--parked --limit 2')).length, 2);
    assert.equal((await p.queue('--waiting')).length, 0);
    assert.equal((await p.queue('--done')).length, 42);
    assert.equal((await p.queue('--all')).length, 48);
    assert.equal((await p.json(['queue', 'list', '--json', '--flow', 'orders export'])).entries.length, 6);
    assert.match(ended(await p.run('queue list --flow orders'), 64).stderr, /no flow is called 'orders'; did you mean 'orders export'\?/);
    const text = ended(await p.run('queue list'), 0).stdout;
    for (const name of parked) assert.match(text, new RegExp(`^${name}\\s+parked`, 'm'));
  });
  await t.test('is shown with its document, masked', async () => {
    const { entries } = await p.json(['queue', 'show', parked[0], '--json']);
    assert.equal(entries.length, 1);
    assert.equal(entries[0].document.name, parked[0]);
    assert.doesNotMatch(JSON.stringify(entries), /@example\.com/);
    /* What it prints can be mapped. */
    for (const more of [[], ['--personal']]) {
      const input = (await p.run(['queue', 'show', '#1001', '--json', ...more])).stdout;
      assert.ok(JSON.parse(ended(await p.run('map order -', { input }), 0).stdout).files.orders.rows.length > 0);
    }
    const input = JSON.stringify({ format: 1, entries: [] });
    assert.match(ended(await p.run('map order -', { input }), 1).stderr, /standard input: the entries of the queue hold 0 documents/);
    const shown = await p.json(['queue', 'show', parked[0], '--json', '--personal']);
    assert.match(JSON.stringify(shown), /@example\.com/);
  });
  await t.test('status: 1, with reasons', async () => {
    const status = ended(await p.run('status --json'), 1);
    const [flow] = answer(status).flows;
    assert.deepEqual(
      flow.parked_by_reason.map(r => [r.code, r.records]).sort(),
      [['bad_sum', 2], ['unmapped_sku', 2], ['unmapped_tax', 2]],
    );
    const text = ended(await p.run('status'), 1).stdout;
    assert.match(text, /unmapped_tax/);
  });
  await t.test('retry: the next run tries it again, and parks it again', async () => {
    ended(await p.run(['queue', 'retry', parked[0]]), 0);
    assert.equal((await p.queue('--waiting')).length, 1);
    const again = ended(await p.run('orders export'), 1);
    assert.match(again.stderr, new RegExp(`order ${parked[0]}: `));
    assert.equal((await p.queue('--parked')).length, 6);
    ended(await p.run(['queue', 'retry', '--code', 'unmapped_*']), 0);
    assert.equal((await p.queue('--waiting')).length, 4);
    ended(await p.run('queue retry --all'), 0);
    assert.equal((await p.queue('--waiting')).length, 6);
    ended(await p.run('orders export'), 1);
  });
  await t.test('what is not there is told with the list that names what is', async () => {
    const listed = ended(await p.run('queue list --code no_such'), 0).stdout;
    assert.match(listed, /^no such entry in the queue, of 6 that wait, are under way or are parked: erpsync queue list\n$/);
    assert.match(ended(await p.run('queue show 99999'), 1).stdout, /nothing is known of it; the names of what is in the queue: erpsync queue list\n/);
    assert.match(ended(await p.run('queue retry 99999'), 64).stderr, /the names of what is in the queue: erpsync queue list;/);
    const empty = await place(t, { sandbox: false, bin: BIN_PLAIN });
    empty.configure({ store: { connector: 'csv', path: '.' } });
    assert.equal(ended(await empty.run('queue list'), 0).stdout, 'the queue is empty: nothing waits, nothing is under way, nothing is parked\n');
    assert.match(ended(await empty.run('queue show 1'), 1).stdout, /the queue holds nothing of 1: it is empty/);
    assert.match(ended(await empty.run('queue retry 1'), 64).stderr, /nothing is known of '1', and the queue is empty;/);
  });
  await t.test('retry of what is unknown is a mistake, of what is done nothing to do', async () => {
    assert.match(ended(await p.run('queue retry 99999'), 64).stderr, /nothing is known of '99999'/);
    assert.match(ended(await p.run('queue retry 1001'), 0).stdout, /nothing to do/);
  });
});

test('what was parked for an answer that could not be read is fetched again when it is tried again', async t => {
  const p = await place(t, { sandbox: { orders: 4, seed: 7, nasty: 'off' }, conf: { net: { retries: 1, max_wait: '1s' } }, bin: BIN_PLAIN });
  const damage = [];
  p.sandbox.mutate = ({ operation }, json) => {
    if (operation !== 'OrdersById' || !json.data) return json;
    for (const node of json.data.nodes) if (damage.includes(node?.name)) node.name = { id: 'x' };
    return json;
  };
  const delivered = () => new Set(p.exchange().rows().map(row => row.order_number)).size;

  damage.push('#1002', '#1003');
  ended(await p.run('orders export'), 1);
  const [entry, other] = await p.queue('--parked');
  assert.deepEqual([entry.code, other.code], ['bad_value', 'bad_value']);

  await t.test('damaged again, it is parked for what is wrong now', async () => {
    ended(await p.run('queue retry --all'), 0);
    ended(await p.run('orders export'), 1);
    for (const again of await p.queue('--parked')) assert.deepEqual([again.code, again.reason], ['bad_value', entry.reason]);
  });
  await t.test('a source that is not to be had changes nothing of it', async () => {
    ended(await p.run('queue retry --all'), 0);
    const fault = p.sandbox.mutate;
    p.sandbox.mutate = ({ operation }, json) => (operation === 'OrdersNamed' ? {} : json);
    ended(await p.run('orders export'), 75);
    p.sandbox.mutate = fault;
    for (const waits of await p.queue('--waiting')) assert.deepEqual([waits.code, waits.reason], ['bad_value', entry.reason]);
    assert.equal((await p.queue('--parked')).length, 0);
  });
  await t.test('one that is no longer there keeps its reason, however often it is tried', async () => {
    p.sandbox.mutate = ({ operation }, json) => {
      if (operation === 'OrdersNamed') json.data.orders.nodes = [];
      return json;
    };
    for (let i = 0; i < 2; i++) {
      ended(await p.run('queue retry --all'), 0);
      ended(await p.run('orders export'), 1);
      for (const lost of await p.queue('--parked')) {
        assert.equal(lost.code, 'not_found');
        assert.equal(lost.reason.split(entry.reason).length, 2, lost.reason);
      }
    }
    assert.equal((await p.queue('--parked')).length, 2);
    assert.equal(delivered(), 2);
  });
  await t.test('whole again, it goes over', async () => {
    p.sandbox.mutate = null;
    ended(await p.run('queue retry --all'), 0);
    ended(await p.run('orders export'), 0);
    assert.equal(delivered(), 4);
    assert.equal((await p.queue('--all')).filter(e => e.state !== 'done').length, 0);
  });
});

test('drop', async t => {
  const p = await open(t);
  await p.run('orders export');
  const [name, other] = namesOf(p, 'off_by_five');
  await t.test('wants the exact name, and all or none', async () => {
    assert.match(ended(await p.run(['queue', 'drop', name.slice(1)]), 64).stderr, new RegExp(`did you mean '${name}'`));
    ended(await p.run(['queue', 'drop', name, '#99999']), 64);
    ended(await p.run(['queue', 'drop', '#1001']), 64);
    assert.equal((await p.queue('--parked')).length, 6);
  });
  await t.test('takes it out for good, with the reason in its history', async () => {
    assert.match(ended(await p.run(['queue', 'drop', name, '--reason', 'entered by hand']), 0).stdout, /1 dropped/);
    assert.ok(!(await p.parked()).has(name));
    silent(ended(await p.run('orders export'), 0));
    await p.run('orders export --full');
    assert.ok(!(await p.parked()).has(name), 'not back with --full');
    assert.match(ended(await p.run(['explain', name]), 0).stdout, /entered by hand/);
  });
  await t.test('--only brings it back', async () => {
    await p.export(`--only ${name}`, 1);
    assert.ok((await p.parked()).has(name));
  });
  await t.test('and so does a newer version', async () => {
    ended(await p.run(['queue', 'drop', other]), 0);
    earlier(p.sandbox, 90, { edit: other, change: { note: 'changed' } });
    ended(await p.run('orders export'), 1);
    assert.ok((await p.parked()).has(other));
  });
});

test('a newer version of a parked order that is sound goes over', async t => {
  const p = await open(t);
  await p.run('orders export');
  const [name] = namesOf(p, 'custom_line_no_sku');
  const order = p.sandbox.orders.list({ name })[0];
  const custom = p.sandbox.orders.view(order.index)._lines.findIndex(line => line.sku === null);
  p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku,note\n"title:Engraving ""Anna""",ENGRAVE,\n*,*,\n');
  p.configure({ mappings: { path: 'mappings' } });
  earlier(p.sandbox, 90, { edit: name, change: { note: 'changed' } });
  ended(await p.run('orders export'), 1, 'others are still parked');
  const rows = p.exchange().order(name);
  assert.equal(rows[custom].sku, 'ENGRAVE');
  assert.equal(rows[0].note, 'changed');
});

test('explain', async t => {
  const p = await open(t);
  await p.run('orders export');
  earlier(p.sandbox, 90, { edit: '#1002', change: { note: 'changed' } });
  await p.run('orders export');
  await t.test('an order that went over and changed', async () => {
    const told = await p.json('explain 1002 --json');
    assert.deepEqual([told.who, told.known], ['#1002', true]);
    assert.deepEqual(told.delivered.map(d => d.target), ['orders-changed-000001.csv']);
    assert.ok(told.history.length >= 4 && told.first_seen);
    assert.ok(told.document && told.mapped);
    assert.doesNotMatch(JSON.stringify(told), /@example\.com/);
    const text = ended(await p.run('explain 1002'), 0).stdout;
    assert.match(text, /orders-changed-000001\.csv/);
  });
  await t.test('a parked one: what the mapping says of it now', async () => {
    const [name] = namesOf(p, 'unknown_tax');
    const told = await p.json(['explain', name, '--json']);
    assert.equal(told.queue[0].code, 'unmapped_tax');
    assert.equal(told.mapping_error.code, 'unmapped_tax');
  });
  await t.test('by the number that ends its id', async () => {
    const { delivered, who } = await p.json('explain 1002 --json');
    const number = delivered[0].record.split('/').at(-1);
    assert.deepEqual((await p.json(`explain ${number} --json`)).delivered.map(d => d.name), [who]);
    ended(await p.run(`queue show ${number}`), 0);
    assert.match(ended(await p.run(`queue retry ${number}`), 0).stdout, /neither waits nor is parked/);
    assert.match(ended(await p.run(`queue drop ${number}`), 64).stderr, new RegExp(`did you mean '${delivered[0].record}'\\?`));
  });
  await t.test('one that nobody knows', async () => {
    const told = await p.json('explain 99999 --json', 1);
    assert.equal(told.known, false);
    assert.match(ended(await p.run('queue show 99999'), 1).stdout, /the queue holds nothing of 99999/);
    assert.deepEqual((await p.json('queue show 99999 --json', 1)).entries, []);
    assert.match(ended(await p.run('explain 99999'), 1).stdout, /Nothing is known of 99999: .*younger than a minute \(the next run takes it\).*orders export --dry-run --only/s);
  });
});

test('--full tells nothing once more that is parked as it was', async t => {
  const p = await open(t);
  const parked = (await p.json('orders export --json', 1)).summary.parked;
  assert.ok(parked > 0);
  const { summary } = await p.json('orders export --full --json');
  assert.deepEqual([summary.parked, summary.still_parked], [0, parked]);
  const [name] = namesOf(p, 'custom_line_no_sku');
  earlier(p.sandbox, 90, { edit: name, change: { note: 'changed, and not enough' } });
  assert.equal((await p.json('orders export --full --json', 1)).summary.parked, 1, 'a newer version is news');
  await t.test('what the ERP has by hand stays so, though no table takes it', async () => {
    ended(await p.run(['adopt', 'orders', name]), 0);
    for (const more of ['', ' --full', ' --full']) ended(await p.run(`orders export${more}`), 0, more);
    assert.deepEqual((await p.queue()).filter(r => r.name === name && r.state !== 'done'), []);
  });
});

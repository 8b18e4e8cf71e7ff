// A customer's tags, and the metafields that the configuration names: in the document, for a mapping to use; who names none
// pays nothing.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { VERSIONS } from '../sandbox/index.mjs';
import { earlier, place, requestsOf } from '../support/place.mjs';
import { BIN, ROOT, ended, silent } from '../support/run.mjs';

const text = value => ({ type: 'single_line_text_field', value });
const NAMES = {
  metafields: 'custom.delivery_date, my_app.erp_number',
  customer_metafields: 'custom.points',
  variant_metafields: 'custom.bin',
  product_metafields: 'custom.season, custom.origin',
};

/** One order of 30 lines, SOLO-1 the last of them, by a customer with tags; all of it has metafields, of them some that nobody names. */
async function open(t, orders = {}, conf = {}) {
  const p = await place(t, { sandbox: { orders: 0, nasty: 'off' }, conf: { orders, ...conf }, bin: BIN });
  const { sandbox } = p;
  sandbox.setClock({ advance_ms: -3600000 });
  const more = sandbox.catalogue.variants.filter(v => v.sku && v.tracked && v.sku !== 'SOLO-1').slice(0, 29);
  const skus = [...more.map(v => v.sku), 'SOLO-1'];
  sandbox.sell(skus.map(variant => ({ variant, quantity: 1 })));
  sandbox.changeOrders({ edit: '#1001', change: { metafields: { 'custom.delivery_date': { type: 'date', value: '2026-12-01' }, 'custom.secret': text('nobody asks') } } });
  sandbox.changeCustomers({ edit: '#1001', change: { tags: ['wholesale', 'Zoë'], metafields: { 'custom.points': text('debtor Wobbleton 4711') } } });
  const [{ id }] = sandbox.changeVariants({ edit: 'SOLO-1', change: { metafields: { 'custom.bin': text('A-7'), 'custom.season': text('no') } } });
  sandbox.changeProducts({ edit: sandbox.catalogue.find(id).product.handle, change: { metafields: { 'custom.season': text('FS26') } } });
  sandbox.setClock({ advance_ms: 3600000 });
  return p;
}
/** The document as it was read, as `explain` has it. */
const shown = async (p, ...more) => (await p.json(['explain', '#1001', '--json', ...more])).document;
const personal = p => shown(p, '--personal');
const again = p => p.run(['orders', 'export', '--only', '#1001']);
const before = (sandbox, work) => {
  sandbox.setClock({ advance_ms: -1800000 });
  work();
  sandbox.setClock({ advance_ms: 1800000 });
};
const full = sandbox => sandbox.requests().filter(r => ['OrdersById', 'OrderLines'].includes(r.operation));

test('tags are there; what nobody names is not asked for, and costs no point', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  const doc = await personal(p);
  assert.deepEqual(doc.customer.tags, ['wholesale', 'Zoë']);
  assert.ok(!('metafields' in doc) && !('metafields' in doc.customer) && !('variant_metafields' in doc.lines[0]) && !('product_metafields' in doc.lines[0]));
  assert.deepEqual(full(p.sandbox).map(r => [r.operation, r.cost.requested]), [['OrdersById', COST.OrdersById], ['OrderLines', COST.OrderLines]]);
  for (const { variables } of full(p.sandbox)) assert.equal(variables.variant_asked, false);
});
/** Of one order; as lib/connectors/shopify/README.md has them. */
const COST = { OrdersById: 181, OrderLines: 190 };
const WITH = { OrdersById: 223, OrderLines: 256 };

for (const version of VERSIONS)
  test(`${version}: those that are named are there, by name, of order, customer, variant and product`, async t => {
    const p = await open(t, NAMES, { store: { api_version: version } });
    ended(await p.run('orders export'), 0);
    const doc = await personal(p);
    assert.deepEqual(doc.metafields, { 'custom.delivery_date': { type: 'date', value: '2026-12-01' }, 'my_app.erp_number': null });
    assert.deepEqual(doc.customer.metafields, { 'custom.points': text('debtor Wobbleton 4711') });
    assert.deepEqual(doc.lines[0].variant_metafields, { 'custom.bin': null });
    const last = doc.lines.find(line => line.sku === 'SOLO-1');
    assert.ok(doc.lines.indexOf(last) >= 25, 'it was read by a request of its own');
    assert.deepEqual(last.variant_metafields, { 'custom.bin': text('A-7') });
    assert.deepEqual(last.product_metafields, { 'custom.season': text('FS26'), 'custom.origin': null });
    assert.deepEqual(full(p.sandbox).map(r => [r.operation, r.cost.requested]), [['OrdersById', WITH.OrdersById], ['OrderLines', WITH.OrderLines]]);
  });

test('what people entered is masked like the rest that is personal, an article’s is not', async t => {
  const p = await open(t, NAMES);
  ended(await p.run('orders export'), 0);
  const doc = await shown(p);
  assert.deepEqual(doc.customer.tags, ['…', '…']);
  assert.deepEqual(doc.metafields['custom.delivery_date'], { type: 'date', value: '…' });
  assert.deepEqual(doc.customer.metafields['custom.points'].value, '…');
  assert.equal(doc.lines.find(line => line.sku === 'SOLO-1').variant_metafields['custom.bin'].value, 'A-7');
  await t.test('a mapping’s own text does not give them away', async () => {
    p.write('mappings/csv/order.jq', `include "erpsync";\nfail("odd"; "the customer \\(.customer.metafields["custom.points"].value) is not known")\n`);
    p.configure({ mappings: { path: 'mappings' } });
    ended(await again(p), 1);
    const [{ reason }] = await p.queue('--parked');
    assert.match(reason, /the customer \S+ is not known/);
    assert.doesNotMatch(p.read('erpsync.log') + reason, /Wobbleton/);
  });
  await t.test('forget takes them with the rest', async () => {
    p.configure({ mappings: { path: null } });
    ended(await again(p), 0);
    ended(await p.run(['forget', '#1001']), 0);
    for (const name of fs.readdirSync(p.dir).filter(n => n.startsWith('erpsync.db'))) assert.ok(!fs.readFileSync(p.path(name)).includes('Wobbleton'), name);
  });
});

test('where an order has no customer and a line no variant, there is nothing to have any', async t => {
  const p = await open(t, NAMES);
  p.sandbox.orders.change(0, m => (m.customer = null));
  p.sandbox.changeVariants({ edit: 'SOLO-1', change: { delete: true } });
  ended(await again(p), 0);
  const doc = await personal(p);
  assert.equal(doc.customer ?? null, null);
  const last = doc.lines.find(line => line.sku === 'SOLO-1');
  assert.deepEqual([last.variant_id, last.variant_metafields ?? null], [null, null]);
});

test('what the shop denies is not taken for absent', async t => {
  const p = await open(t, NAMES);
  p.sandbox.addFaults({ fault: 'access_denied', field: 'metafields', operation: 'OrdersById' });
  const refused = ended(await p.run('orders export'), 69);
  assert.match(refused.stderr, /denies access/);
  assert.deepEqual(await p.queue('--all'), []);
  p.sandbox.faults.clear();
  ended(await p.run('orders export'), 0);
  assert.equal((await personal(p)).metafields['custom.delivery_date'].value, '2026-12-01');
});

test('an order whose metafields are more than an answer may be is parked, and keeps no other from going over', async t => {
  const p = await open(t, NAMES);
  const { sandbox } = p;
  before(sandbox, () => sandbox.sell([{ variant: 'LONG-5', quantity: 1 }]));
  const skus = new Set(sandbox.orders.model(0).lines.map(l => l.sku));
  assert.ok(!skus.has('LONG-5'));
  const large = { type: 'json', value: JSON.stringify('x'.repeat(1400000)) };
  const handles = new Set([...skus].map(sku => sandbox.catalogue.find(sku).product.handle));
  for (const handle of handles) sandbox.changeProducts({ edit: handle, change: { metafields: { 'custom.season': large } } });
  ended(await p.run('orders export'), 1);
  const [{ code, reason, name }] = await p.queue('--parked');
  assert.deepEqual([code, name], ['too_big', '#1001']);
  assert.match(reason, /name fewer or shorter metafields in \[orders\], then run: erpsync orders export --only '#1001'/);
  assert.deepEqual([...p.exchange().rows().map(row => row.order_number)], ['#1002']);
  p.configure({ orders: { product_metafields: null } });
  ended(await again(p), 0);
  assert.deepEqual(await p.queue('--parked'), []);
});

test('an answer that holds another one than was asked for is not read', async t => {
  const p = await open(t, NAMES);
  const wrong = change => {
    p.sandbox.mutate = ({ operation }, json) => {
      if (operation !== 'OrdersById') return json;
      const copy = structuredClone(json);
      change(copy.data.nodes[0].metafields);
      return copy;
    };
  };
  for (const change of [m => (m.nodes[0].key = 'custom.secret'), m => m.nodes.push({ ...m.nodes[0] }), m => (m.pageInfo.hasNextPage = true)]) {
    wrong(change);
    ended(await again(p), 1);
    const [{ code, reason }] = await p.queue('--parked');
    assert.equal(code, 'bad_value');
    assert.match(reason, /metafields/);
  }
  await t.test('a key alone is as good as the whole name', async () => {
    wrong(m => m.nodes.forEach(node => (node.key = node.key.split('.')[1])));
    ended(await again(p), 0);
    assert.equal((await personal(p)).metafields['custom.delivery_date'].value, '2026-12-01');
  });
});

test('names that are none are refused, with what they look like', async t => {
  const p = await open(t);
  const told = async (value, key = 'metafields') => {
    p.configure({ orders: { metafields: null, [key]: value } });
    const { stderr } = ended(await p.run('orders export'), 78);
    p.configure({ orders: { [key]: null } });
    return stderr;
  };
  for (const name of ['delivery_date', '$app:custom.x', 'custom.', '.x', 'a.b.c', 'custom.x y', 'custom.ü'])
    assert.match(await told(name), /erpsync\.conf:\d+: \[orders\] metafields: '.*' is no name of a metafield; write NAMESPACE\.KEY/, name);
  assert.match(await told('custom.x, custom.x', 'variant_metafields'), /\[orders\] variant_metafields: 'custom\.x' stands there twice; keep one/);
  assert.match(await told(Array.from({ length: 51 }, (_, i) => `custom.x${i}`).join(',')), /names more than 50 metafields/);
  p.sections.store = { connector: 'csv', path: 'exports' };
  assert.match(await told('custom.x'), /key 'metafields' belongs to connector=shopify, but \[store\] connector=csv/);
});

/** What mappings/README.md says to add to a copy of csv/order.jq. */
function example() {
  const section = fs.readFileSync(path.join(ROOT, 'mappings/README.md'), 'utf8').split('\n## ').find(one => one.startsWith('An example'));
  const [conf, columns, cells] = section.split('\n\n').filter(block => block.startsWith('    ')).reduce((all, block) => {
    if (/^ {4}\[/.test(block) && all.length) all[0] += `\n${block}`;
    else all.push(block);
    return all;
  }, []);
  const shipped = fs.readFileSync(path.join(ROOT, 'mappings/csv/order.jq'), 'utf8');
  const [first, last] = ['  {name: "source", type: "text"}\n', '    .source\n'];
  assert.ok(shipped.includes(first) && shipped.includes(last));
  return {
    orders: Object.fromEntries(conf.split('[orders]')[1].trim().split('\n').map(line => line.trim().split(' = '))),
    mapping: shipped.replace(first, `${first.trimEnd()},\n${columns}\n`).replace(last, `${last.trimEnd()},\n${cells}\n`),
  };
}

test('mappings/README.md: a tag and a metafield become columns', async t => {
  const { orders, mapping } = example();
  const p = await open(t, orders, { mappings: { path: 'mappings' } });
  p.write('mappings/csv/order.jq', mapping);
  const { records } = await p.export('--dry-run');
  const { columns, rows } = records[0].document.files.orders;
  const cell = name => rows[0][columns.findIndex(column => column.name === name)];
  assert.deepEqual([cell('delivery_date'), cell('wholesale')], ['2026-12-01', 'true']);
  ended(await p.run('orders export'), 0);
  const [row] = p.exchange().order('#1001');
  assert.deepEqual([row.delivery_date, row.wholesale], ['2026-12-01', 'true']);
  const changed = () => p.exchange().rows('orders-changed').filter((one, i, all) => all.findIndex(x => x.file === one.file) === i).map(one => [one.delivery_date, one.wholesale]);

  await t.test('a customer’s tags are no news by themselves: his order has not changed', async () => {
    p.sandbox.changeCustomers({ edit: '#1001', change: { tags: [] } });
    const seen = requestsOf(p.sandbox);
    silent(ended(await p.run('orders export'), 0));
    assert.deepEqual(seen({ operation: 'OrdersById' }), []);
    assert.deepEqual(changed(), []);
  });
  await t.test('with --only they are', async () => {
    ended(await again(p), 0);
    assert.deepEqual(changed(), [['2026-12-01', 'false']]);
  });
  await t.test('a metafield of the order is, for it moves its updatedAt', async () => {
    earlier(p.sandbox, 90, { edit: '#1001', change: { metafields: { 'custom.delivery_date': { type: 'date', value: '2026-12-24' } } } });
    ended(await p.run('orders export'), 0);
    assert.deepEqual(changed(), [['2026-12-01', 'false'], ['2026-12-24', 'false']]);
  });
  await t.test('one that is taken away is empty', async () => {
    earlier(p.sandbox, 80, { edit: '#1001', change: { metafields: { 'custom.delivery_date': null } } });
    ended(await p.run('orders export'), 0);
    assert.deepEqual(changed().at(-1), ['', 'false']);
  });
});

test('names that are added to the configuration write no order again', async t => {
  const p = await open(t);
  ended(await p.run('orders export'), 0);
  const before = p.exchange().files;
  p.configure({ orders: NAMES });
  silent(ended(await p.run('orders export'), 0));
  ended(await p.run('orders export --full'), 0);
  const seen = requestsOf(p.sandbox);
  ended(await again(p), 0);
  assert.deepEqual(p.exchange().files, before);
  assert.deepEqual(seen({ operation: 'OrdersById' }).map(r => r.variables.order_keys), [NAMES.metafields.split(', ')], 'it was read again');
});

test('refunds ask for none', async t => {
  const p = await open(t, NAMES, { refunds: {} });
  earlier(p.sandbox, 900, { edit: '#1001', change: { fulfill: true } });
  earlier(p.sandbox, 800, { edit: '#1001', change: { refund: { lines: [{ line: 0, quantity: 1, restock: 'RETURN' }] } } });
  ended(await p.run('orders export'), 0);
  const seen = requestsOf(p.sandbox);
  ended(await p.run('refunds export'), 0);
  const asked = seen().filter(r => ['OrdersById', 'OrderLines'].includes(r.operation));
  assert.ok(asked.length >= 2);
  for (const { variables } of asked) assert.deepEqual([variables.variant_keys, variables.product_asked], [[], false]);
  assert.equal(p.exchange().rows('refunds').length, 1);
});

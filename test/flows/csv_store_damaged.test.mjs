// Exports that went through a spreadsheet, or are something else: the fault of a file is told once, by the file.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { place, sameSet } from '../support/place.mjs';
import { BIN, ended, silent } from '../support/run.mjs';

const COLUMNS = [
  'Name', 'Email', 'Financial Status', 'Paid at', 'Fulfillment Status', 'Currency', 'Subtotal', 'Shipping', 'Taxes', 'Total',
  'Discount Code', 'Discount Amount', 'Shipping Method', 'Created at', 'Lineitem quantity', 'Lineitem name', 'Lineitem price',
  'Lineitem sku', 'Lineitem requires shipping', 'Lineitem taxable', 'Billing Name', 'Billing Street', 'Billing City', 'Billing Zip',
  'Billing Country', 'Payment Method', 'Id', 'Tax 1 Name', 'Tax 1 Value', 'Tax 2 Name', 'Tax 2 Value', 'Tax 3 Name', 'Tax 3 Value',
];

/** An order of one line as the export has it; more: cells by column. */
const order = (number, more = {}) => ({
  Name: `#${number}`, Email: `mail${number}@buyer.test`, 'Financial Status': 'paid', 'Paid at': '2026-11-03 10:00:21 +0100',
  'Fulfillment Status': 'unfulfilled', Currency: 'EUR', Subtotal: '24.50', Shipping: '0.00', Taxes: '0.00', Total: '24.50',
  'Discount Amount': '0.00', 'Shipping Method': 'Standard', 'Created at': '2026-11-03 10:00:01 +0100', 'Lineitem quantity': '1',
  'Lineitem name': 'Teapot', 'Lineitem price': '24.50', 'Lineitem sku': 'POT-1', 'Lineitem requires shipping': 'true',
  'Lineitem taxable': 'true', 'Billing Name': 'Berta Beispiel', 'Billing Street': 'Musterweg 7', 'Billing City': 'Ulm',
  'Billing Zip': "'08907", 'Billing Country': 'DE', 'Payment Method': 'Shopify Payments', Id: `720000000${number}`, ...more,
});
const row = (o, sign = ',') => COLUMNS.map(c => o[c] ?? '').join(sign);
const csv = (orders, sign = ',') => [COLUMNS.join(sign), ...orders.map(o => row(o, sign)), ''].join('\n');

const open = (t, conf = {}) => place(t, { sandbox: false, conf: { store: { connector: 'csv', path: 'exports' }, ...conf }, bin: BIN });

function put(p, name, content, minutes = 60) {
  const file = p.write(`exports/${name}`, content);
  const at = Date.now() / 1000 - minutes * 60;
  fs.utimesSync(file, at, at);
}

const exported = p => [...p.exchange().verify().orders().values()].map(([first]) => first.order_number);
const PERSONAL = /buyer\.test|Beispiel|Musterweg|08907/;

const damaged = {
  'abandoned checkouts': [csv([order(3001), order(3002)].map(o => ({ ...o, 'Financial Status': '' }))), /abandoned checkouts/],
  'rows wrapped in quotes': [
    csv([order(3001), order(3002)]).split('\n').map((line, i) => (i && line ? `"${line.replaceAll('"', '""')}"` : line)).join('\n'),
    /:2: the row as a whole is one cell.*as it was downloaded/,
  ],
  'ids that a spreadsheet shortened': [csv([order(3001, { Id: '7.2E+12' }), order(3002, { Id: '7.2E+12' })]), /column 'Id': '7\.2E\+12' is no order id/],
  'ids that it wrote out again, one for several orders': [
    csv([order(3001, { Id: '7200000123000' }), order(3002, { Id: '7200000123000' })]),
    /bad\.csv:3: column 'Id': the order above has the Id '7200000123000' too/,
  ],
  ...Object.fromEntries(['7200000000000', '07200000003001', '0', '99999999999999999999999'].map(id => [
    `an id that is none of the shop's: ${id}`,
    [csv([order(3001, { Id: id }), order(3002)]), new RegExp(`bad\\.csv:2: column 'Id': '${id}' is no order id; a spreadsheet changed it`)],
  ])),
  'Windows-1252': [Buffer.from(csv([order(3001, { 'Billing City': 'K\u00f6ln' }), order(3002)]), 'latin1'), /:2: .*not UTF-8; save the file as CSV UTF-8/],
  'a workbook': [Buffer.from('PK\x03\x04\x14\x00\x06\x00', 'latin1'), /workbook.*save it as CSV UTF-8/],
  'UTF-16': [Buffer.from(`\ufeff${csv([order(3001)])}`, 'utf16le'), /UTF-16.*save it as CSV UTF-8$/m],
  'UTF-16 without a mark': [Buffer.from(csv([order(3001, { 'Billing City': 'K\u00f6ln' })]), 'utf16le'), /UTF-16.*save it as CSV UTF-8$/m],
  'an export of customers': ['First Name,Last Name,Email\nBerta,Beispiel,mail@buyer.test\n', /column 'Name' is missing/],
  'a column that is there twice': [csv([order(3001)]).replace('Email', 'Total'), /column 'Total' is there twice/],
};

for (const [what, [content, message]] of Object.entries(damaged))
  test(`a file at fault: ${what}`, async t => {
    const p = await open(t);
    put(p, 'bad.csv', content);
    put(p, 'good.csv', csv([order(3050)]), 30);
    const first = ended(await p.run('orders export'), 1);
    assert.match(first.stderr, message);
    const parked = await p.parked();
    sameSet([...parked.keys()], ['bad.csv'], 'one entry, called by the file');
    assert.match(parked.get('bad.csv').reason, message);
    assert.deepEqual(exported(p), ['#3050'], 'the rest of the folder goes on');
    for (const text of [first.stderr, first.stdout, (await p.run('queue list')).stdout, (await p.run('explain bad.csv')).stdout])
      assert.doesNotMatch(text, PERSONAL);
    await t.test('it is told once', async () => {
      silent(ended(await p.run('orders export'), 0));
      assert.equal((await p.parked()).size, 1);
    });
    await t.test('asked for by name it says the same', async () => {
      assert.match(ended(await p.run('orders export --only bad.csv'), 1).stderr, message);
      assert.match(ended(await p.run('orders export --only 3001'), 1).stderr, /1 of them can't be read/);
    });
    await t.test('the right file in its place: nothing is parked any more', async () => {
      put(p, 'bad.csv', csv([order(3001), order(3002)]), 20);
      ended(await p.run('orders export'), 0);
      sameSet(exported(p), ['#3001', '#3002', '#3050']);
      assert.equal((await p.parked()).size, 0);
      ended(await p.run('status'), 0);
    });
  });

const unbelievable = {
  'an amount below nothing': [{ 'Discount Amount': '-10.00' }, /:2: column 'Discount Amount': '-10\.00' is less than nothing/],
  'a figure that ran into its neighbour': [{ Total: '999999999999999' }, /column 'Total': '999999999999999' is more than any order costs/],
  'a discount that is more than all': [{ 'Discount Amount': '1200.50' }, /its discount is more than its lines and its shipping cost together/],
  'a day without time and zone': [{ 'Created at': '2026-11-02' }, /column 'Created at': '2026-11-02' is not a time such as/],
  'the day that a spreadsheet makes of nothing': [{ 'Created at': '1899-12-30 00:00:00 +0000' }, /column 'Created at': .* is no time of this century/],
};
for (const [what, [cells, message]] of Object.entries(unbelievable))
  test(`an order with ${what} is parked, the others go`, async t => {
    const p = await open(t);
    put(p, 'o.csv', csv([order(3001, cells), order(3002)]));
    assert.match(ended(await p.run('orders export'), 1).stderr, message);
    assert.deepEqual(exported(p), ['#3002']);
  });

test('a file at fault that is taken away is forgotten', async t => {
  const p = await open(t);
  put(p, 'bad.csv', damaged['UTF-16'][0]);
  ended(await p.run('orders export'), 1);
  fs.rmSync(p.path('exports/bad.csv'));
  silent(ended(await p.run('orders export'), 0));
  ended(await p.run('status'), 0);
  assert.equal((await p.parked()).size, 0);
});

test('what --full finds is freed too', async t => {
  const p = await open(t);
  put(p, 'bad.csv', damaged['ids that a spreadsheet shortened'][0]);
  ended(await p.run('orders export --full'), 1);
  put(p, 'bad.csv', csv([order(3001), order(3002)]), 20);
  ended(await p.run('orders export --only bad.csv'), 0);
  assert.equal((await p.parked()).size, 0);
});

test('a fault is forgotten with its file, whichever run told it', async t => {
  for (const [what, options] of Object.entries({ '--full': '--full', 'days that were asked for': '--since 2026-01-01' }))
    await t.test(what, async sub => {
      const p = await open(sub);
      put(p, 'good.csv', csv([order(3050)]), 30);
      ended(await p.run('orders export'), 0);
      put(p, 'bad.csv', damaged['ids that a spreadsheet shortened'][0]);
      put(p, 'rows.csv', csv([order(3060, { Name: '', Id: 'no id' }), order(3061)]), 20);
      ended(await p.run(`orders export ${options}`), 1);
      sameSet([...(await p.parked()).keys()], ['bad.csv', 'rows.csv:2']);
      fs.rmSync(p.path('exports/bad.csv'));
      fs.rmSync(p.path('exports/rows.csv'));
      silent(ended(await p.run('orders export'), 0));
      assert.equal((await p.parked()).size, 0);
      ended(await p.run('status'), 0);
    });
  await t.test('asked for by its id', async sub => {
    const p = await open(sub);
    put(p, 'bad.csv', damaged['UTF-16'][0]);
    ended(await p.run('orders export'), 1);
    fs.rmSync(p.path('exports/bad.csv'));
    ended(await p.run('orders export --only file:bad.csv'), 0);
    assert.equal((await p.parked()).size, 0);
  });
  await t.test('an export of other things took its name', async sub => {
    const p = await open(sub);
    put(p, 'bad.csv', damaged['UTF-16'][0]);
    ended(await p.run('orders export'), 1);
    put(p, 'bad.csv', 'Handle,Title,Vendor\ntee,Tee,Me\n', 20);
    ended(await p.run('orders export'), 0);
    assert.equal((await p.parked()).size, 0);
  });
});

test('a row that does not tell its order goes when the file is mended', async t => {
  const p = await open(t);
  const lines = csv([order(3001), order(3002), order(3003)]).split('\n');
  put(p, 'o.csv', [lines[0], lines[1], lines[2].replace('#3002,', '#3002,,'), lines[3].replace('7200000003003', 'no id'), ''].join('\n'));
  const { stderr } = ended(await p.run('orders export'), 1);
  sameSet([...(await p.parked()).keys()], ['o.csv:3', '#3003']);
  assert.doesNotMatch(stderr, PERSONAL);
  put(p, 'o.csv', csv([order(3001), order(3002), order(3003)]), 20);
  ended(await p.run('orders export'), 0);
  sameSet(exported(p), ['#3001', '#3002', '#3003']);
  assert.equal((await p.parked()).size, 0);
});

test('Windows-1252 is read where it is declared', async t => {
  const p = await open(t, { store: { connector: 'csv', path: 'exports', read_encoding: 'windows-1252' } });
  put(p, 'o.csv', Buffer.from(csv([order(3001, { 'Billing City': 'K\u00f6ln' })]), 'latin1'));
  put(p, 'utf8.csv', csv([order(3002, { 'Billing City': 'M\u00fcnchen' })]), 30);
  p.configure({ store: { read_encoding: null } });
  const told = ended(await p.run('check'), 78).stdout;
  assert.match(told, /^bad +.*o\.csv:\d+: holds text that is not UTF-8; save the file as CSV UTF-8, or, if it is Windows-1252, set read_encoding = windows-1252\n(?! +→)/m);
  p.configure({ store: { read_encoding: 'windows-1252' } });
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().order('#3001')[0].billing_city, 'K\u00f6ln');
  assert.equal(p.exchange().order('#3002')[0].billing_city, 'M\u00fcnchen');
});

test('sep=; and what a German spreadsheet makes of the cells', async t => {
  const p = await open(t);
  const comma = o => ({ ...o, ...Object.fromEntries(Object.entries(o).map(([k, v]) => [k, /^\d+\.\d\d$/.test(v) ? v.replace('.', ',') : v])) });
  put(p, 'o.csv', `sep=;\r\n${csv([
    comma(order(3001, { 'Lineitem requires shipping': 'WAHR', 'Lineitem taxable': 'FALSCH' })),
    comma(order(3002, { 'Lineitem requires shipping': 'vrai', 'Lineitem taxable': 'OUI' })),
    comma(order(3003, { 'Lineitem requires shipping': 'doch' })),
    comma({ ...order(3004), 'Lineitem price': '1.299', Subtotal: '1.299', Total: '1.299' }),
    comma(order(3005, { 'Lineitem sku': '7,48927E+11' })),
  ], ';')}`);
  ended(await p.run('orders export'), 1);
  const cells = number => (({ requires_shipping, taxable }) => [requires_shipping, taxable])(p.exchange().order(number)[0]);
  assert.deepEqual(cells('#3001'), ['true', 'false']);
  assert.deepEqual(cells('#3002'), ['true', 'true']);
  const parked = await p.parked();
  sameSet([...parked.keys()], ['#3003', '#3004', '#3005']);
  assert.match(parked.get('#3003').reason, /o\.csv:5: column 'Lineitem requires shipping': 'doch' is not yes or no/);
  assert.match(parked.get('#3004').reason, /o\.csv:6: column 'Subtotal': '1\.299' has a thousands sign/);
  assert.match(parked.get('#3005').reason, /o\.csv:7: column 'Lineitem sku': '7,48927E\+11' was a number that a spreadsheet shortened/);
});

test('a name loses the apostrophe that a spreadsheet shows', async t => {
  const lid = name => ({ Name: name, 'Lineitem quantity': '1', 'Lineitem name': 'Lid', 'Lineitem price': '15.50', 'Lineitem sku': 'LID-1' });
  const two = { Subtotal: '40.00', Total: '40.00' };
  const p = await open(t);
  put(p, 'o.csv', csv([
    order(3001, { Name: "'#3001", ...two }), lid('#3001'),
    order(3002, { Name: '\u00a0#3002', ...two }), lid("'#3002"),
    order(3003, { Name: "'3003", Id: "'7200000003003", ...two }), lid("'3003"),
    order(3004, { Name: '#N/A' }),
    order(3005, { Name: '3,005E+3'.replace(',', '.') }),
  ]));
  const { stderr } = ended(await p.run('orders export'), 1);
  sameSet(exported(p), ['#3001', '#3002', '3003']);
  assert.equal(p.exchange().order('#3001').length, 2);
  assert.match(stderr, /o\.csv:8: column 'Name': '#N\/A' is a spreadsheet's error/);
  assert.match(stderr, /o\.csv:9: column 'Name': '3\.005E\+3' was a number that a spreadsheet shortened/);
  assert.equal((await p.parked()).size, 2);
  await t.test('without ids it is the same order in another file', async () => {
    const without = text => text.split('\n').map(line => line.replace(/,Id,/, ',Reference,')).join('\n');
    put(p, 'p.csv', without(csv([order(3010, { Name: "'#3010" })])), 20);
    ended(await p.run('orders export'), 0);
    put(p, 'q.csv', without(csv([order(3010)])), 15);
    ended(await p.run('orders export'), 0);
    sameSet(exported(p), ['#3001', '#3002', '3003', '#3010']);
    assert.equal(p.exchange().order('#3010').length, 1);
  });
});

test('an SKU of digits alone loses the apostrophe of an export', async t => {
  const p = await open(t);
  put(p, 'o.csv', csv([order(3001, { 'Lineitem sku': "'0748927000018" })]));
  ended(await p.run('orders export'), 0);
  assert.equal(p.exchange().order('#3001')[0].shop_sku, '0748927000018');
});

test('test orders are known by their gateway', async t => {
  const orders = csv([order(3001, { 'Payment Method': '(for testing) Bogus Gateway' }), order(3002), order(3003, { 'Payment Method': 'gift_card + bogus' })]);
  const p = await open(t);
  put(p, 'o.csv', orders);
  assert.match(ended(await p.run('orders export --dry-run'), 0).stdout, /2 left out \(test, older than since, or shipped already: #3001 and others, which -v names\)/);
  const { summary, records } = await p.export('', 0);
  assert.deepEqual([summary.created, summary.excluded], [1, 2]);
  assert.deepEqual(records.filter(r => r.outcome === 'left out').map(r => [r.name, r.reason.split(';')[0]]), [['#3001', 'a test order'], ['#3003', 'a test order']]);
  assert.deepEqual(exported(p), ['#3002']);
  const all = await open(t, { orders: { include_test: 'yes' } });
  put(all, 'o.csv', orders);
  assert.equal((await all.export('', 0)).summary.created, 3);
});

test('rows that a filter left out', async t => {
  const p = await open(t);
  put(p, 'o.csv', csv([order(3001, { Subtotal: '40.00', Total: '40.00' })]));
  const { stderr } = ended(await p.run('orders export'), 1);
  assert.match(stderr, /#3001: o\.csv:2: its lines make 24\.50, Subtotal says 40\.00: rows of the order are missing.*as it was downloaded/);
  assert.doesNotMatch(stderr, /queue drop/);
  put(p, 'o.csv', csv([order(3001, { Subtotal: '40.00', Total: '40.00' }), { Name: '#3001', 'Lineitem quantity': '1', 'Lineitem name': 'Lid', 'Lineitem price': '15.50', 'Lineitem sku': 'LID-1' }]), 20);
  ended(await p.run('orders export'), 0);
  assert.equal((await p.parked()).size, 0);
});

test('an entry of the folder that can’t be read costs itself only', async t => {
  const p = await open(t);
  put(p, 'o.csv', csv([order(3001)]));
  fs.symlinkSync('loop.csv', p.path('exports/loop.csv'));
  fs.symlinkSync('x'.repeat(3000), p.path('exports/long.csv'));
  fs.symlinkSync('nowhere', p.path('exports/dangling.csv'));
  fs.mkdirSync(p.path('exports/folder.csv'));
  fs.mkdirSync(p.path('exports/folder'));
  execFileSync('mkfifo', [p.path('exports/pipe.csv')]);
  const said = {
    'loop.csv': /loop\.csv: can't be read \(Too many levels of symbolic links\), and nothing is read from it; take it away, or put the file itself there/,
    'long.csv': /long\.csv: can't be read \(File name too long\)/,
    'dangling.csv': /dangling\.csv: is a link that leads nowhere/,
    'folder.csv': /folder\.csv: is a folder/,
    'pipe.csv': /pipe\.csv: is no file/,
  };
  const parked = async () => [...(await p.parked()).keys()];
  const first = ended(await p.run('orders export'), 1);
  assert.deepEqual(exported(p), ['#3001']);
  sameSet(await parked(), Object.keys(said));
  for (const text of Object.values(said)) assert.match(first.stderr, text);
  await t.test('it is told once, by run; check and --only say it whenever they are asked', async () => {
    silent(ended(await p.run('orders export'), 0));
    assert.match((await p.run('check')).stdout, /dangling\.csv: is a link that leads nowhere/);
    assert.match(ended(await p.run('orders export --only pipe.csv'), 1).stderr, said['pipe.csv']);
  });
  await t.test('something else in its place is news, and the file itself the end of it', async () => {
    fs.rmSync(p.path('exports/dangling.csv'));
    fs.mkdirSync(p.path('exports/dangling.csv'));
    assert.match(ended(await p.run('orders export'), 1).stderr, /dangling\.csv: is a folder/);
    fs.rmdirSync(p.path('exports/dangling.csv'));
    put(p, 'dangling.csv', csv([order(3005)]), 20);
    ended(await p.run('orders export'), 0);
    sameSet(exported(p), ['#3001', '#3005']);
    assert.ok(!(await parked()).includes('dangling.csv'));
  });
  await t.test('what is taken away is forgotten', async () => {
    for (const name of ['loop.csv', 'long.csv', 'pipe.csv']) fs.rmSync(p.path('exports', name));
    ended(await p.run('orders export'), 0);
    assert.deepEqual(await parked(), ['folder.csv']);
    fs.rmdirSync(p.path('exports/folder.csv'));
    ended(await p.run('orders export'), 0);
    assert.deepEqual(await parked(), []);
    ended(await p.run('status'), 0);
  });
  await t.test('where there is nothing else', async sub => {
    const alone = await open(sub);
    fs.mkdirSync(alone.path('exports'));
    fs.symlinkSync('nowhere', alone.path('exports/dangling.csv'));
    assert.match(ended(await alone.run('orders export'), 1).stderr, said['dangling.csv']);
    silent(ended(await alone.run('orders export'), 0));
  });
  await t.test('one without rights is told', { skip: process.getuid() === 0 && 'root may read everything' }, async () => {
    put(p, 'closed.csv', csv([order(3002)]));
    fs.chmodSync(p.path('exports/closed.csv'), 0);
    assert.match(ended(await p.run('orders export'), 1).stderr, /closed\.csv: can't be read \(Permission denied\)/);
    fs.chmodSync(p.path('exports/closed.csv'), 0o600);
    ended(await p.run('orders export'), 0);
    sameSet(exported(p), ['#3001', '#3002', '#3005']);
    assert.equal((await p.parked()).size, 0);
  });
});

test('sales taxes of the United States: one code for the state, one for local ones', async t => {
  const us = (number, names) =>
    order(number, {
      Currency: 'USD', 'Billing Country': 'US', Taxes: '1.75', Total: '26.25',
      ...Object.fromEntries(names.flatMap((name, i) => [[`Tax ${i + 1} Name`, name], [`Tax ${i + 1} Value`, i ? '0.25' : '1.25']])),
    });
  const orders = csv([
    us(3001, ['Texas State Tax 6.25%', 'Austin Mta Transit 1%', 'Travis Co Local Tax Sl 1%']),
    us(3002, ['Illinois State Tax 6.25%', 'Regional Transport. Authority (Rta) 1%', 'Cook County Tax 1.75%']),
  ]);
  const p = await open(t);
  put(p, 'o.csv', orders);
  ended(await p.run('orders export'), 0);
  for (const [first] of p.exchange().verify().orders().values()) assert.equal(first.order_tax_code, 'US-STATE+US-LOCAL');
  await t.test('check says which names a table of one\u2019s own does not answer', async () => {
    p.write('mappings/tables/taxes.csv', 'country,title,rate,erp_tax_code\nUS,*State Tax,*,STATE\nUS,Cook*,*,COOK\n');
    const own = await open(t, { mappings: { path: p.path('mappings') } });
    put(own, 'o.csv', orders);
    const { stdout } = ended(await own.run('check'), 0);
    assert.match(stdout, /^warn 1 would be parked, the first is #3001: tax \(country 'US', title 'Austin Mta Transit', rate '0\.01'\) is in no row/m);
    assert.match(stdout, /^warn 1 would be parked, the first is #3002: .*Regional Transport\. Authority/m);
  });
});

test('an order that does not add up is never to be dropped for its file’s sake', async t => {
  const p = await open(t);
  put(p, 'o.csv', csv([order(3001, { Total: '99.00' })]));
  assert.match(ended(await p.run('check'), 0).stdout, /^warn +1 would be parked, the first is #3001: .*use the file as it was downloaded/m);
  const { stderr } = ended(await p.run('orders export'), 1);
  assert.match(stderr, /#3001.*use the file as it was downloaded/);
  assert.doesNotMatch(stderr, /queue drop/);
});

test('check judges an order once, and only one that a run would still take', async t => {
  const p = await open(t, { mappings: { path: 'mappings' } });
  const strict = 'shop_sku,erp_sku\nNOTHING,N\n';
  const parked = async () => ended(await p.run('check'), 0).stdout.match(/(\d+) would be parked, the first is (\S+):/)?.slice(1) ?? null;
  put(p, 'a.csv', csv([order(3001)]));
  fs.mkdirSync(p.path('mappings'));
  ended(await p.run('orders export'), 0);
  p.write('mappings/tables/skus.csv', strict);
  assert.equal(await parked(), null, 'it was delivered');
  put(p, 'b.csv', csv([order(3001), order(3002)]), 5);
  put(p, 'c.csv', csv([order(3002)]), 6);
  assert.deepEqual(await parked(), ['1', '#3002']);
  p.configure({ orders: { since: '2999-01-01' } });
  assert.equal(await parked(), null, 'it is from before [orders] since');
  p.configure({ orders: { since: null } });
  ended(await p.run('orders export'), 1);
  assert.deepEqual(await parked(), ['1', '#3002'], 'it is parked');
  ended(await p.run(['queue', 'drop', '#3002']), 0);
  assert.equal(await parked(), null, 'it was dropped');
});

test('an order that comes back with or without its Id is not written a second time', async t => {
  const plain = orders => csv(orders).split('\n').map(line => line.split(',').filter((_, i) => COLUMNS[i] !== 'Id').join(',')).join('\n');
  const two = [order(3001), order(3002)];
  const gid = number => `gid://shopify/Order/720000000${number}`;
  const again = async (p, content, minutes) => {
    put(p, 'a.csv', content, minutes);
    const result = ended(await p.run('orders export'), 1);
    sameSet([...(await p.parked()).values()].map(row => row.code), ['known_under_other_id', 'known_under_other_id']);
    sameSet(exported(p), ['#3001', '#3002']);
    return result.stderr;
  };
  await t.test('without: the file as it was downloaded takes the fault away', async sub => {
    const p = await open(sub);
    put(p, 'a.csv', csv(two));
    ended(await p.run('orders export'), 0);
    const said = await again(p, plain(two), 30);
    assert.match(said, new RegExp(`#3001 is known as ${gid(3001)}, and comes as csv:#3001 now.*as it was downloaded, with its column 'Id'`));
    silent(ended(await p.run('orders export'), 0));
    ended(await p.run(['queue', 'retry', '--code', 'known_under_other_id']), 0);
    ended(await p.run('orders export'), 1);
    sameSet(exported(p), ['#3001', '#3002'], 'tried again it is the same');
    put(p, 'a.csv', csv(two), 20);
    ended(await p.run('orders export'), 0);
    assert.equal((await p.parked()).size, 0);
    sameSet(exported(p), ['#3001', '#3002']);
  });
  await t.test('with: what came without goes on without', async sub => {
    const p = await open(sub);
    put(p, 'a.csv', plain(two));
    ended(await p.run('orders export'), 0);
    assert.match(await again(p, csv(two), 30), new RegExp(`#3001 is known as csv:#3001, and comes as ${gid(3001)} now`));
    ended(await p.run(['queue', 'drop', '--for-good', gid(3001)]), 0);
    ended(await p.run(['orders', 'export', '--only', gid(3002)]), 0);
    assert.equal((await p.parked()).size, 0);
    sameSet(exported(p), ['#3001', '#3002', '#3002'], 'another one of that name, said by a person');
    put(p, 'a.csv', csv([order(3001), order(3002, { 'Billing City': 'Bonn' })]), 20);
    ended(await p.run('orders export'), 0);
    assert.equal((await p.parked()).size, 0, 'it is known from then on');
  });
  for (const [lost, who, id] of [[true, '3002', 'csv:#3002'], [true, '#3002', 'csv:#3002'], [false, '#3002', gid(3002)], [false, '3002', '7200000003002']])
    await t.test(`--only ${who} of a file ${lost ? 'without' : 'with'} Ids is no word about which of the two`, async sub => {
      const p = await open(sub);
      put(p, 'a.csv', lost ? csv(two) : plain(two));
      ended(await p.run('orders export'), 0);
      put(p, 'a.csv', lost ? plain(two) : csv(two), 30);
      const parked = async () => assert.match(ended(await p.run(['orders', 'export', '--only', who]), 1).stderr, /#3002 is known as .*--only '/);
      await parked();
      ended(await p.run('orders export'), 1);
      await parked();
      ended(await p.run(['queue', 'drop', '--for-good', ...[...(await p.parked()).keys()]]), 0);
      await parked();
      sameSet(exported(p), ['#3001', '#3002']);
      ended(await p.run(['orders', 'export', '--only', id]), 0);
      sameSet(exported(p), ['#3001', '#3002', '#3002']);
    });
  await t.test('both in one run', async sub => {
    const p = await open(sub);
    put(p, 'a.csv', csv(two));
    put(p, 'b.csv', plain([order(3001)]), 30);
    ended(await p.run('orders export'), 1);
    sameSet(exported(p), ['#3001', '#3002']);
    sameSet([...(await p.parked()).values()].map(row => row.code), ['known_under_other_id']);
  });
});

test('a status that is none of the export\'s words', async t => {
  const p = await open(t);
  put(p, 'a.csv', csv([
    order(3001, { 'Financial Status': '#N/A' }), order(3002, { 'Fulfillment Status': '#REF!' }), order(3003, { 'Financial Status': 'paid 2026' }),
    order(3004, { 'Financial Status': 'Partially refunded', 'Fulfillment Status': 'partial' }), order(3005),
    order(3006, { 'Financial Status': 'bezahlt' }), order(3007, { 'Fulfillment Status': 'versandt' }), order(3008, { 'Financial Status': 'PAID' }),
  ]));
  ended(await p.run('orders export'), 1);
  const parked = await p.parked();
  assert.match(parked.get('#3001').reason, /a\.csv:2: column 'Financial Status': '#N\/A' is a spreadsheet's error/);
  assert.match(parked.get('#3002').reason, /a\.csv:3: column 'Fulfillment Status': '#REF!' is a spreadsheet's error/);
  assert.match(parked.get('#3003').reason, /a\.csv:4: column 'Financial Status': .* is none of the shop's words \(pending, authorized, partially_paid, paid, .*\); use the file as an admin in English exports it/);
  assert.match(parked.get('#3006').reason, /a\.csv:7: column 'Financial Status': 'bezahlt' is none of the shop's words \(pending, .*paid, /);
  assert.match(parked.get('#3007').reason, /a\.csv:8: column 'Fulfillment Status': 'versandt' is none of the shop's words \(unfulfilled, partial, /);
  sameSet(exported(p), ['#3004', '#3005', '#3008']);
});

test('amounts of a currency without decimals are never a thousandth', async t => {
  const p = await open(t);
  const whole = (number, more) => order(number, { Currency: 'CLP', Subtotal: '6000', Total: '6000', Shipping: '0', Taxes: '0', 'Discount Amount': '0', 'Lineitem price': '6000', ...more });
  put(p, 'a.csv', csv([whole(3001, { Subtotal: '6.000', Total: '6.000', 'Lineitem price': '6.000' }), whole(3002), whole(3003, { Subtotal: '6000.00', Total: '6000.00', 'Lineitem price': '6000.00' })]));
  ended(await p.run('orders export'), 1);
  assert.match((await p.parked()).get('#3001').reason, /a\.csv:2: column '[A-Z].*': '6\.000' has a thousands sign, or decimals that its currency does not have; write it without the sign, or without decimals/);
  sameSet(exported(p), ['#3002', '#3003']);
});

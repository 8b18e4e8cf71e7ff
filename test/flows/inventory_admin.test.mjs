// `inventory pull` into a file for the inventory import of the shop's admin.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Admin, adminPlace, aged, exported, imported, imports, takenAway } from '../support/admin.mjs';
import { csvRows, parseCsv } from '../support/csv.mjs';
import { BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { KOELN, LYON, PARIS, pull, stockFile } from '../support/stock.mjs';

const SHIRT = { handle: 't-shirt', title: 'T-shirt "soft", red' };
const shop = () =>
  new Admin([
    { sku: 'TEE-S', ...SHIRT, options: { Size: 'S', Colour: 'Red' }, stock: { [LYON]: 10, [PARIS]: 5 } },
    { sku: 'TEE-M', ...SHIRT, options: { Size: 'M', Colour: 'Red' }, stock: { [LYON]: 10, [PARIS]: null } },
    { sku: 'CAP', handle: 'cap', options: { Title: 'Default Title' }, stock: { [LYON]: 3, [PARIS]: -2 } },
    { sku: '=BAD', handle: '-evil', options: { '+Size': '@5', Ütf: '8" ünd' }, stock: { [LYON]: 1, [PARIS]: 0 } },
    { sku: 'DUP', handle: 'dup-1', stock: { [LYON]: 1 } },
    { sku: 'DUP', handle: 'dup-2', stock: { [LYON]: 1 } },
  ]);
const open = (t, options) => {
  const admin = shop();
  return { admin, p: adminPlace(t, admin, { bin: BIN_PLAIN, ...options }) };
};
const one = p => {
  assert.deepEqual(imports(p), ['inventory-000001.csv']);
  return csvRows(p.read('exports/import/inventory-000001.csv'));
};
let age = 50;
const stock = (p, rows) => stockFile(p, rows, { age: (age -= 0.01) });

test('only what differs is written, and the import takes it', async t => {
  const { admin, p } = open(t);
  stock(p, [['TEE-S', 'MAIN', 7], ['TEE-S', 'SHOP', 5], ['TEE-M', 'MAIN', '10.0'], ['CAP', 'MAIN', 3], ['CAP', 'SHOP', 0], ['=BAD', 'MAIN', 4]]);
  const { summary, records } = await pull(p);
  assert.deepEqual([summary.created, summary.adopted, summary.parked], [3, 1, 0]);
  const rows = one(p);
  assert.deepEqual(
    rows.map(r => [r.SKU, r.Location, r['On hand (current)'], r['On hand (new)']]),
    [['TEE-S', LYON, '10', '7'], ['CAP', PARIS, '-2', '0'], ['=BAD', LYON, '1', '4']],
  );
  assert.deepEqual(parseCsv(p.read('exports/import/inventory-000001.csv'))[0], ['Handle', 'Title', 'Option1 Name', 'Option1 Value', 'Option2 Name', 'Option2 Value', 'Option3 Name', 'Option3 Value', 'SKU', 'Location', 'On hand (current)', 'On hand (new)']);
  /* Keys as the shop has them: an apostrophe in front would make another article of it. */
  assert.deepEqual([rows[2].Handle, rows[2]['Option1 Name'], rows[2]['Option1 Value'], rows[2]['Option2 Value']], ['-evil', '+Size', '@5', '8" ünd']);
  assert.equal(records.find(r => r.name === 'TEE-S').target, 'inventory-000001.csv');
  assert.deepEqual(imported(p, admin), []);
  assert.deepEqual([admin.stock[`TEE-S @ ${LYON}`], admin.stock[`CAP @ ${PARIS}`], admin.stock[`TEE-M @ ${PARIS}`]], ['7', '0', 'not stocked']);
  await t.test('again: nothing', async () => {
    silent(ended(await p.run('inventory pull'), 0));
    assert.deepEqual(imports(p), []);
  });
});

test('status tells what lies there for a person to import', async t => {
  const { p } = open(t);
  const flow = async () => (await p.json('status --json')).flows.find(f => f.flow === 'inventory pull');
  stock(p, [['TEE-S', 'MAIN', 7]]);
  await pull(p);
  const { by_hand: lies } = await flow();
  assert.deepEqual([lies.folder, lies.files], [p.path('exports/import'), 1]);
  assert.ok(Math.abs(Date.parse(lies.oldest) - fs.statSync(p.path('exports/import/inventory-000001.csv')).mtimeMs) < 1000);
  assert.match(
    ended(await p.run('status'), 0).stdout,
    /^ +by hand +1 file in \S*exports\/import, the one of .*: import it in the admin \(Products > Inventory > Import\), the oldest first, take it away, and export anew$/m,
  );
  takenAway(p);
  assert.equal((await flow()).by_hand.files, 0);
  assert.doesNotMatch(ended(await p.run('status'), 0).stdout, /by hand/);
});

test('the state file is lost while a file waits for its import', async t => {
  const { admin, p } = open(t);
  stock(p, [['TEE-S', 'MAIN', 7], ['TEE-M', 'MAIN', 8], ['CAP', 'MAIN', 3]]);
  await pull(p);
  for (const name of ['erpsync.db', 'erpsync.db-wal', 'erpsync.db-shm']) fs.rmSync(p.path(name), { force: true });
  /* TEE-M is as the export says, and will not be once the file is imported. */
  stock(p, [['TEE-S', 'MAIN', 6], ['TEE-M', 'MAIN', 10], ['CAP', 'MAIN', 1]]);
  const { summary, notices } = await pull(p);
  assert.deepEqual([summary.later, summary.created], [2, 1], 'what stands in no file goes');
  assert.match(notices.join(), /some articles wait: inventory-000001\.csv is newer than the inventory export that is there and has the same article, and the state file knows nothing of it; import it in the shop and export the inventory anew, or take it away/);
  assert.deepEqual(csvRows(p.read('exports/import/inventory-000002.csv')).map(r => r.SKU), ['CAP']);
  imported(p, admin);
  exported(p, admin, { name: 'inventory_export (1).csv', age: 60 });
  ended(await p.run('queue retry --all'), 0);
  await pull(p);
  imported(p, admin);
  assert.deepEqual(['TEE-S', 'TEE-M', 'CAP'].map(sku => admin.stock[`${sku} @ ${LYON}`]), ['6', '10', '1']);
});

test('an article waits until the shop was exported anew', async t => {
  const { admin, p } = open(t);
  stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 3]]);
  await pull(p);
  stock(p, [['TEE-S', 'MAIN', 6], ['CAP', 'MAIN', 1]]);
  const { summary, notices } = await pull(p);
  /* CAP was equal, so that the export still says how it stands. */
  assert.deepEqual([summary.created + summary.updated, summary.later], [1, 1]);
  assert.ok(notices.some(text => /some articles wait: inventory-000001\.csv is made from the inventory export that is there; import it/.test(text)), notices.join());
  assert.equal((await p.queue('--waiting'))[0].code, 'export_used');
  assert.deepEqual(imports(p), ['inventory-000001.csv', 'inventory-000002.csv']);
  assert.deepEqual(imported(p, admin), []);
  exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
  await p.run('queue retry --all');
  await pull(p);
  assert.deepEqual(imports(p), ['inventory-000003.csv']);
  assert.deepEqual(imported(p, admin), []);
  assert.deepEqual([admin.stock[`TEE-S @ ${LYON}`], admin.stock[`CAP @ ${LYON}`]], ['6', '1']);
  await t.test('--full compares with the newest export', async () => {
    admin.rows.find(r => r.SKU === 'TEE-S' && r.Location === LYON)['On hand (current)'] = '2';
    exported(p, admin, { name: 'inventory_export (2).csv', age: 30 });
    const { summary: full } = await pull(p, '--full');
    assert.deepEqual([full.updated, full.adopted, full.later], [1, 1, 0]);
    await sameAgain(p);
    assert.deepEqual(imported(p, admin), []);
    assert.equal(admin.stock[`TEE-S @ ${LYON}`], '6');
  });
});
/** --full once more upon the same export: what was asked for already is not asked for again. */
async function sameAgain(p) {
  const before = imports(p);
  const { summary } = await pull(p, '--full');
  assert.deepEqual([summary.updated, summary.adopted, summary.later], [0, 2, 0]);
  assert.deepEqual(imports(p), before);
}

test('an export that was made before the import file was taken away proves nothing about it', async t => {
  const waiting = async p => (await p.queue('--waiting')).map(q => `${q.code}: ${q.reason}`).join();
  /* Asks for 7 where 10 is; then somebody exports, and after that, perhaps, imports the file. */
  const asked = async (sub, name = 'inventory_export (1).csv') => {
    const { admin, p } = open(sub);
    stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 3]]);
    await pull(p);
    exported(p, admin, { name, age: 40 });
    return { admin, p };
  };
  /* The ERP has 10 again, as the export says. */
  const back = async p => {
    stock(p, [['TEE-S', 'MAIN', 10], ['CAP', 'MAIN', 3]]);
    return (await pull(p)).summary;
  };
  const goesOn = async (p, admin) => {
    exported(p, admin, { name: 'inventory_export (2).csv', age: 20 });
    ended(await p.run('queue retry --all'), 0);
    await pull(p);
    if (imports(p).length) imported(p, admin);
    assert.equal(admin.stock[`TEE-S @ ${LYON}`], '10');
    assert.equal(await waiting(p), '');
  };
  await t.test('imported, and taken away since', async sub => {
    const { admin, p } = await asked(sub);
    imported(p, admin, { age: 30 });
    assert.equal((await back(p)).later, 1);
    assert.match(await waiting(p), /^export_used: inventory-000001\.csv was taken away after the inventory export that is there was made, which so can't tell whether it was imported; export the inventory anew, and the next run goes on/);
    /* What is written for another article, and taken away, changes nothing about it. */
    stock(p, [['TEE-S', 'MAIN', 10], ['CAP', 'MAIN', 2]]);
    await pull(p);
    assert.deepEqual(imports(p), ['inventory-000002.csv']);
    takenAway(p, { age: 25 });
    await goesOn(p, admin);
  });
  await t.test('thrown away since', async sub => {
    const { admin, p } = await asked(sub);
    takenAway(p, { age: 30 });
    assert.equal((await back(p)).later, 1);
    await goesOn(p, admin);
  });
  await t.test('the whole folder is gone', async sub => {
    const { admin, p } = await asked(sub);
    fs.rmSync(p.path('exports/import'), { recursive: true });
    assert.equal((await back(p)).later, 1);
    assert.match(await waiting(p), /^export_used: /);
  });
  await t.test('taken away before it, and missed by a run that wrote for others', async sub => {
    const { admin, p } = await asked(sub);
    imported(p, admin, { age: 50 });
    exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
    stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 2]]);
    await pull(p);
    assert.deepEqual(imports(p), ['inventory-000002.csv']);
    stock(p, [['TEE-S', 'MAIN', 10], ['CAP', 'MAIN', 2]]);
    const { summary } = await pull(p);
    assert.deepEqual([summary.later, imports(p)], [0, ['inventory-000002.csv', 'inventory-000003.csv']]);
  });
  await t.test('it lies there still', async sub => {
    const { admin, p } = await asked(sub);
    assert.equal((await back(p)).later, 1);
    assert.match(await waiting(p), /^import_waits: inventory-000001\.csv has not been imported, as the newest inventory export shows; import it in the shop, or take it away, then export the inventory anew/);
    imported(p, admin, { age: 30 });
    await goesOn(p, admin);
  });
  await t.test('it lies there still and asks for nothing there, another place is as it was', async sub => {
    const { admin, p } = open(sub);
    stock(p, [['TEE-S', 'MAIN', 0], ['TEE-S', 'SHOP', 5]]);
    await pull(p);
    exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
    stock(p, [['TEE-S', 'MAIN', 10], ['TEE-S', 'SHOP', 5]]);
    assert.equal((await pull(p)).summary.later, 1);
    assert.match(await waiting(p), /^import_waits: /);
  });
  await t.test('it lies there still, and the export shows it', async sub => {
    const { admin, p } = await asked(sub);
    for (const name of imports(p)) admin.import(p.read(`exports/import/${name}`));
    exported(p, admin, { name: 'inventory_export (1).csv', age: 30 });
    const summary = await back(p);
    assert.deepEqual([summary.later, imports(p)], [0, ['inventory-000001.csv', 'inventory-000002.csv']]);
  });
});

for (const [what, away, then] of [
  ['the import left a row out', (p, admin) => {
    admin.rows[0]['On hand (current)'] = '9';
    assert.deepEqual(imported(p, admin), ['TEE-S']);
  }, [['TEE-S', '9', '7']]],
  ['the file was thrown away', p => takenAway(p), [['TEE-S', '10', '7'], ['CAP', '3', '1']]],
])
  test(`${what}: the next round brings it, though the ERP says the same`, async t => {
    const { admin, p } = open(t);
    const said = () => stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 1]]);
    said();
    await pull(p);
    said();
    assert.equal((await pull(p)).summary.later, 0, 'upon the same export it is asked for already');
    assert.deepEqual(imports(p), ['inventory-000001.csv']);
    away(p, admin);
    exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
    said();
    await pull(p);
    assert.deepEqual(csvRows(p.read('exports/import/inventory-000002.csv')).map(r => [r.SKU, r['On hand (current)'], r['On hand (new)']]), then);
    imported(p, admin);
    exported(p, admin, { name: 'inventory_export (2).csv', age: 30 });
    said();
    await pull(p);
    assert.deepEqual([imports(p), admin.stock[`TEE-S @ ${LYON}`], admin.stock[`CAP @ ${LYON}`]], [[], '7', '1']);
  });

test('what is known of the import files is damaged, and removed', async t => {
  const { admin, p } = open(t);
  stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 3]]);
  await pull(p);
  imported(p, admin, { age: 30 });
  p.write('exports/import/.erpsync/imports', '{"there":');
  exported(p, admin, { name: 'inventory_export (1).csv', age: 40 });
  stock(p, [['TEE-S', 'MAIN', 10], ['CAP', 'MAIN', 3]]);
  assert.match(ended(await p.run('inventory pull'), 78).stderr, /\.erpsync\/imports: is damaged; remove it: an export that is newer than the folder's last change is waited for then/);
  fs.rmSync(p.path('exports/import/.erpsync/imports'));
  assert.equal((await pull(p)).summary.later, 1);
  exported(p, admin, { name: 'inventory_export (2).csv', age: 20 });
  ended(await p.run('queue retry --all'), 0);
  await pull(p);
  imported(p, admin);
  assert.equal(admin.stock[`TEE-S @ ${LYON}`], '10');
});

test('what was sold meanwhile is a conflict for the import, never an overwrite', async t => {
  const { admin, p } = open(t);
  stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 1]]);
  await pull(p);
  admin.rows[0]['On hand (current)'] = '9';
  assert.deepEqual(imported(p, admin), ['TEE-S']);
  assert.deepEqual([admin.stock[`TEE-S @ ${LYON}`], admin.stock[`CAP @ ${LYON}`]], ['9', '1']);
});

test('warehouses add up, a buffer is held back, less than nothing is none', async t => {
  const { p } = open(t, { conf: { inventory: { buffer: 2 } }, locations: `warehouse,store_location\nMAIN,${LYON}\nBACK,${LYON}\nSCRAP,-\n` });
  stock(p, [['TEE-S', 'MAIN', 3], ['TEE-S', 'BACK', '4.9'], ['TEE-S', 'SCRAP', 100], ['CAP', 'MAIN', -4]]);
  const { notices } = await pull(p);
  assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (new)']]), [['TEE-S', '5'], ['CAP', '0']]);
  assert.ok(notices.some(text => /less than nothing of some articles \(the first: 'CAP'/.test(text)));
});

test('a notice tells an article whose SKU looks like a telephone number by its name', async t => {
  for (const [how, sku, table] of [['as the ERP has it', '00748927000018'], ['as a table names it', '+33 6 12 34 56 78', 'sku,store_sku\nCAP,+33 6 12 34 56 78\n*,*\n']])
    await t.test(how, async sub => {
      const { admin, p } = open(sub);
      admin.rows.find(row => row.SKU === 'CAP').SKU = sku;
      exported(p, admin);
      if (table) p.write('mappings/tables/store_skus.csv', table);
      stock(p, [[table ? 'CAP' : sku, 'MAIN', -4]]);
      const { notices } = await pull(p);
      assert.ok(notices.some(text => text.includes(`less than nothing of some articles (the first: '${sku}'`)), notices.join());
    });
});

test('where the shop does not stock it', async t => {
  const rows = [['TEE-M', 'SHOP', 4], ['TEE-S', 'SHOP', 5]];
  await t.test('a number stocks it there', async sub => {
    const { p, admin } = open(sub);
    stock(p, rows);
    await pull(p);
    assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (current)'], r['On hand (new)']]), [['TEE-M', 'not stocked', '4']]);
    assert.deepEqual(imported(p, admin), []);
    assert.equal(admin.stock[`TEE-M @ ${PARIS}`], '4');
  });
  await t.test('inactive_level = skip leaves it', async sub => {
    const { p } = open(sub, { conf: { inventory: { inactive_level: 'skip' } } });
    stock(p, rows);
    const { notices, summary } = await pull(p);
    assert.deepEqual([imports(p), summary.adopted], [[], 2]);
    assert.ok(notices.some(text => /not stocked where the ERP has them \(the first: 'TEE-M'/.test(text)));
  });
  await t.test('none there is as it should be', async sub => {
    const { p } = open(sub);
    stock(p, [['TEE-M', 'SHOP', 0]]);
    await pull(p);
    assert.deepEqual(imports(p), []);
  });
});

test('what can’t be written is parked with what to do, and the rest goes on', async t => {
  const { p } = open(t);
  p.write('exports/inventory_export.csv', p.read('exports/inventory_export.csv') + `gift,Gift,Title,Default Title,,,,,GIFT,,,${LYON},,,,,,not tracked,\n`);
  aged(p.path('exports/inventory_export.csv'), 60);
  stock(p, [['NOBODY', 'MAIN', 1], ['DUP', 'MAIN', 4], ['TEE-S', 'DE', 4], ['CAP', 'MAIN', 9], ['GIFT', 'MAIN', 2], ['=BAD', 'MAIN', 2000000000]]);
  const { records, summary } = await pull(p, '', 1);
  const by = Object.fromEntries(records.map(r => [r.name, [r.code, r.reason]]));
  assert.equal(summary.parked, 5);
  assert.deepEqual(Object.fromEntries(Object.entries(by).map(([name, [code]]) => [name, code])), {
    NOBODY: 'unknown_sku',
    DUP: 'duplicate_sku',
    'TEE-S': 'unknown_location',
    CAP: undefined,
    GIFT: 'untracked',
    '=BAD': 'quantity_too_high',
  });
  assert.match(by.DUP[1], /\(inventory_export\.csv:10 and inventory_export\.csv:11\)/);
  assert.match(by['TEE-S'][1], new RegExp(`names no location '${KOELN}' \\(it has '${LYON}', '${PARIS}'\\)`));
  assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (new)']]), [['CAP', '9']]);
  await t.test('a location that the export leaves out for this article', async sub => {
    const { p: other } = open(sub);
    stock(other, [['DUP', 'MAIN', 4], ['TEE-S', 'SHOP', 4]]);
    other.write('exports/inventory_export.csv', other.read('exports/inventory_export.csv').replace(/^t-shirt.*,S,.*Shop Paris.*\n/m, ''));
    aged(other.path('exports/inventory_export.csv'), 60);
    const { records: more } = await pull(other, '', 1);
    assert.equal(more.find(r => r.name === 'TEE-S').code, 'not_in_export');
  });
});

test('what no export listed goes over by itself once a newer one does', async t => {
  const { admin, p } = open(t);
  const cap = admin.rows.filter(row => row.SKU === 'CAP');
  cap.forEach(row => (row.SKU = 'cap'));
  const tee = admin.rows.filter(row => row.SKU === 'TEE-S');
  tee.forEach(row => (row.SKU = 'OTHER'));
  exported(p, admin, { age: 50 });
  stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 2], ['NOBODY', 'MAIN', 1]]);
  const { records } = await pull(p, '', 1);
  assert.deepEqual(records.map(r => r.code).sort(), ['near_miss', 'unknown_sku', 'unknown_sku']);
  silent(ended(await p.run('inventory pull'), 0));
  tee.forEach(row => (row.SKU = 'TEE-S'));
  cap.forEach(row => (row.SKU = 'CAP'));
  exported(p, admin, { age: 40 });
  ended(await p.run('inventory pull'), 0);
  assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (new)']]), [['TEE-S', '7'], ['CAP', '2']]);
  assert.deepEqual((await p.queue('--parked')).map(row => row.name), ['NOBODY']);
  silent(ended(await p.run('inventory pull'), 0));
});

test('a SKU that the shop spells in another way is not to be made there a second time', async t => {
  const { admin, p } = open(t);
  admin.rows.find(row => row.SKU === 'CAP').SKU = '00748927000018';
  exported(p, admin);
  stock(p, [['tee-s', 'MAIN', 7], ['748927000018', 'MAIN', 2], ['NOBODY', 'MAIN', 1], ['TEE-M', 'MAIN', 10]]);
  const { records } = await pull(p, '', 1);
  const by = Object.fromEntries(records.map(r => [r.name, r]));
  assert.deepEqual(['tee-s', '748927000018', 'NOBODY'].map(sku => by[sku].code), ['near_miss', 'near_miss', 'unknown_sku']);
  assert.match(by['tee-s'].reason, /'tee-s', but one has 'TEE-S' \(\S+:2\), which differs in case alone;.* then run: erpsync queue retry 'tee-s'$/);
  assert.match(by['748927000018'].reason, /but one has '00748927000018' .* in leading zeros alone/);
  await t.test('a row of the table helps by itself', async () => {
    p.write('mappings/tables/store_skus.csv', 'sku,store_sku\ntee-s,TEE-S\n*,*\n');
    await pull(p, '', 1);
    assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (new)']]), [['TEE-S', '7']]);
  });
});

test('exports that are missing, of another kind, or not finished: nothing is written', async t => {
  const cases = {
    'no inventory export': ['orders.csv', 'Name,Financial Status\n#1,paid\n', 60, 78, /exports: there is no inventory export; make one in the admin \(Products > Inventory > Export/],
    'available quantities only': ['inv.csv', `Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,${LYON},${PARIS}\ncap,Cap,Title,Default Title,CAP,,,3,not stocked\n`, 60, 78, /inv\.csv: the column 'location' is missing; export again .* with all states/],
    'written a moment ago': ['inv.csv', shop().export(), 2, 75, null],
    'broken off inside a quote': ['inv.csv', shop().export().slice(0, shop().export().indexOf('soft') + 2), 60, 78, /inv\.csv/],
  };
  for (const [name, [file, text, old, status, said]] of Object.entries(cases))
    await t.test(name, async sub => {
      const p = adminPlace(sub, null, { bin: BIN_PLAIN });
      aged(p.write(`exports/${file}`, text), old);
      stock(p, [['CAP', 'MAIN', 1]]);
      const result = ended(await p.run('inventory pull'), status);
      if (said) assert.match(result.stderr, said);
      assert.deepEqual(imports(p), []);
      const { status: waits } = (await p.queue())[0] ?? {};
      assert.notEqual(waits, 'done');
    });
  await t.test('free stock is no quantity that the import takes', async sub => {
    const { p } = open(sub, { conf: { inventory: { quantity: 'available' } } });
    stock(p, [['CAP', 'MAIN', 1, 1]]);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /erpsync\.conf:\d+: the inventory import of Shopify's admin takes quantities on hand only/);
  });
});

test('a dry run says what would be written and writes nothing', async t => {
  const { p } = open(t);
  stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 3]]);
  const { stdout } = ended(await p.run('inventory pull --dry-run'), 0);
  assert.match(stdout, /^would create TEE-S/m);
  assert.ok(!p.exists('exports/import'));
  await pull(p);
  assert.equal(one(p).length, 1);
});

test('the columns of before, and more files in the folder', async t => {
  const { admin, p } = open(t);
  const older = admin.export().replace('On hand (current),On hand (new)', 'On hand').replaceAll(' (not editable)', '').replace(/,$/gm, '');
  aged(p.write('exports/inventory_export.csv', older), 60);
  aged(p.write('exports/products.csv', 'Title,URL handle,SKU,Option1 value,Price\nCap,cap,CAP,Default Title,5\n'), 30);
  aged(p.write('exports/customs.csv', 'Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO\ncap,Cap,Title,Default Title,CAP,650500,FR\n'), 20);
  stock(p, [['TEE-S', 'MAIN', 7]]);
  await pull(p);
  assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (current)'], r['On hand (new)']]), [['TEE-S', '10', '7']]);
});

test('a variant that stands twice in one location', async t => {
  const twice = (p, change) => {
    const text = p.read('exports/inventory_export.csv');
    aged(p.write('exports/inventory_export.csv', text + change(text.match(/^cap,.*Lyon.*\n/m)[0])), 60);
    stock(p, [['TEE-S', 'MAIN', 7], ['CAP', 'MAIN', 1]]);
  };
  for (const [how, change] of [['with another quantity', row => row.replace(',3,', ',4,')], ['stocked and not', row => row.replace(',3,', ',not stocked,')]])
    await t.test(`${how}: nothing of the file is used`, async sub => {
      const { p } = open(sub);
      twice(p, change);
      const said = new RegExp(`inventory_export[.]csv:12: the variant 'CAP' of 'cap' stands in location '${LYON}' on line 6 already, with another quantity.*export the inventory anew`);
      assert.match(ended(await p.run('inventory pull'), 78).stderr, said);
      assert.match(ended(await p.run('check'), 78).stdout, said);
      assert.deepEqual(imports(p), []);
      aged(p.write('exports/inventory_export.csv', p.read('exports/inventory_export.csv').split('\n').slice(0, 11).join('\n') + '\n'), 50);
      await pull(p);
      assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (new)']]), [['TEE-S', '7'], ['CAP', '1']]);
    });
  await t.test('with the same one: it says the same', async sub => {
    const { p } = open(sub);
    twice(p, row => row);
    await pull(p);
    assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (new)']]), [['TEE-S', '7'], ['CAP', '1']]);
  });
});

test('an apostrophe that the export puts before a SKU of digits is no part of it', async t => {
  const { p } = open(t);
  const text = p.read('exports/inventory_export.csv');
  aged(p.write('exports/inventory_export.csv', text.replaceAll(',CAP,', ",'0012345,")), 60);
  stock(p, [['0012345', 'MAIN', 1]]);
  const { summary } = await pull(p);
  assert.deepEqual([summary.created, summary.parked], [1, 0]);
  assert.deepEqual(one(p).map(r => [r.SKU, r['On hand (current)'], r['On hand (new)']]), [['0012345', '3', '1']]);
});

test('check knows the export and its locations', async t => {
  const { p } = open(t);
  stock(p, [['TEE-S', 'MAIN', 7]]);
  const { stdout } = ended(await p.run('check'), 78);
  assert.match(stdout, new RegExp(`^ok +inventory_export\\.csv: 6 variants at 2 locations \\('${LYON}', '${PARIS}'\\)$`, 'm'));
  assert.match(stdout, new RegExp(`^bad +tables/locations\\.csv names '${KOELN}', and inventory_export\\.csv does not$`, 'm'));
  assert.match(stdout, /^ok +.*exports\/import: will be created$/m);
  p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\nSCRAP,-\n`);
  assert.doesNotMatch(ended(await p.run('check'), 0).stdout, /^bad/m);
  assert.doesNotMatch((await p.run('check')).stdout, /exports\/import holds/);
  await pull(p);
  const told = /^warn +.*exports\/import holds 1 file for the shop's admin \(inventory-…\), the one of \d{4}-.*\n.*import it in the admin/m;
  assert.match(ended(await p.run('check'), 0).stdout, told);
  fs.rmSync(p.path('exports/import'), { recursive: true });
  assert.doesNotMatch((await p.run('check')).stdout, /exports\/import holds/);
  fs.rmSync(p.path('exports/inventory_export.csv'));
  assert.match(ended(await p.run('check'), 78).stdout, /^bad +.*there is no inventory export/m);
});

test('a row that is not as wide as the header: none of its cells is believed', async t => {
  const CHANGES = {
    'a title with a comma': text => text.replace('cap,cap,', 'cap,cap, blue,'),
    'a cell too many at the end': text => text.replace('3,\n', '3,,\n'),
    'too few': text => text.replace(/^cap,.*$/m, line => line.split(',').slice(0, -2).join(',')),
  };
  for (const [name, change] of Object.entries(CHANGES))
    await t.test(name, async sub => {
      const { p } = open(sub);
      const text = p.read('exports/inventory_export.csv');
      assert.notEqual(change(text), text);
      aged(p.write('exports/inventory_export.csv', change(text)), 60);
      stock(p, [['CAP', 'MAIN', 1], ['TEE-S', 'MAIN', 7]]);
      assert.match(ended(await p.run('inventory pull'), 78).stderr, /inventory_export\.csv:\d+: the row has (17|18|20) cells, the header has 19, so nothing of the file is used; use the export as it was downloaded/);
      assert.deepEqual(imports(p), []);
    });
});

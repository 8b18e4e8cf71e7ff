// One line of an order, named by its id in one file and by its SKU in another, or by the id in two forms: its units are the same units.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { gql } from '../sandbox/client.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { byName, deliveryFile, deliveryText, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';

const [S, L] = ['SOLO-1', 'LONG-5'];
const LINES = 'query($id: ID!){order(id:$id){lineItems(first:9){nodes{id}}}}';

async function open(t, goods) {
  const p = await shippingPlace(t, { bin: BIN_PLAIN });
  const { name, id } = sell(p.sandbox, goods);
  const { body } = await gql(p.sandbox, LINES, { id });
  p.ids = body.data.order.lineItems.nodes.map(n => n.id);
  p.name = name;
  p.age = 3000;
  /** Rows [line, sku, n, tracking?], line: its index, or 'n' and its index for the number of the id. */
  p.says = (rows, name = `fulfillments-${p.age}.csv`) =>
    deliveryFile(p, rows.map(([line, sku, n, tracking]) => ({ delivery: 'D1', order: p.name, line: p.line(line), sku, n, tracking })), { age: (p.age -= 10), name });
  p.line = line => (line == null ? '' : `${line}`[0] === 'n' ? `'${p.ids[line.slice(1)].split('/').pop()}` : p.ids[line]);
  p.hold = hold => p.sandbox.changeFulfillmentOrders({ order: name, fulfillment_order: 0, hold: hold ? 'OTHER' : false });
  /** A run, whether the delivery goes over or not. */
  p.takes = async () => assert.ok([0, 1].includes((await p.run('fulfillments pull')).status));
  /** Units shipped of each line. */
  p.gone = () => p.sandbox.fulfillments(name).fulfillmentOrders.flatMap(fo => fo.lines.map(l => l.total - l.remaining));
  p.parcels = () => shipped(p.sandbox, name).length;
  return p;
}

const ONE = [[S, 3], [L, 2]];
const TWO = [[S, 1], [S, 1]];
/** What is sold, the files, and what must have left in the end, whenever they are read. */
const CASES = {
  'by SKU, then by id': [ONE, [[[null, S, 1]], [[0, S, 1]]], [1, 0]],
  'by id, then by SKU': [ONE, [[[0, S, 1]], [[null, S, 1]]], [1, 0]],
  'the id, then its number': [ONE, [[[0, S, 1]], [['n0', S, 1]]], [1, 0]],
  'the number, then the id, without SKU': [ONE, [[['n0', '', 1]], [[0, '', 1]]], [1, 0]],
  'three files, the SKU twice': [ONE, [[[null, S, 2]], [[0, S, 2]], [[null, S, 2]]], [2, 0]],
  'three files, the id twice': [ONE, [[[0, S, 2]], [[null, S, 2]], [['n0', S, 2]]], [2, 0]],
  'the other line stays': [ONE, [[[null, S, 1], [null, L, 1]], [[0, S, 1, 'T1']]], [1, 1]],
  'both lines of one SKU, then each by id': [TWO, [[[null, S, 2]], [[0, S, 1], [1, S, 1]]], [1, 1]],
  'each line of one SKU, then both': [TWO, [[[0, S, 1], [1, S, 1]], [[null, S, 2]]], [1, 1]],
  'one of two lines, by id as the message says': [TWO, [[[null, S, 1]], [[1, S, 1]]], [0, 1]],
  'one file names one by id and one by SKU, the next both by id': [TWO, [[[0, S, 1], [null, S, 1]], [[0, S, 1], [1, S, 1]]], [1, 1]],
  'the next names one by SKU, and a new one by id': [TWO, [[[0, S, 1]], [[null, S, 1], [1, S, 1]]], [1, 1], 'not sent before'],
  'rows of one file add up': [ONE, [[[0, S, 1], ['n0', S, 1]], [[null, S, 1], [null, S, 1]]], [2, 0]],
};
for (const [what, [goods, files, gone, when]] of Object.entries(CASES))
  test(what, async t => {
    await t.test('together', async sub => {
      const p = await open(sub, goods);
      for (const rows of files) p.says(rows);
      await pull(p);
      assert.deepEqual([p.gone(), p.parcels()], [gone, 1]);
      assert.equal((await pull(p, '--full')).summary.unchanged, 1);
    });
    await t.test('while the delivery waits', async sub => {
      const p = await open(sub, goods);
      p.hold(true);
      for (const rows of files) {
        p.says(rows);
        await p.takes();
      }
      p.hold(false);
      ended(await p.run('queue retry D1'), 0);
      await pull(p);
      assert.deepEqual([p.gone(), p.parcels()], [gone, 1]);
    });
    if (when) return;
    await t.test('when the shop has the first', async sub => {
      const p = await open(sub, goods);
      for (const rows of files) {
        p.says(rows);
        await p.takes();
      }
      assert.deepEqual([p.gone(), p.parcels(), [...(await p.parked()).keys()]], [gone, 1, []]);
    });
  });

test('other units of the SKU than of the line: told with both, and mended as it says', async t => {
  const cases = {
    'by id, more': [ONE, [[null, S, 1]], [[0, S, 2]], /has 2 of 'SOLO-1' by line_id here and 1 of 'SOLO-1' without line_id in another file/, [[0, S, 2], [null, S, 0]], [2, 0]],
    'by id, taken out': [ONE, [[null, S, 1], [null, L, 1]], [[0, S, 0]], /has 0 of 'SOLO-1' by line_id here and 1/, [[0, S, 0], [null, S, 0]], [0, 1]],
    'by id, one line of two': [TWO, [[null, S, 2]], [[1, S, 1]], /has 1 of 'SOLO-1' by line_id here and 2/, [[0, S, 1], [1, S, 1]], [1, 1]],
    'by SKU, of two lines': [TWO, [[0, S, 1], [1, S, 1]], [[null, S, 1]], /has 1 of 'SOLO-1' without line_id here and 2 of 'SOLO-1' by line_id/, [[0, S, 1], [1, S, 0], [null, S, 0]], [1, 0]],
    'more by id, beside some by SKU': [ONE, [[0, S, 1], [null, S, 1]], [[0, S, 2]], /has 2 of 'SOLO-1' by line_id here and 1 of 'SOLO-1' without line_id in another/, [[0, S, 2], [null, S, 0]], [2, 1]],
    'more by SKU, beside some by id': [ONE, [[0, S, 1], [null, S, 1]], [[null, S, 2]], /has 2 of 'SOLO-1' without line_id here and 1 of 'SOLO-1' by line_id/, [[0, S, 2], [null, S, 0]], [2, 1]],
    'by id without SKU': [ONE, [[null, S, 1]], [[0, '', 1]], /has 1 of line 'gid:\S+\/\d+' without SKU here and 1 of 'SOLO-1' without line_id/, [[0, S, 1], [null, S, 0]], [1, 0]],
    'by SKU, where the line has none': [ONE, [['n0', '', 1]], [[null, S, 1]], /has 1 of 'SOLO-1' without line_id here and 1 of line '\d+' without SKU/, [[0, S, 1], [null, S, 0]], [1, 0]],
  };
  for (const [what, [goods, first, second, said, mended, gone]] of Object.entries(cases))
    await t.test(what, async sub => {
      const p = await open(sub, goods);
      p.says(first);
      p.says(second);
      const { code, reason } = byName(await pull(p, '', 1)).D1;
      assert.equal(code, 'bad_row');
      assert.match(reason, said);
      assert.match(reason, /; have the ERP write, in a new file, all of its lines of 'SOLO-1' with both line_id and SKU, and that SKU without line_id with quantity 0$/);
      /* Neither a file that says nothing of it, nor reading it once more, changes that; it is told once for what is said. */
      if (goods === ONE) {
        p.says([[null, L, first.length > 1 ? 1 : 0, 'T7']]);
        assert.match(byName(await pull(p, '', 1)).D1.reason, said);
      }
      const { summary } = await pull(p, '--full');
      assert.deepEqual([summary.parked, summary.still_parked], [0, 1]);
      assert.equal(p.parcels(), 0);
      p.says(mended);
      await pull(p);
      assert.deepEqual([p.gone(), p.parcels()], [gone, 1]);
    });
});

test('a correction that one line alone can mean', async t => {
  for (const [what, first, second, gone] of [
    ['other units by SKU', [[0, S, 1]], [[null, S, 2]], [2, 0]],
    ['taken out by SKU', [[0, S, 1], [1, L, 2]], [[null, S, 0]], [0, 2]],
    ['the number of an id', [[0, S, 1]], [['n0', S, 3]], [3, 0]],
  ])
    await t.test(what, async sub => {
      const p = await open(sub, ONE);
      p.says(first);
      p.says(second);
      await pull(p);
      assert.deepEqual(p.gone(), gone);
    });
});

test('files of the same time, of which nothing tells which is newer, must agree', async t => {
  const at = Math.floor(Date.now() / 1000) - 100;
  const alike = (p, files) => {
    for (const [name, rows] of Object.entries(files)) fs.utimesSync(p.says(rows, `fulfillments-${name}.csv`), at, at);
  };
  await t.test('they do', async sub => {
    const p = await open(sub, ONE);
    alike(p, { lyon: [[0, S, 1, 'T1']], paris: [['n0', S, 1, 'T2'], [1, L, 1]] });
    await pull(p);
    assert.deepEqual([p.gone(), shipped(p.sandbox, p.name)[0].numbers], [[1, 1], ['T1', 'T2']]);
  });
  await t.test('they do not', async sub => {
    const p = await open(sub, ONE);
    alike(p, { lyon: [[0, S, 1]], paris: [[0, S, 2]] });
    assert.match(byName(await pull(p, '', 1)).D1.reason, /^fulfillments-paris\.csv:2: delivery 'D1' has 2 of 'SOLO-1' here and 1 in a file of the same time, and nothing tells which is newer; have the ERP write it again, in a new file$/);
    assert.equal((await pull(p, '--full')).summary.still_parked, 1);
    p.age = 90;
    p.says([[0, S, 2]]);
    await pull(p);
    assert.deepEqual(p.gone(), [2, 0]);
  });
  await t.test('a carrier', async sub => {
    const p = await open(sub, ONE);
    for (const [name, carrier] of [['lyon', 'DHL'], ['paris', 'UPS']])
      fs.utimesSync(deliveryFile(p, deliveryText([{ delivery: 'D1', order: p.name, sku: S, carrier }]), { name: `fulfillments-${name}.csv` }), at, at);
    assert.match(byName(await pull(p, '', 1)).D1.reason, /has the carrier 'UPS' here and 'DHL' above or in a file of the same time/);
  });
  await t.test('stopped while they were put away', async sub => {
    const p = await open(sub, ONE);
    alike(p, { lyon: [[0, S, 1]], paris: [[0, S, 2]] });
    fs.mkdirSync(p.path('out/archive'), { recursive: true });
    ended(await p.run('fulfillments pull'), 1);
    const [, paris] = fs.readdirSync(p.path('out/archive')).filter(name => name.endsWith('.csv')).sort();
    fs.renameSync(p.path(`out/archive/${paris}`), p.path('out/fulfillments-paris.csv'));
    const [lyon] = fs.readdirSync(p.path('out/archive'));
    /* As if that had been put away last. */
    fs.renameSync(p.path(`out/archive/${lyon}`), p.path('lyon'));
    fs.renameSync(p.path('lyon'), p.path(`out/archive/${lyon}`));
    assert.equal((await pull(p)).summary.created, 0);
    assert.deepEqual([p.parcels(), (await pull(p, '--full')).summary.still_parked], [0, 1]);
  });
  await t.test('numbers tell', async sub => {
    const p = await open(sub, ONE);
    alike(p, { 10: [[0, S, 2]], 9: [[0, S, 1]] });
    await pull(p);
    assert.deepEqual(p.gone(), [2, 0]);
  });
});

// `inventory pull` while orders come in: never a quantity above the truth.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, requestsOf } from '../support/place.mjs';
import { BIN, BIN_PLAIN, ended, silent } from '../support/run.mjs';
import { KOELN, LYON, PARIS, atRest, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

/** A shop with ten of SOLO-1 and LONG-5 in Lyon, and an ERP that has got every order so far. */
async function open(t, { quantity = 'available', sandbox = {}, inventory = {}, orders = {}, places = [LYON], bin = BIN_PLAIN } = {}) {
  const p = await stockPlace(t, {
    bin,
    sandbox: { nasty: 'off', ...sandbox },
    inventory: { quantity, ...inventory },
    conf: { orders: { overlap: '1m', ...orders } },
  });
  plainLevels(p.sandbox, ['SOLO-1', 'LONG-5'], places, 10);
  ended(await p.run('orders export'), 0);
  return p;
}
const at = (p, sku, place = LYON) => p.sandbox.truth({ skus: [sku] }).stock[`${sku} @ ${place}`];
const sell = (p, sku, quantity) => p.sandbox.sell([{ variant: sku, quantity, location: LYON }]);
const sql = (p, text) => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
/** In the shop, so long ago that it is sure to list the order. */
function ago(p, change, seconds = 90) {
  p.sandbox.setClock({ advance_ms: -seconds * 1000 });
  try {
    return change();
  } finally {
    p.sandbox.setClock({ advance_ms: seconds * 1000 });
  }
}
/** The ERP got its orders an hour earlier than it did: it has booked them by now. */
const booked = p => sql(p, 'UPDATE reported SET reported_at = reported_at - 3600; UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3');
/** The next slot has come. */
const nextSlot = p => sql(p, 'UPDATE queue SET next_attempt = 0 WHERE state = 0');
/** The ERP does not take SOLO-1: its orders are parked; or it does again. */
const parks = p => p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');
const takes = p => p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\n*,*\n');
/** From now on the shop says of all orders that they were cancelled, and leaves their lines as they are. */
function cancelled(p) {
  const when = new Date(Date.now() - 60000).toISOString().replace(/\.\d+/, '');
  p.sandbox.mutate = (told, json) => JSON.parse(JSON.stringify(json).replaceAll('"cancelledAt":null', `"cancelledAt":"${when}"`));
}
/** A run that asks the shop nothing. */
async function quiet(p) {
  const seen = requestsOf(p.sandbox);
  await pull(p);
  assert.deepEqual(seen(), []);
}
/** What the ERP says: on hand, and what is free as far as it knows. */
const says = (p, sku, free, { more = [], ...file } = {}) => stockFile(p, [[sku, 'MAIN', free, free, free], ...more], { age: 20, ...file });

test('an article whose SKU was changed after it was sold', async t => {
  /* An order line keeps the SKU of the day of the sale. */
  const WAYS = {
    'no run has read the order': () => {},
    'the ERP got the order a moment ago': async p => void ended(await p.run('orders export'), 0),
    'the order is parked': async p => {
      parks(p);
      ended(await p.run('orders export'), 1);
      takes(p);
    },
  };
  for (const [name, then] of Object.entries(WAYS))
    await t.test(`${name}: its units are taken off under the new one`, async sub => {
      const p = await open(sub);
      ago(p, () => sell(p, 'SOLO-1', 3), 70);
      await then(p);
      p.sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: 'SOLO-NEW' } });
      says(p, 'SOLO-NEW', 10);
      await pull(p);
      assert.equal(at(p, 'SOLO-NEW').available, 7);
      if (name.startsWith('the ERP')) {
        booked(p);
        nextSlot(p);
        says(p, 'SOLO-NEW', 7);
        await pull(p);
        assert.equal(at(p, 'SOLO-NEW').available, 7, 'and not once more when the ERP has booked them');
      }
    });
  await t.test('what goes by the old one now gives nothing away either: the ERP will book it there', async sub => {
    const p = await open(sub);
    ago(p, () => sell(p, 'SOLO-1', 3), 70);
    p.sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: 'SOLO-NEW' } });
    p.sandbox.changeVariants({ edit: 'LONG-5', change: { sku: 'SOLO-1' } });
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
});

test('two articles whose SKUs were swapped after one was sold', async t => {
  const swap = p => {
    p.sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: 'SWAP' } });
    p.sandbox.changeVariants({ edit: 'LONG-5', change: { sku: 'SOLO-1' } });
    p.sandbox.changeVariants({ edit: 'SWAP', change: { sku: 'LONG-5' } });
  };
  const both = p => [at(p, 'SOLO-1').available, at(p, 'LONG-5').available];
  const say = (p, solo, long, age = 20) => stockFile(p, [['SOLO-1', 'MAIN', solo, solo, solo], ['LONG-5', 'MAIN', long, long, long]], { age });
  const WAYS = {
    'no run has read the order': () => {},
    'the ERP got the order a moment ago': async p => void ended(await p.run('orders export'), 0),
    'the order is parked': async p => {
      parks(p);
      ended(await p.run('orders export'), 1);
      takes(p);
    },
  };
  for (const [name, then] of Object.entries(WAYS))
    await t.test(`${name}: which of them the ERP will book it on is not for sure`, async sub => {
      const p = await open(sub);
      ago(p, () => sell(p, 'SOLO-1', 3), 70);
      await then(p);
      swap(p);
      say(p, 10, 10);
      await pull(p);
      assert.deepEqual(both(p), [7, 7]);
      ended(await p.run('queue retry --all'), 0);
      ended(await p.run('orders export'), 0);
      booked(p);
      nextSlot(p);
      say(p, 7, 10, 15);
      await pull(p);
      assert.deepEqual(both(p), [7, 10], 'known to the ERP by the SKU of the sale: its figures stand');
    });
});

test('an article of the ERP that the shop has twice: units of either are taken off', async t => {
  const WAYS = {
    'no run has read the order': () => {},
    'the ERP got the order a moment ago': async p => void ended(await p.run('orders export'), 0),
  };
  for (const [name, then] of Object.entries(WAYS))
    await t.test(name, async sub => {
      const p = await open(sub);
      p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,SOLO-1\n*,*\n');
      ago(p, () => p.sandbox.sell(['LONG-5', 'SOLO-1'].map(variant => ({ variant, quantity: 2, location: LYON }))), 70);
      await then(p);
      says(p, 'SOLO-1', 10);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, 6);
      if (name.startsWith('the ERP')) {
        booked(p);
        nextSlot(p);
        says(p, 'SOLO-1', 6);
        await pull(p);
        assert.equal(at(p, 'SOLO-1').available, 6, 'and not once more when the ERP has booked them');
      }
    });
  await t.test('nothing new is read of it: taken off when the order is read, and back when it is booked', async sub => {
    const p = await open(sub);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,SOLO-1\n*,*\n');
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 10);
    ago(p, () => sell(p, 'LONG-5', 2), 70);
    await quiet(p);
    ended(await p.run('orders export'), 0);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 8, 'the file of before');
    nextSlot(p);
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 8, 'a file that says the same');
    booked(p);
    nextSlot(p);
    ago(p, () => p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 8 } }), 3600);
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 10, 'booked, and two came in');
    await quiet(p);
  });
  const TABLES = {
    'is parked': ['shop_sku,erp_sku\nLONG-5,SOLO-1\nSOLO-1,SOLO-1\n', 1],
    'goes to the ERP': ['shop_sku,erp_sku\nLONG-5,SOLO-1\n*,*\n', 0],
  };
  for (const [how, [table, status]] of Object.entries(TABLES))
    await t.test(`it ${how} while a batch of stock is on its way, which does not know it: the next run does`, async sub => {
      const p = await open(sub);
      p.write('mappings/tables/skus.csv', table);
      says(p, 'SOLO-1', 9);
      p.sandbox.addFaults({ fault: 'slow', bytes_per_second: 40, operation: 'StockSet', count: 1 });
      const seen = requestsOf(p.sandbox), pulling = p.run('inventory pull');
      while (!seen({ operation: 'StockSet' }).length) await new Promise(resolve => setTimeout(resolve, 20));
      ago(p, () => p.sandbox.sell([{ variant: 'LONG-5', quantity: 2, location: LYON }, { variant: 'LONG-5-RED', quantity: 1, location: LYON }]));
      ended(await p.run('orders export'), status);
      ended(await pulling, 0);
      assert.equal(at(p, 'SOLO-1').available, 9);
      atRest(p.sandbox, ['SOLO-1'], [LYON]);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, 7);
    });
  for (const [name, part] of Object.entries({
    'a warehouse that is in no row': async p => says(p, 'SOLO-1', 10, { more: [['SOLO-1', 'NEW', 2, 2, 2]] }),
    'a place that is written no longer': async p => {
      stockFile(p, [['SOLO-1', 'SHOP', 4, 4, 4]], { age: 40 });
      await pull(p);
      p.write('mappings/tables/locations.csv', `warehouse,store_location\nMAIN,${LYON}\nSHOP,-\n`);
      says(p, 'SOLO-1', 10);
    },
  }))
    await t.test(`it is parked with ${name}: what stands there is right all the same`, async sub => {
      const p = await open(sub);
      plainLevels(p.sandbox, ['SOLO-1'], [PARIS], 10);
      p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,SOLO-1\n*,*\n');
      await part(p);
      await pull(p, '', 1);
      const parked = async () => (await p.queue('--parked')).length;
      assert.deepEqual([at(p, 'SOLO-1').available, await parked()], [10, 1]);
      ago(p, () => sell(p, 'LONG-5', 2), 70);
      ended(await p.run('orders export'), 0);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, 8);
      booked(p);
      nextSlot(p);
      ago(p, () => p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 8 } }), 3600);
      says(p, 'SOLO-1', 10, { age: 15 });
      await pull(p);
      assert.deepEqual([at(p, 'SOLO-1').available, await parked()], [10, name.startsWith('a place') ? 1 : 0]);
      await quiet(p);
    });
  await t.test('an order of another article asks for nothing', async sub => {
    const p = await open(sub);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\n*,*\n');
    says(p, 'SOLO-1', 10);
    await pull(p);
    ago(p, () => sell(p, 'LONG-5', 2), 70);
    ended(await p.run('orders export'), 0);
    await quiet(p);
  });
  await t.test('renamed, with a row of the table for its name of before: once', async sub => {
    const p = await open(sub);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nSOLO-1,SOLO-NEW\n*,*\n');
    ago(p, () => sell(p, 'SOLO-1', 3), 70);
    p.sandbox.changeVariants({ edit: 'SOLO-1', change: { sku: 'SOLO-NEW' } });
    says(p, 'SOLO-NEW', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-NEW').available, 7);
  });
});

test('an order that no run has read yet', async t => {
  for (const quantity of ['available', 'forecast'])
    await t.test(`${quantity}: its units are taken off`, async sub => {
      const p = await open(sub, { quantity });
      sell(p, 'SOLO-1', 2);
      says(p, 'SOLO-1', 10);
      await pull(p);
      assert.deepEqual(at(p, 'SOLO-1'), { available: 8, on_hand: 10, committed: 2, active: true });
    });
  await t.test('on_hand: the shop takes them off itself', async sub => {
    const p = await open(sub, { quantity: 'on_hand' });
    sell(p, 'SOLO-1', 2);
    says(p, 'SOLO-1', 9);
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.deepEqual(at(p, 'SOLO-1'), { available: 7, on_hand: 9, committed: 2, active: true });
    assert.equal(seen({ operation: 'OrdersNewest' }).length, 1, 'what was shipped there is not');
  });
  await t.test('though the search index of the shop is behind', async sub => {
    const p = await open(sub, { sandbox: { indexLag: 3600000 } });
    sell(p, 'SOLO-1', 3);
    says(p, 'SOLO-1', 10);
    const { records } = await pull(p);
    assert.equal(records[0].code, 'stock_moving');
    assert.equal(at(p, 'SOLO-1').available, 7, 'not raised while an order may be hidden');
  });
  await t.test('with more lines than one page holds', async sub => {
    const p = await open(sub);
    const lines = p.sandbox.catalogue.variants.filter(v => v.sku && v.tracked && v.sku !== 'SOLO-1').slice(0, 60);
    p.sandbox.sell([...lines.map(v => ({ variant: v.sku, quantity: 1 })), { variant: 'SOLO-1', quantity: 4, location: LYON }]);
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 6);
  });
  await t.test('one that was cancelled takes nothing', async sub => {
    const p = await open(sub);
    const { name } = sell(p, 'SOLO-1', 2);
    p.sandbox.changeOrders({ edit: name, change: { cancel: 'CUSTOMER' } });
    says(p, 'SOLO-1', 9);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 9);
  });
  for (const [what, exported] of [['that no run has read', false], ['that is parked', true]])
    await t.test(`one ${what} and was cancelled takes nothing, though the shop still counts units of it`, async sub => {
      const p = await open(sub);
      ago(p, () => sell(p, 'SOLO-1', 3));
      parks(p);
      cancelled(p);
      if (exported) ended(await p.run('orders export'), 1);
      says(p, 'SOLO-1', 9);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, 9);
    });
  await t.test('a test order takes nothing, unless test orders go over', async sub => {
    for (const [include_test, left] of [['no', 9], ['yes', 8]]) {
      const p = await open(sub);
      p.configure({ orders: { include_test } });
      ended(await p.run('orders export'), 0);
      const { name } = sell(p, 'SOLO-1', 1);
      p.sandbox.changeOrders({ edit: name, change: { test: true } });
      says(p, 'SOLO-1', 9);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, left, include_test);
    }
  });
  await t.test('one from before the ERP took over takes nothing, though it was touched', async sub => {
    const p = await open(sub);
    const { name } = p.sandbox.sell([{ variant: 'SOLO-1', quantity: 2, location: LYON }], { createdAt: '2026-01-05T10:00:00Z' });
    p.configure({ orders: { since: '2026-02-01' } });
    p.sandbox.changeOrders({ edit: name, change: { touch: true } });
    says(p, 'SOLO-1', 7);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  await t.test('before is by the clocks of the shop', async sub => {
    for (const [zone, createdAt, left] of [
      ['Australia/Sydney', '2026-10-31T12:59:59Z', 7],
      ['Australia/Sydney', '2026-10-31T13:00:00Z', 5],
      ['America/Los_Angeles', '2026-11-01T06:59:59Z', 7],
      ['America/Los_Angeles', '2026-11-01T07:00:00Z', 5],
    ]) {
      const p = await open(sub);
      p.sandbox.zone = zone;
      p.configure({ orders: { since: '2026-11-01' } });
      ended(await p.run('orders export'), 0);
      const { name } = p.sandbox.sell([{ variant: 'SOLO-1', quantity: 2, location: LYON }], { createdAt });
      p.sandbox.changeOrders({ edit: name, change: { touch: true } });
      says(p, 'SOLO-1', 7);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, left, `${zone}, ${createdAt}`);
    }
  });
  await t.test('a place that does not stock it is not opened while it moves', async sub => {
    const p = await open(sub);
    const set = { available: 10, reserved: 0, damaged: 0, safety_stock: 0, quality_control: 0, incoming: 0 };
    p.sandbox.changeStock({ variant: 'SOLO-1', location: KOELN, set, active: false });
    stockFile(p, [['SOLO-1', 'MAIN', 10, 10], ['SOLO-1', 'DE', 5, 5]], { age: 20 });
    const seen = requestsOf(p.sandbox);
    const { records } = await pull(p);
    assert.equal(seen({ operation: 'StockActivate' }).length, 0);
    assert.deepEqual([records[0].code, at(p, 'SOLO-1', KOELN).active], ['stock_moving', false]);
  });
});

/** An order of three that the ERP has booked: it says seven. */
async function known(t, more = {}) {
  const p = await open(t, { inventory: { order_lag: '0s', ...more } });
  const { name } = ago(p, () => sell(p, 'SOLO-1', 3));
  ended(await p.run('orders export'), 0);
  booked(p);
  return { p, name };
}
const edit = (p, name, change) => ago(p, () => p.sandbox.changeOrders({ edit: name, change }), 75);

test('an order that was changed after the ERP got it', async t => {
  const more = { quantity: { line: 0, to: 8 } };
  await t.test('five more, and no run has read it yet', async sub => {
    const { p, name } = await known(sub);
    edit(p, name, more);
    says(p, 'SOLO-1', 7);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 2);
  });
  await t.test('five more, and that is parked', async sub => {
    const { p, name } = await known(sub);
    edit(p, name, more);
    parks(p);
    ended(await p.run('orders export'), 1);
    says(p, 'SOLO-1', 7);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 2, 'the three are in the ERP’s figure');
  });
  await t.test('the ERP counted before it got either version', async sub => {
    const p = await open(sub);
    const { name } = ago(p, () => sell(p, 'SOLO-1', 3));
    ended(await p.run('orders export'), 0);
    edit(p, name, { quantity: { line: 0, to: 5 } });
    ended(await p.run('orders export'), 0);
    says(p, 'SOLO-1', 10, { age: 60 });
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 5, 'one order, once');
  });
  await t.test('its documents are not kept', async sub => {
    const { p, name } = await known(sub);
    p.configure({ state: { keep_payloads: '0s' } });
    sql(p, 'DELETE FROM queue WHERE state = 3');
    edit(p, name, more);
    says(p, 'SOLO-1', 7);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 2);
  });
  await t.test('touched only: nothing is taken off', async sub => {
    const { p, name } = await known(sub);
    edit(p, name, { tags: ['seen'] });
    says(p, 'SOLO-1', 6);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 6);
  });
  await t.test('two fewer: the ERP’s figure stands', async sub => {
    const { p, name } = await known(sub);
    edit(p, name, { quantity: { line: 0, to: 1 } });
    says(p, 'SOLO-1', 7);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  for (const [what, change, left] of [
    ['cancelled', { cancel: 'CUSTOMER' }, 9],
    ['refunded in part', { refund: { lines: [{ line: 0, quantity: 2 }] } }, 8],
  ])
    await t.test(`${what} while it is parked`, async sub => {
      const p = await open(sub);
      parks(p);
      const { name } = ago(p, () => sell(p, 'SOLO-1', 3));
      ended(await p.run('orders export'), 1);
      edit(p, name, change);
      await p.run('orders export');
      says(p, 'SOLO-1', 9);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, left);
    });
});

test('what was taken off comes back when the ERP has booked the order, though its figure is the same', async t => {
  const p = await open(t, { inventory: { order_lag: '0s' } });
  parks(p);
  ago(p, () => sell(p, 'SOLO-1', 3));
  ended(await p.run('orders export'), 1);
  says(p, 'SOLO-1', 10);
  await pull(p);
  assert.equal(at(p, 'SOLO-1').available, 7);
  const journal = () => Number(sql(p, "SELECT count(*) FROM journal WHERE flow = 'inventory pull'"));
  const before = journal();
  for (let slot = 0; slot < 12; slot++) {
    nextSlot(p);
    const { summary } = await pull(p);
    assert.deepEqual([summary.later, summary.parked, summary.updated], [0, 0, 0]);
  }
  const [row] = await p.queue('--waiting');
  assert.deepEqual([row.code, row.attempts, journal()], ['on_order', 0, before], 'neither a try nor a line for each look');
  takes(p);
  ended(await p.run('orders export'), 0);
  booked(p);
  /* Booked, and three came in: ten again. */
  says(p, 'SOLO-1', 10, { age: 15 });
  nextSlot(p);
  await pull(p);
  assert.equal(at(p, 'SOLO-1').available, 10);
  assert.equal((await p.queue('--waiting')).length, 0);
  const seen = requestsOf(p.sandbox);
  await pull(p);
  assert.equal(seen().length, 0, 'and is known');
});

test('orders on their way to the ERP', async t => {
  await t.test('parked and waiting ones', async sub => {
    const p = await open(sub);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');
    earlier(p.sandbox, 90, []);
    p.sandbox.setClock({ advance_ms: -90000 });
    sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 1);
    assert.equal((await p.parked()).size, 1);
    says(p, 'SOLO-1', 10);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  await t.test('one that was delivered after the ERP counted', async sub => {
    const p = await open(sub, { inventory: { order_lag: '5s' } });
    p.sandbox.setClock({ advance_ms: -90000 });
    sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 0);
    says(p, 'SOLO-1', 10, { age: 30 });
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  await t.test('one that the ERP knew when it counted', async sub => {
    const p = await open(sub, { inventory: { order_lag: '0s' } });
    p.sandbox.setClock({ advance_ms: -90000 });
    sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 0);
    booked(p);
    /* The ERP's own figure is less by the order already. */
    says(p, 'SOLO-1', 7);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 7);
  });
  await t.test('a dropped one is a person’s business', async sub => {
    const p = await open(sub);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');
    p.sandbox.setClock({ advance_ms: -90000 });
    const { name } = sell(p, 'SOLO-1', 3);
    p.sandbox.setClock({ advance_ms: 90000 });
    ended(await p.run('orders export'), 1);
    ended(await p.run(['queue', 'drop', name, '--reason', 'entered by hand']), 0);
    says(p, 'SOLO-1', 6);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 6);
  });
});

test('an order that could not be read takes its units all the same, however long ago that was', async t => {
  const HOUR = 3600;
  const WAYS = {
    'its buyer is hidden': async (p, run) => {
      p.sandbox.setScopes({ personal_data: 'off' });
      assert.match(ended(await run('orders export'), 1).stderr, /protected customer data/);
    },
    'its document is gone': async (p, run) => {
      parks(p);
      ended(await run('orders export'), 1);
      sql(p, 'DELETE FROM payload');
    },
  };
  for (const [way, fails] of Object.entries(WAYS))
    await t.test(way, async sub => {
      const p = await open(sub, { bin: BIN });
      let shift = 0;
      const run = args => p.run(args, { env: { ERPSYNC_CLOCK_SHIFT: String(shift) } });
      const [order] = [].concat(ago(p, () => sell(p, 'SOLO-1', 3)));
      await fails(p, run);
      p.sandbox.setClock({ advance_ms: HOUR * 1000 });
      shift = HOUR;
      ended(await run('orders export'), 0);
      takes(p);
      says(p, 'SOLO-1', 10, { age: 20 - HOUR });
      const seen = requestsOf(p.sandbox);
      ended(await run('inventory pull'), 0);
      assert.equal(at(p, 'SOLO-1').available, 7);
      assert.deepEqual(seen({ operation: 'OrdersUnits' }).map(q => q.variables.ids), [[order.id]]);
      says(p, 'SOLO-1', 12, { age: 20 - HOUR });
      ended(await run('inventory pull'), 0);
      assert.equal(at(p, 'SOLO-1').available, 9);
    });
});

test('what a draft of an order has set aside is not offered', async t => {
  for (const [quantity, after] of [
    ['available', { available: 8, on_hand: 10, committed: 0, active: true }],
    ['forecast', { available: 8, on_hand: 10, committed: 0, active: true }],
    ['on_hand', { available: 8, on_hand: 10, committed: 0, active: true }],
  ])
    await t.test(quantity, async sub => {
      const p = await open(sub, { quantity });
      ago(p, () => p.sandbox.changeStock({ variant: 'SOLO-1', location: LYON, set: { available: 3, reserved: 2 } }), 3600);
      says(p, 'SOLO-1', 10);
      await pull(p);
      assert.deepEqual(at(p, 'SOLO-1'), after);
    });
});

test('an order in the middle of a run', async t => {
  for (const [quantity, after] of [
    ['available', { available: 2, on_hand: 5, committed: 3, active: true }],
    ['on_hand', { available: 2, on_hand: 5, committed: 3, active: true }],
  ])
    for (const operation of ['Locations', 'VariantsBySku', 'StockLevels', 'OrdersNewest'])
      await t.test(`${quantity}, after ${operation}`, async sub => {
          const p = await open(sub, { quantity });
          says(p, 'SOLO-1', 5);
          p.sandbox.addHooks({ after_request: 1, operation, order_of: [{ variant: 'SOLO-1', quantity: 3, location: LYON }] });
          const { summary } = await pull(p);
          /* What moved a moment ago is looked at once more, by the next run. What is on hand moves with a shipment alone. */
          const unseen = quantity === 'on_hand' && ['StockLevels', 'OrdersNewest'].includes(operation);
          assert.deepEqual([summary.created, summary.later], unseen ? [1, 0] : [0, 1]);
          assert.deepEqual(at(p, 'SOLO-1'), after);
          if (unseen) return;
          ended(await p.run('queue retry SOLO-1'), 0);
          const seen = requestsOf(p.sandbox);
          assert.equal((await pull(p)).summary.adopted, 1);
          assert.equal(seen({ operation: 'StockSet' }).length, 0);
        });
  await t.test('at each reading: left to the next run', async sub => {
    const p = await open(sub);
    says(p, 'SOLO-1', 5);
    for (let n = 1; n <= 4; n++)
      p.sandbox.addHooks({ after_request: n, operation: 'OrdersNewest', order_of: [{ variant: 'SOLO-1', quantity: 1, location: LYON }] });
    const { summary, records } = await pull(p);
    assert.deepEqual([summary.later, summary.created, records[0].code], [1, 0, 'stock_moving']);
    assert.equal(at(p, 'SOLO-1').available, 6, 'only the shop’s own');
    ended(await p.run('queue retry SOLO-1'), 0);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 1);
  });
  await t.test('one bad moment costs the others nothing', async sub => {
    const p = await open(sub);
    stockFile(p, [['SOLO-1', 'MAIN', 5, 5], ['LONG-5', 'MAIN', 4, 4]]);
    p.sandbox.addHooks({ after_request: 1, operation: 'OrdersNewest', order_of: [{ variant: 'SOLO-1', quantity: 3, location: LYON }] });
    const seen = requestsOf(p.sandbox);
    await pull(p);
    assert.equal(at(p, 'LONG-5').available, 4);
    assert.equal(at(p, 'SOLO-1').available, 2);
    const sizes = seen({ operation: 'StockSet' }).map(r => r.variables.input.quantities.length);
    assert.deepEqual(sizes, [2, 1, 1], 'refused as a whole, the other at once, the moved one after it was read');
  });
});

test('units are taken off at each location', async t => {
  const p = await open(t, { places: [LYON, PARIS] });
  sell(p, 'SOLO-1', 2);
  stockFile(p, [['SOLO-1', 'MAIN', 10, 10], ['SOLO-1', 'SHOP', 5, 5]]);
  await pull(p);
  assert.deepEqual([at(p, 'SOLO-1').available, at(p, 'SOLO-1', PARIS).available], [8, 3]);
});

test('orders that were last read long ago', async t => {
  const p = await open(t);
  says(p, 'SOLO-1', 5);
  sql(p, "UPDATE connector_state SET saved_at = saved_at - 100000 WHERE key = 'keep whole orders export;'");
  assert.match(ended(await p.run('inventory pull'), 78).stderr, /orders export last read the store to its end 1d .* run it first: erpsync orders export/);
  assert.equal(at(p, 'SOLO-1').available, 10);
  ended(await p.run('orders export'), 0);
  silent(ended(await p.run('inventory pull'), 0));
  assert.equal(at(p, 'SOLO-1').available, 5);
});

test('orders of which the state file does not know all', async t => {
  const refused = async p => {
    says(p, 'SOLO-1', 12);
    assert.match(ended(await p.run('inventory pull'), 78).stderr, /has not read the store to its end yet.*run it first: erpsync orders export/);
    assert.equal(at(p, 'SOLO-1').available, 7, 'nothing is offered that was sold');
  };
  await t.test('the state file is lost, and orders are refused until it knows what is there', async sub => {
    const p = await open(sub);
    ago(p, () => sell(p, 'SOLO-1', 3));
    ended(await p.run('orders export'), 0);
    fs.rmSync(p.path('erpsync.db'));
    assert.match(ended(await p.run('orders export'), 78).stderr, /adopt orders/);
    await refused(p);
    ended(await p.run('adopt orders'), 0);
    await refused(p);
    ended(await p.run('orders export'), 0);
    await pull(p);
    assert.equal(at(p, 'SOLO-1').available, 9, 'of 12, that do not know the order of 3');
  });
  await t.test('the first run of orders fails', async sub => {
    const p = await stockPlace(sub, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, inventory: { quantity: 'available' } });
    plainLevels(p.sandbox, ['SOLO-1'], [LYON], 7);
    p.sandbox.addFaults({ fault: 'http', status: 503, operation: 'OrdersChanged' });
    ended(await p.run('orders export'), 75);
    p.sandbox.faults.clear();
    await refused(p);
  });
  await t.test('a run of orders that did not get to the end', async sub => {
    const p = await stockPlace(sub, { bin: BIN_PLAIN, sandbox: { nasty: 'off', orders: 300 }, inventory: { quantity: 'available' } });
    plainLevels(p.sandbox, ['SOLO-1'], [LYON], 7);
    p.sandbox.addFaults({ fault: 'http', status: 503, operation: 'OrdersChanged', nth: [2, 3, 4, 5, 6] });
    ended(await p.run('orders export'), 75);
    assert.ok(sql(p, "SELECT cursor FROM checkpoint WHERE flow = 'orders export'"), 'a page was read');
    await refused(p);
  });
  for (const [what, before, after] of [
    ['since is set to an earlier day', { since: '-900s' }, { since: '-30d' }],
    ['test orders are asked for', { include_test: 'no' }, { include_test: 'yes' }],
  ])
    await t.test(`orders were left out, and ${what}`, async sub => {
      const p = await open(sub, { orders: before });
      const change = { test: 'include_test' in before };
      ago(p, () => p.sandbox.changeOrders({ edit: sell(p, 'SOLO-1', 3).name, change }), 1800);
      ended(await p.run('orders export'), 0);
      p.configure({ orders: after });
      says(p, 'SOLO-1', 10);
      const asked = /\[orders\] asks for more orders than orders export has read the store for.*run it first: erpsync orders export/;
      assert.match(ended(await p.run('inventory pull'), 78).stderr, asked);
      p.sandbox.addFaults({ fault: 'http', status: 403, operation: 'OrdersById' });
      ended(await p.run('orders export'), 69);
      ended(await p.run('inventory pull'), 78);
      p.sandbox.faults.clear();
      ended(await p.run('orders export'), 0);
      await pull(p);
      assert.equal(at(p, 'SOLO-1').available, 7, 'the ERP did not know it when it counted');
    });
  await t.test('nobody says that orders go to the ERP by erpsync: told, and done', async sub => {
    const p = await stockPlace(sub, { bin: BIN_PLAIN, sandbox: { nasty: 'off' }, inventory: { quantity: 'available' } });
    plainLevels(p.sandbox, ['SOLO-1'], [LYON], 7);
    says(p, 'SOLO-1', 12);
    const { notices } = await pull(p);
    assert.match(notices.join(), /orders export has never run: units .* are not taken off/);
    assert.equal(at(p, 'SOLO-1').available, 12);
  });
});

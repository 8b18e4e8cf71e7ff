// `inventory pull` with free stock: units of an order that the ERP has booked are offered again, whatever figures its files
// hold. After each file the shop offers the ERP's figure less the units of orders that the ERP did not know when it wrote it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { Random } from '../sandbox/lib/random.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { LYON, plainLevels, pull, stockFile, stockPlace } from '../support/stock.mjs';

const SKU = 'SOLO-1';
const KNOWN = 'shop_sku,erp_sku\n*,*\n';

/** Sets the shop's time back for a change: of what moved within the last minute erpsync is wary. */
function ago(p, change, seconds = 90) {
  p.sandbox.setClock({ advance_ms: -seconds * 1000 });
  try {
    return change();
  } finally {
    p.sandbox.setClock({ advance_ms: seconds * 1000 });
  }
}

/** A shop and an ERP with ten, and what happens at either; the ERP's files are a second apart or more, all in the past. */
async function open(t, { lag = '0s', keep = '30d' } = {}) {
  const p = await stockPlace(t, {
    bin: BIN_PLAIN,
    sandbox: { nasty: 'off' },
    inventory: { quantity: 'available', order_lag: lag },
    conf: { orders: { overlap: '1m' }, csv: { ack: 'expected' }, state: { keep_payloads: keep } },
  });
  const sql = text => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
  const level = () => p.sandbox.truth({ skus: [SKU] }).stock[`${SKU} @ ${LYON}`].available;
  const set = n => ago(p, () => p.sandbox.changeStock({ variant: SKU, location: LYON, set: { available: n } }), 3600);
  let age = 3000, bookings = 0;
  plainLevels(p.sandbox, [SKU], [LYON], 10);
  ended(await p.run('orders export'), 0);
  return {
    p,
    sql,
    level,
    sell: n => ago(p, () => p.sandbox.sell([{ variant: SKU, quantity: n, location: LYON }])).name,
    edit: (name, change) => ago(p, () => p.sandbox.changeOrders({ edit: name, change }), 75),
    /** The shop puts units back on its shelf. */
    restock: n => set(level() + n),
    export: async (status = 0) => ended(await p.run('orders export'), status),
    /** The ERP got, and acknowledged, what was delivered so far before it wrote any of its files: an hour earlier than it was. */
    book() {
      const earlier = 3600 - ++bookings;
      sql(`UPDATE reported SET reported_at = reported_at - ${earlier}, answered_at = reported_at - ${earlier} WHERE reported_at > unixepoch() - 1800;
           UPDATE queue SET changed_at = changed_at - ${earlier} WHERE state = 3 AND changed_at > unixepoch() - 1800`);
    },
    says: n => stockFile(p, [[SKU, 'MAIN', n, n]], { age: (age -= 10) }),
    async pull() {
      await p.run('inventory pull');
      /* What was just written moved long ago when the next run comes. */
      set(level());
      return level();
    },
  };
}

test('an order of two, and files that all say the same', async t => {
  const steps = {
    async 'no run came between the sale and the booking'(w) {
      w.sell(2);
      await w.export();
      w.book();
      w.says(10);
      assert.equal(await w.pull(), 10, 'booked, and two came in');
    },
    async 'a file says the same before it is booked'(w) {
      w.sell(2);
      await w.export();
      w.says(10);
      assert.equal(await w.pull(), 8);
      w.book();
      w.says(10);
      assert.equal(await w.pull(), 10);
    },
    async 'two files before, the older of them unread'(w) {
      w.sell(2);
      w.says(10);
      await w.export();
      w.says(10);
      assert.equal(await w.pull(), 8);
      assert.equal(await w.pull(), 8, 'no newer file');
      w.says(10);
      assert.equal(await w.pull(), 8, 'not booked yet');
      w.book();
      w.says(10);
      assert.equal(await w.pull(), 10);
    },
    async 'less, and the same again'(w) {
      w.sell(2);
      w.says(10);
      assert.equal(await w.pull(), 8, 'no run has read the order');
      await w.export();
      w.book();
      w.says(8);
      assert.equal(await w.pull(), 8);
      w.says(10);
      assert.equal(await w.pull(), 10);
    },
    async 'a second order when the first is booked'(w) {
      w.sell(2);
      await w.export();
      w.book();
      w.sell(3);
      await w.export();
      w.says(10);
      assert.equal(await w.pull(), 7);
      w.book();
      w.says(10);
      assert.equal(await w.pull(), 10);
    },
    async 'it was parked, and a person entered it in the ERP'(w) {
      w.p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');
      const name = w.sell(2);
      await w.export(1);
      ended(await w.p.run(['queue', 'drop', name, '--reason', 'entered by hand']), 0);
      w.says(10);
      assert.equal(await w.pull(), 10);
    },
    async 'it is cancelled after it was booked, and two go another way'(w) {
      const name = w.sell(2);
      await w.export();
      w.book();
      w.says(8);
      assert.equal(await w.pull(), 8);
      w.edit(name, { cancel: 'CUSTOMER' });
      w.restock(2);
      await w.export();
      w.book();
      w.says(8);
      assert.equal(await w.pull(), 8, 'not the ten of the shop');
    },
    async 'it is cancelled before the ERP hears of it, and the shop keeps the units back'(w) {
      const name = w.sell(2);
      w.edit(name, { cancel: 'CUSTOMER' });
      await w.export();
      w.book();
      w.says(10);
      assert.equal(await w.pull(), 10);
    },
  };
  for (const [what, go] of Object.entries(steps))
    await t.test(what, async sub => {
      const w = await open(sub);
      w.p.write('mappings/tables/skus.csv', KNOWN);
      w.says(10);
      assert.equal(await w.pull(), 10);
      await go(w);
    });
});

test('an order counts as known order_lag after its delivery', async t => {
  const w = await open(t, { lag: '30m' });
  w.says(10);
  await w.pull();
  w.sell(2);
  await w.export();
  /* Delivered an hour ago, so known since half an hour. */
  w.sql('UPDATE reported SET reported_at = reported_at - 3600, answered_at = reported_at - 3600; UPDATE queue SET changed_at = changed_at - 3600 WHERE state = 3');
  stockFile(w.p, [[SKU, 'MAIN', 10, 10]], { age: 1900 });
  assert.equal(await w.pull(), 8);
  stockFile(w.p, [[SKU, 'MAIN', 10, 10]], { age: 1700 });
  assert.equal(await w.pull(), 10);
});

test('an order that the ERP rejects is not known to it', async t => {
  const w = await open(t);
  w.says(10);
  await w.pull();
  w.sell(2);
  await w.export();
  w.book();
  w.says(10);
  assert.equal(await w.pull(), 10);
  const [file] = w.p.exchange().names(/^orders-\d+\.csv$/).slice(-1);
  w.p.write(`out/${file.replace('.csv', '.ack')}`, 'error: period is closed\n');
  await w.export(1);
  w.says(10);
  assert.equal(await w.pull(), 8);
});

test('an order that is told while its article is compared', async t => {
  const w = await open(t);
  w.says(9);
  /* Behind the reading of the levels and of the orders the shop sells, and the order is exported and booked at once. */
  let once = true;
  w.p.sandbox.addHooks({
    after_request: 1,
    operation: 'StockSet',
    call() {
      if (!once) return;
      once = false;
      w.sql("INSERT INTO reported (record, reported_at, lines) VALUES ('gid://shopify/Order/1', unixepoch(), '[{\"sku\":\"SOLO-1\",\"units\":1}]')");
    },
  });
  assert.equal(await w.pull(), 9);
  assert.equal(w.sql("SELECT doubt FROM link WHERE flow = 'inventory pull'"), '1');
  w.sql('UPDATE reported SET reported_at = reported_at - 3600, answered_at = reported_at - 3600');
  w.says(9);
  await w.pull();
  assert.equal(w.sql("SELECT doubt FROM link WHERE flow = 'inventory pull'"), '0', 'compared once more');
});

/** Orders, bookings, goods in, and files, in any order. */
async function model(t, seed) {
  const random = new Random(seed), w = await open(t), story = [];
  let figure = 10;
  const orders = [];
  const exported = () => orders.filter(o => !o.booked && o.exported);
  w.says(figure);
  await w.pull();
  for (let round = 0; round < 14; round++) {
    const did = [];
    if (random.chance(0.6)) {
      const units = random.int(1, 3);
      orders.push({ name: w.sell(units), units });
      did.push(`sold ${units}`);
    }
    if (random.chance(0.6)) {
      await w.export();
      for (const o of orders) o.exported = true;
      did.push('exported');
    }
    const news = random.chance(0.7);
    if (news) {
      /* Booked and made up for, as often as not, so that the figure stays the same. */
      if (random.chance(0.6)) {
        const units = exported().reduce((n, o) => n + o.units, 0);
        w.book();
        for (const o of exported()) o.booked = true;
        figure -= units;
        if (random.chance(0.6) || figure < 10) figure += Math.max(units, 10 - figure);
        did.push(`booked ${units}`);
      } else if (random.chance(0.2)) figure += 5;
      w.says(figure);
      did.push(`file ${figure}`);
    }
    const offered = await w.pull();
    const unknown = orders.filter(o => !o.booked).reduce((n, o) => n + o.units, 0);
    story.push(`${did.join(', ')}: ${offered}`);
    const should = Math.max(0, figure - unknown);
    if (news) assert.equal(offered, should, `seed ${seed}: ${figure} less ${unknown}\n${story.join('\n')}`);
  }
}

test('any order of events', async t => {
  const seed = Number(process.env.MODEL_SEED ?? 0);
  for (const n of seed ? [seed] : [1, 2, 3, 4, 5, 6]) await t.test(`seed ${n}`, sub => model(sub, n));
});

test('units of a delivered order are taken off until the ERP knows it, though nothing of it is kept in the queue', async t => {
  const w = await open(t, { lag: '5m', keep: '0s' });
  w.sell(3);
  await w.export();
  w.says(10);
  assert.equal(await w.pull(), 7);
  w.sql('UPDATE queue SET changed_at = changed_at - 60 WHERE state = 3');
  await w.export();
  assert.equal(w.sql('SELECT count(*) FROM queue WHERE state = 3'), '0');
  w.says(10);
  ended(await w.p.run('inventory pull --full'), 0);
  assert.equal(w.level(), 7);
  w.book();
  w.says(10);
  assert.equal(await w.pull(), 10);
});

test('an order that a restored state file adopts is known to the ERP since it got it, not before', async t => {
  const w = await open(t, { lag: '30m' }), { p } = w;
  w.sql('PRAGMA wal_checkpoint(TRUNCATE)');
  fs.copyFileSync(p.path('erpsync.db'), p.path('copy.db'));
  w.sell(3);
  await w.export();
  for (const end of ['', '-wal', '-shm']) fs.rmSync(p.path(`erpsync.db${end}`), { force: true });
  fs.copyFileSync(p.path('copy.db'), p.path('erpsync.db'));
  await w.export(78);
  ended(await p.run('adopt orders'), 0);
  await w.export();
  w.says(10);
  ended(await p.run('inventory pull --full'), 0);
  assert.equal(w.level(), 7);
});

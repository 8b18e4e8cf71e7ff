// A machine whose clock is wrong for a run or two: nothing that is in use is forgotten, and no order counts as known to the
// ERP before it can be.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { place } from '../support/place.mjs';
import { BIN, ROOT, ended } from '../support/run.mjs';
import { byName, deliveryFile, pull, sell, shipped, shippingPlace } from '../support/shipping.mjs';
import { LYON, plainLevels, stockFile, stockPlace } from '../support/stock.mjs';

const DAY = 86400;

/** SOLO-1: ten in the ERP's file, whatever the shop has sold. */
async function open(t, conf = {}) {
  const p = await stockPlace(t, {
    bin: BIN,
    sandbox: { nasty: 'off' },
    inventory: { quantity: 'available' },
    conf: { orders: { overlap: '1m' }, fulfillments: { notify_customer: 'no' }, ...conf },
  });
  plainLevels(p.sandbox, ['SOLO-1', 'LONG-5'], [LYON], 10);
  p.sql = text => execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }).trim();
  p.at = async (seconds, args, status = 0) => ended(await p.run(args, { env: { ...p.env, ERPSYNC_CLOCK_SHIFT: String(seconds) } }), status);
  p.offers = () => p.sandbox.truth({ skus: ['SOLO-1'] }).stock[`SOLO-1 @ ${LYON}`].available;
  p.erpSays = (age = 20) => stockFile(p, [['SOLO-1', 'MAIN', 10, 10, 10], ['LONG-5', 'MAIN', 10, 10, 10]], { age });
  p.sells = () => {
    p.sandbox.setClock({ advance_ms: -90000 });
    p.sandbox.sell([{ variant: 'SOLO-1', quantity: 3, location: LYON }]);
    p.sandbox.setClock({ advance_ms: 90000 });
  };
  return p;
}

/** As if so many days had passed since all that is kept was written. */
const ago = (p, days) =>
  p.sql(`UPDATE reported SET reported_at = reported_at - ${days * DAY};
         UPDATE queue SET changed_at = changed_at - ${days * DAY}, enqueued_at = enqueued_at - ${days * DAY} WHERE state = 3;
         UPDATE link SET delivered_at = delivered_at - ${days * DAY}, changed_at = changed_at - ${days * DAY};
         UPDATE journal SET at = at - ${days * DAY}`);

test('an order whose acknowledgement takes months is not known before', async t => {
  const p = await open(t, { csv: { ack: 'expected' }, state: { keep_journal: '30d' } });
  await p.at(0, 'orders export');
  p.sells();
  await p.at(0, 'orders export');
  ago(p, 92);
  await p.at(0, 'orders export');
  p.erpSays();
  await p.at(0, 'inventory pull');
  assert.equal(p.offers(), 7);
  const document = p.sql("SELECT document FROM reported WHERE lines LIKE '%SOLO-1%'");
  assert.notEqual(p.sql(`SELECT count(*) FROM journal WHERE action = 'delivered' AND detail = '${document}'`), '0', 'which orders an answer to it is of');
});

for (const flow of ['inventory pull', 'fulfillments pull'])
  test(`a clock that is months ahead for one run of ${flow} makes nothing old`, async t => {
    const p = await open(t);
    await p.at(0, 'orders export');
    p.sells();
    await p.at(0, 'orders export');
    const kept = () => p.sql('SELECT (SELECT count(*) FROM reported), (SELECT count(*) FROM queue WHERE state = 3)');
    const before = kept();
    await p.at(100 * DAY, flow);
    assert.equal(kept(), before);
    p.erpSays();
    await p.at(0, 'inventory pull');
    assert.equal(p.offers(), 7);
  });

for (const seconds of [-1200, -7200, -9 * DAY])
  test(`a clock that is ${-seconds} s behind while an order goes over`, async t => {
    const p = await open(t);
    p.sells();
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\nLONG-5,LONG-5\n');
    await p.at(0, 'orders export', 1);
    p.write('mappings/tables/skus.csv', 'shop_sku,erp_sku\n*,*\n');
    const begun = Number(p.sql('SELECT max(started) FROM run'));
    await p.at(seconds, 'orders export');
    assert.ok(Number(p.sql("SELECT max(reported_at) FROM reported WHERE lines LIKE '%SOLO-1%'")) >= begun, 'it is known since then, not before');
    await p.at(seconds, 'fulfillments pull');
    await p.at(0, 'orders export');
    p.erpSays();
    await p.at(0, 'inventory pull');
    assert.equal(p.offers(), 7);
  });

test('a delivery that is told in two files, the later one by a clock that is months ahead', async t => {
  const p = await shippingPlace(t, { bin: BIN });
  const order = sell(p.sandbox, [['LONG-5', 5], ['SOLO-1', 1]]);
  const row = { delivery: 'D1', order: order.name, warehouse: 'MAIN', tracking: 'T1' };
  deliveryFile(p, [{ ...row, sku: 'LONG-5', n: 5 }, { ...row, sku: 'SOLO-1', n: 1 }], { name: 'fulfillments-1.csv', age: 300 });
  await pull(p);
  p.env = { ...p.env, ERPSYNC_CLOCK_SHIFT: String(100 * DAY) };
  deliveryFile(p, [{ ...row, sku: 'SOLO-1', n: 1, tracking: 'T2' }], { name: 'fulfillments-2.csv', age: 60 });
  const { D1 } = byName(await pull(p));
  assert.equal(D1.outcome, 'updated', JSON.stringify(D1));
  assert.deepEqual(shipped(p.sandbox, order.name).map(f => [f.numbers, f.lines]), [[['T2'], { 'LONG-5': 5, 'SOLO-1': 1 }]]);
});

/* No server says what time it is. */
for (const [who, age] of [['an earlier run', 3 * 3600], ['the file', 1800]])
  test(`files alone, and a clock that is two hours behind: ${who} knows better`, async t => {
    const p = await place(t, { sandbox: false, bin: BIN, conf: { store: { connector: 'csv', path: 'exports' } } });
    const put = (name, old) => {
      const at = Date.now() / 1000 - old;
      fs.utimesSync(p.write(`exports/${name}`, fs.readFileSync(path.join(ROOT, 'test/data/orders_export', name))), at, at);
      return at;
    };
    const sql = text => Number(execFileSync('sqlite3', [p.path('erpsync.db'), text], { encoding: 'utf8' }));
    let known = 0;
    if (who === 'an earlier run') {
      put('continuation.csv', age + 60);
      await p.run('orders export');
      known = sql('SELECT max(started) FROM run');
    }
    const dated = put('current.csv', age);
    const before = known ? sql('SELECT count(*) FROM reported') : 0;
    await p.run('orders export', { env: { ...p.env, ERPSYNC_CLOCK_SHIFT: '-7200' } });
    const since = Math.floor(known || dated);
    assert.ok(sql('SELECT count(*) FROM reported') > before);
    assert.equal(sql(`SELECT count(*) FROM reported WHERE reported_at < ${since}`), 0);
  });

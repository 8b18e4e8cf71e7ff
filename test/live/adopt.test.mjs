// A state file that was lost or restored, before a real Odoo: what is there is linked, and nothing goes backwards.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { earlier, truth } from '../support/place.mjs';
import { ended } from '../support/run.mjs';
import { NO_SERVER, VERSIONS, freshOdoo } from './odoo.mjs';
import { holdings, ordersPlace } from './orders.mjs';

if (NO_SERVER) test('live', { skip: NO_SERVER });

const lose = p => ['erpsync.db', 'erpsync.db-wal', 'erpsync.db-shm'].forEach(name => fs.rmSync(p.path(name), { force: true }));

for (const version of VERSIONS) {
  test(`Odoo ${version}: adopt orders links the shop's orders, and no other`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 8, seed: 4, nasty: 'off' }, rules: { depth: 'quotation' } });
    ended(await p.run('orders export'), 0);
    const before = await holdings(odoo);
    const reference = truth(p.sandbox).find(o => o.name === '#1003');
    lose(p);
    await t.test('dry run', async () => {
      const { summary, records } = await p.json('adopt orders --dry-run --json');
      assert.deepEqual([summary.linked, summary.known, summary.not_found], [8, 0, 0]);
      assert.ok(records.some(r => r.record === reference.id && /^S\d+ \(\d+\)$/.test(r.target)));
    });
    ended(await p.run('adopt orders'), 0);
    const again = await p.json('adopt orders --json');
    assert.deepEqual([again.summary.linked, again.summary.known], [0, 8]);
    assert.deepEqual(await holdings(odoo), before, 'nothing was written');
    await t.test('what has not changed since it was made is not looked at, what has is compared', async () => {
      earlier(p.sandbox, 90, { edit: '#1003', change: { note: 'changed' } });
      const { summary, records } = await p.export();
      assert.equal(summary.created, 0);
      assert.equal(summary.adopted + summary.updated, 8);
      assert.ok(records.some(r => r.name === '#1003' && r.outcome === 'updated'), 'the changed one is compared');
      assert.equal((await holdings(odoo)).orders.length, 8);
    });
    await t.test('another shop has nothing there', async () => {
      const q = await ordersPlace(t, odoo, { sandbox: { orders: 3, seed: 9, nasty: 'off' }, rules: { depth: 'quotation', shop: 'other' } });
      const { summary } = await q.json('adopt orders --json');
      assert.deepEqual([summary.linked, summary.known, summary.not_found], [0, 0, 0]);
    });
    await t.test('one that the shop no longer has is told', async () => {
      const ids = (await odoo.soldOrders([['origin', '=', '#1005']])).map(o => o.id);
      await odoo.admin.call('sale.order', 'write', { ids, vals: { origin: '#555555' } });
      lose(p);
      const told = JSON.parse(ended(await p.run('adopt orders --json'), 1).stdout);
      assert.deepEqual(told.records.filter(r => r.outcome === 'not found').map(r => r.name), ['#555555']);
    });
  });

  test(`Odoo ${version}: without a state file an order is known by its external id, and neither it nor a contact is loaded over`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 4, seed: 133, nasty: 'off' }, rules: { depth: 'confirmed' } });
    ended(await p.run('orders export'), 0);
    const [order] = await odoo.soldOrders([['origin', '=', '#1001']]);
    const write = (model, id, vals) => odoo.admin.call(model, 'write', { ids: [id], vals });
    /* Known by nothing that contacts are looked for by. */
    const person = { name: 'Somebody Else', email: 'somebody.else@example.com', street: 'Another Street 1' };
    await write('sale.order', order.id, { origin: 'By phone' });
    await write('res.partner', order.partner_id[0], person);
    const text = order.lines[0];
    await write('sale.order.line', text.id, { name: 'As agreed by phone' });
    /* The shop's address is another one than that person's: it becomes a contact of its own under the customer. */
    const held = async () => ({ ...(await holdings(odoo)), contacts: null });
    const before = await held();
    lose(p);
    const { summary } = await p.export();
    assert.deepEqual([summary.created, summary.adopted + summary.updated], [0, 4]);
    assert.deepEqual(await held(), before);
    const [now] = await odoo.soldOrders([['id', '=', order.id]]);
    assert.deepEqual([now.origin, now.lines[0].name], ['By phone', 'As agreed by phone']);
    const [contact] = await odoo.admin.read('res.partner', [['id', '=', order.partner_id[0]]], Object.keys(person));
    const { id: _, ...is } = contact;
    assert.deepEqual(is, person);
  });

  test(`Odoo ${version}: what a restored backup holds back does not overwrite what is newer`, async t => {
    const odoo = await freshOdoo(t, version);
    const p = await ordersPlace(t, odoo, { sandbox: { orders: 3, seed: 4, nasty: 'off' }, rules: { depth: 'quotation' } });
    ended(await p.run('orders export'), 0);
    earlier(p.sandbox, 300, { edit: '#1002', change: { add: { article: 1 } } });
    ended(await p.run('orders export'), 0);
    // As if it had been interrupted there: the row that was delivered waits again in the backup.
    ended(await p.run('state backup backup.db'), 0);
    execFileSync('sqlite3', [p.path('backup.db'), "UPDATE queue SET state = 1, batch = 'k' WHERE id = (SELECT max(id) FROM queue WHERE label = '#1002')"]);
    earlier(p.sandbox, 200, { edit: '#1002', change: { add: { article: 2 } } });
    ended(await p.run('orders export'), 0);
    const before = await holdings(odoo);
    lose(p);
    fs.copyFileSync(p.path('backup.db'), p.path('erpsync.db'));
    ended(await p.run('adopt orders'), 0);
    const seen = await p.export();
    assert.deepEqual(seen.records.filter(r => r.name === '#1002').map(r => r.outcome), ['updated'], 'once, as it is now');
    assert.deepEqual(await holdings(odoo), before);
  });
}

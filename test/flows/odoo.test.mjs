// What Odoo is told, to the last word: each scenario that was recorded with a real Odoo (../live/recorder.mjs) is gone
// through again, with that Odoo's answers, and every write must be one that the real one was told, in the same order, and no
// other. Where a change of the connector changes what it writes, the recording is made anew, and its change is read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedPlace } from '../support/odoo_place.mjs';
import { recordedWith, recording } from '../support/odoo_replay.mjs';
import { SCENARIOS } from '../support/odoo_scenarios.mjs';

for (const [name, { steps }] of Object.entries(SCENARIOS))
  for (const version of recordedWith(name))
    test(`Odoo ${version}, ${name}: the writes of the recording, and no others`, async t => {
      const { prepare, step, server } = await recordedPlace(t, version, name);
      for (const [i, { run, status }] of steps.entries()) {
        const what = `step ${i + 1}, ${run}`;
        await prepare(i);
        const end = await step(i);
        const { writes, answers } = recording(version, name).steps[i];
        assert.deepEqual(server.state.unknown, [], `${what}: questions that no recording answers: record them`);
        assert.equal(end.status, status, `${what}: ${end.stderr}`);
        assert.deepEqual(server.state.writes, writes, what);
        assert.deepEqual([...server.state.asked.keys()].sort(), Object.keys(answers).sort(), `${what}: questions of the recording are asked`);
      }
    });

for (const version of ['14', '19'])
  test(`Odoo ${version}: a load of invoices whose answer is lost is not sent again before Odoo was asked what it has`, async t => {
    const { p, prepare, server } = await recordedPlace(t, version, 'paid');
    await prepare(0);
    const step = structuredClone(recording(version, 'paid').steps[0]);
    const load = Object.keys(step.answers).find(shape => shape.startsWith('account.move/load'));
    step.answers[load] = [{ status: 504, text: 'gateway timeout' }];
    server.use(step);
    const end = await p.run('orders export');
    assert.equal(end.status, 75, end.stderr);
    assert.equal(server.state.writes.filter(([method]) => method === 'account.move/load').length, 1);
    assert.equal(server.state.writes.filter(([method]) => method === 'account.move/action_post').length, 0);
  });

for (const version of ['14', '19'])
  test(`Odoo ${version}: a depth that is raised is noticed by the next run, and costs nothing afterwards`, async t => {
    const { prepare, step, server } = await recordedPlace(t, version, 'raised');
    const confirmed = () => server.state.writes.filter(([method]) => method === 'sale.order/action_confirm').flatMap(([, { ids }]) => ids).length;
    const ends = [];
    for (const i of SCENARIOS.raised.steps.keys()) {
      await prepare(i);
      const { told } = await step(i);
      ends.push([told.summary.created, told.summary.updated, confirmed(), told.notices.some(notice => /3 that were held back/.test(notice)), [...server.state.asked.keys()].some(shape => shape.startsWith('sale.order/'))]);
    }
    assert.deepEqual(ends, [
      [3, 0, 0, false, true],
      [0, 3, 3, true, true],
      [0, 0, 0, false, false],
    ]);
  });

test('all scenarios are recorded with the oldest Odoo and with a new one', () => {
  for (const name of Object.keys(SCENARIOS)) assert.deepEqual(recordedWith(name), ['14', '19'], name);
});

test('contacts are only made: what Odoo is told of one is a load that leaves those that are there', () => {
  for (const [name, { steps }] of Object.entries(SCENARIOS))
    for (const version of recordedWith(name))
      for (const i of steps.keys())
        for (const [method, { context }] of recording(version, name).steps[i].writes.filter(([method]) => method.startsWith('res.partner/')))
          assert.deepEqual([method, context.mode, context.noupdate], ['res.partner/load', 'update', true], `Odoo ${version}, ${name}, step ${i + 1}`);
});

test('a quotation reserves nothing, and free stock is offered: said by the order, and by check', async t => {
  const reserves = /a quotation reserves nothing, .* \[odoo\] depth = confirmed, or \[inventory\] quantity = on_hand/s;
  for (const [quantity, said] of [['available', 1], ['forecast', 1], ['on_hand', 0]])
    await t.test(`orders export, ${quantity}`, async sub => {
      const { p, prepare, step } = await recordedPlace(sub, '19', 'orders');
      p.configure({ odoo: { depth: 'quotation' }, inventory: { quantity } });
      await prepare(0);
      const { told } = await step(0);
      assert.ok(told.summary.created > 1, 'more than one, and it is said once');
      assert.equal(told.notices.filter(notice => reserves.test(notice)).length, said, told.notices.join('\n'));
    });
  for (const [depth, quantity, said] of [['quotation', 'available', true], ['confirmed', 'available', false], ['quotation', 'on_hand', false]])
    await t.test(`check, ${depth}, ${quantity}`, async sub => {
      const { p, prepare, server } = await recordedPlace(sub, '19', 'check');
      p.configure({ odoo: { depth }, inventory: { quantity } });
      await prepare(0);
      server.use(recording('19', 'check').steps[0]);
      const { stdout } = await p.run('check');
      assert.equal(/\[odoo\] depth = quotation: /.test(stdout) && reserves.test(stdout), said, stdout);
    });
});

for (const [key, label] of [['warehouse', 'warehouse'], ['pricelist', 'price list'], ['team', 'sales team']])
  test(`[odoo] ${key} names what Odoo does not have: no order is parked for it, the run ends with it, and check says it`, async t => {
    const says = new RegExp(`\\[odoo\\] ${key} = NOWHERE \\(erpsync\\.conf:\\d+\\): Odoo \\(127\\.0\\.0\\.1:\\d+\\) has no ${label} of that name; correct the key, or make one`);
    const { p, prepare, step, server } = await recordedPlace(t, '19', 'orders');
    const right = p.sections.odoo[key];
    p.configure({ odoo: { [key]: 'NOWHERE' } });
    await prepare(0);
    const end = await step(0);
    assert.equal(end.status, 78, end.stderr);
    assert.match(end.stderr, says);
    assert.deepEqual(server.state.writes, []);
    assert.deepEqual(await p.queue('--parked'), []);
    await t.test('corrected, all of them go over', async () => {
      p.configure({ odoo: { [key]: right } });
      const { told, status } = await step(0);
      assert.deepEqual([status, told.summary.created], [0, 3]);
    });
    await t.test('check', async sub => {
      const { p, prepare, server } = await recordedPlace(sub, '19', 'check');
      p.configure({ odoo: { [key]: 'NOWHERE' } });
      await prepare(0);
      server.use(recording('19', 'check').steps[0]);
      const { stdout, status } = await p.run('check');
      assert.equal(status, 78);
      assert.match(stdout, says);
    });
  });

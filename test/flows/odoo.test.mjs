// What Odoo is told, to the last word: each scenario that was recorded with a real Odoo (../live/recorder.mjs) is gone
// through again, with that Odoo's answers, and every write must be one that the real one was told, in the same order, and no
// other. Where a change of the connector changes what it writes, the recording is made anew, and its change is read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedPlace } from '../support/odoo_place.mjs';
import { recordedWith, recording } from '../support/odoo_replay.mjs';
import { SCENARIOS } from '../support/odoo_scenarios.mjs';
import { ended } from '../support/run.mjs';

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
  test(`Odoo ${version}: an order that people entered under the shop’s number is not written beside it`, async t => {
    const { p, prepare, step } = await recordedPlace(t, version, 'entered');
    const go = async i => {
      await prepare(i);
      const { told } = await step(i);
      return told.records.map(({ name, outcome, code }) => [name, code ?? outcome]).sort();
    };
    assert.deepEqual(await go(0), [['#1001', 'already_there'], ['#1002', 'already_there'], ['#1003', 'created'], ['#1004', 'already_there'], ['#1005', 'created']]);
    const reasons = [...(await p.parked()).values()].map(({ name, reason }) => [name, reason]);
    for (const [name, field] of [['#1001', 'Customer Reference'], ['#1002', 'Customer Reference'], ['#1004', 'Source Document']])
      assert.match(new Map(reasons).get(name), new RegExp(`^S\\d+ is in Odoo with the number ${name} as ${field}, .*: erpsync adopt orders '${name}'; .*: erpsync orders export --only '${name}'$`));
    /* #1001 is linked and left alone, #1002 has lost the number there; a person has named #1004. */
    assert.deepEqual(await go(1), [['#1001', 'found there'], ['#1002', 'created']]);
    assert.deepEqual(await go(2), [['#1004', 'created']]);
    assert.deepEqual(await go(3), [['#1001', 'already_there']]);
    assert.match((await p.parked()).get('#1001').reason, /^S\d+ is linked as this order .* make the shop's change there, then run: erpsync queue drop '#1001'/);
    ended(await p.run('queue drop #1001'), 0);
    assert.equal((await p.parked()).size, 0);
  });

for (const version of ['14', '19'])
  test(`Odoo ${version}: who names an order for the first time has not read what is there`, async t => {
    const { p, prepare, server } = await recordedPlace(t, version, 'entered');
    await prepare(0);
    server.use(recording(version, 'entered').steps[0]);
    for (const run of ['orders export --dry-run', 'orders export --only #1001']) {
      ended(await p.run(run), 1);
      assert.deepEqual(server.state.writes, []);
    }
    assert.equal((await p.parked()).get('#1001').code, 'already_there');
  });

test('[odoo] invoice_date = today is the day that it is where the shop is', async t => {
  const { at } = recording('19', 'paid');
  const ahead = new Date(at * 1000).getUTCHours() >= 10;
  const zone = ahead ? 'Pacific/Kiritimati' : 'Etc/GMT+12';
  const day = new Date((at + (ahead ? 14 : -12) * 3600) * 1000).toISOString().slice(0, 10);
  assert.notEqual(day, new Date(at * 1000).toISOString().slice(0, 10));
  const { p, prepare, step, server } = await recordedPlace(t, '19', 'paid');
  p.configure({ odoo: { invoice_date: 'today' } });
  p.sandbox.zone = zone;
  await prepare(0);
  await step(0);
  const [[, { fields, data }]] = server.state.writes.filter(([method]) => method === 'account.move/load');
  assert.deepEqual([...new Set(data.map(row => row[fields.indexOf('invoice_date')]))].filter(Boolean), [day]);
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

test('several taxes of one rate: check says which, and that an order with one is parked', async t => {
  const { p, prepare, server } = await recordedPlace(t, '19', 'check');
  await prepare(0);
  server.use(recording('19', 'check').steps[0]);
  const { stdout } = await p.run('check');
  const says = (what, column) => new RegExp(`^warn +2 sales taxes of Odoo are 20 % and ${what}; an order with such a tax is parked \\(ambiguous_tax\\) where tables/taxes\\.csv names none of them\n.* name one by its external id in the column ${column} of tables/taxes\\.csv`, 'm');
  assert.match(stdout, says('included in the price: Shop FR 20% incl\\. \\(shop\\.tax_fr_20_incl\\), .*\\(shop\\.tax_gb_20_incl\\)', 'erp_odoo_tax_incl'));
  assert.match(stdout, /^warn +3 sales taxes of Odoo are 0 % and added to the price, for services: 0% EXEMPT S/m);
  assert.doesNotMatch(stdout, /are 20 % and added/, 'one is for goods and one for services');
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

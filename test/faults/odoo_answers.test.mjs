// Answers of Odoo that are wrong in one place, of every question that the connector asks: a real server's, recorded
// (../data/odoo), changed path by path. Whatever stands there, a run ends as done, parked, busy or refused; nothing is called
// delivered that Odoo did not say is there; and when the answers are right again, so is the outcome.
// One in many changes is tried, always the same ones; ERPSYNC_MUTATIONS=all tries all.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { mutated, mutationsOf } from '../support/odoo_mutations.mjs';
import { recordedPlace } from '../support/odoo_place.mjs';
import { recordedWith, recording } from '../support/odoo_replay.mjs';
import { SCENARIOS } from '../support/odoo_scenarios.mjs';
import { ROOT, ended } from '../support/run.mjs';
import { pool } from '../support/stops.mjs';

const EVERY = process.env.ERPSYNC_MUTATIONS === 'all' ? 1 : Number(process.env.ERPSYNC_MUTATIONS ?? 61);
const AT_ONCE = 3;
const ENDS = [0, 1, 69, 75];
const NOT_READY = 78; /* is what `check` is for */

/** What the shop holds that such runs write. */
const holds = p => JSON.stringify(p.sandbox.truth());

/** The same place of an answer to the same question is read by the same code: it is spoilt where it is met first. */
const met = new Set();
function isNew(shape, { path: at, change }) {
  const key = JSON.stringify([shape, at, change]);
  return !met.has(key) && met.add(key);
}

/** A test context whose cleaning up is done when the work is. */
async function during(work) {
  const ends = [];
  try {
    return await work({ after: end => ends.push(end) });
  } finally {
    for (const end of ends) await end();
  }
}

/** What is wrong with a run whose n-th answer to a question of this shape was changed; null: nothing. */
const faultOf = ({ version, name, i, shape, n, mutation }, right) =>
  during(async t => {
    const here = await (await recordedPlace(t, version, name)).upTo(i);
    const wrong = await here.step(i, (asked, nth, answer) => (asked === shape && nth === n ? mutated(answer, mutation) : answer));
    const ends = name === 'check' ? [...ENDS, NOT_READY] : ENDS;
    if (wrong.signal || !ends.includes(wrong.status)) return `ended with ${wrong.signal ?? wrong.status}: ${wrong.stderr}`;
    const foreign = Object.entries(wrong.delivered).filter(([record, target]) => right.delivered[record] !== target);
    if (foreign.length && !SCENARIOS[name].steps[i].run.startsWith('products')) return `calls delivered what Odoo never said: ${foreign}`;
    if (wrong.status !== 75) return null;
    if (!wrong.told.summary && name !== 'skus') return 'busy without a summary';
    const after = await here.step(i);
    if (![0, 1].includes(after.status)) return `right answers again: ended with ${after.status}: ${after.stderr}${JSON.stringify(after.told.summary)}`;
    const lost = Object.keys(right.delivered).filter(record => !(record in { ...wrong.delivered, ...after.delivered }));
    if (lost.length && !after.told.records?.some(r => lost.includes(r.record))) return `lost after the answers are right again: ${lost}`;
    return holds(here.p) === right.holds ? null : 'the shop does not hold what it should after the answers are right again';
  }).catch(error => String(error));

/** What the steps of a scenario come to with the recorded answers, as ../flows/odoo.test.mjs looks at more closely. */
async function undisturbed(t, version, name) {
  const here = await recordedPlace(t, version, name);
  const ends = [];
  for (const [i, { status }] of SCENARIOS[name].steps.entries()) {
    await here.prepare(i);
    const right = await here.step(i);
    assert.equal(right.status, status, right.stderr);
    ends.push({ ...right, holds: holds(here.p) });
  }
  return ends;
}

/** The changes of one step's answers, each in a place of its own; right: what the step comes to without. */
async function spoilEach(t, { version, name, i }, right) {
  const { answers } = recording(version, name).steps[i];
  const all = Object.entries(answers).flatMap(([shape, list]) =>
    list.flatMap(({ result }, n) =>
      (result === undefined ? [] : mutationsOf(result)).filter(mutation => isNew(shape, mutation)).map(mutation => ({ version, name, i, shape, n, mutation })),
    ),
  );
  const tried = all.filter((_, k) => k % EVERY === (name.length * 7 + i) % EVERY);
  const faults = [];
  await pool(tried, AT_ONCE, async job => {
    const fault = await faultOf(job, right);
    if (fault) faults.push(`${job.shape} [${job.n}] ${job.mutation.path.join('.')} is ${job.mutation.change}: ${fault}`);
  });
  t.diagnostic(`${tried.length} of ${all.length} changes`);
  assert.deepEqual(faults, []);
}

const EACH = Object.entries(SCENARIOS).flatMap(([name, { steps }]) => recordedWith(name).map(version => ({ version, name, steps })));
/** Newer ones first: what an older one answers in the same way is not tried twice. */
for (const { version, name, steps } of EACH.sort((a, b) => b.version - a.version))
  test(`Odoo ${version}'s answers to ${name}`, async t => {
    const rights = await undisturbed(t, version, name);
    for (const [i, { run }] of steps.entries()) await t.test(`${i + 1}: ${run}`, sub => spoilEach(sub, { version, name, i }, rights[i]));
  });

test('a payment that Odoo was asked to reconcile, and did not, is joined by a later run', async t => {
  const here = await recordedPlace(t, '19', 'paid');
  const still = (shape, n, answer) => (shape.startsWith('account.move.line/search_read | reconciled') ? answer.map(line => ({ ...line, reconciled: false })) : answer);
  const wrong = await here.step(0, still);
  const left = wrong.told.records.filter(r => r.code === 'not_reconciled');
  assert.deepEqual([wrong.told.summary.later, left.length], [2, 2]);
  assert.match(left[0].reason, /reconcile the invoice of #\d+ with its payment and answered without an error, but has them open as before/);
  ended(await here.p.run('queue retry --all'), 0);
  const right = await here.step(0);
  assert.deepEqual(left.map(r => r.record).filter(record => !(record in right.delivered)), []);
});

/** Asked only where a mapping of one's own wants it. A list like the others. */
const ELSEWHERE = new Set(['account.fiscal.position']);

test('every model and method that the connector names is in a recording', () => {
  const dir = path.join(ROOT, 'lib/connectors/odoo');
  const source = fs.readdirSync(dir, { recursive: true }).filter(file => file.endsWith('.c')).map(file => fs.readFileSync(path.join(dir, file), 'utf8')).join('\n');
  const found = pattern => new Set([...source.matchAll(pattern)].map(([, text]) => text));
  const shapes = EACH.flatMap(({ version, name }) => recording(version, name).steps.flatMap(({ answers }) => Object.keys(answers)));
  const methods = found(/(?:\.method = |odoo_act\([^"]+"[^"]+",\s+)"([a-z]\w+)"/g);
  const models = found(/"((?:account|crm|decimal|delivery|product|res|sale|stock)\.[a-z.]+)"/g);
  assert.ok(methods.size > 10 && models.size > 20, 'the pattern finds them');
  for (const method of methods) assert.ok(shapes.some(shape => shape.split(' ')[0].endsWith(`/${method}`)), `no recording of method ${method}`);
  for (const model of models) if (!ELSEWHERE.has(model)) assert.ok(shapes.some(shape => shape.startsWith(`${model}/`)), `no recording of model ${model}`);
});

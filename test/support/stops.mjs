// Stop a run at each of its numbered steps as a power cut would, run again, and compare with the undisturbed run.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { assertSameExchange, comparable } from './exchange.mjs';
import { ORDERS } from './flows.mjs';
import { requestsOf } from './place.mjs';
import { ended, silent } from './run.mjs';
import { sample } from './sample.mjs';

/** Does the work for all items, so many at a time. The first failure ends it. */
export async function pool(items, parallel, work) {
  const rest = [...items];
  let failed = null;
  const worker = async () => {
    while (rest.length && !failed)
      await work(rest.shift()).catch(error => {
        failed ??= error;
      });
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  if (failed) throw failed;
}

/** Runs at these times from now on, for a flow that waits before it sends what got no answer again. */
export async function runLater(place, flow) {
  for (const seconds of flow.later ?? []) {
    place.env = { ...place.env, ERPSYNC_CLOCK_SHIFT: String(seconds) };
    again(await place.run(flow.name));
  }
}

/** What a run leaves in the state file, without times and run numbers. */
export async function remembered(place, flow = ORDERS) {
  const { delivered, waiting, due, sending, parked, parked_by_reason } = await place.plain.status(flow.name);
  const entries = (await place.plain.queue('--all')).map(({ record, name, version, state, code, reason, batch }) => ({
    record,
    name,
    version,
    state,
    code,
    reason,
    batch,
  }));
  return {
    counts: { delivered, waiting, due, sending, parked },
    reasons: parked_by_reason.map(({ code, records }) => ({ code, records })).sort((a, b) => (a.code < b.code ? -1 : 1)),
    entries: entries.sort((a, b) => (a.record < b.record ? -1 : a.record > b.record ? 1 : 0)),
  };
}

/** The undisturbed run: its outcome, its memory, its steps ["before commit", …]. */
export async function undisturbed(base, { status = 1, flow = ORDERS } = {}) {
  const place = await flow.copy(base, 'whole');
  const steps = place.path('steps');
  ended(await place.run(flow.name, { env: { ERPSYNC_STEP_LOG: steps } }), status, 'undisturbed');
  const names = fs
    .readFileSync(steps, 'utf8')
    .trim()
    .split('\n')
    .map((line, i) => {
      const [number, ...name] = line.split(' ');
      assert.equal(Number(number), i + 1, 'steps are numbered');
      return name.join(' ');
    });
  const result = { names, files: flow.outcome(place), memory: await remembered(place, flow) };
  await flow.close(place);
  return result;
}

/** Every step of the two sides must be among those where runs were stopped. */
export function covers({ names }, wanted) {
  for (const name of wanted) assert.ok(names.includes(name), `no step "${name}": ${names.join(', ')}`);
}

/** Of each step that is wanted: the first and the last time that a run comes by; their numbers. */
export function sampled(names, wanted = /./) {
  const times = new Map();
  for (const [i, name] of names.entries()) if (wanted.test(name)) times.set(name, [...(times.get(name) ?? []), i + 1]);
  return [...new Set([...times.values()].flatMap(list => [list[0], list[list.length - 1]]))];
}

const EVERYWHERE = /^(before|after) (commit|send)$|^file_/;
/** What a stop at this step shows: those that come everywhere are all of one kind, each other one stands for itself. */
export const kindOf = (names, step) => (EVERYWHERE.test(names[step - 1]) ? names[step - 1] : step);

/** One run that ends at this step as a power cut would end it. */
export async function killedAt(place, step, flow = ORDERS) {
  const result = await place.run(flow.name, { env: { ERPSYNC_STOP_AT: String(step) } });
  assert.equal(result.signal, 'SIGKILL', `step ${step}: ended with ${result.status}\n${result.stderr}`);
}

/** Takes every file away that stands in the exchange folder. A name that comes twice is a failure. */
export function consume(place, taken) {
  for (const [name, content] of place.exchange().files) {
    assert.ok(!taken.has(name), `${name} was taken before and is there again`);
    taken.set(name, content);
    fs.unlinkSync(place.path('out', name));
  }
}

const again = result => assert.ok([0, 1].includes(result.status), `ended with ${result.status}\n${result.stderr}`);

/** One case: stopped at these steps one after the other, then finished, then idle. */
async function stopped(base, whole, steps, { consumer, flow }) {
  const place = await flow.copy(base, `at-${steps.join('-')}${consumer ? '-consumed' : ''}`);
  const taken = new Map();
  const said = `stopped at ${steps.map(n => `${n} (${whole.names[n - 1] ?? 'of the next run'})`).join(', then ')}`;
  try {
    for (const [i, step] of steps.entries()) {
      if (i === 0) await killedAt(place, step, flow);
      else {
        /* A second run may have fewer steps than that. */
        const result = await place.run(flow.name, { env: { ERPSYNC_STOP_AT: String(step) } });
        if (result.signal !== 'SIGKILL') again(result);
      }
      if (consumer) consume(place, taken);
    }
    again(await place.run(flow.name));
    await runLater(place, flow);
    if (consumer) {
      consume(place, taken);
      const files = comparable({ files: new Map([...taken].sort(([a], [b]) => (a < b ? -1 : 1))) });
      assertSameExchange(files, whole.files, 'taken files');
    } else flow.same(flow.outcome(place), whole.files, 'outcome');
    assert.deepEqual(await remembered(place, flow), whole.memory);
    const seen = requestsOf(place.sandbox ?? { log: { n: 0 }, requests: () => [] });
    silent(ended(await place.run(flow.name), 0, 'the run after that'));
    assert.deepEqual(
      seen().filter(flow.wrote ?? (() => false)),
      [],
      'the run after that writes nothing to the shop',
    );
    if (consumer) assert.equal(place.exchange().files.size, 0, 'the run after that writes nothing');
    else flow.same(flow.outcome(place), whole.files, 'outcome after another run');
    silent(ended(await place.plain.run('state check'), 0, 'state check'));
    assert.deepEqual(leftovers(place), [], 'files left behind');
  } catch (error) {
    error.message = `${said}: ${error.message}`;
    throw error;
  } finally {
    await flow.close(place);
  }
}

/** Staged files of the folders that files are written to, and copies of the state that nobody needs any more. */
export function leftovers(place) {
  const staged = ['out/.erpsync', 'exports/import/.erpsync'].flatMap(dir => (place.exists(dir) ? fs.readdirSync(place.path(dir)) : []));
  return [
    ...staged.filter(name => /\.csv$|\.tmp$|\.manifest\.json$/.test(name)),
    ...fs.readdirSync(place.dir).filter(name => /\.dry-run|\.tmp/.test(name)),
  ];
}

/**
 * For each case of steps (default: every step alone) the end must be that of the undisturbed run; of all cases a sample is
 * taken, where the tests choose none themselves (sampling: false).
 * options: cases (lists of steps, made from the names of all), consumer, status (of the undisturbed run), parallel, flow.
 */
export async function stopEverywhere(base, { cases, sampling = true, consumer = false, status, flow = ORDERS, parallel = flow.parallel ?? 3 } = {}) {
  const whole = await undisturbed(base, { status, flow });
  const all = cases ? cases(whole.names) : whole.names.map((_, i) => [i + 1]);
  const name = `${flow.name}, stopped in ${all.length} ways${consumer ? ', files taken at once' : ''}`;
  const list = sampling ? sample(name, all, ([step]) => kindOf(whole.names, step)) : all;
  assert.ok(list.length > 0, 'there is something to stop');
  await pool(list, parallel, steps => stopped(base, whole, steps, { consumer, flow }));
  return whole;
}

// What each fault of the sandbox means to a run: tried again inside it, left to the next run, or refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WRITING } from './mutations.mjs';
import { place as placeFor } from './place.mjs';
import { ended, silent } from './run.mjs';
import { hash, sample } from './sample.mjs';
import { remembered, runLater } from './stops.mjs';

/**
 * once: how a run ends that meets the fault one time; ever: one that meets it each time. "done" is the run's normal
 * end, "later" the same but for a record that waits, 75 "try later", 69 "a person is needed". token: what holds for the
 * token request, where it differs (null: the fault does not exist there). params: of the rule.
 */
export const FAULTS = [
  { fault: 'drop_before', once: 'done', ever: 75 },
  { fault: 'drop_after', once: 'done', ever: 75 },
  { fault: 'hang', once: 'done', ever: 75 },
  { fault: 'hang_after', once: 'done', ever: 75 },
  { fault: 'slow', params: { bytes_per_second: 20 }, once: 'done', ever: 75 },
  { fault: 'truncated', once: 'done', ever: 75 },
  { fault: 'cut_json', once: 'done', ever: 75 },
  { fault: 'malformed_json', once: 'done', ever: 75 },
  { fault: 'empty_body', once: 'done', ever: 75 },
  { fault: 'http', params: { status: 500 }, once: 'done', ever: 75 },
  { fault: 'http', params: { status: 502 }, once: 'done', ever: 75 },
  { fault: 'http', params: { status: 503, retry_after: 0 }, once: 'done', ever: 75 },
  { fault: 'http', params: { status: 504 }, once: 'done', ever: 75 },
  { fault: 'http', params: { status: 429, retry_after: 0 }, once: 'done', ever: 75 },
  { fault: 'http', params: { status: 429, retry_after: 3600 }, once: 75, ever: 75 },
  { fault: 'http', params: { status: 430 }, once: 75, ever: 75 },
  { fault: 'http', params: { status: 402 }, once: 69, ever: 69 },
  { fault: 'http', params: { status: 403 }, once: 69, ever: 69 },
  { fault: 'http', params: { status: 404 }, once: 69, ever: 69 },
  { fault: 'http', params: { status: 423 }, once: 69, ever: 69 },
  { fault: 'redirect', once: 69, ever: 69 },
  { fault: 'unauthorized', once: 'done', ever: 69, token: { once: 69, ever: 69 } },
  { fault: 'throttled', once: 'done', ever: 75, token: null },
  { fault: 'internal_error', once: 'done', ever: 75, token: null },
  { fault: 'partial_data', once: 'done', ever: 75, token: null },
  { fault: 'access_denied', once: 69, ever: 69, token: null },
  { fault: 'wrong_version', once: 69, ever: 69, token: null },
];

/** The requests of a flow's run that a fault can meet. */
export const PHASES = {
  'orders export': {
    token: { path: '/admin/oauth' },
    'page of ids': { operation: 'OrdersChanged' },
    'orders in full': { operation: 'OrdersById' },
    'further lines': { operation: 'OrderLines' },
  },
  'inventory pull': {
    token: { path: '/admin/oauth' },
    locations: { operation: 'Locations' },
    'search of articles': { operation: 'VariantsBySku' },
    'stock levels': { operation: 'StockLevels' },
    'write of stock': { operation: 'StockSet' },
    'activation of stock': { operation: 'StockActivate' },
  },
  'fulfillments pull': {
    'search of orders': { operation: 'OrdersByName' },
    'orders to ship': { operation: 'ShippingOrders' },
    'lines to ship': { operation: 'ShippingLines' },
    'articles of lines': { operation: 'ShippingSkus' },
    shipment: { operation: 'ShipmentCreate' },
    'move of an order': { operation: 'ShipmentMove' },
    tracking: { operation: 'ShipmentTrack' },
  },
  'products push': {
    token: { path: '/admin/oauth' },
    shop: { operation: 'ShopProbe' },
    'definition of the reference': { operation: 'RefDefinition' },
    'product by reference': { operation: 'ProductByRef' },
    'search of articles': { operation: 'VariantsBySku' },
    products: { operation: 'ProductsById' },
    'further variants': { operation: 'ProductVariants' },
    'making of the definition': { operation: 'RefDefine' },
    'creation of a product': { operation: 'ProductCreate' },
    'write of a product': { operation: 'ProductUpdate' },
    options: { operation: 'OptionsCreate' },
    'write of variants': { operation: 'VariantsUpdate' },
    'new variants': { operation: 'VariantsCreate' },
  },
};

export const nameOf = ({ fault, params = {} }) => [fault, params.status, params.retry_after && 'long'].filter(Boolean).join(' ');

/** Tries of one request, and how many are under way at once. */
export const NET = { connect_timeout: '10s', timeout: '3s', retries: 1, max_wait: '2s' };
/** A busy machine answers late: only where nothing comes at all is the wait a short one. */
const PATIENT = { connect_timeout: '20s', timeout: '60s' };
const SILENT = ['hang', 'hang_after', 'slow'];
const TRIES = 2,
  PARALLEL = 4;

/**
 * A flow as the matrix takes it: { flow (of flows.mjs), shop() a fresh sandbox, prepare(place), options of place, status:
 * how its undisturbed run ends, resends: further tries of a write under the same key, parallel: cases at once }.
 */
async function begin(t, subject) {
  const sandbox = await subject.shop();
  const p = await placeFor(t, { sandbox, ...subject.options });
  await subject.prepare?.(p);
  return p;
}

/** What a run must have left, whatever stood in its way. */
async function outcome(p, { flow }) {
  const { counts, reasons } = await remembered(p, flow);
  return { counts, reasons, left: flow.outcome(p) };
}

export async function wholeOf(t, subject) {
  const p = await begin(t, subject);
  p.configure({ net: PATIENT });
  ended(await p.run(subject.flow.name), subject.status);
  const done = await outcome(p, subject);
  await p.sandbox.close();
  return done;
}

/** How the run itself must end, and what it may say. */
function checkEnd(result, wanted, seen, { ever, status, resends = 0 }) {
  if (wanted === 'done' || wanted === 'later') {
    ended(result, status);
    return;
  }
  ended(result, wanted);
  if (wanted === 75) silent(result);
  else assert.match(result.stderr, /^erpsync: .+\n$/, 'one line for the mail');
  const tries = seen.filter(request => request.fault).length;
  const most = wanted === 69 || !ever ? PARALLEL : PARALLEL * TRIES * (1 + resends);
  assert.ok(tries >= 1 && tries <= most, `${tries} requests met the fault`);
}

/** A run that meets the fault once or each time, and the runs after it. */
export async function meet(t, whole, subject, row, phase, ever) {
  const { flow, status } = subject;
  const wanted = (phase === 'token' && row.token ? row.token : row)[ever ? 'ever' : 'once'];
  const p = await begin(t, subject);
  const { sandbox } = p;
  try {
    if (!SILENT.includes(row.fault)) p.configure({ net: PATIENT });
    const where = PHASES[flow.name][phase];
    sandbox.addFaults({ fault: row.fault, ...row.params, ...where, ...(ever ? {} : { nth: 1, count: 1 }) });
    const result = await p.run(flow.name);
    const seen = sandbox.requests();
    assert.ok(
      seen.some(request => request.fault),
      'the fault was met',
    );
    checkEnd(result, wanted, seen, { ...subject, ever });
    sandbox.faults.clear();
    if (wanted !== 'done') {
      flow.untouched?.(p);
      /* Where the shop asked for a long wait, a person may know better. */
      ended(await p.plain.run('queue retry --all'), 0);
      ended(await p.run(flow.name), status, 'the run after it');
      await runLater(p, flow);
    }
    const done = await outcome(p, subject);
    flow.same(done.left, whole.left, 'outcome');
    assert.deepEqual([done.counts, done.reasons], [whole.counts, whole.reasons]);
    silent(ended(await p.run(flow.name), 0, 'one more run'));
    flow.same(flow.outcome(p), whole.left, 'outcome after one more run');
    subject.verify?.(p);
  } finally {
    await sandbox.close();
  }
}

/** One of each sort of fault, for requests that go the same way as others which meet them all. */
export const SORTS = FAULTS.filter(
  ({ fault, params = {} }) =>
    ['drop_after', 'cut_json', 'throttled', 'partial_data', 'access_denied'].includes(fault) ||
    params.status === 503 ||
    params.retry_after === 3600,
);
/** What a write can meet besides. */
export const WRITES = [
  { fault: 'http_after', params: { status: 500 }, once: 'done', ever: 75 },
  { fault: 'internal_error', once: 'done', ever: 75 },
  { fault: 'internal_error_before', once: 'done', ever: 75 },
];

/**
 * Each of these rows of FAULTS in each of these phases, once and each time. All requests that only read go the same way: of
 * theirs a sample is taken, each row in turns once or each time.
 */
export function meetAll(subject, phases, rows) {
  for (const phase of phases)
    test(`faults of the request for: ${phase}`, { concurrency: subject.parallel ?? 4 }, async t => {
      const whole = await wholeOf(t, subject);
      const cases = rows
        .filter(row => phase !== 'token' || row.token !== null)
        .flatMap((row, i) => ((i + hash(phase, 1)) % 2 ? [[row, true], [row, false]] : [[row, false], [row, true]]));
      const { operation } = PHASES[subject.flow.name][phase];
      const chosen = WRITING.includes(operation) ? cases : sample(`faults of ${subject.flow.name}, ${phase}`, cases, ([row]) => nameOf(row));
      await Promise.all(
        chosen.map(([row, ever]) =>
          t.test(`${nameOf(row)}, ${ever ? 'each time' : 'once'}`, sub => meet(sub, whole, subject, row, phase, ever)),
        ),
      );
    });
}

// What is known of an order without building it: times, name, state, nasty kind. Cheap enough for 100,000 of them
// at start, because the search index needs it; the rest of the order is made when somebody asks.

import { Random } from './random.mjs';
import { KINDS } from './nasty.mjs';

export const ID_BASE = 5600000000000;
export const ID_STRIDE = 4096;
export const idOf = index => ID_BASE + index * ID_STRIDE;
/** The index of an order id, or -1. */
export function indexOf(id) {
  const n = (id - ID_BASE) / ID_STRIDE;
  return Number.isInteger(n) && n >= 0 ? n : -1;
}

/** Every eighth order is nasty: 12.5 %. */
export const isNastySlot = index => index % 8 === 5;

const PAYMENT = [
  [68, 'PAID'],
  [12, 'CAPTURED'],
  [7, 'AUTHORIZED'],
  [9, 'PENDING'],
  [4, 'PARTIALLY_PAID'],
];
const MINUTE = 60,
  DAY = 86400;

/**
 * frame: { seed, count, end (seconds: no seeded order is newer), spanDays, kinds (list, may be empty) }.
 * Orders are created evenly, with jitter, over spanDays before `end`; a change follows most of them.
 */
export function header(frame, index) {
  const r = new Random(frame.seed, index, 1);
  const span = frame.spanDays * DAY;
  const at = frame.end - span + Math.floor(((index + r.next()) * span) / frame.count);
  const created = Math.min(at, frame.end);
  const kind =
    frame.kinds.length && isNastySlot(index) ? frame.kinds[Math.floor(index / 8) % frame.kinds.length] : null;
  return complete(frame, index, created, kind, r);
}

/** Header of an order that the control plane adds: created now, of the kind asked for. */
export function headerOfAdded(frame, index, created, kind) {
  return complete({ ...frame, end: created, ties: null }, index, created, kind, new Random(frame.seed, index, 1));
}

function complete(frame, index, created, kind, r) {
  const room = frame.end - created;
  const later = r.weighted([
    [55, () => r.int(0, 2 * MINUTE)],
    [25, () => r.int(0, DAY)],
    [20, () => r.int(0, 12 * DAY)],
  ])();
  let updated = created + (later <= room ? later : Math.floor(room * r.next()));
  const payment = r.weighted(PAYMENT);
  const paid = payment === 'PAID' || payment === 'CAPTURED';
  const fulfilled = paid && room > 2 * DAY && r.chance(0.85);
  if (frame.ties && index >= frame.ties.from && index < frame.ties.to) updated = frame.ties.at;
  const h = {
    index,
    kind,
    created,
    updated,
    processed: created,
    payment,
    financial: payment === 'CAPTURED' ? 'PAID' : payment,
    fulfillment: fulfilled ? 'FULFILLED' : 'UNFULFILLED',
    closed: fulfilled && room > 10 * DAY ? Math.min(updated, created + 9 * DAY) : null,
    cancelled: null,
    test: false,
    number: 1001 + index,
    name: `#${1001 + index}`,
  };
  if (kind) KINDS[kind].header?.(h, r);
  return h;
}

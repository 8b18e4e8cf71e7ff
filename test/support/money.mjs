// Amounts without floating point: a decimal text is an integer of ten-thousandths.

import assert from 'node:assert/strict';

const PLACES = 4;

/** "12.5" -> 125000n; an empty text is zero. */
export function amount(text, what = 'amount') {
  if (text === '' || text === null || text === undefined) return 0n;
  const parts = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(text);
  assert.ok(parts, `${what}: '${text}' is no amount`);
  const units = BigInt(parts[2] + (parts[3] ?? '').padEnd(PLACES, '0'));
  return parts[1] ? -units : units;
}

export const total = texts => texts.reduce((sum, text) => sum + amount(text), 0n);

export function text(units) {
  const digits = String(units < 0n ? -units : units).padStart(PLACES + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}

/** Equal to the last ten-thousandth. */
export function same(actual, expected, message) {
  const [a, b] = [actual, expected].map(x => (typeof x === 'bigint' ? x : amount(x, message)));
  assert.equal(text(a), text(b), message);
}

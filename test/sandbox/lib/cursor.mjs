// Cursors: base64 of {"last_id", "last_value"}, as the vendor's are. They hold the place by value, not by number, so a
// cursor goes on working when the list changes, or when it is used with another query on the same sort key.

export class BadCursor extends Error {
  constructor() {
    super('Invalid cursor for current pagination sort.');
  }
}

const TIMES = new Set(['UPDATED_AT', 'CREATED_AT', 'PROCESSED_AT']);
const TEXTS = new Set(['TITLE', 'NAME', 'VENDOR']);

export function encodeCursor(sortKey, id, value) {
  const last_value = TIMES.has(sortKey)
    ? new Date(value * 1000).toISOString().slice(0, 19).replace('T', ' ') + '.000000'
    : String(value);
  return Buffer.from(JSON.stringify({ last_id: id, last_value })).toString('base64');
}

/** Returns { id, value }; throws BadCursor on anything that this sort key could not have issued. */
export function decodeCursor(sortKey, text) {
  let parsed;
  try {
    if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw new BadCursor();
    parsed = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    throw new BadCursor();
  }
  const { last_id: id, last_value: value } = parsed ?? {};
  if (!Number.isSafeInteger(id) || typeof value !== 'string') throw new BadCursor();
  if (TEXTS.has(sortKey)) return { id, value };
  if (!TIMES.has(sortKey)) {
    if (!/^-?\d+$/.test(value)) throw new BadCursor();
    return { id, value: Number(value) };
  }
  const at = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/.test(value)
    ? Date.parse(value.slice(0, 19).replace(' ', 'T') + 'Z') / 1000
    : NaN;
  if (Number.isNaN(at)) throw new BadCursor();
  return { id, value: at };
}

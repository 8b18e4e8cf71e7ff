// A strict reader of CSV, written for these tests alone: what erpsync writes is not read back by erpsync.

import assert from 'node:assert/strict';

/**
 * The records of a CSV text: lists of cells. Every record must have as many cells as the first, every line must end
 * with lineEnd, a quote may stand only around a cell, and a cell is quoted when it has to be.
 */
export function parseCsv(text, { delimiter = ',', lineEnd = '\r\n', name = 'csv' } = {}) {
  const records = [];
  let record = [];
  let at = 0;
  const fail = what => assert.fail(`${name}: record ${records.length + 1}, cell ${record.length + 1}: ${what}`);
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (at >= text.length) fail('the quote does not end');
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
    } else {
      while (at < text.length && text[at] !== delimiter && text[at] !== '\r' && text[at] !== '\n') {
        if (text[at] === '"') fail('a quote inside a cell without quotes');
        cell += text[at++];
      }
    }
    record.push(cell);
    if (text[at] === delimiter) {
      at++;
      continue;
    }
    if (!text.startsWith(lineEnd, at)) fail(`does not end with ${JSON.stringify(lineEnd)}`);
    at += lineEnd.length;
    records.push(record);
    record = [];
  }
  assert.equal(record.length, 0, `${name}: ends inside a record`);
  for (const [i, r] of records.entries())
    assert.equal(r.length, records[0].length, `${name}: record ${i + 1} has ${r.length} cells`);
  return records;
}

/** The same as objects by the names of the first record, which must differ from each other. */
export function csvRows(text, options) {
  const [head, ...records] = parseCsv(text, options);
  assert.ok(head, `${options?.name}: has no first line`);
  assert.equal(new Set(head).size, head.length, 'column names differ');
  return records.map(r => Object.fromEntries(head.map((column, i) => [column, r[i]])));
}

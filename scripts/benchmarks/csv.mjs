// CSV for the benchmarks: a plain reader, as one would write it for a script, and a writer.

import fs from 'node:fs';

/** Calls row(cells) for each record of a file, header included, without holding the file in memory. */
export async function readCsv(file, row) {
  let cells = [];
  let cell = '';
  let quoted = false; // inside quotes
  let closing = false; // after a quote inside quotes: its end, or a quote doubled
  for await (const text of fs.createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    let at = 0;
    while (at < text.length) {
      if (closing) {
        closing = false;
        if (text[at] === '"') {
          cell += '"';
          at++;
          continue;
        }
        quoted = false;
      }
      if (quoted) {
        const end = text.indexOf('"', at);
        cell += text.slice(at, end < 0 ? text.length : end);
        if (end < 0) break;
        closing = true;
        at = end + 1;
        continue;
      }
      const from = at;
      let c;
      while (at < text.length && (c = text.charCodeAt(at)) !== 44 && c !== 10 && c !== 34) at++;
      cell += text.slice(from, at);
      if (at === text.length) break;
      at++;
      if (c === 34) quoted = true;
      else {
        if (c === 10 && cell.endsWith('\r')) cell = cell.slice(0, -1);
        cells.push(cell);
        cell = '';
        if (c === 10) {
          row(cells);
          cells = [];
        }
      }
    }
  }
}

export const csvLine = (cells, end = '\n') =>
  cells.map(c => (/[",\r\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join(',') + end;

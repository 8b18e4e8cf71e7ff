// Baseline: what a plain script would do. Reads orders export files, puts the rows of an order together, repeats the
// order's cells on each of its lines, writes 500 orders at a time and syncs. No state, no checks, no look-up tables.
//   node plain_files.mjs <folder of exports> <file to write>

import fs from 'node:fs';
import path from 'node:path';
import { csvLine, readCsv } from './csv.mjs';

const BATCH = 500;
const [, , source, target] = process.argv;
const out = fs.openSync(target, 'w');
let pending = [];
let order = null;
let orders = 0;
let lines = 0;

function flush() {
  fs.writeSync(out, pending.join(''));
  fs.fsyncSync(out);
  pending = [];
}
function finishOrder() {
  if (!order) return;
  const [first] = order;
  for (const row of order) pending.push(csvLine(row.map((cell, i) => cell || first[i])));
  lines += order.length;
  order = null;
  if (++orders % BATCH === 0) flush();
}

for (const name of fs.readdirSync(source).sort()) {
  let header = null;
  await readCsv(path.join(source, name), cells => {
    if (!header) {
      header = cells;
      if (orders === 0) pending.push(csvLine(cells));
      return;
    }
    if (order && order[0][0] === cells[0]) order.push(cells);
    else {
      finishOrder();
      order = [cells];
    }
  });
  finishOrder();
}
flush();
fs.closeSync(out);
console.log(JSON.stringify({ orders, lines }));

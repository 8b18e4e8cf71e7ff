// A folder to run erpsync in, and what stands in its exchange folder afterwards.

import fs from 'node:fs';
import path from 'node:path';
import { readCsv } from './csv.mjs';

export const WORK = path.resolve('build/bench');

/** An empty folder with a configuration; store: text of the section; more: further sections. */
export function newPlace(name, store, more = '') {
  const dir = path.join(WORK, name);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  const conf = `[store]\n${store}\n[erp]\nconnector = csv\npath = out\n\n[state]\npath = erpsync.db\n\n${more}`;
  fs.writeFileSync(path.join(dir, 'erpsync.conf'), conf, { mode: 0o600 });
  return dir;
}

export const stateBytes = dir =>
  ['', '-wal'].reduce((sum, end) => {
    const file = path.join(dir, `erpsync.db${end}`);
    return sum + (fs.existsSync(file) ? fs.statSync(file).size : 0);
  }, 0);

/** Orders by name with their total as text, and the number of rows; a name twice counts as one more in `doubled`. */
export async function exported(dir) {
  const totals = new Map();
  let rows = 0;
  let doubled = 0;
  let bytes = 0;
  const folder = path.join(dir, 'out');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  for (const name of names.filter(n => /^orders(-changed)?-\d+\.csv$/.test(n)).sort()) {
    let header = null;
    let at = null;
    let last = null;
    bytes += fs.statSync(path.join(folder, name)).size;
    await readCsv(path.join(folder, name), cells => {
      if (!header) {
        header = cells;
        at = ['order_id', 'order_number', 'order_total'].map(column => cells.indexOf(column));
        return;
      }
      rows++;
      if (cells[at[0]] === last) return;
      last = cells[at[0]];
      if (totals.has(last)) doubled++;
      totals.set(last, { name: cells[at[1]], total: cells[at[2]] });
    });
  }
  return { totals, rows, doubled, bytes, files: names.filter(n => !n.startsWith('.')).length };
}

export const cents = text => Math.round(Number(text) * 100);

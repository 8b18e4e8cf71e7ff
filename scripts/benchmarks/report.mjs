// What the benchmarks print, and whether anything was wrong.

import fs from 'node:fs';
import os from 'node:os';

const MEMORY_MB = 64; // promised for any backlog
let wrong = 0;

export const say = (text = '') => console.log(text);

/** A result that must hold. */
export function expect(holds, text) {
  if (holds) return;
  wrong++;
  say(`  WRONG: ${text}`);
}
export const expectMemory = (peak, what) =>
  expect(peak > 0 && peak < MEMORY_MB, `${what} took ${peak.toFixed(1)} MB; less than ${MEMORY_MB} is promised`);
export function finish() {
  say();
  say(wrong ? `${wrong} results are wrong or promises broken` : 'all results right, all promises kept');
  process.exitCode = wrong ? 1 : 0;
  return wrong === 0;
}

export const count = n => Math.round(n).toLocaleString('en-US');
export const seconds = s => (s < 1 ? `${(s * 1000).toFixed(0)} ms` : `${s.toFixed(2)} s`);
export const mb = n => `${n.toFixed(1)} MB`;
export const ratio = (a, b) => `${(a / b).toFixed(2)}x`;

/** Rows of cells; the first is the heading and the first column is text. */
export function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map(r => String(r[i] ?? '').length)));
  for (const r of rows) {
    const cells = r.map((cell, i) => (i ? String(cell ?? '').padStart(widths[i]) : cell.padEnd(widths[i])));
    say(`  ${cells.join('  ')}`.trimEnd());
  }
}

export function machine() {
  const cpus = os.cpus();
  const [load] = fs.readFileSync('/proc/loadavg', 'latin1').split(' ');
  say(
    `machine: ${cpus.length} cores ${cpus[0].model.trim()}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GB memory, ` +
      `Linux ${os.release()}, Node ${process.version}, load ${load}`,
  );
  if (Number(load) > cpus.length / 2) say('The machine is busy with other things: trust CPU rather than wall.');
}

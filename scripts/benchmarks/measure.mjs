// Runs a program and says what it took: wall clock, CPU (getrusage, by bash's `time`), memory (/proc while it runs).

import { spawn } from 'node:child_process';
import fs from 'node:fs';

// The program takes the place of a subshell: what `time` measures besides it is one fork.
const TIMED = `
program() { ( echo $BASHPID >&4; exec "$@" 2>&5 ); }
TIMEFORMAT='%3R %3U %3S'
{ time program "$@"; } 2>&3
exit $?`;

/** { VmRSS, VmHWM } in MB, or null when the program has ended. */
function memory(pid) {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
    const found = name => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    const rss = found('VmRSS');
    return rss > 0 ? { rss, peak: found('VmHWM') } : null;
  } catch {
    return null;
  }
}

/**
 * { status, out, err, wall, user, system, cpu (seconds), peak (MB), rss: fraction of the run -> MB }.
 * The last `every` milliseconds may miss a higher peak.
 */
export function run(command, args, { cwd, every = 10 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', TIMED, 'bench', command, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const texts = { 1: '', 3: '', 4: '', 5: '' };
    for (const fd of Object.keys(texts)) child.stdio[fd].on('data', part => (texts[fd] += part));
    const samples = [];
    let peak = 0;
    const timer = setInterval(() => {
      const now = texts[4].endsWith('\n') && memory(Number(texts[4]));
      if (!now) return;
      samples.push(now.rss);
      peak = now.peak;
    }, every);
    child.on('error', reject);
    child.on('close', status => {
      clearInterval(timer);
      const [wall, user, system] = texts[3].trim().split(' ').map(Number);
      const rss = fraction => samples[Math.min(samples.length - 1, Math.floor(samples.length * fraction))] ?? NaN;
      resolve({ status, out: texts[1], err: texts[5], wall, user, system, cpu: user + system, peak, rss });
    });
  });
}

export const erpsync = (dir, args, options) => run(process.env.ERPSYNC_BIN, args, { cwd: dir, ...options });

export const median = values => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
/** Medians, field by field, of what run() gave. */
export const medians = runs =>
  Object.fromEntries(['wall', 'user', 'system', 'cpu', 'peak'].map(key => [key, median(runs.map(r => r[key]))]));

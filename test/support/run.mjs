// The program under test as a child process: clean environment, everything it said, and how it ended.

import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** Sanitised, with numbered steps. */
export const BIN = process.env.ERPSYNC_BIN ?? path.join(ROOT, 'build/asan-gcc/erpsync');
/** As a merchant runs it; where it was not built, the other one. */
export const BIN_PLAIN = process.env.ERPSYNC_BIN_PLAIN ?? BIN;

const SANITIZER_STATUS = 99;
const SANITIZERS = {
  ASAN_OPTIONS:
    process.env.ASAN_OPTIONS ??
    `exitcode=${SANITIZER_STATUS}:detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1`,
  UBSAN_OPTIONS: process.env.UBSAN_OPTIONS ?? `exitcode=${SANITIZER_STATUS}:print_stacktrace=1`,
};

/** "orders export --only #1001" or a list of words. */
const words = args => (Array.isArray(args) ? args.map(String) : args.split(' ').filter(Boolean));

/**
 * Starts the program. Returns the child with `done`, a promise of { status, signal, stdout, stderr, ms }.
 * options: bin, cwd, env (added to a bare one), input, timeout (ms; then it is killed and the promise rejects).
 */
export function start(args, { bin = BIN, cwd, env = {}, input = '', timeout = 240000 } = {}) {
  const list = words(args);
  const began = Date.now();
  const child = spawn(bin, list, {
    cwd,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: cwd ?? '/', ...SANITIZERS, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const parts = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name].on('data', data => parts[name].push(data));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeout);
  child.done = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      const [stdout, stderr] = [parts.stdout, parts.stderr].map(list => Buffer.concat(list).toString());
      const told = `erpsync ${list.join(' ')}\n${stdout}${stderr}`;
      if (late) reject(new Error(`not done after ${timeout} ms: ${told}`));
      else if (status === SANITIZER_STATUS || /ERROR: \w+Sanitizer|runtime error:/.test(stderr))
        reject(new Error(`a sanitizer found something: ${told}`));
      else resolve({ status, signal, stdout, stderr, ms: Date.now() - began });
    });
  });
  return child;
}

export const run = (args, options) => start(args, options).done;

/** The exit status; what the program said is shown if it is another one. */
export function ended(result, status, message = '') {
  const how = result.signal ?? result.status;
  assert.equal(how, status, `${message} ended with ${how}\n${result.stdout}${result.stderr}`);
  return result;
}

/** Nothing was printed: no mail from cron. */
export function silent(result, message = '') {
  assert.equal(result.stdout, '', `${message} stdout`);
  assert.equal(result.stderr, '', `${message} stderr`);
  return result;
}

/** The JSON document on standard output, of the format that the manual promises. */
export function answer(result) {
  let doc;
  try {
    doc = JSON.parse(result.stdout);
  } catch (error) {
    assert.fail(`no JSON on standard output (${error.message}):\n${result.stdout}\n${result.stderr}`);
  }
  assert.equal(doc.format, 1, 'format');
  return doc;
}

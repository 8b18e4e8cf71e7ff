// The least a test needs to talk to the sandbox as a client would.

import http from 'node:http';
import { startSandbox } from './index.mjs';

/** POSTs a document; resolves to { status, headers, body (parsed), text }. */
export async function gql(
  sandbox,
  query,
  variables = {},
  { version = '2026-10', token = sandbox.accessToken, headers = {}, operationName } = {},
) {
  const response = await fetch(`${sandbox.url}/admin/api/${version}/graphql.json`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/json', ...(token ? { 'X-Shopify-Access-Token': token } : {}), ...headers },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    /* the test looks at text */
  }
  return { status: response.status, headers: response.headers, body, text };
}

/** A raw POST that reports how it ended: { status, headers, bytes, text, ended: "complete" | "aborted" | "error" | "timeout" }. */
export function raw(sandbox, path, body, { headers = {}, timeout = 20000 } = {}) {
  return new Promise(resolve => {
    const request = http.request(
      `${sandbox.url}${path}`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': sandbox.accessToken, ...headers },
      },
      response => {
        const parts = [];
        const end = ended =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            bytes: Buffer.concat(parts),
            text: Buffer.concat(parts).toString(),
            ended,
          });
        response.on('data', part => parts.push(part));
        response.on('end', () => end(response.complete ? 'complete' : 'aborted'));
        response.on('error', () => end('aborted'));
      },
    );
    request.setTimeout(timeout, () => {
      resolve({ ended: 'timeout' });
      request.destroy();
    });
    request.on('error', () => resolve({ ended: 'error' }));
    request.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

export async function control(sandbox, method, path, body) {
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Starts a sandbox for one test and stops it afterwards. */
export async function withSandbox(t, options = {}) {
  const sandbox = await startSandbox({ orders: 60, speed: 1000, ...options });
  t.after(() => sandbox.close());
  return sandbox;
}

export const iso = ms => new Date(ms).toISOString().slice(0, 19) + 'Z';
/** A search string for updatedAt in [from, to], both milliseconds. */
export const updatedBetween = (from, to) => `updated_at:>='${iso(from)}' updated_at:<='${iso(to)}'`;
export const EVER = updatedBetween(0, Date.UTC(2099, 0));

/** "12.5" -> 1250000n: six places are enough for every currency. */
export function exact(amount) {
  const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d{1,6})$/.exec(amount);
  return BigInt(`${sign}${whole}${fraction.padEnd(6, '0')}`);
}
export const sumOf = (list, value) => list.reduce((n, x) => n + value(x), 0n);

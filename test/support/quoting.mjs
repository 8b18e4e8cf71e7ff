// A server that quotes what it must not: every shape of a secret, and a proxy that puts it into answers of the sandbox.

import fs from 'node:fs';
import http from 'node:http';
import { atEnd } from './cleanup.mjs';

const escaped = (text, one) => [...text].map(c => one(c.codePointAt(0).toString(16))).join('');
const base64url = text => Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** The shapes that a secret may come back in, by name. */
export const SHAPES = {
  plain: s => s,
  upper: s => s.toUpperCase(),
  lower: s => s.toLowerCase(),
  url: s => escaped(s, hex => `%${hex.padStart(2, '0').toUpperCase()}`),
  'url, small hex': s => escaped(s, hex => `%${hex.padStart(2, '0')}`),
  'url, where needed': s => encodeURIComponent(s),
  'json escapes': s => escaped(s, hex => `\\u${hex.padStart(4, '0')}`),
  'html entities': s => escaped(s, hex => `&#x${hex};`),
  hex: s => Buffer.from(s).toString('hex'),
  HEX: s => Buffer.from(s).toString('hex').toUpperCase(),
  base64: s => Buffer.from(s).toString('base64'),
  base64url,
  'Basic, one before': s => `Basic ${Buffer.from(`x:${s}`).toString('base64')}`,
  'Basic, two before': s => `Basic ${Buffer.from(`xy:${s}`).toString('base64')}`,
  'Basic, three before': s => `Basic ${base64url(`xyz:${s}:more`)}`,
  'cut off': s => s.slice(0, -3),
};

/** Where a text holds the secret in any shape: a list of names. A base64 core is looked for at all three offsets. */
export function shapesIn(text, secret) {
  const wanted = {};
  for (const name of Object.keys(SHAPES).filter(n => !/Basic|base64/.test(n))) wanted[name] = SHAPES[name](secret);
  for (const k of [0, 1, 2]) {
    const code = Buffer.from(`${'x'.repeat(k)}${secret}`).toString('base64').replace(/=+$/, '');
    wanted[`base64 + ${k}`] = code.slice(k + 1, -2);
    wanted[`base64url + ${k}`] = base64url(`${'x'.repeat(k)}${secret}`).slice(k + 1, -2);
  }
  const all = text.toLowerCase();
  return Object.keys(wanted).filter(name => all.includes(wanted[name].toLowerCase()));
}

const readBody = async request => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

async function listen(t, handler) {
  const server = http.createServer((request, response) =>
    handler(request, response).catch(error => response.destroy(error)),
  );
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => new Promise(resolve => server.close(resolve) && server.closeAllConnections?.()));
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * A proxy before `url`: what spoil({ path, text, headers }) returns ({ status, reason, headers, body }) is answered, and
 * with `after` the body may be made of the true answer; nothing (null): the true answer.
 */
export const quotingProxy = (t, url, spoil) =>
  listen(t, async (request, response) => {
    const body = await readBody(request);
    const wrong = await spoil({ path: request.url, text: body.toString(), headers: request.headers });
    let made = wrong;
    if (!wrong || wrong.after) {
      const { host, connection, 'content-length': length, ...headers } = request.headers;
      const real = await fetch(url + request.url, {
        method: request.method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body: body.length ? body : undefined,
      });
      const text = await real.text();
      const kept = Object.fromEntries([...real.headers].filter(([name]) => !/length|encoding|connection|keep/.test(name)));
      made = { status: real.status, headers: kept, body: wrong ? wrong.after(text) : text };
    }
    response.writeHead(made.status, made.reason, { 'content-type': 'application/json', ...made.headers });
    response.end(typeof made.body === 'string' ? made.body : JSON.stringify(made.body ?? {}));
  });

/** Everything that a place holds or that was said: { where: text }. Payloads are binary; latin1 keeps each byte. */
export function traces(p, said, { except = [] } = {}) {
  const found = { 'stdout and stderr': said };
  const walk = dir => {
    for (const entry of fs.readdirSync(p.path(dir), { withFileTypes: true })) {
      const name = dir === '.' ? entry.name : `${dir}/${entry.name}`;
      if (except.includes(name)) continue;
      if (entry.isDirectory()) walk(name);
      else found[name] = fs.readFileSync(p.path(name), 'latin1');
    }
  };
  walk('.');
  return found;
}

// Between erpsync and a real Odoo: passes everything on, and lets a test step in at a call that it waits for.

import http from 'node:http';
import { atEnd } from '../support/cleanup.mjs';

/** "stock.picking/search_read", whichever API carries it. */
function callOf(request, body) {
  const named = /^\/json\/2\/(.+)$/.exec(request.url)?.[1];
  if (named) return named;
  const { args = [] } = JSON.parse(body || '{}').params ?? {};
  return args.length > 4 ? `${args[3]}/${args[4]}` : request.url;
}

/**
 * A server in front of odoo.url. onCall({ call, n, pass }) is told of each call, n counting those of the same name from
 * 1; what it returns decides: 'drop' cuts the connection, anything else lets the call through. pass() sends it on by
 * itself and gives Odoo's answer: for one that is to be dropped after it was done.
 */
export async function middleman(t, odoo, onCall) {
  const counts = new Map();
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const call = callOf(request, body.toString());
    counts.set(call, (counts.get(call) ?? 0) + 1);
    const pass = () => forward(odoo.url, request, body);
    try {
      if ((await onCall({ call, n: counts.get(call), pass })) === 'drop') throw new Error('dropped');
      const answer = await pass();
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, calls: counts };
}

function forward(url, { method, url: path, headers }, body) {
  return new Promise((resolve, reject) => {
    const { 'content-type': type, ...rest } = headers;
    const sent = { ...rest, host: new URL(url).host, ...(type && { 'content-type': type }), connection: 'close' };
    const request = http.request(`${url}${path}`, { method, headers: sent, agent: false }, response => {
      const parts = [];
      response.on('data', part => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const { 'transfer-encoding': _, connection: __, ...kept } = response.headers;
        resolve({ status: response.statusCode, headers: kept, body: Buffer.concat(parts) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/**
 * A middleman that kills the test's own server at a call, the at-th of its name, and starts it again: before the call
 * reaches it, or, with done, when it was done and nobody has heard of it. back(): the server answers again.
 */
export async function restarting(t, odoo, server, name, { at = 1, done = false } = {}) {
  let restart;
  const between = await middleman(t, odoo, async ({ call, n, pass }) => {
    if (call !== name || n !== at) return undefined;
    if (done) await pass();
    await server.stop('SIGKILL');
    restart = server.start();
    return 'drop';
  });
  return { ...between, back: () => restart, happened: () => restart !== undefined };
}

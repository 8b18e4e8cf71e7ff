// The wire: reads requests, lets faults have their way, sends answers.

import http from 'node:http';
import zlib from 'node:zlib';
import crypto from 'node:crypto';
import { FAULTS, instead, spoil } from './faults.mjs';
import { answerGraphql, describe } from './graphql.mjs';
import { servedVersion } from './schema.mjs';
import { withFloats } from './bucket.mjs';
import { control } from './control.mjs';

const MAXIMUM_BODY = 20 << 20;
const WRONG_TOKEN = {
  status: 401,
  json: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
  code: 'unauthorized',
};
const NOT_FOUND = { status: 404, json: { errors: 'Not Found' }, code: 'not_found' };

async function readRequest(incoming) {
  const parts = [];
  let size = 0;
  for await (const part of incoming) {
    size += part.length;
    if (size > MAXIMUM_BODY) throw new Error('request body too large');
    parts.push(part);
  }
  return {
    method: incoming.method,
    path: incoming.url.split('?')[0],
    url: incoming.url,
    headers: incoming.headers,
    body: Buffer.concat(parts),
  };
}

/** What the service itself says to a request, faults of the GraphQL layer included. */
function serve(sandbox, request, fault) {
  if (request.method === 'POST' && request.path === '/admin/oauth/access_token') return sandbox.auth.grant(request);
  const api = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(request.path);
  if (!api || request.method !== 'POST') return NOT_FOUND;
  const version = servedVersion(api[1]);
  if (!version) return NOT_FOUND;
  const headers = { 'X-Shopify-API-Version': version };
  if (!sandbox.auth.accepts(request.headers['x-shopify-access-token'])) return { ...WRONG_TOKEN, headers };
  const { orders, catalogue, stock, locations, idempotency, operations, auth, clock, bucket, personal, zone, nodesEach } =
    sandbox;
  const shop = { orders, catalogue, stock, locations, idempotency, operations };
  const context = { version, ...shop, auth, clock, bucket, personal, zone, nodesEach };
  const forced = fault && FAULTS[fault.fault] === 'within' ? fault.fault : null;
  return { headers, ...answerGraphql(context, request, forced) };
}

async function handle(sandbox, incoming, response) {
  const request = await readRequest(incoming);
  if (request.path.startsWith('/_sandbox/')) return control(sandbox, request, response);
  const requestId = `${crypto.randomUUID()}-${sandbox.clock.seconds()}`;
  const told = describe(request);
  const entry = sandbox.log.open(request, told);
  const fault = sandbox.faults.match({ operation: told.operation, path: request.path });
  if (fault) entry.fault = fault.fault;
  const stage = fault && FAULTS[fault.fault];
  const close = status => {
    entry.status = status;
    sandbox.log.close(entry);
  };

  if (stage === 'before') {
    if (fault.fault === 'drop_before') {
      close(0);
      return incoming.socket.destroy();
    }
    if (fault.fault === 'late') {
      close(0);
      sandbox.held.push(() => serve(sandbox, request, null));
      return incoming.socket.destroy();
    }
    if (fault.fault === 'hang') {
      close(0);
      return sandbox.later(fault.ms ?? 3600000, () => incoming.socket.destroy());
    }
    const answer = instead(fault);
    close(answer.status);
    return send(sandbox, incoming, response, answer, { requestId, entry });
  }
  let answer;
  try {
    answer = serve(sandbox, request, fault);
  } catch (error) {
    sandbox.problem(error);
    answer = {
      status: 500,
      json: { errors: 'Internal Server Error', sandbox: String(error.stack) },
      code: 'sandbox_bug',
    };
  }
  if (fault?.fault === 'http_after') answer = { ...instead({ ...fault, fault: 'http' }), code: 'http_after' };
  else if (stage === 'after') answer = spoil(fault, answer, requestId);
  if (sandbox.mutate && answer.json) answer = { ...answer, json: await sandbox.mutate(told, answer.json, entry) };
  if (fault?.fault === 'wrong_version')
    answer = { ...answer, headers: { ...answer.headers, 'X-Shopify-API-Version': fault.version ?? '2026-01' } };
  Object.assign(entry, { cost: answer.cost ?? null, code: answer.code ?? null });
  close(answer.status);
  if (request.path.endsWith('/graphql.json')) sandbox.runHooks(told);
  if (fault?.fault === 'drop_after') return incoming.socket.destroy();
  if (fault?.fault === 'hang_after') return sandbox.later(fault.ms ?? 3600000, () => incoming.socket.destroy());
  return send(sandbox, incoming, response, answer, { requestId, entry, fault });
}

function send(sandbox, incoming, response, answer, { requestId, entry, fault = null }) {
  const text = answer.json !== undefined ? withFloats(JSON.stringify(answer.json)) : (answer.html ?? answer.text ?? '');
  const type = answer.json !== undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
  let body = Buffer.from(text);
  const headers = {
    'Content-Type': type,
    Date: new Date(sandbox.clock.now()).toUTCString(),
    'X-Request-Id': requestId,
    'X-ShopId': '60100000001',
    ...answer.headers,
  };
  const kept = fault?.keep ?? Math.floor(body.length / 2);
  switch (fault?.fault) {
    case 'empty_body':
      body = Buffer.alloc(0);
      break;
    case 'malformed_json':
      body = Buffer.from(text.replace(/[}\]]/, ',,'));
      break;
    case 'cut_json':
      body = body.subarray(0, kept);
      break;
    default:
  }
  entry.bytes = body.length;
  const whole = body;
  if (body.length > 512 && /\bgzip\b/.test(incoming.headers['accept-encoding'] ?? '')) {
    body = zlib.gzipSync(body, { level: 1 });
    headers['Content-Encoding'] = 'gzip';
    headers.Vary = 'Accept-Encoding';
  }
  response.sendDate = false;
  if (fault?.fault === 'cut_json') {
    // well-formed HTTP, broken JSON
    response.writeHead(answer.status, headers);
    response.write(body);
    return response.end();
  }
  headers['Content-Length'] = body.length;
  if (fault?.fault === 'truncated') {
    // the connection ends before Content-Length is reached
    response.writeHead(answer.status, headers);
    return response.write(body.subarray(0, Math.floor(body.length * (kept / Math.max(1, whole.length)))), () =>
      incoming.socket.destroy(),
    );
  }
  response.writeHead(answer.status, headers);
  if (fault?.fault !== 'slow') return response.end(body);
  const portion = Math.max(1, Math.round((fault.bytes_per_second ?? 100) / 10));
  let at = 0;
  const drip = () => {
    if (response.destroyed) return;
    response.write(body.subarray(at, (at += portion)));
    if (at < body.length) sandbox.later(100, drip);
    else response.end();
  };
  drip();
}

/** Starts listening on 127.0.0.1; resolves to { server, port }. */
export function listen(sandbox, port) {
  const server = http.createServer((incoming, response) => {
    handle(sandbox, incoming, response).catch(error => {
      sandbox.problem(error);
      incoming.socket.destroy();
    });
  });
  server.keepAliveTimeout = 75000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve({ server, port: server.address().port }));
  });
}

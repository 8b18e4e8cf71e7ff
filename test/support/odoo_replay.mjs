// An Odoo made of what a real one answered (../data/odoo, recorded by ../live/recorder.mjs): a question is known again by its
// method and its shape, and gets the answer of that place in the order of the recording. A question that was never recorded is
// kept in `unknown`, and refused as a server that is out of order would; what it was told to do is kept in `writes`, to be held
// against what the real one was told.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { atEnd } from './cleanup.mjs';
import { ROOT } from './run.mjs';

const FOLDER = path.join(ROOT, 'test/data/odoo');
/** Where the recording of a scenario with this version of Odoo stands. */
export const recordingFile = (version, name) => path.join(FOLDER, version, `${name}.json`);
/** { at: when it began, seconds; steps: [{ run, answers: { shape: [{ status, result }] }, writes }] } */
export const recording = (version, name) => JSON.parse(fs.readFileSync(recordingFile(version, name), 'utf8'));
/** The versions that a scenario was recorded with. */
export const recordedWith = name => fs.readdirSync(FOLDER).filter(version => fs.existsSync(recordingFile(version, name)));

/** { method: "sale.order/load", args } of a request, whichever API carries it. */
export function questionOf(url, body) {
  const params = body ? JSON.parse(body) : {};
  const named = /^\/json\/2\/(.+)$/.exec(url)?.[1];
  if (named) return { method: named, args: params };
  if (url !== '/jsonrpc') return { method: url, args: {} };
  const { service, method, args } = params.params;
  if (service !== 'object') return { method: `${service}/${method}`, args: {}, rpc: true };
  const [, , , model, name, [first, ...more], rest] = args;
  const place = { create: 'vals_list', search_count: 'domain' }[name];
  const ids = place || first === undefined ? {} : { ids: first };
  return { method: `${model}/${name}`, args: { ...rest, ...ids, ...(place && { [place]: more[0] ?? first }) }, rpc: true };
}

/** The same request with another domain. */
export function withDomain(body, domain) {
  const request = JSON.parse(body);
  if (!request.params) request.domain = domain;
  else if (request.params.args[4] === 'search_count') request.params.args[5] = [domain];
  else request.params.args[6].domain = domain;
  return JSON.stringify(request);
}

const isTerm = x => Array.isArray(x) && x.length === 3 && typeof x[0] === 'string' && typeof x[1] === 'string';
const termOf = x => (isTerm(x) ? `${x[0]} ${x[1]}` : String(x));
/** What tells one question from another, whoever it is about: fields, conditions without their values, names of settings. */
export function shapeOf({ method, args }) {
  const { fields = [], domain = [], application, operation, order } = args;
  return [method, [...fields].sort().join(' '), domain.map(termOf).join(', '), order, application, operation].filter(Boolean).join(' | ');
}

const READS = new Set(['fields_get', 'get_external_id', 'check_object_reference', 'context_get', 'search_read', 'search_count', 'search', 'read', 'read_group', 'precision_get', 'default_get', 'has_access', 'check_access_rights']);
/** What Odoo is told to do, [method, arguments]; null: it is only asked. */
export function writeOf({ method, args }) {
  const [model, name] = method.split('/');
  return model.includes('.') && !READS.has(name) ? [method, args] : null;
}

/**
 * The server, whose clock is so many seconds off. use(step of a recording, mutate): from now on it answers so;
 * mutate(shape, n, answer) may change one.
 */
export async function replay(t, shift = 0) {
  const state = { answers: {}, asked: new Map(), unknown: [], writes: [], mutate: null };
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const question = questionOf(request.url, Buffer.concat(parts).toString());
    const [status, answer] = answerTo(state, question);
    const date = new Date(Date.now() + shift * 1000).toUTCString();
    response.writeHead(status, { 'content-type': typeof answer === 'string' ? 'text/html' : 'application/json', date });
    response.end(answer === undefined ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = () => server.close();
  if (t) atEnd(t, close);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close,
    state,
    use: (step, mutate = null) => Object.assign(state, { answers: step.answers, asked: new Map(), unknown: [], writes: [], lastRead: null, mutate }),
  };
}

/** The same answer to a question about fewer records than were asked for when it was recorded, as after a run that got some done. */
function ofThese({ answers, lastRead }, { method, args }, result) {
  const [model, name] = method.split('/');
  const conditions = (args.domain ?? []).filter(x => isTerm(x) && x[1] === 'in' && x[2].length && x[2].every(Number.isInteger));
  const after = (args.domain ?? []).filter(x => isTerm(x) && x[0] === 'id' && x[1] === '>').map(([, , id]) => id);
  const fits = row => conditions.every(([field, , ids]) => !(field in row) || ids.includes([row[field]].flat()[0])) && after.every(id => row.id > id);
  const all = Object.entries(answers).flatMap(([shape, list]) => list.map(({ result: said }) => ({ shape, said })));
  if (name === 'search_read' && !(args.domain ?? []).includes('|') && Array.isArray(result)) return result.filter(fits);
  if (name === 'search_count' && conditions.length) {
    const same = shapeOf({ method: '', args: { domain: args.domain } });
    const isRead = ({ shape }) => shape.startsWith(`${model}/search_read | `) && shape.includes(same);
    /* Of the list that was just read; records may have come between one reading and the next. */
    const read = lastRead && isRead(lastRead) ? lastRead : all.find(isRead);
    return read && !args.domain.includes('|') ? read.said.filter(fits).length : result;
  }
  if (name === 'get_external_id') {
    const known = all.filter(({ shape }) => shape === `${model}/get_external_id`).flatMap(({ said }) => Object.entries(said));
    return Object.fromEntries(known.filter(([id]) => args.ids.includes(Number(id))));
  }
  if (name === 'load' && result?.ids) {
    const links = all.filter(({ shape }) => shape === `${model}/get_external_id`).flatMap(({ said }) => Object.entries(said));
    const ids = args.data.filter(([link]) => link).map(([link]) => Number(links.find(([, known]) => known === link)?.[0]));
    return ids.every(Boolean) ? { ...result, ids } : result;
  }
  return result;
}

function answerTo(state, question) {
  const shape = shapeOf(question);
  const n = state.asked.get(shape) ?? 0;
  state.asked.set(shape, n + 1);
  const known = state.answers[shape];
  const write = writeOf(question);
  if (write) state.writes.push(write);
  if (!known) {
    state.unknown.push(shape);
    return [503, { name: 'replay', message: `never recorded: ${shape}` }];
  }
  const { status, result, error, text } = known[Math.min(n, known.length - 1)];
  if (text !== undefined) return [status, text];
  if (error) return [status, { jsonrpc: '2.0', id: 1, error }];
  const said = ofThese(state, question, result);
  if (question.method.endsWith('/search_read')) state.lastRead = { shape, said: result };
  const told = state.mutate ? state.mutate(shape, Math.min(n, known.length - 1), said) : said;
  if (!question.rpc) return [status, told];
  return [200, { jsonrpc: '2.0', id: 1, ...(told !== undefined && { result: told }) }];
}

// An Odoo made of what a real one answered (../data/odoo, recorded by ../live/recorder.mjs): a question is known again by its
// method and its shape, and gets the answer of that place in the order of the recording. A question that was never recorded is
// kept in `unknown`, and refused as a server that is out of order would.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { atEnd } from './cleanup.mjs';
import { ROOT } from './run.mjs';

export const RECORDINGS = path.join(ROOT, 'test/data/odoo');
export const recording = name => JSON.parse(fs.readFileSync(path.join(RECORDINGS, `${name}.json`), 'utf8'));

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

const isTerm = x => Array.isArray(x) && x.length === 3 && typeof x[0] === 'string' && typeof x[1] === 'string';
const termOf = x => (isTerm(x) ? `${x[0]} ${x[1]}` : String(x));
/** What tells one question from another, whoever it is about: fields, conditions without their values, names of settings. */
export function shapeOf({ method, args }) {
  const { fields = [], domain = [], application, operation, order } = args;
  return [method, [...fields].sort().join(' '), domain.map(termOf).join(', '), order, application, operation].filter(Boolean).join(' | ');
}

/** The server. use(step of a recording, mutate): from now on it answers so; mutate(shape, n, answer) may change one. */
export async function replay(t) {
  const state = { answers: {}, asked: new Map(), unknown: [], mutate: null };
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const question = questionOf(request.url, Buffer.concat(parts).toString());
    const [status, answer] = answerTo(state, question);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(answer === undefined ? '' : JSON.stringify(answer));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = () => server.close();
  if (t) atEnd(t, close);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close,
    state,
    use: (step, mutate = null) => Object.assign(state, { answers: step.answers, asked: new Map(), unknown: [], mutate }),
  };
}

/** The same answer to a question about fewer records than were asked for when it was recorded, as after a run that got some done. */
function ofThese(answers, { method, args }, result) {
  const [model, name] = method.split('/');
  const conditions = (args.domain ?? []).filter(x => isTerm(x) && x[1] === 'in' && x[2].length && x[2].every(Number.isInteger));
  const fits = row => conditions.every(([field, , ids]) => !(field in row) || ids.includes([row[field]].flat()[0]));
  const all = Object.entries(answers).flatMap(([shape, list]) => list.map(({ result: said }) => ({ shape, said })));
  if (name === 'search_read' && !(args.domain ?? []).includes('|') && Array.isArray(result)) return result.filter(fits);
  if (name === 'search_count' && conditions.length) {
    const same = shapeOf({ method: '', args: { domain: args.domain } });
    const read = all.find(({ shape }) => shape.startsWith(`${model}/search_read | `) && shape.includes(same));
    return read && !args.domain.includes('|') ? read.said.filter(fits).length : result;
  }
  if (name === 'get_external_id') return Object.fromEntries(Object.entries(result).filter(([id]) => args.ids.includes(Number(id))));
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
  if (!known) {
    state.unknown.push(shape);
    return [503, { name: 'replay', message: `never recorded: ${shape}` }];
  }
  const { status, result } = known[Math.min(n, known.length - 1)];
  const said = ofThese(state.answers, question, result);
  const told = state.mutate ? state.mutate(shape, Math.min(n, known.length - 1), said) : said;
  if (!question.rpc) return [status, told];
  return [200, { jsonrpc: '2.0', id: 1, ...(told !== undefined && { result: told }) }];
}

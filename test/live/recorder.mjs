// Records what a real Odoo is told and answers in the scenarios of ../support/odoo_scenarios.mjs, for tests that have none:
//
//   node test/live/recorder.mjs [SCENARIO...]     writes ../data/odoo, for each version that runs
//
// Odoo must run (scripts/odoo up 19). The answers hold the master data and the sandbox's made-up people only.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { questionOf, recordingFile, shapeOf, withDomain, writeOf } from '../support/odoo_replay.mjs';
import { SCENARIOS, writeTables } from '../support/odoo_scenarios.mjs';
import { BIN_PLAIN, ended } from '../support/run.mjs';
import { VERSIONS, freshOdoo } from './odoo.mjs';
import { livePlace } from './place.mjs';

/** Passes everything on to Odoo, with the scenario's conditions added, and writes down question and answer. */
async function between(odoo, narrow) {
  const told = { answers: {}, writes: [] };
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const question = questionOf(request.url, text);
    const more = narrow[question.method.split('/')[0]];
    const narrowed = more && question.args.domain && !question.method.endsWith('/load');
    const body = narrowed ? withDomain(text, [...more, ...question.args.domain]) : text;
    const write = writeOf(question);
    if (write) told.writes.push(write);
    const { 'content-length': _, host: __, connection: ___, ...headers } = request.headers;
    const answer = await fetch(`${odoo.url}${request.url}`, { method: request.method, headers, ...(text && { body }) });
    const said = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json');
    const heard = !json ? { text: said } : question.rpc ? JSON.parse(said) : { result: JSON.parse(said) };
    delete heard.jsonrpc;
    delete heard.id;
    (told.answers[shapeOf(question)] ??= []).push({ status: answer.status, ...heard });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type'), date: answer.headers.get('date') });
    response.end(said);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, told, close: () => server.close() };
}

/** A scenario against a real Odoo, as recording() gives it. */
export async function record(t, odoo, scenario) {
  const proxy = await between(odoo, scenario.narrow(odoo.version));
  t.after(() => proxy.close());
  const at = Math.floor(Date.now() / 1000);
  const p = await livePlace(t, odoo, {
    sandbox: { orders: 0, ...scenario.sandbox, freeze: at * 1000 },
    bin: BIN_PLAIN,
    conf: { mappings: { path: 'mappings' }, ...scenario.conf, erp: { url: proxy.url } },
  });
  p.sandbox.setClock({ freeze: false });
  writeTables(p);
  const steps = [];
  for (const { before, prepare, people, run, status } of scenario.steps) {
    Object.assign(proxy.told, { answers: {}, writes: [] });
    before?.(p.sandbox);
    await prepare?.(p);
    await people?.(odoo);
    const end = await p.run(run.split(' '));
    ended(end, status, `${run}: ${p.read('erpsync.log').trim().split('\n').at(-1)}`);
    steps.push({ run, ...proxy.told });
  }
  return { at, steps };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const ends = [];
  const t = { after: work => ends.unshift(work) };
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SCENARIOS);
  try {
    for (const version of VERSIONS)
      for (const name of names) {
        const file = recordingFile(version, name);
        const told = await record(t, await freshOdoo(t, version), SCENARIOS[name]);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, lines(told));
        console.log(`Odoo ${version}, ${name}: ${told.steps.map(({ answers, writes }) => `${Object.keys(answers).length} questions, ${writes.length} writes`).join('; ')}`);
      }
  } finally {
    for (const work of ends) await work();
  }
}

/** JSON with a line for each question, so that a change can be read. */
function lines({ at, steps }) {
  const text = steps.map(({ run, answers, writes }) => {
    const all = Object.entries(answers).map(([shape, list]) => `    ${JSON.stringify(shape)}: ${JSON.stringify(list)}`);
    const told = writes.map(write => `    ${JSON.stringify(write)}`);
    return `  {"run": ${JSON.stringify(run)}, "answers": {\n${all.join(',\n')}\n  }, "writes": [\n${told.join(',\n')}\n  ]}`;
  });
  return `{"at": ${at}, "steps": [\n${text.join(',\n')}\n]}\n`;
}
